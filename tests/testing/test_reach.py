"""What the generator thinks of takes drills through their rare branches: each occurs in some of the examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from agreement import engine_drill
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from drsim.measures.drills import due_fates, groups, interruptions, moves
from drsim.measures.due import STATES
from drsim.measures.explanation import waits
from drsim.measures.protection import unprotected
from drsim.model.landscape import ALWAYS
from drsim.model.needs import leaves
from drsim.model.scenario import Scenario
from drsim.planning.plan import KINDS, STALE, STANDBY
from drsim.simulation.clock import Work
from drsim.simulation.corruption import corrupted_by
from drsim.simulation.levels import levels
from drsim.simulation.rules.drill import Drill
from drsim.simulation.rules.state import ASKED
from drsim.simulation.trajectory import (
    BAD,
    DONE,
    DROPPED,
    FAILED,
    GIVEN_UP,
    INTERRUPTED,
    OUT_OF_REACH,
    UNUSABLE,
    WAITING,
    Row,
    Trajectory,
)
from drsim.testing import scenarios

USUAL = scenarios(min_disruptions=1)
FAILING_OVER = scenarios(
    min_disruptions=3,
    max_disruptions=4,
    max_services=1,
    hot=False,
    warm=False,
    site_scope=False,
    nested_needs=False,
    starts_after=False,
    circles=False,
    active_active=False,
    classes=False,
    channels=False,
    verification=False,
    labels=False,
    whole_drill=False,
    team_outages=False,
)
"""Little but failovers, for what takes several of them, or several outages."""
CORRUPT_OR_MOVED = scenarios(
    min_disruptions=2,
    max_disruptions=4,
    max_services=1,
    failback=False,
    tests=False,
    channels=False,
    classes=False,
    labels=False,
    site_scope=False,
    nested_needs=False,
    circles=False,
    active_active=False,
    groups=False,
    power=False,
    fails=False,
    link_outages=False,
    team_outages=False,
    sheddable=False,
    consistency=False,
    partitions=False,
    behind=False,
    cascades=False,
)
"""Little but what is corrupt, or moved on purpose."""
TRIED_OR_GROUPED = scenarios(
    min_disruptions=1,
    max_services=1,
    failback=False,
    moves=False,
    channels=False,
    classes=False,
    labels=False,
    circles=False,
    active_active=False,
    fails=False,
    sheddable=False,
    consistency=False,
    shipping=False,
    corruptions=False,
    partitions=False,
    behind=False,
)
"""With more tests in a bubble, and groups that follow each other."""
BRIEFLY_LOST = scenarios(
    min_disruptions=1,
    max_services=1,
    max_components=3,
    component_outages=False,
    link_outages=False,
    team_outages=False,
    corruptions=False,
    cascades=False,
    power=False,
    fails=False,
    failback=False,
    moves=False,
    tests=False,
    sheddable=False,
    partitions=False,
    consistency=False,
    shipping=False,
    whole_drill=False,
).map(lambda scenario: scenario.with_({"response.decide.quorum": {"people": 2, "of": 3, "arrives": "1 h"}}))
"""Sites that come back, mostly before enough have come together to decide."""
CUT_OFF = scenarios(
    min_disruptions=1,
    max_services=1,
    component_outages=False,
    site_outages=False,
    team_outages=False,
    corruptions=False,
    cascades=False,
    power=False,
    fails=False,
    failback=False,
    moves=False,
    tests=False,
    sheddable=False,
    consistency=False,
    shipping=False,
    circles=False,
)
"""Sites that run and do not reach each other."""
STRATEGIES = (USUAL, FAILING_OVER, CORRUPT_OR_MOVED, TRIED_OR_GROUPED)

FAILOVER = ("precheck", "switch", "restore", "start")

BRANCHES = [
    "hot switch",
    "warm or cold start",
    "cold restore",
    "automatic restart",
    "restart inside a circle",
    "repair",
    "check of a component",
    "check of a point",
    "unusable copy",
    "copy passed over",
    "copy out of reach",
    "copy that is behind",
    "copy that had more to ship",
    "corruption",
    "corruption that began before the moment",
    "corruption of what was clean again",
    "corruption known during a recovery",
    "corruption after a failover",
    "restore in place",
    "failover from before a corruption",
    "copy that is spoilt",
    "failure on demand",
    "exhaustion",
    "precheck",
    "precheck that fails",
    "given up while it runs",
    "given up before it starts",
    "interruption of a running step",
    "waiting for room",
    "crew of several teams",
    "work in working hours",
    "work over a closing time",
    "nobody on shift",
    "storm",
    "storms that share a pool",
    "quorum",
    "people at rest",
    "somebody with a skill",
    "nobody there with a skill",
    "travel",
    "evacuation",
    "closed before it is declared",
    "return of the site during failover",
    "failover that is abandoned",
    "two incidents",
    "transfers that share a link",
    "link cut",
    "any moment",
    "municipality",
    "points open at different hours",
    "interruptions that are joined",
    "served by hand",
    "served by hand in hours of its own",
    "served by hand until the limit",
    "citizens who go to another point",
    "due and kept",
    "due and missed",
    "due and kept by hand",
    "step of the plan",
    "step of the plan that is tried again",
    "step of the plan after a component",
    "step of the plan that held a component",
    "step of the plan in two incidents",
    "start that was replaced",
    "group that waits",
    "group that waits for ever",
    "start that begins too early",
    "site without supply",
    "site without supply more than once",
    "generator out of fuel",
    "tank filled in time",
    "generator that fails",
    "mains that trip",
    "cut off and stopped",
    "failure of its own",
    "failure of its own that is repaired",
    "failure that nobody sees",
    "failure that a step finds",
    "without a standby for a while",
    "standby that breaks before it is used",
    "place that is stable again",
    "move home",
    "move home with data that was copied",
    "interruption that is planned",
    "planned move",
    "planned move that is rolled back",
    "stopped to make room",
    "consistency group that goes back",
    "consistency group whose point is that of another",
    "consistency group that waits for the last",
    "test in a bubble",
    "test that a real disruption breaks off",
    "test that is out of time",
]


class Watch:
    """Notes what a drill does not leave behind."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.seen: set[str] = set()
        give_room, refill, next_strategy, restarted = (
            Drill.give_room,
            Drill.refill,
            Drill.next_strategy,
            Drill._restarted,
        )

        def watched_room(self_: Drill) -> None:
            give_room(self_)
            self.note("waiting for room", ASKED in self_.room)

        def watched_refill(self_: Drill) -> None:
            refill(self_)
            routes = [set(flow.links or ()) for flow in self_.flows]
            self.note("transfers that share a link", any(one & other for one, other in combinations(routes, 2)))

        def watched_strategy(self_: Drill, c: int) -> None:
            next_strategy(self_, c)
            self.note("exhaustion", self_.strategy(c) is None)

        def watched_restart(self_: Drill, c: int, d: int, row: Work) -> None:
            self.note("restart of what is stale", self_.role[d] == STALE)
            restarted(self_, c, d, row)

        settle_groups = Drill.settle_groups

        def watched_groups(self_: Drill) -> None:
            before = {key for key, since in self_.group_since.items() if since < 0}
            settle_groups(self_)
            self.note("group that waits", any(self_.group_since[key] > 0 for key in before))

        patch.setattr(Drill, "settle_groups", watched_groups)
        settle_incidents = Drill.settle_incidents

        def watched_incidents(self_: Drill) -> None:
            settle_incidents(self_)
            self.note("failover that is abandoned", any(incident.abandoned for incident in self_.incidents))

        patch.setattr(Drill, "settle_incidents", watched_incidents)
        patch.setattr(Drill, "give_room", watched_room)
        patch.setattr(Drill, "refill", watched_refill)
        patch.setattr(Drill, "next_strategy", watched_strategy)
        patch.setattr(Drill, "_restarted", watched_restart)

    def note(self, branch: str, occurs: bool) -> None:
        if occurs:
            self.seen.add(branch)


