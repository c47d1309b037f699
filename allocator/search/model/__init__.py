"""The CP-SAT model of pieces on floors: variables, rules, objective and their assembly.

`variables` says which pieces exist, `rules` which plans are feasible, `objective` and
`walking_products` what they cost; `layout_model` puts all of it together and solves it.
"""
