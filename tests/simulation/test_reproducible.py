"""A drill depends on the scenario, the seed and its number alone."""

from __future__ import annotations

import json
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from agreement import engine_view
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drsim.measures.drills import Block
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.simulation.draws import Numbers, uniforms
from drsim.simulation.engine import Engine
from drsim.simulation.levels import levels
from drsim.studies.replay import Replay
from drsim.studies.run import drill, run
from drsim.testing import document_text, scenario_documents, scenarios
from drsim.units import MINUTE

TOWN = """\
drsim: scenario 1
title: a small town
moment: any moment of the week
disruptions: {fire: {site: here, lasts: 1 to 30 h}}
response: {detect: 5 min (1 to 30), decide: {takes: 30 min (10 to 90), by: crisis}}
horizon: 3 d
landscape:
  drsim: landscape 1
  sites: {here: {pools: {hosts: 8}}, there: {pools: {hosts: 2}, travel: {here: 25 min (15 to 50)}}}
  links: {line: {between: [here, there], bandwidth: 100 MB/s}}
  teams:
    crisis: {people: 3}
    infra: {people: 2, works: "Mon-Fri 8:30-17:30", based: here, call_out: 10 to 60 min}
  components:
    oracle:
      at: {here: active, there: warm}
      uses: {hosts: 1}
      start: {takes: median 30 min p95 2 h, by: infra, works: 80 %, attempts: 2, on_site: true}
      data: {size: 600 GB}
      copies:
        mirror: {at: there, kind: asynchronous, lag: mean 5 min, works: 90 %}
        nightly: {at: there, kind: backup, taken: daily 22:00, restores: 75 MB/s (35 to 90)}
    app:
      at: {here: active, there: warm}
      needs: [oracle]
      uses: {hosts: 1}
      start: {takes: 10 min (5 to 60), by: infra}
      verify: {takes: mean 20 min, by: infra}
  services:
    permits: {targets: {rto: 8 h, rpo: 1 d}, demand: 38/day, points: {desk: {at: there, needs: [app]}}}
"""


def bytes_of(block: Block) -> dict[str, bytes]:
    return {field.name: getattr(block, field.name).tobytes() for field in fields(Block)}


def town() -> Any:
    return loads(TOWN)


@pytest.fixture(scope="module")
def once() -> Any:
    return run(town(), replications=164, seed=7, workers=1)


def test_the_example_is_uncertain(once: Any) -> None:
    assert len(set(once.block.recovery[0].tolist())) > 100
    assert len(set(once.block.data_loss[0].tolist())) > 50
    assert len(set(once.block.contacts_lost[0].tolist())) > 100


def test_the_same_seed_gives_the_same_bytes(once: Any) -> None:
    assert bytes_of(run(town(), replications=164, seed=7, workers=1).block) == bytes_of(once.block)
    assert bytes_of(run(town(), replications=164, seed=8, workers=1).block) != bytes_of(once.block)


def test_threads_give_the_same_bytes(once: Any) -> None:
    for workers in (1, 2):
        with ThreadPoolExecutor(workers) as pool:
            assert bytes_of(run(town(), replications=164, seed=7, executor=pool).block) == bytes_of(once.block)


def test_workers_give_the_same_bytes(once: Any) -> None:
    assert bytes_of(run(town(), replications=164, seed=7, workers=2).block) == bytes_of(once.block)


def test_processes_give_the_same_bytes(once: Any) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert bytes_of(run(town(), replications=164, seed=7, executor=pool).block) == bytes_of(once.block)


def test_the_first_hundred_of_a_thousand_are_the_hundred(once: Any) -> None:
    few = run(town(), replications=100, seed=7, workers=1)
    many = run(town(), replications=1000, seed=7, workers=2)
    for block in (once.block, many.block):
        for field in fields(Block):
            if field.name != "profile":  # a sum over the drills
                first = getattr(block, field.name)[:, :100]
                assert getattr(few.block, field.name).tobytes() == first.tobytes(), field.name


def test_a_replay_is_the_drill_of_the_run(once: Any) -> None:
    plan = once.plan
    engine = Engine(plan)
    for number in (0, 1, 63, 64, 127, 163):
        replay = Replay.of(plan, 7, number)
        assert replay.drill == number
        there = [i for i, group in enumerate(once.groups) if group.point is None and group.municipality is None]
        longest = replay.longest("permits")
        assert once.block.interruptions[there[0], number] == len(replay.interruptions("permits"))
        if longest is None:
            assert once.block.recovery[there[0], number] == 0
        elif longest[0].back:
            assert once.block.recovery[there[0], number] == longest[0].end - longest[0].begin
        # an engine that drilled before, a slice that begins elsewhere, and a fresh one: all the same
        first = max(0, number - 5)
        inside = engine.drill(Numbers(plan, 7, first, 6), number - first)
        for other in (inside, drill(plan, 7, number), replay.trajectory):
            assert engine_view(other) == engine_view(replay.trajectory)


