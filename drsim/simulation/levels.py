"""Levels: what every service point gives at every instant, computed afterwards from the flags of trajectories.

One function for every engine, vectorised over all instants of all drills of a slice: a *column* is one instant of one drill, from
which on the levels hold until the next column of that drill. Levels are whole millionths (int64); see `docs/semantics.md` section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from drsim.planning.plan import ACTIVE, Plan, Structure, Tree
from drsim.simulation.trajectory import Trajectory
from drsim.units import ONE

__all__ = ["Levels", "levels", "site_groups"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of a slice of drills.

    `times` (columns): when each column begins, ms. `first` (drills + 1): where each drill's columns begin, the first at time 0.
    `points` (points, columns): the level of each service point, millionths. `deployments` the same for deployments, 0 where not
    asked for (no service rests on them).
    """

    times: Ints
    first: Ints
    points: Ints
    deployments: Ints

    def drill(self, index: int) -> slice:
        """The columns of one drill."""
        return slice(int(self.first[index]), int(self.first[index + 1]))


def levels(plan: Plan, drills: Sequence[Trajectory]) -> Levels:
    """The levels of some drills of one plan."""
    times, first, flags = _flags(plan, drills)
    structure = plan.structure
    site_up, link_up, on, checked, trusted = np.split(
        flags,
        np.cumsum([len(structure.sites), len(structure.links), len(structure.deployments), len(structure.deployments)]),
    )
    outside = inside = _Reach(structure, site_up, link_up)
    if structure.twin_of:
        left = site_up.copy()
        left[structure.left_out] = False
        inside = _Reach(structure, left, link_up)
    count = len(structure.deployments)
    values = np.zeros((count + len(structure.view_nodes), flags.shape[1]), dtype=np.int64)
    shares = [plan.own_share(d) for d in range(count)]

    def value(node: int) -> Ints:
        if node >= count:
            site, seen, _ = structure.view_nodes[node - count]
            reached = inside if seen and structure.deployments[seen[0]][0] in structure.twin_of else outside
            return _seen(seen, [reached(site, structure.deployments[d][1]) for d in seen], values)
        own: Ints = np.where(on[node], shares[node], 0)
        return own

    for circle, ops in structure.level_groups:
        nodes = [op.node if op.kind == "deployment" else count + op.node for op in ops]
        if not circle:
            op, node = ops[0], nodes[0]
            got = value(node)
            values[node] = np.minimum(got, _evaluate(op.tree, values)) if op.kind == "deployment" else got
            continue
        # the greatest solution: from above, downwards until nothing changes
        values[nodes] = ONE
        changed = True
        while changed:
            before = values[nodes].copy()
            for op, node in zip(ops, nodes, strict=True):
                got = value(node)
                if op.kind == "deployment":
                    got = np.minimum(got, _evaluate(op.tree, values))
                values[node] = np.minimum(values[node], got)
            changed = not np.array_equal(before, values[nodes])
    points = np.zeros((len(structure.points), flags.shape[1]), dtype=np.int64)
    for op in structure.point_ops:
        place = structure.points[op.node][2]
        seen_levels = []
        for c in structure.direct[op.node]:
            seen = tuple(
                d for d in structure.of_component[c] if not structure.local[c] or structure.deployments[d][1] == place
            )
            gates = []
            reached = inside if c in structure.twin_of else outside
            for d in seen:
                good = reached(place, structure.deployments[d][1])
                if structure.opts_in[c]:
                    good = good & checked[d]
                elif (op.node, d) in structure.trust_of:
                    good = good & trusted[structure.trust_of[op.node, d]]
                gates.append(good)
            seen_levels.append(_seen(seen, gates, values))
        table = np.array(seen_levels, dtype=np.int64).reshape(len(seen_levels), flags.shape[1])
        points[op.node] = np.where(site_up[place], _evaluate(op.tree, table), 0)
    return Levels(times, first, points, values[:count])


def _seen(seen: Sequence[int], gates: Sequence[Bools], values: Ints) -> Ints:
    """The sum over deployments that are seen, at most 1."""
    total = np.zeros(values.shape[1], dtype=np.int64)
    for d, gate in zip(seen, gates, strict=True):
        total += np.where(gate, values[d], 0)
    return np.minimum(total, ONE)


def _evaluate(tree: Tree, values: Ints) -> Ints:
    """The level of a tree of needs: the k-th greatest of its parts for k needed."""
    if isinstance(tree, int):
        row: Ints = values[tree]
        return row
    needed, parts = tree
    if needed <= 0:
        return np.full(values.shape[1], ONE, dtype=np.int64)
    table = np.stack([_evaluate(part, values) for part in parts])
    if needed == len(parts):
        least: Ints = table.min(axis=0)
        return least
    kth: Ints = np.sort(table, axis=0)[len(parts) - needed]
    return kth


class _Reach:
    """Which sites reach each other, for every column; worked out once for each pattern of what is up."""

    def __init__(self, structure: Structure, site_up: Bools, link_up: Bools) -> None:
        patterns, self.pattern = np.unique(np.concatenate([site_up, link_up]), axis=1, return_inverse=True)
        self.pattern = self.pattern.reshape(-1)
        count = len(structure.sites)
        groups = [site_groups(structure, list(column[:count]), list(column[count:])) for column in patterns.T]
        self.groups = np.array(groups, dtype=np.int64).reshape(-1, count)
        self._known: dict[tuple[int, int], Bools] = {}

    def __call__(self, a: int, b: int) -> Bools:
        key = (a, b) if a < b else (b, a)
        if key not in self._known:
            same = (self.groups[:, a] >= 0) & (self.groups[:, a] == self.groups[:, b])
            self._known[key] = same[self.pattern]
        return self._known[key]


def site_groups(structure: Structure, site_up: Sequence[bool], link_up: Sequence[bool]) -> list[int]:
    """For each site the number of the group of sites that it reaches, -1 if it is down."""
    group = [s if up else -1 for s, up in enumerate(site_up)]
    changed = True
    while changed:
        changed = False
        for index, (_, a, b) in enumerate(structure.links):
            if link_up[index] and group[a] >= 0 and group[b] >= 0 and group[a] != group[b]:
                low, high = sorted((group[a], group[b]))
                group = [low if g == high else g for g in group]
                changed = True
    return group


def _flags(plan: Plan, drills: Sequence[Trajectory]) -> tuple[Ints, Ints, Bools]:
    """(times, first column of each drill, flags by column); a new column at each instant at which a flag changes."""
    structure = plan.structure
    count = len(structure.sites) + len(structure.links) + 2 * len(structure.deployments) + len(structure.trusts)
    start = np.ones(count, dtype=bool)
    first_on = len(structure.sites) + len(structure.links)
    for d, role in enumerate(structure.roles):
        start[first_on + d] = role == ACTIVE
    times: list[int] = []
    first = [0]
    switches: list[tuple[int, int, bool, int]] = []
    for index, drill in enumerate(drills):
        times.append(0)
        for time, flag, value in drill.changes:
            if time > times[-1]:
                times.append(time)
            switches.append((flag, len(times) - 1, value, index))
        first.append(len(times))
    flags = np.repeat(start[:, None], len(times), axis=1)
    for flag, column, value, index in switches:
        flags[flag, column : first[index + 1]] = value
    return np.array(times, dtype=np.int64), np.array(first, dtype=np.int64), flags
