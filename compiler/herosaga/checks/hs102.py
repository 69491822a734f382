"""HS102: a name that nothing has."""

from collections.abc import Collection

from herosaga.checks.page import Page, finding
from herosaga.checks.repairs import import_line, slip
from herosaga.checks.words import a, either
from herosaga.findings import Edit, Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS102",
    severity=Severity.ERROR,
    title="Unknown name",
    what="A name is used that is not declared in this file or in a file that it imports. The report "
    "names the nearest one of the right kind.",
    why="A misspelt event is an event that never comes: the process would wait for it in silence.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlacd emits InvoiceSent }
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
)


# What Python has, as it is written here.
_PYTHON = {
    "avg": "sum(…) / len(…)",
    "average": "sum(…) / len(…)",
    "mean": "sum(…) / len(…)",
    "count": "len(…)",
    "size": "len(…)",
    "length": "len(…)",
    "uuid4": "uuid()",
    "datetime": "now",
    "today": "now",
    "float": "decimal(…)",
    "filter": "… for x in … if …",
    "map": "… for x in …",
    "sorted": "min(…)` or `max(…)",
}


def unknown(name: str, kinds: tuple[str, ...], span: Span, near: str, advice: str = "") -> Finding:
    """No declaration of one of `kinds` has this name; `advice` is what to do where none is like it."""
    wanted = either(kinds)
    head = "nothing here" if kinds == ("name",) else f"no {wanted}"
    where = "not declared here or in an import"
    if set(kinds) & {"state", "compensation", "data field"} or kinds == ("timer",):
        where = "not declared in this saga"
    elif set(kinds) & {"name", "function"}:
        where = "not known here"
    return finding(
        PAGE,
        f"{head} is called `{name}`",
        span,
        text=where,
        hint=f"did you mean `{near}`?" if near else advice or _advice(kinds),
        fix=(Edit(span, near),) if near and _plain(name, near) else (),
    )


def compared_with_null(name: str, span: Span, better: str) -> Finding:
    """`x == null`, which is `none` here, and never compared with `==`."""
    return finding(
        PAGE,
        f"nothing here is called `{name}`: what is not there is `none`, and tested with `is`",
        span,
        text="not known here",
        hint=f"write `{better}`",
    )


def circular(name: str, kind: str, span: Span, file: str) -> Finding:
    """Declared in a file of the project that imports this one, so that it can't be imported here."""
    return finding(
        PAGE,
        f"no {kind} is called `{name}` in this file",
        span,
        text=f"declared in {file}, which imports this file",
        hint=f"move `{name}` to a file that both import",
    )


def not_imported(name: str, kind: str, span: Span, path: str) -> Finding:
    """Declared in the project, but not in scope."""
    return finding(
        PAGE,
        f"no {kind} is called `{name}` in this file",
        span,
        text="declared in a file that is not imported",
        hint=f'write `import "{path}"` at the top of this file',
        fix=(import_line(span.source, path),),
    )


def elsewhere(name: str, kind: str, near: str, file: str, path: str, span: Span) -> Finding:
    """Misspelt, and nothing in scope is like it, but something in another file of the project."""
    return finding(
        PAGE,
        f"no {kind} is called `{name}`",
        span,
        text="not declared here or in an import",
        hint=f'did you mean `{near}`, declared in {file}? Then write `import "{path}"` at the top of '
        "this file too",
    )


def no_field(
    name: str, kind: str, owner: str, span: Span, near: str, has: Collection[str] = ()
) -> Finding:
    """A field, or member of an enum, that its owner does not have; `has` are those that there are."""
    part = "member" if kind == "enum" else "field"
    listed = ", ".join(f"`{each}`" for each in has) if len(has) < 7 else ""
    advice = f"add it to `{owner}`, or name one that it has{listed and ': '}{listed}"
    if kind == "type":
        advice = "only records and messages have fields"
    return finding(
        PAGE,
        f"`{owner}` has no {part} `{name}`",
        span,
        text=f"not a {part} of this {kind}",
        hint=f"did you mean `{near}`?" if near else advice,
        fix=(Edit(span, near),) if near and slip(name, near) else (),
    )


