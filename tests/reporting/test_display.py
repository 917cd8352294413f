"""What Jupyter shows of an object: what was found, in tables, with nothing in it but text."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from IPython.core.formatters import HTMLFormatter
from IPython.core.interactiveshell import InteractiveShell

import drsim
from drsim.displayed import Displayed
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.reporting.display import MOST_STEPS, display
from drsim.reporting.numbers import format_share
from drsim.studies.check import Check
from drsim.studies.helps import what_would_help
from drsim.studies.outlook import Outlook
from drsim.studies.overview import Overview
from drsim.studies.result import Result
from drsim.testing import scenarios

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "data" / "small-lost.yaml"
LARGE = ROOT / "scenarios" / "town-hall-lost.yaml"
DRILLS = 30

SCRIPT = '<script>alert("drilled")</script>'
IMAGE = '"><img src=x onerror=alert(1)>'
HOSTILE = (
    """
drsim: scenario 1
title: 'SCRIPT IMAGE'
question: 'SCRIPT $\\href{javascript:alert(1)}{x}$ REVERSED backwards'
moment: 2015-05-12 10:00
horizon: 7 d
disruptions: {fire: {site: here}}
expect: {permit: {rto: missed, because: 'SCRIPT'}}
landscape:
  title: 'SCRIPT'
  sites: {here: {title: 'SCRIPT', pools: {rooms: 2}}, there: {title: '</table>SCRIPT'}}
  links: {line: {between: [here, there], bandwidth: 1 Gbit/s}}
  teams: {admins: {people: 1, works: always}}
  components: {register: {at: {here: active, there: warm}, start: {takes: 1 h, by: admins}}}
  steps: {call: {do: 'SCRIPT', takes: 5 min, by: admins, before: [register]}}
  services:
    permit:
      title: 'SCRIPT&amp;'
      targets: {rto: 1 h}
      open: always
      needs: [register]
      points: {web: {at: there}}
""".replace("SCRIPT", SCRIPT)
    .replace("IMAGE", IMAGE)
    .replace("REVERSED", "\u202e")
)
STYLES = {"text-align: left", "text-align: left; white-space: nowrap"}
TAGS = {"div", "h4", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "em", "code"}


class Page(HTMLParser):
    """The tags, their attributes, and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(html)
        self.close()
        self.cells = [cell.strip() for cell in self.cells]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        self.open.append(tag)
        self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def kinds(result: Result) -> dict[str, Displayed]:
    """One of each kind of object that has a display."""
    service = max(result.outcomes, key=lambda each: each.recovery[0.95].value).name
    found: dict[str, Displayed] = {
        "Scenario": result.scenario,
        "Landscape": result.scenario.landscape,
        "Plan": result.plan,
        "Result": result,
        "Comparison": drsim.compare(result, result.scenario.with_({"response.wait": "20 h"}), workers=1),
        "Replay": result.replay(0),
        "Check": Check(result),
        "Lint": drsim.lint(result.scenario),
        "Hunt": drsim.hunt(
            result.scenario,
            f"{service} keeps running in 85 %",
            replications=30,
            among=["site"],
            worst_hours=0,
            workers=1,
        ),
        "Explanation": result.explain(service, 0.95),
        "Helps": what_would_help(result, service, most=1, workers=1),
        "Overview": Overview(result.scenario.landscape),
        "Runbook": drsim.runbook(result.scenario, replications=DRILLS, workers=1),
    }
    assert all(type(shown).__name__ == name for name, shown in found.items())
    return found


@pytest.fixture(scope="module")
def hostile() -> Result:
    return drsim.run(drsim.reading.loads(HOSTILE), replications=DRILLS, seed=1, workers=1)


@pytest.fixture(scope="module")
def large() -> Result:
    return drsim.run(LARGE, replications=DRILLS, seed=1, workers=1)


def test_jupyter_shows_each_kind_as_a_page_and_prints_it_in_one_line(large: Result) -> None:
    formatter = HTMLFormatter(parent=InteractiveShell.instance())
    for name, shown in kinds(large).items():
        html = formatter(shown)
        assert html == display(shown), name
        page = Page(html)
        assert not page.open, name
        assert "table" in page.tags, name
        assert shown.__class__.__name__ in repr(shown)
        assert len(repr(shown)) < 200
        assert "\n" not in repr(shown)


def test_what_others_wrote_is_text_only(hostile: Result) -> None:
    for name, shown in kinds(hostile).items():
        html = display(shown)
        page = Page(html)
        assert page.tags <= TAGS, name
        assert {key for key, _ in page.attributes} <= {"class", "style", "scope", "colspan"}, name
        assert {value for key, value in page.attributes if key == "style"} <= STYLES, name
        assert name == "Explanation" or any(SCRIPT in cell for cell in page.cells), (
            name
        )  # as it was written, for people to read
        assert "\u202e" not in html, name
        assert html.startswith(
            '<div class="drsim tex2jax_ignore mathjax_ignore">'
        )  # no mathematics, hence no links in it
    assert any(cell == f"{SCRIPT}&amp;" for cell in Page(display(hostile)).cells)


def test_an_open_tag_would_be_seen() -> None:
    assert "script" in Page(SCRIPT).tags
    assert ("onerror", "alert(1)") in Page(IMAGE).attributes


