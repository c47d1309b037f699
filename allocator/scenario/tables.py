"""The rows of a scenario's tables as frozen types, and which columns a table must have.

Each row is valid by itself; whether rows agree with one another is `scenario.consistency`'s.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from allocator.scenario.rules import RuleKind
from allocator.scenario.settings import (
    LARGEST_COUNT,
    Amount,
    Area,
    Count,
    Exact,
    Ratio,
    Share,
    SignedAmount,
    Text,
    Wave,
    without_semicolon,
)

LARGEST_LEVEL = 1000


Id = Annotated[Text, StringConstraints(min_length=1, max_length=10_000)]
Level = Annotated[int, Field(ge=-LARGEST_LEVEL, le=LARGEST_LEVEL)]
AttendanceShare = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Word = Annotated[Id, AfterValidator(without_semicolon)]
Words = Annotated[tuple[Word, ...], Field(strict=False)]
Closeness = Literal["essential", "strong", "wanted"]

TRIPS_BY_CLOSENESS: dict[Closeness, float] = {"essential": 2.0, "strong": 1.0, "wanted": 0.5}
"""Trips a week per head of the smaller body."""


class Row(BaseModel):
    """One row of a table: frozen, strictly typed, with no unknown column."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Floor(Row):
    """A floor. Either desks or area_m2 is given; features are what units may need."""

    floor_id: Id
    tower_id: Id
    level: Level
    desks: Count | None = None
    area_m2: Area | None = None
    max_occupants: Count | None = None
    features: Words = ()
    open_price: Amount | None = None
    opens_wave: Wave | None = None


class Tower(Row):
    """A tower; x_m and y_m in metres. Without complex_id it is a complex of its own."""

    tower_id: Id
    name: Text = ""
    complex_id: Id | None = None
    x_m: SignedAmount | None = None
    y_m: SignedAmount | None = None
    opens_wave: Wave | None = None


class Organisation(Row):
    """A ministry or agency. coordinator_id is a label and need not be an organisation."""

    organisation_id: Id
    name: Text = ""
    kind: Id | None = None
    coordinator_id: Id | None = None


class Unit(Row):
    """A part of an organisation that is placed. parent_id is a label inside the organisation."""

    unit_id: Id
    organisation_id: Id | None = None
    parent_id: Id | None = None
    name: Text = ""
    needs: Words = ()
    wave: Wave | None = None


class Headcount(Row):
    """People of a unit who come with a wave; own_desks of them never share."""

    unit_id: Id
    headcount: Count
    organisation_id: Id | None = None
    own_desks: Count = 0
    people_per_desk: Ratio | None = None
    attendance_share: AttendanceShare | None = None
    scheme: Id | None = None
    wave: Wave | None = None


class Affinity(Row):
    """Trips a week between two bodies, as a number or by closeness; a = b means inside it.

    common_days: all-hands days that units of the two have in common at least, where they have
    that many.
    """

    a: Id
    b: Id
    trips_per_week: Amount | None = None
    closeness: Closeness | None = None
    common_days: Annotated[int, Field(ge=0, le=5)] | None = None


class Rule(Row):
    """A rule; what object and value hold depends on its kind (`scenario.rules.RULE_FORMS`)."""

    # Not strict, since a cell holds the name of the rule.
    rule: Annotated[RuleKind, Field(strict=False)]
    subject: Id
    object: Id | None = None
    value: Id | None = None

    @property
    def count(self) -> int:
        """Value of max_floors, max_towers and at_least."""
        return int(self.value or 0)

    @property
    def level_range(self) -> tuple[int, int]:
        """Lowest and highest level of the rule ``levels``, both included."""
        low, high = (self.value or "").split("..")
        return int(low), int(high)


class Walk(Row):
    """Minutes between two floors, either way; overrides the formula."""

    from_floor: Id
    to_floor: Id
    minutes: Amount


class PlacementCost(Row):
    """Person-minutes a week for all of the unit on the floor; may be negative."""

    unit_id: Id
    floor_id: Id
    cost: SignedAmount


class HousedUnit(Row):
    """A unit with a headcount in the chosen scheme: what has to be placed.

    Its organisation, ratio and mean attendance are settled: the units table's or the headcounts
    table's, and the row's own people_per_desk and attendance_share or the scenario's.
    """

    unit_id: Id
    organisation_id: Id
    parent_id: Id | None
    # A set, as only membership counts and units with equal needs are compared.
    needs: frozenset[str]
    headcount: int
    own_desks: int
    people_per_desk: Ratio
    attendance_share: AttendanceShare


class CurrentPiece(Row):
    """Desks of a unit on a floor today; a floor that is not in `floors` is elsewhere.

    unit_id need not be a unit that is to be placed. organisation_id is what `predecessors` may
    call all units of an organisation by.
    """

    unit_id: Id
    floor_id: Id
    desks: Count
    people: Count | None = None
    organisation_id: Id | None = None


