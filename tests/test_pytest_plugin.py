"""Scenario files as tests, run as a user runs them: `pytest scenarios/`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from test_architecture import HEAVY

LAND = """\
landscape:
  sites: {here: {}, there: {}}
  links: {line: {between: [here, there], bandwidth: 10 MB/s}}
  components:
    sure:
      at: {here: active, there: warm}
      start: {takes: 2 h}
      data: {size: 1 GB}
      copies: {replica: {at: there, kind: asynchronous, lag: 2 h}}
    coin: {at: {here: active, there: warm}, start: {takes: 10 min, works: 85 %, attempts: 1}}
  services:
    a: {targets: {rto: 4 h, rpo: 1 h}, points: {p: {at: there, needs: [sure]}}}
    b: {targets: {rto: 4 h, rpo: 1 h}, points: {p: {at: there, needs: [coin]}}}
    c: {points: {p: {at: there, needs: [coin]}}}
"""
HEAD = """\
# what is asked

drsim: scenario 1
title: a case
moment: 2015-05-12 10:00
disruptions: {fire: {site: here}}
"""
SLOW = "a: {rpo: missed, because: its copy lags behind}"


def run(directory: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def write(directory: Path, expect: str = "", name: str = "fire.yaml") -> None:
    (directory / name).write_text(HEAD + (f"expect: {{{expect}}}\n" if expect else "") + LAND, encoding="utf-8")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    return tmp_path


def test_a_test_for_each_promise_by_its_name(case: Path) -> None:
    # b rests on no data, so its rpo is neither kept nor missed
    write(case)
    code, out = run(case, "--collect-only", "-q")
    assert code == 0
    assert out.splitlines()[:3] == ["fire.yaml::a::rto", "fire.yaml::a::rpo", "fire.yaml::b::rto"]
    assert "3 tests collected" in out


def test_a_promise_is_kept_missed_or_too_close_to_call(case: Path) -> None:
    write(case)
    code, out = run(case, "-rs", "-v")
    assert code == 1
    assert "fire.yaml::a::rto PASSED" in out
    assert "fire.yaml::a::rpo FAILED" in out
    assert "fire.yaml::b::rto SKIPPED" in out
    assert "a loses no more data than 1 h in <1.9 % of 200 drills; asked: 85 %: missed\n" in out
    assert f"what held it up: drsim explain {case / 'fire.yaml'} a --replications 200 --seed 1" in out
    assert "undecided: b is back within 4 h in 8" in out.replace("\n", " ")
    assert "Traceback" not in out
    assert "1 failed, 1 passed, 1 skipped" in out


def test_what_a_file_expects_to_miss_passes_and_fails_once_it_is_kept(case: Path) -> None:
    write(case, SLOW)
    code, out = run(case, "-q", "-k", "rpo")
    assert (code, "1 passed" in out) == (0, True)
    write(case, "a: {rto: missed, because: nobody is there}")
    code, out = run(case, "-q", "fire.yaml::a::rto")
    assert code == 1
    assert "kept, and the file expects it to be missed, because nobody is there" in out
    assert "if that is mended, take it out of 'expect' in fire.yaml" in out


TESTED = HEAD.replace("disruptions: {fire: {site: here}}", "tests: {site: here, teardown: {takes: 1 h}}")


def test_a_service_in_a_test_in_a_bubble_has_one_more(case: Path) -> None:
    late = LAND.replace("start: {takes: 2 h}", "start: {takes: 5 h}")
    (case / "tried.yaml").write_text(TESTED + late, encoding="utf-8")
    code, out = run(case, "-v", "-rs")
    assert code == 1
    assert "tried.yaml::a::rto PASSED" in out
    assert "tried.yaml::a::test FAILED" in out
    assert "tried.yaml::b::test SKIPPED" in out
    assert "a is back in the test within 4 h in <1.9 % of 200 drills; asked: 85 %: missed\n" in out
    assert f"what held it up: drsim replay {case / 'tried.yaml'} --drill 0 --seed 1" in out
    assert "tried.yaml::c" not in out
    expected = TESTED + "expect: {a: {test: missed, because: it is slow}}\n"
    (case / "tried.yaml").write_text(expected + late, encoding="utf-8")
    (case / "kept.yaml").write_text(expected + LAND, encoding="utf-8")
    (case / "off.yaml").write_text(TESTED + "disruptions: {fault: {component: sure}}\n" + LAND, encoding="utf-8")
    code, out = run(case, "-v", "-rs", *(f"{name}.yaml::a::test" for name in ("tried", "kept", "off")))
    assert code == 1
    assert "tried.yaml::a::test PASSED" in out
    assert "kept, and the file expects it to be missed, because it is slow" in out
    assert "in none of 200 drills the test begins" in out


def test_options_and_the_ini_file_say_how_many_drills_and_which(case: Path) -> None:
    write(case)
    _, out = run(case, "-q", "--drsim-drills", "50", "--drsim-seed", "3")
    assert "of 50 drills" in out
    assert "--replications 50 --seed 3" in out
    (case / "pytest.ini").write_text("[pytest]\ndrsim_drills = 60\ndrsim_seed = 4\n", encoding="utf-8")
    _, out = run(case, "-q")
    assert "--replications 60 --seed 4" in out
    _, out = run(case, "-q", "--drsim-drills", "many")
    assert "--drsim-drills 'many': a whole number is needed" in out
    assert "no tests ran" in run(case, "--no-drsim")[1]
    assert "3 deselected" in run(case, "-m", "not drsim")[1]


def test_other_yaml_is_left_alone_and_nothing_heavy_is_imported_for_it(case: Path) -> None:
    (case / "compose.yaml").write_text("services: {web: {image: nginx}}\n", encoding="utf-8")
    (case / "land.yaml").write_text("drsim: landscape 1\nsites: {a: {}}\n", encoding="utf-8")
    (case / "binary.yaml").write_bytes(b"\xff\xfe\x00drsim: scenario")
    (case / "conftest.py").write_text(
        f"import sys\ndef pytest_unconfigure():\n    print('heavy:', [m for m in {HEAVY!r} if m in sys.modules])\n",
        encoding="utf-8",
    )
    code, out = run(case, "-q", "-p", "no:hypothesispytest")
    assert code == 5
    assert "heavy: []" in out
    write(case)
    assert "numpy" in run(case, "-q")[1].split("heavy: ")[1]


def test_what_is_wrong_in_a_file_is_told_and_the_others_are_run(case: Path) -> None:
    write(case, SLOW)
    (case / "wrong.yaml").write_text(HEAD.replace("site: here", "site: her") + LAND, encoding="utf-8")
    (case / "silent.yaml").write_text(
        (HEAD + LAND).replace("targets: {rto: 4 h, rpo: 1 h}, ", "").replace("targets: {rto: 4 h}, ", ""),
        encoding="utf-8",
    )
    code, out = run(case, "-q", "--continue-on-collection-errors")
    assert code == 1
    assert "no site is named 'her'" in out
    assert "none of its services has an rto or rpo" in out
    assert "2 passed" in out
    assert "Traceback" not in out


def test_several_processes_give_the_same(case: Path) -> None:
    write(case, SLOW)
    write(case, "", "other.yaml")
    alone, together = run(case, "-q", "-p", "no:xdist"), run(case, "-q", "-n", "2", "--dist=loadgroup")
    assert alone[0] == together[0] == 1
    assert alone[1].splitlines()[-1].split(" in ")[0] == together[1].splitlines()[-1].split(" in ")[0]
