"""How much is served as time goes by, over many drills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from drsim.errors import DrsimError
from drsim.units import HOUR, ONE

if TYPE_CHECKING:
    from drsim.studies.result import Result

__all__ = ["Band", "Curve", "curve"]

Floats = NDArray[np.float64]

DRILLS: Final = 100
"""That are replayed, unless others are asked for."""
POINTS: Final = 401
"""Instants, the same distance apart."""
LOW, HIGH = 0.1, 0.9
"""Of the drills, between which the band lies."""


class Band(NamedTuple):
    """A share between 0 and 1 at each instant: its mean over the drills, and below which 10 % and 90 % of them are."""

    mean: Floats
    low: Floats
    high: Floats


class Curve(NamedTuple):
    """What is served at each instant of `hours` after the moment of the drill."""

    hours: Floats
    """(instants,)"""
    services: tuple[str, ...]
    titles: tuple[str, ...]
    """of the services, for people"""
    levels: Floats
    """(services, instants): the mean level that citizens meet, between 0 and 1, by hand and at a neighbour's counter included"""
    running: Band
    """the share of services whose systems give their minimum"""
    citizens: Band | None
    """the share of citizens who are served, each service by its demand in opening hours; None where there is no demand"""
    drills: tuple[int, ...]

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        return f"<Curve of {len(self.services)} services over {self.hours[-1]:g} h, {len(self.drills)} drills>"


def curve(result: Result, drills: Iterable[int] | None = None) -> Curve:
    """Replay some drills (by default the first 100) and look at what they serve until all is back and nothing changes any more.

    Where something is not back, or nothing ever changes, that is up to the horizon.
    Raises DrsimError for no drills, or for drills that the result does not have.
    """
    which = tuple(range(min(DRILLS, result.replications)) if drills is None else drills)
    if not which:
        raise DrsimError("no drills: the numbers of some drills are needed, such as range(8)")
    services = result.plan.structure.services
    if not services:
        raise DrsimError("the landscape has no services: there is nothing to draw")
    replays = [result.replay(drill) for drill in which]
    last = max(replay.level(name)[-1][0] for replay in replays for name in services)
    last = max(last, *(replay.met(name)[-1][0] for replay in replays for name in services))
    whole = all(replay.level(name)[-1][1] >= replay.group(name).minimum for replay in replays for name in services)
    end = last * 1.05 if whole and last else result.plan.horizon
    instants = np.linspace(0, min(max(end, HOUR), result.plan.horizon), POINTS)
    given = np.array([[_at(replay.level(name), instants) for name in services] for replay in replays])
    met = np.array([[_at(replay.met(name), instants) for name in services] for replay in replays])
    lowest = np.array([replays[0].group(name).minimum for name in services])
    demand = np.array([result.block.contacts[result.row(name)].mean() for name in services])
    return Curve(
        hours=instants / HOUR,
        services=tuple(services),
        titles=tuple(result.outcome(name).title for name in services),
        levels=met.mean(axis=0) / ONE,
        running=_band((given >= lowest[:, None]).mean(axis=1)),
        citizens=_band(np.einsum("dst,s->dt", met / ONE, demand / demand.sum())) if demand.any() else None,
        drills=which,
    )


def _at(steps: list[tuple[int, int]], instants: Floats) -> NDArray[Any]:
    """The level at each instant of what changes at some times."""
    times, values = zip(*steps, strict=True)
    return np.asarray(values)[np.searchsorted(times, instants, side="right") - 1]


def _band(shares: Floats) -> Band:
    """Of (drills, instants)."""
    low, high = np.quantile(shares, [LOW, HIGH], axis=0)
    return Band(shares.mean(axis=0), low, high)
