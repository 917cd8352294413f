"""The command line: prints and exits. Results on standard output, progress and problems on standard error.

Exit codes: 0, 2 for input that breaks a rule, 130 for an interrupt, 1 for anything else that went wrong. Nothing heavy is imported
before a command needs it.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeVar

import click

from drsim import __version__
from drsim.errors import DrsimError, InputError, Problem, did_you_mean, nearest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from drsim.model.landscape import Landscape
    from drsim.model.scenario import Scenario
    from drsim.reporting.page import Page
    from drsim.reporting.progress import Progress
    from drsim.reporting.summary import Command
    from drsim.studies.compare import Comparison
    from drsim.studies.result import Explanation, Result

__all__ = ["cli", "main"]

OK, FAILED, INVALID, INTERRUPTED = 0, 1, 2, 130
MOST_FOR_PRECISION: Final = 100_000
MOST_DRILLS: Final = 10**9
"""A number of drills, or of a drill, that a person may mean."""

F = TypeVar("F", bound=Callable[..., Any])


class Commands(click.Group):
    """The group of all commands; it turns every problem into a message and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run the command that the arguments name; a command gives its exit code, None for 0."""
        try:
            code = self._code(*args, **extra)
        except KeyboardInterrupt:  # again, while the first was being dealt with
            code = _say("interrupted", INTERRUPTED)
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader of its output who has had enough is no problem."""
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _nobody_reads()
            return OK
        return found

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            invoke: Callable[..., Any] = super().main
            code = invoke(*args, standalone_mode=False, **extra)
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
            if error.filename is None:  # of what drsim opens itself the name is known
                _nobody_reads()
                return _say(
                    f"standard output cannot be written: {error.strerror}\n  make room, or send it elsewhere", FAILED
                )
            return _say(str(error), FAILED)
        return code if isinstance(code, int) else OK

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is refused with the nearest spelling."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            _refuse(f"there is no command '{args[0]}'", did_you_mean(args[0], self.commands))
        return super().resolve_command(ctx, args)

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


