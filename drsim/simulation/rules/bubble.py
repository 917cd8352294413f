"""A test in a bubble, section 18 of `docs/semantics.md`: twins beside production, with its people, room and links."""

from __future__ import annotations

from drsim.planning.plan import ACTIVE, NEVER, STANDBY
from drsim.simulation.clock import Work
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.rules.incidents import FIRST, PER_INCIDENT
from drsim.simulation.rules.shedding import Shedding
from drsim.simulation.rules.state import ASKED, ASSESS, DETECT, NONE, Incident, NoNumbers
from drsim.simulation.trajectory import CALLED_OFF, DONE, FAILED, LATE, RUNNING, TrialLog, What

__all__ = ["Bubble"]

TEARDOWN = -1
"""the place of its row among those of the incident of the test"""


class Bubble(Shedding):
    """What is tried while production goes on; nothing happens here without `tests`."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        super().__init__(lookups, numbers, index)
        self.trial: TrialLog | None = None
        self.trial_due = ""
        """`begins` or `late`: what is due at this instant"""
        self.trial_number = -1
        """its incident"""
        self.struck = False
        """whether a step has found something broken in this round"""
        self.off_by = 0
        """the number of what was applied last before its end"""
        self.held_back: set[int] = set()
        """incidents that have no `assess` before the end of the teardown"""

    @property
    def tries(self) -> bool:
        """Whether the test runs."""
        return self.trial is not None and self.trial.outcome == RUNNING

    @property
    def tears_down(self) -> bool:
        """Whether it has ended, but not its teardown."""
        return self.trial is not None and self.trial.over < 0 <= self.trial.ended

    # begin and end

    def settle_wanted(self) -> None:
        """Once all is settled a test may begin or end; then all is settled again."""
        super().settle_wanted()
        if self.plan.trial is not None:
            while self._settle_trial():
                super().settle_wanted()

    def _settle_trial(self) -> bool:
        due, self.trial_due = self.trial_due, ""
        if due == "begins":
            self._begin_trial()
            return True
        struck, self.struck = self.struck, False
        if self.tries and (struck or due == "late" or self._is_done()):
            self._end_trial(FAILED if struck else DONE if self._is_done() else LATE)
            if struck:
                self._stop_twins()
            self.interrupt()
            return True
        if self.tears_down and TEARDOWN not in self.incidents[self.trial_number].rows:
            self._tear_down()
            return True
        if self.held_back and not self.tears_down:
            cause = self.incidents[self.trial_number].rows[TEARDOWN].number
            for number in sorted(self.held_back):
                super().begin_to_assess(self.incidents[number], cause)
            self.held_back.clear()
        return False

    def _begin_trial(self) -> None:
        trial, twins = self.plan.trial, self.structure.twin_of
        assert trial is not None
        if any(self.lost) or not all(map(self._is_past, self.incidents)) or not all(map(self._is_home, twins.values())):
            self.trial = TrialLog(CALLED_OFF, over=self.now)
            return
        self.trial = TrialLog(RUNNING, begun=self.now)
        incident = self.open_planned(self.structure.standby[next(iter(twins))])
        incident.root = self.lookups.root_of_site[trial.site]
        incident.closed, incident.go = False, True
        self.trial_number = incident.number
        if trial.lasts < NEVER:
            self.clock.at(self.now + trial.lasts, "trial", "late")
        for c in sorted(twins):
            self.lost[c] = True
            self.lost_at[c], self.lost_round[c] = self.now, self.rounds
            self.first_strategy(c, incident.number)

    def _is_past(self, incident: Incident) -> bool:
        """Whether its root is back, and everybody knows what it was."""
        rows = (incident.rows.get(kind) for kind in (DETECT, ASSESS))
        return self.is_back(incident) and all(row is None or row.outcome is not None for row in rows)

    def _is_home(self, c: int) -> bool:
        """Whether a component runs where it is active at the start, beside its standby."""
        b = self.structure.standby[c]
        return self.role[b] == STANDBY and all(
            self.role[d] == ACTIVE and self.started[d] for d in self.structure.of_component[c] if d != b
        )

    def _is_done(self) -> bool:
        """Whether nothing can come any more."""
        if any(self.lost[c] and self.strategy(c) is not None for c in self.structure.twin_of):
            return False
        return all(self.wanted[step] < 0 for step in self.lookups.in_bubble)

    def _end_trial(self, outcome: str) -> None:
        """Nothing is wanted any more but the teardown."""
        assert self.trial is not None
        self.trial = self.trial._replace(outcome=outcome, ended=self.now)
        self.off_by = len(self.applied) - 1
        for c in self.structure.twin_of:
            self.lost[c] = False
            self.patience.pop(c, None)
            if self.room[c] == ASKED:
                self.room[c], self.dirty_room = NONE, True
            self.touch(c)
        self.dirty_points.update(self.lookups.points_in_bubble)
        running = (self.live[step] for step in self.lookups.in_bubble)
        self.shaken += [row for row in running if row is not None and row.start >= 0]

    def break_off(self) -> None:
        """A real disruption: a site goes down, or something breaks."""
        if self.tries:
            self._end_trial(FAILED)
        if self.tears_down:
            self._stop_twins()

    def _stop_twins(self) -> None:
        """What runs in the bubble stops."""
        assert self.trial is not None
        if self.trial.stopped >= 0:
            return
        self.trial = self.trial._replace(stopped=self.now)
        for c in self.structure.twin_of:
            d = self.structure.standby[c]
            self.role[d] = STANDBY
            if self.started[d]:
                self.started[d] = False
                self.flip(self.lookups.flag_on + d, False)
                if self.ready[d]:
                    self.unready(d)

    def open_found(self) -> None:
        """What a step found is a real disruption."""
        self.struck = self.tries

    # what is wanted

    def wanted_of(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of all that is wanted of a component."""
        if c in self.structure.twin_of and not self.tries:
            return []
        return super().wanted_of(c)

    def settle_point(self, p: int) -> None:
        """Whether a point is to be verified."""
        if p in self.lookups.points_in_bubble and not self.tries:
            self.withdraw(self.lookups.point_verify[p])
        else:
            super().settle_point(p)

    def is_needless(self, row: Work) -> bool:
        """Whether a running step has nothing to run for."""
        return (row.step in self.lookups.in_bubble and not self.tries) or super().is_needless(row)

    # the teardown

    def _tear_down(self) -> None:
        trial, incident = self.plan.trial, self.incidents[self.trial_number]
        assert trial is not None
        what = What("teardown", self.structure.sites[trial.site], "", trial.crew, trial.skills)
        row = Work(what, -1, FIRST + incident.number * PER_INCIDENT, incident.number, 0, self.now)
        self.ready_by(row, self.off_by)
        self.rows.append(row)
        incident.rows[TEARDOWN] = row
        self.queue(row)

    def begin_incident_row(self, row: Work) -> None:
        """It starts: nobody is needed, or its crew is there."""
        if row.kind != "teardown":
            super().begin_incident_row(row)
            return
        trial = self.plan.trial
        assert trial is not None
        length = self.value(trial.teardown, trial.teardown_variable, row.incident)
        self.clock.end_at(self.end_of_work(max(1, length), trial.hours), row)

    def end_incident_row(self, row: Work) -> None:
        """A step of an incident or of the plan comes to its end."""
        if row.kind != "teardown":
            super().end_incident_row(row)
            return
        self.finish(row, DONE)
        self._stop_twins()
        assert self.trial is not None
        self.trial = self.trial._replace(over=self.now)
        for c in self.structure.twin_of:
            self.release_room(c)
            self.touch(c)

    def begin_to_assess(self, incident: Incident, cause: int) -> None:
        """It is noticed; while a test is torn down nobody has time for it."""
        if self.tears_down:
            self.held_back.add(incident.number)
        else:
            super().begin_to_assess(incident, cause)

    def drop(self, incident: Incident, kind: int) -> None:
        """A step of an incident is no longer wanted."""
        super().drop(incident, kind)
        if kind == ASSESS:
            self.held_back.discard(incident.number)
