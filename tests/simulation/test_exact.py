"""The engine against cases whose outcome is known: worked out by hand, or by a formula."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from cases import scenario

from drsim.distributions import Law
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Variable
from drsim.simulation.draws import uniforms
from drsim.simulation.trajectory import Row, Trajectory
from drsim.studies.run import drill, run
from drsim.units import HOUR, MINUTE

PLACES = """\
sites: {here: {pools: {hosts: 9}}, there: {pools: {hosts: 4}}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
"""
ERROR = 5.9  # standard errors: a chance of 4 in a thousand million


def drilled(landscape: str, luck: dict[str, float] | None = None, **head: str) -> Trajectory:
    plan = compile_scenario(scenario(landscape, **head))
    return drill(plan, 1, 0, lambda name, _: (luck or {}).get(f"{name[0]} {name[1]}", 0.5))


def row(found: Trajectory, kind: str, thing: str, attempt: int = 0) -> Row:
    (one,) = (r for r in found.rows if (r.kind, r.object, r.attempt) == (kind, thing, attempt))
    return one


def times(found: Trajectory, kind: str, thing: str, attempt: int = 0) -> tuple[float, ...]:
    """Wanted, ready, start, end in minutes."""
    one = row(found, kind, thing, attempt)
    return tuple(t / MINUTE if t >= 0 else -1 for t in (one.wanted, one.ready, one.start, one.end))


def test_a_serial_chain_adds_up() -> None:
    found = drilled(
        PLACES
        + """\
components:
  db: {at: {here: active, there: warm}, start: {takes: 10 to 20 min}}
  app: {at: {here: active, there: warm}, needs: [db], start: {takes: 5 min}}
  web: {at: {here: active, there: warm}, needs: [app], start: {takes: 1 min}}
""",
        {"start db": 0.25},
    )
    # all is declared at once; db takes 10 + 0.25 × 10 = 12.5 min
    assert times(found, "start", "db") == (0, 0, 0, 12.5)
    assert times(found, "start", "app") == (0, 12.5, 12.5, 17.5)
    assert times(found, "start", "web") == (0, 17.5, 17.5, 18.5)


THREE = """\
components:
  ann: {at: {here: active, there: warm}, start: {takes: 10 minCREW}}
  bob: {at: {here: active, there: warm}, start: {takes: 20 minCREW}}
  cat: {at: {here: active, there: warm}, start: {takes: 30 minCREW}}
services:
  all: {points: {desk: {at: there, needs: [ann, bob, cat]}}}
  two: {points: {desk: {at: there, needs: [{at_least: {count: 2, of: [ann, bob, cat]}}]}}}
  one: {points: {desk: {at: there, needs: [{any: [ann, bob, cat]}]}}}
"""


@pytest.mark.parametrize(
    ("people", "ends"),
    [
        (0, (10, 20, 30)),  # nobody is needed: side by side, the longest counts
        (3, (10, 20, 30)),
        (2, (10, 20, 40)),  # cat takes the head that ann gives back at 10
        (1, (10, 30, 60)),  # one after another
    ],
)
def test_parallel_steps_and_the_kth_of_them(people: int, ends: tuple[int, int, int]) -> None:
    crew = f"teams: {{infra: {{people: {people}}}}}\n" if people else ""
    landscape = PLACES + crew + THREE.replace("CREW", ", by: infra" if people else "")
    found = drilled(landscape)
    assert tuple(times(found, "start", name)[3] for name in ("ann", "bob", "cat")) == ends
    result = run(scenario(landscape), replications=3, workers=1)
    back = {result.plan.structure.services[g.service]: i for i, g in enumerate(result.groups) if g.point is None}
    for name, k in (("one", 1), ("two", 2), ("all", 3)):
        # k of n are there when the k-th is
        assert set(result.block.recovery[back[name]].tolist()) == {sorted(ends)[k - 1] * MINUTE}, name


def test_an_anomaly_of_graham() -> None:
    # Shortening a step may lengthen the whole: work that is not important takes the head that was to be free.
    landscape = (
        PLACES
        + """\
teams: {infra: {people: 1}}
components:
  first: {at: {here: active, there: warm}, start: {takes: FIRST}}
  last: {at: {here: active, there: warm}, needs: [first], start: {takes: 10 min, by: infra}}
  early: {at: {here: active, there: warm}, start: {takes: EARLY}}
  long: {at: {here: active, there: warm}, needs: [early], start: {takes: 1 h, by: infra}}
services:
  urgent: {targets: {rto: 4 h}, points: {desk: {at: there, needs: [last]}}}
"""
    )
    slow = drilled(landscape.replace("FIRST", "20 min").replace("EARLY", "21 min"))
    fast = drilled(landscape.replace("FIRST", "20 min").replace("EARLY", "19 min"))
    assert times(slow, "start", "last") == (0, 20, 20, 30)
    assert times(fast, "start", "last") == (0, 20, 79, 89)
    assert fast.freed_by(row(fast, "start", "last")) is row(fast, "start", "long")


TAPE = """\
sites: {here: {}, there: {}, vault: {}}
links: {near: {between: [here, vault], bandwidth: 1 GB/s}, far: {between: [vault, there], bandwidth: 1 GB/s}}
components:
  oracle:
    at: {here: active, there: cold}
    data: {size: 310 GB}
    copies: {tape: {at: vault, kind: backup, taken: TAKEN, restores: RATE}}
"""


def test_a_transfer_of_310_gb_of_which_42_percent_is_there_after_6_h_09() -> None:
    # 0.42 × 310e9 B in 22,140 s: 130,200,000,000 / 22,140 = 5,880,758.8..., whole bytes a second: 5,880,758.
    rate = 42 * 310 * 10**9 // 100 // (6 * 3600 + 9 * 60)
    assert rate == 5_880_758
    found = drilled(TAPE.replace("TAKEN", "daily 22:00").replace("RATE", f"{rate} B/s"))
    # 310e12 milli-bytes at so many a millisecond, rounded up: 52,714,293 ms, which is 14 h 38 min 34.293 s
    restore = row(found, "restore", "oracle")
    assert restore.start == 0
    assert restore.end == -(-310 * 10**12 // rate) == 52_714_293
    assert restore.end // MINUTE == 14 * 60 + 38
    # had it been 41 %, it would have been 369 min / 0.41 = 900 min, or 15 h
    slower = 41 * 310 * 10**9 // 100 // (6 * 3600 + 9 * 60)
    found = drilled(TAPE.replace("TAKEN", "daily 22:00").replace("RATE", f"{slower} B/s"))
    assert row(found, "restore", "oracle").end // MINUTE == 15 * 60


def test_two_transfers_on_one_link() -> None:
    tape = "copies: {tape: {at: here2, kind: backup, taken: daily 22:00, restores: LIMIT}}"
    found = drilled(
        f"""\
sites: {{here: {{}}, here2: {{}}, there: {{}}}}
links: {{line: {{between: [here2, there], bandwidth: 10 MB/s}}, near: {{between: [here, here2], bandwidth: 10 MB/s}}}}
components:
  ann: {{at: {{here: active, there: cold}}, data: {{size: 600 MB}}, {tape.replace("LIMIT", "2 MB/s")}}}
  bob: {{at: {{here: active, there: cold}}, data: {{size: 1200 MB}}, {tape.replace("LIMIT", "20 MB/s")}}}
  cat: {{at: {{here: active, there: cold}}, data: {{size: 400 MB}}, {tape.replace("LIMIT", "20 MB/s")}}}
"""
    )
    # ann is held to 2 MB/s by her store: 300 s. bob and cat share the other 8: cat's 400 MB take 100 s. Then bob has
    # 800 MB left, at 8 MB/s: 100 s more.
    ends = {name: row(found, "restore", name).end for name in ("ann", "bob", "cat")}
    assert ends == {"ann": 300_000, "bob": 200_000, "cat": 100_000}


def test_a_restart_inside_a_circle() -> None:
    found = drilled(
        """\
sites: {here: {}}
components:
  hen: {scope: site, at: {here: active}, needs: [egg], restart: {automatic: true, takes: 2 min}}
  egg: {scope: site, at: {here: active}, needs: [hen], restart: {automatic: true, takes: 3 min}}
""",
        disruptions="{fire: {site: here, lasts: 10 min}}",
    )
    # each may start without the other: neither waits for ever
    assert times(found, "restart", "hen") == (10, 10, 10, 12)
    assert times(found, "restart", "egg") == (10, 10, 10, 13)
    on = [(t / MINUTE, found.flag_name(flag)[1], v) for t, flag, v in found.changes if found.flag_name(flag)[0] == "on"]
    assert sorted(on) == [(0, "egg", False), (0, "hen", False), (12, "hen", True), (13, "egg", True)]


def test_the_greatest_is_not_starved_by_small_ones() -> None:
    # 4 hosts: big takes 3; mid (3) waits, and small (1), which would fit, waits behind mid. big fails for good at 10.
    found = drilled(
        PLACES
        + """\
components:
  big: {at: {here: active, there: warm}, uses: {hosts: 3}, start: {takes: 10 min, works: 0 %}}
  mid: {at: {here: active, there: warm}, uses: {hosts: 3}, start: {takes: 10 min}}
  small: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 10 min}}
