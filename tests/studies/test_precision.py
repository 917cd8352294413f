"""Drilling until it is precise: the looks, what is asked, and that intervals still cover where one stops because they are narrow."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drsim
from drsim.errors import InputError
from drsim.measures.estimates import quantile, share
from drsim.studies.precision import criteria, looks

SMALL = Path(__file__).parents[1] / "data" / "small-lost.yaml"

# what is asked


def test_what_is_asked_is_read():
    p95, p50, shares = criteria("P95 within 5 %, P50 within 30 min and every share within 2 points")
    assert (p95.kind, p95.p, p95.relative, p95.absolute) == ("quantile", 0.95, 0.05, 0)
    assert (p50.kind, p50.p, p50.relative, p50.absolute) == ("quantile", 0.5, 0, 1_800_000)
    assert (shares.kind, shares.absolute) == ("share", 0.02)
    assert p95.room(3_600_000) == 180_000
    assert p95.room(0) == 60_000  # a minute is always near enough


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("P95", "'P95' is not understood"),
        ("", "'' is not understood"),
        (5, "that is no text"),
        ("P0 within 5 %", "P0 is not between P0 and P100"),
        ("P100 within 5 %", "P100 is not between"),
        ("P95 within 0 %", "'0 %' is not above 0"),
        ("P95 within 100 %", "below 100 %"),
        ("P95 within 5 wh", "no time on the clock"),
        ("P95 within 5", "5"),
        ("every share within 60 points", "'60 points' is not above 0 and below 50"),
        ("P95 within 5 % or P50 within 5 %", "'5 % or P50 within 5 %'"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_way_on(text, rule):
    with pytest.raises(InputError) as error:
        criteria(text)
    assert rule in str(error.value)
    assert "write it such as 'P95 within 5 %'" in str(error.value)


def test_an_interval_is_narrow_when_both_ends_are_near():
    (asked,) = criteria("P50 within 10 min")
    minute = 60_000
    wide = quantile(np.arange(1, 201) * minute, 0.5)
    assert (wide.low, wide.value, wide.high) == (86 * minute, 100 * minute, 115 * minute)
    assert not asked.kept(wide)
    assert criteria("P50 within 15 min")[0].kept(wide)
    assert not criteria("P50 within 14 min")[0].kept(wide)  # the further end counts


def test_what_is_surely_beyond_the_horizon_is_known_well_enough():
    (asked,) = criteria("P95 within 5 %")
    assert asked.kept(quantile([math.inf] * 100, 0.95))
    assert not asked.kept(quantile([1.0] * 94 + [math.inf] * 6, 0.95))
    assert not asked.kept(quantile([1.0] * 96 + [math.inf] * 4, 0.95))


def test_looks_are_at_whole_slices_but_the_last():
    assert list(looks(1000, 5000, 64)) == [1024, 1536, 2304, 3456, 5000]
    assert list(looks(1000, 1000, 64)) == [1000]
    assert list(looks(10, 100, 64)) == [64, 100]
    assert list(looks(7, 5, 64)) == [5]


# with drills


def test_it_goes_on_until_it_is_reached_and_says_so():
    some = drsim.run(SMALL, replications=64, precision="every share within 3 points", at_most=2_000, workers=1)
    assert some.stopped == f"every share within 3 points: reached with {some.replications} drills"
    assert 64 < some.replications < 2_000
    whole = drsim.run(SMALL, replications=some.replications, workers=1)
    assert whole.stopped is None
    assert {**some.to_dict(), "stopped": None} == whole.to_dict()  # the same drills, whatever made them so many
    for criterion in criteria("every share within 3 points"):
        assert all(map(criterion.kept, some.figures(criterion)))
        before = drsim.run(SMALL, replications=64, workers=1)
        assert not all(map(criterion.kept, before.figures(criterion)))


def test_it_ends_at_the_most_and_says_what_is_missing():
    found = drsim.run(
        SMALL, replications=64, precision="P50 within 50 % and every share within 0.1 points", at_most=150, workers=1
    )
    assert found.replications == 150
    assert found.stopped == (
        "every share within 0.1 points: not reached with 150 drills, the most allowed (P50 within 50 % is)"
    )


# coverage where one stops, by simulation: looks, growth and criteria as they are, the drills made up

ROUNDS = 1_500


def stops(text: str, draw: Any, estimate: Any, first: int, most: int, seed: int) -> list[tuple[int, Any]]:
    (asked,) = criteria(text)
    luck = np.random.default_rng(seed)
    found = []
    for _ in range(ROUNDS):
        values = draw(luck, most)
        for number in looks(first, most, 64):
            figure = estimate(values[:number])
            if asked.kept(figure):
                break
        found.append((number, figure))
    return found


def coverage(found: list[tuple[int, Any]], truth: float) -> float:
    return float(np.mean([figure.low <= truth <= figure.high for _, figure in found]))


TOLERANCE = 4 * math.sqrt(0.95 * 0.05 / ROUNDS)
"""Four standard errors of a coverage of 95 %."""
HOURS = 3_600_000


@pytest.mark.parametrize(("p", "text"), [(0.95, "P95 within 10 %"), (0.5, "P50 within 4 %")])
def test_quantiles_cover_where_one_stops(p, text):
    truth = 5 * HOURS * math.exp(0.5 * {0.95: 1.6448536269514722, 0.5: 0.0}[p])
    found = stops(
        text,
        lambda luck, n: 5 * HOURS * np.exp(0.5 * luck.normal(size=n)),
        lambda values: quantile(values, p),
        256,
        20_000,
        seed=5,
    )
    assert len({number for number, _ in found}) > 2  # they do stop at different looks
    assert max(number for number, _ in found) < 20_000
    assert coverage(found, truth) >= 0.95 - TOLERANCE


@pytest.mark.parametrize("true", [0.85, 0.5, 0.99])
def test_shares_cover_where_one_stops(true):
    found = stops(
        "every share within 3 points",
        lambda luck, n: luck.random(n) < true,
        lambda values: share(int(np.count_nonzero(values)), len(values)),
        128,
        20_000,
        seed=6,
    )
    assert coverage(found, true) >= 0.93 - TOLERANCE  # 93 % is the least that Wilson's interval covers anyway


def test_looking_after_every_drill_from_the_first_would_not_do():
    """A twin: with a look at each drill from the tenth on, one stops too often just when luck makes it look narrow."""
    luck, asked = np.random.default_rng(7), criteria("every share within 20 points")[0]
    hits = []
    for _ in range(300):
        values = luck.random(400) < 0.9
        for number in range(10, 400):
            k, n = int(values[:number].sum()), number
            half = 1.96 * math.sqrt(k * (n - k) / n**3)  # Wald's, which takes all of ten for certain
            if half <= asked.absolute:
                break
        hits.append(abs(k / n - 0.9) <= half)
    assert np.mean(hits) < 0.95 - 0.1
