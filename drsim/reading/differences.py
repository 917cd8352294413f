"""What differs between two scenarios, by the paths that `--set` and `with_` take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from drsim.model.scenario import Scenario
from drsim.model.tree import plain_leaf, written

__all__ = ["Change", "differences"]


@dataclass(frozen=True, slots=True)
class Change:
    """A value, or a whole entry, that is not the same in both."""

    path: str
    before: str | None
    """As written; None: it is not there."""
    after: str | None


def differences(before: Scenario, after: Scenario) -> list[Change]:
    """List what differs, by path; an entry that only one has is one change. What does not change the drill is none: titles,
    questions and what is expected.
    """
    return sorted(_changes(_tree(before), _tree(after), ""), key=lambda change: change.path)


def _tree(scenario: Scenario) -> dict[str, Any]:
    tree = written(scenario, plain_leaf)
    landscape = {key: value for key, value in tree.pop("landscape").items() if key not in ("response", "title")}
    for key in ("title", "question", "why", "expect"):
        tree.pop(key, None)
    return landscape | tree  # a path does not begin with the landscape's name


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        one, two = before.get(key), after.get(key)
        here = f"{path}.{key}" if path else key
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            yield from _changes(one, two, here)
        elif isinstance(one or two, Mapping) and not path and (one is None or two is None):
            yield from _changes(one or {}, two or {}, here)  # a whole section: its entries are the changes
        elif one != two:
            yield Change(here, _text(one), _text(two))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    line = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"))
    return line.removesuffix("\n").removesuffix("\n...")