services:
  one: {targets: {rto: 1 h}, points: {desk: {at: there, needs: [big]}}}
  two: {targets: {rto: 2 h}, points: {desk: {at: there, needs: [mid]}}}
  three: {targets: {rto: 3 h}, points: {desk: {at: there, needs: [small]}}}
"""
    )
    assert row(found, "start", "big").outcome == "failed"
    assert times(found, "start", "mid") == times(found, "start", "small") == (10, 10, 10, 20)
    assert [found.plan.structure.components[c] for c in found.lost_at_end] == ["big"]


@pytest.mark.parametrize(("lasts", "kind"), [("70 min", "restart"), ("70 min 1 ms", "start")])
def test_a_site_that_is_back_at_the_instant_of_declaration(lasts: str, kind: str) -> None:
    found = drilled(
        PLACES + "components: {app: {at: {here: active, there: warm}, start: {takes: 10 min}}}\n",
        disruptions=f"{{fire: {{site: here, lasts: {lasts}}}}}",
        response="{wait: 70 min}",
    )
    assert times(found, kind, "app") == (70, 70, 70, 80)
    assert row(found, "declare", "here").outcome == ("dropped" if kind == "restart" else "done")
    assert {r.kind for r in found.rows if r.object == "app"} == {kind}


# laws of large numbers

CHAIN = (
    PLACES
    + """\
