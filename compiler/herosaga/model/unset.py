"""Definite assignment (stub until the analysis is in)."""

from collections.abc import Iterator

from herosaga.findings import Finding
from herosaga.model import model as m


def unset(saga: m.Saga, model: m.Model) -> Iterator[Finding]:
    """Reads of data fields that nothing has set."""
    yield from ()
