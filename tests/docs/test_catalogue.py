"""The catalogue is what its command writes now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
QUICK = ("inter-site-link-cut", "oracle-failure", "standby-test", "town-hall-lost")
AGAIN = "python docs/make_catalogue.py writes it anew"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_catalogue", ROOT / "docs" / "make_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
