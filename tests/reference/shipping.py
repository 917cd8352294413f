"""What is left to ship to a copy (section 11 of docs/semantics.md), from running sums over all instants that matter."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from drsim.calendar import compile_calendar
from drsim.model.landscape import Change
from drsim.units import DAY, HOUR, MINUTE, WEEK


class Shipped:
    """What changes of the data of one component and how it is shipped, in one drill."""

    def __init__(self, run: Any, c: str) -> None:
        self.run = run
        component = run.land.components[c]
        change = component.data.change
        self.ships = component.copies[run.replica(c)].ships.per_second
        if isinstance(change, Change):
            self.inside = change.rate.per_second
            self.outside = 0 if change.otherwise is None else change.otherwise.per_second
            self.week = compile_calendar(change.within, None, 5 * WEEK)
            self.hours = compile_calendar(change.within, run.scenario.moment, run.offset + run.horizon + WEEK)
        else:
            self.inside = self.outside = change.per_second
            self.week = self.hours = None
        moment = run.scenario.moment
        self.now = run.offset
        if moment is not None:
            self.now = moment.weekday() * DAY + moment.hour * HOUR + moment.minute * MINUTE
        # (instant, whether anything changes, whether it is shipped, whether nothing is left), from the moment on
        self.log: list[tuple[int, bool, bool, bool]] = [(0, True, True, False)]

    def rate(self, time: int) -> int:
        """How much changes at an instant of the drill, below 0 before it, as far as it goes on."""
        if self.week is None or self.hours is None:
            return int(self.inside)
        open_now = (
            self.week.is_open(3 * WEEK + self.now + time) if time < 0 else self.hours.is_open(time + self.run.offset)
        )
        return int(self.inside if open_now else self.outside)

    def instants(self, at: int) -> list[int]:
        """From three weeks before the week of the moment on."""
        found = {-3 * WEEK - self.now, 0, at, *(time for time, *_ in self.log)}
        if self.week is not None and self.hours is not None:
            found |= {time - 3 * WEEK - self.now for time in (*self.week.opens, *self.week.closes)}
            found = {time for time in found if time <= 0} | {time for time in found if time in (at, 0)}
            found |= {time for time, *_ in self.log}
            edges = (time - self.run.offset for time in (*self.hours.opens, *self.hours.closes))
            found |= {time for time in edges if time > 0}
        return sorted(time for time in found if -3 * WEEK - self.now <= time <= at)

    def point(self, at: int) -> int:
        """The last instant up to which all that changed was shipped by `at`."""
        changed, left = [(-3 * WEEK - self.now, 0)], 0
        times = self.instants(at)
        for begin, end in pairwise(times):
            changes = follows = True
            for time, runs, ships, anew in self.log:
                if time <= begin:
                    changes, follows = runs, ships
                if time == begin and anew:
                    left = 0
            rate = self.rate(begin) if changes else 0
            left = max(0, left + (rate - (self.ships if follows else 0)) * (end - begin))
            changed.append((end, changed[-1][1] + rate * (end - begin)))
        if any(anew and time == at for time, _, _, anew in self.log):
            left = 0
        shipped = changed[-1][1] - left

        def up_to(time: int) -> int:
            (a, low), (b, high) = next(pair for pair in pairwise(changed) if time <= pair[1][0])
            return low + (high - low) * (time - a) // (b - a)

        low, high = times[0], at
        while low < high:
            middle = (low + high + 1) // 2
            if up_to(middle) <= shipped:
                low = middle
            else:
                high = middle - 1
        return low
