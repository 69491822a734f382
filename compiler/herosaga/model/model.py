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


@dataclass(frozen=True, slots=True)
class Allow:
    """`@allow(CODE, "why")` on a declaration, member, state or transition."""

    code: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Meta:
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


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter. `default` is a literal; an optional without one has `none` as default."""

    name: str
    type: Type
    default: Expr | None
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Alias:
    """`type Name = T`; whoever uses it has the type itself."""

    id: str
    name: str
    file: str
    type: Type
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class ExternFunction:
    """`extern name(params) -> T`."""

    id: str
    name: str
    file: str
    params: tuple[Field, ...]
    result: Type
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """`record`."""

    id: str
    name: str
    file: str
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A member and its value on the wire."""

    name: str
    value: str
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum`."""

    id: str
    name: str
    file: str
    members: tuple[EnumMember, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Message:
    """`event` or `command` (`kind`). `key` names its key field, "" without one."""

    id: str
    name: str
    file: str
    kind: str
    extern: bool
    key: str
    fields: tuple[Field, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Emission:
    """One part of `emits`: exactly one of its events, with `?` at most one, with `*` any number (`count`)."""

    events: tuple[str, ...]
    count: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Handler:
    """A service's `handle` or `on` (`kind`), or what a saga `handles`: then `service` is the saga's id."""

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


@dataclass(frozen=True, slots=True)
class Service:
    """`service`, `extern service`."""

    id: str
    name: str
    file: str
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span
    extern: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """How long and how often. Durations are expressions; `retries` is None for `retry forever`.

    `pause` is (), (every,) or (from, to) of a backoff. `retries` is 0 without `retry`.
    `id` is of the `policy` declaration, "" where it is written inline.
    """

    id: str
    within: Expr | None
    retries: int | None
    pause: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PolicyDecl:
    """`policy p { … }`; its durations are constants."""

    id: str
    name: str
    file: str
    policy: Policy
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Arrow:
    """`A -> B` in a flow; the span is of `B`."""

    source: str
    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    """`flow`: its arrows in source order, each once."""

    id: str
    name: str
    file: str
    arrows: tuple[Arrow, ...]
    within: Expr | None
    meta: Meta
    span: Span


# --- actions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Set:
    """`set field = value`; `+=` and `-=` are written out in `value`."""

    field: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send`, `publish` or `reply` (`kind`) of a message; `message` is a `Construct` (or `Bad`)."""

    kind: str
    message: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class CommandUndo:
    """An undo that is a command; `message` is a `Construct` (or `Bad`). `declared` where it came from `undone by`."""

    message: Expr
    declared: bool
    span: Span


@dataclass(frozen=True, slots=True)
class BlockUndo:
    """An undo that is a `compensation` block of the saga, with its arguments in declared order."""

    compensation: str
    args: tuple[tuple[str, Expr | None], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Request:
    """`request`; `message` is a `Construct` (or `Bad`)."""

    message: Expr
    policy: Policy | None
    undo: CommandUndo | BlockUndo | None
    span: Span


@dataclass(frozen=True, slots=True)
class Run:
    """`run` of an itinerary; `message` is a `Construct` (or `Bad`) of the itinerary's id."""

    message: Expr
    compensable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Recording:
    """`compensable by …` as an action."""

    undo: CommandUndo | BlockUndo
    span: Span


@dataclass(frozen=True, slots=True)
class Pivot:
    """`pivot`."""

    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """`arm timer for D`, or with `at` `arm timer at T`."""

    timer: str
    at: bool
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Disarm:
    """`disarm timer`."""

    timer: str
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if`."""

    condition: Expr
    then: tuple[Action, ...]
    other: tuple[Action, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for`; `type` is the variable's."""

    var: str
    type: Type
    source: Expr
    body: tuple[Action, ...]
    span: Span


Action = Set | Send | Request | Run | Recording | Pivot | Arm | Disarm | If | For


