"""What is installed: version, names, type marker, scenarios."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import drsim

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_one_version() -> None:
    assert drsim.__version__ == PROJECT["project"]["version"]
    assert f"## {drsim.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", drsim.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(drsim, name) is not None
    assert name in dir(drsim)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = drsim.nonsense


def test_it_is_typed() -> None:
    assert (Path(drsim.__file__).parent / "py.typed").is_file()


def test_the_wheel_carries_the_scenarios() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["drsim"]
    ((source, target),) = wheel["force-include"].items()
    assert target == "drsim/scenarios"
    assert sorted((ROOT / source).glob("*.yaml"))
    assert (ROOT / source / "landscapes").is_dir()


def test_the_wheel_carries_what_reports_are_made_of() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert not {"*.mo", "*.html", "*.css", "*.md"} & set(ignored)  # hatch leaves out what git ignores
    reporting = ROOT / "drsim" / "reporting"
    assert (reporting / "pages" / "locale" / "nl" / "LC_MESSAGES" / "drsim.mo").is_file()
    assert {path.name for path in (reporting / "pages" / "templates").iterdir()} == {"page.html", "page.css", "page.md"}


def test_the_source_distribution_carries_what_the_readme_needs() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert all((ROOT / path.lstrip("/")).exists() for path in included)


def test_the_licence_is_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_command_exists() -> None:
    module, function = PROJECT["project"]["scripts"]["drsim"].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def commands() -> set[str]:
    return set(getattr(importlib.import_module("drsim.cli").cli, "commands", {}))


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `drsim ([a-z]+)` \|", text, re.MULTILINE))
    assert named
    assert named == commands()


def test_init_gives_scenarios_that_can_be_read(tmp_path: Path) -> None:
    call = [sys.executable, "-c", "from drsim.cli import main; main()", "init"]
    env = {**os.environ, "PYTHONPATH": str(Path(drsim.__file__).parents[1])}
    ran = subprocess.run(call, cwd=tmp_path, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert ran.returncode == 0, ran.stderr
    found = sorted(tmp_path.rglob("*.yaml"))
    scenarios = [path for path in found if path.read_text(encoding="utf-8").startswith("drsim: scenario")]
    assert scenarios
    for path in scenarios:
        assert drsim.load(path).title
