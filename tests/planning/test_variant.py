"""A variant gives exactly the drills of the changed scenario, compiled again from the model."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreement import engine_view
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from immutabledict import immutabledict

from drsim.distributions import Law
from drsim.errors import DrsimError, InputError
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.planning.variant import variant
from drsim.reading import load, loads
from drsim.simulation.draws import Numbers
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.testing import document_text, landscape_documents, scenario_documents
from drsim.units import Share

SCENARIOS = Path(__file__).parent.parent.parent / "scenarios"
QUIET = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
SEED = 7

Arguments = dict[str, Any]


def drills(plan: Plan, count: int) -> list[Any]:
    """All that drills leave behind."""
    engine, numbers = Engine(plan), Numbers(plan, SEED, 0, count)
    trajectories = [engine.drill(numbers, index) for index in range(count)]
    found = levels(plan, trajectories)
    seen: list[Any] = [found.times.tolist(), found.first.tolist(), found.points.tolist()]
    for drill in trajectories:
        rest = (drill.evacuations, drill.heads, drill.arrivals, drill.outages, drill.ended, drill.changes)
        seen.append((engine_view(drill), rest))
    return seen


def agrees(varied: Plan, scenario: Scenario, count: int) -> None:
    again = compile_scenario(scenario)
    for name in (
        "people",
        "capacity",
        "bandwidth",
        "wait",
        "strategies",
        "never_fits",
        "roots",
        "call_out",
        "takes_part",
    ):
        assert getattr(varied, name) == getattr(again, name), name
    assert [
        outage._replace(after_variable=0, lasts_variable=0, chance_variable=0, detected_variable=0)
        for outage in varied.outages
    ] == [
        outage._replace(after_variable=0, lasts_variable=0, chance_variable=0, detected_variable=0)
        for outage in again.outages
    ]
    assert drills(varied, count) == drills(again, count)


@pytest.fixture(scope="module")
def town_hall() -> Scenario:
    return load(SCENARIOS / "town-hall-lost.yaml")


@pytest.fixture(scope="module")
def plan(town_hall: Scenario) -> Plan:
    return compile_scenario(town_hall)


SITE = "sint-oedenrode"
START = Law.parse("3 h (1 to 9)")
CHANGES: dict[str, tuple[dict[str, Any], Arguments]] = {
    "nothing": ({}, {}),
    "a headcount": ({"teams.infra.people": 5, "teams.apps.people": 2}, {"people": {"infra": 5, "apps": 2}}),
    "a supplier": ({"suppliers.hardware-supplier.people": 3}, {"people": {"hardware-supplier": 3}}),
    "a capacity": ({f"sites.{SITE}.pools.memory": 900}, {"capacity": {(SITE, "memory"): 900}}),
    "a capacity of zero": ({f"sites.{SITE}.pools.seats": 20}, {"capacity": {(SITE, "seats"): 20}}),
    "a bandwidth": ({"links.ring.bandwidth": "10 MB/s"}, {"bandwidth": {"ring": 10_000_000}}),
    "a wait": ({"response.wait": "6 h"}, {"wait": 6 * 3_600_000}),
    "another site": (
        {"disruptions": {"other": {"site": SITE, "after": "1 to 5 h", "lasts": "2 d (1 to 3)"}}},
        {
            "outages": {
                "other": Disruption(
                    kind="site", target=SITE, after=Law.parse("1 to 5 h"), lasts=Law.parse("2 d (1 to 3)")
                )
            }
        },
    ),
    "a common cause": (
        {"disruptions": {"digger": {"links_of": SITE, "lasts": "1 to 5 h"}}},
        {"outages": {"digger": Disruption(kind="links_of", target=SITE, lasts=Law.parse("1 to 5 h"))}},
    ),
    "a cascade": (
        {
            "disruptions": {
                "fire": {"site": "sint-michielsgestel", "after": "2 h", "chance": "60 %"},
                "digger": {"links_of": SITE, "follows": "fire", "after": "1 to 5 h", "chance": "50 %", "lasts": "1 d"},
            }
        },
        {
            "outages": {
                "fire": Disruption(
                    kind="site", target="sint-michielsgestel", after=Law.parse("2 h"), chance=Share.parse("60 %")
                ),
                "digger": Disruption(
                    kind="links_of",
                    target=SITE,
                    follows="fire",
                    after=Law.parse("1 to 5 h"),
                    chance=Share.parse("50 %"),
                    lasts=Law.parse("1 d"),
                ),
            }
        },
    ),
    "no outage": ({"disruptions": {}}, {"outages": {}}),
    "several outages": (
        {
            "disruptions": {
                "ring": {"link": "ring", "lasts": "mean 8 h"},
                "broken": {"component": "oracle", "lasts": "until repaired"},
                "hall": {"site": "sint-michielsgestel", "after": "2 h", "lasts": "the whole drill"},
                "ill": {"team": "infra", "lasts": "3 d"},
                "few": {"team": "apps", "people": 1, "lasts": "2 d"},
            },
            "teams.infra.people": 4,
        },
        {
            "outages": {
                "ring": Disruption(kind="link", target="ring", lasts=Law.parse("mean 8 h")),
                "broken": Disruption(kind="component", target="oracle", until_repaired=True),
                "hall": Disruption(kind="site", target="sint-michielsgestel", after=Law.parse("2 h")),
                "ill": Disruption(kind="team", target="infra", lasts=Law.parse("3 d")),
                "few": Disruption(
                    kind="team",
                    target="apps",
                    people="1",
                    lasts=Law.parse("2 d"),  # type: ignore[arg-type]
                ),
            },
            "people": {"infra": 4},
        },
    ),
    "a duration": (
        {"components.burgerzaken.start.takes": "3 h (1 to 9)"},
        {"laws": {("start", "burgerzaken", SITE): START, ("restart", "burgerzaken", ""): START}},
    ),
    "a duration that becomes certain": (
        {"response.decide.takes": "1 h", "response.detect": "0 s", "response.evacuation": "2 h"},
        {
            "laws": {
                ("decide", "", ""): Law.parse("1 h"),
                ("detect", "", ""): Law.parse("0 s"),
                ("evacuation", "", ""): Law.parse("2 h"),
            }
        },
    ),
    "working hours": (
        {"response.assess.takes": "4 wh", "teams.dba.call_out": "5 h"},
        {"laws": {("assess", "", ""): Law.parse("4 wh"), ("mobilise", "dba", ""): Law.parse("5 h")}},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_variant_of_ple1n(town_hall: Scenario, plan: Plan, name: str) -> None:
    changes, arguments = CHANGES[name]
    agrees(variant(plan, **arguments), town_hall.with_(changes), 4)


def test_each_change_changes_something(plan: Plan) -> None:
    before = drills(plan, 4)
    same = {name for name, (_, arguments) in CHANGES.items() if drills(variant(plan, **arguments), 4) == before}
    assert same <= {"nothing", "a supplier", "a bandwidth"}
    assert "nothing" in same


def test_a_variant_leaves_its_plan_alone(town_hall: Scenario, plan: Plan) -> None:
    for _, arguments in CHANGES.values():
        variant(plan, **arguments)
    assert plan == compile_scenario(town_hall)


def test_a_variant_of_a_variant(town_hall: Scenario, plan: Plan) -> None:
    changes: dict[str, Any] = {}
    varied = plan
    for more, arguments in CHANGES.values():
        changes |= more
        varied = variant(varied, **arguments)
        if more:
            agrees(varied, town_hall.with_(changes), 1)
    back = variant(varied, outages=plan.scenario.disruptions)
    agrees(back, town_hall.with_({**changes, "disruptions": {"town-hall": {"site": "sint-michielsgestel"}}}), 1)


def test_a_whole_team_stays_away_when_it_grows(town_hall: Scenario, plan: Plan) -> None:
    away = {
        "all": Disruption(kind="team", target="infra"),
        "some": Disruption(kind="team", target="apps", people=3),  # type: ignore[arg-type]
    }
    first = variant(plan, outages=away)
    grown = variant(first, people={"infra": 9, "apps": 9})
    assert [outage.heads for outage in grown.outages] == [9, 3]
    changed = town_hall.with_(
        {
            "disruptions": {"all": {"team": "infra"}, "some": {"team": "apps", "people": 3}},
            "teams.infra.people": 9,
            "teams.apps.people": 9,
        }
    )
    agrees(grown, changed, 2)
    assert first.scenario.disruptions == immutabledict(away)
    assert first.scenario.landscape is plan.scenario.landscape


def test_the_law_of_a_step_of_the_plan() -> None:
    text = """\
