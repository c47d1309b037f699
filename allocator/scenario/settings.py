"""The settings of a scenario: sections of scenario.toml with their defaults and ranges.

Reading the file is the reader's; here is only what a section may hold.
"""

from __future__ import annotations

import re
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

LARGEST_COUNT = 10_000_000
"""People or desks in one row; more is taken for a slip of the pen."""
LARGEST_AMOUNT = 1e12
"""Minutes, trips, prices and costs in one cell, either side of zero."""
LARGEST_RATIO = 1_000_000
LARGEST_WAVE = 1000

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_QUOTIENT = re.compile(r"\d{1,12}/\d{1,12}")


def exact(value: Any) -> Fraction:
    """Return the fraction that was meant.

    A number is taken at its shortest decimal form, so ``1.3`` is 13/10; text may be a decimal
    or a quotient such as ``"13/10"``. Floats never enter: 21 / 1.4 would then be 15.000…02.

    Raises
    ------
    ValueError
        If it is neither, is not finite, or is a boolean.
    """
    if isinstance(value, Fraction):
        return value
    # A truth value is a whole number to Python, and never a ratio.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number")
    # The shortest decimal that gives the same float is what somebody typed.
    text = repr(value) if isinstance(value, float) else str(value).strip()
    # No ratio has as many digits, and reading very many of them takes long.
    if len(text) <= 40 and (_DECIMAL.fullmatch(text) or _QUOTIENT.fullmatch(text)):
        try:
            return Fraction(text)
        except ZeroDivisionError:
            pass
    raise ValueError("expected a number such as 1.3")


def decimal_text(value: Fraction) -> str:
    """Return the shortest text that `exact` reads back: a decimal if there is one."""
    denominator = value.denominator
    # Only fractions whose denominator is made of 2 and 5 are decimals that end.
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    # In whole numbers throughout: a float would print some other digits.
    whole = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


Exact = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(decimal_text, return_type=str)]
Ratio = Annotated[Exact, Field(ge=1, le=LARGEST_RATIO)]
Share = Annotated[Exact, Field(ge=0, le=1)]
ShareBelowOne = Annotated[Exact, Field(ge=0, lt=1)]
Area = Annotated[Exact, Field(ge=0, le=LARGEST_COUNT)]
Amount = Annotated[float, Field(ge=0, le=LARGEST_AMOUNT, allow_inf_nan=False)]
SignedAmount = Annotated[float, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, allow_inf_nan=False)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]
"""Text without control characters, which neither a picture nor a workbook can hold; trimmed."""
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
Wave = Annotated[int, Field(ge=1, le=LARGEST_WAVE)]
Weight = Annotated[Exact, Field(gt=0, le=LARGEST_COUNT)]


def without_semicolon(word: str) -> str:
    """Return a word of a list as it is.

    Raises
    ------
    ValueError
        If it has a semicolon, which separates the words of a list in a cell.
    """
    if ";" in word:
        raise ValueError("expected words without ;")
    return word


def not_all_zero(factors: tuple[float, ...]) -> tuple[float, ...]:
    """Return the factors as they are.

    Raises
    ------
    ValueError
        If nobody would come on any day.
    """
    if not any(factors):
        raise ValueError("expected a factor above 0")
    return factors


Name = Annotated[Text, AfterValidator(without_semicolon)]
WeekdayFactors = Annotated[
    tuple[Amount, ...],
    Field(strict=False, min_length=5, max_length=5),
    AfterValidator(not_all_zero),
]
"""Monday to Friday."""
Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
SharedBy = Literal["floor", "organisation", "unit"]
Capacity = Literal["ratio", "chance"]


