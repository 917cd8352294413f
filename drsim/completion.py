"""What a shell offers for the words of a command; nothing heavy is imported before somebody asks for it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from drsim.errors import DrsimError

if TYPE_CHECKING:
    from drsim.model.landscape import Landscape

__all__ = ["directories", "files", "kinds", "languages", "script", "services"]


def script(command: click.Command, shell: str) -> str:
    """What a shell reads to complete the words of `drsim`."""
    found = get_completion_class(shell)
    assert found is not None
    return found(command, {}, "drsim", "_DRSIM_COMPLETE").source()


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leave it to the shell, which knows files better."""
    return [CompletionItem(incomplete, type="file")]


def directories(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leave it to the shell as well."""
    return [CompletionItem(incomplete, type="dir")]


def languages(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the languages of a report."""
    from drsim.reporting.pages.words import LANGUAGES

    return [CompletionItem(each) for each in LANGUAGES if each.startswith(incomplete)]


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the kinds of things that may break, after those that were typed before a comma."""
    from drsim.studies.breakable import KINDS

    before, comma, last = incomplete.rpartition(",")
    others = before.split(",")
    return [CompletionItem(before + comma + each) for each in KINDS if each.startswith(last) and each not in others]


def services(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the services of the scenario or landscape that was typed before, with their titles."""
    words = [
        word for word in context.args if not word.startswith("-")
    ]  # while an option waits for its value, all is here
    file = context.params.get("scenario") or context.params.get("what") or next(iter(words), None)
    if not file or file == "-":
        return []
    landscape = _landscape(file)
    if landscape is None:
        return []
    return [
        CompletionItem(name, help=service.title or None)
        for name, service in sorted(landscape.services.items())
        if name.startswith(incomplete)
    ]


def _landscape(file: str) -> Landscape | None:
    """That of a scenario, or itself; None for what is neither."""
    from drsim.reading import load, load_landscape

    with suppress(DrsimError, OSError):
        return load(file).landscape
    with suppress(DrsimError, OSError):
        return load_landscape(file)
    return None
