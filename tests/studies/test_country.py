"""Generated countries: their size, that they are the same again, and that they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.read import read_scenario
from allocator.scenario.write import write_scenario
from allocator.studies.country import FILL, PEOPLE, UNITS, country
from tests.builders import bare


@pytest.mark.parametrize("size", [0.01, 0.125, 1])
def test_a_country_is_as_large_as_asked(size: float) -> None:
    """Units and people are the given part of those of `national`, and desks are as scarce."""
    made = country(size, seed=0)
    sharing = made.settings.sharing
    desks = sum(usable_desks(floor, sharing) for floor in made.floors)
    assert len(made.housed) == round(UNITS * size)
    assert sum(unit.headcount for unit in made.housed) == round(PEOPLE * size)
    assert (
        sum(map(demand, made.housed)) / FILL <= desks < sum(map(demand, made.housed)) / FILL + 210
    )


def test_a_country_has_the_shape_of_the_given_one() -> None:
    """Size 1 has about as many bodies, towers and floors as `national`, and as uneven bodies."""
    made = country(1, seed=0)
    counts = sorted(len(made.units_of[body.organisation_id]) for body in made.organisations or ())
    assert len(counts) == 94
    assert 70 <= len(made.towers or ()) <= 84
    assert 630 <= len(made.floors) <= 740
    assert (counts[0] >= 3, counts[47] < 25, counts[-1] > 100) == (True, True, True)


def test_the_same_seed_gives_the_same_country() -> None:
    """A country follows from size and seed; another seed gives another."""
    assert country(0.05, seed=3) == country(0.05, seed=3)
    assert country(0.05, seed=3).floors != country(0.05, seed=4).floors


def test_the_smallest_country_has_every_kind_of_body() -> None:
    """Even where a part of a body is due, there is one of each kind, with its coordinator."""
    made = country(0.001, seed=0)
    kinds = {body.kind: body for body in made.organisations or ()}
    assert set(kinds) == {"kemenko", "kementerian", "LPNK"}
    assert kinds["kementerian"].coordinator_id == kinds["kemenko"].organisation_id


def test_a_country_is_a_scenario_folder(tmp_path: Path) -> None:
    """Written as a folder, it reads back equal, without a warning."""
    made = country(0.02, seed=0)
    write_scenario(made, tmp_path / "country")
    again = read_scenario(tmp_path / "country")
    assert bare(again) == made
    assert again.warnings == ()
