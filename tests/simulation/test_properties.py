"""What holds in every drill, whatever is drilled: looked at from outside, in what a drill leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TypeVar

import pytest
from agreement import engine_drill
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from immutabledict import immutabledict

from drsim.measures.drills import groups, interruptions, measure
from drsim.measures.protection import unprotected
from drsim.model.bubble import is_twin
from drsim.model.needs import All, Any, AtLeast, Need
from drsim.model.scenario import Scenario
from drsim.planning.plan import ACTIVE, NEVER
from drsim.reading import loads
from drsim.simulation.levels import Levels, levels
from drsim.simulation.rules.drill import Drill
from drsim.simulation.rules.state import ASKED, GIVEN
from drsim.simulation.trajectory import DONE, RUNNING, WAITING, Row, Trajectory
from drsim.simulation.transfers import Flow, fair_rates
from drsim.testing import Document, document_text, scenario_documents, scenarios
from drsim.units import ONE

F = TypeVar("F", bound=Callable[..., None])

OUTCOMES = {"done", "failed", "unusable", "interrupted", "given up", "dropped", "running", "waiting"}
ONLY_DONE = {"switch", "start", "restart", "restore", "repair", "verify"}


def many(examples: int = 25) -> Callable[[F], F]:
    return settings(
        derandomize=True,
        deadline=None,
        max_examples=examples,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def drilled(scenario: Scenario) -> Trajectory:
    drill = engine_drill(scenario)
    event("something is recovered" if any(row.kind in ONLY_DONE for row in drill.rows) else "nothing to recover")
    return drill


# people


def present(drill: Trajectory, team: int, time: int) -> int:
    return [heads for at, who, heads in drill.heads if who == team and at <= time][-1]


def busy(drill: Trajectory, team: int, time: int) -> int:
    """Heads held after the last round of an instant."""
    return sum(
        heads
        for row in drill.rows
        if 0 <= row.start <= time and (row.end < 0 or row.end > time)
        for who, heads in row.crew
        if who == team
    )


def takeable(drill: Trajectory, row: Row, team: int, time: int) -> set[int]:
    """Heads of a team in which they are told apart that a row could take after the last round of an instant."""
    there = next((heads for at, of, heads in reversed(drill.there) if of == team and at <= time), ())
    skill = dict(row.what.skills).get(team)
    able = {head for head in there if skill is None or skill in drill.plan.heads[team][head].skills}
    at_work = {
        head
        for other in drill.rows
        if 0 <= other.start <= time and (other.end < 0 or other.end > time)
        for of, head in other.taken
        if of == team
    }
    return able - at_work - {head for of, head, begin, end in drill.rests if of == team and begin <= time < end}


def instants(drill: Trajectory) -> list[int]:
    """All at which anything happened that people may have to do with."""
    found = {0, *(time for time, _, _ in drill.heads), *drill.arrivals.values()}
    for row in drill.rows:
        found |= {row.wanted, row.ready, row.start, row.end}
    return sorted(time for time in found if 0 <= time < drill.plan.horizon)


@many()
@given(scenarios(max_disruptions=4))
def test_no_more_people_work_than_are_there_when_a_step_starts(scenario: Scenario) -> None:
    drill = drilled(scenario)
    for row in drill.rows:
        if row.start < 0:
            continue
        for team, heads in row.crew:
            assert heads <= present(drill, team, row.start), row
            assert busy(drill, team, row.start) <= present(drill, team, row.start), row
            if row.step >= 0:
                assert drill.arrivals[row.incident, team] <= row.start, row


@many()
@given(scenarios(max_disruptions=4))
def test_nobody_who_could_start_waits(scenario: Scenario) -> None:
    drill = drilled(scenario)
    for row in drill.rows:
        if row.ready < 0 or row.kind == "restore":  # a restore may wait for a copy
            continue
        for time in instants(drill):
            left_waiting = row.ready <= time and not 0 <= row.start <= time and not 0 <= row.end <= time
            if not left_waiting:
                continue
            assert row.crew, f"{row} waits at {time} and needs nobody"
            assert any(
                (row.order >= 0 and drill.arrivals.get((row.incident, team), NEVER) > time)
                or present(drill, team, time) - busy(drill, team, time) < heads
                or (team in drill.plan.heads and len(takeable(drill, row, team, time)) < heads)
                for team, heads in row.crew
            ), f"{row} waits at {time} although its crew is free"


def when_up(drill: Trajectory, *name: str) -> Callable[[int], bool]:
    """Whether a site or link is up at a time, by the flags that a drill left behind."""
    changes = [(at, value) for at, flag, value in drill.changes if drill.flag_name(flag) == name]
    return lambda time: next((value for at, value in reversed(changes) if at <= time), True)


@many(30)
@given(scenarios(max_disruptions=4, hot=False, warm=False, whole_drill=False, corruptions=False))
def test_no_restore_waits_for_a_copy_that_is_there(scenario: Scenario) -> None:
    """One that is ready and waits lacks people, or has no path to a store with a copy that is not known to be bad."""
    drill = drilled(scenario)
    links = {name: when_up(drill, "link", name) for name in scenario.landscape.links}
    sites = {name: when_up(drill, "site", name) for name in scenario.landscape.sites}
    for row in drill.rows:
        if row.kind != "restore" or row.ready < 0 or is_twin(row.object):  # a bubble does without a site
            continue
        component = drill.plan.steps[row.step].component
        copies = scenario.landscape.components[row.object].copies
        for time in instants(drill):
            if not row.ready <= time or 0 <= row.start <= time or 0 <= row.end <= time:
                continue
            short = any(
                drill.arrivals.get((row.incident, team), NEVER) > time
                or present(drill, team, time) - busy(drill, team, time) < heads
                or (team in drill.plan.heads and len(takeable(drill, row, team, time)) < heads)
                for team, heads in row.crew
            )
            event("a restore waits for people" if short else "a restore waits for a copy")
            if short:
                continue
            up = {("site", name): is_up(time) for name, is_up in sites.items()}
            up |= {("link", name): is_up(time) for name, is_up in links.items()}
            bad = {
                drill.plan.copies[component][other.copy].name
                for other in drill.rows
                if other.kind == "restore" and other.object == row.object and other.outcome == "unusable"
            }
            for name, copy in copies.items():
                # a month before the drill every schedule of the generator has had its turn
                if copy.kind in ("snapshot", "backup") and name not in bad:
                    assert copy.at not in reach(scenario, up, row.site), f"{row} waits at {time}, {name} can be read"


# the step table


@many()
@given(scenarios(max_disruptions=4))
def test_time_goes_forward_and_every_row_ends_once(scenario: Scenario) -> None:
    drill = drilled(scenario)
    assert len({row.reference for row in drill.rows}) == len(drill.rows)
    for row in drill.rows:
        assert row.outcome in OUTCOMES, row
        times = [time for time in (row.wanted, row.ready, row.start, row.end) if time >= 0]
        assert times == sorted(times), row
        assert times[0] >= 0, row
        assert times[-1] < drill.plan.horizon, row
        assert (row.end >= 0) == (row.outcome not in (RUNNING, WAITING)), row
        assert (row.start >= 0) <= (row.ready >= 0), row
        assert (row.start >= 0) == (row.outcome in (DONE, "failed", "unusable", "interrupted", RUNNING)) or (
            (row.outcome == "dropped" and row.kind in ("detect", "assess", "gather", "decide", "declare"))
            or (row.outcome == "given up" and row.kind in ("precheck", "switch", "restore", "start"))
        ), row
        if isinstance(row.bound_by, Row) and row.bound_by.end >= 0:
            assert row.bound_by.end <= row.ready, row
        freed_by = drill.freed_by(row)
        if freed_by is not None:
            assert freed_by.end == row.start > row.ready, row
            assert {team for team, _ in freed_by.crew} & {team for team, _ in row.crew}, row


@many()
@given(scenarios(max_disruptions=4))
def test_what_a_drill_leaves_behind_is_in_order_of_time(scenario: Scenario) -> None:
    drill = drilled(scenario)
    for log in (drill.changes, drill.heads, [(r.time, *r) for r in drill.recoveries]):
        times = [entry[0] for entry in log]
        assert times == sorted(times)
        assert all(0 <= time < drill.plan.horizon for time in times)
    for recovery in drill.recoveries:
        assert recovery.point <= recovery.lost_at <= recovery.time
    assert 0 <= drill.ended <= drill.plan.horizon
    assert [row.wanted for row in drill.rows] == sorted(row.wanted for row in drill.rows)


@many()
@given(scenarios(max_disruptions=4))
def test_no_step_is_done_twice_at_once(scenario: Scenario) -> None:
    drill = drilled(scenario)

    def step(row: Row) -> tuple[str, str, str, int]:
        return row.kind, row.object, row.site, row.incident if row.step < 0 else -1

    for _, tries in groupby(sorted(drill.rows, key=lambda row: (step(row), row.wanted)), key=step):
        of_step = sorted(tries, key=lambda row: (row.wanted, row.end if row.end >= 0 else NEVER))
        for one, next_one in pairwise(of_step):
            assert 0 <= one.end <= next_one.wanted, (one, next_one)
    for c in range(len(drill.plan.structure.components)):
        moves = sorted(
            (row.start, row.end if row.end >= 0 else NEVER)
            for row in drill.rows
            if row.step >= 0
            and drill.plan.steps[row.step].component == c
            and row.kind in ("precheck", "switch", "restore", "start")
            and row.start >= 0
        )
        for (_, end), (begin, _) in pairwise(moves):
            assert end <= begin, "one component fails over in two ways at once"


# room and links


@many()
@given(scenarios(max_disruptions=4, pools=True, failures=True))
def test_no_pool_is_overbooked(scenario: Scenario) -> None:
    drill = drilled(scenario)
    structure, plan = drill.plan.structure, drill.plan
    roles = [plan.landscape.components[c].at[s].role for c, s in names_of(drill)]
    first_on = len(structure.sites) + len(structure.links)
    always = {d for d, role in enumerate(roles) if role in ("active", "hot")}
    for time in instants(drill):
        away = {c: gone for at, c, gone in drill.shed if at <= time}
        holding = {d for d in always if not away.get(structure.deployments[d][0])}
        on = set()
        for at, flag, value in drill.changes:
            if at <= time and first_on <= flag < first_on + len(roles):
                (on.add if value else on.discard)(flag - first_on)
        holding |= on
        for row in drill.rows:
            if row.kind in ("restore", "start") and 0 <= row.start <= time and (row.end < 0 or row.end > time):
                holding.add(plan.steps[row.step].deployment)
        for pool, capacity in enumerate(plan.capacity):
            used = sum(size for d in holding for which, size in structure.uses[d] if which == pool)
            first = sum(size for d in always for which, size in structure.uses[d] if which == pool)
            assert used <= max(capacity, first), (structure.pools[pool], time)


def test_no_room_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at from inside: whoever holds room in a pool, after each time that room is given, fits in it."""
    seen = {"given": 0, "full": 0}
    give_room = Drill.give_room

    def watched(drill: Drill) -> None:
        give_room(drill)
        structure, plan = drill.structure, drill.plan
        holding = [
            d
            for d, (c, _) in enumerate(structure.deployments)
            if (structure.roles[d] == ACTIVE and c not in drill.roomless)
            or structure.hot[d]
            or (d == structure.standby[c] and drill.room[c] == GIVEN)
        ]
        for pool, capacity in enumerate(plan.capacity):
            used = sum(size for d in holding for which, size in structure.uses[d] if which == pool)
            assert used <= capacity, structure.pools[pool]
        seen["given"] += GIVEN in drill.room
        seen["full"] += ASKED in drill.room

    monkeypatch.setattr(Drill, "give_room", watched)

    @many(300)
    @given(
        scenarios(max_sites=2, min_disruptions=1, hot=False, apart=False, any_moment=False, fails=False, steps=False)
    )
    def in_every_drill(scenario: Scenario) -> None:
        engine_drill(scenario)

    in_every_drill()
    assert seen["given"] > 20, "room was hardly ever given, so this shows nothing"
    assert seen["full"] > 0, "room never was short, so this shows nothing"


