"""The files that are derived, by their place in the repository."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks.catalog import PAGES
from herosaga.reference import ebnf, findings_page, textmate
from herosaga.resources import GRAMMAR

ROOT = GRAMMAR.parents[1]


def files() -> Mapping[str, str]:
    """The text of each derived file. The same tables give the same text."""
    return {
        "grammar/saga.tmLanguage.json": textmate.grammar(),
        "grammar/language-configuration.json": textmate.configuration(),
        "docs/language/grammar.md": ebnf.page(GRAMMAR.read_text("utf-8")),
        "docs/findings.md": findings_page.page(PAGES.values()),
    }
