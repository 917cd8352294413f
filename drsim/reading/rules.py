"""The rules of the notation that hold between values: each gives a `Finding` for what breaks it."""

from __future__ import annotations

import graphlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from drsim.calendar import compile_calendar, on_date
from drsim.errors import did_you_mean
from drsim.model.bubble import members, movable, services_of
from drsim.model.fields import Path
from drsim.model.landscape import (
    ALWAYS,
    Assess,
    Change,
    Component,
    Copy,
    Failback,
    Fails,
    Link,
    OnCall,
    Power,
    Response,
    Restore,
    Service,
    Shift,
    Site,
    Step,
    Supplier,
    Task,
    Team,
)
from drsim.model.needs import All, Need, circles, leaves, without
from drsim.model.scenario import Disruption, Expected, Moves, Trial
from drsim.model.untouched import Untouched
from drsim.units import HOUR, ONE, WEEK, Duration, Rate, Share

_STEPS: Final = ("precheck", "start", "switch", "stop", "restart", "repair", "verify")
_ENDLESS: Final = ("restart", "repair")
"""Steps that are tried until they succeed."""
_MOST_TRIES: Final = 100
"""How often a step may be tried: at most, or on average where it is tried until it succeeds."""


class Finding(NamedTuple):
    """One broken rule and where."""

    path: Path
    rule: str
    hint: str | None = None
    key: bool = False
    """Whether it is about the key at the path rather than the value."""
    leaf: str | None = None
    """The name that it is about, somewhere in the tree of needs at the path."""


Findings = Iterator[Finding]


@dataclass(slots=True)
class Parts:
    """What could be read of a landscape: the entries that are well on their own."""

    sites: dict[str, Site] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    steps: dict[str, Task] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def crews(self) -> Mapping[str, Team]:
        """Teams and suppliers together."""
        return {**self.teams, **self.suppliers}

    def labelled(self, label: str | None) -> list[Component]:
        """The components with a label."""
        return [component for _, component in sorted(self.components.items()) if label in component.labels]


def landscape_findings(parts: Parts, response: Response | None) -> Findings:
    """Check everything that a landscape says."""
    for name, site in parts.sites.items():
        yield from _travel(name, site, parts.sites)
        if site.power is not None:
            yield from _power(("sites", name, "power"), site.power)
        yield from _fails(("sites", name, "fails"), site.fails, "a site")
    for section in ("teams", "suppliers"):
        for name, team in getattr(parts, section).items():
            yield from _team((section, name), team)
    for name, link in parts.links.items():
        if link.between[0] == link.between[1]:
            rule = f"the link joins '{link.between[0]}' with itself"
            yield Finding(("links", name, "between"), rule, "give two sites")
        yield from _fails(("links", name, "fails"), link.fails, "a link")
    for name, component in parts.components.items():
        for check in _COMPONENT:
            for finding in check(component, parts):
                yield finding._replace(path=("components", name, *finding.path))
    for name, service in parts.services.items():
        yield from _service(("services", name), service, parts)
        yield from _weights(("services", name), service)
    if response is not None:
        yield from response_findings(response, parts)
    yield from _room(parts)
    for name, task in parts.steps.items():
        yield from _task(("steps", name), name, task, parts)
    yield from _start_circles(parts.components)
    yield from _step_circles(parts)


def response_findings(response: Response, parts: Parts) -> Findings:
    """Check the steps of a response, and whether all that moves can go home."""
    for key in ("assess", "decide"):
        yield from _step(("response", key), getattr(response, key), parts.crews)
    quorum = response.decide.quorum
    if quorum is not None and quorum.people.number > quorum.of.number:
        rule = f"{quorum.people} of {quorum.of} never come"
        yield Finding(("response", "decide", "quorum", "people"), rule, "ask for fewer, or call more")
    yield from _wrong(("response", "assess"), response.assess)
    yield from _groups(("response",), response, parts.components)
    if response.failback is not None:
        yield from _failback(("response", "failback"), response.failback, parts.components)
        for name, component in parts.components.items():
            if any(copy.ships is not None for copy in component.copies.values()):
                rule = f"what '{name}' ships is not drilled with 'failback', which would ship it back"
                yield Finding(("response", "failback"), rule, "leave one of the two out, or give a 'lag'", True)


def _moves_on_purpose(path: Path, key: str, then: str, components: Mapping[str, Component]) -> Findings:
    """What is stopped here and started there has one home, takes nothing with it, and is not switched meanwhile."""
    for name, component in components.items():
        if component.on_partition == "takeover, alone":
            rule = f"'{name}' takes over alone when it is cut off, which is not drilled with '{key}'"
            yield Finding(path, rule, "leave one of the two out, or give it a 'witness'", True)
        if component.scope == "site":
            rule = f"'{name}' serves only its own site: what needs it there would stop when it {then}"
            yield Finding(path, rule, f"make it active at both sites, or leave '{key}' out", True)
        elif len(component.active) > 1:
            rule = f"'{name}' has no single home: it is active at {' and '.join(component.active)}, and has a standby"
            yield Finding(path, rule, f"leave its standby out, or '{key}'", True)


def _failback(path: Path, failback: Failback, components: Mapping[str, Component]) -> Findings:
    """Something may move, and can."""
    movable = {name: component for name, component in sorted(components.items()) if component.standby is not None}
    if not movable:
        yield Finding(path, "nothing ever moves: no component has a standby", "leave 'failback' out", True)
    if not failback.window.spans:
        yield Finding((*path, "window"), "nothing ever goes home in it", "write when moves may begin")
    if failback.attempts > _MOST_TRIES:
        rule = f"'{failback.attempts}' attempts are more than anybody makes"
        yield Finding((*path, "attempts"), rule, f"write at most {_MOST_TRIES}")
    yield from _moves_on_purpose(path, "failback", "goes home", movable)


def move_findings(
    moves: Moves, horizon: Duration, response: Response | None, components: Mapping[str, Component]
) -> Findings:
    """Something is moved, in time, and can be."""
    here = {
        name: component
        for name, component in sorted(components.items())
        if component.standby is not None and moves.site in component.active
    }
    path: Path = ("moves",)
    if not here:
        rule = f"nothing can be moved from '{moves.site}': no component that runs there has a standby"
        yield Finding((*path, "site"), rule, "name a site from which something can be moved")
    if not moves.window.spans:
        yield Finding((*path, "window"), "nothing is ever moved in it", "write when moves may begin")
    if moves.after.ms >= horizon.ms:
        rule = f"it begins after '{moves.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    if response is not None and response.failback is not None:
        rule = "'failback' would bring home what 'moves' takes away"
        yield Finding(path, rule, "leave one of the two out", True)
        return
    yield from _moves_on_purpose(path, "moves", "is moved", here)
    for name, component in here.items():
        if any(copy.ships is not None for copy in component.copies.values()):
            rule = f"what '{name}' ships is not drilled with 'moves', which would have to wait for the last of it"
            yield Finding(path, rule, "write a 'lag' in the place of 'ships', or leave one of the two out", True)