@many(60)
@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=6),
)
def test_room_is_given_by_priority_and_gaps_are_not_filled(
    hosts: int, seats: int, wishes: list[tuple[int, int, int]]
) -> None:
    """Who is admitted at the declaration, by the rule itself: two pools, some components with an RTO of some hours each."""
    ask = [(f"c-{i}", {"hosts": a, "seats": b}, hours) for i, (a, b, hours) in enumerate(wishes)]
    components = {
        name: {
            "at": {"here": "active", "there": "warm"},
            "uses": {pool: count for pool, count in uses.items() if count},
            "start": {"takes": "10 min"},
        }
        for name, uses, _ in ask
    }
    services = {
        f"s-{name}": {"targets": {"rto": f"{hours} h"}, "points": {"desk": {"at": "there", "needs": [name]}}}
        for name, _, hours in ask
    }
    landscape = {
        "drsim": "landscape 1",
        "sites": {"here": {"pools": {"hosts": 99, "seats": 99}}, "there": {"pools": {"hosts": hosts, "seats": seats}}},
        "links": {"line": {"between": ["here", "there"], "bandwidth": "1 GB/s"}},
        "components": components,
        "services": services,
    }
    drill = drilled(
        loads(
            document_text(
                {
                    "drsim": "scenario 1",
                    "title": "room",
                    "moment": "2015-05-12 10:00",
                    "disruptions": {"fire": {"site": "here"}},
                    "landscape": landscape,
                }
            )
        )
    )
    free, taken, admitted = {"hosts": hosts, "seats": seats}, set(), set()
    for name, uses, _ in sorted(ask, key=lambda one: (one[2], one[0])):
        if any(uses[pool] > {"hosts": hosts, "seats": seats}[pool] for pool in uses):
            continue  # never fits: it waits for nothing
        lacking = {pool for pool, count in uses.items() if count and (count > free[pool] or pool in taken)}
        taken |= lacking
        if not lacking:
            admitted.add(name)
            free = {pool: free[pool] - uses[pool] for pool in free}
    event(f"{len(ask) - len(admitted)} of {len(ask)} do not get in")
    assert {row.object for row in drill.rows if row.kind == "start"} == admitted


