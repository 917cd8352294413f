"""The report of a hunt: what breaks a promise, when in the week, and what was looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, get_args

from drsim.reporting.pages.document import (
    Block,
    Cell,
    Document,
    Group,
    Paragraph,
    Pieces,
    Row,
    Section,
    Table,
    code,
    fill,
    number,
    said,
    term,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, Told, joined
from drsim.reporting.pages.words import N_, Words
from drsim.studies.dossier import Chase
from drsim.studies.hunt import Reason

if TYPE_CHECKING:
    from drsim.measures.margins import Margin
    from drsim.studies.breakable import Kind, Thing
    from drsim.studies.hunt import Case, Hour, Set

__all__ = ["KIND_WORDS", "REASON_WORDS", "THING_WORDS", "reported_hunt"]

REASON_WORDS: Final = (
    *(N_("a part breaks it already"), N_("nothing that the service rests on is hit")),
    N_("nobody asks for that team"),
)
"""Why a set needs no drill, as the hunt names it."""
THING_WORDS: Final[dict[Kind, str]] = {
    "component": N_("component {name}"),
    "site": N_("site {name}"),
    "link": N_("link {name}"),
    "links_of": N_("all links of {name}"),
    "label": N_("all with the label {name}"),
    "team": N_("team {name}"),
    "people": N_("one of team {name}"),
    "power": N_("mains of {name}"),
    "corruption": N_("data of {name} corrupted"),
}
"""One thing that breaks."""
KIND_WORDS: Final[dict[Kind, str]] = {
    "component": N_("components"),
    "site": N_("sites"),
    "link": N_("links"),
    "links_of": N_("all links of a site"),
    "label": N_("all with a label"),
    "team": N_("whole teams and suppliers"),
    "people": N_("one of a team"),
    "power": N_("mains of a site"),
    "corruption": N_("data corrupted"),
}
"""Things of a kind."""


def reported_hunt(chase: Chase, words: Words) -> Document:
    """What is told of a hunt, the answer first."""
    page = _Hunt(chase, words)
    parts = (page.answer(), *page.cases(), page.hours(), page.looked_at(), page.how("hunted"))
    return Document(page.title(), page.lead(), tuple(part for part in parts if part), page.record)


class _Hunt(Told[Chase]):
    """A hunt, in the words of a language."""

    def title(self) -> Pieces:
        """What is promised of which service."""
        _, hunt = self.words.gettext, self.found.hunt
        promise, services = hunt.promise, hunt.scenario.landscape.services
        limit = () if promise.limit is None else self.mark.text(promise.limit.text, "promise.limit")
        text = _("What breaks it that {service} keeps running")
        if limit:
            text = _("What breaks it that {service} is back within {limit}")
            if promise.is_about_data:
                text = _("What breaks it that {service} loses at most {limit} of data")
        return fill(text, service=said(services[promise.service].title or promise.service), limit=limit)

    def lead(self) -> tuple[Paragraph, ...]:
        """In which scenario, and of how many drills this is."""
        _, hunt = self.words.gettext, self.found.hunt
        drills = self.words.ngettext(
            "asked in {asked} of drills · {n} drill of each set, the same luck in all · {moment} · seed {seed}",
            "asked in {asked} of drills · {n} drills of each set, the same luck in all · {moment} · seed {seed}",
            hunt.replications,
        )
        facts = fill(
            drills,
            asked=self.mark.percent("promise.asked"),
            n=self.mark.count("replications"),
            moment=term(self.words.moment(hunt.scenario.moment)),
            seed=number(str(hunt.seed), "seed", self.record),
        )
        bare = _("What happens in the scenario itself is left out: each set breaks alone.")
        found = [
            Paragraph(said(hunt.scenario.title), "question"),
            Paragraph(facts, "small"),
            Paragraph(words_of(bare), "small"),
        ]
        if hunt.interrupted:
            found.append(Paragraph(words_of(_("Interrupted: this is what was found until then.")), "notice"))
        return tuple(found)

    def answer(self) -> Section:
        """The answer in a sentence or two, and how sure it is."""
        _ = self.words.gettext
        told: tuple[Block, ...] = (Paragraph(self._sentence() + self._looked(), "answer"),)
        if self.record["report"]["confidence"] is None:  # no share is shown
            return Section("answer", _("The answer"), told)
        text = _("How sure: in brackets is the {confidence} interval, which more drills would narrow.")
        text += " " + _("A set breaks the promise where that lies below the share that is asked.")
        sure = fill(text, confidence=self.mark.percent("report.confidence"))
        return Section("answer", _("The answer"), (*told, Paragraph(sure, "small")))

    def _sentence(self) -> Pieces:
        _, ngettext, hunt = self.words.gettext, self.words.ngettext, self.found.hunt
        if not hunt.found:
            return words_of(_("Nothing that was looked at breaks it."))
        if not hunt.found[0].things:
            return words_of(_("It breaks with nothing broken at all."))
        sets = ngettext("{n} set of failures breaks it.", "{n} sets of failures break it.", len(hunt.found))
        least = min(len(case.things) for case in hunt.found)
        smallest = ngettext("The smallest is {n} thing.", "The smallest is {n} things together.", least)
        return (
            *fill(f"{sets} ", n=self.mark.count("report.answer.found")),
            *fill(smallest, n=self.mark.count("report.answer.smallest")),
        )

    def _looked(self) -> Pieces:
        """How far the search came, and what it leaves open."""
        _, hunt = self.words.gettext, self.found.hunt
        text = self.words.ngettext(
            "All sets of up to {n} thing were looked at.",
            "All sets of up to {n} things were looked at.",
            hunt.completed,
        )
        if hunt.completed < 1:
            text = _("No more than nothing at all was looked at whole.")
        found = fill(f" {text}", n=self.mark.count("completed"))
        if hunt.undecided:
            found += fill(" " + _("Too close to call: {n}."), n=self.mark.count("report.answer.undecided"))
        return found

    # what was found

    def cases(self) -> tuple[Section, ...]:
        """What breaks it, what is too close to call, and what comes near."""
        _, hunt = self.words.gettext, self.found.hunt
        near = _("Sets that the promise survives, each nearer to a miss than all of its parts.")
        kinds = (
            ("found", _("What breaks it"), "", hunt.found),
            ("undecided", _("Too close to call"), _("More drills may settle these."), hunt.undecided),
            ("near", _("Near misses"), near, hunt.near),
        )
        return tuple(self._cases(name, heading, text, found) for name, heading, text, found in kinds if found)

    def _cases(self, name: str, heading: str, text: str, cases: Sequence[Case]) -> Section:
        _ = self.words.gettext
        heads = tuple(map(words_of, (_("What breaks"), _("Kept in"), _("To spare"), _("Times a year"))))
        rows = tuple(self._case(case, f"{name}.{place}") for place, case in enumerate(cases))
        told = _("To spare: what is left of the limit in the share of drills that is asked; − is lacking.")
        told += " " + _("Times a year: how often all of it is down at once, in the long run, where that is known.")
        blocks: list[Block] = [Paragraph(words_of(text), "small")] if text else []
        blocks += [Table(heading, heads, (Group((), rows),)), Paragraph(words_of(told), "small")]
        return Section(name, heading, tuple(blocks))

    def _case(self, case: Case, path: str) -> Row:
        often = self.mark.text(f"{case.per_year:.2g}", f"{path}.per_year") if case.per_year is not None else ()
        return Row(
            Cell(self._things(case.things), self._unsure(case)),
            (
                Cell(self.mark.share(case.kept, f"{path}.kept")),
                self._spare(case.margin, path),
                Cell(often) if often else NOTHING,
            ),
        )

    def _things(self, what: Set) -> Pieces:
        if not what:
            return words_of(self.words.gettext("nothing at all"))
        return joined([self._thing(each) for each in what], " + ")

    def _thing(self, thing: Thing) -> Pieces:
        """What it is, and its name."""
        return fill(self.words.gettext(THING_WORDS[thing.kind]), name=code(thing.name))

    def _unsure(self, case: Case) -> Pieces:
        """Which parts of it may be enough."""
        text = self.words.gettext("{part} may break it already")
        return joined([fill(text, part=self._things(part)) for part in case.unsure], "; ")

    def _spare(self, margin: Margin | None, path: str) -> Cell:
        if margin is None:
            return NOTHING
        return Cell(*self.mark.margin(margin, _margin_paths(path)))

    def hours(self) -> Section | None:
        """When in the week a set does most harm, and least."""
        _ = self.words.gettext
        found = [(case, f"found.{place}") for place, case in enumerate(self.found.hunt.found) if case.hours]
        if not found:
            return None
        rows = [Row(Cell(self._things(case.things)), self._week(case, path)) for case, path in found]
        heads = tuple(
            map(words_of, (_("What breaks"), _("Worst hour"), _("Kept in"), _("Best hour"), _("Kept in"))),
        )
        table = Table(_("Hours of the week at which it breaks"), heads, (Group((), tuple(rows)),))
        first, path = found[0]
        drills = self.words.ngettext(
            "Of {n} drill at each hour of the week.",
            "Of {n} drills at each hour of the week.",
            first.hours[0].kept.trials,
        )
        told = fill(drills, n=self.mark.count(f"{path}.hours.0.kept.trials"))
        return Section("hours", _("When in the week"), (table, Paragraph(told, "small")))

    def _week(self, case: Case, path: str) -> tuple[Cell, ...]:
        """The worst and the best hour, and how often it is kept then; once, where all are alike."""
        (moment, kept), best = (
            (NOTHING, NOTHING) if hour is None else self._hour(case, hour, path) for hour in (case.worst, case.best)
        )
        if case.alike:
            moment, best = Cell(words_of(self.words.gettext("all hours alike"))), (NOTHING, NOTHING)
        return moment, kept, *best

    def _hour(self, case: Case, hour: Hour, path: str) -> tuple[Cell, Cell]:
        there = f"{path}.hours.{case.hours.index(hour)}"
        moment = number(self.words.instant(hour.moment, dated=True), f"{there}.moment", self.record)
        spare: Pieces = ()
        if hour.margin is not None and not math.isinf(hour.margin.value):
            spare = fill(
                self.words.gettext("{time} to spare"), time=self.mark.margin(hour.margin, _margin_paths(there))[0]
            )
        return Cell(moment), Cell(self.mark.share(hour.kept, f"{there}.kept"), spare)

    # what was looked at

    def looked_at(self) -> Section:
        """How many sets there are, were drilled, and need no drill for a reason; what could break."""
        _, hunt = self.words.gettext, self.found.hunt
        reasons = get_args(Reason)
        heads = tuple(map(words_of, (_("Things together"), _("Sets"), _("Drilled"), *map(_, reasons))))
        rows = []
        for place, order in enumerate(hunt.orders):
            path = f"orders.{place}"
            skipped = [
                Cell(self.mark.count(f"{path}.skipped.{reason}")) if order.skipped.get(reason) else NOTHING
                for reason in reasons
            ]
            counts = (Cell(self.mark.count(f"{path}.{name}")) for name in ("sets", "drilled"))
            rows.append(Row(Cell(self.mark.count(f"{path}.order")), (*counts, *skipped)))
        sets = Table(_("Sets that were drilled, or need no drill"), heads, (Group((), tuple(rows)),))
        kinds = tuple(
            Row(Cell(words_of(_(KIND_WORDS[kind]))), (Cell(self.mark.count(f"report.among.{kind}")),))
            for kind in self.record["report"]["among"]
        )
        among = Table(_("What could break"), (words_of(_("Kind")), words_of(_("Number"))), (Group((), kinds),))
        return Section("looked-at", _("What was looked at"), (sets, among))


def _margin_paths(path: str) -> tuple[str, str, str]:
    return f"{path}.margin_ms", f"{path}.margin_low_ms", f"{path}.margin_high_ms"
