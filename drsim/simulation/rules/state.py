"""The state of one drill, section 2 of `docs/semantics.md`, and the verbs that every rule shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, NamedTuple, Self, TypeVar

from drsim.planning.plan import ACTIVE
from drsim.simulation.clock import Clock, Work
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.power import Event
from drsim.simulation.trajectory import DROPPED, Common, Recovery, Spans
from drsim.simulation.transfers import Flow

__all__ = [
    "ASKED",
    "ASSESS",
    "DECIDE",
    "DECIDING",
    "DECLARE",
    "DETECT",
    "GATHER",
    "GIVEN",
    "MOBILISE",
    "NONE",
    "Cause",
    "Cut",
    "FirstDrawError",
    "Incident",
    "NoNumbers",
    "State",
    "latest",
]

DETECT, ASSESS, GATHER, DECIDE, DECLARE, MOBILISE = range(6)
DECIDING = ("detect", "assess", "gather", "decide", "declare")
NONE, ASKED, GIVEN = 0, 1, 2  # room

T = TypeVar("T")
Cause = Work | tuple[str, str]
"""What was applied: a row that ended, or (disruption, "begins" or "ends")."""


class Incident:
    """What people deal with, section 6."""

    def __init__(self, number: int, root: int, lost_at: int) -> None:
        self.number = number
        self.root = root
        self.lost_at = lost_at
        self.detected = self.assessed = self.go = self.closed = self.abandoned = False
        self.noticed = False
        """known from its first instant on: it is about corrupt data, or a step found out"""
        self.planned = False
        """a return: nobody has to notice or decide anything"""
        self.arrived: set[int] = set()
        self.rows: dict[int, Work] = {}
        """by kind, for `mobilise` by MOBILISE + team"""
        # steps of the plan, by number
        self.concerning: set[int] = set()
        self.done: set[int] = set()
        self.tasks: dict[int, Work] = {}
        """the latest row of each"""
        self.tasks_wanted_by: dict[int, int] = {}
        self.released: dict[int, int] = {}
        """component -> the number of what ended that held its steps to the last"""

    def again(self, same: Callable[[Any], Any]) -> Incident:
        """A copy, with rows replaced by theirs."""
        new = copy(self)
        new.arrived = set(self.arrived)
        new.rows = {key: same(row) for key, row in self.rows.items()}
        new.concerning, new.done = set(self.concerning), set(self.done)
        new.tasks = {task: same(row) for task, row in self.tasks.items()}
        new.tasks_wanted_by, new.released = dict(self.tasks_wanted_by), dict(self.released)
        return new


class Cut(NamedTuple):
    """A component that is cut off from its standby."""

    since: int
    number: int
    """of what was applied when that began"""
    incident: int = -1
    tries: int = 0
    """how often the standby failed to take over alone"""
    taken: int = -1
    """when it took over alone, -1 while it does not run beside the other"""


class FirstDrawError(Exception):
    """A drill asks for its first number."""


class NoNumbers:
    """In the place of draws: whoever asks is stopped."""

    first = 0

    def column(self, variable: int, incident: int = 0, attempt: int = 0) -> list[Any]:
        """Nothing is drawn yet."""
        raise FirstDrawError

    def first_tries(self) -> list[list[Any] | None]:
        """None."""
        return []


class State:
    """What there is at one moment of a drill, and what it leaves behind."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        plan = lookups.plan
        structure = plan.structure
        self.lookups, self.plan, self.structure = lookups, plan, structure
        self.numbers, self.index = numbers, index
        self.relocates = plan.relocates
        self.clock = Clock(plan.horizon, self.on_alarm, self.on_end)
        self.offset = 0
        if not plan.dated:
            assert isinstance(numbers, Numbers)
            self.offset = numbers.moments()[index]
        components, deployments = len(structure.components), len(structure.deployments)
        sites, links, teams = len(structure.sites), len(structure.links), len(structure.teams)
        # places
        self.site_outages, self.link_outages = [0] * sites, [0] * links
        self.site_up, self.link_up = [True] * sites, [True] * links
        self.site_since = [0] * sites
        self.feeds, self.checked_feeds = lookups.reach((False,) * sites, (False,) * links)
        self.reach_log: list[tuple[int, list[int]]] = []
        """(time, groups of sites), from the first change on"""
        # deployments
        self.role = list(structure.roles)
        self.started = [role == ACTIVE for role in structure.roles]
        self.broken = [0] * deployments
        self.broken_until = [0] * deployments
        """of `broken` what lasts until it is repaired"""
        self.whole_since = [0] * deployments
        self.broken_incident = [-1] * deployments
        self.breaking: dict[int, int] = {}
        """component -> the incident that is open since it broke, of those that have been broken somewhere since"""
        self.checked = [True] * deployments
        self.trusted = [True] * len(structure.trusts)
        self.incident_of = [-1] * deployments
        self.stopped_at = [-1] * deployments
        self.start_incident = [-1] * deployments
        # readiness: `*_since` is the number of what was applied when it last became so
        self.ready = lookups.first_ready[:]
        self.ready_since = [0] * deployments
        self.fed = lookups.first_fed[:]
        self.short = lookups.first_short[:]
        self.gate_since = [0] * len(self.short)
        # components
        self.lost = [False] * components
        self.incident = [-1] * components
        self.lost_at = [-1] * components
        self.lost_round = [-1] * components
        self.moving: set[int] = set()
        """components that were stopped to be started elsewhere"""
        self.standing: list[tuple[int, int, int]] = []
        """(time, deployment, 1 or -1): it becomes a standby, or is one no longer; only with failback"""
        self.stage = [0] * components
        """the place of the strategy in force in its list"""
        self.failures = [0] * components
        self.prechecked: set[int] = set()
        """components of which a precheck found all well, since the strategy in force began"""
        self.patience: dict[int, int] = {}
        """component -> when its strategy in force is given up"""
        self.impatient: set[int] = set()
        """steps that became ready in this round, with which such a time may begin"""
        self.restored = [-1] * components
        self.common: dict[int, Common] = {}
        """consistency group -> the point that holds, of those whose members are being restored"""
        self.common_log: list[tuple[int, int, Common | None]] = []
        """(time, consistency group, its point) at every change"""
        self.last_of_group: dict[int, tuple[int, ...]] = {}
        """component -> the other members of its consistency group that it waits for, once it is restored"""
        self.awaited_log: list[tuple[int, int, tuple[int, ...]]] = []
        """(time, component, these) at every change"""
        self.no_replica = [False] * components
        self.bad: set[tuple[int, int]] = set()
        """(component, copy) found unusable"""
        # corruption, section 11
        self.began: dict[str, int] = {}
        self.known: list[int] = []
        """corruptions that are known"""
        self.corrupt = [False] * components
        """whose data is known to be bad and was not restored since"""
        self.lineage: dict[int, tuple[tuple[int, int], ...]] = {}
        self.restored_at = list(structure.standby)
        self.restored_point = [0] * components
        self.homes: dict[int, tuple[tuple[int, tuple[int, ...]], ...]] = {}
        """component -> (time, sites where it is active and not broken from then on)"""
        self.room = [NONE] * components
        self.free = lookups.first_free[:]
        self.chosen: dict[int, int] = {}
        """component that is to be stopped to make room -> the incident of the request"""
        self.halted: dict[int, int] = {}
        """component that was stopped to make room -> the incident of its stop"""
        self.roomless: set[int] = set()
        """components whose room is given to others"""
        self.due_stops: list[Work] = []
        """stops that have begun, of what still runs"""
        self.shed: list[tuple[int, int, bool]] = []
        """(time, component, whether its room is away from then on)"""
        # people
        self.frees = None if plan.trial is None else plan.trial.frees
        """for each team how many are there for a test and nothing else; None: nobody is told apart"""
        self.on_duty = list(plan.people)
        """by calendar, those that are away included"""
        self.called = [0] * teams
        """those of `on_duty` that are there since they were called outside the hours of their team"""
        self.away = [0] * teams
        self.busy = [0] * teams
        self.present = list(plan.people)
        self.there: dict[int, tuple[int, ...]] = {}
        """team -> which of its heads are there, of those in which they are told apart"""
        self.taken: set[tuple[int, int]] = set()
        """(team, head) of those that work"""
        self.worked: dict[tuple[int, int], tuple[int, int]] = {}
        """(team, head) -> when its stretch began and its last step ended, of teams with a limit"""
        self.rest_alarm = -1
        """when somebody is rested, the next alarm that was set"""
        # work
        self.incidents: list[Incident] = []
        self.unsettled: list[int] = []
        """those that may still close, go or be abandoned, of the first `looked_at`"""
        self.looked_at = 0
        self.opened: list[tuple[int, tuple[int, ...]]] = []
        """incidents that opened in this round, and the deployments that broke"""
        self.tried_before: dict[tuple[int, int], int] = {}
        """(step, incident) -> how often it was tried there, where another incident has asked for it since"""
        self.live: list[Work | None] = [None] * len(plan.steps)
        """the row of each step that waits or runs; none while nothing but waiting is to be said of it"""
        self.latest: list[Work | None] = [None] * len(plan.steps)
        self.wanted = [-1] * len(plan.steps)
        self.wanted_by = [0] * len(plan.steps)
        """the number of what was applied that made it wanted"""
        self.wanted_incident = [0] * len(plan.steps)
        self.open_steps = [0] * (components + 1)
        """how many steps of each component are wanted; the last for points, whose component is -1"""
        self.rows: list[Work] = []
        self.queues: list[list[tuple[int, int, Work]]] = [[] for _ in range(teams)]
        self.unmanned: list[Work] = []
        self.several: list[Work] = []
        self.expected: dict[tuple[int, int], list[Work]] = {}
        """(incident, team) -> ready rows that wait for its arrival"""
        self.queued = 0
        """counts down, so that no two entries of a queue are alike and none is like the number of what was applied"""
        self.flows: list[Flow] = []
        self.flows_changed = False
        self.reach_changed = False
        # what is due at this instant, and what it makes dirty
        # what fails of its own
        self.unseen: dict[int, int] = {}
        """deployment -> the outage of its failure that nobody has seen"""
        self.cuts: dict[int, Cut] = {}
        """components that are cut off from their standby"""
        self.parted: list[tuple[int, Cut, int]] = []
        """components that ran at both sides of a cut that has ended, the cut, and which side stops"""
        self.last_end = -1
        """the number of the last of these that ended at this instant"""
        self.unmended: set[int] = set()
        """deployments that failed and are so until they are repaired"""
        self.found: list[tuple[int, int]] = []
        """(deployment, number of what was applied) of those that a step found broken in this round"""
        self.due_outages: list[tuple[int, int]] = []
        self.due_known: list[int] = []
        """corruptions that are detected"""
        self.due_rows: list[Work] = []
        self.due_heads: list[tuple[int, int]] = []
        self.due_arrivals: list[Work] = []
        self.due_timers: list[Work] = []
        self.due_patience: list[tuple[int, int]] = []
        self.due_edge = -1
        self.evacuated: list[int] = []
        self.dirty: set[int] = set()
        self.dirty_points: set[int] = set()
        self.dirty_incidents = False
        self.dirty_room = False
        self.dirty_tasks = self.dirty_groups = False
        self.group_since: dict[tuple[int, int], int] = {}
        """(incident, group) -> the number of what let it begin, 0 if it never had to wait, -1 while it waits"""
        self.careful: set[tuple[int, int]] = set()
        """(step, incident) of what has begun too early"""
        self.tasks_short: set[tuple[int, int]] = set()
        """(incident, step of the plan) whose ground does not hold"""
        self.tasks_since: dict[tuple[int, int], int] = {}
        """the number of what completed it, of those whose ground did not hold before"""
        self.touched: set[int] = set()
        """teams of which somebody may have become free, or is asked for"""
        self.shaken: list[Work] = []
        """running rows that may have lost their ground"""
        self.now = 0
        self.rounds = 0
        self.applied: list[Cause | None] = [None]
        """all that was applied, in order (section 9); its place is its number"""
        self.round_began = 1
        """the number of what was applied first in this round"""
        self.first_tries = numbers.first_tries()
        # what is left behind
        self.changes: list[tuple[int, int, bool]] = []
        self.flipped: dict[int, int] = {}
        """flag -> when it last changed, of those that may change twice at one instant"""
        self.flips_twice = False
        self.recoveries: list[Recovery] = []
        self.losses: list[tuple[int, int, int]] = []
        self.evacuations: list[tuple[int, int, int]] = []
        self.heads: list[tuple[int, int, int]] = []
        self.there_log: list[tuple[int, int, tuple[int, ...]]] = []
        self.calls: set[tuple[int, int]] = set()
        """(incident, team) of calls to those on call"""
        self.wrong: dict[int, int] = {}
        self.early: list[tuple[int, int, int]] = []
        self.arrivals: dict[tuple[int, int], int] = {}
        self.outages: dict[str, Spans] = {}
        self.found_at: dict[tuple[str, int], int] = {}
        """(outage, begin) -> when it was found, NEVER for not yet; of those that were not seen at once"""
        self.supply: list[Event] = []
        self.corruptions: list[tuple[int, int, bool]] = []

    def on_alarm(self, kind: str, value: Any) -> None:
        """Something is due."""

    def on_end(self, work: Work) -> None:
        """A running step may end."""

    def again(self, numbers: Numbers, index: int) -> Self:
        """A copy of this state, with other draws from here on."""
        new = object.__new__(type(self))
        for name, value in vars(self).items():
            setattr(new, name, value.copy() if type(value) in (list, dict, set) else value)
        new.numbers, new.index, new.first_tries = numbers, index, numbers.first_tries()
        rows: dict[int, Work] = {}
        for place, row in enumerate(self.rows):
            if row.outcome is None:
                new.rows[place] = rows[id(row)] = row.again()
                if row.step >= 0:
                    new.live[row.step] = new.latest[row.step] = new.rows[place]

        def same(value: Any) -> Any:
            return rows.get(id(value), value)

        new.queues = [[(order, place, same(row)) for order, place, row in queue] for queue in self.queues]
        new.unmanned = [same(row) for row in self.unmanned]
        new.several = [same(row) for row in self.several]
        new.expected = {key: [same(row) for row in waiting] for key, waiting in self.expected.items()}
        new.flows = [flow.again(same(flow.row)) for flow in self.flows]
        new.incidents = [incident.again(same) for incident in self.incidents]
        new.clock = Clock(self.plan.horizon, new.on_alarm, new.on_end, self.clock.now)
        self.clock.copied_to(new.clock, same)
        return new

    # verbs

    def value(self, fixed: int, variable: int, incident: int = 0, attempt: int = 0) -> int:
        """A duration or a rate: fixed, or drawn."""
        if variable < 0:
            return fixed
        value: int = self.numbers.column(variable, incident, attempt)[self.index]
        return value

    def luck(self, works: int, variable: int, incident: int = 0, attempt: int = 0) -> bool:
        """Whether something that works with this probability (millionths) does."""
        if works >= 1_000_000:
            return True
        number: float = self.numbers.column(variable, incident, attempt)[self.index]
        return number * 1_000_000 < works

    def apply(self, cause: Cause) -> int:
        """Something is applied; its number."""
        self.applied.append(cause)
        return len(self.applied) - 1

    def flip(self, flag: int, value: bool) -> None:
        """A flag of the trajectory changes."""
        self.changes.append((self.now, flag, value))
        if self.flipped.get(flag) == self.now:
            self.flips_twice = True
        self.flipped[flag] = self.now

    def touch(self, component: int) -> None:
        """What is wanted of a component may be something else now."""
        self.dirty.add(component)

    def row(self, step: int) -> Work:
        """The row of a wanted step; made only when it is ready (or dropped), since most of the waiting needs none."""
        number = self.wanted_incident[step]
        what = self.plan.steps[step]
        incident = self.incidents[number]
        if step in self.lookups.replaced and self.plan.roots[incident.root].is_site and not incident.planned:
            what = self.lookups.replaced[step]
        work = Work(what, step, step, number, self.next_try(step, number), self.wanted[step])
        self.rows.append(work)
        self.live[step] = self.latest[step] = work
        return work

    def ready_by(self, row: Work, cause: int) -> None:
        """A row is ready from now on; `cause` is the number of what made it so."""
        row.before = row.ready, row.bound_by
        row.ready, row.bound_by, row.is_ready, row.ready_in = self.now, self.applied[cause], True, self.rounds

    def next_try(self, step: int, incident: int) -> int:
        """0 for the first row of a step in an incident, then 1, 2, ..."""
        latest = self.latest[step]
        if latest is None:
            return 0
        if latest.incident != incident:  # those of an incident may come back to it after another
            self.tried_before[step, latest.incident] = latest.attempt + 1
            return self.tried_before.get((step, incident), 0)
        return latest.attempt + 1

    def finish(self, row: Work, outcome: str) -> None:
        """A row ends; its crew is free."""
        row.outcome = outcome
        row.end = self.now
        step = row.step
        if outcome != DROPPED:
            row.number = self.apply(row)
        elif row.ready == self.now and row.ready_in == self.rounds:
            row.ready, row.bound_by = row.before  # what is wanted is settled before what is ready
        if step >= 0:
            self.live[step] = None
            self.wanted[step] = -1
            self.open_steps[self.lookups.component_of_step[step]] -= 1
        if row.start < 0:
            return
        for team, heads in row.crew:
            self.busy[team] -= heads
            self.touched.add(team)
        if row.taken:
            self.taken.difference_update(row.taken)
            for who in row.taken:
                if who in self.worked:
                    self.worked[who] = (self.worked[who][0], self.now)
        if row.kind in ("restore", "synchronise") or step in self.plan.storms:
            self.flows = [flow for flow in self.flows if flow.row is not row]
            self.flows_changed = True

    def is_running(self, step: int) -> bool:
        """Whether a step has started and not ended."""
        row = self.live[step]
        return row is not None and row.start >= 0

    def strategy(self, c: int) -> str | None:
        """The strategy in force of a lost component, None when its list is exhausted."""
        strategies = self.plan.strategies[c]
        return strategies[self.stage[c]] if self.stage[c] < len(strategies) else None

    def shake(self, step: int) -> None:
        """The ground of a step may have gone."""
        row = self.live[step]
        if row is not None:
            if row.start >= 0:
                self.shaken.append(row)
            elif row.is_ready and not self.grounded(step):
                row.is_ready = False

    def grounded(self, step: int) -> bool:
        """Whether what a step stands on is there, section 8."""
        kind, place, node, d = self.lookups.ground[step]
        if not self.site_up[place] or (self.relocates and not self.keeps_place(step)):
            return False
        if kind == "gate":
            if self.may_begin_early(step):
                node = self.lookups.early[step]
            return self.short[node] <= 0 and not self.broken[d]
        if kind == "point":
            return self.short[node] <= 0
        if kind == "whole":
            return not self.broken[d]
        return kind == "site" or self.ready[d]

    def keeps_place(self, step: int) -> bool:
        """Whether the deployment of a step is in the role that the step needs, section 15."""
        return True

    def held(self, step: int) -> bool:
        """Whether a wanted step is held by a step of the plan or a group, section 7."""
        if not self.lookups.holdable[step]:
            return False
        incident, c = self.incidents[self.wanted_incident[step]], self.lookups.component_of_step[step]
        return incident.go and (self.holds_up(incident, c) or (self.plan.grouped and self.group_holds(incident, c)))

    def group_holds(self, incident: Incident, c: int) -> bool:
        """Whether earlier groups hold a component; everything is held until that is settled."""
        if not self.plan.roots[incident.root].is_site:
            return False
        return self.dirty_groups or self.group_since.get((incident.number, self.structure.group[c]), 0) < 0

    def may_begin_early(self, step: int) -> bool:
        """Whether a step leaves out of its ground what is in other groups, section 7."""
        if self.lookups.early[step] < 0:
            return False
        number = self.wanted_incident[step]
        incident = self.incidents[number]
        return incident.go and self.plan.roots[incident.root].is_site and (step, number) not in self.careful

    def holds_up(self, incident: Incident, c: int) -> bool:
        """Whether a step of the plan before a component is not done in an incident that it concerns."""
        open_ = [t for t in self.lookups.tasks_before.get(c, ()) if t in incident.concerning and t not in incident.done]
        return any(not incident.abandoned or runs(incident.tasks.get(t)) for t in open_)

    def reached(self, time: int, a: int, b: int) -> bool:
        """Whether two sites reached each other at a time, after the last round of its instant."""
        group = latest(self.reach_log, time) if self.reach_log else self.lookups.whole
        return group[a] >= 0 and group[a] == group[b]


def runs(row: Work | None) -> bool:
    """Whether a row has started and not ended."""
    return row is not None and row.start >= 0 and row.outcome is None


def latest(log: Sequence[tuple[int, T]], time: int) -> T:
    """The last entry of a log at or before a time."""
    for at, entry in reversed(log):
        if at <= time:
            return entry
    raise AssertionError("a log begins before all times")
