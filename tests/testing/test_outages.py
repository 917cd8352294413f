"""What may break in a landscape of one's own: what is drawn, that all of it could be written, and what it shrinks to."""

from __future__ import annotations

from typing import Any

import pytest
from agreement import differences, engine_view
from hypothesis import HealthCheck, Phase, event, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drsim.errors import DrsimError, InputError
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reading import dump, loads, loads_landscape
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.studies.breakable import KINDS
from drsim.testing import landscapes, outage, outages, reordered, with_less_room
from drsim.testing.promises import _plan

TEXT = """\
drsim: landscape 1
sites:
  here: {pools: {hosts: 4}, power: {ups: 10 min}}
  there: {pools: {hosts: 3}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
teams: {infra: {people: 3}, alone: {people: 1}}
components:
  app: {at: {here: active, there: warm}, uses: {hosts: 2}, labels: [vendor], start: {takes: 10 min, by: infra}}
  base: {at: {there: active}, uses: {hosts: 1}, labels: [vendor]}
  data:
    at: {here: active, there: cold}
    data: {size: 1 GB}
    copies: {kept: {at: there, kind: backup, taken: "daily 22:00", restores: 10 MB/s}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
LAND = loads_landscape(TEXT)
FEW = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


def examples(strategy: SearchStrategy[Scenario], count: int = 300) -> list[Scenario]:
    found: list[Scenario] = []

    @settings(FEW, max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def run(case: Scenario) -> None:
        found.append(case)

    run()
    return found


def hit(case: Scenario) -> list[tuple[str, str]]:
    return [(what.kind, what.target) for what in case.disruptions.values()]


def test_all_that_may_break_is_drawn_and_nothing_else() -> None:
    found = {each for case in examples(outages(LAND, kinds=KINDS)) for each in hit(case)}
    assert found == {
        *(("component", name) for name in ("app", "base", "data")),
        *(("site", name) for name in ("here", "there")),
        ("link", "line"),
        *(("links_of", name) for name in ("here", "there")),
        ("label", "vendor"),
        *(("team", name) for name in ("infra", "alone")),
        ("power", "here"),
        ("corruption", "data"),
    }
    some = [what for case in examples(outages(LAND, kinds=["people"])) for what in case.disruptions.values()]
    assert {(what.target, what.people.number) for what in some if what.people} == {("infra", 1), ("infra", 2)}
    assert "corruption" not in {kind for case in examples(outages(LAND)) for kind, _ in hit(case)}
    assert {name for case in examples(outages(LAND, names=["app", "here"])) for _, name in hit(case)} == {"app", "here"}


def test_how_many_when_and_in_which_order() -> None:
    cases = examples(outages(LAND, at_least=1, at_most=3, moment="any"))
    assert {len(case.disruptions) for case in cases} == {1, 2, 3}
    assert all(len(set(hit(case))) == len(case.disruptions) for case in cases)
    assert len({(case.moment.weekday(), case.moment.hour) for case in cases if case.moment}) > 60
    every = [what for case in cases for what in case.disruptions.values()]
    assert {what.lasts.text for what in every if what.lasts} == {"1 h", "4 h", "1 d", "3 d"}
    assert any(what.follows for what in every)
    assert any(what.after.fixed and not what.follows for what in every)
    at_once = examples(outages(LAND, at_least=2, later=[]), 60)
    assert all(not what.after.fixed and not what.follows for case in at_once for what in case.disruptions.values())
    assert {case.moment for case in examples(outages(LAND, moment=None), 10)} == {None}


@settings(FEW, max_examples=60)
@given(st.data())
def test_what_is_drawn_could_be_written_and_gives_the_same_drill_however_it_is_compiled(data: st.DataObject) -> None:
    land = data.draw(landscapes(max_components=5))
    try:
        strategy = outages(land, kinds=KINDS, moment="any", at_most=3)
    except DrsimError:
        event("nothing to drill")
        return
    if data.draw(st.booleans()):
        strategy = strategy.flatmap(reordered if data.draw(st.booleans()) else with_less_room)
    case = data.draw(strategy)
    again = loads(dump(case))
    assert again == case
    one, other = _plan(case, case.disruptions), compile_scenario(again)
    drills = [Engine(plan).drill(Numbers(plan, 1, 0, 1), 0) for plan in (one, other)]
    assert not differences(*(engine_view(drill) for drill in drills))


def test_the_smallest() -> None:
    smallest = find(outages(LAND, moment="any"), lambda _: True, settings=FEW)
    assert hit(smallest) == [("component", "app")]
    (what,) = smallest.disruptions.values()
    assert (what.lasts.text, what.after.fixed) == ("1 h", 0)
    assert f"{smallest.moment:%a %H:%M}" == "Tue 10:00"
    two = find(outages(LAND, moment="any", at_most=3), lambda case: len(case.disruptions) > 1, settings=FEW)
    assert hit(two) in ([("component", "app"), ("component", "base")], [("component", "base"), ("component", "app")])
    assert all(what.lasts.text == "1 h" and not what.after.fixed for what in two.disruptions.values())


def test_one_by_hand() -> None:
    case = outage(
        LAND, "site here after 30 min for 2 h", "team infra", at="2015-05-14 03:00", horizon="7 d", lasts="1 d"
    )
    site, team = case.disruptions.values()
    assert (site.kind, site.target, site.after.text, site.lasts.text) == ("site", "here", "30 min", "2 h")
    assert (team.kind, team.target, team.lasts.text) == ("team", "infra", "1 d")
    assert (f"{case.moment:%d %H:%M}", case.horizon.text) == ("14 03:00", "7 d")
    (known,) = outage(LAND, "corruption data for 6 h").disruptions.values()
    assert known.detected.text == "6 h"
    assert not outage(LAND).disruptions


def test_the_plan_in_another_order_and_with_less_room() -> None:
    case = outage(LAND, "site here")
    orders = examples(reordered(case), 100)
    assert {each.response.order for each in orders} == {"dependencies", "groups", "best-effort groups"}
    assert {each.response.groups for each in orders} == {(("app",), ("data",)), (("data",), ("app",))}
    room = {
        (site, each.landscape.sites[site].pools["hosts"].number)
        for each in examples(with_less_room(case), 100)
        for site in ("here", "there")
        if each.landscape.sites[site].pools != LAND.sites[site].pools
    }
    # here 2 of 4 are in use; there 1 of 3: 75 % of 3 is 2.25, and a part of a host is a host
    assert room == {("here", 3), ("here", 2), ("there", 2), ("there", 1)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kinds": ["sites"]}, "nothing is of the kind 'sites': expected one of: component, site"),
        ({"names": ["her"]}, "nothing that may break is named 'her'"),
        ({"at_least": 3, "at_most": 2}, "at_least must be from 0 to at_most"),
        ({"kinds": ["link"], "at_least": 2}, "there are 1 things that could break"),
        ({"lasts": "4 h"}, "lasts '4 h': give several"),
        ({"later": ["4 wh"]}, "later '4 wh' is working time"),
        ({"moment": "Tuesday"}, "'Tuesday' is no moment"),
        ({"horizon": "long"}, "horizon 'long'"),
    ],
)
def test_refusals(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DrsimError) as refused:
        outages(LAND, **arguments)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("here", "'here' is no outage"),
        ("sites here", "nothing is of the kind 'sites'"),
        ("people infra", "nothing is of the kind 'people'"),
        ("site nowhere", "no site is named 'nowhere'"),
        ("site here for ever", "outage-1.lasts"),
    ],
)
def test_refusals_of_one_by_hand(text: str, message: str) -> None:
    with pytest.raises((DrsimError, InputError)) as refused:
        outage(LAND, text)
    assert message in str(refused.value)
