"""What a project says, after names are bound and expressions are typed.

Declarations refer to each other by `id`: namespace and name (`oms.OrderPlaced`), which is also the
name on the wire. A handler's id is `oms.Inventory.ReserveItems`. `Model` finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """What stands before a declaration, member, state or transition. `bounded` is of `@bounded(n)`."""

    doc: str = ""
    allows: tuple[Allow, ...] = ()
    bounded: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter. `default` is a literal; an optional without one has `none` as default."""

    name: str
    type: Type
    default: Expr | None
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
class Handler:
    """A service's `handle` or `on` (`kind`). `emits` has the alternatives of its one part, () without one."""

    id: str
    kind: str
    service: str
    message: str
    emits: tuple[str, ...]
    refuses: tuple[str, ...]
    undone_by: str | None
    irreversible: bool
    readonly: bool
    meta: Meta
    span: Span  # of the message's name
    emits_spans: tuple[Span, ...] = ()
    refuses_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """`service`."""

    id: str
    name: str
    file: str
    handlers: tuple[Handler, ...]
    meta: Meta
    span: Span


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


# --- sagas -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Set:
    """`set field = value`; `+=` and `-=` are written out in `value`."""

    field: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Send:
    """`send`/`publish` (`kind`) of a message; `message` is a `Construct` (or `Bad`)."""

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


Action = Set | Send | Request | If | For


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
class After:
    """A trigger `after D`."""

    delay: Expr
    span: Span


Trigger = OnMessage | OnFailure | After


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition. `target` None is internal; with `compensate` the target comes after all undo ran.

    `level` is how far out it was written: "" in the state itself (or start, missing), else the group's
    head (`during Reserving, Charging`, `during any`). `span` is of the trigger, `target_span` of the arrow's state.
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


@dataclass(frozen=True, slots=True)
class Ignore:
    """`ignore` of one message."""

    message: str
    level: str
    meta: Meta
    span: Span


@dataclass(frozen=True, slots=True)
class State:
    """A state that is not final, with everything that holds in it, innermost level first.

    Within a level: transitions in source order, then its `ignore`s: the order in which they are tried.
    `own` says how many of `members` are its own.
    """

    name: str
    members: tuple[Transition | Ignore, ...]
    own: int
    meta: Meta
    span: Span


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
    """How a message finds its instance: the message's field that holds the key."""

    message: str
    field: str


@dataclass(frozen=True, slots=True)
class Saga:
    """`saga`."""

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


@dataclass(frozen=True, slots=True)
class File:
    """One file of the project. `imports` are the names of the files it imports."""

    name: str
    source: Source = field(repr=False)
    namespace: str = ""
    imports: tuple[str, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything declared, by id. Mappings keep the order of files and, in them, of the source."""

    files: Mapping[str, File]
    records: Mapping[str, Record]
    enums: Mapping[str, Enum]
    messages: Mapping[str, Message]
    services: Mapping[str, Service]
    policies: Mapping[str, PolicyDecl]
    sagas: Mapping[str, Saga]

    def handlers_of(self, message: str) -> tuple[Handler, ...]:
        """All handlers, of all services, of one message."""
        return tuple(
            handler
            for service in self.services.values()
            for handler in service.handlers
            if handler.message == message
        )
