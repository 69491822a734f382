"""The parser for `grammar/saga.lark`, from tables made beforehand.

Lark needs most of a second to turn the grammar into tables, and a command line tool can't wait that
long each time it starts. `grammar/saga.json` holds them, made by `python -m herosaga.syntax.tables`
and marked with the grammar's hash: when the grammar (or Lark) has changed since, the tables are made
anew in memory, and a test reminds us to write them. JSON, since loading it can't run anything.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import lark
from herosaga.resources import GRAMMAR
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef
from lark.parsers.lalr_analysis import Reduce, Shift

TABLES = GRAMMAR.with_suffix(".json")


class _Table(dict[int, dict[str, tuple[Any, Any]]]):
    """The parse table, a state's row made when it is first asked for: a file needs few of them.

    A row is a flat list: an action, the number of the set of terminals that lead to it, and so on.
    An action n >= 0 goes to state n; an action n < 0 reduces by the rule with the memo number -1 - n.
    """

    def __init__(
        self, rows: list[list[int]], sets: list[list[str]], rules: dict[int, Rule]
    ) -> None:
        self._rows, self._sets, self._rules = rows, sets, rules

    def __missing__(self, state: int) -> dict[str, tuple[Any, Any]]:
        row: dict[str, tuple[Any, Any]] = {}
        numbers = iter(self._rows[state])
        for action, terminals in zip(numbers, numbers, strict=True):
            entry = (Shift, action) if action >= 0 else (Reduce, self._rules[-1 - action])
            row.update(dict.fromkeys(self._sets[terminals], entry))
        self[state] = row
        return row


@cache
def parser() -> Lark:
    """The parser for the language, with two start symbols: `file`, and `trivia` for its lexer."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    stored = _stored(TABLES)
    return _load(stored) if stored.get("of") == _mark(grammar) else build(grammar)


def build(grammar: str) -> Lark:
    """The parser made from the grammar's text: slow."""
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        start=["file", "trivia"],
        propagate_positions=True,
        maybe_placeholders=True,
    )


def dump(grammar: str) -> str:
    """The tables for the grammar, as JSON text. The same grammar gives the same text."""
    data, memo = build(grammar).memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    states, order = _in_order(table)
    data["parser"]["parser"] = {
        "tokens": {},
        "states": {},
        "start_states": {
            name: order[state] for name, state in sorted(table["start_states"].items())
        },
        "end_states": {name: order[state] for name, state in sorted(table["end_states"].items())},
    }
    sets: dict[tuple[str, ...], int] = {}
    rows = [_row(actions, sets) for actions in states]
    content = {"of": _mark(grammar), "data": data, "memo": sorted(memo.items())}
    content |= {"rows": rows, "sets": list(sets)}
    return json.dumps(content, separators=(",", ":")) + "\n"


def _in_order(table: dict[str, Any]) -> tuple[list[dict[str, int]], dict[int, int]]:
    """The states' actions, numbered as a walk from the starts meets them: Lark's order is by hash."""
    found = [state for _, state in sorted(table["start_states"].items())]
    order = {state: index for index, state in enumerate(found)}
    states = []
    for state in found:
        actions = table["states"][state]
        by_name = sorted(
            ((table["tokens"][token], action) for token, action in actions.items()),
            key=lambda pair: pair[0],
        )
        for _, (kind, arg) in by_name:
            if not kind and arg not in order:
                order[arg] = len(found)
                found.append(arg)
        states.append({n: -1 - a["@"] if kind else order[a] for n, (kind, a) in by_name})
    return states, order


def _row(actions: dict[str, int], sets: dict[tuple[str, ...], int]) -> list[int]:
    """One state's row, as `_Table` reads it; new sets of terminals are added to `sets`."""
    by_action: dict[int, list[str]] = {}
    for terminal, action in actions.items():
        by_action.setdefault(action, []).append(terminal)
    row: list[int] = []
    for action, terminals in sorted(by_action.items()):
        row += [action, sets.setdefault(tuple(terminals), len(sets))]
    return row


def _load(stored: dict[str, Any]) -> Lark:
    data = stored["data"]
    loaded: Lark = Lark._load_from_dict(data, dict(stored["memo"]))  # type: ignore[no-untyped-call]
    rules = {place["@"]: rule for place, rule in zip(data["rules"], loaded.rules, strict=True)}
    table = _Table(stored["rows"], stored["sets"], rules)
    engine = loaded.parser.parser
    engine._parse_table.states = table
    return loaded


def _stored(path: Path) -> dict[str, Any]:
    """What the file holds; nothing at all where there is none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _mark(grammar: str) -> str:
    digest = hashlib.sha256(grammar.encode()).hexdigest()
    release = ".".join(lark.__version__.split(".")[:2])
    return f"{digest} lark {release}"


if __name__ == "__main__":
    TABLES.write_text(dump(GRAMMAR.read_text(encoding="utf-8")), encoding="utf-8")
