"""The drill: a lean event loop on SimPy. The only place that knows simpy.

`docs/semantics.md` is the law; section numbers in comments point into it. How it is made fast: readiness is kept in counters, one
SimPy timeout stands for each running step, and the last event of an instant settles the instant (section 9), so that everything
that ends at one instant is known before anything starts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from copy import copy
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.core import Infinity

from drsim.errors import DrsimError
from drsim.planning.plan import ACTIVE, NEVER, STALE, STANDBY, Copy, Plan, Structure, Tree
from drsim.simulation.draws import Numbers
from drsim.simulation.levels import site_groups
from drsim.simulation.trajectory import (
    DONE,
    DROPPED,
    FAILED,
    INTERRUPTED,
    RUNNING,
    UNUSABLE,
    WAITING,
    Recovery,
    Row,
    Trajectory,
)
from drsim.simulation.transfers import Flow, fair_rates, route
from drsim.units import MINUTE

__all__ = ["Engine"]

ONE = 1_000_000
DETECT, ASSESS, DECIDE, DECLARE, MOBILISE = range(5)
INCIDENT_NAMES = ("detect", "assess", "decide", "declare", "mobilise")
NONE, ASKED, GIVEN = 0, 1, 2  # room
GATE, SITE, READY, POINT = range(4)  # kinds of ground
PER_INCIDENT = 1_000  # places in plan order for the steps of one incident
FIRST = -(10**9)  # plan order of the first step of the first incident

Cause = Row | tuple[str, str]


class Incident:
    """What people deal with, section 6."""

    __slots__ = ("arrived", "assessed", "closed", "detected", "go", "lost_at", "number", "root", "rows", "seq")

    def __init__(self, number: int, root: int, lost_at: int, seq: int) -> None:
        self.number = number
        self.root = root
        self.lost_at = lost_at
        self.seq = seq
        self.detected = self.assessed = self.go = self.closed = False
        self.arrived: set[int] = set()
        self.rows: dict[int, Row] = {}

    def again(self, same: Callable[[Row], Row]) -> Incident:
        """A copy, with rows replaced by theirs."""
        new = copy(self)
        new.arrived = set(self.arrived)
        new.rows = {key: same(row) for key, row in self.rows.items()}
        return new


class Engine:
    """Runs drills of one plan. Made once; a drill only copies the state at the start."""

    def __init__(self, plan: Plan) -> None:
        structure = plan.structure
        self.plan = plan
        self.root_of_site = {root.place: i for i, root in enumerate(plan.roots) if root.is_site}
        self.root_of_component = {root.place: i for i, root in enumerate(plan.roots) if not root.is_site}
        count = len(structure.deployments)
        steps = plan.steps
        self.gated = [
            tuple(i for i, s in enumerate(steps) if s.deployment == d and s.kind in ("switch", "start", "restart"))
            for d in range(count)
        ]
        find = plan.step_of.get
        self.switch = [find(("switch", d), -1) for d in range(count)]
        self.start = [find(("start", d), -1) for d in range(count)]
        self.restore = [find(("restore", d), -1) for d in range(count)]
        self.restart = [find(("restart", d), -1) for d in range(count)]
        self.repair = [find(("repair", d), -1) for d in range(count)]
        self.verify = [find(("verify", d), -1) for d in range(count)]
        self.point_verify = [find(("point", p), -1) for p in range(len(structure.points))]
        self.steps_of = [
            tuple(i for i, s in enumerate(steps) if s.component == c) for c in range(len(structure.components))
        ]
        self.steps_component = [step.component for step in steps]
        self.at_site = [tuple(i for i, s in enumerate(steps) if s.site == name) for name in structure.sites]
        self.site_of = [site for _, site in structure.deployments]
        self.component_of = [component for component, _ in structure.deployments]
        self.deployments_at = [
            tuple(d for d in range(count) if self.site_of[d] == s) for s in range(len(structure.sites))
        ]
        self.trusts_of = [
            tuple(i for i, (q, _) in enumerate(structure.trusts) if q == p) for p in range(len(structure.points))
        ]
        self.ground = [_ground_of(structure, step.kind, step.deployment, step.point) for step in steps]
        self.step_site = [structure.sites.index(step.site) for step in steps]
        self.lone_team = [step.crew[0][0] if len(step.crew) == 1 and step.crew[0][1] == 1 else -1 for step in steps]
        self.plain = [(step.object, step.site, step.crew) for step in steps]
        self.rivals = [
            tuple(d for d in structure.of_component[s.component] if d != s.deployment) if s.component >= 0 else ()
            for s in steps
        ]
        self.simple = [self._is_simple(i) for i in range(len(steps))]
        self.flag_on = len(structure.sites) + len(structure.links)
        self.flag_checked = self.flag_on + count
        self.flag_trusted = self.flag_checked + count
        self.at_first()
        self.beginning = self._common_beginning()

    def _is_simple(self, index: int) -> bool:
        """A start that cannot fail, of what keeps no data and nobody verifies: its end only makes others ready."""
        plan, structure = self.plan, self.plan.structure
        step = plan.steps[index]
        c, d = step.component, step.deployment
        return (
            step.kind == "start"
            and step.works == ONE
            and step.hours < 0
            and not structure.has_data[c]
            and not structure.opts_in[c]
            and not structure.trusted_by[d]
            and self.lone_team[index] >= 0
        )

    def at_first(self) -> None:
        """Readiness and room when everything is whole."""
        structure = self.plan.structure
        feeds, checked_feeds = self.reach((False,) * len(structure.sites), (False,) * len(structure.links))
        short = list(structure.short)
        up, owner = structure.up, structure.owner
        count = len(structure.deployments)
        ready = [False] * count
        gates = [short[gate] <= 0 for gate in structure.gate]
        todo = [d for d in range(count) if gates[d] and structure.roles[d] == ACTIVE]
        while todo:
            d = todo.pop()
            ready[d] = True
            stack = [*feeds[d], *checked_feeds[d]]
            while stack:
                node = stack.pop()
                short[node] -= 1
                if short[node] == 0:
                    stack.extend(up[node])
                    kind, index = (owner[node] - 1) % 3, (owner[node] - 1) // 3
                    if owner[node] and kind == 0:
                        gates[index] = True
                        if structure.roles[index] == ACTIVE:
                            todo.append(index)
        self.first_short, self.first_ready = short, ready
        self.first_fed = [(*feeds[d], *checked_feeds[d]) if ready[d] else () for d in range(count)]
        free = list(self.plan.capacity)
        for d, uses in enumerate(structure.uses):
            if structure.roles[d] == ACTIVE or structure.hot[d]:
                for pool, room in uses:
                    free[pool] -= room
        self.first_free = free

    def reach(
        self, site_down: Sequence[bool], link_down: Sequence[bool]
    ) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        """For each deployment the views (and checked views) that it is an input of, section 3."""
        key = (*map(int, site_down), *map(int, link_down))
        cached = self.plan.reach_cache.get(key)
        if cached is None:
            cached = self.plan.reach_cache[key] = _feeds(self.plan.structure, site_down, link_down)
        return cached  # type: ignore[return-value]

    def drill(self, numbers: Numbers, index: int) -> Trajectory:
        """Drill `index` of the slice of draws."""
        if self.beginning is None:
            return _Drill(self, numbers, index).run()
        return self.beginning.again(numbers, index).resume()

    def _common_beginning(self) -> _Drill | None:
        """All drills up to the first draw are one: what comes before it is done once and copied."""
        if not self.plan.dated:
            return None
        drill = _Drill(self, _NoNumbers(), 0)
        drill.keeps = True
        try:
            drill.run()
        except _FirstDrawError:
            return drill.kept
        return None


def _feeds(
    structure: Structure, site_down: Sequence[bool], link_down: Sequence[bool]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    group = site_groups(structure, [not down for down in site_down], [not down for down in link_down])

    def seen_from(table: Any) -> list[tuple[int, ...]]:
        by_component: dict[int, list[tuple[int, int]]] = {}
        for (c, s), node in table.items():
            by_component.setdefault(c, []).append((s, node))
        return [
            tuple(
                node
                for s, node in by_component.get(c, ())
                if group[s] >= 0 and (s == site if structure.local[c] else group[s] == group[site])
            )
            for c, site in structure.deployments
        ]

    return seen_from(structure.views), seen_from(structure.checked_views)


class _FirstDrawError(Exception):
    """A drill asks for its first number."""


class _NoNumbers:
    first = 0

    def column(self, variable: int, incident: int = 0, attempt: int = 0) -> list[Any]:
        raise _FirstDrawError

    def zeroth(self) -> list[list[Any] | None]:
        return []


class _Drill:
    """The state of one drill, section 2, and the rules that change it."""

    def __init__(self, engine: Engine, numbers: Numbers | _NoNumbers, index: int) -> None:
        plan = engine.plan
        structure = plan.structure
        self.engine, self.plan, self.structure = engine, plan, structure
        self.numbers, self.index = numbers, index
        self.env = simpy.Environment()
        self.horizon = plan.horizon
        self.offset = 0
        if not plan.dated:
            assert isinstance(numbers, Numbers)
            self.offset = numbers.moments()[index]
        components, deployments = len(structure.components), len(structure.deployments)
        teams = len(structure.teams)
        # places
        self.site_outages = [0] * len(structure.sites)
        self.link_outages = [0] * len(structure.links)
        self.site_up = [True] * len(structure.sites)
        self.link_up = [True] * len(structure.links)
        self.site_seq = [0] * len(structure.sites)
        self.feeds, self.checked_feeds = engine.reach((False,) * len(structure.sites), (False,) * len(structure.links))
        self.reach_log: list[tuple[int, list[int]]] | None = None
        # deployments
        self.role = list(structure.roles)
        self.started = [role == ACTIVE for role in structure.roles]
        self.broken = [0] * deployments
        self.broken_until = [0] * deployments
        self.broken_seq = [0] * deployments
        self.broken_incident = [-1] * deployments
        self.checked = [True] * deployments
        self.trusted = [True] * len(structure.trusts)
        self.ready = engine.first_ready[:]
        self.ready_seq = [0] * deployments
        self.fed = engine.first_fed[:]
        self.short = engine.first_short[:]
        self.gate_seq = [0] * len(self.short)
        self.incident_of = [-1] * deployments
        self.stopped_at = [-1] * deployments
        self.start_incident = [-1] * deployments
        # components
        self.lost = [False] * components
        self.incident = [-1] * components
        self.lost_at = [-1] * components
        self.lost_round = [-1] * components
        self.role_log: dict[int, list[tuple[int, list[int]]]] = {}
        self.stage = [0] * components
        self.failures = [0] * components
        self.restored = [-1] * components
        self.no_replica = [False] * components
        self.bad: set[tuple[int, int]] = set()
        self.room = [NONE] * components
        self.free = engine.first_free[:]
        # people
        self.open = [True] * teams
        self.away = [0] * teams
        self.busy = [0] * teams
        self.present = list(plan.people)
        self.freed_time = [-1] * teams
        self.freed_row: list[Row | None] = [None] * teams
        # work
        self.incidents: list[Incident] = []
        self.live: list[Row | None] = [None] * len(plan.steps)
        self.wanted = [-1] * len(plan.steps)
        self.wanted_seq = [0] * len(plan.steps)
        self.wanted_incident = [0] * len(plan.steps)
        self.open_steps = [0] * (components + 1)  # the last for points, whose component is -1
        self.tries: dict[tuple[int, int], int] = {}
        self.rows: list[Row] = []
        self.queues: list[list[tuple[int, int, Row]]] = [[] for _ in range(teams)]
        self.unmanned: list[Row] = []
        self.several: list[Row] = []
        self.expected: dict[tuple[int, int], list[Row]] = {}
        self.flows: list[Flow] = []
        self.flows_changed = False
        self.reach_changed = False
        # what is due at this instant, and what it makes dirty
        self.due_outages: list[tuple[int, int]] = []
        self.due_rows: list[Row] = []
        self.due_heads: list[tuple[int, int]] = []
        self.due_arrivals: list[Row] = []
        self.due_timers: list[Row] = []
        self.due_edge = -1
        self.evacuated: list[int] = []
        self.dirty: dict[int, int] = {}
        self.dirty_points: dict[int, int] = {}
        self.dirty_incidents = False
        self.dirty_room = -1
        self.touched: set[int] = set()
        self.shaken: list[Row] = []
        self.unusual = True
        self.keeps = False
        self.kept: _Drill | None = None
        self.zeroth = numbers.zeroth()
        self.now = 0
        self.rounds = 0
        self.seq = 0
        self.causes: list[Cause | None] = [None]
        self.serial = 0
        # what is left behind
        self.changes: list[tuple[int, int, bool]] = []
        self.recoveries: list[Recovery] = []
        self.evacuations: list[tuple[int, int, int]] = []
        self.heads: list[tuple[int, int, int]] = []
        self.arrivals: dict[tuple[int, int], int] = {}
        self.outages: dict[str, tuple[int, int]] = {}
        self.last = 0

    # the clock

    def run(self) -> Trajectory:
        plan = self.plan
        self._on_row = self._settler()
        self._open_calendars()
        for index, outage in enumerate(plan.outages):
            begin = self._value(outage.after, outage.after_variable)
            self._at(begin, self._on_outage, (index, 1))
            length = self._value(outage.lasts, outage.lasts_variable)
            self.outages[outage.name] = (begin, begin + length if length < NEVER else NEVER)
            if length < NEVER:
                self._at(begin + length, self._on_outage, (index, -1))
        return self._to_the_end()

    def resume(self) -> Trajectory:
        """Go on from a copy, which was made before the starts of an instant."""
        self._finish_instant()
        return self._to_the_end()

    def again(self, numbers: Numbers, index: int) -> _Drill:
        """A copy of this state, with other draws from here on."""
        new = object.__new__(_Drill)
        for name, value in vars(self).items():
            setattr(new, name, value.copy() if type(value) in (list, dict, set) else value)
        new.numbers, new.index, new.zeroth = numbers, index, numbers.zeroth()
        new.keeps, new.kept = False, None
        rows = {id(row): copy(row) for row in self.rows if row.outcome is None}

        def same(row: Row) -> Row:
            return rows.get(id(row), row)

        new.rows = [same(row) for row in self.rows]
        for row in rows.values():
            if row.step >= 0:
                new.live[row.step] = row
        new.queues = [[(order, serial, same(row)) for order, serial, row in queue] for queue in self.queues]
        new.unmanned = [same(row) for row in self.unmanned]
        new.several = [same(row) for row in self.several]
        new.expected = {key: [same(row) for row in waiting] for key, waiting in self.expected.items()}
        new.flows = [flow.again(same(flow.row)) for flow in self.flows]
        new.incidents = [incident.again(same) for incident in self.incidents]
        new.env = simpy.Environment(initial_time=self.env.now)
        new._on_row = new._settler()
        for time, _, _, event in sorted(self.env._queue):
            callback = getattr(new, event.callbacks[0].__name__)
            value = event._value
            again = new.env.timeout(time - self.env.now, same(value) if isinstance(value, Row) else value)
            again.callbacks.append(callback)
        return new

    def _to_the_end(self) -> Trajectory:
        plan = self.plan
        self.env.run()
        for step, wanted in enumerate(self.wanted):
            if wanted >= 0 and self.live[step] is None:
                self._row(step)
        for row in self.rows:
            if row.outcome is None:
                row.outcome = RUNNING if row.start >= 0 else WAITING
        return Trajectory(
            plan=plan,
            replication=self.numbers.first + self.index,
            offset=self.offset,
            made=self.rows,
            changes=self._net_changes(),
            recoveries=self.recoveries,
            lost_at_end=[c for c, lost in enumerate(self.lost) if lost],
            evacuations=self.evacuations,
            heads=self.heads,
            arrivals=self.arrivals,
            outages=self.outages,
            ended=self.last,
        )

    def _at(self, time: int, what: Callable[[Any], None], value: object) -> None:
        """An event; at the horizon or later nothing is applied any more."""
        if time < self.horizon:
            event = self.env.timeout(time - self.now, value)
            event.callbacks.append(what)

    def _value(self, fixed: int, variable: int, incident: int = 0, attempt: int = 0) -> int:
        if variable < 0:
            return fixed
        value: int = self.numbers.column(variable, incident, attempt)[self.index]
        return value

    def _on_outage(self, event: Any) -> None:
        self.unusual = True
        self.due_outages.append(event._value)
        self._settle_if_last()

    def _on_arrival(self, event: Any) -> None:
        self.unusual = True
        self.due_arrivals.append(event._value)
        self._settle_if_last()

    def _on_timer(self, event: Any) -> None:
        self.unusual = True
        self.due_timers.append(event._value)
        self._settle_if_last()

    def _on_heads(self, event: Any) -> None:
        self.unusual = True
        self.due_heads.append(event._value)
        self._settle_if_last()

    def _on_flow(self, event: Any) -> None:
        self.unusual = True
        self._settle_if_last()

    def _on_edge(self, event: Any) -> None:
        self.unusual = True
        self.due_edge = event._value
        self._settle_if_last()

    def _settle_if_last(self) -> None:
        if self.env.peek() > self.env.now:
            self._settle()

    # one instant, section 9

    def _settle(self) -> None:
        now = self.env.now
        if now != self.now:
            self.now, self.rounds = int(now), 0
        self.rounds += 1
        if self.rounds > len(self.plan.steps) + 10 + 5 * len(self.incidents):
            busy = sorted({f"{row.kind} {row.object}" for row in self.due_rows})
            raise DrsimError(f"the instant {now} ms does not settle; it goes on with: {', '.join(busy)}")
        self.last = self.now
        if self.due_outages:
            self._apply_outages()
        if self.flows:
            self.due_rows.extend(flow.row for flow in self.flows if flow.end == now)
        if self.due_rows:
            due = self.due_rows[:]
            self.due_rows.clear()
            if len(due) > 1:
                due.sort(key=_by_order)
            for row in due:
                if row.outcome is None:
                    self.seq += 1
                    self.causes.append(row)
                    self._end(row)
        if self.due_arrivals:
            self._arrive()
        if self.due_heads or self.due_edge >= 0 or self.evacuated:
            self._apply_heads()
        self._settle_wanted()
        if self.due_timers:
            self._end_timers()
            self._settle_wanted()
        if self.keeps:
            self.kept = self.again(self.numbers, 0)  # type: ignore[arg-type]
        self._finish_instant()

    def _finish_instant(self) -> None:
        self._start()
        if self.dirty:
            self.rounds += 1
            self._settle_wanted()
        if self.flows_changed or (self.reach_changed and self.flows):
            self._refill()
        self.reach_changed = False
        if self.due_edge >= 0:
            # edges alone keep no drill alive: without other events they matter only to somebody who waits
            edge, self.due_edge = self.due_edge, -1
            if self.env.peek() < Infinity or self._anybody_waits():
                self._next_edge(edge + 1)
        self.unusual = bool(self.flows or self.several or self.unmanned)

    def _settler(self) -> Callable[[Any], None]:
        """What is called at the end of a running step; the last of an instant settles it.

        An instant at which nothing happens but the ends of simple starts (`Engine.simple`) is settled right here, by the same
        rules without the detours: crew-limited recoveries consist of little else. A function with its state bound in is
        twice as fast as a method.
        """
        env, engine, structure, plan = self.env, self.engine, self.structure, self.plan
        due, causes, changes, rows, tries = self.due_rows, self.causes, self.changes, self.rows, self.tries
        live, wanted, open_steps, lost, role = self.live, self.wanted, self.open_steps, self.lost, self.role
        short, started, ready, ready_seq, gate_seq = self.short, self.started, self.ready, self.ready_seq, self.gate_seq
        fed, broken, site_up, incident_of = self.fed, self.broken, self.site_up, self.incident_of
        busy, present, queues = self.busy, self.present, self.queues
        freed_time, freed_row = self.freed_time, self.freed_row
        wanted_seq, wanted_incident, incidents = self.wanted_seq, self.wanted_incident, self.incidents
        up, owner, gated, lone, simple = structure.up, structure.owner, engine.gated, engine.lone_team, engine.simple
        steps, rivals, step_site, plain = plan.steps, engine.rivals, engine.step_site, engine.plain
        zeroth, index, horizon, flag_on = self.zeroth, self.index, self.horizon, engine.flag_on
        peek, timeout = env.peek, env.timeout

        def _on_row(event: Any) -> None:
            row: Row = event._value
            if row.outcome is None:
                due.append(row)
            now = int(env.now)
            if peek() == now:
                return
            if self.unusual or now == self.now:
                self._settle()
                return
            for row in due:
                if not simple[row.step]:
                    self._settle()
                    return
            self.now = self.last = now
            self.rounds = 1
            if len(due) > 1:
                due.sort(key=_by_order)
            teams = self.touched
            for row in due:
                step = row.step
                c, d = steps[step][3:5]
                row.outcome, row.end = DONE, now
                live[step], wanted[step] = None, -1
                open_steps[c] -= 1
                self.seq = seq = self.seq + 1
                causes.append(row)
                team = lone[step]
                busy[team] -= 1
                teams.add(team)
                freed_time[team], freed_row[team] = now, row
                for other in rivals[step]:
                    if role[other] == ACTIVE:
                        role[other] = STALE
                        incident_of[other] = -1
                role[d] = ACTIVE
                started[d] = ready[d] = True
                lost[c] = False
                changes.append((now, flag_on + d, True))
                if open_steps[c]:
                    self._touch(c, seq)
                ready_seq[d] = seq
                fed[d] = views = self.feeds[d]
                for view in views:
                    short[view] -= 1
                    if short[view]:
                        continue
                    for node in up[view]:
                        short[node] -= 1
                        if short[node]:
                            continue
                        kind, gate = (owner[node] - 1) % 3, (owner[node] - 1) // 3
                        if not owner[node] or kind or started[gate]:
                            stack = list(up[node])
                            if owner[node]:
                                self._gate_opens(node, owner[node] - 1, stack, seq)
                            self._raise(stack, seq)
                            continue
                        gate_seq[node] = seq
                        for waiting in gated[gate]:
                            if wanted[waiting] < 0:
                                continue
                            team = lone[waiting]
                            number = wanted_incident[waiting]
                            if (
                                live[waiting] is not None
                                or team < 0
                                or not site_up[step_site[waiting]]
                                or broken[gate]
                                or team not in incidents[number].arrived
                            ):
                                self._check_step(waiting)
                                continue
                            key = (waiting, number)
                            tried = tries.get(key, 0)
                            tries[key] = tried + 1
                            new = Row(waiting, waiting, steps[waiting][0], number, tried, wanted[waiting])
                            new.object, new.site, new.crew = plain[waiting]
                            new.seq = wanted_seq[waiting]
                            new.ready, new.round, new.bound_by = now, 1, row
                            rows.append(new)
                            live[waiting] = new
                            self.serial += 1
                            heappush(queues[team], (waiting, self.serial, new))
                            teams.add(team)
            due.clear()
            if len(incidents) > 1:
                self.dirty_incidents = True
            if self.dirty or self.dirty_incidents:
                self._settle_wanted()
            if self.keeps:
                self.kept = self.again(self.numbers, 0)  # type: ignore[arg-type]
            if self.unmanned or self.several:
                self._finish_instant()
                return
            for team in teams:
                queue = queues[team]
                while queue and busy[team] < present[team]:
                    row = queue[0][2]
                    step = row.step
                    if not simple[step] or row.attempt or row.incident or open_steps[steps[step][3]] > 1:
                        self._finish_instant()
                        return
                    heappop(queue)
                    if row.outcome is not None or row.start >= 0 or row.ready < 0:
                        continue
                    facts = steps[step]
                    length = facts.fixed
                    if length < 0:
                        column = zeroth[facts.variable]
                        length = (self.numbers.column(facts.variable) if column is None else column)[index]
                    row.start = now
                    busy[team] += 1
                    if now > row.ready and freed_time[team] == now:
                        row.freed_by = freed_row[team]
                    if now + length < horizon:
                        timeout(length, row).callbacks.append(_on_row)
            teams.clear()

        return _on_row

    def _settle_wanted(self) -> None:
        while self.dirty_incidents or self.dirty or self.dirty_room >= 0 or self.dirty_points:
            if self.dirty_incidents:
                self._settle_incidents()
            if self.dirty:
                dirty, self.dirty = self.dirty, {}
                for c, seq in dirty.items():
                    self._settle_component(c, seq)
            if self.dirty_room >= 0:
                self._give_room()
            if self.dirty_points:
                points, self.dirty_points = self.dirty_points, {}
                for p, seq in points.items():
                    self._settle_point(p, seq)

    # outages and what they take down, section 5

    def _apply_outages(self) -> None:
        structure, plan = self.structure, self.plan
        due = sorted(self.due_outages, key=lambda pair: (pair[1], pair[0]))  # ends before beginnings
        self.due_outages = []
        was_broken: dict[int, int] = {}
        seq_of: dict[tuple[str, int], int] = {}
        team_changes: list[tuple[int, int]] = []
        for index, sign in due:
            outage = plan.outages[index]
            self.seq += 1
            self.causes.append((outage.name, "begins" if sign > 0 else "ends"))
            for target in outage.targets:
                seq_of[outage.kind, target] = self.seq
                if outage.kind == "site":
                    self.site_outages[target] += sign
                elif outage.kind == "link":
                    self.link_outages[target] += sign
                elif outage.kind == "team":
                    team_changes.append((target, sign * outage.heads))
                else:
                    was_broken.setdefault(target, self.broken[target])
                    self.broken[target] += sign
                    if outage.until_repaired:
                        self.broken_until[target] += sign
        self.due_heads.extend(team_changes)
        downs = [s for s, n in enumerate(self.site_outages) if n > 0 and self.site_up[s]]
        ups = [s for s, n in enumerate(self.site_outages) if n == 0 and not self.site_up[s]]
        links = [k for k, n in enumerate(self.link_outages) if (n == 0) != self.link_up[k]]
        breaks = [d for d, before in sorted(was_broken.items()) if before == 0 and self.broken[d] > 0]
        mends = [d for d, before in sorted(was_broken.items()) if before > 0 and self.broken[d] == 0]
        for s in (*downs, *ups):
            self.site_up[s] = not self.site_up[s]
            self.changes.append((self.now, s, self.site_up[s]))
        for k in links:
            self.link_up[k] = not self.link_up[k]
            self.changes.append((self.now, len(structure.sites) + k, self.link_up[k]))
        for s in ups:
            self.site_seq[s] = seq_of["site", s]
        for d in mends:
            self.broken_seq[d] = seq_of["component", d]
        if downs or ups or links:
            self._change_reach(max([0, *(seq_of["site", s] for s in ups), *(seq_of["link", k] for k in links)]))
        dropped = self._stop_all(downs, breaks)
        if downs or breaks:
            self._open_incidents(downs, breaks, mends, seq_of)
        if dropped:
            self._attribute(dropped)
        for s in ups:
            for step in self.engine.at_site[s]:
                self._check_step(step)
            for d in self.engine.deployments_at[s]:
                self._touch(self.component_of(d), seq_of["site", s])
            self.dirty_incidents = True
        for s in downs:
            for step in self.engine.at_site[s]:
                self._shake(self.live[step])
            for d in self.engine.deployments_at[s]:
                c = self.component_of(d)
                if not self.lost[c] or self.open_steps[c]:
                    self._touch(c, seq_of["site", s])
        for d in (*breaks, *mends):
            self._touch(self.component_of(d), seq_of["component", d])
            for step in self.engine.gated[d]:
                self._shake(self.live[step])
            if (step := self.engine.restore[d]) >= 0:
                self._shake(self.live[step])
            self.dirty_incidents = True
        for d in mends:
            self._mended(d)
        for d in was_broken:
            self._touch(self.component_of(d), seq_of["component", d])
        self._interrupt()
        self.evacuated = downs

    def _mended(self, d: int) -> None:
        for step in (*self.engine.gated[d], self.engine.restore[d]):
            if step >= 0:
                self._check_step(step)

    def component_of(self, deployment: int) -> int:
        return self.engine.component_of[deployment]

    def _touch(self, component: int, seq: int) -> None:
        self.dirty[component] = max(seq, self.dirty.get(component, 0))

    def _change_reach(self, seq: int) -> None:
        """New paths first, then the lost ones, so that what is served throughout never blinks."""
        self.reach_changed = True
        if self.reach_log is None:
            count = len(self.structure.sites)
            whole = site_groups(self.structure, (True,) * count, (True,) * len(self.structure.links))
            self.reach_log = [(-NEVER, whole)]
        site_down = tuple(not up for up in self.site_up)
        link_down = tuple(not up for up in self.link_up)
        self.reach_log.append((self.now, site_groups(self.structure, self.site_up, self.link_up)))
        old = (self.feeds, self.checked_feeds)
        self.feeds, self.checked_feeds = self.engine.reach(site_down, link_down)
        if old == (self.feeds, self.checked_feeds):
            return
        lower: list[int] = []
        standing = [d for d, ready in enumerate(self.ready) if ready and self.site_up[self.engine.site_of[d]]]
        for d in standing:
            new = self._feeds_of(d)
            if new != self.fed[d]:
                more = set(new) - set(self.fed[d])
                self.fed[d] = (*self.fed[d], *more)
                self._raise(list(more), seq)
        for d in standing:
            if self.ready[d]:
                new = self._feeds_of(d)
                lower.extend(set(self.fed[d]) - set(new))
                self.fed[d] = new
        self._lower(lower)

    def _feeds_of(self, d: int) -> tuple[int, ...]:
        return (*self.feeds[d], *self.checked_feeds[d]) if self.checked[d] else self.feeds[d]

    def _stop_all(self, downs: list[int], breaks: list[int]) -> list[int]:
        """What stops at this instant, in the order in which it is found."""
        started, supports = self.started, self.structure.supports
        dropped: list[int] = []
        gone: set[int] = set()
        todo = deque(d for s in downs for d in self.engine.deployments_at[s] if started[d])
        todo.extend(d for d in breaks if started[d])
        while todo:
            d = todo.popleft()
            if not started[d]:
                continue
            started[d] = False
            self.stopped_at[d] = self.now
            gone.add(d)
            dropped.append(d)
            self.changes.append((self.now, self.engine.flag_on + d, False))
            if self.ready[d]:
                self._unready(d)
            for needer in supports[d]:
                if started[needer] and not _holds(self.structure.support[needer], started, gone):
                    todo.append(needer)
        return dropped

    def _open_incidents(
        self, downs: list[int], breaks: list[int], mends: list[int], seq_of: dict[tuple[str, int], int]
    ) -> None:
        for s in downs:
            self._open(self.engine.root_of_site[s], seq_of["site", s], breaks)
        names = self.structure.components
        by_name = sorted(breaks, key=lambda d: (names[self.component_of(d)], d))
        opened: dict[int, Incident] = {}
        for d in by_name:
            c, s = self.structure.deployments[d]
            root = self.engine.root_of_component.get(c, -1)
            if not self.site_up[s]:
                incident = next(i for i in reversed(self.incidents) if i.root == self.engine.root_of_site[s])
            elif c in opened:
                incident = opened[c]
            else:
                others = [
                    e for e in self.structure.of_component[c] if e not in breaks and (self.broken[e] or e in mends)
                ]
                known = [i for i in self.incidents if i.root == root] if others else []
                incident = known[-1] if known else self._open(root, seq_of["component", d], breaks)
                opened[c] = incident
            self.broken_incident[d] = incident.number

    def _open(self, root: int, seq: int, breaks: list[int]) -> Incident:
        incident = Incident(len(self.incidents), root, self.now, seq)
        self.incidents.append(incident)
        what = self.plan.roots[root]
        for d, (c, s) in enumerate(self.structure.deployments):
            at_root = s == what.place if what.is_site else (c == what.place and d in breaks)
            if at_root and self.role[d] == ACTIVE and not self.started[d] and self.incident_of[d] >= 0:
                if self.stopped_at[d] == self.now:
                    continue
                exhausted = self.lost[c] and self._exhausted(c)
                if exhausted or self._is_over(self.incident_of[d]):
                    self.incident_of[d] = incident.number
                    if self.lost[c] and (exhausted or self._is_over(self.incident[c])):
                        self._begin(c, incident.number)
        self._incident_row(incident, DETECT, -1, seq)
        self.dirty_incidents = True
        return incident

    def _is_over(self, number: int) -> bool:
        """Whether an incident is closed, or closes at this instant."""
        incident = self.incidents[number]
        return incident.closed or (not incident.go and self._is_back(incident))

    def _begin(self, c: int, number: int) -> None:
        """A lost component begins with its first strategy."""
        self.incident[c] = number
        self.stage[c] = self.failures[c] = 0
        self._skip(c)
        self._touch(c, self.seq)
        if self.room[c] == ASKED:
            self.room[c] = NONE
        if self.incidents[number].go:
            self._ask_room(c)

    def _attribute(self, dropped: list[int]) -> None:
        """To which incident each stop belongs: the smallest number from which it can be reached."""
        gone = set(dropped)
        site_incident = {i.root: i.number for i in self.incidents}
        found: dict[int, int] = {}
        for d in dropped:
            s = self.engine.site_of[d]
            if not self.site_up[s]:
                found[d] = site_incident[self.engine.root_of_site[s]]
            elif self.broken[d]:
                found[d] = self.broken_incident[d]
        todo = deque(sorted(found, key=found.__getitem__))
        while todo:
            d = todo.popleft()
            for needer in self.structure.supports[d]:
                if needer in gone and needer not in found:
                    found[needer] = found[d]
                    todo.append(needer)
        by_component: dict[int, int] = {}
        for d in dropped:
            self.incident_of[d] = found[d]
            c = self.component_of(d)
            by_component[c] = min(by_component.get(c, found[d]), found[d])
        for c, number in by_component.items():
            actives = [d for d in self.structure.of_component[c] if self.role[d] == ACTIVE]
            if not self.lost[c] and not any(self.started[d] for d in actives):
                self.lost[c] = True
                self.lost_at[c] = self.now
                self.lost_round[c] = self.rounds
                self._begin(c, number)
            self._touch(c, self.seq)
            for d in actives:
                if d in gone:
                    for i in self.structure.trusted_by[d]:
                        self.dirty_points[self.structure.trusts[i][0]] = self.seq

    def _shake(self, row: Row | None) -> None:
        if row is not None:
            if row.start >= 0:
                self.shaken.append(row)
            elif row.ready >= 0 and not self._grounded(row.step):
                row.ready = -1

    def _interrupt(self) -> None:
        """Running steps without ground fail."""
        for flow in self.flows:
            if not self.site_up[flow.source]:
                self.shaken.append(flow.row)
        if not self.shaken:
            return
        for row in sorted(set(self.shaken), key=_by_order):
            if row.outcome is None and row.start >= 0:
                source_down = row.copy >= 0 and not self.site_up[self._copy(row).site]
                if source_down or not self._grounded(row.step):
                    self._finish(row, INTERRUPTED)
                    step = self.plan.steps[row.step]
                    if step.point >= 0:
                        self.dirty_points[step.point] = self.seq
                    else:
                        self._touch(step.component, self.seq)
        self.shaken.clear()

    def _copy(self, row: Row) -> Copy:
        return self.plan.copies[self.plan.steps[row.step].component][row.copy]

    # people

    def _open_calendars(self) -> None:
        plan = self.plan
        for team, calendar in enumerate(plan.team_hours):
            self.open[team] = plan.calendars[calendar].is_open(self.offset)
            if not self.open[team]:
                self.present[team] = 0
        self.heads = [(0, team, present) for team, present in enumerate(self.present)]
        self._next_edge(bisect_right(plan.edges, self.offset, key=_edge_time))

    def _next_edge(self, edge: int) -> None:
        if edge < len(self.plan.edges):
            self._at(self.plan.edges[edge].time - self.offset, self._on_edge, edge)

    def _anybody_waits(self) -> bool:
        return bool(self.several) or any(self.queues) or any(self.expected.values())

    def _apply_heads(self) -> None:
        """Calendars first, then who leaves and comes back, then who is at a place that is lost."""
        changed: set[int] = set()
        if self.due_edge >= 0:
            for team, is_open in self.plan.edges[self.due_edge].teams:
                self.open[team] = is_open
                changed.add(team)
        for team, more in self.due_heads:
            self.away[team] += more
            changed.add(team)
        self.due_heads = []
        for team in sorted(changed):
            self._count_heads(team)
        for s in self.evacuated:
            incident = next(i for i in reversed(self.incidents) if i.root == self.engine.root_of_site[s])
            length = self._value(self.plan.evacuation, self.plan.evacuation_variables[s], incident.number)
            for team, based in enumerate(self.structure.based):
                if based == s and self.present[team]:
                    gone = self.present[team]
                    self.evacuations.append((team, self.now, self.now + length))
                    self.away[team] += gone
                    self._count_heads(team)
                    self._at(self.now + length, self._on_heads, (team, -gone))
        self.evacuated = []

    def _count_heads(self, team: int) -> None:
        present = max(0, self.plan.people[team] - self.away[team]) if self.open[team] else 0
        if present != self.present[team]:
            self.present[team] = present
            self.heads.append((self.now, team, present))
            self.touched.add(team)

    def _arrive(self) -> None:
        due, self.due_arrivals = self.due_arrivals, []
        for row in sorted(due, key=_by_order):
            self.seq += 1
            self.causes.append(row)
            self._finish(row, DONE)
            self._arrived(self.incidents[row.incident], self.structure.teams.index(row.object))

    def _arrived(self, incident: Incident, team: int) -> None:
        incident.arrived.add(team)
        self.arrivals[incident.number, team] = self.now
        for row in self.expected.pop((incident.number, team), ()):
            if row.outcome is None and row.start < 0 and row.ready >= 0:
                self._queue(row)

    # readiness, section 4

    def _raise(self, stack: list[int], seq: int) -> None:
        """These nodes have one more true input."""
        short, up, owner = self.short, self.structure.up, self.structure.owner
        while stack:
            node = stack.pop()
            short[node] -= 1
            if short[node] == 0:
                stack.extend(up[node])
                if owner[node]:
                    self._gate_opens(node, owner[node] - 1, stack, seq)

    def _gate_opens(self, node: int, owner: int, stack: list[int], seq: int) -> None:
        self.gate_seq[node] = seq
        kind, index = owner % 3, owner // 3
        if kind == 0:
            if self.started[index] and not self.ready[index]:
                self._becomes_ready(index, stack, seq)
            for step in self.engine.gated[index]:
                if self.wanted[step] >= 0:
                    self._check_step(step)
            return
        step = self.engine.restore[index] if kind == 1 else self.engine.point_verify[index]
        if step >= 0:
            self._check_step(step)

    def _becomes_ready(self, d: int, stack: list[int], seq: int) -> None:
        self.ready[d] = True
        self.ready_seq[d] = seq
        self.fed[d] = fed = self._feeds_of(d)
        stack.extend(fed)
        if (step := self.engine.verify[d]) >= 0:
            self._check_step(step)

    def _unready(self, d: int) -> None:
        self.ready[d] = False
        fed, self.fed[d] = self.fed[d], ()
        if (step := self.engine.verify[d]) >= 0:
            self._shake(self.live[step])
        self._lower(list(fed))

    def _lower(self, stack: list[int]) -> None:
        """These nodes have one true input less."""
        short, up, owner = self.short, self.structure.up, self.structure.owner
        while stack:
            node = stack.pop()
            short[node] += 1
            if short[node] == 1:
                stack.extend(up[node])
                if owner[node]:
                    kind, index = (owner[node] - 1) % 3, (owner[node] - 1) // 3
                    if kind == 0:
                        if self.ready[index]:
                            self.ready[index] = False
                            stack.extend(self.fed[index])
                            self.fed[index] = ()
                            if (step := self.engine.verify[index]) >= 0:
                                self._shake(self.live[step])
                        for step in self.engine.gated[index]:
                            self._shake(self.live[step])
                    elif kind == 1:
                        if (step := self.engine.restore[index]) >= 0:
                            self._shake(self.live[step])
                    elif (step := self.engine.point_verify[index]) >= 0:
                        self._shake(self.live[step])

    def _grounded(self, step: int) -> bool:
        """Section 8: what a step stands on."""
        kind, place, node, d = self.engine.ground[step]
        if not self.site_up[place]:
            return False
        if kind == GATE:
            return self.short[node] <= 0 and not self.broken[d]
        if kind == POINT:
            return self.short[node] <= 0
        return kind == SITE or self.ready[d]

    def _ground_seq(self, step: int) -> int:
        """What was applied last of all that the ground of a step consists of."""
        kind, place, node, d = self.engine.ground[step]
        seq = self.site_seq[place]
        if kind == READY:
            return self.ready_seq[d]
        if node >= 0:
            seq = max(seq, self.gate_seq[node])
        return max(seq, self.broken_seq[d]) if kind == GATE else seq

    def _check_step(self, step: int) -> None:
        """A step that may have got ready."""
        if self.wanted[step] < 0:
            return
        row = self.live[step]
        if row is None:
            if self._grounded(step):
                self._make_ready(self._row(step))
        elif row.ready < 0 and row.start < 0 and self._grounded(step):
            self._make_ready(row)

    def _make_ready(self, row: Row) -> None:
        row.ready = self.now
        row.round = self.rounds
        step = row.step
        row.bound_by = self.causes[max(row.seq, self._ground_seq(step)) if step >= 0 else row.seq]
        self._queue(row)

    def _row(self, step: int) -> Row:
        """The row of a wanted step; made only when it is ready (or dropped), since most of the waiting needs none."""
        plan = self.plan.steps[step]
        number = self.wanted_incident[step]
        key = (step, number)
        tried = self.tries.get(key, 0)
        self.tries[key] = tried + 1
        row = Row(step, step, plan.kind, number, tried, self.wanted[step])
        row.object, row.site, row.crew = plan.object, plan.site, plan.crew
        row.seq = self.wanted_seq[step]
        self.rows.append(row)
        self.live[step] = row
        return row

    def _queue(self, row: Row) -> None:
        crew = row.crew
        if not crew:
            self.unmanned.append(row)
            return
        if row.step >= 0:
            arrived = self.incidents[row.incident].arrived
            for team, _ in crew:
                if team not in arrived:
                    self.expected.setdefault((row.incident, team), []).append(row)
                    return
        if len(crew) > 1:
            self.several.append(row)
            self.touched.update(team for team, _ in crew)
        else:
            team = crew[0][0]
            self.serial += 1
            heappush(self.queues[team], (row.order, self.serial, row))
            self.touched.add(team)

    # incidents, section 6

    def _incident_row(self, incident: Incident, kind: int, team: int, seq: int) -> Row:
        number = incident.number
        order = FIRST + number * PER_INCIDENT + kind + max(team, 0)
        tried = self.tries.get((order, number), 0)
        self.tries[order, number] = tried + 1
        row = Row(-1, order, INCIDENT_NAMES[kind], number, tried, self.now)
        root = self.plan.roots[incident.root]
        row.object, row.site = root.name, ""
        row.crew = self.plan.assess[1] if kind == ASSESS else self.plan.decide[1] if kind == DECIDE else ()
        if kind == MOBILISE:
            row.object, row.site = self.structure.teams[team], root.destinations[team]
        row.seq = seq
        self.rows.append(row)
        incident.rows[kind if team < 0 else MOBILISE + team] = row
        self._make_ready(row)
        return row

    def _is_back(self, incident: Incident) -> bool:
        root = self.plan.roots[incident.root]
        if root.is_site:
            return self.site_up[root.place]
        return not any(self.broken[d] for d in self.structure.of_component[root.place])

    def _settle_incidents(self) -> None:
        self.dirty_incidents = False
        for incident in self.incidents:
            back = self._is_back(incident)
            root = self.plan.roots[incident.root]
            if not incident.go and not incident.closed:
                if back:
                    incident.closed = True
                    for kind in (DECIDE, DECLARE):
                        self._drop(incident.rows.get(kind))
                    self._touch_incident(incident, self.seq)
                elif incident.assessed and not root.is_site:
                    self._go(incident, self.seq)
            if back:
                for kind in (DETECT, ASSESS):
                    row = incident.rows.get(kind)
                    if row is not None and row.outcome is None and not self._still_lost(incident):
                        self._drop(row)

    def _still_lost(self, incident: Incident) -> bool:
        number = incident.number
        return any(
            (self.incident_of[d] == number and self.role[d] == ACTIVE and not self.started[d])
            or (self.broken_until[d] and self.broken_incident[d] == number)
            for d in range(len(self.started))
        )

    def _touch_incident(self, incident: Incident, seq: int) -> None:
        number = incident.number
        for d, of in enumerate(self.incident_of):
            if of == number or self.broken_incident[d] == number:
                self._touch(self.component_of(d), seq)
        for c, of in enumerate(self.incident):
            if of == number and self.lost[c]:
                self._touch(c, seq)

    def _go(self, incident: Incident, seq: int) -> None:
        incident.go = True
        for c, number in enumerate(self.incident):
            if number == incident.number and self.lost[c]:
                self._ask_room(c)
        self._touch_incident(incident, seq)

    def _detected(self, incident: Incident) -> None:
        incident.detected = True
        self._incident_row(incident, ASSESS, -1, self.seq)
        for d, number in enumerate(self.broken_incident):
            if number == incident.number:
                self._touch(self.component_of(d), self.seq)

    def _assessed(self, incident: Incident) -> None:
        incident.assessed = True
        self.dirty_incidents = True
        plan, root = self.plan, self.plan.roots[incident.root]
        for team, takes_part in enumerate(plan.takes_part):
            if takes_part:
                if plan.call_out[team] == 0 and not root.destinations[team]:
                    self._arrived(incident, team)
                else:
                    self._incident_row(incident, MOBILISE, team, self.seq)
        if root.is_site and not incident.closed and not self._is_back(incident):
            self._incident_row(incident, DECIDE, -1, self.seq)
        self._touch_incident(incident, self.seq)

    def _end_timers(self) -> None:
        due, self.due_timers = self.due_timers, []
        for row in sorted(due, key=_by_order):
            if row.outcome is not None:
                continue
            self.seq += 1
            self.causes.append(row)
            incident = self.incidents[row.incident]
            self._finish(row, DONE)
            if row.kind == "detect":
                self._detected(incident)
            else:
                self._go(incident, self.seq)

    def _drop(self, row: Row | None) -> None:
        """No longer wanted."""
        if row is not None and row.outcome is None:
            self._finish(row, DROPPED)

    # what is wanted, section 7

    def _exhausted(self, c: int) -> bool:
        return self.stage[c] >= len(self.plan.strategies[c])

    def _skip(self, c: int) -> None:
        """Pass over strategies that rest on a copy known to be unusable."""
        strategies = self.plan.strategies[c]
        while self.stage[c] < len(strategies):
            strategy = strategies[self.stage[c]]
            if strategy == "cold" and self.structure.has_data[c]:
                if any(not copy.replicated and (c, i) not in self.bad for i, copy in enumerate(self.plan.copies[c])):
                    return
            elif strategy == "cold" or not self.no_replica[c]:
                return
            self.stage[c] += 1

    def _fails_over(self, c: int) -> bool:
        b = self.structure.standby[c]
        return (
            b >= 0
            and self.role[b] == STANDBY
            and self.stage[c] < len(self.plan.strategies[c])
            and not self.incidents[self.incident[c]].closed
        )

    def _settle_component(self, c: int, seq: int) -> None:
        """Bring what is open of a component in line with what is wanted of it now."""
        wanted = self._wanted_of(c)
        if self.open_steps[c]:
            steps = {step for step, _ in wanted}
            for step in self.engine.steps_of[c]:
                if self.wanted[step] >= 0 and step not in steps:
                    self._withdraw(step)
        for step, number in wanted:
            if self.wanted[step] < 0:
                self._want(step, number, seq)

    def _wanted_of(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of all that is wanted of a component."""
        engine, role, running = self.engine, self.role, self._is_running
        deployments = self.structure.of_component[c]
        wanted: list[tuple[int, int]] = []
        in_place, stale_too = not self.lost[c], False
        if not in_place:
            b = self.structure.standby[c]
            number = self.incident[c]
            fails_over = self._fails_over(c)
            moving = [
                step
                for step in (engine.switch[b], engine.restore[b], engine.start[b])
                if b >= 0 and step >= 0 and running(step)
            ]
            wanted += [(step, self.wanted_incident[step]) for step in moving]
            if fails_over and not moving and not any(running(engine.restart[d]) for d in deployments):
                strategy = self.plan.strategies[c][self.stage[c]]
                if strategy == "hot":
                    wanted.append((engine.switch[b], number))
                elif self.incidents[number].go and (self.structure.hot[b] or self.room[c] == GIVEN):
                    restores = strategy == "cold" and self.structure.has_data[c] and self.restored[c] < 0
                    wanted.append((engine.restore[b] if restores else engine.start[b], number))
            usable = fails_over and self.site_up[engine.site_of[b]] and not self.broken[b]
            in_place = stale_too = not usable and not moving
        for d in deployments:
            if in_place and not self.started[d] and self.site_up[engine.site_of[d]] and not self.broken[d]:
                number = self.incident_of[d] if role[d] == ACTIVE else self.incident[c]
                if (role[d] == ACTIVE or (role[d] == STALE and stale_too)) and (
                    self.structure.automatic[c] or self.incidents[number].assessed
                ):
                    wanted.append((engine.restart[d], number))
            if self.broken_until[d] and engine.repair[d] >= 0:
                number = self.broken_incident[d]
                if self.incidents[number].detected:
                    wanted.append((engine.repair[d], number))
            if not self.checked[d] and self.started[d] and role[d] == ACTIVE and engine.verify[d] >= 0:
                wanted.append((engine.verify[d], self.start_incident[d]))
        return wanted

    def _is_running(self, step: int) -> bool:
        row = self.live[step]
        return row is not None and row.start >= 0

    def _settle_point(self, p: int, seq: int) -> None:
        step = self.engine.point_verify[p]
        if step < 0:
            return
        trusts = self.structure.trusts
        doubted = [
            self.start_incident[d]
            for i in self.engine.trusts_of[p]
            if not self.trusted[i] and self.started[(d := trusts[i][1])] and self.role[d] == ACTIVE
        ]
        if not doubted:
            self._withdraw(step)
        elif self.wanted[step] < 0:
            self._want(step, min(doubted), seq)

    def _want(self, step: int, number: int, seq: int) -> None:
        self.wanted[step] = self.now
        self.wanted_seq[step] = seq
        self.wanted_incident[step] = number
        self.open_steps[self.engine.steps_component[step]] += 1
        if self._grounded(step):
            self._make_ready(self._row(step))

    def _withdraw(self, step: int) -> None:
        """No longer wanted; what runs goes on."""
        if self.wanted[step] < 0:
            return
        row = self.live[step]
        if row is None:
            row = self._row(step)
        if row.start < 0:
            self._finish(row, DROPPED)

    # room, section 8

    def _ask_room(self, c: int) -> None:
        b = self.structure.standby[c]
        if (
            b >= 0
            and not self.structure.hot[b]
            and self.role[b] == STANDBY
            and self.room[c] == NONE
            and not self._exhausted(c)
        ):
            self.room[c] = ASKED
            self.dirty_room = self.seq

    def _release_room(self, c: int) -> None:
        if self.room[c] == GIVEN:
            for pool, room in self.structure.uses[self.structure.standby[c]]:
                self.free[pool] += room
        if self.room[c] != NONE:
            self.room[c] = NONE
            self.dirty_room = self.seq

    def _give_room(self) -> None:
        """Requests in plan order; who waits for a pool lets nobody behind use it."""
        seq, self.dirty_room = self.dirty_room, -1
        blocked: set[int] = set()
        for c, room in enumerate(self.room):
            if room != ASKED:
                continue
            uses = self.structure.uses[self.structure.standby[c]]
            lacking = [pool for pool, size in uses if self.free[pool] < size or pool in blocked]
            if lacking:
                blocked.update(lacking)
                continue
            for pool, size in uses:
                self.free[pool] -= size
            self.room[c] = GIVEN
            self._touch(c, seq)

    # starts and ends

    def _start(self) -> None:
        """Ready steps in plan order, each whose whole crew is free."""
        if self.unmanned:
            waiting, self.unmanned = self.unmanned, []
            for row in sorted(waiting, key=_by_order):
                if row.outcome is None and row.start < 0 and row.ready >= 0 and not self._begin_row(row):
                    self.unmanned.append(row)
        if not self.touched:
            return
        touched = set(self.touched)
        self.touched.clear()
        if self.several:
            self._start_in_turn(touched)
            return
        present, busy = self.present, self.busy
        for team in touched:
            queue = self.queues[team]
            aside: list[tuple[int, int, Row]] = []
            while queue and (free := present[team] - busy[team]) > 0:
                entry = heappop(queue)
                row = entry[2]
                if row.outcome is not None or row.start >= 0 or row.ready < 0:
                    continue
                if row.crew[0][1] > free or not self._begin_row(row):
                    aside.append(entry)
            for entry in aside:
                heappush(queue, entry)

    def _start_in_turn(self, touched: set[int]) -> None:
        """With crews of several teams the order over all teams matters."""
        rows = [row for row in self.several if row.outcome is None and row.start < 0 and row.ready >= 0]
        for team in range(len(self.queues)):
            rows += [row for _, _, row in self.queues[team] if row.outcome is None and row.start < 0 and row.ready >= 0]
            self.queues[team] = []
        self.several = []
        left = [
            row
            for row in sorted(set(rows), key=_by_order)
            if not (
                all(self.present[team] - self.busy[team] >= heads for team, heads in row.crew) and self._begin_row(row)
            )
        ]
        for row in left:
            if len(row.crew) > 1:
                self.several.append(row)
            else:
                self.serial += 1
                heappush(self.queues[row.crew[0][0]], (row.order, self.serial, row))

    def _begin_row(self, row: Row) -> bool:
        """Start a row whose crew is free; False if it still lacks a copy to read."""
        now = self.now
        beside = row.step >= 0 and self.open_steps[self.engine.steps_component[row.step]] > 1
        if beside and row.kind != "verify":
            # a start at this instant may have made this one unwanted; it is dropped below
            wanted = self._wanted_of(self.engine.steps_component[row.step])
            if all(row.step != step for step, _ in wanted):
                return True
        if row.kind == "restore" and not self._begin_restore(row):
            return False
        row.start = now
        if beside:
            self._touch(self.engine.steps_component[row.step], self.seq)
        for team, heads in row.crew:
            self.busy[team] += heads
            if now > row.ready and self.freed_time[team] == now:
                freed = self.freed_row[team]
                if freed is not None and (row.freed_by is None or freed.order > row.freed_by.order):
                    row.freed_by = freed
        if row.kind == "restore":
            return True
        if row.step < 0:
            self._begin_incident_row(row)
            return True
        step = self.plan.steps[row.step]
        length = (
            step.fixed if step.fixed >= 0 else self.numbers.column(step.variable, row.incident, row.attempt)[self.index]
        )
        if row.attempt and length < 1:
            length = 1
        if step.hours >= 0:
            length = self.plan.calendars[step.hours].add(now + self.offset, length) - self.offset - now
        if now + length < self.horizon:
            event = self.env.timeout(length, row)
            event.callbacks.append(self._on_row)
        return True

    def _begin_incident_row(self, row: Row) -> None:
        plan, incident = self.plan, self.incidents[row.incident]
        k, attempt = row.incident, row.attempt
        variables = plan.root_variables[incident.root]
        if row.kind == "mobilise":
            team = self.structure.teams.index(row.object)
            length = self._value(plan.call_out[team], plan.call_out_variables[team], k)
            if row.site:
                length += self._value(*plan.travel[team, row.site], k)
            self._at(self.now + length, self._on_arrival, row)
            return
        if row.kind == "declare":
            self._at(max(self.now, incident.lost_at + plan.wait), self._on_timer, row)
            return
        if row.kind == "detect":
            self._at(self.now + self._value(plan.detect, variables[0], k, attempt), self._on_timer, row)
            return
        fixed, _, hours = plan.assess if row.kind == "assess" else plan.decide
        length = self._value(fixed, variables[1 if row.kind == "assess" else 2], k, attempt)
        if hours >= 0:
            length = plan.calendars[hours].add(self.now + self.offset, length) - self.offset - self.now
        self._at(self.now + length, self._on_row, row)

    def _begin_restore(self, row: Row) -> bool:
        """Choose the copy, section 8; False if none can be read."""
        step = self.plan.steps[row.step]
        c, target = step.component, self.engine.site_of[step.deployment]
        found = self._youngest(c, target)
        if found < 0:
            return False
        row.copy = found
        source = self.plan.copies[c][found]
        limit = self._value(source.rate, source.rate_variable, row.incident, row.attempt)
        flow = Flow(row, self.plan.data_size[c] * 1000, limit, source.site, target)
        flow.since = self.now
        self.flows.append(flow)
        self.flows_changed = True
        return True

    def _youngest(self, c: int, target: int) -> int:
        best, best_point = -1, -NEVER
        for i, kept in enumerate(self.plan.copies[c]):
            if kept.replicated or (c, i) in self.bad or not self.site_up[kept.site]:
                continue
            if route(self.structure, self.plan.bandwidth, self.site_up, self.link_up, kept.site, target) is None:
                continue
            point = self._point(c, i)
            if point is not None and point > best_point:
                best, best_point = i, point
        return best

    def _point(self, c: int, i: int) -> int | None:
        """The last instant at or before the loss at which a copy was taken."""
        copy = self.plan.copies[c][i]
        instants = self.plan.schedules[copy.calendar]
        at = bisect_right(instants, self.lost_at[c] + self.offset)
        earliest = self.offset - 35 * 24 * 60 * MINUTE
        while at > 0:
            at -= 1
            point = instants[at] - self.offset
            if instants[at] < earliest:
                return None
            if point < 0 or any(self._reached(point, copy.site, site) for site in self._active_sites(c, point)):
                return point
        return None

    def _active_sites(self, c: int, time: int) -> list[int]:
        """Where a component had the role active at a time."""
        log = self.role_log.get(c)
        if log is None:
            d_of, role = self.structure.of_component[c], self.structure.roles
            return [self.engine.site_of[d] for d in d_of if role[d] == ACTIVE]
        return log[bisect_right(log, time, key=_log_time) - 1][1]

    def _reached(self, time: int, a: int, b: int) -> bool:
        if self.reach_log is None:
            return True
        group = self.reach_log[bisect_right(self.reach_log, time, key=_log_time) - 1][1]
        return group[a] >= 0 and group[a] == group[b]

    def _refill(self) -> None:
        """New rates for all transfers; section 8."""
        now = self.now
        for flow in self.flows:
            flow.left -= flow.rate * (now - flow.since)
            flow.since = now
            if flow.links is None or self.reach_changed or flow.end < 0:
                flow.links = route(
                    self.structure, self.plan.bandwidth, self.site_up, self.link_up, flow.source, flow.target
                )
        soonest = NEVER
        for flow, rate in zip(self.flows, fair_rates(self.flows, self.plan.bandwidth), strict=True):
            flow.rate = rate
            flow.end = now + max(0, -(-flow.left // rate)) if rate else (now if flow.left <= 0 else NEVER)
            if flow.row.attempt:
                flow.end = max(flow.end, flow.row.start + 1)
            soonest = min(soonest, flow.end)
        self.flows_changed = False
        if soonest < self.horizon:
            self._at(soonest, self._on_flow, None)

    def _finish(self, row: Row, outcome: str) -> None:
        """A row ends; its crew is free."""
        row.outcome = outcome
        row.end = self.now
        if outcome == DROPPED and row.ready == self.now and row.round == self.rounds:
            row.ready, row.bound_by = -1, None  # what is wanted is settled before what is ready
        step = row.step
        if step >= 0:
            self.live[step] = None
            self.wanted[step] = -1
            self.open_steps[self.engine.steps_component[step]] -= 1
        if row.start < 0:
            return
        for team, heads in row.crew:
            self.busy[team] -= heads
            self.touched.add(team)
            if self.freed_time[team] != self.now or row.order > self.freed_row[team].order:  # type: ignore[union-attr]
                self.freed_time[team], self.freed_row[team] = self.now, row
        if row.kind == "restore":
            self.flows = [flow for flow in self.flows if flow.row is not row]
            self.flows_changed = True

    def _end(self, row: Row) -> None:
        """A step comes to its end: what of it succeeds, and what follows."""
        kind = row.kind
        if row.step < 0:
            self._finish(row, DONE)
            incident = self.incidents[row.incident]
            if kind == "assess":
                self._assessed(incident)
            else:
                self._incident_row(incident, DECLARE, -1, self.seq)
            return
        step = self.plan.steps[row.step]
        c, d = step.component, step.deployment
        if kind == "start" or kind == "switch":
            outcome = DONE
            if not self._works(row):
                outcome = FAILED
            elif self.structure.has_data[c] and not self._is_cold(c) and not self._replica_works(c, d):
                outcome = UNUSABLE
            self._finish(row, outcome)
            if outcome == DONE:
                self._moved(c, d, row)
            else:
                self._failed(c, step.attempts, outcome)
        elif kind in ("restart", "repair") and not self._works(row):
            self._finish(row, FAILED)
        elif kind == "restart":
            self._finish(row, DONE)
            self._restarted(c, d, row)
        elif kind == "restore":
            self._end_restore(c, row)
        elif kind == "repair":
            self._finish(row, DONE)
            self.broken[d] -= self.broken_until[d]
            self.broken_until[d] = 0
            if not self.broken[d]:
                self.broken_seq[d] = self.seq
                self._mended(d)
            self.dirty_incidents = True
        elif step.point >= 0:
            self._finish(row, DONE)
            for i in self.engine.trusts_of[step.point]:
                other = self.structure.trusts[i][1]
                if not self.trusted[i] and self.started[other] and self.role[other] == ACTIVE:
                    self.trusted[i] = True
                    self.changes.append((self.now, self.engine.flag_trusted + i, True))
            self.dirty_points[step.point] = self.seq
            return
        else:
            self._finish(row, DONE)
            self.checked[d] = True
            self.changes.append((self.now, self.engine.flag_checked + d, True))
            if self.ready[d]:
                more = list(self.checked_feeds[d])
                self.fed[d] = (*self.fed[d], *more)
                self._raise(more, self.seq)
        self._touch(c, self.seq)

    def _is_cold(self, c: int) -> bool:
        strategies = self.plan.strategies[c]
        return self.stage[c] < len(strategies) and strategies[self.stage[c]] == "cold"

    def _works(self, row: Row) -> bool:
        step = self.plan.steps[row.step]
        return step.works == ONE or self._luck(step.works, step.works_variable, row.incident, row.attempt)

    def _luck(self, works: int, variable: int, incident: int, attempt: int) -> bool:
        number: float = self.numbers.column(variable, incident, attempt)[self.index]
        return number * ONE < works

    def _replica_works(self, c: int, d: int) -> bool:
        site = self.engine.site_of[d]
        copy = next((copy for copy in self.plan.copies[c] if copy.replicated and copy.site == site), None)
        return copy is None or copy.works == ONE or self._luck(copy.works, copy.works_variable, 0, 0)

    def _failed(self, c: int, attempts: int, outcome: str) -> None:
        if outcome == UNUSABLE:
            self.no_replica[c] = True
            self._next_strategy(c)
            return
        self.failures[c] += 1
        if self.failures[c] >= attempts:
            self._next_strategy(c)

    def _next_strategy(self, c: int) -> None:
        if self.stage[c] < len(self.plan.strategies[c]):
            self.stage[c] += 1
        self.failures[c] = 0
        self._skip(c)
        if self._exhausted(c):
            self._release_room(c)

    def _end_restore(self, c: int, row: Row) -> None:
        copy = self._copy(row)
        if copy.works < ONE and not self._luck(copy.works, copy.works_variable, 0, 0):
            self._finish(row, UNUSABLE)
            self.bad.add((c, row.copy))
            if all(other.replicated or (c, i) in self.bad for i, other in enumerate(self.plan.copies[c])):
                self._next_strategy(c)
        else:
            self._finish(row, DONE)
            self.restored[c] = row.copy

    def _moved(self, c: int, b: int, row: Row) -> None:
        """The standby serves; what was active is stale."""
        lost_at = self.lost_at[c]
        if self.structure.has_data[c]:
            cold = self._is_cold(c)
            point = self._point(c, self.restored[c]) if cold else lost_at - self._lag(c, b, self.incident[c])
            self._recovered(c, row, lost_at if point is None else point)
        self._serves(c, b, row, trusted=row.kind == "switch")

    def _lag(self, c: int, b: int, incident: int) -> int:
        site = self.engine.site_of[b]
        copy = next((copy for copy in self.plan.copies[c] if copy.replicated and copy.site == site), None)
        return 0 if copy is None else self._value(copy.lag, copy.lag_variable, incident)

    def _restarted(self, c: int, d: int, row: Row) -> None:
        if self.lost[c]:
            # one that serves again at the very instant of its loss was never lost
            if self.structure.has_data[c] and (self.lost_at[c], self.lost_round[c]) != (self.now, self.rounds):
                lost_at = self.lost_at[c]
                self._recovered(c, row, lost_at if self.role[d] == ACTIVE else self.stopped_at[d])
            self._release_room(c)
        self._serves(c, d, row, trusted=self.structure.automatic[c])

    def _recovered(self, c: int, row: Row, point: int) -> None:
        self.recoveries.append(Recovery(c, self.incident[c], self.now, self.lost_at[c], point))

    def _serves(self, c: int, d: int, row: Row, *, trusted: bool) -> None:
        engine_site = self.engine.site_of
        self.restored[c] = -1
        if self.role[d] != ACTIVE:
            log = self.role_log.setdefault(c, [(-NEVER, self._active_sites(c, -NEVER))])
            log.append((self.now, [engine_site[d]]))
            for other in self.structure.of_component[c]:
                if self.role[other] == ACTIVE:
                    self.role[other] = STALE
                    self.incident_of[other] = -1
            self.role[d] = ACTIVE
            self.dirty_incidents = True
        self.started[d] = True
        self.incident_of[d] = -1
        self.start_incident[d] = row.incident
        self.lost[c] = False
        self.failures[c] = 0
        self._touch(c, self.seq)
        engine, structure = self.engine, self.structure
        self.changes.append((self.now, engine.flag_on + d, True))
        if not trusted:
            if structure.opts_in[c]:
                if self.checked[d]:
                    self.checked[d] = False
                    self.changes.append((self.now, engine.flag_checked + d, False))
            else:
                for i in structure.trusted_by[d]:
                    if self.trusted[i]:
                        self.trusted[i] = False
                        self.changes.append((self.now, engine.flag_trusted + i, False))
        for i in structure.trusted_by[d]:
            if not self.trusted[i]:
                self.dirty_points[structure.trusts[i][0]] = self.seq
        if self.short[structure.gate[d]] <= 0:
            stack: list[int] = []
            self._becomes_ready(d, stack, self.seq)
            self._raise(stack, self.seq)
        if self.incidents[row.incident].closed:
            self.dirty_incidents = True

    # what is left behind

    def _net_changes(self) -> list[tuple[int, int, bool]]:
        """The flags after the last round of each instant, where they differ from before."""
        net: list[tuple[int, int, bool] | None] = []
        latest: dict[int, int] = {}
        for change in self.changes:
            flag = change[1]
            place = latest.get(flag)
            before = None if place is None else net[place]
            if before is None or before[0] != change[0]:
                latest[flag] = len(net)
                net.append(change)
            elif before[2] != change[2]:
                net[place] = None  # type: ignore[index]
        return [change for change in net if change is not None]


def _ground_of(structure: Structure, kind: str, d: int, p: int) -> tuple[int, int, int, int]:
    """(kind of ground, site, node or -1, deployment or -1) of a step."""
    if p >= 0:
        return POINT, structure.points[p][2], structure.point_gate[p], -1
    place = structure.deployments[d][1]
    if kind == "repair":
        return SITE, place, -1, d
    if kind == "verify":
        return READY, place, -1, d
    return GATE, place, structure.restore_gate[d] if kind == "restore" else structure.gate[d], d


def _by_order(row: Row) -> tuple[int, int]:
    return row.order, row.attempt


def _edge_time(edge: Any) -> int:
    time: int = edge.time
    return time


def _log_time(entry: tuple[int, list[int]]) -> int:
    return entry[0]


def _holds(tree: Tree | None, started: Sequence[bool], gone: set[int]) -> bool:
    """A tree of needs beside; a circle mate (-2 - d) counts unless it stopped at this instant."""
    if tree is None:
        return True
    if isinstance(tree, int):
        return started[tree] if tree >= 0 else -2 - tree not in gone
    needed, parts = tree
    return needed <= 0 or sum(_holds(part, started, gone) for part in parts) >= needed
