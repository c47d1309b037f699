"""Which share of a unit's people comes on which weekday, as given.

With which chance how many come is `allocator.attendance`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from allocator.scenario.tables import HousedUnit, Rota

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")

Week = tuple[float, ...]
"""A figure for each weekday, Monday to Friday."""


def weekday_shares(
    units: Sequence[HousedUnit], rotas: Sequence[Rota], usual: Sequence[float]
) -> dict[str, Week]:
    """Return the share of each unit's people who come, 0..1, on each weekday, by unit_id.

    It is the unit's mean times the weekday's factor, at most 1. Where everybody is there on the
    mean day, everybody is every day.

    Parameters
    ----------
    units
        Housed units; their `attendance_share` is the mean.
    rotas
        Rows of the table; a unit's own beats its organisation's.
    usual
        Weekday factors of the scenario, for units without a rota.
    """
    factors = week_factors(units, rotas, usual)
    return {unit.unit_id: _week(unit.attendance_share, factors[unit.unit_id]) for unit in units}


def week_factors(
    units: Sequence[HousedUnit], rotas: Sequence[Rota], usual: Sequence[float]
) -> dict[str, Week]:
    """Return each unit's attendance on each weekday in proportion to its mean, by unit_id.

    Factors are those of its rota, else of the rota of its organisation, else the usual ones; only
    their proportions count, as they are scaled to a mean of 1.
    """
    of_unit = {row.unit_id: scaled(row.week) for row in rotas if row.unit_id}
    of_organisation = {
        row.organisation_id: scaled(row.week) for row in rotas if row.organisation_id
    }
    # A unit's own row beats its organisation's, which beats the scenario's.
    others = scaled(usual)
    return {
        unit.unit_id: of_unit.get(unit.unit_id)
        or of_organisation.get(unit.organisation_id)
        or others
        for unit in units
    }


def clipped_units(
    units: Sequence[HousedUnit], shares: Mapping[str, Week]
) -> tuple[HousedUnit, ...]:
    """Return the units whose mean and factors ask for more than all of them on some weekday.

    Their weekly mean is then less than what was given, which a warning tells.
    """
    short = 1e-9
    # By the mean and not by the factors, as only the shares are at hand.
    return tuple(
        unit
        for unit in units
        if sum(shares[unit.unit_id]) / len(WEEKDAYS) < unit.attendance_share - short
    )


def lowest_correlation(headcount: int, share: float) -> float:
    """Return the lowest correlation that so many people can have, at most 0.

    ``max(−p / (n − 1 − p), −q / (n − 1 − q))``, the bound of the extended beta-binomial law
    (Prentice 1986). A single person, and people who all come or none, can have any: −1.

    Parameters
    ----------
    headcount
        People, n.
    share
        Share of them who come, p in 0..1; q = 1 − p.
    """
    others, absent = headcount - 1, 1 - share
    if others < 1 or not 0 < share < 1:
        return -1.0
    # Both ends of the law: neither its first nor its last probability may be below 0.
    return max(-share / (others - share), -absent / (others - absent))


def correlation_limits(
    units: Sequence[HousedUnit], shares: Mapping[str, Week]
) -> Iterator[tuple[float, HousedUnit]]:
    """Yield for each unit the lowest correlation that it can have on every weekday."""
    for unit in units:
        week = shares[unit.unit_id]
        yield max(lowest_correlation(unit.headcount, share) for share in week), unit


def scaled(factors: Sequence[float]) -> Week:
    """Return factors, not all 0, scaled to a mean of 1.

    So only their proportions count, and a week never changes how many come in all.
    """
    mean = sum(factors) / len(factors)
    return tuple(factor / mean for factor in factors)


def _week(mean: float, factors: Week) -> Week:
    """Return the shares of a week, at most 1."""
    if mean >= 1:
        return (1.0,) * len(factors)
    return tuple(min(1.0, mean * factor) for factor in factors)
