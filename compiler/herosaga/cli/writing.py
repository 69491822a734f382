"""Writes files so that nobody ever reads half of one."""

from __future__ import annotations

import os
from pathlib import Path

from herosaga.cli.stop import Stop


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
