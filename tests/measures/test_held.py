"""What held a step, and components that wait for each other: minutes, the arithmetic beside each case."""

from __future__ import annotations

import pytest
from cases import drilled, scenario

from drsim.planning.compile import compile_scenario
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.studies.outlook import Outlook
from drsim.units import HOUR, MINUTE

PLACES = "sites: {here: {}, there: {}}\nlinks: {line: {between: [here, there], bandwidth: 10 MB/s}}\n"
TWO = (
    PLACES
    + """\
teams: {mayor: {}}
components:
  db: {at: {here: active, there: warm}, start: {takes: 10 min}}
  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 20 min}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
)
SLOW = "assess: {takes: 30 min}, decide: {takes: 30 min}"


def response(order: str, groups: str) -> str:
    return f"{{detect: 5 min, {SLOW}, evacuation: 0 s, order: {order}, groups: {groups}}}"


@pytest.mark.parametrize("fire", ["{site: here}", "{site: here, lasts: 12 h}"])
@pytest.mark.parametrize("order", ["groups", "best-effort groups"])
def test_what_waits_for_its_group_while_that_waits_for_it(fire: str, order: str) -> None:
    # go at 65. With `groups` app waits for db, and db for the group of app, for good: no way back from 65 on.
    # With `best-effort groups` app begins without db, 65-85, too early; that is all that db waits for: 85-95, and app 95-115.
    replay = drilled(TWO, horizon="1 d", disruptions=f"{{fire: {fire}}}", response=response(order, "[[app], [db]]"))
    ((what, found),) = replay.explain("s")
    assert what.back == (order == "best-effort groups")
    if what.back:
        assert [(s.cause, s.detail, s.begin // MINUTE, s.end // MINUTE) for s in found[3:]] == [
            ("failed attempt", "start app", 65, 85),
            ("step under way", "db", 85, 95),
            ("step under way", "app", 95, 115),
        ]
        return
    assert [(s.cause, s.detail, s.begin // MINUTE, s.end // MINUTE) for s in found] == [
        ("not yet detected", "detect", 0, 5),
        ("not yet decided", "assess", 5, 35),
        ("not yet decided", "decide", 35, 65),
        ("no way back", "app and db wait for each other", 65, 24 * 60),
    ]


def test_what_is_lost_later_waits_from_then_on() -> None:
    # app runs at a third site; go at 65. It breaks at 100, which is an incident of its own, and nothing of it is held.
    # web (here) waits for nothing; db waits for web's group, web for db: since 65, whatever happens to app.
    replay = drilled(
        PLACES
        + """\
components:
  db: {at: {here: active, there: warm}, start: {takes: 10 min}}
  web: {at: {here: active, there: warm}, needs: [db], start: {takes: 20 min}}
  app: {at: {there: active}, needs: [web]}
services: {s: {points: {p: {at: there, needs: [app]}}}}
""",
        horizon="1 d",
        disruptions="{fire: {site: here}, oops: {component: app, after: 100 min, lasts: 60 min}}",
        response=response("groups", "[[web], [db]]"),
    )
    ((what, found),) = replay.explain("s")
    assert not what.back
    assert sum(segment.length for segment in found) == 24 * HOUR
    last = found[-1]
    assert (last.cause, last.detail) == ("no way back", "db and web wait for each other")
    assert last.begin == 65 * MINUTE


def test_the_plan_names_what_starts_after_a_later_group() -> None:
    def told(order: str, groups: str, needs: str = "[db]") -> str:
        text = TWO.replace("needs: [db]", f"needs: {needs}")
        outlook = Outlook(compile_scenario(scenario(text, response=response(order, groups))))
        assert outlook.to_dict()["against_groups"] == [list(pair) for pair in outlook.against_groups]
        return " ".join(str(planned(outlook, command=Command("FILE"))).split())

    both = "app starts after db, which is in a later group and waits for app"
    assert f"{both}: neither comes back where a site takes both." in told("groups", "[[app], [db]]")
    assert f"{both}: neither" in told("groups", "[[app]]")  # db is in the last group
    assert f"{both}: app begins without it" in told("best-effort groups", "[[app], [db]]")
    assert both not in told("dependencies", "[[app], [db]]")
    assert both not in told("groups", "[[db], [app]]")
    assert both not in told("groups", "[[app, db]]")


def test_the_plan_names_a_step_that_waits_for_a_later_group() -> None:
    def told(order: str, groups: str, steps: str) -> str:
        text = TWO.replace("needs: [db]", "needs: []") + f"steps: {steps}\n"
        outlook = Outlook(compile_scenario(scenario(text, response=response(order, groups))))
        found = outlook.to_dict()["steps_against_groups"]
        assert found == [list(each) for each in outlook.steps_against_groups]
        return " ".join(str(planned(outlook, command=Command("FILE"))).split())

    one = "{approve: {takes: 1 min, after: db, before: app}}"
    two = "{approve: {takes: 1 min, after: look}, look: {takes: 1 min, after: db}, go: {takes: 1 min, after: approve, before: app}}"
    mind = "which is in a later group and waits for app: neither comes back where a site takes both."
    for order in ("groups", "best-effort groups"):
        assert f"app waits for step approve, that for db, {mind}" in told(order, "[[app], [db]]", one)
        assert f"app waits for step go, that for db, {mind}" in told(order, "[[app], [db]]", two)
        assert mind not in told(order, "[[db], [app]]", one)
        assert mind not in told(order, "[[app, db]]", one)
    assert mind not in told("dependencies", "[[app], [db]]", one)
    # and so it goes
    text = TWO.replace("needs: [db]", "needs: []") + f"steps: {one}\n"
    replay = drilled(
        text, {}, disruptions="{fire: {site: here}}", response=response("best-effort groups", "[[app], [db]]")
    )
    assert {row.object for row in replay.trajectory.rows if row.kind == "start" and row.start >= 0} == set()