def test_a_scenario_says_what_happens_and_how_much_is_assumed(large: Result) -> None:
    cells = Page(display(large.scenario)).cells
    assert large.scenario.question in cells
    for text in (
        "town-hall",
        "site",
        "sint-michielsgestel",
        "lasts: the whole drill",
        "Tue 12 May 2015 10:00 · 14 d ahead",
    ):
        assert text in cells
    assert "9 sites · 13 links · 12 teams · 24 suppliers · 202 components · 24 services" in cells
    assert any("numbers behind this are assumptions" in cell for cell in cells)


def test_moves_and_tests_happen_too() -> None:
    moved = Page(display(drsim.load(ROOT / "scenarios" / "planned-move.yaml"))).cells
    assert moved[moved.index("moves") : moved.index("moves") + 3] == ["moves", "site", "sint-michielsgestel"]
    assert "tests" in Page(display(drsim.load(ROOT / "scenarios" / "standby-test.yaml"))).cells


def test_a_plan_shows_its_first_steps_and_counts_the_rest(large: Result) -> None:
    cells = Page(display(large.plan)).cells
    steps = Outlook(large.plan).steps
    assert f"Steps that may be taken: {len(steps)}" in cells
    assert f"and {len(steps) - MOST_STEPS} more" in cells
    assert f"{steps[0].kind} {steps[0].object} @ {steps[0].site}" in cells
    assert not any(cell.startswith(f"{steps[MOST_STEPS].kind} {steps[MOST_STEPS].object} @") for cell in cells)
    few = Page(display(compile_scenario(drsim.load(SMALL)))).cells
    assert not any("more" in cell for cell in few if cell.startswith("and "))


def test_a_result_shows_every_service_with_its_share_and_its_verdict(large: Result) -> None:
    cells = Page(display(large)).cells
    signs = {"missed": "✗ ", "undecided": "~ "}
    fared = {outcome.fared for outcome in large.outcomes}
    assert {"misses", "back in time", "keeps running"} <= fared
    for outcome in large.outcomes:
        if outcome.fared == "keeps running":
            assert any(outcome.title in cell.split(" · ") for cell in cells)
            continue
        place = cells.index(outcome.title)
        share = "–" if outcome.in_time is None else format_share(outcome.in_time)
        assert cells[place + 4] == signs.get(outcome.verdict or "", "") + share


def test_a_comparison_shows_what_differs_and_whom_it_helps(large: Result) -> None:
    later = {"response.wait": "20 h", "teams.apps.call_out": "3 h", "teams.dba.call_out": "3 h"}
    found = drsim.compare(large, large.scenario.with_(later), workers=1)
    cells = Page(display(found)).cells
    assert "teams.*.call_out of 2: apps, dba" in cells
    place = cells.index("response.wait")
    assert cells[place : place + 3] == ["response.wait", "1 h", "20 h"]
    worse = cells[cells.index(f"Back later: {len(found.worse)}") :]
    assert all(found.service(name).title in worse for name in found.worse)
    assert len(found.worse) > 5


def test_a_replay_shows_the_longest_interruptions_the_longest_first() -> None:
    drill = drsim.run(SMALL, replications=2, seed=1, workers=1).replay(1)
    cells = Page(display(drill)).cells
    longest = drill.longest("moving-house")
    assert longest is not None
    place = cells.index(drill.plan.scenario.landscape.services["moving-house"].title or "moving-house")
    minutes = round((longest[0].end - longest[0].begin) / 60_000)
    shown = "not back" if not longest[0].back else f"{minutes // 60}:{minutes % 60:02}"
    assert shown in cells[place + 1 : place + 4]


def test_a_check_says_what_is_not_as_expected(hostile: Result) -> None:
    cells = Page(display(Check(hostile))).cells
    assert "As expected: the only promise." in cells
    kept = hostile.scenario.with_({"expect": {"permit": {"rto": "met"}}})
    cells = Page(display(Check(drsim.run(kept, replications=DRILLS, seed=1, workers=1)))).cells
    assert "Not as expected: 1" in cells
    bare = drsim.run(SMALL, replications=1, seed=1, workers=1)
    assert "It expects nothing." in Page(display(Check(bare))).cells


def test_a_lint_shows_where_and_what_to_do() -> None:
    found = drsim.lint(LARGE)
    cells = Page(display(found)).cells
    for finding in found.findings:
        assert finding.problem.hint in cells
        assert any(cell.endswith(finding.problem.path) and f":{finding.problem.line}:" in cell for cell in cells)
    clean = Page(display(drsim.lint(ROOT / "tests" / "data" / "clean.yaml")))
    assert "No weakness found." in clean.cells
    assert "table" not in clean.tags


@pytest.mark.parametrize("shown", [3, "a text", None])
def test_of_nothing_else_there_is_a_display(shown: object) -> None:
    with pytest.raises(TypeError, match=type(shown).__name__):
        display(shown)


def test_nothing_is_imported_for_it_before_it_is_asked() -> None:
    code = (
        "import sys, drsim; s = drsim.load(sys.argv[1])\n"
        "assert not any(name.startswith('drsim.reporting') for name in sys.modules)\n"
        "assert 'assumptions' in s._repr_html_()\n"
        "assert 'matplotlib' not in sys.modules and 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(SMALL)], check=True)


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(scenarios(max_components=4))
def test_whatever_a_scenario_is_it_can_be_shown(scenario: Scenario) -> None:
    result = drsim.run(scenario, replications=2, seed=1, workers=1)
    for shown in (scenario, scenario.landscape, result.plan, result, result.replay(1), drsim.compare(result, result)):
        page = Page(display(shown))
        assert not page.open
        assert page.tags <= TAGS
