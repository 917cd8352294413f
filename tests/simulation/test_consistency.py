"""Consistency groups: golden timelines with the arithmetic beside them, rare branches, and drills full of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from agreement import (
    differences,
    engine_drill,
    engine_view,
    reference_drill,
    reference_view,
)
from cases import drilled, rows, scenario, segments, tries
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.measures.explanation import CAUSES
from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.simulation.trajectory import DONE, INTERRUPTED, Trajectory, why_that_copy
from drsim.studies.outlook import Outlook
from drsim.studies.replay import Replay
from drsim.testing.landscape import document_text
from drsim.units import HOUR, MINUTE

# drills full of them

SCHEDULES = ("daily 1:00", "daily 22:00", "Sun 3:00", "every 6 h", "daily 5:00", "every 1 h")
LASTS = ("30 min", "3 h", "8 h", "the whole drill")
AFTER = ("0 s", "10 min", "40 min", "2 h", "5 h", "8 h")


@st.composite
def crowded(draw: DrawFn) -> dict[str, Any]:
    """Two to four components of a group, with two or three copies each, at two sites and two stores, and what may go wrong."""

    def one_of(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    names = ["a", "b", "c", "d"][: one_of(2, 2, 3, 4)]
    members = names[: one_of(2, len(names))]
    components: dict[str, Any] = {}
    for number, name in enumerate(names):
        home = one_of("here", "here", "here", "here", "there")
        other = "there" if home == "here" else "here"
        copies = {
            f"copy-{i}": {
                "at": one_of("store", "vault", other),
                "kind": one_of("backup", "snapshot"),
                "taken": one_of(*SCHEDULES),
                "restores": one_of("10 MB/s", "20 MB/s"),
                "works": one_of("100 %", "50 %", "30 %", "20 %"),
                "immutable": one_of(False, False, True),
            }
            for i in range(one_of(2, 3))
        }
        components[name] = {
            "at": {home: "active", **one_of({other: "cold"}, {other: "cold"}, {})},
            "labels": [one_of("all", "some")],
            "data": {"size": one_of("36 GB", "144 GB", "2 GB")},
            "copies": copies,
            "needs": one_of([], names[:number][-1:]),
            "start": {"takes": one_of("10 min", "1 h"), "works": one_of("100 %", "60 %"), "attempts": 2},
            "restore": {"by": one_of("infra", "dba")},
        }
        if one_of(False, False, True):
            components[name]["repair"] = {"takes": "2 h", "by": "infra"}
        if one_of(False, False, True) and len(components[name]["at"]) > 1:
            components[name]["uses"] = {"hosts": 1}
        if one_of(False, False, True) and len(components[name]["at"]) > 1:
            components[name]["give_up_after"] = {"cold": one_of("30 min", "2 h")}
    disruptions: dict[str, Any] = {}
    for number in range(one_of(1, 2, 3, 4)):
        kind = one_of("site", "site", "corruption", "component", "link", "label")
        word = {
            "site": one_of("here", "there", "store", "vault", "here"),
            "link": one_of("line", "way", "road"),
            "label": one_of(*sorted({label for each in components.values() for label in each["labels"]})),
        }.get(kind, one_of(*names))
        labels = sorted({label for each in components.values() for label in each["labels"]})
        outage: dict[str, Any] = {kind: word, "after": one_of(*AFTER)}
        if kind == "corruption":
            outage = {kind: one_of(word, *labels), "detected": one_of("0 s", "2 h", "1 d")}
            outage |= one_of({"after": one_of(*AFTER)}, {"before": one_of("1 h", "1 d", "10 d")})
            if one_of(False, True):
                hit = [each for name, each in components.items() if outage[kind] in (name, *each["labels"])]
                kinds = sorted({copy["kind"] for each in hit for copy in each["copies"].values()})
                outage["reaches"] = [one_of(*kinds)]
        else:
            outage["lasts"] = one_of(*LASTS)
        disruptions[f"outage-{number}"] = outage
    return {
        "drsim": "scenario 1",
        "title": "a group",
        "moment": "2015-05-12 10:30",
        "horizon": "4 d",
        "response": {
            "detect": "5 min",
            "assess": {"takes": "10 min"},
            "decide": {"takes": "10 min"},
            "wait": one_of("0 s", "1 h"),
            "abandon": one_of(False, False, True),
        },
        "disruptions": disruptions,
        "landscape": {
            "sites": {
                "here": {"pools": {"hosts": 4}},
                "there": {"pools": {"hosts": one_of(4, 4, 0, 1)}} if _fits(components) else {"pools": {"hosts": 4}},
                "store": {},
                "vault": {},
            },
            "links": {
                "line": {"between": ["here", "there"], "bandwidth": "50 MB/s"},
                "way": {"between": ["there", "store"], "bandwidth": "50 MB/s"},
                "road": {"between": ["here", "vault"], "bandwidth": "15 MB/s"},
            },
            "teams": {"infra": {"people": one_of(3, 1)}, "dba": {"people": one_of(4, 1), "works": "daily 6:00-23:00"}},
            "components": components,
            "consistency_groups": {"finance": members},
            "services": {"s": {"points": {"p": {"at": "there", "needs": members}}}},
        },
    }


def _fits(components: dict[str, Any]) -> bool:
    """Whether nothing that uses room is active there."""
    return not any("uses" in each and each["at"].get("there") == "active" for each in components.values())


SEEN: Counter[str] = Counter()


def note(drill: Trajectory) -> None:
    """Which branches a drill went through."""
    taken = drill.points_taken
    SEEN["point"] += bool(taken)
    SEEN["chosen anew"] += len(taken) > 1
    SEEN["later copy"] += any(why.startswith("group ") for row in drill.rows for _, why in row.passed_over)
    SEEN["waits for the last"] += any(others for _, _, others in drill.awaited)
    SEEN["corrupt"] += bool(taken) and any(bad for _, _, bad in drill.corrupt)
    restores = [row for row in drill.rows if row.kind == "restore" and row.start >= 0]
    SEEN["interrupted"] += any(is_cut_short(drill, row) for row in restores)
    SEEN["restored again"] += any(
        row.outcome == DONE and any(o.step == row.step and o.start >= row.end and o.point < row.point for o in restores)
        for row in restores
    )


def is_cut_short(drill: Trajectory, row: Any) -> bool:
    common = drill.common_for(drill.plan.steps[row.step].component, row.end + 1)
    return row.outcome == INTERRUPTED and common is not None and common.point < row.point


def consistent(drill: Trajectory) -> list[str]:
    """What breaks the promise of the page: who starts from restored data does so from no later than the group's point."""
    found = []
    for recovery in drill.recoveries:
        common = drill.common_for(recovery.component, recovery.time)
        restored = any(at == recovery.time for _, at in drill.lineage.get(recovery.component, ()))
        if restored and common is not None and recovery.point > common.point and not _joined(drill, recovery.time):
            found.append(f"{recovery} is later than {common}")
    return found


