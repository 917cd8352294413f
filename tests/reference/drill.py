"""The second, plain implementation of a drill: docs/semantics.md word by word, everything from nothing every time.

"Section n" is that section of docs/semantics.md; text between quotes is taken from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any as Anything
from typing import NamedTuple

import numpy as np

from drsim.calendar import Calendar, Hours, compile_calendar, compile_schedule
from drsim.distributions import Law
from drsim.model.bubble import is_twin, original
from drsim.model.landscape import Copy, Fails, Power, Team
from drsim.model.needs import Need, without
from drsim.model.scenario import Disruption, Scenario
from drsim.units import DAY, MINUTE, ONE
from reference import network
from reference.bubble import Bubble, with_bubble
from reference.consistency import Groups
from reference.following import Following
from reference.heads import Person, able, is_at_rest, people_of, rests_of, there
from reference.moving import Moves
from reference.power import Span, without_supply
from reference.returning import Returns
from reference.shedding import Shedding
from reference.trees import circles, holds, names

Name = tuple[str, str, str, int, int]
"""The name of a draw: purpose, object, site, incident, try (section 13)."""
Deployment = tuple[str, str]
"""A component and a site."""
Applied = tuple[str | int, ...]
"""("row", kind, object, site, incident, try) or ("outage", disruption, "begins" or "ends")."""
Flag = tuple[str, ...]

INCIDENT_KINDS = ("detect", "assess", "gather", "decide", "declare", "mobilise", "teardown")
COMPONENT_KINDS = (
    *("precheck", "switch", "restore", "start", "stable", "synchronise", "stop"),
    *("restart", "repair", "verify"),
)
AT_ONCE = Law.constant(0)
FAILOVER_KINDS = ("precheck", "switch", "restore", "start")


class Row(NamedTuple):
    """One try of one step (section 10)."""

    kind: str
    object: str
    site: str
    incident: int
    attempt: int
    wanted: int
    ready: int
    start: int
    end: int
    outcome: str
    bound_by: Applied | None
    freed_by: Applied | None
    copy: str
    point: int | None
    passed_over: tuple[tuple[str, str], ...]
    behind: int


class Recovery(NamedTuple):
    """A component with data that is back (section 11)."""

    component: str
    incident: int
    time: int
    lost_at: int
    point: int


@dataclass
class Drill:
    """What happened."""

    offset: int
    rows: list[Row]
    changes: list[tuple[int, Flag, bool]]
    recoveries: list[Recovery]
    lost_at_end: list[str]
    uniform: Callable[[Name], float]
    """The numbers of section 13, for what is drawn when it is measured."""
    spare: list[tuple[int, Deployment, bool]] = field(default_factory=list)
    """(since, deployment, whether a loss would find it there, if its site is up), from 0 on"""
    test: tuple[str, int, int] = ("", -1, -1)
    """Section 18: how it went, when it began, and when what ran in it stopped"""


def simulate(scenario: Scenario, uniform: Callable[[Name], float]) -> Drill:
    """Run one drill; `uniform` gives the number in (0, 1) that belongs to the name of a draw."""
    return Run(scenario, uniform).run()


# ----------------------------------------------------------------------------------------------------------- the words


class Task(NamedTuple):
    """A step as the notation describes it, defaults filled in."""

    takes: Law
    by: Mapping[str, int] = {}
    works: int = ONE
    attempts: int = 1
    on_site: bool = False
    automatic: bool = False
    skills: Mapping[str, str] = {}


class Outage(NamedTuple):
    """A disruption of sites, links or components, with its times drawn; `ends` is None if it does not by itself."""

    name: str
    kind: str
    targets: tuple[str, ...]
    deployments: tuple[Deployment, ...]
    """What breaks, of components."""
    begins: int
    ends: int | None
    until_repaired: bool
    number: int = -1
    """Of a failure of its own."""

    @property
    def key(self) -> tuple[str, int]:
        """Which one it is."""
        return self.name, self.number


class Corruption(NamedTuple):
    """Data that is bad from `began` on, which is known from `begins` on."""

    name: str
    components: tuple[str, ...]
    began: int
    begins: int
    spoils: frozenset[tuple[str, str]]
    """(component, copy) of what it reaches and is not immutable."""
    kind: str = "corruption"
    ends: int | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        return self.components

    @property
    def key(self) -> tuple[str, int]:
        """Which one it is."""
        return self.name, -1


class Absence(NamedTuple):
    """Heads of a team that are away from `begins` until just before `ends`."""

    team: str
    heads: int
    begins: int
    ends: int | None
    name: str = ""
    """Of the disruption; none for an evacuation."""

    @property
    def key(self) -> tuple[str, int]:
        """Which one it is."""
        return self.name, -1


@dataclass
class Work:
    """A row in the making."""

    kind: str
    object: str
    site: str
    incident: int
    attempt: int
    wanted: int
    ready: int = -1
    start: int = -1
    end: int = -1
    outcome: str = "waiting"
    wanted_by: int = -1
    """The number of what was applied that made it wanted."""
    bound_by: Applied | None = None
    freed_by: Applied | None = None
    is_ready: bool = False
    who: list[tuple[str, Person]] = field(default_factory=list)
    """(team, one of its people) of teams with skills."""
    due: int | None = None
    """When a running step ends, as far as is known now; None for a transfer that stands still."""
    strategy: str = ""
    """Of a running `start` or `switch`: the strategy that it carries out."""
    succeeds: bool = True
    pool: tuple[str, str] | None = None
    """Of a running storm: (site, pool), and before when it does not end."""
    earliest: int = 0
    copy: str = ""
    """The copy that it uses, its point and what it would rather have used; then of a `restore`: limit, left and rate."""
    point: int | None = None
    passed_over: tuple[tuple[str, str], ...] = ()
    behind: int = -1
    limit: int = 0
    left: int = 0
    rate: int = 0

    @property
    def step(self) -> tuple[str, str, str]:
        return self.kind, self.object, self.site

    @property
    def name(self) -> Applied:
        return "row", self.kind, self.object, self.site, self.incident, self.attempt

    @property
    def running(self) -> bool:
        return self.outcome == "running"

    @property
    def waiting(self) -> bool:
        return self.outcome == "waiting"


@dataclass
class Incident:
    """What people deal with (section 1); its number is its place in the list."""

    kind: str
    root: str
    opened: int
    arrived: set[str] = field(default_factory=set)
    detected: bool = False
    assessed: bool = False
    gathered: bool = False
    decided: bool = False
    go: bool = False
    closed: bool = False
    abandoned: bool = False
    took_down: set[str] = field(default_factory=set)
    """Components of which it took a deployment down, or that moved to it."""
    done: set[str] = field(default_factory=set)
    """Steps of the plan."""
    corruption: bool = False
    """It is about corrupt data: "known from its first instant on"."""
    found_by: set[Applied] = field(default_factory=set)
    """The steps that found it, if nobody needed to notice."""
    forgotten: bool = False
    """`detect` and `assess` "are dropped once the root is back and no lost deployment belongs to the incident"."""


@dataclass
class Loss:
    """A component that is lost."""

    incident: int
    since: int
    strategy: int = 0
    """Place in the list of its strategies; beyond its end when it is exhausted."""
    attempts: int = 0
    prechecked: bool = False
    """A precheck of the strategy in force found all well."""
    given_up: int | None = None
    """When the strategy in force is given up, once that is known."""
    restored: Work | None = None
    """The restore that brought its data to the standby."""

    def next_strategy(self) -> None:
        self.strategy, self.attempts, self.given_up, self.prechecked = self.strategy + 1, 0, None, False


@dataclass
class Cut:
    """A component that is cut off from its standby."""

    since: int
    number: int
    incident: int = -1
    tries: int = 0
    split_since: int | None = None
    """Since when both sides run."""


class Moment(NamedTuple):
    """What stood at the end of one instant, for the points of copies."""

    time: int
    up_sites: frozenset[str]
    reached: frozenset[tuple[str, str]]
    active: frozenset[Deployment]


# ------------------------------------------------------------------------------------------------- what is seen now


class Sight:
    """Sections 3 and 4 at one moment: reaching, on, ready and view."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.reached = network.reached(run.land.links, run.up_sites(), run.up_links())
        self.inside = self.reached
        if run.scenario.tests is not None:  # section 18: "as if the site under test were down"
            self.inside = network.reached(run.land.links, run.up_sites() - {run.scenario.tests.site}, run.up_links())
        self.known: dict[Deployment, bool] = {}

    def on(self, c: str, s: str) -> bool:
        """`on(d)` = `started(d)` and role active."""
        return (c, s) in self.run.started and self.run.role[c, s] == "active"

    def ready(self, c: str, s: str) -> bool:
        """`ready(d)` = `started(d)` and its `starts_after` tree holds over the views from its site."""
        if (c, s) not in self.known:
            self.known[c, s] = (c, s) in self.run.started and self.may_start(c, s)
        return self.known[c, s]

    def may_start(self, c: str, s: str, network_counts_as_met: bool = False, others_count_as_met: bool = False) -> bool:
        """Tell whether `starts_after` of a deployment holds over the views from its site."""

        def met(need: str) -> bool:
            if network_counts_as_met and self.run.land.components[need].scope == "network":
                return True
            if others_count_as_met and self.run.group[need] != self.run.group[c]:
                return True
            return self.view(need, s)

        return holds(self.run.starts_after(c), met)

    def view(self, c: str, s: str, only_checked: bool = False) -> bool:
        """`view(c, s)`: "*c* is ready as seen from *s*"."""
        component = self.run.land.components[c]

        def counts(at: str) -> bool:
            if only_checked and component.verify is not None and (c, at) not in self.run.checked:
                return False
            return self.on(c, at) and self.ready(c, at)

        if component.scope == "site":
            return s in component.at and counts(s)
        reached = self.inside if is_twin(c) else self.reached
        return any((s, at) in reached and counts(at) for at in component.at)


# ------------------------------------------------------------------------------------------------------- one drill


