"""What citizens meet: the levels of the systems, or what is served by hand where that is more, or at a neighbour's counter.

Contacts and continuity go by it (`docs/semantics.md` section 14); all other measures by the systems alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from drsim.planning.plan import ByHand, Plan
from drsim.simulation.levels import Levels
from drsim.simulation.trajectory import Trajectory
from drsim.units import ONE

__all__ = ["Span", "at_columns", "moved", "served", "spell"]

Span = tuple[int, int]
"""From, to: ms."""


def spell(how: ByHand, drill: Trajectory, number: int, begin: int, end: int) -> Span | None:
    """When a service is served by hand in its interruption of this number; None if that is over before."""
    after = how.after if how.variable < 0 else drill.drawn(how.variable, number)
    since = begin + after
    until = min(end, since + how.lasts)
    return (since, until) if since < until else None


def served(
    plan: Plan, drills: Sequence[Trajectory], level: Levels, spells: Mapping[int, Sequence[Sequence[Span]]]
) -> Levels:
    """The greater of the levels of the systems and by hand; `spells`: by service, for each drill, when it is served by hand."""
    cuts = [_edges(plan, drill, {sv: spells[sv][i] for sv in spells}) for i, drill in enumerate(drills)]
    found = _cut(level, cuts)
    places = {p: point[2] for p, point in enumerate(plan.structure.points) if point[0] in spells}
    for i, drill in enumerate(drills):
        columns = found.drill(i)
        times = found.times[columns]
        up = {site: _is_up(drill, site, times.tolist()) for site in set(places.values())}
        for sv, of_drill in spells.items():
            how = plan.by_hand[sv]
            is_open = [plan.calendars[how.calendar].is_open(time + drill.offset) for time in times.tolist()]
            for since, until in of_drill[i]:
                serving = (times >= since) & (times < until) & np.array(is_open, dtype=bool)
                for p, site in places.items():
                    if plan.structure.points[p][0] == sv:
                        by_hand = np.where(serving & up[site], how.level, 0)
                        found.points[p, columns] = np.maximum(found.points[p, columns], by_hand)
    return found


def moved(plan: Plan, drills: Sequence[Trajectory], level: Levels) -> Levels:
    """The same levels, with what a neighbour takes over; cut where that opens or closes."""
    goals = {q for q, _ in plan.fallbacks.values()}
    cuts: list[set[int]] = []
    for i, drill in enumerate(drills):
        hours = {
            plan.open_hours[q] for p, (q, _) in plan.fallbacks.items() if (level.points[p, level.drill(i)] < ONE).any()
        }
        edges = (plan.calendars[each].edges(drill.offset, drill.offset + plan.horizon) for each in sorted(hours))
        cuts.append({t - drill.offset for of_one in edges for t, _ in of_one if t - drill.offset < plan.horizon})
    found = _cut(level, cuts)
    own = found.points.copy()
    for i, drill in enumerate(drills):
        columns = found.drill(i)
        times = found.times[columns].tolist()
        there = {}
        for q in goals:
            hours_of = plan.calendars[plan.open_hours[q]]
            is_open = np.array([hours_of.is_open(time + drill.offset) for time in times], dtype=bool)
            there[q] = np.where(is_open, own[q, columns], 0)
        for p, (q, share) in plan.fallbacks.items():
            left = np.minimum(ONE - own[p, columns], share)
            found.points[p, columns] = own[p, columns] + left * there[q] // ONE
    return found


def at_columns(level: Levels, of: Levels) -> Levels:
    """The same levels at the columns of others, which are cut more finely."""
    return _cut(level, [set(of.times[of.drill(i)].tolist()) for i in range(len(of.first) - 1)])


def _edges(plan: Plan, drill: Trajectory, spells: Mapping[int, Sequence[Span]]) -> set[int]:
    """Where serving by hand begins and ends in a drill."""
    found: set[int] = set()
    for sv, spans in spells.items():
        hours = plan.calendars[plan.by_hand[sv].calendar]
        for since, until in spans:
            found |= {since, until}
            found |= {t - drill.offset for t, _ in hours.edges(since + drill.offset, until + drill.offset)}
    return {time for time in found if 0 < time < plan.horizon}


def _cut(level: Levels, cuts: Sequence[set[int]]) -> Levels:
    """The same levels, with a column that begins at each of these times of each drill."""
    times: list[int] = []
    first = [0]
    source: list[int] = []
    for i, of_drill in enumerate(cuts):
        columns = level.drill(i)
        before = level.times[columns].tolist()
        now = sorted({*before, *of_drill})
        times += now
        source += [columns.start + bisect_right(before, time) - 1 for time in now]
        first.append(len(times))
    return replace(
        level,
        times=np.array(times, dtype=np.int64),
        first=np.array(first, dtype=np.int64),
        points=level.points[:, source],
        deployments=level.deployments[:, source],
    )


def _is_up(drill: Trajectory, site: int, times: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a site is up from each of these times on."""
    changed = [(at, value) for at, flag, value in drill.changes if flag == site]
    instants = [at for at, _ in changed]
    places = (bisect_right(instants, time) for time in times)
    return np.array([not place or changed[place - 1][1] for place in places], dtype=bool)
