"""`drsim report`: a page in a file, or a refusal and no file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import read, record_of

FEW = ("-n", "12", "--workers", "1", "--quiet")


def test_a_report_is_a_page_that_can_be_run_again(typed, small: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    wrote = typed("report", small, "-o", file, *FEW, "--seed", "7", "--lang", "nl")
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    record = record_of(read(file.read_text(encoding="utf-8")))
    assert (record["seed"], record["replications"]) == (7, 12)
    assert record["record"]["command"].endswith(f"-o {file} --lang nl -n 12 --seed 7")
    again = typed("rerun", file, "--workers", "1", "--quiet")
    assert again.exit_code == 0 and "The same" in again.output


def test_the_end_of_the_name_tells_what_to_write(typed, small: str, tmp_path: Path) -> None:
    file = tmp_path / "report.MD"
    assert typed("report", small, "-o", file, *FEW).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("# The town hall of Sint-Michielsgestel is lost\n")


def test_two_scenarios_are_compared_and_set_changes_the_second(typed, small: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    wrote = typed("report", small, small, "-o", file, *FEW, "--set", "teams.infra.people=5")
    assert wrote.exit_code == 0, wrote.output
    found = record_of(read(file.read_text(encoding="utf-8")))
    assert [(each["path"], each["before"], each["after"]) for each in found["changes"]] == [
        ("teams.infra.people", "3", "5")
    ]
    assert found["report"]["command"].endswith("--set teams.infra.people=5")


def test_a_scenario_may_come_from_standard_input(typed, small: str, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    wrote = typed("report", "-", "-o", file, *FEW, stdin=Path(small).read_text(encoding="utf-8"))
    assert wrote.exit_code == 0, wrote.output
    assert "drsim report SCENARIO -o" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("-o", "report.txt"), "what to write is told by the end of the name", id="another form"),
        pytest.param(("-o", "report.html", "--lang", "fr"), "--lang fr: there are no words", id="another language"),
        pytest.param(("-o", "nowhere/report.html"), "there is no directory", id="no directory"),
        pytest.param(("-o", "report.html", "--json"), "--json: only a runbook has that", id="an option of a runbook"),
        pytest.param(("--runbook", "--lang", "nl"), "a runbook as text is in English", id="a text in Dutch"),
        pytest.param(("-o", "report.html", "--set", "teams.infra=0"), "teams.infra", id="a change that cannot be"),
    ],
)
def test_what_cannot_be_written_is_refused(
    typed, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = typed("report", small, *words, *FEW)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert told in refused.output
    assert list(tmp_path.iterdir()) == []
