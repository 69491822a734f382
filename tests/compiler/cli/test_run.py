"""`herosaga run`: what it shows, that it goes on where it was, and what it says when the user's code is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
event Asked { key id: str, sum: int }
event Paid { key id: str }
event Refused { key id: str }
command Pay { key id: str, sum: int }
service Bank { handle Pay emits Paid refuses Refused irreversible }
saga Debt by id: str {
  start { on Asked -> Waiting { request Pay(id, sum = event.sum) } }
  state Waiting {
    on Paid -> Settled
    on Refused -> Lost
    on failure of Pay -> Unclear
  }
  final Settled
  final Lost failed
  final Unclear manual
}
"""
APP = """
from debt import Asked, BankService, Debt, Paid, Pay, Refused
from herosaga_runtime import Context, Host


class Bank:
    async def pay(self, command: Pay, context: Context) -> Paid | Refused:
        if command.sum == 13 and context.attempt == 1:
            raise ValueError("thirteen")
        return Paid(command.id) if command.sum < 100 else Refused(command.id)


def build(host: Host) -> None:
    host.add(Debt)
    host.add(BankService, Bank())


async def demo(host: Host) -> None:
    for name, sum in {"small": 5, "large": 500, "odd": 13}.items():
        await host.publish(Asked(name, sum), id=name)
"""
PROJECT = '[tool.herosaga]\napp = "app:build"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in {"debt.saga": PROGRAM, "app.py": APP, "pyproject.toml": PROJECT}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "herosaga", "run", ".", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def test_a_demo_shows_each_movement_and_the_outcomes(shop: Path) -> None:
    done = run(shop, "--demo")
    assert done.returncode == 0, done.stderr
    for line in (
        "Debt               small      * -> Waiting on Asked, sends Pay",
        "Debt               small      Waiting -> Settled on Paid",
        "Debt               large      Waiting -> Lost on Refused",
        "Bank.Pay                      attempt 1 failed: ValueError: thirteen",
        "3 instances: 2 completed, 1 failed",
    ):
        assert line in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr.splitlines()[-1].endswith("debt.py")


