"""Machines that are mended by a crew: with n machines that fail at rate a, and r people who each mend at rate b, the
number that is down is a birth and death process. Its transient solution from all whole is taken with a matrix
exponential.

C. Palm, The distribution of repairmen in servicing automatic machines, Industritidningen Norden 75 (1947); W. Feller,
An Introduction to Probability Theory and Its Applications, Volume I, section XVII.7.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from theory import Floats, agrees, both_lengths, drilled_cells, hours, services

from drsim.units import HOUR

MACHINES, FAILS, MENDS, HORIZON = 4, 1 / 20, 1 / 8, 480


def expected(people: int) -> float:
    """The mean part of the time in which a machine is down, from all whole to the horizon."""
    n = MACHINES
    rates = np.zeros((n + 1, n + 1))
    for down in range(n + 1):
        if down < n:
            rates[down, down + 1] = (n - down) * FAILS
        if down:
            rates[down, down - 1] = min(down, people) * MENDS
        rates[down, down] = -rates[down].sum()
    # the integral of the exponential stands beside it in that of a larger matrix (Van Loan 1978)
    large = np.zeros((2 * n + 2, 2 * n + 2))
    large[: n + 1, : n + 1], large[: n + 1, n + 1 :] = rates, np.eye(n + 1)
    integral = expm(large * HORIZON)[: n + 1, n + 1 :]
    return float(integral[0] @ np.arange(n + 1)) / HORIZON / n


def part_down(people: int, wrong: float, drills: int) -> Floats:
    """Of each cell: its machines depend on each other."""
    names = [f"{letter}#" for letter in "abcd"]
    fails, mends = (
        f"fails: {{every: mean {hours(1 / FAILS / wrong)}}}",
        f"repair: {{takes: mean {hours(1 / MENDS)}, by: crew-#}}",
    )
    parts = "\n".join(
        f"  {name}: {{at: {{here: active}}, restart: {{automatic: true, takes: 0 s}}, {fails}, {mends}}}"
        for name in names
    )
    points = "\n".join(f"  s#-{name[0]}: {{points: {{p: {{at: here, needs: [{name}]}}}}}}" for name in names)
    result = drilled_cells(
        f"sites: {{here: {{}}}}\nteams:\n  crew-#: {{people: {people}}}\ncomponents:\n{parts}\nservices:\n{points}\n",
        drills,
        cells=10,
        disruptions="{}",
        horizon=f"{HORIZON} h",
    )
    return services(result, "downtime").reshape(10, MACHINES, -1).mean(axis=1).ravel() / HOUR / HORIZON


@both_lengths
@pytest.mark.parametrize("people", [1, *(pytest.param(people, marks=pytest.mark.long) for people in (2, 4))])
def test_machines_and_those_who_mend_them(people: int, thorough: bool) -> None:
    agrees(lambda wrong, drills: part_down(people, wrong, drills), expected(people), 60, thorough)


def test_more_hands_help() -> None:
    assert expected(1) > expected(2) > expected(4)
