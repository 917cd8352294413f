"""Segments explain an interruption without a gap, without an overlap, and add up to it to the millisecond."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from agreement import engine_drill
from hypothesis import HealthCheck, event, given, settings
from made_up import made_up

from drsim.measures.drills import Interruption, groups
from drsim.measures.explanation import CAUSES, Segment, explain
from drsim.model.scenario import Scenario
from drsim.reading import loads
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import Trajectory
from drsim.testing import scenarios
from drsim.units import MINUTE

usual = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
BETWEEN = "in service between"


def check_tiled(what: Interruption, segments: Sequence[Segment]) -> None:
    """The segments fill the interruption one after the other, and its good times are told as such."""
    assert segments[0].begin == what.begin
    assert segments[-1].end == what.end
    assert all(one.end == other.begin for one, other in pairwise(segments)), segments
    assert all(segment.length > 0 and segment.cause in CAUSES for segment in segments)
    assert sum(segment.length for segment in segments) == what.end - what.begin
    assert [(each.begin, each.end) for each in segments if each.cause == BETWEEN] == list(what.good)


def check_explained(drill: Trajectory) -> None:
    computed = levels(drill.plan, [drill])
    for group in groups(drill.plan):
        for what, segments in explain(drill.plan, group, drill, computed):
            event(f"explained, {min(len(what.good), 2)} or more good times between")
            check_tiled(what, segments)


@usual
@given(scenarios(max_disruptions=4))
def test_segments_tile_each_interruption(scenario: Scenario) -> None:
    check_explained(engine_drill(scenario))


@usual
@given(made_up())
def test_segments_tile_what_is_made_up(drills: list[Trajectory]) -> None:
    for drill in drills:
        check_explained(drill)


def test_a_level_that_changes_in_a_good_time_between() -> None:
    """Three points, two of which are the minimum: two are away 0-10, one until 15, none until 20, two until 30."""
    drill = engine_drill(
        loads("""\
drsim: scenario 1
title: two good levels in one interruption
moment: 2015-05-12 10:00
disruptions:
  first: {site: a, lasts: 10 min}
  second: {site: b, lasts: 15 min}
  third: {site: a, after: 20 min, lasts: 10 min}
  fourth: {site: c, after: 20 min, lasts: 10 min}
landscape:
  drsim: landscape 1
  sites: {a: {}, b: {}, c: {}}
  components: {lamp: {at: {a: active}}}
  services:
    s: {targets: {mbco: 60 %}, points: {one: {at: a}, two: {at: b}, three: {at: c}}}
""")
    )
    ((what, segments),) = explain(drill.plan, groups(drill.plan)[0], drill)
    assert (what.begin, what.end, what.good) == (0, 30 * MINUTE, ((10 * MINUTE, 20 * MINUTE),))
    check_tiled(what, segments)
    # Both sites were lost twice; it is the second time that lasted until the end.
    assert [(each.cause, each.detail) for each in segments][-1] in {
        ("waiting for a site", x) for x in ("third", "fourth")
    }
    for broken in (segments[:-1], segments[1:], [*segments, segments[-1]], [segments[0], *segments]):
        with pytest.raises(AssertionError):
            check_tiled(what, broken)