class Section(BaseModel):
    """A frozen section of settings; unknown keys and loose types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Sharing(Section):
    """How desks are shared, and how units may be split.

    Attributes
    ----------
    people_per_desk
        People who share a desk, at least 1. A unit of 70 needs 54 desks at 1.3.
    min_piece_desks
        Fewest desks of a unit on a floor. A smaller unit stays whole.
    min_piece_share
        Smallest share of a unit's desks on a floor, 0 to 1. The larger of the two limits
        holds.
    reserve_share
        Share of every floor's desks that is kept free, 0 to below 1.
    m2_per_desk
        Net area of a desk in m², above 0. Needed where floors are given by area.
    capacity
        What fills a floor: `ratio`, the desks that units need by the ratio, or `chance`,
        the chance of a short day. With `chance` pieces are people, and people_per_desk
        does nothing.
    """

    people_per_desk: Ratio = Fraction(1)
    min_piece_desks: Count = 8
    min_piece_share: Share = Fraction(1, 5)
    reserve_share: ShareBelowOne = Fraction(0)
    m2_per_desk: Annotated[Exact, Field(gt=0, le=LARGEST_COUNT)] | None = None
    capacity: Capacity = "ratio"


class Walking(Section):
    """What walking takes.

    Attributes
    ----------
    lift_wait_min
        Minutes to wait for a lift, for each ride.
    lift_min_per_level
        Minutes in the lift for each level.
    walk_m_per_min
        Metres walked in a minute, above 0.
    detour_factor
        How much longer ways are than straight lines.
    """

    lift_wait_min: Amount = 0.5
    lift_min_per_level: Amount = 0.1
    walk_m_per_min: Annotated[float, Field(gt=0, le=LARGEST_AMOUNT, allow_inf_nan=False)] = 80.0
    detour_factor: Amount = 1.3


class TripKind(StrEnum):
    """Kinds of trips: those of `Trips`, and those that affinities ask for."""

    UNIT = "unit"
    PARENT = "parent"
    ORGANISATION = "organisation"
    COORDINATOR = "coordinator"
    SIBLINGS = "siblings"
    AFFINITY = "affinity"


class Trips(Section):
    """One-way trips that a person makes in a week.

    Affinities come on top of them.

    Attributes
    ----------
    unit
        Inside the own unit.
    parent
        To other units of the same parent.
    organisation
        To all other units of the organisation.
    coordinator
        To the coordinating ministry.
    siblings
        To other organisations with the same coordinating ministry.
    """

    unit: Amount = 5.0
    parent: Amount = 2.0
    organisation: Amount = 1.0
    coordinator: Amount = 0.25
    siblings: Amount = 0.1


class Prices(Section):
    """What one of each is worth, in person-minutes a week.

    Attributes
    ----------
    walking
        A minute walked.
    extra_tower
        A tower of an organisation beyond its first.
    extra_floor
        A floor of a unit beyond its first.
    extra_gap
        A level that an organisation leaves out between its lowest and its highest in a
        tower.
    open_desk
        A desk of a floor that is used, whether the desk is used or not.
    move
        A person who has to move from where `current` has them.
    """

    walking: Amount = 1.0
    extra_tower: Amount = 2000.0
    extra_floor: Amount = 200.0
    extra_gap: Amount = 50.0
    # Towers that stand are paid for, so a vacant floor costs little
    # (docs/explanation/objective.md).
    open_desk: Amount = 1.0
    move: Amount = 2.0


class Options(Section):
    """Choices of the case.

    Attributes
    ----------
    allow_unplaced
        Whether people may stay without a place. Plans with fewer such people then come
        first.
    scheme
        The scheme of headcounts to plan. `--scheme` beats it.
    max_people_moved
        Most people who may have to move from where `current` has them. In waves it holds
        from each wave to the next.
    """

    allow_unplaced: bool = False
    scheme: Annotated[Text, Field(min_length=1)] | None = None
    max_people_moved: Amount | None = None


class Waves(Section):
    """How long waves last, and what they are called.

    Attributes
    ----------
    weights
        How long each wave lasts, in proportion. What a plan costs counts for as long.
        None: all alike.
    names
        What each wave is called.
    """

    weights: Annotated[tuple[Weight, ...], Field(strict=False)] | None = None
    names: Annotated[tuple[Name, ...], Field(strict=False)] | None = None


class Attendance(Section):
    """Who comes, and how often desks may be too few.

    No public figures were found for correlation and day_shock: both are assumptions until
    badge data say better.

    Attributes
    ----------
    mean_share
        Share of people who come on the mean day, 0 to 1. By default three office days of
        five, with 92 % of people not on leave.
    weekday_factors
        Attendance from Monday to Friday, in proportion. By default office visits by
        weekday at the end of 2022 (Placer.ai, in CoStar).
    correlation
        Between two colleagues of a unit on one weekday, −1 to below 1.
    day_shock
        Standard deviation of a factor of mean 1 that a day has for everybody, 0 to below
        1.
    short_day_probability
        Share of peak days on which more people may come than there are desks, above 0 and
        below 1.
    shared_by
        Who share the desks of a floor: `floor`, all on it, with the vacant desks;
        `organisation` or `unit`, each with the desks placed for it.
    """

    # 3 of 5 days, 92 % of people not on leave, rounded.
    mean_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.55
    weekday_factors: WeekdayFactors = (0.94, 1.215, 1.15, 1.045, 0.65)
    correlation: Annotated[float, Field(ge=-1, lt=1, allow_inf_nan=False)] = 0.02
    day_shock: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    short_day_probability: Probability = 0.05
    shared_by: SharedBy = "floor"


class Rotas(Section):
    """Who comes on which day, where `allocator rotas` plans it.

    Attributes
    ----------
    all_hands_share
        Share of a unit's people who make a day an all-hands day, above 0 to 1.
    """

    all_hands_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.85


class Settings(Section):
    """All of scenario.toml. A missing section or key takes its default.

    Attributes
    ----------
    schema_version
        The version of the form of the file, there called `schema`.
    name
        A short name, for tables and lists of jobs.
    title
        What pictures and reports call it. Empty: its name.
    notes
        Anything worth noting. Nothing depends on it.
    sharing, walking, trips, prices, options, attendance, waves, rotas
        The sections, each with keys of its own.
    """

    schema_version: Annotated[int, Field(ge=1, le=1, alias="schema")] = 1
    name: Text = ""
    title: Text = ""
    notes: Text = ""
    sharing: Sharing = Sharing()
    walking: Walking = Walking()
    trips: Trips = Trips()
    prices: Prices = Prices()
    options: Options = Options()
    attendance: Attendance = Attendance()
    waves: Waves = Waves()
    rotas: Rotas = Rotas()

    # `schema` would hide a method of pydantic's, so the field has another name in Python.
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_name=True, validate_by_alias=True
    )
