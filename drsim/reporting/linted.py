"""The weaknesses of a plan: each with its place, what is wrong, the drill that shows it, and the next move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drsim.reporting.page import Page

if TYPE_CHECKING:
    from drsim.studies.lint import Finding, Lint

__all__ = ["flow", "linted", "place_text"]


def linted(lint: Lint, *, page: Page | None = None) -> Page:
    """All findings, one below the other; an empty page where there are none."""
    page = Page() if page is None else page
    for finding in lint.findings:
        _finding(finding, page)
    return page


def _finding(finding: Finding, page: Page) -> None:
    at = finding.problem
    page.say(place_text(finding), indent=0, style="bold")
    page.label(f"{finding.rule}:", at.rule, label_style="bold red", hang=2)
    page.label("drill:", _drill(finding), hang=2, style="dim")
    page.label("shows:", finding.shown, hang=2)
    page.label("next:", at.hint or "", hang=2)


def place_text(finding: Finding) -> str:
    """`people.yaml:21:35  teams.dba.people`."""
    at = finding.problem
    place = ":".join(str(part) for part in (at.file, at.line, at.column) if part is not None)
    return "  ".join(part for part in (place, at.path) if part)


def _drill(finding: Finding) -> str:
    """`2015-05-12 10:00, disruptions: {site-hall: {site: hall, lasts: the whole drill}}`."""
    moment = finding.scenario.moment
    when = "at any moment" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
    return f"{when}, disruptions: {flow(finding.disruptions)}"


def flow(value: Any) -> str:
    """Plain data as YAML writes it on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return str(value)
