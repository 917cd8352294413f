"""A record is enough to run it again, and says so when something else comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import drsim
from drsim.errors import DrsimError, InputError
from drsim.reporting.again import again
from drsim.studies.record import recorded, rerun, versions

SMALL = Path(__file__).parents[1] / "data" / "small-lost.yaml"


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return recorded(drsim.run(SMALL, replications=70, seed=3, workers=1), "drsim run small-lost.yaml -n 70 --seed 3")


def written(tmp_path: Path, record: dict[str, Any]) -> str:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    return str(file)


def test_a_record_says_what_it_takes(record):
    said = record["record"]
    assert (said["format"], said["seed"], said["replications"]) == (1, 3, 70)
    assert said["command"] == "drsim run small-lost.yaml -n 70 --seed 3"
    assert said["versions"] == versions() and said["versions"]["drsim"] == drsim.__version__
    assert {"python", "numpy", "scipy", "simpy", "holidays", "tzdata"} <= said["versions"].keys()
    assert drsim.reading.loads(said["scenario"]).digest() == said["digest"] == record["scenario"]["digest"]


def test_the_same_comes_out_again_without_the_files(record, tmp_path, monkeypatch):
    file = written(tmp_path, record)
    monkeypatch.chdir(tmp_path)  # neither the scenario nor its landscape is here
    found = rerun(file, workers=1)
    assert found.unequal == [] and found.versions == {} and found.figures > 30
    assert found.digest[0] == found.digest[1]


def test_one_figure_that_differs_is_named(record, tmp_path):
    changed = json.loads(json.dumps(record))
    service = next(iter(changed["services"]))
    true = changed["services"][service]["recovery"]["p95"]["ms"]
    changed["services"][service]["recovery"]["p95"]["ms"] = 1
    found = rerun(written(tmp_path, changed), workers=1)
    assert found.unequal == [(f"services.{service}.recovery.p95.ms", 1, true)]


def test_a_figure_that_is_missing_is_no_equal_one(record, tmp_path):
    changed = json.loads(json.dumps(record))
    del changed["contacts"]
    found = rerun(written(tmp_path, changed), workers=1)
    assert [path for path, _, _ in found.unequal] == ["contacts"]


def test_another_version_is_told(record, tmp_path):
    changed = json.loads(json.dumps(record))
    changed["record"]["versions"]["numpy"] = "0.9"
    found = rerun(written(tmp_path, changed), workers=1)
    assert found.versions == {"numpy": ("0.9", versions()["numpy"])}


def test_an_interrupted_run_comes_out_again(tmp_path):
    cut = drsim.run(SMALL, replications=64, seed=3, workers=1)
    cut.interrupted = True
    found = rerun(written(tmp_path, recorded(cut)), workers=1)
    assert found.unequal == [] and not found.result.interrupted


def test_a_scenario_that_was_changed_is_told(record, tmp_path):
    changed = json.loads(json.dumps(record))
    changed["record"]["scenario"] = changed["record"]["scenario"].replace("title: ", "title: another ", 1)
    found = rerun(written(tmp_path, changed), workers=1)
    assert "scenario.digest" in [path for path, _, _ in found.unequal]
    text = " ".join(again(found, "record.json").render(False).split())
    then, now = found.digest
    assert f"The scenario was changed in the record: its digest was {then[:12]} and is {now[:12]}." in text
    changed["record"]["versions"]["drsim"] = "9.9"
    text = " ".join(again(rerun(written(tmp_path, changed), workers=1), "record.json").render(False).split())
    assert "The scenario was changed in the record, or is read otherwise by this version: its digest" in text


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("{", "is no JSON"),
        ("[]", "has no record of a run"),
        ('{"drsim": "0.1.0"}', "has no record of a run"),
        ('{"record": {"format": 2}}', "is of format 2, and drsim"),
        ('{"record": {"format": 1}}', "its record has no scenario"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_record_is_refused(content, rule, tmp_path):
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(InputError) as error:
        rerun(str(file))
    assert rule in str(error.value) and str(file) in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.json\n  cannot be read: No such file"):
        rerun(str(tmp_path / "no.json"))


def test_a_scenario_that_this_version_cannot_read_is_told(record, tmp_path):
    changed = json.loads(json.dumps(record))
    changed["record"]["scenario"] += "unheard_of: 1\n"
    changed["record"]["versions"]["drsim"] = "9.9"
    with pytest.raises(DrsimError, match=r"cannot read the scenario that drsim 9\.9 recorded") as error:
        rerun(written(tmp_path, changed))
    assert "unheard_of" in str(error.value)