components:
  a: {at: {here: active, there: warm}, start: {takes: mean 1 h}}
  b: {at: {here: active, there: warm}, NEEDS_A, start: {takes: mean 1 h}}
  c: {at: {here: active, there: warm}, NEEDS_B, start: {takes: mean 1 h}}
services: {s: {points: {desk: {at: there, needs: [a, b, c]}}}}
"""
)


def recoveries(landscape: str, count: int = 2000) -> np.ndarray[Any, Any]:
    result = run(scenario(landscape), replications=count, seed=11, workers=1)
    return result.block.recovery[0] / HOUR


def off(values: np.ndarray[Any, Any], mean: float) -> float:
    """How many standard errors the mean is from what it should be."""
    return float(abs(values.mean() - mean) / (values.std(ddof=1) / sqrt(len(values))))


def test_a_sum_of_exponentials_is_erlang() -> None:
    values = recoveries(CHAIN.replace("NEEDS_A", "needs: [a]").replace("NEEDS_B", "needs: [b]"))
    # mean 3, variance 3; the fourth central moment of Erlang(3, 1) is 3 × 3² + 6 × 3 = 45
    assert off(values, 3) < ERROR
    assert abs(values.var(ddof=1) - 3) < ERROR * sqrt((45 - 9) / len(values))


def test_the_last_of_three_exponentials() -> None:
    values = recoveries(CHAIN.replace("NEEDS_A, ", "").replace("NEEDS_B, ", ""))
    assert off(values, 1 + 1 / 2 + 1 / 3) < ERROR


def test_with_one_head_three_exponentials_add_up() -> None:
    # side by side, but one at a time: as the chain; two heads: the first of two ends after 1 / 2 on average, then the
    # third runs beside the other, and the last of those two takes 1 + 1 / 2 more: 2 in all
    crew = CHAIN.replace("NEEDS_A, ", "").replace("NEEDS_B, ", "").replace("mean 1 h", "mean 1 h, by: infra")
    for heads, mean in ((1, 3), (2, 2)):
        values = recoveries(f"teams: {{infra: {{people: {heads}}}}}\n" + crew)
        assert off(values, mean) < ERROR
        assert off(values, 1 + 1 / 2 + 1 / 3) > ERROR  # as if nobody were needed


def test_the_first_and_the_second_of_three_exponentials() -> None:
    # the first of three after 1 / 3 on average, the second 1 / 2 later
    for count, mean in ((1, 1 / 3), (2, 1 / 3 + 1 / 2)):
        some = CHAIN.replace("NEEDS_A, ", "").replace("NEEDS_B, ", "")
        some = some.replace("needs: [a, b, c]", f"needs: [{{at_least: {{count: {count}, of: [a, b, c]}}}}]")
        values = recoveries(some)
        assert off(values, mean) < ERROR
        assert off(values, 1 + 1 / 2 + 1 / 3) > ERROR  # as if all were needed


def test_attempts_are_geometric() -> None:
    # 40 min each, each works with a probability of 1 / 4, at most 50 times: the number of tries has a mean of 4
    landscape = (
        PLACES
        + """\
