"""The files that are derived, by their place in the repository."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.reference import textmate
from herosaga.resources import GRAMMAR

ROOT = GRAMMAR.parents[1]


def files() -> Mapping[str, str]:
    """The text of each derived file. The same tables give the same text."""
    return {
        "grammar/saga.tmLanguage.json": textmate.grammar(),
        "grammar/language-configuration.json": textmate.configuration(),
    }
