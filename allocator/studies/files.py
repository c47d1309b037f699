"""Writes the files of a study whole or not at all. What is in them is decided elsewhere."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from allocator.errors import InputError, Problem


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, then rename it.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside it, on the same file system: only there is a rename whole or not at all.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as beside:
            written = Path(beside) / path.name
            written.write_text(text, encoding="utf-8", newline="")
            os.replace(written, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([Problem(f"cannot be written: {reason}", str(path))]) from error
