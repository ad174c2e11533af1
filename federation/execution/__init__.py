"""Plan in, response out; compiled to Python once per plan.

In the order of a request: `steps` (the plan as steps with dependencies) → `compile/` (steps and
response shape as Python source, when the plan is made) → `executor` (runs the steps over
`transport`s, `single_flight` shares equal calls) → generated projection, or `completion` where
something is irregular → `errors` (what failed, at the client's paths, by `locate`) → `Answer`.
"""
