"""Runbooks: each window beside the step tables of the same drills, small cases by hand, and the log that goes with it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import drsim
from drsim.errors import DrsimError
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.reporting.page import Page
from drsim.reporting.runbook import runbook_page
from drsim.reporting.summary import Command
from drsim.simulation.draws import SLICE
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import Row
from drsim.studies.replay import Replay
from drsim.studies.runbook import LOG_COLUMNS, TABLE_COLUMNS, Runbook, RunbookStep, is_blank_log
from drsim.units import HOUR, MINUTE

ROOT = Path(__file__).parents[2]

SMALL = Path(__file__).parents[1] / "data" / "small-lost.yaml"
DRILLS = 120

OFFICE = """
drsim: scenario 1
title: An office is lost
moment: {moment}
horizon: {horizon}
disruptions: {{fire: {{site: office, after: {after}, chance: {chance}, lasts: the whole drill}}{more}}}
response: {{detect: 5 min, assess: {{takes: 10 min}}, decide: {{takes: 15 min, by: board}}, wait: 1 h}}
landscape:
  sites: {{office: {{}}, annex: {{}}}}
  links: {{wire: {{between: [office, annex], bandwidth: 1 Gbit/s}}}}
  teams: {{board: {{people: 1}}, admins: {{people: 1, call_out: 20 min}}, gardeners: {{people: 1, call_out: 2 h}}}}
  components:
    permits:
      at: {{office: active, annex: cold}}
      start: {{takes: {takes}, by: admins, works: {works}, attempts: 3}}
      verify: {{takes: 30 min, by: board}}
    garden: {{at: {{annex: active}}, restart: {{takes: 1 h, by: gardeners}}}}
  steps: {{keys: {{do: fetch the keys of the annex, before: permits, takes: 5 min}}}}
  services: {{desk: {{needs: [permits], points: {{web: {{at: annex}}}}}}}}
