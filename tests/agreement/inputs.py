"""What happens to an instance: inputs that can be written down, one to a line, and brought to both implementations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When every run begins."""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that happens, so many microseconds after the beginning.

    - `message`: one of type `what` with `data` comes; as the answer to request `number` if that is not 0, and then `whose`
      says of whom: this instance's, an `earlier` one's with this key, or `other`: another saga's. With `asks` it is a
      command that awaits an answer.
    - `alarm`: the time called `what` has come, which was due at `number`.
    - `fault`, `done`: the handler of command `what`, request `number`, gave up, or ended without an event. `final`: it says
      that it would do so again.
    - `retry`, `skip`: an operator does so with the undo that is stuck.

    Before it, with `kill`, the process dies: the instance is written and read, and the steps are taken twice.
    """

    at: int
    do: str
    what: str = ""
    data: dict[str, Any] | None = None
    number: int = 0
    whose: str = "own"
    asks: bool = False
    kill: bool = False
    final: bool = False

    @property
    def now(self) -> datetime:
        """The time of its steps."""
        return START + timedelta(microseconds=self.at)

    def line(self) -> str:
        """It as a line of text; what is as usual is left out."""
        usual = {each.name: each.default for each in fields(self)}
        return json.dumps(
            {name: each for name, each in asdict(self).items() if each != usual[name]}
        )


def read(lines: Iterable[str]) -> tuple[Input, ...]:
    """The inputs of a text; `#` begins a comment."""
    return tuple(Input(**json.loads(line)) for line in lines if line.strip() and line[0] != "#")


def micros(time: datetime) -> int:
    """A time as inputs have it."""
    return (time - START) // timedelta(microseconds=1)
