"""Standbys that take over what is up but out of reach; the arithmetic beside each case."""

from __future__ import annotations

from typing import Any

import pytest
from cases import drilled, rows, scenario, segments, tries
from hypothesis import given, settings

from drsim.errors import InputError
from drsim.measures.protection import unprotected
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reading import dump, loads
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import HOUR, MINUTE, SECOND

COASTS = """\
sites: {east: {}, west: {}}
links: {line: {between: [east, west], bandwidth: 10 MB/s}}
services: {eastern: {points: {p: {at: east, needs: [db]}}}, western: {points: {p: {at: west, needs: [db]}}}}
"""
DB = "db: {at: {east: active, west: hot}, switch: {takes: TAKES}, WAY, data: {size: 1 TB},"
DB += " copies: {replica: {at: west, kind: asynchronous, lag: 1 s}}}"
ALONE = 'on_partition: "takeover, alone"'
THREE = """\
sites: {here: {}, there: {}, cloud: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  up: {between: [here, cloud], bandwidth: 10 MB/s}
  down: {between: [there, cloud], bandwidth: 10 MB/s}
teams: {infra: {}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
APP = "components: {app: {at: {here: active, there: warm}, on_partition: takeover, witness: cloud, start: {takes: 20 min, by: infra}}}\n"


def coasts(way: str, lasts: str = "43 s", takes: str = "30 s", more: str = "") -> Replay:
    land = COASTS + f"components: {{{DB.replace('WAY', way).replace('TAKES', takes)}}}\n"
    return drilled(
        land, disruptions=f"{{cut: {{link: line, lasts: {lasts}}}{more}}}", horizon="1 d", response="{detect: 5 min}"
    )


def seconds(replay: Replay) -> list[tuple[float, tuple[str, ...], bool]]:
    drill = replay.trajectory
    return [(time / SECOND, drill.flag_name(flag), value) for time, flag, value in drill.changes]


# golden


def test_43_seconds_and_a_split_brain() -> None:
    """As on 21 October 2018: the line between two coasts is cut for 43 s, in which the west takes over; then both have written."""
    replay = coasts(ALONE)
    # 0: cut; the switch in the west needs 30 s. 43: they meet, the east stops. The west had all but the last second before the
    # cut: what was written in the east in 1 + 43 s is lost. People had noticed nothing: they notice after 5 min.
    assert seconds(replay) == [
        (0, ("link", "line"), False),
        (30, ("on", "db", "west"), True),
        (43, ("link", "line"), True),
        (43, ("on", "db", "east"), False),
    ]
    assert [
        (row.kind, row.incident, row.start / SECOND, row.end / SECOND, row.outcome) for row in replay.trajectory.rows
    ] == [
        ("detect", 0, 0, 43, "dropped"),
        ("switch", 0, 0, 30, "done"),
    ]
    assert [(what.begin / SECOND, what.end / SECOND) for what in replay.interruptions("western")] == [(0, 30)]
    assert replay.interruptions("eastern") == []
    ((_, lost_at, point),) = [(r.component, r.lost_at, r.point) for r in replay.trajectory.recoveries]
    assert (lost_at - point) / SECOND == 44
    assert replay.trajectory.outages["db.cut"] == ((0, 43 * SECOND),)
    # from then on there is no standby
    assert unprotected(replay.plan, replay.trajectory) == {0: [(43 * SECOND, 24 * HOUR)]}
    told = " ".join(str(replay.timeline()).split())
    assert "db.cut: component db at east is out of reach of west" in told
    assert "db.cut: over, they were split: the side at east stops" in told


def test_who_waits_serves_one_coast_and_loses_nothing() -> None:
    replay = coasts("recover: [hot]")
    assert [flag for _, flag, _ in seconds(replay)] == [("link", "line"), ("link", "line")]
    assert [(what.begin / SECOND, what.end / SECOND) for what in replay.interruptions("western")] == [(0, 43)]
    assert replay.trajectory.recoveries == []


def test_a_switch_that_is_too_late_is_called_off() -> None:
    replay = coasts(ALONE, takes="1 min")
    assert [(row.kind, row.end / SECOND, row.outcome) for row in replay.trajectory.rows if row.kind == "switch"] == [
        ("switch", 43, "interrupted")
    ]
    assert replay.trajectory.recoveries == []


def test_who_stops_first_has_lost() -> None:
    # the west takes over at 30 s; the west fails at 10 min: what it had written since is lost, and the east goes on
    west = coasts(ALONE, "1 h", more=", fire: {site: west, after: 10 min}")
    assert [(r.time / SECOND, (r.lost_at - r.point) / SECOND) for r in west.trajectory.recoveries] == [(600, 570)]
    assert west.interruptions("eastern") == []
    # the other way round all since the cut, and a second
    east = coasts(ALONE, "1 h", more=", fire: {site: east, after: 10 min, lasts: 10 min}")
    assert [(r.time / SECOND, (r.lost_at - r.point) / SECOND) for r in east.trajectory.recoveries] == [(600, 601)]
    # when the line is back the east is served by the west
    assert [(what.begin / MINUTE, what.end / MINUTE) for what in east.interruptions("eastern")] == [(10, 60)]


def test_with_a_witness_the_side_that_is_left_over_stops() -> None:
    """Both ways out of `here` are cut at 0 for 10 h; detect 5 min, assess 10 min, so go at 15."""
    replay = drilled(
        THREE + APP,
        disruptions="{cut: {links_of: here, lasts: 10 h}}",
        response="{detect: 5 min, assess: {takes: 10 min}}",
        horizon="2 d",
    )
    assert (
        rows(replay.trajectory)
        == """\
