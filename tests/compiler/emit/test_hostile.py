"""Whatever a program is called and says: it is refused with a finding, or its module is made of the compiler's own text."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from herosaga.compile import check, modules
from herosaga.emit.python import OutputFile, module
from herosaga.plan.code import PyCode, code, docstring, identifier, join, literal
from herosaga.source import Source
from herosaga.syntax.parse import parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.projects import importable, loaded, model_of
from helpers.shape import faults

# Names that Python, the runtime or generated code use, that fold together, or that are no name to begin with.
NAMES = [
    "Event",
    "Saga",
    "Step",
    "Decimal",
    "UUID",
    "Final",
    "Protocol",
    "Verdict",
    "PASS",
    "STAY",
    "StrEnum",
    "Mapping",
    "On",
    "By",
    "Call",
    "End",
    "Policy",
    "UTC",
    "JsonValue",
    "JsonObject",
    "Context",
    "Handler",
    "Command",
    "Sender",
    "Arm",
    "Externs",
    "Match",
    "At",
    "Every",
    "Deadline",
    "Service",
    "NoData",
    "Name",
    "Value",
    "Mro",
    "Start",
    "Self",
    "Exception",
    "None",
    "True",
    "__debug__",
    "__init__",
    "__name__",
    "__builtins__",
    "_",
    "__",
    "_1",
    "_x",
    "x_",
    "x__y",
    "int",
    "str",
    "list",
    "dict",
    "float",
    "sum",
    "len",
    "type",
    "property",
    "classmethod",
    "tuple",
    "object",
    "codec",
    "step",
    "data",
    "event",
    "undo",
    "command",
    "self",
    "cls",
    "fields",
    "json",
    "other",
    "message",
    "record",
    "present",
    "modulo",
    "date",
    "datetime",
    "timedelta",
    "annotations",
    "match",
    "case",
    "class",
    "lambda",
    "def",
    "async",
    "import",
    "print",
    "super",
    "copy",
    "hasattr",
    "TYPE",
    "to_json",
    "from_json",
    "name",
    "value",
    "mro",
    "Data",
    "State",
    "Handlers",
    *("Activity", "Arguments", "Do", "Ending", "For", "Itinerary", "Parallel", "Revision"),
    *("arguments", "context", "ending", "log", "outputs", "revision", "v", "variables"),
]

PROGRAMS = {
    "record": """
        record {0} {{ a: int, b: decimal = 1.5, c: uuid?, f: list[float] }}
        event Go9 {{ key id: str, r: {0}? }}
        command Do9 {{ key id: str, r: {0}? }}
        service Desk9 {{ handle Do9 }}
        saga Flow9 by id: str {{
          data {{ r: {0}?, d: decimal = 1 }}
          start {{ on Go9(r) when event.r is none or event.r.a > 1 -> Done9 {{
            set d += 2.5
            send Do9(id, r = {0}(a = 1, b = 2, f = [1]))
          }} }}
          final Done9
        }}""",
    "enum": """
        enum {0} {{ {0}, other9 = "x" }}
        event Go9 {{ key id: str, e: {0}, d: dict[{0}, {0}] }}
        saga Flow9 by id: str {{
          data {{ e: {0} = "x" }}
          start {{ on Go9 when event.e == "x" -> Done9 {{ set e = {0}.{0} }} }}
          final Done9
        }}""",
    "command": """
        command {0} {{ key id: str, a: int = 1 }}
        event Go9 {{ key id: str }}
        service {0}9 {{ handle {0} emits Go9 }}
        policy {0}9p {{ within 2s }}
        saga Flow9 by id: str {{
          start {{ on Go9 -> A9 {{ request {0}(id) with {0}9p }} }}
          state A9 {{ on failure of {0} -> Done9 }}
          final Done9
        }}""",
    "saga": """
        event Go9 {{ key id: str }}
        saga {0} by id: str {{ start {{ on Go9 -> {0} }} state {0} {{ on Go9 -> Done9, after 2s }} final Done9 }}
        saga {0}Other by id: str {{ start {{ on Go9 -> {0} }} final {0} {{ publish Go9(id) }} }}""",
    "field": """
        record R9 {{ {0}: decimal = 1, x: uuid?, y: json, z: dict[str, int], q: list[R9] }}
        event Go9 {{ key {0}: str, r: R9, ws: list[int] }}
        command Do9 {{ key id: str, {0}: int }}
        service Desk9 {{ handle Do9 undone by Do9 }}
        saga Flow9 by {0}: str {{
          data {{ {0}9: int = 1, total: decimal = 2.5, later: R9? }}
          compensation undo9({0}: int) {{ send Do9(id = "k", {0}) }}
          start {{ on Go9 when event.{0} != "" -> A9 {{
            for {0} in event.ws {{ set {0}9 += {0} + sum({0} for {0} in event.ws) set total += 1.5 }}
            request Do9(id = "k", {0} = 1) compensable by undo9({0} = 2)
          }} }}
          state A9 {{ on Go9 -> Done9 }}
          final Done9
        }}""",
    "service": """
        extern event Go9 {{ key id: str }}
        service {0} {{ on Go9 }}""",
    "extern": """
        extern {0}({0}: int, x: list[int] = []) -> int
        event Go9 {{ key id: str }}
        saga Flow9 by id: str {{
          data {{ n: int = 0 }}
          start {{ on Go9 when {0}({0} = 1) > 1 -> A9 {{ set n = {0}(2, x = [1]) }} }}
          state A9 {{ after 1s * {0}(3) -> Done9 }}
          final Done9
        }}""",
    "timer": """
        event Go9 {{ key id: str }}
        saga Flow9 by id: str {{
          data {{ {0}: duration = 1s }}
          timer {0}
          deadline {0} -> Done9
          start {{ on Go9 -> A9 {{ arm {0} for {0} }} }}
          state A9 {{
            entry {{ disarm {0} }}
            exit {{ arm {0} at now + {0} }}
            on {0} -> A9
            after {0} -> A9
            every {0} {{ }}
          }}
          final Done9
        }}""",
    "sequence": """
        event Go9 {{ key id: str, xs: set[str] }}
        event Did9 {{ key id: str }}
        command Do9 {{ key id: str, x: str }}
        service Desk9 {{ handle Do9 emits Did9 }}
        saga Flow9 by id: str {{
          data {{ xs: set[str] = [] }}
          start {{ on Go9 -> {0} }}
          sequence {0} {{
            for {0} in xs {{ step {0}: Do9(id, x = {0}) }}
            parallel for {0} in xs {{ step {0}9: Do9(id, x = {0}) }}
            done -> Done9
            failed -> Done9
          }}
          during any {{ on Go9 ignore Did9 }}
          final Done9
        }}""",
    "old": """
        event Go9 {{ key id: str }}
        saga Flow9 by id: str {{
          version 2
          data {{ {0}: decimal = 1, n9: date? }}
          migrate from 1 {{ field {0} = {0} * 2 + 1 field n9 = none drop {0}9 state {0} -> A9 }}
          start {{ on Go9 -> A9 }}
          state A9 {{ on Go9 -> Done9 }}
          final Done9
        }}""",
    "activity": """
        record R9 {{ {0}: decimal = 1 }}
        activity {0}({0}9: R9, x: list[int]) -> ({0}8: list[R9?]) {{ log {{ {0}9: R9 }} revises {0} within 2s }}
        itinerary I9({0}9: R9) {{ do {0}({0}9, x = [1]) }}""",
    "itinerary": """
        event Gone9 {{ key id: str, n: decimal }}
        activity A9(n: decimal) -> (m: decimal) {{ }}
        itinerary {0}(n: decimal, xs: list[int]) {{
          do A9(n = n + sum(x for x in xs)) within 1s * len(xs)
          if m > 1.5 {{ do A9(n = m) }}
          on completed {{ publish Gone9(id = str(now), n = m) }}
        }}
        itinerary {0}Other() {{ }}""",
    "variable": """
        activity A9(n: decimal) -> ({0}: decimal) {{ log {{ {0}: int }} }}
        activity B9(n: int) -> ({0}9: uuid?) {{ }}
        event Gone9 {{ key id: str, n: decimal }}
        itinerary I9({0}: decimal, xs: list[int]) {{
          if {0} > 1 {{ do B9(n = 1) }}
          do A9(n = {0} + sum({0} for {0} in xs))
          for {0} in xs {{ do B9(n = {0} + sum({0} for {0} in xs)) }}
          if {0}9 is not none and str({0}9) != "" {{ do A9(n = {0}) }}
          on completed {{ publish Gone9(id = "", n = {0} + sum({0} for {0} in xs)) }}
        }}""",
    "loop": """
        activity A9(n: int) {{ }}
        activity B9(s: str) {{ }}
        itinerary I9(xs: list[int], ys: set[str]) {{
          for {0} in xs {{ do A9(n = {0}) parallel for {0} in ys {{ do B9(s = {0}) }} do A9(n = {0}) }}
        }}""",
    "policy": """
        event Go9 {{ key id: str }}
        command Do9 {{ key id: str }}
        service Desk9 {{ handle Do9 }}
        policy {0} {{ within 2s }}
        saga Flow9 by id: str {{ start {{ on Go9 -> A9 {{ request Do9(id) with {0} }} }} state A9 {{ on Go9 -> B9 }} final B9 }}""",
}


def compiled(texts: Mapping[str, str]) -> tuple[OutputFile, ...]:
    """The modules of a project; none where an error is found."""
    parsed = [parse(Source(name, text)) for name, text in texts.items()]
    checked = check([file for file, _ in parsed], [each for _, found in parsed for each in found])
    return () if checked.broken else modules(checked.model)


@pytest.fixture
def unformatted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules as the templates print them: black takes most of the time, and changes no meaning."""
    monkeypatch.setattr("black.format_str", lambda text, mode: text)


