"""Power, section 5 of `docs/semantics.md`: when nothing supplies a site whose mains are away.

All of it follows from the draws alone, so it is worked out before the drill begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from drsim.planning.plan import NEVER, Generator, Power
from drsim.units import MINUTE

__all__ = ["Span", "Supply"]

Span = tuple[int, int]
"""Beginning and end in ms, NEVER for no end."""
Value = Callable[[int, int, int, int], int]
"""(fixed, variable, number of the outage of the mains, try) -> ms"""
Luck = Callable[[int, int, int, int], bool]


class Event(NamedTuple):
    """What a person would note about the supply of a site."""

    time: int
    site: int
    what: str


class Supply:
    """What happens to the supply of one site.

    `down` are the spans in which nothing supplies it, `mains` those in which its mains are away, `events` the log.
    """

    def __init__(self, power: Power, mains: Iterable[Span], horizon: int, value: Value, luck: Luck) -> None:
        self.power, self.horizon = power, horizon
        self.value, self.luck = value, luck
        self.charge, self.since = power.ups, 0
        self.tank = NEVER if power.generator is None else power.generator.fuel
        self.down: list[Span] = []
        self.mains: list[Span] = []
        self.events: list[Event] = []
        todo = [span for span in mains if span[0] < horizon]
        heapify(todo)
        while todo:
            begin, end = heappop(todo)
            while todo and todo[0][0] <= end:
                end = max(end, heappop(todo)[1])
            number = len(self.mains)
            self.mains.append((begin, end))
            self._without_mains(number, begin, end)
            if end < horizon and (again := self._trips(number, end)) is not None:
                heappush(todo, again)

    def _trips(self, number: int, end: int) -> Span | None:
        """The mains go again after they are back."""
        trip = self.power.trip
        if trip is None or not self.luck(trip.chance, trip.chance_variable, number, 0):
            return None
        begin = end + max(1, self.value(trip.after, trip.after_variable, number, 0))
        self._note(begin, "the mains trip")
        return begin, begin + max(1, self.value(trip.lasts, trip.lasts_variable, number, 0))

    def _without_mains(self, number: int, begin: int, end: int) -> None:
        self._charge(self.since, begin)
        time = begin
        for since, until in self._runs(number, begin, end):
            self._drain(time, since)
            self._charge(since, until)
            time = until
        self._drain(time, end)
        self.since = end

    def _drain(self, begin: int, end: int) -> None:
        """The battery alone supplies the site, as long as it lasts."""
        lasts = min(self.charge, end - begin)
        self.charge -= lasts
        empty = begin + lasts
        if empty >= end or empty >= self.horizon:
            return
        if self.power.ups:
            self._note(empty, "the battery is empty")
        if self.down and self.down[-1][1] == empty:
            empty = self.down.pop()[0]
        self.down.append((empty, end))

    def _charge(self, begin: int, end: int) -> None:
        gained = min(end - begin, self.power.recharge) * self.power.ups // self.power.recharge
        self.charge = min(self.power.ups, self.charge + gained)

    # the generator

    def _runs(self, number: int, begin: int, end: int) -> list[Span]:
        """When the generator supplies the site while the mains are away."""
        generator = self.power.generator
        if generator is None:
            return []
        if not self.luck(generator.works, generator.works_variable, number, 0):
            self._note(begin, "the generator does not start")
            return []
        first = begin + self.value(generator.takes, generator.takes_variable, number, 0)
        if first >= end:
            return []
        stop, end = end, min(end, self.horizon)
        fails = first + self.value(generator.runs, generator.runs_variable, number, 0)
        found = self._on_fuel(generator, number, first, min(end, fails))
        if fails < end:
            self._note(fails, "the generator fails")
        return [(a, stop if b == self.horizon else b) for a, b in found]

    def _on_fuel(self, generator: Generator, number: int, first: int, end: int) -> list[Span]:
        found: list[Span] = []
        time, filled, tries = first, self._filling(generator, number, 0, first), 1
        if self.tank and first < end:
            self._note(first, "the generator supplies")
        while time < end:
            dry = min(end, time + self.tank)
            until = min(dry, filled)
            self.tank -= until - time if self.tank < NEVER else 0
            if until > time:
                if found and found[-1][1] == time:
                    time = found.pop()[0]
                found.append((time, until))
            if until == end:
                break
            if until < filled:
                self._note(until, "the generator is out of fuel")
                if filled >= end:
                    break
            time, self.tank = filled, generator.fuel
            self._note(time, "the tank is filled")
            filled, tries = self._filling(generator, number, tries, time), tries + 1
        return found

    def _filling(self, generator: Generator, number: int, tries: int, since: int) -> int:
        if generator.refuel >= NEVER:
            return NEVER
        return since + max(MINUTE, self.value(generator.refuel, generator.refuel_variable, number, tries))

    def _note(self, time: int, what: str) -> None:
        if time < self.horizon:
            self.events.append(Event(time, self.power.site, what))
