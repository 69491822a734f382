"""What a project says, after names are bound and expressions are typed.

Declarations refer to each other by `id`: namespace and name (`oms.OrderPlaced`), which is also the
name on the wire. A handler's id is `oms.Inventory.ReserveItems`. `Model` finds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from herosaga.model.expr import Expr
from herosaga.model.types import Type
from herosaga.source import Source, Span
from msgspec import Struct


class Allow(Struct, frozen=True):
    """`@allow(CODE, "why")` on a declaration, member, state or transition."""

    code: str
    reason: str
    span: Span


class Meta(Struct, frozen=True):
    """What stands before a declaration, member, state or transition.

    `bounded` is of `@bounded(n)`; `deprecated` is what to use instead, None without `@deprecated`; `topic` is
    "" without `@topic`.
    """

    doc: str = ""
    allows: tuple[Allow, ...] = ()
    bounded: int | None = None
    deprecated: str | None = None
    pii: bool = False
    idempotent: bool = False
    topic: str = ""


class Field(Struct, frozen=True):
    """A field or parameter. `default` is a literal; an optional without one has `none` as default."""

    name: str
    type: Type
    default: Expr | None
    meta: Meta
    span: Span


class Alias(Struct, frozen=True):
    """`type Name = T`; whoever uses it has the type itself."""

    id: str
    name: str
    file: str
    type: Type
    meta: Meta
    span: Span


class ExternFunction(Struct, frozen=True):
    """`extern name(params) -> T`."""

    id: str
    name: str
    file: str
    params: tuple[Field, ...]
    result: Type
    meta: Meta
    span: Span


class Record(Struct, frozen=True):
    """`record`."""

    id: str
    name: str
    file: str
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


class EnumMember(Struct, frozen=True):
    """A member and its value on the wire."""

    name: str
    value: str
    meta: Meta
    span: Span


class Enum(Struct, frozen=True):
    """`enum`."""

    id: str
    name: str
    file: str
    members: tuple[EnumMember, ...]
    meta: Meta
    span: Span


class Message(Struct, frozen=True):
    """`event` or `command` (`kind`). `key` names its key field, "" without one.

    `written` is how it is written where that is not its name (`Fulfilment.completed`), else "".
    """

    id: str
    name: str
    file: str
    kind: str
    extern: bool
    key: str
    fields: tuple[Field, ...]
    meta: Meta
    span: Span
    written: str = ""


class Emission(Struct, frozen=True):
    """One part of `emits`: exactly one of its events, with `?` at most one, with `*` any number (`count`)."""

    events: tuple[str, ...]
    count: str
    spans: tuple[Span, ...]


class Handler(Struct, frozen=True):
    """A service's `handle` or `on` (`kind`), or what a saga `handles`: then `service` is the saga's id.

    Also what a saga takes on its way and replies to: nobody has declared that (`Model.implied`).
    """

    id: str
    kind: str
    service: str
    message: str
    parts: tuple[Emission, ...]
    refuses: tuple[str, ...]
    undone_by: str | None
    irreversible: bool
    readonly: bool
    meta: Meta
    span: Span  # of the message's name
    refuses_spans: tuple[Span, ...] = ()
    undo_lost: bool = False  # an `undone by` names what nobody knows, which is told there

    @property
    def emits(self) -> tuple[str, ...]:
        """All events of all parts."""
        return tuple(event for part in self.parts for event in part.events)

    @property
    def emits_spans(self) -> tuple[Span, ...]:
        """Where `emits` names them."""
        return tuple(span for part in self.parts for span in part.spans)

    @property
    def answers(self) -> tuple[str, ...]:
        """The events of which one answers a request, refusals not among them.

        They are those of the first part. Where that is absent, `?` or `*` there are none: then the
        completion of the handler is the answer, `C.done`.
        """
        return self.parts[0].events if self.parts and not self.parts[0].count else ()


class Service(Struct, frozen=True):
    """`service`, `extern service`."""

    id: str
    name: str
    file: str
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span
    extern: bool = False


class Policy(Struct, frozen=True):
    """How long and how often. Durations are expressions; `retries` is None for `retry forever`.

    `pause` is (), (every,) or (from, to) of a backoff. `retries` is 0 without `retry`.
    `id` is of the `policy` declaration, "" where it is written inline.
    """

    id: str
    within: Expr | None
    retries: int | None
    pause: tuple[Expr, ...]
    span: Span


class PolicyDecl(Struct, frozen=True):
    """`policy p { … }`; its durations are constants."""

    id: str
    name: str
    file: str
    policy: Policy
    meta: Meta
    span: Span


class Arrow(Struct, frozen=True):
    """`A -> B` in a flow; the span is of `B`."""

    source: str
    target: str
    span: Span


class Flow(Struct, frozen=True):
    """`flow`: its arrows in source order, each once."""

    id: str
    name: str
    file: str
    arrows: tuple[Arrow, ...]
    within: Expr | None
    meta: Meta
    span: Span


# --- actions -----------------------------------------------------------------------------------


class Set(Struct, frozen=True):
    """`set field = value`; `+=` and `-=` are written out in `value`. `hidden` where it sets one of `Saga.slots`."""

    field: str
    value: Expr
    span: Span
    hidden: bool = False


class Send(Struct, frozen=True):
    """`send`, `publish` or `reply` (`kind`) of a message; `message` is a `Construct` (or `Bad`)."""

    kind: str
    message: Expr
    span: Span


class CommandUndo(Struct, frozen=True):
    """An undo that is a command; `message` is a `Construct` (or `Bad`). `declared` where it came from `undone by`."""

    message: Expr
    declared: bool
    span: Span


class BlockUndo(Struct, frozen=True):
    """An undo that is a `compensation` block of the saga, with its arguments in declared order."""

    compensation: str
    args: tuple[tuple[str, Expr | None], ...]
    span: Span


class Request(Struct, frozen=True):
    """`request`; `message` is a `Construct` (or `Bad`).

    `step` tags one that a joined state makes: the sequence's step (`Booking.Seat`), "" for any other.
    `round` is then the index of its element, where a `parallel for` makes one for each.
    """

    message: Expr
    policy: Policy | None
    undo: CommandUndo | BlockUndo | None
    span: Span
    step: str = ""
    round: Expr | None = None


class Run(Struct, frozen=True):
    """`run` of an itinerary; `message` is a `Construct` (or `Bad`) of the itinerary's id. The rest as in `Request`."""

    message: Expr
    compensable: bool
    span: Span
    step: str = ""
    round: Expr | None = None


