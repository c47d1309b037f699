"""Requests read: from the bytes of a body to what is asked, in the words that a job keeps.

Runs in a process of its own (`api.request_workers`), as bodies may be hostile. The scenario part
is read by the library, as from any JSON or any tables.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from allocator.errors import InputError, Problem
from allocator.plan.verify import GivenPlacement, verify
from allocator.scenario.build import shown
from allocator.scenario.document import parse_json
from allocator.scenario.names import Nearest
from allocator.scenario.ratio import unwanted_ratio
from allocator.scenario.read import (
    headcounts_from_file,
    rows_from_file,
    scenario_from_files,
    scenario_from_json,
)
from allocator.scenario.tables import TABLES
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant
from allocator.scenario.waves import in_wave
from allocator.scenario.write import scenario_json
from allocator.words import counted
from api.settings import ServiceSettings

SCENARIO_KEYS = (*TABLES, "settings")
EFFORT = ("time_limit_s", "seed")
CHECK = "check"
RELOCATE = "relocate"
CHOSEN = ("chosen_units", "chosen_staff", "chosen_families")
"""Names of the unit, staff and family scenarios to go through; without, all."""
BY = ("unit", "organisation")
OPTIONS: dict[str, tuple[str, ...]] = {
    "allocate": (*EFFORT, "start"),
    "explain": EFFORT,
    "tightest": EFFORT,
    "restack": (*EFFORT, "opens", "grow"),
    "moves": (*EFFORT, "placements", "people_per_step"),
    "waves": (*EFFORT, "opens", "grow"),
    "compare": (*EFFORT, "people_per_desk", "schemes"),
    "batch": (*EFFORT, "tables"),
    "relocate": (*EFFORT, *CHOSEN),
    "rotas": (*EFFORT, "start", "by"),
    "sensitivity": (*EFFORT, "start"),
    CHECK: ("placements",),
}
"""Keys of a request beside those of the scenario, by what is asked."""
PLACEMENT_COLUMNS, AMOUNTS = ("unit_id", "floor_id"), ("desks", "people")
"""Columns of a placement: it has one of the amounts at least, with capacity by chance people."""
USUAL_TIME_LIMIT_S = 30.0
LARGEST_SEED = 2**31 - 1
ROWS_A_UNIT = 20
"""Rows of any other table for each unit that there may be."""
MOST_SCHEMES = 20
"""Headcount schemes of one scenario that its limit of units allows for: one of them is solved."""
_PLACE = "request"


class MalformedError(InputError):
    """A body is no JSON text, or one that can be read in two ways."""


@dataclass(frozen=True)
class ParsedRequest:
    """What is asked, valid as far as can be known without solving.

    Attributes
    ----------
    request
        JSON text: ``scenario`` (tables and settings) and ``options``.
    name
        Of the scenario, for people.
    """

    kind: str
    request: str
    name: str
    time_limit_s: float

    @property
    def sha256(self) -> str:
        """Fingerprint by which a retry differs from another request."""
        return hashlib.sha256(f"{self.kind}\n{self.request}".encode()).hexdigest()


Part = tuple[str, str | None, bytes]
"""A part of a form: its name, its file's name where it is a file, and its content."""
Content = bytes | tuple[Part, ...]
"""A body: JSON text, or the parts of a form."""


def usual_time_limit_s(limits: ServiceSettings) -> float:
    """Return the seconds that a solve is given where the request does not say."""
    return min(USUAL_TIME_LIMIT_S, limits.max_time_limit_s)


def read_json(kind: str, body: bytes, limits: ServiceSettings) -> tuple[ParsedRequest, Scenario]:
    """Return what a JSON body asks for.

    Raises
    ------
    MalformedError
        If it is no JSON, or gives a key twice.
    InputError
        With everything else that is wrong, each thing with its table, row (from 1) and column.
    """
    try:
        document = parse_json(body, _PLACE)
    except InputError as error:
        raise MalformedError(error.problems) from error
    if not isinstance(document, Mapping):
        raise InputError([Problem("expected an object", _PLACE, value=shown(document))])
    too_many = list(_too_many(document, limits))
    # Before anything is read: the limit is there so that no reading takes long.
    if too_many:
        raise InputError(too_many)
    tables = {key: document[key] for key in SCENARIO_KEYS if key in document}
    options, problems = _options(kind, document, limits)
    try:
        scenario = _scenario(kind, tables, options)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    problems += [*_unwanted(options, scenario), *over_time_problems(kind, options, scenario)]
    if problems:
        raise InputError(problems)
    _refuse_what_cannot_move(kind, options, scenario)
    return _parsed(kind, tables, options, scenario), scenario


