"""HS307: guards that may all fail, and those that leave nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text

PROGRAM = """\
enum Kind {{ small, large }}
extern event Placed {{ key id: uuid  n: int  price: decimal  kind: Kind  ready: bool  note: str? }}
saga Order by id: uuid {{
  start {{ {} }}
  state W {{ after 1d -> Done }}
  final Done
}}
"""

OPEN = {
    "one guard": ["event.n > 3"],
    "a gap": ["event.n > 3", "event.n < 3"],
    "another value": ["event.n > 3", "event.price <= 3"],
    "one member": ["event.kind == Kind.small", "event.kind == Kind.small and event.ready"],
    "one of a pair with more": ["event.ready and event.n > 3", "not event.ready"],
    "with one more condition": ["event.n > 3 and event.ready", "event.n <= 3"],
}
CLOSED = {
    "opposites": ["event.n > 3", "event.n <= 3"],
    "not": ["event.ready", "not event.ready"],
    "not in brackets": ["event.n > 3", "not (event.n > 3)"],
    "an overlap": ["event.n > 3", "event.n < 10"],
    "turned round": ["3 < event.n", "event.n <= 3"],
    "all members": ["event.kind == Kind.large", "event.kind == Kind.small"],
    "true and false": ["event.ready == true", "event.ready == false"],
    "none": ["event.note is none", "event.note is not none"],
    "in": ["event.n in [1, 2]", "event.n not in [1, 2]"],
    "an alternative": ["event.n > 3 or event.ready", "event.n <= 3"],
    "no guard": ["event.n > 3", ""],
}


def codes(guards: list[str], last: str = "") -> set[str]:
    lines = [f"on Placed{f' when {each}' if each else ''} -> W" for each in guards]
    program = PROGRAM.format("\n".join([*lines, last]))
    found = check_text(program, Path("/"), Path("/")).findings
    return {f.code for f in found} - {"HS903"}


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    assert codes(OPEN[name]) == {"HS307"}


@pytest.mark.parametrize("name", CLOSED)
def test_closed(name: str) -> None:
    assert codes(CLOSED[name]) == set()


@pytest.mark.parametrize("rest", ["ignore Placed", "on Placed -> Done"])
def test_the_rest_is_caught(rest: str) -> None:
    state = f"state A {{ on Placed when event.n > 3 -> Done  {rest}  after 1d -> Done }}"
    program = PROGRAM.format("on Placed -> A").replace("state W", f"{state}\n  state W")
    found = check_text(program, Path("/"), Path("/")).findings
    assert "HS307" not in {each.code for each in found}


ELSEWHERE = {
    "`missing` takes what starts nothing": ("", "missing { ignore Placed }"),
    "a repeated start is swallowed": ("on Placed when event.ready -> Done", ""),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_caught_elsewhere(name: str) -> None:
    state, member = ELSEWHERE[name]
    guard = "when event.n > 3 " if member else ""
    program = PROGRAM.format(f"on Placed {guard}-> W").replace("after 1d", f"{state}\nafter 1d")
    found = check_text(f"{program[:program.rindex('}')]}{member} }}", Path("/"), Path("/")).findings
    assert {f.code for f in found} - {"HS903"} == set()
