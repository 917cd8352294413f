"""`drsim hunt`: what it prints, writes and ends with."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from rich.cells import cell_len

from drsim.reading import load

CLEAN = str(Path(__file__).parent.parent / "data" / "clean.yaml")
PROMISE = ("--breaks", "permit-request rto")
QUICK = ("-n", "24", "--worst-hours", "0", "--quiet")


def words_of(text: str) -> str:
    return " ".join(text.split())


def test_what_breaks_it_is_told_and_written(typed, tmp_path):
    result = typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path / "found")
    assert result.exit_code == 0, result.stderr
    text = words_of(result.stdout)
    assert "What breaks it that permit-request is back within 8 h" in text
    assert "All sets of up to one thing were looked at" in text
    assert "component hypervisor" in text and "since nothing that the service rests on is hit" in text
    files = sorted(path.name for path in (tmp_path / "found").iterdir())
    assert f"BREAKS IT {len(files)}" in result.stdout
    (first,) = load(tmp_path / "found" / "permit-request-rto-1.yaml").disruptions.values()
    assert f"1 {first.kind} {first.target}" in text
    assert "drsim explain" in text
    again = typed("run", tmp_path / "found" / "permit-request-rto-1.yaml", "-n", "24", "--quiet", "--json")
    assert json.loads(again.stdout)["services"]["permit-request"]["verdict"] == "missed"


def test_the_same_for_machines(typed, tmp_path):
    result = typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path, "--json")
    data = json.loads(result.stdout)
    assert data["completed"] == 1 and data["orders"][1]["complete"]
    assert [load(file).disruptions.keys() for file in data["files"]]
    assert len(data["files"]) == len(data["found"])


def test_a_title_is_as_good_as_a_name_and_only_some_things_may_break(typed, tmp_path):
    titled = tmp_path / "titled.yaml"
    titled.write_text(
        f"drsim: scenario 1\nbased_on: {CLEAN}\nadd: {{services.permit-request.title: Asking for a permit}}\n",
        encoding="utf-8",
    )
    result = typed(
        "hunt",
        titled,
        "--breaks",
        "asking for a permit keeps running in 90 %",
        "--only",
        "portal, database",
        "--among",
        "component",
        *QUICK,
        "-n",
        "60",
        "--into",
        tmp_path,
    )
    assert result.exit_code == 0, result.stderr
    assert "component 2" in result.stdout and "asked in 90 % of drills" in result.stdout


def test_the_worst_hour_of_the_week(typed, tmp_path):
    result = typed(
        "hunt",
        CLEAN,
        *PROMISE,
        "-n",
        "24",
        "--quiet",
        "--only",
        "hypervisor",
        "--into",
        tmp_path,
    )
    assert "worst hour of the week of component hypervisor: all alike, kept in" in words_of(result.stdout)


def test_nothing_is_found_and_nothing_written(typed, tmp_path):
    result = typed(
        "hunt",
        CLEAN,
        "--breaks",
        "permit-request within 10 d",
        "--only",
        "directory",
        *QUICK,
        "--into",
        tmp_path / "found",
    )
    assert result.exit_code == 0
    assert "Nothing that was looked at breaks it." in result.stdout
    assert not (tmp_path / "found").exists()


@pytest.mark.parametrize("columns", ["80", "120"])
def test_no_line_is_wider_than_the_page_and_plain_signs_are_plain(typed, tmp_path, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    result = typed(
        "hunt",
        CLEAN,
        *PROMISE,
        *QUICK,
        "--at-most",
        "2",
        "--only",
        "portal,database,admins,hall,annex,fibre",
        "--into",
        tmp_path,
        "--ascii",
    )
    assert result.exit_code == 0, result.stderr
    assert all(cell_len(line) <= min(int(columns), 100) for line in result.stdout.splitlines())
    assert result.stdout.isascii()
    assert "Sets of three things: --at-most 3" in result.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Missing option '--breaks'"),
        (("--breaks", "permit-request"), "'permit-request' is no promise"),
        (("--breaks", "permits rto"), "no service is named 'permits'"),
        ((*PROMISE, "--at-most", "many"), "--at-most many"),
        ((*PROMISE, "--at-most", "21"), "from 0 to 20"),
        ((*PROMISE, "--among", " , "), "--among"),
        ((*PROMISE, "--among", "colour"), "nothing is of the kind 'colour'"),
        ((*PROMISE, "--only", "nobody"), "nothing that may break is named 'nobody'"),
        ((*PROMISE, "-n", "5"), "5 drills are too few"),
        ((*PROMISE, "--lasts", "a while"), "lasts 'a while'"),
        ((*PROMISE, "--into", CLEAN), "is a file"),
        ((*PROMISE, "--into", f"{CLEAN}/below"), "is a file"),
    ],
)
def test_what_makes_no_sense_is_refused(typed, words, told):
    result = typed("hunt", CLEAN, *words)
    assert result.exit_code == 2
    assert told in result.stderr and not result.stdout


def test_what_is_there_of_an_earlier_hunt_is_named_and_left_alone(typed, tmp_path):
    typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path)
    before = sorted(tmp_path.iterdir())
    result = typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path, "--only", "hypervisor")
    text = words_of(result.stdout)
    assert "of an earlier hunt, and left alone:" in text
    assert sorted(tmp_path.iterdir()) == before and len(before) > 2
    other = typed("hunt", CLEAN, "--breaks", "permit-request within 4 h", *QUICK, "--into", tmp_path, "--json")
    assert all("permit-request-within-4-h-" in file for file in json.loads(other.stdout)["files"])


def test_what_is_found_is_shown_also_where_it_cannot_be_written(typed, tmp_path):
    (tmp_path / "permit-request-rto-1.yaml").mkdir()
    result = typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path)
    assert result.exit_code == 1
    assert "component hypervisor" in result.stdout
    assert f"--into {tmp_path}: cannot be written" in result.stderr


def test_no_more_than_nothing_may_be_looked_at(typed, tmp_path):
    result = typed("hunt", CLEAN, *PROMISE, *QUICK, "--into", tmp_path, "--at-most", "0")
    assert "Only nothing at all was looked at whole." in result.stdout


def test_an_interrupt_shows_what_was_found(start, tmp_path):
    process = start(
        "hunt",
        CLEAN,
        *PROMISE,
        "-n",
        "100",
        "--at-most",
        "4",
        "--worst-hours",
        "0",
        "--workers",
        "1",
        "--into",
        tmp_path,
    )
    for _ in range(3):  # the lines that begin order 0, 1 and 2
        while not process.stderr.readline().startswith(b"0 of"):
            pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    text = words_of(out.decode())
    assert "INTERRUPTED" in text and "All sets of up to one thing were looked at" in text
    assert list(tmp_path.glob("permit-request-rto-*.yaml"))


def test_what_is_found_is_written_as_a_page_as_well(typed, tmp_path):
    page = tmp_path / "hunt.md"
    words = ("hunt", CLEAN, *PROMISE, *QUICK, "--only", "database", "--into", tmp_path)
    ran = typed(*words, "-o", page, "--lang", "nl")
    assert ran.exit_code == 0, ran.stderr
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Wat verhindert dat permit-request binnen 8 u terug is\n")
    assert (
        f"--breaks 'permit-request rto' --at-most 1 --only database --worst-hours 0 -o {page} --lang nl -n 24" in text
    )
    refused = typed(*words, "--lang", "nl")
    assert (refused.exit_code, refused.stdout) == (2, "") and "give -o report.html as well" in refused.stderr