@pytest.mark.usefixtures("unformatted")
@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_name_is_refused_or_compiles(kind: str, tmp_path: Path) -> None:
    files = [
        file
        for number, name in enumerate(NAMES)
        for file in compiled({f"{kind}{number}.saga": PROGRAMS[kind].format(name)})
    ]
    assert len(files) > 30
    for each in files:
        assert faults(each.text) == [], each.text
    with importable(files, tmp_path, *(each.path.stem for each in files)) as imported:
        assert len(imported) == len(files)


NASTY = [
    '"', '"""', "'''", "\\", "\\\\", '\\"', "\r", "\n", "\t", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066",
    "\ufeff", "\u200b", "\U000e0001", "{{ x }}", "{% raw %}", "{%", "#}", "# fmt: off", "{0}", "{x!r}", "%s", "%(x)s", "f'{x}'",
    "\\N{BULLET}", "\\u0041", "__import__('os')", "eval(", "\ud7ff", "\uffff", "\U0010ffff", "é", " ", "}", "x",
]  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
QUICK = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@QUICK
@given(st.lists(nasty, min_size=8, max_size=12))
def test_a_text_stays_the_text_it_is(texts: list[str]) -> None:
    fields = "\n".join(f"  f{n}: str = {json.dumps(text)}" for n, text in enumerate(texts))
    members = ", ".join(f"m{n} = {json.dumps(text)}" for n, text in enumerate(dict.fromkeys(texts)))
    program = {"texts.saga": f"record R {{\n{fields}\n}}\nenum E {{ {members} }}"}
    with TemporaryDirectory() as root, loaded(program, Path(root), "texts") as (found,):
        record = found.R()
        assert [getattr(record, f"f{n}") for n in range(len(texts))] == texts
        assert [each.value for each in found.E] == list(dict.fromkeys(texts))
        assert found.R.from_json(record.to_json()) == record
    (file,) = compiled(program)
    assert faults(file.text) == []


