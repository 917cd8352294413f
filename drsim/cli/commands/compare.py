"""What a change does, with the same luck."""

from __future__ import annotations

import click

from drsim.cli.drilled import command_of, drill_both
from drsim.cli.group import INTERRUPTED, OK, refuse
from drsim.cli.options import ascii_option, complete_files, drill_options, json_option, set_option
from drsim.cli.output import empty_page, print_page, to_json


@click.command()
@click.argument("before", metavar="BEFORE", shell_complete=complete_files)
@click.argument("after", metavar="AFTER", required=False, shell_complete=complete_files)
@drill_options
@set_option
@json_option
@ascii_option
def compare(
    before: str,
    after: str | None,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    as_json: bool,
    ascii_only: bool,
) -> int:
    """Show what a change does, drill by drill with the same luck.

    BEFORE and AFTER are scenarios. With one alone, what --set changes is compared with it as it is; with both, --set changes AFTER.
    """
    from drsim.reporting.compared import compared
    from drsim.reporting.progress import shown

    if after is None and not changes:
        refuse("there is nothing to compare it with", "give a second scenario, or what to change with --set PATH=VALUE")
    with shown(f"reading {before}", quiet, ascii_only) as progress:
        comparison = drill_both(before, after or before, changes, replications, seed, workers, progress)
    if as_json:
        click.echo(to_json(comparison.to_dict()))
    else:
        names = [command_of(file, {}, replications, seed).place for file in (before, after or before)]
        if changes:
            names[1] += "".join(f" --set {path}={value}" for path, value in changes.items())
        print_page(compared(comparison, places=(names[0], names[1]), page=empty_page(ascii_only)))
    return INTERRUPTED if comparison.interrupted else OK
