"""A runbook: who does what in a plan, and the window in which most drills start and end each step."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from drsim.calendar import wall_clock
from drsim.displayed import Displayed
from drsim.measures import estimates
from drsim.measures.estimates import Share
from drsim.measures.explanation import waits
from drsim.measures.held import lack
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import EVERYBODY, INCIDENT_KINDS, KINDS, NEVER, Outage, Plan
from drsim.simulation.draws import SLICE, Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import DONE, DROPPED, GIVEN_UP, INTERRUPTED, WAITING, Row, Trajectory
from drsim.studies.arguments import checked_drills, checked_scenario, checked_seed, whole
from drsim.studies.result import share_dict
from drsim.studies.run import Progress, each_slice
from drsim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOG_COLUMNS", "RARE", "Absence", "Runbook", "RunbookStep", "Window", "is_blank_log", "runbook"]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Of the drills: a window holds the middle 80 % of them."""
TIMES: Final = 4
"""So many times that a drill takes a step have a line each; what comes later has none."""
FEW: Final = 5
"""So many steps that are alike are told one by one; more are one step."""
ALIKE: Final = frozenset((*INCIDENT_KINDS, "stable")) - {"mobilise"}
"""Kinds of steps that are alike whatever they are about."""
SWIFT: Final = frozenset(("switch", "stop", "restart"))
"""Kinds of steps that are alike where nobody does them."""
APART: Final = 8 * HOUR
"""Between the median starts of like steps that are not joined."""
RARE: Final = 0.1
"""A step is rare if fewer drills have it than this share of those that have the most frequent one."""
BEFORE, OFTEN = 3, 0.2
"""So many steps before one are named, each that was the last it waited for in so many of the drills."""
ASKED: Final = 8
"""Drills of a slice in which it is asked why a step waits in vain."""
NAMED: Final = 5
"""Incidents that are named of many."""
LISTED: Final = 12
"""Components that are named of many where all do not fit."""
ORDER: Final = {kind: place for place, kind in enumerate((*INCIDENT_KINDS, *KINDS))}
LOG_COLUMNS: Final = (
    "number",
    "id",
    "step",
    "who",
    "after",
    "start_from",
    "start_to",
    "end_from",
    "end_to",
    "actual_start",
    "actual_end",
    "remarks",
)
BLANKS: Final = LOG_COLUMNS[-3:]
"""Of a log, for whoever keeps it."""

TABLE_COLUMNS: Final = (
    "number",
    "step",
    "object",
    "site",
    "occasion",
    "who",
    "after",
    *("happens", "happens_low", "happens_high"),
    *("done", "done_low", "done_high"),
    *("waits", "waits_low", "waits_high", "why"),
    *("start_p10_h", "start_p50_h", "start_p90_h"),
    *("end_p10_h", "end_p50_h", "end_p90_h"),
)

Ints = NDArray[np.int64]


