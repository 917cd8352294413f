"""What fails of its own."""

from __future__ import annotations

from typing import Any, Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, fresh, one_in, pick
from drsim.testing.features import Features
from drsim.testing.quantities import LASTS, law

# Long enough for a few failures of a thing in two weeks: a drill of hundreds of incidents takes minutes.
_LIVES: Final = ("8 d", "2 d", "20 d")
_LIVES_UNCERTAIN: Final = (
    "mean 6 d",
    "6 d (2 to 20)",
    "weibull 10 d shape 0.7",
    "2 to 12 d",
    "median 4 d p95 40 d",
    {"observed": ["12 h", "10 d"]},
    {"mix": {"70 %": "20 d", "30 %": "mean 1 d"}},
)


def failing(draw: DrawFn, given: Features, *, repairable: bool = False) -> Document:
    """How something fails; until it is repaired perhaps, if it can be."""
    fails: Document = {"every": fresh(pick(draw, (*_LIVES, *_LIVES_UNCERTAIN) if given["uncertain"] else _LIVES))}
    if not repairable:
        fails["lasts"] = _lasts(draw, given)
    elif one_in(draw, 3):
        fails["lasts"] = "until repaired" if one_in(draw, 2) else _lasts(draw, given)
    return fails


def _lasts(draw: DrawFn, given: Features) -> Any:
    if given["uncertain"] and one_in(draw, 3):
        drawn = law(draw, given)
        return drawn if drawn != "0 s" else "1 h"
    return pick(draw, LASTS)
