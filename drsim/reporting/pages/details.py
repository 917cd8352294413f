"""What a drill tells beside a cause, in the words of a language; names in it stay as the scenario has them."""

from __future__ import annotations

import re
from typing import Final

from drsim.reporting.pages.document import Pieces, fill, said, term, words_of
from drsim.reporting.pages.drawn import PICTURE_WORDS
from drsim.reporting.pages.words import N_, Words

__all__ = ["detailed"]

KINDS: Final = frozenset((*PICTURE_WORDS, N_("declare"), N_("teardown")))
"""Of steps, among what figures say."""
PATTERNS: Final = (
    N_("out of the lost building"),
    N_("freed for a test"),
    N_("what is missing waits for each other"),
    N_("room for {name} at {place}"),
    N_("{name} does not return"),
    N_("{name} does not return, where {other} would come"),
    N_("{name} has no standby, and it stays broken"),
    N_("{name} has no standby, and its site does not return"),
    N_("{name} has no standby left, and it stays broken"),
    N_("{name} has no standby left, and its site does not return"),
    N_("{name} does not fit at its standby, and it stays broken"),
    N_("{name} does not fit at its standby, and its site does not return"),
    N_("{name} at {place} is out of reach, or gives {share}"),
    N_("no usable copy of {name}"),
    N_("the precheck of {name} failed"),
    N_("{name}, for which {other} waits"),
)
"""What else is told; a name is one word."""


def detailed(detail: str, words: Words) -> Pieces:
    """Give what is told in this language: the kind of a step and its object, or a sentence that is known; else as it is."""
    kind, _, name = detail.partition(" ")
    if kind in KINDS and " " not in name:
        return words_of(words.gettext(kind)) + (words_of(" ") + said(name) if name else ())
    for pattern in PATTERNS:
        if found := re.fullmatch(_as_expression(pattern), detail):
            names = {
                gap: term(words.number(text)) if gap == "share" else said(text)
                for gap, text in found.groupdict().items()
            }
            return fill(words.gettext(pattern), **names)
    return said(detail)


def _as_expression(pattern: str) -> str:
    """Match a pattern with names in its gaps."""
    return re.sub(r"\\\{([a-z]+)\\\}", _gap, re.escape(pattern))


def _gap(found: re.Match[str]) -> str:
    return rf"(?P<{found[1]}>[0-9.]+ %)" if found[1] == "share" else rf"(?P<{found[1]}>[^ ,]+)"
