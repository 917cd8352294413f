"""Scenarios to type commands about, and ways to type them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drsim.cli import cli

ROOT = Path(__file__).parents[2]
Type = Callable[..., Result]

WILD = """
drsim: scenario 1
title: "{title}"
question: "{title}"
moment: any moment of the week
horizon: 5 d
disruptions:
  a-site: {{site: here, lasts: mean 30 h}}
  a-break: {{component: pump, after: 10 to 60 min, lasts: until repaired}}
  a-team: {{team: people, people: 1}}
response: {{wait: 15 min}}
landscape:
  sites: {{here: {{kind: town hall, inhabitants: 900, title: "{title}"}}, there: {{}}}}
  links: {{wire: {{between: [here, there], bandwidth: 1 Gbit/s}}}}
  teams: {{people: {{people: 2, works: "Mon-Fri 9:00-17:00", title: "{title}", call_out: 20 min (10 to 60)}}}}
  suppliers: {{far-away: {{works: "Mon-Fri 9:00-12:00"}}}}
  components:
    pump:
      title: "{title}"
      at: {{there: active}}
      repair: {{takes: 8 h (2 to 40), by: people}}
      restart: {{takes: 10 min, by: people}}
    a-component-with-a-name-that-is-so-long-that-no-column-of-any-table-could-ever-hold-it-whole:
      at: {{here: active, there: cold}}
      needs: [pump]
      start: {{takes: 9 wh (2 to 30), by: far-away, works: 60 %, attempts: 3}}
  services:
    first:
      title: "{title}"
      targets: {{rto: 1 d 2 h 30 min, rpo: 1 h, share: 99.9 %}}
      demand: 1000/day
      needs: [a-component-with-a-name-that-is-so-long-that-no-column-of-any-table-could-ever-hold-it-whole]
      points: {{one: {{at: there, municipality: here}}, two: {{at: there}}}}
    second: {{title: "2 {title}", targets: {{rto: 16 wh}}, needs: [pump], points: {{one: {{at: there}}}}}}
    third: {{title: "3 {title}", points: {{one: {{at: there}}}}}}
    fourth: {{title: "4 {title}", needs: [pump], points: {{one: {{at: there}}}}, verify: {{takes: 1 h, by: people}}}}
"""
TITLES = {
    "long": "A title that goes on and on, much as people do " * 7,
    "unbroken": "x" * 300,
    "emoji": "\\U0001F525 fire \\U0001F468\\u200D\\U0001F469\\u200D\\U0001F467 \\u2764\\uFE0F " * 9,
    "right to left": "שירות לתושבים בשעת חירום " * 9,
    "wide": "市民服務中心" * 30,
    "signs that move": "a\\tb\\u202Ec\\u0007 \\x9B31m \\x1B[31md\\ne",
}


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are as wide as they are without a terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A scenario of a town hall and its standby, at which a tenth of the counters is enough."""
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    data = ROOT / "tests" / "data" / "small-lost.yaml"
    change = "change: {services.moving-house.targets.mbco: 10 %}"
    path.write_text(f"drsim: scenario 1\nbased_on: {data}\n{change}\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def landscape() -> str:
    """Its landscape."""
    return str(ROOT / "tests" / "data" / "small.yaml")


@pytest.fixture(scope="session")
def typed() -> Type:
    """Type a command; `stdin` is given to it."""

    def invoke(*words: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, [*map(str, words)], input=stdin)

    return invoke


@pytest.fixture(params=TITLES)
def wild(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A scenario with unusual titles."""
    path = tmp_path / "wild.yaml"
    path.write_text(WILD.format(title=TITLES[request.param]), encoding="utf-8")
    return str(path)


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command in a process of its own."""

    def begin(*words: object, **extra: object) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **extra.pop("env", {})}  # type: ignore[dict-item]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **extra}
        return subprocess.Popen([sys.executable, "-m", "drsim", *map(str, words)], env=env, cwd=ROOT, **pipes)  # type: ignore[call-overload, no-any-return]

    return begin
