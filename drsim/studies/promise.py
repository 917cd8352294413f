"""What is promised of one service, as people write it: `moving-house rto`, `passport within 48 h in 90 %`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from drsim.errors import DrsimError, InputError, Problem, did_you_mean
from drsim.measures.drills import Block
from drsim.measures.margins import Margin, margin
from drsim.model.landscape import Landscape
from drsim.planning.plan import NEVER
from drsim.studies.arguments import checked_duration
from drsim.units import ONE, Duration, Share

__all__ = ["Measure", "Promise", "promised"]

Measure = Literal["rto", "rpo", "within", "keeps running", "loses at most"]
FORMS: Final = re.compile(
    r"(?P<service>.+?)\s+"
    r"(?:(?P<target>rto|rpo)|(?P<timed>within|loses\s+at\s+most)\s+(?P<limit>.+?)|(?P<running>keeps\s+running))"
    r"(?:\s+in\s+(?P<share>[0-9.]+\s*%))?\s*",
    re.IGNORECASE,
)
EXAMPLES: Final = (
    "write such as 'passport rto', 'passport rpo', 'passport within 48 h', 'passport loses at most 24 h' or "
    "'passport keeps running', and 'in 90 %' after it for another share of drills"
)


@dataclass(frozen=True)
class Promise:
    """Something that a service is to keep in a share of drills."""

    service: str
    measure: Measure
    limit: Duration | None
    """On the clock or in working hours; None for one that keeps running."""
    asked: Share
    """In which share of drills."""

    @property
    def text(self) -> str:
        """What is kept: `is back within 40 wh`."""
        if self.limit is None:
            return "keeps running"
        lost = self.measure in ("rpo", "loses at most")
        return f"loses at most {self.limit.text} of data" if lost else f"is back within {self.limit.text}"

    @property
    def written(self) -> str:
        """As `promised` reads it, with its share."""
        what = (
            self.measure
            if self.limit is None or self.measure in ("rto", "rpo")
            else f"{self.measure} {self.limit.text}"
        )
        return f"{self.service} {what} in {self.asked.text}"

    @property
    def slug(self) -> str:
        """The same as the beginning of the name of a file, without its share: `passport-within-48-h`."""
        return re.sub(r"[^a-z0-9]+", "-", self.written.rpartition(" in ")[0].lower())

    @property
    def is_about_data(self) -> bool:
        """Whether it limits the loss of data."""
        return self.measure in ("rpo", "loses at most")

    def kept(self, block: Block, row: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For which drills of a row of measures it holds."""
        if self.limit is None:
            return np.asarray(block.recovery[row] == 0)
        return np.asarray(self._values(block, row) <= self.limit.ms)

    def margin(self, block: Block, row: int) -> Margin | None:
        """What is left of its limit; None without one."""
        if self.limit is None:
            return None
        values = self._values(block, row)
        times = np.where(values >= NEVER, np.inf, values.astype(np.float64))
        return margin(times, self.limit.ms, self.asked.millionths / ONE, self.limit.working)

    def _values(self, block: Block, row: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """What is compared with the limit; NEVER for what does not come back by the horizon."""
        assert self.limit is not None
        times: np.ndarray[Any, np.dtype[np.int64]] = block.data_loss[row] if self.is_about_data else block.recovery[row]
        return np.where(times >= NEVER, NEVER, block.working[row]) if self.limit.working else times


def promised(text: str, landscape: Landscape) -> Promise:
    """Read a promise; the share of drills is by default the one that the targets of the service ask for.

    Raises DrsimError for what is no promise, a service that is not there, or one without such a target.
    """
    name, rest = split(text)
    if name not in landscape.services:
        raise DrsimError(f"no service is named {name!r}: {did_you_mean(name, landscape.services)}")
    targets = landscape.services[name].targets
    found = FORMS.fullmatch(f"{name} {rest}")
    assert found is not None
    asked = targets.share
    if found["share"]:
        try:
            asked = Share.parse(found["share"])
        except ValueError as error:
            raise DrsimError(f"{text!r}: {error}") from None
    if not asked.millionths:
        raise DrsimError(f"{text!r}: {asked.text} of drills is nothing to promise\n  ask for more than none")
    if found["running"]:
        return Promise(name, "keeps running", None, asked)
    if found["timed"]:
        within = found["timed"].lower() == "within"
        limit = checked_duration(found["limit"], found["timed"], working=within)
        return Promise(name, "within" if within else "loses at most", limit, asked)
    measure: Literal["rto", "rpo"] = "rto" if found["target"].lower() == "rto" else "rpo"
    target = targets.rto if measure == "rto" else targets.rpo
    if target is None:
        other = "within 48 h" if measure == "rto" else "loses at most 24 h"
        raise DrsimError(f"{name!r} has no {measure}\n  give it one, or write '{name} {other}'")
    return Promise(name, measure, target, asked)


def split(text: str) -> tuple[str, str]:
    """The service of a promise as it is written there, and the rest."""
    found = FORMS.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise InputError([Problem(f"{text!r} is no promise", hint=EXAMPLES)])
    return found["service"], text.strip()[found.end("service") :].strip()
