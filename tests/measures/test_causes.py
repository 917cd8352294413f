"""Explanations worked out by hand, one for each rule of section 14; the arithmetic is beside each.

Times are minutes from the moment of the drill, Tuesday 10:00 unless a case says otherwise. Unless a case says otherwise
everybody knows and decides at once. `luck` names uniform numbers by "purpose object", "usable copy" for a copy; others are 0.5.
"""

from __future__ import annotations

from cases import drilled, scenario

from drsim.planning.compile import compile_scenario
from drsim.reading import loads
from drsim.studies.replay import Replay
from drsim.units import HOUR, MINUTE

PLACES = """\
sites: {here: {}, there: {}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  wire: {between: [there, desk], bandwidth: 10 MB/s}
"""
SERVICE = "services: {s: {targets: {mbco: 100 %}, points: {p: {at: desk, needs: [app]}}}}\n"
END = 3 * 24 * 60


def explained(landscape: str, luck: dict[str, float] | None = None, **head: str) -> list[tuple[str, str, int, int]]:
    """Cause, detail, from, to in minutes of the one interruption of service s."""

    def number(name: tuple[str, str, str, int, int]) -> float:
        purpose, thing, place, _, _ = name
        return (luck or {}).get(f"{purpose} {place if purpose == 'usable' else thing}", 0.5)

    replay = Replay.of(
        compile_scenario(scenario(landscape, **{"horizon": "3 d", **head})), 1, 0, lambda name, _: number(name)
    )
    ((_, segments),) = replay.explain("s")
    assert all(segment.begin % MINUTE == segment.end % MINUTE == 0 for segment in segments)
    return [(each.cause, each.detail, each.begin // MINUTE, each.end // MINUTE) for each in segments]


# people


def test_before_assess_nobody_is_on_the_way_but_nobody_is_on_duty() -> None:
    # Lost at 3:00, known at 3:15. Infra works from 8:00, 300 min after the loss; assess takes 30 min, app starts in 60.
    found = explained(
        PLACES
        + 'teams: {infra: {people: 1, works: "Mon-Sun 8:00-23:00"}}\n'
        + "components: {app: {at: {here: active, there: warm}, start: {takes: 60 min}}}\n"
        + SERVICE,
        moment="2015-05-16 03:00",
        response="{detect: 15 min, assess: {takes: 30 min, by: infra}, decide: {takes: 0 s}, evacuation: 0 s}",
    )
    assert found == [
        ("not yet detected", "detect", 0, 15),
        ("nobody on duty", "", 15, 300),
        ("not yet decided", "assess", 300, 330),
        ("step under way", "app", 330, 390),
    ]


def test_people_of_the_lost_building_are_on_their_way_before_assess() -> None:
    # Infra is out of the building for 45 min; it is known after 10.
    found = explained(
        PLACES
        + "teams: {infra: {people: 1, based: here, works: always}}\n"
        + "components: {app: {at: {here: active, there: warm}, start: {takes: 60 min}}}\n"
        + SERVICE,
        response="{detect: 10 min, assess: {takes: 30 min, by: infra}, decide: {takes: 0 s}, evacuation: 45 min}",
    )
    assert found == [
        ("not yet detected", "detect", 0, 10),
        ("people on their way", "out of the lost building", 10, 45),
        ("not yet decided", "assess", 45, 75),
        ("step under way", "app", 75, 135),
    ]


def test_before_assess_is_over_nobody_is_called() -> None:
    # Broken at 0, noticed at 10: its repair is ready, but infra is called at the end of assess only (10-40), and 15 min away.
    found = explained(
        PLACES
        + "teams: {infra: {people: 1, call_out: 15 min}}\n"
        + "components: {app: {at: {there: active}, repair: {takes: 60 min, by: infra}, restart: {takes: 0 s}}}\n"
        + SERVICE,
        disruptions="{bug: {component: app}}",
        response="{detect: 10 min, assess: {takes: 30 min}, decide: {takes: 0 s}}",
    )
    assert found == [
        ("not yet detected", "detect", 0, 10),
        ("not yet decided", "assess", 10, 40),
        ("people on their way", "", 40, 55),
        ("step under way", "app", 55, 115),
    ]


BOTH = """\
teams: {infra: {people: 1, works: "Mon-Fri 9:00-17:00"}}
suppliers: {TEAM: {people: 1, works: "Mon-Fri 9:00-17:00"}}
components: {app: {at: {here: active, there: warm}, start: {takes: 4 wh, by: {infra: 1, TEAM: 1}}}}
"""


def test_a_step_in_working_hours_stands_still_with_its_first_team() -> None:
    # From 14:00: 3 open hours until 17:00, closed for 16 h until 9:00 (180 + 960 = 1140), one more open hour.
    # The crew is infra and a supplier; the calendar is that of the first by name.
    for team, cause in (("zeta", "nobody on duty"), ("acme", "supplier closed")):
        found = explained(PLACES + BOTH.replace("TEAM", team) + SERVICE, moment="2015-05-12 14:00")
        assert found == [
            ("step under way", "app", 0, 180),
            (cause, "app", 180, 1140),
            ("step under way", "app", 1140, 1200),
        ]


def test_a_step_by_suppliers_alone_is_their_work() -> None:
    text = BOTH.replace("{infra: 1, TEAM: 1}", "acme").replace("TEAM", "acme")
    found = explained(PLACES + text + SERVICE, moment="2015-05-12 14:00")
    assert found == [
        ("supplier at work", "app", 0, 180),
        ("supplier closed", "app", 180, 1140),
        ("supplier at work", "app", 1140, 1200),
    ]


# no way back


def test_after_the_last_attempt_there_is_no_way_back() -> None:
    # db starts in 10 min. Both attempts of app fail, 20 min each: 10-30-50. `here` never returns.
    found = explained(
        PLACES
        + "components:\n"
        + "  db: {at: {here: active, there: warm}, start: {takes: 10 min}}\n"
        + "  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 20 min, works: 50 %, attempts: 2}}\n"
        + SERVICE,
        {"start works app": 0.9},
    )
    attempts = [("step under way", "db", 0, 10), ("failed attempt", "start app", 10, 50)]
    assert found == [*attempts, ("no way back", "every attempt to start app failed", 50, END)]


ONCE = (
    "components: {app: {at: {here: active, there: warm}, start: {takes: 20 min, works: 50 %, attempts: 1}, RESTART}}\n"
)


def test_after_the_last_attempt_a_site_that_returns_is_waited_for() -> None:
    # The only attempt fails, 0-20. What is left is a restart in place: `here` returns on the fourth day, the horizon is
    # the third; or it returns at 100, and the restart takes 30 min.
    text = PLACES + ONCE.replace("RESTART", "restart: {takes: 30 min}") + SERVICE
    failed = ("failed attempt", "start app", 0, 20)
    found = explained(text, {"start works app": 0.9}, disruptions="{fire: {site: here, lasts: 4 d}}")
    assert found == [failed, ("waiting for a site", "fire", 20, END)]
    found = explained(text, {"start works app": 0.9}, disruptions="{fire: {site: here, lasts: 100 min}}")
    assert found == [failed, ("waiting for a site", "fire", 20, 100), ("step under way", "app", 100, 130)]


def test_what_has_no_standby_has_no_way_back_and_that_binds_from_the_loss_on() -> None:
    # app could start after db alone; db never returns, so nothing of what is done for others matters.
    found = explained(
        PLACES
        + "components:\n"
        + "  db: {at: {here: active}}\n"
        + "  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 20 min}}\n"
        + SERVICE,
    )
    assert found == [("no way back", "db has no standby, and its site does not return", 0, END)]


def test_one_of_two_that_are_gone_is_not_to_blame_while_the_other_would_do() -> None:
    # Either of old and new would do. old never returns; new fails at 30, its only attempt: after that nothing is left.
    found = explained(
        PLACES
        + "components:\n"
        + "  old: {at: {here: active}}\n"
        + "  new: {at: {here: active, there: warm}, start: {takes: 30 min, works: 50 %, attempts: 1}}\n"
        + SERVICE.replace("[app]", "[{any: [old, new]}]"),
        {"start works new": 0.9},
    )
    assert found == [
        ("failed attempt", "start new", 0, 30),
        ("no way back", "every attempt to start new failed", 30, END),
    ]


TAPES = """\
teams: {infra: {people: 1, works: "Mon-Fri 9:00-17:00"}}
components:
  app:
    at: {here: active, there: cold}
    start: {takes: 10 min}
    restore: {by: infra}
    data: {size: 60 GB}
    copies:
      tape: {at: there, kind: backup, taken: daily 22:00, restores: 1 GB/s, works: 50 %}
"""


def test_a_copy_in_the_burnt_building_is_waited_for_by_day_and_by_night() -> None:
    # 60 GB at 1 GB/s are 60 s; the tape is unusable. The other lies in `here`: nights do not matter any more.
    other = "      disk: {at: here, kind: backup, taken: daily 22:00, restores: 1 GB/s}\n"
    found = explained(PLACES + TAPES + other + SERVICE, {"usable tape": 0.9})
    # Both are of the same instant; disk comes first by name, but cannot be read.
    assert found == [("failed attempt", "restore app", 0, 1), ("waiting for a copy", "app", 1, END)]


def test_no_copy_is_usable() -> None:
    found = explained(PLACES + TAPES + SERVICE, {"usable tape": 0.9})
    assert found == [("failed attempt", "restore app", 0, 1), ("no way back", "no usable copy of app", 1, END)]


# room


ROOM = """\
sites: {here: {pools: {hosts: 2}}, there: {pools: {hosts: 1}}, desk: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  wire: {between: [there, desk], bandwidth: 10 MB/s}
components:
  first: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 40 min, works: 50 %, attempts: 1}}
  app: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 10 min}}
services:
  s: {targets: {mbco: 100 %}, points: {p: {at: desk, needs: [app]}}}
  t: {targets: {rto: 1 h, mbco: 100 %}, points: {p: {at: desk, needs: [first]}}}
"""
KNOWN = "{detect: 5 min, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s}"


def test_room_that_another_gives_back() -> None:
    # There is one host. first is tighter and has it from 5 on; at 45 its only attempt fails, and app begins.
    found = explained(ROOM, {"start works first": 0.9}, response=KNOWN)
    assert found == [
        ("not yet detected", "detect", 0, 5),
        ("waiting for capacity", "room for app at there", 5, 45),
        ("step under way", "app", 45, 55),
    ]


def test_room_that_never_comes() -> None:
    # This time first succeeds, and keeps the only host.
    found = explained(ROOM, {"start works first": 0.1}, response=KNOWN)
    assert found == [("not yet detected", "detect", 0, 5), ("waiting for capacity", "room for app at there", 5, END)]


# a second outage


TWICE = """\
components:
  db: {at: {here: active, there: warm}, start: {takes: 30 min}}
  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 60 min}}
"""


def test_an_outage_that_interrupts_a_start() -> None:
    # db 0-30, app from 30. `there` is away 50-70: it interrupts app and takes db down; db is lost again, and is known,
    # at 70 it restarts (10 min), then app 80-140.
    found = explained(
        PLACES + TWICE.replace("30 min}", "30 min}, restart: {takes: 10 min}") + SERVICE,
        disruptions="{fire: {site: here}, flood: {site: there, after: 50 min, lasts: 20 min}}",
    )
    assert found == [
        ("step under way", "db", 0, 30),
        ("failed attempt", "start app", 30, 50),
        ("waiting for a site", "flood", 50, 70),
        ("step under way", "db", 70, 80),
        ("step under way", "app", 80, 140),
    ]


def test_an_outage_that_breaks_what_had_come_back() -> None:
    # db 0-30, app from 30. At 50 db breaks for good and needs a repair of 15 min, known after 5 min: 55-70; its restart
    # takes 10 min: 80. app lost its ground at 50 and begins again: 80-140.
    found = explained(
        PLACES + TWICE.replace("30 min}", "30 min}, restart: {takes: 10 min}, repair: {takes: 15 min}") + SERVICE,
        disruptions="{fire: {site: here}, fault: {component: db, sites: [there], after: 50 min, lasts: until repaired}}",
        response=KNOWN,
    )
    # The loss of `here` is known at 5 as well: db 5-35, app 35-50.
    assert found == [
        ("not yet detected", "detect", 0, 5),
        ("step under way", "db", 5, 35),
        ("failed attempt", "start app", 35, 50),
        ("not yet detected", "detect", 50, 55),
        ("step under way", "db", 55, 80),
        ("step under way", "app", 80, 140),
    ]


def test_before_a_good_time_in_between_the_walk_goes_on() -> None:
    # app 5-65; in service for 10 min, less than `settle`; then `there` is away 75-95 and app restarts: 95-105.
    found = explained(
        PLACES
        + "components: {app: {at: {here: active, there: warm}, start: {takes: 60 min}, restart: {takes: 10 min}}}\n"
        + SERVICE,
        disruptions="{fire: {site: here}, flood: {site: there, after: 75 min, lasts: 20 min}}",
        response=KNOWN[:-1] + ", settle: 15 min}",
    )
    assert found == [
        ("not yet detected", "detect", 0, 5),
        ("step under way", "app", 5, 65),
        ("in service between", "", 65, 75),
        ("waiting for a site", "flood", 75, 95),
        ("step under way", "app", 95, 105),
    ]


def test_what_waits_for_room_starts_where_it_was_as_soon_as_it_can() -> None:
    """The room at b is for one, and db has it; a is back after four hours, and dark again for a minute at ten hours."""
    scenario = loads("""\
drsim: scenario 1
title: no room
moment: 2015-05-12 10:00
horizon: 2 d
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 1 h}, evacuation: 0 s}
disruptions: {x: {site: a, lasts: 4 h}, z: {site: a, after: 10 h, lasts: 1 min}}
landscape:
  sites: {a: {pools: {hosts: 2}}, b: {pools: {hosts: 1}}, c: {}}
  links: {ab: {between: [a, b], bandwidth: 1 Gbit/s}, bc: {between: [b, c], bandwidth: 1 Gbit/s}}
  components:
    db: {at: {a: active, b: warm}, uses: {hosts: 1}, start: {takes: 1 h}}
    zz: {at: {a: active, b: warm}, uses: {hosts: 1}, start: {takes: 1 h}}
  services: {s: {points: {desk: {at: c, needs: [zz]}}}}
""")
    first, second = Replay.of(compile_scenario(scenario), 1, 0).explain("s")
    # decided 0-1, and no room at b: so zz starts again at a, 4-5; at 10:01 nothing is decided yet, and it starts again 10:01-11:01
    assert [(each.cause, each.length // MINUTE) for each in first[1]] == [
        ("waiting for a site", 240),
        ("step under way", 60),
    ]
    assert [(each.cause, each.length // MINUTE) for each in second[1]] == [
        ("waiting for a site", 1),
        ("step under way", 60),
    ]


def test_a_transfer_says_beside_which_others_it_goes() -> None:
    # 36 and 18 GB over one line of 10 MB/s: both at half of it until the smaller one is there after an hour, then the rest alone
    replay = drilled(
        """\
sites: {here: {}, there: {}, store: {}}
links:
  line: {between: [store, there], bandwidth: 10 MB/s}
  spare: {between: [here, there], bandwidth: 10 MB/s}
classes: {cold: {at: {here: active, there: cold}}}
components:
  large: {class: cold, data: {size: 36 GB}, copies: {tape: {at: store, kind: backup, taken: daily 6:00, restores: 1 GB/s}}}
  small: {class: cold, data: {size: 18 GB}, copies: {tape: {at: store, kind: backup, taken: daily 6:00, restores: 1 GB/s}}}
  apart: {class: cold, data: {size: 9 GB}, copies: {tape: {at: there, kind: backup, taken: daily 6:00, restores: 1 MB/s}}}
services: {s: {points: {p: {at: there, needs: [large]}}}}
"""
    )
    ((_, segments),) = replay.explain("s")
    restoring = [segment for segment in segments if segment.cause == "restoring data"]
    assert [(each.end / HOUR, each.detail, each.beside) for each in restoring] == [
        (1, "large", "small"),
        (1.5, "large", ""),
    ]
    assert "large, beside small" in replay.timeline("s")
