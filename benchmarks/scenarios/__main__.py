"""`python -m benchmarks.scenarios`: the scenarios of `tests/scenarios`, beside their bare steps."""

from __future__ import annotations

from pathlib import Path

from herosaga.scenarios.module import Externs

from benchmarks.scenarios.measure import costs, playable, report

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
ROUNDS = 15

if __name__ == "__main__":
    with playable(FOLDER, Externs("functions", "Functions")) as found:
        print(report(list(costs(found, ROUNDS))))
