"""The documentation is true: its programs are right, its links lead somewhere, no construct is left out."""

from __future__ import annotations

import asyncio
import re
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from textwrap import indent
from uuid import UUID

import pytest
from herosaga.compile import check_text
from herosaga.findings import Severity
from herosaga.plan.unsupported import unsupported
from herosaga.reference import ebnf
from herosaga.reference.words import WORDS
from herosaga.resources import GRAMMAR
from herosaga.source import Source
from herosaga.syntax.parse import parse
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import lexed
from herosaga_runtime import SlipStatus
from herosaga_runtime.testing import SagaTest
from lark import Token, Tree

from helpers.commands import Here
from helpers.projects import generated, loaded, model_of

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
WRITTEN = [page for page in PAGES if page.name not in ("findings.md", "grammar.md")]
HEADINGS = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = ROOT / "docs" / "language" / "status.md"

_ACTIONS = "saga Example by id: uuid { state S { on E { … } } }"
FRAMES = {
    "": "…",
    "program": "…",
    "in actions": _ACTIONS,
    "in expressions": _ACTIONS,
    "in sequence": "saga Example by id: uuid { sequence S { … } }",
    "in itinerary": "itinerary Example(order_id: uuid) { … }",
    "in scenario": 'scenario "example" for Example { … }',
    "in property": 'property "example" for Example { … }',
}
"""Where a block belongs, by what stands after its language."""


@dataclass(frozen=True, slots=True)
class Block:
    """An example of a page, and the whole text that it is a part of."""

    name: str
    kind: str
    text: str

    @property
    def framed(self) -> str:
        lines = self.text
        if self.kind == "in expressions":
            lines = "".join(f"set x = {line}\n" for line in self.text.splitlines())
        return FRAMES[self.kind].replace("…", lines)


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


def blocks() -> Iterator[Block]:
    for page in WRITTEN:
        for number, match in enumerate(FENCED.finditer(page.read_text("utf-8")), 1):
            language, kind, text = match.groups()
            if language == "saga" and not kind.startswith("from "):  # those: test_blocks.py
                yield Block(f"{page.stem}-{number}", kind.partition(" from ")[0], text)


BLOCKS = list(blocks())
PROGRAMS = [block for block in BLOCKS if block.kind == "program"]
PROGRAMS_OF = {block.name.rpartition("-")[0]: block.text for block in reversed(PROGRAMS)}
"""The first program of each page."""


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_every_block_follows_the_grammar(block: Block) -> None:
    _, findings = parse(Source("page.saga", block.framed))
    assert [(each.code, each.message, each.span.line) for each in findings] == []


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.name)
def test_every_program_is_right(block: Block, tmp_path: Path) -> None:
    found = check_text(block.text, tmp_path, tmp_path).findings
    # A note says that a declaration has no description; the page around it describes it.
    told = [each for each in found if each.severity is not Severity.NOTE]
    assert [(each.code, each.message, each.span.line) for each in told] == []


def test_generated_code_is_generated() -> None:
    page = (ROOT / "docs" / "language" / "services.md").read_text("utf-8")
    shown = [text for language, _, text in FENCED.findall(page) if language == "python"]
    programs = [each.text for each in PROGRAMS if each.name.startswith("services-")]
    modules = [module.text for each in programs for module in generated({"hall.saga": each})]
    assert shown and all(any(each in module for module in modules) for each in shown)


