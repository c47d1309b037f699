"""A warm pool: processes that import the search once and do one task after another.

A search may hang, crash or eat all memory; here that costs one task and one process. What is
asked of the pool, and what becomes of its answers, is decided elsewhere.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from allocator.errors import InputError, OutOfMemoryError, ProcessDiedError, SolveFailedError
from allocator.plan.types import Pieces, Plan
from allocator.scenario.types import Scenario
from allocator.search.kernels.ready import COMPILING, compile_search, is_ready

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, Progress, ShouldStop
    from allocator.search.solve import SolveOptions

TICK_S = 0.1
"""How often a task's clock, memory and request to stop are looked at."""
START_S = 120.0
"""Seconds that a process may take to start, or for a step of compiling the search, on a machine
that has much else to do."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


Solver = Callable[..., Plan]
"""What a process runs: takes a scenario, options, and start, on_progress, should_stop by name."""


class Work(Protocol):
    """What one process does at a time: it travels there, and its answer travels back."""

    @property
    def time_limit_s(self) -> float:
        """Seconds that it may take; it is ended some time after."""

    def run(self, solver: Solver, on_progress: OnProgress, should_stop: ShouldStop) -> Any:
        """Do it, in the process, with what the pool solves by."""


@dataclass(frozen=True)
class Task:
    """One solve: the arguments of `search.solve.solve`."""

    scenario: Scenario
    options: SolveOptions
    start: Pieces | None = None

    @property
    def time_limit_s(self) -> float:
        """Seconds that the solve may take."""
        return self.options.time_limit_s

    def run(self, solver: Solver, on_progress: OnProgress, should_stop: ShouldStop) -> Plan:
        """Return the plan."""
        return solver(
            self.scenario,
            self.options,
            start=self.start,
            on_progress=on_progress,
            should_stop=should_stop,
        )


@dataclass(frozen=True)
class Limits:
    """When a process is ended from outside.

    Attributes
    ----------
    grace_s
        Seconds that a task may take beyond its time limit, and beyond a request to stop.
    memory_mb
        Resident memory of one process in megabytes (10⁶ bytes). Address space would be the
        wrong measure: each of a solver's threads reserves far more of it than it uses. Watched
        where the system tells it (/proc).
    """

    grace_s: float = 30.0
    memory_mb: float = 4000.0


def default_solver(scenario: Scenario, options: SolveOptions, **how: object) -> Plan:
    """Solve, with the search imported by the first process that needs it.

    A function of a module, since each process imports what it runs by name.
    """
    return _search()(scenario, options, **how)


def _search() -> Solver:
    """Return `search.solve.solve`, imported when it is first asked for."""
    from allocator.search.solve import solve  # noqa: PLC0415 - slow, and for children only

    return solve


def compile_ahead(scenarios: Iterable[Scenario], on_progress: OnProgress) -> None:
    """Compile the search, once an installation, unless counting settles every scenario.

    Processes of a pool find it compiled then; none of them waits for another that compiles.
    """
    if is_ready():
        return
    from allocator.search.compile import compile_case  # noqa: PLC0415 - slow
    from allocator.search.counting import shortfalls  # noqa: PLC0415 - slow
    from allocator.search.progress import Progress  # noqa: PLC0415 - slow

    if not all(shortfalls(compile_case(scenario)) for scenario in scenarios):
        compile_search(
            lambda done: on_progress(Progress(0.0, COMPILING, None, None, None, None, done))
        )


@dataclass(eq=False)
class Job:
    """A task that was handed in.

    Attributes
    ----------
    future
        Its answer, of a `Task` the plan. Raises `SolveFailedError` if there is none for a reason
        that lies in the process, `InputError` if what was given cannot be used,
        `CancelledError` if it was stopped before it began.
    """

    task: Work
    on_progress: OnProgress | None = None
    future: Future[Any] = field(default_factory=Future)
    stopped: Event = field(default_factory=Event)
    abandoned: Event = field(default_factory=Event)

    def stop(self) -> None:
        """End the task with the best plan so far; one that has not begun is cancelled.

        It returns at once. The answer still comes by `future`.
        """
        self.future.cancel()
        self.stopped.set()

    def abandon(self) -> None:
        """End the task without a plan, and its process at once."""
        self.future.cancel()
        self.abandoned.set()


class SolvesTasks(Protocol):
    """What studies hand their solves to."""

    processes: int

    def submit(self, task: Task, on_progress: OnProgress | None = None) -> Job:
        """Queue a task, and return at once or when it is done, as the pool likes."""


class PoolHere:
    """Solves one task after another in this process, as it is handed in.

    Parameters
    ----------
    workers
        Threads of each solve.
    """

    def __init__(
        self,
        workers: int = 1,
        solver: Solver | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.processes = 1
        self._workers, self._solver, self._should_stop = workers, solver, should_stop

    def __enter__(self) -> Self:
        """Return itself; nothing has to be started."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to end."""

    def submit(self, task: Work, on_progress: OnProgress | None = None) -> Job:
        """Do a task at once, so that the job that is returned is done."""
        job = Job(task, on_progress)
        try:
            if isinstance(task, Task) and self._workers > 1:
                more = task.options.model_copy(update={"workers": self._workers})
                task = replace(task, options=more)
            tell = on_progress or (lambda _: None)
            job.future.set_result(
                task.run(self._solver or default_solver, tell, self._should_stop)
            )
        except Exception as error:
            job.future.set_exception(error)
        return job


