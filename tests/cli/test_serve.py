"""`allocator serve`: a real process on a free port of this machine, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.examples import SMALLEST
from tests.cli.conftest import ROOT, Finished

Run = Callable[..., Finished]
pytestmark = pytest.mark.xdist_group("service")


class Service:
    """A running service: its process and its address."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def allocate(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to an order."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(
            f"{self.url}/allocate", json.dumps(order).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def children(self) -> set[int]:
        """Return the processes that the service has started and that run."""
        return {pid for pid in _processes() if _parent_of(pid) == self.process.pid}


@contextmanager
def running() -> Iterator[Service]:
    command = [sys.executable, "-m", "allocator.cli", "serve", "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("allocator: listening on http://127.0.0.1:"), line
        yield Service(process, line.split()[3])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_service_answers_and_leaves_nothing_behind(kind: signal.Signals, code: int) -> None:
    """It answers over the wire; told to stop, it does, and no process of its pool is left."""
    with running() as service:
        plan = service.allocate(SMALLEST)
        children = service.children()
        service.process.send_signal(kind)
        assert service.process.wait(timeout=30) == code
    assert (plan["status"], plan["run"]["workers"]) == ("optimal", 1)
    assert children
    assert until(lambda: not children & _processes())


def test_port_in_use_is_bad_input(allocator: Run) -> None:
    """An address that is taken is refused in one line with exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = allocator("serve", "--port", port)
    assert done.returncode == 2
    told = f"allocator: 127.0.0.1:{port}: cannot listen there: address already in use"
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1


def test_open_address_is_warned_of(allocator: Run) -> None:
    """Who listens on every address is told first that anyone may come."""
    with socket.create_server(("0.0.0.0", 0)) as taken:
        done = allocator("serve", "--host", "0.0.0.0", "--port", taken.getsockname()[1])
    assert done.returncode == 2
    assert "WARNING: whoever reaches 0.0.0.0 may use the service" in done.stderr


def until(true: Callable[[], bool]) -> bool:
    """Wait up to ten seconds for something to become true."""
    for _ in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def _processes() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdigit() and _parent_of(int(name))}


def _parent_of(pid: int) -> int:
    """Return the parent of a process; 0 if it has ended."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)
