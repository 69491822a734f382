"""Several files: what is in scope, and which imports can't be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from herosaga.model.bind import build
from herosaga.project import load
from herosaga.source import Source
from herosaga.syntax.parse import parse
from msgspec.structs import replace

Told = list[tuple[str, int, str, str]]

SHOP = "namespace shop\nextern event Sold { key id: uuid }\nextern event Told { key id: uuid }\n"
USES = "extern event Mine { key id: uuid }\nservice S { on Sold emits Mine }\n"


def built(**texts: str) -> Told:
    files = [parse(Source(f"{name}.saga", text))[0] for name, text in texts.items()]
    return _told(build(files)[1])


def loaded(root: Path, *names: str) -> Told:
    files, findings = load([root / name for name in names or (".",)], root)
    return _told((*findings, *build(files)[1]))


def _told(findings: object) -> Told:
    assert isinstance(findings, tuple)
    return [(f.span.source.name, f.span.line, f.code, f.hint) for f in findings]


def write(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = root / f"{name.replace('__', '/')}.saga"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_an_import_brings_names() -> None:
    assert built(shop=SHOP, uses='import "shop.saga"\n' + USES) == []


def test_an_alias_brings_qualified_names() -> None:
    uses = USES.replace("Sold", "s.Sold")
    assert built(shop=SHOP, uses='import "shop.saga" as s\n' + uses) == []


def test_not_imported() -> None:
    expected = ("uses.saga", 2, "HS102", 'write `import "shop.saga"` at the top of this file')
    assert built(shop=SHOP, uses=USES) == [expected]


def test_imports_are_not_passed_on() -> None:
    found = built(shop=SHOP, middle='import "shop.saga"\n', uses='import "middle.saga"\n' + USES)
    assert [each[:3] for each in found] == [("uses.saga", 3, "HS102")]


def test_ambiguous() -> None:
    other = SHOP.replace("namespace shop", "namespace other")
    found = built(shop=SHOP, other=other, uses='import "shop.saga" import "other.saga"\n' + USES)
    assert [each[:3] for each in found] == [("uses.saga", 3, "HS105")]


def test_one_namespace_declares_once() -> None:
    assert [each[:3] for each in built(shop=SHOP, again=SHOP)] == [
        ("again.saga", 2, "HS101"),
        ("again.saga", 3, "HS101"),
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"a": 'import "a.saga"'}, [("a.saga", 1, "HS104")]),
        (
            {"a": 'import "b.saga"', "b": 'import "c.saga"', "c": 'import "a.saga"'},
            [("c.saga", 1, "HS104")],
        ),
    ],
)
def test_circles(texts: dict[str, str], expected: list[tuple[str, int, str]]) -> None:
    assert [each[:3] for each in built(**texts)] == expected


def test_modules_that_become_one() -> None:
    assert [each[:3] for each in built(orders="", Orders="")] == [("Orders.saga", 1, "HS106")]
    assert [each[:3] for each in built(a="", b="namespace a")] == [("b.saga", 1, "HS106")]


@pytest.mark.parametrize(
    ("name", "namespace", "module"),
    [
        ("json", "", "json"),
        ("datetime", "", "datetime"),
        ("herosaga_runtime", "", "herosaga_runtime"),
        ("orders", "namespace collections.abc", "collections.abc.orders"),
    ],
)
def test_modules_that_hide_what_others_import(name: str, namespace: str, module: str) -> None:
    findings = build([parse(Source(f"{name}.saga", namespace))[0]])[1]
    top = module.partition(".")[0]
    assert [(each.code, each.message) for each in findings] == [
        ("HS106", f"the module `{module}` would hide the module `{top}`, which others import")
    ]
    assert f"`namespace my_{top}`" in findings[0].hint


def test_a_namespace_keeps_modules_apart() -> None:
    assert built(json="namespace shop", typing="namespace shop.collections") == []


def test_imported_files_are_read_too(tmp_path: Path) -> None:
    write(tmp_path, base__shop=SHOP, app__uses='import "../base/shop.saga"\n' + USES)
    files, findings = load([tmp_path / "app"], tmp_path)
    assert [file.source.name for file in files] == ["app/uses.saga", "base/shop.saga"]
    assert findings == () == build(files)[1]


def test_a_folder_is_searched_in_order(tmp_path: Path) -> None:
    write(tmp_path, b="", a__z="", a__b="")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.saga").write_text("", "utf-8")
    files, _ = load([tmp_path], tmp_path)
    assert [file.source.name for file in files] == ["a/b.saga", "a/z.saga", "b.saga"]


def test_a_folder_that_can_not_be_searched_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a__closed__x="", b="")
    scan = os.scandir

    def scanned(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scanned)
    files, findings = load([tmp_path], tmp_path)
    assert [file.source.name for file in files] == ["b.saga"]
    assert [(each.code, each.message) for each in findings] == [
        ("HS104", "`a/closed/` can't be read: permission denied")
    ]


def test_missing_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, uses='import "shp.saga"\n' + USES)
    expected = ("uses.saga", 1, "HS104", 'did you mean `import "shop.saga"`?')
    assert loaded(tmp_path, "uses.saga") == [expected]


def test_outside_the_root(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, in__uses='import "../shop.saga"\n' + USES)
    found = loaded(tmp_path / "in", "uses.saga")
    assert [each[:3] for each in found] == [("uses.saga", 1, "HS104")]


def test_links_out_of_the_root(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, in__uses='import "link.saga"\n' + USES)
    (tmp_path / "in" / "link.saga").symlink_to(tmp_path / "shop.saga")
    found = loaded(tmp_path / "in", "uses.saga")
    assert [each[:3] for each in found] == [("uses.saga", 1, "HS104")]


def test_links_inside_the_root(tmp_path: Path) -> None:
    write(tmp_path, base__shop=SHOP, uses='import "link.saga"\n' + USES)
    (tmp_path / "link.saga").symlink_to(tmp_path / "base" / "shop.saga")
    assert loaded(tmp_path) == []


def test_what_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "folder.saga").mkdir()
    (tmp_path / "notes.txt").write_text("", "utf-8")
    write(tmp_path, uses='import "folder.saga"\nimport "notes.txt"\nimport "a\\u0000b"\n')
    found = loaded(tmp_path, "uses.saga", "gone.saga")
    assert [each[:3] for each in found] == [
        ("uses.saga", 1, "HS104"),
        ("uses.saga", 2, "HS104"),
        ("uses.saga", 3, "HS104"),
        ("gone.saga", 1, "HS104"),
    ]


def test_bytes_that_are_no_source(tmp_path: Path) -> None:
    (tmp_path / "bom.saga").write_bytes(b"\xef\xbb\xbf" + SHOP.encode())
    (tmp_path / "latin.saga").write_bytes(b"// ok\n// caf\xe9\n")
    (tmp_path / "large.saga").write_bytes(b" " * ((1 << 20) + 1))
    assert [each[:3] for each in loaded(tmp_path)] == [
        ("large.saga", 1, "HS004"),
        ("latin.saga", 2, "HS003"),
    ]


CATALOG = "record Item { sku: str }\nenum Color { red }\nextern is_vip(id: uuid) -> bool\n"


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ("record A { x: Item }", "HS102", 'write `import "catalog.saga"` at the top of this file'),
        (
            "record A { x: Itm }",
            "HS102",
            'did you mean `Item`, declared in catalog.saga? Then write `import "catalog.saga"` at the '
            "top of this file too",
        ),
        (
            "record A { x: Quantity }",
            "HS102",
            "declare it, or name a record, enum or type that exists",
        ),
        ('import "catalog.saga" as c  record A { x: Item }', "HS102", "did you mean `c.Item`?"),
        ('import "catalog.saga" as c  record A { x: c.Itm }', "HS102", "did you mean `c.Item`?"),
    ],
)
def test_the_nearest_name_of_any_file(line: str, code: str, hint: str) -> None:
    assert built(catalog=CATALOG, uses=line) == [("uses.saga", 1, code, hint)]


def test_qualified_names_of_every_kind() -> None:
    shared = """\
