"""The reliability of series, parallel, k-out-of-n and bridge systems of independent components.

R. E. Barlow and F. Proschan, Statistical Theory of Reliability and Life Testing (1975), sections 1.1, 1.2 and 2.1;
the bridge by pivotal decomposition on its middle component.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from systems import down, expected
from theory import Floats, agrees, both_lengths


def series(p: Sequence[Floats]) -> Floats:
    return p[0] * p[1] * p[2]


def parallel(p: Sequence[Floats]) -> Floats:
    return 1 - (1 - p[0]) * (1 - p[1])


def two_of_three(p: Sequence[Floats]) -> Floats:
    return 3 * p[0] ** 2 - 2 * p[0] ** 3


def bridge(p: Sequence[Floats]) -> Floats:
    """a and d in a row, b and e in a row, c between them in the middle."""
    a, b, c, d, e = p
    middle_works = (1 - (1 - a) * (1 - b)) * (1 - (1 - d) * (1 - e))
    middle_fails = 1 - (1 - a * d) * (1 - b * e)
    return c * middle_works + (1 - c) * middle_fails


SYSTEMS: dict[str, tuple[str, Callable[[Sequence[Floats]], Floats], int]] = {
    "series": ("[a#, b#, c#]", series, 40),
    "parallel": ("[{any: [a#, b#]}]", parallel, 160),
    "two of three": ("[{at_least: {count: 2, of: [a#, b#, c#]}}]", two_of_three, 90),
    "bridge": ("[{any: [[a#, d#], [b#, e#], [a#, c#, e#], [b#, c#, d#]]}]", bridge, 70),
}


@both_lengths
@pytest.mark.parametrize(
    "name", ["series", *(pytest.param(name, marks=pytest.mark.long) for name in SYSTEMS if name != "series")]
)
def test_a_system(name: str, thorough: bool) -> None:
    needs, works, drills = SYSTEMS[name]
    agrees(lambda wrong, number: down(needs, wrong, number), expected(works, 5), drills, thorough)


def test_the_systems_differ() -> None:
    found = [expected(works, 5) for _, works, _ in SYSTEMS.values()]
    assert len({round(each, 3) for each in found}) == len(found)
