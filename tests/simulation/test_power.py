"""The supply of a site whose mains are away; times in minutes, the arithmetic beside each case."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest
from cases import rows, scenario, segments
from hypothesis import given, settings
from reference.power import Span, without_supply

from drsim.errors import InputError
from drsim.model import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import NEVER
from drsim.studies.replay import Replay
from drsim.testing import scenarios
from drsim.units import MINUTE

LAND = """\
sites: {{here: {{{power}}}, there: {{}}}}
links: {{line: {{between: [here, there], bandwidth: 10 MB/s}}}}
components: {{app: {{at: {{here: active}}, restart: {{takes: 10 min}}}}}}
services: {{s: {{points: {{p: {{at: here, needs: [app]}}}}}}}}
"""


def storm(power: str, lasts: str = "10 h", **head: str) -> Scenario:
    return scenario(LAND.format(power=power), **{"disruptions": f"{{storm: {{power: here, lasts: {lasts}}}}}", **head})


def replay(case: Scenario, luck: dict[str, float] | None = None) -> Replay:
    """A drill; `luck` by "purpose number-of-the-outage", others are 0.5."""
    return Replay.of(compile_scenario(case), 1, 0, lambda name, _: (luck or {}).get(f"{name[0]} {name[3]}", 0.5))


def down(case: Scenario, luck: dict[str, float] | None = None) -> list[tuple[float, float]]:
    spans = replay(case, luck).trajectory.outages["here.power"]
    return [(begin / MINUTE, end / MINUTE) for begin, end in spans]


def test_without_anything_a_site_goes_down_with_its_mains() -> None:
    assert down(storm("")) == [(0, 600)]


def test_a_battery_puts_it_off() -> None:
    assert down(storm("power: {ups: 20 min}")) == [(20, 600)]
    assert down(storm("power: {ups: 10 h}")) == []
    assert down(storm("power: {ups: 599 min}")) == [(599, 600)]


def test_a_generator_that_is_late_leaves_a_gap() -> None:
    generator = "generator: {takes: 30 min}"
    assert down(storm(f"power: {{ups: 20 min, {generator}}}")) == [(20, 30)]
    assert down(storm(f"power: {{ups: 30 min, {generator}}}")) == []
    assert down(storm(f"power: {{{generator}}}")) == [(0, 30)]
    # a generator that would be ready when the mains are back is no help
    assert down(storm("power: {generator: {takes: 10 h}}")) == [(0, 600)]


def test_a_generator_that_does_not_start() -> None:
    case = storm("power: {ups: 20 min, generator: {works: 60 %, takes: 5 min}}")
    assert down(case, {"generator works 0": 0.599}) == []
    assert down(case, {"generator works 0": 0.601}) == [(20, 600)]


def test_a_generator_that_fails_leaves_the_battery_that_it_charged() -> None:
    # ready at 10 with 10 of 20 left; in 60 min of running it gains 60 x 20 / 480 = 2.5: empty 12.5 min after 70.
    assert down(storm("power: {ups: 20 min, generator: {takes: 10 min, runs: 1 h}}")) == [(82.5, 600)]
    # with a quick charger it is full again
    fast = storm("power: {ups: 20 min, recharge: 40 min, generator: {takes: 10 min, runs: 1 h}}")
    assert down(fast) == [(90, 600)]


def test_fuel_runs_out_and_comes() -> None:
    # 2 h in the tank from 1 min on: dry at 121; filled at 3 h 1 min = 181, dry at 301, filled at 361 and 541 (dry at 481)
    dry = storm("power: {generator: {fuel: 2 h, refuel: 3 h}}")
    assert down(dry) == [(0, 1), (121, 181), (301, 361), (481, 541)]
    # filled in the very minute in which it would run dry, or before
    assert down(storm("power: {generator: {fuel: 2 h, refuel: 2 h}}")) == [(0, 1)]
    assert down(storm("power: {generator: {fuel: 2 h, refuel: 30 min}}")) == [(0, 1)]
    assert down(storm("power: {generator: {fuel: 2 h}}")) == [(0, 1), (121, 600)]


def test_what_is_left_of_battery_and_fuel_is_there_the_next_time() -> None:
    twice = "{one: {power: here, lasts: 30 min}, two: {power: here, after: 1 h, lasts: 2 h}}"
    # 30 min of fuel: 29 used by one, 1 left for two: 61 to 62. The battery: 20 at 0, 19 at 1, full again at 30 (29 of 60 x 20
    # = 9), so two has 20: 60 to 61 on battery, 61 to 62 on the generator (+ 1/3), then 19 1/3: empty at 81 1/3.
    both = storm("power: {ups: 20 min, recharge: 1 h, generator: {fuel: 30 min}}", disruptions=twice)
    assert down(both) == [(81 + 1 / 3, 180)]
    # a battery that needs 8 h: empty at 20; at 60 it has gained 30 x 20 / 480 = 1.25
    assert down(storm("power: {ups: 20 min}", disruptions=twice)) == [(20, 30), (61.25, 180)]


def test_mains_that_trip_at_their_return() -> None:
    trip = storm("power: {ups: 20 min, trip: {chance: 40 %, after: 5 min, lasts: 30 min}}", "1 h")
    assert down(trip, {"trips 0": 0.41}) == [(20, 60)]
    # back at 60, gone at 65 with 5 x 20 / 480 min in the battery, back at 95; the second return is quiet
    assert down(trip, {"trips 0": 0.39, "trips 1": 0.9}) == [(20, 60), (65 + 5 * 20 / 480, 95)]
    certain = storm("power: {trip: {chance: 100 %, after: 0 s, lasts: 4 h}}", "1 h", horizon="10 h")
    found = down(certain)
    # each return lasts a millisecond, and the last that begins before the horizon ends beyond it
    assert [round(begin) for begin, _ in found] == [0, 60, 300, 540]
    assert all(begin - end == pytest.approx(1 / MINUTE) for (_, end), (begin, _) in pairwise(found))


def test_outages_of_the_mains_that_touch_are_one() -> None:
    touching = "{one: {power: here, lasts: 30 min}, two: {power: here, after: 30 min, lasts: 1 h}}"
    case = storm("power: {ups: 20 min, generator: {works: 50 %, takes: 1 min}}", disruptions=touching)
    # one mains outage, one start of the generator: its second number is never asked for
    assert down(case, {"generator works 0": 0.4, "generator works 1": 0.9}) == []
    apart = touching.replace("after: 30", "after: 31")
    case = storm("power: {ups: 20 min, generator: {works: 50 %, takes: 1 min}}", disruptions=apart)
    assert down(case, {"generator works 0": 0.4, "generator works 1": 0.9}) != []


def test_mains_that_never_return() -> None:
    spans = replay(storm("power: {ups: 20 min}", "the whole drill")).trajectory.outages["here.power"]
    assert spans == ((20 * MINUTE, NEVER),)


@settings(max_examples=200, deadline=None)
@given(scenarios(max_components=1, max_teams=0, max_services=1, steps=False, min_disruptions=1, durations="any"))
def test_both_implementations_agree_on_the_supply(case: Scenario) -> None:
    plan = compile_scenario(case)

    def number(name: tuple[Any, ...]) -> float:
        return (crc32(repr(name).encode()) % 997 + 0.5) / 997

    drill = Replay.of(plan, 1, 0, lambda name, _: number(name)).trajectory
    for name, power in plan.power.items():
        site = plan.structure.sites[power.site]
        mains = [Span(b, None if e >= NEVER else e) for each in power.mains for b, e in drill.outages[each] if b < e]
        supply = case.landscape.sites[site].power
        if supply is None:
            continue

        def drawn(law: Any, purpose: str, outage: int, attempt: int, site: str = site) -> int:
            if law.fixed is not None:
                return int(law.fixed)
            return round(float(law.quantile([number((purpose, site, "", outage, attempt))])[0]))

        def happens(share: int, purpose: str, outage: int, site: str = site) -> bool:
            return share >= 1_000_000 or number((purpose, site, "", outage, 0)) < share / 1_000_000

        told = without_supply(supply, mains, case.horizon.ms, drawn, happens)
        assert [(b, NEVER if e is None else e) for b, e in told] == list(drill.outages[name])


def test_a_storm_reads_like_a_log() -> None:
    case = storm("power: {ups: 30 min, generator: {takes: 2 min, fuel: 4 h, refuel: 6 h}}", "7 h", horizon="2 d")
    # 10:00 the mains fail. 10:02 the generator supplies; 2 of the 30 min of battery are gone.
    # 14:02 (242) it is out of fuel. In 240 min the battery has gained 15, so it is full: 30 min, until 14:32 (272).
    # 16:02 (362) the tank is filled; the site is back. Everybody knew at once (272): the restart of app is done at 372.
    # 17:00 (420) the mains are back; nobody notices.
    found = replay(case)
    assert rows(found.trajectory) == (
        "detect here | 0.0 | 272 272 272 272 | done | here.power begins\n"
        "assess here | 0.0 | 272 272 272 272 | done | detect here\n"
        "decide here | 0.0 | 272 272 272 272 | done | assess here\n"
        "declare here | 0.0 | 272 272 272 272 | done | decide here\n"
        "restart app @here | 0.0 | 362 362 362 372 | done | here.power ends"
    )
    assert segments(found, "s") == [("waiting for a site", 272, 362), ("step under way", 362, 372)]
    log = [line.strip() for line in found.timeline().splitlines()]
    told = [line for line in log if "here: " in line or "storm" in line or "here.power" in line]
    assert [line.split("  ")[0] for line in told]
    for text in (
        "storm: the mains of here fail",
        "here: the generator supplies",
        "here: the generator is out of fuel",
        "here: the battery is empty",
        "here.power: site here has no power",
        "here: the tank is filled",
        "here.power: over",
        "storm: over",
    ):
        assert any(text in line for line in log), text


@pytest.mark.parametrize(
    ("power", "rule"),
    [
        ("power: {}", "it says nothing: there is no UPS, no generator and no trip"),
        ("power: {recharge: 1 h, generator: {}}", "there is no battery to recharge"),
        ("power: {generator: {refuel: 1 h}}", "the tank is never empty, so it is never filled"),
        ("power: {ups: 2 wh}", "'2 wh' is in working hours"),
        ("power: {ups: 1 h, generator: {works: 0 %}}", "'0 %' is nothing"),
        (
            "power: {trip: {chance: 99.5 %, lasts: 58 min}}",
            "'99.5 %' lets the mains trip on and on, more than once an hour",
        ),
    ],
)
def test_what_is_refused(power: str, rule: str) -> None:
    with pytest.raises(InputError) as refused:
        storm(power)
    assert rule in str(refused.value)
