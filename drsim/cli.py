"""The command line: prints and exits. Results on standard output, progress and problems on standard error.

Exit codes: 0, 2 for input that breaks a rule, 130 for an interrupt, 1 for anything else that went wrong. Nothing heavy is imported
before a command needs it.
"""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeVar

import click

from drsim.errors import DrsimError, InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from drsim.model.landscape import Landscape
    from drsim.model.scenario import Scenario
    from drsim.reporting.page import Page
    from drsim.studies.result import Explanation, Result

__all__ = ["cli", "main"]

OK, FAILED, INVALID, INTERRUPTED = 0, 1, 2, 130
MOST_DRILLS: Final = 10**9
"""A number of drills, or of a drill, that a person may mean."""

F = TypeVar("F", bound=Callable[..., Any])


class Commands(click.Group):
    """The group of all commands; it turns every problem into a message and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run the command that the arguments name; a command gives its exit code, None for 0."""
        code = self._code(*args, **extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            code = super().main(*args, standalone_mode=False, **extra)
            sys.stdout.flush()
        except click.Abort:
            return _say("interrupted", INTERRUPTED)
        except click.UsageError as error:
            name = error.ctx.command_path if error.ctx is not None else "drsim"
            return _say(f"{name}: {error.format_message()}\n  {name} --help shows what it takes", INVALID)
        except click.ClickException as error:
            return _say(error.format_message(), error.exit_code)
        except DrsimError as error:
            return _say(str(error), error.exit_code)
        except OSError as error:
            if error.errno != errno.EPIPE:
                return _say(str(error), FAILED)
            _nobody_reads()
            return OK
        return code if isinstance(code, int) else OK

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order in which one meets them."""
        return list(self.commands)


def _say(text: str, code: int) -> int:
    with suppress(OSError):
        click.echo(text, err=True)
    return code


def _nobody_reads() -> None:
    """Standard output was closed by its reader: leave without a word."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())


def _refuse(rule: str, hint: str | None = None) -> NoReturn:
    raise InputError([Problem(rule, hint=hint)])


# Options


def _changes(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        path, equals, new = value.partition("=")
        if not equals or not path.strip():
            _refuse(f"--set {value}: there is no '=' after a path", "write it such as --set teams.apps.people=4")
        if path.strip() in found:
            _refuse(f"--set {path.strip()} is given twice", "give it once")
        found[path.strip()] = new.strip()
    return found


def _whole(least: int, most: int, what: str) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """Read a whole number between two others."""

    def read(_: click.Context, option: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        name = max(option.opts, key=len)
        number = int(value) if re.fullmatch(r"[+-]?[0-9]{1,30}", value.strip()) else None
        if number is None:
            _refuse(f"{name} {value}: that is no whole number", f"expected {what}")
        if not least <= number <= most:
            _refuse(f"{name} {value}: expected {what}")
        return number

    return read


def _quantiles(_: click.Context, __: click.Parameter, value: str) -> tuple[float, ...]:
    found = []
    for part in value.split(","):
        try:
            p = float(part)
        except ValueError:
            _refuse(f"--around {part.strip()}: that is no number", "write shares of drills such as --around 0.5,0.95")
        if not 0 < p < 1:
            _refuse(f"--around {part.strip()}: expected numbers between 0 and 1, such as 0.5,0.95")
        found.append(p)
    if len(found) > 3:
        _refuse(f"--around {value}: {len(found)} columns do not fit beside each other", "give at most 3")
    return tuple(found)


SEEDS: Final = _whole(0, 2**64 - 1, "a whole number from 0 to 2**64 - 1")
DRILLS: Final = _whole(1, MOST_DRILLS, f"a number of drills from 1 to {MOST_DRILLS:,}")
WORKERS: Final = _whole(1, 1_000, "a number of processes from 1 to 1,000")
DRILL: Final = _whole(0, MOST_DRILLS - 1, f"the number of a drill, from 0 to {MOST_DRILLS - 1:,}")


def _options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Join decorators into one; the first is shown first."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_set = click.option(
    "--set", "changes", metavar="PATH=VALUE", multiple=True, callback=_changes, help="Change a value; repeatable."
)
_seed = click.option("--seed", metavar="NUMBER", default="1", show_default=True, callback=SEEDS, help="Of the luck.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
_ascii = click.option("--ascii", "ascii_only", is_flag=True, help="Print plain signs only, digits 0-9 for bars.")
_scenario = click.argument("scenario", metavar="SCENARIO")
_drilled = _options(
    click.option(
        "-n",
        "--replications",
        metavar="NUMBER",
        default="1000",
        show_default=True,
        callback=DRILLS,
        help="How many drills.",
    ),
    _seed,
    click.option(
        "--workers", metavar="NUMBER", callback=WORKERS, help="Processes; the default is one for each processor."
    ),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog="\b\n"
)
@click.version_option(package_name=None, version=None, message="%(version)s") if False else click.version_option(
    __import__("drsim").__version__, prog_name="drsim"
)
def cli() -> None:
    """Drill a disaster-recovery plan: with what probability is the citizen served again in time?

    SCENARIO is a file, or - for standard input. A start: drsim init, then drsim run scenarios/town-hall-lost.yaml.
    """


def main() -> None:
    """Run the command line."""
    cli(prog_name="drsim")
