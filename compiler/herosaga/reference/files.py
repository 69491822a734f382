"""The files that are derived, by their place in the repository."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks.catalog import PAGES
from herosaga.reference import ebnf, examples, findings_page, textmate
from herosaga.resources import GRAMMAR

ROOT = GRAMMAR.parents[1]


def files() -> Mapping[str, str]:
    """The text of each derived file. The same tables give the same text."""
    return {
        "grammar/saga.tmLanguage.json": textmate.grammar(),
        "grammar/language-configuration.json": textmate.configuration(),
        "docs/language/grammar.md": ebnf.page(GRAMMAR.read_text("utf-8")),
        "docs/findings.md": findings_page.page(PAGES.values()),
        **_written_by_hand(),
    }


def _written_by_hand() -> dict[str, str]:
    """The other pages about the language: of those only the examples' layout is ours."""
    pages = sorted((ROOT / "docs" / "language").glob("*.md"))
    return {
        page.relative_to(ROOT).as_posix(): examples.laid_out(page.read_text("utf-8"))
        for page in pages
        if page.name != "grammar.md"
    }
