"""A case with less asked of it, such that a proof against it holds for all smaller ratios, too.

A plan of a smaller ratio need not hold for a larger one: a unit of 16 desks may sit on two floors
of 8 each, one of 15 may not. Where smaller pieces are allowed for, desks can be taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.demand import smallest_piece
from allocator.scenario.rules import RuleKind
from allocator.scenario.settings import Sharing
from allocator.scenario.types import Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.rules import KEPT_BY_PIECES

PINS = frozenset({RuleKind.AT_LEAST})


def relaxer(largest: Scenario) -> Callable[[Scenario], Case]:
    """Return how to relax the cases of ratios that are at least that of a given scenario.

    A relaxed case without a plan proves that no ratio has one, from the given scenario's up to its
    own. Two things are asked less. Units may have smaller pieces, small enough that they can be on
    as many floors as with any larger demand of theirs. Desks pinned to floors need not be there.
    So a plan of a smaller ratio becomes one of the relaxed case when desks are taken away. If
    whole pieces may have to go, the rules that pieces help to keep are dropped as well.
    """
    most = compile_case(largest).demand
    pieces = _most_pieces(int(most.max(initial=0)), largest.settings.sharing)

    def relaxed(scenario: Scenario) -> Case:
        """Return the relaxed case of a ratio."""
        exact = compile_case(scenario)
        # The most pieces that any demand between this ratio's and the smallest's allows.
        floors = np.array(
            [pieces[d : m + 1].max() for d, m in zip(exact.demand, most, strict=True)], np.int64
        )
        least = np.maximum(np.minimum(exact.least, exact.demand // np.maximum(floors, 1)), 1)
        # With fewer desks than floors a plan would lose whole pieces on its way down.
        loses_pieces = bool((exact.demand < floors).any())
        case = compile_case(bare(scenario, KEPT_BY_PIECES if loses_pieces else PINS))
        # A floor with less room than the smallest piece cannot hold any.
        allowed = case.allowed & (case.capacity[None, :] >= least[:, None])
        return replace(case, least=least, allowed=allowed)

    return relaxed


def _most_pieces(demand: int, sharing: Sharing) -> NDArray[np.int64]:
    """Return on how many floors a unit may be, for every demand up to the one given."""
    found = [d // max(1, smallest_piece(d, sharing)) for d in range(demand + 1)]
    return np.array(found, np.int64)


def bare(scenario: Scenario, dropped: Collection[RuleKind] = ()) -> Scenario:
    """Return a scenario with pieces of any size and without some kinds of rule.

    Whatever plan it lacks the scenario lacks, too.
    """
    rules = tuple(row for row in scenario.rules if row.rule not in dropped)
    return scenario.replace(rules=rules).with_sharing(min_piece_desks=1, min_piece_share="0")
