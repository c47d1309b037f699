"""`allocator solve --certificate` and `allocator check --certificate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Finished

Run = Callable[..., Finished]


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with two units that stay whole, on two floors, and trips between them."""
    folder = tmp_path / "pair"
    folder.mkdir()
    (folder / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,8\nB-1,B,1,8\n")
    (folder / "headcounts.csv").write_text("unit_id,headcount\nFinance,5\nLegal,5\n")
    (folder / "affinities.csv").write_text("a,b,trips_per_week\nFinance,Legal,10\n")
    return folder


def test_a_bound_is_certified_and_recomputed(allocator: Run, pair: Path, tmp_path: Path) -> None:
    """What solve writes, check recomputes, beside a plan as well; another ratio is refused."""
    proof, out = tmp_path / "proof", tmp_path / "out"
    done = allocator("solve", pair, "--certificate", proof, "--out", out, "--time-limit", "5")
    assert done.returncode == 0
    assert "proof: certifies the bound shown" in done.stderr
    done = allocator("check", pair, out / "placements.csv", "--certificate", proof, "--all")
    assert done.returncode == 0
    assert "breaks no rule" in done.stdout
    assert "without trust" in done.stdout
    done = allocator("check", pair, "--certificate", proof, "--people-per-desk", "2")
    assert done.returncode == 1
    assert "refused: it was made for another scenario: settings differ" in done.stdout


def test_an_uncertified_bound_is_said_to_be_one(
    allocator: Run, office: Path, tmp_path: Path
) -> None:
    """Where no dual proves anything, both commands say so."""
    proof = tmp_path / "proof"
    done = allocator("solve", office, "--certificate", proof, "--time-limit", "5")
    assert "nothing is certified" in done.stderr
    done = allocator("check", office, "--certificate", proof, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["certificate"]["claimed"] is None


def test_what_is_no_certificate_is_bad_input(allocator: Run, office: Path, tmp_path: Path) -> None:
    """A file of another kind, and check without anything to check, exit with 2."""
    (tmp_path / "proof").write_text("no proof")
    done = allocator("check", office, "--certificate", tmp_path / "proof")
    assert (done.returncode, "expected a certificate" in done.stderr) == (2, True)
    assert allocator("check", office).returncode == 2
