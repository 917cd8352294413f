"""What is tried in a bubble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, pick, some
from drsim.testing.components import active, is_local

_AFTER: Final = ("0 s", "1 h", "90 min", "4 h")
_LASTS: Final = (None, None, None, "2 h", "30 min")
_OF_RESPONSE: Final = ("order", "failback")
_TEARDOWN: Final = ("20 min", "1 h", "0 s")


def trials(
    draw: DrawFn,
    landscape: Document,
    response: Document,
    disruptions: Document,
    teams: Sequence[str],
    *,
    may_change: bool,
) -> Document:
    """The key of a scenario, or nothing where nothing could be tried.

    What does not go with it is left out of the landscape, if that may be changed.
    """
    components = landscape["components"]
    sites = [site for site in landscape["sites"] if any(_is_inside(each, site) for each in components.values())]
    if not sites or any("corruption" in each for each in disruptions.values()):
        return {}
    if _is_apart(landscape) or (not may_change and _left_out(landscape)):
        return {}
    found: Document = {"site": pick(draw, sites)}
    after, lasts = pick(draw, _AFTER), pick(draw, _LASTS)
    if after != _AFTER[0]:
        found["after"] = after
    if lasts is not None:
        found["lasts"] = lasts
    outside = [n for n, each in components.items() if not _is_inside(each, found["site"]) and not is_local(each)]
    if outside:
        found["stand_ins"] = some(draw, outside, 2) if one_in(draw, 3) else outside
    found["teardown"] = {"takes": pick(draw, _TEARDOWN)}
    if (team := pick(draw, (None, *teams, *teams))) is not None:
        found["teardown"]["by"] = team
    for mapping, key in [*_left_out(landscape), *((response, key) for key in _OF_RESPONSE)]:
        mapping.pop(key, None)
    return {"tests": found}


def _is_inside(component: Document, site: str) -> bool:
    return active(component) == [site] and len(component["at"]) > 1


def _is_apart(landscape: Document) -> bool:
    """Whether something is there that a test is not drilled with, and that other things are said about."""
    holders = [*landscape["components"].values(), *landscape.get("classes", {}).values()]
    ships = (copy for each in holders for copy in each.get("copies", {}).values() if "ships" in copy)
    return "consistency_groups" in landscape or any("sheddable" in each for each in holders) or any(ships)


def _left_out(landscape: Document) -> list[tuple[Document, str]]:
    """What a test is not drilled with: keys, each with the mapping in which it is."""
    holders = [*landscape["components"].values(), *landscape.get("classes", {}).values()]
    found = [(holder, key) for holder in holders for key in ("fails", "on_partition", "witness")]
    found += [(landscape.get("response", {}), key) for key in _OF_RESPONSE]
    return [(mapping, key) for mapping, key in [*found, (landscape, "steps")] if key in mapping]
