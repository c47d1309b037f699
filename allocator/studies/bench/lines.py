"""Aggregates attempts: medians over seeds for a case, means over cases for a family.

Nothing is written or drawn here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean, median

from allocator.studies.bench.types import Answer, Attempt, BenchStatus

NEWS = 1e-9
"""Part by which a total must lie below the best known one to be called so."""


@dataclass(frozen=True)
class Line:
    """All seeds of one peer at one case.

    Attributes
    ----------
    status
        The most frequent one, the earlier in case of a tie.
    total, first_plan_s, bound, gap, seconds
        Medians over the seeds, those without a plan being worse than any; None where the median
        has none.
    lowest, highest
        Totals of the seeds with a plan.
    memory_mb
        The most of all seeds.
    best
        Total that everybody is measured by: the best known, else the best here.
    """

    family: str
    case: str
    peer: str
    status: BenchStatus
    seeds: int
    plans: int
    total: float | None
    lowest: float | None
    highest: float | None
    bound: float | None
    gap: float | None
    first_plan_s: float | None
    seconds: float | None
    memory_mb: float | None
    best: float | None
    units: int
    size: float | None
    message: str

    @property
    def above_best(self) -> float | None:
        """Median total above `best`, as a fraction."""
        if self.total is None or self.best is None:
            return None
        return (self.total - self.best) / max(self.best, 1.0)


def lines(attempts: Sequence[Attempt]) -> tuple[Line, ...]:
    """Return a line for every case and peer, in the order of the attempts.

    Cases of one name in two families are two cases.
    """
    groups: dict[tuple[str, str, str], list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault((attempt.family, attempt.case, attempt.peer), []).append(attempt)
    best = _best(attempts)
    return tuple(_line(group, best.get(key[:2])) for key, group in groups.items())


def _best(attempts: Iterable[Attempt]) -> dict[tuple[str, str], float]:
    """Return the total that a case is measured by: the best known, else the best of all here."""
    found: dict[tuple[str, str], float] = {}
    for attempt in attempts:
        key, total = (attempt.family, attempt.case), attempt.answer.total
        if attempt.best_known is not None:
            found[key] = attempt.best_known
        elif total is not None:
            found[key] = min(total, found.get(key, total))
    return found


def _line(group: Sequence[Attempt], best: float | None) -> Line:
    """Return the line of one peer at one case; the group has at least one attempt."""
    first = group[0]
    answers = [attempt.answer for attempt in group]
    totals = [answer.total for answer in answers if answer.total is not None]
    statuses = [answer.status for answer in answers]
    return Line(
        family=first.family,
        case=first.case,
        peer=first.peer,
        status=max(statuses, key=statuses.count),
        seeds=len(group),
        plans=len(totals),
        total=middle(answers, lambda answer: answer.total),
        lowest=min(totals, default=None),
        highest=max(totals, default=None),
        # Unlike a total, a bound that is missing is no failure: what there is, is drawn together.
        bound=_median([a.bound for a in answers if a.bound is not None]),
        gap=middle(answers, lambda answer: answer.gap),
        first_plan_s=middle(answers, lambda answer: answer.first_plan_s),
        seconds=middle(answers, lambda answer: answer.seconds),
        memory_mb=max((a.memory_mb for a in answers if a.memory_mb is not None), default=None),
        best=best,
        units=first.units,
        size=first.size,
        message=next((answer.message for answer in answers if answer.message), ""),
    )


def middle(answers: Iterable[Answer], figure: Callable[[Answer], float | None]) -> float | None:
    """Return the median of a figure, where none is worse than any; None if that is in the middle.

    Of two in the middle, the worse counts: a peer that fails on half of the seeds has no median.
    """
    found = sorted(inf if (each := figure(a)) is None else each for a in answers)
    value = found[len(found) // 2]
    return None if value == inf else value


def _median(values: Sequence[float]) -> float | None:
    """Return the median of the values, the mean of the two in the middle; None of no values."""
    return median(values) if values else None


@dataclass(frozen=True)
class PeerSummary:
    """One peer over a family of cases.

    Attributes
    ----------
    cases, plans, at_best, proved
        Counts of cases: all; those with a plan from every seed; those where the median total is at
        most the best known (or the best here); those that the peer proved optimal.
    above_best, gap
        Means over the cases that have them, as fractions.
    first_plan_s, seconds
        Medians over the cases that have them.
    """

    family: str
    peer: str
    cases: int
    plans: int
    at_best: int
    proved: int
    above_best: float | None
    gap: float | None
    first_plan_s: float | None
    seconds: float | None


def peer_summaries(found: Sequence[Line]) -> tuple[PeerSummary, ...]:
    """Return how each peer stands in each family, in the order of the lines.

    Means and medians are taken over cases, each of which counts once whatever its size.
    """
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in found:
        groups.setdefault((line.family, line.peer), []).append(line)
    return tuple(_peer_summary(group) for group in groups.values())


def _peer_summary(group: Sequence[Line]) -> PeerSummary:
    """Return the summary of one peer; cases that lack a figure are left out of its mean."""
    above = [line.above_best for line in group if line.above_best is not None]
    gaps = [line.gap for line in group if line.gap is not None]
    return PeerSummary(
        family=group[0].family,
        peer=group[0].peer,
        cases=len(group),
        plans=sum(line.plans == line.seeds for line in group),
        at_best=sum(fraction <= NEWS for fraction in above),
        proved=sum(line.status is BenchStatus.OPTIMAL for line in group),
        above_best=fmean(above) if above else None,
        gap=fmean(gaps) if gaps else None,
        first_plan_s=_median([x.first_plan_s for x in group if x.first_plan_s is not None]),
        seconds=_median([x.seconds for x in group if x.seconds is not None]),
    )


def news(attempts: Iterable[Attempt]) -> list[str]:
    """Return a sentence for every total below the best known, and every bound above it.

    The second kind would be an error of ours or of the published value: a bound cannot lie above
    a total that a plan has.
    """
    said = []
    for attempt in attempts:
        known, answer = attempt.best_known, attempt.answer
        who = f"{attempt.peer} on {attempt.case}, seed {attempt.seed}"
        if attempt.above_best is not None and attempt.above_best < -NEWS:
            said.append(f"{who}: total {answer.total:,.3f} is below the best known {known:,.3f}.")
        if known is not None and answer.bound is not None and _is_above(answer.bound, known):
            said.append(f"{who}: bound {answer.bound:,.3f} is above {known:,.3f}: a bug.")
    return said


def _is_above(bound: float, known: float) -> bool:
    """Say whether a bound contradicts a known total by more than rounding."""
    # Both are sums of floating point: a bound may exceed the value that it proves by rounding.
    return bound > known + 1e-6 * max(abs(known), 1.0)
