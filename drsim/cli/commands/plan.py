"""What will happen, before anything runs; and what is weak in it."""

from __future__ import annotations

from collections.abc import Mapping

import click

from drsim.cli.drilled import command_of
from drsim.cli.given import load_scenario, standard_input
from drsim.cli.group import FAILED, OK
from drsim.cli.options import ascii_option, json_option, scenario_argument, seed_option, set_option
from drsim.cli.output import empty_page, print_page, to_json


@click.command()
@scenario_argument
@click.option("--lint", is_flag=True, help="Look for weaknesses in the plan instead; ends with 1 where there are any.")
@seed_option
@set_option
@json_option
@ascii_option
def plan(scenario: str, lint: bool, seed: int, changes: dict[str, str], as_json: bool, ascii_only: bool) -> int:
    """Show what will happen before anything runs.

    What is lost, who does what in which order, and what waits for what. With --lint what is weak in the plan whatever happens, each
    weakness with its place and a drill that shows it; nothing where there is none. What the scenario says of disruptions, moves and
    tests is left out then, and --seed as well.
    """
    if lint:
        return _lint(scenario, changes, as_json, ascii_only)
    from drsim.planning.compile import compile_scenario
    from drsim.reporting.planned import planned
    from drsim.studies.outlook import Outlook

    outlook = Outlook(compile_scenario(load_scenario(scenario, changes)), seed)
    if as_json:
        click.echo(to_json(outlook.to_dict()))
        return OK
    print_page(planned(outlook, command=command_of(scenario, changes, seed=seed), page=empty_page(ascii_only)))
    return OK


def _lint(scenario: str, changes: Mapping[str, str], as_json: bool, ascii_only: bool) -> int:
    from drsim.reading import load_placed
    from drsim.reporting.linted import linted
    from drsim.studies.lint import lint

    with standard_input(scenario):
        loaded, places = load_placed(scenario, set=changes)
    found = lint(loaded, places=places)
    if as_json:
        click.echo(to_json(found.to_dict()))
    elif found.findings:
        print_page(linted(found, page=empty_page(ascii_only)))
    return FAILED if found.findings else OK
