"""The engine and the plain second implementation give the same drill, for whatever the generator thinks of.

Rows are compared by `==` in all columns of the step table; flags, recoveries and what is lost at the end too.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from agreement import differences, engine_drill, engine_view, reference_drill, reference_view
from hypothesis import HealthCheck, given, settings

from drsim.model.scenario import Scenario
from drsim.testing import scenarios

EXAMPLES = int(os.environ.get("DRSIM_EXAMPLES", "60"))
usual = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
thorough = settings(usual, max_examples=20 * EXAMPLES)


def check(scenario: Scenario) -> None:
    for replication in range(2):
        found = differences(
            engine_view(engine_drill(scenario, 1, replication)),
            reference_view(reference_drill(scenario, 1, replication)),
        )
        assert not found, "\n".join(found[:10])


@usual
@given(scenarios(max_components=6))
def test_small(scenario: Scenario) -> None:
    check(scenario)


@usual
@given(scenarios(max_components=10, max_disruptions=3))
def test_several_disruptions(scenario: Scenario) -> None:
    check(scenario)


@usual
@given(scenarios(max_components=8, durations="any"))
def test_any_durations(scenario: Scenario) -> None:
    check(scenario)


@pytest.mark.long
@thorough
@given(scenarios(max_components=10, max_disruptions=4))
def test_many(scenario: Scenario) -> None:
    check(scenario)


def test_a_difference_is_seen() -> None:
    text = """
drsim: scenario 1
title: two
landscape:
  sites: {a: {}, b: {}}
  links: {ab: {between: [a, b], bandwidth: 1 Gbit/s}}
  components: {x: {at: {a: active, b: warm}, start: {takes: 10 min}}}
  services: {s: {points: {p: {at: b, needs: [x]}}}}
moment: 2015-05-12 10:00
disruptions: {loss: {site: a}}
"""
    from drsim.reading import loads

    drill = engine_drill(loads(text))
    view, other = engine_view(drill), engine_view(drill)
    assert differences(view, reference_view(reference_drill(loads(text)))) == []
    other["changes"] = other["changes"][:-1]
    assert differences(view, other)
    assert differences(engine_view(replace(drill, lost_at_end=[0])), view)


BETWEEN = """\
drsim: scenario 1
title: a case
moment: 2015-05-12 20:00
horizon: 1 d
landscape:
  drsim: landscape 1
  sites: {here: {}, there: {}, apart: {}}
  links: {line: {between: [here, there], bandwidth: 10 MB/s}}
"""
CASES = {
    "the site is back as the decision ends: nobody declares": """\
  components: {app: {at: {here: active, there: warm}, start: {takes: 10 min}}}
disruptions: {fire: {site: here, lasts: 40 min}}
response: {detect: 10 min, assess: {takes: 10 min}, decide: {takes: 20 min}}
""",
    "broken at both sites, both restarted at one instant: both stay active": """\
  components: {c: {at: {here: active, there: warm}, start: {takes: 10 min}, verify: {takes: 30 min}}}
disruptions:
  one: {component: c, lasts: 60 min}
  two: {component: c, after: 240 min, lasts: 60 min, sites: [here, there]}
response: {detect: 5 min, assess: {takes: 10 min}}
""",
    "a store is back: people are free all along, and the restore that waited for a copy starts": """\
  teams: {infra: {}}
  components:
    b:
      at: {here: active, there: cold}
      restore: {by: infra}
      data: {size: 3 GB}
      copies: {kept: {at: here, kind: backup, taken: "daily 19:00", restores: 10 MB/s}}
disruptions: {fire: {site: here, lasts: 4 h}}
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s}
""",
    "a step that was dropped would have ended with another, before anything is drawn": """\
  components:
    app: {at: {here: active}, restart: {takes: 10 to 20 min}}
    web: {at: {here: active, there: hot}}
disruptions: {one: {component: app, lasts: 1 h}, two: {component: web, lasts: 2 h}, late: {link: line, after: 10 h}}
response: {detect: 5 min, assess: {takes: 150 min}}
""",
    "a copy at a store that never was reached is not taken at the instant of the loss": """\
  components:
    b:
      at: {here: active, apart: cold}
      data: {size: 3 GB}
      copies: {kept: {at: apart, kind: backup, taken: "daily 20:00", restores: 10 MB/s}}
disruptions: {crack: {component: b}}
response: {detect: 0 s, assess: {takes: 0 s}}
""",
    "ready, then without ground: `ready` is the last time at which only people were missing": """\
  teams: {infra: {works: "daily 8:00-17:00"}}
  components: {app: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}}
disruptions: {fire: {site: here}, dark: {site: there, after: 10 min}}
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s}
""",
    "a place is lost at the instant at which another serves again: recovered in the incident that lost it": """\
  components: {c: {at: {here: active, there: active}, data: {size: 1 GB}, restart: {takes: 10 min}}}
disruptions: {crash: {component: c, lasts: 5 min}, fire: {site: there, after: 15 min}}
response: {detect: 0 s, assess: {takes: 0 s}}
""",
    "a second corruption becomes known while the standby is looked at for the first: that goes on, and counts": """\
  components:
    app:
      at: {here: active, there: cold}
      start: {takes: 5 min}
      precheck: {takes: 40 min}
      data: {size: 1 GB}
      copies: {kept: {at: there, kind: snapshot, taken: "daily 10:00", restores: 10 MB/s}}
disruptions: {worm: {corruption: app, before: 1 h, detected: 2 h}, bug: {corruption: app, before: 1 h, detected: 150 min}}
response: {assess: {takes: 5 min}}
""",
    "a verification is interrupted by the loss of what asked for it: the next try is asked for by what is left": """\
  components:
    a: {at: {here: active}, restart: {takes: 10 min}}
    b: {at: {there: active}, restart: {takes: 20 min}}
  services: {s: {points: {p: {at: there, needs: [a, b]}}, verify: {takes: 2 h}}}
disruptions:
  one: {component: a, lasts: 20 min}
  two: {component: b, after: 10 min, lasts: 20 min}
  fire: {site: here, after: 1 h, lasts: 10 min}
response: {detect: 0 s, assess: {takes: 0 s}}
""",
    "what is lost for good moves to a new incident of its site: steps of the plan wait for each other there too": """\
  components:
    old: {at: {here: active}, restart: {takes: 2 h}}
    app: {at: {here: active, there: warm}, start: {takes: 10 min}}
  steps: {call: {takes: 30 min, before: [ask]}, ask: {takes: 10 min, before: [old]}}
disruptions: {fire: {site: here, lasts: 1 h}, again: {site: here, after: 2 h, lasts: 3 h}}
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 10 min}}
""",
}


@pytest.mark.parametrize("case", CASES)
def test_cases_that_once_differed(case: str) -> None:
    from drsim.reading import loads

    check(loads(BETWEEN + CASES[case]))
