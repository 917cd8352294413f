"""What broke a rule, and what the rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from drsim.model.fields import Path
from drsim.model.landscape import Component, Link, Service, Site, Supplier, Task, Team


class Finding(NamedTuple):
    """One broken rule and where."""

    path: Path
    rule: str
    hint: str | None = None
    key: bool = False
    """Whether it is about the key at the path rather than the value."""
    leaf: str | None = None
    """The name that it is about, somewhere in the tree of needs at the path."""


Findings = Iterator[Finding]


@dataclass(slots=True)
class Parts:
    """What could be read of a landscape: the entries that are well on their own."""

    sites: dict[str, Site] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    steps: dict[str, Task] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def crews(self) -> Mapping[str, Team]:
        """Teams and suppliers together."""
        return {**self.teams, **self.suppliers}

    def labelled(self, label: str | None) -> list[Component]:
        """The components with a label."""
        return [component for _, component in sorted(self.components.items()) if label in component.labels]
