"""Notebooks as pages: text as it is, code in fences, and outputs as they were when it was run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def page(file: Path) -> str:
    """Return a notebook as Markdown."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _cell(cell)) + "\n"


def _cell(cell: dict[str, Any]) -> list[str]:
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [text]
    return [f"```python\n{text}\n```", *map(_output, cell["outputs"])]


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text']).rstrip()}\n```"
    data = output.get("data", {})
    for kind in ("image/svg+xml", "text/html"):
        if kind in data:
            # A blank line would end the block of HTML.
            html = re.sub(r"\n\s*\n", "\n", "".join(data[kind]))
            return f'<div class="output" markdown="0">\n{html}\n</div>'
    return f"```text\n{''.join(data.get('text/plain', ''))}\n```"
