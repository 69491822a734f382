"""The host: sagas and services on a store, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, overload

from herosaga_runtime import undo
from herosaga_runtime.arranging import arrange
from herosaga_runtime.aside import Aside
from herosaga_runtime.crew import Crew
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import UsageError
from herosaga_runtime.flow_views import FlowStatus, FlowView, flow_view
from herosaga_runtime.flows import Flow
from herosaga_runtime.instance import D, Outcome, S
from herosaga_runtime.itineraries import operating as slip_acts
from herosaga_runtime.itineraries.activity import Carried
from herosaga_runtime.itineraries.building import Built
from herosaga_runtime.itineraries.home import SlipStatus
from herosaga_runtime.itineraries.keeping import built, set_out
from herosaga_runtime.itineraries.sending import Cause
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.itineraries.views import SlipSummary, SlipView
from herosaga_runtime.itineraries.views import summary as slip_summary
from herosaga_runtime.itineraries.views import view as slip_view
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Command, Event, Message
from herosaga_runtime.operating import Act, Order, obey
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import (
    Clock,
    Observer,
    Random,
    Report,
    Store,
    SystemClock,
    SystemRandom,
    Transaction,
    Transport,
    from_micros,
    to_micros,
)
from herosaga_runtime.posting import House, post
from herosaga_runtime.raw_views import InstanceFacts, facts
from herosaga_runtime.reports import Reporter
from herosaga_runtime.routing import Routes
from herosaga_runtime.rows import Kind, Mail, StoredHistory
from herosaga_runtime.running import CURRENT, Working
from herosaga_runtime.saga import ExternSaga, Saga
from herosaga_runtime.service import Served, Service
from herosaga_runtime.sqlite import SqliteStore, open_path
from herosaga_runtime.versions import obstacle
from herosaga_runtime.views import (
    DeadLetter,
    HistoryEntry,
    InstanceSummary,
    InstanceView,
    Waiting,
    dead_letter,
    entry,
    summary,
    view,
    waiting,
)
from herosaga_runtime.worker import Limits

K = TypeVar("K")
Q = ParamSpec("Q")
Part = Saga[Any, Any, Any] | Served | Flow | Itinerary[Any] | Carried
"""What a host is made of."""

RETRY = Policy(None, 4, timedelta(milliseconds=100), timedelta(minutes=1))
"""How often a step or a service's handler is tried: five times."""