detect app | 0.0 | 0 0 0 5 | done | app.fenced begins
assess app | 0.0 | 5 5 5 15 | done | detect app
start app @there | 0.0 | 15 15 15 35 | done | assess app"""
    )
    assert segments(replay, "s") == [("not yet detected", 0, 5), ("not yet decided", 5, 15), ("step under way", 15, 35)]
    assert replay.trajectory.outages["app.fenced"] == ((0, 10 * HOUR),)


def test_who_does_not_reach_the_witness_does_nothing() -> None:
    """The standby is cut off itself: it sees neither the other nor the witness, and the other goes on."""
    replay = drilled(THREE + APP, disruptions="{cut: {links_of: there, lasts: 10 h}}", horizon="2 d")
    assert replay.trajectory.rows == []
    # one cut line alone parts nobody: there is a way by the cloud
    assert drilled(THREE + APP, disruptions="{cut: {link: line}}", horizon="2 d").trajectory.rows == []


def test_who_saw_the_one_and_then_sees_the_other_never_lost_sight() -> None:
    """At 240 the side at `here` stops, and `cloud` sees that at `there` at the same instant: the check there waits since 75."""
    land = """\
components:
  zoo: {at: {here: active, there: hot}, on_partition: "takeover, alone", switch: {takes: 5 min}}
  app: {at: {cloud: active}, needs: [zoo], restart: {takes: 15 min}, verify: {takes: 30 min, by: night}}
"""
    replay = drilled(
        THREE.replace("teams: {infra: {}}", 'teams: {infra: {}, night: {works: "daily 22:00-24:00"}}') + land,
        disruptions="{cut: {links_of: there, lasts: 4 h}, oops: {component: app, lasts: 60 min}}",
        response="{detect: 5 min, assess: {takes: 10 min}}",
        horizon="2 d",
    )
    assert "verify app @cloud | 0.0 | 75 75 720 750 | done | restart app" in rows(replay.trajectory)
    assert (240, ("on", "zoo", "here"), False) in [(time / 60, *rest) for time, *rest in seconds(replay)]


def test_a_return_at_the_end_of_a_cut_is_named_by_the_last_that_ended() -> None:
    """Both end at 240; what the site lost there waited for all of it, and only what is fenced is an outage of something."""
    land = """\
components:
  app: {at: {here: active, there: warm}, on_partition: takeover, witness: cloud, start: {takes: 20 min, by: infra}}
  web: {at: {there: active}, start: {takes: 5 min}}
  zoo: {at: {here: active, there: hot}, on_partition: "takeover, alone", switch: {takes: 1 h}}
