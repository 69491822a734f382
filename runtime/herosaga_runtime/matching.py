"""Messages that find their instances by a data field: `correlate E where field == event.other`.

The values of such fields are kept beside each running instance, in the transaction that stores it (`keep`). A message is one
piece of mail for the whole saga; its step puts a copy into the mailbox of each instance that has the value (`spread`), under
an id derived from its own, so that each copy is noticed when it comes twice. What finds none goes to `missing`.

A field or message that is `none` finds nothing, and nothing finds it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import localcontext
from typing import Any

from herosaga_runtime.envelope import Envelope, derive_id
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.instance import Instance
from herosaga_runtime.keys import key_text
from herosaga_runtime.ports import Transaction
from herosaga_runtime.posting import write_envelope
from herosaga_runtime.routing import key_for_all
from herosaga_runtime.rows import Kind, Mail
from herosaga_runtime.saga import Saga

AnyInstance = Instance[Any, Any]
AnySaga = Saga[Any, Any, Any]


async def keep(
    tx: Transaction, saga: AnySaga, before: AnyInstance | None, after: AnyInstance
) -> None:
    """Keep in the store by what an instance is found now."""
    old = {} if before is None else saga.indexed(before)
    new, key = saga.indexed(after), after.origin.key
    for field, value in old.items():
        if new.get(field) != value:
            await tx.remove_match(saga.name, field, value, key)
    for field, value in new.items():
        if old.get(field) != value:
            await tx.add_match(saga.name, field, value, key)


def is_for_all(saga: AnySaga, mail: Mail, envelope: Envelope) -> bool:
    """Whether mail is for all instances that have a value."""
    return type(envelope.message) in saga.matches and mail.key == key_for_all(mail.id)


async def spread(tx: Transaction, saga: AnySaga, envelope: Envelope, at: int) -> bool:
    """Let a message wait for each instance that it finds; False if it finds none."""
    match = saga.matches[type(envelope.message)]
    with localcontext(DECIMALS):
        value = match.of_message(envelope.message)
    if value is None:
        return False
    keys = await tx.matching(saga.name, match.field, key_text(value))
    for key in keys:
        copy = replace(envelope, id=derive_id(envelope.id, saga.name, key))
        body = write_envelope(copy)
        await tx.enqueue(Mail(Kind.STEP, saga.name, key, copy.id, at, body))
    return bool(keys)
