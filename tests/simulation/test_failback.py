"""What has moved goes home: golden timelines with the arithmetic beside them, rare branches, properties, refusals."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from agreement import (
    differences,
    engine_drill,
    engine_measured,
    engine_view,
    reference_drill,
    reference_measured,
    reference_view,
    unequal,
)
from cases import drilled, in_minutes, rows, scenario, tries
from hypothesis import HealthCheck, given, settings
from relocations import drawn

from drsim.errors import InputError
from drsim.measures.drills import groups, measure
from drsim.measures.explanation import explain
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import ACTIVE
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.levels import levels
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import MINUTE

PLACES = """\
sites: {here: {}, there: {}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  road: {between: [here, desk], bandwidth: 10 MB/s}
  path: {between: [there, desk], bandwidth: 10 MB/s}
teams: {infra: {}}
response: {failback: {stable: 1 h, window: "daily 20:00-22:00"}}
"""
APP = (
    PLACES
    + """\
components:
  app: {at: {here: active, there: warm}, start: {takes: 20 min}, stop: {takes: 5 min}, restart: {takes: 10 min, works: 90 %}}
services: {s: {points: {p: {at: desk, needs: [app]}}}}
"""
)
FIRE = "fire: {site: here, lasts: 2 h}"


def spans(replay: Replay) -> list[tuple[float, float, str]]:
    """Interruptions of the service in minutes, and of which kind."""
    return [
        (
            in_minutes(what.begin),
            in_minutes(what.end),
            ("planned, cut" if what.cut else "planned") if what.planned else "",
        )
        for what in replay.interruptions("s")
    ]


def unprotected(replay: Replay, component: str) -> list[tuple[float, float]]:
    return [(in_minutes(a), in_minutes(b)) for a, b in replay.unprotected.get(component, ())]


def test_a_database_and_what_stands_on_it_go_home_in_the_evening() -> None:
    replay = drilled(
        PLACES
        + """\
components:
  db:
    at: {here: active, there: warm}
    start: {takes: 20 min, by: infra}
    stop: {takes: 5 min, by: infra}
    data: {size: 36 GB, change: 1 MB/s}
    copies: {replica: {at: there, kind: synchronous}}
  web: {at: {here: active, there: hot}, needs: [db], switch: {takes: 1 min}}
services: {s: {points: {p: {at: desk, needs: [web]}}}}
""",
        disruptions=f"{{{FIRE}}}",
    )
    # 10:00  here is lost; db is started until 10:20 (20), web takes over at 10:21: both are stale here, so two returns open, 1 and 2.
    # 12:00  (120) the site is back, both are stable at 13:00 (180). db has changed for 160 minutes: 9.6 GB over 10 MB/s take 16 minutes.
    #        web keeps no data: its home waits from 13:00 on. db's from 13:16 on, so nothing is without a standby any more.
    # 20:00  (600) the window opens. web starts after db, which is to go home: it waits. db is stopped until 20:05: from then on
    #        nobody is served, as planned. It starts where it was within 20 minutes: 20:25 (625).
    #        Then web: stopped at once, it switches within a minute. At 20:26 (626) it serves again.
    assert (
        rows(replay.trajectory)
        == """\
detect here | 0.0 | 0 0 0 0 | done | fire begins
assess here | 0.0 | 0 0 0 0 | done | detect here
decide here | 0.0 | 0 0 0 0 | done | assess here
declare here | 0.0 | 0 0 0 0 | done | decide here
start db @there | 0.0 | 0 0 0 20 | done | declare here
switch web @there | 0.0 | 0 20 20 21 | done | start db
stable db @here | 1.0 | 20 120 120 180 | done | fire ends
stable web @here | 2.0 | 21 120 120 180 | done | fire ends
synchronise db @here | 1.0 | 180 180 180 196 | done | stable db
stop db @there | 1.0 | 600 600 600 605 | done | synchronise db
restart db @here | 1.0 | 605 605 605 625 | done | stop db
switch web @here | 2.0 | 625 625 625 626 | done | stop web
stop web @there | 2.0 | 625 625 625 625 | done | restart db"""
    )
    assert spans(replay) == [(0, 21, ""), (605, 626, "planned")]
    assert unprotected(replay, "db") == [(0, 196), (605, 625)]
    assert unprotected(replay, "web") == [(0, 180), (625, 626)]
    (_, first), (_, second) = replay.explain("s")
    assert [(s.cause, s.detail, s.length // MINUTE) for s in first] == [
        ("step under way", "db", 20),
        ("step under way", "web", 1),
    ]
    assert [(s.cause, s.detail, s.length // MINUTE) for s in second] == [
        ("step under way", "db", 20),
        ("step under way", "web", 1),
    ]
    # the RTO goes by the 21 minutes of the fire, and so does the number of interruptions; downtime counts both
    plan = replay.plan
    block = measure(plan, groups(plan), [replay.trajectory], levels(plan, [replay.trajectory]))
    assert [int(each[0, 0]) for each in (block.recovery, block.downtime, block.planned, block.interruptions)] == [
        21 * MINUTE,
        42 * MINUTE,
        21 * MINUTE,
        1,
    ]
    told = replay.timeline()
    assert "synchronise db @ here #1" in told
    assert "20:05                   below its minimum, as planned: s" in told
    assert "s is back (planned: it went home)" in replay.timeline("s")
    shown = str(planned(Outlook(plan), command=Command("case.yaml")))
    assert "HOW IT GOES HOME 2  once its place has been stable for 1 h, within daily 20:00-22:00" in shown
    assert "what changes: 1 MB/s" in shown


def test_a_start_at_home_that_fails_is_rolled_back_until_the_next_window() -> None:
    replay = drilled(APP, {"restart works app 0": 0.95}, disruptions=f"{{{FIRE}}}")
    # stopped 600-605; at home it fails at 615; where it was it fails too, at 625, and is tried again: 635.
    # The window is open until 720, but a move failed in it. The next opens a day later, at 600 + 1440.
    assert tries(replay, "app", "stop", "restart") == [
        ("stop", "there", 600, 605, "done"),
        ("restart", "here", 605, 615, "failed"),
        ("restart", "there", 615, 625, "failed"),
        ("restart", "there", 625, 635, "done"),
        ("stop", "there", 2040, 2045, "done"),
        ("restart", "here", 2045, 2055, "done"),
    ]
    assert spans(replay) == [(0, 20, ""), (605, 635, "planned"), (2045, 2055, "planned")]
    both = APP.replace('"daily 20:00-22:00"', '"daily 20:00-22:00", attempts: 2')
    replay = drilled(both, {"restart works app 0": 0.95}, disruptions=f"{{{FIRE}}}")
    assert tries(replay, "app", "restart") == [
        ("restart", "here", 605, 615, "failed"),
        ("restart", "here", 615, 625, "done"),
    ]


DATA = APP.replace("stop:", "data: {size: 1 GB}, copies: {c: {at: there, kind: asynchronous, lag: 5 min}}, stop:")


def test_a_second_failure_finds_the_home_in_waiting() -> None:
    dark = f"{{{FIRE}, dark: {{site: there, after: 5 h, lasts: 1 d}}}}"
    response = "{detect: 5 min, assess: {takes: 10 min}, decide: {takes: 30 min}, evacuation: 0 s}"
    replay = drilled(DATA, disruptions=dark, response=response)
    # noticed at 305, assessed at 315: nobody has to decide to go home, where it starts within 10 minutes
    assert tries(replay, "app", "restart") == [("restart", "here", 315, 325, "done")]
    assert spans(replay)[1:] == [(300, 325, "")]
    # its home was behind as its copy is: 5 minutes
    assert [(r.lost_at - r.point) // MINUTE for r in replay.trajectory.recoveries] == [5, 5]
    # the standby has to be stable again: 1740 + 60
    assert unprotected(replay, "app") == [(0, 180), (300, 1800)]
    hot = DATA.replace("there: warm}, start", "there: hot}, switch")
    replay = drilled(hot, disruptions=dark, response=response)
    assert tries(replay, "app", "switch") == [("switch", "there", 0, 20, "done"), ("switch", "here", 300, 320, "done")]


def test_without_a_replicated_copy_the_home_is_as_it_was_when_it_came_to_wait() -> None:
    cold = APP.replace("there: warm}", "there: cold}").replace(
        "stop:",
        "data: {size: 600 MB, change: 1 MB/s}, copies: {c: {at: there, kind: backup, taken: every 1 h, restores: 10 MB/s}}, stop:",
    )
    replay = drilled(cold, disruptions=f"{{{FIRE}, dark: {{site: there, after: 5 h, lasts: 1 d}}}}")
    # restored 0-1, started until 21; stable at 180: more than 600 MB would have changed, so all is copied in a minute: 181
    assert tries(replay, "app", "restore", "start", "synchronise", "restart") == [
        ("restore", "there", 0, 1, "done"),
        ("start", "there", 1, 21, "done"),
        ("synchronise", "here", 180, 181, "done"),
        ("restart", "here", 300, 310, "done"),
        ("synchronise", "there", 1800, 1801, "done"),
    ]
    assert [(r.lost_at - r.point) // MINUTE for r in replay.trajectory.recoveries] == [60, 119]


def test_a_home_in_waiting_that_is_hit_is_stale_again_and_what_it_has_is_from_then() -> None:
    hit = "again: {site: here, after: 200 min, lasts: 20 min}"
    replay = drilled(DATA, disruptions=f"{{{FIRE}, {hit}, dark: {{site: there, after: 230 min, lasts: 1 d}}}}")
    # in waiting 180-200; back at 220; there is lost at 230, before it is stable: it starts from what it had at 200
    assert unprotected(replay, "app")[0] == (0, 180)
    assert [(r.lost_at - r.point) // MINUTE for r in replay.trajectory.recoveries] == [5, 30]


def test_a_loss_in_the_middle_of_a_move_is_no_longer_planned() -> None:
    again = "again: {site: here, after: 610 min, lasts: 30 min}"
    replay = drilled(
        APP,
        disruptions=f"{{{FIRE}, {again}}}",
        response="{detect: 5 min, assess: {takes: 10 min}, decide: {takes: 0 s}}",
    )
    # stopped at 605, to start at home; home is lost at 610. From then on app is lost, in the incident of that: noticed at 615,
    # assessed at 625, started where it was until 635. Home is back at 640, stable at 700, when the window is still open.
    assert tries(replay, "app", "stable", "stop", "restart") == [
        ("stable", "here", 120, 180, "done"),
        ("stop", "there", 600, 605, "done"),
        ("restart", "here", 605, 610, "interrupted"),
        ("stable", "here", 640, 700, "done"),
        ("restart", "there", 625, 635, "done"),
        ("stop", "there", 700, 705, "done"),
        ("restart", "here", 705, 715, "done"),
    ]
    assert spans(replay) == [(0, 35, ""), (605, 610, "planned, cut"), (610, 635, ""), (705, 715, "planned")]
    assert "a loss in the middle of the move" in replay.timeline("s")
    causes = [[(s.cause, s.length // MINUTE) for s in found] for _, found in replay.explain("s")]
    assert causes[1:3] == [
        [("failed attempt", 5)],
        [("not yet detected", 5), ("not yet decided", 10), ("step under way", 10)],
    ]


def test_the_clock_of_a_place_starts_anew_at_each_loss() -> None:
    replay = drilled(APP, disruptions=f"{{{FIRE}, again: {{site: here, after: 150 min, lasts: 30 min}}}}")
    assert tries(replay, "app", "stable") == [
        ("stable", "here", 120, 150, "interrupted"),
        ("stable", "here", 180, 240, "done"),
    ]


def test_with_both_places_lost_it_starts_at_the_first_to_return() -> None:
    replay = drilled(APP, disruptions=f"{{{FIRE}, dark: {{site: there, after: 1 h, lasts: 3 h}}}}")
    # here is back at 120; the stable clock runs there until app starts there at 130, then that of the other place (240-300)
    assert tries(replay, "app", "stable", "restart") == [
        ("stable", "here", 120, 130, "interrupted"),
        ("restart", "here", 120, 130, "done"),
        ("stable", "there", 240, 300, "done"),
    ]
    assert unprotected(replay, "app") == [(0, 300)]


def test_what_has_not_begun_when_the_window_closes_waits_for_the_next() -> None:
    crew = APP.replace("stop: {takes: 5 min}", "stop: {takes: 10 min, by: infra}").replace("20:00-22:00", "20:00-20:05")
    late = crew.replace("infra: {}", 'infra: {works: "daily 20:05-21:00"}')
    replay = drilled(late, disruptions=f"{{{FIRE}}}", horizon="1 d")
    assert tries(replay, "app", "stop") == [("stop", "there", -1, 605, "dropped")]
    # and what has begun goes on when it closes, also what follows
    replay = drilled(crew, disruptions=f"{{{FIRE}}}", horizon="1 d")
    assert tries(replay, "app", "stop", "restart") == [
        ("stop", "there", 600, 610, "done"),
        ("restart", "here", 610, 620, "done"),
    ]


def test_room_is_given_back_when_it_is_home() -> None:
    two = (
        PLACES.replace("there: {}", "there: {pools: {hosts: 1}}").replace("here: {}", "here: {pools: {hosts: 1}}")
        + """\
components:
  app: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 20 min}}
  web: {at: {desk: active, there: warm}, uses: {hosts: 1}, start: {takes: 20 min}}
