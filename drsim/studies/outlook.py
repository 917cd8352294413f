"""What will happen before anything runs: what the disruptions take away, and the steps that bring it back.

What is lost does not depend on luck, only on the disruptions: it is read off one drill in which all of them happen. Whether a
step is taken may depend on it (a second strategy comes after a failed first one), so the steps are those that a drill may take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from drsim.model.bubble import is_twin, members, not_there, services_of
from drsim.model.landscape import ALWAYS, OnCall
from drsim.model.needs import NOTHING, All, AtLeast, Need, leaves, without
from drsim.model.tree import UNTIL_REPAIRED
from drsim.planning.graph import closure, needs_graph, starting_needs
from drsim.planning.plan import ACTIVE, NEVER, NO_PRIORITY, Outage, Plan, StepPlan, Variable
from drsim.planning.shipping import highest
from drsim.studies.replay import Replay
from drsim.units import ONE, Duration, Size, format_ms

__all__ = ["Expected", "Loss", "Outlook", "need_text"]


@dataclass(frozen=True)
class Loss:
    """What the disruptions that begin at one instant take away."""

    outages: tuple[str, ...]
    components: tuple[str, ...]
    """those that nowhere run any more, in plan order"""
    weakened: tuple[str, ...]
    """those that still run at another site"""
    services: tuple[str, ...]
    """those that go below their minimum"""


@dataclass(frozen=True)
class Expected:
    """A step that may be taken."""

    place: int
    """in plan order, from 1"""
    kind: str
    object: str
    site: str
    takes: str
    """its law"""
    crew: dict[str, int]
    skills: dict[str, str]
    """of some teams of the crew, what all their heads must be able to do"""
    boots: str
    """what starts at once on a pool"""
    after: str
    """what it waits for"""
    works: float
    attempts: int
    priority: int | None
    """ms; None for none"""


@dataclass
class Outlook:
    """What a plan leads one to expect."""

    plan: Plan
    seed: int = 1

    @cached_property
    def _replay(self) -> Replay:
        """One drill in which all disruptions happen, and nothing fails of its own."""
        outages = tuple(outage for outage in self.plan.outages if outage.name not in self.plan.failing)
        plan = self.plan.but(outages=outages, failing={}) if self.plan.failing else self.plan
        return Replay.of(plan, self.seed, 0, lambda name, _: 0.0 if name[0] == "happens" else None)

    @cached_property
    def losses(self) -> list[Loss]:
        """By instant, in the order in which they come in the first drill of the seed."""
        found: dict[int, list[str]] = {}
        kinds = {outage.name: outage.kind for outage in self.plan.outages}
        for name, spans in sorted(self._replay.trajectory.outages.items()):
            for begin, _ in spans[:1] if kinds[name] != "power" else ():
                if begin < self.plan.horizon:
                    found.setdefault(begin, []).append(name)
        return [self._loss(tuple(names), begin) for begin, names in sorted(found.items())]

    def _loss(self, names: tuple[str, ...], begin: int) -> Loss:
        structure, drill = self.plan.structure, self._replay.trajectory
        on: set[tuple[str, ...]] = {
            ("on", structure.components[c], structure.sites[s])
            for (c, s), role in zip(structure.deployments, structure.roles, strict=True)
            if role == ACTIVE
        }
        gone: set[str] = set()
        for time, flag, value in drill.changes:
            key = drill.flag_name(flag)
            if time > begin:
                break
            if key[0] != "on" or is_twin(key[1]):
                continue
            if value:
                on.add(key)
            else:
                on.discard(key)
                if time == begin:
                    gone.add(key[1])
        still = {key[1] for key in on}
        below = [
            service
            for service in structure.services
            if any(what.begin == begin for what in self._replay.interruptions(service))
        ]
        return Loss(
            names,
            tuple(part for part in structure.components if part in gone and part not in still),
            tuple(part for part in structure.components if part in gone and part in still),
            tuple(below),
        )

    @cached_property
    def lost(self) -> frozenset[str]:
        """All components of which something is lost."""
        return frozenset(part for loss in self.losses for part in (*loss.components, *loss.weakened)) | self.fragile

    @cached_property
    def fragile(self) -> frozenset[str]:
        """What is lost where something fails of its own or is cut off, with what may run on it."""
        structure = self.plan.structure
        own = [outage for outage in self.plan.outages if outage.name in self.plan.failing]
        sites = {target for outage in own if outage.kind == "site" for target in outage.targets}
        todo = [target for outage in own if outage.kind == "component" for target in outage.targets]
        todo += [partition.home for partition in self.plan.partitions]
        todo += [d for d, (_, s) in enumerate(structure.deployments) if s in sites]
        seen = set(todo)
        while todo:
            more = set(structure.supports[todo.pop()]) - seen
            seen |= more
            todo.extend(more)
        found = (structure.components[structure.deployments[d][0]] for d in seen)
        return frozenset(name for name in found if not is_twin(name))

    @cached_property
    def touched(self) -> frozenset[str]:
        """The services of which a point serves less than all in the first drill of the seed, or that rest on what is fragile."""
        structure, levels = self.plan.structure, self._replay.computed.points
        points = [(p, point[0]) for p, point in enumerate(structure.points) if point[0] < len(structure.services)]
        found = {structure.services[sv] for p, sv in points if levels[p].min() < ONE}
        graph = needs_graph(self.plan.landscape)
        for name in structure.services:
            service = self.plan.landscape.services[name]
            direct = {leaf for point in service.points.values() for leaf in leaves(point.needs)}
            if not self.fragile.isdisjoint(closure(graph, direct)):
                found.add(name)
        return frozenset(found)

    @cached_property
    def consistency(self) -> dict[str, tuple[str, ...]]:
        """The consistency groups of which something is lost."""
        structure, hit = self.plan.structure, {self.plan.structure.components[c] for c in self._corrupt} | self.lost
        groups = {name: tuple(structure.components[c] for c in members) for name, members in structure.consistency}
        return {name: members for name, members in groups.items() if not hit.isdisjoint(members)}

    # steps

    @cached_property
    def steps(self) -> list[Expected]:
        """The steps that may be taken, in plan order."""
        starts = starting_needs(self.plan.landscape)
        return [
            self._expected(place, step, starts)
            for place, step in enumerate(filter(self._may_be_taken, self.plan.steps), start=1)
        ]

    def _may_be_taken(self, step: StepPlan) -> bool:
        structure = self.plan.structure
        if is_twin(step.object):
            return self._is_tried(step)
        if step.point >= 0:
            return step.site not in self._away and any(
                structure.components[c] in self.lost for c in structure.direct[step.point]
            )
        if step.kind == "task":
            return self._is_due(step)
        if step.kind in ("stop", "restart") and self.sheddable.get(step.object):
            return True
        if step.object in self.moved and step.kind in ("stop", "switch", "start", "restart", "synchronise"):
            at_home = structure.roles[step.deployment] == ACTIVE
            if step.kind == "stop" and not at_home:
                return self._may_be_taken_back(step)
            return at_home if step.kind in ("stop", "restart") else not at_home
        if step.object not in self.lost:
            return False
        strategies = self.plan.strategies[step.component]
        away = step.site in self._away
        match step.kind:
            case "switch":
                return "hot" in strategies and not away
            case "precheck" | "start":
                return ("warm" in strategies or "cold" in strategies) and not away
            case "restore":
                return ("cold" in strategies or step.component in self._corrupt) and not away
            case "stable" | "synchronise" | "stop":
                return step.object in self.going_home and (step.kind == "stop") != (
                    structure.roles[step.deployment] == ACTIVE
                )
            case "repair":
                return any(outage.until_repaired and step.deployment in outage.targets for outage in self.plan.outages)
            case "restart":
                return structure.roles[step.deployment] == ACTIVE and not away and self._restarts(step)
        return not away and (structure.roles[step.deployment] != ACTIVE or self._restarts(step))

    def _may_be_taken_back(self, step: StepPlan) -> bool:
        """Whether what has moved goes back with another move that fails."""
        assert self.plan.move is not None
        groups = self.plan.scenario.landscape.consistency_groups.values()
        together = [self.moved] if self.plan.move.all_back else [group for group in groups if step.object in group]
        return any(name != step.object and name in self.moved for names in together for name in names)

    def _is_tried(self, step: StepPlan) -> bool:
        """Whether a step of a bubble may be taken."""
        if step.point >= 0 or step.kind == "verify":
            return True
        strategies = self.plan.strategies[step.component]
        match step.kind:
            case "switch":
                return "hot" in strategies
            case "precheck" | "start":
                return "warm" in strategies or "cold" in strategies
        return step.kind == "restore" and "cold" in strategies

    @property
    def trial(self) -> dict[str, Any] | None:
        """What is tried in a bubble, as plain data; None for nothing."""
        tests, plan = self.plan.scenario.tests, self.plan
        if tests is None or plan.trial is None:
            return None
        trial, landscape = plan.trial, plan.scenario.landscape
        return {
            "site": tests.site,
            "after_ms": trial.after,
            "lasts_ms": None if trial.lasts >= NEVER else trial.lasts,
            "components": list(members(tests, landscape)),
            "covers": sorted(tests.covers),
            "stand_ins": sorted(tests.stand_ins),
            "frees": None if tests.frees is None else dict(sorted(tests.frees.items())),
            "room": None
            if tests.room is None
            else {site: dict(sorted(of.items())) for site, of in sorted(tests.room.items())},
            "never_crewed": self.never_crewed,
            "not_there": list(not_there(tests, landscape)),
            "services": list(services_of(tests, landscape)),
            "teardown": law_text(plan.variables, trial.teardown, trial.teardown_variable, trial.hours >= 0),
            "crew": {plan.structure.teams[team]: heads for team, heads in trial.crew},
        }

    @cached_property
    def never_crewed(self) -> list[str]:
        """The steps in a bubble for which too few are freed."""
        plan, frees = self.plan, None if self.plan.trial is None else self.plan.trial.frees
        if frees is None:
            return []
        tried = (step for step in plan.steps if is_twin(step.object) and self._is_tried(step))
        return [f"{step.kind} {step.object}" for step in tried if any(heads > frees[team] for team, heads in step.crew)]

    @cached_property
    def moved(self) -> list[str]:
        """What is moved on purpose."""
        structure, move = self.plan.structure, self.plan.move
        if move is None:
            return []
        return [
            structure.components[c]
            for d, (c, site) in enumerate(structure.deployments)
            if site == move.site and structure.roles[d] == ACTIVE and self.plan.strategies[c]
        ]

    @cached_property
    def sheddable(self) -> dict[str, list[str]]:
        """What may be stopped to make room, in the order in which it is, and for whom."""
        structure = self.plan.structure
        found: dict[str, list[str]] = {}
        for c in reversed(range(len(structure.components))):
            if structure.sheddable[c]:
                pools = {pool for pool, _ in structure.uses[structure.of_component[c][0]]}
                found[structure.components[c]] = [
                    name
                    for other, name in enumerate(structure.components)
                    if (b := structure.standby[other]) >= 0 and not structure.hot[b]
                    if pools & {pool for pool, _ in structure.uses[b]} and self.plan.strategies[other]
                    if name in self.lost or name in self.moved
                ]
        return found

    @cached_property
    def going_home(self) -> list[str]:
        """What is lost, moves, and has a place to go back to."""
        structure = self.plan.structure
        if not self.plan.failback:
            return []
        return [
            name
            for c, name in enumerate(structure.components)
            if name in self.lost and self.plan.strategies[c]
            for d in structure.of_component[c]
            if structure.roles[d] == ACTIVE and structure.sites[structure.deployments[d][1]] not in self._away
        ]

    @cached_property
    def against_groups(self) -> list[tuple[str, str]]:
        """(component, one of a later group that it cannot start without), where groups wait for each other."""
        structure = self.plan.structure
        if not self.plan.grouped:
            return []
        starts = starting_needs(self.plan.scenario.landscape)
        group = dict(zip(structure.components, structure.group, strict=True))
        return [
            (name, other)
            for name in structure.components
            if name in self.lost
            for other in sorted(set(leaves(starts[name])) & self.lost)
            if group[name] < group[other] and without(starts[name], group.keys() - {other}) != NOTHING
        ]

    @cached_property
    def steps_against_groups(self) -> list[tuple[str, str, str]]:
        """(step of the plan, component that it is before, one of a later group that it comes after), where groups wait."""
        structure, hit = self.plan.structure, any(outage.kind == "site" for outage in self.plan.outages)
        if not self.plan.grouped or not hit:
            return []
        names, group = structure.components, structure.group
        found = set()
        for number, task in enumerate(structure.tasks):
            ahead, todo = {number}, [number]  # it, and all steps that come before it
            while todo:
                one = structure.tasks[todo.pop()]
                more = {*one.after_tasks} - ahead
                ahead |= more
                todo += more
            after = {c for t in ahead for c in structure.tasks[t].after if names[c] in self.lost}
            found |= {
                (task.name, names[c], names[other])
                for c in task.before
                for other in after
                if names[c] in self.lost and group[c] < group[other]
            }
        return sorted(found)

    def _is_due(self, step: StepPlan) -> bool:
        """Whether a step of the plan is tied to something that a lost site takes down, by way of others or not."""
        names, todo = {step.object}, [step.object]
        steps = self.plan.scenario.landscape.steps
        while todo:
            one = todo.pop()
            tied = {*steps[one].ahead_of, *steps[one].after}
            tied |= {other for other in steps if one in (*steps[other].ahead_of, *steps[other].after)}
            todo += [other for other in tied - names if other in steps]
            names |= tied
        return any(outage.kind == "site" for outage in self.plan.outages) and not names.isdisjoint(self.lost)

    def _restarts(self, step: StepPlan) -> bool:
        """Whether an active deployment may have to be started again where it is."""
        drill = self._replay.trajectory
        if step.object in self.fragile:
            return True
        return any(
            drill.flag_name(flag) == ("on", step.object, step.site) and not value for _, flag, value in drill.changes
        )

    @cached_property
    def _corrupt(self) -> frozenset[int]:
        """Components whose data is corrupted."""
        deployments = self.plan.structure.deployments
        return frozenset(deployments[d][0] for o in self.plan.outages if o.kind == "corruption" for d in o.targets)

    @cached_property
    def corrupt(self) -> frozenset[str]:
        """The same by name."""
        return frozenset(self.plan.structure.components[c] for c in self._corrupt)

    @cached_property
    def lost_otherwise(self) -> frozenset[str]:
        """What is lost, and not only since its data is known to be bad."""
        kinds = {outage.name: outage.kind for outage in self.plan.outages}
        by_others = (loss for loss in self.losses if {kinds[name] for name in loss.outages} != {"corruption"})
        return self.fragile | {part for loss in by_others for part in (*loss.components, *loss.weakened)}

    @cached_property
    def _away(self) -> frozenset[str]:
        """Sites that are lost for the whole drill."""
        return frozenset(
            self.plan.structure.sites[site]
            for outage in self.plan.outages
            if outage.kind == "site" and outage.lasts >= NEVER and self._is_certain(outage)
            for site in outage.targets
        )

    def _is_certain(self, outage: Outage) -> bool:
        """Whether it happens in every drill."""
        named = {each.name: each for each in self.plan.outages}
        while outage.chance >= ONE and outage.follows:
            outage = named[outage.follows]
        return outage.chance >= ONE

    def _expected(self, place: int, step: StepPlan, starts: dict[str, Need]) -> Expected:
        teams = self.plan.structure.teams
        return Expected(
            place=place,
            kind=step.kind,
            object=step.object,
            site=step.site,
            takes=self._takes(step),
            crew={teams[team]: heads for team, heads in step.crew},
            skills={teams[team]: skill for team, skill in step.skills},
            boots=self.plan.boots_text(step.kind, step.object),
            after=self._after(step, starts),
            works=step.works / ONE,
            attempts=step.attempts,
            priority=None if step.priority >= NO_PRIORITY else step.priority,
        )

    def _takes(self, step: StepPlan) -> str:
        if step.kind == "restore":
            size = self.plan.data_size[step.component]
            return f"{_size_text(size)} from a copy" if size >= 0 else ""
        if step.kind == "synchronise":
            change = self.plan.scenario.landscape.components[step.object].data
            return "" if change is None or change.change is None else f"what changes: {change.change.text}"
        return law_text(self.plan.variables, step.fixed, step.variable, step.hours >= 0)

    def _after(self, step: StepPlan, starts: dict[str, Need]) -> str:
        if step.point >= 0:
            service, point = step.object.rsplit(".", 1)
            return need_text(self.plan.landscape.services[service].points[point].needs)
        match step.kind:
            case "task":
                tasks = self.plan.structure.tasks
                task = next(task for task in tasks if task.name == step.object)
                names = [self.plan.structure.components[c] for c in task.after]
                return ", ".join([*names, *(tasks[t].name for t in task.after_tasks)])
            case "switch" | "start" | "restart":
                need = need_text(starts[step.object])
                restored = step.kind == "start" and self.plan.strategies[step.component] == ("cold",)
                restored = restored or (step.kind == "restart" and step.component in self._corrupt)
                only_moved = step.object in self.moved and step.object not in self.lost
                data = self.plan.data_size[step.component] >= 0
                checked = step.kind == "start" and ("precheck", step.deployment) in self.plan.step_of
                restored, checked = restored and not only_moved, checked and not only_moved
                group = next((name for name, members in self.consistency.items() if step.object in members), "")
                own = f"the restores of {group}" if group else "its restore"
                parts = [need, own if restored and data else "", "its precheck" if checked else ""]
                waits = step.kind == "restart" and not self.plan.structure.automatic[step.component]
                if step.object in self.lost and (step.kind == "start" or waits):  # what is only moved is held by none
                    parts += [
                        f"{task.name} (in its place)"
                        if step.kind == "start" and step.component in task.replaces
                        else task.name
                        for task in self.plan.structure.tasks
                        if step.component in task.before
                    ]
                return ", ".join(text for text in parts if text)
            case "verify":
                return f"{step.object} runs"
            case "repair":
                return "it is noticed"
            case "stable":
                return "its place is back"
            case "synchronise":
                return "it is stable" if self.plan.failback else ""
            case "stop" if step.object in self.sheddable:
                return f"there is no room for {' or '.join(self.sheddable[step.object])}"
            case "stop":
                if self.plan.failback:
                    return "its home is a standby, in the window"
                if self.plan.structure.roles[step.deployment] != ACTIVE:
                    return "another move has failed, what starts after it has gone back"
                moves = self.plan.scenario.moves
                within = moves is not None and moves.window != ALWAYS
                copied = self.plan.data_size[step.component] >= 0
                whole = "all its data is at its standby, " if copied else ""
                return f"{whole}what it starts after has moved{', in the window' if within else ''}"
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in ms."""
        plan = self.plan
        structure, scenario = plan.structure, plan.scenario
        return {
            "scenario": {"title": scenario.title, "digest": scenario.digest()},
            "horizon_ms": plan.horizon,
            "wait_ms": plan.wait,
            "consistency_groups": {name: list(members) for name, members in self.consistency.items()},
            "quorum": None if plan.quorum is None else {"people": plan.quorum.people, "of": plan.quorum.of},
            "losses": [
                {
                    "disruptions": list(loss.outages),
                    "components": list(loss.components),
                    "weakened": list(loss.weakened),
                    "services": list(loss.services),
                }
                for loss in self.losses
            ],
            "failing": {
                name: {
                    "every": law_text(plan.variables, -1, failing.life),
                    "lasts": UNTIL_REPAIRED
                    if failing.lasts >= NEVER
                    else law_text(plan.variables, failing.lasts, failing.lasts_variable),
                }
                for name, failing in sorted(plan.failing.items())
            },
            "on_partition": {
                name: {"way": part.on_partition, "witness": part.witness}
                for name, part in sorted(scenario.landscape.components.items())
                if part.on_partition != "wait"
            },
            "shipping": {
                structure.components[c]: {
                    "bytes_per_s": shipping.rate,
                    "most_behind_ms": -(-highest(shipping)[0] // shipping.rate),
                    "of_the_week_ms": highest(shipping)[1],
                }
                for c, shipping in sorted(plan.shipping.items())
            },
            "strategies": {
                name: list(strategies)
                for name, strategies in zip(structure.components, plan.strategies, strict=True)
                if name in self.lost
            },
            "give_up_after_ms": {
                name: dict(plan.give_up[c])
                for c, name in enumerate(structure.components)
                if c in plan.give_up and name in self.lost
            },
            "never_fits": list(plan.never_fits),
            "against_groups": [list(pair) for pair in self.against_groups],
            "steps_against_groups": [list(each) for each in self.steps_against_groups],
            "going_home": list(self.going_home),
            "moved": list(self.moved),
            "sheddable": {name: list(whom) for name, whom in self.sheddable.items()},
            "test": self.trial,
            "steps": [
                {
                    "place": step.place,
                    "kind": step.kind,
                    "object": step.object,
                    "site": step.site,
                    "takes": step.takes,
                    "crew": step.crew,
                    "skills": step.skills,
                    "boots": step.boots or None,
                    "after": step.after,
                    "works": step.works,
                    "attempts": step.attempts,
                    "priority_ms": step.priority,
                }
                for step in self.steps
            ],
            "teams": {
                name: {
                    "people": plan.people[team],
                    "works": scenario.landscape.crews[name].hours_text,
                    "outside": structure.outside[team],
                    "works_at_most_ms": plan.rests[team][0] if team in plan.rests else None,
                    "rests_ms": plan.rests[team][1] if team in plan.rests else None,
                    "on_call": _on_call(scenario.landscape.crews[name].on_call),
                    "heads": [
                        {"name": head.name or None, "skills": list(head.skills), "on_call": head.calendar < 0}
                        for head in plan.heads.get(team, ())
                    ],
                }
                for team, name in enumerate(structure.teams)
            },
        }


def _on_call(called: OnCall | None) -> dict[str, Any] | None:
    if called is None:
        return None
    return {
        "people": called.people.number,
        "works": str(called.works),
        "accepts": called.accepts.millionths / ONE,
        "every_ms": called.every.ms,
        "call_out": called.call_out.text,
    }


def law_text(variables: tuple[Variable, ...], fixed: int, variable: int, working: bool = False) -> str:
    """A law as it was written, or the duration that is certain."""
    if variable >= 0:
        law = variables[variable].law
        return "" if law is None else law.text
    if not working:
        return format_ms(fixed)
    return Duration(fixed, working=True).text


def need_text(need: Need | None) -> str:
    """A tree of needs: `oracle, san or nas, 2 of (a, b, c)`."""
    if need is None:
        return ""
    if isinstance(need, str):
        return need
    parts = list(_parts(need))
    match need:
        case All():
            return ", ".join(parts)
        case AtLeast(count=count):
            return f"{count} of ({', '.join(parts)})"
    return " or ".join(parts)


def _parts(need: Need) -> Iterator[str]:
    assert not isinstance(need, str)
    for part in need.of:
        text = need_text(part)
        yield f"({text})" if isinstance(part, All) and len(part.of) > 1 and not isinstance(need, All) else text


def _size_text(size: int) -> str:
    return Size(size).text
