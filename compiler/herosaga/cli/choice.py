"""Which findings are wanted: `--select` and `--ignore`, and their like in `[tool.herosaga]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from herosaga.cli.stop import Stop
from herosaga.findings import Finding, Severity
from msgspec import Struct

_SHAPE = re.compile(r"HS\d{0,3}")
_LIKE_FIGURES = str.maketrans("OIL", "011")
_UNREADABLE = ("HS0", "HS104")


class Choice(Struct, frozen=True):
    """Codes and prefixes of codes: nothing selected is everything, and what is ignored is left out."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, finding: Finding) -> bool:
        """Whether a finding is wanted.

        What keeps a file from being read always is, for most rules are then not asked at all, and to
        leave it out would be to say that they had found nothing.
        """
        if unreadable(finding):
            return True
        chosen = not self.select or finding.code.startswith(self.select)
        return chosen and not (self.ignore and finding.code.startswith(self.ignore))


def unreadable(finding: Finding) -> bool:
    """Whether a finding says that a file could not be read, or not as a whole."""
    return finding.severity is Severity.ERROR and finding.code.startswith(_UNREADABLE)


def codes(given: Sequence[str], where: str) -> tuple[str, ...]:
    """The codes and prefixes in texts such as `HS3,HS401`; `where` they are given, for the error."""
    named = [each.strip().upper() for text in given for each in text.split(",")]
    for name in named:
        _known(name, where)
    return tuple(named)


def _known(name: str, where: str) -> None:
    from herosaga.checks.catalog import PAGES

    if _SHAPE.fullmatch(name) and any(code.startswith(name) for code in PAGES):
        return
    raise Stop(f"{where}: there is no rule `{name}`: {advice(name)}")


def advice(name: str) -> str:
    """What to do about a code that there is not. One figure for another is another rule, and no slip."""
    from herosaga.checks.catalog import PAGES

    figures = re.sub(r"\D", "", name.upper().translate(_LIKE_FIGURES))
    meant = f"HS{figures}"
    return f"did you mean `{meant}`?" if meant in PAGES else "`herosaga explain` lists all"