services: {s: {points: {p: {at: desk, needs: [app]}}}}
"""
    ).replace("desk: {}", "desk: {pools: {hosts: 1}}")
    dark = "dark: {site: desk, after: 9 h}"
    replay = drilled(two, disruptions=f"{{{FIRE}, {dark}}}")
    # desk is lost at 540, but there is no room for web before app is home at 600 + 20
    assert tries(replay, "web", "start") == [("start", "there", 620, 640, "done")]


def test_what_stands_on_something_that_is_stopped_fails_there_and_then() -> None:
    replay = drilled(
        PLACES
        + """\
components:
  db: {at: {here: active, there: warm}, start: {takes: 20 min}}
  web: {at: {desk: active, here: warm}, needs: [db], restart: {takes: 30 min}, start: {takes: 30 min}}
services: {s: {points: {p: {at: desk, needs: [web]}}}}
""",
        disruptions=f"{{{FIRE}, broken: {{component: web, after: 585 min, lasts: 5 min}}}}",
    )
    # web starts at its standby from 585 on; at 600 db is stopped, to start at home until 620: web is tried again then
    assert tries(replay, "web", "start") == [
        ("start", "here", 585, 600, "interrupted"),
        ("start", "here", 620, 650, "done"),
    ]


def test_without_failback_nothing_goes_home() -> None:
    stays = APP.replace('response: {failback: {stable: 1 h, window: "daily 20:00-22:00"}}\n', "")
    assert not tries(drilled(stays, disruptions=f"{{{FIRE}}}"), "app", "stable", "synchronise", "stop", "restart")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("there: warm}", "there: active}", "nothing ever moves: no component has a standby"),
        ('"daily 20:00-22:00"', "never", "nothing ever goes home in it"),
        ("stable: 1 h", "stable: 1 h, attempts: 500", "'500' attempts are more than anybody makes"),
        (
            "app: {at",
            "app: {scope: site, at",
            "'app' serves only its own site: what needs it there would stop when it goes home",
        ),
        (
            "here: active, there",
            "here: active, desk: active, there",
            "'app' has no single home: it is active at desk and here",
        ),
        ("stable: 1 h", "stable: 1 wh", "working hours"),
        ("stop: {takes: 5 min}", "stop: {takes: 5 min, works: 50 %}", "'works' is not a key here"),
        ("stop: {takes: 5 min}", "stop: {takes: 5 wh}", "nobody is there to work them"),
    ],
)
def test_refusals(old: str, new: str, message: str) -> None:
    assert APP.count(old) == 1
    with pytest.raises(InputError, match=message.replace("{", r"\{")):
        scenario(APP.replace(old, new), disruptions=f"{{{FIRE}}}")


def test_a_stop_needs_a_standby() -> None:
    with pytest.raises(InputError, match="it has no standby, so it never moves and is never stopped"):
        scenario(APP.replace(", there: warm}", "}").replace("start: {takes: 20 min}, ", "").replace("response:", "x:"))


def test_a_window_may_be_a_calendar_by_name() -> None:
    named = "calendars: {evening: daily 20:00-22:00}\n" + APP.replace('"daily 20:00-22:00"', "evening")
    assert scenario(named, disruptions=f"{{{FIRE}}}") == scenario(
        "calendars: {evening: daily 20:00-22:00}\n" + APP, disruptions=f"{{{FIRE}}}"
    )


PAIR = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
components:
  db:
    at: {here: active, there: ROLE}
    recover: [ROLE, cold]
    data: {size: 36 GB}
    copies:
      replica: {at: there, kind: synchronous}
      tape: {at: there, kind: backup, taken: daily 6:00, restores: 10 MB/s}
    start: {takes: 10 min}
    restart: {takes: 30 min}
services: {s: {points: {p: {at: there, needs: [db]}}}}
response: {failback: {stable: 0 s, window: "daily 20:00-22:00"}}
"""


