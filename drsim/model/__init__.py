"""What exists and what happens: frozen objects in resolved form, valid once they are built."""

from drsim.model.landscape import (
    Component,
    Copy,
    Data,
    Landscape,
    Link,
    Point,
    Response,
    Restart,
    Restore,
    Service,
    Site,
    Standing,
    Step,
    Supplier,
    Targets,
    Task,
    Team,
)
from drsim.model.needs import All, Any, AtLeast, Need
from drsim.model.scenario import Disruption, Scenario

__all__ = [
    "All",
    "Any",
    "AtLeast",
    "Component",
    "Copy",
    "Data",
    "Disruption",
    "Landscape",
    "Link",
    "Need",
    "Point",
    "Response",
    "Restart",
    "Restore",
    "Scenario",
    "Service",
    "Site",
    "Standing",
    "Step",
    "Supplier",
    "Targets",
    "Task",
    "Team",
]
