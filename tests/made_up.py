"""Drills that are made up: whatever could be measured, not only what could happen."""

from __future__ import annotations

from dataclasses import replace

from agreement import engine_drill
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.planning.compile import compile_scenario
from drsim.simulation.trajectory import Recovery, Trajectory
from drsim.testing import scenarios
from drsim.units import DAY, HOUR, MINUTE

MOST_CHANGES = 12
"""of a drill"""


@st.composite
def made_up(draw: DrawFn) -> list[Trajectory]:
    """Drills of one plan in which a few flags go up and down, without anything that would have caused it.

    The times between are around the lengths that count, `settle` and the MTPD: a millisecond less, equal, and one more.
    """
    plain = {"failures": False, "verification": False, "failback": False, "moves": False, "tests": False}
    scenario = draw(scenarios(max_components=4, max_teams=1, max_disruptions=1, **plain))
    plan = compile_scenario(scenario)
    structure = plan.structure
    sites, links, deployments = len(structure.sites), len(structure.links), len(structure.deployments)
    lengths = {1, 5 * MINUTE, HOUR, 7 * HOUR, DAY}
    for exact in (plan.settle, *(s.targets.mtpd.ms for s in scenario.landscape.services.values() if s.targets.mtpd)):
        lengths |= {length for length in (exact - 1, exact, exact + 1) if length > 0}
    gap = st.sampled_from(sorted(lengths))
    flag = st.sampled_from([*range(sites), *range(sites + links, sites + links + deployments)])
    data = [c for c, has in enumerate(structure.has_data) if has]
    recovery: SearchStrategy[Recovery] = st.builds(
        lambda c, lost_at, lost: Recovery(c, 0, lost_at + 1, lost_at, lost_at - lost),
        st.sampled_from(data or [0]),
        st.sampled_from((0, HOUR)),
        st.sampled_from((0, 1, HOUR, 30 * DAY)),
    )
    found = []
    for replication in range(draw(st.integers(1, 2))):
        flags = draw(st.lists(flag, min_size=1, max_size=2, unique=True))
        now = {f: not (f >= sites + links and structure.roles[f - sites - links]) for f in flags}
        time, changes = draw(st.sampled_from((0, 0, 1, HOUR))), []
        while time < plan.horizon and len(changes) < MOST_CHANGES:
            which = draw(st.sampled_from(flags))
            now[which] = not now[which]
            changes.append((time, which, now[which]))
            time += draw(gap)
        found.append(
            replace(
                engine_drill(scenario, 1, replication),
                changes=changes,
                recoveries=draw(st.lists(recovery, max_size=2)) if data else [],
                lost_at_end=[c for c in range(len(structure.components)) if draw(st.integers(0, 9)) == 9],
            )
        )
    return found
