"""The report of a benchmark as markdown: protocol, peer_summaries, every case, news and growth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from allocator.errors import shorten
from allocator.studies.bench.lines import Line, PeerSummary, lines, news, peer_summaries
from allocator.studies.bench.peers import OURSELVES, PEERS
from allocator.studies.bench.protocol import Protocol
from allocator.studies.bench.scale import Growth, Scale
from allocator.studies.bench.types import Attempt

LABELS = {OURSELVES: "this package"} | {name: peer.label for name, peer in PEERS.items()}
MOST_SAID = 90
"""Characters of what a peer said."""
STANDING_HEADS = ("family", "who", "cases", "with a plan", "at the best", "above the best",
                  "proved optimal", "gap", "first plan, s", "seconds")  # fmt: skip
CASE_HEADS = ("case", "who", "status", "total", "of all seeds", "above the best", "bound",
              "gap", "first plan, s", "seconds", "MB", "said")  # fmt: skip
SCALE_HEADS = ("countries", "units", "first plan, s", "total", "first-fit", "part of it", "MB")


def report(
    attempts: Sequence[Attempt], said: Protocol, found: Scale, anytime: str, growth: str
) -> str:
    """Return the text of the report.

    Parameters
    ----------
    said
        What the attempts were run under.
    found
        How figures grow with the size of a country; without rows that section is left out.
    anytime, growth
        File names of the pictures, which stand beside the report.
    """
    drawn = lines(attempts)
    blocks = ["# Benchmarks", INTRODUCTION, *_protocol(said), *_overview(drawn)]
    # Above the tables: a total below the best known one is what a reader must not miss.
    heard = news(attempts)
    if heard:
        blocks += ["## News", "\n".join(f"- {sentence}" for sentence in heard)]
    for family in dict.fromkeys(line.family for line in drawn):
        of_family = [_case(line) for line in drawn if line.family == family]
        blocks += [f"## {family}", _table(CASE_HEADS, of_family, left=3)]
    blocks += [
        "## Totals and bounds as time goes by",
        "Full lines are totals, broken ones bounds, the dotted grey one is the best known total.",
        f"![Total and bound of every case against seconds]({anytime})",
    ]
    if found.rows:
        blocks += _scale(found, growth)
    return "\n\n".join(blocks) + "\n"


INTRODUCTION = (
    "Made by `allocator bench`; do not edit. One checker checks every plan, those of the peers "
    "too, and totals are the checker's, in person-minutes a week. A figure for several seeds is "
    "their median, and a seed without a plan counts as worse than any. Memory is the most of all "
    "seeds. A bound is shown where it holds for the total: a model by home floors proves one only "
    "where no unit can be split. A total is compared with the best known one; where none is "
    "known, with the best here."
)


def _protocol(said: Protocol) -> list[str]:
    """Return the section of the protocol: what another needs to run it again."""
    who = [f"- {name}: {LABELS[name]}" for name in said.peers]
    packages = ", ".join(f"{name} {version}" for name, version in said.versions.items())
    facts = {
        "made by": f"`{said.command}`",
        "on": f"{said.date}, {said.machine}, {said.cores} cores, {said.memory_mb:,.0f} MB; load "
        f"when it began {said.load:g}",
        "each solve": f"at most {said.time_limit_s:g} s and {said.workers} threads, in a process "
        "of its own, one after the other; the clock runs from the call of the solver with the "
        "scenario read and libraries imported, and building a model is part of it",
        "compiling": f"{said.compile_s:g} s, once per installation, from an empty cache; no solve "
        "has it in its time",
        "seeds": ", ".join(map(str, said.seeds)) + "; what is not random runs once",
        "versions": packages,
    }
    rows = [f"- **{name}**: {fact}" for name, fact in facts.items()]
    return ["## Protocol", "\n".join(rows), "Who takes part:", "\n".join(who)]


def _overview(drawn: Sequence[Line]) -> list[str]:
    """Return the section of the peers by family, which most readers look at alone."""
    rows = [_peer_summary(summary) for summary in peer_summaries(drawn)]
    return ["## In short", _table(STANDING_HEADS, rows, left=2)]


def _peer_summary(found: PeerSummary) -> tuple[str, ...]:
    """Return a row of the overview, in the order of `STANDING_HEADS`."""
    return (
        found.family,
        found.peer,
        str(found.cases),
        str(found.plans),
        str(found.at_best),
        _percent(found.above_best),
        str(found.proved),
        _percent(found.gap),
        _seconds(found.first_plan_s),
        _seconds(found.seconds),
    )


def _case(line: Line) -> tuple[str, ...]:
    """Return a row of a family's table, in the order of `CASE_HEADS`."""
    # Said only where some seeds have a plan and some have none.
    plans = "" if line.plans in (0, line.seeds) else f" ({line.plans} of {line.seeds})"
    return (
        line.case,
        line.peer,
        line.status.value.replace("_", " ") + plans,
        _number(line.total),
        f"{_number(line.lowest)} … {_number(line.highest)}" if line.plans > 1 else "",
        _percent(line.above_best),
        _number(line.bound),
        _percent(line.gap),
        _seconds(line.first_plan_s),
        _seconds(line.seconds),
        _number(line.memory_mb),
        shorten(line.message, MOST_SAID),
    )


def _scale(found: Scale, picture: str) -> list[str]:
    """Return the section on growth: a row for each size, the exponents and the picture."""
    rows = [
        (
            f"{row.size:g}",
            f"{row.units:,}",
            _seconds(row.first_plan_s),
            _number(row.total),
            _number(row.first_fit),
            _percent(row.part_of_first_fit),
            _number(row.memory_mb),
        )
        for row in found.rows
    ]
    sentences = ["Countries are generated, of the kind of `data/national`, which has size 1."]
    for name, fit in (("the first valid plan's time", found.first_plan), ("memory", found.memory)):
        if fit is not None:
            sentences.append(f"By least squares of the logarithms, {name} grows as {_power(fit)}.")
    return ["## Growth", " ".join(sentences), _table(SCALE_HEADS, rows, left=0),
            f"![First plan, memory and total against size]({picture})"]  # fmt: skip


def _power(growth: Growth) -> str:
    """Return a growth as a power of the number of units."""
    return f"units^{growth.exponent:.2f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> str:
    """Return a table in markdown, the first `left` columns to the left, numbers to the right."""
    marks = ["---" if place < left else "---:" for place in range(len(heads))]
    return "\n".join(_row(cells) for cells in [heads, marks, *rows])


def _row(cells: Sequence[str]) -> str:
    """Return a row in markdown. A bar inside a cell is escaped, or it would end the cell."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(form: str) -> Callable[[float | None], str]:
    """Return a function that writes a figure in this format, and a dash where there is none."""
    return lambda value: "–" if value is None else format(value, form)


_number, _percent, _seconds = _shown(",.0f"), _shown(".2%"), _shown(",.2f")
