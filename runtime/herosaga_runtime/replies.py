"""What a saga's step owes to whoever requested the command that it was about: a reply, or to be told that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from herosaga_runtime import codec
from herosaga_runtime.decision import Decision, Reception
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, JsonValue
from herosaga_runtime.ports import Transaction
from herosaga_runtime.posting import House, answered_by, write_envelope
from herosaga_runtime.rows import Kind, Mail

_SETTLED: Final = frozenset(
    (Reception.TAKEN, Reception.IGNORED, Reception.REPEATED, Reception.LATE)
)
"""How a command is received that will not be looked at again; of what is put aside its caller is told then."""


def is_unanswered(decision: Decision[Any, Any], cause: Envelope) -> bool:
    """Whether somebody waits for the answer to a command that this step has settled without one.

    Only the command that started an instance may still be answered by a later step.
    """
    if cause.request is None or decision.reception not in _SETTLED:
        return False
    after = decision.instance
    if after is not None and after.extras.caller == cause.request:
        return False
    return all(each.reply != cause.request for each in decision.sent)


async def keep_replies(
    tx: Transaction, house: House, consumer: str, cause: Envelope, sent: Iterable[Envelope]
) -> None:
    """Keep how a command was answered, for whoever asks again after silence."""
    to = cause.request
    if to is None:
        return
    known = house.routes.sagas.get(to.saga)
    replies: dict[str, JsonValue] = {
        each.id: write_envelope(each)
        for each in sent
        if each.answers == to and (known is None or each.message.TYPE in known.types)
    }
    if replies:
        await tx.set_outputs(consumer, cause.id, codec.dumps(replies))


async def repeat_replies(
    tx: Transaction, house: House, consumer: str, cause: Envelope, at: int
) -> None:
    """A command that was seen before: no step is taken, and its reply is sent once more, with the id of then.

    It goes to whoever asked alone: nobody else waits for it.
    """
    if not isinstance(cause.message, Command):
        return
    outputs = codec.loads(await tx.outputs(consumer, cause.id) or "[]")
    for id, body in outputs.items() if isinstance(outputs, Mapping) else ():
        to = answered_by(codec.read_str(body))
        if to is None:
            continue
        if house.routes.outside and to.saga not in house.routes.sagas:
            await tx.add_outgoing(id, codec.read_str(body), at)
        else:
            await tx.enqueue(Mail(Kind.STEP, to.saga, to.key, id, at, codec.read_str(body)))
