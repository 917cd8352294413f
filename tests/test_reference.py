"""The second implementation of a drill, against cases that were worked out by hand, with the arithmetic beside them."""

from __future__ import annotations

import math
from fractions import Fraction
from textwrap import indent

import pytest
from agreement import engine_drill, engine_view, reference_drill, reference_view
from reference import network
from reference.drill import Drill, Recovery, Row, simulate
from reference.levels import initial, levels
from reference.measures import measures

from drsim.reading import loads
from drsim.units import DAY, HOUR, MINUTE, ONE, SECOND

# Unless a case says otherwise: detected after 5 min, assessed after 35, decided after 65, and declared at once.
HEAD = """\
drsim: scenario 1
title: a case
moment: 2015-05-12 10:00
horizon: 2 d
response: {evacuation: 0 s}
"""


def scenario(landscape: str, head: str = ""):
    lines = [
        line for line in HEAD.splitlines() if line.split(":")[0] not in {h.split(":")[0] for h in head.splitlines()}
    ]
    return loads("\n".join([*lines, head, "landscape:", "  drsim: landscape 1", indent(landscape, "  ")]))


def run(landscape: str, head: str = "", numbers=None) -> Drill:
    return simulate(scenario(landscape, head), lambda name: (numbers or {}).get(name, 0.5))


def rows_of(drill: Drill, kind: str, thing: str, incident: int = 0) -> list[Row]:
    return [row for row in drill.rows if (row.kind, row.object, row.incident) == (kind, thing, incident)]


def times(row: Row) -> tuple[float, ...]:
    """Wanted, ready, start, end in minutes; -1 if never."""
    return tuple(t / MINUTE if t >= 0 else -1 for t in (row.wanted, row.ready, row.start, row.end))


def turned_on(drill: Drill, c: str, s: str) -> list[tuple[float, bool]]:
    return [(time / MINUTE, value) for time, flag, value in drill.changes if flag == ("on", c, s)]


TWO_SITES = """\
sites: {here: {pools: {hosts: 8}}, there: {pools: {hosts: 4}}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
teams: {infra: {people: 1}}
"""
LOST = "disruptions: {fire: {site: here}}"


def test_serial_chain():
    drill = run(
        TWO_SITES
        + """\
components:
  db: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}
  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 5 min, by: infra}}
""",
        LOST,
    )
    # detect 0-5, assess 5-35, decide 35-65, declare 65-65; then db 65-75, and app, which starts after it, 75-80.
    # infra takes part; its call_out is fixed at 0 and it is based nowhere, so it has no row of its own.
    assert [(row.kind, row.object, times(row), row.outcome) for row in drill.rows] == [
        ("detect", "here", (0, 0, 0, 5), "done"),
        ("assess", "here", (5, 5, 5, 35), "done"),
        ("decide", "here", (35, 35, 35, 65), "done"),
        ("declare", "here", (65, 65, 65, 65), "done"),
        ("start", "db", (65, 65, 65, 75), "done"),
        ("start", "app", (65, 75, 75, 80), "done"),
    ]
    assert [row.bound_by for row in drill.rows] == [
        ("outage", "fire", "begins"),
        ("row", "detect", "here", "", 0, 0),
        ("row", "assess", "here", "", 0, 0),
        ("row", "decide", "here", "", 0, 0),
        ("row", "declare", "here", "", 0, 0),
        ("row", "start", "db", "there", 0, 0),
    ]
    assert drill.changes == [
        (0, ("on", "app", "here"), False),
        (0, ("on", "db", "here"), False),
        (0, ("site", "here"), False),
        (75 * MINUTE, ("on", "db", "there"), True),
        (80 * MINUTE, ("on", "app", "there"), True),
    ]
    assert drill.lost_at_end == []


def test_two_steps_one_crew():
    drill = run(
        TWO_SITES
        + """\
components:
  ann: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}
  bob: {at: {here: active, there: warm}, start: {takes: 20 min, by: infra}}
services:
  slow: {targets: {rto: 4 h}, points: {desk: {at: there, needs: [ann]}}}
  fast: {targets: {rto: 1 h}, points: {desk: {at: there, needs: [bob]}}}
""",
        LOST,
    )
    # Both are ready at 65; bob has the tighter RTO (1 h), so he has the one head 65-85 and ann 85-95.
    (bob,), (ann,) = rows_of(drill, "start", "bob"), rows_of(drill, "start", "ann")
    assert (times(bob), bob.freed_by) == ((65, 65, 65, 85), None)
    assert (times(ann), ann.freed_by) == ((65, 65, 85, 95), ("row", "start", "bob", "there", 0, 0))


