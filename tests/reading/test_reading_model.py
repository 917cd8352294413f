"""What is read: resolved, equal to what is written back, and to itself in any order."""

from __future__ import annotations

import json
import pickle
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drsim.errors import InputError
from drsim.model import All, AtLeast, Component, Landscape, Need, Scenario, Team
from drsim.model import Any as OneOf
from drsim.model.needs import NOTHING, circles, leaves, tidied, without
from drsim.reading import Assumption, assumptions, dump, load, load_landscape, loads, loads_landscape
from drsim.testing import document_text, landscape_documents, scenario_documents
from drsim.units import HOUR, Count, Duration

DATA = Path(__file__).parent.parent / "data"
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))

RICH = """\
drsim: landscape 1
title: Everything once
sources: {rvig: "RvIG: information sheet", log: last year's drill}
calendars: {office: Mon-Fri 8:30-17:30 except Dutch holidays, early: "Mon,Wed 9:00-12:30, Thu 13:00-20:00"}
response: {detect: 10 to 60 min @log, assess: {takes: 2 wh, by: infra}, settle: 0 s}
sites:
  hall: {kind: town hall, inhabitants: 28000 @rvig, pools: {hosts: 8, seats: 450 @log}}
  twin: {kind: town hall, inhabitants: 12000, pools: {hosts: 4, seats: 200}, travel: {hall: 25 min (15 to 50)}}
  cloud: {kind: cloud, title: Somebody else's machines}
links:
  ring: {between: [hall, twin], bandwidth: 1 Gbit/s}
  line: {between: [cloud, twin], bandwidth: 20.5 MB/s @log}
teams:
  infra: {people: 3, works: office, based: hall, call_out: {mix: {70 %: 20 min, 30 %: 2 h (1 to 6) @log}}}
suppliers:
  centric: {works: early, call_out: {observed: [31 min, 44 min, 52 min @log]}}
components:
  net: {scope: site, at: {hall: active, twin: active, cloud: active}}
  ad:
    at: {hall: {role: active, share: 50 %}, cloud: {role: active, share: 50 %}}
    restart: {automatic: true, takes: 5 min}
  db:
    at: {hall: active, twin: hot}
    needs: [net, {any: [ad, {at_least: {count: 2, of: [ad, [web, web], db]}}]}]
    starts_after: [net]
    uses: {hosts: 2}
    start: {takes: median 2 h p95 11 h, by: {infra: 2, centric: 1}, works: 93 %, attempts: 2, on_site: true}
    switch: {takes: weibull 40 s shape 1.5, works: 99 %}
    repair: {takes: 16 wh (4 to 25) @log, by: centric}
    restore: {by: infra}
    verify: {takes: triangular 35 min (15 to 120), by: infra}
    data: {size: 2.1 TB}
    copies:
      live: {at: twin, kind: asynchronous, lag: mean 5 min, works: 97 % @log}
      night: {at: cloud, kind: snapshot, taken: Mon-Fri 22:00, restores: 60 MB/s (35 to 90)}
    recover: [hot, cold]
    supplier: Centric
    gemma: Gegevensmagazijncomponent
    availability: 2
  web: {title: NO, at: {cloud: active}, starts_after: [], shares: {}}
services:
  passport:
    title: Passport
    targets: {rto: 16 wh @rvig, rpo: 24 h, mtpd: 13 d, mbco: 30 %, share: 90 %}
    open: early
    demand: 38.5/day @log
    needs: {any: [db, web]}
    verify: {takes: 10 min}
    points:
      desk: {at: hall, municipality: hall, channel: counter, weight: 3, needs: [net, web], open: always}
      web: {at: cloud, needs: [ad]}
"""


def scenario_of(landscape: str, more: str = "") -> Scenario:
    inner = "".join(f"  {line}\n" for line in landscape.splitlines()[1:])
    return loads(f"drsim: scenario 1\ntitle: A\nmoment: 2015-05-12 10:00\n{more}landscape:\n{inner}")


@pytest.fixture(scope="module")
def rich() -> Scenario:
    hits = "one: {team: infra, people: 1, after: 1 h}, two: {component: db, sites: [twin, hall]}, three: {link: ring}"
    return scenario_of(RICH, f"why: no\ndisruptions: {{{hits}}}\nresponse: {{wait: 1 h}}\n")


# Written and read again


