"""Runs every case with everybody and every seed, one after the other, alone on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from allocator.errors import SolveFailedError, shorten
from allocator.studies.bench.attempt import attempt
from allocator.studies.bench.child import Ending, in_a_process
from allocator.studies.bench.peers import OURSELVES, PEERS
from allocator.studies.bench.protocol import Protocol
from allocator.studies.bench.types import Allowance, Answer, Attempt, BenchCase, BenchStatus

GRACE_S = 120.0
"""Seconds beyond the time limit: to start a process, end its solve and check its plans."""
MEMORY_MB = 8000.0
"""Memory at which a process is ended."""
PEERS_OF_COUNTRIES = frozenset({OURSELVES, "first-fit"})
"""Who takes part at the size of countries; one model of everything is far too large there."""


@dataclass(frozen=True)
class Step:
    """An attempt that is about to be made, the how manieth of how many."""

    case: str
    peer: str
    seed: int
    number: int
    attempts: int


def run_bench(
    cases: Sequence[BenchCase],
    protocol: Protocol,
    *,
    on_step: Callable[[Step], object],
    should_stop: Callable[[], bool],
) -> tuple[Attempt, ...]:
    """Return every attempt in the order in which they were made.

    Once `should_stop` is true, the attempt at hand is dropped and those before it are returned.

    Parameters
    ----------
    protocol
        Says who takes part, with which seeds and limits.
    on_step
        Called before each attempt.
    should_stop
        Asked before each attempt and several times a second while one runs.
    """
    planned = list(_planned(cases, protocol))
    done: list[Attempt] = []
    for number, (case, peer, seed) in enumerate(planned, start=1):
        on_step(Step(case.name, peer, seed, number, len(planned)))
        allowance = Allowance(protocol.time_limit_s, protocol.workers, seed)
        answer = None if should_stop() else _answer(case, peer, allowance, should_stop)
        if answer is None:
            break
        done.append(_row(case, peer, seed, answer))
    return tuple(done)


def _planned(
    cases: Sequence[BenchCase], protocol: Protocol
) -> Iterator[tuple[BenchCase, str, int]]:
    """Yield case, peer and seed of every attempt; what is not random runs with one seed."""
    for case in cases:
        for peer in protocol.peers:
            if case.size is None or peer in PEERS_OF_COUNTRIES:
                is_seeded = peer == OURSELVES or PEERS[peer].is_seeded
                for seed in protocol.seeds if is_seeded else protocol.seeds[:1]:
                    yield case, peer, seed


def _answer(
    case: BenchCase, peer: str, allowance: Allowance, should_stop: Callable[[], bool]
) -> Answer | None:
    """Return what came of an attempt in a process of its own; None if it was stopped."""
    ending = Ending(allowance.seconds + GRACE_S, MEMORY_MB, should_stop)
    try:
        return in_a_process(ending, attempt, peer, case.scenario, allowance)
    except SolveFailedError as error:
        if should_stop():  # Ctrl-C may reach a process that has only begun
            return None
        # A failure is a result of the benchmark: the other attempts go on.
        return Answer(status=BenchStatus.FAILED, message=shorten(str(error), 500))


def _row(case: BenchCase, peer: str, seed: int, answer: Answer) -> Attempt:
    """Return an attempt as a row, with what of the case a reader needs to judge it."""
    return Attempt(
        family=case.family,
        case=case.name,
        units=len(case.scenario.housed),
        floors=len(case.scenario.floors),
        size=case.size,
        peer=peer,
        seed=seed,
        best_known=case.best_known,
        is_proved=case.is_proved,
        answer=answer,
    )
