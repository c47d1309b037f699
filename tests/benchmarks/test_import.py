"""How long an import of many rows takes; ``pytest tests/benchmarks/test_import.py -n 0 -s``."""

from __future__ import annotations

import time
from typing import Any

from allocator.scenario.importing.run import import_files
from tests.scenario.importing.books import FLOORS, book

ROWS, SECONDS = 20_000, 5.0


def test_twenty_thousand_rows_take_five_seconds() -> None:
    """A country's units with blanks, thousands and subtotals, from the bytes to the scenario."""
    rows: list[list[Any]] = [
        ["DAFTAR PEGAWAI"],
        ["No", "Instansi", "Unit Kerja", "Jumlah Pegawai"],
    ]
    for body in range(ROWS // 100):
        for unit in range(100):
            count = "1.107" if unit % 3 else 77
            first = f"Kementerian {body}" if unit == 0 else None
            rows.append([100 * body + unit + 1, first, f"Biro {body}.{unit}", count])
        rows.append([None, None, "Jumlah", None])
    files = {"Data.xlsx": book(Data=rows), "floors.csv": FLOORS}
    began = time.perf_counter()
    found = import_files(files)
    seconds = time.perf_counter() - began
    print(f"\n{ROWS:,} rows: {seconds:.1f} s")
    assert found.scenario is not None
    assert len(found.scenario.headcounts) == ROWS
    assert seconds <= SECONDS
