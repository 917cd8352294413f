"""Files, directories, what a scenario is based on, and changes at a path."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from drsim.errors import InputError
from drsim.model import Landscape, Scenario
from drsim.reading import dump, load, load_landscape, loads
from drsim.units import HOUR, MINUTE

DATA = Path(__file__).parent.parent / "data"

BASE = """\
drsim: scenario 1
title: Base
landscape: land.yaml
moment: 2015-05-12 10:00
disruptions: {fire: {site: a}}
response: {wait: 1 h}
"""
LAND = """\
drsim: landscape 1
calendars: {office: Mon-Fri 8:30-17:30}
response: {wait: 30 min, settle: 10 min}
sites:
  a: {kind: town hall, inhabitants: 100, pools: {hosts: 8}}
  b: {kind: town hall, inhabitants: 200, pools: {hosts: 8}}
teams: {apps: {people: 2, works: office}}
classes:
  basic: {supplier: Centric, needs: [net], verify: {takes: 5 min, by: apps}}
  server: {class: basic, start: {takes: 10 min, by: apps}, at: {a: active, b: warm}}
components:
  net: {at: {a: active, b: active}}
  db: {class: server}
  app: {class: server, needs: [db], start: {takes: 20 min}}
channels:
  counter: {per: town hall}
services:
  passport: {channels: {counter: 100 %}, needs: [app], targets: {mbco: 20 %}}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "land.yaml").write_text(LAND)
    return tmp_path


def variant(files: Path, text: str, name: str = "variant.yaml") -> Scenario:
    (files / name).write_text(f"drsim: scenario 1\nbased_on: base.yaml\n{text}")
    return load(files / name)


def refused(files: Path, text: str) -> str:
    with pytest.raises(InputError) as error:
        variant(files, text)
    return str(error.value).replace(f"{files}/", "")


# Files and directories


def test_the_small_example() -> None:
    scenario = load(DATA / "small-lost.yaml")
    assert scenario.file == str(DATA / "small-lost.yaml")
    assert scenario.landscape == load_landscape(DATA / "small.yaml")
    assert list(scenario.landscape.services["moving-house"].points) == [
        "counter-sint-michielsgestel",
        "counter-sint-oedenrode",
    ]
    assert scenario.response.wait.ms == HOUR
    assert "crisis-team" in scenario.response.decide.by
    assert loads(dump(scenario)) == scenario


def test_standard_input(monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    monkeypatch.chdir(files)
    monkeypatch.setattr("sys.stdin", io.StringIO(BASE))
    assert load("-") == load("base.yaml")
    monkeypatch.setattr("sys.stdin", io.StringIO(LAND + "links: []\n"))
    with pytest.raises(InputError, match=r"^<stdin>:19:8  links\n"):
        load_landscape("-")


def test_a_directory_is_one_landscape(tmp_path: Path) -> None:
    head, *sections = _sections(LAND)
    for number, section in enumerate(sections):
        (tmp_path / f"{9 - number}.{'yaml' if number % 2 else 'yml'}").write_text(head + section)
    (tmp_path / "README.md").write_text("no YAML")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "x.yaml").write_text("no landscape")
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "land.yaml").write_text(LAND)
    assert load_landscape(tmp_path) == load_landscape(tmp_path / "whole")
    assert load_landscape(tmp_path).digest() == load_landscape(tmp_path / "whole" / "land.yaml").digest()


def _sections(text: str) -> list[str]:
    sections: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            sections[-1] += line
        else:
            sections.append(line)
    return sections


def test_nothing_may_be_in_two_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("drsim: landscape 1\ntitle: A\nresponse: {}\nsites: {a: {}, b: {}}\n")
    (tmp_path / "b.yaml").write_text("drsim: landscape 1\ntitle: B\nresponse: {}\nsites:\n  c: {}\n  a: {}\n")
    with pytest.raises(InputError) as error:
        load_landscape(tmp_path)
    assert str(error.value).replace(f"{tmp_path}/", "").splitlines()[::3] == [
        "b.yaml:2:1  title",
        "b.yaml:3:1  response",
        "b.yaml:6:3  sites.a",
    ]
    assert f"'sites.a' is given twice, first at {tmp_path}/a.yaml:4:9" in str(error.value)


