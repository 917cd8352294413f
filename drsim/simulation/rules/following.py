"""Replicated copies that follow or are behind, section 11 of `docs/semantics.md`."""

from __future__ import annotations

from drsim.planning.plan import ACTIVE, STANDBY
from drsim.planning.shipping import Stretch, point
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.rules.copies import Copies
from drsim.simulation.rules.state import NoNumbers

__all__ = ["Following"]

BEGINNING = (Stretch(0, changes=True, follows=True),)
"""What holds as a drill begins."""


class Following(Copies):
    """Which replicated copies are frozen, and since when."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        super().__init__(lookups, numbers, index)
        self.behind: dict[int, int] = {}
        """component -> since when the copy at its standby does not follow"""
        self.unlooked: set[int] = set()
        """components of which it is to be looked at"""
        self.shipped: dict[int, tuple[Stretch, ...]] = {}
        """component -> what held when, of those that ship at a rate"""

    def look_at_copies(self) -> None:
        """See which copies follow after what was applied; those of components without a standby stay as they are."""
        for c in self.unlooked:
            if c in self.structure.twin_of:
                continue
            there = next((d for d in self.structure.of_component[c] if self.role[d] == STANDBY), -1)
            if there < 0:
                continue
            follows = self._follows(c, there)
            if c in self.plan.shipping:
                self._note_stretch(c, Stretch(self.now, not self.lost[c] and c not in self.moving, follows))
            if follows:
                self.behind.pop(c, None)
            else:
                self.behind.setdefault(c, self.now)
        self.unlooked.clear()

    def _follows(self, c: int, there: int) -> bool:
        if self.lost[c] or self.broken[there]:
            return False
        site_of = self.lookups.site_of
        group = self.reach_log[-1][1] if self.reach_log else self.lookups.whole
        target = site_of[there]
        for d in self.structure.of_component[c]:
            if self.role[d] == ACTIVE and (self.started[d] or c in self.moving):
                both_up = group[site_of[d]] >= 0 and group[target] >= 0
                if both_up and (group[site_of[d]] == group[target] or not self.lookups.followed[c]):
                    return True
        return False

    def look_at_copy(self, c: int) -> None:
        """Something changed for a component."""
        if c in self.lookups.followed:
            self.unlooked.add(c)

    def copy_begins_anew(self, c: int) -> None:
        """What stands by is as new as what is active."""
        self.behind.pop(c, None)
        self.look_at_copy(c)
        if c in self.plan.shipping:
            self._note_stretch(c, Stretch(self.now, changes=False, follows=False, anew=True))

    def _note_stretch(self, c: int, what: Stretch) -> None:
        self.shipped[c] = (*self.shipped.get(c, BEGINNING), what)

    def replica_point(self, c: int, replica: int, incident: int) -> int:
        """From which moment the replicated copy is that a component without a running source is left with."""
        return min(self._kept_point(m, i, c, incident) for m, i in self._kept_as_one(c, replica))

    def behind_since(self, c: int, replica: int) -> int:
        """Since when that copy is behind, or another with which it is kept as one."""
        return min(self._behind(m, c) for m, _ in self._kept_as_one(c, replica))

    def _behind(self, m: int, c: int) -> int:
        """Since when the copy of a member of the group of a component is; in a bubble that is of production."""
        if (real := self.structure.twin_of.get(c)) is not None:
            return min(self.behind.get(real, self.lost_at[c]), self.lost_at[c])
        return min(self.behind.get(m, self.behind[c]), self.behind[c])

    def _kept_point(self, m: int, i: int, c: int, incident: int) -> int:
        """That of a copy of a member of the consistency group of a component."""
        copy, since = self.plan.copies[m][i], self._behind(m, c)
        if (shipping := self.plan.shipping.get(m)) is not None:
            hours = self.plan.calendars[shipping.calendar]
            since = point(shipping, hours, self.offset, self.shipped.get(m, BEGINNING), self.lost_at[c])
        return since - self.value(copy.lag, copy.lag_variable, incident)

    def _kept_as_one(self, c: int, replica: int) -> list[tuple[int, int]]:
        """(component, copy) of the replicated copies of its consistency group, or its own."""
        if (g := self.lookups.consistency_of.get(c)) is None:
            return [(c, replica)]
        standbys = [(m, b) for m in self.structure.consistency[g][1] if (b := self.structure.standby[m]) >= 0]
        return [(m, at) for m, b in standbys if (at := self.replica(m, b)) >= 0]
