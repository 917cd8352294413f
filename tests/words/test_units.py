import pickle
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drsim.units import (
    DAY,
    HOUR,
    LIMIT,
    MINUTE,
    ONE,
    SECOND,
    WEEK,
    Count,
    Demand,
    Duration,
    Rate,
    Share,
    Size,
    decimal_text,
    format_ms,
    split_source,
)

SOURCES = st.none() | st.from_regex("[a-z0-9][a-z0-9-]{0,9}", fullmatch=True)
AMOUNTS = st.integers(0, LIMIT)
QUANTITIES = st.one_of(
    st.builds(Duration, AMOUNTS, source=SOURCES),
    st.builds(lambda steps, source: Duration(9 * steps, True, source=source), st.integers(0, LIMIT // 9), SOURCES),
    st.builds(Size, AMOUNTS, source=SOURCES),
    st.builds(Rate, st.integers(1, LIMIT), source=SOURCES),
    st.builds(Share, st.integers(0, ONE), source=SOURCES),
    st.builds(Count, AMOUNTS, source=SOURCES),
    st.builds(
        lambda steps, per, source: Demand(Fraction(steps, 1000), per, source=source),
        st.integers(0, 10**12),
        st.sampled_from(["hour", "day", "week", "year"]),
        SOURCES,
    ),
)


@given(QUANTITIES)
def test_what_is_written_reads_back_equal(quantity):
    assert type(quantity).parse(str(quantity)) == quantity


@given(QUANTITIES)
def test_quantities_travel_and_serve_as_keys(quantity):
    assert {pickle.loads(pickle.dumps(quantity)): 1}[quantity] == 1


@given(AMOUNTS)
def test_format_ms_reads_back_exactly(ms):
    assert Duration.parse(format_ms(ms)) == Duration(ms)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Duration, "90 s", (90 * SECOND, False)),
        (Duration, "1 h 30 min", (90 * MINUTE, False)),
        (Duration, "14 d", (14 * DAY, False)),
        (Duration, "1 wk 2 d 3 ms", (WEEK + 2 * DAY + 3, False)),
        (Duration, "0.5 s", (500, False)),
        (Duration, "0 s", (0, False)),
        (Duration, "16 wh", (16 * HOUR, True)),
        (Duration, "1.5 wh", (90 * MINUTE, True)),
        (Size, "2.1 TB", (2_100_000_000_000,)),
        (Size, "1 KiB", (1024,)),
        (Size, "0 B", (0,)),
        (Rate, "60 MB/s", (60_000_000,)),
        (Rate, "1 Gbit/s", (125_000_000,)),
        (Rate, "1 kbit/s", (125,)),
        (Rate, "8 bit/s", (1,)),
        (Share, "85 %", (850_000,)),
        (Share, "0.0001 %", (1,)),
        (Share, "100 %", (ONE,)),
        (Count, "28000", (28000,)),
        (Demand, "38/day", (Fraction(38), "day")),
        (Demand, "0.1/hour", (Fraction(1, 10), "hour")),
    ],
)
def test_accepted(kind, text, value):
    quantity = kind.parse(text)
    assert quantity == kind(*value)
    assert quantity.text == text
    assert quantity.source is None


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (Duration, "35", "'35' has no unit: write a duration such as '35 min'"),
        (Duration, "-5 min", "'-5 min' is not a duration: write digits and a unit, without a sign, such as '35 min'"),
        (Duration, "1_000 min", "'1_000 min' is not a duration"),
        (Duration, "1,000 min", "'1,000 min' is not a duration"),
        (Duration, "012 min", "'012 min' is not a duration"),
        (Duration, "4:00", "'4:00' is not a duration"),
        (Duration, "NaN", "'NaN' is not a duration"),
        (Duration, "", "'' is not a duration"),
        (Duration, "٣ min", "'٣ min' is not a duration"),
        (Duration, "1 h 30", "'1 h 30' is not a duration"),
        (Duration, "35 mins", "'35 mins' has the unit 'mins' where a duration is due.*did you mean '35 min'"),
        (Duration, "14 days", "'14 days' has the unit 'days' where a duration is due: did you mean '14 d'"),
        (Duration, "1 hour 30 min", "'1 hour 30 min' has the unit 'hour'.*did you mean '1 h 30 min'"),
        (Duration, "2 hours 3 TB", "'2 hours 3 TB' has the unit 'hours'.*expected one of: ms, s, min"),
        (Duration, "2 TB", "'2 TB' has the unit 'TB' where a duration is due: expected one of: ms, s, min"),
        (Duration, "0.5 ms", "'0.5 ms' is not a whole number of milliseconds: write a multiple of '1 ms'"),
        (Duration, "30 min 1 h", "'30 min 1 h' is not in order.*'1 h 30 min'"),
        (Duration, "1 h 1 h", "'1 h 1 h' is not in order"),
        (Duration, "1 wh 3 min", "'1 wh 3 min' mixes working hours with other time"),
        (Duration, "99999999999 wk", "'99999999999 wk' is too much: write at most"),
        (Duration, "35 min @", "'35 min @' has a source that is not a name.*'@rvig'"),
        (Duration, "35 min @a @b", "'35 min @a @b' has a source that is not a name"),
        (Duration, "35 min @RVIG", "'35 min @RVIG' has a source that is not a name"),
        (Size, "0.5 B", "'0.5 B' is not a whole number of bytes"),
        (Size, "5 gb", "'5 gb' has the unit 'gb'.*did you mean 'GB'"),
        (Size, "1 GB 1 MB", "'1 GB 1 MB' has more than one number"),
        (Size, "7", "'7' has no unit: write a size such as '2.1 TB'"),
        (Rate, "0 MB/s", "'0 MB/s' moves nothing: write a rate above zero such as '60 MB/s'"),
        (Rate, "1 bit/s", "'1 bit/s' is not a whole number of bytes per second"),
        (Rate, "60 MB", "'60 MB' has the unit 'MB' where a rate is due.*did you mean 'MB/s'"),
        (Share, "0.85", "'0.85' has no unit: write a share such as '85 %'"),
        (Share, "101 %", "'101 %' is more than all of it: write a share up to '100 %'"),
        (Share, "0.00001 %", "'0.00001 %' is not a whole number of millionths"),
        (Count, "1.5", "'1.5' is not a count: write a whole number such as '28000'"),
        (Count, "012", "'012' is not a count"),
        (Count, "-1", "'-1' is not a count"),
        (Count, "99999999999999999", "'99999999999999999' is too much"),
        (Demand, "38", "'38' has no unit: write a demand such as '38/day'"),
        (Demand, "x/day", "'x/day' is not a demand"),
        (Demand, "38/days", "'38/days' is per 'days': expected one of: hour, day, week, year   did you mean 'day'"),
    ],
)
def test_refused(kind, text, message):
    with pytest.raises(ValueError, match=message):
        kind.parse(text)