def test_the_problems_of_all_files_come_together(files: Path) -> None:
    (files / "land").mkdir()
    (files / "land" / "a.yaml").write_text("drsim: landscape 1\nsites: {a: {knd: cloud}, b: {kind: clowd}}\n")
    (files / "land" / "b.yaml").write_text("drsim: landscape 1\nteams: {t: {people: 3 h, based: c}}\nx: {}\n")
    (files / "s.yaml").write_text(BASE.replace("land.yaml", "land").replace("10:00", "10").replace("1 h}", "1}"))
    with pytest.raises(InputError) as error:
        load(files / "s.yaml")
    assert [
        (str(Path(problem.file or "").name), problem.line, problem.column, problem.path)
        for problem in error.value.problems
    ] == [
        ("land", None, None, "components"),
        ("a.yaml", 2, 13, "sites.a.knd"),
        ("a.yaml", 2, 36, "sites.b.kind"),
        ("b.yaml", 2, 21, "teams.t.people"),
        ("b.yaml", 2, 33, "teams.t.based"),
        ("b.yaml", 3, 1, "x"),
        ("s.yaml", 4, 9, "moment"),
        ("s.yaml", 6, 18, "response.wait"),
    ]


def test_a_file_that_is_no_yaml_raises_no_problems_about_what_is_in_it(files: Path) -> None:
    (files / "land").mkdir()
    (files / "land" / "a.yaml").write_text("drsim: landscape 1\nsites: {a: {}\n")
    (files / "land" / "b.yaml").write_text(LAND.replace("sites:", "links: {}\nsuppliers:", 1).replace("10 min,", "10,"))
    (files / "base.yaml").write_text(BASE.replace("land.yaml", "land"))
    with pytest.raises(InputError) as error:
        load(files / "base.yaml")
    assert [problem.path for problem in error.value.problems] == [
        *("", "suppliers.a.kind", "suppliers.a.inhabitants", "suppliers.a.pools"),
        *("suppliers.b.kind", "suppliers.b.inhabitants", "suppliers.b.pools", "classes.server.start.takes"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("land", "", "there is no file '{}/land'\n  expected one of: base.yaml, land.yaml   did you mean 'land.yaml'?"),
        ("no/land.yaml", "", "there is no file '{}/no/land.yaml'\n  there is no directory '{}/no' either"),
        ("[land.yaml]", "", "a list is not a landscape"),
        ("base.yaml", "", "this is a scenario where a landscape is due"),
        (".", "", "this is a scenario where a landscape is due"),
        ("empty", "empty", "the directory '{}/empty' holds no YAML files"),
        ("latin.yaml", "latin", "'{}/latin.yaml' is not UTF-8 text: byte 2 is wrong"),
    ],
)
def test_a_landscape_that_is_not_there(files: Path, name: str, text: str, rule: str) -> None:
    if text == "empty":
        (files / text).mkdir()
    if text == "latin":
        (files / name).write_bytes(b"t:\xe9")
    (files / "base.yaml").write_text(BASE.replace("land.yaml", name))
    with pytest.raises(InputError) as error:
        load(files / "base.yaml")
    assert rule.format(files, files) in str(error.value)


