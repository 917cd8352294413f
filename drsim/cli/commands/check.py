"""Scenarios held to what their files expect."""

from __future__ import annotations

import click

from drsim import __version__
from drsim.cli.drilled import command_of, drill_scenario
from drsim.cli.given import load_scenarios, scenarios_at
from drsim.cli.group import FAILED, INTERRUPTED, OK
from drsim.cli.options import ascii_option, complete_files, drill_options, json_option, set_option
from drsim.cli.output import empty_page, print_page, to_json


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, shell_complete=complete_files)
@drill_options
@set_option
@json_option
@ascii_option
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

    loaded = load_scenarios([path for given in scenarios for path in scenarios_at(given)], changes)
    page, checks = empty_page(ascii_only), dict[str, Check]()
    for path, scenario in loaded.items():
        command = command_of(path, changes, replications, seed)
        if not scenario.expect:
            without(scenario, command=command, page=page)
            continue
        with shown(f"reading {path}", quiet, ascii_only) as progress:
            checks[path] = Check(drill_scenario(scenario, {}, replications, seed, workers, progress))
        checked(checks[path], command=command, page=page)
        if checks[path].result.interrupted:
            break
    failed = sum(1 for each in checks.values() if not each.passed)
    interrupted = any(each.result.interrupted for each in checks.values())
    if as_json:
        silent = [path for path, scenario in loaded.items() if not scenario.expect]
        found = [{"file": path, **each.to_dict()} for path, each in checks.items()]
        data = {"drsim": __version__, "passed": not failed, "interrupted": interrupted}
        click.echo(to_json({**data, "scenarios": found, "expect_nothing": silent}))
    else:
        if len(loaded) > 1 and not interrupted:
            counted(len(checks) - failed, failed, len(loaded) - len(checks), page)
        print_page(page)
    return INTERRUPTED if interrupted else FAILED if failed else OK
