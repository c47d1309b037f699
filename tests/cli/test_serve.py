"""`allocator serve`, `worker` and `keys`: real processes, what they refuse, and how they stop."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.examples import SMALLEST
from tests.api.databases import empty_database
from tests.api.live import live, processes, until
from tests.cli.conftest import ROOT


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database, in the environment."""
    url = empty_database(tmp_path)
    monkeypatch.setenv("ALLOCATOR_DATABASE_URL", url)
    return url


@pytest.mark.faults
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_service_answers_and_leaves_nothing_behind(database: str, kind: signal.Signals) -> None:
    """It answers over the wire; told to stop, it does, and no process of it is left."""
    with live("serve", database, "prompt") as service:
        plan = service.ask("POST", "/allocate", json=SMALLEST).json()
        children = service.children()
        service.process.send_signal(kind)
        assert service.process.wait(timeout=30) in (0, -kind)
    assert (plan["status"], plan["run"]["workers"]) == ("unknown", 1)
    assert children
    assert until(lambda: not children & processes())


@pytest.mark.faults
def test_open_service_says_so(database: str) -> None:
    """Without keys it warns, loudly, before it listens."""
    with live("serve", database, "prompt", concurrent_solves=0) as service:
        assert service.told[0].startswith("WARNING: no key was ever made")


@pytest.mark.faults
def test_log_tells_jobs_and_nothing_of_their_content(database: str) -> None:
    """Every line is JSON; a job is told by its id, and no name or number of a table."""
    with live("serve", database, "prompt") as service:
        answer = service.ask("POST", "/allocate", json=SMALLEST)
        job_id = answer.headers["content-location"].split("/")[2]
        service.stop()
        lines = [json.loads(line) for line in service.told if line.startswith("{")]
    assert [line["message"] for line in lines if line.get("job") == job_id][:1] == ["started"]
    assert not {"Finance", "Treasury", "70"} & set(
        " ".join(service.told).replace('"', " ").split()
    )


REFUSED = """
import io, json, os, sys
from contextlib import redirect_stderr
from allocator.cli import main
def said(*words):
    with redirect_stderr(io.StringIO()) as told:
        code = main(list(words))
    return code, told.getvalue()
found = [said("serve", "--port", sys.argv[1]), said("serve", "--host", "0.0.0.0")]
os.environ["ALLOCATOR_DATABASE_URL"] = "postgresql://me:secret@127.0.0.1:1/jobs"
print(json.dumps([*found, said("worker")]))
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """Exit codes and errors: of a port in use, an open address, a database that is not there."""
    url = empty_database(tmp_path_factory.mktemp("refused"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-c", REFUSED, str(taken.getsockname()[1])]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"ALLOCATOR_DATABASE_URL": url},
        )
    found: list[tuple[int, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_port_in_use_is_bad_input(refused: list[tuple[int, str]]) -> None:
    """An address that is taken is refused in one line with exit code 2."""
    code, error = refused[0]
    assert code == 2
    said = r"allocator: 127\.0\.0\.1:\d+: cannot listen there: address already in use"
    assert re.match(said, error.splitlines()[-1])


def test_open_address_needs_a_key(refused: list[tuple[int, str]]) -> None:
    """Without a key it refuses to listen beyond this machine."""
    code, error = refused[1]
    assert code == 2
    assert error.startswith("allocator: --host: expected a key first")


def test_database_that_is_not_there_is_bad_input(refused: list[tuple[int, str]]) -> None:
    """A database that cannot be reached is refused in one line, its password left out."""
    code, error = refused[2]
    assert code == 2
    assert error.startswith("allocator: postgresql://me:***@127.0.0.1:1/jobs: the database")
    assert "secret" not in error


KEYS = """
import io, json, sys
from contextlib import redirect_stdout
from allocator.cli import main
def told(*words):
    with redirect_stdout(io.StringIO()) as said:
        code = main(["keys", *words])
    return code, said.getvalue()
_, key = told("make", "ministry")
[made] = json.loads(told("list", "--json")[1])["keys"]
code, _ = told("revoke", made["id"])
[revoked] = json.loads(told("list", "--json")[1])["keys"]
none, _ = told("revoke", "nonsense")
print(json.dumps([key.strip(), made, code, revoked, none]))
"""
"""All in one process of its own, as each takes two seconds to start; so are those refused."""


def test_keys_are_made_listed_and_revoked() -> None:
    """A key is printed once; the list has its id and name, and when it was revoked."""
    done = subprocess.run(
        [sys.executable, "-c", KEYS], capture_output=True, text=True, check=True, cwd=ROOT
    )
    key, made, code, revoked, none = json.loads(done.stdout)
    assert key.startswith(f"al_{made['id']}_")
    assert (made["revoked"], revoked["name"], code) == (None, "ministry", 0)
    assert revoked["revoked"] is not None
    assert none == 2  # to revoke what is not listed is bad input
