"""What each drill did to each service: `docs/semantics.md` section 14, vectorised over a slice of drills.

A *group* is a set of service points that is measured as one: a service, a service in one municipality, or one point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import gcd
from typing import Any

import numpy as np

from drsim.calendar import Hours
from drsim.measures.protection import Protection
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.levels import Levels
from drsim.simulation.trajectory import Trajectory
from drsim.units import DAY, ONE, WEEK

__all__ = ["CONTINUITY", "Block", "Group", "Interruption", "groups", "interruptions", "measure"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

CONTINUITY = ("uninterrupted", "unnoticed", "degraded", "interrupted", "lost")
"""From best to worst; a drill's continuity is stored as an index into this."""


@dataclass(frozen=True, slots=True)
class Group:
    """Service points that are measured as one. Targets in ms, NEVER for none."""

    service: int
    municipality: str | None
    """None for the whole service"""
    channel: str | None
    point: str | None
    points: tuple[int, ...]
    weights: tuple[int, ...]
    minimum: int
    """its MBCO, millionths"""
    mtpd: int
    data: tuple[int, ...]
    """the components with data in the closure of the needs of its points"""
    doubled: tuple[int, ...]
    """the components there that are deployed at more than one site"""


@dataclass(slots=True)
class Block:
    """Measures of some drills: arrays (groups, drills). Times in ms, NEVER for what did not come back by the horizon."""

    recovery: Ints
    """the longest interruption; 0 for none"""
    working: Ints
    """working time (Mon-Fri 9-17 except holidays) inside the longest interruption"""
    downtime: Ints
    downtime_open: Ints
    degraded: Ints
    degraded_open: Ints
    data_loss: Ints
    contacts_lost: np.ndarray[Any, np.dtype[np.float64]]
    contacts: np.ndarray[Any, np.dtype[np.float64]]
    """the demand in opening hours until the horizon"""
    continuity: Ints
    interruptions: Ints
    """how many"""
    unprotected: Ints
    """how long a second failure would have found no standby"""
    profile: np.ndarray[Any, np.dtype[np.float64]]
    """(groups, ages): the level at each age of `Plan` horizon, summed over the drills"""

    @staticmethod
    def joined(blocks: Sequence[Block]) -> Block:
        """The drills of several blocks, in their order."""
        arrays = {
            field.name: np.concatenate([getattr(block, field.name) for block in blocks], axis=1)
            for field in fields(Block)
            if field.name != "profile"
        }
        return Block(**arrays, profile=np.sum([block.profile for block in blocks], axis=0))


@dataclass(frozen=True, slots=True)
class Interruption:
    """A time below the minimum, from `begin` to `end` (ms); `end` is the horizon where `back` is False."""

    begin: int
    end: int
    back: bool
    good: tuple[tuple[int, int], ...]
    """the times inside it at or above the minimum, each less than `settle`, in order and none touching another"""


def groups(plan: Plan) -> list[Group]:
    """Services, then services by municipality, then points; each in order of names."""
    structure, landscape = plan.structure, plan.scenario.landscape
    found: list[Group] = []
    for level in ("service", "municipality", "point"):
        members: dict[tuple[Any, ...], list[int]] = {}
        for p, (sv, name, _, municipality, channel, _) in enumerate(structure.points):
            key: tuple[Any, ...] = (sv, None, None, None)
            if level == "municipality":
                if not municipality:
                    continue
                key = (sv, municipality, None, None)
            elif level == "point":
                key = (sv, municipality, channel, name)
            members.setdefault(key, []).append(p)
        for (sv, municipality, channel, point), points in members.items():
            targets = landscape.services[structure.services[sv]].targets
            weights = [structure.points[p][5] for p in points]
            divisor = gcd(*weights)
            found.append(
                Group(
                    service=sv,
                    municipality=municipality,
                    channel=channel,
                    point=point,
                    points=tuple(points),
                    weights=tuple(weight // divisor for weight in weights),
                    minimum=targets.mbco.millionths,
                    mtpd=NEVER if targets.mtpd is None else targets.mtpd.ms,
                    data=tuple(sorted({c for p in points for c in structure.data_below[p]})),
                    doubled=tuple(sorted({c for p in points for c in structure.doubled_below[p]})),
                )
            )
    return found


AGES = (1, 4, 8, 24, 48, 72, 96, 168, 336)
"""hours after the moment at which levels are averaged over the drills"""


def measure(plan: Plan, which: Sequence[Group], drills: Sequence[Trajectory], level: Levels) -> Block:
    """The measures of some drills, whose levels are given."""
    clock = _Clock(plan, drills, level)
    data_loss = _data_losses(plan, drills)
    protection = Protection(plan, drills)
    rows = [
        {**_measure_group(plan, group, clock, level, data_loss), "unprotected": protection.time(group.doubled)}
        for group in which
    ]
    arrays: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]} if rows else {}
    if not rows:
        empty = np.zeros((0, len(drills)), dtype=np.int64)
        arrays = {field.name: empty for field in fields(Block)}
        arrays["profile"] = np.zeros((0, len(AGES)))
    return Block(**arrays)


