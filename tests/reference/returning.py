"""Failback (section 15 of docs/semantics.md), word by word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drsim.calendar import compile_calendar
from drsim.model.landscape import Change
from reference.trees import names

Step = tuple[str, str, str, int]


class Returns:
    """What becomes of stale deployments in a run."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.failback = run.scenario.response.failback
        self.components = {
            name: component
            for name, component in run.land.components.items()
            if self.failback is not None and component.standby is not None
        }
        self.home = {name: component.active[0] for name, component in self.components.items()}
        self.open: dict[str, tuple[int, str]] = {}  # component -> (incident, site of the deployment that is stale)
        self.stable: set[str] = set()
        self.moving: set[str] = set()
        self.rolled_back: set[str] = set()
        self.failures: dict[str, int] = {}
        self.not_before: dict[str, int] = {}
        self.leaving: dict[str, int] = {}
        self.stale_since: dict[tuple[str, str], int] = {}
        if self.failback is not None:
            until = run.offset + run.horizon
            self.hours = compile_calendar(self.failback.window, run.scenario.moment, until + 10**9)

    # what is wanted

    def is_hot(self, c: str) -> bool:
        return "hot" in self.components[c].recover

    def way_home(self, c: str) -> str:
        return "switch" if self.is_hot(c) else "restart"

    def active(self, c: str) -> str:
        (site,) = (s for s in self.components[c].at if self.run.role[c, s] == "active")
        return str(site)

    def serves(self, c: str) -> bool:
        return any((c, s) in self.run.started for s in self.components[c].at)

    def other(self, c: str, s: str) -> str:
        return str(self.components[c].standby) if s == self.home[c] else self.home[c]

    def asks(self, c: str) -> bool:
        """For room at its standby."""
        return False

    def waits(self, c: str) -> bool:
        """Its home is in waiting."""
        return bool(self.run.role[c, self.home[c]] == "waiting")

    def takes_over(self, c: str) -> bool:
        """A second failure: its home is switched to."""
        if c not in self.components or c not in self.run.lost or not self.waits(c) or not self.is_hot(c):
            return False
        if any(work.object == c and work.kind == "restart" for work in self.run.running()):
            return False
        return bool(self.failures.get(c, 0) < self.run.task["switch", c].attempts)

    def to_copy(self, c: str, s: str) -> int:
        """In milli-bytes."""
        data = self.components[c].data
        if data is None or data.change is None:
            return 0
        since, now = self.stale_since[c, s], self.run.now
        if not isinstance(data.change, Change):
            return int(min(data.size.size * 1000, data.change.per_second * (now - since)))
        run, otherwise = self.run, data.change.otherwise
        hours = compile_calendar(data.change.within, run.scenario.moment, run.offset + run.horizon + 10**9)
        there = sum(
            max(0, min(end - run.offset, now) - max(begin - run.offset, since))
            for begin, end in zip(hours.opens, hours.closes, strict=True)
        )
        changed = data.change.rate.per_second * there
        changed += (0 if otherwise is None else otherwise.per_second) * (now - since - there)
        return int(min(data.size.size * 1000, changed))

    def may_move(self, c: str) -> bool:
        now = self.run.now
        if now < self.not_before.get(c, 0) or not self.hours.is_open(now + self.run.offset):
            return False
        for other in names(self.run.starts_after(c)):
            goes_home = other in self.open and self.open[other][1] == self.home[other]
            if goes_home and (other in self.stable or self.waits(other)):
                return False
        return True

    def wanted(self) -> Iterable[Step]:
        for c, (number, s) in self.open.items():
            role = self.run.role[c, s]
            if c in self.moving:
                if c in self.rolled_back:
                    yield "restart", c, self.active(c), number
                else:
                    yield self.way_home(c), c, self.home[c], number
            elif role == "stale" and c not in self.stable:
                yield "stable", c, s, number
            elif role == "stale" and c not in self.run.lost:
                yield "synchronise", c, s, number
            elif role == "waiting" and c not in self.run.lost and self.may_move(c):
                yield "stop", c, self.active(c), number
        for c in self.components:
            if self.takes_over(c):
                yield "switch", c, self.home[c], self.run.lost[c].incident

    # grounds

    def in_place(self, step: tuple[str, str, str]) -> bool:
        """Whether the deployment has the role that the step stands on."""
        kind, c, s = step
        if c not in self.components or kind not in ("stable", "synchronise", "restart", "switch"):
            return True
        role = self.run.role[c, s]
        match kind:
            case "stable":
                return bool(role == "stale")
            case "synchronise":
                return role == "stale" and self.serves(c)
            case "restart" | "switch":
                return role == "active" or not self.serves(c)
        return True

    def interrupt(self, sight: Any) -> None:
        """Running steps without ground fail there and then."""
        if not self.components:
            return
        for work in reversed(self.run.in_plan_order(self.run.running())):
            if not self.run.keeps_ground(work, sight):
                self.run.finish(work, "interrupted")

    # what ends

    def end(self, work: Any) -> bool:
        """End a step in the way of this section; False if it is none of it."""
        run, c, s = self.run, work.object, work.site
        if c not in self.components:
            return False
        if work.kind == "stable":
            self.stable.add(c)
        elif work.kind == "synchronise":
            self.stand_by(c, s)
        elif work.kind == "stop":
            run.started.discard((c, s))
            run.lost_since[c, s] = run.now
            self.moving.add(c)
            self.failures[c] = 0
        elif c in self.moving and work.kind in ("restart", "switch", "start"):
            return self.end_move(work)
        elif work.kind == "switch" and s == self.home[c]:
            if not work.succeeds:
                self.failures[c] = self.failures.get(c, 0) + 1
                run.finish(work, "failed")
                return True
            point = self.point(c)
            run.leave_the_lost(c)
            run.bring_up(c, s, point, work)
        else:
            return False
        run.finish(work, "done")
        return True

    def end_move(self, work: Any) -> bool:
        run, c, s = self.run, work.object, work.site
        if not work.succeeds:
            if c not in self.rolled_back:
                self.failures[c] += 1
                if self.failures[c] >= self.failback.attempts:
                    self.rolled_back.add(c)
                    opens = [t - run.offset for t in self.hours.opens if t - run.offset > run.now]
                    self.not_before[c] = min(opens, default=2**62)
            run.finish(work, "failed")
            return True
        before = self.active(c)
        if c not in self.rolled_back:
            run.role[c, before] = self.components[c].at[before].role
            run.follow.begin_anew(c)
        self.moving.discard(c)
        self.rolled_back.discard(c)
        run.bring_up(c, s, 0, work)
        if work.kind == "restart" and not run.task["restart", c].automatic:
            run.doubt(c, s)
        run.finish(work, "done")
        return True

    def stand_by(self, c: str, s: str) -> None:
        self.run.follow.begin_anew(c)
        if s == self.home[c]:
            self.run.role[c, s] = "waiting"
            self.run.lost_since[c, s] = self.run.now
        else:
            self.run.role[c, s] = self.components[c].at[s].role

    def point(self, c: str) -> int:
        """To when the data of a home in waiting goes."""
        loss, replica = self.run.lost[c], self.run.replica(c)
        if replica is None:
            return int(self.run.lost_since[c, self.home[c]])
        return int(self.run.follow.point(c, loss.incident))

    # what is settled

    def note_outages(self) -> None:
        """At item 1: what is hit is no longer stable, and a home in waiting is stale."""
        run = self.run
        for c, (_, s) in self.open.items():
            if s in run.went_down or (c, s) in run.broke:
                self.stable.discard(c)
                if run.role[c, s] == "waiting":
                    self.wait_no_more(c, s)

    def wait_no_more(self, c: str, s: str) -> None:
        """A home in waiting becomes stale again."""
        self.stable.discard(c)
        self.run.role[c, s] = "stale"
        self.stale_since[c, s] = self.run.now
        if self.run.replica(c) is not None:
            self.run.lost_since[c, s] = self.run.follow.since.get(c, self.run.now)

    def become_corrupt(self, c: str, number: int) -> None:
        """Section 15: a moving component is lost by that, and its home waits no more."""
        if c in self.moving:
            self.lose_in_move(c, self.active(c), number)
        if c in self.components and self.waits(c):
            self.wait_no_more(c, self.home[c])

    def settle(self) -> None:
        """At item 4, in plan order of components."""
        run = self.run
        for c in sorted(self.components, key=lambda c: run.plan[c]):
            if c in self.moving:
                self.lose(c)
            if c in self.open:
                _, s = self.open[c]
                stale = run.role[c, s] == "stale"
                if stale and c in self.stable and c not in run.lost and not self.to_copy(c, s):
                    self.stand_by(c, s)
                if run.role[c, s] not in ("stale", "waiting"):
                    del self.open[c]
                    self.stable.discard(c)
                    self.not_before.pop(c, None)
            for s in self.components[c].at:
                if run.role[c, s] == "stale" and c not in self.open:
                    self.open[c] = (len(run.incidents), s)
                    incident = run.new_incident("return", c)
                    incident.detected = incident.assessed = incident.closed = True
                    incident.arrived = set(run.taking_part)
                    run.incidents.append(incident)

    def lose(self, c: str) -> None:
        run, before = self.run, self.active(c)
        target = before if c in self.rolled_back else self.other(c, before)
        if run.usable(c, target):
            return
        number = run.broken_in[c, target] if target in run.up_sites() else run.incident_of_root["site", target]
        self.lose_in_move(c, before, number)

    def lose_in_move(self, c: str, before: str, number: int) -> None:
        run = self.run
        self.moving.discard(c)
        self.rolled_back.discard(c)
        run.incident_of[c, before] = number
        run.incidents[number].took_down.add(c)
        run.lose_component(c, number)
        self.failures[c] = 0

    def next_edge(self) -> int | None:
        """When the window opens or closes, if somebody waits for that."""
        run = self.run
        if not any(self.waits(c) and c not in run.lost and c not in self.moving for c in self.components):
            return None
        edges = [t - run.offset for t in (*self.hours.opens, *self.hours.closes)]
        return min((t for t in edges if t > run.now), default=None)
