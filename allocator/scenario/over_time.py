"""Whether what changes over time agrees: waves, predecessors, and today's plan.

The checks themselves; when each can be judged is `consistency`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from allocator.errors import Problem
from allocator.scenario.data import ScenarioData
from allocator.scenario.known import Known, headcount_wave, last_wave, mentions, opening_wave
from allocator.scenario.names import Nearest
from allocator.scenario.predecessors import sources_of
from allocator.scenario.settings import decimal_text
from allocator.scenario.tables import Headcount
from allocator.words import counted

_SHARED = ("people_per_desk", "attendance_share", "organisation_id")
"""What all rows of one unit that fill it must agree in."""


def rows_of_a_unit_agree(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Rows of one unit, which come with different waves, agree in all but the people."""
    first: dict[tuple[str, str | None], dict[str, tuple[int, object]]] = defaultdict(dict)
    for number, row in enumerate(scenario.headcounts, 1):
        for column, value in _filled(row):
            # A cell left empty agrees with everything; the first that is filled counts.
            known = first[row.unit_id, row.scheme].setdefault(column, (number, value))
            if known[1] != value:
                expected = (
                    f"expected {_text(known[1])} as in row "
                    f"{scenario.file_row('headcounts', known[0])}: rows of one unit agree"
                )
                yield Problem(expected, "headcounts", number, column, _text(value))


def _filled(row: Headcount) -> Iterator[tuple[str, object]]:
    """Yield the columns that rows must agree in, where this one fills them."""
    values = ((column, getattr(row, column)) for column in _SHARED)
    return ((column, value) for column, value in values if value is not None)


def _text(value: object) -> str:
    """Return a value as the table has it."""
    return decimal_text(value) if isinstance(value, Fraction) else str(value)


def every_wave_has_floors(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """In every wave with which people come some floor is open."""
    opens, come = opening_wave(scenario), headcount_wave(scenario)
    # Floors never close again, so the first wave with people is the only one to look at.
    first_open = min(map(opens, scenario.floors), default=1)
    in_force = (None, scenario.scheme)
    rows = [row for row in scenario.headcounts if row.headcount and row.scheme in in_force]
    first_come = min(map(come, rows), default=1)
    if scenario.floors and first_come < first_open:
        expected = f"expected a floor that is open in wave {first_come}, when people come"
        yield Problem(expected, "floors", None, "opens_wave", str(first_open))


def waves_have_one_weight_each(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """There are as many weights and names as waves.

    Waves run to the last with which people come; a floor that opens later adds none.
    """
    last = last_wave(scenario)
    for key in ("weights", "names"):
        given = getattr(scenario.settings.waves, key)
        if given is not None and len(given) != last:
            expected = f"expected one for each of {counted(last, 'wave')}, not {len(given)}"
            yield Problem(expected, "scenario", None, f"waves.{key}", ";".join(map(_text, given)))


def predecessors_are_of_today(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Every predecessor is a unit of `current`, or an organisation there."""
    known = {row.unit_id for row in scenario.current}
    known |= {row.organisation_id for row in scenario.current if row.organisation_id}
    nearest = Nearest(known)
    for mention in mentions(scenario, "predecessors", "predecessor_id"):
        if mention.id not in known:
            expected = f"expected a unit or an organisation of current{nearest.hint(mention.id)}"
            yield Problem(expected, "predecessors", mention.row, mention.column, mention.id)


def nobody_passes_on_more_than_it_has(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """The shares that a unit of today passes on sum to at most 1.

    A row that names an organisation passes on that share of each of its units.
    """
    passed: defaultdict[str, Fraction] = defaultdict(Fraction)
    units_of = sources_of(scenario)
    for number, row in enumerate(scenario.predecessors, 1):
        # Empty shares divide what is left, so they never ask for too much.
        if row.share is None:
            continue
        sources = units_of.get(row.predecessor_id, ())
        for source in sources:
            passed[source] += row.share
        most = max((passed[source] for source in sources), default=Fraction(0))
        if most > 1:
            expected = (
                f"expected shares of {row.predecessor_id} that sum to at most 1: "
                f"with this row it passes on {decimal_text(most)}"
            )
            yield Problem(expected, "predecessors", number, "share", decimal_text(row.share))


def a_limit_has_a_plan_to_compare_with(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """People can only be limited in moving where it is known where they are.

    With several waves the plan of the wave before is what a wave is compared with.
    """
    limit = scenario.settings.options.max_people_moved
    if limit is not None and not scenario.current and last_wave(scenario) == 1:
        expected = "expected a table current, or waves: without them nobody moves"
        yield Problem(expected, "scenario", None, "options.max_people_moved", f"{limit:g}")
