"""What is given: the problem's types, reading tables, desk demand, walking minutes, trips.

Reading goes through `sources` (files to cells), `build` (cells to typed rows), `gather` (rows to
the fields of a scenario) and `types.Scenario`, which judges them by `consistency`. Everything that
is wrong is gathered and said at once.
"""
