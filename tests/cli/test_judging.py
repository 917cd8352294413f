"""What judges: until it is precise, compare, what would help, and a record again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import drsim
from drsim.reading import load

FEW = ("-n", "64", "--workers", "1", "--quiet")
PEOPLE = ("--set", "teams.infra.people=1")


def on_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def slower(small, tmp_path_factory) -> str:
    """Another scenario: another moment, a shorter horizon, and more patience."""
    path = tmp_path_factory.mktemp("slower") / "slower.yaml"
    change = "change: {moment: 2015-05-12 14:00, horizon: 10 d, response.wait: 3 h}"
    path.write_text(f"drsim: scenario 1\nbased_on: {small}\n{change}\n", encoding="utf-8")
    return str(path)


def test_compare_says_what_differs_and_what_it_does(typed, small, slower):
    ran = typed("compare", small, slower, *FEW)
    assert ran.exit_code == 0, ran.stderr
    text = on_one_line(ran.stdout)
    assert "64 drills of each, with the same luck · seed 1 · up to 10 d, the shorter horizon" in text
    assert (
        "WHAT DIFFERS horizon: 14 d → 10 d moment: 2015-05-12 10:00 → 2015-05-12 14:00 response.wait: 1 h → 3 h" in text
    )
    found = drsim.compare(load(small), load(slower), replications=64, workers=1)
    service = found.service("moving-house")
    assert service.verdict == "worse" and "BACK LATER 1" in text
    assert "On average, of 1 service 1 is back later." in text


def test_no_share_on_a_comparison_is_without_its_interval(typed, small, slower):
    text = typed("compare", small, slower, *FEW, "--set", "services.moving-house.targets.rto=1 h").stdout
    (row,) = [line for line in text.splitlines() if line.startswith("  moving-house ")]
    share = r"(?:[<>][\d.]+ %|[\d.]+ % \([<>\d.–]+\))"
    assert re.search(rf" {share} +{share} *$", row), row
    assert re.search(rf"in time: {share} → {share}, [+−]\d+ points \(", on_one_line(text)), text


def test_signs_on_a_comparison_are_explained(typed, small):
    text = on_one_line(typed("compare", small, "--set", "disruptions={}", *FEW).stdout)
    assert " → – " in text and "–: never below its minimum" in text
    assert "?" not in text.replace("?:", "") or "?: too few drills" in text
    few = on_one_line(typed("compare", small, "--set", "response.wait=2 h", "-n", "1", "--quiet").stdout)
    assert "?: too few drills, or too many that were not back" in few and "–: never" not in few


def test_compare_as_json_is_the_comparison(typed, small, slower):
    found = json.loads(typed("compare", small, slower, *FEW, "--json").stdout)
    again = drsim.compare(load(small), load(slower), replications=64, workers=1).to_dict()
    assert found == json.loads(json.dumps(again))


def test_set_changes_the_second(typed, small):
    ran = typed("compare", small, *PEOPLE, *FEW)
    assert "teams.infra.people: " in ran.stdout and "3 → 1" in ran.stdout
    alike = on_one_line(typed("compare", small, small, *FEW).stdout)
    assert "WHAT DIFFERS nothing" in alike and "The same in every drill" in alike


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("compare", "SMALL"), "there is nothing to compare it with"),
        (("compare", "-", "-"), "only one of the two can come from standard input"),
        (("compare", "SMALL", "nowhere.yaml"), "there is no file 'nowhere.yaml'"),
        (("explain", "SMALL", "moving-house", "--most", "0"), "--most 0: expected a number of things to try"),
        (("run", "SMALL", "--at-most", "100"), "--at-most 100: there is no --precision to stop before"),
        (("run", "SMALL", "--precision", "P95 within 5 %", "-n", "9", "--at-most", "8"), "-n 9 drills come first"),
        (("run", "SMALL", "--precision", "P95 within 5 wh"), "'5 wh' is no time on the clock"),
        (("run", "nowhere.yaml", "--precision", "P95"), "precision 'P95': 'P95' is not understood"),
        (("rerun", "SMALL"), "is no JSON"),
        (("rerun", "nowhere.json"), "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_judged_is_refused(typed, small, words, text):
    ran = typed(*(small if word == "SMALL" else word for word in words))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert text in ran.stderr


def test_a_run_says_why_it_stopped(typed, small):
    wide = ("--precision", "P95 within 90 % and every share within 20 points", "--at-most", "300")
    ran = typed("run", small, *FEW, *wide)
    assert re.search(r"^PRECISION  P95 within 90 % and every share within 20 points: reached", ran.stdout, re.MULTILINE)
    ran = typed("run", small, *FEW, "--precision", "every share within 0.1 points", "--at-most", "100")
    assert "every share within 0.1 points: not reached with 100 drills, the most allowed" in on_one_line(ran.stdout)


def test_a_title_that_is_cut_leaves_what_the_row_is_about(typed, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    near = {"title": "Moving house and all that comes with it, " * 3, "targets.rto": "2 h", "targets.rpo": "0 s"}
    changes = [word for key, value in near.items() for word in ("--set", f"services.moving-house.{key}={value}")]
    shown = typed("run", small, *FEW, *changes, "--intervals").stdout.split("\n MARGINS")[1]
    begun = re.findall(r"^  Moving house and all[^…]*…(, data)? +−", shown, re.MULTILINE)
    assert sorted(begun) == ["", ", data"]


def test_what_would_help_is_ranked_with_intervals(typed, small):
    text = typed("explain", small, "moving-house", "--what-would-help", *FEW).stdout
    assert " IDEALS  more than anybody can do" in text
    assert re.search(r"known and decided at once +−[\dhmins ]+\((?:±|−)", text)
    assert "in brackets 95 % intervals" in text
    data = json.loads(typed("explain", small, "moving-house", "--what-would-help", *FEW, "--json").stdout)
    means = [each["recovery"]["mean_ms"]["value"] for each in data["tried"]]
    assert means == sorted(means) and means[0] < 0
    assert all(each["what"] in on_one_line(text) for each in data["tried"] if len(each["what"]) < 40)


@pytest.fixture
def record(typed, small, tmp_path) -> Path:
    file = tmp_path / "result.json"
    assert typed("run", small, *FEW, "--out", file).exit_code == 0
    return file


def test_a_record_comes_out_the_same(typed, record):
    ran = typed("rerun", record, "--workers", "1", "--quiet")
    assert ran.exit_code == 0
    assert re.search(r"The same: all \d+ figures are identical\.", ran.stdout)
    assert "WHAT DIFFERS" not in ran.stdout and "OTHER VERSIONS" not in ran.stdout


def test_a_record_that_differs_fails_and_says_where(typed, record):
    found = json.loads(record.read_text())
    found["services"]["moving-house"]["in_time"]["successes"] += 1
    found["record"]["versions"]["numpy"] = "0.9"
    record.write_text(json.dumps(found))
    ran = typed("rerun", record, "--workers", "1", "--quiet")
    assert ran.exit_code == 1
    assert "Not the same: 1 of " in ran.stdout and "services.moving-house.in_time.successes: " in ran.stdout
    assert re.search(r"numpy: 0\.9 → \d", ran.stdout)


def interrupt_after(monkeypatch: pytest.MonkeyPatch, slices: int) -> None:
    """Let the keyboard interrupt once, after so many slices of drills."""
    from drsim.studies import run

    real, done = run._run_slice, []

    def one(*args: object) -> object:
        done.append(args)
        if len(done) == slices + 1:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "_run_slice", one)


@pytest.mark.parametrize(
    ("words", "slices", "shown"),
    [
        (("compare", *PEOPLE), 1, "INTERRUPTED this is about the 64 that were finished"),
        (("compare", *PEOPLE), 4, "INTERRUPTED this is about the 64 that were finished"),
        (("explain", "moving-house", "--what-would-help"), 1, "INTERRUPTED 64 of 192 drills"),
        (("explain", "moving-house", "--what-would-help"), 7, "INTERRUPTED not all was tried"),
        (("run", "--precision", "P95 within 1 %"), 2, "interrupted after 128 drills"),
    ],
)
def test_an_interrupt_shows_what_is_finished(typed, small, monkeypatch, words, slices, shown):
    interrupt_after(monkeypatch, slices)
    command, *rest = words
    ran = typed(command, small, *rest, "-n", "192", "--workers", "1", "--quiet")
    assert ran.exit_code == 130
    assert shown in on_one_line(ran.stdout), ran.stdout


def test_an_interrupt_before_anything_is_finished_shows_nothing(typed, small, record, tmp_path, monkeypatch):
    out = tmp_path / "other.json"
    for words in (
        ("compare", small, *PEOPLE, *FEW),
        ("explain", small, "moving-house", "--what-would-help", *FEW),
        ("rerun", record, "--workers", "1", "--quiet"),
        ("run", small, *FEW, "--out", out),
    ):
        with monkeypatch.context() as patched:
            interrupt_after(patched, 0)
            ran = typed(*words)
        assert (ran.exit_code, ran.stdout) == (130, ""), words
        assert "interrupted" in ran.stderr
    assert not out.exists() and [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_a_rerun_that_is_interrupted_compares_nothing(typed, small, tmp_path, monkeypatch):
    file = tmp_path / "result.json"
    typed("run", small, "-n", "192", "--workers", "1", "--quiet", "--out", file)
    interrupt_after(monkeypatch, 1)
    ran = typed("rerun", file, "--workers", "1", "--quiet")
    assert (ran.exit_code, ran.stdout) == (130, "")
    assert "interrupted: nothing can be compared" in ran.stderr
