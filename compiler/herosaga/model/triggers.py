"""What sets a transition off, and what can be called `event` there."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.checks import hs101, hs102, hs103, hs201, hs407
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.around import Around
from herosaga.model.declared import data_place, declared
from herosaga.model.env import Env
from herosaga.model.fit import fit
from herosaga.model.infer import check
from herosaga.model.scope import Decl, find, guess, nearest, nearest_field
from herosaga.model.types import (
    DATETIME,
    DURATION,
    UNKNOWN,
    MessageType,
    OneOf,
    Optional,
    RecordType,
    Type,
    Unknown,
)
from herosaga.model.world import FAILURE
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec.structs import replace

MESSAGES = ("event", "command")
ENDS = ("completed", "faulted", "compensated")
Key = tuple[str, ...]

_NO_EVENT = {
    "failure": "a failure may be a time-out, a fault or any refusal, so it has no one message",
    "timeout": "a time-out is no message",
    "fault": "a fault is no message",
    "time": "time passing is no message",
    "all": "several messages have come, and none of them is the one",
    "done": "that a command was carried out is no message",
    "step": "a step may fail by a time-out, a fault or a refusal; read `failure`",
    "several": "one of these triggers comes without a message",
}


def key(node: ast.Trigger) -> Key:
    """What makes two triggers one: what the guard of the first has shown, the second can rely on."""
    match node:
        case ast.OnMessage(message=name):
            return ("message", name.text)
        case ast.OnFailure(command=name):
            return ("failure", name.text)
        case ast.OnTimeout(command=name):
            return ("timeout", name.text)
        case ast.OnFault(command=name):
            return ("fault", name.text)
        case ast.OnAll(messages=names):
            return ("all", *sorted(name.text for name in names))
        case ast.OnOutcome(of=of, outcome=outcome):
            return ("outcome", of.text if of else "", outcome)
        case ast.After() | ast.At() | ast.Deadline() | ast.StepFailed():
            return ("other", str(node.span.start))


def seeing(nodes: tuple[ast.Trigger, ...], env: Env, around: Around) -> Env:
    """What guard and actions can call `event`: of several triggers one of several messages."""
    found = [_event(node, env, around) for node in nodes]
    reasons = [each for each in found if isinstance(each, str)]
    if reasons:
        reason = reasons[0] if len(reasons) == len(found) else _NO_EVENT["several"]
        env = replace(env, event=None, no_event=reason)
    else:
        env = replace(env, event=_one_of(each for each in found if not isinstance(each, str)))
    if any(isinstance(node, ast.StepFailed) for node in nodes):
        return replace(env, failure=RecordType(FAILURE))
    return env


def bound(nodes: tuple[ast.Trigger, ...], env: Env) -> Env:
    """Where the trigger has set the fields that it takes from its message."""
    for node in nodes:
        match node:
            case ast.OnMessage(binds=binds) | ast.OnOutcome(binds=binds):
                env = env.forgetting(name.text for name in binds)
    return env


def trigger(node: ast.Trigger, env: Env, around: Around) -> m.Trigger | None:
    """The trigger; None where it is wrong already, or is that of a sequence's `failed`."""
    match node:
        case ast.After(delay=delay, span=span):
            return m.After(check(delay, env, DURATION), span)
        case ast.At(time=time, span=span):
            return m.At(check(time, env, DATETIME), span)
        case ast.Deadline(delay=delay, span=span):
            return m.Deadline(check(delay, env, DURATION), span)
        case ast.OnFailure(command=name, span=span):
            command = _command(name, "failure of", env, around)
            return m.OnFailure(command, span) if command else None
        case ast.OnAll(messages=names, span=span):
            found = _parts(names, env)
            return m.OnAll(found, span) if found else None
        case ast.StepFailed():
            return None
    return swallowed(node, env, around)


def _parts(names: Iterable[ast.Name], env: Env) -> tuple[str, ...]:
    """What a composite waits for, each once."""
    found: dict[str, ast.Name] = {}
    for name in names:
        id = _message(name, env)
        if id in found:
            env.report.append(hs101.part_twice(name.text, name.span, found[id].span))
        elif id:
            found[id] = name
    return tuple(found)


def swallowed(node: ast.Swallowed, env: Env, around: Around) -> m.Swallowed | None:
    """What is taken, ignored or deferred."""
    match node:
        case ast.OnMessage():
            return _message_or_timer(node, env, around)
        case ast.OnTimeout(command=name, span=span):
            command = _command(name, "timeout of", env, around)
            return m.OnTimeout(command, span) if command else None
        case ast.OnFault(command=name, span=span):
            command = _command(name, "fault of", env, around)
            return m.OnFault(command, span) if command else None
        case ast.OnOutcome():
            return _outcome(node, env, around)


