"""What lies below what."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from drsim.cli.drilled import command_of
from drsim.cli.given import landscape_of, load_either, service_named
from drsim.cli.group import refuse
from drsim.cli.options import ascii_option, complete_files, complete_services, json_option, set_option
from drsim.cli.output import empty_page, print_page, spare_inputs, to_json, writable, write_whole


@click.command()
@click.argument("what", metavar="SCENARIO|LANDSCAPE", shell_complete=complete_files)
@click.option(
    "--service",
    metavar="NAME",
    shell_complete=complete_services,
    help="Show only what this service rests on. Name or title.",
)
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    shell_complete=complete_files,
    help="Draw a picture into a file, as SVG, which any browser shows.",
)
@set_option
@json_option
@ascii_option
def graph(
    what: str, service: str | None, out: str | None, changes: dict[str, str], as_json: bool, ascii_only: bool
) -> None:
    """Show what lies below what, and what alone stops a service.

    Also what inherits a higher GEMMA availability class than its own. Of a scenario its landscape is shown, before anything is hit.
    """
    from drsim.reporting.mapped import mapped
    from drsim.reporting.picture import picture
    from drsim.studies.overview import Overview

    if out is not None and Path(out).suffix.lower() != ".svg" and out != "-":
        refuse(f"--out {out}: a picture is written as SVG, which the end of the name does not tell", "end it in .svg")
    target = None if out is None else writable(out)
    spare_inputs({"--out": out}, [what])
    landscape = landscape_of(load_either(what, changes))
    overview = Overview(landscape, None if service is None else service_named(service, landscape))
    if target is not None:
        write_whole(target, picture(overview))
    if as_json:
        click.echo(to_json(overview.to_dict()))
        return
    chosen = () if service is None else ("--service", service)
    words = command_of(what, changes).line("graph", *chosen, "-o", "landscape.svg")
    print_page(mapped(overview, empty_page(ascii_only), "" if out else shlex.join(words)))
