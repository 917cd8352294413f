"""Numbers of a record as text that knows where each of them is from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drsim.reporting.margins import one_time
from drsim.reporting.numbers import (
    NONE,
    UNKNOWN,
    Shown,
    count_parts,
    format_times,
    gap_parts,
    in_working_hours,
    plain,
    share_parts,
)
from drsim.reporting.page import hours_minutes
from drsim.reporting.pages.document import Pieces, fill, found_at, number, term, words_of
from drsim.reporting.pages.words import Words
from drsim.units import SECOND

if TYPE_CHECKING:
    from drsim.measures.estimates import Mean, Quantile, Share
    from drsim.measures.margins import Margin
    from drsim.measures.pairs import Difference

__all__ = ["Marked"]


@dataclass(frozen=True)
class Marked:
    """Writes numbers in the words of a language, each with its path in a record."""

    record: Mapping[str, Any]
    words: Words

    def text(self, text: str, path: str) -> Pieces:
        """A number that is text already; a sign for nothing at all has no path."""
        if text in (NONE, UNKNOWN):
            return words_of(text)
        return number(self.words.number(text), path, self.record)

    def count(self, path: str) -> Pieces:
        """A whole number as it stands in the record."""
        return self.text(f"{self._at(path):,}", path)

    def percent(self, path: str) -> Pieces:
        """A share without an interval."""
        return self.text(f"{100 * self._at(path):g} %", path)

    def whole_percent(self, path: str) -> Pieces:
        """A level of service, to whole percents."""
        return self.text(f"{100 * self._at(path):.0f} %", path)

    def share(self, share: Share, path: str) -> Pieces:
        """A share with its interval."""
        pattern, ends = share_parts(share)
        if not ends:
            return words_of(pattern)
        names = iter(ends)
        pieces: Pieces = ()
        for part in pattern.split("{}"):
            pieces += words_of(part)
            if (end := next(names, None)) is not None:
                pieces += self.text(end[1], f"{path}.{end[0]}")
        return pieces

    def times(self, quantiles: Sequence[Quantile], paths: Sequence[str], horizon: int) -> list[tuple[Pieces, Pieces]]:
        """Times of a service, the smallest first: each one, and its interval; none for what is exact."""
        shown = format_times(((q.value, q.low, q.high) for q in quantiles), horizon_ms=horizon)
        return [self._time(each, path) for each, path in zip(shown, paths, strict=True)]

    def _time(self, shown: Shown, path: str) -> tuple[Pieces, Pieces]:
        return self._shown_time(shown, (f"{path}.ms", f"{path}.low_ms", f"{path}.high_ms"))

    def _shown_time(self, shown: Shown, names: tuple[str, str, str]) -> tuple[Pieces, Pieces]:
        time = self._signed_time(shown.text, names)
        if shown.low == shown.high:
            return time, ()
        low = self._end("0" if shown.low == NONE else shown.low, names[1])
        return time, fill("{low} – {high}", low=low, high=self._end(shown.high, names[2]))

    def time_of(self, quantile: Quantile, paths: tuple[str, str, str], horizon: int) -> Pieces:
        """One time without its interval; `paths`: of its value, low and high end."""
        (shown,) = format_times([(quantile.value, quantile.low, quantile.high)], horizon_ms=horizon)
        return self._signed_time(shown.text, paths)

    def _signed_time(self, text: str, paths: tuple[str, str, str]) -> Pieces:
        """A time; where it is shown as an end of its interval, that is what it is."""
        return self._end(text, paths[1] if text[0] == "≥" else paths[2] if text[0] == "≤" else paths[0])

    def _end(self, text: str, path: str) -> Pieces:
        """A time, or that it is beyond the horizon."""
        return self.text(text, "horizon_ms" if text.startswith(">") else path)

    def mean_time(self, mean: Mean, path: str, horizon: int) -> tuple[Pieces, Pieces]:
        """A mean of times, and its interval."""
        (shown,) = format_times([(mean.value, mean.low, mean.high)], horizon_ms=horizon)
        return self._shown_time(shown, (f"{path}.value", f"{path}.low", f"{path}.high"))

    def mean(self, mean: Mean, path: str) -> tuple[Pieces, Pieces]:
        """A mean, and its interval; none for what is exact."""
        return self._around(count_parts(mean.value, mean.low, mean.high), path)

    def most(self, mean: Mean, path: str) -> Pieces:
        """The upper end of a mean."""
        return self.text(count_parts(mean.value, mean.low, mean.high).high, f"{path}.high")

    def gap(self, difference: Difference | None, path: str) -> tuple[Pieces, Pieces]:
        """By how much times differ, and the interval of that."""
        if difference is None:
            return words_of(self.words.gettext("beyond the horizon")), ()
        if abs(difference.value) < SECOND and difference.low == difference.high:
            return words_of(NONE), ()
        return self._around(gap_parts(difference.value, difference.low, difference.high), path)

    def change(self, difference: Difference, path: str) -> tuple[Pieces, Pieces]:
        """By how much numbers differ, with a sign, and the interval of that."""
        if difference.before == difference.after:
            return words_of(NONE), ()
        shown = count_parts(difference.value, difference.low, difference.high)
        signed = Shown(*(f"+{text}" if text[0] != "−" and re.search("[1-9]", text) else text for text in shown))
        return self._around(signed, path)

    def margin(self, margin: Margin, paths: tuple[str, str, str]) -> tuple[Pieces, Pieces]:
        """What is left of a limit, and the interval of that; `paths`: of its value, low and high end."""
        _, unit = self.words.gettext, in_working_hours if margin.working else str
        if not math.isinf(margin.value):
            shown = gap_parts(margin.value, margin.low, margin.high)
            return self._ends(Shown(*map(unit, shown)), paths)
        if math.isinf(margin.high):
            return words_of(_("not back in time")), ()
        return words_of(UNKNOWN), fill(_("at most {time}"), time=self.text(unit(one_time(margin.high)), paths[2]))

    def _around(self, shown: Shown, path: str) -> tuple[Pieces, Pieces]:
        return self._ends(shown, [f"{path}.{end}" for end in ("value", "low", "high")])

    def _ends(self, shown: Shown, paths: Sequence[str]) -> tuple[Pieces, Pieces]:
        value, low, high = (self.text(text, path) for text, path in zip(shown, paths, strict=True))
        return value, () if shown.low == shown.high else fill(self.words.gettext("{low} to {high}"), low=low, high=high)

    def exact(self, path: str) -> Pieces:
        """A time that is known to the millisecond."""
        return self.text(plain(round(self._at(path))), path)

    def minutes(self, minutes: int, path: str) -> Pieces:
        """Whole minutes as hours and minutes."""
        return number(hours_minutes(minutes), path, self.record) if minutes else words_of(NONE)

    def p(self, percent: int) -> Pieces:
        """A share of drills that stands in a heading."""
        return term(f"{percent} %")

    def _at(self, path: str) -> Any:
        return found_at(self.record, path)
