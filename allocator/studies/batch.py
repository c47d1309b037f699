"""Many headcount tables over one scenario: a plan's folder for each, and one summary.

A folder is done when its `batch.json` says so. That file is written last and records the inputs it
was made from, so a batch that was cut short goes on where it stopped. Solving is the pool's.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from allocator.errors import InputError, Problem, SolveFailedError
from allocator.plan.assemble import versions
from allocator.plan.tables import FILES, json_text, write_plan
from allocator.plan.types import Plan, Record, Status
from allocator.scenario.read import read_headcounts
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant
from allocator.scenario.write import csv_text
from allocator.studies.files import write_whole
from allocator.studies.one_plan import COLUMNS as ONE_PLAN_COLUMNS
from allocator.studies.one_plan import InOnePlan, OnePlan, one_plan, write_one_plan
from allocator.studies.outcome import Outcome, OutcomeStatus
from allocator.studies.pool import Job, Pool, SolvesTasks, Task

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress
    from allocator.search.solve import SolveOptions
    from allocator.studies.offers import Offers

SUMMARY = "summary.csv"
DONE = "batch.json"
COLUMNS = ("file", *Outcome.model_fields)
"""Columns of the summary."""
TABLE_SUFFIXES = (".csv", ".xlsx")
"""What is taken of a folder."""
TICK_S = 0.1
MOST_EXCHANGED = 200
"""Tables whose plans are offered to one another; each is kept in memory."""


class SummaryRow(Record):
    """A row of the summary: a headcount table, as it was named, and what became of it.

    one_plan: what the one allocation for all tables means for it, where it was asked for.
    """

    file: str
    outcome: Outcome
    one_plan: InOnePlan | None = None

    @property
    def cells(self) -> dict[str, Any]:
        """Values by column."""
        whole = {"file": self.file, **self.outcome.model_dump(mode="json")}
        return whole if self.one_plan is None else whole | self.one_plan.model_dump()


class Done(Record):
    """What a folder's `batch.json` holds: what was solved there, and the row that came of it."""

    inputs: dict[str, Any]
    files: tuple[str, ...]
    row: SummaryRow


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is: tables done, all, and being solved; seconds left, by guess."""

    done: int
    files: int
    running: int
    left_s: float


def headcount_tables(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files among the paths and the tables in the folders among them, each once.

    A file given under two spellings of its path is one file, named as it was given first.

    Raises
    ------
    InputError
        If a path does not exist, or a folder has no table.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        tables = _tables_in(path) if path.is_dir() else [path] if path.exists() else []
        if not tables:
            wanted = (
                "expected .csv or .xlsx files in it" if path.is_dir() else "found nothing there"
            )
            problems.append(Problem(wanted, str(path)))
        found += tables
    if problems:
        raise InputError(problems)
    first: dict[Path, Path] = {}
    for path in found:
        first.setdefault(path.resolve(), path)
    return tuple(first.values())


def _tables_in(folder: Path) -> list[Path]:
    """Return the tables directly in a folder, sorted by name."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in TABLE_SUFFIXES
        and path.is_file()
        and not path.name.startswith((".", "~$"))  # what editors leave while a table is open
    )


def folder_names(files: Sequence[Path]) -> dict[Path, str]:
    """Return a folder name for each file: its stem, and more of its path where stems clash.

    Four forms are tried in turn, each only for the files whose names still clash: the stem; the
    parent folder and the stem; these and the suffix; a hash of the whole path. A name depends on
    the files of the batch and not on the time, so a resumed batch finds its folders again.
    """
    names = dict.fromkeys(files, "")
    clashing = set(files)
    for name in (_stem, _parent_and_stem, _parent_and_name, _hashed):
        names |= {file: name(file) for file in clashing}
        # Some file systems ignore case; the summary stands beside the folders, so it counts.
        taken = Counter([*(found.casefold() for found in names.values()), SUMMARY])
        clashing = {file for file in clashing if taken[names[file].casefold()] > 1}
    return names


def _stem(file: Path) -> str:
    """Name a folder by the file alone, which is enough nearly always."""
    return file.stem


def _parent_and_stem(file: Path) -> str:
    """Name it by folder and file, for tables of one name in folders by month, for example."""
    return f"{file.resolve().parent.name}-{file.stem}"


def _parent_and_name(file: Path) -> str:
    """Name it with the suffix as well, for a table that is there as .csv and as .xlsx."""
    return f"{_parent_and_stem(file)}-{file.suffix.lstrip('.')}"


def _hashed(file: Path) -> str:
    """Name it by a hash of the whole path, which no other file has."""
    return f"{file.stem}-{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]}"


