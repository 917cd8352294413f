"""The log of a drill: at one instant what caused something comes before it."""

from __future__ import annotations

from pathlib import Path

import pytest

import drsim
from drsim.reading import load

FILE = Path(__file__).parents[1] / "data" / "small-lost.yaml"


def test_without_a_standby_is_told_with_its_times():
    replay = drsim.run(load(FILE), replications=1, workers=1).replay(0)
    text = " ".join(replay.timeline().split())
    assert f"WITHOUT A STANDBY {len(replay.unprotected)} a second failure would find none" in text
    assert " to the end: " in text.split("WITHOUT A STANDBY")[1]
    assert replay.to_dict()["unprotected"] == {
        name: [{"begin": begin, "end": end} for begin, end in spans] for name, spans in replay.unprotected.items()
    }


@pytest.mark.parametrize("drill", range(6))
def test_what_is_back_comes_after_the_steps_that_brought_it_back(drill):
    scenario = load(
        FILE,
        set={
            "services.moving-house.targets.mbco": "10 %",
            "components.burgerzaken.verify.takes": "0 s",
            "components.oracle.start.takes": "0 s",
            "components.desktops.start.takes": "0 s",
        },
    )
    replay = drsim.run(scenario, replications=6, workers=1).replay(drill)
    text = replay.timeline().split("\n\n", 1)[1]
    (interruption,) = replay.interruptions("moving-house")
    at_once = [row for row in replay.trajectory.rows if row.start == row.end == interruption.end]
    assert at_once
    back = text.index("moving-house is back after")
    names = [f"{row.kind} {row.object}" for row in sorted(at_once, key=replay.trajectory.place)]
    found = [text.index(name) for name in names]
    assert found == sorted(found)
    assert all(place < back for place in found)
    assert text.index(" is lost") < text.index("below its minimum") < back
