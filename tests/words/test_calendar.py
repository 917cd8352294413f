import itertools
import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drsim.calendar import FAR, TIME_ZONE, Calendar, Hours, Schedule, compile_calendar, compile_schedule
from drsim.units import DAY, HOUR, MINUTE, WEEK

ZONE = ZoneInfo(TIME_ZONE)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OFFICE = Calendar.parse("Mon-Fri 9:00-17:00")
UNTIL = 14 * DAY
SPRING, AUTUMN = datetime(2015, 3, 29), datetime(2015, 10, 25)


@st.composite
def calendars(draw):
    """Hours that begin and end on whole hours, where the clock itself changes too."""
    clauses = []
    for _ in range(draw(st.integers(1, 4))):
        first, last = sorted([draw(st.integers(0, 6)), draw(st.integers(0, 6))])
        start, end = sorted(draw(st.sets(st.integers(0, 24), min_size=2, max_size=2)))
        clauses.append(f"{DAYS[first]}-{DAYS[last]} {start}:00-{end}:00")
    return Calendar.parse(", ".join(clauses) + draw(st.sampled_from(["", " except Dutch holidays"])))


MOMENTS = st.none() | st.one_of(
    st.datetimes(datetime(2014, 1, 1), datetime(2016, 12, 31)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.sampled_from([SPRING, AUTUMN, datetime(2015, 5, 12, 10)]),
).filter(lambda moment: not (moment.month == 3 and moment.day > 24 and moment.hour == 2))
HOURS = st.builds(lambda calendar, moment: compile_calendar(calendar, moment, UNTIL), calendars(), MOMENTS)
TIMES = st.integers(-WEEK, UNTIL)


def clock(moment, t):
    """The local clock, t ms after a naive local moment."""
    return (moment.replace(tzinfo=ZONE).astimezone(UTC) + timedelta(milliseconds=t)).astimezone(ZONE)


def open_by_the_clock(calendar, moment, t):
    """The plain second implementation: what does the clock on the wall show?"""
    if moment is None:
        minute = t % WEEK // MINUTE
    else:
        local = clock(moment, t)
        minute = (local.weekday() * 24 + local.hour) * 60 + local.minute
        if calendar.holidays and local.date() in holidays.country_holidays("NL", years=local.year):
            return False
    return any(start <= minute < end for start, end in calendar.spans)


@settings(deadline=None)
@given(calendars(), MOMENTS, st.lists(TIMES, min_size=1, max_size=20))
def test_open_is_what_the_clock_on_the_wall_says(calendar, moment, times):
    hours = compile_calendar(calendar, moment, UNTIL)
    edges = [t for t, _ in hours.edges(-WEEK - 1, UNTIL)]
    for t in [*times, *edges[:5], *(t - 1 for t in edges[:5] if t > -WEEK), -WEEK, UNTIL]:
        assert hours.is_open(t) == open_by_the_clock(calendar, moment, t)


@settings(deadline=None)
@given(HOURS)
def test_spans_rise_and_edges_alternate(hours):
    assert all(start < close for start, close in zip(hours.opens, hours.closes, strict=True))
    assert all(close < start for close, start in zip(hours.closes, hours.opens[1:], strict=False))
    edges = hours.edges(-WEEK, UNTIL)
    assert edges == sorted(edges)
    for t, opening in edges:
        assert hours.is_open(t) is opening
        assert hours.is_open(t - 1) is not opening
    assert pickle.loads(pickle.dumps(hours)) == hours


@settings(deadline=None)
@given(HOURS, TIMES, TIMES, TIMES)
def test_worked_adds_up(hours, a, b, c):
    assert hours.worked(a, b) + hours.worked(b, c) == hours.worked(a, c)
    assert 0 <= hours.worked(min(a, b), max(a, b)) <= abs(b - a)
    assert hours.worked(a, a) == 0


@settings(deadline=None)
@given(HOURS, TIMES, st.integers(1, 5 * DAY))
def test_add_and_worked_are_inverse(hours, t, work):
    end = hours.add(t, work)
    if end == FAR:
        assert hours.worked(t, FAR) < work
    else:
        assert hours.worked(t, end) == work
        assert hours.is_open(end - 1)  # so it is the first such instant


@settings(deadline=None)
@given(HOURS, st.lists(TIMES, min_size=1, max_size=30), TIMES)
def test_arrays_and_plain_numbers_agree(hours, times, b):
    array = np.asarray(times, dtype=np.int64)
    expected = [hours.worked(t, b) for t in times]
    assert hours.worked(array, b).tolist() == expected
    assert hours.worked(b, array).tolist() == [-each for each in expected]
    assert hours.worked(array, np.full(len(times), b)).dtype == np.int64


def test_sixteen_working_hours_from_friday_end_on_tuesday():
    friday = datetime(2015, 5, 8, 16)
    hours = compile_calendar(OFFICE, friday, UNTIL)
    assert clock(friday, hours.add(0, 16 * HOUR)).replace(tzinfo=None) == datetime(2015, 5, 12, 16)
    standard = compile_calendar(OFFICE, None, UNTIL)
    assert standard.add(4 * DAY + 16 * HOUR, 16 * HOUR) == WEEK + DAY + 16 * HOUR
    assert (
        standard.add(4 * DAY + 16 * HOUR, HOUR) == 4 * DAY + 17 * HOUR
    )  # done at closing time, not at the next opening
    assert standard.add(6 * DAY, 0) == 6 * DAY


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (datetime(2015, 5, 13, 10), True),
        (datetime(2015, 5, 14, 10), False),  # Ascension Day
        (datetime(2015, 5, 15, 10), True),
        (datetime(2015, 5, 5, 10), False),  # Liberation Day, once in five years
        (datetime(2014, 5, 5, 10), True),
        (datetime(2015, 4, 3, 10), False),  # Good Friday
        (datetime(2015, 1, 1, 10), False),
    ],
)
def test_dutch_holidays(day, is_open):
    calendar = Calendar.parse("Mon-Fri 9:00-17:00 except Dutch holidays")
    assert compile_calendar(calendar, day, DAY).is_open(0) is is_open
    assert compile_calendar(OFFICE, day, DAY).is_open(0)