def trial_findings(
    trial: Trial, horizon: Duration, response: Response | None, parts: Parts, *, complete: bool
) -> Findings:
    """Something can be tried, in time, of which the bubble knows all that may happen; `complete`: all components are known."""
    path: Path = ("tests",)
    inside = members(trial, parts)
    if complete and not movable(trial, parts.components):
        rule = f"nothing can be tested: no component runs at '{trial.site}' alone and has a standby"
        yield Finding((*path, "site"), rule, "name a site whose loss can be recovered from")
    if trial.after.ms >= horizon.ms:
        rule = f"it begins after '{trial.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    for place, name in enumerate(trial.stand_ins):
        at: Path = (*path, "stand_ins", place)
        if name in inside:
            yield Finding(at, f"'{name}' is in the bubble itself", "leave it out")
        elif name in trial.stand_ins[:place]:
            yield Finding(at, f"'{name}' stands in twice", "leave one out")
    yield from _step((*path, "teardown"), trial.teardown, parts.crews)
    yield from _scope(path, trial, parts) if complete else ()
    yield from _freed(path, trial, parts)
    if response is not None and response.failback is not None:
        yield Finding(path, "'failback' is not drilled with a test in a bubble", "leave one of the two out", True)
    if response is not None and response.order != "dependencies":
        rule = f"the order '{response.order}' is not drilled with a test in a bubble"
        yield Finding(path, rule, "write 'order: dependencies', or leave 'tests' out", True)
    for name, component in sorted(parts.components.items()):
        if component.on_partition != "wait":
            rule = f"'{name}' takes over when it is cut off, which is not drilled with a test in a bubble"
            yield Finding(path, rule, "leave 'on_partition' out, or 'tests'", True)
        if component.sheddable:
            rule = f"'{name}' is stopped to make room, which is not drilled with a test in a bubble"
            yield Finding(path, rule, "leave 'sheddable' out, or 'tests'", True)
        for copy, kept in sorted(component.copies.items()):
            if kept.ships is not None and name in inside:
                rule = f"the copy '{copy}' of '{name}' ships at a rate, which is not drilled with a test in a bubble"
                yield Finding(path, rule, "write a 'lag' in the place of 'ships', or leave 'tests' out", True)
        if component.fails is not None and name in inside:
            rule = f"'{name}' fails of its own, which nobody would see at its standby, nor the test in its bubble"
            yield Finding(path, rule, "leave 'fails' out, or 'tests'", True)


def _scope(path: Path, trial: Trial, parts: Parts) -> Findings:
    """A service that is covered can be seen in the bubble, and is named once."""
    seen = services_of(trial, parts)
    for place, name in enumerate(trial.covers):
        at: Path = (*path, "covers", place)
        if name in trial.covers[:place]:
            yield Finding(at, f"'{name}' is covered twice", "leave one out")
        elif name in parts.services and name not in seen and movable(trial, parts.components):
            rule = (
                f"nothing of '{name}' can be tried without '{trial.site}': no point elsewhere rests on what has a twin"
            )
            yield Finding(at, rule, "leave it out")


def _freed(path: Path, trial: Trial, parts: Parts) -> Findings:
    """Who and what is freed is there, and enough to empty the bubble."""
    for team, heads in (trial.frees or {}).items():
        if team in parts.crews and heads > parts.crews[team].reachable:
            rule = f"{heads} of '{team}' are freed, who are {parts.crews[team].reachable}"
            yield Finding((*path, "frees", team), rule, "free fewer, or give the team more people")
    for team, heads in trial.teardown.by.items() if trial.frees is not None else ():
        freed = trial.frees.get(team, 0) if trial.frees is not None else heads
        if heads > freed and team in parts.crews and heads <= parts.crews[team].reachable:
            rule = f"{heads} of '{team}' are asked for, of whom {freed} are freed: the bubble would never be emptied"
            yield Finding((*path, "teardown", "by", team), rule, f"free them with 'frees: {{{team}: {heads}}}'")
    for site, pools in (trial.room or {}).items():
        there = parts.sites[site].pools if site in parts.sites else {}
        for pool, room in pools.items():
            at: Path = (*path, "room", site, pool)
            if site in parts.sites and pool not in there:
                hint = did_you_mean(pool, sorted(there)) if there else f"add 'pools: {{{pool}: {room}}}' to '{site}'"
                yield Finding(at, f"'{site}' has no pool '{pool}'", hint)
            elif pool in there and room > there[pool].number:
                yield Finding(
                    at, f"{room} of {pool} are freed at '{site}', there are {there[pool].number}", "free less"
                )


def apart_findings(keys: Collection[str], disruptions: Mapping[str, Disruption]) -> Findings:
    """What a test in a bubble does not go with."""
    for key in keys:
        yield Finding(("tests",), f"'{key}' are not drilled with a test in a bubble", "leave one of the two out", True)
    for name, what in sorted(disruptions.items()):
        if what.kind == "corruption":
            rule = "a corruption is not drilled with a test in a bubble, whose copies would be bad too"
            yield Finding(("disruptions", name), rule, "leave it out, or 'tests'", True)


def _groups(path: Path, response: Response, components: Mapping[str, Component]) -> Findings:
    """Groups have members, each component is in one at most, and an order of groups has some."""
    if response.order != "dependencies" and not response.groups:
        rule = f"'{response.order}' is the order, but there are no groups"
        yield Finding((*path, "order"), rule, "add 'groups: [[storage], [oracle, mail]]', or leave the order out")
    seen: dict[str, int] = {}
    for index, group in enumerate(response.groups):
        if not group:
            yield Finding((*path, "groups", index), "nothing is in this group", "name its components, or leave it out")
        for place, name in enumerate(group):
            if name in components and components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, so nothing waits for it"
                yield Finding((*path, "groups", index, place), rule, "leave it out: it comes last")
            if name in seen:
                rule = f"'{name}' is in a group already"
                yield Finding((*path, "groups", index, place), rule, "leave it in one of them")
            seen[name] = index


def _wrong(path: Path, assess: Assess) -> Findings:
    """A wrong diagnosis costs time of the sort that finding out takes."""
    wrong, costs = assess.wrong, assess.costs
    if wrong.millionths and costs is None:
        rule = f"a diagnosis is wrong in '{wrong.text}', but costs nothing"
        yield Finding((*path, "wrong"), rule, "say how much longer it takes then: 'costs: 2 h'", True)
    elif costs is not None and not wrong.millionths:
        yield Finding((*path, "costs"), "no diagnosis is wrong, but it costs time", "add 'wrong: 20 %'", True)
    elif costs is not None and costs.working != assess.takes.working:
        rule = f"'{costs.text}' and '{assess.takes.text}' are not both in working hours"
        yield Finding((*path, "costs"), rule, "write both in 'wh', or both in 'h'")


# Sites


