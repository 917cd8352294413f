"""What would help: each thing that binds made instant or unlimited, and measures that could be taken, under the same luck.

An explanation says where the time went, not what would bring it back: what is made faster may only uncover the next thing. So each is
tried, in all drills. An *ideal* (a step that takes no time, a team without limits) bounds what any measure could bring there; a
*measure* is something that could be done next year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from drsim.calendar import Calendar
from drsim.displayed import Displayed
from drsim.distributions import Law
from drsim.errors import DrsimError
from drsim.measures.pairs import Difference, Pairs, pairs, quantile_difference
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.planning.variant import variant
from drsim.simulation.transfers import route
from drsim.studies.arguments import checked_share, whole
from drsim.studies.compare import difference_dict, pairs_dict
from drsim.studies.result import Result, finite
from drsim.studies.run import run_plan
from drsim.units import ONE

if TYPE_CHECKING:
    from drsim.model.landscape import Team

__all__ = ["Help", "Helps", "what_would_help"]

LEAST: Final = 0.01
"""Part of the time around a quantile from which on something is worth trying."""
MOST: Final = 12
"""Things that are tried, unless more are asked for."""
WITHOUT_LIMIT: Final = 10**6
"""People, and times as fast."""
LATE: Final = 22 * 60
"""Until when people could be had, in minutes of the day."""
PEOPLE: Final = (
    "nobody on duty",
    "team busy",
    "people on their way",
    "people at rest",
    "supplier closed",
    "supplier at work",
)
"""Causes that are about a team."""
DAY_MINUTES: Final = 24 * 60

Kind = Literal["ideal", "measure", "together"]


@dataclass(frozen=True)
class Change:
    """What is tried: values at paths of the scenario, and numbers of the compiled plan."""

    text: str
    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)
    plan: Callable[[Plan], Plan] | None = None

    def applied(self, plan: Plan) -> Plan:
        """The plan with the change; DrsimError where the notation would refuse it."""
        if self.values:
            plan = compile_scenario(plan.scenario.with_(self.values))
        return plan if self.plan is None else self.plan(plan)

    def __and__(self, other: Change) -> Change:
        """Both together."""
        steps = [each.plan for each in (self, other) if each.plan is not None]

        def both(plan: Plan) -> Plan:
            for step in steps:
                plan = step(plan)
            return plan

        return Change(f"{self.text}, and {other.text}", "together", {**self.values, **other.values}, both)


@dataclass(frozen=True)
class Help:
    """What a change brought. Below 0 is sooner; times in ms."""

    text: str
    kind: Kind
    values: Mapping[str, Any]
    """at which paths, to try it again with `--set`; empty where the notation cannot write it"""
    recovery: Pairs
    bad_day: Difference | None
    """of the quantile of bad days; None where it is beyond the horizon before or after"""


@dataclass(frozen=True, repr=False)
class Helps(Displayed):
    """All that was tried for one service, the most helpful on average first."""

    service: str
    title: str
    around: float
    """the quantile of bad days"""
    replications: int
    seed: int
    tried: tuple[Help, ...]
    refused: tuple[tuple[str, str], ...]
    """(what, why) of what could not be tried"""
    most: int
    """things that were to be tried"""
    left: int
    """how many more might have been"""
    interrupted: bool = False

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        return f"<Helps for {self.service!r}: {len(self.tried)} things tried, {self.replications} drills, seed {self.seed}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        return {
            "service": self.service,
            "title": self.title,
            "around": self.around,
            "replications": self.replications,
            "seed": self.seed,
            "interrupted": self.interrupted,
            "tried": [
                {
                    "what": each.text,
                    "kind": each.kind,
                    "values": {path: str(value) for path, value in each.values.items()},
                    "recovery": pairs_dict(each.recovery),
                    "bad_day_ms": difference_dict(each.bad_day),
                }
                for each in self.tried
            ],
            "refused": [{"what": what, "why": why} for what, why in self.refused],
            "left": self.left,
        }


def what_would_help(
    result: Result,
    service: str,
    *,
    around: float = 0.95,
    most: int = MOST,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Helps:
    """Try what held a service up around the median and around a bad day, each with the drills of the result.

    `around`: the quantile of bad days; `most`: things that are tried, those first on which most time went. The two best measures,
    on average and on a bad day, are tried together last. A KeyboardInterrupt keeps what was finished.
    """
    around, most = checked_share(around, "around"), whole(most, "most", 1)
    changes = list(_changes(result.plan, _where_it_went(result, service, around)))
    left = max(0, len(changes) - most)
    changes = changes[:most]
    row = result.row(service)
    before = finite(result.block.recovery[row])
    tried: list[tuple[Change, Help]] = []
    refused: list[tuple[str, str]] = []
    interrupted = result.interrupted

    def attempt(change: Change, place: int, of: int) -> bool:
        try:
            plan = change.applied(result.plan)
        except DrsimError as error:
            refused.append((change.text, str(error).replace("\n", " ").strip()))
            return True
        total = result.replications
        after = run_plan(
            plan,
            replications=total,
            seed=result.seed,
            workers=workers,
            executor=executor,
            progress=None if progress is None else lambda done, _: progress(place * total + done, of * total),
        )
        if after.interrupted:
            return False
        times = finite(after.block.recovery[after.row(service)])
        found = pairs(before, times, result.plan.horizon, result.confidence)
        bad_day = quantile_difference(before, times, around, result.confidence)
        tried.append((change, Help(change.text, change.kind, change.values, found, bad_day)))
        return True

    try:
        for place, change in enumerate(changes):
            if not attempt(change, place, len(changes)):
                interrupted = True
                break
        both = None if interrupted else _together(tried)
        if both is not None and not attempt(both, len(changes), len(changes) + 1):
            interrupted = True
    except KeyboardInterrupt:
        interrupted = True
    order = sorted((found for _, found in tried), key=lambda found: (found.recovery.mean.value, found.text))
    title = result.outcome(service).title
    return Helps(
        service, title, around, result.replications, result.seed, tuple(order), tuple(refused), most, left, interrupted
    )


def _together(tried: list[tuple[Change, Help]]) -> Change | None:
    """The best measure on average and the best on a bad day; where that is one, the two best on average."""
    sure = [
        (change, found) for change, found in tried if change.kind == "measure" and found.recovery.verdict == "better"
    ]
    if len(sure) < 2:
        return None
    order = sorted(sure, key=lambda pair: pair[1].recovery.mean.value)
    known = [pair for pair in sure if pair[1].bad_day is not None]
    bad = min(known, key=lambda pair: pair[1].bad_day.value if pair[1].bad_day else 0.0, default=order[1])
    first, second = order[0][0], bad[0] if bad[0] is not order[0][0] else order[1][0]
    return None if first.values.keys() & second.values.keys() else first & second


# where the time went


def _where_it_went(result: Result, service: str, around: float) -> Counter[tuple[str, str, str]]:
    """Mean ms by (cause, detail, team), in the drills around the median and around a bad day, whichever has more."""
    found: Counter[tuple[str, str, str]] = Counter()
    for p in (0.5, around):
        drills = result.around(service, p)
        here: Counter[tuple[str, str, str]] = Counter()
        for drill in drills:
            longest = result.replay(drill).longest(service)
            for segment in longest[1] if longest is not None else ():
                here[segment.cause, segment.detail, segment.team] += segment.length
        total = sum(here.values())
        for key, length in here.items():
            if length >= LEAST * total:
                found[key] = max(found[key], round(length / len(drills)))
    return found


def _changes(plan: Plan, where: Counter[tuple[str, str, str]]) -> Iterator[Change]:
    """What to try, those first on which most time went; nothing twice."""
    seen: set[str] = set()
    for (cause, detail, team), _ in where.most_common():
        for change in _of_cause(plan, cause, detail, team):
            if change.text not in seen:
                seen.add(change.text)
                yield change


def _of_cause(plan: Plan, cause: str, detail: str, team: str) -> Iterator[Change]:
    name = detail.split(" ", 1)[-1]
    match cause:
        case "not yet detected":
            yield Change("noticed at once", "ideal", plan=_laws(("detect", "", "")))
        case "wrong diagnosis":
            yield Change("never a wrong diagnosis", "ideal", plan=lambda plan: plan.but(wrong=(0, plan.wrong[1])))
        case "not yet decided":
            yield from _of_decision(plan)
        case "restoring data":
            yield from _of_data(plan, detail)
        case "failed attempt":
            yield Change(f"{name} works every time", "ideal", plan=_never_fails(name))
        case "step under way" | "being verified" | "waiting for approval" | "waiting" | "supplier at work":
            yield Change(f"{detail} takes no time", "ideal", plan=_at_once(detail))
        case "waiting for capacity":
            yield from _of_room(plan)
    if cause == "team busy" and detail:
        yield Change(f"{name} takes no time", "ideal", plan=_at_once(name))
    if cause in PEOPLE:
        for each in team.split(" + "):
            yield from _of_team(plan, each, cause)


def _of_decision(plan: Plan) -> Iterator[Change]:
    def at_once(plan: Plan) -> Plan:
        quorum = plan.quorum if plan.quorum is None else plan.quorum._replace(people=0)
        return variant(_laws(("assess", "", ""), ("decide", "", ""))(plan).but(quorum=quorum), wait=0)

    yield Change("known and decided at once", "ideal", plan=at_once)
    if plan.wait:
        yield Change("no waiting before a site is given up", "measure", {"response.wait": "0 min"})


def _of_room(plan: Plan) -> Iterator[Change]:
    for pool, (site, name) in enumerate(plan.structure.pools):
        if plan.capacity[pool] and any(pool in {p for p, _ in uses} for uses in plan.structure.uses):
            place = plan.structure.sites[site]
            more = {(place, name): plan.capacity[pool] * 5 // 4 + 1}
            yield Change(
                f"a quarter more {name} at {place}",
                "measure",
                plan=_room(more),
            )


def _of_data(plan: Plan, name: str) -> Iterator[Change]:
    structure = plan.structure
    if name not in structure.components:
        return
    c = structure.components.index(name)

    def there(plan: Plan) -> Plan:
        return plan.but(data_size=tuple(0 if each == c else size for each, size in enumerate(plan.data_size)))

    yield Change(f"data of {name} restored in no time", "ideal", plan=there)
    used: set[int] = set()
    everything = ([True] * len(structure.sites), [True] * len(structure.links))
    standby = structure.standby[c]
    for copy in plan.copies[c]:
        for d in structure.of_component[c] if standby < 0 else (standby,):
            path = route(structure, plan.bandwidth, *everything, copy.site, structure.deployments[d][1])
            used.update(path or ())
    for link in sorted(used):
        text = structure.links[link][0]
        yield Change(f"{text} without limit", "ideal", plan=_faster(text, WITHOUT_LIMIT))
        yield Change(f"{text} twice as fast", "measure", plan=_faster(text, 2))


def _of_team(plan: Plan, name: str, cause: str) -> Iterator[Change]:
    landscape = plan.scenario.landscape
    section = "teams" if name in landscape.teams else "suppliers"
    teams: Mapping[str, Team] = getattr(landscape, section)
    if name not in teams:
        return
    team, path = teams[name], f"{section}.{name}"
    if cause == "people on their way":
        yield Change(f"{name} on the spot", "ideal", plan=_on_the_spot(name))
        return
    if team.shifts or team.skills:
        yield Change(f"{name} never rests", "ideal", plan=_never_rests(name))
        return
    always = {f"{path}.people": WITHOUT_LIMIT, f"{path}.works": "always"}
    yield Change(f"{name} without number, day and night", "ideal", always)
    yield Change(f"one more of {name}", "measure", {f"{path}.people": team.people.number + 1})
    if (late := _until_late(team.works)) is not None:
        yield Change(f"{name} daily {late[1]}", "measure", {f"{path}.works": f"daily {late[1]}"})


def _until_late(hours: Calendar) -> tuple[int, str] | None:
    """Every day from when it opens first until late; None where that is no more than there is."""
    if not hours.spans:
        return None
    opens = min(begin % DAY_MINUTES for begin, _ in hours.spans)
    text = f"{opens // 60}:{opens % 60:02}-{LATE // 60}:{LATE % 60:02}"
    if opens >= LATE:
        return None
    day = Calendar.parse(f"daily {text}")
    grown = all(any(a <= begin and end <= b for a, b in hours.spans) for begin, end in day.spans)
    return None if grown and not hours.holidays else (opens, text)


# numbers of a plan


def _laws(*names: tuple[str, str, str]) -> Callable[[Plan], Plan]:
    def change(plan: Plan) -> Plan:
        return variant(plan, laws={name: Law.constant(0) for name in names})

    return change


def _room(capacity: Mapping[tuple[str, str], int]) -> Callable[[Plan], Plan]:
    return lambda plan: variant(plan, capacity=capacity)


def _faster(link: str, times: int) -> Callable[[Plan], Plan]:
    def change(plan: Plan) -> Plan:
        now = next(plan.bandwidth[i] for i, (name, _, _) in enumerate(plan.structure.links) if name == link)
        return variant(plan, bandwidth={link: now * times})

    return change


def _at_once(name: str) -> Callable[[Plan], Plan]:
    """All steps of something take no time."""

    def change(plan: Plan) -> Plan:
        steps = tuple(
            step._replace(fixed=0, variable=-1, hours=-1) if step.object == name and step.kind != "restore" else step
            for step in plan.steps
        )
        return plan.but(steps=steps)

    return change


def _never_fails(name: str) -> Callable[[Plan], Plan]:
    """All attempts at something succeed, and all its copies can be read."""

    def change(plan: Plan) -> Plan:
        steps = tuple(step._replace(works=ONE) if step.object == name else step for step in plan.steps)
        components = plan.structure.components
        copies = tuple(
            tuple(copy._replace(works=ONE) for copy in of) if components[c] == name else of
            for c, of in enumerate(plan.copies)
        )
        return plan.but(steps=steps, copies=copies)

    return change


def _on_the_spot(name: str) -> Callable[[Plan], Plan]:
    """A team needs no time to come, from home, from another town or out of a lost building."""

    def change(plan: Plan) -> Plan:
        t = plan.structure.teams.index(name)
        call_out = tuple(0 if each == t else takes for each, takes in enumerate(plan.call_out))
        travel = {key: (0, -1) if key[0] == t else takes for key, takes in plan.travel.items()}
        on_call = {each: who._replace(call_out=0) if each == t else who for each, who in plan.on_call.items()}
        based = tuple(-1 if each == t else site for each, site in enumerate(plan.structure.based))
        structure = replace(plan.structure, based=based)  # who is based nowhere is in no building that is lost
        return plan.but(call_out=call_out, travel=travel, on_call=on_call, structure=structure)

    return change


def _never_rests(name: str) -> Callable[[Plan], Plan]:
    def change(plan: Plan) -> Plan:
        t = plan.structure.teams.index(name)
        return plan.but(rests={team: limit for team, limit in plan.rests.items() if team != t})

    return change