BACK = """\
components:
  app: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}
"""


def test_site_back_at_the_instant_of_the_declaration():
    drill = run(TWO_SITES + BACK, "response: {wait: 70 min}\ndisruptions: {fire: {site: here, lasts: 70 min}}")
    # The declaration would end at 70 (the loss is then 70 min old), but the site is back at 70, which comes first:
    # it is dropped; the component does not fail over and restarts in place (as its start: 10 min) 70-80.
    (declare,), (restart,) = rows_of(drill, "declare", "here"), rows_of(drill, "restart", "app")
    assert (times(declare), declare.outcome) == ((65, 65, 65, 70), "dropped")
    assert (times(restart), restart.bound_by) == ((70, 70, 70, 80), ("outage", "fire", "ends"))
    assert turned_on(drill, "app", "here") == [(0, False), (80, True)]


def test_site_back_one_millisecond_after_the_declaration():
    drill = run(TWO_SITES + BACK, "response: {wait: 70 min}\ndisruptions: {fire: {site: here, lasts: 70 min 1 ms}}")
    # Declared at 70: it fails over 70-80 although the site is back a millisecond later.
    assert [times(row) for row in rows_of(drill, "start", "app")] == [(70, 70, 70, 80)]
    assert rows_of(drill, "restart", "app") == []


def test_restart_inside_a_circle():
    drill = run(
        """\
sites: {here: {}}
components:
  hen: {scope: site, at: {here: active}, needs: [egg], restart: {automatic: true, takes: 2 min}}
  egg: {scope: site, at: {here: active}, needs: [hen], restart: {automatic: true, takes: 3 min}}
services:
  breakfast: {points: {table: {at: here, needs: [hen]}}}
""",
        """\
disruptions:
  dark: {site: here, lasts: 10 min}
  crack: {component: egg, after: 20 min, lasts: 1 min}
""",
    )
    # Site back at 10: a need of the same circle gates nothing, so hen 10-12 and egg 10-13.
    # hen alone at 12 does not stop for want of egg. At 20 egg breaks; hen loses it and stops too, in its incident (1).
    # hen restarts at once 20-22; egg when it is whole again 21-24.
    assert turned_on(drill, "hen", "here") == [(0, False), (12, True), (20, False), (22, True)]
    assert turned_on(drill, "egg", "here") == [(0, False), (13, True), (20, False), (24, True)]
    assert [times(row) for row in rows_of(drill, "restart", "hen", 1)] == [(20, 20, 20, 22)]
    # The service is down 0-13 and 20-24: 7 min between, less than the 30 min of `settle`, so one interruption 0-24.
    found = measures(
        scenario(
            """\
sites: {here: {}}
components:
  hen: {scope: site, at: {here: active}, needs: [egg], restart: {automatic: true, takes: 2 min}}
  egg: {scope: site, at: {here: active}, needs: [hen], restart: {automatic: true, takes: 3 min}}
services:
  breakfast: {points: {table: {at: here, needs: [hen]}}}
"""
        ),
        drill,
    )["breakfast", "", ""]
    assert found.interruptions == [(0, 24 * MINUTE)]
    assert (found.recovery_time, found.downtime, found.continuity) == (24 * MINUTE, 17 * MINUTE, "interrupted")


def test_starving_pool():
    drill = run(
        TWO_SITES
        + """\
components:
  big: {at: {here: active, there: warm}, uses: {hosts: 3}, start: {takes: 10 min, works: 0 %}}
  mid: {at: {here: active, there: warm}, uses: {hosts: 3}, start: {takes: 10 min}}
  small: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 10 min}}
services:
  one: {targets: {rto: 1 h}, points: {desk: {at: there, needs: [big]}}}
  two: {targets: {rto: 2 h}, points: {desk: {at: there, needs: [mid]}}}
  three: {targets: {rto: 3 h}, points: {desk: {at: there, needs: [small]}}}
""",
        LOST,
    )
    # 4 hosts. At 65 big takes 3; mid (3) lacks room; small (1) would fit, but mid waits before it.
    # big's only attempt fails at 75: exhausted, its room is given back, and mid and small (3 + 1) start 75-85.
    (big,), (mid,), (small,) = (rows_of(drill, "start", c) for c in ("big", "mid", "small"))
    assert (times(big), big.outcome) == ((65, 65, 65, 75), "failed")
    assert times(mid) == times(small) == (75, 75, 75, 85)
    assert drill.lost_at_end == ["big"]
    assert mid.bound_by == ("row", "start", "big", "there", 0, 0)


