"""Hypothesis strategies for landscapes and scenarios, for drsim's own properties and for yours; needs `drsim[test]`.

from hypothesis import given
from drsim.testing import scenarios

@given(scenarios(max_components=4, any_moment=False))
def test_my_property(scenario): ...
"""

from drsim.testing.strategies import (
    Document,
    Features,
    ScenarioFeatures,
    calendars,
    document_text,
    landscape_documents,
    landscapes,
    laws,
    need_trees,
    rates,
    scenario_documents,
    scenarios,
    schedules,
)

__all__ = [
    "Document",
    "Features",
    "ScenarioFeatures",
    "calendars",
    "document_text",
    "landscape_documents",
    "landscapes",
    "laws",
    "need_trees",
    "rates",
    "scenario_documents",
    "scenarios",
    "schedules",
]