def _files(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    from drsim.completion import files

    return files(context, parameter, incomplete)


def _services(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
    from drsim.completion import services

    return services(context, parameter, incomplete)


SEEDS: Final = _whole(0, 2**64 - 1, "a whole number from 0 to 2**64 - 1")
DRILLS: Final = _whole(1, MOST_DRILLS, f"a number of drills from 1 to {MOST_DRILLS:,}")
WORKERS: Final = _whole(1, 1_000, "a number of processes from 1 to 1,000")
TRIALS: Final = _whole(1, 1_000, "a number of things to try, from 1 to 1,000")
SETS: Final = _whole(0, 20, "a number of things that break together, from 0 to 20")
SHELLS: Final = ("bash", "zsh", "fish")
DRILL: Final = _whole(0, MOST_DRILLS - 1, f"the number of a drill, from 0 to {MOST_DRILLS - 1:,}")


def _names(_: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Names with commas between them."""
    if value is None:
        return None
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if not found:
        name = max(option.opts, key=len)
        _refuse(
            f"{name} {value!r}: there is no name in it", f"leave {name} out, or give names with commas between them"
        )
    return found


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
_lang = click.option("--lang", metavar="LANGUAGE", help="Of the report: en for English, the default, or nl for Dutch.")
_scenario = click.argument("scenario", metavar="SCENARIO", shell_complete=_files)
_workers = click.option(
    "--workers", metavar="NUMBER", callback=WORKERS, help="Processes; the default is one for each processor."
)
_quiet = click.option("--quiet", is_flag=True, help="Show no progress.")
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
    _workers,
    _quiet,
)


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


# Commands


@cli.command()
@_scenario
@_drilled
@_set
@click.option(
    "--precision",
    metavar="TEXT",
    help="Drill on until it is reached: 'P95 within 5 %', 'every share within 2 points'; -n are the first.",
)
@click.option("--at-most", metavar="NUMBER", callback=DRILLS, help="Drills for --precision; the default is 100000.")
@click.option("--intervals", is_flag=True, help="Show the intervals of all times.")
@_json
@click.option("--out", metavar="FILE", help="Write the result to a file, as JSON.")
@_ascii
def run(
    scenario: str,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    precision: str | None,
    at_most: int | None,
    intervals: bool,
    as_json: bool,
    out: str | None,
    ascii_only: bool,
) -> int:
    """Drill a scenario many times and show who is back in time."""
    from drsim.reporting.progress import shown
    from drsim.reporting.summary import most_interesting, numbers_of, summary

    if at_most is not None and precision is None:
        _refuse(f"--at-most {at_most}: there is no --precision to stop before", "give -n for a number of drills")
    at_most = MOST_FOR_PRECISION if at_most is None else at_most
    if precision is not None and at_most < replications:
        _refuse(f"--at-most {at_most}: -n {replications} drills come first", "give no fewer, or a smaller -n")
    target = None if out is None else _writable(out)
    page = _page(ascii_only)
    with shown(f"reading {scenario}", quiet) as progress:
        result = _drill(scenario, changes, replications, seed, workers, progress, precision, at_most)
        services = [] if as_json or result.interrupted else most_interesting(result)
        explained = _explained(result, services, workers, progress)
    if target is not None:
        from drsim.studies.record import recorded

        asked = () if precision is None else ("--precision", precision, "--at-most", str(at_most))
        words = _command(scenario, changes, replications, seed).line("run", *asked, drills=True)
        _write(target, _as_json(recorded(result, shlex.join(words))))
    if as_json:
        click.echo(_as_json(result.to_dict()))
    else:
        command = _command(scenario, changes, replications, seed)
        numbers = numbers_of(result.scenario)
        summary(result, command=command, explained=explained, intervals=intervals, page=page, numbers=numbers)
        _print(page)
    return INTERRUPTED if result.interrupted or len(explained) < len(services) else OK


@cli.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, shell_complete=_files)
@_set
def validate(paths: tuple[str, ...], changes: dict[str, str]) -> None:
    """Check scenarios and landscapes: all that is wrong, at once.

    A landscape may be a file or a directory; of a directory with scenarios each file is checked.
    """
    problems: list[Problem] = []
    for path in (file for given in paths for file in _checked(given)):
        try:
            click.echo(f"ok  {path}  {_counted(path, changes)}")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))


@cli.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, shell_complete=_files)
@_drilled
@_set
@_json
@_ascii
def check(
    scenarios: tuple[str, ...],
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    as_json: bool,
    ascii_only: bool,
) -> int:
    """Hold scenarios to what their files expect.

    Of a directory each scenario in it. A promise that is expected to be met and is missed ends it with 1, and so does one that is
    expected to be missed and is met; what is too close to call is said, and ends it with 0.
    """
    from drsim.reporting.checked import checked, counted, without
    from drsim.reporting.progress import shown
    from drsim.studies.check import Check

    loaded = _load_all([path for given in scenarios for path in _scenarios_at(given)], changes)
    page, checks = _page(ascii_only), dict[str, Check]()
    for path, scenario in loaded.items():
        command = _command(path, changes, replications, seed)
        if not scenario.expect:
            without(scenario, command=command, page=page)
            continue
        with shown(f"reading {path}", quiet) as progress:
            checks[path] = Check(_drill(scenario, {}, replications, seed, workers, progress))
        checked(checks[path], command=command, page=page)
        if checks[path].result.interrupted:
            break
    failed = sum(1 for each in checks.values() if not each.passed)
    interrupted = any(each.result.interrupted for each in checks.values())
    if as_json:
        silent = [path for path, scenario in loaded.items() if not scenario.expect]
        found = [{"file": path, **each.to_dict()} for path, each in checks.items()]
        data = {"drsim": __version__, "passed": not failed, "interrupted": interrupted}
        click.echo(_as_json({**data, "scenarios": found, "expect_nothing": silent}))
    else:
        if len(loaded) > 1 and not interrupted:
            counted(len(checks) - failed, failed, len(loaded) - len(checks), page)
        _print(page)
    return INTERRUPTED if interrupted else FAILED if failed else OK


@cli.command()
@_scenario
@click.option("--lint", is_flag=True, help="Look for weaknesses in the plan instead; ends with 1 where there are any.")
@_seed
@_set
@_json
@_ascii
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

    outlook = Outlook(compile_scenario(_load(scenario, changes)), seed)
    if as_json:
        click.echo(_as_json(outlook.to_dict()))
        return OK
    _print(planned(outlook, command=_command(scenario, changes, seed=seed), page=_page(ascii_only)))
    return OK


def _lint(scenario: str, changes: Mapping[str, str], as_json: bool, ascii_only: bool) -> int:
    from drsim.reading import load_placed
    from drsim.reporting.linted import linted
    from drsim.studies.lint import lint

    with _standard_input(scenario):
        loaded, places = load_placed(scenario, set=changes)
    found = lint(loaded, places=places)
    if as_json:
        click.echo(_as_json(found.to_dict()))
    elif found.findings:
        _print(linted(found, page=_page(ascii_only)))
    return FAILED if found.findings else OK


@cli.command()
@_scenario
@click.option("--drill", metavar="NUMBER", required=True, callback=DRILL, help="Which drill, counted from 0.")
@click.option(
    "--service",
    metavar="NAME",
    shell_complete=_services,
    help="Tell what kept this service waiting, and nothing else. Name or title.",
)
@_seed
@_set
@_json
@_ascii
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

    compiled = compile_scenario(_load(scenario, changes))
    if service is not None:
        service = _service(service, compiled.scenario.landscape)
    replayed = Replay.of(compiled, seed, drill)
    if as_json:
        click.echo(_as_json(replayed.to_dict()))
        return
    _print(timeline(replayed, service, _page(ascii_only)))


@cli.command()
@_scenario
@click.argument("service", shell_complete=_services)
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
@_drilled
@_set
@_json
@_ascii
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

    with shown(f"reading {scenario}", quiet) as progress:
        loaded = _load(scenario, changes)
        service = _service(service, loaded.landscape)
        result = _drill(loaded, {}, replications, seed, workers, progress)
        progress.say("looking for what held it up")
        if helping and not result.interrupted:
            helps = what_would_help(
                result, service, around=around[-1], most=most, workers=workers, progress=progress.count
            )
        found = [] if helps is not None else [result.explain(service, p) for p in around]
    if helps is not None:
        if as_json:
            click.echo(_as_json(helps.to_dict()))
        else:
            _print(helped(helps, command=_command(scenario, changes, replications, seed), page=_page(ascii_only)))
        return INTERRUPTED if helps.interrupted else OK
    if as_json:
        click.echo(_as_json(_explanations(result, found)))
        return INTERRUPTED if result.interrupted else OK
    command = _command(scenario, changes, replications, seed)
    _print(explained(result, found, command=command, page=_page(ascii_only)))
    return INTERRUPTED if result.interrupted else OK


@cli.command()
@click.argument("before", metavar="BEFORE", shell_complete=_files)
@click.argument("after", metavar="AFTER", required=False, shell_complete=_files)
@_drilled
@_set
@_json
@_ascii
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
        _refuse(
            "there is nothing to compare it with", "give a second scenario, or what to change with --set PATH=VALUE"
        )
    with shown(f"reading {before}", quiet) as progress:
        comparison = _drill_both(before, after or before, changes, replications, seed, workers, progress)
    if as_json:
        click.echo(_as_json(comparison.to_dict()))
    else:
        names = [_command(file, {}, replications, seed).place for file in (before, after or before)]
        if changes:
            names[1] += "".join(f" --set {path}={value}" for path, value in changes.items())
        _print(compared(comparison, places=(names[0], names[1]), page=_page(ascii_only)))
    return INTERRUPTED if comparison.interrupted else OK


@cli.command()
@_scenario
@click.argument("other", metavar="[OTHER]", required=False, shell_complete=_files)
@click.option(
    "--runbook", "as_runbook", is_flag=True, help="The steps with who and when, and blanks for the actual times."
)
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    help="Write it to a file: FILE.html, or FILE.md for Markdown; of a runbook text, and beside it the log to fill in, as CSV.",
)
@_lang
@click.option("--log", metavar="FILE", help="Write the log of a runbook to this file.")
@_drilled
@_set
@_json
@_ascii
def report(
    scenario: str,
    other: str | None,
    as_runbook: bool,
    out: str | None,
    lang: str | None,
    log: str | None,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    as_json: bool,
    ascii_only: bool,
) -> int:
    """Write what is found as one page, to read, print and send on.

    Of SCENARIO alone what its drills gave; with OTHER what is different there, with the same luck, and --set changes OTHER. The page
    needs nothing else, and drsim rerun runs it again. With --runbook what a plan means for those who carry it out: each step with
    who, and the window in which 80 % of drills start and end it.
    """
    command = _command(scenario, changes, replications, seed)
    if as_runbook:
        if other is not None or lang is not None:
            _refuse("report --runbook: that is of one scenario, and in English", "leave out the second one, and --lang")
        return _runbook(command, changes, out, log, workers, quiet, as_json, ascii_only)
    for option, given in (("--log", log), ("--json", as_json), ("--ascii", ascii_only)):
        if given:
            _refuse(f"report {option}: only a runbook has that", "give --runbook as well, or leave it out")
    if out is None:
        _refuse(f"report {scenario}: it does not say where to write it", "give -o report.html, or --runbook")
    return _report(command, other, out, lang, workers, quiet, changes)


def _report(
    command: Command,
    other: str | None,
    out: str,
    lang: str | None,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
) -> int:
    from drsim.reporting.progress import shown

    target, form, lang = _writable(out), _form(out), _language(lang)
    options = ("-o", shlex.quote(out), *(("--lang", lang) if lang != "en" else ()))
    words = command.line("report", *((shlex.quote(other),) if other else ()), *options, drills=True)
    replications, seed = command.replications, command.seed
    with shown(f"reading {command.scenario}", quiet) as progress:
        found: Result | Comparison
        if other is None:
            found = _drill(command.scenario, changes, replications, seed, workers, progress)
        else:
            found = _drill_both(command.scenario, other, changes, replications, seed, workers, progress)
        progress.say("writing the report")
        from drsim.reporting.report import report as written

        text = written(found, lang=lang, form=form, command=" ".join(words), workers=workers)
    _write(target, text.rstrip("\n"))
    return INTERRUPTED if found.interrupted else OK


def _language(lang: str | None) -> str:
    """The language of a report; English where nobody says."""
    from drsim.reporting.words import LANGUAGES

    if lang is not None and lang not in LANGUAGES:
        _refuse(f"--lang {lang}: there are no words in that language", f"expected one of: {', '.join(LANGUAGES)}")
    return lang or "en"


def _form(out: str) -> Literal["html", "md"]:
    """What a report is written as, by the name of its file."""
    suffix = Path(out).suffix.lower()
    if suffix in (".html", ".htm"):
        return "html"
    if suffix != ".md":
        _refuse(f"--out {out}: what to write is told by the end of the name", "end it in .html, or in .md for Markdown")
    return "md"


def _runbook(
    command: Command,
    changes: Mapping[str, str],
    out: str | None,
    log: str | None,
    workers: int | None,
    quiet: bool,
    as_json: bool,
    ascii_only: bool,
) -> int:
    from drsim.reporting.page import Page
    from drsim.reporting.progress import shown
    from drsim.reporting.runbook import runbook_page
    from drsim.studies.runbook import runbook

    target = None if out is None else _writable(out)
    log_target = _log_beside(target, log)
    page = _page(ascii_only) if target is None else Page(ascii_only, width=_columns())
    begun = time.perf_counter()
    with shown(f"reading {command.scenario}", quiet) as progress:
        loaded = _load(command.scenario, changes)
        progress.count(0, command.replications)
        book = runbook(
            loaded,
            replications=command.replications,
            seed=command.seed,
            workers=workers,
            progress=progress.count,
        )
        if book.interrupted:
            _say("interrupted: showing what is finished", INTERRUPTED)
        progress.end(book.replications, time.perf_counter() - begun)
    words = command.line("report", "--runbook", "-o", "runbook.txt", drills=True)
    runbook_page(book, command=command, page=page, next_move=() if target or log_target else words)
    if target is not None:
        _write(target, str(page).rstrip("\n"))
    if log_target is not None:
        _write(log_target, book.log().rstrip("\n"), "--log")
    if as_json:
        click.echo(_as_json(book.to_dict()))
    elif target is None:
        _print(page)
    else:
        beside = f", and {log_target.name}, the log to fill in" if log_target is not None else ""
        click.echo(f"Wrote {target.name} to print{beside}.")
    return INTERRUPTED if book.interrupted else OK


def _log_beside(target: Path | None, log: str | None) -> Path | None:
    """Give the file for the log of a runbook: as asked, else beside the runbook; one that somebody has filled in is left alone."""
    from drsim.studies.runbook import is_blank_log

    if log is None:
        if target is None or (target.exists() and not target.is_file()):  # nothing is beside a device or a pipe
            return None
        log = str(target.with_suffix(".csv"))
    file = _writable(log, "--log")
    if file == target:
        _refuse(f"--log {log}: that is the file of the runbook itself", "name another file for the log")
    if file.is_file() and not is_blank_log(file.read_text(encoding="utf-8-sig", errors="replace")):
        _refuse(f"--log {log}: that file is there already, and is no empty log", "name another file, or move it away")
    return file


@cli.command()
@_scenario
@click.option(
    "--breaks",
    metavar="PROMISE",
    required=True,
    help="Of which service, and what: 'passport rto', 'passport rpo', 'passport within 48 h in 90 %', 'passport keeps running', "
    "'passport loses at most 24 h'.",
)
@click.option(
    "--at-most",
    metavar="NUMBER",
    default="1",
    show_default=True,
    callback=SETS,
    help="How many things break together at most.",
)
@click.option(
    "--among",
    metavar="KIND,KIND",
    callback=_names,
    help="Kinds of things that break; by default component, site, link, links_of, label, team, power.",
)
@click.option("--only", metavar="NAME,NAME", callback=_names, help="Things with these names; nothing else breaks.")
@click.option("--lasts", metavar="TIME", help="How long each is away; by default until repaired, or the whole drill.")
@click.option(
    "--worst-hours",
    metavar="NUMBER",
    default="1",
    show_default=True,
    callback=_whole(0, 1_000, "a number of sets from 0 to 1,000"),
    help="For how many of the sets found each hour of the week is drilled.",
)
@click.option("--into", metavar="DIRECTORY", default="found", show_default=True, help="Where what is found is written.")
@click.option(
    "-n",
    "--replications",
    metavar="NUMBER",
    default="60",
    show_default=True,
    callback=DRILLS,
    help="How many drills of each set.",
)
@_seed
@_workers
@_quiet
@_set
@click.option("-o", "--out", metavar="FILE", help="Write it as a page as well: FILE.html, or FILE.md for Markdown.")
@_lang
@_json
@_ascii
def hunt(
    scenario: str,
    breaks: str,
    at_most: int,
    among: tuple[Any, ...] | None,
    only: tuple[str, ...] | None,
    lasts: str | None,
    worst_hours: int,
    into: str,
    replications: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    changes: dict[str, str],
    out: str | None,
    lang: str | None,
    as_json: bool,
    ascii_only: bool,
) -> int:
    """Search the smallest sets of failures that break a promise.

    All of one thing, then of two, up to --at-most. What the scenario says of disruptions, moves and tests is left out. Each set found is
    written as a scenario. Ctrl-C shows what was found so far.
    """
    from drsim.reporting.hunted import hunted
    from drsim.reporting.progress import shown
    from drsim.studies.hunt import hunt as hunt_sets
    from drsim.studies.promise import split

    _check_into(into)
    if out is None and lang is not None:
        _refuse(f"--lang {lang}: that is of a page", "give -o report.html as well")
    page = None if out is None else (_writable(out), _form(out), _language(lang))
    with shown(f"reading {scenario}", quiet) as progress:
        loaded = _load(scenario, changes)
        service, rest = split(breaks)
        found = hunt_sets(
            loaded,
            f"{_service(service, loaded.landscape)} {rest}",
            at_most=at_most,
            replications=replications,
            seed=seed,
            among=among,
            only=only,
            lasts=lasts,
            worst_hours=worst_hours,
            workers=workers,
            progress=progress.count,
        )
    if found.interrupted:
        _say("interrupted: showing what was found", INTERRUPTED)
    failed: OSError | None = None
    files: list[Path] = []
    try:
        files = found.write(into) if found.found else []
    except OSError as error:  # what was found is shown all the same
        failed = error
    if page is not None:
        from drsim.reporting.report import report as written

        target, form, language = page
        options = {
            "--breaks": breaks,
            "--at-most": str(at_most),
            "--among": ",".join(among or ()),
            "--only": ",".join(only or ()),
            "--lasts": lasts or "",
            "--worst-hours": str(worst_hours),
            "-o": out or "",
            "--lang": lang or "",
        }
        words = [part for option, value in options.items() if value for part in (option, shlex.quote(value))]
        typed = " ".join(_command(scenario, changes, replications, seed).line("hunt", *words, drills=True))
        _write(target, written(found, form=form, lang=language, command=typed).rstrip("\n"))
    if as_json:
        click.echo(_as_json({**found.to_dict(), "files": [str(file) for file in files]}))
    else:
        command = _command(scenario, changes, replications, seed)
        old = [file for file in found.written_before(into) if file not in files]
        _print(hunted(found, command=command, files=files, old=old, page=_page(ascii_only)))
    if failed is not None:
        rule = f"--into {into}: cannot be written: {failed.strerror}"
        raise DrsimError(f"{rule}\n  name another directory; the same command finds the same") from failed
    return INTERRUPTED if found.interrupted else OK


def _check_into(into: str) -> None:
    """Refuse now, rather than after a long search, a directory that cannot be made or written."""
    where = Path(into).resolve()
    while not where.exists() and where != where.parent:
        where = where.parent
    if not where.is_dir():
        _refuse(f"--into {into}: '{where}' is a file", "name a directory")
    if not os.access(where, os.W_OK | os.X_OK):
        _refuse(f"--into {into}: '{where}' cannot be written", "name another directory")


@cli.command()
@click.argument("record", metavar="RECORD", shell_complete=_files)
@_workers
@_quiet
@_ascii
def rerun(record: str, workers: int | None, quiet: bool, ascii_only: bool) -> int:
    """Run a recorded result again, and say whether the same comes out.

    RECORD is a file that run --out or report wrote. The exit code is 1 when a figure differs.
    """
    from drsim.reporting.again import again
    from drsim.reporting.progress import shown
    from drsim.studies.record import rerun as run_again

    begun = time.perf_counter()
    with shown(f"reading {record}", quiet) as progress:
        found = run_again(record, workers=workers, progress=progress.count)
        if not found.result.interrupted:
            progress.end(found.result.replications, time.perf_counter() - begun)
    if found.result.interrupted:
        return _say("interrupted: nothing can be compared", INTERRUPTED)
    _print(again(found, record, _page(ascii_only)))
    return FAILED if found.unequal else OK


@cli.command()
@click.argument("what", metavar="SCENARIO|LANDSCAPE", shell_complete=_files)
@click.option("--assumptions", "numbers", is_flag=True, help="List every number with its source, or as an assumption.")
@_set
@_ascii
def show(what: str, numbers: bool, changes: dict[str, str], ascii_only: bool) -> None:
    """Show a scenario or landscape in full, all in one file.

    Classes, channels and changes are worked out in it.
    """
    from drsim.reading import dump

    loaded = _load_any(what, changes)
    if not numbers:
        click.echo(dump(loaded).encode(), nl=False)
        return
    from drsim.reporting.assumed import assumed

    _print(assumed(_numbers(loaded), _landscape(loaded).sources, _page(ascii_only)))


@cli.command()
@click.argument("what", metavar="SCENARIO|LANDSCAPE", shell_complete=_files)
@click.option(
    "--service", metavar="NAME", shell_complete=_services, help="Show only what this service rests on. Name or title."
)
@click.option("-o", "--out", metavar="FILE", help="Draw a picture into a file, as SVG, which any browser shows.")
@_set
@_json
@_ascii
def graph(
    what: str, service: str | None, out: str | None, changes: dict[str, str], as_json: bool, ascii_only: bool
) -> None:
    """Show what lies below what, and what alone stops a service.

    Also what inherits a higher GEMMA availability class than its own. Of a scenario its landscape is shown, before anything is hit.
    """
    from drsim.reporting.mapped import mapped
    from drsim.reporting.picture import picture
    from drsim.studies.overview import Overview

    target = None if out is None else _writable(out)
    landscape = _landscape(_load_any(what, changes))
    overview = Overview(landscape, None if service is None else _service(service, landscape))
    if target is not None:
        _write(target, picture(overview))
    if as_json:
        click.echo(_as_json(overview.to_dict()))
        return
    chosen = () if service is None else ("--service", service)
    words = _command(what, changes).line("graph", *chosen, "-o", "landscape.svg")
    _print(mapped(overview, _page(ascii_only), "" if out else shlex.join(words)))


@cli.command()
@click.argument("directory", default="scenarios")
def init(directory: str) -> None:
    """Copy the scenarios that come with drsim, to try and change.

    They go to DIRECTORY, by default ./scenarios; files that are there already are left alone.
    """
    root = Path(directory)
    files = dict(_packaged())
    if root.exists() and not root.is_dir():
        _refuse(f"'{directory}' is a file where a directory is due", "name another directory")
    there = [name for name in files if os.path.lexists(root / name)]
    missing = {name: content for name, content in files.items() if name not in there}
    if not missing:
        _refuse(f"all {len(files)} files are in '{directory}' already", "name another directory for fresh ones")
    try:
        _copy_all(missing, root)
    except OSError as error:
        _refuse(f"'{directory}' cannot be written: {error.strerror}", "name another directory")
    first = min((name for name in files if "/" not in name), key=lambda name: (name != FIRST, name), default="")
    click.echo(f"Copied {len(missing)} {'file' if len(missing) == 1 else 'files'} to '{directory}'.")
    if there:
        click.echo(f"Left alone, since there already: {', '.join(there)}.")
    click.echo(f"Next:\n  drsim run {_quoted(str(root / first))}")


@cli.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes a shell complete drsim's words.

    In the start-up file of the shell: eval "$(drsim completion bash)", the same with zsh, or drsim completion fish | source.
    """
    from drsim.completion import script

    click.echo(script(cli, shell))


# What commands share


FIRST: Final = "town-hall-lost.yaml"
"""The scenario to begin with."""


def _load(file: str, changes: Mapping[str, str]) -> Scenario:
    from drsim.reading import load

    with _standard_input(file):
        return load(file, set=changes)


def _load_any(file: str, changes: Mapping[str, str]) -> Scenario | Landscape:
    from drsim.reading import load, load_landscape

    with _standard_input(file) as text:
        return load_landscape(file, set=changes) if _kind(file, text) == "landscape" else load(file, set=changes)


@contextmanager
def _standard_input(file: str) -> Iterator[str]:
    """Let standard input be read more than once; gives its text, nothing for another file."""
    if file != "-":
        yield ""
        return
    before = sys.stdin
    if before is None:
        _refuse("standard input is closed", "give a file, or pipe a scenario into this")
    try:
        text = before.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(f"standard input is not UTF-8 text: byte {error.start} is wrong", "save it as UTF-8")
    sys.stdin = io.StringIO(text)
    try:
        yield text
    finally:
        sys.stdin = before


def _kind(file: str, text: str) -> Literal["landscape", "scenario"]:
    """Give what a file says that it is; a scenario when it says nothing."""
    if file != "-":
        if file and os.path.isdir(file):
            return "landscape"
        with suppress(OSError):
            text = Path(file).read_bytes().decode("utf-8-sig", "replace")
    return "landscape" if _says("landscape", text) else "scenario"


def _says(kind: str, text: str) -> bool:
    return re.search(rf"^drsim:[ \t]*[\"']?{kind}\b", text, re.MULTILINE) is not None


def _checked(path: str) -> list[str]:
    """Give what is to be checked at a path: the files of a directory that has scenarios, else the path itself."""
    if not path or not os.path.isdir(path):
        return [path]
    files = sorted(file for file in Path(path).iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
    for file in files:
        with suppress(OSError):
            if _says("scenario", file.read_bytes().decode("utf-8-sig", "replace")):
                return [str(file) for file in files]
    return [path]


def _scenarios_at(path: str) -> list[str]:
    """Give the scenarios at a path: those of a directory, else the path itself."""
    if not path or not os.path.isdir(path):
        return [path]
    found = [file for file in _checked(path) if file != path and _kind(file, "") == "scenario"]
    if not found:
        _refuse(
            f"there is no scenario in '{path}'",
            "give a file that begins with 'drsim: scenario 1', or another directory",
        )
    return found


def _load_all(paths: Sequence[str], changes: Mapping[str, str]) -> dict[str, Scenario]:
    """Read scenarios by their paths, each once; all that is wrong with any of them is refused before anything is drilled."""
    loaded: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            loaded[path] = _load(path, changes)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return loaded


def _counted(file: str, changes: Mapping[str, str]) -> str:
    """Read a file and give what is in it, counted."""
    from drsim.model.scenario import Scenario

    loaded = _load_any(file, changes)
    landscape = _landscape(loaded)
    counts = [(len(loaded.disruptions), "disruption")] if isinstance(loaded, Scenario) else []
    for number, word in (
        (len(landscape.services), "service"),
        (len(landscape.components), "component"),
        (len(landscape.sites), "site"),
        (len(landscape.crews), "team"),
    ):
        counts.append((number, word))
    kind = "scenario" if isinstance(loaded, Scenario) else "landscape"
    return f"{kind}: " + ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts)


def _landscape(loaded: Scenario | Landscape) -> Landscape:
    from drsim.model.scenario import Scenario

    return loaded.landscape if isinstance(loaded, Scenario) else loaded


def _numbers(loaded: Scenario | Landscape) -> list[Any]:
    """Give every number of a scenario, or of a landscape as a scenario would have it."""
    from drsim.model.scenario import Scenario
    from drsim.reading import assumptions

    if isinstance(loaded, Scenario):
        return assumptions(loaded)
    whole = Scenario(title=loaded.title or "landscape", landscape=loaded, response=loaded.response)
    return [each for each in assumptions(whole) if each.path != "horizon"]


def _service(text: str, landscape: Landscape) -> str:
    """Give the name of the service that goes by a name or title, in capitals or not."""
    services = landscape.services
    if text in services:
        return text
    wanted = " ".join(text.split()).casefold()
    titles = {name: " ".join(service.title.split()) for name, service in sorted(services.items()) if service.title}
    found = [name for name in services if name.casefold() == wanted]
    found = found or [name for name, title in titles.items() if title.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        _refuse(f"{len(found)} services have the title '{text}'", f"give the name of one: {', '.join(found)}")
    rule = f"no service is named '{text}'"
    if not services:
        _refuse(rule, "there is none at all")
    near = nearest(text, [*services, *titles.values()])
    if near in titles.values() and near not in services:
        names = " or ".join(f"'{name}'" for name, title in titles.items() if title == near)
        _refuse(rule, f"did you mean {names} ({near})?")
    _refuse(rule, did_you_mean(text, sorted(services)))


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


def _drill(
    scenario: str | Scenario,
    changes: Mapping[str, str],
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress,
    precision: str | None = None,
    at_most: int = 100_000,
) -> Result:
    """Read, compile and run, and say how long that took."""
    begun = time.perf_counter()
    loaded = _load(scenario, changes) if isinstance(scenario, str) else scenario
    from drsim.studies.run import run as run_drills

    progress.count(0, replications)
    result = run_drills(
        loaded,
        replications=replications,
        seed=seed,
        precision=precision,
        at_most=at_most,
        workers=workers,
        progress=progress.count,
    )
    result.elapsed = time.perf_counter() - begun
    if result.interrupted:
        _say("interrupted: showing what is finished", INTERRUPTED)
    progress.end(result.replications, result.elapsed)
    return result


def _drill_both(
    before: str,
    after: str,
    changes: Mapping[str, str],
    replications: int,
    seed: int,
    workers: int | None,
    progress: Progress,
) -> Comparison:
    """Read two scenarios, which may be one that is changed, drill both with the same luck, and say how long that took."""
    from drsim.studies.compare import compare as compare_drills

    if before == after == "-" and not changes:
        _refuse("only one of the two can come from standard input", "give a file for the other")
    with _standard_input(before if before == after else ""):
        one, two = _load(before, {}), _load(after, changes)
    begun = time.perf_counter()
    progress.count(0, 2 * replications)
    found = compare_drills(one, two, replications=replications, seed=seed, workers=workers, progress=progress.count)
    if found.interrupted:
        _say("interrupted: showing what is finished", INTERRUPTED)
    progress.end(found.before.replications + found.after.replications, time.perf_counter() - begun)
    return found


def _explained(
    result: Result, services: Sequence[str], workers: int | None, progress: Progress
) -> Sequence[Explanation]:
    """Explain some services; none when that is interrupted, since the drills themselves are done."""
    from drsim.studies.run import explanations

    progress.say("looking for what held them up")
    try:
        return explanations(result, services, workers=workers)
    except KeyboardInterrupt:
        return []


def _command(scenario: str, changes: Mapping[str, str], replications: int = 1_000, seed: int = 1) -> Command:
    from drsim.reporting.summary import Command

    written = tuple(f"{path}={value}" for path, value in changes.items())
    return Command(scenario, replications, seed, written)


# Printing and writing


def _page(ascii_only: bool) -> Page:
    """An empty page that standard output can take."""
    from drsim.reporting.page import Page

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "·–−±…≥≤✗▁█".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Page(True, "ascii" if ascii_only else encoding, width=_columns())
    return Page(ascii_only, None if encoding.lower().replace("-", "") == "utf8" else encoding, width=_columns())


def _columns() -> int:
    """Columns of a page: those of the terminal or of COLUMNS, from 80 to 100; where nobody says how many, 100."""
    from drsim.reporting.page import NARROWEST, WIDTH

    said = os.environ.get("COLUMNS", "")
    columns = int(said) if re.fullmatch("[0-9]{1,6}", said) else 0
    if not columns:
        with suppress(OSError, ValueError):  # no terminal, or no file at all
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return min(max(columns or WIDTH, NARROWEST), WIDTH)


def _print(page: Page) -> None:
    """Print with colour where somebody sees it; everything else is the same."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    click.echo(page.render(colour), nl=False, color=colour)


def _as_json(data: Any) -> str:
    return json.dumps(data, indent=2, allow_nan=False)


def _writable(file: str, option: str = "--out") -> Path:
    """Give the file that is to be written, refused now rather than after a long run."""
    target = Path(file).resolve()
    if target.is_dir():
        _refuse(f"{option} {file}: that is a directory", "name a file in it")
    if not target.parent.is_dir():
        _refuse(f"{option} {file}: there is no directory '{target.parent}'", "make it first")
    where = target if target.exists() and not target.is_file() else target.parent
    if not os.access(where, os.W_OK):
        _refuse(f"{option} {file}: '{where}' cannot be written", "name another file")
    return target


def _write(target: Path, text: str, option: str = "--out") -> None:
    """Write a file whole or not at all: first beside it, then in its place."""
    special = target.exists() and not target.is_file()  # a device or a pipe
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.tmp")
    try:
        (target if special else beside).write_text(text + "\n", encoding="utf-8")
        if not special:
            beside.replace(target)
    except OSError as error:
        rule = f"{option}: '{target}' cannot be written: {error.strerror}"
        raise DrsimError(
            f"{rule}\n  make room, or name another file; the same command gives the same result"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _packaged() -> Iterator[tuple[str, bytes]]:
    """Give the files of the scenarios that come with drsim: in a wheel inside the package, in a checkout beside it."""
    from importlib.resources import files

    package = files("drsim")
    root: Traversable = package / "scenarios"
    if not root.is_dir():
        root = Path(str(package)).parent / "scenarios"
    if not root.is_dir():
        raise DrsimError("the scenarios that come with drsim are not there: install it again")
    return _walk(root, "")


def _walk(directory: Traversable, before: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{before}{entry.name}/")
        else:
            yield f"{before}{entry.name}", entry.read_bytes()


def _copy_all(files: Mapping[str, bytes], root: Path) -> None:
    """Write all files or none: first into a directory beside, then each into its place."""
    made = [path for path in (root, *root.parents) if not path.exists()]
    root.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".drsim-") as beside:
            for name, content in files.items():
                (Path(beside) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(beside) / name).write_bytes(content)
            for name in files:
                for parent in reversed((root / name).parents):
                    if not parent.exists():
                        parent.mkdir()
                        made.append(parent)
                written.append(root / name)
                (Path(beside) / name).rename(root / name)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for path in sorted(made, key=lambda path: -len(path.parts)):
            with suppress(OSError):
                path.rmdir()
        raise


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


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
