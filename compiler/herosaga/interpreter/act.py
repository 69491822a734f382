"""Actions: what a step does, one after the other. A later action sees what an earlier `set` wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from herosaga.interpreter.evaluate import Scope, arguments, elements, evaluate
from herosaga.interpreter.ids import derived_uuid
from herosaga.interpreter.instance import (
    BlockUndo,
    Deliver,
    Input,
    Instance,
    Kind,
    Outcome,
    Policy,
    Reception,
    Record,
    Request,
    SendKind,
    Sent,
    Wait,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.values import Plain, Value, fields_of, widened
from herosaga.model import expr as e
from herosaga.model import model as m

ONCE = Policy()
"""A request without a policy: one attempt, and no time-out."""


@dataclass(slots=True)
class Step:
    """A step in the making: the instance as it has become so far, and what is sent.

    `given` is what the step is for. `entered`: a state was entered; `left`: a transition led away from the state before.
    `answered`: the command that the step is for has its answer. In the body of a compensation `lined` are its requests.
    """

    program: Program
    instance: Instance
    given: Input
    now: datetime
    sent: list[Sent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entered: bool = False
    left: bool = False
    answered: bool = False
    lined: list[tuple[Value, Policy]] | None = None

    def number(self) -> int:
        """The next number of what the instance sends and makes."""
        self.instance = replace(self.instance, number=self.instance.number + 1)
        return self.instance.number

    def uuid(self) -> UUID:
        """The next `uuid()`."""
        return derived_uuid(self.instance.origin, self.number())

    def send(self, kind: SendKind, message: Value, to: str = "") -> int:
        """Send a message; gives its number."""
        number = self.number()
        self.sent.append(Sent(number, kind, message, to))
        return number

    def outcome(self, reception: Reception, reason: str = "") -> Outcome:
        """What the step has come to."""
        told = "; ".join((reason, *self.notes) if reason else self.notes)
        return Outcome(self.instance, tuple(self.sent), reception, told, self.entered)

    def due(self, delay: timedelta) -> datetime:
        """When a delay is over: never in the past."""
        return self.now + delay if delay > timedelta() else self.now

    def token(self, what: str) -> str:
        """A token that no other alarm of this instance has or had, nor any of an earlier incarnation."""
        self.instance = replace(self.instance, alarms_set=self.instance.alarms_set + 1)
        return f"{what} {self.instance.incarnation}.{self.instance.alarms_set}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What guard and actions of one transition can read beside the instance."""

    event: Value | None = None
    failure: Value | None = None
    round: int = 0
    variables: Mapping[str, Plain] = field(default_factory=dict)


NOTHING = Seen()


def scope(step: Step, seen: Seen) -> Scope:
    """What an expression reads at this point of the step."""
    program, instance = step.program, step.instance
    return Scope(
        program.model,
        instance.data,
        seen.variables,
        seen.event,
        seen.failure,
        seen.round,
        instance.state,
        step.now,
        program.externs,
        step.uuid,
        instance.next_id,
    )


def perform(step: Step, actions: Iterable[m.Action], seen: Seen) -> None:
    """Do actions in order."""
    for action in actions:
        _perform(step, action, seen)


def _perform(step: Step, action: m.Action, seen: Seen) -> None:
    match action:
        case m.Set(field=name, value=value):
            put(step, name, evaluate(value, scope(step, seen)))
        case m.Send(kind="reply", message=message):
            reply(step, evaluate(message, scope(step, seen)))
        case m.Send(kind=kind, message=message):
            step.send("send" if kind == "send" else "publish", evaluate(message, scope(step, seen)))
        case m.Request():
            _request(step, action, seen)
        case m.Recording(undo=undo):
            record(step, Record(_undo(step, undo, None, seen), None, 0))
        case m.Pivot():
            step.instance = replace(step.instance, records=())
        case m.Arm() | m.Disarm():
            _set_timer(step, action, seen)
        case m.If(condition=condition, then=then, other=other):
            holds = evaluate(condition, scope(step, seen))
            perform(step, then if holds else other, seen)
        case m.For():
            _for(step, action, seen)
        case m.Run():
            raise AssertionError("sagas are interpreted as `with_runs` leaves them")


def put(step: Step, name: str, value: Plain) -> None:
    """Set a data field."""
    data = {**step.instance.data, name: value}
    step.instance = replace(step.instance, data=data)


def _for(step: Step, action: m.For, seen: Seen) -> None:
    for index, each in enumerate(elements(action.source, scope(step, seen))):
        variables = {**seen.variables, action.var: each}
        if action.index:
            variables[action.index] = index
        perform(step, action.body, replace(seen, variables=variables))


