"""`herosaga explain`: a rule's page."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.choice import advice
from herosaga.cli.output import width, write
from herosaga.cli.stop import Stop

if TYPE_CHECKING:
    from herosaga.checks.page import Page


def explain(
    code: Annotated[
        str, typer.Argument(help="A code such as HS302. Without one: all of them.")
    ] = "",
) -> None:
    """Say what a finding means, why it matters, and how it is mended."""
    from herosaga.checks.catalog import PAGES

    if not code:
        write("".join(f"{page.code}  {page.severity:7}  {page.title}\n" for page in PAGES.values()))
        return
    page = PAGES.get(code.upper())
    if page is None:
        raise Stop(f"there is no rule `{code}`: {advice(code)}")
    write(text_of(page, min(width(sys.stdout), 100)))


def text_of(page: Page, columns: int) -> str:
    """A page as text."""
    parts = [
        f"{page.code}: {page.title} ({page.severity})",
        textwrap.fill(page.what, columns),
        textwrap.fill(page.why, columns),
    ]
    if page.failing:
        parts += [f"Found here:\n\n{_indented(page.failing)}"]
        parts += [f"Mended:\n\n{_indented(page.mended)}"]
    return "\n\n".join(parts) + "\n"


def _indented(program: str) -> str:
    return textwrap.indent(program.rstrip(), "    ")
