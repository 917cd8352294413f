"""What held services up, on average and in single drills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drsim.measures.explanation import CAUSES
from drsim.reporting.causes import minutes_by_cause
from drsim.reporting.numbers import NONE, UNKNOWN
from drsim.reporting.pages.details import detailed
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
    found_at,
    number,
    plain_text,
    said,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, joined
from drsim.reporting.pages.told_run import ToldRun
from drsim.reporting.pages.words import N_
from drsim.reporting.summary import alike
from drsim.reporting.wall import Wall

if TYPE_CHECKING:
    from drsim.studies.result import Explanation, Outcome

__all__ = ["CAUSE_WORDS", "causes", "days"]


CAUSE_WORDS: Final = (
    *(N_("not yet detected"), N_("not yet decided"), N_("wrong diagnosis"), N_("waiting for capacity")),
    *(N_("making room"), N_("waiting for approval"), N_("waiting"), N_("people on their way")),
    *(N_("nobody on duty"), N_("people at rest"), N_("team busy"), N_("waiting for a copy"), N_("failed attempt")),
    *(N_("restoring data"), N_("step under way"), N_("supplier at work"), N_("supplier closed")),
    *(N_("being verified"), N_("clearing a test away"), N_("waiting for a site")),
    *(N_("waiting for the end of an outage"), N_("another outage"), N_("in service between"), N_("no way back")),
)
"""Causes of waiting, as the drills name them."""


def causes(run: ToldRun) -> Section | None:
    """What held the slowest services up."""
    from drsim.reporting import figures

    _, result, told = run.words.gettext, run.found.result, run.found.told
    if told is None:
        return None
    service, outcome = told.service, result.outcome(told.service)
    sooner = fill(_("The share of drills in which {service} is back by a time."), service=said(outcome.title))
    made_of = fill(_("What the recovery time of {service} is made of on a bad day."), service=said(outcome.title))
    bars, curve = _waterfall(run, told), _curve(run, outcome)
    blocks: tuple[Block, ...] = (
        Paragraph(_averaged(run), "small"),
        _cause_table(run),
        *_explained(run),
        *run.held_back(outcome),
        run.picture(
            "explanation", lambda: figures.explanation(result, service, 0.95), _("What held it up"), made_of, bars
        ),
        run.picture("distribution", lambda: figures.distribution(result, service), _("When it is back"), sooner, curve),
    )
    return Section("causes", _("What held them up"), blocks)


def _explained(run: ToldRun) -> list[Block]:
    """What a cause means that reads like a failure of the plan's."""
    _ = run.words.gettext
    if not any("no way back" in each.causes for each in run.found.explained):
        return []
    text = _("No way back: nothing that is planned or happens brings a service to its minimum before the drill ends.")
    return [Paragraph(words_of(text), "small")]


def _waterfall(run: ToldRun, first: Explanation) -> Pieces:
    """What is seen of the causes of one service."""
    _ = run.words.gettext
    path, minutes = f"report.explanations.{first.service}", minutes_by_cause(first)
    longest = max(minutes, key=lambda cause: minutes[cause], default=None)
    total = run.mark.minutes(sum(minutes.values()), f"{path}.total_ms")
    if longest is None:
        return words_of(_("A bar for each cause."))
    return fill(
        _("A bar for each cause, one after the other up to {total} hours; the longest is {cause}, {length} hours."),
        total=total,
        cause=words_of(_(longest)),
        length=run.mark.minutes(minutes[longest], f"{path}.causes_ms.{longest}"),
    )


def _curve(run: ToldRun, outcome: Outcome) -> Pieces:
    """What is seen of when a service is back."""
    _, times = run.words.gettext, run.recovery(outcome, f"services.{outcome.name}")
    parts = [words_of(_("A line that rises with the time since it went down."))]
    for share, time in zip((50, 95), times, strict=True):
        if plain_text(time.pieces) not in (NONE, UNKNOWN):
            parts.append(fill(_("Back in {share} of drills: {time}."), share=run.mark.p(share), time=time.pieces))
    return joined(parts, " ")


def _averaged(run: ToldRun) -> Pieces:
    """What the causes are means of; of how many drills stands below each column."""
    _, explained = run.words.gettext, run.found.explained
    text = _("Hours and minutes, mean of the drills around the time that {share} of drills do not exceed.")
    if all(len(each.drills) == 1 for each in explained):
        text = _("Hours and minutes of the drill nearest to the time that {share} of drills do not exceed.")
    text += " " + _("Each column adds up.")
    if any(each.censored for each in explained):
        text += " " + _("Of a service that is not back it is the time until the drill ends.")
    return fill(text, share=run.mark.p(95))


