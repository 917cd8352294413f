"""Variants of a compiled plan against compiling the changed scenario, interleaved in one run.

The landscape is PLE1N. Four changes: another outage, a headcount, a capacity, a duration. Each is made

- as a variant of the compiled plan (`drsim.planning.variant`),
- by compiling the changed scenario with the structure of the landscape at hand (`plan only`),
- by compiling the changed scenario from the model, and
- by changing the scenario (`Scenario.with_`) and compiling it.

The changed scenario of the middle two is made beforehand. What comes out is compared by the drills that it gives.

    python benchmarks/variants.py [--rounds 25]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drsim.distributions import Law
from drsim.model.scenario import Disruption
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.planning.variant import variant
from drsim.reading import load
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine

SCENARIO = Path(__file__).parent.parent / "scenarios" / "town-hall-lost.yaml"
SITE = "sint-oedenrode"
START = Law.parse("3 h (1 to 9)")
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an outage": (
        {"disruptions": {"broken": {"component": "oracle", "lasts": "until repaired"}}},
        {"outages": {"broken": Disruption(kind="component", target="oracle", until_repaired=True)}},
    ),
    "a headcount": ({"teams.infra.people": 5}, {"people": {"infra": 5}}),
    "a capacity": ({f"sites.{SITE}.pools.memory": 900}, {"capacity": {(SITE, "memory"): 900}}),
    "a duration": (
        {"components.burgerzaken.start.takes": "3 h (1 to 9)"},
        {"laws": {("start", "burgerzaken", ""): START, ("restart", "burgerzaken", ""): START}},
    ),
}
WAYS = ("variant", "plan only", "compile", "with_ + compile")


def drills(plan: Plan, count: int = 8) -> list[Any]:
    engine, numbers = Engine(plan), Numbers(plan, 1, 0, count)
    return [[repr(row) for row in engine.drill(numbers, index).rows] for index in range(count)]


def timed(what: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    what()
    return 1e3 * (time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    scenario = load(SCENARIO)
    plan = compile_scenario(scenario)
    ways: dict[str, dict[str, Callable[[], object]]] = {}
    for name, (changes, arguments) in CHANGES.items():
        changed = scenario.with_(changes)
        assert drills(variant(plan, **arguments)) == drills(compile_scenario(changed)), name
        ways[name] = {
            "variant": lambda arguments=arguments: variant(plan, **arguments),
            "plan only": lambda changed=changed: compile_scenario(changed, plan.structure),
            "compile": lambda changed=changed: compile_scenario(changed),
            "with_ + compile": lambda changes=changes: compile_scenario(scenario.with_(changes)),
        }
    found: dict[tuple[str, str], list[float]] = {(name, way): [] for name in CHANGES for way in WAYS}
    for _ in range(options.rounds):
        for name, by_way in ways.items():
            for way, what in by_way.items():
                found[name, way].append(timed(what))
    print(f"{SCENARIO.name}: milliseconds, median (least to most) of {options.rounds} interleaved rounds")
    print(f"{'':12}" + "".join(f"{way:>26}" for way in WAYS) + f"{'compile / variant':>20}")
    for name in CHANGES:
        cells = [
            f"{statistics.median(ms):8.2f} ({min(ms):6.2f} to {max(ms):6.2f})"
            for ms in (found[name, way] for way in WAYS)
        ]
        ratios = [slow / fast for slow, fast in zip(found[name, "compile"], found[name, "variant"], strict=True)]
        print(f"{name:12}" + "".join(f"{cell:>26}" for cell in cells) + f"{statistics.median(ratios):20.0f}")


if __name__ == "__main__":
    main()
