"""Flows: how a choreography is meant to run, and how far one has come, message by message.

Nobody coordinates a choreography, so it is followed by what its messages say of themselves: their correlation, which all that
follow from one message share, and their causation. Everything here is a pure function of values; times are microseconds, as in
stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from herosaga_runtime import codec
from herosaga_runtime.codec import Fields
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.message import JsonObject, JsonValue, Message

Arrow = tuple[str, str]
"""`A -> B`, by the messages' names on the wire."""


class Branch:
    """One way in which a flow goes on after a message: with one of `targets`, which are alternatives.

    `others` may come instead of them, and lead out of the flow. `by` is who takes the message, and sends what follows: a
    handler, or a saga or itinerary. With `many="?"` nothing need follow, with `many="*"` any number of messages may.

    `direct` is for a handler of this project: what follows is caused by the very message. Of anybody else is only known what
    came after it: a saga may have awaited other messages too, and an outside service need not say what it answers.
    """

    __slots__ = ("by", "direct", "many", "others", "source", "targets")

    def __init__(
        self,
        source: type[Message],
        targets: tuple[type[Message], ...],
        others: tuple[type[Message], ...] = (),
        *,
        by: str = "",
        many: Literal["", "?", "*"] = "",
        direct: bool = True,
    ) -> None:
        self.source = source.TYPE
        self.targets = tuple([each.TYPE for each in targets])
        self.others = tuple([each.TYPE for each in others])
        self.by = by
        self.many = many
        self.direct = direct

    @property
    def awaits(self) -> bool:
        """Whether it is known when nothing more follows: where all may be absent, only the end of a handler tells."""
        return self.direct or not self.many


class Flow:
    """A choreography as it is meant to run. A host gets it with `host.add`, and follows it from then on."""

    def __init__(
        self, name: str, branches: tuple[Branch, ...], within: timedelta | None = None
    ) -> None:
        self.name = name
        self.branches = branches
        self.within = within
        self.arrows = tuple(
            dict.fromkeys((each.source, to) for each in branches for to in each.targets)
        )
        self.begins = _begins(self.arrows)
        self._after: dict[str, tuple[Branch, ...]] = {}
        self._before: dict[str, tuple[Branch, ...]] = {}
        for branch in branches:
            _put(self._after, branch.source, branch)
            for name in (*branch.targets, *branch.others):
                _put(self._before, name, branch)

    def __call__(self) -> Flow:
        """The flow. What `host.add` calls."""
        return self

    @property
    def messages(self) -> frozenset[str]:
        """The names of all messages that say how far it has come."""
        return frozenset((*self._after, *self._before))

    def after(self, name: str) -> tuple[Branch, ...]:
        """How it goes on after a message."""
        return self._after.get(name, ())

    def before(self, name: str) -> tuple[Branch, ...]:
        """What a message follows, or leads out of."""
        return self._before.get(name, ())


def _begins(arrows: tuple[Arrow, ...]) -> tuple[str, ...]:
    """The messages that no other leads to; of a cycle that none leads into, the first."""
    sources = tuple(dict.fromkeys(source for source, _ in arrows))
    led_to = {target for source, target in arrows if source != target}
    found = [each for each in sources if each not in led_to]
    for each in sources:
        if each not in reached(arrows, found):
            found.append(each)
    return tuple(found)


def reached(arrows: Iterable[Arrow], start: Iterable[str]) -> frozenset[str]:
    """The messages that arrows lead to from some others, these among them."""
    after: dict[str, list[str]] = {}
    for source, target in arrows:
        after.setdefault(source, []).append(target)
    found = dict.fromkeys(start)
    queue = list(found)
    for each in queue:
        new = [target for target in after.get(each, ()) if target not in found]
        found.update(dict.fromkeys(new))
        queue += dict.fromkeys(new)
    return frozenset(found)


def _put(places: dict[str, tuple[Branch, ...]], name: str, branch: Branch) -> None:
    places[name] = (*places.get(name, ()), branch)