def test_an_activity_is_carried_out_as_shown(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "language" / "itineraries.md").read_text("utf-8")
    python = [text for kind, _, text in FENCED.findall(page) if kind == "python"]
    result, protocol, shown, started, built = python
    texts = {"delivery.saga": PROGRAMS_OF["itineraries"]}
    (module,) = generated(texts)
    assert result in module.text and protocol in module.text
    path = tmp_path / "shown.py"
    path.write_text(
        "from decimal import Decimal\nfrom delivery import Pack, PackActivity, PackLog, PackResult\n"
        "from herosaga_runtime import Host\nfrom herosaga_runtime.itineraries.activity import "
        f'ActivityContext\nhost = Host("memory:")\n{shown}'
    )
    body = indent(f"{started}\nawait host.settle()\n{built}\nawait host.settle()", " " * 8)
    (tmp_path / "slips.py").write_text(f"{_SLIPS}{body}\n        return await host.slips()\n")
    with loaded(texts, tmp_path / "out", "delivery"):
        packing = runpy.run_path(str(path))["Packing"]
        run = runpy.run_path(str(tmp_path / "slips.py"))["run"]
        slips = asyncio.run(run(packing()))
    assert [each.status for each in slips] == [SlipStatus.COMPLETED, SlipStatus.COMPLETED]
    assert [each.itinerary for each in slips] == ["Delivery", "rush order"]


_SLIPS = """
from uuid import UUID
from delivery import *
from herosaga_runtime import Host, Itinerary, variable

order_id, items = UUID(int=1), ("tea",)


class Booking:
    def __init__(self, result):
        self.result = result

    async def execute(self, arguments, context):
        return self.result


    async def compensate(self, log, context):
        raise AssertionError("nothing fails")


async def run(packing):
    host = Host("memory:")
    host.add(Shipping)
    host.add(DeliveryItinerary)
    host.add(PackActivity, packing)
    host.add(BookParcelActivity, Booking(BookParcelResult("p1", BookParcelLog("b1"))))
    host.add(BookFreightActivity, Booking(BookFreightResult("f1", BookFreightLog("b1"))))
    host.add(PrintLabelActivity, Booking(None))
    host.add(HandOverActivity, Booking(None))
    async with host:
"""


def test_functions_of_ones_own_can_be_given_to_a_host(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "language" / "expressions.md").read_text("utf-8")
    (shown,) = (text for language, _, text in FENCED.findall(page) if language == "python")
    path = tmp_path / "shown.py"
    path.write_text(
        f"from uuid import UUID\nfrom calls import Call\nfrom herosaga_runtime import Host\n"
        f'host = Host("memory:")\n{shown}'
    )
    with loaded({"calls.saga": PROGRAMS_OF["expressions"]}, tmp_path / "out", "calls") as (calls,):
        functions = runpy.run_path(str(path))["Functions"]()
        with SagaTest(calls.Call, functions) as test:
            test.when(calls.CustomerRang(UUID("2b0f8a5e-0d0f-4f0e-9a51-6c0f7e1d2c3b")))
            test.expect_state(calls.CallState.FIRST_IN_LINE)
            test.when(calls.CustomerRang(UUID(int=1)))
            test.expect_state(calls.CallState.IN_LINE)


def test_the_first_scenarios_give_what_is_shown(here: Here) -> None:
    page = (ROOT / "docs" / "language" / "first-saga.md").read_text("utf-8")
    found = FENCED.findall(page)
    (scenarios,) = (text for _, _, text in found if text.startswith("scenario "))
    (told,) = (text for language, _, text in found if language == "text")
    here.write(hotel=f"{PROGRAMS_OF['first-saga']}\n{scenarios}")
    assert here("check").code == 0
    assert here("test", "hotel.saga").out == told


def without_comments(text: str) -> str:
    for each in lexed(Source("page.saga", text)):
        if each.type in ("DOC", "COMMENT"):
            start, end = each.start_pos or 0, each.end_pos or 0
            text = text[:start] + re.sub(r"\S", " ", text[start:end]) + text[end:]
    return text


def trees() -> Iterator[Tree[Token]]:
    for block in BLOCKS:
        yield parser().parse(without_comments(block.framed), start="file")


def test_every_construct_has_an_example() -> None:
    shown = {str(each.data) for each in chain(*(tree.iter_subtrees() for tree in trees()))}
    rules = {name for name in ebnf.rules(GRAMMAR.read_text("utf-8")) if not name.startswith("_")}
    inlined = {rule.origin.name for rule in parser().rules} - shown
    assert rules - shown - HIDDEN == set()
    assert inlined


