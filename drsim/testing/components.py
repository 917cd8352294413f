"""Components and their classes: where they are, what they need, how they are recovered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, below, extras, fresh, in_order, one_in, pick, some
from drsim.testing.cut_off import cut_off
from drsim.testing.failing import failing
from drsim.testing.features import Features
from drsim.testing.needs import leaves, tree
from drsim.testing.people import OFTEN_OR_NEVER, UNTIL_IT_WORKS, UNUSABLE, People
from drsim.testing.places import Places
from drsim.testing.quantities import SCHEDULES, detection, law, rate, size
from drsim.units import ONE

_ACTIVE: Final = ("alone", "alone", "alone", "alone", "alone", "two", "two, shares", "third", "third, shares")
_RECOVERIES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "hot": (("hot",), ("hot", "warm"), ("warm",), ("hot", "cold"), ("hot", "warm", "cold")),
    "warm": (("warm",), ("warm", "cold"), ("cold",)),
    "cold": (("cold",),),
}
_TAKEN: Final = tuple((kind, taken) for taken in SCHEDULES for kind in ("backup", "snapshot"))
_PATIENCE: Final = ("1 min", "5 min", "10 min", "30 min", "2 h")
_LABELS: Final = (
    ("title", "Ünit “x”: no"),
    ("gemma", "Zaakregistratiecomponent"),
    ("supplier", "Centric"),
    ("availability", 2),
)
_COMMON: Final = (("firmware",), ("firmware",), ("vendor",), ("firmware", "vendor"))
KEYS: Final = (
    *(
        "title",
        "class",
        "scope",
        "at",
        "needs",
        "starts_after",
        "uses",
        "shares",
        "boots",
        "on_partition",
        "witness",
        "precheck",
        "start",
        "switch",
        "stop",
        "sheddable",
        "restart",
        "repair",
        "fails",
        "detect",
    ),
    *("restore", "verify", "data", "copies", "recover", "give_up_after", "labels", "supplier", "gemma", "availability"),
)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def roles(component: Document) -> dict[str, str]:
    """The role of a component at each of its sites."""
    return {site: each if isinstance(each, str) else each["role"] for site, each in component["at"].items()}


def active(component: Document) -> list[str]:
    """The sites where a component is active."""
    return [site for site, role in roles(component).items() if role == "active"]


def is_local(component: Document) -> bool:
    """Whether a component serves only its own site."""
    return component.get("scope") == "site"


def is_alone(component: Document) -> bool:
    """Whether a component takes over alone when it is cut off."""
    return component.get("on_partition") == "takeover, alone"


def classes(holder: Document) -> list[str]:
    """The classes of a component or a class."""
    named = holder.get("class", [])
    return [named] if isinstance(named, str) else list(named)


@dataclass
class Components:
    """The components and classes of a landscape."""

    given: Features
    places: Places
    people: People
    backwards: bool
    """Whether names run against the order in which components need each other."""
    classes: Document = field(default_factory=dict)
    components: Document = field(default_factory=dict)

    def needs(self, holder: Document) -> list[Any]:
        """The needs of a component or class with those of its classes."""
        inherited = (need for name in classes(holder) for need in self.needs(self.classes[name]))
        return [*holder.get("needs", ()), *inherited]

    def reached(self, users: Iterable[str], need: str) -> bool:
        """Whether something active at these sites can count on the need from the start."""
        component = self.components[need]
        if is_local(component):
            return set(users) <= set(active(component))
        return self.places.together(users, active(component))

    def may_need(self, user: Document, need: str) -> bool:
        """Whether a component may need another: it is reached where active and, for scope site, beside it."""
        beside = not is_local(self.components[need]) or user["at"].keys() <= self.components[need]["at"].keys()
        return beside and self.reached(active(user), need)

    def share(self, component: Document, site: str) -> int:
        """Its own share at a site, pools included."""
        standing = component["at"][site]
        share = ONE if isinstance(standing, str) else int(standing["share"].removesuffix(" %")) * 10_000
        pools = self.places.sites[site].get("pools", {})
        shared = (pools[pool] * ONE // demand for pool, demand in component.get("shares", {}).items())
        return min([share, *map(int, shared)])

    def room(self, site: str) -> int:
        """Room in the pool `hosts` of a site that active and hot deployments leave."""
        held = sum(
            int(component.get("uses", {}).get("hosts", 0))
            for component in self.components.values()
            if roles(component).get(site) in ("active", "hot")
        )
        return int(self.places.sites[site]["pools"]["hosts"]) - held


@st.composite
def component(draw: DrawFn, known: Components) -> None:
    """A component, which needs earlier ones or closes a circle with one."""
    given, number, earlier = known.given, len(known.components), list(known.components)
    place = given["max_components"] - 1 - number if known.backwards else number
    name = _LETTERS[place] if place < len(_LETTERS) else f"c{place + 1}"
    sites = list(known.places.sites)
    component: Document = {"at": {sites[0]: "active"}}
    known.components[name] = component
    if not below(draw, 8):
        return  # a plain one is few choices, which the shrinker can remove at once
    if given["site_scope"] and one_in(draw, 4):
        component["scope"] = "site"
    component["at"] = _standings(draw, given, sites, is_local(component))
    standby = next((site for site, role in roles(component).items() if role != "active"), None)
    role = roles(component)[standby] if standby else None

    lower = [other for other in earlier if known.may_need(component, other)]
    _needs(draw, known, name, lower)
    restorable = False
    if given["data"] and (given["transfers"] or role != "cold") and below(draw, 4 if role == "cold" else 2):
        restorable = _data(draw, known, component, standby, role)
    weights = {
        "start": 4,
        "restart": 1,
        "automatic": given["automatic"],
        "repair": given["repairs"],
        "detect": 1,
        "verify": given["verification"],
        "pools": 4 * given["pools"],
        "class": 2 * given["classes"],
        "labels": given["labels"],
        "common": 2 * given["common_causes"],
        # last what depends on other draws, so that those before mean the same without them
        "starts_after": given["starts_after"] and bool(lower),
        "recover": role is not None,
        "switch": 2 * (role == "hot"),
        "restore": 2 * (restorable and bool(known.people.crews)),
    }
    step, places = known.people.step, list(component["at"])
    for extra in extras(draw, weights, 4):
        match extra:
            case "start":
                component["start"] = step(draw, works=OFTEN_OR_NEVER, places=places)
            case "switch":
                component["switch"] = step(draw, by="nobody", works=OFTEN_OR_NEVER)
            case "detect":
                component["detect"] = detection(draw, known.given)
            case "restart" | "repair":
                component[extra] = step(draw, works=UNTIL_IT_WORKS, places=places)
            case "automatic":
                component["restart"] = {"automatic": True, **step(draw, by="nobody", works=UNTIL_IT_WORKS)}
            case "restore":
                crew = fresh(pick(draw, known.people.crews))
                component["restore"] = {"by": crew, **known.people.skills(draw, crew)}
            case "verify":
                component["verify"] = step(draw, places=places)
            case "recover" if role is not None:
                cold = restorable or "data" not in component
                component["recover"] = list(pick(draw, [way for way in _RECOVERIES[role] if cold or "cold" not in way]))
            case "pools":
                _pools(draw, known, component)
            case "class":
                _take_classes(draw, known, name)
            case "starts_after":
                component["starts_after"] = tree(draw, some(draw, lower, 3), given["nested_needs"])
            case "common":
                component["labels"] = list(pick(draw, _COMMON))
            case "labels":
                key, value = pick(draw, _LABELS)
                component[key] = value
    if given["storms"] and one_in(draw, 6):
        for site in component["at"]:
            known.places.pool(draw, site, "boots", (3, 1, 2, 7))
        component["boots"] = {
            "items": pick(draw, (5, 1, 2, 10)),
            "each": pick(draw, ("10 min", "1 min", "7 min")),
            "on": "boots",
        }
        if one_in(draw, 3):
            component["boots"]["at_once"] = pick(draw, (2, 1))
    people_needed = {"warm", "cold"} & set(component.get("recover", [role]))
    if people_needed and given["prechecks"] and one_in(draw, 4):
        component["precheck"] = step(draw, works=UNTIL_IT_WORKS)
    if role is not None and given["give_up"] and one_in(draw, 3):
        strategies = component.get("recover", [role])
        component["give_up_after"] = {pick(draw, strategies): pick(draw, _PATIENCE)}
    if given["fails"] and one_in(draw, 8):
        component["fails"] = failing(draw, given, repairable="repair" in component)
    if given["partitions"] and one_in(draw, 3):
        cut_off(draw, component, roles(component), known.places)
    known.components[name] = in_order(component, KEYS)


def _standings(draw: DrawFn, given: Features, sites: Sequence[str], local: bool) -> Document:
    """Roles by site, with shares where they are not 100 %."""
    form = pick(draw, _ACTIVE if given["active_active"] else _ACTIVE[:1])
    if local and form != _ACTIVE[0]:
        return dict.fromkeys(sites, "active")
    first = pick(draw, (*sites[:1], *sites))
    left = [site for site in sites if site != first]
    at = [first]
    if left and form != _ACTIVE[0]:
        at.append(left.pop(below(draw, len(left))))
        if left and "third" in form:
            at.append(left.pop(0))
    half = len(at) > 1 and "shares" in form
    standings: Document = {site: _standing("active", half) for site in at}
    switched = {"cold": given["cold"], "warm": given["warm"], "hot": given["hot"]}
    on = [role for role in switched if switched[role]]
    standby = pick(
        draw, (None, *((role, False) for role in on * 3), *((role, True) for role in on)) if left else (None,)
    )
    if standby is not None:
        standings[pick(draw, left)] = _standing(*standby)
    return standings


def _standing(role: str, half: bool) -> str | Document:
    return {"role": role, "share": "50 %"} if half else role


def _needs(draw: DrawFn, known: Components, name: str, lower: Sequence[str]) -> None:
    """Needs among these, and perhaps a circle with one of them."""
    given, component = known.given, known.components[name]
    mate = None
    if given["circles"] and one_in(draw, 4):
        mates = [other for other in lower if known.may_need(known.components[other], name)]
        mate = pick(draw, mates) if mates else None
    chosen = some(draw, lower, 3)
    if mate:
        longer = [other for other in lower if mate in leaves(known.needs(known.components[other]))]
        way = pick(draw, [mate, *longer])
        if way not in chosen:
            chosen.append(way)
    needs = tree(draw, chosen, given["nested_needs"])
    if needs or one_in(draw, 6):
        component["needs"] = needs
    if mate:
        _close(draw, known, mate, name)


def _close(draw: DrawFn, known: Components, mate: str, name: str) -> None:
    """Let the mate need the component that needs it."""
    holder = known.components[mate]
    theirs = set(leaves(known.needs(holder)))
    names = list(known.components)
    earlier = names[: names.index(mate)]  # so that only the circle leads back
    others = [other for other in earlier if other not in theirs and known.may_need(holder, other)]
    other = pick(draw, (None, *others)) if known.given["nested_needs"] else None
    holder["needs"] = [*holder.get("needs", ()), name if other is None else {"any": [name, other]}]
    known.components[mate] = in_order(holder, KEYS)


def _take_classes(draw: DrawFn, known: Components, name: str) -> None:
    """Name a class or two, new or known, whose needs this component may have."""
    component = known.components[name]
    fitting = [
        each
        for each, content in known.classes.items()
        if all(need != name and known.may_need(component, need) for need in leaves(known.needs(content)))
    ]
    chosen = some(draw, fitting, 2) or [_new_class(draw, known, fitting, name)]
    component["class"] = chosen[0] if len(chosen) == 1 else chosen


def _new_class(draw: DrawFn, known: Components, fitting: Sequence[str], user: str) -> str:
    name, given = f"class-{len(known.classes) + 1}", known.given
    content: Document = {}
    if fitting and one_in(draw, 2):
        content["class"] = pick(draw, fitting)
    first = next(iter(known.components))
    may = first != user and known.may_need(known.components[user], first)
    weights = {
        "needs": 2 * (may and first not in leaves(known.needs(content))),
        "start": 2,
        "restart": 1,
        "repair": given["repairs"],
        "verify": given["verification"],
        "fails": given["fails"],
        "gemma": given["labels"],
        "labels": given["common_causes"],
    }
    for extra in extras(draw, weights, 1):
        match extra:
            case "needs":
                content["needs"] = [first]
            case "start":
                content["start"] = known.people.step(draw, works=OFTEN_OR_NEVER)
            case "gemma":
                content["gemma"] = "Serverfunctionaliteitcomponent"
            case "labels":
                content["labels"] = list(pick(draw, _COMMON))
            case "fails":
                content["fails"] = failing(draw, given)
            case step:
                content[step] = known.people.step(draw)
    known.classes[name] = content
    return name


def _pools(draw: DrawFn, known: Components, component: Document) -> None:
    """Reserve room that is left, or share a pool that gives at least half."""
    places = known.places
    if one_in(draw, 3):
        seats = {site: places.pool(draw, site, "seats", (10, 20, 30)) for site in component["at"]}
        least = min(seats[site] for site in active(component))
        component["shares"] = {"seats": pick(draw, (least, least * 2, least * 4 // 3))}
        return
    for site, role in roles(component).items():
        places.pool(draw, site, "hosts", (4, 3, 2) if role == "active" else (1, 2, 3))  # more fails over than has room
    most = min(known.room(site) for site, role in roles(component).items() if role in ("active", "hot"))
    if most:
        component["uses"] = {"hosts": 1 + below(draw, min(most, 2))}


def _data(draw: DrawFn, known: Components, component: Document, standby: str | None, role: str | None) -> bool:
    """Give it data with the copies that its standby calls for; True when it has one to restore from."""
    given = known.given
    copies = list(_copies(draw, given, list(known.places.sites), standby, role))
    if copies and given["failures"]:
        works = pick(draw, (None, None, None, *UNUSABLE))
        if works is not None:
            pick(draw, copies)["works"] = works
    component["data"] = {"size": size(draw, given)}
    if copies:
        component["copies"] = {f"copy-{number}": each for number, each in enumerate(copies, 1)}
    return any("restores" in each for each in copies)


def _copies(
    draw: DrawFn, given: Features, sites: Sequence[str], standby: str | None, role: str | None
) -> Iterator[Document]:
    if standby and role in ("hot", "warm"):
        if one_in(draw, 2):
            yield {"at": standby, "kind": "asynchronous", "lag": law(draw, given)}
        else:
            yield {"at": standby, "kind": "synchronous"}
    if given["transfers"]:
        places = sorted(sites, key=lambda site: site != standby)
        for _ in range(pick(draw, (1, 2, 3, 1) if role == "cold" else (1, 2, 3, 0))):
            kind, taken = pick(draw, _TAKEN)
            copy = {"at": pick(draw, places), "kind": kind, "taken": taken, "restores": rate(draw, given)}
            if given["corruptions"] and one_in(draw, 4):
                copy["immutable"] = True
            yield copy
