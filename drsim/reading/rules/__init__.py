"""The rules of the notation that hold between values: each gives a `Finding` for what breaks it."""

from __future__ import annotations

from drsim.reading.rules.circles import starting_needs
from drsim.reading.rules.disruptions import scenario_findings
from drsim.reading.rules.expected import expect_findings, expected_test_findings
from drsim.reading.rules.failing import failure_findings
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.landscape import landscape_findings
from drsim.reading.rules.response import apart_findings, move_findings, response_findings
from drsim.reading.rules.services import by_hand_findings, due_findings, horizon_findings, level_findings, rests_on_data
from drsim.reading.rules.trial import trial_findings

__all__ = [
    "Finding",
    "Findings",
    "Parts",
    "apart_findings",
    "by_hand_findings",
    "due_findings",
    "expect_findings",
    "expected_test_findings",
    "failure_findings",
    "horizon_findings",
    "landscape_findings",
    "level_findings",
    "move_findings",
    "response_findings",
    "rests_on_data",
    "scenario_findings",
    "starting_needs",
    "trial_findings",
]
