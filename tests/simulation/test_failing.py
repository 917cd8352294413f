"""What fails of its own; times in minutes, the arithmetic beside each case."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from agreement import differences, engine_view, reference_view
from cases import in_minutes, rows, scenario, segments, tries
from hypothesis import given, settings
from reference.drill import simulate

from drsim.distributions import Law
from drsim.errors import DrsimError
from drsim.measures.protection import unprotected
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import NEVER
from drsim.planning.variant import variant
from drsim.simulation.draws import Numbers, uniforms
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import Trajectory
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import DAY, HOUR, MINUTE

TWO = "sites: {here: {}, there: {}}\nlinks: {line: {between: [here, there], bandwidth: 10 MB/s}}\n"
POINT = "services: {s: {points: {p: {at: there, needs: [app]}}}}\n"
PEOPLE = "teams: {infra: {}}\nsuppliers: {vendor: {}}\n"
MOVABLE = """\
components:
  app:
    at: {here: active, there: warm}
    fails: {every: 100 h, lasts: 10 h}
    start: {takes: 20 min}
    stop: {takes: 5 min}
    restart: {takes: 10 min}
"""
ERROR = 5.9  # standard errors: a chance of 4 in a thousand million


def drilled(landscape: str, luck: dict[str, float], **head: str) -> Replay:
    """A drill in which both implementations agree; luck by purpose, thing, site and number, 0.5 for what is left out."""
    case = scenario(landscape, **head)

    def number(name: tuple[Any, ...]) -> float:
        purpose, thing, site, number, _ = name
        return luck.get(f"{purpose} {thing} {site} {number}", luck.get(f"{purpose} {thing} {site}", 0.5))

    replay = Replay.of(compile_scenario(case), 1, 0, lambda name, _: number(name))
    found = differences(engine_view(replay.trajectory), reference_view(simulate(case, number)))
    assert not found, "\n".join(found)
    return replay


def spans(replay: Replay, name: str) -> list[tuple[float, float]]:
    return [(begin / MINUTE, end / MINUTE) for begin, end in replay.trajectory.outages[name]]


# golden


def test_a_dormant_standby_is_found_broken_when_it_is_needed() -> None:
    """Lives of 100 h: the residual life is uniform, so a number u means 6,000 u minutes."""
    land = TWO + PEOPLE + POINT
    land += (
        "components: {app: {at: {here: active, there: warm}, fails: {every: 100 h}, start: {takes: 20 min, by: infra},"
    )
    land += " repair: {takes: 1 h, by: vendor}}}\n"
    replay = drilled(
        land,
        {"fails app there 0": 0.01, "fails app here 0": 0.02},
        disruptions="{}",
        horizon="1 d",
        response="{detect: 5 min, assess: {takes: 10 min}}",
    )
    # 60: the standby breaks, and nobody sees it. 120: what runs breaks; go at 135 = 120 + 5 + 10. The vendor repairs it from
    # 135 (arrived) to 195. The start at the standby, 135 to 155, finds that broken too: it waits for the one vendor until 195.
    # At 155 the standby cannot be used, so a restart in place is wanted as soon as that is whole: 195 to 215,
    # and while that runs nothing at the standby.
    assert (
        rows(replay.trajectory)
        == """\
