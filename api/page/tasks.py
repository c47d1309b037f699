"""What the page asks for, worked out from what it sends: nothing is kept between requests.

Runs in a process of its own. Which address asks for which task is `routes`'.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from allocator.errors import InputError, Problem
from allocator.plan.assemble import run_record, uses
from allocator.plan.seating import seated
from allocator.plan.tables import plan_from_json, unfit
from allocator.plan.types import Objective, Pieces, Plan, Status
from allocator.plan.uses import floor_uses
from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.plan.verify.given import read_pieces
from allocator.report.load import reported
from allocator.report.tables import Reported
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.document import parse_json
from allocator.scenario.read import scenario_from_json
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.texts import Texts, texts

Answer = bytes | dict[str, Any]
_PLACE = "request"


class Document(BaseModel):
    """What a task may be sent: of these, what it needs.

    Attributes
    ----------
    width, height
        Pixels of a picture.
    marked
        Unit and floor of each piece to be marked.
    rows
        Of a comparison.
    """

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    scenario: Any = None
    plan: dict[str, Any] | None = None
    placements: list[dict[str, Any]] = []
    language: str = ""
    colour: str = "group"
    width: float = 0
    height: float = 0
    marked: list[list[str]] = []
    rows: list[dict[str, Any]] = []
    form: str = ""
    name: str = ""


def answer(task: str, body: bytes) -> Answer:
    """Return what a task answers to a body.

    Raises
    ------
    InputError
        If it is not what the task needs.
    """
    document = parse_json(body, _PLACE)
    if not isinstance(document, dict):
        raise InputError([Problem("expected an object", _PLACE)])
    try:
        return TASKS[task](Document.model_validate(document))
    except ValidationError as error:
        raise unfit(error, _PLACE) from error


def case(document: Document) -> Answer:
    """Return what is known of a scenario before it is solved."""
    return told_of(_scenario(document))


def told_of(given: Scenario) -> dict[str, Any]:
    """Return a scenario's people, units, desks needed (None by chance) and usable, its ratio."""
    sharing = given.settings.sharing
    return {
        "title": given.settings.title or given.settings.name,
        "people": sum(unit.headcount for unit in given.housed),
        "units": len(given.housed),
        "organisations": len({unit.organisation_id for unit in given.housed}),
        "towers": len({floor.tower_id for floor in given.floors}),
        "floors": len(given.floors),
        "needed": None if given.by_chance else sum(demand(unit) for unit in given.housed),
        "usable": sum(usable_desks(floor, sharing) for floor in given.floors),
        "people_per_desk": decimal_text(sharing.people_per_desk),
        "warnings": [warning.message for warning in given.warnings],
    }


def look(document: Document) -> Answer:
    """Return what the checker says of a plan, and what each organisation's place costs."""
    from api.page.view import view  # noqa: PLC0415 - a module of its own

    given = _drafted(document)
    return view(given)


def stack(document: Document) -> Answer:
    """Return the stack plan's specification."""
    from allocator.plan.stack import stack_chart  # noqa: PLC0415 - slow to import

    scenario, say = _scenario(document), _say(document)
    pieces, _ = read_pieces(scenario, _rows(document))
    width = int(min(max(document.width, 600), 4000))
    height = int(min(max(document.height, 300), 4000))
    chart = stack_chart(
        _drawn(scenario, pieces),
        scenario,
        colour=document.colour,
        say=say,
        width=width,
        tallest=height / width,
        has_heading=False,
        marked=[(piece[0], piece[1]) for piece in document.marked if len(piece) > 1],
    )
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification


def window(document: Document) -> Answer:
    """Return the picture of the ratios that fit and serve."""
    from allocator.studies.compare.run import Row  # noqa: PLC0415 - slow to import
    from allocator.studies.compare.serving import Serving  # noqa: PLC0415
    from allocator.studies.compare.window_chart import window_chart  # noqa: PLC0415
    from allocator.studies.outcome import Outcome  # noqa: PLC0415

    rows = []
    for cells in document.rows:
        outcome = {name: cells.get(name) for name in Outcome.model_fields}
        serving = {name: cells.get(name) for name in Serving.model_fields}
        own = {name: cells.get(name) for name in Row.model_fields if name in cells}
        rows.append(Row(**own, outcome=Outcome(**outcome), serving=Serving(**serving)))
    chart = window_chart(rows, document.language)
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification


def report(document: Document) -> Answer:
    """Return a report as a PDF or a workbook."""
    from allocator.report.write import MADE_BY  # noqa: PLC0415 - slow to import

    maker = MADE_BY.get(f".{document.form}")
    if maker is None:
        raise InputError([Problem("expected pdf or xlsx", "request", column="form")])
    return maker(_finished(document))


def picture(document: Document) -> Answer:
    """Return a picture as a file."""
    from allocator.report.pictures import FORMATS, pictures, render  # noqa: PLC0415

    given = _finished(document)
    drawn = pictures(given.plan, given.scenario, given.say)
    name, form = document.name, document.form
    if name not in drawn or form not in FORMATS:
        raise InputError([Problem("expected the name and form of a picture", "request")])
    return render(drawn[name]().to_dict(), form)


def placements(document: Document) -> Answer:
    """Return who sits where as a CSV table."""
    from api.forms import FORMS  # noqa: PLC0415 - of the service

    given = _finished(document)
    return FORMS["csv"](given.plan, given.scenario)


TASKS: dict[str, Callable[[Document], Answer]] = {
    task.__name__: task for task in (case, look, stack, window, report, picture, placements)
}


def _scenario(document: Document) -> Scenario:
    return in_wave(scenario_from_json(document.scenario))


def _say(document: Document) -> Texts:
    return texts(document.language)


def _finished(document: Document) -> Reported:
    """Return a plan that was solved, or one made by hand that breaks no rule."""
    if document.plan is not None:
        plan = plan_from_json(json.dumps(document.plan))
        return reported(plan, _scenario(document), _say(document))
    given = _drafted(document)
    broken = [v for v in given.check.violations if v.kind != "unplaced"]
    if broken:
        raise InputError([Problem(violation.message, "plan") for violation in broken])
    return given


def _drafted(document: Document) -> Reported:
    """Return a plan as it stands, also one that breaks rules, with what the checker says."""
    scenario = _scenario(document)
    check = verify(scenario, _rows(document))
    return Reported(draft(scenario, check).of(scenario), scenario, check, _say(document))


def _rows(document: Document) -> list[GivenPlacement]:
    return [
        GivenPlacement(
            str(row.get("unit_id")), str(row.get("floor_id")), row.get("desks"), row.get("people")
        )
        for row in document.placements
    ]


def _drawn(scenario: Scenario, pieces: Pieces) -> Plan:
    """Return as much of a plan as its picture needs; nothing is judged."""
    placed = seated(scenario, pieces)
    return Plan(
        status=Status.UNKNOWN,
        objective=Objective(total=None, unplaced_people=None, terms=None),
        bound=None,
        gap=None,
        placements=placed,
        floors=floor_uses(scenario, placed),
        run=run_record(scenario, seed=0, workers=1, time_limit_s=0, wall_s=0),
    )


def draft(scenario: Scenario, check: Check) -> Plan:
    """Return a plan that nothing is proved of, and that may break rules: to be looked at only."""
    plan = _drawn(scenario, check.pieces)
    return plan.model_copy(
        update={
            "objective": Objective(
                total=check.total, unplaced_people=check.unplaced_people, terms=check.terms
            ),
            "warnings": scenario.warnings,
        }
        | uses(scenario, check)
    )
