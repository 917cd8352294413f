"""Estimates over drills, each with an interval that covers the truth as often as its confidence says.

Sources: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
Biometrika 26 (1934) 404-413. L. D. Brown, T. T. Cai and A. DasGupta, Interval estimation for a binomial proportion,
Statistical Science 16 (2001) 101-133. W. J. Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2.

Merging halves equals the whole: shares add up, everything else is estimated from the values of both together, and
never depends on their order. A sample of nothing is allowed and knows nothing: its value is nan, its interval all
there is. `scipy.special` is imported where it is used, and `scipy.stats` (0.6 s) never.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Mean",
    "Quantile",
    "Share",
    "bounded_mean",
    "clopper_pearson",
    "mean",
    "means",
    "quantile",
    "quantile_ranks",
    "quantiles",
    "share",
    "shares",
    "verdict",
    "wilson",
]

_RARE = 20
"""So few of something, seen or not, say little about what was not seen."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """The share of drills in which something holds; shares of separate drills add up with `+`."""

    successes: int
    """Drills in which it holds."""
    trials: int
    """Drills."""
    value: float
    """From 0 to 1; nan without trials."""
    low: float
    """Lower end of the interval: above 0 when there is a success."""
    high: float
    """Upper end of the interval: below 1 when there is a failure."""
    confidence: float
    """How often such an interval covers the true share, such as 0.95."""

    def __add__(self, other: Share) -> Share:
        """Give the share over both; ValueError when their confidence differs."""
        if self.confidence != other.confidence:
            raise ValueError(f"shares with a confidence of {self.confidence} and of {other.confidence} do not add up")
        return share(self.successes + other.successes, self.trials + other.trials, self.confidence)


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value that a share `p` of drills does not exceed, in the unit of the values."""

    p: float
    """Between 0 and 1: 0.95 for P95."""
    value: float
    """The smallest value that at least a share `p` of the sample does not exceed; inf: beyond the horizon."""
    low: float
    """Lower end of the interval; the least possible value when there are too few drills for one."""
    high: float
    """Upper end of the interval; inf when there are too few drills for one."""
    confidence: float
    """How often such an interval covers the true quantile, at least; each end is wrong half as often as both."""
    n: int
    """Drills."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean over drills, in the unit of the values."""

    value: float
    """Infinite when a value is."""
    low: float
    """Lower end of the interval; -inf when a value is infinite or there are fewer than two."""
    high: float
    """Upper end of the interval; inf when a value is infinite or there are fewer than two."""
    standard_error: float
    """Of `value`; inf when there are fewer than two values or one is infinite."""
    confidence: float
    """How often such an interval covers the true mean."""
    n: int
    """Drills."""


def share(successes: int, trials: int, confidence: float = 0.95) -> Share:
    """Estimate a share from counts; ValueError unless 0 <= successes <= trials and 0 < confidence < 1.

    The interval is Wilson's, but Clopper and Pearson's exact one when either outcome was seen fewer than 20 times, so
    always below 40 trials. Wilson's covers 95 % on average over all shares, yet for a true share near 0 or 1 only 84 %,
    however many the trials (Brown, Cai and DasGupta, section 3.1); the exact one never covers less than it says, but is
    wide. Joined as here, what says 95 % never covers less than 93 %, and is too high or too low in at most 4.2 % each
    (99 %: 98 % and 1.3 %; 90 %: 87 % and 7.2 %). So 1,000 of 1,000 is a share above 99.6 %, not 100 %.
    """
    return shares([successes], trials, confidence)[0]


