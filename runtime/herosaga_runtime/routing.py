"""Who gets a message."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext
from typing import Any

from herosaga_runtime.envelope import Done, Envelope, Fault, Ref
from herosaga_runtime.errors import UsageError
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.flows import Flow
from herosaga_runtime.itineraries.activity import Activity
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.message import Command, Message
from herosaga_runtime.rows import Kind
from herosaga_runtime.saga import Saga
from herosaga_runtime.service import Handler, Service
from herosaga_runtime.stored import Types


@dataclass(frozen=True, slots=True)
class Address:
    """Where a piece of mail goes."""

    kind: Kind
    consumer: str
    key: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A service's handler and the object's method that does it."""

    consumer: str
    handler: Handler
    call: Any

    @property
    def types(self) -> Types:
        """The messages that it takes or emits, by name."""
        return {each.TYPE: each for each in (self.handler.message, *self.handler.emits)}


@dataclass(frozen=True, slots=True)
class Carrier:
    """An activity and the object's methods that carry it out; `compensate` is None where there is nothing to undo."""

    activity: Activity[Any]
    execute: Any
    compensate: Any


def key_for_all(id: str) -> str:
    """The key of mail for all instances that a message finds by their data. None of their copies has such a key and id."""
    return f"where {id}"


class Routes:
    """The sagas and handlers of a host, by what they receive. `outside` says whether there is a transport.

    `flows_of` are the flows that a message, by its name, is in; `flows_until` those in which the end of a handler counts.
    """

    def __init__(self, outside: bool) -> None:
        self.outside = outside
        self.sagas: dict[str, Saga[Any, Any, Any]] = {}
        self.handlers: dict[str, Bound] = {}
        self.itineraries: dict[str, Itinerary[Any]] = {}
        self.carriers: dict[str, Carrier] = {}
        self.activities: dict[str, Activity[Any]] = {}
        self._itineraries_of: dict[type[Message], Itinerary[Any]] = {}
        self.flows: dict[str, Flow] = {}
        self.flows_of: dict[str, tuple[Flow, ...]] = {}
        self.flows_until: dict[str, tuple[Flow, ...]] = {}
        self._sagas_of: dict[type[Message], tuple[Saga[Any, Any, Any], ...]] = {}
        self._handlers_of: dict[type[Message], tuple[Bound, ...]] = {}

    @property
    def steppers(self) -> tuple[str, ...]:
        """Who takes mail in the transaction itself: sagas and itineraries."""
        return (*self.sagas, *self.itineraries)

    @property
    def consumers(self) -> tuple[str, ...]:
        """Who takes mail at all."""
        return (*self.steppers, *self.handlers, *self.carriers)

    def add_saga(self, saga: Saga[Any, Any, Any]) -> None:
        """Let a saga receive its messages; `UsageError` if it is there already or a command has a handler."""
        if saga.name in self.sagas:
            raise UsageError(f"{saga.name} was added already")
        kinds = (*saga.keys, *saga.matches)
        for kind in kinds:
            self._refuse_second(kind, saga.name)
        self.sagas[saga.name] = saga
        for kind in kinds:
            self._sagas_of[kind] = (*self._sagas_of.get(kind, ()), saga)

    def add_service(self, service: Service[Any], implementation: object) -> None:
        """Let an object's methods handle a service's messages; `UsageError` if one is missing or a second handler."""
        bound = [_bind(service, handler, implementation) for handler in service.handlers]
        for each in bound:
            if each.consumer in self.handlers:
                raise UsageError(f"{each.consumer} was added already")
            self._refuse_second(each.handler.message, each.consumer)
        for each in bound:
            kind = each.handler.message
            self.handlers[each.consumer] = each
            self._handlers_of[kind] = (*self._handlers_of.get(kind, ()), each)

    def add_itinerary(self, itinerary: Itinerary[Any]) -> None:
        """Let slips of an itinerary begin and be turned back; `UsageError` if it is there already."""
        if itinerary.name in self.itineraries:
            raise UsageError(f"{itinerary.name} was added already")
        for command in (itinerary.start, itinerary.back):
            self._refuse_second(command, itinerary.name)
            self._itineraries_of[command] = itinerary
        self.itineraries[itinerary.name] = itinerary

    def add_activity(self, activity: Activity[Any], implementation: object) -> None:
        """Let an object carry out an activity; `UsageError` if it is there already or a method is missing."""
        if activity.name in self.carriers:
            raise UsageError(f"{activity.name} was added already")
        execute = _method(implementation, "execute", activity.name)
        undo = activity.log is not None
        compensate = _method(implementation, "compensate", activity.name) if undo else None
        self.carriers[activity.name] = Carrier(activity, execute, compensate)
        self.activities[activity.name] = activity

    def add_flow(self, flow: Flow) -> None:
        """Follow a flow; `UsageError` if it is there already."""
        if flow.name in self.flows:
            raise UsageError(f"{flow.name} was added already")
        self.flows[flow.name] = flow
        for name in flow.messages:
            self.flows_of[name] = (*self.flows_of.get(name, ()), flow)
        for by in {each.by for each in flow.branches if each.direct and each.many}:
            self.flows_until[by] = (*self.flows_until.get(by, ()), flow)

    def _refuse_second(self, kind: type[Message], consumer: str) -> None:
        if issubclass(kind, Command) and (first := self._receivers(kind)):
            raise UsageError(f"{kind.TYPE} is handled by {first[0]} already, {consumer} can't too")

    def check(self) -> None:
        """Every command that a saga requests has a handler here, or may go outside, and every activity of an itinerary is carried
        out here; `UsageError` if not.
        """
        for saga in self.sagas.values():
            for command in saga.calls:
                if not (self.outside or self._receivers(command)):
                    raise UsageError(
                        f"nobody here handles {command.TYPE}, which {saga.name} requests: add its service"
                    )
        for itinerary in self.itineraries.values():
            for activity in itinerary.activities:
                if activity.name not in self.carriers:
                    raise UsageError(
                        f"nobody here carries out {activity.name}, a step of {itinerary.name}: add it"
                    )

    def _receivers(self, kind: type[Message]) -> list[str]:
        sagas = [saga.name for saga in self._sagas_of.get(kind, ())]
        itinerary = self._itineraries_of.get(kind)
        sagas += [] if itinerary is None else [itinerary.name]
        return sagas + [each.consumer for each in self._handlers_of.get(kind, ())]

    def addresses(
        self, envelope: Envelope, command: type[Message] | None = None
    ) -> tuple[Address, ...]:
        """Everyone who gets a message. An answer (`command` is what it answers) goes to the instance that asked, if its saga
        takes it, and to no other instance that asks the same; `UsageError` for a command that nobody takes.
        """
        message, answers = envelope.message, envelope.answers
        found = [
            Address(Kind.HANDLER, each.consumer, envelope.id)
            for each in self._handlers_of.get(type(message), ())
        ]
        if answers is not None and self._takes(answers.saga, message):
            found.append(Address(Kind.STEP, answers.saga, answers.key))
        for saga in self._sagas_of.get(type(message), ()):
            if answers is None or not _asks(saga, answers, command):
                found.append(Address(Kind.STEP, saga.name, _place(saga, envelope)))
        itinerary = self._itineraries_of.get(type(message))
        if itinerary is not None:
            found.append(Address(Kind.STEP, itinerary.name, _slip(itinerary, envelope)))
        if not found and isinstance(message, Command) and not self.outside:
            raise UsageError(
                f"nobody handles {message.TYPE}: add its service or saga, or give the host a transport"
            )
        return tuple(found)

    def _takes(self, name: str, message: Message) -> bool:
        """Whether a saga takes a message that answers it. One that is not known here is another program's on this store."""
        saga = self.sagas.get(name)
        if saga is None:
            return not self.outside
        return isinstance(message, Done | Fault) or type(message).TYPE in saga.types


def _asks(saga: Saga[Any, Any, Any], answers: Ref, command: type[Message] | None) -> bool:
    return saga.name == answers.saga or command in saga.calls


def _place(saga: Saga[Any, Any, Any], envelope: Envelope) -> str:
    """The key of the instance that a message is for, or of the mail for all that it finds by their data."""
    with localcontext(DECIMALS):
        key = saga.key_of(envelope.message)
    return key_for_all(envelope.id) if key is None else key


def _slip(itinerary: Itinerary[Any], envelope: Envelope) -> str:
    """The slip that a command is about: the one that it starts has its id."""
    message = envelope.message
    return envelope.id if isinstance(message, itinerary.start) else str(message.to_json()["slip"])


def _method(implementation: object, name: str, needs: str) -> Any:
    method = getattr(implementation, name, None)
    if not callable(method):
        raise UsageError(
            f"{type(implementation).__name__} has no method {name}, which {needs} needs"
        )
    return method


def _bind(service: Service[Any], handler: Handler, implementation: object) -> Bound:
    call = _method(implementation, handler.method, service.name)
    return Bound(f"{service.name}.{handler.message.__name__}", handler, call)
