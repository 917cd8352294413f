"""Strategies in turn, and room at the standby site: sections 7 and 8 of `docs/semantics.md`."""

from __future__ import annotations

from drsim.planning.plan import STANDBY
from drsim.simulation.rules.following import Following
from drsim.simulation.rules.state import ASKED, GIVEN, NONE

__all__ = ["Room"]


class Room(Following):
    """Which strategy is in force, and who may use the pools of a site."""

    def skip_hopeless(self, c: int) -> None:
        """Pass over strategies that rest on a copy known to be unusable."""
        while (strategy := self.strategy(c)) is not None:
            if strategy == "cold" and self.structure.has_data[c]:
                if any(not copy.replicated and (c, i) not in self.bad for i, copy in enumerate(self.plan.copies[c])):
                    return
            elif strategy == "cold" or not (self.no_replica[c] or self.corrupt[c]):
                return
            self.stage[c] += 1

    def next_strategy(self, c: int) -> None:
        """The strategy in force is over."""
        if self.strategy(c) is not None:
            self.stage[c] += 1
        self.failures[c] = 0
        self.patience.pop(c, None)
        self.prechecked.discard(c)
        self.skip_hopeless(c)
        if self.strategy(c) is None:
            self.release_room(c)

    def fails_over(self, c: int) -> bool:
        """Whether a lost component still goes to its standby."""
        b = self.structure.standby[c]
        return (
            b >= 0
            and self.role[b] == STANDBY
            and self.strategy(c) is not None
            and not (incident := self.incidents[self.incident[c]]).closed
            and not incident.abandoned
        )

    def ask_room(self, c: int) -> None:
        """A component is to recover at a standby that is not hot."""
        b = self.structure.standby[c]
        asks = b >= 0 and not self.structure.hot[b] and self.role[b] == STANDBY
        if asks and self.room[c] == NONE and self.strategy(c) is not None:
            self.room[c] = ASKED
            self.dirty_room = True

    def release_room(self, c: int) -> None:
        """It will not use its room, unless it is there."""
        if (b := self.structure.standby[c]) >= 0 and self.role[b] != STANDBY:
            return
        if self.room[c] == GIVEN:
            for pool, room in self.structure.uses[self.structure.standby[c]]:
                self.free[pool] += room
        if self.room[c] != NONE:
            self.room[c] = NONE
            self.dirty_room = True

    def without_room(self) -> list[int]:
        """What is lost and waits for room at a standby whose site is up."""
        where = self.structure.deployments
        return [
            c
            for c, room in enumerate(self.room)
            if room == ASKED and self.lost[c] and self.site_up[where[self.structure.standby[c]][1]]
        ]

    def free_for(self, c: int, pool: int) -> int:
        """How much of a pool a component may have."""
        return self.free[pool]

    def give_room(self) -> None:
        """Requests in plan order; who waits for a pool lets nobody behind use it."""
        self.dirty_room = False
        blocked: set[int] = set()
        for c, room in enumerate(self.room):
            if room != ASKED:
                continue
            uses = self.structure.uses[self.structure.standby[c]]
            lacking = [pool for pool, size in uses if self.free_for(c, pool) < size or pool in blocked]
            if lacking:
                blocked.update(lacking)
                continue
            for pool, size in uses:
                self.free[pool] -= size
            self.room[c] = GIVEN
            self.touch(c)
