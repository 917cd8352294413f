"""No digit that its error does not carry, and nothing certain that a sample cannot be certain of."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
import scipy.special  # noqa: F401  (so that the first example is not slow)
from hypothesis import assume, example, given
from hypothesis import strategies as st

from drsim.measures.estimates import share
from drsim.reporting.numbers import (
    STEPS,
    UNKNOWN,
    about,
    count_parts,
    format_count,
    format_hours,
    format_share,
    format_times,
    in_working_hours,
    plain,
    step_ms,
)
from drsim.units import DAY, HOUR, MINUTE, SECOND

MINUTES = {"d": 1440, "h": 60, "min": 1, "s": Fraction(1, 60)}


def read_ms(text: str) -> int:
    """Read a time as shown back into ms: a number without a unit at the end is in the next smaller one."""
    total, following = Fraction(0), {"h": "min"}
    words, last = text.lstrip("<>≤≥−").split(), ""
    while words:
        number = int(words.pop(0))
        last = words.pop(0) if words else following[last]
        total += number * MINUTES[last] * MINUTE
    assert total.denominator == 1
    return int(total)


@pytest.mark.parametrize(
    ("successes", "trials", "text"),
    [
        (600, 1000, "60 % (57–63)"),
        (832, 1000, "83 % (81–85)"),
        (8, 10, "80 % (44–97)"),
        (1000, 1000, ">99.6 %"),
        (0, 1000, "<0.4 %"),
        (0, 64, "<6 %"),
        (100, 100, ">96 %"),
        (1, 1, ">2 %"),
        (0, 1, "<98 %"),
        (10**6, 10**6, ">99.9996 %"),
        (500_000, 10**6, "50.00 % (49.90–50.10)"),
        (999, 1000, "99.9 % (>99.4)"),
        (249, 250, "99.6 % (>97.7)"),
        (1, 1000, "0.1 % (<0.6)"),
        (9, 10, "90 % (>55)"),
        (1, 2, "50 % (1–99)"),
        (0, 0, "?"),
    ],
)
def test_shares(successes, trials, text):
    assert format_share(share(successes, trials)) == text


counts = st.integers(1, 10**5).flatmap(
    lambda n: st.tuples(st.integers(0, n) | st.sampled_from(sorted({0, min(1, n), n - 1, n})), st.just(n))
)


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.9999]))
@example((1, 2), 0.9999)
@example((1, 1), 0.999)
def test_a_sample_is_never_certain(count, confidence):
    found = share(*count, confidence)
    text = format_share(found)
    numbers = [float(number) for number in re.findall(r"[0-9.]+", text)]
    assert all(0 < number < 100 for number in numbers)
    decimals = [len(number.partition(".")[2]) for number in re.findall(r"[0-9.]+", text)]
    assert len(set(decimals)) == 1
    half, step = 50 * (found.high - found.low), 10.0 ** -decimals[0]
    finest = 10.0 ** min(0, math.floor(math.log10(half)))
    assert step <= finest * 1.001
    if step < finest * 0.999:  # only where fewer digits would say 0 or 100
        assert any(
            round(each / (10 * step)) * 10 * step in (0, 100) or each < 20 * step or each > 100 - 20 * step
            for each in (100 * found.value, 100 * found.low, 100 * found.high)
        )
    if ">" in text:
        assert numbers[-1] <= 100 * found.low
    elif "<" in text:
        assert numbers[-1] >= 100 * found.high
    if "(" in text:
        assert abs(numbers[0] - 100 * found.value) <= step * 0.501
    else:
        assert count[0] in (0, count[1])


def hours(value, low, high, **more):
    return format_hours(value * HOUR, low * HOUR, high * HOUR, **more)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (23.08, 23.0, 23.17, "23 h 05"),
        (77.89, 77, 79, "3 d 06 h"),
        (77.89, 77.85, 77.92, "3 d 06 h"),
        (166.9, 140, 191, "7 d"),
        (26, 26, 26, "26 h 00"),
        (26.02, 25.5, 26.5, "26 h 00"),
        (14 / 60, 14 / 60, 14 / 60, "14 min"),
        (14.5 / 60, 14.5 / 60, 14.5 / 60, "14 min 30 s"),
        (45 / 3600, 44 / 3600, 46 / 3600, "45 s"),
        (12.3, 8, 16, "12 h"),
        (59.9 / 60, 58 / 60, 62 / 60, "1 h 00"),
        (71.99, 71.5, 72.5, "3 d 00 h"),
        (14.3 / 60, 13 / 60, 15.5 / 60, "14 min"),
        (10 / 60, 0, 80 / 60, "10 min"),
        (31.74, 31.0, 71.01, "31 h 30"),
        (40, 30.2, math.inf, "≥30 h"),
        (60, 29.8, math.inf, "≥29 h"),
        (22.6, 22.55, math.inf, "≥22 h 33"),
        (5, 0, math.inf, "?"),
        (0, 0, math.inf, "?"),
        (math.nan, 0, math.inf, "?"),
        (0, 0, 0, "–"),
    ],
)
def test_hours(value, low, high, text):
    assert hours(value, low, high) == text


def test_what_never_came_is_beyond_the_horizon():
    assert hours(math.inf, 30, math.inf, horizon_ms=14 * DAY) == ">14 d"
    assert hours(math.inf, 30, math.inf, horizon_ms=36 * HOUR) == ">36 h"
    assert hours(math.inf, 30, math.inf, horizon_ms=14 * DAY + HOUR) == ">14 d 01 h"
    assert hours(math.inf, 1, math.inf, horizon_ms=90 * MINUTE) == ">1 h 30"
    assert hours(math.inf, 30, math.inf) == ">∞"
    assert hours(0, 0, 1, zero="0") == "0"
    with pytest.raises(ValueError, match=r"a time of -1 ms is negative"):
        format_hours(-1, -2, 0)


@pytest.mark.parametrize(
    ("half", "step"),
    [(0, SECOND), (999, SECOND), (5000, 5000), (14 * MINUTE, 5 * MINUTE), (HOUR, HOUR), (math.inf, DAY)],
)
def test_the_step_is_the_largest_not_above_the_error(half, step):
    assert step_ms(half) == step


moments = st.integers(0, 40 * DAY)


@given(moments, moments, moments)
def test_a_time_is_never_finer_than_its_error(one, two, three):
    low, value, high = sorted((one, two, three))
    assume(value >= SECOND)
    shown = read_ms(format_hours(value, low, high))
    error = min(value - low, high - value)
    step = max([SECOND, *(step for step in STEPS if step <= error)])
    assert shown % step == 0
    assert shown > 0
    assert abs(shown - value) <= max(step, HOUR if shown >= 72 * HOUR else MINUTE if shown >= HOUR else 0) / 2


def test_what_rounds_to_nothing_is_shown_as_its_upper_end():
    assert format_hours(300, 0, 2500) == "≤3 s"


ends = moments | st.integers(0, 200 * SECOND) | st.just(math.inf)


def bounds(text):
    """From where to where a time may be that is shown so, in ms."""
    if text == UNKNOWN:
        return 0, math.inf
    if text == "–":
        return 0, 0
    if text.startswith("<"):
        return 0, read_ms(text)
    if text.startswith(">"):
        return math.inf, math.inf
    ms = read_ms(text)
    return {"≥": (ms, math.inf), "≤": (0, ms)}.get(text[0], (ms, ms))


@given(ends, ends, ends)
@example(31 * HOUR, 31.74 * HOUR, 71.01 * HOUR)
@example(71.9 * HOUR, 71.99 * HOUR, 72.3 * HOUR)
def test_an_interval_as_shown_contains_all_of_it(one, two, three):
    low, value, high = sorted((one, two, three))
    shown = format_times([(value, low, high)])[0]
    (lowest, _), (_, highest) = bounds(shown.low), bounds(shown.high)
    assert lowest <= low
    assert highest >= high
    assert any(lowest <= each <= highest for each in bounds(shown.text))


@given(st.tuples(ends, ends), st.tuples(ends, ends), st.tuples(ends, ends))
@example((27.5 * HOUR, 29.8 * HOUR), (27.75 * HOUR, 60 * HOUR), (28 * HOUR, math.inf))
@example((77 * HOUR, 77 * HOUR), (78 * HOUR, 79 * HOUR), (79 * HOUR, math.inf))
@example((50 * HOUR, 50 * HOUR), (100 * HOUR, 101.5 * HOUR), (101 * HOUR, 150 * HOUR))
def test_quantiles_as_shown_are_in_order(lows, values, highs):
    pairs = [sorted(pair) for pair in (lows, values, highs)]
    times = [sorted(time) for time in zip(*pairs, strict=True)]  # the first is nowhere above the second
    first, second = format_times([(value, low, high) for low, value, high in times])
    if UNKNOWN not in (first.text, second.text):
        assert bounds(first.text)[0] <= bounds(second.text)[0]


def test_a_bound_below_an_earlier_quantile_says_nothing():
    first, second = format_times([(78 * HOUR, 77 * HOUR, 79 * HOUR), (90 * HOUR, 76 * HOUR, math.inf)])
    assert (first.text, second.text, second.low) == ("3 d 06 h", UNKNOWN, "3 d 04 h")


@pytest.mark.parametrize(
    ("time", "low", "high"),
    [
        ((12 * HOUR, 3 * HOUR + 53 * MINUTE, 21 * HOUR + 38 * MINUTE), "3 h 50", "22 h"),
        ((152 * MINUTE, 148 * MINUTE, 160 * MINUTE), "2 h 28", "2 h 40"),
        ((13 * HOUR, 22 * MINUTE + 56 * SECOND, 13 * HOUR), "22 min", "13 h 00"),
        ((5 * HOUR, 300, 9 * HOUR), "<1 s", "9 h 00"),
        ((5 * HOUR, 0, 9 * HOUR), "–", "9 h 00"),
        ((870_000, 870_000, 870_000), "14 min 30 s", "14 min 30 s"),
    ],
)
def test_each_end_is_rounded_to_what_suits_it(time, low, high):
    assert format_times([time])[0][1:] == (low, high)


@given(ends, ends, ends)
@example(233 * MINUTE, 12 * HOUR, 1298 * MINUTE)
def test_a_lower_end_above_nothing_is_not_shown_as_nothing(one, two, three):
    low, value, high = sorted((one, two, three))
    assume(math.isfinite(low))
    shown = format_times([(value, low, high)])[0].low
    assert (shown == "–") == (low == 0)
    if low >= MINUTE:
        assert read_ms(shown) >= 0.5 * low


@given(st.tuples(ends, ends), st.tuples(ends, ends), st.tuples(ends, ends))
@example((148 * MINUTE, 233 * MINUTE), (153 * MINUTE, 12 * HOUR), (160 * MINUTE, 1298 * MINUTE))
@example((1376 * SECOND, 1377 * SECOND), (1380 * SECOND, 13 * HOUR), (1386 * SECOND, 13 * HOUR))
@example((HOUR, 9 * HOUR), (5 * HOUR, 601 * MINUTE), (601 * MINUTE, 602 * MINUTE))
def test_ends_as_shown_are_in_order(lows, values, highs):
    pairs = [sorted(pair) for pair in (lows, values, highs)]
    times = [sorted(time) for time in zip(*pairs, strict=True)]  # the first is nowhere above the second
    first, second = format_times([(value, low, high) for low, value, high in times])
    for before, after in ((first.low, second.low), (first.high, second.high)):
        assert bounds(before)[0] <= bounds(after)[0]


@given(moments, moments)
def test_a_lower_end_is_shown_rounded_down(one, two):
    low, value = sorted((one, two))
    text = format_hours(value, low, math.inf)
    assert text == UNKNOWN if low < SECOND else text[0] == "≥"
    if low >= SECOND:
        assert low * (0.9 if low >= MINUTE else 0.5) < read_ms(text) <= low


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (3, "<1 s"),
        (45 * SECOND, "45 s"),
        (14 * MINUTE, "14 min"),
        (14 * MINUTE + 30 * SECOND, "14 min 30 s"),
        (HOUR - 300, "1 h 00"),
        (62 * MINUTE, "1 h 02"),
        (70 * HOUR + 55 * MINUTE, "70 h 55"),
        (77 * HOUR + 53 * MINUTE, "3 d 05 h 53"),
        (-6 * HOUR - 53 * MINUTE, "−6 h 53"),
    ],
)
def test_exact_durations(ms, text):
    assert plain(ms) == text


@pytest.mark.parametrize(
    ("value", "half_width", "text"),
    [
        (1672.3, 10, "1,670 ±10"),
        (1672.3, 9.6, "1,670 ±10"),
        (1672.3, 12.4, "1,670 ±20"),
        (1672.3, 0.96, "1,672 ±1"),
        (12.42, 0.3, "12.4 ±0.3"),
        (0.02, 0.004, "0.020 ±0.004"),
        (3, 20, "0 ±20"),
        (-0.01, 0.9, "0.0 ±0.9"),
        (-5.2, 1, "−5 ±1"),
        (8570, 0, "8,570"),
        (0, 0, "0"),
        (5, math.inf, "?"),
        (math.nan, 1, "?"),
        (935 / 3, 0, "312"),
        (10 / 3, 0, "3.33"),
        (-0.000123456, 0, "−0.000123"),
    ],
)
def test_numbers(value, half_width, text):
    assert format_count(value, half_width) == text


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_a_number_is_never_finer_than_its_error(value, half_width):
    shown, error = (part.replace(",", "").replace("−", "-") for part in format_count(value, half_width).split(" ±"))
    assert half_width * (1 - 1e-8) <= float(error) <= 2 * half_width * (1 + 1e-8)
    assert len(error.strip("0.")) == 1
    unit = Fraction(10) ** math.floor(math.log10(float(error)) + 1e-9)
    assert Fraction(shown) % unit == 0
    assert abs(Fraction(shown) - Fraction(value)) <= unit * Fraction(1_000_001, 2_000_000)


@pytest.mark.parametrize(
    ("mean", "shown"),
    [
        ((0, 0, 102.9), ("0", "0", "110")),
        ((0, 0, 10.01), ("0", "0", "11")),
        ((3760, 3712, 3809), ("3,760", "3,710", "3,810")),
        ((0.18, 0.172, 0.187), ("0.180", "0.172", "0.187")),
        ((15.4, 5, 15.45), ("15", "5", "16")),
        ((380, 380, 380), ("380", "380", "380")),
        ((3, -math.inf, math.inf), ("?", "?", "?")),
    ],
)
def test_ends_of_means(mean, shown):
    assert count_parts(*mean) == shown


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(1e-3, 1e6))
def test_an_end_of_a_mean_is_rounded_outwards_and_by_little(value, below, above):
    low, high = value - below, value + above
    text, *ends = (float(part.replace(",", "").replace("−", "-")) for part in count_parts(value, low, high))
    slack = 1e-6 * max(1, abs(low), abs(high)) * 1e-2 + 1e-9 * (high - low)
    most = (high - low) / 10 + slack
    assert -slack <= low - ends[0] <= most and -slack <= ends[1] - high <= most
    assert ends[0] <= text <= ends[1]


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("+3 d 13 h", "+85 wh"),
        ("−3 d 13 h 30 (±2 d)", "−85 wh 30 (±48 wh)"),
        ("+2 h 10 (+1 h 50 to +2 h 25)", "+2 wh 10 (+1 wh 50 to +2 wh 25)"),
        ("+45 min", "+45 min"),
        ("–", "–"),
    ],
)
def test_days_of_working_time_are_hours(text: str, working: str):
    assert in_working_hours(text) == working


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (20 * SECOND, "<1 min"),
        (9 * MINUTE + 59 * SECOND, "10 min"),
        (15 * HOUR, "15 h 00"),
        (8 * DAY + 5 * HOUR + 26 * MINUTE, "8 d 05 h"),
    ],
)
def test_a_time_in_a_picture_has_no_seconds(ms: int, text: str):
    assert about(ms) == text
