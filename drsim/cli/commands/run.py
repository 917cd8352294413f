"""Many drills of a scenario, and who is back in time."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from drsim.cli.drilled import command_of, drill_scenario
from drsim.cli.group import INTERRUPTED, OK, refuse
from drsim.cli.options import (
    DRILLS,
    ascii_option,
    complete_files,
    drill_options,
    json_option,
    scenario_argument,
    set_option,
)
from drsim.cli.output import empty_page, print_page, spare_inputs, to_json, writable, write_whole

if TYPE_CHECKING:
    from drsim.reporting.progress import Progress
    from drsim.studies.result import Explanation, Result

PAGES: Final = (".html", ".htm", ".md", ".svg", ".pdf")
"""Ends of names of what is no JSON."""
MOST_FOR_PRECISION: Final = 100_000


@click.command()
@scenario_argument
@drill_options
@set_option
@click.option(
    "--precision",
    metavar="TEXT",
    help="Drill on until it is reached: 'P95 within 5 %', 'every share within 2 points'; -n are the first.",
)
@click.option("--at-most", metavar="NUMBER", callback=DRILLS, help="Drills for --precision; the default is 100000.")
@click.option("--intervals", is_flag=True, help="Show the intervals of all times.")
@json_option
@click.option("--out", metavar="FILE", shell_complete=complete_files, help="Write the result to a file, as JSON.")
@ascii_option
def run(
    scenario: str,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    precision: str | None,
    at_most: int | None,
    intervals: bool,
    as_json: bool,
    out: str | None,
    ascii_only: bool,
) -> int:
    """Drill a scenario many times and show who is back in time."""
    from drsim.reporting.progress import shown
    from drsim.reporting.summary import most_interesting, numbers_of, summary
    from drsim.studies.precision import criteria

    if precision is not None:
        criteria(precision)  # refused before anything is read
    if at_most is not None and precision is None:
        refuse(f"--at-most {at_most}: there is no --precision to stop before", "give -n for a number of drills")
    at_most = MOST_FOR_PRECISION if at_most is None else at_most
    if precision is not None and at_most < replications:
        refuse(f"--at-most {at_most}: -n {replications} drills come first", "give no fewer, or a smaller -n")
    target = None if out is None else writable(out)
    spare_inputs({"--out": out}, [scenario])
    if out is not None and Path(out).suffix.lower() in PAGES:
        refuse(f"--out {out}: a result is written as JSON", "end it in .json, or take drsim report for a page")
    page = empty_page(ascii_only)
    with shown(f"reading {scenario}", quiet, ascii_only) as progress:
        result = drill_scenario(scenario, changes, replications, seed, workers, progress, precision, at_most)
        services = [] if as_json or result.interrupted else most_interesting(result)
        explained = _explained(result, services, workers, progress)
    if target is not None:
        from drsim.studies.record import recorded

        asked = () if precision is None else ("--precision", precision, "--at-most", str(at_most))
        words = command_of(scenario, changes, replications, seed).line("run", *asked, drills=True)
        write_whole(target, to_json(recorded(result, shlex.join(words))))
    if as_json:
        click.echo(to_json(result.to_dict()))
    else:
        command = command_of(scenario, changes, replications, seed)
        numbers = numbers_of(result.scenario)
        summary(result, command=command, explained=explained, intervals=intervals, page=page, numbers=numbers)
        print_page(page)
    return INTERRUPTED if result.interrupted or len(explained) < len(services) else OK


def _explained(
    result: Result, services: Sequence[str], workers: int | None, progress: Progress
) -> Sequence[Explanation]:
    """Explain some services; none when that is interrupted, since the drills themselves are done."""
    from drsim.studies.run import explanations

    progress.say("looking for what held them up")
    try:
        return explanations(result, services, workers=workers)
    except KeyboardInterrupt:
        return []
