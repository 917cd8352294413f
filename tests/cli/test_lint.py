"""`drsim plan --lint`: what it prints, and what it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from drsim.reading import loads
from drsim.reporting.page import WIDTH

CLEAN = str(Path(__file__).parent.parent / "data" / "clean.yaml")
TOO_SMALL = ("--set", "sites.annex.pools.hosts=4")


def test_a_clean_plan_is_silent(typed):
    result = typed("plan", CLEAN, "--lint")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_a_clean_plan_as_json_has_no_findings(typed):
    result = typed("plan", CLEAN, "--lint", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["findings"] == []


def test_a_finding_has_its_place_what_is_wrong_what_shows_it_and_the_next_move(typed, tmp_path):
    file = tmp_path / "weak.yaml"
    text = Path(CLEAN).read_text(encoding="utf-8")
    file.write_text(text.replace("annex: {pools: {hosts: 5}", "annex: {pools: {hosts: 4}"), encoding="utf-8")
    result = typed("plan", str(file), "--lint")
    assert result.exit_code == 1
    words = " ".join(result.stdout.split())
    line = 1 + next(at for at, each in enumerate(file.read_text(encoding="utf-8").splitlines()) if "hosts: 4" in each)
    # where the path of the file is long, what follows it is on the next line
    assert f"weak.yaml:{line}:21sites.annex.pools.hosts" in "".join("".join(result.stdout.split("\n")[:2]).split())
    assert "too little room: 4 hosts are to start at 'annex' when 'hall' is lost, where 3 of 4 can be had" in words
    assert "drill: 2026-03-03 09:30, disruptions: {site-hall: {site: hall, lasts: the whole drill}}" in words
    assert "shows: permits is still without room after 14 d" in words
    assert "next: make the pool 5, or let something less important stay down" in words


def test_what_is_shown_can_be_drilled_from_what_is_printed(typed):
    """The disruptions of a finding are those of a scenario file."""
    (finding,) = json.loads(typed("plan", CLEAN, "--lint", "--json", *TOO_SMALL).stdout)["findings"]
    assert finding["rule"] == "too little room"
    assert finding["path"] == "sites.annex.pools.hosts"
    hit = json.dumps(finding["disruptions"])
    replayed = typed("replay", CLEAN, "--drill", "0", "--json", *TOO_SMALL, "--set", f"disruptions={hit}")
    assert json.loads(replayed.stdout)["no_room"] == {"permits": "annex"}


def test_a_scenario_may_come_by_standard_input(typed):
    text = (
        Path(CLEAN).read_text(encoding="utf-8").replace("works: 95 %, attempts: 3}", "works: 95 %}\n      recover: []")
    )
    assert loads(text).landscape.components["permits"].recover == ()
    result = typed("plan", "-", "--lint", "--json", stdin=text)
    (finding,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, finding["rule"], finding["file"]) == (1, "no way back", "<stdin>")


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_is_no_scenario_is_wrong_input(typed, tmp_path, words):
    result = typed("plan", str(tmp_path / "none.yaml"), "--lint", *words)
    assert result.exit_code == 2
    assert "there is no file" in result.stderr


def test_signs_are_plain_where_asked(typed):
    result = typed("plan", CLEAN, "--lint", "--ascii", *TOO_SMALL)
    assert result.exit_code == 1
    assert result.stdout.isascii()


def test_no_line_is_wider_than_the_page(typed, tmp_path):
    far = tmp_path / ("a-directory-with-a-long-name-" * 4) / ("and another one " * 5)
    far.mkdir(parents=True)
    (far / "weak.yaml").write_text(
        Path(CLEAN).read_text(encoding="utf-8").replace("hosts: 5", "hosts: 4"), encoding="utf-8"
    )
    result = typed("plan", far / "weak.yaml", "--lint")
    assert result.exit_code == 1
    assert max(map(cell_len, result.stdout.splitlines())) <= WIDTH