@pytest.mark.parametrize("role", ["hot", "warm"])
def test_a_home_in_waiting_does_not_take_over_with_corrupt_data(role: str) -> None:
    # lost from 10:00 to 11:00, then its home is a standby; at 13:00 its data turns out to be bad: tape, then 30 min
    hits = "{fire: {site: here, lasts: 1 h}, virus: {corruption: db, after: 2 h, detected: 1 h}}"
    replay = drilled(PAIR.replace("ROLE", role), disruptions=hits)
    assert tries(replay, "db", "restore", "start", "restart", "switch")[1:4] == [
        ("restore", "there", 180, 240, "done"),
        ("restart", "there", 240, 270, "done"),
        ("restart" if role == "warm" else "switch", "here", 600, 630 if role == "warm" else 600, "done"),
    ]
    assert [each.point for each in replay.trajectory.recoveries][-1] == -240 * MINUTE  # 6:00


def test_what_turns_out_to_be_corrupt_while_it_moves_is_not_started_from_that() -> None:
    # it goes home at 20:00, by half past; at 20:10 its data turns out to be bad since noon
    hits = "{fire: {site: here, lasts: 1 h}, virus: {corruption: db, after: 2 h, detected: 490 min}}"
    replay = drilled(PAIR.replace("ROLE", "warm"), disruptions=hits)
    found = sorted(tries(replay, "db", "restore", "start", "restart", "stop"), key=lambda row: row[2:4])
    assert found[1:5] == [
        ("stop", "there", 600, 600, "done"),
        ("restart", "here", 600, 610, "interrupted"),
        ("restore", "there", 610, 670, "done"),
        ("restart", "there", 670, 700, "done"),
    ]
    (_, cleaned) = replay.trajectory.recoveries
    assert (cleaned.lost_at, cleaned.point) == (610 * MINUTE, -240 * MINUTE)


