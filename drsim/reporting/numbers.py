"""Numbers as text: no digit that its error does not carry, and nothing certain that a sample cannot be certain of.

A time is rounded to the largest of a few handy steps (1 s to 1 d) that is not above the distance to the nearer end of
its interval, a share to the largest power of ten that is not above half the width of its own. What is known from one
side only is shown as that side, `>99.6 %`, rounded away from the value so that it remains true. Spaces and signs:
`60 %`, `57–63`, `−6 h 53`.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Final, NamedTuple

from drsim.units import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from drsim.measures.estimates import Share

__all__ = [
    *("NONE", "UNKNOWN", "Shown", "about"),
    *("count_parts", "gap_parts", "share_parts"),
    *(
        "format_count",
        "format_gap",
        "format_half",
        "format_hours",
        "format_points",
        "format_share",
        "format_times",
        "in_working_hours",
        "plain",
        "step_ms",
    ),
]

NONE: Final = "–"
"""Nothing at all: no interruption, no loss."""
UNKNOWN: Final = "?"
"""Too few drills to say anything."""
STEPS: Final = (
    *(number * SECOND for number in (1, 5, 15)),
    *(number * MINUTE for number in (1, 5, 15, 30)),
    *(number * HOUR for number in (1, 3, 6, 12)),
    DAY,
)
"""What times are rounded to, in ms."""
_IN_DAYS = 72 * HOUR  # from here on a time is written in days and hours


def format_share(share: Share) -> str:
    """Write a share with its interval: `60 % (57–63)`; for all or none of the drills the bound: `>99.6 %`, `<0.4 %`.

    It never says 0 or 100: an end of the interval that rounds to them is left out, `90 % (>55)`, and a value that does
    gets more digits. Without trials it is `?`.
    """
    pattern, ends = share_parts(share)
    return pattern.format(*(number for _, number in ends))


def share_parts(share: Share) -> tuple[str, list[tuple[str, str]]]:
    """Give `format_share` in parts: a pattern, and (value, low or high, its number) for each of its gaps."""
    if not share.trials:
        return UNKNOWN, []
    value, low, high = (100 * each for each in (share.value, share.low, share.high))
    for digits in itertools.count(max(0, -floor(math.log10((high - low) / 2)))):
        near = [f"{each:.{digits}f}" for each in (value, low, high)]
        above = f"{floor(low * 10**digits) / 10**digits:.{digits}f}"
        below = f"{ceil(high * 10**digits) / 10**digits:.{digits}f}"
        if share.successes == 0:
            ends, pattern = [("high", below)], "<{} %"
        elif share.successes == share.trials:
            ends, pattern = [("low", above)], ">{} %"
        elif float(near[2]) == 100:
            ends, pattern = [("value", near[0]), ("low", above)], "{} % (>{})"
        elif float(near[1]) == 0:
            ends, pattern = [("value", near[0]), ("high", below)], "{} % (<{})"
        else:
            ends, pattern = list(zip(("value", "low", "high"), near, strict=True)), "{} % ({}–{})"
        if not any(float(number) in (0, 100) for _, number in ends):
            break
    return pattern, ends


class Shown(NamedTuple):
    """A time and the ends of its interval, as text."""

    text: str
    low: str
    """Rounded down."""
    high: str
    """Rounded up."""


def format_hours(
    value_ms: float, low_ms: float, high_ms: float, *, horizon_ms: int | None = None, zero: str = NONE
) -> str:
    """Write a time and keep its interval silent: `23 h 05`, `3 d 06 h`, `14 min`, rounded to `step_ms` of its error.

    Its error is the distance to the nearer end of its interval: a long tail on one side makes the other side no worse. An
    exact one, low = high, has seconds below an hour. One that is beyond the horizon is `>14 d`; one that has no upper end
    is shown as its lower one, `≥22 h 30`; one that rounds to nothing as its upper one, `≤1 s`.
    """
    return format_times([(value_ms, low_ms, high_ms)], horizon_ms=horizon_ms, zero=zero)[0].text


def format_times(
    times: Iterable[tuple[float, float, float]], *, horizon_ms: int | None = None, zero: str = NONE
) -> list[Shown]:
    """Write (value, low, high) of quantiles of the same times, the smallest first, each with its interval.

    The ends of an interval are rounded outwards, each to the step of its time or to a finer one that suits it, so what is
    shown of it contains both the whole interval and the time as shown; a lower end above 0 is never shown as nothing. No
    time is shown as less than the one before it: it gets the step of that one, and a lower end that is still less says
    nothing, `?`. Nor is an end shown as less than that of the time before it, unless it is less.
    """
    found: list[Shown] = []
    before, finest = 0.0, STEPS[-1]
    lower, upper = _Ends(floor), _Ends(ceil)
    for value, low, high in times:
        step = _step(value, low, high)
        text, shown = _value(value, low, high, step, horizon_ms, zero)
        if shown < before and finest < step:
            step = finest
            text, shown = _value(value, low, high, step, horizon_ms, zero)
        if shown < before:
            text = UNKNOWN
        elif text != UNKNOWN:
            before, finest = shown, step
        ends = (each.next(end, _end_step(end, high, step)) for each, end in ((lower, low), (upper, high)))
        found.append(Shown(text, *(_end(end, to, way, horizon_ms, zero) for end, to, way in ends)))
    return found


def _step(value: float, low: float, high: float) -> int:
    """Give what a time with this interval is rounded to: with an end at infinity also fine enough for its lower end."""
    if not math.isfinite(high):
        return step_ms(min(low, low / 20 if math.isinf(value) else min(low / 20, value - low)))
    return step_ms(min(value - low, high - value))


def _value(value: float, low: float, high: float, step: int, horizon: int | None, zero: str) -> tuple[str, float]:
    """Give a time as text, and the time that this says in ms."""
    if math.isnan(value):
        return UNKNOWN, math.inf
    if value < 0:
        raise ValueError(f"a time of {value} ms is negative")
    if math.isinf(value):
        return _beyond(horizon), math.inf
    if math.isinf(high):  # too few drills, or too many that were not back
        return (UNKNOWN, math.inf) if low < SECOND else (f"≥{_time(low, step, floor)}", _rounded(low, step, floor)[0])
    if value == 0:
        return zero, 0
    if value < step / 2:
        return f"≤{_time(high, step, ceil)}", _rounded(high, step, ceil)[0]
    return _time(value, step, _half_up), _rounded(value, step, _half_up)[0]


@dataclass
class _Ends:
    """The lower or the upper ends of intervals of quantiles, the smallest quantile first."""

    way: Callable[[float], int]
    last: tuple[float, int] = (-math.inf, SECOND)
    """The end before, and what it was rounded to."""

    def next(self, end: float, step: int) -> tuple[float, int, Callable[[float], int]]:
        """Give an end, what it is rounded to and how: a step at which it is not below the end before, unless it is less."""
        before, its = self.last
        comparable = math.isfinite(end) and math.isfinite(before) and end >= before
        if comparable and _rounded(end, step, self.way)[0] < _rounded(before, its, self.way)[0]:
            step = min(step, its) if self.way is floor else max(step, its)
        self.last = (end, step)
        return end, step, self.way


def _end_step(end: float, high: float, step: int) -> int:
    """Give what an end is rounded to: no coarser than a twentieth of it; from a minute on no seconds beside hours."""
    if not math.isfinite(end):
        return step
    finest = MINUTE if end >= MINUTE and high >= HOUR else SECOND
    return max(finest, min(step, step_ms(end / 20)))


def _end(ms: float, step: int, way: Callable[[float], int], horizon: int | None, zero: str) -> str:
    """Give an end of an interval as text."""
    if not math.isfinite(ms):
        return UNKNOWN if math.isnan(ms) else _beyond(horizon)
    if not ms:
        return zero
    return _time(ms, step, way) if _rounded(ms, step, way)[0] else f"<{_text(SECOND, SECOND)}"


def _beyond(horizon: int | None) -> str:
    return ">∞" if horizon is None else f">{_time(horizon, _divisor(horizon), floor)}"


def format_gap(value_ms: float, low_ms: float, high_ms: float) -> str:
    """Write by how much times differ, with the interval of that: `−6 h 53 (−7 h 15 to −6 h 30)`, `+12 min (±3 min)`.

    Rounded to the step of the half width, the ends outwards; equal distances are written once. An end that nobody knows is `?`. What is
    exact has no interval; nothing at all is `–`.
    """
    if value_ms == low_ms == high_ms or not (math.isfinite(low_ms) or math.isfinite(high_ms)):
        text, low, _ = gap_parts(value_ms, low_ms, high_ms)
        return f"{text} ({low})" if low == UNKNOWN else text
    if math.isclose(value_ms - low_ms, high_ms - value_ms, rel_tol=1e-6):
        step = _gap_step(value_ms, low_ms, high_ms, even=True)
        half = min(value_ms - low_ms, high_ms - value_ms)
        return f"{_signed(value_ms, step, _half_up)} (±{_text(*_rounded(half, step, ceil))})"
    text, low, high = gap_parts(value_ms, low_ms, high_ms)
    return f"{text} ({low} to {high})"


def gap_parts(value_ms: float, low_ms: float, high_ms: float) -> Shown:
    """Write the same with both ends, also where they are equally far; of what is exact all three are the same."""
    if value_ms == low_ms == high_ms:
        text = _signed(value_ms, SECOND, _half_up) if value_ms else NONE
        return Shown(text, text, text)
    if not math.isfinite(low_ms) and not math.isfinite(high_ms):
        return Shown(_signed(value_ms, step_ms(abs(value_ms) / 4), _half_up), UNKNOWN, UNKNOWN)
    step = _gap_step(value_ms, low_ms, high_ms, even=False)
    low, high = (
        _signed(end, step, way) if math.isfinite(end) else UNKNOWN for end, way in ((low_ms, floor), (high_ms, ceil))
    )
    return Shown(_signed(value_ms, step, _half_up), low, high)


def _gap_step(value: float, low: float, high: float, even: bool) -> int:
    """Give what a difference is rounded to; `even`: its interval is shown as one distance."""
    half = min(value - low, high - value)
    step = step_ms((half if math.isfinite(half) else abs(value) / 10) / 2)
    while step > SECOND and not _shows_its_sign(value, low, high, step, even):
        step = step_ms(step - 1)
    return step


def format_half(half_ms: float) -> str:
    """Write how far off a time may be, rounded up: `±1 h 40`."""
    return f"±{_text(*_rounded(half_ms, step_ms(half_ms / 4), ceil))}"


def _shows_its_sign(value: float, low: float, high: float, step: int, even: bool) -> bool:
    """Whether what is shown, rounded to this step, leaves nothing out just as the interval does."""
    if low <= 0 <= high:
        return True
    nearest, size = min(abs(low), abs(high)), abs(value)
    if even:
        return _rounded(size, step, _half_up)[0] > _rounded(size - nearest, step, ceil)[0]
    return _rounded(nearest, step, floor)[0] > 0 and _rounded(size, step, _half_up)[0] > 0


def _signed(ms: float, step: int, way: Callable[[float], int]) -> str:
    """Write a time with its sign; `floor` rounds it down, `ceil` up, also below 0."""
    if ms < 0:
        way = ceil if way is floor else floor if way is ceil else way
    size, unit = _rounded(abs(ms), step, way)
    if not size:
        return "0"
    return ("−" if ms < 0 else "+") + _text(size, unit)


def format_points(value: float, low: float, high: float) -> str:
    """Write by how much shares differ, in percentage points with their interval: `+27 points (24 to 30)`."""
    half = min(value - low, high - value) * 100
    digits = max(0, -floor(math.log10(half))) if half > 0 else 0

    def signed(share: float, way: Callable[[float], float]) -> str:
        number = way(share * 100 * 10**digits) / 10**digits
        return f"{number:+z.{digits}f}".replace("-", "−") if number else "0"

    ends = f"{signed(low, floor)} to {signed(high, ceil)}"
    return f"{signed(value, round)} points ({ends})"


def step_ms(half_width_ms: float) -> int:
    """Give what a time with this error is rounded to, in ms: the largest step not above it, at least a second."""
    return STEPS[max(0, bisect_right(STEPS, half_width_ms) - 1)]


def plain(ms: int) -> str:
    """Write an exact duration: `45 s`, `14 min`, `4 min 30 s`, from an hour on in minutes: `1 h 02`, `3 d 05 h 53`."""
    if ms < 0:
        return f"−{plain(-ms)}"
    if 0 < ms < SECOND / 2:
        return "<1 s"
    step = SECOND if _round(ms, SECOND, _half_up) < HOUR else MINUTE
    return _text(_round(ms, step, _half_up), step)


def about(ms: float) -> str:
    """Write a time to whole minutes, from three days on to hours: `14 min`, `15 h 00`, `8 d 05 h`; `<1 min` for less."""
    return _time(ms, MINUTE, _half_up) if _round(ms, MINUTE, _half_up) else "<1 min"


def format_count(value: float, half_width: float) -> str:
    """Write a number with its error: `1,670 ±10`; the error in one digit, rounded up, and the value to the same digit.

    Without an error (0) it is exact, `1,670`, or cut to three digits where it is no whole number, `3.14`; with an
    infinite one it is `?`.
    """
    if not math.isfinite(value) or not math.isfinite(half_width):
        return UNKNOWN
    if half_width <= 0:
        places = 0 if value == round(value) else max(0, 2 - floor(math.log10(abs(value))))
        return f"{value:z,.{places}f}".replace("-", "−")
    scale = 10.0 ** floor(math.log10(half_width))
    error = ceil(round(half_width / scale, 9)) * scale  # rounded: 0.3 is 3 tenths, not 2.9999999999999996
    power = floor(math.log10(error) + 1e-9)
    digits = max(0, -power)
    return f"{round(value, -power):z,.{digits}f} ±{error:,.{digits}f}".replace("-", "−")


def count_parts(value: float, low: float, high: float) -> Shown:
    """Write a number as `format_count` does, with the ends of its interval.

    They are rounded outwards to the same digit, or to a finer one where that would move an end by more than a tenth of the
    interval: 0 to 102.9 is `0 to 110`. A value that would leave its interval is as fine as the ends.
    """
    half = max(high - value, value - low)
    if abs(half) < 1e-9:  # what differs only as floats do is exact
        text = format_count(round(value, 6), 0.0)
        return Shown(text, text, text)
    text, _, error = format_count(value, half).partition(" ±")
    if not error:
        return Shown(text, UNKNOWN, UNKNOWN)
    power = floor(math.log10(float(error.replace(",", ""))) + 1e-9)
    while max(low - _to(low, power, floor), _to(high, power, ceil) - high) > (high - low) / 10:
        power -= 1
    ends = _to(low, power, floor), _to(high, power, ceil)
    if not ends[0] <= float(text.replace(",", "").replace("−", "-")) <= ends[1]:
        text = _digits(_to(value, power, _half_up), power)
    return Shown(text, *(_digits(end, power) for end in ends))


def _to(number: float, power: int, way: Callable[[float], int]) -> float:
    """Round to a power of ten."""
    return way(round(number / 10.0**power, 9)) * 10.0**power


def _digits(number: float, power: int) -> str:
    return f"{number:z,.{max(0, -power)}f}".replace("-", "−")


def in_working_hours(text: str) -> str:
    """Write a time as working time, whose days are not of 24 hours: `+3 d 13 h` as `+85 wh`."""
    text = re.sub(r"([0-9]+) d(?: ([0-9]+) h)?", lambda found: f"{24 * int(found[1]) + int(found[2] or 0)} h", text)
    return re.sub(r"(?<=[0-9]) h\b", " wh", text)


def _half_up(number: float) -> int:
    return floor(number + 0.5)


def _round(ms: float, step: int, way: Callable[[float], int]) -> int:
    return way(ms / step) * step


def _divisor(ms: int) -> int:
    return max((step for step in STEPS if ms % step == 0), default=SECOND)


def _time(ms: float, step: int, way: Callable[[float], int]) -> str:
    return _text(*_rounded(ms, step, way))


def _rounded(ms: float, step: int, way: Callable[[float], int]) -> tuple[int, int]:
    """Round to the step, or to the finest that so long a time is shown in; the step is given too."""
    for long, finest in ((HOUR, MINUTE), (_IN_DAYS, HOUR)):
        if _round(ms, step, way) >= long:
            step = max(step, finest)
    return _round(ms, step, way), step


def _text(ms: int, step: int) -> str:
    """Write whole steps of ms without the digits below the step."""
    days, hours, minutes, seconds = ms // DAY, ms // HOUR % 24, ms // MINUTE % 60, ms // SECOND % 60
    if step >= DAY:
        return f"{days} d"
    if ms >= _IN_DAYS:
        return f"{days} d {hours:02} h" + (f" {minutes:02}" if step < HOUR else "")
    if step >= HOUR:
        return f"{ms // HOUR} h"
    if ms >= HOUR:
        return f"{ms // HOUR} h {minutes:02}"
    if ms >= MINUTE:
        return f"{minutes} min" + (f" {seconds} s" if seconds else "")
    return f"{seconds} s"
