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
