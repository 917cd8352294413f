"""What a scenario expects: read, refused where it could be neither right nor wrong, and no part of what is drilled."""

from __future__ import annotations

from pathlib import Path

import pytest

from drsim.errors import InputError, Problem
from drsim.model.scenario import Expected, Scenario
from drsim.reading import assumptions, dump, load, loads
from drsim.reading.differences import differences

TEXT = """\
drsim: scenario 1
title: a
moment: 2015-05-12 10:00
disruptions: {fire: {site: hall, lasts: 2 h}}
expect: {}
landscape:
  sites: {hall: {}}
  components:
    net: {at: {hall: active}}
    disks: {at: {hall: active}, data: {size: 1 GB}}
    registry: {at: {hall: active}, needs: [{any: [net, disks]}]}
  services:
    passport: {targets: {rto: 48 h, rpo: 1 d}, needs: [registry], points: {desk: {at: hall}}}
    parking: {targets: {rto: 48 h, rpo: 1 d}, needs: [net], points: {desk: {at: hall}}}
    market: {targets: {rpo: 1 d}, points: {desk: {at: hall, needs: [disks]}}}
    graves: {points: {desk: {at: hall}}}
"""


TRIED = """\
drsim: scenario 1
title: a
moment: 2015-05-12 10:00
tests: {site: hall, teardown: {takes: 1 h}}
expect: {}
landscape:
  sites: {hall: {}, annex: {}}
  links: {line: {between: [hall, annex], bandwidth: 1 Gbit/s}}
  components:
    registry: {at: {hall: active, annex: warm}, start: {takes: 1 h}}
    shed: {at: {hall: active}}
  services:
    passport: {targets: {rto: 48 h}, needs: [registry], points: {desk: {at: annex}}}
    parking: {targets: {rto: 16 wh}, needs: [registry], points: {desk: {at: annex}}}
    market: {needs: [registry], points: {desk: {at: annex}}}
    graves: {targets: {rto: 48 h}, needs: [shed], points: {desk: {at: annex}}}
"""
COVERED = TRIED.replace("teardown", "covers: [parking], teardown")
NONE = TRIED.replace("tests: {site: hall, teardown: {takes: 1 h}}", "horizon: 3 d")


def expecting(expect: str, text: str = TEXT) -> Scenario:
    return loads(text.replace("expect: {}", f"expect: {{{expect}}}"))


def refused(expect: str, text: str = TEXT) -> list[Problem]:
    """Read what must be refused at each `§`."""
    line = f"expect: {{{expect}}}"
    columns = [index + 1 - line[:index].count("§") for index, sign in enumerate(line) if sign == "§"]
    with pytest.raises(InputError) as error:
        expecting(expect.replace("§", ""), text)
    problems = list(error.value.problems)
    assert [(problem.line, problem.column) for problem in problems] == [(5, column) for column in columns]
    return problems


@pytest.mark.parametrize(
    ("expect", "name", "found"),
    [
        ("passport: {rto: met}", "passport", Expected(rto="met")),
        ("passport: {rpo: met, rto: met}", "passport", Expected(rto="met", rpo="met")),
        (
            "passport: {rpo: missed, rto: met, because: 'it is old: 4 d'}",
            "passport",
            Expected(rto="met", rpo="missed", because="it is old: 4 d"),
        ),
        ("market: {rpo: met}", "market", Expected(rpo="met")),
    ],
)
def test_it_is_read_and_written_back(expect: str, name: str, found: Expected) -> None:
    scenario = expecting(expect)
    assert dict(scenario.expect) == {name: found}
    again = loads(dump(scenario))
    assert again == scenario
    assert again.digest() == scenario.digest() != loads(TEXT).digest()


def test_a_scenario_without_it_expects_nothing() -> None:
    assert loads(TEXT).expect == loads(TEXT.replace("expect: {}\n", "")).expect == {}
    assert "expect" not in dump(loads(TEXT))


@pytest.mark.parametrize(
    ("expect", "rule", "hint"),
    [
        ("§pasport: {rto: met}", "no service is named 'pasport'", "did you mean 'passport'?"),
        ("§registry: {rto: met}", "no service is named 'registry' (it is a component)", "expected"),
        ("passport: §met", "'met' stands where a mapping is due", "write entries"),
        ("passport: {rto: §mised}", "'mised' is not one of the words for this", "did you mean 'missed'?"),
        ("passport: {rto: §true}", "'true' is not one of the words for this", "expected one of: met, missed"),
        ("passport: {rto: met, §mtpd: met}", "'mtpd' is not a key here", "expected one of: rto, rpo, test, because"),
        ("§passport: {}", "nothing is expected of 'passport'", "write 'rto: met', or leave it out"),
        ("§passport: {because: x}", "nothing is expected of 'passport'", "leave it out"),
        (
            "§passport: {rto: missed}",
            "'passport' is expected to miss a promise, and nothing says why",
            "'because: ...'",
        ),
        (
            "§passport: {rto: met, rpo: missed, because: '  '}",
            "'passport' is expected to miss a promise, and nothing says why",
            "'because: ...'",
        ),
        (
            "passport: {rto: met, §because: x}",
            "'because' gives a reason to miss, and nothing of 'passport' is expected to be missed",
            "leave it out, or write 'missed'",
        ),
        (
            "market: {§rto: met}",
            "'market' promises no rto, so that it is neither met nor missed",
            "it promises an rpo: expect that",
        ),
        (
            "graves: {§rpo: met}",
            "'graves' promises no rpo, so that it is neither met nor missed",
            "give it 'rpo' in 'targets'",
        ),
        (
            "parking: {rto: met, §rpo: met}",
            "nothing that 'parking' rests on has data, so that its rpo is neither met nor missed",
            "give a component that it needs 'data'",
        ),
    ],
)
def test_what_is_refused(expect: str, rule: str, hint: str) -> None:
    (problem,) = refused(expect)
    assert problem.rule == rule
    assert hint in (problem.hint or "")


