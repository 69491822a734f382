"""HS005: a clause in the wrong block, or once too often."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS005",
    severity=Severity.ERROR,
    title="Clause in the wrong place",
    what="A clause stands in a block that it does not belong to (`start` in a state, `on` outside any "
    "state), or is given twice where one is allowed.",
    why="Two clauses that contradict each other, or one that nobody looks at, make the process do "
    "something other than what its text seems to say.",
    failing="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
extern event Lost { key order_id: uuid }

service Depot {
  handle Ship emits Shipped emits Lost
}
""",
    mended="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
extern event Lost { key order_id: uuid }

service Depot {
  handle Ship emits Shipped | Lost
}
""",
)


def misplaced(span: Span, clause: str, here: str, belongs: str) -> Finding:
    """A clause in a block it does not belong to."""
    return finding(
        PAGE,
        f"{clause} can't stand {here}",
        span,
        text="not here",
        hint=f"it belongs {belongs}",
    )


def twice(span: Span, clause: str, first: Span) -> Finding:
    """A second clause where one is allowed."""
    return finding(
        PAGE,
        f"{clause} is given twice",
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="keep one of them, or put both into one",
    )


def disordered(span: Span, clause: str, after: str) -> Finding:
    """A part of a transition that comes too late in it."""
    return finding(
        PAGE,
        f"{clause} stands after {after}",
        span,
        text="too late here",
        hint="the order is `on … when … compensate -> State { … }`",
    )


def of_done(span: Span, target: str) -> Finding:
    """Actions behind `done -> State` of a sequence."""
    return finding(
        PAGE,
        "`done` takes no actions: it says where it goes on when all steps are carried out",
        span,
        text="not here",
        hint=f"put them into `entry {{ … }}` of `state {target}`",
    )


def of_failure(span: Span, command: str) -> Finding:
    """`on Command failed`."""
    return finding(
        PAGE,
        "that a command was not carried out is awaited with `failure of`",
        span,
        text="the failure of a command?",
        hint=f"write `on failure of {command}`",
        fix=(Edit(span, f"failure of {command}"),),
    )


def contradiction(name: str, span: Span) -> Finding:
    """`irreversible` and `readonly` of one thing."""
    return finding(
        PAGE,
        f"`{name}` is said to be `irreversible` and `readonly`",
        span,
        text="it changes something for good, and it changes nothing",
        hint="keep the one that is true",
    )


def idle_log(name: str, span: Span, promise: str) -> Finding:
    """An activity with a `log`, which nothing would ever read."""
    reason = "nothing to undo" if promise == "readonly" else "no way to undo it"
    return finding(
        PAGE,
        f"`{name}` is said to be `{promise}`, and has a `log` to undo it",
        span,
        text=f"there is {reason}",
        hint=f"take out `{promise}` if it can be undone, else the `log`",
    )


def no_asker(span: Span) -> Finding:
    """A `reply` where nobody has asked."""
    return finding(
        PAGE,
        "`reply` has nobody to answer: no command is handled here, and none starts this saga",
        span,
        text="answers whom?",
        hint="write `publish` for a fact that others may need, or let a command start the saga",
    )
