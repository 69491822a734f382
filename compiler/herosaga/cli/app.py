"""The commands, and how their failures are told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import Annotated

import typer
from herosaga.cli import FAILED, INTERRUPTED, TERMINATED, tell
from herosaga.cli.memory import uncollected
from herosaga.cli.stop import Closed, Interrupted, Stop

# By way of typer: whether it brings its own click or uses the one that is installed has changed.
_ClickException = typer.BadParameter.__mro__[2]

COMMANDS = ("init", "check", "fmt", "explain", "compile", "graph", "test", "run", "ops")
"""Each is a module of `herosaga.cli` with a function, or commands of its own, by its name, in the order of `--help`."""

WIDEST = 100
"""Columns of `--help`, where the terminal has more."""


def app(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """The command line, of only some commands: what the others need is then not imported."""
    made = typer.Typer(
        name="herosaga",
        help="Business processes that span services: check them, draw them, compile them to Python.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
    )
    made.callback()(root)
    for name in names:
        function = getattr(import_module(f"herosaga.cli.{name}"), name)
        group = isinstance(function, typer.Typer)
        text = str(function.info.help) if group else function.__doc__ or ""
        sentence = " ".join(text.partition("\n\n")[0].split())  # else it is cut where the line ends
        if group:
            made.add_typer(function, name=name, short_help=sentence)
        else:
            made.command(name, short_help=sentence)(function)
    return made


def root(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and end.")
    ] = False,
) -> None:
    """What stands before a command. `--version` alone never comes here: see `herosaga.cli`."""
    if version:
        from herosaga import __version__

        typer.echo(f"herosaga {__version__}")
        raise typer.Exit


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    try:
        asked = [name for name in COMMANDS if arguments[:1] == [name]]
        with nullcontext() if asked == ["run"] else uncollected():
            made = app(asked or COMMANDS)
            code = made(arguments or ["--help"], prog_name="herosaga", standalone_mode=False)
        if code == INTERRUPTED:  # what typer makes of a KeyboardInterrupt; others raise Abort
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except Stop as stop:
        return tell(_visible(str(stop)), FAILED)
    except Interrupted as stop:
        if stop.by_signal:
            return tell(str(stop), TERMINATED)
        return tell(str(stop), INTERRUPTED, before="\n")  # below the terminal's `^C`
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Closed:
        raise BrokenPipeError from None
    except typer.Exit as ended:
        return ended.exit_code
    except Exception as error:
        if isinstance(error, _ClickException):
            return _misused(error, arguments)
        raise


def _misused(error: Exception, arguments: list[str]) -> int:
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    text = text.replace("Value error, ", "", 1).rstrip(".")  # the first is pydantic's
    command = next((each for each in arguments if each in COMMANDS), "")
    path = getattr(getattr(error, "ctx", None), "command_path", "") if command == "ops" else ""
    helper = f"{path or ' '.join(filter(None, ('herosaga', command)))} --help"
    end = "" if text.endswith("?") else "."
    return tell(f"{_visible(text)}{end} Try `{helper}`.", FAILED)


def _visible(text: str) -> str:
    """A sentence that may quote what was given, on one line and without the terminal's control characters."""
    from herosaga.report.text import visible

    return visible(text).encode("utf-8", "backslashreplace").decode()
