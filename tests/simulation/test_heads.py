"""Who of a team does what, by skills and rest: golden timelines, exact cases, and what holds in every drill. Minutes from 10:00."""

from __future__ import annotations

import copy
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
from drsim.units import MINUTE

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
        for name, step in zip("abcdef", starts, strict=False)
    ]
    needs = ", ".join("abcdef"[: len(starts)])
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


# rest


def test_two_people_who_work_two_hours_and_rest_for_one() -> None:
    steps = [f"{{takes: {length} min, by: infra}}" for length in (90, 60, 45, 30, 20, 15)]
    replay = drilled(landscape("{people: 2, works_at_most: 2 h, rests: 1 h, skills: {all: anna}}", *steps))
    # 10:00  the one without a name starts a, anna b. 11:00: anna, an hour at work, starts c. 11:30: the other starts d.
    # 11:45  c is done; anna has been at work for 105 min, less than 120, and starts e. 12:00: d is done, and the other has
    #        worked for 2 h: a rest until 13:00. 12:05: e is done, and anna rests until 13:05.
    # 13:00  f.
    assert (
        rows(replay.trajectory).split("\n", 4)[-1]
        == """\
start a @there | 0.0 | 0 0 0 90 | done | declare here
start b @there | 0.0 | 0 0 0 60 | done | declare here
start c @there | 0.0 | 0 0 60 105 | done | declare here
start d @there | 0.0 | 0 0 90 120 | done | declare here
start e @there | 0.0 | 0 0 105 125 | done | declare here
start f @there | 0.0 | 0 0 180 195 | done | declare here"""
    )
    assert segments(replay, "s") == [
        ("team busy", 0, 125),
        ("people at rest", 125, 180),
        ("step under way", 180, 195),
    ]
    log = replay.timeline()
    assert "infra: 1 of them rests until Tue 13:00" in log
    assert "infra: anna rests until Tue 13:05" in log
    assert [(each["name"], each["begin"], each["end"]) for each in replay.to_dict()["rests"][:2]] == [
        (None, 120 * MINUTE, 180 * MINUTE),
        ("anna", 125 * MINUTE, 185 * MINUTE),
    ]
    team = Outlook(replay.plan).to_dict()["teams"]["infra"]
    assert (team["works_at_most_ms"], team["rests_ms"]) == (120 * MINUTE, 60 * MINUTE)
    assert "at most 2 h, then 1 h rest" in str(planned(Outlook(replay.plan), command=Command("plan", ())))


@pytest.mark.parametrize(
    ("limits", "begins"),
    [
        ("works_at_most: 80 min", [0, 70, 120 + 480]),  # 70 is less, 140 is not; 8 h is the default
        ("works_at_most: 70 min", [0, 50 + 480, 580 + 480]),  # just as long is too long
        ("works_at_most: 2 h, rests: 20 min", [0, 70, 140]),  # 20 min without work is a rest already
        ("works_at_most: 2 h, rests: 30 min", [0, 70, 140 + 10]),  # idle for 20 min, at work since 10:00 until 12:00
        ("works_at_most: 20 min, rests: 5 min", [0, 70, 140]),  # what is in hand is finished
    ],
)
def test_when_somebody_goes_on(limits: str, begins: list[int]) -> None:
    text = landscape(
        f"{{people: 1, {limits}}}",
        "{takes: 50 min, by: infra}",
        "{takes: 50 min, by: infra}",
        "{takes: 50 min, by: infra}",
        "{takes: 20 min}",
        "{takes: 20 min}",
    )
    # a, then b 20 min after it, then c 20 min after that
    for name, after in (("b", "d"), ("d", "a"), ("e", "b"), ("c", "e")):
        text = text.replace(f"  {name}: {{at", f"  {name}: {{starts_after: [{after}], at")
    replay = drilled(text)
    assert [tries(replay, name)[0][2] for name in "abc"] == pytest.approx(begins)


def test_who_is_called_and_who_is_of_the_day_rest_each_by_themselves() -> None:
    infra = '{works: "daily 12:00-24:00", works_at_most: 1 h, rests: 5 h, on_call: {call_out: 20 min}}'
    replay = drilled(landscape(infra, "{takes: 60 min, by: infra}", "{takes: 60 min, by: infra}"))
    # 10:20  who was called starts a, and is at rest from 11:20 on. 12:00: the one of the day is fresh.
    assert (tries(replay, "a")[0][2], tries(replay, "b")[0][2]) == (20, 120)
    assert segments(replay, "s") == [
        ("people on their way", 0, 20),
        ("team busy", 20, 80),
        ("people at rest", 80, 120),
        ("step under way", 120, 180),
    ]


# what holds in every drill


@many
@given(scenario_documents(max_components=6, rests=False))
def test_a_limit_that_nobody_reaches_changes_nothing(document: Document) -> None:
    limited = copy.deepcopy(document)
    world = limited["landscape"]
    for team in (*world.get("teams", {}).values(), *world.get("suppliers", {}).values()):
        team |= {"works_at_most": "3000 d"}
    one, other = (engine_view(engine_drill(loads(document_text(each)))) for each in (document, limited))
    assert one == other


@many
@given(scenarios(max_components=8))
def test_nobody_starts_who_has_worked_too_long(scenario: Scenario) -> None:
    drill = engine_drill(scenario)
    steps: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for row in sorted(drill.rows, key=lambda row: (row.start, row.end)):
        for who in row.taken:
            steps[who].append((row.start, row.end))
    for (team, _), done in steps.items():
        if team not in drill.plan.rests:
            continue
        limit, rest = drill.plan.rests[team]
        first = 0
        for place, (begin, _) in enumerate(done):
            if place and begin - done[place - 1][1] >= rest:
                first = place
            assert begin == done[first][0] or begin - done[first][0] < limit


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
