"""What drills have of each step, put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from drsim.measures import estimates
from drsim.model.scenario import Scenario
from drsim.planning.plan import EVERYBODY, INCIDENT_KINDS, KINDS, Outage, Plan
from drsim.studies.runbook.book import HIGH, LOW, MIDDLE, RARE, Absence, RunbookStep, Stay, Window, part_of
from drsim.units import HOUR

FEW: Final = 5
"""So many steps that are alike are told one by one; more are one step."""
ALIKE: Final = frozenset((*INCIDENT_KINDS, "stable")) - {"mobilise"}
"""Kinds of steps that are alike whatever they are about."""


SWIFT: Final = frozenset(("switch", "stop", "restart"))
"""Kinds of steps that are alike where nobody does them."""


APART: Final = 8 * HOUR
"""Between the median starts of like steps that are not joined."""
BEFORE: Final = 3
"""So many steps before one are named."""
OFTEN: Final = 0.2
"""Each of these was the last that it waited for in so many of the drills."""
ORDER: Final = {kind: place for place, kind in enumerate((*INCIDENT_KINDS, *KINDS))}


Ints = NDArray[np.int64]


class Key(NamedTuple):
    """What makes a line: a step, and which time it is taken."""

    kind: str
    object: str
    site: str
    occasion: int = 1


class Times(NamedTuple):
    """Of a step in some drills in which it starts: their numbers, its first start, and its last end, -1 if that is not done."""

    drills: Ints
    starts: Ints
    ends: Ints

    @classmethod
    def joined(cls, parts: Iterable[Times]) -> Times:
        """Those of the same step in other drills, or of like steps in the same."""
        drills, starts, ends = (np.concatenate(each) for each in zip(*parts, strict=True))
        which, place = np.unique(drills, return_inverse=True)
        first, last = np.full(len(which), np.iinfo(np.int64).max), np.full(len(which), -1)
        np.minimum.at(first, place, starts)
        np.maximum.at(last, place, ends)
        last[place[ends < 0]] = -1
        return cls(which, first, last)


@dataclass
class Found:
    """What some drills have of each step."""

    times: dict[Key, list[Times]] = field(default_factory=lambda: defaultdict(list))
    crews: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    before: dict[Key, Counter[Key]] = field(default_factory=lambda: defaultdict(Counter))
    """how often which step was the last that one waited for"""
    vain: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    """drills in which it waits to the end"""
    why: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    most: dict[Key, int] = field(default_factory=dict)
    """the most times that a drill takes a step"""
    spans: dict[tuple[str, int], list[Times]] = field(default_factory=lambda: defaultdict(list))
    """(disruption, team) -> when people are away"""
    ready: set[Key] = field(default_factory=set)
    """those of them that lack nothing but people or a copy"""
    busy: set[str] = field(default_factory=set)
    """teams that do anything, or are waited for"""
    stays: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """why a planned move leaves a component where it was, and how often"""
    begun: int = 0
    finished: int = 0

    def add(self, other: Found) -> None:
        """Of more drills."""
        for key, parts in other.times.items():
            self.times[key] += parts
        for key, crews in other.crews.items():
            self.crews[key] |= crews
        for key, before in other.before.items():
            self.before[key] += before
        for key, why in other.why.items():
            self.why[key] += why
        for key, drills in other.vain.items():
            self.vain[key] += drills
        for key, times in other.most.items():
            self.most[key] = max(times, self.most.get(key, 0))
        for who, spans in other.spans.items():
            self.spans[who] += spans
        for name, why in other.stays.items():
            self.stays[name] += why
        self.ready |= other.ready
        self.busy |= other.busy
        self.begun += other.begun
        self.finished += other.finished

    def idle(self) -> tuple[str, ...]:
        """Teams that are called and have nothing to do."""
        return tuple(sorted(self._called - self.busy))

    @cached_property
    def _called(self) -> set[str]:
        return {key.object for key in self.times if key.kind == "mobilise"}

    def staying(self, drills: int) -> tuple[Stay, ...]:
        """What a planned move leaves where it was, the most frequent first."""
        found = [
            Stay(name, min(why, key=lambda text: (-why[text], text)), estimates.share(why.total(), drills))
            for name, why in self.stays.items()
        ]
        return tuple(sorted(found, key=lambda stay: (-stay.happens.successes, stay.component)))

    def away(self, plan: Plan, drills: int) -> tuple[Absence, ...]:
        """Who of those that are called or asked for is away, and when."""
        outages = {outage.name: outage for outage in plan.outages}
        found = []
        for (name, t), parts in sorted(self.spans.items()):
            team, times = plan.structure.teams[t], Times.joined(parts)
            if team not in self._called | self.busy:
                continue
            heads = None if is_whole(plan, outages[name], t) else outages[name].heads
            ends = times.ends[times.ends >= 0]
            end = _window(ends) if len(ends) else None
            happens = estimates.share(len(times.drills), drills)
            found.append(Absence(team, name, heads, happens, _window(times.starts), end))
        return tuple(sorted(found, key=lambda absence: (absence.team, absence.begin, absence.disruption)))

    def steps(self, scenario: Scenario, drills: int) -> tuple[RunbookStep, ...]:
        """The lines of the runbook, in order."""
        idle = set(self.idle())
        times = {
            key: Times.joined(parts)
            for key, parts in self.times.items()
            if key.kind != "mobilise" or key.object not in idle
        }
        most = max((len(each.drills) for each in times.values()), default=0)
        lines = defaultdict[object, list[Key]](list)
        for key in [*times, *(key for key in self.vain if key not in times)]:
            lines[self._alike(key, times.get(key), most)].append(key)
        groups = [group for keys in lines.values() for group in _together(keys, times)]
        parts = [part for keys in groups for part in ([keys] if len(keys) > FEW else [[key] for key in keys])]
        made = [(keys, self._step(keys, times, scenario, drills)) for keys in parts]
        ids = {key: step.id for keys, step in made for key in keys}
        made.sort(key=lambda pair: (part_of(pair[1], most), *_by_median(pair[1])))
        by_id = {step.id: step for _, step in made}
        return tuple(replace(step, after=self._after(keys, ids, by_id)) for keys, step in made)

    def _alike(self, key: Key, times: Times | None, most: int) -> object:
        """What steps have in common that are one where they are many: also those that nobody does and that start together."""
        how_often = 0 if times is None else 1 + (len(times.drills) >= RARE * most) + (len(times.drills) == most)
        nobody = key.kind != "mobilise" and not any(self.crews[key])
        if key.kind in ALIKE or (nobody and key.kind in SWIFT):
            return key.kind, key.site, key.occasion, how_often
        if times is None or not nobody:
            return key
        return key.kind, key.site, key.occasion, times.drills.tobytes(), times.starts.tobytes()

    def _step(self, keys: Sequence[Key], found: dict[Key, Times], scenario: Scenario, drills: int) -> RunbookStep:
        key = keys[0]
        times = Times.joined(found[key] for key in keys) if key in found else None
        task = scenario.landscape.steps.get(key.object) if key.kind == "task" else None
        crews = sorted({crew for key in keys for crew in self.crews[key]} - {""})
        done = np.zeros(0, bool) if times is None else times.ends >= 0
        why = sum((self.why[key] for key in keys), Counter[str]())
        return RunbookStep(
            kind=key.kind,
            objects=tuple(sorted({key.object for key in keys})),
            site=key.site,
            occasion=key.occasion,
            who=key.object if key.kind == "mobilise" else " or ".join(crews),
            does="" if task is None else task.do,
            happens=estimates.share(len(done), drills),
            done=estimates.share(int(done.sum()), len(done)),
            waits=estimates.share(len({drill for key in keys for drill in self.vain[key]}), drills),
            why=min(why, key=lambda text: (-why[text], text), default=""),
            lacks_people=not self.ready.isdisjoint(keys),
            start=None if times is None else _window(times.starts),
            end=None if times is None else _end(times, scenario.horizon.ms),
            times=max(self.most.get(key._replace(occasion=1), 1) for key in keys),
        )

    def _after(self, keys: Sequence[Key], ids: dict[Key, str], steps: dict[str, RunbookStep]) -> tuple[str, ...]:
        """The steps that most often were the last that these waited for."""
        counts = Counter[str]()
        for key in keys:
            for before, count in self.before[key].items():
                counts[ids.get(before, "")] += count
        enough, me = OFTEN * sum(counts.values()), steps[ids[keys[0]]]
        ranked = sorted(counts, key=lambda name: (-counts[name], name))
        often = [name for name in ranked if name and counts[name] >= enough]
        return tuple(name for name in often if _comes_first(steps[name], me))[:BEFORE]


def _comes_first(before: RunbookStep, step: RunbookStep) -> bool:
    """Whether it can be told that one comes after another: of lines of many steps only where the one is usually over by then."""
    if before is step:
        return False
    if len(before.objects) == len(step.objects) == 1:
        return True
    return before.end is not None and step.start is not None and before.end.middle <= step.start.middle


def _together(keys: Sequence[Key], times: dict[Key, Times]) -> list[list[Key]]:
    """Like steps, those that start at another time of day or on another day than the others apart."""
    if keys[0].kind not in SWIFT or keys[0] not in times:
        return [list(keys)]
    middles = sorted((int(np.median(times[key].starts)), key) for key in keys)
    found = [[middles[0][1]]]
    for (before, _), (middle, key) in pairwise(middles):
        if middle - before > APART:
            found.append([])
        found[-1].append(key)
    return found


def _by_median(step: RunbookStep) -> tuple[Any, ...]:
    """The median start; at one instant what is decided comes first, then what is over first."""
    end = np.inf if step.end is None else step.end.middle
    return (
        step.start is None and not step.lacks_people,  # what others wait for comes first
        np.inf if step.start is None else step.start.middle,
        step.kind not in INCIDENT_KINDS,
        end,
        ORDER.get(step.kind, len(ORDER)),
        step.objects,
        step.site,
        step.occasion,
    )


def _window(times: Ints) -> Window:
    ranked = np.sort(times)
    return Window(*(int(ranked[estimates.quantile_ranks(len(ranked), p)[1] - 1]) for p in (LOW, MIDDLE, HIGH)))


def _end(times: Times, horizon: int) -> Window | None:
    """The window of the ends; not before that of the starts."""
    done = times.ends >= 0
    if not done.any():
        return None
    start, end = _window(times.starts), _window(times.ends[done])
    if all(last >= first for first, last in zip(start, end, strict=True)):
        return end
    return _window(np.where(done, times.ends, horizon))


def is_whole(plan: Plan, outage: Outage, team: int) -> bool:
    """Whether it keeps all of a team away."""
    return outage.heads == EVERYBODY or outage.heads >= plan.people[team]
