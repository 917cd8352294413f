"""What held a service up, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from drsim.cli.drilled import command_of, drill_scenario
from drsim.cli.given import load_scenario, service_named
from drsim.cli.group import INTERRUPTED, OK, refuse
from drsim.cli.options import (
    ascii_option,
    complete_services,
    drill_options,
    json_option,
    scenario_argument,
    set_option,
    whole_number,
)
from drsim.cli.output import empty_page, print_page, to_json

if TYPE_CHECKING:
    from drsim.studies.result import Explanation, Result

TRIALS: Final = whole_number(1, 1_000, "a number of things to try, from 1 to 1,000")


def _quantiles(_: click.Context, __: click.Parameter, value: str) -> tuple[float, ...]:
    found = []
    for part in value.split(","):
        try:
            p = float(part)
        except ValueError:
            refuse(f"--around {part.strip()}: that is no number", "write shares of drills such as --around 0.5,0.95")
        if not 0 < p < 1:
            refuse(f"--around {part.strip()}: expected numbers between 0 and 1, such as 0.5,0.95")
        found.append(p)
    if len(found) > 3:
        refuse(f"--around {value}: {len(found)} columns do not fit beside each other", "give at most 3")
    return tuple(found)


@click.command()
@scenario_argument
@click.argument("service", shell_complete=complete_services)
@click.option(
    "--around",
    metavar="P,P",
    default="0.5,0.95",
    show_default=True,
    callback=_quantiles,
    help="Around which quantiles of the recovery time.",
)
@click.option(
    "--what-would-help",
    "helping",
    is_flag=True,
    help="Try what held it up: made instant or without limit, and measures that could be taken, with the same luck.",
)
@click.option("--most", metavar="NUMBER", default="12", show_default=True, callback=TRIALS, help="Things to try.")
@drill_options
@set_option
@json_option
@ascii_option
def explain(
    scenario: str,
    service: str,
    around: tuple[float, ...],
    helping: bool,
    most: int,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    as_json: bool,
    ascii_only: bool,
) -> int:
    """Show what held a service up, on usual days and on bad ones.

    SERVICE is its name or its title.
    """
    from drsim.reporting.explained import explained
    from drsim.reporting.helped import helped
    from drsim.reporting.progress import shown
    from drsim.studies.helps import Helps, what_would_help

    helps: Helps | None = None

    with shown(f"reading {scenario}", quiet, ascii_only) as progress:
        loaded = load_scenario(scenario, changes)
        service = service_named(service, loaded.landscape)
        result = drill_scenario(loaded, {}, replications, seed, workers, progress)
        progress.say("looking for what held it up")
        if helping and not result.interrupted:
            helps = what_would_help(
                result, service, around=around[-1], most=most, workers=workers, progress=progress.count
            )
        found = [] if helps is not None else [result.explain(service, p) for p in around]
    if helps is not None:
        if as_json:
            click.echo(to_json(helps.to_dict()))
        else:
            print_page(
                helped(helps, command=command_of(scenario, changes, replications, seed), page=empty_page(ascii_only))
            )
        return INTERRUPTED if helps.interrupted else OK
    if as_json:
        click.echo(to_json(_explanations(result, found)))
        return INTERRUPTED if result.interrupted else OK
    command = command_of(scenario, changes, replications, seed)
    print_page(explained(result, found, command=command, page=empty_page(ascii_only)))
    return INTERRUPTED if result.interrupted else OK


def _explanations(result: Result, found: Sequence[Explanation]) -> dict[str, Any]:
    """Explanations of one service, and what it is about, for JSON; times in ms."""
    from drsim.studies.result import number

    whole = result.to_dict()
    kept = ("drsim", "scenario", "seed", "replications", "interrupted", "confidence", "horizon_ms")
    service = found[0].service
    return {
        **{key: whole[key] for key in kept},
        "service": service,
        **{key: whole["services"][service][key] for key in ("title", "recovery")},
        "explanations": [
            {
                "around": each.around,
                "drills": list(each.drills),
                "total_ms": each.total,
                "censored": each.censored,
                "causes_ms": each.causes,
                "intervals_ms": {cause: [number(of.low), number(of.high)] for cause, of in each.intervals.items()},
                "details_ms": each.details,
                "stories": [
                    {
                        "drills": list(story.drills),
                        "example": story.example,
                        "total_ms": story.total,
                        "turns": [turn._asdict() for turn in story.turns],
                    }
                    for story in each.stories
                ],
            }
            for each in found
        ],
    }
