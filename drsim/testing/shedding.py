"""What may be stopped to make room for what is planned."""

from __future__ import annotations

from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, below, one_in, pick, some
from drsim.testing.components import Components, roles
from drsim.testing.failing import failing
from drsim.testing.people import UNTIL_IT_WORKS

_NAMES: Final = ("test-1", "test-2", "test-3")


def sheddable(draw: DrawFn, known: Components) -> None:
    """Add up to three at a site where something comes that takes room there, as far as there are components left."""
    planned = [each for each in known.components.values() if {"warm", "cold"} & set(roles(each).values())]
    if not planned:
        return
    _take_room(draw, known, pick(draw, planned))
    sites = [
        site
        for each in planned
        for site, role in roles(each).items()
        if role in ("warm", "cold") and "hosts" in each.get("uses", {}) and known.room(site) > 0
    ]
    for name in _NAMES[: known.given["max_components"] - len(known.components)]:
        if not sites or one_in(draw, 3):
            return
        site = pick(draw, sites)
        if room := known.room(site):
            known.components[name] = _one(draw, known, site, room)


def _take_room(draw: DrawFn, known: Components, component: Document) -> None:
    """Let something that comes use room, if it says nothing about that."""
    if {"uses", "shares"} & component.keys():
        return
    for site, role in roles(component).items():
        known.places.pool(draw, site, "hosts", (4, 3, 2) if role == "active" else (2, 3, 1))
    most = min(known.room(site) for site, role in roles(component).items() if role == "active")
    if most:
        component["uses"] = {"hosts": 1 + below(draw, min(most, 2))}


def _one(draw: DrawFn, known: Components, site: str, room: int) -> Document:
    given, people = known.given, known.people
    found: Document = {"at": {site: "active"}}
    lower = [other for other in known.components if known.may_need(found, other)]
    if needs := some(draw, lower, 1):
        found["needs"] = needs
    found["uses"] = {"hosts": room - below(draw, room) if one_in(draw, 3) else room}
    if below(draw, 3):
        found["stop"] = people.step(draw)
    found["sheddable"] = True
    form = below(draw, 4)
    if form == 1 and given["automatic"]:
        found["restart"] = {"automatic": True, **people.step(draw, by="nobody", works=UNTIL_IT_WORKS)}
    elif form:
        found["restart"] = people.step(draw, works=UNTIL_IT_WORKS)
    if given["repairs"] and one_in(draw, 3):
        found["repair"] = people.step(draw, works=UNTIL_IT_WORKS)
    if given["verification"] and one_in(draw, 4):
        found["verify"] = people.step(draw)
    if given["fails"] and one_in(draw, 6):
        found["fails"] = failing(draw, given, repairable="repair" in found)
    return found
