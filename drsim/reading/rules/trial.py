"""Tests in a bubble."""

from __future__ import annotations

from drsim.errors import did_you_mean
from drsim.model.bubble import members, movable, services_of
from drsim.model.fields import Path
from drsim.model.landscape import Response
from drsim.model.scenario import Trial
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.steps import step_findings
from drsim.units import Duration


def trial_findings(
    trial: Trial, horizon: Duration, response: Response | None, parts: Parts, *, complete: bool
) -> Findings:
    """Something can be tried, in time, of which the bubble knows all that may happen; `complete`: all components are known."""
    path: Path = ("tests",)
    inside = members(trial, parts)
    if complete and not movable(trial, parts.components):
        rule = f"nothing can be tested: no component runs at '{trial.site}' alone and has a standby"
        yield Finding((*path, "site"), rule, "name a site whose loss can be recovered from")
    if trial.after.ms >= horizon.ms:
        rule = f"it begins after '{trial.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    for place, name in enumerate(trial.stand_ins):
        at: Path = (*path, "stand_ins", place)
        if name in inside:
            yield Finding(at, f"'{name}' is in the bubble itself", "leave it out")
        elif name in trial.stand_ins[:place]:
            yield Finding(at, f"'{name}' stands in twice", "leave one out")
    yield from step_findings((*path, "teardown"), trial.teardown, parts.crews)
    yield from _scope(path, trial, parts) if complete else ()
    yield from _freed(path, trial, parts)
    if response is not None and response.failback is not None:
        yield Finding(path, "'failback' is not drilled with a test in a bubble", "leave one of the two out", True)
    if response is not None and response.order != "dependencies":
        rule = f"the order '{response.order}' is not drilled with a test in a bubble"
        yield Finding(path, rule, "write 'order: dependencies', or leave 'tests' out", True)
    for name, component in sorted(parts.components.items()):
        if component.on_partition != "wait":
            rule = f"'{name}' takes over when it is cut off, which is not drilled with a test in a bubble"
            yield Finding(path, rule, "leave 'on_partition' out, or 'tests'", True)
        if component.sheddable:
            rule = f"'{name}' is stopped to make room, which is not drilled with a test in a bubble"
            yield Finding(path, rule, "leave 'sheddable' out, or 'tests'", True)
        for copy, kept in sorted(component.copies.items()):
            if kept.ships is not None and name in inside:
                rule = f"the copy '{copy}' of '{name}' ships at a rate, which is not drilled with a test in a bubble"
                yield Finding(path, rule, "write a 'lag' in the place of 'ships', or leave 'tests' out", True)
        if component.fails is not None and name in inside:
            rule = f"'{name}' fails of its own, which nobody would see at its standby, nor the test in its bubble"
            yield Finding(path, rule, "leave 'fails' out, or 'tests'", True)


def _scope(path: Path, trial: Trial, parts: Parts) -> Findings:
    """A service that is covered can be seen in the bubble, and is named once."""
    seen = services_of(trial, parts)
    for place, name in enumerate(trial.covers):
        at: Path = (*path, "covers", place)
        if name in trial.covers[:place]:
            yield Finding(at, f"'{name}' is covered twice", "leave one out")
        elif name in parts.services and name not in seen and movable(trial, parts.components):
            rule = (
                f"nothing of '{name}' can be tried without '{trial.site}': no point elsewhere rests on what has a twin"
            )
            yield Finding(at, rule, "leave it out")


def _freed(path: Path, trial: Trial, parts: Parts) -> Findings:
    """Who and what is freed is there, and enough to empty the bubble."""
    for team, heads in (trial.frees or {}).items():
        if team in parts.crews and heads > parts.crews[team].reachable:
            rule = f"{heads} of '{team}' are freed, who are {parts.crews[team].reachable}"
            yield Finding((*path, "frees", team), rule, "free fewer, or give the team more people")
    for team, heads in trial.teardown.by.items() if trial.frees is not None else ():
        freed = trial.frees.get(team, 0) if trial.frees is not None else heads
        if heads > freed and team in parts.crews and heads <= parts.crews[team].reachable:
            rule = f"{heads} of '{team}' are asked for, of whom {freed} are freed: the bubble would never be emptied"
            yield Finding((*path, "teardown", "by", team), rule, f"free them with 'frees: {{{team}: {heads}}}'")
    for site, pools in (trial.room or {}).items():
        there = parts.sites[site].pools if site in parts.sites else {}
        for pool, room in pools.items():
            at: Path = (*path, "room", site, pool)
            if site in parts.sites and pool not in there:
                hint = did_you_mean(pool, sorted(there)) if there else f"add 'pools: {{{pool}: {room}}}' to '{site}'"
                yield Finding(at, f"'{site}' has no pool '{pool}'", hint)
            elif pool in there and room > there[pool].number:
                yield Finding(
                    at, f"{room} of {pool} are freed at '{site}', there are {there[pool].number}", "free less"
                )
