"""Estimates of what differs between two runs whose drills had the same luck, pair by pair.

Pairs say far more than two runs side by side: what luck does to both falls out of the difference.

Sources: P. Royston and M. K. B. Parmar, Restricted mean survival time, BMC Medical Research Methodology 13:152 (2013), for means up to
a horizon. A. Agresti and Y. Min, Simple improved confidence intervals for comparing matched proportions, Statistics in Medicine 24
(2005) 729-740. Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika
12 (1947) 153-157, whose test is inverted here for quantiles.

`inf` is a time beyond the horizon. Values of both runs come in the same order of drills; a pair is compared by its difference after
minus before, so below 0 is sooner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drsim.measures.estimates import Share, bounded_mean, quantile_ranks, share

__all__ = ["Difference", "Pairs", "mean_difference", "pairs", "quantile_difference", "share_difference"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Verdict = Literal["better", "worse", "same", "undecided"]

OF_THE_QUANTILES = 0.1
"""Of what a difference of quantiles may be wrong, the part that is spent on each of the two quantiles."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more the one has than the other: after minus before, in the unit of the values."""

    before: float
    after: float
    value: float
    low: float
    """Lower end of the interval; -inf where nothing is known of it."""
    high: float
    """Upper end of the interval; inf where nothing is known of it."""
    confidence: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two runs of drills with the same luck; the four shares add up to 1."""

    sooner: Share
    """of drills in which the value after is less"""
    later: Share
    """of drills in which it is more"""
    tied: Share
    """of drills in which it is the same and finite"""
    neither: Share
    """of drills in which both are beyond the horizon, so nobody knows which is less"""
    mean: Difference
    """of the means up to the horizon"""

    @property
    def verdict(self) -> Verdict:
        """better or worse when the interval of the mean lies on one side of 0; same when no drill differs."""
        if not self.sooner.successes and not self.later.successes:
            return "same"
        if not self.mean.certain:
            return "undecided"
        return "better" if self.mean.value < 0 else "worse"


def pairs(before: ArrayLike, after: ArrayLike, horizon: float, confidence: float = 0.95) -> Pairs:
    """Compare two lists of values of 0 to `horizon` or `inf`, drill by drill; ValueError when their lengths differ."""
    one, two = _both(before, after)
    neither = np.isinf(one) & np.isinf(two)
    counts = ((two < one), (two > one), (two == one) & ~neither, neither)
    sooner, later, tied, beyond = (share(int(np.count_nonzero(each)), len(one), confidence) for each in counts)
    mean = mean_difference(np.minimum(one, horizon), np.minimum(two, horizon), horizon, confidence)
    return Pairs(sooner, later, tied, beyond, mean)


def mean_difference(before: ArrayLike, after: ArrayLike, most: float, confidence: float = 0.95) -> Difference:
    """Estimate the mean of the differences of finite values, none of which is above `most` or below minus that.

    The interval is that of `bounded_mean`: exact where few differ, else Student's.
    """
    one, two = _both(before, after)
    known = bounded_mean(two - one, -most, most, confidence)
    return Difference(float(one.mean()), float(two.mean()), known.value, known.low, known.high, confidence)


def share_difference(before: ArrayLike, after: ArrayLike, confidence: float = 0.95) -> Difference:
    """Estimate how much larger a share of drills is after than before, from -1 to 1; the values say in which drills it holds.

    The interval is that of Agresti and Min: Wald's for pairs, after half a drill is added to each of the four outcomes.
    """
    from scipy.special import ndtri

    one, two = (np.asarray(values, bool) for values in (before, after))
    if one.shape != two.shape or one.ndim != 1 or not len(one):
        raise ValueError(f"{one.shape} and {two.shape} drills are no pairs")
    n = len(one)
    gained, lost = int(np.count_nonzero(two & ~one)), int(np.count_nonzero(one & ~two))
    more, less, total = gained + 0.5, lost + 0.5, n + 2
    centre = (more - less) / total
    half = float(ndtri(0.5 + confidence / 2)) * math.sqrt(more + less - (more - less) ** 2 / total) / total
    value = (gained - lost) / n
    low, high = max(-1.0, min(value, centre - half)), min(1.0, max(value, centre + half))
    return Difference(float(one.mean()), float(two.mean()), value, low, high, confidence)


def quantile_difference(before: ArrayLike, after: ArrayLike, p: float, confidence: float = 0.95) -> Difference | None:
    """Estimate by how much the quantile `p` differs, under any law; None where one of the two is beyond the horizon.

    The true quantiles (a, b) are in question when each lies in its own interval (wrong once in a hundred each, for 95 %), and McNemar's
    exact test does not tell "not above a before" from "not above b after", which both hold in a share p of drills. The interval is
    from the least to the greatest b - a of those. It holds with atoms and under censoring, and never covers less than it says.
    """
    one, two = _both(before, after)
    wrong = 1 - confidence
    ranks = quantile_ranks(len(one), p, 1 - wrong * OF_THE_QUANTILES)
    first, second = np.sort(one), np.sort(two)
    middle = ranks[1] - 1
    value = (float(first[middle]), float(second[middle]))
    if not all(map(math.isfinite, value)):
        return None
    here, there = (_Places.of(values, ranks[0], ranks[2]) for values in (first, second))
    table = np.zeros((here.number, there.number), np.int64)
    np.add.at(table, (here.find(one), there.find(two)), 1)
    kept = _undecided(table, wrong * (1 - 2 * OF_THE_QUANTILES) / 2)
    kept &= here.possible[:, None] & there.possible[None, :]
    with np.errstate(invalid="ignore"):
        least = there.low[None, :] - here.high[:, None]
        most = there.high[None, :] - here.low[:, None]
    least, most = np.where(np.isnan(least), -math.inf, least), np.where(np.isnan(most), math.inf, most)
    difference = value[1] - value[0]
    low = min(float(least[kept].min(initial=math.inf)), difference)
    high = max(float(most[kept].max(initial=-math.inf)), difference)
    return Difference(*value, difference, low, high, confidence)


def _undecided(table: Ints, tail: float) -> NDArray[np.bool_]:
    """Say for each pair of places, by counts of drills in them, whether it may be that of the two quantiles.

    If a and b are the quantiles p, then P(X < a) <= p <= P(Y <= b), so that P(X < a, Y > b) <= P(X >= a, Y <= b); and the other way
    round. Each side is refused when the drills in question fall too often on the wrong one.
    """
    upto = np.zeros((table.shape[0] + 1, table.shape[1] + 1), np.int64)
    upto[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    rows, columns = (np.arange(size) for size in table.shape)
    points_here, points_there = rows % 2 == 1, columns % 2 == 1  # odd places are values, even ones lie between
    below_a, upto_a = rows, np.where(points_here, rows + 1, rows)  # places below a; not above a
    below_b, upto_b = columns, np.where(points_there, columns + 1, columns)

    def both(x: Ints, y: Ints) -> Ints:
        return np.asarray(upto[np.ix_(x, y)])

    def only(x: Ints) -> Ints:
        return np.asarray(upto[x, -1][:, None])

    def other(y: Ints) -> Ints:
        return np.asarray(upto[-1, y][None, :])

    above = only(below_a) - both(below_a, upto_b)  # X < a, Y > b
    instead = other(upto_b) - both(below_a, upto_b)  # X >= a, Y <= b
    under = other(below_b) - both(upto_a, below_b)  # X > a, Y < b
    inverse = only(upto_a) - both(upto_a, below_b)  # X <= a, Y >= b

    def too_often(seen: Ints, against: Ints) -> NDArray[np.bool_]:
        totals, which = np.unique(seen + against, return_inverse=True)
        return np.asarray(seen >= _refused(totals, tail)[which.reshape(seen.shape)])

    return ~(too_often(above, instead) | too_often(under, inverse))


def _refused(totals: Ints, tail: float) -> Ints:
    """Give for each number of tosses of a coin the least number of heads that come up, or more, with a chance of `tail` at most."""
    from scipy.special import bdtrc

    low, high = totals // 2, totals + 1  # from the first that is too likely to one that never comes
    while (high - low > 1).any():
        middle = (low + high) // 2
        rare = bdtrc(np.asarray(middle - 1, float), np.maximum(totals, 1), 0.5) <= tail
        low, high = np.where(rare, low, middle), np.where(rare, middle, high)
    return np.asarray(high)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a quantile may be: on a value (odd places) or between two (even ones, where no drill is)."""

    values: Floats
    low: Floats
    """Of each place."""
    high: Floats
    possible: NDArray[np.bool_]
    """Not below the first value or above the last, unless there are too few drills to say so."""

    @classmethod
    def of(cls, ordered: Floats, first: int, last: int) -> _Places:
        """Give the places from one rank to another, counted from 1; 0 is the least that there can be, n + 1 has no end."""
        n = len(ordered)
        values = np.unique(ordered[max(first, 1) - 1 : min(last, n)])
        twice = np.repeat(values, 2)
        possible = np.ones(len(twice) + 1, bool)
        possible[0], possible[-1] = first < 1, last > n
        return cls(values, np.concatenate([[0.0], twice]), np.concatenate([twice, [math.inf]]), possible)

    @property
    def number(self) -> int:
        return len(self.low)

    def find(self, values: Floats) -> Ints:
        """Give the place of each value."""
        return np.searchsorted(self.values, values, "left") + np.searchsorted(self.values, values, "right")


def _both(before: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats]:
    one, two = (np.asarray(values, np.float64) for values in (before, after))
    if one.shape != two.shape or one.ndim != 1:
        raise ValueError(f"{one.shape} and {two.shape} drills are no pairs")
    if not len(one):
        raise ValueError("no drills: there is nothing to compare")
    if np.isnan(one).any() or np.isnan(two).any():
        raise ValueError("a value is nan: what never came is inf, never missing")
    return one, two
