"""Systems of independent components that fail and are mended on their own: what of the time they are down, exactly and simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.polynomial.legendre import leggauss
from theory import Floats, drilled_cells, hours, services

from drsim.units import HOUR

A, B = 1 / 20, 1 / 5
"""Rates of failing and of coming back, per hour."""
HORIZON = 120
LETTERS = "abcde"


def whole(time: Floats) -> Floats:
    """The probability that a component that is whole at first is whole at a time (hours)."""
    return np.asarray(B / (A + B) + A / (A + B) * np.exp(-(A + B) * time))


def expected(works: Callable[[Sequence[Floats]], Floats], components: int) -> float:
    """The part of the time to the horizon in which a system is down, by Gauss-Legendre over pieces of a day.

    `works`: the probability that the system works, for those of its components.
    """
    nodes, weights = leggauss(20)
    total = 0.0
    for day in range(HORIZON // 24):
        times = 24 * day + 12 * (nodes + 1)
        total += 12 * float(weights @ (1 - works([whole(times)] * components)))
    return total / HORIZON


def down(needs: str, wrong: float, drills: int, *, cells: int = 40, letters: str = LETTERS) -> Floats:
    """The part of the time in which cells are down, of components `a#` to `e#` that fail on their own."""
    fails = f"fails: {{every: mean {hours(1 / A / wrong)}, lasts: mean {hours(1 / B)}}}"
    parts = "\n".join(
        f"  {letter}#: {{at: {{here: active}}, restart: {{automatic: true, takes: 0 s}}, {fails}}}"
        for letter in letters
        if f"{letter}#" in needs
    )
    result = drilled_cells(
        f"sites: {{here: {{}}}}\ncomponents:\n{parts}\nservices:\n  s#: {{points: {{p: {{at: here, needs: {needs}}}}}}}\n",
        drills,
        cells=cells,
        disruptions="{}",
        horizon=f"{HORIZON} h",
    )
    return services(result, "downtime") / HOUR / HORIZON