# --- sagas -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnMessage:
    """A trigger `E(a, b)`; `binds` are the data fields set from it, to `values` (`event.a`, widened).

    `guessed` where an unknown name was written, which is reported, and `message` is what it may have meant.
    """

    message: str
    binds: tuple[str, ...]
    span: Span
    values: tuple[Expr, ...] = ()
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class OnFailure:
    """A trigger `failure of C`."""

    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class OnTimeout:
    """A trigger `timeout of C`."""

    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class OnFault:
    """A trigger `fault of C`."""

    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class OnTimer:
    """A trigger by a named timer."""

    timer: str
    span: Span


@dataclass(frozen=True, slots=True)
class OnAll:
    """A trigger `all(A, B)`."""

    messages: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class OnOutcome:
    """A trigger `I.completed`, `I.faulted`, `I.compensated` of an itinerary, or `C.done` of a command.

    `of` is the id of the one or the other; `binds` and `values` as in `OnMessage`.
    """

    of: str
    outcome: str
    span: Span
    binds: tuple[str, ...] = ()
    values: tuple[Expr, ...] = ()


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
class Onward:
    """How a lowered sequence goes on by itself, without waiting: its start, and what a step's `if` skips.

    In a state with an `entry` (a `parallel` block): once all is answered that was asked for there. With
    `rounds` only where a `for` over that list has another round, whose `var` is bound then.
    """

    span: Span
    rounds: Expr | None = None
    var: str = ""


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


@dataclass(frozen=True, slots=True)
class Transition:
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


@dataclass(frozen=True, slots=True)
class Ignore:
    """`ignore` of one thing."""

    what: Swallowed
    level: str
    meta: Meta
    span: Span

    @property
    def message(self) -> str:
        """The message that is meant, "" for anything else."""
        return self.what.message if isinstance(self.what, OnMessage) else ""


@dataclass(frozen=True, slots=True)
class Defer:
    """`defer` of one thing."""

    what: Swallowed
    level: str
    meta: Meta
    span: Span

    @property
    def message(self) -> str:
        """The message that is meant, "" for anything else."""
        return self.what.message if isinstance(self.what, OnMessage) else ""


@dataclass(frozen=True, slots=True)
class Every:
    """`every D { actions }`."""

    delay: Expr
    actions: tuple[Action, ...]
    level: str
    meta: Meta
    span: Span


Member = Transition | Ignore | Defer


