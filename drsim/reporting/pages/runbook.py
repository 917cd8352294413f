"""A runbook as a page: the steps of a plan with who, after what, the window of each, and room for the actual times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from drsim.calendar import wall_clock
from drsim.reporting.numbers import NONE
from drsim.reporting.page import hours_minutes
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
    fill,
    number,
    plain_text,
    said,
    term,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, Told, joined
from drsim.reporting.pages.words import N_, Words
from drsim.reporting.runbook import BEHIND, MOST, most_frequent_site
from drsim.reporting.wall import nearest_minute
from drsim.studies.dossier import Handbook
from drsim.units import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from drsim.studies.runbook import Absence, RunbookStep, Window

__all__ = ["KIND_WORDS", "reported_runbook"]

KIND_WORDS: Final = (
    *(N_("detect"), N_("assess"), N_("gather"), N_("decide"), N_("declare"), N_("mobilise")),
    *(N_("precheck"), N_("switch"), N_("restore"), N_("start"), N_("stable"), N_("synchronise"), N_("stop")),
    *(N_("restart"), N_("repair"), N_("verify"), N_("task"), N_("teardown")),
)
"""Kinds of steps."""
ONE_LINE: Final = 17
"""Letters of `Tue 13:02 – 15:01`, or hardly more."""
WHY_WORDS: Final = (
    *(N_("nobody of {what} is there"), N_("{what} has not arrived"), N_("it waits for {what}")),
    *(N_("site {what} is down"), N_("what it needs is not there"), N_("held by step {what}")),
    *(N_("it comes after {what}"), N_("comes after {what}"), N_("no room at {what} while the window is open")),
    *(N_("never fits at {what}"), N_("not stopped by the end"), N_("the window does not open")),
    *(N_("its data is not all at {what}"), N_("its data cannot reach {what}")),
)
"""Why most steps that never start do not; others are told as a replay does."""


def reported_runbook(handbook: Handbook, words: Words) -> Document:
    """What is told of a runbook, the steps first."""
    page = _Runbook(handbook, words)
    parts = (page.steps(), page.rare(), page.never(), page.stays(), page.idle(), page.how("written", again=False))
    return Document(page.title(), page.lead(), tuple(part for part in parts if part), page.record)


class _Runbook(Told[Handbook]):
    """A runbook, in the words of a language."""

    def title(self) -> Pieces:
        """Of which scenario."""
        return fill(self.words.gettext("Runbook: {title}"), title=said(self.found.runbook.scenario.title))

    def lead(self) -> tuple[Paragraph, ...]:
        """Of how many drills it is, whether they finish the plan, who is away, and what a window is."""
        _, book = self.words.gettext, self.found.runbook
        text = self.words.ngettext(
            "{moment} · {horizon} ahead · {n} drill · seed {seed}",
            "{moment} · {horizon} ahead · {n} drills · seed {seed}",
            book.replications,
        )
        facts = fill(
            text,
            moment=term(self.words.moment(book.scenario.moment)),
            horizon=self._horizon(),
            n=self.mark.count("replications"),
            seed=number(str(book.seed), "seed", self.record),
        )
        found = [Paragraph(facts, "small")]
        if book.interrupted:
            found.append(self.interrupted())
        if book.steps:
            found += [Paragraph(self._finished(), "answer"), *self._away(), Paragraph(self._explanation(), "small")]
        return tuple(found)

    def _horizon(self) -> Pieces:
        return self.mark.text(self.found.runbook.scenario.horizon.text, "horizon_ms")

    def _finished(self) -> Pieces:
        _, book = self.words.gettext, self.found.runbook
        text = _("All that is wanted is done within {horizon} in no drill.")
        share: Pieces = ()
        if book.finished.successes:
            text = _("All that is wanted is done within {horizon} in {share} of drills.")
            share = self.mark.share(book.finished, "finished")
        found = fill(text, horizon=self._horizon(), share=share)
        if stays := len(book.stays):
            more = self.words.ngettext("{n} component is not moved.", "{n} components are not moved.", stays)
            found += fill(f" {more}", n=self.mark.count("report.stays"))
        if not (never := len(book.parts[2])):
            return found
        more = self.words.ngettext("{n} step starts in none.", "{n} steps start in none.", never)
        if book.finished.successes:
            more = _("What waits for a place that is lost is left out of that.") + " " + more
        return (*found, *fill(f" {more}", n=self.mark.count("report.never")))

    def _away(self) -> list[Paragraph]:
        _ = self.words.gettext
        found = []
        for place, absence in enumerate(self.found.runbook.away):
            path = f"away.{place}"
            who = said(absence.team)
            if absence.heads is not None:
                who = fill(_("{n} of {team}"), n=self.mark.count(f"{path}.heads"), team=who)
            text = _("Away: {who} ({what}) from {begin} to {end}.")
            if absence.end is None:
                text = _("Away: {who} ({what}) from {begin} on, not back within {end}.")
            pieces = fill(
                text,
                who=who,
                what=said(absence.disruption),
                begin=self._begin(absence, path),
                end=self._back(absence, path),
            )
            if absence.happens.value < MOST:
                often = self.mark.share(absence.happens, f"{path}.happens")
                pieces += fill(" " + _("That is in {share} of drills."), share=often)
            found.append(Paragraph(pieces, "notice"))
        return found

    def _begin(self, absence: Absence, path: str) -> Pieces:
        return self._window(absence.begin, f"{path}.begin_ms")

    def _back(self, absence: Absence, path: str) -> Pieces:
        return self._horizon() if absence.end is None else self._window(absence.end, f"{path}.end_ms")

    def _explanation(self) -> Pieces:
        _, book = self.words.gettext, self.found.runbook
        text = _("Done is about steps: whether services are back in time is in the report.")
        text += " " + _("{share} of drills start, and end, a step within its window.")
        if book.scenario.moment is None:
            text += " " + _("Times are hours and minutes after the loss.")
        text += " " + _("After step: which steps most often are the last it waits for.")
        if any(min(step.happens.value, step.done.value) < MOST for step in book.steps if step.start):
            text += " " + _("A step that not all drills have says how many do, and its windows are about those.")
        home = most_frequent_site(book)
        if home:
            text += " " + _("Where no place is named it is {home}.")
        return fill(text, share=self.mark.share(book.within, "within"), home=said(home))

    # the steps

    def steps(self) -> Section:
        """Those that most drills have, in order."""
        _, book = self.words.gettext, self.found.runbook
        blocks: tuple[Block, ...] = (Paragraph(words_of(_("No step is taken in any drill: there is nothing to do."))),)
        if book.steps:
            blocks = (self._table(_("Each step, in the order in which most drills take them"), book.parts[0]),)
        return Section("steps", _("Steps"), blocks)

    def rare(self) -> Section | None:
        """Those that few drills have."""
        _, rare = self.words.gettext, self.found.runbook.parts[1]
        if not rare:
            return None
        return Section("rare", _("Rare steps"), (self._table(_("Steps that few drills have"), rare),))

    def never(self) -> Section | None:
        """Those that start in none."""
        _, never = self.words.gettext, self.found.runbook.parts[2]
        if not never:
            return None
        table = self._table(_("Steps that are wanted and wait to the end"), never)
        return Section("never", _("Started in no drill"), (table,))

    def stays(self) -> Section | None:
        """What a planned move leaves where it was."""
        _, stays = self.words.gettext, self.found.runbook.stays
        if not stays:
            return None
        rows = tuple(
            Row(
                Cell(said(stay.component)),
                (Cell(self._why(stay.why)), Cell(self.mark.share(stay.happens, f"stays.{place}.happens"))),
            )
            for place, stay in enumerate(stays)
        )
        heads = tuple(map(words_of, (_("What"), _("Why"), _("In how many drills"))))
        table = Table(_("Left where it was by the planned move"), heads, (Group((), rows),), texts=1)
        return Section("stays", _("Not moved"), (table,))

    def idle(self) -> Section | None:
        """Who is called for nothing."""
        _, idle = self.words.gettext, self.found.runbook.idle
        if not idle:
            return None
        names = joined([said(name) for name in idle], " · ")
        blocks: tuple[Block, ...] = (Paragraph(names),)
        if self.found.runbook.may_be_asked_for:
            blocks += (Paragraph(words_of(_(BEHIND)), "small"),)
        return Section("idle", _("Called, with nothing to do"), blocks)

    def _table(self, caption: str, steps: Sequence[RunbookStep]) -> Table:
        _ = self.words.gettext
        heads = (_("Step"), _("Who"), _("After step"), _("Starts"), _("Ends"), _("Actual start"), _("Actual end"))
        rows = tuple(self._row(step) for step in steps)
        return Table(caption, tuple(map(words_of, heads)), (Group((), rows),), texts=len(heads) - 1)

    def _row(self, step: RunbookStep) -> Row:
        _, book = self.words.gettext, self.found.runbook
        place = book.numbers[step.id] - 1
        path = f"steps.{place}"
        who = said(step.who) if step.who else words_of(NONE)
        after = [self.mark.count(f"report.after.{place}.{each}") for each in range(len(step.after))]
        ends = Cell()
        if step.start is None:
            starts = Cell(words_of(_("in no drill")))
        else:
            starts = self._when(step.start, f"{path}.start_ms")
            ends = Cell(fill(_("not within {horizon}"), horizon=self._horizon()))
            if step.end is not None:
                ends = self._when(step.end, f"{path}.end_ms")
        head = Cell(
            fill("{n} {what}", n=self.mark.count(f"{path}.number"), what=self._what(step, path)),
            self._detail(step, path),
        )
        return Row(head, (Cell(who), Cell(joined(after, ", ")) if after else NOTHING, starts, ends, Cell(), Cell()))

    def _what(self, step: RunbookStep, path: str) -> Pieces:
        _, ngettext = self.words.gettext, self.words.ngettext
        kind, many = words_of(_(step.kind)), len(step.objects)
        if step.kind == "mobilise":
            found = fill(_("{step} to {site}"), step=kind, site=said(step.site)) if step.site else kind
        else:
            what = said(step.objects[0])
            if many > 1:
                text = ngettext("{n} component", "{n} components", many)
                if step.is_of_incidents:
                    text = ngettext("{n} incident", "{n} incidents", many)
                what = fill(text, n=self.mark.count(f"report.objects.{self.found.runbook.numbers[step.id] - 1}"))
            found = fill("{step} {what}", step=kind, what=what)
            point = step.kind == "verify" and "." in step.object
            if step.site and not point and step.site != most_frequent_site(self.found.runbook):
                found += fill(" @ {site}", site=said(step.site))
        if step.occasion > 1:
            found += fill(" " + _("(time {n})"), n=self.mark.count(f"{path}.occasion"))
        return found

    def _detail(self, step: RunbookStep, path: str) -> Pieces:
        """As on the printed page."""
        _ = self.words.gettext
        parts = [self._listed(step.brief)] if step.brief else []
        if step.kind == "mobilise" and (away := self.found.runbook.away_of(step.who)):
            parts.append(fill(_("away ({what}): there when it is back"), what=said(", ".join(away))))
        often = self.mark.share
        if step.start is None:
            parts.append(self._why(step.why))
            if step.waits.value < MOST:
                parts.append(fill(_("in {share} of drills"), share=often(step.waits, f"{path}.waits")))
            return joined(parts, "; ")
        if self.found.runbook.goes_on(step):
            again = _("and again later, up to {n} times in a drill")
            parts.append(fill(again, n=self.mark.count(f"{path}.times")))
        if step.happens.value < MOST:
            parts.append(fill(_("in {share} of drills"), share=often(step.happens, f"{path}.happens")))
        if step.done.value < MOST and step.end is not None:
            parts.append(fill(_("done in {share} of those that start it"), share=often(step.done, f"{path}.done")))
        if step.waits.value > 1 - MOST:
            share = often(step.waits, f"{path}.waits")
            parts.append(fill(_("waits in vain in {share}: {why}"), share=share, why=self._why(step.why)))
        return joined(parts, "; ")

    def _listed(self, text: str) -> Pieces:
        """Names, of which the last may be how many more there are."""
        found = re.fullmatch(r"(.*) and ([0-9]+) more", text)
        if found is None:
            return said(text)
        return fill(self.words.gettext("{names} and {n} more"), names=said(found[1]), n=term(found[2]))

    def _and(self, text: str) -> Pieces:
        """Names with `and` between the last two, of which the last may be how many others there are."""
        first, found, last = text.rpartition(" and ")
        if not found:
            return said(text)
        others = re.fullmatch("([0-9]+) others?", last)
        end = said(last)
        if others is not None:
            end = fill(self.words.ngettext("{n} other", "{n} others", int(others[1])), n=term(others[1]))
        return fill(self.words.gettext("{names} and {last}"), names=said(first), last=end)

    def _why(self, text: str) -> Pieces:
        for pattern in WHY_WORDS:
            found = re.fullmatch(re.escape(pattern).replace(r"\{what\}", "(?P<what>.+)"), text)
            if found is not None:
                return fill(self.words.gettext(pattern), what=self._and(found.groupdict().get("what", "")))
        return said(text)

    # times

    def _when(self, window: Window, path: str) -> Cell:
        """A window, on one line where it is of one day."""
        pieces = self._window(window, path)
        return Cell(pieces, style="whole" if len(plain_text(pieces)) <= ONE_LINE else "")

    def _window(self, window: Window, path: str) -> Pieces:
        """`Tue 13:02 – 15:01`, or one time where both are the same."""
        moment = self.found.runbook.scenario.moment
        if moment is None:
            low, high = (hours_minutes(nearest_minute(time)) for time in (window.low, window.high))
            last = high
        else:
            first, then = (wall_clock(moment, nearest_minute(time) * MINUTE) for time in (window.low, window.high))
            low, high = self._instant(first, moment), self._instant(then, moment)
            last = f"{then:%H:%M}" if first.date() == then.date() else high
        begin = number(low, f"{path}.low", self.record)
        if low == high:
            return begin
        end = number(last, f"{path}.high", self.record)
        return fill("{low} – {high}", low=begin, high=end)

    def _instant(self, local: datetime, moment: datetime) -> str:
        """A day of the first week by its name alone, later ones with their date."""
        return self.words.instant(local, dated=(local.date() - moment.date()).days >= 7)
