"""What a person reads: the summary of a plan, the verdict on one, and progress on a terminal.

Texts for people only; files and JSON are written elsewhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import shorten
from allocator.plan.gap import costs, is_bound, told_gap, widest
from allocator.plan.serving import serving_sentences
from allocator.plan.types import AreaKind, OwnDesks, Plan, Service, Status, Term
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario, ScenarioWarning
from allocator.search.kernels.ready import COMPILING, announcement
from allocator.texts import texts
from allocator.words import counted

if TYPE_CHECKING:
    from allocator.plan.certificate import Verdict
    from allocator.plan.certificate.types import Certificate
    from allocator.plan.verify import Check
    from allocator.search.progress import Progress

MOST_SHOWN = 5
"""Warnings, organisations and floors named in a summary; the rest are counted."""
_SAY = texts("en")
_POOLS = {
    "floor": "a floor",
    "organisation": "an organisation on a floor",
    "unit": "a unit on a floor",
}

VERDICTS = {
    Status.OPTIMAL: "optimal: proved that no plan is better",
    Status.FEASIBLE: "feasible: a checked plan, a better one may exist",
    Status.INFEASIBLE: "infeasible: proved that no plan exists",
    Status.UNKNOWN: "unknown: time ran out with no plan; one may exist",
}


def summary(plan: Plan, scenario: Scenario, files: Sequence[Path]) -> str:
    """Return what a planner wants to know of a plan first, as lines of text."""
    facts = {"status": VERDICTS[plan.status], **_case(scenario)}
    if plan.attendance is not None:
        facts |= serving(plan.attendance)
    if plan.objective.terms is not None:
        facts |= _seating(plan)
    run = plan.run
    facts["run"] = f"{run.wall_s:,.1f} s, {counted(run.workers, 'worker')}, seed {run.seed}"
    blocks = [_heading(scenario), _aligned(facts)]
    if plan.objective.terms is not None:
        blocks.append(_costs(plan.objective.terms, plan.objective.total, plan.bound))
        blocks[-1] += f"\n{_gap(plan)}"
    if plan.reasons:
        reasons = [f"  {_line(reason.message)}" for reason in plan.reasons]
        blocks.append("\n".join(["why there is none:", *reasons]))
    if plan.warnings:
        blocks.append(_warnings(plan.warnings))
    if files:
        names = ", ".join(file.name for file in files)
        blocks.append(f"files in {files[0].parent}: {names}")
    return "\n\n".join(blocks) + "\n"


def serving(service: Service) -> dict[str, str]:
    """Return how a plan serves, which is not whether it fits, as facts by name."""
    people, on_floors = serving_sentences(service, _SAY)
    facts = {"attendance": people, "short floors": on_floors}
    floors = [area for area in service.areas if area.kind is AreaKind.FLOOR]
    worst = [
        f"{shorten(area.area_id, 40)} ({_percent(area.short_day_peak)} of "
        f"{_SAY(f'weekday.{area.peak_weekday}')})"
        for area in floors[:MOST_SHOWN]
        if area.short_day_peak > 0
    ]
    if worst:
        facts["worst floors"] = ", ".join(worst)
    if service.own_desks is not None:
        facts["beside own desks"] = _gained(service.own_desks)
    if service.floors_limited:
        allowed = _SAY.percent(service.short_day_probability)
        facts["occupants"] = (
            f"{service.floors_over_limit:,} of {counted(service.floors_limited, 'floor')} with "
            f"max_occupants: more people present than that on more than {allowed} of days"
        )
    return facts


def _gained(own: OwnDesks) -> str:
    """Return what sharing gains over desks of units' own that serve as well."""
    return (
        f"at least {counted(own.people_more, 'person')} more and "
        f"{counted(own.floors_fewer, 'floor')} fewer at the same service: units' own desks would "
        f"house at most {counted(own.people, 'person')}, and those of this plan need "
        f"{counted(own.desks_of_placed, 'desk')} on at least {counted(own.floors, 'floor')}"
    )


def verdict(check: Check, placements: Path, service: Service | None) -> str:
    """Return every violation of a plan, a line each, what it costs, and how it serves if sound."""
    found = len(check.violations)
    said = counted(found, "violation") if found else "breaks no rule"
    head = f"{placements.name}: {said}"
    lines = [f"  {violation.kind}: {_line(violation.message)}" for violation in check.violations]
    blocks = ["\n".join([head, *lines]), _costs(check.terms, check.total, None)]
    if check.unplaced_people:
        blocks.append(f"unplaced people  {_SAY.amount(check.unplaced_people)}")
    if service is not None:
        blocks.append(_aligned(serving(service)))
    return "\n\n".join(blocks) + "\n"


