"""What reports of every kind tell in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from drsim.reporting.numbers import NONE
from drsim.reporting.pages.document import (
    Block,
    Cell,
    Command,
    Paragraph,
    Picture,
    Pieces,
    Section,
    Terms,
    code,
    fill,
    found_at,
    words_of,
)
from drsim.reporting.pages.drawn import drawn
from drsim.reporting.pages.marked import Marked
from drsim.reporting.pages.words import Words
from drsim.studies.dossier import Chase, Dossier, Handbook, Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NOTHING", "Told", "joined"]

NOTHING: Final = Cell(words_of(NONE))

F = TypeVar("F", Dossier, Pair, Chase, Handbook)


@dataclass(frozen=True)
class Told(Generic[F]):
    """What was found, in the words of a language."""

    found: F
    words: Words

    @cached_property
    def record(self) -> dict[str, Any]:
        """What the paths of numbers lead into."""
        return self.found.to_dict()

    @cached_property
    def mark(self) -> Marked:
        """Writes numbers with their paths."""
        return Marked(self.record, self.words)

    def interrupted(self) -> Paragraph:
        """That fewer drills were finished than asked for."""
        text = self.words.ngettext(
            "Interrupted: this is about the {n} drill that was finished.",
            "Interrupted: this is about the {n} drills that were finished.",
            self.record["replications"],
        )
        return Paragraph(fill(text, n=self.mark.count("replications")), "notice")

    def how_sure(self) -> Paragraph:
        """What the intervals mean, and what they leave out."""
        _ = self.words.gettext
        text = _(
            "How sure: below a number, or in brackets, is its {confidence} interval, which more drills would narrow."
        )
        text += " " + _("It is about luck only: that numbers of the scenario are guesses is not in it.")
        return Paragraph(fill(text, confidence=self.mark.percent("confidence")), "small")

    def judged(self, verdict: str | None) -> Cell:
        """A verdict against a target."""
        _ = self.words.gettext
        if verdict is None:
            return NOTHING
        texts = {"met": _("✓ met"), "missed": _("✗ missed"), "undecided": _("~ too close to call")}
        return Cell(words_of(texts[verdict]), style=verdict)

    def picture(
        self, name: str, draw: Callable[[], Axes], title: str, caption: Pieces, seen: Pieces | None = None
    ) -> Picture:
        """A figure, whose words are in this language as well; `seen`: what there is to see, for who does not see it."""
        if seen is None:
            seen = words_of(self.words.gettext("The tables of this section tell what counts in it."))
        return Picture(name, drawn(name, draw, self.words), title, seen, caption)

    def how(self, record: str = "record", *, again: bool = True) -> Section:
        """How it was run, and how to run it again if it can be; `record`: where its record stands."""
        ways = _ways_to_run(self.found.command, self.mark, record, again)
        return Section("how", self.words.gettext("How it was run"), tuple(ways))


def _ways_to_run(command: str | None, mark: Marked, record: str, again: bool) -> list[Block]:
    """The command, versions and digest of a run; `record`: where its record stands."""
    _ = mark.words.gettext
    blocks: list[Block] = []
    if command:
        blocks += [Paragraph(words_of(_("It was asked for by:"))), Command(command)]
    if again:
        text = _("This page holds the record of the run. To run it again, and see whether the same comes out:")
        blocks += [Paragraph(words_of(text), in_page_only=True), Command("drsim rerun report.html", in_page_only=True)]
    found = found_at(mark.record, record)
    versions = [(name, code(str(version))) for name, version in found["versions"].items()]
    entries = [("digest", words_of(_("Digest of the scenario")), code(found["digest"]))]
    entries += [(f"version-{name}", code(name), version) for name, version in versions]
    return [*blocks, Terms(tuple(entries))]


def joined(parts: Sequence[Pieces], between: str) -> Pieces:
    """Put words between parts."""
    found: Pieces = ()
    for place, part in enumerate(parts):
        found += (*words_of(between if place else ""), *part)
    return found
