"""The command line. Here is only what must not fail: everything else is imported when it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130
TERMINATED = 143  # what a shell reports for a program that SIGTERM ended
CLOSED = 141  # what a shell reports for a tool that a closed pipe ended
FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code. No user of it meets a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _version() if given in (["--version"], ["-V"]) else _run(given)
        if sys.stdout is not None:  # None where the caller has closed it
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return tell("stopped", INTERRUPTED)
    except BrokenPipeError:
        return _let_go()
    except OSError as error:
        _let_go()
        where = f"`{error.filename}`: " if error.filename else ""
        return tell(f"can't go on: {where}{(error.strerror or str(error)).lower()}", FAILED)
    except Exception as error:
        if os.environ.get("HEROSAGA_DEBUG"):
            raise
        return tell(
            f"this is a bug in herosaga, not in your files: {type(error).__name__}: {error}\n"
            "Please report it, with the .saga file that shows it and what the same command prints "
            "with HEROSAGA_DEBUG=1 set.",
            FAILED,
        )


def _version() -> int:
    from herosaga import __version__

    print(f"herosaga {__version__}")
    return 0


def _run(arguments: list[str]) -> int:
    from herosaga.cli.app import run

    return run(arguments)


def tell(text: str, code: int, before: str = "") -> int:
    """Say on stderr why a command has ended, where anybody listens; the exit code."""
    try:
        if sys.stderr is not None:  # print would take stdout instead, which is for data
            print(f"{before}herosaga: {text}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        return _let_go()
    except OSError:  # the disk is full for both streams: the exit code is all that is left
        _let_go()
    return code


def _let_go() -> int:
    """Nobody reads on: what is still buffered must not fail again when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    return CLOSED
