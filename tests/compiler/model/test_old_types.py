"""Of what type the fields of an older version were, by what reads them in `migrate`."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text, refused
from herosaga.findings import Severity

PROGRAM = """\
record Point {{ x: int  y: decimal }}
enum Color {{ red blue }}
extern event Placed {{ key order_id: uuid }}
saga Order by order_id: uuid {{
  version 2
  data {{ {fields} }}
  migrate from 1 {{ {changes} }}
  start {{ on Placed -> End }}
  final End
}}
"""

TOLD = [
    # what it is computed into
    ("a: int = 0", "field a = old", "old: int"),
    ("a: str?", "field a = old", "old: str?"),
    ("a: Color = Color.red", "field a = old", "old: Color"),
    ("a: list[str] = []", "field a = [one, two]", "one: str, two: str"),
    ("a: list[str] = []", "field a = [a]", "a: str"),
    ("a: Point", "field a = Point(x = one, y = two)", "one: int, two: decimal"),
    ("a: decimal = 0", "field a = old * 2", "old: decimal"),
    ("a: datetime?", "field a = begin + length", "begin: datetime, length: duration"),
    ("a: datetime?", "field a = begin + 1h", "begin: datetime"),
    ("a: duration = 1h", "field a = seconds * 1s", "seconds: int"),
    ("a: duration = 1h", "field a = 2 * old", "old: duration"),
    ("a: duration = 1h", "field a = now - old", "old: datetime"),
    ("a: duration = 1h", "field a = one + two", "one: duration, two: duration"),
    ("a: int = 0", "field a = if old is none then 0 else old", "old: int?"),
    ("a: int = 0", "field a = sum(each for each in old)", "old: list[int]"),
    ("a: int = 0", "field a = max(old)", "old: list[int]"),
    ("a: int = 0", "field a = abs(old)", "old: int"),
    ("a: decimal = 0", "field a = round(old, 2)", "old: decimal"),
    ("a: int = 0", "field a = old[0]", "old: list[int]"),
    ('a: str = ""', 'field a = old["x"]', "old: dict[str, str]"),
    # what stands beside it
    ("a: decimal = 0", "field a = old / 100", "old: int"),
    ('a: str = ""', 'field a = one + " " + two', "one: str, two: str"),
    ("a: bool = true", "field a = old > 3 and not flag", "old: int, flag: bool"),
    ("a: bool = true", "field a = old == Color.red", "old: Color"),
    ("a: bool = true", 'field a = old in ["a", "b"]', "old: str"),
    ("a: bool = true", "field a = 3 in old", "old: list[int]"),
    ("a: bool = true", "field a = one == two  field b = one  ", "one: int, two: int"),
    ("a: int = 0", "field a = min(old, 5)", "old: int"),
    ('a: str = ""', 'field a = if kind == "x" then name else ""', "kind: str, name: str"),
    ("a: int = 0", "field a = [1, 2][old]", "old: int"),
    ("a: int = 0", "field b -> a  field a = b + old", "old: int"),
    # what a function takes
    ('a: str = ""', "field a = lower(one) + upper(two)", "one: str, two: str"),
    ("a: int = 0", "field a = int(a)", "a: decimal"),
    ("a: decimal = 0", "field a = decimal(a)", "a: decimal"),
    ("a: int = 0", "field a = -round(old)", "old: decimal"),
    ("a: uuid?", "field a = uuid(old)", "old: str"),
    ("a: int = 0", "field a = len(old)", "old: list[json]"),
    ("a: bool = true", "field a = any(each for each in old)", "old: list[bool]"),
]
SILENT = [
    ('a: str = ""', "field a = str(a)"),
    ("a: int = 0", "field a = old.price"),
    ("a: int = 0", "field a = sum(each.price for each in old)"),
    ("a: duration = 1h", "field a = one - two"),
    ("a: bool = true", "field a = one == two"),
    ('a: int = 0  b: str = ""', "field a = old  field b = old"),
]


def _compiled(fields: str, changes: str, folder: Path) -> tuple[dict[str, str], list[str]]:
    """The old fields with their types, and what is refused."""
    dropped = [word for word in ("old", "one", "two", "kind", "name", "flag") if word in changes]
    dropped += [word for word in ("begin", "length", "seconds") if word in changes]
    changes += "".join(f"  drop {word}" for word in dropped)
    checked = check_text(PROGRAM.format(fields=fields, changes=changes), folder, folder)
    assert not [each for each in checked.findings if each.severity is Severity.ERROR]
    (migration,) = checked.model.sagas["Order"].migrations
    told = {name: str(kind) for name, kind in migration.old}
    return told, [each.message for each in refused(checked.model)]


@pytest.mark.parametrize(("fields", "changes", "told"), TOLD, ids=[each[1] for each in TOLD])
def test_what_reads_a_field_tells_its_type(
    fields: str, changes: str, told: str, tmp_path: Path
) -> None:
    fields += "  b: int = 0" if "field b =" in changes else ""
    found, said = _compiled(fields, changes, tmp_path)
    assert ", ".join(f"{name}: {kind}" for name, kind in found.items()) == told
    assert not [each for each in said if "older version" in each]


@pytest.mark.parametrize(("fields", "changes"), SILENT, ids=[each[1] for each in SILENT])
def test_what_tells_nothing_is_refused(fields: str, changes: str, tmp_path: Path) -> None:
    _, said = _compiled(fields, changes, tmp_path)
    assert said == [
        "a field of an older version of which nothing tells the type is checked, but not compiled yet"
    ]
