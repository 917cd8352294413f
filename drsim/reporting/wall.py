"""Instants of a drill as people say them: `Tue 10:00`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from drsim.calendar import wall_clock
from drsim.units import MINUTE, WEEK

__all__ = ["Wall", "moment_text", "nearest_minute"]

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST: Final = date(2001, 1, 1)
Far: TypeAlias = Literal[0, 1, 2]


def moment_text(moment: datetime | None) -> str:
    """Write the moment of a scenario: `Tue 12 May 2015 10:00`."""
    if moment is None:
        return "any moment of the week"
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year} {moment:%H:%M}"


def nearest_minute(t: int) -> int:
    """Whole minutes, half a minute up, as all durations are shown."""
    return (t + MINUTE // 2) // MINUTE


@dataclass(frozen=True)
class Wall:
    """The clock on the wall in one drill."""

    moment: datetime | None
    """Of the scenario."""
    offset: int = 0
    """Of a drill that begins at any moment: ms since Monday 0:00."""
    far: Far = 0
    """How far times are apart: 0 less than a week, 1 less than four, 2 more."""

    @classmethod
    def over(cls, moment: datetime | None, offset: int, last: int) -> Wall:
        """The clock for times up to `last` ms."""
        return cls(moment, offset, 0 if last < WEEK else 1 if last < 4 * WEEK else 2)

    def at(self, t: int) -> datetime:
        """The local time t ms after the moment of the drill, to the nearest minute of the drill."""
        return wall_clock(self.moment, nearest_minute(t) * MINUTE + (self.offset if self.moment is None else 0))

    def day(self, t: int) -> str:
        """`Tue`; `Tue 12` and `Tue 12 May` (`Tue wk 2` where there is no date) as times are farther apart."""
        local = self.at(t)
        name = _DAYS[local.weekday()]
        if not self.far:
            return name
        if self.moment is None:
            return f"{name} wk {1 + (local.date() - _FIRST).days // 7}"
        month = f" {_MONTHS[local.month - 1]}" if self.far > 1 else ""
        return f"{name} {local.day}{month}"

    def clock(self, t: int) -> str:
        """`10:00`."""
        return f"{self.at(t):%H:%M}"

    def text(self, t: int) -> str:
        """`Tue 10:00`."""
        return f"{self.day(t)} {self.clock(t)}"
