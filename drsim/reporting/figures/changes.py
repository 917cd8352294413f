"""What changes do: those that were tried, and two scenarios beside each other."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from drsim.errors import DrsimError
from drsim.reporting.figures.shared import (
    BLACK,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    RED,
    axis,
    cut,
    fit,
)
from drsim.studies.compare import Comparison
from drsim.studies.helps import Helps
from drsim.units import HOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["comparison", "tornado"]

WIDE: Final = 40
"""Letters of a title, at most."""


def tornado(helps: Helps, ax: Axes | None = None, *, most: int = 15) -> Axes:
    """Tornado: how much sooner a service is back, on average, with each thing that was tried; whiskers are 95 % intervals.

    `helps`: of `drsim.studies.helps.what_would_help`. Raises DrsimError where nothing was tried.
    """
    if not helps.tried:
        raise DrsimError("nothing was tried: there is nothing to draw")
    shown = helps.tried[:most]
    texts = ["\n".join(wrap(each.text, WIDE)) for each in shown]
    ax = axis(ax, 7.5, 0.2 * sum(1.2 + text.count("\n") for text in texts) + 1.4)
    for place, each in enumerate(shown):
        found = each.recovery.mean
        value, low, high = (number / HOUR for number in (found.value, found.low, found.high))
        helped = high < 0
        ax.barh(
            place,
            value,
            color=GREEN if helped else ORANGE if low > 0 else PALE,
            hatch="" if helped else "//",
            height=0.65,
        )
        if each.recovery.verdict == "same":
            ax.text(0, place, "  no drill differs", va="center", fontsize="x-small", color=GREY)
            continue
        ax.plot([low, high], [place, place], color=BLACK, linewidth=1)
        ax.plot(
            [low, low, math.nan, high, high],
            [place - 0.15, place + 0.15, math.nan, place - 0.15, place + 0.15],
            color=BLACK,
            linewidth=1,
        )
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(shown)), texts, fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel("hours, mean; left is sooner")
    left = len(helps.tried) - len(shown)
    ax.set_title(fit(f"What would help {helps.title}{f', {left} more were tried' if left else ''}"))
    return ax


def comparison(found: Comparison, ax: Axes | None = None) -> Axes:
    """Comparison: the difference of the mean recovery time of each service under the same luck, with its interval.

    Left of zero it is sooner after the change. Raises DrsimError where no service is in both.
    """
    if not found.services:
        raise DrsimError("no service is in both scenarios: there is nothing to draw")
    order = sorted(found.services, key=lambda each: each.recovery.mean.value)
    ax = axis(ax, 7, 0.26 * len(order) + 1.5)
    styles = {"better": (GREEN, "o"), "worse": (RED, "s"), "same": (GREY, "|"), "undecided": (ORANGE, "D")}
    for place, each in enumerate(order):
        difference = each.recovery.mean
        colour, marker = styles[each.verdict]
        if each.verdict != "same":  # no drill differs: its interval says how rare a difference may be
            ax.plot([difference.low / HOUR, difference.high / HOUR], [place, place], color=colour, linewidth=2)
        ax.scatter([difference.value / HOUR], [place], color=colour, marker=marker, zorder=3)
    for verdict, (colour, marker) in styles.items():
        if any(each.verdict == verdict for each in order):
            ax.scatter([], [], color=colour, marker=marker, label=verdict)
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(order)), [cut(each.title, 34) for each in order], fontsize="small")
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlabel("hours, mean difference; left is sooner")
    ax.legend(frameon=False, fontsize="small", loc="best")
    before, after = found.before.scenario.title, found.after.scenario.title
    ax.set_title(fit(f"{after} beside {before}" if after != before else f"{after}: with the change and without it", 70))
    return ax
