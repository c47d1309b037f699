"""What is compared: scenarios by schemes or staff scenarios, rotas and sharing ratios.

Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.scenario.ratio import comma_hint, unwanted_ratio
from allocator.scenario.read import read_rotas, read_scenario
from allocator.scenario.settings import LARGEST_RATIO, exact
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant, read_variant
from allocator.studies.outcome import Outcome, OutcomeStatus
from allocator.words import counted, verb

MOST_RATIOS = 1000
OPTION = "--people-per-desk"


@dataclass(frozen=True)
class Case:
    """One thing to compare: a scenario as it was named, with its scheme and ratio settled.

    Attributes
    ----------
    name
        The scenario's path, as it was given.
    variant
        The staff scenario and the rotas that it has, where there are several; else "".
    """

    name: str
    scenario: Scenario
    variant: str = ""

    @property
    def people_per_desk(self) -> Fraction:
        """Ratio of the units that have none of their own, exactly."""
        return self.scenario.settings.sharing.people_per_desk

    @property
    def group(self) -> tuple[str, str | None, str]:
        """What it has in common with the cases that differ from it by the ratio alone.

        Only within a group is a neighbour's plan a good beginning: units and floors are the same
        there.
        """
        return self.name, self.scenario.scheme, self.variant

    @cached_property
    def counted(self) -> Outcome:
        """What counting desks says of it: `infeasible` if that proves it, else `unknown`.

        A case for which this is a proof is never handed to the search.
        """
        found = Outcome.of_scenario(self.scenario, OutcomeStatus.UNKNOWN)
        short = (found.demand or 0) - (found.desks or 0)
        # Where people may stay unplaced, too few desks rule out no plan.
        if short <= 0 or self.scenario.settings.options.allow_unplaced:
            return found
        needed = found.demand or 0
        are = verb(needed, "are")
        message = f"{counted(needed, 'desk')} {are} needed and {found.desks:,} may be used"
        return found.model_copy(update={"status": OutcomeStatus.INFEASIBLE, "message": message})

    @property
    def is_short(self) -> bool:
        """Say whether counting desks proves that it has no plan."""
        return self.counted.status is OutcomeStatus.INFEASIBLE


def ratios(text: str) -> tuple[Fraction, ...]:
    """Return the people per desk in ``1.0:2.0:0.1`` or ``1.0,1.2,1.35``, exactly, each once.

    A range is first, last and step; the last is included where steps reach it.

    Raises
    ------
    InputError
        If it is neither, or a ratio is below 1; also for ``1,3``, which is more likely 1.3.
    """
    # Before anything is split or parsed: the text may come from a request.
    if text.count(",") >= MOST_RATIOS:
        raise _refused(f"expected at most {MOST_RATIOS:,} ratios", f"{text[:40]}…")
    _refuse_commas(text)
    try:
        found = _range(text) if ":" in text else [exact(part) for part in text.split(",")]
    except ValueError as error:
        message = "expected a number, a list such as 1.0,1.2 or first:last:step as in 1.0:2.0:0.1"
        raise _refused(message, text) from error
    if not all(1 <= ratio <= LARGEST_RATIO for ratio in found):
        raise _refused("expected numbers of at least 1", text)
    # Fractions of equal value are equal, so 1.2 and 1.20 are one ratio.
    return tuple(dict.fromkeys(found))


def _refuse_commas(text: str) -> None:
    """Refuse ratios that were more likely written with a decimal comma."""
    hint = comma_hint(text)
    if hint:
        raise _refused(f"expected a decimal point{hint} Two ratios are written 1.0,3.0", text)
    if "," in text and (":" in text or ";" in text):
        meant = text.replace(",", ".").replace(";", ",")
        raise _refused(f"expected decimal points; did you mean {meant}?", text)
    # Such as 1,3,1,4: the same digit before every comma.
    parts = [part.strip() for part in text.split(",")]
    if all(part.isdigit() for part in parts) and len(set(parts)) < len(parts):
        raise _refused("expected each ratio once, with a decimal point as in 1.2,1.3", text)


def _refused(message: str, text: str) -> InputError:
    """Return the error for the option, with the text that was given."""
    return InputError([Problem(message, OPTION, value=text)])


def _range(text: str) -> list[Fraction]:
    """Return the ratios from first to last, in exact fractions so that no step is lost."""
    first, last, step = (exact(part) for part in text.split(":"))
    if step <= 0:
        raise _refused("expected a step above 0", text)
    if last < first:
        raise _refused("expected ratios that rise: the last is below the first", text)
    # Counted before the list is made, as a tiny step would make an endless one.
    count = (last - first) // step + 1
    if count > MOST_RATIOS:
        raise _refused(f"expected at most {MOST_RATIOS:,} ratios", text)
    return [first + number * step for number in range(count)]


def at_ratios(case: Case, people_per_desk: Sequence[Fraction]) -> list[Case]:
    """Return a case at every ratio; without these, at its own.

    A unit that has a ratio of its own in the table keeps it at each of them.
    """
    scenarios = [case.scenario.with_sharing(people_per_desk=ratio) for ratio in people_per_desk]
    return [replace(case, scenario=each) for each in scenarios or [case.scenario]]


def cases(
    paths: Sequence[Path],
    *,
    people_per_desk: Sequence[Fraction] = (),
    schemes: Sequence[str] = (),
    variant: Variant | None = None,
    staff: Sequence[str] = (),
    rotas: Sequence[Path] = (),
) -> tuple[Case, ...]:
    """Return every scenario with every scheme and every ratio; without these, with its own.

    Parameters
    ----------
    staff
        Staff scenarios: the headcounts are then those of everybody who moves by the last wave, for
        each unit scenario.
    rotas
        Tables of rotas, each of which takes the place of the scenario's own, which is also a case.

    Raises
    ------
    InputError
        With every problem of all the scenarios.
    """
    found: list[Case] = []
    problems = dict.fromkeys(_dropped_by_staff(variant or Variant()) if staff else ())
    # Problems of all scenarios are gathered first, so that one run shows everything to be mended.
    for path in dict.fromkeys(paths):
        for scheme in dict.fromkeys(schemes) or (None,):
            try:
                asked = replace(variant or Variant(), scheme=scheme)
                # With staff scenarios the headcounts are a result, so the table of them may be
                # missing.
                given = (
                    read_scenario(path, scheme=scheme, for_relocation=True)
                    if staff
                    else read_variant(path, asked)
                )
                named = _with_rotas(_moved(given, staff), rotas)
            except InputError as error:
                problems |= dict.fromkeys(error.problems)
                continue
            # Whether a scenario takes a ratio at all does not depend on which: one complaint is
            # enough.
            for ratio in people_per_desk[:1]:
                problems |= dict.fromkeys(unwanted_ratio(given.settings, ratio, str(path)))
            for name, one in named:
                found += at_ratios(Case(str(path), one, name), people_per_desk)
    if problems:
        raise InputError(problems)
    return tuple(found)


def _dropped_by_staff(variant: Variant) -> Iterator[Problem]:
    """Yield a problem for each option that staff scenarios leave nothing to change of."""
    given = {"--opens": variant.opens, "--grow": variant.grow, "--wave": variant.wave}
    for option, value in given.items():
        if value:
            yield Problem("expected none with --staff, which says who comes when", option)


def _moved(given: Scenario, staff: Sequence[str]) -> list[tuple[str, Scenario]]:
    """Return the scenario of everybody who moves, for each unit and each staff scenario."""
    if not staff:
        return [("", given)]
    from allocator.studies.relocate.counting import Names, combinations  # noqa: PLC0415
    from allocator.studies.relocate.waves import by_wave  # noqa: PLC0415

    # Families decide about flats, not desks: with them each case would come several times over.
    bare = given.replace(family_scenarios=())
    found = combinations(bare, Names.of(bare, staff=staff))
    return [(each.name, by_wave(given, each)[-1]) for each in found]


def _with_rotas(
    named: Sequence[tuple[str, Scenario]], tables: Sequence[Path]
) -> list[tuple[str, Scenario]]:
    """Return each scenario with its own rotas, and with those of each table."""
    # The weeks that are there today are what the tables are to be compared with.
    found = list(named) if tables else []
    for path in tables:
        for name, given in named:
            found.append((" + ".join(filter(None, (name, path.stem))), read_rotas(given, path)))
    return found or list(named)
