"""The smallest outage that breaks a promise: all sets of things that may break, one at a time, then two, then three.

A set is *minimal* when the promise breaks and no part of the set breaks it. All sets are drilled with the same seed, so a draw that two of
them have comes out the same. Crews make recovery non-monotone (more work may bring a repair forward), so nothing is concluded from a larger
set about a smaller one, or the other way round: what is not drilled is left out for one of three reasons, each a proof.

*A part breaks it already*: not minimal, by definition. *Nothing that the service rests on is hit*: then nothing of it is ever lost, so
the promise is kept in every drill. *Nobody asks for that team*: a set with a team away goes, draw by draw, as the set without, if in no
drill of that any step, however far it came, is that team's.

Symmetry is no reason here: luck goes by name, so of two things that are alike each has its own.
"""

from __future__ import annotations

import os
import pickle
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import combinations, islice
from math import ceil, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from immutabledict import immutabledict

from drsim.calendar import exists
from drsim.displayed import Displayed
from drsim.errors import DrsimError, InputError, Problem
from drsim.measures import estimates
from drsim.measures.drills import Block, groups, measure
from drsim.measures.margins import NEAR, Margin
from drsim.model.landscape import Landscape
from drsim.model.needs import leaves
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.graph import closure, running_graph
from drsim.planning.plan import Plan
from drsim.planning.variant import variant
from drsim.reading import dump
from drsim.simulation.draws import SLICE, Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import Trajectory
from drsim.studies.arguments import checked_drills, checked_duration, checked_scenario, checked_seed, whole
from drsim.studies.breakable import KINDS, Kind, Thing, fails_of, things
from drsim.studies.promise import Promise, promised
from drsim.studies.result import number, share_dict
from drsim.studies.workers import mapped
from drsim.units import DAY, HOUR, ONE, WEEK

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Case", "Hour", "Hunt", "Order", "hunt"]

AMONG: Final[tuple[Kind, ...]] = ("component", "site", "link", "links_of", "label", "team", "power")
"""Kinds of things that break, unless others are asked for."""
NEAREST: Final = 5
"""Near misses that are kept."""
TOGETHER: Final = 8
"""Sets that are drilled as one task."""
HOURLY: Final = 24
"""Drills at each hour of the week, at most: the first ones, which had the same luck in the search."""
ALONE: Final = 512
"""Up to so many drills, starting processes costs more than it saves."""
YEAR: Final = 365.25 * DAY
WORKING_WEEK: Final = 40 * HOUR
MONDAY: Final = datetime(2015, 9, 7)
"""Of the hours of a scenario without a moment, which knows no holidays: there are none for months, nor is the clock changed for weeks."""
BATCH: Final = 4_096
"""Sets that are made ready for drilling at one time."""
Reason: TypeAlias = Literal[
    "a part breaks it already", "nothing that the service rests on is hit", "nobody asks for that team"
]
Set: TypeAlias = tuple[Thing, ...]
Hit: TypeAlias = tuple[str, str]
"""kind and name of one thing that is struck"""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Hour:
    """The drills of a set that breaks at one hour of the week."""

    moment: datetime
    """Local time."""
    kept: estimates.Share
    margin: Margin | None


