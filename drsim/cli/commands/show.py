"""A scenario in full, and its assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from drsim.cli.given import landscape_of, load_either
from drsim.cli.options import ascii_option, complete_files, set_option
from drsim.cli.output import empty_page, print_page

if TYPE_CHECKING:
    from drsim.model.landscape import Landscape
    from drsim.model.scenario import Scenario


@click.command()
@click.argument("what", metavar="SCENARIO|LANDSCAPE", shell_complete=complete_files)
@click.option("--assumptions", "numbers", is_flag=True, help="List every number with its source, or as an assumption.")
@set_option
@ascii_option
def show(what: str, numbers: bool, changes: dict[str, str], ascii_only: bool) -> None:
    """Show a scenario or landscape in full, all in one file.

    Classes, channels and changes are worked out in it.
    """
    from drsim.reading import dump

    loaded = load_either(what, changes)
    if not numbers:
        click.echo(dump(loaded).encode(), nl=False)
        return
    from drsim.reporting.assumed import assumed

    print_page(assumed(_numbers(loaded), landscape_of(loaded).sources, empty_page(ascii_only)))


def _numbers(loaded: Scenario | Landscape) -> list[Any]:
    """Give every number of a scenario, or of a landscape as a scenario would have it."""
    from drsim.model.scenario import Scenario
    from drsim.reading import assumptions

    if isinstance(loaded, Scenario):
        return assumptions(loaded)
    whole = Scenario(title=loaded.title or "landscape", landscape=loaded, response=loaded.response)
    return [each for each in assumptions(whole) if each.path != "horizon"]
