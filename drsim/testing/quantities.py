"""Quantities: laws, rates, sizes, calendars and schedules as the notation writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.testing.choices import Document, below, fresh, one_in, pick
from drsim.testing.features import Durations, Features, complete

# What draws choose from: the first is what an example shrinks to.

ROUND: Final = ("5 min", "10 min", "15 min", "20 min", "30 min", "1 h", "2 h", "0 s")
_ROUND_UNCERTAIN: Final = (
    {"observed": ["5 min", "10 min"]},
    {"observed": ["10 min", "20 min", "30 min", "10 min"]},
    {"mix": {"70 %": "5 min", "30 %": "30 min"}},
    {"mix": {"50 %": "10 min", "30 %": {"observed": ["20 min", "1 h"]}, "20 %": "0 s"}},
)
_ROUND_WORKING: Final = ("1 wh", "16 wh", "0.5 wh", "8 wh")
LASTS: Final = ("4 h", "1 h", "8 h", "30 min", "1 d", "2 h", "10 min")  # the first are long enough for a decision
WAITS: Final = ("0 s", "10 min", "30 min", "1 h", "2 h")
HORIZONS: Final = ("14 d", "1 d", "12 h", "4 h", "3 d")

# Round sizes at round rates take whole minutes, also when two transfers share a link.
_SIZES: Final = ("3 GB", "24 GB", "48 GB", "96 GB")
_RATES: Final = ("10 MB/s", "5 MB/s", "20 MB/s", "40 MB/s")
_RATES_UNCERTAIN: Final = ({"observed": ["5 MB/s", "10 MB/s"]},)
_BANDWIDTHS: Final = ("80 Mbit/s", "160 Mbit/s", "40 Mbit/s", "1 Gbit/s", "20 MB/s")

CALENDARS: Final = (
    "always",
    "Mon-Fri 9:00-17:00",
    "daily 8:00-23:00",
    "Mon-Fri 8:30-17:30 except Dutch holidays",
    "Mon-Thu 9:00-17:00, Fri 9:00-12:00",
    "Mon,Wed 9:00-12:30, Thu 13:00-20:00",
    "Mon-Fri 0:00-24:00",
    "Sat-Sun 10:00-16:00",
    "never",
)
SCHEDULES: Final = (
    "daily 22:00",
    "every 15 min",
    "Mon-Fri 22:00",
    "Sun 3:00",
    "every 1 h",
    "every 4 h",
    "daily 10:00",
)


def any_fixed(draw: DrawFn) -> str:
    """A duration to the millisecond, up to some hours."""
    form = below(draw, 5)
    number = draw(st.integers(1, 240))
    if form == 4:
        return f"{1 + number // 60} h {number % 60} min {number} ms" if number % 60 else f"{number} s {number} ms"
    return f"{number} {('min', 's', 'ms', 'min')[form]}" if form < 3 else f"{number / 8:.3f} h"


def _any_law(draw: DrawFn, uncertain: bool, unit: str) -> Any:
    """A law in whatever form the notation has, in this unit."""
    form = below(draw, 11) if uncertain else 0
    low = draw(st.integers(0 if form in (1, 2, 3, 4) else 1, 60))
    if form == 0:
        return f"{low} {unit}" if unit != "min" else any_fixed(draw)
    likely = low + draw(st.integers(1, 60))
    if form in (1, 2, 3):
        high = likely + draw(st.integers(0, 240))
        if form == 3 and unit == "min":
            return f"{likely} min ({low} min to {high + 1}.5 min)"
        return f"{'triangular ' if form == 2 else ''}{likely} {unit} ({low} to {high})"
    if form == 4:
        return f"{low} to {likely} {unit}"
    if form == 5:
        return f"median {low} {unit} p95 {likely} {unit}"
    if form == 6:
        return f"mean {likely} {unit}"
    if form == 7:
        return f"weibull {likely} {unit} shape {(0.5, 1, 1.5, 4)[low % 4]}"
    if form == 8:
        return {
            "observed": [f"{low} {unit}", f"{likely} {unit}", f"{low} {unit}", f"{likely + 7} {unit}"][: 1 + low % 4]
        }
    if form == 9:
        return {
            "mix": {f"{low}.5 %": f"{likely} {unit}", f"{99 - low}.5 %": f"{likely} {unit} ({low} to {likely * 2})"}
        }
    return {
        "mix": {"60 %": f"mean {low} {unit}", "30.5 %": {"observed": [f"{likely} {unit}"]}, "9.5 %": f"{likely} {unit}"}
    }


def law(draw: DrawFn, given: Features, *, working: bool = False) -> Any:
    """A law of a duration; `working` says that it may be in working hours."""
    options: tuple[Any, ...] = (*ROUND, *_ROUND_UNCERTAIN) if given["uncertain"] else ROUND
    working = working and given["working_hours"]
    if given["durations"] == "any" and below(draw, 3):
        return _any_law(draw, given["uncertain"], "wh" if working and one_in(draw, 6) else "min")
    return fresh(pick(draw, (*options, *_ROUND_WORKING) if working else options))


def duration(draw: DrawFn, given: Features, options: Sequence[str]) -> str:
    """A duration that is certain."""
    if given["durations"] == "any" and one_in(draw, 2):
        return any_fixed(draw)
    return pick(draw, options)


def rate(draw: DrawFn, given: Features) -> Any:
    """A law of a rate."""
    if given["durations"] == "any" and below(draw, 3):
        return _any_law(draw, False, "kB/s") if one_in(draw, 4) else _any_rate_law(draw, given["uncertain"])
    return fresh(pick(draw, (*_RATES, *_RATES_UNCERTAIN) if given["uncertain"] else _RATES))


def _any_rate_law(draw: DrawFn, uncertain: bool) -> Any:
    number = draw(st.integers(1, 60))
    forms = (
        f"{number} MB/s",
        f"{number + 1} MB/s ({number} to {number * 2 + 1})",
        f"{number} to {number + 9} MB/s",
        f"triangular {number} MB/s ({number} to {number + 9})",
        f"median {number} MB/s p95 {number + 9} MB/s",
        {"observed": [f"{number} MB/s", f"{number} Mbit/s"]},
    )
    return pick(draw, forms) if uncertain else forms[0]


def size(draw: DrawFn, given: Features) -> str:
    """How much data there is."""
    if given["durations"] == "any" and below(draw, 3):
        return f"{draw(st.integers(1, 5000))} {pick(draw, ('MB', 'GB', 'B', 'MiB'))}"
    return pick(draw, _SIZES)


def bandwidth(draw: DrawFn, given: Features) -> str:
    """How wide a link is."""
    if given["durations"] == "any" and below(draw, 3):
        return f"{draw(st.integers(1, 1000))} {pick(draw, ('Mbit/s', 'MB/s', 'kB/s'))}"
    return pick(draw, _BANDWIDTHS)


@st.composite
def _law(draw: DrawFn, given: Features, working: bool) -> str | Document:
    return cast("str | Document", law(draw, given, working=working))


@st.composite
def _rate(draw: DrawFn, given: Features) -> str | Document:
    return cast("str | Document", rate(draw, given))


def laws(
    durations: Durations = "round", *, uncertain: bool = True, working: bool = False
) -> SearchStrategy[str | Document]:
    """Laws of a duration as the notation writes them; shrinks to `5 min`, or near 0 with `any` durations.

    `durations` says how long: `round` whole minutes up to 2 hours, or `any` from milliseconds to days. `uncertain` adds laws
    that are not fixed, `working` those in working hours.
    """
    return _law(complete({"durations": durations, "uncertain": uncertain}), working)


def rates(durations: Durations = "round", *, uncertain: bool = True) -> SearchStrategy[str | Document]:
    """Laws of a rate as the notation writes them; shrinks to `10 MB/s`.

    With `round` durations 5 to 40 MB/s, at which round sizes take whole minutes; with `any` from 1 kB/s to 121 MB/s.
    """
    return _rate(complete({"durations": durations, "uncertain": uncertain}))


def calendars() -> SearchStrategy[str]:
    """Calendars as the notation writes them, from `always` to `never`; shrinks to `always`."""
    return st.sampled_from(CALENDARS)


def schedules() -> SearchStrategy[str]:
    """Schedules of copies as the notation writes them; shrinks to `daily 22:00`."""
    return st.sampled_from(SCHEDULES)
