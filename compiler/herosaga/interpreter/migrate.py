"""Migration: the JSON of an instance that an older version of its saga has stored, as that of this version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import localcontext

from herosaga.interpreter.decode import from_json
from herosaga.interpreter.encode import Json, to_json
from herosaga.interpreter.evaluate import Scope, evaluate
from herosaga.interpreter.json import data_types
from herosaga.interpreter.program import Program
from herosaga.interpreter.values import DECIMALS, Plain
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import Unknown


def migrate(program: Program, form: Mapping[str, Json]) -> dict[str, Json] | None:
    """One version after the other; None where no migration leads on. Timers, requests and records stay as they were made,
    but for the names of states in them.
    """
    steps = {each.version: each for each in program.saga.migrations}
    found = dict(form)
    while found["version"] < program.saga.version:
        step = steps.get(found["version"])
        if step is None:
            return None
        with localcontext(DECIMALS):
            found = _lifted(program, step, found)
    return found if found["version"] == program.saga.version else None


def _lifted(program: Program, step: m.Migration, form: dict[str, Json]) -> dict[str, Json]:
    moves = Moves(dict(step.states), form["state"])
    lifted = {
        **form,
        "version": step.version + 1,
        "state": moves.state(form["state"]),
        "data": _data(program, step, form["data"]),
    }
    if "requests" in form:
        lifted["requests"] = [_asked(each, moves) for each in form["requests"]]
    if "arrivals" in form:
        lifted["arrivals"] = [[moves.level(each[0]), *each[1:]] for each in form["arrivals"]]
    held, undoing = form.get("held"), form.get("undoing")
    if held:
        lifted["held"] = {**held, "request": _asked(held["request"], moves)}
    if undoing:
        lifted["undoing"] = {**undoing, "target": moves.state(undoing["target"])}
    return lifted


def _asked(request: dict[str, Json], moves: Moves) -> dict[str, Json]:
    return {**request, "step": moves.step(request["step"])}


@dataclass(frozen=True, slots=True)
class Moves:
    """The states that are called otherwise now, for an instance that is in `current`."""

    states: Mapping[str, str]
    current: str

    def state(self, name: str) -> str:
        """What a state is called now."""
        return self.states.get(name, name)

    def level(self, head: str) -> str:
        """What a group is called now: `during A, B`, by what its states are called."""
        return _NAME.sub(lambda found: self.state(found.group()), head)

    def step(self, tag: str) -> str:
        """What a step of a joined state is called now: in the sequence into which that state has moved, its own name is kept."""
        sequence, _, own = tag.rpartition(".")
        mine = sequence and sequence == _sequence(self.current)
        if tag in self.states or not mine:
            return self.state(tag)
        return f"{_sequence(self.state(self.current))}.{own}"


_NAME = re.compile(r"[\w.]+")


def _sequence(state: str) -> str:
    return state.rpartition(".")[0]


def _data(program: Program, step: m.Migration, old: dict[str, Json]) -> dict[str, Json]:
    """The data: what is dropped goes, what is called otherwise goes there, what is computed reads the old names."""
    names = dict(step.renamed)
    kept = {names.get(name, name): value for name, value in old.items() if name not in step.dropped}
    kinds = {**data_types(program), **dict(step.new)}
    for name, value in step.computed:
        found = evaluate(value, Scope(program.model, dict(_read(program, value, old))))
        kept[name] = to_json(program.model, kinds[name], found)
    return kept


def _read(program: Program, expr: e.Expr, old: Mapping[str, Json]) -> Iterator[tuple[str, Plain]]:
    """The old data fields that an expression reads. Of what type they were is known as far as it is said."""
    for each in e.parts(expr):
        match each:
            case e.DataField(name=name, type=kind) if name in old:
                known = not isinstance(kind, Unknown)
                yield name, from_json(program.model, kind, old[name]) if known else old[name]
