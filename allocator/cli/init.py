"""`allocator init`: a workbook to begin from, with instructions, lists and an example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.common import Language, print_result
from allocator.errors import InputError, Problem

EXAMPLE = "allocator init office --language id"
NAMED = "scenario.xlsx"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, made if need be.")],
    language: Language = "en",
) -> None:
    """Write a workbook to begin from: every table, how to fill it in, and an example.

    A file that exists is never overwritten: it is an error.
    """
    from allocator.scenario.template import template

    path = folder / NAMED
    if path.exists():
        raise InputError([Problem("expected no such file, so that nothing is lost", str(path))])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(template(language))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(f"cannot be written: {reason}", str(path))]) from error
    print_result(f"{path}\n")
