"""Whoever is free takes the first ready step: that may take up to 2 - 1 / m times as long as it could, and with m (m -
1) short jobs before one long one it does.

R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM Journal on Applied Mathematics 17 (1969) 416-429.
"""

from __future__ import annotations

import pytest
from theory import PLACES, WRONG, hours, recoveries


def makespan(heads: int, long: float) -> float:
    short = [f"a{i:02}" for i in range(heads * (heads - 1))]
    lengths = dict.fromkeys(short, 1.0) | {"z": float(long)}
    parts = "\n".join(
        f"  {name}: {{at: {{here: active, there: warm}}, start: {{takes: {hours(length)}, by: crew}}}}"
        for name, length in lengths.items()
    )
    (found,) = recoveries(
        f"{PLACES}\nteams: {{crew: {{people: {heads}}}}}\ncomponents:\n{parts}\n"
        f"services: {{s: {{points: {{p: {{at: there, needs: [{', '.join(lengths)}]}}}}}}}}\n",
        drills=1,
    )
    return float(found)


@pytest.mark.parametrize("heads", [2, 3, 4, 5])
def test_the_bound_is_reached(heads: int) -> None:
    best = heads  # the long one first, the others beside it
    assert makespan(heads, heads) == pytest.approx((2 - 1 / heads) * best, abs=1e-9)
    assert makespan(heads, heads * WRONG) != pytest.approx((2 - 1 / heads) * best, abs=1e-3)
