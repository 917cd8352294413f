"""A runbook: who does what in a plan, and the window in which most drills start and end each step."""

from __future__ import annotations

from drsim.studies.runbook.book import (
    LOG_COLUMNS,
    RARE,
    TABLE_COLUMNS,
    Absence,
    Runbook,
    RunbookStep,
    Stay,
    Window,
    is_blank_log,
)
from drsim.studies.runbook.drills import runbook

__all__ = [
    "LOG_COLUMNS",
    "RARE",
    "TABLE_COLUMNS",
    "Absence",
    "Runbook",
    "RunbookStep",
    "Stay",
    "Window",
    "is_blank_log",
    "runbook",
]
