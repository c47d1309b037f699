"""Processes of the service: started, spoken to over real connections, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2 as httpx
import uvicorn
from fastapi import FastAPI

from api.connections import address_of, guard, listen

ROOT = Path(__file__).parents[2]
NARROW = {"LEASE_S": "2", "WORKERS": "1", "REQUESTS_A_MINUTE": "100000"}
Json = dict[str, Any]


class Live:
    """A running process of the service.

    Attributes
    ----------
    url
        Where it answers; "" for a worker.
    told
        Lines that it wrote on stderr so far.
    """

    def __init__(self, what: str, solver: str, settings: dict[str, str]) -> None:
        variables = {f"ALLOCATOR_{name}": value for name, value in (NARROW | settings).items()}
        command = [sys.executable, "-m", "tests.api.process", what, solver]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | variables
        )
        self.told: list[str] = []
        self._hearing = Thread(target=self._hear, daemon=True)
        self._hearing.start()
        wanted = "listening on " if what == "serve" else "working"
        assert until(lambda: any(wanted in line for line in self.told), 60), self.told
        line = next(line for line in self.told if wanted in line)
        self.url = line.split()[2] if what == "serve" else ""

    def _hear(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self.told.append(line.rstrip("\n"))

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a request."""
        return httpx.request(method, self.url + path, timeout=90, **more)

    def accept(self, order: Json, **headers: str) -> str:
        """Hand in an order without waiting; return the job's id."""
        answer = self.ask(
            "POST", "/allocate", json=order, headers={"Prefer": "respond-async", **headers}
        )
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def job(self, job_id: str) -> Json:
        """Return a job's record."""
        found: Json = self.ask("GET", f"/jobs/{job_id}").json()
        return found

    def ended(self, job_id: str, seconds: float = 60) -> Json:
        """Wait until a job is over and return its record."""
        over = ("done", "failed", "cancelled")
        assert until(lambda: self.job(job_id)["state"] in over, seconds), self.job(job_id)
        return self.job(job_id)

    def begun(self, job_id: str) -> None:
        """Wait until a job's solve has told of a plan."""
        assert until(lambda: self.job(job_id)["total"] is not None, 60), self.job(job_id)

    def children(self) -> set[int]:
        """Return the processes that this one has started and that run."""
        return {pid for pid in processes() if parent_of(pid) == self.process.pid}

    def kill(self) -> None:
        """End it as nothing can be prepared for."""
        self.process.kill()
        self.process.wait()
        self._hearing.join(timeout=10)  # its processes hold the pipe until they have ended, too

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Yield the address at which an app of this process is served, its lifespan left alone."""
    config = uvicorn.Config(app, **guard(log_config=None, lifespan="off"))
    server = uvicorn.Server(config)
    listener = listen("127.0.0.1", 0)
    thread = Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    assert until(lambda: server.started)
    try:
        yield address_of(listener)
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def live(what: str, url: str, solver: str = "steady", **settings: Any) -> Iterator[Live]:
    """Yield a process on a database; it is killed at the end."""
    named = {name.upper(): str(value) for name, value in settings.items()}
    one = Live(what, solver, {"DATABASE_URL": url, **named})
    try:
        yield one
    finally:
        one.kill()


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait so long at most for something to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def processes() -> set[int]:
    """Return all processes that run."""
    return {int(name) for name in os.listdir("/proc") if name.isdigit() and parent_of(int(name))}


def parent_of(pid: int) -> int:
    """Return the parent of a process; 0 if it has ended."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)
