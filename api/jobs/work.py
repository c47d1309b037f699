"""What the answer to a job's request is made with, and the form it has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.plan.verify.given import GivenPlacement, given_pieces, read_pieces
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant
from allocator.search.options import SolveOptions
from api.requests import given_placements

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

KeptPieces = Sequence[tuple[str, str, int]]
"""A plan as it is kept: unit, floor, and how many desks, or people where capacity is by chance."""


Answer = dict[str, Any]
"""``status``, ``result`` (JSON text; without it the plan is the result), and where there is one
``plan`` (JSON text); ``changes`` of the scenario that the plan is for; ``job_status``, how the
job ended; ``outcome`` of an `allocate`."""


@dataclass(frozen=True)
class Work:
    """What an answer is made with: the request's options, and who listens.

    Attributes
    ----------
    options
        Of the request.
    time_limit_s, workers
        Of the job, as the service grants them.
    known
        The best plan of another worker that began the job.
    """

    options: Mapping[str, Any]
    time_limit_s: float
    workers: int
    known: KeptPieces | None
    solver: Solver
    on_progress: OnProgress
    should_stop: ShouldStop

    def effort(self) -> SolveOptions:
        """Return how hard to search."""
        seed = self.options["seed"]
        return SolveOptions(time_limit_s=self.time_limit_s, workers=self.workers, seed=seed)

    def variant(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the late towers and the growth that are asked for."""
        opens, grow = (tuple(self.options.get(key) or ()) for key in ("opens", "grow"))
        return Variant(opens=opens, grow=grow).of(scenario)

    def start(self, scenario: Scenario) -> dict[tuple[str, str], int] | None:
        """Return the usable pieces of the plan to begin from, if any."""
        given: Iterable[GivenPlacement]
        if self.known is not None:
            given = given_pieces(scenario, {(u, f): n for u, f, n in self.known})
        elif self.options.get("start") is not None:
            given = given_placements(self.options["start"])
        else:
            return None
        return read_pieces(scenario, given)[0]


def compact(document: object) -> str:
    """Return a document as JSON text without blanks, ASCII alone."""
    # NaN is no JSON: browsers and most languages would refuse the whole answer.
    return json.dumps(document, separators=(",", ":"), allow_nan=False)