@settings(derandomize=True, deadline=None, max_examples=15, database=None, suppress_health_check=list(HealthCheck))
@given(scenarios(max_disruptions=4), st.integers(0, 2**50))
def test_a_slice_gives_what_each_drill_gives_alone(scenario: Any, seed: int) -> None:
    plan = compile_scenario(scenario)
    engine, numbers = Engine(plan), Numbers(plan, seed, 3, 4)
    for index in (2, 0, 3, 1):
        alone = drill(compile_scenario(scenario), seed, 3 + index)
        together = engine.drill(numbers, index)
        assert engine_view(together) == engine_view(alone)


def shuffled(part: Any, luck: random.Random) -> Any:
    """The entries of every mapping in another order; `drsim` comes first."""
    if isinstance(part, dict):
        keys = list(part)
        luck.shuffle(keys)
        keys.sort(key=lambda key: key != "drsim")
        return {key: shuffled(part[key], luck) for key in keys}
    return [shuffled(item, luck) for item in part] if isinstance(part, list) else part


@settings(derandomize=True, deadline=None, max_examples=15, database=None, suppress_health_check=list(HealthCheck))
@given(scenario_documents(max_disruptions=4), st.integers(0, 2**32))
def test_the_order_of_entries_changes_nothing(document: Any, luck: int) -> None:
    other = shuffled(document, random.Random(luck))
    one, two = loads(document_text(document)), loads(document_text(other))
    assert one == two
    left, right = (drill(compile_scenario(scenario), 5, 0) for scenario in (one, two))
    assert engine_view(left) == engine_view(right)
    a, b = levels(left.plan, [left]), levels(right.plan, [right])
    assert a.times.tolist() == b.times.tolist()
    assert a.points.tolist() == b.points.tolist()


def test_the_order_of_entries_changes_no_run() -> None:
    import yaml

    document = yaml.safe_load(TOWN)
    text = json.dumps(shuffled(document, random.Random(1)))
    assert text != json.dumps(document)
    one, two = (run(loads(t), replications=20, seed=7, workers=1).block for t in (TOWN, text))
    assert bytes_of(one) == bytes_of(two)


def test_something_unrelated_changes_no_luck() -> None:
    more = TOWN.replace(
        "  services:\n", "    aardvark: {at: {here: active, there: hot}, switch: {takes: 1 to 9 min}}\n  services:\n"
    )
    assert more != TOWN
    one, two = compile_scenario(town()), compile_scenario(loads(more))
    assert len(two.variables) > len(one.variables)
    first, second = Numbers(one, 7, 0, 50), Numbers(two, 7, 0, 50)
    place = {variable: i for i, variable in enumerate(two.variables)}
    for i, variable in enumerate(one.variables):
        for incident, attempt in ((0, 0), (0, 1), (2, 0)):
            assert first.column(i, incident, attempt) == second.column(place[variable], incident, attempt)
    for number in range(20):
        before = engine_view(drill(one, 7, number))["rows"]
        after = engine_view(drill(two, 7, number))["rows"]
        assert [row for row in after if row[1] != "aardvark"] == before
    before_run, after_run = (run(loads(t), replications=50, seed=7, workers=1) for t in (TOWN, more))
    assert bytes_of(before_run.block) == bytes_of(after_run.block)


@settings(derandomize=True, deadline=None, max_examples=25, database=None, suppress_health_check=list(HealthCheck))
@given(scenarios(max_disruptions=4))
def test_a_shorter_drill_is_the_beginning_of_a_longer_one(scenario: Any) -> None:
    whole = drill(compile_scenario(scenario), 5, 0)
    ends = sorted({row.end for row in whole.rows if row.end > 0})
    cut = ends[len(ends) // 2] if ends else MINUTE
    short = drill(compile_scenario(scenario).but(horizon=cut), 5, 0)
    # an event at the horizon itself is not applied
    long_rows = {row for row in engine_view(whole)["rows"] if 0 <= row[8] < cut}
    short_rows = {row for row in engine_view(short)["rows"] if row[8] >= 0}
    assert short_rows == long_rows
    assert engine_view(short)["changes"] == [c for c in engine_view(whole)["changes"] if c[0] < cut]
    assert engine_view(short)["recoveries"] == [r for r in engine_view(whole)["recoveries"] if r[2] < cut]
    # what was under way at the cut is what is under way at the end
    assert {row[:8] for row in engine_view(short)["rows"] if row[9] == "running"} == {
        row[:8] for row in engine_view(whole)["rows"] if 0 <= row[7] < cut and not 0 <= row[8] < cut
    }


def test_numbers_by_name_are_the_same_however_they_are_cut() -> None:
    name = ("start", "oracle", "there", 0, 1)
    whole = uniforms(7, name, 0, 200)
    for first, count in ((0, 1), (1, 3), (5, 64), (63, 2), (199, 1)):
        assert uniforms(7, name, first, count).tolist() == whole[first : first + count].tolist()
    assert not np.isin(uniforms(8, name, 0, 200), whole).any()
    assert not np.isin(uniforms(7, (*name[:4], 2), 0, 200), whole).any()
    assert whole.min() > 0
    assert whole.max() < 1


def test_neighbouring_seeds_differ_also_when_they_are_great() -> None:
    name = ("start", "oracle", "there", 0, 0)
    for seed in (0, 2**53, 2**62, 2**63, 2**64 - 2):
        assert uniforms(seed, name, 0, 8).tolist() != uniforms(seed + 1, name, 0, 8).tolist(), seed
