"""The page on properties of one's own: its file runs as a user would run it, and finds a weakness that is planted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from drsim import lint
from drsim.reading import load
from drsim.studies.breakable import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def pytest_in(directory: Path, text: str) -> subprocess.CompletedProcess[str]:
    (directory / "test_landscape.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_landscape.py"]
    return subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"}
    )


def first_file() -> str:
    (found,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_first_file_runs_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    done = pytest_in(tmp_path, first_file())
    assert done.returncode == 0, done.stdout[-2000:]
    assert "2 passed" in done.stdout


LAND = """\
drsim: landscape 1
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
teams: {infra: {people: 2}, dba: {people: 1}}
components:
  store: {at: {here: active, there: warm}, start: {takes: 1 h, by: infra}}
  oracle: {at: {here: active, there: warm}, needs: [store], start: {takes: 1 h, by: dba}}
  permits: {at: {here: active, there: warm}, needs: [oracle], start: {takes: 1 h, by: infra}}
  web: {at: {here: active, there: hot}}
services:
  permit: {points: {desk: {at: there, needs: [permits]}}}
  news: {points: {web: {at: there, needs: [web]}}}
"""
OWN = """\
import drsim
from drsim.testing import assert_recovers, outages
from hypothesis import given, settings

LAND = drsim.load_landscape("land.yaml")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(outages(LAND, at_most=3, kinds=["site", "component", "people", "team"], names=["here", "web", "infra", "dba"], moment="any"))
def test_permits_are_back_in_a_day(what):
    assert_recovers(what, "permit", within="1 d", drills=8)
"""


def test_a_planted_weakness_is_found_and_made_small(tmp_path: Path) -> None:
    """One database administrator, on whom all hangs: the site is lost and she is away."""
    (tmp_path / "land.yaml").write_text(LAND, encoding="utf-8")
    done = pytest_in(tmp_path, OWN)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "what breaks it: neither half breaks it alone" in done.stdout
    case = load(tmp_path / "found" / "permit-1-d.yaml")
    hit = {(what.kind, what.target): what.lasts.text for what in case.disruptions.values()}
    assert hit.keys() in ({("site", "here"), ("team", "dba")}, {("site", "here"), ("team", "infra")})
    assert hit[next(each for each in hit if each[0] == "team")] == "1 d"
    assert f"{case.moment:%a %H:%M}" == "Tue 10:00"
    # with a second one it holds, as long as not both are away
    (tmp_path / "land.yaml").write_text(LAND.replace("dba: {people: 1}", "dba: {people: 2}"), encoding="utf-8")
    done = pytest_in(tmp_path, OWN.replace('"people", "team"', '"people"'))
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_page_names_all_kinds() -> None:
    (row,) = re.findall(r"^\| `kinds` \| (.*) \|$", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == set(KINDS)


CAPACITY = (ROOT / "docs" / "capacity.md").read_text(encoding="utf-8")


def test_the_promises_of_the_page_on_capacity_fail_as_it_says_and_hold_with_its_sizes(tmp_path: Path) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (text,) = re.findall(r"```python\n(.*?)```", CAPACITY, re.DOTALL)
    done = pytest_in(tmp_path, text)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "2 failed, 1 passed" in done.stdout
    (shown,) = re.findall(r"```text\n(.*?)```", CAPACITY, re.DOTALL)
    for line in shown.splitlines():
        assert line.strip() in done.stdout or line == "..."
    assert "`drsim plan scenarios/partner-joins.yaml --lint` adds it up" in CAPACITY
    (seats,) = re.findall(r"pools\.seats=(\d+)", CAPACITY)
    (memory,) = re.findall(r"pools\.memory=(\d+)", CAPACITY)
    sized = f'.with_({{"sites.sint-oedenrode.pools.seats": {seats}, "sites.sint-oedenrode.pools.memory": {memory}}})'
    assert pytest_in(tmp_path, text.replace('partner-joins.yaml")', f'partner-joins.yaml"){sized}')).returncode == 0
    found = lint(load(ROOT / "scenarios" / "partner-joins.yaml"))
    assert [each for each in found.findings if each.rule == "too little room"]
    room = {"sites.sint-oedenrode.pools.memory": int(memory)}
    found = lint(load(ROOT / "scenarios" / "partner-joins.yaml").with_(room))
    assert not [each for each in found.findings if each.rule == "too little room"]
