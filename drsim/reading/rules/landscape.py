"""All that a landscape says, rule by rule."""

from __future__ import annotations

from drsim.model.landscape import Response
from drsim.reading.rules.circles import start_circles, step_circles
from drsim.reading.rules.components import COMPONENT
from drsim.reading.rules.failing import own_failures
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.response import response_findings
from drsim.reading.rules.services import service_findings, weight_findings
from drsim.reading.rules.sites import power_findings, room_findings, travel_findings
from drsim.reading.rules.steps import task_findings
from drsim.reading.rules.teams import team_findings


def landscape_findings(parts: Parts, response: Response | None) -> Findings:
    """Check everything that a landscape says."""
    for name, site in parts.sites.items():
        yield from travel_findings(name, site, parts.sites)
        if site.power is not None:
            yield from power_findings(("sites", name, "power"), site.power)
        yield from own_failures(("sites", name, "fails"), site.fails, "a site")
    for section in ("teams", "suppliers"):
        for name, team in getattr(parts, section).items():
            yield from team_findings((section, name), team)
    for name, link in parts.links.items():
        if link.between[0] == link.between[1]:
            rule = f"the link joins '{link.between[0]}' with itself"
            yield Finding(("links", name, "between"), rule, "give two sites")
        yield from own_failures(("links", name, "fails"), link.fails, "a link")
    for name, component in parts.components.items():
        for check in COMPONENT:
            for finding in check(component, parts):
                yield finding._replace(path=("components", name, *finding.path))
    for name, service in parts.services.items():
        yield from service_findings(("services", name), service, parts)
        yield from weight_findings(("services", name), service)
    if response is not None:
        yield from response_findings(response, parts)
    yield from room_findings(parts)
    for name, task in parts.steps.items():
        yield from task_findings(("steps", name), name, task, parts)
    yield from start_circles(parts.components)
    yield from step_circles(parts)
