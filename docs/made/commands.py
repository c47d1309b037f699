"""The page of commands: usage, arguments and options, as the command line itself has them."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer

from allocator.cli import app
from made.tables import table


@cache
def commands() -> dict[str, Any]:
    """Return every command by its words, such as ``attendance estimate``."""
    root: Any = typer.main.get_command(app)
    return dict(_leaves(root, ()))


def _leaves(command: Any, words: tuple[str, ...]) -> list[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        return [(" ".join(words), command)]
    return [
        leaf for name, inner in command.commands.items() for leaf in _leaves(inner, (*words, name))
    ]


def page() -> str:
    """Return the page of all commands."""
    return HEAD + "\n".join(_section(words, command) for words, command in commands().items())


def _section(words: str, command: Any) -> str:
    context = command.make_context(f"allocator {words}", [], resilient_parsing=True)
    rows: dict[str, list[list[str]]] = {"argument": [], "option": []}
    for each in command.params:
        record = each.get_help_record(context)
        if record and each.name != "help":
            row = [f"`{record[0].replace(' <path>', '')}`", record[1].replace("|", "\\|")]
            rows[each.param_type_name].append(row)
    usage = " ".join([f"allocator {words}", *(name.strip("`") for name, _ in rows["argument"])])
    example = (command.epilog or "").removeprefix("Example: ")
    return (
        f"## {words}\n\n{_paragraphs(command.help)}\n\n```text\n{usage} [OPTIONS]\n```\n\n"
        + "".join(table([kind, "means"], found) + "\n" for kind, found in rows.items() if found)
        + (f"```sh\n{example}\n```\n" if example else "")
    )


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


HEAD = """# Commands

Results go to standard output and to files, everything else to standard error. `--json` prints one
JSON object. A terminal shows progress, a pipe does not. `allocator --version` prints the version,
and `allocator --install-completion` lets the shell complete commands and options.

| exit code | means |
|---|---|
| 0 | a plan, or all well |
| 1 | no plan exists, or the checked plan breaks a rule |
| 2 | bad input or options: one line for each problem, and nothing written |
| 3 | our own bug; please report it (`ALLOCATOR_DEBUG=1` shows where) |
| 4 | time ran out with no plan |

A command of many solves ends with the most serious code, in this order: our own bug (3), bad input
(2), no plan (1), out of time (4).

Ctrl-C keeps the best plan so far; a second Ctrl-C aborts.

The first command that searches also compiles the search. That happens once per installation, takes
about half a minute on two cores, and no time limit counts it. The code is kept in
`~/.cache/allocator`, or under `NUMBA_CACHE_DIR`; another processor, Python or version gets code of
its own. `allocator serve` and `allocator worker` compile before they are ready.

"""
