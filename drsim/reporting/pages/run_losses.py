"""What is lost: data, and citizens who are turned away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from drsim.reporting.decided import by_hand
from drsim.reporting.pages.document import (
    Block,
    Cell,
    Group,
    Paragraph,
    Pieces,
    Row,
    Section,
    Table,
    fill,
    said,
    words_of,
)
from drsim.reporting.pages.told import NOTHING
from drsim.reporting.pages.told_run import ToldRun

if TYPE_CHECKING:
    from drsim.studies.result import Outcome

__all__ = ["citizens", "data"]


def data(run: ToldRun) -> Section | None:
    """How much data is lost, against what is allowed."""
    _ = run.words.gettext
    outcomes = [outcome for outcome in run.outcomes if outcome.group.data]
    if not outcomes:
        return None
    heads = (
        words_of(_("Service")),
        words_of(_("Norm")),
        words_of(_("RPO")),
        fill(_("Lost at most in {share} of drills"), share=run.mark.p(95)),
        words_of(_("Within the RPO")),
        words_of(_("Asked")),
        words_of(_("Verdict")),
    )
    rows = tuple(_data(run, outcome) for outcome in outcomes)
    table = Table(_("Data loss against targets"), heads, (Group((), rows),), texts=1)
    text = _("RPO: how much data, counted back in time, may be lost.")
    return Section("data", _("Data loss"), (table, Paragraph(words_of(text), "small")))


def _data(run: ToldRun, outcome: Outcome) -> Row:
    path = f"services.{outcome.name}"
    target = run.found.result.scenario.landscape.services[outcome.name].targets.rpo
    ((lost, interval),) = run.mark.times([outcome.data_loss], [f"{path}.data_loss.p95"], run.horizon)
    kept = outcome.data_in_time
    return Row(
        Cell(said(outcome.title)),
        (
            run.norm(target),
            NOTHING if target is None else Cell(run.mark.text(target.text, f"{path}.targets.rpo")),
            Cell(lost, interval),
            NOTHING if kept is None else Cell(run.mark.share(kept, f"{path}.data_in_time")),
            NOTHING if target is None else Cell(run.asked(outcome)),
            run.judged(outcome.data_verdict),
        ),
    )


def citizens(run: ToldRun) -> Section | None:
    """How many citizens are turned away, by municipality and service."""
    _, result = run.words.gettext, run.found.result
    handed = _by_hand(run)
    if not result.turned_away[1].value:
        return Section("citizens", _("Citizens"), tuple(handed)) if handed else None
    blocks: list[Block] = [Paragraph(_turned_away(run)), Paragraph(words_of(_lost(run)), "small")]
    if result.turned_away_by_municipality:
        blocks.append(_municipalities(run))
    heads = (words_of(_("Service")), *map(words_of, (_("Turned away"), _("Of contacts"), _("Served elsewhere"))))
    rows = tuple(
        Row(
            Cell(said(outcome.title)),
            (*run.contacts(outcome, f"services.{outcome.name}"), _elsewhere(run, outcome)),
        )
        for outcome in sorted(run.outcomes, key=lambda each: (-each.contacts_lost.value, each.name))
        if outcome.contacts.value
    )
    blocks += [Table(_("Contacts turned away by service"), heads, (Group((), rows),)), *handed]
    return Section("citizens", _("Citizens turned away"), tuple(blocks))


def _turned_away(run: ToldRun) -> Pieces:
    """How many contacts are lost of all."""
    _, (lost, contacts) = run.words.gettext, run.found.result.turned_away
    everybody = run.mark.mean(contacts, "contacts")[0]
    if not math.isfinite(lost.high):
        return fill(
            _("How many of {all} contacts in opening hours are turned away: too few drills to say."), all=everybody
        )
    if not lost.value:
        text = _(
            "Of {all} contacts in opening hours nobody is turned away in these drills (on average fewer than {most})."
        )
        return fill(text, all=everybody, most=run.mark.most(lost, "contacts_lost"))
    number, interval = run.mark.mean(lost, "contacts_lost")
    number += fill(" ({interval})", interval=interval) if interval else ()
    text = _("Of {all} contacts in opening hours {lost} are turned away on average.")
    return fill(text, all=everybody, lost=number)


def _lost(run: ToldRun) -> str:
    """When a contact is lost."""
    _ = run.words.gettext
    text = _("All contacts are turned away while a service is down; while it serves a part, also when back, the rest.")
    return text + " " + _("Who is served by hand or at another counter is not turned away.")


def _by_hand(run: ToldRun) -> list[Block]:
    """How long services are served by hand, where any is."""
    _ = run.words.gettext
    rows = tuple(
        Row(Cell(said(each.title)), (Cell(*run.mark.mean_time(time, f"services.{each.name}.by_hand_ms", run.horizon)),))
        for each, time in by_hand(run.found.result)
    )
    heads = words_of(_("Service")), words_of(_("Served by hand"))
    caption = _("How long services are served by hand on average, where that is more than the systems give")
    return [Table(caption, heads, (Group((), rows),))] if rows else []


def _elsewhere(run: ToldRun, outcome: Outcome) -> Cell:
    if outcome.elsewhere is None or not outcome.elsewhere.value:
        return NOTHING
    return Cell(*run.mark.mean(outcome.elsewhere, f"services.{outcome.name}.contacts_elsewhere"))


def _municipalities(run: ToldRun) -> Table:
    _ = run.words.gettext
    heads = words_of(_("Municipality")), words_of(_("Turned away")), words_of(_("Per thousand inhabitants"))
    rows = []
    for name, lost in run.found.result.turned_away_by_municipality.items():
        scaled = run.found.result.turned_away_per_1000.get(name)
        path = f"municipalities.{name}.contacts_lost"
        per_1000 = NOTHING if scaled is None else Cell(*run.mark.mean(scaled, f"{path}_per_1000"))
        rows.append(Row(Cell(run.site(name)), (Cell(*run.mark.mean(lost, path)), per_1000)))
    return Table(_("Contacts turned away by municipality"), heads, (Group((), tuple(rows)),))
