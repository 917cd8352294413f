"""Each rule of the notation is seen to accept and to refuse; `§` stands right before the place that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from drsim.errors import InputError, Problem
from drsim.model import All
from drsim.reading import dump, load, loads, loads_landscape

LANDSCAPE = """\
drsim: landscape 1
title: Two town halls
sources: {rvig: RvIG information sheet}
calendars: {office: Mon-Fri 8:30-17:30 except Dutch holidays}
response: {decide: {takes: 60 min (20 to 240), by: infra}}
sites:
  haaren: {kind: town hall, inhabitants: 14000, pools: {hosts: 8, seats: 100}}
  boxtel: {kind: town hall, inhabitants: 30000, pools: {hosts: 4, seats: 50}, travel: {haaren: 25 min}}
  cloud: {kind: cloud}
links:
  ring: {between: [haaren, boxtel], bandwidth: 1 Gbit/s}
  line: {bandwidth: 10 Gbit/s, between: [haaren, cloud]}
teams:
  infra: {people: 2, works: office, based: haaren}
suppliers:
  centric: {people: 1, works: office, call_out: 2 h}
classes:
  server: {needs: [directory], start: {takes: 35 min (15 to 120), by: infra}}
components:
  directory: {at: {haaren: active, boxtel: hot}}
  printer: {scope: site, at: {haaren: active, boxtel: active}}
  oracle:
    class: server
    at: {haaren: active, boxtel: warm}
    uses: {hosts: 2}
    restart: {takes: 10 min}
    repair: {takes: 16 wh, by: centric}
    data: {size: 2.1 TB}
    copies:
      standby: {at: boxtel, kind: asynchronous, lag: 15 min}
      nightly: {at: boxtel, kind: backup, taken: daily 22:00, restores: 60 MB/s}
    recover: [warm, cold]
  desktops:
    labels: [firmware]
    class: server
    at: {haaren: active, boxtel: cold}
    needs: [printer]
    shares: {seats: 100}
channels:
  counter: {per: town hall, needs: [desktops], open: office}
  web: {at: cloud}
services:
  passport:
    targets: {rto: 48 h @rvig, mbco: 30 %}
    needs: [oracle]
    channels: {counter: 80 %, web: 20 %}
  graves:
    points: {desk: {at: haaren, weight: 2}}
"""

SCENARIO = """\
drsim: scenario 1
title: The town hall of Haaren lost
moment: 2015-05-12 10:00
disruptions:
  town-hall: {site: haaren, lasts: 4 h (2 to 8)}
  fault: {component: oracle}
