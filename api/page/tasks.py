"""What the page asks for, worked out from what it sends: nothing is kept between requests.

Runs in a process of its own. Which address asks for which task is `routes`'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from allocator.errors import InputError, Problem
from allocator.plan.assemble import run_record, uses
from allocator.plan.seating import seated
from allocator.plan.svg import spec_of
from allocator.plan.tables import plan_from_json, unfit
from allocator.plan.types import Objective, Pieces, Plan, Status
from allocator.plan.uses import floor_uses
from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.plan.verify.given import read_pieces
from allocator.report.load import reported
from allocator.report.names import Names
from allocator.report.tables import Reported
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.document import parse_json
from allocator.scenario.read import scenario_from_json
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.scenario.write import scenario_json
from allocator.texts import Texts, texts
from allocator.texts.sentences import capital, said

Answer = bytes | dict[str, Any]
_PLACE = "request"
SCENARIOS_KEPT = 4
"""Scenarios that a process has at hand for the next request."""
LONGEST_LINE, MOST_LINES = 300, 12
"""Letters of a sentence on where a plan comes from, and such sentences."""
_FRACTION = re.compile(r"\d+/\d+ \(([\d.]+)\)")
"""A ratio that has no short decimals: people read the decimals alone."""
_ROWS = re.compile(r"(\(rules rows? )([\d, ]+)")


class Document(BaseModel):
    """What a task may be sent: of these, what it needs.

    Attributes
    ----------
    width, height
        Pixels of a picture.
    towers
        Ids of the towers to draw; empty for all.
    kind, result
        Of a study, and its answer.
    unit
        Whose moves alone are listed; empty for everybody's.
    provenance
        Sentences on where the plan comes from, beyond what the plan itself says.
    title
        Of a report or a picture, in the place of the scenario's own.
    messages
        Sentences of the library.
    change
        What a way out changes of the scenario.
    """

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    scenario: Any = None
    plan: dict[str, Any] | None = None
    placements: list[dict[str, Any]] = []
    language: str = ""
    colour: str = ""
    width: float = 0
    height: float = 0
    towers: list[str] = []
    kind: str = ""
    result: dict[str, Any] = {}
    unit: str = ""
    wave: int | None = None
    provenance: list[str] = []
    title: str = ""
    messages: list[str] = []
    change: dict[str, Any] = {}
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
    given = document.scenario
    # A relocation says who may come; headcounts follow from it and are not there yet.
    moves = isinstance(given, dict) and given.get("staff") and not given.get("headcounts")
    return told_of(scenario_from_json(given, for_relocation=bool(moves)), _say(document))


def told_of(whole: Scenario, say: Texts) -> dict[str, Any]:
    """Return a scenario's people, units, desks needed (None by chance) and usable, its ratio."""
    given = whole if whole.staff and not whole.headcounts else in_wave(whole)
    sharing = given.settings.sharing
    names = Names(given, say)
    if not given.housed:
        return _of_staff(given)
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
        "warnings": [capital(said(each.message, say, names.of)) for each in given.warnings],
    }


def _of_staff(given: Scenario) -> dict[str, Any]:
    """Return the same of a scenario that says who may come, and not yet who does."""
    units = {row.unit_id for row in given.staff}
    organisations = {row.organisation_id for row in given.units or () if row.unit_id in units}
    return {
        "title": given.settings.title or given.settings.name,
        "people": sum(row.people for row in given.staff),
        "units": len(units),
        "organisations": len(organisations),
        "towers": len({floor.tower_id for floor in given.floors}),
        "floors": len(given.floors),
        "needed": None,
        "usable": sum(usable_desks(floor, given.settings.sharing) for floor in given.floors),
        "people_per_desk": decimal_text(given.settings.sharing.people_per_desk),
        "warnings": [],
    }


def said_of(document: Document) -> Answer:
    """Return sentences of the library in the language, with names in the place of ids.

    Rows of tables are numbered as in a workbook, whose first row is the header.
    """
    scenario, say = scenario_from_json(document.scenario), _say(document)
    names = Names(scenario, say)
    # The page shows tables as a workbook does: rows count from the header, ratios have no
    # fractions.
    plain = (_ROWS.sub(_below_header, _FRACTION.sub(r"\1", each)) for each in document.messages)
    return {"said": [capital(said(message, say, names.of)) for message in plain]}


