"""The page of terms: what each counts, what one costs, and a plan that shows it."""

from __future__ import annotations

from allocator.plan.types import TermName
from allocator.scenario.settings import Prices
from allocator.texts import texts
from made.tables import table

COUNTS = {
    TermName.EXTRA_TOWERS: ("towers of an organisation beyond its first", "extra_tower"),
    TermName.EXTRA_FLOORS: ("floors of a unit beyond its first", "extra_floor"),
    TermName.GAPS: (
        "levels that an organisation leaves out between its lowest and its highest, in each tower",
        "extra_gap",
    ),
    TermName.OPEN_FLOORS: (
        "floors in use; each costs its `open_price`, or this for each of its desks",
        "open_desk",
    ),
    TermName.WALKING: ("minutes that people walk in a week", "walking"),
    TermName.PLACEMENT_COST: (
        "person-minutes a week from the table `placement_costs`, by the share placed there",
        None,
    ),
    TermName.PEOPLE_MOVED: ("people who move from where `current` has them", "move"),
}


def page() -> str:
    """Return the page of all terms."""
    say = texts("en")
    rows = [
        [f"`{name.value}`", say(f"term.{name.value}"), counts, _price(key)]
        for name, (counts, key) in COUNTS.items()
    ]
    return HEAD + table(["term", "in reports", "counts", "price of one"], rows) + FOOT


def _price(key: str | None) -> str:
    usual = 1.0 if key is None else Prices.model_fields[key].default
    return f"{usual:g}" if key is None else f"{usual:g} (`[prices] {key}`)"


HEAD = """# Terms of the total

Every plan has a total in **person-minutes a week**. It is the sum of these terms; the cost of a
term is what it counts, times its price. With one unit for everything, prices can be argued about:
is it worth 2,000 minutes a week that a ministry is in one tower?

"""
FOOT = """
`plan.json` has each term with its amount, price, cost and the proved lower bound of that cost.
The formulas are in [The objective](../explanation/objective.md).
"""
