"""The catalogue, and the page beside what happened, are what their commands write now."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
QUICK = ("inter-site-link-cut", "oracle-failure", "standby-test", "town-hall-lost")
AGAIN = "python docs/make_catalogue.py writes it anew"


def command(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return command("make_catalogue")


@pytest.fixture(scope="module")
def there() -> str:
    return (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")


def test_each_entry_is_of_the_scenario_as_it_is_now(make: ModuleType, there: str) -> None:
    pieces = there.split("\n## ")
    assert pieces[0] == make.HEAD, AGAIN
    for piece, file in zip(pieces[1:], SCENARIOS, strict=True):
        head = make.head(file)
        assert f"[`{file.name}`]" in head, f"{file.name} asks no question"
        assert f"## {piece}".startswith(head), f"{file.name}: {AGAIN}"


@pytest.mark.parametrize("name", QUICK)
def test_an_entry_that_is_quick_to_make_has_not_drifted(make: ModuleType, there: str, name: str) -> None:
    assert make.entry(ROOT / "scenarios" / f"{name}.yaml") in there, AGAIN


@pytest.mark.long
def test_the_catalogue_has_not_drifted(make: ModuleType, there: str) -> None:
    assert there == make.page(), AGAIN


BESIDE = ROOT / "docs" / "plausibility.md"
BESIDE_AGAIN = "python docs/make_plausibility.py writes it anew"


def test_the_page_beside_what_happened_is_of_its_template_and_of_the_scenarios_as_they_are_now(there: str) -> None:
    text = BESIDE.read_text(encoding="utf-8")
    words = re.split(r"\{[^}]+\}", command("make_plausibility").TEMPLATE.read_text(encoding="utf-8"))
    assert re.match(r"[^\n|]+?".join(re.escape(each) for each in words), text), BESIDE_AGAIN
    made_from = re.findall(r"^([a-z-]+) ([0-9a-f]{16})$", text, re.MULTILINE)
    assert len(made_from) >= 12
    for name, digest in made_from:
        # the catalogue's entries are held to the files themselves
        assert re.search(rf"<!-- of scenario {digest} -->\n\n[^\n]*\[`{name}\.yaml`\]", there), (
            f"{name}: {BESIDE_AGAIN}"
        )


@pytest.mark.long
def test_the_page_beside_what_happened_has_not_drifted() -> None:
    assert BESIDE.read_text(encoding="utf-8") == command("make_plausibility").page(), BESIDE_AGAIN
