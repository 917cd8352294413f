"""What is tried in a bubble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, pick, some
from drsim.testing.components import active, is_local
from drsim.testing.needs import leaves

_AFTER: Final = ("0 s", "1 h", "90 min", "4 h")
_LASTS: Final = (None, None, "30 min", "2 h")
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
    _freed(draw, landscape, found)
    for mapping, key in [*_left_out(landscape), *((response, key) for key in _OF_RESPONSE)]:
        mapping.pop(key, None)
    return {"tests": found}


def _freed(draw: DrawFn, landscape: Document, found: Document) -> None:
    """What it is about, and who and what is there for it and nothing else."""
    if one_in(draw, 4) and (services := _covered(landscape, found["site"])):
        found["covers"] = some(draw, services, 1)
    if one_in(draw, 3):
        crews = {**landscape.get("teams", {}), **landscape.get("suppliers", {})}
        frees = {name: pick(draw, range(1, most + 1)) for name, each in crews.items() if (most := _heads(each))}
        for name in [name for name in frees if name != found["teardown"].get("by") and one_in(draw, 3)]:
            del frees[name]
        if found["teardown"].get("by", next(iter(frees), None)) in frees:
            found["frees"] = frees
    pools = {name: site["pools"] for name, site in landscape["sites"].items() if site.get("pools")}
    if pools and one_in(draw, 3):
        found["room"] = {}
        for name, each in pools.items():
            room = {pool: pick(draw, range(1, most + 1)) for pool, size in each.items() if (most := _number(size))}
            if room and not one_in(draw, 4):
                found["room"][name] = room


def _heads(team: Document) -> int:
    """How many of a team can certainly be freed."""
    return 0 if "shifts" in team else _number(team.get("people", 1))


def _number(count: Any) -> int:
    """A count as the notation writes it; 0 for one that is not simply a number, perhaps with a source."""
    text = str(count).split("{")[0].strip()
    return int(text) if text.isdigit() else 0


def _covered(landscape: Document, site: str) -> list[str]:
    """Services of which a point elsewhere needs something that has a twin."""
    twins = {name for name, each in landscape["components"].items() if _is_inside(each, site)}
    return [
        name
        for name, service in landscape.get("services", {}).items()
        if any(
            point.get("at", site) != site
            and not twins.isdisjoint(leaves([service.get("needs", []), point.get("needs", [])]))
            for point in service.get("points", {}).values()
        )
    ]


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