class _Clock:
    """Times of the columns, and how much of each is in opening hours."""

    def __init__(self, plan: Plan, drills: Sequence[Trajectory], level: Levels) -> None:
        self.plan = plan
        self.begin = level.times
        self.end = np.append(level.times[1:], plan.horizon)
        self.end[level.first[1:] - 1] = plan.horizon
        self.length = self.end - self.begin
        self.drill = np.repeat(np.arange(len(drills)), np.diff(level.first))
        self.offset = np.array([drill.offset for drill in drills], dtype=np.int64)
        self.first, self.count = level.first, len(drills)
        self.age_columns = self._age_columns()
        self._open: dict[tuple[int, ...], Ints] = {}

    def open(self, calendars: tuple[int, ...]) -> Ints:
        """For each column the time in which at least one of these calendars is open, ms."""
        if calendars not in self._open:
            hours = [self.plan.calendars[calendar] for calendar in calendars]
            joined = hours[0] if len(hours) == 1 else _union(hours)
            shift = self.offset[self.drill]
            self._open[calendars] = np.asarray(joined.worked(self.begin + shift, self.end + shift), dtype=np.int64)
        return self._open[calendars]

    def per_drill(self, values: Ints) -> Ints:
        """Sums over the columns of each drill."""
        total: Ints = np.add.reduceat(values, self.first[:-1])
        return total

    def _age_columns(self) -> Ints:
        columns = np.zeros((len(AGES), self.count), dtype=np.int64)
        for index in range(self.count):
            times = self.begin[self.first[index] : self.first[index + 1]]
            ages = np.array([hours * (DAY // 24) for hours in AGES])
            columns[:, index] = self.first[index] + np.searchsorted(times, ages, side="right") - 1
        return columns


def _union(hours: Sequence[Hours]) -> Hours:
    """Open while any of these is."""
    spans = sorted((a, b) for calendar in hours for a, b in zip(calendar.opens, calendar.closes, strict=True))
    opens: list[int] = []
    closes: list[int] = []
    for begin, end in spans:
        if closes and begin <= closes[-1]:
            closes[-1] = max(closes[-1], end)
        else:
            opens.append(begin)
            closes.append(end)
    return Hours(tuple(opens), tuple(closes))


def _below(group: Group, level: Levels) -> tuple[Ints, Bools, Bools]:
    """(weighted level times weights, below the minimum, whole) for each column."""
    total = np.zeros(level.points.shape[1], dtype=np.int64)
    for p, weight in zip(group.points, group.weights, strict=True):
        total += weight * level.points[p]
    weights = sum(group.weights)
    return total, total < group.minimum * weights, total >= ONE * weights


def _measure_group(plan: Plan, group: Group, clock: _Clock, level: Levels, data_loss: Ints) -> dict[str, Any]:
    total, below, whole = _below(group, level)
    calendars = tuple(sorted({plan.open_hours[p] for p in group.points}))
    in_hours = clock.open(calendars)
    degraded = ~below & ~whole
    down_open = clock.per_drill(np.where(below, in_hours, 0))
    degraded_open = clock.per_drill(np.where(degraded, in_hours, 0))
    begin, end, back, of = _merged(plan, clock, below)
    length = np.where(back, end - begin, NEVER)
    recovery = np.zeros(clock.count, dtype=np.int64)
    np.maximum.at(recovery, of, length)
    working = np.zeros(clock.count, dtype=np.int64)
    longest = np.flatnonzero(length == recovery[of])[::-1]  # the earliest of equals is written last
    shift = clock.offset[of[longest]]
    inside = plan.calendars[plan.working_hours].worked(begin[longest] + shift, end[longest] + shift)
    working[of[longest]] = np.where(back[longest], inside, NEVER)
    lost = np.zeros(clock.count, dtype=bool)
    np.logical_or.at(lost, of, length > group.mtpd)
    np.logical_or.at(lost, of, ~back)
    shaky = clock.per_drill(np.where(whole, 0, clock.length)) > 0
    continuity = np.select([lost, down_open > 0, degraded_open > 0, shaky], [4, 3, 2, 1], 0)
    contacts_lost, contacts = _contacts(plan, group, clock, level)
    return {
        "recovery": recovery,
        "working": working,
        "downtime": clock.per_drill(np.where(below, clock.length, 0)),
        "downtime_open": down_open,
        "degraded": clock.per_drill(np.where(degraded, clock.length, 0)),
        "degraded_open": degraded_open,
        "data_loss": data_loss[list(group.data)].max(axis=0, initial=0),
        "contacts_lost": contacts_lost,
        "contacts": contacts,
        "continuity": continuity.astype(np.int64),
        "interruptions": np.bincount(of, minlength=clock.count).astype(np.int64),
        "profile": total[clock.age_columns].sum(axis=1) / (sum(group.weights) * ONE),
    }


def _merged(plan: Plan, clock: _Clock, below: Bools) -> tuple[Ints, Ints, Bools, Ints]:
    """(begin, end, back, drill) of each interruption, in order; short good times in between are joined."""
    first_column = np.zeros(len(below), dtype=bool)
    first_column[clock.first[:-1]] = True
    last_column = np.roll(first_column, -1)
    before = np.roll(below, 1) & ~first_column
    after = np.roll(below, -1) & ~last_column
    starts, ends = np.flatnonzero(below & ~before), np.flatnonzero(below & ~after)
    begin, end, of = clock.begin[starts], clock.end[ends], clock.drill[starts]
    back = ~last_column[ends]
    if not len(begin):
        return begin, end, back, of
    fresh = np.ones(len(begin), dtype=bool)
    fresh[1:] = (of[1:] != of[:-1]) | (begin[1:] - end[:-1] >= plan.settle)
    last = np.append(np.flatnonzero(fresh)[1:] - 1, len(begin) - 1)
    return begin[fresh], end[last], back[last], of[fresh]


def interruptions(plan: Plan, group: Group, drill: Trajectory, level: Levels) -> list[Interruption]:
    """The interruptions of a group in a single drill, whose levels are given."""
    clock = _Clock(plan, [drill], level)
    _, below, _ = _below(group, level)
    begin, end, back, _ = _merged(plan, clock, below)
    found = []
    for a, b, returned in zip(begin.tolist(), end.tolist(), back.tolist(), strict=True):
        good: list[tuple[int, int]] = []
        for i in np.flatnonzero((clock.begin >= a) & (clock.end <= b) & ~below).tolist():
            since, until = int(clock.begin[i]), int(clock.end[i])
            if good and good[-1][1] == since:  # the level changed, but stayed good
                since = good.pop()[0]
            good.append((since, until))
        found.append(Interruption(a, b, bool(returned), tuple(good)))
    return found


def _contacts(plan: Plan, group: Group, clock: _Clock, level: Levels) -> tuple[Any, Any]:
    """(lost, asked for) contacts in opening hours, by drill."""
    structure = plan.structure
    service = plan.scenario.landscape.services[structure.services[group.service]]
    lost = np.zeros(clock.count)
    asked = np.zeros(clock.count)
    if service.demand is None:
        return lost, asked
    everyone = sum(point[5] for point in structure.points if point[0] == group.service)
    for p in group.points:
        name, weight = structure.points[p][1], structure.points[p][5]
        rate = contact_rate(service.demand, service.points[name].open) * weight / everyone
        in_hours = clock.open((plan.open_hours[p],))
        lost += clock.per_drill(in_hours * (ONE - level.points[p])) / ONE * rate
        asked += clock.per_drill(in_hours) * rate
    return lost, asked


def contact_rate(demand: Any, calendar: Any) -> float:
    """Contacts per open millisecond: the demand spread evenly over the opening hours of a standard week."""
    spans = calendar.spans
    open_ms = sum(end - begin for begin, end in spans) * 60_000
    if not open_ms:
        return 0.0
    number = float(demand.number)
    if demand.per == "hour":
        return number / 3_600_000
    days = {minute // 1440 for begin, end in spans for minute in range(begin, end, 60)} | {
        (end - 1) // 1440 for _, end in spans
    }
    per_week = {"day": number * len(days), "week": number, "year": number * WEEK / (365.25 * DAY)}[demand.per]
    return float(per_week / open_ms)


def _data_losses(plan: Plan, drills: Sequence[Trajectory]) -> Ints:
    """(components, drills): the most that each component lost, ms; NEVER if it has data and was not back by the horizon."""
    lost = np.zeros((len(plan.structure.components), len(drills)), dtype=np.int64)
    for index, drill in enumerate(drills):
        for recovery in drill.recoveries:
            c = recovery.component
            lost[c, index] = max(lost[c, index], recovery.lost_at - recovery.point)
        for c in drill.lost_at_end:
            if plan.structure.has_data[c]:
                lost[c, index] = NEVER
    return lost
