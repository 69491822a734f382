"""HS101: one name declared twice."""

from herosaga.checks.page import Page, finding
from herosaga.checks.words import a
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS101",
    severity=Severity.ERROR,
    title="Declared twice",
    what="Two declarations, fields, states, members of an enum or parameters of one place have the "
    "same name, a message has two `key` fields, a flow an arrow twice, a composite a part twice, or a saga two scenarios of one title; "
    "or a variable hides `event`, `state` or `now`, or a function one of the language.",
    why="Only one of the two could count, and nobody would see which: a message would lack a field "
    "that its sender believes to send.",
    failing="""\
extern event OrderPlaced { key order_id: uuid  total: int  total: decimal }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid  total: decimal }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
)


def twice(name: str, what: str, span: Span, first: Span, hint: str = "") -> Finding:
    """A second `what` of this name."""
    message = f"the {what} `{name}` is declared twice"
    if what == "handler":
        message = f"`{name}` is handled twice in this service"
        hint = "write one handler that emits all of it: `emits A, B`"
    if what == "state":
        block = f"`state {name} {{ … }}`"
        hint = f"write all that happens in it into one {block}, or rename one of them"
    return finding(
        PAGE,
        message,
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint=hint or "rename one of them, or take it out",
    )


def both(name: str, one: str, other: str, span: Span, first: Span) -> Finding:
    """Declarations of two kinds with one name."""
    return finding(
        PAGE,
        f"`{name}` is the name of {a(one)} and of {a(other)}",
        span,
        text=f"{a(other)} here",
        labels=(Label(first, f"{a(one)} here"),),
        hint="rename one of them",
    )


def second_key(message: str, name: str, span: Span, first: Span) -> Finding:
    """A second `key` field in one message."""
    return finding(
        PAGE,
        f"`{message}` has two `key` fields",
        span,
        text="a second key",
        labels=(Label(first, "the first key"),),
        hint=f"an instance is found by one field: take `key` from `{name}`",
    )


def like_the_key(name: str, span: Span, key: Span) -> Finding:
    """A data field named like the saga's key."""
    return finding(
        PAGE,
        f"`{name}` is the saga's key, and a data field too",
        span,
        text="again here",
        labels=(Label(key, "the key"),),
        hint="take the field out: the key can be read like one",
    )


def reserved(name: str, what: str, span: Span) -> Finding:
    """A variable that would hide what the language calls so."""
    return finding(
        PAGE,
        f"{a(what)} can't be called `{name}`",
        span,
        text=f"`{name}` is given by the language",
        hint=f"choose another name: `{name}` already means something in every expression",
    )


def built_in(name: str, span: Span) -> Finding:
    """An extern function called like one of the language."""
    return finding(
        PAGE,
        f"the language has a function `{name}` already",
        span,
        text="can never be called",
        hint="choose another name",
    )


def named_twice(name: str, what: str, span: Span, first: Span) -> Finding:
    """Something that is listed there already."""
    return finding(
        PAGE,
        f"the {what} `{name}` is named twice",
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="take one of them out: the second says nothing more",
    )


def part_twice(name: str, span: Span, first: Span) -> Finding:
    """A part of a composite that is one already."""
    return finding(
        PAGE,
        f"`{name}` is named twice: when it has come once, both have",
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="name the other event that is waited for; what must come twice is counted, with `set` and `when`",
    )


def two_answers(name: str, span: Span, first: Span) -> Finding:
    """An event that a handler emits and refuses with."""
    return finding(
        PAGE,
        f"`{name}` would mean both that it was done and that it was refused",
        span,
        text="a refusal here",
        labels=(Label(first, "what comes of it here"),),
        hint="declare an event of its own for the refusal",
    )


def titled(what: str, title: str, saga: str, span: Span, first: Span) -> Finding:
    """A second scenario or property of this title for one saga."""
    return finding(
        PAGE,
        f'`{saga}` has two {what} called "{title}"',
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="give one of them another title: a report names them by it",
    )
