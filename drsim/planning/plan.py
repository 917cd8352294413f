"""The compiled plan: plain index arrays, ready for any engine.

`Structure` is what a landscape is; compiling it walks graphs and may take tens of milliseconds. `Plan` adds what a scenario
says: laws, headcounts, capacities, outages. A variant replaces entries of a `Plan` in well under a millisecond.

Indexes: sites, links, teams and services by name; components in plan order; deployments by component, then site;
points by service, then name; steps in plan order. Times are ms since the moment, shares and levels millionths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from drsim.calendar import Calendar, Hours
from drsim.displayed import Displayed
from drsim.distributions import Law
from drsim.model.bubble import doubled
from drsim.model.landscape import Landscape
from drsim.model.scenario import Scenario
from drsim.planning.shipping import Shipping

__all__ = [
    "ACTIVE",
    "EVERYBODY",
    "INCIDENT_KINDS",
    "KINDS",
    "NEVER",
    "NO_PRIORITY",
    "STALE",
    "STANDBY",
    "ByHand",
    "Copy",
    "Crew",
    "Detect",
    "DueWork",
    "Event",
    "Failback",
    "Failing",
    "Generator",
    "Head",
    "LevelOp",
    "Move",
    "OnCall",
    "Outage",
    "Partition",
    "Plan",
    "Power",
    "Quorum",
    "Root",
    "RootVariables",
    "Skills",
    "StepPlan",
    "Storm",
    "Structure",
    "Task",
    "Trial",
    "Trip",
    "Variable",
]

ACTIVE, STANDBY, STALE = 0, 1, 2
NEVER = 2**62
EVERYBODY = -1
NO_PRIORITY = 2**61
INCIDENT_KINDS = ("detect", "assess", "gather", "decide", "declare", "mobilise")
KINDS = (
    "precheck",
    "switch",
    "restore",
    "start",
    "stable",
    "synchronise",
    "stop",
    "restart",
    "repair",
    "verify",
    "task",
)

Crew = tuple[tuple[int, int], ...]  # (team, heads), teams in order
Skills = tuple[tuple[int, str], ...]  # (team, skill) that its heads must have, of some teams of a crew
Tree = int | tuple[int, tuple["Tree", ...]]  # a view, or (how many are needed, of which)


class Variable(NamedTuple):
    """A random quantity: its name (section 13 of the semantics) and its law; no law means the uniform number itself."""

    purpose: str
    object: str
    site: str
    law: Law | None


class StepPlan(NamedTuple):
    """A step that a drill may take; its index is its place in plan order."""

    kind: str
    object: str
    site: str
    component: int
    """-1 for the verification of a point and a step of the plan"""
    deployment: int
    """-1 for the verification of a point and a step of the plan"""
    point: int
    """-1 for all but the verification of a point"""
    priority: int
    crew: Crew
    on_site: bool
    fixed: int
    """duration in ms when certain, else -1"""
    variable: int
    works: int
    """the probability that an attempt succeeds, millionths"""
    works_variable: int
    attempts: int
    hours: int
    """calendar of its working hours, -1 for the clock"""
    skills: Skills = ()


class Task(NamedTuple):
    """A step of the plan; its index is that of its name in order."""

    name: str
    approval: bool
    is_wait: bool
    after: tuple[int, ...]
    """components"""
    before: tuple[int, ...]
    """components, those that it replaces among them"""
    replaces: tuple[int, ...]
    """components"""
    after_tasks: tuple[int, ...]
    before_tasks: tuple[int, ...]


class Copy(NamedTuple):
    """A copy of a component's data; `instants` are the moments at which it is taken (snapshots and backups)."""

    name: str
    site: int
    replicated: bool
    lag: int
    """fixed lag in ms of a replicated copy, -1 if drawn"""
    lag_variable: int
    calendar: int
    """index of its schedule, -1 for a replicated copy"""
    rate: int
    """fixed restore rate in bytes/s, -1 if drawn"""
    rate_variable: int
    works: int
    works_variable: int


class Root(NamedTuple):
    """What an incident is about: a site, or a component that is broken."""

    name: str
    is_site: bool
    place: int
    destinations: tuple[str, ...]
    """for each team the site to which it travels, '' for none"""