def test_text_is_tidied_and_does_not_count():
    assert Duration.parse("  1h   30min@rvig ").text == "1 h 30 min"
    assert str(Duration.parse("  1h   30min@rvig ")) == "1 h 30 min @rvig"
    assert Duration.parse("90 min") == Duration.parse("1 h 30 min")
    assert Duration.parse("38 min") != Duration.parse("38 min @rvig")
    assert Duration.parse("1 h") != Duration.parse("1 wh")
    assert Demand.parse("38 / day").text == "38/day"
    assert Share.parse("85%").text == "85 %"


def test_a_value_gets_its_text():
    assert str(Duration(90 * MINUTE, source="rvig")) == "1 h 30 min @rvig"
    assert str(Duration(14 * DAY)) == "14 d"
    assert str(Duration(0)) == "0 s"
    assert str(Duration(90 * MINUTE, True)) == "1.5 wh"
    assert str(Size(2_100_000_000_000)) == "2.1 TB"
    assert str(Rate(60_000_000)) == "60 MB/s"
    assert str(Share(850_000)) == "85 %"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Duration(-1), "a duration of -1 milliseconds is not between 0 and"),
        (lambda: Duration(LIMIT + 1), "a duration of 9007199254740993 milliseconds is not between"),
        (lambda: Duration(1, True), "1/3600000 cannot be written with a decimal point"),
        (lambda: Rate(0), "a rate of 0 bytes per second is not between 1 and"),
        (lambda: Share(ONE + 1), "a share of 1000001 millionths is not between 0 and 1000000"),
        (lambda: Demand(Fraction(1, 3), "day"), "1/3 cannot be written"),
        (lambda: Demand(Fraction(-1), "day"), "a demand of -1 is not between 0 and"),
        (lambda: format_ms(-1), "-1 ms is negative"),
    ],
)
def test_a_value_that_cannot_be_written_is_refused(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_sources_split():
    assert split_source("48 h @rvig") == ("48 h", "rvig")
    assert split_source(" 48   h ") == ("48 h", None)


def test_decimal_text_is_exact():
    assert decimal_text(Fraction(21, 10)) == "2.1"
    assert decimal_text(Fraction(100)) == "100"
    with pytest.raises(ValueError, match="1/7 cannot be written"):
        decimal_text(Fraction(1, 7))