def _travel(name: str, site: Site, sites: Mapping[str, Site]) -> Findings:
    for other in site.travel:
        path = ("sites", name, "travel", other)
        if other == name:
            yield Finding(path, f"'{name}' is no travel away from itself", "leave it out", True)
        elif other in sites and name in sites[other].travel and name > other:
            rule = f"the travel time between '{other}' and '{name}' is given twice: it holds in either direction"
            yield Finding(path, rule, "keep one of the two", True)


def _power(path: Path, power: Power) -> Findings:
    """What a site has against the loss of its mains says something."""
    if power.generator is None and power.trip is None and not power.ups.ms:
        rule = "it says nothing: there is no UPS, no generator and no trip"
        yield Finding(path, rule, "add 'ups: 20 min', or leave 'power' out", True)
    if "recharge" in power.model_fields_set and not power.ups.ms:
        yield Finding(
            (*path, "recharge"), "there is no battery to recharge", "add 'ups: 20 min', or leave it out", True
        )
    generator = power.generator
    if generator is not None and generator.refuel is not None and generator.fuel is None:
        rule = "the tank is never empty, so it is never filled"
        yield Finding((*path, "generator", "refuel"), rule, "add 'fuel: 24 h', or leave it out", True)
    trip = power.trip
    if trip is not None and trip.chance.millionths > MOST_TRIPPING and trip.after.mean + trip.lasts.mean < HOUR:
        rule = f"'{trip.chance.text}' lets the mains trip on and on, more than once an hour"
        yield Finding((*path, "trip", "chance"), rule, "make it 99 % or less, or let a trip last longer")


_LEAST_LIFE: Final = Duration(HOUR)
MOST_TRIPPING: Final = ONE * 99 // 100
"""chance that mains trip after each return, again and again"""
MOST_FAILURES: Final = 10_000
"""of all things together, to be expected in a drill"""


def _fails(path: Path, fails: Fails | None, what: str) -> Findings:
    """What fails of its own does so now and then, and for a time; `what` is not repaired, if it says so."""
    if fails is None:
        return
    if fails.every.mean < _LEAST_LIFE.ms:
        rule = f"'{fails.every.text}' lets it fail more than once an hour"
        yield Finding((*path, "every"), rule, f"let it last at least '{_LEAST_LIFE.text}' on average")
    if fails.lasts is not None and fails.lasts.high == 0:
        rule = f"'{fails.lasts.text}' is no time, so that nothing would fail"
        yield Finding((*path, "lasts"), rule, "say how long, or leave 'fails' out")
    if fails.lasts is None and what:
        rule = f"'until repaired' is impossible for {what}: only components are repaired"
        yield Finding((*path, "lasts") if "lasts" in fails.model_fields_set else path, rule, "add such as 'lasts: 4 h'")


def _own_failures(component: Component, _: Parts) -> Findings:
    fails = component.fails
    yield from _fails(("fails",), fails, "")
    if fails is not None and fails.lasts is None and component.repair is None:
        rule = "'until repaired' is impossible: it has no 'repair'"
        path = ("fails", "lasts") if "lasts" in fails.model_fields_set else ("fails",)
        yield Finding(path, rule, "give it a 'repair', or say how long with 'lasts'")


def _cut_off(component: Component, parts: Parts) -> Findings:
    """What takes over although it is not lost."""
    way, witness, standby = component.on_partition, component.witness, component.standby
    if witness is not None and way != "takeover":
        rule = "'witness' says nothing without 'on_partition: takeover'"
        yield Finding(("witness",), rule, "leave it out, or say so", True)
    if way == "wait" or not component.active:
        return
    path = ("on_partition",)
    if standby is None:
        yield Finding(path, "nothing takes over: it has no standby", "add one under 'at', or leave it out")
    elif len(component.active) > 1:
        rule = "it is active at more than one site, which on_partition is not for"
        yield Finding(path, rule, "leave it out: the others go on")
    elif component.scope == "site":
        rule = "it serves only its own site, from where it is never cut off"
        yield Finding(path, rule, "leave it out, or give it 'scope: network'")
    elif way == "takeover, alone" and component.recover[:1] != ("hot",):
        rule = "only a hot standby takes over alone, and 'hot' is not its first strategy"
        yield Finding(path, rule, "make its standby hot, or write 'takeover' with a 'witness'")
    elif way == "takeover" and witness is None:
        rule = "nobody decides which side goes on: 'takeover' needs a witness"
        yield Finding(path, rule, "add a third site as 'witness', or write 'takeover, alone'")
    elif apart := sorted({*component.at, witness or standby} - _reached(standby, parts)):
        rule = f"'{apart[0]}' is out of reach of '{standby}' while nothing is lost"
        yield Finding(path, rule, "give the two a way to each other under 'links', or leave it out")
    if way == "takeover" and witness in component.at:
        rule = f"'{witness}' is no third site: the component stands there"
        yield Finding(("witness",), rule, "name another site")


def _reached(site: str, parts: Parts) -> set[str]:
    """The sites that one reaches while nothing is lost."""
    seen, todo = {site}, [site]
    while todo:
        here = todo.pop()
        ways = [link.between for link in parts.links.values() if here in link.between]
        more = {other for between in ways for other in between} - seen
        seen |= more
        todo += more
    return seen


def failure_findings(parts: Parts, horizon: Duration) -> Findings:
    """Check that a drill can look so far at all that fails of its own."""
    failing = [(name, site.fails, 1) for name, site in parts.sites.items()]
    failing += [(name, link.fails, 1) for name, link in parts.links.items()]
    failing += [(name, component.fails, len(component.at)) for name, component in parts.components.items()]
    counts = {
        name: horizon.ms * places / fails.every.mean
        for name, fails, places in failing
        if fails is not None and fails.every.mean
    }
    total = sum(counts.values())
    if total > MOST_FAILURES:
        most = max(sorted(counts), key=counts.__getitem__)
        rule = f"{total:,.0f} failures of their own are to be expected within '{horizon.text}', more than a drill has"
        yield Finding(("horizon",), rule, f"shorten the horizon, or let '{most}' fail less often")


def _room(parts: Parts) -> Findings:
    """Active and hot deployments must fit together into each pool."""
    used: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, component in parts.components.items():
        for site, standing in component.at.items():
            for pool, count in component.uses.items():
                if standing.role in ("active", "hot"):
                    used[site, pool][name] = count.number
    for (site, pool), users in used.items():
        room = parts.sites[site].pools.get(pool) if site in parts.sites else None
        if room is not None and sum(users.values()) > room.number:
            who = ", ".join(f"{name} {count}" for name, count in sorted(users.items()))
            rule = f"what runs at '{site}' uses {sum(users.values())} {pool} of {room.number}: {who}"
            yield Finding(("sites", site, "pools", pool), rule, "make the pool larger, or place something elsewhere")


# People


