"""Files -> `Model`: names bound, expressions typed, and everything that is wrong about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.activities import activities
from herosaga.model.aliases import aliases, with_aliases
from herosaga.model.annotations import strange
from herosaga.model.around import Around
from herosaga.model.collide import collisions
from herosaga.model.declare import declare, imports_of, scopes
from herosaga.model.externs import externs
from herosaga.model.flows import flows
from herosaga.model.implied import implied
from herosaga.model.into_loops import into_loops
from herosaga.model.itinerary import itineraries, travelled, with_outcomes
from herosaga.model.policies import policies
from herosaga.model.properties import properties
from herosaga.model.saga import saga
from herosaga.model.scenarios import scenarios
from herosaga.model.scope import Decl, Scope
from herosaga.model.services import declared_undos, of_commands, served, services
from herosaga.model.sets import unfit_sets
from herosaga.model.signatures import enums, messages, records, world_of
from herosaga.model.unset import unset
from herosaga.model.uses import uses
from herosaga.model.world import World
from herosaga.syntax import ast
from msgspec.structs import replace


def build(files: Sequence[ast.File]) -> tuple[m.Model, tuple[Finding, ...]]:
    """The model of all files of a project, those that are imported among them."""
    report: list[Finding] = []
    decls = declare(files, report)
    visible = with_aliases(decls, scopes(files, decls, report), report)
    world = world_of(decls, visible, report)
    offered = services(decls, visible, report)
    declared = policies(decls, visible, world, report)
    handlers = of_commands(offered, served(decls, visible))
    around = Around(declared, declared_undos(handlers), {}, handlers)
    slips = travelled(decls, visible, world, declared, report)
    world = with_outcomes(world, slips)
    sagas, on_the_way = _sagas(decls, visible, world, around, report)
    handlers = _with(handlers, on_the_way)
    used, imports = uses(files, visible)
    model = m.Model(
        {file.source.name: _file(file, imports[file.source.name]) for file in files},
        records(decls, visible, world, report),
        enums(decls),
        messages(decls, visible, world, report),
        offered,
        declared,
        sagas,
        aliases(decls, visible),
        externs(decls, visible, world, report),
        flows(decls, visible, world, report),
        activities(decls, visible, world, declared, report),
        itineraries(slips, world, around),
        scenarios(files, visible, world, sagas, handlers, report),
        properties(files, visible, sagas, report),
        used,
        on_the_way,
    )
    report.extend(strange(files))
    report.extend(collisions(model))
    report.extend(unfit_sets(model))
    for each in model.sagas.values():
        report.extend(unset(each))
        report.extend(into_loops(each))
    return model, _in_order(report, files)


def _file(file: ast.File, clauses: tuple[m.Import, ...]) -> m.File:
    return m.File(
        file.source.name,
        file.source,
        file.namespace,
        imports_of(file),
        "\n".join(file.docs),
        clauses,
    )


def _sagas(
    decls: Mapping[str, Decl],
    visible: Mapping[str, Scope],
    world: World,
    around: Around,
    report: list[Finding],
) -> tuple[Mapping[str, m.Saga], tuple[m.Handler, ...]]:
    """All sagas, and the handlers of the commands that they answer on their way.

    What a saga awaits depends on these, and only bound sagas tell them: where there are any, all are bound again.
    """
    before = len(report)
    sagas = _bound(decls, visible, world, around, report)
    commands = {id for id, shape in world.shapes.items() if shape.kind == "command"}
    found = implied(sagas.values(), commands - around.handlers.keys())
    if not found:
        return sagas, ()
    del report[before:]
    knowing = replace(around, handlers=_with(around.handlers, found))
    return _bound(decls, visible, world, knowing, report), found


def _bound(
    decls: Mapping[str, Decl],
    visible: Mapping[str, Scope],
    world: World,
    around: Around,
    report: list[Finding],
) -> Mapping[str, m.Saga]:
    found: dict[str, m.Saga] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Saga() as node:
                found[decl.id] = saga(decl, node, visible[decl.file], world, around, report)
    return found


def _with(
    handlers: Mapping[str, m.Handler], found: tuple[m.Handler, ...]
) -> Mapping[str, m.Handler]:
    """The handler of each command, with those that nothing declares; of two the first."""
    return {**{each.message: each for each in reversed(found)}, **handlers}


def _in_order(report: list[Finding], files: Sequence[ast.File]) -> tuple[Finding, ...]:
    """By place, in the order of the files."""
    order = {file.source.name: index for index, file in enumerate(files)}
    return tuple(
        sorted(report, key=lambda f: (order.get(f.span.source.name, 0), f.span.start, f.code))
    )
