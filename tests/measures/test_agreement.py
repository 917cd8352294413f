"""The engine and the plain second implementation measure the same, for whatever the generator thinks of.

Once at the end of the whole chain, each from its own drill; once from drills that are made up: flags that are turned at instants
around the lengths that count (`settle`, the MTPD), far more of them than people could cause.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from agreement import (
    as_reference,
    engine_drill,
    engine_measured,
    reference_drill,
    reference_measured,
    unequal,
)
from hypothesis import HealthCheck, event, given, settings
from made_up import made_up

from drsim.measures.drills import CONTINUITY, groups, measure
from drsim.model.scenario import Scenario
from drsim.reading import loads
from drsim.simulation.levels import levels
from drsim.simulation.trajectory import Trajectory
from drsim.testing import scenarios
from drsim.units import HOUR, MINUTE

EXAMPLES = int(os.environ.get("DRSIM_EXAMPLES", "60"))
usual = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
thorough = settings(usual, max_examples=20 * EXAMPLES)


def check_chain(scenario: Scenario) -> None:
    drills = [engine_drill(scenario, 1, replication) for replication in range(2)]
    others = [reference_drill(scenario, 1, replication) for replication in range(2)]
    measured = engine_measured(drills)
    for name, value in measured.items():
        if name.startswith("0: continuity"):
            event(value)
    found = unequal(measured, reference_measured(scenario, others))
    assert not found, "\n".join(found[:10])


@usual
@given(scenarios(max_components=6))
def test_each_from_its_own_drill(scenario: Scenario) -> None:
    check_chain(scenario)


@pytest.mark.long
@thorough
@given(scenarios(max_components=10, max_disruptions=4))
def test_each_from_its_own_of_many_drills(scenario: Scenario) -> None:
    check_chain(scenario)


def check_made_up(drills: list[Trajectory]) -> None:
    scenario = drills[0].plan.scenario
    # a standby is there until its flag is raised, whatever else happened in the drill
    drills = [replace(drill, made=[], outages={}, corrupt=[]) for drill in drills]
    found = unequal(engine_measured(drills), reference_measured(scenario, [as_reference(drill) for drill in drills]))
    assert not found, "\n".join(found[:10])


@settings(usual, max_examples=2 * EXAMPLES)
@given(made_up())
def test_both_from_one_that_is_made_up(drills: list[Trajectory]) -> None:
    check_made_up(drills)


@pytest.mark.long
@thorough
@given(made_up())
def test_both_from_many_that_are_made_up(drills: list[Trajectory]) -> None:
    check_made_up(drills)


# worked out by hand


def both(text: str) -> dict[str, Any]:
    """What is measured in one drill, on which both agree; contacts are exact."""
    scenario = loads(text)
    measured = reference_measured(scenario, [reference_drill(scenario)])
    assert unequal(engine_measured([engine_drill(scenario)]), measured) == []
    return measured


COUNTERS = """\
drsim: scenario 1
title: two counters
moment: 2015-05-12 10:00
horizon: 2 d
disruptions: {fire: {site: north, lasts: 6 h}, broken: {component: y, after: 1 d}}
landscape:
  drsim: landscape 1
  sites: {north: {kind: town hall, inhabitants: 100}, south: {kind: town hall, inhabitants: 100}}
  components:
    x: {at: {north: active}, data: {size: 1 GB}, restart: {automatic: true, takes: 0 s}}
    y: {at: {south: active}, data: {size: 1 GB}}
  services:
    permits:
      targets: {mbco: 60 %}
      demand: 70/week
      open: never
      points:
        morning: {at: north, municipality: north, needs: [x], open: "Mon-Fri 9:00-12:00"}
        midday: {at: south, municipality: south, needs: [y], open: "Mon-Fri 11:00-16:00"}
"""
ONE_COUNTER = """\
drsim: scenario 1
title: one counter, closed twice for ten minutes
moment: 2015-05-12 8:55
horizon: 2 d
disruptions: {first: {site: hall, lasts: 10 min}, second: {site: hall, after: 1 h, lasts: 10 min}}
landscape:
  drsim: landscape 1
  sites: {hall: {}}
  components: {lamp: {at: {hall: active}}}
  services: {permits: {targets: {mbco: 100 %}, points: {counter: {at: hall}}}}
