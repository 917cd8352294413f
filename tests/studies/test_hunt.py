"""The smallest outages that break a promise: by brute force over all of them, planted, and worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import scenario as case
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from immutabledict import immutabledict

import drsim
from drsim.errors import DrsimError
from drsim.measures import estimates
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.plan import NEVER
from drsim.reading import dump, load, loads
from drsim.studies.breakable import Thing, things
from drsim.studies.hunt import AMONG, Hunt, _Drills, _Hunter, hunt
from drsim.studies.promise import Promise, promised
from drsim.testing import scenarios
from drsim.units import DAY

ROOT = Path(__file__).parents[2]
CLEAN = ROOT / "tests" / "data" / "clean.yaml"
PLE1N = ROOT / "scenarios" / "town-hall-lost.yaml"
DRILLS = 24
PAIR = """\
sites: {here: {}, there: {}, beyond: {}}
links:
  first: {between: [here, there], bandwidth: 1 Gbit/s}
  second: {between: [here, there], bandwidth: 1 Gbit/s}
  third: {between: [there, beyond], bandwidth: 1 Gbit/s}
teams: {fitters: {people: 2, works: "Mon-Fri 8:00-17:00"}, idle: {people: 1}}
components:
  app: {at: {here: active}, needs: [{any: [left, right]}]}
  left: {at: {here: active}, labels: [twins], repair: {takes: 2 h, by: fitters}}
  right: {at: {here: active}, labels: [twins], repair: {takes: 2 h, by: fitters}}
  aside: {at: {there: active}, repair: {takes: 2 h, by: fitters}}
