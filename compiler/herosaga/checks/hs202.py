"""HS202: a field that is missing, extra, or given twice."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS202",
    severity=Severity.ERROR,
    title="Fields that do not match",
    what="A message, record or call lacks a field that has no default, has one that is not declared, "
    "has one twice, or has a value that names no field.",
    why="The receiver would have to guess, or would refuse the message when it is too late to ask.",
    failing="""\
extern event OrderPlaced { key order_id: uuid  customer: str }
extern event OrderTaken { key order_id: uuid  customer: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when event.customer == "" -> Anonymous
    on OrderPlaced -> Taken { publish OrderTaken(order_id) }
  }
  final Anonymous
  final Taken
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid  customer: str }
extern event OrderTaken { key order_id: uuid  customer: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when event.customer == "" -> Anonymous
    on OrderPlaced -> Taken { publish OrderTaken(order_id, event.customer) }
  }
  final Anonymous
  final Taken
}
""",
)


def missing(names: tuple[str, ...], kind: str, owner: str, span: Span) -> Finding:
    """Fields without default that are not given."""
    listed = _and(names)
    return finding(
        PAGE,
        f"the {kind} `{owner}` needs {listed}",
        span,
        text=f"without {listed}",
        hint=f"add {', '.join(f'`{name} = …`' for name in names)}",
    )


def extra(
    name: str, kind: str, owner: str, span: Span, near: str, missing: str, value: str
) -> Finding:
    """A field that is not declared; `missing` is one that the `value` may have been meant for."""
    hint = "take it out" if kind == "outcome" else f"take it out, or add it to `{owner}`"
    if near or missing:
        hint = f"did you mean `{near}`?" if near else f"did you mean `{missing} = {value}`?"
    part = "field" if kind in ("record", "event", "command", "outcome") else "parameter"
    what = f"`{owner}`" if kind == "outcome" else f"the {kind} `{owner}`"
    return finding(PAGE, f"{what} has no {part} `{name}`", span, text=f"not a {part}", hint=hint)


def again(name: str, span: Span, first: Span) -> Finding:
    """A field that is given twice."""
    return finding(
        PAGE,
        f"`{name}` is given twice",
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="take one of them out",
    )


def positional(kind: str, owner: str, example: str, span: Span) -> Finding:
    """A value that names no field."""
    return finding(
        PAGE,
        f"this value does not say which field of the {kind} `{owner}` it is for",
        span,
        text="for which field?",
        hint=f"write `{example} = …`; only a bare name, or `event.name`, stands for its own field",
    )


def named(name: str, function: str, span: Span) -> Finding:
    """`len(x = …)`."""
    return finding(
        PAGE,
        f"the arguments of `{function}` have no names",
        span,
        text=f"`{name} =` can't stand here",
        hint="write the value alone",
    )


def function(name: str, takes: str, given: int, span: Span) -> Finding:
    """A wrong number of arguments."""
    count = f"{given} argument{'s' if given != 1 else ''}" if given else "nothing"
    return finding(
        PAGE, f"`{name}` takes {takes}, and is given {count}", span, hint=f"give it {takes}"
    )


def undo_missing(
    names: tuple[str, ...], undo: str, command: str, fields: tuple[str, ...], span: Span
) -> Finding:
    """`compensable` alone, where the declared undo needs more than the request has."""
    listed = _and(names)
    call = ", ".join(f"{each} = …" if each in names else each for each in fields)
    return finding(
        PAGE,
        f"`{undo}`, which undoes `{command}`, needs {listed}, which `{command}` does not have",
        span,
        text=f"without {listed}",
        hint=f"write `compensable by {undo}({call})`",
    )


def _and(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def too_many(function: str, takes: int, given: int, span: Span) -> Finding:
    """A value for which an extern function has no parameter."""
    count = f"{takes} argument{'s' if takes != 1 else ''}" if takes else "no arguments"
    return finding(
        PAGE,
        f"`{function}` takes {count}, and is given {given}",
        span,
        text="one too many",
        hint=f"take it out, or add a parameter to `extern {function}`",
    )


def after_named(function: str, span: Span) -> Finding:
    """An argument by place after one by name."""
    return finding(
        PAGE,
        f"this argument of `{function}` has no name, and stands after one that has",
        span,
        text="for which parameter?",
        hint="write `name = …` for it too, or put it before those with names",
    )


def other_place(name: str, place: str, span: Span) -> Finding:
    """A bare name in the place of another parameter than the one that it is called like."""
    return finding(
        PAGE,
        f"`{name}` is a parameter's name, and stands in the place of `{place}`",
        span,
        text=f"for `{name}`, or for `{place}`?",
        hint=f"write `{place} = {name}` or `{name} = {name}`",
    )
