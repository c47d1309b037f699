"""Certificates of bounds: a bound recomputed from multipliers, sharing nothing with the search.

What is recomputed is the labelled model, by the checker's own reading of the scenario, and its
bound at the multipliers by the formula. What is taken on trust is listed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.plan.certificate.assignment import IN_MODEL, assignment_model, leaf_of
from allocator.plan.certificate.branches import Branches
from allocator.plan.certificate.contents import contents, extras
from allocator.plan.certificate.counting import counted
from allocator.plan.certificate.dual import Model
from allocator.plan.certificate.organisations import Organisations
from allocator.plan.certificate.reading import Reading
from allocator.plan.certificate.tree import RefusedError, Tree
from allocator.plan.certificate.types import Certificate, Floats, Kind, Proof, Together, digests
from allocator.plan.data import PlanData, Record, TermName
from allocator.scenario.types import Scenario

__all__ = ["Trusted", "Verdict", "certificate_of", "check_certificate"]

ROUNDING = 1e-9
"""Part of a bound by which it may lie above what it is compared with, by rounding alone."""


class Trusted(Record):
    """What a bound takes from elsewhere.

    Attributes
    ----------
    what
        The name of a term; `contents`, all that organisations pay inside towers; or `sets`, what
        the bound owes to what some of them pay more together.
    cost
        Person-minutes a week that the certificate says it comes to at least.
    recomputed
        What a plain search came to; None where none was made.
    """

    what: str
    cost: float
    recomputed: float | None = None


class Verdict(Record):
    """What became of a certificate.

    Attributes
    ----------
    kind
        Of the model that its multipliers are of.
    refused
        Why it proves nothing; None if it holds.
    claimed, shown
        The bound that it is to prove, and the one that the result shows.
    recomputed
        The bound at its multipliers, with what is taken on trust as it is given.
    without_trust
        The same with what was recomputed in its place; None where nothing was.
    trusted
        What is taken on trust.
    """

    kind: str
    refused: str | None = None
    claimed: float | None = None
    shown: float | None = None
    recomputed: float | None = None
    without_trust: float | None = None
    trusted: tuple[Trusted, ...] = ()


def certificate_of(plan: PlanData, scenario: Scenario, proof: Proof | None = None) -> Certificate:
    """Return the certificate of a plan's bound; without a proof it claims nothing.

    Parameters
    ----------
    plan
        As it was answered; its bound may be lower than what the proof comes to, and is then
        claimed.
    scenario
        What it is a plan of: the certificate names it by digests.
    proof
        Multipliers of a dual or tree, as the search kept them.
    """
    total, proof = plan.objective.total, proof or Proof()
    if proof.bound is not None and plan.bound is not None:
        proof = replace(proof, bound=min(proof.bound, plan.bound))
    return Certificate(plan.bound, total, digests(scenario), proof)


def check_certificate(
    scenario: Scenario, certificate: Certificate, *, recompute_all: bool = False
) -> Verdict:
    """Return whether a certificate proves its bound for the scenario.

    A certificate that proves less than it claims, or is of another scenario, is refused with a
    sentence; nothing is raised.

    Parameters
    ----------
    scenario
        Read anew, by the checker's own code.
    certificate
        As `file.read_certificate` reads it.
    recompute_all
        Whether plain searches recompute what it takes on trust, as far as they can.
    """
    proof = certificate.proof
    verdict = Verdict(kind=proof.kind.value, claimed=proof.bound, shown=certificate.shown)
    try:
        _refuse_others(scenario, certificate)
        if proof.kind is Kind.NONE:
            return verdict
        return verdict.model_copy(update=_recomputed(scenario, proof, recompute_all=recompute_all))
    except RefusedError as error:
        return verdict.model_copy(update={"refused": str(error)})


def _refuse_others(scenario: Scenario, certificate: Certificate) -> None:
    """Refuse a certificate of another scenario, or with a claim that no bound may make."""
    mine, proof = digests(scenario), certificate.proof
    names = sorted({*mine, *certificate.scenario})
    # Before anything is recomputed: a bound of another scenario may be sound, and of no use here.
    differ = [name for name in names if mine.get(name) != certificate.scenario.get(name)]
    if differ:
        raise RefusedError(f"it was made for another scenario: {', '.join(differ)} differ")
    if (proof.kind is Kind.NONE) != (proof.bound is None):
        raise RefusedError("it claims a bound without a proof, or has a proof without a claim")
    if proof.kind is not Kind.NONE and scenario.by_chance:
        raise RefusedError("nothing can be recomputed where capacity is by chance")
    for name, total in (("the plan's total", certificate.total), ("the bound", certificate.shown)):
        # No bound of the total lies above a plan's, so such a claim is wrong whatever its
        # multipliers prove.
        if proof.bound is not None and total is not None and not reaches(total, proof.bound):
            raise RefusedError(
                f"it claims {proof.bound:,.1f}, which lies above {name}, {total:,.1f}"
            )


def _recomputed(scenario: Scenario, proof: Proof, *, recompute_all: bool) -> dict[str, object]:
    """Return what the proof comes to, as fields of a `Verdict`.

    Raises
    ------
    RefusedError
        If that is below its claim, or trust is put in what the model holds itself.
    """
    _refuse_trust(proof)
    reading, claim = Reading(scenario), proof.bound or 0.0
    of_kind = _of_assignment if proof.kind is Kind.ASSIGNMENT else _of_organisations
    bound, inside = of_kind(reading, proof, recompute_all=recompute_all)
    if not reaches(bound, claim):
        raise RefusedError(f"it claims {claim:,.1f}, and its multipliers prove {bound:,.1f}")
    # Counting may find less than was claimed; the difference is taken off the bound.
    counts = counted(reading) if recompute_all else {}
    trusted = [
        Trusted(what=name, cost=cost, recomputed=counts.get(name))
        for name, cost in proof.trusted.items()
    ]
    missing = sum(max(t.cost - t.recomputed, 0.0) for t in trusted if t.recomputed is not None)
    return {
        "recomputed": bound,
        "without_trust": bound - missing if recompute_all else None,
        "trusted": (*trusted, *inside),
    }


def _of_assignment(
    reading: Reading, proof: Proof, *, recompute_all: bool
) -> tuple[float, tuple[Trusted, ...]]:
    """Evaluate a tree, or a dual, of units by floors; it has no contents to recompute."""
    # One signature for both kinds.
    del recompute_all

    def name(node: int, label: int) -> str:
        return f"{proof.nodes[node]} on {proof.places[label]}"

    model = assignment_model(reading, proof, sum(proof.trusted.values()))
    tree = Tree(proof.entries, proof.bound or 0.0, leaf_of(reading, proof), name)
    return tree.bound(model), ()


def _of_organisations(
    reading: Reading, proof: Proof, *, recompute_all: bool
) -> tuple[float, tuple[Trusted, ...]]:
    """Evaluate a dual of organisations over towers; return also their contents.

    Raises
    ------
    RefusedError
        If multipliers are missing, or contents lie above what plain searches find.
    """
    made = Organisations(reading, proof)
    model = made.model(sum(proof.trusted.values()), proof.contents)
    branches = Branches(proof.entries)
    again, together = None, None
    # Twice: what the bound owes to sets of organisations is the difference.
    bound, without = branches.bound(model), branches.bound(_nothing_extra(model))
    if recompute_all:
        searched = contents(made)
        _refuse_contents(proof, searched)
        _refuse_extras(proof, extras(made, proof.contents))
        again, together = _least_sum(searched), bound - without
    inside = Trusted(what="contents", cost=_least_sum(proof.contents), recomputed=again)
    return bound, (inside, Trusted(what="sets", cost=bound - without, recomputed=together))


def _nothing_extra(model: Model) -> Model:
    """Return the model in which no set of organisations pays more than its members do."""
    sets = (replace(one, extra=np.zeros(len(one.extra))) for one in model.sets)
    return replace(model, sets=tuple(sets))


def _refuse_extras(proof: Proof, searched: list[Together]) -> None:
    """Refuse sets that pay more than a plain search finds."""
    for claimed, found in zip(proof.together, searched, strict=True):
        # Less than is found would be sound. More would prove too much.
        if claimed.extra > found.extra + ROUNDING * (1.0 + abs(found.extra)):
            names = ", ".join(proof.nodes[i] for i in claimed.nodes)
            raise RefusedError(
                f"it says that {names} pay {claimed.extra:,.1f} more together in "
                f"{proof.places[claimed.place]}, and a plain search finds {found.extra:,.1f}"
            )


def _refuse_contents(proof: Proof, searched: Floats) -> None:
    """Refuse contents above what a plain search of the same model finds."""
    for i, t in np.argwhere(proof.contents > searched + ROUNDING * (1.0 + np.abs(searched))):
        raise RefusedError(
            f"it says that {proof.nodes[i]} pays {proof.contents[i, t]:,.1f} for itself in "
            f"{proof.places[t]}, and a plain search finds {searched[i, t]:,.1f}"
        )


def _least_sum(inside: Floats) -> float:
    """Return what all organisations pay inside, each in its cheapest tower."""
    least = inside.min(axis=1, initial=np.inf)
    # Who fits no tower by itself is apart in every plan, and pays nothing here.
    return float(least[np.isfinite(least)].sum())


def _refuse_trust(proof: Proof) -> None:
    """Refuse constants that are no terms, or terms that the model holds itself."""
    # A term that the model holds would count twice.
    may = {TermName.OPEN_FLOORS.value}
    if proof.kind is Kind.ASSIGNMENT:
        may = {name.value for name in TermName} - IN_MODEL
    strange = sorted(set(proof.trusted) - may)
    if strange:
        raise RefusedError(f"it takes on trust what its model holds: {', '.join(strange)}")


def reaches(bound: float, claim: float) -> bool:
    """Tell whether a bound is at least another, but for rounding."""
    return bound >= claim - ROUNDING * max(abs(claim), 1.0)
