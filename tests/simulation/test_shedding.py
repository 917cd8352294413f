"""Making room: golden timelines with the arithmetic beside them, rare branches, a property; minutes from 10:00."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml
from agreement import differences, engine_drill, engine_view, reference_drill, reference_view
from cases import drilled, in_minutes, rows, scenario, segments, tries
from relocations import drawn

from drsim.errors import InputError
from drsim.measures.drills import groups
from drsim.measures.explanation import explain
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import ACTIVE
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.trajectory import DONE, Trajectory
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay

TWO = """\
sites: {here: {pools: {memory: 20}}, there: {pools: {memory: 10}}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  path: {between: [there, desk], bandwidth: 10 MB/s}
  road: {between: [here, desk], bandwidth: 10 MB/s}
teams: {infra: {}}
components:
  app: {at: {here: active, there: warm}, uses: {memory: 5}, start: {takes: 20 min, by: infra}, restart: {takes: 7 min}}
  web: {at: {here: active, there: warm}, uses: {memory: 3}, start: {takes: 10 min, by: infra}, restart: {takes: 7 min}}
  test:
    at: {there: active}
    uses: {memory: 4}
    sheddable: true
    stop: {takes: 5 min, by: infra}
    restart: {takes: 6 min}
  play: {at: {there: active}, uses: {memory: 4}, sheddable: true, stop: {takes: 30 min}, restart: {automatic: true, takes: 0 s}}
services:
  s: {targets: {rto: 1 h}, points: {p: {at: desk, needs: [app]}}}
  t: {targets: {rto: 2 h}, points: {p: {at: desk, needs: [test]}}}
"""
ONLY_PLAY = TWO.replace("    sheddable: true\n    stop: {takes: 5 min, by: infra}\n", "")
ONLY_TEST = TWO.replace(", sheddable: true, stop: {takes: 30 min}", "")
GOING_HOME = "{detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s, failback: {stable: 1 h}}"


def room(drill: Trajectory) -> list[tuple[float, str, bool]]:
    return [(in_minutes(time), drill.plan.structure.components[c], away) for time, c, away in drill.shed]


def work(replay: Replay) -> str:
    """The rows of components."""
    return "\n".join(line for line in rows(replay.trajectory).splitlines() if "@" in line)


def test_the_last_in_plan_order_is_stopped_and_only_as_many_as_are_needed() -> None:
    # 10 there, of which test and play use 8. app (RTO 1 h) asks first: 5 do not fit into 2. All that could go would make 10; test
    # (RTO 2 h, so first in plan order) is spared, for 2 + 4 of play are 6. web asks for 3: of 2 + 4 - 5 = 1 that are left it does not
    # fit, with the 4 of test it does. So play is stopped for app until 10:30, test for web until 10:05.
    # At 10:05 there is room for web's 3 (2 + 4), and for app's 5 as well: app comes first, and web waits for play.
    # infra starts app until 10:25. play is stopped at 10:30: 1 + 4 >= 3, so web starts until 10:40. 2 are left: nothing comes back.
    replay = drilled(TWO)
    assert (
        work(replay)
        == """\
stop test @there | 0.0 | 0 0 0 5 | done | declare here
stop play @there | 0.0 | 0 0 0 30 | done | declare here
start app @there | 0.0 | 5 5 5 25 | done | stop test
start web @there | 0.0 | 30 30 30 40 | done | stop play"""
    )
    assert room(replay.trajectory) == [(5, "test", True), (30, "play", True)]
    # s waited for the stop of test, and t is away from the beginning of that stop on
    assert segments(replay, "s") == [("making room", 0, 5), ("step under way", 5, 25)]
    assert segments(replay, "t") == [("making room", 0, 5), ("waiting for capacity", 5, 7 * 24 * 60)]


def test_it_is_started_again_when_it_fits_and_nothing_planned_waits() -> None:
    # 2 h: the hall is back, 3 h: stable; app and web (stopped at once) are home 7 minutes later, which gives back 8: test has its room
    # again, then play. Both restart in the incident in which they were stopped, test within 6 minutes, play at once.
    replay = drilled(TWO, disruptions="{fire: {site: here, lasts: 2 h}}", response=GOING_HOME)
    assert room(replay.trajectory)[2:] == [(187, "test", False), (187, "play", False)]
    assert tries(replay, "test") == [("stop", "there", 0, 5, "done"), ("restart", "there", 187, 193, "done")]
    assert tries(replay, "play") == [("stop", "there", 0, 30, "done"), ("restart", "there", 187, 187, "done")]
    assert {row.incident for row in replay.trajectory.rows if row.object in ("test", "play")} == {0}
    assert segments(replay, "t") == [
        ("making room", 0, 5),
        ("waiting for capacity", 5, 187),
        ("step under way", 187, 193),
    ]
    # that t is down is no planned interruption; that s goes home is
    found = {name: [w.planned for w in replay.interruptions(name)] for name in ("s", "t")}
    assert found == {"s": [False, True], "t": [False]}
    shown = replay.timeline()
    assert "test makes room: what it uses is given to others" in shown
    assert "play has its room again" in shown
    assert replay.to_dict()["room"][0] == {"time": 300000, "component": "test", "away": True}


def test_what_is_lost_has_nothing_left_to_stop() -> None:
    # test is broken until 11:00 when app asks at 10:10: its room is given away at once. Whole again at 11:00 it has none.
    text = ONLY_TEST.replace("memory: 3", "memory: 1")
    replay = drilled(text, disruptions="{virus: {component: test, lasts: 1 h}, fire: {site: here, after: 10 min}}")
    assert not tries(replay, "test", "stop", "restart")
    assert tries(replay, "app") == [("start", "there", 10, 30, "done")]
    assert room(replay.trajectory) == [(10, "test", True)]
    assert segments(replay, "t")[-1] == ("waiting for capacity", 10, 7 * 24 * 60)


def test_a_stop_goes_on_when_nobody_waits_for_it_any_more() -> None:
    # play is stopped for app from 10:00 to 10:30; the hall is back at 10:10 and app restarts there until 10:17, since it waits for room.
    # The stop is finished; then there is room, and play restarts.
    text = ONLY_PLAY
    replay = drilled(text, disruptions="{fire: {site: here, lasts: 10 min}}")
    assert tries(replay, "app") == [("restart", "here", 10, 17, "done")]
    assert tries(replay, "play") == [("stop", "there", 0, 30, "done"), ("restart", "there", 30, 30, "done")]
    assert room(replay.trajectory) == [(30, "play", True), (30, "play", False)]


def test_a_stop_that_waits_for_people_is_dropped_when_nobody_waits_for_it_any_more() -> None:
    text = ONLY_TEST.replace("teams: {infra: {}}", TEAM)
    replay = drilled(text, disruptions="{fire: {site: here, lasts: 10 min}}")
    assert tries(replay, "test") == [("stop", "there", -1, 17, "dropped")]
    assert not replay.trajectory.shed


TEAM = 'teams: {infra: {works: "daily 12:00-17:00"}}'


def test_a_stop_that_fails_leaves_it_stopped_and_its_room_is_free_when_somebody_still_waits() -> None:
    # there goes down at 10:10, while play is being stopped: nothing is left to stop, so its room is given at once, and app's too
    text = ONLY_PLAY
    replay = drilled(text, disruptions="{fire: {site: here}, flood: {site: there, after: 10 min, lasts: 1 h}}")
    assert tries(replay, "play") == [("stop", "there", 0, 10, "interrupted")]
    assert tries(replay, "app") == [("start", "there", 70, 90, "done")]
    assert room(replay.trajectory) == [(10, "play", True)]
    # it was stopped and is not lost: only test is, of what stands there
    names = replay.plan.structure.components
    assert [names[c] for _, c, _ in replay.trajectory.losses] == ["app", "web", "test"]


def test_who_needs_two_pools_waits_for_both_and_one_stop_may_free_two() -> None:
    # a needs cpu and memory: p frees both, q only memory. p alone is enough, though q is the later in plan order.
    text = """\
sites: {here: {pools: {memory: 9, cpu: 9}}, there: {pools: {memory: 4, cpu: 2}}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
components:
  a: {at: {here: active, there: warm}, uses: {memory: 2, cpu: 2}, start: {takes: 10 min}}
  p: {at: {there: active}, uses: {memory: 2, cpu: 1}, sheddable: true, stop: {takes: 5 min}}
  q: {at: {there: active}, uses: {memory: 2}, sheddable: true, stop: {takes: 5 min}}
services: {s: {points: {p: {at: there, needs: [a]}}}}
"""
    replay = drilled(text)
    assert tries(replay, "p") == [("stop", "there", 0, 5, "done")]
    assert not tries(replay, "q")
    assert tries(replay, "a") == [("start", "there", 5, 15, "done")]


def test_nothing_is_stopped_for_what_would_not_fit_anyhow() -> None:
    # app's 5 would need play's 4 and 1 more than the 2 - 1 that mail leaves; web behind it waits for the same pool
    text = ONLY_PLAY
    text = text.replace("services:", "  mail: {at: {there: active}, uses: {memory: 2}}\nservices:")
    replay = drilled(text)
    assert not replay.trajectory.shed
    assert not tries(replay, "play")
    assert not tries(replay, "web", "start")


def test_what_is_being_started_again_is_finished_before_it_is_stopped_again() -> None:
    text = ONLY_PLAY
    text = text.replace("restart: {automatic: true, takes: 0 s}", "restart: {automatic: true, takes: 30 min}")
    replay = drilled(
        text,
        disruptions="{fire: {site: here, lasts: 10 min}, again: {site: here, after: 40 min}}",
    )
    # stopped until 10:30, its room again, restart until 11:00; at 10:40 app asks for that room: stopped from 11:00 to 11:30
    assert tries(replay, "play") == [
        ("stop", "there", 0, 30, "done"),
        ("restart", "there", 30, 60, "done"),
        ("stop", "there", 60, 90, "done"),
    ]
    assert tries(replay, "app") == [("restart", "here", 10, 17, "done"), ("start", "there", 90, 110, "done")]
    assert [row.incident for row in replay.trajectory.rows if row.object == "play"] == [0, 0, 1]


def test_a_planned_move_makes_room_too() -> None:
    replay = drilled(TWO, disruptions="{}", moves="{site: here, after: 1 h}")
    assert tries(replay, "test") == [("stop", "there", 60, 65, "done")]
    assert tries(replay, "app") == [("stop", "here", 65, 65, "done"), ("start", "there", 65, 85, "done")]
    bound = [row.bound_by for row in replay.trajectory.rows if row.kind == "stop" and row.object == "app"]
    assert [getattr(cause, "object", "") for cause in bound] == ["test"]


def test_what_starts_after_it_fails_there_and_then() -> None:
    # lab starts after test; it is being started when test is stopped (at the beginning of the next round), and again after that
    lab = "{at: {desk: active}, starts_after: [test], sheddable: true, uses: {x: 1}, restart: {takes: 1 h}}"
    text = ONLY_TEST.replace("services:", f"  lab: {lab}\nservices:").replace("desk: {}", "desk: {pools: {x: 1}}")
    replay = drilled(
        text,
        disruptions="{bug: {component: lab, lasts: 1 min}, fire: {site: here, after: 30 min, lasts: 2 h}}",
        response=GOING_HOME,
    )
    assert tries(replay, "lab", "restart") == [
        ("restart", "desk", 1, 30, "interrupted"),
        ("restart", "desk", 223, 283, "done"),
    ]


def test_the_plan_names_who_may_be_stopped_for_whom() -> None:
    plan = drilled(TWO).plan
    outlook = Outlook(plan)
    assert outlook.sheddable == {"play": ["app", "web"], "test": ["app", "web"]}
    shown = str(planned(outlook, command=Command("case.yaml")))
    assert "WHAT MAY BE STOPPED TO MAKE ROOM 2  in this order, and only as many as are needed" in shown
    assert "play:  4 memory at there, for app · web" in shown
    assert "after there is no room for app or web" in shown
    assert outlook.to_dict()["sheddable"] == {"play": ["app", "web"], "test": ["app", "web"]}


# Drawn


def crowded(seed: int) -> str:
    """What fails over, goes home or is moved, where several that are sheddable use the room in two pools."""
    rng = random.Random(seed)
    document: dict[str, Any] = yaml.safe_load(drawn(seed, moves=rng.random() < 0.3))
    land = document["landscape"]
    if not any(component["at"].get("here") == "active" for component in land["components"].values()):
        document.pop("moves", None)
    for site in land["sites"].values():
        site["pools"] = {"hosts": rng.choice((3, 4, 6)), "memory": rng.choice((3, 5, 8))}
    left = {site: dict(pools["pools"]) for site, pools in land["sites"].items()}
    for component in land["components"].values():
        component["uses"] = {
            pool: rng.choice((1, 1, 2)) for pool in rng.choice((["hosts"], ["memory"], ["hosts", "memory"]))
        }
        for site, role in component["at"].items():
            for pool, count in component["uses"].items() if role in ("active", "hot") else ():
                left[site][pool] -= count
        if any(left[site][pool] < 0 for site in left for pool in left[site]):
            for site, role in component["at"].items():
                for pool, count in component.pop("uses", {}).items() if role in ("active", "hot") else ():
                    left[site][pool] += count
                component.pop("uses", None)
    for number in range(rng.choice((1, 2, 3, 4))):
        site = rng.choice(("there", "there", "there", "third"))
        uses = {
            pool: rng.randint(1, min(3, left[site][pool]))
            for pool in rng.choice((["hosts"], ["memory"], ["hosts", "memory"]))
            if left[site][pool] > 0
        }
        if not uses:
            continue
        for pool, count in uses.items():
            left[site][pool] -= count
        step: dict[str, Any] = {"takes": rng.choice(("0 s", "10 min", "30 min", "2 h"))}
        again: dict[str, Any] = {"takes": rng.choice(("0 s", "10 min", "1 h"))}
        if rng.random() < 0.4:
            step["by"] = "infra"
        if rng.random() < 0.5:
            again["by"] = "infra"
        elif rng.random() < 0.5:
            again["automatic"] = True
        if rng.random() < 0.3:
            again["works"] = "50 %"
        new = {"at": {site: "active"}, "uses": uses, "sheddable": True, "stop": step, "restart": again}
        if number and rng.random() < 0.4 and "t0" in land["components"]:
            new["starts_after"] = ["t0"]
        if rng.random() < 0.3:
            new["verify"] = {"takes": "5 min"}
        if rng.random() < 0.3:
            new["repair"] = {"takes": "20 min"}
        if rng.random() < 0.3:
            new["fails"] = {"every": "1 d", "lasts": rng.choice(("1 h", "30 min"))}
        land["components"][f"t{number}"] = new
    if "t0" in land["components"]:
        point = land["services"]["s"]["points"]
        point["r"] = {"at": "third", "needs": ["t0"]}
        if rng.random() < 0.3:
            land["steps"]["ask"] = {"takes": "5 min", rng.choice(("before", "after")): ["t0"]}
        hit = rng.choice(("component", "site", ""))
        if hit:
            target = "t0" if hit == "component" else "there"
            document["disruptions"]["more"] = {
                hit: target,
                "after": f"{rng.choice((0, 10, 60, 70, 300))} min",
                "lasts": rng.choice(("10 min", "2 h")),
            }
    if rng.random() < 0.4:  # so that a stop may still wait for people when what asked for room is home again
        land["teams"]["infra"]["works"] = "daily 12:00-17:00"
    return yaml.safe_dump(document, sort_keys=False)


SEEDS = range(60)


@pytest.fixture(scope="module")
def drills() -> list[Trajectory]:
    return [engine_drill(loads(crowded(seed))) for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_make_room_alike(seed: int) -> None:
    case = loads(crowded(seed))
    found = differences(engine_view(engine_drill(case)), reference_view(reference_drill(case)))
    assert not found, "\n".join(found)


def test_drawn_drills_shed_often_and_start_again(drills: list[Trajectory]) -> None:
    stops = [row for drill in drills for row in drill.rows if is_shed(drill, row.step)]
    assert sum(row.outcome == DONE for row in stops) > 10
    assert any(row.outcome == "dropped" for row in stops)
    assert sum(not away for drill in drills for _, _, away in drill.shed) > 5
    assert any(drill.plan.move and drill.shed for drill in drills)
    assert any(drill.plan.failback and drill.shed for drill in drills)


def is_shed(drill: Trajectory, step: int) -> bool:
    return (
        step >= 0
        and drill.plan.steps[step].kind == "stop"
        and drill.plan.structure.sheddable[drill.plan.steps[step].component]
    )


def test_no_pool_is_ever_overfull_and_nothing_runs_without_its_room(drills: list[Trajectory]) -> None:
    for drill in drills:
        structure, plan = drill.plan.structure, drill.plan
        on = len(structure.sites) + len(structure.links)
        running = {d for d, role in enumerate(structure.roles) if role == ACTIVE}
        away: set[int] = set()
        events = [(time, 1, c, gone) for time, c, gone in drill.shed]
        events += [(time, 0, flag - on, value) for time, flag, value in drill.changes]
        deployments = range(len(structure.deployments))
        for time in sorted({event[0] for event in events}):
            for _, what, which, value in (event for event in events if event[0] == time):
                target = away if what else running
                if what or which in deployments:
                    (target.add if value else target.discard)(which)
            assert not away & {structure.deployments[d][0] for d in running}
            for pool, room_there in enumerate(plan.capacity):
                used = sum(size for d in running for p, size in structure.uses[d] if p == pool)
                assert used <= room_there


def test_explanations_add_up(drills: list[Trajectory]) -> None:
    for drill in drills:
        for group in groups(drill.plan):
            for what, found in explain(drill.plan, group, drill):
                assert sum(segment.length for segment in found) == what.end - what.begin


# Refused


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "test:\n    at: {there: active}",
            "test:\n    at: {there: active, here: warm}",
            "it has a standby: what is rec",
        ),
        (
            "test:\n    at: {there: active}",
            "test:\n    at: {there: active, here: active}",
            "it is active at here and there, and only what stands at one site is stopped to make room",
        ),
        ("test:\n", "test:\n    scope: site\n", "it serves only its own site: what needs it there would stop with it"),
        ("    uses: {memory: 4}\n", "", "it uses no room, so stopping it makes none"),
        ("web: {", "web: {needs: [test], ", "'test' may be stopped to make room, and this component with it"),
        ("web: {", "web: {starts_after: [play], ", "'play' may be stopped to make room, and this component with it"),
        ("teams:", "response: {groups: [[test, app]]}\nteams:", "'test' may be stopped to make room, so nothing waits"),
    ],
)
def test_refusals(old: str, new: str, message: str) -> None:
    assert old in TWO
    with pytest.raises(InputError, match=message):
        scenario(TWO.replace(old, new))


def test_what_is_corrupted_is_not_sheddable() -> None:
    text = TWO.replace("    sheddable: true\n", "    sheddable: true\n    data: {size: 3 GB}\n    labels: [data]\n")
    text = text.replace(
        "restart: {takes: 6 min}", "copies: {kept: {at: desk, kind: backup, taken: every 1 h, restores: 9 MB/s}}"
    )
    scenario(text)
    with pytest.raises(
        InputError, match="'test' may be stopped to make room, and how corrupt data and that go together"
    ):
        scenario(text, disruptions="{worm: {corruption: data, detected: 1 h}}")


def test_what_is_sheddable_may_need_what_is() -> None:
    scenario(TWO.replace("  play: {", "  play: {needs: [test], "))


def test_a_landscape_without_it_has_none_of_its_steps() -> None:
    plan = compile_scenario(scenario(ONLY_PLAY.replace(", sheddable: true, stop: {takes: 30 min}", "")))
    assert not [step for step in plan.steps if step.kind == "stop"]
