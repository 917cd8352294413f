"""An oracle for explanations: any partition of an interruption adds up, so what is named is changed and drilled again.

Trees of steps are drawn in which crews, calendars, pools and links never bind, with all lengths given by the test. Then the
recovery is the longest path through the tree, which is computed here from the tree alone, and shortening what an explanation
names by d must shorten the recovery by exactly min(d, slack), where the slack is the distance to the longest path that avoids
it. What is not named changes nothing. Where a crew does bind, one more person for the step that heads the queue must remove
its wait. Wrong explanations, which add up just as well, are seen to be refused.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from drsim.measures.drills import Interruption
from drsim.measures.segments import Segment, joined
from drsim.planning.compile import compile_scenario
from drsim.planning.plan import Plan
from drsim.reading import loads
from drsim.simulation.draws import DrawName
from drsim.simulation.engine import Engine
from drsim.simulation.trajectory import Row
from drsim.studies.replay import Replay
from drsim.units import MINUTE

usual = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
LONGEST = 2**26
"""Of a step, ms."""
LEAST = 200
TIME = f"0 ms to {LONGEST} ms"
"""A law in which the uniform number t / LONGEST gives t, exactly."""
SIZE, FASTEST = 10**18, 9 * 10**15
"""Of the data, in milli-bytes, and of a restore, in bytes per second."""
CREWS = {"nobody": "", "team": ", by: infra", "supplier": ", by: acme"}
Lengths = Mapping[str, int]
Name = tuple[str, str]
"""Cause and detail."""


@dataclass
class Node:
    """Something that takes time: a draw."""

    name: Name
    draw: DrawName
    after: Sequence[str] = ()


@dataclass
class Case:
    """A tree of nodes, in an order in which each comes after those it waits for."""

    text: str
    nodes: dict[str, Node]
    ends: Sequence[str]
    luck: dict[DrawName, float] = field(default_factory=dict)
    """of what is no length"""

    @cached_property
    def plan(self) -> Plan:
        return compile_scenario(loads(self.text))

    @cached_property
    def engine(self) -> Engine:
        return Engine(self.plan)

    def drill(self, lengths: Lengths) -> Replay:
        luck = self.luck | {node.draw: uniform(node.draw, lengths[key]) for key, node in self.nodes.items()}
        return Replay.of(self.plan, 1, 0, lambda name, _: luck.get(name), self.engine)

    def recovery(self, lengths: Lengths) -> int:
        ((what, _),) = self.drill(lengths).explain("s")
        assert what.begin == 0 and what.back
        return what.end

    def finish(self, lengths: Lengths, without: str = "") -> dict[str, float]:
        """When each node is over; with `without` as if there were no path but those that avoid it."""
        found: dict[str, float] = {}
        for key, node in self.nodes.items():
            before = max((found[other] for other in node.after), default=0.0)
            found[key] = -math.inf if key == without else before + lengths[key]
        return found

    def longest(self, lengths: Lengths, without: str = "") -> float:
        """The longest path, or the longest of those that avoid something; 0 if there is none."""
        finish = self.finish(lengths, without)
        return max(0.0, *(finish[key] for key in self.ends))


def uniform(draw: DrawName, length: int) -> float:
    """The number that gives this length."""
    if draw[0] == "restores":  # the rate at which the data takes between length - 1 and length
        return (math.ceil(SIZE / (length - 0.5)) - 1) / (FASTEST - 1)
    return length / LONGEST


def named(case: Case, lengths: Lengths, segment: Segment) -> list[str]:
    """The nodes that a segment is about, the last first: what follows each other and is told alike is one segment."""
    finish = case.finish(lengths)
    found, time = [], segment.end
    while time > segment.begin:
        alike = (key for key, node in case.nodes.items() if node.name == (segment.cause, segment.detail))
        key = next((key for key in alike if finish[key] == time), None)
        if key is None:
            break
        found.append(key)
        time -= lengths[key]
    return found


def check_oracle(case: Case, lengths: Lengths, segments: Sequence[Segment]) -> None:
    """Shorten everything, named or not, and drill again."""
    whole = case.recovery(lengths)
    assert whole == case.longest(lengths)
    told: set[str] = set()
    for segment in joined(segment._replace(beside="") for segment in segments):
        keys = named(case, lengths, segment)
        assert sum(lengths[key] for key in keys) == segment.length, f"{segment} is not {keys}"
        told.update(keys)
        for key in keys:
            slack = whole - case.longest(lengths, without=key)
            assert slack > 0, f"{key} is named, but another path is as long"
            for shorter in (lengths[key] // 9, lengths[key] - LEAST):
                now = case.recovery({**lengths, key: lengths[key] - shorter})
                assert now == whole - min(shorter, slack), f"{key} shorter by {shorter}, slack {slack}: {whole - now}"
    for key in sorted(case.nodes.keys() - told)[:3]:
        assert case.recovery({**lengths, key: LEAST}) == whole, f"{key} is not named, but helps"


# trees


def response(incident: int, root: str, nodes: dict[str, Node], luck: dict[DrawName, float], wrong: bool) -> str:
    """How an incident is understood; gives the key of what ends that."""
    keys = [f"{kind} {root}" for kind in ("detect", "assess", "costs")]
    nodes[keys[0]] = Node(("not yet detected", "detect"), ("detect", root, "", incident, 0))
    nodes[keys[1]] = Node(("not yet decided", "assess"), ("assess", root, "", incident, 0), [keys[0]])
    luck["assess wrong", root, "", incident, 0] = 0.0 if wrong else 0.9
    if not wrong:
        return keys[1]
    nodes[keys[2]] = Node(("wrong diagnosis", "assess"), ("costs", root, "", incident, 0), [keys[1]])
    return keys[2]


HEAD = f"""\
drsim: scenario 1
title: a tree
moment: 2015-05-12 10:00
horizon: 400 d
response:
  detect: {TIME}
  assess: {{takes: {TIME}, wrong: 50 %, costs: {TIME}}}
  decide: {{takes: {TIME}}}
