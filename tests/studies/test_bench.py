"""The benchmark: its cases, its processes, how attempts are judged, and the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError, SolveFailedError
from allocator.plan.types import TracePoint
from allocator.scenario.types import Scenario
from allocator.scenario.write import write_scenario
from allocator.search.case import Case
from allocator.studies.bench import attempt as attempts
from allocator.studies.bench.cases import bench_cases, sizes
from allocator.studies.bench.child import Ending, in_a_process
from allocator.studies.bench.files import document, write_bench
from allocator.studies.bench.lines import lines, news, peer_summaries
from allocator.studies.bench.peers import Peer
from allocator.studies.bench.protocol import protocol
from allocator.studies.bench.run import Step, run_bench
from allocator.studies.bench.scale import growth, scale
from allocator.studies.bench.types import (
    Allowance,
    Answer,
    Attempt,
    BenchCase,
    BenchStatus,
    Claim,
    Notes,
)
from tests.builders import scenario as build
from tests.studies.work import dead, large, slow, wrong

ALLOWED = Allowance(seconds=5, workers=1, seed=0)
SAID = protocol(
    "allocator bench",
    time_limit_s=5,
    seeds=(0, 1),
    workers=1,
    peers=("first-fit",),
    compile_s=20.0,
)
OFFICE = build(
    floors=[("a1", "A", 1, 10), ("a2", "A", 2, 10)],
    headcounts=[("u1", 6), ("u2", 6)],
    settings={"prices": {"open_desk": 5.0}},
)


def attempted(total: float | None = None, **changes: Any) -> Attempt:
    """Return an attempt at one case, with figures that follow from its total."""
    answer = {"total": total, "bound": changes.pop("bound", None), "seconds": 2.0}
    status = BenchStatus.UNKNOWN if total is None else BenchStatus.FEASIBLE
    found = Answer.model_validate({"status": status, "first_plan_s": total} | answer)
    row = {"family": "data", "case": "office", "units": 2, "floors": 2, "size": None}
    row |= {"peer": "allocator", "seed": 0, "best_known": None, "is_proved": False}
    return Attempt.model_validate(row | {"answer": found} | changes)


def test_cases_are_found_with_what_others_reached(tmp_path: Path) -> None:
    """A folder stands for the scenarios in it, one of them for itself; totals lie beside them."""
    write_scenario(OFFICE, tmp_path / "family" / "office")
    write_scenario(OFFICE, tmp_path / "family" / "other")
    known = "instance,best_known,proved_optimal,source\noffice,12.5,yes,us\n"
    (tmp_path / "family" / "best_known.csv").write_text(known)
    found = bench_cases([tmp_path / "family", tmp_path / "family" / "other"])
    told = [(case.family, case.name, case.best_known, case.is_proved) for case in found]
    assert told[0] == ("family", "office", 12.5, True)
    assert told[1:] == [("family", "other", None, False)] * 2


def test_everything_wrong_with_the_cases_is_said(tmp_path: Path) -> None:
    """Folders without a scenario, and scenarios that cannot be read, are named together."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "floors.csv").write_text("floor_id,tower_id,level,desks\nA,A,1,few\n")
    with pytest.raises(InputError) as refusal:
        bench_cases([tmp_path / "nowhere", tmp_path / "bad"])
    assert "nowhere: expected a scenario folder" in str(refusal.value)
    assert "few" in str(refusal.value)


@pytest.mark.parametrize("text", ["", "0", "-1", "one", "nan", "1000"])
def test_sizes_that_make_no_sense_are_refused(text: str) -> None:
    """A country's size is a number above 0, and not beyond what memory holds."""
    assert sizes("0.5,2") == (0.5, 2.0)
    with pytest.raises(InputError):
        sizes(text)


@pytest.mark.parametrize(
    ("work", "seconds", "said"),
    [
        (slow, 0.5, "ended after 0.5 s"),
        (large, 30, "MB of memory"),
        (wrong, 30, "ValueError: planted"),
        (dead, 30, "exit code 7"),
    ],
)
def test_a_process_that_gives_no_answer_is_ended(
    work: Callable[[], Any], seconds: float, said: str
) -> None:
    """Too long, too large, an error and a sudden death are each told as what they are."""
    with pytest.raises(SolveFailedError, match=said):
        in_a_process(Ending(seconds, 400, lambda: False), work)


