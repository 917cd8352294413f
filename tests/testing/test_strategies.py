"""The strategies give what the notation allows, all of it, quickly, and small examples of it."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from drsim import testing
from drsim.calendar import Calendar, Schedule
from drsim.distributions import Law
from drsim.model import Landscape, Scenario
from drsim.reading import loads, loads_landscape
from drsim.testing import (
    Document,
    calendars,
    document_text,
    landscape_documents,
    landscapes,
    laws,
    need_trees,
    rates,
    scenario_documents,
    scenarios,
    schedules,
)
from drsim.units import Duration

QUIET = settings(
    derandomize=True, database=None, deadline=None, max_examples=300, suppress_health_check=list(HealthCheck)
)
FAST = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
WORKING = re.compile(r"\bwh\b").search
PARTS = ("takes", "lag", "call_out", "after", "lasts", "restores", "detect", "evacuation")


MANY = 2000
"""Examples for shares: Hypothesis varies by repeating, so that 300 of them differ by half from what 2,000 give."""


def collect(strategy: st.SearchStrategy[Any], count: int = 300) -> list[Any]:
    """The same examples every time."""
    drawn: list[Any] = []

    @settings(QUIET, max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def run(example: Any) -> None:
        drawn.append(example)

    run()
    return drawn


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return collect(scenario_documents(), MANY)


@pytest.fixture(scope="module")
def any_documents() -> list[Document]:
    return collect(scenario_documents(durations="any"), MANY)


# What a document contains, worked out from the document alone


def leaves(need: Any) -> Iterator[str]:
    if isinstance(need, str):
        yield need
    elif isinstance(need, list):
        for each in need:
            yield from leaves(each)
    else:
        rule = need.get("any") or need["at_least"]["of"]
        yield from leaves(rule)


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, at any depth."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key, each
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)


def names_of(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def section(document: Document, name: str) -> Document:
    return document.get("landscape", document).get(name, {})


def lineage(document: Document, holder: Document) -> Iterator[Document]:
    yield holder
    for name in names_of(holder.get("class", [])):
        yield from lineage(document, section(document, "classes")[name])


def all_needs(document: Document, component: Document) -> list[Any]:
    return [need for holder in lineage(document, component) for need in holder.get("needs", [])]


def roles(component: Document) -> dict[str, str]:
    return {site: each if isinstance(each, str) else each["role"] for site, each in component["at"].items()}


def shares(component: Document) -> dict[str, Fraction]:
    return {
        site: Fraction(1 if isinstance(each, str) else Fraction(each["share"].split()[0]) / 100)
        for site, each in component["at"].items()
    }


def islands(document: Document) -> dict[str, frozenset[str]]:
    """For each site the sites that it reaches."""
    reach = {site: {site} for site in section(document, "sites")}
    for _ in reach:
        for link in section(document, "links").values():
            one, other = link["between"]
            joined = reach[one] | reach[other]
            for site in joined:
                reach[site] = joined | reach[site]
    return {site: frozenset(reached) for site, reached in reach.items()}


def points(document: Document) -> Iterator[tuple[Document, str, list[Any]]]:
    """Each point: its service, its site and all its needs."""
    halls = [name for name, site in section(document, "sites").items() if "inhabitants" in site]
    channels = section(document, "channels")
    for service in section(document, "services").values():
        for name in service.get("channels", {}):
            channel = channels[name]
            for site in halls if channel.get("per") == "town hall" else [channel["at"]]:
                yield service, site, [*service.get("needs", []), *channel.get("needs", [])]
        for point in service.get("points", {}).values():
            of_channel = channels[point["channel"]].get("needs", []) if "channel" in point else []
            yield service, point["at"], [*service.get("needs", []), *point.get("needs", []), *of_channel]


def circle(document: Document) -> list[str]:
    """The members of circles of needs."""
    components = section(document, "components")
    below = {name: set(leaves(all_needs(document, component))) for name, component in components.items()}
    for _ in below:
        below = {name: needs.union(*(below[need] for need in needs)) for name, needs in below.items()}
    return [name for name, needs in below.items() if name in needs]


def disruptions(document: Document) -> list[Document]:
    return list(document.get("disruptions", {}).values())


def steps(document: Document) -> Iterator[Document]:
    for _, value in walk(document):
        if isinstance(value, dict) and "takes" in value:
            yield value


def of(name: str, test: Callable[[Document], Any]) -> Callable[[Document], bool]:
    """Whether something in that section of the landscape is like this."""
    return lambda document: any(test(each) for each in section(document, name).values())


def copies(test: Callable[[Document], Any]) -> Callable[[Document], bool]:
    return of("components", lambda component: any(test(each) for each in component.get("copies", {}).values()))


def role(name: str) -> Callable[[Document], bool]:
    return of("components", lambda component: name in roles(component).values())


def has(name: str, key: str) -> Callable[[Document], bool]:
    return of(name, lambda each: key in each)


def disrupted(test: Callable[[Document], Any]) -> Callable[[Document], bool]:
    return lambda document: any(test(each) for each in disruptions(document))


KINDS = ("site", "link", "component", "team", "label", "links_of", "power", "corruption")


def span(disruption: Document) -> tuple[str, int, int] | None:
    """What is hit, from when and until when, if that is certain."""
    target = next(f"{kind} {disruption[kind]}" for kind in KINDS if kind in disruption)
    if "follows" in disruption:
        return None
    try:
        after = Duration.parse(disruption.get("after", "0 s")).ms
        return target, after, after + Duration.parse(disruption["lasts"]).ms
    except (KeyError, ValueError, TypeError):
        return None


def pairs(test: Callable[[tuple[str, int, int], tuple[str, int, int]], bool]) -> Callable[[Document], bool]:
    def found(document: Document) -> bool:
        spans = [each for each in map(span, disruptions(document)) if each]
        return any(a is not b and a[0] == b[0] and test(a, b) for a in spans for b in spans)

    return found


def parallel(document: Document) -> bool:
    between = Counter(frozenset(link["between"]) for link in section(document, "links").values())
    return any(count > 1 for count in between.values())


def triangle(document: Document) -> bool:
    between = {frozenset(link["between"]) for link in section(document, "links").values()}
    sites = list(section(document, "sites"))
    return any(
        {frozenset((a, b)), frozenset((b, c)), frozenset((a, c))} <= between
        for a in sites
        for b in sites
        for c in sites
        if len({a, b, c}) == 3
    )


def nested(document: Document) -> bool:
    return any(
        isinstance(each, dict)
        for key, value in walk(section(document, "components"))
        if key in ("any", "of")
        for each in value
    )


def scoped(component: Document) -> bool:
    return component.get("scope") == "site"


def circle_of(site_scope: bool) -> Callable[[Document], bool]:
    return lambda document: any(
        scoped(section(document, "components")[name]) == site_scope for name in circle(document)
    )


def network_needs_site(document: Document) -> bool:
    components = section(document, "components")
    return any(
        scoped(components[need])
        for component in components.values()
        if not scoped(component)
        for need in leaves(all_needs(document, component))
    )


def laws_of(document: Document) -> Iterator[Any]:
    return (
        value for key, value in walk(document) if key in PARTS and not (key == "restores" and isinstance(value, dict))
    )


def law(test: Callable[[Any], Any]) -> Callable[[Document], bool]:
    return lambda document: any(test(each) for each in laws_of(document))


ORDERS = ("groups", "best-effort groups")


def most_heads(team: Document) -> int:
    """The most heads of a team that surely are there at once."""
    return max((shift.get("people", 1) for shift in team.get("shifts", {}).values()), default=team.get("people", 1))


def crew(document: Document) -> bool:
    return any("by" in step for step in steps(document))


def ways(document: Document) -> set[str]:
    """How the members of consistency groups come back."""
    members = [name for group in section(document, "consistency_groups").values() for name in group]
    return {way for name in members for way in section(document, "components")[name].get("recover", [])}


FEATURES: dict[str, tuple[Callable[[Document], Any], float]] = {
    "one site": (lambda d: len(section(d, "sites")) == 1, 0.05),
    "several sites": (lambda d: len(section(d, "sites")) > 1, 0.5),
    "four sites": (lambda d: len(section(d, "sites")) == 4, 0.1),
    **{
        f"kind {kind}": (of("sites", lambda site, kind=kind: site.get("kind", "data centre") == kind), 0.1)
        for kind in ("town hall", "data centre", "home", "cloud", "outside")
    },
    "municipality": (has("sites", "inhabitants"), 0.1),
    "apart": (lambda d: len(set(islands(d).values())) > 1, 0.08),
    "parallel links": (parallel, 0.08),
    "triangle": (triangle, 0.08),
    "storm": (has("components", "boots"), 0.1),
    "pool used": (has("components", "uses"), 0.15),
    "pool shared": (has("components", "shares"), 0.1),
    "team": (lambda d: section(d, "teams"), 0.3),
    "supplier": (lambda d: section(d, "suppliers"), 0.25),
    "based": (has("teams", "based"), 0.25),
    "call out": (has("teams", "call_out"), 0.25),
    "team works": (has("teams", "works"), 0.25),
    "shifts": (has("teams", "shifts"), 0.05),
    "on call": (has("teams", "on_call"), 0.05),
    "limit to work": (has("teams", "works_at_most"), 0.05),
    "skills of a team": (has("teams", "skills"), 0.05),
    "step that asks for a skill": (lambda d: any("skills" in step for step in steps(d)), 0.05),
    "team never there": (of("teams", lambda team: team.get("works") == "never"), 0.01),
    "several people": (of("teams", lambda team: team.get("people", 1) > 1), 0.25),
    "named calendar": (lambda d: section(d, "calendars"), 0.15),
    "crew": (crew, 0.3),
    "crew of heads": (lambda d: any(isinstance(step.get("by"), dict) for step in steps(d)), 0.25),
    "crew of teams": (lambda d: any(isinstance(s.get("by"), dict) and len(s["by"]) > 1 for s in steps(d)), 0.1),
    "on site": (lambda d: any("on_site" in step for step in steps(d)), 0.08),
    "travel": (has("sites", "travel"), 0.06),
    "working hours": (law(lambda each: WORKING(str(each))), 0.2),
    "supplier in working hours": (
        lambda d: any(WORKING(str(s["takes"])) and "supplier" in str(s.get("by")) for s in steps(d)),
        0.08,
    ),
    "site scope": (of("components", scoped), 0.3),
    "network needs site scope": (network_needs_site, 0.1),
    "any": (lambda d: any(key == "any" for key, _ in walk(section(d, "components"))), 0.12),
    "at least": (lambda d: any(key == "at_least" for key, _ in walk(section(d, "components"))), 0.12),
    "nested needs": (nested, 0.04),
    "circle": (circle, 0.15),
    "longer circle": (lambda d: len(circle(d)) > 2, 0.05),
    "circle of scope site": (circle_of(True), 0.06),
    "circle of scope network": (circle_of(False), 0.1),
    "starts after": (has("components", "starts_after"), 0.12),
    "active twice": (of("components", lambda c: list(roles(c).values()).count("active") > 1), 0.15),
    "active with shares": (
        of("components", lambda c: any(s < 1 and roles(c)[site] == "active" for site, s in shares(c).items())),
        0.05,
    ),
    "standby with a share": (
        of("components", lambda c: any(s < 1 and roles(c)[site] != "active" for site, s in shares(c).items())),
        0.05,
    ),
    "hot": (role("hot"), 0.15),
    "warm": (role("warm"), 0.15),
    "cold": (role("cold"), 0.15),
    "start": (has("components", "start"), 0.3),
    "switch": (has("components", "switch"), 0.03),
    "restart": (has("components", "restart"), 0.25),
    "automatic": (of("components", lambda c: "automatic" in c.get("restart", {})), 0.15),
    "repair": (has("components", "repair"), 0.2),
    "restore": (has("components", "restore"), 0.08),
    "recover": (has("components", "recover"), 0.1),
    "data": (has("components", "data"), 0.5),
    **{
        kind: (copies(lambda each, kind=kind: each["kind"] == kind), 0.15)
        for kind in ("synchronous", "asynchronous", "snapshot", "backup")
    },
    "several copies": (of("components", lambda c: len(c.get("copies", {})) > 1), 0.2),
    "copy unusable": (copies(lambda each: "works" in each), 0.15),
    "works": (lambda d: any("works" in step for step in steps(d)), 0.2),
    "step that replaces a start": (has("steps", "replaces"), 0.02),
    "precheck": (has("components", "precheck"), 0.08),
    "takes over with a witness": (has("components", "witness"), 0.03),
    "takes over alone": (of("components", lambda c: c.get("on_partition") == "takeover, alone"), 0.015),
    "site that fails": (has("sites", "fails"), 0.03),
    "link that fails": (has("links", "fails"), 0.03),
    "component that fails": (has("components", "fails"), 0.1),
    "given up": (has("components", "give_up_after"), 0.1),
    "failback": (lambda d: "failback" in section(d, "response"), 0.02),
    "change": (of("components", lambda c: "change" in c.get("data", {})), 0.004),
    "stop": (of("components", lambda c: "stop" in c and "sheddable" not in c), 0.004),
    "sheddable": (has("components", "sheddable"), 0.04),
    "ships": (copies(lambda each: "ships" in each), 0.02),
    "change by the hour": (of("components", lambda c: isinstance(c.get("data", {}).get("change"), dict)), 0.01),
    "moves": (lambda d: "moves" in d, 0.01),
    "window of a move": (lambda d: "window" in d.get("moves", {}), 0.003),
    "consistency group": (lambda d: section(d, "consistency_groups"), 0.03),
    "consistency group that is restored": (lambda d: ways(d) == {"cold"}, 0.02),
    "consistency group that is replicated": (lambda d: ways(d) > set() and "cold" not in ways(d), 0.002),
    "test": (lambda d: "tests" in d, 0.01),
    "attempts": (lambda d: any("attempts" in step for step in steps(d)), 0.12),
    "verify of a component": (has("components", "verify"), 0.15),
    "verify of a service": (has("services", "verify"), 0.15),
    "class": (has("components", "class"), 0.15),
    "class with needs": (has("classes", "needs"), 0.02),
    "class of a class": (has("classes", "class"), 0.005),
    "several classes": (of("components", lambda c: isinstance(c.get("class"), list)), 0.003),
    "channels": (has("services", "channels"), 0.2),
    "per town hall": (of("channels", lambda c: c.get("per") == "town hall"), 0.1),
    "per municipality": (of("channels", lambda c: c.get("per") == "municipality"), 0.05),
    "channel of a point": (of("services", lambda s: any("channel" in p for p in s.get("points", {}).values())), 0.04),
    "points at several sites": (
        of("services", lambda s: len({p["at"] for p in s.get("points", {}).values()}) > 1),
        0.1,
    ),
    "weight": (of("services", lambda s: any("weight" in p for p in s.get("points", {}).values())), 0.1),
    "needs of a point": (of("services", lambda s: any("needs" in p for p in s.get("points", {}).values())), 0.1),
    "open": (has("services", "open"), 0.2),
    "demand": (has("services", "demand"), 0.2),
    **{
        target: (of("services", lambda s, target=target: target in s.get("targets", {})), 0.08)
        for target in ("rto", "rpo", "mtpd", "mbco", "share")
    },
    "due": (has("services", "due"), 0.08),
    "by hand": (has("services", "manual"), 0.08),
    "neighbour": (
        lambda d: any("fallback" in p for s in section(d, "services").values() for p in s.get("points", {}).values()),
        0.03,
    ),
    "neighbour of a channel": (has("channels", "fallback"), 0.01),
    "step of the plan": (lambda d: section(d, "steps"), 0.1),
    "approval": (has("steps", "approval"), 0.01),
    "step that waits": (of("steps", lambda step: "by" not in step), 0.08),
    "sources": (lambda d: section(d, "sources"), 0.02),
    "groups": (lambda d: "groups" in section(d, "response"), 0.1),
    **{
        f"order of {order}": (lambda d, order=order: section(d, "response").get("order") == order, 0.02)
        for order in ORDERS
    },
    **{
        key: (lambda d, key=key: key in section(d, "response"), 0.08)
        for key in ("detect", "assess", "decide", "wait", "abandon", "evacuation", "settle")
    },
    "wrong diagnosis": (lambda d: "wrong" in section(d, "response").get("assess", {}), 0.02),
    "quorum": (lambda d: "quorum" in section(d, "response").get("decide", {}), 0.02),
    "decided by people": (lambda d: "by" in section(d, "response").get("decide", {}), 0.02),
    "response of the drill": (lambda d: "response" in d, 0.05),
    "horizon": (lambda d: "horizon" in d, 0.15),
    "any moment": (lambda d: d["moment"] == "any moment of the week", 0.2),
    "dated moment": (lambda d: d["moment"] != "any moment of the week", 0.4),
    "nothing happens": (lambda d: not disruptions(d), 0.01),
    "several disruptions": (lambda d: len(disruptions(d)) > 1, 0.3),
    **{f"{kind} hit": (disrupted(lambda each, kind=kind: kind in each), 0.1) for kind in ("link", "component", "team")},
    "site hit": (disrupted(lambda each: "site" in each), 0.25),
    "corruption": (disrupted(lambda each: "corruption" in each), 0.05),
    "corruption before": (disrupted(lambda each: "before" in each), 0.02),
    "corruption reaches": (disrupted(lambda each: "reaches" in each), 0.02),
    "immutable": (copies(lambda each: "immutable" in each), 0.05),
    "chance": (disrupted(lambda each: "chance" in each), 0.05),
    "follows": (disrupted(lambda each: "follows" in each), 0.03),
    "label hit": (disrupted(lambda each: "label" in each), 0.02),
    "links of a site hit": (disrupted(lambda each: "links_of" in each), 0.03),
    "power hit": (disrupted(lambda each: "power" in each), 0.03),
    "battery": (of("sites", lambda site: "ups" in site.get("power", {})), 0.1),
    "generator": (of("sites", lambda site: "generator" in site.get("power", {})), 0.1),
    "trip": (of("sites", lambda site: "trip" in site.get("power", {})), 0.05),
    "part of a team": (disrupted(lambda each: "people" in each), 0.03),
    "sites of a component": (disrupted(lambda each: "sites" in each), 0.03),
    "begins later": (disrupted(lambda each: "after" in each), 0.25),
    "drawn beginning": (disrupted(lambda each: isinstance(each.get("after"), dict)), 0.05),
    "drawn duration": (disrupted(lambda each: isinstance(each.get("lasts"), dict)), 0.1),
    "fixed duration": (disrupted(lambda each: str(each.get("lasts"))[0].isdigit()), 0.25),
    "the whole drill": (disrupted(lambda each: each.get("lasts") == "the whole drill"), 0.1),
    "until repaired": (disrupted(lambda each: each.get("lasts") == "until repaired"), 0.005),
    "touching": (pairs(lambda a, b: a[2] == b[1]), 0.005),
    "overlapping": (pairs(lambda a, b: a[1] <= b[1] < a[2]), 0.005),
    "uncertain": (law(lambda each: isinstance(each, dict) and "within" not in each), 0.4),
    "noticed by the hour": (law(lambda each: isinstance(each, dict) and "within" in each), 0.02),
}

ANY_FORMS = {
    "PERT": lambda each: isinstance(each, str) and "(" in each and "triangular" not in each,
    "triangular": lambda each: str(each).startswith("triangular"),
    "uniform": lambda each: isinstance(each, str) and " to " in each and "(" not in each,
    "lognormal": lambda each: str(each).startswith("median"),
    "exponential": lambda each: str(each).startswith("mean"),
    "weibull": lambda each: str(each).startswith("weibull"),
    "observed": lambda each: "observed" in each,
    "mixture": lambda each: "mix" in each,
    "milliseconds": lambda each: isinstance(each, str) and "ms" in each,
    "mixed units": lambda each: isinstance(each, str) and " h " in each,
}

SWITCHES: dict[str, tuple[Any, list[str]]] = {
    "crews": (False, ["team", "supplier", "crew", "restore", "working hours", "on site", "team hit"]),
    "multi_crews": (False, ["crew of heads", "crew of teams"]),
    "on_site": (False, ["on site", "travel"]),
    "storms": (False, ["storm"]),
    "quorum": (False, ["quorum"]),
    "rests": (False, ["limit to work"]),
    "skills": (False, ["skills of a team", "step that asks for a skill"]),
    "working_hours": (False, ["working hours"]),
    "calendars": (False, ["named calendar", "team works", "open", "shifts", "noticed by the hour", "window of a move"]),
    "apart": (False, ["apart"]),
    "site_scope": (False, ["site scope"]),
    "nested_needs": (False, ["any", "at least", "nested needs"]),
    "circles": (False, ["circle"]),
    "starts_after": (False, ["starts after"]),
    "active_active": (False, ["active twice", "active with shares"]),
    "hot": (False, ["hot", "switch"]),
    "warm": (False, ["warm"]),
    "cold": (False, ["cold"]),
    "pools": (False, ["pool used", "pool shared", "sheddable"]),
    "sheddable": (False, ["sheddable"]),
    "data": (False, ["data", "synchronous", "backup", "corruption"]),
    "transfers": (False, ["snapshot", "backup", "restore", "immutable"]),
    "failures": (False, ["works", "attempts", "copy unusable"]),
    "verification": (False, ["verify of a component", "verify of a service"]),
    "automatic": (False, ["automatic"]),
    "repairs": (False, ["repair", "until repaired"]),
    "classes": (False, ["class"]),
    "channels": (False, ["channels", "municipality", "channel of a point"]),
    "targets": (False, ["rto", "rpo", "mtpd"]),
    "due": (False, ["due"]),
    "by_hand": (False, ["by hand"]),
    "neighbours": (False, ["neighbour", "neighbour of a channel"]),
    "steps": (False, ["step of the plan", "approval", "step that waits", "step that replaces a start"]),
    "groups": (False, ["groups", *(f"order of {order}" for order in ORDERS)]),
    "prechecks": (False, ["precheck"]),
    "give_up": (False, ["given up"]),
    "partitions": (False, ["takes over with a witness", "takes over alone"]),
    "fails": (False, ["site that fails", "link that fails", "component that fails"]),
    "failback": (False, ["failback", "stop"]),
    "moves": (False, ["moves", "window of a move"]),
    "consistency": (False, ["consistency group"]),
    "shipping": (False, ["ships", "change by the hour"]),
    "tests": (False, ["test"]),
    "power": (False, ["power hit", "battery", "generator", "trip"]),
    "labels": (False, ["sources"]),
    "uncertain": (False, ["uncertain", "drawn beginning", "drawn duration"]),
    "max_sites": (1, ["several sites", "hot", "warm", "cold", "travel", "parallel links", "sheddable"]),
    "max_disruptions": (1, ["several disruptions"]),
    "min_disruptions": (1, ["nothing happens"]),
    "any_moment": (False, ["any moment"]),
    "site_outages": (False, ["site hit", "power hit"]),
    "link_outages": (False, ["link hit", "links of a site hit"]),
    "component_outages": (False, ["component hit", "label hit", "until repaired"]),
    "corruptions": (False, ["corruption", "immutable"]),
    "cascades": (False, ["chance", "follows"]),
    "common_causes": (False, ["label hit", "links of a site hit"]),
    "team_outages": (False, ["team hit"]),
    "later": (False, ["begins later"]),
    "whole_drill": (False, ["the whole drill"]),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_occurs_often_enough(feature: str, documents: list[Document]) -> None:
    found, least = FEATURES[feature]
    share = sum(bool(found(document)) for document in documents) / len(documents)
    assert share >= least, f"{feature}: {share:.1%} of the examples, fewer than {least:.1%}"


@pytest.mark.parametrize("form", ANY_FORMS)
def test_every_form_of_a_law_occurs_in_any(form: str, any_documents: list[Document]) -> None:
    assert any(law(ANY_FORMS[form])(document) for document in any_documents)


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_feature_that_is_off_does_not_occur(switch: str) -> None:
    value, gone = SWITCHES[switch]
    for document in collect(scenario_documents(**{switch: value}), 60):
        assert [name for name in gone if FEATURES[name][0](document)] == []


def test_round_durations_are_whole_minutes_that_often_tie(documents: list[Document]) -> None:
    fixed = [
        each
        for document in documents[:300]
        for each in laws_of(document)
        if isinstance(each, str) and each[0].isdigit()
    ]
    lengths = [Duration.parse(each).ms for each in fixed if "/s" not in each]
    assert all(length % 60_000 == 0 for length in lengths)
    assert len(set(lengths)) < 30


# Validity


def check(document: Document) -> None:
    """The rules of the notation, by the document alone."""
    sites, components = section(document, "sites"), section(document, "components")
    people = {
        name: most_heads(team) for kind in ("teams", "suppliers") for name, team in section(document, kind).items()
    }
    named = [name for kind in ("sites", "links", "components", "services") for name in section(document, kind)]
    assert len({*named, *people}) == len(named) + len(people)
    reach = islands(document)
    for name, component in components.items():
        at = roles(component)
        standby = [site for site in at if at[site] != "active"]
        assert at.keys() <= sites.keys()
        assert len(standby) <= 1
        assert "active" in at.values()
        all_copies = component.get("copies", {}).values()
        kinds = {each["kind"] for each in all_copies}
        if "data" not in component:
            assert not all_copies
        elif standby and at[standby[0]] == "cold":
            assert kinds & {"snapshot", "backup"}
        elif standby:
            assert [c for c in all_copies if c["at"] == standby[0] and c["kind"] in ("synchronous", "asynchronous")]
        for each in all_copies:
            assert ("lag" in each or "ships" in each) == (each["kind"] == "asynchronous")
            assert ("taken" in each) == ("restores" in each) == (each["kind"] in ("snapshot", "backup"))
        for need in [*leaves(all_needs(document, component)), *leaves(component.get("starts_after", []))]:
            other = components[need]
            assert need != name
            if scoped(other):
                assert at.keys() <= other["at"].keys()
                assert all(roles(other)[site] == "active" for site in at if at[site] == "active")
            for site in at:
                if at[site] == "active":
                    assert any(roles(other)[o] == "active" for o in (reach[site] & other["at"].keys()))
        for pool in [*component.get("uses", {}), *component.get("shares", {})]:
            assert all(pool in sites[site]["pools"] for site in at)
        if "recover" in component:
            order = {"hot": 0, "warm": 1, "cold": 2}
            assert min(order[each] for each in component["recover"]) >= order[at[standby[0]]]
        for key in ("start", "restart", "repair", "verify"):
            step = component.get(key, {})
            for team in names_of(step.get("by", [])) if step.get("on_site") else []:
                base = section(document, "teams").get(team, {}).get("based")
                for site in at:
                    known = base is None or site == base or site in sites[base].get("travel", {})
                    assert known or base in sites[site].get("travel", {})
        assert "by" not in component.get("switch", {})
        assert {"works", "attempts"}.isdisjoint(component.get("verify", {}))
    for site in sites:
        here = [c for c in components.values() if roles(c).get(site) in ("active", "hot")]
        assert sum(c.get("uses", {}).get("hosts", 0) for c in here) <= sites[site].get("pools", {}).get("hosts", 99)
    for step in steps(document):
        by = step.get("by", {})
        heads = {by: 1} if isinstance(by, str) else by
        assert all(1 <= count <= people[team] for team, count in heads.items())
        assert heads or not WORKING(str(step["takes"]))
        assert heads or "on_site" not in step
    for service in section(document, "services").values():
        assert ("channels" in service) != ("points" in service)
        if "channels" in service:
            assert sum(Fraction(share.split()[0]) for share in service["channels"].values()) == 100
    for disruption in disruptions(document):
        (kind,) = disruption.keys() & set(KINDS)
        if kind == "power":
            assert disruption[kind] in sites
            continue
        if kind == "links_of":
            assert any(disruption[kind] in link["between"] for link in section(document, "links").values())
            continue
        if kind == "corruption":
            named = section(document, "components")
            holders = {name: list(lineage(document, part)) for name, part in named.items()}
            labels = {label for each in holders.values() for holder in each for label in holder.get("labels", ())}
            struck = [
                each
                for name, each in holders.items()
                if any("data" in holder for holder in each)
                if name == disruption[kind] or any(disruption[kind] in h.get("labels", ()) for h in each)
            ]
            assert struck
            assert not named.keys() & labels
            kept = [copy for each in struck for h in each for copy in h.get("copies", {}).values() if "taken" in copy]
            assert set(disruption.get("reaches", [])) <= {word for copy in kept for word in (copy["kind"], copy["at"])}
            assert "detected" in disruption
            assert not disruption.keys() & {"lasts", "sites", "people"}
            assert "before" not in disruption or not disruption.keys() & {"after", "follows"}
            continue
        if kind == "label":
            parts = section(document, "components").values()
            labelled = [
                part for part in parts if any(disruption[kind] in h.get("labels", ()) for h in lineage(document, part))
            ]
            assert labelled
            assert set(disruption.get("sites", [])) <= {site for part in labelled for site in part["at"]}
            if disruption.get("lasts") == "until repaired":
                assert all(any("repair" in holder for holder in lineage(document, part)) for part in labelled)
            continue
        of_kind = section(document, f"{kind}s") | (section(document, "suppliers") if kind == "team" else {})
        hit = of_kind[disruption[kind]]
        assert set(disruption.get("sites", [])) <= hit.get("at", {}).keys()
        assert disruption.get("people", 1) <= most_heads(hit)
        if disruption.get("lasts") == "until repaired":
            assert any("repair" in holder for holder in lineage(document, hit))


def level_of(need: Any, seen: Callable[[str], Fraction]) -> Fraction:
    if isinstance(need, str):
        return seen(need)
    if isinstance(need, list):
        return min((level_of(each, seen) for each in need), default=Fraction(1))
    if "any" in need:
        return max(level_of(each, seen) for each in need["any"])
    levels = sorted(level_of(each, seen) for each in need["at_least"]["of"])
    return levels[-need["at_least"]["count"]]


def starting_levels(document: Document) -> Iterator[tuple[Document, Fraction]]:
    """The level of each point, with its service."""
    sites, components, reach = section(document, "sites"), section(document, "components"), islands(document)
    own = {}
    for name, component in components.items():
        for site, each in roles(component).items():
            if each == "active":
                own[name, site] = shares(component)[site]
                for pool, demand in component.get("shares", {}).items():
                    own[name, site] = min(own[name, site], Fraction(sites[site]["pools"][pool], demand))
    levels = dict(own)

    def seen_from(site: str) -> Callable[[str], Fraction]:
        def seen(name: str) -> Fraction:
            if scoped(components[name]):
                return levels.get((name, site), Fraction(0))
            return min(Fraction(1), sum((levels.get((name, other), Fraction(0)) for other in reach[site]), Fraction(0)))

        return seen

    for _ in range(len(levels) + 1):
        for name, site in levels:
            levels[name, site] = min(own[name, site], level_of(all_needs(document, components[name]), seen_from(site)))
    for service, site, needs in points(document):
        yield service, level_of(needs, seen_from(site))


def test_documents_keep_the_rules(documents: list[Document], any_documents: list[Document]) -> None:
    for document in documents + any_documents:
        check(document)


def test_no_service_is_below_its_minimum_at_the_start(documents: list[Document]) -> None:
    levels = [each for document in documents for each in starting_levels(document)]
    for service, level in levels:
        minimum = Fraction(service.get("targets", {}).get("mbco", "100 %").split()[0]) / 100
        assert level >= minimum - Fraction(1, 100_000)
    assert any(level < 1 for _, level in levels)


def test_documents_are_plain_and_share_nothing(documents: list[Document]) -> None:
    for document in documents:
        assert "&id" not in yaml.dump(document, Dumper=FAST, sort_keys=False)
        assert next(iter(document)) == "drsim"
        assert json.loads(document_text(document)) == document


def test_the_reader_accepts_every_scenario(documents: list[Document], any_documents: list[Document]) -> None:
    for document in documents + any_documents:
        scenario = loads(document_text(document))
        assert scenario.landscape.components.keys() == section(document, "components").keys()


def test_the_reader_accepts_every_landscape() -> None:
    for document in collect(landscape_documents()):
        assert loads_landscape(document_text(document)).services.keys() == document["services"].keys()


@settings(QUIET, max_examples=20)
@given(landscapes(max_components=3), scenarios(max_components=3, durations="any"))
def test_models(landscape: Landscape, scenario: Scenario) -> None:
    assert isinstance(landscape, Landscape)
    assert isinstance(scenario, Scenario)


# A landscape of one's own


def test_a_given_landscape_stays_as_it_is() -> None:
    own = collect(landscape_documents(), 40)[-1]
    before = copy.deepcopy(own)
    for document in collect(scenario_documents(own), 60):
        assert {"drsim": own["drsim"], **document["landscape"]} == before
        check(document)
    assert own == before


def test_a_landscape_may_be_drawn() -> None:
    own = landscape_documents(max_sites=1, crews=False)
    for document in collect(scenario_documents(own), 40):
        assert len(section(document, "sites")) == 1
        check(document)


# The small parts


@settings(QUIET)
@given(laws("any", working=True), laws(), rates("any"), rates(), calendars(), schedules())
def test_small_parts_parse(any_law: Any, law: Any, any_rate: Any, rate: Any, calendar: str, schedule: str) -> None:
    assert Law.parse(any_law, "duration").dimension == "duration"
    assert Law.parse(law, "duration").mean < 24 * 3_600_000
    assert Law.parse(any_rate, "rate").dimension == Law.parse(rate, "rate").dimension == "rate"
    assert Calendar.parse(calendar).text == calendar
    assert Schedule.parse(schedule).text == schedule


@settings(QUIET)
@given(need_trees("abcdef", max_leaves=5))
def test_need_trees_name_each_at_most_once(tree: list[Any]) -> None:
    names = list(leaves(tree))
    assert len(set(names)) == len(names) <= 5


# Small examples


def smallest(strategy: st.SearchStrategy[Document], test: Callable[[Document], Any]) -> Document:
    return find(strategy, lambda each: bool(test(each)), settings=settings(QUIET, max_examples=3000))


SMALL = {"max_components": 3, "max_sites": 2, "max_teams": 1, "max_services": 1}
"""Shrinks in seconds; from all there is it takes most of a minute."""
FROM = pytest.mark.parametrize(
    "limits", [SMALL, pytest.param({}, marks=pytest.mark.long)], ids=["small", "all there is"]
)


@FROM
def test_the_smallest_scenario(limits: dict[str, Any]) -> None:
    assert smallest(scenario_documents(**limits), lambda _: True) == {
        "drsim": "scenario 1",
        "title": "A generated drill",
        "landscape": {
            "title": "A generated landscape",
            "sites": {"site-1": {}},
            "components": {"a": {"at": {"site-1": "active"}}},
            "services": {"service-1": {"points": {"point-1": {"at": "site-1"}}}},
        },
        "moment": "2015-05-12 10:00",
    }


@FROM
def test_a_cold_standby_shrinks_to_one_component(limits: dict[str, Any]) -> None:
    document = smallest(scenario_documents(**limits), role("cold"))
    assert section(document, "components") == {"a": {"at": {"site-1": "active", "site-2": "cold"}}}
    assert section(document, "links") == {}
    assert disruptions(document) == []
    assert section(document, "teams") == section(document, "response") == {}


@FROM
def test_a_circle_shrinks_to_two_components(limits: dict[str, Any]) -> None:
    document = smallest(scenario_documents(site_scope=False, **limits), circle)
    assert section(document, "components") == {
        "a": {"at": {"site-1": "active"}, "needs": ["b"]},
        "b": {"at": {"site-1": "active"}, "needs": ["a"]},
    }
    assert list(section(document, "sites")) == ["site-1"]


@pytest.mark.long
def test_a_restore_by_people_shrinks_to_what_it_takes() -> None:
    document = smallest(scenario_documents(max_components=4, max_sites=2, max_teams=1), FEATURES["restore"][0])
    (component,) = section(document, "components").values()
    assert component.keys() == {"at", "restore", "data", "copies"}
    assert component["data"] == {"size": "3 GB"}
    assert list(section(document, "sites")) == ["site-1"]
    assert len(section(document, "teams")) + len(section(document, "suppliers")) == 1


@pytest.mark.long
@pytest.mark.parametrize("feature", ["on site", "touching", "per town hall", "mbco", "class with needs"])
def test_other_features_shrink_to_a_page(feature: str) -> None:
    strategy = scenario_documents(max_components=4, max_sites=3, max_teams=2, max_services=2)
    document = smallest(strategy, FEATURES[feature][0])
    assert len(section(document, "components")) <= 2
    assert len(section(document, "services")) == 1
    assert len(yaml.safe_dump(document).splitlines()) <= 40


# The rest


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="no feature is named colour"):
        landscape_documents(colour=True)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="max_sites must be at least 1"):
        landscape_documents(max_sites=0)
    with pytest.raises(ValueError, match="min_disruptions must be at most"):
        scenario_documents(min_disruptions=4)
    with pytest.raises(ValueError, match="durations must be"):
        landscape_documents(durations="long")  # type: ignore[arg-type]


def test_everything_public_is_documented() -> None:
    for name in testing.__all__:
        assert getattr(testing, name).__doc__
