"""Every file that is made, by its path in docs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from allocator.scenario.rules import RuleKind
from made import commands, python, routes, rules, tables, terms

PAGES: dict[str, Callable[[], str]] = {
    "reference/tables.md": tables.tables_page,
    "reference/settings.md": tables.settings_page,
    "reference/rules.md": rules.page,
    "reference/terms.md": terms.page,
    "reference/commands.md": commands.page,
    "reference/python.md": python.page,
    "reference/routes.md": routes.page,
    "reference/service-settings.md": routes.settings_page,
} | {f"reference/rules/{kind.value}.svg": partial(rules.picture, kind) for kind in RuleKind}
