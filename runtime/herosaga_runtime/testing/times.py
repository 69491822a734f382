"""Time in tests: when it begins, how long `"1d12h"` is, and how the time since the beginning is shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from herosaga_runtime.errors import UsageError

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What time it is when a test begins."""

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
_LENGTH = re.compile(r"(?:\d+(?:ms|[dhms]))+")
_PART = re.compile(r"(\d+)(ms|[dhms])")


def length(text: str | timedelta) -> timedelta:
    """A length of time, as `.saga` files write it: `"30m"`, `"1d12h"`, `"500ms"`."""
    if isinstance(text, timedelta):
        found = text
    elif _LENGTH.fullmatch(text):
        parts = _PART.findall(text)
        found = sum((timedelta(**{_UNITS[u]: int(n)}) for n, u in parts), timedelta())
    else:
        raise UsageError(f'{text!r} is no length of time: write "30m", "1d12h" or a timedelta')
    if found < timedelta():
        raise UsageError("time does not go back: the length is negative")
    return found


def since_start(time: datetime) -> str:
    """How long after the beginning a time is: `0:00:05.200`, `10d 0:00:00`."""
    passed = time - START
    clock = timedelta(seconds=passed.seconds)
    parts = (
        str(clock) if not passed.microseconds else f"{clock}.{passed.microseconds:06}".rstrip("0")
    )
    return f"{passed.days}d {parts}" if passed.days else parts
