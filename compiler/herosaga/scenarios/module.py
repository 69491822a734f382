"""Scenarios as a Python module: a typed test for each, with the imports that they need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from unicodedata import normalize

from herosaga import __version__
from herosaga.emit.python import HEADER, LINE_LENGTH
from herosaga.model import model as m
from herosaga.names import snake
from herosaga.plan.code import PyCode, code, docstring, dotted, identifier, join, literal
from herosaga.plan.context import Context
from herosaga.plan.externs import used_externs
from herosaga.plan.scope import Import, Scope
from herosaga.scenarios.calls import Line, body
from herosaga.source import Span
from msgspec import Struct

_LONGEST = 70
_STANDARD = ("datetime", "decimal", "uuid")
_FLAT, _NESTED, _DEEP = PyCode(""), PyCode("    "), PyCode("        ")


class Externs(Struct, frozen=True):
    """Where the class with the extern functions is: `app:Externs`."""

    module: str
    name: str


class Written(Struct, frozen=True):
    """The text of a module; the tests of scenarios by name; the places that lines of the text stand for."""

    text: str
    tests: Mapping[str, m.Scenario]
    spans: Mapping[int, Span]


class _Test(Struct, frozen=True):
    """The test of one scenario."""

    name: PyCode
    lines: tuple[Line, ...]
    scenario: m.Scenario


def module(
    model: m.Model, scenarios: Sequence[m.Scenario], externs: Externs | None, returns: bool = False
) -> Written:
    """The module of some scenarios. With `returns` each test gives back its `SagaTest`, for whoever runs it himself."""
    scope = Scope(frozenset())
    context = Context(model, "", scope)
    if not any(uses_externs(model, model.sagas[each.saga]) for each in scenarios):
        externs = None
    tests = [_test(context, each, externs, returns) for each in scenarios]
    head = [*_head(scenarios), *_imports(scope.imports(), externs)]
    lines = [Line(each) for each in head]
    for test in tests:
        lines += [Line(_FLAT), Line(_FLAT), *test.lines]
    return Written(
        "".join(f"{line.text}\n" for line in lines),
        {test.name: test.scenario for test in tests},
        {number: line.span for number, line in enumerate(lines, 1) if line.span is not None},
    )


def laid_out(made: Written, model: m.Model) -> str:
    """The text as it is written into a project: laid out, its first line saying what it was made from."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
    files = list(dict.fromkeys(each.file for each in made.tests.values()))
    texts = "\0".join(model.files[each].source.text for each in files)
    digest = hashlib.sha256(texts.encode()).hexdigest()[:16]
    sources = ", ".join(literal(each) for each in files)
    header = f"{HEADER}{__version__} from {sources} (sha256 {digest}). Do not edit.\n"
    return header + black.format_str(made.text, mode=mode)


def uses_externs(model: m.Model, saga: m.Saga) -> bool:
    """Whether a saga calls extern functions."""
    context = Context(model, saga.file, Scope(frozenset()))
    return used_externs(context, saga)[0] is not None


def _test(context: Context, scenario: m.Scenario, externs: Externs | None, returns: bool) -> _Test:
    saga = context.model.sagas[scenario.saga]
    name = context.scope.function(_name(scenario.title))
    made = body(context, scenario)
    sagas = [context.declared(saga.file, saga.name)]
    if externs is not None and uses_externs(context.model, saga):
        sagas.append(code("{}()", identifier(externs.name)))
    kind = context.runtime("testing", "SagaTest")
    told = " ".join(f"{scenario.title} ({_place(scenario)})".split())  # on one line
    lines = (
        Line(code("def {}():" if returns else "def {}() -> None:", name)),
        Line(code("{}{}", _NESTED, docstring(told))),
        *_indented(_NESTED, made.values),
        Line(code("{}with {}({}) as test:", _NESTED, kind, join(", ", sagas)), scenario.span),
        *_indented(_DEEP, made.calls or (Line(code("pass")),)),
        *([Line(code("{}return test", _NESTED))] if returns else []),
    )
    return _Test(name, lines, scenario)


def _name(title: str) -> str:
    """`test_a_declined_card_gives_the_items_back`; a long title is cut between words."""
    words = snake(normalize("NFKD", title).encode("ascii", "ignore").decode())
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rpartition("_")[0] or words[:_LONGEST]
    return f"test_{words.strip('_') or 'scenario'}"


def _place(scenario: m.Scenario) -> str:
    return f"{PurePosixPath(scenario.file).name}:{scenario.span.line}"


def _indented(by: PyCode, lines: tuple[Line, ...]) -> Iterator[Line]:
    return (Line(code("{}{}", by, line.text), line.span) for line in lines)


def _head(scenarios: Sequence[m.Scenario]) -> Iterator[PyCode]:
    files = dict.fromkeys(PurePosixPath(each.file).name for each in scenarios)
    yield docstring(f"The scenarios of {', '.join(f'`{each}`' for each in files)}.")
    yield _FLAT
    yield code("from __future__ import annotations")


def _imports(imports: Sequence[Import], externs: Externs | None) -> Iterator[PyCode]:
    """Imports in groups: the standard library, the runtime, the user's functions, the generated modules."""
    groups: tuple[list[PyCode], ...] = ([], [], [], [])
    for each in imports:
        head = each.module.partition(".")[0]
        place = 0 if head in _STANDARD else 1 if head == "herosaga_runtime" else 3
        groups[place].append(code("from {} import {}", each.module, join(", ", each.names)))
    if externs is not None:
        wanted = code("from {} import {}", dotted(externs.module), identifier(externs.name))
        groups[2].append(wanted)
    for group in filter(None, groups):
        yield _FLAT
        yield from group
