"""Two that fail each by themselves with probability q, and both at once by a common cause with probability b, are both down with
probability b + (1 - b) q^2; as if they were independent it would be far less.

K. N. Fleming, A reliability model for common mode failures in redundant safety systems (1975), the beta-factor model.
"""

from __future__ import annotations

import numpy as np
from theory import Floats, agrees, both_lengths, distance, drilled_cells, services

B, Q = 0.5, 0.4


def both_down(wrong: float, drills: int) -> Floats:
    result = drilled_cells(
        """\
sites: {here: {}}
components:
  a#: {at: {here: active}, labels: [firmware-#]}
  b#: {at: {here: active}, labels: [firmware-#]}
services:
  s#: {points: {p: {at: here, needs: [{any: [a#, b#]}]}}}
""",
        drills,
        disruptions=f"{{common-#: {{label: firmware-#, chance: {100 * B * wrong:g} %, lasts: the whole drill}}, "
        f"one-#: {{component: a#, chance: {100 * Q} %, lasts: the whole drill}}, "
        f"other-#: {{component: b#, chance: {100 * Q} %, lasts: the whole drill}}}}",
    )
    return np.asarray(services(result, "downtime") > 0, float)


@both_lengths
def test_a_common_cause(thorough: bool) -> None:
    sample = agrees(both_down, B + (1 - B) * Q**2, 900, thorough)
    alone = B + (1 - B) * Q
    assert distance(sample, alone**2) > 1  # as if each were down by itself, as often as it is
