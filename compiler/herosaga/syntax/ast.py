"""The syntax tree of a `.saga` file: what was written, where, and nothing that has to be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from herosaga.source import Source, Span


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier as written. `text` may be qualified (`p.Item`) where a declaration is named."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Annotation:
    """`@name(arguments)`; the arguments are literals or, for `@allow`, a code and a reason."""

    name: Name
    args: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Meta:
    """What may stand before a declaration, member, state or transition."""

    doc: str = ""
    annotations: tuple[Annotation, ...] = ()


# --- types -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeRef:
    """`name`, `name[args]`, and with `optional` a `?` after it."""

    name: Name
    args: tuple[TypeRef, ...]
    optional: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """`[key] name: type [= default]`, also a parameter."""

    name: Name
    type: TypeRef
    default: Expr | None
    key: bool
    meta: Meta
    span: Span


# --- expressions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, int, decimal, bool, none or duration, by value."""

    value: str | int | Decimal | bool | timedelta | None
    span: Span


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Var:
    """A bare name: variable, parameter, field, `event`, `state`, `now`, or an enum before a dot."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value.name`."""

    value: Expr
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """`value[index]`."""

    value: Expr
    index: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument. `name` is None where a bare value stands for its own name (`order_id`, `event.a`)."""

    name: Name | None
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`name(args)`: a function, an extern, a record or a message value."""

    name: Name
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Generator:
    """`element for var in source [if condition]`, the only argument of a function."""

    element: Expr
    var: Name
    source: Expr
    condition: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `-x`."""

    op: str
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`or and == != < <= > >= in "not in" + - * / %`."""

    op: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class IsNone:
    """`x is none`, and with `negated` `x is not none`."""

    operand: Expr
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if c then a else b`."""

    condition: Expr
    then: Expr
    other: Expr
    span: Span


Expr = (
    Literal
    | ListLiteral
    | Var
    | Attribute
    | Index
    | Call
    | Generator
    | Unary
    | Binary
    | IsNone
    | Conditional
)


# --- declarations ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Import:
    """`import "path" [as alias]`."""

    path: str
    path_span: Span
    alias: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """`record R { fields }`."""

    name: Name
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class EnumMember:
    """`red` or `green = "GREEN"`."""

    name: Name
    value: str
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum Color { members }`."""

    name: Name
    members: tuple[EnumMember, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Message:
    """`event E { fields }`, `command C { fields }`, `extern event E { fields }`."""

    kind: str  # "event" or "command"
    extern: bool
    name: Name
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Emission:
    """One part of `emits`: alternatives, and how many of them: "", "?" or "*"."""

    events: tuple[Name, ...]
    count: str
    span: Span


@dataclass(frozen=True, slots=True)
class Handler:
    """`handle C …` or `on E …` in a service."""

    kind: str  # "handle" or "on"
    message: Name
    emits: tuple[Emission, ...]
    refuses: tuple[Name, ...]
    undone_by: Name | None
    irreversible: bool
    readonly: bool
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Service:
    """`service S { handlers }`."""

    name: Name
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Policy:
    """`within D`, `retry N times …`. `retries` is None without `retry`, and "forever" for `retry forever`."""

    within: Expr | None
    retries: int | str | None
    every: Expr | None
    backoff: tuple[Expr, Expr] | None
    span: Span


@dataclass(frozen=True, slots=True)
class PolicyDecl:
    """`policy p { … }`."""

    name: Name
    policy: Policy
    meta: Meta
    span: Span


# --- sagas -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Set:
    """`set x = e`, `+=`, `-=`."""

    name: Name
    op: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send C(…)` and `publish E(…)`."""

    kind: str  # "send" or "publish"
    message: Call
    span: Span


@dataclass(frozen=True, slots=True)
class Undo:
    """`compensable [by U(…)]`; `by` is None for the declared undo. `by refund` is a call without arguments."""

    by: Call | None
    span: Span


@dataclass(frozen=True, slots=True)
class Request:
    """`request C(…) [with p | policy] [compensable …]`; `policy` is a name or written out."""

    message: Call
    policy: Name | Policy | None
    undo: Undo | None
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if e { … } else { … }`; `else if` is an `If` alone in `other`."""

    condition: Expr
    then: tuple[Action, ...]
    other: tuple[Action, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for x in e { … }`."""

    var: Name
    source: Expr
    body: tuple[Action, ...]
    span: Span


Action = Set | Send | Request | If | For


@dataclass(frozen=True, slots=True)
class OnMessage:
    """A trigger `E` or `E(a, b)`."""

    message: Name
    binds: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class OnFailure:
    """A trigger `failure of C`."""

    command: Name
    span: Span


@dataclass(frozen=True, slots=True)
class After:
    """A trigger `after D`."""

    delay: Expr
    span: Span


Trigger = OnMessage | OnFailure | After


@dataclass(frozen=True, slots=True)
class Transition:
    """`on TRIGGER [when guard] [compensate] [-> State] [{ actions }]`, and `after D …`."""

    trigger: Trigger
    guard: Expr | None
    compensate: Span | None
    target: Name | None
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """`ignore X, Y`."""

    messages: tuple[Name, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Start:
    """`start { … }`."""

    transitions: tuple[Transition, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class State:
    """`state S { … }`, members in source order."""

    name: Name
    members: tuple[Transition | Ignore, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class During:
    """`during A, B { … }`; `states` is empty for `during any`."""

    states: tuple[Name, ...]
    members: tuple[Transition | Ignore, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Missing:
    """`missing { … }`."""

    members: tuple[Transition | Ignore, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Final:
    """`final F [failed | manual] [{ actions }]`; `mark` is "", "failed" or "manual"."""

    name: Name
    mark: str
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Compensation:
    """`compensation name(params) { actions [policy] [otherwise -> F] }`."""

    name: Name
    params: tuple[Field, ...]
    actions: tuple[Action, ...]
    policy: Name | Policy | None
    otherwise: Name | None
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Saga:
    """`saga S by key: type { … }`; states, groups and finals in source order."""

    name: Name
    key: Name
    key_type: TypeRef
    version: int
    data: tuple[Field, ...]
    compensations: tuple[Compensation, ...]
    starts: tuple[Start, ...]
    states: tuple[State, ...]
    groups: tuple[During, ...]
    missing: Missing | None
    finals: tuple[Final, ...]
    meta: Meta
    span: Span


Decl = Record | Enum | Message | Service | PolicyDecl | Saga


@dataclass(frozen=True, slots=True)
class File:
    """One file: what could be read of it. `namespace` is "" where none is given."""

    source: Source
    namespace: str
    imports: tuple[Import, ...]
    decls: tuple[Decl, ...]
    docs: tuple[str, ...] = ()