class Run:
    """The state of section 2 and everything that happens to it."""

    def __init__(self, scenario: Scenario, uniform: Callable[[Name], float]) -> None:
        self.scenario = with_bubble(scenario)
        self.land = self.scenario.landscape
        self.uniform = uniform
        self.horizon = scenario.horizon.ms
        self.offset = self.draw_offset()
        until = self.offset + self.horizon
        self.shifts: dict[str, list[tuple[int, Hours]]] = {
            name: [(heads, compile_calendar(works, scenario.moment, until)) for heads, works in shifts_of(crew)]
            for name, crew in self.land.crews.items()
        }
        self.hours = {name: any_of([hours for _, hours in shifts]) for name, shifts in self.shifts.items()}
        self.people = {name: people_of(crew) for name, crew in self.land.crews.items()}
        self.most = {name: most_at_once(crew) for name, crew in self.land.crews.items()}
        self.circle = circles(self.land.components)
        self.bubble = Bubble(self)
        self.strategies = {c: self.strategies_that_fit(c) for c in self.land.components}
        self.points = {
            f"{service_name}.{point_name}": (service_name, point_name)
            for service_name, service in self.land.services.items()
            for point_name in service.points
        }
        groups = scenario.response.groups
        of = {c: g for g, members in enumerate(groups) for c in members}
        self.group = {c: of.get(original(c), len(groups)) for c in self.land.components}
        self.plan = {c: (is_twin(c), self.group[c], self.priority(c), self.depth(c), c) for c in self.land.components}
        self.last_depth = 1 + max((self.depth(c) for c in self.land.components), default=-1)
        self.at_one = Groups(self)
        self.back = Returns(self) if scenario.moves is None else Moves(self)
        self.shed = Shedding(self)
        self.follow = Following(self)
        self.possible = self.possible_steps()
        # section 6: "every team or supplier in the crew of a step other than `assess` and `decide`"
        self.steps = self.land.steps
        self.comes_after = {
            name: {*step.after, *(other for other in self.steps if name in self.steps[other].ahead_of)}
            for name, step in self.steps.items()
        }
        self.task = {(kind, thing): self.described(kind, thing) for kind, thing, _ in self.possible}
        self.taking_part = {team for kind, thing, _ in self.possible for team in self.task[kind, thing].by}
        self.taking_part |= {team for step in self.steps.values() for team in step.by}

        self.now = -1
        self.corruptions = self.draw_corruptions()
        self.outages, self.absences = self.draw_disruptions()
        self.known: list[Corruption] = []
        self.corrupt: set[str] = set()
        self.newly_corrupt: set[str] = set()
        self.restored: list[tuple[str, int, int]] = []  # component, point, when it served from it
        self.lasting: set[tuple[str, int]] = set()
        self.called: set[tuple[int, str]] = set()  # (incident, team): those on call were called
        self.there_until: dict[str, int] = {}  # until when those on call are there
        self.mended: set[tuple[str, int, str, str]] = (
            set()
        )  # (outage, its number, component, site) of what was repaired
        self.unseen: dict[Deployment, Outage] = {}  # failures of their own that nobody has seen
        self.cuts: dict[str, Cut] = {}  # components that are cut off from their standby
        self.newly_cut: list[str] = []
        self.fences: list[Outage] = []  # what that was, for what concerns a step
        self.found: dict[Deployment, Applied] = {}  # what steps found broken since incidents opened last
        self.role = {(c, s): standing.role for c, at in self.standings() for s, standing in at.items()}
        self.started = {d for d, role in self.role.items() if role == "active"}
        self.checked = {(c, s) for c, s in self.role if self.land.components[c].verify is not None}
        self.trusted = set(self.trusts())
        self.incident_of: dict[Deployment, int] = {}  # the incident of the loss of a deployment
        self.lost_since: dict[Deployment, int] = {}
        self.broken_in: dict[Deployment, int] = {}  # the incident to which its breaking belongs
        self.started_in: dict[Deployment, int] = {}  # the incident of the step that started it
        self.lost: dict[str, Loss] = {}
        self.unusable_replica: set[str] = set()
        self.found_unusable: set[tuple[str, str]] = set()
        self.room = {d for d, role in self.role.items() if role in ("active", "hot")}
        self.incidents: list[Incident] = []
        self.incident_of_root: dict[tuple[str, str], int] = {}
        self.asked: dict[tuple[str, str, str], int] = {}  # verify of a point that is wanted: its incident
        self.work: list[Work] = []
        self.transfers_since = 0

        self.applied: list[Applied] = []
        self.round_began = 0
        self.ground_since: dict[tuple[str, str, str], int] = {}  # number of what was applied when a ground came to hold
        self.early_since: dict[tuple[str, str, str], int] = {}  # and one that leaves out what is in other groups
        self.due_since: dict[tuple[str, int], int] = {}  # the same of steps of the plan, by incident
        self.free_since: dict[tuple[str, int], int] = {}  # and of components that no step of the plan holds
        self.group_since: dict[tuple[int, int], int] = {}  # (incident, group): what let it begin; -1 while it waits
        self.careful: set[tuple[str, str, str, int]] = set()  # step and incident of what began too early
        self.went_down: set[str] = set()
        self.broke: set[Deployment] = set()
        self.stopped: set[Deployment] = set()
        self.opened: list[int] = []

        self.changes: list[tuple[int, Flag, bool]] = []
        self.recoveries: list[Recovery] = []
        self.note_grounds(-1)
        self.recorded = self.flags()
        self.spares = self.spares_now()
        self.spare = [(0, d, found) for d, found in sorted(self.spares.items())]
        self.history = [self.moment()]

    # ------------------------------------------------------------------------------------------ numbers (section 13)

    def draw(self, law: Law, purpose: str, thing: str, site: str = "", incident: int = 0, attempt: int = 0) -> int:
        """Section 1: "rounded to the nearest millisecond (ties to even) where it is drawn"."""
        if law.fixed is not None:
            return law.fixed
        u = self.uniform((purpose, original(thing), site, incident, attempt))
        return max(0, round(float(law.quantile(np.array([u]))[0])))

    def happens(self, share: int, name: Name) -> bool:
        """Section 13: "An attempt works if its number is below its probability; a copy is usable likewise"."""
        purpose, thing, *rest = name
        return share >= ONE or self.uniform((purpose, original(thing), *rest)) < share / ONE

    def draw_offset(self) -> int:
        if self.scenario.moment is not None:
            return 0
        return math.floor(self.uniform(("moment", "moment", "", 0, 0)) * 10080) * MINUTE

    def draw_disruptions(self) -> tuple[list[Outage], list[Absence]]:
        """Give the outages by name, and the absences; one of length 0 never lasts, so it is left out."""
        outages, absences = [], []
        mains: dict[str, list[Span]] = {}
        for name, what in sorted(self.scenario.disruptions.items()):
            begins = self.begin_of(name)
            if begins is None or what.kind == "corruption":
                continue
            ends = None
            if what.lasts is not None and not what.until_repaired:
                ends = begins + self.draw(what.lasts, "lasts", name)
            if begins == ends:
                continue
            if what.kind == "power":
                mains.setdefault(what.target, []).append(Span(begins, ends))
            elif what.kind == "team":
                heads = self.most[what.target] if what.people is None else what.people.number
                absences.append(Absence(what.target, heads, begins, ends, name))
            else:
                outages.append(Outage(name, *self.what_is_hit(what), begins, ends, what.until_repaired))
        outages += self.own_failures()
        for site, spans in mains.items():
            for down in self.without_supply(site, spans):
                outages.append(Outage(f"{site}.power", "site", (site,), (), down.begins, down.ends, False))
        return outages, absences

    def without_supply(self, site: str, mains: list[Span]) -> list[Span]:
        """Section 5, power."""
        return without_supply(
            self.land.sites[site].power or Power(),
            mains,
            self.scenario.horizon.ms,
            lambda law, purpose, number, attempt: self.draw(law, purpose, site, "", number, attempt),
            lambda share, purpose, number: self.happens(share, (purpose, site, "", number, 0)),
        )

    def own_failures(self) -> list[Outage]:
        """Section 5, background failures: all that follow from the draws; of others the first."""
        failing: list[tuple[str, str, str, Fails | None]] = []
        failing += [("site", name, "", site.fails) for name, site in self.land.sites.items()]
        failing += [("link", name, "", link.fails) for name, link in self.land.links.items()]
        failing += [("component", c, s, self.land.components[c].fails) for c, at in self.standings() for s in at]
        return [
            outage
            for kind, thing, site, fails in failing
            if fails is not None
            for outage in self.failures_of(kind, thing, site, fails)
        ]

    def failures_of(self, kind: str, thing: str, site: str, fails: Fails) -> Iterable[Outage]:
        name = f"{thing}.{site}.fails" if site else f"{thing}.fails"
        hit = ((thing, site),) if site else ()
        u = self.uniform(("fails", thing, site, 0, 0))
        begins, number = round(float(fails.every.residual(np.array([u]))[0])), 0
        while begins < self.horizon:
            ends = None
            if fails.lasts is not None:
                ends = begins + self.draw(fails.lasts, "fails lasts", thing, site, number)
            if begins != ends:
                yield Outage(name, kind, (thing,), hit, begins, ends, fails.lasts is None, number)
            if ends is None:
                return
            number += 1
            begins = ends + self.life(thing, site, fails, number)

    def life(self, thing: str, site: str, fails: Fails, number: int) -> int:
        """Section 5: "a whole life, at least 1 ms"."""
        return max(1, self.draw(fails.every, "fails", thing, site, number))

    def strike(self, outage: Outage) -> None:
        """Section 5: "a failure of a deployment that did not run just before, and is no hot standby, is unseen"."""
        for d in outage.deployments if outage.number >= 0 else ():
            if d not in self.started and self.role[d] != "hot":
                self.unseen[d] = outage

    def finds(self, work: Work) -> bool:
        """Section 5: the end of some steps finds what nobody has seen; then it is broken."""
        d = (work.object, work.site)
        if work.kind not in ("precheck", "switch", "start", "restart") or d not in self.unseen:
            return False
        is_news = not self.outages_of(*d)
        del self.unseen[d]
        if work.kind == "precheck":
            self.lost[work.object].next_strategy()
        self.finish(work, "failed")
        if is_news:
            self.found[d] = work.name
            self.back.hit({d})
        return True

    def open_found(self) -> None:
        """Section 5: what steps found opens after all others, by name; what was broken elsewhere has an incident."""
        opened = []
        for c in sorted({c for c, _ in self.found}):
            if ("component", c) not in self.incident_of_root:
                opened.append(self.open_incident("component", c))
                self.incidents[-1].found_by = {name for (of, _), name in self.found.items() if of == c}
        self.broke = set(self.found)
        for c, s in self.found:
            self.broken_in[c, s] = self.incident_of_root["component", c]
        for number in opened:
            self.move_to(number)
        self.found, self.broke = {}, set()
        self.bubble.struck = True

    def begin_of(self, name: str) -> int | None:
        """Section 5: "`after` counts from the beginning of what it follows"; None if it does not happen."""
        what = self.scenario.disruptions[name]
        since = 0 if what.follows is None else self.begin_of(what.follows)
        if since is None or not self.happens(what.chance.millionths, ("happens", name, "", 0, 0)):
            return None
        if what.before is not None:
            return -self.draw(what.before, "before", name)
        return since + self.draw(what.after, "after", name)

    def draw_corruptions(self) -> list[Corruption]:
        """Section 5: which components, from when on, when it is known, and which copies it spoils."""
        found = []
        for name, what in sorted(self.scenario.disruptions.items()):
            began = self.begin_of(name) if what.kind == "corruption" else None
            if began is None or what.detected is None:
                continue
            hit = self.corrupted_by(what)
            spoils = {
                (c, copy_name)
                for c in hit
                for copy_name, copy in self.backups(c).items()
                if not copy.immutable and (copy.kind in what.reaches or copy.at in what.reaches)
            }
            known = max(0, began + self.draw(what.detected, "detected", name))
            found.append(Corruption(name, tuple(hit), began, known, frozenset(spoils)))
        return found

    def corrupted_by(self, what: Disruption) -> list[str]:
        """Section 5: the component of that name, or each with data that bears the label."""
        return sorted(
            c
            for c, component in self.land.components.items()
            if what.kind == "corruption" and component.data is not None
            if c == what.target or what.target in component.labels
        )

    def is_cleaned(self, c: str, corruption: Corruption, time: int) -> bool:
        """Section 11: restored from before it, and serving again since it began, at the latest at `time`."""
        return any(who == c and point < corruption.began <= served <= time for who, point, served in self.restored)

    def is_bad(self, c: str, name: str, point: int) -> bool:
        """Section 11, what is known of a copy."""
        for corruption in self.known:
            if c in corruption.components:
                if point < corruption.began and (c, name) in corruption.spoils:
                    return True
                if point >= corruption.began and not self.is_cleaned(c, corruption, point):
                    return True
        return False

    def what_is_hit(self, what: Disruption) -> tuple[str, tuple[str, ...], tuple[Deployment, ...]]:
        """Give the kind of things that a disruption hits, these, and of components where they break."""
        if what.kind == "links_of":
            links = self.land.links.items()
            return "link", tuple(name for name, link in links if what.target in link.between), ()
        if what.kind not in ("component", "label"):
            return what.kind, (what.target,), ()
        hit = {what.target}
        if what.kind == "label":
            hit = {name for name, component in self.land.components.items() if what.target in component.labels}
        deployments = tuple(
            (name, site)
            for name in hit
            for site in self.land.components[name].at
            if (site in what.sites if what.sites else site in self.land.components[name].active)
        )
        return "component", tuple({name for name, _ in deployments}), deployments

    # ------------------------------------------------------------------------------------ the landscape, looked up

    def standings(self) -> Iterable[tuple[str, Mapping[str, Anything]]]:
        return ((c, component.at) for c, component in sorted(self.land.components.items()))

    def strategies_that_fit(self, c: str) -> tuple[str, ...]:
        """Section 7: "Strategies that can never fit (`uses` beyond the whole pool ...) are left out of its list"."""
        component = self.land.components[c]
        if component.standby is None:
            return ()
        site = component.standby
        fits = all(count.number <= self.bubble.most(c, (site, p)) for p, count in component.uses.items())
        return tuple(component.recover) if fits else ()

    def capacity(self, site: str, pool: str) -> int:
        pools = self.land.sites[site].pools
        return pools[pool].number if pool in pools else 0

    def starts_after(self, c: str) -> Need:
        """Section 4: by default "the `needs`, where a need in the same circle of needs counts as met"."""
        component = self.land.components[c]
        return without(component.needs, self.circle[c]) if component.starts_after is None else component.starts_after

    def priority(self, c: str) -> float:
        """Section 9: "the tightest RTO among the services that reach it through `needs` or `starts_after`"."""
        rtos = (self.rto(service) for service in self.land.services if c in self.closure(service))
        return min(rtos, default=math.inf)

    def rto(self, service: str) -> float:
        target = self.land.services[service].targets.rto
        return math.inf if target is None else target.ms

    def closure(self, service: str) -> set[str]:
        todo = [name for point in self.land.services[service].points.values() for name in names(point.needs)]
        seen: set[str] = set()
        while todo:
            c = todo.pop()
            if c not in seen:
                seen.add(c)
                todo.extend(names(self.land.components[c].needs) | names(self.starts_after(c)))
        return seen

    def depth(self, c: str) -> int:
        """Section 9: "the longest chain of `starts_after` below a component"."""
        return max((1 + self.depth(need) for need in names(self.starts_after(c))), default=0)

    def described(self, kind: str, thing: str) -> Task:
        """Give a step of a component or of a point, defaults filled in."""
        if thing in self.points:
            return as_task(self.land.services[self.points[thing][0]].verify)
        component = self.land.components[thing]
        if kind == "restart":
            start = self.described("start", thing)
            alike = Task(start.takes, start.by, on_site=start.on_site, skills=start.skills)
            return alike if component.restart is None else as_task(component.restart)
        if kind == "stable":
            return Task(Law.constant(self.back.failback.stable.ms))
        if kind == "synchronise":
            return Task(AT_ONCE)
        if kind == "restore":
            held = component.restore
            return Task(AT_ONCE) if held is None else Task(AT_ONCE, held.by, skills=held.skills)
        return as_task(getattr(component, kind))

    # steps of the plan (section 7)

    def concerns_incident(self, name: str, incident: Incident) -> bool:
        """Section 7: "if the incident took down a deployment of a component that the step is `before` or `after`"."""
        if incident.kind != "site":
            return False
        seen, todo = {name}, [name]
        while todo:
            one = todo.pop()
            tied = {*self.steps[one].ahead_of, *self.steps[one].after}
            if tied & incident.took_down:
                return True
            tied |= {other for other in self.steps if one in (*self.steps[other].ahead_of, *self.steps[other].after)}
            todo += [other for other in tied & set(self.steps) if other not in seen]
            seen |= tied
        return False

    def is_due(self, name: str, incident: Incident) -> bool:
        """Section 7: the ground of a step of the plan in an incident."""
        for other in self.comes_after[name]:
            if other in self.steps:
                if other not in incident.done and self.concerns_incident(other, incident):
                    return False
            elif all((other, s) not in self.started for s in self.land.components[other].at):
                return False
        return True

    def holders(self, c: str, incident: Incident) -> list[str]:
        """Section 7: the steps of the plan that hold a component in an incident."""
        if not incident.go:
            return []
        before = [n for n, step in self.steps.items() if c in step.ahead_of and n not in incident.done]
        if incident.abandoned:
            mine = [w for w in self.running() if w.kind == "task" and self.incidents[w.incident] is incident]
            before = [n for n in before if n in {w.object for w in mine}]
        return [name for name in before if self.concerns_incident(name, incident)]

    def groups_wait(self, incident: Incident) -> bool:
        """Section 7: "in the incidents of lost sites, from *go* on"."""
        return self.scenario.response.order != "dependencies" and incident.go and incident.kind == "site"

    def settle_groups(self) -> None:
        """Section 7: which groups may begin, and after what."""
        for number, incident in enumerate(self.incidents):
            if not self.groups_wait(incident):
                continue
            holding = [c for c, loss in self.lost.items() if loss.incident == number and not self.is_given_up(c)]
            for group in range(1, len(self.scenario.response.groups) + 1):
                before = self.group_since.get((number, group))
                if any(self.group[c] < group for c in holding):
                    self.group_since[number, group] = -1
                elif before is None:
                    self.group_since[number, group] = 0
                elif before == -1:
                    self.group_since[number, group] = self.why_begun(group)

    def is_given_up(self, c: str) -> bool:
        """Section 7: of `best-effort groups` what "has no strategy left, no room", or "began too early"."""
        if self.scenario.response.order != "best-effort groups":
            return False
        number = self.lost[c].incident
        early = any(thing == c and incident == number for _, thing, _, incident in self.careful)
        return early or not self.fails_over(c) or (c, self.standby(c)) not in self.room

    def why_begun(self, group: int) -> int:
        for number in range(len(self.applied) - 1, self.round_began - 1, -1):
            applied = self.applied[number]
            if applied[0] == "row" and applied[1] in COMPONENT_KINDS and self.group.get(str(applied[2]), group) < group:
                return number
        return len(self.applied) - 1

    def begins_early(self, work: Work) -> bool:
        """Section 7: a step whose ground leaves out what is in other groups."""
        incident = self.incidents[work.incident]
        return (
            self.scenario.response.order == "best-effort groups"
            and work.kind in ("start", "restart")
            and self.can_be_held(work)
            and self.groups_wait(incident)
            and (*work.step, work.incident) not in self.careful
        )

    def can_be_held(self, work: Work) -> bool:
        """Section 7: "a `restore` or `start` of a component, and a `restart` that is not automatic"."""
        automatic = work.kind == "restart" and self.task["restart", work.object].automatic
        return work.kind in ("restore", "start", "restart") and not automatic

    def possible_steps(self) -> list[tuple[str, str, str]]:
        """Give every (kind, object, site) of a component or point that there may ever be."""
        steps = []
        corrupted = {c for what in self.scenario.disruptions.values() for c in self.corrupted_by(what)}
        for c, component in sorted(self.land.components.items()):
            for s in component.at:
                kinds = ["restart"]
                if c in corrupted and not (s == component.standby and "cold" in component.recover):
                    kinds.append("restore")
                if component.repair is not None:
                    kinds.append("repair")
                if component.verify is not None:
                    kinds.append("verify")
                if s == component.standby:
                    kinds += [k for k, by in (("switch", "hot"), ("restore", "cold")) if by in component.recover]
                    if component.precheck is not None and {"warm", "cold"} & set(component.recover):
                        kinds.append("precheck")
                    kinds += ["start"] if {"warm", "cold"} & set(component.recover) else []
                moves = self.scenario.moves
                if moves is not None and component.standby and component.active == (moves.site,):
                    kinds.append("stop")
                    to_copy = component.data is not None and self.replica(c) is None
                    kinds += ["synchronise"] if to_copy and s == component.standby else []
                elif c in self.back.components:
                    kinds.append("stable")
                    kinds += ["synchronise"] if component.data is not None and component.data.change is not None else []
                    kinds += ["stop"] if s == component.standby else ["switch"] if "hot" in component.recover else []
                kinds += ["stop"] if component.sheddable else []
                steps += [(kind, c, s) for kind in kinds]
        for name, (service, point) in sorted(self.points.items()):
            if self.land.services[service].verify is not None:
                steps.append(("verify", name, self.land.services[service].points[point].at))
        return steps

    def replica(self, c: str) -> str | None:
        """Section 7: the name of "the replicated copy at its site" (the synchronous one first, then by name)."""
        component = self.land.components[c]
        here = [
            (copy.kind != "synchronous", name)
            for name, copy in component.copies.items()
            if copy.at == component.standby and copy.kind in ("synchronous", "asynchronous")
        ]
        return min(here)[1] if here and component.data is not None else None

    def backups(self, c: str) -> dict[str, Copy]:
        copies = sorted(self.land.components[c].copies.items())
        return {name: copy for name, copy in copies if copy.kind in ("snapshot", "backup")}

    def trusts(self) -> list[tuple[str, str, str, str]]:
        """Section 2: (service, point, component, site) "only where the service has `verify` and the component none"."""
        return [
            (service_name, point_name, c, s)
            for service_name, service in sorted(self.land.services.items())
            if service.verify is not None
            for point_name, point in sorted(service.points.items())
            for c in sorted(names(point.needs))
            if self.land.components[c].verify is None and is_twin(c) == is_twin(service_name)
            for s in sorted(self.land.components[c].at)
            if self.land.components[c].scope == "network" or s == point.at
        ]

    # ------------------------------------------------------------------------------------------- state, worked out

    def up_sites(self) -> set[str]:
        lasting = [outage for outage in self.outages if outage.key in self.lasting and outage.kind == "site"]
        down = {site for outage in lasting for site in outage.targets}
        return set(self.land.sites) - down

    def up_links(self) -> set[str]:
        lasting = [outage for outage in self.outages if outage.key in self.lasting and outage.kind == "link"]
        down = {link for outage in lasting for link in outage.targets}
        return set(self.land.links) - down

    def outages_of(self, c: str, s: str) -> list[Outage]:
        """Give what keeps a deployment broken now."""
        return [
            outage
            for outage in self.outages
            if outage.key in self.lasting and (c, s) in outage.deployments and (*outage.key, c, s) not in self.mended
            if outage != self.unseen.get((c, s))
        ]

    def broken(self) -> set[Deployment]:
        return {d for d in self.role if self.outages_of(*d)}

    def usable(self, c: str, s: str) -> bool:
        """A deployment "can be used now": its site is up and it is not broken."""
        return s in self.up_sites() and not self.outages_of(c, s)

    def root_is_back(self, incident: Incident) -> bool:
        if incident.kind == "site":
            return incident.root in self.up_sites()
        if incident.root in self.corrupt or incident.root in self.cuts:
            return False
        return not any(c == incident.root for c, _ in self.broken())

    def standby(self, c: str) -> str | None:
        """Section 7: the site of its standby, "if it has one in role standby"."""
        s = self.land.components[c].standby
        return s if s is not None and self.role[c, s] in ("hot", "warm", "cold") else None

    def strategy(self, c: str) -> str | None:
        """Give the strategy in force of a lost component, None when its list is exhausted."""
        place = self.lost[c].strategy
        return self.strategies[c][place] if place < len(self.strategies[c]) else None

    def lost_deployments(self) -> set[Deployment]:
        """Section 5: "An active deployment that is not started is **lost**"."""
        stopped = {d for d, role in self.role.items() if role == "active" and d not in self.started}
        return {d for d in stopped if d[0] not in self.back.moving and d[0] not in self.shed.stopped}

    def running(self) -> list[Work]:
        return [work for work in self.work if work.running]

    def waiting(self) -> list[Work]:
        return [work for work in self.work if work.waiting]

    def order(self, kind: str, thing: str, site: str, incident: int) -> tuple[Anything, ...]:
        """Section 9, plan order: (a) steps of incidents, (b) all others, (c) `repair` where there is a standby."""
        if kind in INCIDENT_KINDS:
            return 0, incident, -1 if kind == "teardown" else INCIDENT_KINDS.index(kind), thing, site
        if kind == "task":
            return 1, False, self.first_group(thing), self.urgency(thing), 0, thing, "", len(COMPONENT_KINDS)
        if thing in self.points:
            last = len(self.scenario.response.groups)
            turn, rto = 3 if is_twin(thing) else 1, self.rto(self.points[thing][0])
            return turn, is_twin(thing), last, rto, self.last_depth, thing, site, COMPONENT_KINDS.index(kind)
        last = kind == "repair" and self.land.components[thing].standby is not None
        return 3 if is_twin(thing) else 2 if last else 1, *self.plan[thing], site, COMPONENT_KINDS.index(kind)

    def first_group(self, name: str) -> int:
        """Section 9: "the first of those that come after it"."""
        after = [self.group[c] for c in self.steps[name].ahead_of if c in self.land.components]
        after += [self.first_group(other) for other, before in self.comes_after.items() if name in before]
        return min(after, default=len(self.scenario.response.groups))

    def urgency(self, name: str) -> float:
        """Section 9: "the tightest of those of the components and steps that come after it"."""
        after = [self.priority(c) for c in self.steps[name].ahead_of if c in self.land.components]
        after += [self.urgency(other) for other, before in self.comes_after.items() if name in before]
        return min(after, default=math.inf)

    def in_plan_order(self, work: Iterable[Work]) -> list[Work]:
        return sorted(work, key=lambda w: (self.order(*w.step, w.incident), w.incident, w.attempt))

    # ---------------------------------------------------------------------------------------------------- the clock

    def run(self) -> Drill:
        while (instant := self.next_instant()) is not None and instant < self.horizon:
            before, self.now = self.now, instant
            self.move_transfers(max(before, 0))
            self.one_instant()
            self.record()
        rows = sorted(self.work, key=lambda w: (w.wanted, self.order(*w.step, w.incident), w.incident, w.attempt))
        return Drill(
            self.offset,
            [Row(*(getattr(work, column) for column in Row._fields)) for work in rows],
            self.changes,
            sorted(self.recoveries, key=lambda r: (r.time, self.plan[r.component])),
            sorted(c for c in self.lost if not is_twin(c)),
            self.uniform,
            self.spare,
            (self.bubble.outcome, self.bubble.begun, self.bubble.stopped),
        )

    def next_instant(self) -> int | None:
        times = [work.due for work in self.running()]
        times += [self.emptied(work) for work in self.storms()]
        times += [time for outage in self.outages for time in (outage.begins, outage.ends)]
        times += [loss.given_up for loss in self.lost.values()]
        times += [corruption.begins for corruption in self.corruptions]
        times += [time for absence in self.absences for time in (absence.begins, absence.ends)]
        times.append(self.back.next_edge())
        times += self.bubble.next_edge()
        asked = {team for work in self.waiting() if work.is_ready for team in self.crew(work)}
        times += [time for team in asked for time in (self.next_opening(team), self.next_rested(team))]
        return min((time for time in times if time is not None and time > self.now), default=None)

    def next_opening(self, team: str) -> int | None:
        """Section 12: edges of calendars count only while somebody waits for them."""
        opens = (time - self.offset for _, hours in self.shifts[team] for time in hours.opens)
        return min((time for time in opens if time > self.now), default=None)

    def one_instant(self) -> None:
        """Section 9: "Everything at one instant is applied in this order"; then in rounds until nothing is due."""
        self.round_began = len(self.applied)
        self.apply_outages()
        while True:
            self.shed.halt(lambda: Sight(self))
            self.end_steps(lambda kind: kind not in ("mobilise", "detect", "declare"))
            self.end_steps(lambda kind: kind == "mobilise")
            self.settle()
            self.end_steps(lambda kind: kind in ("detect", "declare"))
            self.give_up()
            self.settle()
            self.begin_to_count()
            started = self.start_steps()
            self.share_bandwidth()
            self.share_pools()
            if not started and not self.due():
                return
            self.round_began = len(self.applied)

    def due(self) -> list[Work]:
        return self.in_plan_order(work for work in self.running() if work.due is not None and work.due <= self.now)

    # --------------------------------------------------------------------------- 1: outages and what they take down

    def apply_outages(self) -> None:
        """Section 9, item 1: "outages that end, then outages that begin; then what they take down"."""
        up, broken = self.up_sites(), self.broken()
        paths = (up, self.up_links())
        absences = [a for a in self.absences if a.name]
        changes: list[Anything] = [*self.outages, *self.corruptions, *absences]
        changes.sort(key=lambda what: what.name)
        for change in changes:
            if change.ends == self.now:
                self.lasting.discard(change.key)
                self.unseen = {d: outage for d, outage in self.unseen.items() if outage != change}
                self.applied.append(("outage", change.name, "ends"))
        last_end = len(self.applied) - 1
        for change in changes:
            if change.begins == self.now:
                if isinstance(change, Outage):
                    self.strike(change)
                self.lasting.add(change.key)
                self.applied.append(("outage", change.name, "begins"))
        if paths != (self.up_sites(), self.up_links()):
            last_end = max(last_end, self.look_around())
        self.newly_corrupt = self.become_known()
        self.went_down = up - self.up_sites()
        self.broke = self.broken() - broken
        if self.went_down or self.broke:
            self.bubble.strike()
        self.stopped = self.take_down()
        self.open_incidents()
        self.back.note_outages()
        self.follow.look()
        self.note_grounds(last_end)
        sight = Sight(self)
        for work in reversed(self.in_plan_order(self.running())):
            if not self.keeps_ground(work, sight) or self.is_needless(work) or self.bubble.is_over(work.object):
                self.finish(work, "interrupted")

    def become_known(self) -> set[str]:
        """Section 11: whose data is corrupt by what is detected now, and was not restored from before that."""
        detected = [corruption for corruption in self.corruptions if corruption.begins == self.now]
        self.known += detected
        found = {c for each in detected for c in each.components if not self.is_cleaned(c, each, self.now)}
        self.corrupt |= found
        return found

    # cut off (section 5)

    def look_around(self) -> int:
        """Section 5: "looked at when a site or a link goes down or comes back"; the number of the last that ended."""
        reached, up = Sight(self).reached, self.up_sites()
        last_end, begins = -1, []
        parts = [(self.cut_name(c), c) for c, part in self.land.components.items() if part.on_partition != "wait"]
        for name, c in sorted(parts):
            part = self.land.components[c]
            (a,), b = part.active, part.standby or ""
            if c in self.cuts:
                if (a, b) in reached:
                    self.applied.append(("outage", name, "ends"))
                    last_end = max(last_end, self.end_cut(c, a, b))
            elif {a, b} <= up and (a, b) not in reached and (c, a) in self.started and self.role[c, a] == "active":
                decided = part.on_partition != "takeover" or (b, part.witness) in reached
                if decided and self.standby(c) == b:
                    begins.append((name, c, a))
        for name, c, a in begins:
            self.applied.append(("outage", name, "begins"))
            self.cuts[c] = Cut(self.now, len(self.fences))
            fence = Outage(name, "component", (c,), ((c, a),), self.now, None, False, -2 - len(self.fences))
            self.fences.append(fence)
            if self.alone(c):
                self.newly_cut.append(c)
            else:
                self.outages.append(fence)
                self.lasting.add(fence.key)
        return last_end

    def cut_name(self, c: str) -> str:
        return f"{c}.{'cut' if self.alone(c) else 'fenced'}"

    def alone(self, c: str) -> bool:
        return self.land.components[c].on_partition == "takeover, alone"

    def end_cut(self, c: str, a: str, b: str) -> int:
        cut = self.cuts.pop(c)
        if not self.alone(c):
            self.lasting.discard(self.fences[cut.number].key)
            return len(self.applied) - 1
        if cut.split_since is not None:
            self.end_split(c, cut, a)
        return -1

    def end_split(self, c: str, cut: Cut, stale: str) -> None:
        """Section 5: who stopped, else the old one, is stale; section 11: what it lost."""
        component = self.land.components[c]
        point = cut.split_since
        if stale in component.active and component.data is not None:
            point = self.follow.point(c, cut.incident)
        assert point is not None
        if component.data is not None:
            self.recoveries.append(Recovery(c, cut.incident, self.now, self.now, point))
        cut.split_since = None
        self.role[c, stale] = "stale"
        self.incident_of.pop((c, stale), None)
        if (c, stale) in self.started:
            self.started.discard((c, stale))
            self.lost_since[c, stale] = self.now

    def end_splits(self) -> None:
        """Section 5: "or one of the two stops"; "if both did, that at *a*"."""
        for c, cut in self.cuts.items():
            component = self.land.components[c]
            sides = [s for s in (*component.active, component.standby or "") if (c, s) in self.stopped]
            if cut.split_since is not None and sides:
                self.end_split(c, cut, sides[0])

    def wants_to_switch_alone(self, c: str) -> bool:
        cut = self.cuts.get(c)
        if cut is None or not self.alone(c) or c in self.lost or cut.split_since is not None:
            return False
        left = cut.tries < self.task["switch", c].attempts
        return left and self.standby(c) is not None and c not in self.unusable_replica

    def is_needless(self, work: Work) -> bool:
        """Section 5: "fails at the instant at which it is not cut off any more"."""
        c = work.object
        moves = c in self.lost or c in self.back.moving
        return work.kind == "switch" and not moves and c not in self.cuts

    def end_switch_alone(self, work: Work) -> None:
        c, cut, replica = work.object, self.cuts[work.object], self.replica(work.object)
        if not work.succeeds:
            cut.tries += 1
            return self.finish(work, "failed")
        if replica is not None:
            works = self.land.components[c].copies[replica].works.millionths
            if not self.happens(works, ("usable", c, replica, 0, 0)):
                self.unusable_replica.add(c)
                return self.finish(work, "unusable")
        cut.split_since = self.now
        self.role[c, work.site] = "active"
        self.started.add((c, work.site))
        self.started_in[c, work.site] = work.incident
        self.incident_of.pop((c, work.site), None)
        return self.finish(work, "done")

    def take_down(self) -> set[Deployment]:
        """Section 5: stop what is at a site that is down or broken, then, again and again, what loses a need."""
        stopped = {(c, s) for c, s in self.started if c in self.newly_corrupt or not self.usable(c, s)}
        self.started -= stopped
        while True:
            more = {d for d in self.started if self.loses_a_need(d, stopped)}
            if not more:
                break
            stopped |= more
            self.started -= more
        for d in stopped:
            self.lost_since[d] = self.now
        return stopped

    def loses_a_need(self, d: Deployment, stopped: set[Deployment]) -> bool:
        """Section 5: "when it loses a need of `scope: site` beside it ... if its `needs` tree is then false"."""
        c, s = d
        needs = self.land.components[c].needs

        def counts(need: str) -> bool:
            if self.land.components[need].scope == "network":
                return True
            if need in self.circle[c]:
                return (need, s) not in stopped
            return (need, s) in self.started

        beside = {n for n in names(needs) if self.land.components[n].scope == "site" and (n, s) in stopped}
        return bool(beside) and not holds(needs, counts)

    def keeps_ground(self, work: Work, sight: Sight) -> bool:
        """Section 8: "whose ground goes (or, for a `restore`, whose store's site goes down)"."""
        if work.object in self.newly_corrupt and work.kind in ("switch", "restore", "start", "restart"):
            return False
        if work.kind == "restore":
            store = self.land.components[work.object].copies[work.copy].at
            return store in self.up_sites() and self.ground(work.step, sight)
        return self.ground(work.step, sight, self.begins_early(work))

    def finish(self, work: Work, outcome: str) -> None:
        work.outcome, work.end = outcome, self.now
        self.asked.pop(work.step, None)  # the next try is asked for by whom it does not trust then
        if outcome != "dropped":
            self.applied.append(work.name)

    # ------------------------------------------------------------------------------- 2, 3 and 5: steps that end

    def end_steps(self, which: Callable[[str], bool]) -> None:
        """Section 9: "the last in plan order first"."""
        for work in reversed(self.due()):
            if work.running and which(work.kind):
                self.end_step(work)
                self.note_grounds(len(self.applied) - 1)
                self.back.interrupt(Sight(self))

    def end_step(self, work: Work) -> None:
        if self.begins_early(work) and not Sight(self).may_start(work.object, work.site):
            self.careful.add((*work.step, work.incident))
            return self.finish(work, "failed")
        if self.finds(work):
            return None
        if self.back.end(work):
            return None
        if work.kind == "stop":
            self.shed.give_away(work.object)
        match work.kind:
            case "detect":
                self.incidents[work.incident].detected = True
            case "assess":
                incident = self.incidents[work.incident]
                incident.assessed = True
                self.called |= {(work.incident, team) for team in self.taking_part if self.is_on_call(team)}
                incident.arrived = {
                    team
                    for team in self.taking_part
                    if not self.is_on_call(team) and not self.must_be_called(team, incident)
                }
            case "gather":
                self.incidents[work.incident].gathered = True
            case "decide":
                self.incidents[work.incident].decided = True
            case "declare":
                self.incidents[work.incident].go = True
            case "mobilise":
                self.incidents[work.incident].arrived.add(work.object)
                if (work.incident, work.object) in self.called and not self.at_work(work.object):
                    opens = [t - self.offset for t in self.hours[work.object].opens if t - self.offset > self.now]
                    self.there_until[work.object] = min(opens, default=2**62)
            case "task" if not work.succeeds:
                return self.finish(work, "failed")
            case "task":
                self.incidents[work.incident].done.add(work.object)
            case "precheck":
                return self.end_precheck(work)
            case "restore":
                return self.end_restore(work)
            case "switch" | "start":
                return self.end_failover(work)
            case "restart":
                return self.end_restart(work)
            case "repair":
                return self.end_repair(work)
            case "verify":
                self.end_verify(work)
            case "teardown":
                self.bubble.tear_down()
        self.finish(work, "done")

    def end_precheck(self, work: Work) -> None:
        """Section 7, prechecks: it fails on demand, if the standby is broken, or if there is no room."""
        c, s = work.object, work.site
        if work.succeeds and not self.outages_of(c, s) and (c, s) in self.room:
            self.lost[c].prechecked = True
            return self.finish(work, "done")
        self.lost[c].next_strategy()
        return self.finish(work, "failed")

    def begin_to_count(self) -> None:
        """Section 7, giving up: from the first step of a strategy that is ready when item 6 begins."""
        for work in self.waiting():
            c = work.object
            if work.kind not in FAILOVER_KINDS or work.site != self.standby(c):  # a restore in place is none
                continue
            if not work.is_ready or c not in self.lost:
                continue
            if c not in self.lost:
                continue
            if self.lost[c].given_up is not None:
                continue
            limit = self.land.components[c].give_up_after.get(self.strategy(c) or "")
            if limit is not None:
                self.lost[c].given_up = work.ready + limit.ms

    def give_up(self) -> None:
        """Section 7, giving up: section 9, item 5, "the last in plan order first"."""
        for c in sorted(self.lost, key=lambda c: self.plan[c], reverse=True):
            loss = self.lost[c]
            if loss.given_up != self.now:
                continue
            loss.given_up = None
            if not self.fails_over(c):
                continue
            for work in [*self.running(), *self.waiting()]:
                if work.object == c and work.kind in FAILOVER_KINDS and work.site == self.standby(c):
                    self.finish(work, "given up")
            loss.next_strategy()

    def end_restore(self, work: Work) -> None:
        """Section 7: "An unusable restored copy is found out at the end of its `restore`"."""
        c, copy = work.object, self.land.components[work.object].copies[work.copy]
        if not self.happens(copy.works.millionths, ("usable", c, work.copy, 0, 0)):
            self.found_unusable.add((c, work.copy))
            return self.finish(work, "unusable")
        self.lost[c].restored = work
        return self.finish(work, "done")

    def end_failover(self, work: Work) -> None:
        """Section 7: "Whether a step fails on demand is looked at before whether its copy is unusable"."""
        c, s = work.object, work.site
        if c not in self.lost:
            return self.end_switch_alone(work)
        loss, replica = self.lost[c], self.replica(c) if work.strategy in ("hot", "warm") else None
        if not work.succeeds:
            loss.attempts += 1
            if loss.attempts >= self.task[work.kind, c].attempts:
                loss.next_strategy()
            return self.finish(work, "failed")
        if replica is not None:
            work.copy = replica
            copy = self.land.components[c].copies[replica]
            if not self.happens(copy.works.millionths, ("usable", c, replica, 0, 0)):
                self.unusable_replica.add(c)
                return self.finish(work, "unusable")
        point = loss.since
        if replica is not None:
            work.point = point = self.follow.point(c, loss.incident)
            if (since := self.follow.behind_since(c)) < loss.since:
                work.behind = since
        elif loss.restored is not None:
            assert loss.restored.point is not None
            point = loss.restored.point
        if loss.restored is not None and work.strategy == "cold":
            self.clean(c, point)
        self.leave_the_lost(c)
        self.bring_up(c, s, point, work)
        if work.kind == "start":
            self.doubt(c, s)
        return self.finish(work, "done")

    def lag(self, c: str, copy: str, incident: int) -> int:
        """Section 11: "0 for `synchronous`, one draw of `lag` for each incident for `asynchronous`"."""
        law = self.land.components[c].copies[copy].lag
        return 0 if law is None else self.draw(law, "lag", c, copy, incident)

    def end_restart(self, work: Work) -> None:
        """Section 7: "At the end of `restart` the deployment is started (and active)"."""
        c, s = work.object, work.site
        if not work.succeeds:
            return self.finish(work, "failed")
        point = self.lost[c].since if c in self.lost else 0
        there = self.standby(c)
        if c in self.lost and there is not None and self.role[c, there] != "hot":
            self.room.discard((c, there))
        if c in self.corrupt:
            restored = self.lost[c].restored
            assert restored is not None
            assert restored.point is not None
            point = restored.point
            self.clean(c, point)
            self.follow.begin_anew(c)
        if self.role[c, s] in ("stale", "waiting"):
            point = self.lost_since[c, s] if self.role[c, s] == "stale" else self.back.point(c)
            self.leave_the_lost(c)
        self.bring_up(c, s, point, work)
        if not self.task["restart", c].automatic:
            self.doubt(c, s)
        return self.finish(work, "done")

    def clean(self, c: str, point: int) -> None:
        """Section 11: it serves from data that was restored."""
        self.restored.append((c, point, self.now))
        self.corrupt.discard(c)

    def leave_the_lost(self, c: str) -> None:
        """Section 7: "the other active deployments of *c*, which are lost, become stale"."""
        for d in self.lost_deployments():
            if d[0] == c:
                self.role[d] = "stale"
                self.back.stale_since[d] = self.now

    def bring_up(self, c: str, s: str, point: int, work: Work) -> None:
        self.role[c, s] = "active"
        self.started.add((c, s))
        self.shed.stopped.pop(c, None)
        self.started_in[c, s] = work.incident
        self.incident_of.pop((c, s), None)
        loss = self.lost.pop(c, None)
        if loss is not None and self.land.components[c].data is not None:
            self.recoveries.append(Recovery(c, loss.incident, self.now, loss.since, point))

    def doubt(self, c: str, s: str) -> None:
        """Section 7, checking: unchecked, "or distrusted by each point ... that names the component"."""
        self.checked.discard((c, s))
        self.trusted -= {trust for trust in self.trusted if trust[2:] == (c, s)}

    def end_repair(self, work: Work) -> None:
        """Section 7: "at its end the deployment is no longer broken" (by what lasts until it is repaired)."""
        if not work.succeeds:
            return self.finish(work, "failed")
        d = (work.object, work.site)
        lasting = [*self.outages_of(*d), *([self.unseen[d]] if d in self.unseen else [])]
        for outage in lasting:
            if outage.until_repaired:
                self.mended.add((*outage.key, *d))
                if outage == self.unseen.get(d):
                    del self.unseen[d]
                if outage.number >= 0:
                    self.live_again(outage)
        return self.finish(work, "done")

    def live_again(self, outage: Outage) -> None:
        """Section 5: the next one begins a whole life after "the end of the `repair` that mends it"."""
        ((c, s),) = outage.deployments
        fails, number = self.land.components[c].fails, outage.number + 1
        assert fails is not None
        begins = self.now + self.life(c, s, fails, number)
        self.outages.append(outage._replace(begins=begins, number=number))

    def end_verify(self, work: Work) -> None:
        """Section 7: checked; or "every deployment of its direct needs that is on is trusted by it"."""
        if work.object not in self.points:
            self.checked.add((work.object, work.site))
            return
        sight = Sight(self)
        place = self.points[work.object]
        self.trusted |= {trust for trust in self.trusts() if trust[:2] == place and sight.on(*trust[2:])}

    # ------------------------------------------------------------------------------------------- 4: what is settled

    def settle(self) -> None:
        """Section 9, item 4: "incidents open and close, what is wanted and ready is settled, room is given"."""
        again = True
        while again:
            self.close_incidents()
            self.take_over()
            self.back.settle()
            self.forget_incidents()
            self.settle_strategies()
            self.settle_room()
            self.at_one.settle()
            self.settle_rows()
            again = self.bubble.settle()
        self.follow.look()
        self.settle_ready()

    def close_incidents(self) -> None:
        """Section 6: a site's closes when it is back before it is declared, a component's before it is assessed."""
        for number, incident in enumerate(self.incidents):
            if incident.go and incident.kind == "site" and self.scenario.response.abandon:
                incident.abandoned = incident.abandoned or self.root_is_back(incident)
                if incident.abandoned:  # what is not held any more was let go by no step
                    for c in self.land.components:
                        if not self.holders(c, incident):
                            self.free_since.setdefault((c, number), -1)
            if incident.go or incident.closed:
                continue
            if self.root_is_back(incident):
                incident.closed = True
            elif incident.kind == "component" and incident.assessed:
                incident.go = True
        for root, number in list(self.incident_of_root.items()):
            if self.root_is_back(self.incidents[number]):
                del self.incident_of_root[root]

    def open_incidents(self) -> None:
        """Section 1: "each new root that is lost opens one ... (at one instant: sites by name, ...)"."""
        up = self.up_sites()
        opened = []
        for s in sorted(self.went_down):
            opened.append(self.open_incident("site", s))
        for c in sorted({c for c, s in self.broke if s in up}):
            if ("component", c) not in self.incident_of_root:
                opened.append(self.open_incident("component", c))
        for c in sorted(self.newly_cut):
            if ("component", c) not in self.incident_of_root:
                opened.append(self.open_incident("component", c))
            self.cuts[c].incident = self.incident_of_root["component", c]
        self.newly_cut = []
        for c, s in self.broke:
            root = ("component", c) if s in up else ("site", s)
            self.broken_in[c, s] = self.incident_of_root[root]
        corrupt = {}
        for c in sorted(self.newly_corrupt):
            corrupt[c] = self.open_incident("component", c)
            self.incidents[corrupt[c]].corruption = True
        self.opened = opened
        self.lose(corrupt)
        self.end_splits()
        for c, number in corrupt.items():
            self.back.become_corrupt(c, number)
            self.begin_anew(c, number)

    def take_over(self) -> None:
        """Section 9, item 4: what is still lost moves to the incidents that opened, and those of what was found open."""
        for number in self.opened:
            self.move_to(number)
        self.opened = []
        self.newly_corrupt = set()
        self.went_down, self.broke, self.stopped = set(), set(), set()
        if self.found:
            self.open_found()

    def begin_anew(self, c: str, number: int) -> None:
        """Section 11: all of it belongs to the new incident, and it begins with its first strategy."""
        self.incidents[number].took_down.add(c)
        for d in self.lost_deployments():
            if d[0] == c:
                self.incident_of[d] = number
        loss = self.lost[c]
        loss.incident, loss.strategy, loss.attempts, loss.restored = number, 0, 0, None
        loss.given_up, loss.prechecked = None, False

    def open_incident(self, kind: str, root: str) -> int:
        number = len(self.incidents)
        incident = self.new_incident(kind, root)
        self.incidents.append(incident)
        self.incident_of_root[kind, root] = number
        if kind == "site":
            self.evacuate(root, number)
        return number

    def new_incident(self, kind: str, root: str) -> Incident:
        return Incident(kind, root, self.now)

    def evacuate(self, site: str, number: int) -> None:
        """Section 6: heads based there and present "are away for `evacuation`; one draw for each incident"."""
        lasts = self.draw(self.scenario.response.evacuation, "evacuation", site, "", number)
        leaving = [(name, self.present(name)) for name, team in self.land.teams.items() if team.based == site]
        for team, heads in leaving:
            if heads and lasts:
                self.absences.append(Absence(team, heads, self.now, self.now + lasts))

    def move_to(self, number: int) -> None:
        """Section 5: "Deployments at it that are still lost move ... if theirs is closed or if ... exhausted"."""
        incident = self.incidents[number]
        for c, s in sorted(self.lost_deployments() - self.stopped):
            hit = s == incident.root if incident.kind == "site" else (c == incident.root and (c, s) in self.broke)
            if not hit:
                continue
            exhausted = c in self.lost and self.lost[c].since != self.now and self.strategy(c) is None
            if self.is_past(self.incident_of[c, s]) or exhausted:
                self.incident_of[c, s] = number
                incident.took_down.add(c)
                if c in self.lost and (exhausted or self.is_past(self.lost[c].incident)):
                    self.lost[c].incident = number
                    if not self.scenario.response.abandon or not self.is_moving(c):
                        self.lost[c].strategy = self.lost[c].attempts = 0
                        self.lost[c].given_up, self.lost[c].prechecked = None, False
                        self.back.failures[c] = 0

    def is_past(self, number: int) -> bool:
        """Nothing fails over in it any more."""
        return self.incidents[number].closed or self.incidents[number].abandoned

    def is_moving(self, c: str) -> bool:
        """A step of its failover runs."""
        at = self.land.components[c].standby
        return any(w.object == c and w.site == at and w.kind in FAILOVER_KINDS for w in self.running())

    def lose(self, corrupt: Mapping[str, int]) -> None:
        """Section 5: the incident of each deployment that stopped, and the components that became lost."""
        stops = self.incidents_of_stops(corrupt)
        self.incident_of.update(stops)
        for (c, _), number in stops.items():
            self.incidents[number].took_down.add(c)
        lost = self.lost_deployments()
        for c in sorted({c for c, _ in self.stopped}):
            if all(d in lost for d in self.role if d[0] == c and self.role[d] == "active") and c not in self.lost:
                number = min(self.incident_of[d] for d in self.stopped if d[0] == c)
                self.lose_component(c, number)

    def lose_component(self, c: str, number: int) -> None:
        self.lost[c] = Loss(number, self.now)
        self.back.failures[c] = 0

    def incidents_of_stops(self, corrupt: Mapping[str, int]) -> dict[Deployment, int]:
        """Section 5: "that of its site if the site is down, else that of its own component if it is broken"."""
        numbers: dict[Deployment, int] = {}
        for c, s in self.stopped:
            if c in corrupt:
                numbers[c, s] = corrupt[c]
            elif s not in self.up_sites():
                numbers[c, s] = self.incident_of_root["site", s]
            elif self.outages_of(c, s):
                numbers[c, s] = self.broken_in[c, s]
        direct = set(numbers)
        while True:  # "else the smallest number among the incidents of the needs whose stop ... took it down"
            found = dict(numbers)
            for c, s in self.stopped - direct:
                beside = [(need, s) for need in names(self.land.components[c].needs)]
                known = [numbers[d] for d in beside if d in numbers and self.land.components[d[0]].scope == "site"]
                if known:
                    found[c, s] = min(known)
            if found == numbers:
                return numbers
            numbers = found

    def forget_incidents(self) -> None:
        """Section 6: detect and assess are dropped once the root is back and nothing lost or to be repaired is left."""
        concerned = {self.incident_of[d] for d in self.lost_deployments()}
        concerned |= {self.broken_in[d] for d in self.broken() if any(o.until_repaired for o in self.outages_of(*d))}
        for number, incident in enumerate(self.incidents):
            if not incident.assessed and self.root_is_back(incident) and number not in concerned:
                incident.forgotten = True

    def settle_strategies(self) -> None:
        """Section 7: go past what is over for good: unusable replicated copies, all copies found unusable."""
        for c, loss in self.lost.items():
            while self.strategy(c) is not None and self.is_over(c, self.strategy(c)):
                loss.next_strategy()

    def is_over(self, c: str, strategy: str | None) -> bool:
        if strategy in ("hot", "warm"):
            return c in self.unusable_replica or c in self.corrupt
        if self.land.components[c].data is None or self.lost[c].restored is not None:
            return False
        return all((c, name) in self.found_unusable for name in self.backups(c))

    def settle_room(self) -> None:
        """Section 8, room: give back, then walk the requests "in plan order of components"."""
        for c in self.land.components:
            s = self.standby(c)
            if (
                s is not None
                and self.role[c, s] != "hot"
                and (self.has_no_more_use_of_room(c) if c in self.lost else c not in self.back.leaving)
                and (c in self.lost or not (is_twin(c) and self.bubble.tears_down))
            ):
                self.room.discard((c, s))
        requests = []
        for c in sorted({*self.lost, *self.back.leaving}, key=lambda c: self.plan[c]):
            s = self.standby(c)
            if c not in self.lost and not self.back.asks(c):
                continue
            if s is None or (c, s) in self.room:
                continue
            if c in self.lost and (not self.fails_over(c) or not self.is_go(c)):
                continue
            requests.append((c, s, self.lost[c].incident if c in self.lost else self.back.leaving[c]))
        self.shed.settle(requests)

    def has_no_more_use_of_room(self, c: str) -> bool:
        return self.strategy(c) is None or (self.incidents[self.lost[c].incident].abandoned and not self.is_moving(c))

    def reserved(self, site: str, pool: str) -> int:
        uses = [self.land.components[c].uses for c, s in self.room if s == site]
        return sum(use[pool].number for use in uses if pool in use)

    def is_go(self, c: str) -> bool:
        return self.incidents[self.lost[c].incident].go

    def fails_over(self, c: str) -> bool:
        """Section 7: "as long as *k* is not closed or abandoned, *b* exists and its list is not exhausted"."""
        return not self.is_past(self.lost[c].incident) and self.standby(c) is not None and self.strategy(c) is not None

    def waits_for_room(self, c: str) -> bool:
        """Section 7: "its incident is *go*, its strategy in force is warm or cold, and it is not admitted"."""
        return self.is_go(c) and self.strategy(c) != "hot" and (c, self.standby(c)) not in self.room

    def note_grounds(self, number: int) -> None:
        """Section 10: what was applied when the ground of each step came to hold, where it holds."""
        sight = Sight(self)
        for step in self.possible:
            if self.ground(step, sight):
                self.ground_since.setdefault(step, number)
            else:
                self.ground_since.pop(step, None)
            if self.ground(step, sight, early=True):
                self.early_since.setdefault(step, number)
            else:
                self.early_since.pop(step, None)
        for k, incident in enumerate(self.incidents if self.steps else []):
            since = [(self.due_since, name, self.is_due(name, incident)) for name in self.steps]
            since += [(self.free_since, c, not self.holders(c, incident)) for c in self.land.components]
            for table, name, holds_now in since:
                if holds_now:
                    table.setdefault((name, k), number)
                else:
                    table.pop((name, k), None)

    def why_wanted(self, step: tuple[str, str, str, int]) -> int:
        """Section 10: "of what was applied in that round the last that concerns the step; if nothing does, the last"."""
        if step[0] == "teardown":
            return self.bubble.ended_by
        recent = range(self.round_began, len(self.applied))
        return max((i for i in recent if self.concerns(self.applied[i], step)), default=len(self.applied) - 1)

    def concerns(self, applied: Applied, step: tuple[str, str, str, int]) -> bool:
        """Section 10, what concerns a step."""
        kind, thing, _, number = step
        incident = self.incidents[number]
        if kind == "detect" and applied in incident.found_by:
            return True
        if applied[0] == "row":
            by_kind, by_thing, by_number = applied[1], applied[2], applied[4]
            waits_for_room = kind in ("precheck", "restore", "start") or (kind == "stop" and self.scenario.moves)
            if by_kind == "stop" and waits_for_room and self.shed.is_near(by_thing, thing):
                return True
            if by_kind == "teardown":
                return kind == "assess"
            if by_kind == "task" or (kind == "task" and by_kind not in INCIDENT_KINDS):
                return (by_kind, by_thing, by_number) == (kind, thing, number)
            if by_kind == "restore" and self.at_one.of(thing) is not None and kind not in INCIDENT_KINDS:
                together = self.at_one.of(thing) == self.at_one.of(str(by_thing))
                return by_thing == thing or (together and self.outcome_of(applied) != "interrupted")
            if by_kind in INCIDENT_KINDS:
                return thing not in self.points and by_kind != "mobilise" and by_number == number
            if thing in self.points:
                service, point = self.points[thing]
                return by_thing == thing or by_thing in names(self.land.services[service].points[point].needs)
            return kind not in INCIDENT_KINDS and by_thing == thing
        outages = [*self.outages, *self.corruptions, *self.fences]
        outage = next((o for o in outages if o.name == applied[1]), None)
        if outage is None or thing in self.points:
            return False
        kind_of_root = "component" if outage.kind == "corruption" else outage.kind
        if kind_of_root == incident.kind and incident.root in outage.targets:
            return True
        if incident.kind == "test" and outage.kind == "site" and incident.root in outage.targets:
            return True
        if kind in INCIDENT_KINDS or kind == "task":
            return False
        if outage.kind == "site":
            return any(site in self.land.components[thing].at for site in outage.targets)
        return kind_of_root == "component" and thing in outage.targets

    def outcome_of(self, applied: Applied) -> str:
        return next(work.outcome for work in self.work if work.name == applied)

    # ---------------------------------------------------------------------------------------------- what is wanted

    def settle_rows(self) -> None:
        """Section 10: drop rows that are no longer wanted, and ask for those that are."""
        self.settle_asked()
        wanted = self.wanted()
        for work in list(self.work):
            withdrawable = work.waiting or (
                work.running and work.kind in ("detect", "assess", "gather", "decide", "declare")
            )
            if withdrawable and (*work.step, work.incident) not in wanted:
                self.finish(work, "dropped")
        alive_incident = {(*work.step, work.incident) for work in self.work if work.waiting or work.running}
        alive = {work.step for work in self.work if work.waiting or work.running}
        for step in wanted:
            each_its_own = step[0] in INCIDENT_KINDS or step[0] == "task"
            if step not in alive_incident and (each_its_own or step[:3] not in alive):
                attempt = sum((*work.step, work.incident) == step for work in self.work)
                self.work.append(Work(*step, attempt, self.now, wanted_by=self.why_wanted(step)))

    def settle_ready(self) -> None:
        """Sections 7 and 8: what of what is wanted is ready."""
        self.settle_groups()
        sight = Sight(self)
        for work in self.waiting():
            incident = self.incidents[work.incident]
            if work.kind == "task":
                ground, since = self.is_due(work.object, incident), self.due_since.get((work.object, work.incident), -1)
            else:
                early = self.begins_early(work)
                ground = self.ground(work.step, sight, early)
                since = (self.early_since if early else self.ground_since).get(work.step, -1)
                if self.can_be_held(work):
                    ground = ground and not self.holders(work.object, incident)
                    since = max(since, self.free_since.get((work.object, work.incident), -1))
                    if self.groups_wait(incident):
                        begun = self.group_since.get((work.incident, self.group[work.object]), 0)
                        ground = ground and begun >= 0
                        since = max(since, begun)
            if ground and not work.is_ready:
                number = max(work.wanted_by, since)
                work.ready, work.bound_by = self.now, self.applied[number] if number >= 0 else None
            work.is_ready = ground

    def wanted(self) -> set[tuple[str, str, str, int]]:
        """Give (kind, object, site, incident) of every step that is wanted now (sections 6 and 7)."""
        return {
            *self.wanted_by_incidents(),
            *self.wanted_failovers(),
            *self.wanted_restarts(),
            *self.wanted_cleaning(),
            *self.wanted_repairs(),
            *self.wanted_verifies(),
            *self.wanted_tasks(),
            *self.back.wanted(),
            *self.shed.wanted(),
            *self.bubble.wanted(),
        }

    def wanted_of_components(self) -> list[tuple[str, str, str, int]]:
        """Those of section 7, but for the steps of the plan."""
        return [step for step in self.wanted() if step[0] in COMPONENT_KINDS]

    def has_ground(self, step: tuple[str, str, str, int]) -> bool:
        return self.ground(step[:3], Sight(self))

    def wanted_by_incidents(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 6, the table."""
        for number, incident in enumerate(self.incidents):
            root = incident.root
            held_back = incident.detected and self.bubble.tears_down
            if not incident.assessed and not incident.forgotten and not held_back:
                yield ("assess" if incident.detected else "detect"), root, "", number
            if incident.assessed and incident.kind != "test":
                for team in self.taking_part - incident.arrived:
                    yield "mobilise", team, self.destination(team, incident) or "", number
            if incident.assessed and incident.kind == "site" and not incident.closed and not incident.go:
                called = self.scenario.response.decide.quorum is not None and not incident.gathered
                yield ("declare" if incident.decided else "gather" if called else "decide"), root, "", number

    def wanted_failovers(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 7: `switch`, `restore` and `start`."""
        for c, cut in self.cuts.items():
            if self.wants_to_switch_alone(c):
                yield "switch", c, self.land.components[c].standby or "", cut.incident
        for c, loss in self.lost.items():
            b = self.standby(c)
            under_way = [work.kind for work in self.running() if work.object == c]
            if not self.fails_over(c) or b is None or {"restart", *FAILOVER_KINDS} & set(under_way):
                continue
            strategy, admitted = self.strategy(c), (c, b) in self.room
            if strategy == "hot":
                yield "switch", c, b, loss.incident
            elif self.land.components[c].precheck is not None and not loss.prechecked:
                if self.is_go(c):
                    yield "precheck", c, b, loss.incident
            elif self.is_go(c) and admitted:
                here = loss.restored is not None and loss.restored.site == b and self.at_one.is_restored(c)
                data_to_restore = self.land.components[c].data is not None and not here
                if (strategy != "cold" or not data_to_restore) and self.at_one.waits(c):
                    continue
                yield "restore" if strategy == "cold" and data_to_restore else "start", c, b, loss.incident

    def wanted_restarts(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 7, restart in place."""
        for (c, s), role in self.role.items():
            lost = role == "active" and (c, s) not in self.started
            stale = role in ("stale", "waiting") and c in self.lost
            if c in self.shed.stopped or (c in self.shed.sheddable and self.shed.is_held(c)):
                continue
            if not (lost or stale) or not self.usable(c, s) or c in self.back.moving or self.back.takes_over(c):
                continue
            if any(work.object == c and work.kind in FAILOVER_KINDS for work in self.running()):
                continue
            there = c in self.lost and self.fails_over(c) and self.usable(c, self.standby(c) or "")
            if there and not self.waits_for_room(c):
                continue
            if c in self.corrupt:
                continue
            number = self.incident_of[c, s] if lost else self.lost[c].incident
            if self.incidents[number].assessed or self.task["restart", c].automatic:
                yield "restart", c, s, number

    def wanted_cleaning(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 11: clean data is restored to one active deployment, which then starts."""
        for c in self.corrupt:
            under_way = [work.kind for work in self.running() if work.object == c]
            b = self.standby(c)
            goes = self.fails_over(c) and b is not None and self.usable(c, b) and not self.waits_for_room(c)
            if {*FAILOVER_KINDS} & set(under_way) or goes:
                continue
            places = sorted(
                s
                for name, s in self.lost_deployments()
                if name == c and self.usable(c, s) and self.incidents[self.incident_of[c, s]].assessed
            )
            restored = self.lost[c].restored
            if restored is not None and restored.site in places and self.at_one.is_restored(c):
                if not self.at_one.waits(c):
                    yield "restart", c, restored.site, self.incident_of[c, restored.site]
            elif places:
                yield "restore", c, places[0], self.incident_of[c, places[0]]

    def wanted_repairs(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 7: what is broken until repaired, "from the end of `detect` of its incident on"."""
        for c, s in self.broken():
            number = self.broken_in[c, s]
            until_repaired = any(outage.until_repaired for outage in self.outages_of(c, s))
            if until_repaired and self.incidents[number].detected:
                yield "repair", c, s, number

    def wanted_verifies(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 7: "wanted while it is on and unchecked"; of a point while something is on and not trusted."""
        sight = Sight(self)
        for c, s in self.role:
            if self.bubble.is_over(c):
                continue
            if self.land.components[c].verify is not None and sight.on(c, s) and (c, s) not in self.checked:
                yield "verify", c, s, self.started_in[c, s]
        for step, number in self.asked.items():
            yield *step, number

    def wanted_tasks(self) -> Iterable[tuple[str, str, str, int]]:
        """Section 7: "once in each incident that it concerns, from *go* on, until it is done"."""
        for number, incident in enumerate(self.incidents):
            for name in self.steps:
                if incident.abandoned:
                    continue
                if incident.go and name not in incident.done and self.concerns_incident(name, incident):
                    yield "task", name, "", number

    def settle_asked(self) -> None:
        """Section 8: "the smallest such number among the deployments that it does not trust when it becomes wanted"."""
        sight = Sight(self)
        asked = {}
        for thing, place in self.points.items():
            doubted = [t[2:] for t in self.trusts() if t[:2] == place and t not in self.trusted and sight.on(*t[2:])]
            if doubted and not self.bubble.is_over(thing):
                step = ("verify", thing, self.land.services[place[0]].points[place[1]].at)
                asked[step] = self.asked.get(step, min(self.started_in[d] for d in doubted))
        self.asked = asked

    # --------------------------------------------------------------------------------------------- ground and crew

    def ground(self, step: tuple[str, str, str], sight: Sight, early: bool = False) -> bool:
        """Section 8, the table; `early` leaves out what is in other groups."""
        kind, c, s = step
        if not self.back.in_place(step):
            return False
        match kind:
            case "switch" | "start" | "restart":
                return self.usable(c, s) and sight.may_start(c, s, others_count_as_met=early)
            case "stable":
                return self.usable(c, s)
            case "stop" if c in self.shed.sheddable:
                return self.usable(c, s)
            case "stop" if c not in self.back.components:
                return False
            case "stop":
                target = self.back.other(c, s)
                here = s in self.up_sites() and (c, s) in self.started
                return here and self.usable(c, target) and sight.may_start(c, target)
            case "restore" | "synchronise":
                return self.usable(c, s) and sight.may_start(c, s, network_counts_as_met=True)
            case "precheck" | "repair":
                return s in self.up_sites()
            case "verify" if c in self.points:
                service, point = self.points[c]
                needs = self.land.services[service].points[point].needs
                return s in self.up_sites() and holds(needs, lambda need: sight.view(need, s, only_checked=True))
            case "verify":
                return s in self.up_sites() and sight.ready(c, s)
        return True

    def crew(self, work: Work) -> Mapping[str, int]:
        """Give the heads of each team that a step takes."""
        match work.kind:
            case "detect" | "gather" | "declare" | "mobilise":
                return {}
            case "assess":
                return self.scenario.response.assess.by
            case "decide":
                return self.scenario.response.decide.by
            case "teardown":
                return self.scenario.tests.teardown.by
            case "task":
                return self.steps[work.object].by
        return {} if self.is_replaced(work) else self.task[work.kind, work.object].by

    def skills(self, work: Work) -> Mapping[str, str]:
        """Section 8, skills: what a step asks of some teams of its crew."""
        match work.kind:
            case "detect" | "gather" | "declare" | "mobilise":
                return {}
            case "assess":
                return self.scenario.response.assess.skills
            case "decide":
                return self.scenario.response.decide.skills
            case "teardown":
                return self.scenario.tests.teardown.skills
            case "task":
                return self.steps[work.object].skills
        return self.task[work.kind, work.object].skills

    def who_is_free(self, team: str, skill: str | None) -> list[Person]:
        """Section 8, skills: those that a step may take, in order."""
        come = self.now < self.there_until.get(team, -1)
        moment, until = self.scenario.moment, self.offset + self.horizon
        now = there(
            self.people[team],
            lambda works: compile_calendar(works, moment, until).is_open(self.now + self.offset),
            come,
            self.away(team),
        )
        busy = [person for work in self.running() for of, person in work.who if of == team]
        free = [person for person in able(now, skill) if person not in busy]
        done = {person: self.done_by(team, person) for person in free}
        return [person for person in free if not is_at_rest(self.land.crews[team], done[person], self.now)]

    def done_by(self, team: str, person: Person) -> list[tuple[int, int]]:
        return [(work.start, work.end) for work in self.work if (team, person) in work.who]

    def next_rested(self, team: str) -> int | None:
        """Section 8, rest: when the next has "done nothing for `rests`"."""
        rests = rests_of(self.land.crews[team])
        times = [max(end for _, end in steps) + rests for p in self.people[team] if (steps := self.done_by(team, p))]
        return min((time for time in times if time > self.now), default=None)

    def is_replaced(self, work: Work) -> bool:
        """Section 7: in the incident of a site a step of the plan was taken in the place of a `start`."""
        by_a_step = any(work.object in step.replaces for step in self.steps.values())
        return work.kind == "start" and by_a_step and self.incidents[work.incident].kind == "site"

    def present(self, team: str) -> int:
        """Section 8: "people while the team's calendar is open (the sum of the shifts that are), less those away"."""
        heads = sum(heads for heads, hours in self.shifts[team] if hours.is_open(self.now + self.offset))
        on_call = self.land.crews[team].on_call
        if on_call is not None and self.now < self.there_until.get(team, -1):
            heads += on_call.people.number
        return max(0, heads - self.away(team))

    def away(self, team: str) -> int:
        """Section 8: "a disruption takes all of them, or so many"; evacuations likewise."""
        return sum(a.heads for a in self.absences if a.team == team and a.begins <= self.now and not self.past(a.ends))

    def past(self, time: int | None) -> bool:
        return time is not None and time <= self.now

    def free(self, team: str) -> int:
        """Section 8: "Free = present - busy, at least 0"."""
        busy = sum(self.crew(work).get(team, 0) for work in self.running())
        return max(0, self.present(team) - busy)

    def crew_is_there(self, work: Work) -> bool:
        """Section 8: all heads free; "a team must have arrived ... (not for `assess`, `decide`)"."""
        crew = self.crew(work)
        arrived = self.incidents[work.incident].arrived
        if work.kind not in ("assess", "decide", "teardown") and not set(crew) <= arrived:
            return False
        skills = self.skills(work)
        return self.bubble.may_take(work, crew) and all(
            heads <= self.free(team)
            and (not self.people[team] or heads <= len(self.who_is_free(team, skills.get(team))))
            for team, heads in crew.items()
        )

    def at_work(self, team: str) -> bool:
        return self.hours[team].is_open(self.now + self.offset)

    def is_on_call(self, team: str) -> bool:
        """Section 6: called now, those who are on call are called."""
        on_call = self.land.crews[team].on_call
        if on_call is None or self.at_work(team):
            return False
        hours = compile_calendar(on_call.works, self.scenario.moment, self.offset + self.horizon)
        return hours.is_open(self.now + self.offset)

    def must_be_called(self, team: str, incident: Incident) -> bool:
        """Section 6: one "whose `call_out` is fixed at 0 and that need not travel" is there without a row."""
        return self.land.crews[team].call_out.fixed != 0 or self.destination(team, incident) is not None

    def destination(self, team: str, incident: Incident) -> str | None:
        """Section 6: where a team travels to, None if it need not."""
        based = self.land.crews[team].based
        at_standby, at_root = [], []
        for kind, thing, s in self.possible:
            task = self.task[kind, thing]
            if team not in task.by or not task.on_site:
                continue
            if incident.kind == "site" and s == incident.root:
                at_root.append(s)
            if thing in self.points:
                continue
            component = self.land.components[thing]
            concerned = thing == incident.root if incident.kind == "component" else incident.root in component.active
            if concerned and s == component.standby:
                at_standby.append(s)
            if incident.kind == "component" and concerned and s in component.active:
                at_root.append(s)
        sites = at_standby or at_root
        if based is None or not sites:
            return None
        first = min(sites, key=lambda s: (-sites.count(s), s))
        return None if first == based else first

    # ----------------------------------------------------------------------------------------------- 6: what starts

    def start_steps(self) -> bool:
        """Section 9, item 6: "ready steps in plan order, each whose whole crew (and copy) is free"."""
        started = False
        for work in self.in_plan_order(work for work in self.waiting() if work.is_ready):
            if not self.crew_is_there(work) or (*work.step, work.incident) not in self.wanted():
                continue
            if work.kind == "restore" and not self.choose_copy(work):
                continue
            if work.kind == "restore":
                self.at_one.begin(work)
            self.start_step(work)
            started = True
        return started

    def start_step(self, work: Work) -> None:
        work.freed_by = self.freed_by(work)
        for team, heads in self.crew(work).items():
            if self.people[team]:
                who = self.who_is_free(team, self.skills(work).get(team))
                work.who += [(team, person) for person in who[:heads]]
        work.start, work.outcome = self.now, "running"
        self.shed.begin(work)
        if work.kind in ("switch", "start"):
            if work.object in self.lost:
                work.strategy = self.strategy(work.object) or ""
            else:
                work.strategy = "hot" if work.object in self.cuts else ""
        if work.kind in COMPONENT_KINDS and not self.is_replaced(work):
            works = self.task[work.kind, work.object].works
            name = (f"{work.kind} works", work.object, work.site, work.incident, work.attempt)
            work.succeeds = self.happens(works, name)
        if work.kind == "task":
            share = self.steps[work.object].works.millionths
            work.succeeds = self.happens(share, ("task works", work.object, "", work.incident, work.attempt))
        if work.kind in ("restore", "synchronise"):
            self.start_transfer(work)
        else:
            work.due = self.end_of(work)
            boots = self.land.components[work.object].boots if work.kind in ("start", "restart") else None
            if boots is not None:
                work.pool, work.earliest, work.due = (work.site, boots.on), work.due, None
                work.left = boots.items.number * boots.each.ms * 1000
                work.limit = 1000 * min(boots.items.number, (boots.at_once or boots.items).number)

    def freed_by(self, work: Work) -> Applied | None:
        """Section 10: "the row, first in plan order, that had run and ended at that instant and gave back heads"."""
        if work.ready == self.now:
            return None
        teams = set(self.crew(work))
        gave_back = [w for w in self.work if 0 <= w.start < w.end == self.now and teams & set(self.crew(w))]
        return self.in_plan_order(gave_back)[0].name if gave_back else None

    def end_of(self, work: Work) -> int:
        """Give when a step that starts now ends (sections 6 and 8)."""
        incident = self.incidents[work.incident]
        least = 1 if work.attempt else 0  # section 9: "A second or later try takes at least 1 ms"
        response = self.scenario.response
        match work.kind:
            case "declare":
                return max(self.now, incident.opened + response.wait.ms)
            case "mobilise":
                return self.now + max(least, self.time_to_arrive(work))
            case "detect":
                return self.now + self.time_to_notice(work.incident)
            case "gather":
                return self.now + self.time_to_gather(work)
            case "assess":
                law = response.assess.takes
            case "decide":
                law = response.decide.takes
            case "teardown":
                law, least = self.scenario.tests.teardown.takes, 1
            case "task":
                law = self.steps[work.object].takes
            case _:
                law = AT_ONCE if self.is_replaced(work) else self.task[work.kind, work.object].takes
        takes = max(least, self.draw(law, work.kind, work.object, work.site, work.incident, work.attempt))
        if work.kind == "assess":
            takes += self.cost_of_a_wrong_diagnosis(work)
        crew = self.crew(work)
        if not law.working or not crew:
            return self.now + takes
        # section 8: "when that much open time of the calendar of its first team (by name) has passed"
        return self.hours[min(crew)].add(self.now + self.offset, takes) - self.offset

    def time_to_notice(self, number: int) -> int:
        """Section 6: of the root itself, else of the response; which law holds is decided at the instant of the loss."""
        incident = self.incidents[number]
        if incident.found_by:
            return 0
        things = self.land.sites if incident.kind == "site" else self.land.components
        law = things[incident.root].detect or self.scenario.response.detect
        if incident.corruption:
            return 0
        if isinstance(law, Law):
            return self.draw(law, "detect", incident.root, "", number)
        hours = compile_calendar(law.within, self.scenario.moment, self.offset + self.horizon)
        if hours.is_open(incident.opened + self.offset):
            return self.draw(law.takes, "detect", incident.root, "", number)
        return self.draw(law.otherwise, "detect", incident.root, "otherwise", number)

    def time_to_gather(self, work: Work) -> int:
        """Section 6: "the `people`-th smallest of as many draws of `arrives`"."""
        quorum = self.scenario.response.decide.quorum
        assert quorum is not None
        law, place = quorum.arrives, ""
        if not isinstance(law, Law):
            hours = compile_calendar(law.within, self.scenario.moment, self.offset + self.horizon)
            is_open = hours.is_open(self.now + self.offset)
            law, place = (law.takes, "") if is_open else (law.otherwise, "otherwise")
        times = [self.draw(law, "gather", work.object, place, work.incident, i) for i in range(quorum.of.number)]
        return sorted(times)[quorum.people.number - 1]

    def cost_of_a_wrong_diagnosis(self, work: Work) -> int:
        """Section 6: with probability `wrong` assessing takes `costs` longer."""
        assess, name = self.scenario.response.assess, ("assess wrong", work.object, "", work.incident, 0)
        if assess.costs is None or not self.happens(assess.wrong.millionths, name):
            return 0
        return self.draw(assess.costs, "costs", work.object, "", work.incident)

    def time_to_come(self, work: Work) -> int:
        """Section 6: tries of the call up to the horizon, then `call_out`."""
        on_call, tries = self.land.crews[work.object].on_call, 0
        assert on_call is not None
        while self.now + tries * on_call.every.ms < self.horizon and not self.happens(
            on_call.accepts.millionths, ("accepts", work.object, "", work.incident, tries)
        ):
            tries += 1
        return tries * on_call.every.ms + self.draw(on_call.call_out, "on call", work.object, "", work.incident)

    def time_to_arrive(self, work: Work) -> int:
        """Section 6: "`call_out`, plus travel"."""
        team = self.land.crews[work.object]
        takes = (
            self.time_to_come(work)
            if (work.incident, work.object) in self.called
            else self.draw(team.call_out, "mobilise", work.object, "", work.incident)
        )
        if not work.site:
            return takes
        there, back = self.land.sites[team.based].travel, self.land.sites[work.site].travel
        law = there.get(work.site) or back.get(team.based) or Law.constant(0)
        return takes + self.draw(law, "travel", work.object, work.site, work.incident)

    # ---------------------------------------------------------------------------------------- copies and transfers

    def choose_copy(self, work: Work) -> bool:
        """Section 8: "not found unusable, whose site is up and reaches the target, the youngest (tie: by name)"."""
        c, sight = work.object, Sight(self)
        exist, usable, why = [], [], {}
        group = self.at_one.limit(c)
        for name, copy in self.backups(c).items():
            points = self.points_of(c, copy)
            good = [point for point in points if not self.is_bad(c, name, point)]
            exist += [(-points[0], name)] if points else []
            if (c, name) in self.found_unusable:
                why[name] = "unusable"
            elif points[:1] != good[:1]:
                why[name] = "bad"
            elif group is not None and good and good[0] > group[1].time:
                why[name] = f"group {group[0]}: point of {group[1].component}'s {group[1].copy}"
            else:
                why[name] = "out of reach"
            good = [point for point in good if group is None or point <= group[1].time]
            reached = sight.inside if is_twin(c) else sight.reached
            if good and (c, name) not in self.found_unusable and (copy.at, work.site) in reached:
                usable.append((-good[0], name))
        if not usable:
            return False
        first = min(usable)
        work.point, work.copy = -first[0], first[1]
        replica = self.replica(c)
        passed_over = [(name, why[name]) for newest, name in sorted(exist) if (newest, name) < first]
        if replica is not None and self.land.components[c].standby == work.site:
            if c in self.unusable_replica:
                passed_over.insert(0, (replica, "unusable"))
            elif c in self.corrupt:
                passed_over.insert(0, (replica, "bad"))
        work.passed_over = tuple(passed_over)
        return True

    def points_of(self, c: str, copy: Copy) -> list[int]:
        """Section 8: its scheduled instants at or before the loss "at which its store was up and was reached", last first.

        Looked for "in the 35 days before the drill or since".
        """
        assert copy.taken is not None
        since, until = self.offset - 35 * DAY, self.offset + self.lost[c].since
        instants = [t - self.offset for t in compile_schedule(copy.taken, self.scenario.moment, since, until)]
        return [t for t in sorted(instants, reverse=True) if self.could_be_taken(c, copy, t)]

    def could_be_taken(self, c: str, copy: Copy, time: int) -> bool:
        if time < 0:
            return True
        then = self.moment() if time >= self.now else [m for m in self.history if m.time <= time][-1]
        c = original(c)  # section 18: "which copies were taken goes by production"
        return any(name == c and (s, copy.at) in then.reached for name, s in then.active)

    def moment(self) -> Moment:
        up = frozenset(self.up_sites())
        active = frozenset(d for d, role in self.role.items() if role == "active" and not self.outages_of(*d))
        return Moment(self.now, up, frozenset(network.reached(self.land.links, up, self.up_links())), active)

    def start_transfer(self, work: Work) -> None:
        """Section 8: "It has a limit of its own (`restores`, drawn)"; whole milli-bytes are left."""
        component = self.land.components[work.object]
        if work.kind == "synchronise":
            work.limit, work.left = 2**62, self.back.to_copy(work.object, work.site)
            return
        law = component.copies[work.copy].restores
        assert law is not None
        assert component.data is not None
        work.limit = max(1, self.draw(law, "restores", work.object, work.copy, work.incident, work.attempt))
        work.left = component.data.size.size * 1000

    def storms(self) -> list[Work]:
        """Section 8, storms: what starts on pools."""
        return [work for work in self.running() if work.pool is not None]

    def emptied(self, work: Work) -> int | None:
        """When all items of a storm have started, as far as is known now."""
        return self.now + -(-work.left // work.rate) if work.rate > 0 and work.left > 0 else None

    def share_pools(self) -> None:
        """Section 8, storms: "shares it max-min fairly", and who has started all "leaves the pool to the others"."""
        flows = {work.name: (work.limit, (work.pool,)) for work in self.storms() if work.left > 0}
        rooms = {work.pool: 1000 * self.capacity(*work.pool) for work in self.storms() if work.pool is not None}
        rates = network.fair_shares(flows, rooms)  # type: ignore[arg-type]
        for work in self.storms():
            work.rate = rates.get(work.name, 0)
            least = work.start + 1 if work.attempt else 0
            over = self.now if work.left <= 0 else self.emptied(work)
            work.due = None if over is None else max(over, work.earliest, least)

    def transfers(self) -> list[Work]:
        return [work for work in self.running() if work.kind in ("restore", "synchronise")]

    def move_transfers(self, since: int) -> None:
        for work in (*self.transfers(), *self.storms()):
            work.left -= work.rate * (self.now - since)

    def share_bandwidth(self) -> None:
        """Section 8, transfers: routes and max-min fair rates; ends `ceil(left / rate)` from now."""
        flows = {}
        for work in self.transfers():
            store = (
                self.back.active(work.object)
                if work.kind == "synchronise"
                else self.land.components[work.object].copies[work.copy].at
            )
            up = self.up_sites() - self.bubble.left_out(work.object)
            path = network.route(self.land.links, up, self.up_links(), store, work.site)
            flows[work.name] = (work.limit, path)
        rates = network.fair_shares(flows, {name: link.bandwidth.per_second for name, link in self.land.links.items()})
        for work in self.transfers():
            work.rate = rates[work.name]
            work.due = None if work.rate == 0 and work.left > 0 else self.now
            if work.left > 0 and work.rate > 0:
                work.due = self.now + -(-work.left // work.rate)
            if work.due is not None and work.attempt:
                work.due = max(work.due, work.start + 1)

    # -------------------------------------------------------------------------------------------------- what is kept

    def flags(self) -> dict[Flag, bool]:
        sight = Sight(self)
        return {
            **{("site", s): s in self.up_sites() for s in self.land.sites},
            **{("link", x): x in self.up_links() for x in self.land.links},
            **{("on", *d): sight.on(*d) for d in self.role},
            **{("checked", *d): d in self.checked for d in self.role if self.land.components[d[0]].verify is not None},
            **{("trusted", *trust): trust in self.trusted for trust in self.trusts()},
        }

    def record(self) -> None:
        """Section 9: "Only the state after the last round of an instant is recorded"."""
        flags = self.flags()
        self.changes += sorted((self.now, flag, value) for flag, value in flags.items() if value != self.recorded[flag])
        self.recorded = flags
        spares = self.spares_now()
        self.spare += sorted((self.now, d, found) for d, found in spares.items() if found != self.spares[d])
        self.spares = spares
        self.history.append(self.moment())

    def spares_now(self) -> dict[Deployment, bool]:
        """Section 14: "in role standby, not broken, and a strategy of its component is left"."""

        def is_left(c: str, strategy: str) -> bool:
            if strategy in ("hot", "warm"):
                return c not in self.unusable_replica and c not in self.corrupt
            copies = self.backups(c)
            return self.land.components[c].data is None or any((c, x) not in self.found_unusable for x in copies)

        return {
            (c, s): role == "waiting"
            or (
                role in ("hot", "warm", "cold")
                and not self.outages_of(c, s)
                and (c, s) not in self.unseen
                and any(is_left(c, strategy) for strategy in self.strategies[c])
            )
            for (c, s), role in self.role.items()
        }


def shifts_of(crew: Team) -> list[tuple[int, Calendar]]:
    """Give heads and calendar of each shift; a team without shifts is one."""
    if not crew.shifts:
        return [(crew.people.number, crew.works)]
    return [(shift.people.number, shift.works) for shift in crew.shifts.values()]


def most_at_once(crew: Team) -> int:
    """Section 8: the most that are there at any minute of an ordinary week."""
    if not crew.shifts:
        return crew.people.number
    there = [0] * 10080
    for heads, works in shifts_of(crew):
        for a, b in works.spans:
            for minute in range(a, b):
                there[minute] += heads
    return max(there)


def any_of(calendars: list[Hours]) -> Hours:
    """Give the hours at which any of these is open."""
    edges = sorted(
        edge
        for hours in calendars
        for t, u in zip(hours.opens, hours.closes, strict=True)
        for edge in ((t, -1), (u, 1))
    )
    opens, closes, count = [], [], 0
    for time, sign in edges:  # at one instant openings come first, so that hours that touch are joined
        if count == 0:
            opens.append(time)
        count -= sign
        if count == 0:
            closes.append(time)
    return Hours(tuple(opens), tuple(closes))


def as_task(step: Anything) -> Task:
    """Give a step of the model with plain numbers; one that is left out takes no time and nobody."""
    if step is None:
        return Task(AT_ONCE)
    return Task(
        step.takes,
        step.by,
        step.works.millionths,
        step.attempts,
        step.on_site,
        getattr(step, "automatic", False),
        step.skills,
    )
