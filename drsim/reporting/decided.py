"""What a terminal and a page tell in words of their own, decided once, so that they never disagree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drsim.studies.result import Outcome, Result

__all__ = ["back_before"]


def back_before(result: Result, outcome: Outcome) -> list[Outcome]:
    """The points of a service that are back sooner than the whole in half the drills or in 95 %.

    None of a service that keeps what it promises, and is back in 95 % of drills.
    """
    late = outcome.verdict in ("missed", "undecided") or math.isinf(outcome.recovery[0.95].value)
    if not late:
        return []
    whole = outcome.recovery
    points = result.points_of(outcome.name)
    return [each for each in points if any(each.recovery[p].value < whole[p].value for p in whole)]
