"""The contract between planner and executor: plain data that imports nothing of ours."""
