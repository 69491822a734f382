"""HS211: personal data that gets where nobody treats it as such."""

import re
from collections.abc import Iterator, Mapping

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import MessageType, OneOf, Optional, RecordType, Type
from herosaga.model.within import within
from herosaga.source import Span
from msgspec import Struct
from msgspec.structs import replace

_PROGRAM = """\
extern event Ordered {{ key order_id: uuid  @pii email: str }}
extern event Welcomed {{ key order_id: uuid  {}to: str }}

saga Welcome by order_id: uuid {{
  start {{
    on Ordered -> Done {{ publish Welcomed(order_id, to = lower(event.email)) }}
  }}
  final Done
}}
"""

PAGE = Page(
    code="HS211",
    severity=Severity.ERROR,
    title="Personal data in a field that is not `@pii`",
    what="The value of a field, parameter or output that is marked `@pii`, or something computed from it, goes into one that "
    "is not: in a message, a record, the saga's data, a compensation, an itinerary or an activity. "
    "Comparisons, `len`, `any`, `all` and `is none` tell nothing about a person by themselves, and "
    "what an `extern` function gives back is what you declare it to be: use one to mask a value. A "
    "record whose own field is marked can go anywhere as a whole.",
    why="`@pii` keeps a name or an address out of logs, diagrams, traces and the monitor. Copied into another "
    "field it is shown there to everybody, and nobody knows where to look when the person asks for it "
    "to be deleted.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("@pii "),
)

_TELLS_NOTHING = frozenset({"len", "any", "all"})
_CARRYING = frozenset({"+", "-", "*", "/", "%", "and", "or"})
_KEY = re.compile(r"key\s+\Z")

Fields = Mapping[str, m.Field]


class Shapes(Struct, frozen=True):
    """The fields of whatever has fields or takes arguments, by id; `names` are how people call them."""

    fields: Mapping[str, Fields]
    names: Mapping[str, str]


class Place(Struct, frozen=True):
    """What can be read somewhere: the data, and the variables that hold personal data, with where it is from.

    `blocks` are the parameters of the saga's compensations.
    """

    shapes: Shapes
    data: Fields
    variables: Fields
    blocks: Mapping[str, Fields]

    def binding(self, name: str, source: m.Field | None) -> "Place":
        """Here, with a variable that holds what came from `source`."""
        rest = {each: field for each, field in self.variables.items() if each != name}
        return replace(self, variables=rest if source is None else {**rest, name: source})


def rule(model: m.Model) -> Iterator[Finding]:
    """Every way by which personal data goes where it is not marked."""
    if not _marked(model):
        return
    shapes = _shapes(model)
    for saga in model.sagas.values():
        yield from _saga(saga, shapes)
    for itinerary in model.itineraries.values():
        known = shapes.fields[f"{itinerary.id}.completed"]
        marked = {name: each for name, each in known.items() if each.meta.pii}
        place = Place(shapes, {}, marked, {})
        yield from _stages(itinerary.stages, place)
        for outcome in itinerary.outcomes:
            yield from _actions(outcome.actions, place)


def _marked(model: m.Model) -> bool:
    return any("@pii" in file.source.text.replace(" ", "") for file in model.files.values())


# --- what there is -----------------------------------------------------------------------------


def _shapes(model: m.Model) -> Shapes:
    fields: dict[str, Fields] = {}
    names: dict[str, str] = {}
    for id, name, own in _declared(model):
        fields[id], names[id] = {each.name: each for each in own}, name
    for itinerary in model.itineraries.values():
        known = {**_outputs(itinerary, model), **fields[itinerary.id]}
        for outcome in ("completed", "faulted", "compensated"):
            fields[f"{itinerary.id}.{outcome}"] = known
    return Shapes(fields, names)


def _declared(model: m.Model) -> Iterator[tuple[str, str, tuple[m.Field, ...]]]:
    yield from ((each.id, each.name, each.fields) for each in model.messages.values())
    yield from ((each.id, each.name, each.fields) for each in model.records.values())
    yield from ((each.id, each.name, each.params) for each in model.activities.values())
    yield from ((each.id, each.name, each.params) for each in model.itineraries.values())


