"""The report of a run, section by section; every number in it comes from a dossier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from drsim.measures.explanation import CAUSES
from drsim.reporting.causes import minutes_by_cause
from drsim.reporting.document import (
    Block,
    Cell,
    Command,
    Document,
    Group,
    Paragraph,
    Picture,
    Pieces,
    Row,
    Section,
    Table,
    Terms,
    code,
    fill,
    found_at,
    link,
    number,
    said,
    term,
    words_of,
)
from drsim.reporting.drawn import drawn
from drsim.reporting.marked import Marked
from drsim.reporting.numbers import NONE
from drsim.reporting.summary import GROUPS, LONGEST_SITE, alike, worst_first
from drsim.reporting.timeline import due_title
from drsim.reporting.wall import Wall
from drsim.reporting.words import N_, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from drsim.studies.dossier import Dossier
    from drsim.studies.result import Outcome
    from drsim.units import Duration

__all__ = ["CAUSE_WORDS", "joined", "reported", "ways_to_run"]

CAUSE_WORDS: Final = (
    *(N_("not yet detected"), N_("not yet decided"), N_("wrong diagnosis"), N_("waiting for capacity")),
    *(N_("making room"), N_("waiting for approval"), N_("waiting"), N_("people on their way")),
    *(N_("nobody on duty"), N_("people at rest"), N_("team busy"), N_("waiting for a copy"), N_("failed attempt")),
    *(N_("restoring data"), N_("step under way"), N_("supplier at work"), N_("supplier closed")),
    *(N_("being verified"), N_("clearing a test away"), N_("waiting for a site")),
    *(N_("waiting for the end of an outage"), N_("another outage"), N_("in service between"), N_("no way back")),
)
"""Causes of waiting, as the drills name them."""
NOTHING: Final = Cell(words_of(NONE))


def reported(dossier: Dossier, words: Words) -> Document:
    """What is told of a run, the answer first."""
    page = _Reported(dossier, words)
    parts = (
        *(page.answer(), page.services(), page.places(), page.causes(), page.data(), page.citizens()),
        *(page.due(), page.trial(), page.days(), page.assumed(), page.how()),
    )
    scenario = dossier.result.scenario
    return Document(said(scenario.title), page.lead(), tuple(part for part in parts if part), page.record)


@dataclass(frozen=True)
class _Reported:
    dossier: Dossier
    words: Words

    @cached_property
    def record(self) -> dict[str, Any]:
        return self.dossier.to_dict()

    @cached_property
    def mark(self) -> Marked:
        return Marked(self.record, self.words)

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return sorted(self.dossier.result.outcomes, key=worst_first)

    @property
    def horizon(self) -> int:
        return self.dossier.result.plan.horizon

    # above the sections

    def lead(self) -> tuple[Paragraph, ...]:
        """What was asked, and of how many drills this is."""
        result, _ = self.dossier.result, self.words.gettext
        scenario = result.scenario
        found = [Paragraph(said(scenario.question), "question")] if scenario.question else []
        drills = self.words.ngettext("{n} drill", "{n} drills", result.replications)
        facts = fill(
            _("{moment} · {horizon} ahead · {drills} · seed {seed}"),
            moment=term(self.words.moment(scenario.moment)),
            horizon=self.mark.text(scenario.horizon.text, "horizon_ms"),
            drills=fill(drills, n=self.mark.count("replications")),
            seed=number(str(result.seed), "seed", self.record),
        )
        found.append(Paragraph(facts, "small"))
        if result.interrupted:
            text = _("Interrupted: this is about the {n} drills that were finished.")
            found.append(Paragraph(fill(text, n=self.mark.count("replications")), "notice"))
        return tuple(found)

    def answer(self) -> Section:
        """The answer in one sentence, and how sure it is."""
        _, result = self.words.gettext, self.dossier.result
        blocks: list[Block] = [Paragraph(self._verdict() + self._counted(), "answer")]
        if result.every_rto is not None:
            share = self.mark.share(result.every_rto, "every_rto")
            blocks.append(Paragraph(fill(_("Every RTO is met in {share} of drills."), share=share)))
        text = _(
            "How sure: below a number, or in brackets, is its {confidence} interval, which more drills would narrow."
        )
        text += " " + _("It is about luck only: that numbers of the scenario are guesses is not in it.")
        blocks.append(Paragraph(fill(text, confidence=self.mark.percent("confidence")), "small"))
        return Section("answer", _("The answer"), tuple(blocks))

    def _verdict(self) -> Pieces:
        _ = self.words.gettext
        fared = {outcome.fared for outcome in self.outcomes}
        services = self.dossier.result.scenario.landscape.services
        if not any(services[each.name].targets.rto or services[each.name].targets.rpo for each in self.outcomes):
            return words_of(_("Nothing is promised."))
        if "misses" in fared:
            return words_of(_("Every target met? No."))
        return words_of(
            _("Every target met? Too close to call.") if "undecided" in fared else _("Every target met? Yes.")
        )

    def _counted(self) -> Pieces:
        """How many services fared how."""
        fared = [outcome.fared for outcome in self.outcomes]
        if not fared:
            return words_of(" " + self.words.gettext("There are no services to look at."))
        if len(fared) == 1:
            return words_of(f" {self._only(fared[0])}")
        ngettext = self.words.ngettext
        parts = {
            "keeps running": ngettext("{n} keeps running", "{n} keep running", fared.count("keeps running")),
            "back in time": ngettext("{n} comes back in time", "{n} come back in time", fared.count("back in time")),
            "misses": ngettext("{n} misses a target", "{n} miss a target", fared.count("misses")),
            "undecided": ngettext("{n} is too close to call", "{n} are too close to call", fared.count("undecided")),
            "no target": ngettext("{n} has no target", "{n} have no target", fared.count("no target")),
        }
        told = [fill(text, n=self.mark.count(f"report.answer.{key}")) for key, text in parts.items() if key in fared]
        pattern = self.words.gettext("Of {n} services {parts}.")
        return fill(f" {pattern}", n=self.mark.count("report.answer.services"), parts=joined(told, ", "))

    def _only(self, fared: str) -> str:
        _ = self.words.gettext
        return {
            "keeps running": _("The only service keeps running."),
            "back in time": _("The only service comes back in time."),
            "misses": _("The only service misses a target."),
            "undecided": _("The only service is too close to call."),
            "no target": _("The only service has no target."),
        }[fared]

    # services

    def services(self) -> Section:
        """Recovery times against targets, with the norm of each, and what is served as time goes by."""
        _ = self.words.gettext
        heads = (
            words_of(_("Service")),
            words_of(_("Norm")),
            words_of(_("RTO")),
            fill(_("Back in {share} of drills"), share=self.mark.p(50)),
            fill(_("Back in {share} of drills"), share=self.mark.p(95)),
            words_of(_("In time")),
            words_of(_("Asked")),
            words_of(_("Verdict")),
        )
        titles = self._fared()
        groups = tuple(
            Group(words_of(titles[fared]), tuple(map(self._service, found)))
            for fared in GROUPS
            if (found := [outcome for outcome in self.outcomes if outcome.fared == fared])
        )
        blocks: list[Block] = [Table(_("Recovery times against targets, the worst first"), heads, groups, texts=1)]
        blocks += self._signs()
        blocks += self._norms("rto")
        blocks += self._over_time() if self.outcomes else []
        return Section("services", _("Services and their targets"), tuple(blocks))

    def _fared(self) -> dict[str, str]:
        _ = self.words.gettext
        return {
            "misses": _("Miss a target"),
            "undecided": _("Too close to call"),
            "back in time": _("Back in time"),
            "no target": _("No target"),
            "keeps running": _("Keep running: never below their minimum"),
        }

    def _service(self, outcome: Outcome) -> Row:
        path = f"services.{outcome.name}"
        target = self.dossier.result.scenario.landscape.services[outcome.name].targets.rto
        return Row(
            Cell(said(outcome.title)),
            (
                self._norm(target),
                NOTHING if target is None else Cell(self.mark.text(target.text, f"{path}.targets.rto")),
                *self._recovery(outcome, path),
                self._in_time(outcome, path),
                NOTHING if target is None else Cell(self._asked(outcome)),
                self._both_judged(outcome),
            ),
        )

    def _both_judged(self, outcome: Outcome) -> Cell:
        """The verdict against the RTO; below it that against the RPO where that is not met."""
        _, cell = self.words.gettext, self._judged(outcome.verdict)
        if outcome.data_verdict in (None, "met"):
            return cell
        return Cell(
            cell.pieces, fill(_("data: {verdict}"), verdict=self._judged(outcome.data_verdict).pieces), cell.style
        )

    def _asked(self, outcome: Outcome) -> Pieces:
        return self.mark.text(f"{100 * outcome.asked:g} %", f"services.{outcome.name}.targets.share")

    def _recovery(self, outcome: Outcome, path: str) -> tuple[Cell, ...]:
        """Half the drills, and 95 % of them."""
        quantiles = [outcome.recovery[0.5], outcome.recovery[0.95]]
        paths = [f"{path}.recovery.p50", f"{path}.recovery.p95"]
        return tuple(Cell(*found) for found in self.mark.times(quantiles, paths, self.horizon))

    def _in_time(self, outcome: Outcome, path: str) -> Cell:
        if outcome.in_time is None:
            return NOTHING
        return Cell(self.mark.share(outcome.in_time, f"{path}.in_time"))

    def _judged(self, verdict: str | None) -> Cell:
        _ = self.words.gettext
        if verdict is None:
            return NOTHING
        texts = {"met": _("✓ met"), "missed": _("✗ missed"), "undecided": _("~ too close to call")}
        return Cell(words_of(texts[verdict]), style=verdict)

    def _norm(self, target: Duration | None) -> Cell:
        """The norm that a target is from."""
        if target is None:
            return NOTHING
        if target.source is None:
            return Cell(words_of(self.words.gettext("none named")))
        names = target.source.split(", ")
        return Cell(joined([link(name, f"norm-{name}") for name in names], ", "))

    def _norms(self, *kinds: str) -> list[Block]:
        """What the norms of targets are."""
        scenario = self.dossier.result.scenario
        targets = [getattr(service.targets, kind) for service in scenario.landscape.services.values() for kind in kinds]
        names = sorted(
            {name for each in targets if each is not None and each.source for name in each.source.split(", ")}
        )
        sources = scenario.landscape.sources
        return (
            [Terms(tuple((f"norm-{name}", code(name), said(sources.get(name, ""))) for name in names))] if names else []
        )

    def _signs(self) -> list[Block]:
        """What signs and abbreviations mean."""
        _ = self.words.gettext
        texts = [_("RTO: how soon a service has to be back.")]
        if any("wh" in (str(s.targets.rto)) for s in self.dossier.result.scenario.landscape.services.values()):
            texts.append(_("wh: working hours."))
        texts.append(
            _("≥: no upper end yet, run more drills. ≤: too little to tell from nothing. >: not back by then.")
        )
        texts.append(_("?: too few drills to say."))
        texts.append(_("< or > before a share: so in none or in all of these drills."))
        return [Paragraph(words_of(" ".join(texts)), "small")]

    def _over_time(self) -> list[Block]:
        from drsim.reporting import figures

        _, curve = self.words.gettext, self.dossier.over_time
        replayed = self.mark.count("report.replayed")
        recovery = fill(
            _(
                "Mean of the first {n} drills; the band holds the middle four fifths of them, and is no interval of the mean."
            ),
            n=replayed,
        )
        continuity = fill(
            _("A row for each service, mean of the first {n} drills. The stronger the colour, the more citizens meet."),
            n=replayed,
        )
        return [
            self._picture(
                "recovery", lambda: figures.recovery(curve), _("Services and citizens served as time goes by"), recovery
            ),
            self._picture(
                "continuity", lambda: figures.continuity(curve), _("What citizens meet of each service"), continuity
            ),
            self._levels(),
        ]

    def _levels(self) -> Table:
        """How much of each service citizens meet, at some ages."""
        _, ages = self.words.gettext, range(len(self.record["ages_h"]))
        heads = tuple(
            self.mark.text(f"{hours} h", f"ages_h.{place}") for place, hours in enumerate(self.record["ages_h"])
        )
        rows = tuple(
            Row(
                Cell(said(outcome.title)),
                tuple(
                    Cell(self.mark.whole_percent(f"services.{outcome.name}.level_at_ages.{place}")) for place in ages
                ),
            )
            for outcome in self.outcomes
        )
        caption = _("The same in numbers: what citizens meet of each service, so long after the moment")
        return Table(caption, (words_of(_("Service")), *heads), (Group((), rows),), folded=True)

    def _picture(self, name: str, draw: Callable[[], Axes], title: str, caption: Pieces) -> Picture:
        description = self.words.gettext("The tables of this section tell what counts in it.")
        return Picture(name, drawn(name, draw, self.words), title, description, caption)

    # places

    def places(self) -> Section | None:
        """Each service by municipality and channel."""
        _ = self.words.gettext
        heads = (
            words_of(_("Municipality")),
            words_of(_("Channel")),
            fill(_("Back in {share} of drills"), share=self.mark.p(50)),
            fill(_("Back in {share} of drills"), share=self.mark.p(95)),
            words_of(_("In time")),
            words_of(_("Turned away")),
            words_of(_("Of contacts")),
        )
        groups = []
        for outcome in self.outcomes:
            rows = tuple(self._place(outcome.name, point) for point in self.dossier.result.points_of(outcome.name))
            groups.append(Group(said(outcome.title), rows))
        if not groups:
            return None
        text = _("In time is against the RTO of the service. A target is judged for a service as a whole.")
        table = Table(_("Services by municipality and channel"), heads, tuple(groups), texts=1)
        return Section("places", _("By municipality and channel"), (Paragraph(words_of(text), "small"), table))

    def _place(self, service: str, point: Outcome) -> Row:
        path = f"services.{service}.points.{point.group.point}"
        return Row(
            Cell(self._site(point.group.municipality) if point.group.municipality else words_of(NONE)),
            (
                Cell(said(point.group.channel or str(point.group.point))),
                *self._recovery(point, path),
                self._in_time(point, path),
                *self._contacts(point, path),
            ),
        )

    def _contacts(self, outcome: Outcome, path: str) -> tuple[Cell, Cell]:
        """Contacts lost, and all of them."""
        if not outcome.contacts.value:
            return NOTHING, NOTHING
        lost = self.mark.mean(outcome.contacts_lost, f"{path}.contacts_lost")
        return Cell(*lost), Cell(self.mark.mean(outcome.contacts, f"{path}.contacts")[0])

    def _site(self, name: str) -> Pieces:
        """A municipality: by its title, unless that of one of them is too long for a table."""
        return said(self.titles.get(name) or name)

    @cached_property
    def titles(self) -> dict[str, str]:
        sites = self.dossier.result.scenario.landscape.sites
        titles = {name: sites[name].title for name in self.dossier.result.turned_away_by_municipality}
        return titles if all(len(title or "") <= LONGEST_SITE for title in titles.values()) else {}

    # causes

    def causes(self) -> Section | None:
        """What held the slowest services up."""
        from drsim.reporting import figures

        _, result, service = self.words.gettext, self.dossier.result, self.dossier.service
        if service is None:
            return None
        outcome = result.outcome(service)
        sooner = fill(_("The share of drills in which {service} is back by a time."), service=said(outcome.title))
        made_of = fill(_("What the recovery time of {service} is made of on a bad day."), service=said(outcome.title))
        blocks: tuple[Block, ...] = (
            Paragraph(self._averaged(), "small"),
            self._cause_table(),
            self._picture(
                "explanation", lambda: figures.explanation(result, service, 0.95), _("What held it up"), made_of
            ),
            self._picture("distribution", lambda: figures.distribution(result, service), _("When it is back"), sooner),
        )
        return Section("causes", _("What held them up"), blocks)

    def _averaged(self) -> Pieces:
        """Over how many drills the causes are means."""
        first = f"report.explanations.{self.dossier.service}"
        text = self.words.ngettext(
            "Hours and minutes of the drill nearest to the time that {share} of drills do not exceed; each column adds up.",
            "Hours and minutes, mean of {n} drills around the time that {share} of drills do not exceed; "
            "each column adds up.",
            len(self.dossier.explained[0].drills),
        )
        return fill(text, n=self.mark.count(f"{first}.drills"), share=self.mark.p(95))

    def _cause_table(self) -> Table:
        _, explained = self.words.gettext, self.dossier.explained
        columns = {each.service: minutes_by_cause(each) for each in explained}
        causes = [cause for cause in CAUSES if any(column.get(cause) for column in columns.values())]
        rows = [
            Row(
                Cell(words_of(_(cause))),
                tuple(
                    Cell(self.mark.minutes(column.get(cause, 0), f"report.explanations.{service}.causes_ms.{cause}"))
                    for service, column in columns.items()
                ),
            )
            for cause in causes
        ]
        totals = tuple(
            Cell(self.mark.minutes(sum(column.values()), f"report.explanations.{service}.total_ms"))
            for service, column in columns.items()
        )
        total = Row(Cell(words_of(_("recovery time"))), totals)
        heads = (words_of(_("Cause")), *(self._and_more(each.service) for each in explained))
        lost = tuple(
            Cell(self.mark.count(f"report.explanations.{each.service}.censored")) if each.censored else NOTHING
            for each in explained
        )
        last = (
            (total, Row(Cell(words_of(_("of these drills not back"))), lost))
            if any(each.censored for each in explained)
            else (total,)
        )
        return Table(_("Recovery time by cause"), heads, (Group((), tuple(rows)), Group(words_of(_("Together")), last)))

    def _and_more(self, service: str) -> Pieces:
        """A service, and those that are away just as long."""
        result = self.dossier.result
        others = [result.outcome(name).title for name in alike(result, service) if name != service]
        names = [said(result.outcome(service).title), *map(said, others)]
        return joined(names, ", ")

    # data

    def data(self) -> Section | None:
        """How much data is lost, against what is allowed."""
        _ = self.words.gettext
        outcomes = [outcome for outcome in self.outcomes if outcome.group.data]
        if not outcomes:
            return None
        heads = (
            words_of(_("Service")),
            words_of(_("Norm")),
            words_of(_("RPO")),
            fill(_("Lost at most in {share} of drills"), share=self.mark.p(95)),
            words_of(_("Within the RPO")),
            words_of(_("Asked")),
            words_of(_("Verdict")),
        )
        rows = tuple(map(self._data, outcomes))
        table = Table(_("Data loss against targets"), heads, (Group((), rows),), texts=1)
        text = _("RPO: how much data, counted back in time, may be lost.")
        return Section("data", _("Data loss"), (table, Paragraph(words_of(text), "small")))

    def _data(self, outcome: Outcome) -> Row:
        path = f"services.{outcome.name}"
        target = self.dossier.result.scenario.landscape.services[outcome.name].targets.rpo
        ((lost, interval),) = self.mark.times([outcome.data_loss], [f"{path}.data_loss.p95"], self.horizon)
        kept = outcome.data_in_time
        return Row(
            Cell(said(outcome.title)),
            (
                self._norm(target),
                NOTHING if target is None else Cell(self.mark.text(target.text, f"{path}.targets.rpo")),
                Cell(lost, interval),
                NOTHING if kept is None else Cell(self.mark.share(kept, f"{path}.data_in_time")),
                NOTHING if target is None else Cell(self._asked(outcome)),
                self._judged(outcome.data_verdict),
            ),
        )

    # citizens

    def citizens(self) -> Section | None:
        """How many citizens are turned away, by municipality and service."""
        _, result = self.words.gettext, self.dossier.result
        lost, contacts = result.turned_away
        if not contacts.value:
            return None
        number, interval = self.mark.mean(lost, "contacts_lost")
        number += fill(" ({interval})", interval=interval) if interval else ()
        text = fill(
            _("Of {all} contacts in opening hours {lost} find the service down on average, and are turned away."),
            lost=number,
            all=self.mark.mean(contacts, "contacts")[0],
        )
        blocks: list[Block] = [Paragraph(text)]
        if result.turned_away_by_municipality:
            blocks.append(self._municipalities())
        heads = (words_of(_("Service")), *map(words_of, (_("Turned away"), _("Of contacts"), _("Served elsewhere"))))
        rows = tuple(
            Row(
                Cell(said(outcome.title)),
                (*self._contacts(outcome, f"services.{outcome.name}"), self._elsewhere(outcome)),
            )
            for outcome in sorted(self.outcomes, key=lambda each: (-each.contacts_lost.value, each.name))
            if outcome.contacts.value
        )
        blocks.append(Table(_("Contacts turned away by service"), heads, (Group((), rows),)))
        return Section("citizens", _("Citizens turned away"), tuple(blocks))

    def _elsewhere(self, outcome: Outcome) -> Cell:
        if outcome.elsewhere is None or not outcome.elsewhere.value:
            return NOTHING
        return Cell(*self.mark.mean(outcome.elsewhere, f"services.{outcome.name}.contacts_elsewhere"))

    def _municipalities(self) -> Table:
        _ = self.words.gettext
        heads = words_of(_("Municipality")), words_of(_("Turned away")), words_of(_("Per thousand inhabitants"))
        rows = []
        for name, lost in self.dossier.result.turned_away_by_municipality.items():
            scaled = self.dossier.result.turned_away_per_1000.get(name)
            path = f"municipalities.{name}.contacts_lost"
            per_1000 = NOTHING if scaled is None else Cell(*self.mark.mean(scaled, f"{path}_per_1000"))
            rows.append(Row(Cell(self._site(name)), (Cell(*self.mark.mean(lost, path)), per_1000)))
        return Table(_("Contacts turned away by municipality"), heads, (Group((), tuple(rows)),))

    # what must be done, and tests

    def due(self) -> Section | None:
        """What must be done by a date, where some drill has it."""
        _, result = self.words.gettext, self.dossier.result
        rows = []
        for place, work in enumerate(result.plan.due):
            if not result.block.due[place].any():
                continue
            missed, by_hand = result.due_shares(place)
            title = due_title(result.plan, result.plan.structure.services[work.service], work.name)
            shares = (
                Cell(self.mark.share(missed, f"due.{place}.missed")),
                Cell(self.mark.share(by_hand, f"due.{place}.by_hand")),
            )
            rows.append(Row(Cell(said(title)), shares))
        if not rows:
            return None
        heads = words_of(_("What")), words_of(_("Missed")), words_of(_("Kept only by hand or elsewhere"))
        table = Table(_("In which share of drills a date is missed"), heads, (Group((), tuple(rows)),))
        return Section("due", _("Due by a date"), (table,))

    def trial(self) -> Section | None:
        """What a test in a bubble would have taken."""
        _, result = self.words.gettext, self.dossier.result
        found = [each for each in result.tried if each.back is not None]
        if not found:
            return None
        rows = []
        for each in found:
            path = f"test.{each.name}"
            paths = [f"{path}.recovery.p50", f"{path}.recovery.p95"]
            times = self.mark.times([each.recovery[0.5], each.recovery[0.95]], paths, self.horizon)
            back = NOTHING if each.back is None else Cell(self.mark.share(each.back, f"{path}.back"))
            in_time = NOTHING if each.in_time is None else Cell(self.mark.share(each.in_time, f"{path}.in_time"))
            rows.append(Row(Cell(said(each.title)), (*(Cell(*time) for time in times), back, in_time)))
        heads = (
            words_of(_("Service")),
            fill(_("Back in {share} of drills"), share=self.mark.p(50)),
            fill(_("Back in {share} of drills"), share=self.mark.p(95)),
            words_of(_("Serves in the bubble")),
            words_of(_("In time")),
        )
        table = Table(_("How long it takes until it serves in the bubble"), heads, (Group((), tuple(rows)),))
        return Section("test", _("In the test"), (table,))

    # single drills

    def days(self) -> Section | None:
        """A typical drill and a bad one."""
        _, service = self.words.gettext, self.dossier.service
        if service is None:
            return None
        titles = {"typical": _("A typical drill"), "bad": _("A bad drill")}
        blocks = [block for name in self.dossier.days for block in self._one_day(name, titles[name], service)]
        return Section("drills", _("A typical drill and a bad one"), tuple(blocks))

    def _one_day(self, name: str, title: str, service: str) -> list[Block]:
        from drsim.errors import DrsimError
        from drsim.reporting import figures

        _, replay, path = self.words.gettext, self.dossier.days[name], f"report.drills.{name}"
        whose = said(self.dossier.result.outcome(service).title)
        found = replay.longest(service)
        told = {
            "title": words_of(title),
            "n": number(str(replay.drill), f"{path}.drill", self.record),
            "service": whose,
        }
        if found is None:
            return [Paragraph(fill(_("{title}, number {n}: {service} is never below its minimum."), **told))]
        told["time"] = self.mark.exact(f"{path}.length_ms")
        text = _("{title}, number {n}: {service} is back after {time}.")
        if not found[0].back:
            text = _("{title}, number {n}: {service} is not back by the end, after {time}.")
        caption = _("The steps below {service}, and who did them; a thin line while a step waits, × what failed.")
        blocks: list[Block] = [Paragraph(fill(text, **told))]
        try:
            draw = lambda: figures.gantt(replay, service)  # noqa: E731
            blocks.append(self._picture(f"gantt-{name}", draw, title, fill(caption, service=whose)))
        except DrsimError:  # nothing was done: there is nothing to draw
            pass
        return [*blocks, self._log(name, title)]

    def _log(self, name: str, title: str) -> Table:
        """What it waited for, one thing after the other."""
        _, replay, path = self.words.gettext, self.dossier.days[name], f"report.drills.{name}.segments"
        service = self.dossier.service
        found = None if service is None else replay.longest(service)
        wall = Wall(self.dossier.result.scenario.moment, replay.trajectory.offset)
        rows = []
        for place, segment in enumerate(found[1] if found else ()):
            at = self.words.instant(wall.at(segment.begin), wall.moment is not None)
            cells = (
                Cell(words_of(_(segment.cause))),
                Cell(said(segment.detail)) if segment.detail else NOTHING,
                Cell(said(segment.team)) if segment.team else NOTHING,
                Cell(self.mark.exact(f"{path}.{place}.length_ms")),
            )
            rows.append(Row(Cell(number(at, f"{path}.{place}.begin_ms", self.record)), cells))
        heads = tuple(map(words_of, (_("From"), _("Cause"), _("What"), _("Who"), _("How long"))))
        return Table(_("{title}: what it waited for").format(title=title), heads, (Group((), tuple(rows)),), texts=3)

    # what it rests on

    def assumed(self) -> Section:
        """What is assumed, and what has a source."""
        _ = self.words.gettext
        text = fill(
            _("{assumed} of the {all} numbers behind this are assumptions: no source is named for them."),
            assumed=self.mark.count("report.numbers.assumed"),
            all=self.mark.count("report.numbers.all"),
        )
        heads = tuple(map(words_of, (_("Part of the model"), _("Numbers"), _("Assumed"))))
        sections = sorted({each.path.partition(".")[0] for each in self.dossier.numbers})
        rows = tuple(
            Row(
                Cell(code(name)),
                (
                    Cell(self.mark.count(f"report.numbers.sections.{name}.all")),
                    Cell(self.mark.count(f"report.numbers.sections.{name}.assumed")),
                ),
            )
            for name in sections
        )
        table = Table(_("Numbers and assumptions by part of the model"), heads, (Group((), rows),))
        return Section("assumptions", _("Assumptions"), (Paragraph(text), table, *self._numbers()))

    def _numbers(self) -> list[Block]:
        """Every number, those with a source first; to be opened by who wants them."""
        _ = self.words.gettext
        found: list[Block] = []
        for caption, sourced in ((_("Numbers with a source"), True), (_("Assumptions, one by one"), False)):
            numbers = [each for each in self.dossier.numbers if (each.source is not None) == sourced]
            heads = tuple(map(words_of, (_("Where it stands"), _("Value"), _("Source"))[: 3 if sourced else 2]))
            rows = tuple(
                Row(Cell(code(each.path)), (Cell(code(each.text)), Cell(code(each.source)))[: 2 if each.source else 1])
                if each.source
                else Row(Cell(code(each.path)), (Cell(code(each.text)),))
                for each in numbers
            )
            if rows:
                found.append(Table(caption, heads, (Group((), rows),), texts=2, folded=True))
        return found

    def how(self) -> Section:
        """How it was run, and how to run it again."""
        return Section("how", self.words.gettext("How it was run"), tuple(ways_to_run(self.dossier.command, self.mark)))


def ways_to_run(command: str | None, mark: Marked, record: str = "record") -> list[Block]:
    """The command, versions and digest of a run; `record`: where its record stands."""
    _ = mark.words.gettext
    blocks: list[Block] = []
    if command:
        blocks += [Paragraph(words_of(_("It was asked for by:"))), Command(command)]
    if record == "record":
        text = _("This page holds the record of the run. To run it again, and see whether the same comes out:")
        blocks += [Paragraph(words_of(text), in_page_only=True), Command("drsim rerun report.html", in_page_only=True)]
    found = found_at(mark.record, record)
    versions = [(name, code(str(version))) for name, version in found["versions"].items()]
    entries = [("digest", words_of(_("Digest of the scenario")), code(found["digest"]))]
    entries += [(f"version-{name}", code(name), version) for name, version in versions]
    return [*blocks, Terms(tuple(entries))]


def joined(parts: Sequence[Pieces], between: str) -> Pieces:
    """Put words between parts."""
    found: Pieces = ()
    for place, part in enumerate(parts):
        found += (*words_of(between if place else ""), *part)
    return found
