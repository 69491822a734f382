"""What a run has sent, undone, put aside or found too late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from herosaga_runtime import codec
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import Record
from herosaga_runtime.message import Command, JsonValue, Message
from herosaga_runtime.requests import answered, refuses
from herosaga_runtime.testing.run import ANSWERED, Entry, kind
from herosaga_runtime.testing.words import name_of

M = TypeVar("M", bound=Message)
Fields = dict[str, object]


def latest(run: Sequence[Entry], turn: int) -> list[Entry]:
    """The steps of a turn, oldest first."""
    start = len(run)
    while start and run[start - 1].turn == turn:
        start -= 1
    return list(run[start:])


def outputs(entries: Iterable[Entry], how: str) -> list[Message]:
    """What was sent, published or replied (`how`), in order."""
    return [each.message for entry in entries for each in entry.decision.sent if kind(each) == how]


def silent(entries: Iterable[Entry]) -> bool:
    """Whether nothing was sent, published or replied. What tells a caller of the mere end is none of the three."""
    return all(kind(each) == ANSWERED for entry in entries for each in entry.decision.sent)


def chosen(messages: Iterable[Message], wanted: type[M], fields: Fields) -> list[M]:
    """The messages of a type whose fields are equal to these."""
    known(wanted, fields)
    return [each for each in messages if isinstance(each, wanted) and fits(each, fields)]


def fits(message: Message, fields: Fields) -> bool:
    """Whether a message's fields are equal to these."""
    return all(getattr(message, name) == value for name, value in fields.items())


def known(wanted: type[Message], fields: Iterable[str]) -> None:
    """`UsageError` for a field that such a message does not have."""
    names: list[str] = [each.name for each in fields_of(wanted)]  # type: ignore[arg-type]
    for name in fields:
        if name not in names:
            has = f"its fields are {', '.join(names)}" if names else "it has none"
            raise UsageError(f"{name_of(wanted)} has no field {name!r}: {has}")


def wish(wanted: type[Message], fields: Fields) -> str:
    """What is wished for, in words: `ChargeCard(amount = 40)`."""
    listed = ", ".join(f"{name} = {_written(value)}" for name, value in fields.items())
    return f"{name_of(wanted)}({listed})" if fields else name_of(wanted)


def compared(messages: Sequence[Message], wanted: type[Message], fields: Fields) -> str:
    """What there is instead: how the fields of those of the right type differ, else the names of all."""
    alike = [each for each in messages if isinstance(each, wanted)]
    if not alike:
        names = [name_of(type(each)) for each in messages]
        return ", ".join(names) if names else "nothing"
    return "; ".join(dict.fromkeys(_difference(each, fields) for each in alike))


def _difference(message: Message, fields: Fields) -> str:
    wrong = [name for name, value in fields.items() if getattr(message, name) != value]
    told = ", ".join(f"{name} = {_written(getattr(message, name))}" for name in wrong)
    return f"{name_of(type(message))} with {told}"


def _written(value: object) -> str:
    """A field's value as JSON has it, as far as that is known."""
    match value:
        case Message():
            return codec.dumps(value.to_json())
        case None | bool() | int() | float() | str():
            return codec.dumps(value)
        case tuple():
            return f"[{', '.join(map(_written, value))}]"
        case _ if hasattr(value, "to_json"):
            json: JsonValue = value.to_json()
            return codec.dumps(json)
        case _:
            return str(value)


# --- undo --------------------------------------------------------------------------------------


def undone(run: Iterable[Entry]) -> Iterator[tuple[type[Message], type[Command] | None]]:
    """All undo that is done: what undid it, a command or the parameters of a compensation, and the command that was
    undone, if one was.
    """
    asked: dict[tuple[str, int, int], type[Command]] = {}
    for entry in run:
        instance = entry.decision.instance
        if instance is None:
            continue
        place = entry.key, instance.origin.incarnation
        for each in entry.decision.sent:
            if each.awaits and isinstance(each.message, Command):
                asked.setdefault((*place, each.number), type(each.message))
        for undo, number in _undone(entry):
            yield undo, asked.get((*place, number))


def _undone(entry: Entry) -> Iterator[tuple[type[Message], int]]:
    before, after = entry.before, entry.decision.instance
    if after is None:
        return
    count = after.extras.undone - (0 if before is None else before.extras.undone)
    if before is not None and before.state is entry.saga.compensating:
        skipped = after.extras.skipped - before.extras.skipped
        left = before.records[: len(before.records) - skipped]
        for record in reversed(left[len(left) - count :]):
            yield type(record.undo), record.request
    elif count > 0:  # bodies that ask for nothing are done in the step that begins to undo
        old = _recorded(entry)
        made = max(len(after.records) + count - len(old), 0)
        numbers = [*[0] * made, *reversed([each.request for each in old])]
        yield from zip(_bodies(entry)[:count], numbers, strict=False)


def _recorded(entry: Entry) -> list[Record]:
    """What was recorded before a step that begins to undo, but for what the message refuses: nothing was done."""
    before = entry.before
    if before is None:
        return []
    closed = answered(entry.saga, before, entry.cause)
    refused = closed is not None and refuses(entry.saga, closed, entry.cause.message)
    number = closed.number if refused and closed is not None else None
    return [each for each in before.records if each.request != number]


def _bodies(entry: Entry) -> list[type[Message]]:
    """The compensations whose bodies were run in a step, in that order."""
    blocks: dict[str, Any] = {
        block.run.__name__: params for params, block in entry.saga.compensations.items()
    }
    return [blocks[name] for name in entry.ran if name in blocks]
