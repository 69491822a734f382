"""The pages of all findings as one document: what `herosaga explain` tells, with a link to each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from herosaga.checks.page import Page

_INTRO = """\
# What `herosaga check` finds

A code keeps its meaning for ever. An **error** stops the compiler; a **warning** makes `check` end with exit code 1; a
**note** is counted, and shown with `--notes`. `@allow(CODE, "why")` before a declaration, member, state or transition
silences a warning or a note there, never an error. `herosaga explain CODE` shows the same text in a terminal.
"""

_GROUPS: Mapping[str, str] = {
    "HS0": "Syntax",
    "HS1": "Names",
    "HS2": "Types and data",
    "HS3": "The graph of states",
    "HS4": "Events and choreography",
    "HS5": "Compensation",
    "HS6": "Time",
    "HS7": "Itineraries",
    "HS8": "Versions",
    "HS9": "Style and hygiene",
}
# Characters that an example is about but a page must not hold: nobody would see them.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def page(pages: Iterable[Page]) -> str:
    """`docs/findings.md`."""
    ordered = sorted(pages, key=lambda each: each.code)
    return "\n".join([_INTRO, *_contents(ordered), *(_entry(each) for each in ordered)])


def _contents(pages: list[Page]) -> Iterator[str]:
    for group, members in groupby(pages, key=lambda each: each.code[:3]):
        yield f"**{_GROUPS[group]}**\n\n| code | severity | finding |\n|---|---|---|"
        for each in members:
            yield f"| [{each.code}](#{each.code.lower()}) | {each.severity} | {each.title} |"
        yield ""


def _entry(page: Page) -> str:
    parts = [
        f'<a id="{page.code.lower()}"></a>',
        f"## {page.code}: {page.title}",
        f"*{page.severity.capitalize()}.* {page.what}",
        page.why,
    ]
    if page.failing:
        parts += ["Found here:", _program(page.failing), "Mended:", _program(page.mended)]
    return "\n\n".join(parts) + "\n"


def _program(text: str) -> str:
    shown = _HIDDEN.sub(lambda match: f"<U+{ord(match.group()):04X}>", text.rstrip())
    return f"```saga\n{shown}\n```"