response: {wait: 1 h}
horizon: 7 d
landscape:
""" + "".join(f"  {line}\n" for line in LANDSCAPE.splitlines()[1:])


class Case(NamedTuple):
    """A piece of the base text, a piece that is as good, and one that is refused with a message."""

    name: str
    old: str
    good: str
    bad: str
    rule: str
    elsewhere: tuple[str, str] = ("", "")
    """A piece of the base text and the same with `§`, when another place is refused."""


def refused(text: str, *, scenario: bool = False) -> list[Problem]:
    """Read a text that must be refused, and look whether that is where `§` says."""
    lines = text.splitlines()
    places = [(row + 1, line.index("§") + 1) for row, line in enumerate(lines) if "§" in line]
    assert text.count("§") == len(places)
    plain = text.replace("§", "")
    with pytest.raises(InputError) as error:
        loads(plain) if scenario else loads_landscape(plain)
    problems = list(error.value.problems)
    assert [(problem.line, problem.column) for problem in problems] == places, str(error.value)
    return problems


def check(base: str, case: Case, *, scenario: bool = False) -> None:
    assert base.count(case.old) == 1, case.old
    good = base.replace(case.old, case.good)
    assert loads(good) if scenario else loads_landscape(good)
    bad = base.replace(case.old, case.bad)
    if case.elsewhere[0]:
        assert bad.count(case.elsewhere[0]) == 1, case.elsewhere
        bad = bad.replace(*case.elsewhere)
    problems = refused(bad, scenario=scenario)
    assert case.rule in str(problems[0])


def cases(*rows: tuple[Any, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(Case(*row), id=row[0]) for row in rows])


def test_the_base_texts_are_fine() -> None:
    assert loads(SCENARIO).landscape == loads_landscape(LANDSCAPE)


@cases(
    ("section", "title: Two", "title: Three", "§titel: Two", "'titel' is not a section of a landscape"),
    (
        "section-as-list",
        "links:\n  ring: {between: [haaren, boxtel], bandwidth: 1 Gbit/s}\n"
        "  line: {bandwidth: 10 Gbit/s, between: [haaren, cloud]}",
        "links: {ring: {between: [haaren, boxtel], bandwidth: 1 Gbit/s}}",
        "links: §[ring]",
        "a list stands where a mapping of names",
    ),
    (
        "blank title",
        "title: Two town halls",
        "title: ''",
        "title: §' '",
        "' ' is a title that nobody sees\n  write a word or two",
    ),
    ("text", "title: Two town halls", "title: '2015'", "title: §2015", "'2015' is not text\n  put it in quotes"),
    ("name", "  cloud: {kind", "  1-a: {}\n  cloud: {kind", "  §A: {}\n  cloud: {kind", "'A' is not a name"),
    (
        "name-taken",
        "  centric: {",
        "  abc: {}\n  centric: {",
        "  §infra: {}\n  centric: {",
        "'infra' is already one of",
    ),
    (
        "calendar-name",
        "{office: Mon",
        "{a: never, office: Mon",
        "{§always: never, office: Mon",
        "is a calendar already",
    ),
    (
        "calendar-text",
        "{office: Mon",
        "{a: never, office: Mon",
        "{a: §Mon 9-25, office: Mon",
        "'Mon 9-25' has the time '9'",
    ),
    (
        "unknown-key",
        "{kind: cloud}",
        "{title: A}",
        "{§knd: cloud}",
        "'knd' is not a key here\n  expected one of: title, kind",
    ),
    ("word", "{kind: cloud}", "{kind: home}", "{kind: §clod}", "'clod' is not one of the words for this"),
    ("word-hint", "{kind: cloud}", "{kind: home}", "{kind: §clod}", "did you mean 'cloud'?"),
    (
        "no-mapping",
        "  cloud: {kind: cloud}",
        "  cloud: {}",
        "  cloud: §outside",
        "'outside' stands where a mapping is due",
    ),
    ("missing", ", bandwidth: 1 Gbit/s}", ", bandwidth: 1 GB/s}", "}", "'bandwidth' is missing", ("{betw", "§{betw")),
    ("between", "[haaren, boxtel], band", "[cloud, boxtel], band", "§[haaren], band", "a list is not two sites"),
    (
        "self-link",
        "[haaren, boxtel], band",
        "[cloud, boxtel], band",
        "§[cloud, cloud], band",
        "joins 'cloud' with itself",
    ),
    (
        "link-site",
        "[haaren, boxtel], band",
        "[cloud, boxtel], band",
        "[haaren, §boxtle], band",
        "no site is named 'boxtle'",
    ),
    ("no-town", "inhabitants: 14000", "inhabitants: 14000 @rvig", "inhabitants: §0", "'0' is nothing"),
    (
        "self-travel",
        "travel: {haaren: 25",
        "travel: {cloud: 1 h, haaren: 25",
        "travel: {§boxtel: 1 h, haaren: 25",
        "no travel",
    ),
    (
        "travel-twice",
        "  haaren: {kind",
        "  haaren: {travel: {cloud: 1 h}, kind",
        "  haaren: {travel: {§boxtel: 1 h}, kind",
        "the travel time between 'boxtel' and 'haaren' is given twice",
    ),
    (
        "power",
        "  cloud: {kind: cloud}",
        "  cloud: {kind: cloud, power: {ups: 20 min, generator: {works: 95 %, fuel: 1 d, refuel: 18 h}}}",
        "  cloud: {kind: cloud, power: {generator: {fuel: 1 d}, ups: §20}}",
        "'20' has no unit",
    ),
    ("travel-law", "{haaren: 25 min}", "{haaren: 25 min (15 to 50)}", "{haaren: §2 wh}", "'2 wh' is in working hours"),
    ("bare", "bandwidth: 1 Gbit/s", "bandwidth: 10 MB/s", "bandwidth: §10", "'10' has no unit"),
    ("rate", "bandwidth: 1 Gbit/s", "bandwidth: 10 MB/s", "bandwidth: §10 min", "'10 min' has the unit 'min'"),
    ("source", "48 h @rvig", "47 h @rvig", "§48 h @rving", "no source is named 'rving'"),
    ("people", "{people: 2, works", "{people: 3, works", "{people: §0, works", "'0' is nothing: it must be above zero"),
    ("half-people", "{people: 2, works", "{people: 3, works", "{people: §2.5, works", "'2.5' is not a count"),
    ("true-people", "{people: 2, works", "{people: 3, works", "{people: §true, works", "'true' is not a count"),
    (
        "calendar",
        "infra: {people: 2, works: office",
        "infra: {people: 2, works: never",
        "infra: {people: 2, works: §ofice",
        "no calendar is named 'ofice'",
    ),
    ("based", "based: haaren", "based: boxtel", "based: §hatert", "no site is named 'hatert'"),
    ("based-kind", "based: haaren", "based: boxtel", "based: §ring", "no site is named 'ring' (it is a link)"),
    ("based-supplier", "{people: 1, works", "{title: A, works", "{§based: haaren, works", "'based' is not a key here"),
    (
        "decide-team",
        "by: infra}}\nsites",
        "by: {infra: 2}}}\nsites",
        "by: §infr}}\nsites",
        "no team or supplier is named",
    ),
    (
        "decide-works",
        "by: infra}}\nsites",
        "by: centric}}\nsites",
        "§works: 90 %}}\nsites",
        "'works' is not a key here",
    ),
    (
        "shifts-people",
        "infra: {people: 2, works: office, based: haaren}",
        "infra: {shifts: {day: {people: 2}}, based: haaren}",
        "infra: {shifts: {day: {people: 2}}, §people: 2, based: haaren}",
        "'people' is said by its shifts already",
    ),
    (
        "shifts-works",
        "infra: {people: 2, works: office, based: haaren}",
        "infra: {shifts: {day: {people: 2, works: office}}, based: haaren}",
        "infra: {shifts: {day: {people: 2, works: §ofice}}, based: haaren}",
        "no calendar is named 'ofice'",
    ),
    (
        "shifts-never",
        "infra: {people: 2, works: office, based: haaren}",
        "infra: {shifts: {day: {people: 2, works: office}}, based: haaren}",
        "infra: {shifts: §{day: {people: 2, works: never}}, based: haaren}",
        "its shifts are never open",
    ),
    (
        "decide-heads",
        "by: infra}}\nsites",
        "by: {infra: 2}}}\nsites",
        "by: {infra: §3}}}\nsites",
        "3 of 'infra' are asked for",
    ),
)
def test_sites_links_people_and_response(case: Case) -> None:
    check(LANDSCAPE, case)


@cases(
    ("active", "{haaren: active, boxtel: hot}", "{boxtel: active}", "§{haaren: warm}", "it is active nowhere"),
    (
        "standbys",
        "boxtel: hot}",
        "boxtel: hot, cloud: active}",
        "boxtel: hot, cloud: §cold}",
        "has standbys at boxtel and cloud",
    ),
    ("role", "boxtel: hot}", "boxtel: {role: hot, share: 50 %}}", "boxtel: §hott}", "'hott' is not one of the words"),
    (
        "standing",
        "boxtel: hot}",
        "boxtel: {role: hot}}",
        "boxtel: {role: hot, §shrae: 5 %}}",
        "'shrae' is not a key here",
    ),
    ("no-share", "boxtel: hot}", "boxtel: {role: hot}}", "boxtel: {role: hot, share: §0 %}}", "'0 %' is nothing"),
    ("at", "boxtel: hot}", "cloud: hot}", "§clod: hot}", "no site is named 'clod'"),
    ("scope", "{scope: site", "{scope: network", "{scope: §sites", "'sites' is not one of the words for this"),
    ("need", "needs: [printer]", "needs: [oracle]", "needs: [§printre]", "no component is named 'printre'"),
    ("need-any", "needs: [printer]", "needs: {any: [oracle]}", "needs: [{any: [oracle, §orcle]}]", "named 'orcle'"),
    (
        "need-text",
        "needs: [printer]",
        "needs: []",
        "needs: §printer",
        "'printer' stands where needs are due\n  write '[pr",
    ),
    (
        "need-none",
        "needs: [printer]",
        "needs: [{any: [printer]}]",
        "needs: [{any: §[]}]",
        "gives nothing to choose from",
    ),
    (
        "need-word",
        "needs: [printer]",
        "needs: [{any: [printer]}]",
        "needs: [§{all: []}]",
        "'all' is not a kind of need",
    ),
    (
        "need-count",
        "needs: [printer]",
        "needs: [{at_least: {count: 1, of: [printer]}}]",
        "needs: [{at_least: {count: §2, of: [printer]}}]",
        "'2' of 1 can never be met",
    ),
    (
        "need-of",
        "needs: [printer]",
        "needs: [{at_least: {count: 1, of: [printer]}}]",
        "needs: [{at_least: §{count: 2}}]",
        "'at_least' takes a count and a list",
    ),
    ("need-number", "needs: [printer]", "needs: ['oracle']", "needs: [§3]", "'3' is not a need"),
    ("need-service", "needs: [printer]", "needs: [oracle]", "needs: [§graves]", "(it is a service)"),
    (
        "beside",
        "{scope: site, at: {haaren: active, boxtel: active}}",
        "{scope: network, at: {haaren: active}}",
        "{scope: site, at: {haaren: active}}",
        "'printer' serves only its own site, and does not stand at boxtel",
        ("[printer]", "[§printer]"),
    ),
    (
        "uses",
        "uses: {hosts: 2}",
        "uses: {hosts: 3}",
        "uses: {§host: 2}",
        "there is no pool named 'host' at boxtel and haaren",
    ),
    ("no-uses", "uses: {hosts: 2}", "uses: {hosts: 3}", "uses: {hosts: §0}", "'0' is nothing"),
    (
        "shares",
        "shares: {seats: 100}",
        "shares: {seats: 500}",
        "shares: {§chairs: 100}",
        "no pool named 'chairs' at boxtel",
    ),
    (
        "room",
        "uses: {hosts: 2}",
        "uses: {hosts: 8}",
        "uses: {hosts: 9}",
        "what runs at 'haaren' uses 9 hosts of 8: oracle 9",
        ("hosts: 8", "hosts: §8"),
    ),
    (
        "takes",
        "restart: {takes: 10 min}",
        "restart: {takes: 10 min (5 to 20)}",
        "restart: {takes: §10 mins}",
        "unit 'mins'",
    ),
    (
        "takes-missing",
        "restart: {takes: 10 min}",
        "restart: {takes: 1 d}",
        "restart: §{by: infra}",
        "'takes' is missing",
    ),
    (
        "by-nobody",
        "repair: {takes: 16 wh, by: centric}",
        "repair: {takes: 16 h}",
        "repair: {takes: §16 wh}",
        "'16 wh' is in working hours, but nobody is there",
    ),
    (
        "on-site",
        "repair: {takes: 16 wh, by: centric}",
        "repair: {takes: 1 h, by: infra, on_site: true}",
        "repair: {takes: 1 h, §on_site: true}",
        "nobody is there to travel",
    ),
    (
        "on-site-from-nowhere",
        "repair: {takes: 16 wh, by: centric}",
        "repair: {takes: 1 h, by: {centric: 1, infra: 1}, on_site: true}",
        "repair: {takes: 1 h, by: centric, §on_site: true}",
        "'on_site' is true, but nobody has a base to travel from: centric\n  leave 'on_site' out",
    ),
    (
        "travel",
        "directory: {at: {haaren: active, boxtel: hot}}",
        "directory: {at: {haaren: active, boxtel: hot}, start: {takes: 1 h, by: infra, on_site: true}}",
        "directory: {at: {haaren: active, cloud: hot}, start: {takes: 1 h, by: infra, on_site: §true}}",
        "'infra' works on site at 'cloud', but there is no travel time from 'haaren'",
    ),
    (
        "boolean",
        "restart: {takes: 10 min}",
        "restart: {takes: 10 min, automatic: true}",
        "restart: {takes: 10 min, automatic: §yes}",
        "'yes' is not true or false",
    ),
    (
        "automatic",
        "restart: {takes: 10 min}",
        "restart: {takes: 10 min, automatic: true}",
        "restart: {takes: 10 min, automatic: true, §by: infra}",
        "an automatic restart needs nobody, but is to be done by infra",
    ),
    (
        "attempts",
        "restart: {takes: 10 min}",
        "start: {takes: 1 h, attempts: 2, works: 90 %}",
        "start: {takes: 1 h, attempts: §0}",
        "'0' is nothing",
    ),
    (
        "attempts-text",
        "restart: {takes: 10 min}",
        "start: {takes: 1 h, attempts: 2}",
        "start: {takes: 1 h, attempts: §twice}",
        "'twice' is not a count",
    ),
    (
        "restart-attempts",
        "restart: {takes: 10 min}",
        "restart: {takes: 1 h, works: 90 %}",
        "restart: {takes: 1 h, works: 90 %, attempts: §2}",
        "'2' attempts are never counted: a restart or repair is tried until it succeeds\n  leave 'attempts' out",
    ),
    (
        "repair-attempts",
        "repair: {takes: 16 wh, by: centric}",
        "repair: {takes: 1 h, works: 90 %}",
        "repair: {takes: 1 h, works: 90 %, attempts: §1}",
        "'1' attempts are never counted",
    ),
    (
        "restart-keys",
        "restart: {takes: 10 min}",
        "restart: {takes: 10 min, automatic: true}",
        "restart: {takes: 10 min, §automatik: true}",
        "'automatik' is not a key here\n  expected one of: takes, by, skills, works, on_site, automatic",
    ),
    (
        "works",
        "restart: {takes: 10 min}",
        "restart: {takes: 1 h, works: 90 %}",
        "restart: {takes: 1 h, works: §101 %}",
        "'101 %' is more than all of it",
    ),
    (
        "restart-never",
        "restart: {takes: 10 min}",
        "start: {takes: 10 min, works: 0 %}",
        "restart: {takes: 10 min, works: §0 %}",
        "'0 %' can never succeed, and a restart is tried until it does\n  write at least '1 %'",
    ),
    (
        "repair-never",
        "repair: {takes: 16 wh, by: centric}",
        "repair: {takes: 0 s, works: 1 %}",
        "repair: {takes: 0 s, works: §0 %}",
        "'0 %' can never succeed, and a repair is tried until it does",
    ),
    (
        "restart-seldom",
        "restart: {takes: 10 min}",
        "restart: {takes: 0 s, works: 1 %}",
        "restart: {takes: 0 s, works: §0.9999 %}",
        "'0.9999 %' means over 100 tries on average: a restart is tried until it succeeds",
    ),
    (
        "many-attempts",
        "restart: {takes: 10 min}",
        "start: {takes: 0 s, works: 0 %, attempts: 100}",
        "start: {takes: 0 s, works: 0 %, attempts: §101}",
        "'101' attempts are more than anybody makes\n  write at most '100'",
    ),
    (
        "switch",
        "restart: {takes: 10 min}",
        "switch: {takes: 1 h, works: 90 %}",
        "switch: {takes: 1 h, §by: infra}",
        "'by' is not a key here\n  expected one of: takes, works, attempts",
    ),
    (
        "verify",
        "restart: {takes: 10 min}",
        "verify: {takes: 1 h, by: infra}",
        "verify: {takes: 1 h, §attempts: 2}",
        "'attempts' is not a key here\n  expected one of: takes, by, skills, on_site",
    ),
    (
        "heads",
        "restart: {takes: 10 min}",
        "restart: {takes: 10 min, by: {infra: 2, centric: 1}}",
        "restart: {takes: 10 min, by: {infra: §3}}",
        "3 of 'infra' are asked for, who are 2",
    ),
    (
        "restore",
        "restart: {takes: 10 min}",
        "restore: {by: infra}",
        "restore: {by: {centric: §2}}",
        "2 of 'centric' are asked",
    ),
    (
        "availability",
        "restart: {takes: 10 min}",
        "availability: 3",
        "availability: §4",
        "'4' is not an availability class",
    ),
    ("size", "size: 2.1 TB", "size: 2 GiB", "size: §2.1", "'2.1' has no unit"),
    (
        "class",
        "class: server\n    at: {haaren: active, boxtel: warm}",
        "class: [server]\n    at: {haaren: active, boxtel: warm}",
        "class: §servers\n    at: {haaren: active, boxtel: warm}",
        "no class is named 'servers'",
    ),
    (
        "class-mapping",
        "class: server\n    at: {haaren: active, boxtel: warm}",
        "class: [server]\n    at: {haaren: active, boxtel: warm}",
        "class: §{}\n    at: {haaren: active, boxtel: warm}",
        "a mapping is not a class",
    ),
    (
        "class-circle",
        "server: {needs",
        "cluster: {class: server}\n  server: {needs",
        "cluster: {class: §server}\n  server: {class: cluster, needs",
        "the classes cluster, server name each other in a circle",
    ),
)
def test_components(case: Case) -> None:
    check(LANDSCAPE, case)


COPY = "nightly: {at: boxtel, kind: backup, taken: daily 22:00, restores: 60 MB/s}"
REPLICA = "standby: {at: boxtel, kind: asynchronous, lag: 15 min}"
RECOVER = "recover: [warm, cold]"


@cases(
    ("at", COPY, COPY.replace("boxtel", "cloud"), COPY.replace("boxtel", "§clod"), "no site is named 'clod'"),
    ("kind", COPY, COPY.replace("backup", "snapshot"), COPY.replace("backup", "§bakcup"), "'bakcup' is not one of"),
    (
        "lag",
        REPLICA,
        REPLICA.replace("15 min", "mean 5 min"),
        REPLICA.replace("15", "§15").replace("min", "m"),
        "unit 'm'",
    ),
    (
        "lag-due",
        REPLICA,
        REPLICA.replace("15 min", "1 min"),
        "standby: §{at: boxtel, kind: asynchronous}",
        "'lag' is missing",
    ),
    (
        "lag-none",
        REPLICA,
        "standby: {at: boxtel, kind: synchronous}",
        REPLICA.replace("asyn", "syn").replace("lag", "§lag"),
        "'lag' says nothing for a copy of kind 'synchronous'",
    ),
    (
        "taken-due",
        COPY,
        COPY.replace("daily", "Sun"),
        "nightly: §{at: boxtel, kind: backup, restores: 60 MB/s}",
        "'taken' is missing, which a copy of kind 'backup' must say",
    ),
    (
        "restores-due",
        COPY,
        COPY.replace("60", "50"),
        "nightly: §{at: boxtel, kind: backup, taken: daily 22:00}",
        "'restores' is missing, which a copy of kind 'backup' must say",
    ),
    (
        "taken-none",
        REPLICA,
        REPLICA.replace("15 min", "1 min"),
        REPLICA.replace("lag", "§taken: daily 22:00, lag"),
        "'taken' says nothing for a copy of kind 'asynchronous'",
    ),
    ("taken", COPY, COPY.replace("daily 22:00", "every 15 min"), COPY.replace("daily 22:00", "§nightly"), "'nightly'"),
    ("restores", COPY, COPY.replace("60 MB/s", "60 MB/s (35 to 90)"), COPY.replace("60 MB/s", "§60 min"), "unit 'min'"),
    (
        "two-replicas",
        REPLICA,
        REPLICA + "\n      copy: {at: haaren, kind: synchronous}",
        REPLICA + "\n      copy: {at: boxtel, kind: synchronous}",
        "'copy' and 'standby' are both replicated copies at 'boxtel'",
        ("standby: {", "§standby: {"),
    ),
    (
        "no-data",
        "    data: {size: 2.1 TB}\n",
        "    data: {size: 3 TB}\n",
        "",
        "it has copies, but no data",
        ("copies:", "§copies:"),
    ),
    (
        "warm-data",
        REPLICA,
        REPLICA.replace("lag: 15 min", "lag: 1 d"),
        REPLICA.replace("at: boxtel", "at: cloud"),
        "a warm standby of a component with data needs a synchronous or asynchronous copy at 'boxtel'",
        ("boxtel: warm", "boxtel: §warm"),
    ),
    (
        "cold-data",
        "    shares: {seats: 100}",
        "    gemma: Werkplek",
        "    data: {size: 1 TB}",
        "a cold standby of a component with data needs a snapshot or backup",
        ("boxtel: cold", "boxtel: §cold"),
    ),
    ("hot", RECOVER, "recover: [cold]", "recover: [§hot, warm]", "'hot' is impossible: its standby is warm"),
    (
        "precheck",
        RECOVER,
        RECOVER + "\n    precheck: {takes: 5 min, works: 90 %}",
        RECOVER + "\n    precheck: {takes: 5 min, §attempts: 2}",
        "'attempts' is not a key here\n  expected one of: takes, by, skills, works",
    ),
    (
        "no-precheck",
        RECOVER,
        RECOVER + "\n    precheck: {takes: 5 min}",
        "recover: []\n    §precheck: {takes: 5 min}",
        "nothing would ever be looked at: neither warm nor cold is one of its strategies",
    ),
    (
        "given-up",
        RECOVER,
        RECOVER + "\n    give_up_after: {warm: 2 h}",
        RECOVER + "\n    give_up_after: {§hot: 2 h}",
        "'hot' is none of its strategies, so it is never given up\n  expected some of: warm, cold",
    ),
    ("twice", RECOVER, "recover: [warm]", "recover: [warm, cold, §warm]", "'warm' is there twice"),
    ("strategy", RECOVER, "recover: []", "recover: [§tepid]", "'tepid' is not one of the words for this"),
    ("list", RECOVER, "recover: [cold, warm]", "recover: §warm", "'warm' stands where a list is due"),
    (
        "cold",
        COPY,
        COPY.replace("cold", "cold"),
        "",
        "'cold' is impossible: its data has no snapshot or backup",
        ("[warm, cold]", "[warm, §cold]"),
    ),
    (
        "no-standby",
        "    shares: {seats: 100}",
        "    recover: [cold]",
        "    recover: []\n  pc: {at: {cloud: active}, recover: [§cold]}",
        "'cold' is impossible: it has no standby",
    ),
)
def test_data(case: Case) -> None:
    check(LANDSCAPE, case)


@pytest.mark.parametrize(
    ("component", "recover"),
    [
        ("{at: {haaren: active}}", ()),
        ("{at: {haaren: active, boxtel: hot}}", ("hot",)),
        ("{at: {haaren: active, boxtel: hot}, start: {takes: 1 h}}", ("hot", "warm")),
        ("{at: {haaren: active, boxtel: warm}, start: {takes: 1 h}}", ("warm",)),
        ("{at: {haaren: active, boxtel: cold}}", ("cold",)),
        (
            "{at: {haaren: active, boxtel: hot}, data: {size: 1 B}, copies: {a: {at: boxtel, kind: synchronous}, b: "
            "{at: boxtel, kind: backup, taken: Sun 3:00, restores: 1 B/s}}}",
            ("hot", "cold"),
        ),
    ],
)
def test_recover_follows_from_the_roles(component: str, recover: tuple[str, ...]) -> None:
    text = f"drsim: landscape 1\nsites: {{haaren: {{}}, boxtel: {{}}}}\ncomponents: {{it: {component}}}\n"
    assert loads_landscape(text).components["it"].recover == recover


STARTS = """\
drsim: landscape 1
sites: {haaren: {}}
components:
  a: {at: {haaren: active}, needs: [b]}
  b: {at: {haaren: active}, needs: [c]}
  c: {at: {haaren: active}, needs: [a], starts_after: []}
  d: {at: {haaren: active}, needs: [d]}
  e: {at: {haaren: active}, needs: [a]}
