"""The command line: prints and exits. Results on standard output, progress and problems on standard error.

Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

import click

from drsim import __version__
from drsim.cli.commands.check import check
from drsim.cli.commands.compare import compare
from drsim.cli.commands.completion import completion
from drsim.cli.commands.explain import explain
from drsim.cli.commands.graph import graph
from drsim.cli.commands.hunt import hunt
from drsim.cli.commands.init import init
from drsim.cli.commands.plan import plan
from drsim.cli.commands.replay import replay
from drsim.cli.commands.report import report
from drsim.cli.commands.rerun import rerun
from drsim.cli.commands.run import run
from drsim.cli.commands.show import show
from drsim.cli.commands.validate import validate
from drsim.cli.group import INTERRUPTED, Commands

__all__ = ["cli", "main"]


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="drsim")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Drill a disaster-recovery plan: with what probability is the citizen served again in time?

    SCENARIO is a YAML file, or - for standard input. To begin: drsim init, then drsim run scenarios/town-hall-lost.yaml.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for command in (
    run,
    validate,
    check,
    plan,
    replay,
    explain,
    compare,
    report,
    hunt,
    rerun,
    show,
    graph,
    init,
    completion,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    code = INTERRUPTED
    with suppress(KeyboardInterrupt):
        code = cli.main(prog_name="drsim", standalone_mode=False)
    if code == INTERRUPTED:  # at once, and with this code however many interrupts come
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
