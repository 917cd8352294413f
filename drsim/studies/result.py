"""The result of a run: estimates with their errors, tidy tables, and every drill again on demand.

Tables are pandas frames; times are hours as floats with the unit in the column's name, `inf` for what did not come back by the
horizon; shares are between 0 and 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from drsim.displayed import Displayed
from drsim.errors import DrsimError, did_you_mean
from drsim.measures import estimates
from drsim.measures.drills import AGES, CONTINUITY, Block, Group, Interruption, groups
from drsim.measures.explanation import CAUSES, Segment
from drsim.measures.margins import NEAR, Margin, margin
from drsim.measures.stories import Story, stories
from drsim.measures.trials import NOT_TRIED
from drsim.model.bubble import original
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.studies.arguments import checked_share, whole
from drsim.studies.replay import Replay
from drsim.units import HOUR, ONE, Duration

if TYPE_CHECKING:
    import pandas as pd

    from drsim.model.landscape import Targets
    from drsim.model.scenario import Scenario
    from drsim.studies.precision import Criterion

__all__ = ["Explanation", "Outcome", "Result", "finite", "mean_explanation", "number", "share_dict", "targets_dict"]

Fared = Literal["misses", "undecided", "back in time", "keeps running", "no target"]

AROUND = 0.015
"""An explanation is averaged over the drills whose rank is within this share of all drills of that of the quantile,"""
FEWEST, MOST = 1, 15
"""but at least and at most so many on each side of it."""


SERVICE_COLUMNS: Final = (
    "title",
    "rto_h",
    "rto_wh",
    "rpo_h",
    "p50_h",
    "p50_low_h",
    "p50_high_h",
    "p95_h",
    "p95_low_h",
    "p95_high_h",
    "in_time",
    "in_time_low",
    "in_time_high",
    "asked",
    "verdict",
    "margin_h",
    "margin_low_h",
    "margin_high_h",
    "just_met",
    "just_met_low",
    "just_met_high",
    "just_missed",
    "just_missed_low",
    "just_missed_high",
    "data_loss_p95_h",
    "data_loss_p95_low_h",
    "data_loss_p95_high_h",
    "data_in_time",
    "data_in_time_low",
    "data_in_time_high",
    "data_verdict",
    "uninterrupted",
    "uninterrupted_low",
    "uninterrupted_high",
    "contacts_lost",
    "contacts_lost_low",
    "contacts_lost_high",
    "contacts",
    "contacts_low",
    "contacts_high",
    "contacts_elsewhere",
    "contacts_elsewhere_low",
    "contacts_elsewhere_high",
    "by_hand_h",
    "by_hand_low_h",
    "by_hand_high_h",
    "planned_down_h",
    "planned_down_low_h",
    "planned_down_high_h",
    "unprotected_p95_h",
    "unprotected_p95_low_h",
    "unprotected_p95_high_h",
    "fared",
)
"""Of the table of services, also where there are none."""


@dataclass(frozen=True)
class Outcome:
    """How one service (or part of it) fared over all drills. Times in ms, `inf` for longer than the horizon."""

    group: Group
    name: str
    title: str
    recovery: dict[float, estimates.Quantile]
    """by p: 0.5 and 0.95"""
    in_time: estimates.Share | None
    """None without an RTO"""
    verdict: str | None
    """"met", "missed" or "undecided" against `asked`; None without an RTO"""
    asked: float
    data_loss: estimates.Quantile
    """95th percentile"""
    data_in_time: estimates.Share | None
    data_verdict: str | None
    margin: Margin | None
    """how far it is from its RTO, in working time where that is; None without one"""
    data_margin: Margin | None
    """the same of its RPO"""
    uninterrupted: estimates.Share
    """share of drills in which it was never below its minimum"""
    continuity: dict[str, estimates.Share]
    """share of drills by class"""
    contacts_lost: estimates.Mean
    contacts: estimates.Mean
    """how many there are in opening hours: exact where the moment is dated"""
    by_hand: estimates.Mean | None
    """how long it is served better by hand than by its systems, ms; None where nothing is said of that"""
    planned: estimates.Mean | None
    """how long it is below its minimum in planned interruptions, ms; None where nothing goes home"""
    elsewhere: estimates.Mean | None
    """contacts that another point took over; None where nobody may go to one"""
    unprotected: estimates.Quantile
    """95th percentile of the time in which a second failure would have found no standby"""
    profile: tuple[float, ...]
    """mean level at each of `AGES` hours"""

    @property
    def fared(self) -> Fared:
        """In which group it is shown: by its worst verdict; running on comes before being in time."""
        verdicts = {self.verdict, self.data_verdict} - {None}
        if "missed" in verdicts:
            return "misses"
        if "undecided" in verdicts:
            return "undecided"
        if self.uninterrupted.successes == self.uninterrupted.trials:
            return "keeps running"
        return "back in time" if "met" in verdicts else "no target"


@dataclass(frozen=True, repr=False)
class Explanation(Displayed):
    """Why a service took so long in the drills around a quantile: mean time (ms) by cause; the causes add up to `total`."""

    service: str
    around: float
    drills: tuple[int, ...]
    total: float
    causes: dict[str, float]
    details: dict[str, dict[str, float]]
    """by cause, the mean time by what it was"""
    censored: int
    """in how many of these drills it did not come back (the observed part is counted): none or all"""
    by_hand: float = 0.0
    """the mean time (ms) of this in which it is served by hand, closed hours included"""
    intervals: dict[str, estimates.Mean] = field(default_factory=dict)
    """by cause, how sure its mean over such drills is (Student's)"""
    stories: tuple[Story, ...] = ()
    """the distinct ways in which these drills went, the commonest first; a mean over all of them hides that"""

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        return f"<Explanation of {self.service!r} around {self.around:g}: {len(self.drills)} drills, {self.total / HOUR:.1f} h>"


@dataclass(frozen=True)
class Tried:
    """What a test in a bubble would have taken a service, in the drills in which it began (ms)."""

    name: str
    title: str
    drills: int
    recovery: dict[float, estimates.Quantile]
    """by 0.5 and 0.95; empty if it never began"""
    back: estimates.Share | None
    """in how many of them it serves in the bubble before that is stopped"""
    in_time: estimates.Share | None
    """within its RTO, in working time where that is; None without one, or if it never began"""
    asked: float
    """in which share of them it is to be"""
    verdict: str | None
    """"met", "missed" or "undecided" against `asked`, undecided if it never began; None without an RTO"""
    late: int | None
    """the first drill in which it is not back within its RTO; None if there is none"""


@dataclass(repr=False)
class Result(Displayed):
    """What a run found."""

    plan: Plan
    seed: int
    replications: int
    block: Block = field(repr=False)
    interrupted: bool = False
    confidence: float = 0.95
    stopped: str | None = None
    """why there were so many drills, when a precision was asked"""
    elapsed: float | None = None
    """seconds, when the caller measured them"""

    def __repr__(self) -> str:
        """Say what it is, in one line; `services` and the other tables have what was found."""
        return f"<Result of {self.replications} drills, seed {self.seed}: {self.plan.scenario.title!r}>"

    @property
    def scenario(self) -> Scenario:
        """The scenario that was drilled."""
        return self.plan.scenario

    @cached_property
    def groups(self) -> list[Group]:
        """What each row of `block` is about."""
        return groups(self.plan)

    # estimates

    def figures(self, criterion: Criterion) -> list[estimates.Quantile | estimates.Share]:
        """What a precision is asked of: one figure for each service, or each share of one."""
        rows = [index for index, group in enumerate(self.groups) if _is_service(group)]
        if criterion.kind == "quantile":
            table = finite(self.block.recovery[rows]).T
            return [*estimates.quantiles(table, criterion.p, self.confidence)] if rows else []
        counts = [np.count_nonzero(self.block.interruptions[rows] == 0, axis=1)] if rows else []
        for row in rows:
            for met in (self.in_time(row), self.data_in_time(row)):
                if met is not None:
                    counts.append(np.atleast_1d(np.count_nonzero(met)))
        return [*estimates.shares(np.concatenate(counts), self.replications, self.confidence)] if counts else []

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """One for each service, in order of names."""
        return [self._outcome(index) for index, group in enumerate(self.groups) if _is_service(group)]

    def outcome(self, service: str) -> Outcome:
        """That of one service."""
        for outcome in self.outcomes:
            if outcome.name == service:
                return outcome
        raise DrsimError(f"no service is named {service!r}: {did_you_mean(service, self.plan.structure.services)}")

    def points_of(self, service: str) -> list[Outcome]:
        """How each point of a service fared, by municipality and channel: against the targets of the service."""
        number = self.groups[self.row(service)].service
        rows = [i for i, group in enumerate(self.groups) if group.service == number and group.point is not None]
        return sorted(map(self._outcome, rows), key=_place)

    def _outcome(self, index: int) -> Outcome:
        group, block = self.groups[index], self.block
        name = self.plan.structure.services[group.service]
        service = self.scenario.landscape.services[name]
        targets = service.targets
        asked = targets.share.millionths / ONE
        recovery = finite(block.recovery[index])
        met, kept = self.in_time(index), self.data_in_time(index)
        in_time = None if met is None else self._share(met)
        data_in_time = None if kept is None else self._share(kept)
        loss = finite(block.data_loss[index])
        contacts = float(block.contacts[index].max())
        classes = Counter(CONTINUITY[code] for code in block.continuity[index].tolist())
        return Outcome(
            group=group,
            name=name,
            title=service.title or name,
            recovery={p: estimates.quantile(recovery, p, self.confidence) for p in (0.5, 0.95)},
            in_time=in_time,
            verdict=None if in_time is None else estimates.verdict(in_time, asked),
            asked=asked,
            data_loss=estimates.quantile(loss, 0.95, self.confidence),
            data_in_time=data_in_time,
            data_verdict=None if data_in_time is None else estimates.verdict(data_in_time, asked),
            margin=self._margin(targets.rto, None if met is None else self.rto_times(index), asked),
            data_margin=self._margin(targets.rpo, None if kept is None else block.data_loss[index], asked),
            uninterrupted=self._share(block.interruptions[index] == 0),
            continuity={
                label: estimates.share(classes.get(label, 0), self.replications, self.confidence)
                for label in CONTINUITY
            },
            contacts_lost=self._mean(block.contacts_lost[index], contacts),
            contacts=self._asked(block.contacts[index]),
            by_hand=None if service.manual is None else self._mean(block.by_hand[index], self.plan.horizon),
            planned=self._mean(block.planned[index], self.plan.horizon) if self.plan.failback else None,
            elsewhere=self._mean(block.elsewhere[index], contacts)
            if any(p in self.plan.fallbacks for p in group.points)
            else None,
            unprotected=estimates.quantile(finite(block.unprotected[index]), 0.95, self.confidence),
            profile=tuple((block.profile[index] / self.replications).tolist()),
        )

    def in_time(self, row: int) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
        """In which drills a row of `block` meets the RTO of its service; None without one."""
        rto = self.scenario.landscape.services[self.plan.structure.services[self.groups[row].service]].targets.rto
        if rto is None:
            return None
        met: np.ndarray[Any, np.dtype[np.bool_]] = self.rto_times(row) <= rto.ms
        return met

    def rto_times(self, row: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """What is compared with the RTO of a row of `block` that has one: recovery times, in working time where the RTO is."""
        rto = self.scenario.landscape.services[self.plan.structure.services[self.groups[row].service]].targets.rto
        times: np.ndarray[Any, np.dtype[np.int64]] = self.block.recovery[row]
        if rto is not None and rto.working:
            times = self.block.working[row]
        return times

    def _margin(self, limit: Duration | None, times: Any, asked: float) -> Margin | None:
        if limit is None or times is None:
            return None
        return margin(finite(times), limit.ms, asked, limit.working, self.confidence)

    def data_in_time(self, row: int) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
        """In which drills a row of `block` loses no more data than the RPO of its service; None without one, or data."""
        group = self.groups[row]
        rpo = self.scenario.landscape.services[self.plan.structure.services[group.service]].targets.rpo
        if rpo is None or not group.data:
            return None
        kept: np.ndarray[Any, np.dtype[np.bool_]] = self.block.data_loss[row] <= rpo.ms
        return kept

    def _mean(self, values: Any, most: float) -> estimates.Mean:
        """Of what is 0 in many drills and at most so much; Student's where it is never 0."""
        if np.all(values):
            return estimates.mean(values, self.confidence)
        return estimates.bounded_mean(values, 0, max(most, float(np.max(values))), self.confidence)

    def _asked(self, values: Any) -> estimates.Mean:
        """Of what a scenario asks: it differs with the moment only."""
        if self.scenario.moment is None:
            return estimates.mean(values, self.confidence)
        value = float(np.mean(values))
        return estimates.Mean(value, value, value, 0.0, self.confidence, self.replications)

    def _share(self, good: Any) -> estimates.Share:
        return estimates.share(int(np.count_nonzero(good)), len(good), self.confidence)

    @cached_property
    def every_rto(self) -> estimates.Share | None:
        """The share of drills in which every service meets its RTO; None when no service has one."""
        rows = [index for index, group in enumerate(self.groups) if _is_service(group)]
        found = [met for met in map(self.in_time, rows) if met is not None]
        return self._share(np.all(found, axis=0)) if found else None

    @cached_property
    def turned_away(self) -> tuple[estimates.Mean, estimates.Mean]:
        """(contacts lost in opening hours, all contacts) per drill, over all services."""
        rows = [index for index, group in enumerate(self.groups) if _is_service(group)]
        lost = self.block.contacts_lost[rows].sum(axis=0) if rows else np.zeros(self.replications)
        asked = self.block.contacts[rows].sum(axis=0) if rows else np.zeros(self.replications)
        return self._mean(lost, float(asked.max())), self._asked(asked)

    @cached_property
    def turned_away_by_municipality(self) -> dict[str, estimates.Mean]:
        """Contacts lost per drill by municipality, in order of names."""
        rows: dict[str, list[int]] = {}
        for index, group in enumerate(self.groups):
            if group.municipality and group.point is None:
                rows.setdefault(group.municipality, []).append(index)
        return {
            name: self._mean(
                self.block.contacts_lost[indexes].sum(axis=0), float(self.block.contacts[indexes].sum(axis=0).max())
            )
            for name, indexes in sorted(rows.items())
        }

    @cached_property
    def turned_away_per_1000(self) -> dict[str, estimates.Mean]:
        """The same for 1,000 inhabitants, where it is known how many there are."""
        sites = self.scenario.landscape.sites
        return {
            name: _scaled(mean, 1_000 / people.number)
            for name, mean in self.turned_away_by_municipality.items()
            if (people := sites[name].inhabitants) is not None
        }

    # tables

    @cached_property
    def services(self) -> pd.DataFrame:
        """One row per service: targets, quantiles of the recovery time, shares in time, all with 95 % intervals."""
        import pandas as pd

        rows = {}
        for outcome in self.outcomes:
            targets = self.scenario.landscape.services[outcome.name].targets
            rows[outcome.name] = {
                "title": outcome.title,
                "rto_h": np.nan if targets.rto is None or targets.rto.working else targets.rto.ms / HOUR,
                "rto_wh": targets.rto.ms / HOUR if targets.rto is not None and targets.rto.working else np.nan,
                "rpo_h": np.nan if targets.rpo is None else targets.rpo.ms / HOUR,
                **_quantile_columns("p50", outcome.recovery[0.5]),
                **_quantile_columns("p95", outcome.recovery[0.95]),
                **_share_columns("in_time", outcome.in_time),
                "asked": outcome.asked,
                "verdict": outcome.verdict,
                **_margin_columns(outcome.margin),
                **_quantile_columns("data_loss_p95", outcome.data_loss),
                **_share_columns("data_in_time", outcome.data_in_time),
                "data_verdict": outcome.data_verdict,
                **_share_columns("uninterrupted", outcome.uninterrupted),
                "contacts_lost": outcome.contacts_lost.value,
                "contacts_lost_low": outcome.contacts_lost.low,
                "contacts_lost_high": outcome.contacts_lost.high,
                **_mean_columns("contacts", outcome.contacts),
                **_mean_columns("contacts_elsewhere", outcome.elsewhere),
                **_mean_columns("by_hand", outcome.by_hand, HOUR),
                **_mean_columns("planned_down", outcome.planned, HOUR),
                **_quantile_columns("unprotected_p95", outcome.unprotected),
                "fared": outcome.fared,
            }
        if not rows:
            return pd.DataFrame(columns=list(SERVICE_COLUMNS)).rename_axis("service")
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("service")

    @cached_property
    def due(self) -> pd.DataFrame:
        """One row per service and what it must do by a date: how often in a drill, and the shares of drills with one missed."""
        import pandas as pd

        rows = []
        for row, work in enumerate(self.plan.due):
            missed, by_hand = self.due_shares(row)
            rows.append(
                {
                    "service": self.plan.structure.services[work.service],
                    "due": work.name,
                    **_mean_columns("moments", self._asked(self.block.due[row])),
                    **_share_columns("missed", missed),
                    **_share_columns("by_hand", by_hand),
                }
            )
        columns = [
            "service",
            "due",
            *(f"{name}{end}" for name in ("moments", "missed", "by_hand") for end in ("", "_low", "_high")),
        ]
        return pd.DataFrame(rows, columns=columns).set_index(["service", "due"])

    def due_shares(self, row: int) -> tuple[estimates.Share, estimates.Share]:
        """Of one due work the share of drills in which one was missed, and in which one was kept only by hand or elsewhere."""
        return self._share(self.block.due_missed[row] > 0), self._share(self.block.due_by_hand[row] > 0)

    @cached_property
    def tried(self) -> list[Tried]:
        """What a test in a bubble would have taken, for each service in it; of the drills in which it began."""
        return [self._tried(row, original(name)) for row, name in enumerate(self.plan.structure.tested)]

    def _tried(self, row: int, name: str) -> Tried:
        service, block = self.scenario.landscape.services[name], self.block
        rto, asked = service.targets.rto, service.targets.share.millionths / ONE
        which = np.flatnonzero(block.tried[row] != NOT_TRIED)
        times, number = block.tried[row][which], len(which)
        met = None
        if rto is not None:
            met = (block.tried_working[row][which] if rto.working else times) <= rto.ms
        in_time = None if met is None or not number else self._share(met)
        return Tried(
            name=name,
            title=service.title or name,
            drills=number,
            recovery={p: estimates.quantile(finite(times), p, self.confidence) for p in (0.5, 0.95)} if number else {},
            back=self._share(times < NEVER) if number else None,
            in_time=in_time,
            asked=asked,
            verdict=None if rto is None else "undecided" if in_time is None else estimates.verdict(in_time, asked),
            late=None if met is None or met.all() else int(which[~met][0]),
        )

    @cached_property
    def tests(self) -> pd.DataFrame:
        """One row per service in the bubble of a test: in how many drills it began, and the recovery time in the test."""
        import pandas as pd

        rows = [
            {
                "service": each.name,
                "drills": each.drills,
                **_quantile_columns("p50", each.recovery.get(0.5)),
                **_quantile_columns("p95", each.recovery.get(0.95)),
                **_share_columns("back", each.back),
                **_share_columns("in_time", each.in_time),
                "asked": each.asked,
                "verdict": each.verdict,
            }
            for each in self.tried
        ]
        columns = ["service", "drills", *_quantile_columns("p50", None), *_quantile_columns("p95", None)]
        columns += [f"{name}{end}" for name in ("back", "in_time") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=[*columns, "asked", "verdict"]).set_index("service")

    @cached_property
    def drills(self) -> pd.DataFrame:
        """One row per drill and service, indexed by both."""
        return self._measures("service")

    @cached_property
    def municipalities(self) -> pd.DataFrame:
        """One row per drill, service and municipality."""
        return self._measures("municipality")

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row per drill, service, municipality and channel (and point, where a service has several of one channel)."""
        return self._measures("point")

    def _measures(self, level: str) -> pd.DataFrame:
        import pandas as pd

        structure, block = self.plan.structure, self.block
        wanted = [
            (index, group)
            for index, group in enumerate(self.groups)
            if level == ("point" if group.point else "municipality" if group.municipality else "service")
        ]
        rows = [index for index, _ in wanted]
        keys = [
            (structure.services[group.service], group.municipality, group.channel, group.point) for _, group in wanted
        ]
        names = {"service": 1, "municipality": 2, "point": 4}[level]
        index = pd.MultiIndex.from_tuples(
            [(drill, *key[:names]) for drill in range(self.replications) for key in keys],
            names=["drill", "service", "municipality", "channel", "point"][: names + 1],
        )

        def column(values: Any) -> Any:
            return values[rows].T.reshape(-1)

        return pd.DataFrame(
            {
                "recovery_h": column(finite(block.recovery)) / HOUR,
                "recovery_wh": column(finite(block.working)) / HOUR,
                "down_h": column(block.downtime) / HOUR,
                "down_open_h": column(block.downtime_open) / HOUR,
                "degraded_h": column(block.degraded) / HOUR,
                "degraded_open_h": column(block.degraded_open) / HOUR,
                "data_loss_h": column(finite(block.data_loss)) / HOUR,
                "contacts_lost": column(block.contacts_lost),
                "contacts_elsewhere": column(block.elsewhere),
                "by_hand_h": column(block.by_hand) / HOUR,
                "planned_down_h": column(block.planned) / HOUR,
                "interruptions": column(block.interruptions),
                "unprotected_h": column(block.unprotected) / HOUR,
                "continuity": pd.Categorical.from_codes(
                    np.asarray(column(block.continuity)), categories=pd.Index(CONTINUITY), ordered=True
                ),
            },
            index=index,
        )

    def steps(self, component: str | None = None, drills: Iterable[int] | None = None) -> pd.DataFrame:
        """The step table, one row per drill and try; replayed on demand.

        `component`: only steps of it (or of a `service.point`, team or root); `drills`: which (default: the first 100).
        """
        import pandas as pd

        if isinstance(drills, int | str):
            raise DrsimError(f"drills {drills!r}: the numbers of some drills are needed, such as range(8)")
        which = list(range(min(100, self.replications)) if drills is None else drills)
        if not which:
            raise DrsimError("no drills: the numbers of some drills are needed, such as range(8)")
        frames = [self.replay(drill).steps for drill in which]
        table = pd.concat(frames, keys=which, names=["drill"]).reset_index("drill")
        if component is not None:
            known = set(table["object"])
            if component not in known:
                raise DrsimError(f"no step is about {component!r}: {did_you_mean(component, known)}")
            table = table[table["object"] == component]
        return table.reset_index(drop=True)

    @property
    def draw_names(self) -> list[str]:
        """What `draws` can be asked for, such as "start oracle @ sint-oedenrode" or "decide sint-michielsgestel"."""
        return sorted({_draw_name(variable) for variable in self.plan.variables})

    def draws(self, names: str | Iterable[str] | None = None, *, incident: int = 0, attempt: int = 0) -> pd.DataFrame:
        """The luck that each drill had, drawn again from the seed: one row per drill, one column per variable.

        Durations in hours, rates in bytes per second (`restores ...`), chances (`... works`, `usable ...`, `happens ...`) as True where
        they come out so; `assess wrong ...` as True where the first diagnosis is wrong.
        """
        import pandas as pd

        incident, attempt = whole(incident, "incident", 0), whole(attempt, "attempt", 0)
        names = [names] if isinstance(names, str) else names
        by_name = {_draw_name(variable): index for index, variable in enumerate(self.plan.variables)}
        numbers = Numbers(self.plan, self.seed, 0, self.replications)
        columns: dict[str, Any] = {}
        for name in self.draw_names if names is None else names:
            if name not in by_name:
                raise DrsimError(f"no draw is named {name!r}: {did_you_mean(name, by_name)}")
            index = by_name[name]
            variable = self.plan.variables[index]
            once = variable.purpose in ("usable", "happens", "after", "lasts")
            values = np.array(numbers.column(index, 0 if once else incident, 0 if once else attempt))
            if variable.law is None:
                columns[name] = values * ONE < self._chance(index)
            elif variable.purpose == "restores":
                columns[name] = values
            else:
                columns[name + " (h)"] = values / HOUR
        return pd.DataFrame(columns, index=range(self.replications)).rename_axis("drill")

    def _chance(self, variable: int) -> int:
        for outage in self.plan.outages:
            if outage.chance_variable == variable:
                return outage.chance
        for power in self.plan.power.values():
            if power.generator is not None and power.generator.works_variable == variable:
                return power.generator.works
            if power.trip is not None and power.trip.chance_variable == variable:
                return power.trip.chance
        if self.plan.variables[variable].purpose == "assess wrong":
            return self.plan.wrong[0]
        for call in self.plan.on_call.values():
            if call.accepts_variable == variable:
                return call.accepts
        for step in self.plan.steps:
            if step.works_variable == variable:
                return step.works
        return next(copy.works for copies in self.plan.copies for copy in copies if copy.works_variable == variable)

    # single drills

    def replay(self, drill: int) -> Replay:
        """One drill again, with its steps, levels and explanations."""
        which = whole(drill, "drill", 0, self.replications - 1)
        return Replay.of(self.plan, self.seed, which, engine=self._engine)

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self.plan)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_engine"}  # it holds a clock of SimPy

    def around(self, service: str, p: float, count: int | None = None) -> tuple[int, ...]:
        """The drills whose recovery time of a service ranks nearest to the quantile `p`, in order of rank.

        Those that came back and those that did not are never mixed: only those that did as the quantile did. `count`: of how
        many ranks; by default a number that grows with the drills (`docs/semantics.md` section 14).
        """
        index, ranks, p = self.row(service), self._ranks(service), checked_share(p, "around")
        count = None if count is None else whole(count, "count", 1)
        middle = max(0, int(np.ceil(round(self.replications * p, 9))) - 1)
        if count is None:
            side = min(MOST, max(FEWEST, int(self.replications * AROUND)))
            first, last = max(0, middle - side), middle + side + 1
        else:
            first = min(max(0, middle - count // 2), max(0, self.replications - count))
            last = max(first + count, 1)
        lost = self.block.recovery[index] >= NEVER
        return tuple(drill for drill in ranks[first:last] if lost[drill] == lost[ranks[middle]])

    def not_back(self, service: str) -> tuple[int, ...]:
        """The drills in which a service did not come back by the horizon."""
        return tuple(np.flatnonzero(self.block.recovery[self.row(service)] >= NEVER).tolist())

    def explain(self, service: str, around: float = 0.95, count: int | None = None) -> Explanation:
        """The mean explanation of the longest interruption in the drills around a quantile."""
        return self._explain(service, around, self.around(service, around, count))

    def explain_not_back(self, service: str, count: int = 2 * MOST + 1) -> Explanation | None:
        """The same over drills in which it did not come back, at most `count` spread over all of them; None without any."""
        drills = self.not_back(service)
        if not drills:
            return None
        chosen = sorted({drills[place * len(drills) // count] for place in range(count)})
        return self._explain(service, 1.0, tuple(chosen))

    def _explain(self, service: str, around: float, drills: tuple[int, ...]) -> Explanation:
        return mean_explanation(service, around, drills, [self.replay(drill).longest(service) for drill in drills])

    def _ranks(self, service: str) -> list[int]:
        """All drills, the shortest recovery first, of equals the first drill."""
        found: list[int] = np.lexsort((np.arange(self.replications), self.block.recovery[self.row(service)])).tolist()
        return found

    def row(self, service: str) -> int:
        """The row of `block` that is about a service as a whole."""
        for index, group in enumerate(self.groups):
            if _is_service(group) and self.plan.structure.services[group.service] == service:
                return index
        raise DrsimError(f"no service is named {service!r}: {did_you_mean(service, self.plan.structure.services)}")

    # for machines

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: times in ms; what did not come back is null beside `"censored": true`."""
        from drsim import __version__

        turned_away, contacts = self.turned_away
        return {
            "drsim": __version__,
            "scenario": {"title": self.scenario.title, "digest": self.scenario.digest()},
            "seed": self.seed,
            "replications": self.replications,
            "interrupted": self.interrupted,
            "stopped": self.stopped,
            "confidence": self.confidence,
            "horizon_ms": self.plan.horizon,
            "ages_h": [hours for hours in AGES if hours * HOUR <= self.plan.horizon],
            "every_rto": None if self.every_rto is None else share_dict(self.every_rto),
            "contacts_lost": _mean_dict(turned_away),
            "contacts": _mean_dict(contacts),
            "due": [
                {
                    "service": self.plan.structure.services[work.service],
                    "due": work.name,
                    "moments": _mean_dict(self._asked(self.block.due[row])),
                    "missed": share_dict(self.due_shares(row)[0]),
                    "by_hand": share_dict(self.due_shares(row)[1]),
                }
                for row, work in enumerate(self.plan.due)
            ],
            "test": {
                each.name: {
                    "drills": each.drills,
                    "recovery": {f"p{round(p * 100)}": _quantile_dict(q) for p, q in each.recovery.items()},
                    "back": None if each.back is None else share_dict(each.back),
                    "in_time": None if each.in_time is None else share_dict(each.in_time),
                    "asked": each.asked,
                    "verdict": each.verdict,
                }
                for each in self.tried
            },
            "municipalities": {
                name: self._municipality_dict(name, mean) for name, mean in self.turned_away_by_municipality.items()
            },
            "services": {outcome.name: self._outcome_dict(outcome) for outcome in self.outcomes},
        }

    def _municipality_dict(self, name: str, lost: estimates.Mean) -> dict[str, Any]:
        """Contacts lost in one municipality, also for 1,000 inhabitants where it is known how many there are."""
        site, scaled = self.scenario.landscape.sites[name], self.turned_away_per_1000.get(name)
        return {
            "title": site.title or name,
            "inhabitants": None if site.inhabitants is None else site.inhabitants.number,
            "contacts_lost": _mean_dict(lost),
            "contacts_lost_per_1000": None if scaled is None else _mean_dict(scaled),
        }

    def _outcome_dict(self, outcome: Outcome) -> dict[str, Any]:
        targets = self.scenario.landscape.services[outcome.name].targets
        return {
            "title": outcome.title,
            "fared": outcome.fared,
            "targets": targets_dict(targets),
            "recovery": {f"p{round(p * 100)}": _quantile_dict(q) for p, q in outcome.recovery.items()},
            "in_time": None if outcome.in_time is None else share_dict(outcome.in_time),
            "verdict": outcome.verdict,
            "margin": _margin_dict(outcome.margin),
            "data_loss": {"p95": _quantile_dict(outcome.data_loss)},
            "data_in_time": None if outcome.data_in_time is None else share_dict(outcome.data_in_time),
            "data_verdict": outcome.data_verdict,
            "data_margin": _margin_dict(outcome.data_margin),
            "uninterrupted": share_dict(outcome.uninterrupted),
            "continuity": {label: share_dict(share) for label, share in outcome.continuity.items()},
            "contacts_lost": _mean_dict(outcome.contacts_lost),
            "contacts": _mean_dict(outcome.contacts),
            "contacts_elsewhere": None if outcome.elsewhere is None else _mean_dict(outcome.elsewhere),
            "by_hand_ms": None if outcome.by_hand is None else _mean_dict(outcome.by_hand),
            "planned_ms": None if outcome.planned is None else _mean_dict(outcome.planned),
            "level_at_ages": [
                level for level, hours in zip(outcome.profile, AGES, strict=True) if hours * HOUR <= self.plan.horizon
            ],
            "unprotected": {"p95": _quantile_dict(outcome.unprotected)},
            "points": {str(point.group.point): self._point_dict(point) for point in self.points_of(outcome.name)},
        }

    def _point_dict(self, point: Outcome) -> dict[str, Any]:
        return {
            "municipality": point.group.municipality or None,
            "channel": point.group.channel or None,
            "recovery": {f"p{round(p * 100)}": _quantile_dict(q) for p, q in point.recovery.items()},
            "in_time": None if point.in_time is None else share_dict(point.in_time),
            "verdict": point.verdict,
            "uninterrupted": share_dict(point.uninterrupted),
            "contacts_lost": _mean_dict(point.contacts_lost),
            "contacts": _mean_dict(point.contacts),
        }


def mean_explanation(
    service: str,
    around: float,
    drills: tuple[int, ...],
    longest: Iterable[tuple[Interruption, list[Segment]] | None],
) -> Explanation:
    """The mean over drills, whose longest interruptions are given; None for a drill without any."""
    longest = list(longest)
    causes: Counter[str] = Counter()
    details: dict[str, Counter[str]] = {}
    total, censored, by_hand = 0, 0, 0
    for found in longest:
        if found is None:
            continue
        what, segments = found
        total += what.end - what.begin
        censored += not what.back
        by_hand += what.by_hand[1] - what.by_hand[0] if what.by_hand else 0
        for segment in segments:
            causes[segment.cause] += segment.length
            about = (segment.detail or segment.team) + (f", beside {segment.beside}" if segment.beside else "")
            details.setdefault(segment.cause, Counter())[about] += segment.length
    count = len(drills)
    return Explanation(
        service=service,
        around=around,
        drills=drills,
        total=total / count,
        causes={cause: causes[cause] / count for cause in CAUSES if causes[cause]},
        details={
            cause: {name: time / count for name, time in details[cause].most_common()}
            for cause in CAUSES
            if cause in details
        },
        censored=censored,
        by_hand=by_hand / count,
        intervals={
            cause: estimates.mean([_of(found, cause) for found in longest]) for cause in CAUSES if causes[cause]
        },
        stories=tuple(stories(drills, longest)),
    )


def _of(found: tuple[Interruption, list[Segment]] | None, cause: str) -> int:
    """How long a cause took in a drill."""
    return 0 if found is None else sum(each.length for each in found[1] if each.cause == cause)


def _place(point: Outcome) -> tuple[str, str, str]:
    return point.group.municipality or "", point.group.channel or "", point.group.point or ""


def _scaled(mean: estimates.Mean, scale: float) -> estimates.Mean:
    value, low, high, error = (scale * each for each in (mean.value, mean.low, mean.high, mean.standard_error))
    return estimates.Mean(value, low, high, error, mean.confidence, mean.n)


def _is_service(group: Group) -> bool:
    return group.municipality is None and group.point is None


def finite(values: Any) -> Any:
    """Times as floats, NEVER as inf."""
    return np.where(values >= NEVER, np.inf, values.astype(np.float64))


def _share_columns(name: str, share: estimates.Share | None) -> dict[str, float]:
    low, value, high = (np.nan,) * 3 if share is None else (share.low, share.value, share.high)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _quantile_columns(name: str, quantile: estimates.Quantile | None) -> dict[str, float]:
    low, value, high = (np.nan,) * 3 if quantile is None else (quantile.low, quantile.value, quantile.high)
    return {f"{name}_h": value / HOUR, f"{name}_low_h": low / HOUR, f"{name}_high_h": high / HOUR}


def _mean_columns(name: str, mean: estimates.Mean | None, unit: int = 0) -> dict[str, float]:
    """A mean and its ends; 0 where there can be nothing. `unit`: HOUR for times."""
    low, value, high = (0.0,) * 3 if mean is None else (mean.low, mean.value, mean.high)
    divisor, suffix = (unit, "_h") if unit else (1, "")
    ends = ((name, value), (f"{name}_low", low), (f"{name}_high", high))
    return {key + suffix: end / divisor for key, end in ends}


def _margin_columns(margin: Margin | None) -> dict[str, float]:
    ends = (np.nan,) * 3 if margin is None else (margin.value, margin.low, margin.high)
    columns = dict(zip(("margin_h", "margin_low_h", "margin_high_h"), (end / HOUR for end in ends), strict=True))
    for name in ("just_met", "just_missed"):
        columns |= _share_columns(name, None if margin is None else getattr(margin, name))
    return columns


def _margin_dict(margin: Margin | None) -> dict[str, Any] | None:
    if margin is None:
        return None
    return {
        "working": margin.working,
        "limit_ms": margin.limit,
        "asked": margin.asked,
        "to_spare_ms": number(margin.value),
        "low_ms": number(margin.low),
        "high_ms": number(margin.high),
        "near": NEAR,
        "just_met": share_dict(margin.just_met),
        "just_missed": share_dict(margin.just_missed),
    }


def targets_dict(targets: Targets) -> dict[str, str | None]:
    """Targets for JSON, as they were written."""
    return {
        "rto": None if targets.rto is None else str(targets.rto),
        "rpo": None if targets.rpo is None else str(targets.rpo),
        "mtpd": None if targets.mtpd is None else str(targets.mtpd),
        "mbco": str(targets.mbco),
        "share": str(targets.share),
    }


def share_dict(share: estimates.Share) -> dict[str, Any]:
    """A share for JSON."""
    return {
        "successes": share.successes,
        "trials": share.trials,
        "value": share.value,
        "low": share.low,
        "high": share.high,
    }


def _mean_dict(mean: estimates.Mean) -> dict[str, Any]:
    return {"value": mean.value, "low": number(mean.low), "high": number(mean.high)}


def _quantile_dict(quantile: estimates.Quantile) -> dict[str, Any]:
    return {
        "ms": number(quantile.value),
        "censored": bool(np.isinf(quantile.value)),
        "low_ms": number(quantile.low),
        "high_ms": number(quantile.high),
    }


def number(value: float) -> float | int | None:
    """A number for JSON; None for one that is not finite."""
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def _draw_name(variable: Any) -> str:
    place = f" @ {variable.site}" if variable.site else ""
    return f"{variable.purpose} {variable.object}{place}"
