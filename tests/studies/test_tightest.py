"""The smallest ratio that fits, proved on both sides, and the largest that serves."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from time import monotonic
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.service import service_undivided
from allocator.plan.types import Status
from allocator.plan.verify import verify
from allocator.scenario.types import Scenario
from allocator.search.model.layout_model import LayoutModel
from allocator.search.solve import SolveOptions
from allocator.search.solver import Effort, Proof
from allocator.studies.explain.plans import Budget, as_given
from allocator.studies.tightest import Tightest, fits, report, tightest
from allocator.studies.tightest.fits import FitSearch
from allocator.studies.tightest.ratios import Ratios, text_down, text_up
from allocator.studies.tightest.relaxed import relaxer
from allocator.studies.tightest.serves import largest_that_serves
from tests.builders import scenario
from tests.search.enumeration import feasible_plans

PEAK = {"mean_share": 0.6, "weekday_factors": [1.2, 0.95, 0.95, 0.95, 0.95]}
"""72 % come on the peak day."""
APART = {"shared_by": "unit"}


def found(case: Scenario, seconds: float = 60.0) -> Tightest:
    """Return the answer; without `seconds` proof closes a case long before time is up."""
    return tightest(case, SolveOptions(time_limit_s=seconds, workers=1))


def towers(units: int, **attendance: Any) -> Scenario:
    """Return the published complex: four towers of one floor each, units of 50 left whole."""
    desks = {"T1": 439, "T2": 241, "T3": 439, "T4": 291}
    return scenario(
        floors=[(f"{tower}-1", tower, 1, number) for tower, number in desks.items()],
        headcounts=[(f"u{number:02}", 50) for number in range(units)],
        settings={"sharing": {"min_piece_share": "1"}, "attendance": PEAK | APART | attendance},
    )


def office(desks: list[int], people: list[int], **tables: Any) -> Scenario:
    """Return floors of one tower, and a unit for each number of people."""
    return scenario(
        floors=[(f"A-{level}", "A", level, number) for level, number in enumerate(desks, 1)],
        headcounts=[(f"u{number}", each) for number, each in enumerate(people)],
        **tables,
    )


@pytest.mark.parametrize(
    ("units", "smallest", "below"),
    [(30, Fraction(50, 43), Fraction(50, 44)), (32, Fraction(50, 41), Fraction(50, 42))],
)
def test_ratio_of_the_published_complex_is_closed(
    units: int, smallest: Fraction, below: Fraction
) -> None:
    """Far above people by desks, as units are whole: a plan at it, CP-SAT's proof below it."""
    fit = found(towers(units), seconds=2.0).fit
    assert (fit.status, fit.at_least, fit.people_per_desk) == (Status.OPTIMAL, smallest, smallest)
    assert (fit.ruled_out, fit.reasons[0].kind) == (below, "search")


def test_the_plan_is_checked_at_the_ratio() -> None:
    """The plan that comes along breaks no rule of the scenario at that ratio."""
    fit = found(towers(30)).fit
    assert fit.scenario is not None
    assert fit.plan is not None
    assert fit.scenario.settings.sharing.people_per_desk == Fraction(50, 43)
    assert verify(fit.scenario, as_given(fit.plan.pieces)).violations == ()


def test_a_ratio_may_do_both() -> None:
    """At 95 % the smallest ratio that fits is the largest that serves, and its plan serves."""
    told = found(towers(30))
    assert (told.does_both, told.served.people_per_desk) == (True, Fraction(50, 43))
    assert told.served.plan_people_per_desk == Fraction(50, 43)
    assert told.missing is None


def test_where_no_ratio_does_both_the_missing_desks_are_told() -> None:
    """At 99 % units need 45 desks; ten in a tower of 439 lack 11, which are enough."""
    told = found(towers(30, short_day_probability=0.01), seconds=2.0)
    assert (told.does_both, told.served.people_per_desk) == (False, Fraction(50, 45))
    assert told.missing is not None
    assert (told.missing.enough, sum(told.missing.added.values())) == (11, 11)


