"""What stands at a path that was given, and which service goes by a name."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from drsim.cli.group import refuse
from drsim.errors import InputError, Problem, did_you_mean, nearest

if TYPE_CHECKING:
    from drsim.model.landscape import Landscape
    from drsim.model.scenario import Scenario

_PIPED: Final = "drsim.cli.given.piped"
"""Where a command keeps what came by standard input, which can be read once."""


def load_scenario(file: str, changes: Mapping[str, str]) -> Scenario:
    """Read a scenario, with what --set changes."""
    from drsim.reading import load

    with standard_input(file):
        return load(file, set=changes)


def load_either(file: str, changes: Mapping[str, str]) -> Scenario | Landscape:
    """Read what a file or a directory says that it is, with what --set changes."""
    from drsim.reading import load, load_landscape

    with standard_input(file) as text:
        return load_landscape(file, set=changes) if kind_of(file, text) == "landscape" else load(file, set=changes)


def load_scenarios(paths: Sequence[str], changes: Mapping[str, str]) -> dict[str, Scenario]:
    """Read scenarios by their paths, each once; all that is wrong with any of them is refused before anything is drilled."""
    loaded: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            loaded[path] = load_scenario(path, changes)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return loaded


@contextmanager
def standard_input(file: str) -> Iterator[str]:
    """Let standard input be read more than once; gives its text, nothing for another file."""
    if file != "-":
        yield ""
        return
    kept = click.get_current_context().meta
    if _PIPED not in kept:
        kept[_PIPED] = _piped()
    before, text = sys.stdin, kept[_PIPED]
    sys.stdin = io.StringIO(text)
    try:
        yield text
    finally:
        sys.stdin = before


def _piped() -> str:
    if sys.stdin is None:
        refuse("standard input is closed", "give a file, or pipe a scenario into this")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(f"standard input is not UTF-8 text: byte {error.start} is wrong", "save it as UTF-8")


def kind_of(file: str, text: str) -> Literal["landscape", "scenario"]:
    """Give what a file says that it is; a scenario when it says nothing."""
    if file != "-":
        if file and os.path.isdir(file):
            return "landscape"
        with suppress(OSError):
            text = Path(file).read_bytes().decode("utf-8-sig", "replace")
    return "landscape" if _says("landscape", text) else "scenario"


def input_files(inputs: Sequence[str]) -> list[Path]:
    """Give all files that scenarios and landscapes consist of, and the directories of landscapes."""
    from drsim.reading.files import files_read

    found: list[Path] = []
    for file in inputs:
        with standard_input(file) as text:
            found += files_read(file, kind_of(file, text))
    return found


def _says(kind: str, text: str) -> bool:
    return re.search(rf"^drsim:[ \t]*[\"']?{kind}\b", text, re.MULTILINE) is not None


def files_to_check(path: str) -> list[str]:
    """Give what is to be checked at a path: the files of a directory that has scenarios, else the path itself."""
    if not path or not os.path.isdir(path):
        return [path]
    files = sorted(file for file in Path(path).iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
    for file in files:
        with suppress(OSError):
            if _says("scenario", file.read_bytes().decode("utf-8-sig", "replace")):
                return [str(file) for file in files]
    return [path]


def scenarios_at(path: str) -> list[str]:
    """Give the scenarios at a path: those of a directory, else the path itself."""
    if not path or not os.path.isdir(path):
        return [path]
    found = [file for file in files_to_check(path) if file != path and kind_of(file, "") == "scenario"]
    if not found:
        refuse(
            f"there is no scenario in '{path}'",
            "give a file that begins with 'drsim: scenario 1', or another directory",
        )
    return found


def landscape_of(loaded: Scenario | Landscape) -> Landscape:
    """Give a landscape, or that of a scenario."""
    from drsim.model.scenario import Scenario

    return loaded.landscape if isinstance(loaded, Scenario) else loaded


def service_named(text: str, landscape: Landscape) -> str:
    """Give the name of the service that goes by a name or title, in capitals or not."""
    services = landscape.services
    if text in services:
        return text
    wanted = " ".join(text.split()).casefold()
    titles = {name: " ".join(service.title.split()) for name, service in sorted(services.items()) if service.title}
    found = [name for name in services if name.casefold() == wanted]
    found = found or [name for name, title in titles.items() if title.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        refuse(f"{len(found)} services have the title '{text}'", f"give the name of one: {', '.join(found)}")
    rule = f"no service is named '{text}'"
    if not services:
        refuse(rule, "there is none at all")
    near = nearest(text, [*services, *titles.values()])
    if near in titles.values() and near not in services:
        names = " or ".join(f"'{name}'" for name, title in titles.items() if title == near)
        refuse(rule, f"did you mean {names} ({near})?")
    refuse(rule, did_you_mean(text, sorted(services)))