@dataclass(frozen=True)
class Case:
    """A set of things that break together, and how often the promise is kept then."""

    things: Set
    kept: estimates.Share
    verdict: Literal["met", "missed", "undecided"]
    margin: Margin | None
    """What is left of the limit; None where the promise has none."""
    per_year: float | None
    """How often a year all of them are down at once, in the long run; None where somebody's rate is not known."""
    scenario: Scenario = field(repr=False)
    """The drill of it."""
    unsure: tuple[Set, ...] = ()
    """Parts of it of which it is undecided whether they break it already."""
    hours: tuple[Hour, ...] = field(default=(), repr=False)
    """All hours of the week, where they were asked for."""

    @property
    def text(self) -> str:
        """`component oracle and team dba`."""
        return texts(self.things)

    @property
    def worst(self) -> Hour | None:
        """The hour at which it is kept least; of equals the one with the least left of the limit, then the first."""
        return min(self.hours, key=_how_bad, default=None)

    @property
    def best(self) -> Hour | None:
        """The opposite, the first of equals."""
        return max(self.hours, key=_how_bad, default=None)

    @property
    def alike(self) -> bool:
        """Whether it makes no difference at which hour of the week it is."""
        return len({replace(hour, moment=MONDAY) for hour in self.hours}) == 1

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        return {
            "things": [{"kind": each.kind, "name": each.name} for each in self.things],
            "kept": share_dict(self.kept),
            "verdict": self.verdict,
            **_margin(self.margin),
            "per_year": self.per_year,
            "unsure": [[each.text for each in part] for part in self.unsure],
            "hours": [
                {
                    "moment": f"{hour.moment:%Y-%m-%d %H:%M}",
                    "kept": share_dict(hour.kept),
                    **_margin(hour.margin),
                }
                for hour in self.hours
            ],
        }


