"""`--help` can be read in narrow and wide terminals, and in a pipe."""

from __future__ import annotations

import re

import pytest
from herosaga.cli.app import COMMANDS

from helpers.commands import ROOT, herosaga

WIDTHS = {"60": 60, "80": 80, "120": 100, "": 80}
"""What COLUMNS says, and the longest line that is wanted: longer ones are hard to read."""


def lines(*arguments: str, columns: str = "") -> list[str]:
    done = herosaga(ROOT, *arguments, COLUMNS=columns)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_command_is_listed_with_its_whole_sentence(columns: str) -> None:
    text = lines("--help", columns=columns)
    assert max(map(len, text)) <= WIDTHS[columns]
    listed = text[text.index("Commands:") + 1 :]
    words = " ".join(" ".join(listed).split())
    assert "..." not in words and "…" not in words
    for name in COMMANDS:
        assert re.search(rf"(^|\. ){name} [A-Z]", words), name


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_option_of_check_has_its_words_beside_it(columns: str) -> None:
    text = lines("check", "--help", columns=columns)
    assert max(map(len, text)) <= WIDTHS[columns]
    options = [line for line in text if line.startswith("  -")]
    assert len(options) > 8
    for line in options:
        assert re.match(r"  (-\w, )?--[\w-]+( [A-Z]+)?  +\w", line), line
