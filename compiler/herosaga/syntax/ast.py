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
class Alias:
    """`type Name = T`."""

    name: Name
    type: TypeRef
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class ExternFunction:
    """`extern name(params) -> T`: a pure Python function that the user supplies."""

    name: Name
    params: tuple[Field, ...]
    result: TypeRef
    meta: Meta
    span: Span


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
    """`service S { handlers }`, `extern service S { handlers }`."""

    name: Name
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span
    extern: bool = False


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


@dataclass(frozen=True, slots=True)
class Chain:
    """`A -> B -> C` in a flow."""

    messages: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    """`flow F { chains within D }`."""

    name: Name
    chains: tuple[Chain, ...]
    within: Expr | None
    meta: Meta
    span: Span


# --- actions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Set:
    """`set x = e`, `+=`, `-=`."""

    name: Name
    op: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send C(…)`, `publish E(…)` and `reply E(…)`."""

    kind: str  # "send", "publish" or "reply"
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
class Run:
    """`run I(…) [compensable]`."""

    message: Call
    undo: Undo | None
    span: Span


@dataclass(frozen=True, slots=True)
class Recording:
    """`compensable by U(…)` as an action: an undo is recorded without a request."""

    undo: Undo
    span: Span


@dataclass(frozen=True, slots=True)
class Pivot:
    """`pivot`."""

    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """`arm t for D`, `arm t at T`; `at` says which."""

    timer: Name
    at: bool
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Disarm:
    """`disarm t`."""

    timer: Name
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


Action = Set | Send | Request | Run | Recording | Pivot | Arm | Disarm | If | For


# --- sagas -------------------------------------------------------------------------------------


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
class OnTimeout:
    """A trigger `timeout of C`."""

    command: Name
    span: Span


@dataclass(frozen=True, slots=True)
class OnFault:
    """A trigger `fault of C`."""

    command: Name
    span: Span


@dataclass(frozen=True, slots=True)
class OnAll:
    """A trigger `all(A, B)`."""

    messages: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class OnOutcome:
    """A trigger `I.completed`, `C.done`, or of an itinerary's own `on`, `completed`: then `of` is None.

    `outcome` is "completed", "faulted", "compensated" or "done".
    """

    of: Name | None
    outcome: str
    binds: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class After:
    """A trigger `after D`."""

    delay: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class At:
    """A trigger `at T`."""

    time: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Deadline:
    """The trigger of `deadline D`."""

    delay: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class StepFailed:
    """The trigger of a sequence's `failed`; the span is of that word."""

    span: Span


Swallowed = OnMessage | OnTimeout | OnFault | OnOutcome
"""What `ignore` and `defer` take. A timer looks like a message here."""

Trigger = (
    OnMessage
    | OnFailure
    | OnTimeout
    | OnFault
    | OnAll
    | OnOutcome
    | After
    | At
    | Deadline
    | StepFailed
)


@dataclass(frozen=True, slots=True)
class Transition:
    """`on TRIGGER, … [when guard] [compensate] [-> State] [{ actions }]`, `after`, `at`, `deadline`, `failed`."""

    triggers: tuple[Trigger, ...]
    guard: Expr | None
    compensate: Span | None
    target: Name | None
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """`ignore X, Y`."""

    messages: tuple[Swallowed, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Defer:
    """`defer X, Y`."""

    messages: tuple[Swallowed, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Every:
    """`every D { actions }`."""

    delay: Expr
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """`entry { actions }`."""

    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Exit:
    """`exit { actions }`."""

    actions: tuple[Action, ...]
    meta: Meta
    span: Span


Member = Transition | Ignore | Defer | Every | Entry | Exit
"""What a state holds. A group holds no `Entry` or `Exit`, `missing` only transitions and `ignore`."""


@dataclass(frozen=True, slots=True)
class Start:
    """`start { … }`."""

    transitions: tuple[Transition, ...]
    span: Span
    meta: Meta = Meta()


@dataclass(frozen=True, slots=True)
class State:
    """`state S { … }`, members in source order."""

    name: Name
    members: tuple[Member, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class During:
    """`during A, B { … }`; `states` is empty for `during any`."""

    states: tuple[Name, ...]
    members: tuple[Member, ...]
    span: Span
    meta: Meta = Meta()


@dataclass(frozen=True, slots=True)
class Missing:
    """`missing { … }`."""

    members: tuple[Member, ...]
    span: Span
    meta: Meta = Meta()


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
class Timer:
    """`timer name`."""

    name: Name
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Correlate:
    """`correlate E by event.other`, `correlate E where field == event.other`: one of both is given."""

    message: Name
    by: Expr | None
    where: Expr | None
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Moved:
    """`state Old -> New` or `field a -> b` in a migration."""

    kind: str  # "state" or "field"
    old: Name
    new: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Computed:
    """`field c = expr` in a migration."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Dropped:
    """`drop d` in a migration."""

    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Migration:
    """`migrate from n { … }`."""

    version: int
    changes: tuple[Moved | Computed | Dropped, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
    """`step [Name:] C(…) [policy] [compensable …] [{ actions }] [on Refusal … -> S]`, in a sequence."""

    name: Name | None
    request: Request
    actions: tuple[Action, ...]
    reactions: tuple[Transition, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Do:
    """`do A(…) [policy]`, in an itinerary."""

    message: Call
    policy: Name | Policy | None
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`if e { stages } else { stages }`; `else if` is a `Branch` alone in `other`."""

    condition: Expr
    then: tuple[Stage, ...]
    other: tuple[Stage, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`for x in e { stages }`; with `parallel` all rounds at once."""

    var: Name
    source: Expr
    body: tuple[Stage, ...]
    parallel: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Parallel:
    """`parallel { … }`: each branch is a direct child, or what a `{ }` groups."""

    branches: tuple[tuple[Stage, ...], ...]
    span: Span


Stage = Step | Do | Branch | Loop | Parallel | Set | Send | Run | Pivot
"""What runs in order. `Step`, and the actions, only in sequences; `Do` only in itineraries."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """`sequence S { stages, done, failed, and transitions that hold for all of it }`."""

    name: Name
    stages: tuple[Stage, ...]
    done: Name | None
    failed: Transition | None
    members: tuple[Member, ...]
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
    timers: tuple[Timer, ...] = ()
    deadline: Transition | None = None
    retain: Expr | None = None
    migrations: tuple[Migration, ...] = ()
    correlates: tuple[Correlate, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    serves: Handler | None = None  # `handles C emits …`


# --- itineraries -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activity:
    """`activity A(params) -> (outputs) { … }`; `log` is None without one."""

    name: Name
    params: tuple[Field, ...]
    outputs: tuple[Field, ...]
    log: tuple[Field, ...] | None
    policy: Name | Policy | None
    irreversible: bool
    readonly: bool
    revises: tuple[Name, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Itinerary:
    """`itinerary I(params) { stages, and what is done on completed, faulted, compensated }`.

    The triggers of `outcomes` are `OnOutcome`s without `of`.
    """

    name: Name
    params: tuple[Field, ...]
    stages: tuple[Stage, ...]
    outcomes: tuple[Transition, ...]
    meta: Meta
    span: Span


# --- scenarios and properties ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SceneMessage:
    """`when E(…)`, or `when E`."""

    message: Call
    span: Span


@dataclass(frozen=True, slots=True)
class SceneOutcome:
    """`when I.completed(…)`, `when C.done`."""

    of: Name
    outcome: str
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SceneTimeout:
    """`when C timed out`."""

    command: Name
    span: Span


@dataclass(frozen=True, slots=True)
class SceneFault:
    """`when fault of C`."""

    command: Name
    span: Span


@dataclass(frozen=True, slots=True)
class SceneAfter:
    """`after D`."""

    delay: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """`state S`, `sent C(…)`, `published E`, `replied E`, `compensated name`, `late E`, `dead E`, `nothing`.

    `name` is None for `nothing` alone.
    """

    kind: str
    name: Name | None
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect …, …`."""

    expectations: tuple[Expectation, ...]
    span: Span


Scene = SceneMessage | SceneOutcome | SceneTimeout | SceneFault | SceneAfter | Expect


@dataclass(frozen=True, slots=True)
class Scenario:
    """`scenario "…" for Saga { scenes }`; `title` is a `Name` for its place, and may hold any text."""

    title: Name
    saga: Name
    scenes: tuple[Scene, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Atom:
    """`state S`, `received M`, `sent C`, `published E`, `run I`."""

    kind: str
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Never:
    """`never A`."""

    atom: Atom
    span: Span


@dataclass(frozen=True, slots=True)
class Requires:
    """`A requires B`."""

    atom: Atom
    before: Atom
    span: Span


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """`A leads to B or C`."""

    atom: Atom
    after: tuple[Atom, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AtMost:
    """`A at most n times`."""

    atom: Atom
    times: int
    span: Span


Law = Never | Requires | LeadsTo | AtMost


@dataclass(frozen=True, slots=True)
class Property:
    """`property "…" for Saga { laws }`; `title` as in a `Scenario`."""

    title: Name
    saga: Name
    laws: tuple[Law, ...]
    meta: Meta
    span: Span


Decl = (
    Alias
    | ExternFunction
    | Record
    | Enum
    | Message
    | Service
    | PolicyDecl
    | Flow
    | Saga
    | Activity
    | Itinerary
)
"""What has a name of its own, by which others call it."""


@dataclass(frozen=True, slots=True)
class File:
    """One file: what could be read of it. `namespace` is "" where none is given.

    `lost` are the names that declarations would have declared which could not be read.
    """

    source: Source
    namespace: str
    imports: tuple[Import, ...]
    decls: tuple[Decl, ...]
    docs: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    properties: tuple[Property, ...] = ()
    lost: frozenset[str] = frozenset()
