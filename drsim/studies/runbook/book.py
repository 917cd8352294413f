"""A runbook, its steps, and the log that goes with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from drsim.calendar import wall_clock
from drsim.displayed import Displayed
from drsim.measures import estimates
from drsim.measures.estimates import Share
from drsim.model.scenario import Scenario
from drsim.planning.plan import INCIDENT_KINDS
from drsim.studies.result import share_dict
from drsim.units import HOUR, MINUTE

if TYPE_CHECKING:
    import pandas as pd

TIMES: Final = 4
"""So many times that a drill takes a step have a line each; what comes later has none."""
LOW: Final = 0.1
MIDDLE: Final = 0.5
HIGH: Final = 0.9
"""Of the drills: a window holds the middle 80 % of them."""
RARE: Final = 0.1
"""A step is rare if fewer drills have it than this share of those that have the most frequent one."""
NAMED: Final = 5
"""Incidents that are named of many."""
LISTED: Final = 12
"""Components that are named of many where all do not fit."""
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


class Stay(NamedTuple):
    """A component that a planned move leaves where it was."""

    component: str
    why: str
    """In most of these drills."""
    happens: Share
    """Of all drills."""


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
    stays: tuple[Stay, ...] = ()
    """What a planned move leaves where it was; a drill with any is not finished."""
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
        plain, rare, never = (tuple(step for step in self.steps if part_of(step, most) == place) for place in range(3))
        return plain, rare, never

    @property
    def may_be_asked_for(self) -> bool:
        """Whether those who have nothing to do may be asked for behind steps that start in no drill."""
        return bool(self.idle and self.parts[2])

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
            "stays": [{**stay._asdict(), "happens": share_dict(stay.happens)} for stay in self.stays],
            "steps": [{"number": number, **step.to_dict()} for number, step in enumerate(self.steps, 1)],
            "idle": list(self.idle),
        }

    def log(self, kinds: Callable[[str], str] = str) -> str:
        """The log to be kept during a drill, as CSV: a line for each step with its windows, and empty columns for what happens.

        Windows are on the wall clock, `2015-05-12 13:02`, or without a moment in hours:minutes after the loss, `3:02`. `kinds`: says a kind
        of step in another language.
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
                "step": ": ".join(
                    part for part in (kinds(step.kind) + step.text.removeprefix(step.kind), step.detail, never) if part
                ),
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


def part_of(step: RunbookStep, most: int) -> int:
    """Rare steps come after the others, and those that start in no drill last."""
    return 2 if step.start is None else int(_is_rare(step, most))


def _is_rare(step: RunbookStep, most: int) -> bool:
    """Whether few drills have it; `most`: how many have the most frequent one."""
    return step.happens.successes < RARE * most


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
