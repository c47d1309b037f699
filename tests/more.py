"""How much is tried: a sample, and with ALLOCATOR_TESTS_MORE=1 all of it.

Then three times as many cases are drawn at random, orders of faults are more and longer, the
service is tried on SQLite where the sample takes PostgreSQL alone, and the commands and notebooks
of all pages are run.
"""

from __future__ import annotations

import os

ALL = bool(os.environ.get("ALLOCATOR_TESTS_MORE"))
TIMES = 3 if ALL else 1
"""Times as many cases drawn at random."""
DATABASES = ("sqlite", "postgresql") if ALL else ("postgresql",)
"""Kinds of databases on which each fault is tried; SQLite has faults of its own besides."""