class Recording(Struct, frozen=True):
    """`compensable by …` as an action."""

    undo: CommandUndo | BlockUndo
    span: Span


class Pivot(Struct, frozen=True):
    """`pivot`."""

    span: Span


class Arm(Struct, frozen=True):
    """`arm timer for D`, or with `at` `arm timer at T`."""

    timer: str
    at: bool
    value: Expr
    span: Span


class Disarm(Struct, frozen=True):
    """`disarm timer`."""

    timer: str
    span: Span


class If(Struct, frozen=True):
    """`if`."""

    condition: Expr
    then: tuple[Action, ...]
    other: tuple[Action, ...]
    span: Span


class For(Struct, frozen=True):
    """`for`; `type` is the variable's. `index` is the variable of the element's index, "" where none is needed."""

    var: str
    type: Type
    source: Expr
    body: tuple[Action, ...]
    span: Span
    index: str = ""


Action = Set | Send | Request | Run | Recording | Pivot | Arm | Disarm | If | For


# --- sagas -------------------------------------------------------------------------------------


class OnMessage(Struct, frozen=True):
    """A trigger `E(a, b)`; `binds` are the data fields set from it, to `values` (`event.a`, widened).

    `guessed` where an unknown name was written, which is reported, and `message` is what it may have meant.
    With a `step` it is only what closes a request with that tag.
    """

    message: str
    binds: tuple[str, ...]
    span: Span
    values: tuple[Expr, ...] = ()
    guessed: bool = False
    step: str = ""


class OnFailure(Struct, frozen=True):
    """A trigger `failure of C`."""

    command: str
    span: Span


class OnTimeout(Struct, frozen=True):
    """A trigger `timeout of C`."""

    command: str
    span: Span


class OnFault(Struct, frozen=True):
    """A trigger `fault of C`."""

    command: str
    span: Span


class OnTimer(Struct, frozen=True):
    """A trigger by a named timer."""

    timer: str
    span: Span


class OnAll(Struct, frozen=True):
    """A trigger `all(A, B)`."""

    messages: tuple[str, ...]
    span: Span


