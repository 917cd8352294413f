"""Standard output, and files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from drsim.cli.given import input_files
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
    if file == "-":
        refuse(
            f"{option} -: that names no file", f"name one; what is printed without {option} goes elsewhere with > FILE"
        )
    target = Path(os.path.realpath(file))
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            target.stat()  # a name may be too long, or lead in a circle
        if target.is_dir():
            refuse(f"{option} {file}: that is a directory", "name a file in it")
        if not target.parent.is_dir():
            refuse(f"{option} {file}: there is no directory '{target.parent}'", "make it first")
        if not _is_special(target):
            try_in(target.parent)
        elif not os.access(target, os.W_OK):
            refuse(f"{option} {file}: '{target}' cannot be written", "name another file")
    except OSError as error:
        refuse(f"{option} {file}: it cannot be written there: {error.strerror}", "name another file")
    return target


def try_in(directory: Path) -> None:
    """Make a file in a directory and remove it again; OSError where that cannot be done."""
    with tempfile.TemporaryFile(dir=directory):
        pass


def spare_inputs(outputs: Mapping[str, str | None], inputs: Sequence[str]) -> None:
    """Refuse to write, by any of some options, over a file that the command reads, or among the files of a landscape."""
    named = {option: Path(os.path.realpath(file)) for option, file in outputs.items() if file is not None}
    if not named:
        return
    from drsim.reading.files import SUFFIXES

    read = input_files(inputs)
    for option, target in named.items():
        if any(_are_one(target, file) for file in read) or ("-" in inputs and _is_piped(target)):
            refuse(f"{option} {outputs[option]}: that file is read by this command", "name another file to write")
        if target.suffix in SUFFIXES and any(_are_one(target.parent, directory) for directory in read):
            rule = f"{option} {outputs[option]}: all YAML files in '{target.parent}' are read as a landscape"
            refuse(rule, "name a file elsewhere, or one with another ending")


def _are_one(target: Path, file: Path) -> bool:
    with suppress(OSError, ValueError):  # one of them is not there
        return os.path.samefile(target, file)
    return False


def _is_piped(target: Path) -> bool:
    """Whether standard input comes from this file."""
    with suppress(OSError, ValueError):  # it comes from no file
        return target.is_file() and os.path.samestat(target.stat(), os.fstat(sys.stdin.fileno()))
    return False


def _is_special(target: Path) -> bool:
    """Whether it is a device or a pipe, in whose place nothing can be put."""
    return target.exists() and not target.is_file()


def write_whole(target: Path, text: str, option: str = "--out") -> None:
    """Write a file whole or not at all: first beside it, then in its place."""
    special = _is_special(target)
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