# Rules that leave no node of their own in the tree, and one that exists to be refused (HS005).
HIDDEN = {
    "extern_command",
    *("expr", "or_expr", "and_expr", "not_expr", "comparison", "sum", "product", "unary"),
    *("name", "word", "set_type", "literal"),
}


def test_every_word_has_an_example() -> None:
    words = {word for words in WORDS.values() for word in words}
    texts = (without_comments(block.framed) for block in BLOCKS)
    assert (
        words - {str(each) for text in texts for each in lexed(Source("page.saga", text))} == set()
    )


def test_the_grammar_page_has_every_rule_and_word() -> None:
    grammar = GRAMMAR.read_text("utf-8")
    page = ebnf.page(grammar)
    code = "\n".join(text for _, _, text in FENCED.findall(page))
    defined = re.findall(r"^([a-z_]+): ", code, re.MULTILINE)
    assert sorted(defined) == sorted(ebnf.rule_name(name) for name in ebnf.rules(grammar))
    assert len(defined) == len(set(defined))
    for word in (word for words in WORDS.values() for word in words):
        assert re.search(rf"^\| `{word}` \|.*\| `[a-z_`, ]+ \|$", page, re.MULTILINE), word


def test_the_grammar_page_explains_every_terminal() -> None:
    grammar = GRAMMAR.read_text("utf-8")
    used = re.findall(r"\b[A-Z][A-Z_]+\b", re.sub(r'"[^"]*"', "", ebnf.page(grammar)))
    assert set(used) - {"HS"} == {*ebnf.TERMINALS, "ASCII", "JSON"}


def test_the_first_mistakes_are_found(tmp_path: Path) -> None:
    program = PROGRAMS_OF["first-saga"]
    for old, new, code in (
        ("    on RoomTaken -> Rejected\n", "", "HS302"),
        ("on RoomHeld ->", "on RoomHelt ->", "HS102"),
        (", amount = price", "", "HS202"),
    ):
        assert old in program
        found = check_text(program.replace(old, new), tmp_path, tmp_path).findings
        assert code in {each.code for each in found}


# --- links and the list of what is not compiled ------------------------------------------------


def anchors(page: Path) -> set[str]:
    text = FENCED.sub("", page.read_text("utf-8"))
    plain = (
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADINGS.findall(text)
    )
    return {*plain, *re.findall(r'<a id="([^"]+)">', text)}


def links(page: Path) -> Iterator[str]:
    """Links to other places of the repository: what lies outside is not looked up."""
    return iter(re.findall(r"\]\((?!https:)([^)\s]+)\)", FENCED.sub("", page.read_text("utf-8"))))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    found = {index}
    for page in (index, ROOT / "docs" / "language" / "index.md"):
        found |= {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
    assert set(PAGES) <= found


def not_compiled() -> list[str]:
    """The constructs that the status page lists."""
    return re.findall(r"^\| (.+?) \| \[", STATUS.read_text("utf-8"), re.MULTILINE)


def refused() -> Iterator[str]:
    """What `compile` says about the programs of all pages, without the part that is always the same."""
    for block in PROGRAMS:
        model, _ = model_of({f"{block.name}.saga": block.text})
        for each in unsupported(model):
            yield each.message.removesuffix(" is checked, but not compiled yet")


def test_the_list_of_what_is_not_compiled_is_true() -> None:
    """Each line of it has a program on some page, and what `compile` can do since is no longer listed."""
    assert sorted(not_compiled()) == sorted(set(refused()))


def test_pages_say_what_is_not_compiled() -> None:
    pages = set(re.findall(r"\]\((\w+\.md)", STATUS.read_text("utf-8"))) - {"index.md"}
    for page in pages:
        text = (STATUS.parent / page).read_text("utf-8").lower()
        assert "hecked, not compiled yet" in re.sub(r"\s+", " ", text), page