def test_a_holiday_cuts_a_day_out_of_the_whole_week():
    hours = compile_calendar(Calendar.parse("always except Dutch holidays"), datetime(2015, 5, 12, 10), 3 * DAY)
    assert hours.edges(0, 3 * DAY) == [(38 * HOUR, False), (62 * HOUR, True)]


@pytest.mark.parametrize(
    ("night", "text", "hours"),
    [
        (SPRING, "daily 1:00-5:00", (1, 4)),
        (SPRING, "daily 2:30-4:00", (2, 3)),  # 2:30 is not shown: open from 3:00
        (SPRING, "daily 0:00-2:30", (0, 2)),
        (AUTUMN, "daily 1:00-5:00", (1, 6)),
        (AUTUMN, "daily 2:30-4:00", (2.5, 5)),  # from the first 2:30
        (AUTUMN, "daily 0:00-2:30", (0, 2.5)),
        (AUTUMN, "daily 2:00-3:00", (2, 4)),
    ],
)
def test_the_nights_when_the_clock_changes(night, text, hours):
    compiled = compile_calendar(Calendar.parse(text), night, DAY)
    assert tuple(t / HOUR for t, _ in compiled.edges(-1, 12 * HOUR)) == hours


def test_hours_that_the_clock_skips_are_not_there():
    calendar = Calendar.parse("daily 2:10-2:50")
    assert compile_calendar(calendar, SPRING, DAY).edges(-HOUR, 12 * HOUR) == []
    assert len(compile_calendar(calendar, AUTUMN, DAY).edges(-HOUR, 12 * HOUR)) == 2


def test_always_and_never():
    for moment in (None, datetime(2015, 5, 12, 10)):
        for text in ("always", "daily 0:00-24:00"):
            assert compile_calendar(Calendar.parse(text), moment, UNTIL) == Hours((-WEEK,), (FAR,))
        never = compile_calendar(Calendar.parse("never"), moment, UNTIL)
        assert never == Hours((), ())
        assert never.add(0, 1) == FAR
        assert not never.is_open(0)
        assert never.worked(np.arange(3), 5).tolist() == [0, 0, 0]
    always = Hours((-WEEK,), (FAR,))
    assert always.add(5, 10**15) == 5 + 10**15
    assert always.worked(np.array([0, 5]), 10).tolist() == [10, 5]
    assert always.edges(0, UNTIL) == []


