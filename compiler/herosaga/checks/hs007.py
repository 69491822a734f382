"""HS007: a part of the language that this version does not carry out."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS007",
    severity=Severity.ERROR,
    title="Not supported yet",
    what="The text follows the grammar, but uses a part of the language that this version of the "
    "compiler does not carry out yet.",
    why="A clause that is read and then left out would be a promise that nobody keeps. Nothing is "
    "generated until it is taken out or the compiler can do it.",
    failing="""\
type OrderId = uuid

command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
service Depot { handle Ship emits Shipped }
""",
    mended="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }
service Depot { handle Ship emits Shipped }
""",
)


def unsupported(span: Span, what: str, hint: str = "") -> Finding:
    """Something the compiler can't do yet."""
    return finding(PAGE, f"{what} is not supported yet", span, hint=hint)
