"""Sites and links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, extras, one_in, pick
from drsim.testing.failing import failing
from drsim.testing.features import Features
from drsim.testing.quantities import bandwidth, detection, law

_UPS: Final = ("20 min", "10 min", "1 h")
_FUEL: Final = ("1 h", "30 min", "2 h", "4 h")
_KINDS: Final = (None, "town hall", "town hall", "home", "cloud", "outside", "data centre")
_INHABITANTS: Final = ((1000, False), (3000, False), (28000, False), (28000, True), (1, False))
_SOURCE: Final = "log"


@dataclass
class Places:
    """The sites and links of a landscape."""

    given: Features
    sites: Document = field(default_factory=dict)
    links: Document = field(default_factory=dict)

    @cached_property
    def island(self) -> dict[str, int]:
        """Sites that reach each other have the same number; asked when all links are drawn."""
        island = {site: number for number, site in enumerate(self.sites)}
        for link in self.links.values():
            one, other = (island[site] for site in link["between"])
            island = {site: one if number == other else number for site, number in island.items()}
        return island

    @property
    def halls(self) -> list[str]:
        """The town halls, each of a municipality."""
        return [name for name, site in self.sites.items() if "inhabitants" in site]

    @property
    def sources(self) -> Document:
        """What the sources in the sites stand for."""
        named = any("title" in site for site in self.sites.values())
        return {_SOURCE: "the log of last year's drill"} if named else {}

    def together(self, sites: Iterable[str], others: Iterable[str]) -> bool:
        """Whether each of the sites reaches one of the others."""
        islands = {self.island[other] for other in others}
        return all(self.island[site] in islands for site in sites)

    def pool(self, draw: DrawFn, site: str, name: str, sizes: Iterable[int]) -> int:
        """How large a pool is, which it gets when it is first asked for."""
        pools = self.sites[site].setdefault("pools", {})
        if name not in pools:
            pools[name] = pick(draw, tuple(sizes))
        return int(pools[name])

    def travel(self, draw: DrawFn, one: str, other: str) -> None:
        """Say how long it takes between two sites, at one of them."""
        known = other in self.sites[one].get("travel", {}) or one in self.sites[other].get("travel", {})
        if one != other and not known:
            self.sites[one].setdefault("travel", {})[other] = law(draw, self.given)


@st.composite
def place(draw: DrawFn, places: Places) -> None:
    """A site with its links to earlier ones."""
    given, earlier, name = places.given, list(places.sites), f"site-{len(places.sites) + 1}"
    places.sites[name] = _site(draw, given)
    if not earlier:
        return
    forms = ("previous", "all", "first", "previous twice", "all")
    form = pick(draw, ("none", *forms) if given["apart"] else forms)
    others = {"none": [], "all": earlier, "first": earlier[:1]}.get(form, earlier[-1:])
    for other in others * (2 if form == "previous twice" else 1):
        number = len(places.links)
        between = [other, name] if number % 3 < 2 else [name, other]
        link: Document = {"between": between, "bandwidth": bandwidth(draw, given)}
        places.links[f"link-{number + 1}"] = link
        if given["fails"] and one_in(draw, 12):
            link["fails"] = failing(draw, given)


def _site(draw: DrawFn, given: Features) -> Document:
    site: Document = {}
    kind = pick(draw, _KINDS)
    if kind is not None:
        site["kind"] = kind
    if kind == "town hall" and given["channels"]:
        people, labelled = pick(draw, _INHABITANTS)
        site["inhabitants"] = people
        if labelled and given["labels"]:
            site |= {"title": "Sint-Michielsgestel: 't hof", "inhabitants": f"{people} @{_SOURCE}"}
    if one_in(draw, 8):
        site["detect"] = detection(draw, given)
    if given["power"] and one_in(draw, 3):
        site["power"] = _power(draw, given)
    if given["fails"] and one_in(draw, 16):
        site["fails"] = failing(draw, given)
    return site


def _power(draw: DrawFn, given: Features) -> Document:
    """A battery, a generator and a trip, or some of them."""
    power: Document = {}
    forms = list(extras(draw, {"ups": 2, "generator": 2, "trip": 1}, 3)) or ["ups"]
    if "ups" in forms:
        power["ups"] = pick(draw, _UPS)
        if one_in(draw, 2):
            power["recharge"] = pick(draw, ("1 h", "30 min", "8 h"))
    if "generator" in forms:
        power["generator"] = generator = {"takes": law(draw, given)}
        if given["failures"] and one_in(draw, 3):
            generator["works"] = pick(draw, ("50 %", "90 %"))
        if one_in(draw, 2):
            generator["runs"] = pick(draw, ("1 h", "4 h")) if one_in(draw, 2) else law(draw, given)
        if one_in(draw, 2):
            generator["fuel"] = pick(draw, _FUEL)
            if one_in(draw, 2):
                generator["refuel"] = pick(draw, _FUEL) if one_in(draw, 2) else law(draw, given)
    if "trip" in forms:
        power["trip"] = {"chance": pick(draw, ("50 %", "90 %", "95 %")), "lasts": law(draw, given)}
        if one_in(draw, 2):
            power["trip"]["after"] = law(draw, given)
    return power
