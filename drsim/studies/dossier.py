"""What a report tells of a run beside its result: why the slowest services took so long, two drills, and what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from drsim.calendar import FAR
from drsim.reading import assumptions
from drsim.studies.curve import Band, Curve, curve
from drsim.studies.record import record_of, recorded
from drsim.studies.run import explanations

if TYPE_CHECKING:
    from drsim.reading.dump import Assumption
    from drsim.studies.compare import Comparison
    from drsim.studies.hunt import Hunt
    from drsim.studies.replay import Replay
    from drsim.studies.result import Explanation, Result
    from drsim.studies.runbook import Runbook

__all__ = ["DAYS", "Chase", "Dossier", "Handbook", "Pair", "dossier", "limits_in_working_hours"]

DAYS: Final = {"typical": 0.5, "bad": 0.95}
"""The drills that are shown, by the quantile of the recovery time near which they are."""


@dataclass(frozen=True)
class Dossier:
    """A run and what is told about it; `to_dict` has every number of its report."""

    result: Result
    explained: tuple[Explanation, ...]
    """the services that are explained, the worst first"""
    days: dict[str, Replay]
    """a drill by each name of `DAYS`; none where no service was away"""
    over_time: Curve
    """what is served as time goes by"""
    command: str | None = None
    """how it was asked for, for people"""

    @property
    def told(self) -> Explanation | None:
        """That of the service of the pictures and the single drills; None where none was away."""
        name = _most_telling(self.result, [each.service for each in self.explained])
        return next((each for each in self.explained if each.service == name), None)

    @property
    def service(self) -> str | None:
        """The service of the pictures and the single drills; None where none was away."""
        return None if self.told is None else self.told.service

    @cached_property
    def numbers(self) -> list[Assumption]:
        """Every number of the scenario with its source."""
        return assumptions(self.result.scenario)

    def to_dict(self) -> dict[str, Any]:
        """The record of the run, and under `report` what only a report tells; times in ms."""
        return {**recorded(self.result, self.command), "report": self._told()}

    def _told(self) -> dict[str, Any]:
        fared = Counter(outcome.fared for outcome in self.result.outcomes)
        assumed = [each.source is None for each in self.numbers]
        return {
            "answer": {"services": len(self.result.outcomes), **fared},
            "test": self._tested(),
            "explanations": {each.service: _explanation_dict(each) for each in self.explained},
            "drills": {name: self._day_dict(name) for name in self.days},
            "limits": [{"limit": text, "end_ms": end} for text, end in limits_in_working_hours(self.result)],
            "wait": self.result.scenario.response.wait.text,
            "replayed": len(self.over_time.drills),
            "over_time": {
                "services": _ends(self.over_time.running),
                "citizens": None if self.over_time.citizens is None else _ends(self.over_time.citizens),
            },
            "numbers": {"all": len(assumed), "assumed": sum(assumed), "sections": self._sections()},
        }

    def _tested(self) -> dict[str, Any] | None:
        """In how many drills a test in a bubble begins, and how its services fared; None where there is none."""
        tried = self.result.tried
        if not tried:
            return None
        verdicts = Counter(each.verdict or "no RTO" for each in tried)
        return {"begins": max(each.drills for each in tried), "services": {"all": len(tried), **verdicts}}

    def _day_dict(self, name: str) -> dict[str, Any]:
        """One drill: what kept the service waiting; the segments add up to its interruption."""
        replay, service = self.days[name], self.service
        found = None if service is None else replay.longest(service)
        about: dict[str, Any] = {"drill": replay.drill, "service": service, "segments": []}
        if found is None:
            return about
        interruption, segments = found
        return {
            **about,
            "begin_ms": interruption.begin,
            "length_ms": interruption.end - interruption.begin,
            "back": interruption.back,
            "segments": [
                {
                    **{"begin_ms": each.begin, "length_ms": each.length},
                    **{"cause": each.cause, "detail": each.detail, "team": each.team},
                }
                for each in segments
            ],
        }

    def _sections(self) -> dict[str, dict[str, int]]:
        """How many numbers there are, and how many of them are assumptions, by section of the notation."""
        found: dict[str, dict[str, int]] = {}
        for each in self.numbers:
            counts = found.setdefault(each.path.partition(".")[0], {"all": 0, "assumed": 0})
            counts["all"] += 1
            counts["assumed"] += each.source is None
        return found


def dossier(
    result: Result, services: Sequence[str], *, command: str | None = None, workers: int | None = None
) -> Dossier:
    """Gather what a report of a run tells; `services`: those that are explained, the most important first."""
    explained = tuple(explanations(result, services, workers=workers))
    told = _most_telling(result, services)
    days = {} if told is None else {name: result.replay(result.around(told, p, 1)[0]) for name, p in DAYS.items()}
    return Dossier(result, explained, days, curve(result), command)


def _most_telling(result: Result, services: Sequence[str]) -> str | None:
    """The first that does not surely meet its RTO, since recovery times are told about it; else the first."""
    late = (name for name in services if result.outcome(name).verdict in ("missed", "undecided"))
    return next(late, next(iter(services), None))


def limits_in_working_hours(result: Result) -> list[tuple[str, int | None]]:
    """(RTO in working hours, when it ends for an interruption from the moment on), the shortest first.

    In ms after the moment; None where that has no date, or the calendar no end so far.
    """
    plan, scenario = result.plan, result.scenario
    found: dict[int, str] = {}
    for service in scenario.landscape.services.values():
        if service.targets.rto is not None and service.targets.rto.working:
            found.setdefault(service.targets.rto.ms, service.targets.rto.text)
    if scenario.moment is None:
        return [(text, None) for _, text in sorted(found.items())]
    hours = plan.calendars[plan.working_hours]
    ends = [(text, hours.add(0, ms)) for ms, text in sorted(found.items())]
    return [(text, end if end < FAR else None) for text, end in ends]


@dataclass(frozen=True)
class Pair:
    """A comparison and what is told about it; `to_dict` has every number of its report."""

    comparison: Comparison
    command: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The comparison, under `records` that of each of its runs, and under `report` what only a report tells."""
        both = {"before": self.comparison.before, "after": self.comparison.after}
        verdicts = Counter(each.verdict for each in self.comparison.services)
        turned = {
            target: {f"{one or 'none'} to {two or 'none'}": n for (one, two), n in counts.items()}
            for target, counts in self.comparison.turned.items()
        }
        return {
            **self.comparison.to_dict(),
            "records": {name: recorded(result)["record"] for name, result in both.items()},
            "report": {
                "command": self.command,
                "answer": {"services": verdicts.total(), **verdicts, **turned},
                "changes": len(self.comparison.changes),
            },
        }


