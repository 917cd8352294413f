"""Components whose data goes back to one moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, below, fresh, in_order, one_in, pick
from drsim.testing.components import KEYS, classes, is_alone, roles
from drsim.testing.needs import leaves as names_in
from drsim.testing.people import UNUSABLE
from drsim.testing.quantities import SCHEDULES
from drsim.testing.tasks import Tasks


def consistency_groups(draw: DrawFn, tasks: Tasks, response: Document) -> Document:
    """The section of a landscape; nothing where no two components fit. Members come back in one way from then on."""
    components = tasks.known.components
    if "failback" in response or not below(draw, 4):
        return {}
    restored = bool(below(draw, 4))
    fits = _is_restorable if restored else _is_replicated
    members = [name for name, each in components.items() if fits(each)]
    if restored and len(members) == 1:
        members += _twin(draw, components, members[0])
    while len(members) > 1 and (wrong := _stuck(tasks, response, members)) is not None:
        members.remove(wrong)
    if len(members) < 2:
        return {}
    if len(members) > 2 and one_in(draw, 3):
        members.pop(below(draw, len(members)))
    given = tasks.known.given
    label = given["common_causes"] and one_in(draw, 2)
    for name in members:
        components[name] = _one_way(components[name], restored=restored)
        if restored and given["failures"] and one_in(draw, 3):
            _doubt(draw, components[name])
        if label:
            components[name] = in_order({**components[name], "labels": ["ledgers"]}, KEYS)
    return {"finance": members[::-1] if one_in(draw, 2) else members}


def _is_restorable(component: Document) -> bool:
    """Whether it has something to restore, and nothing stands against restoring it."""
    kept = any("taken" in each for each in component.get("copies", {}).values())
    return kept and not is_alone(component)


def _is_replicated(component: Document) -> bool:
    """Whether it has copies, and if it has a standby that one is hot or warm."""
    return bool(component.get("copies")) and "cold" not in roles(component).values() and not is_alone(component)


def _twin(draw: DrawFn, components: Document, name: str) -> list[str]:
    """Give another one data as well."""
    empty = [
        other
        for other, each in components.items()
        if "data" not in each and "sheddable" not in each and not {"hot", "warm"} & set(roles(each).values())
    ]
    if not empty:
        return []
    other = pick(draw, empty)
    copies = {label: each for label, each in components[name]["copies"].items() if "taken" in each}
    data = {"data": components[name]["data"], "copies": copies}
    components[other] = in_order({**components[other], **fresh(data)}, KEYS)
    return [other]


def _one_way(component: Document, *, restored: bool) -> Document:
    """Let its strategies be of one kind."""
    standby = next((role for role in roles(component).values() if role != "active"), None)
    if standby is None:
        return component
    ways = ["cold"] if restored else ["hot", "warm"] if standby == "hot" else ["warm"]
    left = {way: after for way, after in component.get("give_up_after", {}).items() if way in ways}
    found = {**component, "recover": ways, "give_up_after": left}
    return in_order({key: value for key, value in found.items() if value != {}}, KEYS)


def _doubt(draw: DrawFn, component: Document) -> None:
    """Let one of its copies perhaps be unusable, and another be there that is not."""
    copies = {label: each for label, each in component["copies"].items() if "taken" in each}
    label = pick(draw, list(copies))
    doubtful = component["copies"][label]
    doubtful["works"] = pick(draw, UNUSABLE)
    if len(copies) == 1:
        sound = {key: value for key, value in doubtful.items() if key != "works"}
        component["copies"]["copy-4"] = {**fresh(sound), "taken": pick(draw, SCHEDULES)}


def _stuck(tasks: Tasks, response: Document, members: list[str]) -> str | None:
    """A member that is restored after another serves, which waits for it; rather too many than too few."""
    groups = response.get("groups", []) if "order" in response else []
    for name in members:
        firsts = [*_before_restore(tasks, name), *_earlier(groups, name)]
        if _rest_on(tasks, groups, firsts) & (set(members) - {name}):
            return name
    return None


def _earlier(groups: list[list[str]], name: str) -> list[str]:
    """The components of the groups before that of a component."""
    place = next((number for number, group in enumerate(groups) if name in group), len(groups))
    return [other for group in groups[:place] for other in group]


def _rest_on(tasks: Tasks, groups: list[list[str]], names: list[str]) -> set[str]:
    """All that has to come before, these included, also since groups wait for each other."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        more = tasks.rests_on(todo.pop()) - found
        found |= more
        todo += [other for each in more if each not in tasks.steps for other in _earlier(groups, each)]
    return found


def _before_restore(tasks: Tasks, name: str) -> Iterator[str]:
    """What the restore of a component waits for: what it needs beside it, and steps of the plan."""
    known = tasks.known
    holders: list[Document] = [known.components[name]]
    for holder in holders:
        holders += [known.classes[each] for each in classes(holder)]
        needs: list[Any] = [holder.get("needs", []), holder.get("starts_after", [])]
        for other in names_in(needs):
            if known.components[other].get("scope") == "site":
                yield other
    for step, content in tasks.steps.items():
        if name in (*content.get("before", ()), *content.get("replaces", ())):
            yield step
