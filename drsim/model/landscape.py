"""The landscape: sites, links, people, components and the services that citizens ask for.

Attributes are the keys of the notation, in resolved form: no classes, no channels, no calendars by name.
Mappings are immutable, lists are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeAlias

from immutabledict import immutabledict
from pydantic import BeforeValidator, Field, PlainValidator, TypeAdapter, ValidationInfo

from drsim.calendar import Calendar, check_due
from drsim.displayed import Displayed
from drsim.distributions import Law as LawOf
from drsim.errors import nearest
from drsim.model import fields, tree
from drsim.model.fields import Forbidden, Part
from drsim.model.needs import NOTHING
from drsim.units import HOUR, MINUTE, ONE
from drsim.units import Count as CountOf
from drsim.units import Duration as DurationOf
from drsim.units import Rate as RateOf
from drsim.units import Share as ShareOf

ALWAYS = Calendar.parse("always")
"""The calendar that is never closed."""
ALL = ShareOf(ONE)
"""A share of 100 %."""
_NONE: immutabledict[str, Any] = immutabledict()
_REPLICATED = ("synchronous", "asynchronous")


class Watch(Part):
    """Noticing that goes by the hour at which something is lost."""

    within: fields.Hours
    """When somebody or something watches."""
    takes: fields.ClockLaw
    """From a loss in these hours until it is noticed."""
    otherwise: fields.ClockLaw
    """From a loss outside them."""

    @property
    def text(self) -> str:
        """As people say it."""
        return f"{self.takes.text} in {self.within}, else {self.otherwise.text}"


_CLOCK_LAW: TypeAdapter[LawOf] = TypeAdapter(fields.ClockLaw)
_WATCH: TypeAdapter[Watch] = TypeAdapter(Watch)


def _detection(value: object, info: ValidationInfo) -> LawOf | Watch:
    """Read a law, or one that goes by the hour."""
    if isinstance(value, Watch) or (
        isinstance(value, Mapping) and not {"within", "takes", "otherwise"}.isdisjoint(value)
    ):
        return _WATCH.validate_python(value, context=info.context)
    return _CLOCK_LAW.validate_python(value, context=info.context)


Detection: TypeAlias = Annotated[LawOf | Watch, PlainValidator(_detection)]
"""From a loss until it is noticed."""


class Generator(Part):
    """What supplies a site while its mains are away."""

    works: fields.SomeShare = ALL
    """The probability that it starts when it is asked."""
    takes: fields.ClockLaw = LawOf.constant(MINUTE)
    """From the loss of the mains until it delivers."""
    runs: fields.ClockLaw | None = None
    """How long it runs until it fails; None: it does not."""
    fuel: fields.Horizon | None = None
    """How long it runs on a full tank; None: without end."""
    refuel: fields.ClockLaw | None = None
    """From its start until the tank is filled, and from each filling until the next; None: never."""


class Trip(Part):
    """Mains that go again when they are back."""

    chance: fields.SomeShare
    after: fields.ClockLaw = LawOf.constant(MINUTE)
    """From the return of the mains."""
    lasts: fields.ClockLaw


class Power(Part):
    """What a site has against the loss of its mains."""

    ups: fields.ClockDuration = DurationOf(0)
    """How long a full battery lasts."""
    recharge: fields.Horizon = DurationOf(8 * HOUR)
    """From an empty battery to a full one."""
    generator: Generator | None = None
    trip: Trip | None = None


NO_POWER = Power()
"""Of a site that says nothing about it: it goes down with its mains."""


def _lasts(value: object, info: ValidationInfo) -> object:
    if value is None or value == tree.UNTIL_REPAIRED:
        return None
    if isinstance(value, str) and (near := nearest(value, (tree.UNTIL_REPAIRED,))):
        raise fields.refusal(f"'{value}' is not how long something lasts", f"did you mean '{near}'?")
    return _CLOCK_LAW.validate_python(value, context=info.context)


class Fails(Part):
    """How something fails of its own, again and again."""

    every: fields.ClockLaw
    """From the end of one failure to the next."""
    lasts: Annotated[LawOf | None, PlainValidator(_lasts)] = None
    """None: until it is repaired."""


class Site(Part):
    """A place that can be lost."""

    title: fields.Title = ""
    """For people."""
    kind: fields.Kind = "data centre"
    inhabitants: fields.SomeCount | None = None
    """Of the municipality that a town hall stands for."""
    pools: fields.Named[fields.Count] = _NONE
    """How much room there is of each sort."""
    travel: fields.BySite[fields.ClockLaw] = _NONE
    """The time to another site, in either direction; given at one of the two."""
    detect: Detection | None = None
    """From its loss until it is noticed, in the place of that of the response."""
    power: Power | None = None
    """What it has against the loss of its mains; None: nothing."""
    fails: Fails | None = None
    """How it is lost of its own; None: it is not."""

    @property
    def municipality(self) -> bool:
        """Whether it stands for a municipality."""
        return self.kind == "town hall" and self.inhabitants is not None


def _pair(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise fields.refusal(f"{fields.shown(value)} is not two sites", "write the two sites such as '[haaren, ring]'")
    return tuple(value)


class Link(Part):
    """A line between two sites."""

    title: fields.Title = ""
    """For people."""
    between: Annotated[tuple[fields.SiteName, fields.SiteName], BeforeValidator(_pair)]
    bandwidth: fields.Rate
    fails: Fails | None = None
    """How it is cut of its own; None: it is not."""


class Shift(Part):
    """Some people of a team, and when they are there."""

    people: fields.SomeCount = CountOf(1)
    works: fields.Hours = ALWAYS
    skills: fields.Named[fields.SomeNames] = _NONE
    """Who of them can do what."""


class OnCall(Part):
    """Who of a team can be had outside its hours."""

    people: fields.SomeCount = CountOf(1)
    works: fields.Hours = ALWAYS
    """When they can be called."""
    accepts: fields.SomeShare = ALL
    """The probability that one try to reach them succeeds."""
    every: fields.Horizon = DurationOf(15 * MINUTE)
    """From one try to the next."""
    call_out: fields.ClockLaw = LawOf.constant(0)
    """From accepting until able to work."""
    skills: fields.Named[fields.SomeNames] = _NONE
    """Who of them can do what."""


class Head(NamedTuple):
    """One of the people of a team."""

    name: str
    """Empty if nothing is said about them."""
    skills: tuple[str, ...]
    """In order."""
    works: Calendar | None
    """None for one on call."""


class Team(Part):
    """People who do the work."""

    outside: ClassVar[bool] = False
    """True for a supplier, which is never evacuated."""

    title: fields.Title = ""
    """For people."""
    people: fields.SomeCount = CountOf(1)
    """What a calendar lets be there at once."""
    works: fields.Hours = ALWAYS
    shifts: fields.Named[Shift] = _NONE
    """In the place of `people` and `works`: what is there is the sum of those that are open."""
    skills: fields.Named[fields.SomeNames] = _NONE
    """Who of them can do what: for each skill the names of those who have it."""
    works_at_most: fields.Horizon | None = None
    """From the first step of one of them until they take no more; None: no limit."""
    rests: fields.Horizon | None = None
    """How long after their last step until they do again; None: 8 h."""
    based: fields.SiteName | None = None
    """Where they are during their hours."""
    call_out: fields.ClockLaw = LawOf.constant(0)
    """From being called until able to work, once for each incident."""
    on_call: OnCall | None = None
    """Outside its hours so many of it can be had."""

    @property
    def roster(self) -> tuple[Shift, ...]:
        """Its shifts, by name; a team without shifts is one."""
        shifts = tuple(self.shifts[name] for name in sorted(self.shifts))
        return shifts or (Shift(people=self.people, works=self.works, skills=self.skills),)

    @property
    def rest(self) -> DurationOf:
        """How long one of them rests who has worked as long as they may."""
        return DurationOf(8 * HOUR) if self.rests is None else self.rests

    @property
    def heads(self) -> tuple[Head, ...]:
        """All its people in the order in which they are taken; empty where they need not be told apart."""
        groups: list[tuple[Shift | OnCall, bool]] = [(shift, False) for shift in self.roster]
        if self.on_call is not None:
            groups.append((self.on_call, True))
        if self.works_at_most is None and not any(group.skills for group, _ in groups):
            return ()
        found = []
        for place, (group, called) in enumerate(groups):
            named = sorted({name for names in group.skills.values() for name in names})
            for name in named + [""] * (group.people.number - len(named)):
                skills = tuple(sorted(skill for skill, names in group.skills.items() if name in names))
                found.append(((len(skills), skills, place, name), Head(name, skills, None if called else group.works)))
        return tuple(head for _, head in sorted(found, key=lambda pair: pair[0]))

    def most_who(self, skill: str) -> int:
        """The most that are there at once, by day or on call, who can do something."""
        return max(
            (self._who_can(skill, minute) for shift in self.roster for minute, _ in shift.works.spans), default=0
        )

    def _who_can(self, skill: str, minute: int) -> int:
        called = 0 if self.on_call is None else len(set(self.on_call.skills.get(skill, ())))
        there = sum(
            len(set(shift.skills.get(skill, ())))
            for shift in self.roster
            if any(start <= minute < end for start, end in shift.works.spans)
        )
        return max(called, there)

    @property
    def most(self) -> int:
        """The most that are there at any moment of an ordinary week; all of them if there are no shifts."""
        if not self.shifts:
            return self.people.number
        opens = [start for shift in self.roster for start, _ in shift.works.spans]
        return max((self._there(minute) for minute in opens), default=0)

    @property
    def reachable(self) -> int:
        """The most that can be had at once, by day or on call."""
        return self.most if self.on_call is None else max(self.most, self.on_call.people.number)

    def _there(self, minute: int) -> int:
        return sum(
            shift.people.number
            for shift in self.roster
            if any(start <= minute < end for start, end in shift.works.spans)
        )

    @property
    def hours_text(self) -> str:
        """When it works, for people."""
        if not self.shifts:
            return self.works.text
        return "; ".join(
            f"{name}: {self.shifts[name].people} {self.shifts[name].works}" for name in sorted(self.shifts)
        )


class Supplier(Team):
    """A team from outside."""

    outside: ClassVar[bool] = True

    based: Annotated[fields.SiteName | None, Forbidden] = None


class Step(Part):
    """A piece of recovery work."""

    takes: fields.Law
    """In working hours it runs on the calendar of the first team by name."""
    by: fields.Crew = _NONE
    """Heads of each team and supplier; empty when it goes by itself."""
    skills: fields.Skills = _NONE
    """Of some of these teams, what all their heads must be able to do."""
    works: fields.Share = ALL
    """The probability that one attempt succeeds."""
    attempts: fields.Whole = 1
    """How often it is tried before the next strategy is used."""
    on_site: bool = False
    """Whether the crew travels to the site of the recovery first."""


class Switch(Step):
    """A hot standby takes over by itself."""

    by: Annotated[fields.Crew, Forbidden] = _NONE
    skills: Annotated[fields.Skills, Forbidden] = _NONE
    on_site: Annotated[bool, Forbidden] = False


class Repair(Step):
    """Mending something where it stands."""

    attempts: Annotated[fields.Whole, fields.Uncounted] = 1


class Precheck(Step):
    """Looking whether a standby can take over, before anything is done there."""

    attempts: Annotated[fields.Whole, Forbidden] = 1
    on_site: Annotated[bool, Forbidden] = False


class Restart(Step):
    """A start in place."""

    attempts: Annotated[fields.Whole, fields.Uncounted] = 1

    automatic: bool = False
    """Whether it needs neither people nor detection."""


class Verify(Step):
    """A check, which always succeeds."""

    works: Annotated[fields.Share, Forbidden] = ALL
    attempts: Annotated[fields.Whole, Forbidden] = 1


class Office(Verify):
    """Finding out or deciding, which nobody travels for."""

    on_site: Annotated[bool, Forbidden] = False


class Assess(Office):
    """Finding out what it is, which may go wrong at first."""

    wrong: fields.Share = ShareOf(0)
    """The probability that the first diagnosis is wrong."""
    costs: fields.Law | None = None
    """How much longer it takes then."""


class Quorum(Part):
    """How many must have come before there can be a decision."""

    people: fields.SomeCount
    of: fields.SomeCount
    """How many are called."""
    arrives: Detection
    """When each of them comes, after the call."""


class Decide(Office):
    """Deciding whether to fail over."""

    quorum: Quorum | None = None
    """Who must be there before; None: nobody but the crew."""


class Restore(Part):
    """Who is held while data is restored."""

    by: fields.Crew = _NONE
    skills: fields.Skills = _NONE


def _standing(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


class Standing(Part):
    """How a component stands at a site."""

    role: fields.Role
    share: fields.SomeShare = ALL
    """The part of its level that it gives when it runs here."""


class Change(Part):
    """How much of something changes, by the hour."""

    within: fields.Hours
    rate: fields.Rate
    otherwise: fields.Rate | None = None
    """None: nothing."""

    @property
    def text(self) -> str:
        """As people say it."""
        return f"{self.rate.text} in {self.within}, else {self.otherwise.text if self.otherwise else 'nothing'}"


_RATE: TypeAdapter[RateOf] = TypeAdapter(fields.Rate)
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


def _changing(value: object, info: ValidationInfo) -> RateOf | Change:
    """Read a rate, or one that goes by the hour."""
    if isinstance(value, (Change, Mapping)):
        return _CHANGE.validate_python(value, context=info.context)
    return _RATE.validate_python(value, context=info.context)


Changing: TypeAlias = Annotated[RateOf | Change, PlainValidator(_changing)]
"""How much of something changes."""


class Data(Part):
    """What a component keeps."""

    size: fields.Size
    change: Changing | None = None
    """How much of it changes; it has to be shipped, or copied before it goes home. None: nothing worth copying."""


class Copy(Part):
    """A copy of a component's data."""

    at: fields.SiteName
    """The site where it is kept."""
    kind: fields.CopyKind
    lag: fields.ClockLaw | None = None
    """How far it is behind, besides what is left to ship; asynchronous only."""
    ships: fields.Rate | None = None
    """How fast what changes is shipped; asynchronous only. None: as fast as it changes."""
    taken: fields.Times | None = None
    """When it is taken; snapshot and backup only."""
    restores: fields.RateLaw | None = None
    """The most that a restore takes from its store; snapshot and backup only."""
    works: fields.Share = ALL
    """The probability that it is usable when it is needed."""
    immutable: bool = False
    """Whether what it holds stays good, whatever a corruption reaches; snapshot and backup only."""

    @property
    def replicated(self) -> bool:
        """Whether it is kept up to date by itself, so that a standby runs on it."""
        return self.kind in _REPLICATED


