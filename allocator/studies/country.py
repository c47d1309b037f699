"""Invents countries of any size, of the same kind as the scenario `national`; none is solved here.

Bodies, units, headcounts and towers are drawn with a seed and are synthetic throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.settings import Prices, Settings, Sharing
from allocator.scenario.types import Floor, Headcount, Organisation, Scenario, Tower, Unit

LARGEST_SIZE = 100.0
BODIES, UNITS, PEOPLE = 94, 3_124, 118_513
"""What a country of size 1 has, as `national`."""
COORDINATORS, MINISTRIES = 4, 30
"""Of every `BODIES`; the others are agencies."""
UNITS_OF_A_PARENT = 11
LEAST_UNITS = LEAST_PARENTS = 3
PEOPLE_PER_DESK = Fraction(13, 10)
OPEN_DESK = 5.0
"""Price of a desk of an open floor, that of the published cases."""
FILL = 0.93
"""Part of all desks that are needed."""
UNIT_SPREAD = 0.4
"""Standard deviation of the logarithm of a unit's headcount."""
LEVELS, LEVEL_ODDS = (6, 8, 10, 12), (18 / 77, 25 / 77, 14 / 77, 20 / 77)
LEAST_DESKS, MOST_DESKS, GROUND_SHARE = 92, 210, 0.7
"""Desks of an upper floor, the second excluded, and the ground floor's part of that."""
TOWERS_OF_A_COMPLEX, COMPLEXES_OF_A_ROW = 4, 12
COMPLEX_M, ROW_M, TOWER_X_M, TOWER_Y_M = 260.0, 240.0, 90.0, 80.0


@dataclass(frozen=True)
class Kind:
    """Bodies of a kind: units they have on average, and the spread of that (of its logarithm)."""

    name: str
    label: str
    units: float
    spread: float


COORDINATOR = Kind("kemenko", "KEMENKO", 13, 0.25)
MINISTRY = Kind("kementerian", "KEMENTERIAN", 80, 0.6)
AGENCY = Kind("LPNK", "LEMBAGA", 11, 0.6)


def country(size: float, seed: int) -> Scenario:
    """Return a country.

    Headcounts come first, then towers until there are desks enough for `FILL`, so that a country
    is as hard to fill at every size.

    Parameters
    ----------
    size
        Countries that it is as large as, above 0: 1 has some 3,100 units, 118,500 people and 690
        floors. At least one coordinating ministry, one ministry and one agency there are always.
    seed
        The same size and seed give the same country.
    """
    rng = np.random.default_rng(seed)
    organisations = _organisations(size)
    units = _units(size, [kind for kind, _ in organisations], rng)
    owners = [organisations[o][1].organisation_id for o in range(len(units)) for _ in units[o]]
    parents = [parent for body in units for parent in body]
    rows = _unit_rows(owners, parents)
    headcounts = _headcounts(size, rows, rng)
    needed = sum(ceil(row.headcount / PEOPLE_PER_DESK) for row in headcounts)
    floors, towers = _towers(needed / FILL, rng)
    return Scenario(
        floors=floors,
        headcounts=headcounts,
        towers=towers,
        organisations=tuple(body for _, body in organisations),
        units=rows,
        settings=_settings(size, seed),
    )


def _settings(size: float, seed: int) -> Settings:
    """Return the settings: those of the published cases, with a title that names size and seed."""
    return Settings(
        name=f"country-{size:g}",
        title=f"A synthetic country of size {size:g}, seed {seed}",
        notes="Everything is synthetic.",
        sharing=Sharing(people_per_desk=PEOPLE_PER_DESK),
        prices=Prices(open_desk=OPEN_DESK),
    )


def _organisations(size: float) -> list[tuple[Kind, Organisation]]:
    """Return bodies with their kinds; ministries go round their coordinators."""
    counts = {
        COORDINATOR: max(1, round(COORDINATORS * size)),
        MINISTRY: max(1, round(MINISTRIES * size)),
        AGENCY: max(1, round((BODIES - COORDINATORS - MINISTRIES) * size)),
    }
    return [
        (kind, _organisation(kind, number, counts[COORDINATOR]))
        for kind, count in counts.items()
        for number in range(count)
    ]


