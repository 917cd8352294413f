"""Recovering, section 7 of `docs/semantics.md`: what is wanted of each component, and what follows when a step ends."""

from __future__ import annotations

from drsim.planning.plan import ACTIVE, STALE, StepPlan
from drsim.simulation.clock import Work
from drsim.simulation.rules.cleaning import Cleaning
from drsim.simulation.rules.partition import Partitions
from drsim.simulation.rules.state import DECIDING, GIVEN, Cause
from drsim.simulation.trajectory import DONE, DROPPED, FAILED, INTERRUPTED, UNUSABLE, Recovery

__all__ = ["Recovering"]


class Recovering(Partitions, Cleaning):
    """Switch, restore, start, restart, repair, verify."""

    def settle_wanted(self) -> None:
        """Bring incidents, room and what is wanted in line, until nothing is left to do."""
        while self.is_unsettled() or self.dirty_groups:
            if self.dirty_incidents:
                self.settle_incidents()
            if self.dirty and self.plan.abandon:
                self._release_abandoned()
            if self.dirty and self.lookups.sheddable:
                self.before_room()
            if self.dirty_room:  # before what is wanted, since who has no room may restart in place
                self.give_room()
            if self.dirty:
                if self.lookups.consistency_of:
                    self.settle_consistency()
                dirty, self.dirty = self.dirty, set()
                for c in sorted(dirty):
                    self.settle_component(c)
            if self.dirty_points:
                points, self.dirty_points = self.dirty_points, set()
                for p in sorted(points):
                    self.settle_point(p)
            if self.dirty_tasks:
                self.settle_tasks()
            if self.dirty_groups and not self.is_unsettled():
                self.settle_groups()
        if self.unlooked:
            self.look_at_copies()

    def before_room(self) -> None:
        """What asks for room or gives it back does so now, section 17."""

    def is_unsettled(self) -> bool:
        """Whether something but the groups is to be brought in line."""
        return bool(self.dirty_incidents or self.dirty or self.dirty_room or self.dirty_points or self.dirty_tasks)

    def _release_abandoned(self) -> None:
        """What was abandoned and does not move any more gives its room back."""
        for c in sorted(self.dirty):
            abandoned = self.lost[c] and self.incidents[self.incident[c]].abandoned
            if abandoned and not self._moving(self.structure.standby[c]):
                self.release_room(c)

    def settle_component(self, c: int) -> None:
        """Bring what is wanted of a component in line."""
        self.dirty_groups = self.plan.grouped
        wanted = self.wanted_of(c)
        if self.open_steps[c]:
            pairs = set(wanted)
            for step in self.lookups.steps_of[c]:
                if self.wanted[step] >= 0 and (step, self.wanted_incident[step]) not in pairs:
                    self.withdraw(step)
        for step, number in wanted:
            if self.wanted[step] < 0:
                self._want(step, number)

    def wanted_of(self, c: int) -> list[tuple[int, int]]:
        """(step, incident) of all that is wanted of a component."""
        lookups, role = self.lookups, self.role
        deployments = self.structure.of_component[c]
        wanted: list[tuple[int, int]] = []
        in_place, stale_too = not self.lost[c], False
        if not in_place:
            b = self.structure.standby[c]
            moving = self._moving(b)
            if self.corrupt[c]:
                moving = self.restores_of(c, moving)
            wanted += [(step, self.wanted_incident[step]) for step in moving]
            fails_over = self.fails_over(c)
            if fails_over and not moving and not any(self.is_running(lookups.restart[d]) for d in deployments):
                wanted += self._failover(c, b)
            usable = fails_over and self.site_up[lookups.site_of[b]] and not self.broken[b]
            in_place = stale_too = not moving and (not usable or self._waits_for_room(c, b))
            if in_place and self.corrupt[c]:
                in_place = False
                wanted += self.clean_in_place(c)
        elif self.cuts and self.takes_over_alone(c):
            wanted.append((lookups.switch[self.structure.standby[c]], self.cuts[c].incident))
        for d in deployments:
            if in_place and not self.started[d] and self.site_up[lookups.site_of[d]] and not self.broken[d]:
                number = self.incident_of[d] if role[d] == ACTIVE else self.incident[c]
                if (role[d] == ACTIVE or (role[d] == STALE and stale_too)) and (
                    self.structure.automatic[c] or self.incidents[number].assessed
                ):
                    wanted.append((lookups.restart[d], number))
            if self.broken_until[d] and lookups.repair[d] >= 0:
                number = self.broken_incident[d]
                if self.incidents[number].detected:
                    wanted.append((lookups.repair[d], number))
            if not self.checked[d] and self.started[d] and role[d] == ACTIVE and lookups.verify[d] >= 0:
                wanted.append((lookups.verify[d], self.start_incident[d]))
        return wanted

    def _moving(self, b: int) -> list[int]:
        """The steps of the failover to `b` that run."""
        return [step for step in self.lookups.failover(b) if self.is_running(step)]

    def _failover(self, c: int, b: int) -> list[tuple[int, int]]:
        """The next step of the strategy in force."""
        number, strategy = self.incident[c], self.strategy(c)
        if strategy == "hot":
            return [(self.lookups.switch[b], number)]
        if self.lookups.precheck[b] >= 0 and c not in self.prechecked:
            return [(self.lookups.precheck[b], number)] if self.incidents[number].go else []
        if self.incidents[number].go and self._has_room(c, b):
            restores = (
                strategy == "cold"
                and self.structure.has_data[c]
                and (not self.counts_as_restored(c) or self.restored_at[c] != b)
            )
            if not restores and self.awaited(c):
                return []
            return [(self.lookups.restore[b] if restores else self.lookups.start[b], number)]
        return []

    def _waits_for_room(self, c: int, b: int) -> bool:
        """Whether nothing of its strategy can begin for want of room."""
        return self.strategy(c) != "hot" and self.incidents[self.incident[c]].go and not self._has_room(c, b)

    def _has_room(self, c: int, b: int) -> bool:
        return self.structure.hot[b] or self.room[c] == GIVEN

    def settle_point(self, p: int) -> None:
        """Whether a point is to be verified."""
        step = self.lookups.point_verify[p]
        if step < 0:
            return
        trusts = self.structure.trusts
        doubted = [
            self.start_incident[d]
            for i in self.lookups.trusts_of[p]
            if not self.trusted[i] and self.started[(d := trusts[i][1])] and self.role[d] == ACTIVE
        ]
        if not doubted:
            self.withdraw(step)
        elif self.wanted[step] < 0:
            self._want(step, min(doubted))

    def _want(self, step: int, number: int) -> None:
        self.wanted[step] = self.now
        self.wanted_incident[step] = number
        self.wanted_by[step] = self._why_wanted(step, number)
        self.open_steps[self.lookups.component_of_step[step]] += 1
        if self.grounded(step) and not self.held(step):
            self.make_ready(self.row(step))

    def _why_wanted(self, step: int, number: int) -> int:
        """Of what was applied in this round the last that concerns the step, section 10; else the last of all."""
        for place in range(len(self.applied) - 1, self.round_began - 1, -1):
            cause = self.applied[place]
            if cause is not None and self._concerns(cause, step, number):
                return place
        return len(self.applied) - 1

    def _concerns(self, cause: Cause, step: int, number: int) -> bool:
        plan, structure = self.plan, self.structure
        c, p = plan.steps[step].component, plan.steps[step].point
        if isinstance(cause, Work):
            if cause.step < 0:
                return p < 0 and cause.incident == number and cause.kind in DECIDING
            other = self.lookups.component_of_step[cause.step]
            if cause.kind == "stop" and step in self.lookups.near.get(other, ()):
                return True
            if cause.kind == "restore" and cause.outcome != INTERRUPTED and c in self.lookups.consistency_of:
                return self.lookups.consistency_of.get(other) == self.lookups.consistency_of[c]
            return cause.step == step or (other in structure.direct[p] if p >= 0 else other == c)
        if p >= 0:
            return False
        outage = plan.outages[self.lookups.outage_of[cause[0]]]
        root = plan.roots[self.incidents[number].root]
        if outage.kind == "site":
            sites = {self.lookups.site_of[d] for d in structure.of_component[c]}
            if root.is_site:
                sites.add(root.place)
            return not sites.isdisjoint(outage.targets)
        if outage.kind in ("component", "corruption", "cut"):
            hit = {self.lookups.component_of[d] for d in outage.targets}
            return c in hit or (not root.is_site and root.place in hit)
        return False

    def withdraw(self, step: int) -> None:
        """No longer wanted; what runs goes on."""
        if self.wanted[step] < 0:
            return
        row = self.live[step]
        if row is None:
            row = self.row(step)
        if row.start < 0:
            self.finish(row, DROPPED)

    # ends

    def end_step(self, row: Work) -> None:
        """A step comes to its end: what of it succeeds, and what follows."""
        if row.step < 0:
            self.end_incident_row(row)
            return
        step = self.plan.steps[row.step]
        c, d = step.component, step.deployment
        if row.kind in ("start", "restart") and self._began_too_early(row, d):
            self.finish(row, FAILED)
            self.careful.add((row.step, row.incident))
            self.early.append((row.step, row.incident, row.attempt))
            self.touch(c)
            return
        if self.unseen and self.is_unseen(row, d):
            self.find(c, d, row)
            self.touch(c)
            return
        match row.kind:
            case "switch" | "start":
                self._end_failover(c, d, row)
            case "precheck":
                works = self.works(row) and not self.broken[d] and self._has_room(c, d)
                self.finish(row, DONE if works else FAILED)
                if works:
                    self.prechecked.add(c)
                else:
                    self.next_strategy(c)
            case "restore":
                self._end_restore(c, row)
            case "restart":
                works = self.works(row)
                self.finish(row, DONE if works else FAILED)
                if works:
                    self._restarted(c, d, row)
            case "repair":
                works = self.works(row)
                self.finish(row, DONE if works else FAILED)
                if works:
                    self._repaired(d, row)
            case _ if step.point >= 0:
                self.finish(row, DONE)
                self._trust(step.point)
                return
            case _:
                self.finish(row, DONE)
                self._check(d, row)
        self.touch(c)

    def _began_too_early(self, row: Work, d: int) -> bool:
        """Whether what it starts after is not there; only with best-effort groups a step comes so far without it."""
        return self.may_begin_early(row.step) and self.short[self.structure.gate[d]] > 0

    def works(self, row: Work) -> bool:
        """Whether a try does not fail on demand."""
        step = row.what
        assert isinstance(step, StepPlan)
        return self.luck(step.works, step.works_variable, row.incident, row.attempt)

    def _end_alone(self, c: int, d: int, row: Work) -> None:
        """A standby takes over what is not lost but out of reach."""
        cut = self.cuts[c]
        replica = self.replica(c, d) if self.structure.has_data[c] else -1
        if not self.works(row):
            self.finish(row, FAILED)
            self.cuts[c] = cut._replace(tries=cut.tries + 1)
        elif replica >= 0 and not self._is_usable(c, replica):
            self.finish(row, UNUSABLE)
            self.no_replica[c] = True
        else:
            self.finish(row, DONE)
            self.cuts[c] = cut._replace(taken=self.now)
            self.serves(c, d, row, trusted=True)

    def _end_failover(self, c: int, d: int, row: Work) -> None:
        if c in self.cuts and not self.lost[c]:
            self._end_alone(c, d, row)
            return
        if not self.works(row):
            self.finish(row, FAILED)
            self.failures[c] += 1
            if self.failures[c] >= self.plan.steps[row.step].attempts:
                self.next_strategy(c)
            return
        replica = -1
        if self.structure.has_data[c] and self.strategy(c) != "cold":
            row.copy = replica = self.replica(c, d)
        if replica >= 0 and not self._is_usable(c, replica):
            self.finish(row, UNUSABLE)
            self.no_replica[c] = True
            self.next_strategy(c)
            return
        self.finish(row, DONE)
        if self.structure.has_data[c]:
            point = self.lost_at[c]
            if self.strategy(c) == "cold":
                point = self.restored_point[c]
                self.clean(c)
            elif replica >= 0:
                row.point = point = self.replica_point(c, replica, self.incident[c])
                if (since := self.behind_since(c, replica)) < self.lost_at[c]:
                    row.behind = since
            self.recovered(c, point)
        self.serves(c, d, row, trusted=row.kind == "switch")

    def _end_restore(self, c: int, row: Work) -> None:
        if self._is_usable(c, row.copy):
            self.finish(row, DONE)
            assert row.point is not None
            self.restored[c], self.restored_point[c] = row.copy, row.point
            self.restored_at[c] = self.plan.steps[row.step].deployment
            return
        self.finish(row, UNUSABLE)
        self.bad.add((c, row.copy))
        if all(other.replicated or (c, i) in self.bad for i, other in enumerate(self.plan.copies[c])):
            self.next_strategy(c)

    def _is_usable(self, c: int, i: int) -> bool:
        copy = self.plan.copies[c][i]
        return self.luck(copy.works, copy.works_variable)

    def _restarted(self, c: int, d: int, row: Work) -> None:
        if self.lost[c]:
            if self.corrupt[c]:
                self.recovered(c, self.restored_point[c])
                self.clean(c)
                self.copy_begins_anew(c)
            # one that serves again at the very instant of its loss was never lost
            elif self.structure.has_data[c] and (self.lost_at[c], self.lost_round[c]) != (self.now, self.rounds):
                self.recovered(c, self.point_in_place(c, d))
            self.release_room(c)
        self.serves(c, d, row, trusted=self.structure.automatic[c])

    def _repaired(self, d: int, row: Work) -> None:
        self.broken[d] -= self.broken_until[d]
        self.broken_until[d] = 0
        if not self.broken[d]:
            self.whole(d, row.number)
            self.look_at_copy(self.lookups.component_of[d])
            self.note_home(self.lookups.component_of[d])
        if self.plan.failing:
            self.renew(d)
        self.dirty_incidents = True

    def whole(self, d: int, number: int) -> None:
        """A deployment is broken no longer."""
        self.whole_since[d] = number
        for step in (
            *self.lookups.gated[d],
            self.lookups.restore[d],
            self.lookups.stable[d],
            self.lookups.synchronise[d],
        ):
            if step >= 0:
                self.check_step(step)

    def _trust(self, p: int) -> None:
        for i in self.lookups.trusts_of[p]:
            d = self.structure.trusts[i][1]
            if not self.trusted[i] and self.started[d] and self.role[d] == ACTIVE:
                self.trusted[i] = True
                self.flip(self.lookups.flag_trusted + i, True)
        self.dirty_points.add(p)

    def _check(self, d: int, row: Work) -> None:
        self.checked[d] = True
        self.flip(self.lookups.flag_checked + d, True)
        if self.ready[d]:
            more = list(self.checked_feeds[d])
            self.fed[d] = (*self.fed[d], *more)
            self.raise_nodes(more, row.number)

    def point_in_place(self, c: int, d: int) -> int:
        """To when the data of a deployment goes that is restarted."""
        return self.lost_at[c] if self.role[d] == ACTIVE else self.stopped_at[d]

    def recovered(self, c: int, point: int) -> None:
        """A component with data serves again."""
        self.recoveries.append(Recovery(c, self.incident[c], self.now, self.lost_at[c], point))

    def serves(self, c: int, d: int, row: Work, *, trusted: bool) -> None:
        """A deployment runs; what else was active of its component is stale."""
        self.restored[c] = -1
        if self.role[d] != ACTIVE:
            for other in self.structure.of_component[c]:
                if self.role[other] == ACTIVE and not self.started[other]:
                    self.role[other] = STALE
                    self.incident_of[other] = -1
            self.role[d] = ACTIVE
            self.dirty_incidents = True
            self.note_home(c)
        self.started[d] = True
        self.look_at_copy(c)
        self.incident_of[d] = -1
        self.start_incident[d] = row.incident
        self.lost[c] = False
        self.failures[c] = 0
        self.patience.pop(c, None)
        self.touch(c)
        if c in self.lookups.tasks_after:
            self.note_tasks(row.number)
        structure = self.structure
        self.flip(self.lookups.flag_on + d, True)
        if not trusted:
            self._doubt(c, d)
        for i in structure.trusted_by[d]:
            if not self.trusted[i]:
                self.dirty_points.add(structure.trusts[i][0])
        if self.short[structure.gate[d]] <= 0:
            stack: list[int] = []
            self.becomes_ready(d, stack, row.number)
            self.raise_nodes(stack, row.number)
        if self.incidents[row.incident].closed:
            self.dirty_incidents = True

    def _doubt(self, c: int, d: int) -> None:
        """What people started is to be checked by people."""
        if self.structure.opts_in[c]:
            if self.checked[d]:
                self.checked[d] = False
                self.flip(self.lookups.flag_checked + d, False)
            return
        for i in self.structure.trusted_by[d]:
            if self.trusted[i]:
                self.trusted[i] = False
                self.flip(self.lookups.flag_trusted + i, False)
