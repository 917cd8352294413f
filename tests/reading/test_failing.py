"""Reading what fails of its own: what is said by default, and what is refused."""

from __future__ import annotations

import pytest

from drsim.errors import InputError
from drsim.model import Scenario
from drsim.reading import dump, loads

TEXT = """\
drsim: scenario 1
title: a case
moment: 2015-05-12 10:00
horizon: HORIZON
disruptions: {}
landscape:
  drsim: landscape 1
  sites: {here: {SITE}, there: {}}
  links: {line: {between: [here, there], bandwidth: 10 MB/s, LINK}}
  classes: {server: {CLASS}}
  components: {app: {at: {here: active}, class: server, APP}}
"""


def read(horizon: str = "14 d", **parts: str) -> Scenario:
    text = TEXT.replace("HORIZON", horizon)
    for key in ("SITE", "LINK", "CLASS", "APP"):
        text = text.replace(key, parts.get(key.lower(), ""))
    return loads(text.replace(", }", "}"))


def test_until_repaired_is_the_default_and_a_class_may_say_it() -> None:
    case = read(**{"class": "repair: {takes: 1 h}, fails: {every: mean 5 d}"})
    fails = case.landscape.components["app"].fails
    assert fails is not None
    assert fails.lasts is None
    assert read(app="repair: {takes: 1 h}, fails: {every: mean 5 d, lasts: until repaired}") == case
    assert loads(dump(case)) == case
    changed = case.with_({"components.app.fails.lasts": "2 h"}).landscape.components["app"].fails
    assert changed is not None
    assert str(changed.lasts) == "2 h"


def test_of_sites_and_links() -> None:
    case = read(site="fails: {every: 5 d, lasts: 2 h}", link="fails: {every: mean 5 d, lasts: 1 to 3 h}")
    assert str(case.landscape.links["line"].fails) != str(case.landscape.sites["here"].fails)
    assert loads(dump(case)) == case


@pytest.mark.parametrize(
    ("parts", "path", "rule"),
    [
        (
            {"site": "fails: {every: 5 d}"},
            "sites.here.fails",
            "'until repaired' is impossible for a site: only components are repaired",
        ),
        (
            {"link": "fails: {every: 5 d, lasts: until repaired}"},
            "links.line.fails.lasts",
            "'until repaired' is impossible for a link: only components are repaired",
        ),
        ({"app": "fails: {every: 5 d}"}, "components.app.fails", "'until repaired' is impossible: it has no 'repair'"),
        (
            {"app": "fails: {every: 5 d, lasts: until repaired}"},
            "components.app.fails.lasts",
            "'until repaired' is impossible: it has no 'repair'",
        ),
        (
            {"site": "fails: {every: mean 59 min, lasts: 1 min}"},
            "sites.here.fails.every",
            "'mean 59 min' lets it fail more than once an hour",
        ),
        (
            {"site": "fails: {every: 5 d, lasts: 0 s}"},
            "sites.here.fails.lasts",
            "'0 s' is no time, so that nothing would fail",
        ),
        (
            {"site": "fails: {every: 5 d, lasts: until repared}"},
            "sites.here.fails.lasts",
            "'until repared' is not how long something lasts",
        ),
        (
            {"site": "fails: {every: 5 wh, lasts: 1 h}"},
            "sites.here.fails.every",
            "'5 wh' is in working hours where only time on the clock makes sense",
        ),
        ({"site": "fails: {lasts: 1 h}"}, "sites.here.fails.every", "'every' is missing"),
        (
            {"site": "fails: {every: 6 h, lasts: 1 min}", "horizon": "3650 d"},
            "horizon",
            "14,600 failures of their own are to be expected within '3650 d', more than a drill has",
        ),
    ],
)
def test_refused(parts: dict[str, str], path: str, rule: str) -> None:
    with pytest.raises(InputError) as refused:
        read(**parts)
    assert [(problem.path, problem.rule) for problem in refused.value.problems] == [(path, rule)]
