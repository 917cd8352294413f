"""A recorded result, run again."""

from __future__ import annotations

import time

import click

from drsim.cli.group import FAILED, INTERRUPTED, OK, say
from drsim.cli.options import ascii_option, complete_files, quiet_option, workers_option
from drsim.cli.output import empty_page, print_page


@click.command()
@click.argument("record", metavar="RECORD", shell_complete=complete_files)
@workers_option
@quiet_option
@ascii_option
def rerun(record: str, workers: int | None, quiet: bool, ascii_only: bool) -> int:
    """Run a recorded result again, and say whether the same comes out.

    RECORD is a file that run --out, report or hunt -o wrote. The exit code is 1 when a figure differs.
    """
    from drsim.reporting.again import again
    from drsim.reporting.progress import shown
    from drsim.studies.record import rerun as run_again

    begun = time.perf_counter()
    with shown(f"reading {record}", quiet, ascii_only) as progress:
        found = run_again(record, workers=workers, progress=progress.count)
        if not found.result.interrupted:
            progress.end(found.result.replications, time.perf_counter() - begun)
    if found.result.interrupted:
        return say("interrupted: nothing can be compared", INTERRUPTED)
    print_page(again(found, record, empty_page(ascii_only)))
    return FAILED if found.unequal else OK
