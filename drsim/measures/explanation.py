"""Why it took so long: each interruption cut into consecutive segments that add up to it exactly.

The walk goes back from the return: what raised the level last, its running time, its wait, what it waited for, and so on
(`docs/semantics.md` section 14).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from drsim.measures.drills import Group, Interruption, interruptions
from drsim.planning.plan import NEVER, Plan, Tree
from drsim.simulation.levels import Levels, levels
from drsim.simulation.trajectory import DONE, RUNNING, WAITING, Row, Trajectory

__all__ = ["CAUSES", "Segment", "explain", "waits"]

CAUSES = (
    "not yet detected",
    "not yet decided",
    "people on their way",
    "nobody on duty",
    "team busy",
    "waiting for a copy",
    "failed attempt",
    "restoring data",
    "step under way",
    "supplier at work",
    "supplier closed",
    "being verified",
    "waiting for a site",
    "waiting for the end of an outage",
    "another outage",
    "in service between",
    "no way back",
)
"""All causes, in the order in which they are shown."""

BY_KIND = {
    "detect": "not yet detected",
    "assess": "not yet decided",
    "decide": "not yet decided",
    "declare": "not yet decided",
    "mobilise": "people on their way",
    "restore": "restoring data",
    "verify": "being verified",
}


class Segment(NamedTuple):
    """A part of an interruption, [begin, end) in ms."""

    begin: int
    end: int
    cause: str
    detail: str = ""
    """what it was: the step and its object, or with what a team was busy"""
    team: str = ""

    @property
    def length(self) -> int:
        """ms"""
        return self.end - self.begin


def explain(
    plan: Plan, group: Group, drill: Trajectory, level: Levels | None = None
) -> list[tuple[Interruption, list[Segment]]]:
    """Each interruption of a group in a drill, with its segments in order of time; they add up to it exactly."""
    level = levels(plan, [drill]) if level is None else level
    walk = _Walk(plan, group, drill)
    return [(what, walk.segments(what)) for what in interruptions(plan, group, drill, level)]


def waits(plan: Plan, drill: Trajectory, row: Row) -> list[Segment]:
    """Why a ready step did not start at once: from when it was ready to its start (its end, or that of the drill)."""
    if row.ready < 0:
        return []
    end = row.start if row.start >= 0 else row.end if row.end >= 0 else plan.horizon
    nobody = Group(-1, None, None, None, (), (), 0, NEVER, ())
    return list(_Walk(plan, nobody, drill)._waits(row, row.ready, end))


class _Walk:
    def __init__(self, plan: Plan, group: Group, drill: Trajectory) -> None:
        self.plan, self.group, self.drill = plan, group, drill
        self.outages = _outage_times(plan, drill)
        self.relevant = _flags_below(plan, group)

    def segments(self, what: Interruption) -> list[Segment]:
        """From the end of the interruption back to its beginning."""
        found: list[Segment] = []
        time = what.end
        cause: Row | tuple[str, str] | None = self._raised(time) if what.back else self._unfinished(what)
        if not what.back and cause is None:
            return self._with_good([self._blocked(what.begin, time)], what)
        while time > what.begin:
            if cause is None:
                found.append(Segment(what.begin, time, "another outage"))
                break
            if isinstance(cause, Row):
                row = cause
                running = max(what.begin, min(time, row.start if row.start >= 0 else time))
                found += reversed(list(self._running(row, running, time)))
                waiting = max(what.begin, min(running, row.ready))
                found += reversed(list(self._waits(row, waiting, running)))
                time, cause = waiting, row.bound_by
            else:
                name, edge = cause
                begun = max(what.begin, self.outages[name])
                if edge == "ends" and begun < time:
                    kind = next(outage.kind for outage in self.plan.outages if outage.name == name)
                    text = "waiting for a site" if kind == "site" else "waiting for the end of an outage"
                    found.append(Segment(begun, time, text, name))
                    time = begun
                cause = None
        return self._with_good(found[::-1], what)

    # where the walk begins

    def _raised(self, time: int) -> Row | tuple[str, str] | None:
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

    def _raiser(self, flag: int, time: int) -> Row | tuple[str, str] | None:
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
                    if outage.kind == kind and self._target(outage.kind, outage.targets[0]) == target
                    if self.drill.outages.get(outage.name, (NEVER, NEVER))[1] == time
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

    def _unfinished(self, what: Interruption) -> Row | None:
        """What is still to be done at the horizon: first what runs, then what waits for people."""
        open_rows = [row for row in self.drill.rows if row.outcome in (RUNNING, WAITING) and row.is_ready]
        mine = [row for row in open_rows if row.step < 0 or self._concerns(row)]
        return min(mine, key=lambda row: (row.outcome == WAITING, row.order), default=None)

    def _concerns(self, row: Row) -> bool:
        step = self.plan.steps[row.step]
        if step.point >= 0:
            return step.point in self.group.points
        structure = self.plan.structure
        on = len(structure.sites) + len(structure.links)
        return on + step.deployment in self.relevant

    def _blocked(self, begin: int, end: int) -> Segment:
        """Nothing is under way: a site is away, or nothing can bring it back."""
        lasting = [
            outage
            for outage in self.plan.outages
            if not any(row.kind == "repair" for row in self.drill.rows if outage.until_repaired)
            and self.outages[outage.name] <= end
        ]
        for outage in lasting:
            if outage.kind == "site":
                return Segment(begin, end, "waiting for a site", self._target("site", outage.targets[0]))
        if lasting:
            return Segment(begin, end, "waiting for the end of an outage", lasting[0].name)
        return Segment(begin, end, "no way back")

    # pieces

    def _running(self, row: Row, begin: int, end: int) -> Iterator[Segment]:
        if begin >= end:
            return
        detail = f"{row.object}" if row.kind not in ("detect", "assess", "decide", "declare") else row.kind
        team = " + ".join(self.plan.structure.teams[t] for t, _ in row.crew)
        if row.outcome not in (DONE, RUNNING):
            yield Segment(begin, end, "failed attempt", f"{row.kind} {row.object}", team)
            return
        cause = BY_KIND.get(row.kind, "step under way")
        outside = bool(row.crew) and all(self.plan.structure.outside[t] for t, _ in row.crew)
        if not outside or cause == "not yet decided":
            yield Segment(begin, end, cause, detail, team)
            return
        hours = self.plan.steps[row.step].hours if row.step >= 0 else -1
        if hours < 0:
            yield Segment(begin, end, "supplier at work", detail, team)
            return
        calendar, shift = self.plan.calendars[hours], self.drill.offset
        edges = [t - shift for t, _ in calendar.edges(begin + shift, end + shift) if begin < t - shift < end]
        for a, b in zip([begin, *edges], [*edges, end], strict=True):
            cause = "supplier at work" if calendar.is_open(a + shift) else "supplier closed"
            yield Segment(a, b, cause, detail, team)

    def _waits(self, row: Row, begin: int, end: int) -> Iterator[Segment]:
        """A ready step that did not start, cut wherever its reason changes."""
        if begin >= end:
            return
        if row.kind == "restore" and not row.crew:
            yield Segment(begin, end, "waiting for a copy", row.object)
            return
        teams = [team for team, _ in row.crew]
        cuts = {begin, end}
        cuts |= {t for t, team, _ in self.drill.heads if team in teams and begin < t < end}
        cuts |= {
            t for (k, team), t in self.drill.arrivals.items() if k == row.incident and team in teams and begin < t < end
        }
        cuts |= {t for team, a, b in self.drill.evacuations if team in teams for t in (a, b) if begin < t < end}
        last: Segment | None = None
        for a, b in _pairs(sorted(cuts)):
            segment = Segment(a, b, *self._why_not(row, a))
            if last is not None and last[2:] == segment[2:]:
                last = last._replace(end=b)
                continue
            if last is not None:
                yield last
            last = segment
        if last is not None:
            yield last

    def _why_not(self, row: Row, time: int) -> tuple[str, str, str]:
        structure = self.plan.structure
        for team, heads in row.crew:
            name = structure.teams[team]
            arrived = self.drill.arrivals.get((row.incident, team), NEVER if row.step >= 0 else -1)
            if arrived > time:
                return "people on their way", "", name
            if any(who == team and a <= time < b for who, a, b in self.drill.evacuations):
                return "people on their way", "out of the lost building", name
            present = self._present(team, time)
            if present < heads:
                return ("supplier closed" if structure.outside[team] else "nobody on duty"), "", name
        busy = self.drill.freed_by(row)
        for team, heads in row.crew:
            if self._present(team, time) - self._busy(team, time) < heads:
                what = f"{busy.kind} {busy.object}" if busy is not None else ""
                return "team busy", what, structure.teams[team]
        return ("waiting for a copy" if row.kind == "restore" else "team busy"), "", ""

    def _present(self, team: int, time: int) -> int:
        return next((n for t, who, n in reversed(self.drill.heads) if who == team and t <= time), 0)

    def _busy(self, team: int, time: int) -> int:
        return sum(
            heads
            for row in self.drill.rows
            if 0 <= row.start <= time and (row.end < 0 or row.end > time)
            for who, heads in row.crew
            if who == team
        )

    def _with_good(self, found: Sequence[Segment], what: Interruption) -> list[Segment]:
        """Cut out the good times that were joined under `settle`."""
        result: list[Segment] = []
        for segment in found:
            begin = segment.begin
            for since, until in what.good:
                a, b = max(since, begin), min(until, segment.end)
                if a < b:
                    result += [segment._replace(begin=begin, end=a), Segment(a, b, "in service between")]
                    begin = b
            result.append(segment._replace(begin=begin))
        return _tiled(result, what)


def _tiled(found: list[Segment], what: Interruption) -> list[Segment]:
    """Segments without length left out, neighbours alike joined."""
    result: list[Segment] = []
    for segment in found:
        if segment.begin >= segment.end:
            continue
        if result and result[-1][2:] == segment[2:]:
            result[-1] = result[-1]._replace(end=segment.end)
        else:
            result.append(segment)
    assert sum(segment.length for segment in result) == what.end - what.begin, "segments do not add up"
    return result


def _pairs(times: Sequence[int]) -> Iterator[tuple[int, int]]:
    return pairwise(times)


def _outage_times(plan: Plan, drill: Trajectory) -> dict[str, int]:
    """When each outage began in this drill."""
    return {outage.name: drill.outages.get(outage.name, (NEVER, NEVER))[0] for outage in plan.outages}


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
