"""Durable jobs: accepted, queued, carried out by workers and kept, all in one database (dbos).

The routes see `store`; `worker` carries out; what happens in a solver's process is in `handlers`.
"""
