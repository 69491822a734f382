"""What people write who come from other languages, and what to tell them: tables of mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.syntax.mistakes.actions import ACTIONS
from herosaga.syntax.mistakes.blocks import BLOCKS
from herosaga.syntax.mistakes.declarations import DECLARATIONS, ELSEWHERE
from herosaga.syntax.mistakes.fields import FIELDS
from herosaga.syntax.mistakes.matching import Mistake, repairs
from herosaga.syntax.mistakes.messages import PROMISES
from herosaga.syntax.mistakes.scenarios import SCENARIOS
from herosaga.syntax.mistakes.states import STATES
from herosaga.syntax.mistakes.times import TIMES
from herosaga.syntax.mistakes.transitions import TRANSITIONS
from herosaga.syntax.mistakes.values import VALUES
from herosaga.syntax.place import Place, Repair

MISTAKES: tuple[Mistake, ...] = (
    *SCENARIOS,
    *BLOCKS,
    *FIELDS,
    *DECLARATIONS,
    *PROMISES,
    *TIMES,
    *STATES,
    *TRANSITIONS,
    *VALUES,
    *ACTIONS,
    *ELSEWHERE,
)
"""All of them; of two that match the first is taken."""


def recognised(place: Place) -> Iterator[Repair]:
    """The mistakes that this place looks like, with what to say and how to go on."""
    return repairs(MISTAKES, place)