_Strategies: TypeAlias = tuple[Literal["hot", "warm", "cold"], ...]


def _recover(parts: dict[str, Any]) -> _Strategies:
    """Give the strategies that follow from the roles; `parts` are the attributes before `recover`."""
    roles = {standing.role for standing in parts["at"].values()} - {"active"}
    restorable = parts["data"] is not None and any(not copy.replicated for copy in parts["copies"].values())
    last: _Strategies = ("cold",) if roles and (restorable or "cold" in roles) else ()
    if "hot" in roles:
        return ("hot", "warm", *last) if parts["start"] is not None else ("hot", *last)
    return ("warm", *last) if "warm" in roles else last


class Boots(Part):
    """Many items that are started by one step, and get into each other's way."""

    items: fields.SomeCount
    each: fields.Horizon
    """How long one takes where nothing is in its way."""
    on: fields.Name
    """The pool that lets so many start at full speed at once."""
    at_once: fields.SomeCount | None = None
    """The most of this component that start at once; None: all."""


class Component(Part):
    """Something that runs at sites, and that other things need."""

    title: fields.Title = ""
    """For people."""
    scope: fields.Scope = "network"
    """`site`: serves only its own site; `network`: every site that can reach it."""
    at: fields.BySite[Annotated[Standing, BeforeValidator(_standing)]]
    """At least one active, at most one standby."""
    needs: fields.NeedTree = NOTHING
    """What it takes to run."""
    starts_after: fields.NeedTree | None = None
    """What it takes to start; None: its needs without what closes a circle."""
    uses: fields.Named[fields.SomeCount] = _NONE
    """Room that it reserves at a site."""
    shares: fields.Named[fields.SomeCount] = _NONE
    """Demand on pools that are shared."""
    boots: Boots | None = None
    """What a start or restart sets off at once."""
    on_partition: fields.OnPartition = "wait"
    """What its standby does when the site where it is active is up but out of reach."""
    witness: fields.SiteName | None = None
    """The third site that decides which side goes on; None: there is none."""
    precheck: Precheck | None = None
    """Look at the standby before a warm or cold strategy begins there."""
    start: Step | None = None
    """Start it at a warm or cold standby; None: at once, by itself."""
    switch: Switch | None = None
    """A hot standby takes over; None: at once."""
    stop: Office | None = None
    """Stop it for a planned move, or to make room; None: at once, by itself."""
    sheddable: bool = False
    """Whether it is stopped where something planned lacks room."""
    restart: Restart | None = None
    """Start it again in place; None: as `start`, which then always succeeds."""
    detect: Detection | None = None
    """From its breaking until it is noticed, in the place of that of the response."""
    repair: Repair | None = None
    """Mend it where it stands."""
    fails: Fails | None = None
    """How it breaks of its own, at each site by itself; None: it does not."""
    restore: Restore | None = None
    verify: Verify | None = None
    """It must be checked before a service counts on it."""
    data: Data | None = None
    copies: fields.Named[Copy] = _NONE
    recover: fields.Items[fields.Strategy] = Field(default_factory=_recover)
    """The strategies in the order in which they are tried; empty without a standby."""
    give_up_after: fields.Named[fields.Horizon] = _NONE
    """By strategy, how long after its first step could begin the next one is used."""
    labels: fields.Labels = ()
    """What it has in common with others, by which they may fail together; by name."""
    supplier: fields.Text | None = None
    """Who supplies it, for people."""
    gemma: fields.Text | None = None
    """Its GEMMA reference component, for people."""
    availability: Annotated[Literal[1, 2, 3], BeforeValidator(lambda value: _availability(value))] | None = None
    """Its GEMMA availability class."""

    @property
    def active(self) -> tuple[str, ...]:
        """The sites where it runs, by name."""
        return tuple(sorted(site for site, standing in self.at.items() if standing.role == "active"))

    @property
    def standby(self) -> str | None:
        """The site where it can take over, if there is one."""
        return next((site for site in sorted(self.at) if self.at[site].role != "active"), None)

    @property
    def default_recover(self) -> _Strategies:
        """The strategies that follow from its roles, whatever `recover` says."""
        return _recover({"at": self.at, "start": self.start, "data": self.data, "copies": self.copies})


