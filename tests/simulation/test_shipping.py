"""Copies that ship at a rate what changes by the hour; the arithmetic beside each case."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cases import drilled, scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from drsim.calendar import Calendar, compile_calendar
from drsim.errors import DrsimError, InputError
from drsim.planning.compile import compile_scenario
from drsim.planning.shipping import Shipping, Stretch, highest, point, steady
from drsim.planning.variant import variant
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.units import DAY, HOUR, MINUTE, WEEK

OFFICE = "{within: Mon-Fri 9:00-17:00, rate: 10 MB/s}"
LAND = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
teams: {infra: {}}
calendars: {office: Mon-Fri 9:00-17:00}
services: {s: {points: {p: {at: there, needs: [app]}}}}
components:
  app:
    at: {here: active, there: warm}
    data: {size: 1 TB, change: CHANGE}
    copies: {replica: {at: there, kind: asynchronous, COPY}}
    start: {takes: 20 min, by: infra}
    restart: {takes: 0 s}
    stop: {takes: 10 min}
"""


def case(
    disruptions: str, change: str = OFFICE, copy: str = "ships: 5 MB/s", response: str = "", **head: str
) -> Replay:
    return drilled(
        LAND.replace("CHANGE", change).replace("COPY", copy),
        disruptions="{" + disruptions + "}",
        response="{detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s" + response + "}",
        **{"horizon": "3 d", **head},
    )


def lost(replay: Replay) -> list[float]:
    """Minutes of data of each recovery."""
    return [(each.lost_at - each.point) / MINUTE for each in replay.trajectory.recoveries]


# golden


@pytest.mark.parametrize(
    ("after", "minutes"),
    [
        ("0 s", 30),  # 10:00: 36 GB of an hour, of which 18 are shipped: as of 9:30
        ("1 h", 60),  # 11:00: of 72 GB 36
        ("7 h", 240),  # 17:00: of 288 GB 144, as of 13:00
        ("11 h", 360),  # 21:00: 216, as of 15:00
        ("14 h", 450),  # 0:00: 270, as of 16:30
        ("15 h", 0),  # 1:00: all
        ("22 h", 0),  # 8:00: nothing has changed
        ("23 h 20 min", 10),  # 9:20: as of 9:10
    ],
)
def test_a_sawtooth(after: str, minutes: int) -> None:
    """From 9:00 to 17:00 10 MB/s change, and 5 MB/s are shipped: by 1:00 all is."""
    replay = case(f"fire: {{site: here, after: {after}}}")
    assert lost(replay) == [minutes]
    (row,) = [row for row in replay.trajectory.rows if row.kind == "start"]
    assert row.behind == -1
    assert "replicated, as far as it was shipped" in str(replay.timeline())


def test_a_night_in_which_the_line_is_cut() -> None:
    """Cut from 22:00 to 4:00. By 22:00 13 h × 5 of 8 h × 10 MB/s are shipped: as of 15:30; the rest takes from 4:00 to 7:00."""
    cut = "cut: {link: line, after: 12 h, lasts: 6 h}, "
    during = case(cut + "fire: {site: here, after: 16 h}")  # at 2:00
    assert lost(during) == [630]
    told = str(during.timeline())
    assert "from replica of Tue 15:30: replicated, behind since Tue 22:00" in told
    # 6:00: two hours more are shipped, as of 16:30
    after = case(cut + "fire: {site: here, after: 20 h}")
    assert lost(after) == [810]
    assert "from replica of Tue 16:30: replicated, as far as it was shipped" in str(after.timeline())
    assert lost(case(cut + "fire: {site: here, after: 21 h}")) == [0]
    # a cut at a time when nothing changes and all is shipped costs nothing
    assert lost(case("cut: {link: line, after: 16 h, lasts: 1 d}, fire: {site: here, after: 22 h}")) == [0]


def test_a_weekend_and_a_lag_on_top() -> None:
    monday = {"moment": "2015-05-18 9:00"}
    assert lost(case("fire: {site: here}", **monday)) == [0]
    assert lost(case("fire: {site: here}", copy="ships: 5 MB/s, lag: 2 min", **monday)) == [2]
    # always 1 MB/s: nothing is ever left
    assert lost(case("fire: {site: here, after: 7 h}", change="1 MB/s")) == [0]
    # 12 h × 10 by day, 12 h × 2 by night and 6 shipped: it is only just done at 9:00
    just = "{within: daily 9:00-21:00, rate: 10 MB/s, otherwise: 2 MB/s}"
    assert lost(case("fire: {site: here, after: 23 h}", just, "ships: 6 MB/s")) == [0]
    # at 21:00 12 h × 4 wait; at 8:59 1 min × 4: 2 MB/s changed for the last 2 min
    assert lost(case("fire: {site: here, after: 22 h 59 min}", just, "ships: 6 MB/s")) == [2]


