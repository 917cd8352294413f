"""Levels while nothing is hit, as the reader works them out, are those of a drill in which nothing happens."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drsim.model.untouched import Untouched
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import ACTIVE
from drsim.reading import loads
from drsim.simulation.levels import levels
from drsim.studies.run import drill
from drsim.testing import document_text, scenario_documents


@settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(scenario_documents(max_disruptions=0, moves=False, tests=False), st.data())
def test_they_are_those_of_a_quiet_drill(document: dict[str, Any], data: st.DataObject) -> None:
    scenario = loads(document_text(document))
    plan = compile_scenario(scenario)
    structure, landscape = plan.structure, scenario.landscape
    # levels that no scenario may begin with, too
    plan = plan.but(capacity=tuple(data.draw(st.integers(0, room)) for room in plan.capacity))
    plan = plan.but(shares=tuple(data.draw(st.sampled_from([share, share // 3])) for share in plan.shares))
    rooms = {(structure.sites[s], pool): room for (s, pool), room in zip(structure.pools, plan.capacity, strict=True)}
    components = {
        name: part.model_copy(
            update={
                "at": {
                    structure.sites[structure.deployments[d][1]]: part.at[
                        structure.sites[structure.deployments[d][1]]
                    ].model_copy(update={"share": type(part.at[next(iter(part.at))].share)(plan.shares[d])})
                    for d in structure.of_component[structure.components.index(name)]
                }
            }
        )
        for name, part in landscape.components.items()
    }
    untouched = Untouched(landscape.sites, landscape.links.values(), components, rooms)
    quiet = levels(plan, [drill(plan, 1, 0)])
    for index, (service, name, *_) in enumerate(structure.points):
        point = landscape.services[structure.services[service]].points[name]
        assert untouched.level(point.at, point.needs) == quiet.points[index, 0]
    for d, (c, s) in enumerate(structure.deployments):
        if structure.roles[d] == ACTIVE and quiet.deployments[d, 0]:
            assert untouched.levels[structure.components[c], structure.sites[s]] == quiet.deployments[d, 0]
