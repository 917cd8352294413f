"""What a drill looks up again and again: made once for a plan, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from drsim.planning.plan import ACTIVE, Plan, Structure
from drsim.simulation.levels import site_groups
from drsim.units import ONE

__all__ = ["Ground", "Lookups", "homes_of", "started_before"]

Views = list[tuple[int, ...]]


class Ground(NamedTuple):
    """What a step stands on, section 8: its site is up and, by kind, more."""

    kind: Literal["gate", "site", "whole", "ready", "point"]
    """`gate`: the node holds and the deployment is not broken; `whole`: it is not broken; `ready`: the deployment is;
    `point`: the node holds"""
    site: int
    node: int = -1
    deployment: int = -1


class Lookups:
    """Tables by step, deployment and site of a plan, and the state of readiness and room when everything is whole."""

    def __init__(self, plan: Plan) -> None:
        structure = plan.structure
        self.plan = plan
        steps = plan.steps
        count = len(structure.deployments)
        self.root_of_site = {root.place: i for i, root in enumerate(plan.roots) if root.is_site}
        self.root_of_component = {root.place: i for i, root in enumerate(plan.roots) if not root.is_site}
        self.outage_of = {outage.name: i for i, outage in enumerate(plan.outages)}
        self.fails = {
            d: i
            for i, outage in enumerate(plan.outages)
            if outage.name in plan.failing and outage.kind == "component"
            for d in outage.targets
        }
        """deployment -> the outage that its failures of its own are"""
        self.cut_names = frozenset(partition.name for partition in plan.partitions)
        self.partition_of = {partition.component: partition for partition in plan.partitions}
        self.precheck, self.switch, self.start, self.restore, self.restart, self.repair, self.verify = (
            [plan.step_of.get((kind, d), -1) for d in range(count)]
            for kind in ("precheck", "switch", "start", "restore", "restart", "repair", "verify")
        )
        self.stable, self.synchronise, self.stop = (
            [plan.step_of.get((kind, d), -1) for d in range(count)] for kind in ("stable", "synchronise", "stop")
        )
        self.followed = _followed(plan)
        """component -> whether there is a line to the replicated copy at its standby, for those that have one"""
        self.homes = homes_of(plan)
        """component -> (home, standby), for those that go home"""
        self.started_before = started_before(plan) if plan.relocates else {}
        """component -> the components that its `starts_after` names, for those that go home"""
        self.sheddable = {c: structure.of_component[c][0] for c, may_be in enumerate(structure.sheddable) if may_be}
        """component that may be stopped to make room -> its only deployment"""
        self.shedding = frozenset(self.stop[d] for d in self.sheddable.values())
        """the steps by which that happens"""
        self.point_verify = [plan.step_of.get(("point", p), -1) for p in range(len(structure.points))]
        gated: list[list[int]] = [[] for _ in range(count)]
        of_component: list[list[int]] = [[] for _ in structure.components]
        at_site: list[list[int]] = [[] for _ in structure.sites]
        site_number = {name: s for s, name in enumerate(structure.sites)}
        site_number[""] = -1
        """of the steps of the plan, which have none"""
        self.task_step = [plan.step_of["task", t] for t in range(len(structure.tasks))]
        self.task_of = {task.name: t for t, task in enumerate(structure.tasks)}
        self.tasks_before: dict[int, tuple[int, ...]] = {}
        """component -> the steps of the plan that come before it"""
        for t, task in enumerate(structure.tasks):
            for c in task.before:
                self.tasks_before[c] = (*self.tasks_before.get(c, ()), t)
        self.tasks_after = {c for task in structure.tasks for c in task.after}
        """components that steps of the plan come after"""
        self.replaced = {
            step: steps[step]._replace(
                crew=(), fixed=0, variable=-1, works=ONE, works_variable=-1, attempts=1, hours=-1
            )
            for task in structure.tasks
            for step in (self.start[structure.standby[c]] for c in task.replaces)
        }
        """start -> what is left of it where a step of the plan was taken in its place"""
        self.tasks_near = _near(structure)
        """component -> the steps of the plan that concern an incident that takes it down"""
        self.points_in_bubble = frozenset(
            p for p, point in enumerate(structure.points) if point[0] >= len(structure.services)
        )
        self.in_bubble = frozenset(
            i
            for i, step in enumerate(steps)
            if step.component in structure.twin_of or step.point in self.points_in_bubble
        )
        """the steps of a test"""
        freed = plan.trial is not None and plan.trial.frees is not None
        bound = self.tasks_after.union(self.tasks_before, plan.give_up, structure.twin_of)
        for i, step in enumerate(steps):
            if step.kind in ("switch", "start", "restart") or i in self.shedding:
                gated[step.deployment].append(i)
            elif step.kind == "stop" and step.component in self.homes:
                gated[self.other(step.component, step.deployment)].append(i)
            if step.component >= 0:
                of_component[step.component].append(i)
            if step.kind != "task":
                at_site[site_number[step.site]].append(i)
            if step.kind == "stop" and step.component in self.homes:
                other = self.other(step.component, step.deployment)
                at_site[structure.deployments[other][1]].append(i)
        self.gated = [tuple(found) for found in gated]
        """for each deployment the steps that its `starts_after` lets start"""
        self.steps_of = [tuple(found) for found in of_component]
        self.near = _near_stops(plan, self.sheddable)
        """component that may be stopped to make room -> the steps that its stop concerns"""
        self.at_site = [tuple(found) for found in at_site]
        self.component_of_step = [step.component for step in steps]
        self.deployment_of_step = [step.deployment for step in steps]
        self.site_of_step = [site_number[step.site] for step in steps]
        self.site_of = [site for _, site in structure.deployments]
        self.component_of = [component for component, _ in structure.deployments]
        self.deployments_at = [
            tuple(d for d in range(count) if self.site_of[d] == s) for s in range(len(structure.sites))
        ]
        self.trusts_of = [
            tuple(i for i, (q, _) in enumerate(structure.trusts) if q == p) for p in range(len(structure.points))
        ]
        self.ground = [self._ground(i) for i in range(len(steps))]
        self.holdable = [
            (step.component in self.tasks_before or (plan.grouped and step.component >= 0))
            and (
                step.kind in ("restore", "start")
                or (step.kind == "restart" and not structure.automatic[step.component])
            )
            for step in steps
        ]
        """whether a step of the plan or a group may hold a step"""
        self.early = [
            structure.early_gate[step.deployment]
            if plan.best_effort and step.kind in ("start", "restart") and self.holdable[i]
            else -1
            for i, step in enumerate(steps)
        ]
        """the node that is the ground of a step before it is known that it began too early; -1 for none"""
        self.lone_team = [
            step.crew[0][0]
            if len(step.crew) == 1
            and step.crew[0][1] == 1
            and step.component not in bound
            and not plan.grouped
            and not freed
            and step.crew[0][0] not in plan.heads
            and not plan.relocates
            else -1
            for step in steps
        ]
        """the team of a step that takes one head of one team, else -1; also -1 if a step of the plan or a group is tied to
        it, if it may be given up, or if the heads of its team are told apart"""
        self.impatient = frozenset(step for c in plan.give_up for step in self.failover(structure.standby[c]))
        """the steps of failovers that may be given up"""
        self.rivals = [
            tuple(d for d in structure.of_component[s.component] if d != s.deployment) if s.component >= 0 else ()
            for s in steps
        ]
        self.consistency_of = {c: g for g, (_, members) in enumerate(structure.consistency) for c in members}
        """component -> its consistency group, for those that are in one"""
        self.simple = [*(self._is_simple(i) for i in range(len(steps))), False]
        """by step; the last for the steps of incidents, which have none"""
        self.facts = [(s.component, s.deployment, self.lone_team[i], self.rivals[i]) for i, s in enumerate(steps)]
        self.variable_of_step = [step.variable for step in steps]
        self.lasts = [(step.fixed, step.variable) for step in steps]
        self.gate_of = [(owner - 1) // 4 if owner and (owner - 1) % 4 == 0 else -1 for owner in structure.owner]
        """for each node the deployment that it lets start, -1 for none"""
        self.rooms = (*plan.bandwidth, *(1000 * room for room in plan.capacity)) if plan.storms else plan.bandwidth
        """what flows share: the bandwidth of links, then pools in thousandths"""
        self.flag_on = len(structure.sites) + len(structure.links)
        self.flag_checked = self.flag_on + count
        self.flag_trusted = self.flag_checked + count
        self.whole = site_groups(structure, (True,) * len(structure.sites), (True,) * len(structure.links))
        """groups of sites that reach each other while everything is up"""
        self._whole()

    def other(self, c: int, d: int) -> int:
        """Of the home and the standby of a component the one that is not `d`."""
        home, b = self.homes[c]
        return b if d == home else home

    def failover(self, b: int) -> list[int]:
        """The steps of the failover to a standby, -1 for none."""
        if b < 0:
            return []
        steps = (self.precheck[b], self.switch[b], self.restore[b], self.start[b])
        return [step for step in steps if step >= 0]

    def _ground(self, index: int) -> Ground:
        step, structure, site = self.plan.steps[index], self.plan.structure, self.site_of_step[index]
        d = step.deployment
        if step.point >= 0:
            return Ground("point", site, structure.point_gate[step.point])
        if index in self.shedding:
            return Ground("whole", site, -1, d)
        if step.kind in ("precheck", "repair", "task") or (step.kind == "stop" and step.component not in self.homes):
            return Ground("site", site, -1, d)
        if step.kind == "verify":
            return Ground("ready", site, -1, d)
        if step.kind == "stable":
            return Ground("whole", site, -1, d)
        if step.kind == "stop" and step.component in self.homes:
            target = self.other(step.component, d)
            return Ground("gate", site, structure.gate[target], target)
        return Ground(
            "gate", site, structure.restore_gate[d] if step.kind in ("restore", "synchronise") else structure.gate[d], d
        )

    def _is_simple(self, index: int) -> bool:
        """A start that cannot fail, by one person, of what keeps no data and nobody verifies: its end only makes others ready."""
        plan, structure = self.plan, self.plan.structure
        step = plan.steps[index]
        c, d = step.component, step.deployment
        return (
            step.kind == "start"
            and d not in self.fails
            and step.works == ONE
            and step.hours < 0
            and not structure.has_data[c]
            and not structure.opts_in[c]
            and not structure.trusted_by[d]
            and self.lone_team[index] >= 0
            and index not in plan.storms
        )

    def _whole(self) -> None:
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
                    kind, index = (owner[node] - 1) % 4, (owner[node] - 1) // 4
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

    def reach(self, site_down: Sequence[bool], link_down: Sequence[bool]) -> tuple[Views, Views]:
        """For each deployment the views (and checked views) that it is an input of, section 3."""
        key = (*map(int, site_down), *map(int, link_down))
        cached = self.plan.reach_cache.get(key)
        if cached is None:
            cached = self.plan.reach_cache[key] = _feeds(self.plan.structure, site_down, link_down)
        return cached  # type: ignore[return-value]


def _followed(plan: Plan) -> dict[int, bool]:
    structure = plan.structure
    group = site_groups(structure, (True,) * len(structure.sites), (True,) * len(structure.links))
    found = {}
    for c, b in enumerate(structure.standby):
        site = structure.deployments[b][1] if b >= 0 else -1
        if any(copy.replicated and copy.site == site for copy in plan.copies[c]):
            active = [structure.deployments[d][1] for d in structure.of_component[c] if structure.roles[d] == ACTIVE]
            found[c] = any(group[s] == group[site] for s in active)
    return found


def homes_of(plan: Plan) -> dict[int, tuple[int, int]]:
    """Component -> (its only active deployment, its standby), for those that go home, or are moved."""
    structure = plan.structure
    if not plan.relocates:
        return {}
    pairs = {
        c: (next(d for d in structure.of_component[c] if structure.roles[d] == ACTIVE), b)
        for c, b in enumerate(structure.standby)
        if b >= 0
    }
    if plan.move is None:
        return pairs
    return {
        c: pair
        for c, pair in pairs.items()
        if structure.deployments[pair[0]][1] == plan.move.site and plan.strategies[c]
    }


def started_before(plan: Plan) -> dict[int, tuple[int, ...]]:
    """Component -> the components that its `starts_after` names, for those that move."""
    structure = plan.structure
    views = {node: c for (c, _), node in structure.views.items()}
    inputs: dict[int, list[int]] = {}
    for node, above in enumerate(structure.up):
        for other in above:
            inputs.setdefault(other, []).append(node)
    found = {}
    for c, (home, _) in homes_of(plan).items():
        seen, todo = set(), [structure.gate[home]]
        while todo:
            node = todo.pop()
            if node in views:
                seen.add(views[node])
            else:
                todo.extend(inputs.get(node, ()))
        found[c] = tuple(sorted(seen))
    return found


def _near_stops(plan: Plan, sheddable: dict[int, int]) -> dict[int, frozenset[int]]:
    """Component -> the steps that its stop concerns, section 17."""
    structure = plan.structure
    found = {}
    for c, d in sheddable.items():
        site = structure.deployments[d][1]
        found[c] = frozenset(
            i
            for i, step in enumerate(plan.steps)
            if step.kind in ("precheck", "restore", "start", *(["stop"] if plan.move else []))
            and step.component >= 0
            and (b := structure.standby[step.component]) >= 0
            and structure.deployments[b][1] == site
        )
    return found


def _near(structure: Structure) -> dict[int, frozenset[int]]:
    """Component -> the steps of the plan that are tied to it, by way of other steps of the plan or not."""
    near: dict[int, frozenset[int]] = {}
    seen: set[int] = set()
    for t in range(len(structure.tasks)):
        if t in seen:
            continue
        group, todo = {t}, [t]
        while todo:
            task = structure.tasks[todo.pop()]
            more = {*task.after_tasks, *task.before_tasks} - group
            group |= more
            todo.extend(more)
        seen |= group
        for other in group:
            for c in (*structure.tasks[other].after, *structure.tasks[other].before):
                near[c] = near.get(c, frozenset()) | group
    return near


def _feeds(structure: Structure, site_down: Sequence[bool], link_down: Sequence[bool]) -> tuple[Views, Views]:
    group = site_groups(structure, [not down for down in site_down], [not down for down in link_down])
    inside = group
    if structure.twin_of:
        left = [not down and s != structure.left_out for s, down in enumerate(site_down)]
        inside = site_groups(structure, left, [not down for down in link_down])

    def seen_from(table: Any) -> Views:
        by_component: dict[int, list[tuple[int, int]]] = {}
        for (c, s), node in table.items():
            by_component.setdefault(c, []).append((s, node))
        return [
            tuple(
                node
                for s, node in by_component.get(c, ())
                if seen[s] >= 0 and (s == site if structure.local[c] else seen[s] == seen[site])
            )
            for c, site in structure.deployments
            for seen in (inside if c in structure.twin_of else group,)
        ]

    return seen_from(structure.views), seen_from(structure.checked_views)
