"""Trees of needs (sections 3 and 4 of docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything

from drsim.model.needs import All, Any, AtLeast, Need
from drsim.units import ONE


def names(need: Need) -> set[str]:
    """Give the components that a tree names."""
    if isinstance(need, str):
        return {need}
    return {name for part in need.of for name in names(part)}


def holds(need: Need, counts: Callable[[str], bool]) -> bool:
    """Tell whether a tree holds when `counts` says which of its names do."""
    if isinstance(need, str):
        return counts(need)
    met = [holds(part, counts) for part in need.of]
    if isinstance(need, All):
        return all(met)
    if isinstance(need, Any):
        return any(met)
    assert isinstance(need, AtLeast)
    return sum(met) >= need.count


def level(need: Need, of: Callable[[str], int]) -> int:
    """Section 3: "all = least, any = greatest, k of n = the k-th greatest; an empty `all` is 1"."""
    if isinstance(need, str):
        return of(need)
    parts = sorted((level(part, of) for part in need.of), reverse=True)
    if isinstance(need, All):
        return min(parts, default=ONE)
    if isinstance(need, Any):
        return max(parts, default=0)
    assert isinstance(need, AtLeast)
    if need.count == 0:
        return ONE
    return parts[need.count - 1] if need.count <= len(parts) else 0


def below(edges: Mapping[str, set[str]], start: str) -> set[str]:
    """Give all that can be reached from a name over one edge or more."""
    seen: set[str] = set()
    todo = list(edges[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(edges[name])
    return seen


def circles(components: Mapping[str, Anything]) -> dict[str, set[str]]:
    """Give for each component those in the same circle of needs (each reaches the other)."""
    edges = {name: names(component.needs) for name, component in components.items()}
    under = {name: below(edges, name) for name in components}
    return {name: {mate for mate in under[name] if name in under[mate]} for name in components}
