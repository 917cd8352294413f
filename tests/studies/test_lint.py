"""Weaknesses that are in a plan before anything happens: each planted alone into clean landscapes, small, drawn and large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import drsim
from drsim.model.scenario import Scenario
from drsim.planning.compile import compile_scenario
from drsim.planning.lint import SUSPECTS
from drsim.reading import dump, loads
from drsim.reporting.linted import linted as linted_page
from drsim.studies.lint import SHOWS, Drilled, Lint, lint
from drsim.testing import scenarios

HERE = Path(__file__).parent
CLEAN = HERE.parent / "data" / "clean.yaml"
ROOT = HERE.parents[1]
PLE1N = ROOT / "scenarios" / "town-hall-lost.yaml"

PLANTED: dict[str, tuple[str, str, str, str]] = {
    # name: (rule, path, what is written in the clean file, what is written in its place)
    "forgotten": (
        "no way back",
        "components.portal.at",
        "portal: {at: {hall: active, annex: hot}",
        "portal: {at: {hall: active}",
    ),
    "standby that may not take over": (
        "no way back",
        "components.permits.recover",
        "      needs: [database, archive]\n",
        "      needs: [database, archive]\n      recover: []\n",
    ),
    "group that waits for a later one": (
        "later group",
        "response.groups.0.2",
        "groups: [[directory, database], [archive, permits]]",
        "groups: [[directory, database, permits], [archive]]",
    ),
    "group that does not wait and fails": (
        "later group",
        "response.groups.0.0",
        "order: groups\n  groups: [[directory, database], [archive, permits]]",
        "order: best-effort groups\n  groups: [[permits]]",
    ),
    "crews that never meet": (
        "nobody can",
        "components.database.start.by",
        "works: daily 7:00-15:00",
        "works: daily 20:00-24:00",
    ),
    "circle": ("start circle", "components.directory.needs", ", starts_after: []", ""),
    "standby too small": (
        "too little room",
        "sites.annex.pools.hosts",
        "annex: {pools: {hosts: 5}",
        "annex: {pools: {hosts: 4}",
    ),
    "copies of last week": (
        "copies too far apart",
        "components.archive.copies.nightly.taken",
        "copies:\n        nightly: {at: annex, kind: backup, taken: daily 22:00",
        "copies:\n        nightly: {at: annex, kind: backup, taken: Sun 22:00",
    ),
    "lag": (
        "copies too far apart",
        "components.database.copies.replica.lag",
        "lag: 10 min (5 to 30)",
        "lag: 25 h (20 to 40)",
    ),
    "line too slow": (
        "copies too far apart",
        "components.database.copies.replica.ships",
        "data: {size: 400 GB}\n      copies:\n        replica: {at: annex, kind: asynchronous, lag: 10 min (5 to 30)}",
        "data: {size: 400 GB, change: {within: Mon-Fri 8:00-17:00, rate: 10 MB/s}}\n"
        "      copies:\n        replica: {at: annex, kind: asynchronous, ships: 24 Mbit/s}",
    ),
    "backup beside its data": (
        "data at one place",
        "components.archive.copies",
        "copies:\n        nightly: {at: annex",
        "copies:\n        nightly: {at: hall",
    ),
    "skill of one": ("one person", "teams.dba.skills.storage", "[anna, bert]", "[anna]"),
    "team of one": ("one person", "teams.admins.people", "admins: {people: 2", "admins: {people: 1"),
    "split": (
        "no witness",
        "components.directory.on_partition",
        "on_partition: takeover\n      witness: cloud\n",
        'on_partition: "takeover, alone"\n',
    ),
}


def found(result: Lint) -> set[tuple[str, str]]:
    return {(finding.rule, finding.problem.path) for finding in result.findings}


def planted(name: str, folder: Path) -> Lint:
    *_, old, new = PLANTED[name]
    text = CLEAN.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = folder / "planted.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return lint(file)


def test_a_clean_plan_is_silent():
    assert lint(CLEAN).findings == ()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_weakness_is_found_alone_and_where_it_is_written(name: str, tmp_path: Path):
    result = planted(name, tmp_path)
    rule, path, *_ = PLANTED[name]
    assert found(result) == {(rule, path)}
    for finding in result.findings:
        assert finding.problem.file == str(tmp_path / "planted.yaml")
        line = (tmp_path / "planted.yaml").read_text(encoding="utf-8").splitlines()[finding.problem.line - 1]
        assert next(part for part in reversed(path.split(".")) if not part.isdigit()) in line


def test_every_rule_has_a_way_to_be_shown_and_is_planted():
    assert set(SUSPECTS) == set(SHOWS) == {rule for rule, *_ in PLANTED.values()}


def test_what_a_team_too_small_and_a_written_circle_would_show_is_refused_by_the_reader():
    for old, new in (
        ("{dba: 1, admins: 1}", "{dba: 4, admins: 1}"),
        ("skills: {dba: storage}", "skills: {dba: network}"),
        ("needs: [directory], starts_after: []", "needs: [directory], starts_after: [hypervisor]"),
    ):
        with pytest.raises(drsim.InputError):
            loads(CLEAN.read_text(encoding="utf-8").replace(old, new))


def test_a_circle_is_open_where_one_says_that_it_starts_without_the_other():
    """Who says that it waits for what needs it leaves the question open."""
    text = CLEAN.read_text(encoding="utf-8")
    waits = text.replace("needs: [directory], starts_after: []", "needs: [directory], starts_after: [directory]")
    assert found(lint(loads(waits))) == {("start circle", "components.directory.needs")}


def test_what_never_fits_alone_does_not_fit():
    scenario = lint(CLEAN).scenario.with_({"sites.hall.pools.hosts": 10, "components.database.uses.hosts": 6})
    assert compile_scenario(scenario).never_fits
    assert found(lint(scenario)) == {("too little room", "sites.annex.pools.hosts")}


def test_a_team_that_never_works_can_do_nothing():
    scenario = lint(CLEAN).scenario.with_({"teams.admins.works": "never"})
    steps = ["database.start", "database.repair", "archive.start", "permits.start"]
    expected = {("nobody can", f"components.{step}.by") for step in steps} | {("nobody can", "response.decide.by")}
    assert found(lint(scenario)) == expected


def test_an_order_that_is_only_a_priority_is_none_of_its_business():
    text = CLEAN.read_text(encoding="utf-8").replace("order: groups", "order: dependencies")
    assert not lint(loads(text.replace("[[directory, database], [archive, permits]]", "[[permits]]"))).findings


def test_what_need_not_be_there_is_not_missing():
    """One of two is enough: only if neither has a way over is one of them named."""
    text = CLEAN.read_text(encoding="utf-8").replace("needs: [portal]", "needs: [{any: [portal, kiosk]}]")
    one = text.replace("  services:\n", "    kiosk: {at: {hall: active}}\n  services:\n")
    assert not lint(loads(one)).findings
    none = one.replace("portal: {at: {hall: active, annex: hot}", "portal: {at: {hall: active}")
    assert found(lint(loads(none))) == {("no way back", "components.portal.at")}


def test_as_few_links_are_cut_as_part_the_two_sites(tmp_path: Path):
    (finding,) = planted("split", tmp_path).findings
    assert len(finding.disruptions) == 2 and "link-fibre" in finding.disruptions
    twice = "    fibre: {between: [hall, annex], bandwidth: 1 Gbit/s}\n"
    text = (
        (tmp_path / "planted.yaml").read_text(encoding="utf-8").replace(twice, twice + twice.replace("fibre", "copper"))
    )
    (finding,) = lint(loads(text)).findings
    assert len(finding.disruptions) == 3 and {"link-fibre", "link-copper"} < set(finding.disruptions)


def test_whoever_is_on_call_or_on_another_shift_is_somebody_else():
    text = CLEAN.read_text(encoding="utf-8")
    for old, new in (
        (
            "admins: {people: 2, works: daily 8:00-20:00,",
            "admins: {people: 1, works: daily 8:00-20:00, on_call: {people: 1},",
        ),
        (
            "admins: {people: 2, works: daily 8:00-20:00,",
            "admins: {shifts: {early: {works: daily 8:00-14:00}, late: {works: daily 14:00-20:00}},",
        ),
    ):
        assert text.count(old) == 1
        assert not lint(loads(text.replace(old, new))).findings


def test_a_drill_decides():
    """Whoever is never there at the same time is no weakness where the step is never wanted: its standby is hot."""
    text = CLEAN.read_text(encoding="utf-8").replace(
        "      restart: {automatic: true, takes: 5 min}\n",
        "      restart: {automatic: true, takes: 5 min}\n      start: {takes: 5 min, by: {dba: 1, night: 1}}\n"
        "      recover: [hot]\n",
    )
    text = text.replace("  teams:\n", "  teams:\n    night: {people: 2, works: daily 23:00-24:00}\n")
    scenario = loads(text)
    assert scenario.landscape.components["directory"].start is not None
    assert not lint(scenario).findings


def test_disruptions_and_moment_of_the_scenario_make_no_difference():
    scenario = loads(CLEAN.read_text(encoding="utf-8")).with_({"sites.annex.pools.hosts": 4})
    expected = found(lint(scenario))
    hit = loads(dump(scenario) + "disruptions: {fire: {site: annex}}\n")
    assert hit.disruptions
    assert found(lint(hit)) == expected == {("too little room", "sites.annex.pools.hosts")}
    assert found(lint(hit.with_({"moment": "any moment of the week"}))) == expected


def test_the_drill_of_a_finding_can_be_seen_again(tmp_path: Path):
    for name in ("forgotten", "copies of last week", "skill of one"):
        (finding,) = planted(name, tmp_path).findings
        assert loads(dump(finding.scenario)) == finding.scenario
        assert "permit-request" in finding.services
        assert finding.replay.timeline("permit-request")


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(scenarios(max_components=5))
def test_what_is_found_is_drilled_as_it_is_written(scenario: Scenario):
    """A finding is a scenario that the notation can say, and it shows the same when it is compiled from that."""
    for finding in lint(scenario).findings:
        again = loads(dump(finding.scenario))
        assert again == finding.scenario
        plan = compile_scenario(again)
        stays = tuple(outage for outage in plan.outages if outage.name not in plan.failing)
        drilled = Drilled(plan.but(outages=stays, failing={})).replay.trajectory
        assert drilled.lost_at_end == finding.replay.trajectory.lost_at_end
        assert drilled.recoveries == finding.replay.trajectory.recoveries
        assert [row.reference for row in drilled.rows] == [row.reference for row in finding.replay.trajectory.rows]


# Landscapes that are clean by the way they are made


@st.composite
def clean(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario with enough of everything; each component needs some that came before it."""
    count = draw(st.integers(2, 6))
    components: dict[str, Any] = {}
    used = 0
    for number in range(count):
        needs = draw(st.lists(st.sampled_from(sorted(components)), unique=True, max_size=2)) if components else []
        role, room = draw(st.sampled_from(["hot", "warm", "cold"])), draw(st.integers(1, 3))
        used += room
        part: dict[str, Any] = {"at": {"a": "active", "b": role}, "needs": needs, "uses": {"hosts": room}}
        if role != "hot":
            part["start"] = {"takes": draw(st.sampled_from(["5 min", "30 min (10 to 90)"])), "by": "admins"}
        if draw(st.booleans()):
            part["data"] = {"size": "10 GB"}
            part["copies"] = {"replica": {"at": "b", "kind": "synchronous"}} if role != "cold" else {}
            part["copies"]["daily"] = {"at": "b", "kind": "backup", "taken": "daily 22:00", "restores": "60 MB/s"}
        components[f"part-{number}"] = part
    return {
        "drsim": "scenario 1",
        "title": "clean",
        "moment": draw(st.sampled_from(["2026-03-03 09:30", "any moment of the week"])),
        "landscape": {
            "sites": {"a": {"pools": {"hosts": used}}, "b": {"pools": {"hosts": used}}},
            "links": {"line": {"between": ["a", "b"], "bandwidth": "1 Gbit/s"}},
            "teams": {"admins": {"people": draw(st.integers(2, 3)), "works": "daily 8:00-20:00"}},
            "components": components,
            "services": {
                "service": {
                    "targets": {"rto": "2 d", "rpo": "1 d"},
                    "needs": [f"part-{count - 1}"],
                    "points": {"web": {"at": "b"}},
                }
            },
        },
    }


