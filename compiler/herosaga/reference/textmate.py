"""The rules as a TextMate grammar, and what else an editor wants to know about the language.

VS Code, JetBrains' editors, GitHub's Linguist and Shiki all read this form.
"""

from __future__ import annotations

import json
from typing import Any

from herosaga.reference.rules import PLACES, Place, Rule
from herosaga.reference.words import Kind

_Json = dict[str, Any]


def grammar() -> str:
    """The text of `saga.tmLanguage.json`."""
    return _text(
        {
            "information_for_contributors": [
                "Written by `python -m herosaga.reference`: change compiler/herosaga/reference instead."
            ],
            "name": "herosaga",
            "scopeName": "source.saga",
            "fileTypes": ["saga"],
            "patterns": [{"include": "#text"}],
            "repository": {name: {"patterns": _patterns(each)} for name, each in PLACES.items()},
        }
    )


def configuration() -> str:
    """The text of `language-configuration.json`: comments, brackets and indentation, as VS Code has it."""
    pairs = [["{", "}"], ["[", "]"], ["(", ")"]]
    closing: list[_Json] = [{"open": left, "close": right} for left, right in pairs]
    closing.append({"open": '"', "close": '"', "notIn": ["string", "comment"]})
    return _text(
        {
            "comments": {"lineComment": "//", "blockComment": ["/*", "*/"]},
            "brackets": pairs,
            "autoClosingPairs": closing,
            "surroundingPairs": [*pairs, ['"', '"']],
            "wordPattern": "[A-Za-z_][A-Za-z0-9_]*",
            "indentationRules": {
                "increaseIndentPattern": r"^.*[\{\[\(][^\}\]\)\"]*$",
                "decreaseIndentPattern": r"^\s*[\}\]\)]",
            },
            "onEnterRules": [
                {
                    "beforeText": r"^\s*///",
                    "action": {"indent": "none", "appendText": "/// "},
                }
            ],
        }
    )


def _patterns(place: Place) -> list[_Json]:
    """The place's rules; white space needs none here."""
    return [_pattern(rule) for rule in place.rules if rule.kinds != (None,)]


def _pattern(rule: Rule) -> _Json:
    if not rule.enters:
        if len(rule.kinds) == 1:
            return {"match": rule.pattern, "name": _scope(rule.kinds[0])}
        return {"match": rule.pattern, "captures": _captures(rule)}
    entered = PLACES[rule.enters]
    area: _Json = {"begin": rule.pattern, "end": entered.end}
    if entered.inside is not None:
        area["name"] = _scope(entered.inside)
    else:
        area["beginCaptures"] = _captures(rule)
        area["endCaptures"] = {"0": {"name": _scope(entered.end_kind)}}
    if entered.rules:
        area["patterns"] = [{"include": f"#{rule.enters}"}]
    return area


def _captures(rule: Rule) -> _Json:
    first = 0 if len(rule.kinds) == 1 else 1
    numbered = enumerate(rule.kinds, first)
    return {str(number): {"name": _scope(kind)} for number, kind in numbered if kind is not None}


def _scope(kind: Kind | None) -> str:
    assert kind is not None
    return kind.scope


def _text(content: _Json) -> str:
    return json.dumps(content, indent=2) + "\n"
