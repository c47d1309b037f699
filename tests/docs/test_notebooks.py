"""The notebooks run from top to bottom. They take minutes, so only long runs do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.more import ALL

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def test_there_are_three() -> None:
    """Three cases are worked through."""
    assert len(NOTEBOOKS) == 3


@pytest.mark.skipif(not ALL, reason="takes minutes")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file: Path) -> None:
    """No cell of it fails; its assertions hold."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.read(file, as_version=4)
    nbclient.NotebookClient(
        book, timeout=300, resources={"metadata": {"path": str(ROOT)}}
    ).execute()