def test_two_transfers_on_one_link():
    drill = run(
        """\
sites: {here: {}, there: {}, vault: {}}
links:
  near: {between: [here, vault], bandwidth: 10 MB/s}
  far: {between: [vault, there], bandwidth: 10 MB/s}
components:
  ann:
    at: {here: active, there: cold}
    data: {size: 600 MB}
    copies: {tape: {at: vault, kind: backup, taken: daily 22:00, restores: 20 MB/s}}
  bob:
    at: {here: active, there: cold}
    data: {size: 1200 MB}
    copies: {tape: {at: vault, kind: backup, taken: daily 22:00, restores: 20 MB/s}}
""",
        LOST,
    )
    # From 65 min both run at 5 MB/s. ann has 600 MB: 120 s. bob has then 600 MB left, at 10 MB/s: 60 s more.
    (ann,), (bob,) = rows_of(drill, "restore", "ann"), rows_of(drill, "restore", "bob")
    assert (ann.start, ann.end) == (65 * MINUTE, 65 * MINUTE + 120 * SECOND)
    assert (bob.start, bob.end) == (65 * MINUTE, 65 * MINUTE + 180 * SECOND)
    # Lost on Tuesday at 10:00; the tape is of Monday 22:00, 12 hours before. A start takes 0 s.
    assert drill.recoveries == [
        Recovery("ann", 0, ann.end, 0, -12 * HOUR),
        Recovery("bob", 0, bob.end, 0, -12 * HOUR),
    ]


def test_hot_switch():
    drill = run(
        TWO_SITES
        + """\
components:
  app:
    at: {here: active, there: hot}
    switch: {takes: 2 min}
    data: {size: 1 GB}
    copies: {mirror: {at: there, kind: asynchronous, lag: 1 to 5 min}}
""",
        "disruptions: {fire: {site: here, after: 10 min}}",
        {("lag", "app", "mirror", 0, 0): 0.25},
    )
    # Lost at 10; the switch asks nobody: 10-12. The copy lags 1 + 0.25 × 4 = 2 min behind.
    (switch,) = rows_of(drill, "switch", "app")
    assert times(switch) == (10, 10, 10, 12)
    assert drill.recoveries == [Recovery("app", 0, 12 * MINUTE, 10 * MINUTE, 8 * MINUTE)]


def test_interrupted_step():
    drill = run(
        TWO_SITES
        + """\
components:
  app: {at: {here: active, there: warm}, start: {takes: 20 min, by: infra}}
""",
        """\
disruptions:
  fire: {site: here}
  cut: {site: there, after: 70 min, lasts: 10 min}
""",
    )
    # The start 65-85 loses its ground at 70; the next try waits until the site is back: 80-100.
    first, second = rows_of(drill, "start", "app")
    assert (times(first), first.outcome) == ((65, 65, 65, 70), "interrupted")
    assert (times(second), second.outcome, second.attempt) == ((70, 80, 80, 100), "done", 1)
    assert second.bound_by == ("outage", "cut", "ends")
    # The loss of the standby's site is incident 1. Nothing was lost there: when the site is back, assessing is dropped.
    assert [times(row) for row in rows_of(drill, "detect", "there", 1)] == [(70, 70, 70, 75)]
    (assess,) = rows_of(drill, "assess", "there", 1)
    assert (times(assess), assess.outcome) == ((75, 75, 75, 80), "dropped")


