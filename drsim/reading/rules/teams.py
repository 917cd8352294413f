"""Who is there, and when."""

from __future__ import annotations

from collections import Counter

from drsim.model.fields import Path
from drsim.model.landscape import ALWAYS, OnCall, Shift, Team
from drsim.reading.rules.finding import Finding, Findings
from drsim.reading.rules.steps import MOST_TRIES
from drsim.units import ONE


def team_findings(path: Path, team: Team) -> Findings:
    """What is said in shifts is not said beside them."""
    for key in ("people", "works", "skills"):
        if team.shifts and key in team.model_fields_set:
            rule = f"'{key}' is said by its shifts already"
            yield Finding((*path, key), rule, "leave it out, or the shifts", True)
    if team.works_at_most is None and team.rests is not None:
        rule = "nobody works at most so long, so nobody rests"
        yield Finding((*path, "rests"), rule, "add 'works_at_most: 12 h', or leave it out", True)
    groups: list[tuple[Path, Team | Shift | OnCall]] = [((), team)]
    if team.shifts:
        groups = [(("shifts", name), shift) for name, shift in team.shifts.items()]
    if team.on_call is not None:
        groups.append((("on_call",), team.on_call))
    for place, group in groups:
        yield from _named_heads((*path, *place, "skills"), group)
    call = team.on_call
    if call is not None and call.accepts.millionths * MOST_TRIES < ONE:
        rule = f"'{call.accepts.text}' means over {MOST_TRIES} tries of a call on average"
        yield Finding((*path, "on_call", "accepts"), rule, f"write at least '{100 // MOST_TRIES} %'")
    if call is not None and all(shift.works == ALWAYS for shift in team.roster):
        rule = "it is always there, so nobody is called outside its hours"
        yield Finding((*path, "on_call"), rule, "leave it out, or say when the team works", True)
    if team.shifts and not team.most:
        rule = "its shifts are never open, so nobody ever works"
        yield Finding((*path, "shifts"), rule, "give one of them a calendar, or leave the shifts out")


def _named_heads(path: Path, group: Team | Shift | OnCall) -> Findings:
    """Each name in the skills of some people is one of them."""
    for skill, who in group.skills.items():
        if not who:
            yield Finding((*path, skill), "nobody is named", "say who can do it, or leave it out")
        for name, count in Counter(who).items():
            if count > 1:
                yield Finding((*path, skill), f"'{name}' is there twice", "leave one out")
    names = {name for who in group.skills.values() for name in who}
    if len(names) > group.people.number:
        rule = f"'skills' names {len(names)} people of {group.people}"
        yield Finding(path, rule, "name fewer, or put more 'people' there", True)
