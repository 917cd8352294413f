"""What a result says of a service, and how it looks in a notebook."""

from __future__ import annotations

import pytest
from cases import scenario

import drsim
from drsim import DrsimError, InputError

LAND = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 100 MB/s}}
components:
  app:
    at: {here: active, there: cold}
    start: {takes: 10 min}
    data: {size: 1 GB}
    copies: {tape: {at: there, kind: backup, taken: every 1 h, restores: 50 MB/s}}
services: {s: {targets: {rpo: 12 h}, points: {p: {at: there, needs: [app]}, q: {at: there, weight: WEIGHT}}}}
"""


def test_a_service_whose_only_target_is_about_data_is_grouped_by_that() -> None:
    result = drsim.run(scenario(LAND.replace("WEIGHT", "1")), replications=200, workers=1)
    assert result.services.loc["s", "data_verdict"] == "met"
    assert result.services.loc["s", "fared"] == "back in time"


def test_weights_that_cannot_be_weighed_exactly_are_refused() -> None:
    with pytest.raises(InputError, match="add up to 9000000000001, more than can be weighed"):
        scenario(LAND.replace("WEIGHT", "9000000000000"))
    heavy = drsim.run(scenario(LAND.replace("WEIGHT", "8999999999999")), replications=1)
    assert heavy.services.loc["s", "p50_h"] < 2


def test_what_is_typed_in_a_notebook_is_one_line() -> None:
    case = scenario(LAND.replace("WEIGHT", "1"))
    result = drsim.run(case, replications=2, workers=1)
    assert repr(case) == "<Scenario 'a case': fire; <Landscape '': 2 sites, 1 components, 1 services>>"
    assert repr(result) == "<Result of 2 drills, seed 1: 'a case'>"
    assert repr(result.replay(1)) == "<Replay of drill 1 of seed 1: 'a case'>"
    assert issubclass(InputError, DrsimError)


def test_levels_are_given_for_ages_within_the_horizon() -> None:
    told = drsim.run(scenario(LAND.replace("WEIGHT", "1"), horizon="30 h"), replications=2, workers=1).to_dict()
    assert told["ages_h"] == [1, 4, 8, 24]
    assert all(len(service["level_at_ages"]) == 4 for service in told["services"].values())


def test_a_landscape_without_services_has_tables_too() -> None:
    bare = drsim.run(
        scenario("sites: {here: {}}\ncomponents: {app: {at: {here: active}}}\n"), replications=3, workers=1
    )
    full = drsim.run(scenario(LAND.replace("WEIGHT", "1")), replications=1)
    assert list(bare.services.columns) == list(full.services.columns)
    assert bare.services.empty
    assert len(bare.draws()) == 3


def test_whether_something_happens_is_among_the_draws() -> None:
    power = LAND.replace("WEIGHT", "1").replace(
        "{here: {}", "{here: {power: {generator: {works: 50 %}, trip: {chance: 30 %, lasts: 1 h}}}"
    )
    storm = "{storm: {power: here, chance: 80 %, lasts: 1 h}}"
    result = drsim.run(scenario(power, disruptions=storm), replications=200, workers=1)
    shares = result.draws().mean()
    assert 0.7 < shares["happens storm"] < 0.9
    assert 0.38 < shares["generator works here"] < 0.62
    assert 0.2 < shares["trips here"] < 0.4


def test_what_is_no_path_and_no_mapping_is_refused() -> None:
    with pytest.raises(DrsimError, match="None is not the path of a file"):
        drsim.load(None)  # type: ignore[arg-type]
    with pytest.raises(DrsimError, match="'x' is not a mapping of paths to values"):
        scenario(LAND.replace("WEIGHT", "1")).with_("x")  # type: ignore[arg-type]
