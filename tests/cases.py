"""Small scenarios for cases that are worked out by hand, and drills as a person would write them down."""

from __future__ import annotations

from textwrap import indent

from drsim.model import Scenario
from drsim.reading import loads
from drsim.simulation.trajectory import Trajectory
from drsim.studies.replay import Replay
from drsim.units import MINUTE

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
