"""All that is wrong with scenarios and landscapes."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from drsim.cli.given import files_to_check, landscape_of, load_either
from drsim.cli.lines import for_terminal
from drsim.cli.options import complete_files, set_option
from drsim.errors import InputError, Problem


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, shell_complete=complete_files)
@set_option
def validate(paths: tuple[str, ...], changes: dict[str, str]) -> None:
    """Check scenarios and landscapes: all that is wrong, at once.

    A landscape may be a file or a directory; of a directory with scenarios each file is checked.
    """
    problems: list[Problem] = []
    for path in (file for given in paths for file in files_to_check(given)):
        try:
            click.echo(for_terminal(f"ok  {path}  {_counted(path, changes)}", sys.stdout))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))


def _counted(file: str, changes: Mapping[str, str]) -> str:
    """Read a file and give what is in it, counted."""
    from drsim.model.scenario import Scenario

    loaded = load_either(file, changes)
    landscape = landscape_of(loaded)
    counts = [(len(loaded.disruptions), "disruption")] if isinstance(loaded, Scenario) else []
    for number, word in (
        (len(landscape.services), "service"),
        (len(landscape.components), "component"),
        (len(landscape.sites), "site"),
        (len(landscape.crews), "team"),
    ):
        counts.append((number, word))
    kind = "scenario" if isinstance(loaded, Scenario) else "landscape"
    return f"{kind}: " + ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts)
