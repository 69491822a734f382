"""Flows followed wrongly."""

from herosaga_runtime import ArrowState, FlowStatus, Host

from desk import Asking, Question


async def use(host: Host) -> None:
    """Adds and looks at what it can't."""
    host.add(Asking)
    host.add(Asking, object())  # E: call-arg / reportCallIssue: Too many arguments | Expected 0 positional arguments
    for each in await host.flows(Asking, FlowStatus.RUNNING, late=True):
        print(each.started.isoformat(), each.in_state(ArrowState.EXCLUDED), each.awaited[0].by)
        print(each.due.isoformat())  # E: union-attr / reportOptionalMemberAccess: "isoformat"
        print(each.missing)  # E: attr-defined / reportAttributeAccessIssue: "missing"
    await host.flows(Question)  # E: arg-type / reportArgumentType: "Flow | None"
    await host.flows(status="running")  # E: arg-type / reportArgumentType: "FlowStatus | None"