def _joined(drill: Trajectory, time: int) -> bool:
    """Whether a member was lost, or something became known, while others were being started."""
    starts = [row.start for row in drill.rows if row.kind in ("start", "restart") and row.end == time]
    return any(min(starts, default=time) <= at <= time for at, _, _ in (*drill.losses, *drill.corrupt))


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(crowded(), st.integers(0, 3))
def test_both_engines_agree_on_drills_full_of_them(document: dict[str, Any], number: int) -> None:
    case = loads(document_text(document))
    drill = engine_drill(case, replication=number)
    assert not (found := differences(engine_view(drill), reference_view(reference_drill(case, replication=number)))), (
        found
    )
    note(drill)
    assert not (found := consistent(drill)), found
    replay = Replay(drill.plan, 1, drill)
    for what, told in replay.explain("s"):
        assert sum(each.end - each.begin for each in told) == what.end - what.begin
        assert {each.cause for each in told} <= set(CAUSES) - {"another outage"}


BRANCHES = (
    *("point", "chosen anew", "later copy", "waits for the last"),
    *("corrupt", "interrupted", "restored again"),
)


@pytest.mark.parametrize("branch", BRANCHES)
def test_these_drills_go_through_each_branch(branch: str, seen: Counter[str]) -> None:
    assert seen[branch]


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    before = SEEN.copy()

    @settings(max_examples=600, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(crowded(), st.integers(0, 3))
    def drill_them(document: dict[str, Any], number: int) -> None:
        note(engine_drill(loads(document_text(document)), replication=number))

    drill_them()
    return SEEN - before


# golden: minutes from Tuesday 10:00

PLACES = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
consistency_groups: {finance: [ledger, cases]}
services: {s: {points: {p: {at: there, needs: [ledger, cases]}}}}
"""
LEDGER = """\
  ledger:
    at: {here: active, there: cold}
    data: {size: 144 GB}
    start: {takes: 20 min}
    copies: {hourly: {at: there, kind: snapshot, taken: every 1 h, restores: 20 MB/s}}
"""
CASES = """\
  cases:
    at: {here: active, there: cold}
    data: {size: 36 GB}
    start: {takes: 10 min}
    copies:
      nightly: {at: there, kind: backup, taken: daily 1:00, restores: 20 MB/s, works: 50 %}
      weekly: {at: there, kind: backup, taken: Sun 3:00, restores: 10 MB/s}
"""
BOTH = PLACES + "components:\n" + LEDGER + CASES
FIRE = "{fire: {site: here, after: 30 min}}"


def data_lost(replay: Replay) -> dict[str, float]:
    names = replay.plan.structure.components
    return {names[r.component]: (r.lost_at - r.point) / MINUTE for r in replay.trajectory.recoveries}


def whys(replay: Replay, thing: str) -> list[str]:
    """The copy of each restore, from when (in hours) and why."""
    return [
        f"{replay.trajectory.copy_name(row)} {(row.point or 0) / HOUR:g}: {why_that_copy(replay.plan, row)}"
        for row in replay.trajectory.rows
        if row.kind == "restore" and row.object == thing and row.start >= 0
    ]


def text(page: Any) -> str:
    return " ".join(str(page).split())


def test_all_go_back_to_the_oldest_of_the_youngest_copies_and_wait_for_the_last() -> None:
    # Lost at 10:30. The youngest copy of ledger is of 10:00 (0), of cases of 1:00 (-9 h): both go back to that.
    # cases: 36 GB at 20 MB/s = 30 min, 30 to 60; ledger: 144 GB at 20 MB/s = 120 min, 30 to 150.
    # Nobody starts before 150. Each has lost 10:30 - 1:00 = 570 min, although ledger has a copy of 10:00.
    replay = drilled(BOTH, {"usable cases nightly": 0.4}, disruptions=FIRE)
    assert (
        rows(replay.trajectory).split("\n", 4)[-1]
        == """\
restore cases @there | 0.0 | 30 30 30 60 | done | declare here
restore ledger @there | 0.0 | 30 30 30 150 | done | declare here
start cases @there | 0.0 | 150 150 150 160 | done | restore ledger
start ledger @there | 0.0 | 150 150 150 170 | done | restore ledger"""
    )
    assert whys(replay, "cases") == ["nightly -9: youngest"]
    assert whys(replay, "ledger") == ["hourly -9: group finance: point of cases's nightly"]
    assert data_lost(replay) == {"ledger": 570, "cases": 570}
    assert segments(replay, "s") == [("restoring data", 30, 150), ("step under way", 150, 170)]
    told = text(replay.timeline())
    assert "10:30 group finance goes back to Tue 01:00, of cases's nightly" in told
    assert "restoring data ledger, for which finance waits" in text(replay.timeline("s"))
    assert replay.to_dict()["consistency"] == [
        {"group": "finance", "time": 30 * MINUTE, "point": -9 * HOUR, "component": "cases", "copy": "nightly"}
    ]


def test_a_copy_that_proves_bad_sends_all_further_back() -> None:
    # At 60 the nightly copy of cases proves bad. The point is chosen anew: the weekly one of Sunday 3:00, 55 h before 10:00.
    # ledger is 30 min into a restore of what is too young: interrupted, and restored again from Sunday 3:00, 60 to 180;
    # cases: 36 GB at 10 MB/s = 60 min, 60 to 120.
    replay = drilled(BOTH, {"usable cases nightly": 0.6}, disruptions=FIRE)
    assert (
        rows(replay.trajectory).split("\n", 4)[-1]
        == """\
restore cases @there | 0.0 | 30 30 30 60 | unusable | declare here
restore ledger @there | 0.0 | 30 30 30 60 | interrupted | declare here
restore cases @there | 0.1 | 60 60 60 120 | done | restore cases
restore ledger @there | 0.1 | 60 60 60 180 | done | restore ledger
start cases @there | 0.0 | 180 180 180 190 | done | restore ledger
start ledger @there | 0.0 | 180 180 180 200 | done | restore ledger"""
    )
    assert whys(replay, "cases") == ["nightly -9: youngest", "weekly -55: nightly unusable"]
    assert whys(replay, "ledger")[1] == "hourly -55: group finance: point of cases's weekly"
    assert data_lost(replay) == {"ledger": 55.5 * 60, "cases": 55.5 * 60}
    assert segments(replay, "s") == [
        ("failed attempt", 30, 60),
        ("restoring data", 60, 180),
        ("step under way", 180, 200),
    ]
    told = text(replay.timeline())
    assert "restore ledger @ there: interrupted, its group goes further back" in told
    assert "11:00 group finance goes back to Sun 03:00, of cases's weekly" in told


def test_what_was_restored_from_a_later_moment_is_restored_again() -> None:
    # Now ledger is the small one: restored from 1:00 at 45 (18 GB at 20 MB/s = 15 min), it waits for cases until that proves bad
    # at 60, and is restored again, from Sunday, 60 to 75. cases is the last, 60 to 120.
    land = PLACES + "components:\n" + LEDGER.replace("144 GB", "18 GB") + CASES
    replay = drilled(land, {"usable cases nightly": 0.6}, disruptions=FIRE)
    assert tries(replay, "ledger", "restore") == [
        ("restore", "there", 30, 45, "done"),
        ("restore", "there", 60, 75, "done"),
    ]
    assert tries(replay, "ledger", "start") == [("start", "there", 120, 140, "done")]
    assert data_lost(replay)["ledger"] == 55.5 * 60


def test_corrupt_data_is_restored_where_it_is_to_one_moment() -> None:
    # Both are corrupt since 9:00 and that is known at 12:00 (120). Neither has a standby left to go to: they have none.
    # Good points: ledger 8:00 (hourly, the last before 9:00), cases 1:00. So both 1:00, restored in place: ledger 18 GB at
    # 20 MB/s = 15 min, 120 to 135; cases 30 min, 120 to 150. Restart takes what start takes, from 150 on.
    land = PLACES + "components:\n" + LEDGER.replace("144 GB", "18 GB") + CASES
    land = land.replace(", there: cold}", "}").replace("data:", "labels: [books]\n    data:")
    what = "{virus: {corruption: books, before: 1 h, detected: 3 h}}"
    replay = drilled(land, {"usable cases nightly": 0.4}, disruptions=what)
    assert tries(replay, "ledger") == [
        ("detect", "", 120, 120, "done"),
        ("assess", "", 120, 120, "done"),
        ("restore", "here", 120, 135, "done"),
        ("restart", "here", 150, 170, "done"),
    ]
    assert tries(replay, "cases", "restore", "restart") == [
        ("restore", "here", 120, 150, "done"),
        ("restart", "here", 150, 160, "done"),
    ]
    assert whys(replay, "ledger") == ["hourly -9: its younger ones bad"]
    assert data_lost(replay) == {"ledger": 660, "cases": 660}


def test_one_that_is_corrupt_takes_nobody_along_who_still_runs() -> None:
    # Only ledger is corrupt: cases runs on, is not due, and ledger takes its own youngest good copy, of 8:00.
    what = "{virus: {corruption: ledger, before: 1 h, detected: 3 h}}"
    replay = drilled(BOTH, disruptions=what)
    assert [why.split(":")[0] for why in whys(replay, "ledger")] == ["hourly -2"]
    assert tries(replay, "cases") == []


def test_a_loss_during_the_restore_of_another_takes_it_back_with_it() -> None:
    # ledger breaks at 10:00 until 22:00, and is restored at once from its own youngest copy, of 10:00, 0 to 120. At 30 cases
    # is lost too, whose youngest copy is of 1:00: ledger is interrupted, and restored again from 1:00, 30 to 150.
    what = "{crash: {component: ledger, lasts: 12 h}, second: {component: cases, after: 30 min, lasts: 12 h}}"
    replay = drilled(BOTH, {"usable cases nightly": 0.4}, disruptions=what)
    assert tries(replay, "ledger", "restore", "start") == [
        ("restore", "there", 0, 30, "interrupted"),
        ("restore", "there", 30, 150, "done"),
        ("start", "there", 150, 170, "done"),
    ]
    assert tries(replay, "cases", "restore", "start") == [
        ("restore", "there", 30, 60, "done"),
        ("start", "there", 150, 160, "done"),
    ]
    assert [time / MINUTE for time, _, _ in replay.trajectory.points_taken] == [0, 30]


def test_who_waits_for_the_last_stands_as_that_does() -> None:
    # cases is kept at a store that is out of reach for the whole drill: it waits for a copy, and ledger, restored at 150, for it.
    land = BOTH.replace("there: {}}", "there: {}, store: {}}").replace("nightly: {at: there", "nightly: {at: store")
    land = land.replace("      weekly: {at: there, kind: backup, taken: Sun 3:00, restores: 10 MB/s}\n", "")
    replay = drilled(land, {"usable cases nightly": 0.4}, disruptions=FIRE, horizon="1 d")
    assert tries(replay, "ledger", "restore", "start") == [("restore", "there", 30, 150, "done")]
    assert [(cause, end) for cause, _, end in segments(replay, "s")] == [("waiting for a copy", 1440)]
    assert [replay.plan.structure.components[c] for c in replay.trajectory.lost_at_end] == ["cases", "ledger"]


def test_a_member_without_a_good_copy_holds_nobody() -> None:
    # Both copies of cases are unusable, 30 to 60 and 60 to 120: its strategy is over. ledger goes back with it to the end:
    # interrupted at 60, restored from Sunday 60 to 180, though cases never comes.
    land = BOTH.replace("restores: 10 MB/s}", "restores: 10 MB/s, works: 50 %}")
    replay = drilled(land, {"usable cases nightly": 0.6, "usable cases weekly": 0.6}, disruptions=FIRE, horizon="1 d")
    assert tries(replay, "ledger", "restore", "start") == [
        ("restore", "there", 30, 60, "interrupted"),
        ("restore", "there", 60, 180, "done"),
        ("start", "there", 180, 200, "done"),
    ]


def test_replicated_copies_lag_as_one() -> None:
    # At the standby of ledger nothing lags, at that of cases 5 to 15 min: at 0.75 10 + 2.5 min. Both lose 12.5 min.
    land = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
consistency_groups: {finance: [ledger, cases]}
components:
  ledger: {at: {here: active, there: hot}, data: {size: 1 GB}, copies: {twin: {at: there, kind: synchronous}}}
  cases:
    at: {here: active, there: hot}
    data: {size: 1 GB}
    copies: {late: {at: there, kind: asynchronous, lag: 5 to 15 min}}
services: {s: {points: {p: {at: there, needs: [ledger, cases]}}}}
"""
    replay = drilled(land, {"lag cases": 0.75}, disruptions=FIRE)
    assert data_lost(replay) == {"ledger": 12.5, "cases": 12.5}


def test_the_plan_tells_of_them() -> None:
    outlook = Outlook(compile_scenario(scenario(BOTH)))
    told = text(planned(outlook, command=Command("x")))
    assert "CONSISTENCY GROUPS 1 what is restored of one goes back to one moment finance: cases · ledger" in told
    assert "the restores of finance" in told
    assert outlook.to_dict()["consistency_groups"] == {"finance": ["cases", "ledger"]}


# moved on purpose

MOVED = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
consistency_groups: {finance: [ledger, cases]}
components:
  ledger:
    at: {here: active, there: cold}
    data: {size: 1 GB}
    stop: {takes: 5 min}
    start: {takes: 20 min}
    copies: {hourly: {at: there, kind: snapshot, taken: every 1 h, restores: 20 MB/s}}
  cases:
    at: {here: active, there: cold}
    data: {size: 1 GB}
    stop: {takes: 5 min}
    start: {takes: 10 min, works: 50 %}
    starts_after: [ledger]
    copies: {hourly: {at: there, kind: snapshot, taken: every 1 h, restores: 20 MB/s}}
  mail: {at: {here: active, there: warm}, starts_after: [ledger], stop: {takes: 1 min}, start: {takes: 30 min}}
services: {s: {points: {p: {at: there, needs: [ledger, cases, mail]}}}}
"""


def test_a_move_that_fails_takes_back_its_group() -> None:
    # ledger stops 0 to 5 and starts there, 5 to 25. Then cases, 25 to 30, whose start there, 30 to 40, fails: it starts at home
    # again, 40 to 50. ledger, of its group, goes back when cases is no longer moving: stop 50 to 55, restart 55 to 75.
    # mail, 25 to 26 and 26 to 56, is not of the group: it has moved and stays, and ledger does not wait for it to go back.
    # At 50 mail is moving still, which starts after ledger: so ledger waits for 56. Stop 56 to 61, restart 61 to 81.
    replay = drilled(MOVED, {"start works cases": 0.7}, disruptions="{}", moves="{site: here}", horizon="1 d")
    assert tries(replay, "cases") == [
        ("stop", "here", 25, 30, "done"),
        ("start", "there", 30, 40, "failed"),
        ("restart", "here", 40, 50, "done"),
    ]
    assert tries(replay, "ledger") == [
        ("stop", "here", 0, 5, "done"),
        ("start", "there", 5, 25, "done"),
        ("stop", "there", 56, 61, "done"),
        ("restart", "here", 61, 81, "done"),
    ]
    assert tries(replay, "mail") == [("stop", "here", 25, 26, "done"), ("start", "there", 26, 56, "done")]
    told = text(planned(Outlook(replay.plan), command=Command("x")))
    assert "if a move fails, that component goes back with its consistency group" in told


def test_what_has_not_begun_of_a_group_stays() -> None:
    # Now cases goes first: stop 0 to 5, and its start there, 5 to 15, fails. ledger, of its group, has not begun and never moves.
    # mail starts after ledger, which is not ready until cases runs again, at 25.
    land = MOVED.replace("    starts_after: [ledger]\n", "").replace(
        "    data: {size: 1 GB}\n    stop: {takes: 5 min}\n    start: {takes: 20 min}",
        "    data: {size: 1 GB}\n    starts_after: [cases]\n    start: {takes: 20 min}",
    )
    replay = drilled(land, {"start works cases": 0.7}, disruptions="{}", moves="{site: here}", horizon="1 d")
    assert tries(replay, "cases") == [
        ("stop", "here", 0, 5, "done"),
        ("start", "there", 5, 15, "failed"),
        ("restart", "here", 15, 25, "done"),
    ]
    assert tries(replay, "ledger") == []
    assert tries(replay, "mail") == [("stop", "here", 25, 26, "done"), ("start", "there", 26, 56, "done")]