drsim: scenario 1
title: a call
moment: 2015-05-12 10:00
disruptions: {fire: {site: here}}
landscape:
  sites: {here: {}, there: {}}
  components: {a: {at: {here: active, there: warm}}}
steps: {call: {takes: 10 min, before: a}}
"""
    scenario = loads(text)
    longer = Law.parse("20 to 40 min", "duration")
    varied = variant(compile_scenario(scenario), laws={("task", "call", ""): longer})
    assert drills(varied, 3) == drills(compile_scenario(scenario.with_({"steps.call.takes": "20 to 40 min"})), 3)
    with pytest.raises(DrsimError, match="no object of a task is named 'cal'"):
        variant(varied, laws={("task", "cal", ""): longer})


def test_a_law_that_comes_and_goes_needs_no_more_variables(plan: Plan) -> None:
    certain = {("start", "burgerzaken", ""): Law.constant(1), ("detect", "", ""): Law.constant(2)}
    random = {("start", "burgerzaken", ""): START, ("detect", "", ""): START}
    varied = plan
    for _ in range(3):
        varied = variant(variant(varied, laws=certain), laws=random)
    assert len(varied.variables) == len(plan.variables)


def test_a_variant_pickles(plan: Plan) -> None:
    varied = variant(plan, **CHANGES["several outages"][1])
    assert pickle.loads(pickle.dumps(varied)) == varied


# Each number by itself, in a scenario small enough that every one of them matters


SMALL = loads(
    """\
