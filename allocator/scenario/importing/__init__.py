"""A ministry's own tables read as they are: every decision shown, and asked for where unsure.

What is understood of a sheet is a mapping, which is data; applying it is a pure function from
cells to cells. The strict reader then reads the result, so nothing that an import makes is held to
less than a table made by hand.
"""
