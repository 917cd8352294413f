"""A scenario, and the structure of its landscape, as a plan."""

from __future__ import annotations

from drsim.model import bubble
from drsim.model.scenario import Scenario
from drsim.planning.compile.plan import PlanBuilder
from drsim.planning.compile.structure import StructureBuilder, compile_structure
from drsim.planning.plan import Plan, Structure


def compile_scenario(scenario: Scenario, structure: Structure | None = None) -> Plan:
    """The plan of a scenario. `structure`, if given, must be that of the scenario's landscape and its groups."""
    if scenario.tests is not None:
        landscape = bubble.doubled(scenario.tests, scenario.landscape)
        structure = StructureBuilder(landscape, scenario.response, scenario.tests.site).structure()
    return PlanBuilder(scenario, structure or compile_structure(scenario.landscape, scenario.response)).plan()
