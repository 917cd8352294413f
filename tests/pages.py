"""Pages of reports taken apart: elements in a tree, and what their numbers say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Itself and what is in it, of some kinds or of any."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(*tags)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def texts(self, *without: str) -> Iterator[tuple[Element, str]]:
        """Each piece of text with the element that it is in, those in some kinds of elements left out."""
        if self.tag in without:
            return
        for child in self.children:
            if isinstance(child, str):
                yield self, child
            else:
                yield from child.texts(*without)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> ends <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(page: str) -> Element:
    """The tree of a page in which each element ends where it should."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.root
    return reader.root


def record_of(root: Element) -> dict[str, Any]:
    (script,) = root.all("script")
    assert script.attributes == {"type": "application/json", "id": "record"}
    found: dict[str, Any] = json.loads(script.text)
    return found


UNITS = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1_000}


def meant(text: str) -> tuple[float, float]:
    """What a number as shown says, and by how much it may be off: half the range of handy steps that it may be rounded to."""
    text = text.lstrip("<>≥≤+").replace("−", "-").replace(",", "")
    if match := re.fullmatch(r"(\d+):(\d\d)", text):
        return (int(match[1]) * 60 + int(match[2])) * 60_000, 60_000
    sign = -1 if text.startswith("-") else 1
    parts = re.findall(r"(\d+) (d|h|min|s)\b", text)
    if parts:
        rest = re.search(r"h (\d\d)$", text)
        size = sum(int(number) * UNITS[unit] for number, unit in parts) + (int(rest[1]) * 60_000 if rest else 0)
        if not rest and parts[-1][1] == "d":
            return sign * size, UNITS["d"]
        return sign * size, max(UNITS["min" if rest else parts[-1][1]], size / 8)
    number = text.removesuffix(" %")
    digits = number.partition(".")[2]
    return float(number), 1.0 * 10 ** -len(digits) if digits else max(1.0, abs(float(number)) / 100)
