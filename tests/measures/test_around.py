"""Which drills an explanation is averaged over: few enough to be near the quantile, and all of one kind."""

from __future__ import annotations

import numpy as np
import pytest

import drsim
from drsim.planning.plan import NEVER
from drsim.reading import loads
from drsim.reporting.explained import explained
from drsim.reporting.summary import Command
from drsim.studies.result import Result

TEXT = """\
drsim: scenario 1
title: a start of 1 to 3 h, that fails in some drills
moment: 2015-05-12 10:00
horizon: 3 d
disruptions: {fire: {site: here}}
response: {detect: 0 s, assess: {takes: 0 s}, decide: {takes: 0 s}, evacuation: 0 s}
landscape:
  drsim: landscape 1
  sites: {here: {}, there: {}}
  links: {line: {between: [here, there], bandwidth: 10 MB/s}}
  components: {app: {at: {here: active, there: warm}, start: {takes: 1 to 3 h, works: WORKS, attempts: 1}}}
  services: {s: {targets: {mbco: 100 %}, points: {p: {at: there, needs: [app]}}}}
"""


def result(replications: int, works: str = "100 %") -> Result:
    return drsim.run(loads(TEXT.replace("WORKS", works)), replications=replications, workers=1)


def ranked(found: Result) -> list[int]:
    return np.lexsort((np.arange(found.replications), found.block.recovery[0])).tolist()


@pytest.mark.parametrize(
    ("replications", "first", "last"),
    [
        (20, 18, 20),  # P95 is the 19th; 1.5 % of 20 is 0.3, so one on each side
        (100, 94, 96),  # the 95th, and 1.5 rounded down
        (400, 374, 386),  # the 380th, and 6 on each side
        (2_000, 1_885, 1_915),  # the 1900th, and 15 on each side, not 30
        (1, 1, 1),
    ],
)
def test_the_number_of_drills_grows_with_the_drills(replications: int, first: int, last: int) -> None:
    found = result(replications)
    assert list(found.around("s", 0.95)) == ranked(found)[first - 1 : last]


def test_the_mean_is_near_the_quantile_that_is_shown() -> None:
    found = result(100)
    times = np.sort(found.block.recovery[0])
    assert found.outcome("s").recovery[0.95].value == times[94]
    assert found.explain("s").total == pytest.approx(times[93:96].mean())


def test_drills_that_came_back_are_never_mixed_with_those_that_did_not() -> None:
    # The quantile at which the first is lost: with 15 on each side there would be as many of either kind around it.
    found = result(2_000, "60 %")
    back = int((found.block.recovery[0] < NEVER).sum())
    assert 1_100 < back < 1_300
    last, first = (back - 0.5) / 2_000, (back + 0.5) / 2_000
    assert list(found.around("s", last)) == ranked(found)[back - 16 : back]
    assert list(found.around("s", first)) == ranked(found)[back : back + 16]
    came, lost = found.explain("s", last), found.explain("s", first)
    assert (came.censored, lost.censored) == (0, 16)
    assert "no way back" not in came.causes
    assert came.total <= found.block.recovery[0][came.drills[-1]]
    assert lost.total == found.plan.horizon
    assert sum(lost.causes.values()) == pytest.approx(lost.total)


def test_those_that_did_not_come_back_are_explained_on_their_own() -> None:
    found = result(200, "98 %")
    lost = [drill for drill, time in enumerate(found.block.recovery[0]) if time >= NEVER]
    assert 0 < len(lost) < 10
    assert list(found.not_back("s")) == lost
    apart = found.explain_not_back("s")
    assert apart is not None
    assert (list(apart.drills), apart.censored) == (lost, len(lost))
    # Each start takes at most 3 h and fails; the rest of the 72 h there is no way back.
    assert apart.causes["failed attempt"] + apart.causes["no way back"] == pytest.approx(apart.total)
    assert apart.details["no way back"].keys() == {"every attempt to start app failed"}
    page = str(explained(found, [found.explain("s", p) for p in (0.5, 0.95)], command=Command("a.yaml", 200)))
    assert f"In {len(lost)} of 200 drills it is not back by the end" in page
    table = page[page.index("WHAT HELD IT UP") : page.index("WHEN IT DOES NOT COME BACK")]
    assert "no way back" not in table
    assert "no way back" in page[page.index("WHEN IT DOES NOT COME BACK") :]


def test_where_all_come_back_nothing_is_said_of_it() -> None:
    found = result(40)
    assert found.explain_not_back("s") is None
    assert "not back" not in str(explained(found, [found.explain("s")], command=Command("a.yaml", 40)))


def test_many_that_did_not_come_back_are_sampled_evenly() -> None:
    found = result(400, "20 %")
    apart = found.explain_not_back("s")
    assert apart is not None
    assert len(apart.drills) == 31
    assert set(apart.drills) <= set(found.not_back("s"))
