"""Two scenarios under the same luck: what the change does to each service, drill by drill."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from drsim.displayed import Displayed
from drsim.errors import DrsimError, did_you_mean
from drsim.measures import estimates
from drsim.measures.pairs import Difference, Pairs, mean_difference, pairs, quantile_difference, share_difference
from drsim.model.scenario import Scenario
from drsim.reading.differences import Change, differences
from drsim.studies.result import Result, finite, number, share_dict, targets_dict
from drsim.studies.run import run
from drsim.units import HOUR, ONE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WHEN", "Compared", "Comparison", "compare", "difference_dict", "pairs_dict"]

QUANTILES: Final = (0.5, 0.95)
WHEN: Final = ("before", "after")
"""Names of the two, in plain data and columns."""

COMPARED_COLUMNS: Final = (
    "title",
    "p50_before_h",
    "p50_before_low_h",
    "p50_before_high_h",
    "p50_after_h",
    "p50_after_low_h",
    "p50_after_high_h",
    "p50_difference_h",
    "p50_difference_low_h",
    "p50_difference_high_h",
    "p95_before_h",
    "p95_before_low_h",
    "p95_before_high_h",
    "p95_after_h",
    "p95_after_low_h",
    "p95_after_high_h",
    "p95_difference_h",
    "p95_difference_low_h",
    "p95_difference_high_h",
    "difference_h",
    "difference_low_h",
    "difference_high_h",
    "sooner",
    "sooner_low",
    "sooner_high",
    "later",
    "later_low",
    "later_high",
    "tied",
    "tied_low",
    "tied_high",
    "neither",
    "neither_low",
    "neither_high",
    "not_back_before",
    "not_back_after",
    "in_time_before",
    "in_time_before_low",
    "in_time_before_high",
    "in_time_after",
    "in_time_after_low",
    "in_time_after_high",
    "in_time_difference",
    "in_time_difference_low",
    "in_time_difference_high",
    "target_before",
    "target_after",
    "data_target_before",
    "data_target_after",
    "data_loss_difference_h",
    "data_loss_difference_low_h",
    "data_loss_difference_high_h",
    "contacts_lost_difference",
    "contacts_lost_difference_low",
    "contacts_lost_difference_high",
    "verdict",
)
"""Of the table, also where no service is in both."""


@dataclass(frozen=True)
class Compared:
    """One service under the same luck, before and after. Times in ms."""

    name: str
    title: str
    """after"""
    recovery: Pairs
    """its mean is restricted: up to the horizon, of the two the shorter one"""
    quantiles: dict[float, Difference | None]
    """by p, of the recovery time; None where one of the two is beyond the horizon"""
    recovery_quantiles: dict[float, tuple[estimates.Quantile, estimates.Quantile]]
    """by p, before and after; `inf` beyond the horizon"""
    not_back: tuple[int, int]
    """of so many drills before and after it is not back by the horizon, and counts as being so then"""
    in_time: Difference | None
    """of the share of drills that meet the RTO of their own file; None without an RTO in both"""
    in_time_shares: tuple[estimates.Share | None, estimates.Share | None]
    """the two shares, before and after; None without an RTO"""
    targets: tuple[str | None, str | None]
    """the verdict against the RTO of its own file, before and after: met, missed, undecided; None without an RTO"""
    data_targets: tuple[str | None, str | None]
    """the same against the RPO"""
    data_loss: Pairs | None
    """None where no data is below it, before and after"""
    contacts_lost: Difference

    @property
    def verdict(self) -> str:
        """better, worse, same or undecided: of the mean recovery time."""
        return self.recovery.verdict


@dataclass(repr=False)
class Comparison(Displayed):
    """What a change does. Below 0 is less after than before: sooner, or less lost."""

    before: Result
    after: Result
    replications: int
    """pairs of drills"""
    confidence: float = 0.95
    changes: list[Change] = field(default_factory=list)
    """what differs between the two scenarios"""

    def __repr__(self) -> str:
        """Say what it is, in one line; `table` has what was found."""
        titles = f"{self.before.scenario.title!r} with {self.after.scenario.title!r}"
        return f"<Comparison of {titles}: {self.replications} pairs of drills, seed {self.after.seed}>"

    @property
    def horizon(self) -> int:
        """The shorter one, ms: what is not back by then counts as so long."""
        return min(self.before.plan.horizon, self.after.plan.horizon)

    @property
    def interrupted(self) -> bool:
        """Whether one of the runs was."""
        return self.before.interrupted or self.after.interrupted

    @cached_property
    def services(self) -> list[Compared]:
        """One for each service that both have, in order of names."""
        there = set(self.before.plan.structure.services)
        return [self._compared(name) for name in self.after.plan.structure.services if name in there]

    def service(self, name: str) -> Compared:
        """That of one service."""
        for compared in self.services:
            if compared.name == name:
                return compared
        raise DrsimError(f"no service of both is named {name!r}: {did_you_mean(name, [s.name for s in self.services])}")

    @property
    def only_before(self) -> list[str]:
        """Services that the change takes away."""
        return sorted(set(self.before.plan.structure.services) - set(self.after.plan.structure.services))

    @property
    def only_after(self) -> list[str]:
        """Services that the change adds."""
        return sorted(set(self.after.plan.structure.services) - set(self.before.plan.structure.services))

    def _named(self, verdict: str) -> list[str]:
        return [each.name for each in self.services if each.verdict == verdict]

    @property
    def better(self) -> list[str]:
        """Services that are back sooner on average, surely."""
        return self._named("better")

    @property
    def worse(self) -> list[str]:
        """Services that are back later on average, surely."""
        return self._named("worse")

    @property
    def same(self) -> list[str]:
        """Services that are away just as long in each of the drills."""
        return self._named("same")

    @property
    def undecided(self) -> list[str]:
        """Services of which it is not sure."""
        return self._named("undecided")

    @cached_property
    def turned(self) -> dict[str, Counter[tuple[str | None, str | None]]]:
        """Of the RTO and of the RPO: for how many services the verdict was this before and that after, where the two differ."""
        found = {
            "rto": Counter(each.targets for each in self.services),
            "rpo": Counter(each.data_targets for each in self.services),
        }
        return {
            target: Counter({(one, two): n for (one, two), n in counts.items() if one != two})
            for target, counts in found.items()
        }

    def _compared(self, name: str) -> Compared:
        n, horizon = self.replications, float(self.horizon)
        (one, before), (two, after) = ((result, result.row(name)) for result in (self.before, self.after))
        first = _censored(one.block.recovery[before][:n], horizon)
        second = _censored(two.block.recovery[after][:n], horizon)
        met, then = one.in_time(before), two.in_time(after)
        shares = (self._share(met), self._share(then))
        contacts = max(float(one.block.contacts[before][:n].max()), float(two.block.contacts[after][:n].max()))
        return Compared(
            name=name,
            title=two.scenario.landscape.services[name].title or name,
            recovery=pairs(first, second, horizon, self.confidence),
            quantiles={p: quantile_difference(first, second, p, self.confidence) for p in QUANTILES},
            recovery_quantiles={
                p: (estimates.quantile(first, p, self.confidence), estimates.quantile(second, p, self.confidence))
                for p in QUANTILES
            },
            not_back=(int(np.isinf(first).sum()), int(np.isinf(second).sum())),
            in_time=None if met is None or then is None else share_difference(met[:n], then[:n], self.confidence),
            in_time_shares=shares,
            targets=(_target(one, before, shares[0]), _target(two, after, shares[1])),
            data_targets=(
                _target(one, before, self._share(one.data_in_time(before))),
                _target(two, after, self._share(two.data_in_time(after))),
            ),
            data_loss=self._data_loss(before, after),
            contacts_lost=mean_difference(
                one.block.contacts_lost[before][:n], two.block.contacts_lost[after][:n], contacts, self.confidence
            ),
        )

    def _share(self, met: Any) -> estimates.Share | None:
        """Of the pairs, in how many something holds; None where it is not asked."""
        if met is None:
            return None
        return estimates.share(int(np.count_nonzero(met[: self.replications])), self.replications, self.confidence)

    def _data_loss(self, before: int, after: int) -> Pairs | None:
        """Of two rows; a loss that is known may be of longer than the horizon, so the longest seen is the most."""
        if not self.before.groups[before].data and not self.after.groups[after].data:
            return None
        rows = ((self.before, before), (self.after, after))
        first, second = (finite(result.block.data_loss[row][: self.replications]) for result, row in rows)
        longest = max(float(np.max(loss, where=np.isfinite(loss), initial=0)) for loss in (first, second))
        return pairs(first, second, max(longest, float(self.horizon)), self.confidence)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per service of both; times in hours, shares between 0 and 1, differences after minus before."""
        import pandas as pd

        rows = [self._row(each) for each in self.services]
        return pd.DataFrame(
            rows, index=pd.Index([each.name for each in self.services], name="service"), columns=list(COMPARED_COLUMNS)
        )

    def _row(self, each: Compared) -> dict[str, Any]:
        row: dict[str, Any] = {"title": each.title, "verdict": each.verdict}
        for p in QUANTILES:
            name = f"p{round(100 * p)}"
            for when, quantile in zip(WHEN, each.recovery_quantiles[p], strict=True):
                row |= _columns(f"{name}_{when}", quantile, HOUR)
            row |= _columns(f"{name}_difference", each.quantiles[p], HOUR)
        row |= _columns("difference", each.recovery.mean, HOUR)
        for name in ("sooner", "later", "tied", "neither"):
            row |= _columns(name, getattr(each.recovery, name))
        row["not_back_before"], row["not_back_after"] = each.not_back
        for when, share in zip(WHEN, each.in_time_shares, strict=True):
            row |= _columns(f"in_time_{when}", share)
        row |= _columns("in_time_difference", each.in_time)
        row["target_before"], row["target_after"] = each.targets
        row["data_target_before"], row["data_target_after"] = each.data_targets
        row |= _columns("data_loss_difference", None if each.data_loss is None else each.data_loss.mean, HOUR)
        row |= _columns("contacts_lost_difference", each.contacts_lost)
        return row

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: times in ms; null for an end that is unknown or a quantile beyond the horizon."""
        from drsim import __version__

        return {
            "drsim": __version__,
            **{
                key: {"title": result.scenario.title, "digest": result.scenario.digest()}
                for key, result in (("before", self.before), ("after", self.after))
            },
            "seed": self.after.seed,
            "replications": self.replications,
            "interrupted": self.interrupted,
            "confidence": self.confidence,
            "horizon_ms": self.horizon,
            "changes": [
                {"path": change.path, "before": change.before, "after": change.after} for change in self.changes
            ],
            "only_before": self.only_before,
            "only_after": self.only_after,
            "services": {each.name: self._service_dict(each) for each in self.services},
        }

    def _service_dict(self, each: Compared) -> dict[str, Any]:
        return {
            "title": each.title,
            "verdict": each.verdict,
            "recovery": pairs_dict(each.recovery),
            "recovery_quantiles": {
                f"p{round(100 * p)}": {
                    **_quantile_dict("before", each.recovery_quantiles[p][0]),
                    **_quantile_dict("after", each.recovery_quantiles[p][1]),
                    "difference_ms": difference_dict(each.quantiles[p]),
                }
                for p in QUANTILES
            },
            "not_back": dict(zip(WHEN, each.not_back, strict=True)),
            "in_time": difference_dict(each.in_time),
            "in_time_shares": {
                name: None if share is None else share_dict(share)
                for name, share in zip(WHEN, each.in_time_shares, strict=True)
            },
            "targets": {
                when: targets_dict(result.scenario.landscape.services[each.name].targets)
                for when, result in zip(WHEN, (self.before, self.after), strict=True)
            },
            "target": {"before": each.targets[0], "after": each.targets[1]},
            "data_target": {"before": each.data_targets[0], "after": each.data_targets[1]},
            "data_loss": None if each.data_loss is None else pairs_dict(each.data_loss),
            "contacts_lost": difference_dict(each.contacts_lost),
        }


def compare(
    before: Result | Scenario | str | os.PathLike[str],
    after: Result | Scenario | str | os.PathLike[str],
    *,
    replications: int = 1_000,
    seed: int = 1,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare two scenarios under the same luck: every draw that both have comes out the same in drill 0, 1, 2 and so on.

    A scenario, or the path of one, is run first; of results that are given the drills that both have are compared. DrsimError
    when results have different seeds. A result that is given settles the seed and the number of drills for the other.
    """
    given = [each for each in (before, after) if isinstance(each, Result)]
    if len({result.seed for result in given}) > 1:
        seeds = " and ".join(str(result.seed) for result in given)
        raise DrsimError(f"results of seeds {seeds} had different luck\n  run both with the same seed")
    if given:
        seed, replications = given[0].seed, min(result.replications for result in given)
    todo = 2 - len(given)
    done = 0
    results: list[Result] = []

    def shown(finished: int, asked: int) -> None:
        if progress is not None:
            progress(done * asked + finished, todo * asked)

    for each in (before, after):
        if isinstance(each, Result):
            results.append(each)
            continue
        results.append(
            run(each, replications=replications, seed=seed, workers=workers, executor=executor, progress=shown)
        )
        done += 1
        if results[-1].interrupted:
            replications = results[-1].replications
    one, two = results
    return Comparison(
        before=one,
        after=two,
        replications=min(one.replications, two.replications),
        changes=differences(one.scenario, two.scenario),
    )


