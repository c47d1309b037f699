"""The workbook to begin from: every table with its columns, filled with a small example."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from allocator.scenario.read import scenario_from_json
from allocator.scenario.write import write_scenario

EXAMPLE: dict[str, Any] = {
    "floors": [
        {"floor_id": f"{tower}-{level}", "tower_id": tower, "level": level, "desks": 60}
        for tower in ("A", "B")
        for level in (1, 2, 3)
    ],
    "towers": [
        {"tower_id": "A", "name": "Menara A", "complex_id": "Pusat", "x_m": 0.0, "y_m": 0.0},
        {"tower_id": "B", "name": "Menara B", "complex_id": "Pusat", "x_m": 90.0, "y_m": 0.0},
    ],
    "organisations": [
        {"organisation_id": "KEMENKO", "name": "Kementerian Koordinator", "kind": "kemenko"},
        {
            "organisation_id": "KEMENKEU",
            "name": "Kementerian Keuangan",
            "coordinator_id": "KEMENKO",
        },
        {
            "organisation_id": "KEMENDAG",
            "name": "Kementerian Perdagangan",
            "coordinator_id": "KEMENKO",
        },
    ],
    "units": [
        {"unit_id": "KEMENKO-1", "organisation_id": "KEMENKO", "name": "Sekretariat"},
        {"unit_id": "KEMENKEU-1", "organisation_id": "KEMENKEU", "name": "Sekretariat Jenderal"},
        {"unit_id": "KEMENKEU-2", "organisation_id": "KEMENKEU", "name": "Direktorat Anggaran"},
        {"unit_id": "KEMENDAG-1", "organisation_id": "KEMENDAG", "name": "Sekretariat Jenderal"},
        {"unit_id": "KEMENDAG-2", "organisation_id": "KEMENDAG", "name": "Direktorat Ekspor"},
    ],
    "headcounts": [
        {"unit_id": "KEMENKO-1", "headcount": 80, "own_desks": 4},
        {"unit_id": "KEMENKEU-1", "headcount": 110, "own_desks": 6},
        {"unit_id": "KEMENKEU-2", "headcount": 70, "own_desks": 2},
        {"unit_id": "KEMENDAG-1", "headcount": 90, "own_desks": 5},
        {"unit_id": "KEMENDAG-2", "headcount": 60, "own_desks": 2},
    ],
    "affinities": [{"a": "KEMENKEU-2", "b": "KEMENDAG-2", "closeness": "strong"}],
    "rules": [{"rule": "only_in", "subject": "KEMENKO", "object": "A"}],
    "settings": {
        "name": "contoh",
        "title": "Contoh: tiga kementerian di dua menara",
        "sharing": {"people_per_desk": "1.3"},
    },
}


@cache
def template() -> bytes:
    """Return the workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_scenario(scenario_from_json(EXAMPLE, name="template"), path)
        return path.read_bytes()
