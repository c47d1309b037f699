"""How the search is compiled once: by one process, from where it was left, and kept somewhere."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from allocator.search.kernels import ready

PART = """
from pathlib import Path
from allocator.search.kernels import ready
CALLS = Path(__file__).with_name("calls")
def step(name):
    with CALLS.open("a") as calls:
        calls.write(name + " ")
def compile_all():
    ready.compile_steps("planted_part", [lambda: step("a"), lambda: step("b")])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of compiled code that is empty, for a part that takes no time."""
    (tmp_path / "planted_part.py").write_text(PART, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    kept = tmp_path / "kept" / "allocator" / ready._fingerprint()
    kept.mkdir(parents=True)
    monkeypatch.setattr(ready, "code_folder", lambda: kept)
    monkeypatch.setattr(ready, "PARTS", ("planted_part",))
    return tmp_path


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text(encoding="utf-8").split()


def test_two_that_begin_at_once_compile_once(folder: Path) -> None:
    """One compiles, the other waits for it."""
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(ready.compile_search) for _ in range(2)]:
            done.result()
    assert ready.is_ready()
    assert calls(folder) == ["a", "b"]


def test_what_is_ready_is_not_compiled_again(folder: Path) -> None:
    """The second call finds all in its place and tells nothing."""
    told: list[float] = []
    ready.compile_search()
    ready.compile_search(told.append)
    assert calls(folder) == ["a", "b"]
    assert told == []


def test_an_interrupted_compilation_is_taken_up_by_the_next_call(folder: Path) -> None:
    """A part that is half done counts as not ready, and is compiled when it is asked for again."""
    ready._note("planted_part").write_text("1/2", encoding="ascii")
    ready.compile_search(should_stop=lambda: True)
    assert not ready.is_ready()
    ready.compile_search()
    assert ready.is_ready()


@pytest.mark.usefixtures("folder")
def test_it_says_how_far_it_is() -> None:
    """The share that is done begins at nothing and rises."""
    told: list[float] = []
    ready.compile_search(told.append)
    assert told[0] == 0
    assert told == sorted(told)


@pytest.mark.usefixtures("folder")
def test_where_no_process_is_to_be_had_it_is_compiled_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that cannot be begun, or dies, costs time but not the code."""
    monkeypatch.setattr(ready.sys, "executable", "/bin/false")
    ready.compile_search()
    assert ready.is_ready()


@pytest.fixture
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the usual folders unusable: each would lie below a file."""
    (tmp_path / "file").touch()
    for name in ("NUMBA_CACHE_DIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file" / name))
    monkeypatch.setattr(ready.tempfile, "gettempdir", lambda: str(tmp_path))


@pytest.mark.usefixtures("_nowhere")
def test_a_cache_that_cannot_be_written_falls_back_to_a_temporary_one(tmp_path: Path) -> None:
    """The folder is this user's alone, and the announcement names it."""
    folder = ready.code_folder.__wrapped__()
    assert folder.is_relative_to(tmp_path)
    assert stat.S_IMODE(folder.parents[1].stat().st_mode) == 0o700


@pytest.mark.usefixtures("_nowhere")
def test_the_temporary_folder_is_the_same_for_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code compiled there is found again, and it is said where it is."""
    first, second = (ready.code_folder.__wrapped__() for _ in range(2))
    assert first == second
    monkeypatch.setattr(ready, "code_folder", lambda: first)
    assert str(tmp_path) in ready.announcement()


@pytest.mark.usefixtures("_nowhere")
def test_a_file_in_the_place_of_the_temporary_folder_is_left_alone(tmp_path: Path) -> None:
    """Another temporary folder is taken then."""
    (tmp_path / f"allocator-{ready.os.getuid()}").touch()
    assert ready.code_folder.__wrapped__().is_dir()


def test_no_temporary_folder_is_made_where_none_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that can be written to is enough."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setattr(ready.tempfile, "gettempdir", lambda: str(tmp_path))
    assert ready.code_folder.__wrapped__().is_relative_to(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.usefixtures("_nowhere")
def test_a_temporary_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    """Whoever made it could have put code of theirs there."""
    others = tmp_path / f"allocator-{ready.os.getuid()}"
    others.mkdir(mode=0o777)
    others.chmod(0o777)
    assert not ready.code_folder.__wrapped__().is_relative_to(others)


def test_another_processor_gets_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that came from elsewhere is not taken for ready."""
    here = ready._fingerprint.__wrapped__()
    monkeypatch.setattr(ready, "_processor", lambda: ("another",))
    assert ready._fingerprint.__wrapped__() != here
