"""How far from its target a service is: what there is to spare, and how often that was a near miss.

A share in time says how often a limit is kept, not by how much: the drills that keep it by a minute are misses with a little less
luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drsim.measures.estimates import Quantile, Share, quantile, share

__all__ = ["NEAR", "Margin", "margin"]

NEAR: Final = 0.1
"""Part of a limit: what is kept or missed by less is near."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What a target leaves to spare. Times in ms, in working time where the target is."""

    limit: int
    asked: float
    """The share of drills in which the limit is to be kept."""
    working: bool
    at: Quantile
    """Within which time (or loss) the share of drills is that is asked for; of 100 % the longest seen, without an upper end."""
    just_met: Share
    """Of drills that keep the limit with less than a tenth of it to spare: near misses."""
    just_missed: Share
    """Of drills that miss it by less than a tenth."""

    @property
    def value(self) -> float:
        """To spare in the share of drills that is asked for; below 0 it is lacking, -inf if that is beyond the horizon."""
        return self.limit - self.at.value

    @property
    def low(self) -> float:
        """Lower end of its interval."""
        return self.limit - self.at.high

    @property
    def high(self) -> float:
        """Upper end of its interval."""
        return self.limit - self.at.low


def margin(times: ArrayLike, limit: int, asked: float, working: bool = False, confidence: float = 0.95) -> Margin:
    """Of times of drills (`inf`: beyond the horizon), at least one, against a limit that a share `asked` of them is to keep."""
    values = np.asarray(times, np.float64)
    near = NEAR * limit
    met = (values <= limit) & (limit - values < near)
    missed = (values > limit) & (values - limit < near)
    return Margin(
        limit=limit,
        asked=asked,
        working=working,
        at=_at(values, asked, confidence),
        just_met=share(int(np.count_nonzero(met)), len(values), confidence),
        just_missed=share(int(np.count_nonzero(missed)), len(values), confidence),
    )


def _at(values: NDArray[np.float64], asked: float, confidence: float) -> Quantile:
    if asked < 1:
        return quantile(values, max(asked, 1e-6), confidence)
    longest = float(values.max())
    return Quantile(1.0, longest, longest, float("inf"), confidence, len(values))
