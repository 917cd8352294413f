"""PERT: the mean of a path of beta-PERT times is the sum of (low + 4 likely + high) / 6; the mean of a network is more
than that of its longest path, and the normal approximation of the greater of two paths errs.

D. G. Malcolm, J. H. Roseboom, C. E. Clark and W. Fazar, Application of a technique for research and development
program evaluation, Operations Research 7 (1959) 646-669. C. E. Clark, The greatest of a finite set of random
variables, Operations Research 9 (1961) 145-162: of two independent normal times with the same mean and deviation s
the greater is s / sqrt(pi) above the mean. K. R. MacCrimmon and C. A. Ryavec, An analytical study of the PERT
assumptions, Operations Research 12 (1964) 16-37.
"""

from __future__ import annotations

import math

from theory import PLACES, Floats, agrees, both_lengths, distance, hours, recoveries


def path(wrong: float, drills: int) -> Floats:
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: {30 * wrong} min ({10 * wrong} to {80 * wrong})}}}}
  b#: {{at: {{here: active, there: warm}}, needs: [a#], start: {{takes: {60 * wrong} min ({40 * wrong} to {140 * wrong})}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [b#]}}}}}}
""",
        drills,
    )


def two_paths(wrong: float, drills: int) -> Floats:
    law = hours(wrong)
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: mean {law}}}}}
  b#: {{at: {{here: active, there: warm}}, start: {{takes: mean {law}}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [a#, b#]}}}}}}
""",
        drills,
    )


@both_lengths
def test_a_path_of_pert_times(thorough: bool) -> None:
    minutes = (10 + 4 * 30 + 80) / 6 + (40 + 4 * 60 + 140) / 6
    agrees(path, minutes / 60, 100, thorough)


@both_lengths
def test_the_greater_of_two_paths_is_more_than_either_and_not_what_normal_times_would_give(thorough: bool) -> None:
    sample = agrees(two_paths, 1.5, 800, thorough)
    assert distance(sample, 1.0) > 1  # what PERT takes it for: its longest path
    assert not thorough or distance(sample, 1 + 1 / math.sqrt(math.pi)) > 1  # Clark's normal approximation: 1.564