@dataclass(frozen=True)
class Chase:
    """A hunt and what is told about it; `to_dict` has every number of its report."""

    hunt: Hunt
    command: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The hunt, under `hunted` what was hunted in, and under `report` what only a report tells."""
        hunt, scenario = self.hunt, self.hunt.scenario
        answer = {
            "found": len(hunt.found),
            "undecided": len(hunt.undecided),
            "smallest": min((len(case.things) for case in hunt.found), default=None),
        }
        cases = (*hunt.found, *hunt.undecided, *hunt.near)
        return {
            **hunt.to_dict(),
            "hunted": {
                **record_of(scenario, hunt.seed, hunt.replications),
                "breaks": hunt.promise.written,
                "options": dict(hunt.options),
            },
            "report": {
                "command": self.command,
                "answer": answer,
                "confidence": next((case.kept.confidence for case in cases), None),
                "among": dict(Counter(each.kind for each in hunt.among)),
            },
        }


@dataclass(frozen=True)
class Handbook:
    """A runbook and what is told about it; `to_dict` has every number of its page."""

    runbook: Runbook
    command: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The runbook, under `written` what was drilled, and under `report` what only a page tells."""
        book = self.runbook
        return {
            **book.to_dict(),
            "written": record_of(book.scenario, book.seed, book.replications),
            "report": {
                "command": self.command,
                "never": len(book.parts[2]),
                "stays": len(book.stays),
                "after": [[book.numbers[name] for name in step.after] for step in book.steps],
                "objects": [len(step.objects) for step in book.steps],
            },
        }


def _ends(band: Band) -> dict[str, float]:
    """How low a mean over drills goes, and where it ends."""
    return {"least": float(band.mean.min()), "end": float(band.mean[-1])}


def _explanation_dict(explanation: Explanation) -> dict[str, Any]:
    return {
        "around": explanation.around,
        "drills": len(explanation.drills),
        "total_ms": explanation.total,
        "censored": explanation.censored,
        "causes_ms": explanation.causes,
    }