"""


def test_a_circle_of_needs_is_no_circle_of_starts() -> None:
    assert loads_landscape(STARTS).components["c"].starts_after == All()


def test_a_circle_of_starts_is_refused() -> None:
    text = STARTS.replace("starts_after: []", "starts_after: [{any: [d, §e]}]")
    (problem,) = refused(text.replace("needs: [a]}", "needs: [], starts_after: [c]}"))
    assert problem.path == "components.c.starts_after.0.any.1"
    assert problem.rule == "nothing here can ever start: 'c' after 'e' after 'c'"
    assert problem.hint == "take 'e' out of 'components.c.starts_after'"


def test_a_circle_of_starts_with_a_default_in_it_is_refused_where_it_is_explicit() -> None:
    (problem,) = refused(STARTS.replace("needs: [a], starts_after: []", "starts_after: [§e]"))
    assert problem.rule == "nothing here can ever start: 'a' after 'b' after 'c' after 'e' after 'a'"
    assert problem.hint == "take 'e' out of 'components.c.starts_after'"


def test_starting_after_oneself_is_refused() -> None:
    (problem,) = refused(STARTS.replace("needs: [d]}", "needs: [d], starts_after: [§d]}"))
    assert problem.rule == "nothing here can ever start: 'd' after 'd'"


@cases(
    ("no-channel", "web: 20 %", "web: 20.0 %", "§wep: 20 %", "no channel is named 'wep'"),
    (
        "sum",
        "counter: 80 %, web: 20 %",
        "web: 100 %",
        "counter: 80 %, web: 10 %",
        "have 90 % of its demand",
        ("{counter: 80", "§{counter: 80"),
    ),
    ("share", "web: 20 %", "web: 20.0 %", "web: §20", "'20' has no unit"),
    (
        "both",
        "    channels: {counter: 80 %, web: 20 %}",
        "    points: {desk: {at: haaren}}",
        "    §channels: {counter: 80 %, web: 20 %}\n    points: {desk: {at: haaren}}",
        "has 'channels' or 'points', not both",
    ),
    (
        "neither",
        "  graves:\n    points: {desk: {at: haaren, weight: 2}}",
        "  graves: {points: {desk: {at: haaren}}}",
        "  graves: §{open: always}",
        "a service needs 'channels' or 'points'",
    ),
    (
        "no-points",
        "{desk: {at: haaren, weight: 2}}",
        "{desk: {at: haaren}}",
        "§{}",
        "a service needs at least one point",
    ),
    ("weight", "weight: 2", "weight: 28000", "weight: §0", "'0' is nothing"),
    ("weight-unit", "weight: 2", "weight: 28000", "weight: §2 %", "'2 %' is not a count"),
    (
        "municipality",
        "weight: 2",
        "municipality: boxtel",
        "municipality: §cloud",
        "no municipality is named 'cloud' (it is a",
    ),
    ("point-site", "desk: {at: haaren", "desk: {at: cloud", "desk: {at: §farm", "no site is named 'farm'"),
    (
        "beside",
        "haaren, weight: 2",
        "haaren, needs: [printer]",
        "cloud, needs: [§printer]",
        "does not stand at cloud, where it is needed",
    ),
    ("per", "per: town hall", "per: municipality, at: cloud", "per: §town", "'town' is not one of the words for this"),
    ("at-due", "web: {at: cloud}", "web: {at: haaren}", "web: §{}", "'at' is missing"),
    (
        "at-none",
        "per: town hall",
        "per: municipality, at: cloud",
        "§at: cloud, per: town hall",
        "'at' says nothing for a channel",
    ),
    (
        "inhabitants",
        "inhabitants: 14000, ",
        "inhabitants: 1, ",
        "",
        "the town hall 'haaren' has no 'inhabitants'",
        ("haaren: {kind", "haaren: §{kind"),
    ),
    ("mbco", "mbco: 30 %", "mbco: 100 %", "mbco: §0 %", "'0 %' is nothing: it must be above zero"),
    ("target", "mbco: 30 %", "mtpd: 7 d", "§mtdp: 7 d", "'mtdp' is not a key here\n  expected one of: rto, rpo, mtpd"),
    ("rpo", "mbco: 30 %", "rpo: 4 h", "rpo: §4 wh", "'4 wh' is in working hours"),
    ("demand", "    needs: [oracle]", "    demand: 38/day", "    demand: §38", "'38' has no unit"),
    ("open", "    needs: [oracle]", "    open: office", "    open: §ofice", "no calendar is named 'ofice'"),
    ("channel-open", "open: office}", "open: daily 8:00-9:00}", "open: §ofice}", "no calendar is named 'ofice'"),
    (
        "verify",
        "    needs: [oracle]",
        "    verify: {takes: 1 h, by: infra}",
        "    verify: {takes: 1 h, by: {infra: §3}}",
        "3 of 'infra' are asked for",
    ),
    (
        "verify-travel",
        "    needs: [oracle]",
        "    verify: {takes: 1 h, by: centric}",
        "    verify: {takes: 1 h, by: infra, on_site: §true}",
        "'infra' works on site at 'cloud', but there is no travel time",
    ),
    (
        "verify-on-site-from-nowhere",
        "    needs: [oracle]",
        "    verify: {takes: 1 h, by: centric}",
        "    verify: {takes: 1 h, by: centric, §on_site: true}",
        "'on_site' is true, but nobody has a base to travel from: centric",
    ),
    (
        "due",
        "    needs: [oracle]",
        "    due: {pay: {on: 24th 9:00, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: §29th 9:00, takes: 1 h, begins: 1 h}}",
        "'29th 9:00' is not in every month",
    ),
    (
        "due-date",
        "    needs: [oracle]",
        "    due: {pay: {on: 2015-05-13 9:00, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: §2015-02-30 9:00, takes: 1 h, begins: 1 h}}",
        "is on no calendar",
    ),
    (
        "due-skipped",
        "    needs: [oracle]",
        "    due: {pay: {on: 2015-03-29 03:00, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: §2015-03-29 02:30, takes: 1 h, begins: 1 h}}",
        "'2015-03-29 02:30' does not exist",
    ),
    (
        "due-second",
        "    needs: [oracle]",
        "    due: {pay: {on: 2015-10-25 02:10, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: §2015-10-25 02:10B, takes: 1 h, begins: 1 h}}",
        "'2015-10-25 02:10B' is not a moment",
    ),
    (
        "due-often",
        "    needs: [oracle]",
        "    due: {pay: {on: Wed 9:00, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: §every 15 min, takes: 1 h, begins: 1 h}}",
        "'every 15 min' is no date",
    ),
    (
        "due-begins",
        "    needs: [oracle]",
        "    due: {pay: {on: Wed 9:00, takes: 1 h, begins: 1 h}}",
        "    due: {pay: {on: Wed 9:00, takes: 1 h, begins: §59 min}}",
        "it takes '1 h', but can only be begun '59 min'",
    ),
    (
        "fallback",
        "desk: {at: haaren, weight: 2}",
        "desk: {at: haaren, fallback: phone}, phone: {at: cloud, fallback: {to: desk, share: 40 %}}",
        "desk: {at: haaren, fallback: §fone}, phone: {at: cloud}",
        "the service has no point 'fone' to go to\n  expected: phone",
    ),
    (
        "fallback-itself",
        "desk: {at: haaren, weight: 2}",
        "desk: {at: haaren, fallback: phone}, phone: {at: cloud}",
        "desk: {at: haaren, fallback: §desk}, phone: {at: cloud}",
        "'desk' is no way out of itself",
    ),
    (
        "fallback-share",
        "desk: {at: haaren, weight: 2}",
        "desk: {at: haaren, fallback: {to: phone, share: 1 %}}, phone: {at: cloud}",
        "desk: {at: haaren, fallback: {to: phone, share: §0 %}}, phone: {at: cloud}",
        "'0 %' is nothing",
    ),
    (
        "fallback-hall",
        "open: office}",
        "open: office, fallback: {haaren: {to: boxtel, share: 40 %}, boxtel: haaren}}",
        "open: office, fallback: {haaren: {to: §cloud, share: 40 %}}}",
        "'cloud' is no town hall with 'inhabitants'",
    ),
    (
        "fallback-no-hall",
        "open: office}",
        "open: office, fallback: {boxtel: haaren}}",
        "open: office, fallback: {haaren: §cloud}}",
        "'cloud' is no town hall with 'inhabitants'",
    ),
    (
        "fallback-from-no-hall",
        "open: office}",
        "open: office, fallback: {boxtel: haaren}}",
        "open: office, fallback: {§cloud: haaren}}",
        "'cloud' is no town hall with 'inhabitants'",
    ),
    (
        "fallback-one-point",
        "web: {at: cloud}",
        "web: {at: haaren}",
        "web: {at: cloud, §fallback: {haaren: boxtel}}",
        "'fallback' is from town hall to town hall",
    ),
    (
        "level-shared",
        "shares: {seats: 100}",
        "shares: {seats: 800}",  # an eighth of the four fifths at counters
        "shares: {seats: 801}",
        "'passport' is at 29.9874 % while nothing is lost, below its minimum of 30 %",
        ("mbco: 30", "mbco: §30"),
    ),
)
def test_channels_and_services(case: Case) -> None:
    check(LANDSCAPE, case)


APART = LANDSCAPE.replace("  line: {bandwidth: 10 Gbit/s, between: [haaren, cloud]}\n", "")
"""No link leads to the cloud, where a fifth of the passports is asked for."""


def test_a_service_may_be_at_its_minimum_but_not_below_it_while_nothing_is_lost() -> None:
    assert loads_landscape(APART.replace("mbco: 30 %", "mbco: 80 %"))
    (problem,) = refused(APART.replace("mbco: 30 %", "mbco: §80.0001 %"))
    assert problem.rule == "'passport' is at 80 % while nothing is lost, below its minimum of 80.0001 %"
    assert problem.hint == (
        "lower 'mbco' to '80 %', or give more of 'oracle', which 'web' at 'cloud' sees at 0 %: "
        "by its shares, pools, needs or links"
    )


def test_a_level_below_the_minimum_is_said_where_the_minimum_would_be() -> None:
    (problem,) = refused(APART.replace("{rto: 48 h @rvig, mbco: 30 %}", "§{rto: 48 h @rvig}"))
    assert problem.path == "services.passport.targets.mbco"
    (problem,) = refused(
        APART.replace("points: {desk: {at: haaren, weight: 2}}", "§points: {desk: {at: cloud, needs: [oracle]}}")
    )
    assert problem.path == "services.graves.targets.mbco"
    assert problem.rule == "'graves' is at 0 % while nothing is lost, below its minimum of 100 %"
    assert problem.hint.startswith("give more of 'oracle', which 'desk' at 'cloud' sees at 0 %")


def test_a_level_is_looked_at_once_all_else_is_well() -> None:
    (problem,) = refused(APART.replace("mbco: 30 %", "mbco: 90 %").replace("[warm, cold]", "[§hot, cold]"))
    assert problem.rule == "'hot' is impossible: its standby is warm"


def test_a_change_that_brings_a_service_below_its_minimum_is_refused() -> None:
    scenario = loads(SCENARIO)
    assert scenario.with_({"sites.haaren.pools.seats": 50})
    with pytest.raises(InputError, match=r"'passport' is at 20 % while nothing is lost, below its minimum of 30 %"):
        scenario.with_({"sites.haaren.pools.seats": 0})


def test_a_channel_per_municipality_without_any_is_refused() -> None:
    text = LANDSCAPE.replace("kind: town hall, inhabitants: 14000, ", "").replace(
        "kind: town hall, inhabitants: 30000, ", ""
    )
    (problem,) = refused(text.replace("{counter: 80", "§{counter: 80"))
    assert problem.rule == "a channel is per municipality, but there is none"


def test_two_channels_must_not_give_points_the_same_name() -> None:
    text = LANDSCAPE.replace("  web: {at", "  counter-haaren: {at").replace(", web: 20", ",\n      §counter-haaren: 20")
    (problem,) = refused(text)
    assert "two points the name 'counter-haaren'" in problem.rule


HIT = "fault: {component: oracle}"


@cases(
    (
        "title",
        "title: The town hall of Haaren lost",
        "title: x",
        "why: The town hall of Haaren lost",
        "'title' is missing",
        ("drsim: scenario", "§drsim: scenario"),
    ),
    ("key", "horizon: 7 d", "horizon: 8 d", "§horizonn: 7 d", "'horizonn' is not a key of a scenario"),
    ("moment", "moment: 2015-05-12 10:00", "moment: any moment of the week", "moment: §2015-05-12", "is not a moment"),
    ("date", "2015-05-12 10:00", "2016-02-29 9:00", "§2015-02-29 10:00", "'2015-02-29 10:00' is on no calendar"),
    ("hour", "2015-05-12 10:00", "2015-03-29 03:00", "§2015-03-29 02:30", "'2015-03-29 02:30' does not exist"),
    ("twice-hour", "2015-05-12 10:00", "2015-10-25 02:30", "§2015-10-25 24:30", "'2015-10-25 24:30' is on no calendar"),
    ("name", "  fault: {comp", "  fault-2: {comp", "  §Fault: {comp", "'Fault' is not a name"),
    (
        "one",
        HIT,
        "fault: {link: ring}",
        "fault: §{component: oracle, link: ring}",
        "exactly one thing, this one link and component",
    ),
    ("none", HIT, "fault: {team: infra}", "fault: §{lasts: 1 h}", "exactly one thing, this one none"),
    (
        "site",
        "{site: haaren, l",
        "{site: cloud, l",
        "{site: §haren, l",
        "no site is named 'haren'\n  expected one of: boxtel",
    ),
    ("supplier", HIT, "fault: {team: centric}", "fault: {team: §centrik}", "no team or supplier is named 'centrik'"),
    (
        "lasts",
        "lasts: 4 h (2 to 8)",
        "lasts: the whole drill",
        "lasts: §the hole drill",
        "did you mean 'the whole drill'?",
    ),
    ("lasts-wh", "lasts: 4 h (2 to 8)", "lasts: 16 h", "lasts: §16 wh", "'16 wh' is in working hours"),
    (
        "repaired",
        HIT,
        "fault: {component: oracle, lasts: until repaired}",
        "fault: {component: directory, lasts: §until repaired}",
        "'until repaired' is impossible: 'directory' has no 'repair'",
    ),
    ("repaired-site", "lasts: 4 h (2 to 8)", "lasts: 1 h", "lasts: §until repaired", "only components are repaired"),
    (
        "sites",
        HIT,
        "fault: {component: oracle, sites: [boxtel]}",
        "fault: {component: oracle, sites: [§cloud]}",
        "'oracle' does not stand at 'cloud'",
    ),
    (
        "sites-known",
        HIT,
        "fault: {component: oracle, sites: [boxtel]}",
        "fault: {component: oracle, sites: [§clod]}",
        "no site is named 'clod'",
    ),
    (
        "sites-none",
        HIT,
        "fault: {component: oracle, sites: [boxtel]}",
        "fault: {component: oracle, sites: §[]}",
        "'sites' names no site",
    ),
    (
        "sites-twice",
        HIT,
        "fault: {component: oracle, sites: [boxtel]}",
        "fault: {component: oracle, sites: §[boxtel, boxtel]}",
        "'boxtel' is there twice",
    ),
    (
        "sites-kind",
        HIT,
        "fault: {link: ring}",
        "fault: {link: ring, §sites: [boxtel]}",
        "'sites' says nothing about a link",
    ),
    (
        "follows",
        HIT,
        "fault: {component: oracle, follows: town-hall, chance: 30 %}",
        "fault: {component: oracle, follows: §townhall, chance: 30 %}",
        "no disruption is named 'townhall'",
    ),
    (
        "follows-itself",
        HIT,
        "fault: {component: oracle, follows: town-hall}",
        "fault: {component: oracle, follows: §fault}",
        "'fault' follows itself",
    ),
    (
        "follows-circle",
        HIT,
        "fault: {component: oracle}\n  bad: {link: ring, follows: fault}",
        "fault: {component: oracle, follows: bad}\n  bad: {link: ring, follows: §fault}",
        "these disruptions follow each other in a circle, so that none ever begins: bad, fault",
    ),
    (
        "chance",
        HIT,
        "fault: {component: oracle, chance: 30 %}",
        "fault: {component: oracle, chance: §0 %}",
        "'0 %' is nothing",
    ),
    (
        "corruption",
        HIT,
        "fault: {corruption: oracle, before: 3 d, detected: 4 d, reaches: [backup]}",
        "fault: {corruption: §oracel, before: 3 d, detected: 4 d, reaches: [backup]}",
        "no component is named 'oracel', and none has such a label",
    ),
    (
        "corruption-data",
        HIT,
        "fault: {corruption: oracle, detected: 4 d}",
        "fault: {corruption: §firmware, detected: 4 d}",
        "'firmware' has no data that could be corrupted",
    ),
    (
        "corruption-detected",
        HIT,
        "fault: {corruption: oracle, detected: 4 d}",
        "fault: §{corruption: oracle}",
        "'detected' is missing, which a corruption must say",
    ),
    (
        "corruption-lasts",
        HIT,
        "fault: {corruption: oracle, detected: 4 d}",
        "fault: {corruption: oracle, detected: 4 d, §lasts: 1 h}",
        "'lasts' says nothing about a corruption",
    ),
    (
        "corruption-repaired",
        HIT,
        "fault: {corruption: oracle, detected: 4 d}",
        "fault: {corruption: oracle, detected: 4 d, lasts: §until repaired}",
        "'until repaired' is impossible for a corruption",
    ),
    (
        "corruption-sites",
        HIT,
        "fault: {corruption: oracle, detected: 4 d}",
        "fault: {corruption: oracle, detected: 4 d, §sites: [boxtel]}",
        "'sites' says nothing about a corruption",
    ),
    (
        "detected-of-a-site",
        HIT,
        "fault: {component: oracle}",
        "fault: {component: oracle, §detected: 4 d}",
        "'detected' says nothing about a component",
    ),
    (
        "before-and-after",
        HIT,
        "fault: {corruption: oracle, detected: 4 d, before: 3 d}",
        "fault: {corruption: oracle, detected: 4 d, before: 3 d, §after: 1 h}",
        "it begins '3 d' before the moment, and by its 'after' later",
    ),
    (
        "follows-before",
        HIT,
        "fault: {corruption: oracle, detected: 4 d, after: 1 h}\n  bad: {link: ring, follows: fault}",
        "fault: {corruption: oracle, detected: 4 d, before: 1 h}\n  bad: {link: ring, follows: §fault}",
        "'fault' began before the moment of the drill",
    ),
    (
        "reaches",
        HIT,
        "fault: {corruption: oracle, detected: 4 d, reaches: [boxtel]}",
        "fault: {corruption: oracle, detected: 4 d, reaches: [§haaren]}",
        "'haaren' is no kind of snapshot or backup of what it hits",
    ),
    (
        "reaches-nothing",
        HIT,
        "fault: {corruption: oracle, detected: 4 d, reaches: [boxtel]}",
        "fault: {corruption: oracle, detected: 4 d, §reaches: []}",
        "'reaches' names nothing",
    ),
    (
        "reaches-twice",
        HIT,
        "fault: {corruption: oracle, detected: 4 d, reaches: [boxtel]}",
        "fault: {corruption: oracle, detected: 4 d, reaches: §[boxtel, boxtel]}",
        "'boxtel' is there twice",
    ),
    ("label", HIT, "fault: {label: firmware}", "fault: {label: §firmwear}", "no component has the label 'firmwear'"),
    (
        "label-sites",
        HIT,
        "fault: {label: firmware, sites: [boxtel]}",
        "fault: {label: firmware, sites: [§cloud]}",
        "nothing with the label 'firmware' stands at 'cloud'",
    ),
    (
        "label-repaired",
        HIT,
        "fault: {label: firmware, lasts: 1 h}",
        "fault: {label: firmware, lasts: §until repaired}",
        "'until repaired' is impossible: 'desktops' has no 'repair'",
    ),
    (
        "links-of-sites",
        HIT,
        "fault: {links_of: boxtel}",
        "fault: {links_of: boxtel, §sites: [boxtel]}",
        "'sites' says nothing about a site's links",
    ),
    (
        "power-sites",
        HIT,
        "fault: {power: boxtel}",
        "fault: {power: boxtel, §sites: [boxtel]}",
        "'sites' says nothing about a site's power",
    ),
    ("power", HIT, "fault: {power: boxtel, lasts: 1 h}", "fault: {power: §boxtle}", "did you mean 'boxtel'"),
    (
        "people",
        HIT,
        "fault: {team: infra, people: 2}",
        "fault: {team: infra, people: §3}",
        "'3' people are away, but 'infra' has 2",
    ),
    (
        "people-kind",
        HIT,
        "fault: {team: infra, people: 1}",
        "fault: {component: oracle, §people: 1}",
        "'people' says nothing about",
    ),
    (
        "after",
        HIT,
        "fault: {link: ring, after: 6 d}",
        "fault: {link: ring, after: §7 d}",
        "'7 d', when the drill is over",
    ),
    ("far-horizon", "horizon: 7 d", "horizon: 3660 d", "horizon: §3661 d", "'3661 d' is further than a drill looks"),
    (
        "far-moment",
        "moment: 2015-05-12 10:00",
        "moment: 2100-12-31 23:59",
        "moment: §9999-12-31 23:59",
        "'9999-12-31 23:59' is too far away for calendars",
    ),
    ("horizon", "horizon: 7 d", "horizon: 8 d", "horizon: §0 s", "'0 s' is nothing"),
    ("horizon-wh", "horizon: 7 d", "horizon: 8 d", "horizon: §80 wh", "'80 wh' is in working hours"),
    (
        "target",
        "horizon: 7 d",
        "horizon: 48 h",
        "horizon: 47 h",
        "the rto of '48 h' lies beyond the horizon of '47 h'",
        ("rto: 48", "rto: §48"),
    ),
    (
        "due-any-moment",
        "moment: 2015-05-12 10:00\n",
        "moment: 2015-05-12 11:00\n",
        "moment: any moment of the week\n",
        "'24th 9:00' is a date, and the drill is at any moment of the week",
        (
            "    targets: {rto: 48 h @rvig, mbco: 30 %}\n",
            "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      due: {pay: {on: §24th 9:00, takes: 1 h, begins: 1 h}}\n",
        ),
    ),
    (
        "by-hand-after",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %, open: office}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: §7 d, level: 40 %}\n",
        "serving by hand begins after '7 d'",
    ),
    (
        "by-hand-never",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %, lasts: 1 d}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %, open: §never}\n",
        "nobody is ever there to serve by hand",
    ),
    (
        "by-hand-hours",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %, open: §ofice}\n",
        "no calendar is named 'ofice'",
    ),
    (
        "by-hand-level",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: 40 %}\n",
        "    targets: {rto: 48 h @rvig, mbco: 30 %}\n      manual: {after: 6 d, level: §0 %}\n",
        "'0 %' is nothing",
    ),
    ("wait", "wait: 1 h}", "wait: 0 s}", "wait: §1}", "'1' has no unit"),
    (
        "response",
        "wait: 1 h}",
        "settle: 1 h}",
        "§weit: 1 h}",
        "'weit' is not a key here\n  expected one of: detect, assess",
    ),
    (
        "assess",
        "wait: 1 h}",
        "assess: {takes: 1 wh, by: infra}}",
        "assess: {takes: §1 wh}}",
        "'1 wh' is in working hours",
    ),
    (
        "order",
        "wait: 1 h}",
        "order: groups, groups: [[oracle], [desktops, printer]]}",
        "order: §group, groups: [[oracle]]}",
        "'group' is not one of the words",
    ),
    ("no-groups", "wait: 1 h}", "groups: [[oracle]]}", "order: §groups}", "but there are no groups"),
    ("empty-group", "wait: 1 h}", "groups: [[oracle]]}", "groups: [[oracle], §[]]}", "nothing is in this group"),
    (
        "group-twice",
        "wait: 1 h}",
        "groups: [[oracle], [printer]]}",
        "groups: [[oracle], [printer, §oracle]]}",
        "'oracle' is in a group already",
    ),
    ("group-name", "wait: 1 h}", "groups: [[oracle]]}", "groups: [[§orakle]]}", "no component is named 'orakle'"),
    (
        "assess-heads",
        "wait: 1 h}",
        "assess: {takes: 1 h, by: infra}}",
        "assess: {takes: 1 h, by: {infra: §9}}}",
        "9 of 'infra'",
    ),
)
def test_scenarios(case: Case) -> None:
    check(SCENARIO, case, scenario=True)


def test_the_links_of_a_site_without_any_cannot_be_cut() -> None:
    text = SCENARIO.replace("  cloud: {kind: cloud}\n", "  cloud: {kind: cloud}\n    island: {}\n")
    assert text.count("  fault: {component: oracle}") == text.count("island") == 1
    hit = "  fault: {{links_of: {}}}"
    assert loads(text.replace("  fault: {component: oracle}", hit.format("cloud")))
    (problem,) = refused(text.replace("  fault: {component: oracle}", hit.format("§island")), scenario=True)
    assert problem.rule == "no link ends at 'island'"


def test_more_than_the_shifts_have_at_once() -> None:
    text = """\