class Pool:
    """Processes that solve, each one task at a time.

    A process that dies, hangs or grows too large is ended and replaced, and its task fails with
    the reason. Processes end when the pool is closed and, as they listen to it, when the process
    that made the pool dies.

    Parameters
    ----------
    processes
        How many, at least 1.
    solver
        What they run; a function of a module, which each process imports.
    """

    def __init__(
        self, processes: int, limits: Limits | None = None, solver: Solver = default_solver
    ) -> None:
        self.processes = processes
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closing = Event()
        run = partial(_serve_slot, self._jobs, self._closing, limits or Limits(), solver)
        self._slots = [Thread(target=run, daemon=True) for _ in range(processes)]
        for slot in self._slots:
            slot.start()

    def submit(self, task: Work, on_progress: OnProgress | None = None) -> Job:
        """Queue a task. `on_progress` is called from a thread of the pool."""
        job = Job(task, on_progress)
        self._jobs.put(job)
        return job

    def close(self) -> None:
        """End all processes at once; what has not finished fails.

        It returns when all of them are gone.
        """
        self._closing.set()
        # One for each thread: whoever waits for a job has to wake up.
        for _ in self._slots:
            self._jobs.put(None)
        for slot in self._slots:
            slot.join()

    def __enter__(self) -> Self:
        """Return itself; its processes start as the pool is made."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the pool, whatever happened inside."""
        self.close()


def _serve_slot(
    jobs: SimpleQueue[Job | None], closing: Event, limits: Limits, solver: Solver
) -> None:
    """Keep one process and hand it jobs; runs in a thread of its own."""
    # A child inherits this mask, so that Ctrl-C on a terminal reaches the parent alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # Before the first job comes, so that its imports take no time of anybody's solve.
    child = _Child(solver)
    while (job := jobs.get()) is not None:
        if closing.is_set():
            job.future.cancel()
        if not job.future.set_running_or_notify_cancel():
            continue
        child = child.or_new()
        try:
            job.future.set_result(child.solve(job, limits, closing))
        except Exception as error:
            job.future.set_exception(error)
        child = child.or_new()  # at once, so that it is warm for the next job
    child.end()