def names_of(drill: Trajectory) -> list[tuple[str, str]]:
    structure = drill.plan.structure
    return [(structure.components[c], structure.sites[s]) for c, s in structure.deployments]


@many(30)
@given(
    scenarios(
        uncertain=False, hot=False, warm=False, crews=False, failures=False, link_outages=False, team_outages=False
    )
)
def test_no_link_carries_more_than_it_can(scenario: Scenario) -> None:
    drill = drilled(scenario)
    structure, plan = drill.plan.structure, drill.plan
    moved: list[tuple[int, int, int, int, int]] = []
    for row in drill.rows:
        if row.kind != "restore" or row.outcome not in (DONE, "unusable"):
            continue
        step = plan.steps[row.step]
        copy = plan.copies[step.component][row.copy]
        target = structure.deployments[step.deployment][1]
        size = plan.data_size[step.component] * 1000
        assert copy.rate < 0 or copy.rate * (row.end - row.start) >= size, row
        if copy.site != target:
            moved.append((row.start, row.end, copy.site, target, size))
    event(f"{len(moved)} transfers between sites")
    for begin, *_ in moved:
        for _, end, *_ in moved:
            inside = [(a, b, x, y, size) for a, b, x, y, size in moved if begin <= a and b <= end]
            for s in range(len(structure.sites)):
                most = sum(plan.bandwidth[i] for i, (_, a, b) in enumerate(structure.links) if s in (a, b))
                assert sum(m[4] for m in inside if s in m[2:4]) <= most * max(0, end - begin)


