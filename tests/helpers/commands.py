"""Calls of the command line: as a process of its own, and in this one, which is quicker."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from herosaga import cli

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    """The command line of a call."""
    return [sys.executable, "-m", "herosaga", *arguments]


def environment(**more: str) -> dict[str, str]:
    """The variables of a process that sees this checkout, and nothing of the caller's terminal."""
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    path = os.pathsep.join(str(ROOT / each) for each in ("compiler", "runtime"))
    return {**keep, "PYTHONPATH": path, "PYTHONUTF8": "1", **more}


def herosaga(
    folder: Path, *arguments: str, stdin: bytes = b"", **more: str
) -> subprocess.CompletedProcess[str]:
    """A call as a process, with its output as text."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        input=stdin,
        capture_output=True,
        env=environment(**more),
        timeout=60,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Here:
    """A folder to call the command line in, without a process."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def write(self, **files: str) -> None:
        """Write sources, by their names without suffix."""
        for name, text in files.items():
            (self.folder / f"{name}.saga").write_bytes(text.encode())

    def read(self, name: str) -> str:
        """A source's text, line ends as they are."""
        return (self.folder / f"{name}.saga").read_bytes().decode()

    def __call__(self, *arguments: str, stdin: str = "", folder: str = "", **more: str) -> Said:
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_STEP_SUMMARY", "HEROSAGA_DEBUG"):
            self.monkeypatch.delenv(name, raising=False)
        for name, value in more.items():
            self.monkeypatch.setenv(name, value)
        # A process of its own has seen no other project's app.
        self.monkeypatch.delitem(sys.modules, "app", raising=False)
        self.monkeypatch.chdir(self.folder / folder)
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = cli.main(arguments)
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err and "bug in herosaga" not in said.err
        return Said(code, said.out, said.err)
