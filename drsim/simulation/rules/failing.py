"""Failures of their own, section 5 of `docs/semantics.md`: what is not seen, what finds it, and the lives in between."""

from __future__ import annotations

from drsim.planning.plan import NEVER, STANDBY, Outage
from drsim.simulation.clock import Work
from drsim.simulation.rules.groups import Groups
from drsim.simulation.trajectory import FAILED, Spans

__all__ = ["Failures"]

FINDS = ("precheck", "switch", "start", "restart")


class Failures(Groups):
    """What fails of its own: a site, a link, or a deployment."""

    def own_failures(self, index: int, outage: Outage) -> Spans:
        """All failures that follow from the draws alone; of what lasts until it is repaired the first is set."""
        failing = self.plan.failing[outage.name]
        begin, number, spans = self._life(outage.name, 0), 0, list[tuple[int, int]]()
        if outage.until_repaired:
            self.clock.at(begin, "outage", (index, 1))
            return ()
        while begin < self.plan.horizon:
            end = begin + self.value(failing.lasts, failing.lasts_variable, number)
            if begin < end:
                spans.append((begin, end))
            number += 1
            begin = end + self._life(outage.name, number)
        return tuple(spans)

    def _life(self, name: str, number: int) -> int:
        """The time before a failure; after another one at least 1 ms."""
        return max(min(number, 1), self.value(-1, self.plan.failing[name].life, number))

    def strike(self, outage: Outage, index: int, sign: int) -> bool:
        """A failure of a deployment begins or is over; whether nobody sees that."""
        d = outage.targets[0]
        if sign < 0:
            return self.unseen.pop(d, -1) >= 0
        if outage.until_repaired:
            self.outages[outage.name] = (*self.outages[outage.name], (self.now, NEVER))
            self.unmended.add(d)
        if self.started[d] or (self.role[d] == STANDBY and self.structure.hot[d]):
            return False
        self.unseen[d] = index
        self.found_at[outage.name, self.now] = NEVER
        return True

    def is_unseen(self, row: Work, d: int) -> bool:
        """Whether a step that ends finds a failure that nobody has seen."""
        return d in self.unseen and row.kind in FINDS

    def find(self, c: int, d: int, row: Work) -> None:
        """A step found a failure, which lasts: from now on the deployment is broken."""
        self.finish(row, FAILED)
        outage = self.plan.outages[self.unseen.pop(d)]
        begin = max(begin for name, begin in self.found_at if name == outage.name)
        self.found_at[outage.name, begin] = self.now
        if not self.broken[d]:
            self.found.append((d, row.number))
        self.broken[d] += 1
        self.look_at_copy(c)
        self.note_home(c)
        self.broken_until[d] += outage.until_repaired
        for step in (*self.lookups.gated[d], self.lookups.restore[d]):
            if step >= 0:
                self.shake(step)
        if row.kind == "precheck":
            self.next_strategy(c)

    def renew(self, d: int) -> None:
        """A deployment was repaired: what failed of its own begins a new life."""
        if d not in self.unmended:
            return
        self.unmended.discard(d)
        self.unseen.pop(d, None)
        index = self.lookups.fails[d]
        name = self.plan.outages[index].name
        self.clock.at(self.now + self._life(name, len(self.outages[name])), "outage", (index, 1))
