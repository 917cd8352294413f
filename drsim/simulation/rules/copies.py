"""Copies of data and transfers, sections 8 and 11 of `docs/semantics.md`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from drsim.planning.plan import ACTIVE, NEVER, Copy
from drsim.simulation.clock import Work
from drsim.simulation.corruption import is_spoilt
from drsim.simulation.rules.readiness import Readiness
from drsim.simulation.trajectory import BAD, GROUP, OUT_OF_REACH, UNUSABLE, Common
from drsim.simulation.transfers import Flow, fair_rates, route
from drsim.units import DAY

__all__ = ["Copies"]

LOOK_BACK = 35 * DAY
"""how long before the drill a copy may have been taken"""


class Copies(Readiness):
    """Which copy is used, from which moment it is, and how fast it comes."""

    def copy_of(self, row: Work) -> Copy:
        """What a `restore` restores."""
        return self.plan.copies[self.plan.steps[row.step].component][row.copy]

    def begin_restore(self, row: Work) -> bool:
        """Choose the copy; False if none can be read."""
        step = self.plan.steps[row.step]
        c, target = step.component, self.lookups.site_of[step.deployment]
        if not self._choose(row, c, target):
            return False
        source = self.plan.copies[c][row.copy]
        limit = self.value(source.rate, source.rate_variable, row.incident, row.attempt)
        flow = Flow(row, self.plan.data_size[c] * 1000, limit, source.site, target)
        flow.since = self.now
        self.flows.append(flow)
        self.flows_changed = True
        return True

    def _choose(self, row: Work, c: int, target: int) -> bool:
        """The youngest that can be used, and what would have come before it; False if there is none."""
        passed_over: list[tuple[str, str]] = []
        common = self.latest_point(c)
        copies, found = self.plan.copies[c], self.by_age(c, NEVER if common is None else common.point)
        usable = [
            (-point, i)
            for _, i, _, point in found
            if point is not None and (c, i) not in self.bad and self._route(copies[i].site, target, c) is not None
        ]
        if not usable:
            return False
        first = min(usable)
        replica = self.replica(c, self.plan.steps[row.step].deployment)
        if replica >= 0 and (self.no_replica[c] or self.corrupt[c]):
            passed_over.append((copies[replica].name, UNUSABLE if self.no_replica[c] else BAD))
        for newest, i, good, point in found:
            if (-newest, i) < first:
                why = UNUSABLE if (c, i) in self.bad else OUT_OF_REACH if point == newest else BAD
                if why == BAD and good == newest and common is not None:
                    why = self._says(common)
                passed_over.append((copies[i].name, why))
        row.copy, row.point, row.passed_over = first[1], -first[0], tuple(passed_over)
        return True

    def latest_point(self, c: int) -> Common | None:
        """What no copy that a component takes may be later than; None without a consistency group."""
        return None

    def _says(self, common: Common) -> str:
        """Why no later copy is taken."""
        g, (_, c, i) = self.lookups.consistency_of[common.component], common
        name = self.structure.consistency[g][0]
        return f"{GROUP}{name}: point of {self.structure.components[c]}'s {self.plan.copies[c][i].name}"

    def by_age(self, c: int, until: int = NEVER) -> list[tuple[int, int, int | None, int | None]]:
        """The copies that exist, the youngest first, then by name.

        (newest point, copy, newest that is not known to be bad, newest of these at or before a moment).
        """
        found: list[tuple[int, int, int | None, int | None]] = []
        known = [self.plan.outages[index] for index in self.known]
        for i, kept in enumerate(self.plan.copies[c]):
            if kept.replicated:
                continue
            points = self._points(c, i)
            newest = point = next(points, None)
            if newest is None:
                continue
            good: int | None = None
            while point is not None:
                if not is_spoilt(known, self.began, self.structure, self.lineage, (c, i), point):
                    good = point if good is None else good
                    if point <= until:
                        break
                point = next(points, None)
            found.append((newest, i, good, point))
        return sorted(found, key=lambda each: (-each[0], each[1]))

    def _route(self, source: int, target: int, c: int) -> tuple[int, ...] | None:
        site_up = self.site_up
        if c in self.structure.twin_of:
            site_up = [up and s != self.structure.left_out for s, up in enumerate(site_up)]
        return route(self.structure, self.plan.bandwidth, site_up, self.link_up, source, target)

    def _points(self, c: int, i: int) -> Iterator[int]:
        """The instants at or before the loss at which a copy was taken, the last first."""
        copy = self.plan.copies[c][i]
        instants = self.plan.schedules[copy.calendar]
        at = bisect_right(instants, self.lost_at[c] + self.offset)
        while at > 0:
            at -= 1
            if instants[at] < self.offset - LOOK_BACK:
                return
            point = instants[at] - self.offset
            if point < 0 or any(self.reached(point, copy.site, site) for site in self._home(c, point)):
                yield point

    def note_home(self, c: int) -> None:
        """A component with data is active, and not broken, at other sites from now on."""
        if self.structure.has_data[c]:
            there = [d for d in self.structure.of_component[c] if self.role[d] == ACTIVE and not self.broken[d]]
            self.homes[c] = (*self.homes.get(c, ()), (self.now, tuple(self.lookups.site_of[d] for d in there)))

    def _home(self, c: int, time: int) -> Iterable[int]:
        """The sites where a component was active and not broken at a time."""
        c = self.structure.twin_of.get(c, c)
        for since, sites in reversed(self.homes.get(c, ())):
            if since <= time:
                return sites
        roles, site_of = self.structure.roles, self.lookups.site_of
        return [site_of[d] for d in self.structure.of_component[c] if roles[d] == ACTIVE]

    def replica(self, c: int, d: int) -> int:
        """The replicated copy at the site of a deployment, -1 for none."""
        site = self.lookups.site_of[d]
        return next((i for i, copy in enumerate(self.plan.copies[c]) if copy.replicated and copy.site == site), -1)

    def begin_storm(self, row: Work, earliest: int) -> None:
        """Many items start at once; the row ends with the last of them, but not before so and so long."""
        storm = self.plan.storms[row.step]
        flow = Flow(row, storm.work, storm.limit, -1, -1)
        flow.since, flow.earliest = self.now, earliest
        flow.links = (len(self.plan.bandwidth) + storm.pool,)
        self.flows.append(flow)
        self.flows_changed = True

    def refill(self) -> None:
        """New rates for all transfers and storms."""
        now = self.now
        for flow in self.flows:
            flow.left -= flow.rate * (now - flow.since)
            flow.since = now
            if flow.source < 0:
                flow.links = flow.links if flow.left > 0 else None
            elif flow.links is None or self.reach_changed or flow.end < 0:
                flow.links = self._route(flow.source, flow.target, self.lookups.component_of_step[flow.row.step])
        soonest = NEVER
        for flow, rate in zip(self.flows, fair_rates(self.flows, self.lookups.rooms), strict=True):
            flow.rate = rate
            flow.end = now + max(0, -(-flow.left // rate)) if rate else (now if flow.left <= 0 else NEVER)
            flow.empty = flow.end
            flow.end = max(flow.end, flow.earliest)
            if flow.row.attempt:
                flow.end = max(flow.end, flow.row.start + 1)
            soonest = min(soonest, flow.end, flow.empty if flow.empty > now else NEVER)
        self.flows_changed = False
        self.clock.at(soonest, "flow")
