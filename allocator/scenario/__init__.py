"""What is given: the problem's types, reading tables, desk demand, walking minutes, trips."""
