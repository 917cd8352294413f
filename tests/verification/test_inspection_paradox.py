"""What goes on for long and is looked at at some moment has E[X^2] / (2 E[X]) left, which may be more than half of a mean life,
or than a whole one.

W. Feller, An Introduction to Probability Theory and Its Applications, Volume II, section I.4; D. R. Cox, Renewal Theory (1962),
section 5.2.
"""

from __future__ import annotations

from theory import Floats, agrees, both_lengths, drilled_cells, services

from drsim.units import HOUR

LOW, HIGH = 10.0, 90.0


def left(wrong: float, drills: int) -> Floats:
    """When the first failure comes; it is never mended."""
    fails = f"fails: {{every: {LOW * wrong:g} to {HIGH * wrong:g} h, lasts: 400 h}}"
    result = drilled_cells(
        f"""\
sites: {{here: {{}}}}
components:
  a#: {{at: {{here: active}}, {fails}}}
services:
  s#: {{points: {{p: {{at: here, needs: [a#]}}}}}}
""",
        drills,
        disruptions="{}",
        horizon="100 h",
    )
    return 100 - services(result, "downtime") / HOUR


@both_lengths
def test_what_is_left_of_a_life(thorough: bool) -> None:
    mean = (LOW + HIGH) / 2
    square = (HIGH - LOW) ** 2 / 12 + mean**2
    exact = square / (2 * mean)
    assert exact > mean / 2
    agrees(left, exact, 250, thorough)