@dataclass(frozen=True, slots=True)
class State:
    """A state that is not final, with everything that holds in it, innermost level first.

    Within a level: transitions in source order, then its `ignore`s and `defer`s: the order in which they
    are tried. `own` says how many of `members` are its own. `sequence` is the name of the sequence that
    it was lowered from, "" for a `state`: then its `entry` requests the steps that it waits for.
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

    @property
    def passing(self) -> bool:
        """Whether it is left in the step that enters it: it only stands between the steps of a sequence."""
        return bool(self.sequence) and not self.entry


@dataclass(frozen=True, slots=True)
class Final:
    """A final state; `mark` is "", "failed" or "manual"."""

    name: str
    mark: str
    actions: tuple[Action, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Compensation:
    """A `compensation` block."""

    name: str
    params: tuple[Field, ...]
    actions: tuple[Action, ...]
    policy: Policy | None
    otherwise: str | None
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Correlation:
    """How a message finds its instance: `field` of the message equals the key, or the data field `where`.

    `value` is what to compare where it is more than a field (`event.order.id`); `field` is "" then.
    """

    message: str
    field: str
    where: str = ""
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """`timer`."""

    name: str
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Migration:
    """`migrate from n`: states and fields by their old names, fields that are computed, fields that go."""

    version: int
    states: tuple[tuple[str, str], ...]
    renamed: tuple[tuple[str, str], ...]
    computed: tuple[tuple[str, Expr], ...]
    dropped: tuple[str, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
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


@dataclass(frozen=True, slots=True)
class RunStep:
    """`run I(…)` in a sequence: awaited as a step is."""

    name: str
    state: str
    run: Run
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`if` around stages, in a sequence or an itinerary."""

    condition: Expr
    then: tuple[Stage, ...]
    other: tuple[Stage, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
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


@dataclass(frozen=True, slots=True)
class Parallel:
    """`parallel`; `state` is where a sequence awaits all of it, "" in an itinerary."""

    branches: tuple[tuple[Stage, ...], ...]
    state: str
    span: Span


@dataclass(frozen=True, slots=True)
class Do:
    """`do A(…)` in an itinerary; `message` is a `Construct` (or `Bad`) of the activity's id."""

    message: Expr
    policy: Policy | None
    meta: Meta
    span: Span


Stage = Step | RunStep | Do | Branch | Loop | Parallel | Set | Send | Pivot


@dataclass(frozen=True, slots=True)
class Sequence:
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


@dataclass(frozen=True, slots=True)
class Saga:
    """`saga`. `serves` is what it `handles`, where it takes a start command for others."""

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


# --- itineraries -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activity:
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """`on completed | faulted | compensated { actions }` of an itinerary."""

    outcome: str
    actions: tuple[Action, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Itinerary:
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


@dataclass(frozen=True, slots=True)
class SceneMessage:
    """`when E(…)`; `message` is a `Construct` (or `Bad`) with what was given earlier filled in."""

    message: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class SceneOutcome:
    """`when I.completed(…)`, `when C.done`; `args` are the fields that are given."""

    of: str
    outcome: str
    args: tuple[tuple[str, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SceneTimeout:
    """`when C timed out`."""

    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class SceneFault:
    """`when fault of C`."""

    command: str
    span: Span


@dataclass(frozen=True, slots=True)
class SceneAfter:
    """`after D`."""

    delay: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation. `of` is a message's id, a state's or compensation's name, or "" for `nothing`.

    `fields` are those that must be equal.
    """

    kind: str
    of: str
    fields: tuple[tuple[str, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect …, …`."""

    expectations: tuple[Expectation, ...]
    span: Span


Scene = SceneMessage | SceneOutcome | SceneTimeout | SceneFault | SceneAfter | Expect


@dataclass(frozen=True, slots=True)
class Scenario:
    """`scenario "…" for Saga`."""

    title: str
    file: str
    saga: str
    scenes: tuple[Scene, ...]
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class Atom:
    """`state S`, `received M`, `sent C`, `published E`, `run I`; `of` is a name for states, else an id."""

    kind: str
    of: str
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
    """`property "…" for Saga`."""

    title: str
    file: str
    saga: str
    laws: tuple[Law, ...]
    meta: Meta
    span: Span


# --- the whole ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """A place that names a declaration; `takes` where a message is named because it is received."""

    span: Span
    takes: bool = False


Uses = Mapping[str, tuple[Use, ...]]


@dataclass(frozen=True, slots=True)
class Import:
    """`import "path" [as alias]` of the file `file`; `used` where something in it is the reason for it.

    `place` is where the alias stands, or the path; `span` is of the whole clause.
    """

    path: str
    file: str
    alias: str
    used: bool
    place: Span
    span: Span


@dataclass(frozen=True, slots=True)
class File:
    """One file of the project. `imports` are the names of the files it imports, `clauses` how it does."""

    name: str
    source: Source = field(repr=False)
    namespace: str = ""
    imports: tuple[str, ...] = ()
    doc: str = ""
    clauses: tuple[Import, ...] = ()


@dataclass(frozen=True)
class Model:
    """Everything declared, by id. Mappings keep the order of files and, in them, of the source.

    `uses` are the places that name a declaration: those of scenarios and properties, which only watch, and
    those in the declaration itself are not among them.
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

    def handlers_of(self, message: str) -> tuple[Handler, ...]:
        """All handlers of one message: of all services, and of sagas that serve a command."""
        return self._by_message.get(message, ())

    @cached_property
    def _by_message(self) -> Mapping[str, tuple[Handler, ...]]:
        found: dict[str, tuple[Handler, ...]] = {}
        for each in self.handlers():
            found[each.message] = (*found.get(each.message, ()), each)
        return found

    def handlers(self) -> Iterator[Handler]:
        """All handlers: of services, then what sagas serve."""
        for service in self.services.values():
            yield from service.handlers
        for saga in self.sagas.values():
            if saga.serves is not None:
                yield saga.serves
