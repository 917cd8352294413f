"""Work that is due by a date, and what a test in a bubble takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drsim.reporting.decided import due_work, promise_in_test
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
    term,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, joined
from drsim.reporting.pages.told_run import ToldRun
from drsim.reporting.wall import Wall

if TYPE_CHECKING:
    from drsim.reporting.decided import Due
    from drsim.studies.result import Tried

__all__ = ["answer_of_test", "due", "due_told", "trial"]

DATES: Final = 3
"""That are named of what is due again and again."""


def due_told(run: ToldRun) -> list[Block]:
    """How often each date is missed, in a sentence."""
    _ = run.words.gettext
    found: list[Block] = []
    for each in due_work(run.found.result):
        pattern = _("{what}, due {when}, is missed in {missed} of drills.")
        if each.by_hand.successes:
            pattern = _(
                "{what}, due {when}, is missed in {missed} of drills, and kept only by hand or elsewhere in {by_hand}."
            )
        missed, by_hand = _due_shares(run, each)
        told = fill(pattern, what=_due_title(run, each), when=_when(run, each), missed=missed, by_hand=by_hand)
        found.append(Paragraph(told))
    return found


def due(run: ToldRun) -> Section | None:
    """What must be done by a date, where some drill has it."""
    _ = run.words.gettext
    rows = tuple(
        Row(Cell(_due_title(run, each)), (Cell(_when(run, each)), *map(Cell, _due_shares(run, each))))
        for each in due_work(run.found.result)
    )
    if not rows:
        return None
    heads = tuple(map(words_of, (_("What"), _("When"), _("Missed"), _("Kept only by hand or elsewhere"))))
    table = Table(_("In which share of drills a date is missed"), heads, (Group((), rows),), texts=1)
    return Section("due", _("Due by a date"), (table,))


def _due_title(run: ToldRun, work: Due) -> Pieces:
    pattern = run.words.gettext("{work} of {service}")
    return fill(pattern, work=said(work.title), service=said(work.service))


def _due_shares(run: ToldRun, work: Due) -> tuple[Pieces, Pieces]:
    """In which share of drills it is missed, and kept only by hand or elsewhere."""
    path = f"due.{work.row}"
    return run.mark.share(work.missed, f"{path}.missed"), run.mark.share(work.by_hand, f"{path}.by_hand")


def _when(run: ToldRun, work: Due) -> Pieces:
    """The dates; as the scenario says it where there are many, or the moment has no date."""
    moment = run.found.result.scenario.moment
    if moment is None or len(work.work.instants) > DATES:
        return said(work.on)
    wall = Wall(moment)
    return joined([term(run.words.instant(wall.at(at), True)) for at in work.work.instants], ", ")


def answer_of_test(run: ToldRun) -> Pieces:
    """The answer of a test in a bubble, and how many services fared how in it."""
    _, ngettext, found = run.words.gettext, run.words.ngettext, promise_in_test(run.found.result)
    if found is None:
        return words_of(_("The test begins in no drill."))
    told = {
        "nothing promised": _("Nothing is promised."),
        "missed": _("Every RTO met in the test? No."),
        "undecided": _("Every RTO met in the test? Too close to call."),
        "met": _("Every RTO met in the test? Yes."),
    }
    counts = run.record["report"]["test"]["services"]
    number = {key: counts.get(key, 0) for key in ("met", "missed", "undecided", "no RTO")}
    patterns = {
        "met": ngettext("{n} is back in time", "{n} are back in time", number["met"]),
        "missed": ngettext("{n} misses its RTO", "{n} miss their RTO", number["missed"]),
        "undecided": ngettext("{n} is too close to call", "{n} are too close to call", number["undecided"]),
        "no RTO": ngettext("{n} has no RTO", "{n} have no RTO", number["no RTO"]),
    }
    parts = [
        fill(pattern, n=run.mark.count(f"report.test.services.{key}"))
        for key, pattern in patterns.items()
        if number[key]
    ]
    pattern = ngettext("Of {n} service {parts}.", "Of {n} services {parts}.", counts["all"])
    counted = fill(f" {pattern}", n=run.mark.count("report.test.services.all"), parts=joined(parts, ", "))
    return words_of(told[found]) + counted


def trial(run: ToldRun) -> Section | None:
    """What a test in a bubble would have taken, against the RTO of each service."""
    _, result = run.words.gettext, run.found.result
    tests, found = result.scenario.tests, [each for each in result.tried if each.drills]
    if tests is None or not found:
        return None
    often = fill(
        run.words.ngettext(
            "The test of the loss of {site} begins in {n} of {all} drill, and its clock when it does.",
            "The test of the loss of {site} begins in {n} of {all} drills, and its clock when it does.",
            result.replications,
        ),
        site=run.site(tests.site),
        n=run.mark.count("report.test.begins"),
        all=run.mark.count("replications"),
    )
    heads = (
        words_of(_("Service")),
        words_of(_("Norm")),
        words_of(_("RTO")),
        fill(_("Back in {share} of drills"), share=run.mark.p(50)),
        fill(_("Back in {share} of drills"), share=run.mark.p(95)),
        words_of(_("Serves in the bubble")),
        words_of(_("In time, asked")),
        words_of(_("Verdict")),
    )
    rows = tuple(_tried(run, each) for each in found)
    table = Table(_("How long it takes until it serves in the bubble"), heads, (Group((), rows),), texts=1)
    return Section("test", _("In the test"), (Paragraph(often), table))


def _tried(run: ToldRun, tried: Tried) -> Row:
    path, target = f"test.{tried.name}", run.found.result.scenario.landscape.services[tried.name].targets.rto
    paths = [f"{path}.recovery.p50", f"{path}.recovery.p95"]
    times = run.mark.times([tried.recovery[0.5], tried.recovery[0.95]], paths, run.horizon)
    return Row(
        Cell(said(tried.title)),
        (
            run.norm(target),
            NOTHING if target is None else Cell(run.mark.text(target.text, f"services.{tried.name}.targets.rto")),
            *(Cell(*time) for time in times),
            NOTHING if tried.back is None else Cell(run.mark.share(tried.back, f"{path}.back")),
            NOTHING
            if tried.in_time is None
            else Cell(run.mark.share(tried.in_time, f"{path}.in_time"), run.mark.percent(f"{path}.asked")),
            run.judged(tried.verdict),
        ),
    )