@pytest.mark.parametrize("landscape", [RICH, (DATA / "small.yaml").read_text(), "drsim: landscape 1\n"])
def test_a_landscape_is_read_as_it_was_written(landscape: str) -> None:
    first = loads_landscape(landscape)
    text = dump(first)
    again = loads_landscape(text)
    assert again == first
    assert hash(again) == hash(first)
    assert again.digest() == first.digest()
    assert dump(again) == text
    assert pickle.loads(pickle.dumps(first)) == first


def test_a_scenario_is_read_as_it_was_written(rich: Scenario) -> None:
    text = dump(rich)
    assert text.startswith("drsim: scenario 1\n")
    again = loads(text)
    assert again == rich
    assert again.digest() == rich.digest() == pickle.loads(pickle.dumps(rich)).digest()
    assert dump(again) == text
    assert not isinstance(rich, str)
    assert rich != "rich"


@QUIET
@given(scenario_documents())
def test_any_scenario_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    try:
        scenario = loads(document_text(document))
    except InputError as error:
        assert all("horizon" in problem.rule for problem in error.problems)  # noqa: PT017
        return
    assert loads(dump(scenario)) == scenario
    assert scenario.with_({}) == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_no_room_at_all_for_a_test_is_not_all_that_is_free() -> None:
    trial: dict[str, Any] = {"site": "here", "teardown": {"takes": "1 h"}}
    document = {
        "drsim": "scenario 1",
        "title": "a test in which nothing may be used",
        "moment": "2015-05-12 10:00",
        "landscape": {
            "sites": {"here": {"pools": {"hosts": 1}}, "there": {"pools": {"hosts": 1}}},
            "links": {"line": {"between": ["here", "there"], "bandwidth": "1 GB/s"}},
            "components": {"a": {"at": {"here": "active", "there": "warm"}, "uses": {"hosts": 1}}},
            "services": {"s": {"points": {"p": {"at": "there", "needs": ["a"]}}}},
        },
    }
    none = loads(document_text({**document, "tests": {**trial, "room": {}}}))
    free = loads(document_text({**document, "tests": trial}))
    assert none.tests is not None
    assert free.tests is not None
    assert (none.tests.room, free.tests.room) == ({}, None)
    assert loads(dump(none)) == none
    assert none.digest() != free.digest()


def shuffled(value: Any, luck: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(each, luck) for each in value]
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(each, luck)) for key, each in value.items()]
    luck.shuffle(items)
    return dict(sorted(items, key=lambda item: item[0] != "drsim"))


@QUIET
@given(document=landscape_documents(), luck=st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(document: dict[str, Any], luck: random.Random) -> None:
    first, second = (loads_landscape(document_text(each)) for each in (document, shuffled(document, luck)))
    assert first == second
    assert hash(first) == hash(second)
    assert first.digest() == second.digest()
    assert dump(first) == dump(second)


@QUIET
@given(document=landscape_documents(), luck=st.randoms(use_true_random=False))
def test_files_never_matter(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any], luck: random.Random
) -> None:
    files: list[dict[str, Any]] = [{"drsim": "landscape 1"} for _ in range(luck.randint(1, 4))]
    for key, section in shuffled(document, luck).items():
        if key in ("title", "response"):
            luck.choice(files)[key] = section
        elif key != "drsim":
            for name, entry in section.items():
                luck.choice(files).setdefault(key, {})[name] = entry
    place = tmp_path_factory.mktemp("landscape")
    for number, file in enumerate(files):
        (place / f"{number}.yaml").write_text(document_text(file), encoding="utf-8")
    assert load_landscape(place).digest() == loads_landscape(document_text(document)).digest()


def test_a_digest_is_about_values_not_spelling() -> None:
    base = loads_landscape(RICH)
    for old, new in (("24 h", "1 d"), ("25 min (15 to 50)", "25 min (0.25 h to 50 min)"), ("1 Gbit/s", "125 MB/s")):
        assert old in RICH
        other = loads_landscape(RICH.replace(old, new))
        assert (other, other.digest()) == (base, base.digest())
    for old, new in (("24 h", "25 h"), ("24 h", "24 h @log"), ("title: NO", "title: 'no'"), ("70 %", "71 %, 29")):
        changed = RICH.replace(old, new) if "71" not in new else RICH.replace("70 %", "71 %").replace("30 %:", "29 %:")
        other = loads_landscape(changed)
        assert other != base
        assert other.digest() != base.digest()


