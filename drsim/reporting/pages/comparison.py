"""The report of a comparison: what differs, and what that does to each service."""

from __future__ import annotations

from collections import Counter
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
    code,
    fill,
    number,
    said,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, Told, joined
from drsim.reporting.pages.words import Words
from drsim.studies.dossier import Pair

if TYPE_CHECKING:
    from drsim.studies.compare import Compared

__all__ = ["reported_pair"]

NO_GAP: Final = (words_of(NONE), ())
"""No drill differs; its interval would only say how rare a difference may be."""


def reported_pair(pair: Pair, words: Words) -> Document:
    """What is told of a comparison, the answer first."""
    page = _Comparison(pair, words)
    sections = (page.answer(), page.changes(), page.services(), page.targets(), page.how("records.after"))
    return Document(page.title(), page.lead(), tuple(section for section in sections if section), page.record)


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
        """Of how many drills this is."""
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
        found = [Paragraph(facts, "small")]
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
            "same": ngettext("{n} is the same", "{n} are the same", verdicts.count("same")),
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
                for each in changes
            )
            blocks = (Table(_("What differs between the two scenarios"), heads, (Group((), rows),), texts=2),)
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
        """What becomes of targets, data and citizens."""
        _ = self.words.gettext
        if not self.found.comparison.services:
            return None
        heads = tuple(
            map(
                words_of,
                (
                    *(_("Service"), _("RTO before"), _("RTO after"), _("RPO before"), _("RPO after")),
                    *(_("In time before"), _("In time after"), _("Data lost, on average"), _("Turned away")),
                ),
            )
        )
        rows = tuple(map(self._targets, self.services_shown))
        table = Table(_("Targets, data and citizens before and after"), heads, (Group((), rows),), texts=4)
        text = _("Data lost and turned away: after minus before, − is less.")
        return Section("targets", _("Targets, data and citizens"), (table, Paragraph(words_of(text), "small")))

    def _targets(self, each: Compared) -> Row:
        path = f"services.{each.name}"
        shares = [
            NOTHING if share is None else Cell(self.mark.share(share, f"{path}.in_time_shares.{when}"))
            for when, share in zip(("before", "after"), each.in_time_shares, strict=True)
        ]
        lost = each.data_loss
        differs = lost is not None and (lost.sooner.successes or lost.later.successes)
        data = Cell(*self.mark.gap(lost.mean, f"{path}.data_loss.mean_ms")) if lost and differs else NOTHING
        contacts = Cell(*self.mark.change(each.contacts_lost, f"{path}.contacts_lost"))
        verdicts = map(self.judged, (*each.targets, *each.data_targets))
        return Row(Cell(said(each.title)), (*verdicts, *shares, data, contacts))