components: {a: {at: {here: active, there: warm}, start: {takes: 40 min, works: 25 %, attempts: 50}}}
services: {s: {points: {desk: {at: there, needs: [a]}}}}
"""
    )
    values = recoveries(landscape)
    assert set(np.unique(values * 3 / 2) % 1) == {0}
    assert off(values * 3 / 2, 4) < ERROR
    # of 20 % it would be 5
    assert off(recoveries(landscape.replace("25 %", "20 %")) * 3 / 2, 4) > ERROR


@pytest.mark.parametrize("number", [20_000])
def test_the_tolerance_would_notice_five_percent(number: int) -> None:
    def drawn(law: str) -> list[np.ndarray[Any, Any]]:
        variables = [Variable("start", name, "there", Law.parse(law)) for name in "abc"]
        return [
            np.rint(v.law.quantile(uniforms(11, (v.purpose, v.object, v.site, 0, 0), 0, number))) / HOUR  # type: ignore
            for v in variables
        ]

    right, wrong = drawn("mean 60 min"), drawn("mean 63 min")
    for combined, mean in ((np.sum, 3), (np.max, 11 / 6)):
        assert off(combined(right, axis=0), mean) < ERROR
        assert off(combined(wrong, axis=0), mean) > ERROR


def test_the_age_of_a_copy_is_uniform() -> None:
    # A copy every 8 h and a loss at any minute of the week: its age is 0 ... 479 min, each as likely. At the very
    # instant of a copy the site is down already: then the age is 480 min, so it is 1 ... 480.
    landscape = TAPE.replace("TAKEN", "every 8 h").replace("RATE", "1 GB/s")
    landscape += "services: {s: {points: {desk: {at: there, needs: [oracle]}}}}\n"
    result = run(scenario(landscape, moment="any moment of the week"), replications=2000, seed=3, workers=1)
    ages = np.sort(result.block.data_loss[0] / MINUTE)
    assert set(ages.tolist()) <= set(range(1, 481))
    assert off(ages, 240.5) < ERROR
    assert off(ages, 240.5 * 1.1) > ERROR  # a copy every 8 h 48 min
    # Kolmogorov: the greatest distance from the straight line, times the root of n, is above 2.2 once in 10,000
    steps = np.arange(1, len(ages) + 1) / len(ages)
    distance = max(np.abs(steps - ages / 480).max(), np.abs(steps - 1 / len(ages) - (ages - 1) / 480).max())
    assert distance * sqrt(len(ages)) < 2.2
