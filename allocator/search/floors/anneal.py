"""The compiled loop over the layout of some floors: propose, evaluate, keep or take back.

There is one loop, so that what a move changes is compiled once. The two kinds of moves, of
sequences and of transfers, differ only in how they fill `State.fresh`.

References
----------
Connolly (1990), An improved annealing scheme for the QAP, European Journal of Operational
Research 46.
"""

from __future__ import annotations

from enum import IntEnum

from allocator.search.floors import sequence as sequences
from allocator.search.floors import transfers
from allocator.search.floors.evaluation import (
    BROKEN,
    CHANGED,
    NOW,
    OVERFULL,
    TANGLED,
    evaluate,
    overfull,
    revert,
    settle,
    tangled,
    weigh_scope,
)
from allocator.search.floors.tables import Given, Prices, Sequence, State
from allocator.search.kernels.annealing import Steps, accepts
from allocator.search.kernels.compiled import compiled, entry


class Kind(IntEnum):
    """What moves are. The first three are one move each, which is kept."""

    LOAD = 0
    """The fresh pieces as Python has written them, where members had none."""
    PLACE = 1
    """The same later."""
    BEGIN = 2
    """The fresh sequence, decoded."""
    SEQUENCE = 3
    """Changes of the sequence."""
    TRANSFERS = 4
    """Desks of a member, and of another back."""


LOAD, PLACE, BEGIN = int(Kind.LOAD), int(Kind.PLACE), int(Kind.BEGIN)
TRANSFERS = int(Kind.TRANSFERS)


@compiled
def count_others(given: Given, state: State) -> None:
    """Count those who stay, before any member has a piece.

    Gives scopes, and rules between them, the values that all later moves change.
    """
    for c in range(len(state.scope_state)):
        weigh_scope(given, state, c)
        scope_state = state.scope_state[c]
        scope_state.cost, scope_state.broken = scope_state.fresh_cost, scope_state.fresh_broken
        state.tally[NOW, BROKEN] += scope_state.broken
    state.tally[NOW, OVERFULL], state.tally[NOW, TANGLED] = (
        overfull(given, state),
        float(tangled(given, state)),
    )


@entry
def anneal(
    given: Given,
    state: State,
    sequence: Sequence,
    prices: Prices,
    kind: int,
    steps: Steps,
) -> None:
    """Try moves of a kind, from hot to cold; `State.kept` is the best since it was last reset.

    A sequence is read and changed by the kinds BEGIN and SEQUENCE alone.
    """
    temperature = steps.hot
    if kind == LOAD:
        count_others(given, state)
    for _ in range(steps.moves):
        temperature *= steps.cooling
        if kind == TRANSFERS:
            transfers.propose(given, state)
            # A proposal that came to nothing still cools: schedules are in tries, not in changes.
            if state.number[CHANGED] == 0:
                continue
        elif kind > PLACE:
            if kind == BEGIN:
                sequences.all_of_it(given, sequence)
            else:
                sequences.propose(given, sequence, state.rng_state)
            sequences.decode(given, state, sequence)
        worse = evaluate(given, state, prices)
        # Loading, placing and beginning are not choices: they say where the search starts from.
        if kind <= BEGIN or accepts(state.rng_state, worse, temperature):
            settle(given, state, prices)
            # Both sequences are equal again before the next move. `decode` relies on it where it
            # stops early.
            if PLACE < kind < TRANSFERS:
                sequences.copy_changed(sequence, sequence.fresh, sequence.now)
        else:
            revert(given, state)
            if kind != TRANSFERS:
                sequences.copy_changed(sequence, sequence.now, sequence.fresh)
