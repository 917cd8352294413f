"""What a terminal and a page tell in words of their own, decided once, so that they never disagree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from drsim.model.tree import plain_leaf, written
from drsim.reporting.linted import flow

if TYPE_CHECKING:
    from drsim.measures.estimates import Mean, Share
    from drsim.model.scenario import Scenario
    from drsim.planning.plan import DueWork
    from drsim.studies.result import Outcome, Result

__all__ = [
    "Due",
    "Promise",
    "back_before",
    "by_hand",
    "disrupted",
    "due_work",
    "promise",
    "promise_in_test",
    "sits_out",
]

Promise = Literal["nothing promised", "missed", "undecided", "met"]
"""What comes of all targets together."""


def promise(result: Result) -> Promise:
    """Whether every target of every service is met."""
    services = [result.scenario.landscape.services[each.name] for each in result.outcomes]
    if not any(service.targets.rto or service.targets.rpo for service in services):
        return "nothing promised"
    found = _worst(verdict for each in result.outcomes for verdict in (each.verdict, each.data_verdict))
    return "met" if found == "nothing promised" else found  # an RPO of what has no data


def promise_in_test(result: Result) -> Promise | None:
    """Whether every RTO is met in a test in a bubble; None where it begins in no drill."""
    if not any(each.drills for each in result.tried):
        return None
    return _worst(each.verdict for each in result.tried)


def _worst(verdicts: Iterable[str | None]) -> Promise:
    """The worst of some verdicts."""
    found = set(verdicts)
    if "missed" in found:
        return "missed"
    if "undecided" in found:
        return "undecided"
    return "met" if "met" in found else "nothing promised"


@dataclass(frozen=True)
class Due:
    """What a service must do by a date."""

    row: int
    """in the plan, and in the record of a run"""
    work: DueWork
    title: str
    service: str
    """its title"""
    on: str
    """when, as the scenario says it"""
    missed: Share
    by_hand: Share


def due_work(result: Result) -> list[Due]:
    """All that is due in some drill, and how often it is missed."""
    found = []
    for row, work in enumerate(result.plan.due):
        if not result.block.due[row].any():
            continue
        service = result.scenario.landscape.services[result.plan.structure.services[work.service]]
        said = service.due[work.name]
        title = service.title or result.plan.structure.services[work.service]
        found.append(Due(row, work, said.title or work.name, title, said.on, *result.due_shares(row)))
    return found


def back_before(result: Result, outcome: Outcome) -> list[Outcome]:
    """The points of a service that are back sooner than the whole in half the drills or in 95 %.

    None of a service that keeps what it promises, and is back in 95 % of drills.
    """
    late = outcome.verdict in ("missed", "undecided") or math.isinf(outcome.recovery[0.95].value)
    if not late:
        return []
    whole = outcome.recovery
    points = result.points_of(outcome.name)
    return [each for each in points if any(each.recovery[p].value < whole[p].value for p in whole)]


def by_hand(result: Result) -> list[tuple[Outcome, Mean]]:
    """The services that are ever served by hand, and how long on average (ms); the longest first."""
    found = [(each, each.by_hand) for each in result.outcomes if each.by_hand is not None and each.by_hand.value]
    return sorted(found, key=lambda each: -each[1].value)


def sits_out(scenario: Scenario) -> bool:
    """Whether a lost site is waited for before failover is declared."""
    return bool(scenario.response.wait.ms) and any(what.kind == "site" for what in scenario.disruptions.values())


def disrupted(scenario: Scenario) -> list[tuple[str, str]]:
    """(name, what happens) of all disruptions, and of a planned move and a test, as a scenario file says it."""
    parts = [*scenario.disruptions.items(), ("moves", scenario.moves), ("tests", scenario.tests)]
    return [
        (name, ", ".join(f"{key}: {flow(value)}" for key, value in written(part, plain_leaf).items()))
        for name, part in parts
        if part is not None
    ]