@QUICK
@given(st.lists(nasty.map(lambda text: " ".join(text.splitlines())), min_size=6, max_size=6))
def test_a_doc_is_only_a_doc(docs: list[str]) -> None:
    first, field, member, transition, state, second = (f"/// HOSTILE {doc}\n" for doc in docs)
    program = f"""
        {first}enum E {{ {member} a }}
        {second}event Go {{ {field} key id: str }}
        {second}saga Flow by id: str {{
          data {{ {field} x: int = 0 }}
          start {{ {transition} on Go when "{{{{ HOSTILE #" == "x" -> A {{ set x = 1 }} }}
          {state} final A
        }}"""
    for file in compiled({"docs.saga": program}):
        assert faults(file.text) == []
        assert "HOSTILE" not in "".join(map(ast.unparse, without_texts(ast.parse(file.text))))


def without_texts(tree: ast.Module) -> list[ast.stmt]:
    """A module's statements with every string emptied."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return tree.body


@given(st.text())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_literals_and_docs_are_one_constant(text: str) -> None:
    if not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        assert ast.literal_eval(literal(text)) == text
    assert isinstance(ast.parse(docstring(text)).body[0], ast.Expr)
    assert isinstance(ast.literal_eval(docstring(text)), str)
    assert literal(text).isprintable()


@pytest.mark.parametrize("text", ["", "1a", "a b", "a.b", "é", "a\n", "x;y", "ａ", "a-b"])
def test_no_other_text_is_an_identifier(text: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        identifier(text)


def test_only_code_is_put_together() -> None:
    with pytest.raises(TypeError, match="not PyCode"):
        code("{}", "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not PyCode"):
        join(", ", ["x"])  # type: ignore[list-item]


def test_only_code_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = model_of({"a.saga": "record R { x: int }"})
    assert "class R" in module(model, "a.saga")
    monkeypatch.setattr("herosaga.plan.shapes.literal", lambda value: str(value))
    with pytest.raises(TypeError, match="not PyCode"):
        module(model, "a.saga")
    assert not isinstance(PyCode("x") + "y", PyCode)
