"""Whether a scenario is held to what it expects, and to nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drsim
from drsim.measures.estimates import share as share_of
from drsim.measures.estimates import verdict
from drsim.model.scenario import Scenario
from drsim.reading import dump, loads
from drsim.studies.check import MEASURES, Check, Checked, judged
from drsim.studies.record import recorded, rerun
from drsim.testing import scenarios
from drsim.units import Duration

TEXT = """
drsim: scenario 1
title: A pump breaks
moment: 2015-05-12 10:00
horizon: 10 d
disruptions: {{break: {{component: pump, lasts: {lasts}}}}}
{expect}
landscape:
  sites: {{here: {{}}}}
  components:
    pump:
      at: {{here: active}}
      data: {{size: 1 GB}}
    lamp: {{at: {{here: active}}}}
  services:
    water: {{targets: {{rto: 4 h, rpo: 1 h, share: {share}}}, needs: [pump], points: {{tap: {{at: here}}}}}}
    light: {{targets: {{rto: 1 h, share: 85 %}}, needs: [lamp], points: {{door: {{at: here}}}}}}
"""


def pump(expect: str = "", lasts: str = "2 h", share: str = "85 %") -> Scenario:
    return loads(TEXT.format(expect=f"expect: {{{expect}}}" if expect else "", lasts=lasts, share=share))


def checked(scenario: Scenario, replications: int = 40) -> Check:
    return drsim.check(scenario, replications=replications, workers=1)


def fared(check: Check) -> dict[tuple[str, str], str]:
    return {(each.service, each.measure): each.fared for each in check.promises}


# by hand: the pump is broken for 2 h of 4 h, or for 5 h of them, in every drill


def test_a_promise_that_is_kept_as_expected() -> None:
    check = checked(pump("water: {rto: met}"))
    (water,) = check.promises
    assert (water.service, water.measure, water.target.text) == ("water", "rto", "4 h")
    assert (water.expected, water.found, water.fared) == ("met", "met", "as expected")
    assert (water.share.successes, water.share.trials, water.asked) == (40, 40, 0.85)
    assert check.passed
    assert check.unnamed == {"met": 2, "missed": 0, "undecided": 0}


def test_a_promise_that_is_missed_against_expectation() -> None:
    check = checked(pump("water: {rto: met}", lasts="5 h"))
    assert fared(check) == {("water", "rto"): "otherwise"}
    assert not check.passed
    assert check.of("otherwise") == check.promises


def test_a_miss_that_is_expected() -> None:
    check = checked(pump("water: {rto: missed, because: nobody mends it}", lasts="5 h"))
    assert fared(check) == {("water", "rto"): "as expected"}
    assert check.promises[0].because == "nobody mends it"
    assert check.passed


def test_a_promise_that_is_kept_although_a_miss_is_expected() -> None:
    check = checked(pump("water: {rto: missed, because: nobody mends it}"))
    assert fared(check) == {("water", "rto"): "otherwise"}
    assert not check.passed


def test_what_lasts_exactly_as_long_as_is_promised_is_in_time() -> None:
    assert checked(pump("water: {rto: met}", lasts="4 h")).passed
    assert not checked(pump("water: {rto: met}", lasts="4 h 1 min")).passed


@pytest.mark.parametrize("expected", ["{rto: met}", "{rto: missed, because: it may}"])
def test_what_is_too_close_to_call_passes_and_is_told(expected: str) -> None:
    check = checked(pump(f"water: {expected}", lasts="{mix: {60 %: 2 h, 40 %: 5 h}}", share="60 %"))
    assert check.result.outcome("water").verdict == "undecided"
    assert fared(check) == {("water", "rto"): "undecided"}
    assert check.passed
    assert check.unnamed == {"met": 2, "missed": 0, "undecided": 0}


def test_each_promise_of_a_service_is_looked_at_by_itself() -> None:
    check = checked(pump("water: {rto: missed, rpo: met, because: nobody mends it}, light: {rto: met}", lasts="5 h"))
    assert [(each.service, each.measure, each.because) for each in check.promises] == [
        ("light", "rto", None),
        ("water", "rto", "nobody mends it"),
        ("water", "rpo", None),  # the reason is that of the miss
    ]
    assert check.passed
    assert sum(check.unnamed.values()) == 0


def test_one_that_is_otherwise_is_enough() -> None:
    check = checked(pump("water: {rto: met}, light: {rto: missed, because: no}"))
    assert fared(check) == {("light", "rto"): "otherwise", ("water", "rto"): "as expected"}
    assert not check.passed


def test_nothing_that_is_expected_is_nothing_that_fails() -> None:
    check = checked(pump())
    assert check.promises == ()
    assert check.passed
    assert check.unnamed == {"met": 3, "missed": 0, "undecided": 0}


def test_the_path_of_a_scenario_is_read(tmp_path) -> None:
    scenario = pump("water: {rto: met}")
    (tmp_path / "s.yaml").write_text(dump(scenario), encoding="utf-8")
    read = drsim.check(str(tmp_path / "s.yaml"), replications=40)
    assert read.to_dict() == checked(scenario).to_dict()


def test_a_record_keeps_what_is_expected(tmp_path) -> None:
    scenario = pump("water: {rto: missed, because: nobody mends it}", lasts="5 h")
    (tmp_path / "run.json").write_text(json.dumps(recorded(drsim.run(scenario, replications=8))), encoding="utf-8")
    again = rerun(str(tmp_path / "run.json"))
    assert again.result.scenario.expect == scenario.expect
    assert again.digest[0] == again.digest[1]
    assert again.unequal == []
    assert Check(again.result).promises == checked(scenario, 8).promises


def test_a_comparison_tells_no_difference_of_what_is_expected() -> None:
    before, after = pump("water: {rto: met}"), pump("water: {rto: missed, because: nobody mends it}", lasts="5 h")
    changes = drsim.compare(before, after, replications=8).changes
    assert [change.path for change in changes] == ["disruptions.break.lasts"]


def test_as_plain_data() -> None:
    found = checked(pump("water: {rto: missed, because: nobody mends it}", lasts="5 h")).to_dict()
    (promise,) = found["promises"]
    assert found["passed"] is True
    assert (found["seed"], found["replications"], found["confidence"]) == (1, 40, 0.95)
    share = promise.pop("share")
    assert (share["successes"], share["trials"]) == (0, 40)
    assert promise == {
        "service": "water",
        "title": "water",
        "measure": "rto",
        "target": "4 h",
        "asked": 0.85,
        "expected": "missed",
        "because": "nobody mends it",
        "found": "missed",
        "fared": "as expected",
    }


# a test in a bubble, by hand: begun on Tuesday 12 May at 11:00, all is there when the standby has started

TRIED = """
drsim: scenario 1
title: A pump is tried
moment: 2015-05-12 10:00
horizon: 10 d
tests: {{site: here, after: 1 h, teardown: {{takes: 10 min}}{more}}}
disruptions: {disruptions}
expect: {{{expect}}}
landscape:
  sites: {{here: {{}}, there: {{}}}}
  links: {{line: {{between: [here, there], bandwidth: 1 Gbit/s}}}}
  components:
    pump: {{at: {{here: active, there: warm}}, start: {{takes: {takes}}}}}
  services:
    water: {{targets: {{rto: {rto}, share: {share}}}, needs: [pump], points: {{tap: {{at: there}}}}}}
