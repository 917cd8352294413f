"""drsim graph: a page, a picture, JSON."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET


def test_it_shows_a_landscape_and_that_of_a_scenario(typed, landscape, small):
    shown = typed("graph", landscape)
    assert shown.exit_code == 0, shown.stderr
    assert "3  directory, hypervisor" in shown.stdout
    alone = shown.stdout.split("SINGLE POINTS OF FAILURE")[1].split("UNTIL A STANDBY")[0]
    assert "site sint-michielsgestel" in alone
    assert "component" not in alone
    changed = typed("graph", small).stdout  # a tenth of the counters is enough
    assert "site sint-michielsgestel" not in changed.split("SINGLE POINTS OF FAILURE")[1].split("UNTIL A STANDBY")[0]
    assert max(map(len, shown.stdout.splitlines())) <= 100


def test_it_draws_a_picture(typed, landscape, tmp_path):
    file = tmp_path / "landscape.svg"
    shown = typed("graph", landscape, "-o", file)
    assert shown.exit_code == 0, shown.stderr
    assert ET.parse(file).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert "landscape.svg" not in shown.stdout


def test_json_says_the_same(typed, landscape):
    found = json.loads(typed("graph", landscape, "--json").stdout)
    assert found["components"]["oracle"]["needs"] == ["directory", "hypervisor"]
    stays = [(loss["kind"], loss["name"]) for loss in found["losses"] if loss["stays"]]
    assert stays == [("site", "sint-michielsgestel")]
    assert {only["team"] for only in found["people"]} == {"admins", "infra"}


def test_one_service_and_one_that_is_not_there(typed, landscape):
    assert "oracle" in typed("graph", landscape, "--service", "moving-house").stdout
    refused = typed("graph", landscape, "--service", "moving-hose")
    assert refused.exit_code == 2
    assert "did you mean 'moving-house'?" in refused.stderr
