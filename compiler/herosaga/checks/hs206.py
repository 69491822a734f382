"""HS206: a record that contains itself."""

from itertools import pairwise

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS206",
    severity=Severity.ERROR,
    title="Record or type without an end",
    what="A record contains itself, directly or through other records, and no `?`, `list`, `set` or "
    "`dict` is on the way. Or a `type` stands for itself, directly or through other `type`s, in any way.",
    why="No value of it can ever be made: each would need another one inside.",
    failing="""\
record Box { label: str  inner: Box }

extern event BoxPacked { key box_id: uuid  box: Box }
extern event BoxSealed { key box_id: uuid }

service Packing { on BoxPacked emits BoxSealed }
""",
    mended="""\
record Box { label: str  inner: Box? }

extern event BoxPacked { key box_id: uuid  box: Box }
extern event BoxSealed { key box_id: uuid }

service Packing { on BoxPacked emits BoxSealed }
""",
)


def endless(names: tuple[str, ...], field: str, span: Span, record: Span) -> Finding:
    """The cycle `names`, which starts with the field that `span` shows."""
    inside = "itself" if len(names) == 2 else f"a `{names[1]}`, which contains it again"
    return finding(
        PAGE,
        f"`{names[0]}` always contains {inside}",
        span,
        text="no value could ever end",
        labels=(Label(record, "this record"),),
        path=tuple(f"{a} contains {b}" for a, b in pairwise(names)),
        hint=f"make `{field}` optional with `?`, or a list",
    )


def circular(names: tuple[str, ...], span: Span) -> Finding:
    """The cycle `names` of aliases, which starts with the one that `span` shows."""
    inside = "itself" if len(names) == 2 else f"`{names[1]}`, which stands for it again"
    return finding(
        PAGE,
        f"the type `{names[0]}` stands for {inside}",
        span,
        text="no type comes out of it",
        path=tuple(f"{a} stands for {b}" for a, b in pairwise(names)),
        hint="a `type` is another word for a type: what contains itself has to be a `record`",
    )
