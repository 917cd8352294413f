"""The log of a drill: at one instant what caused something comes before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import drilled

import drsim
from drsim.reading import load
from drsim.reporting.causes import minutes_by_cause

FILE = Path(__file__).parents[1] / "data" / "small-lost.yaml"


def test_without_a_standby_is_told_with_its_times():
    replay = drsim.run(load(FILE), replications=1, workers=1).replay(0)
    text = " ".join(replay.timeline().split())
    assert f"WITHOUT A STANDBY {len(replay.unprotected)} a second failure would find none" in text
    assert " to the end: " in text.split("WITHOUT A STANDBY")[1]
    assert replay.to_dict()["unprotected"] == {
        name: [{"begin": begin, "end": end} for begin, end in spans] for name, spans in replay.unprotected.items()
    }


@pytest.mark.parametrize("drill", range(6))
def test_what_is_back_comes_after_the_steps_that_brought_it_back(drill):
    scenario = load(
        FILE,
        set={
            "services.moving-house.targets.mbco": "10 %",
            "components.burgerzaken.verify.takes": "0 s",
            "components.oracle.start.takes": "0 s",
            "components.desktops.start.takes": "0 s",
        },
    )
    replay = drsim.run(scenario, replications=6, workers=1).replay(drill)
    text = replay.timeline().split("\n\n", 1)[1]
    (interruption,) = replay.interruptions("moving-house")
    at_once = [row for row in replay.trajectory.rows if row.start == row.end == interruption.end]
    assert at_once
    back = text.index("moving-house is back after")
    names = [f"{row.kind} {row.object}" for row in sorted(at_once, key=replay.trajectory.place)]
    found = [text.index(name) for name in names]
    assert found == sorted(found)
    assert all(place < back for place in found)
    assert text.index(" is lost") < text.index("below its minimum") < back


PLACES = """\
sites: {here: {}, there: {}, store: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  wire: {between: [there, store], bandwidth: 10 MB/s}
"""
TWO = (
    PLACES
    + """\
teams: {mayor: {}}
components:
  db: {at: {here: active, there: warm}, start: {takes: 10 min}}
  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 20 min}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