"""
LAND = """\
landscape:
  drsim: landscape 1
  sites: {here: {}, there: {}, far: {}, desk: {}}
  links:
    line: {between: [there, far], bandwidth: 9000 TB/s}
    wire: {between: [there, desk], bandwidth: 9000 TB/s}
    cord: {between: [here, desk], bandwidth: 9000 TB/s}
  teams: {infra: {people: 1000}}
  suppliers: {acme: {people: 1000}}
"""


def step(kind: str, crew: str, more: str = "") -> str:
    return f"{kind}: {{takes: {TIME}{CREWS[crew]}{more}}}"


def by(cause: str, crew: str) -> str:
    return "supplier at work" if crew == "supplier" else cause


crews = st.sampled_from(sorted(CREWS))


@st.composite
def lost_for_good(draw: st.DrawFn) -> Case:
    """A site is lost, and everything comes up at another one: strategies, prechecks, checks, steps of the plan."""
    nodes: dict[str, Node] = {}
    luck: dict[DrawName, float] = {}
    go = response(0, "here", nodes, luck, draw(st.booleans()))
    quorum = draw(st.booleans())
    if quorum:
        nodes["gather"] = Node(("people on their way", "gather"), ("gather", "here", "", 0, 0), [go])
        go = "gather"
    nodes["decide"] = Node(("not yet decided", "decide"), ("decide", "here", "", 0, 0), [go])
    number = draw(st.integers(1, 5))
    names = [f"c{i}" for i in range(number)]
    tasks = draw(st.integers(0, 2))
    held: dict[str, list[str]] = {name: [] for name in names}
    strategies = {name: draw(st.sampled_from(["hot", "warm", "warm", "cold"])) for name in names}
    waits = {f"t{i}": draw(st.integers(0, number)) for i in range(tasks)}
    lines, plan, ready = [], [], dict[str, str]()

    def add_task(task: str) -> None:
        """After some of the components before its place, before some of those from there on."""
        place = waits[task]
        after = [name for name in names[:place] if draw(st.booleans())]
        before = [name for name in names[place:] if strategies[name] != "hot" and draw(st.booleans())]
        if not after and not before:
            return
        sort, crew = draw(st.sampled_from(["approval", "wait", "work"])), draw(crews)
        if crew == "nobody":
            sort = "wait"
        crew = "nobody" if sort == "wait" else crew
        told = {"approval": "waiting for approval", "wait": "waiting", "work": by("step under way", crew)}[sort]
        nodes[task] = Node((told, task), ("task", task, "", 0, 0), ["decide", *(ready[name] for name in after)])
        for name in before:
            held[name].append(task)
        approval = ", approval: true" if sort == "approval" else ""
        plan.append(
            f"    {task}: {{do: it, takes: {TIME}{CREWS[crew]}{approval}, after: [{', '.join(after)}], "
            f"before: [{', '.join(before)}]}}"
        )

    checked: dict[str, str] = {}
    for i, name in enumerate(names):
        for task in waits:
            if waits[task] == i:
                add_task(task)
        needs = [other for other in names[:i] if draw(st.booleans())]
        strategy, crew = strategies[name], draw(crews)
        there = [ready[other] for other in needs]
        parts = [f"at: {{here: active, there: {strategy}}}", f"needs: [{', '.join(needs)}]"]
        if strategy == "hot":
            parts.append(step("switch", "nobody"))
            nodes[f"switch {name}"] = Node(("step under way", name), ("switch", name, "there", 0, 0), there)
            ready[name] = f"switch {name}"
        else:
            before = ["decide"]
            if draw(st.booleans()):
                parts.append(step("precheck", crew))
                nodes[f"precheck {name}"] = Node(
                    (by("step under way", crew), name), ("precheck", name, "there", 0, 0), before
                )
                before = [f"precheck {name}"]
            if strategy == "cold":
                parts.append(
                    "data: {size: 1000 TB}, copies: {tape: {at: far, kind: backup, taken: daily 22:00, "
                    f"restores: 1 B/s to {FASTEST} B/s}}}}"
                )
                nodes[f"restore {name}"] = Node(
                    ("restoring data", name), ("restores", name, "tape", 0, 0), [*before, *held[name]]
                )
                before = [f"restore {name}"]
            before += [*there, *held[name]]
            fails = draw(st.sampled_from([0, 0, 1, 2]))
            parts.append(step("start", crew, ", works: 50 %, attempts: 5"))
            for attempt in range(fails + 1):
                key = f"start {name} {attempt}"
                works = attempt == fails
                luck["start works", name, "there", 0, attempt] = 0.0 if works else 0.9
                told = (by("step under way", crew), name) if works else ("failed attempt", f"start {name}")
                nodes[key] = Node(told, ("start", name, "there", 0, attempt), before)
                before = [key]
            ready[name] = key
            if draw(st.booleans()):
                parts.append(step("verify", "team"))
                nodes[f"verify {name}"] = Node(("being verified", name), ("verify", name, "there", 0, 0), [key])
                checked[name] = f"verify {name}"
        lines.append(f"    {name}: {{{', '.join(parts)}}}")
    for task in waits:
        if waits[task] == number:
            add_task(task)
    direct = sorted({*(name for name in names if draw(st.booleans())), names[-1]})
    ends = [checked.get(name, ready[name]) for name in direct]
    verify = ""
    if draw(st.booleans()):
        verify = "verify: {takes: " + TIME + "}, "
        if any(strategies[name] != "hot" and name not in checked for name in direct):
            nodes["verify s"] = Node(("being verified", "s.p"), ("verify", "s.p", "desk", 0, 0), ends)
            ends = ["verify s"]
    head = (
        HEAD
        if not quorum
        else HEAD.replace(
            f"decide: {{takes: {TIME}}}", f"decide: {{takes: {TIME}, quorum: {{people: 1, of: 1, arrives: {TIME}}}}}"
        )
    )
    text = head + "disruptions: {fire: {site: here}}\n" + LAND + "  components:\n" + "\n".join(lines) + "\n"
    if plan:
        text += "  steps:\n" + "\n".join(plan) + "\n"
    text += f"  services: {{s: {{{verify}points: {{p: {{at: desk, needs: [{', '.join(direct)}]}}}}}}}}\n"
    return Case(text, nodes, ends, luck)


@st.composite
def lost_for_a_while(draw: st.DrawFn) -> Case:
    """A site comes back, or things that broke are whole again or mended: everything is started again where it was."""
    nodes: dict[str, Node] = {}
    luck: dict[DrawName, float] = {}
    site = draw(st.booleans())
    names = [f"c{i}" for i in range(draw(st.integers(1, 4)))]
    disruptions, lines, ready, ends = [], [], dict[str, str](), []
    understood = ""
    if site:
        understood = response(0, "here", nodes, luck, draw(st.booleans()))
        disruptions.append(f"fire: {{site: here, lasts: {TIME}}}")
        nodes["fire"] = Node(("waiting for a site", "fire"), ("lasts", "fire", "", 0, 0))
    for i, name in enumerate(names):
        needs = [other for other in names[:i] if draw(st.booleans())]
        automatic, crew, mended = draw(st.booleans()), draw(crews), draw(st.booleans())
        incident = 0 if site else i
        parts = [f"at: {{here: active}}, needs: [{', '.join(needs)}]"]
        parts.append(step("restart", "nobody" if automatic else crew, ", automatic: true" if automatic else ""))
        before = [ready[other] for other in needs]
        if site:
            before.append("fire")
        elif mended:
            understood = response(incident, name, nodes, luck, draw(st.booleans()))
            parts.append(step("repair", crew))
            disruptions.append(f"d{i}: {{component: {name}, lasts: until repaired}}")
            nodes[f"repair {name}"] = Node(
                (by("step under way", crew), name),
                ("repair", name, "here", incident, 0),
                [f"detect {name}" if crew == "nobody" else understood],  # nobody is called before that
            )
            before.append(f"repair {name}")
        else:
            understood = response(incident, name, nodes, luck, draw(st.booleans()))
            disruptions.append(f"d{i}: {{component: {name}, lasts: {TIME}}}")
            nodes[f"d{i}"] = Node(("waiting for the end of an outage", f"d{i}"), ("lasts", f"d{i}", "", 0, 0))
            before.append(f"d{i}")
        if not automatic:
            before.append(understood)
        nodes[f"restart {name}"] = Node(
            ("step under way" if automatic else by("step under way", crew), name),
            ("restart", name, "here", incident, 0),
            before,
        )
        ready[name] = f"restart {name}"
        ends.append(ready[name])
        if not automatic and draw(st.booleans()):
            parts.append(step("verify", "team"))
            nodes[f"verify {name}"] = Node(
                ("being verified", name), ("verify", name, "here", incident, 0), [ready[name]]
            )
            ends.append(f"verify {name}")
        lines.append(f"    {name}: {{{', '.join(parts)}}}")
    text = HEAD + f"disruptions: {{{', '.join(disruptions)}}}\n" + LAND + "  components:\n" + "\n".join(lines) + "\n"
    text += f"  services: {{s: {{points: {{p: {{at: desk, needs: [{', '.join(names)}]}}}}}}}}\n"
    return Case(text, nodes, ends, luck)


@st.composite
def cut_off(draw: st.DrawFn) -> Case:
    """Lines are cut; each leads to something that is needed."""
    number = draw(st.integers(1, 4))
    nodes = {
        f"d{i}": Node(("waiting for the end of an outage", f"d{i}"), ("lasts", f"d{i}", "", 0, 0))
        for i in range(number)
    }
    sites = "".join(f", s{i}: {{}}" for i in range(number))
    links = "".join(f"    l{i}: {{between: [s{i}, desk], bandwidth: 1 GB/s}}\n" for i in range(number))
    land = LAND.replace("desk: {}", "desk: {}" + sites).replace("  teams:", links + "  teams:")
    cuts = ", ".join(f"d{i}: {{link: l{i}, lasts: {TIME}}}" for i in range(number))
    lines = "".join(f"    c{i}: {{at: {{s{i}: active}}}}\n" for i in range(number))
    needs = ", ".join(f"c{i}" for i in range(number))
    text = HEAD + f"disruptions: {{{cuts}}}\n" + land + "  components:\n" + lines
    return Case(text + f"  services: {{s: {{points: {{p: {{at: desk, needs: [{needs}]}}}}}}}}\n", nodes, list(nodes))


def drawn_lengths(case: Case, seed: int) -> dict[str, int]:
    """Of each node; no two paths are as long."""
    luck = random.Random(seed)
    return {key: luck.randrange(1_000, LONGEST) for key in case.nodes}


def explained(replay: Replay) -> tuple[Interruption, list[Segment]]:
    ((what, segments),) = replay.explain("s")
    return what, segments


TREES = {"lost for good": lost_for_good(), "lost for a while": lost_for_a_while(), "cut off": cut_off()}
FEW = {"lost for good": 16, "lost for a while": 12, "cut off": 4}
"""Examples that are always tried; more on demand."""
both_lengths = pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.long)])


@both_lengths
@pytest.mark.parametrize("tree", TREES)
def test_what_is_named_and_nothing_else_is_what_held_it_up(tree: str, times: int) -> None:
    @settings(usual, max_examples=FEW[tree] * times)
    @given(TREES[tree], st.integers(0, 10**6))
    def check(case: Case, seed: int) -> None:
        lengths = drawn_lengths(case, seed)
        _, segments = explained(case.drill(lengths))
        for segment in segments:
            event(segment.cause)
        check_oracle(case, lengths, segments)

    check()


@settings(usual, max_examples=10)
@given(lost_for_good(), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_an_explanation_that_adds_up_but_names_something_else_is_refused(
    case: Case, seed: int, luck: random.Random
) -> None:
    lengths = drawn_lengths(case, seed)
    what, segments = explained(case.drill(lengths))
    told = {(segment.cause, segment.detail) for segment in segments}
    others = sorted({node.name for node in case.nodes.values()} - told)
    assume(others)
    place = luck.randrange(len(segments))
    cause, detail = luck.choice(others)
    wrong = [*segments[:place], segments[place]._replace(cause=cause, detail=detail), *segments[place + 1 :]]
    assert sum(segment.length for segment in wrong) == what.end
    with pytest.raises(AssertionError):
        check_oracle(case, lengths, wrong)


FORK = Case(
    HEAD
    + "disruptions: {fire: {site: here}}\n"
    + LAND
    + f"""\
  components:
    c0: {{at: {{here: active, there: warm}}, {step("start", "nobody")}}}
    c1: {{at: {{here: active, there: warm}}, {step("start", "nobody")}}}
    c2: {{at: {{here: active, there: warm}}, needs: [c0, c1], {step("start", "nobody")}}}
  services: {{s: {{points: {{p: {{at: desk, needs: [c2]}}}}}}}}
