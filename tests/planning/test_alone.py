"""What alone stops a service: small cases by hand, and drawn landscapes against the second implementation."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from reference import levels as reference
from reference import trees

from drsim.model.landscape import Landscape
from drsim.model.scenario import Scenario
from drsim.planning.alone import Loss, below_without, losses, only_people
from drsim.reading import loads_landscape
from drsim.testing import landscapes

HEAD = """
drsim: landscape 1
sites:
  hall: {kind: town hall, inhabitants: 10}
  annex: {kind: town hall, inhabitants: 10}
links: {ring: {between: [hall, annex], bandwidth: 1 Gbit/s}}
teams: {infra: {people: 2}, dba: {people: 2}}
"""


def alone(text: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found = losses(loads_landscape(HEAD + text))
    return {
        f"{loss.kind} {loss.name}{f' at {loss.site}' if loss.site else ''}": (loss.stops, loss.stays)
        for loss in found
        if loss.stops
    }


def test_what_has_no_standby_stays_away():
    assert alone("""
components: {app: {at: {hall: active}, needs: [database]}, database: {at: {hall: active, annex: hot}}}
services: {permits: {needs: [app], points: {web: {at: annex}}}}
""") == {
        "site hall": (("permits",), ("permits",)),
        "site annex": (("permits",), ("permits",)),  # the point is there
        "link ring": (("permits",), ("permits",)),
        "component app": (("permits",), ("permits",)),
        "component database": (("permits",), ()),
    }


def test_a_standby_that_may_never_take_over_is_none():
    text = """
components: {app: {at: {hall: active, annex: warm}, start: {takes: 1 h, by: infra}RECOVER}}
services: {permits: {needs: [app], points: {web: {at: annex}}}}
"""
    assert alone(text.replace("RECOVER", ""))["component app"] == (("permits",), ())
    assert alone(text.replace("RECOVER", ", recover: []"))["component app"] == (("permits",), ("permits",))


def test_one_of_two_is_enough():
    assert alone("""
components: {one: {at: {hall: active}}, other: {at: {hall: active}}}
services: {permits: {needs: [{any: [one, other]}], points: {web: {at: hall}}}}
""") == {"site hall": (("permits",), ("permits",))}


def test_the_minimum_decides():
    text = """
components: {app: {at: {hall: active, annex: active}, scope: site}}
services:
  permits: {targets: {mbco: MBCO}, needs: [app], points: {here: {at: hall}, there: {at: annex}}}
"""
    assert alone(text.replace("MBCO", "50 %")) == {}
    fallen = (("permits",), ("permits",))
    assert alone(text.replace("MBCO", "51 %")) == {
        "site hall": fallen,
        "site annex": fallen,
        "component app at hall": fallen,
        "component app at annex": fallen,
    }


def test_a_standby_that_gives_too_little_is_none():
    text = """
components: {app: {at: {hall: active, annex: {role: warm, share: 40 %}}, start: {takes: 1 h, by: infra}}}
services: {permits: {targets: {mbco: MBCO}, needs: [app], points: {web: {at: annex}}}}
"""
    assert alone(text.replace("MBCO", "40 %"))["component app"] == (("permits",), ())
    assert alone(text.replace("MBCO", "41 %"))["component app"] == (("permits",), ("permits",))


def test_what_lacks_a_need_beside_it_moves_and_a_standby_that_lacks_one_does_not_run():
    text = """
components:
  host: {scope: site, at: {hall: active, annex: active}}
  app: {at: {hall: active, annex: warm}, needs: [host], start: {takes: 1 h, by: infra}}
services: {permits: {needs: [app], points: {web: {at: annex}}}}
"""
    assert alone(text)["component host at hall"] == (("permits",), ())
    text = text.replace("{hall: active, annex: active}", "{hall: active}").replace("scope: site", "scope: network")
    assert alone(text)["component host"] == (("permits",), ("permits",))


PEOPLE = """
components:
  database:
    at: {hall: active, annex: warm}
    start: {takes: 1 h, by: {dba: HEADS}}
    repair: {takes: 1 h, by: infra}
    RESTART
