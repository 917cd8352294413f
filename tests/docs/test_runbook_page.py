"""The page on runbooks: what it shows is what is printed, and it names every column of the log."""

from __future__ import annotations

import re
from pathlib import Path

import drsim
from drsim.reporting.page import Page
from drsim.reporting.runbook import runbook_page
from drsim.reporting.summary import Command
from drsim.studies.runbook import LOG_COLUMNS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def test_the_example_is_what_is_printed() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    (file, drills) = re.findall(r"`drsim report (\S+) --runbook -n (\d+)`", PAGE)[0]
    book = drsim.runbook(ROOT / file, replications=int(drills), workers=1)
    printed = str(runbook_page(book, command=Command(file), page=Page()))
    parts = shown.split("   …\n")
    assert len(parts) > 4
    assert [part for part in parts if part not in printed] == []
    places = [printed.index(part) for part in parts]
    assert places == sorted(places)


def test_every_column_of_the_log_is_explained() -> None:
    table = PAGE[PAGE.index("## The log") :]
    cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    assert tuple(name for cell in cells for name in re.findall("`([^`]+)`", cell)) == LOG_COLUMNS
