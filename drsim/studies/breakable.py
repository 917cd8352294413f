"""What may break in a landscape, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from drsim.errors import DrsimError, did_you_mean
from drsim.model.landscape import Fails, Landscape
from drsim.model.scenario import Disruption

__all__ = ["KINDS", "Kind", "Thing", "things"]

Kind = Literal["component", "site", "link", "links_of", "label", "team", "people", "power", "corruption"]
"""What may break; `people`: some of a team, `label`: all that bear it, `links_of`: all links of a site."""
KINDS: Final = get_args(Kind)


@dataclass(frozen=True, order=True)
class Thing:
    """One thing that may break."""

    kind: Kind
    name: str
    heads: int = 0
    """Of a team of whom some may be away: how many work there at one time; else 0."""

    @property
    def key(self) -> tuple[str, str]:
        """The thing itself: a team, whoever of it is away."""
        return "team" if self.kind == "people" else self.kind, self.name

    @property
    def text(self) -> str:
        """In words: `component oracle`, `one of team dba`."""
        return f"one of team {self.name}" if self.kind == "people" else f"{self.kind.replace('_', ' ')} {self.name}"

    def disruption(self, **more: Any) -> Disruption:
        """That it breaks; `more` as a disruption has it."""
        return Disruption(kind=self.key[0], target=self.name, **more)  # type: ignore[arg-type]


def things(
    landscape: Landscape, kinds: Sequence[Kind] | None = None, names: Sequence[str] | None = None
) -> list[Thing]:
    """What may break, by kind and name. `kinds`: by default all but corruption; `names`: only those with these names.

    Raises DrsimError for a kind that there is not, and a name that nothing of these kinds has.
    """
    for kind in kinds or ():
        if kind not in KINDS:
            raise DrsimError(f"nothing is of the kind {kind!r}: {did_you_mean(kind, KINDS)}")
    there: Mapping[str, Sequence[str]] = {
        "component": sorted(landscape.components),
        "site": sorted(landscape.sites),
        "link": sorted(landscape.links),
        "links_of": sorted({site for link in landscape.links.values() for site in link.between}),
        "label": sorted(landscape.labels),
        "team": sorted(landscape.crews),
        "people": sorted(name for name in landscape.crews if _heads(landscape, name) > 1),
        "power": sorted(name for name, site in landscape.sites.items() if site.power is not None),
        "corruption": sorted(name for name in landscape.components if _may_be_corrupt(landscape, name)),
    }
    allowed = [kind for kind in KINDS if kind != "corruption"] if kinds is None else kinds
    found = [
        Thing(kind, name, _heads(landscape, name) if kind == "people" else 0)
        for kind in allowed
        for name in there[kind]
    ]
    if names is None:
        return found
    known = {each.name for each in found}
    if not known:
        raise DrsimError(f"nothing could break of the kind {', '.join(allowed)}\n  allow other kinds")
    for name in names:
        if name not in known:
            raise DrsimError(f"nothing that may break is named {name!r}: {did_you_mean(name, sorted(known))}")
    return [each for each in found if each.name in names]


def fails_of(landscape: Landscape, thing: Thing) -> Fails | None:
    """How a thing fails of its own; None where nobody says."""
    if thing.kind == "component":
        return landscape.components[thing.name].fails
    if thing.kind == "site":
        return landscape.sites[thing.name].fails
    return landscape.links[thing.name].fails if thing.kind == "link" else None


def _heads(landscape: Landscape, name: str) -> int:
    """How many work there at one time, for those without shifts."""
    team = landscape.crews[name]
    return 0 if team.shifts else team.people.number


def _may_be_corrupt(landscape: Landscape, name: str) -> bool:
    component = landscape.components[name]
    return component.data is not None and any(copy.taken is not None for copy in component.copies.values())
