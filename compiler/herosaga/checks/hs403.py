"""HS403: a command that nobody carries out, or more than one does."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.events import Reaction
from herosaga.graph.graphs import Graphs
from herosaga.graph.outputs import Output, everything
from herosaga.graph.words import listed, short
from herosaga.model.implied import takings
from herosaga.model.model import Handler, Model, OnMessage, Saga, Transition
from herosaga.source import Span

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
extern event Shipped {{ key order_id: uuid }}
command Ship {{ key order_id: uuid }}
{}
saga Delivery by order_id: uuid {{
  start {{
    on Paid -> Sending {{ request Ship(order_id) within 1d }}
  }}
  state Sending {{
    on Shipped -> Completed
    on failure of Ship -> NeedsAttention
  }}
  final Completed
  final NeedsAttention manual
}}
"""

PAGE = Page(
    code="HS403",
    severity=Severity.ERROR,
    title="Command without its one handler",
    what="A command that is sent or requested has no handler, or a command has two. A handler is a "
    "service's `handle`, or the saga that takes the command in a transition. A command that nobody "
    "sends is none of this: it may come from outside. Or it is requested, and only a saga takes it, on its way, "
    "and may do so without a `reply` in that very step: then nothing answers it. Or a saga says that it `handles` a "
    "command, and nothing in its `start` takes it.",
    why="A command is an order to act. Without a handler nothing is done; with two it is done twice: two "
    "parcels, two charges.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("\nservice Depot {\n  handle Ship emits Shipped irreversible\n}\n"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Commands without their one handler, each once."""
    takers = _takers(graphs.reactions)
    served = {saga.serves.message for saga in model.sagas.values() if saga.serves is not None}
    for message, outputs in _sent(model, graphs.reactions).items():
        if message not in takers and message not in served:
            yield _unhandled(message, outputs)
            continue
        asked = [each for each in outputs if each.how in ("requests", "undoes with")]
        if asked and not model.handlers_of(message):
            yield _unanswered(message, asked, takers[message])
        elif asked:
            for saga, span in _silent(model, message):
                yield _unreplied(message, asked, saga, span)
    for message, takes in takers.items():
        owners = {owner: each for owner, each in takes.items() if not _is_guessed(each)}
        declared = model.messages.get(message)
        if len(owners) > 1 and declared is not None and declared.kind == "command":
            yield _contested(message, owners)
    for saga in model.sagas.values():
        if saga.serves is not None and not _starts(saga, saga.serves.message):
            yield _unserved(saga, saga.serves)


def _takers(reactions: tuple[Reaction, ...]) -> dict[str, dict[str, Reaction]]:
    """Who takes a message: services and sagas by id, each with the first place where it does."""
    found: dict[str, dict[str, Reaction]] = {}
    for each in reactions:
        if each.receives:
            found.setdefault(each.receives, {}).setdefault(each.owner, each)
    return found


def _is_guessed(reaction: Reaction) -> bool:
    """Whether what it receives is only what an unknown name may have meant."""
    match reaction.node:
        case Transition(trigger=OnMessage(guessed=guessed)):
            return guessed
        case _:
            return False


def _sent(model: Model, reactions: tuple[Reaction, ...]) -> dict[str, list[Output]]:
    """Commands, each with the places that send it: in sagas, and at the end of itineraries."""
    sagas = (output for saga in model.sagas.values() for output in everything(saga))
    slips = (output for each in reactions if each.where == "itinerary" for output in each.outputs)
    found: dict[str, list[Output]] = {}
    for output in (*sagas, *slips):
        message = model.messages.get(output.message)
        if message is not None and message.kind == "command":
            found.setdefault(output.message, []).append(output)
    return found


def _silent(model: Model, command: str) -> Iterator[tuple[Saga, Span]]:
    """Where sagas that answer a command on their way may take it without a reply."""
    for handler in model.implied:
        if handler.message == command:
            saga = model.sagas[handler.service]
            for each in takings(saga, (command,))[command]:
                if each.replies.open:
                    yield saga, each.transition.span


def _starts(saga: Saga, command: str) -> bool:
    """Whether a command starts a saga."""
    triggers = (each.trigger for each in saga.start)
    return any(isinstance(each, OnMessage) and each.message == command for each in triggers)


def _unserved(saga: Saga, serves: Handler) -> Finding:
    name = short(serves.message)
    first = saga.start_span if saga.start_span is not None else saga.span
    return finding(
        PAGE,
        f"`{saga.name}` says that it handles `{name}`, and does not start with it",
        serves.span,
        text="nothing starts when it comes",
        labels=(Label(first, f"no `on {name}` here"),),
        hint=f"write `start {{ on {name} -> … }}`",
    )


def _unhandled(message: str, outputs: list[Output]) -> Finding:
    name = short(message)
    first, *others = outputs
    return finding(
        PAGE,
        f"nobody handles `{name}`",
        first.span,
        text="goes to nobody",
        labels=tuple(Label(each.span, "and here") for each in others[:3]),
        hint=f"write `handle {name} emits …` in the service that carries it out",
    )


def _unanswered(message: str, outputs: list[Output], takes: dict[str, Reaction]) -> Finding:
    name, (owner, taker) = short(message), next(iter(takes.items()))
    first, *others = outputs
    return finding(
        PAGE,
        f"`{name}` is requested, and nothing says how it is answered",
        first.span,
        text="waits without end",
        labels=(
            Label(taker.span, f"saga `{short(owner)}` takes it on its way"),
            *(Label(each.span, "and here") for each in others[:3]),
        ),
        hint=f"let a service `handle {name} emits …`, or a saga that starts with it: "
        f"`saga {short(owner)} … handles {name} emits …`; or `send` it, if nobody waits for an answer",
    )


def _unreplied(message: str, outputs: list[Output], saga: Saga, span: Span) -> Finding:
    name, first = short(message), outputs[0]
    return finding(
        PAGE,
        f"`{name}` is requested, and `{saga.name}` may take it here without a reply",
        span,
        text="whoever waits is told that it failed, though it was done",
        labels=(Label(first.span, "requested here"),),
        hint="`reply` on every way through these actions, in the `else` of an `if` too, before anything is undone; "
        "or `send` the command, if nobody waits for an answer",
    )


def _contested(message: str, owners: dict[str, Reaction]) -> Finding:
    name = short(message)
    first, second, *others = owners.values()
    who = listed(tuple(short(owner) for owner in owners))
    return finding(
        PAGE,
        f"`{name}` would be carried out by {who}",
        second.span,
        text="a second handler",
        labels=(
            Label(first.span, "the first"),
            *(Label(each.span, "one more") for each in others),
        ),
        hint="leave it to one of them; if others should learn of it, let that one emit an event",
    )
