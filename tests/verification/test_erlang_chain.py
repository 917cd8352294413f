"""The sum of k exponential times of rate m is Erlang: mean k / m, variance k / m^2.

A. K. Erlang, Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges, Post Office Electrical Engineers' Journal 10 (1917) 189-197; D. R. Cox, Renewal Theory (1962), section 1.4.
"""

from __future__ import annotations

import math

from theory import ERRORS, PLACES, Floats, agrees, both_lengths, hours, recoveries


def chain(wrong: float, drills: int) -> Floats:
    law = hours(1 / wrong)
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: mean {law}}}}}
  b#: {{at: {{here: active, there: warm}}, needs: [a#], start: {{takes: mean {law}}}}}
  c#: {{at: {{here: active, there: warm}}, needs: [b#], start: {{takes: mean {law}}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [c#]}}}}}}
""",
        drills,
    )


@both_lengths
def test_steps_one_after_the_other_add_up_to_an_erlang_time(thorough: bool) -> None:
    sample = agrees(chain, 3.0, 300, thorough)
    # the fourth central moment of Erlang(3) is 3 x 3^2 + 6 x 3 = 45
    assert abs(sample.var() - 3) < ERRORS * math.sqrt((45 - 9) / len(sample))
