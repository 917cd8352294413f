"""The smallest sets of failures that break a promise."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final

import click

from drsim.cli.drilled import command_of
from drsim.cli.given import load_scenario, service_named
from drsim.cli.group import INTERRUPTED, OK, refuse, say
from drsim.cli.options import (
    DRILLS,
    ascii_option,
    complete_directories,
    complete_files,
    complete_kinds,
    json_option,
    lang_option,
    quiet_option,
    scenario_argument,
    seed_option,
    set_option,
    whole_number,
    workers_option,
)
from drsim.cli.output import (
    empty_page,
    form_of,
    language_of,
    print_page,
    spare_inputs,
    to_json,
    try_in,
    writable,
    write_whole,
)
from drsim.errors import DrsimError

SETS: Final = whole_number(0, 20, "a number of things that break together, from 0 to 20")


def _names(_: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Names with commas between them."""
    if value is None:
        return None
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if not found:
        name = max(option.opts, key=len)
        refuse(f"{name} {value!r}: there is no name in it", f"leave {name} out, or give names with commas between them")
    return found


@click.command()
@scenario_argument
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
    shell_complete=complete_kinds,
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
    callback=whole_number(0, 1_000, "a number of sets from 0 to 1,000"),
    help="For how many of the sets found each hour of the week is drilled.",
)
@click.option(
    "--into",
    metavar="DIRECTORY",
    default="found",
    show_default=True,
    shell_complete=complete_directories,
    help="Where what is found is written.",
)
@click.option(
    "-n",
    "--replications",
    metavar="NUMBER",
    default="60",
    show_default=True,
    callback=DRILLS,
    help="How many drills of each set.",
)
@seed_option
@workers_option
@quiet_option
@set_option
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    shell_complete=complete_files,
    help="Write it as a page as well: FILE.html, or FILE.md for Markdown.",
)
@lang_option
@json_option
@ascii_option
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
        refuse(f"--lang {lang}: that is of a page", "give -o report.html as well")
    page = None if out is None else (writable(out), form_of(out), language_of(lang))
    spare_inputs({"--out": out}, [scenario])
    with shown(f"reading {scenario}", quiet, ascii_only) as progress:
        loaded = load_scenario(scenario, changes)
        service, rest = split(breaks)
        found = hunt_sets(
            loaded,
            f"{service_named(service, loaded.landscape)} {rest}",
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
        say("interrupted: showing what was found", INTERRUPTED)
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
        typed = " ".join(command_of(scenario, changes, replications, seed).line("hunt", *words, drills=True))
        write_whole(target, written(found, form=form, lang=language, command=typed).rstrip("\n"))
    if as_json:
        click.echo(to_json({**found.to_dict(), "files": [str(file) for file in files]}))
    else:
        command = command_of(scenario, changes, replications, seed)
        old = [file for file in found.written_before(into) if file not in files]
        print_page(hunted(found, command=command, files=files, old=old, page=empty_page(ascii_only)))
    if failed is not None:
        rule = f"--into {into}: cannot be written: {failed.strerror}"
        raise DrsimError(f"{rule}\n  name another directory; the same command finds the same") from failed
    return INTERRUPTED if found.interrupted else OK


def _check_into(into: str) -> None:
    """Refuse now, rather than after a long search, a directory that cannot be made or written."""
    if into == "-":
        refuse("--into -: that names no directory", "name one")
    where = Path(into).resolve()
    while not where.exists() and where != where.parent:
        where = where.parent
    if not where.is_dir():
        refuse(f"--into {into}: '{where}' is a file", "name a directory")
    try:
        try_in(where)
    except OSError as error:
        refuse(f"--into {into}: '{where}' cannot be written: {error.strerror}", "name another directory")
