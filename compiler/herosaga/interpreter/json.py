"""Instances as JSON and back: everything that a step needs is stored, and nothing else.

What is as usual is absent. Data and messages have the form that they have everywhere (`encode`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from herosaga.interpreter.decode import from_json, message_from_json
from herosaga.interpreter.encode import Json, datetime_text, duration_text, message_to_json, to_json
from herosaga.interpreter.evaluate import literal
from herosaga.interpreter.instance import (
    Alarm,
    BlockUndo,
    Composite,
    Deliver,
    Done,
    Failure,
    Fault,
    Input,
    Instance,
    Kind,
    Policy,
    Record,
    Request,
    Undoing,
    Wait,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.values import Plain, Value
from herosaga.model import model as m
from herosaga.model.types import DURATION, Type

_PLAIN = (
    *("version", "incarnation", "state", "number", "alarms_set", "undone"),
    *("skipped", "stuck", "caller", "replied", "expired", "outcome"),
)
"""What JSON can hold as it is."""


# --- data --------------------------------------------------------------------------------------


def data_types(program: Program) -> Mapping[str, Type]:
    """The types of all data, the key and what sequences keep among it."""
    saga = program.saga
    return {saga.key: saga.key_type} | {each.name: each.type for each in _fields(saga)}


def _fields(saga: m.Saga) -> tuple[m.Field, ...]:
    return (*saga.data, *saga.slots)


def data_to_json(program: Program, data: Mapping[str, Plain]) -> Json:
    """The data fields that are set, in declared order."""
    kinds = data_types(program)
    return {name: to_json(program.model, kinds[name], data[name]) for name in kinds if name in data}


def data_from_json(program: Program, form: Mapping[str, Json]) -> dict[str, Plain]:
    """What `data_to_json` gave; what is absent has its default, or is unset."""
    found = {
        each.name: literal(program.model, each.default)
        for each in _fields(program.saga)
        if each.default is not None
    }
    for name, kind in data_types(program).items():
        if name in form:
            found[name] = from_json(program.model, kind, form[name])
    return found


# --- instances ---------------------------------------------------------------------------------


def instance_to_json(program: Program, instance: Instance) -> dict[str, Json]:
    """Everything about an instance."""
    model = program.model
    usual = Instance("", 0, None, 0, instance.started_at, "", {})
    plain = {each: getattr(instance, each) for each in _PLAIN}
    form = {name: value for name, value in plain.items() if value != getattr(usual, name)}
    form["started_at"] = datetime_text(instance.started_at)
    form["data"] = data_to_json(program, instance.data)
    several = {
        "records": [_record_to_json(program, each) for each in instance.records],
        "requests": [_request_to_json(model, each) for each in instance.requests],
        "waits": [_wait_to_json(each) for each in instance.waits],
        "arrivals": [[each.level, list(each.parts), part] for each, part in instance.arrivals],
        "deferred": [_input_to_json(model, each) for each in instance.deferred],
        "held": None if instance.held is None else _failure_to_json(model, instance.held),
        "undoing": None if instance.undoing is None else _undoing_to_json(model, instance.undoing),
    }
    return form | {name: value for name, value in several.items() if value}


def instance_from_json(program: Program, form: Mapping[str, Json]) -> Instance:
    """What `instance_to_json` gave."""
    model, data = program.model, data_from_json(program, form["data"])
    held, undoing = form.get("held"), form.get("undoing")
    arrivals = form.get("arrivals", ())
    bare = Instance(
        program.saga.id,
        form["version"],
        data.get(program.saga.key),
        form["incarnation"],
        _moment(form["started_at"]),
        form["state"],
        data,
        records=tuple(_record(program, each) for each in form.get("records", ())),
        requests=tuple(_request(model, each) for each in form.get("requests", ())),
        waits=tuple(_wait(model, each) for each in form.get("waits", ())),
        arrivals=tuple((Composite(level, tuple(of)), part) for level, of, part in arrivals),
        deferred=tuple(_input(model, each) for each in form.get("deferred", ())),
        held=None if held is None else _failure(model, held),
        undoing=None if undoing is None else _undoing(model, undoing),
    )
    plain: dict[str, Any] = {each: form[each] for each in _PLAIN if each in form}
    return replace(bare, **plain)


# --- pieces ------------------------------------------------------------------------------------


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _value_to_json(model: m.Model, value: Value) -> Json:
    return {"type": value.id, "data": message_to_json(model, value)}


def _value(model: m.Model, form: Json) -> Value:
    return message_from_json(model, form["type"], form["data"])


def _policy_to_json(policy: Policy) -> Json:
    return {
        "within": None if policy.within is None else duration_text(policy.within),
        "retries": policy.retries,
        "every": duration_text(policy.every),
        "up_to": None if policy.up_to is None else duration_text(policy.up_to),
    }


def _policy(model: m.Model, form: Json) -> Policy:
    def length(name: str) -> Plain:
        return None if form[name] is None else from_json(model, DURATION, form[name])

    return Policy(length("within"), form["retries"], length("every"), length("up_to"))


def _record_to_json(program: Program, record: Record) -> Json:
    policy = None if record.policy is None else _policy_to_json(record.policy)
    return {
        "undo": _undo_to_json(program, record.undo),
        "policy": policy,
        "request": record.request,
    }


def _record(program: Program, form: Json) -> Record:
    policy = None if form["policy"] is None else _policy(program.model, form["policy"])
    return Record(_undo(program, form["undo"]), policy, form["request"])


def _undo_to_json(program: Program, undo: Value | BlockUndo) -> Json:
    """A block's arguments are written like a message that is called `saga.block`."""
    if isinstance(undo, Value):
        return _value_to_json(program.model, undo)
    given = dict(undo.args)
    params = program.blocks[undo.compensation].params
    args = {each.name: to_json(program.model, each.type, given[each.name]) for each in params}
    return {"type": f"{program.saga.id}.{undo.compensation}", "data": args}


