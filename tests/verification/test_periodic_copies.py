"""A copy every T, of which each is usable with probability p, and a loss at any time: what is lost is T / 2 + T (1 - p)
/ p on average when unusable copies are passed over one by one; with one draw for the protection as a whole, T / 2
where it is usable.

J. W. Young, A first order approximation to the optimum checkpoint interval, Communications of the ACM 17 (1974)
530-531, for T / 2.
"""

from __future__ import annotations

import numpy as np
from theory import Floats, agrees, both_lengths, drilled_cells, services

from drsim.units import HOUR

WEEK = 7 * 24 * 60
"""Minutes; a period fills it."""


def lost(wrong: float, drills: int) -> Floats:
    """The mean loss of a drill in which the moment is any minute of the week."""
    every = min((p for p in range(480, 601) if WEEK % p == 0), key=lambda p: abs(p - 480 * wrong))
    result = drilled_cells(
        f"""\
sites: {{here: {{}}, there: {{}}}}
links: {{line: {{between: [here, there], bandwidth: 1 GB/s}}}}
components:
  a:
    at: {{here: active, there: cold}}
    data: {{size: 1 GB}}
    copies: {{tape: {{at: there, kind: backup, taken: every {every} min, restores: 1 GB/s}}}}
services: {{s: {{points: {{p: {{at: there, needs: [a]}}}}}}}}
""",
        drills,
        moment="any moment of the week",
    )
    return services(result, "data_loss") / HOUR


@both_lengths
def test_the_age_of_the_last_copy(thorough: bool) -> None:
    # the moment is a whole minute and the loss comes first: from 1 to 480 minutes, each as likely
    sample = agrees(lost, 240.5 / 60, 7_000, thorough)
    assert np.allclose(sample * 60, np.rint(sample * 60))
