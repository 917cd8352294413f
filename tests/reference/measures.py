"""What a drill means for each service, from its changes alone (section 14 of docs/semantics.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from drsim.calendar import Calendar, Hours, compile_calendar, compile_due
from drsim.model.scenario import Scenario
from drsim.units import DAY, HOUR, MINUTE, ONE
from reference import trees
from reference.drill import Drill
from reference.levels import Group, Levels, groups, initial, levels

Times = list[tuple[int, int]]
"""Pairs of begin and end in ms, in order."""
WORKING_TIME = Calendar.parse("Mon-Fri 9:00-17:00 except Dutch holidays")
"""Section 14: the calendar of targets in working hours."""
compiled = cache(compile_calendar)


@dataclass
class Measures:
    """For one drill and the points that are measured as one; times in ms."""

    interruptions: Times
    """(begin, end), joined under `settle`; an end at the horizon means that it did not end."""
    recovery_time: float
    working_time: float
    """Inside the longest interruption, the first of equals; infinite if that did not end."""
    downtime: int
    downtime_open: int
    degraded_time: int
    degraded_time_open: int
    data_loss: float
    contacts_lost: Fraction
    contacts: Fraction
    continuity: str
    by_hand: int
    elsewhere: Fraction
    unprotected: int
    planned: int


def measures(scenario: Scenario, drill: Drill) -> dict[Group, Measures]:
    """Give the measures of each service, of each service in each municipality, and of each point."""
    line = timeline(scenario, drill)
    return {group: measure(scenario, drill, line, group, members) for group, members in groups(scenario).items()}


def timeline(scenario: Scenario, drill: Drill) -> list[tuple[int, int, Levels]]:
    """Give (since, until, levels) from 0 to the horizon."""
    flags = initial(scenario)
    line = []
    since, now = 0, levels(scenario, flags)
    for time in sorted({time for time, _, _ in drill.changes}):
        if since < time:
            line.append((since, time, now))
        flags |= {flag: value for at, flag, value in drill.changes if at == time}
        since, now = time, levels(scenario, flags)
    return [*line, (since, scenario.horizon.ms, now)]


def level_at(line: list[tuple[int, int, Levels]], time: int, group: Group) -> Fraction:
    """Give the level of a group at an instant, between 0 and 1; after the horizon the last one."""
    now = [now for since, _, now in line if since <= time][-1]
    return Fraction(now.weighted[group], ONE * now.weight[group])


def measure(
    scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]], group: Group, members: list[str]
) -> Measures:
    """Measure these points of a service as one."""
    service = scenario.landscape.services[group[0]]
    opening = [service.points[name].open for name in members]
    everything = [(0, scenario.horizon.ms)]
    below = [(a, b) for a, b, now in line if not now.at_minimum[group]]
    degraded = [(a, b) for a, b, now in line if now.at_minimum[group] and not now.full[group]]
    whole = join(below, 1)
    planned, parts = planned_parts(scenario, drill, group, members, whole)
    joined = [(a, b) for a, b, is_planned in parts if not is_planned]
    endless = any(b == scenario.horizon.ms for _, b in joined)
    longest = max((b - a for a, b in joined), default=0)
    first_longest = [(a, b) for a, b in joined if b - a == longest][:1]
    met = line_that_is_met(scenario, drill, line, group[0])
    shares = {name: contacts_per_open_ms(scenario, group[0], name) for name in members}
    return Measures(
        interruptions=joined,
        recovery_time=math.inf if endless else longest,
        working_time=math.inf if endless else open_time(scenario, drill, [WORKING_TIME], first_longest),
        downtime=sum(b - a for a, b in below),
        downtime_open=open_time(scenario, drill, opening, below),
        degraded_time=sum(b - a for a, b in degraded),
        degraded_time_open=open_time(scenario, drill, opening, degraded),
        data_loss=data_loss(scenario, drill, group[0], members),
        contacts_lost=sum(
            (
                rate
                * contacts_time(scenario, drill, group[0], name, [(a, b, ONE - now[name]) for a, b, now, _, _ in met])
                for name, rate in shares.items()
            ),
            Fraction(0),
        ),
        contacts=sum(
            (
                rate * open_time(scenario, drill, [service.points[name].open], everything)
                for name, rate in shares.items()
            ),
            Fraction(0),
        ),
        continuity=continuity(scenario, drill, met, group, members),
        by_hand=sum(b - a for a, b, _, own, systems in met if any(own[name] > systems[name] for name in members)),
        elsewhere=sum(
            (
                rate
                * contacts_time(
                    scenario, drill, group[0], name, [(a, b, now[name] - own[name]) for a, b, now, own, _ in met]
                )
                for name, rate in shares.items()
            ),
            Fraction(0),
        ),
        planned=planned,
        unprotected=sum(
            b - a for a, b, bare in protection(scenario, drill) if bare & closure_of(scenario, group[0], members)
        ),
    )


def planned_parts(
    scenario: Scenario, drill: Drill, group: Group, members: list[str], below: Times
) -> tuple[int, list[tuple[int, int, bool]]]:
    """Section 15: how long it is planned, and interruptions (begin, end, whether it is planned)."""
    mine = closure_of(scenario, group[0], members)
    stops = {
        (row.end, row.object, row.site)
        for row in drill.rows
        if row.kind == "stop" and row.outcome == "done" and row.object in mine and scenario.moves is None
        if not scenario.landscape.components[row.object].sheddable  # section 17
    }
    losses = {
        time
        for time, flag, value in drill.changes
        if not value
        and (flag[0] in ("site", "link") or (flag[0] == "on" and flag[1] in mine and (time, *flag[1:]) not in stops))
    }
    pieces = []
    for a, b in below:
        is_planned = a in {time for time, *_ in stops} and a not in losses
        cut = min((time for time in losses if a < time < b and is_planned), default=b)
        is_planned = is_planned and cut < scenario.horizon.ms
        pieces.append((a, cut, is_planned))
        if cut < b:
            pieces.append((cut, b, False))
    joined: list[tuple[int, int, bool]] = []
    for a, b, is_planned in pieces:
        if joined and joined[-1][2] == is_planned and a - joined[-1][1] < scenario.response.settle.ms:
            joined[-1] = (joined[-1][0], b, is_planned)
        else:
            joined.append((a, b, is_planned))
    return sum(b - a for a, b, is_planned in pieces if is_planned), joined


Met = list[tuple[int, int, dict[str, int], dict[str, int], dict[str, int]]]
"""(since, until, the level of each point of one service as citizens meet it; without neighbours; as the systems give it)."""


def line_that_is_met(scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]], service_name: str) -> Met:
    """Section 14: asked anew for each stretch between instants at which anything may change."""
    service = scenario.landscape.services[service_name]
    neighbours = {point.fallback.to for point in service.points.values() if point.fallback is not None}
    calendars = {service.points[name].open for name in neighbours}
    spans: Times = []
    if service.manual is not None:
        spans = spans_by_hand(scenario, drill, line, service_name)
        calendars.add(service.manual.open)
    until = drill.offset + scenario.horizon.ms
    hours = {each: compiled(each, scenario.moment, until) for each in calendars}
    found: Met = []
    for a, b, now in line:
        systems = {name: now.point[service_name, name] for name in service.points}
        edges = {t for each in hours.values() for t, _ in each.edges(a + drill.offset, b + drill.offset)}
        cuts = {a, b} | {t - drill.offset for t in edges} | {t for span in spans for t in span if a < t < b}
        for since, later in pairwise(sorted(cuts)):
            own = dict(systems)
            by_hand = service.manual is not None and any(x <= since < y for x, y in spans)
            if service.manual is not None and by_hand and hours[service.manual.open].is_open(since + drill.offset):
                for name, point in service.points.items():
                    if is_up(drill, point.at, since):
                        own[name] = max(own[name], service.manual.level.millionths)
            met = dict(own)
            for name, point in service.points.items():
                if point.fallback is not None:
                    other = point.fallback.to
                    if hours[service.points[other].open].is_open(since + drill.offset):
                        met[name] += min(ONE - own[name], point.fallback.share.millionths) * own[other] // ONE
            found.append((since, later, met, own, systems))
    return found


def spans_by_hand(scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]], service_name: str) -> Times:
    """When a service is served by hand: in each interruption of it as a whole."""
    manual = scenario.landscape.services[service_name].manual
    below = [(a, b) for a, b, now in line if not now.at_minimum[service_name, "", ""]]
    spans: Times = []
    for number, (a, b) in enumerate(join(join(below, 1), scenario.response.settle.ms)):
        after = manual.after.fixed
        if after is None:
            u = drill.uniform(("by hand", service_name, "", number, 0))
            after = max(0, round(float(manual.after.quantile(np.array([u]))[0])))
        until = b if manual.lasts is None else min(b, a + after + manual.lasts.ms)
        if a + after < until:
            spans.append((a + after, until))
    return spans


def is_up(drill: Drill, site: str, time: int) -> bool:
    turned = [value for at, flag, value in sorted(drill.changes) if flag == ("site", site) and at <= time]
    return turned[-1] if turned else True


def continuity(scenario: Scenario, drill: Drill, met: Met, group: Group, members: list[str]) -> str:
    """Judged by what citizens meet."""
    service = scenario.landscape.services[group[0]]
    opening = [service.points[name].open for name in members]
    weight = sum(service.points[name].weight for name in members)
    mean = [(a, b, sum(service.points[name].weight * now[name] for name in members)) for a, b, now, _, _ in met]
    below = [(a, b) for a, b, total in mean if total < service.targets.mbco.millionths * weight]
    degraded = [(a, b) for a, b, total in mean if (a, b) not in below and total < ONE * weight]
    joined = join(join(below, 1), scenario.response.settle.ms)
    mtpd = service.targets.mtpd
    if any(b == scenario.horizon.ms or (mtpd is not None and b - a > mtpd.ms) for a, b in joined):
        return "lost"
    if open_time(scenario, drill, opening, below):
        return "interrupted"
    if open_time(scenario, drill, opening, degraded):
        return "degraded"
    return "unnoticed" if below or degraded else "uninterrupted"


def join(times: Times, gap: int) -> Times:
    """Make one of times "that are less than `settle` apart"."""
    joined: Times = []
    for a, b in times:
        if joined and a - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def open_time(scenario: Scenario, drill: Drill, calendars: list[Calendar], times: Times) -> int:
    """How much of these times at least one of the calendars is open, ms: cut at every edge, then asked piece by piece."""
    until = drill.offset + scenario.horizon.ms
    hours: list[Hours] = [compiled(calendar, scenario.moment, until) for calendar in set(calendars)]
    total = 0
    for a, b in times:
        begin, end = a + drill.offset, b + drill.offset
        edges = {t for each in hours for t, _ in each.edges(begin, end)}
        total += sum(
            later - t for t, later in pairwise(sorted({begin, end} | edges)) if any(each.is_open(t) for each in hours)
        )
    return total


def data_loss(scenario: Scenario, drill: Drill, service: str, members: list[str]) -> float:
    """ "The largest over the components with data in the closure of the needs of these points; infinite if ..."."""
    components = scenario.landscape.components
    with_data = {c for c in closure_of(scenario, service, members) if components[c].data is not None}
    if with_data & set(drill.lost_at_end):
        return math.inf
    return max((r.lost_at - r.point for r in drill.recoveries if r.component in with_data), default=0)


def closure_of(scenario: Scenario, service: str, members: list[str]) -> set[str]:
    """The components in the closure of the needs of these points."""
    points = scenario.landscape.services[service].points
    edges = {c: trees.names(component.needs) for c, component in scenario.landscape.components.items()}
    direct = {c for name in members for c in trees.names(points[name].needs)}
    return direct | {c for start in direct for c in trees.below(edges, start)}


def protection(scenario: Scenario, drill: Drill) -> list[tuple[int, int, set[str]]]:
    """Give (since, until, the components that are unprotected) from 0 to the horizon."""
    flags = initial(scenario)
    spare: dict[tuple[str, str], bool] = {}
    line = []
    times = sorted({0} | {time for time, _, _ in drill.changes} | {time for time, _, _ in drill.spare})
    for since, until in pairwise([*times, scenario.horizon.ms]):
        flags |= {flag: value for at, flag, value in drill.changes if at == since}
        spare |= {d: found for at, d, found in drill.spare if at == since}
        bare = set()
        for c, component in scenario.landscape.components.items():
            if component.scope == "network" and len(component.at) > 1:
                holds = [s for s in component.at if flags["on", c, s] or (spare[c, s] and flags["site", s])]
                if len(holds) < 2:
                    bare.add(c)
        line.append((since, until, bare))
    return line


def contacts_time(
    scenario: Scenario, drill: Drill, service: str, point: str, parts: list[tuple[int, int, int]]
) -> Fraction:
    """Opening hours of one point times a level (since, until, millionths), ms."""
    opening = [scenario.landscape.services[service].points[point].open]
    return sum(
        (Fraction(level, ONE) * open_time(scenario, drill, opening, [(a, b)]) for a, b, level in parts), Fraction(0)
    )


def contacts_per_open_ms(scenario: Scenario, service_name: str, point_name: str) -> Fraction:
    """A point's part of the demand by weight, spread evenly over its own opening hours in a standard week.

    `38/day` is 38 on an average day on which it is open: times the open days over the open ms of that week.
    """
    service = scenario.landscape.services[service_name]
    point, demand = service.points[point_name], service.demand
    spans = point.open.spans
    minutes = sum(end - start for start, end in spans)
    if demand is None or not minutes:
        return Fraction(0)
    day, open_ms = DAY // MINUTE, minutes * MINUTE
    open_days = sum(any(a < (d + 1) * day and d * day < b for a, b in spans) for d in range(7))
    whole = {
        "hour": demand.number / HOUR,
        "day": demand.number * open_days / open_ms,
        "week": demand.number / open_ms,
        "year": demand.number * 7 / Fraction("365.25") / open_ms,
    }[demand.per]
    return whole * Fraction(point.weight, sum(each.weight for each in service.points.values()))


def due(
    scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]]
) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Section 14: for each date of each service when it is due in the drill, and whether it was kept."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    end = scenario.horizon.ms
    for service_name, service in scenario.landscape.services.items():
        weight = sum(point.weight for point in service.points.values())
        least = service.targets.mbco.millionths * weight
        met = line_that_is_met(scenario, drill, line, service_name)

        def good(levels: dict[str, int], service: Any = service, least: int = least) -> bool:
            return sum(point.weight * levels[name] for name, point in service.points.items()) >= least

        systems = [(a, b, good(level)) for a, b, _, _, level in met]
        citizens = [(a, b, good(level)) for a, b, level, _, _ in met]
        for label, what in service.due.items():
            times = [t - drill.offset for t in compile_due(what.on, scenario.moment, drill.offset + end)]
            found[service_name, label] = [
                (
                    t,
                    "kept"
                    if stretch(systems, t - what.begins.ms, t) >= what.takes.ms
                    else "kept by hand"
                    if stretch(citizens, t - what.begins.ms, t) >= what.takes.ms
                    else "missed",
                )
                for t in times
                if 0 < t <= end
            ]
    return found


def stretch(line: list[tuple[int, int, bool]], since: int, until: int) -> int:
    """The longest time within these without a break at which it is good; before the drill it is."""
    longest = now = 0
    for a, b, good in [(min(since, 0), 0, True), *line]:
        a, b = max(a, since), min(b, until)
        if a < b:
            now = now + b - a if good else 0
            longest = max(longest, now)
    return longest
