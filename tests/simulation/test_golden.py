"""Whole timelines, worked out by hand: what a person with a watch and the page of semantics would write down."""

from __future__ import annotations

from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.simulation.trajectory import Trajectory
from drsim.studies.replay import Replay
from drsim.units import HOUR, MINUTE


def replayed(text: str, luck: dict[str, float] | None = None) -> Replay:
    """The drill of a scenario; `luck`: the number of an attempt, by "step object try"."""
    return Replay.of(
        compile_scenario(loads(text)), 1, 0, lambda name, _: (luck or {}).get(f"{name[0]} {name[1]} {name[4]}")
    )


def minutes(time: int) -> str:
    whole, rest = divmod(time, MINUTE)
    assert time < 0 or not rest
    return str(whole) if time >= 0 else "-"


def rows(drill: Trajectory) -> str:
    """step, object, site | incident.try | wanted ready start end, minutes | outcome | bound by."""
    lines = []
    for row in drill.rows:
        cause = row.bound_by
        bound = " ".join(cause) if isinstance(cause, tuple) else f"{cause.kind} {cause.object}" if cause else "-"
        name = f"{row.kind} {row.object}" + (f" @{row.site}" if row.site else "")
        when = " ".join(minutes(time) for time in (row.wanted, row.ready, row.start, row.end))
        lines.append(f"{name} | {row.incident}.{row.attempt} | {when} | {row.outcome} | {bound}")
    return "\n".join(lines)