def _team(path: Path, team: Team) -> Findings:
    """What is said in shifts is not said beside them."""
    for key in ("people", "works", "skills"):
        if team.shifts and key in team.model_fields_set:
            rule = f"'{key}' is said by its shifts already"
            yield Finding((*path, key), rule, "leave it out, or the shifts", True)
    if team.works_at_most is None and team.rests is not None:
        rule = "nobody works at most so long, so nobody rests"
        yield Finding((*path, "rests"), rule, "add 'works_at_most: 12 h', or leave it out", True)
    groups: list[tuple[Path, Team | Shift | OnCall]] = [((), team)]
    if team.shifts:
        groups = [(("shifts", name), shift) for name, shift in team.shifts.items()]
    if team.on_call is not None:
        groups.append((("on_call",), team.on_call))
    for place, group in groups:
        yield from _named_heads((*path, *place, "skills"), group)
    call = team.on_call
    if call is not None and call.accepts.millionths * _MOST_TRIES < ONE:
        rule = f"'{call.accepts.text}' means over {_MOST_TRIES} tries of a call on average"
        yield Finding((*path, "on_call", "accepts"), rule, f"write at least '{100 // _MOST_TRIES} %'")
    if call is not None and all(shift.works == ALWAYS for shift in team.roster):
        rule = "it is always there, so nobody is called outside its hours"
        yield Finding((*path, "on_call"), rule, "leave it out, or say when the team works", True)
    if team.shifts and not team.most:
        rule = "its shifts are never open, so nobody ever works"
        yield Finding((*path, "shifts"), rule, "give one of them a calendar, or leave the shifts out")


def _named_heads(path: Path, group: Team | Shift | OnCall) -> Findings:
    """Each name in the skills of some people is one of them."""
    for skill, who in group.skills.items():
        if not who:
            yield Finding((*path, skill), "nobody is named", "say who can do it, or leave it out")
        for name, count in Counter(who).items():
            if count > 1:
                yield Finding((*path, skill), f"'{name}' is there twice", "leave one out")
    names = {name for who in group.skills.values() for name in who}
    if len(names) > group.people.number:
        rule = f"'skills' names {len(names)} people of {group.people}"
        yield Finding(path, rule, "name fewer, or put more 'people' there", True)


# Steps


def _step(path: Path, step: Step, crews: Mapping[str, Team]) -> Findings:
    if step.takes.working and not step.by:
        rule = f"'{step.takes.text}' is in working hours, but nobody is there to work them"
        yield Finding((*path, "takes"), rule, "say by whom with 'by', or write it in 'h'")
    yield from _crew(path, step, crews)
    if step.attempts > _MOST_TRIES:
        rule = f"'{step.attempts}' attempts are more than anybody makes"
        yield Finding((*path, "attempts"), rule, f"write at most '{_MOST_TRIES}'")
    if step.on_site and not step.by:
        yield Finding((*path, "on_site"), "'on_site' is true, but nobody is there to travel", "say who with 'by'", True)
    elif step.on_site and all(team in crews and crews[team].based is None for team in step.by):
        rule = f"'on_site' is true, but nobody has a base to travel from: {', '.join(sorted(step.by))}"
        hint = "leave 'on_site' out: the way of a supplier is in its 'call_out', and a team is 'based' at a site"
        yield Finding((*path, "on_site"), rule, hint, True)


def _tries(path: Path, step: Step) -> Findings:
    """What is tried until it succeeds must succeed now and then."""
    works = step.works.millionths
    if works == 0:
        rule = f"'{step.works.text}' can never succeed, and a {path[-1]} is tried until it does"
        yield Finding((*path, "works"), rule, f"write at least '{100 // _MOST_TRIES} %', or leave '{path[-1]}' out")
    elif works * _MOST_TRIES < ONE:
        rule = f"'{step.works.text}' means over {_MOST_TRIES} tries on average: a {path[-1]} is tried until it succeeds"
        hint = f"write at least '{100 // _MOST_TRIES} %', and let 'takes' say how long it may last"
        yield Finding((*path, "works"), rule, hint)


def _task(path: Path, name: str, task: Task, parts: Parts) -> Findings:
    """Check a step of the plan."""
    yield from _step(path, task, parts.crews)
    works = task.works.millionths
    if works == 0:
        rule = f"'{task.works.text}' can never succeed, and a step of the plan is tried until it does"
        yield Finding((*path, "works"), rule, f"write at least '{100 // _MOST_TRIES} %', or leave the step out")
    elif works * _MOST_TRIES < ONE:
        rule = f"'{task.works.text}' means over {_MOST_TRIES} tries on average: a step of the plan is tried until it succeeds"
        hint = f"write at least '{100 // _MOST_TRIES} %', and let 'takes' say how long it may last"
        yield Finding((*path, "works"), rule, hint)
    if task.approval and not task.by:
        rule = "'approval' is true, but nobody is there to give it"
        yield Finding((*path, "approval"), rule, "say by whom with 'by', or leave it out for a wait", True)
    if not task.ahead_of and not task.after:
        rule = f"'{name}' is neither before nor after anything"
        yield Finding(path, rule, "say what it is 'before' or 'after': without that it is never due")
    for key in ("before", "after", "replaces"):
        for other, count in Counter(getattr(task, key)).items():
            if count > 1:
                yield Finding((*path, key), f"'{other}' is there twice", "leave one out")
    for other in task.replaces:
        if other in task.before:
            yield Finding((*path, "replaces"), f"'{other}' is there twice", "it is before what it replaces anyway")
        elif other in parts.components and not {"warm", "cold"} & set(parts.components[other].recover):
            rule = f"'{other}' has no start at a standby that could be replaced"
            yield Finding((*path, "replaces"), rule, "it has no warm or cold strategy: write 'before'")
    for other in task.replaces:
        if other in parts.components and parts.components[other].boots is not None:
            rule = f"'{other}' boots, which no step of the plan can do in its place"
            yield Finding((*path, "replaces"), rule, "write 'before'")
    for other in sorted(set(task.ahead_of) & set(task.after)):
        yield Finding(path, f"'{name}' is both before and after '{other}'", "take it out of one of the two")


def _crew(path: Path, step: Step | Restore, crews: Mapping[str, Team]) -> Findings:
    for team, skill in step.skills.items():
        at = (*path, "skills", team)
        if team not in step.by:
            hint = did_you_mean(team, sorted(step.by)) if step.by else "say who does it with 'by'"
            yield Finding(at, f"'{team}' is not in the crew", hint, True)
        elif team in crews and not (most := crews[team].most_who(skill)):
            known = sorted({each for head in crews[team].heads for each in head.skills})
            hint = did_you_mean(skill, known) if known else f"write 'skills: {{{skill}: anna}}' at '{team}'"
            yield Finding(at, f"nobody of '{team}' can do '{skill}'", hint)
        elif team in crews and most < step.by[team] <= crews[team].reachable:
            number = f"{most} is" if most == 1 else f"{most} are"
            rule = f"{step.by[team]} of '{team}' who can do '{skill}' are asked for, of whom {number} there at once"
            yield Finding(at, rule, "ask for fewer, or say who else can")
    for team, heads in step.by.items():
        if team in crews and crews[team].shifts and 0 < crews[team].reachable < heads:
            rule = f"{heads} of '{team}' are asked for, of whose shifts {crews[team].reachable} are there at once"
            yield Finding((*path, "by", team), rule, "ask for fewer, or put more people on one shift")
        elif team in crews and not crews[team].shifts and heads > crews[team].reachable:
            rule = f"{heads} of '{team}' are asked for, who are {crews[team].reachable}"
            yield Finding((*path, "by", team), rule, "ask for fewer, or give the team more people")


