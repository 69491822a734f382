"""HS103: a name of the wrong kind."""

from herosaga.checks.page import Page, finding
from herosaga.checks.words import a, either
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS103",
    severity=Severity.ERROR,
    title="Name of the wrong kind",
    what="Something is named where something else is needed: an event where a command is sent, a "
    "message as the type of a field, a final where a state can go on.",
    why="An event tells what has happened, to whom it may concern; a command asks one receiver to "
    "act. Taken for each other, nobody acts, or everybody.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { handle OrderPlaced emits InvoiceSent }
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
)

# The word that would have been right, by the word written and the kind of what was named.
_VERBS = {
    ("send", "event"): "publish",
    ("publish", "command"): "send",
    ("handle", "event"): "on",
    ("on", "command"): "handle",
    ("sent", "event"): "published",
    ("published", "command"): "sent",
    ("replied", "command"): "sent",
    ("request", "itinerary"): "run",
    ("run", "command"): "request",
}


def wrong_kind(
    name: str,
    kind: str,
    kinds: tuple[str, ...],
    span: Span,
    declared: tuple[Span, str],
    verb: str = "",
) -> Finding:
    """A `kind` where one of `kinds` is needed."""
    wanted = either(kinds)
    better = _VERBS.get((verb, kind), "")
    hint = f"did you mean `{better} {name}`?" if better else f"name {a(wanted)}"
    if (verb, kind) == ("do", "command"):
        hint = "declare an `activity` that does it; a command is sent by a saga, or at the end: "
        hint += f"`on completed {{ send {name}(…) }}`"
    if (verb, kind) == ("request", "event"):
        hint = f"request the command that `{name}` answers, or `publish {name}`"
    return finding(
        PAGE,
        f"`{name}` is {a(kind)}, and {a(wanted)} is needed here",
        span,
        text=f"not {a(wanted)}",
        labels=(Label(*declared),),
        hint=hint,
    )


def not_a_record(name: str, meant: str, span: Span) -> Finding:
    """`Alias(…)` of a type that is no record."""
    return finding(
        PAGE,
        f"`{name}` stands for {a(meant)}, and only records are made like this",
        span,
        text="not a record",
        hint="write the value itself",
    )


def variable_set(name: str, what: str, span: Span, declared: Span | None, hides: bool) -> Finding:
    """A `set` of a loop's variable or a parameter; `declared` is a data field of that name, if there is one."""
    hint = f"to keep a value, declare a data field of another name, `data {{ last_{name}: … }}`, and set that"
    if hides:
        hint = f"call the {what} otherwise: here it hides the data field `{name}`"
    return finding(
        PAGE,
        f"`{name}` can't be set: it is a {what}",
        span,
        text="`set` keeps a value in a data field, and this is none",
        labels=(Label(declared, "the data field of that name"),) if declared is not None else (),
        hint=hint,
    )


def not_settable(name: str, what: str, span: Span) -> Finding:
    """A `set` of something that is not a data field."""
    return finding(
        PAGE,
        f"`{name}` can't be set: it is a {what}",
        span,
        text="not a data field that can be set here",
        hint="`set` changes a data field of the saga's instance",
    )


def compensating(span: Span) -> Finding:
    """An arrow to the built-in state."""
    return finding(
        PAGE,
        "no arrow leads to `Compensating`",
        span,
        text="the built-in state in which things are undone",
        hint="write `compensate -> S`: everything is undone first, then `S` is entered",
    )


def no_place(name: str, kind: str, span: Span, declared: tuple[Span, str]) -> Finding:
    """An arrow to something that is no state."""
    hint = "lead to a state of this saga"
    if kind in ("event", "command"):
        verb = "publish" if kind == "event" else "send"
        hint += f", and say there what is sent: `-> SomeState {{ {verb} {name}(…) }}`"
    return finding(
        PAGE,
        f"`{name}` is {a(kind)}, and an arrow leads to a state",
        span,
        text="not a state",
        labels=(Label(*declared),),
        hint=hint,
    )


def state_awaited(name: str, span: Span) -> Finding:
    """`on` of a state."""
    return finding(
        PAGE,
        f"`{name}` is a state, and `on` waits for an event or command",
        span,
        text="a state of this saga",
        hint="name the event that leads there: `on SomeEvent -> " + name + "`",
    )


def answer_for_command(event: str, command: str, verb: str, span: Span) -> Finding:
    """`failure of` an event: what fails is the request of a command."""
    return finding(
        PAGE,
        f"`{event}` is an answer to `{command}`, and `{verb}` names the command",
        span,
        text="not a command",
        hint=f"did you mean `{verb} {command}`?",
    )


def final_in_group(name: str, span: Span) -> Finding:
    """A final in the head of a `during`."""
    return finding(
        PAGE,
        f"`{name}` is a final state: nothing happens during it",
        span,
        text="final",
        hint="take it out of the list",
    )


def not_manual(name: str, span: Span) -> Finding:
    """`otherwise` to something that is not for an operator."""
    return finding(
        PAGE,
        f"`otherwise` leads to `{name}`, which no operator looks after",
        span,
        text="not a `manual` final",
        hint="what could not be undone needs somebody: lead to a `final … manual`",
    )


def no_declared_undo(command: str, span: Span) -> Finding:
    """`compensable` alone, for a command that has no `undone by`."""
    return finding(
        PAGE,
        f"nothing says what undoes `{command}`",
        span,
        text="compensable by what?",
        hint=f"write `compensable by …`, or `handle {command} … undone by …` in its service",
    )


def not_an_end(name: str, kind: str, outcome: str, ends: tuple[str, ...], span: Span) -> Finding:
    """`C.completed`, `I.done`: an outcome that a thing of this kind does not have."""
    listed = " or ".join(f"`{name}.{each}`" for each in ends)
    return finding(
        PAGE,
        f"`{name}` is {a(kind)}, and does not end `{outcome}`",
        span,
        text="never comes",
        hint=f"write {listed}",
    )


def has_an_answer(command: str, answers: tuple[str, ...], span: Span, word: str = "on") -> Finding:
    """`C.done` of a command that is answered by an event; in a scenario after the word `when`."""
    listed = " | ".join(answers)
    hint = f"wait for the answer: `on {', '.join(answers)}`"
    if word == "when":
        hint = f"let the answer come: `when {answers[0]}`"
    return finding(
        PAGE,
        f"`{command}` is answered by `{listed}`, so there is no `{command}.done`",
        span,
        text="never comes",
        hint=hint,
    )


def not_promised(
    event: str, command: str, promised: tuple[str, ...], span: Span, serves: Span
) -> Finding:
    """A `reply` that is not among what the saga says it answers."""
    said = f"promises {' | '.join(promised)}" if promised else "promises no answer but that it ends"
    hint = f"write `handles {command} emits {event}`, or `publish {event}`"
    if promised:
        hint = f"reply with `{promised[0]}`, or add `{event}` to what the saga `emits` or `refuses`"
    return finding(
        PAGE,
        f"`{event}` is no answer to `{command}`",
        span,
        text="not promised",
        labels=(Label(serves, said),),
        hint=hint,
    )
