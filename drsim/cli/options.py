"""Options and arguments that commands share, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from drsim.cli.group import refuse

F = TypeVar("F", bound=Callable[..., Any])


MOST_DRILLS: Final = 10**9
"""A number of drills, or of a drill, that a person may mean."""


def whole_number(
    least: int, most: int, what: str
) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """Read a whole number between two others."""

    def read(_: click.Context, option: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        name = max(option.opts, key=len)
        number = int(value) if re.fullmatch(r"[+-]?[0-9]{1,30}", value.strip()) else None
        if number is None:
            refuse(f"{name} {value}: that is no whole number", f"expected {what}")
        if not least <= number <= most:
            refuse(f"{name} {value}: expected {what}")
        return number

    return read


def _changes(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        path, equals, new = value.partition("=")
        if not equals or not path.strip():
            refuse(f"--set {value}: there is no '=' after a path", "write it such as --set teams.apps.people=4")
        if path.strip() in found:
            refuse(f"--set {path.strip()} is given twice", "give it once")
        found[path.strip()] = new.strip()
    return found


def complete_files(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """Offer files."""
    from drsim.completion import files

    return files(context, parameter, incomplete)


def complete_directories(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """Offer directories."""
    from drsim.completion import directories

    return directories(context, parameter, incomplete)


def complete_kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """Offer kinds of things that may break."""
    from drsim.completion import kinds

    return kinds(context, parameter, incomplete)


def complete_languages(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """Offer the languages of a report."""
    from drsim.completion import languages

    return languages(context, parameter, incomplete)


def complete_services(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    """Offer the services of the scenario that was typed before."""
    from drsim.completion import services

    return services(context, parameter, incomplete)


SEEDS: Final = whole_number(0, 2**64 - 1, "a whole number from 0 to 2**64 - 1")


DRILLS: Final = whole_number(1, MOST_DRILLS, f"a number of drills from 1 to {MOST_DRILLS:,}")


WORKERS: Final = whole_number(1, 1_000, "a number of processes from 1 to 1,000")


def _joined(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Join decorators into one; the first is shown first."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


set_option = click.option(
    "--set", "changes", metavar="PATH=VALUE", multiple=True, callback=_changes, help="Change a value; repeatable."
)


seed_option = click.option(
    "--seed", metavar="NUMBER", default="1", show_default=True, callback=SEEDS, help="Of the luck."
)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


ascii_option = click.option("--ascii", "ascii_only", is_flag=True, help="Print plain signs only, digits 0-9 for bars.")


lang_option = click.option(
    "--lang",
    metavar="LANGUAGE",
    shell_complete=complete_languages,
    help="Of the report: en for English, the default, or nl for Dutch.",
)


scenario_argument = click.argument("scenario", metavar="SCENARIO", shell_complete=complete_files)


workers_option = click.option(
    "--workers", metavar="NUMBER", callback=WORKERS, help="Processes; the default is one for each processor."
)


quiet_option = click.option("--quiet", is_flag=True, help="Show no progress.")


drill_options = _joined(
    click.option(
        "-n",
        "--replications",
        metavar="NUMBER",
        default="1000",
        show_default=True,
        callback=DRILLS,
        help="How many drills.",
    ),
    seed_option,
    workers_option,
    quiet_option,
)
