"""What is in the bubble of a test: twins of components and points, beside those of production (section 18 of the semantics)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from immutabledict import immutabledict

from drsim.calendar import Calendar
from drsim.model.landscape import Component, Landscape, Point, Service
from drsim.model.needs import NOTHING, All, Any, AtLeast, Need, leaves, without
from drsim.model.scenario import Trial

__all__ = ["doubled", "is_twin", "members", "name_of_twin", "not_there", "original", "services_of"]

_MARK: Final = "test:"
"""What the names of twins begin with; other names have no colon."""
_Seen: TypeAlias = Callable[[Need], Need]


def name_of_twin(name: str) -> str:
    """The name of what stands in the bubble for a component or a service."""
    return _MARK + name


def original(name: str) -> str:
    """The name of what a twin, or a point of a twin, stands for; any other name as it is."""
    return name.removeprefix(_MARK)


def is_twin(name: str) -> bool:
    """Tell whether a name is of something in the bubble."""
    return name.startswith(_MARK)


def members(trial: Trial, components: Mapping[str, Component]) -> tuple[str, ...]:
    """The components that have a twin, by name."""
    return tuple(
        name
        for name, component in sorted(components.items())
        if component.active == (trial.site,) and component.standby is not None
    )


def services_of(trial: Trial, landscape: Landscape) -> tuple[str, ...]:
    """The services of which something can be seen in the bubble, by name."""
    twins = set(members(trial, landscape.components))
    return tuple(
        name
        for name, service in sorted(landscape.services.items())
        if twins & _closure(landscape, [p.needs for p in service.points.values() if p.at != trial.site])
    )


def not_there(trial: Trial, landscape: Landscape) -> tuple[str, ...]:
    """The components that something in the bubble looks for and does not find, by name."""
    twins = members(trial, landscape.components)
    points = [p for name in services_of(trial, landscape) for p in landscape.services[name].points.values()]
    needs: list[Need | None] = [point.needs for point in points if point.at != trial.site]
    needs += [need for name in twins for need in _needs(landscape.components[name])]
    asked = {name for need in needs if need is not None for name in leaves(need)}
    found = asked - set(twins) - set(trial.stand_ins)
    return tuple(sorted(name for name in found if landscape.components[name].scope == "network"))


def doubled(trial: Trial, landscape: Landscape) -> Landscape:
    """The landscape with the bubble in it."""
    twins, absent = members(trial, landscape.components), not_there(trial, landscape)
    names = {name: name_of_twin(name) for name in (*twins, *absent)}

    def seen(need: Need) -> Need:
        return _renamed(without(need, trial.stand_ins), names)

    components = dict(landscape.components)
    for name in twins:
        components[names[name]] = _twin(landscape.components[name], seen)
    for name in absent:
        nothing = {"at": immutabledict(), "needs": NOTHING, "starts_after": None, "data": None, "recover": ()}
        components[names[name]] = landscape.components[name].model_copy(update={**_LEFT_OUT, **nothing})
    services = dict(landscape.services)
    for name in services_of(trial, landscape):
        service = landscape.services[name]
        points = {
            label: Point(at=point.at, weight=point.weight, needs=seen(point.needs), open=Calendar.parse("always"))
            for label, point in service.points.items()
            if point.at != trial.site
        }
        services[name_of_twin(name)] = Service(
            title=service.title, targets=service.targets, verify=service.verify, points=immutabledict(points)
        )
    changes = {"components": immutabledict(components), "services": immutabledict(services)}
    return landscape.model_copy(update=changes)


_LEFT_OUT: Final = {"repair": None, "fails": None, "detect": None, "labels": (), "stop": None}


def _twin(component: Component, seen: _Seen) -> Component:
    standby = component.standby
    assert standby is not None
    after = component.starts_after
    own = {
        "at": immutabledict({standby: component.at[standby]}),
        "needs": seen(component.needs),
        "starts_after": None if after is None else seen(after),
        "uses": immutabledict()
        if component.at[standby].role == "hot"
        else component.uses,  # it has that of its standby
    }
    return component.model_copy(update={**_LEFT_OUT, **own})


def _needs(component: Component) -> tuple[Need | None, Need | None]:
    return component.needs, component.starts_after


def _closure(landscape: Landscape, needs: list[Need]) -> set[str]:
    """All that these needs rest on."""
    found: set[str] = set()
    todo = [name for need in needs for name in leaves(need)]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(leaves(landscape.components[name].needs))
    return found


def _renamed(need: Need, names: Mapping[str, str]) -> Need:
    if isinstance(need, str):
        return names.get(need, need)
    parts = tuple(_renamed(part, names) for part in need.of)
    match need:
        case All():
            return All(parts)
        case Any():
            return Any(parts)
        case AtLeast(count=count):
            return AtLeast(count, parts)