def _unwanted(options: Mapping[str, Any], scenario: Scenario) -> Iterator[Problem]:
    """Return what is wrong with ratios where the scenario wants none."""
    asked = options.get("people_per_desk")
    return unwanted_ratio(scenario.settings, ratio_text(asked), _PLACE) if asked else iter(())


def _refuse_what_cannot_move(kind: str, options: Mapping[str, Any], scenario: Scenario) -> None:
    """Count a relocation, and see that rotas can be chosen: what is wrong with them is said now.

    Raises
    ------
    InputError
        With the scenarios of units, staff and families that do not go together.
    """
    if kind == RELOCATE:
        from allocator.studies.relocate.counting import Names, combinations  # noqa: PLC0415

        combinations(scenario, Names.of(scenario, *(options.get(key) for key in CHOSEN)))
    if kind == "rotas":
        from allocator.studies.rotas.refused import refuse_chance_apart  # noqa: PLC0415

        refuse_chance_apart(scenario)


def _scenario(kind: str, tables: Mapping[str, Any], options: Mapping[str, Any]) -> Scenario:
    """Return the scenario; of several schemes to be compared, with the first."""
    if kind == RELOCATE:
        return scenario_from_json(tables, name=_PLACE, for_relocation=True)
    schemes = options.get("schemes")
    if not isinstance(schemes, list) or not all(isinstance(name, str) for name in schemes):
        return scenario_from_json(tables, name=_PLACE)
    # All are read, so that what is wrong in the last scheme is said now and not after an hour.
    each = [scenario_from_json(tables, scheme=name, name=_PLACE) for name in schemes]
    return each[0] if each else scenario_from_json(tables, name=_PLACE)


def read_form(
    kind: str, parts: Sequence[Part], limits: ServiceSettings
) -> tuple[ParsedRequest, Scenario]:
    """Return what a form with tables as files asks for.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its file, row and column.
    """
    files = {name: (PurePath(file).name, data) for name, file, data in parts if file}
    tables = {k: v for k, v in files.items() if k not in ("start", "placements", "tables")}
    given, problems = _form_options(kind, parts)
    options, more = _options(kind, given, limits)
    problems += more
    try:
        scenario = scenario_from_files(tables, for_relocation=kind == RELOCATE)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    # Kept as JSON whatever it came as: workers read one form only.
    document = json.loads(scenario_json(scenario))
    problems += [*_too_many(document, limits), *_unwanted(options, scenario)]
    problems += over_time_problems(kind, options, scenario)
    if problems:
        raise InputError(problems)
    _refuse_what_cannot_move(kind, options, scenario)
    return _parsed(kind, document, options, scenario), scenario


def _parsed(
    kind: str, tables: Mapping[str, Any], options: Mapping[str, Any], scenario: Scenario
) -> ParsedRequest:
    """Return the parsed request, its JSON as it is kept and hashed."""
    request = json.dumps({"scenario": tables, "options": options}, separators=(",", ":"))
    name = scenario.settings.title or scenario.settings.name
    return ParsedRequest(kind, request, name[:200], options.get("time_limit_s", 0.0))


def _too_many(document: Mapping[str, Any], limits: ServiceSettings) -> Iterator[Problem]:
    """Yield a problem for each table with more rows than this service takes."""
    most_rows = {
        "floors": limits.max_floors,
        "headcounts": limits.max_units,
        "tables": limits.max_tables,
    }
    for table, rows in document.items():
        if not isinstance(rows, list):
            continue
        most = most_rows.get(table, ROWS_A_UNIT * limits.max_units)
        count = _units(rows, most) if table == "headcounts" else len(rows)
        if count > most:
            yield Problem(
                f"expected at most {counted(most, 'row')}", table, value=counted(count, "row")
            )


def _units(rows: list[Any], most: int) -> int:
    """Return the most rows of headcounts that a scheme has, with those that belong to all.

    Beyond what so many schemes of the most units have, all rows count.
    """
    if len(rows) > most * MOST_SCHEMES:
        return len(rows)
    counts = Counter(str(row.get("scheme") or "") if isinstance(row, dict) else "" for row in rows)
    # Rows without a scheme belong to each, so they count with the largest.
    of_all = counts.pop("", 0)
    return of_all + max(counts.values(), default=0)


