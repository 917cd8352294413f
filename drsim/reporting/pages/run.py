"""The report of a run, the answer first; every number in it comes from a dossier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drsim.reporting.decided import disrupted, promise, sits_out
from drsim.reporting.pages.document import (
    Block,
    Document,
    Paragraph,
    Pieces,
    Section,
    Terms,
    code,
    fill,
    number,
    said,
    term,
    words_of,
)
from drsim.reporting.pages.run_assumed import assumed
from drsim.reporting.pages.run_causes import causes, days
from drsim.reporting.pages.run_losses import citizens, data
from drsim.reporting.pages.run_services import places, services
from drsim.reporting.pages.run_work import answer_of_test, due, due_told, trial
from drsim.reporting.pages.told import joined
from drsim.reporting.pages.told_run import ToldRun
from drsim.reporting.pages.words import Words

if TYPE_CHECKING:
    from drsim.studies.dossier import Dossier

__all__ = ["reported"]


def reported(dossier: Dossier, words: Words) -> Document:
    """What is told of a run, the answer first."""
    run = ToldRun(dossier, words)
    parts = (
        *(answer(run), services(run), places(run), causes(run), data(run), citizens(run)),
        *(due(run), trial(run), days(run), assumed(run), run.how()),
    )
    return Document(said(dossier.result.scenario.title), lead(run), tuple(part for part in parts if part), run.record)


def lead(run: ToldRun) -> tuple[Paragraph, ...]:
    """What was asked, and of how many drills this is."""
    result, _ = run.found.result, run.words.gettext
    scenario = result.scenario
    found = [Paragraph(said(scenario.question), "question")] if scenario.question else []
    drills = run.words.ngettext("{n} drill", "{n} drills", result.replications)
    facts = fill(
        _("{moment} · {horizon} ahead · {drills} · seed {seed}"),
        moment=term(run.words.moment(scenario.moment)),
        horizon=run.mark.text(scenario.horizon.text, "horizon_ms"),
        drills=fill(drills, n=run.mark.count("replications")),
        seed=number(str(result.seed), "seed", run.record),
    )
    found.append(Paragraph(facts, "small"))
    if sits_out(scenario):
        wait = run.mark.text(scenario.response.wait.text, "report.wait")
        text = _("A lost site is sat out for {wait} before failover is declared.")
        found.append(Paragraph(fill(text, wait=wait), "small"))
    if result.interrupted:
        found.append(run.interrupted())
    return tuple(found)


def answer(run: ToldRun) -> Section:
    """The answer in one sentence, and how sure it is."""
    _, result = run.words.gettext, run.found.result
    production = _verdict(run) + _counted(run)
    if result.scenario.tests is None:
        blocks: list[Block] = [Paragraph(production, "answer")]
    else:
        told = fill(_("Production: {answer}"), answer=production)
        blocks = [Paragraph(answer_of_test(run), "answer"), Paragraph(told, "answer")]
    blocks += due_told(run)
    if result.every_rto is not None:
        share = run.mark.share(result.every_rto, "every_rto")
        blocks.append(Paragraph(fill(_("Every RTO is met in {share} of drills."), share=share)))
    blocks.append(run.how_sure())
    blocks += happens(run)
    return Section("answer", _("The answer"), tuple(blocks))


def happens(run: ToldRun) -> list[Block]:
    """What is lost, as the scenario says it."""
    _, scenario = run.words.gettext, run.found.result.scenario
    entries = [(f"happens-{name}", said(name), code(text)) for name, text in disrupted(scenario)]
    return [Paragraph(words_of(_("What happens:"))), Terms(tuple(entries))] if entries else []


def _verdict(run: ToldRun) -> Pieces:
    _ = run.words.gettext
    told = {
        "nothing promised": _("Nothing is promised."),
        "missed": _("Every target met? No."),
        "undecided": _("Every target met? Too close to call."),
        "met": _("Every target met? Yes."),
    }
    return words_of(told[promise(run.found.result)])


def _counted(run: ToldRun) -> Pieces:
    """How many services fared how."""
    fared = [outcome.fared for outcome in run.outcomes]
    if not fared:
        return words_of(" " + run.words.gettext("There are no services to look at."))
    if len(fared) == 1:
        return words_of(f" {_only(run, fared[0])}")
    ngettext = run.words.ngettext
    parts = {
        "keeps running": ngettext("{n} keeps running", "{n} keep running", fared.count("keeps running")),
        "back in time": ngettext("{n} comes back in time", "{n} come back in time", fared.count("back in time")),
        "misses": ngettext("{n} misses a target", "{n} miss a target", fared.count("misses")),
        "undecided": ngettext("{n} is too close to call", "{n} are too close to call", fared.count("undecided")),
        "no target": ngettext("{n} has no target", "{n} have no target", fared.count("no target")),
    }
    told = [fill(text, n=run.mark.count(f"report.answer.{key}")) for key, text in parts.items() if key in fared]
    pattern = run.words.gettext("Of {n} services {parts}.")
    return fill(f" {pattern}", n=run.mark.count("report.answer.services"), parts=joined(told, ", "))


def _only(run: ToldRun, fared: str) -> str:
    _ = run.words.gettext
    return {
        "keeps running": _("The only service keeps running."),
        "back in time": _("The only service comes back in time."),
        "misses": _("The only service misses a target."),
        "undecided": _("The only service is too close to call."),
        "no target": _("The only service has no target."),
    }[fared]