def test_transfers_under_way_never_exceed_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at from inside: after each change of rates those on one link add up to its bandwidth at most."""
    seen = {"alone": 0, "together": 0}
    refill = Drill.refill

    def watched(drill: Drill) -> None:
        refill(drill)
        for link, bandwidth in enumerate(drill.plan.bandwidth):
            rates = [flow.rate for flow in drill.flows if link in (flow.links or ())]
            assert sum(rates) <= bandwidth
            seen["alone" if len(rates) == 1 else "together"] += len(rates) > 0
        assert all(flow.rate <= flow.limit for flow in drill.flows)

    monkeypatch.setattr(Drill, "refill", watched)

    @many(60)
    @given(
        st.lists(
            st.tuples(st.integers(1, 50), st.integers(1, 40), st.sampled_from(["far", "mid"])), min_size=2, max_size=5
        ),
        st.integers(1, 60),
        st.integers(1, 60),
    )
    def in_every_drill(wishes: list[tuple[int, int, str]], first: int, second: int) -> None:
        parts = {
            f"c-{i}": {
                "at": {"here": "active", "there": "cold"},
                "data": {"size": f"{size} GB"},
                "copies": {"tape": {"at": at, "kind": "backup", "taken": "daily 2:00", "restores": f"{rate} MB/s"}},
                "start": {"takes": "10 min"},
            }
            for i, (size, rate, at) in enumerate(wishes)
        }
        links = {
            "long": {"between": ["far", "mid"], "bandwidth": f"{first} MB/s"},
            "short": {"between": ["mid", "there"], "bandwidth": f"{second} MB/s"},
        }
        sites: Document = {"here": {}, "there": {}, "mid": {}, "far": {}}
        document: Document = {
            "drsim": "scenario 1",
            "title": "restores over two links",
            "landscape": {"sites": sites, "links": links, "components": parts},
            "moment": "2015-05-12 10:00",
            "disruptions": {"fire": {"site": "here"}, "cut": {"link": "long", "after": "3 h", "lasts": "2 h"}},
        }
        engine_drill(loads(document_text(document)))

    in_every_drill()
    assert seen["together"] > 60, "transfers hardly ever shared a link, so this shows nothing"


@many(200)
@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=4).flatmap(
        lambda bandwidth: st.tuples(
            st.just(bandwidth),
            st.lists(
                st.tuples(st.integers(1, 500), st.sets(st.integers(0, len(bandwidth) - 1)) | st.none()), max_size=6
            ),
        )
    )
)
def test_fair_rates_fill_links_and_no_more(
    given_flows: tuple[list[int], list[tuple[int, set[int] | None]]],
) -> None:
    bandwidth, wishes = given_flows
    flows = []
    for limit, links in wishes:
        flow = Flow(None, 1, limit, 0, 0)  # type: ignore[arg-type]
        flow.links = None if links is None else tuple(sorted(links))
        flows.append(flow)
    rates = fair_rates(flows, bandwidth)
    for flow, rate in zip(flows, rates, strict=True):
        assert 0 <= rate <= flow.limit
        assert flow.links is not None or rate == 0
    for link, most in enumerate(bandwidth):
        users = [i for i, flow in enumerate(flows) if link in (flow.links or ())]
        assert sum(rates[i] for i in users) <= most
    for i, flow in enumerate(flows):
        # max-min: below its limit only for a link that is full (but for what division left) and
        # on which nobody has more
        if flow.links is None or rates[i] == flow.limit:
            continue
        assert any(
            bandwidth[link] - sum(rates[j] for j, other in enumerate(flows) if link in (other.links or ()))
            < sum(link in (other.links or ()) for other in flows)
            and all(rates[j] <= rates[i] + len(flows) for j, o in enumerate(flows) if link in (o.links or ()))
            for link in flow.links
        )


# levels


def states(drill: Trajectory) -> Iterator[tuple[int, dict[tuple[str, ...], bool]]]:
    """The flags by name at the beginning and after each instant at which one changes."""
    structure = drill.plan.structure
    count = len(structure.sites) + len(structure.links) + 2 * len(structure.deployments) + len(structure.trusts)
    now = {drill.flag_name(flag): True for flag in range(count)}
    for (c, s), role in zip(names_of(drill), structure.roles, strict=True):
        now["on", c, s] = role == 0
    by_time = {time: list(some) for time, some in groupby(drill.changes, key=lambda change: change[0])}
    for time in sorted({0, *by_time}):
        for _, flag, value in by_time.get(time, ()):
            assert now[drill.flag_name(flag)] != value, "a change that changes nothing"
            now[drill.flag_name(flag)] = value
        yield time, dict(now)


def reach(scenario: Scenario, now: dict[tuple[str, ...], bool], site: str) -> set[str]:
    if not now["site", site]:
        return set()
    found, todo = {site}, [site]
    while todo:
        place = todo.pop()
        for name, link in scenario.landscape.links.items():
            if now["link", name] and place in link.between:
                for other in link.between:
                    if now["site", other] and other not in found:
                        found.add(other)
                        todo.append(other)
    return found


def served(need: Need, leaf: Callable[[str], bool]) -> bool:
    match need:
        case str():
            return leaf(need)
        case All(of=of):
            return all(served(part, leaf) for part in of)
        case Any(of=of):
            return any(served(part, leaf) for part in of)
        case AtLeast(count=count, of=of):
            return sum(served(part, leaf) for part in of) >= count


@many()
@given(scenarios(max_disruptions=4))
def test_nothing_serves_while_what_it_needs_is_away(scenario: Scenario) -> None:
    drill = drilled(scenario)
    structure = drill.plan.structure
    computed = levels(drill.plan, [drill])
    deployed = names_of(drill)
    for time, now in states(drill):
        column = int((computed.times <= time).sum()) - 1
        level = {name: int(computed.deployments[d, column]) for d, name in enumerate(deployed)}

        def seen(
            site: str, c: str, now: dict[tuple[str, ...], bool] = now, level: dict[tuple[str, str], int] = level
        ) -> list[str]:
            if scenario.landscape.components[c].scope == "site":
                return [site] if (c, site) in level and now["site", site] else []
            return [s for s in scenario.landscape.components[c].at if s in reach(scenario, now, site)]

        for (c, s), value in level.items():
            assert 0 <= value <= ONE
            if not value or is_twin(c):
                continue
            assert now["on", c, s], (c, s, time)
            assert now["site", s], (c, s, time)
            assert served(
                scenario.landscape.components[c].needs,
                lambda n, s=s, seen=seen, level=level: any(level[n, other] for other in seen(s, n)),
            ), (c, s, time)
        for p, (sv, name, *_) in enumerate(structure.points):
            if sv >= len(structure.services):
                continue
            point = scenario.landscape.services[structure.services[sv]].points[name]
            if computed.points[p, column]:
                assert now["site", point.at]
                assert served(
                    point.needs,
                    lambda n, point=point, seen=seen, now=now, name=name, sv=sv, level=level: any(
                        level[n, other]
                        and now["checked", n, other]
                        and now.get(("trusted", structure.services[sv], name, n, other), True)
                        for other in seen(point.at, n)
                    ),
                ), (name, time)


@many()
@given(scenarios(max_disruptions=4), st.integers(0, 1000))
def test_more_never_gives_less(scenario: Scenario, which: int) -> None:
    drill = drilled(scenario)
    times = sorted({0, *(time for time, _, _ in drill.changes)})
    time = times[which % len(times)]
    changes = [change for change in drill.changes if change[0] <= time]
    low = {flag: value for _, flag, value in changes}
    structure = drill.plan.structure
    first_on = len(structure.sites) + len(structure.links)
    low |= {first_on + d: low.get(first_on + d, False) for d, role in enumerate(structure.roles) if role}
    flags = [flag for flag, value in sorted(low.items()) if not value]
    event(f"{min(len(flags), 3)} or more flags to raise" if flags else "nothing to raise")
    # one column before the last has the state, the last has one flag more
    raised = [replace(drill, changes=[*changes, (time + 1, flag, True)]) for flag in flags]
    if raised:
        computed = levels(drill.plan, raised)
        last = computed.first[1:] - 1
        for table in (computed.points, computed.deployments):
            assert (table[:, last] >= table[:, last - 1]).all()


def test_a_circle_keeps_its_bottleneck() -> None:
    # hen and egg need each other: hen gives at most 50 %, so the greatest solution is 50 % for both, not 0 and not 1.
    drill = engine_drill(
        loads("""\
