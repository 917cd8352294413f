"""People, sections 6 and 8 of `docs/semantics.md`: who is there, who is on the way, and who waits for whom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappush

from drsim.planning.plan import EVERYBODY, Event
from drsim.simulation.clock import Work
from drsim.simulation.rules.heads import Heads
from drsim.simulation.rules.state import Incident
from drsim.simulation.trajectory import DONE, by_order

__all__ = ["People"]

QUEUED = 10**9  # more entries than a queue ever has


class People(Heads):
    """Headcount by calendar, arrivals, evacuation, and the queues of ready steps."""

    def open_calendars(self) -> None:
        """Who is present at the moment of the drill."""
        plan = self.plan
        for team, calendar in enumerate(plan.team_hours):
            if not plan.calendars[calendar].is_open(self.offset):
                self.on_duty[team] = self.present[team] = 0
        for team, shifts in plan.shifts.items():
            there = sum(heads for calendar, heads in shifts if plan.calendars[calendar].is_open(self.offset))
            self.on_duty[team] = self.present[team] = there
        self.heads = [(0, team, present) for team, present in enumerate(self.present)]
        for team in plan.heads:
            self.count_heads(team)
        self.next_edge(bisect_right(plan.edges, self.offset, key=_time))

    def next_edge(self, edge: int) -> None:
        """Wait for this edge of the calendars."""
        if edge < len(self.plan.edges):
            self.clock.at(self.plan.edges[edge].time - self.offset, "edge", edge)

    def anybody_waits(self) -> bool:
        """Whether a ready step waits for people."""
        return bool(self.several) or any(self.queues) or any(self.expected.values())

    def change_heads(self) -> None:
        """Calendars first, then who leaves and comes back, then who is at a place that is lost."""
        changed: set[int] = set()
        if self.due_edge >= 0:
            for team, heads in self.plan.edges[self.due_edge].teams:
                self.on_duty[team] = self.plan.people[team] if heads == EVERYBODY else heads
                if self.on_duty[team]:
                    self.called[team] = 0
                changed.add(team)
        for team, more in self.due_heads:
            self.away[team] += more
            changed.add(team)
        self.due_heads = []
        for team in sorted(changed):
            self._count(team)
        for s in self.evacuated:
            self._evacuate(s)
        self.evacuated = []

    def _evacuate(self, s: int) -> None:
        incident = self.last_incident(self.lookups.root_of_site[s])
        length = self.value(self.plan.evacuation, self.plan.evacuation_variables[s], incident.number)
        for team, based in enumerate(self.structure.based):
            if based == s and self.present[team]:
                gone = self.present[team]
                self.evacuations.append((team, self.now, self.now + length))
                self.away[team] += gone
                self._count(team)
                self.clock.at(self.now + length, "heads", (team, -gone))

    def last_incident(self, root: int) -> Incident:
        """The latest incident about a root."""
        return next(each for each in reversed(self.incidents) if each.root == root and not each.planned)

    def _count(self, team: int) -> None:
        present = max(0, self.on_duty[team] + self.called[team] - self.away[team])
        if present != self.present[team]:
            self.present[team] = present
            self.heads.append((self.now, team, present))
            self.touched.add(team)
        if team in self.plan.heads:
            self.count_heads(team)

    def arrive(self) -> None:
        """Teams that have been called are there."""
        due, self.due_arrivals = self.due_arrivals, []
        for row in sorted(due, key=by_order, reverse=True):
            self.finish(row, DONE)
            team = self.structure.teams.index(row.object)
            if (row.incident, team) in self.calls and not self.at_work(team):
                self.called[team] = self.plan.on_call[team].people
                self.due_heads.append((team, 0))
            self.arrived(self.incidents[row.incident], team)

    def at_work(self, team: int) -> bool:
        """Whether it is in the hours of a team."""
        return self.plan.calendars[self.plan.team_hours[team]].is_open(self.now + self.offset)

    def is_called(self, team: int) -> bool:
        """Whether a call now is to those of a team who are on call."""
        call = self.plan.on_call.get(team)
        if call is None or self.at_work(team):
            return False
        return self.plan.calendars[call.calendar].is_open(self.now + self.offset)

    def until_they_come(self, team: int, k: int) -> int:
        """From the first try to reach those on call until they can work."""
        call = self.plan.on_call[team]
        refused = 0
        while self.now + refused * call.every < self.plan.horizon:
            if self.luck(call.accepts, call.accepts_variable, k, refused):
                break
            refused += 1
        return refused * call.every + self.value(call.call_out, call.call_out_variable, k)

    def arrived(self, incident: Incident, team: int) -> None:
        """From now on a team works for this incident."""
        incident.arrived.add(team)
        self.arrivals[incident.number, team] = self.now
        for row in self.expected.pop((incident.number, team), ()):
            if waits(row):
                self.queue(row)

    def queue(self, row: Work) -> None:
        """A ready row waits for its crew."""
        crew = row.crew
        if not crew:
            self.unmanned.append(row)
            return
        if row.order >= 0:
            arrived = self.incidents[row.incident].arrived
            for team, _ in crew:
                if team not in arrived:
                    self.expected.setdefault((row.incident, team), []).append(row)
                    return
        if self.is_apart(row):
            self.several.append(row)
            self.touched.update(team for team, _ in crew)
        else:
            self.push(crew[0][0], row)

    def is_apart(self, row: Work) -> bool:
        """Whether a row cannot wait in the queue of one team."""
        return len(row.crew) > 1 or row.crew[0][0] in self.plan.heads or self.frees is not None

    def push(self, team: int, row: Work) -> None:
        """Into the queue of one team, in plan order."""
        heappush(self.queues[team], (row.order, self._place(row), row))
        self.touched.add(team)

    def _place(self, row: Work) -> int:
        """A number that no other entry of a queue has; rows of one step of the plan are in order of their incidents."""
        self.queued -= 1
        return row.incident * QUEUED - self.queued if row.step < 0 <= row.order else self.queued

    def in_turn(self) -> list[Work]:
        """All that waits for people, taken out of the queues, in plan order over all teams."""
        rows = [row for row in self.several if waits(row)]
        for team in range(len(self.queues)):
            rows += [row for _, _, row in self.queues[team] if waits(row)]
            self.queues[team] = []
        self.several = []
        return sorted(set(rows), key=by_order)

    def back_in_queue(self, rows: Sequence[Work]) -> None:
        """What was taken out and did not start."""
        for row in rows:
            if self.is_apart(row):
                self.several.append(row)
            else:
                heappush(self.queues[row.crew[0][0]], (row.order, self._place(row), row))


def waits(row: Work) -> bool:
    """Whether a row is ready and has not started; queues keep what is no longer so until it comes up."""
    return row.outcome is None and row.start < 0 and row.is_ready


def _time(edge: Event) -> int:
    return edge.time
