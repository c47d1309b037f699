"""Which coordinating group an organisation is drawn with, and in which order groups stand."""

from __future__ import annotations

from collections import Counter

from allocator.errors import shorten
from allocator.plan.data import PlanData
from allocator.scenario.types import Scenario

OTHER = "other organisations"
VACANT = "vacant desks"
LONGEST_LABEL = 40


class Groups:
    """Coordinating groups of a plan, those with most desks first.

    A group is a coordinator with the organisations it coordinates. Groups beyond `most`, and
    organisations without one, are `OTHER`.

    Attributes
    ----------
    labels : tuple of str
        The groups that the plan has pieces of, all different, `OTHER` last where it is used.
    """

    def __init__(self, plan: PlanData, scenario: Scenario, most: int) -> None:
        self._desks = Counter[str]()
        for placement in plan.placements:
            self._desks[placement.organisation_id] += placement.desks
        coordinators = scenario.coordinator_of
        heads = set(coordinators.values())
        # A coordinator stands with those it coordinates, though nobody coordinates itself in the
        # table.
        self._head = {
            name: name if name in heads else coordinators.get(name, "") for name in self._desks
        }
        size = Counter[str]()
        for name, desks in self._desks.items():
            size[self._head[name]] += desks
        # The biggest first; ids break ties, so that the picture does not depend on the order of
        # rows.
        drawn = sorted((head for head in size if head), key=lambda head: (-size[head], head))
        self._label: dict[str, str] = {}
        for head in drawn[:most]:
            self._label[head] = _unlike(shorten(head, LONGEST_LABEL), self._label)
        others = any(head not in self._label for head in size)
        self.labels = (*self._label.values(), *([OTHER] if others else []))

    def label_of(self, organisation_id: str) -> str:
        """Return the group that an organisation is drawn with."""
        return self._label.get(self._head[organisation_id], OTHER)

    @property
    def named(self) -> int:
        """How many groups there are beside `OTHER`."""
        return len(self._label)

    @property
    def organisations(self) -> list[str]:
        """Organisations that the plan has pieces of, in the order in which they stand."""
        return sorted(self._desks, key=self.rank)

    def rank(self, organisation_id: str) -> tuple[int, int, str]:
        """Return a key that orders organisations on a floor alike on every floor."""
        group = self.labels.index(self.label_of(organisation_id))
        return group, -self._desks[organisation_id], organisation_id


def _unlike(label: str, taken: dict[str, str]) -> str:
    """Return a label unlike those that are taken: cut short, two names may be the same."""
    number = 2
    found = label
    while found in {*taken.values(), OTHER, VACANT}:
        found = f"{label} ({number})"
        number += 1
    return found
