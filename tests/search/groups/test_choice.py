"""The choice of towers: what is proposed, and what is learnt."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.groups.choice import TowerChoice
from allocator.search.kernels.annealing import AdaptivePenalty
from allocator.search.kernels.budget import Budget
from allocator.search.parameters import USUAL
from allocator.search.scale import desk_worth
from tests.search.hot import office

SCENARIO = office(units=30)


def choice_of(seed: int = 0) -> TowerChoice:
    case = compile_case(SCENARIO)
    rng = np.random.default_rng(seed)
    return TowerChoice(case, desk_worth(case), rng, Budget(moves=2_000_000), USUAL.groups)


def test_every_unit_gets_a_tower_with_room() -> None:
    """Towers that are begun with hold no more than they can."""
    choice = choice_of()
    home = choice.begin()
    load = np.bincount(home, weights=choice.towers.demand, minlength=3)
    assert (home >= 0).all()
    assert (load <= choice.capacity).all()


@pytest.mark.parametrize("way", ["nudge", "reheat", "begin_again"])
def test_proposals_are_hardly_dearer(way: str) -> None:
    """What is proposed costs at most an ordinary unit more than what is at hand."""
    choice = choice_of()
    home = choice.begin()
    for _ in range(5):
        wanted = getattr(choice, way)(home)
        before, after = (choice._search(1, towers).weigh() for towers in (home, wanted))
        assert after <= before + choice.size + 1e-6
        home = wanted


def test_reheats_lead_to_towers_that_were_not_tried() -> None:
    """Noise grows until other towers come."""
    choice = choice_of()
    home = choice.begin()
    tried = {home.tobytes()}
    for _ in range(4):
        home = choice.reheat(home)
        tried.add(home.tobytes())
    assert len(tried) > 2


def test_learnt_room_binds() -> None:
    """A tower that is known to hold less gets less."""
    choice = choice_of()
    choice.capacity[0] = 80
    home = choice.begin()
    assert choice.towers.demand[home == 0].sum() <= 80


def test_penalty_falls_while_all_fits_and_rises_where_not() -> None:
    """It stays between its least and the full price."""
    penalty = AdaptivePenalty(0.5, 0.02)
    penalty.learn(fits=True)
    assert penalty.part == pytest.approx(0.35)
    for _ in range(20):
        penalty.learn(fits=True)
    assert penalty.part == 0.02
    for _ in range(40):
        penalty.learn(fits=False)
    assert penalty.part == 1.0