def no_function(name: str, span: Span, near: str, known: tuple[str, ...]) -> Finding:
    """A function that nobody has; those of Python are not here by themselves."""
    habit = _PYTHON.get(name, "")
    hint = f"did you mean `{near}`?" if near and not habit else f"write `{habit}`"
    if name == "uuid4":
        hint += ", without arguments: it makes a new one"
    if not near and not habit:
        hint = (
            f"there are {', '.join(f'`{each}`' for each in known)}; declare one of your own with "
            f"`extern {name}(…) -> …`"
        )
    return finding(
        PAGE,
        f"no function is called `{name}`",
        span,
        text="not known here",
        hint=hint,
        fix=(Edit(span, near),) if near and not habit and slip(name, near) else (),
    )


_METHODS = {
    **{name: f"{name}(…)" for name in ("lower", "upper", "round", "min", "max", "sum")},
    **dict.fromkeys(("count", "size", "length", "__len__"), "len(…)"),
    **dict.fromkeys(("isoformat", "hex", "__str__", "toString"), "str(…)"),
    **dict.fromkeys(("append", "add", "extend", "push"), "… + […]"),
    **dict.fromkeys(("utcnow", "now", "today"), "now"),
}
"""What Python's methods are written as here."""


def no_method(name: str, span: Span) -> Finding:
    """`text.startswith(…)`: a method, as Python would have it."""
    here = _METHODS.get(name, "")
    return finding(
        PAGE,
        f"there is no method `{name}`: values have none",
        span,
        text="called like a method",
        hint=(
            f"write `{here}`"
            if here
            else "there are functions instead, such as `len(x)`; declare one of your own: "
            f"`extern {name}(…) -> …`"
        ),
    )


def with_self(owner: str, name: str, span: Span) -> Finding:
    """`self.rent` of a data field, as Python would have it."""
    return finding(
        PAGE,
        f"nothing here is called `{owner}`",
        span,
        text="a data field is read by its name alone",
        hint=f"did you mean `{name}`?",
        fix=(Edit(span, name),),
    )


def after_loop(name: str, span: Span) -> Finding:
    """A loop's variable, read after the loop."""
    return finding(
        PAGE,
        f"`{name}` is the variable of a loop that is over",
        span,
        text="known in the loop's block only",
        hint="move this into the block, or keep in a data field what is needed later",
    )


def in_event(name: str, span: Span) -> Finding:
    """A field of the message, written without `event.`."""
    return finding(
        PAGE,
        f"nothing here is called `{name}`",
        span,
        text="a field of the message",
        hint=f"did you mean `event.{name}`?",
        fix=(Edit(span, f"event.{name}"),),
    )


def no_event(why: str, span: Span, advice: str = "") -> Finding:
    """`event` where no message is at hand."""
    return finding(
        PAGE,
        "there is no `event` here",
        span,
        text=why or "no message is at hand",
        hint=advice or "keep what you need in a data field when the message comes, and read that",
    )


def no_names(name: str, why: str, span: Span, hint: str = "write a literal") -> Finding:
    """A name that can't stand here."""
    return finding(
        PAGE,
        f"`{name}` can't be read here",
        span,
        text=why,
        hint=hint,
    )


def _plain(name: str, near: str) -> bool:
    """Whether there is no doubt that `near` is meant: a slip of the finger, or an import's word left out."""
    return slip(name, near) or near.endswith(f".{name}")


def _advice(kinds: tuple[str, ...]) -> str:
    if kinds == ("name",):
        return (
            "declare it as a data field of the saga, or write `event.…` for a field of the message"
        )
    return f"declare it, or name {a(either(kinds))} that exists"