"""
SERVICE, NORTH, SOUTH = ("permits", "", ""), ("permits", "north", ""), ("permits", "south", "")


def test_hours_and_data_are_those_of_the_points_measured() -> None:
    measured = both(COUNTERS)
    # The fire is on Tuesday 10:00-16:00, y is broken from Wednesday 10:00 to the end on Thursday at 10:00. One of two
    # points is less than 60 %. Together they are open 9:00-16:00: 6 hours of Tuesday, 6 of Wednesday, 1 of Thursday.
    # Alone, the one in the north misses 10:00-12:00 on Tuesday, the one in the south 11:00-16:00 on Wednesday.
    assert measured[f"0: downtime open of {SERVICE}"] == 13 * HOUR
    assert measured[f"0: downtime open of {NORTH}"] == 2 * HOUR
    assert measured[f"0: downtime open of {SOUTH}"] == 5 * HOUR
    # x starts again where it was and loses nothing; y never comes back, which is nothing to the north.
    assert measured[f"0: data loss of {SERVICE}"] == measured[f"0: data loss of {SOUTH}"] == math.inf
    assert measured[f"0: data loss of {NORTH}"] == 0
    # 35 a week in 15 hours in the north, open 2 + 3 + 1 hours; 35 in 25 hours in the south, open 5 + 5.
    assert measured[f"0: contacts of {NORTH}"] == measured[f"0: contacts of {SOUTH}"] == 14
    assert measured[f"0: contacts lost of {NORTH}"] == Fraction(35, 15) * 2
    assert measured[f"0: contacts lost of {SOUTH}"] == Fraction(35, 25) * 5
    assert measured[f"0: contacts lost of {SERVICE}"] == Fraction(14, 3) + 7


@pytest.mark.parametrize(
    ("settle", "found"),
    [("50 min", [(0, 10), (60, 70)]), ("50 min 1 ms", [(0, 70)])],
)
def test_exactly_settle_apart_are_two(settle: str, found: list[tuple[int, int]]) -> None:
    measured = both(f"{ONE_COUNTER}response: {{settle: {settle}}}\n")
    assert measured[f"0: interruptions of {SERVICE}"] == [(a * MINUTE, b * MINUTE) for a, b in found]
    assert measured[f"0: downtime of {SERVICE}"] == 20 * MINUTE
    # The first of two that are equally long is 8:55-9:05, the second 9:55-10:05: 5 working minutes, not 10.
    assert measured[f"0: working time of {SERVICE}"] == (5 if len(found) == 2 else 65) * MINUTE


@pytest.mark.parametrize(("mtpd", "continuity"), [("10 min", "interrupted"), ("599999 ms", "lost")])
def test_exactly_the_mtpd_is_not_lost(mtpd: str, continuity: str) -> None:
    measured = both(ONE_COUNTER.replace("mbco: 100 %", f"mtpd: {mtpd}"))
    assert measured[f"0: continuity of {SERVICE}"] == continuity


PAIR = """\
drsim: scenario 1
title: a hall and its annex
moment: 2015-05-12 10:00
horizon: 1 d
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}}
landscape:
  drsim: landscape 1
  sites: {hall: {}, annex: {}, far: {}}
  links:
    one: {between: [hall, annex], bandwidth: 1 GB/s}
    two: {between: [annex, far], bandwidth: 1 GB/s}
    three: {between: [hall, far], bandwidth: 1 GB/s}
  components:
    app: {at: {hall: active, annex: warm}, start: {takes: 1 h}, restart: {takes: 30 min}, repair: {takes: 2 h}}
    alone: {at: {far: active}}
    rack: {at: {hall: active, annex: active}, scope: site}
    twin: {at: {annex: active, far: active}, restart: {automatic: true, takes: 10 min}}
  services:
    desk: {points: {far: {at: far, needs: [app]}}}
    other: {points: {far: {at: far, needs: [alone, twin]}}}
