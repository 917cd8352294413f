"""A planned move: golden timelines with the arithmetic beside them, rare branches, a property, refusals."""

from __future__ import annotations

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
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from relocations import drawn

from drsim.errors import InputError
from drsim.measures.drills import groups
from drsim.measures.explanation import explain
from drsim.planning.plan import ACTIVE
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.lookups import homes_of, started_before
from drsim.simulation.trajectory import DONE
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay

TWO = """\
sites: {here: {pools: {hosts: 4}}, there: {pools: {hosts: 2}}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  path: {between: [there, desk], bandwidth: 10 MB/s}
  road: {between: [here, desk], bandwidth: 10 MB/s}
teams: {infra: {}}
components:
  db:
    at: {here: active, there: warm}
    uses: {hosts: 1}
    start: {takes: 20 min, by: infra, works: 90 %}
    restart: {takes: 7 min}
    stop: {takes: 5 min, by: infra}
    data: {size: 36 GB}
    copies: {replica: {at: there, kind: asynchronous, lag: 10 min}}
  web: {at: {here: active, there: hot}, needs: [db], switch: {takes: 1 min, works: 90 %}}
services: {s: {points: {p: {at: desk, needs: [web]}}}}
"""
NOTHING = {"disruptions": "{}"}


def spans(replay: Replay) -> list[tuple[float, float, bool]]:
    return [(in_minutes(w.begin), in_minutes(w.end), w.planned) for w in replay.interruptions("s")]


