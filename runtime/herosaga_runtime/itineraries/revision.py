"""Revisions: how an activity changes what is left of its slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

from herosaga_runtime.itineraries.slip import Added, Planned, Todo

if TYPE_CHECKING:
    from herosaga_runtime.itineraries.activity import Arguments

A = TypeVar("A", bound="Arguments")


class Revision(Generic[A]):
    """What is to change in the rest of a slip: `Revision[GiftWrap]().insert(GiftWrap(order_id)).drop(PrintLabel)`.

    It is about the part of the slip that the activity belongs to: the slip, or its branch of a `parallel`. `A` is what may
    be inserted, as `revises` of the activity says.
    """

    __slots__ = ("dropped", "ended", "inserted")

    def __init__(self) -> None:
        self.inserted: tuple[A, ...] = ()
        self.dropped: tuple[str, ...] = ()
        self.ended = False

    def insert(self, activity: A) -> Self:
        """Do an activity next; what is inserted later comes after it."""
        self.inserted += (activity,)
        return self

    def drop(self, activity: type[Arguments]) -> Self:
        """Leave out an activity wherever it is still to come, also in an `if` or a loop that has not been reached."""
        self.dropped += (activity.TYPE,)
        return self

    def end(self) -> Self:
        """Leave out everything that remains, but for what is inserted."""
        self.ended = True
        return self

    def in_words(self) -> str:
        """What it changes: `+GiftWrap -PrintLabel`, `end`."""
        words = ["end"] if self.ended else []
        words += [f"-{_short(each)}" for each in self.dropped]
        return " ".join([*words, *(f"+{_short(each.TYPE)}" for each in self.inserted)])

    def applied(self, todo: tuple[Todo, ...], depth: int = 0) -> tuple[Todo, ...]:
        """What remains after it. `depth` is that of the activity that revises."""
        rest = () if self.ended else _without(todo, self.dropped)
        more = [Added(each.TYPE, each.to_json(), {}, None, depth + 1) for each in self.inserted]
        return (*more, *rest)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _without(todo: tuple[Todo, ...], dropped: tuple[str, ...]) -> tuple[Todo, ...]:
    """What remains when activities are dropped; which of them a stage consists of is seen when it is reached."""
    if not dropped:
        return todo
    kept: list[Todo] = []
    for each in todo:
        match each:
            case Planned(at, bound, left, without):
                kept.append(Planned(at, bound, left, tuple(dict.fromkeys((*without, *dropped)))))
            case Added(activity=activity) if activity not in dropped:
                kept.append(each)
    return tuple(kept)
