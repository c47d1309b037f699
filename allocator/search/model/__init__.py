"""The CP-SAT model of pieces on floors: variables, rules, objective and their assembly."""
