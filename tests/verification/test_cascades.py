"""What happens with probability p and is followed by something with probability r is followed in p r of all drills, an exponential
time later (thinning and a convolution).

J. F. C. Kingman, Poisson Processes (1993), section 5.1.
"""

from __future__ import annotations

import math

import numpy as np
from theory import Floats, agrees, both_lengths, drilled_cells, services

P, R, MEAN, HORIZON = 0.6, 0.7, 24.0, 72.0


def followed(wrong: float, drills: int) -> Floats:
    """Whether the second has happened by the horizon."""
    result = drilled_cells(
        """\
sites: {here: {}}
components:
  a#: {at: {here: active}}
  b#: {at: {here: active}}
services:
  s#: {points: {p: {at: here, needs: [b#]}}}
""",
        drills,
        disruptions=f"{{fire-#: {{component: a#, chance: {100 * P:g} %, lasts: 1 h}}, smoke-#: {{component: b#, follows: fire-#,"
        f" chance: {100 * R * wrong:g} %, after: mean {MEAN:g} h, lasts: the whole drill}}}}",
        horizon=f"{HORIZON:g} h",
    )
    return np.asarray(services(result, "downtime") > 0, float)


@both_lengths
def test_what_follows(thorough: bool) -> None:
    agrees(followed, P * R * (1 - math.exp(-HORIZON / MEAN)), 1200, thorough)
