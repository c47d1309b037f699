"""What all annealing shares: compiled code, random numbers, schedules, penalties, tables."""
