"""The k-th of n who arrive after exponential times of mean m is there after m (1 / n + ... + 1 / (n - k + 1)) on average.

A. Renyi, On the theory of order statistics, Acta Mathematica Hungarica 4 (1953) 191-231.
"""

from __future__ import annotations

from theory import PLACES, Floats, agrees, both_lengths, hours, recoveries


def gathered(wrong: float, drills: int) -> Floats:
    quorum = f"quorum: {{people: 3, of: 5, arrives: mean {hours(1 / wrong)}}}"
    return recoveries(
        f"""\
{PLACES}
components: {{a: {{at: {{here: active, there: warm}}}}}}
services: {{s: {{points: {{p: {{at: there, needs: [a]}}}}}}}}
""",
        drills,
        response=f"{{detect: 0 s, assess: {{takes: 0 s}}, decide: {{takes: 0 s, {quorum}}}, evacuation: 0 s}}",
    )


@both_lengths
def test_three_of_five(thorough: bool) -> None:
    agrees(gathered, 1 / 5 + 1 / 4 + 1 / 3, 9_000, thorough)
