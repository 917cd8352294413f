"""Which times below the minimum are planned: `docs/semantics.md` section 15."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from drsim.planning.plan import Plan, Tree
from drsim.simulation.power import Span
from drsim.simulation.trajectory import DONE, Trajectory

__all__ = ["Stretch", "has_stops", "stretches"]


class Stretch(NamedTuple):
    """A time below the minimum, joined with others of its kind that are closer than `settle`."""

    begin: int
    end: int
    planned: bool
    cut: bool = False
    """whether it is planned and a loss ends it"""


def has_stops(drill: Trajectory) -> bool:
    """Whether anything is stopped to move in a drill."""
    return bool(drill.plan.failback) and any(row.kind == "stop" and row.outcome == DONE for row in drill.made)


def stretches(plan: Plan, points: Sequence[int], drill: Trajectory, below: Sequence[Span]) -> list[Stretch]:
    """The interruptions of some points, planned ones apart; `below`: all columns below their minimum, in order."""
    mine = {d for c in _closure(plan, points) for d in plan.structure.of_component[c]}
    stops = {
        (row.end, plan.steps[row.step].deployment)
        for row in drill.made
        if row.kind == "stop" and row.outcome == DONE and plan.steps[row.step].deployment in mine
        if not plan.structure.sheddable[plan.steps[row.step].component]
    }
    losses = _losses(plan, drill, mine, stops)
    at = {time for time, _ in stops}
    found: list[Stretch] = []
    for begin, end in _whole(below):
        cuts = [time for time in losses if begin < time < end]
        if begin not in at or begin in losses:
            found.append(Stretch(begin, end, planned=False))
        elif cuts:
            found += [Stretch(begin, cuts[0], planned=True, cut=True), Stretch(cuts[0], end, planned=False)]
        else:
            found.append(Stretch(begin, end, planned=True))
    joined: list[Stretch] = []
    for stretch in found:
        last = joined[-1] if joined else None
        if last is not None and last.planned == stretch.planned and stretch.begin - last.end < plan.settle:
            joined[-1] = stretch._replace(begin=last.begin)
        else:
            joined.append(stretch)
    return joined


def _whole(columns: Sequence[Span]) -> list[Span]:
    """Columns that touch made one."""
    found: list[Span] = []
    for begin, end in columns:
        if found and found[-1][1] == begin:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return found


def _losses(plan: Plan, drill: Trajectory, mine: set[int], stops: set[tuple[int, int]]) -> list[int]:
    """When a site or link goes down, or one of these deployments stops being on without a stop of it that ends then."""
    places = len(plan.structure.sites) + len(plan.structure.links)
    last = places + len(plan.structure.deployments)
    return sorted(
        {
            time
            for time, flag, value in drill.changes
            if not value
            and (flag < places or (flag < last and flag - places in mine and (time, flag - places) not in stops))
        }
    )


def _closure(plan: Plan, points: Sequence[int]) -> set[int]:
    """The components in the closure of the needs of some points."""
    structure = plan.structure
    count = len(structure.deployments)
    trees = {op.node: op.tree for _, ops in structure.level_groups for op in ops if op.kind == "deployment"}
    todo = [c for p in points for c in structure.direct[p]]
    seen: set[int] = set()
    while todo:
        c = todo.pop()
        if c in seen:
            continue
        seen.add(c)
        for d in structure.of_component[c]:
            for view in _leaves(trees[d]) if d in trees else ():
                todo += [structure.deployments[other][0] for other in structure.view_nodes[view - count][1]]
    return seen


def _leaves(tree: Tree) -> list[int]:
    return [tree] if isinstance(tree, int) else [leaf for part in tree[1] for leaf in _leaves(part)]
