"""One drill as it went."""

from __future__ import annotations

from typing import Final

import click

from drsim.cli.given import load_scenario, service_named
from drsim.cli.options import (
    MOST_DRILLS,
    ascii_option,
    complete_services,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    whole_number,
)
from drsim.cli.output import empty_page, print_page, to_json

DRILL: Final = whole_number(0, MOST_DRILLS - 1, f"the number of a drill, from 0 to {MOST_DRILLS - 1:,}")


@click.command()
@scenario_argument
@click.option("--drill", metavar="NUMBER", required=True, callback=DRILL, help="Which drill, counted from 0.")
@click.option(
    "--service",
    metavar="NAME",
    shell_complete=complete_services,
    help="Tell what kept this service waiting, and nothing else. Name or title.",
)
@seed_option
@set_option
@json_option
@ascii_option
def replay(
    scenario: str,
    drill: int,
    service: str | None,
    seed: int,
    changes: dict[str, str],
    as_json: bool,
    ascii_only: bool,
) -> None:
    """Tell one drill as it went, or what kept one service waiting.

    Every step is there with who took it, how long it waited, and for what.
    """
    from drsim.planning.compile import compile_scenario
    from drsim.reporting.timeline import timeline
    from drsim.studies.replay import Replay

    compiled = compile_scenario(load_scenario(scenario, changes))
    if service is not None:
        service = service_named(service, compiled.scenario.landscape)
    replayed = Replay.of(compiled, seed, drill)
    if as_json:
        click.echo(to_json(replayed.to_dict()))
        return
    print_page(timeline(replayed, service, empty_page(ascii_only)))