def test_the_file_is_not_compared() -> None:
    scenario = load(DATA / "small-lost.yaml")
    again = loads((DATA / "small-lost.yaml").read_text(), base=DATA)
    assert (scenario.file, again.file) == (str(DATA / "small-lost.yaml"), None)
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.digest() == scenario.digest()


def test_objects_are_frozen(rich: Scenario) -> None:
    with pytest.raises(ValueError, match="frozen"):
        rich.landscape.sites["hall"].title = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        rich.landscape.sites["x"] = rich.landscape.sites["hall"]  # type: ignore[index]


# What is read


def test_what_is_resolved(rich: Scenario) -> None:
    land = rich.landscape
    db = land.components["db"]
    assert (db.title, land.components["web"].title) == ("db", "NO")
    assert (db.active, db.standby, db.recover) == (("hall",), "twin", ("hot", "cold"))
    assert db.needs == All(("net", OneOf(("ad", AtLeast(2, ("ad", All(("web",)), "db"))))))
    assert land.components["web"].starts_after == NOTHING
    assert db.starts_after == All(("net",))
    assert land.teams["infra"].works == land.calendars["office"]
    assert [(name, team.outside) for name, team in land.crews.items()] == [("infra", False), ("centric", True)]
    passport = land.services["passport"]
    assert passport.points["desk"].needs == All((OneOf(("db", "web")), "net", "web"))
    assert passport.points["web"].open == passport.open == land.calendars["early"]
    assert passport.points["desk"].open.text == "always"
    assert rich.response.wait.ms == HOUR
    assert rich.response.assess.takes.working
    assert rich.moment == datetime(2015, 5, 12, 10)


def test_disruptions(rich: Scenario) -> None:
    one, two, three = (rich.disruptions[name] for name in ("one", "two", "three"))
    assert (one.kind, one.target, one.people, one.after.fixed) == ("team", "infra", Count(1), HOUR)
    assert (two.until_repaired, two.lasts, two.sites) == (True, None, ("hall", "twin"))
    assert (three.until_repaired, three.lasts, three.sites, three.people) == (False, None, (), None)


def test_classes_add_needs_and_replace_the_rest() -> None:
    landscape = loads_landscape(
        """\
drsim: landscape 1
sites: {a: {}}
classes:
  base: {needs: [x], supplier: base, gemma: base, start: {takes: 1 h, works: 50 %}}
  left: {class: base, needs: [y], supplier: left}
  right: {class: base, needs: {any: [y, z]}, supplier: right, availability: 3}
components:
  x: {at: {a: active}}
  y: {at: {a: active}}
  z: {at: {a: active}}
  it: {class: [left, right], at: {a: active}, needs: [z, x], start: {takes: 2 h}}
"""
    )
    it = landscape.components["it"]
    assert it.needs == All(("x", "y", OneOf(("y", "z")), "z"))
    assert (it.supplier, it.gemma, it.availability) == ("right", "base", 3)
    assert it.start is not None
    assert (it.start.takes.fixed, it.start.works.millionths) == (2 * HOUR, 1_000_000)


def test_channels_split_the_demand_by_inhabitants() -> None:
    landscape = loads_landscape(
        """\
drsim: landscape 1
calendars: {office: Mon-Fri 9:00-17:00}
sites:
  a: {kind: town hall, inhabitants: 1000}
  b: {kind: town hall, inhabitants: 3000}
  c: {kind: cloud}
components: {x: {at: {c: active}}, y: {at: {c: active}}}
channels:
  counter: {per: town hall, needs: [x], open: office}
  post: {per: municipality, at: c}
  web: {at: c}
services:
  s: {needs: [y], channels: {counter: 50 %, post: 25 %, web: 25 %}, targets: {mbco: 50 %}}
  t: {channels: {web: 100 %}}
"""
    )
    points = landscape.services["s"].points
    assert {name: (point.at, point.municipality, point.channel, point.weight) for name, point in points.items()} == {
        "counter-a": ("a", "a", "counter", 2),
        "counter-b": ("b", "b", "counter", 6),
        "post-a": ("c", "a", "post", 1),
        "post-b": ("c", "b", "post", 3),
        "web": ("c", None, "web", 4),
    }
    assert points["counter-a"].needs == All(("y", "x"))
    assert points["counter-a"].open.text == "Mon-Fri 9:00-17:00"
    assert points["web"].open.text == "always"
    assert landscape.services["t"].points["web"].weight == 1


