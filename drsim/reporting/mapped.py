"""A landscape as a page: its layers, what inherits a higher class, and what alone stops a service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from drsim.reporting.page import MARGIN, Cell, Page

if TYPE_CHECKING:
    from drsim.planning.alone import Loss, Only
    from drsim.studies.overview import Overview

__all__ = ["counts", "mapped"]

NAME = 26
NUMBER = 12
SHOWN = 6
"""Names of services in a paragraph; the rest are counted."""


def mapped(overview: Overview, page: Page | None = None, command: str = "") -> Page:
    """Draw the page; `command` is what to type for a picture."""
    page = Page() if page is None else page
    land = overview.landscape
    page.two_sided(land.title or "Landscape", counts(overview))
    page.blank()
    _layers(overview, page)
    _sites(overview, page)
    _alone(overview, page)
    _people(overview.people, page)
    _heirs(overview, page)
    if command:
        page.blank()
        page.say(f"A picture of it: {command}", indent=1, hang=2)
    return page


def counts(overview: Overview) -> str:
    """How many services and components are shown."""
    if len(overview.services) == 1 < len(overview.landscape.services):
        return f"what {overview.services[0]} rests on: {_many(len(overview.components), 'component')}"
    return f"{_many(len(overview.services), 'service')} on {_many(len(overview.components), 'component')}"


def _layers(overview: Overview, page: Page) -> None:
    page.heading(
        "LAYERS", "the longest chain of needs from the top; each needs something of a lower layer, if anything"
    )
    for depth, names in enumerate(overview.layers, 1):
        page.label(f"{depth:>2}", ", ".join(names), hang=4)
    if overview.unnoticed:
        page.label("under no service", ", ".join(overview.unnoticed), label_style="magenta", hang=4)
    page.blank()


def _sites(overview: Overview, page: Page) -> None:
    parts = overview.landscape.components
    page.heading("SITES", "how many of these components stand there")
    for site in sorted(overview.landscape.sites):
        roles = [parts[name].at[site].role for name in overview.components if site in parts[name].at]
        if roles:
            counted = [f"{roles.count(role)} {role}" for role in ("active", "hot", "warm", "cold") if role in roles]
            page.row([Cell(site, NAME), Cell(", ".join(counted), page.width - MARGIN - NAME - 1)])
    page.blank()


def _alone(overview: Overview, page: Page) -> None:
    page.heading("SINGLE POINTS OF FAILURE", "lost alone, they stop a service that no standby brings back")
    for_good = [(_named(loss), loss.stays) for loss in overview.losses if loss.stays]
    _losses(for_good, page)
    for_now = [(_named(loss), loss.stops) for loss in overview.losses if not loss.stays]
    if for_now:
        page.heading("UNTIL A STANDBY HAS TAKEN OVER", "lost alone, they stop a service until then")
        _losses(for_now, page)


def _named(loss: Loss) -> str:
    return f"{loss.kind} {loss.name}{f' at {loss.site}' if loss.site else ''}"


def _losses(losses: Sequence[tuple[str, Sequence[str]]], page: Page) -> None:
    """What stops, how many services, and which: as many as there is room for."""
    if not losses:
        page.say("none")
    name = min(page.width // 2, max([0, *(cell_len(page.clean(what)) for what, _ in losses)]))
    width = page.width - MARGIN - name - NUMBER - 2
    for what, services in losses:
        texts = (_some(services, number) for number in range(len(services), 0, -1))
        text = next((text for text in texts if cell_len(text) <= width), _some(services, 1))
        page.row([Cell(what, name), Cell(_many(len(services), "service"), NUMBER, "right"), Cell(text, width)])
    page.blank()


def _people(people: Sequence[Only], page: Page) -> None:
    scarce = [only for only in people if only.spare <= 0]
    page.heading("PEOPLE WITH NOBODY BESIDE THEM", "without all of them a broken component does not come back")
    if not scarce:
        page.say("none")
    for only in scarce:
        who = f" ({', '.join(only.people)})" if only.people else ""
        what = f"{only.team}: {only.skill}{who}" if only.skill else only.team
        page.say(f"{what}: {only.there} there, {only.needed} needed for {_some(only.components)}", hang=2)
        page.say(f"{_many(len(only.services), 'service')}: {_some(only.services)}", indent=2 * MARGIN, hang=2)
    page.blank()


def _heirs(overview: Overview, page: Page) -> None:
    page.heading("INHERITED CLASS", "GEMMA availability class, 3 the highest: lower than that of what rests on it")
    own = [heir for heir in overview.heirs if heir.own is not None]
    if not own:
        page.say("none")
    for heir in own:
        width = page.width - MARGIN - NAME - 16
        lines = page.wrapped(" needs ".join(heir.path), width)
        first = heir.name if cell_len(heir.name) <= NAME else ""
        if not first:
            page.say(heir.name)
        page.row([Cell(first, NAME), Cell(f"{heir.own}, inherits {heir.inherited}", 14), Cell(lines[0], width)])
        for line in lines[1:]:
            page.row([Cell("", NAME), Cell("", 14), Cell(line, width)])
    without = [heir for heir in overview.heirs if heir.own is None]
    for level in (3, 2, 1):
        names = [heir.name for heir in without if heir.inherited == level]
        if names:
            page.label(f"no class, inherits {level}", ", ".join(names), hang=4)


def _some(names: Sequence[str], most: int = SHOWN) -> str:
    left = len(names) - most
    return ", ".join(names[:most]) + (f" and {left} more" if left > 0 else "")


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
