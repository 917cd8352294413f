"""What a report is made of, before it is HTML or Markdown: sections of paragraphs, tables and pictures.

Text is a tuple of pieces, each of which says what it is: words of the report, a number with its path, words of a scenario.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, ClassVar, Literal, TypeAlias

from drsim.reporting.page import one_line

__all__ = [
    *("Block", "Cell", "Command", "Document", "Group", "Paragraph", "Picture", "Piece", "Pieces", "Row", "Section"),
    *("Table", "Terms", "code", "fill", "found_at", "link", "number", "plain_text", "said", "term", "words_of"),
]

Kind: TypeAlias = Literal["words", "number", "said", "term", "code", "link"]


@dataclass(frozen=True)
class Piece:
    """A piece of text."""

    kind: Kind
    text: str
    path: str = ""
    """of a number: where its value stands in the record; of a link: where it leads"""
    value: str = ""
    """of a number: that value, as JSON"""


Pieces: TypeAlias = tuple[Piece, ...]


def words_of(text: str) -> Pieces:
    """Words of the report."""
    return (Piece("words", text),) if text else ()


def said(text: str) -> Pieces:
    """Words of a scenario: shown as they are, also from right to left."""
    return (Piece("said", one_line(text)),)


def term(text: str) -> Pieces:
    """A word with a number in it that is no finding: `95 %` of the drills."""
    return (Piece("term", text),)


def code(text: str) -> Pieces:
    """What is typed, or stands in a file."""
    return (Piece("code", one_line(text)),)


def link(text: str, to: str) -> Pieces:
    """A way to another place of the page: the id of what is there."""
    return (Piece("link", text, to),)


def number(text: str, path: str, record: Mapping[str, Any]) -> Pieces:
    """A number and where it is from; KeyError or IndexError where nothing stands there."""
    return (Piece("number", text, path, json.dumps(found_at(record, path), ensure_ascii=False)),)


def found_at(record: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, such as `services.passport.recovery.p50.ms`."""
    node: Any = record
    for part in path.split("."):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def fill(pattern: str, **pieces: Pieces) -> Pieces:
    """Put pieces into the gaps of a sentence: `{share} of the drills`."""
    found: list[Piece] = []
    for before, name, _, _ in Formatter().parse(pattern):
        found += words_of(before)
        found += pieces[name] if name else ()
    return tuple(found)


def plain_text(pieces: Pieces) -> str:
    """The words alone."""
    return "".join(piece.text for piece in pieces)


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    pieces: Pieces = ()
    more: Pieces = ()
    """below it, smaller"""
    style: str = ""
    """missed, undecided, met: what the words say as well; whole: on one line"""


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is about, and its cells."""

    head: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Rows that belong together."""

    title: Pieces
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """A table; `texts`: how many columns after the first hold words, the others numbers."""

    kind: ClassVar = "table"
    in_page_only: ClassVar = False
    caption: str
    heads: tuple[Pieces, ...]
    groups: tuple[Group, ...]
    texts: int = 0
    folded: bool = False
    """to be opened by who wants it"""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar = "paragraph"
    pieces: Pieces
    style: str = ""
    """answer, question, notice or small"""
    in_page_only: bool = False
    """whether it is about the page in a browser, and left out of Markdown"""


@dataclass(frozen=True)
class Terms:
    """Names and what they mean."""

    kind: ClassVar = "terms"
    in_page_only: ClassVar = False
    entries: tuple[tuple[str, Pieces, Pieces], ...]
    """(id, name, meaning)"""


@dataclass(frozen=True)
class Command:
    """What can be typed."""

    kind: ClassVar = "command"
    text: str
    in_page_only: bool = False
    """as of a paragraph"""


@dataclass(frozen=True)
class Picture:
    """A drawing, and the same in words."""

    kind: ClassVar = "picture"
    in_page_only: ClassVar = False
    name: str
    svg: str
    title: str
    description: Pieces
    """what there is to see"""
    caption: Pieces


Block: TypeAlias = Paragraph | Table | Terms | Command | Picture


@dataclass(frozen=True)
class Section:
    """A part with a heading."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report."""

    title: Pieces
    lead: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    record: Mapping[str, Any] = field(repr=False)
    """what the paths of its numbers lead into"""

    @property
    def heading(self) -> str:
        """Its title without marks, for a browser's tab."""
        return plain_text(self.title)