drsim: landscape 1
sites: {a: {}}
teams: {infra: {shifts: {day: {people: 2, works: "daily 8:00-17:00"}, night: {works: "daily 16:00-24:00"}}}}
components: {c: {at: {a: active}, restart: {takes: 1 h, by: {infra: HEADS}}}}
"""
    assert loads_landscape(text.replace("HEADS", "3")).teams["infra"].most == 3
    with pytest.raises(InputError) as refused:
        loads_landscape(text.replace("HEADS", "4"))
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (
        "components.c.restart.by.infra",
        "4 of 'infra' are asked for, of whose shifts 3 are there at once",
    )


def test_shifts_are_written_without_what_they_stand_for() -> None:
    text = 'drsim: landscape 1\nteams: {x: {shifts: {day: {people: 2, works: "daily 8:00-17:00"}, night: {}}}}\n'
    land = loads_landscape(text)
    assert "shifts" in dump(land)
    assert loads_landscape(dump(land)) == land
    assert loads_landscape(dump(land)).digest() == land.digest()


RESPONSE = "response: {detect: 5 min, assess: {takes: 1 h, by: infra}}\n"


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"),
    [
        ("1 h", "1 h, wrong: 20 %", "response.assess.wrong", "a diagnosis is wrong in '20 %', but costs nothing"),
        ("1 h", "1 h, costs: 2 h", "response.assess.costs", "no diagnosis is wrong, but it costs time"),
        (
            "1 h",
            "1 h, wrong: 20 %, costs: 4 wh",
            "response.assess.costs",
            "'4 wh' and '1 h' are not both in working hours",
        ),
        (
            "5 min",
            "{within: ofice, takes: 5 min, otherwise: 1 h}",
            "response.detect.within",
            "no calendar is named 'ofice'",
        ),
        ("5 min", "{within: office, takes: 5 min}", "response.detect.otherwise", "'otherwise' is missing"),
        (
            "5 min",
            "{within: office, takes: 5 wh, otherwise: 1 h}",
            "response.detect.takes",
            "'5 wh' is in working hours where only time on the clock makes sense",
        ),
    ],
)
def test_noticing_and_finding_out(old: str, new: str, path: str, rule: str) -> None:
    head = "drsim: landscape 1\ncalendars: {office: Mon-Fri 8:00-17:00}\nteams: {infra: {works: office}}\n"
    assert loads_landscape(head + RESPONSE)
    with pytest.raises(InputError) as refused:
        loads_landscape(head + RESPONSE.replace(old, new))
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (path, rule)


def test_a_watch_by_a_named_calendar_in_all_places() -> None:
    watch = "{within: office, takes: 5 min, otherwise: {observed: [1 h, 2 h]}}"
    text = f"""\
