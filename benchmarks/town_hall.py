"""Drills per second of the scenario that drsim exists for, and where the time goes.

`scenarios/town-hall-lost.yaml`: 1,000 drills with 1 and with 2 workers, interleaved, each the whole of
`drsim.studies.run.run_plan`: draws, engine, levels, measures, and with 2 workers also starting the processes. Then the
parts, slice by slice in one process:

- draws: making every column that a slice asks for (a second pass over a slice finds its columns made),
- engine: the second pass, with all columns at hand,
- levels: `drsim.simulation.levels`,
- measures: `drsim.measures.drills`.

    python benchmarks/town_hall.py [--drills 1000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import pairwise
from pathlib import Path

from drsim.measures.drills import groups, measure
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.reading import load
from drsim.simulation.draws import SLICE, Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.studies.run import run_plan

SCENARIO = Path(__file__).parent.parent / "scenarios" / "town-hall-lost.yaml"
WORKERS = (1, 2)


def rates(plan: Plan, drills: int, rounds: int) -> dict[int, list[float]]:
    """Drills per second by number of workers."""
    found: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for _ in range(rounds):
        for workers in WORKERS:
            begin = time.perf_counter()
            run_plan(plan, replications=drills, seed=1, workers=workers)
            found[workers].append(drills / (time.perf_counter() - begin))
    return found


def parts(plan: Plan, drills: int) -> dict[str, float]:
    """Seconds by part, all slices together."""
    engine = Engine(plan)
    spent = dict.fromkeys(("draws", "engine", "levels", "measures"), 0.0)
    for first in range(0, drills, SLICE):
        count = min(SLICE, drills - first)
        numbers = Numbers(plan, 1, first, count)
        times = [time.perf_counter()]
        for index in range(count):
            engine.drill(numbers, index)
        times.append(time.perf_counter())
        done = [engine.drill(numbers, index) for index in range(count)]
        times.append(time.perf_counter())
        found = levels(plan, done)
        times.append(time.perf_counter())
        measure(plan, groups(plan), done, found)
        times.append(time.perf_counter())
        with_draws, again, levelled, measured = (end - begin for begin, end in pairwise(times))
        spent["draws"] += with_draws - again
        spent["engine"] += again
        spent["levels"] += levelled
        spent["measures"] += measured
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drills", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    plan = compile_scenario(load(SCENARIO))
    run_plan(plan, replications=SLICE, seed=1, workers=1)  # imports
    found = rates(plan, options.drills, options.rounds)
    print(f"{SCENARIO.name}: {options.drills} drills, {options.rounds} interleaved rounds")
    for workers, each in found.items():
        print(
            f"  {workers} worker{'s' if workers > 1 else ' '}  {statistics.median(each):7.0f} drills a second "
            f"({min(each):.0f} to {max(each):.0f})"
        )
    ratios = [two / one for one, two in zip(found[1], found[2], strict=True)]
    print(f"  2 against 1 {statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    spent = parts(plan, options.drills)
    whole = sum(spent.values())
    print("where the time of one worker goes")
    for part, seconds in spent.items():
        print(f"  {part:9} {1e3 * seconds / options.drills:6.3f} ms a drill  {100 * seconds / whole:3.0f} %")


if __name__ == "__main__":
    main()
