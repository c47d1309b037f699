"""Certificates: bounds recomputed from multipliers by the checker's own reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from allocator.plan.certificate import Verdict, certificate_of, check_certificate
from allocator.plan.certificate.file import read_certificate, write_certificate
from allocator.plan.certificate.types import Certificate, Entry, Kind, Proof, digests
from allocator.plan.types import Plan, TermName
from allocator.scenario.types import Scenario
from allocator.search.bounds import dual_bounds
from allocator.search.bounds.organisations import organisation_bounds
from allocator.search.bounds.plans import NoPlans
from allocator.search.compile import compile_case
from allocator.search.options import SolveOptions
from allocator.search.solve import solve
from tests.builders import scenario
from tests.more import TIMES
from tests.search.enumeration import random_scenario

WHOLE = {"sharing": {"min_piece_desks": 100}, "trips": {"organisation": 9.0}}


def assignment(units: int = 7, price: float = 1.0) -> Scenario:
    """Units that stay whole on floors of two towers, with trips between them."""
    rng = np.random.default_rng(3)
    floors = [(f"A-{f}", "A" if f < 2 else "B", f, 10) for f in range(4)]
    people = [(f"u{i}", int(rng.integers(2, 6)), "P") for i in range(units)]
    costs = [(u, f, float(rng.uniform(-30, 30))) for u, *_ in people for f, *_ in floors]
    settings = WHOLE | {"prices": {"walking": price}}
    return scenario(floors=floors, headcounts=people, placement_costs=costs, settings=settings)


def certified(given: Scenario) -> tuple[Plan, Certificate]:
    """A plan of a scenario, and the certificate of its bound."""
    proofs: list[Proof] = []
    options = SolveOptions(time_limit_s=5, workers=1)
    plan = solve(given, options, on_proof=proofs.append)
    return plan, certificate_of(plan, given, *proofs)


@pytest.fixture(scope="module")
def closed() -> tuple[Plan, Certificate]:
    """An assignment that a tree closes."""
    return certified(assignment())


def refusal(given: Scenario, certificate: Certificate, **changes: object) -> str:
    """Why the certificate is refused once parts of its proof are other ones."""
    proof = replace(certificate.proof, **changes)  # type: ignore[arg-type]
    return check_certificate(given, replace(certificate, proof=proof)).refused or ""


def test_the_bound_of_a_tree_is_recomputed(closed: tuple[Plan, Certificate]) -> None:
    """Multipliers and branches prove the bound that the result shows, nothing on trust."""
    plan, certificate = closed
    found = check_certificate(assignment(), certificate, recompute_all=True)
    assert found.refused is None
    assert found.kind == Kind.ASSIGNMENT
    assert plan.bound is not None
    assert found.recomputed == pytest.approx(plan.bound, rel=1e-6)
    assert found.without_trust == pytest.approx(plan.bound, rel=1e-6)


def test_a_file_holds_all_of_a_certificate(
    closed: tuple[Plan, Certificate], tmp_path: Path
) -> None:
    """What is read proves what was written."""
    write_certificate(closed[1], tmp_path / "proof")
    read = read_certificate(tmp_path / "proof")
    assert check_certificate(assignment(), read) == check_certificate(assignment(), closed[1])


Tamper = Callable[[Certificate], dict[str, object]]


def raised(certificate: Certificate) -> dict[str, object]:
    """A multiplier of the first entry far off."""
    first, *others = certificate.proof.entries
    flat = first.multipliers.copy()
    flat[-1] += 1e6
    return {"entries": (replace(first, multipliers=flat), *others)}


def vast(certificate: Certificate) -> dict[str, object]:
    """No branch, and a multiplier so large that the sum of the bound is no number."""
    first = certificate.proof.entries[0]
    flat = first.multipliers.copy()
    flat[-1] = 1.7e308
    return {"entries": (replace(first, multipliers=flat),)}


def cut(certificate: Certificate) -> dict[str, object]:
    """One multiplier less."""
    first, *others = certificate.proof.entries
    return {"entries": (replace(first, multipliers=first.multipliers[1:]), *others)}


def pruned(certificate: Certificate) -> dict[str, object]:
    """A branch of the first entry less, with all below it."""
    entries = certificate.proof.entries
    gone, kept, number = {1}, [entries[0]], {0: 0}
    for n, entry in enumerate(entries[1:], 1):
        if n in gone or entry.parent in gone:
            gone.add(n)
            continue
        number[n] = len(kept)
        kept.append(replace(entry, parent=number[entry.parent]))
    return {"entries": tuple(kept)}


def boasting(certificate: Certificate) -> dict[str, object]:
    """A bound above the plan's total."""
    return {"bound": (certificate.total or 0.0) + 1.0}


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (raised, "its multipliers prove|lacks the branch"),
        (vast, "its multipliers prove|lacks the branch"),
        (cut, "multipliers, and the model takes"),
        (pruned, "lacks the branch|its multipliers prove"),
        (boasting, "lies above"),
        (lambda _: {"entries": ()}, "no multipliers"),
        (lambda c: {"nodes": c.proof.nodes[1:]}, "not those of the scenario"),
        (lambda _: {"trusted": {"walking": 1e6}}, "on trust what its model holds"),
    ],
)
def test_a_certificate_that_was_tampered_with_is_refused(
    closed: tuple[Plan, Certificate], tamper: Tamper, said: str
) -> None:
    """Whatever no longer proves the claim is refused, with the reason."""
    found = refusal(assignment(), closed[1], **tamper(closed[1]))
    assert any(part in found for part in said.split("|")), found


