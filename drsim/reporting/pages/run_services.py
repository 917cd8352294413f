"""Services: recovery times against targets, over time, and by municipality and channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from drsim.measures.margins import NEAR
from drsim.reporting.margins import near, nearest
from drsim.reporting.numbers import NONE
from drsim.reporting.pages.document import (
    Block,
    Cell,
    Group,
    Paragraph,
    Pieces,
    Row,
    Section,
    Table,
    Terms,
    code,
    fill,
    found_at,
    number,
    said,
    term,
    words_of,
)
from drsim.reporting.pages.told import NOTHING, joined
from drsim.reporting.pages.told_run import ToldRun
from drsim.reporting.summary import GROUPS
from drsim.reporting.wall import Wall

if TYPE_CHECKING:
    from drsim.measures.margins import Margin
    from drsim.studies.result import Outcome

__all__ = ["places", "services"]


def services(run: ToldRun) -> Section:
    """Recovery times against targets, with the norm of each, and what is served as time goes by."""
    _ = run.words.gettext
    heads = (
        words_of(_("Service")),
        words_of(_("Norm")),
        words_of(_("RTO, minimum")),
        fill(_("Back in {share} of drills"), share=run.mark.p(50)),
        fill(_("Back in {share} of drills"), share=run.mark.p(95)),
        words_of(_("In time, asked")),
        words_of(_("Verdict")),
    )
    titles = _fared(run)
    groups = tuple(
        Group(words_of(titles[fared]), tuple(_service(run, each) for each in found))
        for fared in GROUPS
        if (found := [outcome for outcome in run.outcomes if outcome.fared == fared])
    )
    blocks: list[Block] = [Table(_("Recovery times against targets, the worst first"), heads, groups, texts=1)]
    blocks += [Paragraph(words_of(_back(run)), "small"), *run.held_back(*run.outcomes), *_signs(run)]
    blocks += _norms(run, "rto")
    blocks += _near(run)
    blocks += _over_time(run) if run.outcomes else []
    return Section("services", _("Services and their targets"), tuple(blocks))


def _fared(run: ToldRun) -> dict[str, str]:
    _ = run.words.gettext
    return {
        "misses": _("Miss a target"),
        "undecided": _("Too close to call"),
        "back in time": _("Back in time"),
        "no target": _("No target"),
        "keeps running": _("Keep running: never below their minimum"),
    }


def _service(run: ToldRun, outcome: Outcome) -> Row:
    path = f"services.{outcome.name}"
    target = run.found.result.scenario.landscape.services[outcome.name].targets.rto
    return Row(
        Cell(said(outcome.title)),
        (
            run.norm(target),
            Cell(
                NOTHING.pieces if target is None else run.mark.text(target.text, f"{path}.targets.rto"),
                run.minimum(outcome),
            ),
            *run.recovery(outcome, path),
            Cell(run.in_time(outcome, path).pieces, () if target is None else run.asked(outcome)),
            _both_judged(run, outcome),
        ),
    )


def _both_judged(run: ToldRun, outcome: Outcome) -> Cell:
    """The verdict against the RTO; below it that against the RPO where that is not met."""
    _, cell = run.words.gettext, run.judged(outcome.verdict)
    if outcome.data_verdict in (None, "met"):
        return cell
    return Cell(cell.pieces, fill(_("data: {verdict}"), verdict=run.judged(outcome.data_verdict).pieces), cell.style)


def _norms(run: ToldRun, *kinds: str) -> list[Block]:
    """What the norms of targets are."""
    scenario = run.found.result.scenario
    targets = [getattr(service.targets, kind) for service in scenario.landscape.services.values() for kind in kinds]
    names = sorted({name for each in targets if each is not None and each.source for name in each.source.split(", ")})
    sources = scenario.landscape.sources
    return [Terms(tuple((f"norm-{name}", code(name), said(sources.get(name, ""))) for name in names))] if names else []


def _back(run: ToldRun) -> str:
    """What it is to be back."""
    _ = run.words.gettext
    text = _("Back: at its minimum (MBCO, below its RTO) again, a part of what it gives at all its places together.")
    return text + " " + _("From then on it may still serve only a part of its citizens, and turn the others away.")


def _signs(run: ToldRun) -> list[Block]:
    """What signs and abbreviations mean."""
    _ = run.words.gettext
    texts = [_("RTO: how soon a service has to be back.")]
    texts.append(
        _("≥ before a time: at least; its interval ends beyond the drill or nowhere yet, more drills may tell.")
    )
    texts.append(_("≤: at most, too little to tell from nothing. > before a time: not back by then."))
    texts.append(_("?: too few drills to say."))
    texts.append(_("< or > before a share: so in none or in all of these drills."))
    texts.append(_("< or > in brackets after one: its interval goes on to none or to all drills."))
    return [Paragraph(words_of(" ".join(texts)) + _working_hours(run), "small")]


def _working_hours(run: ToldRun) -> Pieces:
    """What working hours are, and when limits in them end."""
    _, limits = run.words.gettext, run.record["report"]["limits"]
    if not limits:
        return ()
    told = fill(_(" wh: working hours, {hours} except Dutch holidays."), hours=term(_("Mon-Fri") + " 9:00-17:00"))
    wall = Wall(run.found.result.scenario.moment)
    parts = [
        fill(
            _("{limit} end on {end}"),
            limit=run.mark.text(each["limit"], f"report.limits.{place}.limit"),
            end=number(run.words.instant(wall.at(each["end_ms"]), True), f"report.limits.{place}.end_ms", run.record),
        )
        for place, each in enumerate(limits)
        if each["end_ms"] is not None
    ]
    if not parts:
        return told
    return told + fill(_(" Counted from the moment, {ends}."), ends=joined(parts, ", "))


def _near(run: ToldRun) -> list[Block]:
    """What there is to spare where it is least certain that it is enough."""
    _ = run.words.gettext
    found = [each for each in nearest(run.found.result) if near(each[2])]
    if not found:
        return []
    rows = tuple(_spare(run, *each) for each in found)
    heads = tuple(map(words_of, (_("Service"), _("Limit"), _("Asked"), _("To spare"), _("Just met"), _("Just missed"))))
    text = fill(
        _(
            "To spare: what is left of the limit in the share of drills that is asked for; − is lacking. "
            "Just met or missed: by less than {part} of the limit."
        ),
        part=term(f"{100 * NEAR:g} %"),
    )
    return [Table(_("Near the limit"), heads, (Group((), rows),)), Paragraph(text, "small")]


def _spare(run: ToldRun, outcome: Outcome, kind: Literal["rto", "rpo"], margin: Margin) -> Row:
    _, service = run.words.gettext, f"services.{outcome.name}"
    pattern = _("RTO {limit}") if kind == "rto" else _("RPO {limit}")
    path = f"{service}.{'margin' if kind == 'rto' else 'data_margin'}"
    limit = found_at(run.record, f"{service}.targets.{kind}").split(" @")[0]
    return Row(
        Cell(said(outcome.title)),
        (
            Cell(fill(pattern, limit=run.mark.text(limit, f"{service}.targets.{kind}"))),
            Cell(run.asked(outcome)),
            Cell(*run.mark.margin(margin, (f"{path}.to_spare_ms", f"{path}.low_ms", f"{path}.high_ms"))),
            Cell(run.mark.share(margin.just_met, f"{path}.just_met")),
            Cell(run.mark.share(margin.just_missed, f"{path}.just_missed")),
        ),
    )


def _over_time(run: ToldRun) -> list[Block]:
    from drsim.reporting import figures

    _, curve = run.words.gettext, run.found.over_time
    replayed = run.mark.count("report.replayed")
    number_of, ngettext = len(curve.drills), run.words.ngettext
    recovery = fill(
        ngettext(
            "Of {n} drill.",
            "Mean of the first {n} drills; the band holds the middle four fifths of them, and is no interval of the mean.",
            number_of,
        ),
        n=replayed,
    )
    continuity = fill(
        ngettext(
            "A row for each service, of {n} drill. The stronger the colour, the more citizens meet.",
            "A row for each service, mean of the first {n} drills. The stronger the colour, the more citizens meet.",
            number_of,
        ),
        n=replayed,
    )
    return [
        run.picture(
            "recovery",
            lambda: figures.recovery(curve),
            _("Services and citizens served as time goes by"),
            recovery,
            _kept_up(run),
        ),
        run.picture(
            "continuity",
            lambda: figures.continuity(curve),
            _("What citizens meet of each service"),
            continuity,
            words_of(_("A map of services by hours; the table below has its levels.")),
        ),
        _levels(run),
    ]


def _kept_up(run: ToldRun) -> Pieces:
    """How far down services and citizens go on average, and where they end."""
    _, path = run.words.gettext, "report.over_time"
    numbers = {
        f"{name}_{end}": run.mark.whole_percent(f"{path}.{name}.{end}")
        for name, ends in run.record["report"]["over_time"].items()
        for end in ends or ()
    }
    text = _("A chart over time. Services at their minimum: {services_least} at the lowest, {services_end} at the end.")
    if run.found.over_time.citizens is not None:
        text += " " + _("Citizens served: {citizens_least} at the lowest, {citizens_end} at the end.")
    return fill(text, **numbers)


def _levels(run: ToldRun) -> Table:
    """How much of each service citizens meet, at some ages."""
    _, ages = run.words.gettext, range(len(run.record["ages_h"]))
    heads = tuple(run.mark.text(f"{hours} h", f"ages_h.{place}") for place, hours in enumerate(run.record["ages_h"]))
    rows = tuple(
        Row(
            Cell(said(outcome.title)),
            tuple(Cell(run.mark.whole_percent(f"services.{outcome.name}.level_at_ages.{place}")) for place in ages),
        )
        for outcome in run.outcomes
    )
    caption = _("The same in numbers: what citizens meet of each service, so long after the moment")
    return Table(caption, (words_of(_("Service")), *heads), (Group((), rows),))


def places(run: ToldRun) -> Section | None:
    """Each service by municipality and channel."""
    _ = run.words.gettext
    heads = (
        words_of(_("Municipality")),
        words_of(_("Channel")),
        fill(_("Back in {share} of drills"), share=run.mark.p(50)),
        fill(_("Back in {share} of drills"), share=run.mark.p(95)),
        words_of(_("In time")),
        words_of(_("Turned away")),
        words_of(_("Of contacts")),
    )
    groups = []
    for outcome in run.outcomes:
        rows = tuple(_place(run, outcome.name, point) for point in run.found.result.points_of(outcome.name))
        groups.append(Group(said(outcome.title), rows))
    if not groups:
        return None
    text = _("In time is against the RTO of the service. A target is judged for a service as a whole.")
    text += " " + _("A place is back when it gives the minimum of the service; the whole when all places together do.")
    table = Table(_("Services by municipality and channel"), heads, tuple(groups), texts=1)
    return Section("places", _("By municipality and channel"), (Paragraph(words_of(text), "small"), table))


def _place(run: ToldRun, service: str, point: Outcome) -> Row:
    path = f"services.{service}.points.{point.group.point}"
    return Row(
        Cell(run.site(point.group.municipality) if point.group.municipality else words_of(NONE)),
        (
            Cell(run.channel(point)),
            *run.recovery(point, path),
            run.in_time(point, path),
            *run.contacts(point, path),
        ),
    )
