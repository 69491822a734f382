"""HS007: a part of the language that this version checks, but does not carry out."""

from collections.abc import Sequence

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS007",
    severity=Severity.ERROR,
    title="Not compiled yet",
    what="`check` knows this part of the language, but `compile` can't generate it in this version.",
    why="A clause that is read and then left out would be a promise that nobody keeps. Nothing is "
    "generated until it is taken out or the compiler can do it.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
@topic("shipping.v1")
extern event Shipped { key order_id: uuid }

saga Delivery by order_id: uuid {
  start { on OrderPlaced -> Waiting }
  state Waiting {
    on Shipped -> Delivered
    after 2d -> Late
  }
  final Delivered
  final Late failed
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event Shipped { key order_id: uuid }

saga Delivery by order_id: uuid {
  start { on OrderPlaced -> Waiting }
  state Waiting {
    on Shipped -> Delivered
    after 2d -> Late
  }
  final Delivered
  final Late failed
}
""",
)

_SHOWN = 3
_MANY = "it stands in {} more places; "
_NOTHING_ELSE = "take it out, or wait for a later version"


def unsupported(what: str, places: Sequence[Span], instead: str = "") -> Finding:
    """A construct that can't be generated, where it is used, and what else could be written."""
    return _refused(f"{what} is checked, but not compiled yet", places, instead or _NOTHING_ELSE)


def unknowable(what: str, places: Sequence[Span], instead: str) -> Finding:
    """What can't be had there in any version, and where else it could be had."""
    said = f"{what} can't be had: whoever sends the slip on knows nothing but its variables"
    return _refused(said, places, instead)


def _refused(message: str, places: Sequence[Span], instead: str) -> Finding:
    first, *others = places
    more = len(others) - _SHOWN
    return finding(
        PAGE,
        message,
        first,
        text="nothing is generated while this is here",
        labels=tuple(Label(span, "and here") for span in others[:_SHOWN]),
        hint=(_MANY.format(more) if more > 0 else "") + instead,
    )
