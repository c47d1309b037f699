"""Where machine code is kept, and when it is made anew."""

from __future__ import annotations

from pathlib import Path

from allocator.search.local import compiled


def test_machine_code_is_made_anew_when_tables_or_functions_change() -> None:
    """Every source with compiled functions or tables counts: old code must not meet new tables."""
    names = {path.name for path in compiled.shaping()}
    assert {"board.py", "memory.py", "blocking.py", "moves.py", "counts.py"} <= names
    sources = Path(compiled.__file__).parent.glob("*.py")
    assert names >= {p.name for p in sources if "import compiled" in p.read_text("utf-8")}
