"""A slip: one journey of an itinerary, as it travels from activity to activity.

A slip carries all that is needed to go on: what remains, its variables, and what was done and can be undone. A branch of a fork
is a slip of its own with the same id, a *part*; the whole is the part called "". Everything in it is JSON, so that it can pass
through a process that does not know the types.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from herosaga_runtime import codec
from herosaga_runtime.codec import Fields
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.message import Event, JsonObject, JsonValue, message, record
from herosaga_runtime.policy import Policy

WHOLE: Final = ""
"""The part that a slip begins as."""


@record
class Planned:
    """A stage of the itinerary that is still to come: `at` is its path among the stages.

    `bound` are the variables of the loops around it; `left` the elements that a `for` has not come to yet, None before it is
    reached; `without` the activities that a revision has dropped from it.
    """

    at: str
    bound: JsonObject
    left: tuple[JsonValue, ...] | None = None
    without: tuple[str, ...] = ()


@record
class Added:
    """An activity that no itinerary declares here: a revision has inserted it, or the itinerary was built at run time.

    `takes` says which of its arguments are variables: argument to variable. `depth` counts the revisions that have led to it,
    each by an activity that the one before has inserted.
    """

    activity: str
    arguments: JsonObject
    takes: JsonObject
    policy: Policy | None = None
    depth: int = 0


Todo = Planned | Added


@record
class Current:
    """The activity that a part is on its way to, or with. `given` are its arguments; on the way back the log to undo.

    `at` is the path of its stage, "" for one that no itinerary declares here, and on the way back; `depth` as of `Added`.
    """

    activity: str
    given: JsonValue
    policy: Policy | None
    irreversible: bool = False
    at: str = ""
    depth: int = 0


@record
class Logged:
    """A finished activity that can be undone; `number` says as which of all activities of the slip it was finished."""

    activity: str
    log: JsonValue
    policy: Policy | None
    number: int


@message("herosaga.slip")
class Slip(Event):
    """A part of a slip. `step` numbers the activities it has been sent to; `back`: it is on its way back.

    `shape` is that of the itinerary it set out by: with another one `todo` means nothing.
    """

    id: str
    itinerary: str
    shape: str
    part: str
    step: int
    variables: JsonObject
    todo: tuple[Todo, ...]
    log: tuple[Logged, ...]
    current: Current | None = None
    back: bool = False

    @property
    def mail_id(self) -> str:
        """The id of the mail by which it travels."""
        return mail_id(self.id, self.part, self.step)

    @property
    def complete(self) -> bool:
        """Whether nothing remains to be done."""
        return not self.todo and self.current is None

    def to_json(self) -> JsonObject:
        return {
            "id": self.id,
            "itinerary": self.itinerary,
            "shape": self.shape,
            "part": self.part,
            "step": self.step,
            "variables": self.variables,
            "todo": [_todo_to_json(each) for each in self.todo],
            "log": [_logged_to_json(each) for each in self.log],
            "current": None if self.current is None else _current_to_json(self.current),
            "back": self.back,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> Slip:
        fields = Fields("Slip", json)
        return cls(
            fields.need("id", codec.read_str),
            fields.need("itinerary", codec.read_str),
            fields.need("shape", codec.read_str),
            fields.need("part", codec.read_str),
            fields.need("step", codec.read_int),
            fields.need("variables", read_object),
            fields.need("todo", codec.read_list(_todo)),
            fields.need("log", codec.read_list(_logged)),
            fields.need("current", codec.read_optional(_current)),
            fields.need("back", codec.read_bool),
        )


def current_of(slip: Slip) -> Current:
    """The activity that a part is with; for those that are known to be with one."""
    if slip.current is None:
        raise AssertionError(f"{slip.mail_id} is with no activity")
    return slip.current


def mail_id(id: str, part: str, step: int) -> str:
    """The id of the mail by which a part of a slip travels: the same however often its step is repeated."""
    return f"{id}/{part}/{step}"


def read_object(json: JsonValue) -> JsonObject:
    """A JSON object."""
    return dict(codec.read_dict(codec.read_str, codec.read_json)(json))


def _policy(fields: Fields) -> Policy | None:
    return fields.get("policy", codec.read_optional(_known), None)


def _todo_to_json(todo: Todo) -> JsonObject:
    match todo:
        case Planned(at, bound, left, without):
            json: JsonObject = {"at": at}
            json |= {"bound": bound} if bound else {}
            json |= {} if left is None else {"left": left}
            return json | ({"without": without} if without else {})
        case Added(activity, arguments, takes, policy, depth):
            json = {"activity": activity, "arguments": arguments, "takes": takes}
            return json | _at_depth(depth) | _with(policy)


def _at_depth(depth: int) -> JsonObject:
    return {"depth": depth} if depth else {}


def _with(policy: Policy | None) -> JsonObject:
    return {} if policy is None else {"policy": _written(policy)}


def _todo(json: JsonValue) -> Todo:
    fields = Fields("Slip.todo", json)
    if fields.has("activity"):
        return Added(
            fields.need("activity", codec.read_str),
            fields.need("arguments", read_object),
            fields.need("takes", read_object),
            _policy(fields),
            fields.get("depth", codec.read_int, 0),
        )
    return Planned(
        fields.need("at", codec.read_str),
        fields.get("bound", read_object, {}),
        fields.get("left", codec.read_optional(codec.read_list(codec.read_json)), None),
        fields.get("without", codec.read_list(codec.read_str), ()),
    )


def _current_to_json(current: Current) -> JsonObject:
    json: JsonObject = {"activity": current.activity, "given": current.given}
    json |= {"irreversible": True} if current.irreversible else {}
    json |= {"at": current.at} if current.at else {}
    return json | _at_depth(current.depth) | _with(current.policy)


def _current(json: JsonValue) -> Current:
    fields = Fields("Slip.current", json)
    return Current(
        fields.need("activity", codec.read_str),
        fields.need("given", codec.read_json),
        _policy(fields),
        fields.get("irreversible", codec.read_bool, False),
        fields.get("at", codec.read_str, ""),
        fields.get("depth", codec.read_int, 0),
    )


def _logged_to_json(logged: Logged) -> JsonObject:
    json: JsonObject = {"activity": logged.activity, "log": logged.log, "number": logged.number}
    return json | _with(logged.policy)


def _logged(json: JsonValue) -> Logged:
    """Read without `Fields`, since a slip that goes round in a loop has as many of these as it has gone round."""
    if not isinstance(json, dict) or not json.keys() >= _LOGGED:
        raise DecodeError("Slip.log: not what was done")
    policy = json.get("policy")
    return Logged(
        codec.read_str(json["activity"]),
        json["log"],
        None if policy is None else _known(policy),
        codec.read_int(json["number"]),
    )


_LOGGED: Final = {"activity", "log", "number"}
_POLICY: Final = {"within", "retries", "every", "up_to"}


def _known(json: JsonValue) -> Policy:
    """A policy, of which there are few."""
    if isinstance(json, dict) and json.keys() == _POLICY and all(map(_is_plain, json.values())):
        return _read_policy(**json)
    return Policy.from_json(json)


def _is_plain(value: JsonValue) -> bool:
    return value is None or isinstance(value, str | int)


@lru_cache(maxsize=256)
def _read_policy(
    within: JsonValue, retries: JsonValue, every: JsonValue, up_to: JsonValue
) -> Policy:
    return Policy.from_json({"within": within, "retries": retries, "every": every, "up_to": up_to})


@lru_cache(maxsize=256)
def _written(policy: Policy) -> JsonObject:
    return policy.to_json()
