"""Copies that are behind: first the line or the standby is out, then what is copied over it."""

from __future__ import annotations

from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, pick
from drsim.testing.components import active
from drsim.testing.features import ScenarioFeatures

_OUT: Final = ("1 d", "2 h", "4 h", "90 min")
_AFTER: Final = ("2 h", "1 h", "3 h", "4 h")
_LOST: Final = ("1 d", "2 h")


def behind(draw: DrawFn, landscape: Document, disruptions: Document, given: ScenarioFeatures) -> None:
    """Add two disruptions, in the place of the last ones if they would be too many, if something is replicated."""
    pairs = [
        (name, site, copy["at"])
        for name, each in landscape["components"].items()
        for copy in each.get("copies", {}).values()
        if copy["kind"] in ("synchronous", "asynchronous") and each["at"].get(copy["at"], "active") != "active"
        for site in active(each)
    ]
    most = given["max_disruptions"] - 2
    if most < 0 or not pairs or not given["site_outages"] or not one_in(draw, 3):
        return
    for last in list(disruptions)[most:]:
        del disruptions[last]
    name, here, there = pick(draw, pairs)
    links = [link for link, each in landscape.get("links", {}).items() if there in each["between"]]
    outages: list[Document] = [{"link": link} for link in links if given["link_outages"]] or [{"site": there}]
    losses: list[Document] = [{"site": here}]
    if given["component_outages"]:
        losses.append({"component": name})
    first, second = pick(draw, [*outages, {"site": there}]), pick(draw, losses)
    more = {"after": "1 h"} if one_in(draw, 2) else {}
    number = len(disruptions)
    disruptions[f"outage-{number + 1}"] = first | more | {"lasts": pick(draw, _OUT)}
    disruptions[f"outage-{number + 2}"] = second | {"after": pick(draw, _AFTER), "lasts": pick(draw, _LOST)}
