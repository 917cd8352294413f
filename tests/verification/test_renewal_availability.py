"""What fails after an exponential time of mean 1 / a and is out for one of mean 1 / b, and is whole at first, is whole
at t with probability b / (a + b) + a / (a + b) exp(-(a + b) t).

R. E. Barlow and F. Proschan, Mathematical Theory of Reliability (1965), section 3.2; D. R. Cox, Renewal Theory
(1962), chapter 7.
"""

from __future__ import annotations

from systems import A, B, down, expected
from theory import agrees, both_lengths


@both_lengths
def test_one_component(thorough: bool) -> None:
    exact = expected(lambda p: p[0], 1)
    assert A / (A + B) * 0.6 < exact < A / (A + B)  # nearly the steady state, from below
    agrees(lambda wrong, drills: down("[a#]", wrong, drills), exact, 60, thorough)
