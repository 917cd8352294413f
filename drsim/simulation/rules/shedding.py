"""Making room, section 17 of `docs/semantics.md`: what may be stopped for what is planned, and when it has its room again."""

from __future__ import annotations

from drsim.simulation.clock import Work
from drsim.simulation.rules.moving import Moving
from drsim.simulation.rules.state import ASKED, GIVEN
from drsim.simulation.trajectory import DONE, by_order

__all__ = ["Shedding"]

Uses = tuple[tuple[int, int], ...]
"""(pool, room)"""


class Shedding(Moving):
    """Who is stopped for whom; nothing happens here without what is sheddable."""

    def before_room(self) -> None:
        """What gives room back or asks for it without a step comes before anybody is chosen."""
        seen: set[int] = set()
        while todo := (self.dirty & self.lookups.homes.keys()) - seen:
            for c in sorted(todo):
                self.settle_return(c)
            seen |= todo
        if not self.dirty.isdisjoint(self.lookups.sheddable):
            self.dirty_room = True

    def give_room(self) -> None:
        """Requests in plan order, and who is stopped for them; then those whose room is away."""
        if not self.lookups.sheddable:
            super().give_room()
            return
        self.dirty_room = False
        before = dict(self.chosen)
        while not self._walk_requests():
            pass
        for c, _ in before.items() ^ self.chosen.items():
            self.touch(c)

    def _walk_requests(self) -> bool:
        """Walk the requests; False if something gave its room away at once."""
        blocked: set[int] = set()
        hopeless: set[int] = set()
        asked: set[int] = set()
        self.chosen = {}
        left = {
            pool: sum(room for c in self._stopping() for p, room in self._room_of(c) if p == pool)
            for pool in range(len(self.free))
        }
        """what will be free beside what is, for those behind"""
        for c, room in enumerate(self.room):
            if room != ASKED:
                continue
            b = self.structure.standby[c]
            uses = self.structure.uses[b]
            lacking = [pool for pool, size in uses if self.free[pool] < size or pool in blocked]
            if not lacking:
                for pool, size in uses:
                    self.free[pool] -= size
                self.room[c] = GIVEN
                self.touch(c)
                continue
            asked.update(pool for pool, _ in uses)
            if hopeless.isdisjoint(pool for pool, _ in uses) and self._chooses(c, uses, left):
                blocked.update(pool for pool, _ in uses)
            else:
                blocked.update(lacking)
                hopeless.update(lacking)
        idle = [c for c in self.chosen if self._is_idle(c)]
        for c in idle:
            self._give_away(c)
        if not idle:
            self._room_again(asked)
        return not idle

    def _chooses(self, c: int, uses: Uses, left: dict[int, int]) -> bool:
        """Whether stops make room for a request; those that it needs are chosen."""
        site = self.lookups.site_of[self.structure.standby[c]]
        stopping = set(self._stopping())
        others = [
            other
            for other, d in self.lookups.sheddable.items()
            if self.lookups.site_of[d] == site and other not in stopping | self.roomless | self.chosen.keys()
        ]

        def fits(more: list[int]) -> bool:
            given = [pair for other in more for pair in self._room_of(other)]
            return all(
                self.free[pool] + left[pool] + sum(room for p, room in given if p == pool) >= size
                for pool, size in uses
            )

        if not fits(others):
            return False
        if fits([]):
            others = []
        for other in list(others):
            rest = [each for each in others if each != other]
            if fits(rest):
                others = rest
        number = self.incident[c] if self.lost[c] else self.leaving[c]
        for other in others:
            self.chosen[other] = number
            for pool, room in self._room_of(other):
                left[pool] += room
        for pool, size in uses:
            left[pool] -= size
        return True

    def _room_again(self, asked: set[int]) -> None:
        """Nobody planned waits for their pools, and they fit."""
        waited = set(asked)
        for c in sorted(self.roomless):
            uses = self._room_of(c)
            lacking = [pool for pool, size in uses if self.free[pool] < size or pool in waited]
            if lacking:
                waited.update(lacking)
                continue
            for pool, size in uses:
                self.free[pool] -= size
            self.roomless.discard(c)
            self.shed.append((self.now, c, False))
            self.touch(c)

    def _room_of(self, c: int) -> Uses:
        return self.structure.uses[self.lookups.sheddable[c]]

    def _stopping(self) -> list[int]:
        return [c for c, d in self.lookups.sheddable.items() if self.is_running(self.lookups.stop[d])]

    def _is_idle(self, c: int) -> bool:
        d = self.lookups.sheddable[c]
        return not self.started[d] and not self.is_running(self.lookups.restart[d])

    def _give_away(self, c: int) -> None:
        for pool, room in self._room_of(c):
            self.free[pool] += room
        self.roomless.add(c)
        self.shed.append((self.now, c, True))
        self.touch(c)

    def wanted_of(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of all that is wanted of a component."""
        wanted = super().wanted_of(c)
        d = self.lookups.sheddable.get(c, -1)
        if d < 0:
            return wanted
        stop, restart = self.lookups.stop[d], self.lookups.restart[d]
        if c in self.halted or c in self.roomless:
            wanted = [pair for pair in wanted if pair[0] != restart]
            usable = self.site_up[self.lookups.site_of[d]] and not self.broken[d]
            if usable and c not in self.roomless and not self.is_running(stop):
                wanted.append((restart, self.halted[c]))
        elif c in self.chosen and self.started[d]:
            wanted.append((stop, self.chosen[c]))
        return wanted

    def halt_begun(self) -> None:
        """What has begun to be stopped runs no longer."""
        due, self.due_stops = self.due_stops, []
        for row in sorted(due, key=by_order, reverse=True):
            step = self.plan.steps[row.step]
            self.halted[step.component] = row.incident
            self.halt(step.component, step.deployment, len(self.applied) - 1)
            self.touch(step.component)
            self.interrupt()

    def end_step(self, row: Work) -> None:
        """A step comes to its end; that of a stop makes room."""
        if row.step in self.lookups.shedding:
            self.finish(row, DONE)
            self._give_away(self.lookups.component_of_step[row.step])
            self.dirty_room = True
            return
        super().end_step(row)

    def serves(self, c: int, d: int, row: Work, *, trusted: bool) -> None:
        """A deployment runs."""
        self.halted.pop(c, None)
        super().serves(c, d, row, trusted=trusted)
