"""Which unit sits on which floor of which tower, how good that plan provably is, and why.

The names listed here and the types they return are the public interface. Each is imported when
it is first asked for, so that ``import allocator`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.version import __version__

if TYPE_CHECKING:
    from allocator.errors import AllocatorError, InputError, Problem, SolveFailedError
    from allocator.library import (
        check,
        compare,
        explain,
        moves,
        read,
        relocate,
        restack,
        rotas,
        sensitivity,
        solve,
        tightest,
        waves,
    )
    from allocator.plan.frames import Table
    from allocator.plan.types import (
        FloorUse,
        OrganisationUse,
        Placement,
        Plan,
        Reason,
        Service,
        Status,
        Term,
        Violation,
    )
    from allocator.plan.verify import Check
    from allocator.scenario.settings import Settings
    from allocator.scenario.types import Scenario, ScenarioWarning
    from allocator.search.progress import Progress
    from allocator.studies.compare import ComparisonRow
    from allocator.studies.explain import Explanation, WayOut
    from allocator.studies.moves import Move, Moves
    from allocator.studies.relocate import Fitted
    from allocator.studies.restack import Point, Restack
    from allocator.studies.rotas import Rotas
    from allocator.studies.sensitivity import Price, Sensitivity
    from allocator.studies.tightest import Tightest
    from allocator.studies.waves import WavesFound

__all__ = [
    "AllocatorError",
    "Check",
    "ComparisonRow",
    "Explanation",
    "Fitted",
    "FloorUse",
    "InputError",
    "Move",
    "Moves",
    "OrganisationUse",
    "Placement",
    "Plan",
    "Point",
    "Price",
    "Problem",
    "Progress",
    "Reason",
    "Restack",
    "Rotas",
    "Scenario",
    "ScenarioWarning",
    "Sensitivity",
    "Service",
    "Settings",
    "SolveFailedError",
    "Status",
    "Table",
    "Term",
    "Tightest",
    "Violation",
    "WavesFound",
    "WayOut",
    "__version__",
    "check",
    "compare",
    "explain",
    "moves",
    "read",
    "relocate",
    "restack",
    "rotas",
    "sensitivity",
    "solve",
    "tightest",
    "waves",
]

_HOMES = {
    "errors": ("AllocatorError", "InputError", "Problem", "SolveFailedError"),
    "library": tuple(name for name in __all__ if name.islower() and name != "__version__"),
    "plan.frames": ("Table",),
    "plan.types": (
        "FloorUse",
        "OrganisationUse",
        "Placement",
        "Plan",
        "Reason",
        "Service",
        "Status",
        "Term",
        "Violation",
    ),
    "plan.verify": ("Check",),
    "scenario.settings": ("Settings",),
    "scenario.types": ("Scenario", "ScenarioWarning"),
    "search.progress": ("Progress",),
    "studies.compare": ("ComparisonRow",),
    "studies.explain": ("Explanation", "WayOut"),
    "studies.moves": ("Move", "Moves"),
    "studies.relocate": ("Fitted",),
    "studies.restack": ("Point", "Restack"),
    "studies.rotas": ("Rotas",),
    "studies.sensitivity": ("Price", "Sensitivity"),
    "studies.tightest": ("Tightest",),
    "studies.waves": ("WavesFound",),
}
"""Modules, and the public names that each holds."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: what solves is slow to import."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
