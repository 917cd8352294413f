"""The engine: drills of one plan, by the rules in `drsim/simulation/rules`.

How it is made fast: readiness is kept in counters, one event stands for each running step, the last event of an instant settles
it, so that everything that ends at one instant is known before anything starts, and what all drills have in common is done once.
"""

from __future__ import annotations

from drsim.planning.plan import Plan
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.rules.drill import Drill
from drsim.simulation.rules.state import FirstDrawError, NoNumbers
from drsim.simulation.trajectory import Trajectory

__all__ = ["Engine"]


class Engine:
    """Runs drills of one plan. Made once; a drill only copies the state at the start."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lookups = Lookups(plan)
        self.beginning = self._common_beginning()

    def drill(self, numbers: Numbers, index: int) -> Trajectory:
        """Drill `index` of the slice of draws."""
        if self.beginning is None:
            return Drill(self.lookups, numbers, index).run()
        return self.beginning.again(numbers, index).resume()

    def _common_beginning(self) -> Drill | None:
        """All drills up to the first draw are one: what comes before it is done once and copied."""
        if not self.plan.dated:
            return None
        drill = Drill(self.lookups, NoNumbers(), 0)
        drill.keeps = True
        try:
            drill.run()
        except FirstDrawError:
            return drill.kept
        return None
