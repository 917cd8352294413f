"""Heads, section 8 of `docs/semantics.md`: who of a team does what, where that matters."""

from __future__ import annotations

from drsim.planning.plan import NEVER, Skills
from drsim.simulation.clock import Work
from drsim.simulation.rules.state import State

__all__ = ["Heads"]


class Heads(State):
    """The people of teams in which they are told apart (`Plan.heads`): who is there, and who is taken."""

    def count_heads(self, team: int) -> None:
        """Who of a team is there may be others than before."""
        time = self.now + self.offset
        on_duty = [
            head
            for head, (_, _, calendar) in enumerate(self.plan.heads[team])
            if (self.plan.calendars[calendar].is_open(time) if calendar >= 0 else self.called[team])
        ]
        there = tuple(on_duty[: max(0, len(on_duty) - self.away[team])])
        if there != self.there.get(team):
            self.there[team] = there
            self.there_log.append((self.now, team, there))
            self.touched.add(team)

    def free_heads(self, team: int, skill: str) -> list[int]:
        """Those that can be taken now, in order."""
        heads = self.plan.heads[team]
        return [
            head
            for head in self.there[team]
            if (team, head) not in self.taken
            and (not skill or skill in heads[head].skills)
            and (team not in self.plan.rests or not self.is_at_rest(team, head))
        ]

    def is_at_rest(self, team: int, head: int) -> bool:
        """Whether one that does nothing has worked as long as they may."""
        limit, rest = self.plan.rests[team]
        begun, ended = self.worked.get((team, head), (self.now, self.now))
        return self.now - begun >= limit and self.now - ended < rest

    def await_rest(self) -> None:
        """Somebody waits: see to it that it is noticed when the next is rested."""
        rested = [
            ended + self.plan.rests[who[0]][1] for who, (_, ended) in self.worked.items() if who not in self.taken
        ]
        time = min((time for time in rested if time > self.now), default=-1)
        if time >= 0 and time != self.rest_alarm:
            self.rest_alarm = time
            self.clock.at(time, "rested", None)

    def crew_is_free(self, row: Work) -> bool:
        """Whether all heads of a crew are there and have nothing to do."""
        for team, heads in row.crew:
            if self.present[team] - self.busy[team] < heads:
                return False
            if team in self.plan.heads and len(self.free_heads(team, skill_of(row.what.skills, team))) < heads:
                return False
        return True

    def take_heads(self, row: Work) -> None:
        """A row starts, whose crew is free."""
        row.taken = tuple(
            (team, head)
            for team, heads in row.crew
            if team in self.plan.heads
            for head in self.free_heads(team, skill_of(row.what.skills, team))[:heads]
        )
        self.taken.update(row.taken)
        for who in row.taken:
            if who[0] in self.plan.rests:
                begun, ended = self.worked.get(who, (self.now, -NEVER))
                fresh = self.now - ended >= self.plan.rests[who[0]][1]
                self.worked[who] = (self.now if fresh else begun, self.now)


def skill_of(skills: Skills, team: int) -> str:
    """What a team is asked for, '' for nothing."""
    return next((skill for other, skill in skills if other == team), "")
