"""The scenarios that come with drsim: which there are, and that each keeps to what it expects."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import drsim

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
ASKED = {
    # the first ten questions
    "town-hall-lost", "town-hall-lost-any-moment", "building-entry-lost", "power-outage", "inter-site-link-cut", "ransomware",
    "oracle-failure", "storage-failure", "planned-move", "standby-test",
    # and those that followed
    "town-hall-destroyed", "cooling-failure", "internet-failure", "government-network-failure", "telephony-failure", "database-deleted",
    "directory-failure", "digid-outage", "supplier-does-not-come", "pandemic", "one-engineer", "failback-weekend", "standby-fails-too",
    "before-migration", "migration-one-of-three", "migration-two-of-three", "after-migration", "partner-joins", "standby-leaves",
    "standby-in-cloud", "payday", "election-night",
}  # fmt: skip


def test_all_that_was_asked_is_there() -> None:
    assert {file.stem for file in SCENARIOS} >= ASKED


@pytest.mark.parametrize("file", [file for file in SCENARIOS if file.stem in ASKED], ids=lambda file: file.stem)
def test_each_is_short_says_why_and_expects_something(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    written = yaml.safe_load(text)
    assert written["why"] or "based_on" in written
    assert written["expect"]
    assert len(text.splitlines()) <= 60


def test_moving_together_turns_fewer_citizens_away() -> None:
    files = {file.stem: file for file in SCENARIOS}
    before, after = (
        drsim.run(files[name], replications=16, seed=1, workers=1).turned_away[0]
        for name in ("before-migration", "after-migration")
    )
    assert after.high < before.low / 2


@pytest.mark.long
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_each_keeps_to_what_it_expects(file: Path) -> None:
    check = drsim.check(file, replications=200)
    assert check.promises
    assert check.passed, check
