"""How far a flow has come, as a pure function: what each message follows, what it leaves behind, and what must follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from herosaga_runtime import DecodeError, Event, codec
from herosaga_runtime.flow_views import ArrowState, flow_view
from herosaga_runtime.flows import (
    Branch,
    Flow,
    Progress,
    advance,
    done,
    progress_from_json,
    progress_to_json,
)
from herosaga_runtime.message import JsonObject, JsonValue, message
from herosaga_runtime.rows import StoredFlow
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Plain(Event):
    """An event that says nothing beside that it came."""

    def to_json(self) -> JsonObject:
        return {}

    @classmethod
    def from_json(cls, json: JsonValue) -> Any:
        return cls()


@message("A")
class A(Plain): ...


@message("B")
class B(Plain): ...


@message("C")
class C(Plain): ...


@message("D")
class D(Plain): ...


FLOWS = {
    "line": Flow("line", (Branch(A, (B,), by="a"), Branch(B, (C,), by="b"))),
    "fork": Flow("fork", (Branch(A, (B,), by="x"), Branch(A, (C,), by="y"))),
    "either": Flow("either", (Branch(A, (B, C), by="a"), Branch(C, (D,), by="c"))),
    "out": Flow("out", (Branch(A, (B,), (D,), by="a"), Branch(B, (C,), by="b"))),
    "loop": Flow("loop", (Branch(A, (B,), by="a"), Branch(B, (A, C), by="b"))),
    "maybe": Flow("maybe", (Branch(A, (B,), by="a", many="?"), Branch(B, (C,), by="b"))),
    "many": Flow("many", (Branch(A, (B,), by="a", many="*"), Branch(B, (C,), by="b"))),
    "joined": Flow(
        "joined",
        (
            *(Branch(A, (B,), by="a"), Branch(A, (C,), by="b")),
            *(Branch(B, (D,), by="s", direct=False), Branch(C, (D,), by="s", direct=False)),
        ),
    ),
    "outside": Flow("outside", (Branch(A, (B,), by="o", many="?", direct=False),)),
    "twice": Flow("twice", (Branch(A, (B,), by="x"), Branch(A, (B, C), by="y"))),
    "self": Flow("self", (Branch(A, (A, B), by="a"),)),
}


@dataclass
class Run:
    """A run of a flow as a line: `A1 B2<1 done:a1` is A with id 1, B with id 2 that 1 has caused, and the end of a with 1."""

    flow: Flow
    progress: Progress | None = None
    now: int = 0
    steps: list[Progress | None] = field(default_factory=list)

    def follow(self, line: str) -> Run:
        """What a line says, a microsecond for each word; what is stored is read again each time."""
        for word in line.split():
            self.now += 1
            if word.startswith("done:"):
                assert self.progress is not None
                self.progress = done(self.flow, self.progress, word[5], word[6:], self.now)
            else:
                id, _, cause = word[1:].partition("<")
                after = advance(self.flow, self.progress, word[0], id, cause or None, self.now)
                self.progress = after
            if self.progress is not None:
                self.progress = progress_from_json(progress_to_json(self.progress))
            self.steps.append(self.progress)
        return self

    @property
    def awaited(self) -> list[str]:
        """What must follow yet: `1:B|C` one of these after the message 1."""
        assert self.progress is not None
        return [f"{each.message_id}:{'|'.join(each.targets)}" for each in self.progress.awaited]

    @property
    def arrows(self) -> str:
        """Each arrow and its state: `A-B 2 happened`, shortened to `A-B2h`."""
        assert self.progress is not None
        body = codec.dumps(progress_to_json(self.progress))
        status = "running" if self.progress.ended is None else "complete"
        view = flow_view(StoredFlow("f", "c", status, 0, None, body), self.flow, START)
        return " ".join(f"{x.source}-{x.target}{x.count or ''}{x.state[0]}" for x in view.arrows)


RUNS = [
    # a line: each waits for the next, and the last for nothing
    ("line", "A1", ["1:B"], "A-Ba B-Co"),
    ("line", "A1 B2<1", ["2:C"], "A-B1h B-Ca"),
    ("line", "A1 B2<1 C3<2", [], "A-B1h B-C1h"),
    # a handler's event is caused by its message: another one with the same name is not what is awaited
    ("line", "A1 B2<9", ["1:B", "2:C"], "A-Ba B-Ca"),
    ("line", "A1 A2 B3<2", ["1:B", "3:C"], "A-B1a B-Ca"),
    # a fork: both
    ("fork", "A1 B2<1", ["1:C"], "A-B1h A-Ca"),
    ("fork", "A1 C2<1 B3<1", [], "A-B1h A-C1h"),
    # alternatives: one of them, and what the other leads to is excluded as well
    ("either", "A1", ["1:B|C"], "A-Ba A-Ca C-Do"),
    ("either", "A1 B2<1", [], "A-B1h A-Ce C-De"),
    ("either", "A1 C2<1", ["2:D"], "A-Be A-C1h C-Da"),
    ("either", "A1 A2 B3<1", ["2:B|C"], "A-B1a A-Ca C-Do"),
    # what leads out of the flow ends the branch
    ("out", "A1 D2<1", [], "A-Be B-Ce"),
    # a loop: awaited again each time
    ("loop", "A1 B2<1", ["2:A|C"], "A-B1h B-Aa B-Ca"),
    ("loop", "A1 B2<1 A3<2", ["3:B"], "A-B1a B-A1h B-Co"),
    ("loop", "A1 B2<1 A3<2 B4<3 C5<4", [], "A-B2h B-A1h B-C1h"),
    ("self", "A1 A2<1 A3<2", ["3:A|B"], "A-A2a A-Ba"),
    ("self", "A1 A2<1 B3<2", [], "A-A1h A-B1h"),
    # what need not come is awaited until the handler's end
    ("maybe", "A1", ["1:B"], "A-Ba B-Co"),
    ("maybe", "A1 done:a1", [], "A-Be B-Ce"),
    ("maybe", "A1 done:b1", ["1:B"], "A-Ba B-Co"),
    ("maybe", "A1 done:a2", ["1:B"], "A-Ba B-Co"),
    ("maybe", "A1 B2<1 done:a1", ["2:C"], "A-B1h B-Ca"),
    ("many", "A1 B2<1 B3<1 done:a1", ["2:C", "3:C"], "A-B2h B-Ca"),
    ("many", "A1 B2<1 B3<1 done:a1 C4<3", ["2:C"], "A-B2h B-C1a"),
    ("many", "A1 done:a1", [], "A-Be B-Ce"),
    # of a saga only the order is known, and one message may answer several
    ("joined", "A1 B2<1 C3<1", ["2:D", "3:D"], "A-B1h A-C1h B-Da C-Da"),
    ("joined", "A1 B2<1 C3<1 D4<3", [], "A-B1h A-C1h B-D1h C-D1h"),
    ("joined", "A1 B2<1 D4<2", ["1:C"], "A-B1h A-Ca B-D1h C-Do"),
    # of somebody outside nobody knows that nothing more comes: it is not awaited
    ("outside", "A1", [], "A-Be"),
    ("outside", "A1 B2", [], "A-B1h"),
    # one event may be what two handlers owe; of two, the second is one too many
    ("twice", "A1 B2<1", [], "A-B1h A-Ce"),
    ("twice", "A1 C2<1", ["1:B"], "A-Ba A-C1h"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "awaited", "arrows"), RUNS)
def test_how_far_a_flow_has_come(name: str, line: str, awaited: list[str], arrows: str) -> None:
    run = Run(FLOWS[name]).follow(line)
    assert run.awaited == awaited
    assert run.arrows == arrows
    assert run.progress is not None
    assert (run.progress.ended is None) == bool(awaited)


def test_a_flow_begins_with_what_no_arrow_leads_to() -> None:
    assert Run(FLOWS["line"]).follow("B1 C2").progress is None
    assert FLOWS["line"].begins == FLOWS["joined"].begins == ("A",)


BEGINS = [
    ([(A, B), (B, A)], ("A",)),
    ([(A, B), (B, A), (C, B)], ("C",)),
    ([(A, B), (B, A), (C, D), (D, C)], ("A", "C")),
    ([(A, A)], ("A",)),
    ([(B, C), (A, C)], ("B", "A")),
    ([], ()),
]


@pytest.mark.parametrize(("arrows", "begins"), BEGINS)
def test_where_cycles_begin(arrows: list[tuple[type[Event], type[Event]]], begins: Any) -> None:
    assert Flow("f", tuple(Branch(a, (b,)) for a, b in arrows)).begins == begins


def test_when_things_happened() -> None:
    run = Run(FLOWS["loop"]).follow("A1 B2<1 A3<2 B4<3 C5<4 B6<1")
    assert run.progress is not None
    times = run.progress.passed["A", "B"]
    assert (times.count, times.first, times.last) == (2, 2, 4)
    assert run.progress.came["B"].count == 3
    ended = [None if each is None else each.ended for each in run.steps]
    assert ended == [None] * 4 + [5, None]


def test_what_is_not_declared_any_more_is_not_awaited_any_more() -> None:
    old = Run(Flow("line", (*FLOWS["line"].branches, Branch(A, (D,), by="d")))).follow("A1")
    assert old.awaited == ["1:B", "1:D"]
    assert Run(FLOWS["line"], old.progress).follow("B2<1 C3<2").awaited == []


def test_a_flow_that_is_not_declared_shows_what_is_known() -> None:
    run = Run(FLOWS["either"]).follow("A1 C2<1")
    assert run.progress is not None
    body = codec.dumps(progress_to_json(run.progress))
    view = flow_view(StoredFlow("f", "c", "running", 0, 5, body), None, START)
    assert [(str(each), each.state) for each in view.arrows] == [
        ("A -> C", ArrowState.HAPPENED),
        ("C -> D", ArrowState.AWAITED),
    ]
    assert view.late and [str(each) for each in view.awaited] == ["C -> D"]


WORDS = st.tuples(
    st.sampled_from("ABCD"), st.integers(1, 9), st.none() | st.integers(1, 9)
).map(lambda each: f"{each[0]}{each[1]}" + (f"<{each[2]}" if each[2] else ""))  # fmt: skip


@given(st.sampled_from(sorted(FLOWS)), st.lists(WORDS, max_size=12))
def test_laws(name: str, words: list[str]) -> None:
    run = Run(FLOWS[name]).follow(" ".join(words))
    began = [index for index, word in enumerate(words) if word[0] in run.flow.begins]
    assert (run.progress is None) == (not began)
    if run.progress is not None:
        # it is complete exactly when nothing is awaited; what came is counted, what is awaited came
        assert (run.progress.ended is None) == bool(run.progress.awaited)
        counted = {word: times.count for word, times in run.progress.came.items()}
        since = [word[0] for word in words[began[0] :]]
        assert counted == {word: since.count(word) for word in dict.fromkeys(since)}
        assert {each.source for each in run.progress.awaited} <= counted.keys()
        assert progress_from_json(progress_to_json(run.progress)) == run.progress


@pytest.mark.parametrize("json", [None, [], {}, {"came": [], "passed": [], "awaited": [{}]}])
def test_what_is_no_progress_is_refused(json: JsonValue) -> None:
    with pytest.raises(DecodeError):
        progress_from_json(json)
