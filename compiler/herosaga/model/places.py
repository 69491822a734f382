"""Where a saga's arrows can lead, and where its groups can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from herosaga.checks import hs101, hs102, hs103
from herosaga.checks.words import a
from herosaga.findings import Finding
from herosaga.model.env import Env
from herosaga.model.scope import nearest
from herosaga.model.step_names import Spot, Spots, entry, spots
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct

_STEP = "call one of them otherwise: `step Other: {}(…)`"


class Places(Struct, frozen=True):
    """The names of a saga's states, sequences and finals, each with its mark.

    A mark is "state", or that of a final: "", "failed", "manual". `enters` is the state that an arrow to
    a name leads to, `within` are those in which a group holds that names it. `spots` are those of each
    sequence, by where its name stands.
    """

    marks: Mapping[str, str]
    enters: Mapping[str, str]
    within: Mapping[str, tuple[str, ...]]
    spots: Mapping[int, Spots]


def places(node: ast.Saga, report: list[Finding]) -> Places:
    """All places of a saga; a name that two of them have is reported."""
    named = [each.name for each in node.states]
    named += [each.name for each in node.finals]
    named += [each.name for each in node.sequences]
    once(((name, "state") for name in sorted(named, key=lambda name: name.span.start)), report)
    found = {each.name.span.start: spots(each) for each in node.sequences}
    marks = {each.name.text: each.mark for each in node.finals}
    marks |= {each.name.text: "state" for each in node.states}
    enters: dict[str, str] = {}
    within: dict[str, tuple[str, ...]] = {}
    for each in node.sequences:
        name, known = each.name.text, found[each.name.span.start]
        inside = tuple(known.values())
        report.extend(_twice(inside))
        enters.setdefault(name, entry(each, known))
        within.setdefault(name, tuple(dict.fromkeys(spot.state for spot in inside)))
        for spot in inside:
            enters.setdefault(f"{name}.{spot.name}", spot.state)
            within.setdefault(f"{name}.{spot.name}", (spot.state,))
    return Places(marks | dict.fromkeys(enters, "state"), enters, within, found)


def target(name: ast.Name, known: Places, env: Env) -> str:
    """The state that an arrow leads to; what was most likely meant, where there is none."""
    written = name.text
    if written == "Compensating" and written not in known.marks:
        env.report.append(hs103.compensating(name.span))
        return written
    declared = env.scope.get(written)
    if written not in known.marks and declared is not None:
        label = (declared.span, f"declared as {a(declared.kind)} here")
        env.report.append(hs103.no_place(written, declared.kind, name.span, label))
        return written
    if written not in known.marks:
        near = nearest(written, known.marks)
        env.report.append(hs102.unknown(written, ("state",), name.span, near))
        written = near or written
    return known.enters.get(written, written)


def held(name: ast.Name, known: Places, report: list[Finding]) -> tuple[str, ...]:
    """The states that the head of a group names; what was most likely meant, where there is none."""
    written, mark = name.text, known.marks.get(name.text)
    if mark is None:
        near = nearest(written, (each for each, kind in known.marks.items() if kind == "state"))
        report.append(hs102.unknown(written, ("state",), name.span, near))
        written = near or written
    elif mark != "state":
        report.append(hs103.final_in_group(written, name.span))
    return known.within.get(written, (written,))


def once(names: Iterable[tuple[ast.Name, str]], report: list[Finding]) -> None:
    """Reports every name that is there already."""
    first: dict[str, Span] = {}
    for name, what in names:
        if name.text in first:
            report.append(hs101.twice(name.text, what, name.span, first[name.text]))
        first.setdefault(name.text, name.span)


def _twice(inside: tuple[Spot, ...]) -> Iterator[Finding]:
    first: dict[str, Span] = {}
    for spot in inside:
        if spot.name in first:
            hint = _STEP.format(spot.of)
            yield hs101.twice(spot.name, "step", spot.span, first[spot.name], hint)
        first.setdefault(spot.name, spot.span)
