"""Pages of the documentation that are made from the code, so that they cannot differ from it.

Each module returns Markdown; `docs/hooks.py` hands it to mkdocs. Nothing here is installed.
"""