def circles(scenario: Scenario) -> set[str]:
    """The components that need themselves by way of others."""
    components = scenario.landscape.components
    below = {name: set(leaves(component.needs)) for name, component in components.items()}
    for _ in below:
        below = {name: needs.union(*(below[need] for need in needs)) for name, needs in below.items()}
    return {name for name, needs in below.items() if name in needs}


def failover_meets_return(drill: Trajectory) -> bool:
    """Whether a site comes back while a component that was active there is being recovered elsewhere."""
    structure, plan = drill.plan.structure, drill.plan
    for time, flag, value in drill.changes:
        if time and value and flag < len(structure.sites):
            for row in drill.rows:
                if row.kind in FAILOVER and 0 <= row.start < time and (row.end > time or row.end < 0):
                    c = plan.steps[row.step].component
                    here = [d for d in structure.of_component[c] if structure.deployments[d][1] == flag]
                    if any(structure.roles[d] != STANDBY for d in here):
                        return True
    return False


def present(drill: Trajectory, team: int, time: int) -> int:
    return [heads for at, who, heads in drill.heads if who == team and at <= time][-1]


def over_closing_time(drill: Trajectory, row: Row) -> bool:
    step = drill.plan.steps[row.step]
    hours = drill.plan.calendars[step.hours]
    since = row.start + drill.offset
    return hours.worked(since, row.end + drill.offset) < row.end - row.start


