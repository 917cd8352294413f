"""The supply of a site without mains, by docs/semantics.md section 5 alone: from one event to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from drsim.distributions import Law
from drsim.model.landscape import Power
from drsim.units import MINUTE

Draw = Callable[[Law, str, int, int], int]
"""law, purpose, number of the mains outage, try -> ms"""
Happens = Callable[[int, str, int], bool]
"""millionths, purpose, number of the mains outage"""


class Span(NamedTuple):
    begins: int
    ends: int | None


def without_supply(power: Power, mains: list[Span], horizon: int, draw: Draw, happens: Happens) -> list[Span]:
    """Give the spans in which nothing supplies the site."""
    down: list[Span] = []
    waiting = sorted(mains, key=lambda span: span.begins)
    battery, last, number = power.ups.ms, 0, 0
    tank = None if power.generator is None or power.generator.fuel is None else power.generator.fuel.ms
    while waiting and waiting[0].begins < horizon:
        # "several that touch or overlap are one mains outage"
        begins, ends = waiting.pop(0)
        while waiting and (ends is None or waiting[0].begins <= ends):
            other = waiting.pop(0)
            ends = None if ends is None or other.ends is None else max(ends, other.ends)
        stop = horizon if ends is None else min(ends, horizon)
        battery = fill(power, battery, begins - last)
        now = begins
        for since, until, left in stretches(power, tank, number, begins, stop, draw, happens):
            if since - now > battery:
                down.append(Span(now + battery, since))
            battery = fill(power, max(0, battery - (since - now)), until - since)
            now, tank = until, left
        if stop - now > battery:
            down.append(Span(now + battery, ends))
        battery = max(0, battery - (stop - now))
        if ends is None or ends >= horizon:
            break
        last = ends
        trip = power.trip
        if trip is not None and happens(trip.chance.millionths, "trips", number):
            again = ends + max(1, draw(trip.after, "trip after", number, 0))
            waiting.append(Span(again, again + max(1, draw(trip.lasts, "trip lasts", number, 0))))
            waiting.sort(key=lambda span: span.begins)
        number += 1
    return joined(down)


def fill(power: Power, battery: int, time: int) -> int:
    """The battery after a time in which something else supplies the site."""
    full = power.ups.ms
    return min(full, battery + time * full // power.recharge.ms)


def stretches(
    power: Power, tank: int | None, number: int, begins: int, stop: int, draw: Draw, happens: Happens
) -> list[tuple[int, int, int | None]]:
    """When the generator supplies the site in a mains outage, and what is in its tank after each time."""
    generator = power.generator
    if generator is None or not happens(generator.works.millionths, "generator works", number):
        return []
    ready = begins + draw(generator.takes, "generator", number, 0)
    if generator.runs is not None:
        stop = min(stop, ready + draw(generator.runs, "generator runs", number, 0))
    if ready >= stop:
        return []
    fillings, filled = [], ready
    while generator.refuel is not None and filled < stop:
        filled += max(MINUTE, draw(generator.refuel, "refuel", number, len(fillings)))
        fillings.append(filled)
    found: list[tuple[int, int, int | None]] = []
    now, since = ready, ready
    for filled in [*fillings, stop]:
        filled = min(filled, stop)
        if tank is not None and tank < filled - now:  # it runs dry
            if now + tank > since:
                found.append((since, now + tank, 0))
            since = filled
            tank = 0
        elif tank is not None:
            tank -= filled - now
        now = filled
        if filled < stop:
            assert generator.fuel is not None
            tank = generator.fuel.ms
    if since < stop:
        found.append((since, stop, tank))
    return found


def joined(spans: list[Span]) -> list[Span]:
    """Touching ones are one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].ends == span.begins:
            span = Span(found.pop().begins, span.ends)
        found.append(span)
    return found
