"""Parts of an interruption, and the causes that they may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from drsim.measures.drills import Interruption

__all__ = ["CAUSES", "Segment", "joined", "tiled"]

CAUSES = (
    "not yet detected",
    "not yet decided",
    "wrong diagnosis",
    "waiting for capacity",
    "making room",
    "waiting for approval",
    "waiting",
    "people on their way",
    "nobody on duty",
    "people at rest",
    "team busy",
    "waiting for a copy",
    "failed attempt",
    "restoring data",
    "step under way",
    "supplier at work",
    "supplier closed",
    "being verified",
    "clearing a test away",
    "waiting for a site",
    "waiting for the end of an outage",
    "another outage",
    "in service between",
    "no way back",
)
"""All causes, in the order in which they are shown."""


class Segment(NamedTuple):
    """A part of an interruption, [begin, end) in ms."""

    begin: int
    end: int
    cause: str
    detail: str = ""
    """what it was: the step and its object, or with what a team was busy"""
    team: str = ""
    beside: str = ""
    """the other transfers on its links"""

    @property
    def length(self) -> int:
        """ms"""
        return self.end - self.begin


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Segments without length left out, neighbours alike made one."""
    result: list[Segment] = []
    for segment in segments:
        if segment.begin >= segment.end:
            continue
        if result and result[-1].end == segment.begin and result[-1][2:] == segment[2:]:
            result[-1] = result[-1]._replace(end=segment.end)
        else:
            result.append(segment)
    return result


def tiled(found: Sequence[Segment], what: Interruption) -> list[Segment]:
    """The good times that were joined under `settle` cut out; what is left fills the interruption exactly."""
    parts: list[Segment] = []
    for segment in found:
        begin = max(segment.begin, what.begin)
        for since, until in what.good:
            a, b = max(since, begin), min(until, segment.end)
            if a < b:
                parts += [segment._replace(begin=begin, end=a), Segment(a, b, "in service between")]
                begin = b
        parts.append(segment._replace(begin=begin))
    result = joined(parts)
    assert sum(segment.length for segment in result) == what.end - what.begin, "segments do not add up"
    return result
