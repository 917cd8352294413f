"""A generator that does not start leaves a site without power when the battery is empty: with probability 1 - p for an outage that is
longer than the battery lasts, and with that of an exponential outage to be longer.

IEEE Std 493, Recommended Practice for the Design of Reliable Industrial and Commercial Power Systems (Gold Book), on standby
generation as failure to start on demand.
"""

from __future__ import annotations

import math

import numpy as np
from theory import Floats, agrees, both_lengths, drilled_cells, services

WORKS, UPS, MEAN = 0.6, 0.5, 1.0


def dark(wrong: float, drills: int) -> Floats:
    power = f"power: {{ups: {UPS:g} h, generator: {{works: {100 * WORKS / wrong:.4f} %, takes: 1 min}}}}"
    result = drilled_cells(
        f"""\
sites:
  site-#: {{{power}}}
components:
  a#: {{at: {{site-#: active}}}}
services:
  s#: {{points: {{p: {{at: site-#, needs: [a#]}}}}}}
""",
        drills,
        disruptions=f"{{mains-#: {{power: site-#, lasts: mean {MEAN:g} h}}}}",
    )
    return np.asarray(services(result, "downtime") > 0, float)


@both_lengths
def test_a_site_goes_dark(thorough: bool) -> None:
    agrees(dark, (1 - WORKS) * math.exp(-UPS / MEAN), 1500, thorough)