def test_something_may_be_expected_of_a_test_in_a_bubble() -> None:
    scenario = expecting("passport: {test: met}, parking: {rto: met, test: missed, because: no}", TRIED)
    assert scenario.expect["passport"] == Expected(test="met")
    assert scenario.expect["parking"] == Expected(rto="met", test="missed", because="no")
    assert loads(dump(scenario)) == scenario
    assert differences(scenario, loads(TRIED)) == []
    assert list(expecting("parking: {test: met}", COVERED).expect) == ["parking"]


@pytest.mark.parametrize(
    ("expect", "text", "rule", "hint"),
    [
        (
            "passport: {§test: met}",
            NONE,
            "nothing is tested, so that 'passport' is neither in time in a test nor late",
            "leave it out, or add 'tests: {site: ..., teardown: ...}'",
        ),
        (
            "market: {§test: met}",
            TRIED,
            "'market' promises no rto, so that it is neither in time in the test nor late",
            "give it 'rto' in 'targets'",
        ),
        (
            "graves: {§test: met}",
            TRIED,
            "'graves' is not in the test, so that it is neither in time there nor late",
            "leave it out",
        ),
        (
            "passport: {§test: met}",
            COVERED,
            "'passport' is not in the test, so that it is neither in time there nor late",
            "leave it out, or name it in 'covers'",
        ),
        (
            "§passport: {test: missed}",
            TRIED,
            "'passport' is expected to miss a promise, and nothing says why",
            "because",
        ),
        ("passport: {test: §mist}", TRIED, "'mist' is not one of the words for this", "did you mean 'missed'?"),
    ],
)
def test_what_is_refused_of_a_test(expect: str, text: str, rule: str, hint: str) -> None:
    (problem,) = refused(expect, text)
    assert problem.rule == rule
    assert hint in (problem.hint or "")


def test_what_is_covered_and_cannot_be_tried_is_told_once() -> None:
    text = TRIED.replace("teardown", "covers: [graves], teardown").replace(
        "expect: {}", "expect: {graves: {test: met}}"
    )
    with pytest.raises(InputError) as error:
        loads(text)
    assert [problem.path for problem in error.value.problems] == ["tests.covers.0"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    problems = refused("§pasport: {rto: met}, §passport: {rto: missed}, market: {§rto: met}")
    assert [problem.path for problem in problems] == ["expect.pasport", "expect.passport", "expect.market.rto"]


def test_a_list_is_no_mapping() -> None:
    with pytest.raises(InputError, match=r"5:9  expect\n  a list stands where a mapping of names is due"):
        loads(TEXT.replace("expect: {}", "expect: [passport]"))


def test_a_component_that_cannot_be_read_may_have_the_data() -> None:
    text = TEXT.replace("data: {size: 1 GB}", "data: {size: 1 GX}")
    with pytest.raises(InputError) as error:
        loads(text.replace("expect: {}", "expect: {passport: {rpo: met}}"))
    assert [problem.path for problem in error.value.problems] == ["components.disks.data.size"]


def test_a_variant_expects_what_it_says_itself(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(TEXT.replace("expect: {}", "expect: {passport: {rto: met}}"))
    head = "drsim: scenario 1\nbased_on: base.yaml\n"
    (tmp_path / "silent.yaml").write_text(f"{head}horizon: 3 d\n")
    (tmp_path / "own.yaml").write_text(f"{head}expect: {{parking: {{rto: met}}}}\n")
    (tmp_path / "less.yaml").write_text(f"{head}remove: [services.passport]\n")
    assert list(load(tmp_path / "base.yaml").expect) == ["passport"]
    assert list(load(tmp_path / "silent.yaml").expect) == []
    assert list(load(tmp_path / "own.yaml").expect) == ["parking"]
    assert "passport" not in load(tmp_path / "less.yaml").landscape.services


def test_it_has_paths() -> None:
    scenario = expecting("passport: {rto: met}")
    late = scenario.with_({"expect.passport.rto": "missed", "expect.passport.because": "it is old"})
    assert late.expect["passport"] == Expected(rto="missed", because="it is old")
    assert scenario.with_({"expect.passport.rpo": "met"}).expect["passport"].rpo == "met"
    with pytest.raises(InputError, match=r"there is no 'expect\.pasport'"):
        scenario.with_({"expect.pasport.rto": "met"})
    with pytest.raises(InputError, match="nothing says why"):
        scenario.with_({"expect.passport.rto": "missed"})


def test_it_stays_when_something_else_is_changed() -> None:
    scenario = expecting("passport: {rto: met}")
    assert scenario.with_({"disruptions.fire.lasts": "3 h"}).expect == scenario.expect


def test_it_is_no_part_of_what_is_drilled() -> None:
    plain, scenario = loads(TEXT), expecting("passport: {rpo: missed, because: it is old}")
    assert differences(plain, scenario) == []
    assert assumptions(plain) == assumptions(scenario)
    assert plain != scenario
