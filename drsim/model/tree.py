"""The model written as a tree of the notation: mappings, lists and scalars; and a digest of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from drsim.calendar import Calendar, Schedule
from drsim.distributions import Law
from drsim.model.fields import Part
from drsim.model.needs import All, AtLeast, Need
from drsim.model.needs import Any as OneOf
from drsim.units import ONE, Count, Quantity

if TYPE_CHECKING:
    from drsim.model.landscape import Component, Landscape, Service, Standing
    from drsim.model.scenario import Disruption, Scenario

ANY_MOMENT = "any moment of the week"
"""What `moment` says for any moment."""
WHOLE_DRILL = "the whole drill"
"""What `lasts` says for a disruption without an end."""
UNTIL_REPAIRED = "until repaired"
"""What `lasts` says for a component that is mended."""

Leaf: TypeAlias = Callable[[Quantity | Calendar | Schedule], Any]


def written(part: Part, leaf: Leaf) -> dict[str, Any]:
    """Give an object of the model as the notation writes it: in resolved form, without what the defaults say."""
    from drsim.model import landscape, scenario

    match part:
        case scenario.Scenario():
            return _scenario(part, leaf)
        case scenario.Disruption():
            return _disruption(part, leaf)
        case landscape.Component():
            return _component(part, leaf)
        case landscape.Service():
            return _service(part, leaf)
        case landscape.Landscape():
            return _landscape(part, leaf)
        case landscape.Team(shifts=shifts) if shifts:
            tree = dict(_attributes(part, leaf))
            return {key: value for key, value in tree.items() if key not in ("people", "works")}
        case landscape.Team() | landscape.Response() | landscape.Targets():
            return dict(_attributes(part, leaf))
    return dict(_attributes(part, leaf, all_of_them=False))


def plain_leaf(value: Quantity | Calendar | Schedule) -> Any:
    """Write a count without a source as a number, anything else as its text."""
    return value.number if isinstance(value, Count) and value.source is None else str(value)


def moment_text(moment: datetime | None) -> str:
    """Write the moment of a drill."""
    return ANY_MOMENT if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def need_tree(need: Need) -> Any:
    """Write a tree of needs; at the top a single one is a list too."""
    return _need(need if not isinstance(need, str) else All((need,)))


def digest(part: Part) -> str:
    """Give the SHA-256 of all values, however they are spelled, as 64 hexadecimal digits."""
    text = json.dumps(written(part, _canonical), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Quantity | Calendar | Schedule) -> Any:
    match value:
        case Calendar():
            return [value.spans, value.holidays]
        case Schedule():
            return [value.minutes, value.period_ms]
        case Law(parts=parts):
            plain = tuple((share, _unspelled(law)) for share, law in parts)
            return str(dataclasses.replace(value, parts=plain, text=""))
    return str(dataclasses.replace(value, text=""))


def _unspelled(law: Law) -> Law:
    plain = tuple((share, _unspelled(part)) for share, part in law.parts)
    return dataclasses.replace(law, parts=plain, text="")


def _attributes(part: Part, leaf: Leaf, *, all_of_them: bool = True) -> Iterator[tuple[str, Any]]:
    """Give the attributes that say something: never None, nothing empty unless it might be None, defaults only if asked."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        nothing = isinstance(value, Mapping | tuple) and not value and field.default is not None
        if value is None or nothing or (name == "title" and value == ""):
            continue
        if value == All() or (not all_of_them and not field.is_required() and value == field.default):
            continue
        if all_of_them and name not in type(part).key_names():
            continue
        yield name, _value(value, leaf)


def _value(value: Any, leaf: Leaf) -> Any:
    match value:
        case Quantity() | Calendar() | Schedule():
            return leaf(value)
        case Part():
            return written(value, leaf)
        case All() | OneOf() | AtLeast():
            return need_tree(value)
        case Mapping():
            return {key: _value(each, leaf) for key, each in value.items()}
        case tuple():
            return [_value(each, leaf) for each in value]
    return value


def _need(need: Need) -> Any:
    match need:
        case str():
            return need
        case All(of=parts):
            return [_need(part) for part in parts]
        case OneOf(of=parts):
            return {"any": [_need(part) for part in parts]}
        case AtLeast(count=count, of=parts):
            return {"at_least": {"count": count, "of": [_need(part) for part in parts]}}


def _standing(standing: Standing, leaf: Leaf) -> Any:
    whole = standing.share.millionths == ONE and standing.share.source is None
    return standing.role if whole else {"role": standing.role, "share": leaf(standing.share)}


def _component(component: Component, leaf: Leaf) -> dict[str, Any]:
    tree = dict(_attributes(component, leaf, all_of_them=False))
    tree["at"] = {site: _standing(standing, leaf) for site, standing in component.at.items()}
    if component.recover == component.default_recover:
        tree.pop("recover", None)
    else:
        tree["recover"] = list(component.recover)
    if component.starts_after is not None:  # an empty one says something: it starts after nothing
        tree["starts_after"] = need_tree(component.starts_after)
    return tree


def _service(service: Service, leaf: Leaf) -> dict[str, Any]:
    """Write a service; its points without what they have from it, so that the two are not said twice."""
    tree = dict(_attributes(service, leaf, all_of_them=False))
    tree["targets"] = written(service.targets, leaf)
    tree["open"] = leaf(service.open)
    shared = service.needs.of if isinstance(service.needs, All) else (service.needs,)
    for name, point in service.points.items():
        if point.open == service.open:
            tree["points"][name].pop("open", None)
        else:
            tree["points"][name]["open"] = leaf(point.open)
        needs = point.needs.of if isinstance(point.needs, All) else (point.needs,)
        own = tuple(need for need in needs if need not in shared)
        if own:
            tree["points"][name]["needs"] = need_tree(All(own))
        else:
            tree["points"][name].pop("needs", None)
    return tree


def _disruption(disruption: Disruption, leaf: Leaf) -> dict[str, Any]:
    tree = dict(_attributes(disruption, leaf, all_of_them=False))
    for name in ("kind", "target", "until_repaired"):
        tree.pop(name, None)
    tree[disruption.kind] = disruption.target
    if disruption.lasts is None and disruption.kind != "corruption":
        tree["lasts"] = UNTIL_REPAIRED if disruption.until_repaired else WHOLE_DRILL
    return tree


def _untitled(section: dict[str, Any]) -> None:
    """Leave out titles that are the name."""
    for name, entry in section.items():
        if isinstance(entry, dict) and entry.get("title") == name:
            del entry["title"]


def _landscape(landscape: Landscape, leaf: Leaf) -> dict[str, Any]:
    tree = dict(_attributes(landscape, leaf, all_of_them=False))
    tree["response"] = written(landscape.response, leaf)
    for section in ("sites", "links", "teams", "suppliers", "components", "services"):
        _untitled(tree.get(section, {}))
    return tree


def _scenario(scenario: Scenario, leaf: Leaf) -> dict[str, Any]:
    tree = dict(_attributes(scenario, leaf))
    tree.pop("file", None)
    tree["title"] = scenario.title
    tree["moment"] = moment_text(scenario.moment)
    tree["response"] = written(scenario.response, leaf)
    return tree