class Host:
    """Runs sagas and services on a store.

    `url` names the store: `memory:`, `sqlite:///relative.db` or `sqlite:////absolute.db`; a `Store` is taken as well. All
    hosts on one store must be given the same sagas and services.

    `retry` says how often a failing step or handler is tried before its message is put aside; `lease` how long this
    process's claims hold without a sign of life; `concurrency` how many handlers run at once; `batch` how many messages
    share a transaction; `grace` how many seconds handlers have to end when the host stops; `hop_limit` how many messages
    may follow from one; `memory` how long the ids of messages are remembered, so that one that comes again has no effect:
    longer than any that is tried again may take.
    """

    def __init__(
        self,
        url: str | Store,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        transport: Transport | None = None,
        retry: Policy = RETRY,
        lease: timedelta = timedelta(seconds=5),
        concurrency: int = 16,
        batch: int = 64,
        grace: float = 10.0,
        hop_limit: int = 1000,
        memory: timedelta = timedelta(days=14),
        observer: Observer | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()
        self._store = SqliteStore(open_path(url), self._random) if isinstance(url, str) else url
        self._transport = transport
        self._routes = Routes(transport is not None)
        _check_memory(memory, retry, lease)
        self._house = House(self._routes, self._random.id(), retry, hop_limit, lease, memory)
        self._limits = Limits(concurrency, batch)
        self._grace = grace
        self._reporter = Reporter(observer)
        self._running: Crew | Aside | None = None

    def add(
        self, added: Callable[Q, Part], /, *implementation: Q.args, **nothing: Q.kwargs
    ) -> None:
        """Add a saga, `add(OrderFulfilment)`, a service and its implementation, `add(InventoryService, Inventory())`, an
        itinerary, `add(FulfilmentItinerary)`, an activity and who carries it out, `add(PackActivity, Packing())`, or a flow to
        follow, `add(OrderProcessing)`.

        That is done before the host is entered. `UsageError` if it was added already, if a command would have two
        handlers, or if a method or an `extern` function is missing.
        """
        if self._running is not None:
            raise UsageError("add sagas and services before `async with host`")
        _check_given(added, implementation)
        part = added(*implementation, **nothing)
        if isinstance(part, Saga):
            self._routes.add_saga(part)
        elif isinstance(part, Flow):
            self._routes.add_flow(part)
        elif isinstance(part, Itinerary):
            self._routes.add_itinerary(part)
        elif isinstance(part, Carried):
            self._routes.add_activity(part.activity, part.implementation)
        else:
            self._routes.add_service(part.service, part.implementation)

    @property
    def sagas(self) -> tuple[Saga[Any, Any, Any], ...]:
        """The sagas that were added, in that order."""
        return tuple(self._routes.sagas.values())

    @property
    def itineraries(self) -> tuple[Itinerary[Any], ...]:
        """The itineraries that were added, in that order."""
        return tuple(self._routes.itineraries.values())

    @property
    def declared_flows(self) -> tuple[Flow, ...]:
        """The flows that were added, in that order."""
        return tuple(self._routes.flows.values())

    # --- running -------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Open the store and begin to work; `StoreError` if it can't be opened, `UsageError` if a service is missing."""
        if self._running is not None:
            raise UsageError("the host is running already")
        self._routes.check()
        await self._store.open()
        try:
            await self._arrange()
        except BaseException:
            await self._store.close()
            raise
        self._running = Crew(
            *(self._house, self._store, self._clock, self._limits, self._reporter),
            *(self._random, self._transport),
        )
        return self

    async def _arrange(self) -> None:
        async with self._store.transaction() as tx:
            for saga in self.sagas:
                await arrange(tx, saga, self._clock.now())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the work in hand, give the rest back, and close the store."""
        running = self._live
        try:
            await running.stop(self._grace)
        finally:
            self._running = None
            await self._store.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Open the store without working on it: to look, to publish and send, and for operators.

        No mail is claimed here and no handler runs; hosts that work on the store do what follows. What is written is stored in a
        transaction of its own when the call returns. The store must be there and is left as it is, `StoreError` otherwise.
        """
        if self._running is not None:
            raise UsageError("the host is running already")
        await self._store.open(make=False)
        self._running = Aside(self._store, self._reporter)
        try:
            yield self
        finally:
            self._running = None
            await self._store.close()

    @property
    def _live(self) -> Crew | Aside:
        if self._running is None:
            raise UsageError("the host is not running: use `async with host`")
        return self._running

    async def settle(self) -> None:
        """Wait until nothing is due now and nothing runs, except handlers that sleep on the clock until later."""
        await self._live.settle()

    async def stopped(self) -> None:
        """Wait until the host is left. `StoreError` if it can't go on before that, for a service that else only waits."""
        await self._live.stopped()

    # --- messages ------------------------------------------------------------------------------

    async def publish(
        self, event: Event, id: str | None = None, transaction: Any | None = None
    ) -> str:
        """Publish an event, and return its message id.

        It is stored when this returns. With `id`, publishing again does nothing for consumers that have seen it. With
        `transaction`, a connection to this store with a begun transaction, it is stored when the caller commits.
        """
        if not isinstance(event, Event):
            raise UsageError(f"publish takes an event; send {type(event).__name__} with `send`")
        return await self._deliver(event, id, transaction)

    async def send(
        self, command: Command, id: str | None = None, transaction: Any | None = None
    ) -> str:
        """Send a command to its one handler, and return its message id; otherwise like `publish`.

        `UsageError` if nobody handles it and there is no transport.
        """
        if not isinstance(command, Command):
            raise UsageError(f"send takes a command; publish {type(command).__name__}")
        return await self._deliver(command, id, transaction)

    async def _deliver(self, message: Message, id: str | None, connection: Any | None) -> str:
        running, current = self._live, self._current()
        envelope = self._envelope(message, id, current)
        at = to_micros(envelope.time)

        async def write(tx: Transaction) -> list[Report]:
            return await post(tx, self._house, envelope, at)

        if connection is not None:
            await write(self._store.within(connection))
            running.wake()  # for the case that the caller commits at once; else it is seen later
            return envelope.id
        self._check_free(": pass transaction=connection")
        await running.write(write)
        return envelope.id

    def _current(self) -> Working | None:
        current = CURRENT.get()
        return current if current is not None and current.store is self._store else None

    def _check_free(self, instead: str) -> None:
        current = self._current()
        if current is not None and current.held is not None:
            raise UsageError(f"inside ctx.transaction() nothing else can write{instead}")

    def _envelope(self, message: Message, id: str | None, current: Working | None) -> Envelope:
        made = id or self._random.id()
        now = self._clock.now()
        if current is None:
            return Envelope(made, message, now, made)
        cause = current.envelope
        follows = (None, None, cause.hops + 1, cause.trace, cause.rounds)
        return Envelope(made, message, now, cause.correlation, cause.id, *follows)

    async def start(self, itinerary: Command | Built, id: str | None = None) -> str:
        """Let a slip out, and return its id: `start(Fulfilment(…))`, or one built by `Itinerary.build().do(…)`.

        It is stored when this returns. With `id`, starting again does nothing. `UsageError` if an activity is not carried
        out here, or the command starts no itinerary.
        """
        if isinstance(itinerary, Command):
            if not any(each.start is type(itinerary) for each in self._routes.itineraries.values()):
                raise UsageError(f"{type(itinerary).__name__} starts no itinerary that was added")
            return await self.send(itinerary, id)
        if not isinstance(itinerary, Built):
            raise UsageError(
                f"start takes the command of an itinerary or one that was built, not {itinerary!r:.60}"
            )
        slip = built(itinerary, id or self._random.id(), self._routes)
        cause = Cause.of(self._envelope(slip, slip.id, self._current()))

        async def write(tx: Transaction) -> list[Report]:
            return await set_out(tx, self._house, slip, None, cause, self._clock.now())

        self._check_free("; start it before, or in another handler")
        await self._live.write(write)
        return slip.id

    # --- looking -------------------------------------------------------------------------------

    async def find(
        self, saga: Saga[D, S, K], key: K, archived: bool = False
    ) -> InstanceView[D, S] | None:
        """The instance of a key as it is now, without a step; None if there is none.

        With `archived`, the last one that was archived if there is none now. `VersionError` if it can't be read.
        """
        text = key_text(key)
        async with self._reading() as tx:
            stored = await tx.instance(saga.name, text)
            if stored is None or (stored.archived and not archived):
                return None
            history = await tx.history(saga.name, text)
        return view(saga, stored, history)

    async def archived(self, saga: Saga[D, S, K], key: K) -> tuple[InstanceView[D, S], ...]:
        """The instances of a key that were archived, oldest first; `VersionError` if one can't be read."""
        text = key_text(key)
        async with self._reading() as tx:
            found = await tx.archived(saga.name, text)
            history = await tx.history(saga.name, text)
        return tuple(view(saga, each, history) for each in found)

    async def instances(
        self,
        saga: Saga[Any, S, Any],
        state: S | None = None,
        outcome: Outcome | None = None,
        archived: bool = False,
    ) -> tuple[InstanceSummary, ...]:
        """A saga's instances in the order of their keys, only those in a state or with an outcome if that is given.

        With `archived`, those in the archive too.
        """
        named = None if state is None else str(state)
        return await self._list({saga.name: saga}, saga.name, named, outcome, archived)

    async def all_instances(
        self,
        saga: str | None = None,
        state: str | None = None,
        outcome: Outcome | None = None,
        archived: bool = False,
    ) -> tuple[InstanceSummary, ...]:
        """The instances of all sagas that the store has, or of one by its name, also if it was not added here; otherwise like
        `instances`.
        """
        return await self._list(self._routes.sagas, saga, state, outcome, archived)

    async def _list(
        self,
        known: Mapping[str, Saga[Any, Any, Any]],
        saga: str | None,
        state: str | None,
        outcome: Outcome | None,
        archived: bool,
    ) -> tuple[InstanceSummary, ...]:
        ended = None if outcome is None else str(outcome)
        async with self._reading() as tx:
            found = await tx.instances(saga, state, ended, archived)
        return tuple(summary(known.get(each.saga), each) for each in found)

    async def facts(self, saga: str, key: str) -> InstanceFacts | None:
        """The instance of a key, given as text, as it lies in the store, or else the last that was archived; None if there is none.

        The saga need not be added here, nor be able to read the instance: nothing is lifted.
        """
        async with self._reading() as tx:
            stored = await tx.instance(saga, key)
            history = await tx.history(saga, key)
        if stored is None:
            return None
        known = self._routes.sagas.get(saga)
        unreadable = "" if known is None else obstacle(known, stored.version, stored.state)
        return facts(stored, tuple(history), unreadable)

    async def history(self, saga: str, key: str) -> tuple[HistoryEntry, ...]:
        """All that has come for a key, given as text, of a saga of this name: of every incarnation, oldest first."""
        async with self._reading() as tx:
            return tuple(entry(each) for each in await tx.history(saga, key))

    async def slips(
        self, itinerary: Itinerary[Any] | str | None = None, status: SlipStatus | None = None
    ) -> tuple[SlipSummary, ...]:
        """Slips in the order in which they began: of one itinerary, or its name; of one status; or all."""
        name = itinerary.name if isinstance(itinerary, Itinerary) else itinerary
        wanted = None if status is None else str(SlipStatus(status))
        async with self._reading() as tx:
            found = await tx.slips(name, wanted)
            return tuple([await slip_summary(tx, self._routes.activities, each) for each in found])

    async def slip(self, id: str) -> SlipView | None:
        """A slip as it is now, with all that has happened to it; None if there is none."""
        async with self._reading() as tx:
            stored = await tx.slip(id)
            if stored is None:
                return None
            history = await tx.history(stored.itinerary, id)
            routes = self._routes
            return await slip_view(tx, routes.itineraries, routes.activities, stored, history)

    async def waiting(self) -> tuple[Waiting, ...]:
        """The instances that can't be read and whose mail waits: they are of another version of their saga."""
        found: list[Waiting] = []
        async with self._reading() as tx:
            for each in await tx.waiting():
                saga = self._routes.sagas.get(each.saga)
                stored = await tx.instance(each.saga, each.key)
                if saga is not None and stored is not None:
                    found.append(waiting(saga, each, stored))
        return tuple(found)

    async def flows(
        self,
        flow: Flow | None = None,
        status: FlowStatus | None = None,
        late: bool | None = None,
    ) -> tuple[FlowView, ...]:
        """How far choreographies have come, in the order in which they began: of one flow, or of all.

        Only those of a status, or with `late` those that should be complete and are not, if that is given. What one waits
        for is in its `awaited`.
        """
        name = None if flow is None else flow.name
        wanted = FlowStatus.RUNNING if late and status is None else status
        async with self._reading() as tx:
            found = await tx.flows(name, None if wanted is None else str(FlowStatus(wanted)))
        declared, now = self._routes.flows, self._clock.now()
        views = tuple(flow_view(each, declared.get(each.flow, flow), now) for each in found)
        return tuple(each for each in views if late is None or each.late is late)

    async def dead_letters(self) -> tuple[DeadLetter, ...]:
        """The messages that were put aside, oldest first."""
        async with self._reading() as tx:
            found = await tx.dead_letters()
        return tuple(dead_letter(each) for each in found)

    async def next_due(self) -> datetime | None:
        """When the next timer, delayed try or outgoing message is due, or a sleeping handler wakes, in UTC.

        None if nothing waits.
        """
        async with self._reading() as tx:
            mail = await tx.next_due(self._routes.consumers)
            outgoing = await tx.next_outgoing() if self._routes.outside else None
        waking = self._live.next_waking()
        times = [from_micros(each) for each in (mail, outgoing) if each is not None]
        return min([*times, *([] if waking is None else [waking])], default=None)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Transaction]:
        current = self._current()
        if current is not None and current.held is not None:
            yield current.held  # waiting for the handler's own transaction to end would be for ever
            return
        async with self._live.store.reading() as tx:
            yield tx

    # --- operators -----------------------------------------------------------------------------

    @overload
    async def retry(self, letter: int, /, reason: str) -> None: ...

    @overload
    async def retry(self, slip: str, /, reason: str) -> None: ...

    @overload
    async def retry(self, saga: Saga[Any, Any, K], key: K, /, reason: str) -> None: ...

    async def retry(self, *what: Any, reason: str | None = None) -> None:
        """Offer a dead letter to its consumer again, or begin an undo again that is stuck, with all its tries.

        `retry(letter.id, "the bank is back")`, or `retry(OrderFulfilment, order_id, "the bank is back")`. The reason goes
        into the instance's history. `UsageError` if there is no such dead letter, or no undo of this instance is stuck.
        `retry(slip.id, …)` tries again what a slip is parked, held or stuck for.
        """
        target, why = (what[:-1], what[-1]) if reason is None else (what, reason)
        if len(target) == 2:
            await self._tell(*target, undo.retry, "retried", why)
            return
        (letter,) = target
        if isinstance(letter, str):
            await self._tell_slip(letter, slip_acts.retry, why)
            return
        said = _reason(why)

        async def write(tx: Transaction) -> list[Report]:
            await self._retry(tx, letter, said)
            return []

        self._check_free("; retry before it, or in another handler")
        await self._live.write(write)

    @overload
    async def skip(self, slip: str, /, reason: str) -> None: ...

    @overload
    async def skip(self, saga: Saga[Any, Any, K], key: K, /, reason: str) -> None: ...

    async def skip(self, *what: Any, reason: str | None = None) -> None:
        """Leave as it is what a stuck undo should undo, and go on with the next; the outcome will be `compensation_failed`.

        `skip(OrderFulfilment, order_id, "the card has expired")`; or `skip(slip.id, …)`, for what a slip is parked, held or
        stuck for. `UsageError` if that is not so.
        """
        target, why = (what[:-1], what[-1]) if reason is None else (what, reason)
        if len(target) == 1:
            await self._tell_slip(target[0], slip_acts.skip, why)
        else:
            saga, key = target
            await self._tell(saga, key, undo.skip, "skipped", why)

    async def turn_back(self, slip: str, reason: str) -> None:
        """Turn a slip back: it ends or gives up its current step, and undoes what it has done, also if it had completed.

        `UsageError` if there is none, if it is past what can't be undone, or back already.
        """
        await self._tell_slip(slip, slip_acts.turn, reason)

    async def _tell_slip(self, id: str, act: slip_acts.Act, reason: object) -> None:
        said, cause = _reason(reason), Cause(self._random.id(), id)

        async def write(tx: Transaction) -> list[Report]:
            return await act(tx, self._house, id, said, cause, self._clock.now())

        self._check_free("; do it before, or in another handler")
        await self._live.write(write)

    async def compensate(self, saga: Saga[Any, S, K], key: K, to: S, reason: str) -> None:
        """Let an instance undo all that it has done, and then go to the state `to`.

        `UsageError` if there is none, if it has ended, or if it does so already.
        """
        target = _state_of(saga, to)
        if target is saga.compensating:
            raise UsageError(f"{to} is where it is undone: say where that shall lead")

        def act(saga: Saga[Any, Any, Any], instance: Any, now: datetime) -> Any:
            return undo.force(saga, instance, to, now)

        await self._tell(saga, key, act, "told to compensate", reason)

    async def _tell(
        self, saga: Saga[Any, Any, Any], key: object, act: Act, called: str, reason: str
    ) -> None:
        order = Order(saga.name, key_text(key), act, called, _reason(reason), self._random.id())

        async def write(tx: Transaction) -> list[Report]:
            return await obey(tx, self._house, order, self._clock.now())

        self._check_free("; do it before, or in another handler")
        await self._live.write(write)

    async def _retry(self, tx: Transaction, id: int, reason: str) -> None:
        letter = await tx.take_dead_letter(id)
        if letter is None:
            raise UsageError(f"there is no dead letter {id}")
        mail, at = letter.mail, to_micros(self._clock.now())
        if await _was_unexpected(tx, mail):
            await tx.forget(mail.consumer, mail.id)
        await tx.enqueue(replace(mail, due=at, attempts=0, crashes=0))
        if mail.consumer in self._routes.sagas:
            found = await tx.instance(mail.consumer, mail.key)
            stored = None if found is None or found.archived else found
            state = None if stored is None else stored.state
            numbers = (0, 0) if stored is None else (stored.incarnation, stored.revision)
            await tx.add_history(
                StoredHistory(
                    *(mail.consumer, mail.key, *numbers, at, mail.id, letter.message_type),
                    *(state, state, "retried", "[]", "{}", reason),
                )
            )