def test_a_standard_week_repeats_and_has_no_holidays():
    hours = compile_calendar(Calendar.parse("Sun 22:00-24:00, Mon 0:00-6:00 except Dutch holidays"), None, UNTIL)
    assert hours.edges(-1, UNTIL) == [
        (6 * HOUR, False),
        (WEEK - 2 * HOUR, True),
        (WEEK + 6 * HOUR, False),
        (2 * WEEK - 2 * HOUR, True),
    ]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("always", ((0, 10080),)),
        ("never", ()),
        ("daily 8:00-23:00", tuple((day * 1440 + 480, day * 1440 + 1380) for day in range(7))),
        (
            "Mon-Thu 9:00-17:00, Fri 9:00-12:00",
            (*((day * 1440 + 540, day * 1440 + 1020) for day in range(4)), (6300, 6480)),
        ),
        ("Mon,Wed 9:00-12:30, Thu 13:00-20:00", ((540, 750), (3420, 3630), (5100, 5520))),
        ("Mon 12:00-17:00, Mon 9:00-13:00", ((540, 1020),)),
        ("Mon 22:00-24:00, Tue 0:00-6:00", ((1320, 1800),)),
    ],
)
def test_calendars_accepted(text, spans):
    calendar = Calendar.parse(text)
    assert calendar.spans == spans
    assert not calendar.holidays
    assert str(calendar) == text
    assert Calendar.parse(f"  {text}   except Dutch holidays") == Calendar("", spans, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Mom-Fri 9:00-17:00",
            "'Mom-Fri 9:00-17:00' has the day 'Mom': expected one of: daily, Mon.*did you mean 'Mon'",
        ),
        ("Monday 9:00-17:00", "has the day 'Monday'.*did you mean 'Mon'"),
        ("9:00-17:00", "'9:00-17:00' has the day '9:00'"),
        ("", "'' has the day ''"),
        ("Mon 25:00-26:00", "'Mon 25:00-26:00' has the time '25:00': write a time from '0:00' to '24:00'"),
        ("Mon 9:00-24:30", "'Mon 9:00-24:30' has the time '24:30'"),
        ("Mon 9:00-17:60", "'Mon 9:00-17:60' has the time '17:60'"),
        ("Mon 9-17", "'Mon 9-17' has the time '9'"),
        (
            "Mon 17:00-9:00",
            "'Mon 17:00-9:00' has the hours '17:00-9:00', which end before they start: split them at midnight",
        ),
        ("Mon 9:00-9:00", "has the hours '9:00-9:00', which end before they start"),
        ("Fri-Mon 9:00-10:00", "'Fri-Mon 9:00-10:00' has the days 'Fri-Mon', which end before they start"),
        ("Mon-Fri", "'Mon-Fri' ends without a time: write days and a time such as 'Mon-Fri 8:30-17:30'"),
        ("Mon 9:00", "'Mon 9:00' has the time '9:00' where hours are due"),
        ("Mon 9:00-17:00 except holidays", "has the exception 'holidays': write 'except Dutch holidays'"),
    ],
)
def test_calendars_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Calendar.parse(text)


