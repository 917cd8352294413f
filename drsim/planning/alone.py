"""What alone takes a service below its minimum, and who alone can bring it back: worked out on the structure, without a drill."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from drsim.model.landscape import Component, Landscape, OnCall, Restore, Service, Shift, Standing, Step
from drsim.model.needs import All, Any, AtLeast, Need, without
from drsim.model.untouched import Untouched
from drsim.planning.compile import restart_of

__all__ = ["Loss", "Lost", "Only", "always_asked", "below_without", "losses", "only_people", "stopped_by"]

Lost = Literal["site", "link", "component"]


class Loss(NamedTuple):
    """What the loss of one thing does; services by name."""

    kind: Lost
    name: str
    site: str
    """Where a component that runs at several sites is lost, which it is not at the others; else empty."""
    stops: tuple[str, ...]
    """Services that fall below their minimum at once."""
    stays: tuple[str, ...]
    """Those that are below it even when every standby that can has taken over."""


class Only(NamedTuple):
    """People without whom components do not come back when they break; components and services by name."""

    team: str
    skill: str
    """Empty if it is not about a skill."""
    needed: int
    """The most heads that one step takes."""
    there: int
    """The most that can be had at once."""
    people: tuple[str, ...]
    """The names of those who can, where the landscape gives them."""
    components: tuple[str, ...]
    services: tuple[str, ...]
    """Those that the loss of one of these components takes below their minimum."""

    @property
    def spare(self) -> int:
        """How many can be away and the step can still be done."""
        return self.there - self.needed


class _What(NamedTuple):
    kind: Lost
    name: str
    site: str = ""

    @property
    def lost_sites(self) -> frozenset[str]:
        return frozenset([self.name] if self.kind == "site" else [])

    @property
    def lost_links(self) -> frozenset[str]:
        return frozenset([self.name] if self.kind == "link" else [])

    def breaks(self, component: str, site: str) -> bool:
        """Whether what runs of a component at a site is lost with it."""
        if self.kind == "component":
            return self.name == component and self.site in ("", site)
        return self.kind == "site" and self.name == site


def losses(landscape: Landscape) -> tuple[Loss, ...]:
    """What the loss of each site, link and component alone does, in this order and by name.

    A component that is active at several sites is lost at each of them in turn.
    """
    return tuple(_loss(landscape, what) for what in _things(landscape))


def _things(landscape: Landscape) -> Iterator[_What]:
    yield from (_What("site", name) for name in sorted(landscape.sites))
    yield from (_What("link", name) for name in sorted(landscape.links))
    for name in sorted(landscape.components):
        active = landscape.components[name].active
        yield from (_What("component", name, site) for site in (active if len(active) > 1 else ("",)))


def below_without(landscape: Landscape, site: str, there: Collection[str] = ()) -> tuple[str, ...]:
    """The services below their minimum when a site is lost and every standby that can has taken over.

    `there`: components that run at all other sites as well, whatever they need beside them.
    """
    parts = dict(landscape.components)
    local = {name for name, part in parts.items() if part.scope == "site"}
    for name in there:
        standings = {other: Standing(role="active") for other in landscape.sites if other != site}
        parts[name] = parts[name].model_copy(update={"at": standings, "needs": without(parts[name].needs, local)})
    helped = landscape.model_copy(update={"components": parts})
    what = _What("site", site)
    runs = {c: tuple(s for s in part.active if s != site) for c, part in parts.items()}
    return _below(helped, what.lost_sites, what.lost_links, _taken_over(helped, what, _supported(helped, runs)))


def stopped_by(landscape: Landscape, sites: Collection[str], components: Collection[str]) -> tuple[str, ...]:
    """The services below their minimum at once, before any standby takes over, when sites and components are lost together."""
    runs = {
        c: () if c in components else tuple(site for site in part.active if site not in sites)
        for c, part in landscape.components.items()
    }
    return _below(landscape, sites, (), _supported(landscape, runs))


def _loss(landscape: Landscape, what: _What) -> Loss:
    parts = landscape.components
    runs = _supported(
        landscape, {c: tuple(s for s in part.active if not what.breaks(c, s)) for c, part in parts.items()}
    )
    stops = _below(landscape, what.lost_sites, what.lost_links, runs)
    stays = _below(landscape, what.lost_sites, what.lost_links, _taken_over(landscape, what, runs)) if stops else ()
    return Loss(*what, stops, stays)


def _taken_over(landscape: Landscape, what: _What, runs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Where each component runs when each that runs nowhere any more runs at its standby, if that can."""

    def places(c: str, part: Component) -> tuple[str, ...]:
        lost = what.kind == "site" and part.standby == what.name
        if runs[c] or part.standby is None or not part.recover or lost:
            return runs[c]
        return (part.standby,)

    return _supported(landscape, {c: places(c, part) for c, part in landscape.components.items()})


