"""Work that is due by a date, and what a test in a bubble takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drsim.reporting.pages.document import (
    Cell,
    Group,
    Row,
    Section,
    Table,
    fill,
    said,
    words_of,
)
from drsim.reporting.pages.told import NOTHING
from drsim.reporting.pages.told_run import ToldRun
from drsim.reporting.timeline import due_title

if TYPE_CHECKING:
    pass

__all__ = ["due", "trial"]


def due(run: ToldRun) -> Section | None:
    """What must be done by a date, where some drill has it."""
    _, result = run.words.gettext, run.found.result
    rows = []
    for place, work in enumerate(result.plan.due):
        if not result.block.due[place].any():
            continue
        missed, by_hand = result.due_shares(place)
        title = due_title(result.plan, result.plan.structure.services[work.service], work.name)
        shares = (
            Cell(run.mark.share(missed, f"due.{place}.missed")),
            Cell(run.mark.share(by_hand, f"due.{place}.by_hand")),
        )
        rows.append(Row(Cell(said(title)), shares))
    if not rows:
        return None
    heads = words_of(_("What")), words_of(_("Missed")), words_of(_("Kept only by hand or elsewhere"))
    table = Table(_("In which share of drills a date is missed"), heads, (Group((), tuple(rows)),))
    return Section("due", _("Due by a date"), (table,))


def trial(run: ToldRun) -> Section | None:
    """What a test in a bubble would have taken."""
    _, result = run.words.gettext, run.found.result
    found = [each for each in result.tried if each.back is not None]
    if not found:
        return None
    rows = []
    for each in found:
        path = f"test.{each.name}"
        paths = [f"{path}.recovery.p50", f"{path}.recovery.p95"]
        times = run.mark.times([each.recovery[0.5], each.recovery[0.95]], paths, run.horizon)
        back = NOTHING if each.back is None else Cell(run.mark.share(each.back, f"{path}.back"))
        in_time = NOTHING if each.in_time is None else Cell(run.mark.share(each.in_time, f"{path}.in_time"))
        rows.append(Row(Cell(said(each.title)), (*(Cell(*time) for time in times), back, in_time)))
    heads = (
        words_of(_("Service")),
        fill(_("Back in {share} of drills"), share=run.mark.p(50)),
        fill(_("Back in {share} of drills"), share=run.mark.p(95)),
        words_of(_("Serves in the bubble")),
        words_of(_("In time")),
    )
    table = Table(_("How long it takes until it serves in the bubble"), heads, (Group((), tuple(rows)),))
    return Section("test", _("In the test"), (table,))
