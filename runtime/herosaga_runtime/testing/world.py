"""The instances of one saga in a test, on a time that only the test moves: messages and alarms go through the pure step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import getcontext, localcontext, setcontext
from typing import Any, Final, Generic

from herosaga_runtime.decision import Decision, Outgoing, Received, Reception
from herosaga_runtime.envelope import Alarm, Envelope, Ref
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import D, Instance, Request, S
from herosaga_runtime.message import Command, Message
from herosaga_runtime.saga import K, Saga
from herosaga_runtime.step import advance, offers
from herosaga_runtime.testing.run import Entry, Place, Said
from herosaga_runtime.testing.times import START
from herosaga_runtime.testing.watched import watched

_ROUNDS: Final = 1000
"""So many alarms may come at one instant; more are a loop."""

_CALLER: Final = "test"
"""The test asks: so it is called where a command's answer goes."""


Steps = Iterator[tuple[Envelope, Decision[D, S]]]
Act = Callable[[Saga[D, S, Any], Envelope], Decision[D, S]]
"""A step that the test takes itself."""


class Due:
    """An alarm that an instance waits for."""

    __slots__ = ("key", "time", "token")

    def __init__(self, time: datetime, key: str, token: str) -> None:
        self.time = time
        self.key = key
        self.token = token


