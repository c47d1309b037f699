"""The request of `POST /allocate`: from the bytes of a body to a scenario and how to solve it.

The scenario part is read by the library, as from any JSON; the plan that goes out is its too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.build import shown
from allocator.scenario.document import parse_json
from allocator.scenario.names import Nearest
from allocator.scenario.read import scenario_from_json
from allocator.scenario.tables import TABLES
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from api.problems import malformed_json
from api.settings import ServiceSettings

SCENARIO_KEYS = (*TABLES, "settings")
EFFORT_KEYS = ("time_limit_s", "seed")
USUAL_TIME_LIMIT_S = 30.0
LARGEST_SEED = 2**31 - 1
_PLACE = "request"


@dataclass(frozen=True)
class Order:
    """What is to be solved, and how."""

    scenario: Scenario
    options: SolveOptions


def read_order(body: bytes, limits: ServiceSettings) -> Order:
    """Return what a body asks for.

    Raises
    ------
    MalformedJson
        If it is no JSON, or gives a key twice.
    InputError
        With everything else that is wrong, each thing with its table, row (from 1) and column.
    """
    try:
        document = parse_json(body, _PLACE)
    except InputError as error:
        raise malformed_json(error) from error
    if not isinstance(document, Mapping):
        raise InputError([Problem("expected an object", _PLACE, value=shown(document))])
    too_many = list(_too_many_rows(document, limits))
    if too_many:
        raise InputError(too_many)
    return _order(document, limits)


def usual_time_limit_s(limits: ServiceSettings) -> float:
    """Return the seconds that a solve is given where the request does not say."""
    return min(USUAL_TIME_LIMIT_S, limits.max_time_limit_s)


def _too_many_rows(document: Mapping[str, Any], limits: ServiceSettings) -> Iterator[Problem]:
    for table, most in (("floors", limits.max_floors), ("headcounts", limits.max_units)):
        rows = document.get(table)
        if isinstance(rows, list) and len(rows) > most:
            yield Problem(f"expected at most {most:,} rows", table, value=f"{len(rows):,} rows")


def _order(document: Mapping[str, Any], limits: ServiceSettings) -> Order:
    given = {key: document[key] for key in EFFORT_KEYS if document.get(key) is not None}
    effort = {"time_limit_s": usual_time_limit_s(limits), "seed": 0} | given
    problems = [*_unknown_keys(document), *_unfit(effort, limits.max_time_limit_s)]
    tables = {key: document[key] for key in SCENARIO_KEYS if key in document}
    try:
        scenario = scenario_from_json(tables, name=_PLACE)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    if problems:
        raise InputError(problems)
    return Order(scenario, SolveOptions(workers=limits.workers, **effort))


def _unknown_keys(document: Mapping[str, Any]) -> Iterator[Problem]:
    known = (*SCENARIO_KEYS, *EFFORT_KEYS)
    nearest = Nearest(known)
    for key in document:
        if key not in known:
            yield Problem(f"unknown table or key{nearest.hint(key)}", _PLACE, column=key)


def _unfit(effort: Mapping[str, Any], most_s: float) -> Iterator[Problem]:
    """Return what is wrong with how to solve; types are strict, so true is no number."""
    seconds, seed = effort["time_limit_s"], effort["seed"]
    if type(seconds) not in (int, float) or not 0 < seconds <= most_s:
        message = f"expected a number of seconds above 0 and at most {most_s:g}"
        yield Problem(message, _PLACE, None, "time_limit_s", shown(seconds))
    if type(seed) is not int or not 0 <= seed <= LARGEST_SEED:
        message = f"expected a whole number from 0 to {LARGEST_SEED}"
        yield Problem(message, _PLACE, None, "seed", shown(seed))
