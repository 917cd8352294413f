"""Steps of the plan: calls, approvals and waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, some
from drsim.testing.components import Components, classes, roles
from drsim.testing.people import UNTIL_IT_WORKS


@dataclass
class Tasks:
    """The steps of the plan of a landscape."""

    known: Components
    steps: Document = field(default_factory=dict)

    def rests_on(self, name: str) -> set[str]:
        """What has to come before a component or step, itself included; rather too much than too little."""
        found, todo = {name}, [name]
        while todo:
            for other in self._before(todo.pop()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    def _before(self, name: str) -> Iterator[str]:
        yield from (
            step
            for step, content in self.steps.items()
            if name in (*content.get("before", ()), *content.get("replaces", ()))
        )
        if name in self.steps:
            yield from self.steps[name].get("after", ())
            return
        holders = [self.known.components[name]]
        for holder in holders:
            holders += [self.known.classes[each] for each in classes(holder)]
            yield from _names(holder.get("needs", []))
            yield from _names(holder.get("starts_after", []))


def _names(need: Any) -> Iterator[str]:
    """The names in a tree of needs."""
    if isinstance(need, str):
        yield need
    elif isinstance(need, list):
        for part in need:
            yield from _names(part)
    elif isinstance(need, dict):
        for part in need.values():
            yield from _names(part["of"] if isinstance(part, dict) else part)


def _has_start(component: Document) -> bool:
    """Whether a component may start at a standby, and something may take the place of that."""
    if "boots" in component:
        return False
    role = next((role for role in roles(component).values() if role != "active"), "") if component else ""
    return bool({"warm", "cold"} & set(component.get("recover", [role])))


@st.composite
def task(draw: DrawFn, tasks: Tasks) -> None:
    """A step of the plan; shrinks to a wait of 5 minutes before the first component."""
    names = [*tasks.known.components, *tasks.steps]
    before = some(draw, names, 2)
    after = some(draw, [name for name in names if not tasks.rests_on(name) & set(before)], 2)
    step: Document = {"do": "something"} if tasks.known.given["labels"] and one_in(draw, 4) else {}
    step |= tasks.known.people.step(draw, works=UNTIL_IT_WORKS)
    if "by" in step and one_in(draw, 3):
        step["approval"] = True
    step["before"] = before if before or after else names[:1]
    if after:
        step["after"] = after
    components = tasks.known.components
    replaceable = [name for name in step["before"] if _has_start(components.get(name, {}))]
    if replaceable and one_in(draw, 3):
        step["replaces"] = replaceable[:1]
        step["before"] = [name for name in step["before"] if name not in replaceable[:1]]
    tasks.steps[f"step-{len(tasks.steps) + 1}"] = {key: value for key, value in step.items() if value != []}