def _below_header(found: re.Match[str]) -> str:
    """Return a list of row numbers, each one further down, as the header is the first."""
    return found[1] + re.sub(r"\d+", lambda row: str(int(row[0]) + 1), found[2])


def look(document: Document) -> Answer:
    """Return what the checker says of a plan, and what each organisation's place costs."""
    from api.page.view import view  # noqa: PLC0415 - a module of its own

    given = _drafted(document)
    return view(given)


def stack(document: Document) -> Answer:
    """Return what the page draws of a plan as it stands."""
    return _picture(document, _scenario(document))


def _picture(document: Document, scenario: Scenario) -> dict[str, Any]:
    from api.page.drawing import drawing  # noqa: PLC0415 - slow to import

    pieces, _ = read_pieces(scenario, _rows(document))
    # The page says how wide it is; whatever it says, the picture stays one that a browser can
    # draw.
    width = int(min(max(document.width, 320), 4000))
    height = int(min(max(document.height, 300), 4000))
    return drawing(
        _drawn(scenario, pieces),
        scenario,
        _say(document),
        colour=document.colour,
        size=(width, height),
        towers=document.towers,
    )


def study(document: Document) -> Answer:
    """Return what a study found in words; as a PDF or a workbook where one is asked for."""
    from allocator.report.moves import moves_of  # noqa: PLC0415
    from allocator.report.study import study_report  # noqa: PLC0415

    for_relocation = document.kind == "relocate"
    scenario = scenario_from_json(document.scenario, for_relocation=for_relocation)
    say, result = _say(document), document.result
    try:
        found = study_report(document.kind, result, scenario, say)
        moves = moves_of(result, document.kind)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Problem("expected the answer of a study", _PLACE)]) from error
    if document.unit:
        moves = [row for row in moves if row["unit_id"] == document.unit]
    if document.form in ("pdf", "xlsx"):
        from allocator.report.study_files import study_pdf, study_workbook  # noqa: PLC0415

        names = Names(scenario, say)
        if document.form == "xlsx":
            return study_workbook(found, moves, names)
        case = scenario.settings.title or scenario.settings.name
        return study_pdf(found, moves, names, case)
    names = Names(scenario, say)
    return asdict(found) | {"units": {row["unit_id"]: names.unit(row["unit_id"]) for row in moves}}


def frame(document: Document) -> Answer:
    """Return what a slider shows of a study: a wave, a point of a curve, or a step of moves."""
    from api.page.drawing import MANY  # noqa: PLC0415 - slow to import
    from api.page.frames import frame_of  # noqa: PLC0415 - a module of its own

    scenario, say = scenario_from_json(document.scenario), _say(document)
    try:
        found = frame_of(document.kind, document.wave or 1, document.result, scenario, say)
        rows = document.placements or [asdict(row) for row in found.pieces]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Problem("expected the answer of a study", _PLACE)]) from error
    if document.kind == "waves":
        scenario = in_wave(scenario, document.wave)
    towers = [] if len(scenario.complex_of) <= MANY else list(found.towers)[:MANY]
    # What people have today would be judged as well, and here a step in between is shown.
    options = scenario.settings.options.model_copy(update={"max_people_moved": None})
    settings = scenario.settings.model_copy(update={"options": options})
    scenario = scenario.replace(current=(), predecessors=(), settings=settings)
    asked = {"placements": rows, "towers": towers}
    picture = _picture(document.model_copy(update=asked), scenario)
    words = {"title": found.title, "lines": found.lines, "arrows": found.arrows}
    shown = None if "glance" in picture else picture
    return words | {"outlined": found.outlined, "picture": shown}


def changed(document: Document) -> Answer:
    """Return the scenario with what a way out changes."""
    from allocator.studies.explain.changes import changed as after  # noqa: PLC0415

    try:
        scenario = after(scenario_from_json(document.scenario), document.change)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Problem("expected the change of a way out", _PLACE)]) from error
    found: dict[str, Any] = json.loads(scenario_json(scenario))
    return found


def wave(document: Document) -> Answer:
    """Return the scenario as it is in a wave, with the plan of the wave before as today's."""
    given = scenario_from_json(document.scenario)
    answer: dict[str, Any] = json.loads(scenario_json(in_wave(given, document.wave)))
    # People move to it from the plan of the wave before, in which every unit is its own.
    if document.placements:
        answer |= {"current": document.placements, "predecessors": []}
    return answer