def _target(result: Result, row: int, kept: estimates.Share | None) -> str | None:
    """The verdict of one of the two scenarios, over the pairs."""
    if kept is None:
        return None
    name = result.plan.structure.services[result.groups[row].service]
    return estimates.verdict(kept, result.scenario.landscape.services[name].targets.share.millionths / ONE)


def _censored(values: Any, horizon: float) -> Any:
    """Times as floats; what is beyond the horizon is `inf`."""
    times = finite(values)
    return np.where(times > horizon, np.inf, times)


def _columns(
    name: str, found: Difference | estimates.Quantile | estimates.Share | None, unit: int = 0
) -> dict[str, float]:
    """A figure and the ends of its interval."""
    divisor, suffix = (unit, "_h") if unit else (1, "")
    ends = (np.nan,) * 3 if found is None else (found.value, found.low, found.high)
    names = (f"{name}{suffix}", f"{name}_low{suffix}", f"{name}_high{suffix}")
    return {key: value / divisor for key, value in zip(names, ends, strict=True)}


def _quantile_dict(name: str, quantile: estimates.Quantile) -> dict[str, Any]:
    ends = {"": quantile.value, "_low": quantile.low, "_high": quantile.high}
    return {f"{name}{end}_ms": number(ms) for end, ms in ends.items()}


def difference_dict(difference: Difference | None) -> dict[str, Any] | None:
    """A difference for JSON; an end that nobody knows is null."""
    if difference is None:
        return None
    return {name: number(getattr(difference, name)) for name in ("before", "after", "value", "low", "high")}


def pairs_dict(pairs: Pairs) -> dict[str, Any]:
    """Pairs of times for JSON."""
    shares = {name: share_dict(getattr(pairs, name)) for name in ("sooner", "later", "tied", "neither")}
    return {**shares, "mean_ms": difference_dict(pairs.mean), "verdict": pairs.verdict}
