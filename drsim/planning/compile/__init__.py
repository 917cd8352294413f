"""From a scenario to a `Plan`. Nothing of pydantic or networkx is left in what comes out."""

from __future__ import annotations

from drsim.planning.compile.scenario import compile_scenario
from drsim.planning.compile.structure import compile_structure, restart_of

__all__ = ["compile_scenario", "compile_structure", "restart_of"]