class Detect(NamedTuple):
    """How long noticing takes: fixed ms, -1 if drawn."""

    takes: int
    within: int = -1
    """the calendar in which a loss is noticed so, -1 for always"""
    otherwise: int = 0


class OnCall(NamedTuple):
    """Who of a team can be had outside its hours."""

    people: int
    calendar: int
    accepts: int
    """probability, millionths"""
    accepts_variable: int
    every: int
    call_out: int
    """fixed ms, -1 if drawn"""
    call_out_variable: int


class Head(NamedTuple):
    """One of the people of a team in which they are told apart."""

    name: str
    skills: tuple[str, ...]
    calendar: int
    """-1 for one on call"""


class Quorum(NamedTuple):
    """How many of those who are called must have come before a decision."""

    people: int
    of: int
    arrives: Detect
    """the time that each takes"""


class Storm(NamedTuple):
    """What a step sets off at once on a pool."""

    pool: int
    work: int
    """thousandths of item-milliseconds"""
    limit: int
    """the most at once, thousandths of an item"""


class RootVariables(NamedTuple):
    """The variables of what people do about a root, -1 for what is not drawn."""

    detect: int
    assess: int
    decide: int
    otherwise: int = -1
    wrong: int = -1
    costs: int = -1
    gather: int = -1
    gather_otherwise: int = -1


class Generator(NamedTuple):
    """What supplies a site while its mains are away; times in ms, -1 if drawn, with the variable beside."""

    works: int
    """probability, millionths"""
    works_variable: int
    takes: int
    takes_variable: int
    runs: int
    """NEVER if it does not fail"""
    runs_variable: int
    fuel: int
    """of a full tank, NEVER without end"""
    refuel: int
    """NEVER if the tank is not filled"""
    refuel_variable: int


class Trip(NamedTuple):
    """Mains that go again when they are back."""

    chance: int
    """millionths"""
    chance_variable: int
    after: int
    after_variable: int
    lasts: int
    lasts_variable: int


class Power(NamedTuple):
    """The supply of a site whose mains some disruption takes away."""

    site: int
    mains: tuple[str, ...]
    """the disruptions that take the mains away"""
    ups: int
    """ms that a full battery lasts"""
    recharge: int
    generator: Generator | None
    trip: Trip | None


class Failing(NamedTuple):
    """How something fails of its own; times in ms."""

    life: int
    """the variable of the time to each failure"""
    lasts: int
    """-1 if drawn, NEVER if it is over when it is repaired"""
    lasts_variable: int


class Partition(NamedTuple):
    """A component whose standby takes over what is up but out of reach; deployments and sites by number."""

    name: str
    """of the outage that it is"""
    component: int
    home: int
    standby: int
    witness: int
    """the site that decides, -1 for none"""
    alone: bool


class ByHand(NamedTuple):
    """How a service is served by hand while it is below its minimum."""

    after: int
    """fixed ms from the beginning of an interruption, -1 if drawn"""
    variable: int
    level: int
    lasts: int
    """ms, NEVER without a limit"""
    calendar: int


class Failback(NamedTuple):
    """When what has moved goes home."""

    window: int
    """calendar"""
    attempts: int


class Move(NamedTuple):
    """A planned move of what runs at a site."""

    site: int
    after: int
    window: int
    """calendar"""
    all_back: bool
    """whether the first that fails takes back all"""


class Trial(NamedTuple):
    """A test in a bubble."""

    site: int
    """that the bubble does without"""
    after: int
    lasts: int
    """ms from its beginning, NEVER without a limit"""
    teardown: int
    """fixed ms, -1 if drawn"""
    teardown_variable: int
    crew: Crew
    hours: int
    """calendar of its working hours, -1 for the clock"""
    skills: Skills
    frees: tuple[int, ...] | None
    """for each team the heads that are there for it and nothing else; None: nobody is told apart"""
    room: tuple[int, ...] | None
    """the same for each pool"""


class DueWork(NamedTuple):
    """Work of a service that must be done by a date."""

    service: int
    name: str
    instants: tuple[int, ...]
    """when it is due, ms from the moment of the drill (from Monday 0:00 when that is drawn)"""
    takes: int
    begins: int
    """ms before it is due"""


