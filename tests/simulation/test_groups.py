"""Groups that wait for each other, after what real orchestrators document; minutes, the arithmetic beside each case.

A priority group of VMware Site Recovery Manager starts when all of the one before have recovered or failed to recover, and
dependencies between groups are ignored (its documentation, "Recovery Plan Steps"): the order `best-effort groups`. The groups of
Azure Site Recovery start strictly after each other: the order `groups`.
"""

from __future__ import annotations

import re

import pytest
from cases import drilled, rows, scenario, segments, tries
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from relocations import drawn

from drsim.measures.moment import Moment
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.reading.dump import dump
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import DONE, FAILED
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import MINUTE

PLACES = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
"""
FOUR = (
    PLACES
    + """\
components:
  disk: {at: {here: active, there: warm}, start: {takes: 10 min}}
  data: {at: {here: active, there: warm}, needs: [disk], start: {takes: 20 min}}
  mail: {at: {here: active, there: warm}, start: {takes: 60 min}}
  app: {at: {here: active, there: warm}, needs: [data], start: {takes: 30 min}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
)
GROUPS = "groups: [[disk], [data, mail], [app]]"


def response(order: str, groups: str = GROUPS) -> str:
    return f"{{detect: 0 s, assess: {{takes: 0 s}}, decide: {{takes: 0 s}}, order: {order}, {groups}}}"


def begun(replay: Replay) -> dict[str, float]:
    """When the first try of each start began."""
    return {r.object: r.start / MINUTE for r in replay.trajectory.rows if r.kind == "start" and not r.attempt}


