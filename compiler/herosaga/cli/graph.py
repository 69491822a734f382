"""`herosaga graph`: a saga as a diagram."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.output import full_text, say, summary, write
from herosaga.cli.settings import settings_of, targets
from herosaga.cli.stop import Stop

if TYPE_CHECKING:
    from herosaga.model.model import Model, Saga


def graph(
    path: Annotated[str, typer.Argument(help="A .saga file, or a folder.")],
    saga: Annotated[str, typer.Option("--saga", help="Which saga, where there are several.")] = "",
) -> int:
    """Print the states of a saga as a Mermaid diagram."""
    from herosaga.compile import check_paths
    from herosaga.emit.mermaid import diagram
    from herosaga.findings import Severity

    found, root = targets([path], settings_of([path]))
    checked = check_paths(found, root)
    errors = [each for each in checked.findings if each.severity is Severity.ERROR]
    if errors:
        say(full_text(errors, sys.stderr))
        say(f"{summary(errors, checked.files)}\n")
        return 1
    write(diagram(_chosen(checked.model, found[0].resolve(), saga)))
    return 0


def _chosen(model: Model, path: Path, name: str) -> Saga:
    """The saga that is meant: of those in the given file, not in what it imports."""
    given = [each for each in model.sagas.values() if _is_in(model, each, path)]
    fitting = [each for each in given if name in ("", each.name, each.id)]
    names = ", ".join(each.name for each in given)
    match fitting:
        case [one]:
            return one
        case []:
            where = f"no saga `{name}`: there is {names}" if given else "no saga"
            raise Stop(f"`{path.name}` has {where}")
    raise Stop(f"`{path.name}` has several sagas; name one with `--saga`: {names}")


def _is_in(model: Model, saga: Saga, path: Path) -> bool:
    source = model.files[saga.file].source.path
    return source is not None and source.resolve().is_relative_to(path)
