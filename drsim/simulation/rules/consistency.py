"""Consistency groups, section 11 of `docs/semantics.md`: the moment to which their members go back, and who waits for whom."""

from __future__ import annotations

from drsim.simulation.clock import Work
from drsim.simulation.rules.patience import Patience
from drsim.simulation.trajectory import INTERRUPTED, Common, by_order

__all__ = ["Consistency"]


class Consistency(Patience):
    """To which moment a group goes back, and whether all of it is there."""

    def begin_restore(self, row: Work) -> bool:
        """The first `restore` of a member fixes the point of its group."""
        c = self.plan.steps[row.step].component
        common = self.latest_point(c)
        if not super().begin_restore(row):
            return False
        if common is not None:
            self.common[self.lookups.consistency_of[c]] = common
        return True

    def latest_point(self, c: int) -> Common | None:
        """The point of its group, for a member that is due."""
        g = self.lookups.consistency_of.get(c, -1)
        return self.common_of(g) if g >= 0 and self.is_due(c) else None

    def is_due(self, c: int) -> bool:
        """Whether the data of a member is to be restored."""
        if not self.lost[c] or not (self.corrupt[c] or (self.fails_over(c) and self.strategy(c) == "cold")):
            return False
        return self._youngest(c) is not None

    def _youngest(self, c: int) -> Common | None:
        """Its last point that is not known to be bad, of all its copies that were not found unusable."""
        points = [(-point, i) for _, i, _, point in self.by_age(c) if point is not None and (c, i) not in self.bad]
        if not points:
            return None
        point, i = min(points)
        return Common(-point, c, i)

    def common_of(self, g: int) -> Common | None:
        """The point of a group: the one that holds, or an older one; None if no member is due."""
        members = self.structure.consistency[g][1]  # by name
        found = [common for c in members if self.is_due(c) and (common := self._youngest(c)) is not None]
        if not found:
            return None
        oldest, holds = min(found, key=lambda common: common.point), self.common.get(g)
        return oldest if holds is None or oldest.point < holds.point else holds

    def is_restored(self, c: int, common: Common | None) -> bool:
        """Whether what was restored of a component counts."""
        return self.restored[c] >= 0 and (common is None or self.restored_point[c] <= common.point)

    def counts_as_restored(self, c: int) -> bool:
        """The same for a component that may be in a group or not."""
        return self.restored[c] >= 0 and (
            c not in self.lookups.consistency_of or self.is_restored(c, self.latest_point(c))
        )

    def awaited(self, c: int) -> tuple[int, ...]:
        """The other members of its group that are due and not restored."""
        g = self.lookups.consistency_of.get(c, -1)
        if g < 0 or not self.is_due(c):
            return ()
        common = self.common_of(g)
        members = self.structure.consistency[g][1]
        return tuple(o for o in members if o != c and self.is_due(o) and not self.is_restored(o, common))

    def settle_consistency(self) -> None:
        """Points of groups of which something may be different, what runs from a later one, and who waits for whom."""
        groups = {self.lookups.consistency_of[c] for c in self.dirty if c in self.lookups.consistency_of}
        for g in sorted(groups):
            members, before = self.structure.consistency[g][1], self.common.get(g)
            common = self.common_of(g)
            if common is None:
                self.common.pop(g, None)
            elif before is not None:
                self.common[g] = common
            running = [
                row
                for c in members
                if self.is_due(c)
                for step in self.lookups.steps_of[c]
                if (row := self.live[step]) is not None and row.kind == "restore" and row.start >= 0
            ]
            for row in sorted(running, key=by_order, reverse=True):
                if common is not None and row.point is not None and row.point > common.point:
                    self.finish(row, INTERRUPTED)
            self.dirty.update(members)
            self._note_points(g, common)

    def _note_points(self, g: int, common: Common | None) -> None:
        """For those who ask afterwards why it took so long."""
        if common != next((point for _, of, point in reversed(self.common_log) if of == g), None):
            self.common_log.append((self.now, g, common))
        for c in self.structure.consistency[g][1]:
            awaits = self.awaited(c) if self.is_restored(c, common) else ()
            if awaits != self.last_of_group.get(c, ()):
                self.last_of_group[c] = awaits
                self.awaited_log.append((self.now, c, awaits))
