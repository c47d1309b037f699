"""Proved lower bounds of every term and of the total, over all feasible plans.

Here the parts are put together; each part and its proof has a module of its own. No plan is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic

from allocator.plan.types import TermName
from allocator.scenario.settings import TripKind
from allocator.search.bounds.assignment import assignment_bounds, is_alone, is_assignment
from allocator.search.bounds.certified import MakeProof, Proved
from allocator.search.bounds.floors import extra_floors, open_floors
from allocator.search.bounds.joint import joint_bound
from allocator.search.bounds.kinds import kind_bounds
from allocator.search.bounds.needed import Needed, needed_desks
from allocator.search.bounds.organisations import has_towers_to_choose, organisation_bounds
from allocator.search.bounds.placing import people_moved, placement_cost
from allocator.search.bounds.plans import NoPlans, Plans
from allocator.search.bounds.sharing import is_small, sharing_bounds
from allocator.search.bounds.towers import extra_towers, packed_towers
from allocator.search.bounds.transport import warm_transport
from allocator.search.bounds.walking import Views
from allocator.search.case import Case
from allocator.search.progress import ShouldStop

ROUNDING = 1e-9
"""Part of a bound that is given up for the rounding of floats, in it and in the checker."""
BRIEF = 0.1
"""Part of the time for a first bound where a better one comes at once."""


@dataclass(frozen=True)
class Bounds:
    """Lower bounds over all feasible plans, in person-minutes a week.

    Attributes
    ----------
    terms
        Of the cost of every term, alone.
    total
        Of the total; at least the sum of the terms'.
    proof
        Makes the proof of the total, or of a higher one, where it is a dual's.
    trips
        Of walking, by those kinds of trips of which they were sought.
    """

    terms: dict[TermName, float]
    total: float
    proof: MakeProof | None = None
    trips: dict[TripKind, float] = field(default_factory=dict)


def bounds_at_once(case: Case) -> Bounds:
    """Return bounds that cost no time: no term is negative but placement costs.

    They hold over all plans, however many people these leave unplaced. Their total may be below 0.
    """
    cheapest = dict.fromkeys(case.units, 0.0)
    for (u, _), cost in case.placement_cost.items():
        cheapest[u] = min(cheapest[u], cost)
    terms = dict.fromkeys(TermName, 0.0)
    terms[TermName.PLACEMENT_COST] = cautious(sum(cheapest.values()))
    return Bounds(terms=terms, total=terms[TermName.PLACEMENT_COST])


def lower_bounds(
    case: Case,
    *,
    time_limit_s: float,
    unplaced_people: float = 0.0,
    others_follow: bool = False,
) -> Iterator[Bounds]:
    """Yield lower bounds over all plans that leave at most so many people unplaced.

    Those that count are quick and come first; one with walking follows only where every desk must
    be placed: a unit that may stay unplaced walks nowhere.

    Parameters
    ----------
    time_limit_s
        Seconds after which the parts that search stop and say what they have proved.
    unplaced_people
        Only where the case allows it: people whose desks may stay unplaced.
    others_follow
        Whether rising bounds are asked for next: where they soon prove more, this is brief.
    """
    begun = monotonic()
    case = case.weighed  # only shares of units matter here
    needed = needed_desks(case, unplaced_people)
    terms = _alone(case, needed, time_limit_s / 8)
    yield Bounds(terms=terms, total=sum(terms.values()))
    if not needed.everyone:
        return
    prices, views = case.scenario.settings.prices, Views(case)
    if others_follow and (is_assignment(case) or has_towers_to_choose(case)):
        time_limit_s *= BRIEF
    joint = cautious(joint_bound(case, views, begun + 0.8 * time_limit_s))
    walked, end = prices.walking * views.minutes, begun + time_limit_s
    alone = warm_transport(case, 0.0, walked, end).share(walked, end)
    terms = terms | {TermName.WALKING: max(cautious(alone.bound), 0.0)}
    # The joint bound holds everything but people moved; the sum of single terms can still be
    # higher.
    total = max(sum(terms.values()), joint + terms[TermName.PEOPLE_MOVED])
    yield Bounds(terms=terms, total=total)


def rising_bounds(
    case: Case,
    known: Bounds,
    *,
    until: float,
    should_stop: ShouldStop,
    unplaced_people: float = 0.0,
    plans: Plans | None = None,
) -> Iterator[Bounds]:
    """Yield bounds that take longer, some seconds each; every total is at least the one before.

    For many a large case none, nor where capacity is by chance among people who are not all alike.
    They hold over all plans that leave at most so many people unplaced.

    Parameters
    ----------
    known
        Bounds that are known to hold.
    until
        Time of `time.monotonic` at which to stop.
    should_stop
        Asked often; stops sooner.
    unplaced_people
        None are sought if anybody may stay unplaced by it.
    plans
        Where the total of the best plan is asked, and plans met on the way are offered.
    """
    if not case.is_plain:
        return  # they try desk by desk, and weights are hundreds of times as many
    if needed_desks(case, unplaced_people).everyone:
        rising = _Rising(case, known, until, should_stop)
        yield from rising.run(plans or NoPlans())


def dual_bounds(
    case: Case,
    terms: Mapping[TermName, float],
    plans: Plans,
    is_over: Callable[[], bool],
) -> Iterator[Proved]:
    """Yield bounds of the total that duals prove, of one model after the other.

    Parameters
    ----------
    terms
        Bounds of the terms; those that a model does not hold are added to it.
    plans
        Says which total is to be proved, and whether multipliers are kept for a certificate.
    is_over
        Asked every moment.
    """
    # With towers of one floor the assignment says everything, exactly, and organisations would add
    # nothing.
    if has_towers_to_choose(case) and not is_alone(case):
        floors = terms[TermName.OPEN_FLOORS]
        yield from organisation_bounds(case, floors, is_over, keeps=plans.keeps_trees)
    if is_assignment(case):
        yield from assignment_bounds(case, terms, plans, is_over)


class _Rising:
    """Bounds of one case, each at least the one before."""

    def __init__(self, case: Case, known: Bounds, until: float, should_stop: ShouldStop) -> None:
        self.case, self.until, self.should_stop = case, until, should_stop
        self.terms, self.total = dict(known.terms), known.total

    def run(self, plans: Plans) -> Iterator[Bounds]:
        """Yield what each part proves, those first that prove most for their time."""
        case, floors = self.case, self.terms[TermName.OPEN_FLOORS]
        for kind, bound in kind_bounds(case, self.until, self._is_over):
            trips = {kind: cautious(bound)}
            yield Bounds(terms=self.terms, total=self.total, trips=trips)
        for bound, proof in dual_bounds(case, self.terms, plans, self._is_over):
            yield self._raised(bound, proof)
        if is_small(case):
            for bound in sharing_bounds(case, floors, self.until, self.should_stop):
                yield self._raised(bound)
        yield from self._of_towers()

    def _is_over(self) -> bool:
        return self.should_stop() or monotonic() > self.until

    def _raised(self, bound: float, proof: MakeProof | None = None) -> Bounds:
        """Return bounds with that of the total raised; a proof counts where it raised it."""
        # A certificate is for the total that is shown, so a proof of less than that is of no use.
        proof = proof if cautious(bound) > self.total else None
        self.total = max(self.total, cautious(bound))
        return Bounds(terms=self.terms, total=self.total, proof=proof)

    def _of_towers(self) -> Iterator[Bounds]:
        price, left = self.case.scenario.settings.prices.extra_tower, self.until - monotonic()
        extra = cautious(price * packed_towers(self.case, left)) if price and left > 0 else 0.0
        if extra > self.terms[TermName.EXTRA_TOWERS]:
            self.terms = self.terms | {TermName.EXTRA_TOWERS: extra}
            self.total = max(self.total, sum(self.terms.values()))
            yield Bounds(terms=self.terms, total=self.total)


def _alone(case: Case, needed: Needed, time_limit_s: float) -> dict[TermName, float]:
    """Return the bound of every term by itself; of walking only that it is not negative."""
    prices = case.scenario.settings.prices
    found = {
        TermName.EXTRA_TOWERS: prices.extra_tower * extra_towers(case, needed, time_limit_s),
        TermName.EXTRA_FLOORS: prices.extra_floor * extra_floors(case, needed),
        # Nothing is proved of gaps: any set of floors may leave none.
        TermName.GAPS: 0.0,
        TermName.OPEN_FLOORS: open_floors(case, needed, time_limit_s),
        TermName.WALKING: 0.0,
        TermName.PLACEMENT_COST: placement_cost(case, needed),
        TermName.PEOPLE_MOVED: people_moved(case),
    }
    return {name: cautious(bound) for name, bound in found.items()}


def cautious(bound: float) -> float:
    """Return the bound, a little lower, so that rounding cannot lift it above a true cost.

    The checker adds the same costs in another order, and its total may be smaller by rounding.
    """
    return bound - ROUNDING * abs(bound)