def _outputs(itinerary: m.Itinerary, model: m.Model) -> Fields:
    """The outputs of all activities of an itinerary; of two with one name, one that is marked."""
    found: dict[str, m.Field] = {}
    for node in within(itinerary.stages):
        match node:
            case m.Do(message=e.Construct(id=id)) if id in model.activities:
                for each in model.activities[id].outputs:
                    if each.meta.pii or each.name not in found:
                        found[each.name] = each
    return found


# --- where values go ---------------------------------------------------------------------------


def _saga(saga: m.Saga, shapes: Shapes) -> Iterator[Finding]:
    blocks = {each.name: {p.name: p for p in each.params} for each in saga.compensations}
    place = Place(shapes, {each.name: each for each in saga.data}, {}, blocks)
    for node in within(saga):
        match node:
            case m.Transition(trigger=trigger, guard=guard, actions=actions):
                yield from _trigger(trigger, place)
                yield from _inside(guard, place)
                yield from _actions(actions, place)
            case m.State(entry=entry, exit=exit):
                yield from _actions((*entry, *exit), place)
            case m.Every(actions=actions) | m.Final(actions=actions):
                yield from _actions(actions, place)
            case m.Compensation(params=params, actions=actions):
                own = {each.name: each for each in params if each.meta.pii}
                yield from _actions(actions, replace(place, variables=own))
            case m.Migration(computed=computed):
                for name, value in computed:
                    yield from _into(place.data.get(name), name, value, place)
            case m.Sequence(stages=stages):
                yield from _stages(stages, place)


def _trigger(trigger: m.Trigger, place: Place) -> Iterator[Finding]:
    match trigger:
        case m.OnMessage(binds=binds, values=values) | m.OnOutcome(binds=binds, values=values):
            for name, value in zip(binds, values, strict=False):
                yield from _into(place.data.get(name), name, value, place)


def _stages(stages: tuple[m.Stage, ...], place: Place) -> Iterator[Finding]:
    for stage in stages:
        match stage:
            case m.Do(message=message):
                yield from _inside(message, place)
            case m.Step(request=request, actions=actions, reactions=reactions):
                yield from _actions((request, *actions), place)
                for each in reactions:
                    yield from _actions(each.actions, place)
            case m.RunStep(run=run):
                yield from _actions((run,), place)
            case m.Branch(condition=condition, then=then, other=other):
                yield from _inside(condition, place)
                yield from _stages((*then, *other), place)
            case m.Loop(var=var, source=source, body=body):
                yield from _stages(body, place.binding(var, _carried(source, place)))
            case m.Parallel(branches=branches):
                for branch in branches:
                    yield from _stages(branch, place)
            case m.Set() | m.Send() | m.Pivot():
                yield from _actions((stage,), place)


def _actions(actions: tuple[m.Action, ...], place: Place) -> Iterator[Finding]:
    for action in actions:
        match action:
            case m.Set(field=name, value=value):
                yield from _into(place.data.get(name), name, value, place)
            case m.If(condition=condition, then=then, other=other):
                yield from _inside(condition, place)
                yield from _actions((*then, *other), place)
            case m.For(var=var, source=source, body=body):
                yield from _actions(body, place.binding(var, _carried(source, place)))
            case m.Send(message=message) | m.Run(message=message):
                yield from _inside(message, place)
            case m.Request(message=message, undo=undo):
                yield from _inside(message, place)
                yield from _undo(undo, place)
            case m.Recording(undo=undo):
                yield from _undo(undo, place)


def _undo(undo: m.CommandUndo | m.BlockUndo | None, place: Place) -> Iterator[Finding]:
    match undo:
        case m.CommandUndo(message=message):
            yield from _inside(message, place)
        case m.BlockUndo(compensation=name, args=args):
            yield from _given(args, place.blocks.get(name, {}), name, place)


def _inside(value: e.Expr | None, place: Place) -> Iterator[Finding]:
    """What goes into the fields of the records and messages that are made anywhere in an expression."""
    match value:
        case e.Construct(id=id, args=args):
            yield from _given(
                args, place.shapes.fields.get(id, {}), place.shapes.names.get(id, ""), place
            )
        case e.Fold(element=element, var=var, source=source, condition=condition):
            yield from _inside(source, place)
            inner = place.binding(var, _carried(source, place))
            yield from _inside(element, inner)
            yield from _inside(condition, inner)
        case None:
            return
        case _:
            for part in _children(value):
                yield from _inside(part, place)