"""


PLAIN = {
    **{"moment": "2015-05-12 10:00", "horizon": "2 d", "after": "0 s", "chance": "100 %"},
    **{"takes": "1 h", "works": "100 %", "more": ""},
}


def office(**changes: str) -> Scenario:
    return loads(OFFICE.format(**{**PLAIN, **changes}))


def made(scenario: Scenario, drills: int = 3, **more: Any) -> Runbook:
    return drsim.runbook(scenario, replications=drills, workers=1, **more)


def minutes(step: RunbookStep) -> tuple[int, int, int, int]:
    assert step.end is not None
    return tuple(time // MINUTE for time in (step.start.low, step.start.high, step.end.low, step.end.high))  # type: ignore[return-value]


def of(runbook: Runbook, number: str) -> RunbookStep:
    (step,) = (step for step in runbook.steps if step.id == number)
    return step


def page_of(runbook: Runbook, width: int = 100) -> str:
    return str(runbook_page(runbook, command=Command("s.yaml"), page=Page(width=width)))


# beside the step tables


def in_tables(scenario: Scenario, drills: int, zero: dict[int, float] | None = None) -> pd.DataFrame:
    """For each step the share of drills that have it, and quantiles of its first start and last end, from the step tables."""
    table = drsim.run(scenario, replications=drills, workers=1).steps(drills=range(drills)).reset_index()
    table = table[np.isfinite(table["start_h"])]
    rows = []
    for (kind, name, site), tries in table.groupby(["step", "object", "site"]):
        starts, ends = [], []
        for drill, of_drill in tries.groupby("drill"):
            since = (zero or {}).get(int(drill), 0.0)
            starts.append(of_drill["start_h"].min() - since)
            last = of_drill.loc[of_drill["end_h"].idxmax()]
            if last["outcome"] == "done":
                ends.append(last["end_h"] - since)
        values = [np.quantile(times, [0.1, 0.5, 0.9], method="inverted_cdf") for times in (starts, ends)]
        rows.append((kind, name, site, len(starts) / drills, len(ends) / len(starts), *values[0], *values[1]))
    columns = ["step", "object", "site", "happens", "done", *TABLE_COLUMNS[-6:]]
    return pd.DataFrame(rows, columns=columns).set_index(["step", "object", "site"]).sort_index()


def test_windows_are_those_of_the_step_tables() -> None:
    scenario = drsim.load(SMALL)
    found = made(scenario, DRILLS).table
    expected = in_tables(scenario, DRILLS)
    assert 0 < expected.loc[("restore", "oracle", "sint-oedenrode"), "happens"] < 0.2
    assert (found["end_p90_h"] > found["end_p10_h"]).sum() >= 8
    compared = found.set_index(["step", "object", "site"]).sort_index()[expected.columns]
    pd.testing.assert_frame_equal(compared, expected, rtol=1e-12)


def test_without_a_moment_they_are_from_the_loss_on() -> None:
    scenario = drsim.load(SMALL, set={"moment": "any moment of the week", "disruptions.town-hall.after": "1 to 9 h"})
    begun = drsim.run(scenario, replications=40, workers=1)
    zero = {drill: begun.replay(drill).trajectory.outages["town-hall"][0][0] / HOUR for drill in range(40)}
    expected = in_tables(scenario, 40, zero)
    found = made(scenario, 40)
    compared = found.table.set_index(["step", "object", "site"]).sort_index()[expected.columns]
    pd.testing.assert_frame_equal(compared, expected, atol=1e-9)
    assert of(found, "detect/sint-michielsgestel").start == (0, 0, 0)
    assert "in hours:minutes after the loss." in " ".join(page_of(found).split())
    assert (
        found.log().splitlines()[1].startswith("1,detect/sint-michielsgestel,detect sint-michielsgestel,,,0:00,0:00,")
    )


# by hand: noticed at 10:05, looked at until 10:15, decided at 10:30, not declared before 11:00; the keys take until 11:05


def test_what_is_certain_has_its_times() -> None:
    book = made(office())
    assert [(step.id, step.who, *minutes(step)) for step in book.steps] == [
        ("detect/office", "", 0, 0, 5, 5),
        ("assess/office", "", 5, 5, 15, 15),
        ("decide/office", "board", 15, 15, 30, 30),
        ("mobilise/admins", "admins", 15, 15, 35, 35),
        ("declare/office", "", 30, 30, 60, 60),
        ("task/keys", "", 60, 60, 65, 65),
        ("start/permits/annex", "admins", 65, 65, 125, 125),
        ("verify/permits/annex", "board", 125, 125, 155, 155),
    ]
    assert all(step.happens.value == step.done.value == 1 for step in book.steps)
    assert [" ".join(step.after) for step in book.steps] == [
        *("", "detect/office", "assess/office", "assess/office", "decide/office", "declare/office"),
        *("task/keys", "start/permits/annex"),
    ]
    assert book.idle == ("gardeners",)
    assert (book.finished.successes, book.finished.trials, book.away) == (3, 3, ())
    shown = page_of(book)
    assert "  7 start permits  admins 6     Tue 11:05 Tue 12:05 _____ _____\n" in shown
    assert "  6 task keys      –      5     Tue 11:00 Tue 11:05 _____ _____\n    fetch the keys of the annex\n" in shown
    assert "CALLED, WITH NOTHING TO DO 1  gardeners\n" in shown
    assert "says how many do" not in shown


def test_the_log_has_a_line_for_each_step_and_room_for_what_happens() -> None:
    book = made(office())
    rows = list(csv.DictReader(io.StringIO(book.log())))
    assert [row["id"] for row in rows] == list(book.table.index) == [step.id for step in book.steps]
    assert rows[5] == {
        "number": "6",
        "id": "task/keys",
        "step": "task keys: fetch the keys of the annex",
        "who": "",
        "after": "5",
        "start_from": "2015-05-12 11:00",
        "start_to": "2015-05-12 11:00",
        "end_from": "2015-05-12 11:05",
        "end_to": "2015-05-12 11:05",
        "actual_start": "",
        "actual_end": "",
        "remarks": "",
    }


def test_a_log_is_blank_until_somebody_writes_in_it() -> None:
    log = made(office()).log()
    assert is_blank_log(log)
    assert is_blank_log(",".join(LOG_COLUMNS) + "\n")
    assert not is_blank_log(log.replace("11:05,,,\n", "11:05,2015-05-12 11:03,,\n", 1))
    assert not is_blank_log(log.rstrip("\n,") + ",,,late\n")
    assert not is_blank_log("")
    assert not is_blank_log("name,town\nAnna,Haaren\n")


def test_a_step_that_fails_starts_once_and_ends_when_it_is_done() -> None:
    book = made(office(works="50 %"), 200)
    start = of(book, "start/permits/annex")
    assert start.end is not None
    assert start.start == (65 * MINUTE,) * 3
    assert [time // MINUTE for time in start.end] == [125, 125, 245]  # one in seven of those done needs the third try
    assert 0.8 < start.done.value < 0.95  # one in eight fails for good
    assert of(book, "verify/permits/annex").happens.successes == start.done.successes
    assert f"done in {100 * start.done.value:.0f} %" in page_of(book)


def test_what_happens_in_some_drills_says_in_how_many() -> None:
    scenario = office(chance="30 %")
    book = made(scenario, 100)
    result = drsim.run(scenario, replications=100, workers=1)
    begun = sum(bool(result.replay(drill).trajectory.outages["fire"]) for drill in range(100))
    assert 15 < begun < 45
    assert {step.happens.successes for step in book.steps} == {begun}
    assert minutes(of(book, "verify/permits/annex")) == (125, 125, 155, 155)
    shown = page_of(book)
    assert "A step that fewer than 99 % of drills have says how many do" in shown
    assert shown.count(f"in {begun} % (") == len(book.steps)


def test_what_never_ends_says_so() -> None:
    book = made(office(takes="9 h", horizon="4 h"))
    start = book.steps[-1]
    assert (start.id, start.end, start.done.successes) == ("start/permits/annex", None, 0)
    assert book.table["end_p50_h"].iloc[-1] == np.inf
    assert list(csv.DictReader(io.StringIO(book.log())))[-1]["end_from"] == ""
    assert "Tue 11:05 not within 4 h _____ _____\n" in page_of(book)
    assert "of those that start it" not in page_of(book)
    json.dumps(book.to_dict(), allow_nan=False)


def test_nothing_to_do() -> None:
    scenario = office().with_({"disruptions": {}})
    book = made(scenario)
    assert (book.steps, book.idle) == ((), ())
    assert list(book.table.columns) == list(TABLE_COLUMNS)
    assert book.log() == ",".join(LOG_COLUMNS) + "\n"
    assert "No step is taken in any drill" in page_of(book)


# who is away, and what never starts


def away(lasts: str) -> Scenario:
    """The office is lost while its administrators are away."""
    return office(more=f", flu: {{team: admins, lasts: {lasts}}}")


def test_steps_that_start_in_no_drill_are_told_with_what_they_wait_for() -> None:
    book = made(away("the whole drill"), 40)
    plain, rare, never = book.parts
    assert (len(plain), rare) == (6, ())
    assert [(step.id, step.who, step.why, step.waits.successes) for step in never] == [
        ("start/permits/annex", "admins", "nobody of admins is there", 40),
    ]
    assert {(step.start, step.end, step.happens.successes) for step in never} == {(None, None, 0)}
    assert of(book, "mobilise/admins").end is None  # nobody arrives
    assert (book.idle, book.finished.successes, book.finished.trials) == (("gardeners",), 0, 40)
    shown = page_of(book)
    assert "All that is wanted is done within 2 d in no drill. 1 step starts in no drill, named at the end." in shown
    assert "AWAY 1  admins (flu) from Tue 10:00, not back within 2 d\n" in shown
    assert re.search(r"STARTED IN NO DRILL 1 .*\n\n.*\n +7 start permits +admins 6 +in no drill ", shown)
    assert "    nobody of admins is there\n" in shown
    last = list(csv.DictReader(io.StringIO(book.log())))[-1]
    assert (last["step"], last["start_from"]) == ("start permits @ annex: in no drill: nobody of admins is there", "")
    json.dumps(book.to_dict(), allow_nan=False)
    assert book.table.loc["start/permits/annex", "start_p50_h"] == np.inf


def test_of_what_never_starts_that_comes_first_for_which_the_rest_waits() -> None:
    text = OFFICE.format(**{**PLAIN, "more": ", flu: {team: admins, lasts: the whole drill}"})
    above = "archive: {at: {office: active, annex: cold}, needs: [permits], start: {takes: 1 h, by: board}}"
    book = made(
        loads(
            text.replace("    permits:", f"    {above}\n    permits:").replace("[permits], points", "[archive], points")
        )
    )
    assert [(step.id, step.why, step.lacks_people) for step in book.parts[2]] == [
        ("start/permits/annex", "nobody of admins is there", True),
        ("start/archive/annex", "it waits for permits", False),
    ]


def test_a_team_that_is_away_arrives_when_it_is_back() -> None:
    book = made(away("1 d"))
    assert minutes(of(book, "mobilise/admins")) == (15, 15, 24 * 60, 24 * 60)
    assert minutes(of(book, "start/permits/annex")) == (24 * 60, 24 * 60, 25 * 60, 25 * 60)
    (absence,) = book.away
    assert (absence.team, absence.disruption, absence.heads) == ("admins", "flu", None)
    shown = page_of(book)
    assert "AWAY 1  admins (flu) from Tue 10:00 to Wed 10:00\n" in shown
    assert re.search(r"mobilise .* admins 2 +Tue 10:15 +Wed 10:00 .*\n    away \(flu\): there when it is back\n", shown)
    assert book.finished.successes == 3


def test_what_waits_for_a_lost_place_does_not_make_a_plan_unfinished() -> None:
    book = made(drsim.load(SMALL.parents[2] / "scenarios" / "town-hall-lost.yaml"), 4)
    assert book.finished.successes > 0
    assert {step.why for step in book.parts[2]} == {"site sint-michielsgestel is down"}
    assert "All that is wanted, but for what waits for a lost place, is done within 14 d in " in page_of(book)


# the same step more than once


@pytest.fixture(scope="module")
def failback() -> Runbook:
    return made(drsim.load(SMALL.parents[2] / "scenarios" / "failback-weekend.yaml"), 16)


def test_each_occasion_has_its_window(failback: Runbook) -> None:
    plan = compile_scenario(failback.scenario)
    engine = Engine(plan)
    drills = [Replay.of(plan, 1, drill, engine=engine).trajectory for drill in range(16)]
    mine = ("mobilise", "desk")
    calls = [sorted((row.start, row.end) for row in drill.made if (row.kind, row.object) == mine) for drill in drills]
    assert max(map(len, calls)) > 1
    first = of(failback, "mobilise/desk")
    for place, window in enumerate((first.start, first.end)):
        found = np.quantile([each[0][place] for each in calls], [0.1, 0.5, 0.9], method="inverted_cdf")
        assert window == tuple(found)
    second = of(failback, "mobilise/desk#2")
    assert (second.occasion, second.text) == (2, "mobilise desk (time 2)")
    assert second.start is not None and first.end is not None and second.start.low > first.end.high


def test_no_window_of_an_end_lies_before_that_of_its_start(failback: Runbook) -> None:
    ended = [step for step in failback.steps if step.end is not None]
    assert len(ended) > 180 and any(step.done.value < 0.9 for step in ended)
    for step in ended:
        assert step.start is not None and step.end is not None
        assert step.start.low <= step.end.low and step.start.high <= step.end.high
    for row in csv.DictReader(io.StringIO(failback.log())):
        assert not row["end_to"] or (row["start_from"] <= row["end_from"] and row["start_to"] <= row["end_to"])


def test_what_nobody_does_does_not_bury_the_rest(failback: Runbook) -> None:
    plain, rare, never = failback.parts
    assert failback.steps == plain + rare + never
    assert all(step.happens.value < 0.1 for step in rare) and all(step.happens.value >= 0.1 for step in plain)
    swift = [step for step in plain if not step.who and step.kind in ("switch", "stop", "restart")]
    assert sum(len(step.objects) for step in swift) > 200
    assert len(swift) < 20
    many = max(swift, key=lambda step: len(step.objects))
    assert many.brief.count(",") < 12 and f" and {len(many.objects) - 10} more" in many.brief
    assert all(name in failback.log() for name in many.objects)


def test_what_fails_again_and_again_has_lines_for_the_first_times() -> None:
    disk = "disk: {at: {annex: active}, fails: {every: 5 d, lasts: 1 h}, restart: {takes: 10 min}}"
    text = (
        OFFICE.format(**PLAIN)
        .replace("    garden:", f"    {disk}\n    garden:")
        .replace("horizon: 2 d", "horizon: 90 d")
    )
    book = made(loads(text), 8)
    lines = [step for step in book.steps if (step.kind, step.objects) == ("restart", ("disk",))]
    assert sorted(step.occasion for step in lines) == [1, 2, 3, 4]
    assert {step.times for step in lines} == {max(step.times for step in lines)} and lines[0].times > 8
    for before, after in pairwise(sorted(lines, key=lambda step: step.occasion)):
        assert before.start is not None and after.start is not None and before.start.middle < after.start.middle
    assert page_of(book).count(f"and again later, up to {lines[0].times} times in a drill") >= 1


# many like steps

FARM = """
drsim: scenario 1
title: A rack of a farm breaks
moment: 2015-05-12 10:00
horizon: 2 d
disruptions: {{break: {{label: rack, lasts: 1 h}}}}
response: {{detect: 1 to 9 min, assess: {{takes: 10 min}}}}
landscape:
  sites: {{hall: {{}}}}
  teams: {{admins: {{people: 1}}}}
  components:
{components}
  services: {{s: {{needs: [c0], points: {{web: {{at: hall}}}}}}}}
