"""Drilling until figures are as precise as asked: looks at more and more drills, until the intervals are narrow enough.

Source: Y. S. Chow and H. Robbins, On the asymptotic theory of fixed-width sequential confidence intervals for the mean, Annals of
Mathematical Statistics 36 (1965) 457-462: intervals keep their coverage when one stops as soon as they are narrow, if that takes
many drills. Few and far looks keep it for fewer; `tests/studies/test_precision.py` has what was measured.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

from drsim.errors import InputError, Problem
from drsim.measures.estimates import Quantile, Share
from drsim.units import MINUTE, Duration

__all__ = ["MOST", "Criterion", "criteria", "looks"]

GROWTH: Final = 1.5
"""How many times as many drills at the next look."""
MOST: Final = 100_000
"""Drills, unless more are allowed."""
AT_LEAST: Final = MINUTE
"""A time that is known to a minute is known well enough, however short it is."""
HINT: Final = (
    "write it such as 'P95 within 5 %', 'P50 within 30 min' or 'every share within 2 points'; several with 'and'"
)

_QUANTILE: Final = re.compile(r"P([0-9]+(?:\.[0-9]+)?) within (.+)", re.IGNORECASE)
_SHARES: Final = re.compile(r"every share within ([0-9]+(?:\.[0-9]+)?) points?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is asked of the interval of every service: its ends are no further than that from its value."""

    text: str
    kind: Literal["quantile", "share"]
    p: float
    """Which quantile of the recovery time; 0 for shares."""
    relative: float
    """A share of the value; 0 for none."""
    absolute: float
    """In ms, or for shares from 0 to 1; 0 for none."""

    def room(self, value: float) -> float:
        """How far from a value an end may be."""
        if self.kind == "share":
            return self.absolute
        return max(AT_LEAST, self.absolute, self.relative * value)

    def kept(self, estimate: Quantile | Share) -> bool:
        """Whether the interval of a figure is narrow enough; one that lies beyond the horizon as a whole is."""
        if math.isinf(estimate.value):
            return math.isinf(estimate.low)
        return max(estimate.value - estimate.low, estimate.high - estimate.value) <= self.room(estimate.value)


def criteria(text: str) -> tuple[Criterion, ...]:
    """Read what is asked; InputError when it is not understood."""
    if not isinstance(text, str):
        _refuse(repr(text), "that is no text")
    parts = [part.strip() for part in re.split(r",|\band\b", text)]
    return tuple(_criterion(part, text) for part in parts)


def _criterion(text: str, whole: str) -> Criterion:
    words = " ".join(text.split())
    if found := _SHARES.fullmatch(words):
        points = float(found[1])
        if not 0 < points < 50:
            _refuse(whole, f"'{found[1]} points' is not above 0 and below 50")
        return Criterion(words, "share", 0, 0, points / 100)
    found = _QUANTILE.fullmatch(words)
    if not found:
        _refuse(whole, f"'{words}' is not understood")
    p = float(found[1]) / 100
    if not 0 < p < 1:
        _refuse(whole, f"P{found[1]} is not between P0 and P100")
    if percent := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?%", found[2]):
        share = float(percent[1]) / 100
        if not 0 < share < 1:
            _refuse(whole, f"'{found[2]}' is not above 0 and below 100 %")
        return Criterion(words, "quantile", p, share, 0)
    try:
        duration = Duration.parse(found[2])
    except ValueError as error:
        _refuse(whole, str(error))
    if duration.working or duration.ms <= 0:
        _refuse(whole, f"'{found[2]}' is no time on the clock above 0")
    return Criterion(words, "quantile", p, 0, duration.ms)


def _refuse(text: str, rule: str) -> NoReturn:
    raise InputError([Problem(f"precision '{text}': {rule}", hint=HINT)])


def looks(first: int, most: int, slice_: int) -> Iterator[int]:
    """How many drills there are at each look: the first, each time half as many more, the most.

    All but the most are whole slices, so that a sum over slices is the same however many looks there were.
    """
    drills = math.ceil(first / slice_) * slice_
    while drills < most:
        yield drills
        drills = math.ceil(drills * GROWTH / slice_) * slice_
    yield most