class World(Generic[D, S, K]):
    """What there is in a test: instances by key, those that have been archived, the time, and the run so far.

    `turn` counts the `when`s and `after`s, `place` is the line of the latest.
    """

    def __init__(self, saga: Saga[D, S, K], made_from: object) -> None:
        self.saga = saga
        found = watched(saga, made_from)
        self._stepped, self._ran = found.saga, found.ran
        self._receives, self._decimals = found.receives, found.decimals
        self.now = START
        self.instances: dict[str, Instance[D, S]] = {}
        self.archive: dict[str, Instance[D, S]] = {}
        self.run: list[Entry] = []
        self.turn = 0
        self.place = Place("", 0)
        self._mail: deque[tuple[str, Envelope]] = deque()
        self._touched: list[str] = []
        self._count = 0
        self._rounds = 0
        self._ended: dict[str, datetime] = {}
        self._spent: set[tuple[str, int, str, datetime]] = set()

    def begin(self, place: Place) -> None:
        """Begin a `when` or an `after`."""
        self.turn += 1
        self.place = place
        self._rounds = 0

    # --- messages ------------------------------------------------------------------------------

    def envelope(self, message: Message, answers: Ref | None = None) -> Envelope:
        """A message on its way. A command asks: the test awaits its answer."""
        self._count = count = self._count + 1
        asks = Ref(_CALLER, "", 1, count) if isinstance(message, Command) else None
        return Envelope(f"test-{count}", message, self.now, "test", None, answers, asks)

    def keys(self, message: Message) -> list[str]:
        """The keys of the instances that a message is for; "" where it names no key and there is no instance."""
        key = self.saga.key_of(message)
        if key is not None:
            return [key]
        match = self.saga.match_of(message)
        if match is None:
            raise UsageError(f"{self.saga.name} does not receive {message.TYPE}")
        field, text = match
        if text is None:
            return [""]
        found = [
            k for k, each in self.instances.items() if self.saga.indexed(each).get(field) == text
        ]
        return found or [""]

    def bring(self, key: str, envelope: Envelope) -> None:
        """Bring an envelope to the instance of a key, and then whatever comes to this saga itself because of it."""
        self._bring(key, envelope)
        self._deliver()

    def _deliver(self) -> None:
        """Bring what the saga has sent to itself."""
        rounds = 0
        while self._mail:
            key, envelope = self._mail.popleft()
            for each in [key] if key else self.keys(envelope.message):
                self._bring(each, envelope)
            rounds += 1
            if rounds > _ROUNDS:
                raise UsageError(
                    f"{self.saga.name} sends {envelope.message.TYPE} to itself for ever"
                )

    def put(self, key: str, words: str, act: Act[D, S]) -> None:
        """Let a step be taken that no message brings about, and then whatever comes of it."""
        envelope = self.envelope(Said(words))
        with localcontext(self._decimals):
            decision = act(self._stepped, envelope)
        self._take(key, envelope, self.instances.get(key), self._after(envelope, decision))
        self._deliver()

    def _after(self, envelope: Envelope, decision: Decision[D, S]) -> Steps[D, S]:
        yield envelope, decision
        if decision.entered and decision.instance is not None:
            yield from offers(self._stepped, decision.instance, self.now)

    def _bring(self, key: str, envelope: Envelope) -> None:
        """Bring an envelope to the instance of a key."""
        incarnation = 1 if self.saga.retain is None else self._archive(key)
        before = self.instances.get(key)
        steps = advance(self._stepped, before, envelope, self.now, incarnation)
        self._take(key, envelope, before, steps)

    def _take(
        self, key: str, envelope: Envelope, before: Instance[D, S] | None, steps: Steps[D, S]
    ) -> None:
        """Take steps, and note each. One that fails leaves nothing; as on a host after its tries, what came is put aside."""
        self._touched.append(key)
        context = getcontext()
        setcontext(self._decimals)
        try:
            for cause, decision in steps:
                self._note(key, cause, before, decision)
                before = decision.instance
        except Exception as error:
            self._failed(key, envelope, before, error)
        finally:
            setcontext(context)
        self._keep(key, before)

    def _keep(self, key: str, instance: Instance[D, S] | None) -> None:
        if instance is None:
            return
        if instance.outcome is not None and self._is_running(key):
            self._ended[key] = self.now
        self.instances[key] = instance

    def _is_running(self, key: str) -> bool:
        found = self.instances.get(key)
        return found is None or found.outcome is None

    def _note(
        self,
        key: str,
        cause: Envelope,
        before: Instance[D, S] | None,
        decision: Decision[D, S],
        error: Exception | None = None,
    ) -> None:
        ran = tuple(self._ran)
        self._ran.clear()
        self.run.append(
            Entry(
                self.saga, self.now, key, cause, before, decision, ran, self.turn, self.place, error
            )
        )
        for each in decision.sent:
            if each.reply is not None or type(each.message) in self._receives:
                self._post(each, decision.instance)

    def _post(self, sent: Outgoing, sender: Instance[D, S] | None) -> None:
        """Keep what this saga sends to itself, to one that has asked it or to whoever receives it: a later step takes it."""
        if sent.reply is not None:
            if sent.reply.saga == self.saga.name:
                self._mail.append((sent.reply.key, self.envelope(sent.message, sent.reply)))
            return
        envelope = self.envelope(sent.message)
        envelope.request = sender.origin.ref(sent.number) if sender and sent.awaits else None
        self._mail.append(("", envelope))

    def _failed(
        self, key: str, envelope: Envelope, before: Instance[D, S] | None, error: Exception
    ) -> None:
        self._ran.clear()
        reason = f"{type(error).__name__}: {error}"
        self._note(key, envelope, before, Received(before, Reception.UNEXPECTED, reason), error)

    # --- instances -----------------------------------------------------------------------------

    def _archive(self, key: str) -> int:
        """Put an instance into the archive whose time has come; the incarnation that a start would begin."""
        retain, found = self.saga.retain, self.instances.get(key)
        ended = None if found is None or found.outcome is None else self._ended[key]
        if ended is not None and retain is not None and ended + retain <= self.now:
            self.archive[key] = self.instances.pop(key)
        last = self.archive.get(key)
        return 1 if last is None else last.origin.incarnation + 1

    def known(self, key: str) -> Instance[D, S] | None:
        """The instance of a key, the last one that was archived if there is no other."""
        return self.instances.get(key) or self.archive.get(key)

    def asked(self, command: type[Command], first: str) -> tuple[str, Request] | None:
        """The oldest open request for a command: of the instance `first` if it has one, else of another."""
        for key in (first, *self.instances):
            found = self.instances.get(key)
            for request in () if found is None else found.requests:
                if type(request.command) is command and not request.answered:
                    return key, request
        return None

    def made(self, key: str, commands: set[type[Command]]) -> Ref | None:
        """The newest request that the instance of a key has ever made for one of these commands."""
        instance = self.instances.get(key)
        if instance is None:
            return None
        for entry in reversed(self.run):
            if entry.key == key and _incarnation(entry) == instance.origin.incarnation:
                for each in reversed(entry.decision.sent):
                    if each.awaits and type(each.message) in commands:
                        return instance.origin.ref(each.number)
        return None

    # --- time ----------------------------------------------------------------------------------

    def next_due(self) -> Due | None:
        """The alarm that comes next: of several at one time, that of the oldest instance, and of its alarms the first."""
        first: Due | None = None
        for key, instance in self.instances.items():
            for token, time in self._alarms(key, instance):
                if first is None or time < first.time:
                    first = Due(time, key, token)
        return first

    def ring(self, due: Due) -> None:
        """Let an alarm come. The clock is moved on to its time, if it is not there yet."""
        self._rounds = self._rounds + 1 if due.time <= self.now else 0
        if self._rounds > _ROUNDS:
            raise UsageError(f"{self.saga.name} goes round for ever at {self.now}: {due.token}")
        self.now = max(self.now, due.time)
        before = self.instances[due.key]
        self._spent.add((due.key, before.origin.incarnation, due.token, due.time))
        self.bring(due.key, self.envelope(Alarm(due.token)))

    def pass_time(self, until: datetime) -> None:
        """Move the clock on, from one due alarm to the next."""
        while (due := self.next_due()) is not None and due.time <= until:
            self.ring(due)
        self.now = max(self.now, until)

    def settle(self) -> None:
        """Ring what is due at once. Only where something came can that be: all else was waited for."""
        now = self.now
        touched, self._touched = self._touched, []
        for key in touched:
            instance = self.instances.get(key)
            if instance is not None and _is_due(instance, now):
                self.pass_time(now)
        self._touched.clear()

    def _alarms(self, key: str, instance: Instance[D, S]) -> Iterator[tuple[str, datetime]]:
        """The alarms of an instance that have not come yet: one that was not taken stays, and comes once."""
        if not (instance.timers or instance.requests):
            return
        incarnation = instance.origin.incarnation
        for token, time in instance.alarms().items():
            if (key, incarnation, token, time) not in self._spent:
                yield token, time


def _is_due(instance: Instance[Any, Any], now: datetime) -> bool:
    """Whether an alarm has come for an instance. Loops, because a generator would cost more than all else of a message."""
    for timer in instance.timers:
        if timer.due <= now:
            return True
    for request in instance.requests:
        due = request.due
        if due is not None and due <= now:
            return True
    return False


def _incarnation(entry: Entry) -> int:
    instance = entry.decision.instance
    return 0 if instance is None else instance.origin.incarnation