def test_colours_are_for_terminals_and_on_request(shop: Path) -> None:
    assert "\x1b[32m" in run(shop, "--demo", FORCE_COLOR="1").stdout
    assert "\x1b" not in run(shop, "--demo", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_second_run_on_the_same_file_does_nothing_twice(shop: Path) -> None:
    first = run(shop, "--demo", "--db", "debts.db").stdout
    second = run(shop, "--demo", "--db", "debts.db").stdout
    assert "Waiting" not in second
    assert second.strip() == first[first.index("saga ") :].strip()


def test_what_needs_a_person_is_told_at_the_end(shop: Path) -> None:
    (shop / "debt.saga").write_text(
        PROGRAM.replace("on Refused -> Lost", "").replace(
            "on failure of Pay -> Unclear", "after 1h -> Unclear"
        )
    )
    done = run(shop, "--demo")
    assert done.returncode == 1
    assert "stuck: Debt large: Refused is not expected in Waiting" in done.stdout
    assert "put aside: Refused for Debt: Refused is not expected in Waiting" in done.stdout


ORDERS = """
event Placed { key id: str }
event Packed { key id: str }
event Lost { key id: str }
service Depot { on Placed emits Packed | Lost }
flow Order { Placed -> Packed  Placed -> Lost  within 10ms }
activity Wrap(id: str) { log { ribbon: str } }
itinerary Present(id: str) { do Wrap(id) }
"""
DEPOT = """
from herosaga_runtime import ActivityContext, Context, Host, Policy
from orders import (
    DepotService, Lost, Order, Packed, Placed, Present, PresentItinerary, Wrap, WrapActivity, WrapLog, WrapResult
)


class Depot:
    async def on_placed(self, event: Placed, context: Context) -> Packed | Lost:
        if event.id == "heavy":
            raise ValueError("nobody can lift it")
        return Lost(event.id)


class Wrapping:
    async def execute(self, arguments: Wrap, context: ActivityContext) -> WrapResult:
        if arguments.id == "round":
            raise ValueError("it rolls away")
        return WrapResult(WrapLog("red"))

    async def compensate(self, log: WrapLog, context: ActivityContext) -> None:
        raise ValueError("it is knotted")


def build(host: Host) -> None:
    host.add(DepotService, Depot())
    host.add(Order)
    host.add(PresentItinerary)
    host.add(WrapActivity, Wrapping())


async def demo(host: Host) -> None:
    for name in ("light", "heavy"):
        await host.publish(Placed(name), id=name)
    for name in ("square", "round", "flat"):
        await host.send(Present(name), id=name)
    await host.settle()
    await host.turn_back("flat", "nobody likes it")
"""


def test_slips_and_flows_are_shown_as_they_move_and_at_the_end(tmp_path: Path) -> None:
    for name, text in {"orders.saga": ORDERS, "app.py": DEPOT, "pyproject.toml": PROJECT}.items():
        (tmp_path / name).write_text(text)
    done = run(tmp_path, "--demo")
    assert done.returncode == 1, done.stderr
    for line in (
        "Order              light      Placed -> Lost",
        "Present            square     done Wrap",
        "Wrap               round      attempt 1 failed: ValueError: it rolls away",
        "Present            round      failed Wrap",
        "Present            flat       turned back: nobody likes it",
        "Present            flat       waits for an operator at Wrap",
    ):
        assert f"  {line}\n" in done.stdout
    end = done.stdout[done.stdout.index("itinerary") :].splitlines()
    assert [" ".join(each.split()) for each in end] == [
        "itinerary slip status way",
        "Present square completed Wrap",
        "Present round faulted",
        "Present flat stuck Wrap",
        "",
        "flow correlation status way awaited",
        "Order light complete Placed Lost",
        "Order heavy late Placed Packed or Lost from Depot.Placed",
        "",
        "3 slips: 1 completed, 1 faulted, 1 stuck",
        "2 flows: 1 complete, 1 late",
        "stuck: Present flat: Wrap can't be undone: ValueError: it is knotted",
        "late: Order heavy waits for Packed or Lost from Depot.Placed",
        "put aside: Placed for Depot.Placed: ValueError: nobody can lift it",
    ]


BROKEN = {
    "build raises": (APP.replace("host.add(Debt)", "host.add(Debt); host.add(Debt)"), "app.py:14:"),
    "demo raises": (APP.replace("await host.publish(", "await host.nothing("), "app.py:20:"),
    "no such module": (APP + "\nimport nowhere\n", "app.py:22: ModuleNotFoundError"),
    "no Python": (APP + "\nx = (\n", "app.py:22: SyntaxError"),
    "no build": (APP.replace("def build", "def built"), "`app` has no function `build`"),
    "no demo": (APP.replace("def demo", "def demos"), "`app` has no `async def demo(host)`"),
}


def test_an_app_that_is_not_there(shop: Path) -> None:
    (shop / "app.py").unlink()
    done = run(shop, "--demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no module `app`" in done.stderr


@pytest.mark.parametrize("case", BROKEN)
def test_wrong_code_of_the_user_ends_in_a_sentence(case: str, shop: Path) -> None:
    text, expected = BROKEN[case]
    (shop / "app.py").write_text(text)
    done = run(shop, "--demo")
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("database", "expected"),
    [("debt.saga", "file is not a database"), (".", "unable to open database file")],
)
def test_a_database_that_is_none_ends_in_a_sentence(
    database: str, expected: str, shop: Path
) -> None:
    done = run(shop, "--demo", "--db", database)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_a_project_without_app_is_told_how(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("[tool.herosaga]\n")
    done = run(shop)
    assert done.returncode == 2
    assert 'needs `app = "module:function"`' in done.stderr


def test_nothing_runs_while_there_are_errors(shop: Path) -> None:
    (shop / "debt.saga").write_text(PROGRAM.replace("on Paid ->", "on Payd ->"))
    done = run(shop, "--demo")
    assert done.returncode == 1
    assert "did you mean `Paid`?" in done.stdout


STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("sent", STOPS)
def test_stopping_ends_in_a_sentence(sent: signal.Signals, shop: Path) -> None:
    command = [sys.executable, "-m", "herosaga", "run", ".", "--db", "debts.db"]
    with subprocess.Popen(command, cwd=shop, stderr=subprocess.PIPE, text=True) as process:
        while not (shop / "debts.db-wal").exists():
            assert process.poll() is None
        process.send_signal(sent)
        _, said = process.communicate()
    assert process.returncode == STOPS[sent]
    assert "stopped, nothing is lost: run it with --db debts.db again to go on" in said
    assert "Traceback" not in said


WAITING = APP.replace("async def demo(host", "async def asked(host") + """

async def demo(host: Host) -> None:
    await asked(host)
    await host.settle()
    print("all asked", flush=True)
    while True:
        await host.settle()
        await host.next_due()
"""


@pytest.mark.parametrize("presses", [1, 2])
@pytest.mark.parametrize("sent", STOPS)
def test_stopping_a_demo_ends_in_a_sentence(sent: signal.Signals, presses: int, shop: Path) -> None:
    (shop / "app.py").write_text(WAITING)
    command = [sys.executable, "-u", "-m", "herosaga", "run", ".", "--demo"]
    with subprocess.Popen(
        command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "all asked\n" in iter(process.stdout.readline, "")
        for _ in range(presses):
            process.send_signal(sent)
        _, said = process.communicate()
    assert process.returncode == STOPS[sent]
    assert said.splitlines()[-1] == "herosaga: stopped"
    assert "Traceback" not in said and "never retrieved" not in said


RESTLESS = """
from herosaga_runtime.worker import Worker


async def _rest(self: Worker, current: object) -> None:
    raise RuntimeError("no rest")


Worker._rest = _rest
"""


def test_a_host_that_breaks_ends_in_a_sentence(shop: Path) -> None:
    (shop / "app.py").write_text(APP + RESTLESS)
    done = run(shop)
    assert done.returncode == 2
    assert "herosaga: " in done.stderr
    assert "the host has stopped: RuntimeError: no rest\n" in done.stderr


def test_a_closed_pipe_ends_quietly(shop: Path) -> None:
    command = f"{sys.executable} -m herosaga run . --demo | head -n 1; exit ${{PIPESTATUS[0]}}"
    closed = subprocess.run(["bash", "-c", command], cwd=shop, capture_output=True, text=True)
    assert closed.returncode == 141
    assert "Traceback" not in closed.stderr
