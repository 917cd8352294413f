"""The model as YAML in the notation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from drsim.calendar import Calendar, Schedule
from drsim.distributions import Law
from drsim.model.landscape import Landscape
from drsim.model.scenario import Scenario
from drsim.model.tree import plain_leaf, written
from drsim.units import Quantity

_Base: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    """Puts in quotes what the reader would not take as text, and nothing else."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def ignore_aliases(self, data: object) -> bool:
        return True


for _tag, _pattern, _first in (
    ("int", r"0|[1-9][0-9]*", "0123456789"),
    ("float", r"[0-9]+\.[0-9]+", "0123456789"),
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number of a scenario, and where it is from."""

    path: str
    """Where it stands; also for `--set` and `with_`."""
    text: str
    """As written, without its source."""
    source: str | None
    """The name of its source; None for an assumption."""


def dump(what: Scenario | Landscape) -> str:
    """Write a scenario or landscape as YAML: resolved, self-contained, keys sorted; reading it gives an equal one."""
    kind = "scenario" if isinstance(what, Scenario) else "landscape"
    tree = written(what, _leaf)
    body = yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, default_flow_style=None, width=120) if tree else ""
    return f"drsim: {kind} 1\n{body}"


def assumptions(scenario: Scenario) -> list[Assumption]:
    """List every quantity of a scenario with its source, by path; defaults only where they say how people respond,
    how many they are, and what is promised.
    """
    tree = written(scenario, _same)
    landscape = tree.pop("landscape")
    landscape.pop("response", None)
    landscape.pop("title", None)
    found = [*_quantities(tree, ""), *_quantities(landscape, "")]
    return sorted(found, key=lambda each: each.path)


def _same(value: object) -> object:
    return value


def _quantities(node: object, path: str) -> Iterator[Assumption]:
    if isinstance(node, Quantity):
        yield Assumption(path, node.text, _source(node))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _quantities(value, f"{path}.{key}" if path else key)


def _source(quantity: Quantity) -> str | None:
    """Give the source; of a mixture those of all its parts, if each of them has one."""
    if not isinstance(quantity, Law) or not quantity.parts:
        return quantity.source
    sources = [_source(part) for _, part in quantity.parts]
    return None if None in sources else ", ".join(sorted({source for source in sources if source is not None}))


def _leaf(value: Quantity | Calendar | Schedule) -> Any:
    """Write the laws that are mappings as mappings."""
    plain = plain_leaf(value)
    if isinstance(value, Law) and plain.startswith("{"):
        return yaml.load(plain, Loader=yaml.BaseLoader)  # leaves every scalar a text
    return plain
