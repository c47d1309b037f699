"""Pages that are made from the code: nothing is left out, and what is drawn is true."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.tables import FILES, WORKBOOK
from allocator.plan.types import TermName
from allocator.scenario.rules import RuleKind
from allocator.scenario.settings import Settings
from api.settings import ServiceSettings
from made import python, routes, rules, tables, terms
from made.numpydoc import attributes
from tests.docs.blocks import ROOT


@pytest.mark.parametrize("kind", RuleKind)
def test_a_plan_drawn_inside_a_rule_is_clean_and_one_outside_breaks_it_alone(
    kind: RuleKind,
) -> None:
    """The checker judges both drawings of the page."""
    example = rules.EXAMPLES[kind]
    assert rules.judged(kind, example.inside).violations == ()
    assert [v.kind for v in rules.judged(kind, example.outside).violations] == [kind.value]


def test_every_setting_of_a_scenario_says_what_it_means() -> None:
    """Each section has a sentence for each of its keys, and for nothing else."""
    for name, field in Settings.model_fields.items():
        assert attributes(Settings)[name]
        section: Any = field.annotation
        if tables.is_section(field):
            assert attributes(section).keys() == section.model_fields.keys(), name


def test_every_setting_of_the_service_says_what_it_means() -> None:
    """The page has a row for each variable."""
    assert attributes(ServiceSettings).keys() == ServiceSettings.model_fields.keys()
    page = routes.settings_page()
    assert all(f"`ALLOCATOR_{name.upper()}`" in page for name in ServiceSettings.model_fields)


def test_pages_have_every_table_term_route_and_file() -> None:
    """What the code has is on its page."""
    assert tables.tables_page().count("\n## ") == len(tables.TABLES)
    assert all(f"`{term.value}`" in terms.page() for term in TermName)
    assert "`POST /allocate`" in routes.page()
    assert "::: allocator.solve" in python.page()
    files = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in files for name in (*FILES, WORKBOOK))


def test_the_readme_is_read_in_two_minutes() -> None:
    """What does not fit has a page of its own."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