services: {desk: {title: The desk, targets: {rto: 4 h}, points: {p: {at: here, needs: [app]}}}}
"""


def sets(cases: Any) -> list[str]:
    return [each.text for each in cases]


# Brute force


def disruption(scenario: Scenario, thing: Thing, lasts: str | None) -> Disruption:
    """As the docs say that things break."""
    components, labels = scenario.landscape.components, scenario.landscape.labels
    hit = {"component": [thing.name], "label": list(labels.get(thing.name, ()))}.get(thing.kind, [])
    kind = "team" if thing.kind == "people" else thing.kind
    more: dict[str, Any] = {"people": "1"} if thing.kind == "people" else {}
    if lasts is not None:
        more["lasts"] = lasts
    elif hit and all(components[name].repair is not None for name in hit):
        more["until_repaired"] = True
    return Disruption(kind=kind, target=thing.name, **more)


def kept(result: drsim.Result, promise: Promise) -> int:
    """In how many drills, counted one by one."""
    row = result.row(promise.service)
    recovery, working, loss = (
        array[row].tolist() for array in (result.block.recovery, result.block.working, result.block.data_loss)
    )
    if promise.limit is None:
        return sum(time == 0 for time in recovery)
    if promise.measure in ("rpo", "loses at most"):
        return sum(time <= promise.limit.ms for time in loss)
    times = working if promise.limit.working else recovery
    return sum(time <= promise.limit.ms and whole < NEVER for time, whole in zip(times, recovery, strict=True))


def all_counts(
    scenario: Scenario, promise: Promise, able: list[Thing], at_most: int, lasts: str | None
) -> dict[frozenset[Thing], int]:
    """Each outage drilled, whatever is known of its parts."""
    found = {}
    for order in range(at_most + 1):
        for what in combinations(able, order):
            if len({each.key for each in what}) == order:
                hit = {f"d-{place}": disruption(scenario, each, lasts) for place, each in enumerate(what)}
                told: dict[str, object] = {
                    "disruptions": immutabledict(hit),
                    "moves": None,
                    "tests": None,
                    "expect": immutabledict(),
                }
                result = drsim.run(scenario.model_copy(update=told), replications=DRILLS, workers=1)
                found[frozenset(what)] = kept(result, promise)
    return found


def verdict(successes: int, asked: float) -> str:
    return estimates.verdict(estimates.share(successes, DRILLS), asked)


def struck(scenario: Scenario, what: frozenset[Thing]) -> frozenset[tuple[str, str]]:
    """What breaks by any name: the links of a site, the components with a label."""
    found: set[tuple[str, str]] = set()
    for each in what:
        if each.kind == "links_of":
            found |= {("link", name) for name, link in scenario.landscape.links.items() if each.name in link.between}
        elif each.kind == "label":
            found |= {("component", name) for name in scenario.landscape.labels[each.name]}
        else:
            found.add((each.kind, each.name))
    return frozenset(found)


def least(
    scenario: Scenario, counts: dict[frozenset[Thing], int], asked: float, *which: str
) -> Iterator[frozenset[Thing]]:
    """Sets with the last of these verdicts, unless less with one of them is struck, or the same by fewer names."""
    strikes = {what: struck(scenario, what) for what, count in counts.items() if verdict(count, asked) in which}
    for what, here in strikes.items():
        less = any(there < here or (there == here and len(other) < len(what)) for other, there in strikes.items())
        if verdict(counts[what], asked) == which[-1] and not less:
            yield what


@st.composite
def hunted_scenarios(draw: st.DrawFn) -> tuple[Scenario, str, str | None, list[str] | None]:
    scenario = draw(scenarios(max_components=4, max_sites=2, max_teams=2, max_services=1, max_points=2, tests=False))
    (service,) = scenario.landscape.services
    promises = ["within 8 h", "keeps running", "loses at most 4 h"]
    if scenario.horizon.ms >= 6 * DAY:  # whatever the holidays, it has working time enough
        promises.append("within 8 wh")
    what = draw(st.sampled_from(promises))
    kinds = draw(st.sampled_from([None, ["component", "people", "site"]]))
    return scenario, f"{service} {what} in 85 %", draw(st.sampled_from([None, "3 h"])), kinds


QUIET = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


def agree(given: tuple[Scenario, str, str | None, list[Any] | None]) -> None:
    scenario, text, lasts, kinds = given
    found = hunt(scenario, text, at_most=2, replications=DRILLS, among=kinds, lasts=lasts, worst_hours=0, workers=1)
    promise, asked = found.promise, 0.85
    counts = all_counts(scenario, promise, list(found.among), 2, lasts)
    assert {frozenset(each.things) for each in found.found} == set(least(scenario, counts, asked, "missed"))
    unsure = {
        what
        for what in least(scenario, counts, asked, "missed", "undecided")
        if what not in set(least(scenario, counts, asked, "missed"))
    }
    assert {frozenset(each.things) for each in found.undecided} == unsure
    for each in (*found.found, *found.undecided, *found.near):
        assert each.kept.successes == counts[frozenset(each.things)]
    assert found.completed == min(2, len(found.among))
    for order in found.orders:
        assert order.sets == sum(len(what) == order.order for what in counts)
        for reason, count in order.skipped.items():
            if count:
                event(reason)
    if found.found:
        event(f"something of {min(len(each.things) for each in found.found)} breaks it")


@settings(QUIET, max_examples=10)
@given(hunted_scenarios())
def test_brute_force_finds_the_same(given: tuple[Scenario, str, str | None, list[Any] | None]):
    agree(given)


@pytest.mark.long
@settings(QUIET, max_examples=300)
@given(hunted_scenarios())
def test_brute_force_finds_the_same_in_many(given: tuple[Scenario, str, str | None, list[Any] | None]):
    agree(given)


def test_brute_force_finds_the_same_where_three_must_break():
    scenario = case(PAIR.replace("{any: [left, right]}", "{any: [left, right, aside]}"))
    found = hunt(
        scenario, "desk keeps running", at_most=3, replications=DRILLS, among=["component", "team"], worst_hours=0
    )
    assert sets(found.found) == ["component app", "component aside and component left and component right"]
    counts = all_counts(scenario, found.promise, list(found.among), 3, None)
    assert {frozenset(each.things) for each in found.found} == set(least(scenario, counts, 0.85, "missed"))


# What is left out, and why


@settings(QUIET, max_examples=12)
@given(scenarios(max_components=4, max_sites=2, max_teams=3, max_services=1, tests=False))
def test_what_is_left_out_would_have_been_no_different(scenario: Scenario):
    """Of a team for which nobody asks all drills are the same without it, not only the verdict; what is not hit keeps running."""
    bare = scenario.model_copy(update={"disruptions": immutabledict(), "moves": None, "expect": immutabledict()})
    (service,) = scenario.landscape.services
    promise = promised(f"{service} within 4 h in 85 %", scenario.landscape)
    able = things(scenario.landscape, AMONG)
    base = drsim.planning.compile.compile_scenario(bare)
    hunter = _Hunter(bare, promise, able, None, _Drills(base, promise, 1, DRILLS, 1, None), None)
    for order in (0, 1):
        hunter._search(order)
    for first in sorted(able):
        for what in [(first,), *(pair for pair in combinations(sorted(able), 2) if pair[0] == first)]:
            reason = hunter._reason(what)
            if reason is None or reason == "a part breaks it already":
                continue
            event(reason)
            found = drsim.run(hunter._scenario(what), replications=DRILLS, workers=1)
            row = found.row(service)
            if reason == "nothing that the service rests on is hit":
                assert not found.block.recovery[row].any() and not found.block.data_loss[row].any()
                continue
            rest = [
                hunter._scenario(tuple(each for each in what if each != away)) for away in what if away.key[0] == "team"
            ]
            same = [drsim.run(each, replications=DRILLS, workers=1).block for each in rest]
            assert any(
                np.array_equal(each.recovery, found.block.recovery)
                and np.array_equal(each.data_loss, found.block.data_loss)
                for each in same
            )


def test_it_says_what_was_left_out_and_why():
    """By hand: two of 15 break it; of the 13 others 'aside' and the teams hit nothing; 'fitters' mend 'left', 'right' and both alone."""
    found = hunt(case(PAIR), "desk rto", at_most=2, replications=DRILLS, worst_hours=0)
    unhit, part, team = (
        "nothing that the service rests on is hit",
        "a part breaks it already",
        "nobody asks for that team",
    )
    assert [(order.order, order.sets, order.drilled, dict(order.skipped)) for order in found.orders] == [
        (0, 1, 1, {}),
        (1, 15, 12, {unhit: 3}),
        (2, 15 * 14 // 2, 13 * 12 // 2 - 3 - 17, {part: 2 * 13 + 1, unhit: 3, team: 10 * 2 - 3}),
    ]
    assert all(order.complete for order in found.orders)


def test_where_something_fails_of_its_own_anything_can_hit():
    text = PAIR.replace("right: {at: {here: active}", "right: {fails: {every: mean 90 d}, at: {here: active}")
    found = hunt(case(text), "desk rto", replications=DRILLS, worst_hours=0)
    assert found.orders[1].drilled > 12


def test_what_is_the_same_is_one_thing():
    found = hunt(case(PAIR), "desk rto", at_most=0, replications=DRILLS)
    names = [each.text for each in found.among]
    assert "link third" in names and "links of beyond" not in names
    assert "links of here" in names and "links of there" in names and "label twins" in names


# Worked out by hand


def test_one_thing_and_two():
    """Both of two that stand in for each other, or all of their label; the building, and what runs there alone."""
    found = hunt(case(PAIR), "desk keeps running", at_most=2, replications=DRILLS, worst_hours=0)
    assert sets(found.found) == ["component app", "label twins", "site here"]
    assert found.completed == 2 and not found.undecided and not found.interrupted
    # within an RTO of four hours both are mended, but for a team that is away
    found = hunt(case(PAIR), "desk rto", at_most=2, replications=DRILLS, worst_hours=0)
    assert sets(found.found) == ["component app", "site here", "label twins and team fitters"]
    found = hunt(case(PAIR), "desk rto", at_most=3, replications=DRILLS, worst_hours=0, among=["component", "team"])
    assert sets(found.found) == ["component app", "component left and component right and team fitters"]


def test_who_is_away_may_be_one_of_a_team():
    one = PAIR.replace("by: fitters", "by: {fitters: 2}")
    found = hunt(case(one), "desk rto", at_most=2, replications=DRILLS, among=["label", "people"], worst_hours=0)
    assert sets(found.found) == ["label twins and one of team fitters"]


def test_corruption_is_looked_for_when_it_is_asked_for():
    text = PAIR.replace(
        "left: {",
        'left: {data: {size: 1 GB}, copies: {kept: {at: there, kind: backup, taken: "daily 22:00", restores: 1 MB/s}}, ',
    )
    text = text.replace("[{any: [left, right]}]", "[left]")
    found = hunt(case(text), "desk loses at most 4 h", among=["corruption"], replications=DRILLS, worst_hours=0)
    assert sets(found.found) == ["corruption left"]  # the copy of yesterday evening
    assert not hunt(case(text), "desk loses at most 24 h", among=["corruption"], replications=DRILLS).found


def test_the_same_by_other_names_is_told_once():
    """Of two links between the buildings both must be cut; all links of 'here' are those two, those of 'there' are one more."""
    text = PAIR.replace("points: {p: {at: here, needs: [app]}}", "points: {p: {at: there, needs: [app]}}")
    found = hunt(
        case(text), "desk keeps running", at_most=2, among=["link", "links_of"], replications=DRILLS, worst_hours=0
    )
    assert sets(found.found) == ["links of here"]
    assert (
        found.orders[2].skipped["a part breaks it already"] == 8
    )  # of ten; the others are "third" with one of the two
    only = hunt(case(text), "desk keeps running", at_most=2, among=["link"], replications=DRILLS, worst_hours=0)
    assert sets(only.found) == ["link first and link second"]


def test_data_may_be_older_than_the_drill_is_long():
    text = PAIR.replace(
        "left: {",
        'left: {data: {size: 1 GB}, copies: {kept: {at: there, kind: backup, taken: "Mon 22:00", restores: 1 MB/s}}, ',
    ).replace("[{any: [left, right]}]", "[left]")
    scenario = case(text, horizon="6 h", moment="2015-05-10 10:00")  # a Sunday
    for days, count in ((5, 1), (6, 0)):
        found = hunt(scenario, f"desk loses at most {days} d", among=["corruption"], replications=DRILLS, worst_hours=0)
        assert len(found.found) == count


def test_nothing_at_all_may_be_enough():
    text = PAIR.replace("app: {", "app: {fails: {every: mean 1 d, lasts: 6 h}, ")
    found = hunt(case(text), "desk rto", at_most=2, replications=DRILLS, worst_hours=0)
    assert sets(found.found) == ["nothing at all"]
    assert [order.drilled for order in found.orders] == [1, 0, 0]


def test_the_worst_hour_of_the_week():
    """Those who mend go home at five on Friday: what breaks then waits for Monday at eight, and two hours more."""
    scenario = case(PAIR.replace("[{any: [left, right]}]", "[left]"), moment="2015-05-12 16:00")
    found = hunt(scenario, "desk within 1 h", only=["left"], among=["component"], replications=DRILLS)
    (broken,) = found.found
    assert len(broken.hours) == 168 and broken.worst is not None and broken.best is not None
    assert broken.worst.moment == datetime(2015, 5, 15, 17)
    assert broken.worst.margin is not None and broken.worst.margin.value == -(63 + 2 - 1) * 3_600_000
    assert broken.best.margin is not None and broken.best.margin.value == -3_600_000
    for hour in broken.hours[::29]:
        again = drsim.run(broken.scenario.with_({"moment": f"{hour.moment:%Y-%m-%d %H:%M}"}), replications=DRILLS)
        assert hour.margin is not None
        assert set(again.block.recovery[again.row("desk")].tolist()) == {3_600_000 - hour.margin.value}


def test_likely_is_how_often_all_are_down_at_once():
    """Alternating renewals: 1 in 100 d for 1 d, and 1 in 50 d for 2 d, meet 1/101 × 2/52 + 1/52 × 1/101 times a day."""
    text = PAIR.replace("left: {", "left: {fails: {every: mean 100 d, lasts: 1 d}, ")
    text = text.replace("right: {", "right: {fails: {every: mean 50 d, lasts: 2 d}, ")
    scenario = case(text, horizon="1 d")
    found = hunt(
        scenario,
        "desk keeps running",
        only=["left", "right", "app"],
        among=["component"],
        at_most=2,
        replications=DRILLS,
    )
    both, app = found.found
    assert both.text == "component left and component right" and app.text == "component app" and app.per_year is None
    assert both.per_year == pytest.approx(365.25 * (2 / 52 / 101 + 1 / 101 / 52), rel=1e-12)


def test_near_misses_have_their_margin():
    """What is mended in two hours of three and a bit is near; more of the same is no nearer, and is not told again."""
    text = PAIR.replace("[{any: [left, right]}]", "[left, right]").replace("takes: 2 h", "takes: 2 h")
    found = hunt(
        case(text), "desk within 2 h 5 min", at_most=2, among=["component"], only=["left", "right"], replications=DRILLS
    )
    assert not found.found
    assert sets(found.near) == ["component left", "component right"]
    assert all(each.margin is not None and each.margin.value == 5 * 60_000 for each in found.near)


def test_part_of_what_is_found_may_be_undecided():
    """Of 24 drills some 4 do not keep it: too few to say that it breaks; with nobody to mend it breaks surely."""
    text = PAIR.replace("[{any: [left, right]}]", "[left]").replace("takes: 2 h", "takes: 110 min (100 to 130)", 1)
    found = hunt(
        case(text),
        "desk within 2 h",
        at_most=2,
        among=["component", "team"],
        only=["left", "fitters"],
        replications=DRILLS,
    )
    assert sets(found.undecided) == ["component left"]
    assert sets(found.found) == ["component left and team fitters"]
    assert [each.text for part in found.found[0].unsure for each in part] == ["component left"]


# As it is used


def test_each_is_written_and_shows_the_same(tmp_path: Path):
    found = hunt(CLEAN, "permit-request rto", at_most=1, replications=DRILLS, worst_hours=0)
    paths = found.write(tmp_path / "found")
    assert [path.name for path in paths] == [
        f"permit-request-rto-{place}.yaml" for place in range(1, len(found.found) + 1)
    ]
    assert len(paths) > 1 and found.written_before(tmp_path / "found") == paths
    assert sorted((tmp_path / "found").iterdir()) == sorted(paths)
    for path, each in zip(paths, found.found, strict=True):
        again = load(path)
        assert again == each.scenario
        assert drsim.run(again, replications=DRILLS).outcome("permit-request").in_time == each.kept


def test_the_table_and_plain_data():
    found = hunt(case(PAIR), "desk rto", at_most=2, replications=DRILLS, worst_hours=1)
    assert list(found.table["set"]) == sets((*found.found, *found.undecided, *found.near))
    assert found.table["worst_hour"].notna().sum() == 1
    data = found.to_dict()
    assert data["completed"] == 2 and data["promise"] == {
        "service": "desk",
        "measure": "rto",
        "limit": "4 h",
        "asked": 0.85,
    }
    assert [each["things"][0]["name"] for each in data["found"]] == ["app", "here", "twins"]
    assert len(data["found"][0]["hours"]) == 168 and data["found"][0]["margin_ms"] is None  # never back


def test_however_many_work_on_it_the_same_is_found():
    alone, two = (
        hunt(CLEAN, "permit-request rto", replications=DRILLS, workers=count, worst_hours=0) for count in (1, 2)
    )
    with ThreadPoolExecutor(2) as pool:
        threads = hunt(CLEAN, "permit-request rto", replications=DRILLS, executor=pool, worst_hours=0)
    assert alone.to_dict() == two.to_dict() == threads.to_dict()


def test_an_interrupt_keeps_what_was_found():
    seen = []

    def progress(done: int, asked: int) -> None:
        seen.append((done, asked))
        if len(seen) > 2 and seen[-1][0] == 5 * DRILLS and asked == 12 * DRILLS:
            raise KeyboardInterrupt

    found = hunt(case(PAIR), "desk rto", at_most=2, replications=DRILLS, worst_hours=0, progress=progress)
    assert found.interrupted and found.completed == 0
    assert found.orders[1].drilled == 5 and not found.orders[1].complete
    assert sets(found.found) == ["component app"]
    with pytest.raises(KeyboardInterrupt):
        hunt(case(PAIR), "desk rto", replications=DRILLS, progress=lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"breaks": "desk"}, "'desk' is no promise"),
        ({"breaks": "desks rto"}, "no service is named 'desks'.*'desk'"),
        ({"breaks": "desk rpo"}, "'desk' has no rpo"),
        ({"breaks": "desk within soon"}, "within 'soon'"),
        ({"breaks": "desk within 400 d"}, "beyond the horizon, 7 d"),
        ({"breaks": "desk within 41 wh"}, "beyond the horizon, 7 d, which has 32 wh of working time"),
        ({"breaks": "desk loses at most 4 wh"}, "is working time"),
        ({"breaks": "desk rto in 120 %"}, "120 %"),
        ({"replications": 22}, "22 drills are too few.*at least 23"),
        ({"among": ["colour"]}, "nothing is of the kind 'colour'"),
        ({"only": ["lefty"]}, "nothing that may break is named 'lefty'.*'left'"),
        ({"among": ["power"]}, "nothing that could break"),
        ({"lasts": "4 wh"}, "is working time"),
        ({"lasts": "0 s"}, "lasts '0 s': nothing breaks"),
        ({"breaks": "desk rto in 0 %"}, "is nothing to promise"),
        ({"among": ["power"], "only": ["here"]}, "nothing could break of the kind power"),
        ({"at_most": -1}, "at_most -1"),
        ({"worst_hours": 1.5}, "worst_hours 1.5"),
    ],
)
def test_what_makes_no_sense_is_refused(words: dict[str, Any], told: str):
    with pytest.raises(DrsimError, match=f"(?s){told}"):
        hunt(**{"scenario": case(PAIR), "breaks": "desk rto", "replications": DRILLS, **words})


def test_a_promise_of_every_drill_is_broken_by_one():
    text = PAIR.replace("[{any: [left, right]}]", "[left]").replace("takes: 2 h", "takes: 60 min (50 to 150)", 1)
    found = hunt(
        case(text), "desk within 2 h in 100 %", among=["component"], only=["left"], replications=400, worst_hours=0
    )
    (broken,) = found.found
    assert 385 <= broken.kept.successes < 400
    assert not hunt(case(text), "desk within 2 h in 90 %", among=["component"], only=["left"], replications=400).found


# Planted in a large landscape

LICENCES = """\
drsim: scenario 1
based_on: {file}
add:
  components.licences: {{at: {{sint-michielsgestel: active}}}}