def test_a_scenario_that_is_not_there(files: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file '.*/bass.yaml'\n .*did you mean 'base.yaml'"):
        load(files / "bass.yaml")
    with pytest.raises(InputError, match="is a directory where a scenario is due\n  give a scenario file that says"):
        load(files)
    (files / "empty").mkdir()
    with pytest.raises(InputError, match="there are no YAML files in"):
        load(files / "empty" / "base.yaml")
    with pytest.raises(InputError, match="this is a landscape where a scenario is due"):
        load(files / "land.yaml")


def test_a_scenario_without_a_landscape() -> None:
    with pytest.raises(InputError) as error:
        loads("drsim: scenario 1\ntitle: A\nmoment: 2015-05-12 10:00\n")
    (problem,) = error.value.problems
    assert problem.rule == "'landscape' is missing"


def test_a_landscape_in_place_may_say_what_it_is() -> None:
    text = (
        "drsim: scenario 1\ntitle: A\nmoment: any moment of the week\n"
        "landscape: {drsim: landscape 1, sites: {a: {}}, components: {c: {at: {a: active}}}}"
    )
    assert loads(text).landscape.sites.keys() == {"a"}
    assert loads(text).moment is None
    with pytest.raises(InputError, match=r"5:11  landscape.drsim\n  this is a scenario where a landscape is due"):
        loads(text.replace("landscape: {drsim: landscape", "landscape:\n  {drsim: scenario"))


# What a scenario is based on


def test_what_is_given_replaces_what_is_there(files: Path) -> None:
    base = load(files / "base.yaml")
    scenario = variant(files, "title: V\ndisruptions: {flood: {site: b}}\nresponse: {settle: 1 h}\n")
    assert scenario.title == "V"
    assert scenario.moment == base.moment
    assert list(scenario.disruptions) == ["flood"]
    assert scenario.response.wait.ms == HOUR
    assert scenario.response.settle.ms == HOUR
    assert base.response.settle.ms == 10 * MINUTE


def test_a_variant_of_a_variant(files: Path) -> None:
    variant(files, "change: {teams.apps.people: 3}\nadd: {sites.c: {}}\n", "one.yaml")
    (files / "two.yaml").write_text(
        "drsim: scenario 1\nbased_on: one.yaml\nchange: {teams.apps.people: 5, sites.c: {kind: cloud}}\n"
    )
    scenario = load(files / "two.yaml")
    assert scenario.landscape.teams["apps"].people.number == 5
    assert scenario.landscape.sites["c"].kind == "cloud"
    assert scenario.title == "Base"


def test_another_landscape_ends_the_changes_of_the_one_before(files: Path) -> None:
    (files / "other.yaml").write_text(LAND.replace("people: 2", "people: 7").replace("wait: 30", "detect: 30"))
    variant(files, "change: {teams.apps.people: 3, components.db.supplier: X}\n", "base2.yaml")
    (files / "v.yaml").write_text("drsim: scenario 1\nbased_on: base2.yaml\nlandscape: other.yaml\n")
    scenario = load(files / "v.yaml")
    assert scenario.landscape.teams["apps"].people.number == 7
    assert scenario.landscape.components["db"].supplier == "Centric"
    assert scenario.response.detect.fixed == 30 * MINUTE
    assert scenario.response.wait.ms == HOUR


def test_a_landscape_path_is_from_where_its_file_is(files: Path) -> None:
    (files / "deep").mkdir()
    (files / "deep" / "v.yaml").write_text("drsim: scenario 1\nbased_on: ../base.yaml\n")
    assert load(files / "deep" / "v.yaml") == load(files / "base.yaml")


def test_based_on_in_a_circle(files: Path) -> None:
    (files / "base.yaml").write_text("drsim: scenario 1\nbased_on: variant.yaml\n")
    message = refused(files, "title: V\n")
    assert message.startswith(
        "base.yaml:2:11  based_on\n  'variant.yaml' is based on itself: variant.yaml -> base.yaml ->"
    )


def test_based_on_what_is_not_there(files: Path) -> None:
    (files / "base.yaml").unlink()
    assert refused(files, "").startswith("variant.yaml:2:11  based_on\n  there is no file 'base.yaml'")
    with pytest.raises(InputError, match="'3' is not a file\n  give the path of a scenario file"):
        loads("drsim: scenario 1\nbased_on: 3\n")


# add, change, remove


def test_add_change_and_remove(files: Path) -> None:
    text = """\
add:
  sites.c: {kind: cloud}
  links.line: {between: [a, c], bandwidth: 1 Gbit/s}
  components.net.verify: {takes: 1 min}
  disruptions.cut: {link: line}
  response.detect: 1 min
change:
  teams.apps: {people: 9}
  components.net.at: {a: active, c: active}
  moment: any moment of the week
  response.wait: 2 h
  services.passport.verify.takes: 1 h
remove: [components.app.needs, disruptions.fire]
"""
    assert refused(files, text) == (
        "variant.yaml:14:3  services.passport.verify.takes\n"
        "  there is no 'services.passport.verify'\n"
        "  expected one of: channels, needs, targets"
    )
    text = text.replace("  services.passport.verify.takes: 1 h\n", "")
    scenario = variant(files, text)
    land = scenario.landscape
    assert land.links["line"].between == ("a", "c")
    assert land.components["net"].active == ("a", "c")
    assert land.components["net"].verify is not None
    assert (land.teams["apps"].people.number, land.teams["apps"].works.text) == (9, "always")
    assert list(scenario.disruptions) == ["cut"]
    assert (scenario.moment, scenario.response.wait.ms, scenario.response.detect.fixed) == (None, 2 * HOUR, MINUTE)
    assert list(load(files / "base.yaml").disruptions) == ["fire"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add: {sites.a: {}}", "3:7  sites.a\n  'sites.a' exists already, at land.yaml:5:3\n  use 'change'"),
        ("add: {sites.d.title: D}", "3:7  sites.d.title\n  there is no 'sites.d'\n  expected one of: a, b"),
        ("add: {response.settle: 1 h}", "3:7  response.settle\n  'response.settle' exists already, at land.yaml:3:26"),
        ("add: {components.db.verify: {takes: 1 h}}", "'components.db.verify' exists already, at land.yaml:9:44"),
        ("change: {sites.d: {}}", "3:10  sites.d\n  there is no 'sites.d'\n  expected one of: a, b"),
        ("change: {sites.a.knd: home}", "3:10  sites.a.knd\n  there is no 'sites.a.knd'\n  expected one of: kind, inh"),
        ("change: {sitse.a: {}}", "3:10  sitse.a\n  no path begins with 'sitse'\n  expected one of: title, question"),
        ("change: {sites..a: {}}", "3:10  sites..a\n  'sites..a' is not a path: a name is missing"),
        (
            "change: {sites.a.kind.x: home}",
            "'sites.a.kind' is 'town hall', which has no 'x'\n  give all of 'sites.a.kind'",
        ),
        ("change: {sites.a.kind: hom}", "3:24  sites.a.kind\n  'hom' is not one of the words for this"),
        ("change: {landscape: x}", "no path begins with 'landscape'"),
        ("change: [sites.a]", "3:9  change\n  a list stands where a mapping is due"),
        ("change: {components.db.repair.takes: 1 h}", "there is no 'components.db.repair'"),
        ("remove: [sites.d]", "3:10  sites.d\n  there is no 'sites.d'"),
        ("remove: [response.settle]", "3:10  response.settle\n  there is no 'response.settle'"),
        ("remove: {sites.a: {}}", "3:9  remove\n  a mapping stands where a list is due"),
        ("remove: [[sites.a]]", "3:10  remove.0\n  a list is not a path"),
        ("remove: [components.net]", "land.yaml:9:38  classes.basic.needs.0\n  no component is named 'net'"),
    ],
)
def test_a_change_that_cannot_be(files: Path, text: str, message: str) -> None:
    assert message in refused(files, text)