def test_a_certificate_of_another_scenario_is_refused(closed: tuple[Plan, Certificate]) -> None:
    """The tables that differ are named."""
    found = refusal(assignment(price=2.0), closed[1])
    assert found == "it was made for another scenario: settings differ"


def test_nothing_is_certified_without_a_dual() -> None:
    """Where no model fits the case, the certificate says so and holds."""
    given = scenario()
    _, certificate = certified(given)
    assert check_certificate(given, certificate) == Verdict(kind="none", shown=certificate.shown)


def ministries(seed: int = 1, extra_tower: float = 90.0) -> Scenario:
    """Organisations whose units may be divided, over two towers, with rules and costs."""
    rng = np.random.default_rng(seed)
    floors = [(f"{t}-{level}", t, level, 12) for t in "AB" for level in (1, 2, 3)]
    people = [(f"u{i}", int(rng.integers(4, 13)), f"o{i // 3}") for i in range(9)]
    costs = [(u, f, float(rng.uniform(-9, 9))) for u, *_ in people for f, *_ in floors]
    return scenario(
        floors=floors,
        headcounts=people,
        placement_costs=costs,
        affinities=[("o0", "o1", 40.0), ("u3", "u8", 7.0)],
        rules=[
            ("apart_tower", "o0", "o2"),
            ("never_in", "u1", "A-1"),
            ("max_towers", "o1", None, "1"),
        ],
        current=[{"unit_id": "u4", "floor_id": "B-1", "desks": 5}],
        settings={"sharing": {"min_piece_desks": 3}, "prices": {"extra_tower": extra_tower}},
    )


def test_the_bound_of_organisations_over_towers_is_recomputed() -> None:
    """The dual's bound follows from its multipliers, and contents from plain searches."""
    given, proof = ministries(), proof_of(ministries())
    certificate = Certificate(None, None, digests(given), proof)
    found = check_certificate(given, certificate, recompute_all=True)
    assert found.refused is None
    assert found.recomputed == pytest.approx(proof.bound, rel=1e-9)
    assert found.without_trust == pytest.approx(proof.bound, rel=1e-9)
    inside = found.trusted[-2]
    assert (inside.what, inside.recomputed) == ("contents", pytest.approx(inside.cost))


def test_contents_are_trusted_until_they_are_recomputed() -> None:
    """Contents that are too high are listed as trusted; with --all a plain search refuses them."""
    given, proof = ministries(), proof_of(ministries())
    higher = replace(proof, contents=proof.contents + 10.0)
    certificate = Certificate(None, None, digests(given), higher)
    trusting = check_certificate(given, certificate)
    assert [trusted.what for trusted in trusting.trusted] == ["open_floors", "contents", "sets"]
    strict = check_certificate(given, certificate, recompute_all=True)
    assert "a plain search finds" in (strict.refused or "")