def certified(certificate: Certificate) -> str:
    """Return how much of the bound that is shown a certificate proves, as a sentence."""
    bound, shown = certificate.proof.bound, certificate.shown
    if shown is None:
        return "there is no bound to certify"
    if bound is None:
        return f"nothing is certified; the bound shown, {shown:,.1f}, comes from no dual"
    return _covered(bound, shown)


def _covered(bound: float, shown: float) -> str:
    """Return how much of the bound that is shown a proof covers."""
    if bound >= shown:
        return f"certifies the bound shown, {shown:,.1f}"
    return f"certifies {bound:,.1f}; the rest of the bound shown, {shown:,.1f}, comes from no dual"


def certificate_verdict(found: Verdict, path: Path) -> str:
    """Return whether a certificate holds, what it proves, and what it takes on trust."""
    if found.refused is not None:
        return f"{path.name}: refused: {_line(found.refused)}\n"
    if found.claimed is None or found.recomputed is None:
        shown = "" if found.shown is None else f"; the bound shown, {found.shown:,.1f}, is not"
        return f"{path.name}: nothing is certified{shown} recomputed\n"
    of = found.claimed if found.shown is None else found.shown
    lines = [f"{path.name}: {_covered(found.claimed, of)}", ""]
    facts = {"recomputed bound": f"{found.recomputed:,.1f}"}
    for trusted in found.trusted:
        again = trusted.recomputed
        said = "on trust" if again is None else f"recomputed: {again:,.1f}"
        facts[trusted.what.replace("_", " ")] = f"{trusted.cost:,.1f} ({said})"
    if found.without_trust is not None:
        facts["without trust"] = f"{found.without_trust:,.1f}"
    return "\n".join([*lines, _aligned(facts)]) + "\n"


def _heading(scenario: Scenario) -> str:
    """Return what the plan is called."""
    settings = scenario.settings
    return shorten(settings.title or settings.name or "plan", 120)


def _case(scenario: Scenario) -> dict[str, str]:
    """Return the facts of a case: desks needed and usable, people, units, organisations, ratio."""
    sharing = scenario.settings.sharing
    needed = sum(demand(unit) for unit in scenario.housed)
    usable = sum(usable_desks(floor, sharing) for floor in scenario.floors)
    spare = usable - needed
    people = sum(unit.headcount for unit in scenario.housed)
    organisations = len({unit.organisation_id for unit in scenario.housed})
    scheme = f", scheme {shorten(scenario.scheme)}" if scenario.scheme else ""
    fits = f"{spare:,} to spare" if spare >= 0 else f"short by {-spare:,}"
    desks = f"{fits}: {needed:,} needed, {usable:,} usable"
    shared = f"{decimal_text(sharing.people_per_desk)} people per desk"
    if scenario.by_chance:
        desks = (
            f"{usable:,} usable, shared by all of {_POOLS[scenario.settings.attendance.shared_by]}"
        )
        shared = f"{people / max(usable, 1):.2f} people per usable desk"
    return {
        "desks": desks,
        "people": f"{people:,} in {counted(len(scenario.housed), 'unit')} of "
        f"{counted(organisations, 'organisation')}, {shared}{scheme}",
    }


def _seating(plan: Plan) -> dict[str, str]:
    """Return the facts of a plan: floors in use, who is in several towers, who has no place."""
    used = sum(1 for floor in plan.floors if floor.desks_used)
    apart = [o for o in plan.organisations if o.towers > 1]
    # Those in most towers first, as not all are named.
    apart.sort(key=lambda o: (-o.towers, o.organisation_id))
    named = [f"{shorten(o.organisation_id, 40)} ({o.towers})" for o in apart[:MOST_SHOWN]]
    rest = [f"{len(apart) - MOST_SHOWN:,} more"] if len(apart) > MOST_SHOWN else []
    listed = f": {', '.join(named + rest)}" if apart else ""
    organisations = counted(len(plan.organisations), "organisation")
    facts = {
        "floors": f"{used:,} of {len(plan.floors):,} used",
        "in several towers": f"{len(apart):,} of {organisations}{listed}",
    }
    if plan.objective.unplaced_people:
        people = _SAY.amount(plan.objective.unplaced_people)
        facts["unplaced"] = f"{people} {'person' if people == '1' else 'people'}"
    return facts


def _costs(terms: Sequence[Term], total: float | None, bound: float | None) -> str:
    """Return the costs by term as lines, with what is proved of each, and the total."""
    rows = [(t.name.replace("_", " "), _number(t.amount), t.cost, t.bound) for t in terms]
    lines = [_cost_line("person-minutes a week", "amount", "cost", "bound")]
    # A bound of 0 proves nothing and is not shown as if it did.
    known = bound if is_bound(total, bound) else None
    for name, amount, cost, least in [*rows, ("total", "", total, known)]:
        lines.append(_cost_line(name, amount, _number(cost), _number(least)))
    return "\n".join(lines)


