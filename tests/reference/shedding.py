"""Making room (section 17 of docs/semantics.md), word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

Pool = tuple[str, str]
"""A site and the name of a pool there."""


class Shedding:
    """What is stopped for what is planned in a run."""

    def __init__(self, run: Any) -> None:
        self.run = run
        components = run.land.components
        self.sheddable = {c: components[c].active[0] for c in components if components[c].sheddable}
        self.chosen: dict[str, int] = {}
        self.stopped: dict[str, int] = {}
        self.away: set[str] = set()
        self.begun: list[Any] = []

    def uses(self, c: str, s: str) -> Counter[Pool]:
        return Counter({(s, pool): count.number for pool, count in self.run.land.components[c].uses.items()})

    def runs(self, kind: str, c: str) -> bool:
        return any(work.kind == kind and work.object == c for work in self.run.running())

    # who is chosen

    def settle(self, requests: list[tuple[str, str, int]]) -> None:
        """Walk the requests, (component, standby, incident), until nothing gives its room away at once."""
        while True:
            asked = self.walk(requests)
            idle = [c for c in self.chosen if (c, self.sheddable[c]) not in self.run.started]
            idle = [c for c in idle if not self.runs("stop", c) and not self.runs("restart", c)]
            if not idle:
                break
            for c in idle:
                self.give_away(c)
        waited = set(asked)
        for c in sorted(self.away, key=lambda c: self.run.plan[c]):
            uses = self.uses(c, self.sheddable[c])
            if waited & set(uses) or not self.fits(uses, Counter()):
                waited |= {pool for pool, count in uses.items() if count > self.free(pool)}
            else:
                self.away.remove(c)
                self.run.room.add((c, self.sheddable[c]))

    def free(self, pool: Pool) -> int:
        site, name = pool
        return int(self.run.capacity(site, name) - self.run.reserved(site, name))

    def fits(self, uses: Counter[Pool], more: Counter[Pool]) -> bool:
        return all(count <= self.free(pool) + more[pool] for pool, count in uses.items())

    def walk(self, requests: list[tuple[str, str, int]]) -> set[Pool]:
        """Admit or choose; all pools that those use who wait."""
        self.chosen = {}
        waited_for: set[Pool] = set()
        without_hope: set[Pool] = set()
        asked: set[Pool] = set()
        claimed: Counter[Pool] = Counter()
        for c, s, number in requests:
            uses = self.uses(c, s)
            lacking = {pool for pool, count in uses.items() if pool in waited_for or count > self.free(pool)}
            if not lacking:
                self.run.room.add((c, s))
                continue
            asked |= set(uses)
            if not without_hope & set(uses) and self.choose(c, s, number, claimed):
                claimed.update(uses)
                waited_for |= set(uses)
            else:
                waited_for |= lacking
                without_hope |= lacking
        return asked

    def choose(self, c: str, s: str, number: int, claimed: Counter[Pool]) -> bool:
        coming = [x for x in self.sheddable if x in self.chosen or self.runs("stop", x)]
        others = [x for x, at in self.sheddable.items() if at == s and x not in coming and (x, at) in self.run.room]
        others.sort(key=lambda x: self.run.plan[x])

        def would_fit(stopped: Iterable[str]) -> bool:
            more: Counter[Pool] = Counter()
            for x in (*coming, *stopped):
                more.update(self.uses(x, self.sheddable[x]))
            more.subtract(claimed)
            return self.fits(self.uses(c, s), more)

        if not would_fit(others):
            return False
        needed = list(others)
        for x in others:
            if would_fit(set(needed) - {x}):
                needed.remove(x)
        self.chosen.update(dict.fromkeys(needed, number))
        return True

    def is_near(self, c: Any, other: str) -> bool:
        """It stands where another component has its standby."""
        land = self.run.land.components
        return c in self.sheddable and other in land and self.sheddable[c] == land[other].standby

    def give_away(self, c: str) -> None:
        self.away.add(c)
        self.run.room.discard((c, self.sheddable[c]))

    # steps

    def wanted(self) -> Iterable[tuple[str, str, str, int]]:
        for c, s in self.sheddable.items():
            if c in self.chosen and (c, s) in self.run.started:
                yield "stop", c, s, self.chosen[c]
            elif c in self.stopped and not self.is_held(c) and self.run.usable(c, s):
                yield "restart", c, s, self.stopped[c]

    def is_held(self, c: str) -> bool:
        """No restart is wanted."""
        return c in self.away or self.runs("stop", c)

    def begin(self, work: Any) -> None:
        if work.kind == "stop" and work.object in self.sheddable:
            self.begun.append(work)

    def halt(self, sight: Any) -> None:
        """At the beginning of the next round what is being stopped does not run any more."""
        run = self.run
        for work in reversed(run.in_plan_order(self.begun)):
            d = (work.object, work.site)
            self.stopped[work.object] = work.incident
            run.started.discard(d)
            run.lost_since[d] = run.now
            run.note_grounds(len(run.applied) - 1)
            for other in reversed(run.in_plan_order(run.running())):
                if not run.keeps_ground(other, sight()):
                    run.finish(other, "interrupted")
        self.begun = []