drsim: scenario 1
title: Two sites and a base
moment: 2015-05-12 10:00
horizon: 5 d
disruptions:
  fire: {site: here, lasts: 3 d}
  ill: {team: users, after: 6 h, lasts: 1 h}
response: {detect: 5 min (2 to 30), assess: {takes: 20 min, by: infra}, decide: {takes: 30 min, by: users}}
landscape:
  sites:
    here: {pools: {hosts: 4, seats: 20}}
    there: {pools: {hosts: 4, seats: 20}}
    base: {travel: {here: 20 min (10 to 60), there: 30 min (15 to 90)}}
  links:
    line: {between: [here, there], bandwidth: 10 MB/s}
    side: {between: [base, there], bandwidth: 20 MB/s}
  teams:
    infra: {people: 2, works: "Mon-Fri 9:00-17:00", based: base, call_out: 10 min (5 to 30)}
    users: {people: 2, works: "daily 9:00-20:00", based: here}
  components:
    app:
      at: {here: active, there: warm}
      uses: {hosts: 1}
      shares: {seats: 20}
      needs: [db]
      start: {takes: 3 h (1 to 9), by: {infra: 1, users: 1}}
      restart: {takes: 2 wh, by: infra}
      repair: {takes: 4 h (2 to 9), by: infra, on_site: true}
    db:
      at: {here: active, there: cold}
      uses: {hosts: 2}
      start: {takes: 30 min (10 to 90), by: infra, on_site: true}
      data: {size: 60 GB}
      copies: {nightly: {at: base, kind: backup, taken: daily 22:00, restores: 15 MB/s (10 to 40)}}
    web:
      at: {here: active, there: hot}
      switch: {takes: 5 min (1 to 20)}
      data: {size: 1 GB}
      copies: {behind: {at: there, kind: asynchronous, lag: 10 min (1 to 60)}}
    pc: {at: {base: active, here: active}, restart: {takes: 10 min, by: users}}
  services:
    permits:
      needs: [app, web]
      verify: {takes: 10 min (5 to 30), by: users}
      points: {desk: {at: base}, counter: {at: there}}
    home: {needs: [pc], points: {desk: {at: base}}}