TIGHT = 34
"""Ministries of which two do not fit into a tower without another cut."""


def test_what_ministries_pay_together_is_recomputed(tmp_path: Path) -> None:
    """A plain search finds it, too; more is trusted, and with --all refused."""
    given, proof = ministries(TIGHT), proof_of(ministries(TIGHT))
    write_certificate(Certificate(None, None, digests(given), proof), tmp_path / "proof")
    read = read_certificate(tmp_path / "proof")
    found = check_certificate(given, read, recompute_all=True)
    assert found.refused is None
    assert found.trusted[-1].what == "sets"
    assert found.trusted[-1].cost > 1.0
    more = tuple(replace(one, extra=one.extra + 10.0) for one in proof.together)
    certificate = replace(read, proof=replace(proof, together=more))
    assert check_certificate(given, certificate).refused is None
    strict = check_certificate(given, certificate, recompute_all=True)
    assert "more together in" in (strict.refused or "")
    nobody = replace(proof.together[0], nodes=(99,))
    strange = replace(read, proof=replace(proof, together=(nobody,)))
    assert "its sets are not" in (check_certificate(given, strange).refused or "")


def test_branches_by_who_is_apart_are_recomputed_and_none_may_lack() -> None:
    """Together they prove more than the whole model; without some of them less is proved."""
    given = ministries(25, extra_tower=3.0)
    proof = proof_of(given)
    certificate = Certificate(None, None, digests(given), proof)
    assert len(proof.entries) > 3
    found = check_certificate(given, certificate, recompute_all=True)
    assert found.refused is None
    assert found.recomputed == pytest.approx(proof.bound, rel=1e-9)

    def refused(entries: Sequence[Entry]) -> str:
        other = replace(certificate, proof=replace(proof, entries=tuple(entries)))
        return check_certificate(given, other).refused or ""

    first, *others = proof.entries
    assert "its multipliers prove" in refused([first])
    spoilt = [replace(entry, multipliers=entry.multipliers - 1e4) for entry in others]
    others_spoilt = [
        [first, *others[:k], entry, *others[k + 1 :]] for k, entry in enumerate(spoilt)
    ]
    assert sum("its multipliers prove" in refused(entries) for entries in others_spoilt) > 1
    assert "no branch of its parent" in refused([first, *others, others[-1]])
    assert "no parent before it" in refused([first, replace(others[0], parent=7)])
    short = replace(others[0], multipliers=others[0].multipliers[:-1])
    assert "does not have the" in refused([first, short])


def proof_of(given: Scenario) -> Proof:
    """What the dual of organisations over towers proves of a scenario."""
    case = compile_case(given)
    end = monotonic() + 0.3
    *_, (_, made) = organisation_bounds(case, 0.0, lambda: monotonic() > end, keeps=True)
    return made()


@pytest.mark.parametrize("seed", range(10 * TIMES))
def test_both_models_are_read_as_the_search_reads_them(seed: int) -> None:
    """Of cases drawn at random, every rule in them, certificates prove what duals proved."""
    given = random_scenario(seed)
    case, end = compile_case(given), monotonic() + 0.05
    terms = dict.fromkeys(TermName, 0.0)
    proved = dual_bounds(case, terms, KeepsTrees(), lambda: monotonic() > end)
    proofs = [make() for _, make in proved]
    for proof in [p for p in proofs if p.bound is not None and p.bound < 1e12][-1:]:
        assert proof.bound is not None
        certificate = Certificate(None, None, digests(given), proof)
        judged = check_certificate(given, certificate, recompute_all=True)
        assert judged.refused is None
        assert judged.recomputed is not None
        assert judged.recomputed >= proof.bound - 1e-9 * abs(proof.bound)


class KeepsTrees(NoPlans):
    """Nobody wants plans, but a certificate."""

    keeps_trees = True
