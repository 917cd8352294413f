"""Groups that wait for each other, section 7 of `docs/semantics.md`."""

from __future__ import annotations

from drsim.planning.plan import NEVER
from drsim.simulation.clock import Work
from drsim.simulation.rules.consistency import Consistency
from drsim.simulation.rules.state import GIVEN, Incident

__all__ = ["Groups"]


class Groups(Consistency):
    """Which groups may begin."""

    def settle_groups(self) -> None:
        """See which groups may begin, and hold or release the steps of their components."""
        self.dirty_groups = False
        last = len(self.plan.scenario.response.groups)
        for incident in self.incidents:
            if not incident.go or not self.plan.roots[incident.root].is_site:
                continue
            first = self._first_to_wait_for(incident)
            for group in range(1, last + 1):
                key = (incident.number, group)
                before = self.group_since.get(key)
                if first < group:
                    self.group_since[key] = -1
                elif before is None or before < 0:
                    self.group_since[key] = 0 if before is None else self._why_open(group)
        for step, wanted in enumerate(self.wanted):
            if wanted >= 0 and self.lookups.holdable[step]:
                self.settle_held(step)

    def _first_to_wait_for(self, incident: Incident) -> int:
        """The first group of which something is still to come."""
        waits = (
            self.structure.group[c]
            for c, number in enumerate(self.incident)
            if self.lost[c] and number == incident.number and not (self.plan.best_effort and self._has_failed(c))
        )
        return min(waits, default=NEVER)

    def _has_failed(self, c: int) -> bool:
        """Whether it has no way over any more, or no room there."""
        b = self.structure.standby[c]
        return not self.fails_over(c) or not (self.structure.hot[b] or self.room[c] == GIVEN)

    def _why_open(self, group: int) -> int:
        """Of what was applied in this round the last row of a component of an earlier group; else the last of all."""
        for place in range(len(self.applied) - 1, self.round_began - 1, -1):
            cause = self.applied[place]
            if isinstance(cause, Work) and cause.step >= 0:
                c = self.lookups.component_of_step[cause.step]
                if c >= 0 and self.structure.group[c] < group:
                    return place
        return len(self.applied) - 1
