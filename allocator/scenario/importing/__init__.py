"""A ministry's own tables read as they are: every decision shown, and asked for where unsure.

What is understood of a sheet is a mapping, which is data; applying it is a pure function from
cells to cells, whose result the strict reader reads.
"""
