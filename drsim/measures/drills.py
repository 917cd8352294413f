"""What each drill did to each service: `docs/semantics.md` section 14, vectorised over a slice of drills.

A *group* is a set of service points that is measured as one: a service, a service in one municipality, or one point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from math import gcd
from typing import Any, NamedTuple

import numpy as np

from drsim.calendar import Hours
from drsim.measures.due import KEPT_BY_HAND, MISSED, fates
from drsim.measures.planned import has_stops, stretches
from drsim.measures.protection import Protection
from drsim.measures.served import Span, at_columns, moved, served, spell
from drsim.measures.trials import tried, working_time
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.levels import Levels
from drsim.simulation.trajectory import Trajectory
from drsim.units import DAY, ONE, WEEK

__all__ = [
    "CONTINUITY",
    "Block",
    "Group",
    "Interruption",
    "due_fates",
    "groups",
    "interruptions",
    "measure",
    "met_levels",
    "moves",
]

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
    """the longest unplanned interruption; 0 for none"""
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
    elsewhere: np.ndarray[Any, np.dtype[np.float64]]
    """contacts that a neighbour took over"""
    continuity: Ints
    interruptions: Ints
    """how many unplanned ones"""
    due: Ints
    """(due work, drills): how often it is due"""
    due_missed: Ints
    """(due work, drills): how often that was missed"""
    due_by_hand: Ints
    """(due work, drills): how often it was kept only by hand or elsewhere"""
    by_hand: Ints
    """how long any of the points was served better by hand than by the systems"""
    unprotected: Ints
    """how long a second failure would have found no standby"""
    planned: Ints
    """the part of `downtime` that is in planned interruptions"""
    tried: Ints
    """(services in a bubble, drills): the recovery time in the test"""
    tried_working: Ints
    """the working time inside that"""
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
    planned: bool = False
    cut: bool = False
    """whether it is planned and ends with a loss, from which on another one is unplanned"""
    by_hand: Span | None = None
    """when the service is served by hand meanwhile, if it is a service as a whole and has that"""


def groups(plan: Plan) -> list[Group]:
    """Services, then services by municipality, then points; each in order of names."""
    structure, landscape = plan.structure, plan.landscape
    found: list[Group] = []
    for level in ("service", "municipality", "point"):
        members: dict[tuple[Any, ...], list[int]] = {}
        for p, (sv, name, _, municipality, channel, _) in enumerate(structure.points):
            if sv >= len(structure.services):
                continue  # in a bubble
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
    met = _met(plan, clock, drills, level)
    protection = Protection(plan, drills)
    rows = [
        {
            **_measure_group(plan, group, clock, level, data_loss, met, drills),
            "unprotected": protection.time(group.doubled),
        }
        for group in which
    ]
    arrays: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]} if rows else {}
    times = tried(plan, drills, level)
    arrays |= {"tried": times, "tried_working": working_time(plan, drills, times)}
    arrays |= _due(plan, drills, clock, level, met)
    if not rows:
        empty = np.zeros((0, len(drills)), dtype=np.int64)
        arrays = {field.name: empty for field in fields(Block)}
        arrays["profile"] = np.zeros((0, len(AGES)))
    return Block(**arrays)


def _due(plan: Plan, drills: Sequence[Trajectory], clock: _Clock, level: Levels, met: _Met) -> dict[str, Ints]:
    """How often what is due is so, is missed, and is kept only by hand."""
    states = (None, MISSED, KEPT_BY_HAND)
    counts = np.zeros((3, len(plan.due), len(drills)), dtype=np.int64)
    for row, found in enumerate(_fates(plan, drills, clock, level, met)):
        for i, of_drill in enumerate(found):
            for k, state in enumerate(states):
                counts[k, row, i] = sum(state in (None, fate) for _, fate in of_drill)
    return dict(zip(("due", "due_missed", "due_by_hand"), counts, strict=True))


def _fates(
    plan: Plan, drills: Sequence[Trajectory], clock: _Clock, level: Levels, met: _Met
) -> Iterator[list[list[tuple[int, str]]]]:
    """For each due work and drill when it is due, and how that went."""
    whole = (
        {group.service: group for group in groups(plan) if not group.municipality and not group.point}
        if plan.due
        else {}
    )
    for work in plan.due:
        group = whole[work.service]
        below, as_met = _below(group, level)[1], _below(group, met.level)[1]
        yield [
            fates(plan, work, drill, _spans(clock, below, i), _spans(met.clock, as_met, i))
            for i, drill in enumerate(drills)
        ]


def _spans(clock: _Clock, below: Bools, drill: int) -> list[Span]:
    """The columns of a drill that are below the minimum."""
    columns = np.arange(clock.first[drill], clock.first[drill + 1])
    columns = columns[below[columns]]
    return list(zip(clock.begin[columns].tolist(), clock.end[columns].tolist(), strict=True))


def due_fates(plan: Plan, drill: Trajectory, level: Levels) -> list[list[tuple[int, str]]]:
    """For each due work of a single drill when it is due, and how that went."""
    clock = _Clock(plan, [drill], level)
    return [found[0] for found in _fates(plan, [drill], clock, level, _met(plan, clock, [drill], level))]


class _Met(NamedTuple):
    """What citizens meet, and in the same columns what the systems give, and that or by hand."""

    clock: _Clock
    level: Levels
    own: Levels
    systems: Levels
    services: frozenset[int]
    """for which it may differ"""


def _met(plan: Plan, clock: _Clock, drills: Sequence[Trajectory], level: Levels) -> _Met:
    """The levels by which contacts are served and continuity is judged."""
    if not plan.by_hand and not plan.fallbacks:
        return _Met(clock, level, level, level, frozenset())
    own = level
    if plan.by_hand:
        spells: dict[int, list[list[Span]]] = {}
        for group in groups(plan):
            if group.municipality is None and group.point is None and group.service in plan.by_hand:
                _, below, _ = _below(group, level)
                spells[group.service] = [[] for _ in drills]
                for i, span in _by_hand(plan, group.service, drills, _merged(plan, clock, below)):
                    if span is not None:
                        spells[group.service][i].append(span)
        own = served(plan, drills, level, spells)
    found = moved(plan, drills, own) if plan.fallbacks else own
    services = frozenset({*plan.by_hand, *(plan.structure.points[p][0] for p in plan.fallbacks)})
    return _Met(_Clock(plan, drills, found), found, at_columns(own, found), at_columns(level, found), services)


def met_levels(plan: Plan, drill: Trajectory, level: Levels) -> Levels:
    """What citizens meet in a single drill, whose levels are given."""
    return _met(plan, _Clock(plan, [drill], level), [drill], level).level


def moves(plan: Plan, group: Group, drill: Trajectory, level: Levels) -> list[tuple[int, int, float]]:
    """From which point to which citizens go in a drill, in order of points, and how many contacts; 0 without a demand."""
    met = _met(plan, _Clock(plan, [drill], level), [drill], level)
    found = []
    for p in group.points:
        if p in plan.fallbacks and (met.level.points[p] > met.own.points[p]).any():
            alone = replace(group, points=(p,))
            number = _contacts_of(plan, alone, met.clock, lambda p: met.level.points[p] - met.own.points[p])
            found.append((p, plan.fallbacks[p][0], float(number[0])))
    return found


def _by_hand(
    plan: Plan, service: int, drills: Sequence[Trajectory], merged: tuple[Ints, Ints, Bools, Ints]
) -> Iterator[tuple[int, Span | None]]:
    """For each interruption of a service its drill, and when it is served by hand meanwhile."""
    begin, end, _, of = (each.tolist() for each in merged)
    number, last = 0, -1
    for a, b, i in zip(begin, end, of, strict=True):
        number = number + 1 if i == last else 0
        last = i
        yield i, spell(plan.by_hand[service], drills[i], number, a, b)


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


def _measure_group(
    plan: Plan, group: Group, clock: _Clock, level: Levels, data_loss: Ints, met: _Met, drills: Sequence[Trajectory]
) -> dict[str, Any]:
    total, below, whole = _below(group, level)
    calendars = tuple(sorted({plan.open_hours[p] for p in group.points}))
    in_hours = clock.open(calendars)
    degraded = ~below & ~whole
    down_open = clock.per_drill(np.where(below, in_hours, 0))
    degraded_open = clock.per_drill(np.where(degraded, in_hours, 0))
    whole_ones = begin, end, back, of = _merged(plan, clock, below)
    planned = np.zeros(clock.count, dtype=np.int64)
    if plan.failback:
        (begin, end, back, of), planned = _unplanned(plan, group, clock, drills, below, whole_ones)
    length = np.where(back, end - begin, NEVER)
    recovery = np.zeros(clock.count, dtype=np.int64)
    np.maximum.at(recovery, of, length)
    working = np.zeros(clock.count, dtype=np.int64)
    longest = np.flatnonzero(length == recovery[of])[::-1]  # the earliest of equals is written last
    shift = clock.offset[of[longest]]
    inside = plan.calendars[plan.working_hours].worked(begin[longest] + shift, end[longest] + shift)
    working[of[longest]] = np.where(back[longest], inside, NEVER)
    by_hand = np.zeros(clock.count, dtype=np.int64)
    elsewhere = np.zeros(clock.count)
    if group.service in met.services:
        points = list(group.points)
        more = (met.own.points[points] > met.systems.points[points]).any(axis=0)
        by_hand = met.clock.per_drill(np.where(more, met.clock.length, 0))
        continuity = _continuity(plan, group, met.clock, met.level, calendars)
        elsewhere = _contacts_of(plan, group, met.clock, lambda p: met.level.points[p] - met.own.points[p])
    else:
        begin_, end_, back_, of_ = whole_ones
        found = (np.where(back_, end_ - begin_, NEVER), back_, of_)
        continuity = _judged(clock, group, found, down_open, degraded_open, whole)
    contacts_lost = _contacts_of(plan, group, met.clock, lambda p: ONE - met.level.points[p])
    contacts = _contacts_of(plan, group, clock, lambda _: ONE)
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
        "elsewhere": elsewhere,
        "continuity": continuity.astype(np.int64),
        "interruptions": np.bincount(of, minlength=clock.count).astype(np.int64),
        "by_hand": by_hand,
        "planned": planned,
        "profile": total[clock.age_columns].sum(axis=1) / (sum(group.weights) * ONE),
    }


def _continuity(plan: Plan, group: Group, clock: _Clock, level: Levels, calendars: tuple[int, ...]) -> Ints:
    """Judged by levels of its own."""
    _, below, whole = _below(group, level)
    in_hours = clock.open(calendars)
    begin, end, back, of = _merged(plan, clock, below)
    found = (np.where(back, end - begin, NEVER), back, of)
    degraded_open = clock.per_drill(np.where(~below & ~whole, in_hours, 0))
    return _judged(clock, group, found, clock.per_drill(np.where(below, in_hours, 0)), degraded_open, whole)


def _judged(
    clock: _Clock, group: Group, found: tuple[Ints, Bools, Ints], down_open: Ints, degraded_open: Ints, whole: Bools
) -> Ints:
    """The continuity of each drill; `found`: length, end and drill of the interruptions."""
    length, back, of = found
    lost = np.zeros(clock.count, dtype=bool)
    np.logical_or.at(lost, of, length > group.mtpd)
    np.logical_or.at(lost, of, ~back)
    shaky = clock.per_drill(np.where(whole, 0, clock.length)) > 0
    judged: Ints = np.select([lost, down_open > 0, degraded_open > 0, shaky], [4, 3, 2, 1], 0)
    return judged


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


_Found = tuple[Ints, Ints, Bools, Ints]
"""(begin, end, back, drill)"""


def _unplanned(
    plan: Plan, group: Group, clock: _Clock, drills: Sequence[Trajectory], below: Bools, found: _Found
) -> tuple[_Found, Ints]:
    """Of all interruptions those that are unplanned, and for each drill the time below the minimum in planned ones."""
    planned = np.zeros(clock.count, dtype=np.int64)
    rows: list[tuple[int, int, bool, int]] = []
    moving = [i for i, drill in enumerate(drills) if has_stops(drill)]
    if not moving:
        return found, planned
    for i in moving:
        spans = _spans(clock, below, i)
        for stretch in stretches(plan, group.points, drills[i], spans):
            if stretch.planned:
                planned[i] += sum(max(0, min(b, stretch.end) - max(a, stretch.begin)) for a, b in spans)
            else:
                rows.append((stretch.begin, stretch.end, stretch.end < plan.horizon, i))
    kept = ~np.isin(found[3], moving)
    rows += zip(*(each[kept].tolist() for each in found), strict=True)
    rows.sort(key=lambda row: (row[3], row[0]))
    begin, end, back, of = zip(*rows, strict=True) if rows else ((), (), (), ())
    arrays = (np.array(begin, np.int64), np.array(end, np.int64), np.array(back, np.bool_), np.array(of, np.int64))
    return arrays, planned


def interruptions(plan: Plan, group: Group, drill: Trajectory, level: Levels) -> list[Interruption]:
    """The interruptions of a group in a single drill, whose levels are given, planned ones apart."""
    found = _interruptions(plan, group, drill, level)
    if not found or not has_stops(drill):
        return found
    clock = _Clock(plan, [drill], level)
    apart = []
    for stretch in stretches(plan, group.points, drill, _spans(clock, _below(group, level)[1], 0)):
        a, b = stretch.begin, stretch.end
        clipped = [(max(a, s), min(b, t)) for what in found for s, t in what.good if max(a, s) < min(b, t)]
        by_hand = [(max(a, w.by_hand[0]), min(b, w.by_hand[1])) for w in found if w.by_hand is not None]
        by_hand = [span for span in by_hand if span[0] < span[1]]
        apart.append(
            Interruption(
                a,
                b,
                b < plan.horizon,
                tuple(clipped),
                planned=stretch.planned,
                cut=stretch.cut,
                by_hand=by_hand[0] if by_hand else None,
            )
        )
    return apart


def _interruptions(plan: Plan, group: Group, drill: Trajectory, level: Levels) -> list[Interruption]:
    """All of them, whether planned or not."""
    clock = _Clock(plan, [drill], level)
    _, below, _ = _below(group, level)
    merged = _merged(plan, clock, below)
    begin, end, back, _ = merged
    spans: list[Span | None] = [None] * len(begin)
    if group.service in plan.by_hand and group.municipality is None and group.point is None:
        spans = [span for _, span in _by_hand(plan, group.service, [drill], merged)]
    found = []
    for a, b, returned, by_hand in zip(begin.tolist(), end.tolist(), back.tolist(), spans, strict=True):
        good: list[tuple[int, int]] = []
        for i in np.flatnonzero((clock.begin >= a) & (clock.end <= b) & ~below).tolist():
            since, until = int(clock.begin[i]), int(clock.end[i])
            if good and good[-1][1] == since:  # the level changed, but stayed good
                since = good.pop()[0]
            good.append((since, until))
        found.append(Interruption(a, b, bool(returned), tuple(good), by_hand=by_hand))
    return found


def _contacts_of(
    plan: Plan, group: Group, clock: _Clock, part: Callable[[int], Ints | int]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Contacts in opening hours, by drill; `part`: which part of them, by point, millionths for each column."""
    structure = plan.structure
    service = plan.scenario.landscape.services[structure.services[group.service]]
    total = np.zeros(clock.count)
    if service.demand is None:
        return total
    everyone = sum(point[5] for point in structure.points if point[0] == group.service)
    for p in group.points:
        name, weight = structure.points[p][1], structure.points[p][5]
        rate = contact_rate(service.demand, service.points[name].open) * weight / everyone
        total += clock.per_drill(clock.open((plan.open_hours[p],)) * part(p)) / ONE * rate
    return total


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
