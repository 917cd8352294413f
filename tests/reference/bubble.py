"""A test in a bubble (section 18 of docs/semantics.md), word by word."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from drsim.model.bubble import doubled, is_twin, original
from drsim.model.scenario import Scenario
from reference.levels import Levels, initial, levels

Step = tuple[str, str, str, int]


def with_bubble(scenario: Scenario) -> Scenario:
    """The scenario in whose landscape twins stand beside production; itself where nothing is tested."""
    if scenario.tests is None:
        return scenario
    return scenario.model_copy(update={"landscape": doubled(scenario.tests, scenario.landscape)})


class Bubble:
    """The test in a run."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.test = run.scenario.tests
        self.twins = [c for c, part in run.land.components.items() if is_twin(c) and part.at]
        self.number = -1
        self.outcome = ""
        self.begun = self.ended = self.stopped = self.over = -1
        self.ended_by = -1
        self.struck = False

    @property
    def runs(self) -> bool:
        return self.begun >= 0 and self.ended < 0

    @property
    def tears_down(self) -> bool:
        return self.ended >= 0 and self.over < 0

    def inside(self, thing: str) -> bool:
        """A step of the bubble, or a component in it."""
        return is_twin(thing)

    def site_of(self, c: str) -> str:
        return str(self.run.land.components[c].standby)

    def left_out(self, thing: str) -> set[str]:
        """As if the site under test were down."""
        return {self.test.site} if self.test is not None and is_twin(thing) else set()

    def next_edge(self) -> list[int]:
        if self.test is None:
            return []
        times = [self.test.after.ms]
        if self.runs and self.test.lasts is not None:
            times.append(self.begun + self.test.lasts.ms)
        return times

    def settle(self) -> bool:
        """It begins, or ends; tell whether anything did."""
        run, test = self.run, self.test
        if test is None:
            return False
        if run.now == test.after.ms and not self.outcome:
            self.begin()
            return True
        if not self.runs:
            self.struck = False
            return False
        late = test.lasts is not None and run.now == self.begun + test.lasts.ms
        done = self.is_done()
        if not (self.struck or done or late):
            return False
        self.end("failed" if self.struck else "done" if done else "out of time")
        if self.struck:
            self.stop()
        self.struck = False
        for work in reversed(run.in_plan_order(run.running())):
            if self.inside(work.object):
                run.finish(work, "interrupted")
        return True

    def is_called_off(self) -> bool:
        run = self.run
        if run.lost:
            return True
        for incident in run.incidents:
            if not run.root_is_back(incident) or not (incident.assessed or incident.forgotten):
                return True
        for c in map(original, self.twins):
            part = run.land.components[c]
            home = (c, self.test.site)
            if run.standby(c) is None or run.role[home] != "active" or home not in run.started or not part.active:
                return True
        return False

    def begin(self) -> None:
        run = self.run
        if self.is_called_off():
            self.outcome = "called off"
            return
        self.outcome, self.begun, self.number = "running", run.now, len(run.incidents)
        incident = run.new_incident("test", self.test.site)
        incident.detected = incident.assessed = incident.go = True
        incident.arrived = set(run.taking_part)
        run.incidents.append(incident)
        for c in self.twins:
            run.lose_component(c, self.number)

    def is_done(self) -> bool:
        run = self.run
        waits = any(run.strategy(c) is not None for c in self.twins if c in run.lost)
        return not waits and not any(self.inside(step[1]) for step in run.wanted())

    def end(self, outcome: str) -> None:
        run = self.run
        self.outcome, self.ended = outcome, run.now
        self.ended_by = len(run.applied) - 1
        for c in self.twins:
            run.lost.pop(c, None)

    def strike(self) -> None:
        """A real disruption."""
        if self.runs:
            self.end("failed")
        if self.tears_down:
            self.stop()

    def stop(self) -> None:
        run = self.run
        if self.stopped >= 0:
            return
        self.stopped = run.now
        for c in self.twins:
            s = self.site_of(c)
            run.started.discard((c, s))
            run.role[c, s] = run.land.components[c].at[s].role

    def is_over(self, thing: str) -> bool:
        """Something in the bubble of which nothing is wanted any more."""
        return self.inside(thing) and not self.runs

    def wanted(self) -> Iterable[Step]:
        if self.tears_down:
            yield "teardown", self.test.site, "", self.number

    def tear_down(self) -> None:
        run = self.run
        self.stop()
        self.over = run.now
        for c in self.twins:
            run.room.discard((c, self.site_of(c)))


def inside(scenario: Scenario, drill: Any) -> list[tuple[int, int, Levels]]:
    """Give (since, until, levels in the bubble): "with the site under test down"."""
    assert scenario.tests is not None
    whole = with_bubble(scenario)
    flags = initial(whole)
    line = []
    times = sorted({0, *(time for time, _, _ in drill.changes)})
    for since, until in pairwise([*times, scenario.horizon.ms]):
        flags |= {flag: value for at, flag, value in drill.changes if at == since}
        of_production = {d: level for d, level in levels(whole, flags).deployment.items() if not is_twin(d[0])}
        left_out = {("site", scenario.tests.site): False}
        line.append((since, until, levels(whole, flags | left_out, of_production)))
    return line


def recovery_times(scenario: Scenario, drill: Any) -> dict[str, float | None]:
    """The recovery time in the test of each service in the bubble, ms."""
    if scenario.tests is None:
        return {}
    _, begun, stopped = drill.test
    end = stopped if stopped >= 0 else scenario.horizon.ms
    found: dict[str, float | None] = {}
    for service in filter(is_twin, with_bubble(scenario).landscape.services):
        good = [
            max(since, begun)
            for since, until, now in inside(scenario, drill)
            if until > begun and since < end and now.at_minimum[service, "", ""]
        ]
        found[service] = None if begun < 0 else min(good, default=math.inf) - begun
    return found
