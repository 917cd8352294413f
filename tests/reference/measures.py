"""What a drill means for each service, from its changes alone (section 14 of docs/semantics.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from drsim.calendar import Calendar, Hours, compile_calendar
from drsim.model.scenario import Scenario
from drsim.units import DAY, HOUR, MINUTE, ONE
from reference import trees
from reference.drill import Drill
from reference.levels import Group, Levels, groups, initial, levels


@dataclass
class Measures:
    """For one drill and one service, or its points in one municipality; times in ms."""

    interruptions: list[tuple[int, int]]
    """(begin, end), joined under `settle`; an end at the horizon means that it did not end."""
    recovery_time: float
    downtime: int
    downtime_open: int
    degraded_time: int
    degraded_time_open: int
    data_loss: float
    contacts_lost: Fraction
    continuity: str


def measures(scenario: Scenario, drill: Drill) -> dict[Group, Measures]:
    """Give the measures of each service, municipality "", and of each service in each municipality."""
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


def measure(
    scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]], group: Group, members: list[str]
) -> Measures:
    service = scenario.landscape.services[group[0]]
    hours = compiled(scenario, drill, service.open)
    below = [(a, b) for a, b, now in line if not now.at_minimum[group]]
    degraded = [(a, b) for a, b, now in line if now.at_minimum[group] and not now.full[group]]
    joined = join(join(below, 1), scenario.response.settle.ms)
    endless = any(b == scenario.horizon.ms for _, b in joined)
    longest = max((b - a for a, b in joined), default=0)
    mtpd = service.targets.mtpd
    if endless or (mtpd is not None and longest > mtpd.ms):
        continuity = "lost"
    elif open_time(drill, hours, below):
        continuity = "interrupted"
    elif open_time(drill, hours, degraded):
        continuity = "degraded"
    elif below or degraded:
        continuity = "unnoticed"
    else:
        continuity = "uninterrupted"
    return Measures(
        interruptions=joined,
        recovery_time=math.inf if endless else longest,
        downtime=sum(b - a for a, b in below),
        downtime_open=open_time(drill, hours, below),
        degraded_time=sum(b - a for a, b in degraded),
        degraded_time_open=open_time(drill, hours, degraded),
        data_loss=data_loss(scenario, drill, group[0], members),
        contacts_lost=sum((contacts_lost(scenario, drill, line, group[0], name) for name in members), Fraction(0)),
        continuity=continuity,
    )


def join(times: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Make one of times "that are less than `settle` apart"."""
    joined: list[tuple[int, int]] = []
    for a, b in times:
        if joined and a - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def compiled(scenario: Scenario, drill: Drill, calendar: Calendar) -> Hours:
    return compile_calendar(calendar, scenario.moment, drill.offset + scenario.horizon.ms)


def open_time(drill: Drill, hours: Hours, times: list[tuple[int, int]]) -> int:
    return sum(hours.worked(a + drill.offset, b + drill.offset) for a, b in times)


def data_loss(scenario: Scenario, drill: Drill, service: str, members: list[str]) -> float:
    """ "The largest over the components with data in the closure of its needs; infinite if one ... not recovered"."""
    components = scenario.landscape.components
    points = scenario.landscape.services[service].points
    edges = {c: trees.names(component.needs) for c, component in components.items()}
    direct = {c for name in members for c in trees.names(points[name].needs)}
    closure = direct | {c for start in direct for c in trees.below(edges, start)}
    with_data = {c for c in closure if components[c].data is not None}
    if with_data & set(drill.lost_at_end):
        return math.inf
    return max((r.lost_at - r.point for r in drill.recoveries if r.component in with_data), default=0)


def contacts_lost(
    scenario: Scenario, drill: Drill, line: list[tuple[int, int, Levels]], service: str, point: str
) -> Fraction:
    """ "The demand in opening hours times (1 - level)" of one point, which has its weight's part of the demand."""
    place = scenario.landscape.services[service].points[point]
    weights = sum(each.weight for each in scenario.landscape.services[service].points.values())
    hours = compiled(scenario, drill, place.open)
    lost = Fraction(0)
    for a, b, now in line:
        lost += Fraction(ONE - now.point[service, point], ONE) * open_time(drill, hours, [(a, b)])
    return lost * Fraction(place.weight, weights) * contacts_per_open_ms(scenario, service, place.open)


def contacts_per_open_ms(scenario: Scenario, service: str, calendar: Calendar) -> Fraction:
    """`38/day` is 38 on an average day on which it is open: times the open days over the open ms of a standard week."""
    demand = scenario.landscape.services[service].demand
    minutes = sum(end - start for start, end in calendar.spans)
    if demand is None or not minutes:
        return Fraction(0)
    if demand.per == "hour":
        return demand.number / HOUR
    day = DAY // MINUTE
    open_days = sum(any(a < (d + 1) * day and d * day < b for a, b in calendar.spans) for d in range(7))
    a_week = {"day": demand.number * open_days, "week": demand.number, "year": demand.number * 7 / Fraction("365.25")}
    return a_week[demand.per] / (minutes * MINUTE)
