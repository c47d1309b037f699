"""Badge tables: what is read, and every way in which one can be wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from allocator.attendance.badges import read_badges
from tests.attendance.badge_days import as_csv, drawn
from tests.scenario.files import problems

ROWS = drawn([10, 20], 3, seed=1)
TEXT = as_csv(ROWS)
FIRST = "2025-01-06,u0,10,"


def table(path: Path, text: str) -> Path:
    """Write badges.csv."""
    (path / "badges.csv").write_text(text)
    return path / "badges.csv"


def test_rows_are_read_as_they_stand(tmp_path: Path) -> None:
    """Date, unit, headcount and people present of every row."""
    assert list(read_badges(table(tmp_path, TEXT))) == ROWS


def test_dates_of_a_workbook_are_dates(tmp_path: Path) -> None:
    """Excel keeps a date as a number with a format; it is read as the same day."""
    path = tmp_path / "badges.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("badges")
        sheet.write_row(0, 0, ["date", "unit_id", "headcount", "present"])
        for line, row in enumerate(ROWS, 1):
            sheet.write_datetime(line, 0, datetime(*row.day.timetuple()[:3]))
            sheet.write_row(line, 1, [row.unit_id, row.headcount, row.present])
    assert list(read_badges(path)) == ROWS


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("06/01/2025,u0,10,5", "date: expected a date such as 2025-03-04 (got '06/01/2025')"),
        ("2025-02-30,u0,10,5", "date: expected a date such as 2025-03-04 (got '2025-02-30')"),
        ("2025-01-11,u0,10,5", "date: expected a day from Monday to Friday (got '2025-01-11')"),
        ("2025-01-27,,10,5", "unit_id: expected text (got '')"),
        ("2025-01-27,u0,0,0", "headcount: expected a whole number of at least 1 (got '0')"),
        ("2025-01-27,u0,10,5.5", "present: expected a whole number of at least 0 (got '5.5')"),
        ("2025-01-27,u0,10,-1", "present: expected a whole number of at least 0 (got '-1')"),
        ("2025-01-27,u0,10,11", "present: expected at most 10, the headcount (got '11')"),
        (
            "2025-01-06,u0,10,5",
            "date, unit_id: given already in row 2 (got '2025-01-06, u0')",
        ),
    ],
)
def test_a_row_that_does_not_fit_is_named(tmp_path: Path, row: str, expected: str) -> None:
    """Dates, numbers, people beyond the headcount and duplicates, with their row."""
    found = problems(read_badges, table(tmp_path, f"{TEXT}{row}\n"))
    assert found == [f"badges.csv, row {len(ROWS) + 2}, column {expected}"]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Each cell that does not fit is a problem of its own."""
    assert len(problems(read_badges, table(tmp_path, f"{TEXT}x,,0,-1\n2025-01-12,v,1,2\n"))) == 6


def test_a_gap_is_no_day_on_which_nobody_came(tmp_path: Path) -> None:
    """A unit without a row where others have one is named with its days."""
    lines = [line for line in TEXT.splitlines() if not line.startswith(FIRST)]
    assert problems(read_badges, table(tmp_path, "\n".join(lines))) == [
        "badges.csv, column unit_id: expected a row for 2025-01-06, as other units have; "
        "0 if nobody came (got 'u0')"
    ]


def test_long_gaps_are_counted(tmp_path: Path) -> None:
    """Three days are named and the rest counted."""
    (found,) = problems(read_badges, table(tmp_path, f"{TEXT}2025-01-06,v,5,1\n"))
    assert "expected a row for 2025-01-07, 2025-01-08, 2025-01-09 and 11 more" in found


def test_a_day_that_nobody_has_is_a_holiday(tmp_path: Path) -> None:
    """A day off for all leaves no gap, but each weekday needs three dates."""
    lines = [line for line in TEXT.splitlines() if not line.startswith("2025-01-06")]
    assert problems(read_badges, table(tmp_path, "\n".join(lines))) == [
        "badges.csv, column date: expected at least 3 dates on mon, found 2"
    ]


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    """A header alone has no dates of any weekday."""
    assert len(problems(read_badges, table(tmp_path, TEXT.splitlines()[0]))) == 5


def test_a_table_without_headcounts_is_refused(tmp_path: Path) -> None:
    """A missing column is named."""
    (found,) = problems(read_badges, table(tmp_path, "date,unit_id,present\n2025-01-06,u,1\n"))
    assert found == "badges.csv, row 1, column headcount: expected this column, and once"