def linted(tree: dict[str, Any]) -> set[tuple[str, str]]:
    return found(lint(loads(yaml.safe_dump(tree, sort_keys=False))))


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(clean(), st.data())
def test_drawn_landscapes_are_silent_until_something_is_planted(tree: dict[str, Any], data: st.DataObject):
    assert linted(tree) == set()
    landscape = tree["landscape"]
    last = f"part-{len(landscape['components']) - 1}"
    part = landscape["components"][last]
    match data.draw(st.sampled_from(["forgotten", "too small", "one person", "never"])):
        case "forgotten":
            del part["at"]["b"]
            part.pop("start", None)
            for key in ("data", "copies"):
                part.pop(key, None)
            assert linted(tree) == {("no way back", f"components.{last}.at")}
        case "too small":
            part["at"]["b"], part["start"] = "cold", {"takes": "5 min", "by": "admins"}
            for key in ("data", "copies"):
                part.pop(key, None)
            landscape["sites"]["b"]["pools"]["hosts"] -= 1
            assert linted(tree) == {("too little room", "sites.b.pools.hosts")}
        case "one person":
            part["at"]["b"], part["start"] = "cold", {"takes": "5 min", "by": "smith"}
            for key in ("data", "copies"):
                part.pop(key, None)
            landscape["teams"]["smith"] = {"people": 1}
            assert linted(tree) == {("one person", "teams.smith.people")}
        case "never":
            part["at"]["b"], part["start"] = "cold", {"takes": "5 min", "by": {"admins": 1, "night": 1}}
            for key in ("data", "copies"):
                part.pop(key, None)
            landscape["teams"]["night"] = {"people": 2, "works": "daily 0:00-6:00"}
            assert linted(tree) == {("nobody can", f"components.{last}.start.by")}


