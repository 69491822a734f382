"""Tree and comments -> document: the one style of `.saga` files.

- A block is on one line if its first member follows its `{` on the same line, and it fits. Else each
  member has a line of its own; but `with`, `within` and `retry` that follow each other share one.
- A list in brackets that does not fit has one item a line, and a comma behind the last.
- A clause that does not fit goes on in lines indented by four, each beginning with one of its parts.
- At most one empty line is kept between members. One is put around what is over several lines, but
  for messages, types and activities that follow their like.
- The messages of a scenario are data: they are broken only where the author has begun a new line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import pairwise

from herosaga.format.comments import NOTHING, Around, Notes
from herosaga.format.cst import Leaf, Node, Part, first, last
from herosaga.format.doc import (
    Doc,
    How,
    Row,
    after,
    concat,
    gap,
    group,
    indent,
    inline,
    last_comma,
    line,
    own,
    text,
)
from herosaga.format.printer import HANG, WIDTH
from herosaga.format.spacing import is_tight
from msgspec import Struct
from msgspec.structs import replace

INDENT = 2
_PARTS = (
    "when", "compensate", "arrow", "handles", "emits", "refuses", "undone", "irreversible", "readonly", "with_", "within", "retry",
    "undo", "correlate_by", "correlate_where",
)  # fmt: skip
_POLICY = ("with_", "within", "retry")
_HEADS = ("namespace", "import_")
_SET_OFF = (
    "service", "extern_service", "saga", "itinerary", "flow", "scenario", "property", "data", "compensation", "start", "state",
    "sequence", "during", "during_any", "missing", "migrate",
)  # fmt: skip
_LEVELS = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}
_COMPARISON = 3


class _Context(Struct, frozen=True):
    """The comments, and whether this is in a scenario."""

    notes: Notes
    data: bool = False

    def around(self, leaf: Leaf) -> Around:
        return self.notes.get(leaf.start, NOTHING)


class _Join(Enum):
    """How a piece of a clause follows what is before it."""

    TIGHT = 0
    SPACE = 1
    LISTED = 2
    PART = 3
    BLOCK = 4
    BELOW = 5


class _Piece(Struct, frozen=True):
    join: _Join
    doc: Doc


class _Row(Struct, frozen=True):
    """What begins a line of a block: its first part, its document, and how wide that part is."""

    part: Part
    doc: Doc
    width: int


def layout(root: Node, notes: Notes) -> Doc:
    """The document of a file."""
    context = _Context(notes)
    *items, end = root.children
    assert isinstance(end, Leaf)
    rows = _rows([item for item in items if isinstance(item, Node)], context, 0)
    rest = _lead(end, context)
    return concat([*rows, line(row=Row.NEXT if items else Row.FIRST), *rest] if rest else rows)


def _lay(part: Part, context: _Context) -> Doc:
    match part:
        case Leaf():
            return concat([*_lead(part, context), _word(part, context)])
        case Node(rule="binary"):
            return _chain(part, context)
        case Node(rule="conditional" | "generator"):
            return _worded(part, context)
        case Node(rule="if_"):
            return _if(part, context)
        case Node(rule="item" | "member"):
            return _member(part, context)[0]
        case Node(rule="scenario"):
            return _clause(part.children, replace(context, data=True))
    return _clause(part.children, context)


# --- tokens ------------------------------------------------------------------------------------


def _lead(leaf: Leaf, context: _Context) -> list[Doc]:
    """The comments before a token."""
    around = context.around(leaf)
    return [*map(own, around.own), *map(inline, around.inline)]


def _before_closing(leaf: Leaf, context: _Context) -> list[Doc]:
    """The comments before a closing bracket: lines of their own, where the brackets have several."""
    docs = _lead(leaf, context)
    return [each for doc in docs for each in (line(), doc)][1:]


def _word(leaf: Leaf, context: _Context) -> Doc:
    """A token, and the comments behind it."""
    around = context.around(leaf)
    final = len(around.after) - 1
    behind = [after(each, around.ends and i == final) for i, each in enumerate(around.after)]
    return concat([text(leaf.text, around.blank), *behind])


# --- clauses -----------------------------------------------------------------------------------


def _clause(children: Sequence[Part], context: _Context) -> Doc:
    """A clause: its words, its brackets and blocks; and from the first part on, what may be broken."""
    done: list[Doc] = []
    open_run: list[Doc] = []
    kind = _Join.SPACE
    for piece in _pieces(children, context):
        if piece.join in (_Join.LISTED, _Join.PART):
            if piece.join is not kind:
                done, open_run, kind = _closed(done, open_run), [], piece.join
            open_run += [line(), piece.doc]
        elif piece.join in (_Join.BLOCK, _Join.BELOW):
            done, open_run, kind = _closed(done, open_run), [], piece.join
            below = piece.join is _Join.BELOW
            done += [indent(INDENT, line("  "), piece.doc)] if below else [gap(1), piece.doc]
        else:
            space = [gap(1)] if piece.join is _Join.SPACE and (done or open_run) else []
            (open_run or done).extend([*space, piece.doc])
    return concat(_closed(done, open_run))


def _closed(done: list[Doc], open_run: list[Doc]) -> list[Doc]:
    """A clause so far, with the parts that are broken together as one group."""
    return [*done, group([indent(HANG, *open_run)])] if open_run else done


def _pieces(children: Sequence[Part], context: _Context) -> Iterator[_Piece]:
    before: Leaf | None = None
    index = 0
    while index < len(children):
        child = children[index]
        start = first(child)
        if start is None:
            index += 1
            continue
        stop = _closing(children, index)
        taken = children[index:stop]
        join = _join(before, child, start)
        yield _Piece(join, _taken(taken, context))
        before, index = last(taken[-1]), stop


def _closing(children: Sequence[Part], index: int) -> int:
    """Where the piece that begins at `index` ends: behind its closing bracket if it opens one."""
    child = children[index]
    close = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}.get(_kind(child))
    if close is None:
        return index + 1
    return next(i for i in range(index, len(children)) if _kind(children[i]) == close) + 1


def _taken(taken: Sequence[Part], context: _Context) -> Doc:
    match taken:
        case [Leaf(kind="LBRACE") as opening, *members, Leaf() as closing]:
            return _block(opening, members, closing, context)
        case [Leaf() as opening, *items, Leaf() as closing]:
            return _brackets(opening, items, closing, context)
    return _lay(taken[0], context)


def _join(before: Leaf | None, child: Part, start: Leaf) -> _Join:
    if before is None:
        return _Join.TIGHT
    if isinstance(child, Node) and child.rule in _PARTS:
        return _Join.PART
    if isinstance(child, Node) and child.rule == "on":
        return _Join.BELOW
    if start.kind == "LBRACE":
        return _Join.BLOCK
    if before.kind == "COMMA":
        return _Join.LISTED
    if start.kind == "ARROW" and start.rule == "chain":
        return _Join.PART
    return _Join.TIGHT if is_tight(before, start) else _Join.SPACE


def _kind(part: Part) -> str:
    return part.kind if isinstance(part, Leaf) else ""


# --- brackets ----------------------------------------------------------------------------------


def _brackets(opening: Leaf, inner: Sequence[Part], closing: Leaf, context: _Context) -> Doc:
    """A list in brackets."""
    match inner:
        case [Node(rule="args" | "names", children=children)]:
            inner = children
    rest = _before_closing(closing, context)
    body: list[Doc] = []
    for item in inner:
        comma = _kind(item) == "COMMA"
        body += [] if comma else [line(" " if body else "")]
        body.append(_lay(item, context))
    if body and opening.rule not in ("parens", "index") and not _is_generator(inner):
        body.append(last_comma())
    if rest:
        body += [line(" " if body else ""), *rest]
    end = [line("")] if body else []
    parts = [_lay(opening, context), indent(INDENT, *body), *end, _word(closing, context)]
    return group(parts, _how(opening, context) if body else How.FIT)


def _how(opening: Leaf, context: _Context) -> How:
    if not context.data:
        return How.FIT
    return How.BREAK if context.around(opening).opened else How.KEEP


def _is_generator(items: Sequence[Part]) -> bool:
    match items:
        case [Node(rule="generator")]:
            return True
    return False


# --- blocks ------------------------------------------------------------------------------------


def _block(opening: Leaf, members: Sequence[Part], closing: Leaf, context: _Context) -> Doc:
    """A block that is on one line or not for itself."""
    parts, opened = _braces(opening, members, closing, context)
    return group(parts, How.BREAK if opened else How.FIT)


def _braces(
    opening: Leaf, members: Sequence[Part], closing: Leaf, context: _Context
) -> tuple[list[Doc], bool]:
    """What a block is made of, and whether its source has its first member on a new line."""
    start, end = _lay(opening, context), _word(closing, context)
    rest = _before_closing(closing, context)
    around = context.around(opening)
    if not members and not rest and not around.after:
        return [start, end], False
    rows = _rows(members, context, INDENT)
    if rest:
        rows += [line(" ", Row.NEXT) if rows else concat([]), *rest]
    body = indent(INDENT, line(" ", Row.FIRST), *rows)
    return [start, body, line(), end], around.opened


def _rows(members: Sequence[Part], context: _Context, column: int) -> list[Doc]:
    """The members of a block, or of the file, with the lines between them."""
    rows = [_row(parts, context) for parts in _joined(members)]
    done: list[Doc] = [row.doc for row in rows[:1]]
    for above, below in pairwise(rows):
        tall = (WIDTH - column < above.width, WIDTH - column < below.width)
        flat = ", " if _is_enum(above.part) else "  "
        done += [line(flat, Row.NEXT, _apart(above.part, below.part, tall)), below.doc]
    return done


def _joined(members: Sequence[Part]) -> Iterator[list[Part]]:
    """The members by row: a comma that separates, and what belongs to one policy, with what is before."""
    row: list[Part] = []
    for member in members:
        shared = row and (_kind(member) or (_is_policy(row[-1]) and _is_policy(member)))
        if row and not shared:
            yield row
            row = []
        row.append(member)
    if row:
        yield row


def _row(parts: Sequence[Part], context: _Context) -> _Row:
    """A row; how wide it is without the annotations above it."""
    head, *rest = parts
    doc, width = _member(head, context)
    if not rest:
        return _Row(head, doc, width)
    docs = [doc]
    for part in rest:
        docs += [_lay(part, context)] if _kind(part) else [line("  "), _lay(part, context)]
    joined = group(docs)
    return _Row(head, joined, joined.size.flat)


def _apart(one: Part, other: Part, tall: tuple[bool, bool]) -> bool:
    """Whether an empty line must be between two members, of which these are more than a line."""
    kinds = (_content(one), _content(other))
    if kinds[0] in _HEADS or kinds[1] in _HEADS:
        return kinds[0] != kinds[1]
    if any(high and kind in _SET_OFF for kind, high in zip(kinds, tall, strict=True)):
        return True
    declared = isinstance(one, Node) and one.rule == "item"
    return declared and any(tall) and kinds[0] != kinds[1]


def _content(part: Part) -> str:
    """What a member is, below its annotations."""
    match part:
        case Node(rule="item" | "member", children=children):
            named = [each.rule for each in children if isinstance(each, Node)]
            return next((rule for rule in named if rule != "annotation"), "")
        case Node(rule=rule):
            return rule
    return ""


def _is_policy(part: Part) -> bool:
    match part:
        case Node(rule="member", children=[Node(rule=rule)]):
            return rule in _POLICY
    return False


def _is_enum(part: Part) -> bool:
    return isinstance(part, Node) and part.rule == "enum_member"


def _member(part: Part, context: _Context) -> tuple[Doc, int]:
    """A member, below its annotations if the block is broken; and the width without these."""
    if not isinstance(part, Node) or part.rule not in ("item", "member"):
        doc = _lay(part, context)
        return doc, doc.size.flat
    docs: list[Doc] = []
    width = 0
    for child in part.children:
        doc = _lay(child, context)
        docs += [] if not docs or _kind(child) else [line()]
        docs.append(doc)
        width = width if _kind(child) else doc.size.flat
    return concat(docs), width


# --- if ----------------------------------------------------------------------------------------


def _if(node: Node, context: _Context) -> Doc:
    """An `if` with all its `else`: all blocks on one line, or none."""
    docs: list[Doc] = []
    opened = False
    before: Leaf | None = None
    for part in _flattened(node):
        match part:
            case Node(rule="actions", children=[Leaf() as brace, *members, Leaf() as end]):
                parts, begun = _braces(brace, members, end, context)
                opened = opened or begun
            case _:
                parts = [_lay(part, context)]
        if before is not None:
            docs.append(line() if _is_cut(before, part, context) else gap(1))
        docs += parts
        before = last(part)
    return group(docs, How.BREAK if opened else How.FIT)


def _flattened(node: Node) -> Iterator[Part]:
    """The parts of an `if` and of those that are its `else`."""
    pending: list[Part] = [node]
    while pending:
        match pending.pop():
            case Node(rule="if_", children=children):
                pending.extend(reversed(children))
            case part:
                yield part


def _is_cut(before: Leaf, part: Part, context: _Context) -> bool:
    """Whether comments end the line between `}` and `else`."""
    if not isinstance(part, Leaf) or part.kind != "ELSE":
        return False
    return context.around(before).ends or bool(context.around(part).own)


# --- expressions -------------------------------------------------------------------------------


def _chain(node: Node, context: _Context) -> Doc:
    """Operands of operators that bind alike, broken before the operators."""
    links: list[Doc] = []
    level = _level(node)
    head: Part = node
    while isinstance(head, Node) and head.rule == "binary" and _level(head) == level:
        head, *operator, operand = head.children
        words = [each for word in operator for each in (_lay(word, context), gap(1))]
        links = [line(), *words, _lay(operand, context), *links]
    return concat([_lay(head, context), group([indent(HANG, *links)])])


def _level(node: Node) -> int:
    operator = node.children[1]
    return _LEVELS.get(operator.text, _COMPARISON) if isinstance(operator, Leaf) else 0


def _worded(node: Node, context: _Context) -> Doc:
    """`if … then … else …` and `… for … in … if …`, broken before these words."""
    docs: list[Doc] = []
    for child in node.children:
        begins = _kind(child) in ("THEN", "ELSE", "FOR", "IF")
        docs += [] if not docs else [line() if begins else gap(1)]
        docs.append(_lay(child, context))
    deeper = docs if node.rule == "generator" else [docs[0], indent(HANG, *docs[1:])]
    return group(deeper)
