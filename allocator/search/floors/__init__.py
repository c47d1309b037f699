"""The second layout: desks of units on the floors of some towers, all else staying where it is."""
