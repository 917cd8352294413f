"""Sites: journeys, power, and room at the standby."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from drsim.model.fields import Path
from drsim.model.landscape import Power, Site
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.units import HOUR, ONE


def travel_findings(name: str, site: Site, sites: Mapping[str, Site]) -> Findings:
    """Check journeys to other sites."""
    for other in site.travel:
        path = ("sites", name, "travel", other)
        if other == name:
            yield Finding(path, f"'{name}' is no travel away from itself", "leave it out", True)
        elif other in sites and name in sites[other].travel and name > other:
            rule = f"the travel time between '{other}' and '{name}' is given twice: it holds in either direction"
            yield Finding(path, rule, "keep one of the two", True)


def power_findings(path: Path, power: Power) -> Findings:
    """What a site has against the loss of its mains says something."""
    if power.generator is None and power.trip is None and not power.ups.ms:
        rule = "it says nothing: there is no UPS, no generator and no trip"
        yield Finding(path, rule, "add 'ups: 20 min', or leave 'power' out", True)
    if "recharge" in power.model_fields_set and not power.ups.ms:
        yield Finding(
            (*path, "recharge"), "there is no battery to recharge", "add 'ups: 20 min', or leave it out", True
        )
    generator = power.generator
    if generator is not None and generator.refuel is not None and generator.fuel is None:
        rule = "the tank is never empty, so it is never filled"
        yield Finding((*path, "generator", "refuel"), rule, "add 'fuel: 24 h', or leave it out", True)
    trip = power.trip
    if trip is not None and trip.chance.millionths > MOST_TRIPPING and trip.after.mean + trip.lasts.mean < HOUR:
        rule = f"'{trip.chance.text}' lets the mains trip on and on, more than once an hour"
        yield Finding((*path, "trip", "chance"), rule, "make it 99 % or less, or let a trip last longer")


MOST_TRIPPING: Final = ONE * 99 // 100
"""chance that mains trip after each return, again and again"""


def room_findings(parts: Parts) -> Findings:
    """Active and hot deployments must fit together into each pool."""
    used: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, component in parts.components.items():
        for site, standing in component.at.items():
            for pool, count in component.uses.items():
                if standing.role in ("active", "hot"):
                    used[site, pool][name] = count.number
    for (site, pool), users in used.items():
        room = parts.sites[site].pools.get(pool) if site in parts.sites else None
        if room is not None and sum(users.values()) > room.number:
            who = ", ".join(f"{name} {count}" for name, count in sorted(users.items()))
            rule = f"what runs at '{site}' uses {sum(users.values())} {pool} of {room.number}: {who}"
            yield Finding(("sites", site, "pools", pool), rule, "make the pool larger, or place something elsewhere")
