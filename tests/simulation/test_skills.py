"""Who can do what in a team: golden timelines, exact cases, and what holds in every drill. Minutes from 10:00."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from agreement import engine_drill, engine_view
from cases import drilled, rows, segments, tries
from hypothesis import HealthCheck, given, settings

from drsim.model.scenario import Scenario
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.studies.outlook import Outlook
from drsim.testing import Document, document_text, scenario_documents, scenarios

many = settings(
    derandomize=True, deadline=None, max_examples=40, database=None, suppress_health_check=list(HealthCheck)
)
PLACES = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
"""
ORACLE = "{takes: 20 min, by: infra, skills: {infra: oracle}}"


def landscape(infra: str, *starts: str) -> str:
    """Components a, b, ... that are started so at the other site, and a service that needs them all."""
    parts = [
        f"  {name}: {{at: {{here: active, there: warm}}, start: {step}}}"
        for name, step in zip("abcd", starts, strict=False)
    ]
    needs = ", ".join("abcd"[: len(starts)])
    return "\n".join(
        [
            f"{PLACES}teams: {{infra: {infra}}}",
            "components:",
            *parts,
            f"services: {{s: {{points: {{p: {{at: there, needs: [{needs}]}}}}}}}}",
        ]
    )


def test_the_only_one_who_knows_oracle_is_kept_for_that_and_then_waited_for() -> None:
    replay = drilled(
        landscape(
            "{people: 3, skills: {oracle: anna, storage: [anna, bert]}}",
            "{takes: 60 min, by: infra}",
            "{takes: 50 min, by: infra, skills: {infra: storage}}",
            "{takes: 30 min, by: infra, skills: {infra: storage}}",
            ORACLE,
        )
    )
    # 10:00  a: the one without a skill. b: of bert and anna, bert has fewer skills. c: anna.
    # 10:30  c is done, and anna starts d, which only she can do; it is done at 10:50, like b. a is done at 11:00.
    assert (
        rows(replay.trajectory).split("\n", 4)[-1]
        == """\
start a @there | 0.0 | 0 0 0 60 | done | declare here
start b @there | 0.0 | 0 0 0 50 | done | declare here
start c @there | 0.0 | 0 0 0 30 | done | declare here
start d @there | 0.0 | 0 0 30 50 | done | declare here"""
    )
    names = {row["object"]: row["who"] for row in replay.to_dict()["steps"] if row["kind"] == "start"}
    assert names == {
        "a": [{"team": "infra", "name": None}],
        "b": [{"team": "infra", "name": "bert"}],
        "c": [{"team": "infra", "name": "anna"}],
        "d": [{"team": "infra", "name": "anna"}],
    }
    assert "waited 0:30: infra busy, last with start c" in replay.timeline()
    assert "infra (oracle)" in replay.timeline()


def test_nobody_on_duty_can_do_it() -> None:
    shifts = """{shifts: {day: {people: 2, works: "daily 8:00-11:00", skills: {storage: [bert, carl]}},
    late: {works: "daily 11:00-20:00", skills: {oracle: anna}}}}"""
    replay = drilled(landscape(shifts, "{takes: 90 min, by: infra}", ORACLE))
    # 10:00  bert starts a, which is done at 11:30. 11:00: anna comes; but who is there is 1, and busy is 1, so none is free.
    # 11:30  she starts b.
    assert tries(replay, "a") == [("start", "there", 0, 90, "done")]
    assert tries(replay, "b") == [("start", "there", 90, 110, "done")]
    assert segments(replay, "s") == [("nobody on duty", 0, 60), ("team busy", 60, 90), ("step under way", 90, 110)]
    assert "nobody on duty (oracle: infra) 1:00" in replay.timeline()


