"""Why it took so long: each interruption cut into consecutive segments that add up to it exactly.

The walk goes back from the return: what raised the level last, its running time, its wait, what it waited for, and so on; or
from what is still missing, where it did not return or an outage began it anew (`docs/semantics.md` section 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drsim.measures.drills import Group, Interruption, interruptions
from drsim.measures.missing import FAILOVER, missing, no_ground, room_wait
from drsim.measures.pieces import Pieces
from drsim.measures.segments import CAUSES, Segment, tiled
from drsim.planning.plan import Plan, Tree
from drsim.simulation.levels import Levels, levels
from drsim.simulation.trajectory import DONE, FAILED, GIVEN_UP, INTERRUPTED, UNUSABLE, Row, Trajectory

__all__ = ["CAUSES", "Segment", "explain", "waits"]

Cause = Row | tuple[str, str] | None


def explain(
    plan: Plan, group: Group, drill: Trajectory, level: Levels | None = None
) -> list[tuple[Interruption, list[Segment]]]:
    """Each interruption of a group in a drill, with its segments in order of time; they add up to it exactly."""
    level = levels(plan, [drill]) if level is None else level
    found = interruptions(plan, group, drill, level)
    walk = _Walk(plan, group, drill) if found else None
    return [(what, walk.segments(what)) for what in found if walk is not None]


def waits(plan: Plan, drill: Trajectory, row: Row) -> list[Segment]:
    """Why a ready step did not start at once: from when it was ready to its start (its end, or that of the drill)."""
    if row.ready < 0:
        return []
    end = row.start if row.start >= 0 else row.end if row.end >= 0 else plan.horizon
    return Pieces(plan, drill).waits(row, row.ready, end)


class _Walk:
    def __init__(self, plan: Plan, group: Group, drill: Trajectory) -> None:
        self.plan, self.group, self.drill = plan, group, drill
        self.pieces = Pieces(plan, drill)
        self.relevant = _flags_below(plan, group)

    def segments(self, what: Interruption) -> list[Segment]:
        """From the end of the interruption back to its beginning."""
        found: list[Segment] = []
        time = what.end
        seen: set[tuple[int, int]] = set()
        cause: Cause = self._raised(time) if what.back and not what.cut else None
        step = -1
        while time > what.begin:
            if isinstance(cause, Row):
                since, pieces, before = self._row(cause, time)
                step = cause.step
            elif cause is not None and cause[1] == "ends":
                since, pieces, before = self._outage(cause[0], time, step)
            else:
                since, pieces, before = self._anew(what, time, step)
                if since == time and before is None:
                    since, pieces = what.begin, [Segment(what.begin, time, "another outage")]
            if before is not None and (since, id(before)) in seen:  # in a circle, without going back in time
                since, before = what.begin, None
                pieces = [Segment(what.begin, time, "no way back", "what is missing waits for each other")]
            seen.add((since, id(before)))
            found += reversed(pieces)
            time, cause = max(since, what.begin), before
        return tiled(found[::-1], what)

    # one step back

    def _row(self, row: Row, time: int) -> tuple[int, list[Segment], Cause]:
        """It ran until `time`, or waited until then; before that it became ready, and perhaps waited for room."""
        if row.outcome == GIVEN_UP and time == row.end and row.start < 0 and not row.is_ready:
            lacks = no_ground(self.plan, self.group, self.relevant, self.drill, row)
            if lacks is not None and lacks.then is not row:
                return lacks.since, list(lacks.segments), lacks.then
            return row.wanted, [Segment(row.wanted, time, "failed attempt", f"{row.kind} {row.object}")], None
        start = min(time, row.start) if row.start >= 0 else time
        ready = min(start, row.ready)
        pieces = self.pieces.waits(row, ready, start) + self.pieces.running(row, start, time)
        room = room_wait(self.plan, self.drill, row)
        if room is not None and ready == row.ready:
            return room.since, [*room.segments, *pieces], room.then
        return ready, pieces, row.bound_by

    def _outage(self, name: str, time: int, step: int) -> tuple[int, list[Segment], Cause]:
        """It ended now, and a step waited for that: from its beginning, or from the last failover that failed before."""
        begun = max((begin for begin, end in self.drill.outages[name] if end <= time), default=time)
        before: Row | None = None
        c = self.plan.steps[step].component if step >= 0 else -1
        if (found := self.drill.found_at.get((name, begun))) is not None:
            begun = min(found, time)
            before = next(
                (r for r in self.drill.rows if r.step == step and r.end == begun and r.outcome == FAILED), None
            )
        for row in self.drill.rows if c >= 0 else ():
            mine = row.kind in FAILOVER and self.plan.steps[row.step].component == c
            if mine and row.outcome in (FAILED, UNUSABLE, GIVEN_UP) and begun < row.end < time:
                begun, before = row.end, row
        kind = next(outage.kind for outage in self.plan.outages if outage.name == name)
        text = "waiting for a site" if kind == "site" else "waiting for the end of an outage"
        return begun, [Segment(begun, time, text, name)], before

    def _anew(self, what: Interruption, time: int, step: int) -> tuple[int, list[Segment], Cause]:
        """An outage began at `time`, or nothing came back: what held it up just before."""
        for since, until in what.good:
            if since < time <= until:
                return since, [Segment(since, time, "in service between")], self._raised(since)
        for row in self.drill.rows:
            if row.step == step >= 0 and row.end == time and row.outcome == INTERRUPTED and row.start < time:
                return time, [], row
        standing = missing(self.plan, self.group, self.relevant, self.drill, time)
        if standing is None:
            return time, [], None
        return standing.since, list(standing.segments), standing.then

    # where the walk begins

    def _raised(self, time: int) -> Cause:
        """What raised the level to its minimum at this instant; of several the last that it could not do without."""
        flags = [flag for at, flag, value in self.drill.changes if at == time and value and flag in self.relevant]
        found = [(flag, self._raiser(flag, time)) for flag in flags]
        found = [(flag, cause) for flag, cause in found if cause is not None]
        if len(found) > 1:
            found = [pair for pair in found if self._needed(pair[0], time)] or found
        rows = [cause for _, cause in found if isinstance(cause, Row)]
        if rows:
            return max(rows, key=self.drill.place)
        others = [cause for _, cause in found if isinstance(cause, tuple)]
        return max(others, default=None)

    def _raiser(self, flag: int, time: int) -> Cause:
        match self.drill.flag_name(flag):
            case ("on", component, site):
                kinds: tuple[str, ...] = ("switch", "start", "restart")
                name = component
            case ("checked", component, site):
                kinds, name = ("verify",), component
            case ("trusted", service, point, _, _):
                kinds, name, site = ("verify",), f"{service}.{point}", ""
            case (kind, target):
                ended = [
                    outage.name
                    for outage in self.plan.outages
                    if outage.kind == kind and any(self._target(kind, each) == target for each in outage.targets)
                    if any(end == time for _, end in self.drill.outages[outage.name])
                ]
                return (ended[0], "ends") if ended else None
            case _:
                return None
        for row in reversed(self.drill.rows):
            done = row.end == time and row.outcome == DONE
            if done and row.kind in kinds and row.object == name and site in ("", row.site):
                return row
        return None

    def _target(self, kind: str, index: int) -> str:
        structure = self.plan.structure
        return structure.sites[index] if kind == "site" else structure.links[index][0] if kind == "link" else ""

    def _needed(self, flag: int, time: int) -> bool:
        """Would the level still be below the minimum without this flag?"""
        changes = [change for change in self.drill.changes if change[0] <= time and change[:2] != (time, flag)]
        without = replace(self.drill, changes=changes)
        level = levels(self.plan, [without])
        total = sum(
            weight * int(level.points[p, -1]) for p, weight in zip(self.group.points, self.group.weights, strict=True)
        )
        return total < self.group.minimum * sum(self.group.weights)


def _flags_below(plan: Plan, group: Group) -> frozenset[int]:
    """The flags that the level of a group may follow from."""
    structure = plan.structure
    sites, links, count = len(structure.sites), len(structure.links), len(structure.deployments)
    on = sites + links
    found = set(range(on))
    trees = {op.node: op.tree for _, ops in structure.level_groups for op in ops if op.kind == "deployment"}
    todo: list[int] = []
    for p in group.points:
        for c in structure.direct[p]:
            todo.extend(structure.of_component[c])
            found.update(on + count + d for d in structure.of_component[c])
    found.update(on + 2 * count + i for i, (p, _) in enumerate(structure.trusts) if p in group.points)
    seen: set[int] = set()
    while todo:
        d = todo.pop()
        if d in seen:
            continue
        seen.add(d)
        found.add(on + d)
        for view in _leaves(trees[d]):
            todo.extend(structure.view_nodes[view - count][1])
    return frozenset(found)


def _leaves(tree: Tree) -> Iterator[int]:
    if isinstance(tree, int):
        yield tree
    else:
        for part in tree[1]:
            yield from _leaves(part)
