"""A crisis team that decides when enough of them have come; minutes from 10:00, the arithmetic beside each case."""

from __future__ import annotations

from itertools import pairwise

import pytest
from agreement import engine_drill
from cases import drilled, rows, segments
from hypothesis import HealthCheck, given, settings

from drsim.model.scenario import Scenario
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.trajectory import DONE
from drsim.studies.outlook import Outlook
from drsim.testing import scenarios

HALL = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
components: {app: {at: {here: active, there: warm}, start: {takes: 20 min}}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""


def response(quorum: str, decide: str = "10 min") -> str:
    return f"{{detect: 0 s, assess: {{takes: 5 min}}, decide: {{takes: {decide}, quorum: {quorum}}}}}"


def test_three_of_five_are_there_when_the_third_has_come() -> None:
    luck = {f"gather here {member}": number for member, number in enumerate((0.9, 0.2, 0.5, 0.1, 0.7))}
    replay = drilled(HALL, luck, response=response("{people: 3, of: 5, arrives: 10 to 60 min}"))
    # They come after 10 + 50 u: 55, 20, 35, 15 and 45 min. The third to come takes 35.
    # 10:05  assessed, and all five are called. 10:40: three are there. 10:50: decided. 11:10: app.
    assert (
        rows(replay.trajectory)
        == """\
detect here | 0.0 | 0 0 0 0 | done | fire begins
assess here | 0.0 | 0 0 0 5 | done | detect here
gather here | 0.0 | 5 5 5 40 | done | assess here
decide here | 0.0 | 40 40 40 50 | done | gather here
declare here | 0.0 | 50 50 50 50 | done | decide here
start app @there | 0.0 | 50 50 50 70 | done | declare here"""
    )
    assert segments(replay, "s") == [
        ("not yet decided", 0, 5),
        ("people on their way", 5, 40),
        ("not yet decided", 40, 50),
        ("step under way", 50, 70),
    ]
    text = str(planned(Outlook(replay.plan), command=Command("plan", ())))
    assert "after assess, until 3 of 5 have come" in " ".join(text.split())
    assert Outlook(replay.plan).to_dict()["quorum"] == {"people": 3, "of": 5}
    assert "gather here" in replay.timeline()


@pytest.mark.parametrize(
    ("quorum", "gathered"),
    [
        ("{people: 1, of: 1, arrives: 0 s}", 5),
        ("{people: 2, of: 3, arrives: 30 min}", 35),
        ("{people: 1, of: 1, arrives: {within: 'daily 10:05-11:00', takes: 10 min, otherwise: 40 min}}", 15),
        ("{people: 1, of: 1, arrives: {within: 'daily 9:00-10:05', takes: 10 min, otherwise: 40 min}}", 45),
    ],
)
def test_when_enough_have_come(quorum: str, gathered: int) -> None:
    replay = drilled(HALL, response=response(quorum))
    assert f"gather here | 0.0 | 5 5 5 {gathered} | done" in rows(replay.trajectory)


def test_the_site_is_back_before_they_are_there() -> None:
    back = "{fire: {site: here, lasts: 20 min}}"
    quorum = "{people: 1, of: 1, arrives: 30 min}"
    replay = drilled(HALL, response=response(quorum), disruptions=back)
    assert "gather here | 0.0 | 5 5 5 20 | dropped" in rows(replay.trajectory)
    assert "decide" not in rows(replay.trajectory)


def test_nobody_gathers_about_a_component() -> None:
    broken = "{bug: {component: app, lasts: 1 h}}"
    replay = drilled(HALL, response=response("{people: 1, of: 1, arrives: 30 min}"), disruptions=broken)
    assert "gather" not in rows(replay.trajectory)


@settings(derandomize=True, deadline=None, max_examples=40, database=None, suppress_health_check=list(HealthCheck))
@given(scenarios(max_components=5, min_disruptions=1))
def test_a_decision_follows_a_quorum_at_once(scenario: Scenario) -> None:
    quorum = scenario.response.decide.quorum
    drill = engine_drill(scenario)
    for k in {row.incident for row in drill.rows}:
        of = {row.kind: row for row in drill.rows if row.incident == k and row.step < 0 and row.kind != "task"}
        assert ("gather" in of) <= (quorum is not None)
        if quorum is not None and "decide" in of:
            chain = [of["assess"], of["gather"], of["decide"]]
            assert all(a.outcome == DONE and b.wanted == a.end and b.bound_by is a for a, b in pairwise(chain))


def test_a_second_member_may_be_there_at_once() -> None:
    """The first comes after an hour, the second at once: so one of them is there at once, to the millisecond."""
    land = "sites: {here: {}, there: {}}\nteams: {crisis: {}}\ncomponents: {app: {at: {here: active, there: warm}}}\n"
    decide = "{takes: 1 h, by: crisis, quorum: {people: 1, of: 2, arrives: {observed: [0 s, 1 h]}}}"
    replay = drilled(land, {"gather here 0": 0.9, "gather here 1": 0.1}, response=f"{{detect: 0 s, decide: {decide}}}")
    (gather,) = (row for row in replay.trajectory.rows if row.kind == "gather")
    assert gather.start == gather.end
