"""A PostgreSQL of the test's own: started on loopback, restarted, and removed at the end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from tests.api.live import parent_of, processes

USER = "postgres"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where it is not installed."""
    on_path = shutil.which("initdb")
    found = [*([on_path] if on_path else []), *sorted(glob("/usr/lib/postgresql/*/bin/initdb"))]
    return Path(found[-1]).parent if found else None


class Postgres:
    """A server that runs."""

    def __init__(self, folder: Path) -> None:
        bin_folder = programs()
        assert bin_folder is not None, "PostgreSQL is not installed: apt-get install postgresql"
        self._bin, self._data = bin_folder, folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._run("initdb", "-A", "trust", "-U", USER, "-D", str(self._data))
        self.start()
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self._port} -h 127.0.0.1 -k ''"
        self._control("start", "-o", options, "-l", str(self._data / "log"))

    def crash(self) -> None:
        """Stop the server as if it were killed."""
        self._control("stop", "-m", "immediate")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let no process of the server run meanwhile, as if the machine were halted."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        frozen = [first, *(pid for pid in processes() if parent_of(pid) == first)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)

    def database(self, name: str) -> str:
        """Make a database and return its address."""
        server = ("-h", "127.0.0.1", "-p", str(self._port), "-U", USER)
        self._run("createdb", *server, name)
        return f"postgresql://{USER}@127.0.0.1:{self._port}/{name}"

    def _control(self, *what: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", *what)

    def _run(self, program: str, *arguments: str) -> None:
        become = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        command = [*become, str(self._bin / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Yield a server of one's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        server = Postgres(folder)
        try:
            yield server
        finally:
            server.crash()
