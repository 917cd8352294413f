"""YAML to model, with the file, line and column of every problem; and the model to YAML."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from drsim.errors import DrsimError
from drsim.model.landscape import Landscape
from drsim.model.scenario import Scenario
from drsim.model.tree import plain_leaf, written
from drsim.reading.build import Draft, Written, build_landscape, build_placed, build_scenario
from drsim.reading.dump import Assumption, assumptions, dump
from drsim.reading.files import Reader
from drsim.reading.nodes import Problems, planted
from drsim.reading.paths import in_order, settings

__all__ = [
    "Assumption",
    "Written",
    "assumptions",
    "changed",
    "dump",
    "load",
    "load_landscape",
    "load_placed",
    "loads",
    "loads_landscape",
]

S = TypeVar("S", bound=Scenario)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def load(path: str | os.PathLike[str], set: Mapping[str, Any] = _NOTHING) -> Scenario:  # noqa: A002
    """Read a scenario file, or standard input for `-`, with the values at some paths set.

    A path of `set` may also lead into a class or a channel. InputError has every problem of every file.
    """
    reader = Reader()
    return _scenario(reader.scenario(_path(path)), set, reader.problems)


def load_placed(path: str | os.PathLike[str], set: Mapping[str, Any] = _NOTHING) -> tuple[Scenario, Written]:  # noqa: A002
    """Read a scenario as `load` does, and give where each part of it was written as well."""
    reader = Reader()
    draft = _changed(reader.scenario(_path(path)), set, reader.problems)
    return build_placed(draft, reader.problems)


def _path(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise DrsimError(f"{path!r} is not the path of a file")
    return str(os.fspath(path))


def loads(text: str, *, base: Path = Path(".")) -> Scenario:
    """Read a scenario that is given as text; `base` is where the paths in it start from."""
    reader = Reader()
    return _scenario(reader.scenario_text(text, None, base), _NOTHING, reader.problems)


def load_landscape(path: str | os.PathLike[str], set: Mapping[str, Any] = _NOTHING) -> Landscape:  # noqa: A002
    """Read a landscape file or directory, or standard input for `-`, with the values at some paths set.

    InputError has every problem of every file.
    """
    reader = Reader()
    draft = reader.landscape(_path(path))
    draft.change(in_order(settings(set, reader.problems)), reader.problems)
    return build_landscape(draft, reader.problems)


def loads_landscape(text: str) -> Landscape:
    """Read a landscape that is given as text."""
    reader = Reader()
    return build_landscape(reader.landscape_text(text, None), reader.problems)


def changed(scenario: S, changes: Mapping[str, Any]) -> S:
    """Give a scenario with the values at some paths set; what `Scenario.with_` does."""
    if not isinstance(changes, Mapping):
        raise DrsimError(f"{changes!r} is not a mapping of paths to values, such as {{'response.wait': '1 h'}}")
    problems = Problems()
    tree = planted(written(scenario, plain_leaf))
    landscape = tree.pop("landscape")
    draft = Draft(tree, landscape, file=scenario.file, resolved=True)
    return _scenario(draft, changes, problems)  # type: ignore[return-value]


def _scenario(draft: Draft | None, values: Mapping[str, Any], problems: Problems) -> Scenario:
    return build_scenario(_changed(draft, values, problems), problems)


def _changed(draft: Draft | None, values: Mapping[str, Any], problems: Problems) -> Draft:
    if draft is None:
        problems.refuse()
        raise AssertionError("what could not be read has no problem")
    draft.change(in_order(settings(values, problems)), problems)
    return draft
