"""Every rule by itself: a layout is wrong exactly when the checker finds the rule broken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.scenario.rules import RuleKind
from allocator.search.compile import compile_case
from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorPlan
from allocator.search.floors.tables import Tally
from allocator.search.rules import LIMITS, NARROWS
from allocator.search.scale import prices_at
from tests.search.hot import heated, judged, office, searched

RULES: dict[str, tuple[Any, ...]] = {
    "only_in": ("only_in", "O1", "B"),
    "never_in": ("never_in", "u2", "B"),
    "kept_for": ("kept_for", "O1", "C"),
    "same_floor": ("same_floor", "u1", "u4"),
    "same_tower": ("same_tower", "O1", "u2"),
    "same_complex": ("same_complex", "O0", "u1"),
    "adjacent_floors": ("adjacent_floors", "u1", "u5"),
    "apart_floor": ("apart_floor", "O1", "O2"),
    "apart_tower": ("apart_tower", "u1", "O2"),
    "own_floor": ("own_floor", "O1"),
    "contiguous": ("contiguous", "O1"),
    "max_floors": ("max_floors", "O1", None, "1"),
    "max_towers": ("max_towers", "O1", None, "1"),
    "levels": ("levels", "O1", None, "1..2"),
    "at_least": ("at_least", "O1", "B2", "6"),
}


def test_every_rule_is_here_and_known() -> None:
    """No rule is forgotten: each is tested here, and sets limits or narrows where units may be."""
    assert set(RULES) == {kind.value for kind in RuleKind}
    assert {*LIMITS, *NARROWS} == set(RuleKind)


def test_unknown_rule_is_not_dropped_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of rule that the search does not know ends the solve."""
    monkeypatch.delitem(LIMITS, RuleKind.OWN_FLOOR)
    with pytest.raises(NotImplementedError, match="own_floor"):
        compile_case(office(rules=[RULES["own_floor"]]))


@pytest.mark.parametrize("kind", RULES)
def test_search_knows_when_the_rule_is_broken(kind: str) -> None:
    """In hot layouts a step from the rules is counted exactly when it is broken."""
    scenario = office(rules=[RULES[kind]])
    case = compile_case(scenario)
    for seed in range(8):
        plan = heated(case, seed)
        kinds = {v.kind for v in judged(scenario, case, plan.layout()).violations}
        rest = plan.tally[Tally.BROKEN] + _short_pins(plan)
        assert (rest > 0.5) == (kind in kinds)


@pytest.mark.parametrize("kind", ["apart_floor", "apart_tower", "own_floor"])
@pytest.mark.parametrize("leaving", ["O0", "O1", "O2"])
def test_a_rule_is_kept_once_either_side_has_left(kind: str, leaving: str) -> None:
    """Whoever stays is counted with those who go, tower by tower, as when a kick takes them."""
    scenario = office(rules=[RULES[kind]])
    case = compile_case(scenario)
    plan = heated(case, 1)
    units = set(case.units_of[case.organisation_ids.index(leaving)])
    for t in case.towers:
        here = [u for u in units if any(case.tower[f] == t for f in plan.pieces[u])]
        part = Part(plan, [t], here, prices_at(case, 1.0), np.random.default_rng(0))
        part.place({})
        part.put_back()
    kinds = {v.kind for v in judged(scenario, case, plan.layout()).violations}
    assert (plan.tally[Tally.BROKEN] > 0.5) == (kind in kinds)


def _short_pins(plan: FloorPlan) -> int:
    pins = zip(plan.scopes.pins, plan.held, strict=True)
    return sum(desks > held for (_, _, desks), held in pins)


@pytest.mark.parametrize("kind", sorted(set(RULES) - {"same_floor"}))
def test_what_the_search_shows_keeps_the_rule(kind: str) -> None:
    """Every layout yielded is clean, and there is one."""
    scenario = office(rules=[RULES[kind]])
    found = list(searched(scenario, moves=150_000))
    checks = [judged(scenario, compile_case(scenario), f.layout) for f in found]
    assert found
    assert all(check.feasible for check in checks)