"""
DESK, OTHER = ("desk", "", ""), ("other", "", "")
BARE = {
    # Lost at 1:00: the annex is all that is left, and stays so after the failover, since the hall is stale: 23 h.
    "fire: {site: hall, after: 1 h, lasts: 6 h}": ([(60, 1440)], []),
    # A line that is cut loses nothing, and the standby is there; it is broken for 2 h until it is mended, from 3:00 on.
    "cut: {link: one, lasts: 4 h}, rot: {component: app, sites: [annex], after: 3 h, lasts: until repaired}": (
        [(180, 300)],
        [],
    ),
    # The annex is down 1:00-5:00, and it takes its twin until 5:10.
    "dark: {site: annex, after: 1 h, lasts: 4 h}": ([(60, 300)], [(60, 310)]),
    # 0:00 the app is broken, and mended at 2:00; it has been moved at 1:00, which is nothing to come back from.
    "crash: {component: app, lasts: until repaired}": ([(0, 1440)], []),
    # Two at once: the standby's site is down from 1:00 to 2:00, and itself is broken from 1:30 to 3:00.
    "dark: {site: annex, after: 1 h, lasts: 1 h}, rot: {component: app, sites: [annex], after: 90 min, lasts: 90 min}": (
        [(60, 180)],
        [(60, 130)],
    ),
}


@pytest.mark.parametrize("what", BARE)
def test_without_a_standby(what: str) -> None:
    measured = both(f"{PAIR}disruptions: {{{what}}}\n")
    app, twin = ([(a * MINUTE, b * MINUTE) for a, b in spans] for spans in BARE[what])
    assert measured.get("0: unprotected app", []) == app
    assert measured.get("0: unprotected twin", []) == twin
    assert not {"0: unprotected alone", "0: unprotected rack"} & measured.keys()
    assert measured[f"0: unprotected of {DESK}"] == sum(b - a for a, b in app)
    assert measured[f"0: unprotected of {OTHER}"] == sum(b - a for a, b in twin)


@pytest.mark.parametrize(("after", "back"), [("59 min", 179), ("60 min", 180)])
def test_a_second_failure_finds_no_standby(after: str, back: int) -> None:
    """The annex is lost while, or just as, the app goes there: nothing is left to go to until the annex is back."""
    measured = both(
        f"{PAIR}disruptions: {{fire: {{site: hall}}, second: {{site: annex, after: {after}, lasts: 1 h}}}}\n"
    )
    assert measured["0: unprotected app"] == [(0, 1440 * MINUTE)]
    # Lost at 59 min it is back at 119 min, and the start begins anew: an hour, to 179 min. A minute later the same.
    assert measured[f"0: interruptions of {DESK}"] == [(0, back * MINUTE)]


def test_a_second_failure_after_the_failover_finds_no_standby() -> None:
    measured = both(f"{PAIR}disruptions: {{fire: {{site: hall, lasts: 3 h}}, second: {{site: annex, after: 6 h}}}}\n")
    # Back at the annex at 1:00, the hall is there again at 3:00. Lost again at 6:00 the app has no standby; what is left
    # is to start what has been stale in the hall since 0:00: 30 min. All that was written since is lost.
    assert measured[f"0: interruptions of {DESK}"] == [(0, 60 * MINUTE), (360 * MINUTE, 390 * MINUTE)]
    assert measured["0: unprotected app"] == [(0, 1440 * MINUTE)]


def test_a_copy_that_is_found_unusable_is_no_standby() -> None:
    copy = "data: {size: 1 GB}, copies: {mirror: {at: annex, kind: synchronous, works: 1 %}}"
    text = PAIR.replace("app: {", f"app: {{{copy}, ")
    scenario = loads(f"{text}disruptions: {{crash: {{component: app, lasts: until repaired}}}}\n")
    drill = reference_drill(scenario)
    assert any(row.outcome == "unusable" for row in drill.rows)
    measured = reference_measured(scenario, [drill])
    assert unequal(engine_measured([engine_drill(scenario)]), measured) == []
    # Mended at 2:00 and started by 2:30 where it was, it runs, but there is nothing to go to.
    assert measured["0: unprotected app"] == [(0, 1440 * MINUTE)]


@pytest.mark.parametrize("weights", [(1,) * 49, (1, 2, 3, 5, 7, 11, 13)])
def test_parts_add_up_to_exactly_the_whole(weights: tuple[int, ...]) -> None:
    """The weights are no binary fractions of their sum, yet nothing is missing when all points are there."""
    points = ", ".join(f"p{i}: {{at: hall, weight: {weight}}}" for i, weight in enumerate(weights))
    measured = both(ONE_COUNTER.replace("counter: {at: hall}", points))
    assert measured[f"0: downtime of {SERVICE}"] == 20 * MINUTE
    assert measured[f"0: degraded of {SERVICE}"] == 0


@pytest.mark.parametrize(("mbco", "downtime"), [("80 %", 0), ("80.0001 %", 20)])
def test_exactly_the_minimum_is_enough(mbco: str, downtime: int) -> None:
    # Eight tenths, which as floats add up to less than 0.8.
    points = "gone: {at: hall, weight: 2}, " + ", ".join(f"p{i}: {{at: kiosk}}" for i in range(8))
    text = (
        ONE_COUNTER.replace("counter: {at: hall}", points)
        .replace("100 %", mbco)
        .replace("{hall: {}}", "{hall: {}, kiosk: {}}")
    )
    measured = both(text)
    assert measured[f"0: downtime of {SERVICE}"] == downtime * MINUTE
    assert measured[f"0: degraded of {SERVICE}"] == (20 - downtime) * MINUTE


def test_the_least_part_that_is_missing_is_seen() -> None:
    points = "gone: {at: hall}, there: {at: kiosk, weight: 2000000}"
    text = ONE_COUNTER.replace("counter: {at: hall}", points).replace("100 %", "50 %")
    measured = both(text.replace("{hall: {}}", "{hall: {}, kiosk: {}}"))
    assert measured[f"0: degraded of {SERVICE}"] == 20 * MINUTE


def test_a_difference_is_seen() -> None:
    """Every measure that is a little off is reported, and so is one that is missing."""
    scenario = loads(COUNTERS)
    reference = reference_measured(scenario, [reference_drill(scenario)])
    measured = engine_measured([engine_drill(scenario)])
    assert unequal(measured, reference) == []
    for name, value in measured.items():
        (found,) = unequal(measured | {name: perturbed(value)}, reference)
        assert found.startswith(f"{name}: engine ")
        if "level of deployment" not in name:
            assert unequal({each: measured[each] for each in measured if each != name}, reference)
    assert unequal(measured | {"0: one more": 0}, reference) == ["0: one more: only one has it"]


def perturbed(value: Any) -> Any:
    """A value that differs as little as it can."""
    match value:
        case str():
            return next(other for other in CONTINUITY if other != value)
        case float():
            return value * (1 + 1e-11) if 0 < value < math.inf else 1e-300
        case int():
            return value + 1
        case tuple():
            return (*value[:-1], perturbed(value[-1]))
        case [*some, last]:
            return [*some, perturbed(last)]
        case _:
            return [(0, 1)]


@usual
@given(made_up())
def test_paper_and_neighbours_only_help_citizens(drills: list[Trajectory]) -> None:
    """Nobody more is turned away, continuity is no worse, and what is measured of the systems stays as it is."""
    plan = drills[0].plan
    without = plan.but(by_hand={}, fallbacks={})
    level, which = levels(plan, drills), groups(plan)
    helped, alone = measure(plan, which, drills, level), measure(without, which, drills, level)
    assert (helped.contacts_lost <= alone.contacts_lost + 1e-9).all()
    assert (helped.continuity <= alone.continuity).all()
    assert not alone.by_hand.any()
    assert not alone.elsewhere.any()
    for name in (
        "recovery",
        "working",
        "downtime",
        "downtime_open",
        "degraded",
        "degraded_open",
        "data_loss",
        "interruptions",
    ):
        assert (getattr(helped, name) == getattr(alone, name)).all(), name
    assert (helped.elsewhere >= 0).all()
    assert (helped.contacts_lost + helped.elsewhere <= alone.contacts_lost + 1e-9).all()


def test_what_makes_room_is_no_planned_interruption_not_even_when_a_link_is_cut_later() -> None:
    measured = both("""\
drsim: scenario 1
title: a test environment that people count on
moment: 2015-05-12 10:00
horizon: 1 d
disruptions: {fire: {site: north, lasts: 6 h}, cut: {link: line, after: 2 h, lasts: 1 h}}
response: {detect: 0 s, assess: {takes: 30 min}, decide: {takes: 0 s}}
landscape:
  drsim: landscape 1
  sites: {north: {pools: {hosts: 1}}, south: {pools: {hosts: 1}}, west: {}}
  links: {line: {between: [south, west], bandwidth: 1 GB/s}, ring: {between: [north, south], bandwidth: 1 GB/s}}
  components:
    x: {at: {north: active, south: warm}, uses: {hosts: 1}, start: {takes: 1 h}}
    y: {at: {south: active}, uses: {hosts: 1}, sheddable: true, stop: {takes: 0 s}, restart: {takes: 5 min}}
  services: {s: {points: {p: {at: south, needs: [y]}}}}
  response: {failback: {stable: 1 h}}
""")
    assert [value for name, value in measured.items() if name.startswith("0: planned")] == [0, 0]
