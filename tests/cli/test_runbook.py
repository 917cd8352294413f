"""`drsim report --runbook`: the page, the log beside it, and what is refused before anything is drilled."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import drsim
from drsim.reading import load
from drsim.simulation.draws import SLICE

FEW = ("-n", "40", "--workers", "1", "--quiet")


def test_a_runbook_is_printed(typed, small):
    ran = typed("report", small, "--runbook", *FEW)
    assert (ran.exit_code, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("Runbook: The town hall of Sint-Michielsgestel is lost")
    steps = drsim.runbook(load(small), replications=40).steps
    numbered = [int(found[1]) for line in lines if (found := re.match(r" +(\d+) [a-z]+ .* _____ _____$", line))]
    assert numbered == list(range(1, len(steps) + 1))
    assert re.search(
        r"start oracle +infra +\d+ +Tue 11:\d\d – 1\d:\d\d +Tue 11:\d\d – 1\d:\d\d +_____ _____\n", ran.stdout
    )
    assert f"drsim report {small} --runbook -o runbook.html -n 40" in re.sub(r"\\\n +", "", ran.stdout)


def test_it_is_as_wide_as_the_terminal(typed, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = typed("report", small, "--runbook", *FEW).stdout.replace(small, "").splitlines()
    assert 68 < max(map(len, lines)) <= 80


def test_plain_signs_only(typed, small):
    shown = typed("report", small, "--runbook", *FEW, "--ascii").stdout
    assert shown.isascii()
    assert re.search(r"Tue 11:\d\d - 1\d:\d\d +_____ _____\n", shown)


def test_a_runbook_in_a_file_has_its_log_beside_it(typed, small, tmp_path):
    page, log = tmp_path / "runbook.txt", tmp_path / "runbook.csv"
    ran = typed("report", small, "--runbook", *FEW, "-o", page)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == "Wrote runbook.txt to print, and runbook.csv, the log to fill in.\n"
    printed = typed("report", small, "--runbook", *FEW).stdout
    assert page.read_text(encoding="utf-8").rstrip() == printed[: printed.index(" To print: ")].rstrip()
    with log.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    book = drsim.runbook(load(small), replications=40)
    assert log.read_text(encoding="utf-8") == "\ufeff" + book.log()  # with which Excel reads it as UTF-8
    assert [(row["id"], row["who"]) for row in rows] == [(step.id, step.who) for step in book.steps]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runbook.csv", "runbook.txt"]


def test_by_its_name_it_is_a_page_or_markdown(typed, small, tmp_path):
    for name, lang in (("runbook.html", "nl"), ("runbook.md", "en")):
        ran = typed("report", small, "--runbook", *FEW, "-o", tmp_path / name, "--lang", lang)
        assert (ran.exit_code, ran.stderr) == (0, "")
    page = (tmp_path / "runbook.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "Draaiboek: " in page and "Werkelijk begin" in page
    rows = [line for line in (tmp_path / "runbook.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    assert {row.count(" |") for row in rows} == {7}  # the cells of a table that renders
    steps = drsim.runbook(load(small), replications=40).steps
    assert [int(found[1]) for row in rows if (found := re.match(r"\| (\d+) ", row))] == list(range(1, len(steps) + 1))


def test_the_log_goes_where_it_is_asked_for(typed, small, tmp_path):
    log = tmp_path / "log.csv"
    ran = typed("report", small, "--runbook", *FEW, "--log", log)
    assert ran.stdout.startswith("Runbook: ")
    assert log.read_text(encoding="utf-8-sig") == drsim.runbook(load(small), replications=40).log()
    typed("report", small, "--runbook", *FEW, "--seed", "7", "-o", tmp_path / "a.txt", "--log", log)
    assert log.read_text(encoding="utf-8-sig") == drsim.runbook(load(small), replications=40, seed=7).log()
    assert not (tmp_path / "a.csv").exists()


def test_as_json_it_is_that_of_python(typed, small, tmp_path):
    ran = typed("report", small, "--runbook", *FEW, "--json", "-o", tmp_path / "r.txt", "--set", "teams.infra.people=1")
    changed = load(small, set={"teams.infra.people": "1"})
    assert json.loads(ran.stdout) == drsim.runbook(changed, replications=40).to_dict()
    assert (tmp_path / "r.txt").exists()


def test_it_says_how_far_it_is(typed, small):
    ran = typed("report", small, "--runbook", "-n", "40", "--workers", "1")
    assert re.fullmatch(r"0 of 40 drills\n40 drills in \d+\.\d s\n", ran.stderr)


def test_without_what_to_report_it_is_refused(typed, small):
    ran = typed("report", small)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == f"report {small}: it does not say where to write it\n  give -o report.html, or --runbook\n"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("-o", ""), "--out {}: that is a directory\n  name a file in it"),
        (("-o", "no/where.txt"), "--out {}/no/where.txt: there is no directory '{}/no'\n  make it first"),
        (("--log", "no/where.csv"), "--log {}/no/where.csv: there is no directory '{}/no'\n  make it first"),
        (("--log", ""), "--log {}: that is a directory"),
        (("-o", "book.csv"), "--out {}/book.csv: what to write is told by the end of the name\n  end it in .html to"),
        (("-o", "book.pdf"), "--out {}/book.pdf: what to write is told by the end of the name"),
        (("-o", "book"), "--out {}/book: what to write is told by the end of the name"),
        (("-o", "book.txt", "--lang", "nl"), "--lang nl: a runbook as text is in English\n  give -o runbook.html"),
        (("--lang", "nl"), "--lang nl: a runbook as text is in English"),
        (("-o", "book.html", "--lang", "xx"), "--lang xx: there are no words in that language"),
        (("-o", "book.txt", "--log", "book.txt"), "--log {}/book.txt: that is the file of the runbook itself"),
        (("--log", "names.csv"), "--log {}/names.csv: that file is there already, and is no empty log\n  name another"),
        (("-o", "names.txt"), "--log {}/names.csv: that file is there already, and is no empty log"),
    ],
)
def test_where_it_cannot_write_is_refused_before_anything_is_read(typed, tmp_path, words, text):
    (tmp_path / "names.csv").write_text("name,town\nAnna,Haaren\n", encoding="utf-8")
    places = [word if word.startswith("-") or len(word) == 2 else str(tmp_path / word) for word in words]
    ran = typed("report", "no-such-scenario", "--runbook", *places)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert text.replace("{}", str(tmp_path)) in ran.stderr
    assert "no-such-scenario" not in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["names.csv"]


def test_a_log_in_which_somebody_wrote_is_left_alone(typed, small, tmp_path):
    page, log = tmp_path / "runbook.txt", tmp_path / "runbook.csv"
    typed("report", small, "--runbook", *FEW, "-o", page)
    filled = log.read_text(encoding="utf-8").replace(",,,\n", ",,,late\n")
    log.write_text(filled, encoding="utf-8")
    ran = typed("report", small, "--runbook", *FEW, "-o", page)
    assert ran.exit_code == 2
    assert "that file is there already, and is no empty log" in ran.stderr
    assert log.read_text(encoding="utf-8") == filled


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_named(typed, small):
    ran = typed("report", small, "--runbook", *FEW, "--log", "/dev/full")
    assert ran.exit_code == 1
    assert "--log: '/dev/full' cannot be written: No space left on device" in ran.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("-n", "0"), "-replications 0: expected a number of drills from 1 to 1,000,000,000"),
        (("--seed", "x"), "--seed x: that is no whole number"),
        (("--set", "teams.infra"), "--set teams.infra: there is no '=' after a path"),
        (("--set", "teams.nobody.people=1"), "there is no 'teams.nobody'"),
    ],
)
def test_what_makes_no_sense_is_refused(typed, small, words, text):
    ran = typed("report", small, "--runbook", *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert text in ran.stderr


def test_a_scenario_from_standard_input(typed, small):
    ran = typed("report", "-", "--runbook", *FEW, stdin=Path(small).read_text(encoding="utf-8"))
    assert ran.exit_code == 0, ran.stderr
    assert "standard input" in ran.stdout.splitlines()[0]
    assert "drsim report SCENARIO --runbook -o runbook.html" in ran.stdout


def test_an_interrupt_writes_what_is_finished(typed, small, tmp_path, monkeypatch):
    from drsim.studies.runbook import drills

    real, done = drills._taken, []

    def one(*args: object) -> object:
        done.append(args)
        if len(done) == 2:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(drills, "_taken", one)
    page = tmp_path / "runbook.txt"
    ran = typed("report", small, "--runbook", "-n", "192", "--workers", "1", "--quiet", "-o", page)
    assert ran.exit_code == 130
    assert "interrupted: showing what is finished" in ran.stderr
    assert f"{SLICE} drills" in page.read_text(encoding="utf-8")
    assert " INTERRUPTED " in page.read_text(encoding="utf-8")
