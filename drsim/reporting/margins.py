"""How far from their targets services are, and how often that was a near miss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len

from drsim.measures.margins import NEAR, Margin
from drsim.reporting.numbers import UNKNOWN, format_gap, format_share, in_working_hours, step_ms
from drsim.reporting.page import MARGIN, Cell, Page

if TYPE_CHECKING:
    from drsim.studies.result import Outcome, Result

__all__ = ["margins", "near", "nearest", "one_time", "spare"]

MOST: Final = 6
"""Rows, unless all are asked for."""
SHORTEST: Final = 22
"""Of what stands before the columns, where there is room for it."""
HEADS: Final = ("to spare", "just met", "just missed")
DATA: Final = ", data"
"""After the title of a service: of the data that it loses."""


def margins(result: Result, page: Page, everything: bool = False) -> None:
    """What there is to spare where it is least certain that it is enough; with `everything` wherever there is a target."""
    found = nearest(result)
    asked = sorted({margin.asked for _, _, margin in found})
    rows = [
        (each.title + (", data" if kind == "rpo" else ""), margin)
        for each, kind, margin in found
        if everything or near(margin)
    ]
    if not rows:
        return
    share = f"in {100 * asked[0]:g} % of drills" if len(asked) == 1 else "in the share of drills that is asked for"
    left = len(rows) - MOST if len(rows) > MOST + 1 and not everything else 0
    shown = rows[: len(rows) - left]
    page.heading(
        f"NEAR THE LIMIT {len(rows)}" if not everything else "MARGINS",
        f"to spare {share} (− lacking); met or missed by less than {100 * NEAR:g} % of the limit",
    )
    texts = [
        (title, (spare(each), format_share(each.just_met), format_share(each.just_missed))) for title, each in shown
    ]
    texts = [(title, (page.clean(a), page.clean(b), page.clean(c))) for title, (a, b, c) in texts]
    widths = [max(map(cell_len, column)) for column in zip(HEADS, *(row[1] for row in texts), strict=True)]
    room = page.width - MARGIN - sum(width + 1 for width in widths)
    longest = max(cell_len(page.clean(name)) for name, _ in texts)
    if room < min(longest, SHORTEST):
        for name, row in texts:
            page.say(_fitted(name, page.width - MARGIN, page))
            page.say(" · ".join(f"{head}: {text}" for head, text in zip(HEADS, row, strict=True)), indent=6)
    else:
        title = min(room, longest)
        heads = (Cell(head, width, style="dim") for head, width in zip(HEADS, widths, strict=True))
        page.row([Cell("", title), *heads])
        for name, row in texts:
            page.row(
                [
                    Cell(_fitted(name, title, page), title),
                    *(Cell(text, width) for text, width in zip(row, widths, strict=True)),
                ]
            )
    if left:
        page.say(f"and {left} more (--intervals has all)", style="dim")
    page.blank()


def nearest(result: Result) -> list[tuple[Outcome, Literal["rto", "rpo"], Margin]]:
    """What there is to spare where anything may go wrong, those with the most near misses first."""
    found: list[tuple[Outcome, Literal["rto", "rpo"], Margin]] = []
    for outcome in result.outcomes:
        if outcome.margin is not None and not _surely(outcome.margin):
            found.append((outcome, "rto", outcome.margin))
        if outcome.data_margin is not None and not _surely(outcome.data_margin):
            found.append((outcome, "rpo", outcome.data_margin))
    return sorted(
        found, key=lambda row: (-row[2].just_met.value - row[2].just_missed.value, row[0].title, row[1] == "rpo")
    )


def _surely(margin: Margin) -> bool:
    """Nothing ever went wrong."""
    return margin.at.value == 0 and not margin.just_met.successes and not margin.just_missed.successes


def _fitted(name: str, width: int, page: Page) -> str:
    """Of a name that is too long the title is cut, and what it is about stays: a service may have two rows."""
    about = DATA if name.endswith(DATA) else ""
    return page.fit(name.removesuffix(about), width - len(about)) + about


def near(margin: Margin) -> bool:
    """Whether a drill came near the limit, or the interval of what there is to spare holds 0."""
    return bool(margin.just_met.successes or margin.just_missed.successes or margin.low < 0 <= margin.high)


def spare(margin: Margin) -> str:
    """What there is to spare, with its interval: `+2 h 10 (+1 h 50 to +2 h 25)`, of working time `+2 wh 10`."""
    if math.isinf(margin.value):
        text = "not back in time" if math.isinf(margin.high) else f"{UNKNOWN} (at most {one_time(margin.high)})"
    else:
        text = format_gap(margin.value, margin.low, margin.high)
    return in_working_hours(text) if margin.working else text


def one_time(ms: float) -> str:
    """A time without an error of its own."""
    return format_gap(ms, ms - step_ms(abs(ms) / 20), ms + step_ms(abs(ms) / 20)).split(" (")[0]
