"""HS602, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text

PROGRAM = """\
extern event Begin {{ key id: uuid }}
saga S by id: uuid {{
  timer t
  start {{ on Begin -> A {} }}
  state A {{ {} after 1d -> Done }}
  final Done
}}
"""
ARMED, DISARMED = "{ arm t for 5m }", "{ disarm t }"

CASES = {
    "armed and taken": (ARMED, "on t -> Done", []),
    "armed and ignored": (ARMED, "ignore t", []),
    "armed and deferred": (ARMED, "defer t", []),
    "armed at a time": ("{ arm t at now + 1h }", "on t -> Done", []),
    "armed on entering": ("", "entry { arm t for 1m } on t -> Done", []),
    "armed under a condition": ('{ if state == "A" { arm t for 1m } }', "on t -> Done", []),
    "armed for nobody": (ARMED, "", ["HS602"]),
    "armed twice for nobody": (ARMED, "on Begin { arm t for 1h }", ["HS602"]),
    "never armed": ("", "on t -> Done", ["HS602"]),
    "only disarmed": (DISARMED, "on t -> Done", ["HS602"]),
    "nothing of it is HS107's": ("", "", ["HS107"]),
}


@pytest.mark.parametrize("name", CASES)
def test_timers(name: str) -> None:
    first, body, expected = CASES[name]
    found = check_text(PROGRAM.format(first, body), Path("/"), Path("/")).findings
    assert [each.code for each in found if each.code != "HS903"] == expected