def _way(path: Path, step: Step, places: Collection[str], parts: Parts) -> Findings:
    """Whoever works on site must know the way."""
    for team in step.by if step.on_site else ():
        base = parts.crews[team].based if team in parts.crews else None
        for place in sorted(places):
            if base is None or base not in parts.sites or place not in parts.sites or place == base:
                continue
            if place not in parts.sites[base].travel and base not in parts.sites[place].travel:
                rule = (
                    f"'{team}' works on site at '{place}', but there is no travel time from '{base}', where it is based"
                )
                yield Finding((*path, "on_site"), rule, f"add 'travel: {{{base}: 25 min}}' to '{place}'")


# Components


def _roles(component: Component, _: Parts) -> Findings:
    if not component.active:
        yield Finding(("at",), "it is active nowhere", "give one site the role 'active'")
    standbys = [site for site, standing in component.at.items() if standing.role != "active"]
    for site in sorted(standbys)[1:]:
        rule = f"it has standbys at {' and '.join(sorted(standbys))}, but may have one"
        yield Finding(("at", site), rule, "keep one, or make the other active")


def _needs_beside(component: Component, parts: Parts) -> Findings:
    for key in ("needs", "starts_after"):
        need: Need | None = getattr(component, key)
        for name in dict.fromkeys(leaves(need)) if need is not None else ():
            yield from _beside((key,), name, component.at, parts)


def _beside(path: Path, name: str, places: Iterable[str], parts: Parts) -> Findings:
    """What serves only its own site must stand wherever it is needed."""
    other = parts.components.get(name)
    if other is None or other.scope == "network":
        return
    lacking = sorted({place for place in places if place not in other.at})
    if lacking:
        rule = f"'{name}' serves only its own site, and does not stand at {' and '.join(lacking)}, where it is needed"
        yield Finding(path, rule, f"place '{name}' there too, or give it 'scope: network'", leaf=name)


def _pools(component: Component, parts: Parts) -> Findings:
    for key in ("uses", "shares"):
        for pool in getattr(component, key):
            lacking = sorted(
                site for site in component.at if site in parts.sites and pool not in parts.sites[site].pools
            )
            if lacking:
                known = sorted(parts.sites[lacking[0]].pools)
                hint = did_you_mean(pool, known) if known else f"add 'pools: {{{pool}: 8}}' to '{lacking[0]}'"
                yield Finding((key, pool), f"there is no pool named '{pool}' at {' and '.join(lacking)}", hint, True)


def _boots(component: Component, parts: Parts) -> Findings:
    """What starts at once does so on pools that are there for nothing else."""
    boots = component.boots
    if boots is None:
        return
    for site in sorted(component.at):
        if site not in parts.sites:
            continue
        pools = parts.sites[site].pools
        if boots.on not in pools:
            hint = did_you_mean(boots.on, sorted(pools)) if pools else f"add 'pools: {{{boots.on}: 100}}' to '{site}'"
            yield Finding(("boots", "on"), f"there is no pool named '{boots.on}' at {site}", hint)
        elif not pools[boots.on].number:
            rule = f"nothing can ever start on '{boots.on}' at '{site}': it has no room"
            yield Finding(("boots", "on"), rule, "give the pool room")
        for name, other in sorted(parts.components.items()):
            if site in other.at and boots.on in (*other.uses, *other.shares):
                rule = f"'{boots.on}' at '{site}' is for starting, and cannot be reserved or shared by '{name}'"
                yield Finding(("boots", "on"), rule, "give it a pool of its own")


def _component_steps(component: Component, parts: Parts) -> Findings:
    for key in _STEPS:
        step = getattr(component, key)
        if step is not None:
            yield from _step((key,), step, parts.crews)
            yield from _way((key,), step, component.at, parts)
            if key in _ENDLESS:
                yield from _tries((key,), step)
    if component.restart is not None and component.restart.automatic and component.restart.by:
        who = ", ".join(sorted(component.restart.by))
        rule = f"an automatic restart needs nobody, but is to be done by {who}"
        yield Finding(("restart", "by"), rule, "leave 'by' out, or 'automatic'", True)
    if component.precheck is not None and not {"warm", "cold"} & set(component.recover):
        rule = "nothing would ever be looked at: neither warm nor cold is one of its strategies"
        yield Finding(("precheck",), rule, "leave 'precheck' out", True)
    if component.stop is not None and component.standby is None and not component.sheddable:
        hint = "leave 'stop' out, or write 'sheddable: true'"
        yield Finding(("stop",), "it has no standby, so it never moves and is never stopped", hint, True)
    if component.restore is not None:
        yield from _crew(("restore",), component.restore, parts.crews)


def _sheddable(component: Component, parts: Parts) -> Findings:
    """What may be stopped to make room runs at one place, takes room there, and nothing else rests on it."""
    if not component.sheddable:
        return
    path: Path = ("sheddable",)
    rule = ""
    if component.standby is not None:
        rule = "it has a standby: what is recovered elsewhere is not stopped to make room"
    elif len(component.active) > 1:
        rule = f"it is active at {' and '.join(component.active)}, and only what stands at one site is stopped to make room"
    elif component.scope == "site":
        rule = "it serves only its own site: what needs it there would stop with it"
    elif not component.uses:
        rule = "it uses no room, so stopping it makes none"
    if rule:
        yield Finding(path, rule, "leave 'sheddable' out", True)


def _rests_on_sheddable(component: Component, parts: Parts) -> Findings:
    """Only what may be stopped itself rests on what may be stopped."""
    for key in ("needs", "starts_after"):
        need: Need | None = getattr(component, key)
        for name in dict.fromkeys(leaves(need)) if need is not None and not component.sheddable else ():
            if name in parts.components and parts.components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, and this component with it"
                hint = f"write 'sheddable: true' here too, or leave it out of '{name}'"
                yield Finding((key,), rule, hint, leaf=name)


