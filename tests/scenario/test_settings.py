"""Settings: every default, range and misspelling."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.settings import Settings, decimal_text, exact
from tests.scenario.files import problems, read

DEFAULTS: dict[str, Any] = {
    "schema": 1,
    "name": "",
    "title": "",
    "notes": "",
    "sharing": {
        "people_per_desk": "1",
        "min_piece_desks": 8,
        "min_piece_share": "0.2",
        "reserve_share": "0",
        "m2_per_desk": None,
        "capacity": "ratio",
    },
    "walking": {
        "lift_wait_min": 0.5,
        "lift_min_per_level": 0.1,
        "walk_m_per_min": 80.0,
        "detour_factor": 1.3,
    },
    "trips": {
        "unit": 5.0,
        "parent": 2.0,
        "organisation": 1.0,
        "coordinator": 0.25,
        "siblings": 0.1,
    },
    "prices": {
        "walking": 1.0,
        "extra_tower": 2000.0,
        "extra_floor": 200.0,
        "extra_gap": 50.0,
        "open_desk": 1.0,
        "move": 2.0,
    },
    "options": {"allow_unplaced": False, "scheme": None, "max_people_moved": None},
    "attendance": {
        "mean_share": 0.55,
        "weekday_factors": [0.94, 1.215, 1.15, 1.045, 0.65],
        "correlation": 0.02,
        "day_shock": 0.0,
        "short_day_probability": 0.05,
        "shared_by": "floor",
    },
    "waves": {"weights": None, "names": None},
    "rotas": {"all_hands_share": 0.85},
}


def test_every_key_has_its_default(tmp_path: Path) -> None:
    """Without scenario.toml every key takes its default, and there are no other keys."""
    assert read(tmp_path).settings.model_dump(mode="json", by_alias=True) == DEFAULTS


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("schema = 2", "schema: expected a whole number of at most 1 (got '2')"),
        ("name = 3", "name: expected text (got '3')"),
        (
            "[sharing]\npeople_per_desk = '1,30'",
            "sharing.people_per_desk: expected a number such as 1.3; did you mean 1.30? "
            "(got '1,30')",
        ),
        (
            "[sharing]\npeople_per_desk = 0.99",
            "sharing.people_per_desk: expected a number of at least 1 (got '0.99')",
        ),
        (
            "[sharing]\nmin_piece_desks = 8.0",
            "sharing.min_piece_desks: expected a whole number (got '8.0')",
        ),
        (
            "[sharing]\nmin_piece_share = 1.1",
            "sharing.min_piece_share: expected a number of at most 1 (got '1.1')",
        ),
        (
            "[sharing]\nreserve_share = '1'",
            "sharing.reserve_share: expected a number below 1 (got '1')",
        ),
        (
            "[sharing]\nm2_per_desk = 0",
            "sharing.m2_per_desk: expected a number above 0 (got '0')",
        ),
        ("[walking]\nlift_wait_min = nan", "walking.lift_wait_min: expected a number (got 'nan')"),
        (
            "[walking]\nwalk_m_per_min = 0",
            "walking.walk_m_per_min: expected a number above 0 (got '0')",
        ),
        ("[trips]\nunit = -1", "trips.unit: expected a number of at least 0 (got '-1')"),
        ("[prices]\nmove = true", "prices.move: expected a number (got 'True')"),
        (
            "[options]\nallow_unplaced = 1",
            "options.allow_unplaced: expected true or false (got '1')",
        ),
        ("[options]\nscheme = 118", "options.scheme: expected text (got '118')"),
        (
            "[attendance]\nmean_share = 1.1",
            "attendance.mean_share: expected a number of at most 1 (got '1.1')",
        ),
        (
            "[attendance]\nshort_day_probability = 0",
            "attendance.short_day_probability: expected a number above 0 (got '0')",
        ),
        (
            "[attendance]\nshort_day_probability = 1",
            "attendance.short_day_probability: expected a number below 1 (got '1')",
        ),
        (
            "[attendance]\nshared_by = 'tower'",
            "attendance.shared_by: expected 'floor', 'organisation' or 'unit' (got 'tower')",
        ),
        (
            "[sharing]\ncapacity = 'chances'",
            "sharing.capacity: expected 'ratio' or 'chance'; did you mean 'chance'? "
            "(got 'chances')",
        ),
        (
            "[attendance]\npooling = 'unit'",
            'attendance.pooling: this key is replaced: "unit" is now [sharing] capacity = "ratio"',
        ),
        (
            "[attendance]\npooling = 'floor'",
            'attendance.pooling: this key is replaced: "floor" is now [attendance] '
            'shared_by = "floor" with [sharing] capacity = "chance"',
        ),
        (
            "[attendance]\npooling = 'organisation'",
            'attendance.pooling: this key is replaced: "organisation" is now [attendance] '
            'shared_by = "organisation" with [sharing] capacity = "chance"',
        ),
        (
            "[attendance]\nweekday_factors = [1, 1, 1, 1]",
            "attendance.weekday_factors: expected five numbers, Monday to Friday, not all 0 "
            "(got '[1, 1, 1, 1]')",
        ),
        (
            "[attendance]\nweekday_factors = [0, 0, 0, 0, 0.0]",
            "attendance.weekday_factors: expected five numbers, Monday to Friday, not all 0 "
            "(got '[0, 0, 0, 0, 0.0]')",
        ),
        ("sharing = 1", "sharing: expected a section (got '1')"),
    ],
)
def test_values_out_of_range_are_refused(tmp_path: Path, toml: str, expected: str) -> None:
    """Each key says what it expects."""
    assert problems(read, tmp_path, toml=toml) == [f"scenario.toml, column {expected}"]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[price]", "price: unknown section or key; did you mean 'prices'?"),
        ("titel = ''", "titel: unknown section or key; did you mean 'title'?"),
        (
            "[sharing]\nmin_piece_desk = 8",
            "sharing.min_piece_desk: unknown section or key; "
            "did you mean 'sharing.min_piece_desks'?",
        ),
        (
            "people_per_desk = 2",
            "people_per_desk: unknown section or key; did you mean 'sharing.people_per_desk'?",
        ),
    ],
)
def test_unknown_keys_name_the_nearest(tmp_path: Path, toml: str, expected: str) -> None:
    """A misspelt or misplaced key is answered with the one that was meant."""
    assert problems(read, tmp_path, toml=toml) == [f"scenario.toml, column {expected}"]


def test_attendance_is_as_its_page_shows_it() -> None:
    """The section on the page is TOML and holds the defaults."""
    page = (Path(__file__).parents[2] / "docs/how-to/attendance.md").read_text(encoding="utf-8")
    shown = tomllib.loads(page.split("```toml\n")[1].split("```")[0])["attendance"]
    assert Settings(attendance=shown) == Settings()
    assert shown.keys() == DEFAULTS["attendance"].keys()


@pytest.mark.parametrize("toml", ["[sharing\n", "a = 1\na = 2\n", "[" * 5000, "a = " + "9" * 5000])
def test_malformed_toml_is_refused(tmp_path: Path, toml: str) -> None:
    """A file that is no TOML is one clear problem."""
    (found,) = problems(read, tmp_path, toml=toml)
    assert found.startswith("scenario.toml: expected TOML: ")


def test_a_mark_before_toml_is_skipped(tmp_path: Path) -> None:
    """Editors that put a byte order mark before UTF-8 do no harm."""
    toml = "name = 'Ménara'".encode("utf-8-sig")
    assert read(tmp_path, toml=toml).settings.name == "Ménara"


@pytest.mark.parametrize(
    ("value", "fraction"),
    [(1.3, Fraction(13, 10)), ("1.30", Fraction(13, 10)), ("21/14", Fraction(3, 2)), (2, 2)],
)
def test_exact_takes_the_shortest_decimal(value: Any, fraction: Fraction) -> None:
    """A float is what its shortest decimal says, and text what it says."""
    assert exact(value) == fraction


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(13, 10), "1.3"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-5, 4), "-1.25"),
        (Fraction(4, 3), "4/3"),
        (Fraction(1200), "1200"),
        (Fraction(1, 100), "0.01"),
    ],
)
def test_a_fraction_is_written_as_the_shortest_decimal(value: Fraction, text: str) -> None:
    """A fraction becomes a decimal where there is one, else a quotient."""
    assert decimal_text(value) == text


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen: a variant is a new one."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().sharing.min_piece_desks = 3  # type: ignore[misc]
