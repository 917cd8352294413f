"""Two implementations of one drill and of what is measured in it, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from reference.bubble import inside, recovery_times
from reference.drill import Drill, Recovery, simulate
from reference.levels import groups as groups_of
from reference.measures import due, join, level_at, protection, timeline
from reference.measures import measure as reference_measure

from drsim.measures.drills import AGES, CONTINUITY, Group, due_fates, groups, interruptions, measure
from drsim.measures.protection import unprotected
from drsim.measures.trials import NOT_TRIED, tried
from drsim.model.bubble import is_twin
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import NEVER, STANDBY, Plan
from drsim.simulation.draws import Numbers, uniforms
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import Trajectory, reference_of
from drsim.units import HOUR

CLOSE = 1e-12
"""How far a float may be from an exact fraction, relatively; where one is 0 so is the other."""


def engine_drill(scenario: Scenario, seed: int = 1, replication: int = 0) -> Trajectory:
    plan = compile_scenario(scenario)
    return Engine(plan).drill(Numbers(plan, seed, replication, 1), 0)


def reference_drill(scenario: Scenario, seed: int = 1, replication: int = 0) -> Drill:
    return simulate(scenario, lambda name: float(uniforms(seed, name, replication, 1)[0]))


def engine_view(drill: Trajectory) -> dict[str, Any]:
    """What both are compared by."""
    structure = drill.plan.structure
    return {
        "offset": drill.offset,
        "rows": sorted(
            (r.kind, r.object, r.site, r.incident, r.attempt, r.wanted, r.ready, r.start, r.end, r.outcome)
            + (reference_of(r.bound_by), reference_of(drill.freed_by(r)))
            + (drill.copy_name(r), r.point, r.passed_over, r.behind)
            for r in drill.rows
        ),
        "changes": sorted((time, drill.flag_name(flag), value) for time, flag, value in drill.changes),
        "recoveries": sorted((structure.components[r.component], *r[1:]) for r in drill.recoveries),
        "lost_at_end": sorted(structure.components[c] for c in drill.lost_at_end),
        "test": ("", -1, -1) if drill.trial is None else (drill.trial.outcome, drill.trial.begun, drill.trial.stopped),
    }


def reference_view(drill: Drill) -> dict[str, Any]:
    return {
        "offset": drill.offset,
        "rows": sorted(map(tuple, drill.rows)),
        "changes": sorted(drill.changes),
        "recoveries": sorted(map(tuple, drill.recoveries)),
        "lost_at_end": sorted(drill.lost_at_end),
        "test": drill.test,
    }


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """What one has and the other has not, readable."""
    found = []
    for key in left:
        if left[key] != right[key]:
            if isinstance(left[key], list):
                found += [f"{key} engine only: {x}" for x in left[key] if x not in right[key]]
                found += [f"{key} reference only: {x}" for x in right[key] if x not in left[key]]
            else:
                found.append(f"{key}: {left[key]} != {right[key]}")
    return found


# what is measured


def as_reference(drill: Trajectory) -> Drill:
    """The same drill for the measures of the second implementation, which ask for no rows."""
    structure, numbers = drill.plan.structure, drill.numbers
    assert numbers is not None
    return Drill(
        offset=drill.offset,
        rows=[],
        changes=[(time, drill.flag_name(flag), value) for time, flag, value in drill.changes],
        recoveries=[Recovery(structure.components[r.component], *r[1:]) for r in drill.recoveries],
        lost_at_end=[structure.components[c] for c in drill.lost_at_end],
        uniform=lambda name: float(uniforms(numbers.seed, name, drill.replication, 1)[0]),
        spare=_spare(drill),
        test=("", -1, -1) if drill.trial is None else (drill.trial.outcome, drill.trial.begun, drill.trial.stopped),
    )


def _spare(drill: Trajectory) -> list[tuple[int, tuple[str, str], bool]]:
    """Which standbys are there, in a drill in which nothing happens but what flags tell: each until it first is on."""
    structure, plan = drill.plan.structure, drill.plan
    first_on = len(structure.sites) + len(structure.links)
    found = []
    for d, (c, s) in enumerate(structure.deployments):
        name = (structure.components[c], structure.sites[s])
        is_there = structure.roles[d] == STANDBY and bool(plan.strategies[c])
        found.append((0, name, is_there))
        on = [time for time, flag, value in drill.changes if flag == first_on + d and value]
        if is_there and on:
            found.append((on[0], name, False))
    return found


def engine_measured(drills: Sequence[Trajectory]) -> dict[str, Any]:
    """What is measured in drills of one plan, by readable names; all are measured at once, as in a run. Times in ms."""
    plan = drills[0].plan
    structure, computed, which = plan.structure, levels(plan, drills), groups(plan)
    block = measure(plan, which, drills, computed)
    points = {f"point {structure.service(point[0])}.{point[1]}": p for p, point in enumerate(structure.points)}
    asked_for = {op.node for _, ops in structure.level_groups for op in ops if op.kind == "deployment"}
    deployments = {
        f"deployment {structure.components[c]} at {structure.sites[s]}": d
        for d, (c, s) in enumerate(structure.deployments)
        if d in asked_for
    }
    measured: dict[str, Any] = {}
    for i, drill in enumerate(drills):
        columns = computed.drill(i)
        times = computed.times[columns].tolist()
        for table, names in ((computed.points, points), (computed.deployments, deployments)):
            for name, row in names.items():
                measured[f"{i}: level of {name}"] = list(zip(times, table[row, columns].tolist(), strict=True))
        for row, name in enumerate(structure.tested):
            time = int(tried(plan, drills, computed)[row, i])
            measured[f"{i}: recovery time of {name}"] = None if time == NOT_TRIED else _time(time)
        alone = levels(plan, [drill])
        for w, (work, fates) in enumerate(zip(plan.due, due_fates(plan, drill, alone), strict=True)):
            name = structure.services[work.service], work.name
            measured[f"{i}: due {name}"] = fates
            measured[f"{i}: counts of due {name}"] = [
                int(each[w, i]) for each in (block.due, block.due_missed, block.due_by_hand)
            ]
        for c, spans in unprotected(plan, drill).items():
            measured[f"{i}: unprotected {structure.components[c]}"] = spans
        for g, group in enumerate(which):
            found = [(what.begin, what.end) for what in interruptions(plan, group, drill, alone) if not what.planned]
            measured |= {
                f"{i}: {name} of {group_name(plan, group)}": value
                for name, value in {
                    "interruptions": found,
                    "number of interruptions": int(block.interruptions[g, i]),
                    "recovery time": _time(block.recovery[g, i]),
                    "working time": _time(block.working[g, i]),
                    "downtime": int(block.downtime[g, i]),
                    "downtime open": int(block.downtime_open[g, i]),
                    "degraded": int(block.degraded[g, i]),
                    "degraded open": int(block.degraded_open[g, i]),
                    "data loss": _time(block.data_loss[g, i]),
                    "contacts lost": float(block.contacts_lost[g, i]),
                    "contacts": float(block.contacts[g, i]),
                    "continuity": CONTINUITY[block.continuity[g, i]],
                    "by hand": int(block.by_hand[g, i]),
                    "elsewhere": float(block.elsewhere[g, i]),
                    "unprotected": int(block.unprotected[g, i]),
                    "planned": int(block.planned[g, i]),
                }.items()
            }
    for g, group in enumerate(which):
        measured[f"profile of {group_name(plan, group)}"] = block.profile[g].tolist()
    return measured


def group_name(plan: Plan, group: Group) -> tuple[str, str, str]:
    """Service, municipality and point, as the second implementation names what is measured as one."""
    service, point = plan.structure.services[group.service], group.point or ""
    return service, "" if point else group.municipality or "", point


def _time(value: Any) -> float:
    """A time in ms, infinite for never."""
    return math.inf if value == NEVER else int(value)


def reference_measured(scenario: Scenario, drills: Sequence[Drill]) -> dict[str, Any]:
    """The same by the second implementation; contacts and profiles are exact fractions."""
    measured: dict[str, Any] = {}
    lines = [timeline(scenario, drill) for drill in drills]
    for i, (drill, line) in enumerate(zip(drills, lines, strict=True)):
        bare = protection(scenario, drill)
        for c in scenario.landscape.components:
            if spans := join([(a, b) for a, b, without in bare if c in without], 1):
                measured[f"{i}: unprotected {c}"] = spans
        for service, point in line[0][2].point:
            values = [(since, now.point[service, point]) for since, _, now in line]
            measured[f"{i}: level of point {service}.{point}"] = values
        for component, site in line[0][2].deployment:
            values = [(since, now.deployment[component, site]) for since, _, now in line]
            measured[f"{i}: level of deployment {component} at {site}"] = values
        for since, _, now in inside(scenario, drill) if scenario.tests is not None else ():
            for (service, point), level in now.point.items():
                if is_twin(service):
                    measured.setdefault(f"{i}: level of point {service}.{point}", []).append((since, level))
            for (component, site), level in now.deployment.items():
                if is_twin(component):
                    measured.setdefault(f"{i}: level of deployment {component} at {site}", []).append((since, level))
        for service, time in recovery_times(scenario, drill).items():
            measured[f"{i}: recovery time of {service}"] = time
        for name, fates in due(scenario, drill, line).items():
            measured[f"{i}: due {name}"] = fates
            states = [state for _, state in fates]
            counts = [len(states), states.count("missed"), states.count("kept by hand")]
            measured[f"{i}: counts of due {name}"] = counts
        for group, members in groups_of(scenario).items():
            found = reference_measure(scenario, drill, line, group, members)
            measured |= {
                f"{i}: {name} of {group}": value
                for name, value in {
                    "interruptions": found.interruptions,
                    "number of interruptions": len(found.interruptions),
                    "recovery time": found.recovery_time,
                    "working time": found.working_time,
                    "downtime": found.downtime,
                    "downtime open": found.downtime_open,
                    "degraded": found.degraded_time,
                    "degraded open": found.degraded_time_open,
                    "data loss": found.data_loss,
                    "contacts lost": found.contacts_lost,
                    "contacts": found.contacts,
                    "continuity": found.continuity,
                    "by hand": found.by_hand,
                    "elsewhere": found.elsewhere,
                    "unprotected": found.unprotected,
                    "planned": found.planned,
                }.items()
            }
    for group in groups_of(scenario):
        measured[f"profile of {group}"] = [sum(level_at(line, hours * HOUR, group) for line in lines) for hours in AGES]
    return measured


def unequal(engine: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    """What differs, readable: compared by `==`, but floats with fractions as closely as floats can be.

    The engine may leave out the level of a deployment, if no service rests on it.
    """
    left_out = {name for name in reference.keys() - engine.keys() if "level of deployment" in name}
    found = [f"{name}: only one has it" for name in (engine.keys() ^ reference.keys()) - left_out]
    for name in engine.keys() & reference.keys():
        if not _same(engine[name], reference[name]):
            found.append(f"{name}: engine {engine[name]}, reference {reference[name]}")
    return sorted(found)


def _same(value: Any, other: Any) -> bool:
    if isinstance(other, list):
        return len(value) == len(other) and all(map(_same, value, other))
    if isinstance(other, Fraction):
        return math.isclose(value, other, rel_tol=CLOSE)
    return bool(value == other)