# --- what `event` is ---------------------------------------------------------------------------


def _event(node: ast.Trigger, env: Env, around: Around) -> Type | str:
    """The type of the message that comes with a trigger; where there is none, why."""
    match node:
        case ast.OnMessage(message=name):
            if _is_timer(name, env, around):
                return _NO_EVENT["time"]
            decl = env.scope.get(name.text)
            known = decl is not None and decl.kind in MESSAGES
            return MessageType(decl.id) if decl and known else UNKNOWN
        case ast.OnOutcome(outcome="done"):
            return _NO_EVENT["done"]
        case ast.OnOutcome(of=of, outcome=outcome):
            decl = env.scope.get(of.text) if of else None
            shape = f"{decl.id}.{outcome}" if decl else ""
            return MessageType(shape) if shape in env.world.shapes else UNKNOWN
        case ast.OnFailure():
            return _NO_EVENT["failure"]
        case ast.OnTimeout():
            return _NO_EVENT["timeout"]
        case ast.OnFault():
            return _NO_EVENT["fault"]
        case ast.OnAll():
            return _NO_EVENT["all"]
        case ast.StepFailed():
            return _NO_EVENT["step"]
        case ast.After() | ast.At() | ast.Deadline():
            return _NO_EVENT["time"]


def _one_of(kinds: Iterable[Type]) -> Type:
    found = dict.fromkeys(kinds)
    ids = tuple(kind.id for kind in found if isinstance(kind, MessageType))
    if any(isinstance(kind, Unknown) for kind in found) or not ids:
        return UNKNOWN
    return MessageType(ids[0]) if len(ids) == 1 else OneOf(ids)


# --- names -------------------------------------------------------------------------------------


def _command(name: ast.Name, verb: str, env: Env, around: Around) -> str:
    """The command that a request is of; an event stands for the command that it answers."""
    asked = _answered(name, env, around)
    if asked:
        command = env.world.shapes[asked].name
        env.report.append(hs103.answer_for_command(name.text, command, verb, name.span))
        return asked
    decl = find(env.scope, name, ("command",), env.report, verb)
    decl = decl or guess(env.scope, name, ("command",), env.report)
    return decl.id if decl else ""


def _answered(name: ast.Name, env: Env, around: Around) -> str:
    """The one command that the event of this name answers, "" where there is none or it is no event."""
    decl = env.scope.get(name.text)
    if decl is None or decl.kind != "event":
        return ""
    asked = [
        command
        for command, handler in around.handlers.items()
        if decl.id in (*handler.emits, *handler.refuses)
    ]
    return asked[0] if len(asked) == 1 else ""


def _message(name: ast.Name, env: Env) -> str:
    decl = find(env.scope, name, MESSAGES, env.report, "on") or guess(
        env.scope, name, MESSAGES, env.report
    )
    return decl.id if decl else ""


def _is_timer(name: ast.Name, env: Env, around: Around) -> bool:
    """Whether a timer is meant: it is one of the saga's, or looks like one and nothing else is called so."""
    if name.text in env.scope.names:
        return False
    return name.text in around.timers or name.text[:1].islower()


def _message_or_timer(
    node: ast.OnMessage, env: Env, around: Around
) -> m.OnMessage | m.OnTimer | None:
    if _is_timer(node.message, env, around):
        return _timer(node, env, around)
    if node.message.text in around.states and node.message.text not in env.scope.names:
        env.report.append(hs103.state_awaited(node.message.text, node.message.span))
        return _stand_in(node, env)
    decl = find(env.scope, node.message, MESSAGES, env.report, "on")
    if decl is None:
        return _stand_in(node, env)
    binds = _binds(node.binds, decl.id, env)
    return m.OnMessage(decl.id, tuple(binds), node.span, tuple(binds.values()))


def _stand_in(node: ast.OnMessage, env: Env) -> m.OnMessage | m.OnTimer:
    """What stands in for an unknown message: where it leads and what it sets is still looked at.

    Where nothing is like it, a timer that nobody has: it is waited for, and is no message.
    """
    decl = guess(env.scope, node.message, MESSAGES, env.report)
    if decl is None:
        return m.OnTimer(node.message.text, node.span)
    binds = tuple((each.text, e.Bad(UNKNOWN, each.span)) for each in node.binds)
    known = {name: value for name, value in binds if name in env.data and name != env.key}
    return m.OnMessage(decl.id, tuple(known), node.span, tuple(known.values()), guessed=True)


