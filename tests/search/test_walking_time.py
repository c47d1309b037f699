"""Walking as sums over groups says what the list of all pairs says."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.walking_time import WalkingTime
from tests.search.enumeration import random_scenario


def by_pairs(case: Case) -> np.ndarray:
    """Return trips a week between units, both ways, from the list of pairs of bodies."""
    units, bodies = len(case.unit_ids), len(case.unit_ids) + len(case.organisation_ids)
    part = np.zeros((units, bodies))
    part[np.arange(units), np.arange(units)] = 1.0
    for u in case.units:
        people = int(case.headcount_of[case.organisation[u]])
        part[u, units + case.organisation[u]] = case.people[u] / people if people else 0.0
    table = np.zeros((bodies, bodies))
    for a, b, trips in zip(case.trips.a, case.trips.b, case.trips.per_week, strict=True):
        table[a, b] += trips
        table[b, a] += trips
    found: np.ndarray = part @ table @ part.T
    return found


@pytest.mark.parametrize("seed", range(25))
def test_trips_between_units_are_those_of_the_pairs(seed: int) -> None:
    """Whatever trips there are, the matrix of units is the same, for all units and for some."""
    case = compile_case(random_scenario(seed))
    wanted, walking = by_pairs(case), WalkingTime(case)
    some = [u for u in case.units if u % 2 == seed % 2]
    assert walking.between(case.units) == pytest.approx(wanted, abs=1e-8)
    assert walking.between(some) == pytest.approx(wanted[np.ix_(some, some)], abs=1e-8)


@pytest.mark.parametrize("seed", range(25))
def test_gradient_is_what_partners_where_they_are_ask_of_a_floor(seed: int) -> None:
    """Minutes of a unit on a floor are its trips to all shares, that of its own included."""
    case = compile_case(random_scenario(seed))
    rng = np.random.default_rng(seed)
    share = np.zeros((len(case.unit_ids), len(case.floor_ids)))
    layout = {}
    for u in case.units:
        f = int(rng.integers(len(case.floor_ids)))
        if case.demand[u]:
            layout[u, f], share[u, f] = int(case.demand[u]), 1.0
    walking = WalkingTime(case)
    shares = [{f: 1.0 for v, f in layout if v == u} for u in case.units]
    gradient = walking.gradient(case.units, case.floors, walking.loads(layout), shares)
    assert gradient == pytest.approx(by_pairs(case) @ share @ case.minutes, abs=1e-6)
    assert walking.minutes(layout) == pytest.approx(
        0.5 * float((share * gradient).sum()), abs=1e-6
    )