detect app | 0.0 | 120 120 120 125 | done | app.here.fails begins
assess app | 0.0 | 125 125 125 135 | done | detect app
repair app @here | 0.0 | 125 125 135 195 | done | detect app
start app @there | 0.0 | 135 135 135 155 | failed | assess app
start app @there | 0.1 | 155 - - 195 | dropped | -
repair app @there | 0.0 | 155 155 195 255 | done | start app
restart app @here | 0.0 | 195 195 195 215 | done | repair app"""
    )
    assert segments(replay, "s") == [
        ("not yet detected", 120, 125),
        ("not yet decided", 125, 135),
        ("supplier at work", 135, 195),
        ("step under way", 195, 215),
    ]
    assert replay.trajectory.found_at == {("app.there.fails", 60 * MINUTE): 155 * MINUTE}
    # a whole life after its repair: beyond the horizon
    assert spans(replay, "app.there.fails") == [(60, NEVER / MINUTE)]
    assert {
        c: [(a / MINUTE, b / MINUTE) for a, b in found]
        for c, found in unprotected(replay.plan, replay.trajectory).items()
    } == {0: [(60, 255)]}
    told = " ".join(str(replay.timeline()).split())
    assert "11:00 app.there.fails: component app breaks at there, which nobody sees 12:00 app.here.fails:" in told
    assert "12:35 app.there.fails: found" in told
    assert replay.to_dict()["outages"]["app.there.fails"] == [
        {"begin": 60 * MINUTE, "end": None, "found": 155 * MINUTE}
    ]


def test_a_look_at_the_standby_finds_it_broken() -> None:
    land = TWO + PEOPLE + POINT
    land += (
        "components: {app: {at: {here: active, there: warm}, fails: {every: 100 h}, start: {takes: 20 min, by: infra},"
    )
    land += " precheck: {takes: 5 min, by: infra}, repair: {takes: 1 h, by: vendor}, recover: [warm, cold]}}\n"
    replay = drilled(
        land,
        {"fails app there 0": 0.001, "fails app here 0": 0.9},
        disruptions="{fire: {site: here, after: 10 min}}",
        horizon="1 d",
    )
    # 6: the standby breaks unseen. The look at it, 10 to 15, finds that: an incident of its own that needs no noticing. The next
    # strategy looks again, 15 to 20, at what is known to be broken: that was the last strategy, and the site does not return.
    assert (
        rows(replay.trajectory)
        == """\
detect here | 0.0 | 10 10 10 10 | done | fire begins
assess here | 0.0 | 10 10 10 10 | done | detect here
decide here | 0.0 | 10 10 10 10 | done | assess here
declare here | 0.0 | 10 10 10 10 | done | decide here
precheck app @there | 0.0 | 10 10 10 15 | failed | declare here
detect app | 1.0 | 15 15 15 15 | done | precheck app
assess app | 1.0 | 15 15 15 15 | done | detect app
precheck app @there | 0.1 | 15 15 15 20 | failed | precheck app
repair app @there | 1.0 | 15 15 15 75 | done | detect app"""
    )
    # from 20 on nothing is left to try
    assert segments(replay, "s") == [("failed attempt", 10, 20), ("no way back", 20, 1440)]


def test_a_move_that_ends_on_what_nobody_saw_fail_loses_what_was_moving() -> None:
    land = TWO + POINT + MOVABLE
    replay = drilled(
        land,
        {"fails app there 0": 0.01, "fails app here 0": 0.9},
        disruptions="{}",
        horizon="1 d",
        response="{assess: {takes: 15 min}}",
        moves="{site: here, after: 100 min}",
    )
    # 60: the standby fails for 10 h, which nobody sees. 100 to 105: app is stopped, 105 to 125: it would start over there. That finds
    # it broken: app is lost, in an incident that needs no noticing, and is started in place once that is assessed: 140 to 150. No data
    # is at stake. The move is not over: its ground is back at 660, when the failure is over.
    assert (
        rows(replay.trajectory)
        == """\
stop app @here | 0.0 | 100 100 100 105 | done | app.there.fails begins
start app @there | 0.0 | 105 105 105 125 | failed | stop app
detect app | 1.0 | 125 125 125 125 | done | start app
assess app | 1.0 | 125 125 125 140 | done | detect app
restart app @here | 1.0 | 140 140 140 150 | done | assess app
start app @there | 1.0 | 140 - - 140 | dropped | -
stop app @here | 0.1 | 150 660 660 665 | done | app.there.fails ends
start app @there | 0.1 | 665 665 665 685 | done | stop app"""
    )
    assert replay.trajectory.found_at == {("app.there.fails", 60 * MINUTE): 125 * MINUTE}


def test_a_move_home_that_ends_on_what_nobody_saw_fail_loses_what_was_moving() -> None:
    land = TWO + POINT + MOVABLE
    replay = drilled(
        land,
        {"fails app there 0": 0.9, "fails app here 0": 0.05},
        disruptions="{fire: {site: here, after: 10 min, lasts: 1 h}}",
        horizon="1 d",
        response="{detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, "
        'failback: {stable: 1 h, window: "daily 20:00-22:00"}}',
    )
    # 10: fire; app runs over there from 30. Home is back at 70, stable at 130, and waits for the evening (600). There, at 300, it fails
    # for 10 h, which nobody sees. 600 to 605 app is stopped, 605 to 615 started at home: that finds it broken. app is lost and started
    # where it was, 615 to 625. What was found has broken at 615: home waits no more; it is whole at 900 and stable anew at 960.
    assert (
        "\n".join(line for line in rows(replay.trajectory).splitlines() if "@" in line)
        == """\