def _check_given(added: object, implementation: tuple[object, ...]) -> None:
    """What type checkers say of a saga or a service that is added without what it needs, for those who have none."""
    if implementation:
        return
    match added:
        case ExternSaga(name=name, functions=functions):
            named = ", ".join(functions) or "functions that are written in Python"
            raise UsageError(f"{name} needs {named}: add it together with an object that has them")
        case Service(name=name, handlers=handlers):
            named = ", ".join(each.method for each in handlers)
            raise UsageError(f"{name} needs {named}: add it together with an object that has them")


def _check_memory(memory: timedelta, retry: Policy, lease: timedelta) -> None:
    """What is tried again must be known again: a message is remembered longer than all its tries can take."""
    longest = retry.every if retry.up_to is None else retry.up_to
    least = lease + longest * max(1, retry.retries or 0)
    if memory < least:
        raise UsageError(
            f"memory={memory} is shorter than a message may be tried again, which is {least}: "
            "what comes again would be done again"
        )


def _state_of(saga: Saga[Any, S, Any], state: str) -> S:
    """A state that an operator names: an instance that is led to any other could never be read again."""
    try:
        return saga.state(state)
    except ValueError:
        known = ", ".join(str(each) for each in saga.state)
        raise UsageError(f"{saga.name} has no state {state}, only {known}") from None


def _reason(reason: object) -> str:
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError('say why, for the history: reason="…"')
    return reason


async def _was_unexpected(tx: Transaction, mail: Mail) -> bool:
    """Whether a saga has noted a message's id without taking it. Any other id in the inbox has had its effect."""
    if mail.kind is not Kind.STEP:
        return False
    entries = await tx.history(mail.consumer, mail.key)
    received = [each.reception for each in entries if each.message_id == mail.id]
    return received[-1:] == ["unexpected"]