drsim: landscape 1
calendars: {{office: Mon-Fri 8:00-17:00}}
response: {{detect: {watch}, assess: {{takes: 1 h, wrong: 20 %, costs: 2 h}}}}
sites: {{a: {{detect: {watch}}}}}
classes: {{seen: {{detect: {watch}}}}}
components: {{c: {{class: seen, at: {{a: active}}}}, d: {{at: {{a: active}}, detect: 1 min}}}}
"""
    land = loads_landscape(text)
    assert land.components["c"].detect == land.sites["a"].detect == land.response.detect
    assert loads_landscape(dump(land)) == land
    scenario = f"""\
drsim: scenario 1
title: t
moment: 2015-05-12 10:00
landscape: {{sites: {{a: {{}}}}, components: {{c: {{at: {{a: active}}}}}}, calendars: {{office: Mon-Fri 8:00-17:00}}}}
response: {{detect: {watch}}}
"""
    assert loads(scenario).response.detect == land.response.detect
    assert loads(scenario).with_({"response.detect.takes": "1 min"}).response != loads(scenario).response


@pytest.mark.parametrize(
    ("team", "path", "rule"),
    [
        ("{on_call: {}}", "teams.x.on_call", "it is always there, so nobody is called outside its hours"),
        (
            "{works: office, on_call: {accepts: 0.5 %}}",
            "teams.x.on_call.accepts",
            "'0.5 %' means over 100 tries of a call on average",
        ),
        ("{works: office, on_call: {works: ofice}}", "teams.x.on_call.works", "no calendar is named 'ofice'"),
        ("{works: office, on_call: {every: 0 s}}", "teams.x.on_call.every", "'0 s' is nothing: it must be above zero"),
    ],
)
def test_on_call(team: str, path: str, rule: str) -> None:
    head = "drsim: landscape 1\ncalendars: {office: Mon-Fri 8:00-17:00}\nteams: {x: "
    land = loads_landscape(head + "{works: office, on_call: {people: 2, works: office, call_out: 1 h}}}\n")
    assert loads_landscape(dump(land)) == land
    with pytest.raises(InputError) as refused:
        loads_landscape(head + team + "}\n")
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (path, rule)


@pytest.mark.parametrize(
    ("quorum", "path", "rule"),
    [
        ("{people: 3, of: 2, arrives: 1 h}", "response.decide.quorum.people", "3 of 2 never come"),
        ("{people: 3, of: 3}", "response.decide.quorum.arrives", "'arrives' is missing"),
        (
            "{people: 1, of: 1, arrives: {within: ofice, takes: 1 h, otherwise: 2 h}}",
            "response.decide.quorum.arrives.within",
            "no calendar is named 'ofice'",
        ),
    ],
)
def test_a_quorum(quorum: str, path: str, rule: str) -> None:
    head = "drsim: landscape 1\ncalendars: {office: Mon-Fri 8:00-17:00}\n"
    good = "{people: 2, of: 3, arrives: {within: office, takes: 1 h, otherwise: 2 h}}"
    land = loads_landscape(f"{head}response: {{decide: {{takes: 1 h, quorum: {good}}}}}\n")
    assert loads_landscape(dump(land)) == land
    with pytest.raises(InputError) as refused:
        loads_landscape(f"{head}response: {{decide: {{takes: 1 h, quorum: {quorum}}}}}\n")
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (path, rule)


def test_skills_are_written_as_they_are_read() -> None:
    text = """\
