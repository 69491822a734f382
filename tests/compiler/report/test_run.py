"""What files are called: by their paths from where the reader stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.findings import Edit, Finding, Label
from herosaga.report import concise
from herosaga.report.run import seen_from
from herosaga.source import Source

from helpers.reports import finding, run, span

ROOT = Path("/project")


def at(name: str) -> Source:
    return Source(name, "on A", ROOT / name)


def found(source: Source) -> Finding:
    where = span(source, 1, 1, 2)
    return finding(where, labels=(Label(where, "a"),), fix=(Edit(where, "b"),))


@pytest.mark.parametrize(
    ("name", "folder", "shown"),
    [
        ("orders.saga", "/project", "orders.saga"),
        ("a/b.saga", "/project", "a/b.saga"),
        ("a/b.saga", "/project/a", "b.saga"),
        ("a/b.saga", "/project/c", "../a/b.saga"),
        ("a/b.saga", "/", "project/a/b.saga"),
        ("closed/", "/project/c", "../closed/"),
    ],
)
def test_every_place_is_named_from_the_folder(name: str, folder: str, shown: str) -> None:
    (seen,) = seen_from([found(at(name))], Path(folder))
    places = (seen.span, seen.labels[0].span, seen.fix[0].span)
    assert {each.source.name for each in places} == {shown}
    assert concise(seen).startswith(f"{shown}:1:1: ")


def test_what_is_in_no_file_keeps_its_name() -> None:
    (seen,) = seen_from([found(Source("<stdin>", "on A"))], Path("/elsewhere"))
    assert seen.span.source.name == "<stdin>"


def test_one_source_stays_one() -> None:
    source = at("orders.saga")
    what = run(found(source), found(source)).seen_from(Path("/"))
    assert {id(each.span.source) for each in what.findings} == {id(what.sources[0])}


def test_folders_are_no_files() -> None:
    assert run(found(at("orders.saga")), found(at("closed/"))).files == 1
