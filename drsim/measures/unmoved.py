"""What a planned move left where it was, and why."""

from __future__ import annotations

from collections import defaultdict

from drsim.measures.held import and_text
from drsim.measures.moment import Moment
from drsim.planning.plan import ACTIVE, Plan
from drsim.simulation.lookups import homes_of, started_before
from drsim.simulation.trajectory import DONE, WAITING, Row, Trajectory

__all__ = ["unmoved"]

TOLD = (DONE, WAITING)
"""Outcomes of a `stop` with which a component is no news: it moved, or the log says what it waits for."""


def unmoved(plan: Plan, drill: Trajectory) -> dict[str, list[str]]:
    """Why -> the components that were to move and were never stopped for it, unless their `stop` still waits."""
    if plan.move is None:
        return {}
    return _Unmoved(plan, drill).by_reason()


class _Unmoved:
    def __init__(self, plan: Plan, drill: Trajectory) -> None:
        assert plan.move is not None
        self.plan, self.drill, self.move = plan, drill, plan.move
        self.structure = plan.structure
        self.homes = homes_of(plan)
        self.site = self.structure.sites[self.move.site]
        self.before = Moment(plan, drill, self.move.after + 1)
        self.end = Moment(plan, drill, plan.horizon + 1)
        self.before_it = started_before(plan)
        told = {
            row.object for row in drill.rows if row.kind == "stop" and row.site == self.site and row.outcome in TOLD
        }
        names = self.structure.components
        self.left = [c for c in range(len(names)) if self._was_to_move(c) and names[c] not in told]

    def _was_to_move(self, c: int) -> bool:
        structure = self.structure
        at_home = any(
            structure.deployments[d][1] == self.move.site and structure.roles[d] == ACTIVE
            for d in structure.of_component[c]
        )
        return at_home and structure.standby[c] >= 0

    def by_reason(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for c in self.left:
            found[self._why(c)].append(self.structure.components[c])
        return found

    def _why(self, c: int) -> str:
        structure = self.structure
        there = structure.sites[structure.deployments[structure.standby[c]][1]]
        if c not in self.homes:
            return f"never fits at {there}"
        home, b = self.homes[c]
        if self.move.after >= self.plan.horizon:
            return "the drill ends before the move"
        if not self.before.on[home]:
            return f"not running at {self.site} when the move begins"
        if not self.end.on[home]:
            return f"no longer running at {self.site}"
        if self._is_taken_back(c):
            return "taken back with a move that failed"
        others = [structure.components[o] for o in self.before_it[c] if o in self.left]
        if others:
            return f"comes after {and_text(others)}"
        if structure.has_data[c] and not self.end.sees(structure.deployments[home][1], b):
            return f"its data cannot reach {there}"
        if self._is_copying(c):
            return f"its data is not all at {there}"
        hours = self.plan.calendars[self.move.window]
        if not hours.worked(self.move.after + self.drill.offset, self.plan.horizon + self.drill.offset):
            return "the window does not open"
        if structure.hot[b]:
            return "not stopped by the end"
        return f"no room at {there} while the window is open"

    def _rows(self, c: int) -> list[Row]:
        return [row for row in self.drill.rows if row.object == self.structure.components[c]]

    def _is_taken_back(self, c: int) -> bool:
        """Whether it goes back with what is started again at home since its move failed."""
        moving = {row.incident for row in self.drill.rows if row.kind == "stop"}
        failed = {row.object for row in self.drill.rows if row.kind == "restart" and row.incident in moving}
        with_it = next((members for _, members in self.structure.consistency if c in members), ())
        return bool(failed) and (self.move.all_back or bool(failed & {self.structure.components[o] for o in with_it}))

    def _is_copying(self, c: int) -> bool:
        outcomes = [row.outcome for row in self._rows(c) if row.kind == "synchronise"]
        return bool(outcomes) and DONE not in outcomes
