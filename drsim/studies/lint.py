"""Weaknesses that are in a plan before anything happens, each shown by a drill.

What the structure makes one suspect (`drsim.planning.lint`) is drilled with the disruptions that would show it, in a drill in which
luck has no part: every chance turns out well, and what is uncertain takes its median. What such a drill does not show is not told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from immutabledict import immutabledict

from drsim.displayed import Displayed
from drsim.errors import Problem
from drsim.model.needs import All, AtLeast, Need
from drsim.model.needs import Any as AnyOf
from drsim.model.scenario import Disruption, Scenario
from drsim.model.tree import plain_leaf, written
from drsim.planning.compile import compile_scenario
from drsim.planning.lint import SUSPECTS, Ground, Probe, Rule, Suspect
from drsim.planning.plan import ACTIVE, Plan
from drsim.planning.variant import variant
from drsim.reading import Written, load_placed
from drsim.simulation.draws import DrawName
from drsim.simulation.trajectory import WAITING, Row
from drsim.studies.arguments import checked_scenario
from drsim.studies.replay import Replay
from drsim.units import MINUTE, format_ms

__all__ = ["Finding", "Lint", "lint"]

_WELL: Final = 2.0**-40
"""The number of what happens if it is below a probability; the other one is above all but certainty."""
_ILL: Final = 1 - _WELL


@dataclass(frozen=True)
class Finding:
    """A weakness, and the drill that shows it."""

    rule: Rule
    problem: Problem
    """Where it is written (path; file, line and column of what was read from files), what is wrong, and the next move."""
    components: tuple[str, ...]
    services: tuple[str, ...]
    """Those that the drill shows to suffer; may be empty."""
    shown: str
    """What the drill shows."""
    scenario: Scenario
    """What was drilled: the scenario with nothing but the disruptions that show it."""
    replay: Replay = field(repr=False, compare=False)
    """The drill, in which every chance turns out well."""

    @property
    def disruptions(self) -> dict[str, Any]:
        """What happens in the drill, as a scenario file would say it."""
        return {name: written(what, plain_leaf) for name, what in self.scenario.disruptions.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rule": self.rule,
            "path": self.problem.path,
            "file": self.problem.file,
            "line": self.problem.line,
            "column": self.problem.column,
            "text": self.problem.rule,
            "hint": self.problem.hint,
            "components": list(self.components),
            "services": list(self.services),
            "shown": self.shown,
            "moment": None if self.scenario.moment is None else f"{self.scenario.moment:%Y-%m-%d %H:%M}",
            "disruptions": self.disruptions,
        }


@dataclass(frozen=True, repr=False)
class Lint(Displayed):
    """The weaknesses of a plan, by file and line, then by path and rule."""

    scenario: Scenario
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        """Say what it is, in one line; `findings` has what was found."""
        return f"<Lint of {self.scenario.title!r}: {len(self.findings)} found>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "scenario": {"title": self.scenario.title, "digest": self.scenario.digest()},
            "findings": [finding.to_dict() for finding in self.findings],
        }


def lint(scenario: Scenario | str | os.PathLike[str], *, places: Written | None = None) -> Lint:
    """Find weaknesses in the plan of a scenario, whatever its own disruptions are; the path of one is read first.

    `places`: where the scenario was written, as `drsim.reading.load_placed` gives it; of the path of a file it is known. Without it a
    finding has its path, and no file and line.
    """
    if isinstance(scenario, str | os.PathLike):
        scenario, places = load_placed(scenario)
    scenario = checked_scenario(scenario)
    return Lint(scenario, tuple(_Linter(scenario, places or Written()).findings()))


class _Linter:
    """Drills what is suspected."""

    def __init__(self, scenario: Scenario, places: Written) -> None:
        left_out: dict[str, object] = {
            "disruptions": immutabledict(),
            "moves": None,
            "tests": None,
            "expect": immutabledict(),
        }
        self.bare = scenario.model_copy(update=left_out)
        self.places = places
        plan = compile_scenario(self.bare)
        self.ground = Ground(self.bare, plan)
        self.plans: dict[datetime | None, Plan] = {self.bare.moment: plan}
        self.drills: dict[tuple[datetime | None, Mapping[str, Disruption]], Drilled] = {}

    def findings(self) -> list[Finding]:
        found = [
            finding for suspects in SUSPECTS.values() for finding in map(self.shown, suspects(self.ground)) if finding
        ]
        return sorted(found, key=_order)

    def shown(self, suspect: Suspect) -> Finding | None:
        """The finding, if one of the drills shows what is suspected."""
        for number, probe in enumerate(suspect.probes):
            other = self.drilled(suspect.without[number]) if suspect.without else None
            told = SHOWS[suspect.rule](suspect, self.drilled(probe), other)
            if told is not None:
                return self._finding(suspect, self.drilled(probe), *told)
        return None

    def _finding(self, suspect: Suspect, drilled: Drilled, shown: str, services: tuple[str, ...]) -> Finding:
        mark = self.places.at(suspect.path)
        path = ".".join(map(str, suspect.path))
        problem = Problem(suspect.text, path, mark.file, mark.line, mark.column, None, suspect.hint)
        replay = drilled.replay
        return Finding(suspect.rule, problem, suspect.components, services, shown, replay.plan.scenario, replay)

    def drilled(self, probe: Probe) -> Drilled:
        """The drill of what happens, done once."""
        moment = self.bare.moment if probe.moment is None else probe.moment
        key = moment, probe.disruptions
        if key not in self.drills:
            if moment not in self.plans:
                self.plans[moment] = compile_scenario(self.bare.model_copy(update={"moment": moment}))
            plan = variant(self.plans[moment], outages=probe.disruptions)
            stays = tuple(outage for outage in plan.outages if outage.name not in plan.failing)
            self.drills[key] = Drilled(plan.but(outages=stays, failing={}))  # nothing fails of its own
        return self.drills[key]


def _order(finding: Finding) -> tuple[Any, ...]:
    at = finding.problem
    return (at.file or "", at.line or 0, at.column or 0, at.path, finding.rule, at.rule)


class Drilled:
    """One drill in which luck has no part, and what it shows."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def replay(self) -> Replay:
        """Every chance turns out well, and what is uncertain takes its median."""
        chances = {variable.purpose for variable in self.plan.variables if variable.law is None}

        def luck(name: DrawName, _: int) -> float:
            if name[0] not in chances:
                return 0.5
            return _ILL if name[0] == "assess wrong" else _WELL

        return Replay.of(self.plan, 1, 0, luck)

    @cached_property
    def lost(self) -> frozenset[str]:
        """The components that are lost at the end."""
        return frozenset(self.plan.structure.components[c] for c in self.replay.trajectory.lost_at_end)

    @cached_property
    def away(self) -> frozenset[str]:
        """The services that are below their minimum at the end."""
        return frozenset(name for name in self.plan.structure.services if self._last(name) is False)

    @cached_property
    def back(self) -> frozenset[str]:
        """Those that were below it, and are not at the end."""
        return frozenset(name for name in self.plan.structure.services if self._last(name) is True)

    def _last(self, service: str) -> bool | None:
        found = [each for each in self.replay.interruptions(service) if not each.planned]
        return found[-1].back if found else None

    @property
    def rows(self) -> list[Row]:
        """All steps."""
        return self.replay.trajectory.rows

    def running(self, time: int) -> frozenset[tuple[str, str]]:
        """(component, site) of all that runs after an instant."""
        structure = self.plan.structure
        names = [(structure.components[c], structure.sites[s]) for c, s in structure.deployments]
        on = {name for name, role in zip(names, structure.roles, strict=True) if role == ACTIVE}
        for at, flag, value in self.replay.trajectory.changes:
            key = self.replay.trajectory.flag_name(flag)
            if at > time:
                break
            if key[0] == "on":
                on = on | {(key[1], key[2])} if value else on - {(key[1], key[2])}
        return frozenset(on)


