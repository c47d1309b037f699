"""Batches: a folder a table, one summary, and going on where an earlier run stopped."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.tables import FILES, PLAN
from allocator.studies.batch import (
    COLUMNS,
    DONE,
    SUMMARY,
    BatchProgress,
    SummaryRow,
    folder_names,
    headcount_tables,
    run_batch,
)
from allocator.studies.pool import Pool
from tests.builders import scenario
from tests.studies import planted

OFFICE = scenario(headcounts=[("Finance", 50)])
"""One floor of 60 desks."""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1, solver=planted.die_if_large) as warm:
        yield warm


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    """One table that fits, one that does not, one that kills the search, and a bad one."""
    people = {"fits": "50", "short": "Finance,40\nTax,40", "fatal": "56", "bad": "-5"}
    found = {name: tmp_path / f"{name}.csv" for name in people}
    for name, path in found.items():
        rows = people[name] if "," in people[name] else f"Finance,{people[name]}"
        path.write_text(f"unit_id,headcount\n{rows}\n")
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def run(
    pool: Pool, files: list[Path], out: Path, seed: int = 0, **how: Any
) -> dict[str, SummaryRow]:
    options = planted.options(seed=seed)
    rows = run_batch(OFFICE, files, out, pool=pool, options=options, **how)
    return {Path(row.file).stem: row for row in rows}


def summary(out: Path) -> list[dict[str, str]]:
    with (out / SUMMARY).open(newline="") as file:
        return list(csv.DictReader(file))


def test_summary_has_the_columns_of_the_contract() -> None:
    """The columns come in their order, a cost for each term among them."""
    assert " ".join(COLUMNS) == (
        "file status people demand desks unplaced_people total extra_towers extra_floors gaps "
        "open_floors walking placement_cost people_moved bound gap towers floors seconds message"
    )


def test_each_table_has_a_row_with_its_status(
    pool: Pool, tables: dict[str, Path], out: Path
) -> None:
    """Neither a bad table nor a search that dies stops the others."""
    rows = run(pool, list(tables.values()), out)
    statuses = {name: row.outcome.status.value for name, row in rows.items()}
    assert statuses == {
        "fits": "feasible", "short": "infeasible", "fatal": "failed", "bad": "bad_input",
    }  # fmt: skip
    assert [row["status"] for row in summary(out)] == list(statuses.values())


def test_a_row_tells_what_the_plan_is(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """People, desks, total and uses are those of the plan."""
    run(pool, [tables["fits"]], out)
    row = summary(out)[0]
    assert (row["people"], row["demand"], row["desks"]) == ("50", "50", "60")
    assert (row["total"], row["open_floors"], row["walking"]) == ("60", "60", "0")
    assert (row["towers"], row["floors"], row["message"]) == ("1", "1", "")


def test_a_row_tells_why_there_is_no_plan(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """The message holds reasons, problems, or what became of the process."""
    rows = run(pool, [tables["short"], tables["fatal"], tables["bad"]], out)
    assert rows["short"].outcome.message == "short of 20 desks"
    assert rows["fatal"].outcome.message == "its process died with exit code 7"
    assert "bad.csv, row 2, column headcount" in rows["bad"].outcome.message


def test_each_plan_has_its_folder(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """A plan's folder has the usual files; a bad table has none."""
    run(pool, list(tables.values()), out)
    assert {file.name for file in (out / "fits").iterdir()} == {*FILES, DONE}
    assert {file.name for file in (out / "short").iterdir()} == {PLAN, DONE}
    assert not (out / "bad").exists()


def times(out: Path) -> dict[str, int]:
    return {name: (out / name / DONE).stat().st_mtime_ns for name in ("fits", "short")}