def _copies(component: Component, _: Parts) -> Findings:
    replicas: dict[str, str] = {}
    for name in sorted(component.copies):
        copy = component.copies[name]
        path = ("copies", name)
        yield from _copy_keys(path, copy)
        if copy.replicated and copy.immutable:
            rule = f"'immutable' says nothing for a copy of kind '{copy.kind}', which changes all the time"
            yield Finding((*path, "immutable"), rule, "leave it out", True)
        if copy.replicated and copy.at in replicas:
            rule = f"'{replicas[copy.at]}' and '{name}' are both replicated copies at '{copy.at}'"
            yield Finding(path, rule, "keep one of them", True)
        elif copy.replicated:
            replicas[copy.at] = name
    if component.copies and component.data is None:
        yield Finding(("copies",), "it has copies, but no data", "add 'data: {size: 2.1 TB}', or leave them out", True)


def _shipped(component: Component, _: Parts) -> Findings:
    """What is shipped changes, is not more than can be shipped in a week, and is for a standby."""
    change = None if component.data is None else component.data.change
    if isinstance(change, Change) and not change.within.spans:
        yield Finding(("data", "change", "within"), "it never changes so", "write only what changes 'otherwise'")
    for name, copy in component.copies.items():
        path = ("copies", name, "ships")
        if copy.ships is None or copy.kind != "asynchronous":
            continue
        if copy.at != component.standby:
            yield Finding(path, "'ships' says nothing for a copy that no standby runs on", "leave it out", True)
        if component.on_partition == "takeover, alone":
            rule = "it takes over alone when it is cut off, which is not drilled with 'ships'"
            yield Finding(path, rule, "leave it out and give a 'lag', or give it a 'witness'", True)
        if component.data is not None and change is None:
            rule = "'ships' says nothing: nothing of the data changes"
            yield Finding(path, rule, "say how much with 'data: {change: 2 MB/s}', or leave it out")
        elif change is not None and (changed := _a_week(change)) > copy.ships.per_second * WEEK:
            average = -(-changed // WEEK)
            rule = f"'{copy.ships}' never catches up: {average:,} B/s change on average over a week"
            yield Finding(path, rule, "ship faster, or give a 'lag' in its place")


def _a_week(change: Rate | Change) -> int:
    """What changes in a standard week, milli-bytes."""
    if not isinstance(change, Change):
        return change.per_second * WEEK
    open_time = compile_calendar(change.within, None, WEEK).worked(0, WEEK)
    otherwise = change.otherwise.per_second if change.otherwise else 0
    return change.rate.per_second * open_time + otherwise * (WEEK - open_time)


def _copy_keys(path: Path, copy: Copy) -> Findings:
    due = {"asynchronous": ("lag",), "synchronous": ()}.get(copy.kind, ("taken", "restores"))
    examples = {"lag": "15 min", "taken": "daily 22:00", "restores": "60 MB/s"}
    if copy.ships is not None:
        if copy.kind != "asynchronous":
            rule = f"'ships' says nothing for a copy of kind '{copy.kind}'"
            yield Finding((*path, "ships"), rule, "leave it out", True)
        elif copy.lag is None:
            return
    for key, example in examples.items():
        given = getattr(copy, key) is not None
        if given and key not in due:
            yield Finding((*path, key), f"'{key}' says nothing for a copy of kind '{copy.kind}'", "leave it out", True)
        if not given and key in due:
            rule = f"'{key}' is missing, which a copy of kind '{copy.kind}' must say"
            yield Finding((*path, key), rule, f"add it, such as '{key}: {example}'")


def _standby_data(component: Component, _: Parts) -> Findings:
    if component.data is None or component.standby is None:
        return
    site = component.standby
    role = component.at[site].role
    if role == "cold":
        if not _restorable(component):
            rule = "a cold standby of a component with data needs a snapshot or backup, and has none"
            yield Finding(("at", site), rule, "add one under 'copies'")
    elif not any(copy.replicated and copy.at == site for copy in component.copies.values()):
        rule = f"a {role} standby of a component with data needs a synchronous or asynchronous copy at '{site}'"
        yield Finding(("at", site), rule, f"add one under 'copies', such as '{{at: {site}, kind: synchronous}}'")


def _restorable(component: Component) -> bool:
    return any(not copy.replicated for copy in component.copies.values())


def _recover(component: Component, _: Parts) -> Findings:
    role = None if component.standby is None else component.at[component.standby].role
    for index, strategy in enumerate(component.recover):
        path = ("recover", index)
        if component.recover.index(strategy) != index:
            yield Finding(path, f"'{strategy}' is there twice", "a strategy is tried once, in its place: leave one out")
        elif role is None:
            yield Finding(
                path,
                f"'{strategy}' is impossible: it has no standby",
                "add a standby under 'at', or leave 'recover' out",
            )
        elif strategy == "cold":
            if component.data is not None and role != "cold" and not _restorable(component):
                rule = "'cold' is impossible: its data has no snapshot or backup to restore"
                yield Finding(path, rule, "add one under 'copies', or leave 'cold' out")
        elif role not in (("hot",) if strategy == "hot" else ("hot", "warm")):
            yield Finding(
                path, f"'{strategy}' is impossible: its standby is {role}", f"expected: {_ways(component, role)}"
            )


def _patience(component: Component, _: Parts) -> Findings:
    for strategy in component.give_up_after:
        if strategy not in component.recover:
            known = ", ".join(component.recover)
            hint = f"expected some of: {known}" if known else "leave 'give_up_after' out"
            rule = f"{strategy!r} is none of its strategies, so it is never given up"
            yield Finding(("give_up_after", strategy), rule, hint, True)


def _ways(component: Component, role: str) -> str:
    ways = {"hot": ("hot", "warm"), "warm": ("warm",)}.get(role, ())
    return ", ".join((*ways, "cold") if component.data is None or _restorable(component) else ways)


_COMPONENT: Final[tuple[Callable[[Component, Parts], Findings], ...]] = (
    *(_roles, _needs_beside, _pools, _component_steps, _boots),
    *(_copies, _shipped, _standby_data, _recover, _patience, _own_failures, _cut_off),
    *(_sheddable, _rests_on_sheddable),
)


# What starts after what


def starting_needs(components: Mapping[str, Component]) -> dict[str, Need]:
    """What each component starts after."""
    mates = {name: circle for circle in circles({n: c.needs for n, c in components.items()}) for name in circle}
    return {
        name: component.starts_after
        if component.starts_after is not None
        else without(component.needs, {*mates.get(name, ()), name})
        for name, component in components.items()
    }


def _step_circles(parts: Parts) -> Findings:
    """No step of the plan may wait for itself, by way of components and other steps or not."""
    below: dict[str, list[Need]] = {name: [need] for name, need in starting_needs(parts.components).items()}
    below |= {name: list(task.after) for name, task in parts.steps.items()}
    for name, task in parts.steps.items():
        for other in task.ahead_of:
            if other in below:
                below[other].append(name)
    waits: dict[str, Need] = {name: All(tuple(needs)) for name, needs in below.items()}
    for circle in circles(waits):
        if steps := sorted(circle & parts.steps.keys()):
            if any(other in parts.steps[one].ahead_of for one in steps for other in parts.steps[one].after):
                continue  # told already
            order = _one_circle({name: sorted(circle & set(leaves(waits[name]))) for name in sorted(circle)})
            chain = " after ".join(f"'{name}'" for name in order)
            rule = f"nothing here can ever be done: {chain}"
            first = min(name for name in order if name in parts.steps)
            yield Finding(("steps", first), rule, "take one out of its 'before' or 'after'")


def _start_circles(components: Mapping[str, Component]) -> Findings:
    """Nothing may start after itself, by way of others or not."""
    starts = starting_needs(components)
    for circle in circles(starts):
        edges = {name: sorted(circle & set(leaves(starts[name]))) for name in sorted(circle)}
        order = _one_circle(edges)
        explicit = [
            (one, other) for one, other in itertools.pairwise(order) if components[one].starts_after is not None
        ]
        one, other = min(explicit)
        chain = " after ".join(f"'{name}'" for name in order)
        rule = f"nothing here can ever start: {chain}"
        hint = f"take '{other}' out of 'components.{one}.starts_after'"
        yield Finding(("components", one, "starts_after"), rule, hint, leaf=other)


def _one_circle(edges: Mapping[str, Collection[str]]) -> list[str]:
    """Give a circle of names, each before what it starts after, the first again at the end."""
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    raise AssertionError(f"there is no circle in {dict(edges)}")


# Services


def _service(path: Path, service: Service, parts: Parts) -> Findings:
    if not service.points:
        yield Finding((*path, "points"), "a service needs at least one point", "add one such as '{counter: {at: ...}}'")
    if service.verify is not None:
        yield from _step((*path, "verify"), service.verify, parts.crews)
        yield from _way((*path, "verify"), service.verify, {point.at for point in service.points.values()}, parts)
    for point, content in service.points.items():
        if content.fallback is not None and content.fallback.to not in service.points:
            rule = f"the service has no point '{content.fallback.to}' to go to"
            hint = did_you_mean(content.fallback.to, [each for each in service.points if each != point])
            yield Finding((*path, "points", point, "fallback"), rule, hint)
        elif content.fallback is not None and content.fallback.to == point:
            rule = f"'{point}' is no way out of itself"
            yield Finding((*path, "points", point, "fallback"), rule, "name another point, or leave it out")
    for label, due in service.due.items():
        if due.takes.ms > due.begins.ms:
            rule = f"it takes '{due.takes.text}', but can only be begun '{due.begins.text}' before it is due"
            yield Finding((*path, "due", label, "begins"), rule, "let it be begun earlier")
    if service.manual is not None and not service.manual.open.spans:
        rule = "nobody is ever there to serve by hand"
        yield Finding((*path, "manual", "open"), rule, "give it hours, or leave 'manual' out")
    needed: dict[str, list[str]] = defaultdict(list)
    for point, content in service.points.items():
        for name in dict.fromkeys(leaves(content.needs)):
            needed[name].append(point)
    for name, points in needed.items():
        places = {service.points[point].at: point for point in reversed(points)}
        for finding in _beside((), name, places, parts):
            first = next(point for place, point in places.items() if place not in parts.components[name].at)
            yield finding._replace(path=(*path, "points", first, "needs"))


def level_findings(parts: Parts) -> Findings:
    """Check that every service is at its minimum while nothing is hit; only for a landscape that is well otherwise."""
    untouched = Untouched(parts.sites, parts.links.values(), parts.components)
    for name, service in parts.services.items():
        if untouched.below(service):
            level, weight = untouched.service(service)
            point, content, need = untouched.lowest(service)
            share, mbco = Share(level // weight), service.targets.mbco
            rule = f"'{name}' is at {share} while nothing is lost, below its minimum of {Share(mbco.millionths)}"
            least = f"lower 'mbco' to '{share}', or " if share.millionths else ""
            hint = f"{least}give more of '{need}', which '{point}' at '{content.at}' sees at"
            hint += f" {Share(untouched.seen(content.at, need))}: by its shares, pools, needs or links"
            yield Finding(("services", name, "targets", "mbco"), rule, hint)


MOST_WEIGHT: Final = 9 * 10**12
"""of all points of a service together, so that weight times level stays exact"""


def _weights(path: Path, service: Service) -> Findings:
    total = sum(point.weight for point in service.points.values())
    if total > MOST_WEIGHT:
        rule = f"the weights of its points add up to {total}, more than can be weighed exactly"
        yield Finding((*path, "points"), rule, f"write smaller ones, together at most {MOST_WEIGHT}")


# Scenarios


def scenario_findings(disruptions: Mapping[str, Disruption], horizon: Duration | None, parts: Parts) -> Findings:
    """Check what happens in a scenario against its landscape and its horizon."""
    for name, disruption in disruptions.items():
        yield from _disruption(("disruptions", name), disruption, horizon, parts)


def horizon_findings(services: Mapping[str, Service], horizon: Duration) -> Findings:
    """Check that a drill looks as far as the targets of the services; working hours count as hours."""
    for name, service in services.items():
        for key in ("rto", "mtpd"):
            target: Duration | None = getattr(service.targets, key)
            if target is not None and target.ms > horizon.ms:
                rule = f"the {key} of '{target.text}' lies beyond the horizon of '{horizon.text}'"
                yield Finding(("services", name, "targets", key), rule, "lengthen the horizon, or leave the target out")


def due_findings(services: Mapping[str, Service], *, dated: bool) -> Findings:
    """Check that what hangs on a date has a moment to be counted from."""
    for name, service in services.items():
        for label, due in service.due.items():
            if on_date(due.on) and not dated:
                rule = f"'{due.on}' is a date, and the drill is at any moment of the week"
                hint = "write a day of the week such as 'Wed 9:00', or give the drill a moment"
                yield Finding(("services", name, "due", label, "on"), rule, hint)


def by_hand_findings(services: Mapping[str, Service], horizon: Duration) -> Findings:
    """Check that what is served by hand may begin within the drill."""
    for name, service in services.items():
        begins = None if service.manual is None else service.manual.after
        if begins is not None and begins.fixed is not None and begins.fixed >= horizon.ms:
            rule = f"serving by hand begins after '{begins.text}', but the drill is only '{horizon.text}' long"
            yield Finding(("services", name, "manual", "after"), rule, "let it begin earlier, or leave 'manual' out")


def expect_findings(expect: Mapping[str, Expected], parts: Parts, *, complete: bool) -> Findings:
    """Check that what is expected can be: of a promise that there is, and a miss with its reason.

    `complete`: whether all components could be read, so that it is known what data there is.
    """
    for name, expected in expect.items():
        path = ("expect", name)
        given = {key: verdict for key in ("rto", "rpo", "test") if (verdict := getattr(expected, key)) is not None}
        if not given:
            yield Finding(path, f"nothing is expected of '{name}'", "write 'rto: met', or leave it out", True)
        elif "missed" in given.values() and not (expected.because or "").strip():
            rule = f"'{name}' is expected to miss a promise, and nothing says why"
            yield Finding(path, rule, "add 'because: ...', what holds it up, as `drsim explain` shows it", True)
        elif "missed" not in given.values() and expected.because is not None:
            rule = f"'because' gives a reason to miss, and nothing of '{name}' is expected to be missed"
            yield Finding((*path, "because"), rule, "leave it out, or write 'missed'", True)
        service = parts.services.get(name)
        if service is None:
            continue
        for key in [key for key in given if key != "test"]:
            if getattr(service.targets, key) is None:
                rule = f"'{name}' promises no {key}, so that it is neither met nor missed"
                there = " and ".join(each for each in ("rto", "rpo") if getattr(service.targets, each) is not None)
                hint = (
                    f"it promises an {there}: expect that"
                    if there
                    else f"leave it out, or give it '{key}' in 'targets'"
                )
                yield Finding((*path, key), rule, hint, True)
            elif key == "rpo" and complete and not rests_on_data(service, parts.components):
                rule = f"nothing that '{name}' rests on has data, so that its rpo is neither met nor missed"
                yield Finding((*path, key), rule, "leave it out, or give a component that it needs 'data'", True)


def expected_test_findings(
    expect: Mapping[str, Expected], trial: Trial | None, parts: Parts, *, complete: bool
) -> Findings:
    """Check that what is expected of a test can be: there is one, and the service is in it and has an RTO."""
    inside = services_of(trial, parts) if trial is not None and complete else ()
    for name, expected in expect.items():
        if expected.test is None or name not in parts.services:
            continue
        path: Path = ("expect", name, "test")
        if trial is None:
            rule = f"nothing is tested, so that '{name}' is neither in time in a test nor late"
            yield Finding(path, rule, "leave it out, or add 'tests: {site: ..., teardown: ...}'", True)
        elif parts.services[name].targets.rto is None:
            rule = f"'{name}' promises no rto, so that it is neither in time in the test nor late"
            yield Finding(path, rule, "leave it out, or give it 'rto' in 'targets'", True)
        elif inside and name not in (*inside, *trial.covers):  # of what is covered it is told there
            rule = f"'{name}' is not in the test, so that it is neither in time there nor late"
            hint = "leave it out, or name it in 'covers'" if trial.covers else "leave it out"
            yield Finding(path, rule, hint, True)


def rests_on_data(service: Service, components: Mapping[str, Component]) -> bool:
    """Tell whether a service rests on data, by its needs and theirs."""
    queue = list(dict.fromkeys(name for point in service.points.values() for name in leaves(point.needs)))
    seen = set(queue)
    for name in queue:
        component = components.get(name)
        if component is None:
            continue
        if component.data is not None:
            return True
        more = [each for each in dict.fromkeys(leaves(component.needs)) if each not in seen]
        seen.update(more)
        queue += more
    return False


def _disruption(path: Path, disruption: Disruption, horizon: Duration | None, parts: Parts) -> Findings:
    after = disruption.after.fixed
    if after is not None and horizon is not None and after >= horizon.ms:
        rule = f"it begins after '{disruption.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    team = parts.crews.get(disruption.target) if disruption.kind == "team" else None
    if team is not None and disruption.people is not None and disruption.people.number > team.most:
        rule = f"'{disruption.people.text}' people are away, but '{disruption.target}' has {team.most}"
        yield Finding((*path, "people"), rule, "write at most as many, or leave 'people' out for all of them")
    component = parts.components.get(disruption.target) if disruption.kind == "component" else None
    if component is not None:
        yield from _broken(path, disruption, {disruption.target: component})
    if disruption.kind == "label":
        yield from _labelled(path, disruption, parts)
    if disruption.kind == "corruption":
        yield from _corrupted(path, disruption, parts)
    if disruption.kind == "links_of" and not any(disruption.target in link.between for link in parts.links.values()):
        yield Finding((*path, "links_of"), f"no link ends at '{disruption.target}'", "name another site")


def _labelled(path: Path, disruption: Disruption, parts: Parts) -> Findings:
    label = disruption.target
    components = {name: component for name, component in parts.components.items() if label in component.labels}
    if not components:
        known = sorted({each for component in parts.components.values() for each in component.labels})
        hint = did_you_mean(label, known) if known else f"write 'labels: [{label}]' at those that it hits"
        yield Finding((*path, "label"), f"no component has the label '{label}'", hint)
        return
    yield from _broken(path, disruption, components)


def _corrupted(path: Path, disruption: Disruption, parts: Parts) -> Findings:
    target, components = disruption.target, parts.components
    labels = {label for component in components.values() for label in component.labels}
    hit = [components[target]] if target in components else parts.labelled(target)
    if target in components and target in labels:
        rule = f"'{target}' is a component and a label"
        yield Finding((*path, "corruption"), rule, "give the label another name")
    elif not hit:
        hint = did_you_mean(target, sorted({*components, *labels}))
        yield Finding((*path, "corruption"), f"no component is named '{target}', and none has such a label", hint)
    elif not any(component.data is not None for component in hit):
        rule = f"'{target}' has no data that could be corrupted"
        yield Finding((*path, "corruption"), rule, "give it 'data', or let it break: 'component' or 'label'")
    else:
        for name in sorted(name for name, part in components.items() if part in hit and part.data is not None):
            if components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, and how corrupt data and that go together is not drilled"
                yield Finding((*path, "corruption"), rule, f"leave 'sheddable' out of '{name}', or hit something else")
        kept = [copy for component in hit for copy in component.copies.values() if not copy.replicated]
        known = sorted({word for copy in kept for word in (copy.kind, copy.at)})
        for index, word in enumerate(disruption.reaches):
            if word not in known:
                rule = f"'{word}' is no kind of snapshot or backup of what it hits, nor a site where one is kept"
                yield Finding((*path, "reaches", index), rule, did_you_mean(word, known) if known else "leave it out")
        for word, count in Counter(disruption.reaches).items():
            if count > 1:
                yield Finding((*path, "reaches"), f"'{word}' is there twice", "leave one out")


def _broken(path: Path, disruption: Disruption, components: Mapping[str, Component]) -> Findings:
    """What breaks what it hits: one component, or all with a label."""
    for name, component in sorted(components.items()):
        if disruption.until_repaired and component.repair is None:
            rule = f"'until repaired' is impossible: '{name}' has no 'repair'"
            yield Finding((*path, "lasts"), rule, "give it a 'repair', or say how long it lasts")
    places = sorted({site for component in components.values() for site in component.at})
    for index, site in enumerate(disruption.sites):
        if site not in places:
            rule = f"'{disruption.target}' does not stand at '{site}'"
            if disruption.kind == "label":
                rule = f"nothing with the label '{disruption.target}' stands at '{site}'"
            yield Finding((*path, "sites", index), rule, did_you_mean(site, places))
    for site, count in Counter(disruption.sites).items():
        if count > 1:
            yield Finding((*path, "sites"), f"'{site}' is there twice", "leave one out")