def _timer(node: ast.OnMessage, env: Env, around: Around) -> m.OnTimer | None:
    name = node.message.text
    if name not in around.timers:
        near = nearest(name, around.timers) or nearest(name, _messages(env))
        if not env.scope.incomplete and name not in env.scope.lost:
            env.report.append(hs102.unknown(name, ("timer", "message"), node.message.span, near))
        return m.OnTimer(near, node.span) if near in around.timers else None
    for each in node.binds[:1]:
        env.report.append(hs102.no_event(_NO_EVENT["time"], each.span))
    return m.OnTimer(name, node.span)


def _messages(env: Env) -> list[str]:
    found = env.scope.names.items()
    return [name for name, decls in found if any(each.kind in MESSAGES for each in decls)]


def _outcome(node: ast.OnOutcome, env: Env, around: Around) -> m.OnOutcome | None:
    assert node.of is not None, "only an itinerary's own `on` has outcomes of nothing else"
    kinds = ("itinerary", "command")
    wanted = ("command",) if node.outcome == "done" else ("itinerary",)
    decl = find(env.scope, node.of, kinds, env.report) or guess(
        env.scope, node.of, wanted, env.report
    )
    if decl is None:
        return None
    if _has_no_such_end(node, decl, env, around):
        return m.OnOutcome(decl.id, "done" if decl.kind == "command" else "completed", node.span)
    if decl.kind == "command":
        return m.OnOutcome(decl.id, node.outcome, node.span)
    binds = _binds(node.binds, f"{decl.id}.{node.outcome}", env)
    return m.OnOutcome(decl.id, node.outcome, node.span, tuple(binds), tuple(binds.values()))


def _has_no_such_end(node: ast.OnOutcome, decl: Decl, env: Env, around: Around) -> bool:
    """Reports an outcome that does not go with what it is of."""
    assert node.of is not None
    ends = ENDS if decl.kind == "itinerary" else ("done",)
    if node.outcome not in ends:
        wrong = hs103.not_an_end(node.of.text, decl.kind, node.outcome, ends, node.span)
        env.report.append(wrong)
        return True
    handler = around.handlers.get(decl.id)
    if decl.kind == "command" and handler is not None and handler.answers:
        names = tuple(env.world.shapes[each].name for each in handler.answers)
        env.report.append(hs103.has_an_answer(node.of.text, names, node.span))
        return True
    return False


# --- fields that are taken from the message ----------------------------------------------------


def _binds(names: tuple[ast.Name, ...], shape: str, env: Env) -> dict[str, e.Expr]:
    """The values that data fields are set to, by name."""
    found: dict[str, e.Expr] = {}
    places: dict[str, Span] = {}
    for name in names:
        if name.text in found:
            env.report.append(hs101.twice(name.text, "field", name.span, places[name.text]))
            continue
        value = _bind(name, shape, env)
        if value is not None:
            found[name.text], places[name.text] = value, name.span
    return found


def _bind(name: ast.Name, id: str, env: Env) -> e.Expr | None:
    """The value that `E(name)` sets the data field to; None, with a finding, where it can't."""
    shape = env.world.shapes[id]
    slot = shape.slots.get(name.text)
    if slot is None:
        if not shape.open:
            near, has = nearest_field(name.text, shape.slots), shape.slots.keys()
            env.report.append(
                hs102.no_field(name.text, shape.kind, shape.name, name.span, near, has)
            )
    elif name.text == env.key:
        env.report.append(hs407.key_bound(name.text, name.span))
    elif name.text in env.hidden:
        env.report.append(
            hs103.not_settable(name.text, "field of an instance, and here is none", name.span)
        )
    elif name.text not in env.data:
        near = nearest(name.text, env.data)
        env.report.append(hs102.unknown(name.text, ("data field",), name.span, near))
    else:
        event = e.EventValue(MessageType(id), name.span)
        value: e.Expr = e.FieldOf(event, name.text, slot.type, name.span)
        if isinstance(slot.type, Optional) and f"event.{name.text}" in env.facts:
            value = e.Narrowed(value, slot.type.of, name.span)
        return _fitting(name, value, env.data[name.text], env)
    return None


def _fitting(name: ast.Name, value: e.Expr, kind: Type, env: Env) -> e.Expr:
    """The message's field where the data field has this type."""
    found: list[Finding] = []
    fitted = fit(value, kind, found)
    if any(each.code == hs201.PAGE.code for each in found):
        label, place = declared(value, env), data_place(name.text, env)
        labels = tuple(each for each in (label, place.label if place else None) if each)
        found = [hs201.taken(name.text, str(value.type), str(kind), name.span, labels)]
    env.report.extend(found)
    return fitted
