"""HS602: a timer that is armed for nobody, or awaited in vain."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.model.model import Arm, Model, OnTimer, Saga, Timer
from herosaga.model.within import within
from herosaga.source import Span

_PROGRAM = """\
extern event BookLent {{ key loan_id: uuid }}
extern event BookReturned {{ key loan_id: uuid }}
event BookDue {{ key loan_id: uuid }}
service Letters {{ on BookDue }}

saga Loan by loan_id: uuid {{
  timer due
  start {{
    on BookLent -> Lent{}
  }}
  state Lent {{
    on due {{ publish BookDue(loan_id) }}
    on BookReturned -> Returned
  }}
  final Returned
}}
"""

PAGE = Page(
    code="HS602",
    severity=Severity.ERROR,
    title="Timer that is never armed, or never taken",
    what="A saga waits for a timer that nothing arms, or arms one that no state takes, ignores or defers.",
    why="The reminder that everybody relies on is never sent. Or the timer fires, nothing takes it, and the "
    "instance is stuck until an operator looks after it.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format(" { arm due for 28d }"),
)


def rule(model: Model) -> Iterator[Finding]:
    """The timers of each saga of which one half is missing; what nothing names at all is HS107's."""
    for saga in model.sagas.values():
        armed, taken = _places(saga)
        for timer in saga.timers:
            if timer.name in taken and timer.name not in armed:
                yield _never_armed(timer, taken[timer.name])
            elif timer.name in armed and timer.name not in taken:
                yield _never_taken(timer, armed[timer.name])


def _places(saga: Saga) -> tuple[dict[str, list[Span]], dict[str, list[Span]]]:
    """Where each timer is armed, and where it is waited for."""
    armed: dict[str, list[Span]] = {}
    taken: dict[str, list[Span]] = {}
    for node in within(saga) if saga.timers else ():
        match node:
            case Arm(timer=timer, span=span):
                armed.setdefault(timer, []).append(span)
            case OnTimer(timer=timer, span=span):
                taken.setdefault(timer, []).append(span)
    return armed, taken


def _never_armed(timer: Timer, taken: list[Span]) -> Finding:
    first, *others = taken
    return finding(
        PAGE,
        f"the timer `{timer.name}` is waited for, and never armed",
        first,
        text="this never comes",
        labels=(
            Label(timer.span, "declared here"),
            *(Label(each, "nor this") for each in others[:3]),
        ),
        hint=f"arm it where its time begins: `arm {timer.name} for 5m`",
    )


def _never_taken(timer: Timer, armed: list[Span]) -> Finding:
    first, *others = armed
    return finding(
        PAGE,
        f"the timer `{timer.name}` is armed, and nothing takes it",
        first,
        text="fires in a state that can't take it",
        labels=(
            Label(timer.span, "declared here"),
            *(Label(each, "armed here too") for each in others[:3]),
        ),
        hint=f"say what it does in the states where it may fire: `on {timer.name} -> SomeState`, or "
        f"`ignore {timer.name}`",
    )
