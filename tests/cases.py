"""Small scenarios for cases that are worked out by hand, and drills as a person would write them down."""

from __future__ import annotations

from textwrap import indent
from typing import Any

from agreement import differences, engine_view, reference_view
from reference.drill import simulate

from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.simulation.trajectory import Trajectory
from drsim.studies.replay import Replay
from drsim.units import MINUTE

Luck = dict[str, float]
HEAD = """\
drsim: scenario 1
title: a case
moment: 2015-05-12 10:00
horizon: 7 d
disruptions: {fire: {site: here}}
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s}
"""


def scenario(landscape: str, **head: str) -> Scenario:
    """A landscape, lost at `here` for the whole drill; everybody knows and decides at once, unless the head says otherwise."""
    lines = [line for line in HEAD.splitlines() if line.split(":")[0] not in head]
    lines += [f"{key}: {value}" for key, value in head.items()]
    return loads("\n".join([*lines, "landscape:", "  drsim: landscape 1", indent(landscape, "  ")]))


def drilled(landscape: str, luck: Luck | None = None, **head: str) -> Replay:
    """One drill, in which both implementations agree."""
    case = scenario(landscape, **head)

    def number(name: tuple[Any, ...]) -> float:
        purpose, thing, place, _, attempt = name
        last = place if purpose == "usable" else attempt
        return (luck or {}).get(f"{purpose} {thing} {last}", (luck or {}).get(f"{purpose} {thing}", 0.5))

    replay = Replay.of(compile_scenario(case), 1, 0, lambda name, _: number(name))
    found = differences(engine_view(replay.trajectory), reference_view(simulate(case, number)))
    assert not found, "\n".join(found)
    return replay


def in_minutes(time: int) -> float:
    return time / MINUTE if time >= 0 else -1


def tries(replay: Replay, thing: str, *kinds: str) -> list[tuple[Any, ...]]:
    """Kind, site, start, end and outcome of each try of the steps of a thing (of some kinds), in order."""
    return [
        (row.kind, row.site, in_minutes(row.start), in_minutes(row.end), row.outcome)
        for row in replay.trajectory.rows
        if row.object == thing and (not kinds or row.kind in kinds)
    ]


def minutes(time: int) -> str:
    whole, rest = divmod(time, MINUTE)
    assert time < 0 or not rest
    return str(whole) if time >= 0 else "-"


def rows(drill: Trajectory) -> str:
    """step, object, site | incident.try | wanted ready start end, minutes | outcome | bound by."""
    lines = []
    for row in drill.rows:
        cause = row.bound_by
        bound = " ".join(cause) if isinstance(cause, tuple) else f"{cause.kind} {cause.object}" if cause else "-"
        name = f"{row.kind} {row.object}" + (f" @{row.site}" if row.site else "")
        when = " ".join(minutes(time) for time in (row.wanted, row.ready, row.start, row.end))
        lines.append(f"{name} | {row.incident}.{row.attempt} | {when} | {row.outcome} | {bound}")
    return "\n".join(lines)


def segments(replay: Replay, service: str) -> list[tuple[str, int, int]]:
    """Cause, from, to in minutes; details apart."""
    ((_, found),) = replay.explain(service)
    return [(s.cause, s.begin // MINUTE, s.end // MINUTE) for s in found]
