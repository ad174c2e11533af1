"""One file per workload; all of them in `all_workloads`."""
