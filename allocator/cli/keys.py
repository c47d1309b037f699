"""`allocator keys`: the keys by which callers of the service are known, made and revoked."""

from __future__ import annotations

import pkgutil
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from allocator.cli.common import AsJson, aligned, print_result
from allocator.errors import InputError, Problem, shorten

EXAMPLE = "allocator keys make ministry-of-finance"
KEYS = "api.run:keys"
app = typer.Typer(
    help="Make, list and revoke the keys of callers of the service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(epilog=f"Example: {EXAMPLE}")
def make(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, for the list.")],
    same_as: Annotated[
        str | None,
        typer.Option(
            "--same-as", metavar="ID", help="Another key of this caller: both see the same jobs."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once: only a hash of it is kept.

    To replace a key and keep its jobs, make another with --same-as, then revoke the first.
    """
    key = _keys().make(name, same_as)
    print_result({"key": key} if as_json else f"{key}\n")


@app.command("list", epilog="Example: allocator keys list")
def list_keys(as_json: AsJson = False) -> None:
    """List every key there ever was, without its secret."""
    rows = [
        {
            "id": key.key_id,
            "caller": key.owner,
            "name": key.name,
            "made": _time(key.created_s),
            "revoked": None if key.revoked_s is None else _time(key.revoked_s),
        }
        for key in _keys().all()
    ]
    print_result({"schema": 1, "keys": rows} if as_json else _table(rows))


@app.command(epilog="Example: allocator keys revoke 1f0c2a9b")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as listed.")],
) -> None:
    """Revoke a key: from now on it is refused. The jobs of its caller stay."""
    if not _keys().revoke(key_id):
        raise InputError([Problem("expected a key that is listed and not revoked", value=key_id)])


def _keys() -> Any:
    return pkgutil.resolve_name(KEYS)()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _table(rows: list[dict[str, Any]]) -> str:
    head = ("id", "caller", "made", "revoked", "name")
    lines = [
        (r["id"], r["caller"], r["made"], r["revoked"] or "–", shorten(r["name"], 60))
        for r in rows
    ]
    return aligned([head, *lines], left=len(head))
