"""What is found as a page, and the plan as a runbook."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from drsim.cli.drilled import command_of, drill_both, drill_scenario
from drsim.cli.given import load_scenario
from drsim.cli.group import INTERRUPTED, OK, refuse, say
from drsim.cli.options import (
    ascii_option,
    complete_files,
    drill_options,
    json_option,
    lang_option,
    scenario_argument,
    set_option,
)
from drsim.cli.output import (
    columns,
    empty_page,
    form_of,
    language_of,
    print_page,
    spare_inputs,
    to_json,
    writable,
    write_whole,
)

if TYPE_CHECKING:
    from drsim.reporting.summary import Command
    from drsim.studies.compare import Comparison
    from drsim.studies.result import Result
    from drsim.studies.runbook import Runbook

MARK: Final = "\ufeff"
"""At the beginning of a CSV file, so that Excel reads it as UTF-8."""


@click.command()
@scenario_argument
@click.argument("other", metavar="[OTHER]", required=False, shell_complete=complete_files)
@click.option(
    "--runbook", "as_runbook", is_flag=True, help="The steps with who and when, and blanks for the actual times."
)
@click.option(
    "-o",
    "--out",
    shell_complete=complete_files,
    metavar="FILE",
    help="Write it to a file: FILE.html, or FILE.md for Markdown; of a runbook also FILE.txt, and beside it the log to fill in, as CSV.",
)
@lang_option
@click.option("--log", metavar="FILE", shell_complete=complete_files, help="Write the log of a runbook to this file.")
@drill_options
@set_option
@json_option
@ascii_option
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
    spare_inputs({"--out": out, "--log": log}, [scenario] if other is None else [scenario, other])
    command = command_of(scenario, changes, replications, seed)
    if as_runbook:
        if other is not None:
            refuse("report --runbook: that is of one scenario", "leave out the second one")
        return _runbook(command, changes, out, lang, log, workers, quiet, as_json, ascii_only)
    for option, given in (("--log", log), ("--json", as_json), ("--ascii", ascii_only)):
        if given:
            refuse(f"report {option}: only a runbook has that", "give --runbook as well, or leave it out")
    if out is None:
        refuse(f"report {scenario}: it does not say where to write it", "give -o report.html, or --runbook")
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

    target, form, lang = writable(out), form_of(out), language_of(lang)
    options = ("-o", shlex.quote(out), *(("--lang", lang) if lang != "en" else ()))
    words = command.line("report", *((shlex.quote(other),) if other else ()), *options, drills=True)
    replications, seed = command.replications, command.seed
    with shown(f"reading {command.scenario}", quiet) as progress:
        found: Result | Comparison
        if other is None:
            found = drill_scenario(command.scenario, changes, replications, seed, workers, progress)
        else:
            found = drill_both(command.scenario, other, changes, replications, seed, workers, progress)
        progress.say("writing the report")
        from drsim.reporting.report import report as written

        text = written(found, lang=lang, form=form, command=" ".join(words), workers=workers)
    write_whole(target, text.rstrip("\n"))
    return INTERRUPTED if found.interrupted else OK


def _runbook(
    command: Command,
    changes: Mapping[str, str],
    out: str | None,
    lang: str | None,
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

    target = None if out is None else writable(out)
    form = "txt" if target is None or out is None else _runbook_form(target, out)
    if form == "txt" and lang not in (None, "en"):
        refuse(f"--lang {lang}: a runbook as text is in English", "give -o runbook.html, or leave out --lang")
    lang = language_of(lang)
    log_target = _log_beside(target, log)
    page = empty_page(ascii_only) if target is None else Page(ascii_only, width=columns())
    begun = time.perf_counter()
    with shown(f"reading {command.scenario}", quiet, ascii_only) as progress:
        loaded = load_scenario(command.scenario, changes)
        progress.count(0, command.replications)
        book = runbook(
            loaded,
            replications=command.replications,
            seed=command.seed,
            workers=workers,
            progress=progress.count,
        )
        if book.interrupted:
            say("interrupted: showing what is finished", INTERRUPTED)
        progress.end(book.replications, time.perf_counter() - begun)
    words = command.line("report", "--runbook", "-o", "runbook.html", drills=True)
    if form == "txt":
        runbook_page(book, command=command, page=page, next_move=() if target or log_target else words)
    if target is not None:
        write_whole(
            target, (str(page) if form == "txt" else _as_page(book, command, str(out), form, lang)).rstrip("\n")
        )
    if log_target is not None:
        from drsim.reporting.pages.words import Words

        write_whole(log_target, MARK + book.log(Words(lang).gettext).rstrip("\n"), "--log")
    if as_json:
        click.echo(to_json(book.to_dict()))
    elif target is None:
        print_page(page)
    else:
        beside = f", and {log_target.name}, the log to fill in" if log_target is not None else ""
        click.echo(f"Wrote {target.name} to print{beside}.")
    return INTERRUPTED if book.interrupted else OK


def _runbook_form(target: Path, out: str) -> Literal["txt", "html", "md"]:
    """What a runbook is written as, by the name of its file; a device or a pipe takes text."""
    suffix = target.suffix.lower()
    if suffix == ".txt" or (target.exists() and not target.is_file()):
        return "txt"
    if suffix in (".html", ".htm"):
        return "html"
    if suffix != ".md":
        rule = "what to write is told by the end of the name"
        refuse(f"--out {out}: {rule}", "end it in .html to print, in .md for Markdown, or in .txt")
    return "md"


def _as_page(book: Runbook, command: Command, out: str, form: Literal["html", "md"], lang: str) -> str:
    from drsim.reporting.report import report as written

    options = ("-o", shlex.quote(out), *(("--lang", lang) if lang != "en" else ()))
    words = command.line("report", "--runbook", *options, drills=True)
    return written(book, lang=lang, form=form, command=" ".join(words))


def _log_beside(target: Path | None, log: str | None) -> Path | None:
    """Give the file for the log of a runbook: as asked, else beside the runbook; one that somebody has filled in is left alone."""
    from drsim.studies.runbook import is_blank_log

    if log is None:
        if target is None or (target.exists() and not target.is_file()):  # nothing is beside a device or a pipe
            return None
        log = str(target.with_suffix(".csv"))
    file = writable(log, "--log")
    if file == target:
        refuse(f"--log {log}: that is the file of the runbook itself", "name another file for the log")
    if file.is_file() and not is_blank_log(file.read_text(encoding="utf-8-sig", errors="replace")):
        refuse(f"--log {log}: that file is there already, and is no empty log", "name another file, or move it away")
    return file