def run_batch(  # noqa: PLR0913 - what a batch is made of, by name
    scenario: Scenario,
    files: Sequence[Path],
    out: Path,
    *,
    pool: Pool,
    options: SolveOptions,
    variant: Variant | None = None,
    on_step: Callable[[BatchProgress], None] = lambda _: None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[SummaryRow, ...]:
    """Solve the scenario with each headcount table, and write folders and summary under `out`.

    Parameters
    ----------
    files
        Headcount tables, each once (`headcount_tables`).
    variant
        What else is changed of the scenario with each of them; by default its last wave is taken.
    on_step
        Called some times a second.
    on_progress
        Called from any thread with what each solve says of itself.
    should_stop
        Asked as often; once true, tables that are not done are left for another time.

    Returns
    -------
    tuple of SummaryRow
        Of the tables that are done, in the order of `files`.

    Raises
    ------
    InputError
        If the output folder cannot be written to.
    """
    run = _Batch(scenario, files, out, pool, options)
    run.on_progress, run.variant = on_progress, variant or Variant()
    # Asked before each step: what is still being solved is solved again next time.
    while not run.is_over and not should_stop():
        run.step()
        on_step(run.progress())
    return run.rows()


def one_plan_of(
    scenario: Scenario,
    rows: Sequence[SummaryRow],
    out: Path,
    *,
    pool: SolvesTasks,
    options: SolveOptions,
    variant: Variant | None = None,
) -> tuple[tuple[SummaryRow, ...], OnePlan | None]:
    """Find one allocation for all tables of a batch that is done, and write it to the summary.

    Parameters
    ----------
    rows
        Rows of a batch, as `run_batch` returns them. Tables that could not be read take no part.
    out
        Folder of the batch; the allocation gets a folder of its own in it.
    variant
        As of `run_batch`, so that the allocation is for what each table was solved as.

    Returns
    -------
    tuple
        The rows with what it means for each; and the allocation, None where no table can be used.
    """
    usable = [row for row in rows if row.outcome.status is not OutcomeStatus.BAD_INPUT]
    asked = variant or Variant()
    tables = {
        row.file: asked.one_wave(read_headcounts(scenario, Path(row.file))) for row in usable
    }
    if not tables:
        return tuple(rows), None
    totals = {r.file: r.outcome.total for r in usable if r.outcome.total is not None}
    found = one_plan(tables, totals, pool=pool, options=options)
    listed = tuple(
        row.model_copy(update={"one_plan": found.by_table.get(row.file, InOnePlan())})
        for row in rows
    )
    write_one_plan(found, out)
    columns = (*COLUMNS, *ONE_PLAN_COLUMNS)
    text = csv_text(columns, ([row.cells[column] for column in columns] for row in listed))
    write_whole(out / SUMMARY, text)
    return listed, found


@dataclass(frozen=True)
class _Table:
    """A headcount table that can be used, and the inputs that its `batch.json` will name."""

    file: Path
    folder: Path
    scenario: Scenario
    inputs: dict[str, Any]


class _Batch:
    """A batch while it runs: which tables wait, which are being solved and which are done.

    `answers` holds plans of this run, which are offered to other tables. `solved` counts what this
    run solved: tables taken over took no time and would spoil the guess of the time left.
    """

    def __init__(
        self,
        scenario: Scenario,
        files: Sequence[Path],
        out: Path,
        pool: Pool,
        options: SolveOptions,
    ) -> None:
        self.scenario = scenario
        self.files = files
        self.out = out
        self.pool = pool
        self.options = options
        self.names = folder_names(files)
        self.answers: dict[int, tuple[_Table, Plan]] = {}
        self.waiting = deque(files)
        self.running: dict[Job, _Table] = {}
        self.done: dict[Path, SummaryRow] = {}
        self.solved = 0
        self.on_progress: OnProgress | None = None
        self.variant = Variant()
        self.began = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Say whether every table is done."""
        return not self.waiting and not self.running

    def step(self) -> None:
        """Take up the next table while there is room, and what has been solved meanwhile."""
        if self._has_room():
            self._take_up(self.waiting.popleft())
        futures = {job.future: job for job in self.running}
        # While there is room the next table is read at once; only a full pool is waited for.
        over, _ = wait(
            futures, timeout=0 if self._has_room() else TICK_S, return_when=FIRST_COMPLETED
        )
        for future in over:
            self._finish(futures[future])

    def _has_room(self) -> bool:
        """Say whether a table waits and may be taken up: a second one for each process at most.

        A process that ends then finds its next task ready, while this thread may still be reading
        or writing. More would only hold scenarios in memory.
        """
        return bool(self.waiting) and len(self.running) < 2 * self.pool.processes

    def progress(self) -> BatchProgress:
        """Return how far it is; the time left goes by what tables took so far."""
        left = len(self.files) - len(self.done)
        # Nothing is solved yet at first: the time limit is then the only figure there is.
        each = (
            (time.monotonic() - self.began) / self.solved
            if self.solved
            else self.options.time_limit_s / self.pool.processes
        )
        running = min(len(self.running), self.pool.processes)
        return BatchProgress(len(self.done), len(self.files), running, left * each)

    def rows(self) -> tuple[SummaryRow, ...]:
        """Return the rows of what is done, in the order of the files."""
        return tuple(self.done[file] for file in self.files if file in self.done)

    def _take_up(self, file: Path) -> None:
        """Read a table and hand it to the pool, unless it is bad or was solved before."""
        folder = self.out / self.names[file]
        try:
            scenario = self.variant.one_wave(read_headcounts(self.scenario, file))
        except InputError as error:
            # A folder of an earlier run would contradict the row that says the table is bad.
            _clear(folder)
            self._note(file, Outcome.of_bad_input(error))
            return
        inputs = inputs_of(scenario, self.options)
        # By content, so that a table that was edited is solved again and a touched one is not.
        before = _solved_before(folder, inputs)
        if before is not None:
            self._note(file, before)
            return
        job = self.pool.submit(Task(scenario, self.options), self.on_progress)
        self.running[job] = _Table(file, folder, scenario, inputs)

    def _finish(self, job: Job) -> None:
        """Take what the pool has made of a table; a failure is a row of the summary."""
        table = self.running.pop(job)
        self.solved += 1
        # Only now: until the new answer exists, the old one stays readable.
        _clear(table.folder)
        try:
            plan = job.future.result()
        except SolveFailedError as error:
            self._note(table.file, Outcome.of_failure(table.scenario, error))
            return
        self._answer(table, plan)
        self._exchange(table, plan)

    def _answer(self, table: _Table, plan: Plan) -> None:
        """Write a table's plan, and note what became of it."""
        outcome = Outcome.of_plan(table.scenario, plan)
        _write(table, plan, SummaryRow(file=str(table.file), outcome=outcome))
        self._note(table.file, outcome)

    def _exchange(self, table: _Table, plan: Plan) -> None:
        """Offer a new plan to every table that is done, and their plans to its own.

        A plan found for one table may fit another and cost less there than what that table's own
        solve found, so a row can improve after it was written.
        """
        if len(self.answers) >= MOST_EXCHANGED:
            return
        new = len(self.answers)
        self.answers[new] = table, plan
        for number, (other, own) in list(self.answers.items()):
            # Only pairs with the new plan in them: all other pairs have been compared before.
            given = (p for n, (_, p) in self.answers.items() if new in (number, n) and n != number)
            offered = [each for each in given if each.objective.total is not None]
            # Nothing betters a proved optimum, and nothing fits where that is proved.
            if offered and own.status not in (Status.OPTIMAL, Status.INFEASIBLE):
                better = self._offers.best(number, other.scenario, own, offered)
                if better is not None:
                    self.answers[number] = other, better
                    self._answer(other, better)

    @cached_property
    def _offers(self) -> Offers:
        """What tries plans on other tables.

        The search is imported with it, so not before it is needed.
        """
        from allocator.studies.offers import Offers  # noqa: PLC0415 - slow to import

        return Offers()

    def _note(self, file: Path, outcome: Outcome) -> None:
        """Record a row and write the summary anew. It is whole whenever the batch is cut short."""
        self.done[file] = SummaryRow(file=str(file), outcome=outcome)
        cells = (row.cells for row in self.rows())
        text = csv_text(COLUMNS, ([row[column] for column in COLUMNS] for row in cells))
        write_whole(self.out / SUMMARY, text)


def inputs_of(scenario: Scenario, options: SolveOptions) -> dict[str, Any]:
    """Return what a result rests on: a fingerprint of the scenario, the options, the versions."""
    # Where tables were read from does not change a plan; the same content elsewhere is the same.
    content = scenario.model_dump_json(exclude={"fingerprints", "sources", "unread_files"})
    return {
        "scenario": hashlib.sha256(content.encode()).hexdigest(),
        "options": options.model_dump(mode="json"),
        "versions": versions(),
    }


def _solved_before(folder: Path, inputs: dict[str, Any]) -> Outcome | None:
    """Return what became of the same inputs, if the folder still has all that was written."""
    try:
        done = Done.model_validate_json((folder / DONE).read_bytes())
    except (OSError, ValidationError):
        return None
    whole = all((folder / name).is_file() for name in done.files)
    return done.row.outcome if whole and done.inputs == inputs else None


def _write(table: _Table, plan: Plan, row: SummaryRow) -> None:
    """Write a table's plan, then the `batch.json` that makes its folder count as done."""
    files = write_plan(plan, table.folder, table.scenario)
    names = tuple(file.name for file in files)
    # Last of all: a folder that lacks it, or any file it lists, is solved again.
    done = Done(inputs=table.inputs, files=names, row=row)
    write_whole(table.folder / DONE, json_text(done.model_dump(mode="json")))


def _clear(folder: Path) -> None:
    """Remove what an earlier run left of a table; that it was done goes first."""
    for name in (DONE, *FILES):
        (folder / name).unlink(missing_ok=True)
    # What a process that was killed while it wrote a plan left behind.
    for half in folder.glob(".writing-*"):
        shutil.rmtree(half, ignore_errors=True)
