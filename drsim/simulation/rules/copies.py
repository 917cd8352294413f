"""Copies of data and transfers, sections 8 and 11 of `docs/semantics.md`."""

from __future__ import annotations

from bisect import bisect_right

from drsim.planning.plan import ACTIVE, NEVER, Copy
from drsim.simulation.clock import Work
from drsim.simulation.rules.readiness import Readiness
from drsim.simulation.trajectory import OUT_OF_REACH, UNUSABLE
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
        replica = self.replica(c, self.plan.steps[row.step].deployment)
        if replica >= 0 and self.no_replica[c]:
            passed_over.append((self.plan.copies[c][replica].name, UNUSABLE))
        for point, i in self._by_age(c):
            kept = self.plan.copies[c][i]
            if (c, i) in self.bad:
                passed_over.append((kept.name, UNUSABLE))
            elif self._route(kept.site, target) is None:
                passed_over.append((kept.name, OUT_OF_REACH))
            else:
                row.copy, row.point, row.passed_over = i, point, tuple(passed_over)
                return True
        return False

    def _by_age(self, c: int) -> list[tuple[int, int]]:
        """(point, copy) of the snapshots and backups that exist, the youngest first, of equals the first by name."""
        kept = [i for i, copy in enumerate(self.plan.copies[c]) if not copy.replicated]
        found = [(point, i) for i in kept if (point := self.point_of(c, i)) is not None]
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))

    def _route(self, source: int, target: int) -> tuple[int, ...] | None:
        return route(self.structure, self.plan.bandwidth, self.site_up, self.link_up, source, target)

    def point_of(self, c: int, i: int) -> int | None:
        """The last instant at or before the loss at which a copy was taken."""
        copy = self.plan.copies[c][i]
        instants = self.plan.schedules[copy.calendar]
        # whoever restores has not moved, so that it was active where it was at the start
        active = [self.lookups.site_of[d] for d in self.structure.of_component[c] if self.role[d] == ACTIVE]
        at = bisect_right(instants, self.lost_at[c] + self.offset)
        while at > 0:
            at -= 1
            if instants[at] < self.offset - LOOK_BACK:
                return None
            point = instants[at] - self.offset
            if point < 0 or any(self.reached(point, copy.site, site) for site in active):
                return point
        return None

    def replica(self, c: int, d: int) -> int:
        """The replicated copy at the site of a deployment, -1 for none."""
        site = self.lookups.site_of[d]
        return next((i for i, copy in enumerate(self.plan.copies[c]) if copy.replicated and copy.site == site), -1)

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
