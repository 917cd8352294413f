"""Corruption, section 11 of `docs/semantics.md`: what is hit, and clean data in its place."""

from __future__ import annotations

from collections.abc import Mapping

from drsim.planning.plan import ACTIVE
from drsim.simulation.corruption import corrupted_by, is_cleaned
from drsim.simulation.rules.consistency import Consistency
from drsim.simulation.rules.state import ASKED, NONE, Incident

__all__ = ["Cleaning"]

STOPPED = ("switch", "restore", "start", "restart")
"""what does not go on when a component turns out to be corrupt"""


class Cleaning(Consistency):
    """Data that is known to be bad, and what it takes to serve again."""

    newly_corrupt: Mapping[int, Incident] = {}
    """what turned out to be corrupt at this instant, with its incident"""

    def become_known(self) -> list[int]:
        """The components whose data turns out to be bad at this instant, by name."""
        found: set[int] = set()
        for index in self.due_known:
            outage = self.plan.outages[index]
            self.known.append(index)
            began = self.began[outage.name]
            hit = corrupted_by(outage, self.structure)
            found.update(c for c in hit if not is_cleaned(self.lineage, c, began, self.now))
            self.dirty.update(c for c in hit if c in self.lookups.consistency_of)
        self.due_known = []
        for c in found:
            self.corrupt[c] = True
            self.corruptions.append((self.now, c, True))
        return sorted(found, key=self.structure.components.__getitem__)

    def begin_anew(self, c: int, incident: Incident) -> None:
        """All of a component that turns out to be corrupt belongs to its new incident, whatever was done before."""
        for d in self.structure.of_component[c]:
            if self.role[d] == ACTIVE:
                self.incident_of[d] = incident.number
        self.concern(incident, c)
        if self.incident[c] != incident.number:
            self.incident[c] = incident.number
            self.losses.append((self.now, c, incident.number))
        self.restored[c] = -1
        self.stage[c] = self.failures[c] = 0
        self.patience.pop(c, None)
        self.prechecked.discard(c)
        self.skip_hopeless(c)
        if self.room[c] == ASKED:
            self.room[c] = NONE
        if self.strategy(c) is None:
            self.release_room(c)
        self.touch(c)
        for step in self.lookups.steps_of[c]:
            row = self.live[step]
            if row is not None and row.start >= 0 and row.kind in STOPPED:
                self.shaken.append(row)

    def restores_of(self, c: int, moving: list[int]) -> list[int]:
        """What runs of the failover, and the restore in place that runs."""
        restores = [self.lookups.restore[d] for d in self.structure.of_component[c]]
        return [*moving, *(step for step in restores if step >= 0 and step not in moving and self.is_running(step))]

    def clean_in_place(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of the restore in place, or of the start that follows it."""
        lookups = self.lookups
        places = [
            d
            for d in self.structure.of_component[c]
            if self.role[d] == ACTIVE
            and self.site_up[lookups.site_of[d]]
            and not self.broken[d]
            and self.incidents[self.incident_of[d]].assessed
        ]
        if self.counts_as_restored(c) and self.restored_at[c] in places:
            d = self.restored_at[c]
            return [] if self.awaited(c) else [(lookups.restart[d], self.incident_of[d])]
        return [(lookups.restore[d], self.incident_of[d]) for d in places[:1]]

    def clean(self, c: int) -> None:
        """A component serves from data that was restored."""
        self.lineage[c] = (*self.lineage.get(c, ()), (self.restored_point[c], self.now))
        if self.corrupt[c]:
            self.corrupt[c] = False
            self.corruptions.append((self.now, c, False))
            self.dirty_incidents = True
