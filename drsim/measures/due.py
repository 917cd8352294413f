"""Work that must be done by a date: kept by the systems, kept only by hand, or missed (`docs/semantics.md` section 14)."""

from __future__ import annotations

from collections.abc import Sequence

from drsim.planning.plan import DueWork, Plan
from drsim.simulation.trajectory import Trajectory

__all__ = ["KEPT", "KEPT_BY_HAND", "MISSED", "STATES", "fates"]

STATES = KEPT, KEPT_BY_HAND, MISSED = ("kept", "kept by hand", "missed")

Spans = Sequence[tuple[int, int]]


def fates(plan: Plan, work: DueWork, drill: Trajectory, below: Spans, below_as_met: Spans) -> list[tuple[int, str]]:
    """Each moment of a drill at which it is due, ms, and how that went; `below`: when its service is below its minimum."""
    found = []
    for instant in work.instants:
        time = instant - drill.offset
        if 0 < time <= plan.horizon:
            as_met = KEPT_BY_HAND if _fits(work, time, below_as_met) else MISSED
            found.append((time, KEPT if _fits(work, time, below) else as_met))
    return found


def _fits(work: DueWork, time: int, below: Spans) -> bool:
    """Whether there is a stretch that is long enough; before the drill all is well."""
    since = time - work.begins
    longest = 0
    for begin, end in below:
        if end > since and begin < time:
            longest = max(longest, begin - since)
            since = max(since, end)
    return max(longest, time - since) >= work.takes