def _cause_table(run: ToldRun) -> Table:
    _, explained = run.words.gettext, run.found.explained
    columns = {each.service: minutes_by_cause(each) for each in explained}
    causes = [cause for cause in CAUSES if any(column.get(cause) for column in columns.values())]
    rows = [
        Row(
            Cell(words_of(_(cause))),
            tuple(
                Cell(run.mark.minutes(column.get(cause, 0), f"report.explanations.{service}.causes_ms.{cause}"))
                for service, column in columns.items()
            ),
        )
        for cause in causes
    ]
    totals = tuple(
        Cell(run.mark.minutes(sum(column.values()), f"report.explanations.{service}.total_ms"))
        for service, column in columns.items()
    )
    total = Row(Cell(words_of(_("recovery time"))), totals)
    heads = (words_of(_("Cause")), *(_and_more(run, each.service) for each in explained))
    last = [total, Row(Cell(words_of(_("mean of so many drills"))), _counts(run, "drills"))]
    if any(each.censored for each in explained):
        last.append(Row(Cell(words_of(_("of these drills not back"))), _counts(run, "censored")))
    groups = Group((), tuple(rows)), Group(words_of(_("Together")), tuple(last))
    return Table(_("Recovery time by cause"), heads, groups)


def _counts(run: ToldRun, key: str) -> tuple[Cell, ...]:
    """A number of drills for each column."""
    paths = [f"report.explanations.{each.service}.{key}" for each in run.found.explained]
    return tuple(Cell(run.mark.count(path)) if found_at(run.record, path) else NOTHING for path in paths)


def _and_more(run: ToldRun, service: str) -> Pieces:
    """A service, and those that are away just as long."""
    result = run.found.result
    others = [result.outcome(name).title for name in alike(result, service) if name != service]
    names = [said(result.outcome(service).title), *map(said, others)]
    return joined(names, ", ")


def days(run: ToldRun) -> Section | None:
    """A typical drill and a bad one."""
    _, service = run.words.gettext, run.found.service
    if service is None:
        return None
    titles = {"typical": _("A typical drill"), "bad": _("A bad drill")}
    blocks = [block for name in run.found.days for block in _one_day(run, name, titles[name], service)]
    return Section("drills", _("A typical drill and a bad one"), tuple(blocks))


def _one_day(run: ToldRun, name: str, title: str, service: str) -> list[Block]:
    from drsim.errors import DrsimError
    from drsim.reporting import figures

    _, replay, path = run.words.gettext, run.found.days[name], f"report.drills.{name}"
    whose = said(run.found.result.outcome(service).title)
    found = replay.longest(service)
    told = {
        "title": words_of(title),
        "n": number(str(replay.drill), f"{path}.drill", run.record),
        "service": whose,
    }
    if found is None:
        return [Paragraph(fill(_("{title}, number {n}: {service} is never below its minimum."), **told))]
    told["time"] = run.mark.exact(f"{path}.length_ms")
    text = _("{title}, number {n}: {service} is back after {time}.")
    if not found[0].back:
        text = _("{title}, number {n}: {service} is not back by the end, after {time}.")
    caption = _("The steps below {service}, and who did them; a thin line while a step waits, × what failed.")
    seen = fill(
        _(
            "A Gantt chart of drill {n}: a row for each thing that was worked on, a bar for each step; {service} is away for {time}."
        ),
        n=told["n"],
        service=whose,
        time=told["time"],
    )
    blocks: list[Block] = [Paragraph(fill(text, **told))]
    try:
        draw = lambda: figures.gantt(replay, service)  # noqa: E731
        blocks.append(run.picture(f"gantt-{name}", draw, title, fill(caption, service=whose), seen))
    except DrsimError:  # nothing was done: there is nothing to draw
        pass
    return [*blocks, _log(run, name, title)]


def _log(run: ToldRun, name: str, title: str) -> Table:
    """What it waited for, one thing after the other."""
    _, replay, path = run.words.gettext, run.found.days[name], f"report.drills.{name}.segments"
    service = run.found.service
    found = None if service is None else replay.longest(service)
    wall = Wall(run.found.result.scenario.moment, replay.trajectory.offset)
    rows = []
    for place, segment in enumerate(found[1] if found else ()):
        at = run.words.instant(wall.at(segment.begin), wall.moment is not None)
        cells = (
            Cell(words_of(_(segment.cause))),
            Cell(detailed(segment.detail, run.words)) if segment.detail else NOTHING,
            Cell(said(segment.team)) if segment.team else NOTHING,
            Cell(run.mark.exact(f"{path}.{place}.length_ms")),
        )
        rows.append(Row(Cell(number(at, f"{path}.{place}.begin_ms", run.record)), cells))
    heads = tuple(map(words_of, (_("From"), _("Cause"), _("What"), _("Who"), _("How long"))))
    return Table(_("{title}: what it waited for").format(title=title), heads, (Group((), tuple(rows)),), texts=3)
