"""Incidents, section 6 of `docs/semantics.md`: detect, assess, mobilise, decide, declare."""

from __future__ import annotations

from drsim.planning.plan import ACTIVE, INCIDENT_KINDS, RootVariables
from drsim.simulation.clock import Work
from drsim.simulation.rules.room import Room
from drsim.simulation.rules.state import ASSESS, DECIDE, DECLARE, DETECT, GATHER, MOBILISE, Incident
from drsim.simulation.trajectory import DONE, DROPPED, What, by_order

__all__ = ["Incidents"]

PER_INCIDENT = 10**6  # places in plan order for the steps of one incident
FIRST = -(10**15)  # plan order of the first step of the first incident


class Incidents(Room):
    """From the loss of a root to the moment at which recovery may go."""

    def is_back(self, incident: Incident) -> bool:
        """Whether the root is up again, or nothing of it is broken or corrupt."""
        root = self.plan.roots[incident.root]
        if root.is_site:
            return self.site_up[root.place]
        c = root.place
        if self.corrupt[c] or c in self.cuts:
            return False
        return not any(self.broken[d] for d in self.structure.of_component[c])

    def is_over(self, number: int) -> bool:
        """Whether an incident is closed, or closes at this instant."""
        incident = self.incidents[number]
        if incident.closed or incident.abandoned:
            return True
        return (not incident.go or self._may_be_abandoned(incident)) and self.is_back(incident)

    def _may_be_abandoned(self, incident: Incident) -> bool:
        """Whether its failover ends when its site is back."""
        return self.plan.abandon and self.plan.roots[incident.root].is_site and not incident.planned

    def settle_incidents(self) -> None:
        """Close what is back in time, let a component's go once assessed, drop what nobody needs to know any more."""
        self.dirty_incidents, self.dirty_groups = False, self.plan.grouped
        for c, number in list(self.breaking.items()):
            if self.is_back(self.incidents[number]):
                del self.breaking[c]
        self.unsettled.extend(range(self.looked_at, len(self.incidents)))
        self.looked_at = len(self.incidents)
        settled = False
        for incident in (self.incidents[number] for number in self.unsettled):
            back = self.is_back(incident)
            if not incident.go and not incident.closed:
                if back:
                    incident.closed = True
                    for kind in (GATHER, DECIDE, DECLARE):
                        self.drop(incident, kind)
                    self._touch_all(incident)
                elif incident.assessed and not self.plan.roots[incident.root].is_site:
                    self._go(incident)
            elif back and incident.go and not incident.abandoned and self._may_be_abandoned(incident):
                incident.abandoned = True
                self.dirty_tasks = self.dirty_tasks or bool(incident.concerning)
                self._touch_all(incident)
            if back and not incident.assessed and not self._is_missed(incident):
                for kind in (DETECT, ASSESS):
                    self.drop(incident, kind)
            settled = settled or self._is_settled(incident)
        if settled:
            self.unsettled = [number for number in self.unsettled if not self._is_settled(self.incidents[number])]

    def _is_settled(self, incident: Incident) -> bool:
        """Whether nothing of it can change any more but by the steps that belong to it."""
        if not incident.assessed and not any(
            row.outcome == DROPPED for kind, row in incident.rows.items() if kind in (DETECT, ASSESS)
        ):
            return False
        if incident.go and not incident.abandoned:
            return not self._may_be_abandoned(incident)
        return incident.closed or incident.go

    def _is_missed(self, incident: Incident) -> bool:
        """Whether something of it is lost, or waits for its repair."""
        number = incident.number
        return any(
            (self.incident_of[d] == number and self.role[d] == ACTIVE and not self.started[d])
            or (self.broken_until[d] and self.broken_incident[d] == number)
            for d in range(len(self.started))
        )

    def _touch_all(self, incident: Incident) -> None:
        number = incident.number
        for d, of in enumerate(self.incident_of):
            if number in (of, self.broken_incident[d]):
                self.touch(self.lookups.component_of[d])
        for c, of in enumerate(self.incident):
            if of == number and self.lost[c]:
                self.touch(c)

    def drop(self, incident: Incident, kind: int) -> None:
        """A step of an incident is no longer wanted."""
        row = incident.rows.get(kind)
        if row is not None and row.outcome is None:
            self.finish(row, DROPPED)

    def _go(self, incident: Incident) -> None:
        incident.go = True
        self.dirty_tasks = self.dirty_tasks or bool(incident.concerning)
        for c, number in enumerate(self.incident):
            if number == incident.number and self.lost[c]:
                self.ask_room(c)
        self._touch_all(incident)

    def incident_row(self, incident: Incident, kind: int, cause: int, team: int = -1) -> None:
        """The next step of an incident; `cause` is the number of what was applied before it."""
        number = incident.number
        order = FIRST + number * PER_INCIDENT + kind + max(team, 0)
        root = self.plan.roots[incident.root]
        if kind == MOBILISE:
            what = What("mobilise", self.structure.teams[team], root.destinations[team], ())
        else:
            crew = self.plan.assess[1] if kind == ASSESS else self.plan.decide[1] if kind == DECIDE else ()
            skills = self.plan.talk_skills.get(INCIDENT_KINDS[kind], ())
            what = What(INCIDENT_KINDS[kind], root.name, "", crew, skills)
        row = Work(what, -1, order, number, 0, self.now)
        self.ready_by(row, cause)
        self.rows.append(row)
        incident.rows[kind + max(team, 0)] = row
        self.queue(row)

    def begin_incident_row(self, row: Work) -> None:
        """It starts: nobody is needed, or its crew is there."""
        plan, incident = self.plan, self.incidents[row.incident]
        k = row.incident
        variables = plan.root_variables[incident.root]
        if row.kind == "mobilise":
            team = self.structure.teams.index(row.object)
            if (k, team) in self.calls:
                length = self.until_they_come(team, k)
            else:
                length = self.value(plan.call_out[team], plan.call_out_variables[team], k)
            if row.site:
                length += self.value(*plan.travel[team, row.site], k)
            self.clock.at(self.now + length, "arrival", row)
        elif row.kind == "declare":
            self.clock.at(max(self.now, incident.lost_at + plan.wait), "timer", row)
        elif row.kind == "detect":
            detect = plan.detect[incident.root]
            if incident.noticed:
                length = 0
            elif detect.within < 0 or plan.calendars[detect.within].is_open(incident.lost_at + self.offset):
                length = self.value(detect.takes, variables.detect, k)
            else:
                length = self.value(detect.otherwise, variables.otherwise, k)
            self.clock.at(self.now + length, "timer", row)
        elif row.kind == "gather":
            self.clock.end_at(self.now + self._until_quorum(variables, k), row)
        else:
            fixed, _, hours = plan.assess if row.kind == "assess" else plan.decide
            length = self.value(fixed, variables.assess if row.kind == "assess" else variables.decide, k)
            wrong, costs = plan.wrong
            if wrong and row.kind == "assess" and self.luck(wrong, variables.wrong, k):
                self.wrong[k] = self.end_of_work(length, hours)
                length += self.value(costs, variables.costs, k)
            self.clock.end_at(self.end_of_work(length, hours), row)

    def _until_quorum(self, variables: RootVariables, k: int) -> int:
        """From the call until enough have come."""
        quorum = self.plan.quorum
        assert quorum is not None
        (fixed, within, otherwise), variable = quorum.arrives, variables.gather
        if within >= 0 and not self.plan.calendars[within].is_open(self.now + self.offset):
            fixed, variable = otherwise, variables.gather_otherwise
        return sorted(self.value(fixed, variable, k, member) for member in range(quorum.of))[quorum.people - 1]

    def end_of_work(self, length: int, hours: int) -> int:
        """When work that starts now ends: on the clock, or on a calendar."""
        if hours < 0:
            return self.now + length
        return self.plan.calendars[hours].add(self.now + self.offset, length) - self.offset

    def end_incident_row(self, row: Work) -> None:
        """`assess` or `decide` is done."""
        self.finish(row, DONE)
        incident = self.incidents[row.incident]
        if row.kind == "assess":
            self._assessed(incident, row.number)
        elif row.kind == "gather":
            if not self.is_over(incident.number):
                self.incident_row(incident, DECIDE, row.number)
        elif not self.is_over(incident.number):
            self.incident_row(incident, DECLARE, row.number)

    def _assessed(self, incident: Incident, cause: int) -> None:
        incident.assessed = True
        self.dirty_incidents = True
        plan, root = self.plan, self.plan.roots[incident.root]
        for team, takes_part in enumerate(plan.takes_part):
            if takes_part:
                if plan.on_call and self.is_called(team):
                    self.calls.add((incident.number, team))
                    self.incident_row(incident, MOBILISE, cause, team)
                elif plan.call_out[team] == 0 and not root.destinations[team]:
                    self.arrived(incident, team)
                else:
                    self.incident_row(incident, MOBILISE, cause, team)
        if root.is_site and not self.is_over(incident.number):
            self.incident_row(incident, DECIDE if plan.quorum is None else GATHER, cause)
        self._touch_all(incident)

    def end_timers(self) -> None:
        """`detect` and `declare` end, unless they were dropped at this instant."""
        due, self.due_timers = self.due_timers, []
        for row in sorted(due, key=by_order, reverse=True):
            if row.outcome is not None:
                continue
            incident = self.incidents[row.incident]
            self.finish(row, DONE)
            if row.kind == "declare":
                self._go(incident)
                continue
            incident.detected = True
            self.begin_to_assess(incident, row.number)
            for d, number in enumerate(self.broken_incident):
                if number == incident.number:
                    self.touch(self.lookups.component_of[d])

    def begin_to_assess(self, incident: Incident, cause: int) -> None:
        """It is noticed."""
        self.incident_row(incident, ASSESS, cause)
