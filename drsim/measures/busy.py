"""How busy people and links are in one drill."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from drsim.measures.moment import Moment
from drsim.measures.pieces import TRANSFERS, Pieces
from drsim.planning.plan import Plan
from drsim.simulation.trajectory import Row, Trajectory

__all__ = ["Steps", "heads_at_work", "transfers_on"]

Steps = list[tuple[int, int]]
"""(ms, how many from then on), at each change; the last is 0, or the horizon comes first"""


def heads_at_work(plan: Plan, drill: Trajectory) -> dict[str, Steps]:
    """How many people of each team that did anything are at work, by name; those who keep a step for the next day are not."""
    pieces = Pieces(plan, drill)
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for row in drill.rows:
        if row.start >= 0:
            for team, heads in row.crew:
                spans.setdefault(team, []).extend((begin, end, heads) for begin, end in pieces.at_work(row))
    return {plan.structure.teams[team]: _steps(found) for team, found in sorted(spans.items())}


def transfers_on(plan: Plan, drill: Trajectory) -> dict[str, Steps]:
    """How many transfers share each link that carries any, by name."""
    rows = [row for row in drill.rows if row.kind in TRANSFERS and row.start >= 0]
    places = len(plan.structure.sites) + len(plan.structure.links)
    times = {time for row in rows for time in (row.start, _end(plan, row))}
    times |= {time for time, flag, _ in drill.changes if flag < places}
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for begin, end in pairwise(sorted(times)):
        there = [row for row in rows if row.start <= begin < _end(plan, row)]
        now = Moment(plan, drill, begin + 1) if there else None
        for row in there:
            assert now is not None
            for link in now.links_of(row):
                spans.setdefault(link, []).append((begin, end, 1))
    return {plan.structure.links[link][0]: _steps(found) for link, found in sorted(spans.items())}


def _end(plan: Plan, row: Row) -> int:
    return row.end if row.end >= 0 else plan.horizon


def _steps(spans: Iterable[tuple[int, int, int]]) -> Steps:
    """The sum of what is there in spans (begin, end, how many)."""
    changes: dict[int, int] = {}
    for begin, end, many in spans:
        changes[begin] = changes.get(begin, 0) + many
        changes[end] = changes.get(end, 0) - many
    total, found = 0, []
    for time in sorted(changes):
        if changes[time]:
            total += changes[time]
            found.append((time, total))
    return found
