"""What a dual or a tree proves, as a certificate has it: made from what it kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from allocator.plan.certificate.types import Entry, Floats, Proof
from allocator.search.bounds.dual import Dual

MOST_BYTES = 500_000_000
"""Memory for multipliers that are kept; what a tree proves with more is not certified."""

MakeProof = Callable[[], Proof]


class Proved(NamedTuple):
    """A bound, and what makes the proof of it, or of a higher one, once it is wanted."""

    bound: float
    proof: MakeProof


@dataclass
class Kept:
    """Multipliers of the nodes of a tree, in the order in which they were looked at.

    Attributes
    ----------
    proved
        What the entries prove, once no more are kept; None while all are.
    """

    entries: list[Entry] = field(default_factory=list)
    bytes: int = 0
    proved: float | None = None

    def keep(self, parent: int, node: int, label: int, multipliers: Floats) -> int:
        """Keep multipliers, and return their number among the entries.

        Parameters
        ----------
        parent
            Number of the entry of the parent, −1 for the root.
        node, label
            What sets it apart from its parent; see docs/explanation/proof.md.
        """
        self.entries.append(Entry(parent, node, label, multipliers))
        self.bytes += multipliers.nbytes
        return len(self.entries) - 1


def proof_of_dual(dual: Dual, about: Proof) -> Proof:
    """Return the proof at a dual's best multipliers."""
    return replace(about, bound=dual.bound, entries=(Entry(-1, -1, -1, dual.best.flat.copy()),))
