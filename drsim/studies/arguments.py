"""What functions are called with: refused, with its value, where nothing could come of it."""

from __future__ import annotations

import operator
import os

from drsim.errors import DrsimError
from drsim.model.scenario import Scenario
from drsim.units import Duration

__all__ = [
    "MOST_DRILLS",
    "checked_drill",
    "checked_drills",
    "checked_scenario",
    "checked_seed",
    "checked_share",
    "whole",
]

MOST_DRILLS = 10**9
"""A number of drills, or of a drill, that a person may mean."""


def whole(value: object, what: str, least: int, most: int | None = None) -> int:
    """A whole number, as Python's own; `what` is it the number of."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        span = f"of at least {least}" if most is None else f"from {least} to {_power(most)}"
        raise DrsimError(f"{what} {value!r}: a whole number {span} is needed")
    return number


def _power(number: int) -> str:
    return "2**64 - 1" if number == 2**64 - 1 else f"{number:,}"


def checked_seed(value: object) -> int:
    """A seed."""
    return whole(value, "seed", 0, 2**64 - 1)


def checked_drills(value: object) -> int:
    """How many drills."""
    return whole(value, "replications", 1, MOST_DRILLS)


def checked_drill(value: object) -> int:
    """The number of a drill of a seed."""
    return whole(value, "drill", 0, MOST_DRILLS - 1)


def checked_share(value: object, what: str) -> float:
    """A share of drills between none and all of them."""
    if isinstance(value, str | bool) or not hasattr(value, "__float__") or not 0 < float(value) < 1:
        raise DrsimError(f"{what} {value!r}: a share of drills above 0 and below 1 is needed, such as 0.95")
    return float(value)


def checked_duration(value: object, what: str, *, working: bool = False) -> Duration:
    """A time, given as text; in working hours only where that means something."""
    try:
        found = Duration.parse(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError) as error:
        raise DrsimError(f"{what} {value!r}: {error}") from None
    if found.working and not working:
        raise DrsimError(f"{what} {value!r} is working time\n  write a time on the clock such as '4 h'")
    return found


def checked_scenario(value: object) -> Scenario:
    """A scenario; the path of one is read."""
    if isinstance(value, Scenario):
        return value
    if isinstance(value, str | os.PathLike):
        from drsim.reading import load

        return load(value)
    kind = type(value).__name__
    raise DrsimError(f"a {kind} is no scenario\n  give what drsim.load gives, or the path of a scenario file")
