"""Instances and envelopes as JSON, and back.

Messages are decoded only to classes that a saga or service registered; the rest of an instance is plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from herosaga_runtime import codec
from herosaga_runtime.codec import Fields
from herosaga_runtime.differing import differing
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault, Ref, Rounds, is_number
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.instance import (
    CALM,
    Arrival,
    D,
    Extras,
    Held,
    Instance,
    Origin,
    Outcome,
    Record,
    Request,
    S,
    Timer,
    Undoing,
)
from herosaga_runtime.message import Command, JsonObject, JsonValue, Message
from herosaga_runtime.policy import Policy
from herosaga_runtime.saga import Saga

Types = Mapping[str, type[Message]]
"""Message classes by their name on the wire."""

SYSTEM: Types = {Alarm.TYPE: Alarm, Fault.TYPE: Fault, Done.TYPE: Done}
"""The messages that hosts send themselves."""

_text = codec.read_optional(codec.read_str)
T = TypeVar("T")


def _written(value: T | None, write: Callable[[T], JsonValue]) -> JsonValue:
    return None if value is None else write(value)


# --- envelopes ---------------------------------------------------------------------------------


def envelope_to_json(envelope: Envelope) -> JsonObject:
    """A CloudEvents 1.0 event; attributes that are not set are absent."""
    json: JsonObject = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": "herosaga",
        "type": envelope.message.TYPE,
        "time": codec.write_datetime(envelope.time),
        "datacontenttype": "application/json",
        "correlationid": envelope.correlation,
    }
    optional = {
        "causationid": envelope.causation,
        "sagaanswers": _written(envelope.answers, str),
        "sagarequest": _written(envelope.request, str),
        "sagarounds": _rounds_text(envelope.rounds) if envelope.rounds else None,
        "traceparent": envelope.trace,
    }
    json |= {name: value for name, value in optional.items() if value is not None}
    if envelope.hops:
        json["sagahops"] = envelope.hops
    json["data"] = envelope.message.to_json()
    return json


def envelope_from_json(json: JsonValue, types: Types) -> Envelope:
    """What `envelope_to_json` gave; `DecodeError` for a type that is not registered."""
    fields = Fields("Envelope", json)
    name = fields.need("type", codec.read_str)
    kind = types.get(name) or SYSTEM.get(name)
    if kind is None:
        raise DecodeError(f"Envelope.type: {name[:100]!r} is not registered")
    return Envelope(
        fields.need("id", codec.read_str),
        kind.from_json(fields.need("data", codec.read_json)),
        fields.need("time", codec.read_datetime),
        fields.need("correlationid", codec.read_str),
        fields.get("causationid", _text, None),
        fields.get("sagaanswers", _ref, None),
        fields.get("sagarequest", _ref, None),
        fields.get("sagahops", codec.read_int, 0),
        fields.get("traceparent", _text, None),
        fields.get("sagarounds", _rounds, ()),
    )


def _rounds_text(rounds: Rounds) -> str:
    """`oms.Stock.PlanChanged=2 oms.Desk.Told=1`: an attribute of CloudEvents is no object."""
    return " ".join(f"{consumer}={count}" for consumer, count in rounds)


def _rounds(json: JsonValue) -> Rounds:
    pairs = [each.rpartition("=") for each in codec.read_str(json).split()]
    if not all(consumer and is_number(count) for consumer, _, count in pairs):
        raise DecodeError(f"Envelope.sagarounds: not handlers and numbers: {str(json)[:100]!r}")
    return tuple([(consumer, int(count)) for consumer, _, count in pairs])


def _ref(json: JsonValue) -> Ref | None:
    return Ref.parse(codec.read_str(json))


# --- instances ---------------------------------------------------------------------------------


def instance_to_json(
    instance: Instance[Any, Any],
    before: Instance[Any, Any] | None = None,
    known: JsonObject | None = None,
) -> JsonObject:
    """Everything about an instance, as its saga can read it back.

    With the instance that was there before and its JSON, `known`, what it has in common with that is not written anew: one
    that awaits a thousand answers, or has as much to undo, would else be written a thousand times.
    """
    origin = instance.origin
    if before is None or known is None:
        before, known = instance, {}
    json: JsonObject = {
        "saga": origin.saga,
        "version": origin.version,
        "key": origin.key,
        "incarnation": origin.incarnation,
        "started_at": codec.write_datetime(origin.started_at),
        "state": str(instance.state),
        "data": instance.data.to_json(),
        "revision": instance.revision,
        "sequence": instance.sequence,
        "records": _parts(instance.records, _record_to_json, before.records, known.get("records")),
        "requests": _parts(
            instance.requests, _request_to_json, before.requests, known.get("requests")
        ),
        "timers": [_timer_to_json(each) for each in instance.timers],
        "outcome": _written(instance.outcome, str),
    }
    if instance.extras != CALM:
        extras = known.get("extras")
        deferred = extras.get("deferred") if isinstance(extras, Mapping) else None
        kept = _parts(instance.extras.deferred, envelope_to_json, before.extras.deferred, deferred)
        json["extras"] = _extras_to_json(instance.extras, kept)
    return json


def _parts(
    parts: Sequence[T], write: Callable[[T], JsonValue], old: Sequence[T], known: JsonValue
) -> list[JsonValue]:
    """Parts as JSON, of those that are the very same as before the JSON from before."""
    if not isinstance(known, list):
        return [write(each) for each in parts]
    if parts is old:
        return known
    gone, come = differing(old, parts)
    written = {id(each): json for each, json in zip(old[gone], known[gone], strict=True)}
    made = known.copy()
    made[gone] = [written.get(id(each)) or write(each) for each in parts[come]]
    return made


def instance_from_json(saga: Saga[D, S, Any], json: JsonValue) -> Instance[D, S]:
    """What `instance_to_json` gave for an instance of this saga."""
    fields = Fields(saga.name, json)
    origin = Origin(
        fields.need("saga", codec.read_str),
        fields.need("version", codec.read_int),
        fields.need("key", codec.read_str),
        fields.need("incarnation", codec.read_int),
        fields.need("started_at", codec.read_datetime),
    )
    return Instance(
        origin,
        fields.need("state", codec.read_enum(saga.state)),
        saga.data.from_json(fields.need("data", codec.read_json)),
        fields.need("revision", codec.read_int),
        fields.need("sequence", codec.read_int),
        fields.need("records", codec.read_list(lambda each: _record(saga, each))),
        fields.need("requests", codec.read_list(lambda each: _request(saga, each))),
        fields.need("timers", codec.read_list(_timer)),
        _extras(saga, fields.get("extras", codec.read_json, None)),
        fields.need("outcome", codec.read_optional(codec.read_enum(Outcome))),
    )


def _message_to_json(message: Message) -> JsonObject:
    return {"type": message.TYPE, "data": message.to_json()}


def _message(saga: Saga[Any, Any, Any], json: JsonValue) -> Message:
    fields = Fields("Message", json)
    name = fields.need("type", codec.read_str)
    if name not in saga.types:
        raise DecodeError(f"Message.type: {saga.name} has no {name[:100]!r}")
    message: Message = saga.types[name].from_json(fields.need("data", codec.read_json))
    return message


def _command(saga: Saga[Any, Any, Any]) -> Callable[[JsonValue], Command]:
    def read(json: JsonValue) -> Command:
        message = _message(saga, json)
        if not isinstance(message, Command):
            raise DecodeError(f"{message.TYPE} is not a command")
        return message

    return read


def _record_to_json(record: Record) -> JsonObject:
    return {
        "undo": _message_to_json(record.undo),
        "policy": _written(record.policy, Policy.to_json),
        "request": record.request,
    }


def _record(saga: Saga[Any, Any, Any], json: JsonValue) -> Record:
    fields = Fields("Record", json)
    return Record(
        fields.need("undo", lambda each: _message(saga, each)),
        fields.need("policy", codec.read_optional(Policy.from_json)),
        fields.need("request", codec.read_int),
    )


def _request_to_json(request: Request) -> JsonObject:
    part: JsonObject = {"step": request.step, "round": request.round} if request.step else {}
    if request.answered:
        part["answered"] = True
    return {
        **part,
        "number": request.number,
        "command": _message_to_json(request.command),
        "policy": request.policy.to_json(),
        "attempt": request.attempt,
        "due": _written(request.due, codec.write_datetime),
        "paused": request.paused,
        "renew": request.renew,
    }


def _request(saga: Saga[Any, Any, Any], json: JsonValue) -> Request:
    fields = Fields("Request", json)
    return Request(
        fields.need("number", codec.read_int),
        fields.need("command", _command(saga)),
        fields.need("policy", Policy.from_json),
        fields.need("attempt", codec.read_int),
        fields.need("due", codec.read_optional(codec.read_datetime)),
        fields.need("paused", codec.read_bool),
        fields.need("renew", codec.read_bool),
        fields.get("step", codec.read_str, ""),
        fields.get("round", codec.read_int, 0),
        fields.get("answered", codec.read_bool, False),
    )


def _timer_to_json(timer: Timer) -> JsonObject:
    json: JsonObject = {"token": timer.token, "index": timer.index}
    json["due"] = codec.write_datetime(timer.due)
    if timer.name:
        json["name"] = timer.name
    if timer.period is not None:
        json["period"] = codec.write_duration(timer.period)
    return json


def _timer(json: JsonValue) -> Timer:
    fields = Fields("Timer", json)
    return Timer(
        fields.need("token", codec.read_str),
        fields.need("index", codec.read_int),
        fields.need("due", codec.read_datetime),
        fields.get("name", codec.read_str, ""),
        fields.get("period", codec.read_optional(codec.read_duration), None),
    )


def _extras_to_json(extras: Extras[Any], deferred: list[JsonValue]) -> JsonObject:
    """What is as usual is absent."""
    json: JsonObject = {
        "undoing": _written(extras.undoing, _undoing_to_json),
        "undone": extras.undone,
        "skipped": extras.skipped,
        "stuck": extras.stuck,
        "deferred": deferred,
        "arrivals": [[each.of, each.part] for each in extras.arrivals],
        "held": _written(extras.held, _held_to_json),
        "caller": _written(extras.caller, str),
        "replied": extras.replied,
        "expired": extras.expired,
    }
    return {name: value for name, value in json.items() if value}


def _extras(saga: Saga[Any, S, Any], json: JsonValue) -> Extras[S]:
    if json is None:
        return CALM
    fields = Fields("Extras", json)
    envelopes = codec.read_list(lambda each: envelope_from_json(each, saga.types))
    return Extras(
        fields.get("undoing", codec.read_optional(lambda each: _undoing(saga, each)), None),
        fields.get("undone", codec.read_int, 0),
        fields.get("skipped", codec.read_int, 0),
        fields.get("stuck", codec.read_str, ""),
        fields.get("deferred", envelopes, ()),
        fields.get("arrivals", codec.read_list(_arrival), ()),
        fields.get("held", codec.read_optional(lambda each: _held(saga, each)), None),
        fields.get("caller", _ref, None),
        fields.get("replied", codec.read_bool, False),
        fields.get("expired", codec.read_bool, False),
    )


def _arrival(json: JsonValue) -> Arrival:
    of, part = codec.read_list(codec.read_str)(json)
    return Arrival(of, part)


def _held_to_json(held: Held) -> JsonObject:
    return {
        "command": _message_to_json(held.command),
        "reason": held.reason,
        "message": _written(held.message, _message_to_json),
        "late": held.late,
        "step": held.step,
        "round": held.round,
        "number": held.number,
    }


def _held(saga: Saga[Any, Any, Any], json: JsonValue) -> Held:
    fields = Fields("Held", json)
    return Held(
        fields.need("command", _command(saga)),
        fields.need("reason", codec.read_str),
        fields.need("message", codec.read_optional(lambda each: _message(saga, each))),
        fields.need("late", codec.read_bool),
        fields.need("step", codec.read_str),
        fields.need("round", codec.read_int),
        fields.need("number", codec.read_int),
    )


def _undoing_to_json(undoing: Undoing[Any]) -> JsonObject:
    return {
        "target": str(undoing.target),
        "queue": [[_message_to_json(each), policy.to_json()] for each, policy in undoing.queue],
        "runs": undoing.runs,
    }


def _undoing(saga: Saga[Any, S, Any], json: JsonValue) -> Undoing[S]:
    fields = Fields("Undoing", json)

    def pending(each: JsonValue) -> tuple[Command, Policy]:
        command, policy = codec.read_list(codec.read_json)(each)
        return _command(saga)(command), Policy.from_json(policy)

    return Undoing(
        fields.need("target", codec.read_enum(saga.state)),
        fields.need("queue", codec.read_list(pending)),
        fields.need("runs", codec.read_int),
    )
