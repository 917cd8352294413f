"""The dependency graph: the only place that knows networkx."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import networkx as nx

from drsim.model.landscape import Landscape
from drsim.model.needs import Need, circles, leaves, without

__all__ = [
    "circle_of",
    "circle_order",
    "closure",
    "depths",
    "fewest_links",
    "inherited",
    "layers",
    "needs_graph",
    "priorities",
    "running_graph",
    "starting_needs",
    "topmost",
]

Node = TypeVar("Node", bound=Hashable)


def circle_of(landscape: Landscape) -> dict[str, frozenset[str]]:
    """For each component the other components of its circle of `needs`, itself left out; empty for most."""
    mates: dict[str, frozenset[str]] = dict.fromkeys(landscape.components, frozenset())
    for circle in circles({name: component.needs for name, component in landscape.components.items()}):
        for name in circle:
            mates[name] = circle - {name}
    return mates


def starting_needs(landscape: Landscape) -> dict[str, Need]:
    """What each component starts after: as written, or its needs, where circle mates (and itself) count as met."""
    mates = circle_of(landscape)
    return {
        name: component.starts_after
        if component.starts_after is not None
        else without(component.needs, mates[name] | {name})
        for name, component in landscape.components.items()
    }


def needs_graph(landscape: Landscape) -> nx.DiGraph[str]:
    """Components and what they need or start after: an edge runs from the needer to the needed."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(landscape.components))
    starts = starting_needs(landscape)
    for name, component in landscape.components.items():
        graph.add_edges_from((name, other) for need in (component.needs, starts[name]) for other in leaves(need))
    return graph


def running_graph(landscape: Landscape) -> nx.DiGraph[str]:
    """The same by `needs` alone."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(landscape.components))
    graph.add_edges_from(
        (name, other) for name, component in landscape.components.items() for other in leaves(component.needs)
    )
    return graph


def depths(starts: Mapping[str, Need]) -> dict[str, int]:
    """The longest chain of `starts_after` below each component; 0 for what starts after nothing."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(starts)
    graph.add_edges_from((other, name) for name, need in starts.items() for other in leaves(need))
    depth: dict[str, int] = {}
    for name in nx.topological_sort(graph):
        depth[name] = max((depth[below] + 1 for below in graph.predecessors(name)), default=0)
    return depth


def closure(graph: nx.DiGraph[str], names: Iterable[str]) -> frozenset[str]:
    """The names and everything that they rest on."""
    found: set[str] = set()
    for name in names:
        if name not in found:
            found.add(name)
            found |= nx.descendants(graph, name)
    return frozenset(found)


def priorities(landscape: Landscape, graph: nx.DiGraph[str], none: int) -> dict[str, int]:
    """The tightest RTO (ms, working hours counted as hours) among the services above each component; `none` without one."""
    tightest = dict.fromkeys(landscape.components, none)
    for service in landscape.services.values():
        if service.targets.rto is None:
            continue
        direct = {name for point in service.points.values() for name in leaves(point.needs)}
        for name in closure(graph, direct):
            tightest[name] = min(tightest[name], service.targets.rto.ms)
    return tightest


def circle_order(edges: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """Groups of nodes, each after what it depends on; a group of several (or one that depends on itself) is a circle.

    `edges` leads from a node to what it depends on.
    """
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_nodes_from(edges)
    graph.add_edges_from((node, below) for node, others in edges.items() for below in others)
    position = {node: index for index, node in enumerate(edges)}
    condensed = nx.condensation(graph)
    order = list(nx.topological_sort(condensed))
    return [sorted(condensed.nodes[group]["members"], key=position.__getitem__) for group in reversed(order)]


def layers(landscape: Landscape) -> dict[str, int]:
    """How far below the services each component lies: the longest chain of needs above it; a circle is one layer.

    0 for what no component needs.
    """
    condensed = nx.condensation(running_graph(landscape))
    layer: dict[int, int] = {}
    for group in nx.topological_sort(condensed):
        layer[group] = max((layer[above] + 1 for above in condensed.predecessors(group)), default=0)
    return {name: layer[group] for group in condensed for name in sorted(condensed.nodes[group]["members"])}


def inherited(landscape: Landscape) -> dict[str, tuple[str, ...]]:
    """For each component a shortest path of needs down to it from one with the highest availability class that rests on it.

    The path ends with the component itself, and is nothing else where nothing with a class rests on it. What rests on it may have
    another way (`any`): it counts as resting on it.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(landscape.components))
    graph.add_edges_from(sorted(running_graph(landscape).edges))
    paths: dict[str, tuple[str, ...]] = {}
    for level in (3, 2, 1):
        ends: deque[tuple[str, ...]] = deque()
        ends.extend((name,) for name in graph if landscape.components[name].availability == level)
        while ends:
            path = ends.popleft()
            for name in graph.successors(path[-1]):
                if name not in paths and name not in path:  # one that has a path already leads to no higher class
                    paths[name] = (*path, name)
                    ends.append(paths[name])
    return {name: paths.get(name, (name,)) for name in graph}


def fewest_links(landscape: Landscape, one: str, other: str) -> tuple[str, ...]:
    """The links, by name and as few as may be, without which two sites do not reach each other; none if they never do."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(landscape.sites))
    for name in sorted(landscape.links):
        a, b = landscape.links[name].between
        graph.add_edge(a, b, capacity=graph.get_edge_data(a, b, {"capacity": 0})["capacity"] + 1)
    _, (near, _) = nx.minimum_cut(graph, one, other)
    return tuple(name for name in sorted(landscape.links) if len(near & set(landscape.links[name].between)) == 1)


def topmost(graph: nx.DiGraph[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that no other of them rests on, by name; of a circle all stay."""
    given = sorted(set(names))
    below = {name: nx.descendants(graph, name) for name in given}
    return tuple(
        name
        for name in given
        if not any(name in below[other] and other not in below[name] for other in given if other != name)
    )
