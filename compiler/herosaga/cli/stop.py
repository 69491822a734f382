"""Ways for a command to end early."""

from __future__ import annotations


class Stop(Exception):
    """The command can't do what was asked: a sentence for the user, and exit code 2."""


class Closed(Exception):
    """Nobody reads the output any more. No OSError, for click ends the process on those itself."""


class Interrupted(Exception):
    """Ctrl-C, or SIGTERM if `by_signal`, with what to say of it. No KeyboardInterrupt, for typer ends the command silently on those."""

    def __init__(self, said: str, by_signal: bool = False) -> None:
        super().__init__(said)
        self.by_signal = by_signal
