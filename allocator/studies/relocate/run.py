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
from allocator.plan.frames import Cells, Table
from allocator.plan.types import Plan, Status
from allocator.scenario.types import Scenario
from allocator.search.progress import OnProgress, Progress, ShouldStop
from allocator.search.solve import SolveOptions, solve
from allocator.studies.offers import Offers
from allocator.studies.relocate.counting import Binds, Combination
from allocator.studies.relocate.waves import by_wave

AFTER_S, WRITE_S = 4.0, 1.5
"""Seconds beyond the solves that all may take, and more for each wave of a combination that is
written."""

NOT_ASKED = "not_asked"
"""Status of a wave for which no plan was looked for, as flats or another wave rule it out."""

Key = tuple[object, ...]
"""What tells one wave's scenario from another's: who has come, what is open, what holds."""


@dataclass(frozen=True)
class WaveAnswer:
    """What became of a wave: its scenario and plan; None where counting or flats settle it."""

    scenario: Scenario
    plan: Plan


@dataclass(frozen=True)
class Fitted:
    """A combination with the answers of its waves, and what binds first.

    Attributes
    ----------
    answers
        By wave; None where no solve was needed, as counting or flats settle it.
    """

    combination: Combination
    answers: tuple[WaveAnswer | None, ...]

    def binds_in(self, number: int) -> Binds:
        """Return what binds in a wave, by its place from 0.

        Counting comes first; a solve adds `placement` where it proved that there is no plan.
        """
        counted, answer = self.combination.waves[number], self.answers[number]
        if counted.binds is Binds.NONE and answer is not None:
            infeasible = answer.plan.status is Status.INFEASIBLE
            return Binds.PLACEMENT if infeasible else Binds.NONE
        return counted.binds

    @property
    def binds(self) -> Binds:
        """What binds in the first wave in which anything does.

        `none` where every wave has a plan or none was found in time.
        """
        found = (self.binds_in(number) for number in range(len(self.answers)))
        return next((binds for binds in found if binds is not Binds.NONE), Binds.NONE)

    @property
    def rows(self) -> Table[Cells]:
        """A row for each wave, as in relocate.csv."""
        return Table((_row(self, number) for number in range(len(self.answers))), Cells)

    @property
    def fits(self) -> bool:
        """Say whether every wave has a plan, and flats."""
        return all(
            counted.binds is Binds.NONE and answer and answer.plan.objective.total is not None
            for counted, answer in zip(self.combination.waves, self.answers, strict=True)
        )


def _row(fitted: Fitted, number: int) -> Cells:
    """Return one wave of a combination as a row, by the names of `COLUMNS`."""
    combination = fitted.combination
    counted, answer = combination.waves[number], fitted.answers[number]
    if answer is not None:
        status = answer.plan.status.value
    else:
        # Too few desks prove that there is no plan; too few flats do not, so no plan was asked
        # for.
        ruled_out = counted.binds in (Binds.DESKS, Binds.BOTH)
        status = "infeasible" if ruled_out else NOT_ASKED
    residents = counted.residents
    return Cells(
        {
            "unit_scenario": combination.unit_scenario,
            "staff_scenario": combination.staff_scenario,
            "family_scenario": combination.family_scenario,
            "wave": counted.wave,
            "people": counted.people,
            "demand": counted.demand,
            "desks": counted.desks,
            "floors": counted.floors,
            "flats_needed": counted.flats_needed,
            "flats": counted.flats,
            "residents": None if residents is None else float(residents),
            "people_possible": counted.people_possible,
            "binds": fitted.binds_in(number).value,
            "status": status,
            "total": None if answer is None else answer.plan.objective.total,
        }
    )


def most_s(scenario: Scenario, found: Sequence[Combination], time_limit_s: float) -> float:
    """Return the seconds that all solves may take together, with checking and writing."""
    written = sum(len(each.waves) for each in found if each.binds is Binds.NONE)
    return solves(scenario, found) * time_limit_s + AFTER_S + WRITE_S * written


