"""Replicated copies that are frozen, and catch up; the arithmetic beside each case."""

from __future__ import annotations

from itertools import pairwise

from agreement import engine_drill
from cases import drilled, rows
from hypothesis import given, settings

from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.simulation.trajectory import DONE
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import HOUR, MINUTE

LAND = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
teams: {infra: {}}
services: {s: {points: {p: {at: there, needs: [app]}}}}
components:
  app:
    at: {here: active, there: WHICH}
    data: {size: 1 TB}
    copies: {replica: {at: there, kind: asynchronous, lag: 5 min}}
    switch: {takes: 1 min}
    start: {takes: 20 min, by: infra}
    repair: {takes: 30 min, by: infra}
"""


def case(disruptions: str, role: str = "warm", more: str = "", land: str = LAND, response: str = "") -> Replay:
    return drilled(
        land.replace("WHICH", role) + more,
        disruptions="{" + disruptions + "}",
        response="{detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s" + response + "}",
        horizon="2 d",
    )


def lost(replay: Replay) -> list[int]:
    """Minutes of data of each recovery."""
    return [(each.lost_at - each.point) // MINUTE for each in replay.trajectory.recoveries]


def behind(replay: Replay) -> list[int]:
    """Since when, minutes, of what ran on a replicated copy."""
    found = [row for row in replay.trajectory.rows if row.kind in ("switch", "start") and row.point is not None]
    return [row.behind // MINUTE if row.behind >= 0 else -1 for row in found]


# golden


def test_a_line_that_was_cut_before_the_fire() -> None:
    """Cut at 11:00 for 6 h, fire at 13:00: the copy is of 10:55, so that 125 minutes are lost."""
    replay = case("cut: {link: line, after: 1 h, lasts: 6 h}, fire: {site: here, after: 3 h}")
    # 13:00 lost, known, decided; 13:20 started. Behind since 11:00, and 5 min before that were on their way.
    assert [line for line in rows(replay.trajectory).splitlines() if line.startswith("start")] == [
        "start app @there | 0.0 | 180 180 180 200 | done | declare here"
    ]
    (row,) = [row for row in replay.trajectory.rows if row.kind == "start"]
    assert row.point is not None
    assert (row.behind // MINUTE, row.point // MINUTE, lost(replay)) == (60, 55, [125])
    text = str(replay.timeline())
    assert "from replica of Tue 10:55: replicated, behind since Tue 11:00" in text
    steps = replay.steps[replay.steps["step"] == "start"]
    assert steps[["copy", "behind_h", "why"]].to_numpy().tolist() == [["replica", 1.0, "replicated, behind"]]
    assert [step["behind"] for step in replay.to_dict()["steps"] if step["kind"] == "start"] == [HOUR]


def test_a_line_that_is_back_has_caught_up() -> None:
    assert lost(case("cut: {link: line, after: 1 h, lasts: 2 h}, fire: {site: here, after: 181 min}")) == [5]
    # what is back at the instant of the loss has nothing to copy from
    replay = case("cut: {link: line, after: 1 h, lasts: 2 h}, fire: {site: here, after: 3 h}")
    assert (lost(replay), behind(replay)) == ([125], [60])
    assert lost(case("cut: {link: line, after: 1 h, lasts: 2 h}, bug: {component: app, after: 3 h}")) == [125]


def test_cut_and_lost_at_one_instant() -> None:
    replay = case("cut: {link: line, after: 3 h}, fire: {site: here, after: 3 h}")
    assert (lost(replay), behind(replay)) == ([5], [-1])


def test_a_standby_site_that_was_down_and_one_that_was_mended() -> None:
    # down from 11:00 to 13:00, lost at 12:00: the switch begins when the site is back
    replay = case("dark: {site: there, after: 1 h, lasts: 2 h}, bug: {component: app, after: 2 h, lasts: 1 d}", "hot")
    assert (lost(replay), behind(replay)) == ([65], [60])
    # broken there at 11:00 and mended for 30 min; the fire is at 11:20, the mended one was never caught up
    broken = "bug: {component: app, sites: [there], after: 1 h}, fire: {site: here, after: 80 min}"
    replay = case(broken, "hot")
    assert (lost(replay), behind(replay)) == ([25], [60])
    # and at 11:40 it was, at 11:30
    assert lost(case(broken.replace("80", "100"), "hot")) == [5]


def test_it_freezes_anew_and_from_the_loss_on() -> None:
    # lost at 11:00 where it broke until 12:00, while `there` is dark (until 13:00): it restarts in place at 12:00, and
    # is lost again at 12:30. The copy did not follow since 11:00.
    replay = case(
        "dark: {site: there, after: 1 h, lasts: 2 h}, bug: {component: app, after: 1 h, lasts: 1 h},"
        " fire: {site: here, after: 150 min}",
        more="    restart: {takes: 0 s}\n",
    )
    assert [time // MINUTE for time in replay.trajectory.outages["bug"][0]] == [60, 120]
    assert lost(replay) == [0, 95]  # in place nothing is lost; then 12:30 - 11:00, and 5 min


def test_sites_without_a_line_between_them_replicate_all_the_same() -> None:
    land = LAND.replace("links: {line: {between: [here, there], bandwidth: 10 MB/s}}\n", "").replace(
        "p: {at: there", "p: {at: here"
    )
    assert lost(case("fire: {site: here, after: 1 h}", land=land)) == [5]
    replay = case("dark: {site: there, after: 1 h, lasts: 1 h}, fire: {site: here, after: 90 min}", land=land)
    assert (lost(replay), behind(replay)) == ([35], [60])


def test_a_split_after_the_standby_was_away() -> None:
    """`there` is dark from 11:00; it is back when the line goes, at 12:00, and takes over alone: what it has is of 10:55."""
    replay = case(
        "dark: {site: there, after: 1 h, lasts: 1 h}, cut: {link: line, after: 2 h, lasts: 30 min}",
        "hot",
        more='    on_partition: "takeover, alone"\n',
    )
    # the line is back at 12:30: here all since 10:55 is lost
    assert lost(replay) == [95]


def test_a_home_in_waiting_freezes_too() -> None:
    """Back at 11:00, in waiting at 12:00 at once (nothing changes); cut at 13:00, and the other is lost at 14:00."""
    replay = case(
        "fire: {site: here, lasts: 1 h}, cut: {link: line, after: 3 h, lasts: 4 h}, flood: {site: there, after: 4 h}",
        response=', failback: {stable: 1 h, window: "daily 3:00-4:00"}',
        more="    restart: {takes: 10 min, by: infra}\n",
    )
    # 10:00: 5 min, at the standby; 14:00 at home: since 13:00, and 5 min
    assert lost(replay) == [5, 65]


def test_what_is_broken_is_not_backed_up() -> None:
    """Copies at 11:00 and 12:00; it is broken from 11:30 to 12:30, and the fire is at 12:45: the copy is of 11:00."""
    land = LAND.replace("WHICH", "cold").replace(
        "asynchronous, lag: 5 min", "backup, taken: every 1 h, restores: 1 GB/s"
    )
    broken = "bug: {component: app, after: 90 min, lasts: 1 h}, fire: {site: here, after: 165 min}"
    replay = case(broken, land=land, more="    restart: {takes: 0 s}\n    give_up_after: {cold: 1 ms}\n")
    assert [(row.point or 0) // MINUTE for row in replay.trajectory.rows if row.kind == "restore"][-1:] == [60]


# property

PLAIN = dict.fromkeys(
    (
        "power",
        "fails",
        "failback",
        "moves",
        "partitions",
        "corruptions",
        "component_outages",
        "circles",
        "active_active",
        "consistency",
        "tests",
    ),
    False,
)


@settings(max_examples=100, deadline=None)
@given(scenarios(min_disruptions=2, max_sites=2, max_components=3, **PLAIN))  # type: ignore[arg-type]
def test_a_copy_is_of_the_last_instant_at_which_sites_reached_each_other(case: Scenario) -> None:
    """Told from flags alone, where nothing breaks by itself: both sites up and joined, and the source running."""
    plan = compile_scenario(case)
    drill, structure = engine_drill(case), plan.structure
    place = {drill.flag_name(flag): flag for _, flag, _ in drill.changes}

    def times(*names: tuple[str, ...]) -> list[tuple[int, bool]]:
        """When all of some flags are up, or not any more."""
        flags = {place[name] for name in names if name in place}
        down: set[int] = set()
        found = [(-1, True)]
        for time, flag, value in drill.changes:
            if flag in flags:
                (down.discard if value else down.add)(flag)
                found.append((time, not down))
        return found

    for row in drill.rows:
        if row.kind not in ("switch", "start") or row.outcome != DONE or row.point is None or row.copy < 0:
            continue
        c, d = plan.steps[row.step].component, plan.steps[row.step].deployment
        (source,) = (s for other, s in structure.deployments if other == c and s != structure.deployments[d][1])
        here, there = structure.sites[source], structure.sites[structure.deployments[d][1]]
        joining = [link for link in structure.links if {source, structure.deployments[d][1]} == {link[1], link[2]}]
        if len(structure.sites) > 2 or len(joining) > 1:
            continue
        lines = [("link", link[0]) for link in joining]
        on = ("on", row.object, here)
        log = times(("site", here), ("site", there), on, *lines)
        recovery = next(each for each in drill.recoveries if each.time == row.end and each.component == c)
        upto = [entry for entry in log if entry[0] <= recovery.lost_at]
        since = recovery.lost_at
        for (_, before), (time, after) in pairwise(upto):
            if before and not after:
                since = time
        copy = plan.copies[c][row.copy]
        lag = copy.lag if copy.lag >= 0 else since - row.point
        assert row.point == since - lag
        assert row.behind == (since if since < recovery.lost_at else -1)
