"""The catalogue is what its command writes now."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from drsim.reading import load

ROOT = Path(__file__).parents[2]


def test_the_catalogue_has_not_drifted() -> None:
    spec = importlib.util.spec_from_file_location("make_catalogue", ROOT / "docs" / "make_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    there = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert there == module.page(), "python docs/make_catalogue.py writes it anew"


def test_every_scenario_asks_a_question() -> None:
    for file in (ROOT / "scenarios").glob("*.yaml"):
        assert load(file).question, file.name
