"""What is tried in a bubble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, pick, some
from drsim.testing.components import active, is_local

_AFTER: Final = ("0 s", "1 h", "90 min", "4 h")
_LASTS: Final = (None, None, None, "2 h", "30 min")
_TEARDOWN: Final = ("20 min", "1 h", "0 s")


def trials(
    draw: DrawFn, landscape: Document, response: Document, disruptions: Document, teams: Sequence[str]
) -> Document:
    """The key of a scenario, or nothing where nothing could be tried; what does not go with it is left out then."""
    components = landscape["components"]
    sites = [site for site in landscape["sites"] if any(_is_inside(each, site) for each in components.values())]
    if not sites or any("corruption" in each for each in disruptions.values()):
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
    _leave_out(landscape, response)
    return {"tests": found}


def _is_inside(component: Document, site: str) -> bool:
    return active(component) == [site] and len(component["at"]) > 1


def _leave_out(landscape: Document, response: Document) -> None:
    """What a test is not drilled with."""
    landscape.pop("steps", None)
    for holder in (*landscape["components"].values(), *landscape.get("classes", {}).values()):
        for key in ("fails", "on_partition", "witness"):
            holder.pop(key, None)
    for each in (response, landscape.get("response", {})):
        for key in ("order", "failback"):
            each.pop(key, None)
