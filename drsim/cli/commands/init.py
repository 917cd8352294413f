"""The scenarios that come with drsim, copied."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from drsim.cli.group import refuse
from drsim.cli.options import complete_directories
from drsim.errors import DrsimError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FIRST: Final = "town-hall-lost.yaml"
"""The scenario to begin with."""


@click.command()
@click.argument("directory", default="scenarios", shell_complete=complete_directories)
def init(directory: str) -> None:
    """Copy the scenarios that come with drsim, to try and change.

    They go to DIRECTORY, by default ./scenarios; files that are there already are left alone.
    """
    root = Path(directory)
    files = dict(_packaged())
    if root.exists() and not root.is_dir():
        refuse(f"'{directory}' is a file where a directory is due", "name another directory")
    there = [name for name in files if os.path.lexists(root / name)]
    missing = {name: content for name, content in files.items() if name not in there}
    if not missing:
        refuse(f"all {len(files)} files are in '{directory}' already", "name another directory for fresh ones")
    try:
        _copy_all(missing, root)
    except OSError as error:
        refuse(f"'{directory}' cannot be written: {error.strerror}", "name another directory")
    first = min((name for name in files if "/" not in name), key=lambda name: (name != FIRST, name), default="")
    click.echo(f"Copied {len(missing)} {'file' if len(missing) == 1 else 'files'} to '{directory}'.")
    if there:
        click.echo(f"Left alone, since there already: {', '.join(there)}.")
    click.echo(f"Next:\n  drsim run {shlex.quote(str(root / first))}")


def _packaged() -> Iterator[tuple[str, bytes]]:
    """Give the files of the scenarios that come with drsim: in a wheel inside the package, in a checkout beside it."""
    from importlib.resources import files

    package = files("drsim")
    root: Traversable = package / "scenarios"
    if not root.is_dir():
        root = Path(str(package)).parent / "scenarios"
    if not root.is_dir():
        raise DrsimError("the scenarios that come with drsim are not there: install it again")
    return _walk(root, "")


def _walk(directory: Traversable, before: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{before}{entry.name}/")
        else:
            yield f"{before}{entry.name}", entry.read_bytes()


def _copy_all(files: Mapping[str, bytes], root: Path) -> None:
    """Write all files or none: first into a directory beside, then each into its place."""
    made = [path for path in (root, *root.parents) if not path.exists()]
    root.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".drsim-") as beside:
            for name, content in files.items():
                (Path(beside) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(beside) / name).write_bytes(content)
            for name in files:
                for parent in reversed((root / name).parents):
                    if not parent.exists():
                        parent.mkdir()
                        made.append(parent)
                written.append(root / name)
                (Path(beside) / name).rename(root / name)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for path in sorted(made, key=lambda path: -len(path.parts)):
            with suppress(OSError):
                path.rmdir()
        raise
