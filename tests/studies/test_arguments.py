"""What is asked in Python is refused with its value where nothing could come of it, and taken where it is clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drsim
from drsim.errors import DrsimError
from drsim.studies.replay import Replay
from drsim.studies.run import explanations

SMALL = Path(__file__).parents[1] / "data" / "small-lost.yaml"
SERVICE = "moving-house"


@pytest.fixture(scope="module")
def scenario() -> drsim.Scenario:
    return drsim.load(SMALL)


@pytest.fixture(scope="module")
def result(scenario: drsim.Scenario) -> drsim.Result:
    return drsim.run(scenario, replications=8, workers=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 2.5}, "replications 2.5: a whole number from 1 to 1,000,000,000 is needed"),
        ({"replications": "10"}, "replications '10': a whole number"),
        ({"replications": True}, "replications True: a whole number"),
        ({"replications": None}, "replications None: a whole number"),
        ({"replications": 0}, "replications 0: a whole number"),
        ({"replications": 10**12}, "replications 1000000000000: a whole number"),
        ({"seed": "1"}, "seed '1': a whole number from 0 to 2[*][*]64 - 1 is needed"),
        ({"seed": -1}, "seed -1: a whole number"),
        ({"seed": 2**64}, "seed 18446744073709551616: a whole number"),
        ({"seed": 1.0}, "seed 1.0: a whole number"),
        ({"workers": 0}, "workers 0: a whole number of at least 1 is needed"),
        ({"workers": 1.5}, "workers 1.5: a whole number"),
    ],
)
def test_a_run_refuses(scenario: drsim.Scenario, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DrsimError, match=f"^{message}"):
        drsim.run(scenario, **arguments)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda r: r.explain(SERVICE, around=95),
            "around 95: a share of drills above 0 and below 1 is needed, such as",
        ),
        (lambda r: r.explain(SERVICE, around=1), "around 1: a share of drills"),
        (lambda r: r.around(SERVICE, 0), "around 0: a share of drills"),
        (lambda r: r.around(SERVICE, -0.5), "around -0.5: a share of drills"),
        (lambda r: r.around(SERVICE, float("nan")), "around nan: a share of drills"),
        (lambda r: r.around(SERVICE, "0.95"), "around '0.95': a share of drills"),
        (lambda r: r.around(SERVICE, None), "around None: a share of drills"),
        (lambda r: r.around(SERVICE, 0.5, count=0), "count 0: a whole number of at least 1 is needed"),
        (lambda r: r.explain(SERVICE, count=2.5), "count 2.5: a whole number"),
        (lambda r: explanations(r, [SERVICE], 95, workers=1), "around 95: a share of drills"),
        (lambda r: explanations(r, [SERVICE], 95, workers=2), "around 95: a share of drills"),
        (lambda r: explanations(r, [SERVICE], workers=0), "workers 0: a whole number"),
        (lambda r: r.replay("3"), "drill '3': a whole number from 0 to 7 is needed"),
        (lambda r: r.replay(-1), "drill -1: a whole number from 0 to 7 is needed"),
        (lambda r: r.replay(8), "drill 8: a whole number from 0 to 7 is needed"),
        (lambda r: r.replay(1.0), "drill 1.0: a whole number"),
        (lambda r: Replay.of(r.plan, 1, -1), "drill -1: a whole number from 0 to 999,999,999 is needed"),
        (lambda r: Replay.of(r.plan, 1, 10**30), "drill 1000000000000000000000000000000: a whole number"),
        (lambda r: Replay.of(r.plan, "1", 0), "seed '1': a whole number"),
        (lambda r: r.draws("nope"), "no draw is named 'nope': expected one of: "),
        (lambda r: r.draws(["nope"]), "no draw is named 'nope': expected one of: "),
        (lambda r: r.draws(incident=-1), "incident -1: a whole number"),
        (lambda r: r.draws(attempt="0"), "attempt '0': a whole number"),
        (lambda r: r.steps(drills=3), "drills 3: the numbers of some drills are needed, such as range"),
        (lambda r: r.steps(drills=[]), "no drills: the numbers of some drills are needed"),
        (lambda r: r.steps(drills=[99]), "drill 99: a whole number from 0 to 7 is needed"),
    ],
)
def test_a_result_refuses(result: drsim.Result, ask: Callable[[drsim.Result], Any], message: str) -> None:
    with pytest.raises(DrsimError, match=f"^{message}"):
        ask(result)


def test_a_path_is_a_scenario(result: drsim.Result) -> None:
    for path in (SMALL, str(SMALL)):
        found = drsim.run(path, replications=np.int64(8), seed=np.uint64(1), workers=1)
        assert found.drills.equals(result.drills)
    with pytest.raises(drsim.InputError, match="there is no directory"):
        drsim.run("nowhere/at-all.yaml")


@pytest.mark.parametrize("what", [None, 3, {"title": "x"}])
def test_what_is_no_scenario_is_refused(what: Any) -> None:
    with pytest.raises(
        DrsimError, match=r"is no scenario\n  give what drsim.load gives, or the path of a scenario file"
    ):
        drsim.run(what)


def test_a_landscape_is_no_scenario(scenario: drsim.Scenario) -> None:
    with pytest.raises(DrsimError, match=r"^a Landscape is no scenario\n"):
        drsim.run(scenario.landscape)  # type: ignore[arg-type]


def test_one_name_is_a_name(result: drsim.Result) -> None:
    name = "decide sint-michielsgestel"
    assert result.draws(name).equals(result.draws([name]))
    assert list(result.draws(name).columns) == [f"{name} (h)"]


def test_numbers_of_numpy_are_numbers(result: drsim.Result) -> None:
    assert result.replay(np.int64(3)).drill == 3
    assert result.around(SERVICE, np.float64(0.95), count=np.int64(1)) == result.around(SERVICE, 0.95, count=1)