def _availability(value: object) -> object:
    if isinstance(value, bool) or value not in (1, 2, 3):
        raise fields.refusal(f"{fields.shown(value)} is not an availability class", "expected one of: 1, 2, 3")
    return value


class Task(Step):
    """A step of the plan that recovers no component: a call, an approval, a wait."""

    do: fields.Text = ""
    """What is to be done, for people."""
    attempts: Annotated[fields.Whole, Forbidden] = 1
    on_site: Annotated[bool, Forbidden] = False
    approval: bool = False
    """Whether it is somebody's consent."""
    before: fields.OneOrMore = ()
    """Components and steps that wait for it."""
    after: fields.OneOrMore = ()
    """Components and steps for which it waits."""
    replaces: fields.SomeComponents = ()
    """Components that wait for it, and whose start it is in the place of."""

    @property
    def ahead_of(self) -> tuple[str, ...]:
        """Components and steps that wait for it, those that it replaces among them."""
        return (*self.before, *self.replaces)

    @property
    def is_wait(self) -> bool:
        """Whether nobody is needed."""
        return not self.by and not self.approval


class Targets(Part):
    """What is promised about a service."""

    rto: fields.Duration | None = None
    """How long it may be down, on the clock or in working hours."""
    rpo: fields.ClockDuration | None = None
    """How much data may be lost."""
    mtpd: fields.ClockDuration | None = None
    """After how long being down cannot be borne any more."""
    mbco: fields.SomeShare = ALL
    """The least level at which it counts as serving."""
    share: fields.Share = ShareOf(85 * ONE // 100)
    """In which share of drills the promise is to be kept."""


def _neighbour(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


class Fallback(Part):
    """Another point of the service, where citizens go whom this one does not serve."""

    to: fields.Name
    share: fields.SomeShare = ALL
    """The most of the demand of this point that it can take."""


class Point(Part):
    """Where a service is asked for."""

    at: fields.SiteName
    municipality: fields.MunicipalityName | None = None
    channel: fields.Name | None = None
    weight: fields.Whole = 1
    """Its part of the demand, over the weights of all points."""
    needs: fields.NeedTree = NOTHING
    """Those of its service, its channel and its own together."""
    open: fields.Hours = ALWAYS
    fallback: Annotated[Fallback, BeforeValidator(_neighbour)] | None = None
    """Where citizens go whom it does not serve; None: nowhere."""


class Manual(Part):
    """Serving by hand while the systems are below the minimum: paper forms, telephone lists."""

    after: fields.ClockLaw
    """From the beginning of an interruption until it serves."""
    level: fields.SomeShare
    """What it gives at each point whose site is up."""
    lasts: fields.Horizon | None = None
    """How long it can be kept up; None: as long as the interruption."""
    open: fields.Hours = ALWAYS
    """When there is somebody to serve so."""

    @property
    def text(self) -> str:
        """As people say it."""
        begins = "at once" if self.after.fixed == 0 else f"after {self.after.text}"
        limit = "" if self.lasts is None else f", for at most {self.lasts.text}"
        return f"{self.level.text} {begins}{limit}{'' if self.open == ALWAYS else f', {self.open}'}"


def _moments(value: object) -> object:
    if not isinstance(value, str):
        raise fields.refusal(f"{fields.shown(value)} is not when it is due", "write such as '24th 9:00'")
    try:
        return check_due(value)
    except ValueError as error:
        raise fields.refusal(*fields.split_hint(str(error))) from None


class Due(Part):
    """Work of a service that must be done by a date: a payday, an election, a tax run."""

    title: fields.Title = ""
    """For people."""
    on: Annotated[str, PlainValidator(_moments)]
    """When it is due: a date, a day of each month or of the week, and a time."""
    takes: fields.Horizon
    """How long the service must be at its minimum without a break."""
    begins: fields.Horizon
    """How long before it can be begun."""


class Service(Part):
    """What citizens ask for."""

    title: fields.Title = ""
    """For people."""
    targets: Targets = Targets()
    open: fields.Hours = ALWAYS
    demand: fields.Demand | None = None
    """On an average day (hour, week, year) on which it is open."""
    needs: fields.NeedTree = NOTHING
    """What all its points need."""
    points: fields.Named[Point]
    verify: Verify | None = None
    """What users check at each point before they trust it."""
    due: fields.Named[Due] = _NONE
    """What must be done by a date."""
    manual: Manual | None = None
    """How it is served by hand meanwhile; None: not at all."""


class Failback(Part):
    """When what has moved goes home."""

    stable: fields.ClockDuration
    """How long a place must have been up and whole before it is trusted again."""
    window: fields.Hours = ALWAYS
    """When moves may begin."""
    attempts: fields.Whole = 1
    """How often the start at home is tried before it is rolled back."""

    @property
    def text(self) -> str:
        """As people say it."""
        when = "at any time" if self.window == ALWAYS else f"within {self.window}"
        often = "" if self.attempts == 1 else f", in up to {self.attempts} attempts"
        return f"once its place has been stable for {self.stable.text}, {when}{often}"


class Response(Part):
    """How people deal with incidents."""

    detect: Detection = LawOf.constant(5 * MINUTE)
    """From a loss until somebody or something notices."""
    assess: Assess = Assess(takes=LawOf.constant(30 * MINUTE))
    """Find out what it is."""
    decide: Decide = Decide(takes=LawOf.constant(30 * MINUTE))
    """Decide whether to fail over."""
    wait: fields.ClockDuration = DurationOf(0)
    """An outage of a site shorter than this is sat out."""
    order: fields.Order = "dependencies"
    """Whether groups only come first, or wait for each other."""
    groups: fields.Items[fields.Items[fields.ComponentName]] = ()
    """Components that come first, and first of all, and so on; the rest comes after them."""
    abandon: bool = False
    """Whether what has not begun of a failover is dropped when the lost site is back."""
    evacuation: fields.ClockLaw = LawOf.constant(HOUR)
    """How long people at a lost site are out."""
    settle: fields.ClockDuration = DurationOf(30 * MINUTE)
    """Two interruptions closer than this count as one."""
    failback: Failback | None = None
    """When what has moved goes home; None: not at all."""


class Landscape(Part, Displayed):
    """What exists."""

    title: fields.Title = ""
    """For people."""
    sources: fields.Named[fields.Text] = _NONE
    """What each `@name` stands for."""
    calendars: fields.Named[fields.Hours] = _NONE
    response: Response = Response()
    """The default of its scenarios."""
    sites: fields.Named[Site] = _NONE
    links: fields.Named[Link] = _NONE
    teams: fields.Named[Team] = _NONE
    suppliers: fields.Named[Supplier] = _NONE
    components: fields.Named[Component] = _NONE
    consistency_groups: fields.Named[fields.Items[fields.ComponentName]] = _NONE
    """Components whose data goes back to one moment, each by name."""
    steps: fields.Named[Task] = _NONE
    """Of the plan, beside those of components."""
    services: fields.Named[Service] = _NONE

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        counts = f"{len(self.sites)} sites, {len(self.components)} components, {len(self.services)} services"
        return f"<Landscape {self.title!r}: {counts}>"

    __str__ = __repr__

    @property
    def crews(self) -> Mapping[str, Team]:
        """Teams and suppliers together."""
        return immutabledict({**self.teams, **self.suppliers})

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """The components with each label, both by name."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.components):
            for label in self.components[name].labels:
                found.setdefault(label, []).append(name)
        return immutabledict({label: tuple(found[label]) for label in sorted(found)})

    def digest(self) -> str:
        """Give 64 hexadecimal digits that are the same for equal landscapes only (SHA-256 of all values)."""
        return tree.digest(self)
