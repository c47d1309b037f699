"""What a certificate holds: a claim, and the multipliers that prove it. Nothing is judged here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.types import TABLES, Scenario

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Kind(StrEnum):
    """Which labelled model the multipliers are of."""

    ASSIGNMENT = "assignment"
    """Nodes are units that stay whole, labels are floors."""
    ORGANISATIONS = "organisations"
    """Nodes are organisations, labels are towers twice: whole there, then apart."""
    NONE = "none"
    """No dual was evaluated: nothing is certified."""


@dataclass(frozen=True)
class Entry:
    """Multipliers for what is left of the model once a node of another entry has a label.

    Attributes
    ----------
    parent, node, label
        The entry it is a child of, and the node and label of the whole model; −1 for the first.
        Of organisations, labels are −1; the node is one that is apart, or −1 where nobody else is.
    multipliers
        φ (pairs, 2, labels), ρ (nodes, places of which sets are told), μ (nodes, labels, places)
        and λ (places) of what is left, one after the other. Pairs and nodes keep their order.
    """

    parent: int
    node: int
    label: int
    multipliers: Floats


@dataclass(frozen=True)
class Together:
    """What organisations that are whole in one tower pay there above what each does by itself.

    Attributes
    ----------
    place, nodes
        In numbers of the model.
    extra
        Person-minutes a week.
    """

    place: int
    nodes: tuple[int, ...]
    extra: float


@dataclass(frozen=True)
class Proof:
    """A bound of the total that follows from multipliers. N nodes, P pairs, T towers.

    Attributes
    ----------
    bound
        Person-minutes a week.
    trusted
        Costs of terms that are added to the model as a constant: they come from counting.
    nodes, places
        Ids of units and floors, or of organisations and towers, in the order of the model.
    pairs : (P, 2) int
    contents : (N, T) float
        What each organisation pays for itself in each tower, infinite if it cannot be there;
        empty for an assignment.
    patterned
        Towers of which all sets of organisations that fit are looked at.
    together
        Sets of them that pay more than each organisation does by itself.
    entries
        The first is the whole model, each other comes after its parent.
    """

    kind: Kind = Kind.NONE
    bound: float | None = None
    trusted: Mapping[str, float] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    pairs: Whole = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    contents: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    patterned: tuple[int, ...] = ()
    together: tuple[Together, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """A proof, and what it was made for.

    Attributes
    ----------
    total, shown
        Of the plan and the bound that the result shows; None where there is none.
    scenario
        sha256 of each table and of the settings, as `digests` makes them.
    """

    shown: float | None
    total: float | None
    scenario: Mapping[str, str]
    proof: Proof


def digests(scenario: Scenario) -> dict[str, str]:
    """Return sha256 of each table in use and of the settings, whatever the order of rows."""
    settings = scenario.settings.model_copy(update={"name": "", "title": "", "notes": ""})
    found = {"settings": [settings.model_dump_json()]}
    for table in TABLES:
        rows = getattr(scenario, table, None)
        if rows:
            found[table] = sorted(row.model_dump_json() for row in rows)
    return {
        table: hashlib.sha256("\n".join(rows).encode()).hexdigest()
        for table, rows in found.items()
    }
