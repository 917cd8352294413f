"""Reaching, routes and fair shares, each worked out from nothing every time (sections 3 and 8 of docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any as Anything

Route = tuple[str, ...]


def neighbours(links: Mapping[str, Anything], site: str) -> list[tuple[str, str]]:
    """Give (link, other site) for each link at a site, by name."""
    found = []
    for name in sorted(links):
        one, other = links[name].between
        if site == one:
            found.append((name, other))
        if site == other:
            found.append((name, one))
    return found


def reached(links: Mapping[str, Anything], up_sites: Set[str], up_links: Set[str]) -> set[tuple[str, str]]:
    """Section 3: "both are up and a path of up links over up sites joins them; an up site reaches itself"."""
    pairs = set()
    up = {name: links[name] for name in up_links}
    for start in up_sites:
        seen, todo = {start}, [start]
        while todo:
            for _, site in neighbours(up, todo.pop()):
                if site in up_sites and site not in seen:
                    seen.add(site)
                    todo.append(site)
        pairs |= {(start, site) for site in seen}
    return pairs


def route(
    links: Mapping[str, Anything], up_sites: Set[str], up_links: Set[str], store: str, target: str
) -> Route | None:
    """Section 8: "the fewest links, then the greatest smallest bandwidth, then the first by the names of its links"."""
    if store not in up_sites or target not in up_sites:
        return None
    up = {name: links[name] for name in up_links}
    paths: list[tuple[str, Route]] = [(store, ())]
    seen: set[str] = set()
    while paths:
        arrived = [path for site, path in paths if site == target]
        if arrived:
            return min(arrived, key=lambda path: (-min((links[x].bandwidth.per_second for x in path), default=0), path))
        seen |= {site for site, _ in paths}
        paths = [
            (other, (*path, link))
            for site, path in paths
            for link, other in neighbours(up, site)
            if other in up_sites and other not in seen
        ]
    return None


def fair_shares(
    flows: Mapping[Anything, tuple[int, Route | None]], bandwidth: Mapping[str, int]
) -> dict[Anything, int]:
    """Section 8: "all links are filled at once, floor(residual / flows), and the flows at the smallest ... first".

    A flow is (limit, route); a flow without a route has rate 0, one within a site (an empty route) its limit.
    """
    rates = {flow: 0 for flow, (_, path) in flows.items() if path is None}
    residual = dict(bandwidth)
    while len(rates) < len(flows):
        rest = {flow: (limit, path or ()) for flow, (limit, path) in flows.items() if flow not in rates}
        users = {link: sum(link in path for _, path in rest.values()) for link in residual}
        share = {link: residual[link] // users[link] for link in residual if users[link]}
        most = {flow: min([limit, *(share[link] for link in path)]) for flow, (limit, path) in rest.items()}
        smallest = min(most.values())
        for flow in [flow for flow in rest if most[flow] == smallest]:
            rates[flow] = smallest
            for link in rest[flow][1]:
                residual[link] -= smallest
    return rates