namespace shop
type Id = uuid
extern is_vip(id: Id) -> bool
event Placed { key order_id: Id }
activity Pack(order_id: Id) -> (weight: int) { readonly }
itinerary Ship(order_id: Id) { do Pack(order_id) }
policy patient { within 1m }
saga Other by order_id: Id { start { on Placed -> Done } final Done }
"""
    uses = """\
import "shared.saga" as s
activity Send(order_id: s.Id) { revises s.Pack  with s.patient }
itinerary Twice(order_id: s.Id) { do s.Pack(order_id)  do Send(order_id) with s.patient }
flow Way { s.Placed -> s.Placed }
saga Mine by order_id: s.Id {
  start { on s.Placed when s.is_vip(order_id) -> Going { run s.Ship(order_id) } }
  state Going { on s.Ship.completed when event.weight > 1 -> Done }
  final Done
}
scenario "one" for s.Other { when s.Placed(order_id = "00000000-0000-0000-0000-000000000001") }
scenario "two" for Mine { when s.Ship.completed(weight = 1) }
property "one" for s.Other { run s.Ship requires received s.Placed }
"""
    assert built(shared=shared, uses=uses) == []


def test_what_could_not_be_read_is_not_unknown() -> None:
    """A declaration with a mistake in it gives one report, and its uses none."""
    file = parse(
        Source("a.saga", "event Told { key id: uuid }\nservice S { on Sold emits Told }\n")
    )[0]
    other = parse(Source("b.saga", 'import "a.saga" as a\nrecord R { x: a.Item  y: a.Itm }\n'))[0]
    lossy = replace(file, lost=frozenset({"Sold", "Item"}))
    assert _told(build([lossy, other])[1]) == [
        ("b.saga", 2, "HS102", "declare it, or name a record, enum or type that exists")
    ]


def test_after_many_findings_in_a_large_project_nobody_looks_for_the_nearest() -> None:
    lines = "".join(f"record R{n} {{ x: Unknwn{n} }}\n" for n in range(250))
    hints = [each[3] for each in built(a="record Unknown1 { x: int }\n" + lines)]
    assert len(hints) == 250
    assert hints[1] == "did you mean `Unknown1`?" != hints[249]
