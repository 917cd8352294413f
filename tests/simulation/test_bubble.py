"""A test in a bubble: golden timelines with the arithmetic beside them, rare branches, a property, refusals."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from agreement import (
    differences,
    engine_drill,
    engine_measured,
    engine_view,
    reference_drill,
    reference_measured,
    reference_view,
    unequal,
)
from bubbles import drawn
from cases import drilled, in_minutes, scenario, tries
from hypothesis import HealthCheck, given, settings
from reference.drill import simulate

from drsim.errors import DrsimError, InputError
from drsim.measures.drills import groups
from drsim.measures.explanation import explain
from drsim.model.bubble import is_twin
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.variant import variant
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command, summary
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.studies.run import run
from drsim.testing import scenarios
from drsim.units import MINUTE

TWO = """\
sites: {here: {pools: {hosts: 1}}, there: {pools: {hosts: 1}}, desk: {}, cloud: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  path: {between: [there, desk], bandwidth: 10 MB/s}
  road: {between: [here, desk], bandwidth: 10 MB/s}
  wire: {between: [there, cloud], bandwidth: 10 MB/s}
teams: {infra: {}, apps: {}}
components:
  san: {scope: site, at: {here: active, there: active}}
  login: {at: {cloud: active}}
  db:
    at: {here: active, there: cold}
    needs: [san]
    start: {takes: 20 min, by: infra, works: 90 %}
    restart: {takes: 7 min}
    verify: {takes: 5 min, by: apps}
    data: {size: 36 GB}
    copies:
      kept: {at: desk, kind: backup, taken: daily 22:00, restores: 10 MB/s}
      near: {at: here, kind: backup, taken: daily 23:00, restores: 10 MB/s}
  web: {at: {here: active, there: warm}, needs: [db, login], start: {takes: 10 min, by: apps}, uses: {hosts: 1}}
services: {s: {targets: {rto: 8 h, mbco: 50 %}, demand: 60/hour, points: {p: {at: desk, needs: [web]}, q: {at: here, needs: [web]}},
  verify: {takes: 15 min, by: apps}}}
"""
QUIET = {"disruptions": "{}"}


def trial(more: str = "", *, stand_ins: str = "stand_ins: login", by: str = ", by: infra") -> str:
    parts = [part for part in ("site: here", "after: 1 h", stand_ins, more) if part]
    return f"{{{', '.join(parts)}, teardown: {{takes: 20 min{by}}}}}"


def test_the_loss_of_a_site_is_tried_while_production_goes_on() -> None:
    replay = drilled(TWO, **QUIET, tests=trial())
    # 11:00 (60): in the bubble the site here is down, and with it the younger copy. 36 GB at 10 MB/s are an hour: 120. Start 20: 140.
    # apps check for 5 minutes (145) and then start web, which has been ready since 140: 155. The point is checked till 170: after
    # 110 minutes all is there. The teardown takes infra till 190. Of two points the one at the site under test is not in the bubble.
    assert tries(replay, "test:db") == [
        ("restore", "there", 60, 120, "done"),
        ("start", "there", 120, 140, "done"),
        ("verify", "there", 140, 145, "done"),
    ]
    assert tries(replay, "test:web") == [("start", "there", 145, 155, "done")]
    assert tries(replay, "test:s.p") == [("verify", "desk", 155, 170, "done")]
    assert tries(replay, "here") == [("teardown", "", 170, 190, "done")]
    (restore,) = (row for row in replay.trajectory.rows if row.kind == "restore")
    assert replay.trajectory.copy_name(restore) == "kept"
    assert restore.passed_over == (("near", "out of reach"),)
    assert told(replay) == {"outcome": "done", "begun": 60, "ended": 170, "stopped": 190, "over": 190, "s": 110}
    # production does not notice
    assert not replay.interruptions("s")
    assert not replay.trajectory.lost_at_end
    assert "11:00                   the test of the loss of here begins, in a bubble (test:)" in replay.timeline()
    assert "in the test s is back after 1:50" in replay.timeline()
    assert json.loads(json.dumps(replay.to_dict()))["test"]["recovery_time"] == {"s": 110 * 60_000}


def told(replay: Replay) -> dict[str, Any]:
    """How the test went, in minutes."""
    test = replay.test
    assert test is not None
    times = {
        name: in_minutes(-1 if test[name] is None else test[name]) for name in ("begun", "ended", "stopped", "over")
    }
    back = {name: -1 if time is None else in_minutes(time) for name, time in test["recovery_time"].items()}
    return {"outcome": test["outcome"], **times, **back}


def test_a_real_disruption_breaks_it_off_and_its_response_waits_for_the_teardown() -> None:
    replay = drilled(TWO, disruptions="{fire: {site: here, after: 100 min}}", tests=trial())
    # the restore fails at 100; infra empties the bubble till 120, and only then it is found out what it is. All over again, now in
    # earnest: restored till 180, started till 200, checked till 205, web started till 215 and the point checked till 230.
    assert tries(replay, "test:db") == [("restore", "there", 60, 100, "interrupted")]
    assert tries(replay, "here") == [
        ("teardown", "", 100, 120, "done"),
        ("detect", "", 100, 100, "done"),
        ("assess", "", 120, 120, "done"),
        ("decide", "", 120, 120, "done"),
        ("declare", "", 120, 120, "done"),
    ]
    assert tries(replay, "db")[0] == ("restore", "there", 120, 180, "done")
    assert tries(replay, "web") == [("start", "there", 205, 215, "done")]
    assert told(replay) == {"outcome": "failed", "begun": 60, "ended": 100, "stopped": 100, "over": 120, "s": -1}
    ((what, found),) = replay.explain("s")
    assert (in_minutes(what.begin), in_minutes(what.end)) == (100, 230)
    assert [(s.cause, s.detail, s.length // 60_000) for s in found][:2] == [
        ("clearing a test away", "teardown", 20),
        ("restoring data", "db", 60),
    ]


def test_in_a_disruption_without_end_it_is_told_what_holds_it_up() -> None:
    late = trial().replace("after: 1 h", "after: 7 h")
    replay = drilled(TWO, disruptions="{fire: {site: here, after: 470 min}}", tests=late, horizon="8 h")
    ((what, found),) = replay.explain("s")
    assert not what.back
    assert [(s.cause, s.detail, s.length // 60_000) for s in found] == [("clearing a test away", "teardown", 10)]


def test_people_are_really_taken_and_freed() -> None:
    quick = TWO.replace("36 GB", "6 GB").replace("restart: {takes: 7 min}", "repair: {takes: 30 min, by: infra}")
    replay = drilled(quick, disruptions="{crash: {component: db, after: 75 min, lasts: until repaired}}", tests=trial())
    # restored till 70, the twin is started by infra from then on. db breaks at 75 and is noticed at once, but infra empties the bubble
    # before it repairs anything (in plan order first): till 95. What it is, is found out at 95 too; db goes to its standby.
    assert tries(replay, "test:db", "start") == [("start", "there", 70, 75, "interrupted")]
    assert tries(replay, "here") == [("teardown", "", 75, 95, "done")]
    assert tries(replay, "db", "detect", "assess") == [("detect", "", 75, 75, "done"), ("assess", "", 95, 95, "done")]
    assert tries(replay, "db", "restore") == [("restore", "there", 95, 105, "done")]
    assert tries(replay, "db", "repair") == [("repair", "here", 95, 125, "done")]
    assert tries(replay, "db", "start") == [("start", "there", 125, 145, "done")]


def test_a_later_disaster_finds_the_room_free() -> None:
    during = drilled(TWO, disruptions="{fire: {site: here, after: 160 min}}", tests=trial())
    # at 155 test:web has taken the only host; it stops at 160, but the room is free at the end of the teardown only
    assert told(during)["outcome"] == "failed"
    assert tries(during, "test:web") == [("start", "there", 145, 155, "done")]
    assert tries(during, "here", "teardown") == [("teardown", "", 160, 180, "done")]
    after = drilled(TWO, disruptions="{fire: {site: here, after: 200 min}}", tests=trial())
    assert tries(after, "here", "assess") == [("assess", "", 200, 200, "done")]
    assert tries(after, "web")[-1][-1] == "done"


def test_what_fails_for_good_leaves_it_stuck() -> None:
    replay = drilled(TWO, {"start works db 0": 0.95}, **QUIET, tests=trial("lasts: 3 h"))
    # test:db fails at 140 and has no way left, so test:web would wait in vain, and nothing in production is still to change
    assert tries(replay, "test:db")[-1] == ("start", "there", 120, 140, "failed")
    assert tries(replay, "test:web") == [("start", "there", -1, 140, "dropped")]
    assert told(replay) == {"outcome": "stuck", "begun": 60, "ended": 140, "stopped": 160, "over": 160, "s": -1}
    assert "is stuck, without s" in replay.timeline()
    assert "start test:web @ there: it waits for test:db" in replay.timeline()
    # while the line is cut something may come; it is back at 150, and nothing has come
    cut = drilled(
        TWO,
        {"start works db 0": 0.95},
        disruptions="{cut: {link: road, after: 130 min, lasts: 20 min}}",
        tests=trial("lasts: 3 h"),
    )
    assert [told(cut)[name] for name in ("outcome", "ended")] == ["stuck", 150]


def test_what_takes_too_long_ends_out_of_time() -> None:
    replay = drilled(TWO, **QUIET, tests=trial("lasts: 90 min"))
    # the start of test:web would end at 155: at 150 it is over
    assert tries(replay, "test:web") == [("start", "there", 145, 150, "interrupted")]
    assert told(replay) == {"outcome": "out of time", "begun": 60, "ended": 150, "stopped": 170, "over": 170, "s": -1}
    assert "is out of time, without s" in replay.timeline()


def test_what_nobody_stands_in_for_is_not_there() -> None:
    replay = drilled(TWO, **QUIET, tests=trial("lasts: 3 h", stand_ins=""))
    # db is checked till 145; web, which starts after the login, never begins
    assert tries(replay, "test:web") == [("start", "there", -1, 145, "dropped")]
    assert told(replay)["outcome"] == "stuck"
    shown = str(planned(Outlook(replay.plan), command=Command("case.yaml")))
    assert "WHAT IS TESTED WITHOUT here 2  in a bubble, after 1 h, for at most 3 h; production goes on" in shown
    assert "looked for, but not there:  login; what cannot do without it never starts" in shown
    assert "restore test:db" in shown
    assert Outlook(replay.plan).to_dict()["test"]["not_there"] == ["login"]


def test_it_is_called_off_in_a_disaster() -> None:
    replay = drilled(TWO, disruptions="{fire: {site: here, after: 50 min}}", tests=trial())
    assert told(replay) == {"outcome": "called off", "begun": -1, "ended": -1, "stopped": -1, "over": 60}
    assert "the test of the loss of here is called off" in replay.timeline()
    # also while nobody knows yet what it was
    slow = drilled(TWO, disruptions="{dark: {site: cloud, after: 50 min, lasts: 5 min}}", tests=trial())
    assert told(slow)["outcome"] == "done"


def test_a_team_that_is_away_holds_it_up_but_is_no_disaster() -> None:
    replay = drilled(TWO, disruptions="{ill: {team: infra, after: 110 min, lasts: 2 h}}", tests=trial())
    assert tries(replay, "test:db", "start") == [("start", "there", 230, 250, "done")]
    assert told(replay)["outcome"] == "done"


def test_a_site_may_be_lost_while_the_bubble_is_emptied() -> None:
    replay = drilled(TWO, disruptions="{fire: {site: there, after: 180 min, lasts: 1 h}}", tests=trial())
    assert told(replay) == {"outcome": "done", "begun": 60, "ended": 170, "stopped": 180, "over": 190, "s": 110}
    assert tries(replay, "there", "assess") == [("assess", "", 190, 190, "done")]


def test_what_a_step_finds_broken_is_a_real_disruption() -> None:
    more = "  cache: {at: {desk: active, cloud: active}, restart: {takes: 2 h}, fails: {every: 100 h, lasts: 1 d}}\n"
    case = scenario(
        TWO.replace("services:", f"{more}services:"),
        disruptions="{dark: {site: desk, after: 10 min, lasts: 10 min}}",
        tests=trial(),
    )

    def number(name: tuple[Any, ...]) -> float:
        return 0.005 if name[:3] == ("fails", "cache", "desk") else 0.9 if name[0] == "fails" else 0.5

    replay = Replay.of(compile_scenario(case), 1, 0, lambda name, _: number(name))
    assert not differences(engine_view(replay.trajectory), reference_view(simulate(case, number)))
    # the desk is back at 20, the cache restarts there till 140; it fails unseen at 30, which the end of the restart finds out
    assert told(replay)["outcome"] == "failed"
    assert told(replay)["ended"] == told(replay)["stopped"] == 140
    assert ("restart", "desk", 20, 140, "failed") in tries(replay, "cache")
    assert tries(replay, "test:db", "start", "verify") == [
        ("start", "there", 120, 140, "done"),
        ("verify", "there", -1, 140, "dropped"),
    ]


def test_a_copy_is_as_usable_as_in_earnest() -> None:
    doubtful = TWO.replace("restores: 10 MB/s}\n      near", "restores: 10 MB/s, works: 60 %}\n      near")
    replay = drilled(
        doubtful, {"usable db kept": 0.7}, disruptions="{fire: {site: here, after: 5 h}}", tests=trial("lasts: 2 h")
    )
    assert tries(replay, "test:db", "restore")[0] == ("restore", "there", 60, 120, "unusable")
    assert tries(replay, "db", "restore")[0][-1] == "unusable"


def test_a_run_tells_what_it_would_have_taken() -> None:
    case = scenario(TWO, disruptions="{fire: {site: here, after: 100 min, chance: 30 %}}", tests=trial("lasts: 8 h"))
    result = run(case, replications=200)
    row = result.tests.loc["s"]
    assert row["drills"] == 200
    assert row["p50_h"] == pytest.approx(110 / 60)
    # it is back unless there is a fire (30 %) or the start fails (10 %): 63 %
    assert row["back"] == pytest.approx(0.63, abs=0.1)
    assert result.to_dict()["test"]["s"]["drills"] == 200
    shown = str(summary(result, command=Command("case.yaml")))
    assert "IN THE TEST OF THE LOSS OF here" in shown
    without = run(scenario(TWO, **QUIET), replications=2)
    assert without.tests.empty
    assert without.to_dict()["test"] == {}


def test_a_hot_standby_is_tried_in_its_own_room() -> None:
    hot = "web: {at: {here: active, there: hot}, switch: {takes: 1 min}"
    full = TWO.replace("web: {at: {here: active, there: warm}", hot).replace("start: {takes: 10 min, by: apps}, ", "")
    replay = drilled(full, **QUIET, tests=trial())
    # the only host there is that of the standby, before the test and in it
    assert tries(replay, "test:web") == [("switch", "there", 140, 141, "done")]
    assert told(replay)["s"] == 81


FREED = """\
sites: {here: {pools: {hosts: 3}}, there: {pools: {hosts: 3}}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  path: {between: [there, desk], bandwidth: 10 MB/s}
  road: {between: [here, desk], bandwidth: 10 MB/s}
teams: {infra: {people: 3}}
components:
  db: {at: {here: active, there: warm}, start: {takes: 1 h, by: infra}, uses: {hosts: 1}}
  web: {at: {here: active, there: warm}, start: {takes: 1 h, by: infra}, uses: {hosts: 1}}
  mail: {at: {here: active, there: warm}, start: {takes: 30 min, by: infra}, starts_after: [hub], uses: {hosts: 1}}
  hub: {at: {here: active, there: warm}, start: {takes: 10 min}}
  own: {at: {desk: active}, restart: {takes: 10 min}}
services:
  s: {points: {p: {at: desk, needs: [db, web]}}}
  m: {points: {p: {at: desk, needs: [mail]}}}
  o: {points: {p: {at: desk, needs: [own]}, q: {at: desk, needs: [own]}}, verify: {takes: 90 min, by: {infra: 2}}}
"""


def freed(more: str, lasts: str = "") -> str:
    return f"{{site: here, after: 1 h, {more}, {lasts}teardown: {{takes: 20 min, by: infra}}}}"


def test_only_those_who_are_freed_work_in_it() -> None:
    # three of infra are there. With one freed db (60 to 120), web (to 180) and mail (to 210; the hub at 70 took nobody) follow
    # each other, and the teardown is from 210 to 230
    one = drilled(FREED, **QUIET, tests=freed("frees: infra"))
    assert [tries(one, f"test:{name}") for name in ("db", "web", "mail")] == [
        [("start", "there", 60, 120, "done")],
        [("start", "there", 120, 180, "done")],
        [("start", "there", 180, 210, "done")],
    ]
    assert told(one) == {"outcome": "done", "begun": 60, "ended": 210, "stopped": 230, "over": 230, "s": 120, "m": 150}
    # if nobody is told apart three work at once, mail once its hub is there: 70 to 100
    all_of_them = drilled(FREED, **QUIET, tests=freed("stand_ins: own"))
    assert told(all_of_them) == {
        "outcome": "done",
        "begun": 60,
        "ended": 120,
        "stopped": 140,
        "over": 140,
        "s": 60,
        "m": 40,
    }


def test_those_who_are_freed_do_nothing_else() -> None:
    replay = drilled(FREED, disruptions="{fault: {component: own, lasts: 10 min}}", tests=freed("frees: {infra: 2}"))
    # own restarts from 10 to 20. Two of three check it at p, 20 to 110, the others would check it at q: one is too few. At 60 two are
    # freed, but one of these still checks: db only. At 110 both are there for the test: web till 170 (first of those that wait), and
    # mail when db is there (120 to 150). For q two are asked for, and one is left over: they begin after the teardown (170 to 190).
    assert tries(replay, "o.p") == [("verify", "desk", 20, 110, "done")]
    assert tries(replay, "test:db") == [("start", "there", 60, 120, "done")]
    assert tries(replay, "test:web") == [("start", "there", 110, 170, "done")]
    assert tries(replay, "test:mail") == [("start", "there", 120, 150, "done")]
    assert tries(replay, "here") == [("teardown", "", 170, 190, "done")]
    assert tries(replay, "o.q") == [("verify", "desk", 190, 280, "done")]
    ((_, found),) = replay.explain("o")
    assert [(s.cause, s.detail, s.begin // MINUTE, s.end // MINUTE) for s in found] == [
        ("waiting for the end of an outage", "fault", 0, 10),
        ("step under way", "own", 10, 20),
        ("team busy", "teardown here", 20, 60),
        ("team busy", "freed for a test", 60, 190),
        ("being verified", "o.q", 190, 280),
    ]
    log = " ".join(replay.timeline().split())
    assert "infra busy, last with teardown here 0:40 · infra freed for a test 2:10" in log
    # without a test q is checked from 110 on
    assert tries(drilled(FREED, disruptions="{fault: {component: own, lasts: 10 min}}"), "o.q")[0][2] == 110


def test_only_the_room_that_is_freed_is_taken() -> None:
    replay = drilled(FREED, **QUIET, tests=freed("room: {there: {hosts: 2}}", "lasts: 4 h, "))
    # of three hosts two are freed; mail, the last in plan order of those that take one, has none: at 120, when the others are there,
    # nothing can come any more
    assert [tries(replay, f"test:{name}")[0][3] for name in ("db", "web")] == [120, 120]
    assert tries(replay, "test:mail") == []
    found = told(replay)
    assert [found[name] for name in ("outcome", "ended", "over", "s", "m")] == ["stuck", 120, 140, 60, -1]
    assert "is stuck, without m (no room for test:mail)" in " ".join(str(replay.timeline()).split())
    # what never fits is not even tried: then the test is done without it
    none = drilled(FREED, **QUIET, tests=freed("room: {}"))
    assert [row.object for row in none.trajectory.rows] == ["test:hub", "here"]
    assert told(none)["outcome"] == "done"
    shown = str(planned(Outlook(none.plan), command=Command("case.yaml")))
    assert "test:db never fits at there: it uses 1 of hosts, 0 are freed" in shown


def test_only_what_the_covered_services_rest_on_is_in_it() -> None:
    replay = drilled(FREED, **QUIET, tests=freed("covers: m"))
    # mail starts after its hub, which so has a twin as well
    assert tries(replay, "test:hub") == [("start", "there", 60, 70, "done")]
    assert told(replay) == {"outcome": "done", "begun": 60, "ended": 100, "stopped": 120, "over": 120, "m": 40}
    assert {row.object for row in replay.trajectory.rows} == {"test:hub", "test:mail", "here"}


def test_too_few_who_are_freed_are_named_before() -> None:
    few = FREED.replace(
        "db: {at: {here: active, there: warm}, start: {takes: 1 h, by: infra}",
        "db: {at: {here: active, there: warm}, start: {takes: 1 h, by: {infra: 2}}",
    )
    replay = drilled(few, **QUIET, tests=freed("frees: infra", "lasts: 4 h, "))
    assert tries(replay, "test:db") == [("start", "there", -1, 300, "dropped")]
    shown = str(planned(Outlook(replay.plan), command=Command("case.yaml")))
    assert "people freed:  1 of infra; the others do the rest, and nothing of this" in shown
    assert "too few freed for:  start test:db; never started" in shown
    assert "infra 3 people · always · empties the bubble · 3 steps" in shown
    assert Outlook(replay.plan).trial["frees"] == {"infra": 1}  # type: ignore[index]
    log = " ".join(replay.timeline().split())
    assert "start test:db @ there: waited 4:00: too few of infra are freed for it" in log


def test_a_plan_with_a_test_has_no_variants() -> None:
    with pytest.raises(DrsimError, match="a plan with a test in a bubble has no variants"):
        variant(compile_scenario(scenario(TWO, **QUIET, tests=trial())), wait=0)


@settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios(max_components=5, max_sites=3, max_disruptions=1, steps=False, moves=False, corruptions=False))
def test_both_implementations_agree_and_production_only_lacks_people(case: Scenario) -> None:
    if case.tests is None:
        return
    drill, other = engine_drill(case), reference_drill(case)
    assert not differences(engine_view(drill), reference_view(other))
    assert not unequal(engine_measured([drill]), reference_measured(case, [other]))
    for group in groups(drill.plan):
        explain(drill.plan, group, drill)  # which asserts that segments add up
    trial = drill.trial
    twins = [row for row in drill.rows if is_twin(row.object)]
    assert not twins or (trial is not None and trial.begun >= 0)
    for row in twins:
        assert trial is not None
        assert row.start < 0 or trial.begun <= row.start
        assert trial.ended < 0 or row.end <= trial.ended
    told = case.tests
    inside = [row for row in drill.rows if row.start >= 0 and (is_twin(row.object) or row.kind == "teardown")]
    for instant in {row.start for row in inside} if told.frees is not None else ():
        working = Counter[int]()
        for row in inside:
            if row.start <= instant and (row.end < 0 or instant < row.end):
                working.update(dict(row.crew))
        assert all(heads <= told.frees.get(drill.plan.structure.teams[team], 0) for team, heads in working.items())
    if told.covers:
        assert {s.removeprefix("test:") for s in drill.plan.structure.tested} <= set(told.covers)
    if not case.disruptions and trial is not None and not drill.outages:
        assert not [change for change in drill.changes if not any(map(is_twin, drill.flag_name(change[1])))]


def test_drawn_tests_agree_and_lack_people() -> None:
    lacking = Counter[str]()
    for seed in range(60):
        case = loads(drawn(seed))
        drill, other = engine_drill(case), reference_drill(case)
        assert not differences(engine_view(drill), reference_view(other)), seed
        assert not unequal(engine_measured([drill]), reference_measured(case, [other])), seed
        assert case.tests is not None
        assert drill.trial is not None
        if case.tests.frees is not None:
            waited = [row for row in drill.rows if row.crew and row.start > row.ready >= 0]
            lacking["in it, late"] += any(is_twin(row.object) for row in waited)
            lacking["in it, for ever"] += any(row.start < 0 <= row.ready and is_twin(row.object) for row in drill.rows)
            held = (row for row in waited if row.kind == "verify" and row.start == drill.trial.over)
            lacking["beside it"] += any(not is_twin(row.object) for row in held)
    assert min(lacking.values()) > 0, lacking
    assert len(lacking) == 3


def test_the_plan_tells_of_what_strikes_while_a_test_runs() -> None:
    struck = Outlook(
        compile_scenario(
            scenario(TWO, disruptions="{fire: {site: here, after: 3 h, chance: 10 %}}", tests=trial("lasts: 8 h"))
        )
    )
    shown = str(planned(struck, command=Command("case.yaml")))
    assert "WHAT IS LOST  2 of 4 components, 1 of 1 services below their minimum" in shown
    for seed in range(40):
        outlook = Outlook(compile_scenario(loads(drawn(seed))))
        assert str(planned(outlook, command=Command("case.yaml")))
        losses = json.loads(json.dumps(outlook.to_dict()))["losses"]
        assert not [name for loss in losses for name in (*loss["components"], *loss["weakened"]) if is_twin(name)]


def test_what_cannot_be_read_is_the_only_thing_said_about_it() -> None:
    with pytest.raises(InputError) as caught:
        scenario(TWO.replace("takes: 10 min", "tekes: 10 min"), **QUIET, tests=trial("covers: s"))
    assert "'tekes' is not a key here" in str(caught.value)
    assert "nothing of" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "more", "message"),
    [
        (
            "",
            "",
            "tests: {site: cloud, teardown: {takes: 1 h}}",
            "nothing can be tested: no component runs at 'cloud' alone",
        ),
        (
            "",
            "",
            "tests: {site: here, after: 20 d, teardown: {takes: 1 h}}",
            "it begins after '20 d', when the drill is over",
        ),
        ("", "", "tests: {site: here, stand_ins: db, teardown: {takes: 1 h}}", "'db' is in the bubble itself"),
        ("", "", "tests: {site: here, stand_ins: [login, login], teardown: {takes: 1 h}}", "'login' stands in twice"),
        ("", "", "tests: {site: here, stand_ins: logn, teardown: {takes: 1 h}}", "did you mean 'login'"),
        ("", "", "tests: {site: here}", "teardown"),
        ("", "", "tests: {site: here, covers: t, teardown: {takes: 1 h}}", "no service is named 't'"),
        ("", "", "tests: {site: here, covers: [s, s], teardown: {takes: 1 h}}", "'s' is covered twice"),
        (
            "services: {s:",
            "services: {w: {points: {p: {at: desk, needs: [login]}}}, s:",
            "tests: {site: here, covers: w, teardown: {takes: 1 h}}",
            "nothing of 'w' can be tried without 'here'",
        ),
        ("", "", "tests: {site: here, frees: {infra: 2}, teardown: {takes: 1 h}}", "2 of 'infra' are freed, who are 1"),
        (
            "",
            "",
            "tests: {site: here, frees: apps, teardown: {takes: 1 h, by: infra}}",
            "1 of 'infra' are asked for, of whom 0 are freed: the bubble would never be emptied",
        ),
        ("", "", "tests: {site: here, room: {there: {host: 1}}, teardown: {takes: 1 h}}", "'there' has no pool 'host'"),
        (
            "",
            "",
            "tests: {site: here, room: {there: {hosts: 2}}, teardown: {takes: 1 h}}",
            "2 of hosts are freed at 'there', there are 1",
        ),
        (
            "",
            "",
            "tests: {site: here, teardown: {takes: 1 h, by: {infra: 2}}}",
            "2 of 'infra' are asked for, who are 1",
        ),
        ("", "", "tests: {site: here, teardown: {takes: 1 wh}}", "in working hours, but nobody is there to work them"),
        (
            "",
            "",
            "tests: {site: here, teardown: {takes: 1 h}}\nmoves: {site: here}",
            "'moves' are not drilled with a test",
        ),
        ("teams:", "steps: {call: {takes: 1 h, before: db}}\nteams:", "", "'steps' are not drilled with a test"),
        ("teams:", "response: {failback: {stable: 1 h}}\nteams:", "", "'failback' is not drilled with a test"),
        (
            "teams:",
            "response: {order: groups, groups: [[db]]}\nteams:",
            "",
            "the order 'groups' is not drilled with a test",
        ),
        (
            "at: {here: active, there: warm}",
            "on_partition: takeover, witness: cloud, at: {here: active, there: warm}",
            "",
            "'web' takes over when it is cut off",
        ),
        ("data: {size", "fails: {every: 100 d, lasts: 1 h}\n    data: {size", "", "'db' fails of its own"),
        ("", "", "disruptions: {virus: {corruption: db, detected: 1 h}}", "a corruption is not drilled with a test"),
    ],
)
def test_refusals(old: str, new: str, more: str, message: str) -> None:
    head = {"tests": trial(), **QUIET} | dict(line.split(": ", 1) for line in more.splitlines())
    text = TWO.replace(old, new) if old else TWO
    if "response" in new:
        head["response"] = new.splitlines()[0].removeprefix("response: ")
        text = TWO
    with pytest.raises(InputError, match=message):
        scenario(text, **head)
