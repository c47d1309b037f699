"""`allocator report`: a plan as a PDF, a workbook and pictures. They are made by `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.common import AsJson, Language, PeoplePerDesk, Scheme, print_result

EXAMPLE = "allocator report out/wave1 --out out/wave1.pdf --language id"


def report(  # noqa: PLR0913, PLR0917 - the options, by name
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help="A folder that solve --out wrote, or plan.json.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="A .pdf, an .xlsx, or a folder for everything.")
    ],
    scenario: Annotated[
        Path | None,
        typer.Option(metavar="SCENARIO", help="The plan's scenario, if it is not beside it."),
    ] = None,
    people_per_desk: PeoplePerDesk = None,
    scheme: Scheme = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Report on a plan: a page for a minister, the stack plan, tables, risks and inputs.

    A folder gets report.pdf, report.xlsx and every picture as SVG, PNG and PDF. The plan is
    checked again before anything is said of it.
    """
    from allocator.report.load import load
    from allocator.report.write import check_place, write_report
    from allocator.texts import texts

    check_place(out)
    given = load(plan, scenario, texts(language), people_per_desk=people_per_desk, scheme=scheme)
    files = write_report(given, out)
    text = [str(file) for file in files]
    print_result({"files": text} if as_json else "".join(f"{file}\n" for file in text))