class Window(NamedTuple):
    """The times between which 80 % of the drills are, and the median; ms since the moment, or since the loss without one."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class RunbookStep:
    """One line of a runbook: a step with all its tries, or many steps that are alike."""

    kind: str
    objects: tuple[str, ...]
    """Whose step: a component, `service.point`, the root of an incident, a team, or a step of the plan."""
    site: str
    """Empty where there is none."""
    occasion: int
    """The how manieth time in a drill that it is taken, from 1."""
    who: str
    """Its crew, `2 infra + network`; empty for what nobody does."""
    does: str
    """What the scenario says that a step of the plan is."""
    happens: Share
    """Of drills in which it starts."""
    done: Share
    """Of those, in which its last try is done by the horizon."""
    waits: Share
    """Of drills in which it is wanted and never starts."""
    why: str
    """What it waits for in most of those."""
    start: Window | None
    """Of its first try, over the drills in which it starts; None if it starts in none."""
    end: Window | None
    """Of its last try, over the drills in which that is done; None if there are none. A team that is away has not arrived.

    Where it would lie before `start`, since those that start late are not done, these count as done at the horizon.
    """
    times: int = 1
    """The most times that a drill takes it; the first few have lines."""
    lacks_people: bool = False
    """Whether nothing but people or a copy is missing where it waits in vain: others may wait for it."""
    after: tuple[str, ...] = ()
    """ids of the steps that most often were the last it waited for, the most frequent first"""

    @property
    def object(self) -> str:
        """Whose step, `118 incidents` or `9 components` where they are many."""
        if len(self.objects) == 1:
            return self.objects[0]
        return f"{len(self.objects)} {'incidents' if self.is_of_incidents else 'components'}"

    @property
    def is_of_incidents(self) -> bool:
        """Whether its objects are the roots of incidents."""
        return self.kind in INCIDENT_KINDS

    @property
    def id(self) -> str:
        """`start/oracle/sint-oedenrode`, `mobilise/desk#2` of the second time; `stop/dns+8/annex` of that and 8 others."""
        others = f"+{len(self.objects) - 1}" if len(self.objects) > 1 else ""
        first = "/".join(part for part in (self.kind, self.objects[0] + others, self.site) if part)
        return first if self.occasion == 1 else f"{first}#{self.occasion}"

    @property
    def text(self) -> str:
        """`start oracle @ sint-oedenrode`, as a replay tells it; `... (time 2)` of the second time in a drill."""
        point = self.kind == "verify" and "." in self.object
        to = "to" if self.kind == "mobilise" else "@"
        time = f" (time {self.occasion})" if self.occasion > 1 else ""
        return f"{self.kind} {self.object}{f' {to} {self.site}' if self.site and not point else ''}{time}"

    @property
    def detail(self) -> str:
        """What a step of the plan is, or which many steps are one; empty for others."""
        if self.does or len(self.objects) == 1:
            return self.does
        if self.kind not in INCIDENT_KINDS:
            return ", ".join(self.objects)
        return f"{', '.join(self.objects[:NAMED])} and {len(self.objects) - NAMED} more"

    @property
    def brief(self) -> str:
        """The same for paper: of many components some."""
        if self.does or self.is_of_incidents or len(self.objects) <= LISTED:
            return self.detail
        return f"{', '.join(self.objects[: LISTED - 2])} and {len(self.objects) - LISTED + 2} more"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        return {
            "id": self.id,
            "kind": self.kind,
            "objects": list(self.objects),
            "site": self.site,
            "occasion": self.occasion,
            "times": self.times,
            "who": self.who,
            "after": list(self.after),
            "does": self.does,
            "happens": share_dict(self.happens),
            "done": share_dict(self.done) if self.done.trials else None,
            "waits": share_dict(self.waits),
            "why": self.why,
            "lacks_people": self.lacks_people,
            "start_ms": None if self.start is None else self.start._asdict(),
            "end_ms": None if self.end is None else self.end._asdict(),
        }


@dataclass(frozen=True)
class Absence:
    """People of a team, or a supplier, that a disruption keeps away."""

    team: str
    disruption: str
    heads: int | None
    """How many of them; None for all."""
    happens: Share
    """Of drills in which it begins."""
    begin: Window
    end: Window | None
    """Over the drills in which it ends by the horizon; None if there are none."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        return {
            "team": self.team,
            "disruption": self.disruption,
            "heads": self.heads,
            "happens": share_dict(self.happens),
            "begin_ms": self.begin._asdict(),
            "end_ms": None if self.end is None else self.end._asdict(),
        }