drsim: landscape 1
sites: {a: {}}
teams:
  x: {people: 3, skills: {oracle: anna, storage: [anna, bert]}}
  y: {shifts: {day: {people: 2, skills: {oracle: [carl]}}, night: {works: never}}}
components: {c: {at: {a: active}, restart: {takes: 1 h, by: x, skills: {x: oracle}}}}
"""
    land = loads_landscape(text)
    assert loads_landscape(dump(land)) == land
    assert [head.name for head in land.teams["x"].heads] == ["", "bert", "anna"]
    assert land.teams["x"].heads[2].skills == ("oracle", "storage")


@pytest.mark.parametrize(
    ("team", "step", "path", "rule"),
    [
        ("{rests: 8 h}", "", "teams.t.rests", "nobody works at most so long, so nobody rests"),
        ("{works_at_most: 0 h}", "", "teams.t.works_at_most", "'0 h' is nothing: it must be above zero"),
        ("{people: 2, skills: {a: [x, y], b: z}}", "", "teams.t.skills", "'skills' names 3 people of 2"),
        ("{people: 2, skills: {a: [x, x]}}", "", "teams.t.skills.a", "'x' is there twice"),
        ("{skills: {a: []}}", "", "teams.t.skills.a", "nobody is named"),
        ("{shifts: {d: {}}, skills: {a: x}}", "", "teams.t.skills", "'skills' is said by its shifts already"),
        ("{shifts: {d: {skills: {a: [x, y]}}}}", "", "teams.t.shifts.d.skills", "'skills' names 2 people of 1"),
        (
            "{works: never, on_call: {skills: {a: [x, y]}}}",
            "",
            "teams.t.on_call.skills",
            "'skills' names 2 people of 1",
        ),
        ("{skills: {oracle: x}}", "oracel", "components.c.restart.skills.t", "nobody of 't' can do 'oracel'"),
        ("{}", "oracle", "components.c.restart.skills.t", "nobody of 't' can do 'oracle'"),
        (
            "{people: 2, skills: {oracle: x}}",
            "oracle",
            "components.c.restart.skills.t",
            "2 of 't' who can do 'oracle' are asked for, of whom 1 is there at once",
        ),
        (
            "{shifts: {d: {people: 2, works: 'daily 8:00-12:00', skills: {oracle: x}},"
            " e: {people: 2, works: 'daily 12:00-17:00', skills: {oracle: y}}}}",
            "oracle",
            "components.c.restart.skills.t",
            "2 of 't' who can do 'oracle' are asked for, of whom 1 is there at once",
        ),
    ],
)
def test_skills_that_nobody_has(team: str, step: str, path: str, rule: str) -> None:
    asked = f"{{takes: 1 h, by: {{t: 2}}, skills: {{t: {step}}}}}" if step else "{takes: 1 h}"
    if team == "{}" or "oracel" in step:
        asked = asked.replace("t: 2", "t: 1")
    text = f"drsim: landscape 1\nsites: {{a: {{}}}}\nteams: {{t: {team}}}\n"
    with pytest.raises(InputError) as refused:
        loads_landscape(f"{text}components: {{c: {{at: {{a: active}}, restart: {asked}}}}}\n")
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (path, rule)


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("restart: {takes: 1 h, by: t, skills: {u: oracle}}", "restart.skills.u"),
        ("restore: {by: t, skills: {u: oracle}}", "restore.skills.u"),
    ],
)
def test_a_skill_of_a_team_that_is_not_in_the_crew(where: str, path: str) -> None:
    text = "drsim: landscape 1\nsites: {a: {}}\nteams: {t: {}, u: {skills: {oracle: x}}}\n"
    with pytest.raises(InputError) as refused:
        loads_landscape(f"{text}components: {{c: {{at: {{a: active}}, {where}}}}}\n")
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (f"components.c.{path}", "'u' is not in the crew")


# Steps of the plan

STEPS = """\
drsim: landscape 1
sites: {here: {}, there: {}}
teams: {mayor: {people: 1}}
components:
  storage: {at: {here: active, there: warm}}
  phones: {at: {here: active, there: warm}, needs: [storage]}