"""
)
AT_ONCE = "detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s"


def told(replay):
    return " ".join(replay.timeline().replace("Tue 12", "Tue").split())


def test_what_holds_a_step_that_never_started_is_named():
    held = told(
        drilled(
            TWO + "steps: {approve: {by: mayor, takes: 10 min, before: db}, sign: {takes: 1 min, after: app}}\n",
            disruptions="{fire: {site: here}, away: {team: mayor}}",
        )
    )
    assert "start db @ there: wanted from Tue 10:00; held by step approve" in held
    assert "start app @ there: wanted from Tue 10:00; it waits for db" in held
    assert "task sign (waiting): wanted from Tue 10:00; it comes after app" in held
    groups = told(drilled(TWO, response=f"{{{AT_ONCE}, order: groups, groups: [[app], [db]]}}"))
    assert "start db @ there: wanted from Tue 10:00; its group waits for app" in groups
    assert "start app @ there: wanted from Tue 10:00; it waits for db" in groups
    away = told(drilled(TWO, disruptions="{fire: {site: here}, flood: {site: there, after: 1 min}}"))
    assert "start app @ there #0: wanted from Tue 10:00; site there is down" in away


def test_what_a_step_lost_that_was_interrupted_is_named():
    def of(second, landscape=TWO):
        return told(drilled(landscape, horizon="1 d", disruptions=f"{{fire: {{site: here}}, second: {second}}}"))

    site = of("{site: there, after: 5 min}")
    assert "start db @ there #0: interrupted, site there is down" in site
    need = of("{component: db, sites: [there], after: 15 min, lasts: 1 h}")
    assert "start app @ there #0: interrupted, no longer there: db" in need
    broken = of("{component: app, sites: [there], after: 15 min, lasts: 1 h}")
    assert "start app @ there #0: interrupted, app is broken there" in broken
    data = TWO.replace("db: {at: {here: active, there: warm}", "db: {at: {here: active, there: cold}, " + DATA)
    store = of("{site: store, after: 5 min}", data)
    assert "restore db @ there #0: interrupted, site store of its copy is down" in store
    known = of("{corruption: db, after: 1 min, detected: 4 min}", data)
    assert "restore db @ there #0: interrupted, the data of db is known to be bad" in known


DATA = "data: {size: 36 GB, change: 1 MB/s}, copies: {tape: {at: store, kind: backup, taken: daily 1:00, restores: 10 MB/s}}"


def test_a_switch_that_is_interrupted_since_the_sites_see_each_other_again():
    replay = drilled(
        PLACES
        + "components: {db: {at: {here: active, there: hot}, on_partition: 'takeover, alone', switch: {takes: 20 min}}}\n"
        + "services: {s: {points: {p: {at: here, needs: [db]}}}}\n",
        disruptions="{cut: {link: line, lasts: 5 min}}",
    )
    assert "switch db @ there: interrupted, the sites reach each other again" in told(replay)


def test_what_is_due_a_week_later_has_another_day():
    due = TWO.replace("points:", "due: {payday: {on: Tue 17:00, takes: 1 h, begins: 5 h}}, points:")
    replay = drilled(due, horizon="14 d", disruptions="{fire: {site: here}}")
    told = " ".join(replay.timeline().split())
    assert "17:00 payday of s is due: kept Tue 19 17:00 payday of s is due: kept" in told
    assert "Tue 12 10:00 fire: site here is lost" in told


def test_a_wrong_diagnosis_is_told_with_what_it_cost():
    wrong = "{detect: 0 s, assess: {takes: 30 min, wrong: 50 %, costs: 2 h}, decide: {takes: 0 s}, evacuation: 0 s}"

    def assessed(number):
        return told(drilled(TWO, {"assess wrong here": number}, response=wrong))

    assert "10:00 12:30 2:30 assess here (first diagnosis wrong, 2:00 longer)" in assessed(0.4)
    assert "10:00 10:30 0:30 assess here 10:30" in assessed(0.6)


def test_every_end_of_a_split_is_told_with_what_it_costs():
    # Parted 10:00; the switch takes 20 min. What was written at the side that stops is lost.
    alone = (
        PLACES
        + "components: {db: {at: {here: active, there: hot}, on_partition: 'takeover, alone', switch: {takes: 20 min}, "
        + "data: {size: 1 GB, change: 1 MB/s}, copies: {replica: {at: there, kind: synchronous}}}}\n"
        + "services: {s: {points: {p: {at: here, needs: [db]}}}}\n"
    )

    def of(second):
        return told(drilled(alone, disruptions=f"{{cut: {{link: line, lasts: 2 h}}{second}}}"))

    # Reconnected at 12:00: here goes, 2 h of it.
    assert "db.cut: over, they were split: the side at here stops, and 2 h 00 of its data is lost" in of("")
    # The site there goes at 11:00: it served from 10:20, so 40 min.
    assert "11:00 db.cut: no longer split: the side at there stops, and 40 min of its data is lost" in of(
        ", fire: {site: there, after: 1 h}"
    )
    # Here goes at 11:00: what came after 10:00, 1 h.
    assert "11:00 db.cut: no longer split: the side at here stops, and 1 h 00 of its data is lost" in of(
        ", fire: {site: here, after: 1 h}"
    )
    # Before the switch is over nobody is split.
    assert "split" not in of(", fire: {site: there, after: 10 min}")


def test_times_are_shown_to_the_nearest_minute_and_add_up():
    # 20 min 30 s, 10 min 40 s and 20 min 20 s: back at 51:30, so 0:52; shown 10:00, 10:21, 10:31, 10:52
    seconds = TWO.replace("start: {takes: 10 min}", "start: {takes: 10 min 40 s}").replace(
        "start: {takes: 20 min}", "start: {takes: 20 min 20 s}"
    )
    replay = drilled(
        seconds, response="{detect: 0 s, assess: {takes: 20 min 30 s}, decide: {takes: 0 s}, evacuation: 0 s}"
    )
    text = told(replay)
    for row in ("10:00 10:21 0:21 assess here", "10:21 10:31 0:10 start db", "10:31 10:52 0:21 start app"):
        assert row in text
    assert "s is back after 0:52" in text
    story = " ".join(replay.timeline("s").split())
    assert "10:52 0:52 s is back" in story
    result = drsim.run(replay.plan.scenario, replications=1, workers=1)
    assert minutes_by_cause(result.explain("s")) == {"not yet decided": 21, "step under way": 31}


def test_one_more_time_without_a_standby():
    def away(times):
        flaps = (f"f{i}: {{site: there, after: {10 * i} h, lasts: 1 h}}" for i in range(times))
        return told(drilled(TWO, disruptions=f"{{{', '.join(flaps)}}}"))

    assert "1 more time: " in away(4)
    assert "2 more times: " in away(5)


def test_what_is_lost_is_told_where_something_starts_again_at_a_place_that_it_had_left() -> None:
    landscape = PLACES + (
        "components: {db: {at: {here: active, there: warm}, data: {size: 1 GB}, start: {takes: 25 min}, "
        "copies: {replica: {at: there, kind: synchronous}}, restart: {takes: 10 min}}}\n"
        "services: {s: {points: {p: {at: store, needs: [db]}}}}\n"
    )
    # lost here at 10:00 and there, where it ran from 10:25 on, at 13:00: back here with what it had at 10:00
    fires = "{one: {site: here, lasts: 6 h}, two: {site: there, after: 3 h}}"
    replay = drilled(landscape, {}, disruptions=fires, horizon="1 d")
    text = told(replay)
    assert "restart db @ here #1 as of Tue 10:00: 3 h 00 of its data is lost" in text
    assert text.count("of its data is lost") == 1


def test_what_a_step_of_a_way_home_or_of_a_move_lost_is_named() -> None:
    landscape = PLACES + (
        "components: {db: {at: {here: active, there: warm}, data: {size: 36 GB, change: 1 MB/s}, start: {takes: 25 min}, "
        "copies: {replica: {at: there, kind: synchronous}}, restart: {takes: 10 min}}}\n"
        "services: {s: {points: {p: {at: store, needs: [db]}}}}\n"
    )
    back = f"{{{AT_ONCE}, failback: {{stable: 1 h}}}}"
    both = "{one: {site: here, lasts: 6 h}, two: {site: there, after: 3 h, lasts: 1 d}}"
    log = told(drilled(landscape, {}, disruptions=both, response=back, horizon="2 d"))
    assert "stable db @ here #1: interrupted, it runs there again" in log
    # synchronised from 13:00 on, and lost there at 13:10
    later = "{one: {site: here, lasts: 2 h}, two: {site: there, after: 190 min, lasts: 1 d}}"
    log = told(drilled(landscape, {}, disruptions=later, response=back, horizon="2 d"))
    assert "synchronise db @ here #1: interrupted, it runs nowhere any more" in log
    broken = "{one: {site: here, lasts: 2 h}, two: {component: db, sites: [here], after: 190 min, lasts: 1 h}}"
    log = told(drilled(landscape, {}, disruptions=broken, response=back, horizon="2 d"))
    assert "synchronise db @ here #1: interrupted, db is broken there" in log


def many(teams: int) -> str:
    """A component with a standby, started by one team, and others that nothing happens to, each with a team of its own."""
    others = "".join(
        f"  c{n}: {{at: {{there: active}}, restart: {{takes: 1 min, by: team{n}}}}}\n" for n in range(1, teams)
    )
    called = ", ".join(f"team{n}: {{call_out: {n + 1} min}}" for n in range(teams))
    return (
        f"{PLACES}teams: {{{called}}}\ncomponents:\n"
        f"  app: {{at: {{here: active, there: warm}}, start: {{takes: 20 min, by: team0}}}}\n{others}"
        "services: {s: {points: {p: {at: there, needs: [app]}}}}\n"
    )


def test_many_teams_that_are_called_at_once_are_told_in_one_line_with_those_that_have_work() -> None:
    text = told(drilled(many(teams=6)))
    assert "10:00 10:01 0:01 mobilise 6 teams: team0 10:01, and 5 that have nothing to do" in text
    assert text.count("mobilise") == 1
    assert told(drilled(many(teams=5))).count("mobilise") == 5


def test_many_incidents_that_are_seen_at_once_are_told_in_one_line() -> None:
    def seen(count: int) -> str:
        broken = "".join(
            f"  c{n}: {{at: {{here: active}}, labels: [old], repair: {{takes: {n + 1} h}}}}\n" for n in range(count)
        )
        landscape = f"{PLACES}components:\n{broken}services: {{s: {{points: {{p: {{at: here, needs: [c0]}}}}}}}}\n"
        return told(drilled(landscape, disruptions="{virus: {label: old}}"))

    assert "virus: c0, c1, c2, c3, c4, c5, c6 at here break together" in seen(7)
    assert "detect 7 incidents: c0 #0, c1 #1, c2 #2, c3 #3, c4 #4, and 2 more" in seen(7)
    assert "repair c6 @ here #6" in seen(7)
    assert seen(5).count("detect c") == 5