def test_changes_apply_to_a_component_as_it_is_after_its_classes(files: Path) -> None:
    scenario = variant(files, "change: {components.db.start.takes: 1 h}\nremove: [components.app.verify]\n")
    land = scenario.landscape
    db, app = land.components["db"], land.components["app"]
    assert db.start is not None
    assert db.start.takes.fixed == HOUR
    assert db.start.by == {"apps": 1}
    assert db.verify is not None
    assert app.verify is None
    assert app.start is not None
    assert app.start.takes.fixed == 20 * MINUTE


def test_a_change_of_a_class_reaches_its_components(files: Path) -> None:
    scenario = variant(files, "change: {components.db.start.takes: 1 h, classes.server.start: {takes: 7 min}}\n")
    start = scenario.landscape.components["db"].start
    assert start is not None
    assert (start.takes.fixed, start.by) == (HOUR, {})


def test_a_component_may_be_replaced_after_it_was_changed(files: Path) -> None:
    variant(files, "change: {components.db.supplier: X}\n", "one.yaml")
    (files / "two.yaml").write_text(
        "drsim: scenario 1\nbased_on: one.yaml\nchange: {components.db: {at: {a: active}}}\n"
    )
    assert load(files / "two.yaml").landscape.components["db"].supplier is None


def test_points_of_a_channel_may_be_changed(files: Path) -> None:
    scenario = variant(files, "change: {services.passport.points.counter-a.weight: 3}\n")
    points = scenario.landscape.services["passport"].points
    assert {name: point.weight for name, point in points.items()} == {"counter-a": 3, "counter-b": 2}


