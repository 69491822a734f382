"""HS002: a string, comment, number or duration that is not well formed."""

import re

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS002",
    severity=Severity.ERROR,
    title="Broken literal or comment",
    what="A string or comment without its end, an escape that JSON does not know, or a number or "
    "duration that is not one: `5x`, `1.`, `12h1d`; or a duration of more than a thousand years.",
    why="A time-out or an amount that is not what its author thinks decides over money and goods.",
    failing="""\
policy patient { within 5x }

command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
service Depot { handle Ship emits Shipped }
""",
    mended="""\
/// Takes parcels to customers.
service Depot { handle Ship emits Shipped }

command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
""",
)

_DURATION = (
    "a duration is written `500ms`, `30s`, `15m`, `2h`, `7d` or, longest unit first, `1d12h`"
)

_UNITS = {
    "ms": "msec msecs millis millisecond milliseconds",
    "s": "sec secs second seconds",
    "m": "min mins minute minutes",
    "h": "hr hrs hour hours",
    "d": "day days",
}


def open_string(span: Span) -> Finding:
    """A string that its line ends."""
    return finding(
        PAGE,
        "this string has no end",
        span,
        text="a string can't go past the end of its line",
        hint='close it with `"`; write a line break as `\\n`',
    )


def open_comment(span: Span) -> Finding:
    """A `/*` without `*/`."""
    return finding(PAGE, "this comment has no end", span, hint="close it with `*/`")


def bad_escape(span: Span, escape: str) -> Finding:
    """A `\\` followed by what JSON does not know."""
    return finding(
        PAGE,
        f"`{escape}` is not an escape",
        span,
        hint='the escapes are those of JSON: `\\"` `\\\\` `\\/` `\\b` `\\f` `\\n` `\\r` `\\t` `\\u00e9`',
    )


def bad_number(span: Span, text: str) -> Finding:
    """Digits that make neither a number nor a duration."""
    meant = _meant(text)
    hint = "write digits on both sides of the point: `1.0`" if "." in text else _DURATION
    if meant:
        hint = f"write `{meant}`"
    fix = (Edit(span, meant),) if meant and " " not in meant else ()
    return finding(PAGE, f"`{text}` is neither a number nor a duration", span, hint=hint, fix=fix)


def _meant(text: str) -> str:
    """What a number with a word of another language behind it means: `5 times` for `5x`."""
    match = re.fullmatch(r"([0-9]+)([A-Za-z]+)", text)
    if match is None:
        return ""
    number, unit = match.groups()
    if unit.lower() in ("x", "times"):
        return f"{number} times"
    units = [short for short, words in _UNITS.items() if unit.lower() in words.split()]
    return f"{number}{units[0]}" if units else ""


def bad_duration(span: Span, text: str) -> Finding:
    """A duration with its units in disorder."""
    return finding(PAGE, f"`{text}` is not a duration", span, hint=_DURATION)


def long_duration(span: Span, text: str) -> Finding:
    """A duration whose end no calendar has."""
    return finding(
        PAGE,
        f"`{text}` is more than a thousand years",
        span,
        text="nobody waits for so long",
        hint="write a shorter time; what shall never come is left out",
    )


def long_number(span: Span) -> Finding:
    """A number too long to be counted with."""
    return finding(PAGE, "this number is too long", span, hint="decimals have 28 digits at most")
