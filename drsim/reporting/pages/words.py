"""The language of a report: its sentences from a catalogue of gettext, its numbers and dates as people write them there.

A sentence is marked where it stands, `words.gettext("...")`, or as `N_("...")` where it is a constant. `docs/report.md` tells how
catalogues are made.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import as_file, files
from typing import Final

from drsim.errors import DrsimError, did_you_mean

__all__ = ["LANGUAGES", "N_", "Words"]

LANGUAGES: Final = ("en", "nl")
"""That a report can be in."""


def N_(text: str) -> str:  # noqa: N802 - the name that the tools of gettext look for
    """Mark a constant for the catalogues; it is translated where it is used."""
    return text


_DAYS: Final = N_("Mon Tue Wed Thu Fri Sat Sun")
_MONTHS: Final = N_("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
_SWAPPED: Final = str.maketrans({",": ".", ".": ","})


@dataclass(frozen=True)
class Words:
    """What a report says in one language; DrsimError for one that there is no catalogue of."""

    lang: str = "en"
    _catalogue: gettext.NullTranslations = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise DrsimError(f"no report in the language {self.lang!r}: {did_you_mean(self.lang, LANGUAGES)}")
        object.__setattr__(self, "_catalogue", _catalogue(self.lang))

    def gettext(self, text: str) -> str:
        """Give a sentence in this language."""
        return self._catalogue.gettext(text) if text else ""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Give a sentence about one or about many."""
        return self._catalogue.ngettext(one, many, number)

    def number(self, text: str) -> str:
        """Write a number, share or time of `drsim.reporting.numbers` as people do here: `99,6 %`, `23 u 05`."""
        if self.lang == "en":
            return text
        text = re.sub(r"(?<=[0-9])[.,](?=[0-9])", lambda found: found[0].translate(_SWAPPED), text)
        return re.sub(r"(?<=[0-9]) (w?)h\b", r" \1u", text)

    def moment(self, moment: datetime | None) -> str:
        """Write the moment of a scenario: `Tue 12 May 2015 10:00`."""
        if moment is None:
            return self.gettext("any moment of the week")
        return f"{self._day(moment)} {moment.day} {self._month(moment)} {moment.year} {moment:%H:%M}"

    def instant(self, local: datetime, dated: bool) -> str:
        """Write an instant of a drill: `Tue 12 May 10:00`, without the date where there is none."""
        date = f" {local.day} {self._month(local)}" if dated else ""
        return f"{self._day(local)}{date} {local:%H:%M}"

    def _day(self, moment: datetime) -> str:
        return self.gettext(_DAYS).split()[moment.weekday()]

    def _month(self, moment: datetime) -> str:
        return self.gettext(_MONTHS).split()[moment.month - 1]


def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == "en":
        return gettext.NullTranslations()  # the sentences in the program are English
    with (
        as_file(files("drsim.reporting.pages") / "locale" / lang / "LC_MESSAGES" / "drsim.mo") as file,
        file.open("rb") as stream,
    ):
        return gettext.GNUTranslations(stream)