@pytest.mark.parametrize("first", range(0, 80, 10))
@pytest.mark.parametrize("corrupt", [False, True])
def test_both_implementations_agree_whatever_hits_in_between(first: int, corrupt: bool) -> None:
    for seed in range(first, first + 10):
        case = loads(drawn(seed, corrupt=corrupt))
        drill, other = engine_drill(case, seed), reference_drill(case, seed)
        found = differences(engine_view(drill), reference_view(other))
        found = found or unequal(engine_measured([drill]), reference_measured(case, [other]))
        assert not found, "\n".join([f"seed {seed}", *found[:6]])
        for group in groups(drill.plan):
            explain(drill.plan, group, drill)  # which asserts that segments add up


@pytest.mark.parametrize("seed", range(60))
def test_a_component_runs_at_one_place_and_no_data_is_lost_by_a_move(seed: int) -> None:
    drill = engine_drill(loads(drawn(seed)), seed)
    structure = drill.plan.structure
    first = len(structure.sites) + len(structure.links)
    on = [role == ACTIVE for role in structure.roles]
    for _, changes in groupby(drill.changes, key=lambda change: change[0]):
        for _, flag, value in changes:
            if first <= flag < first + len(on):
                on[flag - first] = value
        assert all(sum(on[d] for d in ds) <= 1 for ds in structure.of_component)
    returns = {row.incident for row in drill.rows if row.kind == "stable"}
    assert not [recovery for recovery in drill.recoveries if recovery.incident in returns]
    for one, two in pairwise(sorted((r for r in drill.rows if r.kind == "stop"), key=lambda r: (r.object, r.wanted))):
        assert one.object != two.object or one.end <= two.wanted