class OnOutcome(Struct, frozen=True):
    """A trigger `I.completed`, `I.faulted`, `I.compensated` of an itinerary, or `C.done` of a command.

    `of` is the id of the one or the other; `binds`, `values` and `step` as in `OnMessage`.
    """

    of: str
    outcome: str
    span: Span
    binds: tuple[str, ...] = ()
    values: tuple[Expr, ...] = ()
    step: str = ""


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


class Onward(Struct, frozen=True):
    """How a lowered sequence goes on by itself, without waiting: its start, and what a step's `if` skips.

    In a state that `joins` (a `parallel` block): once all is answered that was asked for there.
    """

    span: Span


Swallowed = OnMessage | OnTimeout | OnFault | OnTimer | OnOutcome
"""What can be ignored or deferred."""

Trigger = (
    OnMessage
    | OnFailure
    | OnTimeout
    | OnFault
    | OnTimer
    | OnAll
    | OnOutcome
    | After
    | At
    | Deadline
    | Onward
)


class Transition(Struct, frozen=True):
    """One transition. `target` None is internal; with `compensate` the target comes after all undo ran.

    `level` is how far out it was written: "" in the state itself (or start, missing), else the head of
    its group (`during Reserving, Charging`, `during any`), its sequence (`sequence Booking`), or
    `deadline`. `span` is of the trigger, `target_span` of the arrow's state. An `on` of several triggers
    is one transition for each, alike in all but trigger and span; `together` is the place of the first.
    """

    trigger: Trigger
    guard: Expr | None
    compensate: bool
    target: str | None
    target_span: Span | None
    actions: tuple[Action, ...]
    level: str
    meta: Meta
    span: Span
    together: Span | None = None


class Ignore(Struct, frozen=True):
    """`ignore` of one thing."""

    what: Swallowed
    level: str
    meta: Meta
    span: Span

    @property
    def message(self) -> str:
        """The message that is meant, "" for anything else."""
        return self.what.message if isinstance(self.what, OnMessage) else ""


class Defer(Struct, frozen=True):
    """`defer` of one thing."""

    what: Swallowed
    level: str
    meta: Meta
    span: Span

    @property
    def message(self) -> str:
        """The message that is meant, "" for anything else."""
        return self.what.message if isinstance(self.what, OnMessage) else ""


class Every(Struct, frozen=True):
    """`every D { actions }`."""

    delay: Expr
    actions: tuple[Action, ...]
    level: str
    meta: Meta
    span: Span


Member = Transition | Ignore | Defer


class State(Struct, frozen=True):
    """A state that is not final, with everything that holds in it, innermost level first.

    Within a level: transitions in source order, then its `ignore`s and `defer`s: the order in which they
    are tried. `own` says how many of `members` are its own. `sequence` is the name of the sequence that
    it was lowered from, "" for a `state`: then its `entry` requests the steps that it waits for. One that
    `joins` is a `parallel` block: it is left by its `Onward` once all is answered, with the first failure if there was one.
    """

    name: str
    members: tuple[Member, ...]
    own: int
    meta: Meta
    span: Span
    entry: tuple[Action, ...] = ()
    exit: tuple[Action, ...] = ()
    every: tuple[Every, ...] = ()
    sequence: str = ""
    joins: bool = False

    @property
    def passing(self) -> bool:
        """Whether it is left in the step that enters it: it only stands between the steps of a sequence."""
        return bool(self.sequence) and not self.entry


class Final(Struct, frozen=True):
    """A final state; `mark` is "", "failed" or "manual"."""

    name: str
    mark: str
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


class Compensation(Struct, frozen=True):
    """A `compensation` block."""

    name: str
    params: tuple[Field, ...]
    actions: tuple[Action, ...]
    policy: Policy | None
    otherwise: str | None
    meta: Meta
    span: Span


class Correlation(Struct, frozen=True):
    """How a message finds its instance: `field` of the message equals the key, or the data field `where`.

    `value` is what to compare where it is more than a field (`event.order.id`); `field` is "" then.
    """

    message: str
    field: str
    where: str = ""
    value: Expr | None = None


class Timer(Struct, frozen=True):
    """`timer`."""

    name: str
    meta: Meta
    span: Span


