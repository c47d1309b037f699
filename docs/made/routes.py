"""The pages of routes and of settings of the service, from its OpenAPI document and its types."""

from __future__ import annotations

from typing import Any

from api.app import create_app
from api.settings import PREFIX, ServiceSettings
from made.numpydoc import attributes
from made.tables import holds, table


def document() -> dict[str, Any]:
    """Return the OpenAPI document; no database is opened."""
    found: dict[str, Any] = create_app(ServiceSettings(workers=1)).openapi()
    return found


def page() -> str:
    """Return the page of all routes."""
    rows = [
        [
            f"`{method.upper()} {path}`",
            _what(operation),
            " or ".join(sorted(code for code in operation["responses"] if code < "400")),
        ]
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    ]
    return HEAD + table(["route", "what", "answers"], rows)


def _what(operation: dict[str, Any]) -> str:
    """Return what a route does, and what may be asked for in its query."""
    text = " ".join((operation.get("description") or "").split())
    query = [f"`{p['name']}`" for p in operation.get("parameters", ()) if p["in"] == "query"]
    takes = f" In the query: {', '.join(query)}." if query else ""
    return f"**{operation['summary']}.** {text}{takes}"


def settings_page() -> str:
    """Return the page of the variables that set something."""
    means = attributes(ServiceSettings)
    rows = [
        [f"`{PREFIX}{name.upper()}`", means[name], holds(field), _default(name, field.default)]
        for name, field in ServiceSettings.model_fields.items()
    ]
    return SETTINGS_HEAD + table(["variable", "means", "holds", "default"], rows)


def _default(name: str, value: Any) -> str:
    if name == "workers":
        return "one for each processor"
    if value in {None, ""}:
        return "–"
    return f"{value:,}" if isinstance(value, int) and value > 999 else f"`{value}`"


HEAD = """# Routes

The service documents itself at `/docs`, with every field of requests and answers, and
`/openapi.json` is what clients are generated from. Both need no internet. This is its list of
routes, with what each answers when all is well. [The service](service.md) says how jobs, waiting
and keys work, and what is [refused](service.md#answers).

"""
SETTINGS_HEAD = """# Settings of the service

They are read from the environment when `allocator serve` or `allocator worker` starts. A value
that cannot be used ends the start with exit code 2 and names every such variable.

"""