def _undo(program: Program, form: Json) -> Value | BlockUndo:
    if form["type"] in program.model.messages:
        return _value(program.model, form)
    name = form["type"].rpartition(".")[2]
    params = program.blocks[name].params
    args = (
        (each.name, from_json(program.model, each.type, form["data"][each.name])) for each in params
    )
    return BlockUndo(name, tuple(args))


def _request_to_json(model: m.Model, request: Request) -> Json:
    return {
        "number": request.number,
        "command": _value_to_json(model, request.command),
        "policy": _policy_to_json(request.policy),
        "attempt": request.attempt,
        "due": None if request.due is None else datetime_text(request.due),
        "paused": request.paused,
        "renew": request.renew,
        "step": request.step,
        "round": request.round,
        "incarnation": request.incarnation,
        "answered": request.answered,
    }


def _request(model: m.Model, form: Json) -> Request:
    due = None if form["due"] is None else _moment(form["due"])
    command, policy = _value(model, form["command"]), _policy(model, form["policy"])
    known = {"command": command, "policy": policy, "due": due}
    return Request(**{**form, **known})


def _wait_to_json(wait: Wait) -> Json:
    return {
        "kind": wait.kind.value,
        "token": wait.token,
        "due": datetime_text(wait.due),
        "order": wait.order,
        "place": wait.place,
        "name": wait.name,
        "length": duration_text(wait.length),
    }


def _wait(model: m.Model, form: Json) -> Wait:
    length = from_json(model, DURATION, form["length"])
    known = {"kind": Kind(form["kind"]), "due": _moment(form["due"]), "length": length}
    return Wait(**{**form, **known})


def _failure_to_json(model: m.Model, failure: Failure) -> Json:
    message = None if failure.message is None else _value_to_json(model, failure.message)
    request = _request_to_json(model, failure.request)
    return {"how": failure.how, "request": request, "reason": failure.reason, "message": message}


def _failure(model: m.Model, form: Json) -> Failure:
    message = None if form["message"] is None else _value(model, form["message"])
    return Failure(form["how"], _request(model, form["request"]), form["reason"], message)


def _undoing_to_json(model: m.Model, undoing: Undoing) -> Json:
    queue = [[_value_to_json(model, each), _policy_to_json(p)] for each, p in undoing.queue]
    return {"target": undoing.target, "queue": queue, "runs": undoing.runs}


def _undoing(model: m.Model, form: Json) -> Undoing:
    queue = tuple((_value(model, each), _policy(model, p)) for each, p in form["queue"])
    return Undoing(form["target"], queue, form["runs"])


def _input_to_json(model: m.Model, given: Input) -> Json:
    match given:
        case Deliver(message=message, answers=answers, request=request, id=id):
            form = {"answers": answers, "request": request, "id": id}
            return {"kind": "message", **form, "message": _value_to_json(model, message)}
        case Alarm(token=token):
            return {"kind": "alarm", "token": token}
        case Fault(number=number, reason=reason, final=final):
            return {"kind": "fault", "number": number, "reason": reason, "final": final}
        case Done(number=number):
            return {"kind": "done", "number": number}
    raise AssertionError("what an operator does is not deferred")


def _input(model: m.Model, form: Json) -> Input:
    match form["kind"]:
        case "message":
            message = _value(model, form["message"])
            return Deliver(message, form["answers"], form["request"], form["id"])
        case "alarm":
            return Alarm(form["token"])
        case "fault":
            return Fault(form["number"], form["reason"], form["final"])
    return Done(form["number"])