WORKING = """\
suppliers: {vendor: {people: 1, works: "Mon-Fri 9:00-17:00"}}
sites: {here: {}, there: {}}
components:
  app: {at: {here: active, there: warm}, start: {takes: 4 wh, by: vendor}}
"""


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        # Tuesday 14:00 + 65 min = 15:05. Until 17:00 it is 1 h 55; the other 2 h 05 on Wednesday from 9:00: 11:05,
        # which is 21 h 05 after 14:00.
        ("2015-05-12 14:00", 65 * MINUTE, 21 * HOUR + 5 * MINUTE),
        # Tuesday 18:00: wanted at 19:05, but nobody is there before Wednesday 9:00, 15 h later; 4 hours: 13:00.
        ("2015-05-12 18:00", 15 * HOUR, 19 * HOUR),
        # `any moment of the week` with u = 0.5: minute 5040, Thursday 12:00. 13:05 + 3 h 55 = 17:00; Friday 9:05.
        ("any moment of the week", 65 * MINUTE, 21 * HOUR + 5 * MINUTE),
    ],
)
def test_working_hours(moment: str, start: int, end: int):
    drill = run(WORKING, f"moment: {moment}\n{LOST}")
    (row,) = rows_of(drill, "start", "app")
    assert (row.wanted, row.ready, row.start, row.end) == (65 * MINUTE, 65 * MINUTE, start, end)
    assert drill.offset == (5040 * MINUTE if moment.startswith("any") else 0)


def test_attempts_strategies_and_copies():
    drill = run(
        """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 1 GB/s}}
components:
  app:
    at: {here: active, there: hot}
    recover: [hot, warm, cold]
    switch: {takes: 1 min, works: 50 %, attempts: 2}
    start: {takes: 10 min}
    data: {size: 60 GB}
    copies:
      mirror: {at: there, kind: synchronous, works: 50 %}
      tape: {at: there, kind: backup, taken: every 1 h, restores: 1 GB/s, works: 50 %}
""",
        LOST,
        {
            ("switch works", "app", "there", 0, 0): 0.9,
            ("switch works", "app", "there", 0, 1): 0.1,
            ("usable", "app", "mirror", 0, 0): 0.7,
            ("usable", "app", "tape", 0, 0): 0.3,
        },
    )
    # 0-1 the switch fails, 1-2 it works, but the mirror proves unusable, which ends hot and warm for good.
    # Cold once declared: restore 65-66 (60 GB at 1 GB/s), start 66-76. The tape was taken at 10:00 itself, but then the
    # site was down; so it is the one of 9:00: an hour is lost.
    assert [(row.kind, times(row), row.outcome) for row in drill.rows if row.object == "app"] == [
        ("switch", (0, 0, 0, 1), "failed"),
        ("switch", (1, 1, 1, 2), "unusable"),
        ("restore", (65, 65, 65, 66), "done"),
        ("start", (66, 66, 66, 76), "done"),
    ]
    assert drill.recoveries == [Recovery("app", 0, 76 * MINUTE, 0, -HOUR)]


def test_people_travel_and_verify():
    drill = run(
        """\
sites: {here: {}, there: {}, base: {travel: {there: 40 min, here: 10 min}}}
links: {line: {between: [base, there], bandwidth: 1 GB/s}}
teams:
  infra: {people: 2, based: base, call_out: 15 min}
  users: {}
components:
  app: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra, on_site: true}}
services:
  permits:
    targets: {mtpd: 1 d, mbco: 25 %}
    demand: 48/day
    needs: [app]
    verify: {takes: 6 min, by: users}
    points: {counter: {at: base, weight: 3}, desk: {at: here, weight: 1}}
""",
        LOST,
    )
    # infra is called at 35, and is there after 15 + 40 min, at 90: start 90-100. Each point distrusts it; that at
    # `here` cannot be verified; that at `base` is, 100-106.
    (mobilise,), (start,) = rows_of(drill, "mobilise", "infra"), rows_of(drill, "start", "app")
    assert (times(mobilise), mobilise.site) == ((35, 35, 35, 90), "there")
    assert (times(start), start.freed_by) == ((65, 65, 90, 100), None)
    (verify,) = rows_of(drill, "verify", "permits.counter")
    assert (times(verify), verify.site) == ((100, 100, 100, 106), "base")
    (waits,) = rows_of(drill, "verify", "permits.desk")
    assert (times(waits), waits.outcome) == ((100, -1, -1, -1), "waiting")
    assert [(t / MINUTE, flag, value) for t, flag, value in drill.changes if flag[0] == "trusted"] == [
        (100, ("trusted", "permits", "counter", "app", "there"), False),
        (100, ("trusted", "permits", "desk", "app", "there"), False),
        (106, ("trusted", "permits", "counter", "app", "there"), True),
    ]


