"""The levels of service at one instant, from the flags alone (section 3 of docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drsim.model.scenario import Scenario
from drsim.units import ONE
from reference import network, trees

Flag = tuple[str, ...]
Group = tuple[str, str, str]
"""What is measured as one: a service, "", ""; a service, a municipality, ""; or a service, "", a point."""


@dataclass
class Levels:
    """In millionths, by component and site, and by service and point; and for each group of points their weighted sum."""

    deployment: dict[tuple[str, str], int]
    point: dict[tuple[str, str], int]
    weighted: dict[Group, int]
    """sum(weight × level)"""
    weight: dict[Group, int]
    """sum(weight)"""
    at_minimum: dict[Group, bool]
    full: dict[Group, bool]


def initial(scenario: Scenario) -> dict[Flag, bool]:
    """Section 2: "At the start every active deployment is started, everything is checked and trusted"."""
    land = scenario.landscape
    flags: dict[Flag, bool] = {("site", s): True for s in land.sites} | {("link", x): True for x in land.links}
    for c, component in land.components.items():
        for s, standing in component.at.items():
            flags["on", c, s] = standing.role == "active"
            if component.verify is not None:
                flags["checked", c, s] = True
    for service_name, service in land.services.items():
        for point_name, point in service.points.items():
            for c in trees.names(point.needs) if service.verify is not None else ():
                if land.components[c].verify is None:
                    for s in land.components[c].at:
                        flags["trusted", service_name, point_name, c, s] = True
    return flags


def groups(scenario: Scenario) -> dict[Group, list[str]]:
    """Give the points of each service, of each service in each municipality, and each point alone."""
    found: dict[Group, list[str]] = {}
    for service_name, service in sorted(scenario.landscape.services.items()):
        for point_name, point in sorted(service.points.items()):
            for municipality in sorted({"", point.municipality or ""}):
                found.setdefault((service_name, municipality, ""), []).append(point_name)
            found[service_name, "", point_name] = [point_name]
    return found


def levels(
    scenario: Scenario, flags: Mapping[Flag, bool], given: Mapping[tuple[str, str], int] | None = None
) -> Levels:
    """Work out all levels from the flags of one instant; those that are given are so."""
    land = scenario.landscape
    deployments = deployment_levels(scenario, flags, given or {})
    reached = reached_now(scenario, flags)

    def of_point(service_name: str, point_name: str) -> int:
        """0 while its site is down, else its needs seen from there, counting only what is checked or trusted."""
        point = land.services[service_name].points[point_name]
        if not flags["site", point.at]:
            return 0

        def counts(c: str, s: str) -> bool:
            if land.components[c].verify is not None:
                return flags["checked", c, s]
            if land.services[service_name].verify is not None:
                return flags["trusted", service_name, point_name, c, s]
            return True

        return trees.level(point.needs, lambda c: seen(scenario, deployments, reached, c, point.at, counts))

    by_point = {
        (service_name, point_name): of_point(service_name, point_name)
        for service_name, service in land.services.items()
        for point_name in service.points
    }
    weighted, weight, at_minimum, full = {}, {}, {}, {}
    for group, members in groups(scenario).items():
        service = land.services[group[0]]
        weighted[group] = sum(service.points[name].weight * by_point[group[0], name] for name in members)
        weight[group] = sum(service.points[name].weight for name in members)
        at_minimum[group] = weighted[group] >= service.targets.mbco.millionths * weight[group]
        full[group] = weighted[group] == ONE * weight[group]
    return Levels(deployments, by_point, weighted, weight, at_minimum, full)


def reached_now(scenario: Scenario, flags: Mapping[Flag, bool]) -> set[tuple[str, str]]:
    land = scenario.landscape
    up_sites = {s for s in land.sites if flags["site", s]}
    up_links = {x for x in land.links if flags["link", x]}
    return network.reached(land.links, up_sites, up_links)


def deployment_levels(
    scenario: Scenario, flags: Mapping[Flag, bool], given: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Section 3: "members start at 1 and are lowered until nothing changes"; what is not on has level 0."""
    land = scenario.landscape
    reached = reached_now(scenario, flags)
    levels = {(c, s): ONE if flags["on", c, s] else 0 for c in land.components for s in land.components[c].at}
    levels |= given
    while True:
        lower = {
            (c, s): min(own_share(scenario, c, s), needs_level(scenario, levels, reached, c, s)) if level else 0
            for (c, s), level in levels.items()
        } | given
        if lower == levels:
            return levels
        levels = lower


def own_share(scenario: Scenario, c: str, s: str) -> int:
    """Section 3: "the `share` of its standing, and for each pool that it `shares` at most capacity / demand"."""
    component, pools = scenario.landscape.components[c], scenario.landscape.sites[s].pools
    share = component.at[s].share.millionths
    for pool, demand in component.shares.items():
        capacity = pools[pool].number if pool in pools else 0
        if demand.number:
            share = min(share, capacity * ONE // demand.number)
    return min(ONE, share)


def needs_level(
    scenario: Scenario, levels: Mapping[tuple[str, str], int], reached: set[tuple[str, str]], c: str, s: str
) -> int:
    needs = scenario.landscape.components[c].needs
    return trees.level(needs, lambda need: seen(scenario, levels, reached, need, s, lambda *_: True))


def seen(
    scenario: Scenario,
    levels: Mapping[tuple[str, str], int],
    reached: set[tuple[str, str]],
    c: str,
    s: str,
    counts: Callable[[str, str], bool],
) -> int:
    """Section 3: the level of a component seen from a site, over those of its deployments that count."""
    component = scenario.landscape.components[c]
    if component.scope == "site":
        there = [s] if s in component.at and (s, s) in reached else []
    else:
        there = [at for at in component.at if (s, at) in reached]
    return min(ONE, sum(levels[c, at] for at in there if counts(c, at)))