def _given(
    args: tuple[tuple[str, e.Expr | None], ...], fields: Fields, owner: str, place: Place
) -> Iterator[Finding]:
    for name, value in args:
        if value is not None:
            yield from _into(fields.get(name), f"{owner}.{name}", value, place)


def _into(field: m.Field | None, name: str, value: e.Expr, place: Place) -> Iterator[Finding]:
    """A value that goes into a field."""
    source = _carried(value, place)
    if source is not None and field is not None and not field.meta.pii:
        yield _leak(name, field, value.span, source)
    yield from _inside(value, place)


# --- what values hold --------------------------------------------------------------------------


def _carried(value: e.Expr, place: Place) -> m.Field | None:
    """The field that is marked, and whose value this one shows."""
    match value:
        case e.Local(name=name):
            return place.variables.get(name)
        case e.DataField(name=name, key=False):
            return _if_marked(place.data.get(name))
        case e.FieldOf(value=owner, name=name):
            for id in _owners(owner.type):
                marked = _if_marked(place.shapes.fields.get(id, {}).get(name))
                if marked is not None:
                    return marked
            return _carried(owner, place)
        case e.Function(name=name) | e.Fold(name=name) if name in _TELLS_NOTHING:
            return None
        case e.Fold(element=element, var=var, source=source):
            return _carried(element, place.binding(var, _carried(source, place)))
        case e.Binary(op=op) if op not in _CARRYING:
            return None
        case e.Construct() | e.ExternCall() | e.IsNone():
            return None
        case e.Conditional(then=then, other=other):
            return _carried(then, place) or _carried(other, place)
        case e.Item(value=inside):
            return _carried(inside, place)
    found = (_carried(part, place) for part in _children(value))
    return next((each for each in found if each is not None), None)


def _children(value: e.Expr) -> tuple[e.Expr, ...]:
    """What an expression is made of directly, but for folds and constructs."""
    match value:
        case e.ListExpr(items=items) | e.Function(args=items):
            return items
        case e.ExternCall(args=args):
            return tuple(each for _, each in args if each is not None)
        case e.Not(operand=operand) | e.Negate(operand=operand) | e.IsNone(operand=operand):
            return (operand,)
        case e.Binary(left=left, right=right):
            return (left, right)
        case e.Conditional(condition=condition, then=then, other=other):
            return (condition, then, other)
        case e.Item(value=inside, index=index):
            return (inside, index)
        case e.FieldOf(value=inside) | e.Narrowed(value=inside) | e.Widen(value=inside):
            return (inside,)
    return ()


def _owners(kind: Type) -> tuple[str, ...]:
    match kind:
        case RecordType(id=id) | MessageType(id=id):
            return (id,)
        case OneOf(ids=ids):
            return ids
        case Optional(of=inside):
            return _owners(inside)
    return ()


def _if_marked(field: m.Field | None) -> m.Field | None:
    return field if field is not None and field.meta.pii else None


# --- the report --------------------------------------------------------------------------------


def _leak(name: str, field: m.Field, span: Span, source: m.Field) -> Finding:
    return finding(
        PAGE,
        f"personal data gets into `{name}`, which is not `@pii`",
        span,
        text=f"shows `{source.name}`",
        labels=(
            Label(source.span, "marked `@pii` here"),
            Label(field.span, "not marked: logs, traces and the monitor show it"),
        ),
        hint=f"write `@pii` before `{field.name}`, or don't pass it on",
        fix=_marking(field) if field.span.source == span.source else (),
    )


def _marking(field: m.Field) -> tuple[Edit, ...]:
    """Marks the field as well: that only makes it stricter. `key` stands behind the annotation."""
    span = field.span
    key = _KEY.search(span.source.text, 0, span.start)
    start = key.start() if key else span.start
    line, column = span.source.place(start)
    return (Edit(Span(span.source, line, column, line, column, start, start), "@pii "),)
