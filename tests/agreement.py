"""Two implementations of one drill, side by side."""

from __future__ import annotations

from typing import Any

from reference.drill import Drill, simulate

from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.simulation.draws import Numbers, uniforms
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import Trajectory, reference_of


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
            for r in drill.rows
        ),
        "changes": sorted((time, drill.flag_name(flag), value) for time, flag, value in drill.changes),
        "recoveries": sorted((structure.components[r.component], *r[1:]) for r in drill.recoveries),
        "lost_at_end": sorted(structure.components[c] for c in drill.lost_at_end),
    }


def reference_view(drill: Drill) -> dict[str, Any]:
    return {
        "offset": drill.offset,
        "rows": sorted(map(tuple, drill.rows)),
        "changes": sorted(drill.changes),
        "recoveries": sorted(map(tuple, drill.recoveries)),
        "lost_at_end": sorted(drill.lost_at_end),
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
