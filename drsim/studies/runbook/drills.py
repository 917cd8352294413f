"""What one drill after the other has of each step."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import closing
from typing import Final

import numpy as np

from drsim.measures import estimates
from drsim.measures.explanation import waits
from drsim.measures.held import lack
from drsim.measures.unmoved import unmoved
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.draws import SLICE, Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import DONE, DROPPED, GIVEN_UP, INTERRUPTED, WAITING, Row, Trajectory
from drsim.studies.arguments import checked_drills, checked_scenario, checked_seed, whole
from drsim.studies.run import Progress, each_slice
from drsim.studies.runbook.book import TIMES, Runbook
from drsim.studies.runbook.gathered import Found, Key, Times, is_whole
from drsim.units import DAY

ASKED: Final = 8
"""Drills of a slice in which it is asked why a step waits in vain."""


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
    found, finished, interrupted = Found(), 0, False
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
    return Runbook(
        plan.scenario,
        seed,
        finished,
        steps,
        found.idle(),
        done,
        found.away(plan, finished),
        found.staying(finished),
        interrupted,
    )


def _taken(engine: Engine, seed: int, first: int, count: int) -> Found:
    """What a slice of drills has of each step."""
    plan, numbers = engine.plan, Numbers(engine.plan, seed, first, count)
    spans, away = defaultdict[Key, list[_Span]](list), defaultdict[tuple[str, int], list[_Span]](list)
    found = Found()
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
            started = [row for row in started if not _is_nothing(row)] or started
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
        stays = unmoved(plan, drill)
        for why, names in stays.items():
            for name in names:
                found.stays[name][why] += 1
        found.begun += bool(keys)
        found.finished += bool(keys) and not stays and _is_finished(plan, drill)
        for outage in plan.outages:
            for begin, end in drill.outages.get(outage.name, ()) if outage.kind == "team" else ():
                for team in outage.targets if begin < plan.horizon else ():
                    back = end - zero if end < plan.horizon else -1
                    away[outage.name, team].append((drill.replication, begin - zero, back))
    found.times = {key: [Times(*np.array(each, np.int64).T)] for key, each in spans.items()}
    found.spans = {who: [Times(*np.array(each, np.int64).T)] for who, each in away.items()}
    return found


_Span = tuple[int, int, int]
"""Drill, begin and end, -1 for none."""


def _groups(drill: Trajectory) -> dict[Key, list[Row]]:
    """What started or waits in vain, the tries of each step on each occasion.

    The tries of one incident are one occasion, with those of others that start before these are over. A team comes once if it is called
    again within a day, and then its first call counts.
    """
    tries: dict[Key, dict[int, list[Row]]] = {}
    for row in drill.made:
        if row.start >= 0 or row.outcome in (WAITING, GIVEN_UP):
            tries.setdefault(Key(row.kind, row.object, row.site), {}).setdefault(row.incident, []).append(row)
    found: dict[Key, list[Row]] = {}
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


def _is_nothing(row: Row) -> bool:
    """Whether it was interrupted at the instant of its start."""
    return row.outcome == INTERRUPTED and row.end == row.start


def _there(plan: Plan, drill: Trajectory, team: int, arrival: int) -> int:
    """When a team that has come is there: not while all of it is kept away; -1 for not before the horizon."""
    spans = (
        span
        for outage in plan.outages
        if outage.kind == "team" and team in outage.targets and is_whole(plan, outage, team)
        for span in drill.outages.get(outage.name, ())
    )
    for begin, end in sorted(spans):
        if begin <= arrival < end:
            arrival = end
    return arrival if arrival < plan.horizon else -1


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
