"""Benchmarks: every case, every peer, every seed, one checker, one report.

Nothing is imported here, so that the process of an attempt loads what it needs and no more.
"""
