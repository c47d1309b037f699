"""The best weeks aim by aim: what a local search finds, improved and bounded by a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.studies.explain.plans import Budget
from allocator.studies.rotas.choices import DIGITS, Choice, Choices, Score
from allocator.studies.rotas.improve import Key, State, descend, improve
from allocator.studies.rotas.master import Aim, Master

FIRST_PART, POLISH_PART = 0.1, 0.3
"""Part of the time left for the local search before the model, and once its hands are settled."""
CURVE_PART = 0.1
"""Part of the time for the curve, at the end."""
POINTS = 12
"""Points of the curve that are looked for."""
TOLERANCE = 1e-6


@dataclass
class BestChoice:
    """The best choice so far, what is proved of each aim, and the points of the curve.

    Attributes
    ----------
    bounds
        Of each aim over all choices that are as good in the aims before it.
    points
        All-hands days times people, and people without a desk, at no more short floors than the
        best choice has.
    """

    choice: Choice
    score: Score
    bounds: dict[Aim, float] = field(default_factory=dict)
    points: list[tuple[int, float]] = field(default_factory=list)


def search(choices: Choices, budget: Budget) -> BestChoice:
    """Return the best weeks found in time, bounds of the four aims, and the curve.

    Local search comes first: its choice is what the model begins from.
    """
    run = _Search(choices, budget)
    run.improve(FIRST_PART)
    run.prove()
    run.draw_curve()
    return run.best


class _Search:
    """A search while it runs.

    Attributes
    ----------
    best
        The best choice so far; it only ever gets better.
    archive
        Fewest people without a desk, by short floors and all-hands days, of every choice seen.
    """

    def __init__(self, choices: Choices, budget: Budget) -> None:
        self.choices, self.budget = choices, budget
        self.rng = np.random.default_rng(budget.seed)
        even = State(choices, choices.even)
        self.best = BestChoice(list(even.choice), even.score)
        self.archive: dict[tuple[int, int], float] = {}
        self._note(even)
        if choices.keeps_common_days(choices.present):
            self._note(State(choices, choices.present))

    def _note(self, state: State) -> None:
        """Keep a state if it is the best, and its figures for the curve."""
        short, minus_hands, without, _ = state.score
        place = short, -minus_hands
        self.archive[place] = min(without, self.archive.get(place, without))
        if state.score < self.best.score:
            self.best.choice, self.best.score = list(state.choice), state.score

    def improve(self, part: float) -> None:
        """Look for a better choice by local search alone, in a part of the time left."""
        self.budget.enter("choosing weeks")
        over = self._until(self.budget.left() * part)
        improve(State(self.choices, self.best.choice), tuple, self.rng, over, self._note)

    def prove(self) -> None:
        """Prove bounds aim by aim, taking over whatever better choice the model finds."""
        master = Master(self.choices)
        end = self.budget.deadline - CURVE_PART * (self.budget.deadline - time.monotonic())
        for aim in Aim:
            self.budget.enter(f"proving {aim.name.lower().replace('_', ' ')}")
            self.best.bounds[aim] = self._prove(master, aim, end)
            # All-hands days are settled now; what is left of the score is worth another search.
            if aim is Aim.HANDS:
                self.improve(POLISH_PART)
            master.keep(aim, self.best.score)

    def _prove(self, master: Master, aim: Aim, end: float) -> float:
        """Return the bound of an aim; the model learns until it knows all of its own choice."""
        # What no choice can beat: every group with its most all-hands days, and nothing below 0.
        least = {Aim.HANDS: -float(sum(self._most_hands()))}.get(aim, 0.0)
        # Half of what is left for each aim, so that later ones are never left without any.
        until = time.monotonic() + (end - time.monotonic()) / 2
        while self.best.score[aim] > least + TOLERANCE and not self.budget.should_stop():
            left = until - time.monotonic()
            if left <= 0:
                break
            solved = master.solve(
                aim,
                self.best.choice,
                left,
                self.budget.workers,
                self.budget.should_stop,
                int(self.rng.integers(2**31 - 1)),
            )
            least = max(least, solved.bound)
            if solved.choice is None:
                break
            facts = master.learn(solved.choice, aim)
            self._polish(solved.choice)
            # The model was right about its choice: its bound cannot be raised by learning.
            if not facts:
                break
        return min(least, float(self.best.score[aim]))

    def _most_hands(self) -> list[int]:
        """Return the most all-hands days times people that each group may have."""
        return [max(option.hands for option in group.options) for group in self.choices.groups]

    def _polish(self, choice: Choice) -> None:
        """Offer a choice of the model, as it is and after a descent."""
        state = State(self.choices, choice)
        self._note(state)
        near = self.rng.permutation(len(self.choices.groups)).tolist()
        # Half a second at most, as the model's next choice comes soon.
        descend(state, tuple, near, self._until(0.5))
        self._note(state)

    def draw_curve(self) -> None:
        """Look for what fewer all-hands days would save in people without a desk.

        From the best choice down, each point from the one before. Every point is a choice that
        exists; that none lies below is not proved.
        """
        self.budget.enter("drawing the curve")
        best = self.best.score
        state = State(self.choices, self.best.choice)
        for point in range(POINTS - 1, -1, -1):
            # Evenly from all the days that the best choice has down to none.
            target = -best.minus_hands * point / POINTS
            over = self._until(self.budget.left() / (point + 1))
            groups = self.rng.permutation(len(self.choices.groups)).tolist()
            descend(state, _at_least(target), groups, over)
            self._note(state)
        self.best.points = _front(
            {hands: w for (short, hands), w in self.archive.items() if short <= best.short_floors}
        )

    def _until(self, seconds: float) -> Callable[[], bool]:
        """Return a question whether so many seconds, or the whole time, are over."""
        end = min(time.monotonic() + seconds, self.budget.deadline)
        return lambda: time.monotonic() > end or self.budget.should_stop()


def _at_least(hands: float) -> Key:
    """Return the key for fewest without a desk among choices with so many all-hands days."""

    def key(score: Score) -> tuple[float, ...]:
        """Return the key.

        Short floors, days that lack, people without a desk, then the usual order.
        """
        lacking = max(0.0, hands + score.minus_hands)
        return score.short_floors, lacking, score.without_desk, score.minus_hands, score.changed

    return key


def _front(points: dict[int, float]) -> list[tuple[int, float]]:
    """Return the points that none beats in both, from the most all-hands days down."""
    found: list[tuple[int, float]] = []
    for hands in sorted(points, reverse=True):
        if not found or points[hands] < found[-1][1] - 10.0**-DIGITS:
            found.append((hands, points[hands]))
    return found
