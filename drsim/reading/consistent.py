"""What may be in a consistency group: rules of the notation, each giving a `Finding` for what breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from drsim.model.landscape import Component, Response
from drsim.model.needs import leaves
from drsim.reading.rules import Finding, Findings, Parts, starting_needs

__all__ = ["Groups", "consistency_findings", "order_findings"]

Groups = Mapping[str, tuple[str, ...]]
"""The members of each consistency group."""

_SECTION: Final = "consistency_groups"
_REPLICATED: Final = ("hot", "warm")
_Node = tuple[str, str]
"""What is waited for: ("restored", component), ("serves", component) or ("done", step of the plan)."""


def consistency_findings(groups: Groups, parts: Parts) -> Findings:
    """Members have data and copies, are in one group, and all come back in the same way."""
    owners: dict[str, str] = {}
    for group, members in groups.items():
        if len(set(members)) < 2:
            rule = f"'{group}' is no group: it needs two components whose data belongs together"
            yield Finding((_SECTION, group), rule, "name another, or leave it out")
        for place, name in enumerate(members):
            path = (_SECTION, group, place)
            if Counter(members[: place + 1])[name] > 1:
                yield Finding(path, f"'{name}' is there twice", "leave one out")
            elif name in owners:
                rule = f"'{name}' is in the consistency group '{owners[name]}' already"
                yield Finding(path, rule, "leave it in one of them, or make the two one")
            elif name in parts.components:
                yield from _member(path, name, parts.components[name])
            owners[name] = group
        yield from _one_way(group, [name for name in members if name in parts.components], parts)


def _member(path: tuple[str | int, ...], name: str, component: Component) -> Findings:
    if component.data is None:
        yield Finding(path, f"'{name}' has no data that could go back", "give it 'data' and 'copies', or leave it out")
    elif not component.copies:
        yield Finding(path, f"'{name}' has no copies to go back to", "give it 'copies', or leave it out")
    if component.on_partition == "takeover, alone":
        rule = f"'{name}' takes over alone when it is cut off, without the others of its group"
        yield Finding(path, rule, "leave one of the two out, or let a 'witness' decide")


def _one_way(group: str, members: list[str], parts: Parts) -> Findings:
    """Replicated copies are of another moment than what is restored."""
    replicated = {name: [way for way in _REPLICATED if way in parts.components[name].recover] for name in members}
    first = next((name for name in members if replicated[name]), None)
    other = next((name for name in members if "cold" in parts.components[name].recover), None)
    if first is not None and other is not None:
        whose = "" if other == first else f"'{other}' "
        rule = (
            f"'{first}' comes back by '{replicated[first][0]}' and {whose}by 'cold': "
            "a replicated copy and a restored one are of two moments"
        )
        hint = "let 'recover' say the same for all of the group: [cold], or hot and warm only"
        yield Finding((_SECTION, group), rule, hint)


def order_findings(groups: Groups, parts: Parts, response: Response | None) -> Findings:
    """Check that a group does not go home one by one, and that no member waits for itself by way of another."""
    if response is not None and response.failback is not None:
        yield from _stays(groups, parts)
    waits, alone = _waits(groups, parts, response), _waits({}, parts, response)
    for group, members in groups.items():
        for name in members:
            for other in members:
                if _leads(alone, ("restored", other), ("serves", other)):
                    continue  # it waits for itself by what it stands on, whatever is in the group
                if name != other and _leads(waits, ("restored", other), ("serves", name)):
                    rule = (
                        f"nothing of '{group}' can ever start: '{other}' is restored when '{name}' serves, "
                        f"which waits for the restore of '{other}'"
                    )
                    hint = "take one out of the group, or out of what the other waits for"
                    yield Finding((_SECTION, group), rule, hint)
                    return


def _stays(groups: Groups, parts: Parts) -> Findings:
    """Home in waiting is of another moment for each."""
    for group, members in groups.items():
        for name in members:
            if name in parts.components and parts.components[name].standby is not None:
                rule = f"'{name}' of the consistency group '{group}' would go home alone, each when it is ready"
                yield Finding((_SECTION, group), rule, "leave 'failback' or the group out")
                break


def _waits(groups: Groups, parts: Parts, response: Response | None) -> dict[_Node, set[_Node]]:
    """What each restore, each component that is to serve and each step of the plan waits for."""
    found: dict[_Node, set[_Node]] = {}
    members = {name: set(group) for group in groups.values() for name in group}
    for name, need in starting_needs(parts.components).items():
        needs = {other for other in leaves(need) if other in parts.components}
        beside = {other for other in needs if parts.components[other].scope == "site"}
        found["restored", name] = {("serves", other) for other in beside}
        found["serves", name] = {("restored", other) for other in members.get(name, {name})}
        found["serves", name] |= {("serves", other) for other in needs}
    for step, task in parts.steps.items():
        found.setdefault(("done", step), set()).update(_named(task.after, parts))
        for other in task.ahead_of:
            for node in (("done", other),) if other in parts.steps else (("restored", other), ("serves", other)):
                found.setdefault(node, set()).add(("done", step))
    if response is not None and response.order != "dependencies":
        before: set[_Node] = set()
        rest = set(parts.components) - {name for group in response.groups for name in group}
        for names in (*map(set, response.groups), rest):
            for name in names & set(parts.components):
                found["restored", name] |= before
            before |= {("serves", name) for name in names}
    return found


def _named(names: tuple[str, ...], parts: Parts) -> set[_Node]:
    return {("done", name) if name in parts.steps else ("serves", name) for name in names}


def _leads(waits: Mapping[_Node, set[_Node]], start: _Node, end: _Node) -> bool:
    """Whether one waits for the other, by way of others or not."""
    seen, todo = {start}, [start]
    while todo:
        more = waits.get(todo.pop(), set()) - seen
        seen |= more
        todo += more
    return end in seen
