"""Questions made of many solves.

Each study has a module or a package of its own and imports `search`, never the other way round.
None of them prints: what a command says stands in `allocator.cli`, what the service answers in
`api`.
"""
