"""The landscape of PLE1N is no star: what its applications are, what rests on them, and what is lost with each."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from reference.levels import initial, levels

from drsim import Landscape, Scenario, load
from drsim.model.landscape import Component
from drsim.model.needs import leaves
from drsim.planning.graph import closure, needs_graph, running_graph

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "landscape.md"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(ROOT / "scenarios" / "town-hall-lost.yaml")


@pytest.fixture(scope="module")
def landscape(scenario: Scenario) -> Landscape:
    return scenario.landscape


@pytest.fixture(scope="module")
def applications(landscape: Landscape) -> dict[str, Component]:
    """What has an availability class of GEMMA."""
    return {name: component for name, component in landscape.components.items() if component.availability}


def direct(landscape: Landscape) -> set[str]:
    """What a point of some service needs itself."""
    return {
        name
        for service in landscape.services.values()
        for point in service.points.values()
        for name in leaves(point.needs)
    }


def back_office(landscape: Landscape) -> set[str]:
    return {name for name, component in landscape.components.items() if "back-office" in component.labels}


def test_about_150_applications_each_a_reference_component_of_its_own(applications: dict[str, Component]) -> None:
    names = Counter(component.gemma for component in applications.values())
    assert 140 <= len(applications) <= 160
    assert None not in names
    assert max(names.values()) == 1


def test_each_application_lies_under_a_service_or_is_back_office(
    landscape: Landscape, applications: dict[str, Component]
) -> None:
    under = closure(needs_graph(landscape), direct(landscape))
    behind = back_office(landscape)
    assert set(applications) <= under | behind
    assert not closure(running_graph(landscape), direct(landscape)) & behind


def test_not_more_than_a_tenth_are_alike(applications: dict[str, Component]) -> None:
    def kind(component: Component) -> tuple[Any, ...]:
        """What a class, needs, data and a team come to."""
        return (
            tuple((site, standing.role) for site, standing in component.at.items()),
            component.scope,
            component.needs,
            None if component.data is None else component.data.size.text,
            None if component.start is None else (component.start.by, component.start.takes.text),
        )

    (_, most), *_ = Counter(map(kind, applications.values())).most_common(1)
    assert most <= len(applications) / 10


def test_applications_need_each_other(landscape: Landscape, applications: dict[str, Component]) -> None:
    graph = running_graph(landscape).subgraph(applications)
    assert graph.number_of_edges() >= 40
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.dag_longest_path_length(graph) >= 5


def unnoticed(scenario: Scenario, applications: dict[str, Component]) -> set[str]:
    """The applications whose loss alone changes nothing at any point of any service."""
    usual = initial(scenario)
    whole = levels(scenario, usual).point
    found = set()
    for name, component in applications.items():
        without = usual | {("on", name, site): False for site in component.at}
        if levels(scenario, without).point == whole:
            found.add(name)
    return found


def test_the_page_lists_whose_loss_nobody_notices(
    scenario: Scenario, landscape: Landscape, applications: dict[str, Component]
) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What nobody notices")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^- `([a-z0-9-]+)`", table, re.MULTILINE))
    assert unnoticed(scenario, applications) == listed | (back_office(landscape) & set(applications))
    assert not listed & back_office(landscape)


def test_24_services_reached_by_channels_that_are_written_once(landscape: Landscape) -> None:
    assert len(landscape.services) == 24
    for name, service in landscape.services.items():
        assert service.targets.rto is not None, name
        assert service.targets.rpo is not None, name
        # the polling office and the crisis rooms are open when they are needed
        assert service.demand is not None or name == "crisis-organisation", name
    assert {point.municipality for point in landscape.services["passport"].points.values()} == {
        "haaren",
        "sint-michielsgestel",
        "sint-oedenrode",
    }


def test_tens_of_suppliers_with_hours_of_their_own(landscape: Landscape) -> None:
    assert len(landscape.suppliers) >= 20
    working = set()
    for component in landscape.components.values():
        for step in (component.start, component.restart, component.repair, component.switch, component.stop):
            working |= set(step.by) if step is not None else set()
    assert working >= set(landscape.suppliers)
    assert len({str(supplier.works) for supplier in landscape.suppliers.values()}) >= 5
