"""What a run rests on: numbers with a source, and assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drsim.reporting.pages.document import (
    Block,
    Cell,
    Group,
    Paragraph,
    Row,
    Section,
    Table,
    code,
    fill,
    words_of,
)
from drsim.reporting.pages.told_run import ToldRun

if TYPE_CHECKING:
    pass

__all__ = ["assumed"]


def assumed(run: ToldRun) -> Section:
    """What is assumed, and what has a source."""
    _ = run.words.gettext
    text = fill(
        _("{assumed} of the {all} numbers behind this are assumptions: no source is named for them."),
        assumed=run.mark.count("report.numbers.assumed"),
        all=run.mark.count("report.numbers.all"),
    )
    heads = tuple(map(words_of, (_("Part of the model"), _("Numbers"), _("Assumed"))))
    sections = sorted({each.path.partition(".")[0] for each in run.found.numbers})
    rows = tuple(
        Row(
            Cell(code(name)),
            (
                Cell(run.mark.count(f"report.numbers.sections.{name}.all")),
                Cell(run.mark.count(f"report.numbers.sections.{name}.assumed")),
            ),
        )
        for name in sections
    )
    table = Table(_("Numbers and assumptions by part of the model"), heads, (Group((), rows),))
    return Section("assumptions", _("Assumptions"), (Paragraph(text), table, *_numbers(run)))


def _numbers(run: ToldRun) -> list[Block]:
    """Every number, those with a source first; to be opened by who wants them."""
    _ = run.words.gettext
    found: list[Block] = []
    for caption, sourced in ((_("Numbers with a source"), True), (_("Assumptions, one by one"), False)):
        numbers = [each for each in run.found.numbers if (each.source is not None) == sourced]
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