start app @there | 0.0 | 10 10 10 30 | done | declare here
stable app @here | 1.0 | 30 70 70 130 | done | fire ends
stop app @there | 1.0 | 600 600 600 605 | done | app.here.fails begins
restart app @here | 1.0 | 605 605 605 615 | failed | stop app
stable app @here | 1.1 | 615 900 900 960 | done | app.here.fails ends
restart app @there | 2.0 | 615 615 615 625 | done | assess app"""
    )
    assert replay.trajectory.found_at == {("app.here.fails", 300 * MINUTE): 615 * MINUTE}


def test_a_hot_standby_is_seen_to_fail() -> None:
    land = TWO + PEOPLE + POINT
    land += "components: {app: {at: {here: active, there: hot}, fails: {every: 100 h, lasts: 30 min}}}\n"
    replay = drilled(land, {"fails app there 0": 0.01, "fails app here 0": 0.9}, disruptions="{}", horizon="1 d")
    assert replay.trajectory.found_at == {}
    assert tries(replay, "app", "detect") == [("detect", "", 60, 60, "done")]


def test_a_failure_that_is_over_in_time_is_never_found() -> None:
    land = TWO + PEOPLE + POINT
    land += "components: {app: {at: {here: active, there: warm}, fails: {every: 100 h, lasts: LASTS}, start: {takes: 20 min, by: infra}}}\n"
    luck = {"fails app there 0": 0.01, "fails app here 0": 0.9}
    fire = {"disruptions": "{fire: {site: here, after: 1 h}}", "horizon": "1 d"}
    # it lasts from 60 on; the start runs from 60 to 80, and what is over at 80 is over before the start ends
    assert tries(drilled(land.replace("LASTS", "20 min"), luck, **fire), "app", "start") == [
        ("start", "there", 60, 80, "done")
    ]
    found = drilled(land.replace("LASTS", "21 min"), luck, **fire)
    # found at 80; whole again at 81, and started once more, which no attempt was lost for
    assert tries(found, "app", "start") == [("start", "there", 60, 80, "failed"), ("start", "there", 81, 101, "done")]
    assert segments(found, "s") == [
        ("failed attempt", 60, 80),
        ("waiting for the end of an outage", 80, 81),
        ("step under way", 81, 101),
    ]


def test_a_repair_of_something_else_renews_nothing_but_mends_what_nobody_saw() -> None:
    land = TWO + PEOPLE + POINT
    land += (
        "components: {app: {at: {here: active, there: warm}, fails: {every: 100 h}, start: {takes: 20 min, by: infra},"
    )
    land += " repair: {takes: 1 h, by: vendor}}}\n"
    broken = {"disruptions": "{drop: {component: app, sites: [there]}}", "horizon": "20 d"}
    # the drop breaks the standby at 0, repaired at 60; it fails of its own at 0.02 x 6000 = 120
    late = drilled(land, {"fails app there 0": 0.02, "fails app here 0": 0.999}, **broken)
    assert spans(late, "app.there.fails")[0][0] == 120
    # at 0.005 x 6000 = 30 it fails while it is repaired: mended with it at 60, and 100 h later it fails again
    early = drilled(land, {"fails app there 0": 0.005, "fails app here 0": 0.999}, **broken)
    assert [begin for begin, _ in spans(early, "app.there.fails")][:2] == [30, 60 + 6000]


def test_sites_and_links_fail_again_and_again() -> None:
    land = TWO.replace("there: {}", "there: {fails: {every: 10 h, lasts: 1 h}}").replace(
        "10 MB/s}", "10 MB/s, fails: {every: 5 h, lasts: 2 h}}"
    )
    land += "components: {app: {at: {here: active}}}\n" + POINT
    replay = drilled(land, {"fails there  0": 0.3, "fails line  0": 0.2}, disruptions="{}", horizon="1 d")
    assert spans(replay, "there.fails") == [(180, 240), (840, 900)]
    assert spans(replay, "line.fails") == [(60, 180), (480, 600), (900, 1020), (1320, 1440)]
    assert [(in_minutes(what.begin), in_minutes(what.end)) for what in replay.interruptions("s")] == [
        (60, 240),
        (480, 600),
        (840, 1020),
        (1320, 1440),
    ]


# exact


def counts(case: Scenario, name: str, drills: int) -> np.ndarray[Any, Any]:
    plan = compile_scenario(case)
    numbers, engine = Numbers(plan, 1, 0, drills), Engine(plan)
    return np.array([len(engine.drill(numbers, i).outages[name]) for i in range(drills)])


LINE = (
    TWO.replace("10 MB/s}", "10 MB/s, fails: {every: EVERY, lasts: 1 ms}}")
    + "components: {app: {at: {here: active}}}\n"
    + POINT
)


@pytest.mark.parametrize(
    "every", ["mean 10 d", "10 d", "weibull 10 d shape 0.7", "2 to 18 d", "{observed: [5 d, 10 d, 15 d]}"]
)
def test_failures_come_at_their_rate_from_the_first_moment_on(every: str) -> None:
    """In a renewal process that goes on for ever, t / mean of them are to be expected in any stretch of length t (Cox 1962)."""
    drills, law = 1500, Law.parse(every)
    found = counts(scenario(LINE.replace("EVERY", every), disruptions="{}", horizon="15 d"), "line.fails", drills)
    expected, error = 15 * DAY / law.mean, found.std() / sqrt(drills)
    assert abs(found.mean() - expected) < ERROR * error
    if law.kind == "exponential":  # Poisson: the variance is the mean
        assert abs(found.var() - expected) < ERROR * sqrt((expected + 2 * expected**2) / drills)


def test_the_rate_would_be_wrong_if_the_first_life_were_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Law, "residual", Law.quantile)
    found = counts(scenario(LINE.replace("EVERY", "2 to 18 d"), disruptions="{}", horizon="15 d"), "line.fails", 1500)
    assert abs(found.mean() - 1.5) > ERROR * found.std() / sqrt(1500)


def available(drill: Trajectory) -> float:
    plan = drill.plan
    flag = len(plan.structure.sites) + len(plan.structure.links)
    changes = [0, *(time for time, which, _ in drill.changes if which == flag), plan.horizon]
    return sum(b - a for a, b in zip(changes[::2], changes[1::2], strict=False)) / plan.horizon


def shares_of_time(every: str, drills: int = 24) -> np.ndarray[Any, Any]:
    land = "sites: {here: {}}\nteams: {infra: {}}\nservices: {s: {points: {p: {at: here, needs: [app]}}}}\n"
    land += f"components: {{app: {{at: {{here: active}}, fails: {{every: {every}}}, restart: {{takes: 0 s}},"
    land += " repair: {takes: mean 12 h, by: infra}}}\n"
    plan = compile_scenario(scenario(land, disruptions="{}", horizon="500 d"))
    numbers, engine = Numbers(plan, 1, 0, drills), Engine(plan)
    return np.array([available(engine.drill(numbers, i)) for i in range(drills)])


def test_availability_is_mttf_over_mttf_and_mttr() -> None:
    found = shares_of_time("weibull 5 d shape 1.5")
    mean = Law.parse("weibull 5 d shape 1.5").mean
    expected = mean / (mean + 12 * HOUR)
    error = found.std() / sqrt(len(found))
    assert abs(found.mean() - expected) < ERROR * error
    # the tolerance would notice lives that are a fifth shorter
    shorter = shares_of_time("weibull 4 d shape 1.5")
    assert abs(shorter.mean() - expected) > ERROR * error


# properties


@given(scenarios(max_components=4, max_sites=2, max_teams=1, max_services=1))
@settings(max_examples=25, deadline=None)
def test_failures_are_apart_and_last_as_drawn(case: Scenario) -> None:
    plan = compile_scenario(case)
    drill = Engine(plan).drill(Numbers(plan, 1, 0, 1), 0)
    for name in plan.failing:
        found = drill.outages[name]
        until = [
            end
            if end < NEVER
            else min(
                (
                    row.end
                    for row in drill.rows
                    if row.kind == "repair"
                    and row.outcome == "done"
                    and row.end >= begin
                    and f"{row.object}.{row.site}.fails" == name
                ),
                default=NEVER,
            )
            for begin, end in found
        ]
        for end, (begin, _) in zip(until, found[1:], strict=False):
            assert begin > end
        for (begin, _), end in zip(found, until, strict=True):
            since = drill.found_at.get((name, begin))
            assert since is None or since == NEVER or begin <= since <= end


@given(scenarios(max_components=5, max_sites=2, max_teams=2, max_services=1, uncertain=False, min_disruptions=1))
@settings(max_examples=25, deadline=None)
def test_both_agree_where_failures_fall_together_with_other_things(case: Scenario) -> None:
    """First lives in quarters of an hour, so that failures begin at the instants of other things."""

    def number(name: tuple[Any, ...]) -> float:
        u = float(uniforms(1, name, 0, 1)[0])  # type: ignore[arg-type]
        return (int(u * 64) + 1) / 384 if name[0] == "fails" else u

    plan = compile_scenario(case)
    drill = Engine(plan).drill(Numbers(plan, 1, 0, 1, lambda name, _: number(name)), 0)
    assert not differences(engine_view(drill), reference_view(simulate(case, number)))


def test_what_nobody_sees_changes_nothing() -> None:
    """A standby that is never asked for may fail as often as it likes."""
    land = TWO + PEOPLE + POINT
    land += "components: {app: {at: {here: active, there: warm}, start: {takes: 20 min, by: infra}},"
    land += " db: {at: {here: active}, needs: [app], restart: {takes: 1 h}}}\n"
    head = {"disruptions": "{cut: {component: db, lasts: 2 h}}", "horizon": "9 d"}
    plain = drilled(land, {}, **head)
    failing = drilled(
        land.replace("warm}, start", "warm}, fails: {every: 10 d, lasts: 1 h}, start"),
        {"fails app there 0": 0.001, "fails app here 0": 0.999},
        **head,
    )
    assert failing.trajectory.outages["app.there.fails"]
    assert rows(failing.trajectory) == rows(plain.trajectory)


def test_the_plan_tells_what_fails_of_its_own() -> None:
    land = TWO + PEOPLE + POINT
    land += "components: {app: {at: {here: active}, fails: {every: mean 5 d}, repair: {takes: 1 h, by: vendor}}}\n"
    outlook = Outlook(compile_scenario(scenario(land, disruptions="{}", horizon="1 d")))
    assert [step.kind for step in outlook.steps] == ["restart", "repair"]
    assert outlook.losses == []
    assert outlook.to_dict()["failing"] == {"app.here.fails": {"every": "mean 5 d", "lasts": "until repaired"}}


def test_a_variant_keeps_what_fails_of_its_own_and_what_is_cut_off() -> None:
    land = TWO + PEOPLE + POINT
    land += "components: {app: {at: {here: active, there: hot}, on_partition: 'takeover, alone', fails: {every: mean 5 d, lasts: 1 h}}}\n"
    calm = scenario(land, disruptions="{}", horizon="9 d")
    cut = scenario(land, disruptions="{cut: {link: line, after: 1 d, lasts: 1 d}}", horizon="9 d")
    changed, plain = variant(compile_scenario(calm), outages=cut.disruptions), compile_scenario(cut)
    found, expected = (engine_view(Engine(plan).drill(Numbers(plan, 1, 0, 1), 0)) for plan in (changed, plain))
    assert found == expected
    assert any(row[0] == "switch" for row in found["rows"])
    with pytest.raises(DrsimError, match="kind"):
        variant(changed, laws={("fails", "app", "here"): Law.constant(HOUR)})
