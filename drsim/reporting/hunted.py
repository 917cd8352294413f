"""What breaks a promise: the smallest sets of failures, and how near the others come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from drsim.reporting.margins import spare
from drsim.reporting.numbers import format_share
from drsim.reporting.page import MARGIN, Cell, Page
from drsim.reporting.summary import Command, plural, write_command

if TYPE_CHECKING:
    from datetime import datetime

    from drsim.studies.hunt import Case, Hour, Hunt, Order

__all__ = ["HEADS", "answer", "asked", "case_texts", "facts", "hunted", "once_in", "worst_hour"]

LEAST: Final = 24
"""Columns for what breaks."""
HEADS: Final = ("kept in", "to spare", "likely")
THINGS: Final = ("nothing at all", "one thing", "two things", "three things", "four things")


def hunted(
    hunt: Hunt, *, command: Command, files: Sequence[Path] = (), old: Sequence[Path] = (), page: Page | None = None
) -> Page:
    """What was found, too close to call or near, and what was looked at.

    `files`: where what was found is written; `old`: files with such names that are of an earlier hunt.
    """
    page = Page() if page is None else page
    page.two_sided(asked(hunt), command.place)
    page.say(facts(hunt), indent=0, style="dim", hang=2)
    if hunt.interrupted:
        text = f"this is what was found until then{_so_far(hunt)}"
        page.label("INTERRUPTED", text, label_style="bold red", indent=0)
    page.blank()
    page.say(answer(hunt), style="bold")
    page.blank()
    _cases(f"BREAKS IT {len(hunt.found)}", "bold red", hunt.found, page, numbered=True)
    if files:
        first, last = files[0], files[-1]
        to = "" if len(files) == 1 else f" to {last.name}, in this order"
        page.say(f"written to {first}{to}", style="dim")
    if old:
        many = f" to {old[-1].name}" if len(old) > 1 else ""
        page.say(f"of an earlier hunt, and left alone: {old[0]}{many}", style="dim")
    for case in hunt.found:
        _week(case, page)
    _cases(f"TOO CLOSE TO CALL {len(hunt.undecided)}", "bold magenta", hunt.undecided, page)
    _cases(f"NEAR MISSES {len(hunt.near)}", "bold", hunt.near, page)
    page.blank()
    page.heading("LOOKED AT", _universe(hunt))
    for order in hunt.orders:
        page.say(_looked(order), hang=2)
    page.say(_legend(hunt), style="dim")
    page.blank()
    _next(hunt, command, files, page)
    return page


def asked(hunt: Hunt) -> str:
    """What is looked for."""
    promise = hunt.promise
    title = hunt.scenario.landscape.services[promise.service].title or promise.service
    return f"What breaks it that {title} {promise.text}"


def facts(hunt: Hunt) -> str:
    """Of how many drills this is, and when they begin."""
    moment = hunt.scenario.moment
    when = "at any moment of the week" if moment is None else f"from {_moment(moment)}"
    drills = f"{hunt.replications:,} drills of each set, the same luck in all · seed {hunt.seed}"
    return f"asked in {hunt.promise.asked.text} of drills · {drills} · {when}"


def case_texts(case: Case) -> list[str]:
    """In which share of drills it is kept, what is to spare, and how likely the set is."""
    to_spare = "" if case.margin is None else spare(case.margin)
    return [format_share(case.kept), to_spare, once_in(case.per_year)]


def answer(hunt: Hunt) -> str:
    """The answer in a sentence or two."""
    unsure = f" Too close to call: {len(hunt.undecided)}." if hunt.undecided else ""
    if hunt.found and not hunt.found[0].things:
        return "It breaks with nothing broken at all."
    looked = f"All sets of up to {_things(hunt.completed)} were looked at"
    if hunt.completed < 1:
        looked = "Only nothing at all was looked at whole"
    if not hunt.found:
        return f"Nothing that was looked at breaks it. {looked}.{unsure}"
    least = min(len(case.things) for case in hunt.found)
    number = len(hunt.found)
    sets = f"{number} {plural('set', number)} of failures {'break' if number > 1 else 'breaks'} it, the smallest of {_things(least)}"
    return f"{sets}. {looked}.{unsure}"


def once_in(per_year: float | None) -> str:
    """How often something happens: `4.2 a year`, `once in 12 years`; nothing where nobody knows."""
    if per_year is None:
        return ""
    if per_year >= 1:
        return f"{per_year:.2g} a year"
    return f"once in {float(f'{1 / per_year:.2g}'):,.10g} years" if per_year > 0 else "never"


def _things(number: int) -> str:
    return THINGS[number] if number < len(THINGS) else f"{number} things"


def _so_far(hunt: Hunt) -> str:
    order = hunt.orders[-1]
    if not order.complete:
        return f", {order.drilled:,} {plural('set', order.drilled)} of {_things(order.order)} among it"
    return "" if hunt.completed < hunt.at_most else "; all sets were looked at, but not every hour of the week"


def _cases(heading: str, style: str, cases: Sequence[Case], page: Page, numbered: bool = False) -> None:
    if not cases:
        return
    page.heading(heading, style=style)
    texts = [case_texts(case) for case in cases]
    shown = [place for place in range(len(HEADS)) if any(row[place] for row in texts)]
    widths = {place: max(cell_len(page.clean(row[place])) for row in [HEADS, *texts]) for place in shown}
    number = len(str(len(cases))) + 1 if numbered else 0
    room = page.width - MARGIN - number - 1 - sum(width + 1 for width in widths.values())
    longest = max(cell_len(page.clean(line)) for case in cases for line in _lines(case))
    title = max(LEAST, min(room, longest))
    lead = [Cell("", number)] if numbered else []
    page.row([*lead, Cell("", title), *(Cell(HEADS[place], width, style="dim") for place, width in widths.items())])
    for place, (case, row) in enumerate(zip(cases, texts, strict=True), 1):
        lines = [line for text in _lines(case) for line in page.wrapped(text, title)]
        for at, line in enumerate(lines):
            before = [Cell(str(place) if at == 0 else "", number)] if numbered else []
            cells = [Cell(row[column], width) for column, width in widths.items()] if at == 0 else []
            page.row([*before, Cell(line, title), *cells])


def _lines(case: Case) -> list[str]:
    """What a set is, and which parts of it may be enough."""
    unsure = [" and ".join(each.text for each in part) for part in case.unsure]
    return [case.text, *(f"  ({text} may break it already)" for text in unsure)]


def _week(case: Case, page: Page) -> None:
    """When in the week a set does most harm."""
    told = worst_hour(case)
    if told:
        page.label("worst hour of the week", f"of {case.text}: {told}", hang=2)


def worst_hour(case: Case) -> str:
    """When in the week a set does most harm, and when least; empty where nobody looked."""
    worst, best = case.worst, case.best
    if worst is None or best is None:
        return ""
    if case.alike:
        return f"all alike, {_told(worst)}"
    return f"{_moment(worst.moment)}, {_told(worst)}; the best {_moment(best.moment)}, {_told(best)}"


def _told(hour: Hour) -> str:
    kept = f"kept in {format_share(hour.kept)}"
    if hour.margin is None or math.isinf(hour.margin.value):
        return kept
    return f"{kept} with {spare(hour.margin)} to spare"


def _moment(moment: datetime) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M}"


def _universe(hunt: Hunt) -> str:
    counts: dict[str, int] = {}
    for thing in hunt.among:
        counts[thing.kind.replace("_", " ")] = counts.get(thing.kind.replace("_", " "), 0) + 1
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


def _looked(order: Order) -> str:
    skipped = [f"{count:,} not, since {reason}" for reason, count in sorted(order.skipped.items()) if count]
    left = order.sets - order.drilled - sum(order.skipped.values())
    parts = [f"{order.drilled:,} drilled", *skipped, *([f"{left:,} not looked at"] if left else [])]
    return f"{_things(order.order)}: {order.sets:,} {plural('set', order.sets)}; {', '.join(parts)}"


def _legend(hunt: Hunt) -> str:
    parts = [
        "kept in: share of drills, in brackets its 95 % interval; a set breaks it where that lies below the share asked"
    ]
    cases = (*hunt.found, *hunt.undecided, *hunt.near)
    if any(case.margin is not None for case in cases):
        parts.append("to spare: what is left of the limit in the share of drills that is asked (− lacking)")
    if any(case.per_year is not None for case in cases):
        parts.append("likely: how often all of it is down at once, in the long run")
    if drills := next((hour.kept.trials for case in cases for hour in case.hours), 0):
        parts.append(f"worst hour: of {drills} {plural('drill', drills)} at each hour of the week")
    return "; ".join(parts) + "."


def _next(hunt: Hunt, command: Command, files: Sequence[Path], page: Page) -> None:
    """What to do now."""
    if files:
        first = Command(str(files[0]), seed=hunt.seed)
        words = first.line("explain", hunt.promise.service, drills=True)
        write_command(page, "  ", words, "(what holds it up)")
    if hunt.interrupted:
        return
    if hunt.undecided:
        page.say(f"Four times as many drills halve an interval: -n {4 * hunt.replications}", style="dim")
    if hunt.completed == hunt.at_most and hunt.completed < len(hunt.among):
        page.say(f"Sets of {_things(hunt.at_most + 1)}: --at-most {hunt.at_most + 1}", style="dim")
