"""Levels while nothing is hit: all sites, links and active deployments are up (`docs/semantics.md` section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drsim.model.landscape import Component, Link, Point, Service, Site
from drsim.model.needs import All, Any, AtLeast, Need, connected, leaves
from drsim.units import ONE

__all__ = ["Untouched"]


class Untouched:
    """The levels of a landscape of which nothing is lost, in millionths.

    `rooms`: how much room there is in pools, by (site, pool), where that is other than the sites say. `runs`: the sites where
    each component runs, where that is not where it is active.
    """

    def __init__(
        self,
        sites: Mapping[str, Site],
        links: Iterable[Link],
        components: Mapping[str, Component],
        rooms: Mapping[tuple[str, str], int] | None = None,
        runs: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.components = components
        self.runs = {name: part.active for name, part in components.items()} if runs is None else runs
        self.island = _islands(sites, links)
        self.rooms = {(name, pool): room.number for name, site in sites.items() for pool, room in site.pools.items()}
        self.rooms |= dict(rooms or {})
        self.levels = {(name, site): self._own(name, site) for name in components for site in self.runs[name]}
        order = [name for group in connected({name: part.needs for name, part in components.items()}) for name in group]
        lowered = True
        while lowered:  # from above, downwards until nothing changes: the greatest solution, also of circles
            lowered = False
            for name in order:
                for site in self.runs[name]:
                    level = min(self.levels[name, site], self.level(site, components[name].needs))
                    lowered |= level < self.levels[name, site]
                    self.levels[name, site] = level

    def _own(self, name: str, site: str) -> int:
        part = self.components[name]
        share = part.at[site].share.millionths
        for pool, demand in part.shares.items():
            if (site, pool) in self.rooms:
                share = min(share, self.rooms[site, pool] * ONE // demand.number)
        return share

    def seen(self, site: str, name: str) -> int:
        """The level of a component seen from a site."""
        part = self.components[name]
        if part.scope == "site":
            return self.levels.get((name, site), 0)
        near = (self.levels[name, other] for other in self.runs[name] if self.island[other] == self.island[site])
        return min(ONE, sum(near))

    def level(self, site: str, need: Need) -> int:
        """The level of a tree of needs seen from a site."""
        if isinstance(need, str):
            return self.seen(site, need)
        parts = sorted((self.level(site, part) for part in need.of), reverse=True)
        match need:
            case All():
                return min(parts, default=ONE)
            case Any():
                return parts[0]
            case AtLeast(count=count):
                return parts[count - 1]

    def service(self, service: Service) -> tuple[int, int]:
        """(sum of weight × level over its points, sum of weights)."""
        points = service.points.values()
        return sum(p.weight * self.level(p.at, p.needs) for p in points), sum(p.weight for p in points)

    def below(self, service: Service) -> bool:
        """Whether a service is below its minimum."""
        level, weight = self.service(service)
        return level < service.targets.mbco.millionths * weight

    def lowest(self, service: Service) -> tuple[str, Point, str]:
        """The point of a service whose level is lowest, with the direct need that is."""

        def low(pair: tuple[str, Point]) -> int:
            return self.level(pair[1].at, pair[1].needs)

        name, point = min(sorted(service.points.items()), key=low)
        return name, point, min(sorted(set(leaves(point.needs))), key=lambda need: self.seen(point.at, need))


def _islands(sites: Iterable[str], links: Iterable[Link]) -> dict[str, str]:
    """For each site the first by name of those that it reaches."""
    island = {site: site for site in sorted(sites)}
    for link in links:
        low, high = sorted(island[site] for site in link.between)
        if low != high:
            island = {site: low if group == high else group for site, group in island.items()}
    return island