@dataclass(frozen=True)
class Runbook(Displayed):
    """The steps that a plan takes in drills, in the order of their median start; then rare ones, and those that start in no drill."""

    scenario: Scenario
    seed: int
    replications: int
    steps: tuple[RunbookStep, ...]
    idle: tuple[str, ...]
    """Teams and suppliers that are called, and that no step asks for in any drill."""
    finished: Share
    """Of drills in which anything is done: all that is wanted is done by the horizon, but for what waits for a lost site."""
    away: tuple[Absence, ...] = ()
    """Of teams that are called or asked for."""
    interrupted: bool = False

    def __repr__(self) -> str:
        """Say what it is, in one line; `table` has the steps."""
        title = self.scenario.title
        return f"<Runbook of {title!r}: {len(self.steps)} steps, {self.replications} drills, seed {self.seed}>"

    @property
    def within(self) -> Share:
        """The share of drills that start, or end, a step within its window, of a step that every drill has."""
        low, high = (estimates.quantile_ranks(self.replications, p)[1] for p in (LOW, HIGH))
        return estimates.share(high - low + 1, self.replications)

    @property
    def parts(self) -> tuple[tuple[RunbookStep, ...], tuple[RunbookStep, ...], tuple[RunbookStep, ...]]:
        """The steps in three: most of them, those that are rare, and those that start in no drill."""
        most = max((step.happens.successes for step in self.steps), default=0)
        plain, rare, never = (tuple(step for step in self.steps if _place(step, most) == place) for place in range(3))
        return plain, rare, never

    def goes_on(self, step: RunbookStep) -> bool:
        """Whether a step is taken again after the last time that has a line."""
        return step.occasion == TIMES < step.times

    def away_of(self, team: str) -> tuple[str, ...]:
        """The disruptions that keep all of a team away."""
        return tuple(each.disruption for each in self.away if each.team == team and each.heads is None)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each step by its id, from 1."""
        return {step.id: number for number, step in enumerate(self.steps, 1)}

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each step, index `id`; times in hours since the moment, or since the loss without one."""
        import pandas as pd

        rows = [_table_row(self.numbers, step) for step in self.steps]
        index = pd.Index([step.id for step in self.steps], name="id", dtype=object)
        return pd.DataFrame(rows, index=index, columns=list(TABLE_COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms since the moment, or since the loss where `moment` is null."""
        from drsim import __version__

        moment = self.scenario.moment
        return {
            "drsim": __version__,
            "scenario": {"title": self.scenario.title, "digest": self.scenario.digest()},
            "seed": self.seed,
            "replications": self.replications,
            "interrupted": self.interrupted,
            "horizon_ms": self.scenario.horizon.ms,
            "moment": None if moment is None else moment.isoformat(),
            "within": share_dict(self.within),
            "finished": share_dict(self.finished) if self.finished.trials else None,
            "away": [absence.to_dict() for absence in self.away],
            "steps": [{"number": number, **step.to_dict()} for number, step in enumerate(self.steps, 1)],
            "idle": list(self.idle),
        }

    def log(self) -> str:
        """The log to be kept during a drill, as CSV: a line for each step with its windows, and empty columns for what happens.

        Windows are on the wall clock, `2015-05-12 13:02`, or without a moment in hours:minutes after the loss, `3:02`.
        """
        text = io.StringIO()
        log = csv.DictWriter(text, LOG_COLUMNS, restval="", lineterminator="\n")
        log.writeheader()
        numbers = self.numbers
        for number, step in enumerate(self.steps, 1):
            never = f"in no drill: {step.why}" if step.start is None else ""
            told = {
                "number": number,
                "id": step.id,
                "step": ": ".join(part for part in (step.text, step.detail, never) if part),
                "after": " ".join(str(numbers[name]) for name in step.after),
            }
            log.writerow(
                {**told, "who": step.who, **self._expected("start", step.start), **self._expected("end", step.end)}
            )
        return text.getvalue()

    def _expected(self, which: str, window: Window | None) -> dict[str, str]:
        if window is None:
            return {}
        return {f"{which}_from": self._written(window.low), f"{which}_to": self._written(window.high)}

    def _written(self, time: int) -> str:
        minutes = (time + MINUTE // 2) // MINUTE
        if self.scenario.moment is None:
            return f"{minutes // 60}:{minutes % 60:02}"
        return f"{wall_clock(self.scenario.moment, minutes * MINUTE):%Y-%m-%d %H:%M}"


def is_blank_log(text: str) -> bool:
    """Whether a text is a log in which nobody has written anything yet."""
    rows = csv.DictReader(io.StringIO(text))
    try:
        return rows.fieldnames == list(LOG_COLUMNS) and not any(row[blank] for row in rows for blank in BLANKS)
    except csv.Error:
        return False


def runbook(
    scenario: Scenario | str | os.PathLike[str],
    *,
    replications: int = 1_000,
    seed: int = 1,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Runbook:
    """Drill a scenario many times, and look when each step of its plan starts and ends; the path of one is read first.

    The drills are those of `run`, and so are the arguments. A KeyboardInterrupt ends it with the drills that are finished
    (`interrupted`), unless none is.
    """
    plan = compile_scenario(checked_scenario(scenario))
    replications, seed = checked_drills(replications), checked_seed(seed)
    workers = None if workers is None else whole(workers, "workers", 1)
    slices = [(first, min(SLICE, replications - first)) for first in range(0, replications, SLICE)]
    found, finished, interrupted = _Found(), 0, False
    try:
        with closing(each_slice(_taken, plan, seed, slices, workers, executor)) as parts:
            for (first, count), part in zip(slices, parts, strict=True):
                found.add(part)
                finished = first + count
                if progress is not None:
                    progress(finished, replications)
    except KeyboardInterrupt:
        if not finished:
            raise
        interrupted = True
    steps, done = found.steps(plan.scenario, finished), estimates.share(found.finished, found.begun)
    return Runbook(plan.scenario, seed, finished, steps, found.idle(), done, found.away(plan, finished), interrupted)


# What drills have


class _Key(NamedTuple):
    kind: str
    object: str
    site: str
    occasion: int = 1


class _Times(NamedTuple):
    """Of a step in some drills in which it starts: their numbers, its first start, and its last end, -1 if that is not done."""

    drills: Ints
    starts: Ints
    ends: Ints

    @classmethod
    def joined(cls, parts: Iterable[_Times]) -> _Times:
        """Those of the same step in other drills, or of like steps in the same."""
        drills, starts, ends = (np.concatenate(each) for each in zip(*parts, strict=True))
        which, place = np.unique(drills, return_inverse=True)
        first, last = np.full(len(which), np.iinfo(np.int64).max), np.full(len(which), -1)
        np.minimum.at(first, place, starts)
        np.maximum.at(last, place, ends)
        last[place[ends < 0]] = -1
        return cls(which, first, last)


@dataclass
class _Found:
    """What some drills have of each step."""

    times: dict[_Key, list[_Times]] = field(default_factory=lambda: defaultdict(list))
    crews: dict[_Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    before: dict[_Key, Counter[_Key]] = field(default_factory=lambda: defaultdict(Counter))
    """how often which step was the last that one waited for"""
    vain: dict[_Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    """drills in which it waits to the end"""
    why: dict[_Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    most: dict[_Key, int] = field(default_factory=dict)
    """the most times that a drill takes a step"""
    spans: dict[tuple[str, int], list[_Times]] = field(default_factory=lambda: defaultdict(list))
    """(disruption, team) -> when people are away"""
    ready: set[_Key] = field(default_factory=set)
    """those of them that lack nothing but people or a copy"""
    busy: set[str] = field(default_factory=set)
    """teams that do anything, or are waited for"""
    begun: int = 0
    finished: int = 0

    def add(self, other: _Found) -> None:
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
        self.ready |= other.ready
        self.busy |= other.busy
        self.begun += other.begun
        self.finished += other.finished

    def idle(self) -> tuple[str, ...]:
        return tuple(sorted(self._called - self.busy))

    @cached_property
    def _called(self) -> set[str]:
        return {key.object for key in self.times if key.kind == "mobilise"}

    def away(self, plan: Plan, drills: int) -> tuple[Absence, ...]:
        """Who of those that are called or asked for is away, and when."""
        outages = {outage.name: outage for outage in plan.outages}
        found = []
        for (name, t), parts in sorted(self.spans.items()):
            team, times = plan.structure.teams[t], _Times.joined(parts)
            if team not in self._called | self.busy:
                continue
            heads = None if _is_whole(plan, outages[name], t) else outages[name].heads
            ends = times.ends[times.ends >= 0]
            end = _window(ends) if len(ends) else None
            happens = estimates.share(len(times.drills), drills)
            found.append(Absence(team, name, heads, happens, _window(times.starts), end))
        return tuple(sorted(found, key=lambda absence: (absence.team, absence.begin, absence.disruption)))

    def steps(self, scenario: Scenario, drills: int) -> tuple[RunbookStep, ...]:
        idle = set(self.idle())
        times = {
            key: _Times.joined(parts)
            for key, parts in self.times.items()
            if key.kind != "mobilise" or key.object not in idle
        }
        most = max((len(each.drills) for each in times.values()), default=0)
        lines = defaultdict[object, list[_Key]](list)
        for key in [*times, *(key for key in self.vain if key not in times)]:
            lines[self._alike(key, times.get(key), most)].append(key)
        groups = [group for keys in lines.values() for group in _together(keys, times)]
        parts = [part for keys in groups for part in ([keys] if len(keys) > FEW else [[key] for key in keys])]
        made = [(keys, self._step(keys, times, scenario, drills)) for keys in parts]
        ids = {key: step.id for keys, step in made for key in keys}
        made.sort(key=lambda pair: (_place(pair[1], most), *_by_median(pair[1])))
        numbers = {step.id: number for number, (_, step) in enumerate(made)}
        return tuple(replace(step, after=self._after(keys, ids, numbers)) for keys, step in made)

    def _alike(self, key: _Key, times: _Times | None, most: int) -> object:
        """What steps have in common that are one where they are many: also those that nobody does and that start together."""
        how_often = 0 if times is None else 1 + (len(times.drills) >= RARE * most) + (len(times.drills) == most)
        nobody = key.kind != "mobilise" and not any(self.crews[key])
        if key.kind in ALIKE or (nobody and key.kind in SWIFT):
            return key.kind, key.site, key.occasion, how_often
        if times is None or not nobody:
            return key
        return key.kind, key.site, key.occasion, times.drills.tobytes(), times.starts.tobytes()

    def _step(self, keys: Sequence[_Key], found: dict[_Key, _Times], scenario: Scenario, drills: int) -> RunbookStep:
        key = keys[0]
        times = _Times.joined(found[key] for key in keys) if key in found else None
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

    def _after(self, keys: Sequence[_Key], ids: dict[_Key, str], numbers: dict[str, int]) -> tuple[str, ...]:
        """The steps earlier in the runbook that most often were the last that these waited for."""
        counts = Counter[str]()
        for key in keys:
            for before, count in self.before[key].items():
                if before in ids and numbers[ids[before]] < numbers[ids[key]]:
                    counts[ids[before]] += count
        enough = OFTEN * sum(counts.values())
        ranked = sorted(counts, key=lambda name: (-counts[name], name))
        return tuple(name for name in ranked[:BEFORE] if counts[name] >= enough)


def _together(keys: Sequence[_Key], times: dict[_Key, _Times]) -> list[list[_Key]]:
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


def _place(step: RunbookStep, most: int) -> int:
    """Rare steps come after the others, and those that start in no drill last."""
    return 2 if step.start is None else int(_is_rare(step, most))


def _is_rare(step: RunbookStep, most: int) -> bool:
    return step.happens.successes < RARE * most


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


def _end(times: _Times, horizon: int) -> Window | None:
    """The window of the ends; not before that of the starts."""
    done = times.ends >= 0
    if not done.any():
        return None
    start, end = _window(times.starts), _window(times.ends[done])
    if all(last >= first for first, last in zip(start, end, strict=True)):
        return end
    return _window(np.where(done, times.ends, horizon))


def _taken(engine: Engine, seed: int, first: int, count: int) -> _Found:
    """What a slice of drills has of each step."""
    plan, numbers = engine.plan, Numbers(engine.plan, seed, first, count)
    spans, away = defaultdict[_Key, list[_Span]](list), defaultdict[tuple[str, int], list[_Span]](list)
    found = _Found()
    for index in range(count):
        drill = engine.drill(numbers, index)
        zero = 0 if plan.dated else _zero(drill)
        groups = _groups(drill)
        keys = {id(row): key for key, rows in groups.items() for row in rows}
        for key, rows in groups.items():
            first_time = key._replace(occasion=1)
            found.most[first_time] = max(found.most.get(first_time, 0), key.occasion)
            if key.occasion > TIMES:
                continue
            started = [row for row in rows if row.start >= 0]
            first_row = min(started or rows, key=lambda row: (row.start, row.wanted))
            found.crews[key].update(plan.crew_text(row.crew, row.what.skills) for row in rows)
            found.busy.update(plan.structure.teams[team] for row in rows for team, _ in row.crew)
            if isinstance(first_row.bound_by, Row) and id(first_row.bound_by) in keys:
                found.before[key][keys[id(first_row.bound_by)]] += 1
            if started:
                start, end = _span(plan, drill, started)
                spans[key].append((drill.replication, start - zero, end - zero if end >= 0 else -1))
                continue
            found.vain[key].append(drill.replication)
            if first_row.is_ready:
                found.ready.add(key)
            if len(found.vain[key]) <= ASKED:
                found.why[key][_why(plan, drill, first_row)] += 1
        found.begun += bool(keys)
        found.finished += bool(keys) and _is_finished(plan, drill)
        for outage in plan.outages:
            for begin, end in drill.outages.get(outage.name, ()) if outage.kind == "team" else ():
                for team in outage.targets if begin < plan.horizon else ():
                    back = end - zero if end < plan.horizon else -1
                    away[outage.name, team].append((drill.replication, begin - zero, back))
    found.times = {key: [_Times(*np.array(each, np.int64).T)] for key, each in spans.items()}
    found.spans = {who: [_Times(*np.array(each, np.int64).T)] for who, each in away.items()}
    return found


_Span = tuple[int, int, int]
"""Drill, begin and end, -1 for none."""


def _groups(drill: Trajectory) -> dict[_Key, list[Row]]:
    """What started or waits in vain, the tries of each step on each occasion.

    The tries of one incident are one occasion, with those of others that start before these are over. A team comes once if it is called
    again within a day, and then its first call counts.
    """
    tries: dict[_Key, dict[int, list[Row]]] = {}
    for row in drill.made:
        if row.start >= 0 or row.outcome in (WAITING, GIVEN_UP):
            tries.setdefault(_Key(row.kind, row.object, row.site), {}).setdefault(row.incident, []).append(row)
    found: dict[_Key, list[Row]] = {}
    for key, incidents in tries.items():
        occasion, over, called = 0, -1, key.kind == "mobilise"
        for rows in sorted(incidents.values(), key=_first_start):
            is_new = not occasion or _first_start(rows)[0] > over + (DAY if called else 0)
            occasion += is_new
            over = max(over, *(NEVER if row.end < 0 else row.end for row in rows))
            if is_new or not called:
                found.setdefault(key._replace(occasion=occasion), []).extend(rows)
    return found


def _first_start(rows: Sequence[Row]) -> tuple[int, int]:
    """When a step first starts, after all others if it never does; then when it is wanted."""
    return min((row.start if row.start >= 0 else NEVER, row.wanted) for row in rows)


def _span(plan: Plan, drill: Trajectory, rows: Sequence[Row]) -> tuple[int, int]:
    """The start of the first try, and the end of the last, -1 if that is not done."""
    last = max(rows, key=lambda row: (row.end < 0, row.end, row.start))
    end = last.end if last.outcome == DONE else -1
    if last.kind == "mobilise" and end >= 0:
        end = _there(plan, drill, plan.structure.teams.index(last.object), end)
    return min(row.start for row in rows), end


def _there(plan: Plan, drill: Trajectory, team: int, arrival: int) -> int:
    """When a team that has come is there: not while all of it is kept away; -1 for not before the horizon."""
    spans = (
        span
        for outage in plan.outages
        if outage.kind == "team" and team in outage.targets and _is_whole(plan, outage, team)
        for span in drill.outages.get(outage.name, ())
    )
    for begin, end in sorted(spans):
        if begin <= arrival < end:
            arrival = end
    return arrival if arrival < plan.horizon else -1


def _is_whole(plan: Plan, outage: Outage, team: int) -> bool:
    """Whether it keeps all of a team away."""
    return outage.heads == EVERYBODY or outage.heads >= plan.people[team]


def _is_finished(plan: Plan, drill: Trajectory) -> bool:
    """Whether all is done that is wanted, but for what waits for a site that is lost to the end."""
    up = dict.fromkeys(plan.structure.sites, True)
    for _, flag, value in drill.changes:
        if flag < len(plan.structure.sites):
            up[plan.structure.sites[flag]] = value
    last = {(row.kind, row.object, row.site, row.incident): row for row in sorted(drill.made, key=_try)}
    return all(
        row.outcome in (DONE, DROPPED, INTERRUPTED) or row.kind == "stable" or not up.get(row.site, True)
        for row in last.values()
    )


def _try(row: Row) -> int:
    return row.attempt


def _why(plan: Plan, drill: Trajectory, row: Row) -> str:
    """What a step waits for that never starts: `nobody of dba is there`, `it waits for oracle`."""
    if not row.is_ready:
        found = lack(plan, drill, row, plan.horizon) if row.step >= 0 or row.kind == "task" else ""
        return found or "what it needs is not there"
    lengths = Counter[tuple[str, str, str]]()
    for segment in waits(plan, drill, row):
        lengths[segment.cause, segment.detail, segment.team] += segment.length
    if not lengths:
        return "what it needs is not there"
    cause, detail, team = max(lengths, key=lambda each: (lengths[each], each))
    if cause in ("nobody on duty", "supplier closed"):
        return f"nobody of {team} is there" if not detail else f"nobody of {team} ({detail}) is there"
    if cause == "people on their way":
        return f"{team} has not arrived"
    told = f"{detail}: {team}" if detail and team else detail or team
    return f"{cause} ({told})" if told else cause


def _zero(drill: Trajectory) -> int:
    """When the first thing happens: something is lost, or a step starts."""
    lost = [begin for spans in drill.outages.values() for begin, _ in spans]
    started = [row.start for row in drill.made if row.start >= 0]
    return min([*lost, *started], default=0)


def _table_row(numbers: dict[str, int], step: RunbookStep) -> dict[str, Any]:
    start = (np.inf,) * 3 if step.start is None else step.start
    end = (np.inf,) * 3 if step.end is None else step.end
    return {
        "number": numbers[step.id],
        "step": step.kind,
        "object": step.object,
        "site": step.site,
        "occasion": step.occasion,
        "who": step.who,
        "after": " ".join(str(numbers[name]) for name in step.after),
        **_share_columns("happens", step.happens),
        **_share_columns("done", step.done),
        **_share_columns("waits", step.waits),
        "why": step.why,
        **{f"start_p{p}_h": time / HOUR for p, time in zip((10, 50, 90), start, strict=True)},
        **{f"end_p{p}_h": time / HOUR for p, time in zip((10, 50, 90), end, strict=True)},
    }


def _share_columns(name: str, share: Share) -> dict[str, float]:
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