"""


def farm(size: int, by: str = "") -> Runbook:
    restart = f"restart: {{takes: 5 to 50 min{by}}}"
    components = "\n".join(f"    c{i}: {{at: {{hall: active}}, labels: [rack], {restart}}}" for i in range(size))
    return made(loads(FARM.format(components=components)), 40)


def test_many_incidents_are_one_step_from_the_first_start_to_the_last_end() -> None:
    few, many = farm(5), farm(7)
    assert [step.kind for step in few.steps] == ["detect"] * 5 + ["assess"] * 5 + ["restart"] * 5
    assert [(step.id, step.text) for step in many.steps] == [
        ("detect/c0+6", "detect 7 incidents"),
        ("assess/c0+6", "assess 7 incidents"),
        ("restart/c0+6/hall", "restart 7 components @ hall"),
    ]
    alone = in_tables(many.scenario, 40).reset_index()
    restarts = alone[alone["step"] == "restart"]
    together = of(many, "restart/c0+6/hall")
    assert together.end is not None
    assert together.start.low / HOUR == pytest.approx(1)  # when the rack is back
    assert together.end.low / HOUR > restarts["end_p10_h"].max()  # the last of seven
    assert "c0, c1, c2, c3, c4, c5, c6" in page_of(many)
    assert "c0, c1, c2, c3, c4 and 2 more" in page_of(many)


def test_work_of_people_is_never_joined() -> None:
    assert [step.kind for step in farm(7, ", by: admins").steps][2:] == ["restart"] * 7


# however it is run


def test_it_does_not_depend_on_who_runs_it() -> None:
    scenario = drsim.load(SMALL)
    whole = made(scenario, 3 * SLICE)
    assert drsim.runbook(scenario, replications=3 * SLICE, workers=2) == whole
    with ThreadPoolExecutor(1) as threads:
        assert drsim.runbook(SMALL, replications=3 * SLICE, executor=threads) == whole
    assert made(scenario, 3 * SLICE, seed=2) != whole


def test_an_interrupt_keeps_what_is_finished() -> None:
    scenario, seen = office(works="50 %"), []

    def interrupt(done: int, asked: int) -> None:
        seen.append((done, asked))
        if done == 2 * SLICE:
            raise KeyboardInterrupt

    found = made(scenario, 5 * SLICE, progress=interrupt)
    assert seen == [(SLICE, 5 * SLICE), (2 * SLICE, 5 * SLICE)]
    assert (found.interrupted, found.replications) == (True, 2 * SLICE)
    assert found.steps == made(scenario, 2 * SLICE).steps
    assert "INTERRUPTED" in page_of(found)


def test_windows_say_how_sure_they_are() -> None:
    book = made(office(), 1_000)
    assert (book.within.successes, book.within.trials) == (801, 1_000)
    assert "80 % (78–82) of drills start, and end, a step within its window." in " ".join(page_of(book).split())
    assert made(office(), 1).within.high == 1


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    for book in (made(drsim.load(SMALL), 20), farm(7), made(office(moment="any moment of the week"))):
        assert max(map(len, page_of(book, width).splitlines())) <= width


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"replications": 0}, "replications 0: a whole number from 1"),
        ({"seed": -1}, "seed -1: a whole number"),
        ({"workers": 0.5}, "workers 0.5: a whole number of at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(DrsimError, match=text):
        drsim.runbook(office(), **arguments)


def test_what_is_no_scenario_is_refused() -> None:
    with pytest.raises(DrsimError, match="a int is no scenario"):
        drsim.runbook(3)  # type: ignore[arg-type]


def test_a_move_that_leaves_something_behind_is_not_finished() -> None:
    book = drsim.runbook(ROOT / "scenarios" / "planned-move.yaml", replications=3, workers=1)
    result = drsim.run(ROOT / "scenarios" / "planned-move.yaml", replications=3, workers=1)
    left = {name for drill in range(3) for names in result.replay(drill).not_moved.values() for name in names}
    assert left
    assert {stay.component for stay in book.stays} == left
    assert book.finished.successes == 0
    text = page_of(book)
    assert f"{len(left)} components are not moved, named at the end" in " ".join(text.split())
    assert f"NOT MOVED {len(left)}" in text
    assert all(f"{stay.component}: {stay.why}" in text for stay in book.stays)


def test_after_is_what_a_step_most_often_waits_for() -> None:
    path = ROOT / "scenarios" / "planned-move.yaml"
    book, result = drsim.runbook(path, replications=5, workers=1), drsim.run(path, replications=5, workers=1)
    steps = {step.id: step for step in book.steps}
    for step in book.steps:
        for name in step.after:
            before = steps[name]
            if max(len(before.objects), len(step.objects)) > 1:
                assert before.end is not None
                assert step.start is not None
                assert before.end.middle <= step.start.middle
    last = Counter(
        f"{row.bound_by.kind}/{row.bound_by.object}"
        for drill in range(5)
        for row in result.replay(drill).trajectory.rows
        if (row.kind, row.object, row.start >= 0) == ("verify", "burgerzaken", True) and isinstance(row.bound_by, Row)
    )
    (after, _), *_ = last.most_common()
    (verify,) = (step for step in book.steps if step.id.startswith("verify/burgerzaken/"))
    assert verify.after[0].startswith(after)
