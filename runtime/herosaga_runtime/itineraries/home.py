"""Home: what the store keeps of a slip where it began, while its parts travel.

Home holds what can be decided in one place only: whether the slip is to turn back, whether it is past what can't be undone,
and which branches of a fork have arrived. A part is either away, as mail (`Away` says which), or here: `forks` has those that
wait for others, `kept` those that wait for an operator, and the slip that has ended, which may still be turned back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from herosaga_runtime import codec
from herosaga_runtime.codec import Fields
from herosaga_runtime.envelope import Ref
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.itineraries.slip import Slip, read_object
from herosaga_runtime.message import JsonObject, JsonValue, record


class SlipStatus(StrEnum):
    """How a slip stands.

    `RUNNING`: on its way. `COMPENSATING`: on its way back. `PARKED`: an undo failed for good, and only an operator can help.
    The others are how it ended: `COMPLETED`, `FAULTED` after a step failed for good, `COMPENSATED` after it was turned back.
    """

    RUNNING = "running"
    COMPENSATING = "compensating"
    PARKED = "parked"
    COMPLETED = "completed"
    FAULTED = "faulted"
    COMPENSATED = "compensated"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens unless the slip is turned back."""
        return self in (SlipStatus.COMPLETED, SlipStatus.FAULTED, SlipStatus.COMPENSATED)


@record
class Failed:
    """The step that has failed for good, and why."""

    activity: str
    reason: str


@record
class Away:
    """Where a part is: the activity it was sent to, as which of its steps, and what that last said of its progress."""

    activity: str
    step: int
    back: bool = False
    irreversible: bool = False
    progress: str = ""


@dataclass(slots=True)
class Fork:
    """Branches that are done at once. `parent` goes on when all `total` have arrived.

    What has arrived is kept as JSON and only read when it is needed: else each of a thousand branches that arrive would read
    and write all that came before it.
    """

    parent: Slip
    total: int
    slips: dict[str, JsonValue] = field(default_factory=dict)

    @property
    def joined(self) -> bool:
        """Whether every branch is here."""
        return len(self.slips) == self.total

    @property
    def arrived(self) -> dict[str, Slip]:
        """The branches that are here."""
        return {part: Slip.from_json(json) for part, json in self.slips.items()}

    def add(self, slip: Slip) -> None:
        """A branch has arrived."""
        self.slips[slip.part] = codec.loads(codec.dumps(slip.to_json()))

    def take(self, part: str) -> Slip:
        """A branch leaves again."""
        return Slip.from_json(self.slips.pop(part))


@dataclass(slots=True)
class Home:
    """What is known of a slip where it began.

    `caller` awaits its outcome, `asked` are those that have turned it back. `turned` says why it shall go back; `failed` what
    has failed. `running` counts the irreversible activities that are being done, `past` says that one was. `finished` counts
    the activities that have ended, `sent` the messages that its outcomes have sent, `skipped` what an operator gave up; `left` are the activities whose undo was among that.
    """

    id: str
    itinerary: str
    status: SlipStatus = SlipStatus.RUNNING
    stuck: str = ""
    caller: Ref | None = None
    asked: tuple[Ref, ...] = ()
    turned: str = ""
    failed: Failed | None = None
    running: int = 0
    past: bool = False
    finished: int = 0
    sent: int = 0
    skipped: int = 0
    away: dict[str, Away] = field(default_factory=dict)
    forks: dict[str, Fork] = field(default_factory=dict)
    kept: dict[str, Slip] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def stopping(self) -> bool:
        """Whether parts stop before their next step, because the slip goes back or may have to."""
        return bool(self.turned or self.failed) and not self.past

    def to_json(self) -> JsonObject:
        """Everything but what the row has in columns."""
        return {
            "caller": None if self.caller is None else str(self.caller),
            "asked": [str(each) for each in self.asked],
            "turned": self.turned,
            "failed": _failed_to_json(self.failed),
            "running": self.running,
            "past": self.past,
            "finished": self.finished,
            "sent": self.sent,
            "skipped": self.skipped,
            "left": self.left,
            "away": {part: _away_to_json(each) for part, each in self.away.items()},
            "forks": {part: _fork_to_json(each) for part, each in self.forks.items()},
            "kept": {part: each.to_json() for part, each in self.kept.items()},
        }

    @classmethod
    def from_json(cls, id: str, itinerary: str, status: str, stuck: str, json: JsonValue) -> Home:
        """What `to_json` gave, and the columns."""
        fields = Fields("Home", json)
        return cls(
            id,
            itinerary,
            SlipStatus(status),
            stuck,
            fields.need("caller", codec.read_optional(_ref)),
            fields.need("asked", codec.read_list(_ref)),
            fields.need("turned", codec.read_str),
            fields.need("failed", codec.read_optional(_failed)),
            fields.need("running", codec.read_int),
            fields.need("past", codec.read_bool),
            fields.need("finished", codec.read_int),
            fields.need("sent", codec.read_int),
            fields.need("skipped", codec.read_int),
            dict(fields.need("away", codec.read_dict(codec.read_str, _away))),
            dict(fields.need("forks", codec.read_dict(codec.read_str, _fork))),
            dict(fields.need("kept", codec.read_dict(codec.read_str, Slip.from_json))),
            fields.get("left", codec.read_list(codec.read_str), ()),
        )


def _ref(json: JsonValue) -> Ref:
    return Ref.parse(codec.read_str(json))


def _failed_to_json(failed: Failed | None) -> JsonValue:
    return None if failed is None else {"activity": failed.activity, "reason": failed.reason}


def _failed(json: JsonValue) -> Failed:
    fields = Fields("Home.failed", json)
    return Failed(fields.need("activity", codec.read_str), fields.need("reason", codec.read_str))


def _away_to_json(away: Away) -> JsonValue:
    return [away.activity, away.step, away.back, away.irreversible, away.progress]


def _away(json: JsonValue) -> Away:
    if not isinstance(json, list) or len(json) != 5:
        raise DecodeError("Home.away: not a place")
    activity, step, back, irreversible, progress = json
    return Away(
        codec.read_str(activity),
        codec.read_int(step),
        codec.read_bool(back),
        codec.read_bool(irreversible),
        codec.read_str(progress),
    )


def _fork_to_json(fork: Fork) -> JsonObject:
    return {"parent": fork.parent.to_json(), "total": fork.total, "arrived": dict(fork.slips)}


def _fork(json: JsonValue) -> Fork:
    fields = Fields("Home.forks", json)
    return Fork(
        fields.need("parent", Slip.from_json),
        fields.need("total", codec.read_int),
        read_object(fields.need("arrived", codec.read_json)),
    )