def shares(successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> list[Share]:
    """Estimate a share for each of the counts, as `share` does; `trials` is one number or one for each."""
    k, n = np.broadcast_arrays(np.atleast_1d(successes), trials)
    exact = (k < _RARE) | (n - k < _RARE)
    low, high = np.where(exact, clopper_pearson(k, n, confidence), wilson(k, np.maximum(n, 1), confidence))
    value = np.where(n > 0, k / np.maximum(n, 1), math.nan)
    rows = zip(k.tolist(), n.tolist(), value.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Share(*row, confidence) for row in rows]


def wilson(successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Give the ends of Wilson's score intervals, from 0 to 1; at least one trial each."""
    from scipy.special import ndtri

    k, n = _counts(successes, trials, least=1)
    z = ndtri(1 - _tail(confidence))
    value, square = k / n, z * z / n
    centre = (value + square / 2) / (1 + square)
    half = np.sqrt(square * (value * (1 - value) + square / 4)) / (1 + square)
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Give the ends of Clopper and Pearson's exact intervals, from 0 to 1; without trials they are 0 and 1."""
    from scipy.special import betaincinv

    k, n = _counts(successes, trials)
    tail = _tail(confidence)
    low = np.where(k == 0, 0, betaincinv(np.maximum(k, 1), n - k + 1, tail))
    high = np.where(k == n, 1, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail))
    return low, high


def quantile(values: ArrayLike, p: float, confidence: float = 0.95, *, least: float = 0) -> Quantile:
    """Estimate the quantile `p` of a list of values, whatever their law; inf is a value beyond the horizon.

    The interval lies between two of the sorted values (Conover, section 3.2). A value that is inf because the drill
    ended sooner is sorted just as if its true value were known, so the interval holds under censoring; an end that is
    inf is beyond the horizon. An end for which
    there are too few drills is `least`, below which no value can be, or inf: the upper end of P95 takes 72 drills.
    ValueError when a value is nan or below `least`, or p or confidence is not between 0 and 1.
    """
    return quantiles(np.reshape(np.asarray(values), (-1, 1)), p, confidence, least=least)[0]


def quantiles(values: ArrayLike, p: float, confidence: float = 0.95, *, least: float = 0) -> list[Quantile]:
    """Estimate the quantile `p` of each column of a table of drills x columns, as `quantile` does."""
    table = _table(values)
    n = len(table)
    if (table < least).any():
        raise ValueError(f"a value of {table.min()} is below {least}, the least possible")
    ranks = quantile_ranks(n, p, confidence)
    some = sorted({rank - 1 for rank in ranks if 1 <= rank <= n})
    parted = np.partition(table, some, axis=0) if some else table
    ends = zip(ranks, (least, math.nan, math.inf), strict=True)
    low, value, high = (parted[r - 1] if 1 <= r <= n else np.full(table.shape[1], end) for r, end in ends)
    rows = zip(value.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Quantile(p, *row, confidence, n) for row in rows]


@lru_cache(maxsize=1024)
def quantile_ranks(n: int, p: float, confidence: float = 0.95) -> tuple[int, int, int]:
    """Give the ranks, from 1, of the sorted values that are low end, quantile and high end; 0 and n + 1 lie outside.

    The ends are as near as they can be while each is wrong with at most half of 1 - confidence, under any law: at most
    `low - 1` values lie at or below the quantile with chance bdtr(low - 1, n, p), at least `high` lie below it with
    chance bdtrc(high - 1, n, p). So they agree with the exact interval of a share: `high` is above a target just when
    the share of values within the target has its lower end below p.
    """
    from scipy.special import bdtr, bdtrc

    _between("quantile", p)
    tail = _tail(confidence)
    low = bisect_right(range(n), tail, key=lambda k: float(bdtr(k, n, p)))
    high = 1 + bisect_left(range(n), -tail, key=lambda k: -float(bdtrc(k, n, p)))
    return low, max(1, math.ceil(round(n * p, 9))), high  # rounded: 100 x 0.07 is 7, not 7.000000000000001


def mean(values: ArrayLike, confidence: float = 0.95) -> Mean:
    """Estimate the mean of a list of values, with Student's t; ValueError when one is nan.

    With an infinite value the mean is infinite and its interval says nothing. A mean up to the horizon has to be asked
    for: `mean(np.minimum(values, horizon))`.
    """
    return means(np.reshape(np.asarray(values), (-1, 1)), confidence)[0]


def means(values: ArrayLike, confidence: float = 0.95) -> list[Mean]:
    """Estimate the mean of each column of a table of drills x columns, as `mean` does."""
    from scipy.special import stdtrit

    table = np.sort(_table(values), axis=0)  # so that rounding does not depend on the order of drills
    n = len(table)
    t = float(stdtrit(max(n - 1, 1), 1 - _tail(confidence)))
    value, error = np.full((2, table.shape[1]), [[math.nan], [math.inf]])
    with np.errstate(invalid="ignore"):  # inf - inf
        if n > 0:
            value = table.mean(axis=0)
        if n > 1:
            deviation = table.std(axis=0, ddof=1)
            error = np.where(np.isfinite(deviation), deviation / math.sqrt(n), math.inf)
        known = np.isfinite(error)
        low, high = np.where(known, value - t * error, -math.inf), np.where(known, value + t * error, math.inf)
    rows = zip(value.tolist(), low.tolist(), high.tolist(), error.tolist(), strict=True)
    return [Mean(*row, confidence, n) for row in rows]


def bounded_mean(values: ArrayLike, least: float, most: float, confidence: float = 0.95) -> Mean:
    """Estimate the mean of a list of finite values that can be no less than `least` and no more than `most`, and may mostly be 0.

    The interval is Student's over all drills. Where fewer than 20 are not 0, that would take the few for all there is (with none it would
    say 0 and be sure of it): then it is the exact interval of the share that is not 0, times Student's of those that are not, or `least`
    and `most` where they are too few for one, each wrong half as often. ValueError when a value is nan, or 0 is not between the two.
    """
    if not least <= 0 <= most:
        raise ValueError(f"0 is not between {least} and {most}")
    table = np.asarray(values, np.float64)
    found = mean(table, confidence)
    some = table[table != 0]
    if not len(table) or len(some) >= _RARE:
        return found
    half = 1 - (1 - confidence) / 2
    few, many = (float(end) for end in clopper_pearson(len(some), len(table), half))
    inner = mean(some, half)
    lowest, highest = max(inner.low, least), min(inner.high, most)
    low, high = min(many * lowest, few * lowest), max(many * highest, few * highest)
    return replace(found, low=min(low, found.value), high=max(high, found.value))


def verdict(share: Share, asked: float) -> Literal["met", "missed", "undecided"]:
    """Say whether a share reaches the share asked, from 0 to 1: undecided when its interval lies on both sides."""
    if share.low >= asked:
        return "met"
    return "missed" if share.high < asked else "undecided"


def _tail(confidence: float) -> float:
    _between("confidence", confidence)
    return (1 - confidence) / 2


def _between(what: str, number: float) -> None:
    if not 0 < number < 1:
        raise ValueError(f"a {what} of {number} is not between 0 and 1")


def _counts(successes: ArrayLike, trials: ArrayLike, least: int = 0) -> tuple[Floats, Floats]:
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    wrong = ~((k >= 0) & (k <= n) & (n >= least))
    if wrong.any():
        raise ValueError(f"{k[wrong][0]:g} of {n[wrong][0]:g} trials is no share")
    return k, n


def _table(values: ArrayLike) -> Floats:
    table = np.asarray(values, np.float64)
    if table.ndim != 2:
        raise ValueError(f"values of shape {table.shape} are not a table of drills x columns")
    if np.isnan(table).any():
        raise ValueError("a value is nan: what never came is inf, never missing")
    return table
