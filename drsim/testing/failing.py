"""What fails of its own."""

from __future__ import annotations

from typing import Any, Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, fresh, one_in, pick
from drsim.testing.features import Features
from drsim.testing.quantities import LASTS, law

_LIVES: Final = ("4 d", "1 d", "10 d")
_LIVES_UNCERTAIN: Final = (
    "mean 3 d",
    "3 d (1 to 10)",
    "weibull 5 d shape 0.5",
    "1 to 6 d",
    "median 2 d p95 20 d",
    {"observed": ["2 h", "10 d"]},
    {"mix": {"70 %": "20 d", "30 %": "mean 2 h"}},
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
