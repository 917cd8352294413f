"""What changes do: those that were tried, and two scenarios beside each other."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from drsim.errors import DrsimError
from drsim.reporting.compared import row_texts
from drsim.reporting.figures.shared import (
    BLACK,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    RED,
    axis,
    cut,
    expect,
    finished,
    fit,
    headed,
)
from drsim.reporting.numbers import NONE
from drsim.studies.arguments import whole
from drsim.studies.compare import Comparison
from drsim.studies.helps import Helps
from drsim.units import HOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["comparison", "tornado"]

VERDICTS: Final = {"better": (GREEN, "o"), "worse": (RED, "s"), "same": (GREY, "o"), "undecided": (ORANGE, "D")}
"""Colour and sign of each."""
WIDE: Final = 40
"""Letters of a title, at most."""


def tornado(helps: Helps, ax: Axes | None = None, *, most: int = 15) -> Axes:
    """Tornado: how much sooner a service is back, on average, with each thing that was tried; whiskers are 95 % intervals.

    `helps`: of `drsim.studies.helps.what_would_help`; `most`: things, the rest is counted. Raises DrsimError where nothing was tried.
    """
    expect(helps, "tornado", "what what_would_help gives", Helps)
    whole(most, "most", 1)
    if not helps.tried:
        raise DrsimError("nothing was tried: there is nothing to draw")
    shown = helps.tried[:most]
    texts = ["\n".join(wrap(each.text, WIDE)) for each in shown]
    ax = axis(ax, 7.5, 0.2 * sum(1.2 + text.count("\n") for text in texts) + 1.4)
    for place, each in enumerate(shown):
        found = each.recovery.mean
        value, low, high = (number / HOUR for number in (found.value, found.low, found.high))
        helped = high < 0
        colour = GREEN if helped else ORANGE if low > 0 else PALE
        ax.barh(place, value, color=colour, hatch="" if helped else "//", height=0.65)
        if each.recovery.verdict != "same":
            ax.plot([low, high], [place, place], color=BLACK, linewidth=1)
            ends = ([low, low, math.nan, high, high], [-0.15, 0.15, math.nan, -0.15, 0.15])
            ax.plot(ends[0], [place + off for off in ends[1]], color=BLACK, linewidth=1)
    low, high = ax.get_xlim()
    for place, each in enumerate(shown):
        if each.recovery.verdict == "same":
            side = "right" if -low > high else "left"  # where there is room
            ax.text(0, place, "  no drill differs  ", va="center", ha=side, fontsize="x-small", color=GREY)
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(shown)), texts, fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel("hours, mean; left is sooner")
    left = len(helps.tried) - len(shown)
    headed(ax, fit(f"What would help {cut(helps.title, 80)}{f', {left} more tried' if left else ''}", 48))
    return finished(ax)


def comparison(found: Comparison, ax: Axes | None = None) -> Axes:
    """Comparison: the difference of the mean recovery time of each service under the same luck, with its interval.

    Left of zero it is sooner after the change. The same stands at the right in numbers, and in how many drills it is not back by the
    horizon, before and after: the means count these as back then. Raises DrsimError where no service is in both.
    """
    expect(found, "comparison", "what drsim.compare gives", Comparison)
    if not found.services:
        raise DrsimError("no service is in both scenarios: there is nothing to draw")
    order = sorted(found.services, key=lambda each: each.recovery.mean.value)
    ax = axis(ax, 8, 0.26 * len(order) + 1.5)
    for place, each in enumerate(order):
        difference, (colour, marker) = each.recovery.mean, VERDICTS[each.verdict]
        if each.verdict != "same":  # no drill differs: its interval says how rare a difference may be
            ax.plot([difference.low / HOUR, difference.high / HOUR], [place, place], color=colour, linewidth=2)
        ax.scatter([difference.value / HOUR], [place], **_sign(colour, marker), zorder=3)
        text = f"{NONE if each.verdict == 'same' else row_texts(each)[0]}{_not_back(each.not_back)}"
        ax.annotate(
            text, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize="x-small", color=GREY
        )
    there = [verdict for verdict in VERDICTS if any(each.verdict == verdict for each in order)]
    handles = [ax.scatter([], [], **_sign(*VERDICTS[verdict]), label=verdict) for verdict in there]
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(order)), [cut(each.title, 34) for each in order], fontsize="small")
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlabel("hours, mean difference; left is sooner")
    before, after = (cut(result.scenario.title, 70) for result in (found.before, found.after))
    headed(ax, fit(f"{after} beside {before}" if after != before else f"{after}: with the change", 44), handles)
    return finished(ax)


def _sign(colour: str, marker: str) -> dict[str, Any]:
    """That of a verdict; an open one is seen on the line of nothing."""
    return {"edgecolor": colour, "facecolor": "white" if colour == GREY else colour, "marker": marker}


def _not_back(drills: tuple[int, int]) -> str:
    before, after = drills
    if not before and not after:
        return ""
    return f", not back in {before}" if before == after else f", not back in {before} → {after}"
