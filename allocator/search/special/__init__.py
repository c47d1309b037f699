"""Offices whose units stay whole: each unit on one floor, so that a plan is a floor a unit.

The general local search moves parts of units; where none can be split a simpler one is far faster.
Here is the family in which only extra towers cost: bin packing with minimum colour fragmentation.
"""
