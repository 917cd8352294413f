"""How far a replicated copy is that ships at a rate what changes by the hour, section 11 of `docs/semantics.md`.

Bytes are whole milli-bytes, rates bytes per second: a rate of 1 moves one milli-byte a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from drsim.calendar import Hours
from drsim.units import WEEK

__all__ = ["Piece", "Shipping", "Stretch", "backlog", "highest", "point", "steady"]

Piece = tuple[int, int, int]
"""(from, to, how much changes then)"""


class Stretch(NamedTuple):
    """What holds from a time on."""

    time: int
    changes: bool
    follows: bool
    anew: bool = False
    """nothing is left to ship"""


class Shipping(NamedTuple):
    """What changes of the data of a component, and how fast it is shipped to the copy at its standby."""

    rate: int
    change: int
    """in the hours of the calendar"""
    otherwise: int
    calendar: int
    """of the drill"""
    week: Hours
    """the same in the standard week"""
    monday: int
    """what is left to ship on Monday at 0:00, undisturbed"""
    moment: int
    """ms from Monday 0:00 of a dated moment, by the local clock; -1 if it is drawn"""


def _pieces(hours: Hours, change: int, otherwise: int, since: int, until: int) -> Iterator[Piece]:
    """The time between two instants, cut where the calendar opens or closes."""
    cuts = [since, *(time for time, _ in hours.edges(since, until - 1)), until]
    for begin, end in pairwise(cuts):
        if begin < end:
            yield begin, end, change if hours.is_open(begin) else otherwise


def backlog(left: int, pieces: Iterator[Piece] | Sequence[Piece], rate: int) -> int:
    """What is left to ship after a time."""
    for begin, end, change in pieces:
        left = max(0, left + (change - rate) * (end - begin))
    return left


def steady(week: Hours, change: int, otherwise: int, rate: int) -> int | None:
    """What is left to ship each Monday at 0:00; None if it is more each week."""
    pieces = list(_pieces(week, change, otherwise, 0, WEEK))
    first = backlog(0, pieces, rate)
    return first if backlog(first, pieces, rate) == first else None


def highest(what: Shipping) -> tuple[int, int]:
    """(the most that is ever left to ship, undisturbed; when, ms from Monday 0:00)."""
    left, best = what.monday, (what.monday, 0)
    for piece in _pieces(what.week, what.change, what.otherwise, 0, WEEK):
        left = backlog(left, [piece], what.rate)
        best = max(best, (left, -piece[1]))
    return best[0], -best[1]


def point(what: Shipping, hours: Hours, offset: int, log: Sequence[Stretch], at: int) -> int:
    """The last instant up to `at` such that all that changed before it was shipped by then.

    `log` is what held in the drill, from 0 on; `hours` are those of the drill.
    """
    now = offset if what.moment < 0 else what.moment
    past = list(_pieces(what.week, what.change, what.otherwise, now - WEEK, now))
    changed = [(begin - now, end - now, change) for begin, end, change in past]
    left = backlog(what.monday, _pieces(what.week, what.change, what.otherwise, 0, now), what.rate)
    for stretch, after in pairwise([*log, Stretch(at, False, False)]):
        if stretch.anew:
            left = 0
        since, until = stretch.time + offset, min(after.time, at) + offset
        for begin, end, rate in _pieces(hours, what.change, what.otherwise, since, until):
            piece = (begin - offset, end - offset, rate if stretch.changes else 0)
            changed.append(piece)
            left = backlog(left, [piece], what.rate if stretch.follows else 0)
    if not left:
        return at
    for begin, end, rate in reversed(changed):
        if rate * (end - begin) >= left:
            return end - -(-left // rate)
        left -= rate * (end - begin)
    raise AssertionError("what is left to ship changed within the last week")