class Migration(Struct, frozen=True):
    """`migrate from n`: states and fields by their old names, fields that are computed, fields that go.

    `old` are the fields that only the older version has, and that something is computed from, with their types;
    `new` the types of all others that it names.
    """

    version: int
    states: tuple[tuple[str, str], ...]
    renamed: tuple[tuple[str, str], ...]
    computed: tuple[tuple[str, Expr], ...]
    dropped: tuple[str, ...]
    meta: Meta
    span: Span
    old: tuple[tuple[str, Type], ...] = ()
    new: tuple[tuple[str, Type], ...] = ()


class Step(Struct, frozen=True):
    """A step of a sequence. `state` is where it is awaited: `Booking.ReserveCar`, or that of its `parallel`.

    `actions` run with its successful answer; `reactions` are its own `on Refusal … -> S`.
    """

    name: str
    state: str
    request: Request
    actions: tuple[Action, ...]
    reactions: tuple[Transition, ...]
    meta: Meta
    span: Span


class RunStep(Struct, frozen=True):
    """`run I(…)` in a sequence: awaited as a step is."""

    name: str
    state: str
    run: Run
    span: Span


class Branch(Struct, frozen=True):
    """`if` around stages, in a sequence or an itinerary."""

    condition: Expr
    then: tuple[Stage, ...]
    other: tuple[Stage, ...]
    span: Span


class Loop(Struct, frozen=True):
    """`for` around stages, in a sequence or an itinerary; `type` is the variable's.

    `state` is that of a sequence's `parallel for`, "" elsewhere.
    """

    var: str
    type: Type
    source: Expr
    body: tuple[Stage, ...]
    parallel: bool
    state: str
    span: Span


class Parallel(Struct, frozen=True):
    """`parallel`; `state` is where a sequence awaits all of it, "" in an itinerary."""

    branches: tuple[tuple[Stage, ...], ...]
    state: str
    span: Span


class Do(Struct, frozen=True):
    """`do A(…)` in an itinerary; `message` is a `Construct` (or `Bad`) of the activity's id."""

    message: Expr
    policy: Policy | None
    meta: Meta
    span: Span


Stage = Step | RunStep | Do | Branch | Loop | Parallel | Set | Send | Pivot


class Sequence(Struct, frozen=True):
    """`sequence`, as it was written; `Saga.states` has the states that it is lowered to.

    `states` are their names; an arrow to the sequence leads to the first. The trigger of `failed` is the
    `OnFailure` of no command in particular.
    """

    name: str
    stages: tuple[Stage, ...]
    done: str | None
    failed: Transition | None
    states: tuple[str, ...]
    meta: Meta
    span: Span


