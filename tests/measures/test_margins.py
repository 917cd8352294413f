"""Margins: what is to spare in the share of drills that is asked for, and how often that was a near miss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cases import scenario
from hypothesis import given
from hypothesis import strategies as st

import drsim
from drsim.measures.estimates import Share, clopper_pearson
from drsim.measures.margins import margin
from drsim.reporting.margins import margins, near, spare
from drsim.reporting.page import Page
from drsim.units import HOUR, MINUTE


def test_by_hand() -> None:
    """Of 1 to 100 min the 85th is 85: of 90 min 5 are to spare; 82 to 90 keep it with less than 9 to spare, 91 to 98 miss it so."""
    found = margin(np.arange(1, 101) * MINUTE, 90 * MINUTE, 0.85)
    assert found.value == 5 * MINUTE
    assert found.low < 0 < found.high
    assert (found.just_met.successes, found.just_missed.successes) == (9, 8)
    assert near(found)
    assert spare(found) == "+5 min (−3 min to +12 min)"


def test_what_is_not_back_lacks_all_there_is() -> None:
    times = np.array([10.0] * 50 + [math.inf] * 50) * MINUTE
    found = margin(times, 20 * MINUTE, 0.85)
    assert (found.value, found.low, found.high) == (-math.inf, -math.inf, -math.inf)
    assert spare(found) == "not back in time"
    assert not near(found)


def test_of_all_drills_the_longest_counts_and_it_may_be_longer() -> None:
    found = margin(np.array([1.0, 2.0, 3.0]) * HOUR, 4 * HOUR, 1.0)
    assert (found.value, found.low, found.high) == (HOUR, -math.inf, HOUR)


@given(
    st.lists(st.integers(0, 200).map(float) | st.just(math.inf), min_size=1, max_size=120),
    st.integers(1, 150),
    st.sampled_from([0.5, 0.85, 0.95]),
)
def test_the_margin_is_surely_above_0_just_when_the_share_surely_is_what_is_asked(times, limit, asked) -> None:
    """By the exact interval of the share; an interval of half the width would say so too often."""
    found = margin(times, limit, asked)
    met = sum(time <= limit for time in times)
    low, high = clopper_pearson(met, len(times))
    if min(abs(low - asked), abs(high - asked)) > 1e-9:
        assert (found.low >= 0) == (low > asked)
        assert (found.high < 0) == (high < asked) or met == len(times)
    assert found.just_met.successes <= met
    assert found.just_missed.successes <= len(times) - met


def test_the_margin_is_covered() -> None:
    """Exponential with mean 1 h: the 85th percentile is -ln 0.15, the limit 2 h; a limit that is 5 % off is seen to be."""
    luck = np.random.default_rng(5)
    samples = luck.exponential(HOUR, (1_500, 300))
    found = [margin(sample, 2 * HOUR, 0.85) for sample in samples]
    truth = 2 * HOUR + HOUR * math.log(0.15)
    hits = np.mean([each.low <= truth <= each.high for each in found])
    tolerance = 4 * math.sqrt(0.95 * 0.05 / len(samples))
    assert hits >= 0.95 - tolerance
    assert np.mean([each.low <= truth - 0.1 * HOUR <= each.high for each in found]) < 0.95 - tolerance
    chance = math.exp(-1.8) - math.exp(-2.0)
    assert np.mean([each.just_met.low <= chance <= each.just_met.high for each in found]) >= 0.95 - tolerance


LAND = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 1 GB/s}}
teams: {office: {works: "Mon-Fri 9:00-17:00"}}
components:
  a: {at: {here: active, there: warm}, start: {takes: 10 to 110 min}}
  b: {at: {here: active, there: warm}, start: {takes: 14 to 15 wh, by: office}}
services:
  clock: {targets: {rto: 90 min, share: 85 %}, points: {p: {at: there, needs: [a]}}}
  hours: {targets: {rto: 16 wh, share: 85 %}, points: {p: {at: there, needs: [b]}}}
  free: {points: {p: {at: there, needs: [a]}}}
"""


@pytest.fixture(scope="module")
def result() -> drsim.Result:
    return drsim.run(scenario(LAND), replications=400, workers=1)


def test_of_a_result(result: drsim.Result) -> None:
    clock, hours = (result.outcome(name).margin for name in ("clock", "hours"))
    assert clock is not None and hours is not None
    assert result.outcome("free").margin is None
    assert not clock.working and hours.working
    row = result.row("clock")
    times = np.sort(result.block.recovery[row])
    assert clock.value == 90 * MINUTE - times[339]  # the 340th of 400
    assert clock.just_met.successes == np.count_nonzero((times <= 90 * MINUTE) & (times > 81 * MINUTE))
    working = np.sort(result.block.working[result.row("hours")])
    assert hours.value == 16 * HOUR - working[339]
    assert 0 < hours.value < 2 * HOUR  # in working hours, of which the weekend and the nights are none
    table = result.services
    assert table.loc["clock", "margin_h"] == clock.value / HOUR
    assert math.isnan(table.loc["free", "margin_h"])
    assert table.loc["clock", "just_met"] == clock.just_met.value
    found = result.to_dict()["services"]
    assert found["clock"]["margin"]["to_spare_ms"] == clock.value
    assert found["hours"]["margin"]["working"] is True
    assert found["free"]["margin"] is None


def test_of_a_page(result: drsim.Result) -> None:
    page = Page()
    margins(result, page)
    text = "\n".join(line.plain for line in page.lines)
    assert "NEAR THE LIMIT 2" in text
    line = next(line for line in text.splitlines() if line.strip().startswith("clock"))
    clock = result.outcome("clock").margin
    assert clock is not None
    assert spare(clock) in line
    assert "free" not in text


def test_nothing_is_said_where_all_is_well() -> None:
    page = Page()
    margins(drsim.run(scenario(LAND.replace("90 min", "9 h").replace("16 wh", "40 wh")), replications=64), page)
    assert not page.lines


def test_a_share_that_never_was_is_no_near_miss() -> None:
    assert isinstance(margin([1.0], 100, 0.5).just_met, Share)
    assert not margin([1.0] * 100, 100, 0.5).just_met.successes
