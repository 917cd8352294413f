"""Steps: who takes them, how often they are tried, and the tasks of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from drsim.errors import did_you_mean
from drsim.model.fields import Path
from drsim.model.landscape import Restore, Step, Task, Team
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.units import ONE

STEPS: Final = ("precheck", "start", "switch", "stop", "restart", "repair", "verify")
ENDLESS: Final = ("restart", "repair")
"""Steps that are tried until they succeed."""
MOST_TRIES: Final = 100
"""How often a step may be tried: at most, or on average where it is tried until it succeeds."""


def step_findings(path: Path, step: Step, crews: Mapping[str, Team]) -> Findings:
    """Check a step on its own."""
    if step.takes.working and not step.by:
        rule = f"'{step.takes.text}' is in working hours, but nobody is there to work them"
        yield Finding((*path, "takes"), rule, "say by whom with 'by', or write it in 'h'")
    yield from crew_findings(path, step, crews)
    if step.attempts > MOST_TRIES:
        rule = f"'{step.attempts}' attempts are more than anybody makes"
        yield Finding((*path, "attempts"), rule, f"write at most '{MOST_TRIES}'")
    if step.on_site and not step.by:
        yield Finding((*path, "on_site"), "'on_site' is true, but nobody is there to travel", "say who with 'by'", True)
    elif step.on_site and all(team in crews and crews[team].based is None for team in step.by):
        rule = f"'on_site' is true, but nobody has a base to travel from: {', '.join(sorted(step.by))}"
        hint = "leave 'on_site' out: the way of a supplier is in its 'call_out', and a team is 'based' at a site"
        yield Finding((*path, "on_site"), rule, hint, True)


def tries(path: Path, step: Step) -> Findings:
    """What is tried until it succeeds must succeed now and then."""
    works = step.works.millionths
    if works == 0:
        rule = f"'{step.works.text}' can never succeed, and a {path[-1]} is tried until it does"
        yield Finding((*path, "works"), rule, f"write at least '{100 // MOST_TRIES} %', or leave '{path[-1]}' out")
    elif works * MOST_TRIES < ONE:
        rule = f"'{step.works.text}' means over {MOST_TRIES} tries on average: a {path[-1]} is tried until it succeeds"
        hint = f"write at least '{100 // MOST_TRIES} %', and let 'takes' say how long it may last"
        yield Finding((*path, "works"), rule, hint)


def task_findings(path: Path, name: str, task: Task, parts: Parts) -> Findings:
    """Check a step of the plan."""
    yield from step_findings(path, task, parts.crews)
    works = task.works.millionths
    if works == 0:
        rule = f"'{task.works.text}' can never succeed, and a step of the plan is tried until it does"
        yield Finding((*path, "works"), rule, f"write at least '{100 // MOST_TRIES} %', or leave the step out")
    elif works * MOST_TRIES < ONE:
        rule = f"'{task.works.text}' means over {MOST_TRIES} tries on average: a step of the plan is tried until it succeeds"
        hint = f"write at least '{100 // MOST_TRIES} %', and let 'takes' say how long it may last"
        yield Finding((*path, "works"), rule, hint)
    if task.approval and not task.by:
        rule = "'approval' is true, but nobody is there to give it"
        yield Finding((*path, "approval"), rule, "say by whom with 'by', or leave it out for a wait", True)
    if not task.ahead_of and not task.after:
        rule = f"'{name}' is neither before nor after anything"
        yield Finding(path, rule, "say what it is 'before' or 'after': without that it is never due")
    for key in ("before", "after", "replaces"):
        for other, count in Counter(getattr(task, key)).items():
            if count > 1:
                yield Finding((*path, key), f"'{other}' is there twice", "leave one out")
    for other in task.replaces:
        if other in task.before:
            yield Finding((*path, "replaces"), f"'{other}' is there twice", "it is before what it replaces anyway")
        elif other in parts.components and not {"warm", "cold"} & set(parts.components[other].recover):
            rule = f"'{other}' has no start at a standby that could be replaced"
            yield Finding((*path, "replaces"), rule, "it has no warm or cold strategy: write 'before'")
    for other in task.replaces:
        if other in parts.components and parts.components[other].boots is not None:
            rule = f"'{other}' boots, which no step of the plan can do in its place"
            yield Finding((*path, "replaces"), rule, "write 'before'")
    for other in sorted(set(task.ahead_of) & set(task.after)):
        yield Finding(path, f"'{name}' is both before and after '{other}'", "take it out of one of the two")


def crew_findings(path: Path, step: Step | Restore, crews: Mapping[str, Team]) -> Findings:
    """Check that those who are asked for are there."""
    for team, skill in step.skills.items():
        at = (*path, "skills", team)
        if team not in step.by:
            hint = did_you_mean(team, sorted(step.by)) if step.by else "say who does it with 'by'"
            yield Finding(at, f"'{team}' is not in the crew", hint, True)
        elif team in crews and not (most := crews[team].most_who(skill)):
            known = sorted({each for head in crews[team].heads for each in head.skills})
            hint = did_you_mean(skill, known) if known else f"write 'skills: {{{skill}: anna}}' at '{team}'"
            yield Finding(at, f"nobody of '{team}' can do '{skill}'", hint)
        elif team in crews and most < step.by[team] <= crews[team].reachable:
            number = f"{most} is" if most == 1 else f"{most} are"
            rule = f"{step.by[team]} of '{team}' who can do '{skill}' are asked for, of whom {number} there at once"
            yield Finding(at, rule, "ask for fewer, or say who else can")
    for team, heads in step.by.items():
        if team in crews and crews[team].shifts and 0 < crews[team].reachable < heads:
            rule = f"{heads} of '{team}' are asked for, of whose shifts {crews[team].reachable} are there at once"
            yield Finding((*path, "by", team), rule, "ask for fewer, or put more people on one shift")
        elif team in crews and not crews[team].shifts and heads > crews[team].reachable:
            rule = f"{heads} of '{team}' are asked for, who are {crews[team].reachable}"
            yield Finding((*path, "by", team), rule, "ask for fewer, or give the team more people")


def way_findings(path: Path, step: Step, places: Collection[str], parts: Parts) -> Findings:
    """Whoever works on site must know the way."""
    for team in step.by if step.on_site else ():
        base = parts.crews[team].based if team in parts.crews else None
        for place in sorted(places):
            if base is None or base not in parts.sites or place not in parts.sites or place == base:
                continue
            if place not in parts.sites[base].travel and base not in parts.sites[place].travel:
                rule = (
                    f"'{team}' works on site at '{place}', but there is no travel time from '{base}', where it is based"
                )
                yield Finding((*path, "on_site"), rule, f"add 'travel: {{{base}: 25 min}}' to '{place}'")