class Outage(NamedTuple):
    """A disruption, compiled. `targets` are sites, links or deployments; a team's outage takes `heads` away.

    One of kind `power` takes away the mains of a site, and by that nothing yet: that its supply ends is an outage of the
    site, named `SITE.power`, whose spans follow from those of the mains. Of a corruption the targets are all
    deployments of the components whose data it corrupts.
    What fails of its own has one outage for all of its failures (`Plan.failing`);
    of kind `component` or `cut` (which breaks nothing) is a component that is cut off (`Plan.partitions`).
    """

    name: str
    kind: Literal["site", "link", "component", "team", "power", "corruption", "cut"]
    targets: tuple[int, ...]
    heads: int
    after: int
    after_variable: int
    lasts: int
    """ms, -1 if drawn, NEVER for the whole drill"""
    lasts_variable: int
    until_repaired: bool
    follows: str
    """the disruption from whose beginning `after` counts, '' for none"""
    chance: int
    """that it happens if what it follows does, millionths"""
    chance_variable: int
    before: bool = False
    """whether `after` counts backwards: a corruption that began before the moment"""
    detected: int = 0
    """ms from the beginning of a corruption until it is known, -1 if drawn"""
    detected_variable: int = -1
    spoils: tuple[tuple[int, int], ...] = ()
    """(component, copy) of what a corruption spoils from before it as well"""


class LevelOp(NamedTuple):
    """How the level of one node follows from others: `deployment` d, `view` of a component from a site, or `point`."""

    kind: Literal["deployment", "view", "point"]
    node: int
    tree: Tree
    """of a deployment or point: over views (for a point: over its own list of direct needs)"""


class Event(NamedTuple):
    """A change of headcount by calendar: how many of which teams are there from `time` on, EVERYBODY for all."""

    time: int
    teams: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Structure:
    """What a landscape is, as index arrays."""

    sites: tuple[str, ...]
    links: tuple[tuple[str, int, int], ...]
    """name and the two sites"""
    teams: tuple[str, ...]
    outside: tuple[bool, ...]
    based: tuple[int, ...]
    """for each team its site, -1 for none"""
    components: tuple[str, ...]
    services: tuple[str, ...]
    deployments: tuple[tuple[int, int], ...]
    """(component, site)"""
    of_component: tuple[tuple[int, ...], ...]
    roles: tuple[int, ...]
    """at the start"""
    hot: tuple[bool, ...]
    standby: tuple[int, ...]
    """for each component its standby deployment, -1 for none"""
    automatic: tuple[bool, ...]
    local: tuple[bool, ...]
    """components of `scope: site`"""
    has_data: tuple[bool, ...]
    sheddable: tuple[bool, ...]
    """components that may be stopped to make room"""
    opts_in: tuple[bool, ...]
    """components with a verification of their own"""
    uses: tuple[tuple[tuple[int, int], ...], ...]
    """for each deployment (pool, room)"""
    pools: tuple[tuple[int, str], ...]
    """(site, name)"""
    support: tuple[Tree | None, ...]
    """for each deployment its needs over deployments beside it; None if it needs none of `scope: site`.
    Leaves: deployment d as d, a circle mate as -2 - d, network needs are met and left out"""
    supports: tuple[tuple[int, ...], ...]
    """for each deployment those beside it that need it"""
    # readiness: nodes that are true when `short` is 0 or less
    short: tuple[int, ...]
    """per node: how many more of its inputs it needs when none is true"""
    up: tuple[tuple[int, ...], ...]
    """per node: which nodes it is an input of"""
    owner: tuple[int, ...]
    """per node: what becomes ready with it: 0 nothing, else 1 + 4 * i + (0 deployment i, 1 restore at deployment i, 2 point i,
    3 an early start at deployment i)"""
    gate: tuple[int, ...]
    """for each deployment the node of its `starts_after`"""
    restore_gate: tuple[int, ...]
    early_gate: tuple[int, ...]
    """the same as `gate`, but what is in another group counts as met; -1 where there is nothing of that"""
    point_gate: tuple[int, ...]
    views: Mapping[tuple[int, int], int]
    """(component, site) -> node"""
    checked_views: Mapping[tuple[int, int], int]
    # services
    points: tuple[tuple[int, str, int, str, str, int], ...]
    """(service, name, site, municipality, channel, weight)"""
    direct: tuple[tuple[int, ...], ...]
    """for each point the components that it needs directly"""
    trusts: tuple[tuple[int, int], ...]
    """(point, deployment): the flags `trusted`"""
    trust_of: Mapping[tuple[int, int], int]
    trusted_by: tuple[tuple[int, ...], ...]
    """for each deployment the flags that its start clears"""
    data_below: tuple[tuple[int, ...], ...]
    """for each point the components with data in the closure of its needs"""
    doubled: tuple[int, ...]
    """components of `scope: network` that are deployed at more than one site"""
    doubled_below: tuple[tuple[int, ...], ...]
    """for each point those in the closure of its needs"""
    # levels
    view_nodes: tuple[tuple[int, tuple[int, ...], int], ...]
    """(site, deployments that may be seen, node number); nodes are deployments, then views"""
    level_groups: tuple[tuple[bool, tuple[LevelOp, ...]], ...]
    """in an order in which each follows from earlier ones; True marks a circle"""
    point_ops: tuple[LevelOp, ...]
    depth: tuple[int, ...]
    priority: tuple[int, ...]
    group: tuple[int, ...]
    """for each component its group; those in none come last"""
    tasks: tuple[Task, ...]
    """the steps of the plan"""
    consistency: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """consistency groups by name, each with its components by name"""
    # a test in a bubble, section 18: what is in it comes last of components and points
    twin_of: Mapping[int, int] = field(default_factory=dict)
    """component of the bubble -> that for which it stands"""
    left_out: int = -1
    """the site that the bubble does without, -1 where there is none"""
    tested: tuple[str, ...] = ()
    """the services in the bubble; in `points` their numbers follow those of `services`"""

    def service(self, number: int) -> str:
        """The name of a service, or of one in the bubble."""
        return self.services[number] if number < len(self.services) else self.tested[number - len(self.services)]