# Problems


def test_six_mistakes_are_six_problems() -> None:
    text = """\
drsim: landscape 1
sites: {hall: {kind: town hal}, twin: {}}
classes:
  server: {start: {takes: 35, by: infra}, at: {hall: active}}
components:
  db: {class: server, needs: [net]}
  app: {class: server, needs: [bd], shares: {}, at: {hall: active, twin: warm}, data: {size: 1 TB}}
  bad name: {class: server}
"""
    with pytest.raises(InputError) as error:
        loads_landscape(text)
    assert [(problem.line, problem.column, problem.path) for problem in error.value.problems] == [
        (2, 22, "sites.hall.kind"),
        (4, 27, "classes.server.start.takes"),
        (4, 35, "classes.server.start.by"),
        (6, 31, "components.db.needs.0"),
        (7, 32, "components.app.needs.0"),
        (8, 3, "components.bad name"),
    ]


def test_a_problem_in_a_class_is_reported_once_where_it_is() -> None:
    text = """\
drsim: landscape 1
sites: {a: {}}
teams: {t: {}}
classes:
  used: {at: {a: active}, start: {takes: 1 h, by: {t: 2}}}
  unused: {needs: [nothing], verify: {takes: 5}, knd: x, class: use}
channels: {web: {at: b, needs: [nothing]}}
components: {x: {class: used}, y: {class: used}}
"""
    with pytest.raises(InputError) as error:
        loads_landscape(text)
    assert [(problem.line, problem.column, problem.path) for problem in error.value.problems] == [
        (5, 55, "components.x.start.by.t"),
        (6, 20, "classes.unused.needs.0"),
        (6, 46, "classes.unused.verify.takes"),
        (6, 50, "classes.unused.knd"),
        (6, 65, "classes.unused.class"),
        (7, 22, "channels.web.at"),
        (7, 33, "channels.web.needs.0"),
    ]


def test_a_problem_carries_its_parts() -> None:
    with pytest.raises(InputError) as error:
        scenario_of(RICH, "disruptions: {one: {site: hal}}\n")
    (problem,) = error.value.problems
    assert problem.rule == "no site is named 'hal'"
    assert (problem.path, problem.line, problem.column, problem.value) == ("disruptions.one.site", 4, 27, "hal")
    assert problem.hint == "expected one of: cloud, hall, twin   did you mean 'hall'?"


# with_


def test_with_changes_what_exists_and_adds_what_was_left_out(rich: Scenario) -> None:
    scenario = rich.with_(
        {
            "teams.infra.people": 4,
            "teams.infra.works": "early",
            "components.web.verify": {"takes": "5 min", "by": "infra"},
            "components.web.needs": ["ad"],
            "components.db.start.by.infra": 3,
            "components.ad.at": {"hall": "active"},
            "services.passport.needs": "[db]",
            "services.passport.targets.rto": Duration(HOUR),
            "response.wait": "2 h",
            "response.decide.by": {"infra": 1},
            "moment": None,
            "horizon": "20 d",
            "disruptions.one": {"site": "hall"},
            "sources.log": "another one",
        }
    )
    land = scenario.landscape
    assert land.teams["infra"].people.number == 4
    assert land.teams["infra"].works == land.calendars["early"]
    assert land.components["web"].verify is not None
    assert land.components["web"].needs == All(("ad",))
    assert land.components["db"].start is not None
    assert land.components["db"].start.by == {"infra": 3, "centric": 1}
    assert land.components["ad"].active == ("hall",)
    assert land.services["passport"].points["web"].needs == All(("db", "ad"))
    assert land.services["passport"].targets.rto == Duration(HOUR)
    assert (scenario.response.wait.ms, scenario.response.settle.ms, scenario.moment) == (2 * HOUR, 0, None)
    assert scenario.response.decide.by == {"infra": 1}
    assert scenario.disruptions["one"].kind == "site"
    assert rich.landscape.teams["infra"].people.number == 3
    assert scenario.with_({"moment": datetime(2016, 1, 1, 9)}).moment == datetime(2016, 1, 1, 9)


def test_a_start_that_is_added_brings_its_strategy() -> None:
    scenario = scenario_of("drsim: landscape 1\nsites: {a: {}, b: {}}\ncomponents: {x: {at: {a: active, b: hot}}}\n")
    added = scenario.with_({"components.x.start": {"takes": "1 h"}})
    assert scenario.landscape.components["x"].recover == ("hot",)
    assert added.landscape.components["x"].recover == ("hot", "warm")


