"""Many that start at once on one pool: a golden timeline, exact cases, and what holds in every drill. Minutes from 10:00."""

from __future__ import annotations

import pytest
from agreement import engine_drill
from cases import drilled, rows, scenario, segments, tries
from hypothesis import HealthCheck, given, settings

from drsim.errors import DrsimError, InputError
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.variant import variant
from drsim.reading import loads_landscape
from drsim.reading.dump import dump
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.trajectory import DONE
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import MINUTE


def landscape(room: int, **components: str) -> str:
    """Components that start at the other site so, on a pool `io` of which there is so much."""
    parts = [f"  {name}: {{at: {{here: active, there: warm}}, {more}}}" for name, more in components.items()]
    needs = ", ".join(components)
    pools = f"{{pools: {{io: {room}}}}}"
    return "\n".join(
        [
            f"sites: {{here: {pools}, there: {pools}}}",
            "links: {line: {between: [here, there], bandwidth: 10 MB/s}}",
            "components:",
            *parts,
            f"services: {{s: {{points: {{p: {{at: there, needs: [{needs}]}}}}}}}}",
        ]
    )


def boots(items: int, each: int, at_once: str = "") -> str:
    more = f", at_once: {at_once}" if at_once else ""
    return f"boots: {{items: {items}, each: {each} min, on: io{more}}}"


def test_four_that_share_a_pool_of_four() -> None:
    replay = drilled(
        landscape(
            4,
            a=boots(9, 10),
            b=boots(4, 10, "1"),
            c=f"starts_after: [a], {boots(6, 5)}, start: {{takes: 15 min}}",
            d=f"starts_after: [b], {boots(4, 10)}",
        )
    )
    # 10:00  a (90 item-minutes) and b (40, one at once) share 4: b has 1, a the other 3, so 90 / 3 = 30 min.
    # 10:30  a is done; c (30 item-minutes) has the 3 that b does not want: 10 min.
    # 10:40  b is done, and all items of c have started, but by hand c takes 15 min, until 10:45. It has left the pool, so
    #        d (40 item-minutes) has all 4: 10 min, until 10:50.
    assert (
        rows(replay.trajectory).split("\n", 4)[-1]
        == """\
start a @there | 0.0 | 0 0 0 30 | done | declare here
start b @there | 0.0 | 0 0 0 40 | done | declare here
start c @there | 0.0 | 0 30 30 45 | done | start a
start d @there | 0.0 | 0 40 40 50 | done | start b"""
    )
    assert segments(replay, "s") == [("step under way", 0, 40), ("step under way", 40, 50)]  # b, then d


def test_the_published_storm_of_1270_desktops() -> None:
    # Dell, white paper BP1018: 1,270 desktops in 10 to 12 minutes on two arrays; here 1270 x 60 s / 115 = 662.609 s
    replay = drilled(landscape(115, a=boots(1270, 1)))
    (row,) = [r for r in replay.trajectory.rows if r.kind == "start"]
    assert "start a @ there (1270 on io)" in replay.timeline()
    outlook = Outlook(replay.plan)
    assert "starts 1270 on io" in str(planned(outlook, command=Command("plan", ())))
    assert [step["boots"] for step in outlook.to_dict()["steps"] if step["kind"] == "start"] == ["1270 on io"]
    assert row.end - row.start == 662_609
    assert 10 * MINUTE <= row.end - row.start <= 12 * MINUTE


@pytest.mark.parametrize(
    ("room", "component", "end"),
    [
        (100, boots(5, 10), 10),  # all at once
        (2, boots(5, 10), 25),
        (2, boots(5, 10, "1"), 50),
        (2, boots(5, 10, "9"), 25),
        (2, f"{boots(5, 10)}, start: {{takes: 40 min}}", 40),
    ],
)
def test_one_storm(room: int, component: str, end: int) -> None:
    assert tries(drilled(landscape(room, a=component)), "a") == [("start", "there", 0, end, "done")]


