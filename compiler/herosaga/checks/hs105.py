"""HS105: a name that two imports bring."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS105",
    severity=Severity.ERROR,
    title="Ambiguous name",
    what="Two imports bring declarations of one name, and this use does not say which is meant.",
    why="The two may differ in what they carry, or in who receives them; a guess would send orders "
    "to the wrong place.",
    failing="""\
import "shop.saga"
import "warehouse.saga"

extern event LabelPrinted { key parcel_id: uuid }

service Labels { on ParcelPacked emits LabelPrinted }
service Counter { on ParcelPacked }
""",
    mended="""\
import "shop.saga"
import "warehouse.saga" as warehouse

extern event LabelPrinted { key parcel_id: uuid }

service Labels { on warehouse.ParcelPacked emits LabelPrinted }
service Counter { on ParcelPacked }
""",
)


def ambiguous(name: str, span: Span, files: tuple[str, ...]) -> Finding:
    """A use of such a name."""
    return finding(
        PAGE,
        f"`{name}` is declared in {' and in '.join(f'`{file}`' for file in files)}",
        span,
        text="which one?",
        hint=f'write `import "…" as p` for one of them, and `p.{name}`',
    )