def branches(scenario: Scenario, drill: Trajectory) -> Iterator[tuple[str, bool]]:
    """Those of `docs/semantics.md` that can be told from what a drill leaves behind."""
    plan, structure, rows = drill.plan, drill.plan.structure, drill.rows
    work = [row for row in rows if row.kind in KINDS]
    done = [row for row in work if row.outcome == DONE]
    circle = circles(scenario)
    in_hours = [row for row in work if row.start >= 0 and plan.steps[row.step].hours >= 0]
    yield "hot switch", any(row.kind == "switch" for row in done)
    yield "warm or cold start", any(row.kind == "start" for row in done)
    yield "cold restore", any(row.kind == "restore" for row in done)
    yield (
        "automatic restart",
        any(row.kind == "restart" and structure.automatic[plan.steps[row.step].component] for row in done),
    )
    yield "restart inside a circle", any(row.kind == "restart" and row.object in circle for row in done)
    yield "repair", any(row.kind == "repair" for row in done)
    yield "check of a component", any(row.kind == "verify" and plan.steps[row.step].point < 0 for row in done)
    yield "check of a point", any(row.kind == "verify" and plan.steps[row.step].point >= 0 for row in done)
    yield "unusable copy", any(row.outcome == UNUSABLE for row in rows)
    yield "copy passed over", any(row.passed_over for row in rows)
    yield "copy out of reach", any(why == OUT_OF_REACH for row in rows for _, why in row.passed_over)
    yield "copy that is behind", any(row.behind >= 0 for row in rows)
    started = [row for row in done if row.point is not None and row.kind in ("switch", "start")]
    shipped = [row for row in started if plan.steps[row.step].component in plan.shipping]
    yield "copy that had more to ship", any(row.point not in (row.behind, row.wanted) for row in shipped)
    found = [o for o in plan.outages if o.name in drill.began and drill.outages[o.name][0][0] < plan.horizon]
    yield "corruption", bool(drill.corrupt)
    yield "corruption that began before the moment", any(drill.began[o.name] < 0 for o in found)
    hit = {(drill.outages[o.name][0][0], c) for o in found for c in corrupted_by(o, structure)}
    yield "corruption of what was clean again", any((time, c, True) not in drill.corrupt for time, c in hit)
    stopped = [row for row in work if row.outcome == INTERRUPTED and plan.steps[row.step].component >= 0]
    yield (
        "corruption known during a recovery",
        any((row.end, plan.steps[row.step].component, True) in drill.corrupt for row in stopped),
    )
    moved = [(row.end, plan.steps[row.step].component) for row in done if row.kind in ("switch", "start")]
    yield (
        "corruption after a failover",
        any(bad and c == other and end < time for time, c, bad in drill.corrupt for end, other in moved),
    )
    clean = [(time, c) for time, c, bad in drill.corrupt if not bad]
    places = [(row.kind, row.end, plan.steps[row.step].component) for row in done]
    yield "restore in place", any(("restart", time, c) in places for time, c in clean)
    yield "failover from before a corruption", any(("start", time, c) in places for time, c in clean)
    yield "copy that is spoilt", any(o.spoils for o in found) and any(BAD in dict(r.passed_over).values() for r in rows)
    yield "failure on demand", any(row.outcome == FAILED for row in rows)
    yield "precheck", any(row.kind == "precheck" for row in done)
    yield "precheck that fails", any(row.kind == "precheck" and row.outcome == FAILED for row in rows)
    yield "given up while it runs", any(row.outcome == GIVEN_UP and row.start >= 0 for row in rows)
    yield "given up before it starts", any(row.outcome == GIVEN_UP and row.start < 0 for row in rows)
    yield "interruption of a running step", any(row.outcome == INTERRUPTED for row in rows)
    yield "crew of several teams", any(row.start >= 0 and len(row.crew) > 1 for row in work)
    yield "work in working hours", bool(in_hours)
    yield "work over a closing time", any(row.outcome == DONE and over_closing_time(drill, row) for row in in_hours)
    yield (
        "nobody on shift",
        any(
            0 <= row.ready != row.start and not present(drill, team, row.ready) for row in work for team, _ in row.crew
        ),
    )
    stormy = [row for row in rows if row.step in plan.storms and row.start >= 0]
    yield "storm", any(row.outcome == DONE for row in stormy)
    yield (
        "storms that share a pool",
        any(
            a.start < b.end and b.start < a.end and plan.storms[a.step].pool == plan.storms[b.step].pool
            for a, b in combinations(stormy, 2)
        ),
    )
    gathered = [row for row in rows if row.kind == "gather"]
    yield "quorum", any(row.outcome == DONE for row in gathered)
    yield "quorum that is dropped", any(row.outcome == DROPPED for row in gathered)
    tired = [row for row in rows if any(team in plan.rests for team, _ in row.crew)]
    yield "people at rest", any(s.cause == "people at rest" for row in tired for s in waits(plan, drill, row))
    asking = [row for row in rows if row.what.skills]
    yield "somebody with a skill", any(row.start >= 0 for row in asking)
    why = [segment for row in asking for segment in waits(plan, drill, row)]
    yield "nobody there with a skill", any(s.cause in ("nobody on duty", "supplier closed") and s.detail for s in why)
    yield "travel", any(any(root.destinations) for root in plan.roots) and any(row.kind == "mobilise" for row in rows)
    yield "evacuation", bool(drill.evacuations)
    yield "closed before it is declared", any(r.kind in ("decide", "declare") and r.outcome == DROPPED for r in rows)
    yield "return of the site during failover", failover_meets_return(drill)
    yield "two incidents", len({row.incident for row in rows if row.kind == "detect"}) > 1
    cut = range(len(structure.sites), len(structure.sites) + len(structure.links))
    yield "link cut", any(flag in cut and not value for _, flag, value in drill.changes)
    yield "any moment", scenario.moment is None
    grouped = [row for row in rows if drill.plan.grouped and row.kind in ("start", "restore")]
    yield "group that waits for ever", any(row.outcome == WAITING and row.ready < 0 for row in grouped)
    yield "start that begins too early", bool(drill.early)
    supply = {event.what for event in drill.supply}
    yield "site without supply", any(spans for name, spans in drill.outages.items() if name in drill.plan.power)
    yield "site without supply more than once", any(len(spans) > 1 for spans in drill.outages.values())
    yield "generator out of fuel", "the generator is out of fuel" in supply
    yield "tank filled in time", "the tank is filled" in supply and "the generator is out of fuel" not in supply
    yield "generator that fails", "the generator fails" in supply
    cuts = {name: spans for name, spans in drill.outages.items() if name.endswith((".cut", ".fenced")) and spans}
    yield "cut off and stopped", any(name.endswith(".fenced") for name in cuts)
    switched = [row for row in done if row.kind == "switch" and f"{row.object}.cut" in cuts]
    yield (
        "taken over alone",
        any(begin <= row.end <= end for row in switched for begin, end in cuts[f"{row.object}.cut"]),
    )
    own = {name: spans for name, spans in drill.outages.items() if name in plan.failing}
    mended = {f"{row.object}.{row.site}.fails" for row in done if row.kind == "repair"}
    yield "failure of its own", any(own.values())
    yield "failure of its own that is repaired", any(len(own.get(name, ())) > 1 for name in mended)
    yield "failure that nobody sees", bool(drill.found_at)
    yield "failure that a step finds", any(found < plan.horizon for found in drill.found_at.values())
    bare = [span for spans in unprotected(plan, drill).values() for span in spans]
    yield "without a standby for a while", any(0 < begin < end < plan.horizon for begin, end in bare)
    yield (
        "standby that breaks before it is used",
        any(
            plan.structure.roles[d] == STANDBY and begin < plan.horizon
            for outage in plan.outages
            if outage.kind == "component"
            for d in outage.targets
            for begin, _ in drill.outages[outage.name]
        ),
    )
    yield "mains that trip", "the mains trip" in supply
    yield "place that is stable again", any(row.kind == "stable" for row in done)
    homes = {row.object for row in rows if row.kind == "stop"} - {
        structure.components[c] for c, may_be in enumerate(structure.sheddable) if may_be
    }
    moved = {row.object for row in done if row.kind == "stop"} & homes
    yield "move home", bool(moved)
    yield "planned move", plan.move is not None and any(row.object in moved and row.kind == "start" for row in done)
    starts = {(row.object, row.incident) for row in rows if row.kind == "stop" and row.object in homes}
    failed = [row for row in rows if row.outcome == FAILED and (row.object, row.incident) in starts]
    yield "planned move that is rolled back", plan.move is not None and bool(failed)
    yield "stopped to make room", any(away for *_, away in drill.shed)
    yield "room again", any(not away for *_, away in drill.shed)
    yield "consistency group that goes back", bool(drill.points_taken)
    passed = [why for row in rows for _, why in row.passed_over]
    yield "consistency group whose point is that of another", any(why.startswith("group ") for why in passed)
    yield "consistency group that waits for the last", any(others for _, _, others in drill.awaited)
    outcome = "" if drill.trial is None else drill.trial.outcome
    yield "test in a bubble", outcome == DONE and any(row.object.startswith("test:") for row in done)
    yield "test that a real disruption breaks off", outcome == "failed"
    yield "test that is out of time", outcome == "out of time"
    copied = {row.object for row in done if row.kind == "synchronise"}
    yield "move home with data that was copied", bool(moved & copied)
    tasks = [row for row in rows if row.kind == "task"]
    yield "step of the plan", any(row.outcome == DONE for row in tasks)
    yield "step of the plan that is tried again", any(row.outcome == FAILED for row in tasks)
    bound = [(row, row.bound_by) for row in rows if isinstance(row.bound_by, Row)]
    yield "step of the plan after a component", any(r.kind == "task" and by.kind == "start" for r, by in bound)
    yield "step of the plan that held a component", any(r.kind == "start" and by.kind == "task" for r, by in bound)
    replaced = {c for step in scenario.landscape.steps.values() for c in step.replaces}
    yield (
        "start that was replaced",
        any(row.kind == "start" and row.object in replaced and row.start == row.end >= 0 for row in done),
    )
    yield "step of the plan in two incidents", len({row.incident for row in tasks}) > 1
    points = [list(service.points.values()) for service in scenario.landscape.services.values()]
    yield "municipality", any(point.municipality for each in points for point in each)
    yield "points open at different hours", any(len({point.open.spans for point in each}) > 1 for each in points)
    computed = levels(plan, [drill])
    manual = {
        structure.services[group.service]: what
        for group in groups(plan)
        for what in interruptions(plan, group, drill, computed)
        if what.by_hand is not None
    }
    gone = any(moves(plan, group, drill, computed) for group in groups(plan))
    yield "citizens who go to another point", gone
    fates = {fate for found in due_fates(plan, drill, computed) for _, fate in found}
    for fate in STATES:
        yield f"due and {fate}", fate in fates
    services = scenario.landscape.services
    yield "served by hand", bool(manual)
    yield "served by hand in hours of its own", any(services[s].manual.open != ALWAYS for s in manual)  # type: ignore[union-attr]
    yield "served by hand until the limit", any(w.by_hand is not None and w.by_hand[1] < w.end for w in manual.values())
    merged = (what.good for group in groups(plan) for what in interruptions(plan, group, drill, computed))
    yield "interruptions that are joined", any(merged)
    found = (what for group in groups(plan) for what in interruptions(plan, group, drill, computed))
    yield "interruption that is planned", any(what.planned for what in found)


