"""The syntax tree of a `.saga` file: what was written, where, and nothing that has to be looked up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from herosaga.source import Source, Span
from msgspec import Struct


class Name(Struct, frozen=True):
    """An identifier as written. `text` may be qualified (`p.Item`) where a declaration is named."""

    text: str
    span: Span


class Annotation(Struct, frozen=True):
    """`@name(arguments)`; the arguments are literals or, for `@allow`, a code and a reason."""

    name: Name
    args: tuple[Expr, ...]
    span: Span


class Meta(Struct, frozen=True):
    """What may stand before a declaration, member, state or transition."""

    doc: str = ""
    annotations: tuple[Annotation, ...] = ()


# --- types -------------------------------------------------------------------------------------


class TypeRef(Struct, frozen=True):
    """`name`, `name[args]`, and with `optional` a `?` after it."""

    name: Name
    args: tuple[TypeRef, ...]
    optional: bool
    span: Span


class Field(Struct, frozen=True):
    """`[key] name: type [= default]`, also a parameter."""

    name: Name
    type: TypeRef
    default: Expr | None
    key: bool
    meta: Meta
    span: Span


# --- expressions -------------------------------------------------------------------------------


class Literal(Struct, frozen=True):
    """A string, int, decimal, bool, none or duration, by value."""

    value: str | int | Decimal | bool | timedelta | None
    span: Span


class ListLiteral(Struct, frozen=True):
    """`[a, b]`."""

    items: tuple[Expr, ...]
    span: Span


class Var(Struct, frozen=True):
    """A bare name: variable, parameter, field, `event`, `state`, `now`, or an enum before a dot."""

    name: str
    span: Span


class Attribute(Struct, frozen=True):
    """`value.name`."""

    value: Expr
    name: Name
    span: Span


class Index(Struct, frozen=True):
    """`value[index]`."""

    value: Expr
    index: Expr
    span: Span


class Arg(Struct, frozen=True):
    """An argument. `name` is None where a bare value stands for its own name (`order_id`, `event.a`)."""

    name: Name | None
    value: Expr
    span: Span


class Call(Struct, frozen=True):
    """`name(args)`: a function, an extern, a record or a message value."""

    name: Name
    args: tuple[Arg, ...]
    span: Span


class Generator(Struct, frozen=True):
    """`element for var in source [if condition]`, the only argument of a function."""

    element: Expr
    var: Name
    source: Expr
    condition: Expr | None
    span: Span


class Unary(Struct, frozen=True):
    """`not x`, `-x`."""

    op: str
    operand: Expr
    span: Span


class Binary(Struct, frozen=True):
    """`or and == != < <= > >= in "not in" + - * / %`."""

    op: str
    left: Expr
    right: Expr
    span: Span


class IsNone(Struct, frozen=True):
    """`x is none`, and with `negated` `x is not none`."""

    operand: Expr
    negated: bool
    span: Span


class Conditional(Struct, frozen=True):
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


class Alias(Struct, frozen=True):
    """`type Name = T`."""

    name: Name
    type: TypeRef
    meta: Meta
    span: Span


class ExternFunction(Struct, frozen=True):
    """`extern name(params) -> T`: a pure Python function that the user supplies."""

    name: Name
    params: tuple[Field, ...]
    result: TypeRef
    meta: Meta
    span: Span


class Import(Struct, frozen=True):
    """`import "path" [as alias]`."""

    path: str
    path_span: Span
    alias: Name | None
    span: Span


class Record(Struct, frozen=True):
    """`record R { fields }`."""

    name: Name
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


class EnumMember(Struct, frozen=True):
    """`red` or `green = "GREEN"`."""

    name: Name
    value: str
    meta: Meta
    span: Span


class Enum(Struct, frozen=True):
    """`enum Color { members }`."""

    name: Name
    members: tuple[EnumMember, ...]
    meta: Meta
    span: Span


class Message(Struct, frozen=True):
    """`event E { fields }`, `command C { fields }`, `extern event E { fields }`."""

    kind: str  # "event" or "command"
    extern: bool
    name: Name
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


class Emission(Struct, frozen=True):
    """One part of `emits`: alternatives, and how many of them: "", "?" or "*"."""

    events: tuple[Name, ...]
    count: str
    span: Span


class Handler(Struct, frozen=True):
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


class Service(Struct, frozen=True):
    """`service S { handlers }`, `extern service S { handlers }`."""

    name: Name
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span
    extern: bool = False


class Policy(Struct, frozen=True):
    """`within D`, `retry N times …`. `retries` is None without `retry`, and "forever" for `retry forever`."""

    within: Expr | None
    retries: int | str | None
    every: Expr | None
    backoff: tuple[Expr, Expr] | None
    span: Span


class PolicyDecl(Struct, frozen=True):
    """`policy p { … }`."""

    name: Name
    policy: Policy
    meta: Meta
    span: Span


class Chain(Struct, frozen=True):
    """`A -> B -> C` in a flow."""

    messages: tuple[Name, ...]
    span: Span


class Flow(Struct, frozen=True):
    """`flow F { chains within D }`."""

    name: Name
    chains: tuple[Chain, ...]
    within: Expr | None
    meta: Meta
    span: Span


# --- actions -----------------------------------------------------------------------------------


class Set(Struct, frozen=True):
    """`set x = e`, `+=`, `-=`."""

    name: Name
    op: str
    value: Expr
    span: Span


class Send(Struct, frozen=True):
    """`send C(…)`, `publish E(…)` and `reply E(…)`."""

    kind: str  # "send", "publish" or "reply"
    message: Call
    span: Span


class Undo(Struct, frozen=True):
    """`compensable [by U(…)]`; `by` is None for the declared undo. `by refund` is a call without arguments."""

    by: Call | None
    span: Span


class Request(Struct, frozen=True):
    """`request C(…) [with p | policy] [compensable …]`; `policy` is a name or written out."""

    message: Call
    policy: Name | Policy | None
    undo: Undo | None
    span: Span


class Run(Struct, frozen=True):
    """`run I(…) [compensable]`."""

    message: Call
    undo: Undo | None
    span: Span


class Recording(Struct, frozen=True):
    """`compensable by U(…)` as an action: an undo is recorded without a request."""

    undo: Undo
    span: Span


class Pivot(Struct, frozen=True):
    """`pivot`."""

    span: Span


class Arm(Struct, frozen=True):
    """`arm t for D`, `arm t at T`; `at` says which."""

    timer: Name
    at: bool
    value: Expr
    span: Span


class Disarm(Struct, frozen=True):
    """`disarm t`."""

    timer: Name
    span: Span


class If(Struct, frozen=True):
    """`if e { … } else { … }`; `else if` is an `If` alone in `other`."""

    condition: Expr
    then: tuple[Action, ...]
    other: tuple[Action, ...]
    span: Span


class For(Struct, frozen=True):
    """`for x in e { … }`."""

    var: Name
    source: Expr
    body: tuple[Action, ...]
    span: Span


Action = Set | Send | Request | Run | Recording | Pivot | Arm | Disarm | If | For


# --- sagas -------------------------------------------------------------------------------------


class OnMessage(Struct, frozen=True):
    """A trigger `E` or `E(a, b)`."""

    message: Name
    binds: tuple[Name, ...]
    span: Span


class OnFailure(Struct, frozen=True):
    """A trigger `failure of C`."""

    command: Name
    span: Span


class OnTimeout(Struct, frozen=True):
    """A trigger `timeout of C`."""

    command: Name
    span: Span


class OnFault(Struct, frozen=True):
    """A trigger `fault of C`."""

    command: Name
    span: Span


class OnAll(Struct, frozen=True):
    """A trigger `all(A, B)`."""

    messages: tuple[Name, ...]
    span: Span


class OnOutcome(Struct, frozen=True):
    """A trigger `I.completed`, `C.done`, or of an itinerary's own `on`, `completed`: then `of` is None.

    `outcome` is "completed", "faulted", "compensated" or "done".
    """

    of: Name | None
    outcome: str
    binds: tuple[Name, ...]
    span: Span


class After(Struct, frozen=True):
    """A trigger `after D`."""

    delay: Expr
    span: Span


class At(Struct, frozen=True):
    """A trigger `at T`."""

    time: Expr
    span: Span


class Deadline(Struct, frozen=True):
    """The trigger of `deadline D`."""

    delay: Expr
    span: Span


class StepFailed(Struct, frozen=True):
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


class Transition(Struct, frozen=True):
    """`on TRIGGER, … [when guard] [compensate] [-> State] [{ actions }]`, `after`, `at`, `deadline`, `failed`."""

    triggers: tuple[Trigger, ...]
    guard: Expr | None
    compensate: Span | None
    target: Name | None
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


class Ignore(Struct, frozen=True):
    """`ignore X, Y`."""

    messages: tuple[Swallowed, ...]
    meta: Meta
    span: Span


class Defer(Struct, frozen=True):
    """`defer X, Y`."""

    messages: tuple[Swallowed, ...]
    meta: Meta
    span: Span


class Every(Struct, frozen=True):
    """`every D { actions }`."""

    delay: Expr
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


class Entry(Struct, frozen=True):
    """`entry { actions }`."""

    actions: tuple[Action, ...]
    meta: Meta
    span: Span


class Exit(Struct, frozen=True):
    """`exit { actions }`."""

    actions: tuple[Action, ...]
    meta: Meta
    span: Span


Member = Transition | Ignore | Defer | Every | Entry | Exit
"""What a state holds. A group holds no `Entry` or `Exit`, `missing` only transitions and `ignore`."""


class Start(Struct, frozen=True):
    """`start { … }`."""

    transitions: tuple[Transition, ...]
    span: Span
    meta: Meta = Meta()


class State(Struct, frozen=True):
    """`state S { … }`, members in source order."""

    name: Name
    members: tuple[Member, ...]
    meta: Meta
    span: Span


class During(Struct, frozen=True):
    """`during A, B { … }`; `states` is empty for `during any`."""

    states: tuple[Name, ...]
    members: tuple[Member, ...]
    span: Span
    meta: Meta = Meta()


class Missing(Struct, frozen=True):
    """`missing { … }`."""

    members: tuple[Member, ...]
    span: Span
    meta: Meta = Meta()


class Final(Struct, frozen=True):
    """`final F [failed | manual] [{ actions }]`; `mark` is "", "failed" or "manual"."""

    name: Name
    mark: str
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


class Compensation(Struct, frozen=True):
    """`compensation name(params) { actions [policy] [otherwise -> F] }`."""

    name: Name
    params: tuple[Field, ...]
    actions: tuple[Action, ...]
    policy: Name | Policy | None
    otherwise: Name | None
    meta: Meta
    span: Span


class Timer(Struct, frozen=True):
    """`timer name`."""

    name: Name
    meta: Meta
    span: Span


class Correlate(Struct, frozen=True):
    """`correlate E by event.other`, `correlate E where field == event.other`: one of both is given."""

    message: Name
    by: Expr | None
    where: Expr | None
    meta: Meta
    span: Span


class Moved(Struct, frozen=True):
    """`state Old -> New` or `field a -> b` in a migration."""

    kind: str  # "state" or "field"
    old: Name
    new: Name
    span: Span


class Computed(Struct, frozen=True):
    """`field c = expr` in a migration."""

    name: Name
    value: Expr
    span: Span


class Dropped(Struct, frozen=True):
    """`drop d` in a migration."""

    name: Name
    span: Span


class Migration(Struct, frozen=True):
    """`migrate from n { … }`."""

    version: int
    changes: tuple[Moved | Computed | Dropped, ...]
    meta: Meta
    span: Span


class Step(Struct, frozen=True):
    """`step [Name:] C(…) [policy] [compensable …] [{ actions }] [on Refusal … -> S]`, in a sequence."""

    name: Name | None
    request: Request
    actions: tuple[Action, ...]
    reactions: tuple[Transition, ...]
    meta: Meta
    span: Span


class Do(Struct, frozen=True):
    """`do A(…) [policy]`, in an itinerary."""

    message: Call
    policy: Name | Policy | None
    meta: Meta
    span: Span


class Branch(Struct, frozen=True):
    """`if e { stages } else { stages }`; `else if` is a `Branch` alone in `other`."""

    condition: Expr
    then: tuple[Stage, ...]
    other: tuple[Stage, ...]
    span: Span


class Loop(Struct, frozen=True):
    """`for x in e { stages }`; with `parallel` all rounds at once."""

    var: Name
    source: Expr
    body: tuple[Stage, ...]
    parallel: bool
    span: Span


class Parallel(Struct, frozen=True):
    """`parallel { … }`: each branch is a direct child, or what a `{ }` groups."""

    branches: tuple[tuple[Stage, ...], ...]
    span: Span


Stage = Step | Do | Branch | Loop | Parallel | Set | Send | Run | Pivot
"""What runs in order. `Step`, and the actions, only in sequences; `Do` only in itineraries."""


class Sequence(Struct, frozen=True):
    """`sequence S { stages, done, failed, and transitions that hold for all of it }`."""

    name: Name
    stages: tuple[Stage, ...]
    done: Name | None
    failed: Transition | None
    members: tuple[Member, ...]
    meta: Meta
    span: Span


class Saga(Struct, frozen=True):
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


class Activity(Struct, frozen=True):
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


class Itinerary(Struct, frozen=True):
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


class SceneMessage(Struct, frozen=True):
    """`when E(…)`, or `when E`."""

    message: Call
    span: Span


class SceneOutcome(Struct, frozen=True):
    """`when I.completed(…)`, `when C.done`."""

    of: Name
    outcome: str
    args: tuple[Arg, ...]
    span: Span


class SceneTimeout(Struct, frozen=True):
    """`when C timed out`."""

    command: Name
    span: Span


class SceneFault(Struct, frozen=True):
    """`when fault of C`."""

    command: Name
    span: Span


class SceneAfter(Struct, frozen=True):
    """`after D`."""

    delay: Expr
    span: Span


class Expectation(Struct, frozen=True):
    """`state S`, `sent C(…)`, `published E`, `replied E`, `compensated name`, `late E`, `dead E`, `nothing`.

    `name` is None for `nothing` alone.
    """

    kind: str
    name: Name | None
    args: tuple[Arg, ...]
    span: Span


class Expect(Struct, frozen=True):
    """`expect …, …`."""

    expectations: tuple[Expectation, ...]
    span: Span


Scene = SceneMessage | SceneOutcome | SceneTimeout | SceneFault | SceneAfter | Expect


class Scenario(Struct, frozen=True):
    """`scenario "…" for Saga { scenes }`; `title` is a `Name` for its place, and may hold any text."""

    title: Name
    saga: Name
    scenes: tuple[Scene, ...]
    meta: Meta
    span: Span


class Atom(Struct, frozen=True):
    """`state S`, `received M`, `sent C`, `published E`, `run I`."""

    kind: str
    name: Name
    span: Span


class Never(Struct, frozen=True):
    """`never A`."""

    atom: Atom
    span: Span


class Requires(Struct, frozen=True):
    """`A requires B`."""

    atom: Atom
    before: Atom
    span: Span


class LeadsTo(Struct, frozen=True):
    """`A leads to B or C`."""

    atom: Atom
    after: tuple[Atom, ...]
    span: Span


class AtMost(Struct, frozen=True):
    """`A at most n times`."""

    atom: Atom
    times: int
    span: Span


Law = Never | Requires | LeadsTo | AtMost


class Property(Struct, frozen=True):
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


class File(Struct, frozen=True):
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
