"""Two scenarios under the same luck: what differs comes out as worked out by hand, also where they are quite unlike."""

from __future__ import annotations

import math

import pytest
from cases import scenario

import drsim
from drsim.errors import DrsimError
from drsim.reporting.compared import answer
from drsim.studies.compare import COMPARED_COLUMNS, compare

MINUTE = 60_000
HOUR = 60 * MINUTE

LAND = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 1 Gbit/s}}
components:
  a: {at: {here: active, there: warm}, start: {takes: 3 h}}
  b: {at: {here: active, there: warm}, start: {takes: 5 to 60 min}}
services:
  fixed: {targets: {rto: 2 h}, demand: 24/day, points: {p: {at: there, needs: [a]}}}
  random: {points: {q: {at: there, needs: [b]}}}
"""


def test_a_certain_change_is_exact_and_leaves_the_rest_alone():
    before = scenario(LAND)
    after = before.with_({"components.a.start.takes": "1 h"})
    found = compare(before, after, replications=40, seed=5, workers=1)
    fixed = found.service("fixed")
    assert fixed.recovery.sooner.successes == 40 and fixed.verdict == "better"
    mean = fixed.recovery.mean
    assert (mean.before, mean.after, mean.value, mean.low, mean.high) == (3 * HOUR, HOUR, *[-2 * HOUR] * 3)
    assert [fixed.quantiles[p].value for p in (0.5, 0.95)] == [-2 * HOUR] * 2
    assert (fixed.in_time.before, fixed.in_time.after) == (0, 1)
    assert fixed.targets == ("missed", "met")
    assert found.turned == {"rto": {("missed", "met"): 1}, "rpo": {}}
    assert (
        answer(found)
        == "On average, of 2 services 1 is back sooner, 1 is the same. 1 that missed its RTO meets it now."
    )
    back = compare(after, before, replications=40, seed=5, workers=1)
    assert answer(back).endswith("1 that met its RTO misses it now.")
    other = before.with_({"components.b.start.takes": "7 min"})
    assert answer(compare(before, other, replications=8, workers=1)).endswith("No verdict on a target changes.")
    assert fixed.contacts_lost.value == pytest.approx(-2)
    assert found.same == ["random"] and found.service("random").recovery.tied.successes == 40
    assert [(each.path, each.before, each.after) for each in found.changes] == [
        ("components.a.start.takes", "3 h", "1 h")
    ]
    assert list(found.table.columns) == list(COMPARED_COLUMNS)
    row = found.table.loc["fixed"]
    assert row["difference_h"] == -2
    assert [row[f"sooner{end}"] for end in ("", "_low", "_high")] == [1, pytest.approx(0.025 ** (1 / 40)), 1]
    assert [row[f"p50_before{end}_h"] for end in ("", "_low", "_high")] == [3, 3, 3]
    assert [row[f"in_time_before{end}"] for end in ("", "_low", "_high")] == [
        0,
        0,
        pytest.approx(1 - 0.025 ** (1 / 40)),
    ]


def test_luck_that_both_have_is_the_same():
    before = scenario(LAND)
    after = before.with_({"components.b.start.takes": "5 to 90 min"})  # longer in every drill
    found = compare(before, after, replications=40, workers=1).service("random")
    assert found.recovery.later.successes == 40
    other = drsim.run(after, replications=40, seed=2, workers=1)
    times = [drsim.run(before, replications=40, workers=1).drills, other.drills]
    one, two = (frame.xs("random", level="service")["recovery_h"].to_numpy() for frame in times)
    assert 0 < (two < one).sum() < 40  # with other luck it would not be


def test_scenarios_that_have_nothing_in_common():
    other = scenario(LAND.replace("fixed:", "this:").replace("random:", "that:"), horizon="2 d")
    found = compare(scenario(LAND), other, replications=8, workers=1)
    assert (found.only_before, found.only_after) == (["fixed", "random"], ["that", "this"])
    assert found.services == [] and list(found.table.columns) == list(COMPARED_COLUMNS) and found.table.empty
    assert found.horizon == 48 * HOUR and found.to_dict()["services"] == {}
    with pytest.raises(DrsimError, match="no service of both is named 'fixed'"):
        found.service("fixed")


def test_what_is_beyond_the_shorter_horizon_is_not_back():
    found = compare(scenario(LAND), scenario(LAND, horizon="150 min"), replications=40, workers=1)
    fixed = found.service("fixed")
    assert fixed.recovery.neither.successes == 40  # back after three hours, in the longer one only
    assert fixed.quantiles == {0.5: None, 0.95: None} and fixed.recovery.mean.value == 0
    assert math.isinf(fixed.recovery_quantiles[0.5][0].value)
    assert math.isnan(found.table.loc["fixed", "p50_difference_h"])
    assert found.service("random").verdict == "same"


def test_each_is_judged_by_its_own_target():
    tighter = scenario(LAND).with_({"services.fixed.targets.rto": "4 wh"})  # from Tuesday 10:00 on: 14:00
    found = compare(scenario(LAND), tighter, replications=40, workers=1)
    fixed = found.service("fixed")
    assert fixed.targets == ("missed", "met") and (fixed.in_time.before, fixed.in_time.after) == (0, 1)
    assert fixed.verdict == "same"
    none = scenario(LAND.replace("targets: {rto: 2 h}, ", ""))
    found = compare(scenario(LAND), none, replications=8, workers=1).service("fixed")
    assert found.in_time is None and found.targets == ("missed", None)


@pytest.mark.parametrize("replications", [1, 2])
def test_one_or_two_drills_prove_nothing(replications):
    after = scenario(LAND).with_({"components.b.start.takes": "15 to 60 min"})
    found = compare(scenario(LAND), after, replications=replications, workers=1).service("random")
    difference = found.quantiles[0.5]
    assert (difference.low, difference.high) == (-math.inf, math.inf)
    assert found.recovery.later.low < 0.5
    assert replications == 2 or found.verdict == "undecided"


def test_results_settle_seed_and_number():
    before = drsim.run(scenario(LAND), replications=30, seed=7, workers=1)
    found = compare(before, scenario(LAND), replications=500, seed=1, workers=1)
    assert (found.replications, found.after.seed) == (30, 7) and found.same == ["fixed", "random"]
    fewer = drsim.run(scenario(LAND), replications=10, seed=7, workers=1)
    assert compare(before, fewer).replications == 10
    with pytest.raises(DrsimError, match="results of seeds 7 and 8 had different luck"):
        compare(before, drsim.run(scenario(LAND), replications=10, seed=8, workers=1))


@pytest.mark.parametrize("which", [0, 1])
def test_an_interrupt_compares_what_both_have(which):
    def stop(done: int, asked: int) -> None:
        if done == 64 + which * 200:
            raise KeyboardInterrupt

    found = compare(scenario(LAND), scenario(LAND), replications=200, workers=1, progress=stop)
    assert found.interrupted and found.replications == 64
    assert found.service("random").recovery.tied.trials == 64
