"""What is decided: the response, moves on purpose and the way home."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drsim.model.fields import Path
from drsim.model.landscape import Assess, Component, Failback, Response
from drsim.model.scenario import Disruption, Moves
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.steps import MOST_TRIES, step_findings
from drsim.units import Duration


def response_findings(response: Response, parts: Parts) -> Findings:
    """Check the steps of a response, and whether all that moves can go home."""
    for key in ("assess", "decide"):
        yield from step_findings(("response", key), getattr(response, key), parts.crews)
    quorum = response.decide.quorum
    if quorum is not None and quorum.people.number > quorum.of.number:
        rule = f"{quorum.people} of {quorum.of} never come"
        yield Finding(("response", "decide", "quorum", "people"), rule, "ask for fewer, or call more")
    yield from _wrong(("response", "assess"), response.assess)
    yield from _groups(("response",), response, parts.components)
    if response.failback is not None:
        yield from _failback(("response", "failback"), response.failback, parts.components)
        for name, component in parts.components.items():
            if any(copy.ships is not None for copy in component.copies.values()):
                rule = f"what '{name}' ships is not drilled with 'failback', which would ship it back"
                yield Finding(("response", "failback"), rule, "leave one of the two out, or give a 'lag'", True)


def _moves_on_purpose(path: Path, key: str, then: str, components: Mapping[str, Component]) -> Findings:
    """What is stopped here and started there has one home, takes nothing with it, and is not switched meanwhile."""
    for name, component in components.items():
        if component.on_partition == "takeover, alone":
            rule = f"'{name}' takes over alone when it is cut off, which is not drilled with '{key}'"
            yield Finding(path, rule, "leave one of the two out, or give it a 'witness'", True)
        if component.scope == "site":
            rule = f"'{name}' serves only its own site: what needs it there would stop when it {then}"
            yield Finding(path, rule, f"make it active at both sites, or leave '{key}' out", True)
        elif len(component.active) > 1:
            rule = f"'{name}' has no single home: it is active at {' and '.join(component.active)}, and has a standby"
            yield Finding(path, rule, f"leave its standby out, or '{key}'", True)


def _failback(path: Path, failback: Failback, components: Mapping[str, Component]) -> Findings:
    """Something may move, and can."""
    movable = {name: component for name, component in sorted(components.items()) if component.standby is not None}
    if not movable:
        yield Finding(path, "nothing ever moves: no component has a standby", "leave 'failback' out", True)
    if not failback.window.spans:
        yield Finding((*path, "window"), "nothing ever goes home in it", "write when moves may begin")
    if failback.attempts > MOST_TRIES:
        rule = f"'{failback.attempts}' attempts are more than anybody makes"
        yield Finding((*path, "attempts"), rule, f"write at most {MOST_TRIES}")
    yield from _moves_on_purpose(path, "failback", "goes home", movable)


def move_findings(
    moves: Moves, horizon: Duration, response: Response | None, components: Mapping[str, Component]
) -> Findings:
    """Something is moved, in time, and can be."""
    here = {
        name: component
        for name, component in sorted(components.items())
        if component.standby is not None and moves.site in component.active
    }
    path: Path = ("moves",)
    if not here:
        rule = f"nothing can be moved from '{moves.site}': no component that runs there has a standby"
        yield Finding((*path, "site"), rule, "name a site from which something can be moved")
    if not moves.window.spans:
        yield Finding((*path, "window"), "nothing is ever moved in it", "write when moves may begin")
    if moves.after.ms >= horizon.ms:
        rule = f"it begins after '{moves.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    if response is not None and response.failback is not None:
        rule = "'failback' would bring home what 'moves' takes away"
        yield Finding(path, rule, "leave one of the two out", True)
        return
    yield from _moves_on_purpose(path, "moves", "is moved", here)
    for name, component in here.items():
        if any(copy.ships is not None for copy in component.copies.values()):
            rule = f"what '{name}' ships is not drilled with 'moves', which would have to wait for the last of it"
            yield Finding(path, rule, "write a 'lag' in the place of 'ships', or leave one of the two out", True)


def apart_findings(keys: Collection[str], disruptions: Mapping[str, Disruption]) -> Findings:
    """What a test in a bubble does not go with."""
    for key in keys:
        yield Finding(("tests",), f"'{key}' are not drilled with a test in a bubble", "leave one of the two out", True)
    for name, what in sorted(disruptions.items()):
        if what.kind == "corruption":
            rule = "a corruption is not drilled with a test in a bubble, whose copies would be bad too"
            yield Finding(("disruptions", name), rule, "leave it out, or 'tests'", True)


def _groups(path: Path, response: Response, components: Mapping[str, Component]) -> Findings:
    """Groups have members, each component is in one at most, and an order of groups has some."""
    if response.order != "dependencies" and not response.groups:
        rule = f"'{response.order}' is the order, but there are no groups"
        yield Finding((*path, "order"), rule, "add 'groups: [[storage], [oracle, mail]]', or leave the order out")
    seen: dict[str, int] = {}
    for index, group in enumerate(response.groups):
        if not group:
            yield Finding((*path, "groups", index), "nothing is in this group", "name its components, or leave it out")
        for place, name in enumerate(group):
            if name in components and components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, so nothing waits for it"
                yield Finding((*path, "groups", index, place), rule, "leave it out: it comes last")
            if name in seen:
                rule = f"'{name}' is in a group already"
                yield Finding((*path, "groups", index, place), rule, "leave it in one of them")
            seen[name] = index


def _wrong(path: Path, assess: Assess) -> Findings:
    """A wrong diagnosis costs time of the sort that finding out takes."""
    wrong, costs = assess.wrong, assess.costs
    if wrong.millionths and costs is None:
        rule = f"a diagnosis is wrong in '{wrong.text}', but costs nothing"
        yield Finding((*path, "wrong"), rule, "say how much longer it takes then: 'costs: 2 h'", True)
    elif costs is not None and not wrong.millionths:
        yield Finding((*path, "costs"), "no diagnosis is wrong, but it costs time", "add 'wrong: 20 %'", True)
    elif costs is not None and costs.working != assess.takes.working:
        rule = f"'{costs.text}' and '{assess.takes.text}' are not both in working hours"
        yield Finding((*path, "costs"), rule, "write both in 'wh', or both in 'h'")
