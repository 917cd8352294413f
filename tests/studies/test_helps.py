"""What would help is tried, and comes out as worked out by hand."""

from __future__ import annotations

import pytest
from cases import scenario

import drsim
from drsim.errors import DrsimError
from drsim.studies.helps import Help, Helps, what_would_help

MINUTE = 60_000

LAND = """\
sites: {here: {}, there: {}, elsewhere: {}}
links:
  line: {between: [here, there], bandwidth: 10 MB/s}
  pipe: {between: [elsewhere, there], bandwidth: 10 MB/s}
teams: {ops: {people: 1, works: "Mon-Fri 9:00-17:00", call_out: 30 min}}
components:
  a: {at: {here: active, there: warm}, start: {takes: 60 min, by: ops}}
  b: {at: {here: active, there: warm}, start: {takes: 90 min, by: ops}}
  c:
    at: {here: active, there: cold}
    data: {size: 36 GB}
    start: {takes: 0 min}
    copies: {tape: {at: elsewhere, kind: backup, taken: every 1 h, restores: 100 MB/s}}
services:
  both: {points: {p: {at: there, needs: [a, b]}}}
  data: {points: {q: {at: there, needs: [c]}}}
"""


@pytest.fixture(scope="module")
def tried() -> dict[str, Helps]:
    result = drsim.run(scenario(LAND, moment="2015-05-12 10:00"), replications=40, workers=1)
    return {service: what_would_help(result, service, most=30, workers=1) for service in ("both", "data")}


def found(helps: Helps) -> dict[str, Help]:
    return {each.text: each for each in helps.tried}


def minutes(help_: Help) -> float:
    return help_.recovery.mean.value / MINUTE


def test_each_thing_brings_what_it_brings_by_hand(tried):
    both = found(tried["both"])
    # they come after 30 minutes: then 90 + 60 one after the other
    assert minutes(both["one more of ops"]) == -60  # beside each other: 90
    assert minutes(both["ops without number, day and night"]) == -60
    assert minutes(both["ops on the spot"]) == -30
    assert minutes(both["a takes no time"]) == -60
    assert minutes(both["b takes no time"]) == -90
    assert both["one more of ops"].recovery.verdict == "better"
    assert both["one more of ops"].recovery.sooner.successes == 40
    assert both["one more of ops"].bad_day.value == -60 * MINUTE


def test_what_cannot_help_is_seen_not_to(tried):
    both = found(tried["both"])
    assert both["ops daily 9:00-22:00"].recovery.verdict == "same"  # all is over before 17:00


def test_data_comes_over_a_link_at_its_rate(tried):
    data = found(tried["data"])
    # 36 GB over 10 MB/s take an hour; over 20 MB/s half; the tape gives 100 MB/s at most: 6 minutes
    assert minutes(data["pipe twice as fast"]) == -30
    assert minutes(data["pipe without limit"]) == -54
    assert minutes(data["data of c restored in no time"]) == -60
    assert "line twice as fast" not in data  # nothing goes over it


def test_the_best_comes_first_and_ideals_bound_measures(tried):
    for helps in tried.values():
        means = [each.recovery.mean.value for each in helps.tried]
        assert means == sorted(means)
    data = found(tried["data"])
    assert minutes(data["pipe without limit"]) <= minutes(data["pipe twice as fast"])
    assert {each.kind for each in tried["both"].tried} >= {"ideal", "measure"}


def test_measures_can_be_tried_again_by_their_paths(tried):
    result = drsim.run(scenario(LAND, moment="2015-05-12 10:00"), replications=40, workers=1)
    for text, each in found(tried["both"]).items():
        if each.values:
            again = drsim.compare(result, result.scenario.with_(dict(each.values)), workers=1)
            assert again.service("both").recovery == each.recovery, text


def test_two_measures_are_tried_together():
    result = drsim.run(scenario(LAND, moment="2015-05-12 16:30"), replications=40, workers=1)
    both = found(what_would_help(result, "both", most=30, workers=1))
    # b starts at 17:00 only if they are there: they are not, so both wait until Wednesday 9:00, then 90 + 60
    assert minutes(both["one more of ops"]) == -60
    assert minutes(both["ops daily 9:00-22:00"]) == -16 * 60  # at 17:00 instead of at 9:00
    together = next(each for each in both.values() if each.kind == "together")
    assert minutes(together) == -17 * 60
    assert together.values == {"teams.ops.people": 2, "teams.ops.works": "daily 9:00-22:00"}


def test_what_is_not_tried_is_counted(tried):
    result = drsim.run(scenario(LAND, moment="2015-05-12 10:00"), replications=2, workers=1)
    few = what_would_help(result, "both", most=1, workers=1)
    assert len(few.tried) == 1 and few.left == len(tried["both"].tried) - 1 - _together(tried["both"])


def _together(helps: Helps) -> int:
    return sum(each.kind == "together" for each in helps.tried)


def test_an_unknown_service_is_refused():
    result = drsim.run(scenario(LAND), replications=2, workers=1)
    with pytest.raises(DrsimError, match="no service is named 'bot'"):
        what_would_help(result, "bot")
