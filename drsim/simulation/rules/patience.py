"""Strategies that are given up after a time, section 7 of `docs/semantics.md`."""

from __future__ import annotations

from drsim.simulation.rules.tasks import Tasks
from drsim.simulation.trajectory import GIVEN_UP

__all__ = ["Patience"]


class Patience(Tasks):
    """When a strategy is given up, and what that ends."""

    def begin_patience(self) -> None:
        """The time of a strategy begins with its first step that is ready when work is about to start."""
        for step in sorted(self.impatient):
            row, c = self.live[step], self.lookups.component_of_step[step]
            if row is None or not row.is_ready or c in self.patience or not self.lost[c] or c in self.moving:
                continue
            limit = self.plan.give_up[c].get(self.strategy(c) or "")
            if limit is not None:
                self.patience[c] = row.ready + limit
                self.clock.at(row.ready + limit, "patience", (c, row.ready + limit))
        self.impatient.clear()

    def end_patience(self) -> None:
        """Strategies whose time is over are given up, the last in plan order first; those that have ended were forgotten."""
        due, self.due_patience = self.due_patience, []
        for c, time in sorted(due, reverse=True):
            if self.patience.get(c) != time:
                continue
            if not self.fails_over(c):
                del self.patience[c]
                continue
            for step in self.lookups.failover(self.structure.standby[c]):
                if self.wanted[step] >= 0:
                    self.finish(self.live[step] or self.row(step), GIVEN_UP)
            self.next_strategy(c)
            self.touch(c)