"""
)
HOME: dict[str, Any] = {"component": "pc", "sites": ["base"], "lasts": "1 d"}
BROKEN: dict[str, Any] = {"component": "app", "after": "10 min"}
ONE_BY_ONE: dict[str, tuple[dict[str, Any], Arguments]] = {
    "room that is too little for ever": ({"sites.there.pools.hosts": 1}, {"capacity": {("there", "hosts"): 1}}),
    "room for one at a time": ({"sites.there.pools.hosts": 2}, {"capacity": {("there", "hosts"): 2}}),
    "a pool that is shared": ({"sites.there.pools.seats": 5}, {"capacity": {("there", "seats"): 5}}),
    "people": ({"teams.infra.people": 1}, {"people": {"infra": 1}}),
    "people of a team that is away": ({"teams.users.people": 4}, {"people": {"users": 4}}),
    "people and who of them is away": (
        {"teams.users.people": 5, "disruptions": {"fire": {"site": "here"}, "ill": {"team": "users", "lasts": "2 d"}}},
        {
            "people": {"users": 5},
            "outages": {
                "fire": Disruption(kind="site", target="here"),
                "ill": Disruption(kind="team", target="users", lasts=Law.parse("2 d")),
            },
        },
    ),
    "a bandwidth": ({"links.side.bandwidth": "1 MB/s"}, {"bandwidth": {"side": 1_000_000}}),
    "a wait": ({"response.wait": "2 h"}, {"wait": 2 * 3_600_000}),
    "from the clock to working hours": (
        {"components.app.start.takes": "9 wh"},
        {"laws": {("start", "app", "there"): Law.parse("9 wh")}},
    ),
    "from working hours to the clock": (
        {"components.app.restart.takes": "20 h", "disruptions.fire.lasts": "1 h"},
        {
            "laws": {("restart", "app", ""): Law.parse("20 h")},
            "outages": {**SMALL.disruptions, "fire": Disruption(kind="site", target="here", lasts=Law.parse("1 h"))},
        },
    ),
    "working hours to find out": (
        {"response.assess.takes": "9 wh (8 to 12)"},
        {"laws": {("assess", "", ""): Law.parse("9 wh (8 to 12)")}},
    ),
    "working hours to decide": ({"response.decide.takes": "7 wh"}, {"laws": {("decide", "", ""): Law.parse("7 wh")}}),
    "a detection": ({"response.detect": "10 to 90 min"}, {"laws": {("detect", "", ""): Law.parse("10 to 90 min")}}),
    "an evacuation": (
        {"response.evacuation": "2 h (1 to 5)"},
        {"laws": {("evacuation", "", ""): Law.parse("2 h (1 to 5)")}},
    ),
    "a call": (
        {"teams.infra.call_out": "3 h (2 to 4)"},
        {"laws": {("mobilise", "infra", ""): Law.parse("3 h (2 to 4)")}},
    ),
    "a journey": (
        {"sites.base.travel.there": "2 h"},
        {"laws": {("travel", "infra", "there"): Law.parse("2 h")}},
    ),
    "a rate": (
        {"components.db.copies.nightly.restores": "2 MB/s"},
        {"laws": {("restores", "db", "nightly"): Law.parse("2 MB/s", "rate")}},
    ),
    "a lag": (
        {"components.web.copies.behind.lag": "2 h"},
        {"laws": {("lag", "web", "behind"): Law.parse("2 h")}},
    ),
    "a switch": (
        {"components.web.switch.takes": "1 h"},
        {"laws": {("switch", "web", "there"): Law.parse("1 h")}},
    ),
    "a check": (
        {"services.permits.verify.takes": "2 wh"},
        {"laws": {("verify", f"permits.{point}", ""): Law.parse("2 wh") for point in ("desk", "counter")}},
    ),
    "both sites": (
        {"disruptions": {"both": {"component": "pc", "lasts": "1 d"}}},
        {"outages": {"both": Disruption(kind="component", target="pc", lasts=Law.parse("1 d"))}},
    ),
    "one of two sites": (
        {"disruptions": {"home": HOME}},
        {
            "outages": {
                "home": Disruption(kind="component", target="pc", sites=("base",), lasts=Law.parse("1 d")),
            }
        },
    ),
    "a break, to which people travel": (
        {"disruptions": {"broken": BROKEN}},
        {
            "outages": {
                "broken": Disruption(kind="component", target="app", after=Law.parse("10 min"), until_repaired=True)
            }
        },
    ),
    "a break and how it is found": (
        {"disruptions": {"broken": BROKEN}, "response.detect": "1 h", "response.assess.takes": "2 wh (1 to 3)"},
        {
            "outages": {
                "broken": Disruption(kind="component", target="app", after=Law.parse("10 min"), until_repaired=True)
            },
            "laws": {("detect", "", ""): Law.parse("1 h"), ("assess", "", ""): Law.parse("2 wh (1 to 3)")},
        },
    ),
}


@pytest.fixture(scope="module")
def small_plan() -> Plan:
    return compile_scenario(SMALL)


@pytest.fixture(scope="module")
def small_drills(small_plan: Plan) -> list[Any]:
    return drills(small_plan, 6)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_each_number_by_itself(small_plan: Plan, small_drills: list[Any], name: str) -> None:
    changes, arguments = ONE_BY_ONE[name]
    varied = variant(small_plan, **arguments)
    agrees(varied, SMALL.with_(changes), 6)
    assert drills(varied, 6) != small_drills, "this changes nothing, so it shows nothing"
    assert small_plan == compile_scenario(SMALL)


def test_each_number_after_another(small_plan: Plan) -> None:
    pairs = list(ONE_BY_ONE.values())
    for (first, one), (then, other) in zip(pairs, pairs[1:] + pairs[:1], strict=True):
        if "disruptions" in {key.split(".")[0] for key in (*first, *then)}:
            continue
        agrees(variant(variant(small_plan, **one), **other), SMALL.with_({**first, **then}), 2)


def test_the_hours_of_a_step_are_those_of_its_first_team(small_plan: Plan) -> None:
    varied = variant(small_plan, laws={("start", "app", ""): Law.parse("3 wh"), ("restart", "app", ""): START})
    hours = {(step.kind, step.object): step.hours for step in varied.steps if step.object == "app"}
    assert hours["start", "app"] == varied.team_hours[0] != varied.team_hours[1]
    assert hours["restart", "app"] == -1


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"people": {"infr": 2}}, "no team or supplier is named 'infr': .*did you mean 'infra'"),
        ({"people": {"infra": 0}}, "team or supplier 'infra': people 0, at least 1 is needed"),
        ({"capacity": {("sint-oedenrod", "memory"): 1}}, "no site is named .*did you mean 'sint-oedenrode'"),
        ({"capacity": {(SITE, "memry"): 1}}, "no pool at 'sint-oedenrode' is named 'memry': .*did you mean 'memory'"),
        ({"capacity": {(SITE, "memory"): -1}}, "room -1, at least 0 is needed"),
        (
            {"capacity": {("sint-michielsgestel", "memory"): 1}},
            "what runs at 'sint-michielsgestel' uses .* memory of 1",
        ),
        (
            {"capacity": {("sint-michielsgestel", "seats"): 1}},
            "'[a-z-]+' is below its minimum while nothing is lost",
        ),
        ({"bandwidth": {"rin": 1}}, "no link is named 'rin': .*did you mean 'ring"),
        ({"bandwidth": {"ring": -1}}, "at least 0 is needed"),
        ({"wait": -1}, "wait -1 ms: at least 0 is needed"),
        ({"outages": {"x": Disruption(kind="site", target="haren")}}, "no site is named .*did you mean 'haaren'"),
        ({"outages": {"x": Disruption(kind="link", target="rin")}}, "no link is named 'rin'"),
        ({"outages": {"x": Disruption(kind="team", target="infr")}}, "did you mean 'infra'"),
        ({"outages": {"x": Disruption(kind="component", target="oracl")}}, "did you mean 'oracle'"),
        (
            {"outages": {"x": Disruption(kind="component", target="oracle", sites=("haaren",))}},
            "no site of 'oracle' is named 'haaren'",
        ),
        (
            {"outages": {"x": Disruption(kind="component", target="zaakregistratie", until_repaired=True)}},
            "cannot last until repaired: 'zaakregistratie' has no 'repair'",
        ),
        ({"outages": {"x": Disruption(kind="site", target=SITE, after=Law.parse("99 d"))}}, "when the drill is over"),
        (
            {"outages": {"x": Disruption(kind="team", target="infra", people=30)}},  # type: ignore[arg-type]
            "30 people are away, but 'infra' has 3",
        ),
        (
            {"outages": {"x": Disruption(kind="site", target=SITE, until_repaired=True)}},
            "'x': 'until_repaired' says nothing about a site, it is for a component",
        ),
        (
            {"outages": {"x": Disruption(kind="link", target="ring", sites=(SITE,))}},
            "'x': 'sites' says nothing about a link, it is for a component",
        ),
        (
            {"outages": {"x": Disruption(kind="site", target=SITE, people=1)}},  # type: ignore[arg-type]
            "'x': 'people' says nothing about a site, it is for a team",
        ),
        (
            {"outages": {"x": Disruption(kind="component", target="oracle", lasts=START, until_repaired=True)}},
            "'x' lasts '3 h .1 to 9.' and until repaired: give one of the two",
        ),
        (
            {"laws": {("works", "oracle", SITE): START}},
            "no kind of law is named 'works': expected one of: precheck, switch",
        ),
        ({"laws": {("lasts", "town-hall", ""): START}}, "no kind of law is named 'lasts'"),
        ({"laws": {("settle", "", ""): START}}, "no kind of law is named 'settle'"),
        ({"laws": {("repair", "zaakregistratie", ""): START}}, "no object of a repair is named 'zaakregistratie'"),
        ({"laws": {("strt", "oracle", SITE): START}}, "no kind of law is named 'strt': .*did you mean 'start'"),
        ({"laws": {("start", "oracl", SITE): START}}, "did you mean 'oracle'"),
        ({"laws": {("start", "oracle", "haaren"): START}}, "no start of 'oracle' at a site is named 'haaren'"),
        ({"laws": {("mobilise", "infr", ""): START}}, "did you mean 'infra'"),
        ({"laws": {("travel", "infra", "haarn"): START}}, "no destination of 'infra' is named 'haarn'"),
        ({"laws": {("travel", "crisis-team", SITE): START}}, "no team that travels is named 'crisis-team'"),
        ({"laws": {("lag", "oracle", "x"): START}}, "no copy of 'oracle' with 'lag' is named 'x'"),
        ({"laws": {("restores", "oracl", "x"): Law.parse("1 MB/s", "rate")}}, "did you mean 'oracle'"),
        ({"laws": {("restores", "oracle", "x"): START}}, "is a duration, and 'restores' takes a rate"),
        ({"laws": {("detect", "oracle", ""): START}}, "no detect of its own is named 'oracle'"),
        (
            {"laws": {("mobilise", "infra", ""): Law.parse("2 wh")}},
            "in working hours, and 'mobilise' runs on the clock",
        ),
        ({"laws": {("restart", "power", ""): Law.parse("2 wh")}}, "nobody is there to work them"),
    ],
)
def test_what_is_refused(plan: Plan, arguments: Arguments, message: str) -> None:
    with pytest.raises(DrsimError, match=message):
        variant(plan, **arguments)


def test_a_watch_and_wrong_diagnoses_stay_with_other_outages() -> None:
    watch = {"within": "daily 9:00-10:30", "takes": "1 h (0.5 to 2)", "otherwise": "2 h (1 to 3)"}
    scenario = SMALL.with_(
        {
            "response.assess": {"takes": "1 h (0.5 to 3)", "wrong": "50 %", "costs": "2 h (1 to 9)"},
            "components.app.detect": watch,
        }
    )
    outages = {"broken": BROKEN, "home": HOME}
    changed = scenario.with_({"disruptions": outages, "response.detect": "10 to 90 min"})
    varied = variant(
        compile_scenario(scenario),
        outages=changed.disruptions,
        laws={("detect", "", ""): Law.parse("10 to 90 min")},
    )
    agrees(varied, changed, 16)
    by_hour = compile_scenario(SMALL.with_({"response.detect": watch}))
    with pytest.raises(DrsimError, match="'detect' goes by the hour"):
        variant(by_hour, laws={("detect", "", ""): Law.parse("1 h")})
    with pytest.raises(DrsimError, match="not both in working hours"):
        variant(compile_scenario(scenario), laws={("assess", "", ""): Law.parse("1 wh")})


def test_people_with_skills_are_changed_in_the_landscape() -> None:
    skilled = SMALL.with_({"teams.users": {"based": "here", "people": 3, "skills": {"forms": "anna"}}})
    with pytest.raises(DrsimError, match="'users' has people who are told apart"):
        variant(compile_scenario(skilled), people={"users": 4})


def test_people_in_shifts_are_changed_in_the_landscape() -> None:
    shifts = {"teams.users": {"based": "here", "shifts": {"day": {"people": 3, "works": "daily 8:00-17:00"}}}}
    with pytest.raises(DrsimError, match="'users' works in shifts"):
        variant(compile_scenario(SMALL.with_(shifts)), people={"users": 4})


@pytest.mark.parametrize(
    "asks",
    [
        {"components.app.start": {"takes": "1 h", "by": {"infra": 2}}},
        {"components.web.restore": {"by": {"infra": 2}}},  # it has nothing to restore, so no drill comes to it
        {"components.pc.verify": {"takes": "1 h", "by": {"infra": 2}}},
        {"services.home.verify": {"takes": "1 h", "by": {"infra": 2}}},
        {"response.decide": {"takes": "1 h", "by": {"infra": 2}}},
    ],
)
def test_a_crew_that_cannot_be_there_is_refused(asks: dict[str, Any]) -> None:
    scenario = SMALL.with_(asks)
    assert variant(compile_scenario(scenario), people={"infra": 2}).people[0] == 2
    with pytest.raises(InputError, match="2 of 'infra' are asked for, who are 1"):
        scenario.with_({"teams.infra.people": 1})
    with pytest.raises(DrsimError, match="2 of 'infra' are asked for, who are 1"):
        variant(compile_scenario(scenario), people={"infra": 1})


# Generated scenarios


def headcounts(scenario: Scenario, draw: Callable[..., Any]) -> tuple[dict[str, Any], Arguments]:
    changes, people = {}, {}
    for section in ("teams", "suppliers"):
        for name, team in getattr(scenario.landscape, section).items():
            if draw(st.booleans()) and not team.shifts and team.on_call is None and not team.heads:
                people[name] = changes[f"{section}.{name}.people"] = draw(st.integers(1, 6))
    return changes, {"people": people}


def rooms(scenario: Scenario, draw: Callable[..., Any]) -> tuple[dict[str, Any], Arguments]:
    changes, capacity = {}, {}
    for name, site in scenario.landscape.sites.items():
        for pool, count in site.pools.items():
            if draw(st.booleans()):
                room = max(0, count.number + draw(st.integers(-4, 4)))
                capacity[name, pool] = changes[f"sites.{name}.pools.{pool}"] = room
    return changes, {"capacity": capacity}


def lines(scenario: Scenario, draw: Callable[..., Any]) -> tuple[dict[str, Any], Arguments]:
    changes, bandwidth = {}, {}
    for name in scenario.landscape.links:
        if draw(st.booleans()):
            bandwidth[name] = draw(st.integers(1, 50)) * 1_000_000
            changes[f"links.{name}.bandwidth"] = f"{bandwidth[name] // 1_000_000} MB/s"
    wait = draw(st.integers(0, 5))
    return {**changes, "response.wait": f"{wait} h"}, {"bandwidth": bandwidth, "wait": wait * 3_600_000}


LAWS = ("0 s", "1 h", "20 min (5 to 90)", "median 30 min p95 4 h", "2 to 6 h")
RATES = ("5 MB/s", "20 MB/s (5 to 90)")


def new_laws(scenario: Scenario, draw: Callable[..., Any]) -> tuple[dict[str, Any], Arguments]:
    """New laws for some of what has one."""
    plan, landscape = compile_scenario(scenario), scenario.landscape
    kinds = {(step.kind, step.object) for step in plan.steps}
    changes: dict[str, Any] = {}
    laws: dict[tuple[str, str, str], Law] = {}

    def law(path: str, *names: tuple[str, str, str], written: tuple[str, ...] = LAWS, working: bool = False) -> None:
        if draw(st.booleans()):
            text = draw(st.sampled_from((*written, "3 wh") if working else written))
            changes[path] = text
            for name in names:
                laws[name] = Law.parse(text, "rate" if written is RATES else "duration")

    for name, component in landscape.components.items():
        for key in ("start", "switch", "restart", "repair", "verify"):
            step = getattr(component, key)
            of = [key, *(["restart"] if key == "start" and component.restart is None else [])]
            if step is not None:
                named = [(kind, name, "") for kind in of if (kind, name) in kinds]
                law(f"components.{name}.{key}.takes", *named, working=bool(step.by))
        for label, copy in component.copies.items():
            if copy.lag is not None:
                law(f"components.{name}.copies.{label}.lag", ("lag", name, label))
            if copy.restores is not None:
                law(f"components.{name}.copies.{label}.restores", ("restores", name, label), written=RATES)
    for name, service in landscape.services.items():
        if service.verify is not None:
            points = [("verify", f"{name}.{point}", "") for point in service.points]
            law(f"services.{name}.verify.takes", *points, working=bool(service.verify.by))
    for section in ("teams", "suppliers"):
        for name in getattr(landscape, section):
            law(f"{section}.{name}.call_out", ("mobilise", name, ""))
    for name, site in landscape.sites.items():
        for other in site.travel:
            ways = {
                ("travel", plan.structure.teams[team], to)
                for team, to in plan.travel
                if {to, plan.structure.sites[plan.structure.based[team]]} == {name, other}
            }
            law(f"sites.{name}.travel.{other}", *sorted(ways))
    law("response.evacuation", ("evacuation", "", ""))
    if isinstance(scenario.response.detect, Law):  # by the hour it is refused
        law("response.detect", ("detect", "", ""))
    law("response.decide.takes", ("decide", "", ""), working=bool(scenario.response.decide.by))
    assess = scenario.response.assess
    if assess.costs is None:
        law("response.assess.takes", ("assess", "", ""), working=bool(assess.by))
    else:
        both = ("3 wh",) if assess.costs.working else LAWS
        law("response.assess.takes", ("assess", "", ""), written=both)
    return changes, {"laws": laws}


def compared(scenario: Scenario, changes: dict[str, Any], arguments: Arguments) -> None:
    """What the notation refuses, a variant refuses; else the drills are the same."""
    plan = compile_scenario(scenario)
    try:
        again = scenario.with_(changes)
    except InputError:
        with pytest.raises(DrsimError):
            variant(plan, **arguments)
        return
    agrees(variant(plan, **arguments), again, 2)


@pytest.mark.parametrize("change", [headcounts, rooms, lines, new_laws])
@settings(QUIET, max_examples=40)
@given(document=scenario_documents(durations="any", tests=False), data=st.data())
def test_any_number_may_change(change: Callable[..., Any], document: dict[str, Any], data: st.DataObject) -> None:
    scenario = loads(document_text(document))
    compared(scenario, *change(scenario, data.draw))


@st.composite
def two_drills(draw: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two scenarios of one landscape."""
    landscape = draw(landscape_documents())
    return draw(scenario_documents(landscape, tests=False)), draw(scenario_documents(landscape, tests=False))


