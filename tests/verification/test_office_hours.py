"""At a random moment the office opens after the sum of the squares of the closed times over twice the week on average; and 16 working
hours from Friday 16:00 end on Tuesday 16:00.

D. R. Cox, Renewal Theory (1962), section 5.2, for a periodic process.
"""

from __future__ import annotations

import pytest
from theory import PLACES, Floats, agrees, both_lengths, recoveries


def wait(wrong: float, drills: int) -> Floats:
    """Hours until a team that works by day has done a moment of work, from any minute of the week; its nights may be wrong."""
    opens = 8 * 60 + round(15 * 60 * (wrong - 1))
    return recoveries(
        f"""\
{PLACES}
teams: {{office: {{works: "daily {opens // 60}:{opens % 60:02}-17:00"}}}}
components: {{a: {{at: {{here: active, there: warm}}, start: {{takes: 1 ms, by: office}}}}}}
services: {{s: {{points: {{p: {{at: there, needs: [a]}}}}}}}}
""",
        drills,
        moment="any moment of the week",
    )


def expected() -> float:
    """By whole minutes: a moment that falls on the last minute before it opens waits one."""
    night = 15 * 60
    return night * (night + 1) / 2 / (24 * 60) / 60 + 1 / 3_600_000


@both_lengths
def test_how_long_until_the_office_opens(thorough: bool) -> None:
    agrees(wait, expected(), 9_000, thorough)


@pytest.mark.parametrize(("work", "days"), [("16 wh", 4), ("16.8 wh", 4 + 0.8 / 24)])
def test_sixteen_working_hours_from_friday_at_four(work: str, days: float) -> None:
    (found,) = recoveries(
        f"""\
{PLACES}
teams: {{office: {{works: "Mon-Fri 9:00-17:00"}}}}
components: {{a: {{at: {{here: active, there: warm}}, start: {{takes: {work}, by: office}}}}}}
services: {{s: {{points: {{p: {{at: there, needs: [a]}}}}}}}}
""",
        1,
        moment="2015-06-05 16:00",
        horizon="14 d",
    )
    assert found == pytest.approx(24 * days, abs=1e-6)
