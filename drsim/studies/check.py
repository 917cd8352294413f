"""Whether a scenario turns out as its file expects: each promise that it names, kept or missed, against its interval."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from drsim.displayed import Displayed
from drsim.measures.estimates import Share
from drsim.model.scenario import Scenario
from drsim.studies.result import Result, share_dict
from drsim.studies.run import run
from drsim.units import Duration

__all__ = ["MEASURES", "Check", "Checked", "Measure", "check", "judged"]

Fared: TypeAlias = Literal["otherwise", "undecided", "as expected"]
FARED: Final[tuple[Fared, ...]] = ("otherwise", "undecided", "as expected")
Measure: TypeAlias = Literal["rto", "rpo", "test"]
MEASURES: Final[tuple[Measure, ...]] = ("rto", "rpo", "test")
"""What may be expected of a service; `test` is of its RTO in a bubble."""


def judged(result: Result, service: str, measure: Measure) -> tuple[Share | None, str | None]:
    """In which share of drills a promise is kept, and the verdict on that.

    The share is None of a test that began in no drill, and the verdict too where nothing is promised.
    """
    if measure == "test":
        return next(((each.in_time, each.verdict) for each in result.tried if each.name == service), (None, None))
    outcome = result.outcome(service)
    if measure == "rpo":
        return outcome.data_in_time, outcome.data_verdict
    return outcome.in_time, outcome.verdict


@dataclass(frozen=True)
class Checked:
    """One promise that a file expects to be met or missed, and what was found."""

    service: str
    title: str
    measure: Measure
    target: Duration
    expected: Literal["met", "missed"]
    because: str | None
    """Why the service misses what it is expected to miss."""
    found: str
    """"met", "missed" or "undecided\"."""
    share: Share | None
    """Of drills in which it is kept; None of a test that began in none."""
    asked: float
    """In which share of drills it is to be kept."""
    late: int | None = None
    """Of a test, the first drill in which it is missed."""

    @property
    def fared(self) -> Fared:
        """Whether it is as expected: only a verdict that is the opposite says that it is not."""
        if self.found == "undecided":
            return "undecided"
        return "as expected" if self.found == self.expected else "otherwise"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "service": self.service,
            "title": self.title,
            "measure": self.measure,
            "target": str(self.target),
            "asked": self.asked,
            "expected": self.expected,
            "because": self.because,
            "found": self.found,
            "fared": self.fared,
            "share": None if self.share is None else share_dict(self.share),
        }


@dataclass(repr=False)
class Check(Displayed):
    """What a run found, beside what its scenario expects."""

    result: Result

    def __repr__(self) -> str:
        """Say what it is, in one line; `promises` have what was found."""
        found = (
            ", ".join(f"{len(self.of(fared))} {fared}" for fared in FARED if self.of(fared)) or "nothing is expected"
        )
        return f"<Check of {self.result.scenario.title!r}: {found}>"

    @cached_property
    def promises(self) -> tuple[Checked, ...]:
        """One for each promise of which something is expected, in order of services; of each the RTO first, the test last."""
        return tuple(checked for checked in self._all() if checked is not None)

    @property
    def passed(self) -> bool:
        """Whether nothing is the opposite of what is expected; what is undecided passes."""
        return not self.of("otherwise")

    def of(self, fared: Fared) -> tuple[Checked, ...]:
        """The promises that fared so."""
        return tuple(each for each in self.promises if each.fared == fared)

    @cached_property
    def unnamed(self) -> dict[str, int]:
        """How many promises of which nothing is expected are "met", "missed" and "undecided"."""
        expect = self.result.scenario.expect
        counts = {"met": 0, "missed": 0, "undecided": 0}
        for outcome in self.result.outcomes:
            for measure in MEASURES:
                _, verdict = judged(self.result, outcome.name, measure)
                named = outcome.name in expect and getattr(expect[outcome.name], measure) is not None
                if verdict is not None and not named:
                    counts[verdict] += 1
        return counts

    def _all(self) -> list[Checked | None]:
        expect = self.result.scenario.expect
        return [self._checked(name, measure) for name in sorted(expect) for measure in MEASURES]

    def _checked(self, name: str, measure: Measure) -> Checked | None:
        expected = self.result.scenario.expect[name]
        verdict = getattr(expected, measure)
        if verdict is None:
            return None
        outcome = self.result.outcome(name)
        share, found = judged(self.result, name, measure)
        if found is None:
            raise AssertionError(f"{name} has no {measure}, which the reader refuses")
        targets = self.result.scenario.landscape.services[name].targets
        target = targets.rpo if measure == "rpo" else targets.rto
        assert target is not None
        because = expected.because if verdict == "missed" else None
        late = next((each.late for each in self.result.tried if each.name == name), None) if measure == "test" else None
        return Checked(name, outcome.title, measure, target, verdict, because, found, share, outcome.asked, late)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        result = self.result
        return {
            "scenario": {"title": result.scenario.title, "digest": result.scenario.digest()},
            "seed": result.seed,
            "replications": result.replications,
            "interrupted": result.interrupted,
            "confidence": result.confidence,
            "passed": self.passed,
            "promises": [each.to_dict() for each in self.promises],
            "unnamed": self.unnamed,
        }


def check(
    scenario: Scenario | str | os.PathLike[str],
    *,
    replications: int = 1_000,
    seed: int = 1,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Check:
    """Drill a scenario, as `run` does, and hold it to what it expects; the path of one is read first.

    `check(...).passed` is False only where the interval of a share of drills excludes what is expected: a promise that is expected
    to be met is missed, or one that is expected to be missed is kept.
    """
    return Check(
        run(scenario, replications=replications, seed=seed, workers=workers, executor=executor, progress=progress)
    )