def corrupted(scenario: Scenario) -> set[int]:
    """The components whose data is corrupted."""
    plan = compile_scenario(scenario)
    return {plan.structure.deployments[d][0] for o in plan.outages if o.kind == "corruption" for d in o.targets}


@settings(QUIET, max_examples=60)
@given(two_drills(), st.data())
def test_outages_may_change_with_all_else(pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject) -> None:
    one, other = (loads(document_text(document)) for document in pair)
    written = pair[1].get("disruptions", {})
    changes: dict[str, Any] = {"disruptions": written}
    arguments: Arguments = {"outages": other.disruptions}
    try:
        replaced = one.with_(changes)
    except InputError:
        with pytest.raises(DrsimError):
            variant(compile_scenario(one), **arguments)
        return
    if corrupted(one) != corrupted(other):
        with pytest.raises(DrsimError, match="other data is corrupted"):
            variant(compile_scenario(one), **arguments)
        return
    for change in (headcounts, rooms, lines, new_laws):
        more, named = change(replaced, data.draw)
        changes |= more
        arguments |= named
    try:
        all_changed = one.with_(changes)
    except InputError:
        assume(False)
    agrees(variant(compile_scenario(one), **arguments), all_changed, 2)
    # one after the other, whatever was there before
    varied = variant(compile_scenario(one), outages=other.disruptions)
    for name in ("people", "capacity", "bandwidth", "wait", "laws"):
        varied = variant(varied, **{name: arguments[name]})
    agrees(varied, all_changed, 1)


