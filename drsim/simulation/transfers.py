"""Transfers over shared links: routes, and max-min fair rates in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from drsim.planning.plan import Structure
from drsim.simulation.clock import Work

__all__ = ["Flow", "fair_rates", "route"]


class Flow:
    """A transfer under way: `left` milli-bytes at the instant `since`, at `rate` bytes per second.

    Or what starts at once on a pool: `left` thousandths of item-milliseconds, at `rate` thousandths of an item; the pool is
    the link, it has no source, and its row does not end before `earliest`.
    """

    __slots__ = ("earliest", "empty", "end", "left", "limit", "links", "rate", "row", "since", "source", "target")

    def __init__(self, row: Work, left: int, limit: int, source: int, target: int) -> None:
        self.row = row
        self.left = left
        self.limit = limit
        self.source = source
        self.target = target
        self.links: tuple[int, ...] | None = None
        self.rate = 0
        self.since = 0
        self.end = -1
        self.earliest = -1
        self.empty = -1
        """when nothing is left"""

    def again(self, row: Work) -> Flow:
        """A copy for another row."""
        new = copy(self)
        new.row = row
        return new


def route(
    structure: Structure,
    bandwidth: Sequence[int],
    site_up: Sequence[bool],
    link_up: Sequence[bool],
    source: int,
    target: int,
) -> tuple[int, ...] | None:
    """The links from source to target: fewest, then the greatest smallest bandwidth, then first by name; None without a path."""
    if not (site_up[source] and site_up[target]):
        return None
    if source == target:
        return ()
    paths: list[tuple[tuple[int, ...], int]] = [((), source)]
    seen = {source}
    while paths:
        longer = []
        for links, place in paths:
            for index, (_, a, b) in enumerate(structure.links):
                other = b if place == a else a if place == b else -1
                if other >= 0 and other not in seen and site_up[other] and link_up[index]:
                    longer.append(((*links, index), other))
        arrived = [links for links, place in longer if place == target]
        if arrived:
            return min(
                arrived, key=lambda links: (-min(bandwidth[i] for i in links), [structure.links[i][0] for i in links])
            )
        seen.update(place for _, place in longer)
        paths = longer
    return None


def fair_rates(flows: Sequence[Flow], bandwidth: Sequence[int]) -> list[int]:
    """Max-min fair rates by water-filling in whole bytes per second; 0 without a route.

    All links and limits are looked at together; the flows at the smallest are fixed first (Bertsekas and Gallager, Data Networks, 6.5.2).
    """
    rates = [0] * len(flows)
    open_flows = {index for index, flow in enumerate(flows) if flow.links is not None}
    left = {link: bandwidth[link] for index in open_flows for link in flows[index].links or ()}
    while open_flows:
        users = {link: [i for i in open_flows if link in (flows[i].links or ())] for link in left}
        share = {link: left[link] // len(who) for link, who in users.items() if who}
        bound = {i: min([flows[i].limit, *(share[link] for link in flows[i].links or ())]) for i in open_flows}
        least = min(bound.values())
        fixed = [i for i in open_flows if bound[i] == least]
        for index in fixed:
            rates[index] = least
            for link in flows[index].links or ():
                left[link] -= least
        open_flows.difference_update(fixed)
    return rates
