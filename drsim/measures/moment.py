"""What stood just before one instant of a drill, told from its trajectory."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from drsim.planning.plan import ACTIVE, Outage, Plan
from drsim.simulation.corruption import is_spoilt
from drsim.simulation.levels import site_groups
from drsim.simulation.power import Span
from drsim.simulation.rules.copies import LOOK_BACK
from drsim.simulation.trajectory import DONE, UNUSABLE, Row, Trajectory
from drsim.simulation.transfers import route

__all__ = ["Moment"]


class Moment:
    """Sites, links, deployments and readiness (`docs/semantics.md` sections 3 and 4) just before `time`."""

    def __init__(self, plan: Plan, drill: Trajectory, time: int) -> None:
        self.plan, self.drill, self.time = plan, drill, time
        structure = self.structure = plan.structure
        sites, links, count = len(structure.sites), len(structure.links), len(structure.deployments)
        flags = [True] * (sites + links + 2 * count + len(structure.trusts))
        for d, role in enumerate(structure.roles):
            flags[sites + links + d] = role == ACTIVE
        for at, flag, value in drill.changes:
            if at >= time:
                break
            flags[flag] = value
        self.flags = flags
        self.site_up, self.link_up = flags[:sites], flags[sites : sites + links]
        self.on = flags[sites + links : sites + links + count]
        self.checked = flags[sites + links + count : sites + links + 2 * count]
        self.trusted = flags[sites + links + 2 * count :]
        self._holds: dict[int, bool] = {}

    # outages

    def outages(self, kind: str, target: int) -> list[Outage]:
        """Those that last, of a site, a link or a deployment; the last to end comes last."""
        found = [outage for outage in self.plan.outages if outage.kind == kind and target in outage.targets]
        return sorted((o for o in found if self._lasts(o)), key=lambda o: (self.span(o)[1], o.name))

    def span(self, outage: Outage) -> Span:
        """When an outage that lasts begins (for those who did not see it: was found) and ends."""
        begin, end = self._latest(outage)[-1]
        return self.drill.found_at.get((outage.name, begin), begin), end

    def _latest(self, outage: Outage) -> list[Span]:
        return [span for span in self.drill.outages[outage.name] if span[0] < self.time <= span[1]]

    def _lasts(self, outage: Outage) -> bool:
        found = self._latest(outage)
        if not found:
            return False
        begin = found[-1][0]
        if self.drill.found_at.get((outage.name, begin), begin) >= self.time:
            return False
        return not outage.until_repaired or not any(
            row.kind == "repair" and row.outcome == DONE and begin < row.end < self.time
            for row in self.drill.rows
            if row.step >= 0 and self.plan.steps[row.step].deployment in outage.targets
        )

    def is_broken(self, d: int) -> bool:
        """Whether a deployment is broken."""
        return bool(self.outages("component", d))

    # readiness

    def is_ready(self, d: int) -> bool:
        """Whether a deployment runs and what it starts after holds."""
        return self.on[d] and self.holds(self.structure.gate[d])

    def holds(self, node: int) -> bool:
        """Whether a node of readiness holds."""
        if node not in self._holds:
            seen = self.seen.get(node)
            if seen is None:
                inputs = sum(self.holds(below) for below in self.inputs.get(node, ()))
                self._holds[node] = self.structure.short[node] <= inputs
            else:
                c, s, checked = seen
                self._holds[node] = any(
                    self.is_ready(d) and self.sees(s, d) and (self.checked[d] or not checked)
                    for d in self.structure.of_component[c]
                )
        return self._holds[node]

    def sees(self, s: int, d: int) -> bool:
        """Whether a deployment counts as seen from a site."""
        c, place = self.structure.deployments[d]
        if place == s or self.structure.local[c]:
            return place == s and self.site_up[s]
        groups = self._inside if c in self.structure.twin_of else self._groups
        return groups[s] >= 0 and groups[s] == groups[place]

    @cached_property
    def _groups(self) -> list[int]:
        return site_groups(self.structure, self.site_up, self.link_up)

    @cached_property
    def _inside(self) -> list[int]:
        """The same for what is in a bubble."""
        return site_groups(self.structure, self._up_inside, self.link_up)

    @cached_property
    def _up_inside(self) -> list[bool]:
        return [up and s != self.structure.left_out for s, up in enumerate(self.site_up)]

    @cached_property
    def seen(self) -> dict[int, tuple[int, int, bool]]:
        """node -> (component, site from which it is seen, whether it must be checked)"""
        views, checked = self.structure.views, self.structure.checked_views
        return {
            **{node: (c, s, False) for (c, s), node in views.items()},
            **{node: (c, s, True) for (c, s), node in checked.items()},
        }

    @cached_property
    def inputs(self) -> dict[int, list[int]]:
        """node -> the nodes that are inputs of it"""
        found: dict[int, list[int]] = {}
        for node, above in enumerate(self.structure.up):
            for other in above:
                found.setdefault(other, []).append(node)
        return found

    def node_of(self, row: Row) -> int:
        """The node of readiness that the ground of a step needs, -1 for none."""
        step, structure = self.plan.steps[row.step], self.structure
        if step.point >= 0:
            return structure.point_gate[step.point]
        if step.kind in ("precheck", "repair") or (step.kind == "stop" and structure.sheddable[step.component]):
            return -1
        return structure.restore_gate[step.deployment] if step.kind == "restore" else structure.gate[step.deployment]

    def grounded(self, row: Row) -> bool:
        """Whether the ground of a step holds (section 8)."""
        step = self.plan.steps[row.step]
        if not self.site_up[self.structure.sites.index(step.site)]:
            return False
        if step.kind in ("switch", "start", "restart", "restore", "stop") and self.is_broken(step.deployment):
            return False
        if step.kind == "verify" and step.point < 0 and not self.on[step.deployment]:
            return False
        node = self.node_of(row)
        return node < 0 or self.holds(node)

    # copies

    def has_copy(self, row: Row) -> bool:
        """Whether a copy for a `restore` can be read."""
        step = self.plan.steps[row.step]
        bad = {
            other.copy
            for other in self.drill.rows
            if other.kind == "restore" and other.outcome == UNUSABLE and other.end < self.time
            if self.plan.steps[other.step].component == step.component
        }
        target, lost = self.structure.sites.index(step.site), self.lost_since(step.component)
        common = self.drill.common_for(step.component, self.time)
        lost = lost if common is None else min(lost, common.point)
        return any(
            not copy.replicated
            and i not in bad
            and self._is_taken(copy.calendar, lost, (step.component, i))
            and self._route(copy.site, target, step.component)
            for i, copy in enumerate(self.plan.copies[step.component])
        )

    def _is_taken(self, calendar: int, lost: int, copy: tuple[int, int]) -> bool:
        """Whether a schedule has an instant, not known to be bad, from 35 days before the drill to the loss."""
        drill = self.drill
        instants, offset = self.plan.schedules[calendar], drill.offset
        known = [o for o in self.plan.outages if o.name in drill.began and drill.outages[o.name][0][0] < self.time]
        for last in range(bisect_right(instants, lost + offset) - 1, -1, -1):
            if instants[last] < offset - LOOK_BACK:
                return False
            if not is_spoilt(known, drill.began, self.structure, drill.lineage, copy, instants[last] - offset):
                return True
        return False

    def _route(self, source: int, target: int, c: int) -> bool:
        return self._links(source, target, c) is not None

    def _links(self, source: int, target: int, c: int) -> tuple[int, ...] | None:
        up = self._up_inside if c in self.structure.twin_of else self.site_up
        return route(self.structure, self.plan.bandwidth, up, self.link_up, source, target)

    def links_of(self, row: Row) -> set[int]:
        """The links on which a transfer is that runs; none while it has no route."""
        step = self.plan.steps[row.step]
        place = self.structure.sites.index(step.site)
        if row.kind == "restore":
            source = self.plan.copies[step.component][row.copy].site
        else:
            others = (d for d in self.structure.of_component[step.component] if d != step.deployment)
            source = self.structure.deployments[next(others)][1]
        return set(self._links(source, place, step.component) or ())

    # people of an incident

    def is_go(self, incident: int) -> Row | None:
        """What made an incident go: the end of its `declare`, or of `assess` when its root is a component."""
        rows = {row.kind: row for row in self.drill.rows if row.step < 0 and row.incident == incident}
        root = next((root for root in self.plan.roots if "detect" in rows and root.name == rows["detect"].object), None)
        row = rows.get("declare" if root is None or root.is_site else "assess")
        return row if row is not None and row.outcome == DONE and row.end < self.time else None

    def has_run(self, d: int) -> bool:
        """Whether a deployment ever was on."""
        flag = len(self.structure.sites) + len(self.structure.links) + d
        ran = any(at < self.time and which == flag and value for at, which, value in self.drill.changes)
        return ran or self.structure.roles[d] == ACTIVE

    def lost_since(self, c: int) -> int:
        """When a component that does not run last ran; 0 if it never did."""
        structure = self.structure
        if c in structure.twin_of and self.drill.trial is not None:
            return self.drill.trial.begun
        first = len(structure.sites) + len(structure.links)
        flags = {first + d for d in structure.of_component[c]}
        ended = [at for at, flag, value in self.drill.changes if at < self.time and flag in flags and not value]
        return max(ended, default=0)
