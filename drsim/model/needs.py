"""Needs: trees of names that say what it takes to run or to start."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class All:
    """All of them are needed; of none of them: nothing is needed."""

    of: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One of them is enough."""

    of: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of them are needed."""

    count: int
    """From 1 up to how many there are."""
    of: tuple[Need, ...]


Need: TypeAlias = str | All | Any | AtLeast
"""A name or a tree of names."""
NOTHING = All()
"""The need that is always met."""


def leaves(need: Need) -> Iterator[str]:
    """Give the names in the tree, with repeats, in order."""
    if isinstance(need, str):
        yield need
    else:
        for part in need.of:
            yield from leaves(part)


def without(need: Need, met: Collection[str]) -> Need:
    """Give what is left to be met when these names count as met; `NOTHING` when that is all."""
    if isinstance(need, str):
        return NOTHING if need in met else need
    left = [part for part in (without(part, met) for part in need.of) if part != NOTHING]
    done = len(need.of) - len(left)
    match need:
        case All():
            return All(tuple(left))
        case Any():
            return NOTHING if done else Any(tuple(left))
        case AtLeast(count=count):
            return AtLeast(count - done, tuple(left)) if count > done else NOTHING


def tidied(need: Need) -> Need:
    """Give the tree with `All` in `All` made one, and without repeats in it; it means the same."""
    if isinstance(need, str):
        return need
    parts = [tidied(part) for part in need.of]
    match need:
        case All():
            flat = [inner for part in parts for inner in (part.of if isinstance(part, All) else (part,))]
            return All(tuple(dict.fromkeys(flat)))
        case Any():
            return Any(tuple(parts))
        case AtLeast(count=count):
            return AtLeast(count, tuple(parts))


def circles(needs: Mapping[str, Need]) -> list[frozenset[str]]:
    """Find the names that need each other in a circle, or themselves: strongly connected components (Tarjan 1972).

    Names that are no key of `needs` need nothing. The circles come in the order in which they are closed: one that is
    needed by another comes first.
    """
    edges = {name: list(dict.fromkeys(leaf for leaf in leaves(need) if leaf in needs)) for name, need in needs.items()}
    return [found for found in _connected(edges) if len(found) > 1 or any(name in edges[name] for name in found)]


def connected(needs: Mapping[str, Need]) -> list[frozenset[str]]:
    """Give all names, those of a circle together; what is needed comes before what needs it."""
    return list(_connected({name: [leaf for leaf in leaves(need) if leaf in needs] for name, need in needs.items()}))


def _connected(edges: Mapping[str, list[str]]) -> Iterator[frozenset[str]]:
    """Give all strongly connected components; without recursion, since chains of needs may be long."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: dict[str, None] = {}
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack[root] = None
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack[other] = None
                    work.append((other, iter(edges[other])))
                    break
                if other in stack:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    yield _unwind(stack, name)


def _unwind(stack: dict[str, None], name: str) -> frozenset[str]:
    found = set()
    while name not in found:
        found.add(stack.popitem()[0])
    return frozenset(found)
