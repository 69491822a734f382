"""When a length of time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_NONE: Final = timedelta()


def later(now: datetime, length: timedelta) -> datetime:
    """When a length of time is over that begins now: at once if it is less than none.

    `OverflowError` if it ends after the last time that there is, the year 9999.
    """
    if length <= _NONE:
        return now
    try:
        return now + length
    except OverflowError:
        raise OverflowError(f"{length} from now is after the last time there is") from None
