"""Pages of the documentation that are made from the code, so that they cannot differ from it.

Each module returns text; `python -m made`, run in docs, writes it, and the build of the site fails
where a file is not as it would be made. Nothing here is installed.
"""
