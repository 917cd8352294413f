"""Without a standby: `unprotected_time`, `docs/semantics.md` section 14."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from drsim.planning.plan import STANDBY, Plan
from drsim.simulation.power import Span
from drsim.simulation.trajectory import DONE, UNUSABLE, Row, Trajectory

__all__ = ["Protection", "unprotected"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
Cause = tuple[int, int, int]
"""(time, deployment, +1 or -1): one more or one less of what keeps a standby from being used"""


class Protection:
    """When components are unprotected in some drills: a row for each component that could be, columns of time."""

    def __init__(self, plan: Plan, drills: Sequence[Trajectory]) -> None:
        structure = plan.structure
        self.plan = plan
        self.row_of = {c: row for row, c in enumerate(structure.doubled)}
        self.first_on = len(structure.sites) + len(structure.links)
        self.standbys: dict[int, list[int]] = {}
        for c in structure.doubled:
            for d in structure.of_component[c]:
                if structure.roles[d] == STANDBY:
                    self.standbys.setdefault(structure.deployments[d][1], []).append(d)
        self.flags = {*self.standbys, *(self.first_on + d for c in self.row_of for d in structure.of_component[c])}
        self.hit = [
            outage
            for outage in plan.outages
            if outage.kind == "component" and any(structure.roles[d] == STANDBY for d in outage.targets)
        ]
        times: list[int] = []
        first = [0]
        states: list[list[bool]] = []
        for drill in drills:
            self._walk(drill, times, states)
            first.append(len(times))
        self.first = np.array(first, dtype=np.int64)
        begin = np.array(times, dtype=np.int64)
        end = np.append(begin[1:], plan.horizon)
        end[self.first[1:] - 1] = plan.horizon
        self.begin, self.end = begin, end
        self.table = np.array(states, dtype=bool).reshape(len(times), len(self.row_of)).T

    def _walk(self, drill: Trajectory, times: list[int], states: list[list[bool]]) -> None:
        """The columns of one drill: at 0, and where a component loses its protection or has it back."""
        structure, first_on = self.plan.structure, self.first_on
        against: dict[int, int] = {d: 0 for found in self.standbys.values() for d in found}
        holds = [0] * len(self.row_of)
        for c, row in self.row_of.items():
            for d in structure.of_component[c]:
                if self.plan.relocates and structure.roles[d] != STANDBY:
                    against[d] = 1  # what is at home can wait there later
                if structure.roles[d] != STANDBY or self._is_fit(c):
                    holds[row] += 1
                else:
                    against[d] += 1

        crossed = False

        def change(d: int, by: int) -> None:
            nonlocal crossed
            row = self.row_of[structure.deployments[d][0]]
            before = holds[row]
            holds[row] += by
            crossed = crossed or (before < 2) != (holds[row] < 2)

        def turn(d: int, sign: int) -> None:
            before = against[d]
            against[d] += sign
            if (before == 0) != (against[d] == 0):
                change(d, -sign)

        moved: set[int] = set()
        now = [held < 2 for held in holds]
        times.append(0)
        states.append(now)
        flags = [(time, flag, value) for time, flag, value in drill.changes if flag in self.flags]
        causes = self._causes(drill)
        for time in sorted({time for time, _, _ in flags} | {time for time, _, _ in causes}):
            while flags and flags[0][0] == time:
                _, flag, value = flags.pop(0)
                if flag < first_on:
                    for d in self.standbys[flag]:
                        turn(d, -1 if value else 1)
                    continue
                d = flag - first_on
                if value and d in against and d not in moved and not self.plan.relocates:
                    moved.add(d)
                    turn(d, 1)  # for good: it is no standby any more
                change(d, 1 if value else -1)
            while causes and causes[0][0] == time:
                _, d, sign = causes.pop(0)
                turn(d, sign)
            if not crossed:
                continue
            crossed, then = False, [held < 2 for held in holds]
            if then == now:
                continue
            now = then
            if times[-1] == time:
                states[-1] = now
            else:
                times.append(time)
                states.append(now)

    def _is_fit(self, c: int, replica: bool = True, bad: frozenset[int] = frozenset()) -> bool:
        """Whether a strategy is left with which a component could go to its standby."""
        copies = enumerate(self.plan.copies[c])
        cold = not self.plan.structure.has_data[c] or any(not copy.replicated and i not in bad for i, copy in copies)
        return any(cold if strategy == "cold" else replica for strategy in self.plan.strategies[c])

    def _causes(self, drill: Trajectory) -> list[Cause]:
        """What happens to standbys that no flag tells: they break, are mended, and copies are found unusable."""
        found: list[Cause] = []
        structure = self.plan.structure
        found += [(time, d, -sign) for time, d, sign in drill.standing if structure.deployments[d][0] in self.row_of]
        for outage in self.hit:
            for begin, end in drill.outages.get(outage.name, ()):
                for d in outage.targets:
                    if structure.roles[d] == STANDBY and structure.deployments[d][0] in self.row_of:
                        until = end
                        if outage.until_repaired:
                            until = min([until, *(time for time in self._repairs(drill, d) if time >= begin)])
                        if begin < min(until, self.plan.horizon):
                            found += [(begin, d, 1), (until, d, -1)]
        if drill.corrupt or any(row.outcome == UNUSABLE for row in drill.made):
            found += self._unfit(drill)
        return sorted(each for each in found if each[0] < self.plan.horizon)

    def _repairs(self, drill: Trajectory, d: int) -> list[int]:
        steps = self.plan.steps
        return [
            row.end
            for row in drill.made
            if row.kind == "repair" and row.outcome == DONE and row.step >= 0 and steps[row.step].deployment == d
        ]

    def _unfit(self, drill: Trajectory) -> list[Cause]:
        """When no strategy is left: copies were found unusable, or all that is replicated is known to be bad."""
        found: list[Cause] = []
        replica: set[int] = set()
        bad: dict[int, frozenset[int]] = {}
        corrupt: set[int] = set()
        unfit: set[int] = set()
        events: list[tuple[int, int, Row | bool]] = [
            (row.end, self.plan.steps[row.step].component, row) for row in drill.made if row.outcome == UNUSABLE
        ]
        events += drill.corrupt
        for time, c, what in sorted(events, key=lambda event: event[0]):
            if c not in self.row_of or not self._is_fit(c):
                continue
            if isinstance(what, bool):
                corrupt = corrupt | {c} if what else corrupt - {c}
            elif what.kind == "restore":
                bad[c] = bad.get(c, frozenset()) | {what.copy}
            else:
                replica.add(c)
            if (c in unfit) == self._is_fit(c, c not in replica | corrupt, bad.get(c, frozenset())):
                unfit ^= {c}
                found.append((time, self.plan.structure.standby[c], 1 if c in unfit else -1))
        return found

    def time(self, components: Sequence[int]) -> Ints:
        """For each drill how long at least one of these components is unprotected, ms."""
        rows = [self.row_of[c] for c in components]
        if not rows:
            return np.zeros(len(self.first) - 1, dtype=np.int64)
        lasting = np.where(self.table[rows].any(axis=0), self.end - self.begin, 0)
        total: Ints = np.add.reduceat(lasting, self.first[:-1])
        return total


def unprotected(plan: Plan, drill: Trajectory) -> dict[int, list[Span]]:
    """When each component is unprotected in one drill; those that never are are left out."""
    found = Protection(plan, [drill])
    times: dict[int, list[Span]] = {}
    for c, row in found.row_of.items():
        spans: list[Span] = []
        for begin, end, bare in zip(found.begin.tolist(), found.end.tolist(), found.table[row].tolist(), strict=True):
            if not bare:
                continue
            if spans and spans[-1][1] == begin:
                begin = spans.pop()[0]
            spans.append((begin, end))
        if spans:
            times[c] = spans
    return times
