"""What a service still lacks just before an instant, and which of it binds: where a walk begins that has no end to begin at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drsim.measures.drills import Group
from drsim.measures.held import and_text, groups_before, holders, incident_of, tasks_open
from drsim.measures.moment import Moment
from drsim.measures.pieces import Pieces
from drsim.measures.segments import Segment
from drsim.planning.plan import ACTIVE, NEVER, Outage, Plan
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import DONE, FAILED, GIVEN_UP, INTERRUPTED, UNUSABLE, Row, Trajectory
from drsim.units import ONE, decimal_text

__all__ = ["FAILOVER", "Standing", "missing", "no_ground", "room_wait"]

Bools = NDArray[np.bool_]

NO_WAY, STUCK, WAITING, RUNNING = range(4)
"""How near something is to coming back: the smallest binds."""

FAILOVER = ("precheck", "switch", "restore", "start")
DECIDING = ("detect", "assess", "gather", "decide", "declare")


class Standing(NamedTuple):
    """How something stands: `segments` tell [since, the instant), what lies before follows from `then`."""

    rank: int
    since: int
    order: int
    """of rows that wait or run, the first in plan order binds"""
    segments: tuple[Segment, ...] = ()
    then: Row | None = None


def missing(plan: Plan, group: Group, relevant: frozenset[int], drill: Trajectory, time: int) -> Standing | None:
    """What binds of all that the level of a group lacks just before an instant; `relevant`: the flags below it."""
    return _Missing(plan, group, relevant, drill, time).binding()


def no_ground(plan: Plan, group: Group, relevant: frozenset[int], drill: Trajectory, row: Row) -> Standing | None:
    """What a row lacked that ended without ever having had the ground for it."""
    return _Missing(plan, group, relevant, drill, row.end).of_row(row)


def room_wait(plan: Plan, drill: Trajectory, row: Row) -> Standing | None:
    """The wait for room before a step became wanted, None if there was none (sections 8 and 17)."""
    if row.step >= 0 and row.kind == "restart":
        return _until_room_again(plan, drill, row)
    if row.step < 0 or row.kind not in ("restore", "start") or row.wanted != row.ready:
        return None
    step = plan.steps[row.step]
    by = row.bound_by
    if isinstance(by, Row) and by.kind == "stop" and by.object != row.object:
        return None  # it waited for that, not for room
    moment = Moment(plan, drill, row.wanted)
    if moment.has_run(step.deployment):
        return None  # it has its room, or never asks for any
    go = moment.is_go(row.incident)
    begin = max(go.end, moment.lost_since(step.component)) if go is not None else row.wanted
    others = (other for other in drill.rows if other.step >= 0 and other is not row and other.kind != "repair")
    tried = any(plan.steps[o.step].component == step.component and begin <= o.wanted <= row.wanted for o in others)
    if begin >= row.wanted or tried or plan.structure.hot[step.deployment] or not moment.grounded(row):
        return None
    since = _grounded_since(plan, drill, row, begin, row.wanted)
    then = go if go is not None and since == go.end else _ended(drill, since)
    return Standing(STUCK, since, 0, (_room(since, row.wanted, row.object, row.site),), then)


def _until_room_again(plan: Plan, drill: Trajectory, row: Row) -> Standing | None:
    """The time in which the room of what is sheddable was away, if it ended when its restart became wanted."""
    c = plan.steps[row.step].component
    mine = [(at, away) for at, who, away in drill.shed if who == c and at <= row.wanted]
    if row.wanted != row.ready or not mine or mine[-1] != (row.wanted, False):
        return None
    return _away(drill, mine[-2][0], row.wanted, row.object, row.site)


def _away(drill: Trajectory, since: int, until: int, component: str, site: str) -> Standing:
    """Its room was away from `since` on: what gave it away is its stop, or what was lost had nothing left to stop."""
    stops = (row for row in drill.rows if row.kind == "stop" and row.object == component)
    stop = next((row for row in stops if row.end == since and row.outcome == DONE), None)
    return Standing(STUCK, since, 0, (_room(since, until, component, site),), stop or _ended(drill, since))


def _room(begin: int, end: int, component: str, site: str) -> Segment:
    return Segment(begin, end, "waiting for capacity", f"room for {component} at {site}")


def _grounded_since(plan: Plan, drill: Trajectory, row: Row, begin: int, end: int) -> int:
    """Since when the ground of a step held, of which it is known that it does just before `end`; at least `begin`."""
    for time in sorted({t for t, _, _ in drill.changes if begin < t < end}, reverse=True):
        if not Moment(plan, drill, time).grounded(row):
            return time
    return begin


def _ended(drill: Trajectory, time: int) -> Row | None:
    """Of the steps that ended at an instant the last that was applied."""
    return max((row for row in drill.rows if row.end == time and drill.place(row) >= 0), key=drill.place, default=None)


class _Missing:
    def __init__(self, plan: Plan, group: Group, relevant: frozenset[int], drill: Trajectory, time: int) -> None:
        self.plan, self.group, self.relevant, self.drill, self.time = plan, group, relevant, drill, time
        self.structure = plan.structure
        self.now = Moment(plan, drill, time)
        self.pieces = Pieces(plan, drill)
        self._known: dict[int, Standing | None] = {}
        self._asked: list[int] = []
        """the components whose standing is being found, each for the one before"""
        self._circular = False

    def binding(self) -> Standing | None:
        """Of what the level cannot do without, what is furthest from coming back."""
        lacking = self._lacking()
        needed = self._needed(lacking)
        if needed is None:
            return self._too_little()
        found = [standing for name in needed or lacking if (standing := self._stands(name)) is not None]
        if not needed:  # one of several would do: the nearest
            return max(found, key=_hope, default=None)
        worst = min(found, key=_hope, default=None)
        cut = [s for s in found if s.then is not None and s.then.outcome == INTERRUPTED and s.then.end == self.time]
        return cut[0] if cut and worst is not None and worst.rank > NO_WAY else worst

    def _too_little(self) -> Standing | None:
        """Nothing is missing, but what moved serves from a place that is out of reach, or with too small a share."""
        first = len(self.structure.sites) + len(self.structure.links)
        moved = [
            row
            for row in self.drill.rows
            if row.kind in ("switch", "start") and row.outcome == DONE and row.end < self.time
            if first + self.plan.steps[row.step].deployment in self.relevant
        ]
        if not moved:
            return None
        last = max(self._culprits(moved) or moved, key=self.drill.place)
        share = self.plan.own_share(self.plan.steps[last.step].deployment)
        gives = f"gives {decimal_text(Fraction(share * 1000 // ONE, 10))} %" if share < ONE else "gives too little"
        why = f"{last.object} at {last.site} is out of reach, or {gives}"
        return Standing(NO_WAY, last.end, 0, (Segment(last.end, self.time, "no way back", why),), last)

    def _culprits(self, moved: Sequence[Row]) -> list[Row]:
        """Those of what moved with which at home, all else as it is now, the level would be enough."""
        first = len(self.structure.sites) + len(self.structure.links)
        newest = {self.plan.steps[row.step].component: row for row in sorted(moved, key=self.drill.place)}
        homes = [
            [(first + d, self.structure.roles[d] == ACTIVE) for d in self.structure.of_component[c]] for c in newest
        ]
        below = self._are_below([self._all_there(changes) for changes in homes])
        return [row for row, is_below in zip(newest.values(), below.tolist(), strict=True) if not is_below]

    def _all_there(self, changes: Iterable[tuple[int, bool]] = ()) -> Trajectory:
        """A drill in which nothing is missing: what has moved runs where it moved to; and with some flags otherwise."""
        on = len(self.structure.sites) + len(self.structure.links)
        home = {d for c in range(len(self.structure.components)) for d in self._home(c)}
        whole = [(0, flag, True) for flag in range(len(self.now.flags))]
        whole += [(0, on + d, False) for d in range(len(self.structure.deployments)) if d not in home]
        return replace(self.drill, changes=[*whole, *((0, flag, value) for flag, value in changes)])

    def _are_below(self, drills: Sequence[Trajectory]) -> Bools:
        """In which of these drills the level is below the minimum, from their beginning on."""
        points = levels(self.plan, drills).points
        weights = np.array(self.group.weights, dtype=np.int64)
        below: Bools = weights @ points[list(self.group.points)] < self.group.minimum * weights.sum()
        return below

    # what is lacking

    def _lacking(self) -> dict[tuple[str, int], list[int]]:
        """What is not as it should be: (kind, index) -> its flags that are False."""
        now, structure = self.now, self.structure
        sites, links, count = len(structure.sites), len(structure.links), len(structure.deployments)
        on = sites + links
        found: dict[tuple[str, int], list[int]] = {}
        for c, deployments in enumerate(structure.of_component):
            flags = [on + d for d in self._home(c) if not now.on[d] and on + d in self.relevant]
            if flags:
                found["component", c] = flags
            for d in deployments:
                if now.on[d] and not now.checked[d] and on + count + d in self.relevant:
                    found["check", d] = [on + count + d]
        for i, (p, d) in enumerate(structure.trusts):
            if p in self.group.points and now.on[d] and not now.trusted[i]:
                found.setdefault(("point", p), []).append(on + 2 * count + i)
        found.update({("site", s): [s] for s, up in enumerate(now.site_up) if not up})
        found.update({("link", k): [sites + k] for k, up in enumerate(now.link_up) if not up})
        return found

    def _home(self, c: int) -> list[int]:
        """Where a component may run: anywhere while it runs nowhere; else where it moved to, or where it was active."""
        deployments, roles = self.structure.of_component[c], self.structure.roles
        moved = [d for d in deployments if self.now.on[d] and roles[d] != ACTIVE]
        if not any(self.now.on[d] for d in deployments):
            return list(deployments)
        return moved or [d for d in deployments if roles[d] == ACTIVE]

    def _needed(self, lacking: dict[tuple[str, int], list[int]]) -> list[tuple[str, int]] | None:
        """What alone would keep the level below the minimum if all else were there; None if it then were so anyway."""
        flags = ([], *lacking.values())
        below = self._are_below([self._all_there((flag, False) for flag in each) for each in flags])
        if below[0]:
            return None
        return [name for name, is_below in zip(lacking, below[1:].tolist(), strict=True) if is_below]

    # how it stands

    def _stands(self, name: tuple[str, int]) -> Standing | None:
        kind, index = name
        match kind:
            case "component":
                return self._component(index)
            case "check":
                return self._nearest(self._open("verify", self.structure.deployments[index][0]))
            case "point":
                return self._nearest(row for row in self._all_open if self.plan.steps[row.step].point == index)
            case _:
                return self._place(kind, index)

    @cached_property
    def _all_open(self) -> list[Row]:
        """The rows of steps that were wanted and had not ended."""
        return [row for row in self.drill.rows if row.step >= 0 and self._is_open(row)]

    def _is_open(self, row: Row) -> bool:
        return row.wanted < self.time and (row.end < 0 or row.end >= self.time)

    def _open(self, kind: str, c: int) -> list[Row]:
        return [row for row in self._all_open if row.kind == kind and self.plan.steps[row.step].component == c]

    def _nearest(self, rows: Iterable[Row]) -> Standing | None:
        found = [standing for row in rows if (standing := self._row(row)) is not None]
        return max(found, key=_hope, default=None)

    def of_row(self, row: Row) -> Standing | None:
        """A row that has not ended."""
        return self._row(row)

    def _row(self, row: Row) -> Standing | None:
        """A row that has not ended."""
        time = self.time
        if 0 <= row.start < time:
            return Standing(RUNNING, time, row.order, (), row)
        if row.kind == "task":
            return self._task(row)
        if row.step < 0:
            return Standing(WAITING, time, row.order, (), row)
        if held := holders(self.now, row):
            return min((s for other in held if (s := self._row(other)) is not None), key=_hope, default=None)
        if before := groups_before(self.now, row):
            return min((s for c in before if (s := self._component(c)) is not None), key=_hope, default=None)
        if not self.now.grounded(row) and not (self.plan.best_effort and 0 <= row.ready < time):
            return self._ground(row)
        if 0 <= row.ready < time:
            since, then, told = time, row, self.pieces.waits(row, row.ready, time)
            segments: list[Segment] = []
        else:  # it lost its ground later, and then had it again
            since = _grounded_since(self.plan, self.drill, row, row.wanted, time)
            segments = told = self.pieces.waits(row, since, time)
            then = None
        rank = STUCK if told and told[-1].cause == "waiting for a copy" else WAITING
        return Standing(rank, since, row.order, tuple(segments), then)

    def _task(self, row: Row) -> Standing | None:
        """A step of the plan that has not started: it waits for people, or for what it comes after."""
        task = next(task for task in self.structure.tasks if task.name == row.object)
        on = self.now.on
        lost = [c for c in task.after if not any(on[d] for d in self.structure.of_component[c])]
        found = [standing for c in lost if (standing := self._component(c)) is not None]
        names = {self.structure.tasks[t].name for t in task.after_tasks}
        found += [s for other in tasks_open(self.now, row.incident, names) if (s := self._row(other)) is not None]
        if found:
            return min(found, key=_hope)
        waits = self.pieces.waits(row, row.ready, self.time) if 0 <= row.ready < self.time else []
        return Standing(WAITING, self.time if not waits else row.ready, row.order, tuple(waits), row)

    def _ground(self, row: Row) -> Standing | None:
        """A row without ground: its site, what is broken, or what it starts after."""
        step = self.plan.steps[row.step]
        site = self.structure.sites.index(step.site)
        if not self.now.site_up[site]:
            return self._place("site", site, row.object)
        if row.kind != "repair" and row.kind != "verify" and self.now.is_broken(step.deployment):
            return self._nearest(self._open("repair", step.component)) or self._place("component", step.deployment)
        if row.kind == "verify" and step.point < 0 and not self.now.on[step.deployment]:
            return self._component(step.component)
        return self._node(self.now.node_of(row))

    def _node(self, node: int) -> Standing | None:
        """What a node of readiness lacks: of the inputs that it still needs, the last to come."""
        now = self.now
        if (seen := now.seen.get(node)) is not None:
            return self._view(*seen)
        inputs = now.inputs.get(node, ())
        found = [s for below in inputs if not now.holds(below) and (s := self._node(below)) is not None]
        found.sort(key=_hope, reverse=True)
        needed = self.structure.short[node] - sum(map(now.holds, inputs))
        return found[min(needed, len(found)) - 1] if found else None

    def _view(self, c: int, site: int, checked: bool) -> Standing | None:
        """What a component lacks to be ready as seen from a site."""
        now, structure = self.now, self.structure
        places = [d for d in structure.of_component[c] if not structure.local[c] or structure.deployments[d][1] == site]
        running = [d for d in places if now.on[d]]
        found = [self._node(self.structure.gate[d]) for d in running if not now.is_ready(d)]
        if checked and any(now.is_ready(d) and not now.checked[d] for d in running):
            found.append(self._nearest(self._open("verify", c)))
        if not running:
            found.append(self._component(c))
        known = [standing for standing in found if standing is not None]
        if known:
            return max(known, key=_hope)
        away = [self._place("link", k) for k, up in enumerate(now.link_up) if not up]
        away += [self._place("site", s) for s, up in enumerate(now.site_up) if not up]
        return max((standing for standing in away if standing is not None), key=_hope, default=None)

    def _component(self, c: int) -> Standing | None:
        """A component that does not run."""
        if c in self._asked:
            return self._circle(self._asked[self._asked.index(c) :])
        if c not in self._known:
            self._asked.append(c)
            rows = [row for kind in (*FAILOVER, "restart") for row in self._open(kind, c)]
            shed = self._shed(c) if self.structure.sheddable[c] else None
            self._known[c] = shed or (self._nearest(rows) if rows else self._unwanted(c))
            self._asked.pop()
            if not self._asked and self._circular:  # what was found on the way may rest on where a circle was entered
                self._known, self._circular = {c: self._known[c]}, False
        return self._known[c]

    def _shed(self, c: int) -> Standing | None:
        """What is being stopped to make room, or has none any more."""
        for row in self._open("stop", c):
            if 0 <= row.start < self.time:
                return self._row(row)
        mine = [(at, away) for at, who, away in self.drill.shed if who == c and at < self.time]
        if not mine or not mine[-1][1]:
            return None
        site = self.structure.sites[self.structure.deployments[self.structure.of_component[c][0]][1]]
        return _away(self.drill, mine[-1][0], self.time, self.structure.components[c], site)

    def _stops_for(self, c: int) -> list[Row]:
        """The stops that are to make room where a component would come."""
        place, structure = self.structure.deployments[self.structure.standby[c]][1], self.structure
        return [
            row
            for row in self._all_open
            if row.kind == "stop" and structure.sheddable[self.plan.steps[row.step].component]
            if structure.deployments[self.plan.steps[row.step].deployment][1] == place
        ]

    def _circle(self, members: Sequence[int]) -> Standing:
        """Components that wait for each other for good: since the last of them was lost and may be worked on."""
        self._circular = True
        found = []
        for c in members:
            go = self.now.is_go(incident_of(self.drill, c, self.time))
            lost = self.now.lost_since(c)
            found.append((lost, None) if go is None or go.end < lost else (go.end, go))
        since, then = max(found, key=lambda each: (each[0], each[1] is not None))
        text = f"{and_text(self.structure.components[c] for c in members)} wait for each other"
        return Standing(NO_WAY, since, 0, (Segment(since, self.time, "no way back", text),), then)

    def _unwanted(self, c: int) -> Standing | None:
        """Nothing is wanted of it: nobody has said go, there is no room, or no step is left but a restart in place."""
        now, drill = self.now, self.drill
        waits_for = [s for other in drill.awaited_by(c, self.time) if (s := self._component(other)) is not None]
        if waits_for:
            return min(waits_for, key=_hope)
        mine = [row for row in drill.rows if row.step >= 0 and self.plan.steps[row.step].component == c]
        tried = [row for row in mine if row.kind in FAILOVER and 0 <= row.end < self.time]
        last = max(tried, key=drill.place, default=None)
        lost = now.lost_since(c)
        exhausted = last is not None and last.outcome in (FAILED, UNUSABLE, GIVEN_UP) and last.end >= lost
        incident = incident_of(self.drill, c, self.time)
        for row in drill.rows:
            if row.step < 0 and row.kind in DECIDING and row.incident == incident and self._is_open(row):
                return self._row(row)
        for row in drill.rows:  # which holds back the `assess` of all incidents
            if row.kind == "teardown" and self._is_open(row):
                return self._row(row)
        go, b = now.is_go(incident), self.structure.standby[c]
        moved = any(row.kind in ("switch", "start") and row.outcome == DONE for row in tried)
        ways = self.plan.strategies[c]
        if drill.is_corrupt(c, self.time):
            ways = tuple(way for way in ways if way == "cold")
        if moved and self.plan.failback:
            moved = next((sign < 0 for at, d, sign in reversed(drill.standing) if d == b and at < self.time), False)
        if go is not None and b >= 0 and not moved and not exhausted and ways:
            if stops := [s for row in self._stops_for(c) if (s := self._row(row)) is not None]:
                return min(stops, key=_hope)
            since = max(go.end, lost)
            site = self.structure.sites[self.structure.deployments[b][1]]
            room = _room(since, self.time, self.structure.components[c], site)
            return Standing(STUCK, since, 0, (room,), go if since == go.end else None)
        begin, then = (last.end, last) if exhausted and last is not None else (lost, None)
        places = [d for d in self._home(c) if moved or self.structure.roles[d] == ACTIVE]
        away = [what for d in places if (what := self._away(d)) is not None]
        if back := [what for what in away if what[0] == STUCK]:
            _, cause, outage = min(back, key=lambda each: now.span(each[2])[1])
            begin = max(begin, now.span(outage)[0])
            then = then if then is not None and begin == then.end else None
            return Standing(STUCK, begin, 0, (Segment(begin, self.time, cause, outage.name),), then)
        why = self._why_hopeless(c, last if exhausted else None, places, moved=moved)
        return Standing(NO_WAY, begin, 0, (Segment(begin, self.time, "no way back", why),), then)

    def _away(self, d: int) -> tuple[int, str, Outage] | None:
        """What keeps a deployment from a restart: (rank, cause, outage)."""
        site = self.structure.deployments[d][1]
        for kind, target, cause in (
            ("site", site, "waiting for a site"),
            ("component", d, "waiting for the end of an outage"),
        ):
            if lasting := self.now.outages(kind, target):
                _, end = self.now.span(lasting[-1])
                return STUCK if end < NEVER else NO_WAY, cause, lasting[-1]
        return None

    def _why_hopeless(self, c: int, last: Row | None, places: Sequence[int], *, moved: bool) -> str:
        name = self.structure.components[c]
        if last is not None and last.outcome == UNUSABLE:
            return f"no usable copy of {name}"
        if last is not None and last.outcome == GIVEN_UP:
            return f"to {last.kind} {name} was given up"
        if last is not None and last.kind == "precheck":
            return f"the precheck of {name} failed"
        if last is not None:
            return f"every attempt to {last.kind} {name} failed"
        up = all(self.now.site_up[self.structure.deployments[d][1]] for d in places)
        stays = "it stays broken" if up else "its site does not return"
        if self.structure.standby[c] >= 0 and not moved and not self.plan.strategies[c]:
            return f"{name} does not fit at its standby, and {stays}"
        return f"{name} has no standby{' left' if moved else ''}, and {stays}"

    def _place(self, kind: str, target: int, waits: str = "") -> Standing | None:
        """A site, link or deployment that is away."""
        lasting = self.now.outages(kind, target)
        if not lasting:
            return None
        outage = lasting[-1]
        begin, end = self.now.span(outage)
        if end >= NEVER:
            name = outage.name if kind != "site" else self.structure.sites[target]
            why = f"{name} does not return" + (f", where {waits} would come" if waits else "")
            return Standing(NO_WAY, begin, 0, (Segment(begin, self.time, "no way back", why),))
        cause = "waiting for a site" if kind == "site" else "waiting for the end of an outage"
        return Standing(STUCK, begin, 0, (Segment(begin, self.time, cause, outage.name),))


def _hope(standing: Standing) -> tuple[int, int, int]:
    """The least hopeful first; of those without hope the longest, of rows the first in plan order."""
    return standing.rank, standing.since if standing.rank <= STUCK else 0, standing.order
