"""Writes the plans of waves: a folder each, waves.csv, waves.json, the moves, and the picture."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from allocator.plan.assemble import checked_plan, run_record
from allocator.plan.svg import as_svg
from allocator.plan.tables import json_text, write_plan
from allocator.plan.types import Plan
from allocator.scenario.write import csv_text
from allocator.search.bounds import bounds_at_once
from allocator.search.compile import compile_case
from allocator.search.options import SolveOptions
from allocator.studies.files import write_whole
from allocator.studies.moves import write_moves
from allocator.studies.waves.run import WaveRow, WavesFound
from allocator.studies.waves.solution import Solution, movers
from allocator.texts import Texts, texts

TABLE = "waves.csv"
DOCUMENT = "waves.json"
PICTURE = "waves.svg"
GAP = 24
"""Pixels between the pictures of two waves."""
HEADING = 26


def document(found: WavesFound) -> dict[str, Any]:
    """Return the content of waves.json."""
    solution, first = found.solution, found.one_after_the_other
    total = None if solution is None else solution.total
    gain = found.foresight
    return {
        "schema": 1,
        "status": found.status.value,
        "total": total,
        "bound": found.bound if total is None else min(found.bound, total),
        "unplaced_people": None if solution is None else solution.unplaced,
        "one_after_the_other": None if first is None else first.total,
        "foresight": gain,
        "foresight_share": None if gain is None or first is None else gain / max(first.total, 1.0),
        "weights": list(found.waves.weights),
        "waves": [row.model_dump(mode="json") for row in found.rows],
        "reasons": [reason.model_dump(mode="json") for reason in found.reasons],
    }


def write_waves(found: WavesFound, folder: Path, options: SolveOptions) -> tuple[Path, ...]:
    """Write the files and return those of the folder itself; waves of an earlier run are removed.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    # Fewer waves than last time would leave folders that belong to no row.
    for stale in folder.glob("wave-[0-9]*"):
        shutil.rmtree(stale, ignore_errors=True)
    columns = tuple(WaveRow.model_fields)
    cells = ([getattr(row, column) for column in columns] for row in found.rows)
    contents = {TABLE: csv_text(columns, cells), DOCUMENT: json_text(document(found))}
    if found.solution is not None:
        plans = plans_of(found, found.solution, options)
        for number, plan in enumerate(plans):
            at = folder / f"wave-{number + 1}"
            write_plan(plan, at, found.solution.scenario(number))
            moves = found.moves[number]
            if moves is not None:
                write_moves(moves, at)
        contents[PICTURE] = picture(found.solution, plans, texts("en"))
    else:
        (folder / PICTURE).unlink(missing_ok=True)
    for name, text in contents.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in contents)


def plans_of(found: WavesFound, solution: Solution, options: SolveOptions) -> tuple[Plan, ...]:
    """Return the checked plan of each wave, at the price of moves that the scenario says.

    Parameters
    ----------
    found
        For the bounds of the waves.
    solution
        The plans, which need not be the best ones.
    options
        Recorded with each plan.
    """
    return tuple(
        checked_plan(
            solution.scenario(number),
            pieces,
            term_bounds=bounds_at_once(compile_case(solution.scenario(number))).terms,
            bound=min(found.bounds[number], solution.totals[number]),
            run=run_record(
                solution.scenario(number),
                seed=options.seed,
                workers=options.workers,
                time_limit_s=options.time_limit_s,
                wall_s=0.0,
            ),
        )
        for number, pieces in enumerate(solution.plans)
    )


def picture(solution: Solution, plans: tuple[Plan, ...], say: Texts) -> str:
    """Return all waves side by side as one SVG, with the pieces outlined to which people moved.

    The first wave outlines nobody, as it has no wave before.
    """
    parts, x, tallest = [], GAP, 0.0
    names = solution.waves.names
    for number, plan in enumerate(plans):
        before = solution.plans[number - 1] if number else {}
        svg, width, height = _stack(solution, number, plan, before, say)
        name = names[number] if names else say("waves.wave", number=number + 1)
        title = (
            f'<text x="{x + GAP}" y="{HEADING}" font-family="Liberation Sans, Arial, sans-serif" '
            f'font-size="16" font-weight="bold" fill="#1F2933">{_escaped(name)}</text>'
        )
        parts += [title, svg.replace("<svg ", f'<svg x="{x}" y="{HEADING + 10}" ', 1)]
        x, tallest = x + int(width) + GAP, max(tallest, height)
    height = tallest + 2 * HEADING + 2 * GAP
    foot = (
        f'<text x="{2 * GAP}" y="{height - GAP / 2}" font-family="Liberation Sans, Arial, '
        f'sans-serif" font-size="12" fill="#5B6670">{_escaped(say("waves.movers"))}</text>'
    )
    size = f'width="{x}" height="{height:.0f}" viewBox="0 0 {x} {height:.0f}"'
    ground = f'<rect width="{x}" height="{height:.0f}" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(parts)}{foot}</svg>\n'


def _stack(
    solution: Solution, number: int, plan: Plan, before: Any, say: Texts
) -> tuple[str, float, float]:
    """Return the picture of a wave, with ids of its own, and its size."""
    from allocator.plan.stack import stack_chart  # noqa: PLC0415 - slow to import

    moved = movers(before, solution.plans[number])
    chart = stack_chart(plan, solution.scenario(number), say=say, outlined=moved)
    svg = as_svg(chart)
    # Ids of several pictures in one document must differ, or one picture would refer to another.
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>w{number + 1}-", svg)
    width, height = (
        float(found[1]) if (found := re.search(rf'<svg [^>]*\b{side}="([\d.]+)"', svg)) else 0.0
        for side in ("width", "height")
    )
    return svg, width, height


def _escaped(text: str) -> str:
    """Return text as it may stand in SVG."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