""",
    {
        "detect": Node(("not yet detected", "detect"), ("detect", "here", "", 0, 0)),
        "assess": Node(("not yet decided", "assess"), ("assess", "here", "", 0, 0), ["detect"]),
        "decide": Node(("not yet decided", "decide"), ("decide", "here", "", 0, 0), ["assess"]),
        "c0": Node(("step under way", "c0"), ("start", "c0", "there", 0, 0), ["decide"]),
        "c1": Node(("step under way", "c1"), ("start", "c1", "there", 0, 0), ["decide"]),
        "c2": Node(("step under way", "c2"), ("start", "c2", "there", 0, 0), ["c0", "c1"]),
    },
    ["c2"],
    {("assess wrong", "here", "", 0, 0): 0.9},
)


def test_a_walk_that_takes_the_wrong_turn_is_refused() -> None:
    """Detected, assessed and decided in 10 min each; c0 takes 30, c1 50, c2 20: 30 + 50 + 20 = 100, and c0 has 20 to spare."""
    lengths = dict.fromkeys(("detect", "assess", "decide"), 10 * MINUTE)
    lengths |= {"c0": 30 * MINUTE, "c1": 50 * MINUTE, "c2": 20 * MINUTE}
    replay = FORK.drill(lengths)
    what, segments = explained(replay)
    assert [(each.detail, each.length // MINUTE) for each in segments] == [
        ("detect", 10), ("assess", 10), ("decide", 10), ("c1", 50), ("c2", 20)
    ]  # fmt: skip
    check_oracle(FORK, lengths, segments)
    c0, c1, c2 = (find(replay, name) for name in ("c0", "c1", "c2"))
    assert c2.bound_by is c1
    c2.bound_by = c0  # which was there long before
    _, wrong = explained(Replay(replay.plan, replay.seed, replay.trajectory))
    assert [(each.detail, each.length // MINUTE) for each in wrong][-2:] == [("c0", 50), ("c2", 20)]
    assert sum(each.length for each in wrong) == what.end
    with pytest.raises(AssertionError):
        check_oracle(FORK, lengths, wrong)


def find(replay: Replay, thing: str, kind: str = "start") -> Row:
    (row,) = (row for row in replay.trajectory.rows if (row.kind, row.object) == (kind, thing))
    return row


# what a step waits for although it could begin


GATES = Case(
    HEAD
    + f"disruptions: {{fire: {{site: here}}, digger: {{link: line, lasts: {TIME}}}}}\n"
    + LAND.replace("people: 1000", f"people: 1000, call_out: {TIME}", 1)
    + f"""\
  components:
    c0:
      at: {{here: active, there: cold}}
      data: {{size: 1000 TB}}
      copies: {{tape: {{at: far, kind: backup, taken: daily 22:00, restores: 1 B/s to {FASTEST} B/s}}}}
      restore: {{by: infra}}
      {step("start", "team")}
  services: {{s: {{points: {{p: {{at: desk, needs: [c0]}}}}}}}}