def test_what_is_done_is_not_solved_again(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """With the same inputs the second run writes the same summary and solves nothing."""
    files = [tables["fits"], tables["short"]]
    first = run(pool, files, out)
    written = times(out)
    assert run(pool, files, out) == first
    assert times(out) == written


def test_a_changed_table_is_solved_again(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """Only the table that changed is solved anew."""
    files = [tables["fits"], tables["short"]]
    run(pool, files, out)
    written = times(out)
    tables["fits"].write_text("unit_id,headcount\nFinance,30\n")
    assert run(pool, files, out)["fits"].outcome.people == 30
    assert times(out)["fits"] > written["fits"]
    assert times(out)["short"] == written["short"]


def test_other_options_are_another_batch(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """With another seed the tables are solved anew."""
    files = [tables["fits"], tables["short"]]
    run(pool, files, out)
    written = times(out)
    run(pool, files, out, seed=1)
    assert all(times(out)[name] > written[name] for name in written)


@pytest.mark.parametrize("lost", ["placements.csv", DONE])
def test_a_folder_that_lacks_a_file_is_made_anew(
    lost: str, pool: Pool, tables: dict[str, Path], out: Path
) -> None:
    """What was half written before it was killed, or was deleted, is not taken for done."""
    run(pool, [tables["fits"]], out)
    (out / "fits" / lost).unlink()
    (out / "fits" / ".writing-x").mkdir()
    run(pool, [tables["fits"]], out)
    assert {file.name for file in (out / "fits").iterdir()} == {*FILES, DONE}


def test_a_table_turned_bad_loses_its_plan(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """No plan of an earlier version is left beside a bad table."""
    run(pool, [tables["fits"]], out)
    tables["fits"].write_bytes(tables["bad"].read_bytes())
    run(pool, [tables["fits"]], out)
    assert list((out / "fits").iterdir()) == []


def test_stopping_keeps_what_is_done(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """Once told to stop, the summary holds what is done, and the next run does the rest."""
    seen: list[BatchProgress] = []
    files = [tables["fits"], *(tables["fits"].with_name(f"{n}.csv") for n in range(4))]
    for file in files[1:]:
        file.write_bytes(tables["fits"].read_bytes())
    stop = lambda: bool(seen) and seen[-1].done >= 1  # noqa: E731
    done = list(run(pool, files, out, on_step=seen.append, should_stop=stop))
    assert 1 <= len(done) < len(files)
    assert len(summary(out)) == len(done)
    assert list(run(pool, files, out)) == [file.stem for file in files]


def test_progress_counts_up_to_the_end(pool: Pool, tables: dict[str, Path], out: Path) -> None:
    """What is told on the way ends with all done and no time left."""
    seen: list[BatchProgress] = []
    run(pool, [tables["fits"], tables["bad"]], out, on_step=seen.append)
    assert seen[-1] == BatchProgress(done=2, files=2, running=0, left_s=0.0)
    assert [step.done for step in seen] == sorted(step.done for step in seen)


def test_ratio_of_the_command_holds_for_every_table(
    pool: Pool, tables: dict[str, Path], out: Path
) -> None:
    """A ratio given with the command decides the demand, and is part of the inputs."""
    shared = OFFICE.with_sharing(people_per_desk="2")
    run(pool, [tables["short"]], out)
    rows = run_batch(shared, [tables["short"]], out, pool=pool, options=planted.options())
    assert rows[0].outcome.status == "feasible"
    assert json.loads((out / "short" / DONE).read_text())["row"]["outcome"]["demand"] == 40


def test_folders_give_their_tables_in_order(tmp_path: Path) -> None:
    """A folder stands for the tables in it, by name; locks and other files are left out."""
    for name in ("b.csv", "a.xlsx", "notes.md", "~$a.xlsx", ".c.csv"):
        (tmp_path / name).touch()
    found = headcount_tables([tmp_path, tmp_path / "b.csv"])
    assert [path.name for path in found] == ["a.xlsx", "b.csv"]


def test_a_table_given_twice_stays_where_it_came_first(tmp_path: Path) -> None:
    """Its rows are in the order in which tables were asked for, under the name given first."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    again = tmp_path / "." / ".." / tmp_path.name / "a.csv"
    found = headcount_tables([tmp_path / "a.csv", tmp_path / "b.csv", again])
    assert found == (tmp_path / "a.csv", tmp_path / "b.csv")


def test_paths_without_tables_are_refused_together(tmp_path: Path) -> None:
    """A path that is not there and a folder without tables are told at once."""
    with pytest.raises(InputError) as caught:
        headcount_tables([tmp_path / "none.csv", tmp_path])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["x/a.csv", "y/b.csv"], ["a", "b"]),
        (["x/a.csv", "y/a.csv", "y/b.csv"], ["x-a", "y-a", "b"]),
        (["x/a.csv", "x/A.xlsx"], ["x-a-csv", "x-A-xlsx"]),
        (["x/summary.csv.xlsx"], ["x-summary.csv"]),
    ],
)
def test_files_of_one_name_have_folders_of_their_own(files: list[str], names: list[str]) -> None:
    """A folder is named by the file, and by more of its path where that is not enough."""
    assert list(folder_names([Path(file) for file in files]).values()) == names


def test_paths_that_read_alike_still_differ() -> None:
    """Where even folder and name agree, folders are told apart all the same."""
    names = folder_names([Path("p/x/a.csv"), Path("q/x/a.csv")])
    assert len(set(names.values())) == 2
