"""What the page asks for once a plan is changed by hand: its own code, where Node.js is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from allocator.plan.types import Status
from allocator.scenario.read import scenario_from_json
from allocator.search.solve import SolveOptions, solve
from api import page

NODE = shutil.which("node")
STATE = Path(page.__file__).parent / "static" / "state.js"
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js")

OFFICE: dict[str, Any] = {
    "floors": [
        {"floor_id": floor, "tower_id": floor[0], "level": 1, "desks": 60}
        for floor in ("A-1", "B-1")
    ],
    "headcounts": [{"unit_id": "Finance", "organisation_id": "Treasury", "headcount": 50}],
}
SCENARIO = "page.changedScenario()"
PIECE = {"unit_id": "Finance", "floor_id": "A-1", "desks": 50, "people": 50}
PIN = 'page.edit({kind: "pin", unit: "Finance", floor: "A-1"});'
MOVE = 'page.edit({kind: "move", unit: "Finance", from: "A-1", floor: "B-1", desks: 50});'
PEOPLE = 'page.edit({kind: "people", unit: "Finance", people: 12});'


def changed(script: str, **tables: Any) -> dict[str, Any]:
    """Return the scenario that the page asks for after a script, the unit being on A-1."""
    given = json.dumps(OFFICE | tables), json.dumps({"placements": [PIECE]})
    answer: dict[str, Any] = run(f"page.take({given[0]}, {given[1]}, null); {script}", SCENARIO)
    return answer


def run(script: str, told: str) -> Any:
    """Return what the page's module tells after a script."""
    code = (
        f"const page = await import({json.dumps(STATE.as_uri())}); {script}"
        f"console.log(JSON.stringify({told}));"
    )
    command = [str(NODE), "--experimental-default-type=module", "--input-type=module", "-e", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "change",
    ['page.edit({kind: "ratio", ratio: 1.6});', PEOPLE],
    ids=["a higher ratio", "fewer people"],
)
def test_a_pinned_unit_stays_with_the_desks_it_needs_then(change: str) -> None:
    """With a higher ratio, or fewer people, there is a plan, and the unit is where it was."""
    scenario = scenario_from_json(changed(PIN + change))
    plan = solve(scenario, SolveOptions(time_limit_s=5, workers=1))
    assert plan.status is Status.OPTIMAL
    assert [row.floor_id for row in plan.placements] == ["A-1"]


def test_a_unit_that_is_not_pinned_is_free() -> None:
    """Nothing is asked of it."""
    assert "rules" not in changed("")


def test_a_pin_narrows_down_what_a_rule_allows() -> None:
    """The unit's own rows of only_in give way to narrower ones, others stay."""
    rules = [
        {"rule": "only_in", "subject": "Finance", "object": "A"},
        {"rule": "max_floors", "subject": "Finance", "value": "1"},
    ]
    pinned = {"rule": "only_in", "subject": "Finance", "object": "A-1"}
    assert changed(PIN, rules=rules)["rules"] == [rules[1], pinned]


def test_a_pin_against_a_rule_has_no_plan() -> None:
    """A unit moved by hand to where a rule forbids it: both are asked for, and that is said."""
    rules = [{"rule": "only_in", "subject": "Finance", "object": "A"}]
    scenario = scenario_from_json(changed(MOVE, rules=rules))
    assert solve(scenario, SolveOptions(time_limit_s=5, workers=1)).status is Status.INFEASIBLE


def test_changes_are_taken_back_one_by_one_and_what_follows_from_them_too() -> None:
    """Without its first move, a second from there does nothing; undo brings both back."""
    given = json.dumps(OFFICE), json.dumps({"placements": [PIECE]})
    again = MOVE.replace('"B-1"', '"C-1"').replace('"A-1"', '"B-1"')
    script = f"page.take({given[0]}, {given[1]}, null); {MOVE} {again} const told = [];"
    look = "told.push([...page.state.pieces.values()].map((piece) => piece.floor));"
    steps = ("", "page.drop(page.state.edits[0]);", "page.undo();", "page.reset();")
    told = run(script + "".join(step + look for step in steps), "told")
    assert told == [["C-1"], ["A-1"], ["C-1"], ["A-1"]]


def test_what_is_changed_back_is_no_change() -> None:
    """A headcount as it was, and a pin that is lifted, leave nothing to be solved again."""
    given = json.dumps(OFFICE), json.dumps({"placements": [PIECE]})
    back = PEOPLE.replace("12", "50"), PIN.replace('"pin"', '"free"')
    script = f"page.take({given[0]}, {given[1]}, null); {PEOPLE} {PIN} {''.join(back)}"
    assert run(script, "[page.isChanged(), page.state.pins.size]") == [False, 0]


def test_people_of_a_unit_are_those_of_its_scheme_and_all_its_waves() -> None:
    """30 come with the first wave and 20 with the second; the other scheme is left alone."""
    unit = {"unit_id": "Finance", "organisation_id": "Treasury"}
    heads = [
        unit | {"headcount": 30, "wave": 1, "scheme": "180k"},
        unit | {"headcount": 20, "wave": 2, "scheme": "180k"},
        unit | {"headcount": 12, "scheme": "118k"},
    ]
    scheme = {"headcounts": heads, "settings": {"options": {"scheme": "180k"}}}
    more = PEOPLE.replace("12", "54")
    for script, told in ((PEOPLE, [12, 0, 12]), (more, [30, 24, 12])):
        found = changed(script, **scheme)["headcounts"]
        assert [row["headcount"] for row in found] == told


def test_what_units_of_today_became_outlives_a_plan_made_from_the_one_before() -> None:
    """A plan that moves as few as possible knows none of them; what is asked next does again."""
    heirs = [{"unit_id": "Finance", "predecessor_id": "Money"}]
    today = [{"unit_id": "Money", "floor_id": "A-1", "desks": 50}]
    given = OFFICE | {"current": today, "predecessors": heirs}
    plan, kept = json.dumps({"placements": [PIECE]}), json.dumps({"pins": [], "forbidden": []})
    gentle = given | {"current": [PIECE], "predecessors": []}
    script = (
        f"page.take({json.dumps(given)}, {plan}, null);"
        f"page.take({json.dumps(gentle)}, {plan}, null, {kept});"
    )
    assert run(script, "[page.state.current, page.state.predecessors]") == [today, heirs]


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (
            [
                {"rule": "kept_for", "subject": "Health", "object": "A"},
                {"rule": "kept_for", "subject": "Finance", "object": "A-1"},
            ],
            "violation.kept_for",
        ),
        (
            [
                {"rule": "levels", "subject": "Treasury", "value": "0..9"},
                {"rule": "levels", "subject": "Finance", "value": "2..3"},
            ],
            "violation.levels",
        ),
        ([{"rule": "kept_for", "subject": "Finance", "object": "A"}], None),
    ],
)
def test_a_floor_is_red_where_any_rule_would_break(rules: Any, why: str | None) -> None:
    """Rules of a unit and of its organisation all hold, and places are kept each by itself."""
    given = json.dumps(OFFICE | {"rules": rules})
    script = f"page.take({given}, {json.dumps({'placements': [PIECE]})}, null);"
    assert run(script, 'page.whyNot("Finance", "A-1")') == why