steps:
  call: {do: call, takes: 20 min, works: 50 %, by: mayor, before: phones}
  settle: {takes: 30 min, after: storage, before: [call]}
"""


@cases(
    ("name", "before: phones", "before: [phones]", "before: §fones", "no component or step is named 'fones'"),
    ("twice", "[call]", "[call, phones]", "§[call, call]", "'call' is there twice"),
    ("replaces-step", "before: phones", "replaces: phones", "replaces: §call", "no component is named 'call'"),
    (
        "replaces-twice",
        "before: phones",
        "replaces: phones",
        "before: phones, replaces: §phones",
        "'phones' is there twice",
    ),
    ("attempts", "works: 50 %", "works: 60 %", "§attempts: 2", "'attempts' is not a key here"),
    ("never", "works: 50 %", "works: 1 %", "works: §0 %", "a step of the plan is tried until it does"),
    ("hardly", "works: 50 %", "works: 1 %", "works: §0.5 %", "a step of the plan is tried until it succeeds"),
    (
        "approval",
        "{takes: 30 min,",
        "{takes: 30 min, by: mayor, approval: true,",
        "{takes: 30 min, §approval: true,",
        "nobody is there to give it",
    ),
    ("hours", "takes: 30 min", "takes: 30 min", "takes: §3 wh", "nobody is there to work them"),
    ("heads", "by: mayor", "by: {mayor: 1}", "by: {mayor: §2}", "2 of 'mayor' are asked for"),
    ("taken", "  settle:", "  rest:", "  §mayor:", "'mayor' is already one of the teams"),
)
def test_steps_of_the_plan(case: Case) -> None:
    check(STEPS, case)


def test_a_step_of_the_plan_is_before_or_after_something() -> None:
    (problem,) = refused(STEPS.replace("{takes: 30 min, after: storage, before: [call]}", "§{takes: 30 min}"))
    assert problem.rule == "'settle' is neither before nor after anything"


def test_a_step_of_the_plan_is_not_before_and_after_one_thing() -> None:
    text = STEPS.replace(
        "{takes: 30 min, after: storage, before: [call]}", "§{takes: 30 min, after: storage, before: storage}"
    )
    assert refused(text)[0].rule == "'settle' is both before and after 'storage'"


def test_a_circle_of_steps_of_the_plan_and_components_is_refused() -> None:
    text = STEPS.replace(
        "{takes: 30 min, after: storage, before: [call]}", "§{takes: 30 min, after: phones, before: storage}"
    )
    (problem,) = refused(text)
    assert problem.rule == "nothing here can ever be done: 'phones' after 'storage' after 'settle' after 'phones'"


def test_a_scenario_puts_steps_of_the_plan_among_those_of_its_landscape() -> None:
    head = "drsim: scenario 1\ntitle: a\nmoment: any moment of the week\nlandscape:\n"
    inside = "".join(f"  {line}\n" for line in STEPS.splitlines())
    scenario = loads(
        head + inside + "steps: {settle: {takes: 5 min, before: phones}, more: {takes: 1 h, after: call}}\n"
    )
    steps = scenario.landscape.steps
    assert sorted(steps) == ["call", "more", "settle"]
    assert (steps["settle"].after, steps["settle"].before, steps["more"].after) == ((), ("phones",), ("call",))
    assert scenario.with_({"steps.more.takes": "2 h"}).landscape.steps["more"].takes.fixed == 7_200_000
    assert loads(dump(scenario)) == scenario


def test_only_a_start_at_a_standby_can_be_replaced() -> None:
    text = STEPS.replace("before: phones", "replaces: §phones")
    assert loads_landscape(text.replace("§", "")).steps["call"].ahead_of == ("phones",)
    (problem,) = refused(
        text.replace("components:\n", "components:\n  web: {at: {here: active}}\n").replace("§phones", "§web")
    )
    assert problem.rule == "'web' has no start at a standby that could be replaced"


def test_a_corruption_of_what_is_a_component_and_a_label_is_refused() -> None:
    text = SCENARIO.replace("labels: [firmware]", "labels: [oracle]")
    (problem,) = refused(text.replace(HIT, "fault: {corruption: §oracle, detected: 4 d}"), scenario=True)
    assert problem.rule == "'oracle' is a component and a label"


def test_only_a_snapshot_or_backup_is_immutable() -> None:
    good = LANDSCAPE.replace("restores: 60 MB/s}", "restores: 60 MB/s, immutable: true}")
    assert loads_landscape(good).components["oracle"].copies["nightly"].immutable
    (problem,) = refused(LANDSCAPE.replace("lag: 15 min}", "lag: 15 min, §immutable: true}"))
    assert problem.rule.startswith("'immutable' says nothing for a copy of kind 'asynchronous'")


def test_a_corruption_survives_a_round_trip() -> None:
    text = SCENARIO.replace(HIT, "fault: {corruption: oracle, before: 3 d (1 to 9), detected: 4 d, reaches: [backup]}")
    scenario = loads(text)
    assert loads(dump(scenario)) == scenario
    assert "before: 3 d (1 to 9)" in dump(scenario)


@pytest.mark.parametrize("title", ["''", "' '", '"\\u200B"'])
def test_a_scenario_has_a_title_that_people_see(title: str, tmp_path: Path) -> None:
    (tmp_path / "land.yaml").write_text(LANDSCAPE, encoding="utf-8")
    file = tmp_path / "a.yaml"
    file.write_text(
        f"drsim: scenario 1\ntitle: {title}\nlandscape: land.yaml\nmoment: 2015-05-12 10:00\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"a.yaml:2:8  title\n.*nobody sees\n  say in a few words what this is about"):
        load(file)