def test_a_database_and_what_stands_on_it_are_moved() -> None:
    replay = drilled(TWO, **NOTHING, moves="{site: here, after: 1 h}")
    # 11:00 (60) db is stopped within 5 minutes and started over there within 20: 85. web waited for that; it is stopped at once and
    # switches within a minute: 86. Nothing serves from 65 to 86, and that counts. No data is lost, whatever the copy lags behind.
    assert (
        rows(replay.trajectory)
        == """\
stop db @here | 0.0 | 60 60 60 65 | done | -
start db @there | 0.0 | 65 65 65 85 | done | stop db
stop web @here | 1.0 | 85 85 85 85 | done | start db
switch web @there | 1.0 | 85 85 85 86 | done | stop web"""
    )
    assert spans(replay) == [(65, 86, False)]
    assert not replay.trajectory.recoveries
    ((_, found),) = replay.explain("s")
    assert [(s.cause, s.detail, s.length // 60_000) for s in found] == [
        ("step under way", "db", 20),
        ("step under way", "web", 1),
    ]
    assert {name: [(a // 60_000, b // 60_000) for a, b in each] for name, each in replay.unprotected.items()} == {
        "db": [(65, 10080)],
        "web": [(85, 10080)],
    }
    assert "stop db @ here #0" in replay.timeline()
    shown = str(planned(Outlook(replay.plan), command=Command("case.yaml")))
    assert "WHAT IS MOVED FROM here 2  after 1 h; if a move fails, that component goes back" in shown
    assert "stop web @ here" in shown


def test_a_start_that_fails_takes_back_that_component() -> None:
    replay = drilled(TWO, {"start works db 0": 0.95}, **NOTHING, moves="{site: here, after: 1 h}")
    # db fails at 85 and is back where it was at 92; its move is over, so web no longer waits for it
    assert tries(replay, "db") == [
        ("stop", "here", 60, 65, "done"),
        ("start", "there", 65, 85, "failed"),
        ("restart", "here", 85, 92, "done"),
    ]
    assert tries(replay, "web") == [("stop", "here", 92, 92, "done"), ("switch", "there", 92, 93, "done")]
    assert spans(replay) == [(65, 93, False)]


def test_or_all_that_has_moved_in_reverse_order() -> None:
    replay = drilled(TWO, {"switch works web 0": 0.95}, **NOTHING, moves="{site: here, after: 1 h, rollback: all}")
    # web fails at 86 and is started again at once; then db goes back: stopped 86-91, started 91-98
    assert tries(replay, "web") == [
        ("stop", "here", 85, 85, "done"),
        ("switch", "there", 85, 86, "failed"),
        ("restart", "here", 86, 86, "done"),
    ]
    assert tries(replay, "db") == [
        ("stop", "here", 60, 65, "done"),
        ("start", "there", 65, 85, "done"),
        ("stop", "there", 86, 91, "done"),
        ("restart", "here", 91, 98, "done"),
    ]
    assert not replay.unprotected["db"][-1][1] > 98 * 60_000


def test_a_disaster_in_the_middle_is_dealt_with_as_ever() -> None:
    replay = drilled(
        TWO, disruptions="{dark: {site: there, after: 70 min, lasts: 1 d}}", moves="{site: here, after: 1 h}"
    )
    # db is down when its standby is lost: from then on it is lost, and started again where it was
    assert tries(replay, "db")[:3] == [
        ("stop", "here", 60, 65, "done"),
        ("start", "there", 65, 70, "interrupted"),
        ("restart", "here", 70, 77, "done"),
    ]
    assert spans(replay)[0] == (65, 77, False)


TAPE = TWO.replace(
    "replica: {at: there, kind: asynchronous, lag: 10 min}",
    "tape: {at: desk, kind: backup, taken: daily 1:00, restores: 10 MB/s}",
).replace("here: active, there: warm}", "here: active, there: cold}", 1)


def test_what_is_not_replicated_is_copied_before_it_is_stopped() -> None:
    # 36 GB over 10 MB/s are an hour: 60 to 120; then stop 120 to 125 and start 125 to 145, and nothing is restored
    replay = drilled(TAPE, **NOTHING, moves="{site: here, after: 1 h}")
    assert tries(replay, "db") == [
        ("synchronise", "there", 60, 120, "done"),
        ("stop", "here", 120, 125, "done"),
        ("start", "there", 125, 145, "done"),
    ]
    assert spans(replay) == [(125, 146, False)]
    shown = " ".join(str(planned(Outlook(replay.plan), command=Command("case.yaml"))).split())
    assert "synchronise db @ there" in shown
    assert "all its data is at its standby" in shown
    # it does not wait for the window, in which it is stopped
    late = drilled(TAPE, **NOTHING, moves='{site: here, after: 1 h, window: "daily 20:00-23:00"}')
    assert tries(late, "db")[:2] == [("synchronise", "there", 60, 120, "done"), ("stop", "here", 600, 605, "done")]


def test_a_cut_line_stalls_the_copy_and_keeps_what_could_not_follow_at_home() -> None:
    # both ways are cut from 90 to 120: half of it is left, till 150. Cut again from 140 to 145 it takes 5 minutes more
    stalled = drilled(
        TAPE,
        disruptions="{cut: {links_of: there, after: 90 min, lasts: 30 min}, again: {links_of: there, after: 140 min, lasts: 5 min}}",
        moves="{site: here, after: 1 h}",
    )
    assert tries(stalled, "db")[0] == ("synchronise", "there", 60, 155, "done")
    # what is replicated is not stopped either while its standby does not follow: from 50 to 80 (two ways, so both are cut)
    waiting = drilled(
        TWO,
        disruptions="{cut: {links_of: there, after: 50 min, lasts: 30 min}}",
        moves="{site: here, after: 1 h}",
    )
    assert tries(waiting, "db")[0] == ("stop", "here", 80, 85, "done")
    assert not waiting.trajectory.recoveries


def test_what_was_copied_is_lost_with_the_standby() -> None:
    # copied by 120, and at 122, before the window opens, the standby's site is lost for 8 minutes: all anew, 130 to 190
    replay = drilled(
        TAPE,
        disruptions="{dark: {site: there, after: 122 min, lasts: 8 min}}",
        moves='{site: here, after: 1 h, window: "daily 20:00-23:00"}',
    )
    assert tries(replay, "db")[:2] == [
        ("synchronise", "there", 60, 120, "done"),
        ("synchronise", "there", 130, 190, "done"),
    ]


def test_what_has_no_room_does_not_move() -> None:
    full = TWO.replace("there: {pools: {hosts: 2}}", "there: {pools: {hosts: 0}}")
    replay = drilled(full, **NOTHING, moves="{site: here, after: 1 h}")
    assert not tries(replay, "db")  # it never fits, so it is not moved, and holds nothing up
    assert tries(replay, "web")[-1] == ("switch", "there", 60, 61, "done")


def test_what_turns_out_to_be_corrupt_while_it_moves_is_restored() -> None:
    # stopped at 10:30 to be started at the standby by 11:00; at 10:50 its data turns out to be bad since 10:00
    land = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
components:
  db:
    at: {here: active, there: warm}
    data: {size: 36 GB}
    copies:
      replica: {at: there, kind: synchronous}
      tape: {at: there, kind: backup, taken: daily 6:00, restores: 10 MB/s}
    recover: [warm, cold]
    start: {takes: 30 min}
services: {s: {points: {p: {at: there, needs: [db]}}}}
"""
    hits = {"disruptions": "{virus: {corruption: db, after: 0 s, detected: 50 min}}"}
    replay = drilled(land, **hits, moves="{site: here, after: 30 min}")
    assert tries(replay, "db", "stop", "restore", "start") == [
        ("stop", "here", 30, 30, "done"),
        ("start", "there", 30, 50, "interrupted"),
        ("restore", "there", 50, 110, "done"),
        ("start", "there", 110, 140, "done"),
    ]
    (recovery,) = replay.trajectory.recoveries
    assert (recovery.lost_at - recovery.point) == (4 * 60 + 50) * 60_000  # from 6:00 to 10:50


def test_what_is_not_stopped_in_the_window_waits_for_the_next() -> None:
    # The move opens at 10:30, the window at 11:00, and closes at 11:20. db is stopped within it, from 11:00 to 11:05, and starts over
    # there until 11:25 although it has closed. web may go then, and waits for the next window: 11:00 the day after, 25 h after 10:00.
    window = 'window: "daily 11:00-11:20"'
    replay = drilled(TWO, **NOTHING, moves=f"{{site: here, after: 30 min, {window}}}")
    assert tries(replay, "db") == [("stop", "here", 60, 65, "done"), ("start", "there", 65, 85, "done")]
    assert tries(replay, "web") == [("stop", "here", 1500, 1500, "done"), ("switch", "there", 1500, 1501, "done")]
    assert spans(replay) == [(65, 85, False), (1500, 1501, False)]
    shown = str(planned(Outlook(replay.plan), command=Command("case.yaml")))
    assert "WHAT IS MOVED FROM here 2 after 30 min, within daily 11:00-11:20; if a move fails" in " ".join(
        shown.split()
    )
    assert "what it starts after has moved, in the window" in shown
    named = "calendars: {noon: daily 11:00-11:20}\n" + TWO
    by_name = scenario(named, **NOTHING, moves="{site: here, after: 30 min, window: noon}")
    assert by_name.moves == scenario(named, **NOTHING, moves=f"{{site: here, after: 30 min, {window}}}").moves


def test_going_back_waits_for_no_window() -> None:
    # web fails at 86, outside the window from 11:00 to 11:26 (it was stopped at 11:25): db goes back at once
    replay = drilled(
        TWO,
        {"switch works web 0": 0.95},
        **NOTHING,
        moves='{site: here, after: 1 h, rollback: all, window: "daily 11:00-11:26"}',
    )
    assert tries(replay, "db")[2:] == [("stop", "there", 86, 91, "done"), ("restart", "here", 91, 98, "done")]


def test_room_is_asked_for_in_the_window_only() -> None:
    # mail breaks at 11:10 and takes the only room there at once, which db asked for until 11:00 (nobody of infra was free to stop it)
    text = TWO.replace("teams: {infra: {}}", 'teams: {infra: {works: "daily 12:00-23:00"}}')
    text = text.replace("there: {pools: {hosts: 2}}", "there: {pools: {hosts: 1}}").replace(
        "  web:", "  mail: {at: {desk: active, there: warm}, uses: {hosts: 1}, start: {takes: 5 min}}\n  web:"
    )
    text = text.replace("desk: {}", "desk: {pools: {hosts: 1}}")
    hit = "{virus: {component: mail, after: 10 min}}"
    quick = "{detect: 0 s, assess: {takes: 0 s}}"
    replay = drilled(text, disruptions=hit, response=quick, moves='{site: here, window: "daily 10:30-11:00"}')
    assert tries(replay, "mail", "start") == [("start", "there", 10, 15, "done")]
    assert not tries(replay, "db")
    # what it was given it keeps: it is stopped in the next window, for nobody was there in the first
    replay = drilled(text, disruptions=hit, response=quick, moves='{site: here, window: "daily 10:00-13:00"}')
    assert not tries(replay, "mail", "start")
    assert tries(replay, "db")[-2:] == [("stop", "here", 120, 125, "done"), ("start", "there", 125, 145, "done")]


@pytest.mark.parametrize("first", range(0, 60, 10))
@pytest.mark.parametrize("corrupt", [False, True])
def test_both_implementations_agree_whatever_hits_in_between(first: int, corrupt: bool) -> None:
    for seed in range(first, first + 10):
        text = drawn(seed, moves=True, corrupt=corrupt)
        if "at: {here: active" not in text:
            continue  # nothing could be moved
        case = loads(text)
        drill, other = engine_drill(case, seed), reference_drill(case, seed)
        found = differences(engine_view(drill), reference_view(other))
        found = found or unequal(engine_measured([drill]), reference_measured(case, [other]))
        assert not found, "\n".join([f"seed {seed}", *found[:6]])
        moved = {row.incident for row in drill.rows if row.kind == "stop"}
        begun = [row.start for row in drill.rows if row.kind == "stop" and row.site == "here" and row.start >= 0]
        assert all(drill.plan.calendars[drill.plan.window].is_open(start + drill.offset) for start in begun)
        assert not [recovery for recovery in drill.recoveries if recovery.incident in moved]
        for group in groups(drill.plan):
            explain(drill.plan, group, drill)  # which asserts that segments add up


@pytest.mark.parametrize("seed", range(12))
def test_both_implementations_agree_where_components_fail_of_their_own(seed: int) -> None:
    text = drawn(seed, moves=True, corrupt=seed % 2 > 0, fails=True)
    if "at: {here: active" not in text:
        return
    case = loads(text)
    drill, other = engine_drill(case, seed), reference_drill(case, seed)
    found = differences(engine_view(drill), reference_view(other))
    found = found or unequal(engine_measured([drill]), reference_measured(case, [other]))
    assert not found, "\n".join([f"seed {seed}", *found[:6]])
    for group in groups(drill.plan):
        explain(drill.plan, group, drill)


@pytest.mark.parametrize(
    ("old", "new", "moves", "message"),
    [
        (
            "data: {size: 36 GB}\n    copies: {replica: {at: there, kind: asynchronous, lag: 10 min}}",
            "data: {size: 36 GB, change: 1 MB/s}\n    copies: {replica: {at: there, kind: asynchronous, ships: 2 MB/s}}",
            "{site: here}",
            "what 'db' ships is not drilled with 'moves'",
        ),
        ("", "", "{site: desk}", "nothing can be moved from 'desk': no component that runs there has a standby"),
        ("", "", "{site: here, after: 20 d}", "it begins after '20 d', when the drill is over: the horizon is '7 d'"),
        (
            "",
            "",
            "{site: here, rollback: some}",
            "'some' is not one of the words for this\n  expected one of: component, all",
        ),
        ("", "", "{site: here, window: never}", "nothing is ever moved in it"),
        ("", "", "{site: here, window: nights}", "no calendar is named 'nights'"),
        ("", "", "{site: hear}", "did you mean 'here'"),
        (
            "teams: {infra",
            "response: {failback: {stable: 1 h}}\nteams: {infra",
            "{site: here}",
            "'failback' would bring home",
        ),
        ("web: {at", "web: {scope: site, at", "{site: here}", "'web' serves only its own site"),
        (
            "web: {at: {here: active,",
            "web: {at: {here: active, desk: active,",
            "{site: here}",
            "has no single home: it is active at desk and here",
        ),
    ],
)
def test_refusals(old: str, new: str, moves: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scenario(TWO.replace(old, new) if old else TWO, **NOTHING, moves=moves)


LEFT = """\
sites: {here: {pools: {hosts: 8}}, there: {pools: {hosts: 2}}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
components:
  a: {at: {here: active, there: warm}, uses: {hosts: 2}, start: {takes: 10 min}}
  b: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 10 min}}
  c: {at: {here: active, there: warm}, needs: [b], start: {takes: 10 min}}
  d: {at: {here: active, there: warm}, start: {takes: 10 min, works: 50 %, attempts: 1}, restart: {takes: 5 min}}
  e: {at: {here: active, there: warm}, starts_after: [d], start: {takes: 10 min}}
  f: {at: {here: active, there: warm}, data: {size: 1 GB}, copies: {r: {at: there, kind: synchronous}}, start: {takes: 10 min}}
  g: {at: {here: active, there: warm}, uses: {hosts: 3}, start: {takes: 10 min}}
services: {s: {points: {p: {at: there, needs: [c]}}}}
"""
AFTER_AN_HOUR = "{site: here, after: 1 h, rollback: ROLLBACK, window: WINDOW}"


def moved_in(window: str, disruptions: str = "{}", rollback: str = "component", luck: float = 0.2) -> Replay:
    moves = AFTER_AN_HOUR.replace("WINDOW", window).replace("ROLLBACK", rollback)
    return drilled(LEFT, {"works d": luck}, disruptions=disruptions, moves=moves, horizon="6 h")


def test_what_a_move_leaves_where_it_was_is_told_with_its_reason() -> None:
    replay = moved_in("always", "{crash: {component: f, lasts: 2 h}}")
    assert replay.not_moved == {
        "no room at there while the window is open": ["b"],
        "comes after b": ["c"],
        "not running at here when the move begins": ["f"],
        "never fits at there": ["g"],
    }
    assert replay.to_dict()["not_moved"]["c"] == "comes after b"
    assert "NOT MOVED 4" in (log := replay.timeline())
    assert "c: comes after b" in log
    # once the line is cut, what is written at f no longer reaches its copy
    assert moved_in("always", "{cut: {link: line}}").not_moved["its data cannot reach there"] == ["f"]
    assert moved_in("daily 3:00-4:00").not_moved == {
        "the window does not open": ["a", "b", "d", "f"],
        "comes after b": ["c"],
        "comes after d": ["e"],
        "never fits at there": ["g"],
    }


def test_what_goes_back_with_a_move_that_failed_is_told() -> None:
    # d fails for good: b, which has no room, and e, which comes after d, are not stopped any more
    replay = moved_in("always", rollback="all", luck=0.8)
    assert replay.not_moved == {
        "taken back with a move that failed": ["b", "c", "e"],
        "never fits at there": ["g"],
    }
    # alone it takes back nothing else, and e is stopped once the move of d is over
    assert "e" not in [name for names in moved_in("always", luck=0.8).not_moved.values() for name in names]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 9999))
def test_whatever_moves_runs_at_one_place_and_loses_nothing_where_nothing_is_hit(seed: int) -> None:
    text = drawn(seed, moves=True)
    assume("at: {here: active" in text)  # else nothing could be moved
    case = loads(text).with_({"disruptions": {}})
    drill = engine_drill(case)
    plan, structure = drill.plan, drill.plan.structure
    assert plan.move is not None
    assert not drill.recoveries
    homes, first = homes_of(plan), len(structure.sites) + len(structure.links)
    on = {d: structure.roles[d] == ACTIVE for pair in homes.values() for d in pair}
    for _, flag, value in drill.changes:
        if flag - first in on:
            on[flag - first] = value
            assert not any(on[home] and on[b] for home, b in homes.values())
    assert all(on[home] or on[b] or c in drill.lost_at_end for c, (home, b) in homes.items())
    window = plan.calendars[plan.move.window]
    order = started_before(plan)
    stops = [row for row in drill.rows if row.kind == "stop" and row.outcome == DONE]
    for row in stops:
        event("stopped")
        c = structure.components.index(row.object)
        if row.site == structure.sites[plan.move.site]:
            assert row.start >= plan.move.after
            assert window.is_open(row.start + drill.offset)
            below = {structure.components[other] for other in order[c] if other in homes}
            under_way = [
                r for r in drill.rows if r.object in below and r.start >= 0 and r.kind in ("stop", "start", "switch")
            ]
            assert not any(r.start <= row.start < r.end for r in under_way)
            begun = [r for r in drill.rows if r.incident == row.incident and r.kind in ("start", "switch")]
            assert begun
            assert min(r.start for r in begun) >= row.end
