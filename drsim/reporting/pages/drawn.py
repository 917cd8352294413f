"""Figures as SVG that can stand in a page: its words are text, in the language of the page; nothing is fetched."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from drsim.reporting.page import harmless
from drsim.reporting.pages.words import N_, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["drawn"]

PICTURE_WORDS: Final = (
    N_("hours after the moment"),
    N_("days after the moment"),
    N_("hours"),
    N_("working hours"),
    N_("level that citizens meet, mean"),
    N_("services at their minimum"),
    N_("citizens served"),
    N_("back by then, share of drills"),
    N_("days"),
    N_("{} of {} drills not back by the horizon"),
    N_("{} of {} drill not back by the horizon"),
    N_("RTO {} h"),
    N_("RTO {} d"),
    N_("RTO {} wh"),
    N_("asked {}%"),
    N_("recovery time"),
    N_("not back: so far"),
    N_("hours, mean difference; left is sooner"),
    N_("not back in {}"),
    N_("not back in {} → {}"),
    *(N_("better"), N_("worse"), N_("same"), N_("undecided")),
    *(N_("detect"), N_("assess"), N_("gather"), N_("decide"), N_("mobilise"), N_("restore"), N_("switch")),
    *(N_("start"), N_("restart"), N_("repair"), N_("verify"), N_("task"), N_("precheck"), N_("stable")),
    *(N_("synchronise"), N_("stop")),
)
"""What figures say, with {} for a number."""
_SETTINGS: Final[dict[Any, Any]] = {"svg.fonttype": "none", "svg.hashsalt": "drsim", "text.parse_math": False}
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_IN_TIMES: Final = frozenset({"d", "h", "wh", "min", "s", "to", "?"})
"""What stands between the numbers of a time."""


def drawn(name: str, draw: Callable[[], Axes], words: Words) -> str:
    """Draw a figure and give it as SVG without its title; `name` keeps its ids apart from those of other figures."""
    import matplotlib

    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # the reader's browser has the sign, or shows a box
        ax = draw()
        ax.set_title("")  # the page says it
        _translate(ax, words)
        out = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure: Any = ax.figure
        figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    return _inline(name, out.getvalue())


def _translate(ax: Axes, words: Words) -> None:
    from matplotlib.text import Text

    for axes in ax.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [
                (at, label.get_text()) for at, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            ]
            labels = {at: text for at, text in ticks if low <= at <= high}
            if any(_worded(text, words) != text for text in labels.values()):
                axis.set_ticks(list(labels), [_worded(text, words) for text in labels.values()])
    for text in ax.figure.findobj(Text):
        if isinstance(text, Text) and text.get_text().strip():
            text.set_text(_worded(text.get_text(), words))


def _worded(text: str, words: Words) -> str:
    """Translate what is in the catalogue, whatever number it is about, and times; anything else is not the report's own."""
    if _NUMBER.fullmatch(text):
        return words.number(text)
    pattern = _NUMBER.sub("{}", text)
    found = words.gettext(pattern)
    if found != pattern:
        return found.format(*map(words.number, _NUMBER.findall(text)))
    if _is_time(text):
        return words.number(text).replace(" to ", words.gettext(" to "))
    first, comma, rest = text.partition(", ")
    if comma and _is_time(first):
        return f"{_worded(first, words)}, {_worded(rest, words)}"
    return "\n".join(map(harmless, text.split("\n")))


def _is_time(text: str) -> bool:
    """Whether it is such as `14 min`, `3 d 05 h 53`, `−6 h 53 (−7 h 15 to −6 h 30)`."""
    first, *rest = [part.strip("()±−+≥≤<>") for part in text.split()] or [""]
    return bool(_NUMBER.fullmatch(first)) and all(part in _IN_TIMES or _NUMBER.fullmatch(part) for part in rest)


def _inline(name: str, svg: str) -> str:
    """The element alone, its size left to the page, its ids its own."""
    svg = re.sub(r"<style.*?</style>", "", svg[svg.index("<svg") :], count=1, flags=re.DOTALL)
    head, _, rest = svg.partition(">")
    box = re.search(r'viewBox="[^"]*"', head)
    return f"<svg {box[0] if box else ''}>" + re.sub(r"<[^>]*>", lambda tag: _renamed(name, tag[0]), rest).strip()


def _renamed(name: str, tag: str) -> str:
    """A tag whose ids, and what leads to them, begin with the name of the figure."""
    tag = re.sub(r'(?<= )id="', f'id="{name}-', tag)
    tag = re.sub(r'href="#', f'href="#{name}-', tag)
    return tag.replace("url(#", f"url(#{name}-")