class _Child:
    """One process as its parent sees it.

    `_owes` says whether an answer is still to come. A process that owes one cannot be used again:
    its answer would be taken for the next task's.
    """

    def __init__(self, solver: Solver) -> None:
        # A fork would copy the threads' locks of this process in whatever state they are in.
        context = get_context("spawn")
        self._solver = solver
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_child_main, args=(theirs, solver), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is known by an end of file
        self._owes = self._is_ready = False

    def or_new(self) -> _Child:
        """Return this process, or another in its place if it owes an answer or is dead."""
        if not self._owes and self._process.is_alive():
            return self
        self.end()
        return _Child(self._solver)

    def solve(self, job: Job, limits: Limits, closing: Event) -> Any:
        """Return the answer to a job, or raise why there is none."""
        self._owes = True
        try:
            self._pipe.send(job.task)
            kind, content = self._answer(job, limits, closing)
        except (EOFError, OSError) as error:
            raise ProcessDiedError(self._death()) from error
        self._owes = False
        if kind == "refused":
            raise InputError(content)
        if kind == "memory":
            raise OutOfMemoryError(content)
        if kind == "failed":
            raise SolveFailedError(content)
        return content

    def _answer(self, job: Job, limits: Limits, closing: Event) -> tuple[str, Any]:
        """Wait for the answer, handing progress on.

        Time counts once the process is ready, and not while the search is compiled.
        """
        time_s = job.task.time_limit_s + limits.grace_s
        # A process that has not said it is ready is still importing.
        deadline = time.monotonic() + time_s + (0.0 if self._is_ready else START_S)
        is_warned = False
        while True:
            self._watch(job, deadline, limits, closing)
            if job.stopped.is_set() and not is_warned:
                # Sent once. From then on the grace counts, not the time limit, for however long
                # that still was.
                self._pipe.send(None)
                is_warned, deadline = True, time.monotonic() + limits.grace_s
            if not self._pipe.poll(TICK_S):
                continue
            kind, content = self._pipe.recv()
            if kind == "ready":
                self._is_ready, deadline = True, min(deadline, time.monotonic() + time_s)
                continue
            if kind != "progress":
                return kind, content
            now, is_compiling = time.monotonic(), content.stage == COMPILING
            # A step of compiling may take long on a busy machine, and is none of the task's time.
            deadline = now + time_s + START_S if is_compiling else min(deadline, now + time_s)
            if job.on_progress is not None:
                job.on_progress(content)

    def _watch(self, job: Job, deadline: float, limits: Limits, closing: Event) -> None:
        """Raise if the task may not go on."""
        if closing.is_set():
            raise SolveFailedError("ended, as its pool was closed")
        if job.abandoned.is_set():
            raise SolveFailedError("ended, as its plan was no longer wanted")
        if time.monotonic() > deadline:
            raise SolveFailedError(f"ended {limits.grace_s:,.0f} s after it should have stopped")
        used = resident_bytes(self._process.pid) / 1e6
        if used > limits.memory_mb:
            raise OutOfMemoryError(
                f"ended at {used:,.0f} MB of memory, as {limits.memory_mb:,.0f} MB are allowed"
            )

    def _death(self) -> str:
        """Return how the process ended, in words."""
        self._process.join(timeout=5)
        return f"its process died with exit code {self._process.exitcode}"

    def end(self) -> None:
        """End the process, whatever it is doing."""
        # A request to end could be ignored by a solver that hangs.
        self._process.kill()
        self._process.join()
        self._pipe.close()


def resident_bytes(pid: int | None) -> int:
    """Return the resident memory of a process; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm") as statm:
            return int(statm.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _child_main(pipe: Connection, solver: Solver) -> None:
    """Solve task after task; runs in the child."""
    tasks: SimpleQueue[Work] = SimpleQueue()
    stopped = Event()
    Thread(target=_listen, args=(pipe, tasks, stopped), daemon=True).start()
    if solver is default_solver:
        _search()  # now, while the parent is busy reading
    # Progress comes from any thread of the search, and two messages at once would be garbled.
    writing = Lock()

    def tell(kind: str, content: object) -> None:
        """Send a message to the parent."""
        with writing:
            pipe.send((kind, content))

    tell("ready", None)
    while True:
        task = tasks.get()
        tell(*_outcome(task, solver, partial(tell, "progress"), stopped))


def _listen(pipe: Connection, tasks: SimpleQueue[Work], stopped: Event) -> None:
    """Take tasks, and None for "stop now"; ends the process once the parent is gone."""
    try:
        while True:
            task = pipe.recv()
            if task is None:
                stopped.set()
            else:
                # A request to stop that came after its task had ended must not stop the next.
                stopped.clear()
                tasks.put(task)
    except (EOFError, OSError):
        os._exit(0)


def _outcome(
    task: Work, solver: Solver, on_progress: Callable[[Progress], None], stopped: Event
) -> tuple[str, Any]:
    """Return what became of a task, in a form that travels."""
    try:
        return "answer", task.run(solver, on_progress, stopped.is_set)
    except InputError as error:
        return "refused", error.problems
    except MemoryError:
        return "memory", "memory ran out"
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}"
