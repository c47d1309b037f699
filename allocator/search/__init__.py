"""How a plan is found: local search finds, CP-SAT begins, repairs and proves.

`solve.solve` is the way in; docs/explanation/algorithm.md names the module of every part.
"""
