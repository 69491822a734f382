"""Results for people: a line for each scenario, and what went wrong with the run so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.report.full import PLAIN, Style
from herosaga.report.text import visible
from herosaga.scenarios.covered import Covered
from herosaga.scenarios.running import Failure, Result, Taken
from herosaga.source import Span
from msgspec import Struct

_FIRST, _LAST = 5, 35
"""Of a long run these are shown."""


class Look(Struct, frozen=True):
    """How results are shown: colours, and what files are called."""

    style: Style = PLAIN
    names: dict[str, str] = {}

    def place(self, span: Span) -> str:
        """`orders.saga:140`."""
        return f"{self.file(span)}:{span.line}"

    def file(self, span: Span) -> str:
        """What the file of a place is called."""
        return visible(self.names.get(span.source.name, span.source.name))


def told(result: Result, look: Look) -> str:
    """A scenario's line, and after it what failed."""
    scenario, failed = result.scenario, result.failure is not None
    word = _painted("FAILED", look.style.error) if failed else _painted("ok", look.style.help)
    line = f"{word}{'' if failed else '    '}  {look.place(scenario.span)}  {visible(scenario.title)}\n"
    if result.failure is None:
        return line
    return (
        line
        + "".join(f"  {each}\n" if each else "\n" for each in failure(result.failure, look))
        + "\n"
    )


def concise(result: Result, look: Look) -> str:
    """What failed, on one line; nothing for a scenario that is right."""
    wrong = result.failure
    if wrong is None:
        return ""
    place = f"{look.place(wrong.span)}:{wrong.span.column}"
    return f"{place}: {visible(summary(wrong))} ({visible(result.scenario.title)})\n"


def summary(wrong: Failure) -> str:
    """What went wrong, in a sentence."""
    return f"expected {wrong.expected}: {wrong.came}" if wrong.expected else wrong.came


def failure(wrong: Failure, look: Look) -> Iterator[str]:
    """The lines that tell what was expected where, what came, and the run so far."""
    yield ""
    if wrong.expected:
        yield _painted(f"expected {visible(wrong.expected)}", look.style.error)
    yield visible(wrong.came)
    yield from _source(wrong.span, look)
    yield ""
    yield from run(wrong.run, look)


def _source(span: Span, look: Look) -> Iterator[str]:
    """The line of the source, with marks under the place."""
    text = span.source.line(span.line)
    margin, bar = len(str(span.line)), _painted("│", look.style.gutter)
    end = span.end_column if span.end_line == span.line else len(text) + 1
    marks = "^" * max(end - span.column, 1)
    before = "".join(each if each == "\t" else " " for each in text[: span.column - 1])
    yield f"{' ' * margin} {_painted('┌─', look.style.gutter)} {look.place(span)}:{span.column}"
    yield f"{_painted(str(span.line), look.style.gutter)} {bar} {visible_line(text)}"
    yield f"{' ' * margin} {bar} {before}{_painted(marks, look.style.error)}"


def visible_line(text: str) -> str:
    """A line of a source; its tabs stay, so that the marks below stand where they belong."""
    return "\t".join(visible(each) for each in text.removeprefix("\ufeff").split("\t"))


def run(taken: tuple[Taken, ...], look: Look) -> Iterator[str]:
    """The run so far, numbered: when, what, and which line of the scenario brought it about."""
    if not taken:
        yield "nothing has happened so far"
        return
    yield "the run so far:"
    margin, column = len(str(len(taken))), max(len(each.time) for each in taken)
    for number, each in enumerate(taken, 1):
        if len(taken) > _FIRST + _LAST and _FIRST < number <= len(taken) - _LAST:
            if number == _FIRST + 1:
                yield f"  … {len(taken) - _FIRST - _LAST} more …"
            continue
        where = f"line {each.span.line}" if each.span is not None else ""
        place = _painted(f"  {where}", look.style.quiet) if where else ""
        yield f"  {number:{margin}}. {each.time:{column}}  {visible(each.text)}{place}"


def coverage(found: Iterable[Covered]) -> str:
    """What was reached of each saga, and what never was."""
    return "".join(f"{line}\n" for each in found for line in _coverage(each))


def _coverage(found: Covered) -> Iterator[str]:
    counts = (f"{k.total - len(k.never)} of {k.total} {k.name}" for k in found.kinds if k.total)
    yield f"{found.saga}: {', '.join(counts)}"
    for kind in found.kinds:
        for each in kind.never:
            yield f"  never {_REACHED[kind.name]} {visible(each)}"


_REACHED = {"states": "in", "transitions": "taken:", "compensations": "undone:"}


def _painted(text: str, colour: str) -> str:
    return f"{colour}{text}\x1b[0m" if colour else text
