"""Channels and services: where they are open, what they need, what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, below, extras, in_order, one_in, pick, several, some
from drsim.testing.components import Components
from drsim.testing.features import Features
from drsim.testing.levels import least_level
from drsim.testing.needs import leaves, tree
from drsim.testing.people import calendar
from drsim.testing.quantities import CALENDARS, law
from drsim.units import ONE

_MINIMA: Final = (ONE, 750_000, 500_000, 300_000, 100_000)
_SPLITS: Final = {1: (("100 %",),), 2: (("50 %", "50 %"), ("70 %", "30 %")), 3: (("50 %", "30 %", "20 %"),)}
_DEMANDS: Final = ("38/day", "5/hour", "100/week", "2500.5/year")
_OPEN: Final = CALENDARS[:-1]
_KEYS: Final = ("title", "targets", "open", "demand", "needs", "channels", "points", "verify", "due", "manual")


@dataclass
class Services:
    """The channels and services of a landscape."""

    given: Features
    known: Components
    channels: Document = field(default_factory=dict)
    services: Document = field(default_factory=dict)

    def sites_of(self, channel: str) -> list[str]:
        """Where a channel has its points."""
        content = self.channels[channel]
        return [content["at"]] if "at" in content else self.known.places.halls

    def needs_of(self, channel: str) -> list[Any]:
        """What a channel adds to the needs of a service."""
        return list(self.channels[channel].get("needs", ()))

    def candidates(self, sites: Iterable[str]) -> list[str]:
        """What something at all of these sites may need."""
        sites = list(sites)
        return [name for name in self.known.components if self.known.reached(sites, name)]

    def seen(self, service: Document) -> list[tuple[str, list[Any]]]:
        """The site of each point of a service, and what it needs."""
        own = service.get("needs", [])
        by_channel = [
            (site, [*own, *self.needs_of(channel)])
            for channel in service.get("channels", ())
            for site in self.sites_of(channel)
        ]
        listed = [
            (
                point["at"],
                [*own, *point.get("needs", ()), *(self.needs_of(point["channel"]) if "channel" in point else ())],
            )
            for point in service.get("points", {}).values()
        ]
        return by_channel + listed


@st.composite
def channel(draw: DrawFn, services: Services) -> None:
    """A channel."""
    channel: Document = {}
    places = services.known.places
    per = pick(draw, (None, "town hall", "municipality", "town hall") if places.halls else (None,))
    if per:
        channel["per"] = per
    if per != "town hall":
        channel["at"] = pick(draw, list(places.sites))
    sites = [channel["at"]] if "at" in channel else places.halls
    if one_in(draw, 2) and (needs := some(draw, services.candidates(sites), 1)):
        channel["needs"] = needs
    if services.given["calendars"] and one_in(draw, 4):
        channel["open"] = calendar(draw, _OPEN)
    if per == "town hall" and services.given["neighbours"] and len(sites) > 1 and one_in(draw, 3):
        channel["fallback"] = {sites[0]: pick(draw, sites[1:])}
    services.channels[f"channel-{len(services.channels) + 1}"] = channel


@st.composite
def service(draw: DrawFn, services: Services) -> None:
    """A service that is at or above its minimum at the start."""
    given, name = services.given, f"service-{len(services.services) + 1}"
    sites = list(services.known.places.sites)
    if not below(draw, 8):  # as plain as a component may be
        services.services[name] = {"points": {"point-1": {"at": sites[0]}}}
        return
    service: Document = {}
    channels = some(draw, list(services.channels), 3)
    if channels:
        service["channels"] = dict(zip(channels, pick(draw, _SPLITS[len(channels)]), strict=True))
        sites = sorted({site for channel in channels for site in services.sites_of(channel)})
    else:
        sites = [pick(draw, sites)]
    if needs := tree(draw, some(draw, services.candidates(sites)[::-1], 3), given["nested_needs"]):
        service["needs"] = needs
    if not channels:
        service["points"] = {}
        several(draw, _point(services, service, sites[0]), 1, given["max_points"])
        _neighbours(draw, given, service["points"])
    seen = services.seen(service)
    weights = {
        "open": given["calendars"],
        "demand": 2,
        "verify": given["verification"],
        "title": given["labels"],
        "targets": 2 * given["targets"],
        "manual": given["by_hand"],
        "due": given["due"],
    }
    targets: Document = {}
    for extra in extras(draw, weights, 2):
        match extra:
            case "open":
                service["open"] = calendar(draw, _OPEN)
            case "demand":
                service["demand"] = pick(draw, _DEMANDS)
            case "verify":
                service["verify"] = services.known.people.step(draw, places=dict.fromkeys(site for site, _ in seen))
            case "title":
                service["title"] = "Paspoort afhalen"
            case "targets":
                targets = _targets(draw, given)
            case "due":
                takes, begins = pick(draw, (("1 h", "4 h"), ("30 min", "30 min"), ("4 h", "1 d")))
                on = pick(draw, ("daily 12:00", "Mon-Fri 9:00", "Wed 16:00"))
                service["due"] = {"payday": {"on": on, "takes": takes, "begins": begins}}
            case "manual":
                service["manual"] = _manual(draw, given)
    level = least_level(services.known, seen)
    if level < ONE or (given["targets"] and one_in(draw, 6)):
        targets["mbco"] = f"{pick(draw, [least for least in _MINIMA if least <= level]) // 10_000} %"
    if targets:
        service["targets"] = targets
    services.services[name] = in_order(service, _KEYS)


@st.composite
def _point(draw: DrawFn, services: Services, service: Document, first: str) -> None:
    """A point of a service: the first at this site, others where all that the service needs is reached too."""
    given, known, points = services.given, services.known, service["points"]
    at = first
    if points:
        needs = set(leaves(service.get("needs", [])))
        at = pick(draw, [site for site in known.places.sites if all(known.reached([site], need) for need in needs)])
    channels = [
        name for name in services.channels if all(known.reached([at], need) for need in services.needs_of(name))
    ]
    point: Document = {"at": at}
    weights = {
        "needs": 1,
        "weight": 1,
        "municipality": bool(known.places.halls),
        "channel": bool(channels),
        "open": given["calendars"],
    }
    for extra in extras(draw, weights, 2):
        match extra:
            case "needs":
                point["needs"] = tree(draw, some(draw, services.candidates([at]), 2), given["nested_needs"])
            case "weight":
                point["weight"] = pick(draw, (2, 3, 1))
            case "municipality":
                point["municipality"] = pick(draw, known.places.halls)
            case "channel":
                point["channel"] = pick(draw, channels)
            case "open":
                point["open"] = calendar(draw, _OPEN)
    points[f"point-{len(points) + 1}"] = point


def _neighbours(draw: DrawFn, given: Features, points: Document) -> None:
    """Some points whose citizens may go to another."""
    for name in points if given["neighbours"] and len(points) > 1 and one_in(draw, 3) else ():
        if one_in(draw, 2):
            to = pick(draw, [other for other in points if other != name])
            points[name]["fallback"] = (
                to if one_in(draw, 3) else {"to": to, "share": pick(draw, ("40 %", "75 %", "100 %"))}
            )


def _manual(draw: DrawFn, given: Features) -> Document:
    """How it is served by hand."""
    manual: Document = {"after": law(draw, given), "level": pick(draw, ("40 %", "100 %", "75 %", "10 %"))}
    if one_in(draw, 2):
        manual["lasts"] = pick(draw, ("2 h", "30 min", "1 d"))
    if given["calendars"] and one_in(draw, 2):
        manual["open"] = calendar(draw, _OPEN)
    return manual


def _targets(draw: DrawFn, given: Features) -> Document:
    """Targets other than the minimum level."""
    options = {
        "rto": ("1 h", "30 min", "4 h", "1 d", *(("8 wh", "16 wh") if given["working_hours"] else ())),
        "rpo": ("1 h", "0 s", "1 d"),
        "mtpd": ("1 d", "3 d", "7 d"),
        "share": ("85 %", "50 %", "99.9 %"),
    }
    weights = {"rto": 2, "rpo": 1, "mtpd": 1, "share": 1}
    return in_order({name: pick(draw, options[name]) for name in extras(draw, weights, 1)}, list(options))
