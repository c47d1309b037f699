"""Who comes on which day: weeks for units or organisations, so that desks suffice.

Weeks are evaluated exactly by the laws of `allocator.attendance`. What may be chosen is
`scenario.menu`'s. The parts are imported as they are needed, as the search is slow to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.studies.rotas.run import (
        OrganisationsOrUnits,
        Rotas,
        UnitWeek,
        rotas,
        with_rotas,
    )

__all__ = ["OrganisationsOrUnits", "Rotas", "UnitWeek", "rotas", "with_rotas"]


def __getattr__(name: str) -> Any:
    """Import what chooses weeks when it is asked for."""
    if name in __all__:
        from allocator.studies.rotas import run  # noqa: PLC0415

        return getattr(run, name)
    raise AttributeError(name)
