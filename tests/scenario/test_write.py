"""Round trips: what is written reads back equal, whatever the names."""

from __future__ import annotations

import csv
import io
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.scenario.cells import as_meant, harmless
from allocator.scenario.read import read_scenario
from allocator.scenario.types import Scenario
from allocator.scenario.write import csv_text, write_scenario
from tests.builders import bare, scenario
from tests.scenario.files import problems

PATHS = ["case", "case.xlsx", "case.json"]

HARD_NAMES = [
    "\"quoted\" and 'so'",
    "comma, semicolon; tab\there",
    "two\nlines",
    "=cmd|' /C calc'!A0",
    "+62 21",
    "-minus",
    "@handle",
    "'=quoted formula",
    "''",
    "😀 kantor bersama",
    "وزارة المالية",
    "x" * 10_000,
    "123",
    "1.200",
    "true",
    "#N/A",
    "https://example.org/a",
    "NULL",
]


def full(**changes: Any) -> Scenario:
    """Return a scenario that fills every column of every table and every setting."""
    tables: dict[str, Any] = {
        "floors": [
            {
                "floor_id": "A-1",
                "tower_id": "A",
                "level": -1,
                "desks": 60,
                "max_occupants": 70,
                "features": ("counter", "lab"),
                "open_price": 12.5,
                "opens_wave": 2,
            },
            {"floor_id": "B-1", "tower_id": "B", "level": 1, "area_m2": "199.125"},
        ],
        "towers": [("A", "Tower A", "C", -1.5, 0.1), {"tower_id": "B", "opens_wave": 1}],
        "organisations": [("O", "Office", "kemenko", "O"), ("P", "")],
        "units": [
            {
                "unit_id": "u",
                "organisation_id": "O",
                "parent_id": "north",
                "name": "Unit",
                "needs": ("lab",),
                "wave": 1,
            },
            ("P",),
        ],
        "headcounts": [
            ("u", 30, "O", 3, "1.125", 0.6, "118k"),
            ("u", 40, None, 0, "4/3", None, "180k"),
            ("u", 4, None, 0, None, None, "118k", 2),
            ("P", 5),
        ],
        "affinities": [("u", "P", 2.5), ("u", "O", None, "strong")],
        "rules": [("levels", "u", None, "-1..3"), ("at_least", "u", "A-1", "8")],
        "walking": [("A-1", "B-1", 1.2), ("A-1", "A-1", 1e-7)],
        "placement_costs": [("u", "A-1", -3.5), ("u", "B-1", 1e12)],
        "current": [("u", "A-1", 3, 4, "O"), ("u", "JAKARTA", 4)],
        "predecessors": [("u", "O", "1/3"), ("P", "u")],
        "rotas": [("O", 0.9, 1.3, 1.25, 1.15, 0.4), ("P", 1, 1, 1, 1, 0)],
        "settings": {
            "name": "full",
            "title": 'A "title"\\ with\x7fall',
            "notes": "two\nlines",
            "sharing": {
                "people_per_desk": "4/3",
                "m2_per_desk": 9.5,
                "min_piece_desks": 3,
                "capacity": "chance",
            },
            "walking": {"lift_wait_min": 0.125, "detour_factor": 1},
            "prices": {"move": 1e-5, "open_desk": 1e11},
            "options": {"allow_unplaced": True, "scheme": "118k", "max_people_moved": 2.5},
            "waves": {"weights": ["1/3", 2], "names": ["first", "second"]},
            "attendance": {
                "mean_share": 0.6,
                "weekday_factors": [1, 1.25, 1.1, 1.05, 0.6],
                "correlation": 0.01,
                "day_shock": 0.03,
                "short_day_probability": 0.01,
                "shared_by": "organisation",
            },
        },
    }
    return scenario(**(tables | changes))


def read_back(case: Scenario, path: Path) -> Scenario:
    write_scenario(case, path)
    return bare(read_scenario(path))


@pytest.mark.parametrize("name", PATHS)
def test_every_table_and_setting_reads_back_equal(tmp_path: Path, name: str) -> None:
    """A scenario that fills everything survives each of the three forms."""
    assert read_back(full(), tmp_path / name) == full()


