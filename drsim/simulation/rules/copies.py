"""Copies of data and transfers, sections 8 and 11 of `docs/semantics.md`."""

from __future__ import annotations

from bisect import bisect_right

from drsim.planning.plan import ACTIVE, NEVER, Copy
from drsim.simulation.clock import Work
from drsim.simulation.rules.readiness import Readiness
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
        found = self._youngest(c, target)
        if found < 0:
            return False
        row.copy = found
        source = self.plan.copies[c][found]
        limit = self.value(source.rate, source.rate_variable, row.incident, row.attempt)
        flow = Flow(row, self.plan.data_size[c] * 1000, limit, source.site, target)
        flow.since = self.now
        self.flows.append(flow)
        self.flows_changed = True
        return True

    def _youngest(self, c: int, target: int) -> int:
        best, best_point = -1, -NEVER
        for i, kept in enumerate(self.plan.copies[c]):
            if kept.replicated or (c, i) in self.bad or self._route(kept.site, target) is None:
                continue
            point = self.point_of(c, i)
            if point is not None and point > best_point:
                best, best_point = i, point
        return best

    def _route(self, source: int, target: int) -> tuple[int, ...] | None:
        return route(self.structure, self.plan.bandwidth, self.site_up, self.link_up, source, target)

    def point_of(self, c: int, i: int) -> int | None:
        """The last instant at or before the loss at which a copy was taken."""
        copy = self.plan.copies[c][i]
        instants = self.plan.schedules[copy.calendar]
        at = bisect_right(instants, self.lost_at[c] + self.offset)
        while at > 0:
            at -= 1
            if instants[at] < self.offset - LOOK_BACK:
                return None
            point = instants[at] - self.offset
            if point < 0 or any(self.reached(point, copy.site, site) for site in self.active_sites(c, point)):
                return point
        return None

    def active_sites(self, c: int, time: int) -> list[int]:
        """Where a component was active: whoever restores has not moved, so that it was where it was at the start."""
        return [self.lookups.site_of[d] for d in self.structure.of_component[c] if self.role[d] == ACTIVE]

    def replica(self, c: int, d: int) -> Copy | None:
        """The replicated copy at the site of a deployment."""
        site = self.lookups.site_of[d]
        return next((copy for copy in self.plan.copies[c] if copy.replicated and copy.site == site), None)

    def refill(self) -> None:
        """New rates for all transfers."""
        now = self.now
        for flow in self.flows:
            flow.left -= flow.rate * (now - flow.since)
            flow.since = now
            if flow.links is None or self.reach_changed or flow.end < 0:
                flow.links = self._route(flow.source, flow.target)
        soonest = NEVER
        for flow, rate in zip(self.flows, fair_rates(self.flows, self.plan.bandwidth), strict=True):
            flow.rate = rate
            flow.end = now + max(0, -(-flow.left // rate)) if rate else (now if flow.left <= 0 else NEVER)
            if flow.row.attempt:
                flow.end = max(flow.end, flow.row.start + 1)
            soonest = min(soonest, flow.end)
        self.flows_changed = False
        self.clock.at(soonest, "flow")
