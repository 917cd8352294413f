"""Replicated copies that follow or are behind (section 11 of docs/semantics.md), word by word."""

from __future__ import annotations

from typing import Any

from drsim.model.bubble import is_twin, original
from reference import network
from reference.shipping import Shipped


class Following:
    """Since when the copy at the standby of each component of a run is behind."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.since: dict[str, int] = {}
        links = run.land.links
        whole = network.reached(links, set(run.land.sites), set(links))
        parts = {c: part for c, part in run.land.components.items() if part.standby is not None}
        self.components = {c: part for c, part in parts.items() if run.replica(c) is not None}
        self.shipped = {
            c: Shipped(run, c) for c, part in self.components.items() if part.copies[run.replica(c)].ships is not None
        }
        self.lines = {c for c, part in self.components.items() if any((a, part.standby) in whole for a in part.active)}

    def standby(self, c: str) -> str | None:
        """Also a home in waiting."""
        roles = ("hot", "warm", "cold", "waiting")
        return next((s for s in self.components[c].at if self.run.role[c, s] in roles), None)

    def look(self) -> None:
        """After items 1 and 4."""
        run = self.run
        up = run.up_sites()
        reached = network.reached(run.land.links, up, run.up_links())
        for c, part in self.components.items():
            there = self.standby(c)
            if there is None or is_twin(c):
                continue
            active = [s for s in part.at if run.role[c, s] == "active"]
            active = [s for s in active if (c, s) in run.started or c in run.back.moving]
            joined = any((s, there) in reached if c in self.lines else {s, there} <= up for s in active)
            follows = joined and c not in run.lost and not run.outages_of(c, there)
            if c in self.shipped:
                changes = c not in run.lost and c not in run.back.moving
                self.shipped[c].log.append((run.now, changes, follows, False))
            if follows:
                self.since.pop(c, None)
            else:
                self.since.setdefault(c, run.now)

    def begin_anew(self, c: str) -> None:
        """What stands by is as new as what is active."""
        self.since.pop(c, None)
        if c in self.shipped:
            self.shipped[c].log.append((self.run.now, False, False, True))

    def kept_as_one(self, c: str) -> list[tuple[str, str]]:
        """The replicated copies of its consistency group, else its own."""
        group = self.run.at_one.of(c)
        members = [c] if group is None else self.run.at_one.members[group]
        return [(m, name) for m in members if (name := self.run.replica(m)) is not None]

    def behind(self, m: str, c: str) -> int:
        """Since when the copy of a member of the group of a component is; of a twin that of production."""
        if is_twin(c):
            begun = self.run.lost[c].since
            return min(self.since.get(original(c), begun), begun)
        return min(self.since.get(m, self.since[c]), self.since[c])

    def behind_since(self, c: str) -> int:
        return min(self.behind(m, c) for m, _ in self.kept_as_one(c))

    def point(self, c: str, incident: int) -> int:
        """The point of the copy of a component that is lost, or cut off: the oldest of its group."""
        points = []
        for m, name in self.kept_as_one(c):
            since = self.behind(m, c)
            if m in self.shipped:
                since = self.shipped[m].point(self.run.lost[c].since)
            points.append(since - self.run.lag(m, name, incident))
        return int(min(points))
