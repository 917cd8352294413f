"""The engine against a naive SimPy spelling of one crew-limited recovery, interleaved in one run.

The model: 300 recovery steps, about 580 precedence edges, 5 teams of 4, 3, 3, 2 and 3 people, lognormal durations, a fixed priority
for each step. Naive is what one writes first: a process for each step that waits for `AllOf` its predecessors, then for a
`PriorityResource`, then for a timeout. Both get the same durations, drawn beforehand.

drsim runs the whole drill: the loss of the site with 300 components on it, the incident, and the recovery at the other site.

    python benchmarks/crew_model.py [--rounds 9] [--drills 64]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime

import simpy

from drsim.model.landscape import Landscape
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.units import Duration

STEPS, TEAMS = 300, (4, 3, 3, 2, 3)


def scenario() -> Scenario:
    """300 components at one site with warm standbys at another; the first site is lost."""
    chance = random.Random(1)
    components = {}
    for i in range(STEPS):
        before = sorted(chance.sample(range(max(0, i - 60), i), min(i, chance.choice((1, 2, 2, 3)))))
        components[f"s{i:03d}"] = {
            "at": {"a": "active", "b": "warm"},
            "needs": [f"s{j:03d}" for j in before],
            "start": {
                "takes": f"median {chance.randint(10, 40)} min p95 2 h",
                "by": f"t{chance.randrange(len(TEAMS))}",
            },
        }
    landscape = Landscape.model_validate(
        {
            "sites": {"a": {}, "b": {}},
            "teams": {f"t{i}": {"people": people} for i, people in enumerate(TEAMS)},
            "components": components,
            "response": {"detect": "0 s", "assess": {"takes": "0 s"}, "decide": {"takes": "0 s"}},
        }
    )
    return Scenario(
        title="crew-limited recovery",
        landscape=landscape,
        moment=datetime(2015, 5, 12, 10),
        disruptions={"loss": Disruption(kind="site", target="a")},
        response=landscape.response,
        horizon=Duration.parse("400 d"),
    )


def naive(durations: list[int], before: list[list[int]], crew: list[int]) -> list[float]:
    """End of each step: a process for each, AllOf, PriorityResource."""
    env = simpy.Environment()
    pools = [simpy.PriorityResource(env, people) for people in TEAMS]
    done = [env.event() for _ in durations]
    ends = [0.0] * len(durations)

    def step(i: int):  # type: ignore[no-untyped-def]
        yield simpy.AllOf(env, [done[j] for j in before[i]])
        with pools[crew[i]].request(priority=i) as request:
            yield request
            yield env.timeout(durations[i])
        ends[i] = env.now
        done[i].succeed()

    for i in range(len(durations)):
        env.process(step(i))
    env.run()
    return ends


def prepared(plan: Plan, numbers: Numbers, drills: int) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """(durations by drill, predecessors, crew) of the same steps for the naive spelling, in drsim's plan order."""
    structure = plan.structure
    names = list(structure.components)
    starts = [plan.steps[plan.step_of["start", structure.standby[c]]] for c in range(len(names))]
    columns = [numbers.column(step.variable) for step in starts]
    landscape = plan.scenario.landscape
    before = [[names.index(n) for n in sorted(landscape.components[name].needs.of)] for name in names]  # type: ignore[union-attr]
    return [[column[d] for column in columns] for d in range(drills)], before, [step.crew[0][0] for step in starts]


def timed(what: Callable[[], object]) -> float:
    begin = time.perf_counter()
    what()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--drills", type=int, default=64)
    options = parser.parse_args()
    plan = compile_scenario(scenario())
    numbers = Numbers(plan, 1, 0, options.drills)
    engine = Engine(plan)
    durations, before, crew = prepared(plan, numbers, options.drills)
    drills = [engine.drill(numbers, d) for d in range(options.drills)]
    assert all(not drill.lost_at_end for drill in drills), "drsim did not recover everything"
    assert all(sum(row.kind == "start" for row in drill.rows) == STEPS for drill in drills)

    def ours() -> None:
        for d in range(options.drills):
            engine.drill(numbers, d)

    def theirs() -> None:
        for d in range(options.drills):
            naive(durations[d], before, crew)

    ratios, fast, slow = [], [], []
    for _ in range(options.rounds):
        slow.append(timed(theirs) / options.drills)
        fast.append(timed(ours) / options.drills)
        ratios.append(slow[-1] / fast[-1])
    low, high = min(ratios), max(ratios)
    print(
        f"{STEPS} steps, {sum(map(len, before))} edges, {options.rounds} interleaved rounds of {options.drills} drills"
    )
    print(f"  naive SimPy  {1e3 * statistics.median(slow):6.2f} ms a drill")
    print(f"  drsim        {1e3 * statistics.median(fast):6.2f} ms a drill")
    print(f"  ratio        {statistics.median(ratios):6.2f}  (all rounds {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
