"""What figures share: the axis, colours, and titles that fit."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from drsim.errors import DrsimError
from drsim.reporting.page import one_line
from drsim.units import DAY, HOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RESULT", "axis", "cut", "expect", "finished", "fit", "headed", "hours_axis", "percents"]

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
RESULT: Final = "what drsim.run gives"
GREY, PALE = "#767676", "#D9D9D9"


def axis(ax: Axes | None, width: float, height: float) -> Axes:
    """The axis to draw on; a new figure that is not kept by pyplot, so that nothing piles up."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    made: Axes = Figure(figsize=(width, height), layout="constrained", dpi=100).subplots()
    return made


def expect(value: object, figure: str, how: str, *kinds: type) -> None:
    """Refuse what a figure cannot draw; `how`: what to give in its place."""
    if not isinstance(value, kinds):
        given = f"{value!r}" if isinstance(value, str) else f"{_article(type(value))} {type(value).__name__}"
        draws = " or ".join(f"{_article(each)} {each.__name__}" for each in kinds)
        raise DrsimError(f"figures.{figure} draws {draws}, not {given}\n  give {how}")


def _article(kind: type) -> str:
    return "an" if kind.__name__[0] in "AEIOU" else "a"


def headed(ax: Axes, title: str, handles: Sequence[Any] = (), columns: int = 4) -> None:
    """Set the title, and between it and the picture what its signs mean, so that nothing lies over what is drawn."""
    if handles:
        ax.legend(
            handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(columns, len(handles)),
            fontsize="small", frameon=False, borderaxespad=0.3, columnspacing=1.4,
        )  # fmt: skip
    rows = max(text.count("\n") for text in ("", *(str(each.get_label()) for each in handles))) + ceil(
        len(handles) / columns
    )
    ax.set_title(title, fontsize="medium", pad=6 + (4 + 14 * rows if handles else 0))


def percents(ax: Axes) -> None:
    """Shares, from none to all, upwards."""
    ax.set_ylim(-0.02, 1.02)
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


def cut(text: str, width: int) -> str:
    """A title on one line: cut between words, or within the first where that is too long."""
    text = one_line(text)
    found = shorten(text, width, placeholder="…")
    return found if found.strip("…") or not text else f"{text[: width - 1]}…"


def fit(text: str, width: int = 56) -> str:
    """A title on at most three lines."""
    return "\n".join(wrap(one_line(text), width, max_lines=3, placeholder=" …"))


def finished(ax: Axes) -> Axes:
    """Give the axis back; its words are shown as they are, with no mathematics between dollars."""
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        assert isinstance(text, Text)
        text.set_parse_math(False)
    return ax
