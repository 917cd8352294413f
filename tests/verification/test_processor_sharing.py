"""n transfers that share a line of capacity C equally end, the smallest first, when each has had its share: the k-th
after (the sizes of those before it + (n - k + 1) times its own) / C. With exponential sizes of mean S the last ends
after n S / C on average, and the first after S / C: it is the smallest of n, at an n-th of the line.

L. Kleinrock, Queueing Systems, Volume II (1976), section 4.4.
"""

from __future__ import annotations

import pytest
from theory import WRONG, recoveries

SIZES = (36, 72, 180)  # GB, over 10 MB/s: 1, 2 and 5 hours alone


def ends(rate: float) -> list[float]:
    parts = "\n".join(
        f"  c{i}: {{at: {{here: active, there: cold}}, data: {{size: {size} GB}},"
        f" copies: {{tape: {{at: store, kind: backup, taken: daily 6:00, restores: 1 GB/s}}}}}}"
        for i, size in enumerate(SIZES)
    )
    points = "\n".join(f"  s{i}: {{points: {{p: {{at: there, needs: [c{i}]}}}}}}" for i in range(len(SIZES)))
    found = recoveries(
        "sites: {here: {}, there: {}, store: {}}\n"
        "links:\n  spare: {between: [here, there], bandwidth: 1 GB/s}\n"
        f"  line: {{between: [store, there], bandwidth: {round(rate * 10_000)} kB/s}}\n"
        f"components:\n{parts}\nservices:\n{points}\n",
        drills=1,
    )
    return sorted(found.tolist())


def by_theory() -> list[float]:
    alone = sorted(size / 36 for size in SIZES)
    n = len(alone)
    return [sum(alone[:k]) + (n - k) * alone[k] for k in range(n)]


def test_transfers_that_share_a_line() -> None:
    assert by_theory() == [3, 5, 8]
    assert ends(1) == pytest.approx(by_theory(), abs=1e-6)
    assert ends(WRONG) != pytest.approx(by_theory(), abs=1e-3)
