"""A runbook: who does what in a plan, and the window in which most drills start and end each step."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from drsim.calendar import wall_clock
from drsim.displayed import Displayed
from drsim.measures import estimates
from drsim.measures.estimates import Share
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import INCIDENT_KINDS, KINDS
from drsim.simulation.draws import SLICE, Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import DONE, Row, Trajectory
from drsim.studies.arguments import checked_drills, checked_scenario, checked_seed, whole
from drsim.studies.result import share_dict
from drsim.studies.run import Progress, each_slice
from drsim.units import HOUR, MINUTE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOG_COLUMNS", "Runbook", "RunbookStep", "Window", "is_blank_log", "runbook"]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Of the drills: a window holds the middle 80 % of them."""
FEW: Final = 5
"""So many steps that are alike are told one by one; more are one step."""
ALIKE: Final = frozenset((*INCIDENT_KINDS, "stable")) - {"mobilise"}
"""Kinds of steps that are alike whatever they are about."""
NAMED: Final = 5
"""Incidents that are named of many."""
ORDER: Final = {kind: place for place, kind in enumerate((*INCIDENT_KINDS, *KINDS))}
LOG_COLUMNS: Final = (
    "number",
    "id",
    "step",
    "who",
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
    "who",
    *("happens", "happens_low", "happens_high"),
    *("done", "done_low", "done_high"),
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
    who: str
    """Its crew, `2 infra + network`; empty for what nobody does."""
    does: str
    """What the scenario says that a step of the plan is."""
    happens: Share
    """Of drills in which it starts."""
    done: Share
    """Of those, in which its last try is done by the horizon."""
    start: Window
    """Of its first try, over the drills in which it starts."""
    end: Window | None
    """Of its last try, over the drills in which that is done; None if there are none."""

    @property
    def object(self) -> str:
        """Whose step, `118 incidents` or `9 components` where they are many."""
        if len(self.objects) == 1:
            return self.objects[0]
        return f"{len(self.objects)} {'incidents' if self.kind in INCIDENT_KINDS else 'components'}"

    @property
    def id(self) -> str:
        """`start/oracle/sint-oedenrode`, whatever comes before it; `stop/dns+8/annex` of that and 8 others."""
        others = f"+{len(self.objects) - 1}" if len(self.objects) > 1 else ""
        return "/".join(part for part in (self.kind, self.objects[0] + others, self.site) if part)

    @property
    def text(self) -> str:
        """`start oracle @ sint-oedenrode`, as a replay tells it."""
        point = self.kind == "verify" and "." in self.object
        to = "to" if self.kind == "mobilise" else "@"
        return f"{self.kind} {self.object}{f' {to} {self.site}' if self.site and not point else ''}"

    @property
    def detail(self) -> str:
        """What a step of the plan is, or which many steps are one; empty for others."""
        if self.does or len(self.objects) == 1:
            return self.does
        if self.kind not in INCIDENT_KINDS:
            return ", ".join(self.objects)
        return f"{', '.join(self.objects[:NAMED])} and {len(self.objects) - NAMED} more"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        return {
            "id": self.id,
            "kind": self.kind,
            "objects": list(self.objects),
            "site": self.site,
            "who": self.who,
            "does": self.does,
            "happens": share_dict(self.happens),
            "done": share_dict(self.done),
            "start_ms": self.start._asdict(),
            "end_ms": None if self.end is None else self.end._asdict(),
        }


@dataclass(frozen=True)
class Runbook(Displayed):
    """The steps that a plan takes in drills, in the order of their median start."""

    scenario: Scenario
    seed: int
    replications: int
    steps: tuple[RunbookStep, ...]
    idle: tuple[str, ...]
    """Teams and suppliers that are called and have no step in any drill."""
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

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each step, index `id`; times in hours since the moment, or since the loss without one."""
        import pandas as pd

        rows = [_table_row(number, step) for number, step in enumerate(self.steps, 1)]
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
        for number, step in enumerate(self.steps, 1):
            told = {
                "number": number,
                "id": step.id,
                "step": f"{step.text}: {step.detail}" if step.detail else step.text,
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
    steps = found.steps(plan.scenario, finished)
    return Runbook(plan.scenario, seed, finished, steps, found.idle(), interrupted)


# What drills have


class _Key(NamedTuple):
    kind: str
    object: str
    site: str


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
    busy: set[str] = field(default_factory=set)
    """teams that do anything"""

    def add(self, other: _Found) -> None:
        """Of more drills."""
        for key, times in other.times.items():
            self.times[key] += times
            self.crews[key] |= other.crews[key]
        self.busy |= other.busy

    def idle(self) -> tuple[str, ...]:
        return tuple(sorted({key.object for key in self.times if key.kind == "mobilise"} - self.busy))

    def steps(self, scenario: Scenario, drills: int) -> tuple[RunbookStep, ...]:
        idle = set(self.idle())
        times = {
            key: _Times.joined(parts)
            for key, parts in self.times.items()
            if key.kind != "mobilise" or key.object not in idle
        }
        lines = defaultdict[object, list[_Key]](list)
        for key in times:
            lines[self._alike(key, times[key])].append(key)
        parts = [part for keys in lines.values() for part in ([keys] if len(keys) > FEW else [[key] for key in keys])]
        return tuple(sorted((self._step(keys, times, scenario, drills) for keys in parts), key=_by_median))

    def _alike(self, key: _Key, times: _Times) -> object:
        """What steps have in common that are one where they are many: also those that nobody does and that start together."""
        if key.kind in ALIKE:
            return key.kind, key.site
        if key.kind == "mobilise" or any(self.crews[key]):
            return key
        return key.kind, key.site, times.drills.tobytes(), times.starts.tobytes()

    def _step(self, keys: Sequence[_Key], found: dict[_Key, _Times], scenario: Scenario, drills: int) -> RunbookStep:
        key = keys[0]
        times = _Times.joined(found[key] for key in keys)
        task = scenario.landscape.steps.get(key.object) if key.kind == "task" else None
        crews = sorted({crew for key in keys for crew in self.crews[key]} - {""})
        done = times.ends >= 0
        return RunbookStep(
            kind=key.kind,
            objects=tuple(sorted({key.object for key in keys})),
            site=key.site,
            who=key.object if key.kind == "mobilise" else " or ".join(crews),
            does="" if task is None else task.do,
            happens=estimates.share(len(done), drills),
            done=estimates.share(int(done.sum()), len(done)),
            start=_window(times.starts),
            end=_window(times.ends[done]) if done.any() else None,
        )


def _by_median(step: RunbookStep) -> tuple[Any, ...]:
    """The median start; at one instant what is decided comes first, then what is over first."""
    end = np.inf if step.end is None else step.end.middle
    return (
        step.start.middle,
        step.kind not in INCIDENT_KINDS,
        end,
        ORDER.get(step.kind, len(ORDER)),
        step.objects,
        step.site,
    )


def _window(times: Ints) -> Window:
    ranked = np.sort(times)
    return Window(*(int(ranked[estimates.quantile_ranks(len(ranked), p)[1] - 1]) for p in (LOW, MIDDLE, HIGH)))


def _taken(engine: Engine, seed: int, first: int, count: int) -> _Found:
    """What a slice of drills has of each step."""
    numbers, spans = Numbers(engine.plan, seed, first, count), dict[_Key, list[tuple[int, int, int]]]()
    found = _Found(crews={}, times={})
    for index in range(count):
        drill = engine.drill(numbers, index)
        tries: dict[_Key, list[Row]] = {}
        for row in drill.made:
            if row.start >= 0:
                tries.setdefault(_Key(row.kind, row.object, row.site), []).append(row)
        zero = 0 if engine.plan.dated else _zero(drill)
        for key, rows in tries.items():
            last = max(rows, key=lambda row: (row.end < 0, row.end, row.start))
            end = last.end - zero if last.outcome == DONE else -1
            spans.setdefault(key, []).append((drill.replication, min(row.start for row in rows) - zero, end))
            found.crews.setdefault(key, set()).update(engine.plan.crew_text(row.crew, row.what.skills) for row in rows)
            found.busy.update(engine.plan.structure.teams[team] for row in rows for team, _ in row.crew)
    found.times = {key: [_Times(*np.array(each, np.int64).T)] for key, each in spans.items()}
    return found


def _zero(drill: Trajectory) -> int:
    """When the first thing happens: something is lost, or a step starts."""
    lost = [begin for spans in drill.outages.values() for begin, _ in spans]
    started = [row.start for row in drill.made if row.start >= 0]
    return min([*lost, *started], default=0)


def _table_row(number: int, step: RunbookStep) -> dict[str, Any]:
    end = (np.inf,) * 3 if step.end is None else step.end
    return {
        "number": number,
        "step": step.kind,
        "object": step.object,
        "site": step.site,
        "who": step.who,
        **_share_columns("happens", step.happens),
        **_share_columns("done", step.done),
        **{f"start_p{p}_h": time / HOUR for p, time in zip((10, 50, 90), step.start, strict=True)},
        **{f"end_p{p}_h": time / HOUR for p, time in zip((10, 50, 90), end, strict=True)},
    }


def _share_columns(name: str, share: Share) -> dict[str, float]:
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
