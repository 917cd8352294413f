"""What a test in a bubble would have taken: `docs/semantics.md` section 18."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from drsim.planning.plan import NEVER, Plan
from drsim.simulation.levels import Levels
from drsim.simulation.trajectory import Trajectory

__all__ = ["NOT_TRIED", "tried", "working_time"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
NOT_TRIED = -1


def tried(plan: Plan, drills: Sequence[Trajectory], level: Levels) -> Ints:
    """(services in the bubble, drills): the recovery time in the test, NEVER for none, NOT_TRIED where none began."""
    structure = plan.structure
    found = np.full((len(structure.tested), len(drills)), NOT_TRIED, dtype=np.int64)
    for row, name in enumerate(structure.tested):
        points = [p for p, point in enumerate(structure.points) if point[0] == len(structure.services) + row]
        weights = np.array([structure.points[p][5] for p in points], dtype=object)
        minimum = plan.landscape.services[name].targets.mbco.millionths * int(weights.sum())
        good = weights @ level.points[points].astype(object) >= minimum
        for i, drill in enumerate(drills):
            if drill.trial is None or drill.trial.begun < 0:
                continue
            begun, stopped = drill.trial.begun, drill.trial.stopped
            columns = level.drill(i)
            times = level.times[columns]
            ends = np.append(times[1:], plan.horizon)
            inside = good[columns] & (ends > begun) & (times < (stopped if stopped >= 0 else plan.horizon))
            first = times[inside][:1]
            found[row, i] = max(int(first[0]), begun) - begun if len(first) else NEVER
    return found


def working_time(plan: Plan, drills: Sequence[Trajectory], times: Ints) -> Ints:
    """The working time inside recovery times in the test, as `tried` gives them."""
    trials = [drill.trial for drill in drills]
    begun = [0 if trial is None else trial.begun + drill.offset for trial, drill in zip(trials, drills, strict=True)]
    since = np.broadcast_to(np.array(begun, dtype=np.int64), times.shape)
    back = (times >= 0) & (times < NEVER)
    inside = plan.calendars[plan.working_hours].worked(since, since + np.where(back, times, 0))
    return np.where(back, inside, times)
