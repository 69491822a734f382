"""HS106: two names that become one."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS106",
    severity=Severity.ERROR,
    title="Names that become one",
    what="Two names differ here, and would be one in the generated Python or on a disk that does not "
    "tell capital letters from small ones: the fields `list` (which becomes `list_`) and `list_`, "
    "the states `FooBar` and `Foo_Bar`, a record `OrderData` beside a saga `Order`. Or one name is that of "
    "something Python or the generated module needs itself, such as a record `str`, or a file `json.saga` "
    "without a namespace, whose module would stand before Python's own `json`.",
    why="One of the two would silently take the other's place.",
    failing="""\
extern event ReportAsked { key report_id: uuid  from: date  from_: date }
extern event ReportSent { key report_id: uuid }

service Reports { on ReportAsked emits ReportSent }
""",
    mended="""\
extern event ReportAsked { key report_id: uuid  from: date  until: date }
extern event ReportSent { key report_id: uuid }

service Reports { on ReportAsked emits ReportSent }
""",
)


def same_name(first: str, second: str, what: str, python: str, span: Span, place: Span) -> Finding:
    """Two members of one place."""
    return finding(
        PAGE,
        f"the {what} `{first}` and `{second}` are one name in Python",
        span,
        text=f"becomes `{python}`",
        labels=(Label(place, f"becomes `{python}` too"),),
        hint="rename one of them",
    )


def built_in_state(name: str, span: Span) -> Finding:
    """A state that is called like the built-in one."""
    return finding(
        PAGE,
        f"a state can't be called `{name}`",
        span,
        text="every saga has a state `Compensating`, in which things are undone",
        hint="choose another name",
    )


def generated_class(name: str, kind: str, owner: str, span: Span, place: Span) -> Finding:
    """A declaration called like a generated class."""
    what = "constant" if kind == "policy" else "class"
    return finding(
        PAGE,
        f"`{name}` is also the name of a {what} that is generated for the {kind} `{owner}`",
        span,
        text="would be declared twice in Python",
        labels=(Label(place, f"brings `{name}` along"),),
        hint="rename one of them",
    )


def hides(what: str, name: str, python: str, span: Span) -> Finding:
    """A field or method called like a class that stands beside it."""
    return finding(
        PAGE,
        f"the {what} `{name}` would hide the class `{python}` in Python",
        span,
        text="a class of this name stands beside it",
        hint="begin what is declared with a capital letter, and fields with a small one",
    )


def reserved(name: str, span: Span) -> Finding:
    """A declaration called like something the module can't do without."""
    return finding(
        PAGE,
        f"nothing declared can be called `{name}`",
        span,
        text="Python, or the generated module, uses or hides this name",
        hint="choose another name, beginning with a capital letter",
    )


def same_module(first: str, second: str, module: str, span: Span) -> Finding:
    """Two files that compile to one."""
    return finding(
        PAGE,
        f"`{first}` and `{second}` both compile to `{module}`",
        span,
        text="on some disks at least",
        hint="rename one of the files, or give it another namespace",
    )


def module_and_folder(first: str, second: str, folder: str, span: Span) -> Finding:
    """A file whose module is called like the package of another."""
    return finding(
        PAGE,
        f"`{first}` compiles to `{folder}.py`, and `{second}` into the folder `{folder}`",
        span,
        text="Python would see only one of them",
        hint="rename the file, or give it another namespace",
    )


def hidden_module(module: str, top: str, span: Span) -> Finding:
    """A file whose module, or the package that it is in, is called like one that Python or the runtime has."""
    return finding(
        PAGE,
        f"the module `{module}` would hide the module `{top}`, which others import",
        span,
        text=f"compiles to `{module}`",
        hint="give the file a namespace that begins with a name of your own, such as "
        f"`namespace my_{top.strip('_')}`",
    )
