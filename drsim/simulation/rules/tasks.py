"""Steps of the plan, section 7 of `docs/semantics.md`: calls, approvals and waits before and after components."""

from __future__ import annotations

from drsim.simulation.clock import Work
from drsim.simulation.rules.incidents import Incidents
from drsim.simulation.rules.state import DECIDING, Incident
from drsim.simulation.trajectory import DONE, FAILED

__all__ = ["Tasks"]


class Tasks(Incidents):
    """What is wanted of the steps of the plan, and what they hold."""

    def concern(self, incident: Incident, c: int) -> None:
        """An incident takes down a deployment of a component."""
        near = self.lookups.tasks_near.get(c)
        if near and self.plan.roots[incident.root].is_site:
            incident.concerning |= near

    def note_tasks(self, number: int) -> None:
        """Grounds of steps of the plan may have come or gone; `number` is that of what was applied."""
        self.dirty_tasks = True
        for incident in self.incidents:
            for t in incident.concerning:
                key = (incident.number, t)
                if not self._is_grounded(incident, t):
                    self.tasks_short.add(key)
                elif key in self.tasks_short:
                    self.tasks_short.remove(key)
                    self.tasks_since[key] = number

    def _is_grounded(self, incident: Incident, t: int) -> bool:
        task = self.structure.tasks[t]
        return not any(
            self.lost[c] or c in self.moving or c in self.halted for c in task.after
        ) and incident.done.issuperset(task.after_tasks)

    def settle_tasks(self) -> None:
        """Ask for what is due, see what is ready, and hold or release the steps of components."""
        self.dirty_tasks = False
        for incident in self.incidents:
            if not incident.go or not incident.concerning:
                continue
            for t in sorted(incident.concerning - incident.done):
                self._settle_task(incident, t)
            for c in self.lookups.tasks_before:
                for step in self.lookups.steps_of[c]:
                    if self.wanted[step] >= 0 and self.wanted_incident[step] == incident.number:
                        self.settle_held(step)

    def _settle_task(self, incident: Incident, t: int) -> None:
        row = incident.tasks.get(t)
        if row is None or row.outcome is not None:
            row = self._task_row(incident, t, 0 if row is None else row.attempt + 1)
        if row.start >= 0:
            return
        grounded = self._is_grounded(incident, t)
        if grounded and not row.is_ready:
            since = self.tasks_since.get((incident.number, t), 0)
            self.ready_by(row, max(incident.tasks_wanted_by[t], since))
            self.queue(row)
        row.is_ready = grounded

    def _task_row(self, incident: Incident, t: int, attempt: int) -> Work:
        step = self.lookups.task_step[t]
        row = Work(self.plan.steps[step], -1, step, incident.number, attempt, self.now)
        self.rows.append(row)
        incident.tasks[t] = row
        incident.tasks_wanted_by[t] = self._why_due(incident, row.object)
        return row

    def _why_due(self, incident: Incident, name: str) -> int:
        """Of what was applied in this round the last that concerns a step of the plan, section 10; else the last of all."""
        root = self.plan.roots[incident.root]
        for place in range(len(self.applied) - 1, self.round_began - 1, -1):
            cause = self.applied[place]
            if isinstance(cause, Work):
                own = cause.kind in DECIDING or (cause.kind == "task" and cause.object == name)
                if own and cause.incident == incident.number:
                    return place
            elif cause is not None:
                outage = self.plan.outages[self.lookups.outage_of[cause[0]]]
                if outage.kind == "site" and root.place in outage.targets:
                    return place
        return len(self.applied) - 1

    def settle_held(self, step: int) -> None:
        """Whether a wanted step is ready, now that it may be held or not."""
        if self.dirty_groups:
            return  # what groups hold is settled after this, for all steps
        row = self.live[step]
        if row is not None and row.is_ready and row.start < 0 and self.held(step):
            row.is_ready = False
        else:
            self.check_step(step)

    def begin_incident_row(self, row: Work) -> None:
        """It starts: nobody is needed, or its crew is there."""
        if row.kind != "task":
            super().begin_incident_row(row)
            return
        step = self.plan.steps[row.order]
        length = self.value(step.fixed, step.variable, row.incident, row.attempt)
        if row.attempt and length < 1:
            length = 1
        self.clock.end_at(self.end_of_work(length, step.hours), row)

    def end_incident_row(self, row: Work) -> None:
        """A step of an incident or of the plan comes to its end."""
        if row.kind != "task":
            super().end_incident_row(row)
            return
        step, incident, t = self.plan.steps[row.order], self.incidents[row.incident], self.lookups.task_of[row.object]
        works = self.luck(step.works, step.works_variable, row.incident, row.attempt)
        self.finish(row, DONE if works else FAILED)
        self.dirty_tasks = True
        if not works:
            return
        incident.done.add(t)
        for c in self.structure.tasks[t].before:
            if not self.holds_up(incident, c):
                incident.released[c] = row.number
        self.note_tasks(row.number)
