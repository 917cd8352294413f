"""Run a scenario many times: slices of drills, mapped over any `concurrent.futures.Executor`."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from hashlib import sha256
from typing import TypeVar

from drsim.errors import DrsimError
from drsim.measures.drills import Block, Interruption, groups, measure
from drsim.measures.explanation import Segment
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.simulation.draws import SLICE, Numbers, Script
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import Trajectory
from drsim.studies.arguments import checked_drills, checked_scenario, checked_seed, whole
from drsim.studies.precision import MOST, Criterion, criteria, looks
from drsim.studies.replay import Replay
from drsim.studies.result import Explanation, Result, mean_explanation
from drsim.studies.workers import mapped

__all__ = ["Progress", "drill", "each_slice", "explanations", "run", "run_plan"]

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with (drills finished, drills asked for)."""
Work = Callable[[Engine, int, int, int], T]
"""Called with (engine, seed, first drill, how many), for a slice of drills."""

FEW = 2 * SLICE
"""Up to so many drills, starting processes costs more than it saves."""
FEW_REPLAYS = 10
"""Drills that are explained as one task."""
Longest = tuple[Interruption, list[Segment]] | None
"""The longest interruption of a service in a drill, with its segments."""


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    replications: int = 1_000,
    seed: int = 1,
    precision: str | None = None,
    at_most: int = MOST,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result:
    """Drill a scenario many times; the path of one is read first.

    The result depends on the scenario, the seed and the number of replications alone; the first 100 of 1,000 are the 100.
    `precision`, such as "P95 within 5 %" or "every share within 2 points": of every service; `replications` are drilled first, then half
    as many more again and again, until it is reached or there are `at_most`; `result.stopped` says which.
    `workers`: processes, by default one for each core (1 for few replications); `executor`: any of `concurrent.futures`, used
    instead. A KeyboardInterrupt ends the run with what is finished (`result.interrupted`), unless nothing is.
    """
    return run_plan(
        compile_scenario(checked_scenario(scenario)),
        replications=replications,
        seed=seed,
        precision=precision,
        at_most=at_most,
        workers=workers,
        executor=executor,
        progress=progress,
    )


def run_plan(
    plan: Plan,
    *,
    replications: int = 1_000,
    seed: int = 1,
    precision: str | None = None,
    at_most: int = MOST,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result:
    """The same for a compiled plan, such as a variant."""
    replications, seed = checked_drills(replications), checked_seed(seed)
    workers = None if workers is None else whole(workers, "workers", 1)
    asked = () if precision is None else criteria(precision)
    most = checked_drills(at_most) if asked else replications
    if most < replications:
        raise DrsimError(f"at most {most:,} drills, but {replications:,} to begin with\n  give no fewer than those")
    result: Result | None = None
    for number in looks(replications, most, SLICE):
        result = _extended(result, plan, seed, number, workers, executor, progress)
        if result.interrupted:
            result.stopped = f"interrupted after {result.replications:,} drills" if asked else None
            break
        if asked:
            left = [each for each in asked if not all(map(each.kept, result.figures(each)))]
            result.stopped = _why(number, asked, left)
            if not left:
                break
    assert result is not None
    return result


def _why(drills: int, asked: Sequence[Criterion], left: Sequence[Criterion]) -> str:
    reached = " and ".join(each.text for each in asked if each not in left)
    if not left:
        return f"{reached}: reached with {drills:,} drills"
    missing = " and ".join(each.text for each in left)
    return f"{missing}: not reached with {drills:,} drills, the most allowed" + (f" ({reached} is)" if reached else "")


def _extended(
    before: Result | None,
    plan: Plan,
    seed: int,
    drills: int,
    workers: int | None,
    executor: Executor | None,
    progress: Progress | None,
) -> Result:
    """Drill until there are so many, from those that there are."""
    done = 0 if before is None else before.replications
    slices = [(first, min(SLICE, drills - first)) for first in range(done, drills, SLICE)]
    blocks = [] if before is None else [before.block]
    interrupted = False
    finished = done
    try:
        with closing(each_slice(_run_slice, plan, seed, slices, workers, executor)) as found:
            for (first, count), block in zip(slices, found, strict=True):
                blocks.append(block)
                finished = first + count
                if progress is not None:
                    progress(finished, drills)
    except KeyboardInterrupt:
        if not blocks:
            raise
        interrupted = True
    return Result(plan=plan, seed=seed, replications=finished, block=Block.joined(blocks), interrupted=interrupted)


def explanations(
    result: Result, services: Sequence[str], around: float = 0.95, *, workers: int | None = None
) -> list[Explanation]:
    """What `result.explain` gives for each of these services, in as many processes as a run takes."""
    workers = None if workers is None else whole(workers, "workers", 1)
    if workers == 1 or (workers is None and result.replications <= FEW):
        return [result.explain(service, around) for service in services]
    drills = {service: result.around(service, around) for service in services}
    payload = pickle.dumps(result.plan)
    key = sha256(payload).hexdigest()
    tasks = [
        (key, payload, result.seed, service, drills[service][first : first + FEW_REPLAYS])
        for service in services
        for first in range(0, len(drills[service]), FEW_REPLAYS)
    ]
    found: dict[str, list[Longest]] = {service: [] for service in services}
    for task, longest in zip(tasks, mapped(_explain_task, tasks, workers or _processors()), strict=True):
        found[task[3]] += longest
    return [mean_explanation(service, around, drills[service], found[service]) for service in services]


def drill(plan: Plan, seed: int, replication: int, script: Script | None = None) -> Trajectory:
    """One drill again, or with a test's own luck."""
    return Engine(plan).drill(Numbers(plan, seed, replication, 1, script), 0)


def each_slice(
    work: Work[T],
    plan: Plan,
    seed: int,
    slices: Sequence[tuple[int, int]],
    workers: int | None,
    executor: Executor | None,
) -> Generator[T, None, None]:
    """What `work`, a function of a module, gives for each (first drill, how many), in their order; in processes where that pays."""
    if workers is None:
        workers = 1 if len(slices) * SLICE <= FEW else _processors()
    if executor is None and workers == 1:
        engine = Engine(plan)
        yield from (work(engine, seed, first, count) for first, count in slices)
        return
    payload = pickle.dumps(plan)
    tasks = [(work, sha256(payload).hexdigest(), payload, seed, first, count) for first, count in slices]
    yield from mapped(_task, tasks, workers) if executor is None else executor.map(_task, tasks)


def _processors() -> int:
    return os.cpu_count() or 1


_engines: dict[str, Engine] = {}
"""The last engine of this worker: slices of one run follow each other."""


def _task(task: tuple[Work[T], str, bytes, int, int, int]) -> T:
    work, key, payload, seed, first, count = task
    return work(_engine(key, payload), seed, first, count)


def _explain_task(task: tuple[str, bytes, int, str, tuple[int, ...]]) -> list[Longest]:
    key, payload, seed, service, drills = task
    engine = _engine(key, payload)
    return [Replay.of(engine.plan, seed, drill, engine=engine).longest(service) for drill in drills]


def _engine(key: str, payload: bytes) -> Engine:
    if key not in _engines:
        _engines.clear()
        _engines[key] = Engine(pickle.loads(payload))
    return _engines[key]


def _run_slice(engine: Engine, seed: int, first: int, count: int) -> Block:
    plan = engine.plan
    numbers = Numbers(plan, seed, first, count)
    drills = [engine.drill(numbers, index) for index in range(count)]
    return measure(plan, groups(plan), drills, levels(plan, drills))
