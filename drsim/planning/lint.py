"""What may be weak in a plan before anything happens: suspicions, each with the disruptions that would show it.

One function for each rule, in the table `SUSPECTS`. They look at the structure alone, and may suspect too much: a drill decides
(`drsim.studies.lint`). What the reader refuses already (a skill that nobody has, a team that is too small, a circle that is
written into `starts_after`) is not looked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from immutabledict import immutabledict

from drsim.calendar import Schedule, exists
from drsim.distributions import Law
from drsim.model.fields import Path
from drsim.model.landscape import Component, Landscape, OnCall, Restore, Shift, Step, Team
from drsim.model.needs import All, Need, circles, leaves
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.alone import always_asked, below_without
from drsim.planning.compile import restart_of
from drsim.planning.graph import circle_of, closure, fewest_links, running_graph, starting_needs
from drsim.planning.plan import Plan
from drsim.planning.shipping import Shipping, point
from drsim.units import HOUR, MINUTE, WEEK, Count, format_ms

__all__ = ["SUSPECTS", "Asked", "Ground", "Probe", "Rule", "Suspect"]

Rule = Literal[
    "no way back",
    "later group",
    "nobody can",
    "start circle",
    "too little room",
    "copies too far apart",
    "data at one place",
    "one person",
    "no witness",
]
_ORDINARY: Final = datetime(2026, 3, 2)
"""A Monday of a week without holidays, for a scenario that begins at any moment."""
_MINUTES: Final = WEEK // MINUTE
_WORK: Final = ("precheck", "start", "repair", "restore", "verify")


class Probe(NamedTuple):
    """What happens in a drill that would show something."""

    disruptions: Mapping[str, Disruption]
    moment: datetime | None = None
    """None: that of the scenario."""


class Asked(NamedTuple):
    """A step that asks for people."""

    kind: str
    object: str
    """As the step table names it; empty for whatever root an incident has."""
    path: Path
    by: Mapping[str, int]
    skills: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Suspect:
    """What may be weak, and what would show it."""

    rule: Rule
    path: Path
    """Where it is written, in resolved form."""
    text: str
    """What is wrong."""
    hint: str
    """The next move."""
    probes: tuple[Probe, ...]
    """Each would show it; the smallest comes first."""
    components: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    step: Asked | None = None
    limit: int = 0
    """How much data may be lost, ms."""
    without: tuple[Probe, ...] = ()
    """For each probe the same without what it is about, where it is told by the difference."""


@dataclass(frozen=True)
class Ground:
    """A scenario on which nothing has happened yet, and its plan."""

    scenario: Scenario
    plan: Plan
    _below: dict[tuple[str, frozenset[str]], tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def landscape(self) -> Landscape:
        """What exists."""
        return self.scenario.landscape

    @property
    def parts(self) -> Mapping[str, Component]:
        """All components."""
        return self.scenario.landscape.components

    @cached_property
    def planned(self) -> tuple[str, ...]:
        """The sites whose loss the plan is about: something that runs only there has a way over; by name."""
        return tuple(sorted({part.active[0] for part in self.parts.values() if _moves(part)}))

    @cached_property
    def below(self) -> Mapping[str, frozenset[str]]:
        """For each service the components that it rests on, by needs."""
        graph = running_graph(self.landscape)
        return {
            name: closure(graph, {leaf for point in service.points.values() for leaf in leaves(point.needs)})
            for name, service in self.landscape.services.items()
        }

    def only_at(self, site: str) -> tuple[str, ...]:
        """The components that run at a site and nowhere else, by name."""
        return tuple(name for name in sorted(self.parts) if self.parts[name].active == (site,))

    def still_below(self, site: str, there: Iterable[str] = ()) -> tuple[str, ...]:
        """The services below their minimum without a site, whatever takes over, though these components run elsewhere."""
        key = site, frozenset(there)
        if key not in self._below:
            self._below[key] = below_without(self.landscape, *key)
        return self._below[key]


def _moves(part: Component) -> bool:
    return len(part.active) == 1 and part.standby is not None and bool(part.recover)


def _probe(*hits: Disruption, moment: datetime | None = None) -> Probe:
    names = (f"{what.kind.replace('_', '-')}-{what.target}" for what in hits)
    return Probe(immutabledict(dict(zip(names, hits, strict=True))), moment)


def _site(name: str) -> Disruption:
    return Disruption(kind="site", target=name)


def _hour(kind: Literal["site", "component"], name: str) -> Disruption:
    return Disruption(kind=kind, target=name, lasts=Law.constant(HOUR))


def _broken(name: str, part: Component) -> Disruption:
    return Disruption(kind="component", target=name, until_repaired=part.repair is not None)


def _named(names: Iterable[str], most: int = 5) -> str:
    """`'a', 'b' and 3 more`."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > most:
        return f"{', '.join(quoted[: most - 1])} and {len(quoted) - most + 1} more"
    return " and ".join(part for part in (", ".join(quoted[:-1]), *quoted[-1:]) if part)