Told = tuple[str, tuple[str, ...]]
"""What a drill shows, and the services that it shows to suffer."""


def _names(names: tuple[str, ...], most: int = 4) -> str:
    """`passport, marriage and 3 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _rounded(ms: int) -> str:
    """A time as minutes tell it."""
    return format_ms(max(1, round(ms / MINUTE)) * MINUTE)


def _horizon(drilled: Drilled) -> str:
    return drilled.plan.scenario.horizon.text


def _shows_no_way_back(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    services = tuple(name for name in suspect.services if name in drilled.away)
    if not services or not drilled.lost.issuperset(suspect.components):
        return None
    return (
        f"{suspect.components[0]} is not back in {_horizon(drilled)}, nor {_verb(services)} {_names(services)}",
        services,
    )


def _shows_later_group(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    name, *later = suspect.components
    early = {drilled.plan.steps[step].component for step, _, _ in drilled.replay.trajectory.early}
    if drilled.plan.structure.components.index(name) in early:
        return f"a start of {name} fails, since it began before what it needs was there", ()
    stuck = tuple(other for other in later if other in drilled.lost)
    if name not in drilled.lost or not stuck:
        return None
    text = f"{name} waits for {_names(stuck)}, and that for the group of {name}: nothing of it is back in {_horizon(drilled)}"
    return text, tuple(sorted(drilled.away))


def _shows_nobody_can(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    step = suspect.step
    assert step is not None
    for row in drilled.rows:
        named = row.object.startswith(step.object) if step.object.endswith(".") else step.object in ("", row.object)
        if row.kind == step.kind and named and row.ready >= 0 and row.start < 0 and row.outcome == WAITING:
            what = f"{row.kind} {row.object}{f' at {row.site}' if row.site else ''}"
            waits = _rounded(drilled.plan.horizon - row.ready)
            return f"{what} is ready after {_rounded(row.ready)}, and nobody has begun it {waits} later", tuple(
                sorted(drilled.away)
            )
    return None


def _shows_start_circle(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    parts, circle = drilled.plan.landscape.components, set(suspect.components)
    for row in drilled.rows:
        if row.kind not in ("start", "restart") or row.object not in circle or row.start < 0:
            continue
        running = drilled.running(row.start)
        down = {name for name in circle - {row.object} if not any(name == other for other, _ in running)}
        if not _holds(parts[row.object].needs, down):
            needed = tuple(name for name in sorted(down) if not _holds(parts[row.object].needs, {name}))
            text = (
                f"{row.object} is started after {_rounded(row.start)}, when {_names(needed or tuple(sorted(down)))}, "
            )
            return f"{text}which it needs, runs nowhere: the drill takes for granted that this works", ()
    return None


def _holds(need: Need, down: set[str]) -> bool:
    """Whether a need is met without these components, were all others there."""
    if isinstance(need, str):
        return need not in down
    met = sum(_holds(part, down) for part in need.of)
    match need:
        case All():
            return met == len(need.of)
        case AnyOf():
            return met > 0
        case AtLeast(count=count):
            return met >= count


def _shows_too_little_room(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    waiting = drilled.replay.no_room
    structure = drilled.plan.structure
    there = {name: drilled.plan.landscape.components[name].standby for name in suspect.components}
    never = {
        name
        for name in suspect.components
        if name in drilled.lost and not drilled.plan.strategies[structure.components.index(name)]
    }
    left = tuple(name for name in suspect.components if waiting.get(name) == there[name] or name in never)
    if not left:
        return None
    verb = "is" if len(left) == 1 else "are"
    return f"{_names(left)} {verb} still without room after {_horizon(drilled)}", tuple(sorted(drilled.away))


def _shows_copies_too_far_apart(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    c = drilled.plan.structure.components.index(suspect.components[0])
    losses = [each.lost_at - each.point for each in drilled.replay.trajectory.recoveries if each.component == c]
    if not losses or max(losses) <= suspect.limit:
        return None
    return f"{suspect.components[0]} loses the data of {format_ms(max(losses))}", suspect.services


def _shows_data_at_one_place(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    name = suspect.components[0]
    c = drilled.plan.structure.components.index(name)
    restored = [each for each in drilled.replay.trajectory.recoveries if each.component == c]
    if restored or name not in drilled.lost:
        return None
    services = tuple(each for each in suspect.services if each in drilled.away)
    return f"nothing of the data of {name} has come back after {_horizon(drilled)}", services


def _shows_one_person(suspect: Suspect, drilled: Drilled, without: Drilled | None) -> Told | None:
    assert without is not None
    promises = drilled.plan.landscape.services
    services = tuple(name for name in sorted(without.back & drilled.away) if promises[name].targets.rto is not None)
    if not services:
        return None
    return (
        f"{_names(services)} {_verb(services)} not back in {_horizon(drilled)}, and would be with that person",
        services,
    )


def _shows_no_witness(suspect: Suspect, drilled: Drilled, _: Drilled | None) -> Told | None:
    name = suspect.components[0]
    for time in sorted({time for time, _, _ in drilled.replay.trajectory.changes}):
        sites = sorted(site for other, site in drilled.running(time) if other == name)
        if len(sites) > 1:
            return f"{name} serves at {sites[0]} and at {sites[1]} at once, {_rounded(time)} after it was cut off", ()
    return None


def _verb(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


SHOWS: Final[Mapping[Rule, Callable[[Suspect, Drilled, Drilled | None], Told | None]]] = {
    "no way back": _shows_no_way_back,
    "later group": _shows_later_group,
    "nobody can": _shows_nobody_can,
    "start circle": _shows_start_circle,
    "too little room": _shows_too_little_room,
    "copies too far apart": _shows_copies_too_far_apart,
    "data at one place": _shows_data_at_one_place,
    "one person": _shows_one_person,
    "no witness": _shows_no_witness,
}
"""The rules, each with how a drill shows it; None where it does not."""
