"""Trips as forms of fields: what every kind of trips comes to, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.fields import Fields, fields_of, parent_groups
from tests.builders import rows, scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
HEADS = [("u", 10, "P"), ("v", 30, "P"), ("w", 20, "Q")]


def fields(trips: dict[str, float] | None = None, **tables: Any) -> Fields:
    """All trips of units u (10) and v (30) of P and w (20) of Q; none unless asked for."""
    given = scenario(
        headcounts=HEADS,
        floors=[("A-1", "A", 1, 200)],
        settings={"trips": NO_TRIPS | (trips or {})},
        **tables,
    )
    return fields_of(compile_case(given))


def between(found: Fields) -> np.ndarray:
    """Trips a week between units (U, U), both ways; twice those inside a unit."""
    units = len(found.linear)
    weight = np.zeros((len(found.members), units))
    for u, row in enumerate(found.contributions):
        for field, part in row.items():
            weight[field, u] = part
    table = np.zeros((units, units))
    for u, row in enumerate(found.linear):
        for field, trips in row.items():
            table[u] += trips * weight[field]
    inside = np.diag_indices(units)
    table[inside] += 2 * found.own
    return table


def test_nobody_walks_without_trips() -> None:
    """No field is kept that nobody walks to."""
    found = fields()
    assert found.members == []
    assert not between(found).any()


def test_trips_inside_a_unit_are_those_of_its_people() -> None:
    """At 5 a person and week: 50, 150 and 100, counted at both ends."""
    assert between(fields({"unit": 5.0})).tolist() == np.diag([100.0, 300.0, 200.0]).tolist()


def test_trips_in_an_organisation_go_by_people() -> None:
    """Of two units each makes 2 trips a person, all of them to the other one."""
    table = between(fields({"organisation": 2.0}))
    assert table[0, 1] == table[1, 0] == pytest.approx(2 * 10 + 2 * 30)
    assert np.diag(table) == pytest.approx(0)
    assert not table[2].any()


def test_a_unit_alone_has_nobody_to_walk_to() -> None:
    """Its organisation has no other unit."""
    assert between(fields({"organisation": 2.0}))[2].tolist() == [0.0, 0.0, 0.0]


def test_trips_to_a_coordinator_are_shared_by_its_units() -> None:
    """20 people at 0.5 make 10 trips, a quarter of them to u, the rest to v."""
    ministries = [
        {"organisation_id": "Q", "name": "", "coordinator_id": "P"},
        {"organisation_id": "P", "name": "", "coordinator_id": "P"},
    ]
    table = between(fields({"coordinator": 0.5}, organisations=ministries))
    assert table[2] == pytest.approx([2.5, 7.5, 0.0])


def test_siblings_walk_to_each_other_and_not_to_themselves() -> None:
    """P and Q have one coordinator, who is not there: 40 and 20 people make a trip each."""
    ministries = [
        {"organisation_id": name, "name": "", "coordinator_id": "K"} for name in ("P", "Q")
    ]
    table = between(fields({"siblings": 1.0}, organisations=ministries))
    assert table[:2, :2] == pytest.approx(np.zeros((2, 2)), abs=1e-9)
    assert table[2] == pytest.approx([60 / 4, 60 * 3 / 4, 0.0])


def test_an_affinity_of_two_units_is_as_it_stands() -> None:
    """7 trips a week, from either side."""
    table = between(fields(affinities=[("u", "w", 7.0)]))
    assert (table[0, 2], table[2, 0], table.sum()) == (7.0, 7.0, 14.0)


def test_an_affinity_of_an_organisation_is_shared_by_its_people() -> None:
    """Of 8 trips a quarter goes to u, which has a quarter of the people."""
    table = between(fields(affinities=[("P", "w", 8.0)]))
    assert table[2] == pytest.approx([2.0, 6.0, 0.0])


def test_an_affinity_of_a_unit_to_itself_is_inside_it() -> None:
    """No field is needed for it."""
    found = fields(affinities=[("u", "u", 6.0)])
    assert found.own.tolist() == [6.0, 0.0, 0.0]
    assert found.members == []


def test_trips_of_several_kinds_add_up() -> None:
    """The table of all is the sum of the tables of each."""
    kinds = {"unit": 5.0, "organisation": 2.0}
    whole = between(fields(kinds, affinities=[("u", "w", 7.0)]))
    parts = [fields({name: rate}) for name, rate in kinds.items()]
    parts.append(fields(affinities=[("u", "w", 7.0)]))
    assert whole == pytest.approx(sum(between(part) for part in parts))


def test_what_a_unit_is_at_both_ends_of_is_its_quadratic_part() -> None:
    """Half the diagonal: what a change of its shares costs beyond the linear part."""
    for found in (fields({"unit": 5.0}), fields({"organisation": 2.0}), fields({"parent": 1.0})):
        assert found.quadratic == pytest.approx(np.diag(between(found)) / 2)


def test_a_unit_that_heads_others_is_of_their_group() -> None:
    """v bears the name of the parent, so it is among its members."""
    given = scenario(headcounts=HEADS, floors=[("A-1", "A", 1, 200)]).replace(
        units=rows("units", [("u", "P", "v"), ("v", "P", None), ("w", "Q", None)])
    )
    assert [sorted(group) for group in parent_groups(compile_case(given))] == [[0, 1]]