def test_what_each_rule_costs_for_one_plan() -> None:
    # dependencies: disk 0-10, data 10-30, app 30-60; mail 0-60 keeps nobody waiting
    by_need = drilled(FOUR, response=response("dependencies"))
    assert begun(by_need) == {"disk": 0, "mail": 0, "data": 10, "app": 30}
    # groups: mail waits for disk, and app for mail: 10-70, so app 70-100
    strict = drilled(FOUR, response=response("groups"))
    assert begun(strict) == {"disk": 0, "data": 10, "mail": 10, "app": 70}
    best = drilled(FOUR, response=response("best-effort groups"))
    assert begun(best) == begun(strict)
    assert [drill.interruptions("s")[0].end // MINUTE for drill in (by_need, strict, best)] == [60, 100, 100]


def test_the_explanation_leads_through_the_group_before() -> None:
    strict = drilled(FOUR, response=response("groups"))
    assert segments(strict, "s") == [
        ("step under way", 0, 10),
        ("step under way", 10, 70),
        ("step under way", 70, 100),
    ]
    ((_, told),) = strict.explain("s")
    assert [each.detail for each in told] == ["disk", "mail", "app"]


def test_a_group_is_a_priority_where_people_are_short() -> None:
    land = PLACES + (
        "teams: {one: {}}\n"
        "components:\n"
        "  a: {at: {here: active, there: warm}, start: {takes: 10 min, by: one}}\n"
        "  b: {at: {here: active, there: warm}, start: {takes: 10 min, by: one}}\n"
        "services: {s: {targets: {rto: 1 h}, points: {p: {at: there, needs: [a]}}}}\n"
    )
    assert begun(drilled(land)) == {"a": 0, "b": 10}
    # b in the first group comes before what has the tighter target
    assert begun(drilled(land, response=response("dependencies", "groups: [[b]]"))) == {"b": 0, "a": 10}


def test_what_failed_for_good_blocks_strict_groups_for_ever() -> None:
    land = FOUR.replace("start: {takes: 60 min}", "start: {takes: 60 min, works: 50 %}")
    strict = drilled(land, {"start works mail": 0.9}, response=response("groups"))
    assert tries(strict, "mail") == [("start", "there", 10, 70, "failed")]
    assert tries(strict, "app") == [("start", "there", -1, -1, "waiting")]
    ((_, told),) = strict.explain("s")
    assert (told[-1].cause, told[-1].detail) == ("no way back", "every attempt to start mail failed")
    # best effort: the group is over when mail has failed, at 70
    best = drilled(land, {"start works mail": 0.9}, response=response("best-effort groups"))
    assert tries(best, "app") == [("start", "there", 70, 100, "done")]


def test_what_never_fits_blocks_strict_groups_for_ever() -> None:
    land = FOUR.replace("there: {}}", "there: {pools: {hosts: 1}}}").replace("here: {}", "here: {pools: {hosts: 9}}")
    land = land.replace("mail: {at", "mail: {uses: {hosts: 2}, at")
    strict = drilled(land, response=response("groups"))
    assert begun(strict) == {"disk": 0, "data": 10, "app": -1 / MINUTE}
    assert begun(drilled(land, response=response("best-effort groups"))) == {"disk": 0, "data": 10, "app": 30}


def test_what_waits_for_room_is_given_up_by_best_effort_only() -> None:
    land = FOUR.replace("there: {}}", "there: {pools: {hosts: 1}}}").replace("here: {}", "here: {pools: {hosts: 9}}")
    land = land.replace("mail: {at", "mail: {uses: {hosts: 1}, at").replace("data: {at", "data: {uses: {hosts: 1}, at")
    # both are in the second group, and mail, which starts after nothing, comes first: it has the room
    strict = drilled(land, response=response("groups"))
    assert begun(strict) == {"disk": 0, "mail": 10, "app": -1 / MINUTE}
    best = drilled(land, response=response("best-effort groups"))
    # app: the group is over at 70, but data never came: it begins too early, and waits for data from then on
    assert tries(best, "app") == [("start", "there", 70, 100, "failed"), ("start", "there", -1, -1, "waiting")]
    assert "failed, it began too early" in best.timeline()


def test_a_dependency_on_a_later_group_comes_with_best_effort_only() -> None:
    wrong = "groups: [[data], [disk], [app]]"  # data starts after disk
    strict = drilled(FOUR, response=response("groups", wrong))
    assert begun(strict) == {"data": -1 / MINUTE, "disk": -1 / MINUTE, "app": -1 / MINUTE, "mail": -1 / MINUTE}
    # best effort: data begins at once, runs its 20 min and fails, since disk is not there. Its group has been tried, so disk begins
    # (20 to 30). Now it is the turn of app, which needs 30 min: long enough for data, whose second try waited for disk (30 to 50).
    best = drilled(FOUR, response=response("best-effort groups", wrong))
    assert tries(best, "data") == [("start", "there", 0, 20, "failed"), ("start", "there", 30, 50, "done")]
    assert tries(best, "disk") == [("start", "there", 20, 30, "done")]
    assert tries(best, "app") == [("start", "there", 30, 60, "done")]


def test_too_early_is_no_attempt_and_is_tried_when_it_can_be() -> None:
    # x has failed for good at 10, so app begins then, but disk is not there: it fails at 40. disk is hot and switches by itself,
    # whatever its group, at 45; app takes 45 to 75, which is its only attempt.
    land = (
        PLACES
        + """\
components:
  disk: {at: {here: active, there: hot}, switch: {takes: 45 min}}
  x: {at: {here: active, there: warm}, start: {takes: 10 min, works: 50 %}}
  app: {at: {here: active, there: warm}, needs: [disk], start: {takes: 30 min, works: 50 %, attempts: 1}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
    )
    replay = drilled(
        land,
        {"start works x": 0.9, "start works app": 0.1},
        response=response("best-effort groups", "groups: [[x], [app], [disk]]"),
    )
    assert tries(replay, "app") == [("start", "there", 10, 40, "failed"), ("start", "there", 45, 75, "done")]
    apps = [line for line in rows(replay.trajectory).splitlines() if " app " in line]
    assert apps == [
        "start app @there | 0.0 | 0 10 10 40 | failed | start x",
        "start app @there | 0.1 | 40 45 45 75 | done | switch disk",
    ]


def test_groups_count_in_incidents_of_sites_only() -> None:
    land = FOUR.replace("disk: {at", "disk: {repair: {takes: 2 h}, at").replace(
        "mail: {at", "mail: {repair: {takes: 3 h}, at"
    )
    both = "{one: {component: disk}, two: {component: mail}}"
    assert begun(drilled(land, response=response("groups"), disruptions=both)) == {"disk": 0, "mail": 0}


def test_the_plan_shows_the_groups() -> None:
    outlook = Outlook(compile_scenario(scenario(FOUR, response=response("best-effort groups"))))
    shown = str(planned(outlook, command=Command("case.yaml")))
    assert "GROUPS 3  each waits for what may still come of the one before" in shown
    assert "2: data · mail" in " ".join(shown.split())


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios(min_disruptions=1))
def test_the_order_of_groups_survives_a_round_trip(case: Scenario) -> None:
    again = loads(dump(case))
    assert again.response.groups == case.response.groups
    assert again.response.order == case.response.order


def in_order(order: str, seed: int) -> Scenario:
    """Three components that fail over and go home, of which two in groups: `[[a], [b]]` or `[[b], [a]]`, in that order."""
    text = drawn(seed)
    if "order: " not in text:
        text = text.replace("settle: ", f"order: {order}, groups: [[b], [a]], settle: ", 1)
        text = (
            text.replace("failback: ", f"order: {order}, groups: [[b], [a]], failback: ", 1)
            if "order: " not in text
            else text
        )
    return loads(re.sub(r"order: [a-z -]*groups", f"order: {order}", text))


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["groups", "best-effort groups"]), st.integers(0, 9999))
def test_no_step_of_a_group_is_ready_while_an_earlier_one_may_come(order: str, seed: int) -> None:
    plan = compile_scenario(in_order(order, seed))
    drill = Engine(plan).drill(Numbers(plan, 1, 0, 1), 0)
    early = {
        (plan.steps[step].component, incident) for step, incident, _ in drill.early
    }  # given up, so nobody waits for them
    assert plan.best_effort or not early
    group, structure = plan.structure.group, plan.structure
    for row in drill.rows:
        component = plan.steps[row.step].component if row.step >= 0 else -1
        if row.kind not in ("restore", "start") or component < 0 or row.start < 0:
            continue
        running = [
            other
            for other in drill.rows
            if other.kind in ("restore", "start") and other.incident == row.incident and 0 <= other.start <= row.start
            if row.start < other.end and group[plan.steps[other.step].component] < group[component]
            if (plan.steps[other.step].component, other.incident) not in early
        ]
        declared = any(r.kind == "declare" and r.incident == row.incident and r.end >= 0 for r in drill.rows)
        event("somebody waited for" if declared else "not declared")
        assert not (declared and running), [structure.components[plan.steps[o.step].component] for o in running]


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["dependencies", "groups", "best-effort groups"]), st.integers(0, 9999))
def test_nothing_starts_without_what_it_starts_after_whatever_the_order(order: str, seed: int) -> None:
    plan = compile_scenario(in_order(order, seed))
    drill = Engine(plan).drill(Numbers(plan, 1, 0, 1), 0)
    for row in drill.rows:
        # of what takes no time nothing is recorded in between
        if row.kind in ("switch", "start", "restart") and 0 <= row.start < row.end and row.outcome in (DONE, FAILED):
            early = (row.step, row.incident, row.attempt) in drill.early
            event(f"{order}: {'too early' if early else 'in time'}")
            gate = plan.structure.gate[plan.steps[row.step].deployment]
            assert Moment(plan, drill, row.end).holds(gate) != early


@pytest.mark.parametrize("order", ["dependencies", "groups", "best-effort groups"])
def test_an_order_can_be_set(order: str) -> None:
    case = scenario(FOUR, response=response("groups"))
    assert case.with_({"response.order": order}).response.order == order
