"""The report of a comparison: what differs, and what that does to each service."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from drsim.reporting.compared import GROUPS, Turn
from drsim.reporting.numbers import NONE
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
    Terms,
    code,
    fill,
    link,
    number,
    plain_text,
    said,
    term,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, Told, joined
from drsim.reporting.pages.words import Words
from drsim.studies.compare import WHEN
from drsim.studies.dossier import Pair

if TYPE_CHECKING:
    from drsim.model.scenario import Scenario
    from drsim.studies.compare import Compared
    from drsim.units import Duration

__all__ = ["reported_pair"]

NO_GAP: Final = (words_of(NONE), ())
"""No drill differs; its interval would only say how rare a difference may be."""


def reported_pair(pair: Pair, words: Words) -> Document:
    """What is told of a comparison, the answer first."""
    page = _Comparison(pair, words)
    sections = (page.answer(), page.changes(), page.services(), page.targets(), page.losses(), page.both_run())
    return Document(page.title(), page.lead(), tuple(section for section in sections if section), page.record)


MOST_CHANGES: Final = 60
"""Values that differ and are shown."""


class _Comparison(Told[Pair]):
    """A comparison, in the words of a language."""

    @cached_property
    def services_shown(self) -> list[Compared]:
        """Those that differ most on top, by verdict."""
        order = list(GROUPS)
        return sorted(
            self.found.comparison.services,
            key=lambda each: (order.index(each.verdict), -abs(each.recovery.mean.value), each.name),
        )

    def title(self) -> Pieces:
        """Of both, where they differ."""
        before, after = self.found.comparison.before.scenario.title, self.found.comparison.after.scenario.title
        return said(before) if before == after else (*said(before), *words_of(" → "), *said(after))

    def lead(self) -> tuple[Paragraph, ...]:
        """What was asked, of each where they differ, and of how many drills this is."""
        comparison, _ = self.found.comparison, self.words.gettext
        shorter = min(comparison.before.scenario.horizon, comparison.after.scenario.horizon, key=lambda each: each.ms)
        facts = fill(
            self.words.ngettext(
                "{n} drill of each, with the same luck · up to {horizon} · seed {seed}",
                "{n} drills of each, with the same luck · up to {horizon} · seed {seed}",
                comparison.replications,
            ),
            n=self.mark.count("replications"),
            horizon=self.mark.text(shorter.text, "horizon_ms"),
            seed=number(str(comparison.after.seed), "seed", self.record),
        )
        questions = dict.fromkeys((comparison.before.scenario.question, comparison.after.scenario.question))
        found = [Paragraph(said(question), "question") for question in questions if question]
        found.append(Paragraph(facts, "small"))
        if comparison.interrupted:
            found.append(self.interrupted())
        return tuple(found)

    def answer(self) -> Section:
        """The answer in one sentence, and how sure it is."""
        _ = self.words.gettext
        return Section(
            "answer", _("The answer"), (Paragraph(self._sentence() + self._turned(), "answer"), self.how_sure())
        )

    def _sentence(self) -> Pieces:
        _, ngettext = self.words.gettext, self.words.ngettext
        verdicts = [each.verdict for each in self.found.comparison.services]
        if not verdicts:
            return words_of(_("There is no service in both."))
        if set(verdicts) == {"same"}:
            return words_of(_("The same in every drill: nothing that differs has an effect on recovery times."))
        parts = {
            "worse": ngettext("{n} is back later", "{n} are back later", verdicts.count("worse")),
            "undecided": ngettext("{n} is too close to call", "{n} are too close to call", verdicts.count("undecided")),
            "better": ngettext("{n} is back sooner", "{n} are back sooner", verdicts.count("better")),
            "same": ngettext(
                "{n} has the same recovery times", "{n} have the same recovery times", verdicts.count("same")
            ),
        }
        told = [fill(text, n=self.mark.count(f"report.answer.{key}")) for key, text in parts.items() if key in verdicts]
        pattern = ngettext("On average, of {n} service {parts}.", "On average, of {n} services {parts}.", len(verdicts))
        return fill(pattern, n=self.mark.count("report.answer.services"), parts=joined(told, ", "))

    def _turned(self) -> Pieces:
        """What becomes of targets; nothing where there are none in both."""
        turned = self.found.comparison.turned
        told = [
            fill(text, n=self.mark.count(f"{path}.{one or 'none'} to {two}"), target=words_of(target.upper()))
            for target, counts in turned.items()
            for path in [f"report.answer.{target}"]
            for (one, two), text in self._turns(counts).items()
            if counts[one, two]
        ]
        if told:
            return (*words_of(" "), *joined(told, "; "), *words_of("."))
        judged = any(None not in pair for each in self.services_shown for pair in (each.targets, each.data_targets))
        return words_of(" " + self.words.gettext("No verdict on a target changes.")) if judged else ()

    def _turns(self, counts: Counter[Turn]) -> dict[Turn, str]:
        """What is said where a verdict on a target is another, the worst first."""
        ngettext = self.words.ngettext
        texts: dict[Turn, str] = {
            ("met", "missed"): ngettext(
                "{n} that met its {target} misses it now",
                "{n} that met their {target} miss it now",
                counts["met", "missed"],
            ),
            (None, "missed"): ngettext(
                "{n} misses the {target} that is new", "{n} miss the {target} that is new", counts[None, "missed"]
            ),
            ("undecided", "missed"): ngettext(
                "{n} misses its {target} now and was too close to call",
                "{n} miss their {target} now and were too close to call",
                counts["undecided", "missed"],
            ),
            ("met", "undecided"): ngettext(
                "{n} that met its {target} is too close to call now",
                "{n} that met their {target} are too close to call now",
                counts["met", "undecided"],
            ),
            ("missed", "undecided"): ngettext(
                "{n} that missed its {target} is too close to call now",
                "{n} that missed their {target} are too close to call now",
                counts["missed", "undecided"],
            ),
            ("undecided", "met"): ngettext(
                "{n} meets its {target} now and was too close to call",
                "{n} meet their {target} now and were too close to call",
                counts["undecided", "met"],
            ),
            ("missed", "met"): ngettext(
                "{n} that missed its {target} meets it now",
                "{n} that missed their {target} meet it now",
                counts["missed", "met"],
            ),
        }
        return texts

    def changes(self) -> Section:
        """What differs between the files."""
        _, changes = self.words.gettext, self.found.comparison.changes
        if not changes:
            blocks: tuple[Block, ...] = (Paragraph(words_of(_("Nothing differs between the two."))),)
        else:
            heads = tuple(map(words_of, (_("Where it stands"), _("Before"), _("After"))))
            rows = tuple(
                Row(
                    Cell(code(each.path)),
                    tuple(NOTHING if value is None else Cell(code(value)) for value in (each.before, each.after)),
                )
                for each in changes[:MOST_CHANGES]
            )
            blocks = (Table(_("What differs between the two scenarios"), heads, (Group((), rows),), texts=2),)
            if len(changes) > MOST_CHANGES:
                text = _("These are the first; in all {n} values differ.")
                blocks += (Paragraph(fill(text, n=self.mark.count("report.changes")), "small"),)
        for text, names in (
            (_("Only before: {names}."), self.found.comparison.only_before),
            (_("Only after: {names}."), self.found.comparison.only_after),
        ):
            if names:
                blocks += (Paragraph(fill(text, names=joined(list(map(said, names)), ", "))),)
        return Section("changes", _("What differs"), blocks)

    def services(self) -> Section | None:
        """By how much each service is back sooner or later."""
        from drsim.reporting import figures

        _, comparison = self.words.gettext, self.found.comparison
        if not comparison.services:
            return None
        heads = (
            words_of(_("Service")),
            words_of(_("On average")),
            fill(_("Back in {share} of drills"), share=self.mark.p(50)),
            fill(_("Back in {share} of drills"), share=self.mark.p(95)),
            words_of(_("Sooner in")),
            words_of(_("Later in")),
        )
        titles = {
            "worse": _("Back later"),
            "undecided": _("Too close to call"),
            "better": _("Back sooner"),
            "same": _("The same in every drill"),
        }
        groups = tuple(
            Group(words_of(titles[verdict]), tuple(map(self._service, found)))
            for verdict in GROUPS
            if (found := [each for each in self.services_shown if each.verdict == verdict])
        )
        text = _("After minus before: − is sooner. Sooner and later: in which share of the pairs of drills.")
        text += " " + _("Times before → after, each rounded to its own error.")
        text += " " + _("What is not back counts in means as back at the end of the drill.")
        text += " " + _("≥: no upper end yet, run more drills. ?: too few drills to say.")
        title = _("By how much services are back sooner or later")
        caption = words_of(_("Left of zero is sooner after the change; lines are intervals."))
        picture = self.picture("comparison", lambda: figures.comparison(comparison), title, caption)
        table = Table(_("Recovery times before and after"), heads, groups)
        return Section("services", _("Recovery times"), (table, Paragraph(words_of(text), "small"), picture))

    def _service(self, each: Compared) -> Row:
        path = f"services.{each.name}"
        shares = (
            Cell(self.mark.share(getattr(each.recovery, name), f"{path}.recovery.{name}"))
            for name in ("sooner", "later")
        )
        mean = self.mark.gap(each.recovery.mean, f"{path}.recovery.mean_ms") if each.verdict != "same" else NO_GAP
        return Row(
            Cell(said(each.title)),
            (
                Cell(*mean),
                *(Cell(self._times(each, p)) for p in (0.5, 0.95)),
                *shares,
            ),
        )

    def _times(self, each: Compared, p: float) -> Pieces:
        """A quantile before and after."""
        path, horizon = f"services.{each.name}.recovery_quantiles.p{round(100 * p)}", self.found.comparison.horizon
        before, after = each.recovery_quantiles[p]
        one = self.mark.time_of(
            before, (f"{path}.before_ms", f"{path}.before_low_ms", f"{path}.before_high_ms"), horizon
        )
        two = self.mark.time_of(after, (f"{path}.after_ms", f"{path}.after_low_ms", f"{path}.after_high_ms"), horizon)
        return fill("{one} → {two}", one=one, two=two)

    def targets(self) -> Section | None:
        """What becomes of targets."""
        _ = self.words.gettext
        shown = [each for each in self.services_shown if any((*each.targets, *each.data_targets))]
        if not shown:
            return None
        rto = (_("RTO"), _("Norm"), _("RTO before"), _("RTO after"), _("In time before"), _("In time after"))
        rpo = (_("RPO"), _("Norm"), _("RPO before"), _("RPO after"))
        times = tuple(self._times_judged(each) for each in shown if any(each.targets))
        losses = tuple(self._losses_judged(each) for each in shown if any(each.data_targets))
        tables = [
            Table(caption, tuple(map(words_of, (_("Service"), *heads))), (Group((), rows),), texts=4)
            for caption, heads, rows in (
                (_("Recovery times against targets before and after"), rto, times),
                (_("Data loss against targets before and after"), rpo, losses),
            )
            if rows
        ]
        signs = _("RTO: how soon a service has to be back.")
        signs += " " + _("RPO: how much data, counted back in time, may be lost.")
        told = words_of(signs)
        if any(each.working for each in self._limits()):
            hours = term(_("Mon-Fri") + " 9:00-17:00")
            told += fill(_(" wh: working hours, {hours} except Dutch holidays."), hours=hours)
        return Section("targets", _("Targets"), (*tables, Paragraph(told, "small"), *self._norms()))

    def _limits(self) -> list[Duration]:
        """All RTOs, before and after."""
        both = (self.found.comparison.before, self.found.comparison.after)
        targets = [service.targets.rto for result in both for service in result.scenario.landscape.services.values()]
        return [each for each in targets if each is not None]

    def _times_judged(self, each: Compared) -> Row:
        path = f"services.{each.name}"
        shares = [
            NOTHING if share is None else Cell(self.mark.share(share, f"{path}.in_time_shares.{when}"))
            for when, share in zip(WHEN, each.in_time_shares, strict=True)
        ]
        return Row(Cell(said(each.title)), (*self._target(each.name, "rto"), *map(self.judged, each.targets), *shares))

    def _losses_judged(self, each: Compared) -> Row:
        return Row(Cell(said(each.title)), (*self._target(each.name, "rpo"), *map(self.judged, each.data_targets)))

    def _target(self, service: str, kind: str) -> tuple[Cell, Cell]:
        """A target and the norm that it is from; before and after where they differ."""
        before, after = self._targets_of(service, kind)
        one, two = (f"services.{service}.targets.{when}.{kind}" for when in WHEN)
        return (
            _both(self._limit(before, one), self._limit(after, two)),
            _both(self._norm(before), self._norm(after)),
        )

    def _limit(self, target: Duration | None, path: str) -> Pieces:
        return words_of(NONE) if target is None else self.mark.text(target.text, path)

    def _norm(self, target: Duration | None) -> Pieces:
        if target is None:
            return words_of(NONE)
        if target.source is None:
            return words_of(self.words.gettext("none named"))
        return joined([link(name, f"norm-{name}") for name in target.source.split(", ")], ", ")

    def _targets_of(self, service: str, kind: str) -> list[Duration | None]:
        """Its target, before and after."""
        return [getattr(each.landscape.services[service].targets, kind) for each in self._scenarios]

    @property
    def _scenarios(self) -> tuple[Scenario, Scenario]:
        return self.found.comparison.before.scenario, self.found.comparison.after.scenario

    def _norms(self) -> list[Block]:
        """What the norms of targets are."""
        sources: dict[str, str] = {}
        for scenario in self._scenarios:
            sources |= scenario.landscape.sources
        targets = [
            target
            for each in self.found.comparison.services
            for kind in ("rto", "rpo")
            for target in self._targets_of(each.name, kind)
        ]
        names = sorted({name for target in targets if target and target.source for name in target.source.split(", ")})
        terms = tuple((f"norm-{name}", code(name), said(sources.get(name, ""))) for name in names)
        return [Terms(terms)] if terms else []

    def both_run(self) -> Section:
        """How it was run, with the digests of both."""
        _, section = self.words.gettext, self.how("records.after")
        names = {"before": _("Digest of the scenario before"), "after": _("Digest of the scenario after")}
        digests = tuple(
            (f"digest-{when}", words_of(name), code(self.record[when]["digest"])) for when, name in names.items()
        )
        blocks = tuple(
            Terms((*digests, *(entry for entry in block.entries if entry[0] != "digest")))
            if isinstance(block, Terms)
            else block
            for block in section.blocks
        )
        return replace(section, blocks=blocks)

    def losses(self) -> Section | None:
        """How much more or less data is lost, and citizens are turned away, where anything of that differs."""
        _ = self.words.gettext
        if not self.found.comparison.services:
            return None
        rows = tuple(row for row in map(self._lost, self.services_shown) if row.cells != (NOTHING, NOTHING))
        text = _("Data lost and turned away: after minus before, − is less.")
        text += " " + _("Services that are not here lose as much as before.")
        blocks: tuple[Block, ...] = (Paragraph(words_of(_("No data and no contact more or less is lost."))),)
        if rows:
            heads = tuple(map(words_of, (_("Service"), _("Data lost, on average"), _("Turned away"))))
            table = Table(_("Data and citizens before and after"), heads, (Group((), rows),))
            blocks = (table, Paragraph(words_of(text), "small"))
        return Section("losses", _("Data and citizens"), blocks)

    def _lost(self, each: Compared) -> Row:
        path, lost = f"services.{each.name}", each.data_loss
        differs = lost is not None and (lost.sooner.successes or lost.later.successes)
        data = Cell(*self.mark.gap(lost.mean, f"{path}.data_loss.mean_ms")) if lost and differs else NOTHING
        return Row(Cell(said(each.title)), (data, Cell(*self.mark.change(each.contacts_lost, f"{path}.contacts_lost"))))


def _both(one: Pieces, two: Pieces) -> Cell:
    """What is one before and the other after; once, where they are the same."""
    return Cell(one if plain_text(one) == plain_text(two) else fill("{one} → {two}", one=one, two=two))
