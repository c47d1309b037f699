"""One attempt at one case, by us or by a peer, judged by the checker.

It runs in a process of its own; which attempts are made is decided in `run`.
"""

from __future__ import annotations

import resource
from importlib import import_module

from allocator.plan.assemble import OPTIMAL_GAP
from allocator.plan.types import Pieces, TracePoint
from allocator.plan.verify import Check, given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.solve import SolveOptions, solve
from allocator.studies.bench.peers import OURSELVES, PEERS
from allocator.studies.bench.types import Allowance, Answer, BenchStatus, Claim, Notes
from allocator.studies.country import country

WARM_UP_SIZE, WARM_UP_S = 0.05, 1.0
"""Size of a country, and seconds, that bring compiled code into memory before the clock runs."""


def attempt(name: str, scenario: Scenario, allowance: Allowance) -> Answer:
    """Solve a scenario and return what came of it, every plan checked.

    Parameters
    ----------
    name
        `OURSELVES` or one of `peers.PEERS`.
    allowance
        Seconds, threads and seed, the same for all. The clock runs from the call of the solver;
        building a model is part of it, checking a peer's plans is not.
    """
    if name == OURSELVES:
        return _ours(scenario, allowance)
    return _theirs(name, scenario, allowance)


def _ours(scenario: Scenario, allowance: Allowance) -> Answer:
    """Solve with this package. Its plans come out checked, so nothing is judged here."""
    # Compiled code is loaded first: no peer has that in its time, as the protocol says.
    warm_up = SolveOptions(time_limit_s=WARM_UP_S, workers=allowance.workers)
    solve(country(WARM_UP_SIZE, seed=0), warm_up)
    options = SolveOptions(
        time_limit_s=allowance.seconds, workers=allowance.workers, seed=allowance.seed
    )
    plan = solve(scenario, options)
    return Answer(
        status=BenchStatus(plan.status),
        total=plan.objective.total,
        unplaced_people=plan.objective.unplaced_people,
        bound=plan.bound,
        gap=plan.gap,
        first_plan_s=_first_plan_s(plan.run.trace),
        seconds=plan.run.wall_s,
        memory_mb=_peak_memory_mb(),
        message="; ".join(reason.message for reason in plan.reasons),
        trace=plan.run.trace,
    )


def _theirs(name: str, scenario: Scenario, allowance: Allowance) -> Answer:
    """Let a peer plan and judge its plans once its clock has stopped."""
    peer = PEERS[name]
    if peer.package is not None:
        import_module(peer.package)  # before the clock runs
    notes = Notes(allowance)
    claim = peer.plan(compile_case(scenario), allowance, notes)
    # Before the plans are judged, which takes time and memory that are not the peer's.
    seconds, memory_mb = round(notes.elapsed(), 3), _peak_memory_mb()
    answer = _judged(scenario, claim, notes)
    return answer.model_copy(update={"seconds": seconds, "memory_mb": memory_mb})


def _judged(scenario: Scenario, claim: Claim, notes: Notes) -> Answer:
    """Return the best of a peer's plans by the checker, and how it came to it.

    A peer's own objective is not used. Its model may leave out terms or count walking roughly, so
    the plan it thinks best need not be; each of its plans is valued alike.
    """
    checks = [(seconds, _check(scenario, pieces)) for seconds, pieces in notes]
    sound = [(seconds, check) for seconds, check in checks if check.feasible]
    # The last plan is the one that the peer would have answered with.
    if checks and not sound:
        said = checks[-1][1].violations[0].message
        return Answer(status=BenchStatus.INVALID, message=said)
    if not sound:
        return Answer(status=claim.status, bound=claim.bound, message=claim.message)
    best = min((check for _, check in sound), key=lambda c: (c.unplaced_people, c.total))
    trace = _trace(sound, claim.bound)
    return Answer(
        status=_proved(claim, best),
        total=best.total,
        unplaced_people=best.unplaced_people,
        bound=claim.bound,
        gap=_gap(best.total, claim.bound),
        first_plan_s=_first_plan_s(trace),
        message=claim.message,
        trace=trace,
    )


def _check(scenario: Scenario, pieces: Pieces) -> Check:
    """Check a peer's pieces with the checker, which shares nothing with any search."""
    return verify(scenario, given_pieces(scenario, pieces))


def _proved(claim: Claim, best: Check) -> BenchStatus:
    """Return `optimal` where the bound meets the checker's total.

    What the peer calls it does not count.
    """
    gap = _gap(best.total, claim.bound)
    proved = gap is not None and gap <= OPTIMAL_GAP
    return BenchStatus.OPTIMAL if proved else BenchStatus.FEASIBLE


def _gap(total: float, bound: float | None) -> float | None:
    """Return how far a total lies above a bound, as a part of the total; None without a bound."""
    return None if bound is None else max(0.0, total - bound) / max(total, 1.0)


def _trace(sound: list[tuple[float, Check]], bound: float | None) -> tuple[TracePoint, ...]:
    """Return the best total so far whenever it fell, the bound with the last, as peers tell it.

    Peers give their bound once, at the end, so no earlier point can have one.
    """
    found: list[TracePoint] = []
    for seconds, check in sound:
        if not found or check.total < (found[-1].total or 0.0):
            found.append(TracePoint(seconds=round(seconds, 3), total=check.total, bound=None))
    return (*found[:-1], found[-1].model_copy(update={"bound": bound}))


def _first_plan_s(trace: tuple[TracePoint, ...]) -> float | None:
    """Return the seconds until the first valid plan; None if there was none."""
    return min((point.seconds for point in trace if point.total is not None), default=None)


def _peak_memory_mb() -> float:
    """Return the most memory that this process has held, in megabytes (10⁶ bytes).

    The kernel's own count for this program, else that of `getrusage`, which may include what the
    parent held when it began.
    """
    # VmHWM begins anew when a program is loaded; what `getrusage` counts is inherited over that.
    try:
        with open("/proc/self/status") as status:
            kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kib * 1024 / 1e6, 1)
