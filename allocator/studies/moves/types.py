"""What moves are: legs before they have a step, and the rows of moves.csv."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.plan.frames import Table
from allocator.plan.types import Record

ELSEWHERE = ""
"""Where newcomers come from, leavers go, and who has no place for a time works."""


@dataclass(frozen=True)
class Leg:
    """People of a unit who go from one floor to another, or desks that change without people.

    Attributes
    ----------
    from_floor, to_floor
        Ids of floors; `ELSEWHERE` as origin for newcomers and desks taken, as target for leavers
        and desks freed.
    people
        0 where only desks change.
    desks_freed, desks_taken
        On the two floors; they differ where the unit's ratio has changed.
    """

    unit_id: str
    organisation_id: str
    from_floor: str
    to_floor: str
    people: int
    desks_freed: int
    desks_taken: int

    @property
    def is_between_floors(self) -> bool:
        """Say whether people go from a floor to a floor: only they may need a temporary place."""
        return bool(self.people and self.from_floor and self.to_floor)


class Move(Record):
    """A row of moves.csv: all rows of a step move at the same time.

    temporary is 1 on the rows to and from a temporary place; an empty floor there is elsewhere.
    """

    step: int
    unit_id: str
    organisation_id: str
    from_floor: str
    to_floor: str
    people: int
    desks_freed: int
    desks_taken: int
    temporary: int


class Moves(Record):
    """Moves in their order, and what is known of it.

    Attributes
    ----------
    people_moved
        People who go from a floor to another, each once.
    people_elsewhere, people_twice
        Who work elsewhere for a time, and who are on another floor for a time.
    fewest_temporary
        At least so many people need a temporary place, of either kind, in every order.
    is_fewest_elsewhere, is_fewest_twice, is_fewest_steps
        Whether fewer of each are proved impossible, given those before it.
    cycle
        Floors each of which waits for the next one to be left; empty where no moves block one
        another so.
    notes
        Sentences: why temporary places are needed, and what is proved.
    """

    rows: Table[Move]
    steps: int
    people_moved: int
    people_elsewhere: int
    people_twice: int
    fewest_temporary: int
    is_fewest_elsewhere: bool
    is_fewest_twice: bool
    is_fewest_steps: bool
    cycle: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
