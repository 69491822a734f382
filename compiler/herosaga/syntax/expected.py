"""What the language expects at a place, and what was found there, in words."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import shortened
from lark import Token

# After these words and signs one thing is expected, whatever tokens it may begin with.
_AFTER = {
    "NAMESPACE": "the name of the namespace",
    "IMPORT": "the path of a file, in quotes",
    "AS": "a name for the import",
    "TYPE": "a name for the type",
    "RECORD": "a name for the record",
    "ENUM": "a name for the enum",
    "EVENT": "a name for the event",
    "COMMAND": "a name for the command",
    "EXTERN": "`event`, `command`, `service` or the name of a function",
    "SERVICE": "a name for the service",
    "POLICY": "a name for the policy",
    "SAGA": "a name for the saga",
    "FLOW": "a name for the flow",
    "ACTIVITY": "a name for the activity",
    "ITINERARY": "a name for the itinerary",
    "SCENARIO": "what the scenario shows, in quotes",
    "PROPERTY": "what the property says, in quotes",
    "HANDLE": "the command that is handled",
    "EMITS": "the event that comes of it",
    "REFUSES": "the event that says no",
    "UNDONE": "`by` and the command that undoes it",
    "STATE": "the name of a state",
    "FINAL": "the name of a final state",
    "SEQUENCE": "a name for the sequence",
    "DURING": "the states it holds for, or `any`",
    "ON": "what it reacts to: a message, `failure of` a command, a timer",
    "ARROW": "the state to go to",
    "WHEN": "a condition",
    "WITHIN": "a duration",
    "AFTER": "a duration",
    "BACKOFF": "two durations: `1s..1m`",
    "RETRY": "how often: `3 times`, or `forever`",
    "WITH": "the name of a policy",
    "VERSION": "the number of the version",
    "SET": "the data field to set",
    "SEND": "a command: `Name(fields)`",
    "PUBLISH": "an event: `Name(fields)`",
    "REPLY": "an event: `Name(fields)`",
    "REQUEST": "a command: `Name(fields)`",
    "IGNORE": "the messages to swallow",
    "DEFER": "the messages to keep",
    "FAILURE": "`of` and a command",
    "OTHERWISE": "`->` and a final state",
    "COMPENSATION": "a name for the compensation",
    "ANNOTATE": "the name of an annotation",
}
_CLAUSES = frozenset({"ON", "STATE", "DATA", "FINAL", "WITHIN", "HANDLE"})
_DECLARATIONS = frozenset({"EVENT", "COMMAND", "SAGA", "SERVICE"})
_ACTIONS = frozenset({"SET", "SEND", "PUBLISH"})
_PARTS = frozenset({"ARROW", "LBRACE", "WHEN", "COMPENSATE", "LPAR", "BY", "COLON"})
_BEGINNINGS = {
    "file": "a declaration begins with `event`, `command`, `record`, `service`, `policy`, `saga`, …",
    "saga": "what stands in a saga begins with `data`, `start`, `state`, `during`, `final`, …",
    "state": "what stands in a state begins with `on`, `after`, `ignore`, …",
    "sequence": "what stands in a sequence begins with `step`, `parallel`, `done`, `failed`, …",
    "actions": "an action begins with `set`, `send`, `publish`, `request`, `run`, `if`, …",
    "service": "what stands in a service begins with `on` or `handle`",
    "policy": "what stands in a policy begins with `within` or `retry`",
    "fields": "a field is written `name: type`",
    "scenario": "what stands in a scenario begins with `when`, `after` or `expect`",
    "property": "write `never A`, `A requires B`, `A leads to B`, or `A at most 3 times`",
}
_ANY_WORD = frozenset({"TIMES", "MOST"})
_FEW = 7


def expected(before: Token | None, accepted: AbstractSet[str]) -> str:
    """What may stand after `before`, given the terminals that the parser accepts."""
    if before is not None and before.type in _AFTER and not {"ASSIGN", "COLON"} & accepted:
        return _AFTER[before.type]
    if accepted >= {"STRING", "INT"}:
        return _listed(["a value", *_signs(accepted & {"RPAR", "RSQB"})])
    if accepts_any_word(accepted):
        return _listed(["a name", *_signs(accepted - _words() - {"ANNOTATE"})])
    if accepted >= _DECLARATIONS:
        return _listed([*_signs(accepted - _words() - {"$END", "ANNOTATE"}), "a declaration"])
    if accepted >= _CLAUSES:
        complete = before is not None and before.type == "RBRACE"
        parts = frozenset() if complete or len(accepted & _PARTS) > 2 else accepted & _PARTS
        return _listed([*_signs(parts), "the next clause", "`}`"])
    if accepted >= _ACTIONS:
        return _listed([*_signs(accepted & {"ELSE", "LPAR"}), "an action", "`}`"])
    return _listed(_signs(accepted)) or "nothing more"


def beginnings(inside: str) -> str:
    """What a clause in a block of this kind begins with."""
    return _BEGINNINGS.get(inside, "")


def accepts_any_word(accepted: AbstractSet[str]) -> bool:
    """Whether a name may stand here, or a value: there a keyword is a name like any other."""
    return accepted >= _ANY_WORD


def found(token: Token) -> str:
    """The token that stands there."""
    match token.type:
        case "$END":
            return "the end of the file"
        case "STRING":
            return "a string"
        case "KEY":
            return "`key`, which only marks a field"
        case _ if token.type in _words() and token.type != "NAME":
            return f"the word `{token}`"
    return f"`{shortened(token)}`"


def sign(name: str) -> str:
    """How a terminal is written; empty where it has no fixed text."""
    pattern = next((t.pattern for t in parser().terminals if t.name == name), None)
    return str(pattern.value) if pattern is not None and pattern.type == "str" else ""


def _words() -> frozenset[str]:
    """The terminals that are words: the keywords, and names."""
    keywords = (
        t.name for t in parser().terminals if t.pattern.type == "str" and t.pattern.value.isalpha()
    )
    return frozenset(keywords) | {"NAME"}


def _signs(names: AbstractSet[str]) -> list[str]:
    """Terminals as a reader knows them; none at all where there are too many to help."""
    return [_sign(name) for name in sorted(names)] if len(names) <= _FEW else []


def _sign(name: str) -> str:
    match name:
        case "NAME":
            return "a name"
        case "STRING":
            return "a text in quotes"
        case "INT":
            return "a whole number"
        case "$END":
            return "the end of the file"
    return f"`{sign(name)}`"


def _listed(words: list[str]) -> str:
    """`a, b or c`."""
    shown = list(dict.fromkeys(words))
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
