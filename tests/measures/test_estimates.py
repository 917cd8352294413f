"""An interval covers as often as it says; every check is also seen to say no."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri

from drsim.measures.estimates import (
    Share,
    bounded_mean,
    clopper_pearson,
    mean,
    means,
    quantile,
    quantile_ranks,
    quantiles,
    share,
    shares,
    verdict,
    wilson,
)

Floats = NDArray[np.float64]

LUCK = 1e-6
COMPARISONS = 200  # more than there are here, twins included
ERRORS = float(ndtri(1 - LUCK / COMPARISONS / 2))
"""Standard errors that all comparisons together exceed by luck once in a million runs, were the seeds not fixed."""


def too_far(hits: NDArray[np.bool_], chance: float) -> float:
    """Give the distance of a simulated coverage from its chance, in tolerances; above 1 is a refusal."""
    return abs(float(hits.mean()) - chance) / (ERRORS * math.sqrt(chance * (1 - chance) / hits.size))


def covered(estimates: list[object], truth: float) -> NDArray[np.bool_]:
    return np.array([each.low <= truth <= each.high for each in estimates])  # type: ignore[attr-defined]


def binomial(n: int, p: Fraction, upto: int) -> Fraction:
    """Add up the chances of 0 to `upto` successes, exactly and without any library."""
    return sum((math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(upto + 1)), Fraction(0))


# known values


def test_wilson_as_published():
    low, high = wilson(8, 10)
    z = 1.959963984540054
    centre, half = (0.8 + z * z / 20) / (1 + z * z / 10), z * math.sqrt(0.016 + z * z / 400) / (1 + z * z / 10)
    assert (low, high) == (pytest.approx(centre - half, abs=1e-14), pytest.approx(centre + half, abs=1e-14))
    assert (round(float(low), 4), round(float(high), 4)) == (0.4902, 0.9433)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 30, 0, 1 - 0.025 ** (1 / 30)),
        (10, 10, 0.025 ** (1 / 10), 1),
        (1000, 1000, 0.025 ** (1 / 1000), 1),
        (0, 0, 0, 1),
    ],
)
def test_clopper_pearson_has_a_closed_form_at_the_ends(successes, trials, low, high):
    found = share(successes, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-13), pytest.approx(high, abs=1e-13))
    assert found.low > 0.996 or trials < 1000


@pytest.mark.parametrize(("successes", "trials"), [(1, 12), (8, 10), (37, 50), (5, 1000)])
def test_the_ends_of_clopper_pearson_leave_two_and_a_half_percent(successes, trials):
    low, high = clopper_pearson(successes, trials)
    assert 1 - binomial(trials, Fraction(float(low)), successes - 1) == pytest.approx(0.025, abs=1e-11)
    assert binomial(trials, Fraction(float(high)), successes) == pytest.approx(0.025, abs=1e-11)


@pytest.mark.parametrize(
    ("successes", "trials", "exact"),
    [(8, 10, True), (20, 39, True), (20, 40, False), (19, 1000, True), (20, 1000, False), (981, 1000, True)],
)
def test_the_exact_interval_is_for_few_trials_and_rare_outcomes(successes, trials, exact):
    found = share(successes, trials)
    assert (found.low, found.high) == (clopper_pearson if exact else wilson)(successes, trials)
    assert (found.low, found.high) != (wilson if exact else clopper_pearson)(successes, trials)


def test_ranks_of_the_median_of_a_hundred():
    assert quantile_ranks(100, 0.5) == (40, 50, 61)
    half = Fraction(1, 2)
    assert binomial(100, half, 60) - binomial(100, half, 39) >= 0.95
    assert binomial(100, half, 59) - binomial(100, half, 40) < 0.95
    found = quantile(np.arange(100, 0, -1), 0.5)
    assert (found.low, found.value, found.high, found.n) == (40, 50, 61, 100)


@pytest.mark.parametrize("n", [1, 2, 7, 30, 72, 110])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_ranks_are_as_near_as_the_binomial_sum_allows(n, p, confidence):
    exact, tail = Fraction(p), (1 - confidence) / 2
    low, rank, high = quantile_ranks(n, p, confidence)
    assert binomial(n, exact, low - 1) <= tail < binomial(n, exact, low)
    assert 1 - binomial(n, exact, high - 1) <= tail
    assert 1 - binomial(n, exact, high - 2) > tail
    assert max(low, 1) <= rank <= min(high, n)


def test_a_quantile_knows_when_there_are_too_few_drills():
    assert quantile(np.arange(1, 72), 0.95).high == math.inf
    assert quantile(np.arange(1, 73), 0.95).high == 72
    assert quantile([5, 6], 0.5).low == 0
    assert quantile([5, 6], 0.5, least=-math.inf).low == -math.inf


@pytest.mark.parametrize("p", [0.07, 0.14, 0.28, 0.29, 0.55, 0.56, 0.57, 0.95])
def test_the_rank_of_a_whole_percentage_of_a_hundred_is_that_number(p):
    assert quantile(np.arange(1, 101), p).value == round(p * 100)


def test_a_censored_drill_is_longer_than_any_other():
    values = np.concatenate([np.arange(1.0, 941), np.full(60, np.inf)])
    assert quantile(values, 0.5).value == 500
    p95 = quantile(values, 0.95)
    assert (p95.low, p95.value, p95.high) == (936, math.inf, math.inf)


def test_mean_by_hand():
    found = mean([1, 2, 3])
    assert found.standard_error == pytest.approx(1 / math.sqrt(3))
    assert (found.low, found.high) == (
        pytest.approx(2 - 4.302652729911275 / math.sqrt(3)),
        pytest.approx(4.484137711750),
    )


@pytest.mark.parametrize(
    ("values", "value"), [([], math.nan), ([4], 4), ([4, 5, math.inf], math.inf), ([-math.inf, math.inf, 0], math.nan)]
)
def test_a_mean_that_knows_nothing_says_so(values, value):
    found = mean(values)
    assert found.value == value or (math.isnan(found.value) and math.isnan(value))
    assert (found.low, found.high, found.standard_error) == (-math.inf, math.inf, math.inf)


def test_what_was_never_seen_may_happen_in_a_few():
    found = bounded_mean([0.0] * 100, 0, 400)
    assert (found.value, found.low, found.high) == (0, 0, pytest.approx(400 * (1 - 0.0125 ** (1 / 100))))
    few = bounded_mean([4.0, 5, 6] + [0.0] * 97, 0, 1000)  # 3 of 100 at 97.5 %, Student's at 97.5 % around 5
    assert few.value == pytest.approx(0.15)
    assert few.high == pytest.approx(0.0933 * (5 + 6.2053 / math.sqrt(3)), rel=0.01)
    seldom = few.low / (5 - 6.2053 / math.sqrt(3))
    assert float(1 - binomial(100, Fraction(seldom), 2)) == pytest.approx(0.0125, rel=1e-3)
    assert bounded_mean([7.0] + [0.0] * 9, 0, 8).high == pytest.approx(8 * clopper_pearson(1, 10, 0.975)[1])
    often = np.arange(100) % 3
    assert bounded_mean(often, 0, 3) == mean(often)
    assert math.isnan(bounded_mean([], 0, 1).value)


def test_a_sample_of_nothing():
    nothing = quantile([], 0.5)
    assert math.isnan(nothing.value)
    assert (nothing.low, nothing.high, nothing.n) == (0, math.inf, 0)
    assert math.isnan(share(0, 0).value)
    assert share(0, 0) + share(3, 4) == share(3, 4)
    assert verdict(share(0, 0), 0.85) == "undecided"
    assert quantiles(np.empty((5, 0)), 0.5) == means(np.empty((5, 0))) == shares([], 5) == []


# coverage of shares, summed exactly: no luck in it


def sides(low: Floats, high: Floats, p: Floats) -> Floats:
    """Give the chances that the interval lies below p and that it lies above it."""
    n = len(low) - 1
    first, last = np.searchsorted(high, p, "left"), np.searchsorted(low, p, "right") - 1
    return np.array([np.where(first > 0, bdtr(np.maximum(first - 1, 0), n, p), 0), 1 - bdtr(last, n, p)])


def intervals(n: int, confidence: float) -> tuple[Floats, Floats]:
    found = shares(np.arange(n + 1), n, confidence)
    return np.array([each.low for each in found]), np.array([each.high for each in found])


def worst(low: Floats, high: Floats) -> tuple[float, float]:
    """Give the least coverage of all true shares, and the most that one side is wrong; both jump at the ends only."""
    ends = np.concatenate([low, high])
    wrong = sides(low, high, np.concatenate([each[(each > 0) & (each < 1)] for each in (ends - 1e-10, ends + 1e-10)]))
    return 1 - wrong.sum(axis=0).max(), wrong.max()


GRID = np.linspace(0, 1, 2003)[1:-1]


@pytest.mark.parametrize("n", [5, 39, 40, 53, 64, 100, 176, 720, 1000, 4000])
@pytest.mark.parametrize(
    ("confidence", "least", "side"), [(0.9, 0.87, 0.072), (0.95, 0.933, 0.042), (0.99, 0.983, 0.013)]
)
def test_a_share_is_covered_as_often_as_it_says(n, confidence, least, side):
    """The bounds are those that the docstring of `share` tells; 53, 176 and 720 are the worst of 40 to 1,000."""
    coverage, wrong = worst(*intervals(n, confidence))
    assert coverage >= (least if n >= 40 else confidence) - 1e-4
    assert wrong <= (side if n >= 40 else (1 - confidence) / 2 + 1e-6)
    exact, wrong = worst(*clopper_pearson(np.arange(n + 1), n, confidence))
    assert exact >= confidence - 1e-6
    assert wrong <= (1 - confidence) / 2 + 1e-6
    if n >= 1000:
        average = 1 - sides(*intervals(n, confidence), GRID).sum(axis=0).mean()
        assert average == pytest.approx(confidence, abs=0.002)


def test_twins_that_do_not_cover_a_share():
    assert worst(*wilson(np.arange(1001), 1000))[0] < 0.85  # why rare outcomes have the exact interval
    low, high = intervals(1000, 0.9)
    assert worst(low, high)[0] < 0.9  # 90 % is not 95 %, at its worst
    assert 1 - sides(low, high, GRID).sum(axis=0).mean() < 0.91  # nor on average
    low, high = intervals(1000, 0.95)
    assert worst(low * 1.05, high * 1.05)[0] < 0.5  # a share that is 5 % wrong


@pytest.mark.parametrize("n", [40, 64, 100, 1000])
@pytest.mark.parametrize("asked", [0.5, 0.85, 0.95, 0.99])
def test_a_wrong_verdict_is_rare(n, asked):
    """When the true share is the share asked, to either side of it; the bound is that of `share`."""
    verdicts = np.array([verdict(each, asked) for each in shares(np.arange(n + 1), n)])
    chance = np.diff(bdtr(np.arange(n + 1), n, asked), prepend=0)
    assert chance[verdicts == "met"].sum() < 0.042
    assert chance[verdicts == "missed"].sum() < 0.042
    assert sorted(verdicts, key=["missed", "undecided", "met"].index) == verdicts.tolist()


def test_verdicts():
    assert verdict(share(598, 1000), 0.85) == "missed"
    assert verdict(share(850, 1000), 0.85) == "undecided"
    assert verdict(share(1000, 1000), 0.996) == "met"
    assert verdict(share(1000, 1000), 0.997) == "undecided"
    assert verdict(share(1000, 1000), 1) == "undecided"
    assert verdict(share(999, 1000), 1) == "missed"
    edge = Share(85, 100, 0.85, low=0.85, high=0.85, confidence=0.95)
    assert verdict(edge, 0.85) == "met"


# coverage by simulation


def lognormal(u: Floats) -> Floats:
    return np.exp(0.5 * ndtri(u))


def censored(u: Floats) -> Floats:
    """Exponential, seen up to the horizon 2.5: 8 % are beyond it, so P95 is too, and what is true of it is inf."""
    values = -np.log1p(-u)
    return np.where(values > 2.5, np.inf, values)


def next_morning(u: Floats) -> Floats:
    """Exponential, but only ever at the turn of a day: many values are equal."""
    return np.ceil(-3 * np.log1p(-u))


LAWS = {law.__name__: law for law in (lognormal, censored, next_morning)}


@pytest.mark.parametrize(("n", "times"), [(30, 20_000), (100, 20_000), (1000, 3_000)])
@pytest.mark.parametrize("p", [0.5, 0.95])
@pytest.mark.parametrize("name", LAWS)
def test_a_quantile_is_covered_as_often_as_it_says(name, p, n, times):
    sample = LAWS[name](np.random.default_rng([n, int(100 * p)]).random((n, times)))
    hits = covered(quantiles(sample, p), float(LAWS[name](np.float64(p))))
    low, _, high = quantile_ranks(n, p)
    chance = float(bdtr(high - 1, n, p) if high <= n else 1) - float(bdtr(low - 1, n, p) if low else 0)
    assert chance >= 0.95
    if name == "lognormal" or (name == "censored" and p == 0.5):
        assert too_far(hits, chance) < 1
    else:  # equal values, and ends that are inf, can only cover more
        assert hits.mean() >= chance or too_far(hits, chance) < 1


@pytest.mark.parametrize("p", [0.5, 0.95])
def test_twins_that_do_not_cover_a_quantile(p):
    sample = lognormal(np.random.default_rng(7).random((1000, 3000)))
    truth = float(lognormal(np.float64(p)))
    assert too_far(covered(quantiles(sample, p), truth), 0.953) < 1
    assert too_far(covered(quantiles(sample, p, 0.9), truth), 0.953) > 1  # 90 % is not 95 %
    for wrong in (0.95, 1.05):  # a quantile that is 5 % wrong
        assert too_far(covered(quantiles(sample * wrong, p), truth), 0.953) > 1
    dropped = np.where(sample > np.quantile(sample, 0.98), 0, sample)  # what is censored left out instead of inf
    assert p < 0.9 or too_far(covered(quantiles(dropped, p), truth), 0.953) > 1


@pytest.mark.parametrize("n", [2, 5, 30, 300])
def test_a_mean_is_covered_as_often_as_it_says(n):
    sample = np.random.default_rng(n).normal(10, 3, (n, 20_000))
    found = means(sample)
    assert too_far(covered(found, 10), 0.95) < 1
    assert too_far(covered(found, 10.5), 0.95) > 1 or n < 30  # a mean that is 5 % wrong
    assert too_far(covered(means(sample, 0.9), 10), 0.95) > 1  # 90 % is not 95 %
    normal = np.array([abs(each.value - 10) <= 1.959964 * each.standard_error for each in found])
    assert too_far(normal, 0.95) > 1 or n > 5  # why it is Student's t; from 30 on this many samples do not show it


@pytest.mark.parametrize(("n", "chance"), [(30, 0.03), (100, 0.02), (1000, 0.004)])
def test_a_mean_of_what_is_rare_is_covered(n, chance):
    luck = np.random.default_rng(n)
    sample = np.where(luck.random((2000, n)) < chance, 50 + 300 * luck.random((2000, n)), 0)
    truth = chance * 200
    found = covered([bounded_mean(drills, 0, 400) for drills in sample], truth)
    assert found.mean() >= 0.95 or too_far(found, 0.95) < 1
    assert (
        too_far(covered(means(sample.T), truth), 0.95) > 1
    )  # Student's alone does not: most would be sure of too little


def test_a_mean_up_to_the_horizon_is_covered():
    sample = censored(np.random.default_rng(3).random((1000, 4000)))
    found = means(np.minimum(sample, 2.5))
    assert too_far(covered(found, 1 - math.exp(-2.5)), 0.95) < 1
    assert too_far(covered(found, 1.05 * (1 - math.exp(-2.5))), 0.95) > 1
    assert all(each.value == math.inf for each in means(sample))


@pytest.mark.parametrize("n", [30, 64, 1000])
@pytest.mark.parametrize("p", [0.5, 0.85, 0.99])
def test_simulated_shares_are_covered_as_the_sum_says(n, p):
    counts = np.random.default_rng(n).binomial(n, p, 20_000)
    chance = 1 - float(sides(*intervals(n, 0.95), np.array([p])).sum())
    assert too_far(covered(shares(counts, n), p), chance) < 1
    assert too_far(covered(shares(counts, n, 0.8), p), chance) > 1


def test_the_check_of_coverage_refuses():
    assert too_far(np.arange(10_000) < 9_500, 0.95) == 0
    assert too_far(np.arange(10_000) < 9_350, 0.95) > 1


# properties

confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
times = st.lists(st.integers(0, 10**9).map(float) | st.just(math.inf), max_size=150)
chances = st.floats(0.01, 0.99)


@given(counts, confidences)
def test_a_share_lies_in_its_interval(count, confidence):
    successes, trials = count
    found = share(successes, trials, confidence)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low > 0) == (successes > 0)
    assert (found.high < 1) == (successes < trials)
    mirror = share(trials - successes, trials, confidence)
    assert (mirror.low, mirror.high) == (pytest.approx(1 - found.high), pytest.approx(1 - found.low))
    wider = share(successes, trials, (1 + confidence) / 2)
    assert wider.low <= found.low
    assert wider.high >= found.high


@given(st.integers(1, 400), confidences)
def test_more_successes_are_a_larger_share(n, confidence):
    low, high = intervals(n, confidence)
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()


@given(st.lists(counts, min_size=1, max_size=4))
def test_shares_add_up(parts):
    merged = sum((share(*part) for part in parts[1:]), start=share(*parts[0]))
    assert merged == share(sum(k for k, _ in parts), sum(n for _, n in parts))


@given(times, chances, chances, confidences)
def test_a_quantile_lies_in_its_interval_and_rises(values, p, q, confidence):
    assume(values)
    p, q = sorted((p, q))
    first, second = quantile(values, p, confidence), quantile(values, q, confidence)
    assert 0 <= first.low <= first.value <= first.high
    assert (first.low, first.value, first.high) <= (second.low, second.value, second.high)
    assert first.low <= second.low
    assert first.high <= second.high
    assert sum(value <= first.value for value in values) >= p * len(values) - 1e-6
    assert sum(value < first.value for value in values) < p * len(values) + 1e-6
    wider = quantile(values, p, (1 + confidence) / 2)
    assert wider.low <= first.low
    assert wider.high >= first.high


@given(times, chances, st.integers(0, 10**9), confidences)
def test_a_quantile_and_a_share_never_contradict(values, p, target, confidence):
    """P95 is surely within the target just when the share within the target is surely 95 % (Clopper and Pearson)."""
    assume(values)
    found = quantile(values, p, confidence, least=-1)
    within = sum(value <= target for value in values)
    low, high = clopper_pearson(within, len(values), confidence)
    assume(min(abs(low - p), abs(high - p)) > 1e-9)
    assert (found.high <= target) == (low > p)
    assert (found.low > target) == (high < p)


@given(times, times, chances)
def test_halves_make_the_whole_in_any_order(some, others, p):
    assert repr(quantile(some + others, p)) == repr(quantile(others + some, p))
    restricted = np.minimum(some + others, 1e9)
    assert repr(mean(restricted)) == repr(mean(restricted[::-1]))


@given(times, confidences)
def test_a_mean_lies_in_its_interval(values, confidence):
    assume(values)
    found = mean(values, confidence)
    assert found.low <= found.value <= found.high
    assert math.isinf(found.value) == (math.inf in values)


@given(st.lists(st.tuples(*[st.floats(0, 1e12)] * 3), min_size=1, max_size=100), chances)
def test_a_table_is_its_columns(rows, p):
    table = np.array(rows)
    assert quantiles(table, p) == [quantile(column, p) for column in table.T]
    for whole, alone in zip(means(table), [mean(column) for column in table.T], strict=True):
        assert (whole.value, whole.low) == (pytest.approx(alone.value), pytest.approx(alone.low, abs=1e-3))
    successes = (table > 1).sum(axis=0)
    assert shares(successes, len(table)) == [share(int(k), len(table)) for k in successes]


def test_trials_may_differ():
    assert shares([1, 50, 0], [2, 100, 0])[:2] == [share(1, 2), share(50, 100)]
    assert all(type(each.successes) is type(each.trials) is int for each in shares(np.array([1, 2]), 5))


# refusals


@pytest.mark.parametrize(
    ("refused", "text"),
    [
        (lambda: share(3, 2), r"3 of 2 trials is no share"),
        (lambda: share(-1, 2), r"-1 of 2 trials is no share"),
        (lambda: shares([1, 9], [2, 8]), r"9 of 8 trials is no share"),
        (lambda: wilson(0, 0), r"0 of 0 trials is no share"),
        (lambda: share(1, 2, 1), r"a confidence of 1 is not between 0 and 1"),
        (lambda: share(1, 2, 95), r"a confidence of 95 is not"),
        (lambda: mean([1], 0), r"a confidence of 0 is not"),
        (lambda: bounded_mean([1], 2, 3), r"0 is not between 2 and 3"),
        (lambda: bounded_mean([math.nan], 0, 3), r"a value is nan"),
        (lambda: quantile([1], 1), r"a quantile of 1 is not between 0 and 1"),
        (lambda: quantile([1], 0.0), r"a quantile of 0.0 is not"),
        (lambda: quantile([1, math.nan], 0.5), r"a value is nan: what never came is inf, never missing"),
        (lambda: mean([1, math.nan]), r"a value is nan"),
        (lambda: quantile([1, -2], 0.5), r"a value of -2.0 is below 0, the least possible"),
        (lambda: quantiles([1, 2], 0.5), r"values of shape \(2,\) are not a table"),
        (lambda: share(1, 2) + share(1, 2, 0.9), r"a confidence of 0.95 and of 0.9 do not add up"),
    ],
)
def test_refusals(refused, text):
    with pytest.raises(ValueError, match=text):
        refused()


def test_scipy_comes_late_and_never_its_statistics():
    code = """
import sys
from drsim.measures.estimates import mean, quantile, share
assert not any(name.startswith("scipy") for name in sys.modules)
share(1, 2), quantile([1, 2], 0.5), mean([1, 2])
assert "scipy.special" in sys.modules and "scipy.stats" not in sys.modules
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
