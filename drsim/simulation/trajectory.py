"""What one drill leaves behind: the step table, the flags that levels follow from, and what was recovered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from drsim.planning.plan import NEVER, Crew, Plan, Skills, StepPlan
from drsim.simulation.draws import Numbers
from drsim.simulation.power import Event, Span

__all__ = [
    "BAD",
    "CALLED_OFF",
    "DONE",
    "DROPPED",
    "FAILED",
    "GIVEN_UP",
    "INTERRUPTED",
    "LATE",
    "OUT_OF_REACH",
    "RUNNING",
    "STUCK",
    "UNUSABLE",
    "WAITING",
    "Common",
    "Recovery",
    "Row",
    "Spans",
    "Trajectory",
    "TrialLog",
    "What",
    "by_order",
    "reference_of",
    "why_that_copy",
]

DONE, FAILED, UNUSABLE, INTERRUPTED, DROPPED = "done", "failed", "unusable", "interrupted", "dropped"
GIVEN_UP = "given up"
RUNNING, WAITING = "running", "waiting"
CALLED_OFF, LATE, STUCK = (
    "called off",
    "out of time",
    "stuck",
)  # of a test; it may also be `running`, `done` or `failed`
OUT_OF_REACH, BAD = "out of reach", "bad"  # of a copy; it may also be `unusable`, or of a consistency group
GROUP = "group "
"""how that begins"""

Spans = tuple[Span, ...]
Reference = tuple[str | int, ...]
"""("row", kind, object, site, incident, try) or ("outage", disruption, "begins" or "ends")."""


class What(NamedTuple):
    """What the row of an incident is about; the rows of other steps say it by their `StepPlan`."""

    kind: str
    object: str
    site: str
    crew: Crew
    skills: Skills = ()


class Row:
    """One try of one step; `docs/semantics.md` section 10 says what each column means. Times in ms, -1 for never."""

    ready = start = end = -1
    outcome: str | None = None
    bound_by: Row | tuple[str, str] | None = None
    copy = -1
    """which copy of the component it restores, or found in place at its end; -1 for none"""
    point: int | None = None
    """the moment from which that copy is"""
    behind = -1
    """since when a replicated copy no longer followed, if that was before the loss"""
    passed_over: tuple[tuple[str, str], ...] = ()
    """(copy, why it could not be used) of those that a `restore` would rather have taken"""
    is_ready = False
    """whether nothing but people or a copy was missing to the end"""
    incident = attempt = 0
    taken: tuple[tuple[int, int], ...] = ()
    """(team, which of its heads), of teams in which they are told apart"""

    def __init__(self, what: What | StepPlan, step: int, order: int, incident: int, attempt: int, wanted: int) -> None:
        self.what = what
        self.step = step
        self.order = order
        self.incident = incident
        self.attempt = attempt
        self.wanted = wanted

    @property
    def kind(self) -> str:
        """What kind of step."""
        return self.what.kind

    @property
    def object(self) -> str:
        """Whose step: a component, `service.point`, the root of an incident, or a team."""
        return self.what.object

    @property
    def site(self) -> str:
        """Where."""
        return self.what.site

    @property
    def crew(self) -> Crew:
        """(team, heads), teams in order."""
        return self.what.crew

    @property
    def reference(self) -> Reference:
        """How other rows point to this one."""
        return ("row", self.kind, self.object, self.site, self.incident, self.attempt)

    def __repr__(self) -> str:
        return (
            f"<{self.kind} {self.object} {self.site} #{self.incident}.{self.attempt} wanted {self.wanted} ready {self.ready} "
            f"{self.start}..{self.end} {self.outcome}>"
        )


class TrialLog(NamedTuple):
    """How a test in a bubble went; times in ms, -1 for never."""

    outcome: str
    begun: int = -1
    ended: int = -1
    """from then on nothing was wanted in it but the teardown"""
    stopped: int = -1
    """when what ran in it was stopped"""
    over: int = -1
    """the end of the teardown"""


class Recovery(NamedTuple):
    """A component with data that serves again: `lost_at - point` is what it lost, in ms."""

    component: int
    incident: int
    time: int
    lost_at: int
    point: int


class Common(NamedTuple):
    """The moment to which a consistency group goes back, and whose copy it is from."""

    point: int
    component: int
    copy: int


@dataclass
class Trajectory:
    """One drill, as it went.

    `changes` are (time, flag, value) after the last round of each instant, in order. Flags are numbered: sites, links,
    deployments (on), deployments (checked), then `Structure.trusts`.
    """

    plan: Plan
    replication: int
    offset: int
    """ms from Monday 0:00 to the moment of the drill when the moment is drawn, else 0"""
    made: Sequence[Row]
    """rows in the order in which they were made"""
    applied: Sequence[Row | tuple[str, str] | None]
    """all that was applied, in the order of section 9: rows that ended, and (disruption, "begins" or "ends")"""
    changes: list[tuple[int, int, bool]]
    recoveries: list[Recovery]
    losses: list[tuple[int, int, int]]
    """(time, component, incident): from then on a lost component belongs to that incident"""
    lost_at_end: list[int]
    roomless: list[int]
    """components lost at the end that still wait for room at their standby"""
    evacuations: list[tuple[int, int, int]]
    """(team, from, to)"""
    heads: list[tuple[int, int, int]]
    """(time, team, heads present) at every change"""
    there: list[tuple[int, int, tuple[int, ...]]]
    """(time, team, which of its heads are there) at every change, of teams in which they are told apart"""
    arrivals: dict[tuple[int, int], int]
    """(incident, team) -> when it had arrived"""
    wrong: dict[int, int]
    """incident whose first diagnosis was wrong -> when it would have been assessed"""
    early: list[tuple[int, int, int]]
    """(step, incident, try) of what failed since it began too early"""
    standing: list[tuple[int, int, int]]
    """(time, deployment, 1 or -1): it becomes a standby, or is one no longer; only with failback"""
    shed: list[tuple[int, int, bool]]
    """(time, component, whether its room is away from then on): what was stopped to make room, in order"""
    outages: dict[str, Spans]
    """disruption, or `SITE.power`, -> its (begin, end) as drawn, NEVER for no end of its own; none if it does not happen"""
    found_at: dict[tuple[str, int], int]
    """(outage, its begin) -> when a step found it, NEVER for never; of the failures that were not seen at once"""
    supply: list[Event]
    """what happens to the supply of sites without mains"""
    began: dict[str, int]
    """corruption -> when it began, below 0 before the moment; it is known from its beginning in `outages` on"""
    lineage: dict[int, tuple[tuple[int, int], ...]]
    """component -> (point, when it served again) of each time that its data was restored"""
    corrupt: list[tuple[int, int, bool]]
    """(time, component, whether its data is known to be bad) at every change"""
    common: list[tuple[int, int, Common | None]]
    """(time, consistency group, its point, None for none) at every change"""
    awaited: list[tuple[int, int, tuple[int, ...]]]
    """(time, component, other members of its consistency group that are not restored) at every change: it is, and waits for them"""
    ended: int
    """the last instant at which something happened"""
    trial: TrialLog | None = None
    """the test in a bubble, once it was due"""
    numbers: Numbers | None = field(default=None, compare=False, repr=False)
    """the draws of its slice, for what is drawn only when it is measured"""

    def drawn(self, variable: int, number: int) -> int:
        """The value of a variable with the number of an interruption, ms."""
        assert self.numbers is not None, "a drill without draws"
        value: int = self.numbers.column(variable, number)[self.replication - self.numbers.first]
        return value

    def is_corrupt(self, c: int, time: int) -> bool:
        """Whether the data of a component was known to be bad just before an instant."""
        return next((bad for at, who, bad in reversed(self.corrupt) if who == c and at < time), False)

    def common_for(self, c: int, time: int) -> Common | None:
        """The point of the consistency group of a component just before an instant, None for none."""
        groups = [g for g, (_, members) in enumerate(self.plan.structure.consistency) if c in members]
        return next((point for at, of, point in reversed(self.common) if of in groups and at < time), None)

    @cached_property
    def points_taken(self) -> list[tuple[int, str, Common]]:
        """(time, consistency group, its point): of its first restore, and whenever it is chosen anew until all is back."""
        found: list[tuple[int, str, Common]] = []
        for g, (name, members) in enumerate(self.plan.structure.consistency):
            steps = {index for index, step in enumerate(self.plan.steps) if step.component in members}
            starts = [row.start for row in self.made if row.kind == "restore" and row.step in steps and row.start >= 0]
            log = [(time, common) for time, of, common in self.common if of == g]
            holds = False
            for (time, common), (until, _) in pairwise([*log, (NEVER, None)]):
                begun = [start for start in starts if time <= start < until]
                if common is None:
                    holds = False
                elif holds or begun:
                    found.append((time if holds else min(begun), name, common))
                    holds = True
        return sorted(found)

    def awaited_by(self, c: int, time: int) -> tuple[int, ...]:
        """The members of its consistency group that a restored component waits for, just before an instant."""
        return next((others for at, who, others in reversed(self.awaited) if who == c and at < time), ())

    @cached_property
    def rows(self) -> list[Row]:
        """The step table, in order of (wanted, plan order, incident, try)."""
        return sorted(self.made, key=lambda row: (row.wanted, row.order, row.incident, row.attempt))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(cause): place for place, cause in enumerate(self.applied)}

    def place(self, row: Row) -> int:
        """Of all that was applied in the drill the how manieth the end of a row was; -1 if it did not end."""
        return self._places.get(id(row), -1)

    def freed_by(self, row: Row) -> Row | None:
        """Whose end gave the people that a row had waited for (section 10): the first in plan order that ended when it started."""
        if not 0 <= row.ready < row.start:
            return None
        ended = [found for team, _ in row.crew if (found := self._gave_back.get((row.start, team)))]
        return min(ended, key=by_order, default=None)

    @cached_property
    def _gave_back(self) -> dict[tuple[int, int], Row]:
        """(time, team) -> the first in plan order of the rows that ended then and had people of that team."""
        found: dict[tuple[int, int], Row] = {}
        for row in sorted(self.made, key=by_order):
            if 0 <= row.start < row.end:
                for team, _ in row.crew:
                    found.setdefault((row.end, team), row)
        return found

    def copy_name(self, row: Row) -> str:
        """The copy of a row by its name, empty if it has none."""
        return self.plan.copies[self.plan.steps[row.step].component][row.copy].name if row.copy >= 0 else ""

    @cached_property
    def rests(self) -> list[tuple[int, int, int, int]]:
        """(team, which of its heads, from, to) of all that were at rest, section 8; in order of time."""
        times: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for row in self.made:
            for who in row.taken:
                if who[0] in self.plan.rests:
                    times.setdefault(who, []).append((row.start, row.end if row.end >= 0 else NEVER))
        found = []
        for who, steps in times.items():
            limit, rest = self.plan.rests[who[0]]
            begun = before = -NEVER
            for (start, end), after in pairwise([*sorted(steps), (NEVER, NEVER)]):
                if start - before >= rest:
                    begun = start
                before, since = end, max(end, begun + limit)
                if since < end + rest and after[0] >= end + rest:
                    found.append((since, end + rest, *who))
        return [(team, head, since, until) for since, until, team, head in sorted(found) if since < self.plan.horizon]

    def flag_name(self, flag: int) -> tuple[str, ...]:
        """The name of a flag: ("site", s), ("link", l), ("on", c, s), ("checked", c, s), ("trusted", service, point, c, s)."""
        structure = self.plan.structure
        if flag < len(structure.sites):
            return ("site", structure.sites[flag])
        flag -= len(structure.sites)
        if flag < len(structure.links):
            return ("link", structure.links[flag][0])
        flag -= len(structure.links)
        count = len(structure.deployments)
        if flag < 2 * count:
            c, s = structure.deployments[flag % count]
            return ("on" if flag < count else "checked", structure.components[c], structure.sites[s])
        p, d = structure.trusts[flag - 2 * count]
        c, s = structure.deployments[d]
        point = structure.points[p]
        return ("trusted", structure.service(point[0]), point[1], structure.components[c], structure.sites[s])


def by_order(row: Row) -> tuple[int, int, int]:
    """Plan order, of one step the earlier try first."""
    return row.order, row.incident, row.attempt


def why_that_copy(plan: Plan, row: Row) -> str:
    """Why a row used its copy: `replicated`, `youngest`, or what came before it and could not be used; empty without one.

    A replicated copy that was behind is `replicated, behind`; since when, says the row. One that ships at a rate and was not
    is `replicated, as far as it was shipped`.
    """
    if row.copy < 0:
        return ""
    if plan.copies[plan.steps[row.step].component][row.copy].replicated:
        if row.behind < 0 and plan.steps[row.step].component in plan.shipping:
            return "replicated, as far as it was shipped"
        return "replicated" if row.behind < 0 else "replicated, behind"
    own = plan.copies[plan.steps[row.step].component][row.copy].name
    told = (
        why if why.startswith(GROUP) else f"its younger ones {why}" if name == own else f"{name} {why}"
        for name, why in row.passed_over
    )
    return ", ".join(dict.fromkeys(told)) or "youngest"


def reference_of(cause: Row | tuple[str, str] | None) -> Reference | None:
    """A cause as plain data."""
    if cause is None:
        return None
    return cause.reference if isinstance(cause, Row) else ("outage", *cause)