def test_desks_missing_in_all_are_counted_exactly() -> None:
    """Where counting is what rules a ratio out, as many desks as are lacking are enough."""
    told = found(office([30, 30], [40, 40], settings={"attendance": PEAK | APART}))
    assert told.served.people_per_desk == Fraction(40, 35)
    assert told.missing is not None
    assert (told.missing.least, told.missing.enough) == (10, 10)


def test_counting_is_the_proof_where_desks_are_too_few() -> None:
    """Just below the ratio more desks are needed than there are."""
    fit = found(office([50], [61])).fit
    assert (fit.people_per_desk, fit.ruled_out) == (Fraction(61, 50), Fraction(61, 51))
    assert fit.reasons[0].message.startswith("51 desks are needed and 50 may be used")


def test_a_large_case_is_halved_from_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one model is too slow, plans come from the search, each from the one before."""
    monkeypatch.setattr(fits, "LARGE", 0)
    fit = found(office([30, 20], [61, 20]), seconds=4.0).fit
    assert (fit.status, fit.people_per_desk) == (Status.OPTIMAL, Fraction(61, 37))
    assert fit.ruled_out == Fraction(61, 38)


def test_desks_for_everybody_need_no_proof() -> None:
    """At one desk a person nothing smaller is asked for."""
    fit = found(office([50], [50])).fit
    assert (fit.status, fit.people_per_desk) == (Status.OPTIMAL, Fraction(1))
    assert fit.ruled_out is None


def test_a_smaller_ratio_may_fit_where_larger_ones_do_not() -> None:
    """16 people on two floors of 8 fit at one desk each, though 15 desks fit on neither."""
    assert found(office([8, 8], [16])).fit.people_per_desk == 1
    fit = found(office([9, 7], [16])).fit
    assert (fit.status, fit.people_per_desk) == (Status.OPTIMAL, Fraction(16, 9))


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_ratio_is_that_of_trying_all(seed: int) -> None:
    """On small offices every plan of every ratio is tried, and the first ratio with one found."""
    draw = Random(seed)
    desks = [draw.randint(5, 15) for _ in range(3)]
    rules = draw.choice([[], [("contiguous", "u0")], [("at_least", "u0", "A-1", "5")]])
    ratios = Ratios(office(desks, [draw.randint(8, 20) for _ in range(2)], rules=rules))
    fitting = [ratios.values[i] for i in range(len(ratios)) if feasible_plans(ratios.at(i))]
    search = FitSearch(ratios, Budget(monotonic(), monotonic() + 5, workers=1))
    search.run()
    assert search.result().people_per_desk == min(fitting, default=None)


def test_a_relaxed_case_allows_what_any_smaller_ratio_does() -> None:
    """On 9 and 7 desks 15 do not fit in pieces of 8; relaxed they do, as 16 might be divided."""
    ratios = Ratios(office([9, 7], [16]))
    relaxed = relaxer(ratios.at(0))(ratios.at(1))
    cells = [(0, 0), (0, 1)]
    model = LayoutModel(relaxed, cells, {}, may_be_short=False)
    assert model.solve(Effort(5.0)).proof is Proof.OPTIMAL
    assert not feasible_plans(ratios.at(1))


def test_units_keep_a_ratio_of_their_own() -> None:
    """Only the others share more; where all keep theirs, one is as good as another."""
    own = {"unit_id": "Army", "headcount": 20, "people_per_desk": "1"}
    fit = found(scenario(headcounts=[own, ("Finance", 50)])).fit
    assert fit.people_per_desk == Fraction(50, 40)
    assert found(scenario(headcounts=[own])).fit.people_per_desk == 1


def test_pins_end_what_may_be_shared() -> None:
    """20 desks pinned for 30 people fit from 1.2 on; of 30 desks pinned nothing is left to fit."""
    pin = [("at_least", "u0", "A-1", "20")]
    assert found(office([25], [30], rules=pin)).fit.people_per_desk == Fraction(6, 5)
    fit = found(office([40, 15], [30, 40], rules=[("at_least", "u0", "A-1", "30")])).fit
    assert (fit.status, fit.at_least, fit.plan) == (Status.INFEASIBLE, None, None)
    assert {reason.kind for reason in fit.reasons} == {"desks", "at_least"}


def test_where_nothing_helps_it_is_said() -> None:
    """Units that need what no floor has fit at no ratio."""
    units = [{"unit_id": "u0", "organisation_id": "u0", "needs": ["vault"]}]
    told = found(office([50], [20], units=units))
    assert (told.fit.status, told.does_both) == (Status.INFEASIBLE, False)


def test_out_of_time_is_an_interval() -> None:
    """Without time there is no plan, and what counting proved still stands."""
    told = found(towers(30), seconds=1e-6)
    assert (told.fit.status, told.fit.plan) == (Status.UNKNOWN, None)
    assert told.fit.at_least is not None
    assert (told.does_both, told.served.people_per_desk) == (None, Fraction(50, 43))


def test_everybody_must_be_placed() -> None:
    """That desks may stay unplaced does not make a ratio fit."""
    settings = {"options": {"allow_unplaced": True}}
    assert found(office([50], [61], settings=settings)).fit.people_per_desk == Fraction(61, 50)


def test_capacity_by_chance_is_refused() -> None:
    """Where who comes decides what a floor holds, no ratio says how many desks are needed."""
    with pytest.raises(InputError, match=r"sharing\.capacity: expected ratio"):
        tightest(scenario(settings={"sharing": {"capacity": "chance"}}))


@pytest.mark.parametrize(("come", "serves"), [(0.3, True), (0.9, None)])
def test_where_all_on_a_floor_share_a_plan_alone_tells_what_serves(
    come: float, serves: bool | None
) -> None:
    """No ratio is called the largest that serves; the plan that fits serves, or that is open."""
    case = office([50], [40, 20], settings={"attendance": {"mean_share": come}})
    told = found(case, seconds=2.0)
    assert (told.served.people_per_desk, told.does_both, told.missing) == (None, serves, None)
    floors = "on 0 of 1 floor" if serves else "on 1 of 1 floor"
    assert floors in report.text(told)


def test_the_largest_that_serves_is_what_compare_says() -> None:
    """Of the ratios at which a demand changes, undivided units serve up to it and no further."""
    units = [("a", 50), ("b", 23), ("c", 9, "C", 2), ("d", 4)]
    ratios = Ratios(scenario(headcounts=units, settings={"attendance": APART}))
    chances = [service_undivided(ratios.at(place)) for place in range(len(ratios))]
    serving = [chance is not None and chance.worst_short_day <= 0.05 for chance in chances]
    assert serving.index(False) - 1 == largest_that_serves(ratios).place


def test_the_unit_that_sets_the_limit_is_named() -> None:
    """Twenty who come every day need twenty desks, which they have below 20/19 people per desk."""
    army = {"unit_id": "Army", "headcount": 20, "attendance_share": 1.0}
    case = scenario(headcounts=[("Finance", 30), army], settings={"attendance": APART})
    served = found(case).served
    assert (served.unit_id, served.desks) == ("Army", 20)
    assert (served.people_per_desk, served.below) == (Fraction(30, 29), Fraction(20, 19))


def test_a_unit_short_by_its_own_ratio_serves_at_none() -> None:
    """No ratio of the others helps a unit that keeps too large a one of its own."""
    army = {"unit_id": "Army", "headcount": 20, "attendance_share": 1.0, "people_per_desk": "1.2"}
    case = scenario(headcounts=[("Finance", 30), army], settings={"attendance": APART})
    told = found(case)
    assert (told.served.people_per_desk, told.served.unit_id) == (None, "Army")
    assert (told.does_both, told.missing) == (False, None)


def test_values_are_rounded_to_the_safe_side() -> None:
    """A ratio that fits is rounded up, as less would not do; one that serves is rounded down."""
    assert (text_up(Fraction(50, 43)), text_down(Fraction(50, 43))) == (
        "50/43 (1.1628)", "50/43 (1.1627)",
    )  # fmt: skip
    assert text_up(Fraction(5, 4)) == text_down(Fraction(5, 4)) == "1.25"
