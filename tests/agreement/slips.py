"""Random itineraries: what a saga can run, and how that ends. Nobody travels here: the runs say what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agreement.chance import Chance
from agreement.declared import FIELDS, Message

OUTCOMES = ("completed", "faulted", "compensated")


@dataclass(frozen=True, slots=True)
class Slip:
    """An itinerary of one activity; parameters and outputs are names of `FIELDS`."""

    number: int
    params: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return f"Trip{self.number}"

    @property
    def messages(self) -> Iterator[Message]:
        """What is run, and its ends, with those of their fields that can be read as they are."""
        yield Message(self.name, self.params, "command")
        yield Message(f"{self.name}.completed", tuple(dict.fromkeys((*self.params, *self.outputs))))
        yield Message(f"{self.name}.faulted", self.params)
        yield Message(f"{self.name}.compensated", self.params)

    def text(self, key: str) -> str:
        """Its declaration, and that of its activity."""
        params = ", ".join((f"id: {key}", *map(_default, self.params)))
        outputs = ", ".join(f"{each}: {FIELDS[each][0]}" for each in self.outputs)
        gives = f" -> ({outputs})" if outputs else ""
        stage = f"do Leg{self.number}({', '.join(('id', *self.params))})"
        return (
            f'activity Leg{self.number}({params}){gives} {{ log {{ seat: str = "" }} }}\n'
            f"itinerary {self.name}({params}) {{ {stage} }}"
        )


def _default(field: str) -> str:
    kind, default = FIELDS[field]
    return f"{field}: {kind} = {default}"


def slips(chance: Chance) -> tuple[Slip, ...]:
    """One itinerary or two."""
    return tuple(
        Slip(number, *(tuple(chance.some(tuple(FIELDS), 20)) for _ in "po"))
        for number in (1, 2)[: 1 + chance.below(2)]
    )


def ends(slip: Slip) -> tuple[str, ...]:
    """How it can end, as transitions name it."""
    return tuple(f"{slip.name}.{each}" for each in OUTCOMES)