def report(document: Document) -> Answer:
    """Return a report as a PDF or a workbook, or the annex of a decree."""
    from allocator.report.annex import ANNEXES  # noqa: PLC0415 - slow to import
    from allocator.report.write import MADE_BY  # noqa: PLC0415

    maker = (MADE_BY | ANNEXES).get(f".{document.form}")
    if maker is None:
        raise InputError([Problem("expected pdf or xlsx", "request", column="form")])
    given = _finished(document)
    about = tuple(line[:LONGEST_LINE] for line in document.provenance[:MOST_LINES])
    return maker(replace(given, title=document.title, provenance=about))


def picture(document: Document) -> Answer:
    """Return a picture as a file."""
    from allocator.report.pictures import FORMATS, pictures, render  # noqa: PLC0415

    given = _finished(document)
    drawn = pictures(given.plan, given.scenario, given.say)
    name, form = document.name, document.form
    if name not in drawn or form not in FORMATS:
        raise InputError([Problem("expected the name and form of a picture", "request")])
    chart = spec_of(drawn[name]())
    title = chart.get("title")
    if document.provenance and isinstance(title, dict) and "subtitle" in title:
        lines = document.provenance[:MOST_LINES]
        title["subtitle"] = [*title["subtitle"], "; ".join(lines)[:LONGEST_LINE]]
        title["text"] = document.title or title["text"]
    return render(chart, form)


def placements(document: Document) -> Answer:
    """Return who sits where as a CSV table."""
    from api.forms import FORMS  # noqa: PLC0415 - of the service

    given = _finished(document)
    return FORMS["csv"](given.plan, given.scenario, given.say)


_NAMED: tuple[Callable[[Document], Answer], ...] = (
    case,
    look,
    stack,
    study,
    wave,
    frame,
    changed,
    report,
    picture,
    placements,
)
TASKS = {task.__name__: task for task in _NAMED} | {"said": said_of}


def _scenario(document: Document) -> Scenario:
    """Return the scenario of a document, kept by its text, as a page asks many times about one."""
    return _read_scenario(json.dumps(document.scenario))


@lru_cache(maxsize=SCENARIOS_KEPT)
def _read_scenario(text: str) -> Scenario:
    """Return the scenario in its last wave; one that was asked about just now is at hand."""
    return in_wave(scenario_from_json(json.loads(text)))


def _say(document: Document) -> Texts:
    """Return the words in the language of a document."""
    return texts(document.language)


def _finished(document: Document) -> Reported:
    """Return a plan that was solved, or one made by hand that breaks no rule."""
    if document.plan is not None:
        plan = plan_from_json(json.dumps(document.plan))
        return reported(plan, _scenario(document), _say(document))
    given = _drafted(document)
    # A plan with units left out may be printed: it says so itself. One that breaks a rule may not.
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
    """Return the placements of a document as the checker takes them."""
    return [
        GivenPlacement(
            str(row.get("unit_id")), str(row.get("floor_id")), row.get("desks"), row.get("people")
        )
        for row in document.placements
    ]


def _drawn(scenario: Scenario, pieces: Pieces) -> Plan:
    """Return as much of a plan as its picture needs; nothing is judged."""
    placed = seated(scenario, pieces)
    return _unproved(scenario, placements=placed, floors=floor_uses(scenario, placed))


def draft(scenario: Scenario, check: Check) -> Plan:
    """Return a plan that nothing is proved of, and that may break rules: to be looked at only."""
    found = Objective(total=check.total, unplaced_people=check.unplaced_people, terms=check.terms)
    known = uses(scenario, check) | {"objective": found, "warnings": scenario.warnings}
    return _unproved(scenario, **known)


def _unproved(scenario: Scenario, **parts: Any) -> Plan:
    nothing = Objective(total=None, unplaced_people=None, terms=None)
    run = run_record(scenario, seed=0, workers=1, time_limit_s=0, wall_s=0)
    known = {"objective": nothing, "bound": None, "gap": None, "run": run, "warnings": ()}
    return Plan(status=Status.UNKNOWN, **(known | parts))
