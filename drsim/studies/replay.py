"""One drill again: its steps, its levels, its explanations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from drsim.displayed import Displayed
from drsim.errors import DrsimError, did_you_mean
from drsim.measures.busy import Steps, heads_at_work, transfers_on
from drsim.measures.drills import Group, Interruption, due_fates, groups, interruptions, met_levels, moves
from drsim.measures.explanation import Segment, explain, waits
from drsim.measures.pieces import Pieces
from drsim.measures.protection import unprotected
from drsim.measures.trials import tried
from drsim.measures.unmoved import unmoved
from drsim.model.bubble import original
from drsim.planning.plan import NEVER, Plan
from drsim.simulation.draws import Numbers, Script
from drsim.simulation.engine import Engine
from drsim.simulation.levels import Levels, levels
from drsim.simulation.trajectory import Recovery, Row, Trajectory, reference_of, why_that_copy
from drsim.studies.arguments import checked_drill, checked_seed
from drsim.units import HOUR, ONE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Replay"]


@dataclass(repr=False)
class Replay(Displayed):
    """A drill, replayed from the seed. Times in ms since its moment unless a column says otherwise."""

    plan: Plan
    seed: int
    trajectory: Trajectory

    def __repr__(self) -> str:
        """Say what it is, in one line; `timeline()` tells what happened."""
        return f"<Replay of drill {self.drill} of seed {self.seed}: {self.plan.scenario.title!r}>"

    @classmethod
    def of(
        cls, plan: Plan, seed: int, drill: int, script: Script | None = None, engine: Engine | None = None
    ) -> Replay:
        """Drill number `drill` of a seed; `script` gives a test's own uniform numbers by name.

        `engine`: one of this plan, when many drills are replayed.
        """
        seed, drill = checked_seed(seed), checked_drill(drill)
        engine = Engine(plan) if engine is None else engine
        return cls(plan, seed, engine.drill(Numbers(plan, seed, drill, 1, script), 0))

    @property
    def drill(self) -> int:
        """Its number."""
        return self.trajectory.replication

    @cached_property
    def computed(self) -> Levels:
        """The levels of points and deployments at every instant."""
        return levels(self.plan, [self.trajectory])

    @cached_property
    def _groups(self) -> dict[str, Group]:
        return {
            self.plan.structure.services[group.service]: group
            for group in groups(self.plan)
            if group.municipality is None and group.point is None
        }

    def group(self, service: str) -> Group:
        """The points of a service, as they are measured."""
        if service not in self._groups:
            raise DrsimError(f"no service is named {service!r}: {did_you_mean(service, self._groups)}")
        return self._groups[service]

    def explain(self, service: str) -> list[tuple[Interruption, list[Segment]]]:
        """Each interruption of a service with its segments; they add up to it exactly."""
        return explain(self.plan, self.group(service), self.trajectory, self.computed)

    def longest(self, service: str) -> tuple[Interruption, list[Segment]] | None:
        """The longest unplanned interruption (one that did not end is the longest of all), None if there was none."""
        found = [pair for pair in self.explain(service) if not pair[0].planned]
        return max(found, key=lambda pair: (not pair[0].back, pair[0].end - pair[0].begin), default=None)

    def interruptions(self, service: str) -> list[Interruption]:
        """The times at which a service is below its minimum, short good times in between joined."""
        return interruptions(self.plan, self.group(service), self.trajectory, self.computed)

    @cached_property
    def not_moved(self) -> dict[str, list[str]]:
        """What a planned move (`moves`) left where it was: why -> its components; empty without one."""
        return unmoved(self.plan, self.trajectory)

    @cached_property
    def no_room(self) -> dict[str, str]:
        """What still waits at the end for room at a standby: component -> its site; what a test never had room for is in `test`."""
        structure = self.plan.structure
        return {
            structure.components[c]: structure.sites[structure.deployments[structure.standby[c]][1]]
            for c in self.trajectory.roomless
            if c not in structure.twin_of
        }

    @cached_property
    def heads_at_work(self) -> dict[str, Steps]:
        """(ms, heads at work from then on) of each team that did anything, at each change."""
        return heads_at_work(self.plan, self.trajectory)

    def people_of(self, team: str) -> int:
        """The most of a team that its calendar lets be there at once."""
        return self.plan.people[self.plan.structure.teams.index(team)]

    def at_work(self, row: Row) -> list[tuple[int, int]]:
        """(begin, end) of each part of a step in which somebody is at work on it: not while its team or supplier is closed."""
        return Pieces(self.plan, self.trajectory).at_work(row) if row.start >= 0 else []

    @cached_property
    def transfers_on(self) -> dict[str, Steps]:
        """(ms, transfers from then on) of each link that carried any, at each change."""
        return transfers_on(self.plan, self.trajectory)

    @cached_property
    def unprotected(self) -> dict[str, list[tuple[int, int]]]:
        """When a second failure would have found no standby, by component (`docs/semantics.md` section 14)."""
        found = unprotected(self.plan, self.trajectory)
        return {self.plan.structure.components[c]: spans for c, spans in sorted(found.items())}

    @cached_property
    def test(self) -> dict[str, Any] | None:
        """How the test in a bubble went, and what it would have taken, by service; None where there is none. Times in ms."""
        trial, structure = self.trajectory.trial, self.plan.structure
        if trial is None:
            return None
        times = tried(self.plan, [self.trajectory], self.computed)[:, 0].tolist()
        found = zip(structure.tested, times, strict=True) if trial.begun >= 0 else ()
        return {
            "outcome": trial.outcome,
            **{name: _or_none(getattr(trial, name)) for name in ("begun", "ended", "stopped", "over")},
            "recovery_time": {original(name): None if time >= NEVER else time for name, time in found},
        }

    def waits(self, row: Row) -> list[Segment]:
        """Why a ready step did not start at once."""
        return waits(self.plan, self.trajectory, row)

    def data_lost(self, service: str) -> Recovery | None:
        """The recovery below a service that lost most data, None if none lost any."""
        below = self.group(service).data
        found = [r for r in self.trajectory.recoveries if r.component in below and r.point < r.lost_at]
        return max(found, key=lambda r: r.lost_at - r.point, default=None)

    def level(self, service: str) -> list[tuple[int, int]]:
        """(time, level in millionths) of a service, from each instant at which it changes."""
        return self._level(service, self.computed)

    def met(self, service: str) -> list[tuple[int, int]]:
        """The same, as citizens meet it: by hand, or at a neighbour's counter, where that is more."""
        return self._level(service, self._met)

    @cached_property
    def _met(self) -> Levels:
        return met_levels(self.plan, self.trajectory, self.computed)

    def moves(self, service: str) -> list[tuple[str, str, float]]:
        """From which point to which citizens go who are not served, and how many contacts (0 where none are counted)."""
        found = moves(self.plan, self.group(service), self.trajectory, self.computed)
        points = self.plan.structure.points
        return [(points[p][1], points[q][1], number) for p, q, number in found]

    @cached_property
    def due(self) -> list[tuple[str, str, int, str]]:
        """(service, what, when, how it went) of all that is due in the drill: `kept`, `kept by hand` or `missed`."""
        found = due_fates(self.plan, self.trajectory, self.computed)
        services = self.plan.structure.services
        return [
            (services[work.service], work.name, time, fate)
            for work, of_work in zip(self.plan.due, found, strict=True)
            for time, fate in of_work
        ]

    def _level(self, service: str, levels: Levels) -> list[tuple[int, int]]:
        group = self.group(service)
        total = sum(w * levels.points[p] for p, w in zip(group.points, group.weights, strict=True))
        values = (np.asarray(total) // sum(group.weights)).tolist() if group.points else []
        found: list[tuple[int, int]] = []
        for time, value in zip(levels.times.tolist(), values, strict=True):
            if not found or found[-1][1] != value:
                found.append((time, value))
        return found

    @property
    def levels(self) -> dict[str, list[tuple[float, float]]]:
        """Of every service (hours, level between 0 and 1) as step functions."""
        return {
            service: [(time / HOUR, value / ONE) for time, value in self.level(service)] for service in self._groups
        }

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The step table (`docs/semantics.md` section 10), times in hours, `inf` for never."""
        import pandas as pd

        return pd.DataFrame([self._row(row) for row in self.trajectory.rows], columns=_COLUMNS)

    def _row(self, row: Row) -> dict[str, Any]:

        def hours(time: int) -> float:
            return time / HOUR if time >= 0 else np.inf

        return {
            "step": row.kind,
            "object": row.object,
            "site": row.site,
            "incident": row.incident,
            "try": row.attempt,
            "team": self.plan.crew_text(row.crew, row.what.skills),
            "wanted_h": hours(row.wanted),
            "ready_h": hours(row.ready),
            "start_h": hours(row.start),
            "end_h": hours(row.end),
            "outcome": row.outcome,
            "bound_by": _named(reference_of(row.bound_by)),
            "freed_by": _named(reference_of(self.trajectory.freed_by(row))),
            "copy": self.trajectory.copy_name(row),
            "point_h": np.nan if row.point is None else row.point / HOUR,
            "behind_h": hours(row.behind),
            "why": why_that_copy(self.plan, row),
        }

    def _span(self, name: str, begin: int, end: int) -> dict[str, int | None]:
        """An outage; `began` of a corruption; `found` only where it was not seen at once."""
        span: dict[str, int | None] = {"begin": begin, "end": None if end >= NEVER else end}
        if name in self.trajectory.began:
            span["began"] = self.trajectory.began[name]
        found = self.trajectory.found_at.get((name, begin))
        if found is not None:
            span["found"] = None if found >= NEVER else found
        return span

    def to_dict(self) -> dict[str, Any]:
        """Every step, interruption and level change as plain data for JSON; times in ms, null for never."""
        trajectory = self.trajectory
        teams = self.plan.structure.teams
        return {
            "drill": self.drill,
            "seed": self.seed,
            "moment_of_week_ms": trajectory.offset if not self.plan.dated else None,
            "outages": {
                name: [self._span(name, *span) for span in spans] for name, spans in trajectory.outages.items()
            },
            "room": [
                {"time": time, "component": self.plan.structure.components[c], "away": away}
                for time, c, away in trajectory.shed
            ],
            "supply": [
                {"time": event.time, "site": self.plan.structure.sites[event.site], "what": event.what}
                for event in trajectory.supply
            ],
            "steps": [
                {
                    "kind": row.kind,
                    "object": row.object,
                    "site": row.site,
                    "incident": row.incident,
                    "try": row.attempt,
                    "crew": {teams[t]: heads for t, heads in row.crew},
                    "skills": {teams[t]: skill for t, skill in row.what.skills},
                    "who": [{"team": teams[t], "name": self.plan.heads[t][head].name or None} for t, head in row.taken],
                    **{name: _or_none(getattr(row, name)) for name in ("wanted", "ready", "start", "end")},
                    "outcome": row.outcome,
                    "bound_by": reference_of(row.bound_by),
                    "freed_by": reference_of(trajectory.freed_by(row)),
                    "copy": trajectory.copy_name(row) or None,
                    "point": row.point,
                    "behind": _or_none(row.behind),
                    "passed_over": [{"copy": name, "why": why} for name, why in row.passed_over],
                }
                for row in trajectory.rows
            ],
            "consistency": [
                {
                    "group": name,
                    "time": time,
                    "point": common.point,
                    "component": self.plan.structure.components[common.component],
                    "copy": self.plan.copies[common.component][common.copy].name,
                }
                for time, name, common in trajectory.points_taken
            ],
            "rests": [
                {"team": teams[t], "name": self.plan.heads[t][head].name or None, "begin": begin, "end": end}
                for t, head, begin, end in trajectory.rests
            ],
            "flags": [
                {"time": time, "flag": list(trajectory.flag_name(flag)), "value": value}
                for time, flag, value in trajectory.changes
            ],
            "levels": {service: self.level(service) for service in self._groups},
            "met": {
                service: self.met(service)
                for service in self._groups
                if self.group(service).service in self.plan.by_hand
                or any(p in self.plan.fallbacks for p in self.group(service).points)
            },
            "due": [
                {"service": service, "due": name, "time": time, "outcome": fate}
                for service, name, time, fate in self.due
            ],
            "interruptions": {
                service: [
                    {
                        "begin": what.begin,
                        "end": what.end if what.back else None,
                        "censored": not what.back,
                        "planned": what.planned,
                        "by_hand": None if what.by_hand is None else {"begin": what.by_hand[0], "end": what.by_hand[1]},
                        "segments": [segment._asdict() for segment in segments],
                    }
                    for what, segments in self.explain(service)
                ]
                for service in self._groups
            },
            "recoveries": [
                {
                    "component": self.plan.structure.components[r.component],
                    "time": r.time,
                    "lost_at": r.lost_at,
                    "data_lost": r.lost_at - r.point,
                }
                for r in trajectory.recoveries
            ],
            "unprotected": {
                name: [{"begin": begin, "end": end} for begin, end in spans] for name, spans in self.unprotected.items()
            },
            "test": self.test,
            "not_moved": {name: why for why, names in self.not_moved.items() for name in names},
            "no_room": self.no_room,
            "not_recovered": [self.plan.structure.components[c] for c in trajectory.lost_at_end],
        }

    def timeline(self, service: str | None = None) -> str:
        """The drill as a log that a person can read."""
        from drsim.reporting.timeline import timeline

        return str(timeline(self, service))


_COLUMNS = [
    "step", "object", "site", "incident", "try", "team", "wanted_h", "ready_h", "start_h", "end_h", "outcome", "bound_by",
    "freed_by", "copy", "point_h", "behind_h", "why",
]  # fmt: skip


def _or_none(time: int) -> int | None:
    return time if time >= 0 else None


def _named(reference: tuple[str | int, ...] | None) -> str:
    if reference is None:
        return ""
    if reference[0] == "outage":
        return f"{reference[1]} {reference[2]}"
    _, kind, name, site, incident, attempt = reference
    return f"{kind} {name}" + (f" @ {site}" if site else "") + f" #{incident}.{attempt}"
