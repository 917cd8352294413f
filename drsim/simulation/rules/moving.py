"""A planned move, section 16 of `docs/semantics.md`: stopped here, started there, rolled back if that fails."""

from __future__ import annotations

from drsim.planning.plan import ACTIVE, STANDBY
from drsim.simulation.clock import Work
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.rules.returning import Returning
from drsim.simulation.rules.state import ASKED, GIVEN, NONE, NoNumbers
from drsim.simulation.trajectory import DONE, FAILED

__all__ = ["Moving"]


class Moving(Returning):
    """What is moved on purpose; nothing happens here without `moves`."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        super().__init__(lookups, numbers, index)
        self.to_open: set[int] = set()
        """components whose move may open at this instant"""
        self.leaving: dict[int, int] = {}
        """component -> the incident of its move, until that is over"""
        self.gone: dict[int, int] = {}
        """the same of those that have moved"""
        self.undoing: set[int] = set()
        """components whose moves are taken back, with those that have not begun"""

    def begin_moves(self) -> None:
        """It is time."""
        self.to_open = set(self.lookups.homes)
        self.dirty |= self.to_open

    def settle_return(self, c: int) -> None:
        """Moves open and end before it is seen what is wanted."""
        if not self.plan.move:
            super().settle_return(c)
            return
        if self.to_open:
            self._open_all()
        home, b = self.lookups.homes[c]
        failed = c in self.rolling
        if c in self.moving:
            self.lose_mover(c)
        if c in self.leaving and c not in self.moving:
            over = c in self.undoing and not self.is_running(self.lookups.stop[home])
            if failed or over or self.role[home] != ACTIVE:
                del self.leaving[c]
                if not self.lost[c]:
                    self.release_room(c)
                self._others_may_move()
        if c in self.gone and c not in self.moving and self.role[b] != ACTIVE:
            del self.gone[c]
            self._others_may_move()
        if c not in self.leaving or c in self.moving or not self.started[home]:
            return
        self.await_window()
        before, after = (NONE, ASKED) if self.window_is_open() else (ASKED, NONE)
        if self.room[c] == before and not self.structure.hot[b]:
            self.room[c] = after
            self.dirty_room = True

    def at_window_edge(self) -> None:
        """The window opens or closes."""
        super().at_window_edge()
        self._others_may_move()

    def _open_all(self) -> None:
        """All at once, so that each knows what else is to move."""
        for c in sorted(self.to_open):
            home, _ = self.lookups.homes[c]
            if self.role[home] == ACTIVE and self.started[home]:
                self.leaving[c] = self.open_planned(home).number
        self.to_open.clear()

    def _others_may_move(self) -> None:
        self.dirty.update(self.leaving, self.gone)

    def planned_wanted(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of what a move asks of a component that is not moving."""
        if not self.plan.move:
            return super().planned_wanted(c)
        home, b = self.lookups.homes[c]
        if c in self.leaving and self.started[home] and c not in self.undoing:
            waits = any(other in self.leaving for other in self.lookups.started_before[c])
            if not waits and self.window_is_open() and (self.structure.hot[b] or self.room[c] == GIVEN):
                return [(self.lookups.stop[home], self.leaving[c])]
        if c in self.undoing and c in self.gone and self.started[b]:
            above = (other for other, below in self.lookups.started_before.items() if c in below)
            if not any((other in self.gone and other in self.undoing) or other in self.moving for other in above):
                return [(self.lookups.stop[b], self.gone[c])]
        return []

    def move_step(self, c: int) -> tuple[int, int]:
        """The step that starts a moving component, and its incident."""
        if not self.plan.move:
            return super().move_step(c)
        home, b = self.lookups.homes[c]
        if c in self.gone or c in self.rolling:
            return self.lookups.restart[home], self.gone.get(c, self.leaving.get(c, -1))
        switch = self.lookups.switch[b]
        return (switch if switch >= 0 else self.lookups.start[b]), self.leaving[c]

    def end_move(self, c: int, d: int, row: Work) -> None:
        """A moving component is started, or is not."""
        if not self.plan.move:
            super().end_move(c, d, row)
            return
        works = self.works(row)
        self.finish(row, DONE if works else FAILED)
        _, b = self.lookups.homes[c]
        if not works:
            if d == b:
                self.failures[c] += 1
                if self.failures[c] >= self.plan.steps[row.step].attempts:
                    self.rolling.add(c)
                    self.undoing |= self._taken_back_with(c)
                    self._others_may_move()
            return
        self.moving.discard(c)
        trusted = row.kind == "switch" or (row.kind == "restart" and self.structure.automatic[c])
        self.serves(c, d, row, trusted=trusted)
        if d == b:
            self.gone[c] = self.leaving.pop(c)
        else:
            self.rolling.discard(c)
            if c in self.gone:
                del self.gone[c]
                self.role[b] = STANDBY
                self.copy_begins_anew(c)
                self.standing.append((self.now, b, 1))
            self.leaving.pop(c, None)
            self.release_room(c)
        self._others_may_move()

    def _taken_back_with(self, c: int) -> set[int]:
        """What goes back when the move of a component fails: all, or its consistency group."""
        assert self.plan.move is not None
        if self.plan.move.all_back:
            return set(self.lookups.homes)
        g = self.lookups.consistency_of.get(c)
        return set() if g is None else set(self.structure.consistency[g][1])

    def note_outages(self, downs: list[int], breaks: list[int]) -> None:
        """Grounds may have gone."""
        super().note_outages(downs, breaks)
        for c in (*self.leaving, *self.gone):
            for d in self.lookups.homes[c]:
                self.shake(self.lookups.stop[d])
            self.dirty.add(c)
