"""A finding: what is wrong, where, and what to do about it. Its printed forms are made elsewhere."""

from __future__ import annotations

from enum import StrEnum

from herosaga.source import Span
from msgspec import Struct


class Severity(StrEnum):
    """How bad a finding is: nothing is generated after an error; notes are shown on request."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Label(Struct, frozen=True):
    """A place and what to say there."""

    span: Span
    text: str


class Edit(Struct, frozen=True):
    """Replace what `span` covers with `text`; an empty span inserts."""

    span: Span
    text: str


class Finding(Struct, frozen=True):
    """One report of `herosaga check`.

    `span` is the primary place and `text` the words under its caret; `labels` are second places (the
    cause); `path` is the shortest way to the fault, one entry a step; `hint` says what to do; `fix` is
    a repair that is safe to apply without asking.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    text: str = ""
    labels: tuple[Label, ...] = ()
    path: tuple[str, ...] = ()
    hint: str = ""
    fix: tuple[Edit, ...] = ()