class Predecessor(Row):
    """A unit of `current`, or all of an organisation's there, of which a part is now this unit.

    share 0..1 of the predecessor; without it, an equal part of what others do not take.
    """

    unit_id: Id
    predecessor_id: Id
    share: Share | None = None


class Rota(Row):
    """How attendance is spread over the week; only proportions count.

    Of an organisation or of a unit: exactly one is given, and a unit's row beats its
    organisation's.
    """

    organisation_id: Id | None = None
    mon: Amount
    tue: Amount
    wed: Amount
    thu: Amount
    fri: Amount
    unit_id: Id | None = None

    @property
    def week(self) -> tuple[float, ...]:
        """Monday to Friday."""
        return self.mon, self.tue, self.wed, self.thu, self.fri


class Pattern(Row):
    """A week that a unit may be given; only proportions count."""

    pattern: Id
    mon: Amount
    tue: Amount
    wed: Amount
    thu: Amount
    fri: Amount

    @property
    def week(self) -> tuple[float, ...]:
        """Monday to Friday."""
        return self.mon, self.tue, self.wed, self.thu, self.fri


class Staff(Row):
    """People of a unit today, by a group of the planner's; own_desks of them never share."""

    unit_id: Id
    group: Id
    people: Count
    own_desks: Count = 0


class UnitScenario(Row):
    """With which wave a unit, or every unit of an organisation, moves; without one it stays."""

    unit_scenario: Id
    unit_id: Id | None = None
    organisation_id: Id | None = None
    wave: Wave | None = None


class StaffScenario(Row):
    """Which share of a group moves, exactly."""

    staff_scenario: Id
    group: Id
    share: Share


class FamilyScenario(Row):
    """Which share of a group brings its family; how many people a family has, and singles a flat.

    household_size counts the civil servant.
    """

    family_scenario: Id
    group: Id
    with_family: Share
    household_size: Annotated[Exact, Field(ge=1, le=LARGEST_COUNT)] = Fraction(1)
    singles_per_flat: Annotated[int, Field(ge=1, le=LARGEST_COUNT)] = 1


class Housing(Row):
    """A building of flats for those who move."""

    building_id: Id
    flats: Count
    opens_wave: Wave | None = None
    complex_id: Id | None = None


class Source(Row):
    """Where a table was read from.

    place is the file, or the file and the sheet or array in it; rows are the file's row of each
    row of data, in order.
    """

    place: str
    rows: tuple[int, ...] = ()

    def row(self, data_row: int | None) -> int | None:
        """Return the file's row of a row of data, which counts from 1."""
        return None if data_row is None else self.rows[data_row - 1]


class ScenarioWarning(Row):
    """Something a planner should know that is not wrong.

    row counts the table's rows of data from 1, or is the file's row once read from a file; None
    where the warning is of the table as a whole.
    """

    code: str
    table: str
    row: int | None = None
    message: str


TABLES: dict[str, type[Row]] = {
    "floors": Floor,
    "towers": Tower,
    "organisations": Organisation,
    "units": Unit,
    "headcounts": Headcount,
    "affinities": Affinity,
    "rules": Rule,
    "walking": Walk,
    "placement_costs": PlacementCost,
    "current": CurrentPiece,
    "predecessors": Predecessor,
    "rotas": Rota,
    "patterns": Pattern,
    "staff": Staff,
    "unit_scenarios": UnitScenario,
    "staff_scenarios": StaffScenario,
    "family_scenarios": FamilyScenario,
    "housing": Housing,
}
"""Type of the rows of every table, by its name."""

REQUIRED_TABLES = ("floors", "headcounts")

IGNORED_COLUMNS: dict[str, tuple[str, ...]] = {
    "current": ("tower_id", "level"),
}
"""Columns that a table may have and that mean nothing: a plan's placements go in as they are."""
# As a header must name them: a column may be needed and still have blank cells.
REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    "floors": ("floor_id", "tower_id", "level", "desks or area_m2"),
    "towers": ("tower_id", "name"),
    "organisations": ("organisation_id", "name"),
    "units": ("unit_id", "organisation_id"),
    "headcounts": ("unit_id", "headcount"),
    "affinities": ("a", "b", "trips_per_week or closeness or common_days"),
    "rules": ("rule", "subject", "object", "value"),
    "walking": ("from_floor", "to_floor", "minutes"),
    "placement_costs": ("unit_id", "floor_id", "cost"),
    "current": ("unit_id", "floor_id", "desks"),
    "predecessors": ("unit_id", "predecessor_id"),
    "rotas": ("organisation_id or unit_id", "mon", "tue", "wed", "thu", "fri"),
    "patterns": ("pattern", "mon", "tue", "wed", "thu", "fri"),
    "staff": ("unit_id", "group", "people"),
    "unit_scenarios": ("unit_scenario", "unit_id or organisation_id", "wave"),
    "staff_scenarios": ("staff_scenario", "group", "share"),
    "family_scenarios": ("family_scenario", "group", "with_family"),
    "housing": ("building_id", "flats"),
}
"""Columns that the header of a table must name; of two joined by "or", at least one."""