@pytest.mark.parametrize(
    "spans", [((540, 540),), ((0, 60), (60, 120)), ((0, 10081),), ((-1, 60),), ((60, 90), (0, 30))]
)
def test_a_calendar_made_by_hand_is_checked(spans):
    assert Calendar("", ((0, 60), (61, 120))).spans
    with pytest.raises(ValueError, match="do not rise from 0 to 10080 minutes"):
        Calendar("", spans)


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("daily 22:00", Schedule("", "weekly", tuple(day * 1440 + 1320 for day in range(7)))),
        ("Mon-Fri 22:00", Schedule("", "weekly", tuple(day * 1440 + 1320 for day in range(5)))),
        ("Sun 3:00", Schedule("", "weekly", (6 * 1440 + 180,))),
        ("every 15 min", Schedule("", "every", period_ms=15 * MINUTE)),
    ],
)
def test_schedules_accepted(text, schedule):
    assert Schedule.parse(text) == schedule
    assert str(Schedule.parse(f" {text}")) == text
    assert pickle.loads(pickle.dumps(schedule)) == schedule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("every 0 s", "'every 0 s' is not a schedule: write a plain period from '1 s' such as 'every 15 min'"),
        ("every 999 ms", "'every 999 ms' is not a schedule"),
        ("every 5 h", "'every 5 h' does not fill a week, in which it is counted from Monday 0:00"),
        ("every 50 wk", "'every 50 wk' does not fill a week"),
        ("every 1 wh", "'every 1 wh' is not a schedule"),
        ("every 15 min @x", "'every 15 min @x' is not a schedule"),
        ("every 15", "'15' has no unit"),
        ("Sun 24:00", "'Sun 24:00' has the time '24:00' where an instant is due: write '0:00' of the next day"),
        ("Sun", "'Sun' ends without a time: write days and a time such as 'Mon-Fri 22:00'"),
        ("sun 3:00", "'sun 3:00' has the day 'sun'.*did you mean 'Sun'"),
        ("daily 22:00-23:00", "'daily 22:00-23:00' has the time '22:00-23:00'"),
    ],
)
def test_schedules_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Schedule.parse(text)


def test_a_weekly_schedule_goes_by_the_local_clock():
    nightly = Schedule.parse("daily 22:00")
    assert compile_schedule(nightly, None, -DAY, DAY) == (-2 * HOUR, 22 * HOUR)
    assert compile_schedule(nightly, datetime(2015, 5, 12, 10), -DAY, DAY) == (-12 * HOUR, 12 * HOUR)
    assert compile_schedule(nightly, SPRING, -DAY, DAY) == (-2 * HOUR, 21 * HOUR)
    assert compile_schedule(nightly, AUTUMN, -DAY, DAY) == (-2 * HOUR, 23 * HOUR)
    skipped = Schedule.parse("daily 2:30")
    assert compile_schedule(skipped, SPRING, 0, DAY) == (2 * HOUR,)
    assert compile_schedule(skipped, AUTUMN, 0, DAY) == (2 * HOUR + 30 * MINUTE,)


def test_a_period_counts_from_monday():
    every = Schedule("", "every", period_ms=5 * HOUR)
    assert compile_schedule(every, None, -5 * HOUR, 5 * HOUR) == (-5 * HOUR, 0, 5 * HOUR)
    tuesday = datetime(2015, 5, 12, 10)  # 34 hours after Monday 0:00
    assert compile_schedule(every, tuesday, -6 * HOUR, 6 * HOUR) == (-4 * HOUR, HOUR, 6 * HOUR)
    assert len(compile_schedule(Schedule.parse("every 15 min"), SPRING, 0, DAY)) == 97
    sunday = SPRING + timedelta(hours=12)  # 155 hours have gone by, an hour of the clock has not
    assert compile_schedule(every, sunday, -5 * HOUR, 0) == (-5 * HOUR, 0)


@settings(deadline=None)
@given(st.integers(1, 3 * DAY // 1000), MOMENTS, st.integers(-WEEK, -1))
def test_a_period_covers_its_interval(seconds, moment, since):
    instants = compile_schedule(Schedule("", "every", period_ms=seconds * 1000), moment, since, DAY)
    assert all(later - earlier == seconds * 1000 for earlier, later in itertools.pairwise(instants))
    assert all(since <= t <= DAY for t in instants)
    assert len(instants) in {(DAY - since) // (seconds * 1000), (DAY - since) // (seconds * 1000) + 1}


def test_a_moment_with_a_time_zone_is_refused():
    assert compile_calendar(OFFICE, datetime(2015, 5, 12, 10), DAY).is_open(0)
    with pytest.raises(ValueError, match=r"'2015-05-12 10:00:00\+00:00' has a time zone"):
        compile_calendar(OFFICE, datetime(2015, 5, 12, 10, tzinfo=UTC), DAY)


def test_edges_leave_out_the_first_instant_and_keep_the_last():
    hours = compile_calendar(OFFICE, None, DAY)
    assert hours.edges(9 * HOUR, 17 * HOUR) == [(17 * HOUR, False)]
    assert hours.edges(9 * HOUR - 1, 17 * HOUR - 1) == [(9 * HOUR, True)]
