"""An explanation as text, as JSON and as files. What is in it is found elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocator.errors import shorten
from allocator.plan.tables import json_text, write_plan
from allocator.plan.types import Reason, Status
from allocator.scenario.types import Scenario
from allocator.studies.explain import Ended, Explanation, WayOut
from allocator.studies.explain.conflict import Conflict
from allocator.studies.explain.members import Member, MemberKind
from allocator.studies.files import write_whole
from allocator.words import counted

REASONS = "reasons.json"
LONGEST = 400
VERDICTS = {
    Status.FEASIBLE: "a plan exists: one was found and checked",
    Status.INFEASIBLE: "no plan exists: that is proved",
    Status.UNKNOWN: "unknown: time ran out with neither a plan nor a proof that there is none",
}

NO_WAY = {
    Ended.TIME_LIMIT: "no way out was found in time",
    Ended.ALL_TRIED: "no way out was found, although time was left",
    Ended.NOT_ASKED: "ways out are not looked for where people share desks beyond their unit",
}


def opening(reasons: Sequence[Reason]) -> str:
    """Return what counting found, to be read before the rest is known; "" for nothing.

    Counting answers at once, while ways out may take the whole time limit.
    """
    if not reasons:
        return ""
    said = _lines("by counting:", [reason.message for reason in reasons])
    return f"{VERDICTS[Status.INFEASIBLE]}\n\n{said}\n\n"


def text(found: Explanation, *, is_opened: bool = False) -> str:
    """Return an explanation for people to read.

    Parameters
    ----------
    is_opened
        Whether `opening` was printed already: then its first sentence is left out here.
    """
    blocks = [] if is_opened else [VERDICTS[found.status]]
    if found.conflict is not None:
        blocks.append(_conflict(found.conflict))
    if found.ways_out:
        # Numbered as their folders are.
        said = [f"{i}. {way.message}" for i, way in enumerate(found.ways_out, 1)]
        head = "ways out, cheapest first (in desks given up), each with a checked plan:"
        blocks.append(_lines(head, said))
    elif found.status is Status.INFEASIBLE:
        blocks.append(NO_WAY[found.ended])
    blocks.append(f"{found.seconds:,.1f} s")
    return "\n\n".join(blocks) + "\n"


def as_json(found: Explanation) -> dict[str, Any]:
    """Return an explanation as one object.

    The plan is in it; the plans of the ways out are in their folders, which it names.
    """
    conflict = found.conflict
    return {
        "schema": 1,
        "status": found.status.value,
        "reasons": [reason.model_dump(mode="json") for reason in found.reasons],
        "conflict": None
        if conflict is None
        else {
            "minimal": conflict.is_minimal,
            "members": [_member(member) for member in conflict.members],
        },
        "ways_out": [_way(i, way) for i, way in enumerate(found.ways_out, 1)],
        "ended": found.ended.value,
        "plan": None if found.plan is None else found.plan.as_json(),
        "seconds": found.seconds,
    }


def write_explanation(found: Explanation, folder: Path, scenario: Scenario) -> tuple[Path, ...]:
    """Write reasons.json and, in a folder each, the plan or the plans of the ways out.

    Plans come first: whoever waits for reasons.json finds all that it names.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    if found.plan is not None:
        write_plan(found.plan, folder, scenario)
    for number, way in enumerate(found.ways_out, 1):
        write_plan(way.plan, folder / _folder(number, way), way.scenario)
    write_whole(folder / REASONS, json_text(as_json(found)))
    return (folder / REASONS,)


def _conflict(conflict: Conflict) -> str:
    """Return a conflict in words. It is called minimal only where that was shown."""
    if conflict.is_minimal:
        head = "these cannot hold together, and without any one of them they can:"
    else:
        head = "these cannot hold together; whether fewer of them suffice was not settled in time:"
    return _lines(head, [member.message for member in conflict.members])


def _lines(head: str, lines: list[str]) -> str:
    """Return a heading and lines below it, each cut to a length that can still be read."""
    return "\n".join([head, *(f"  {shorten(line, LONGEST)}" for line in lines)])


def _member(member: Member) -> dict[str, Any]:
    """Return a member as a row, with the ids of what it is of."""
    ids = "floors" if member.kind is MemberKind.DESKS else "units"
    # A rule is found in the table by its rows; anything else by the ids that it is of.
    rows = {"rows": member.rows} if member.kind is MemberKind.RULE else {ids: list(member.ids)}
    return {"kind": member.kind.value} | member.as_reason().model_dump(mode="json") | rows


def _way(number: int, way: WayOut) -> dict[str, Any]:
    """Return a way out as a row, with the folder of its plan."""
    return {
        "kind": way.kind.value,
        "price_desks": way.desks,
        "least": way.is_least,
        "message": way.message,
        "change": way.change,
        "total": way.plan.objective.total,
        "folder": _folder(number, way),
    }


def _folder(number: int, way: WayOut) -> str:
    """Return the name of a way out's folder, the number first so that they sort by price."""
    return f"way-{number}-{way.kind.value}"


def files_told(found: Explanation, folder: Path) -> str:
    """Return where the files are, in a line."""
    plans = counted(len(found.ways_out), "plan")
    return f"files in {folder}: {REASONS}" + (f" and {plans}" if found.ways_out else "") + "\n"
