"""A plan as a table, a workbook, a picture or a report. Runs in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from allocator.plan.tables import plan_from_json
from allocator.plan.types import Placement, Plan
from allocator.scenario.read import scenario_from_json
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.scenario.write import csv_text

if TYPE_CHECKING:
    from allocator.report.tables import Reported

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
"""By the suffix of a plan's address."""


def formed(form: str, scenario: Mapping[str, Any], plan: str) -> bytes:
    """Return a plan in a form other than JSON.

    Parameters
    ----------
    scenario, plan
        As JSON: parsed, and as text.
    """
    given = in_wave(scenario_from_json(scenario))
    return FORMS[form](plan_from_json(plan).of(given), given)


def _csv(plan: Plan, _scenario: Scenario) -> bytes:
    columns = tuple(Placement.model_fields)
    rows = ([getattr(row, column) for column in columns] for row in plan.placements)
    return csv_text(columns, rows).encode()


def _svg(plan: Plan, _scenario: Scenario) -> bytes:
    import vl_convert  # noqa: PLC0415 - slow to import

    svg: str = vl_convert.vegalite_to_svg(plan.stack_chart().to_dict())
    return svg.encode()


def _png(plan: Plan, _scenario: Scenario) -> bytes:
    import vl_convert  # noqa: PLC0415 - slow to import

    png: bytes = vl_convert.vegalite_to_png(plan.stack_chart().to_dict(), scale=1.25)
    return png


def _pdf(plan: Plan, scenario: Scenario) -> bytes:
    from allocator.report.pdf import pdf  # noqa: PLC0415 - slow to import

    return pdf(_reported(plan, scenario))


def _xlsx(plan: Plan, scenario: Scenario) -> bytes:
    from allocator.report.book import workbook  # noqa: PLC0415 - slow to import

    return workbook(_reported(plan, scenario))


def _reported(plan: Plan, scenario: Scenario) -> Reported:
    from allocator.report.load import reported  # noqa: PLC0415 - slow to import
    from allocator.texts import texts  # noqa: PLC0415

    return reported(plan, scenario, texts("en"))


FORMS: dict[str, Callable[[Plan, Scenario], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
}