""",
    {
        **{key: FORK.nodes[key] for key in ("detect", "assess", "decide")},
        "call": Node(("people on their way", ""), ("mobilise", "infra", "", 0, 0), ["assess"]),
        "digger": Node(("waiting for a copy", "c0"), ("lasts", "digger", "", 0, 0)),
        "restore": Node(("restoring data", "c0"), ("restores", "c0", "tape", 0, 0), ["decide", "call", "digger"]),
        "start": Node(("step under way", "c0"), ("start", "c0", "there", 0, 0), ["restore"]),
    },
    ["start"],
    FORK.luck,
)


@settings(usual, max_examples=25)
@given(st.integers(0, 10**6))
def test_the_last_wait_that_is_named_is_the_one_that_holds_it_up(seed: int) -> None:
    """People may be on their way, and a copy out of reach, while the decision goes on: only what ends last can be shortened."""
    lengths = drawn_lengths(GATES, seed) | {"digger": random.Random(seed).randrange(1_000, 4 * LONGEST) // 4}
    _, segments = explained(GATES.drill(lengths))
    whole = GATES.recovery(lengths)
    assert whole == GATES.longest(lengths)
    waits = {GATES.nodes[key].name: key for key in ("call", "digger")}
    for place, segment in enumerate(segments):
        event(segment.cause)
        key = waits.get((segment.cause, segment.detail))
        if key is None or (segments[place + 1].cause, segments[place + 1].detail) in waits:
            continue
        slack = whole - GATES.longest(lengths, without=key)
        assert slack == segment.length
        for shorter in (1, segment.length, lengths[key] - LEAST):
            assert GATES.recovery({**lengths, key: lengths[key] - shorter}) == whole - min(shorter, slack)


# crews that bind


def queues(number: int, people: int, needs: Mapping[int, Sequence[int]], extra: str = "") -> str:
    """Components that one team starts, each with a service of its own; `extra`: which has a person of its own."""
    land = LAND.replace("infra: {people: 1000}", f"infra: {{people: {people}}}, extra: {{}}, others: {{}}")
    lines = [
        f"    c{i}: {{at: {{here: active, there: warm}}, needs: [{', '.join(f'c{j}' for j in needs.get(i, ()))}], "
        f"start: {{takes: {TIME}, by: {'extra' if extra == f'c{i}' else 'infra'}}}}}"
        for i in range(number)
    ]
    services = [f"    s{i}: {{points: {{p: {{at: desk, needs: [c{i}]}}}}}}" for i in range(number)]
    return "\n".join(
        [HEAD + "disruptions: {fire: {site: here}}", land + "  components:", *lines, "  services:", *services]
    )


def queue_drill(text: str, seed: int) -> Replay:
    luck = {("start", f"c{i}"): random.Random(seed * 10 + i).random() for i in range(6)}
    return Replay.of(
        compile_scenario(loads(text)),
        1,
        0,
        lambda name, _: 0.9 if name[0] == "assess wrong" else luck.get(name[:2], 0.1),
    )


def waiting(replay: Replay) -> list[Row]:
    return [row for row in replay.trajectory.rows if row.kind == "start" and row.start > row.ready]


def busy(replay: Replay, service: str) -> list[Segment]:
    ((_, segments),) = replay.explain(service)
    return [segment for segment in segments if segment.cause == "team busy"]


def recovery(replay: Replay, service: str) -> int:
    ((what, _),) = replay.explain(service)
    return what.end


@settings(usual, max_examples=12)
@given(
    st.integers(2, 5).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.integers(1, n - 1),
            st.fixed_dictionaries({i: st.lists(st.integers(0, i - 1), unique=True, max_size=2) for i in range(1, n)}),
        )
    ),
    st.integers(0, 10**6),
)
def test_one_more_person_for_who_heads_the_queue_removes_the_wait(
    drawn: tuple[int, int, dict[int, list[int]]], seed: int
) -> None:
    number, people, needs = drawn
    before = queue_drill(queues(number, people, needs), seed)
    waits = waiting(before)
    assume(waits)
    first = min(row.ready for row in waits)  # until then one more person has nothing to do
    head = min((row for row in waits if row.ready == first), key=lambda row: row.order)
    (segment,) = busy(before, f"s{head.object[1:]}")
    assert (segment.begin, segment.end, segment.team) == (head.ready, head.start, "infra")
    assert any(segment.detail == f"start {row.object}" and row.end == segment.end for row in before.trajectory.rows)
    more = queue_drill(queues(number, people + 1, needs), seed)
    now = find(more, head.object)
    assert now.ready == now.start == head.ready
    service = f"s{head.object[1:]}"
    assert not busy(more, service)
    assert recovery(more, service) == recovery(before, service) - segment.length
    elsewhere = queue_drill(queues(number, people, needs).replace("others: {}", "others: {people: 2}"), seed)
    assert busy(elsewhere, service) == [segment]  # a person who cannot do it
    for row in waits:  # whoever waits, wherever in the queue: with a person of its own it does not
        alone = find(queue_drill(queues(number, people, needs, extra=row.object), seed), row.object)
        assert alone.ready == alone.start == row.ready


def test_one_more_person_for_who_stands_last_removes_nothing() -> None:
    """Three of equal rank and one person: with two the second goes at once, the third still waits."""
    one, two = (queue_drill(queues(3, people, {}), 1) for people in (1, 2))
    assert [row.object for row in sorted(waiting(one), key=lambda row: row.order)] == ["c1", "c2"]
    assert [row.object for row in waiting(two)] == ["c2"]
