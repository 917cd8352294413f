"""Office hours and schedules: as written, and compiled to plain instants in ms of elapsed time."""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, Self, overload
from zoneinfo import ZoneInfo

from drsim.errors import did_you_mean
from drsim.units import DAY, MINUTE, SECOND, WEEK, Duration, tidy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TIME_ZONE: Final = "Europe/Amsterdam"
"""Where all local times are."""
FAR: Final = 2**62
"""The instant that never comes, in ms."""

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_EVERY_DAY: Final = {"always": ((0, _WEEK_MINUTES),), "never": ()}

_ON_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}")
_ON_DAY: Final = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th) ([0-9]{1,2}:[0-9]{2})")
Spans = tuple[tuple[int, int], ...]
"""Pairs of start and end, the end not included."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of a week, with or without Dutch holidays; calendars with the same hours are equal."""

    text: str = field(compare=False)
    """As written, spaces tidied."""
    spans: Spans
    """Open hours in minutes of the week from Monday 0:00, sorted, none of them touching."""
    holidays: bool = False
    """True when it is closed on Dutch public holidays."""

    def __post_init__(self) -> None:
        """Refuse with ValueError spans that are not sorted, not merged or outside the week."""
        minutes = [-1, *itertools.chain(*self.spans), _WEEK_MINUTES + 1]
        if any(later <= earlier for earlier, later in itertools.pairwise(minutes)):
            raise ValueError(f"the spans {self.spans} do not rise from 0 to {_WEEK_MINUTES} minutes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Mon-Thu 9:00-17:00, Fri 9:00-12:00`; hours may overlap. ValueError says what is wrong."""
        plain = tidy(text)
        hours, excepted, what = plain.partition(" except ")
        if excepted and what != "Dutch holidays":
            raise ValueError(f"'{plain}' has the exception '{what}': write 'except Dutch holidays'")
        if hours in _EVERY_DAY:
            return cls(plain, _EVERY_DAY[hours], bool(excepted))
        spans = []
        for days, time in _clauses(hours, "Mon-Fri 8:30-17:30"):
            first, dash, last = time.partition("-")
            if not dash:
                raise ValueError(f"'{plain}' has the time '{time}' where hours are due: write such as '8:30-17:30'")
            start, end = _minute(first, plain), _minute(last, plain)
            if end <= start:
                raise ValueError(
                    f"'{plain}' has the hours '{time}', which end before they start: "
                    "split them at midnight such as 'Mon 22:00-24:00, Tue 0:00-6:00'"
                )
            spans += [(day * _DAY_MINUTES + start, day * _DAY_MINUTES + end) for day in days]
        return cls(plain, _merge(spans), bool(excepted))

    def __str__(self) -> str:
        """Give the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is done again and again; schedules with the same instants are equal."""

    text: str = field(compare=False)
    """As written, spaces tidied."""
    kind: Literal["weekly", "every"]
    """At minutes of the week, or once in a period."""
    minutes: tuple[int, ...] = ()
    """Of a weekly schedule: minutes of the week from Monday 0:00, sorted."""
    period_ms: int = 0
    """Of the other: ms, counted from Monday 0:00."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Mon-Fri 22:00` or `every 15 min`; ValueError says what is wrong."""
        plain = tidy(text)
        every, _, period = plain.partition(" ")
        if every == "every":
            duration = Duration.parse(period)
            if duration.working or duration.ms < SECOND or duration.source is not None:
                raise ValueError(f"'{plain}' is not a schedule: write a plain period from '1 s' such as 'every 15 min'")
            if WEEK % duration.ms:
                rule = f"'{plain}' does not fill a week, in which it is counted from Monday 0:00"
                raise ValueError(f"{rule}: write a period that does such as 'every 4 h'")
            return cls(plain, "every", period_ms=duration.ms)
        minutes = set()
        for days, time in _clauses(plain, "Mon-Fri 22:00"):
            minute = _minute(time, plain)
            if minute == _DAY_MINUTES:
                raise ValueError(
                    f"'{plain}' has the time '24:00' where an instant is due: write '0:00' of the next day"
                )
            minutes |= {day * _DAY_MINUTES + minute for day in days}
        return cls(plain, "weekly", tuple(sorted(minutes)))

    def __str__(self) -> str:
        """Give the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Hours:
    """A compiled calendar: when it is open, in ms since the moment; open at opens[i] <= t < closes[i]."""

    opens: tuple[int, ...]
    """Sorted; the first may be before 0."""
    closes: tuple[int, ...]
    """As many, each before the next opening."""
    _done: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sum the open time before each opening, and all of it."""
        lengths = (close - start for start, close in zip(self.opens, self.closes, strict=True))
        object.__setattr__(self, "_done", tuple(itertools.accumulate(lengths, initial=0)))

    def is_open(self, t: int) -> bool:
        """Tell whether it is open at t."""
        i = bisect_right(self.opens, t) - 1
        return i >= 0 and t < self.closes[i]

    def edges(self, since: int, until: int) -> list[tuple[int, bool]]:
        """Give each instant in (since, until] at which it opens (True) or closes (False), in order."""
        spans = zip(self.opens, self.closes, strict=True)
        both = ((t, opening) for span in spans for t, opening in zip(span, (True, False), strict=True))
        return [(t, opening) for t, opening in both if since < t <= until]

    def add(self, t: int, work: int) -> int:
        """Give the first instant by which `work` ms of open time from t on are done; FAR when they never are."""
        if work <= 0:
            return t
        target = self._until(t) + work
        i = bisect_left(self._done, target) - 1
        return self.opens[i] + target - self._done[i] if target <= self._done[-1] else FAR

    @overload
    def worked(self, a: int, b: int) -> int: ...
    @overload
    def worked(self, a: NDArray[np.int64], b: int | NDArray[np.int64]) -> NDArray[np.int64]: ...
    @overload
    def worked(self, a: int, b: NDArray[np.int64]) -> NDArray[np.int64]: ...
    def worked(self, a: int | NDArray[np.int64], b: int | NDArray[np.int64]) -> int | NDArray[np.int64]:
        """Give the open ms in [a, b), negative when b is before a; of int64 arrays element by element."""
        if isinstance(a, int) and isinstance(b, int):
            return self._until(b) - self._until(a)
        return self._until_all(b) - self._until_all(a)

    def _until(self, t: int) -> int:
        """Give the open time before t."""
        i = bisect_right(self.opens, t) - 1
        return self._done[i] + min(t, self.closes[i]) - self.opens[i] if i >= 0 else 0

    def _until_all(self, t: int | NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        if not self.opens:
            return np.zeros(np.shape(t), dtype=np.int64)
        opens, closes, done = (np.asarray(each, dtype=np.int64) for each in (self.opens, self.closes, self._done))
        i = np.maximum(np.searchsorted(opens, t, side="right") - 1, 0)
        within: NDArray[np.int64] = np.maximum(np.minimum(t, closes[i]) - opens[i], 0)
        return done[i] + within


@functools.lru_cache(maxsize=256)
def compile_calendar(calendar: Calendar, moment: datetime | None, until: int) -> Hours:
    """Compile for at least [-7 d, until], in ms since the moment; openings and closings after `until` are not complete.

    A dated moment is a naive local time, and hours are as the local clock shows them: a time that the clock skips
    becomes the first that it shows next, of one that it shows twice the first counts. Holidays are the public ones of
    the `holidays` library: Good Friday is one, Liberation Day only every fifth year (2015 too).
    Without a moment it is the standard week, 0 is Monday 0:00, and holidays and daylight saving do not exist.
    """
    if calendar.spans == _EVERY_DAY["always"] and (moment is None or not calendar.holidays):
        return Hours((-WEEK,), (FAR,))
    if moment is None:
        spans = [(week + MINUTE * a, week + MINUTE * b) for week in _weeks(-WEEK, until) for a, b in calendar.spans]
    else:
        zero = _instant(moment)
        spans = []
        for day in _dates(moment, -WEEK, until):
            if calendar.holidays and day in _dutch_holidays(day.year):
                continue
            before = day.weekday() * _DAY_MINUTES
            for a, b in calendar.spans:
                start, end = max(a - before, 0), min(b - before, _DAY_MINUTES)
                if start < end:
                    spans.append((_local(day, start) - zero, _local(day, end) - zero))
    merged = _merge(span for span in spans if span[0] < span[1])  # the clock may skip all of a span
    return Hours(tuple(start for start, _ in merged), tuple(end for _, end in merged))


def either(all_hours: Iterable[Hours]) -> Hours:
    """Give the hours at which any of these is open."""
    merged = _merge(span for hours in all_hours for span in zip(hours.opens, hours.closes, strict=True))
    return Hours(tuple(start for start, _ in merged), tuple(end for _, end in merged))


def wall_clock(moment: datetime | None, t: int) -> datetime:
    """Give the local time t ms after the moment, naive; without a moment that of weeks from a Monday, 1 January 2001."""
    if moment is None:
        return datetime(2001, 1, 1) + timedelta(milliseconds=t)
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=_instant(moment) + t)
    return instant.astimezone(ZoneInfo(TIME_ZONE)).replace(tzinfo=None)


def compile_schedule(schedule: Schedule, moment: datetime | None, since: int, until: int) -> tuple[int, ...]:
    """Give the instants in [since, until] in ms since the moment, sorted; `since` may be negative.

    Weekly ones go by the local clock as in `compile_calendar`; a period counts elapsed time, in both directions, from
    Monday 0:00 of the week of the moment.
    """
    if schedule.kind == "every":
        period = schedule.period_ms
        monday = 0 if moment is None else _local(moment.date() - timedelta(moment.weekday()), 0) - _instant(moment)
        return tuple(range(since + (monday - since) % period, until + 1, period))
    if moment is None:
        instants = {week + MINUTE * minute for week in _weeks(since, until) for minute in schedule.minutes}
    else:
        zero = _instant(moment)
        instants = {
            _local(day, minute % _DAY_MINUTES) - zero
            for day in _dates(moment, since, until)
            for minute in schedule.minutes
            if minute // _DAY_MINUTES == day.weekday()
        }
    return tuple(sorted(t for t in instants if since <= t <= until))


def exists(moment: datetime) -> bool:
    """Whether clocks show a local time: they skip an hour when summer time begins."""
    zone = ZoneInfo(TIME_ZONE)
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment


def check_due(text: str) -> str:
    """Give a text of moments tidied: `2015-05-21 17:00`, `24th 9:00` or `Mon-Fri 9:00`; ValueError says what is wrong."""
    plain = tidy(text)
    if _ON_DATE.fullmatch(plain):
        try:
            moment = datetime.strptime(plain, "%Y-%m-%d %H:%M")
        except ValueError:
            raise ValueError(f"'{plain}' is on no calendar: give a date and a time that exist") from None
        if not exists(moment):
            raise ValueError(
                f"'{plain}' does not exist, clocks skip that hour when summer time begins: give another time"
            )
    elif found := _ON_DAY.fullmatch(plain):
        if not 1 <= int(found[1]) <= 28 or _minute(found[2], plain) == _DAY_MINUTES:
            raise ValueError(f"'{plain}' is not in every month: write a day from '1st' to '28th' and a time")
    elif re.match(r"\d{4}-", plain):
        raise ValueError(f"'{plain}' is not a moment: write a date and a time such as '2015-05-21 17:00'")
    elif Schedule.parse(plain).kind == "every":
        raise ValueError(f"'{plain}' is no date: write such as '24th 9:00', 'Wed 9:00' or '2015-05-21 17:00'")
    return plain


def on_date(text: str) -> bool:
    """Whether moments hang on dates, not on the week alone."""
    return bool(_ON_DATE.fullmatch(text) or _ON_DAY.fullmatch(text))


def compile_due(text: str, moment: datetime | None, until: int) -> tuple[int, ...]:
    """Give the instants in [0, until] in ms since the moment, sorted; those on dates need a moment."""
    if not on_date(text):
        return compile_schedule(Schedule.parse(text), moment, 0, until)
    assert moment is not None
    zero, found = _instant(moment), _ON_DAY.fullmatch(text)
    if found is None:
        instants = [_instant(datetime.strptime(text, "%Y-%m-%d %H:%M")) - zero]
    else:
        minute = _minute(found[2], text)
        days = (day for day in _dates(moment, 0, until) if day.day == int(found[1]))
        instants = [_local(day, minute) - zero for day in days]
    return tuple(sorted(t for t in instants if 0 <= t <= until))


def _clauses(text: str, example: str) -> Iterator[tuple[list[int], str]]:
    """Split `Mon,Wed 9:00-12:30, Thu 13:00-20:00` into days and the time that follows them."""
    days: list[int] = []
    for item in text.split(","):
        names, _, time = item.strip().partition(" ")
        days += _days(names, text)
        if time:
            yield days, time
            days = []
    if days:
        raise ValueError(f"'{text}' ends without a time: write days and a time such as '{example}'")


def _days(names: str, text: str) -> range:
    """Read `daily`, `Mon` or `Mon-Fri`."""
    if names == "daily":
        return range(7)
    first, _, last = names.partition("-")
    for name in (first, last or first):
        if name not in _DAYS:
            raise ValueError(f"'{text}' has the day '{name}': {did_you_mean(name, ('daily', *_DAYS))}")
    days = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
    if not days:
        raise ValueError(
            f"'{text}' has the days '{names}', which end before they start: split them such as 'Sat-Sun,Mon'"
        )
    return days


def _minute(time: str, text: str) -> int:
    """Read `8:30` as minutes of the day, up to `24:00`."""
    found = re.fullmatch("([0-9]{1,2}):([0-5][0-9])", time)
    minute = 60 * int(found[1]) + int(found[2]) if found else -1
    if not 0 <= minute <= _DAY_MINUTES:
        raise ValueError(f"'{text}' has the time '{time}': write a time from '0:00' to '24:00' such as '8:30'")
    return minute


def _merge(spans: Iterable[tuple[int, int]]) -> Spans:
    """Sort spans, and make one of those that touch."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _weeks(since: int, until: int) -> range:
    """Give the Mondays, in ms, of the standard weeks that cover [since, until]."""
    return range(since // WEEK * WEEK, until + 1, WEEK)


def _dates(moment: datetime, since: int, until: int) -> Iterator[date]:
    """Give the dates that cover [since, until], with a day on either side for daylight saving."""
    first, last = since // DAY - 1, until // DAY + 2
    return (moment.date() + timedelta(days) for days in range(first, last + 1))


def _local(day: date, minute: int) -> int:
    """Give the instant of a local time in ms since 1970."""
    midnight, is_even = _day(day)
    if is_even:
        return midnight + minute * MINUTE
    return _instant(datetime(day.year, day.month, day.day) + timedelta(minutes=minute))


@functools.lru_cache(maxsize=4096)
def _day(day: date) -> tuple[int, bool]:
    """Give the instant at which a day begins, and whether it has 24 hours, as all have on which the clock is not changed."""
    start = datetime(day.year, day.month, day.day)
    begin = _instant(start)
    return begin, _instant(start + timedelta(days=1)) - begin == DAY


def _instant(local: datetime) -> int:
    """Give the instant of a naive local time in ms since 1970; ValueError when it has a time zone of its own."""
    if local.tzinfo is not None:
        raise ValueError(f"'{local}' has a time zone: a moment is local time, such as '2015-05-12 10:00'")
    zone = ZoneInfo(TIME_ZONE)
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    while instant.astimezone(zone).replace(tzinfo=None) != local:  # the clock skips it: on to the first that it shows
        local += timedelta(minutes=1)
        instant = local.replace(tzinfo=zone).astimezone(UTC)
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@functools.cache
def _dutch_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("NL", years=year))
