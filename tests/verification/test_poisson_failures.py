"""Exponential lives give a Poisson number of failures: as large a variance as mean, and none at all with probability exp(-h / m).

D. R. Cox and P. A. W. Lewis, The Statistical Analysis of Series of Events (1966), chapter 2.
"""

from __future__ import annotations

import math

import numpy as np
from theory import ERRORS, Floats, agrees, both_lengths, drilled_cells, hours, services

MEAN, HORIZON = 60.0, 120.0


def failures(wrong: float, drills: int) -> Floats:
    fails = f"fails: {{every: mean {hours(MEAN / wrong)}, lasts: 1 ms}}"
    result = drilled_cells(
        f"""\
sites: {{here: {{}}}}
components:
  a#: {{at: {{here: active}}, restart: {{automatic: true, takes: 0 s}}, {fails}}}
services:
  s#: {{points: {{p: {{at: here, needs: [a#]}}}}}}
response: {{settle: 0 s}}
""",
        drills,
        disruptions="{}",
        horizon=f"{HORIZON:g} h",
    )
    return services(result, "interruptions")


@both_lengths
def test_the_number_of_failures(thorough: bool) -> None:
    mean = HORIZON / MEAN
    sample = agrees(failures, mean, 400, thorough)
    n = len(sample)
    # the fourth central moment of a Poisson number is m (1 + 3 m)
    assert abs(sample.var() - mean) < ERRORS * math.sqrt((mean * (1 + 3 * mean) - mean**2) / n)
    none = math.exp(-mean)
    assert abs(float(np.mean(sample == 0)) - none) < ERRORS * math.sqrt(none * (1 - none) / n)