@settings(max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    scenarios(
        min_disruptions=1, max_components=5, site_scope=False, active_active=False, uncertain=False, failures=False
    )
)  # a return has the next number of an incident, with which luck would change
def test_until_something_is_stable_failback_changes_nothing(case: Scenario) -> None:
    without = case.model_copy(update={"response": case.response.model_copy(update={"failback": None})})
    drill, plain = engine_drill(case), engine_drill(without)
    until = min((row.end for row in drill.rows if row.kind == "stable" and row.outcome == "done"), default=10**15)
    ends = {time for time, *_ in plain.changes} & {time for time, *_ in drill.changes}
    for time in ends:
        if time < until:
            assert [each for each in drill.changes if each[0] == time] == [
                each for each in plain.changes if each[0] == time
            ]


def test_a_plan_without_failback_has_none_of_its_steps() -> None:
    plan = compile_scenario(
        scenario(APP.replace("response: {failback", "response: {wait: 0 s} #"), disruptions=f"{{{FIRE}}}")
    )
    assert plan.failback is None
    assert not {"stable", "synchronise", "stop"} & {step.kind for step in plan.steps}


def test_what_cannot_go_home_is_told_in_one_line() -> None:
    land = "sites: {here: {}, there: {}}\ncomponents: {app: {at: {here: active, there: warm}}, web: {at: {here: active, there: warm}}}\n"
    told = " ".join(drilled(land, response="{detect: 0 s, failback: {stable: 1 h}}").timeline().split())
    assert "NOT STARTED BY THE END 2 still away from here, to which they cannot go back: app · web" in told
