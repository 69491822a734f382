"""Reads what is to be written anew, and writes files so that nobody ever reads half of one."""

from __future__ import annotations

import os
from pathlib import Path

from herosaga.cli.stop import Stop


def content(path: Path) -> bytes | None:
    """What a file to be written holds now; None where there is none yet."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device never ends
            raise Stop(f"`{path}` can't be written: it is not a file")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Stop(f"`{path}` can't be read: {why.lower()}") from None


def replace_file(path: Path, data: bytes) -> None:
    """Write beside, then rename. What was there keeps its permissions; folders are made."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(data)
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o7777)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise Stop(f"`{path}` can't be written: {(error.strerror or '').lower()}") from None
