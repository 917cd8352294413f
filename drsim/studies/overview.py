"""A landscape as a whole: what lies below what, what inherits a higher class, and what alone stops a service."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from drsim.displayed import Displayed
from drsim.model.landscape import Landscape
from drsim.model.needs import leaves
from drsim.planning.alone import Loss, Only, losses, only_people, stopped_by
from drsim.planning.graph import closure, inherited, layers, running_graph, topmost

__all__ = ["Heir", "Overview"]


@dataclass(frozen=True, slots=True)
class Heir:
    """A component on which something of a higher GEMMA availability class rests."""

    name: str
    own: int | None
    """Its class as written; None if it says none."""
    inherited: int
    """The highest class of what rests on it."""
    path: tuple[str, ...]
    """From the component that has that class down to it, by needs."""


class Overview(Displayed):
    """What there is to see of a landscape, or of the part below one of its services.

    The losses are those of the whole landscape; with `service` only those that this service feels.
    """

    def __init__(self, landscape: Landscape, service: str | None = None) -> None:
        self.landscape = landscape
        self.services = tuple(sorted(landscape.services)) if service is None else (service,)
        self._only_one = service is not None

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        title = self.landscape.title or "a landscape"
        return f"<Overview of {title!r}: {len(self.services)} services on {len(self.components)} components>"

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Those that are shown, by name."""
        if not self._only_one:
            return tuple(sorted(self.landscape.components))
        return tuple(sorted(closure(running_graph(self.landscape), self.direct(self.services[0]))))

    def direct(self, service: str) -> tuple[str, ...]:
        """The components that the points of a service need themselves, by name."""
        points = self.landscape.services[service].points.values()
        return tuple(sorted({name for point in points for name in leaves(point.needs)}))

    def needs(self, component: str) -> tuple[str, ...]:
        """The components that it needs itself, by name."""
        return tuple(sorted(set(leaves(self.landscape.components[component].needs)) - {component}))

    @cached_property
    def lines(self) -> tuple[tuple[str, str, str], ...]:
        """("service" or "component", its name, a component that it needs), without needs that it also has by way of another."""
        graph = running_graph(self.landscape)
        drawn = [("service", name, below) for name in self.services for below in topmost(graph, self.direct(name))]
        drawn += [("component", name, below) for name in self.components for below in topmost(graph, self.needs(name))]
        return tuple(drawn)

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """The shown components by how far below the services they lie, each by name; none is empty."""
        layer = layers(self.landscape)
        found: dict[int, list[str]] = {}
        for name in self.components:
            found.setdefault(layer[name], []).append(name)
        return tuple(tuple(found[depth]) for depth in sorted(found))

    @cached_property
    def unnoticed(self) -> tuple[str, ...]:
        """The shown components that no service rests on, by name."""
        direct = {name for service in self.landscape.services for name in self.direct(service)}
        return tuple(sorted(set(self.components) - closure(running_graph(self.landscape), direct)))

    @cached_property
    def heirs(self) -> tuple[Heir, ...]:
        """The shown components that inherit a higher class than their own, the highest first; those that say none come last."""
        return tuple(sorted(self._heirs(), key=lambda heir: (heir.own is None, -heir.inherited, heir.name)))

    def _heirs(self) -> Iterator[Heir]:
        parts = self.landscape.components
        paths = inherited(self.landscape)
        for name in self.components:
            highest, own = parts[paths[name][0]].availability, parts[name].availability
            if highest is not None and len(paths[name]) > 1 and (own is None or own < highest):
                yield Heir(name, own, highest, paths[name])

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """What alone stops one of the services: first what stops most even after the standbys took over."""
        found = (
            loss._replace(stops=self._of_these(loss.stops), stays=self._of_these(loss.stays)) for loss in self._all
        )
        return tuple(
            sorted(
                (loss for loss in found if loss.stops or loss.stays),
                key=lambda loss: (-len(loss.stays), -len(loss.stops), loss.kind, loss.name, loss.site),
            )
        )

    def stopped_by(self, lost: Collection[str]) -> tuple[str, ...]:
        """Those of the services that fall below their minimum at once when sites and components are lost together, by name."""
        sites = {name for name in lost if name in self.landscape.sites}
        components = {name for name in lost if name in self.landscape.components}
        return self._of_these(stopped_by(self.landscape, sites, components))

    @cached_property
    def _all(self) -> tuple[Loss, ...]:
        return losses(self.landscape)

    @cached_property
    def people(self) -> tuple[Only, ...]:
        """Teams, suppliers and skills without whom some of these services do not come back, the scarcest first."""
        found = (
            only._replace(services=self._of_these(only.services)) for only in only_people(self.landscape, self._all)
        )
        return tuple(only for only in found if only.services)

    def _of_these(self, services: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in services if name in self.services)

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        parts = self.landscape.components
        return {
            "title": self.landscape.title,
            "services": {name: list(self.direct(name)) for name in self.services},
            "components": {
                name: {
                    "layer": depth,
                    "needs": list(self.needs(name)),
                    "at": {site: parts[name].at[site].role for site in sorted(parts[name].at)},
                    "availability": parts[name].availability,
                }
                for depth, names in enumerate(self.layers, 1)
                for name in names
            },
            "under_no_service": list(self.unnoticed),
            "inherited": [
                {"component": heir.name, "own": heir.own, "inherited": heir.inherited, "path": list(heir.path)}
                for heir in self.heirs
            ],
            "losses": [
                {
                    "kind": loss.kind,
                    "name": loss.name,
                    "site": loss.site or None,
                    "stops": list(loss.stops),
                    "stays": list(loss.stays),
                }
                for loss in self.losses
            ],
            "people": [
                {
                    "team": only.team,
                    "skill": only.skill or None,
                    "needed": only.needed,
                    "there": only.there,
                    "people": list(only.people),
                    "components": list(only.components),
                    "services": list(only.services),
                }
                for only in self.people
            ],
        }