def test_what_is_not_running_changes_nothing() -> None:
    """Broken from 11:00 to 13:00, `there` dark until 14:00. By 15:00 2 h + 2 h have changed, 2 h + 1 h are shipped."""
    bug = "bug: {component: app, after: 1 h, lasts: 2 h}, dark: {site: there, after: 1 h, lasts: 3 h}"
    replay = case(bug + ", fire: {site: here, after: 5 h}")
    assert [(row.start // MINUTE, row.outcome) for row in replay.trajectory.rows if row.kind == "restart"] == [
        (180, "done")
    ]
    # 3 h × 5 of the first 2 h × 10: as of 10:30
    assert lost(replay) == [0, 270]


def test_any_moment_of_the_week_is_as_a_dated_one() -> None:
    luck = {"moment moment": (DAY + 17 * HOUR + MINUTE / 2) / WEEK}  # Tuesday 17:00
    land = LAND.replace("CHANGE", OFFICE).replace("COPY", "ships: 5 MB/s")
    replay = drilled(land, luck, moment="any moment of the week")
    assert replay.trajectory.offset == DAY + 17 * HOUR
    assert lost(replay) == [240]


def test_what_changed_goes_home_by_the_hour() -> None:
    """Lost from 10:00 to 15:00, stable by 16:00: 6 h × 36 GB are copied at 10 MB/s in 6 h; by night nothing changed."""
    response = ', failback: {stable: 1 h, window: "daily 3:00-4:00"}'
    fire = "fire: {site: here, lasts: 5 h}"
    replay = case(fire, "{within: office, rate: 10 MB/s}", "lag: 0 s", response, horizon="2 d")
    copied = [(row.start // MINUTE, row.end // MINUTE) for row in replay.trajectory.rows if row.kind == "synchronise"]
    # stale from 10:20 on (the start at `there`): 5 h 40 min × 36 GB are 204 GB, 340 min at 10 MB/s
    assert copied == [(360, 700)]
    late = case(fire.replace("5 h", "9 h"), OFFICE, "lag: 0 s", response, horizon="2 d")
    # stable at 20:00: all since 10:20 until 17:00, 400 min × 10 MB/s
    copied = [(row.start // MINUTE, row.end // MINUTE) for row in late.trajectory.rows if row.kind == "synchronise"]
    assert copied == [(600, 1000)]


# told


def test_the_plan_tells_what_waits() -> None:
    replay = case("fire: {site: here}")
    outlook = Outlook(replay.plan, 1)
    text = str(planned(outlook, command=Command("x")))
    assert "app:  5 MB/s to there; what changes at Mon 17:00 waits for 8:00" in text
    assert outlook.to_dict()["shipping"] == {
        "app": {"bytes_per_s": 5_000_000, "most_behind_ms": 8 * HOUR, "of_the_week_ms": 17 * HOUR}
    }
    never = Outlook(case("fire: {site: here}", "1 MB/s").plan, 1)
    assert "app:  5 MB/s to there; nothing waits" in str(planned(never, command=Command("x")))


def test_a_variant_does_not_change_what_is_shipped() -> None:
    with pytest.raises(DrsimError, match="ships"):
        variant(case("fire: {site: here}").plan, laws={("ships", "app", "replica"): None})  # type: ignore[dict-item]


# refused


@pytest.mark.parametrize(
    ("change", "copy", "response", "rule"),
    [
        (OFFICE, "ships: 2 MB/s", "", "'2 MB/s' never catches up: 2,380,953 B/s change on average over a week"),
        ("{within: never, rate: 1 MB/s}", "lag: 1 s", "", "it never changes so"),
        (OFFICE, "ships: 5 MB/s", ", failback: {stable: 1 h}", "what 'app' ships is not drilled with 'failback'"),
        (OFFICE, "taken: daily 22:00", "", "'lag' is missing"),
    ],
)
def test_what_is_refused(change: str, copy: str, response: str, rule: str) -> None:
    with pytest.raises(InputError) as refused:
        case("fire: {site: here}", change, copy, response)
    assert rule in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (
            "data: {size: 1 TB, change: CHANGE}",
            "data: {size: 1 TB}",
            "'ships' says nothing: nothing of the data changes",
        ),
        ("asynchronous", "synchronous", "'ships' says nothing for a copy of kind 'synchronous'"),
        ("at: there, kind", "at: cloud, kind", "'ships' says nothing for a copy that no standby runs on"),
        (
            "    start:",
            '    on_partition: "takeover, alone"\n    start:',
            "it takes over alone when it is cut off, which is not drilled with 'ships'",
        ),
    ],
)
def test_what_says_nothing_is_refused(old: str, new: str, rule: str) -> None:
    land = (
        LAND.replace(old, new)
        .replace("CHANGE", OFFICE)
        .replace("COPY", "ships: 5 MB/s")
        .replace("sites: {", "sites: {cloud: {}, ")
    )
    with pytest.raises(InputError) as refused:
        scenario(land)
    assert rule in str(refused.value)


def test_a_change_by_the_hour_survives_being_written() -> None:
    from drsim.reading import dump, loads

    case_ = scenario(LAND.replace("CHANGE", "{within: office, rate: 10 MB/s}").replace("COPY", "ships: 5 MB/s"))
    assert loads(dump(case_)) == case_
    other = case_.with_({"components.app.data.change.rate": "11 MB/s", "components.app.copies.replica.ships": "6 MB/s"})
    assert compile_scenario(other).shipping[0].rate == 6_000_000


# properties: everything on whole hours, so that an hour is a step of a plain sum

HOURS = st.sets(st.integers(0, 167), max_size=60)
RATES = st.integers(0, 5)


def of_hours(hours: set[int]) -> str:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    return ", ".join(f"{days[h // 24]} {h % 24}:00-{h % 24 + 1}:00" for h in sorted(hours)) or "never"


@settings(max_examples=80, deadline=None)
@given(
    HOURS, RATES, RATES, st.integers(1, 6), st.integers(0, 167),
    st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=4), st.integers(0, 60),
)  # fmt: skip
def test_what_changed_is_shipped_or_left(
    hours: set[int], fast: int, slow: int, rate: int, now: int, parts: list[tuple[int, bool, bool]], more: int
) -> None:
    week = compile_calendar(Calendar.parse(of_hours(hours)), None, 3 * WEEK)
    total = sum(fast if h in hours else slow for h in range(168))
    left = steady(week, fast, slow, rate)
    assert (left is None) == (total > 168 * rate)
    if left is None:
        return
    what = Shipping(rate, fast, slow, 0, week, left, -1)
    log, time = [Stretch(0, changes=True, follows=True)], 0
    for length, changes, follows in parts:
        time += length
        log.append(Stretch(time * HOUR, changes, follows))
    at = time + more
    # hour by hour from two weeks before on, from nothing
    waits, changed = 0, []
    for h in range(now - 2 * 168, now + at):
        state = next((each for each in reversed(log) if each.time <= (h - now) * HOUR), log[0])
        now_changes = (fast if h % 168 in hours else slow) if h < now or state.changes else 0
        changed.append(now_changes)
        waits = max(0, waits + now_changes - (rate if h < now or state.follows else 0))
    found = point(what, week, now * HOUR, log, at * HOUR)

    def since(time: int) -> int:
        """What changed from a time on, by ms."""
        whole = range(-(-time // HOUR), at)
        part = (-time) % HOUR
        partly = changed[2 * 168 + time // HOUR] * part if part else 0
        return partly + sum(changed[2 * 168 + h] for h in whole) * HOUR

    assert since(found) >= waits * HOUR
    assert found == at * HOUR if not waits else since(found + 1) < waits * HOUR
    # more bandwidth never means more lag
    faster = Shipping(rate + 1, fast, slow, 0, week, steady(week, fast, slow, rate + 1) or 0, -1)
    assert point(faster, week, now * HOUR, log, at * HOUR) >= found
    # and undisturbed nothing waits longer than the most that is ever left takes
    most, _ = highest(what)
    calm = [point(what, week, now * HOUR, log[:1], h * HOUR) for h in range(0, 48, 7)]
    assert all(h * HOUR - p <= -(-most // rate) for h, p in zip(range(0, 48, 7), calm, strict=True))
    assert all(p <= q for p, q in pairwise(calm))
