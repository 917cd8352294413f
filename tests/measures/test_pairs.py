"""Differences between two runs with the same luck cover the truth as often as they say; every check is also seen to say no."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtri

from drsim.measures.estimates import quantile_ranks
from drsim.measures.pairs import Difference, mean_difference, pairs, quantile_difference, share_difference

Floats = NDArray[np.float64]
INF = math.inf
TIMES = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, INF])
SAMPLES = st.integers(1, 40).flatmap(
    lambda n: st.tuples(st.lists(TIMES, min_size=n, max_size=n), st.lists(TIMES, min_size=n, max_size=n))
)


# by hand


def test_four_kinds_of_pairs():
    found = pairs([1, 2, 3, INF, INF, 4], [0, 2, 4, 5, INF, INF], horizon=10)
    assert [each.successes for each in (found.sooner, found.later, found.tied, found.neither)] == [2, 2, 1, 1]
    assert found.mean.value == pytest.approx((-1 + 0 + 1 - 5 + 0 + 6) / 6)
    assert (found.mean.before, found.mean.after) == (pytest.approx(30 / 6), pytest.approx(31 / 6))
    assert found.verdict == "undecided"


def test_a_verdict_is_about_the_mean():
    before = np.arange(100.0, 200)
    assert pairs(before, before, 500).verdict == "same"
    assert pairs(before, before - 3, 500).verdict == "better"
    assert pairs(before, before + 3, 500).verdict == "worse"
    one = before.copy()
    one[0] += 50
    assert pairs(before, one, 500).verdict == "undecided"  # one drill of a hundred is no proof
    assert pairs([INF] * 30, [INF] * 30, 500).verdict == "same"


def test_what_never_differed_may_differ_in_a_few():
    found = mean_difference([5.0] * 100, [5.0] * 100, most=10)
    seldom = 1 - 0.0125 ** (1 / 100)  # the exact upper end at 97.5 %
    assert (found.value, found.low, found.high) == (0, pytest.approx(-10 * seldom), pytest.approx(10 * seldom))


def test_few_that_differ_are_not_all_there_is():
    before, after = np.zeros(100), np.zeros(100)
    after[:3] = [4, 5, 6]
    found = mean_difference(before, after, most=1000)
    assert found.value == pytest.approx(0.15)
    # 3 of 100 at 97.5 %: below 9.3 %, Student's at 97.5 % around 5: 5 + 6.2053 x 1 / sqrt(3)
    assert found.high == pytest.approx(0.0933 * (5 + 6.2053 / math.sqrt(3)), rel=0.01)
    assert 0 < found.low < 0.02


def test_a_share_by_hand():
    found = share_difference([True] * 6 + [False] * 14, [True] * 4 + [False] * 6 + [True] * 10)
    # 10 gained, 2 lost of 20; half a drill more each: (10.5 - 2.5) / 22
    half = ndtri(0.975) * math.sqrt(13 - 64 / 22) / 22
    assert (found.before, found.after, found.value) == (0.3, 0.7, pytest.approx(0.4))
    assert (found.low, found.high) == (pytest.approx(8 / 22 - half), pytest.approx(8 / 22 + half))


def test_a_quantile_beyond_the_horizon_has_no_difference():
    assert quantile_difference([1, 2, INF, INF], [1, 2, 3, 4], 0.9) is None
    assert quantile_difference([1, 2, 3, 4], [1, 2, INF, INF], 0.9) is None
    assert quantile_difference([1, 2, 3, INF], [1, 2, 3, 4], 0.5) is not None


def test_a_shift_of_all_is_seen_sharply_by_pairs():
    before = np.exp(np.random.default_rng(3).normal(size=1000))
    found = quantile_difference(before, before + 0.1, 0.5)
    assert found is not None and found.value == pytest.approx(0.1)
    apart = [np.sort(before)[rank - 1] for rank in quantile_ranks(1000, 0.5, 0.975)]
    alone = (apart[2] - apart[0]) * 2  # the two intervals added up
    assert found.low <= 0.1 <= found.high and found.high - found.low < alone / 2


@pytest.mark.parametrize("wrong", [([], []), ([1.0], [1.0, 2.0]), ([math.nan], [1.0]), ([[1.0]], [[1.0]])])
def test_what_is_no_pair_is_refused(wrong):
    with pytest.raises(ValueError, match=r"pairs|nothing to compare|nan"):
        pairs(*wrong, horizon=10)


# against a plain way


def plain_quantile_difference(before: list[float], after: list[float], p: float) -> tuple[float, float] | None:
    """Try every pair of values and of places between values, and count drills, with exact binomial sums."""

    def candidates(values: list[float]) -> list[tuple[float, float, float]]:
        """(somewhere in it, its least, its greatest)."""
        ordered = sorted(values)
        low, _, high = quantile_ranks(len(values), p, 1 - 0.05 * 0.1)
        within = sorted(set(ordered[max(low, 1) - 1 : high]))
        found = [(value, value, value) for value in within]
        found += [(min((a + b) / 2, a + 0.25), a, b) for a, b in itertools.pairwise(within)]
        if low < 1:
            found.append((within[0] - 0.25, 0.0, within[0]))
        if high > len(values):
            found.append((within[-1] + 0.25, within[-1], INF))
        return found

    def refused(seen: int, against: int) -> bool:
        n = seen + against
        return n > 0 and Fraction(sum(math.comb(n, k) for k in range(seen, n + 1)), 2**n) <= Fraction(0.05 * 0.8 / 2)

    both = list(zip(before, after, strict=True))
    kept = []
    for a, least_a, most_a in candidates(before):
        for b, least_b, most_b in candidates(after):
            if refused(sum(x < a and y > b for x, y in both), sum(x >= a and y <= b for x, y in both)):
                continue
            if refused(sum(x > a and y < b for x, y in both), sum(x <= a and y >= b for x, y in both)):
                continue
            low = least_b - most_a if math.isfinite(most_a) else -INF
            high = most_b - least_a if math.isfinite(most_b) else INF
            kept.append((low, high))
    return (min(low for low, _ in kept), max(high for _, high in kept)) if kept else None


@given(SAMPLES, st.sampled_from([0.5, 0.75, 0.95]))
def test_it_is_what_a_plain_way_finds(sample, p):
    found = quantile_difference(*sample, p)
    if found is None:
        return
    expected = plain_quantile_difference(*sample, p)
    if expected is not None:
        assert (found.low, found.high) == (min(expected[0], found.value), max(expected[1], found.value))


@given(SAMPLES)
def test_what_is_turned_round_has_the_other_sign(sample):
    one, two = sample
    here, back = pairs(one, two, 10), pairs(two, one, 10)
    assert (here.sooner, here.later) == (back.later, back.sooner)
    assert (here.mean.low, here.mean.high) == (pytest.approx(-back.mean.high), pytest.approx(-back.mean.low))
    for p in (0.5, 0.9):
        forth, again = quantile_difference(one, two, p), quantile_difference(two, one, p)
        if forth is not None and again is not None:
            assert (forth.low, forth.high) == (-again.high, -again.low)


@given(SAMPLES)
def test_an_interval_holds_its_value(sample):
    one, two = sample
    found = pairs(one, two, 10)
    assert found.mean.low <= found.mean.value <= found.mean.high
    total = found.sooner.value + found.later.value + found.tied.value + found.neither.value
    assert total == pytest.approx(1)
    shares = share_difference(np.asarray(one) < 3, np.asarray(two) < 3)
    assert -1 <= shares.low <= shares.value <= shares.high <= 1


# coverage, by simulation

ROUNDS = 600


def smooth(luck: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    x = luck.normal(size=n)
    return np.exp(x), np.exp(0.2 + 0.8 * (0.8 * x + 0.6 * luck.normal(size=n)))


def atoms(luck: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    one, two = smooth(luck, n)
    return np.round(one), np.round(2 * two) / 2


def mixture(luck: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """A second strategy that costs 20 is needed in 8 % of drills before, in 4 % after; both with the same luck."""
    u, x = luck.random(n), np.exp(0.3 * luck.normal(size=n))
    return x + 20 * (u < 0.08), x + 20 * (u < 0.04)


def censored(luck: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    one, two = smooth(luck, n)
    return np.where(one > 6, INF, one), np.where(two > 6, INF, two)


def seldom(luck: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """One drill in fifty is better, by an exponential time."""
    one = luck.exponential(5, n)
    return one, one - np.where(luck.random(n) < 0.02, np.minimum(one, luck.exponential(3, n)), 0)


LAWS: dict[str, Callable[[np.random.Generator, int], tuple[Floats, Floats]]] = {
    each.__name__: each for each in (smooth, atoms, mixture, censored, seldom)
}


def coverage(
    estimate: Callable[[Floats, Floats], Difference | None], truth: float, law: str, n: int, seed: int = 11
) -> float:
    luck = np.random.default_rng(seed)
    found = [estimate(*LAWS[law](luck, n)) for _ in range(ROUNDS)]
    known = [each for each in found if each is not None]
    assert len(known) > ROUNDS / 2
    return float(np.mean([each.low <= truth <= each.high for each in known]))


TOLERANCE = 4 * math.sqrt(0.95 * 0.05 / ROUNDS)
"""Four standard errors of a coverage of 95 %."""


@lru_cache
def true_values(law: str) -> tuple[Floats, Floats]:
    return LAWS[law](np.random.default_rng(1), 1_000_000)


def true_quantile(values: Floats, p: float) -> float:
    return float(np.partition(values, rank := math.ceil(len(values) * p) - 1)[rank])


@pytest.mark.parametrize("law", ["smooth", "atoms", "mixture", "censored"])
@pytest.mark.parametrize(("p", "n"), [(0.5, 60), (0.5, 300), (0.9, 300)])
def test_differences_of_quantiles_cover(law, p, n):
    one, two = true_values(law)
    truth = true_quantile(two, p) - true_quantile(one, p)
    exact = coverage(lambda x, y: quantile_difference(x, y, p), truth, law, n)
    assert exact >= 0.95 - TOLERANCE


def test_intervals_that_are_too_narrow_would_be_seen():
    one, two = true_values("smooth")
    truth = true_quantile(two, 0.5) - true_quantile(one, 0.5)

    def half(x: Floats, y: Floats) -> Difference:
        found = quantile_difference(x, y, 0.5)
        assert found is not None
        ends = ((found.value + end) / 2 for end in (found.low, found.high))
        return Difference(found.before, found.after, found.value, *ends, found.confidence)

    assert coverage(half, truth, "smooth", 300) < 0.95 - TOLERANCE


@pytest.mark.parametrize(("law", "n", "least"), [("smooth", 300, 0.95), ("mixture", 300, 0.95), ("seldom", 400, 0.95)])
def test_differences_of_means_cover(law, n, least):
    one, two = (np.minimum(values, 30) for values in true_values(law))
    truth = float((two - one).mean())
    found = coverage(lambda x, y: mean_difference(np.minimum(x, 30), np.minimum(y, 30), 30), truth, law, n)
    assert found >= least - 0.02  # Student's interval of a skewed law is a little short


def test_students_interval_alone_would_not_do_where_few_differ():
    one, two = true_values("seldom")
    truth = float((two - one).mean())

    def alone(x: Floats, y: Floats) -> Difference:
        gaps = y - x
        half = 1.96 * float(gaps.std()) / math.sqrt(len(gaps))
        middle = float(gaps.mean())
        return Difference(0, 0, middle, middle - half, middle + half, 0.95)

    assert coverage(alone, truth, "seldom", 400) < 0.95 - 0.02
    assert coverage(lambda x, y: mean_difference(x, y, 100), truth, "seldom", 400) >= 0.95


@pytest.mark.parametrize("law", ["smooth", "mixture"])
@pytest.mark.parametrize("n", [40, 300])
def test_differences_of_shares_cover(law, n):
    one, two = true_values(law)
    truth = float((two <= 3).mean() - (one <= 3).mean())
    found = coverage(lambda x, y: share_difference(x <= 3, y <= 3), truth, law, n)
    assert found >= 0.95 - TOLERANCE