# set


def test_set_applies_before_classes_and_channels(files: Path) -> None:
    scenario = load(
        files / "base.yaml",
        set={
            "classes.server.start.takes": "1 h",
            "channels.counter.open": "office",
            "sites.b.inhabitants": 300,
            "teams.apps.people": "4",
            "response.detect": "1 min",
            "response.decide.takes": "2 min",
            "teams.apps.based": "a",
            "sites.b.travel": {"a": "25 min"},
            "components.db.start.on_site": "true",
            "components.net.verify": {"takes": "1 min"},
            "horizon": "7 d",
            "components.app.needs": "[net]",
        },
    )
    land = scenario.landscape
    db = land.components["db"]
    assert db.start is not None
    assert (db.start.takes.fixed, db.start.on_site) == (HOUR, True)
    points = land.services["passport"].points
    assert {name: point.weight for name, point in points.items()} == {"counter-a": 1, "counter-b": 3}
    assert points["counter-a"].open == land.calendars["office"]
    assert land.teams["apps"].people.number == 4
    assert (scenario.response.detect.fixed, scenario.response.decide.takes.fixed) == (MINUTE, 2 * MINUTE)
    assert land.components["net"].verify is not None
    assert list(land.components["app"].needs.of) == ["net"]  # type: ignore[union-attr]


def test_set_of_a_landscape(files: Path) -> None:
    landscape: Landscape = load_landscape(files / "land.yaml", set={"title": "Other", "response.wait": "9 min"})
    assert (landscape.title, landscape.response.wait.ms) == ("Other", 9 * MINUTE)
    with pytest.raises(InputError, match="no path begins with 'moment'"):
        load_landscape(files / "land.yaml", set={"moment": "2015-05-12 10:00"})


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sites.c", {}, "sites.c\n  there is no 'sites.c'\n  expected one of: a, b"),
        ("sites.a.pools.seats", 3, "there is no 'sites.a.pools.seats'\n  expected: hosts"),
        ("sites.a.knd", "home", "sites.a.knd\n  'knd' is not a key here\n  expected one of: title, kind"),
        ("teams.apps.people", "four", "teams.apps.people\n  'four' is not a count"),
        ("components.net.needs", "[a", "components.net.needs\n  this is not YAML"),
        ("components.net.needs", "[x, x]", "components.net.needs.0\n  no component is named 'x'"),
        ("moment", "12:00", "moment\n  '12:00' is not a moment"),
        ("title", None, "title\n  there is no value here"),
    ],
)
def test_set_is_as_strict_as_a_file(files: Path, path: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        load(files / "base.yaml", set={path: value})
    assert str(error.value).startswith(message) or message in str(error.value)
    assert len(error.value.problems) == 1
