"""What a compiled plan is, on small landscapes."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario, compile_structure
from drsim.planning.plan import KINDS, NO_PRIORITY, Plan, Structure
from drsim.reading import loads
from drsim.testing import document_text, scenario_documents
from drsim.units import HOUR, MINUTE

QUIET = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))

Document = dict[str, Any]
BOTH = {"a": "active", "b": "warm"}


def document(components: Mapping[str, Any], **landscape: Any) -> Document:
    """A drill in which site `a` of two is lost."""
    return {
        "drsim": "scenario 1",
        "title": "small",
        "moment": "2015-05-12 10:00",
        "landscape": {
            "title": "small",
            "sites": {"a": {}, "b": {}},
            "links": {"line": {"between": ["a", "b"], "bandwidth": "10 MB/s"}},
            "components": dict(components),
            **landscape,
        },
        "disruptions": {"loss": {"site": "a"}},
    }


def read(drill: Document) -> Scenario:
    return loads(document_text(drill))


def plan_of(components: Mapping[str, Any], **landscape: Any) -> Plan:
    return compile_scenario(read(document(components, **landscape)))


def service(component: str, rto: str | None = None, **more: Any) -> Document:
    return {"needs": [component], "points": {"desk": {"at": "b"}}, "targets": {"rto": rto} if rto else {}, **more}


# Plan order


def test_components_are_in_order_of_priority_then_depth_then_name() -> None:
    plan = plan_of(
        {
            "z-base": {"at": BOTH},
            "urgent": {"at": BOTH, "needs": ["z-base"]},
            "slow": {"at": BOTH, "needs": ["z-base"]},
            "also-slow": {"at": BOTH},
            "b-nobody": {"at": BOTH},
            "a-nobody": {"at": BOTH, "needs": ["b-nobody"]},
        },
        services={"now": service("urgent", "4 h"), "later": service("slow", "8 h"), "too": service("also-slow", "8 h")},
    )
    structure = plan.structure
    assert structure.components == ("z-base", "urgent", "also-slow", "slow", "b-nobody", "a-nobody")
    assert structure.depth == (0, 1, 0, 1, 0, 1)
    four, eight = 4 * HOUR, 8 * HOUR
    assert structure.priority == (four, four, eight, eight, NO_PRIORITY, NO_PRIORITY)
    starts = [step.object for step in plan.steps if step.kind == "start"]
    assert starts == list(structure.components)


def test_depth_is_the_longest_chain() -> None:
    plan = plan_of(
        {
            "k": {"at": {"a": "active"}, "needs": ["l", "n"]},
            "l": {"at": {"a": "active"}, "needs": ["m"]},
            "m": {"at": {"a": "active"}, "needs": ["n"]},
            "n": {"at": {"a": "active"}},
        }
    )
    assert dict(zip(plan.structure.components, plan.structure.depth, strict=True)) == {"k": 3, "l": 2, "m": 1, "n": 0}


def test_starts_after_lends_priority_and_depth() -> None:
    plan = plan_of(
        {"z": {"at": BOTH}, "c": {"at": BOTH}, "web": {"at": BOTH, "starts_after": ["z"]}},
        services={"now": service("web", "1 h")},
    )
    assert plan.structure.components == ("z", "web", "c")
    assert plan.structure.priority == (HOUR, HOUR, NO_PRIORITY)


def test_the_tightest_of_several_targets_counts_and_working_hours_are_hours() -> None:
    plan = plan_of(
        {"x": {"at": BOTH}}, services={"one": service("x", "48 h"), "two": service("x", "16 wh"), "three": service("x")}
    )
    assert plan.structure.priority == (16 * HOUR,)


def test_steps_are_in_plan_order() -> None:
    repair = {"takes": "1 h"}
    plan = plan_of(
        {
            "alone": {"at": {"a": "active"}, "repair": repair},
            "base": {"at": BOTH, "start": {"takes": "1 h"}, "repair": repair, "verify": {"takes": "1 h"}},
            "hot": {"at": {"a": "active", "b": "hot"}, "start": {"takes": "2 h"}, "needs": ["base"]},
        },
        services={"now": service("hot", "4 h", verify={"takes": "5 min"})},
    )
    order = [(step.kind, step.object, step.site) for step in plan.steps]
    assert order == [
        ("restart", "base", "a"),
        ("verify", "base", "a"),
        ("start", "base", "b"),
        ("restart", "base", "b"),
        ("verify", "base", "b"),
        ("restart", "hot", "a"),
        ("switch", "hot", "b"),
        ("start", "hot", "b"),
        ("restart", "hot", "b"),
        ("verify", "now.desk", "b"),
        ("restart", "alone", "a"),
        ("repair", "alone", "a"),
        # last the repair of what has a standby
        ("repair", "base", "a"),
        ("repair", "base", "b"),
    ]
    check = plan.steps[plan.step_of["point", 0]]
    assert (check.kind, check.object, check.component, check.deployment) == ("verify", "now.desk", -1, -1)


@settings(QUIET, max_examples=60)
@given(scenario_documents())
def test_plan_order_is_a_sort(drill: Document) -> None:
    plan = compile_scenario(read(drill))
    structure = plan.structure
    twins = [name.startswith("test:") for name in structure.components]
    keys = list(zip(twins, structure.group, structure.priority, structure.depth, structure.components, strict=True))
    assert keys == sorted(keys)
    deepest, last_group = max(structure.depth, default=-1), len(plan.scenario.response.groups)
    turns = [
        2 if s.object.startswith("test:") else int(s.kind == "repair" and structure.standby[s.component] >= 0)
        for s in plan.steps
    ]
    assert turns == sorted(turns)
    for last in (0, 1, 2):
        steps = [
            (
                last_group if s.point >= 0 else structure.group[s.component],
                s.priority,
                deepest + 1 if s.point >= 0 else structure.depth[s.component],
                s.object,
                s.site,
                s.kind,
            )
            for s, turn in zip(plan.steps, turns, strict=True)
            if s.kind != "task" and turn == last
        ]
        assert steps == sorted(steps, key=lambda key: (*key[:5], KINDS.index(key[5])))
    assert all(
        plan.step_of[("point", s.point) if s.point >= 0 else (s.kind, s.deployment)] == i
        for i, s in enumerate(plan.steps)
        if s.kind != "task"
    )
    tasks = [task.name for task in structure.tasks]
    assert all(plan.steps[plan.step_of["task", i]].object == name for i, name in enumerate(tasks))


# Reordering


def reordered(value: Any, draw: Any) -> Any:
    """The same mappings in another order; lists stay."""
    if isinstance(value, dict):
        return {key: reordered(value[key], draw) for key in draw(st.permutations(list(value)))}
    if isinstance(value, list):
        return [reordered(each, draw) for each in value]
    return value


@settings(QUIET, max_examples=60)
@given(scenario_documents(labels=False), st.data())
def test_reordering_changes_nothing(drill: Document, data: st.DataObject) -> None:
    shuffled = reordered(drill, data.draw)
    other = {"drsim": shuffled.pop("drsim"), **shuffled}  # which must come first
    assert other == drill
    first, second = compile_scenario(read(drill)), compile_scenario(read(other))
    for part in fields(Structure):
        assert getattr(first.structure, part.name) == getattr(second.structure, part.name), part.name
    for part in fields(Plan):
        assert getattr(first, part.name) == getattr(second, part.name), part.name


# starts_after


def gate_inputs(structure: Structure, component: str, site: str) -> set[str]:
    """The components whose views a gate counts, when it is a plain list of needs."""
    d = structure.deployments.index((structure.components.index(component), structure.sites.index(site)))
    return {
        structure.components[c] for (c, _), node in structure.views.items() if structure.gate[d] in structure.up[node]
    }


def test_by_default_it_starts_after_its_needs_but_for_circle_mates() -> None:
    at = {"a": "active"}
    structure = plan_of(
        {
            "base": {"at": at},
            "left": {"at": at, "needs": ["right", "base"]},
            "right": {"at": at, "needs": ["left", "base"]},
            "own": {"at": at, "needs": ["right", "left"]},
        }
    ).structure
    assert gate_inputs(structure, "left", "a") == {"base"}
    assert gate_inputs(structure, "right", "a") == {"base"}
    assert gate_inputs(structure, "own", "a") == {"left", "right"}
    assert gate_inputs(structure, "base", "a") == set()


@pytest.mark.parametrize(("given_after", "inputs"), [([], set()), (["right"], {"right"}), (["base"], {"base"})])
def test_a_given_starts_after_stands(given_after: list[str], inputs: set[str]) -> None:
    at = {"a": "active"}
    structure = plan_of(
        {
            "base": {"at": at},
            "left": {"at": at, "needs": ["right", "base"], "starts_after": given_after},
            "right": {"at": at, "needs": ["left", "base"]},
        }
    ).structure
    assert gate_inputs(structure, "left", "a") == inputs
    assert gate_inputs(structure, "right", "a") == {"base"}


def test_the_levels_of_a_circle_are_one_group() -> None:
    at = {"a": "active"}
    structure = plan_of(
        {"left": {"at": at, "needs": ["right"]}, "right": {"at": at, "needs": ["left"]}},
        services={"now": service("left")},
    ).structure
    assert [(circle, len(ops)) for circle, ops in structure.level_groups] == [(True, 4)]


# Room


def cold(**more: Any) -> Document:
    return {"at": {"a": "active", "b": "cold"}, "uses": {"hosts": 8}, **more}


def pools(a: int, b: int) -> Document:
    return {"sites": {"a": {"pools": {"hosts": a}}, "b": {"pools": {"hosts": b}}}}


def test_what_never_fits_is_said_and_left_out() -> None:
    plan = plan_of({"big": cold()}, **pools(8, 4))
    assert plan.never_fits == ("big never fits at b: it uses 8 of hosts, there are 4",)
    assert plan.strategies == ((),)
    # its step stays: other numbers may let it fit
    assert ("start", 1) in plan.step_of


def test_what_just_fits_is_tried() -> None:
    plan = plan_of({"big": cold()}, **pools(8, 8))
    assert plan.never_fits == ()
    assert plan.strategies == (("cold",),)


def test_each_that_never_fits_has_a_sentence_in_plan_order() -> None:
    plan = plan_of({"y": cold(), "x": cold(needs=["y"]), "small": cold(uses={"hosts": 1})}, **pools(17, 4))
    assert [sentence.split()[0] for sentence in plan.never_fits] == ["y", "x"]
    assert dict(zip(plan.structure.components, plan.strategies, strict=True)) == {"y": (), "x": (), "small": ("cold",)}


def test_a_hot_standby_holds_its_room_already() -> None:
    plan = plan_of({"hot": {"at": {"a": "active", "b": "hot"}, "uses": {"hosts": 4}}}, **pools(4, 4))
    assert plan.never_fits == ()
    assert plan.strategies == (("hot",),)


# What is left


def inside(value: Any) -> Iterator[Any]:
    """A value and everything in it."""
    yield value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from inside(key)
            yield from inside(each)
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from inside(each)


@settings(QUIET, max_examples=30)
@given(scenario_documents())
def test_nothing_of_pydantic_is_left(drill: Document) -> None:
    plan = compile_scenario(read(drill))
    for step in plan.steps:
        assert all(isinstance(each, str | int | tuple) for each in inside(tuple(step)))
    for part in fields(Plan):
        if part.name not in ("scenario", "structure"):
            assert not any(isinstance(each, BaseModel) for each in inside(getattr(plan, part.name))), part.name
    for part in fields(Structure):
        values = inside(getattr(plan.structure, part.name))
        assert not any(isinstance(each, BaseModel) for each in values), part.name


@settings(QUIET, max_examples=30)
@given(scenario_documents(durations="any"))
def test_a_plan_pickles(drill: Document) -> None:
    plan = compile_scenario(read(drill))
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_structure_may_be_used_again() -> None:
    scenario = read(document({"x": {"at": BOTH, "start": {"takes": "10 to 20 min"}}}))
    structure = compile_structure(scenario.landscape)
    assert compile_scenario(scenario, structure) == compile_scenario(scenario)
    assert compile_scenario(scenario, structure).structure is structure


def test_what_is_certain_is_no_variable() -> None:
    plan = plan_of({"x": {"at": BOTH, "start": {"takes": "10 min"}}})
    step = plan.steps[plan.step_of["start", 1]]
    assert (step.fixed, step.variable) == (10 * MINUTE, -1)
    assert plan.variables == ()