def test_people_and_outages_change_together() -> None:
    """Two of three are away; with one there, and nobody away, only the new outages count."""
    text = "drsim: scenario 1\ntitle: t\nmoment: 2015-05-12 10:00\ndisruptions: {away: {team: infra, people: 2}}\n"
    text += "landscape:\n  sites: {here: {}}\n  teams: {infra: {people: 3}}\n"
    text += "  components: {app: {at: {here: active}, restart: {takes: 1 h, by: infra}}}\n"
    plan = compile_scenario(loads(text))
    assert variant(plan, people={"infra": 1}, outages={}).people == (1,)
    with pytest.raises(DrsimError, match="2 people are away"):
        variant(plan, people={"infra": 1})


def test_outages_may_ask_for_hours_that_nothing_asked_for_before() -> None:
    """Each site has a detection of its own, so that of the response matters only once a component breaks."""
    bare = SMALL.with_(
        {
            "disruptions": {},
            "response.detect": {"within": "daily 8:00-18:00", "takes": "5 min", "otherwise": "2 h"},
            **{f"sites.{site}.detect": "10 min" for site in SMALL.landscape.sites},
            "moment": "2015-05-12 19:00",
        }
    )
    broken = bare.with_({"disruptions": {"broken": {"component": "app", "lasts": "1 h"}}})
    agrees(variant(compile_scenario(bare), outages=broken.disruptions), broken, 4)
