"""What mkdocs calls: pages made from the code, formulas as MathML, and nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from made import notebooks
from made.pages import PAGES

LOG = get_plugin_logger("made")
OUTSIDE = re.compile(r'<(?:script|img|link|iframe)\b[^>]*?(?:src|href)="(?:https?:)?//[^"]*"')
LINKS_ALONE = ('rel="canonical"', 'rel="alternate"')


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let fences of the language math be formulas, on the site as on GitHub."""
    fence = {"name": "math", "class": "formula", "format": formula}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Compare files that are made with what they would be; add a page for each notebook."""
    docs = Path(config.docs_dir)
    for path, page in PAGES.items():
        if not (docs / path).exists() or (docs / path).read_text(encoding="utf-8") != page():
            LOG.warning("%s is not as it is made: run `python -m made` in docs", path)
    for file in sorted((docs / "notebooks").glob("*.ipynb")):
        shown = notebooks.page(file)
        files.append(File.generated(config, f"notebooks/{file.stem}.md", content=shown))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let links to notebooks, which a repository shows as they are, lead to their pages."""
    return markdown.replace(".ipynb)", ".md)")


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
