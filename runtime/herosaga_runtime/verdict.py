"""What a transition's function may return beside a state."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Verdict(Enum):
    """`PASS`: the guard is false. `STAY`: an internal transition. The others are the runtime's own."""

    PASS = "pass"
    STAY = "stay"
    IGNORE = "ignore"
    DEFER = "defer"
    COMPENSATE = "compensate"


PASS: Final = Verdict.PASS
STAY: Final = Verdict.STAY
IGNORE: Final = Verdict.IGNORE
DEFER: Final = Verdict.DEFER
COMPENSATE: Final = Verdict.COMPENSATE
