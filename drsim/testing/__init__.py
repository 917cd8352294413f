"""Hypothesis strategies for landscapes and scenarios, for drsim's own properties and for yours; needs `drsim[test]`.

from hypothesis import given
from drsim.testing import scenarios

@given(scenarios(max_components=4, any_moment=False))
def test_my_property(scenario): ...

`landscape_documents` and `scenario_documents` give plain dicts, as YAML would; `landscapes` and `scenarios` the model
that the reader makes of them. Keyword arguments (`Features`, `ScenarioFeatures`) switch parts of the notation off.
`laws`, `rates`, `calendars`, `schedules` and `need_trees` are the small parts, to build documents of your own with.

For a landscape of yours: `outages(landscape)` draws what may break in it, `assert_recovers`, `assert_keeps_running` and
`assert_data_loss` say what must hold then, in a share of some drills; what breaks it is told, and written to a file.

Everything is valid by construction: nothing is drawn and then thrown away, since what a draw may choose from is worked
out first. An example shrinks towards one component at one site with one service, durations of 5 minutes, and names such
as `a` and `site-1`.

Left out on purpose: services below their minimum from the start, outages of length 0 (write those by hand), and the
overlays `based_on`, `add`, `change` and `remove`.
"""

from drsim.testing.choices import Document
from drsim.testing.features import Features, ScenarioFeatures
from drsim.testing.landscape import document_text, landscape_documents, landscapes
from drsim.testing.needs import need_trees
from drsim.testing.outages import outage, outages, reordered, with_less_room
from drsim.testing.promises import BrokenPromiseError, assert_data_loss, assert_keeps_running, assert_recovers
from drsim.testing.quantities import calendars, laws, rates, schedules
from drsim.testing.scenario import scenario_documents, scenarios

__all__ = [
    "BrokenPromiseError",
    "Document",
    "Features",
    "ScenarioFeatures",
    "assert_data_loss",
    "assert_keeps_running",
    "assert_recovers",
    "calendars",
    "document_text",
    "landscape_documents",
    "landscapes",
    "laws",
    "need_trees",
    "outage",
    "outages",
    "rates",
    "reordered",
    "scenario_documents",
    "scenarios",
    "schedules",
    "with_less_room",
]
