"""Attempts that each work with probability p are geometric: 1 / p of them on average; all of k fail with probability (1 - p)^k.

W. Feller, An Introduction to Probability Theory and Its Applications, Volume I, section VI.8.
"""

from __future__ import annotations

import numpy as np
from theory import PLACES, Floats, agrees, both_lengths, recoveries


def attempts(wrong: float, drills: int) -> Floats:
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: 1 h, works: {40 * wrong:g} %, attempts: 60}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [a#]}}}}}}
""",
        drills,
    )


def never(wrong: float, drills: int) -> Floats:
    found = recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: 1 min, works: {40 * wrong:g} %, attempts: 3}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [a#]}}}}}}
""",
        drills,
    )
    return np.asarray(found > 100, float)


@both_lengths
def test_how_many_attempts_it_takes(thorough: bool) -> None:
    sample = agrees(attempts, 1 / 0.4, 700, thorough)
    assert np.allclose(sample, np.rint(sample), atol=1e-3)  # a second try takes a millisecond more


@both_lengths
def test_how_often_all_attempts_fail(thorough: bool) -> None:
    agrees(never, 0.6**3, 1100, thorough)
