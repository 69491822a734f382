"""The rules as a Pygments lexer, for Sphinx, MkDocs, rich and whatever else asks Pygments.

Only Pygments itself imports this module, by the entry point in `pyproject.toml`.
"""

from __future__ import annotations

from herosaga.reference.rules import PLACES, Place, Rule
from herosaga.reference.words import Kind
from pygments.lexer import RegexLexer, bygroups
from pygments.token import Token, _TokenType, string_to_tokentype


def token(kind: Kind | None) -> _TokenType:
    """Pygments' name of a kind."""
    return Token.Text.Whitespace if kind is None else string_to_tokentype(kind.value[1])


def _rule(rule: Rule) -> tuple[object, ...]:
    kinds = rule.kinds
    action = token(kinds[0]) if len(kinds) == 1 else bygroups(*map(token, kinds))  # type: ignore[no-untyped-call]
    return (rule.pattern, action, rule.enters) if rule.enters else (rule.pattern, action)


def _state(place: Place) -> list[tuple[object, ...]]:
    rules = [_rule(rule) for rule in place.rules]
    if place.end:
        rules.insert(0, (place.end, token(place.end_kind), "#pop"))
    if place.inside is not None:
        known = "|".join((place.end, *(rule.pattern for rule in place.rules)))
        rules.append((rf"(?:(?!{known})[\s\S])+", token(place.inside)))
    return rules


class SagaLexer(RegexLexer):
    """Colours `.saga` files."""

    name = "herosaga"
    aliases = ["saga", "herosaga"]  # noqa: RUF012 - as Pygments declares it
    filenames = ["*.saga"]  # noqa: RUF012
    mimetypes = ["text/x-saga"]  # noqa: RUF012
    version_added = ""
    tokens = {  # noqa: RUF012
        "root" if name == "text" else name: _state(place) for name, place in PLACES.items()
    }
