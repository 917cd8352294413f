"""What held services up: causes by services, in columns that add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from drsim.measures.explanation import CAUSES
from drsim.reporting.numbers import NONE
from drsim.reporting.page import MARGIN, Cell, Page, hours_minutes, parts_of
from drsim.units import MINUTE

if TYPE_CHECKING:
    from drsim.studies.result import Explanation

__all__ = ["TOTAL", "cause_table", "minutes_by_cause"]

WIDEST: Final = 16
"""Of a column."""
NARROWEST: Final = 20
"""Of what stands before the columns."""
WITH_DETAILS: Final = 0.5
"""Part of the page before the columns where causes have details."""
DETAILS: Final = 5
"""Details that are named for one cause; the rest is summed."""
TOTAL: Final = "recovery time"


def minutes_by_cause(explanation: Explanation) -> dict[str, int]:
    """Whole minutes of each cause, which add up to the whole minutes of all."""
    causes = list(explanation.causes)
    total = int(explanation.total / MINUTE + 0.5)  # half a minute up, as durations are shown
    return dict(zip(causes, parts_of(total, [explanation.causes[c] / MINUTE for c in causes]), strict=True))


def cause_table(page: Page, titles: Sequence[str], explained: Sequence[Explanation], *, details: bool = False) -> None:
    """One column for each explanation; with `details` also what each cause was about."""
    columns = [minutes_by_cause(explanation) for explanation in explained]
    causes = [cause for cause in CAUSES if any(column.get(cause) for column in columns)]
    label = int(WITH_DETAILS * page.width) if details else max([NARROWEST, *map(len, causes)]) + 1
    width = min(WIDEST, (page.width - MARGIN - label) // max(1, len(explained)) - 1)
    heads = [page.wrapped(title, width, 3) for title in titles]
    tall = max(map(len, heads), default=0)
    for number in range(tall):
        lines = [([""] * (tall - len(head)) + head)[number] for head in heads]
        page.row([Cell("", label), *(Cell(line, width, "right", "bold") for line in lines)])
    for cause in causes:
        page.row([Cell(cause, label), *(_cell(column.get(cause, 0), width) for column in columns)])
        if details:
            _details(page, cause, explained, columns, label, width)
    totals = [sum(column.values()) for column in columns]
    page.row([Cell(TOTAL, label, style="bold"), *(_cell(total, width, "bold") for total in totals)])
    if any(explanation.censored for explanation in explained):
        texts = [f"{each.censored} of {len(each.drills)}" if each.censored else NONE for each in explained]
        page.row(
            [
                Cell("not back by the end", label),
                *(Cell(text, width, "right", "red" if text != NONE else "") for text in texts),
            ]
        )


def _details(
    page: Page,
    cause: str,
    explained: Sequence[Explanation],
    columns: Sequence[dict[str, int]],
    label: int,
    width: int,
) -> None:
    """What a cause was about, in minutes that add up to those of the cause."""
    parts = [
        _minutes(explanation.details.get(cause, {}), column.get(cause, 0))
        for explanation, column in zip(explained, columns, strict=True)
    ]
    names = sorted(
        {name for part in parts for name, minutes in part.items() if minutes},
        key=lambda name: (-max(part.get(name, 0) for part in parts), name),
    )
    if cause == "not yet detected" or names in ([], [""]):
        return
    shown, rest = names[:DETAILS], names[DETAILS:]
    lines = [(_led(cause, name) or "something else", [part.get(name, 0) for part in parts]) for name in shown]
    if rest:
        lines.append((f"{len(rest)} others", [sum(part.get(name, 0) for name in rest) for part in parts]))
    for text, minutes in lines:
        cells = [_cell(number, width, "dim") for number in minutes]
        page.row([Cell("", 1), Cell(text, label - 2, style="dim"), *cells])


def _minutes(details: dict[str, float], total: int) -> dict[str, int]:
    names = list(details)
    return dict(zip(names, parts_of(total, [details[name] / MINUTE for name in names]), strict=True))


def _led(cause: str, name: str) -> str:
    return f"busy, last with {name}" if cause == "team busy" and " " in name else name


def _cell(minutes: int, width: int, style: str = "") -> Cell:
    return Cell(hours_minutes(minutes) if minutes else NONE, width, "right", style)