def test_a_scenario_that_was_read_has_no_classes_and_no_channels_to_change(rich: Scenario) -> None:
    with pytest.raises(InputError) as error:
        rich.with_({"klasses.server.works": "90 %"})
    hint = error.value.problems[0].hint or ""
    assert "components, consistency_groups, steps, services" in hint
    assert "classes" not in hint
    assert "channels" not in hint


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("teams.infra.poeple", 4, "'poeple' is not a key here\n  expected one of: title, people"),
        ("teams.infa.people", 4, "there is no 'teams.infa'\n  expected: infra   did you mean 'infra'?"),
        ("temas.infra.people", 4, "no path begins with 'temas'"),
        ("components.db.copies.extra", {}, "there is no 'components.db.copies.extra'\n  expected one of: live, night"),
        ("components.db.needs.0", "web", "'components.db.needs' is a list, which has no '0'"),
        ("classes.server", {}, "no path begins with 'classes'\n  expected one of: title, question"),
        ("components.db.class", "server", "no class is named 'server'"),
        ("teams.infra.people", None, "there is no value here"),
        ("teams.infra.people", True, "'true' is not a count"),
        ("teams.infra.people", 4.5, "'4.5' is not a count"),
        ("horizon", 14, "'14' has no unit"),
        ("moment", datetime(2015, 5, 12, 10, 0, 1), "'2015-05-12 10:00:01' is not a moment"),
        ("moment", datetime(2015, 3, 29, 2, 30), "'2015-03-29 02:30' does not exist"),
        ("services.passport.needs", ["nope"], "no component is named 'nope'"),
        ("components.db.repair.by", {}, "is in working hours, but nobody is there"),
        ("horizon", "1 d", "the mtpd of '13 d' lies beyond the horizon of '1 d'"),
    ],
)
def test_with_is_as_strict_as_a_file(rich: Scenario, path: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        rich.with_({path: value})
    (problem,) = error.value.problems
    assert message in str(problem)
    assert problem.file is None


def test_with_gathers_all_problems(rich: Scenario) -> None:
    with pytest.raises(InputError) as error:
        rich.with_({"horizon": 1, "teams.x.people": 2, "links.ring.bandwidth": "1 MB"})
    assert [problem.path for problem in error.value.problems] == ["horizon", "links.ring.bandwidth", "teams.x.people"]


# Assumptions


def test_assumptions(rich: Scenario) -> None:
    found = {each.path: each for each in assumptions(rich)}
    assert [each.path for each in assumptions(rich)] == sorted(found)
    assert found["sites.hall.inhabitants"] == Assumption("sites.hall.inhabitants", "28000", "rvig")
    assert found["links.ring.bandwidth"].source is None
    assert found["response.detect"] == Assumption("response.detect", "10 to 60 min", "log")
    assert found["suppliers.centric.call_out"].source == "log"
    assert found["teams.infra.call_out"].source is None
    assert "components.db.copies.live.works" in found
    assert "components.db.copies.night.works" not in found
    assert "disruptions.one.after" in found


def test_a_mixture_is_sourced_when_all_of_it_is() -> None:
    text = RICH.replace("70 %: 20 min,", "70 %: 20 min @rvig,")
    found = {each.path: each.source for each in assumptions(scenario_of(text))}
    assert found["teams.infra.call_out"] == "log, rvig"


def test_the_path_of_an_assumption_is_one_for_with(rich: Scenario) -> None:
    plain = {each.path: each.text for each in assumptions(rich) if not each.source}
    assert rich.with_(plain) == rich.with_({}) == rich


# Made in Python


def test_objects_can_be_made_of_what_the_notation_writes() -> None:
    component = Component(at={"a": "active", "b": "cold"}, needs=["x"])  # type: ignore[arg-type,dict-item]
    assert component.recover == ("cold",)
    assert Landscape(sites={}, components={"x": component}).components["x"].needs == All(("x",))
    assert Team(people=Count(3)).people.number == 3
    assert loads_landscape("drsim: landscape 1\n") == Landscape()


# Needs


def test_leaves() -> None:
    need = All(("a", OneOf(("b", AtLeast(1, ("c", "a"))))))
    assert list(leaves(need)) == ["a", "b", "c", "a"]
    assert list(leaves("a")) == ["a"]


def test_without() -> None:
    assert without("a", {"a"}) == NOTHING
    assert without("a", {"b"}) == "a"
    assert without(All(("a", "b")), {"a"}) == All(("b",))
    assert without(OneOf(("a", "b")), {"a"}) == NOTHING
    assert without(OneOf(("a", "b")), {"c"}) == OneOf(("a", "b"))
    assert without(AtLeast(2, ("a", "b", "c")), {"a"}) == AtLeast(1, ("b", "c"))
    assert without(AtLeast(1, ("a", "b", "c")), {"a"}) == NOTHING
    assert without(All((OneOf((All(("a",)), "b")), "c")), {"a"}) == All(("c",))


def test_tidied() -> None:
    assert tidied(All(("a", All(("b", All(("a",)))), OneOf((All(("c", "c")),))))) == All(
        ("a", "b", OneOf((All(("c",)),)))
    )


def test_circles() -> None:
    needs: dict[str, Need] = {
        "a": All(("b",)),
        "b": OneOf(("c", "x")),
        "c": All(("a",)),
        "d": "d",
        "e": "a",
        "f": All(),
    }
    assert circles(needs) == [frozenset("abc"), frozenset("d")]
    assert circles({}) == []
    chain = {str(number): str(number + 1) for number in range(5000)}
    assert circles(chain) == []
    assert circles(chain | {"5000": "0"}) == [frozenset(map(str, range(5001)))]


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3)))
def test_circles_are_what_reaches_itself(edges: dict[int, list[int]]) -> None:
    needs = {str(one): All(tuple(map(str, others))) for one, others in edges.items()}

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        queue = [start]
        for name in queue:
            queue += [other for other in leaves(needs.get(name, NOTHING)) if other not in found]
            found |= set(leaves(needs.get(name, NOTHING)))
        return found

    expected = {frozenset(o for o in needs if o in reached(n) and n in reached(o)) for n in needs if n in reached(n)}
    assert set(circles(needs)) == expected


