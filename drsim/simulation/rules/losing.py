"""Losing, section 5 of `docs/semantics.md`: outages, and what they take down."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

from drsim.planning.plan import ACTIVE, Tree
from drsim.simulation.rules.bubble import Bubble
from drsim.simulation.rules.cleaning import STOPPED
from drsim.simulation.rules.state import ASKED, DETECT, NONE, Incident
from drsim.simulation.trajectory import INTERRUPTED, by_order

__all__ = ["Losing"]

Numbers = dict[tuple[str, int], int]
"""(kind, target) -> the number of the last outage that hit it or left it at this instant"""


class Losing(Bubble):
    """Outages that end, then outages that begin; then what they take down."""

    def apply_outages(self) -> None:
        """All outages that are due."""
        structure, lookups = self.structure, self.lookups
        numbers, was_broken, last_end = self._count_outages()
        downs = [s for s, n in enumerate(self.site_outages) if n > 0 and self.site_up[s]]
        ups = [s for s, n in enumerate(self.site_outages) if n == 0 and not self.site_up[s]]
        links = [k for k, n in enumerate(self.link_outages) if (n == 0) != self.link_up[k]]
        for s in (*downs, *ups):
            self.site_up[s] = not self.site_up[s]
            self.flip(s, self.site_up[s])
        for k in links:
            self.link_up[k] = not self.link_up[k]
            self.flip(len(structure.sites) + k, self.link_up[k])
        alone: list[int] = []
        if self.plan.partitions and (downs or ups or links):
            cut, alone = self.look_around(was_broken)
            numbers |= {("component", d): number for d, number in cut.items()}
            last_end = max(last_end, self.last_end)
        breaks = [d for d, before in sorted(was_broken.items()) if before == 0 and self.broken[d] > 0]
        mends = [d for d, before in sorted(was_broken.items()) if before > 0 and self.broken[d] == 0]
        if self.trial is not None and (downs or breaks):
            self.break_off()
        for s in ups:
            self.site_since[s] = last_end
        if downs or ups or links:
            self.change_reach(last_end)
        while self.parted:
            self.end_split(*self.parted.pop(0))
        corrupt = self.become_known() if self.due_known else []
        stopped = self._stop_all(downs, [*breaks, *(d for c in corrupt for d in structure.of_component[c])])
        if downs or breaks:
            self._open_incidents(downs, breaks, numbers)
        if alone:
            self._open_cuts(alone)
        self.newly_corrupt = {c: self._open_corruption(c, numbers) for c in corrupt}
        if stopped:
            self._attribute(stopped)
            if self.cuts:
                self.end_splits(stopped)
        for c, incident in self.newly_corrupt.items():
            self.begin_anew(c, incident)
        if structure.tasks and (stopped or downs or corrupt):
            self.note_tasks(len(self.applied) - 1)
        for s in ups:
            for step in lookups.at_site[s]:
                self.check_step(step)
        for s in downs:
            for step in lookups.at_site[s]:
                self.shake(step)
        for s in (*ups, *downs):
            for d in lookups.deployments_at[s]:
                self.touch(lookups.component_of[d])
        for d in (*breaks, *mends):
            for step in (*lookups.gated[d], lookups.restore[d], lookups.stable[d], lookups.synchronise[d]):
                if step >= 0:
                    self.shake(step)
        for d in mends:
            self.whole(d, last_end)
        for d in was_broken:
            self.touch(lookups.component_of[d])
        if ups or breaks or mends or corrupt:
            self.dirty_incidents = True
        for d in (*breaks, *mends):
            self.note_home(lookups.component_of[d])
        if self.plan.relocates:
            self.note_outages(downs, breaks)
        if lookups.followed:
            self.unlooked.update(lookups.followed)
            self.look_at_copies()
        self.interrupt()
        self.evacuated = downs

    def _count_outages(self) -> tuple[Numbers, dict[int, int], int]:
        """Count them; (numbers, how often each deployment was broken before, the number of the last that ended)."""
        numbers: Numbers = {}
        was_broken: dict[int, int] = {}
        last_end = 0
        for index, sign in sorted(self.due_outages, key=lambda pair: (pair[1], pair[0])):  # ends before beginnings
            outage = self.plan.outages[index]
            number = self.apply((outage.name, "begins" if sign > 0 else "ends"))
            if outage.kind == "corruption":
                self.due_known.append(index)
            if sign < 0:
                last_end = number
            for target in outage.targets:
                numbers[outage.kind, target] = number
                if outage.kind == "site":
                    self.site_outages[target] += sign
                elif outage.kind == "link":
                    self.link_outages[target] += sign
                elif outage.kind == "corruption":
                    pass  # what it stops is told by `become_known`
                elif outage.kind == "team":
                    self.due_heads.append((target, sign * outage.heads))
                else:
                    if outage.name in self.plan.failing and self.strike(outage, index, sign):
                        continue
                    was_broken.setdefault(target, self.broken[target])
                    self.broken[target] += sign
                    if outage.until_repaired:
                        self.broken_until[target] += sign
        self.due_outages = []
        return numbers, was_broken, last_end

    def _stop_all(self, downs: list[int], breaks: list[int]) -> list[int]:
        """What stops at this instant, in the order in which it is found."""
        started, supports = self.started, self.structure.supports
        stopped: list[int] = []
        gone: set[int] = set()
        todo = deque(d for s in downs for d in self.lookups.deployments_at[s] if started[d])
        todo.extend(d for d in breaks if started[d])
        while todo:
            d = todo.popleft()
            if not started[d]:
                continue
            started[d] = False
            self.stopped_at[d] = self.now
            gone.add(d)
            stopped.append(d)
            self.flip(self.lookups.flag_on + d, False)
            if self.ready[d]:
                self.unready(d)
            for needer in supports[d]:
                if started[needer] and not _holds(self.structure.support[needer], started, gone):
                    todo.append(needer)
        return stopped

    def _open_incidents(self, downs: list[int], breaks: list[int], numbers: Numbers) -> None:
        lookups, names = self.lookups, self.structure.components
        for s in downs:
            self._open(lookups.root_of_site[s], numbers["site", s], breaks)
        for d in sorted(breaks, key=lambda d: (names[lookups.component_of[d]], d)):
            c, s = self.structure.deployments[d]
            root = lookups.root_of_component.get(c, -1)
            if not self.site_up[s]:
                incident = self.last_incident(lookups.root_of_site[s])
            else:
                if c not in self.breaking:
                    self.breaking[c] = self._open(root, self._last_hit(numbers, c), breaks).number
                incident = self.incidents[self.breaking[c]]
            self.broken_incident[d] = incident.number

    def _open_cuts(self, alone: list[int]) -> None:
        """Incidents of what is cut off and taken over alone."""
        for c in sorted(alone, key=lambda c: self.structure.components[c]):
            cut = self.cuts[c]
            if c not in self.breaking:
                self.breaking[c] = self._open(self.lookups.root_of_component[c], cut.number, []).number
            self.cuts[c] = cut._replace(incident=self.breaking[c])
            self.touch(c)

    def _open_corruption(self, c: int, numbers: Numbers) -> Incident:
        """Its detection is behind us: an incident of its own, whatever else is the matter with the component."""
        incident = self._open(self.lookups.root_of_component[c], self._last_hit(numbers, c), [])
        incident.noticed = True
        self.breaking[c] = incident.number
        return incident

    def open_found(self) -> None:
        """Incidents of what steps found broken in this round."""
        super().open_found()
        found, self.found = dict(self.found), []
        known = len(self.incidents)
        numbers = {("component", d): number for d, number in found.items()}
        self._open_incidents([], list(found), numbers)
        for incident in self.incidents[known:]:
            incident.noticed = True

    def _last_hit(self, numbers: Numbers, c: int) -> int:
        component_of = self.lookups.component_of
        kinds = ("component", "corruption")
        return max(n for (kind, d), n in numbers.items() if kind in kinds and component_of[d] == c)

    def _open(self, root: int, number: int, breaks: list[int]) -> Incident:
        incident = Incident(len(self.incidents), root, self.now)
        self.incidents.append(incident)
        self.opened.append((incident.number, (*breaks,)))
        self.incident_row(incident, DETECT, number)
        self.dirty_incidents = True
        return incident

    def move_exhausted(self) -> None:
        """What is still lost once all that ended at this instant has been applied moves to the incidents that opened."""
        for number, breaks in self.opened:
            self._move_to(self.incidents[number], breaks)
        self.opened.clear()
        if self.structure.tasks:
            self.note_tasks(len(self.applied) - 1)

    def _move_to(self, incident: Incident, breaks: Collection[int]) -> None:
        """What is still lost at the root of a new incident moves to it, if its own is over or its strategies are exhausted."""
        what = self.plan.roots[incident.root]
        for d, (c, s) in enumerate(self.structure.deployments):
            at_root = s == what.place if what.is_site else (c == what.place and d in breaks)
            if not at_root or self.role[d] != ACTIVE or self.started[d] or self.incident_of[d] < 0:
                continue
            if self.stopped_at[d] == self.now or self.incident_of[d] >= incident.number:
                continue
            exhausted = self.lost[c] and self.lost_at[c] != self.now and self.strategy(c) is None
            if exhausted or self.is_over(self.incident_of[d]):
                self.incident_of[d] = incident.number
                self.concern(incident, c)
                if self.lost[c] and (exhausted or self.is_over(self.incident[c])):
                    self.first_strategy(c, incident.number)

    def first_strategy(self, c: int, number: int) -> None:
        """A lost component begins with its first strategy; one whose failover runs goes on with that."""
        self.incident[c] = number
        self.losses.append((self.now, c, number))
        if not (self.plan.abandon and self._moving(self.structure.standby[c])):
            self.stage[c] = self.failures[c] = 0
            self.patience.pop(c, None)
            self.prechecked.discard(c)
            self.skip_hopeless(c)
        self.touch(c)
        if self.room[c] == ASKED:
            self.room[c] = NONE
            self.dirty_room = True  # who waits behind it need not any more
        if self.incidents[number].go:
            self.ask_room(c)

    def _attribute(self, stopped: list[int]) -> None:
        """To which incident each stop belongs: the smallest number from which it can be reached."""
        structure, lookups = self.structure, self.lookups
        gone = set(stopped)
        found: dict[int, int] = {}
        for d in stopped:
            s = lookups.site_of[d]
            if (known := self.newly_corrupt.get(lookups.component_of[d])) is not None:
                found[d] = known.number
            elif not self.site_up[s]:
                found[d] = self.last_incident(lookups.root_of_site[s]).number
            elif self.broken[d]:
                found[d] = self.broken_incident[d]
        todo = deque(sorted(found, key=found.__getitem__))
        while todo:
            d = todo.popleft()
            for needer in structure.supports[d]:
                if needer in gone and needer not in found:
                    found[needer] = found[d]
                    todo.append(needer)
        by_component: dict[int, int] = {}
        for d in stopped:
            self.incident_of[d] = found[d]
            c = lookups.component_of[d]
            self.concern(self.incidents[found[d]], c)
            by_component[c] = min(by_component.get(c, found[d]), found[d])
        for c, number in by_component.items():
            actives = [d for d in structure.of_component[c] if self.role[d] == ACTIVE]
            if not self.lost[c] and not any(self.started[d] for d in actives):
                self.lost[c] = True
                self.lost_at[c] = self.now
                self.lost_round[c] = self.rounds
                self.first_strategy(c, number)
            self.touch(c)
            for d in actives:
                if d in gone:
                    self.dirty_points.update(structure.trusts[i][0] for i in structure.trusted_by[d])

    def interrupt(self) -> None:
        """Running steps without ground fail."""
        for flow in self.flows:
            if flow.source >= 0 and not self.site_up[flow.source]:
                self.shaken.append(flow.row)
        for row in sorted(set(self.shaken), key=by_order, reverse=True):
            if row.outcome is not None or row.start < 0:
                continue
            source_down = row.copy >= 0 and not self.site_up[self.copy_of(row).site]
            stops = row.kind in STOPPED and self.plan.steps[row.step].component in self.newly_corrupt
            if source_down or stops or not self.grounded(row.step) or self.is_needless(row):
                self.finish(row, INTERRUPTED)
                step = self.plan.steps[row.step]
                if step.point >= 0:
                    self.dirty_points.add(step.point)
                else:
                    self.touch(step.component)
        self.shaken.clear()


def _holds(tree: Tree | None, started: Sequence[bool], gone: set[int]) -> bool:
    """A tree of needs beside; a circle mate (-2 - d) counts unless it stopped at this instant."""
    if tree is None:
        return True
    if isinstance(tree, int):
        return started[tree] if tree >= 0 else -2 - tree not in gone
    needed, parts = tree
    return needed <= 0 or sum(_holds(part, started, gone) for part in parts) >= needed
