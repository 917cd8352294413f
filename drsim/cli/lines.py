"""Lines of text for the width of a terminal."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TextIO

__all__ = ["for_terminal"]


def for_terminal(text: str, stream: TextIO) -> str:
    """Give the text in lines that fit where it is shown; as it is where that is no terminal, or its width is unknown.

    A line is cut where it has two spaces or more, and if that is not enough between words, and goes on below, indented. No word is
    broken.
    """
    columns = _columns(stream)
    return text if columns is None else "\n".join(_cut(line, columns) for line in text.split("\n"))


def _columns(stream: TextIO) -> int | None:
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if re.fullmatch("[0-9]{1,6}", said) else 0
    with suppress(OSError, ValueError):
        if not stream.isatty():
            return None
        columns = columns or os.get_terminal_size(stream.fileno()).columns
    return columns or None


def _cut(line: str, columns: int) -> str:
    from rich.cells import cell_len

    if cell_len(line) <= columns:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    below = " " * max(4, len(indent) + 2)
    lines = [indent]
    for part in re.findall(r" *(?:[^ ]| (?! ))+", line.strip()):
        if cell_len(lines[-1] + part) <= columns:
            lines[-1] += part
            continue
        for number, word in enumerate(re.findall(r" *[^ ]+", part)):
            fits = cell_len(lines[-1] + word) <= columns and (number or lines[-1] == indent)
            if fits or lines[-1] == indent:
                lines[-1] += word
            else:
                lines.append(below + word.lstrip())
    return "\n".join(lines)
