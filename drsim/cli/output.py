"""Standard output, and files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from drsim.cli.group import refuse
from drsim.errors import DrsimError

if TYPE_CHECKING:
    from drsim.reporting.page import Page


def empty_page(ascii_only: bool) -> Page:
    """An empty page that standard output can take."""
    from drsim.reporting.page import Page

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "·–−±…≥≤✗▁█".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Page(True, "ascii" if ascii_only else encoding, width=columns())
    return Page(ascii_only, None if encoding.lower().replace("-", "") == "utf8" else encoding, width=columns())


def columns() -> int:
    """Columns of a page: those of the terminal or of COLUMNS, from 80 to 100; where nobody says how many, 100."""
    from drsim.reporting.page import NARROWEST, WIDTH

    said = os.environ.get("COLUMNS", "")
    columns = int(said) if re.fullmatch("[0-9]{1,6}", said) else 0
    if not columns:
        with suppress(OSError, ValueError):  # no terminal, or no file at all
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return min(max(columns or WIDTH, NARROWEST), WIDTH)


def print_page(page: Page) -> None:
    """Print with colour where somebody sees it; everything else is the same."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    click.echo(page.render(colour), nl=False, color=colour)


def to_json(data: Any) -> str:
    """Write data as JSON for a person to read as well."""
    return json.dumps(data, indent=2, allow_nan=False)


def language_of(lang: str | None) -> str:
    """The language of a report; English where nobody says."""
    from drsim.reporting.pages.words import LANGUAGES

    if lang is not None and lang not in LANGUAGES:
        refuse(f"--lang {lang}: there are no words in that language", f"expected one of: {', '.join(LANGUAGES)}")
    return lang or "en"


def form_of(out: str) -> Literal["html", "md"]:
    """What a report is written as, by the name of its file."""
    suffix = Path(out).suffix.lower()
    if suffix in (".html", ".htm"):
        return "html"
    if suffix != ".md":
        refuse(f"--out {out}: what to write is told by the end of the name", "end it in .html, or in .md for Markdown")
    return "md"


def writable(file: str, option: str = "--out") -> Path:
    """Give the file that is to be written, refused now rather than after a long run."""
    target = Path(file).resolve()
    if target.is_dir():
        refuse(f"{option} {file}: that is a directory", "name a file in it")
    if not target.parent.is_dir():
        refuse(f"{option} {file}: there is no directory '{target.parent}'", "make it first")
    where = target if target.exists() and not target.is_file() else target.parent
    if not os.access(where, os.W_OK):
        refuse(f"{option} {file}: '{where}' cannot be written", "name another file")
    return target


def write_whole(target: Path, text: str, option: str = "--out") -> None:
    """Write a file whole or not at all: first beside it, then in its place."""
    special = target.exists() and not target.is_file()  # a device or a pipe
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.tmp")
    try:
        (target if special else beside).write_text(text + "\n", encoding="utf-8")
        if not special:
            beside.replace(target)
    except OSError as error:
        rule = f"{option}: '{target}' cannot be written: {error.strerror}"
        raise DrsimError(
            f"{rule}\n  make room, or name another file; the same command gives the same result"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()
