"""Services: targets, levels, and what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from drsim.calendar import on_date
from drsim.errors import did_you_mean
from drsim.model.fields import Path
from drsim.model.landscape import Component, Service
from drsim.model.needs import leaves
from drsim.model.untouched import Untouched
from drsim.reading.rules.components import beside
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.steps import step_findings, way_findings
from drsim.units import Duration, Share


def service_findings(path: Path, service: Service, parts: Parts) -> Findings:
    """Check the points and targets of a service."""
    if not service.points:
        yield Finding((*path, "points"), "a service needs at least one point", "add one such as '{counter: {at: ...}}'")
    if service.verify is not None:
        yield from step_findings((*path, "verify"), service.verify, parts.crews)
        yield from way_findings(
            (*path, "verify"), service.verify, {point.at for point in service.points.values()}, parts
        )
    for point, content in service.points.items():
        if content.fallback is not None and content.fallback.to not in service.points:
            rule = f"the service has no point '{content.fallback.to}' to go to"
            hint = did_you_mean(content.fallback.to, [each for each in service.points if each != point])
            yield Finding((*path, "points", point, "fallback"), rule, hint)
        elif content.fallback is not None and content.fallback.to == point:
            rule = f"'{point}' is no way out of itself"
            yield Finding((*path, "points", point, "fallback"), rule, "name another point, or leave it out")
    for label, due in service.due.items():
        if due.takes.ms > due.begins.ms:
            rule = f"it takes '{due.takes.text}', but can only be begun '{due.begins.text}' before it is due"
            yield Finding((*path, "due", label, "begins"), rule, "let it be begun earlier")
    if service.manual is not None and not service.manual.open.spans:
        rule = "nobody is ever there to serve by hand"
        yield Finding((*path, "manual", "open"), rule, "give it hours, or leave 'manual' out")
    needed: dict[str, list[str]] = defaultdict(list)
    for point, content in service.points.items():
        for name in dict.fromkeys(leaves(content.needs)):
            needed[name].append(point)
    for name, points in needed.items():
        places = {service.points[point].at: point for point in reversed(points)}
        for finding in beside((), name, places, parts):
            first = next(point for place, point in places.items() if place not in parts.components[name].at)
            yield finding._replace(path=(*path, "points", first, "needs"))


def level_findings(parts: Parts) -> Findings:
    """Check that every service is at its minimum while nothing is hit; only for a landscape that is well otherwise."""
    untouched = Untouched(parts.sites, parts.links.values(), parts.components)
    for name, service in parts.services.items():
        if untouched.below(service):
            level, weight = untouched.service(service)
            point, content, need = untouched.lowest(service)
            share, mbco = Share(level // weight), service.targets.mbco
            rule = f"'{name}' is at {share} while nothing is lost, below its minimum of {Share(mbco.millionths)}"
            least = f"lower 'mbco' to '{share}', or " if share.millionths else ""
            hint = f"{least}give more of '{need}', which '{point}' at '{content.at}' sees at"
            hint += f" {Share(untouched.seen(content.at, need))}: by its shares, pools, needs or links"
            yield Finding(("services", name, "targets", "mbco"), rule, hint)


MOST_WEIGHT: Final = 9 * 10**12
"""of all points of a service together, so that weight times level stays exact"""


def weight_findings(path: Path, service: Service) -> Findings:
    """Check that its weights can be added exactly."""
    total = sum(point.weight for point in service.points.values())
    if total > MOST_WEIGHT:
        rule = f"the weights of its points add up to {total}, more than can be weighed exactly"
        yield Finding((*path, "points"), rule, f"write smaller ones, together at most {MOST_WEIGHT}")


def horizon_findings(services: Mapping[str, Service], horizon: Duration) -> Findings:
    """Check that a drill looks as far as the targets of the services; working hours count as hours."""
    for name, service in services.items():
        for key in ("rto", "mtpd"):
            target: Duration | None = getattr(service.targets, key)
            if target is not None and target.ms > horizon.ms:
                rule = f"the {key} of '{target.text}' lies beyond the horizon of '{horizon.text}'"
                yield Finding(("services", name, "targets", key), rule, "lengthen the horizon, or leave the target out")


def due_findings(services: Mapping[str, Service], *, dated: bool) -> Findings:
    """Check that what hangs on a date has a moment to be counted from."""
    for name, service in services.items():
        for label, due in service.due.items():
            if on_date(due.on) and not dated:
                rule = f"'{due.on}' is a date, and the drill is at any moment of the week"
                hint = "write a day of the week such as 'Wed 9:00', or give the drill a moment"
                yield Finding(("services", name, "due", label, "on"), rule, hint)


def by_hand_findings(services: Mapping[str, Service], horizon: Duration) -> Findings:
    """Check that what is served by hand may begin within the drill."""
    for name, service in services.items():
        begins = None if service.manual is None else service.manual.after
        if begins is not None and begins.fixed is not None and begins.fixed >= horizon.ms:
            rule = f"serving by hand begins after '{begins.text}', but the drill is only '{horizon.text}' long"
            yield Finding(("services", name, "manual", "after"), rule, "let it begin earlier, or leave 'manual' out")


def rests_on_data(service: Service, components: Mapping[str, Component]) -> bool:
    """Tell whether a service rests on data, by its needs and theirs."""
    queue = list(dict.fromkeys(name for point in service.points.values() for name in leaves(point.needs)))
    seen = set(queue)
    for name in queue:
        component = components.get(name)
        if component is None:
            continue
        if component.data is not None:
            return True
        more = [each for each in dict.fromkeys(leaves(component.needs)) if each not in seen]
        seen.update(more)
        queue += more
    return False