@pytest.mark.parametrize(
    ("infra", "head", "start"),
    [
        ("{people: 2, skills: {oracle: anna}}", {}, 0),
        # of two, one is away: the most skilled is missed first
        (
            "{people: 2, skills: {oracle: anna}}",
            {"disruptions": "{fire: {site: here}, flu: {team: infra, people: 1, lasts: 3 h}}"},
            180,
        ),
        # out of the lost building for an hour
        (
            "{people: 2, based: here, skills: {oracle: anna}}",
            {"response": "{detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 1 h}"},
            60,
        ),
        # who is on call has skills of his own: called at 10:00, there at 10:20; anna of the day comes at 12:00
        (
            '{works: "daily 12:00-17:00", skills: {oracle: anna}, on_call: {call_out: 20 min, skills: {oracle: dirk}}}',
            {},
            20,
        ),
        ('{works: "daily 12:00-17:00", skills: {oracle: anna}, on_call: {call_out: 20 min}}', {}, 120),
    ],
)
def test_when_somebody_is_there_who_can_do_it(infra: str, head: dict[str, str], start: int) -> None:
    assert tries(drilled(landscape(infra, ORACLE), **head), "a") == [("start", "there", start, start + 20, "done")]


def test_several_teams_and_several_heads() -> None:
    both = "{takes: 10 min, by: {infra: 2, network: 1}, skills: {infra: storage}}"
    text = landscape(
        "{people: 3, skills: {oracle: anna, storage: [anna, bert]}}", ORACLE.replace("20", "30"), both
    ).replace("teams: {", "teams: {network: {}, ")
    # anna is busy with a until 10:30; carl, who is free, cannot stand in for her
    assert tries(drilled(text), "b") == [("start", "there", 30, 40, "done")]


def test_assessing_and_deciding_may_ask_for_a_skill() -> None:
    replay = drilled(
        landscape("{people: 2, skills: {oracle: anna, press: bert}}", "{takes: 20 min, by: infra}"),
        response="{detect: 0 s, assess: {takes: 30 min, by: infra, skills: {infra: oracle}},"
        " decide: {takes: 5 min, by: infra, skills: {infra: press}}}",
    )
    who = {row["kind"]: [each["name"] for each in row["who"]] for row in replay.to_dict()["steps"]}
    assert (who["assess"], who["decide"], who["start"]) == (["anna"], ["bert"], ["anna"])


def test_the_plan_tells_who_can_do_what() -> None:
    outlook = Outlook(drilled(landscape("{people: 2, skills: {oracle: anna}}", ORACLE)).plan)
    text = str(planned(outlook, command=Command("plan", ())))
    assert "infra (oracle)" in text
    assert "oracle: anna" in text
    team = outlook.to_dict()["teams"]["infra"]
    assert team["heads"] == [
        {"name": None, "skills": [], "on_call": False},
        {"name": "anna", "skills": ["oracle"], "on_call": False},
    ]


# what holds in every drill


def without_skills(document: Any, *, steps_only: bool) -> Any:
    """Nothing is asked for (or nobody can do anything in particular)."""
    if not isinstance(document, dict):
        return document
    keep = {key: value for key, value in document.items() if key != "skills" or (steps_only and "by" not in document)}
    return {key: without_skills(value, steps_only=steps_only) for key, value in keep.items()}


@many
@given(scenario_documents(max_components=6))
def test_skills_for_which_nobody_asks_change_nothing(document: Document) -> None:
    known = loads(document_text(without_skills(document, steps_only=True)))
    unknown = loads(document_text(without_skills(document, steps_only=False)))
    assert engine_view(engine_drill(known)) == engine_view(engine_drill(unknown))


@many
@given(scenarios(max_components=8))
def test_who_is_taken_can_do_it_and_nothing_else_meanwhile(scenario: Scenario) -> None:
    drill = engine_drill(scenario)
    busy: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for row in drill.rows:
        crew = {team: heads for team, heads in row.crew if team in drill.plan.heads and row.start >= 0}
        taken = [team for team, _ in row.taken]
        assert crew == {team: taken.count(team) for team in crew}
        for team, head in row.taken:
            asked = dict(row.what.skills).get(team)
            assert asked is None or asked in drill.plan.heads[team][head].skills
            busy[team, head].append((row.start, row.end if row.end >= 0 else drill.plan.horizon))
    for times in busy.values():
        for (_, end), (begin, _) in zip(sorted(times), sorted(times)[1:], strict=False):
            assert end <= begin