def _organisation(kind: Kind, number: int, coordinators: int) -> Organisation:
    """Return an organisation of a kind by its number; coordinators take ministries in turn."""
    coordinator = f"{COORDINATOR.label}_{number % coordinators + 1:03d}"
    return Organisation(
        organisation_id=f"{kind.label}_{number + 1:03d}",
        name=f"{kind.label.capitalize()} {number + 1}",
        kind=kind.name,
        coordinator_id=coordinator if kind is MINISTRY else None,
    )


def _units(
    size: float, kinds: Sequence[Kind], rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Return the parent of every unit, for each body: numbers from 0."""
    weight = np.array([kind.units for kind in kinds]) * np.exp(
        rng.normal(0.0, [kind.spread for kind in kinds])
    )
    # Every organisation has a few units whatever its weight; only the rest is drawn.
    spare = max(0, round(UNITS * size) - LEAST_UNITS * len(kinds))
    counts = LEAST_UNITS + _shared(spare, weight)
    return [_parents(int(count), rng) for count in counts]


def _parents(units: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the parent of each unit of an organisation: numbers from 0, each at least once."""
    parents = max(LEAST_PARENTS, round(units / UNITS_OF_A_PARENT))
    extra = _shared(units - parents, rng.dirichlet(np.full(parents, 4.0)))
    return np.repeat(np.arange(parents), 1 + extra)


def _unit_rows(owners: Sequence[str], parents: Sequence[int]) -> tuple[Unit, ...]:
    """Return the rows of the table, units numbered within their parent."""
    rows: list[Unit] = []
    numbers: dict[str, int] = {}
    for owner, parent in zip(owners, parents, strict=True):
        parent_id = f"{owner}-{parent + 1:02d}"
        numbers[parent_id] = number = numbers.get(parent_id, 0) + 1
        rows.append(
            Unit(
                unit_id=f"{parent_id}-{number:02d}",
                organisation_id=owner,
                parent_id=parent_id,
                name=f"Unit {parent + 1}.{number} {owner}",
            )
        )
    return tuple(rows)


def _headcounts(
    size: float, units: Sequence[Unit], rng: np.random.Generator
) -> tuple[Headcount, ...]:
    """Return headcounts that sum to the country's people, at least one for each unit."""
    people = 1 + _shared(
        max(0, round(PEOPLE * size) - len(units)), rng.lognormal(0.0, UNIT_SPREAD, len(units))
    )
    return tuple(
        Headcount(unit_id=unit.unit_id, headcount=int(count))
        for unit, count in zip(units, people, strict=True)
    )


def _towers(desks: float, rng: np.random.Generator) -> tuple[tuple[Floor, ...], tuple[Tower, ...]]:
    """Return towers, one after the other, and their floors, until there are so many desks."""
    floors: list[Floor] = []
    towers: list[Tower] = []
    built = 0
    while built < desks:
        towers.append(_tower(len(towers)))
        for floor in _floors(towers[-1], rng):
            # The last tower ends with the floor that makes it enough, so that every size is as
            # full.
            if built < desks:
                floors.append(floor)
                built += floor.desks or 0
    return tuple(floors), tuple(towers)


def _tower(number: int) -> Tower:
    """Return the tower of that number: four to a complex, complexes in rows."""
    group, place = divmod(number, TOWERS_OF_A_COMPLEX)
    row, column = divmod(group, COMPLEXES_OF_A_ROW)
    return Tower(
        tower_id=f"T{number + 1:04d}",
        name=f"Tower {number + 1}",
        complex_id=f"C{group + 1:03d}",
        x_m=column * COMPLEX_M + place % 2 * TOWER_X_M,
        y_m=row * ROW_M + place // 2 * TOWER_Y_M,
    )


def _floors(tower: Tower, rng: np.random.Generator) -> Iterator[Floor]:
    """Yield the floors of a tower: upper ones alike, a smaller one on the ground."""
    upper = int(rng.integers(LEAST_DESKS, MOST_DESKS))
    for level in range(int(rng.choice(LEVELS, p=LEVEL_ODDS))):
        yield Floor(
            floor_id=f"{tower.tower_id}-L{level:02d}",
            tower_id=tower.tower_id,
            level=level,
            desks=upper if level else round(upper * GROUND_SHARE),
        )


def _shared(amount: int, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers of that sum in proportion to the weights, by largest remainder."""
    exact = amount * weight / weight.sum()
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    missing = amount - int(whole.sum())
    # Stable, so that ties go to the earlier and the same seed gives the same country everywhere.
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return whole
