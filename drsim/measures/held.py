"""What held a step just before an instant (`docs/semantics.md` section 7), and what it lacked to be ready, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from drsim.measures.moment import Moment
from drsim.planning.plan import Plan
from drsim.simulation.trajectory import Row, Trajectory

__all__ = ["and_text", "groups_before", "holders", "incident_of", "lack", "lost_ground", "tasks_open"]

MOST = 4
"""Names that one sentence has; the rest is counted."""


def incident_of(drill: Trajectory, c: int, time: int) -> int:
    """To which incident a lost component belonged just before an instant; -1 if it was not lost."""
    return next((number for at, who, number in reversed(drill.losses) if who == c and at < time), -1)


def tasks_open(now: Moment, incident: int, names: Collection[str]) -> list[Row]:
    """The steps of the plan among some that were wanted in an incident and had not ended."""
    rows = (row for row in now.drill.rows if row.kind == "task" and row.incident == incident and row.object in names)
    return [row for row in rows if row.wanted < now.time and (row.end < 0 or row.end >= now.time)]


def holders(now: Moment, row: Row) -> list[Row]:
    """The steps of the plan that held a step."""
    c = now.plan.steps[row.step].component
    if not _may_be_held(now, row):
        return []
    return tasks_open(now, row.incident, {task.name for task in now.structure.tasks if c in task.before})


def groups_before(now: Moment, row: Row) -> list[int]:
    """The components of earlier groups that held a step which never was ready."""
    c = now.plan.steps[row.step].component
    if not now.plan.grouped or row.ready >= 0 or not _may_be_held(now, row) or now.is_go(row.incident) is None:
        return []
    group = now.structure.group
    return [
        other
        for other, deployments in enumerate(now.structure.of_component)
        if group[other] < group[c] and not any(now.on[d] for d in deployments)
        if incident_of(now.drill, other, now.time) == row.incident
    ]


def _may_be_held(now: Moment, row: Row) -> bool:
    c = now.plan.steps[row.step].component
    automatic = c >= 0 and now.structure.automatic[c]
    return c >= 0 and row.kind in ("restore", "start", "restart") and not (row.kind == "restart" and automatic)


def lack(plan: Plan, drill: Trajectory, row: Row, time: int) -> str:
    """What a step lacked to be ready just before an instant: `held by step approve`; empty if it is not known."""
    now, structure = Moment(plan, drill, time), plan.structure
    if row.kind == "task":
        task = next(task for task in structure.tasks if task.name == row.object)
        lost = (structure.components[c] for c in task.after if not any(now.on[d] for d in structure.of_component[c]))
        others = tasks_open(now, row.incident, {structure.tasks[t].name for t in task.after_tasks})
        return _first(("it comes after", lost), ("it comes after step", (other.object for other in others)))
    if held := holders(now, row):
        return _first(("held by step", (other.object for other in held)))
    if before := groups_before(now, row):
        return _first(("its group waits for", (structure.components[c] for c in before)))
    return _ground(now, row, "it waits for")


def lost_ground(plan: Plan, drill: Trajectory, row: Row) -> str:
    """What took away the ground of a step that was interrupted, as it stood after that instant; empty if it is not known."""
    time, step = row.end, plan.steps[row.step]
    now, structure = Moment(plan, drill, time + 1), plan.structure
    cuts = (outage for outage in plan.outages if outage.kind == "cut" and outage.targets)
    if row.kind == "switch" and any(
        structure.deployments[outage.targets[0]][0] == step.component
        and any(end == time for _, end in drill.outages.get(outage.name, ()))
        for outage in cuts
    ):
        return "the sites reach each other again"
    if any(at == time and c == step.component and bad for at, c, bad in drill.corrupt):
        return f"the data of {row.object} is known to be bad"
    if row.kind == "restore" and row.copy >= 0:
        site = plan.copies[step.component][row.copy].site
        if not now.site_up[site]:
            return f"site {structure.sites[site]} of its copy is down"
    if found := _ground(now, row, "no longer there:"):
        return found
    others = (d for d in structure.of_component[step.component] if d != step.deployment) if step.component >= 0 else ()
    if row.kind == "restart" and (there := [d for d in others if now.on[d]]):
        return f"it runs at {and_text(structure.sites[structure.deployments[d][1]] for d in there)}"
    if row.kind in ("stable", "synchronise"):
        if now.is_broken(step.deployment):
            return f"{row.object} is broken there"
        if now.on[step.deployment]:
            return "it runs there again"
        if not any(now.on[d] for d in structure.of_component[step.component]):
            return "it runs nowhere any more"
    return ""


def _ground(now: Moment, row: Row, missing: str) -> str:
    """What a step of a component or point lacks of its ground (section 8)."""
    structure, step = now.structure, now.plan.steps[row.step]
    if not now.site_up[structure.sites.index(step.site)]:
        return f"site {step.site} is down"
    if row.kind not in ("precheck", "repair", "switch", "start", "restart", "restore", "verify"):
        return ""
    if step.kind == "verify" and step.point < 0 and not now.on[step.deployment]:
        return f"{row.object} does not run there"
    if step.kind in ("switch", "start", "restart", "restore") and now.is_broken(step.deployment):
        return f"{row.object} is broken there"
    lacking = set(_lacking(now, now.node_of(row)))
    dead = {c for c in lacking if not any(now.on[d] for d in structure.of_component[c])}
    return _first(
        (missing, (structure.components[c] for c in dead)),
        ("not ready, or out of reach:", (structure.components[c] for c in lacking - dead)),
    )


def _lacking(now: Moment, node: int) -> Iterator[int]:
    """The components that a node of readiness sees and that do not count."""
    if node < 0 or now.holds(node):
        return
    if (seen := now.seen.get(node)) is not None:
        yield seen[0]
        return
    for below in now.inputs.get(node, ()):
        yield from _lacking(now, below)


def _first(*reasons: tuple[str, Iterable[str]]) -> str:
    """The first of some reasons that has names: `it comes after app and db`."""
    return next((f"{reason} {text}" for reason, names in reasons if (text := and_text(names))), "")


def and_text(names: Iterable[str]) -> str:
    """`app, db and web`; the last are counted where there are many."""
    found = sorted(set(names))
    if len(found) > MOST:
        found[MOST - 1 :] = [f"{len(found) - MOST + 1} others"]
    return " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))
