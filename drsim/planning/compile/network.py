"""Needs as counters and as trees."""

from __future__ import annotations

from collections.abc import Mapping

from drsim.model.needs import All, Any, AtLeast, Need
from drsim.planning.plan import Tree


class Network:
    """The readiness nodes while they are being made."""

    def __init__(self) -> None:
        self.short: list[int] = []
        self.up: list[list[int]] = []
        self.owner: list[int] = []

    def node(self, needed: int, owner: int = 0) -> int:
        """Add a counter that is well when so many of what it counts are; gives its place."""
        self.short.append(needed)
        self.up.append([])
        self.owner.append(owner)
        return len(self.short) - 1

    def tree(self, need: Need | None, view: Mapping[str, int], owner: int) -> int:
        """The node of a tree of needs; names that `view` lacks count as met."""
        needed, parts = parts_of(need)
        node = self.node(needed, owner)
        for part in parts:
            child = view.get(part) if isinstance(part, str) else self.tree(part, view, 0)
            if child is None or self.short[child] <= 0:  # met from the start, and for ever
                self.short[node] -= 1
            else:
                self.up[child].append(node)
        return node


def parts_of(need: Need | None) -> tuple[int, tuple[Need, ...]]:
    """How many are needed, of which."""
    match need:
        case None:
            return 0, ()
        case All(of=of):
            return len(of), tuple(of)
        case Any(of=of):
            return 1, tuple(of)
        case AtLeast(count=count, of=of):
            return count, tuple(of)
        case _:
            return 1, (need,)


def tree_of(need: Need, leaf: Mapping[str, int]) -> Tree:
    """A tree of needs over numbers."""
    if isinstance(need, str):
        return leaf[need]
    needed, parts = parts_of(need)
    return needed, tuple(tree_of(part, leaf) for part in parts)