services: {permits: {needs: [database], points: {web: {at: annex}}}}
"""


@pytest.mark.parametrize(
    ("heads", "restart", "expected"),
    [
        (
            "2",
            "",
            [
                ("dba", 2, 2, 0),
            ],
        ),  # it is started again by those who start it
        ("1", "", [("dba", 1, 2, 1)]),
        ("2", "restart: {takes: 1 min, automatic: true}", []),  # infra alone can bring it back, and so can dba
        ("1", "restart: {takes: 1 min, by: {infra: 2, dba: 1}}", [("dba", 1, 2, 1)]),
    ],
)
def test_people_count_only_if_there_is_no_other_way(heads, restart, expected):
    land = loads_landscape(HEAD + PEOPLE.replace("HEADS", heads).replace("RESTART", restart))
    found = only_people(land, losses(land))
    assert [(only.team, only.needed, only.there, only.spare) for only in found] == expected
    assert all(only.components == ("database",) and only.services == ("permits",) for only in found)


def test_a_skill_of_one():
    land = loads_landscape(
        HEAD.replace("dba: {people: 2}", "dba: {people: 2, skills: {oracle: [anna]}}")
        + PEOPLE.replace("{dba: HEADS}", "{dba: 1}, skills: {dba: oracle}").replace("RESTART", "")
    )
    first, second = only_people(land, losses(land))
    assert (first.team, first.skill, first.people, first.spare) == ("dba", "oracle", ("anna",), 0)
    assert (second.skill, second.spare) == ("", 1)


def lost(land: Landscape, loss: Loss) -> dict[tuple[str, ...], bool]:
    """The flags of the second implementation at the instant of this loss."""
    flags = reference.initial(Scenario(title="x", landscape=land, response=land.response))
    if loss.kind == "component":
        for site in land.components[loss.name].at:
            if loss.site in ("", site):
                flags["on", loss.name, site] = False
    else:
        flags[loss.kind, loss.name] = False
    for name, part in land.components.items():
        for site in part.at:
            if not flags["site", site]:
                flags["on", name, site] = False
    return flags


def below(land: Landscape, flags: dict[tuple[str, ...], bool]) -> tuple[str, ...]:
    """The services below their minimum, by the second implementation."""
    found = reference.levels(Scenario(title="x", landscape=land, response=land.response), flags).at_minimum
    return tuple(name for name in sorted(land.services) if not found[name, "", ""])


def at_once(land: Landscape, loss: Loss) -> tuple[str, ...]:
    """The services that are below their minimum with the flags of this loss."""
    return below(land, lost(land, loss))


def stopped(land: Landscape, flags: dict[tuple[str, ...], bool]) -> None:
    """Stop what has nothing to stand on beside it, one at a time."""

    def stands(name: str, site: str) -> bool:
        here = {each for each, part in land.components.items() if part.scope == "site" and site in part.at}
        return trees.holds(land.components[name].needs, lambda each: each not in here or flags["on", each, site])

    while missing := [
        (name, site)
        for name, part in land.components.items()
        for site in part.at
        if flags["on", name, site] and not stands(name, site)
    ]:
        flags["on", missing[0][0], missing[0][1]] = False


def when_all_have_taken_over(land: Landscape, loss: Loss) -> tuple[str, ...]:
    """The services that are below their minimum when what runs nowhere any more is turned on at its standby, where it may."""
    flags = lost(land, loss)
    stopped(land, flags)
    for name, part in land.components.items():
        if not any(flags["on", name, site] for site in part.at):
            for site, standing in part.at.items():
                if standing.role != "active" and part.recover and flags["site", site]:
                    flags["on", name, site] = True
    stopped(land, flags)
    return below(land, flags)


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(landscapes())
def test_what_stops_at_once_is_what_the_levels_say(land):
    found = losses(land)
    assert [loss.stops for loss in found] == [at_once(land, loss) for loss in found]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(landscapes())
def test_what_stays_is_what_the_levels_say_when_all_have_taken_over(land):
    for loss in losses(land):
        if loss.stops:
            event("a standby brings one back" if loss.stays != loss.stops else "none does")
            assert loss.stays == when_all_have_taken_over(land, loss)


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(landscapes())
def test_what_has_no_standby_anywhere_stays_as_it_fell(land):
    """Taking over never stops another service, and changes nothing where no standby is."""
    bare = not any(part.standby for part in land.components.values())
    for loss in losses(land):
        assert set(loss.stays) <= set(loss.stops)
        assert not bare or loss.stays == loss.stops


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(landscapes(max_components=5))
def test_what_is_below_without_a_site_is_what_stays_when_it_is_lost(landscape: Landscape):
    for loss in losses(landscape):
        if loss.kind == "site" and loss.stops:
            assert below_without(landscape, loss.name) == loss.stays


def test_what_runs_elsewhere_as_well_holds_a_service_up():
    landscape = loads_landscape(
        HEAD
        + """
components:
  room: {scope: site, at: {hall: active}}
  store: {at: {hall: active}, needs: [room]}
  app: {at: {hall: active}, needs: [store, room]}
services: {permits: {needs: [app], points: {web: {at: annex}}}}
"""
    )
    assert below_without(landscape, "hall", ["app"]) == below_without(landscape, "hall", ["store"]) == ("permits",)
    assert below_without(landscape, "hall", ["app", "store"]) == ()
    assert below_without(landscape, "annex", ["app", "store"]) == ("permits",)  # the point is there
