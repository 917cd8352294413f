"""`drsim check`: what it says of each scenario, and what its exit code is."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

import drsim
from drsim.reading import loads
from drsim.reporting.checked import checked
from drsim.reporting.summary import Command

FEW = ("-n", "40", "--workers", "1", "--quiet")

TEXT = """\
drsim: scenario 1
title: A pump breaks
moment: 2015-05-12 10:00
horizon: 10 d
disruptions: {break: {component: pump, lasts: LASTS}}
EXPECT
landscape:
  sites: {here: {}}
  components:
    pump: {at: {here: active}, data: {size: 1 GB}}
    lamp: {at: {here: active}}
  services:
    water:
      title: Water from the tap
      targets: {rto: 4 h @norm, rpo: 1 h, share: 60 %}
      needs: [pump]
      points: {tap: {at: here}}
    light: {targets: {rto: 1 h}, needs: [lamp], points: {door: {at: here}}}
  sources: {norm: a norm}
"""


@pytest.fixture
def pump(tmp_path: Path):
    """Write a scenario in which a pump is broken for so long."""

    def write(expect: str, lasts: str = "5 h", name: str = "pump.yaml") -> str:
        text = TEXT.replace("LASTS", lasts).replace("EXPECT", f"expect: {{{expect}}}" if expect else "")
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def row(text: str, *parts: str) -> bool:
    """Whether a line has these parts in this order."""
    return any(re.search(" +".join(map(re.escape, parts)), line) for line in text.splitlines())


def test_what_is_as_expected_ends_with_0(typed, pump):
    ran = typed("check", pump("water: {rto: missed, rpo: met, because: nobody mends it at night}"), *FEW)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stderr == ""
    assert "As expected: all 2 promises." in ran.stdout
    assert row(ran.stdout, "Water from the tap", "RTO 4 h", "missed", "missed", "<9 %", "60 %")
    assert row(ran.stdout, "Water from the tap", "RPO 1 h", "met", "met", ">91 %", "60 %")
    assert ran.stdout.count("nobody mends it at night") == 1
    assert "nothing is expected of 1 other promise (1 met)" in " ".join(ran.stdout.split())


def test_a_promise_that_is_missed_ends_with_1_and_says_where_to_look(typed, pump):
    path = pump("water: {rto: met}, light: {rto: met}")
    ran = typed("check", path, *FEW)
    assert ran.exit_code == 1
    assert ran.stderr == ""
    assert "Not as expected: 1 of 2 promises." in ran.stdout
    assert ran.stdout.index("NOT AS EXPECTED 1") < ran.stdout.index("Water") < ran.stdout.index("\n AS EXPECTED 1")
    command = re.search(r"drsim (explain .*?)(   \(|$)", ran.stdout.replace("\\\n", " "), re.MULTILINE)
    assert command is not None
    words = [path if word == "SCENARIO" else word for word in command[1].split()]  # a long path is left to the reader
    assert words[:3] == ["explain", path, "water"]
    assert typed(*words, "--quiet", "--workers", "1").exit_code == 0


def test_a_promise_that_is_suddenly_kept_ends_with_1(typed, pump):
    ran = typed("check", pump("water: {rto: missed, because: nobody mends it}", "2 h"), *FEW)
    assert ran.exit_code == 1
    assert "Not as expected: 1 of 1 promise." in ran.stdout
    assert "write 'met' in the place of 'missed'" in " ".join(ran.stdout.split())
    assert "drsim explain" not in ran.stdout


@pytest.mark.parametrize("expected", ["rto: met", "rto: missed, because: it may"])
def test_what_is_too_close_to_call_ends_with_0_and_is_said(typed, pump, expected):
    ran = typed("check", pump(f"water: {{{expected}}}", "{mix: {60 %: 2 h, 40 %: 5 h}}"), *FEW)
    assert ran.exit_code == 0, ran.stderr
    assert "TOO CLOSE TO CALL 1" in ran.stdout
    assert "Too close to call: the only one of 1 promise" in ran.stdout
    assert "-n 160" in ran.stdout


def test_a_file_that_expects_nothing_is_said_to(typed, pump):
    ran = typed("check", pump(""), *FEW)
    assert ran.exit_code == 0
    assert "It expects nothing, so that nothing is drilled" in ran.stdout
    assert "'expect: {light: {rto: met}}'" in " ".join(ran.stdout.split())


def test_several_files_are_counted_and_one_that_fails_is_enough(typed, pump):
    paths = [
        pump("water: {rto: met}", "2 h", "good.yaml"),
        pump("water: {rto: met}", "5 h", "bad.yaml"),
        pump("", name="silent.yaml"),
    ]
    ran = typed("check", *paths, *FEW)
    assert ran.exit_code == 1
    assert ran.stdout.endswith("3 scenarios: 1 as expected, 1 not as expected, 1 expects nothing.\n")
    assert [ran.stdout.index(Path(path).name) for path in paths] == sorted(
        ran.stdout.index(Path(path).name) for path in paths
    )
    assert typed("check", paths[0], paths[2], *FEW).exit_code == 0


def test_of_a_directory_each_scenario(typed, pump, tmp_path):
    pump("water: {rto: met}", "2 h", "b.yaml")
    pump("water: {rto: met}", "5 h", "a.yaml")
    (tmp_path / "land.yaml").write_text("drsim: landscape 1\nsites: {a: {}}\n")
    (tmp_path / "notes.txt").write_text("drsim: scenario 1\n")
    ran = typed("check", tmp_path, *FEW, "--json")
    assert ran.exit_code == 1
    found = json.loads(ran.stdout)["scenarios"]
    assert [(Path(each["file"]).name, each["passed"]) for each in found] == [("a.yaml", False), ("b.yaml", True)]


def test_a_directory_without_scenarios_is_refused(typed, tmp_path):
    (tmp_path / "land.yaml").write_text("drsim: landscape 1\nsites: {a: {}}\n")
    ran = typed("check", tmp_path, *FEW)
    assert ran.exit_code == 2
    assert f"there is no scenario in '{tmp_path}'" in ran.stderr


def test_a_file_of_a_directory_that_does_not_say_what_it_is_is_not_left_out(typed, pump, tmp_path):
    pump("water: {rto: met}", "2 h", "good.yaml")
    (tmp_path / "typo.yaml").write_text("drsim: scenaro 1\ntitle: x\n")
    ran = typed("check", tmp_path, *FEW)
    assert ran.exit_code == 2
    assert "'scenaro 1' is no kind of file" in ran.stderr


def test_all_that_is_wrong_is_told_before_anything_is_drilled(typed, pump):
    paths = [pump("water: {rto: met}", name="good.yaml")]
    paths += [pump("watr: {rto: met}", name="one.yaml"), pump("water: {rto: missed}", name="two.yaml")]
    ran = typed("check", *paths, "-n", "40", "--workers", "1")
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert "drills" not in ran.stderr
    assert re.search(
        r"one\.yaml:6:10  expect\.watr\n  no service is named 'watr'\n.*did you mean 'water'\?", ran.stderr
    )
    assert re.search(r"two\.yaml:6:10  expect\.water\n  'water' is expected to miss a promise", ran.stderr)


def test_a_file_that_is_given_twice_is_drilled_once(typed, pump):
    path = pump("water: {rto: missed, because: no}")
    ran = typed("check", path, path, *FEW, "--json")
    assert len(json.loads(ran.stdout)["scenarios"]) == 1


def test_as_json_it_is_what_python_gives(typed, pump):
    path, silent = pump("water: {rto: met}"), pump("", name="silent.yaml")
    ran = typed("check", path, silent, *FEW, "--seed", "7", "--json")
    assert ran.exit_code == 1
    assert json.loads(ran.stdout) == {
        "drsim": drsim.__version__,
        "passed": False,
        "interrupted": False,
        "scenarios": [{"file": path, **drsim.check(path, replications=40, seed=7).to_dict()}],
        "expect_nothing": [silent],
    }


def test_what_is_set_is_checked(typed, pump):
    path = pump("water: {rto: met}")
    assert typed("check", path, *FEW).exit_code == 1
    assert typed("check", path, *FEW, "--set", "disruptions.break.lasts=2 h").exit_code == 0
    ran = typed("check", path, *FEW, "--set", "disruptions.break.lasts=6 h")
    assert "--set 'disruptions.break.lasts=6 h'" in ran.stdout.replace("\\\n", " ")


def test_standard_input_is_a_scenario_too(typed, pump):
    text = Path(pump("water: {rto: met}", "2 h")).read_bytes()
    ran = typed("check", "-", *FEW, stdin=text)
    assert ran.exit_code == 0, ran.stderr
    assert "standard input" in ran.stdout


def test_it_does_not_depend_on_workers(typed, pump):
    path = pump("water: {rto: met}", "{mix: {60 %: 2 h, 40 %: 5 h}}")
    assert len({typed("check", path, "-n", "200", "--workers", workers).stdout for workers in "12"}) == 1


@pytest.mark.parametrize("columns", ["80", "100"])
@pytest.mark.parametrize("more", [(), ("--ascii",)])
def test_no_line_is_wider_than_the_page(typed, wild, monkeypatch, columns, more):
    monkeypatch.setenv("COLUMNS", columns)
    text = Path(wild).read_text(encoding="utf-8")
    title = re.search(r'^title: (".*")$', text, re.MULTILINE)
    assert title is not None
    expect = f"expect: {{first: {{rto: missed, because: {title[1]}}}, second: {{rto: met}}}}\n"
    Path(wild).write_text(text + expect, encoding="utf-8")
    ran = typed("check", wild, "-n", "30", "--workers", "1", "--quiet", *more)
    assert ran.exit_code in (0, 1), ran.stderr
    assert "romise" in ran.stdout
    assert max(map(cell_len, ran.stdout.splitlines())) <= int(columns)


def test_colour_changes_nothing_else(wild):
    text = Path(wild).read_text(encoding="utf-8")
    expect = "expect: {first: {rto: met}, second: {rto: missed, because: it is late}}\n"
    page = checked(drsim.Check(drsim.run(loads(text + expect), replications=30)), command=Command(wild, 30))
    plain, coloured = page.render(), page.render(colour=True)
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain == str(page)


def test_plain_signs_only(typed, pump):
    path = pump("water: {rto: met}, light: {rto: met}", "{mix: {60 %: 2 h, 40 %: 5 h}}")
    assert not typed("check", path, *FEW).stdout.isascii()
    assert typed("check", path, *FEW, "--ascii").stdout.isascii()


def test_an_interrupt_ends_it_with_what_is_finished(start, pump):
    paths = [pump("water: {rto: missed, because: no}"), pump("water: {rto: met}", name="later.yaml")]
    process = start("check", *paths, "-n", "1000000", "--workers", "1")
    while b"drills" not in process.stderr.readline():
        pass
    time.sleep(5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"interrupted" in err
    assert b"INTERRUPTED" in out
    assert b"later.yaml" not in out
