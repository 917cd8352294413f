"""A cold spare, which cannot fail before it is used, doubles the mean life, 2 / m; a warm one that fails as fast as what is in
use adds half, 3 / (2 m).

R. E. Barlow and F. Proschan, Mathematical Theory of Reliability (1965), section 6.2; here up to the horizon h: the mean of
min(T, h) is the integral of the chance to be alive.
"""

from __future__ import annotations

import math

import pytest
from scipy.integrate import quad
from theory import Floats, agrees, both_lengths, drilled_cells, hours, services

from drsim.units import HOUR

MEAN, HORIZON = 24.0, 240.0


def life(second: str, wrong: float, drills: int) -> Floats:
    """How long a pair with a hot standby serves; `second`: when the other place breaks."""
    law = hours(MEAN / wrong)
    result = drilled_cells(
        """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 1 GB/s}}
components:
  a#: {at: {here: active, there: hot}}
services:
  s#: {points: {p: {at: there, needs: [a#]}}}
""",
        drills,
        disruptions=f"{{first-#: {{component: a#, sites: [here], after: mean {law}, lasts: the whole drill}}, "
        f"next-#: {{component: a#, sites: [there], {second}after: mean {law}, lasts: the whole drill}}}}",
        horizon=f"{HORIZON:g} h",
    )
    return HORIZON - services(result, "downtime") / HOUR


@both_lengths
def test_a_cold_spare(thorough: bool) -> None:
    exact, _ = quad(lambda t: math.exp(-t / MEAN) * (1 + t / MEAN), 0, HORIZON)
    assert math.isclose(exact, 2 * MEAN, rel_tol=0.002)
    agrees(lambda wrong, drills: life("follows: first-#, ", wrong, drills), exact, 500, thorough)


@pytest.mark.long
@both_lengths
def test_a_warm_spare(thorough: bool) -> None:
    exact, _ = quad(lambda t: 2 * math.exp(-t / MEAN) - math.exp(-2 * t / MEAN), 0, HORIZON)
    assert math.isclose(exact, 1.5 * MEAN, rel_tol=0.002)
    agrees(lambda wrong, drills: life("", wrong, drills), exact, 500, thorough)
