"""Changes at a path: `add`, `change` and `remove` of a scenario, `--set` and `with_`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from drsim.errors import did_you_mean
from drsim.model.fields import shown
from drsim.reading.nodes import BROKEN, NOWHERE, Items, Mark, Places, Problems, Table, cloned, parse, planted

SCENARIO_KEYS: Final = (
    *("title", "question", "why", "moment", "disruptions", "response", "horizon", "moves", "tests", "expect"),
)
"""The keys of a scenario that a path may begin with."""
SECTIONS: Final = (
    *("sources", "calendars", "sites", "links", "teams", "suppliers"),
    *("classes", "components", "consistency_groups", "steps", "channels", "services"),
)
"""The sections of a landscape that hold entries by name."""
LANDSCAPE_KEYS: Final = ("title", *SECTIONS[:2], "response", *SECTIONS[2:])
"""The keys of a landscape."""
_NAMED: Final = frozenset(
    {*SECTIONS, "disruptions", "expect", "pools", "travel", "at", "uses", "shares", "by", "copies", "points", "due"}
)
"""Keys whose value is a mapping with entries by name."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change at a path."""

    kind: Literal["add", "change", "remove", "set"]
    path: str
    value: Any = None
    places: Places = (NOWHERE, NOWHERE)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the path."""
        return tuple(self.path.split("."))

    def within(self, parts: tuple[str, ...]) -> bool:
        """Tell whether it is about this path or what is inside."""
        return self.parts[: len(parts)] == parts


def settings(values: Mapping[str, Any], problems: Problems) -> list[Change]:
    """Make changes of plain values; text in brackets, `true` and `false` are read as YAML reads them."""
    changes = []
    for path, value in values.items():
        if value is None and path == "moment":
            value = "any moment of the week"
        if value is None:
            problems.add(
                "there is no value here", path, hint="give one; only a scenario's 'remove' takes something out"
            )
            continue
        if isinstance(value, str) and (value.strip() in ("true", "false") or value.lstrip()[:1] in ("[", "{")):
            inner = Problems()
            parsed = parse(value, None, inner)
            for problem in inner.found:
                problems.add(problem.rule, path, hint=problem.hint)
            if inner.found:
                continue
            value = parsed
        mark = Mark(origin=path)
        changes.append(Change("set", path, planted(value, mark), (mark, mark)))
    return changes


def apply(root: Table, change: Change, problems: Problems) -> None:
    """Change a tree in place, or add a problem."""
    parts = change.parts
    node, named = root, False
    for depth, part in enumerate(parts[:-1]):
        inner = _step(node, named, parts, depth, change, problems)
        if inner is None:
            return
        node, named = inner, part in _NAMED and not named
    last = parts[-1]
    exists = last in node
    if change.kind == "add" and exists:
        where = str(node.at(last)[0])
        rule = f"'{change.path}' exists already" + (f", at {where}" if where else "")
        _refuse(change, rule, f"use 'change', or another name than '{last}'", problems)
    elif exists or change.kind == "add" or (change.kind == "set" and not named):
        if change.kind == "remove":
            del node[last]
        else:
            node.put(last, cloned(change.value), change.places)
    else:
        _unknown(node, parts, change, problems)


def _step(
    node: Table, named: bool, parts: tuple[str, ...], depth: int, change: Change, problems: Problems
) -> Table | None:
    """Go one name further, making a mapping that was left out if the change may."""
    part = parts[depth]
    if part not in node:
        if change.kind not in ("add", "set") or named:
            _unknown(node, parts[: depth + 1], change, problems)
            return None
        node.put(part, Table(change.places[0]), change.places)
    inner = node[part]
    if not isinstance(inner, Table):
        so_far = ".".join(parts[: depth + 1])
        rule = f"'{so_far}' is {shown(inner)}, which has no '{parts[depth + 1]}'"
        _refuse(change, rule, f"give all of '{so_far}'", problems)
        return None
    return inner


def _unknown(node: Table, parts: tuple[str, ...], change: Change, problems: Problems) -> None:
    hint = did_you_mean(parts[-1], list(node)) if node else f"there is nothing in '{'.'.join(parts[:-1])}'"
    _refuse(change, f"there is no '{'.'.join(parts)}'", hint, problems)


def _refuse(change: Change, rule: str, hint: str, problems: Problems) -> None:
    problems.add(rule, change.path, change.places[0], hint)


def written_changes(tree: Table, problems: Problems) -> list[Change]:
    """Take `add`, `change` and `remove` out of a scenario's tree; changes of classes and channels come first."""
    changes: list[Change] = []
    for kind in ("add", "change"):
        section = tree.get(kind, Table())
        mark = tree.at(kind)[1]
        if isinstance(section, Table):
            changes += [Change(kind, path, value, section.at(path)) for path, value in section.items()]
        elif section is not BROKEN:
            hint = "write entries such as '{teams.apps.people: 4}'"
            problems.add(f"{shown(section)} stands where a mapping is due", kind, mark, hint)
    removed = tree.get("remove", Items())
    if not isinstance(removed, Items):
        if removed is not BROKEN:
            rule = f"{shown(removed)} stands where a list is due"
            problems.add(rule, "remove", tree.at("remove")[1], "write '[components.printer-2]'")
        removed = Items()
    for index, (path, place) in enumerate(zip(removed, removed.places, strict=True)):
        if isinstance(path, str):
            changes.append(Change("remove", path, None, (place, place)))
        elif path is not BROKEN:
            problems.add(f"{shown(path)} is not a path", ("remove", index), place, "write '[components.printer-2]'")
    return in_order(changes)


def in_order(changes: list[Change]) -> list[Change]:
    """Sort changes so that the order in which they are written does not matter: what is outside comes first."""
    rank = {"add": 0, "change": 1, "set": 1, "remove": 2}
    return sorted(
        changes, key=lambda change: (change.parts[0] not in ("classes", "channels"), rank[change.kind], change.parts)
    )


def begins_well(change: Change, roots: Iterable[str], problems: Problems) -> bool:
    """Tell whether a path begins with one of these keys and is complete; add a problem if not."""
    if not all(change.parts):
        _refuse(change, f"'{change.path}' is not a path: a name is missing", "write names joined by dots", problems)
        return False
    first, known = change.parts[0], list(dict.fromkeys(roots))
    if first not in known:
        _refuse(change, f"no path begins with '{first}'", did_you_mean(first, known), problems)
    return first in known