def reached(strategy: SearchStrategy[Scenario], examples: int, number: int) -> Counter[str]:
    """In how many of the examples each branch occurs, in one drill of each; another number gives other examples."""
    count: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        watch = Watch(patch)

        @seed(number)
        @settings(
            database=None,
            deadline=None,
            max_examples=examples,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(strategy)
        def run(scenario: Scenario) -> None:
            watch.seen.clear()
            found = {branch for branch, occurs in branches(scenario, engine_drill(scenario)) if occurs}
            count.update(found | watch.seen)

        run()
    return count


def search(wanted: list[str], strategies: Sequence[SearchStrategy[Scenario]] = STRATEGIES) -> Counter[str]:
    """Examples until each branch occurred, at most 3,000; in rounds, since within one Hypothesis repeats itself."""
    count: Counter[str] = Counter()
    for number in range(30):
        count += reached(strategies[number % len(strategies)], 100, number)
        if all(count[branch] for branch in wanted):
            break
    return count


@pytest.fixture(scope="module")
def reach() -> Counter[str]:
    return search(BRANCHES)


@pytest.mark.parametrize("branch", BRANCHES)
def test_the_generator_reaches(branch: str, reach: Counter[str]) -> None:
    assert reach[branch]


@pytest.mark.long
def test_the_generator_reaches_what_is_rarest() -> None:
    rarest = ["restart of what is stale", "quorum that is dropped", "taken over alone", "room again"]
    count = search(rarest, (FAILING_OVER, BRIEFLY_LOST, CUT_OFF))
    assert not [branch for branch in rarest if not count[branch]]
