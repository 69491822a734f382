"""Slips that travel without a host: whatever happens to one is a call, and is checked against the laws of `travel`.

Between two calls there is only JSON, at home and in the mail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Ref
from herosaga_runtime.itineraries import travel
from herosaga_runtime.itineraries.home import Home, SlipStatus
from herosaga_runtime.itineraries.journey import Journey
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.slip import WHOLE, Planned, Slip, Todo
from herosaga_runtime.itineraries.table import Itinerary, paths
from herosaga_runtime.message import JsonObject, JsonValue, Message
from herosaga_runtime.testing import START
from itineraries import plans
from itineraries.laws import check


class Trip:
    """One slip, and all that has happened to it.

    `mail` has its parts that are away. `ran` are the activities that were done, by their labels, `undone` those that were
    undone, each in order; `open` are the logs that are neither undone nor given up, by number.
    """

    def __init__(
        self,
        itinerary: Itinerary[Any] | None,
        todo: tuple[Todo, ...] = (),
        variables: JsonObject = plans.VARIABLES,
    ) -> None:
        self.itinerary = self.declared = itinerary
        self.ran: list[str] = []
        self.undone: list[str] = []
        self.open: dict[int, str] = {}
        self.mail: dict[str, str] = {}
        self.asking: set[str] = set()
        self.told: list[str] = []
        self.notes: list[str] = []
        self.sent: list[Message] = []
        self.variables = variables
        self._begin(todo)

    def _begin(self, todo: tuple[Todo, ...]) -> None:
        name, shape = "built", ""
        if self.itinerary is not None:
            name, shape = self.itinerary.name, self.itinerary.shape
            todo = tuple([Planned(at, {}) for at in paths("", len(self.itinerary.stages))])
        self._keep(Home("s1", name))
        slip = Slip("s1", name, shape, WHOLE, 0, self.variables, todo, ())
        self.happen(lambda to: travel.begin(to, slip))

    # --- what is there -------------------------------------------------------------------------

    @property
    def home(self) -> Home:
        """What is stored at home."""
        status, stuck, body = self._stored
        return Home.from_json("s1", "t.Trip", status, stuck, codec.loads(body))

    def _keep(self, home: Home) -> None:
        self._stored = (str(home.status), home.stuck, codec.dumps(home.to_json()))

    def away(self) -> dict[str, Slip]:
        """The parts that are away, by part, as they were last stored."""
        return {part: Slip.from_json(codec.loads(text)) for part, text in self.mail.items()}

    def of(self, label: str) -> Slip:
        """The part that is with an activity: `a1`, or `-a1` to undo it."""
        return next(each for each in self.away().values() if token(each) == label)

    # --- what happens --------------------------------------------------------------------------

    def happen(self, what: Callable[[Journey], None]) -> Journey:
        """Let something happen, and keep what follows."""
        before = self.home
        journey = Journey(self.home, self.itinerary, plans.ACTIVITIES, START)
        what(journey)
        self._keep(journey.home)
        for part in before.away:
            if journey.home.away.get(part) != before.away[part]:
                del self.mail[part]
        for slip in journey.leaving:
            self.mail[slip.part] = codec.dumps(slip.to_json())
        self._tell(journey)
        check(self, before, journey)
        return journey

    def _tell(self, journey: Journey) -> None:
        for by, back in journey.answers:
            assert by.key in self.asking, f"{by.key} was told twice"
            self.asking.remove(by.key)
            self.told.append(f"{by.key}:{'back' if back else 'no'}")
        self.notes += [
            f"{each.happened} {each.part} {each.activity.removeprefix('t.')}: {each.reason}"
            for each in journey.notes
        ]
        if journey.ended is not None:
            self.variables = journey.ended.variables
            self.sent += journey.ended.sent

    def done(self, slip: Slip, revision: Revision[Any] | None = None, **outputs: Any) -> Journey:
        """Its activity is done."""
        assert slip.current is not None
        label = token(slip)
        log = {"label": label} if plans.ACTIVITIES[slip.current.activity].log else None
        self.ran.append(label)
        if log is not None:
            self.open[self.home.finished + 1] = label
        given = travel.Given(outputs, log, revision)
        return self.happen(lambda to: travel.done(to, slip, given))

    def failed(self, slip: Slip) -> Journey:
        """Its activity has failed for good."""
        return self.happen(lambda to: travel.failed(to, slip, "broken"))

    def hold(self, slip: Slip) -> Journey:
        """Its activity can't be tried on."""
        return self.happen(lambda to: travel.hold(to, slip, "broken"))

    def given_up(self, slip: Slip) -> Journey:
        """Its activity is not tried again."""
        return self.happen(lambda to: travel.given_up(to, slip))

    def undo(self, slip: Slip) -> Journey:
        """Its undo is done."""
        assert self.open.pop(slip.log[-1].number) == token(slip)[1:]
        self.undone.append(token(slip)[1:])
        return self.happen(lambda to: travel.undone(to, slip))

    def undo_failed(self, slip: Slip) -> Journey:
        """Its undo has failed for good."""
        return self.happen(lambda to: travel.undo_failed(to, slip, "broken"))

    def turn(self, by: str = "", reason: str = "enough") -> Journey:
        """Someone turns it back."""
        self.asking |= {by} if by else set()
        ref = Ref("t.S", by, 1, 1) if by else None
        return self.happen(lambda to: travel.turn(to, reason, ref))

    def retry(self) -> Journey:
        """An operator has what it is held for tried again."""
        return self.happen(lambda to: travel.retry(to, "mended"))

    def skip(self) -> Journey:
        """An operator leaves out what it is held for."""
        parked = self.home.kept.get(WHOLE)
        if parked is not None and parked.back and parked.log:
            del self.open[parked.log[-1].number]
        return self.happen(lambda to: travel.skip(to, "no use"))

    def skip_step(self, slip: Slip) -> Journey:
        """An operator leaves out an activity that is tried on."""
        return self.happen(lambda to: travel.skip_step(to, slip, "no use"))

    def deploy(self, text: str | None = None) -> None:
        """Another itinerary of the same name takes the place of the slip's, or its own is there again."""
        self.itinerary = self.declared if text is None else plans.itinerary(text)