"""


def tried(
    expect: str = "water: {test: met}",
    *,
    takes: str = "2 h",
    rto: str = "4 h",
    share: str = "85 %",
    more: str = "",
    disruptions: str = "{}",
) -> Check:
    text = TRIED.format(expect=expect, takes=takes, rto=rto, share=share, more=more, disruptions=disruptions)
    return checked(loads(text))


@pytest.mark.parametrize(
    ("takes", "rto", "found"),
    [
        ("4 h", "4 h", "met"),
        ("4 h 1 min", "4 h", "missed"),
        ("7 h", "6 wh", "met"),  # back at 18:00: from 11 to 17 hours are six working hours
        ("22 h", "6 wh", "met"),  # Wednesday at 9:00
        ("22 h 1 min", "6 wh", "missed"),
        ("70 h", "14 wh", "met"),  # Friday at 9:00: Wednesday has eight, Ascension Day has none
        ("70 h 1 min", "14 wh", "missed"),
    ],
)
def test_what_is_back_in_the_test_within_its_rto(takes: str, rto: str, found: str) -> None:
    check = tried(takes=takes, rto=rto)
    (water,) = check.promises
    assert (water.measure, water.found, water.target.text) == ("test", found, rto)
    assert check.passed == (found == "met")
    assert water.late == (None if found == "met" else 0)
    assert check.unnamed == {"met": 1, "missed": 0, "undecided": 0}  # production goes on
    assert check.result.tests.loc["water", "verdict"] == found
    missed = tried("water: {test: missed, because: it is slow}", takes=takes, rto=rto)
    assert missed.passed == (found == "missed")


def test_a_test_that_ends_too_soon_brings_nothing_back() -> None:
    assert tried(takes="3 h", more=", lasts: 3 h 1 min").passed
    check = tried(takes="3 h", more=", lasts: 2 h")
    assert not check.passed
    assert check.result.outcome("water").verdict == "met"


def test_of_a_test_too_it_counts_in_which_share() -> None:
    law = "{mix: {60 %: 2 h, 40 %: 5 h}}"
    check = tried(takes=law, share="60 %")
    assert fared(check) == {("water", "test"): "undecided"}
    assert check.passed
    times = check.result.block.tried[0]
    assert check.promises[0].share is not None
    assert check.promises[0].share.successes == (times <= 4 * 3_600_000).sum()
    assert check.promises[0].late == next(drill for drill, time in enumerate(times) if time > 4 * 3_600_000)
    assert not tried(takes=law, share="95 %").passed
    assert tried(takes=law, share="20 %").passed


def test_a_test_that_is_called_off_neither_keeps_a_promise_nor_breaks_it() -> None:
    for expected in ("test: met", "test: missed, because: nobody is there"):
        check = tried(f"water: {{{expected}}}", disruptions="{break: {component: pump, lasts: 2 h}}")
        (water,) = check.promises
        assert (water.share, water.found, water.fared, water.late) == (None, "undecided", "undecided", None)
        assert check.passed
        assert check.to_dict()["promises"][0]["share"] is None
    half = tried(share="50 %", disruptions="{break: {component: pump, lasts: 2 h, chance: 50 %}}")
    assert half.promises[0].share is not None
    assert 10 < half.promises[0].share.trials < 30
    assert half.promises[0].found == "met"


# always


@given(successes=st.integers(0, 200), more=st.integers(0, 200), asked=st.sampled_from([0.0, 0.5, 0.85, 1.0]))
def test_only_an_interval_that_excludes_what_is_expected_refutes_it(successes: int, more: int, asked: float) -> None:
    trials = successes + more
    if trials == 0:
        return
    share = share_of(successes, trials)
    found = verdict(share, asked)
    both = {
        expected: Checked("s", "S", "rto", Duration.parse("1 h"), expected, None, found, share, asked).fared
        for expected in ("met", "missed")
    }
    assert (both["met"] == "otherwise") == (share.high < asked)
    assert (both["missed"] == "otherwise") == (share.low >= asked)
    assert sorted(both.values()) in (["as expected", "otherwise"], ["undecided", "undecided"])


@settings(max_examples=12, deadline=None)
@given(scenario=scenarios(), data=st.data())
def test_what_is_expected_changes_nothing_else_and_is_compared_with_the_verdicts(
    scenario: Scenario, data: st.DataObject
) -> None:
    before = drsim.run(scenario, replications=8, workers=1)
    expect: dict[str, dict[str, str]] = {}
    for outcome in before.outcomes:
        for measure in MEASURES:
            _, found = judged(before, outcome.name, measure)
            if found is not None and data.draw(st.booleans()):
                expect.setdefault(outcome.name, {})[measure] = data.draw(st.sampled_from(["met", "missed"]))
        if "missed" in expect.get(outcome.name, {}).values():
            expect[outcome.name]["because"] = "it was drawn so"
    held = type(scenario).model_validate({**dict(scenario), "expect": expect})
    assert loads(dump(held)) == held
    check = checked(held, 8)
    assert {(each.service, each.measure): each.expected for each in check.promises} == {
        (name, measure): each[measure] for name, each in expect.items() for measure in MEASURES if measure in each
    }
    for each in check.promises:
        assert each.found == judged(before, each.service, each.measure)[1]
    without = check.result.to_dict() | {"scenario": None}
    assert without == before.to_dict() | {"scenario": None}
    promises = sum((outcome.verdict is not None) + (outcome.data_verdict is not None) for outcome in before.outcomes)
    promises += sum(each.verdict is not None for each in before.tried)
    assert len(check.promises) + sum(check.unnamed.values()) == promises
    wrong = {"met": "missed", "missed": "met"}
    assert check.passed == all(each.found != wrong[each.expected] for each in check.promises)