def test_a_process_that_is_no_longer_wanted_is_ended() -> None:
    """Once it is to stop, there is no answer."""
    assert in_a_process(Ending(30, 4000, lambda: True), slow) is None


def test_a_process_answers() -> None:
    """What the work returns comes back."""
    assert in_a_process(Ending(30, 4000, lambda: False), divmod, 17, 5) == (3, 2)


def planted(*plans: dict[tuple[str, str], int], **claim: Any) -> Peer:
    """Return a peer that notes these plans and claims this."""

    def solve(_case: Case, _allowance: Allowance, notes: Notes) -> Claim:
        for pieces in plans:
            notes.add(pieces)
        return Claim(**{"status": BenchStatus.OPTIMAL} | claim)

    return Peer(solve, "planted", is_one_model=False)


def answer_of(peer: Peer, monkeypatch: pytest.MonkeyPatch, case: Scenario = OFFICE) -> Answer:
    monkeypatch.setitem(attempts.PEERS, "planted", peer)
    return attempts.attempt("planted", case, ALLOWED)


BOTH_ON_ONE = {("u1", "a1"): 5, ("u2", "a1"): 5}
APART = {("u1", "a1"): 6, ("u2", "a2"): 6}


def test_a_plan_that_breaks_the_scenario_is_reported_as_invalid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A peer is not believed: one desk too few, and there is no total."""
    answer = answer_of(planted(BOTH_ON_ONE), monkeypatch)
    assert (answer.status, answer.total) == (BenchStatus.INVALID, None)
    assert "u1" in answer.message


def test_the_best_valid_plan_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all plans a peer gave, those that break nothing count, and of these the best."""
    answer = answer_of(planted(BOTH_ON_ONE, APART, bound=None), monkeypatch)
    assert (answer.status, answer.total) == (BenchStatus.FEASIBLE, 100.0)
    assert [point.total for point in answer.trace] == [100.0]


