"""The level of needs at the start, before anything is hit: `docs/semantics.md` section 3, on documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drsim.testing.components import Components, active, is_local
from drsim.units import ONE

Levels = dict[tuple[str, str], int]
"""The level of each active deployment, in millionths."""


def least_level(known: Components, points: Iterable[tuple[str, list[Any]]]) -> int:
    """The least level of these points, each a site and what it needs."""
    components = known.components.values()
    if all(known.share(component, site) == ONE for component in components for site in component["at"]):
        return ONE
    levels = _levels(known)
    return min(_level(known, levels, site, needs) for site, needs in points)


def _levels(known: Components) -> Levels:
    """The greatest solution."""
    components = known.components
    levels = {(name, site): known.share(each, site) for name, each in components.items() for site in active(each)}
    needs = {name: known.needs(component) for name, component in components.items()}
    while True:
        lower = {
            (name, site): min(level, _level(known, levels, site, needs[name])) for (name, site), level in levels.items()
        }
        if lower == levels:
            return levels
        levels = lower


def _level(known: Components, levels: Levels, site: str, need: Any) -> int:
    """The level of a need seen from a site; a list is all of its needs."""
    if isinstance(need, str):
        component, island = known.components[need], known.places.island
        if is_local(component):
            return levels.get((need, site), 0)
        return min(ONE, sum(levels.get((need, at), 0) for at in component["at"] if island[at] == island[site]))
    if isinstance(need, list):
        return min((_level(known, levels, site, each) for each in need), default=ONE)
    rule = need["at_least"] if "at_least" in need else {"count": 1, "of": need["any"]}
    return sorted((_level(known, levels, site, each) for each in rule["of"]), reverse=True)[int(rule["count"]) - 1]
