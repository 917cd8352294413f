"""n jobs of exponential length of rate m, c of which can be done at once, are done after ((n - c) / c + 1 + 1 / 2 + ...
+ 1 / c) / m on average, in whatever order they are taken.

M. L. Pinedo, Scheduling, section 12.1: with all c busy the next is done after 1 / (c m) on average, n - c times; then
the maximum of c.
"""

from __future__ import annotations

import pytest
from theory import PLACES, Floats, agrees, both_lengths, hours, recoveries

JOBS = 6


def makespan(people: int, wrong: float, drills: int) -> Floats:
    names = [f"{letter}#" for letter in "abcdef"]
    law = hours(1 / wrong)
    parts = "\n".join(
        f"  {name}: {{at: {{here: active, there: warm}}, start: {{takes: mean {law}, by: crew-#}}}}" for name in names
    )
    return recoveries(
        f"{PLACES}\nteams:\n  crew-#: {{people: {people}}}\ncomponents:\n{parts}\n"
        f"services:\n  s#: {{points: {{p: {{at: there, needs: [{', '.join(names)}]}}}}}}\n",
        drills,
        cells=10,
    )


@both_lengths
@pytest.mark.parametrize("people", [2, *(pytest.param(people, marks=pytest.mark.long) for people in (1, 3, 6))])
def test_jobs_with_a_crew(people: int, thorough: bool) -> None:
    exact = (JOBS - people) / people + sum(1 / i for i in range(1, people + 1))
    agrees(lambda wrong, drills: makespan(people, wrong, drills), exact, 600, thorough)
