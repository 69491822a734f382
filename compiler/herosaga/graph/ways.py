"""How a flow goes on after each of its messages: which arrows are alternatives, which are a fork, and who realises them."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.graph.events import Reaction, reactions
from herosaga.model.model import Arrow, Emission, Flow, Handler, Model
from msgspec import Struct


class Way(Struct, frozen=True):
    """One way on after a message: with one of `targets`, or of `others`, which are not in the flow.

    `by` is the consumer at run time that sends it: a handler, `oms.Payments.ChargeCard`, or the id of a saga or itinerary;
    "" where nobody realises the arrow. `many` is `?` or `*` where all may be absent. `direct` where each is caused by
    the message itself: a handler of this project returns it.
    """

    source: str
    targets: tuple[str, ...]
    others: tuple[str, ...] = ()
    by: str = ""
    many: str = ""
    direct: bool = False


def ways(model: Model, flow: Flow) -> tuple[Way, ...]:
    """The ways of a flow, in the order of its arrows.

    The alternatives are what one part of a handler's `emits` names, and its refusals; every other arrow is a way of its own.
    """
    after: dict[str, list[str]] = {}
    for arrow in flow.arrows:
        after.setdefault(arrow.source, []).append(arrow.target)
    moving = reactions(model)
    found: dict[Way, None] = {}
    for source, targets in after.items():
        handled = [way for h in model.handlers_of(source) for way in _of_handler(model, h, targets)]
        found |= dict.fromkeys(handled)
        named = {target for way in handled for target in way.targets}
        for target in targets:
            if target not in named:
                found[Way(source, (target,), by=_sender(moving, source, target))] = None
    return tuple(found)


def unrealised(model: Model, flow: Flow) -> tuple[Arrow, ...]:
    """The arrows along which nobody goes. One to an extern event may be gone along by somebody outside."""
    gone = {(way.source, to) for way in ways(model, flow) if way.by for to in way.targets}
    known = model.messages
    return tuple(
        each
        for each in flow.arrows
        if (each.source, each.target) not in gone
        and each.target in known
        and not known[each.target].extern
    )


def _of_handler(model: Model, handler: Handler, targets: list[str]) -> Iterator[Way]:
    """The ways on by a handler: one for each part that has to do with the flow; with its refusals instead."""
    service = model.services.get(handler.service)
    name = model.messages[handler.message].name
    by = handler.service if service is None else f"{handler.service}.{name}"
    for part in handler.parts or (Emission((), "?", ()),):
        events = dict.fromkeys((*part.events, *handler.refuses))
        inside = tuple(each for each in targets if each in events)
        if inside:
            outside = tuple(each for each in events if each not in inside)
            direct = service is not None and not service.extern
            yield Way(handler.message, inside, outside, by, part.count, direct)


def _sender(moving: tuple[Reaction, ...], source: str, target: str) -> str:
    """Who sends a message, best because of the other."""
    senders = [each for each in moving if any(out.message == target for out in each.outputs)]
    first = [each for each in senders if each.receives == source]
    return next((each.owner for each in (*first, *senders) if each.where != "service"), "")
