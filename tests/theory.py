"""What checks against theory share: many independent cells in each drill, and a tolerance for all checks together.

A check passes when the mean of a sample is within so many standard errors of the exact value that all checks
together, if each were right and each seed drawn anew, would fail once in a thousand runs (Bonferroni over `CHECKS`).
It has a twin in which one rate is wrong and in which it must fail: so a check that passes has seen such an error, had there
been one. The thorough checks see one of 5 %; the short ones, which always run, take a twelfth of the drills and see one of
20 %. Seeds are fixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import scenario
from numpy.typing import NDArray
from scipy.special import ndtri

import drsim
from drsim.studies.result import Result
from drsim.units import HOUR

Floats = NDArray[np.float64]

LUCK = 1e-3
CHECKS = 80
"""More than there are, short and long ones."""
ERRORS = float(ndtri(1 - LUCK / CHECKS / 2))
"""Standard errors."""
WRONG, SHORT_WRONG = 1.05, 1.2
"""By which a rate is wrong in a twin, of a thorough check and of a short one."""
SHORT = 12
"""How many times fewer drills a short check takes."""
CELLS = 40
"""Independent copies of a case in one drill."""

both_lengths = pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.long)])
"""A short check always, a thorough one on demand."""


def distance(sample: Floats, exact: float) -> float:
    """From the exact value, in tolerances; above 1 is a refusal."""
    error = float(sample.std(ddof=1)) / math.sqrt(len(sample))
    return abs(float(sample.mean()) - exact) / (ERRORS * error)


def agrees(observe: Callable[[float, int], Floats], exact: float, drills: int, thorough: bool) -> Floats:
    """Assert that what is observed is exact, and would not be if a rate were wrong; gives the sample.

    `observe`: gives independent values for (the factor by which a rate is wrong, the number of drills). `drills`: of a thorough check.
    """
    wrong, drills = (WRONG, drills) if thorough else (SHORT_WRONG, max(2, drills // SHORT))
    sample = observe(1, drills)
    assert distance(sample, exact) <= 1, f"mean {sample.mean()}, exact {exact}"
    assert distance(observe(wrong, drills), exact) > 1, (
        f"a rate that is {100 * (wrong - 1):.0f} % wrong would not be seen"
    )
    return sample


def drilled_cells(land: str, drills: int, cells: int = CELLS, **head: str) -> Result:
    """Run a landscape of cells: each `#` line is repeated, with its number for `#`."""
    lines = []
    for line in land.splitlines():
        lines += [line.replace("#", str(cell)) for cell in range(cells)] if "#" in line else [line]
    repeated = {key: _repeated(text, cells) for key, text in head.items()}
    return drsim.run(scenario("\n".join(lines), **repeated), replications=drills, seed=17, workers=1)


def _repeated(text: str, cells: int) -> str:
    if "#" not in text:
        return text
    entries = text.removeprefix("{").removesuffix("}")
    return "{" + ", ".join(entries.replace("#", str(cell)) for cell in range(cells)) + "}"


def recoveries(land: str, drills: int, cells: int = CELLS, **head: str) -> Floats:
    """Hours until each service is back, over all drills and cells."""
    return services(drilled_cells(land, drills, cells, **head), "recovery") / HOUR


def services(result: Result, measure: str) -> Floats:
    """A measure of all services, drill by drill, in one list."""
    rows = [result.row(name) for name in result.plan.structure.services]
    values: Any = getattr(result.block, measure)[rows]
    return np.asarray(values, np.float64).ravel()


def hours(number: float) -> str:
    """A duration in the notation, in whole milliseconds."""
    return f"{round(number * HOUR)} ms"


PLACES = "sites: {here: {}, there: {}}\nlinks: {line: {between: [here, there], bandwidth: 1 GB/s}}"
