"""Those that a planner could use instead of this package, by the names of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from allocator.errors import InputError, Problem
from allocator.search.case import Case
from allocator.studies.bench.peers.first_fit import first_fit
from allocator.studies.bench.peers.home_floor import MOST_ENTRIES, HomeFloorModel
from allocator.studies.bench.peers.mip import highs, scip
from allocator.studies.bench.peers.one_model import cp_sat
from allocator.studies.bench.peers.rebalancer import rebalancer
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes

OURSELVES = "allocator"


@dataclass(frozen=True)
class Peer:
    """Somebody else who plans.

    Attributes
    ----------
    solve
        Notes every better plan, and says at the end what is proved.
    label
        Who it is, for a reader of the report.
    package
        What must be installed for it, if anything.
    is_one_model
        Whether it builds the home-floor model, which may be too large.
    is_seeded
        Whether another seed may give another plan.
    """

    solve: Callable[[Case, Allowance, Notes], Claim]
    label: str
    package: str | None = None
    is_one_model: bool = True
    is_seeded: bool = True

    def plan(self, case: Case, allowance: Allowance, notes: Notes) -> Claim:
        """Solve a case, unless the model of it would be too large.

        Returns
        -------
        Claim
            `too_large`, without any attempt, where walking alone needs more than `MOST_ENTRIES`
            coefficients; else what the peer says at its end. Its plans are in `notes`.
        """
        entries = HomeFloorModel.entries(case) if self.is_one_model else 0
        if entries > MOST_ENTRIES:
            said = f"{entries:,} coefficients for walking; at most {MOST_ENTRIES:,} are tried"
            return Claim(BenchStatus.TOO_LARGE, message=said)
        return self.solve(case, allowance, notes)


PEERS = {
    "first-fit": Peer(
        first_fit,
        "a spreadsheet: organisations by size, floor by floor, the best of four orders",
        is_one_model=False,
        is_seeded=False,
    ),
    "cp-sat": Peer(cp_sat, "CP-SAT, one model of everything, walking by home floor"),
    "highs": Peer(highs, "HiGHS, the same model as a MIP", "highspy"),
    "scip": Peer(scip, "SCIP, the same model as a MIP", "pyscipopt"),
    "rebalancer": Peer(
        rebalancer,
        "Rebalancer, objects to containers by local search",
        "rebalancer",
        is_one_model=False,
    ),
}


def usable_peers(names: Sequence[str]) -> tuple[str, ...]:
    """Return these names if all are known and installed.

    Raises
    ------
    InputError
        With every name that is not.
    """
    problems = [problem for name in names if (problem := _problem(name))]
    if problems:
        raise InputError(problems)
    # A peer named twice would run twice and be drawn together as one.
    return tuple(dict.fromkeys(names))


def _problem(name: str) -> Problem | None:
    """Return what keeps a peer from taking part, if anything; the package is not imported yet."""
    peer = PEERS.get(name)
    if peer is None:
        return Problem(f"expected some of {', '.join(PEERS)}", "--peers", value=name)
    if peer.package is not None and find_spec(peer.package) is None:
        install = "pip install 'allocator[bench]'"
        message = f"expected {peer.package} to be installed: {install}, or leave it out"
        return Problem(message, "--peers", value=name)
    return None
