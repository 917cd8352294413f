"""The sum of exponential times of different rates r_i is hypoexponential: P(T > t) is the sum of exp(-r_i t) times the
product of r_j / (r_j - r_i) over the others.

D. R. Cox, Renewal Theory (1962), section 1.4; S. M. Ross, Introduction to Probability Models, section 5.2.4.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from theory import PLACES, Floats, agrees, both_lengths, hours, recoveries

RATES = (1.0, 2.0, 4.0)
AT = 1.6


def later(time: float) -> float:
    terms = []
    for i, rate in enumerate(RATES):
        others = [each / (each - rate) for j, each in enumerate(RATES) if j != i]
        terms.append(math.exp(-rate * time) * math.prod(others))
    return sum(terms)


def chain(wrong: float, drills: int) -> Floats:
    one, two, three = (hours(1 / rate / wrong) for rate in RATES)
    found = recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: mean {one}}}}}
  b#: {{at: {{here: active, there: warm}}, needs: [a#], start: {{takes: mean {two}}}}}
  c#: {{at: {{here: active, there: warm}}, needs: [b#], start: {{takes: mean {three}}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [c#]}}}}}}
""",
        drills,
    )
    return np.asarray(found > AT, float)


@both_lengths
def test_the_chance_of_a_chain_that_is_not_back_yet(thorough: bool) -> None:
    assert later(0) == pytest.approx(1)
    agrees(chain, later(AT), 900, thorough)
