"""A planned move (section 16 of docs/semantics.md), word by word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drsim.calendar import compile_calendar
from reference.returning import Returns, Step
from reference.trees import names


class Moves(Returns):
    """What is moved on purpose in a run."""

    def __init__(self, run: Any) -> None:
        super().__init__(run)
        self.moves = run.scenario.moves
        self.components = {
            name: component
            for name, component in run.land.components.items()
            if component.active == (self.moves.site,) and run.strategies[name]
        }
        self.home = dict.fromkeys(self.components, self.moves.site)
        self.leaving: dict[str, int] = {}
        self.gone: dict[str, int] = {}
        self.opened: set[str] = set()
        self.undone: set[str] = set()
        self.hours = compile_calendar(self.moves.window, run.scenario.moment, run.offset + run.horizon + 10**9)

    def runs(self, c: str, s: str) -> bool:
        return self.run.role[c, s] == "active" and (c, s) in self.run.started

    def standby(self, c: str) -> str:
        return str(self.components[c].standby)

    def is_open(self) -> bool:
        return self.hours.is_open(self.run.now + self.run.offset)

    def has_room(self, c: str) -> bool:
        return (c, self.standby(c)) in self.run.room

    def asks(self, c: str) -> bool:
        return (
            c in self.leaving
            and c not in self.moving
            and self.runs(c, self.home[c])
            and not self.has_room(c)
            and self.is_open()
        )

    def wanted(self) -> Iterable[Step]:
        for c in self.components:
            home, there = self.home[c], self.standby(c)
            if c in self.moving:
                if c in self.gone:
                    yield "restart", c, home, self.gone[c]
                elif c in self.rolled_back:
                    yield "restart", c, home, self.leaving[c]
                else:
                    yield "switch" if self.is_hot(c) else "start", c, there, self.leaving[c]
            elif c in self.leaving and c not in self.undone and self.runs(c, home) and self.has_room(c):
                if self.is_open() and not any(other in self.leaving for other in names(self.run.starts_after(c))):
                    yield "stop", c, home, self.leaving[c]
            elif c in self.gone and c in self.undone and self.runs(c, there):
                above = [other for other in self.components if c in names(self.run.starts_after(other))]
                back = self.gone.keys() & self.undone
                if not any(other in back or other in self.moving for other in above):
                    yield "stop", c, there, self.gone[c]

    def end_move(self, work: Any) -> bool:
        run, c, s = self.run, work.object, work.site
        home, there = self.home[c], self.standby(c)
        if not work.succeeds:
            if s == there:
                self.failures[c] += 1
                if self.failures[c] >= run.task[work.kind, c].attempts:
                    self.rolled_back.add(c)
                    self.undone |= self.goes_back_with(c)
            run.finish(work, "failed")
            return True
        self.moving.discard(c)
        if s == there:
            run.role[c, home] = "stale"
            self.stale_since[c, home] = run.now
            self.gone[c] = self.leaving.pop(c)
        else:
            if c in self.gone:
                del self.gone[c]
                run.role[c, there] = self.components[c].at[there].role
                run.follow.begin_anew(c)
            self.rolled_back.discard(c)
            self.leaving.pop(c, None)
        run.bring_up(c, s, 0, work)
        if work.kind == "start" or (work.kind == "restart" and not run.task["restart", c].automatic):
            run.doubt(c, s)
        run.finish(work, "done")
        return True

    def goes_back_with(self, c: str) -> set[str]:
        """ "takes back all", or its consistency group."""
        if self.moves.rollback == "all":
            return set(self.components)
        group = self.run.at_one.of(c)
        return set() if group is None else set(self.run.at_one.members[group])

    def note_outages(self) -> None:
        pass

    def settle(self) -> None:
        run = self.run
        for c in sorted(self.components, key=lambda c: run.plan[c]):
            if c in self.moving:
                failed = c in self.rolled_back
                self.lose(c)
                if failed and c not in self.moving:
                    del self.leaving[c]
            if c in self.leaving and c not in self.moving:
                stopping = any(w.kind == "stop" and w.object == c for w in run.running())
                if run.role[c, self.home[c]] != "active" or (c in self.undone and not stopping):
                    del self.leaving[c]
            if c in self.gone and c not in self.moving and run.role[c, self.standby(c)] != "active":
                del self.gone[c]
            if run.now == self.moves.after.ms and c not in self.opened:
                self.opened.add(c)
                if self.runs(c, self.home[c]):
                    self.leaving[c] = len(run.incidents)
                    incident = run.new_incident("return", c)
                    incident.detected = incident.assessed = incident.closed = True
                    incident.arrived = set(run.taking_part)
                    run.incidents.append(incident)

    def next_edge(self) -> int | None:
        times = [int(self.moves.after.ms)]
        if any(c not in self.moving and self.runs(c, self.home[c]) for c in self.leaving):
            times += [t - self.run.offset for t in (*self.hours.opens, *self.hours.closes)]
        return min((t for t in times if t > self.run.now), default=None)
