"""Who comes on which day: weeks for units or organisations, so that desks suffice.

Weeks are evaluated exactly by the laws of `allocator.attendance`. What may be chosen is
`scenario.menu`'s.
"""

from __future__ import annotations

from allocator.studies.rotas.run import OrganisationsOrUnits, Rotas, UnitWeek, rotas, with_rotas

__all__ = ["OrganisationsOrUnits", "Rotas", "UnitWeek", "rotas", "with_rotas"]
