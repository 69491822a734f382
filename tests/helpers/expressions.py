"""Expressions run as generated code: many in one module, each in a transition of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import localcontext
from itertools import count
from pathlib import Path
from typing import Any

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.message import Message
from herosaga_runtime.step import start, step

from helpers.projects import loaded

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_COUNT = count()
Row = tuple[str, str]
"""A type, and an expression of it."""

PROGRAM = """
enum Color {{ red, green = "GREEN", Blue }}
record Item {{ sku: str, price: decimal = 4.50, quantity: int = 1, color: Color = "red", note: str? }}
event Go {{ key id: str }}
event Row {{ key id: str, number: int, a: int, b: int, ok: bool }}
saga Flow by id: str {{
  data {{
    i: int = 7, j: int = -3, zero: int = 0, big: int = 123456789012345678901234567890
    d: decimal = 2.5, third: decimal = 3, f: float = 0.5
    t: bool = true, n: bool = false, s: str = "Tea", blank: str = ""
    xs: list[int] = [3, 1, 2], none_at_all: list[int] = [], words: list[str] = ["a", "b"]
    prices: list[decimal] = [], reals: list[float] = [], lengths: list[duration] = []
    days: list[date] = [], times: list[datetime] = [], names: set[str] = ["x", "y"]
    maybe: int?, there: int? = 5, color: Color = "green", item: Item = Item(sku = "tea")
    items: list[Item] = [Item(sku = "tea", quantity = 2), Item(sku = "jam", price = 1.25, color = "Blue")]
    when: datetime = "2026-01-31T12:00:00+01:00", day: date = "2026-01-31", length: duration = 1m30s
    ref: uuid = "00000000-0000-0000-0000-00000000000A"
    {fields}
  }}
  start {{ on Go -> Idle }}
  state Idle {{
    {transitions}
    on Go -> Done
  }}
  final Done
}}
"""


def program(rows: Sequence[Row]) -> str:
    """A saga with one internal transition for each row, which sets the row's field."""
    numbered = list(enumerate(rows))
    return PROGRAM.format(
        fields="\n    ".join(f"row{n}: {kind}" for n, (kind, _) in numbered),
        transitions="\n    ".join(
            f"on Row when event.number == {n} {{ set row{n} = {text} }}"
            for n, (_, text) in numbered
        ),
    )


@contextmanager
def running(rows: Sequence[Row], root: Path) -> Iterator[Callable[..., Any]]:
    """A function that gives the value of a row, for the fields `a`, `b` and `ok` of its event."""
    name = f"rows{next(_COUNT)}"
    with loaded({f"{name}.saga": program(rows)}, root, name) as (module,):
        saga = module.Flow
        begun = start(saga, mail(module.Go("k"), "0"), NOW).instance
        assert begun is not None

        def run(number: int, a: int = 0, b: int = 0, ok: bool = False) -> Any:
            with localcontext(DECIMALS):
                decision = step(saga, begun, mail(module.Row("k", number, a, b, ok), "1"), NOW)
            assert decision.instance is not None
            return getattr(decision.instance.data, f"row{number}")

        yield run


def mail(message: Message, id: str) -> Envelope:
    """A message on its way."""
    return Envelope(id, message, NOW, id)