def _options(
    kind: str, document: Mapping[str, Any], limits: ServiceSettings
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the options of a request with their defaults, and what is wrong with them."""
    known = OPTIONS[kind]
    problems = list(_unknown_keys(document, (*SCENARIO_KEYS, *known)))
    given = {key: document[key] for key in known if document.get(key) is not None}
    if kind != CHECK:
        given = {"time_limit_s": usual_time_limit_s(limits), "seed": 0} | given
        problems += _unfit(given, limits.max_time_limit_s)
    for key in ("start", "placements"):
        problems += _unfit_placements(key, given.get(key, []))
    if "placements" in known and "placements" not in given:
        problems.append(Problem("expected this table, which is missing", "placements"))
    problems += _unfit_over_time(given)
    if kind == "compare":
        problems += _unfit_cases(given, limits.max_tables)
    for key in CHOSEN:
        if not _are_texts(given.get(key, [])):
            problems.append(
                Problem("expected an array of texts", _PLACE, None, key, shown(given[key]))
            )
            del given[key]
    if given.get("by", BY[0]) not in BY:
        wanted = f"expected one of {', '.join(BY)}"
        problems.append(Problem(wanted, _PLACE, None, "by", shown(given["by"])))
    if kind == "batch":
        problems += _unfit_tables(given.get("tables"), limits.max_units)
    return given, problems


def _are_texts(value: Any) -> bool:
    """Whether a value is an array of texts."""
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _unknown_keys(document: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each unknown key, with the nearest known one."""
    nearest = Nearest(known)
    for key in document:
        if key not in known:
            yield Problem(f"unknown table or key{nearest.hint(key)}", _PLACE, column=key)


def _unfit(effort: Mapping[str, Any], most_s: float) -> Iterator[Problem]:
    """Return what is wrong with how to solve; types are strict, so true is no number."""
    seconds, seed = effort["time_limit_s"], effort["seed"]
    # The exact type: isinstance(True, int) holds, and true is no number of seconds. NaN fails as
    # well.
    if type(seconds) not in (int, float) or not 0 < seconds <= most_s:
        message = f"expected a number of seconds above 0 and at most {most_s:g}"
        yield Problem(message, _PLACE, None, "time_limit_s", shown(seconds))
    if type(seed) is not int or not 0 <= seed <= LARGEST_SEED:
        message = f"expected a whole number from 0 to {LARGEST_SEED}"
        yield Problem(message, _PLACE, None, "seed", shown(seed))


def _unfit_placements(key: str, rows: Any) -> Iterator[Problem]:
    """Return what is no placement at all; what breaks a rule is for the checker to say."""
    if not isinstance(rows, list):
        yield Problem("expected an array", key, value=shown(rows))
        return
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            yield Problem("expected an object", key, number, value=shown(row))
            continue
        for column in PLACEMENT_COLUMNS:
            if not isinstance(row.get(column), str):
                yield Problem("expected text", key, number, column, shown(row.get(column)))
        given = [column for column in AMOUNTS if row.get(column) is not None]
        for column in given or AMOUNTS[:1]:
            if type(row.get(column)) not in (str, int, float):
                yield Problem("expected a number", key, number, column, shown(row.get(column)))


def _unfit_over_time(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Return what is no list of texts, or no number of people."""
    for key in ("opens", "grow"):
        texts = given.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            yield Problem("expected an array of texts", _PLACE, None, key, shown(texts))
    people = given.get("people_per_step", 1)
    if type(people) is not int or people < 1:
        message = "expected a whole number of at least 1"
        yield Problem(message, _PLACE, None, "people_per_step", shown(people))


def over_time_problems(kind: str, options: Mapping[str, Any], scenario: Scenario) -> list[Problem]:
    """Return what a study over time lacks, or cannot be asked of this scenario."""
    problems: list[Problem] = []
    if kind in ("restack", "moves") and not scenario.current:
        problems.append(Problem("expected this table, to begin from", "current"))
    texts = {key: tuple(options.get(key) or ()) for key in ("opens", "grow")}
    if all(isinstance(text, str) for given in texts.values() for text in given):
        try:
            Variant(opens=texts["opens"], grow=texts["grow"]).of(scenario)
        except InputError as error:
            problems += error.problems
    if kind == "moves" and scenario.by_chance:
        message = 'expected "ratio": moves are not ordered where capacity is by chance'
        problems.append(Problem(message, "settings", None, "sharing.capacity", "chance"))
    # Steps are ordered towards a plan that holds; one that breaks a rule is refused now.
    if kind == "moves" and not problems and not list(_unfit_rows(options)):
        given = in_wave(scenario)
        check = verify(given, given_placements(options["placements"]))
        problems += [
            Problem(violation.message, "placements")
            for violation in check.violations
            if violation.kind != "max_people_moved"
        ]
    return problems


def _unfit_rows(options: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the placements of a request."""
    return _unfit_placements("placements", options.get("placements"))


def _unfit_cases(given: Mapping[str, Any], most: int) -> Iterator[Problem]:
    from allocator.studies.compare import ratios  # noqa: PLC0415 - numpy, for this alone

    asked, schemes = given.get("people_per_desk", []), given.get("schemes", [])
    count = 0
    try:
        count = len(ratios(ratio_text(asked))) if asked else 0
    except InputError as error:
        for problem in error.problems:
            yield Problem(problem.message, _PLACE, None, "people_per_desk", problem.value)
    if not isinstance(schemes, list) or not all(isinstance(name, str) for name in schemes):
        yield Problem("expected an array of texts", _PLACE, None, "schemes", shown(schemes))
    elif max(count, 1) * max(len(schemes), 1) > most:
        yield Problem(f"expected at most {counted(most, 'case')}", _PLACE)


def given_placements(rows: Iterable[Mapping[str, Any]]) -> list[GivenPlacement]:
    """Return placements as the checker takes them."""
    return [
        GivenPlacement(
            row["unit_id"], row["floor_id"], row.get("desks"), row.get("people"), number
        )
        for number, row in enumerate(rows, 1)
    ]


def ratio_text(asked: Any) -> str:
    """Return ratios as `studies.compare.ratios` reads them, from text or an array."""
    parts = asked if isinstance(asked, list) else [asked]
    return ",".join(_as_text(part) for part in parts)


def _as_text(part: Any) -> str:
    """Return a ratio as text; a whole number has a point, so that it is no part of another."""
    if type(part) is int:
        return f"{part}.0"
    return part if type(part) is str else shown(part)


def _unfit_tables(tables: Any, most_rows: int) -> Iterator[Problem]:
    """Return what is no list of named tables; what is in a table is looked at when solved."""
    if not isinstance(tables, list) or not tables:
        yield Problem("expected an array with at least one table", "tables", value=shown(tables))
        return
    for number, table in enumerate(tables, 1):
        if not isinstance(table, Mapping) or set(table) != {"name", "headcounts"}:
            wanted = "expected an object with name and headcounts"
            yield Problem(wanted, "tables", number, value=shown(table))
            continue
        if not isinstance(table["name"], str):
            yield Problem("expected text", "tables", number, "name", shown(table["name"]))
        rows = table["headcounts"]
        if not isinstance(rows, list) or not 0 < _units(rows, most_rows) <= most_rows:
            wanted = f"expected an array of 1 to {counted(most_rows, 'row')}"
            yield Problem(wanted, "tables", number, "headcounts", shown(rows))


def _form_options(kind: str, parts: Sequence[Part]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the options in the fields and files of a form, as JSON would have them."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, file, data in parts:
        try:
            if file is None:
                found[name] = _field(name, data)
            elif name == "tables":
                rows = [row.model_dump(mode="json") for row in headcounts_from_file(file, data)]
                found.setdefault("tables", []).append({"name": file, "headcounts": rows})
            elif name in ("start", "placements"):
                rows_read = rows_from_file(file, data, PLACEMENT_COLUMNS, optional=AMOUNTS)
                found[name] = [row for _, row in rows_read]
        except InputError as error:
            problems += error.problems
    return found, problems


def _field(name: str, data: bytes) -> Any:
    """Return the value of a field: a number where one is wanted and given, else its text."""
    text = data.decode("utf-8", "replace").strip()
    kinds: dict[str, type[int | float]] = {"time_limit_s": float, "seed": int}
    kinds |= {"people_per_step": int}
    if name in ("schemes", "opens", "grow", *CHOSEN):
        return [scheme.strip() for scheme in text.split(",")]
    try:
        return kinds[name](text) if name in kinds else text
    except ValueError:
        return text
