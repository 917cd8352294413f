"""Instants as people say them."""

from __future__ import annotations

from datetime import datetime

import pytest

from drsim.reporting.progress import pace
from drsim.reporting.wall import Wall, moment_text
from drsim.units import DAY, HOUR, MINUTE, WEEK

TUESDAY = datetime(2015, 5, 12, 10, 0)


@pytest.mark.parametrize(
    ("wall", "t", "text"),
    [
        (Wall(TUESDAY), 0, "Tue 10:00"),
        (Wall(TUESDAY), 14 * HOUR + 30 * MINUTE, "Wed 00:30"),
        (Wall(TUESDAY), -12 * HOUR, "Mon 22:00"),
        (Wall.over(TUESDAY, 0, WEEK), WEEK, "Tue 19 10:00"),
        (Wall.over(TUESDAY, 0, 4 * WEEK), 4 * WEEK, "Tue 9 Jun 10:00"),
        (Wall(datetime(2015, 3, 28, 12, 0)), DAY, "Sun 13:00"),  # summer time begins in the night
        (Wall(datetime(2015, 10, 24, 12, 0)), DAY, "Sun 11:00"),
        (Wall(None, 3 * DAY + 90 * MINUTE), HOUR, "Thu 02:30"),
        (Wall.over(None, 6 * DAY, WEEK), WEEK, "Sun wk 2 00:00"),
        (Wall(None, 0), -MINUTE, "Sun 23:59"),
        (Wall(TUESDAY), MINUTE // 2 - 1, "Tue 10:00"),  # to the nearest minute, half of one up, as durations
        (Wall(TUESDAY), MINUTE // 2, "Tue 10:01"),
        (Wall(TUESDAY), 14 * HOUR - 1, "Wed 00:00"),
    ],
)
def test_a_time_is_a_weekday_and_a_clock(wall, t, text):
    assert wall.text(t) == text


def test_a_moment():
    assert moment_text(TUESDAY) == "Tue 12 May 2015 10:00"
    assert moment_text(None) == "any moment of the week"


@pytest.mark.parametrize(
    ("done", "seconds", "text"),
    [
        (0, 1.0, ""),
        (100, 0.0, ""),
        (100, 1.0, "100 a second, 9 s left"),
        (10, 2.0, "5 a second, 3 min 18 s left"),
        (1000, 4.0, "250 a second, 0 s left"),
    ],
)
def test_how_fast_it_goes(done, seconds, text):
    assert pace(done, 1_000, seconds) == text
    assert pace(done, 1_000, seconds, at_most=True) == text.replace(", ", ", at most ")