CHECKED_ON_SITE = """\
sites: {here: {}, there: {}, base: {travel: {here: 2 h, there: 1 h}}}
links: {line: {between: [here, base], bandwidth: 1 GB/s}, side: {between: [there, base], bandwidth: 1 GB/s}}
teams: {users: {based: base}}
components: {app: {at: {LOST: active}, restart: {takes: 1 min}}}
services:
  permits:
    needs: [app]
    verify: {takes: 6 min, by: users, on_site: true}
    points: {counter: {at: here}, desk: {at: there}}
"""


@pytest.mark.parametrize(("lost", "journeys", "begins"), [("here", [("here", 35, 35, 35, 155)], 155), ("base", [], 60)])
def test_people_travel_to_check_a_point_at_the_site_that_was_lost(lost: str, journeys: list[object], begins: int):
    drilled = scenario(CHECKED_ON_SITE.replace("LOST", lost), f"disruptions: {{fire: {{site: {lost}, lasts: 59 min}}}}")
    drill = reference_drill(drilled)
    # Assessed at 35, back at 59, restarted at 60. Nobody travels to a point elsewhere: to `there`, or from `base` at all.
    assert [(row.site, *times(row)) for row in rows_of(drill, "mobilise", "users")] == journeys
    assert min(times(row)[2] for row in drill.rows if row.kind == "verify" and row.start >= 0) == begins
    assert engine_view(engine_drill(drilled)) == reference_view(drill)


def test_levels_and_contacts():
    drilled = scenario(
        """\
sites: {here: {pools: {seats: 2}}, there: {}}
links: {line: {between: [here, there], bandwidth: 1 GB/s}}
components:
  left: {at: {here: {role: active, share: 60 %}, there: {role: active, share: 50 %}}}
  seat: {scope: site, at: {here: active}, shares: {seats: 3}}
services:
  permits:
    targets: {mbco: 50 %}
    open: Mon-Fri 9:00-17:00
    demand: 48/day
    points:
      counter: {at: here, needs: [left, seat], weight: 3, municipality: here}
      desk: {at: there, needs: [left], weight: 1}
""".replace("here: {pools", "here: {kind: town hall, inhabitants: 100, pools"),
        LOST,
    )
    # At the start: left 60 % + 50 % is at most 1; a seat is 2 / 3. counter 0.666666, desk 1.
    flags = initial(drilled)
    now = levels(drilled, flags)
    assert now.point == {("permits", "counter"): 666_666, ("permits", "desk"): ONE}
    assert now.weighted["permits", "", ""] == 3 * 666_666 + ONE
    assert now.at_minimum == {
        ("permits", "", ""): True,
        ("permits", "here", ""): True,
        ("permits", "", "counter"): True,
        ("permits", "", "desk"): True,
    }
    # From 0 on: counter 0, desk 0.5: 0.125 in all, below 50 %, to the horizon of 2 d.
    found = measures(drilled, simulate(drilled, lambda name: 0.5))
    assert found["permits", "", ""].recovery_time == math.inf
    assert found["permits", "", ""].continuity == "lost"
    assert found["permits", "", ""].downtime == 2 * DAY
    # Open: Tuesday 10-17, Wednesday 9-17, Thursday 9-10: 16 hours. 6 contacts an hour, 3/4 of them at the counter.
    assert found["permits", "", ""].downtime_open == 16 * HOUR
    assert found["permits", "here", ""].contacts_lost == 72
    assert found["permits", "", ""].contacts_lost == 72 + Fraction(24, 2)


def test_fair_shares():
    # One link of 10 for three flows: 10 // 3 = 3 each; the flows at the smallest share are fixed together.
    assert network.fair_shares(dict.fromkeys("abc", (99, ("l",))), {"l": 10}) == {"a": 3, "b": 3, "c": 3}
    # A limit of 1 leaves 9 for two: 4 each. Within a site only the limit counts; without a route it is 0.
    flows = {"a": (1, ("l",)), "b": (99, ("l",)), "c": (99, ("l",)), "d": (7, ()), "e": (7, None)}
    assert network.fair_shares(flows, {"l": 10}) == {"a": 1, "b": 4, "c": 4, "d": 7, "e": 0}
