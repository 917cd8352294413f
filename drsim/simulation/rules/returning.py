"""The way home, section 15 of `docs/semantics.md`: stable, synchronised, moved back in a window, rolled back."""

from __future__ import annotations

from bisect import bisect_right

from drsim.planning.plan import ACTIVE, NEVER, STALE, STANDBY
from drsim.simulation.clock import Work
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.rules.recovering import Recovering
from drsim.simulation.rules.state import Incident, NoNumbers
from drsim.simulation.trajectory import DONE, FAILED
from drsim.simulation.transfers import Flow

__all__ = ["Returning"]


class Returning(Recovering):
    """What becomes of stale deployments; nothing happens here without failback."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        super().__init__(lookups, numbers, index)
        self.returns: dict[int, tuple[int, int]] = {}
        """component -> (incident, deployment) of its return"""
        self.settled: set[int] = set()
        """components whose stale deployment has been stable for long enough"""
        self.rolling: set[int] = set()
        """of those that are moving, what is started again where it was"""
        self.not_before: dict[int, int] = {}
        """component -> when it may move again, after a move that failed"""
        self.stale_since: dict[int, int] = {}
        """by deployment"""
        self.window_due = -1
        """the edge of the window for which an alarm is set"""

    def interrupt(self) -> None:
        """Running steps without ground fail."""

    def first_strategy(self, c: int, number: int) -> None:
        """A lost component begins with its first strategy."""

    # what is wanted

    def wanted_of(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of all that is wanted of a component."""
        wanted = super().wanted_of(c)
        if c not in self.lookups.homes:
            return wanted
        home, _ = self.lookups.homes[c]
        if c in self.moving:
            kept = [(step, number) for step, number in wanted if self.plan.steps[step].kind == "repair"]
            return [*kept, self.move_step(c)]
        if self.lost[c] and self.role[home] == STANDBY:
            wanted = self._lost_while_home_waits(c, wanted)
        return [*wanted, *self.planned_wanted(c)]

    def planned_wanted(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of what a return asks of a component that is not moving."""
        if c not in self.returns:
            return []
        number, d = self.returns[c]
        if self.role[d] == STALE:
            if c not in self.settled:
                return [(self.lookups.stable[d], number)]
            return [] if self.lost[c] else [(self.lookups.synchronise[d], number)]
        if not self.lost[c] and self._may_move(c):
            return [(self.lookups.stop[self.lookups.homes[c][1]], number)]
        return []

    def move_step(self, c: int) -> tuple[int, int]:
        """The step that starts a moving component, and its incident."""
        home, b = self.lookups.homes[c]
        return self.lookups.restart[b] if c in self.rolling else self._way_home(home), self.returns[c][0]

    def _way_home(self, home: int) -> int:
        """The step that starts a component at home in a move."""
        switch = self.lookups.switch[home]
        return switch if switch >= 0 else self.lookups.restart[home]

    def _lost_while_home_waits(self, c: int, wanted: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """A second failure: the home takes over."""
        home, b = self.lookups.homes[c]
        restarts = (self.lookups.restart[home], self.lookups.restart[b])
        switch, number = self.lookups.switch[home], self.incident[c]
        hot = switch >= 0 and self.failures[c] < self.plan.steps[switch].attempts
        if hot and not any(map(self.is_running, restarts)):
            return [*((step, of) for step, of in wanted if step not in restarts), (switch, number)]
        if self.structure.automatic[c] or self.incidents[number].assessed:
            wanted.append((restarts[0], number))
        return wanted

    def _may_move(self, c: int) -> bool:
        """Whether the window is open, no move failed in it, and nothing that it starts after is still to go home."""
        if self.now < self.not_before.get(c, 0) or not self.window_is_open():
            return False
        return not any(self._goes_home(other) for other in self.lookups.started_before[c])

    def window_is_open(self) -> bool:
        """Whether something may be stopped to be started elsewhere."""
        return self.plan.calendars[self.plan.window].is_open(self.now + self.offset)

    def _goes_home(self, c: int) -> bool:
        if c not in self.returns:
            return False
        _, d = self.returns[c]
        return d == self.lookups.homes[c][0] and (c in self.settled or self.role[d] == STANDBY)

    def keeps_place(self, step: int) -> bool:
        """Whether the deployment of a step is in the role that the step needs."""
        what = self.plan.steps[step]
        c, d = what.component, what.deployment
        if c not in self.lookups.homes:
            return True
        match what.kind:
            case "stable":
                return self.role[d] == STALE
            case "synchronise":
                return self.role[d] == STALE and not self.lost[c]
            case "stop":
                return self.started[d] and self.site_up[self.lookups.site_of[self.lookups.other(c, d)]]
            case "restart" | "switch":
                return self.role[d] == ACTIVE or self.lost[c] or c in self.moving
        return True

    # what is settled

    def at_window_edge(self) -> None:
        """The window opens or closes."""
        self.dirty.update(self.returns)

    def settle_component(self, c: int) -> None:
        """Returns open and end before it is seen what is wanted."""
        if c in self.lookups.homes:
            self.settle_return(c)
        super().settle_component(c)

    def settle_return(self, c: int) -> None:
        """What becomes of a return, and of what is moving."""
        home, b = self.lookups.homes[c]
        if c in self.moving:
            self.lose_mover(c)
        if c in self.returns:
            _, d = self.returns[c]
            if self.role[d] == STALE and c in self.settled and not self.lost[c] and not self._to_copy(c, d):
                self._stands_by(c, d)
            if self.role[d] == ACTIVE or (self.role[d] == STANDBY and d == b):
                del self.returns[c]
                self.settled.discard(c)
                self.not_before.pop(c, None)
                self.dirty.update(self.returns)
        if c not in self.returns:
            for d in (home, b):
                if self.role[d] == STALE:
                    self._open_return(c, d)
        if self.role[home] == STANDBY and not self.lost[c] and c not in self.moving:
            self.await_window()

    def _open_return(self, c: int, d: int) -> None:
        self.returns[c] = self.open_planned(d).number, d

    def open_planned(self, d: int) -> Incident:
        """An incident in which nobody has to notice or decide anything, and everybody is there."""
        root = self.lookups.root_of_site[self.lookups.site_of[d]]
        incident = Incident(len(self.incidents), root, self.now)
        incident.planned = incident.closed = incident.detected = incident.assessed = True
        for team, takes_part in enumerate(self.plan.takes_part):
            if takes_part:
                self.arrived(incident, team)
        self.incidents.append(incident)
        return incident

    def await_window(self) -> None:
        """Look again when the window opens or closes."""
        if self.window_due <= self.now:
            self.window_due = min(self._next_edge(opens=True), self._next_edge(opens=False))
            self.clock.at(self.window_due, "window")

    def _next_edge(self, *, opens: bool) -> int:
        """When the window opens, or closes, next; NEVER for not any more."""
        hours = self.plan.calendars[self.plan.window]
        edges = hours.opens if opens else hours.closes
        place = bisect_right(edges, self.now + self.offset)
        return edges[place] - self.offset if place < len(edges) else NEVER

    def lose_mover(self, c: int) -> None:
        """Where it is to be started in a move cannot be used any more: then it is lost."""
        source = next(d for d in self.structure.of_component[c] if self.role[d] == ACTIVE)
        target = source if c in self.rolling else self.lookups.other(c, source)
        site = self.lookups.site_of[target]
        if self.site_up[site] and not self.broken[target]:
            return
        number = self.broken_incident[target]
        if not self.site_up[site]:
            number = self.last_incident(self.lookups.root_of_site[site]).number
        self._lose_in_move(c, source, number)
        if self.structure.tasks:
            self.note_tasks(len(self.applied) - 1)
        self.first_strategy(c, number)

    def _lose_in_move(self, c: int, source: int, number: int) -> None:
        """A moving component is lost, with the deployment where it was active."""
        self.moving.discard(c)
        self.rolling.discard(c)
        self.lost[c] = True
        self.look_at_copy(c)
        self.lost_at[c], self.lost_round[c] = self.now, self.rounds
        self.incident_of[source] = number
        self.concern(self.incidents[number], c)

    def begin_anew(self, c: int, incident: Incident) -> None:
        """Corrupt data is neither started in a move nor taken over by a home in waiting."""
        if c in self.moving:
            source = next(d for d in self.structure.of_component[c] if self.role[d] == ACTIVE)
            self._lose_in_move(c, source, incident.number)
        if c in self.lookups.homes and c in self.returns:
            home, _ = self.lookups.homes[c]
            if self.role[home] == STANDBY:
                self._stale_again(c, home)
        super().begin_anew(c, incident)

    def _stale_again(self, c: int, home: int) -> None:
        """A home in waiting is none any more: it has what it had then."""
        self.settled.discard(c)
        self.role[home] = STALE
        self.stale_since[home] = self.now
        self.standing.append((self.now, home, -1))
        if self.replica(c, self.lookups.homes[c][1]) >= 0:
            self.stopped_at[home] = self.behind.get(c, self.now)

    # what ends

    def end_step(self, row: Work) -> None:
        """A step comes to its end; what that takes the ground away from fails."""
        c = self.lookups.component_of_step[row.step] if row.step >= 0 else -1
        if c not in self.lookups.homes:
            super().end_step(row)
            return
        d = self.lookups.deployment_of_step[row.step]
        match row.kind:
            case "stable":
                self.finish(row, DONE)
                self.settled.add(c)
                self.dirty.update(self.returns)
            case "synchronise":
                self.finish(row, DONE)
                self._stands_by(c, d)
            case "stop":
                self._stop(c, d, row)
            case "restart" | "switch" | "start" if c in self.moving:
                self.end_move(c, d, row)
            case "switch" if d == self.lookups.homes[c][0]:
                self._end_switch_home(c, d, row)
            case _:
                super().end_step(row)
        self.touch(c)
        if self.shaken:
            self.interrupt()

    def _stop(self, c: int, d: int, row: Work) -> None:
        self.finish(row, DONE)
        self.moving.add(c)
        self.failures[c] = 0
        self.halt(c, d, row.number)

    def halt(self, c: int, d: int, number: int) -> None:
        """A deployment is started no longer, on purpose; `number` is that of what was applied."""
        self.started[d] = False
        self.stopped_at[d] = self.now
        self.flip(self.lookups.flag_on + d, False)
        if self.ready[d]:
            self.unready(d)
        self.dirty_points.update(self.structure.trusts[i][0] for i in self.structure.trusted_by[d])
        if c in self.lookups.tasks_after:
            self.note_tasks(number)

    def end_move(self, c: int, d: int, row: Work) -> None:
        """A moving component is started, or is not."""
        works = self.works(row)
        self.finish(row, DONE if works else FAILED)
        if works:
            back = c not in self.rolling
            self.moving.discard(c)
            self.rolling.discard(c)
            self.serves(c, d, row, trusted=row.kind == "switch" or self.structure.automatic[c])
            if back:
                self._stands_by(c, self.lookups.homes[c][1])
        elif c not in self.rolling:
            assert self.plan.failback is not None
            self.failures[c] += 1
            if self.failures[c] >= self.plan.failback.attempts:
                self.rolling.add(c)
                self.not_before[c] = self._next_edge(opens=True)

    def _end_switch_home(self, c: int, d: int, row: Work) -> None:
        works = self.works(row)
        self.finish(row, DONE if works else FAILED)
        if not works:
            self.failures[c] += 1
            return
        if self.structure.has_data[c]:
            self.recovered(c, self.point_in_place(c, d))
        self.serves(c, d, row, trusted=True)

    def serves(self, c: int, d: int, row: Work, *, trusted: bool) -> None:
        """A deployment runs; what else was active of its component is stale."""
        if not self.relocates:
            super().serves(c, d, row, trusted=trusted)
            return
        before = {other: self.role[other] for other in self.structure.of_component[c]}
        super().serves(c, d, row, trusted=trusted)
        if before[d] == STANDBY:
            self.standing.append((self.now, d, -1))
        if c not in self.lookups.homes:
            return
        if before[d] != ACTIVE:
            self.shake(self.lookups.stable[d])
        for other, role in before.items():
            if other != d:
                self.shake(self.lookups.restart[other])
                if role == ACTIVE and self.role[other] == STALE:
                    self.stale_since[other] = self.now

    def _stands_by(self, c: int, d: int) -> None:
        """A stale deployment is a standby: as it was, or as home in waiting."""
        self.role[d] = STANDBY
        self.copy_begins_anew(c)
        self.standing.append((self.now, d, 1))
        if d == self.lookups.homes[c][0]:
            self.stopped_at[d] = self.now
        else:
            self.release_room(c)
        self.touch(c)
        self.dirty.update(self.returns)

    # data

    def _to_copy(self, c: int, d: int) -> int:
        """What of the data of a stale deployment is old, milli-bytes."""
        change, since = self.plan.change[c], self.stale_since[d]
        changed = change * (self.now - since)
        if c in self.plan.change_hours:
            calendar, otherwise = self.plan.change_hours[c]
            worked = self.plan.calendars[calendar].worked(since + self.offset, self.now + self.offset)
            changed = change * worked + otherwise * (self.now - since - worked)
        return min(self.plan.data_size[c] * 1000, changed) if change else 0

    def begin_synchronising(self, row: Work) -> None:
        """A transfer from where the component is active."""
        step = self.plan.steps[row.step]
        source = next(d for d in self.structure.of_component[step.component] if self.role[d] == ACTIVE)
        site_of = self.lookups.site_of
        left = self._to_copy(step.component, step.deployment)
        flow = Flow(row, left, NEVER, site_of[source], site_of[step.deployment])
        flow.since = self.now
        self.flows.append(flow)
        self.flows_changed = True

    def point_in_place(self, c: int, d: int) -> int:
        """To when the data of a deployment goes that is restarted."""
        if c in self.lookups.homes and self.role[d] == STANDBY:
            replica = self.replica(c, self.lookups.homes[c][1])
            if replica >= 0:
                return self.replica_point(c, replica, self.incident[c])
        return super().point_in_place(c, d)

    # outages

    def note_outages(self, downs: list[int], breaks: list[int]) -> None:
        """Homes in waiting that are hit are stale again, what is stale is no longer stable; grounds may have gone."""
        site_of = self.lookups.site_of
        for c, (_, d) in self.returns.items():
            home, b = self.lookups.homes[c]
            if site_of[d] in downs or d in breaks:
                self.settled.discard(c)
                if d == home and self.role[d] == STANDBY:
                    self._stale_again(c, home)
            for step in (self.lookups.stable[d], self.lookups.synchronise[d], self.lookups.stop[b]):
                if step >= 0:
                    self.shake(step)
        if downs or breaks:
            self.dirty.update(self.returns)
