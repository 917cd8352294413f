"""What distinct stories there are among drills: a mean over all of them would be a day that never happens.

A *turn* is a cause with what it was about, such as ("restoring data", "oracle"), that took at least a certain part of the interruption.
Drills with the same turns are one story. The part is the smallest of a few at which there are few stories, so small differences are
told where there are no great ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from drsim.measures.drills import Interruption
from drsim.measures.segments import CAUSES, Segment

__all__ = ["Story", "Turn", "stories"]

PARTS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Parts of an interruption from which on a cause is a turn, in turn."""
MOST: Final = 4
"""Stories, if a part can be found at which there are no more."""

TOLD: Final = 0.05
"""Part of an interruption by which something must be longer than in the other drills to be told."""

Longest = tuple[Interruption, list[Segment]] | None


class Turn(NamedTuple):
    """A cause and what it was about, in the drills of a story."""

    cause: str
    detail: str
    """What it was, or who; may be empty."""
    mean: float
    """ms."""


@dataclass(frozen=True, slots=True)
class Story:
    """Drills that went alike."""

    drills: tuple[int, ...]
    """In the order in which they were given; the one in the middle tells the story best."""
    turns: tuple[Turn, ...]
    """What took longer in these than in the others, by a part of the whole that is worth telling; the longest first."""
    total: float
    """Mean length of the interruption, ms; 0 where there was none."""

    @property
    def example(self) -> int:
        """A drill of it, the one in the middle."""
        return self.drills[len(self.drills) // 2]


def stories(drills: Sequence[int], longest: Sequence[Longest]) -> list[Story]:
    """Tell the drills, whose longest interruptions are given, as few stories; the commonest first, then the longest."""
    causes = [_by_cause(found) for found in longest]
    totals = [0 if found is None else found[0].end - found[0].begin for found in longest]
    alike: dict[frozenset[tuple[str, str]], list[int]] = {}
    for part in PARTS:
        alike = defaultdict(list)
        for place, (lengths, total) in enumerate(zip(causes, totals, strict=True)):
            alike[frozenset(key for key, length in lengths.items() if length >= part * total)].append(place)
        if len(alike) <= MOST:
            break
    found = []
    for places in alike.values():
        others = [place for place in range(len(drills)) if place not in set(places)]
        length = _mean(totals, places)
        means = {key: _mean([each.get(key, 0) for each in causes], places) for place in places for key in causes[place]}
        apart = {
            key: mean
            for key, mean in means.items()
            if mean - _mean([each.get(key, 0) for each in causes], others) >= TOLD * length
        }
        turns = sorted((Turn(*key, mean) for key, mean in apart.items()), key=lambda turn: (-turn.mean, _order(turn)))
        found.append(Story(tuple(drills[place] for place in places), tuple(turns), length))
    return sorted(found, key=lambda story: (-len(story.drills), -story.total, story.drills))


def _mean(values: Sequence[int], places: Sequence[int]) -> float:
    return sum(values[place] for place in places) / max(1, len(places))


def _by_cause(found: Longest) -> dict[tuple[str, str], int]:
    lengths: dict[tuple[str, str], int] = defaultdict(int)
    for segment in found[1] if found is not None else ():
        lengths[segment.cause, segment.detail or segment.team] += segment.length
    return lengths


def _order(turn: Turn) -> tuple[int, str]:
    return CAUSES.index(turn.cause), turn.detail