@dataclass(frozen=True)
class Order:
    """How far the search came with sets of so many things."""

    order: int
    sets: int
    """All there are."""
    drilled: int
    skipped: Mapping[Reason, int]

    @property
    def complete(self) -> bool:
        """Whether each of the sets was drilled, or left out for a reason."""
        return self.sets == self.drilled + sum(self.skipped.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        skipped = dict(self.skipped)
        return {
            "order": self.order,
            "sets": self.sets,
            "drilled": self.drilled,
            "skipped": skipped,
            "complete": self.complete,
        }


@dataclass(frozen=True, repr=False)
class Hunt(Displayed):
    """What breaks a promise."""

    scenario: Scenario
    """Without disruptions, moves and tests of its own."""
    promise: Promise
    replications: int
    seed: int
    at_most: int
    among: tuple[Thing, ...]
    """All that may break."""
    orders: tuple[Order, ...]
    """From 0, nothing at all, up to how far it came."""
    found: tuple[Case, ...]
    """Minimal sets that break it: the likeliest first, then those without a rate, the smallest first."""
    undecided: tuple[Case, ...]
    """Sets of which it is too close to call, without those that have such a part."""
    near: tuple[Case, ...]
    """Sets that it survives, the nearest misses first: at most five, each nearer than all of its parts."""
    interrupted: bool = False
    options: Mapping[str, Any] = field(default_factory=immutabledict, repr=False)
    """What was asked for beside the promise, the drills and the seed, as `hunt` takes it."""

    def __repr__(self) -> str:
        """Say what it is, in one line; `table` has the sets."""
        sets = f"{len(self.found)} {'set' if len(self.found) == 1 else 'sets'}"
        return (
            f"<Hunt for {self.promise.written!r}: {sets} found, {self.replications} drills of each, seed {self.seed}>"
        )

    @property
    def completed(self) -> int:
        """Up to sets of so many things all were looked at; -1 if not even nothing was."""
        return max((each.order for each in self.orders if each.complete), default=-1)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each set found, undecided or near; shares between 0 and 1, what is left of the limit in hours."""
        import pandas as pd

        rows = [
            {
                "set": case.text,
                "order": len(case.things),
                "verdict": case.verdict,
                "kept": case.kept.value,
                "kept_low": case.kept.low,
                "kept_high": case.kept.high,
                "margin_h": np.nan if case.margin is None else case.margin.value / HOUR,
                "per_year": np.nan if case.per_year is None else case.per_year,
                "worst_hour": None if case.worst is None else case.worst.moment,
            }
            for case in (*self.found, *self.undecided, *self.near)
        ]
        columns = ["set", "order", "verdict", "kept", "kept_low", "kept_high", "margin_h", "per_year", "worst_hour"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        from drsim import __version__

        return {
            "drsim": __version__,
            "scenario": {"title": self.scenario.title, "digest": self.scenario.digest()},
            "promise": {
                "service": self.promise.service,
                "measure": self.promise.measure,
                "limit": None if self.promise.limit is None else self.promise.limit.text,
                "asked": self.promise.asked.millionths / ONE,
            },
            "seed": self.seed,
            "replications": self.replications,
            "at_most": self.at_most,
            "completed": self.completed,
            "interrupted": self.interrupted,
            "among": [{"kind": each.kind, "name": each.name} for each in self.among],
            "orders": [each.to_dict() for each in self.orders],
            "found": [each.to_dict() for each in self.found],
            "undecided": [each.to_dict() for each in self.undecided],
            "near": [each.to_dict() for each in self.near],
        }

    def written_before(self, directory: str | os.PathLike[str]) -> list[Path]:
        """The files that a hunt for this promise has written there, by number."""
        pattern = re.compile(rf"{re.escape(self.promise.slug)}-([0-9]+)\.yaml")
        found = [(pattern.fullmatch(path.name), path) for path in Path(directory).glob("*.yaml")]
        return [path for _, path in sorted((int(match[1]), path) for match, path in found if match)]

    def write(self, directory: str | os.PathLike[str]) -> list[Path]:
        """Write each set found as a scenario file, `passport-rto-1.yaml`, `passport-within-48-h-1.yaml` and so on, in the order of `found`.

        Each is written whole or not at all; what is there under that name is replaced.
        """
        into = Path(directory)
        into.mkdir(parents=True, exist_ok=True)
        paths = [into / f"{self.promise.slug}-{place}.yaml" for place in range(1, len(self.found) + 1)]
        for path, case in zip(paths, self.found, strict=True):
            beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            try:
                beside.write_text(dump(case.scenario), encoding="utf-8")
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
        return paths


def texts(what: Set) -> str:
    """`component oracle and team dba`; `nothing at all`."""
    return " and ".join(each.text for each in what) or "nothing at all"


def hunt(
    scenario: Scenario | str | os.PathLike[str],
    breaks: str,
    *,
    at_most: int = 1,
    replications: int = 60,
    seed: int = 1,
    among: Sequence[Kind] | None = None,
    only: Sequence[str] | None = None,
    lasts: str | None = None,
    worst_hours: int = 1,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Hunt:
    """Search the smallest sets of failures that break a promise: all of one thing, then of two, up to `at_most`.

    `scenario`: whose landscape, response, moment and horizon are drilled, in the place of its own disruptions, moves and tests; the path
    of one is read first. `breaks`: the promise, such as "passport rto", "passport within 48 h in 90 %", "passport keeps running",
    "passport loses at most 24 h". It *breaks* where the interval of the share of drills that keep it lies below the share asked.
    `among`: kinds of things that may break, by default component, site, link, links_of, label, team and power; also people (one of a team
    is away) and corruption (known at once, or after `lasts`). `only`: names of things, nothing else breaks. All break at
    the moment of the drill, for as long as `lasts` says; by default until repaired where somebody repairs them, else for the whole
    drill. `worst_hours`: for how many of the sets found, the first ones, each hour of the week is drilled as well, up to
    24 times.
    `progress`: called with (drills done, drills due) for each order anew. A KeyboardInterrupt keeps what was found so far.

    Raises InputError for what is no promise, nothing to break, and drills too few to ever say that the promise holds.
    """
    scenario = checked_scenario(scenario)
    with _refusing():
        promise = promised(breaks, scenario.landscape)
        _check_enough(promise, checked_drills(replications))
        able = _distinct(scenario.landscape, things(scenario.landscape, AMONG if among is None else among, only))
        if not able:
            raise DrsimError("there is nothing that could break\n  allow more kinds or names")
        if lasts is not None and not checked_duration(lasts, "lasts").ms:
            raise DrsimError(f"lasts {lasts!r}: nothing breaks\n  give a time, or leave it out")
        at_most, worst_hours = whole(at_most, "at_most", 0), whole(worst_hours, "worst_hours", 0)
        seed, workers = checked_seed(seed), None if workers is None else whole(workers, "workers", 1)
    left_out: dict[str, object] = {
        "disruptions": immutabledict(),
        "moves": None,
        "tests": None,
        "expect": immutabledict(),
    }
    bare = scenario.model_copy(update=left_out)
    plan = compile_scenario(bare)
    with _refusing():
        _check_sight(promise, plan)
    drills = _Drills(plan, promise, seed, replications, workers, executor)
    options = {
        "at_most": at_most,
        "among": None if among is None else list(among),
        "only": None if only is None else list(only),
        "lasts": lasts,
        "worst_hours": worst_hours,
    }
    found = _Hunter(bare, promise, able, lasts, drills, progress).hunted(at_most, worst_hours)
    return replace(found, options=immutabledict(options))


@contextmanager
def _refusing() -> Iterator[None]:
    """What is asked for makes no sense: an error of the input."""
    try:
        yield
    except InputError:
        raise
    except DrsimError as error:
        rule, _, hint = str(error).partition("\n")
        raise InputError([Problem(rule, hint=hint.strip() or None)]) from None


def _check_enough(promise: Promise, drills: int) -> None:
    """Refuse so few drills that all of them together could not say that it holds."""
    asked = promise.asked.millionths / ONE
    if asked < 1 and _verdict(drills, drills, asked) != "met":
        least = next(n for n in range(drills, 10**9) if _verdict(n, n, asked) == "met")
        raise DrsimError(
            f"{drills} drills are too few: were it kept in all of them, {promise.asked.text} would still be too close to call\n"
            f"  take at least {least}"
        )


def _check_sight(promise: Promise, plan: Plan) -> None:
    """Refuse a limit that no drill is long enough to see broken."""
    limit = promise.limit
    if limit is None or promise.is_about_data:  # data may be older than the drill
        return
    horizon = plan.scenario.horizon
    seen = horizon.ms
    if limit.working:
        begins = [0] if plan.scenario.moment is not None else range(0, WEEK, HOUR)
        seen = max(plan.calendars[plan.working_hours].worked(begin, begin + horizon.ms) for begin in begins)
    if limit.ms > seen:
        inside = f", which has {seen / HOUR:g} wh of working time" if limit.working else ""
        beyond = f"{promise.text!r} is beyond the horizon, {horizon.text}{inside}: nobody sees that far"
        raise DrsimError(f"{beyond}\n  give a longer horizon")


def _verdict(kept: int, drills: int, asked: float) -> Literal["met", "missed", "undecided"]:
    """Of a share of 100 % the drills themselves decide: no interval ever reaches it."""
    if asked == 1:
        return "met" if kept == drills else "missed"
    return estimates.verdict(estimates.share(kept, drills), asked)


class _Tally(NamedTuple):
    """What the drills of one set say."""

    kept: int
    margin: Margin | None
    asked: frozenset[str]
    """teams of which any step, in any drill"""

    @property
    def nearness(self) -> tuple[int, float]:
        """Less is nearer to a miss."""
        return self.kept, 0.0 if self.margin is None else self.margin.value


class _Hunter:
    def __init__(
        self,
        bare: Scenario,
        promise: Promise,
        able: Sequence[Thing],
        lasts: str | None,
        drills: _Drills,
        progress: Progress | None,
    ) -> None:
        self.bare, self.promise, self.lasts, self.drills, self.progress = bare, promise, lasts, drills, progress
        self.asked = promise.asked.millionths / ONE
        self.rates = {each: _rate(bare.landscape, each) for each in able}
        self.able = sorted(able, key=self._likeliest)
        hits = _hits(bare.landscape, promise.service)
        self.hits = {each: hits(each) for each in able}
        self.struck = {each: _struck(bare.landscape, each) for each in able}
        self.tallies: dict[Set, _Tally] = {}
        """of all that was drilled; sets are in the order of `able`"""
        self.verdicts: dict[Set, str] = {}
        self.broken: list[tuple[Set, frozenset[Hit]]] = []
        """sets of lower orders that break it, and what they strike"""
        self.orders: list[Order] = []

    def hunted(self, at_most: int, worst_hours: int) -> Hunt:
        interrupted = False
        hours: dict[Set, tuple[Hour, ...]] = {}
        try:
            for order in range(min(at_most, len(self.able)) + 1):
                self._search(order)
            for what in self._found()[:worst_hours]:
                hours[what] = self._week(what)
        except KeyboardInterrupt:
            if not self.tallies:
                raise
            interrupted = True
        return Hunt(
            scenario=self.bare,
            promise=self.promise,
            replications=self.drills.count,
            seed=self.drills.seed,
            at_most=at_most,
            among=tuple(sorted(self.able)),
            orders=tuple(self.orders),
            found=tuple(self._case(what, hours.get(what, ())) for what in self._found()),
            undecided=tuple(self._case(what) for what in self._undecided()),
            near=tuple(self._case(what) for what in self._near()),
            interrupted=interrupted,
        )

    def _search(self, order: int) -> None:
        """All sets of one order; they are gone through twice, since there may be too many to keep."""
        struck = ((what, self._strikes(what)) for what, verdict in self.verdicts.items() if verdict == "missed")
        self.broken = list(struck)
        skipped = Counter(self._reason(what) for what in self._sets(order))
        left, total = skipped.pop(None, 0), skipped.total()
        reasons = {reason: count for reason, count in skipped.items() if reason is not None}
        done, asked, count = 0, total + left, self.drills.count
        self.orders.append(Order(order, asked, done, reasons))
        if self.progress is not None:
            self.progress(0, left * count)
        todo = (what for what in self._sets(order) if self._reason(what) is None)
        while batch := list(islice(todo, BATCH)):
            with closing(self.drills.tallies([self._disruptions(what) for what in batch])) as tallies:
                for what, tally in zip(batch, tallies, strict=True):
                    self.tallies[what] = tally
                    self.verdicts[what] = _verdict(tally.kept, count, self.asked)
                    done += 1
                    self.orders[-1] = Order(order, asked, done, reasons)
                    if self.progress is not None:
                        self.progress(done * count, left * count)

    def _sets(self, order: int) -> Iterator[Set]:
        """All of one order, without those that have all of a team and some of it."""
        for what in combinations(self.able, order):
            if order < 2 or len({each.key for each in what}) == order:
                yield what

    def _strikes(self, what: Set) -> frozenset[Hit]:
        return frozenset().union(*(self.struck[each] for each in what))

    def _reason(self, what: Set) -> Reason | None:
        """Why a set need not be drilled."""
        if any(self.verdicts.get(part) == "missed" for part in _parts(what)) or self._has_broken(what):
            return "a part breaks it already"
        if what and not any(self.hits[each] for each in what):
            return "nothing that the service rests on is hit"
        return "nobody asks for that team" if self._as_without(what) is not None else None

    def _has_broken(self, what: Set) -> bool:
        """Whether all that a smaller set strikes is struck by this one, by other names: a link, and all links of its site."""
        wide = any(len(self.struck[each]) > 1 for each in what)
        if not wide and not any(len(strikes) > len(part) for part, strikes in self.broken):
            return False
        here = self._strikes(what)
        return any(strikes <= here for part, strikes in self.broken if wide or len(strikes) > len(part))

    def _as_without(self, what: Set) -> _Tally | None:
        """What the drills of a set say that go as those without one of its teams, for whom nobody asks."""
        for each in what:
            if each.key[0] == "team":
                rest = self._known(tuple(other for other in what if other != each))
                if rest is not None and each.name not in rest.asked:
                    return rest
        return None

    def _known(self, what: Set) -> _Tally | None:
        return self.tallies.get(what) or self._as_without(what)

    def _found(self) -> list[Set]:
        return self._least("missed", ("missed",))

    def _undecided(self) -> list[Set]:
        return self._least("undecided", ("missed", "undecided"))

    def _least(self, verdict: str, or_less: tuple[str, ...]) -> list[Set]:
        """Sets with a verdict, without those that strike more than another with one of some verdicts."""
        others = [(what, self._strikes(what)) for what in self.verdicts if self.verdicts[what] in or_less]
        found = []
        for what, strikes in others:
            if self.verdicts[what] == verdict and not any(
                less < strikes or (less == strikes and len(other) < len(what)) for other, less in others
            ):
                found.append(what)
        return sorted(found, key=self._rank)

    def _near(self) -> list[Set]:
        """Those that hold, nearer to a miss than all of their parts."""
        limit = 0.0 if self.promise.limit is None else NEAR * self.promise.limit.ms
        found = []
        for what, tally in self.tallies.items():
            short = tally.kept < self.drills.count or (tally.margin is not None and tally.margin.value < limit)
            if self.verdicts[what] == "met" and short:
                parts = [part for part in map(self._known, _parts(what)) if part is not None]
                if all(tally.nearness < part.nearness for part in parts):
                    found.append(what)
        return sorted(found, key=lambda what: (self.tallies[what].nearness, self._rank(what)))[:NEAREST]

    def _unsure_parts(self, what: Set) -> tuple[Set, ...]:
        return tuple(tuple(sorted(part)) for part in _parts(what) if self.verdicts.get(part) == "undecided")

    def _case(self, what: Set, hours: tuple[Hour, ...] = ()) -> Case:
        tally = self.tallies[what]
        return Case(
            things=tuple(sorted(what)),
            kept=estimates.share(tally.kept, self.drills.count),
            verdict=_verdict(tally.kept, self.drills.count, self.asked),
            margin=tally.margin,
            per_year=self._per_year(what),
            scenario=self._scenario(what),
            unsure=self._unsure_parts(what),
            hours=hours,
        )

    def _week(self, what: Set) -> tuple[Hour, ...]:
        """Some drills of a set at each hour of the week of the moment."""
        moment = self.bare.moment or MONDAY
        monday = datetime(moment.year, moment.month, moment.day) - timedelta(days=moment.weekday())
        moments = [monday + timedelta(hours=hour) for hour in range(WEEK // HOUR)]
        moments = [each for each in moments if exists(each)]
        drills = replace(self.drills, count=min(self.drills.count, HOURLY))
        count = drills.count
        found: list[Hour] = []
        if self.progress is not None:
            self.progress(0, len(moments) * count)
        with closing(drills.tallies([self._disruptions(what)] * len(moments), moments)) as tallies:
            for each, tally in zip(moments, tallies, strict=True):
                found.append(Hour(each, estimates.share(tally.kept, count), tally.margin))
                if self.progress is not None:
                    self.progress(len(found) * count, len(moments) * count)
        return tuple(found)

    # what a set is

    def _disruptions(self, what: Set) -> immutabledict[str, Disruption]:
        return immutabledict(
            {f"{each.kind.replace('_', '-')}-{each.name}": self._disruption(each) for each in sorted(what)}
        )

    def _disruption(self, thing: Thing) -> Disruption:
        landscape = self.bare.landscape
        if thing.kind == "corruption":
            return thing.disruption(detected=self.lasts or "0 s")
        more = {"people": "1"} if thing.kind == "people" else {}
        if self.lasts is not None:
            return thing.disruption(lasts=self.lasts, **more)
        hit = (
            landscape.labels[thing.name] if thing.kind == "label" else [thing.name] if thing.kind == "component" else []
        )
        if hit and all(landscape.components[name].repair is not None for name in hit):
            return thing.disruption(until_repaired=True)
        return thing.disruption(**more)

    def _scenario(self, what: Set) -> Scenario:
        title = self.bare.landscape.services[self.promise.service].title or self.promise.service
        told: dict[str, object] = {
            "title": f"{title}: {texts(tuple(sorted(what)))}",
            "question": f"Does it hold that {self.promise.service} {self.promise.text} in {self.promise.asked.text} of drills?",
            "why": None,
            "disruptions": self._disruptions(what),
        }
        return self.bare.model_copy(update=told)

    def _per_year(self, what: Set) -> float | None:
        """How often all are down at once begins, independent of each other, in the long run.

        The frequency of a minimal cut set of what fails and is repaired: the sum over each of its frequency times the unavailability
        of the others (R. Billinton and R. N. Allan, Reliability Evaluation of Engineering Systems, 2nd ed. 1992, chapter 11).
        """
        rates = [self.rates[each] for each in what]
        if not what or None in rates:
            return None
        known = [rate for rate in rates if rate is not None]
        return sum(
            often * prod(down for place, (_, down) in enumerate(known) if place != this)
            for this, (often, _) in enumerate(known)
        )

    def _likeliest(self, thing: Thing) -> tuple[float, Thing]:
        rate = self.rates[thing]
        return (0.0 if rate is None else -rate[0], thing)

    def _rank(self, what: Set) -> tuple[bool, float, int, Set]:
        often = self._per_year(what)
        return often is None, -(often or 0.0), len(what), tuple(sorted(what))


def _parts(what: Set) -> Iterator[Set]:
    """All that is less."""
    return (part for order in range(len(what)) for part in combinations(what, order))


def _how_bad(hour: Hour) -> tuple[float, float]:
    return hour.kept.value, 0.0 if hour.margin is None else hour.margin.value


def _margin(found: Margin | None) -> dict[str, float | int | None]:
    ends = {"margin_ms": "value", "margin_low_ms": "low", "margin_high_ms": "high"}
    return {key: None if found is None else number(getattr(found, end)) for key, end in ends.items()}


def _rate(landscape: Landscape, thing: Thing) -> tuple[float, float] | None:
    """(failures a year, share of the time that it is down); None where nobody says.

    What waiting for people adds to a repair is not counted. Of a component that runs at several sites, each of which fails by itself,
    nobody says how often all do.
    """
    fails = fails_of(landscape, thing)
    if fails is None:
        return None
    law = fails.lasts
    if thing.kind == "component":
        component = landscape.components[thing.name]
        if len(component.active) > 1:
            return None
        if law is None and component.repair is not None:
            law = component.repair.takes
    down = 0.0 if law is None else law.mean * (WEEK / WORKING_WEEK if law.working else 1)
    cycle = fails.every.mean + down
    return YEAR / cycle, down / cycle


def _hits(landscape: Landscape, service: str) -> Callable[[Thing], bool]:
    """Whether the breaking of a thing can ever take away something that a service rests on while it runs.

    Sites and links always can: what passes through them is not looked into. Where something there fails of its own, or may be stopped
    to make room for others, anything can.
    """
    points = landscape.services[service].points.values()
    needed = closure(running_graph(landscape), {name for point in points for name in leaves(point.needs)})
    components = landscape.components
    restless = any(components[name].fails is not None or components[name].sheddable for name in needed)
    restless = restless or any(site.fails is not None for site in landscape.sites.values())
    restless = restless or any(link.fails is not None for link in landscape.links.values())

    def hits(thing: Thing) -> bool:
        if restless:
            return True
        match thing.kind:
            case "team" | "people":
                return False
            case "component" | "corruption":
                return thing.name in needed
            case "label":
                return any(name in needed for name in landscape.labels[thing.name])
        return True

    return hits


def _struck(landscape: Landscape, thing: Thing) -> frozenset[Hit]:
    """What breaks with a thing: each link of a site, each component with a label, else itself."""
    if thing.kind == "links_of":
        return frozenset(("link", name) for name, link in landscape.links.items() if thing.name in link.between)
    if thing.kind == "label":
        return frozenset(("component", name) for name in landscape.labels[thing.name])
    return frozenset({(thing.kind, thing.name)})


def _distinct(landscape: Landscape, able: Sequence[Thing]) -> list[Thing]:
    """Each thing once: all links of a site that has one are that link, and so are labels."""
    found: dict[frozenset[Hit], Thing] = {}
    for thing in sorted(able, key=lambda each: KINDS.index(each.kind)):
        found.setdefault(_struck(landscape, thing), thing)
    return list(found.values())


# Drills


@dataclass(frozen=True)
class _Drills:
    """Drills sets of failures, each with the same luck."""

    base: Plan
    promise: Promise
    seed: int
    count: int
    workers: int | None
    executor: Executor | None

    def tallies(
        self, sets: Sequence[Mapping[str, Disruption]], moments: Sequence[datetime] | None = None
    ) -> Generator[_Tally, None, None]:
        """One for each set, in their order; `moments`: when each of them is drilled, if not at the moment of the plan."""
        when: Sequence[datetime | None] = [None] * len(sets) if moments is None else moments
        every = list(zip(sets, when, strict=True))
        workers = self.workers
        if workers is None:
            workers = 1 if len(sets) * self.count <= ALONE else os.cpu_count() or 1
        if self.executor is None and workers == 1:
            for what, moment in every:
                yield _tally(self.base, self.promise, self.seed, self.count, what, moment)
            return
        payload = pickle.dumps((self.base, self.promise))
        together = max(1, min(TOGETHER, ceil(len(every) / workers)))
        tasks = [
            (sha256(payload).hexdigest(), payload, self.seed, self.count, every[first : first + together])
            for first in range(0, len(every), together)
        ]
        found = mapped(_task, tasks, workers) if self.executor is None else self.executor.map(_task, tasks)
        for some in found:
            yield from some


_Task: TypeAlias = tuple[str, bytes, int, int, list[tuple[Mapping[str, Disruption], datetime | None]]]
_bases: dict[str, tuple[Plan, Promise]] = {}
"""The last plan of this worker."""


def _task(task: _Task) -> list[_Tally]:
    key, payload, seed, count, every = task
    if key not in _bases:
        _bases.clear()
        _bases[key] = pickle.loads(payload)
    base, promise = _bases[key]
    return [_tally(base, promise, seed, count, what, moment) for what, moment in every]


def _tally(
    base: Plan, promise: Promise, seed: int, count: int, what: Mapping[str, Disruption], moment: datetime | None
) -> _Tally:
    """Drill one set."""
    plan = _plan(base, what, moment)
    engine, which = Engine(plan), groups(plan)
    blocks: list[Block] = []
    asked: set[str] = set()
    for first in range(0, count, SLICE):
        size = min(SLICE, count - first)
        numbers = Numbers(plan, seed, first, size)
        drills = [engine.drill(numbers, index) for index in range(size)]
        blocks.append(measure(plan, which, drills, levels(plan, drills)))
        for drill in drills:
            asked |= _asked(drill)
    block = Block.joined(blocks)
    (row,) = (
        place
        for place, group in enumerate(which)
        if plan.structure.services[group.service] == promise.service and group.municipality is group.point is None
    )
    kept = int(np.count_nonzero(promise.kept(block, row)))
    return _Tally(kept, promise.margin(block, row), frozenset(asked))


def _plan(base: Plan, what: Mapping[str, Disruption], moment: datetime | None) -> Plan:
    corrupt = any(each.kind == "corruption" for each in what.values())
    if moment is None and not corrupt:
        return variant(base, outages=what)
    changes: dict[str, object] = {"disruptions": immutabledict(what)}
    if moment is not None:
        changes["moment"] = moment
    return compile_scenario(base.scenario.model_copy(update=changes), base.structure)


def _asked(drill: Trajectory) -> set[str]:
    """The teams that somebody waited for, called or had."""
    teams = drill.plan.structure.teams
    found = {teams[team] for row in drill.made for team, _ in row.crew}
    return found | {row.object for row in drill.made if row.kind == "mobilise"}
