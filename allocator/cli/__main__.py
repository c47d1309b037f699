"""Runs the command line as ``python -m allocator.cli``."""

import sys

from allocator.cli import main

if __name__ == "__main__":
    sys.exit(main())
