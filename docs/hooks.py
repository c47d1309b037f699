"""What mkdocs calls: pages made from the code, formulas as MathML, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from made import commands, notebooks, python, routes, rules, tables, terms

PAGES: dict[str, Callable[[], str]] = {
    "reference/tables.md": tables.tables_page,
    "reference/settings.md": tables.settings_page,
    "reference/rules.md": rules.page,
    "reference/terms.md": terms.page,
    "reference/commands.md": commands.page,
    "reference/python.md": python.page,
    "reference/routes.md": routes.page,
    "reference/service-settings.md": routes.settings_page,
}
OUTSIDE = re.compile(r'<(?:script|img|link|iframe)\b[^>]*?(?:src|href)="(?:https?:)?//[^"]*"')
LINKS_ALONE = ('rel="canonical"', 'rel="alternate"')


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let fences of the language math be formulas, on the site as on GitHub."""
    fence = {"name": "math", "class": "formula", "format": formula}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code, and a page for each notebook."""
    made = {path: page() for path, page in PAGES.items()}
    for file in sorted(Path(config.docs_dir, "notebooks").glob("*.ipynb")):
        made[f"notebooks/{file.stem}.md"] = notebooks.page(file)
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_post_page(output: str, page: Any, config: MkDocsConfig) -> str:
    """Refuse a page that would ask another host for a script, a style, a font or a picture."""
    for found in OUTSIDE.findall(output):
        if not any(harmless in found for harmless in LINKS_ALONE):
            raise PluginError(f"{page.file.src_path} asks another host: {found}")
    return output


def formula(source: str, *_: Any, **__: Any) -> str:
    """Return a fence of the language math as MathML, which browsers draw by themselves."""
    lines = [convert(line, display="block") for line in source.split("\n\n")]
    return f'<div class="formula">{"".join(lines)}</div>'
