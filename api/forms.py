"""A plan as a table, a workbook, a picture or a report. Runs in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from allocator.plan.svg import as_svg, spec_of
from allocator.plan.tables import plan_from_json
from allocator.plan.types import Placement, Plan
from allocator.scenario.read import scenario_from_json
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.scenario.write import csv_text
from allocator.texts import Texts, texts

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
"""By the suffix of a plan's address."""


def formed(form: str, scenario: Mapping[str, Any], plan: str, language: str) -> bytes:
    """Return a plan in a form other than JSON.

    Parameters
    ----------
    scenario, plan
        As JSON: parsed, and as text.
    language
        Of the words in it.
    """
    # The scenario of the job, not today's: the picture shows what the plan was made for.
    given = in_wave(scenario_from_json(scenario))
    return FORMS[form](plan_from_json(plan).of(given), given, texts(language))


def _csv(plan: Plan, _scenario: Scenario, _say: Texts) -> bytes:
    columns = tuple(Placement.model_fields)
    rows = ([getattr(row, column) for column in columns] for row in plan.placements)
    return csv_text(columns, rows).encode()


def _svg(plan: Plan, _scenario: Scenario, say: Texts) -> bytes:
    return as_svg(plan.stack_chart(say=say)).encode()


def _png(plan: Plan, _scenario: Scenario, say: Texts) -> bytes:
    import vl_convert  # noqa: PLC0415 - slow to import

    png: bytes = vl_convert.vegalite_to_png(spec_of(plan.stack_chart(say=say)), scale=1.25)
    return png


def _pdf(plan: Plan, scenario: Scenario, say: Texts) -> bytes:
    from allocator.report.load import reported  # noqa: PLC0415 - slow to import
    from allocator.report.pdf import pdf  # noqa: PLC0415

    return pdf(reported(plan, scenario, say))


def _xlsx(plan: Plan, scenario: Scenario, say: Texts) -> bytes:
    from allocator.report.book import workbook  # noqa: PLC0415 - slow to import
    from allocator.report.load import reported  # noqa: PLC0415

    return workbook(reported(plan, scenario, say))


FORMS: dict[str, Callable[[Plan, Scenario, Texts], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
}
