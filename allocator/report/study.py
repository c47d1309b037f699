"""What a study found, in a language: sentences, tables with names in place of ids, a picture.

It is made from the study's own JSON, so that files, service and page say the same. Pages and
sheets are `study_files`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from allocator.errors import shorten
from allocator.report.names import Names
from allocator.report.tables import Cell, Column, Table
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.types import Scenario
from allocator.studies.sensitivity.demands import label
from allocator.studies.sensitivity.run import found_rows
from allocator.texts import Texts
from allocator.texts.sentences import capital, said

LONGEST = 80
Result = Mapping[str, Any]
Row = Mapping[str, Any]
Heads = Mapping[str, tuple[str, str]]
"""Columns by their field: key of the title, and what the cells are."""


@dataclass(frozen=True)
class StudyReport:
    """A study's answer for people.

    Attributes
    ----------
    chart
        Specification of its picture; None where it has none.
    opens
        Of each row of the first table, what it opens: ``job`` or ``plan`` (a place in the list of
        plans), with the ``wave`` it is for; None where it opens nothing.
    """

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    chart: dict[str, Any] | None = None
    opens: tuple[dict[str, Any] | None, ...] = ()


def study_report(kind: str, result: Result, scenario: Scenario, say: Texts) -> StudyReport:
    """Return what a study of a kind found; where there is no plan, that, and why."""
    names = Names(scenario, say)
    found = TELLERS[kind](result, names)
    # Reasons come after what was found: that there is no plan is said first, then why.
    reasons = [capital(said(r["message"], say, names.of)) for r in result.get("reasons") or ()]
    if result.get("status") in ("unknown", "infeasible"):
        reasons = [say(f"study.is_{result['status']}"), *reasons]
    return replace(found, sentences=(*found.sentences, *reasons))


RATIOS: Heads = {
    "people_per_desk": ("compare.ratio", "text"),
    "verdict": ("compare.status", "verdict"),
    "demand": ("compare.desks", "number"),
    "spare": ("compare.spare", "number"),
    "floors": ("compare.floors", "number"),
    "total": ("compare.total", "number"),
    "short_day_peak": ("compare.short_day", "percent"),
    "without_desk_peak": ("compare.without", "number"),
}
POINTS: Heads = {
    "point": ("study.number", "number"),
    "people_moved": ("study.people_moved", "number"),
    "units_moved": ("study.units_moved", "number"),
    "total_without_moves": ("study.total_without_moves", "number"),
    "bound": ("study.bound", "number"),
    "knee": ("study.knee", "yes"),
}
MOVES: Heads = {
    "step": ("study.step", "number"),
    "organisation_id": ("column.organisation", "organisation"),
    "unit_id": ("column.unit", "unit"),
    "from_floor": ("study.from", "floor"),
    "to_floor": ("study.to", "floor"),
    "people": ("column.people", "number"),
    "temporary": ("study.temporary", "yes"),
}
MOVES_BY_UNIT: Heads = {
    "organisation_id": ("column.organisation", "organisation"),
    "unit_id": ("column.unit", "unit"),
    "from_floors": ("study.from_floors", "floors"),
    "to_floors": ("study.to_floors", "floors"),
    "people_moved": ("study.people_moved", "number"),
    "wave": ("study.wave", "text"),
    "steps": ("study.steps", "text"),
}
WAVES: Heads = {
    "wave": ("study.wave", "number"),
    "people": ("column.people", "number"),
    "demand": ("compare.desks", "number"),
    "desks": ("study.desks_open", "number"),
    "floors": ("study.floors_open", "number"),
    "people_moved": ("study.people_moved", "number"),
    "total": ("compare.total", "number"),
    "bound": ("study.bound", "number"),
}
COMBINATIONS: Heads = {
    "unit_scenario": ("study.unit_scenario", "text"),
    "staff_scenario": ("study.staff_scenario", "text"),
    "family_scenario": ("study.family_scenario", "text"),
    "wave": ("study.wave", "number"),
    "people": ("column.people", "number"),
    "demand": ("compare.desks", "number"),
    "desks": ("study.desks_open", "number"),
    "flats_needed": ("study.flats_needed", "number"),
    "flats": ("study.flats", "number"),
    "people_possible": ("study.people_possible", "number"),
    "binds": ("study.binds", "binds"),
    "total": ("compare.total", "number"),
}
WEEKS: Heads = {
    "organisation_id": ("column.organisation", "organisation"),
    "unit_id": ("column.unit", "unit"),
    "people": ("column.people", "number"),
    **{day: (f"study.{day}", "percent") for day in WEEKDAYS},
    "all_hands_days": ("study.all_hands_days", "number"),
    "all_hands_days_before": ("study.all_hands_days_before", "number"),
}
FLOORS: Heads = {
    "floor_id": ("column.floor", "floor"),
    "people": ("column.people", "number"),
    "peak_weekday_before": ("study.peak_before", "weekday"),
    "short_day_peak_before": ("study.chance_before", "percent"),
    "peak_weekday_after": ("study.peak_after", "weekday"),
    "short_day_peak_after": ("study.chance_after", "percent"),
}
PRICES: Heads = {
    "demand": ("study.demand", "demand"),
    "subject": ("study.subject", "any"),
    "object": ("study.object", "any"),
    "price": ("study.price", "number"),
    "lowest": ("study.lowest", "number"),
    "highest": ("study.highest", "number"),
    "people_moved": ("study.people_moved", "number"),
}


def table(name: str, heads: Heads, rows: Iterable[Row], names: Names, *, note: str = "") -> Table:
    """Return rows as a table with names in place of ids."""
    say = names.say
    columns = tuple(
        Column(say(key), kind if kind in ("number", "percent") else "text", 1.0)
        for key, kind in heads.values()
    )
    cells = tuple(
        tuple(_cell(row.get(field), kind, row, names) for field, (_, kind) in heads.items())
        for row in rows
    )
    return Table(name, say(f"study.table_{name}"), note, columns, cells)


def _cell(value: Any, kind: str, row: Row, names: Names) -> Cell:
    """Return a cell of a table, with a name in the place of an id.

    Parameters
    ----------
    kind
        What the cells of the column are, as `Heads` has it.
    row
        The whole row, as some cells depend on others.
    """
    say = names.say
    if kind in ("number", "percent"):
        return value if value is None or isinstance(value, str) else float(value)
    if kind == "yes":
        return say("study.yes") if value else ""
    if value in (None, ""):
        return ""
    if kind == "binds":
        # Nothing binds either where there is a plan or where time ran out; these must not look
        # alike.
        is_open = "open" if row.get("total") is None else "plan"
        return say(f"relocate.is_{is_open if value == 'none' else value}")
    if kind == "floors":
        return "; ".join(names.floor(floor) for floor in value)
    wordings: dict[str, Callable[[str], str]] = {
        "unit": names.unit,
        "organisation": names.organisation,
        "floor": names.floor,
        "any": names.of,
        "weekday": lambda day: say(f"weekday.{day}"),
        "verdict": lambda verdict: say(f"verdict.{verdict}"),
        "demand": lambda demand: label(demand, (), say),
    }
    text = wordings.get(kind, str)(str(value))
    # A ratio is text, so that 1.30 stays 1.30; Indonesian writes a comma in it all the same.
    if kind == "text" and say.language == "id" and text.replace(".", "", 1).isdigit():
        text = text.replace(".", ",")
    return shorten(text, LONGEST)


def _ratios(result: Result, names: Names) -> StudyReport:
    """Tell a comparison: the window of ratios that fit and serve, and a row for each."""
    from allocator.studies.compare.serving import (  # noqa: PLC0415
        ComparisonRow,
        Serving,
        window,
    )
    from allocator.studies.compare.window_chart import window_chart  # noqa: PLC0415
    from allocator.studies.outcome import Outcome  # noqa: PLC0415

    case = names.case or names.say("report.untitled")
    # The service calls every case by one name; people call it by its title.
    rows: list[Row] = [dict(row) | {"scenario": case} for row in result["rows"]]
    made = [
        ComparisonRow(
            **{name: row.get(name) for name in ComparisonRow.model_fields if name in row},
            outcome=Outcome(**{name: row.get(name) for name in Outcome.model_fields}),
            serving=Serving(**{name: row.get(name) for name in Serving.model_fields}),
        )
        for row in rows
    ]
    opens = tuple(
        None if row.get("total") is None or not row.get("job") else {"job": row["job"]}
        for row in rows
    )
    in_words = window(made).said(names.say)
    return StudyReport(
        title=names.say("study.name_compare"),
        sentences=(f"{capital(in_words)}.",) if rows else (),
        tables=(table("compare", RATIOS, rows, names),),
        chart=window_chart(made, names.say.language).to_dict(validate=False) if rows else None,
        opens=opens,
    )


def _restack(result: Result, names: Names) -> StudyReport:
    """Tell a restack: the fewest people who move, the point that is recommended, and the curve."""
    from allocator.studies.restack.chart import restack_chart  # noqa: PLC0415 - slow to import
    from allocator.studies.restack.run import Point  # noqa: PLC0415

    say, rows = names.say, result["points"]
    points = tuple(Point.model_validate(row) for row in rows)
    sentences = []
    if points:
        sentences.append(
            say(
                "study.least",
                people=say.number(points[0].people_moved),
                least=say.amount(round(points[0].least_moved_bound, 1)),
            )
        )
    knee = next((point for point in points if point.knee), None)
    if knee is not None:
        saved = points[0].total_without_moves - knee.total_without_moves
        more = knee.people_moved - points[0].people_moved
        sentences.append(
            say(
                "study.knee_said", point=knee.point, more=say.number(more), saved=say.number(saved)
            )
        )
    # Moves are listed for the point that is recommended, else for the least change.
    moves = _first_moves(result, next((i for i, p in enumerate(points) if p.knee), 0), names)
    return StudyReport(
        title=say("study.name_restack"),
        sentences=(*sentences, *moves),
        tables=(table("restack", POINTS, rows, names),),
        chart=restack_chart(points, names.case, say.language).to_dict(validate=False)
        if points
        else None,
        opens=tuple({"plan": place} for place in range(len(points))),
    )


def _first_moves(result: Result, place: int, names: Names) -> tuple[str, ...]:
    """Return how the moves to a point come about; nothing where they were not ordered."""
    moves = (result.get("moves") or [None])[place : place + 1]
    return tuple(_moving(each, names) for each in moves if each)


def _moving(moves: Row, names: Names) -> str:
    """Return how many people move in how many steps, elsewhere meanwhile, and twice."""
    say = names.say
    told_as = {
        "people": say.number(moves["people_moved"]),
        "steps": say.number(moves["steps"]),
        "elsewhere": say.number(moves["people_elsewhere"]),
        "twice": say.number(moves["people_twice"]),
    }
    return say("study.moving", **told_as)


def _moves(result: Result, names: Names) -> StudyReport:
    """Tell an order of moves: what it takes, whether that is proved the least, and each move."""
    say = names.say
    sentences = [_moving(result, names)]
    if result["cycle"]:
        floors = ", ".join(names.floor(floor) for floor in result["cycle"])
        sentences.append(say("study.cycle", floors=floors))
    # Only if both are proved may the sentence say so.
    proved = result["is_fewest_elsewhere"] and result["is_fewest_twice"]
    sentences.append(say("study.fewest_proved" if proved else "study.fewest_open"))
    return StudyReport(
        title=say("study.name_moves"),
        sentences=tuple(sentences),
        tables=(table("moves", MOVES, (r for r in result["rows"] if r["people"]), names),),
    )


def _waves(result: Result, names: Names) -> StudyReport:
    """Tell plans in waves: their total, what foresight gains, and the moves between them."""
    say, rows = names.say, [_without_bound(row) for row in result["waves"]]
    sentences = []
    if result["total"] is not None:
        sentences.append(
            say(
                "study.waves_total", total=say.number(result["total"]), count=say.number(len(rows))
            )
        )
    if result["foresight"] is not None:
        share = say.percent(result["foresight_share"], 1)
        sentences.append(say("study.foresight", gain=say.number(result["foresight"]), share=share))
    sentences += [
        f"{say('waves.wave', number=at)}: {_moving(each, names)}"
        for at, each in enumerate(result["moves"], 1)
        if each
    ]
    opens = ({"plan": place, "wave": row["wave"]} for place, row in enumerate(rows))
    return StudyReport(
        title=say("study.name_waves"),
        sentences=tuple(sentences),
        tables=(table("waves", WAVES, rows, names),),
        opens=tuple(each if result["plans"] else None for each in opens),
    )


def _without_bound(row: Row) -> Row:
    """Return a row; a bound of 0 of what has no plan says nothing."""
    return row if row["total"] is not None or row["bound"] else dict(row) | {"bound": None}


def _relocate(result: Result, names: Names) -> StudyReport:
    """Tell a relocation: how many combinations fit, and what keeps the others."""
    from allocator.studies.relocate.chart import relocate_chart  # noqa: PLC0415 - slow to import
    from allocator.studies.relocate.report import summary  # noqa: PLC0415

    rows, say = result["rows"], names.say
    opens = (None if row.get("plan") is None else {"plan": row["plan"]} for row in rows)
    return StudyReport(
        title=say("study.name_relocate"),
        sentences=tuple(summary(result["combinations"], say)),
        tables=(table("relocate", COMBINATIONS, rows, names),),
        chart=relocate_chart(rows, say.language).to_dict(validate=False) if rows else None,
        opens=tuple(opens),
    )


def _rotas(result: Result, names: Names) -> StudyReport:
    """Tell weeks: floors short of desks before and after, all-hands days, and each unit's week."""
    from allocator.studies.rotas.chart import rotas_chart  # noqa: PLC0415 - slow to import

    say, people = names.say, max(1, result["people"])
    before, after = result["before"], result["after"]
    short = {"before": before["floors_short"], "after": after["floors_short"]}
    without = {
        "before_desk": say.number(before["without_desk_peak"]),
        "after_desk": say.number(after["without_desk_peak"]),
    }
    sentences = [say("study.weeks_said", **short, floors=after["floors"], **without)]
    for days, count in result["people_with_days"].items():
        share = say.percent(count / people)
        sentences.append(say("rotas.days", days=int(days), people=say.number(count), share=share))
    return StudyReport(
        title=say("study.name_rotas"),
        sentences=tuple(sentences),
        tables=(
            table("weeks", WEEKS, result["weeks"], names),
            table("floors", FLOORS, result["floors"], names),
        ),
        chart=rotas_chart(dict(result), say.language).to_dict(validate=False),
        opens=tuple({"plan": 0} for _ in result["weeks"][:1]),
    )


def _prices(result: Result, names: Names) -> StudyReport:
    """Tell what demands cost, the dearest first, and how many cost nothing that was found."""
    from allocator.studies.sensitivity.chart import sensitivity_chart  # noqa: PLC0415 - slow

    say, rows = names.say, result["rows"]
    sentence = say(
        "sensitivity.total",
        total=say.number(result["total"]),
        demands=len(rows),
        none=result["none_found"],
    )
    # Differences smaller than searches differ by count as none, not as a small price.
    found = found_rows(result)  # the dearest, which come first
    shown = [*found, *({**row, "price": say("study.none_found")} for row in rows[len(found) :])]
    chart = sensitivity_chart(dict(result), names.of, say).to_dict(validate=False)
    return StudyReport(
        title=say("study.name_sensitivity"),
        sentences=(sentence,),
        tables=(table("sensitivity", PRICES, shown, names),),
        chart=chart if found else None,
        opens=tuple({"plan": 0} for _ in rows[:1]),
    )


TELLERS: dict[str, Callable[[Result, Names], StudyReport]] = {
    "compare": _ratios,
    "restack": _restack,
    "moves": _moves,
    "waves": _waves,
    "relocate": _relocate,
    "rotas": _rotas,
    "sensitivity": _prices,
}