@pytest.mark.parametrize("name", PATHS)
def test_a_scenario_with_only_what_is_needed_reads_back_equal(tmp_path: Path, name: str) -> None:
    """Absent tables stay absent."""
    assert read_back(scenario(), tmp_path / name) == scenario()


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("text", HARD_NAMES)
def test_hard_names_read_back_equal(tmp_path: Path, name: str, text: str) -> None:
    """Quotes, separators, line breaks, formulas, emoji and long names are kept as they are."""
    case = scenario(headcounts=[(text, 3, "O")], units=[(text, "O", None, text)])
    assert read_back(case, tmp_path / name) == case


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
).filter(lambda text: bool(text.strip()))
RATIO = st.fractions(min_value=1, max_value=50, max_denominator=1000)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario with any names, ratios and amounts."""
    number = st.floats(-1e12, 1e12, allow_nan=False)
    units = draw(st.lists(TEXT.map(str.strip), min_size=1, max_size=4, unique=True))
    rows = [
        {
            "unit_id": f"{unit}|u",
            "headcount": draw(st.integers(0, 10_000_000)),
            "people_per_desk": draw(st.none() | RATIO),
            "organisation_id": draw(st.none() | TEXT.map("o|".__add__)),
        }
        for unit in units
    ]
    rows.sort(key=lambda row: row["organisation_id"] is not None)
    costs = [(row["unit_id"], "A-1", draw(number)) for row in rows]
    towers = [("A", draw(TEXT), None, draw(number), draw(number))]
    return scenario(headcounts=rows, placement_costs=costs, towers=towers)


@settings(max_examples=60, deadline=None)
@given(scenarios(), st.sampled_from(PATHS))
def test_any_scenario_reads_back_equal(case: Scenario, name: str) -> None:
    """Whatever the names and numbers, nothing is lost or changed."""
    with tempfile.TemporaryDirectory() as folder:
        assert read_back(case, Path(folder) / name) == case


@pytest.mark.parametrize("name", PATHS[:2])
def test_no_organisation_is_written_blank_below_another(tmp_path: Path, name: str) -> None:
    """A unit that stands for itself names itself, so that it is not taken for a merged cell."""
    found = read_back(scenario(headcounts=[("u", 3, "O"), ("v", 4)]), tmp_path / name)
    assert [row.organisation_id for row in found.headcounts] == ["O", "v"]


@given(st.text())
def test_harmless_text_is_read_as_meant(text: str) -> None:
    """Any text survives, and none is left that begins like a formula."""
    assert as_meant(harmless(text)) == text
    assert not harmless(text).startswith(tuple("=+-@\t\r＝＋－＠﹦﹢﹣﹫"))


def test_a_csv_table_holds_no_formula() -> None:
    """Text is made harmless; numbers, also negative ones, stay numbers."""
    text = csv_text(["a", "b", "c"], [["=1+1", -5, None], ["x,y", 1.5, "-1..3"]])
    assert list(csv.reader(io.StringIO(text))) == [
        ["a", "b", "c"],
        ["'=1+1", "-5", ""],
        ["x,y", "1.5", "'-1..3"],
    ]


def test_a_table_left_behind_is_not_read_with_the_scenario(tmp_path: Path) -> None:
    """A folder with a table that the scenario has not is refused, and nothing is written."""
    (tmp_path / "rules.csv").write_text("rule,subject,object,value\nown_floor,Finance,,\n")
    (found,) = problems(write_scenario, scenario(), tmp_path)
    assert found.startswith("rules.csv: expected no such table in the folder")
    assert [path.name for path in tmp_path.iterdir()] == ["rules.csv"]


def test_what_was_written_is_replaced(tmp_path: Path) -> None:
    """Writing once more into the same folder leaves the later scenario."""
    write_scenario(scenario(), tmp_path)
    other = scenario(headcounts=[("Finance", 71, "Treasury")])
    assert read_back(other, tmp_path) == other


@pytest.mark.parametrize("name", PATHS)
def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path, name: str) -> None:
    """A folder that is a file is bad input, not a crash."""
    (tmp_path / "file").write_text("x")
    (found,) = problems(write_scenario, scenario(), tmp_path / "file" / name)
    assert "cannot be written" in found


def test_text_that_no_cell_can_hold_is_reported(tmp_path: Path) -> None:
    """A workbook's cell ends at 32,767 characters."""
    case = scenario(settings={"notes": "x" * 32_768})
    (found,) = problems(write_scenario, case, tmp_path / "case.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert (
        found == "scenario, row 5, column value: expected text that a cell of a workbook can hold"
    )


def test_ratios_are_written_exactly(tmp_path: Path) -> None:
    """A third is not rounded on its way through a file."""
    case = scenario(settings={"sharing": {"people_per_desk": Fraction(4, 3)}})
    write_scenario(case, tmp_path)
    assert 'people_per_desk = "4/3"' in (tmp_path / "scenario.toml").read_text()
