"""Commands of the engine: compose, plan and the stages between."""
