"""Finds a plan for every wave of every combination that counting leaves open.

A wave's scenario is that of everyone come by then on the floors open by then; it is solved by
itself, from the plan of the wave before. Many combinations have waves in common: each is solved
once, and every plan found is offered to the others.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocator.plan.adapt import adapted
from allocator.plan.assemble import no_plan, run_record
from allocator.plan.types import Plan, Status
from allocator.scenario.tables import Headcount
from allocator.scenario.types import Scenario
from allocator.search.progress import OnProgress, Progress, ShouldStop
from allocator.search.solve import SolveOptions, solve
from allocator.studies.compare.offers import Offers
from allocator.studies.relocate.counting import Binds, Combination, Counted
from allocator.studies.relocate.waves import idle_pins, wave_scenario

AFTER_S, WRITE_S = 4.0, 1.5
"""Seconds beyond the solves that all may take, and more for each wave of a combination that is
written."""

Key = tuple[int, tuple[Headcount, ...], frozenset[int]]
"""What tells one wave's scenario from another's: the wave, who has come, and idle pins."""


@dataclass(frozen=True)
class WaveAnswer:
    """What became of a wave: its scenario and plan; None where counting or flats settle it."""

    scenario: Scenario
    plan: Plan


@dataclass(frozen=True)
class Fitted:
    """A combination with the answers of its waves, and what binds first."""

    combination: Combination
    answers: tuple[WaveAnswer | None, ...]

    def binds_in(self, number: int) -> Binds:
        """Return what binds in a wave, by its place."""
        counted, answer = self.combination.waves[number], self.answers[number]
        if counted.binds is Binds.NONE and answer is not None:
            infeasible = answer.plan.status is Status.INFEASIBLE
            return Binds.PLACEMENT if infeasible else Binds.NONE
        return counted.binds

    @property
    def binds(self) -> Binds:
        """What binds in the first wave in which anything does."""
        found = (self.binds_in(number) for number in range(len(self.answers)))
        return next((binds for binds in found if binds is not Binds.NONE), Binds.NONE)

    @property
    def fits(self) -> bool:
        """Whether every wave has a plan, and flats."""
        return all(
            counted.binds is Binds.NONE and answer and answer.plan.objective.total is not None
            for counted, answer in zip(self.combination.waves, self.answers, strict=True)
        )


def most_s(scenario: Scenario, found: Sequence[Combination], time_limit_s: float) -> float:
    """Return the seconds that all solves may take together."""
    written = sum(len(each.waves) for each in found if each.binds is Binds.NONE)
    return solves(scenario, found) * time_limit_s + AFTER_S + WRITE_S * written


def solves(scenario: Scenario, found: Sequence[Combination]) -> int:
    """Return how many waves are to be solved."""
    return len(_keys(scenario, found))


def _key(scenario: Scenario, counted: Counted) -> Key:
    return counted.wave, counted.headcounts, idle_pins(scenario, counted)


def _keys(scenario: Scenario, found: Sequence[Combination]) -> dict[Key, None]:
    """Return the waves to solve: those of combinations that counting does not rule out."""
    return {
        _key(scenario, wave): None
        for combination in found
        if combination.binds is Binds.NONE
        for wave in combination.waves
    }


def relocate(
    scenario: Scenario,
    found: Sequence[Combination],
    options: SolveOptions | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> tuple[Fitted, ...]:
    """Return the combinations with a plan for each wave of those that counting leaves open.

    Parameters
    ----------
    found
        The combinations, counted.
    options
        The time limit is for each solve.
    on_progress
        Told the stage, and each better plan.
    should_stop
        Asked often; once true, no more waves are begun, which then have no plan in time.
    """
    run = _Run(scenario, options or SolveOptions(), on_progress, should_stop or (lambda: False))
    keys = _keys(scenario, found)
    for number, key in enumerate(keys, 1):
        run.solve(key, number, len(keys))
    run.exchange()
    return tuple(
        Fitted(each, tuple(run.answers.get(_key(scenario, w)) for w in each.waves))
        for each in found
    )


class _Run:
    """All solves of a relocation."""

    def __init__(
        self,
        scenario: Scenario,
        options: SolveOptions,
        on_progress: OnProgress | None,
        should_stop: ShouldStop,
    ) -> None:
        self.scenario, self.options = scenario, options
        self.on_progress, self.should_stop = on_progress, should_stop
        self.answers: dict[Key, WaveAnswer] = {}
        self.began = time.monotonic()

    def solve(self, key: Key, number: int, of: int) -> None:
        """Solve one wave, from the nearest plan at hand."""
        given = wave_scenario(self.scenario, *key)
        if self.should_stop():
            run = run_record(
                given,
                seed=self.options.seed,
                workers=self.options.workers,
                time_limit_s=self.options.time_limit_s,
                wall_s=0.0,
            )
            self.answers[key] = WaveAnswer(given, no_plan(given, Status.UNKNOWN, (), run))
            return
        start = self._nearest(key)
        plan = solve(
            given,
            self.options,
            start=None if start is None else adapted(start.pieces, given),
            on_progress=self._told(f"solve {number} of {of}"),
            should_stop=self.should_stop,
        )
        self.answers[key] = WaveAnswer(given, plan)

    def _told(self, what: str) -> OnProgress | None:
        tell = self.on_progress
        if tell is None:
            return None

        def told(progress: Progress) -> None:
            seconds = time.monotonic() - self.began
            tell(replace(progress, stage=f"{what}: {progress.stage}", seconds=seconds))

        return told

    def _nearest(self, key: Key) -> Plan | None:
        """Return the plan whose people are nearest in number."""
        people = _people(key)
        plans = [
            (abs(_people(other) - people), n, answer.plan)
            for n, (other, answer) in enumerate(self.answers.items())
            if answer.plan.objective.total is not None
        ]
        return min(plans)[2] if plans else None

    def exchange(self) -> None:
        """Offer every plan to every wave that it fits."""
        offers, keys = Offers(), list(self.answers)
        for number, key in enumerate(keys):
            own = self.answers[key]
            others = [self.answers[k].plan for k in keys if k != key]
            others = [plan for plan in others if plan.objective.total is not None]
            if others and own.plan.status not in (Status.OPTIMAL, Status.INFEASIBLE):
                better = offers.best(number, own.scenario, own.plan, others)
                if better is not None:
                    self.answers[key] = WaveAnswer(own.scenario, better)


def _people(key: Key) -> int:
    return sum(row.headcount for row in key[1])
