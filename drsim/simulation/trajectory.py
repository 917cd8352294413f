"""What one drill leaves behind: the step table, the flags that levels follow from, and what was recovered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from drsim.planning.plan import Plan

__all__ = [
    "DONE",
    "DROPPED",
    "FAILED",
    "INTERRUPTED",
    "RUNNING",
    "UNUSABLE",
    "WAITING",
    "Recovery",
    "Row",
    "Trajectory",
]

DONE, FAILED, UNUSABLE, INTERRUPTED, DROPPED = "done", "failed", "unusable", "interrupted", "dropped"
RUNNING, WAITING = "running", "waiting"

Reference = tuple[str | int, ...]
"""("row", kind, object, site, incident, try) or ("outage", disruption, "begins" or "ends")."""


class Row:
    """One try of one step; `docs/semantics.md` section 10 says what each column means. Times in ms, -1 for never."""

    __slots__ = (
        "attempt", "bound_by", "copy", "crew", "due", "end", "freed_by", "incident", "kind", "object", "order", "outcome",
        "ready", "round", "seq", "site", "start", "step", "wanted",
    )  # fmt: skip

    kind: str
    object: str
    site: str
    crew: tuple[tuple[int, int], ...]
    copy: int
    seq: int

    def __init__(self, step: int, order: int, kind: str, incident: int, attempt: int, wanted: int) -> None:
        self.step = step
        self.order = order
        self.kind = kind
        self.incident = incident
        self.attempt = attempt
        self.wanted = wanted
        self.ready = self.start = self.end = -1
        self.outcome: str | None = None
        self.bound_by: Row | tuple[str, str] | None = None
        self.freed_by: Row | None = None
        self.copy = self.round = -1

    @property
    def reference(self) -> Reference:
        """How other rows point to this one."""
        return ("row", self.kind, self.object, self.site, self.incident, self.attempt)

    def __repr__(self) -> str:
        return (
            f"<{self.kind} {self.object} {self.site} #{self.incident}.{self.attempt} wanted {self.wanted} ready {self.ready} "
            f"{self.start}..{self.end} {self.outcome}>"
        )


class Recovery(NamedTuple):
    """A component with data that serves again: `lost_at - point` is what it lost, in ms."""

    component: int
    incident: int
    time: int
    lost_at: int
    point: int


@dataclass
class Trajectory:
    """One drill, as it went.

    `changes` are (time, flag, value) after the last round of each instant, in order. Flags are numbered: sites, links,
    deployments (on), deployments (checked), then `Structure.trusts`.
    """

    plan: Plan
    replication: int
    offset: int
    """ms from Monday 0:00 to the moment of the drill when the moment is drawn, else 0"""
    made: list[Row]
    """rows in the order in which they were made"""
    changes: list[tuple[int, int, bool]]
    recoveries: list[Recovery]
    lost_at_end: list[int]
    evacuations: list[tuple[int, int, int]]
    """(team, from, to)"""
    heads: list[tuple[int, int, int]]
    """(time, team, heads present) at every change"""
    arrivals: dict[tuple[int, int], int]
    """(incident, team) -> when it had arrived"""
    outages: dict[str, tuple[int, int]]
    """disruption -> (begin, end) as drawn, NEVER for no end of its own"""
    ended: int
    """the last instant at which something happened"""

    @cached_property
    def rows(self) -> list[Row]:
        """The step table, in order of (wanted, plan order, incident, try)."""
        return sorted(self.made, key=lambda row: (row.wanted, row.order, row.incident, row.attempt))

    def flag_name(self, flag: int) -> tuple[str, ...]:
        """The name of a flag: ("site", s), ("link", l), ("on", c, s), ("checked", c, s), ("trusted", service, point, c, s)."""
        structure = self.plan.structure
        if flag < len(structure.sites):
            return ("site", structure.sites[flag])
        flag -= len(structure.sites)
        if flag < len(structure.links):
            return ("link", structure.links[flag][0])
        flag -= len(structure.links)
        count = len(structure.deployments)
        if flag < 2 * count:
            c, s = structure.deployments[flag % count]
            return ("on" if flag < count else "checked", structure.components[c], structure.sites[s])
        p, d = structure.trusts[flag - 2 * count]
        c, s = structure.deployments[d]
        point = structure.points[p]
        return ("trusted", structure.services[point[0]], point[1], structure.components[c], structure.sites[s])


def reference_of(cause: Row | tuple[str, str] | None) -> Reference | None:
    """A cause as plain data."""
    if cause is None:
        return None
    return cause.reference if isinstance(cause, Row) else ("outage", *cause)