class Saga(Struct, frozen=True):
    """`saga`. `serves` is what it `handles`, where it takes a start command for others.

    `slots` are fields that nobody wrote, which its lowered sequences keep with the data.
    """

    id: str
    name: str
    file: str
    key: str
    key_type: Type
    version: int
    data: tuple[Field, ...]
    start: tuple[Transition, ...]
    states: tuple[State, ...]
    finals: tuple[Final, ...]
    missing: tuple[Transition | Ignore, ...]
    compensations: tuple[Compensation, ...]
    correlations: tuple[Correlation, ...]
    meta: Meta
    span: Span
    start_span: Span | None = None
    timers: tuple[Timer, ...] = ()
    deadline: Transition | None = None
    retain: Expr | None = None
    migrations: tuple[Migration, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    serves: Handler | None = None
    slots: tuple[Field, ...] = ()


# --- itineraries -------------------------------------------------------------------------------


class Activity(Struct, frozen=True):
    """`activity`; `log` is None without one."""

    id: str
    name: str
    file: str
    params: tuple[Field, ...]
    outputs: tuple[Field, ...]
    log: tuple[Field, ...] | None
    policy: Policy | None
    irreversible: bool
    readonly: bool
    revises: tuple[str, ...]
    meta: Meta
    span: Span

    @property
    def gives(self) -> bool:
        """Whether there is anything that it could give back."""
        return bool(self.outputs or self.revises or self.log is not None)


class Outcome(Struct, frozen=True):
    """`on completed | faulted | compensated { actions }` of an itinerary."""

    outcome: str
    actions: tuple[Action, ...]
    span: Span


class Itinerary(Struct, frozen=True):
    """`itinerary`. `variables` are its outputs with the types that they have at its end."""

    id: str
    name: str
    file: str
    params: tuple[Field, ...]
    stages: tuple[Stage, ...]
    variables: tuple[tuple[str, Type], ...]
    outcomes: tuple[Outcome, ...]
    meta: Meta
    span: Span


# --- scenarios and properties ------------------------------------------------------------------


class SceneMessage(Struct, frozen=True):
    """`when E(…)`; `message` is a `Construct` (or `Bad`) with what was given earlier filled in."""

    message: Expr
    span: Span


class SceneOutcome(Struct, frozen=True):
    """`when I.completed(…)`, `when C.done`; `args` are the fields that are given."""

    of: str
    outcome: str
    args: tuple[tuple[str, Expr], ...]
    span: Span


class SceneTimeout(Struct, frozen=True):
    """`when C timed out`."""

    command: str
    span: Span


class SceneFault(Struct, frozen=True):
    """`when fault of C`."""

    command: str
    span: Span


class SceneAfter(Struct, frozen=True):
    """`after D`."""

    delay: Expr
    span: Span


class Expectation(Struct, frozen=True):
    """One expectation. `of` is a message's id, a state's or compensation's name, or "" for `nothing`.

    `fields` are those that must be equal.
    """

    kind: str
    of: str
    fields: tuple[tuple[str, Expr], ...]
    span: Span


class Expect(Struct, frozen=True):
    """`expect …, …`."""

    expectations: tuple[Expectation, ...]
    span: Span


Scene = SceneMessage | SceneOutcome | SceneTimeout | SceneFault | SceneAfter | Expect


class Scenario(Struct, frozen=True):
    """`scenario "…" for Saga`."""

    title: str
    file: str
    saga: str
    scenes: tuple[Scene, ...]
    meta: Meta
    span: Span


class Atom(Struct, frozen=True):
    """`state S`, `received M`, `sent C`, `published E`, `run I`; `of` is a name for states, else an id."""

    kind: str
    of: str
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
    """`property "…" for Saga`."""

    title: str
    file: str
    saga: str
    laws: tuple[Law, ...]
    meta: Meta
    span: Span


# --- the whole ---------------------------------------------------------------------------------


class Use(Struct, frozen=True):
    """A place that names a declaration; `takes` where a message is named because it is received."""

    span: Span
    takes: bool = False


Uses = Mapping[str, tuple[Use, ...]]


class Import(Struct, frozen=True):
    """`import "path" [as alias]` of the file `file`; `used` where something in it is the reason for it.

    `place` is where the alias stands, or the path; `span` is of the whole clause.
    """

    path: str
    file: str
    alias: str
    used: bool
    place: Span
    span: Span


class File(Struct, frozen=True):
    """One file of the project. `imports` are the names of the files it imports, `clauses` how it does."""

    name: str
    source: Source
    namespace: str = ""
    imports: tuple[str, ...] = ()
    doc: str = ""
    clauses: tuple[Import, ...] = ()


@dataclass(frozen=True)
class Model:
    """Everything declared, by id. Mappings keep the order of files and, in them, of the source.

    `uses` are the places that name a declaration: those of scenarios and properties, which only watch, and
    those in the declaration itself are not among them. `implied` are the handlers that nothing declares: sagas
    take a command on their way, and what they reply there answers it.
    """

    files: Mapping[str, File]
    records: Mapping[str, Record]
    enums: Mapping[str, Enum]
    messages: Mapping[str, Message]
    services: Mapping[str, Service]
    policies: Mapping[str, PolicyDecl]
    sagas: Mapping[str, Saga]
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    externs: Mapping[str, ExternFunction] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    activities: Mapping[str, Activity] = field(default_factory=dict)
    itineraries: Mapping[str, Itinerary] = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    properties: tuple[Property, ...] = ()
    uses: Uses = field(default_factory=dict)
    implied: tuple[Handler, ...] = ()

    def handlers_of(self, message: str) -> tuple[Handler, ...]:
        """All handlers of one message: of all services, and of sagas that serve a command or answer it on their way."""
        return self.by_message.get(message, ())

    @cached_property
    def by_message(self) -> Mapping[str, tuple[Handler, ...]]:
        """All handlers, by the message that they take, the implied ones among them."""
        found: dict[str, tuple[Handler, ...]] = {}
        for each in (*self.handlers(), *self.implied):
            found[each.message] = (*found.get(each.message, ()), each)
        return found

    def handlers(self) -> Iterator[Handler]:
        """All handlers that are declared: of services, then what sagas serve."""
        for service in self.services.values():
            yield from service.handlers
        for saga in self.sagas.values():
            if saga.serves is not None:
                yield saga.serves