def _gap(plan: Plan) -> str:
    """Return how far a plan may be from the best, and where, unless it is the best."""
    if not is_bound(plan.objective.total, plan.bound):
        return "no bound yet: nothing is proved of how far the best plan is below the total"
    gap = told_gap(plan.gap)
    share = "" if gap is None else f"gap {gap:.1%}: "
    # Where the gap is closed, what rounding leaves lies nowhere in particular.
    most = None if plan.status is Status.OPTIMAL else widest(costs(plan.objective))
    where = f"; widest in {_SAY(f'term.{most.name}')}" if most else ""
    return f"{share}the best plan costs between bound and total{where}"


def _cost_line(name: str, amount: str, cost: str, bound: str) -> str:
    """Return a line of the costs, its columns aligned."""
    return f"{name:<22}{amount:>12}{cost:>14}{bound:>14}"


def _warnings(warnings: Sequence[ScenarioWarning]) -> str:
    """Return the first warnings, a line each, and how many more there are."""
    text = [f"  {_line(_warning(warning))}" for warning in warnings[:MOST_SHOWN]]
    rest = len(warnings) - len(text)
    more = [f"  and {rest:,} more"] if rest else []
    return "\n".join([f"{counted(len(warnings), 'warning')}:", *text, *more])


def _warning(warning: ScenarioWarning) -> str:
    """Return a warning with the table and row that it is about."""
    row = "" if warning.row is None else f", row {warning.row}"
    return f"{warning.table}{row}: {warning.message}"


def _aligned(facts: dict[str, str]) -> str:
    """Return facts as lines, the texts below one another."""
    return "\n".join(f"{name:<19}{text}" for name, text in facts.items())


def _number(value: float | None) -> str:
    """Return a number without decimals; a dash where there is none."""
    return "–" if value is None else f"{value:,.0f}"


def _percent(share: float) -> str:
    """Return a share in per cent, with two digits that count."""
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"


def _line(text: str) -> str:
    """Return a text short enough for a line."""
    return shorten(text, 400)


class Display:
    """Where progress is shown; this one, for a pipe, says only that the search is compiled."""

    latest: Progress | None = None

    def update(self, progress: Progress) -> None:
        """Take the latest word of the search; may be called from any thread."""
        # Said once: a pipe keeps every line, and a terminal shows a moving one instead.
        if progress.stage == COMPILING and not self._is_compiling:
            self.announce()
        self.latest = progress

    @property
    def _is_compiling(self) -> bool:
        return self.latest is not None and self.latest.stage == COMPILING

    def announce(self) -> None:
        """Say that the search is being compiled."""
        sys.stderr.write(f"allocator: {announcement()}\n")

    def tick(self) -> None:
        """Show how things stand; called a few times a second."""

    def watch(self, progress: Progress) -> None:
        """Take the latest word and show it at once, in the thread that shows."""
        self.update(progress)
        self.tick()

    def show(self, line: str) -> None:
        """Show this line in the place of the one before."""


class TerminalDisplay(Display):
    """A line on a terminal: stage, best total, bound, gap and seconds."""

    def __init__(self) -> None:
        # Imported where a terminal is: a pipe does without, and starts sooner.
        from rich.console import Console
        from rich.text import Text

        self._text = Text
        self._began = time.monotonic()
        self._status = Console(stderr=True).status("")

    def tick(self) -> None:
        """Redraw the line."""
        self.show(progress_line(self.latest, time.monotonic() - self._began))

    def show(self, line: str) -> None:
        """Show this line in the place of the one before; while compiling, how far that is."""
        if self._is_compiling:
            line = progress_line(self.latest, time.monotonic() - self._began)
        self._status.update(self._text(line))

    def announce(self) -> None:
        """Say nothing: the line shows it."""

    def __enter__(self) -> TerminalDisplay:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()


@contextmanager
def display() -> Iterator[Display]:
    """Yield a display: on a terminal one that shows, otherwise one that does not."""
    if not sys.stderr.isatty():
        yield Display()
        return
    with TerminalDisplay() as shown:
        yield shown


def progress_line(progress: Progress | None, seconds: float) -> str:
    """Return progress in one line, for example ``floors · total 91,200 · bound 49,389 · 12 s``."""
    if progress is None:
        return f"starting · {seconds:.0f} s"
    facts = [progress.stage]
    if progress.stage == COMPILING:
        facts = [f"{announcement()}: {progress.stage_done or 0:.0%}"]
    if progress.unplaced_people:
        facts.append(f"{counted(round(progress.unplaced_people), 'person')} unplaced")
    if progress.total is not None:
        facts.append(f"best total {progress.total:,.0f}")
    if progress.bound is not None and is_bound(progress.total, progress.bound):
        facts.append(f"bound {progress.bound:,.0f}")
    gap = told_gap(progress.gap)
    if gap is not None:
        facts.append(f"gap {gap:.1%}")
    return " · ".join([*facts, f"{seconds:.0f} s"])
