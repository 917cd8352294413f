"""Cut off, section 5 of `docs/semantics.md`: standbys that take over what is up but out of reach, and what two sides wrote."""

from __future__ import annotations

from collections.abc import Collection

from drsim.planning.plan import ACTIVE, NEVER, STALE, STANDBY, Partition
from drsim.simulation.clock import Work
from drsim.simulation.levels import site_groups
from drsim.simulation.rules.failing import Failures
from drsim.simulation.rules.state import Cut
from drsim.simulation.trajectory import Recovery

__all__ = ["Partitions"]


class Partitions(Failures):
    """Components that may be cut off from their standby."""

    def look_around(self, was_broken: dict[int, int]) -> tuple[dict[int, int], list[int]]:
        """After a site or link changed: (what is cut off -> number of what was applied, components that take over alone)."""
        group = site_groups(self.structure, self.site_up, self.link_up)
        numbers: dict[int, int] = {}
        self.last_end = -1
        alone: list[int] = []
        ends: list[Partition] = []
        begins: list[Partition] = []
        for partition in self.plan.partitions:
            here, there = (self.lookups.site_of[d] for d in (partition.home, partition.standby))
            meet = group[here] >= 0 and group[here] == group[there]
            if partition.component in self.cuts:
                if meet:
                    ends.append(partition)
                continue
            up = group[here] >= 0 and group[there] >= 0
            decided = partition.alone or group[there] == group[partition.witness]
            if up and not meet and decided and self._stands(partition):
                begins.append(partition)
        for partition in ends:
            number = self.apply((partition.name, "ends"))
            c, d = partition.component, partition.home
            cut = self.cuts.pop(c)
            self.dirty_incidents = True
            self._note(partition.name, cut.since, self.now)
            if partition.alone:
                if cut.taken >= 0:
                    self.end_split(c, cut, d)
                row = self.live[self.lookups.switch[partition.standby]]
                if row is not None:
                    self.shaken.append(row)
                self.touch(c)
                continue
            self.last_end = number
            was_broken.setdefault(d, self.broken[d])
            self.broken[d] -= 1
        for partition in begins:
            number = self.apply((partition.name, "begins"))
            c, d = partition.component, partition.home
            self.cuts[c] = Cut(self.now, number)
            self._note(partition.name, self.now, NEVER)
            numbers[d] = number
            if partition.alone:
                alone.append(c)
                continue
            was_broken.setdefault(d, self.broken[d])
            self.broken[d] += 1
        return numbers, alone

    def _stands(self, partition: Partition) -> bool:
        home, standby = partition.home, partition.standby
        return self.started[home] and self.role[home] == ACTIVE and self.role[standby] == STANDBY

    def _note(self, name: str, begin: int, end: int) -> None:
        spans = self.outages.get(name, ())
        self.outages[name] = (*(span for span in spans if span[0] != begin), (begin, end))

    def is_split(self, c: int) -> bool:
        """Whether a component runs at both of its sites, which do not reach each other."""
        return c in self.cuts and self.cuts[c].taken >= 0

    def end_splits(self, stopped: Collection[int]) -> None:
        """One of two that ran beside each other stopped."""
        for partition in self.plan.partitions:
            c = partition.component
            if not self.is_split(c):
                continue
            for d in (partition.home, partition.standby):
                if d in stopped:
                    self.end_split(c, self.cuts[c], d)
                    break

    def end_split(self, c: int, cut: Cut, d: int) -> None:
        """The deployment `d` is stale from now on, and what was written there since the two parted is lost."""
        if self.structure.has_data[c]:
            point, b = cut.taken, self.lookups.partition_of[c].standby
            if d != b:
                point = self.replica_point(c, self.replica(c, b), cut.incident)
            self.recoveries.append(Recovery(c, cut.incident, self.now, self.now, point))
        if c in self.cuts:
            self.cuts[c] = cut._replace(taken=-1)
        self.role[d] = STALE
        self.note_home(c)
        self.incident_of[d] = -1
        if self.started[d]:
            self.started[d] = False
            self.stopped_at[d] = self.now
            self.flip(self.lookups.flag_on + d, False)
            if self.ready[d]:
                self.unready(d)
        self.touch(c)

    def takes_over_alone(self, c: int) -> bool:
        """Whether a `switch` is wanted of a component that is not lost."""
        cut = self.cuts.get(c)
        if cut is None or cut.taken >= 0 or self.lost[c] or not self.lookups.partition_of[c].alone:
            return False
        b = self.lookups.partition_of[c].standby
        left = cut.tries < self.plan.steps[self.lookups.switch[b]].attempts
        return left and self.role[b] == STANDBY and not self.no_replica[c]

    def is_needless(self, row: Work) -> bool:
        """Whether a running `switch` was to take over alone what is not cut off any more."""
        c = self.lookups.component_of_step[row.step]
        partition = self.lookups.partition_of.get(c)
        if row.kind != "switch" or partition is None or not partition.alone:
            return False
        return not self.lost[c] and c not in self.moving and c not in self.cuts
