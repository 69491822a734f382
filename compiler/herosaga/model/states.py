"""States: what is written in them, and what groups and sequences hold over them, flattened."""

from __future__ import annotations

from herosaga.model import model as m
from herosaga.model.actions import actions
from herosaga.model.lower_sequence import Draft, Lowered, lower
from herosaga.model.meta import meta
from herosaga.model.places import held
from herosaga.model.sequence import Bound, sequence
from herosaga.model.transitions import Inside, members, repeated
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

_ENTRY = "a state is entered from anywhere, whatever the trigger"
_EXIT = "a state is left for anywhere, whatever the trigger"


class Level(Struct, frozen=True):
    """What holds together at one level."""

    members: tuple[m.Member, ...]
    every: tuple[m.Every, ...] = ()


class Groups(Struct, frozen=True):
    """The levels around each state, by its name, inner ones first; `everywhere` holds in all of them."""

    named: dict[str, list[Level]]
    everywhere: tuple[Level, ...]

    def around(self, name: str) -> tuple[Level, ...]:
        """What holds in a state, beside what is written in it."""
        return (*self.named.get(name, ()), *self.everywhere)


class States(Struct, frozen=True):
    """All states in source order, those of sequences among them; the sequences; and what their loops keep."""

    states: tuple[m.State, ...]
    sequences: tuple[m.Sequence, ...]
    slots: tuple[m.Field, ...]


def states(node: ast.Saga, inside: Inside) -> States:
    """Everything that a saga can be in."""
    groups = _groups(node, inside)
    found: dict[str, m.State] = {}
    sequences: dict[str, m.Sequence] = {}
    slots: tuple[m.Field, ...] = ()
    written: list[ast.State | ast.Sequence] = [*node.states, *node.sequences]
    for each in sorted(written, key=lambda each: each.name.span.start):
        match each:
            case ast.State():
                state = _state(each, groups, inside)
                first = found.get(state.name)
                found[state.name] = _joined(first, state) if first else state
            case ast.Sequence():
                bound = sequence(each, inside)
                lowered = _lowered(bound, slots, inside)
                made = tuple(_of_sequence(each, bound, groups) for each in lowered.states)
                slots += lowered.slots
                for state in made:
                    found.setdefault(state.name, state)
                names = tuple(state.name for state in made)
                sequences.setdefault(each.name.text, replace(bound.sequence, states=names))
    return States(tuple(found.values()), tuple(sequences.values()), slots)


# --- groups ------------------------------------------------------------------------------------


def _groups(node: ast.Saga, inside: Inside) -> Groups:
    named: dict[str, list[Level]] = {}
    everywhere: list[Level] = []
    for each in node.groups:
        level = f"during {', '.join(name.text for name in each.states) or 'any'}"
        names = [held(name, inside.places, inside.env.report) for name in each.states]
        found = Level(members(each.members, level, inside), repeated(each.members, level, inside))
        if not each.states:
            everywhere.append(found)
        for name in dict.fromkeys(state for some in names for state in some):
            named.setdefault(name, []).append(found)
    return Groups(named, tuple(everywhere))


# --- states ------------------------------------------------------------------------------------


def _state(node: ast.State, groups: Groups, inside: Inside) -> m.State:
    around = groups.around(node.name.text)
    own = members(node.members, "", inside)
    entries = [each for each in node.members if isinstance(each, ast.Entry)]
    exits = [each for each in node.members if isinstance(each, ast.Exit)]
    return m.State(
        node.name.text,
        (*own, *(each for level in around for each in level.members)),
        len(own),
        meta(node.meta),
        node.name.span,
        _block(entries, _ENTRY, inside),
        _block(exits, _EXIT, inside),
        (
            *repeated(node.members, "", inside),
            *(each for level in around for each in level.every),
        ),
    )


def _joined(first: m.State, second: m.State) -> m.State:
    """A state that is written twice, which is reported: neither half is told to be missing."""
    members = (*first.members[: first.own], *second.members)
    return replace(first, members=members, own=first.own + second.own)


def _block(
    nodes: list[ast.Entry] | list[ast.Exit], why: str, inside: Inside
) -> tuple[m.Action, ...]:
    """The actions of a state's `entry` or `exit`."""
    env = replace(inside.env, event=None, no_event=why)
    return tuple(x for each in nodes for x in actions(each.actions, env, inside.around))


def _lowered(bound: Bound, slots: tuple[m.Field, ...], inside: Inside) -> Lowered:
    entered = inside.places.enters[bound.sequence.name]
    taken = frozenset((*inside.env.data, *(each.name for each in slots)))
    return lower(bound.sequence, entered, inside.around.handlers, taken)


def _of_sequence(draft: Draft, bound: Bound, groups: Groups) -> m.State:
    """A state of a sequence. One that waits for nothing is left at once, so nothing else holds in it."""
    name = bound.sequence.name
    if not draft.entry:
        own = len(draft.moves)
        return m.State(draft.name, draft.moves, own, draft.meta, draft.span, sequence=name)
    around = groups.around(draft.name)
    every = (*bound.every, *(each for level in around for each in level.every))
    return m.State(
        draft.name,
        (
            *draft.moves,
            *_with_failures(bound, draft),
            *(each for level in around for each in level.members),
        ),
        len(draft.moves),
        draft.meta,
        draft.span,
        draft.entry,
        (),
        every,
        name,
        draft.joins,
    )


def _with_failures(bound: Bound, draft: Draft) -> tuple[m.Member, ...]:
    """What holds for the whole sequence, `failed` at its place among it, once for each way to fail."""
    failed = bound.sequence.failed
    if failed is None:
        return bound.members
    mine = tuple(replace(failed, trigger=_at(each, failed)) for each in draft.failures)
    place = sum(
        isinstance(each, m.Transition) and each.span.start < failed.span.start
        for each in bound.members
    )
    return (*bound.members[:place], *mine, *bound.members[place:])


def _at(trigger: m.OnFailure | m.OnOutcome, failed: m.Transition) -> m.Trigger:
    return replace(trigger, span=failed.span)