drsim: scenario 1
title: a circle
moment: 2015-05-12 10:00
landscape:
  drsim: landscape 1
  sites: {here: {}}
  components:
    hen: {at: {here: {role: active, share: 50 %}}, needs: [egg]}
    egg: {at: {here: active}, needs: [hen]}
    chick: {at: {here: active}, needs: [egg]}
  services:
    breakfast: {targets: {mbco: 50 %}, points: {table: {at: here, needs: [egg]}, yard: {at: here, needs: [chick]}}}
""")
    )
    computed = levels(drill.plan, [drill])
    assert computed.points.tolist() == [[500_000], [500_000]]
    assert set(computed.deployments.ravel().tolist()) == {500_000}


@many(40)
@given(
    st.lists(st.integers(1, 100), min_size=2, max_size=6),
    st.integers(1, 100),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=4),
)
def test_any_circle_keeps_its_bottleneck(shares: list[int], below: int, more: list[tuple[int, int]]) -> None:
    """All members of a circle have the smallest share among them and what they need, however they are linked beside it."""
    count = len(shares)
    needs = [{f"c-{(i + 1) % count}"} for i in range(count)]
    for a, b in more:
        if a % count != b % count:
            needs[a % count].add(f"c-{b % count}")
    needs[0].add("base")
    components = {
        f"c-{i}": {"at": {"here": {"role": "active", "share": f"{share} %"}}, "needs": sorted(needs[i])}
        for i, share in enumerate(shares)
    }
    components["base"] = {"at": {"here": {"role": "active", "share": f"{below} %"}}}
    drill = engine_drill(
        loads(
            document_text(
                {
                    "drsim": "scenario 1",
                    "title": "a circle",
                    "moment": "2015-05-12 10:00",
                    "landscape": {
                        "drsim": "landscape 1",
                        "sites": {"here": {}},
                        "components": components,
                        "services": {
                            "s": {"targets": {"mbco": "1 %"}, "points": {"desk": {"at": "here", "needs": ["c-0"]}}}
                        },
                    },
                }
            )
        )
    )
    computed = levels(drill.plan, [drill])
    found = dict(zip(names_of(drill), computed.deployments[:, 0].tolist(), strict=True))
    bottleneck = min(*shares, below) * ONE // 100
    assert found == {(name, "here"): below * ONE // 100 if name == "base" else bottleneck for name in components}
    assert computed.points.tolist() == [[bottleneck]]


# coming back


def whole_again(drill: Trajectory) -> bool:
    return (
        all(
            begin >= drill.plan.horizon or end < drill.plan.horizon
            for spans in drill.outages.values()
            for begin, end in spans
        )
        and not drill.lost_at_end
        and not any({c: away for _, c, away in drill.shed}.values())
        and not any(row.outcome in (RUNNING, WAITING) for row in drill.rows)
        and not any(row.outcome == DONE and row.kind in ("switch", "start") for row in drill.rows)
    )


@many(40)
@given(scenarios(whole_drill=False, hot=False, warm=False, cold=False, max_disruptions=2))
def test_when_all_is_back_every_level_is_what_it_was(scenario: Scenario) -> None:
    drill = drilled(scenario)
    if not whole_again(drill):
        event("something is still away")
        return
    event("whole again" + (" after a loss" if drill.changes else ""))
    nothing_is_left_of_it(drill)


@many(30)
@given(scenario_documents(whole_drill=False, max_disruptions=2, min_disruptions=1))
def test_when_all_is_back_and_nothing_moved_every_level_is_what_it_was(document: Document) -> None:
    """The same where things could have moved to a standby; but every loss of a site is sat out."""
    document["response"] = document.get("response", {}) | {"wait": "14 d"}
    drill = drilled(loads(document_text(document)))
    if not whole_again(drill):
        event("something is still away, or moved")
        return
    event("whole again" + (" after a loss" if drill.changes else ""))
    nothing_is_left_of_it(drill)


def nothing_is_left_of_it(drill: Trajectory) -> None:
    untouched = replace(drill, changes=[])
    computed = levels(drill.plan, [untouched, drill])
    for table in (computed.points, computed.deployments):
        assert (table[:, -1] == table[:, 0]).all()
    (*_, (_, last)) = states(drill)
    (*_, (_, first)) = states(untouched)
    assert last == first


# measures


def all_groups(drill: Trajectory) -> tuple[Levels, Sequence]:
    return levels(drill.plan, [drill]), groups(drill.plan)


@many()
@given(scenarios(max_disruptions=4))
def test_above_its_minimum_throughout_is_no_interruption(scenario: Scenario) -> None:
    drill = drilled(scenario)
    computed, every = all_groups(drill)
    block = measure(drill.plan, every, [drill], computed)
    ends = [*computed.times[1:].tolist(), drill.plan.horizon]
    for g, group in enumerate(every):
        total = sum(w * computed.points[p] for p, w in zip(group.points, group.weights, strict=True))
        below = [bool(part) for part in total < group.minimum * sum(group.weights)]
        down = sum(end - begin for begin, end, bad in zip(computed.times.tolist(), ends, below, strict=True) if bad)
        assert block.downtime[g, 0] == down
        found = interruptions(drill.plan, group, drill, computed)
        if not any(below):
            event("never below its minimum")
            assert block.recovery[g, 0] == 0
            assert not found
            assert block.working[g, 0] == 0
            assert block.continuity[g, 0] < 3
        else:
            longest = max(NEVER if not what.back else what.end - what.begin for what in found)
            assert block.recovery[g, 0] == longest > 0
            assert sum(what.end - what.begin for what in found) >= down
        assert block.interruptions[g, 0] == len(found)
        assert 0 <= block.contacts_lost[g, 0] <= block.contacts[g, 0] * (1 + 1e-9)


@many()
@given(scenarios(max_disruptions=3))
def test_unprotected_is_the_union_of_what_is_below(scenario: Scenario) -> None:
    drill = drilled(scenario)
    plan = drill.plan
    computed, every = all_groups(drill)
    block = measure(plan, every, [drill], computed)
    spans = unprotected(plan, drill)
    for found in spans.values():
        assert all(0 <= begin < end <= plan.horizon for begin, end in found)
        assert all(end < begin for (_, end), (begin, _) in pairwise(found))
    for g, group in enumerate(every):
        each = [sum(end - begin for begin, end in spans.get(c, [])) for c in group.doubled]
        event("unprotected" if any(each) else "protected")
        assert max(each, default=0) <= block.unprotected[g, 0] <= min(sum(each), plan.horizon)
    lost = {c for c in plan.structure.doubled if c in drill.lost_at_end}
    assert all(spans[c][-1][1] == plan.horizon for c in lost)


def from_before(drill: Trajectory) -> list[bool]:
    """For each corruption that is known and each component that it hits and that serves at the end: restored from before it?"""
    structure = drill.plan.structure
    found = []
    for outage in drill.plan.outages:
        if outage.name not in drill.began or drill.outages[outage.name][0][0] > drill.ended:
            continue
        began = drill.began[outage.name]
        for c in {structure.deployments[d][0] for d in outage.targets} - set(drill.lost_at_end):
            found.append(any(r.component == c and r.point < began <= r.time for r in drill.recoveries))
    return found


@many()
@given(scenarios(max_disruptions=4, min_disruptions=2, component_outages=False, link_outages=False))
def test_whatever_serves_after_a_corruption_is_from_before_it(scenario: Scenario) -> None:
    assert all(from_before(drilled(scenario)))


@many()
@given(scenarios(max_disruptions=4, min_disruptions=2, component_outages=False, link_outages=False))
def test_nobody_is_hindered_by_a_corruption_before_it_is_known(scenario: Scenario) -> None:
    drill = drilled(scenario)
    others = {name: what for name, what in scenario.disruptions.items() if what.kind != "corruption"}
    if any(what.follows not in {None, *others} for what in others.values()):
        return
    known = min((drill.outages[name][0][0] for name in drill.began), default=NEVER)
    without = drilled(scenario.model_copy(update={"disruptions": immutabledict(others)}))

    def done(which: Trajectory) -> list[tuple[object, ...]]:
        rows = [row for row in which.rows if row.kind != "mobilise" and 0 <= row.start <= row.end < known]
        return [(row.kind, row.object, row.site, row.start, row.end, row.outcome) for row in rows]

    people = {team for step in drill.plan.steps for team, _ in step.crew if step.kind == "restore"}
    if (
        not people
    ):  # restores in place are steps of the plan as well, and who does them is called and travels with the rest
        assert done(drill) == done(without)


def test_the_properties_would_notice() -> None:
    """A drill with a falsified row is refused by the check it concerns."""
    drill = engine_drill(
        loads("""\
drsim: scenario 1
title: two steps, one head
moment: 2015-05-12 10:00
disruptions: {fire: {site: here}}
landscape:
  drsim: landscape 1
  sites: {here: {}, there: {}}
  teams: {infra: {people: 1}}
  components:
    ann: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}
    bob: {at: {here: active, there: warm}, start: {takes: 10 min, by: infra}}
""")
    )
    second = max((row for row in drill.rows if row.kind == "start"), key=lambda row: row.start)
    assert busy(drill, 0, second.start) == present(drill, 0, second.start) == 1
    second.start -= 1
    assert busy(drill, 0, second.start) == 2
