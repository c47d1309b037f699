"""`allocator attendance`: what badge data say of attendance, worked out in `attendance`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allocator.cli.common import AsJson, print_result, say
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.attendance.estimate import Estimate, Interval

EXAMPLE = "allocator attendance estimate badges.csv"

app = typer.Typer(help="Work out who comes from badge data.", rich_markup_mode=None)


@app.callback()
def attendance() -> None:
    """Work out who comes from badge data."""


@app.command(epilog=f"Example: {EXAMPLE}")
def estimate(
    badges: Annotated[
        Path,
        typer.Argument(
            metavar="BADGES.csv", help="A table with date, unit_id, headcount, present."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Estimate attendance and write the [attendance] block of scenario.toml.

    From people present by day and unit: mean, weekday factors and correlation, with intervals.
    """
    from allocator.attendance.badges import read_badges
    from allocator.attendance.estimate import estimate as work_out

    found = work_out(read_badges(badges))
    if found.correlation.value < 0:
        say("the correlation found is below 0, and written as 0")
    print_result(_document(found) if as_json else _block(found, badges))


def _block(found: Estimate, badges: Path) -> str:
    """Return the section in TOML, intervals as comments."""
    factors = ", ".join(f"{factor.value:.3f}" for factor in found.weekday_factors)
    spans = ", ".join(_span(factor) for factor in found.weekday_factors)
    name = " ".join(badges.name.split())
    return (
        f"[attendance]  # from {name}: {counted(found.units, 'unit')} on "
        f"{counted(found.days, 'day')} in {counted(found.weeks, 'week')}; "
        "in comments 95 % intervals\n"
        f"mean_share = {found.mean_share.value:.3f}  # {_span(found.mean_share)}\n"
        f"weekday_factors = [{factors}]  # {spans}\n"
        f"correlation = {_written(found.correlation):.4f}  # {_span(found.correlation, 4)}\n"
    )


def _span(interval: Interval, digits: int = 3) -> str:
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def _written(correlation: Interval) -> float:
    """Return the correlation, not below 0: large units could not have it, and it is chance."""
    return max(0.0, correlation.value)


def _document(found: Estimate) -> dict[str, Any]:
    factors = found.weekday_factors
    return {
        "schema": 1,
        "attendance": {
            "mean_share": found.mean_share.value,
            "weekday_factors": [factor.value for factor in factors],
            "correlation": _written(found.correlation),
        },
        "intervals": {
            "mean_share": found.mean_share[1:],
            "weekday_factors": [factor[1:] for factor in factors],
            "correlation": found.correlation[1:],
        },
        "units": found.units,
        "days": found.days,
        "weeks": found.weeks,
    }
