"""Hypothesis strategies that write landscapes and scenarios in the notation, valid by construction.

`landscape_documents` and `scenario_documents` give plain dicts, as YAML would; `landscapes` and `scenarios` the model
that the reader makes of them. Keyword arguments (`Features`, `ScenarioFeatures`) switch parts of the notation off.
`laws`, `rates`, `calendars`, `schedules` and `need_trees` are the small parts, to build documents of your own with.

Nothing is drawn and then thrown away: what a draw may choose from is worked out first. An example shrinks towards one
component at one site with one service, durations of 5 minutes, and names such as `a` and `site-1`.

Left out on purpose: services below their minimum from the start, outages of length 0 (write those by hand), and the
overlays `based_on`, `add`, `change` and `remove`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, TypeVar, Unpack, cast, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.distributions import Law
from drsim.units import MINUTE, Duration, format_ms

if TYPE_CHECKING:
    from drsim.model import Landscape, Scenario

_T = TypeVar("_T")

Document: TypeAlias = dict[str, Any]
"""A landscape or a scenario as plain mappings, lists, texts and counts."""

Durations = Literal["round", "any"]
"""`round`: few whole minutes, which often add up to one instant. `any`: to the millisecond, and every kind of law."""


class Features(TypedDict, total=False):
    """What a landscape may contain; everything is on by default."""

    max_components: int
    """Most components (8, at least 1)."""
    max_sites: int
    """Most sites (4, at least 1)."""
    max_teams: int
    """Most teams, and suppliers likewise (3)."""
    max_services: int
    """Most services (3, at least 1)."""
    max_points: int
    """Most points of a service that lists its points (3, at least 1)."""
    durations: Durations
    """How long things take (`round`)."""
    uncertain: bool
    """Laws that are not fixed; with `round` durations those whose every outcome is round."""
    crews: bool
    """Teams and suppliers, and steps that need them."""
    multi_crews: bool
    """Crews of several teams, or of several heads."""
    on_site: bool
    """Steps whose crew travels first."""
    working_hours: bool
    """Steps and targets in `wh`."""
    calendars: bool
    """Teams and services that are not there always."""
    apart: bool
    """Sites without a link to the others."""
    site_scope: bool
    """Components that serve only their own site."""
    nested_needs: bool
    """`any` and `at_least`."""
    circles: bool
    """Circles of needs."""
    starts_after: bool
    """`starts_after` as given, not as it follows from the needs."""
    active_active: bool
    """Components that are active at several sites."""
    hot: bool
    """Hot standbys."""
    warm: bool
    """Warm standbys."""
    cold: bool
    """Cold standbys."""
    pools: bool
    """Pools with `uses` and `shares`."""
    data: bool
    """Components with data, and replicated copies."""
    transfers: bool
    """Snapshots and backups, which a restore has to move; needs `data`."""
    failures: bool
    """Steps that fail on demand and copies that are unusable."""
    verification: bool
    """`verify`, of components and of services."""
    automatic: bool
    """Automatic restarts."""
    repairs: bool
    """`repair`, and components that are broken until then."""
    classes: bool
    """Classes that components take keys from."""
    channels: bool
    """Services whose points come from channels, and municipalities."""
    targets: bool
    """Targets of services."""
    labels: bool
    """Titles, sources and other keys that only people read."""


class ScenarioFeatures(Features, total=False):
    """What a scenario may contain, its landscape included; everything is on by default."""

    min_disruptions: int
    """Fewest disruptions (0), if there is anything to hit."""
    max_disruptions: int
    """Most disruptions (3)."""
    any_moment: bool
    """`any moment of the week` besides dated moments."""
    site_outages: bool
    """Sites that are lost."""
    link_outages: bool
    """Links that are lost."""
    component_outages: bool
    """Components that break."""
    team_outages: bool
    """Teams and suppliers that are away, or a part of one."""
    later: bool
    """Disruptions that begin later than the drill, and a second one of the same thing, touching or overlapping."""
    whole_drill: bool
    """Disruptions that last the whole drill; without them every one has an end."""


_DEFAULTS: Final[ScenarioFeatures] = {
    "max_components": 8,
    "max_sites": 4,
    "max_teams": 3,
    "max_services": 3,
    "max_points": 3,
    "durations": "round",
    "uncertain": True,
    "crews": True,
    "multi_crews": True,
    "on_site": True,
    "working_hours": True,
    "calendars": True,
    "apart": True,
    "site_scope": True,
    "nested_needs": True,
    "circles": True,
    "starts_after": True,
    "active_active": True,
    "hot": True,
    "warm": True,
    "cold": True,
    "pools": True,
    "data": True,
    "transfers": True,
    "failures": True,
    "verification": True,
    "automatic": True,
    "repairs": True,
    "classes": True,
    "channels": True,
    "targets": True,
    "labels": True,
    "min_disruptions": 0,
    "max_disruptions": 3,
    "any_moment": True,
    "site_outages": True,
    "link_outages": True,
    "component_outages": True,
    "team_outages": True,
    "later": True,
    "whole_drill": True,
}
_LEAST: Final = {
    "max_components": 1,
    "max_sites": 1,
    "max_teams": 0,
    "max_services": 1,
    "max_points": 1,
    "min_disruptions": 0,
    "max_disruptions": 0,
}

# What draws choose from: the first is what an example shrinks to.

_ROUND: Final = ("5 min", "10 min", "15 min", "20 min", "30 min", "1 h", "2 h", "0 s")
_ROUND_UNCERTAIN: Final = (
    {"observed": ["5 min", "10 min"]},
    {"observed": ["10 min", "20 min", "30 min", "10 min"]},
    {"mix": {"70 %": "5 min", "30 %": "30 min"}},
    {"mix": {"50 %": "10 min", "30 %": {"observed": ["20 min", "1 h"]}, "20 %": "0 s"}},
)
_ROUND_WORKING: Final = ("1 wh", "0.5 wh", "16 wh")
_LASTS: Final = ("1 h", "30 min", "10 min", "5 min", "2 h", "4 h", "8 h", "1 d")
_LASTS_MINUTES: Final = (60, 30, 10, 5, 120, 240, 480, 1440)
_WAITS: Final = ("0 s", "10 min", "30 min", "1 h", "2 h")
_HORIZONS: Final = ("14 d", "1 d", "12 h", "4 h", "3 d")

# Round sizes at round rates take whole minutes, also when two transfers share a link.
_SIZES: Final = ("3 GB", "6 GB", "12 GB", "24 GB")
_RATES: Final = ("10 MB/s", "5 MB/s", "20 MB/s", "40 MB/s")
_RATES_UNCERTAIN: Final = ({"observed": ["5 MB/s", "10 MB/s"]},)
_BANDWIDTHS: Final = ("80 Mbit/s", "160 Mbit/s", "40 Mbit/s", "1 Gbit/s", "20 MB/s")

_CALENDARS: Final = (
    "always",
    "Mon-Fri 9:00-17:00",
    "daily 8:00-23:00",
    "Mon-Fri 8:30-17:30 except Dutch holidays",
    "Mon-Thu 9:00-17:00, Fri 9:00-12:00",
    "Mon,Wed 9:00-12:30, Thu 13:00-20:00",
    "Mon-Fri 0:00-24:00",
    "Sat-Sun 10:00-16:00",
    "never",
)
_SCHEDULES: Final = (
    "daily 22:00",
    "every 15 min",
    "Mon-Fri 22:00",
    "Sun 3:00",
    "every 1 h",
    "every 4 h",
    "daily 10:00",
)
_TAKEN: Final = tuple((kind, taken) for taken in _SCHEDULES for kind in ("backup", "snapshot"))
_MOMENTS: Final = (
    "2015-05-12 10:00",  # a Tuesday morning
    "2015-05-12 9:00",
    "2015-05-15 16:55",  # Friday, just before the end of office hours
    "2015-04-27 10:00",  # King's Day, a Monday
    "2015-03-28 22:00",  # the night in which summer time begins
    "2015-10-24 22:00",  # and in which it ends
    "2015-12-31 23:59",
    "2016-02-29 0:00",
)
_ANY_MOMENT: Final = "any moment of the week"
_WHOLE_DRILL: Final = "the whole drill"
_UNTIL_REPAIRED: Final = "until repaired"

_KINDS: Final = (None, "town hall", "town hall", "home", "cloud", "outside", "data centre")
_ACTIVE: Final = ("alone", "alone", "alone", "alone", "alone", "two", "two, shares", "third", "third, shares")
_INHABITANTS: Final = ((1000, False), (3000, False), (28000, False), (28000, True), (1, False))
_WORKS: Final = ("90 %", "50 %", "99.5 %", "10 %")
_WORKS_OR_NEVER: Final = (*_WORKS, "0 %")  # not for a restart, which would be tried again for ever
_WORKS_EACH: Final = tuple((works, attempts) for attempts in (None, 2, 3, 1) for works in _WORKS)
_WORKS_OR_NEVER_EACH: Final = (*_WORKS_EACH, ("0 %", None), ("0 %", 2))
_WORKS_UNCOUNTED: Final = tuple((works, None) for works in _WORKS)  # a restart or repair is tried until it succeeds
_TEAMS: Final = tuple(
    (people, form)
    for people in (None, 2, 3, 1)
    for form in (
        "",
        "based",
        "call_out",
        "based call_out",
        "works",
        "based works",
        "call_out works",
        "based call_out works",
    )
)
_MINIMA: Final = (1_000_000, 750_000, 500_000, 300_000, 100_000)
_ONE: Final = 1_000_000
_SPLITS: Final = {1: (("100 %",),), 2: (("50 %", "50 %"), ("70 %", "30 %")), 3: (("50 %", "30 %", "20 %"),)}
_RECOVERIES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "hot": (("hot",), ("hot", "warm"), ("warm",), ("hot", "cold"), ("hot", "warm", "cold")),
    "warm": (("warm",), ("warm", "cold"), ("cold",)),
    "cold": (("cold",),),
}
_LABELS: Final = (
    ("title", "Ünit “x”: no"),
    ("gemma", "Zaakregistratiecomponent"),
    ("supplier", "Centric"),
    ("availability", 2),
)
_COMPONENT_KEYS: Final = (
    *(
        "title",
        "class",
        "scope",
        "at",
        "needs",
        "starts_after",
        "uses",
        "shares",
        "start",
        "switch",
        "restart",
        "repair",
    ),
    *("restore", "verify", "data", "copies", "recover", "supplier", "gemma", "availability"),
)
_SERVICE_KEYS: Final = ("title", "targets", "open", "demand", "needs", "channels", "points", "verify")
_RESPONSE_KEYS: Final = ("detect", "assess", "decide", "wait", "evacuation", "settle")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

# Drawing. Integers of a few shared strategies, since making a strategy takes longer than drawing from it.

_BELOW: Final = tuple(st.integers(0, max(count - 1, 0)) for count in range(100))
_MORE: Final = st.integers(
    0, 119
)  # wider than it need be: a choice that Hypothesis moves to here then rarely means stop


def _below(draw: DrawFn, count: int) -> int:
    """A number below the count, each as likely; shrinks to 0."""
    return draw(_BELOW[count] if count < len(_BELOW) else st.integers(0, count - 1))


def _pick(draw: DrawFn, options: Sequence[_T]) -> _T:
    """One of the options; shrinks to the first."""
    return options[_below(draw, len(options))] if len(options) > 1 else options[0]


def _one_in(draw: DrawFn, count: int) -> bool:
    """True in one of `count` cases; shrinks to False."""
    return _below(draw, count) == count - 1


def _more(draw: DrawFn, stop: int, so_far: int, most: int, least: int = 0) -> bool:
    """False in one of `stop` cases, and when there is enough; shrinks to False.

    It is drawn even where the answer is clear, so that every element is made of the same choices: then the shrinker can
    remove one and leave the others as they are.
    """
    more = draw(_MORE) % stop > 0
    return so_far < least or (more and so_far < most)


def _fresh(value: _T) -> _T:
    """A copy, so that documents share nothing (which YAML would write as an alias)."""
    return value if isinstance(value, str) else copy.deepcopy(value)


def _extras(draw: DrawFn, options: Iterable[str], stops: int) -> Iterator[str]:
    """Some of the options, each once, one by one; more `stops` make them fewer; shrinks to none."""
    left = list(options)
    while left:
        index = _below(draw, len(left) + stops)
        if index < stops:
            return
        name = left[index - stops]
        left = [option for option in left if option != name]
        yield name


def _in_order(mapping: Document, keys: Sequence[str]) -> Document:
    """The mapping with its keys in this order."""
    return {key: mapping[key] for key in keys if key in mapping}


def _features(features: Features | ScenarioFeatures) -> ScenarioFeatures:
    unknown = features.keys() - _DEFAULTS.keys()
    if unknown:
        raise TypeError(f"no feature is named {', '.join(sorted(unknown))}: expected some of {', '.join(_DEFAULTS)}")
    given = cast(ScenarioFeatures, {**_DEFAULTS, **features})
    for name, least in _LEAST.items():
        if cast(dict[str, Any], given)[name] < least:
            raise ValueError(f"{name} must be at least {least}")
    if given["durations"] not in get_args(Durations):
        raise ValueError(f"durations must be 'round' or 'any', not {given['durations']!r}")
    return given


# The small parts


def _any_fixed(draw: DrawFn) -> str:
    form = _below(draw, 5)
    number = draw(st.integers(1, 240))
    if form == 4:
        return f"{1 + number // 60} h {number % 60} min {number} ms" if number % 60 else f"{number} s {number} ms"
    return f"{number} {('min', 's', 'ms', 'min')[form]}" if form < 3 else f"{number / 8:.3f} h"


def _any_law(draw: DrawFn, uncertain: bool, unit: str) -> Any:
    """A law in whatever form the notation has, in this unit."""
    form = _below(draw, 11) if uncertain else 0
    low = draw(st.integers(0 if form in (1, 2, 3, 4) else 1, 60))
    if form == 0:
        return f"{low} {unit}" if unit != "min" else _any_fixed(draw)
    likely = low + draw(st.integers(1, 60))
    if form in (1, 2, 3):
        high = likely + draw(st.integers(0, 240))
        if form == 3 and unit == "min":
            return f"{likely} min ({low} min to {high + 1}.5 min)"
        return f"{'triangular ' if form == 2 else ''}{likely} {unit} ({low} to {high})"
    if form == 4:
        return f"{low} to {likely} {unit}"
    if form == 5:
        return f"median {low} {unit} p95 {likely} {unit}"
    if form == 6:
        return f"mean {likely} {unit}"
    if form == 7:
        return f"weibull {likely} {unit} shape {(0.5, 1, 1.5, 4)[low % 4]}"
    if form == 8:
        return {
            "observed": [f"{low} {unit}", f"{likely} {unit}", f"{low} {unit}", f"{likely + 7} {unit}"][: 1 + low % 4]
        }
    if form == 9:
        return {
            "mix": {f"{low}.5 %": f"{likely} {unit}", f"{99 - low}.5 %": f"{likely} {unit} ({low} to {likely * 2})"}
        }
    return {
        "mix": {"60 %": f"mean {low} {unit}", "30.5 %": {"observed": [f"{likely} {unit}"]}, "9.5 %": f"{likely} {unit}"}
    }


def _law(draw: DrawFn, given: Features, *, working: bool = False) -> Any:
    """A law of a duration; `working` says that it may be in working hours."""
    options: tuple[Any, ...] = (*_ROUND, *_ROUND_UNCERTAIN) if given["uncertain"] else _ROUND
    working = working and given["working_hours"]
    if given["durations"] == "any" and _below(draw, 3):
        return _any_law(draw, given["uncertain"], "wh" if working and _one_in(draw, 6) else "min")
    return _fresh(_pick(draw, (*options, *_ROUND_WORKING) if working else options))


def _duration(draw: DrawFn, given: Features, options: Sequence[str]) -> str:
    """A duration that is certain."""
    if given["durations"] == "any" and _one_in(draw, 2):
        return _any_fixed(draw)
    return _pick(draw, options)


def _rate(draw: DrawFn, given: Features) -> Any:
    if given["durations"] == "any" and _below(draw, 3):
        return _any_law(draw, False, "kB/s") if _one_in(draw, 4) else _any_rate_law(draw, given["uncertain"])
    return _fresh(_pick(draw, (*_RATES, *_RATES_UNCERTAIN) if given["uncertain"] else _RATES))


def _any_rate_law(draw: DrawFn, uncertain: bool) -> Any:
    number = draw(st.integers(1, 60))
    forms = (
        f"{number} MB/s",
        f"{number + 1} MB/s ({number} to {number * 2 + 1})",
        f"{number} to {number + 9} MB/s",
        f"triangular {number} MB/s ({number} to {number + 9})",
        f"median {number} MB/s p95 {number + 9} MB/s",
        {"observed": [f"{number} MB/s", f"{number} Mbit/s"]},
    )
    return _pick(draw, forms) if uncertain else forms[0]


def _size(draw: DrawFn, given: Features) -> str:
    if given["durations"] == "any" and _below(draw, 3):
        return f"{draw(st.integers(1, 5000))} {_pick(draw, ('MB', 'GB', 'B', 'MiB'))}"
    return _pick(draw, _SIZES)


def _bandwidth(draw: DrawFn, given: Features) -> str:
    if given["durations"] == "any" and _below(draw, 3):
        return f"{draw(st.integers(1, 1000))} {_pick(draw, ('Mbit/s', 'MB/s', 'kB/s'))}"
    return _pick(draw, _BANDWIDTHS)


def _any(*needs: Any) -> Document:
    return {"any": list(needs)}


def _at_least(count: int, *needs: Any) -> Document:
    return {"at_least": {"count": count, "of": list(needs)}}


def _tree(draw: DrawFn, names: Sequence[str], nested: bool) -> list[Any]:
    """These names, each once, as needs."""
    forms: tuple[list[Any], ...]
    match names:
        case _ if not nested or len(names) < 2:
            forms = (list(names),)
        case [a, b]:
            forms = ([a, b], [_any(a, b)], [_at_least(1, a, b)], [_at_least(2, a, b)])
        case [a, b, c]:
            forms = (
                [a, b, c],
                [a, _any(b, c)],
                [_any(a, b, c)],
                [_at_least(2, a, b, c)],
                [_any(a, _at_least(2, b, c))],
                [_any([a, b], c)],
                [_at_least(1, _any(a, b), c)],
            )
        case [a, b, c, *rest]:
            forms = (
                [a, b, c, *rest],
                [a, _any(b, _at_least(1, c, *rest))],
                [_at_least(2, a, b, _any(c, *rest))],
                [_any(a, b), _at_least(1, c, *rest)],
            )
        case _:
            raise AssertionError(names)
    return _pick(draw, forms)


def _some(draw: DrawFn, names: Sequence[str], most: int) -> list[str]:
    """Some of the names, each once, in their order of drawing; shrinks to none."""
    chosen: list[str] = []
    left = list(names)
    while left:
        index = _below(draw, len(left) + 1)
        if not index or len(chosen) == most:
            break
        chosen.append(left.pop(index - 1))
    return chosen


def laws(
    durations: Durations = "round", *, uncertain: bool = True, working: bool = False
) -> SearchStrategy[str | Document]:
    """Laws of a duration as the notation writes them; `working` adds those in working hours."""
    given = _features({"durations": durations, "uncertain": uncertain})
    return _law_part(given, working)


def rates(durations: Durations = "round", *, uncertain: bool = True) -> SearchStrategy[str | Document]:
    """Laws of a rate as the notation writes them."""
    given = _features({"durations": durations, "uncertain": uncertain})
    return _rate_part(given)


def calendars() -> SearchStrategy[str]:
    """Calendars as the notation writes them, from `always` to `never`."""
    return st.sampled_from(_CALENDARS)


def schedules() -> SearchStrategy[str]:
    """Schedules of copies as the notation writes them."""
    return st.sampled_from(_SCHEDULES)


def need_trees(names: Sequence[str], *, max_leaves: int = 4, nested: bool = True) -> SearchStrategy[list[Any]]:
    """Needs over these names, each at most once; `nested` adds `any` and `at_least`."""
    return _tree_part(tuple(names), max_leaves, nested)


@st.composite
def _law_part(draw: DrawFn, given: Features, working: bool) -> str | Document:
    return cast("str | Document", _law(draw, given, working=working))


@st.composite
def _rate_part(draw: DrawFn, given: Features) -> str | Document:
    return cast("str | Document", _rate(draw, given))


@st.composite
def _tree_part(draw: DrawFn, names: Sequence[str], most: int, nested: bool) -> list[Any]:
    return _tree(draw, _some(draw, names, most), nested)


# A landscape


@dataclass(slots=True)
class _Component:
    """What later draws must know of a component that is in the document already."""

    site_scope: bool
    at: dict[str, str]
    """Role at each site."""
    share: dict[str, int]
    """Own share at each site, pools included."""
    needs: list[str]
    """The leaves of its needs."""

    def active(self) -> list[str]:
        return [site for site, role in self.at.items() if role == "active"]


@dataclass(slots=True)
class _Channel:
    sites: list[str]
    needs: list[str]


@dataclass(slots=True)
class _Builder:
    """A landscape that is being drawn: the sections of the document, and what is known of them."""

    given: Features
    sites: Document = field(default_factory=dict)
    links: Document = field(default_factory=dict)
    teams: Document = field(default_factory=dict)
    suppliers: Document = field(default_factory=dict)
    calendars: Document = field(default_factory=dict)
    sources: Document = field(default_factory=dict)
    classes: Document = field(default_factory=dict)
    components: Document = field(default_factory=dict)
    channels: Document = field(default_factory=dict)
    services: Document = field(default_factory=dict)
    response: Document = field(default_factory=dict)
    least: int = 1
    """Fewest components; drawn early, for what comes late in an example is often cut off."""
    backwards: bool = False
    """Whether names run against the order in which components need each other."""
    island: dict[str, int] = field(default_factory=dict)
    """Sites that reach each other have the same number."""
    room: dict[str, int] = field(default_factory=dict)
    """Room in the pool `hosts` of a site that active and hot deployments leave."""
    crews: list[Any] = field(default_factory=list)
    known: dict[str, _Component] = field(default_factory=dict)
    class_needs: dict[str, list[str]] = field(default_factory=dict)
    known_channels: dict[str, _Channel] = field(default_factory=dict)

    # Sites, links and people

    def site(self, draw: DrawFn) -> bool:
        """Add a site with its links; False to stop."""
        number = len(self.sites)
        if not _more(draw, 6 if number < 2 else 4, number, self.given["max_sites"], 1):
            return False
        given, earlier, name = self.given, list(self.sites), f"site-{len(self.sites) + 1}"
        site: Document = {}
        kind = _pick(draw, _KINDS)
        if kind is not None:
            site["kind"] = kind
        if kind == "town hall" and given["channels"]:
            people, labelled = _pick(draw, _INHABITANTS)
            site["inhabitants"] = people
            if labelled and given["labels"]:
                site |= {"title": "Sint-Michielsgestel: 't hof", "inhabitants": f"{people} @{self.source()}"}
        self.sites[name], self.island[name] = site, len(earlier)
        if not earlier:
            return True
        forms = ("previous", "all", "first", "previous twice", "all")
        form = _pick(draw, ("none", *forms) if given["apart"] else forms)
        others = {"none": [], "all": earlier, "first": earlier[:1]}.get(form, earlier[-1:])
        for other in others * (2 if form == "previous twice" else 1):
            between = [other, name] if len(self.links) % 3 < 2 else [name, other]
            self.links[f"link-{len(self.links) + 1}"] = {"between": between, "bandwidth": _bandwidth(draw, given)}
            here, there = self.island[name], self.island[other]
            self.island = {site: there if number == here else number for site, number in self.island.items()}
        return True

    def source(self) -> str:
        self.sources["log"] = "the log of last year's drill"
        return "log"

    def calendar(self, draw: DrawFn, options: Sequence[str] = _CALENDARS) -> str:
        """A calendar, as a text or by its name."""
        text = _pick(draw, options)
        if text not in ("always", "never") and _one_in(draw, 3):
            name = f"hours-{_CALENDARS.index(text)}"
            self.calendars[name] = text
            return name
        return text

    def team(self, draw: DrawFn) -> bool:
        """Add a team or, after them, a supplier; False to stop."""
        given, number = self.given, len(self.teams) + len(self.suppliers)
        if not _more(draw, 4 if number else 8, number, 2 * given["max_teams"]):
            return False
        outside = len(self.teams) == given["max_teams"] or _one_in(draw, 3)
        section, kind = (self.suppliers, "supplier") if outside else (self.teams, "team")
        if len(section) == given["max_teams"]:
            return False
        team: Document = {}
        section[f"{kind}-{len(section) + 1}"] = team
        people, form = _pick(draw, _TEAMS)
        if people is not None:
            team["people"] = people
        if "based" in form and not outside:
            team["based"] = _pick(draw, list(self.sites))
        if "works" in form and given["calendars"]:
            team["works"] = self.calendar(draw)
        if "call_out" in form:
            team["call_out"] = _law(draw, given)
        return True

    def find_crews(self) -> None:
        """List every crew that a step may ask for."""
        people = {name: int(team.get("people", 1)) for name, team in (self.teams | self.suppliers).items()}
        self.crews = list(people)
        if self.given["multi_crews"]:
            self.crews += [{name: min(heads, 2)} for name, heads in people.items()]
            names = sorted(people)
            self.crews += [
                {other: 1, name: people[name]} for index, name in enumerate(names) for other in names[index + 1 :]
            ]

    def step(
        self,
        draw: DrawFn,
        *,
        by: Literal["never", "may"] = "may",
        works: Sequence[tuple[str, int | None]] = (),
        places: Iterable[str] = (),
    ) -> Document:
        """A step; `works` are probabilities below 1 and attempts, `places` the sites where its crew may have to be."""
        crew = None
        if self.crews and by != "never":
            crew = _fresh(_pick(draw, (None, None, *self.crews)))
        step: Document = {"takes": _law(draw, self.given, working=crew is not None)}
        if crew is not None:
            step["by"] = crew
        if works and self.given["failures"]:
            index = _below(draw, 5 * len(works)) - 4 * len(works)
            if index >= 0:
                step["works"], attempts = works[index]
                if attempts is not None:
                    step["attempts"] = attempts
        if crew is not None and places and self.given["on_site"] and len(self.sites) > 1:
            bases = {self.teams[team]["based"] for team in _crew_names(crew) if "based" in self.teams.get(team, {})}
            if bases and _one_in(draw, 2):
                step["on_site"] = True
                for base in sorted(bases):
                    for place in places:
                        self.travel(draw, base, place)
        return step

    def travel(self, draw: DrawFn, one: str, other: str) -> None:
        """Say how long it takes between two sites, at one of them."""
        known = other in self.sites[one].get("travel", {}) or one in self.sites[other].get("travel", {})
        if one != other and not known:
            self.sites[one].setdefault("travel", {})[other] = _law(draw, self.given)

    # Components

    def reaches(self, users: Iterable[str], need: str) -> bool:
        """Whether something active at these sites can count on the need from the start."""
        component = self.known[need]
        if component.site_scope:
            return all(component.at.get(site) == "active" for site in users)
        islands = {self.island[site] for site in component.active()}
        return all(self.island[site] in islands for site in users)

    def may_need(self, at: dict[str, str], need: str) -> bool:
        """Whether a component with these roles may need it: reached where active and, for scope site, beside it."""
        beside = not self.known[need].site_scope or at.keys() <= self.known[need].at.keys()
        return beside and self.reaches([site for site, role in at.items() if role == "active"], need)

    def placement(self, draw: DrawFn, site_scope: bool) -> tuple[dict[str, str], dict[str, int]]:
        """Roles by site, and shares where they are not 100 %."""
        given, sites = self.given, list(self.sites)
        if self.known and _one_in(draw, 3):
            other = _pick(draw, list(self.known.values()))
            if given["active_active"] or len(other.active()) == 1:
                return dict(other.at), {}
        form = _pick(draw, _ACTIVE if given["active_active"] else _ACTIVE[:1])
        if site_scope and form != _ACTIVE[0]:
            return dict.fromkeys(sites, "active"), {}
        first = _pick(draw, sites[:1] + sites)
        at, shares = {first: "active"}, {}
        left = [site for site in sites if site != first]
        if left and form != _ACTIVE[0]:
            at[left.pop(_below(draw, len(left)))] = "active"
            if left and "third" in form:
                at[left.pop(0)] = "active"
            if "shares" in form:
                shares = dict.fromkeys(at, 500_000)
        roles = [role for role in ("cold", "warm", "hot") if cast(dict[str, bool], given)[role]]
        standbys = (None, *((role, _ONE) for role in roles * 3), *((role, 500_000) for role in roles))
        standby = _pick(draw, standbys) if left else None
        if standby is not None:
            site = _pick(draw, left)
            at[site] = standby[0]
            if standby[1] < _ONE:
                shares[site] = standby[1]
        return at, shares

    def component(self, draw: DrawFn) -> bool:
        """Add a component, which needs earlier ones or closes a circle with one; False to stop."""
        given, number = self.given, len(self.components)
        if not _more(draw, 10, number, given["max_components"], self.least):
            return False
        place = given["max_components"] - 1 - number if self.backwards else number
        name = _LETTERS[place] if place < len(_LETTERS) else f"c{place + 1}"
        mate = _pick(draw, list(self.known)) if given["circles"] and number and _one_in(draw, 5) else None
        site_scope = given["site_scope"] and _one_in(draw, 4)
        at, shares = (dict(self.known[mate].at), {}) if mate else self.placement(draw, site_scope)
        standby = next((site for site, role in at.items() if role != "active"), None)
        role = at[standby] if standby else None
        self.known[name] = known = _Component(site_scope, at, {site: shares.get(site, _ONE) for site in at}, [])
        component: Document = {}
        if site_scope:
            component["scope"] = "site"
        component["at"] = {
            site: {"role": role, "share": f"{shares[site] // 10_000} %"} if site in shares else role
            for site, role in at.items()
        }
        self.components[name] = component

        lower = [other for other in self.known if other != name and self.may_need(at, other)]
        self.needs(draw, name, component, lower, mate)
        restorable = False
        if given["data"] and (given["transfers"] or role != "cold") and _one_in(draw, 2):
            restorable = self.data(draw, component, standby, role)
        options = {
            "start": 3 if standby else 1,
            "switch": role == "hot",
            "restart": 1,
            "automatic": given["automatic"],
            "repair": given["repairs"],
            "restore": 2 * (restorable and bool(self.crews)),
            "verify": given["verification"],
            "recover": role is not None,
            "pools": 2 * given["pools"],
            "class": 2 * given["classes"],
            "starts_after": given["starts_after"] and bool(lower),
            "labels": given["labels"],
        }
        for extra in _extras(draw, [name for name, count in options.items() for _ in range(count)], 5):
            match extra:
                case "start":
                    component["start"] = self.step(draw, works=_WORKS_OR_NEVER_EACH, places=at)
                case "switch":
                    component["switch"] = self.step(draw, by="never", works=_WORKS_OR_NEVER_EACH)
                case "restart" | "repair":
                    component[extra] = self.step(draw, works=_WORKS_UNCOUNTED, places=at)
                case "automatic":
                    component["restart"] = {"automatic": True, **self.step(draw, by="never", works=_WORKS_UNCOUNTED)}
                case "restore":
                    component["restore"] = {"by": _fresh(_pick(draw, self.crews))}
                case "verify":
                    component["verify"] = self.step(draw, places=at)
                case "recover" if role is not None:
                    component["recover"] = list(
                        _pick(draw, self.recoveries(role, "data" not in component or restorable))
                    )
                case "pools":
                    self.pools(draw, component, known)
                case "class":
                    self.take_classes(draw, component, known)
                case "starts_after":
                    component["starts_after"] = _tree(draw, _some(draw, lower, 3), given["nested_needs"])
                case "labels":
                    key, value = _pick(draw, _LABELS)
                    component[key] = value
        self.components[name] = _in_order(component, _COMPONENT_KEYS)
        return True

    def needs(self, draw: DrawFn, name: str, component: Document, lower: Sequence[str], mate: str | None) -> None:
        """Draw needs among these, and close a circle with the mate."""
        given, known = self.given, self.known[name]
        known.needs = _some(draw, lower, 3)
        if mate:
            ways = [mate, *(other for other in lower if mate in self.known[other].needs)]
            way = _pick(draw, ways)  # by another one that needs it, the circle is longer
            if way not in known.needs:
                known.needs.append(way)
        needs = _tree(draw, known.needs, given["nested_needs"])
        if needs or (lower and _one_in(draw, 6)):
            component["needs"] = needs
        if mate:
            theirs = self.known[mate]
            earlier = list(self.known)[: list(self.known).index(mate)]  # so that only the circle leads back
            others = [other for other in earlier if other not in theirs.needs and self.may_need(theirs.at, other)]
            other = _pick(draw, (None, *others)) if given["nested_needs"] else None
            holder = self.components[mate]
            holder["needs"] = [*holder.get("needs", ()), name if other is None else _any(name, other)]
            self.components[mate] = _in_order(holder, _COMPONENT_KEYS)
            theirs.needs += [name] if other is None else [name, other]

    def take_classes(self, draw: DrawFn, component: Document, known: _Component) -> None:
        """Name a class or two, new or known, whose needs this component may have."""
        fitting = [
            name for name, needs in self.class_needs.items() if all(self.may_need(known.at, need) for need in needs)
        ]
        chosen = _some(draw, fitting, 2) or [self.new_class(draw, fitting, known)]
        component["class"] = chosen[0] if len(chosen) == 1 else chosen
        known.needs += [need for name in chosen for need in self.class_needs[name]]

    def new_class(self, draw: DrawFn, fitting: Sequence[str], known: _Component) -> str:
        name, given = f"class-{len(self.classes) + 1}", self.given
        content: Document = {}
        needs: list[str] = []
        if fitting and _one_in(draw, 2):
            content["class"] = _pick(draw, fitting)
            needs += self.class_needs[content["class"]]
        first = next(iter(self.known))
        far = self.known[first] is known or first in needs or not self.may_need(known.at, first)
        options = {
            "needs": 0 if far else 2,
            "start": 2,
            "restart": 1,
            "repair": given["repairs"],
            "verify": given["verification"],
            "gemma": given["labels"],
        }
        for extra in _extras(draw, [name for name, count in options.items() for _ in range(count)], 1):
            match extra:
                case "needs":
                    content["needs"] = [first]
                    needs.append(first)
                case "start":
                    content["start"] = self.step(draw, works=_WORKS_OR_NEVER_EACH)
                case "gemma":
                    content["gemma"] = "Serverfunctionaliteitcomponent"
                case step:
                    content[step] = self.step(draw)
        self.classes[name], self.class_needs[name] = content, needs
        return name

    def pool(self, draw: DrawFn, site: str, name: str, sizes: Sequence[int]) -> int:
        """How large a pool is, which it gets when it is first asked for."""
        pools = self.sites[site].setdefault("pools", {})
        if name not in pools:
            pools[name] = _pick(draw, sizes)
            if name == "hosts":
                self.room[site] = pools[name]
        return int(pools[name])

    def pools(self, draw: DrawFn, component: Document, known: _Component) -> None:
        """Reserve room that is left, or share a pool that gives at least half."""
        if _one_in(draw, 3):
            room = [self.pool(draw, site, "seats", (10, 20, 30)) for site in known.at]
            least = min(size for size, role in zip(room, known.at.values(), strict=True) if role == "active")
            demand = _pick(draw, (least, least * 2, least * 4 // 3))
            component["shares"] = {"seats": demand}
            for site, size in zip(known.at, room, strict=True):
                known.share[site] = min(known.share[site], size * _ONE // demand)
            return
        for site in known.at:
            self.pool(draw, site, "hosts", (2, 1, 3, 4))
        held = [site for site, role in known.at.items() if role in ("active", "hot")]
        most = min(self.room[site] for site in held)
        if most:
            count = 1 + _below(draw, min(most, 2))
            component["uses"] = {"hosts": count}
            for site in held:
                self.room[site] -= count

    def data(self, draw: DrawFn, component: Document, standby: str | None, role: str | None) -> bool:
        """Give it data with the copies that its standby calls for; True when it has one to restore from."""
        given, copies = self.given, cast(Document, {})
        if standby and role in ("hot", "warm"):
            replica: Document = {"at": standby, "kind": "synchronous"}
            if _one_in(draw, 2):
                replica |= {"kind": "asynchronous", "lag": _law(draw, given)}
            copies["copy-1"] = replica
        least, most = (1, 3) if role == "cold" else (0, 2)
        count = least + _below(draw, most - least + 1) if given["transfers"] else 0
        places = ([standby] if standby else []) + [site for site in self.sites if site != standby]
        for _ in range(count):
            kind, taken = _pick(draw, _TAKEN)
            copies[f"copy-{len(copies) + 1}"] = {
                "at": _pick(draw, places),
                "kind": kind,
                "taken": taken,
                "restores": _rate(draw, given),
            }
        works = _pick(draw, (None, None, None, *_WORKS_OR_NEVER)) if copies and given["failures"] else None
        if works is not None:
            copies[_pick(draw, list(copies))]["works"] = works
        component["data"] = {"size": _size(draw, given)}
        if copies:
            component["copies"] = copies
        return count > 0

    @staticmethod
    def recoveries(role: str, cold: bool) -> list[tuple[str, ...]]:
        """What `recover` may say for a standby in this role; `cold` when a cold start has what it takes."""
        return [way for way in _RECOVERIES[role] if cold or "cold" not in way]

    # Services

    def channel(self, draw: DrawFn) -> bool:
        """Add a channel; False to stop."""
        if not _more(draw, 3, len(self.channels), 3):
            return False
        halls = [name for name, site in self.sites.items() if "inhabitants" in site]
        channel: Document = {}
        per = _pick(draw, (None, "town hall", "municipality", "town hall") if halls else (None,))
        if per:
            channel["per"] = per
        if per != "town hall":
            channel["at"] = _pick(draw, list(self.sites))
        sites = halls if per == "town hall" else [channel["at"]]
        candidates = [name for name in self.known if self.reaches(sites, name)]
        needs = _some(draw, candidates, 1) if _one_in(draw, 2) else []
        if needs:
            channel["needs"] = list(needs)
        if self.given["calendars"] and _one_in(draw, 4):
            channel["open"] = self.calendar(draw, _CALENDARS[:-1])
        name = f"channel-{len(self.channels) + 1}"
        self.channels[name], self.known_channels[name] = channel, _Channel(sites, needs)
        return True

    def service(self, draw: DrawFn) -> bool:
        """Add a service; False to stop."""
        if not _more(draw, 3, len(self.services), self.given["max_services"], 1):
            return False
        given, name = self.given, f"service-{len(self.services) + 1}"
        service: Document = {}
        self.services[name] = service
        channels = _some(draw, list(self.channels), 3)
        if channels:
            sites = sorted({site for channel in channels for site in self.known_channels[channel].sites})
        else:
            sites = [_pick(draw, list(self.sites))]
        candidates = [name for name in self.known if self.reaches(sites, name)]
        needs = _some(draw, candidates[::-1], 3)
        tree = _tree(draw, needs, given["nested_needs"])
        if tree:
            service["needs"] = tree
        seen: list[tuple[str, list[Any]]] = []  # the site and the needs of each point
        if channels:
            service["channels"] = dict(zip(channels, _pick(draw, _SPLITS[len(channels)]), strict=True))
            for channel in channels:
                known = self.known_channels[channel]
                seen += [(site, tree + known.needs) for site in known.sites]
        else:
            self.points(draw, service, sites[0], tree, needs, seen)
        options = {
            "open": given["calendars"],
            "demand": 1,
            "verify": given["verification"],
            "title": given["labels"],
            "targets": 2 * given["targets"],
        }
        targets: Document = {}
        for extra in _extras(draw, [name for name, count in options.items() for _ in range(count)], 2):
            match extra:
                case "open":
                    service["open"] = self.calendar(draw, _CALENDARS[:-1])
                case "demand":
                    service["demand"] = _pick(draw, ("38/day", "5/hour", "100/week", "2500.5/year"))
                case "verify":
                    service["verify"] = self.step(draw, places=dict.fromkeys(site for site, _ in seen))
                case "title":
                    service["title"] = "Paspoort afhalen"
                case "targets":
                    targets = self.targets(draw)
        targets |= self.minimum(draw, seen)
        if targets:
            service["targets"] = targets
        self.services[name] = _in_order(service, _SERVICE_KEYS)
        return True

    def points(
        self,
        draw: DrawFn,
        service: Document,
        site: str,
        tree: list[Any],
        needs: Sequence[str],
        seen: list[tuple[str, list[Any]]],
    ) -> None:
        """Give a service its points: the first at this site, others where all that it needs is reached too."""
        given = self.given
        others = [other for other in self.sites if all(self.reaches([other], need) for need in needs)]
        halls = [name for name, each in self.sites.items() if "inhabitants" in each]
        points: Document = {}
        while _more(draw, 3, len(points), given["max_points"], 1):
            at = _pick(draw, others) if points else site
            channels = [
                name
                for name, each in self.known_channels.items()
                if all(self.reaches([at], need) for need in each.needs)
            ]
            point: Document = {"at": at}
            channel_needs: list[str] = []
            options = {
                "needs": True,
                "weight": True,
                "municipality": bool(halls),
                "channel": bool(channels),
                "open": given["calendars"],
            }
            for extra in _extras(draw, [name for name, on in options.items() if on], 2):
                match extra:
                    case "needs":
                        own = _some(draw, [name for name in self.known if self.reaches([at], name)], 2)
                        point["needs"] = _tree(draw, own, given["nested_needs"])
                    case "weight":
                        point["weight"] = _pick(draw, (2, 3, 1))
                    case "municipality":
                        point["municipality"] = _pick(draw, halls)
                    case "channel":
                        point["channel"] = _pick(draw, channels)
                        channel_needs = self.known_channels[point["channel"]].needs
                    case "open":
                        point["open"] = self.calendar(draw, _CALENDARS[:-1])
            points[f"point-{len(points) + 1}"] = point
            seen.append((at, [*tree, *point.get("needs", ()), *channel_needs]))
        service["points"] = points

    def targets(self, draw: DrawFn) -> Document:
        """Targets other than the minimum level."""
        working = ("8 wh", "16 wh") if self.given["working_hours"] else ()
        options = {
            "rto": ("1 h", "30 min", "4 h", "1 d", *working),
            "rpo": ("1 h", "0 s", "1 d"),
            "mtpd": ("1 d", "3 d", "7 d"),
            "share": ("85 %", "50 %", "99.9 %"),
        }
        targets = {name: _pick(draw, options[name]) for name in _extras(draw, ("rto", *options), 1)}
        return _in_order(targets, list(options))

    def minimum(self, draw: DrawFn, seen: Sequence[tuple[str, list[Any]]]) -> Document:
        """The minimum level, one that every point has at the start."""
        level = _ONE
        if any(share < _ONE for component in self.known.values() for share in component.share.values()):
            levels = self.levels()
            level = min(self.level(levels, site, needs) for site, needs in seen)
        if level == _ONE and not (self.given["targets"] and _one_in(draw, 6)):
            return {}
        minimum = _pick(draw, [minimum for minimum in _MINIMA if minimum <= level])
        return {"mbco": f"{minimum // 10_000} %"}

    def level(self, levels: dict[tuple[str, str], int], site: str, need: Any) -> int:
        """The level of a need seen from a site, in millionths; a list is all of its needs."""
        if isinstance(need, str):
            component = self.known[need]
            if component.site_scope:
                return levels.get((need, site), 0)
            near = (levels.get((need, other), 0) for other in component.at if self.island[other] == self.island[site])
            return min(_ONE, sum(near))
        if isinstance(need, dict) and "at_least" in need:
            rule = need["at_least"]
            return sorted((self.level(levels, site, each) for each in rule["of"]), reverse=True)[int(rule["count"]) - 1]
        if isinstance(need, dict):
            return max(self.level(levels, site, each) for each in need["any"])
        return min((self.level(levels, site, each) for each in need), default=_ONE)

    def levels(self) -> dict[tuple[str, str], int]:
        """The level of each active deployment at the start: the greatest solution."""
        levels = {
            (name, site): component.share[site] for name, component in self.known.items() for site in component.active()
        }
        needs = {name: self.all_needs(self.components[name]) for name in self.components}
        while True:
            lower = {
                (name, site): min(level, self.level(levels, site, needs[name]))
                for (name, site), level in levels.items()
            }
            if lower == levels:
                return levels
            levels = lower

    def all_needs(self, holder: Document) -> list[Any]:
        """The needs of a component or class with those of its classes."""
        return [
            *holder.get("needs", ()),
            *(need for name in _classes(holder) for need in self.all_needs(self.classes[name])),
        ]

    # The document

    def document(self) -> Document:
        sections = {
            "sources": self.sources,
            "calendars": self.calendars,
            "response": self.response,
            "sites": self.sites,
            "links": self.links,
            "teams": self.teams,
            "suppliers": self.suppliers,
            "classes": self.classes,
            "components": self.components,
            "channels": self.channels,
            "services": self.services,
        }
        filled = {name: section for name, section in sections.items() if section}
        return {"drsim": "landscape 1", "title": "A generated landscape", **filled}


def _crew_names(crew: str | Document) -> list[str]:
    """The teams and suppliers of a crew as the notation writes it."""
    return [crew] if isinstance(crew, str) else list(crew)


def _classes(holder: Document) -> list[str]:
    classes = holder.get("class", [])
    return [classes] if isinstance(classes, str) else list(classes)


def _response(draw: DrawFn, given: Features, crews: Sequence[Any]) -> Document:
    """Some keys of a response; shrinks to none."""

    def step() -> Document:
        crew = _fresh(_pick(draw, crews)) if crews and _one_in(draw, 2) else None
        step: Document = {"takes": _law(draw, given, working=crew is not None)}
        return step if crew is None else {**step, "by": crew}

    response: Document = {}
    for extra in _extras(draw, _RESPONSE_KEYS, 2):
        match extra:
            case "detect" | "evacuation":
                response[extra] = _law(draw, given)
            case "assess" | "decide":
                response[extra] = step()
            case _:
                response[extra] = _duration(draw, given, _WAITS)
    return _in_order(response, _RESPONSE_KEYS)


# Each part is a strategy of its own, since Hypothesis shrinks by removing parts and varies by repeating alike ones.


@st.composite
def _site_part(draw: DrawFn, builder: _Builder) -> bool:
    return builder.site(draw)


@st.composite
def _team_part(draw: DrawFn, builder: _Builder) -> bool:
    return builder.team(draw)


@st.composite
def _component_part(draw: DrawFn, builder: _Builder) -> bool:
    return builder.component(draw)


@st.composite
def _channel_part(draw: DrawFn, builder: _Builder) -> bool:
    return builder.channel(draw)


@st.composite
def _service_part(draw: DrawFn, builder: _Builder) -> bool:
    return builder.service(draw)


@st.composite
def _response_part(draw: DrawFn, given: Features, crews: Sequence[Any]) -> Document:
    return _response(draw, given, crews)


@st.composite
def _landscape(draw: DrawFn, given: Features) -> Document:
    builder = _Builder(given)
    site, team, component = _site_part(builder), _team_part(builder), _component_part(builder)
    channel, service = _channel_part(builder), _service_part(builder)
    while draw(site):
        pass
    while given["crews"] and given["max_teams"] and draw(team):
        pass
    builder.find_crews()
    builder.response = draw(_response_part(given, builder.crews))
    builder.least = 1 + _below(draw, min(given["max_components"], 3))
    builder.backwards = given["max_components"] > 1 and _one_in(draw, 3)
    while draw(component):
        pass
    while given["channels"] and draw(channel):
        pass
    while draw(service):
        pass
    return builder.document()


# A scenario


@dataclass(slots=True)
class _Targets:
    """What disruptions may hit, with what they must know of it."""

    landscape: Document
    given: ScenarioFeatures
    kinds: list[str] = field(default_factory=list)
    last: tuple[str, str, int] | None = None
    """The last one with a fixed beginning and end: its kind, its target and the minute of its end."""
    last_after: int = 0
    least: int = 0
    number: int = 0
    """How many there are so far."""

    def __post_init__(self) -> None:
        """List the kinds of things that there are to hit."""
        on = {
            "site": self.given["site_outages"],
            "component": self.given["component_outages"],
            "team": self.given["team_outages"],
            "link": self.given["link_outages"],
        }
        self.kinds = [kind for kind, allowed in on.items() if allowed and self.section(kind)]

    def section(self, kind: str) -> Document:
        """What of this kind there is to hit."""
        if kind == "team":
            return {**self.landscape.get("teams", {}), **self.landscape.get("suppliers", {})}
        return cast(Document, self.landscape.get(f"{kind}s", {}))

    def repairable(self, name: str) -> bool:
        """Whether a component, or one of its classes, has a `repair`."""
        queue = [self.landscape["components"][name]]
        for holder in queue:
            if "repair" in holder:
                return True
            queue += [self.landscape["classes"][each] for each in _classes(holder)]
        return False

    def disruption(self, draw: DrawFn) -> Document | None:
        """A disruption; None to stop."""
        given, number = self.given, self.number
        if not self.kinds or not _more(draw, 5, number, given["max_disruptions"], self.least):
            return None
        self.number += 1
        last, before = self.last, self.last_after
        again = last is not None and given["later"] and _one_in(draw, 2)
        kind = _pick(draw, self.kinds + self.kinds[:1])
        section = self.section(kind)
        target = _pick(draw, list(section))
        if again and last is not None:
            kind, target, _ = last
            section = self.section(kind)
        disruption: Document = {kind: target}

        after: int | None = 0
        if again and last is not None:  # touching or, when it is sooner, overlapping
            after = _pick(draw, (last[2], last[2], (before + last[2]) // 2, before, last[2] + 10))
            disruption["after"] = f"{after} min"
        elif given["later"] and _one_in(draw, 3):
            law = _law(draw, given)
            disruption["after"] = law
            after = _minutes(law)

        lasts = self.lasts(draw, kind, target)
        if lasts is not None:
            disruption["lasts"] = lasts
        length = dict(zip(_LASTS, _LASTS_MINUTES, strict=True)).get(lasts) if isinstance(lasts, str) else None
        self.last = None if after is None or length is None else (kind, target, after + length)
        self.last_after = after or 0

        if kind == "team":
            people = int(section[target].get("people", 1))
            if _one_in(draw, 3):
                disruption["people"] = 1 + _below(draw, people)
        if kind == "component" and _one_in(draw, 4):
            at = list(section[target]["at"])
            disruption["sites"] = at if _one_in(draw, 3) else [_pick(draw, at)]
        return disruption

    def lasts(self, draw: DrawFn, kind: str, target: str) -> Any:
        """How long it lasts; None where the default says it."""
        given = self.given
        ends: list[str] = []
        if kind == "component" and self.repairable(target):
            ends = ["default", _UNTIL_REPAIRED, _UNTIL_REPAIRED]
        elif given["whole_drill"]:
            ends = ["default"]
        if given["whole_drill"]:
            ends.append(_WHOLE_DRILL)
        form = _pick(draw, [*ends[:1], "fixed", "fixed", *(["law"] if given["uncertain"] else []), *ends[1:]])
        if form == "default":
            return None
        if form == "fixed":
            if given["durations"] == "any" and _one_in(draw, 2):
                return _any_fixed(draw)
            return _pick(draw, _LASTS)
        if form == "law":
            if given["durations"] == "any":
                return f"{1 + _below(draw, 60)} to 480 min" if _one_in(draw, 2) else "1 h (0.5 to 8)"
            return {"observed": ["30 min", "1 h"]} if _one_in(draw, 2) else {"mix": {"70 %": "10 min", "30 %": "2 h"}}
        return form


def _minutes(law: Any) -> int | None:
    """The minutes of a round duration that is fixed."""
    if not isinstance(law, str) or law not in _ROUND:
        return None
    number, unit = law.split()
    return int(number) * {"s": 0, "min": 1, "h": 60}[unit]


def _moment(draw: DrawFn, given: ScenarioFeatures) -> str:
    if given["any_moment"] and _one_in(draw, 3):
        return _ANY_MOMENT
    if given["durations"] == "any" and _one_in(draw, 2):
        days, minute = draw(st.integers(0, 1400)), draw(st.integers(0, 24 * 60 - 1))
        if minute // 60 == 2:
            minute += 60  # on one night in a year that hour does not exist
        return f"{datetime(2015, 1, 1) + timedelta(days=days, minutes=minute):%Y-%m-%d %H:%M}"
    return _pick(draw, _MOMENTS)


@st.composite
def _disruption_part(draw: DrawFn, targets: _Targets) -> Document | None:
    return targets.disruption(draw)


@st.composite
def _scenario(draw: DrawFn, own: Document | SearchStrategy[Document] | None, given: ScenarioFeatures) -> Document:
    least = given["min_disruptions"]
    if not least and given["max_disruptions"] and _below(draw, 10):  # early, for what comes late is often cut off
        least = 1
    if own is None:
        landscape = draw(_landscape(given))
    elif isinstance(own, SearchStrategy):
        landscape = draw(own)
    else:
        landscape = copy.deepcopy(own)

    targets = _Targets(landscape, given, least=least)
    disruption = _disruption_part(targets)
    disruptions: Document = {}
    while (drawn := draw(disruption)) is not None:
        disruptions[f"outage-{len(disruptions) + 1}"] = drawn
    teams = [*landscape.get("teams", ()), *landscape.get("suppliers", ())] if given["crews"] else []
    response = _response(draw, given, teams) if _one_in(draw, 3) else {}
    document: Document = {"drsim": "scenario 1", "title": "A generated drill"}
    if given["labels"] and _one_in(draw, 8):
        document |= {"question": "Does service simply go on?", "why": "no"}
    document["landscape"] = {key: value for key, value in landscape.items() if key != "drsim"}
    document["moment"] = _moment(draw, given)
    if disruptions:
        document["disruptions"] = disruptions
    if response:
        document["response"] = response
    horizon = _horizon(draw, document, given)
    if horizon:
        document["horizon"] = horizon
    return document


def _horizon(draw: DrawFn, document: Document, given: ScenarioFeatures) -> str | None:
    """How far to look: as far as the targets, and beyond the beginning of each disruption; None for the default."""
    ends = [0]
    for service in document["landscape"].get("services", {}).values():
        targets = service.get("targets", {})
        ends += [Duration.parse(targets[key]).ms for key in ("rto", "mtpd") if key in targets]
    for disruption in document.get("disruptions", {}).values():
        after = Law.parse(disruption.get("after", "0 s"), "duration").fixed
        ends.append(0 if after is None else after + 1)
    least = max(ends)
    enough = [horizon for horizon in _HORIZONS if Duration.parse(horizon).ms >= least]
    if enough and enough[0] == _HORIZONS[0] and not _one_in(draw, 3):
        return None
    if not enough or (given["durations"] == "any" and _one_in(draw, 4)):
        return format_ms(least + draw(st.integers(1, 240)) * MINUTE)
    return _pick(draw, enough)


# What users call


def landscape_documents(**features: Unpack[Features]) -> SearchStrategy[Document]:
    """Landscapes in the notation, as plain dicts with `drsim` first.

    Every service is at or above its minimum when nothing is disrupted. See `Features` for the keyword arguments.
    """
    given = _features(features)
    return _landscape(given)


def scenario_documents(
    landscape: Document | SearchStrategy[Document] | None = None, **features: Unpack[ScenarioFeatures]
) -> SearchStrategy[Document]:
    """Scenarios in the notation, as plain dicts with `drsim` first and the landscape in place.

    `landscape` is a document of your own, or a strategy for one; left out, it is `landscape_documents` with the same
    features. See `ScenarioFeatures` for the keyword arguments.
    """
    given = _features(features)
    return _scenario(landscape, given)


def landscapes(**features: Unpack[Features]) -> SearchStrategy[Landscape]:
    """Landscapes as the model; see `Features` for the keyword arguments."""
    from drsim.reading import loads_landscape

    return landscape_documents(**features).map(lambda document: loads_landscape(document_text(document)))


def scenarios(
    landscape: Document | SearchStrategy[Document] | None = None, **features: Unpack[ScenarioFeatures]
) -> SearchStrategy[Scenario]:
    """Scenarios as the model; the arguments are those of `scenario_documents`."""
    from drsim.reading import loads

    return scenario_documents(landscape, **features).map(lambda document: loads(document_text(document)))


def document_text(document: Document) -> str:
    """A document as text for the reader: JSON, which is YAML too and much faster to write."""
    return json.dumps(document, ensure_ascii=False, indent=1)
