"""Scenarios drilled, with progress on standard error."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from drsim.cli.given import load_scenario
from drsim.cli.group import INTERRUPTED, refuse, say

if TYPE_CHECKING:
    from drsim.model.scenario import Scenario
    from drsim.reporting.progress import Progress
    from drsim.reporting.summary import Command
    from drsim.studies.compare import Comparison
    from drsim.studies.result import Result


def drill_scenario(
    scenario: str | Scenario,
    changes: Mapping[str, str],
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress,
    precision: str | None = None,
    at_most: int = 100_000,
) -> Result:
    """Read, compile and run, and say how long that took."""
    begun = time.perf_counter()
    loaded = load_scenario(scenario, changes) if isinstance(scenario, str) else scenario
    from drsim.studies.run import run as run_drills

    def count(done: int, asked: int) -> None:
        if precision is None:
            progress.count(done, asked)
        else:  # nobody knows when it is reached
            progress.count(done, at_most, at_most=True)

    count(0, replications)
    result = run_drills(
        loaded,
        replications=replications,
        seed=seed,
        precision=precision,
        at_most=at_most,
        workers=workers,
        progress=count,
    )
    result.elapsed = time.perf_counter() - begun
    if result.interrupted:
        say("interrupted: showing what is finished", INTERRUPTED)
    progress.end(result.replications, result.elapsed)
    return result


def drill_both(
    before: str,
    after: str,
    changes: Mapping[str, str],
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress,
) -> Comparison:
    """Read two scenarios, which may be one that is changed, drill both with the same luck, and say how long that took."""
    from drsim.studies.compare import compare as compare_drills

    if before == after == "-" and not changes:
        refuse("only one of the two can come from standard input", "give a file for the other")
    one, two = load_scenario(before, {}), load_scenario(after, changes)
    begun = time.perf_counter()
    progress.count(0, 2 * replications)
    found = compare_drills(one, two, replications=replications, seed=seed, workers=workers, progress=progress.count)
    if found.interrupted:
        say("interrupted: showing what is finished", INTERRUPTED)
    progress.end(found.before.replications + found.after.replications, time.perf_counter() - begun)
    return found


def command_of(scenario: str, changes: Mapping[str, str], replications: int = 1_000, seed: int = 1) -> Command:
    """Give the words by which a command is typed again."""
    from drsim.reporting.summary import Command

    written = tuple(f"{path}={value}" for path, value in changes.items())
    return Command(scenario, replications, seed, written)
