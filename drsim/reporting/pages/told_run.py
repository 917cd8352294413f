"""What sections of the report of a run have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from drsim.reporting.decided import back_before
from drsim.reporting.pages.document import (
    Block,
    Cell,
    Paragraph,
    Pieces,
    fill,
    link,
    said,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, Told, joined
from drsim.reporting.summary import LONGEST_SITE, worst_first
from drsim.studies.dossier import Dossier

if TYPE_CHECKING:
    from drsim.studies.dossier import Dossier
    from drsim.studies.result import Outcome
    from drsim.units import Duration

__all__ = ["ToldRun"]


class ToldRun(Told[Dossier]):
    """A run, in the words of a language."""

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """Services, the worst first."""
        return sorted(self.found.result.outcomes, key=worst_first)

    @property
    def horizon(self) -> int:
        """How far a drill goes, in ms."""
        return self.found.result.plan.horizon

    def site(self, name: str) -> Pieces:
        """A municipality: by its title, where those of all are short enough for a table."""
        return said(self._titles.get(name) or name)

    @cached_property
    def _titles(self) -> dict[str, str]:
        sites = self.found.result.scenario.landscape.sites
        titles = {name: sites[name].title for name in self.found.result.turned_away_by_municipality}
        return titles if all(len(title or "") <= LONGEST_SITE for title in titles.values()) else {}

    def recovery(self, outcome: Outcome, path: str) -> tuple[Cell, ...]:
        """Half the drills, and 95 % of them."""
        quantiles = [outcome.recovery[0.5], outcome.recovery[0.95]]
        paths = [f"{path}.recovery.p50", f"{path}.recovery.p95"]
        return tuple(Cell(*found) for found in self.mark.times(quantiles, paths, self.horizon))

    def in_time(self, outcome: Outcome, path: str) -> Cell:
        """The share of drills that meet the RTO."""
        if outcome.in_time is None:
            return NOTHING
        return Cell(self.mark.share(outcome.in_time, f"{path}.in_time"))

    def minimum(self, outcome: Outcome) -> Pieces:
        """What a service has to give to be back: a part of its level."""
        targets = self.found.result.scenario.landscape.services[outcome.name].targets
        return self.mark.text(targets.mbco.text, f"services.{outcome.name}.targets.mbco")

    def held_back(self, *outcomes: Outcome) -> list[Block]:
        """Of services that are not back in time, or at all, that some of their places are back before the whole."""
        _ = self.words.gettext
        pattern = _("{service} is back at {places} sooner than as a whole: {all} together give too little until then.")
        everywhere = link(_("all its places"), "places")
        return [
            Paragraph(
                fill(pattern, service=said(each.title), places=joined(self._places(sooner), ", "), all=everywhere)
            )
            for each in outcomes
            if (sooner := back_before(self.found.result, each))
        ]

    def _places(self, points: Sequence[Outcome]) -> list[Pieces]:
        """Municipalities with channels."""
        return [
            joined([self.site(each.group.municipality), self.channel(each)], " · ")
            if each.group.municipality
            else self.channel(each)
            for each in points
        ]

    def channel(self, point: Outcome) -> Pieces:
        """How a place is reached; by its name where it has no channel."""
        return said(point.group.channel or str(point.group.point))

    def contacts(self, outcome: Outcome, path: str) -> tuple[Cell, Cell]:
        """Contacts lost, and all of them."""
        if not outcome.contacts.value:
            return NOTHING, NOTHING
        lost = self.mark.mean(outcome.contacts_lost, f"{path}.contacts_lost")
        return Cell(*lost), Cell(self.mark.mean(outcome.contacts, f"{path}.contacts")[0])

    def norm(self, target: Duration | None) -> Cell:
        """The norm that a target is from."""
        if target is None:
            return NOTHING
        if target.source is None:
            return Cell(words_of(self.words.gettext("none named")))
        names = target.source.split(", ")
        return Cell(joined([link(name, f"norm-{name}") for name in names], ", "))

    def asked(self, outcome: Outcome) -> Pieces:
        """In which share of drills a target is to be met."""
        return self.mark.text(f"{100 * outcome.asked:g} %", f"services.{outcome.name}.targets.share")