def test_what_is_interrupted_leaves_the_pool_and_begins_anew() -> None:
    text = landscape(2, a=boots(6, 10), b=f"starts_after: [host], {boots(6, 10)}").replace(
        "components:", "components:\n  host: {scope: site, at: {here: active, there: active}}"
    )
    replay = drilled(text, disruptions="{fire: {site: here}, bug: {component: host, after: 20 min, lasts: 10 min}}")
    # a and b share 2: 20 of 60 item-minutes each at 10:20, when b loses the host it starts after. a goes on with all of the
    # pool. 10:30: the host runs again, a has 20 left, and b begins anew. 10:50: a is done, b has 40 left: until 11:10.
    assert tries(replay, "a") == [("start", "there", 0, 50, "done")]
    assert tries(replay, "b") == [("start", "there", 0, 20, "interrupted"), ("start", "there", 30, 70, "done")]


def test_a_restart_is_a_storm_too() -> None:
    replay = drilled(landscape(2, a=boots(4, 10)), disruptions="{fire: {site: here, lasts: 5 min}}", response=SLOW)
    assert tries(replay, "a") == [("restart", "here", 30, 50, "done")]


SLOW = "{detect: 0 s, assess: {takes: 30 min}, decide: {takes: 2 h}}"


def test_a_variant_with_more_room() -> None:
    plan = compile_scenario(scenario(landscape(2, a=boots(4, 10))))
    faster = variant(plan, capacity={("there", "io"): 4})
    assert tries(Replay.of(plan, 1, 0), "a")[0][3] == 20
    assert tries(Replay.of(faster, 1, 0), "a")[0][3] == 10
    with pytest.raises(DrsimError, match="nothing can ever start on 'io' at 'there': it has no room"):
        variant(plan, capacity={("there", "io"): 0})


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"),
    [
        ("on: io", "on: ios", "components.a.boots.on", "there is no pool named 'ios' at here"),
        ("{io: 2}", "{io: 0}", "components.a.boots.on", "nothing can ever start on 'io' at 'there': it has no room"),
        (
            "{a: {",
            "{b: {at: {there: active}, uses: {io: 1}}, a: {",
            "components.a.boots.on",
            "be reserved or shared by 'b'",
        ),
        ("items: 3", "items: 0", "components.a.boots.items", "'0' is nothing: it must be above zero"),
        (
            "{}",
            "{x: {takes: 1 h, replaces: a}}",
            "steps.x.replaces",
            "'a' boots, which no step of the plan can do in its place",
        ),
    ],
)
def test_storms_that_are_refused(old: str, new: str, path: str, rule: str) -> None:
    text = (
        "drsim: landscape 1\nsites: {here: {pools: {io: 5}}, there: {pools: {io: 2}}}\nsteps: {}\n"
        "components: {a: {at: {here: active, there: warm}, boots: {items: 3, each: 1 min, on: io, at_once: 2}}}\n"
    )
    land = loads_landscape(text)
    assert loads_landscape(dump(land)) == land
    bad = text.replace(old, new) if old != "{}" else text.replace("steps: {}", f"steps: {new}")
    with pytest.raises(InputError) as refused:
        loads_landscape(bad)
    problem = refused.value.problems[0]
    assert problem.path == path
    assert rule in problem.rule


@settings(derandomize=True, deadline=None, max_examples=60, database=None, suppress_health_check=list(HealthCheck))
@given(scenarios(max_components=6, min_disruptions=1))
def test_a_storm_takes_what_its_pool_lets_it(scenario: Scenario) -> None:
    drill = engine_drill(scenario)
    plan = drill.plan
    storms = [row for row in drill.rows if row.step in plan.storms and row.start >= 0]
    for row in storms:
        storm, step = plan.storms[row.step], plan.steps[row.step]
        end = row.end if row.end >= 0 else plan.horizon
        alone = -(-storm.work // min(storm.limit, 1000 * plan.capacity[storm.pool]))
        beside = [
            other
            for other in storms
            if other is not row and plan.storms[other.step].pool == storm.pool
            if other.start < end and (other.end < 0 or other.end > row.start)
        ]
        if row.outcome == DONE:
            assert end - row.start >= alone
            if not beside and step.fixed >= 0 and step.hours < 0:
                assert end - row.start == max(alone, step.fixed, row.attempt > 0)