@dataclass(frozen=True, slots=True)
class Times:
    """How often something has happened, and when the first and the last time."""

    count: int
    first: int
    last: int

    def again(self, at: int) -> Times:
        """Once more."""
        return Times(self.count + 1, self.first, at)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What must follow a message: one of `targets`, which `by` sends. `message_id` is the message's, `since` when it came."""

    source: str
    targets: tuple[str, ...]
    by: str
    message_id: str
    since: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a flow has come in one correlation: what came, which arrows it went along, and what must follow yet.

    `ended` is when every branch that was taken had come to its end; None while one has not.
    """

    came: Mapping[str, Times] = field(default_factory=dict)
    passed: Mapping[Arrow, Times] = field(default_factory=dict)
    awaited: tuple[Awaited, ...] = ()
    ended: int | None = None


def advance(
    flow: Flow, before: Progress | None, name: str, id: str, cause: str | None, at: int
) -> Progress | None:
    """The progress after a message of this name and id, which the message `cause` has caused.

    None if the flow has not begun, and does not begin with this.
    """
    if before is None and name not in flow.begins:
        return None
    then = before or Progress()
    followed = [each for each in flow.before(name) if _follows(each, then, cause)]
    left = [
        each
        for each in then.awaited
        if _is_declared(each, flow) and not _answered(each, followed, cause)
    ]
    passed = dict(then.passed)
    for arrow in dict.fromkeys((each.source, name) for each in followed):
        passed[arrow] = _once_more(passed.get(arrow), at)
    began = [
        Awaited(name, each.targets, each.by, id, at) for each in flow.after(name) if each.awaits
    ]
    came = {**then.came, name: _once_more(then.came.get(name), at)}
    return _with_end(Progress(came, passed, (*left, *began), then.ended), at)


def _once_more(times: Times | None, at: int) -> Times:
    return Times(1, at, at) if times is None else times.again(at)


def _follows(branch: Branch, then: Progress, cause: str | None) -> bool:
    """Whether a message goes along this branch: a handler's, where the message that it took awaits that."""
    if not branch.direct:
        return branch.source in then.came
    return any(each.message_id == cause and _is_of(each, branch) for each in then.awaited)


def _answered(awaited: Awaited, followed: Iterable[Branch], cause: str | None) -> bool:
    """Whether a message that goes along these branches is what was awaited; of a part with `*` more may follow."""
    return any(
        _is_of(awaited, each)
        and each.many != "*"
        and (not each.direct or awaited.message_id == cause)
        for each in followed
    )


def _is_declared(awaited: Awaited, flow: Flow) -> bool:
    """Whether it is still an arrow: an earlier version of the flow may have begun this."""
    return any(_is_of(awaited, each) for each in flow.after(awaited.source))


def _is_of(awaited: Awaited, branch: Branch) -> bool:
    return (awaited.source, awaited.targets, awaited.by) == (
        branch.source,
        branch.targets,
        branch.by,
    )


def done(flow: Flow, before: Progress, by: str, id: str, at: int) -> Progress:
    """The progress after a handler's end: what it need not emit, and has not, won't follow any more."""
    over = [each for each in flow.branches if each.by == by and each.many]
    left = [
        each
        for each in before.awaited
        if each.message_id != id or not any(_is_of(each, branch) for branch in over)
    ]
    return _with_end(replace(before, awaited=tuple(left)), at)


def _with_end(progress: Progress, at: int) -> Progress:
    ended = None if progress.awaited else progress.ended or at
    return replace(progress, ended=ended)


# --- JSON --------------------------------------------------------------------------------------


def progress_to_json(progress: Progress) -> JsonObject:
    """Progress as JSON."""
    return {
        "came": {name: _times_to_json(each) for name, each in progress.came.items()},
        "passed": {
            f"{source} -> {target}": _times_to_json(each)
            for (source, target), each in progress.passed.items()
        },
        "awaited": [_awaited_to_json(each) for each in progress.awaited],
        "ended": progress.ended,
    }


def progress_from_json(json: JsonValue) -> Progress:
    """What `progress_to_json` gave; `DecodeError` for anything else."""
    fields = Fields("Progress", json)
    return Progress(
        fields.need("came", _CAME),
        fields.need("passed", _PASSED),
        fields.need("awaited", _AWAITED),
        fields.get("ended", codec.read_optional(codec.read_int), None),
    )


def _times_to_json(times: Times) -> JsonValue:
    return [times.count, times.first, times.last]


def _times_from_json(json: JsonValue) -> Times:
    count, first, last = _three(codec.read_list(codec.read_int)(json))
    return Times(count, first, last)


def _three(found: tuple[int, ...]) -> tuple[int, int, int]:
    match found:
        case count, first, last:
            return count, first, last
    raise DecodeError(f"three numbers expected, not {len(found)}")


def _arrow_from_json(json: JsonValue) -> Arrow:
    source, sign, target = codec.read_str(json).partition(" -> ")
    if not sign:
        raise DecodeError(f"an arrow expected, not {source[:100]!r}")
    return source, target


def _awaited_to_json(awaited: Awaited) -> JsonObject:
    return {
        "from": awaited.source,
        "to": list(awaited.targets),
        "by": awaited.by,
        "id": awaited.message_id,
        "since": awaited.since,
    }


def _awaited_from_json(json: JsonValue) -> Awaited:
    fields = Fields("Awaited", json)
    return Awaited(
        fields.need("from", codec.read_str),
        fields.need("to", codec.read_list(codec.read_str)),
        fields.need("by", codec.read_str),
        fields.need("id", codec.read_str),
        fields.need("since", codec.read_int),
    )


_CAME = codec.read_dict(codec.read_str, _times_from_json)
_PASSED = codec.read_dict(_arrow_from_json, _times_from_json)
_AWAITED = codec.read_list(_awaited_from_json)
