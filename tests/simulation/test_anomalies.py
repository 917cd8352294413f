"""Scheduling anomalies (R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17, 1969).

His example of nine tasks on three machines takes 12. Every change that should help makes it longer: a fourth machine 15,
each task shorter by 1 makes 13, two precedences fewer 16. Here a unit is 10 min, a machine is an engineer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reference.drill import simulate

import drsim
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.studies.replay import Replay
from drsim.units import MINUTE

FILE = Path(__file__).parents[2] / "scenarios/more-people-later.yaml"
LENGTHS = (30, 20, 20, 20, 40, 40, 40, 40, 90)
SHORTER = {f"components.s{i}.start.takes": f"{length - 10} min" for i, length in enumerate(LENGTHS, 1)}
FREER: dict[str, Any] = {"components.s5.needs": [], "components.s6.needs": []}


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [({}, 120), ({"teams.engineers.people": 4}, 150), (SHORTER, 130), (FREER, 160)],
    ids=["as it is", "a fourth engineer", "every step shorter", "two dependencies fewer"],
)
def test_what_should_help_makes_it_later(changes: dict[str, Any], minutes: int) -> None:
    scenario = drsim.load(FILE).with_(changes)
    result = drsim.run(scenario, replications=1)
    assert result.services.loc["counter", "p50_h"] == minutes / 60
    last = max(row.end for row in simulate(scenario, lambda _: 0.5).rows)
    assert last == minutes * MINUTE


def test_with_people_enough_every_help_helps() -> None:
    # nine at once: s1 and s9 one after the other, 30 + 90; the twin of the above, in which no step waits for people
    plenty = {"teams.engineers.people": 9}
    scenario = drsim.load(FILE)
    found = [
        float(drsim.run(scenario.with_({**plenty, **changes}), replications=1).services.loc["counter", "p50_h"]) * 60
        for changes in ({}, SHORTER, FREER)
    ]
    assert found == [120, 100, 120]


def test_a_tight_target_puts_the_longest_first() -> None:
    tight = {"services.counter.targets.rto": "4 h"}
    text = (
        FILE.read_text(encoding="utf-8")
        + """\
    first:
      targets: {rto: 2 h}
      points: {desk: {at: annex, needs: [s9]}}
"""
    )
    scenario = loads(text).with_({"teams.engineers.people": 4, **tight})
    assert drsim.run(scenario, replications=1).services.loc["counter", "p50_h"] == 2


def test_explain_tells_why() -> None:
    # with four: s9 could begin at 30, but s5 to s8 took all four at 20 and hold them to 60
    replay = Replay.of(compile_scenario(drsim.load(FILE).with_({"teams.engineers.people": 4})), 1, 0)
    ((_, found),) = replay.explain("counter")
    told = [(s.cause, s.detail, s.begin // MINUTE, s.end // MINUTE) for s in found]
    assert told == [
        ("step under way", "s1", 0, 30),
        ("team busy", "start s5", 30, 60),
        ("step under way", "s9", 60, 150),
    ]
