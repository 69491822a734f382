"""Both implementations side by side: a run goes on until they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from agreement.generated import Generated, key_of, taken
from agreement.inputs import Input
from agreement.interpreted import Interpreted
from agreement.programs import Program
from agreement.seen import Seen, differences

Next = Callable[[Seen], Input | None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A program and a run after which two implementations differ; `how` says in what."""

    text: str
    inputs: tuple[Input, ...]
    how: tuple[str, ...]

    @property
    def kind(self) -> str:
        """In what they differ, without the particulars: what has the same cause is mostly of one kind."""
        return " ".join(each.partition(":")[0] for each in self.how)

    def __str__(self) -> str:
        lines = (f"{number:3} {each.line()}" for number, each in enumerate(self.inputs, 1))
        return "\n".join((self.text, *lines, *self.how))


def played(
    program: Program, module: ModuleType, after: Next, watch: Callable[[Input, Seen], None]
) -> Disagreement | None:
    """Bring what comes next to both, until there is no more or they differ. `watch` sees all that they agree on."""
    generated = Generated(module, program.model, key_of(str(program.saga.key_type))[1])
    interpreted = Interpreted(program)
    inputs: list[Input] = []
    seen = Seen()
    while (given := after(seen)) is not None:
        inputs.append(given)
        name = f"m{len(inputs)}"
        try:
            seen, other = generated.bring(given, name), interpreted.bring(given, name)
        except AssertionError as error:
            return Disagreement(program.text, tuple(inputs), (f"failed: {error!r}",))
        if seen != other:
            return Disagreement(program.text, tuple(inputs), tuple(differences(seen, other)))
        watch(given, seen)
    return None


def replayed(
    program: Program, module: ModuleType, inputs: tuple[Input, ...]
) -> Disagreement | None:
    """A run that is written down; None also if it has a message that the saga does not take."""
    takes = {each.__name__ for each in taken(module)}
    if any(each.do == "message" and each.what not in takes for each in inputs):
        return None
    left = iter(inputs)
    return played(program, module, lambda seen: _possible(left, seen), lambda given, seen: None)


def _possible(left: Iterator[Input], seen: Seen) -> Input | None:
    """The next input; an operator can only do something where there is an undo that is stuck."""
    for given in left:
        if given.do not in ("retry", "skip") or (seen.stuck and seen.state == "Compensating"):
            return given
    return None