def segments(replay: Replay, service: str) -> list[tuple[str, int, int]]:
    """Cause, from, to in minutes; details apart."""
    ((_, found),) = replay.explain(service)
    return [(s.cause, s.begin // MINUTE, s.end // MINUTE) for s in found]


def test_a_small_town_hall_lost_on_a_tuesday_afternoon() -> None:
    replay = replayed(
        """\
drsim: scenario 1
title: the hall is lost at 14:00
moment: 2015-05-12 14:00
disruptions: {fire: {site: hall}}
response: {detect: 5 min, assess: {takes: 30 min}, decide: {takes: 60 min, by: crisis}, evacuation: 45 min}
horizon: 3 d
landscape:
  drsim: landscape 1
  sites: {hall: {pools: {hosts: 4}}, annex: {pools: {hosts: 2}, travel: {hall: 25 min}}}
  links: {ring: {between: [hall, annex], bandwidth: 1 GB/s}}
  teams:
    crisis: {people: 3}
    infra: {people: 2, based: hall, call_out: 15 min}
    admins: {people: 1, based: hall, works: "Mon-Fri 8:30-17:30"}
  components:
    oracle:
      at: {hall: active, annex: warm}
      uses: {hosts: 1}
      start: {takes: 35 min, by: infra, works: 50 %, on_site: true}
      data: {size: 270 GB}
      copies:
        standby: {at: annex, kind: asynchronous, lag: 5 min}
        nightly: {at: annex, kind: backup, taken: daily 22:00, restores: 75 MB/s}
    app:
      at: {hall: active, annex: warm}
      needs: [oracle]
      uses: {hosts: 1}
      start: {takes: 20 min, by: infra, on_site: true}
      verify: {takes: 25 min, by: admins}
  services:
    permits: {points: {desk: {at: annex, needs: [app]}}}
""",
        {"start works oracle 0": 0.9, "start works oracle 1": 0.1},
    )
    # 14:00  the hall is lost; infra and the one admin of those present are out of the building until 14:45
    # 14:05  detected; 14:35 assessed. Infra is called: 15 min, and 25 min of travel to the annex: there at 15:15 (75).
    #        The admins are called too, but have no way to go: they have arrived at once, without a row.
    # 15:35  (95) decided, and with no wait declared at once. Both ask for a host of the two: there is room.
    # 15:35  oracle starts warm, 35 min; at 16:10 (130) its one attempt has failed (0.9 is not below 0.5). Next is cold:
    # 16:10  270 GB at 75 MB/s are 3,600 s: restored at 17:10 (190); started again 35 min, this time it works: 17:45 (225)
    # 17:45  app, 20 min: 18:05 (245). It must be checked, but the office closed at 17:30:
    # 8:30   the next morning, 18 h 30 after 14:00 (1110), until 8:55 (1135).
    assert (
        rows(replay.trajectory)
        == """\
detect hall | 0.0 | 0 0 0 5 | done | fire begins
assess hall | 0.0 | 5 5 5 35 | done | detect hall
decide hall | 0.0 | 35 35 35 95 | done | assess hall
mobilise infra @annex | 0.0 | 35 35 35 75 | done | assess hall
declare hall | 0.0 | 95 95 95 95 | done | decide hall
start oracle @annex | 0.0 | 95 95 95 130 | failed | declare hall
start app @annex | 0.0 | 95 225 225 245 | done | start oracle
restore oracle @annex | 0.0 | 130 130 130 190 | done | start oracle
start oracle @annex | 0.1 | 190 190 190 225 | done | restore oracle
verify app @annex | 0.0 | 245 245 1110 1135 | done | start app"""
    )
    assert segments(replay, "permits") == [
        ("not yet detected", 0, 5),
        ("not yet decided", 5, 35),
        ("not yet decided", 35, 95),
        ("failed attempt", 95, 130),
        ("restoring data", 130, 190),
        ("step under way", 190, 225),
        ("step under way", 225, 245),
        ("nobody on duty", 245, 1110),
        ("being verified", 1110, 1135),
    ]
    # the copy is of Monday 22:00, 16 hours before the loss; of the standby's 5 minutes nothing is left
    (recovery,) = replay.trajectory.recoveries
    assert (recovery.time, recovery.lost_at - recovery.point) == (225 * MINUTE, 16 * HOUR)
    assert replay.level("permits") == [(0, 0), (1135 * MINUTE, 1_000_000)]
    teams = replay.plan.structure.teams
    away = {(teams[team], begin, end // MINUTE) for team, begin, end in replay.trajectory.evacuations}
    assert away == {("infra", 0, 45), ("admins", 0, 45)}


def test_a_database_breaks_on_a_friday_afternoon() -> None:
    replay = replayed(
        """\
drsim: scenario 1
title: oracle breaks at 16:00
moment: 2015-05-15 16:00
disruptions: {crack: {component: oracle}}
response: {detect: 5 min, assess: {takes: 30 min}}
horizon: 7 d
landscape:
  drsim: landscape 1
  sites: {hall: {}}
  teams: {infra: {people: 1}}
  suppliers: {vendor: {works: "Mon-Fri 9:00-17:00"}}
  components:
    oracle: {at: {hall: active}, start: {takes: 10 min, by: infra}, repair: {takes: 2 wh, by: vendor}}
  services:
    permits: {points: {desk: {at: hall, needs: [oracle]}}}
"""
    )
    # 16:05  detected: the repair is wanted and ready, but the vendor is called at the end of the assessment, 16:35.
    # 16:35  25 min until 17:00; the other 95 min on Monday from 9:00: 10:35. From Friday 16:00 that is
    #        2 d 18 h 35 min = 2880 + 1115 = 3995 min. Then the restart, as its start: 10 min.
    assert (
        rows(replay.trajectory)
        == """\
detect oracle | 0.0 | 0 0 0 5 | done | crack begins
assess oracle | 0.0 | 5 5 5 35 | done | detect oracle
repair oracle @hall | 0.0 | 5 5 35 3995 | done | detect oracle
restart oracle @hall | 0.0 | 3995 3995 3995 4005 | done | repair oracle"""
    )
    # closed: from Friday 17:00 (60) to Monday 9:00 (3900)
    assert segments(replay, "permits") == [
        ("not yet detected", 0, 5),
        ("people on their way", 5, 35),
        ("supplier at work", 35, 60),
        ("supplier closed", 60, 3900),
        ("supplier at work", 3900, 3995),
        ("step under way", 3995, 4005),
    ]


def test_a_short_dark_that_is_sat_out() -> None:
    replay = replayed(
        """\
drsim: scenario 1
title: no power for 20 minutes
moment: 2015-05-12 10:00
disruptions: {dark: {site: hall, lasts: 20 min}}
response: {detect: 5 min, assess: {takes: 30 min}, wait: 1 h, evacuation: 0 s}
horizon: 1 d
landscape:
  drsim: landscape 1
  sites: {hall: {}, annex: {}}
  links: {ring: {between: [hall, annex], bandwidth: 1 GB/s}}
  teams: {infra: {people: 1, call_out: 15 min}}
  components:
    hypervisor: {scope: site, at: {hall: active, annex: active}, restart: {automatic: true, takes: 3 min}}
    directory: {at: {hall: active, annex: hot}, switch: {takes: 2 min}}
    app: {at: {hall: active, annex: warm}, needs: [hypervisor, directory], start: {takes: 10 min, by: infra}}
  services:
    permits: {points: {desk: {at: annex, needs: [app]}}}
"""
    )
    # The directory takes over by itself, 0-2. The hall is back at 20, before anything is declared: the incident is closed;
    # the hypervisor restarts by itself, 20-23. Assessing goes on until 35, for app must be restarted; nobody decides.
    # Infra is called at 35, is there at 50, and restarts app until 60. The directory stays where it is.
    assert (
        rows(replay.trajectory)
        == """\
detect hall | 0.0 | 0 0 0 5 | done | dark begins
switch directory @annex | 0.0 | 0 0 0 2 | done | dark begins
assess hall | 0.0 | 5 5 5 35 | done | detect hall
restart hypervisor @hall | 0.0 | 20 20 20 23 | done | dark ends
mobilise infra | 0.0 | 35 35 35 50 | done | assess hall
restart app @hall | 0.0 | 35 35 50 60 | done | assess hall"""
    )
    assert segments(replay, "permits") == [
        ("not yet detected", 0, 5),
        ("not yet decided", 5, 35),
        ("people on their way", 35, 50),
        ("step under way", 50, 60),
    ]