def token(slip: Slip) -> str:
    """What a part is away for: `a1`, or `-a1` to undo it."""
    assert slip.current is not None
    given = slip.current.given
    label = codec.Fields("given", given).need("label", codec.read_str)
    return f"-{label}" if slip.back else label


# --- runs as lines -----------------------------------------------------------------------------


def follow(text: str | Trip, run: str) -> Trip:
    """Let a run happen, and compare what each line led to with what the line says.

    ```
    go -> a             it sets out; who is away then
    a -> b              `a` is done; `a yes=false`: it sets `yes`; `a +d -b end`: it revises
    b! -> -a            `b` has failed for good; `b~` it gives up; `b?` it can't be tried on
    -a -> faulted       `a` is undone; `-a!` its undo has failed for good
    turn 7 -> -a        the saga instance 7 turns it back, which is told `7:back` or `7:no`
    skip b -> c         an operator leaves out `b`; `skip` and `retry` are for what the slip waits for
    deploy a b          the itinerary is another; `deploy`: the slip's own
    ```
    """
    trip = Trip(plans.itinerary(text)) if isinstance(text, str) else text
    lines = [line.strip() for line in run.strip().splitlines()]
    led = [_led(trip, line.partition(" -> ")[0]) for line in lines]
    assert led == lines, "\n".join(led)
    return trip


def _led(trip: Trip, line: str) -> str:
    told = len(trip.told)
    words = line.split()
    if words[0] == "deploy":
        trip.deploy(" ".join(words[1:]) or None)
    elif words != ["go"]:
        _happen(trip, words[0], words[1:])
    return f"{line} -> {' '.join([*_shown(trip), *trip.told[told:]])}"


def _shown(trip: Trip) -> list[str]:
    home, away = trip.home, trip.away()
    shown = [token(away[part]) for part in home.away]
    shown += ["held"] if home.stuck and home.status is not SlipStatus.PARKED else []
    on_way = home.status in (SlipStatus.RUNNING, SlipStatus.COMPENSATING)
    return [*shown, *([] if on_way else [str(home.status)])]


def _happen(trip: Trip, word: str, more: list[str]) -> None:
    match word, word[-1]:
        case "turn", _:
            trip.turn(*more)
        case "retry", _:
            trip.retry()
        case "skip", _ if more:
            trip.skip_step(trip.of(more[0]))
        case "skip", _:
            trip.skip()
        case _, "!":
            slip = trip.of(word[:-1])
            (trip.undo_failed if slip.back else trip.failed)(slip)
        case _, "~":
            trip.given_up(trip.of(word[:-1]))
        case _, "?":
            trip.hold(trip.of(word[:-1]))
        case _:
            slip = trip.of(word)
            if slip.back:
                trip.undo(slip)
            else:
                trip.done(slip, revision_of(more), **_outputs(more))


def _outputs(words: list[str]) -> dict[str, JsonValue]:
    pairs = [each.partition("=") for each in words if "=" in each]
    return {name: codec.loads(value) for name, _, value in pairs}


def revision_of(words: list[str]) -> Revision[Any] | None:
    """The revision that words like `+a`, `-b` and `end` say."""
    revision: Revision[Any] = Revision()
    for word in words:
        if word == "end":
            revision.end()
        elif word[0] == "+":
            revision.insert(plans.arguments_of(word[1])(word[1:]))
        elif word[0] == "-":
            revision.drop(plans.arguments_of(word[1]))
    return revision if revision.in_words() else None