# On a landscape of two hundred components

MENDED = f"""
drsim: scenario 1
title: What PLE1N lacks on purpose is mended
based_on: {PLE1N}
change:
  teams.dba.people: 2
  sites.sint-oedenrode.pools.memory: 2512
  components.monumenten.copies.nightly.at: sint-oedenrode
  classes.badly-kept.copies.weekly.taken: daily 20:00
add:
  components.directory.starts_after: [hypervisor]
"""
NINE = """
drsim: scenario 1
title: One of each
based_on: mended.yaml
response: {order: best-effort groups, groups: [[burgerzaken]]}
change:
  teams.dba.people: 1
  sites.sint-oedenrode.pools.memory: 2495          # without kas, which uses 16, one too few
  components.monumenten.copies.nightly.at: sint-michielsgestel
  components.gravenbeheer.copies.weekly.taken: Sun 20:00
  components.telephony.start: {takes: 1 h, by: {telephony-supplier: 1, night: 1}}
add:
  teams.night: {people: 2, works: "daily 23:00-24:00"}
  components.kas.recover: []
  components.dns.on_partition: "takeover, alone"
remove: [components.directory.starts_after]
"""


def test_on_a_large_landscape_only_what_is_planted_is_found(tmp_path: Path):
    (tmp_path / "mended.yaml").write_text(MENDED, encoding="utf-8")
    (tmp_path / "nine.yaml").write_text(NINE, encoding="utf-8")
    assert found(lint(tmp_path / "mended.yaml")) == set()
    result = lint(tmp_path / "nine.yaml")
    assert len(result.scenario.landscape.components) > 150
    assert found(result) == {
        ("no way back", "components.kas.recover"),
        ("later group", "response.groups.0.0"),
        ("nobody can", "components.telephony.start.by"),
        ("start circle", "components.directory.needs"),
        ("too little room", "sites.sint-oedenrode.pools.memory"),
        ("copies too far apart", "components.gravenbeheer.copies.weekly.taken"),
        ("data at one place", "components.monumenten.copies"),
        ("one person", "teams.dba.people"),
        ("no witness", "components.dns.on_partition"),
    }


def test_the_weaknesses_that_ple1n_has_are_told_as_the_page_shows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    result = lint("scenarios/town-hall-lost.yaml")
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert page.split("```text\n")[1].split("```")[0] in str(linted_page(result))
    assert found(result) == {
        ("copies too far apart", "components.gravenbeheer.copies.weekly.taken"),
        ("copies too far apart", "components.parkeerbeheer.copies.weekly.taken"),
        ("data at one place", "components.monumenten.copies"),
        ("one person", "teams.dba.people"),
        ("start circle", "components.directory.needs"),
        ("too little room", "sites.sint-oedenrode.pools.memory"),
    }