# Members that the plan forgets


def _missing(ground: Ground) -> Iterator[Suspect]:
    """A component that a service needs, that is lost with a site, and that has no way over."""
    for site in ground.planned:
        stays = ground.still_below(site)
        lost = [
            name
            for name in ground.only_at(site)
            if ground.parts[name].scope == "network" and not _moves(ground.parts[name])
        ]
        helped = [name for name in stays if name not in ground.still_below(site, lost)]
        needed = _needed(ground, site, lost, helped)
        for name in sorted(needed):
            part, services = ground.parts[name], tuple(sorted(needed[name]))
            has = part.standby is not None
            yield Suspect(
                "no way back",
                ("components", name, "recover" if has else "at"),
                f"'{name}' is lost with '{site}', and the plan has no step that brings it back: "
                f"{_named(services)} cannot do without it",
                "let 'recover' say how its standby takes over"
                if has
                else "give it a standby at another site under 'at'",
                (_probe(_site(site)),),
                components=(name,),
                services=services,
            )


def _needed(ground: Ground, site: str, lost: list[str], helped: list[str]) -> dict[str, set[str]]:
    """For each component without which a service stays below its minimum, though all the others had a way over: these services.

    Where one of several is enough, as many are named as it takes, the last by name.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for name in lost:
        concerned = [service for service in helped if name in ground.below[service]]
        if concerned:
            still = ground.still_below(site, [other for other in lost if other != name])
            found[name].update(service for service in concerned if service in still)
    for service in set(helped) - {each for services in found.values() for each in services}:
        kept = [name for name in lost if name in ground.below[service]]
        for name in list(kept):
            fewer = [other for other in kept if other != name]
            if service not in ground.still_below(site, fewer):
                kept = fewer
        for name in kept:
            found[name].add(service)
    return {name: services for name, services in found.items() if services}


# Groups that wait for a later one


def _later(ground: Ground) -> Iterator[Suspect]:
    """A dependency that is brought back in a later group than what starts after it."""
    response = ground.scenario.response
    if response.order == "dependencies":
        return
    place = {name: (index, at) for index, group in enumerate(response.groups) for at, name in enumerate(group)}
    last = (len(response.groups), 0)
    starts = starting_needs(ground.landscape)
    for name, own in sorted(place.items()):
        if not _moves(ground.parts[name]):
            continue
        later = [
            other
            for other in sorted(set(leaves(starts[name])))
            if place.get(other, last)[0] > own[0] and ground.parts[other].active == ground.parts[name].active
        ]
        if later:
            yield Suspect(
                "later group",
                ("response", "groups", *own),
                f"'{name}' of group {own[0] + 1} starts after {_named(later)}, which "
                f"{'comes' if len(later) == 1 else 'come'} back in a later group, or with what is in none",
                f"put {_named(later)} into group {own[0] + 1} or an earlier one, or '{name}' into a later one",
                (_probe(_site(ground.parts[name].active[0])),),
                components=(name, *later),
            )


# Steps that nobody can do


def _impossible(ground: Ground) -> Iterator[Suspect]:
    """A step whose crew is never there together at any hour of the week."""
    landscape = ground.landscape
    for asked, probes in _asked(ground):
        crews = {team: landscape.crews[team] for team in asked.by}
        if any(_together(asked, crews, minute) for minute in _turns(crews.values())):
            continue
        who = " and ".join(
            f"{heads} of '{team}'" + (f" who can do '{asked.skills[team]}'" if team in asked.skills else "")
            for team, heads in sorted(asked.by.items())
        )
        never = "never at work" if len(asked.by) == 1 else "never at work at the same time"
        yield Suspect(
            "nobody can",
            asked.path,
            f"this asks for {who}, who are {never}",
            "let their hours meet, name a team on call, or ask for others",
            probes,
            step=asked,
        )


def _turns(teams: Iterable[Team]) -> list[int]:
    """The minutes of the week at which it may change who is there."""
    spans = [span for team in teams for shift in team.roster for span in shift.works.spans]
    return sorted({0, *(minute % _MINUTES for span in spans for minute in span)})


def _together(asked: Asked, crews: Mapping[str, Team], minute: int) -> bool:
    return all(_there(crews[team], asked.skills.get(team), minute) >= heads for team, heads in asked.by.items())


def _there(team: Team, skill: str | None, minute: int) -> int:
    """How many who can do something may be there at a minute of an ordinary week; on call only outside the hours of the team."""
    shifts = [shift for shift in team.roster if any(start <= minute < end for start, end in shift.works.spans)]
    if shifts:
        return sum(len(_who(shift, skill)) if skill else shift.people.number for shift in shifts)
    if team.on_call is None or not team.on_call.works.spans:
        return 0
    return len(_who(team.on_call, skill)) if skill else team.on_call.people.number


def _who(group: Shift | OnCall, skill: str) -> set[str]:
    return set(group.skills.get(skill, ()))


def _asked(ground: Ground) -> Iterator[tuple[Asked, tuple[Probe, ...]]]:
    """All steps that ask for people, each with what may make them necessary."""
    landscape = ground.landscape
    sites = tuple(_probe(_site(site)) for site in sorted({s for part in ground.parts.values() for s in part.active}))
    for kind in ("assess", "decide"):
        step: Step = getattr(ground.scenario.response, kind)
        if step.by:
            yield Asked(kind, "", ("response", kind, "by"), step.by, step.skills), sites
    for name, part in sorted(ground.parts.items()):
        probes = (
            *(_probe(_site(site)) for site in part.active),
            _probe(_broken(name, part)),
            _probe(_hour("component", name)),
            *(_probe(_hour("site", site)) for site in part.active),
        )
        steps: dict[str, Step | Restore | None] = {kind: getattr(part, kind) for kind in _WORK}
        if part.restart is not None:
            steps["restart"] = restart_of(part)[0]
        for kind, work in steps.items():
            if work is not None and work.by:
                yield Asked(kind, name, ("components", name, kind, "by"), work.by, work.skills), probes
    for name, task in sorted(landscape.steps.items()):
        if task.by:
            yield Asked("task", name, ("steps", name, "by"), task.by, task.skills), sites
    for name, service in sorted(landscape.services.items()):
        if service.verify is not None and service.verify.by:
            path = ("services", name, "verify", "by")
            yield Asked("verify", f"{name}.", path, service.verify.by, service.verify.skills), sites


# What needs itself to start


def _circles(ground: Ground) -> Iterator[Suspect]:
    """Components that need each other, of which nobody says who starts without the other."""
    parts = ground.parts
    mates, starting = circle_of(ground.landscape), starting_needs(ground.landscape)
    written: dict[str, Need] = {
        name: parts[name].needs if parts[name].starts_after is None else parts[name].starts_after or All()
        for name, others in mates.items()
        if others
    }
    inside = {name: All(tuple(sorted(set(leaves(need)) & mates[name]))) for name, need in written.items()}
    for circle in circles(inside):
        names = sorted(circle)
        sites = sorted({site for name in names for site in parts[name].at})
        probes = [_probe(_site(site)) for site in sorted({s for name in names for s in parts[name].active})]
        rest = sorted(set(leaves(starting[names[0]])))
        yield Suspect(
            "start circle",
            ("components", names[0], "needs"),
            f"{_named(names)} need each other, and nobody says which of them starts without the others when all are down",
            f"say at one of them that it does, such as 'starts_after: [{', '.join(rest)}]' at '{names[0]}', and try that",
            (*probes, _probe(*(_hour("site", site) for site in sites))),
            components=tuple(names),
        )


# Room


def _room(ground: Ground) -> Iterator[Suspect]:
    """What is to start at a standby does not fit there, added up."""
    for site in ground.planned:
        asked: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for name in ground.only_at(site):
            part = ground.parts[name]
            there = part.standby
            if there is None or part.at[there].role == "hot" or not {"warm", "cold"} & set(part.recover):
                continue
            for pool, count in part.uses.items():
                if pool in ground.landscape.sites[there].pools:
                    asked[there, pool][name] = count.number
        for (there, pool), users in sorted(asked.items()):
            taken = sum(
                part.uses.get(pool, Count(0)).number
                for part in ground.parts.values()
                if there in part.at and part.at[there].role in ("active", "hot") and not part.sheddable
            )
            room = ground.landscape.sites[there].pools[pool].number
            if sum(users.values()) + taken > room:
                yield Suspect(
                    "too little room",
                    ("sites", there, "pools", pool),
                    f"{sum(users.values())} {pool} are to start at '{there}' when '{site}' is lost, "
                    f"where {room - taken} of {room} can be had",
                    f"make the pool {sum(users.values()) + taken}, or let something less important stay down",
                    (_probe(_site(site)),),
                    components=tuple(sorted(users)),
                )


# Copies


def _recovery_points(ground: Ground) -> Iterator[Suspect]:
    """The copy that a failover uses may be older than a service that rests on it can bear, with nothing else wrong."""
    for name, part in sorted(ground.parts.items()):
        targets = {
            service: content.targets.rpo.ms
            for service, content in sorted(ground.landscape.services.items())
            if content.targets.rpo is not None and name in ground.below[service]
        }
        if part.data is None or not targets or not _moves(part):
            continue
        worst = _oldest(ground, name, part)
        if worst is None:
            continue
        age, moment, path = worst
        services = tuple(service for service, limit in targets.items() if age > limit)
        if services:
            limit = min(targets[service] for service in services)
            yield Suspect(
                "copies too far apart",
                path,
                f"when '{part.active[0]}' is lost, what '{name}' goes back to may be {format_ms(age)} old; "
                f"{_named(services)} may lose {format_ms(limit)}",
                f"keep copies outside '{part.active[0]}' at most {format_ms(limit)} apart, or promise less",
                (_probe(_site(part.active[0]), moment=moment),),
                components=(name,),
                services=services,
                limit=limit,
            )


def _oldest(ground: Ground, name: str, part: Component) -> tuple[int, datetime | None, Path] | None:
    """How old the data that the first strategy goes back to may be (ms), when that is, and where it is written."""
    home, standby = part.active[0], part.standby
    where: Path = ("components", name, "copies")
    if part.recover[0] in ("hot", "warm"):
        label = next(
            (c for c in sorted(part.copies) if part.copies[c].replicated and part.copies[c].at == standby), None
        )
        if label is None:
            return None
        lag = part.copies[label].lag
        behind = 0 if lag is None else round(float(lag.quantile(0.5)))
        shipping = ground.plan.shipping.get(ground.plan.structure.components.index(name))
        if shipping is None:
            return behind, None, (*where, label, "kind" if lag is None else "lag")
        left, when = max((_unshipped(shipping, hour * HOUR), -hour * HOUR) for hour in range(WEEK // HOUR))
        return behind + left, _at(ground.scenario, -when), (*where, label, "ships")
    away = {c: copy for c, copy in part.copies.items() if copy.taken is not None and copy.at != home}
    if not away:
        return None  # nothing is left of it: that is told by another rule
    instants = sorted({time for copy in away.values() if copy.taken is not None for time in _instants(copy.taken)})
    gap, end = max((after - before, -after) for before, after in pairwise([*instants, instants[0] + WEEK]))
    path = (*where, next(iter(away)), "taken") if len(away) == 1 else where
    return gap - MINUTE, _at(ground.scenario, (-end - MINUTE) % WEEK), path


def _unshipped(what: Shipping, time: int) -> int:
    """How old what is left to ship is at a time of the week, ms."""
    return -point(what._replace(moment=-1), what.week, time, (), 0)


def _instants(schedule: Schedule) -> Iterable[int]:
    """When it is done in a week, ms from Monday 0:00."""
    if schedule.kind == "weekly":
        return [minute * MINUTE for minute in schedule.minutes]
    return range(0, WEEK, schedule.period_ms)


def _at(scenario: Scenario, time: int) -> datetime:
    """A moment at a time of the week (ms from Monday 0:00): in the week of the scenario, where it has one."""
    moment = scenario.moment or _ORDINARY
    monday = moment.replace(hour=0, minute=0) - timedelta(days=moment.weekday())
    found = monday + timedelta(minutes=time // MINUTE)
    return found if exists(found) else found + timedelta(weeks=1)


def _one_place(ground: Ground) -> Iterator[Suspect]:
    """All that there is of the data of a component is lost with one site."""
    for name, part in sorted(ground.parts.items()):
        if (
            part.data is None
            or len(part.active) != 1
            or any(copy.at != part.active[0] for copy in part.copies.values())
        ):
            continue
        services = tuple(service for service in sorted(ground.below) if name in ground.below[service])
        promised = any(ground.landscape.services[service].targets.rpo is not None for service in services)
        if not part.copies and not promised:
            continue
        home = part.active[0]
        copies = f"its copies {_named(sorted(part.copies))} are" if len(part.copies) > 1 else "its only copy is"
        yield Suspect(
            "data at one place",
            ("components", name, "copies" if part.copies else "data"),
            f"the data of '{name}' is at '{home}', and {f'{copies} there as well' if part.copies else 'nobody copies it'}",
            f"keep a copy at another site than '{home}'",
            (_probe(_site(home)),),
            components=(name,),
            services=services,
        )


# People


def _one_person(ground: Ground) -> Iterator[Suspect]:
    """One of the staff without whom services do not come back, that come back with them."""
    asked = {
        (team, skill) for step, _ in _asked(ground) for team in step.by for skill in ("", step.skills.get(team, ""))
    }
    resting = sorted({name for names in ground.below.values() for name in names})
    for name, team in sorted(ground.landscape.teams.items()):
        for skill, away, path in _single(name, team):
            if (name, skill) not in asked:
                continue
            gone = Disruption(kind="team", target=name, people=None if away is None else Count(away))
            fewer = () if away in (None, 1) else (gone.model_copy(update={"people": Count(away - 1)}),)
            hits = [_site(site) for site in ground.planned]
            hits += [_broken(c, ground.parts[c]) for c in resting if (name, skill) in always_asked(ground.parts[c])]
            who = f"one person of the team '{name}' can do '{skill}'" if skill else f"the team '{name}' is one person"
            yield Suspect(
                "one person",
                path,
                f"{who}, without whom nothing goes on",
                "let somebody else learn it, put somebody on call, or have a supplier who can",
                tuple(_probe(hit, gone) for hit in hits),
                without=tuple(_probe(hit, *fewer) for hit in hits),
            )


def _single(name: str, team: Team) -> Iterator[tuple[str, int | None, Path]]:
    """Skills that one person has, or '' for a team of one; how many must be away to miss them, None for all; where it says so."""
    groups: list[tuple[Path, Shift | OnCall]] = [((), shift) for shift in team.roster]
    if team.shifts:
        groups = [(("shifts", label), team.shifts[label]) for label in sorted(team.shifts)]
    if team.on_call is not None:
        groups.append((("on_call",), team.on_call))
    if sum(group.people.number for _, group in groups) == 1:
        yield "", None, ("teams", name, "people")
        return
    for skill in sorted({skill for _, group in groups for skill in group.skills}):
        able = [path for path, group in groups for _ in set(group.skills.get(skill, ()))]
        if len(able) == 1:
            place = next(at for at, head in enumerate(team.heads) if skill in head.skills)
            yield skill, len(team.heads) - place, ("teams", name, *able[0], "skills", skill)


# Split brain


def _no_witness(ground: Ground) -> Iterator[Suspect]:
    """A hot standby that serves beside what it no longer sees."""
    for name, part in sorted(ground.parts.items()):
        if part.on_partition == "takeover, alone" and part.standby is not None:
            home, standby = part.active[0], part.standby
            links = fewest_links(ground.landscape, home, standby)
            yield Suspect(
                "no witness",
                ("components", name, "on_partition"),
                f"'{name}' at '{standby}' takes over alone when it does not reach '{home}', where it may still run: "
                "then both serve, and what one of them wrote is lost",
                "write 'on_partition: takeover' with a third site as 'witness'",
                (_probe(*(Disruption(kind="link", target=link) for link in links)),),
                components=(name,),
            )


SUSPECTS: Final[Mapping[Rule, Callable[[Ground], Iterator[Suspect]]]] = {
    "no way back": _missing,
    "later group": _later,
    "nobody can": _impossible,
    "start circle": _circles,
    "too little room": _room,
    "copies too far apart": _recovery_points,
    "data at one place": _one_place,
    "one person": _one_person,
    "no witness": _no_witness,
}
"""The rules, each with what it suspects."""