change:
  components.burgerzaken.needs: {needs}
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A licence server of which nobody thinks: all of the civil affairs application waits for it."""
    needs = load(PLE1N).landscape.components["burgerzaken"].needs
    written = loads(dump(load(PLE1N))).landscape.components["burgerzaken"]
    assert written.needs == needs
    path = tmp_path / "planted.yaml"
    names = [each for each in needs.of if isinstance(each, str)]  # type: ignore[union-attr]
    assert len(names) == len(needs.of)  # type: ignore[union-attr]
    path.write_text(LICENCES.format(file=PLE1N, needs=f"[{', '.join(names)}, licences]"), encoding="utf-8")
    return path


SOME = ["licences", "burgerzaken", "gba-v", "lan", "exchange", "cognos", "ring"]


def test_a_hidden_shared_component_is_found(planted: Path):
    found = hunt(planted, "moving-house rto", only=SOME, replications=DRILLS, worst_hours=0)
    assert "component licences" in sets(found.found)


@pytest.mark.long
def test_a_hidden_shared_component_is_found_among_all(planted: Path):
    found: Hunt = hunt(planted, "moving-house rto", worst_hours=0)
    assert "component licences" in sets(found.found)
    assert set(sets(found.found)) - {"component licences"} == set(
        sets(hunt(PLE1N, "moving-house rto", worst_hours=0).found)
    )