@dataclass(frozen=True, repr=False)
class Plan(Displayed):
    """A scenario, compiled: a `Structure` and the numbers that a variant may change."""

    scenario: Scenario
    structure: Structure
    steps: tuple[StepPlan, ...]
    step_of: Mapping[tuple[str, int], int]
    """(kind, deployment) -> step; ('point', point) -> step; ('task', task) -> step"""
    strategies: tuple[tuple[str, ...], ...]
    """for each component, those that can never fit left out"""
    give_up: Mapping[int, Mapping[str, int]]
    """component -> strategy -> ms after which it is given up, for those that have any"""
    never_fits: tuple[str, ...]
    """one sentence for each that was left out"""
    copies: tuple[tuple[Copy, ...], ...]
    data_size: tuple[int, ...]
    """bytes, -1 without data"""
    variables: tuple[Variable, ...]
    roots: tuple[Root, ...]
    root_variables: tuple[RootVariables, ...]
    """for each root"""
    evacuation_variables: tuple[int, ...]
    """for each site"""
    people: tuple[int, ...]
    """of each team the most that are there at once"""
    call_out: tuple[int, ...]
    """fixed ms, -1 if drawn"""
    call_out_variables: tuple[int, ...]
    travel: Mapping[tuple[int, str], tuple[int, int]]
    """(team, destination) -> (fixed ms or -1, variable)"""
    takes_part: tuple[bool, ...]
    """teams in the crew of a step other than assess and decide"""
    assess: tuple[int, Crew, int]
    """fixed ms or -1, crew, calendar of its working hours or -1"""
    decide: tuple[int, Crew, int]
    talk_skills: Mapping[str, Skills]
    """of `assess` and `decide`"""
    quorum: Quorum | None
    """before `decide`"""
    wrong: tuple[int, int]
    """the probability of a wrong diagnosis in millionths, and what it costs in ms, -1 if drawn"""
    detect: tuple[Detect, ...]
    """for each root"""
    watch: Law | None
    """the detection of whatever has none of its own; None where that goes by the hour, as the scenario says"""
    evacuation: int
    wait: int
    abandon: bool
    grouped: bool
    """whether groups wait for each other"""
    best_effort: bool
    """whether they do so only for what still may come"""
    failback: Failback | None
    move: Move | None
    trial: Trial | None
    change: tuple[int, ...]
    """for each component how much of its data changes, bytes/s; of those by the hour in their hours"""
    change_hours: Mapping[int, tuple[int, int]]
    """component -> (calendar, bytes/s outside it), for those by the hour"""
    shipping: Mapping[int, Shipping]
    """component -> how the copy at its standby follows, for those that ship at a rate"""
    outages: tuple[Outage, ...]
    power: Mapping[str, Power]
    """by the name of the outage that its end is"""
    failing: Mapping[str, Failing]
    """by the name of the outage that each failure is"""
    partitions: tuple[Partition, ...]
    """by name"""
    capacity: tuple[int, ...]
    """of each pool"""
    storms: Mapping[int, Storm]
    """step -> what it sets off at once, for those that do"""
    demands: tuple[tuple[tuple[int, int], ...], ...]
    """for each deployment (pool, demand) of what it shares"""
    shares: tuple[int, ...]
    """for each deployment that of its standing"""
    bandwidth: tuple[int, ...]
    """of each link, bytes/s"""
    calendars: tuple[Hours, ...]
    schedules: tuple[tuple[int, ...], ...]
    """instants in ms"""
    on_call: Mapping[int, OnCall]
    """team -> whom of it can be called outside its hours"""
    heads: Mapping[int, tuple[Head, ...]]
    """team -> all its people in the order in which they are taken, for those in which they are told apart"""
    rests: Mapping[int, tuple[int, int]]
    """team -> how long one of them works at most, and rests then, ms; for those with a limit"""
    calendar_of: Mapping[Calendar | tuple[Calendar, ...], int]
    """where each calendar is"""
    team_hours: tuple[int, ...]
    """for each team its calendar; of shifts the hours at which any is open"""
    shifts: Mapping[int, tuple[tuple[int, int], ...]]
    """team -> (calendar, heads) of each of its shifts, for those that have them"""
    open_hours: tuple[int, ...]
    """for each point its calendar"""
    by_hand: Mapping[int, ByHand]
    """service -> how it is served by hand, for those that are"""
    fallbacks: Mapping[int, tuple[int, int]]
    """point -> (the point where its citizens go, the most of its demand that goes there, millionths), if any"""
    due: tuple[DueWork, ...]
    """by service, then name"""
    working_hours: int
    """the calendar of targets in working hours"""
    edges: tuple[Event, ...]
    dated: bool
    horizon: int
    settle: int
    reach_cache: dict[tuple[int, ...], tuple[object, ...]] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        """Say what it is, in one line; `drsim plan` tells the rest."""
        return f"<Plan of {self.scenario.title!r}: {len(self.steps)} steps>"

    @cached_property
    def landscape(self) -> Landscape:
        """That of the scenario, with what is in a bubble."""
        tests, landscape = self.scenario.tests, self.scenario.landscape
        return landscape if tests is None else doubled(tests, landscape)

    @property
    def relocates(self) -> bool:
        """Whether anything is stopped somewhere to be started elsewhere."""
        return self.failback is not None or self.move is not None

    @property
    def window(self) -> int:
        """The calendar of when something may be stopped to be started elsewhere."""
        relocation = self.failback or self.move
        assert relocation is not None
        return relocation.window

    def own_share(self, deployment: int) -> int:
        """Level that a deployment gives when all its needs are whole, in millionths."""
        share = self.shares[deployment]
        for pool, demand in self.demands[deployment]:
            share = min(share, self.capacity[pool] * 1_000_000 // demand)
        return share

    def crew_text(self, crew: Iterable[tuple[int, int]], skills: Skills) -> str:
        """`infra`, `2 infra + network`, or `infra (oracle)`."""
        teams, asked = self.structure.teams, dict(skills)
        return " + ".join(
            f"{'' if heads == 1 else f'{heads} '}{teams[team]}{f' ({asked[team]})' if team in asked else ''}"
            for team, heads in crew
        )

    def boots_text(self, kind: str, name: str) -> str:
        """`1270 on storage-io`, '' for a step that sets nothing off."""
        boots = self.landscape.components[name].boots if kind in ("start", "restart") else None
        return "" if boots is None else f"{boots.items} on {boots.on}"

    def but(self, **changes: object) -> Plan:
        """The same plan with other numbers; see `drsim.planning.variant` for changes by name."""
        return replace(self, **changes)  # type: ignore[arg-type]
