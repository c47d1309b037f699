"""Runs the command line as ``python -m allocator.cli``."""

from allocator.cli import run

if __name__ == "__main__":
    run()
