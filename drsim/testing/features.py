"""Which parts of the notation the strategies use, as keyword arguments."""

from __future__ import annotations

from typing import Any, Final, Literal, TypedDict, cast, get_args

Durations = Literal["round", "any"]
"""`round`: few whole minutes, which often add up to one instant. `any`: to the millisecond, and every kind of law."""


class Features(TypedDict, total=False):
    """What a landscape may contain; everything is on by default, and all that is optional shrinks to nothing."""

    max_components: int
    """Most components (8, at least 1); shrinks to 1."""
    max_sites: int
    """Most sites (4, at least 1); shrinks to 1."""
    max_teams: int
    """Most teams, and suppliers likewise (3, at least 0); shrinks to none."""
    max_services: int
    """Most services (3, at least 1); shrinks to 1."""
    max_points: int
    """Most points of a service that lists its points (3, at least 1); shrinks to 1."""
    durations: Durations
    """How long things take (`round`); shrinks to 5 minutes, an outage to 4 hours."""
    uncertain: bool
    """Laws that are not fixed, which shrink to fixed ones; with `round` durations those whose every outcome is round."""
    crews: bool
    """Teams and suppliers, and steps that need them."""
    multi_crews: bool
    """Crews of several teams, or of several heads."""
    on_site: bool
    """Steps whose crew travels first."""
    skills: bool
    """Teams of whom not everybody can do everything, and steps that ask for a skill."""
    quorum: bool
    """Crisis teams of whom so many must have come before a decision."""
    rests: bool
    """Teams whose people work so long at most, and then rest."""
    working_hours: bool
    """Steps and targets in `wh`."""
    calendars: bool
    """Teams and services that are not there always, and teams that work in shifts."""
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
    storms: bool
    """Components of which many items start at once, and share a pool for that."""
    pools: bool
    """Pools with `uses` and `shares`."""
    sheddable: bool
    """Components that are stopped to make room; needs `pools`."""
    data: bool
    """Components with data, and replicated copies."""
    shipping: bool
    """Copies that ship at a rate what changes, if nothing goes home (`failback`)."""
    transfers: bool
    """Snapshots and backups, which a restore has to move; needs `data`."""
    corruptions: bool
    """Copies that are immutable, if `transfers`; in a scenario also data that is corrupted."""
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
    by_hand: bool
    """Services that are served by hand meanwhile."""
    due: bool
    """Work of services that must be done by a date."""
    neighbours: bool
    """Points of a service whose citizens may go to another."""
    steps: bool
    """Steps of the plan, before and after components and each other."""
    prechecks: bool
    """Looks at a standby before it is used."""
    give_up: bool
    """Strategies that are given up after a time."""
    power: bool
    """Batteries, generators and mains that trip; in a scenario also mains that fail, if `site_outages`."""
    fails: bool
    """Sites, links and components that fail of their own."""
    partitions: bool
    """Standbys that take over what is out of reach."""
    groups: bool
    """Groups of components that come one after the other, or wait for each other."""
    consistency: bool
    """Components whose data goes back to one moment; needs `data`."""
    failback: bool
    """What has moved goes home."""
    labels: bool
    """Titles, sources and other keys that only people read."""
    common_causes: bool
    """Labels that components share; in a scenario also what breaks all that bear one, if `component_outages`, and what
    cuts all links of a site, if `link_outages`."""


class ScenarioFeatures(Features, total=False):
    """What a scenario may contain, its landscape included; everything is on by default, as in `Features`."""

    min_disruptions: int
    """Fewest disruptions (0, at most `max_disruptions`), if there is anything to hit; shrinks to this number."""
    max_disruptions: int
    """Most disruptions (3, at least 0)."""
    any_moment: bool
    """`any moment of the week` besides dated moments; shrinks to a Tuesday at 10:00."""
    site_outages: bool
    """Sites that are lost."""
    link_outages: bool
    """Links that are lost."""
    component_outages: bool
    """Components that break."""
    team_outages: bool
    """Teams and suppliers that are away, or a part of one."""
    cascades: bool
    """Disruptions that happen by chance, and those that follow another."""
    behind: bool
    """A line or a standby that is out before what is replicated is lost, if `site_outages`."""
    moves: bool
    """What runs at a site is moved on purpose, if nothing goes home (`failback`)."""
    tests: bool
    """The loss of a site is tried in a bubble; nothing goes home then, nor is corrupt, moved or done by a step of the plan."""
    later: bool
    """Disruptions that begin later than the drill, and a second one of the same thing, touching or overlapping."""
    whole_drill: bool
    """Disruptions that last the whole drill; without them every one has an end (`until repaired` counts as one)."""


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
    "skills": True,
    "quorum": True,
    "rests": True,
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
    "storms": True,
    "pools": True,
    "sheddable": True,
    "data": True,
    "shipping": True,
    "transfers": True,
    "corruptions": True,
    "failures": True,
    "verification": True,
    "automatic": True,
    "repairs": True,
    "classes": True,
    "channels": True,
    "targets": True,
    "by_hand": True,
    "due": True,
    "neighbours": True,
    "steps": True,
    "groups": True,
    "prechecks": True,
    "give_up": True,
    "power": True,
    "fails": True,
    "consistency": True,
    "failback": True,
    "partitions": True,
    "labels": True,
    "common_causes": True,
    "min_disruptions": 0,
    "max_disruptions": 3,
    "any_moment": True,
    "site_outages": True,
    "link_outages": True,
    "component_outages": True,
    "team_outages": True,
    "cascades": True,
    "behind": True,
    "moves": True,
    "tests": True,
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


def complete(features: Features | ScenarioFeatures) -> ScenarioFeatures:
    """The features with all that was left out; a name or number that cannot be is an error."""
    unknown = features.keys() - _DEFAULTS.keys()
    if unknown:
        raise TypeError(f"no feature is named {', '.join(sorted(unknown))}: expected some of {', '.join(_DEFAULTS)}")
    given = cast(ScenarioFeatures, {**_DEFAULTS, **features})
    for name, least in _LEAST.items():
        if cast(dict[str, Any], given)[name] < least:
            raise ValueError(f"{name} must be at least {least}")
    if given["min_disruptions"] > given["max_disruptions"]:
        raise ValueError("min_disruptions must be at most max_disruptions")
    if given["durations"] not in get_args(Durations):
        raise ValueError(f"durations must be 'round' or 'any', not {given['durations']!r}")
    return given
