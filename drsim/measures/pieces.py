"""The time of one row, cut wherever its cause changes: how it waited for people or a copy, and how it ran."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise

from drsim.measures.moment import Moment
from drsim.measures.segments import Segment, joined
from drsim.model.bubble import is_twin
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.rules.heads import skill_of
from drsim.simulation.trajectory import DONE, DROPPED, RUNNING, Row, Trajectory

__all__ = ["Pieces"]

BY_KIND = {
    "detect": "not yet detected",
    "assess": "not yet decided",
    "gather": "people on their way",
    "decide": "not yet decided",
    "declare": "not yet decided",
    "mobilise": "people on their way",
    "restore": "restoring data",
    "verify": "being verified",
    "teardown": "clearing a test away",
}

TRANSFERS = ("restore", "synchronise")

Why = tuple[str, str, str]
"""Cause, detail, team."""
Steps = tuple[list[int], list[int]]
"""Times in order, and the values before the first and from each on."""


class Pieces:
    """Cuts rows of one drill."""

    def __init__(self, plan: Plan, drill: Trajectory) -> None:
        self.plan, self.drill = plan, drill

    # running

    def running(self, row: Row, begin: int, end: int) -> list[Segment]:
        """A row that ran throughout."""
        team = " + ".join(self.plan.structure.teams[t] for t, _ in row.crew)
        if row.outcome not in (DONE, RUNNING):
            return joined([Segment(begin, end, "failed attempt", f"{row.kind} {row.object}", team)])
        decides = row.kind in ("detect", "assess", "gather", "decide", "declare", "teardown")
        detail = row.kind if decides else row.object + self._last_of(row, end)
        cause = BY_KIND.get(row.kind, "step under way")
        if row.kind == "stop" and self.plan.structure.sheddable[self.plan.steps[row.step].component]:
            cause = "making room"
        if row.kind == "task":
            task = next(task for task in self.plan.structure.tasks if task.name == row.object)
            if task.approval or task.is_wait:
                return [Segment(begin, end, "waiting for approval" if task.approval else "waiting", detail, team)]
        by_suppliers = bool(row.crew) and all(self.plan.structure.outside[t] for t, _ in row.crew)
        if by_suppliers and not decides:
            cause = "supplier at work"
        right = self.drill.wrong.get(row.incident, end) if row.kind == "assess" else end
        if begin < right < end:
            return self.running(row, begin, right) + self.running(row, right, end)
        if right <= begin and right < end:
            cause = "wrong diagnosis"
        return joined(
            Segment(a, b, cause if is_open else self._closed(row), detail, team, beside)
            for since, until, beside in self._shared(row, begin, end)
            for a, b, is_open in self._in_hours(row, since, until)
        )

    def _shared(self, row: Row, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
        """A transfer, cut where another comes to its links or leaves them, with the names of those that are there."""
        others = [other for other in self._transfers if other is not row] if row.kind in TRANSFERS else []
        if not others:
            yield begin, end, ""
            return
        places = len(self.plan.structure.sites) + len(self.plan.structure.links)
        times = {t for other in others for t in (other.start, other.end)}
        times |= {t for t, flag, _ in self.drill.changes if flag < places}
        for a, b in pairwise(_within(times, begin, end)):
            now = Moment(self.plan, self.drill, a + 1)
            mine = now.links_of(row)
            there = (other for other in others if other.start <= a and not 0 <= other.end <= a)
            yield a, b, ", ".join(sorted({other.object for other in there if mine & now.links_of(other)}))

    @cached_property
    def _transfers(self) -> list[Row]:
        return [row for row in self.drill.rows if row.kind in TRANSFERS and row.start >= 0]

    def _last_of(self, row: Row, end: int) -> str:
        """Of which consistency group the other members wait for a `restore`."""
        if row.kind != "restore":
            return ""
        c = self.plan.steps[row.step].component
        for name, members in self.plan.structure.consistency:
            if c in members and any(c in self.drill.awaited_by(other, end) for other in members):
                return f", for which {name} waits"
        return ""

    def _closed(self, row: Row) -> str:
        """Why work in working hours stands still: its calendar is that of the first team."""
        return "supplier closed" if self.plan.structure.outside[row.crew[0][0]] else "nobody on duty"

    def _in_hours(self, row: Row, begin: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Open and closed times of the calendar on which a row runs; all is open on the clock."""
        hours = self._hours(row)
        if hours < 0 or not row.crew:
            yield begin, end, True
            return
        calendar, shift = self.plan.calendars[hours], self.drill.offset
        edges = [t - shift for t, _ in calendar.edges(begin + shift, end + shift) if begin < t - shift < end]
        for a, b in pairwise([begin, *edges, end]):
            yield a, b, calendar.is_open(a + shift)

    def at_work(self, row: Row) -> list[tuple[int, int]]:
        """(begin, end) of each part of a row that started in which it goes on; between them its people or supplier are closed."""
        end = row.end if row.end >= 0 else self.plan.horizon
        spans: list[tuple[int, int]] = []
        for a, b, is_open in self._in_hours(row, row.start, end):
            if is_open and spans and spans[-1][1] == a:
                spans[-1] = (spans[-1][0], b)
            elif is_open:
                spans.append((a, b))
        return spans

    def _hours(self, row: Row) -> int:
        if row.order >= 0:
            return self.plan.steps[row.order].hours
        if row.kind == "teardown":
            return -1 if self.plan.trial is None else self.plan.trial.hours
        return {"assess": self.plan.assess[2], "decide": self.plan.decide[2]}.get(row.kind, -1)

    # waiting

    def waits(self, row: Row, begin: int, end: int) -> list[Segment]:
        """A row that was ready and did not start."""
        if begin >= end:
            return []
        found: list[Segment] = []
        assess = self._assessed.get(row.incident) if row.order >= 0 and row.crew else None
        if assess is not None and begin < (
            called := _or(assess.end, end)
        ):  # nobody is called before: what holds that up
            until = min(end, called)
            start = min(max(begin, _or(assess.start, until)), until)
            found = [*self.waits(assess, begin, start), *self.running(assess, start, until)]
            begin = until
        for since, until in pairwise(_within(self._copy_cuts(row), begin, end)):
            if row.kind == "restore" and not Moment(self.plan, self.drill, since + 1).has_copy(row):
                found.append(Segment(since, until, "waiting for a copy", row.object))
                continue
            cuts = _within(self._people_cuts(row), since, until)
            found += (Segment(a, b, *self._why_not(row, a)) for a, b in pairwise(cuts))
        return joined(found)

    @cached_property
    def _assessed(self) -> dict[int, Row]:
        """The `assess` of each incident."""
        return {row.incident: row for row in self.drill.rows if row.kind == "assess" and row.outcome != DROPPED}

    def _copy_cuts(self, row: Row) -> set[int]:
        """When a copy may have become readable, or no longer so."""
        if row.kind != "restore":
            return set()
        places = len(self.plan.structure.sites) + len(self.plan.structure.links)
        tries = {other.end for other in self.drill.rows if other.kind == "restore" and other.object == row.object}
        tries |= {time for time, _, _ in self.drill.common}
        return tries | {t for t, flag, _ in self.drill.changes if flag < places}

    def _people_cuts(self, row: Row) -> set[int]:
        """When the reason of a wait for people may change."""
        drill, teams = self.drill, {team for team, _ in row.crew}
        times = {t for t, team, _ in (*drill.heads, *drill.there) if team in teams}
        times |= {t for (k, team), t in drill.arrivals.items() if k == row.incident and team in teams}
        times |= {t for team, a, b in drill.evacuations if team in teams for t in (a, b)}
        times |= {t for team, _, a, b in drill.rests if team in teams for t in (a, b)}
        if self._frees is not None and drill.trial is not None:
            times |= {drill.trial.begun, drill.trial.over}
        return times.union(*(self._busy[team][0] for team in teams))

    def _why_not(self, row: Row, time: int) -> Why:
        """What was missing first from an instant on, in the order of section 14."""
        structure, drill = self.plan.structure, self.drill
        for team, heads in row.crew:
            if row.order >= 0 and drill.arrivals.get((row.incident, team), NEVER) > time:
                return "people on their way", "", structure.teams[team]
            out = any(who == team and a <= time < b for who, a, b in drill.evacuations)
            if out and self._there(row, team, time) < heads:
                return "people on their way", "out of the lost building", structure.teams[team]
        for outside, cause in ((False, "nobody on duty"), (True, "supplier closed")):
            for team, heads in row.crew:
                if structure.outside[team] == outside and self._there(row, team, time) < heads:
                    return cause, skill_of(row.what.skills, team), structure.teams[team]
            for team, heads in row.crew:
                free = self._present(team, time) - self._busy_at(team, time)
                if team in self.plan.heads:
                    able = self._able(row, team, time)
                    rested = able - {head for of, head, a, b in drill.rests if of == team and a <= time < b}
                    if structure.outside[team] == outside and len(rested) < heads:
                        return "people at rest", skill_of(row.what.skills, team), structure.teams[team]
                    free = min(free, len(rested - self._taken_at(team, time)))
                if structure.outside[team] == outside and not self._may_take(row, team, heads, time):
                    return "team busy", "freed for a test", structure.teams[team]
                if structure.outside[team] == outside and free < heads:
                    last = drill.freed_by(row)
                    return "team busy", f"{last.kind} {last.object}" if last is not None else "", structure.teams[team]
        return "team busy", "", ""

    def _there(self, row: Row, team: int, time: int) -> int:
        """How many are there who can do what a row asks for."""
        if team not in self.plan.heads:
            return self._present(team, time)
        return len(self._able(row, team, time))

    def _able(self, row: Row, team: int, time: int) -> set[int]:
        """Those who are there and can do what a row asks for, of a team in which heads are told apart."""
        skill = skill_of(row.what.skills, team)
        there: tuple[int, ...] = next(
            (heads for t, of, heads in reversed(self.drill.there) if of == team and t <= time), ()
        )
        return {head for head in there if not skill or skill in self.plan.heads[team][head].skills}

    def _taken_at(self, team: int, time: int) -> set[int]:
        rows = [row for row in self.drill.rows if row.taken and row.start <= time and not 0 <= row.end <= time]
        return {head for row in rows for of, head in row.taken if of == team}

    @property
    def _frees(self) -> tuple[int, ...] | None:
        return None if self.plan.trial is None else self.plan.trial.frees

    def _may_take(self, row: Row, team: int, heads: int, time: int) -> bool:
        """Whether a test leaves a row so many of a team, if they have nothing to do (section 18)."""
        trial = self.drill.trial
        if self._frees is None or trial is None or not 0 <= trial.begun <= time or 0 <= trial.over <= time:
            return True
        inside = _is_of_test(row)
        busy = sum(
            of
            for other in self.drill.rows
            if 0 <= other.start <= time and not 0 <= other.end <= time and _is_of_test(other) == inside
            for which, of in other.crew
            if which == team
        )
        most = self._frees[team] if inside else self._present(team, time) - self._frees[team]
        return busy + heads <= most

    def _present(self, team: int, time: int) -> int:
        times, heads = self._heads[team]
        return heads[bisect_right(times, time)]

    def _busy_at(self, team: int, time: int) -> int:
        times, heads = self._busy[team]
        return heads[bisect_right(times, time)]

    @cached_property
    def _heads(self) -> list[Steps]:
        """For each team the heads present."""
        found: list[Steps] = [([], [0]) for _ in self.plan.structure.teams]
        for time, team, heads in self.drill.heads:
            found[team][0].append(time)
            found[team][1].append(heads)
        return found

    @cached_property
    def _busy(self) -> list[Steps]:
        """For each team the heads that work."""
        changes: list[list[tuple[int, int]]] = [[] for _ in self.plan.structure.teams]
        for row in self.drill.rows:
            for team, heads in row.crew if row.start >= 0 else ():
                changes[team].append((row.start, heads))
                changes[team].append((row.end if row.end >= 0 else NEVER, -heads))
        return [([time for time, _ in of], [0, *accumulate(heads for _, heads in of)]) for of in map(sorted, changes)]


def _is_of_test(row: Row) -> bool:
    """Whether a row is of a test in a bubble, or of its teardown."""
    return row.kind == "teardown" or is_twin(row.object)


def _within(times: Iterable[int], begin: int, end: int) -> list[int]:
    """The cuts of [begin, end]."""
    return sorted({begin, end, *(t for t in times if begin < t < end)})


def _or(time: int, otherwise: int) -> int:
    """A time of a row; what stands for one that never came."""
    return time if time >= 0 else otherwise
