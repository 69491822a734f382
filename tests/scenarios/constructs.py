"""Which constructs of the language the scenarios use: `python tests/scenarios/constructs.py` prints how many files have each.

A construct is a class of the model, or what tells two uses of one class apart: the kind of a `Send`, the operator of a `Binary`.
What there is to be used is read from the model, so that a construct that is new there is missing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import get_args

from herosaga.compile import check_paths
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.functions import FOLDS, FUNCTIONS
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    ROOT / "tests" / "scenarios",
    ROOT / "samples" / "checkout",
    ROOT / "samples" / "oms",
    ROOT / "samples" / "travel",
)

KINDS: Mapping[str, type | object] = {
    "action": m.Action,
    "trigger": m.Trigger,
    "member": m.Member,
    "stage": m.Stage,
    "scene": m.Scene,
    "expression": e.Expr,
    "undo": m.CommandUndo | m.BlockUndo,
}
"""The unions of the model whose members are constructs."""

OF_ITINERARIES = {"stage Do"}
NEVER_WRITTEN = {"expression Bad", "expression RequestId"}
"""What stands for a mistake, and for the id of a message, is in no program as it is checked."""

SAID: Mapping[str, Sequence[str]] = {
    "ends": ("", "failed", "manual"),
    "expectation": (
        "state",
        "sent",
        "published",
        "replied",
        "compensated",
        "late",
        "dead",
        "nothing",
    ),
    "operator": ("and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "not in", *"+-*/%"),
    "function": tuple(FUNCTIONS),
    "fold": FOLDS,
    "says": ("send", "publish", "reply"),
    "swallows": ("OnMessage", "OnTimeout", "OnFault", "OnTimer", "OnOutcome"),
    "keeps": ("OnMessage", "OnTimeout", "OnFault", "OnTimer", "OnOutcome"),
    "level": ("state", "during", "during any", "sequence", "deadline"),
    "moves": ("inside", "to itself", "on", "by undoing"),
    "policy": ("within", "retry", "retry forever", "every", "backoff"),
    "finds": ("by", "where"),
    "has": (
        "entry",
        "exit",
        "every",
        "parallel for",
        "compensation policy",
        "otherwise",
        "missing",
        "migrate",
        "retain",
        "handles",
        "deadline",
        "several triggers",
        "guard",
        "binds",
        "arm at",
        "declared undo",
        "written undo",
        "extern service",
        "? in emits",
        "* in emits",
        "a second part of emits",
        "readonly",
        "irreversible",
        "refuses",
        "extern function",
    ),
}
"""What tells uses of one class apart."""


def wanted() -> list[str]:
    """All constructs but the stages of itineraries."""
    classes = [
        f"{kind} {each.__name__}"
        for kind, union in KINDS.items()
        for each in get_args(union)
        if f"{kind} {each.__name__}" not in OF_ITINERARIES | NEVER_WRITTEN
    ]
    return classes + [f"{kind} {name}" for kind, names in SAID.items() for name in names]


def report(model: m.Model) -> dict[str, int]:
    """How many files with scenarios use each construct."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    with_scenarios = {each.file for each in model.scenarios}
    for file, part in _parts(model):
        if file in with_scenarios:
            for name in _names(part):
                files[name].add(file)
    return {name: len(files[name]) for name in wanted()}


def _parts(model: m.Model) -> Iterator[tuple[str, Struct]]:
    """Every piece of sagas, services, functions and scenarios, with its file."""
    declarations: Iterator[m.Saga | m.Service | m.ExternFunction | m.Scenario] = chain(
        model.sagas.values(), model.services.values(), model.externs.values(), model.scenarios
    )
    for declared in declarations:
        for part in _within(declared):
            yield declared.file, part


def _within(value: object) -> Iterator[Struct]:
    match value:
        case tuple():
            for each in value:
                yield from _within(each)
        case Struct():
            yield value
            for name in value.__struct_fields__:
                yield from _within(getattr(value, name))


def _names(part: Struct) -> Iterator[str]:
    """What a piece is an example of."""
    for kind, union in KINDS.items():
        if isinstance(part, get_args(union)):
            yield f"{kind} {type(part).__name__}"
    yield from _told_apart(part)


def _told_apart(part: Struct) -> Iterator[str]:
    match part:
        case e.Binary(op=op):
            yield f"operator {op}"
        case e.Function(name=name):
            yield f"function {name}"
        case e.Fold(name=name):
            yield f"fold {name}"
        case m.Send(kind=kind):
            yield f"says {kind}"
        case m.Ignore(what=what):
            yield f"swallows {type(what).__name__}"
        case m.Defer(what=what):
            yield f"keeps {type(what).__name__}"
        case m.Expectation(kind=kind):
            yield f"expectation {kind}"
        case m.Arm(at=True):
            yield "has arm at"
        case m.CommandUndo(declared=declared):
            yield f"has {'declared' if declared else 'written'} undo"
        case m.Loop(parallel=True):
            yield "has parallel for"
        case m.Correlation(where=where):
            yield f"finds {'where' if where else 'by'}"
        case m.OnMessage(binds=binds) if binds:
            yield "has binds"
        case m.Final(mark=mark):
            yield f"ends {mark}"
        case m.Policy():
            yield from _policy(part)
        case m.Transition():
            yield from _transition(part)
        case m.State():
            yield from _state(part)
        case m.Saga():
            yield from _saga(part)
        case m.Compensation(policy=policy, otherwise=otherwise):
            yield from _given(compensation_policy=policy, otherwise=otherwise)
        case m.Handler():
            yield from _handler(part)
        case m.Service(extern=True):
            yield "has extern service"
        case m.ExternFunction():
            yield "has extern function"


def _given(**parts: object) -> Iterator[str]:
    """The names of those that are there."""
    return (f"has {name.replace('_', ' ')}" for name, part in parts.items() if part)


def _policy(policy: m.Policy) -> Iterator[str]:
    if policy.within is not None:
        yield "policy within"
    if policy.retries != 0:
        yield "policy retry" if policy.retries else "policy retry forever"
    if policy.pause:
        yield "policy every" if len(policy.pause) == 1 else "policy backoff"


def _transition(move: m.Transition) -> Iterator[str]:
    level = "state" if not move.level else move.level
    yield f"level {level if level in SAID['level'] else level.partition(' ')[0]}"
    yield from _given(guard=move.guard, several_triggers=move.together)
    if move.compensate:
        yield "moves by undoing"
    elif move.target is None:
        yield "moves inside"
    else:
        yield "moves on"


def _state(state: m.State) -> Iterator[str]:
    yield from _given(entry=state.entry, exit=state.exit, every=state.every)
    if any(isinstance(each, m.Transition) and each.target == state.name for each in state.members):
        yield "moves to itself"


def _saga(saga: m.Saga) -> Iterator[str]:
    yield from _given(
        missing=saga.missing,
        migrate=saga.migrations,
        retain=saga.retain,
        handles=saga.serves,
        deadline=saga.deadline,
    )


def _handler(handler: m.Handler) -> Iterator[str]:
    yield from _given(
        readonly=handler.readonly, irreversible=handler.irreversible, refuses=handler.refuses
    )
    for number, each in enumerate(handler.parts):
        if each.count:
            yield f"has {each.count} in emits"
        if number:
            yield "has a second part of emits"


def main() -> None:
    counts = report(check_paths(FOLDERS, ROOT).model)
    width = max(map(len, counts))
    for name, count in counts.items():
        print(f"{name:{width}}  {count or 'never'}")
    print(f"{len(counts)} constructs, {sum(not each for each in counts.values())} of them never")


if __name__ == "__main__":
    main()