def _supported(landscape: Landscape, runs: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Without what lacks something of `scope: site` beside it, until nothing more stops."""
    parts = landscape.components
    while True:
        left = {c: tuple(s for s in sites if _is_held(parts, runs, s, parts[c].needs)) for c, sites in runs.items()}
        if left == runs:
            return runs
        runs = left


def _is_held(parts: Mapping[str, Component], runs: Mapping[str, tuple[str, ...]], site: str, need: Need) -> bool:
    if isinstance(need, str):  # what is not for this site alone only lowers the level
        return parts[need].scope != "site" or site not in parts[need].at or site in runs[need]
    held = sum(_is_held(parts, runs, site, part) for part in need.of)
    match need:
        case All():
            return held == len(need.of)
        case Any():
            return held > 0
        case AtLeast(count=count):
            return held >= count


def _below(
    landscape: Landscape, sites: Collection[str], links: Collection[str], runs: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The services below their minimum without some sites and links; a point at a lost site gives nothing."""
    left = [link for name, link in landscape.links.items() if name not in links and not set(link.between) & set(sites)]
    levels = Untouched(landscape.sites, left, landscape.components, runs=runs)

    def falls(service: Service) -> bool:
        points = service.points.values()
        level = sum(p.weight * levels.level(p.at, p.needs) for p in points if p.at not in sites)
        return level < service.targets.mbco.millionths * sum(p.weight for p in points)

    return tuple(other for other in sorted(landscape.services) if falls(landscape.services[other]))


def only_people(landscape: Landscape, found: tuple[Loss, ...]) -> tuple[Only, ...]:
    """Teams, suppliers and skills without whom something that a service rests on does not come back, the scarcest first.

    A component counts for a team when every way in which it comes back after breaking takes somebody of it.
    """
    asked: dict[tuple[str, str], dict[str, int]] = {}
    stops: dict[str, set[str]] = {}
    for loss in found:
        if loss.kind == "component" and loss.stops:
            stops.setdefault(loss.name, set()).update(loss.stops)
    for c in stops:
        ways = list(_ways(landscape.components[c]))
        for key in always_asked(landscape.components[c]):
            asked.setdefault(key, {})[c] = min(way[key] for way in ways)
    rows = []
    for (team, skill), needs in sorted(asked.items()):
        crew = landscape.crews[team]
        groups: list[Shift | OnCall] = [*crew.roster, *([crew.on_call] if crew.on_call else [])]
        people = sorted({who for group in groups for who in group.skills.get(skill, ())}) if skill else []
        services = sorted({service for c in needs for service in stops[c]})
        there = crew.most_who(skill) if skill else crew.reachable
        rows.append(Only(team, skill, max(needs.values()), there, tuple(people), tuple(sorted(needs)), tuple(services)))
    return tuple(sorted(rows, key=lambda row: (row.spare, -len(row.services), row.team, row.skill)))


def always_asked(part: Component) -> frozenset[tuple[str, str]]:
    """The teams, each with a skill or '' for none, without whom a component comes back in no way when it breaks."""
    return frozenset(set.intersection(*(set(way) for way in _ways(part))))


def _ways(part: Component) -> Iterator[dict[tuple[str, str], int]]:
    """The ways in which a component comes back after breaking: for each the heads that it takes of teams and skills."""
    for strategy in part.recover:
        if strategy == "hot":
            yield _heads(part.switch, part.verify)
        else:
            yield _heads(part.precheck, part.restore if strategy == "cold" else None, part.start, part.verify)
    yield _heads(part.repair, restart_of(part)[0], part.verify)


def _heads(*steps: Step | Restore | None) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for step in steps:
        if step is None:
            continue
        for team, heads in step.by.items():
            for key in {(team, ""), (team, step.skills.get(team, ""))}:
                found[key] = max(found.get(key, 0), heads)
    return found