# --- answers -----------------------------------------------------------------------------------


def reply(step: Step, message: Value) -> None:
    """Answer the command being handled, else the start command; a second answer is dropped."""
    asking = step.given.request if isinstance(step.given, Deliver) else ""
    instance = step.instance
    to = asking or instance.caller
    first = not instance.replied if to == instance.caller else not step.answered
    if not to:
        step.send("publish", message)
    elif first:
        step.send("reply", message, to)
    else:
        step.notes.append(f"a second answer was dropped: {message.name}")
    if to == asking:
        step.answered = bool(asking)
    if to == instance.caller:
        step.instance = replace(step.instance, replied=bool(to))


# --- requests and their undo -------------------------------------------------------------------


def _request(step: Step, action: m.Request, seen: Seen) -> None:
    """Send a command and await its answer. Its arguments and those of its undo are evaluated first, in this order."""
    inside = scope(step, seen)
    command: Value = evaluate(action.message, inside)
    policy = policy_of(action.policy, inside) if action.policy is not None else ONCE
    if step.lined is not None:
        step.lined.append((command, policy))
        return
    undo = None if action.undo is None else _undo(step, action.undo, command, seen)
    round = evaluate(action.round, inside) if action.round is not None else 0
    number = ask(step, command, policy, action.step, round)
    if undo is not None:
        record(step, Record(undo, policy, number))


def ask(step: Step, command: Value, policy: Policy, tag: str = "", round: int = 0) -> int:
    """Send a command, and wait for its answer."""
    number = step.send("request", command)
    due = None if policy.within is None else step.due(policy.within)
    of = step.instance.incarnation
    request = Request(number, command, policy, due=due, step=tag, round=round, incarnation=of)
    step.instance = replace(step.instance, requests=(*step.instance.requests, request))
    return number


def record(step: Step, made: Record) -> None:
    """Keep how to undo something, newest last. While things are undone the records are frozen."""
    if step.lined is None:
        step.instance = replace(step.instance, records=(*step.instance.records, made))


def policy_of(policy: m.Policy, inside: Scope) -> Policy:
    """A policy with its durations."""
    within = None if policy.within is None else evaluate(policy.within, inside)
    pauses = tuple(evaluate(each, inside) for each in policy.pause)
    match pauses:
        case ():
            return Policy(within, policy.retries)
        case (every,):
            return Policy(within, policy.retries, every)
    return Policy(within, policy.retries, *pauses)


def _undo(
    step: Step, undo: m.CommandUndo | m.BlockUndo, asked: Value | None, seen: Seen
) -> Value | BlockUndo:
    match undo:
        case m.BlockUndo(compensation=name, args=args):
            params = step.program.blocks[name].params
            given = arguments(params, dict(args), scope(step, seen))
            return BlockUndo(name, tuple(given.items()))
        case m.CommandUndo(message=e.Construct(id=id), declared=True) if asked is not None:
            return _declared(step, id, asked)
    found: Value = evaluate(undo.message, scope(step, seen))
    return found


def _declared(step: Step, id: str, asked: Value) -> Value:
    """The declared undo of a command: its fields are taken by name from what was asked, as it was asked."""
    given = dict(asked.fields)
    found: dict[str, Plain] = {}
    for each in fields_of(step.program.model, id):
        if each.name in given:
            found[each.name] = widened(given[each.name], each.type)
        else:
            assert each.default is not None, "the checker wants what has no default in the request"
            found[each.name] = evaluate(each.default, scope(step, NOTHING))
    return Value.of(id, found)


# --- named timers ------------------------------------------------------------------------------


def _set_timer(step: Step, action: m.Arm | m.Disarm, seen: Seen) -> None:
    """Arm a timer, which replaces it, or disarm it."""
    name = action.timer
    if isinstance(action, m.Disarm):
        drop_timer(step, name)
        return
    value = evaluate(action.value, scope(step, seen))
    due = max(step.now, value) if action.at else step.due(value)
    drop_timer(step, name)
    order = step.program.timers[name].span.start
    wait = Wait(Kind.TIMER, step.token(f"timer {name}"), due, order, name=name)
    step.instance = replace(step.instance, waits=(*step.instance.waits, wait))


def drop_timer(step: Step, name: str) -> None:
    """A named timer is no longer armed."""
    kept = (
        each for each in step.instance.waits if each.kind is not Kind.TIMER or each.name != name
    )
    step.instance = replace(step.instance, waits=tuple(kept))
