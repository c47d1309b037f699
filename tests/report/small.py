"""A small plan to report on, whose figures can be worked out by hand."""

from __future__ import annotations

from typing import Any

from allocator.plan.assemble import checked_plan
from allocator.plan.types import Run, TracePoint
from allocator.report.load import reported
from allocator.report.tables import Reported
from allocator.texts import texts
from tests.builders import scenario

TRACE = (
    TracePoint(seconds=0.5, total=None, bound=100.0),
    TracePoint(seconds=1.0, total=900.0, bound=100.0),
    TracePoint(seconds=2.0, total=700.0, bound=150.0),
)
RUN = Run(
    seed=3,
    workers=2,
    time_limit_s=5,
    wall_s=2.5,
    versions={"allocator": "0.0"},
    inputs={"floors": "ab" * 32},
    trace=TRACE,
)
SMALL: dict[str, Any] = {
    "floors": [("A1", "A", 1, 40), ("A3", "A", 3, 40), ("A2", "A", 2, 40), ("B1", "B", 1, 30)],
    "towers": [("A", "North house", "Park"), ("B", "South house", "Park")],
    "organisations": [
        {"organisation_id": "Fin", "name": "Ministry of Finance"},
        {"organisation_id": "Sea", "name": "Ministry of the Sea", "coordinator_id": "Fin"},
    ],
    "headcounts": [("tax", 50, "Fin"), ("audit", 20, "Fin"), ("port", 30, "Sea")],
    "settings": {"title": "Two houses"},
}
PIECES = {("tax", "A1"): 25, ("tax", "A3"): 25, ("audit", "B1"): 20, ("port", "A2"): 30}


def small(language: str = "en", **changes: Any) -> Reported:
    """Return the plan, with some tables or settings replaced."""
    case = scenario(**(SMALL | changes))
    plan = checked_plan(case, PIECES, term_bounds={}, bound=0.0, run=RUN)
    return reported(plan, case, texts(language))
