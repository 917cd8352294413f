"""What figures share: the axis, colours, and titles that fit."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from drsim.errors import DrsimError
from drsim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axis", "clock", "cut", "expect", "fit", "headed", "hours_axis", "percents"]

T = TypeVar("T")

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE = "#767676", "#D9D9D9"


def axis(ax: Axes | None, width: float, height: float) -> Axes:
    """The axis to draw on; a new figure that is not kept by pyplot, so that nothing piles up."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    made: Axes = Figure(figsize=(width, height), layout="constrained", dpi=100).subplots()
    return made


def expect(value: object, kind: type[T], figure: str, how: str) -> T:
    """Refuse what a figure cannot draw; `how`: what to give in its place."""
    if not isinstance(value, kind):
        given = f"{type(value).__name__} {value!r}" if isinstance(value, str) else f"a {type(value).__name__}"
        raise DrsimError(f"figures.{figure} draws a {kind.__name__}, not {given}\n  give {how}")
    return value


def headed(ax: Axes, title: str, handles: Sequence[Any] = (), columns: int = 4) -> None:
    """Set the title, and between it and the picture what its signs mean, so that nothing lies over what is drawn."""
    if handles:
        ax.legend(
            handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(columns, len(handles)),
            fontsize="small", frameon=False, borderaxespad=0.3, columnspacing=1.4,
        )  # fmt: skip
    ax.set_title(title, pad=6 + (4 + 15 * ceil(len(handles) / columns) if handles else 0))


def percents(ax: Axes) -> None:
    """Shares, from none to all, upwards."""
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")


def hours_axis(ax: Axes, end: float) -> None:
    """Hours up to two days, else days."""
    ax.set_xlim(0, max(end, 1e-6))
    if end <= 2 * DAY / HOUR:
        ax.set_xlabel("hours after the moment")
        return
    step = next(step for step in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365) if end / 24 / step <= 12 or step == 365)
    ticks = np.arange(0, end / 24 + 1e-9, step)
    ax.set_xticks(ticks * 24, [f"{tick:g}" for tick in ticks])
    ax.set_xlabel("days after the moment")


def clock(hours: float) -> str:
    """Hours as `h:mm`."""
    minutes = round(hours * HOUR / MINUTE)
    return f"{minutes // 60}:{minutes % 60:02}"


def cut(text: str, width: int) -> str:
    """A title on one line: cut between words, or within the first where that is too long."""
    found = shorten(text, width, placeholder="…")
    return found if found.strip("…") or not text else f"{text[: width - 1]}…"


def fit(text: str, width: int = 62) -> str:
    """A title on at most three lines."""
    return "\n".join(wrap(text, width, max_lines=3, placeholder=" …"))
