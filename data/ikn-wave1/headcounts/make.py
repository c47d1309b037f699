"""Makes the tables in this folder from ../headcounts.csv: ``python make.py``. Nothing is drawn."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ("unit_id", "headcount", "own_desks", "people_per_desk")
AGENCIES = frozenset({"LPNK", "LNS", "lembaga_independen"})
SUCCESSORS = {
    "KEMENKUMHAM-01": 214,  # law: 3 of 12 units of echelon I
    "KEMENKUMHAM-02": 143,  # human rights: 2 of 12
    "KEMENKUMHAM-03": 178,  # immigration and corrections, 7 of 12: its counters, as before,
    "KEMENKUMHAM-07": 321,  # and the rest of it
}

Row = dict[str, str]


def table(path: Path) -> list[Row]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scaled(rows: Iterable[Row], share: Fraction) -> list[Row]:
    """Return rows with that share of all their people, whole by largest remainder."""
    rows = list(rows)
    exact = [int(row["headcount"]) * share for row in rows]
    whole = [int(people) for people in exact]
    by_remainder = sorted(range(len(rows)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: round(sum(exact)) - sum(whole)]:
        whole[i] += 1
    return [row | {"headcount": str(people)} for row, people in zip(rows, whole, strict=True)]


def of_kind(kinds: frozenset[str]) -> Callable[[Row], bool]:
    """Return whether a row is of an organisation of these kinds."""
    kind = {o["organisation_id"]: o["kind"] for o in table(HERE.parent / "organisations.csv")}
    owner = {u["unit_id"]: u["organisation_id"] for u in table(HERE.parent / "units.csv")}
    return lambda row: kind[owner[row["unit_id"]]] in kinds


def variants() -> dict[str, list[Row]]:
    """Return the rows of every variant, by the name of its file."""
    base = table(HERE.parent / "headcounts.csv")
    people = sum(int(row["headcount"]) for row in base)
    is_agency = of_kind(AGENCIES)
    ministries = [row for row in base if not is_agency(row)]
    halves = {r["unit_id"]: r for r in scaled(filter(is_agency, base), Fraction(1, 2))}
    others = [row for row in base if not row["unit_id"].startswith("KEMENKUMHAM-")]
    successors = [{"unit_id": u, "headcount": str(n)} for u, n in SUCCESSORS.items()]
    return {
        "counted-everyone": base,
        "counted-to-45": scaled(base, Fraction(118_513, 182_462)),
        "growth-01": scaled(base, Fraction(101, 100)),
        "growth-05": scaled(base, Fraction(105, 100)),
        "growth-10": scaled(base, Fraction(110, 100)),
        "may-2024-14000": scaled(base, Fraction(14_000, people)),
        "may-2024-11000": scaled(base, Fraction(11_000, people)),
        "may-2024-6000": scaled(base, Fraction(6_000, people)),
        "kumham-in-three": [*others, *successors],
        "agencies-delayed": ministries,
        "agencies-by-halves": [halves.get(row["unit_id"], row) for row in base],
        "leaders-own-desks": [row | {"own_desks": "1"} for row in base],
    }


def main() -> None:
    """Write every variant."""
    for name, rows in variants().items():
        with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
            out.writeheader()
            out.writerows(rows)


if __name__ == "__main__":
    main()