def solves(scenario: Scenario, found: Sequence[Combination]) -> int:
    """Return how many waves are to be solved; what combinations have in common counts once."""
    open_ones = [each for each in found if each.binds is Binds.NONE]
    return len(_to_solve(open_ones, [by_wave(scenario, each) for each in open_ones]))


def _key(given: Scenario) -> Key:
    """Return what tells one wave's scenario from another's."""
    return given.headcounts, given.floors, given.rules, given.affinities


def _to_solve(
    found: Sequence[Combination], waves: Sequence[tuple[Scenario, ...]]
) -> dict[Key, Scenario]:
    """Return the waves to solve: those of combinations that counting does not rule out."""
    # By key, so that a wave which several combinations share is solved once.
    return {
        _key(given): given
        for each, of in zip(found, waves, strict=True)
        if each.binds is Binds.NONE
        for given in of
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
    scenario
        As it was counted.
    found
        The combinations, counted.
    options
        The time limit is for each solve.
    on_progress
        Called with the stage, and each better plan.
    should_stop
        Asked often; once true, no more waves are begun, which then have no plan in time.

    Returns
    -------
    tuple of Fitted
        In the order of the combinations, those that counting rules out without a plan.
    """
    run = _Run(options or SolveOptions(), on_progress, should_stop or (lambda: False))
    waves = [by_wave(scenario, each) for each in found]
    to_solve = _to_solve(found, waves)
    # In the order of the waves, so that a wave begins from the plan of the one before.
    for number, given in enumerate(to_solve.values(), 1):
        run.solve(given, number, len(to_solve))
    run.exchange()
    return tuple(
        Fitted(each, tuple(run.answers.get(_key(given)) for given in of))
        for each, of in zip(found, waves, strict=True)
    )


class _Run:
    """All solves of a relocation."""

    def __init__(
        self,
        options: SolveOptions,
        on_progress: OnProgress | None,
        should_stop: ShouldStop,
    ) -> None:
        self.options = options
        self.on_progress, self.should_stop = on_progress, should_stop
        self.answers: dict[Key, WaveAnswer] = {}
        self.began = time.monotonic()

    def solve(self, given: Scenario, number: int, of: int) -> None:
        """Solve one wave, from the nearest plan at hand."""
        key = _key(given)
        # An answer without a plan, so that what was not solved is not taken for proved.
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
        start = self._nearest(_people(given))
        plan = solve(
            given,
            self.options,
            start=None if start is None else adapted(start.pieces, given),
            on_progress=self._progress(f"solve {number} of {of}"),
            should_stop=self.should_stop,
        )
        self.answers[key] = WaveAnswer(given, plan)

    def _progress(self, what: str) -> OnProgress | None:
        """Return a listener that passes progress on, with which solve it is of."""
        tell = self.on_progress
        if tell is None:
            return None

        def pass_on(progress: Progress) -> None:
            """Pass progress on with the seconds of the whole study."""
            seconds = time.monotonic() - self.began
            tell(replace(progress, stage=f"{what}: {progress.stage}", seconds=seconds))

        return pass_on

    def _nearest(self, people: int) -> Plan | None:
        """Return the plan whose people are nearest in number."""
        # The number breaks ties, as plans themselves have no order.
        plans = [
            (abs(_people(answer.scenario) - people), n, answer.plan)
            for n, answer in enumerate(self.answers.values())
            if answer.plan.objective.total is not None
        ]
        return min(plans)[2] if plans else None

    def exchange(self) -> None:
        """Offer every plan to every wave that it fits.

        A plan of one combination may fit another as well and cost less there.
        """
        offers, keys = Offers(), list(self.answers)
        for number, key in enumerate(keys):
            own = self.answers[key]
            others = [self.answers[k].plan for k in keys if k != key]
            others = [plan for plan in others if plan.objective.total is not None]
            if others and own.plan.status not in (Status.OPTIMAL, Status.INFEASIBLE):
                better = offers.best(number, own.scenario, own.plan, others)
                if better is not None:
                    self.answers[key] = WaveAnswer(own.scenario, better)


def _people(scenario: Scenario) -> int:
    """Return the people of a scenario."""
    return sum(row.headcount for row in scenario.headcounts)
