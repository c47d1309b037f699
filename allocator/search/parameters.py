"""The parameters of the local search: what each is for, its range, and what it is usually.

Temperatures and noise are in ordinary units: what a unit of mean size costs in an ordinary plan,
in person-minutes a week (`scale`). They are then right for other prices, too. Which of them matter
was measured by leaving each out or halving it (docs/explanation/algorithm.md).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Temperature = Annotated[float, Field(gt=0, le=100)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]


class _Parameters(BaseModel):
    """Values that are checked when they are set, and never change; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GroupParameters(_Parameters):
    """Which tower each group of units goes to.

    Beginnings anneal the coarsest groups from anywhere; reheats anneal groups of a few towers;
    nudges let a few groups change places (`groups.choice`).
    """

    begin_hot: Temperature = 4.0
    """Temperature at which the coarsest groups begin."""
    mend_hot: Temperature = 0.25
    """Temperature of what does not fit, to be mended at the full price of a desk too many."""
    reheats: tuple[Temperature, ...] = (0.25, 0.5, 1.0, 2.0)
    """Temperatures of reheats, one at random."""
    cold: Temperature = 0.02
    """Temperature at which every annealing ends."""
    begin_moves: Count = 500
    """Moves a group and tower of each beginning."""
    most_begin_moves: Count = 5_000_000
    """Moves of all beginnings at most."""
    beginnings: Count = 10
    """Beginnings, as long as those moves last."""
    most_tries: Count = 4
    """Times as many moves at first where nothing has fitted."""
    reheat_moves: Count = 500
    """Moves a group of a reheat."""
    patience: Count = 40
    """Reheats in vain before groups are left as they are."""
    begin_patience: Count = 100
    """The same at first."""
    most_reheats: Count = 400
    """Reheats in turn at most."""
    promise: Share = 0.02
    """Part of a cost that reheats save at best: beginnings that are further behind get none."""
    most_towers: Count = 24
    """Towers near each other that are reheated together at most."""
    noise: tuple[Annotated[float, Field(ge=0)], ...] = (0.0, 0.3, 0.6, 1.0, 1.5, 2.0)
    """Noise on what groups cost in towers: more and more until towers come that were not tried."""
    nudge_noise: tuple[Annotated[float, Field(ge=0)], ...] = (0.1, 0.3, 1.0)
    """Noise of a nudge, one at random."""
    nudge_hot: tuple[Temperature, ...] = (0.1, 0.3, 1.0)
    """Temperature of a nudge, one at random."""
    nudge_moves: Count = 200
    """Moves a group of a nudge."""
    nudge_towers: Count = 4
    """Towers near each other that are nudged together at most."""
    tolerance: Annotated[float, Field(ge=0)] = 1.0
    """How much dearer towers may become, in ordinary units, for floors to be tried."""
    pressure: Annotated[float, Field(ge=1)] = 4.0
    """How much dearer what is wrong is in towers than on floors."""
    first_ease: Share = 0.0125
    """Part of the price of a desk too many at which beginnings begin; it rises until they end."""
    ease: Share = 0.05
    """Part of that price that reheats begin to learn from."""
    least_ease: Share = 0.02
    """Part of it that is learnt at least."""


class FloorParameters(_Parameters):
    """Floors of some towers: sequences, and transfers as the repair.

    Moves grow with the units, so that a large tower is searched as thoroughly as a small one.
    """

    sequence_hot: tuple[Temperature, ...] = (0.05, 0.1, 0.2)
    """Temperatures of a sequence, one at random."""
    transfer_hot: tuple[Temperature, ...] = (0.03, 0.06, 0.12, 0.25)
    """Temperatures of transfers, one at random."""
    cold: Temperature = 0.002
    """Temperature at which both end."""
    short: Count = 300
    """Moves a unit of a first sequence."""
    long: Count = 1000
    """Moves a unit of a sequence where the first is hopeful."""
    hopeful: Annotated[float, Field(ge=0)] = 0.2
    """How much dearer floors may be, in ordinary units a tower, to be hopeful."""
    transfer_moves: Count = 2000
    """Moves a unit of transfers."""
    most_transfer_moves: Count = 4_000_000
    """Moves of transfers at most."""
    together: Share = 0.3
    """How often transfers follow between towers that are hopeful."""
    most_together: Count = 300
    """Units up to which they do."""
    near_overfull: Count = 6
    """Towers near an overfull one, itself among them, between which desks are transferred."""
    most_pressure: Annotated[float, Field(ge=1)] = 20.0
    """How much dearer what is wrong may become while something is."""
    least_room: Share = 0.9
    """Part of a tower's desks that the choice of towers may always count on."""


class KickParameters(_Parameters):
    """Which part is made anew next; docs/explanation/algorithm.md has what altering each does."""

    begun_anew: Count = 3
    """Times that all towers are chosen anew at first."""
    floors_only: Share = 0.4
    """Part of the moves that leave the choice of towers as it is."""
    nudged: Share = 0.9
    """How often another kick is a nudge; else it is a reheat."""
    tried_again: Share = 0.1
    """How often towers whose floors were no better are laid out once more."""
    most_polished: Count = 4
    """Towers whose floors are searched together, their choice left as it is."""


class AloneParameters(_Parameters):
    """Units to towers of one floor each; temperatures in what an ordinary shift changes.

    For cases that are generalised quadratic assignment problems (`groups.alone`).
    """

    hot: tuple[Temperature, ...] = (1.0, 2.0)
    """Temperatures of a beginning, one at random."""
    reheats: tuple[Temperature, ...] = (0.1, 0.2, 0.4)
    """Temperatures of a reheat of the best plan, one at random."""
    cold: Temperature = 0.05
    """Temperature at which both end."""
    prices: tuple[Annotated[float, Field(gt=0)], ...] = (1.0, 2.0, 4.0, 8.0)
    """Prices of a desk too many, times the usual: where it is tight a high one is needed, where
    there is room a low one lets units pass through full floors."""
    forgets: Share = 0.3
    """How fast it is learnt at which price plans fit."""
    least_chance: Share = 0.02
    """Chance of a price at least."""
    first_moves: Count = 400
    """Moves a unit and floor of the first annealing."""
    moves: tuple[Count, ...] = (4_000, 16_000)
    """Moves a unit and floor of others, one at random."""
    most_moves: Count = 10_000_000
    """Moves of an annealing at most."""
    reheated: Share = 0.15
    """How often the best plan is reheated."""
    dearer: Annotated[float, Field(ge=1)] = 1.3
    """How much dearer desks too many get with each annealing while no plan is known."""


class Parameters(_Parameters):
    """All parameters of the local search."""

    groups: GroupParameters = GroupParameters()
    floors: FloorParameters = FloorParameters()
    kicks: KickParameters = KickParameters()
    alone: AloneParameters = AloneParameters()

    def altered(self, name: str, value: object) -> Parameters:
        """Return these with another value of one, named like ``kicks.nudged``.

        Raises
        ------
        ValidationError
            If there is no such parameter, or the value is out of its range.
        """
        part, _, field = name.partition(".")
        known = self.model_dump()
        known[part] = known.get(part, {}) | {field: value}
        # Validated anew: a copy with changes would not be.
        return Parameters.model_validate(known)


USUAL = Parameters()
