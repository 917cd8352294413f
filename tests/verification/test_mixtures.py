"""A mixture has the mean of its parts by share, and its distribution function too.

G. J. McLachlan and D. Peel, Finite Mixture Models (2000), section 1.4. A standby that opens with probability p and takes a
minutes, else the tape and b, is one.
"""

from __future__ import annotations

import numpy as np
from theory import ERRORS, PLACES, Floats, agrees, both_lengths, hours, recoveries


def law(wrong: float, drills: int) -> Floats:
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, start: {{takes: {{mix: {{70 %: 20 min, 30 %: mean {hours(2 * wrong)}}}}}}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [a#]}}}}}}
""",
        drills,
    )


def second_way(wrong: float, drills: int) -> Floats:
    """The standby works in 60 % after 20 minutes; else the tape, an hour, and 20 minutes once more."""
    return recoveries(
        f"""\
{PLACES}
components:
  a#: {{at: {{here: active, there: warm}}, data: {{size: 36 GB}}, recover: [warm, cold], start: {{takes: 20 min}}, copies: {{live: {{at: there, kind: synchronous, works: {60 * wrong:g} %}}, tape: {{at: there, kind: backup, taken: daily 6:00, restores: 10 MB/s}}}}}}
services:
  s#: {{points: {{p: {{at: there, needs: [a#]}}}}}}
""",  # noqa: E501
        drills,
    )


@both_lengths
def test_the_mean_of_a_mixture(thorough: bool) -> None:
    sample = agrees(law, 0.7 / 3 + 0.3 * 2, 1500, thorough)
    assert abs(float(np.mean(sample > 2)) - 0.3 * np.exp(-1)) < ERRORS * np.sqrt(0.1 * 0.9 / len(sample))


@both_lengths
def test_a_second_way_when_the_first_fails(thorough: bool) -> None:
    sample = agrees(second_way, 0.6 / 3 + 0.4 * (1 / 3 + 1 + 1 / 3), 300, thorough)
    assert {round(each, 6) for each in np.unique(sample).tolist()} == {round(1 / 3, 6), round(5 / 3, 6)}
