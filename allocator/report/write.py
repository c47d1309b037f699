"""Writes a report: a PDF, a workbook, or a folder with both and every picture in three formats."""

from __future__ import annotations

from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.plan.svg import spec_of
from allocator.report.book import workbook
from allocator.report.pictures import FORMATS, pictures, render
from allocator.report.tables import Reported


def _pdf(given: Reported) -> bytes:
    """Return the report as a PDF."""
    from allocator.report.pdf import pdf  # noqa: PLC0415 - slow to import, and a workbook needs none

    return pdf(given)


MADE_BY = {".pdf": _pdf, ".xlsx": workbook}
"""What makes a file, by the end of its name."""
PICTURES = "pictures"


def check_place(out: Path) -> None:
    """Make sure that a report can go there: a .pdf, an .xlsx, or a folder.

    Raises
    ------
    InputError
        If it cannot.
    """
    # A folder may have a dot in its name, if it is there already.
    if out.suffix and out.suffix.lower() not in MADE_BY and not out.is_dir():
        message = "expected the name of a .pdf or .xlsx file, or of a folder"
        raise InputError([Problem(message, str(out))])


def write_report(given: Reported, out: Path) -> tuple[Path, ...]:
    """Write a report and return its files.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    check_place(out)
    maker = MADE_BY.get(out.suffix.lower())
    try:
        if maker is not None:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(maker(given))
            return (out,)
        return _folder(given, out)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem(f"cannot be written: {reason}", str(out))]) from error


def _folder(given: Reported, out: Path) -> tuple[Path, ...]:
    """Write report, workbook and pictures into a folder, and return the files."""
    (out / PICTURES).mkdir(parents=True, exist_ok=True)
    # All is made before anything is written: a picture that fails leaves no half report.
    files = {out / f"report{end}": maker(given) for end, maker in MADE_BY.items()}
    for name, draw in pictures(given.plan, given.scenario, given.say).items():
        spec = spec_of(draw())
        files |= {out / PICTURES / f"{name}.{form}": render(spec, form) for form in FORMATS}
    for file, content in files.items():
        file.write_bytes(content)
    return tuple(files)
