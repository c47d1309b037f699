"""What is known of the ratios, as text, as JSON and as files. What it is is found elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from allocator.errors import shorten
from allocator.plan.tables import json_text, write_plan
from allocator.plan.types import Plan, Status
from allocator.scenario.settings import decimal_text
from allocator.studies.files import write_whole
from allocator.studies.rotas import report as rotas
from allocator.studies.tightest import Fit, Missing, Served, Tightest
from allocator.studies.tightest.ratios import text_down, text_up
from allocator.words import counted, listed, verb

DOCUMENT = "tightest.json"
SERVES = "serves"
"""Folder of the plan that serves, where it is another than that of the smallest ratio."""
LONGEST = 400


def text(found: Tightest) -> str:
    """Return what is known, for people to read: what fits and what serves, each for itself."""
    serves = _plan_serves(found) if found.served.needs_plan else _serves(found.served)
    # Two questions with two answers: neither is said in terms of the other.
    facts = {**_fits(found.fit), **serves, "both": _both(found)}
    lines = [f"{name:<10}{shorten(said, LONGEST)}" for name, said in facts.items()]
    weeks = "" if found.weeks is None else "\n\n" + rotas.text(found.weeks).rstrip()
    return "\n".join(lines) + weeks + f"\n\n{found.seconds:,.1f} s\n"


def _fits(fit: Fit) -> dict[str, str]:
    """Return which ratios fit, and why smaller ones do not."""
    reasons = "; ".join(reason.message for reason in fit.reasons)
    if fit.status is Status.INFEASIBLE:
        return {"fits": "no ratio at all, which is proved", "as": reasons}
    facts = {"fits": _smallest(fit)}
    if fit.ruled_out is not None:
        # Whoever wants to check the claim has to know what it rests on.
        how = "counting" if all(r.kind != "search" for r in fit.reasons) else "CP-SAT"
        facts["below"] = f"none at {text_up(fit.ruled_out)} or less, by {how}: {reasons}"
    return facts


def _smallest(fit: Fit) -> str:
    """Return the smallest ratio that fits, in words; the open span where it is not settled."""
    if fit.people_per_desk is None:
        return "unknown: time ran out with no plan at any ratio"
    desks = f"{counted(fit.desks or 0, 'desk')} needed, {fit.usable:,} usable, a checked plan"
    said = f"from {text_up(fit.people_per_desk)} people per desk: {desks}"
    # Where it is not proved the open span is part of the answer.
    if fit.status is Status.OPTIMAL or fit.at_least is None:
        return said
    return f"{said}; whether from as little as {text_up(fit.at_least)}, time did not tell"


def _plan_serves(found: Tightest) -> dict[str, str]:
    """Return how the plan at hand serves, where units share desks with others."""
    fit, plan = found.fit, found.fit.plan
    if plan is None or plan.attendance is None or fit.people_per_desk is None:
        return {"serves": "unknown: only a plan shows it, and there is none"}
    service = plan.attendance
    floors = f"{service.floors_short:,} of {counted(service.floors, 'floor')}"
    level = f"more than {100 * service.short_day_probability:g} % of peak days"
    at = f"the plan at {text_up(fit.people_per_desk)}"
    return {"serves": f"only a plan shows it: {at} is short on {level} on {floors}"}


def _serves(served: Served) -> dict[str, str]:
    """Return up to which ratio every unit is served, and which unit sets that limit."""
    level = f"short on at most {100 * served.short_day_probability:g} % of peak days"
    unit = f"{served.unit_id} of {counted(served.headcount, 'person')}"
    sets = f"{unit} needs {counted(served.desks, 'desk')}"
    if served.people_per_desk is None:
        return {"serves": f"no ratio: {sets} to be {level}, more than its own ratio gives it"}
    up_to = text_down(served.people_per_desk)
    if served.below is None:
        return {"serves": f"at every ratio, every unit is {level}"}
    return {
        "serves": f"up to {up_to} people per desk, where every unit, undivided, is {level}; {sets}"
    }


def _both(found: Tightest) -> str:
    """Return whether one ratio both fits and serves."""
    if found.does_both is None and found.served.needs_plan:
        return "not settled: no plan at hand serves, and another ratio or plan may"
    if found.does_both is None:
        return "not settled in time"
    if found.does_both:
        return f"yes: {_window(found)}"
    return "no ratio does both" + ("" if found.missing is None else _lacking(found))


def _window(found: Tightest) -> str:
    """Return at which ratio a plan serves as it stands."""
    served = found.served
    if served.plan_people_per_desk is None:
        return "but no plan was found that serves once units are divided"
    return f"a checked plan at {text_up(served.plan_people_per_desk)} serves as it stands"


def _lacking(found: Tightest) -> str:
    """Return the desks that the largest ratio that serves lacks, and where they would go."""
    missing, at = found.missing, found.served.people_per_desk
    if missing is None or at is None:
        return ""
    lacks = f": at {text_down(at)}, {_desks(missing)}"
    return lacks + (f" ({_where(missing)})" if missing.added else "")


def _desks(missing: Missing) -> str:
    """Return how many desks are missing, and how many are enough where that is more."""
    lacking = f"{counted(missing.least, 'desk')} {verb(missing.least, 'are')} missing"
    # Both ends met: the number is exact.
    if missing.enough == missing.least:
        return lacking
    known = "" if missing.enough is None else f", and {missing.enough:,} are enough"
    return f"at least {lacking}{known}"


def _where(missing: Missing) -> str:
    """Return the floors that need more desks, those that need most first."""
    largest = sorted(missing.added.items(), key=lambda item: -item[1])
    return listed(f"{desks:,} on {floor}" for floor, desks in largest)


def as_json(found: Tightest) -> dict[str, Any]:
    """Return what is known as one object, plans included.

    Ratios are given exactly, as text, and as a number beside it.
    """
    fit, served = found.fit, found.served
    return {
        "schema": 1,
        "status": fit.status.value,
        "fits": _ratio(fit.people_per_desk, desks=fit.desks, usable=fit.usable),
        "at_least": _ratio(fit.at_least),
        "ruled_out": _ratio(
            fit.ruled_out, reasons=[reason.model_dump(mode="json") for reason in fit.reasons]
        ),
        "serves": _ratio(served.people_per_desk, below=_ratio(served.below)),
        "serves_because": {
            "short_day_probability": served.short_day_probability,
            "shared_by": served.shared_by,
            "unit_id": served.unit_id,
            "headcount": served.headcount,
            "desks": served.desks,
        },
        "does_both": found.does_both,
        "missing": None if found.missing is None else asdict(found.missing),
        "plan": _plan(fit.plan),
        "serving_plan": _ratio(served.plan_people_per_desk, plan=_plan(served.plan)),
        "rotas": None if found.weeks is None else rotas.as_json(found.weeks),
        "seconds": found.seconds,
    }


def _ratio(ratio: Fraction | None, **more: Any) -> dict[str, Any] | None:
    """Return a ratio exactly and as a number, with what else is said of it."""
    if ratio is None:
        return None
    return {"people_per_desk": decimal_text(ratio), "value": float(ratio), **more}


def _plan(plan: Plan | None) -> dict[str, Any] | None:
    """Return a plan as an object; None for none."""
    return None if plan is None else plan.as_json()


def write_tightest(found: Tightest, folder: Path) -> tuple[Path, ...]:
    """Write tightest.json and the plans: that of the smallest ratio, and one that serves.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    files: list[Path] = []
    fit, served = found.fit, found.served
    if fit.plan is not None and fit.scenario is not None:
        files += write_plan(fit.plan, folder, fit.scenario)
    if served.plan is not None and served.scenario is not None and served.plan is not fit.plan:
        files += write_plan(served.plan, folder / SERVES, served.scenario)
    if found.weeks is not None:
        files += rotas.write_rotas(found.weeks, folder)
    write_whole(folder / DOCUMENT, json_text(as_json(found)))
    return (folder / DOCUMENT, *files)