"""
    replay = drilled(
        THREE + land,
        disruptions="{cut: {links_of: here, lasts: 4 h}, fire: {site: there, after: 2 h, lasts: 2 h}}",
        response="{detect: 5 min, assess: {takes: 10 min}}",
        horizon="2 d",
    )
    assert "restart web @there | 2.0 | 240 240 240 245 | done | app.fenced ends" in rows(replay.trajectory)
    over = {name for name, spans in replay.trajectory.outages.items() if spans[-1][1] == 4 * HOUR}
    assert over == {"cut", "fire", "app.fenced", "zoo.cut"}


def test_a_cut_that_is_over_before_go_is_a_restart_in_place() -> None:
    replay = drilled(
        THREE + APP,
        disruptions="{cut: {links_of: here, lasts: 8 min}}",
        response="{detect: 5 min, assess: {takes: 10 min}}",
        horizon="2 d",
    )
    # whole again at 8, assessed at 15: started where it was, by the people of its start
    assert tries(replay, "app", "start", "restart") == [("restart", "here", 15, 35, "done")]


def test_a_switch_alone_that_fails_is_tried_as_often_as_it_says() -> None:
    land = (
        COASTS
        + "components: {db: {at: {east: active, west: hot}, switch: {takes: 1 min, works: 50 %, attempts: 2}, "
        + ALONE
        + "}}\n"
    )
    cut = {
        "disruptions": "{cut: {link: line, lasts: 10 min}, again: {link: line, after: 1 h, lasts: 10 min}}",
        "horizon": "1 d",
    }
    replay = drilled(land, {"switch works db 0": 0.9, "switch works db 1": 0.9}, **cut)
    # 0 to 1 and 1 to 2 fail; a second cut is a new chance, with an incident of its own
    assert tries(replay, "db", "switch") == [
        ("switch", "west", 0, 1, "failed"),
        ("switch", "west", 1, 2, "failed"),
        ("switch", "west", 60, 61, "failed"),
        ("switch", "west", 61, 62, "failed"),
    ]
    assert {row.incident for row in replay.trajectory.rows if row.kind == "switch"} == {0, 1}


# properties


@given(scenarios(max_components=4, max_sites=3, max_services=1, min_disruptions=2, max_disruptions=4, fails=False))
@settings(max_examples=40, deadline=None)
def test_nobody_runs_at_two_sites_unless_alone_and_cut_off(case: Scenario) -> None:
    plan = compile_scenario(case)
    drill = Engine(plan).drill(Numbers(plan, 1, 0, 1), 0)
    first_on = len(plan.structure.sites) + len(plan.structure.links)
    for partition in plan.partitions:
        on = {partition.home: True, partition.standby: False}
        both: list[int] = []
        for time in sorted({time for time, _, _ in drill.changes}):
            for at, flag, value in drill.changes:
                if at == time and flag - first_on in on:
                    on[flag - first_on] = value
            if all(on.values()):
                both.append(time)
        spans = drill.outages[partition.name]
        assert all(begin < end for begin, end in spans)
        if not partition.alone:
            assert not both
        assert all(any(begin <= time < end for begin, end in spans) for time in both)


# reading


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as problems:
        scenario(THREE + f"components: {{app: {text}}}\n", disruptions="{}")
    return [(problem.path, problem.rule) for problem in problems.value.problems]


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        (
            "{at: {here: active}, on_partition: takeover, witness: cloud}",
            "on_partition",
            "nothing takes over: it has no standby",
        ),
        (
            "{at: {here: active, cloud: active, there: hot}, on_partition: takeover, witness: cloud}",
            "on_partition",
            "it is active at more than one site, which on_partition is not for",
        ),
        (
            "{scope: site, at: {here: active, there: hot}, on_partition: takeover, witness: cloud}",
            "on_partition",
            "it serves only its own site, from where it is never cut off",
        ),
        (
            "{at: {here: active, there: hot}, on_partition: takeover}",
            "on_partition",
            "nobody decides which side goes on: 'takeover' needs a witness",
        ),
        (
            "{at: {here: active, there: hot}, witness: cloud}",
            "witness",
            "'witness' says nothing without 'on_partition: takeover'",
        ),
        (
            "{at: {here: active, there: warm}, on_partition: 'takeover, alone'}",
            "on_partition",
            "only a hot standby takes over alone, and 'hot' is not its first strategy",
        ),
        (
            "{at: {here: active, there: hot}, on_partition: takeover, witness: there}",
            "witness",
            "'there' is no third site: the component stands there",
        ),
        (
            "{at: {here: active, there: hot}, on_partition: alone}",
            "on_partition",
            "'alone' is not one of the words for this",
        ),
    ],
)
def test_refused(text: str, path: str, rule: str) -> None:
    found = refused(text)
    assert (f"components.app.{path}", rule) in found


def test_out_of_reach_from_the_beginning_is_refused() -> None:
    land = "sites: {here: {}, there: {}}\ncomponents: {app: {at: {here: active, there: hot}, " + ALONE + "}}\n"
    with pytest.raises(InputError) as problems:
        scenario(land, disruptions="{}")
    assert [problem.rule for problem in problems.value.problems] == [
        "'here' is out of reach of 'there' while nothing is lost"
    ]


def test_it_is_written_and_told() -> None:
    case = scenario(THREE + APP, disruptions="{cut: {links_of: here}}")
    assert loads(dump(case)) == case
    outlook = Outlook(compile_scenario(case))
    told: dict[str, Any] = outlook.to_dict()["on_partition"]
    assert told == {"app": {"way": "takeover", "witness": "cloud"}}
    assert [step.kind for step in outlook.steps] == ["restart", "start"]


@pytest.mark.parametrize(
    ("key", "head"),
    [("failback", {"response": "{failback: {stable: 1 h}}"}), ("moves", {"moves": "{site: east}"})],
)
def test_nobody_takes_over_alone_what_is_on_its_way(key: str, head: dict[str, str]) -> None:
    head |= {"disruptions": "{cut: {link: line, lasts: 43 s}}"}
    ways = (ALONE, "on_partition: wait")
    alone, waits = (COASTS + f"components: {{{DB.replace('WAY', way).replace('TAKES', '1 s')}}}\n" for way in ways)
    assert drilled(waits, **head).plan.partitions == ()
    with pytest.raises(InputError) as refused_:
        drilled(alone, **head)
    (problem,) = refused_.value.problems
    assert problem.rule == f"'db' takes over alone when it is cut off, which is not drilled with '{key}'"
