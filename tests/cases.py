"""Small scenarios for cases that are worked out by hand."""

from __future__ import annotations

from textwrap import indent

from drsim.model import Scenario
from drsim.reading import loads

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
