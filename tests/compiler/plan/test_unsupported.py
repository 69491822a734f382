"""What is refused with HS007, and where: what only a later version compiles, and what nobody could carry out."""

from __future__ import annotations

import re

import pytest
from herosaga.plan.unsupported import unsupported

from helpers.projects import model_of

SAGA = """
event Go {{ key id: str, xs: list[int] }}
event Told {{ key id: str }}
command Tell {{ key id: str, x: int }}
service Desk {{ handle Tell emits Told }}
{top}
saga Flow by id: str {{
  data {{ xs: list[int] = [], n: int = 0 }}
  {inside}
  start {{ on Go -> Work {{ set xs = event.xs }} }}
  {work}
  final Done
}}
"""
WORK = "state Work { on Told -> Done }"
SEQUENCE = "sequence Work { %s done -> Done failed -> Done }"

REFUSED = {
    "now in migrate": ({"inside": "version 2 migrate from 1 { field n = if now > now then 1 else 2 }"}, ["`now` in `migrate`"]),
    "state in migrate": ({"inside": "version 2 migrate from 1 { field n = len(state) }"}, ["`state` in `migrate`"]),
    "uuid() in migrate": ({"inside": "version 2 migrate from 1 { field n = len(str(uuid())) }"}, ["`uuid()` in `migrate`"]),
    "extern in migrate": (
        {"top": "extern f(x: int) -> int", "inside": "version 2 migrate from 1 { field n = f(1) }"},
        ["an `extern` function in `migrate`"],
    ),
    "an itinerary": (
        {"top": "activity A(n: int) { } itinerary I(n: int) { do A(n) }", "work": "state Work { on Told -> Done { run I(n) } on I.completed -> Done }"},
        [],
    ),
    "what no stage can evaluate": (
        {"top": "activity A(at: datetime, id: uuid, n: int) { } extern f(x: int) -> int "
         "itinerary I(n: int) { do A(at = now, id = uuid(), n = f(n)) on completed { publish Told(id = str(now)) publish Told(id = str(uuid())) } }"},
        ["`now` in the stages of an itinerary", "`uuid()` in an itinerary", "an `extern` function in an itinerary"],
    ),
    "outputs of two types": (
        {"top": "activity A() -> (n: int) { } activity B() -> (n: str) { } itinerary I(x: bool) { if x { do A() } else { do B() } }"},
        ["a variable of two types in an itinerary"],
    ),
    "all that is generated": (
        {
            "inside": "timer t  deadline 2d -> Done  retain 1d",
            "work": "state Work { entry { arm t for 1s } exit { disarm t } on t, Go on all(Go, Told) -> Done "
            "on timeout of Tell, fault of Tell every 1h { request Tell(id, x = 1) within 1s } at now -> Done defer Told }",
        },
        [],
    ),
    "a sequence": (
        {"work": SEQUENCE % "for x in xs { step Tell(id, x) within 1s } parallel for x in xs { step Other: Tell(id, x) within 1s } pivot"},
        [],
    ),
}  # fmt: skip

_ALWAYS = re.compile(" is checked, but not compiled yet$| can't be had: .*")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    parts, expected = REFUSED[name]
    text = SAGA.format(**({"top": "", "inside": "", "work": WORK} | parts))
    model, findings = model_of({"flow.saga": text})
    assert not findings
    told = [_ALWAYS.sub("", each.message) for each in unsupported(model)]
    assert sorted(told) == sorted(expected)


def test_two_functions_of_one_name_are_no_one_object() -> None:
    texts = {
        "a.saga": "namespace a\nextern f(x: int) -> int",
        "b.saga": "namespace b\nextern f(x: int) -> bool",
        "c.saga": 'import "a.saga" as a\nimport "b.saga" as b\nevent Go { key id: str }\n'
        "saga Q by id: str { start { on Go when b.f(1) and a.f(2) > 1 -> D } final D }",
    }
    model, findings = model_of(texts)
    assert not findings
    (found,) = unsupported(model)
    assert "of one name" in found.message and found.span.line == 4


def test_what_no_version_will_compile_is_not_put_off() -> None:
    parts, _ = REFUSED["what no stage can evaluate"]
    model, _ = model_of({"flow.saga": SAGA.format(**({"inside": "", "work": WORK} | parts))})
    for each in unsupported(model):
        assert "yet" not in each.message and "let an activity give it" in each.hint
