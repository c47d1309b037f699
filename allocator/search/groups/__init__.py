"""The first layout: which tower each group of units is in.

Floors inside towers are estimated by a surrogate; laying them out is the work of `floors`.
"""