# Whatever is written

JUNK: list[Any] = [
    None,
    True,
    3,
    1.5,
    "x",
    "5 min",
    "always",
    "",
    [],
    ["x"],
    [[]],
    [{}],
    {},
    {"x": "y"},
    {"any": []},
    {"at_least": 3},
]
KEYS = ["class", "knd", "needs", "at", "x", "channels", "points", "by", "response", "title", "verify"]


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places_of(each, (*path, key)))]


def spoil(document: dict[str, Any], luck: random.Random) -> None:
    path = luck.choice([path for path in places_of(document) if path and path != ("drsim",)])
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    if isinstance(holder, dict) and luck.random() < 0.3:
        del holder[path[-1]]
    elif isinstance(holder, dict) and luck.random() < 0.4:
        holder[luck.choice(KEYS)] = luck.choice(JUNK)
    else:
        holder[path[-1]] = luck.choice(JUNK)


@QUIET
@given(document=scenario_documents(), luck=st.randoms(use_true_random=False))
def test_junk_is_refused_with_its_place(document: dict[str, Any], luck: random.Random) -> None:
    document = json.loads(document_text(document))
    for _ in range(luck.randint(1, 3)):
        spoil(document, luck)
    try:
        scenario = loads(document_text(document))
    except InputError as error:
        for problem in error.problems:
            assert problem.line and problem.column, problem
            assert "(refused)" not in str(problem)
            assert "refused:" not in str(problem)
    else:
        assert loads(dump(scenario)) == scenario


@QUIET
@given(document=scenario_documents(), luck=st.randoms(use_true_random=False))
def test_junk_at_a_path_is_refused_or_set(document: dict[str, Any], luck: random.Random) -> None:
    place = list(map(str, luck.choice(places_of(document["landscape"])[1:])))
    path = ".".join([*place[: luck.randint(1, len(place))], *luck.sample(KEYS, luck.randint(0, 1))])
    how, value = luck.choice(("add", "change", "remove")), luck.choice(JUNK)
    document = document | {how: [path] if how == "remove" else {path: value}}
    try:
        scenario = loads(document_text(document))
    except InputError as error:
        assert all(problem.line for problem in error.problems)  # noqa: PT017
    else:
        assert loads(dump(scenario)) == scenario
        with pytest.raises(InputError):
            scenario.with_({f"{path}.nothing.like.it": value})