@pytest.mark.parametrize(("bound", "status"), [(100.0, "optimal"), (99.0, "feasible")])
def test_a_plan_is_optimal_only_if_the_bound_says_so(
    bound: float, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a peer calls optimal is so if the checker's total meets the bound."""
    assert answer_of(planted(APART, bound=bound), monkeypatch).status == status


def tried(
    monkeypatch: pytest.MonkeyPatch, cases: list[BenchCase], stop_after: int = 99
) -> list[tuple[str, str, int, str]]:
    """Return case, peer, seed and status of every attempt, none of which is really made."""
    steps: list[Step] = []

    def answered(_ending: Ending, _work: Any, peer: str, *_: Any) -> Answer:
        if peer == "cp-sat":
            raise SolveFailedError("planted")
        return Answer(status=BenchStatus.FEASIBLE)

    monkeypatch.setattr("allocator.studies.bench.run.in_a_process", answered)
    peers = SAID.model_copy(update={"peers": ("allocator", "first-fit", "cp-sat")})
    rows = run_bench(
        cases, peers, on_step=steps.append, should_stop=lambda: len(steps) > stop_after
    )
    return [(row.case, row.peer, row.seed, row.answer.status.value) for row in rows]


GIVEN = BenchCase("office", "data", OFFICE)
GENERATED = BenchCase("country", "countries", OFFICE, size=1)


def test_everybody_tries_every_case_with_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not random runs once, and a peer that fails does not stop the others."""
    found = tried(monkeypatch, [GIVEN])
    assert [row[1:] for row in found] == [
        ("allocator", 0, "feasible"),
        ("allocator", 1, "feasible"),
        ("first-fit", 0, "feasible"),
        ("cp-sat", 0, "failed"),
        ("cp-sat", 1, "failed"),
    ]


def test_countries_are_for_us_and_first_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One model of everything is not tried at the size of countries."""
    assert {row[1] for row in tried(monkeypatch, [GENERATED])} == {"allocator", "first-fit"}


def test_a_stopped_benchmark_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts before the stop are returned, later ones are not begun."""
    assert len(tried(monkeypatch, [GIVEN, GENERATED], stop_after=2)) == 2


def test_a_median_counts_a_seed_without_a_plan_as_the_worst() -> None:
    """Of three seeds two with a plan give the worse of these; one gives none."""
    some = [attempted(total, seed=seed) for seed, total in enumerate((10.0, None, 12.0))]
    few = [attempted(total, seed=seed) for seed, total in enumerate((10.0, None, None))]
    assert lines(some)[0].total == 12.0
    assert (lines(few)[0].total, lines(few)[0].plans) == (None, 1)


def test_a_total_is_measured_by_the_best_known_or_the_best_here() -> None:
    """Without a best known total, the best of all peers is 0 % above the best."""
    ours, theirs = attempted(100.0), attempted(110.0, peer="first-fit")
    known = [attempted(100.0, best_known=80.0)]
    assert [line.above_best for line in lines([ours, theirs])] == pytest.approx([0, 0.1])
    assert [line.above_best for line in lines(known)] == [0.25]


def test_a_family_is_summed_up_by_peer() -> None:
    """Cases, plans, best ones and the mean distance are counted over a family."""
    rows = [
        attempted(100.0, best_known=100.0),
        attempted(120.0, case="shop", best_known=100.0),
        attempted(None, case="yard", best_known=100.0),
    ]
    (found,) = peer_summaries(lines(rows))
    assert (found.cases, found.plans, found.at_best) == (3, 2, 1)
    assert found.above_best == pytest.approx(0.1)


def test_news_are_totals_below_and_bounds_above_the_best_known() -> None:
    """Either would be wrong or worth telling; reaching the best known is neither."""
    reached = attempted(100.0, best_known=100.0, bound=100.0)
    below = attempted(99.0, best_known=100.0, bound=99.0)
    above = attempted(None, best_known=100.0, bound=101.0)
    assert news([reached]) == []
    assert "below the best known" in news([below])[0]
    assert "a bug" in news([above])[0]


def test_growth_is_the_exponent_of_a_power_law() -> None:
    """Points on 3 · units^1.5 give just that; one size gives nothing."""
    points = [(units, 3 * units**1.5) for units in (10, 20, 40)]
    found = growth([*points, (80, None)])
    assert found is not None
    assert (found.factor, found.exponent) == pytest.approx((3, 1.5))
    assert growth(points[:1]) is None


def countries() -> list[Attempt]:
    """Return two sizes of country, solved by us and by first-fit."""
    rows = []
    for size, units, total in ((0.5, 1500, 40.0), (1, 3000, 80.0)):
        where = {"family": "countries", "case": f"country-{size:g}", "size": size, "units": units}
        rows += [attempted(total, **where), attempted(2 * total, peer="first-fit", **where)]
    return rows


def test_countries_are_compared_with_first_fit() -> None:
    """Each size has its total as a part of first-fit's, and the first plan's growth."""
    found = scale(lines(countries()))
    assert [row.part_of_first_fit for row in found.rows] == [0.5, 0.5]
    assert found.first_plan is not None
    assert found.first_plan.exponent == pytest.approx(1)


def test_a_report_shows_the_worse_results_too(tmp_path: Path) -> None:
    """Protocol, every case and every peer are in the report, also one that failed."""
    failed = attempted(None, peer="cp-sat").model_copy(
        update={"answer": Answer(status=BenchStatus.FAILED, message="died | alone")}
    )
    traced = attempted(50.0).answer.model_copy(
        update={"trace": (TracePoint(seconds=1, total=50.0, bound=40.0),)}
    )
    rows = [attempted(50.0, answer=traced), failed, *countries()]
    files = write_bench(rows, SAID, tmp_path)
    text = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "| office | cp-sat | failed | – |" in text
    assert "died \\| alone" in text
    assert "grows as units^1.00" in text
    assert all(file.stat().st_size for file in files)


def test_a_document_has_a_row_for_every_attempt() -> None:
    """JSON has protocol, rows as in the table, and growth."""
    found = document([attempted(50.0, best_known=40.0)], SAID)
    assert found["protocol"]["seeds"] == [0, 1]
    assert found["rows"][0]["above_best"] == 0.25
    assert "trace" not in found["rows"][0]
