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
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number")
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if len(text) <= 40 and (_DECIMAL.fullmatch(text) or _QUOTIENT.fullmatch(text)):
        try:
            return Fraction(text)
        except ZeroDivisionError:
            pass
    raise ValueError("expected a number such as 1.3")


def decimal_text(value: Fraction) -> str:
    """Return the shortest text that `exact` reads back: a decimal if there is one."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
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
    """How desks are shared and units may be split.

    people_per_desk ≥ 1; min_piece_desks in desks; min_piece_share 0..1 of a unit's demand;
    reserve_share 0..1, below 1, of a floor's desks kept free; m2_per_desk > 0, for floors given
    by area. capacity: what fills a floor, namely the desks that units need by the ratio, or the
    chance of a short day. With "chance" pieces are people, people_per_desk does nothing, and
    short_day_probability rules every weekday.
    """

    people_per_desk: Ratio = Fraction(1)
    min_piece_desks: Count = 8
    min_piece_share: Share = Fraction(1, 5)
    reserve_share: ShareBelowOne = Fraction(0)
    m2_per_desk: Annotated[Exact, Field(gt=0, le=LARGEST_COUNT)] | None = None
    capacity: Capacity = "ratio"


class Walking(Section):
    """What walking takes: minutes per lift ride and level, metres per minute (> 0), detour ≥ 0."""

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
    """Trips a person makes a week: inside the unit, its parent and organisation, to others."""

    unit: Amount = 5.0
    parent: Amount = 2.0
    organisation: Amount = 1.0
    coordinator: Amount = 0.25
    siblings: Amount = 0.1


class Prices(Section):
    """Person-minutes a week that one of each is worth."""

    walking: Amount = 1.0
    extra_tower: Amount = 2000.0
    extra_floor: Amount = 200.0
    extra_gap: Amount = 50.0
    open_desk: Amount = 1.0
    move: Amount = 2.0


class Options(Section):
    """Choices of the case: may desks stay unplaced, and which scheme of headcounts holds.

    max_people_moved: the most people who may have to move from where they are today; None sets
    no limit. In waves it holds from each wave to the next.
    """

    allow_unplaced: bool = False
    scheme: Annotated[Text, Field(min_length=1)] | None = None
    max_people_moved: Amount | None = None


class Waves(Section):
    """How long each wave lasts, in proportion, and what each is called; one of each a wave.

    weights > 0: what a plan costs while its wave lasts counts so much; they are scaled to a mean
    of 1, and equal if left out.
    """

    weights: Annotated[tuple[Weight, ...], Field(strict=False)] | None = None
    names: Annotated[tuple[Name, ...], Field(strict=False)] | None = None


class Attendance(Section):
    """Who comes, and how often desks may be too few.

    mean_share: people who come on the mean day, as a share 0..1 of the headcount. By default three
    office days of five, with 92 % of people not on leave. weekday_factors: attendance from Monday
    to Friday in proportion to the mean day; only proportions count. By default office visits of
    the last quarter of 2022 by weekday (Placer.ai, in CoStar; the peak is 1.22 times the mean).
    correlation: between two colleagues of a unit on one weekday, −1..1; day_shock: standard
    deviation 0..1 of a factor of mean 1 that a day has for everybody. No public figures for
    either were found: both are assumptions until badge data say better.
    short_day_probability: share of peak days, between 0 and 1, on which more people may come than
    there are desks. shared_by: who share the desks of a floor with one another, namely all on it,
    vacant desks included, or those of an organisation or of a unit, who have the desks placed for
    them.
    """

    mean_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.55
    weekday_factors: WeekdayFactors = (0.94, 1.215, 1.15, 1.045, 0.65)
    correlation: Annotated[float, Field(ge=-1, lt=1, allow_inf_nan=False)] = 0.02
    day_shock: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    short_day_probability: Probability = 0.05
    shared_by: SharedBy = "floor"


class Rotas(Section):
    """Who comes on which day, where it is planned.

    all_hands_share: the share of a unit's people, above 0 to 1, that makes a day one on which all
    hands are in.
    """

    all_hands_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.85


class Settings(Section):
    """All of scenario.toml. A missing section or key takes its default."""

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

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_name=True, validate_by_alias=True
    )
