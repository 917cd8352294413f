"""A page of text, at most 100 columns wide: everything is cleaned and measured in terminal cells before it is laid out.

Words carry the meaning; colour only repeats it, so a page without colour says the same.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

__all__ = ["NARROWEST", "WIDTH", "Cell", "Page", "harmless", "hours_minutes", "one_line", "parts_of", "warning_style"]

WIDTH: Final = 100
"""Columns of a page, unless its reader has less room; no line is longer."""
NARROWEST: Final = 80
"""Columns that every page needs."""
BARS: Final = "·▁▂▃▄▅▆▇█"
"""A level from nothing to all."""
MARGIN: Final = 2

_ASCII: Final = str.maketrans(
    {"·": "|", "–": "-", "−": "-", "±": "+-", "…": "...", "≥": ">=", "≤": "<=", "✗": "x", "×": "x", "∞": "infinite"}
)
_ORDERING: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Signs that reorder what comes after them, beyond the text that they are in."""


class Cell(NamedTuple):
    """A piece of a row."""

    text: str
    width: int
    """In columns; a longer text is cut with an ellipsis."""
    align: Literal["left", "right"] = "left"
    style: str = ""


@dataclass
class Page:
    """Lines of text that grow from top to bottom."""

    ascii_only: bool = False
    """Plain signs for those that a terminal may lack, digits 0-9 for bars."""
    encoding: str | None = None
    """What the reader can take; other signs become question marks. None: anything."""
    width: int = WIDTH
    """Columns, from 80 to 100."""
    lines: list[Text] = field(default_factory=list)

    # what comes in

    def clean(self, text: str) -> str:
        """Give the text as this page can show it, on one line and without signs that move the cursor."""
        plain = one_line(text)
        if self.ascii_only:
            plain = plain.translate(_ASCII)
        if self.encoding is not None:
            plain = plain.encode(self.encoding, "replace").decode(self.encoding)
        return plain

    def fit(self, text: str, width: int) -> str:
        """Give the cleaned text, cut with an ellipsis where it is wider."""
        plain = self.clean(text)
        if cell_len(plain) <= width:
            return plain
        mark = self.clean("…")
        return _longest(plain, width - len(mark)).rstrip() + mark[:width]

    def wrapped(self, text: str, width: int, most: int | None = None) -> list[str]:
        """Cut the cleaned text into lines between words, words that are too wide anywhere; `most` cuts the rest."""
        lines: list[str] = []
        words = self.clean(text).split()
        while words:
            line, words = _line(words, width)
            if most is not None and len(lines) == most - 1 and words:
                line, words = self.fit(" ".join([line, *words]), width), []
            lines.append(line)
        return lines

    def bars(self, levels: Iterable[float], width: int = 3) -> str:
        """Draw levels from 0 to 1, each in so many columns."""
        top = 9 if self.ascii_only else len(BARS) - 1
        found = []
        for level in levels:
            height = 0 if level <= 0 else max(1, min(top, round(level * top)))
            sign = str(height) if self.ascii_only else BARS[height]
            times = 1 if width < 3 or self.ascii_only else width - 1
            found.append((sign * times).ljust(width))
        return "".join(found).rstrip()

    # what is put on the page

    def blank(self) -> None:
        """An empty line; never two of them, nor one on top."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def say(self, text: str, *, style: str = "", indent: int = MARGIN, hang: int = 0, most: int | None = None) -> None:
        """A paragraph; its second and later lines are indented by `hang` more."""
        self.label("", text, style=style, indent=indent, hang=hang, most=most)

    def label(
        self,
        label: str,
        text: str,
        *,
        label_style: str = "",
        style: str = "",
        indent: int = MARGIN,
        hang: int = 0,
        most: int | None = None,
    ) -> None:
        """A paragraph that begins with a label of its own style."""
        head = self.clean(label)
        before = cell_len(head) + 2 if head else 0
        if before > self.width // 2:
            self.say(label, style=label_style, indent=indent)
            self.say(text, style=style, indent=indent + hang, most=most)
            return
        words = self.clean(text).split()
        first, words = _line(words, self.width - indent - before) if words else ("", [])
        rest = self.wrapped(" ".join(words), self.width - indent - hang, None if most is None else max(1, most - 1))
        if most == 1 and rest:
            first, rest = self.fit(f"{first} {' '.join(words)}", self.width - indent - before), []
        line = Text(" " * indent)
        line.append(head, label_style).append("  " if head and first else "").append(first, style)
        self.lines.append(line)
        self.lines += [Text(" " * (indent + hang)).append(each, style) for each in rest]

    def heading(self, text: str, more: str = "", *, style: str = "bold") -> None:
        """A heading, and what is said beside it."""
        line = Text(" ")
        line.append(self.fit(text, self.width - 1), style)
        left = self.width - line.cell_len - 2
        self.lines.append(line)
        if not more:
            return
        lines = self.wrapped(more, left) if left >= 20 else []
        if len(lines) == 1:
            line.append("  ").append(lines[0], "dim")
        else:
            self.say(more, style="dim")

    def row(self, cells: Sequence[Cell], *, indent: int = MARGIN) -> None:
        """Cells beside each other, one space between them."""
        line = Text(" " * indent)
        for number, cell in enumerate(cells):
            text = self.fit(cell.text, cell.width)
            space = " " * (cell.width - cell_len(text))
            line.append("" if number == 0 else " ")
            if cell.align == "right":
                line.append(space).append(text, cell.style)
            else:
                line.append(text, cell.style).append(space)
        line.rstrip()
        self.lines.append(line)

    def raw(self, text: str, *, style: str = "") -> None:
        """A line that is laid out already, such as one with bars in it."""
        self.lines.append(Text(text.rstrip(), style))

    def two_sided(self, left: str, right: str, *, style: str = "bold") -> None:
        """A title on the left and a place on the right; on lines of their own where they do not fit."""
        place = self.fit_left(right, self.width)
        room = self.width - cell_len(place) - 3
        title = self.wrapped(left, room, 3) if room >= self.width // 2 else []
        if len(title) == 1:
            line = Text(title[0], style)
            line.append(" " * (self.width - cell_len(title[0]) - cell_len(place))).append(place, "dim")
            self.lines.append(line)
            return
        self.lines += [Text(part, style) for part in self.wrapped(left, self.width, 3)]
        if place:
            self.lines.append(Text(place, "dim"))

    def fit_left(self, text: str, width: int) -> str:
        """Give the cleaned text, its beginning cut where it is wider: of a path the end says more."""
        plain = self.clean(text)
        if cell_len(plain) <= width:
            return plain
        mark = self.clean("…")
        return mark + _longest(plain[::-1], width - len(mark))[::-1]

    # what comes out

    def render(self, colour: bool = False) -> str:
        """Give the text, with colour if asked; apart from that it is the same."""
        console = Console(
            file=io.StringIO(),
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            width=self.width * 2,
            legacy_windows=False,
            emoji=False,
            highlight=False,
        )
        with console.capture() as capture:
            for line in self.lines:
                console.print(line, soft_wrap=True)
        return capture.get()

    def __str__(self) -> str:
        return "\n".join(line.plain for line in self.lines) + "\n"


def warning_style(fared: str) -> str:
    """Give the colour that repeats how a service fared; never yellow, which cannot be read on white."""
    return {"misses": "bold red", "undecided": "bold magenta", "back in time": "bold green"}.get(fared, "bold")


def hours_minutes(minutes: int) -> str:
    """Write whole minutes as `24:05`."""
    return f"{minutes // 60}:{minutes % 60:02}"


def parts_of(total: int, values: Sequence[float]) -> list[int]:
    """Round values to whole numbers that add up to `total`, which is their sum rounded (largest remainders first)."""
    found = [int(value) for value in values]
    order = sorted(range(len(values)), key=lambda i: (found[i] - values[i], i))
    missing = total - sum(found)
    for i in order[: max(0, missing)]:
        found[i] += 1
    for i in [i for i in reversed(order) if found[i] > 0][: max(0, -missing)]:
        found[i] -= 1
    return found


def one_line(text: str) -> str:
    """The text on one line, without signs that move the cursor or reorder what comes after them."""
    return " ".join(harmless(text).split())


def harmless(text: str) -> str:
    """The text without such signs; the lines that it has, as spaces."""
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign in _ORDERING:
        return ""
    category = unicodedata.category(sign)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "�" if category == "Cs" else sign


_CLUSTER: Final = re.compile(
    r".[\u0300-\u036f\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d.[\ufe0e\ufe0f]*)*", re.DOTALL
)
"""A sign with what is drawn over it or joined to it."""


def _longest(text: str, width: int) -> str:
    """Give the longest beginning that is not wider."""
    found = ""
    for cluster in _CLUSTER.findall(text):
        if cell_len(found + cluster) > width:
            break
        found += cluster
    return found


def _line(words: list[str], width: int) -> tuple[str, list[str]]:
    """Take the first line off a list of words."""
    if cell_len(words[0]) > width:
        part = _longest(words[0], width) or words[0][:1]
        at = max(part.rfind(sign) for sign in "-./_") + 1  # a word of several parts is better cut between them
        part = part[:at] if at > width // 3 else part
        rest = words[0][len(part) :]
        return part, [rest, *words[1:]] if rest else words[1:]
    count = 1
    while count < len(words) and cell_len(" ".join(words[: count + 1])) <= width:
        count += 1
    return " ".join(words[:count]), words[count:]
