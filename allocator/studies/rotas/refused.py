"""What rotas cannot be chosen for; light to import, so that it is said before anything begins."""

from __future__ import annotations

from allocator.errors import InputError, Problem
from allocator.scenario.types import Scenario


def refuse_chance_apart(scenario: Scenario) -> None:
    """Raise where weeks would change how many desks a group on a floor has.

    Raises
    ------
    InputError
        If capacity is by chance and desks are not shared by whole floors.
    """
    shared_by = scenario.settings.attendance.shared_by
    if scenario.by_chance and shared_by != "floor":
        message = 'expected "floor" for rotas with [sharing] capacity = "chance"'
        raise InputError([Problem(message, "scenario", None, "attendance.shared_by", shared_by)])
