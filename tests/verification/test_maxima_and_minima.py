"""Of n exponential times of rate m, the k-th is over after (1 / n + 1 / (n - 1) + ... + 1 / (n - k + 1)) / m on average.

A. Renyi, On the theory of order statistics, Acta Mathematica Hungarica 4 (1953) 191-231.
"""

from __future__ import annotations

import pytest
from theory import PLACES, Floats, agrees, both_lengths, hours, recoveries

N = 4


def kth(k: int, wrong: float, drills: int) -> Floats:
    law = hours(1 / wrong)
    names = [f"{letter}#" for letter in "abcd"]
    parts = "\n".join(
        f"  {name}: {{at: {{here: active, there: warm}}, start: {{takes: mean {law}}}}}" for name in names
    )
    need = f"{{at_least: {{count: {k}, of: [{', '.join(names)}]}}}}"
    return recoveries(
        f"{PLACES}\ncomponents:\n{parts}\nservices:\n  s#: {{points: {{p: {{at: there, needs: [{need}]}}}}}}\n",
        drills,
        cells=20,
    )


@both_lengths
@pytest.mark.parametrize("k", [2, N, *(pytest.param(k, marks=pytest.mark.long) for k in (1, 3))])
def test_the_kth_of_parallel_steps(k: int, thorough: bool) -> None:
    exact = sum(1 / (N - i) for i in range(k))
    agrees(lambda wrong, drills: kth(k, wrong, drills), exact, 1500 if k < 3 else 700, thorough)
