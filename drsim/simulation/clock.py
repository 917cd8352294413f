"""The clock of a drill: events of SimPy, and the running step that is one itself. The only place that knows simpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simpy import Environment, Event
from simpy.core import Infinity

from drsim.simulation.trajectory import Row

__all__ = ["Clock", "Work"]

Alarm = Callable[[str, Any], None]


class Work(Row, Event):
    """A row in the making: the event of its own end, so that a running step costs one object and one entry of the queue."""

    _ok = True
    due = -1
    """when it ends, once it has started and unless something comes between"""
    number = 0
    """the place of its end among all that was applied"""
    before: tuple[int, Row | tuple[str, str] | None] = (-1, None)
    """`ready` and `bound_by` from when it was ready before"""
    ready_in = 1
    """the round of its instant in which it became ready"""

    def again(self) -> Work:
        """A copy of a row that has not ended, which may go another way from here."""
        new = Work(self.what, self.step, self.order, self.incident, self.attempt, self.wanted)
        new.ready, new.is_ready, new.ready_in = self.ready, self.is_ready, self.ready_in
        new.bound_by, new.before = self.bound_by, self.before
        new.start, new.due, new.copy, new.taken = self.start, self.due, self.copy, self.taken
        new.point, new.passed_over = self.point, self.passed_over
        return new


class Clock:
    """Time in whole ms, and what is due: running steps, and alarms for everything else.

    `on_alarm(kind, value)` is called when an alarm is due, `on_end(work)` when a step may end. Nothing happens at the horizon
    or later.
    """

    def __init__(self, horizon: int, on_alarm: Alarm, on_end: Callable[[Any], None], now: int = 0) -> None:
        self.environment = Environment(initial_time=now)
        self.horizon = horizon
        self._on_alarm = on_alarm
        self.ends: list[Callable[[Any], None]] = [on_end]
        """the callbacks of every running step"""
        self.peek = self.environment.peek
        """when the next event is due; infinite if there is none"""
        self.schedule = self.environment.schedule
        self.run = self.environment.run

    @property
    def now(self) -> int:
        """ms since the moment of the drill."""
        return int(self.environment.now)

    def at(self, time: int, kind: str, value: object = None) -> None:
        """Set an alarm."""
        if time < self.horizon:
            timeout = self.environment.timeout(time - self.environment.now, (kind, value))
            timeout.callbacks.append(self._ring)

    def end_at(self, time: int, work: Work) -> None:
        """A step runs until then."""
        if time < self.horizon:
            work.due = time
            work.callbacks = self.ends
            self.schedule(work, delay=time - self.environment.now)

    def at_rest(self) -> bool:
        """Nothing is due any more."""
        return self.peek() == Infinity

    def last_of_instant(self) -> bool:
        """Nothing else is due now."""
        return self.peek() > self.environment.now

    def copied_to(self, other: Clock, same: Callable[[Any], Any]) -> None:
        """Set on another clock, which shows the same time, what is due on this one; `same` gives its version of a value."""
        for time, _, _, event in sorted(self.environment._queue):
            if isinstance(event, Work):
                if event.outcome is None:  # else it was dropped or interrupted, and is no event of the copy
                    other.end_at(int(time), same(event))
            else:
                kind, value = event._value
                other.at(int(time), kind, same(value))

    def _ring(self, event: Any) -> None:
        self._on_alarm(*event._value)
