"""HS104: an import that leads nowhere, out of the project, or back to itself."""

from itertools import pairwise

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS104",
    severity=Severity.ERROR,
    title="Import that can't be",
    what="An import names a file that is not there or can't be read, one outside the project's root, "
    "the importing file itself, or closes a cycle of imports.",
    why="A process is checked as a whole. What is missing from it can't be checked, and what lies "
    "outside the project may change without anybody looking here.",
    failing="""\
import "shipping.saga"

extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event InvoiceSent { key order_id: uuid }

service Billing { on OrderPlaced emits InvoiceSent }
""",
)


def missing(path: str, span: Span, near: str = "") -> Finding:
    """No such file."""
    hint = f'did you mean `import "{near}"`?' if near else "paths are relative to this file"
    if not path.endswith(".saga"):
        hint = "an import names a file by its path, relative to this one: "
        hint += f'did you mean `import "{near}"`?' if near else '`import "orders.saga"`'
    return finding(PAGE, f"there is no file `{path}`", span, text="not found", hint=hint)


def outside(path: str, span: Span) -> Finding:
    """A file that is not the project's."""
    return finding(
        PAGE,
        f"`{path}` is outside the project",
        span,
        text="leads out of the root",
        hint="copy the file into the project, or make the root a folder that holds both",
    )


def itself(path: str, span: Span) -> Finding:
    """A file that imports itself."""
    return finding(
        PAGE, f"`{path}` imports itself", span, text="this file", hint="take the import out"
    )


def cycle(span: Span, files: tuple[str, ...]) -> Finding:
    """Imports that come round again."""
    return finding(
        PAGE,
        "the imports go round in a circle",
        span,
        text=f"leads back to `{files[0]}`",
        path=tuple(f"{a} imports {b}" for a, b in pairwise(files)),
        hint="move what both files need into a third one",
    )


def unreadable(name: str, why: str, span: Span) -> Finding:
    """A file that is there and can't be read."""
    return finding(
        PAGE,
        f"`{name}` can't be read: {why}",
        span,
        hint="name a file that exists and that you may read",
    )
