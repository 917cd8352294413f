"""What a scenario adds to the structure of its landscape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from drsim.calendar import Calendar, Hours, Schedule, compile_calendar, compile_due, compile_schedule, either
from drsim.distributions import Law
from drsim.model import bubble
from drsim.model import landscape as landscapes
from drsim.model import scenario as scenarios
from drsim.model.landscape import ALWAYS, Change, Component, Response, Step, Team, Watch
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.compile.structure import restart_of
from drsim.planning.plan import (
    ACTIVE,
    EVERYBODY,
    KINDS,
    NEVER,
    NO_PRIORITY,
    ByHand,
    Copy,
    Crew,
    Detect,
    DueWork,
    Event,
    Failback,
    Failing,
    Generator,
    Head,
    Move,
    OnCall,
    Outage,
    Partition,
    Plan,
    Power,
    Quorum,
    Root,
    RootVariables,
    Skills,
    StepPlan,
    Storm,
    Structure,
    Trial,
    Trip,
    Variable,
)
from drsim.planning.shipping import Shipping, steady
from drsim.units import DAY, HOUR, MINUTE, ONE, WEEK, Rate, Share

BEFORE = 35 * DAY
"""how far back copies are looked for"""
LONGEST_WORK = 400 * DAY
"""how far beyond the horizon work on a calendar is followed"""
TARGET_CALENDAR = "Mon-Fri 9:00-17:00 except Dutch holidays"


class PlanBuilder:
    """Gathers calendars, schedules and variables while it goes through a scenario."""

    def __init__(self, scenario: Scenario, structure: Structure) -> None:
        self.scenario = scenario
        self.structure = structure
        self.landscape = scenario.landscape
        if scenario.tests is not None:
            self.landscape = bubble.doubled(scenario.tests, scenario.landscape)
        self.horizon = scenario.horizon.ms
        self.calendars: dict[Calendar | tuple[Calendar, ...], int] = {}
        self.schedules: dict[Schedule, int] = {}
        self.variables: list[Variable] = []
        self.team_of = {name: index for index, name in enumerate(structure.teams)}
        self.reach_end = self.horizon + (0 if scenario.moment is not None else WEEK)

    # words to numbers

    def calendar(self, calendar: Calendar | tuple[Calendar, ...]) -> int:
        """Its place; several together are open when any of them is."""
        return self.calendars.setdefault(calendar, len(self.calendars))

    def compiled(self, calendars: Iterable[Calendar | tuple[Calendar, ...]]) -> tuple[Hours, ...]:
        """When they are open in this scenario; several together are open when any of them is."""
        moment, end = self.scenario.moment, self.reach_end + LONGEST_WORK
        return tuple(
            compile_calendar(calendar, moment, end)
            if isinstance(calendar, Calendar)
            else either(compile_calendar(each, moment, end) for each in calendar)
            for calendar in calendars
        )

    def hours_of(self, team: Team) -> int:
        """The calendar of a team."""
        if not team.shifts:
            return self.calendar(team.works)
        return self.calendar(tuple(shift.works for shift in team.roster))

    def schedule(self, schedule: Schedule) -> int:
        """Give the place of a schedule."""
        return self.schedules.setdefault(schedule, len(self.schedules))

    def variable(self, purpose: str, name: str, site: str, law: Law | None) -> int:
        """What is drawn for a twin has the name of what it stands for."""
        self.variables.append(Variable(purpose, bubble.original(name), site, law))
        return len(self.variables) - 1

    def timed(self, purpose: str, name: str, site: str, law: Law) -> tuple[int, int]:
        """(fixed value or -1, variable or -1) of a law."""
        fixed = law.fixed
        return (fixed, -1) if fixed is not None else (-1, self.variable(purpose, name, site, law))

    def crew(self, by: Mapping[str, int]) -> Crew:
        """Give teams by their places, with how many of each."""
        return tuple((self.team_of[team], heads) for team, heads in sorted(by.items()))

    def skills(self, asked: Mapping[str, str]) -> Skills:
        """Give the skill that is asked of each team, by its place."""
        return tuple((self.team_of[team], skill) for team, skill in sorted(asked.items()))

    def hours(self, step: Step) -> int:
        """The calendar on which a step's working hours run, -1 for the clock."""
        return self.hours_of(self.landscape.crews[min(step.by)]) if step.takes.working else -1

    # steps

    def _steps(self) -> list[StepPlan]:
        structure, landscape = self.structure, self.landscape
        crews = structure.teams
        del crews
        found: list[tuple[tuple[object, ...], StepPlan]] = []
        last_group = len(self.scenario.response.groups)

        def add(
            kind: str, c: int, d: int, p: int, step: Step | None, *, tries: bool = False, last: bool = False
        ) -> None:
            if p >= 0:
                sv, point, site, *_ = structure.points[p]
                name = f"{structure.service(sv)}.{point}"
                rto = landscape.services[structure.service(sv)].targets.rto
                priority, depth = NO_PRIORITY if rto is None else rto.ms, max(structure.depth, default=-1) + 1
                group = last_group
            else:
                name, site = structure.components[c], structure.deployments[d][1]
                priority, depth, group = structure.priority[c], structure.depth[c], structure.group[c]
            place = structure.sites[site]
            law = Law.constant(0) if step is None else step.takes
            fixed, variable = (0, -1) if kind == "restore" else self.timed(kind, name, place, law)
            works = step.works.millionths if step is not None and tries else ONE
            plan = StepPlan(
                kind=kind,
                object=name,
                site=place,
                component=c,
                deployment=d,
                point=p,
                priority=priority,
                crew=() if step is None else self.crew(step.by),
                on_site=step is not None and step.on_site,
                fixed=fixed,
                variable=variable,
                works=works,
                works_variable=-1 if works == ONE else self.variable(f"{kind} works", name, place, None),
                attempts=step.attempts if step is not None and tries else 1,
                hours=-1 if step is None or kind == "restore" else self.hours(step),
                skills=() if step is None else self.skills(step.skills),
            )
            turn = 2 if bubble.is_twin(name) else int(last)
            found.append(((turn, group, priority, depth, name, place, KINDS.index(kind)), plan))

        corrupted = {name for what in self.scenario.disruptions.values() for name in self._corrupted(what)}
        for c, name in enumerate(structure.components):
            part = landscape.components[name]
            b = structure.standby[c]
            if b >= 0:
                if "hot" in part.recover:
                    add("switch", c, b, -1, part.switch, tries=True)
                if "warm" in part.recover or "cold" in part.recover:
                    if part.precheck is not None:
                        add("precheck", c, b, -1, part.precheck, tries=True)
                    add("start", c, b, -1, part.start, tries=True)
                if self.scenario.response.failback is not None:
                    self._add_failback(add, c, part)
                if self.scenario.moves is not None and part.active == (self.scenario.moves.site,):
                    for d in structure.of_component[c]:
                        add("stop", c, d, -1, part.stop)
                    if part.data is not None and not is_replicated(part):
                        add("synchronise", c, b, -1, Step(takes=Law.constant(0)))
                if "cold" in part.recover and part.data is not None:
                    held = part.restore or landscapes.Restore()
                    add("restore", c, b, -1, Step(takes=Law.constant(0), by=held.by, skills=held.skills))
            for d in structure.of_component[c] if name in corrupted else ():
                if d != b or "cold" not in part.recover:
                    held = part.restore or landscapes.Restore()
                    add("restore", c, d, -1, Step(takes=Law.constant(0), by=held.by, skills=held.skills))
            for d in structure.of_component[c]:
                if part.sheddable:
                    add("stop", c, d, -1, part.stop)
                add("restart", c, d, -1, restart_of(part)[0], tries=part.restart is not None)
                if part.repair is not None:
                    add("repair", c, d, -1, part.repair, tries=True, last=b >= 0)
                if part.verify is not None:
                    add("verify", c, d, -1, part.verify)
        for p, point_row in enumerate(structure.points):
            verify = landscape.services[structure.service(point_row[0])].verify
            if verify is not None:
                add("verify", -1, -1, p, verify)
        for task, (group, priority) in zip(structure.tasks, self._task_places(last_group), strict=True):
            step = landscape.steps[task.name]
            fixed, variable = self.timed("task", task.name, "", step.takes)
            works = step.works.millionths
            plan = StepPlan(
                kind="task",
                object=task.name,
                site="",
                component=-1,
                deployment=-1,
                point=-1,
                priority=priority,
                crew=self.crew(step.by),
                on_site=False,
                fixed=fixed,
                variable=variable,
                works=works,
                works_variable=-1 if works == ONE else self.variable("task works", task.name, "", None),
                attempts=1,
                hours=self.hours(step),
                skills=self.skills(step.skills),
            )
            found.append(((0, group, priority, 0, task.name, "", KINDS.index("task")), plan))
        return [step for _, step in sorted(found, key=lambda pair: pair[0])]

    def _add_failback(self, add: Callable[..., None], c: int, part: Component) -> None:
        """The steps of the way home, and of the way of a standby to be one again."""
        structure, failback = self.structure, self.scenario.response.failback
        assert failback is not None
        b = structure.standby[c]
        for d in structure.of_component[c]:
            add("stable", c, d, -1, Step(takes=Law.constant(failback.stable.ms)))
            if part.data is not None and part.data.change is not None:
                add("synchronise", c, d, -1, Step(takes=Law.constant(0)))
            if d != b and "hot" in part.recover:
                add("switch", c, d, -1, part.switch, tries=True)
        add("stop", c, b, -1, part.stop)

    def _task_places(self, last_group: int) -> list[tuple[int, int]]:
        """For each step of the plan the first group and the tightest priority of what comes after it."""
        tasks, structure, found = self.structure.tasks, self.structure, dict[int, tuple[int, int]]()

        def place(t: int) -> tuple[int, int]:
            if t not in found:
                after = [(structure.group[c], structure.priority[c]) for c in tasks[t].before]
                after += [place(other) for other in tasks[t].before_tasks]
                groups, priorities = zip(*after, strict=True) if after else ((), ())
                found[t] = (min(groups, default=last_group), min(priorities, default=NO_PRIORITY))
            return found[t]

        return [place(t) for t in range(len(tasks))]

    # the rest

    def plan(self) -> Plan:
        """Put it all together."""
        scenario, structure, landscape = self.scenario, self.structure, self.landscape
        response = scenario.response
        steps = self._steps()
        crews = [landscape.crews[team] for team in structure.teams]
        calls = [
            self.timed("mobilise", team, "", crew.call_out) for team, crew in zip(structure.teams, crews, strict=True)
        ]
        capacity = tuple(landscape.sites[structure.sites[s]].pools[pool].number for s, pool in structure.pools)
        pool_of = {pair: index for index, pair in enumerate(structure.pools)}
        strategies, never_fits = self._strategies(capacity)
        power = self._power(scenario.disruptions)
        failing = self._failing()
        partitions = self._partitions()
        outages = self._outages(scenario.disruptions, power)
        roots = self._roots(steps, outages)
        talk = [self._talk(root, response) for root in roots]
        root_variables = tuple(variables for _, variables in talk)
        for _, part in sorted(landscape.components.items()):
            if isinstance(part.detect, Watch):
                self.calendar(part.detect.within)  # a variant may break it
        costs = response.assess.costs
        evacuation = [self.timed("evacuation", site, "", response.evacuation) for site in structure.sites]
        team_hours = tuple(self.hours_of(crew) for crew in crews)
        shifts = {
            team: tuple((self.calendar(shift.works), shift.people.number) for shift in crew.roster)
            for team, crew in enumerate(crews)
            if crew.shifts
        }
        on_call = {
            team: self._on_call(name, crew.on_call)
            for team, (name, crew) in enumerate(zip(structure.teams, crews, strict=True))
            if crew.on_call is not None
        }
        heads = {
            team: tuple(
                Head(head.name, head.skills, -1 if head.works is None else self.calendar(head.works))
                for head in crew.heads
            )
            for team, crew in enumerate(crews)
            if crew.heads
        }
        open_hours = tuple(
            self.calendar(landscape.services[structure.service(p[0])].points[p[1]].open) for p in structure.points
        )
        by_hand = {
            sv: self._by_hand(name, manual)
            for sv, name in enumerate(structure.services)
            if (manual := landscape.services[name].manual) is not None
        }
        quorum = self._quorum(response)
        working = self.calendar(Calendar.parse(TARGET_CALENDAR))
        copies = tuple(self._copies(c) for c in range(len(structure.components)))
        assess, decide = (
            (-1 if step.takes.fixed is None else step.takes.fixed, self.crew(step.by), self.hours(step))
            for step in (response.assess, response.decide)
        )
        failback = None
        if response.failback is not None:
            failback = Failback(self.calendar(response.failback.window), response.failback.attempts)
        move = None
        if scenario.moves is not None:
            window, all_back = self.calendar(scenario.moves.window), scenario.moves.rollback == "all"
            move = Move(structure.sites.index(scenario.moves.site), scenario.moves.after.ms, window, all_back)
        shipping = self._shipping()
        change_hours = {
            c: (self.calendar(change.within), _rates(change)[1])
            for c, name in enumerate(structure.components)
            if isinstance(change := _change_of(landscape.components[name]), Change)
        }
        trial = None if scenario.tests is None else self._trial(scenario.tests)
        moment = scenario.moment
        calendars = self.compiled(self.calendars)
        return Plan(
            scenario=scenario,
            structure=structure,
            steps=tuple(steps),
            step_of={self._key(step): index for index, step in enumerate(steps)},
            strategies=strategies,
            give_up={
                c: {strategy: limit.ms for strategy, limit in sorted(limits.items())}
                for c, name in enumerate(structure.components)
                if (limits := landscape.components[name].give_up_after)
            },
            never_fits=never_fits,
            copies=copies,
            data_size=tuple(
                -1 if (data := landscape.components[name].data) is None else data.size.size
                for name in structure.components
            ),
            variables=tuple(self.variables),
            roots=roots,
            root_variables=root_variables,
            evacuation_variables=tuple(variable for _, variable in evacuation),
            people=tuple(crew.most for crew in crews),
            call_out=tuple(fixed for fixed, _ in calls),
            call_out_variables=tuple(variable for _, variable in calls),
            travel=self._travel,
            takes_part=tuple(
                any(team == t for step in steps for t, _ in step.crew) for team in range(len(structure.teams))
            ),
            assess=assess,
            decide=decide,
            talk_skills={
                "assess": self.skills(response.assess.skills),
                "decide": self.skills(response.decide.skills),
            },
            quorum=quorum,
            wrong=(response.assess.wrong.millionths, -1 if costs is None or costs.fixed is None else costs.fixed),
            detect=tuple(detect for detect, _ in talk),
            watch=response.detect if isinstance(response.detect, Law) else None,
            evacuation=-1 if response.evacuation.fixed is None else response.evacuation.fixed,
            wait=response.wait.ms,
            abandon=response.abandon,
            grouped=response.order != "dependencies",
            best_effort=response.order == "best-effort groups",
            failback=failback,
            move=move,
            trial=trial,
            change=tuple(_rates(_change_of(landscape.components[name]))[0] for name in structure.components),
            change_hours=change_hours,
            shipping=shipping,
            outages=outages,
            power=power,
            failing=failing,
            partitions=partitions,
            capacity=capacity,
            storms={index: storm for index, step in enumerate(steps) if (storm := self._storm(step)) is not None},
            demands=tuple(
                tuple(
                    (pool_of[s, pool], count.number)
                    for pool, count in sorted(landscape.components[structure.components[c]].shares.items())
                    if (s, pool) in pool_of and count.number
                )
                for c, s in structure.deployments
            ),
            shares=tuple(
                landscape.components[structure.components[c]].at[structure.sites[s]].share.millionths
                for c, s in structure.deployments
            ),
            bandwidth=tuple(landscape.links[name].bandwidth.per_second for name, *_ in structure.links),
            calendars=calendars,
            schedules=tuple(compile_schedule(schedule, moment, -BEFORE, self.reach_end) for schedule in self.schedules),
            on_call=on_call,
            heads=heads,
            rests={
                team: (crew.works_at_most.ms, crew.rest.ms)
                for team, crew in enumerate(crews)
                if crew.works_at_most is not None
            },
            calendar_of=self.calendars,
            team_hours=team_hours,
            shifts=shifts,
            open_hours=open_hours,
            by_hand=by_hand,
            fallbacks=self._fallbacks(),
            due=tuple(
                DueWork(sv, label, compile_due(due.on, moment, self.reach_end), due.takes.ms, due.begins.ms)
                for sv, name in enumerate(structure.services)
                for label, due in sorted(landscape.services[name].due.items())
            ),
            working_hours=working,
            edges=headcount_edges(team_hours, shifts, calendars, self.reach_end),
            dated=moment is not None,
            horizon=self.horizon,
            settle=response.settle.ms,
        )

    def _trial(self, what: scenarios.Trial) -> Trial:
        step = what.teardown
        return Trial(
            self.structure.sites.index(what.site),
            what.after.ms,
            NEVER if what.lasts is None else what.lasts.ms,
            *self.timed("teardown", what.site, "", step.takes),
            self.crew(step.by),
            self.hours(step),
            self.skills(step.skills),
            None if what.frees is None else tuple(what.frees.get(team, 0) for team in self.structure.teams),
            self._freed_room(what),
        )

    def _freed_room(self, what: scenarios.Trial | None) -> tuple[int, ...] | None:
        """What is there of each pool for a test."""
        if what is None or what.room is None:
            return None
        sites, room = self.structure.sites, what.room
        return tuple(room.get(sites[s], {}).get(pool, 0) for s, pool in self.structure.pools)

    def _fallbacks(self) -> dict[int, tuple[int, int]]:
        names = {(point[0], point[1]): p for p, point in enumerate(self.structure.points)}
        found = {}
        for (sv, name), p in names.items():
            fallback = self.landscape.services[self.structure.service(sv)].points[name].fallback
            if fallback is not None:
                found[p] = (names[sv, fallback.to], fallback.share.millionths)
        return found

    def _by_hand(self, name: str, what: landscapes.Manual) -> ByHand:
        return ByHand(
            *self.timed("by hand", name, "", what.after),
            what.level.millionths,
            NEVER if what.lasts is None else what.lasts.ms,
            self.calendar(what.open),
        )

    def _on_call(self, name: str, what: landscapes.OnCall) -> OnCall:
        accepts = what.accepts.millionths
        return OnCall(
            what.people.number,
            self.calendar(what.works),
            accepts,
            -1 if accepts == ONE else self.variable("accepts", name, "", None),
            what.every.ms,
            *self.timed("on call", name, "", what.call_out),
        )

    def _talk(self, root: Root, response: Response) -> tuple[Detect, RootVariables]:
        """How long what people do about a root takes."""
        detect, takes, otherwise = self.detection(root, response.detect)
        assess = response.assess
        wrong = assess.wrong.millionths
        return detect, RootVariables(
            takes,
            self.timed("assess", root.name, "", assess.takes)[1],
            self.timed("decide", root.name, "", response.decide.takes)[1],
            otherwise,
            self.variable("assess wrong", root.name, "", None) if 0 < wrong < ONE else -1,
            -1 if assess.costs is None else self.timed("costs", root.name, "", assess.costs)[1],
            *(self._arrivals(root, response) if root.is_site else ()),
        )

    def _storm(self, step: StepPlan) -> Storm | None:
        """What a step sets off at once."""
        if step.kind not in ("start", "restart"):
            return None
        boots = self.landscape.components[step.object].boots
        if boots is None:
            return None
        pool = self.structure.pools.index((self.structure.deployments[step.deployment][1], boots.on))
        items = boots.items.number
        limit = items if boots.at_once is None else min(items, boots.at_once.number)
        return Storm(pool, items * boots.each.ms * 1000, limit * 1000)

    def _quorum(self, response: Response) -> Quorum | None:
        quorum = response.decide.quorum
        if quorum is None:
            return None
        arrives = quorum.arrives
        if isinstance(arrives, Law):
            times = Detect(_fixed(arrives))
        else:
            times = Detect(_fixed(arrives.takes), self.calendar(arrives.within), _fixed(arrives.otherwise))
        return Quorum(quorum.people.number, quorum.of.number, times)

    def _arrivals(self, root: Root, response: Response) -> tuple[int, int]:
        """The variables of when one of a quorum comes: in the hours of the watch, and otherwise."""
        quorum = response.decide.quorum
        if quorum is None:
            return -1, -1
        arrives = quorum.arrives
        if isinstance(arrives, Law):
            return self.timed("gather", root.name, "", arrives)[1], -1
        return (
            self.timed("gather", root.name, "", arrives.takes)[1],
            self.timed("gather", root.name, "otherwise", arrives.otherwise)[1],
        )

    def own_detection(self, root: Root) -> Law | Watch | None:
        """What a site or component says about noticing its loss."""
        landscape = self.landscape
        return landscape.sites[root.name].detect if root.is_site else landscape.components[root.name].detect

    def detection(self, root: Root, default: Law | Watch) -> tuple[Detect, int, int]:
        """How long noticing the loss of a root takes, and its variables: in the hours of the watch, and otherwise."""
        own = self.own_detection(root)
        law = default if own is None else own
        if isinstance(law, Law):
            fixed, variable = self.timed("detect", root.name, "", law)
            return Detect(fixed), variable, -1
        fixed, variable = self.timed("detect", root.name, "", law.takes)
        other, otherwise = self.timed("detect", root.name, "otherwise", law.otherwise)
        return Detect(fixed, self.calendar(law.within), other), variable, otherwise

    def _key(self, step: StepPlan) -> tuple[str, int]:
        if step.kind == "task":
            return "task", [task.name for task in self.structure.tasks].index(step.object)
        return ("point", step.point) if step.point >= 0 else (step.kind, step.deployment)

    def _strategies(self, capacity: tuple[int, ...]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
        structure = self.structure
        found, never = [], []
        freed = self._freed_room(self.scenario.tests)
        for c, name in enumerate(structure.components):
            b = structure.standby[c]
            recover = tuple(self.landscape.components[name].recover) if b >= 0 else ()
            in_bubble = freed is not None and c in structure.twin_of
            most = freed if freed is not None and in_bubble else capacity
            too_big = [(pool, room) for pool, room in structure.uses[b] if room > most[pool]] if b >= 0 else []
            if too_big and not structure.hot[b]:
                pool, room = too_big[0]
                site = structure.sites[structure.pools[pool][0]]
                there = f"{most[pool]} are freed" if in_bubble else f"there are {most[pool]}"
                never.append(f"{name} never fits at {site}: it uses {room} of {structure.pools[pool][1]}, {there}")
                recover = tuple(strategy for strategy in recover if strategy == "hot")
            found.append(recover)
        return tuple(found), tuple(never)

    def _shipping(self) -> dict[int, Shipping]:
        """How the copy at the standby of a component follows, for those that ship at a rate."""
        moment, found = self.scenario.moment, {}
        now = -1 if moment is None else moment.weekday() * DAY + moment.hour * HOUR + moment.minute * MINUTE
        for c, name in enumerate(self.structure.components):
            part = self.landscape.components[name]
            for copy in part.copies.values() if (change := _change_of(part)) is not None else ():
                if copy.ships is not None and copy.at == part.standby:
                    within = change.within if isinstance(change, Change) else ALWAYS
                    rate, (fast, slow) = copy.ships.per_second, _rates(change)
                    week = compile_calendar(within, None, 2 * WEEK)
                    left = steady(week, fast, slow, rate)
                    assert left is not None, "what never catches up is refused"
                    found[c] = Shipping(rate, fast, slow, self.calendar(within), week, left, now)
        return found

    def _copies(self, c: int) -> tuple[Copy, ...]:
        name = self.structure.components[c]
        site_of = {site: index for index, site in enumerate(self.structure.sites)}
        copies = []
        for label, copy in sorted(self.landscape.components[name].copies.items()):
            lag = (0, -1) if copy.lag is None else self.timed("lag", name, label, copy.lag)
            rate = (0, -1) if copy.restores is None else self.timed("restores", name, label, copy.restores)
            works = copy.works.millionths
            copies.append(
                Copy(
                    name=label,
                    site=site_of[copy.at],
                    replicated=copy.kind in ("synchronous", "asynchronous"),
                    lag=lag[0],
                    lag_variable=lag[1],
                    calendar=-1 if copy.taken is None else self.schedule(copy.taken),
                    rate=rate[0],
                    rate_variable=rate[1],
                    works=works,
                    works_variable=-1 if works == ONE else self.variable("usable", name, label, None),
                )
            )
        return tuple(copies)

    def _outages(self, disruptions: Mapping[str, Disruption], power: Mapping[str, Power]) -> tuple[Outage, ...]:
        """Those that are given, the ends of supply that follow from them, and failures of their own, by name."""
        found = [self._outage(name, what) for name, what in sorted(disruptions.items())]
        found += [
            Outage(name, "site", (supply.site,), 0, 0, -1, -1, -1, False, "", ONE, -1) for name, supply in power.items()
        ]
        found += [
            Outage(name, kind, (target,), 0, 0, -1, -1, -1, fails.lasts is None, "", ONE, -1)
            for name, kind, target, fails in self._own_failures()
        ]
        found += [
            Outage(each.name, "cut" if each.alone else "component", (each.home,), 0, 0, -1, -1, -1, False, "", ONE, -1)
            for each in self._partitions()
        ]
        return tuple(sorted(found, key=lambda outage: outage.name))

    def _partitions(self) -> tuple[Partition, ...]:
        """What takes over although it is not lost."""
        structure, found = self.structure, []
        for c, name in enumerate(structure.components):
            part = self.landscape.components[name]
            if part.on_partition != "wait":
                alone, witness = part.on_partition != "takeover", part.witness
                place = -1 if witness is None else structure.sites.index(witness)
                label = f"{name}.{'cut' if alone else 'fenced'}"
                found.append(Partition(label, c, next(self._active(c)), structure.standby[c], place, alone))
        return tuple(sorted(found))

    def _own_failures(self) -> Iterator[tuple[str, Literal["site", "link", "component"], int, landscapes.Fails]]:
        """(name, kind, target, how) of each outage of what fails of its own."""
        structure, landscape = self.structure, self.landscape
        for s, name in enumerate(structure.sites):
            if (fails := landscape.sites[name].fails) is not None:
                yield f"{name}.fails", "site", s, fails
        for index, (name, *_) in enumerate(structure.links):
            if (fails := landscape.links[name].fails) is not None:
                yield f"{name}.fails", "link", index, fails
        for d, (c, s) in enumerate(structure.deployments):
            if (fails := landscape.components[structure.components[c]].fails) is not None:
                yield f"{structure.components[c]}.{structure.sites[s]}.fails", "component", d, fails

    def _failing(self) -> dict[str, Failing]:
        found = {}
        for name, *_, fails in self._own_failures():
            thing, site = [*name.split(".")[:-1], ""][:2]
            lasts = (NEVER, -1) if fails.lasts is None else self.timed("fails lasts", thing, site, fails.lasts)
            found[name] = Failing(self.variable("fails", thing, site, fails.every), *lasts)
        return found

    def _power(self, disruptions: Mapping[str, Disruption]) -> dict[str, Power]:
        """The supply of each site whose mains some disruption takes away."""
        mains: dict[str, list[str]] = {}
        for name, what in sorted(disruptions.items()):
            if what.kind == "power":
                mains.setdefault(what.target, []).append(name)
        return {
            f"{site}.power": self._supply(site, tuple(names), self.landscape.sites[site].power or landscapes.NO_POWER)
            for site, names in sorted(mains.items())
        }

    def _supply(self, site: str, mains: tuple[str, ...], power: landscapes.Power) -> Power:
        generator, trip = power.generator, power.trip
        return Power(
            self.structure.sites.index(site),
            mains,
            power.ups.ms,
            power.recharge.ms,
            None
            if generator is None
            else Generator(
                *self._chance("generator works", site, generator.works),
                *self.timed("generator", site, "", generator.takes),
                *((NEVER, -1) if generator.runs is None else self.timed("generator runs", site, "", generator.runs)),
                NEVER if generator.fuel is None else generator.fuel.ms,
                *((NEVER, -1) if generator.refuel is None else self.timed("refuel", site, "", generator.refuel)),
            ),
            None
            if trip is None
            else Trip(
                *self._chance("trips", site, trip.chance),
                *self.timed("trip after", site, "", trip.after),
                *self.timed("trip lasts", site, "", trip.lasts),
            ),
        )

    def _chance(self, purpose: str, thing: str, share: Share) -> tuple[int, int]:
        return share.millionths, -1 if share.millionths == ONE else self.variable(purpose, thing, "", None)

    def _corrupted(self, what: Disruption) -> list[str]:
        """The components whose data a disruption corrupts, by name."""
        if what.kind != "corruption":
            return []
        components = self.landscape.components
        hit = [what.target] if what.target in components else self.landscape.labels[what.target]
        return sorted(name for name in hit if components[name].data is not None)

    def _spoilt(self, what: Disruption, c: int) -> Iterator[tuple[int, int]]:
        """The copies of a component that are bad as a whole once a corruption is there."""
        copies = self.landscape.components[self.structure.components[c]].copies
        for i, (_, copy) in enumerate(sorted(copies.items())):
            if not copy.replicated and not copy.immutable and {copy.kind, copy.at} & set(what.reaches):
                yield c, i

    def _corruption(self, name: str, what: Disruption) -> Outage:
        structure = self.structure
        assert what.detected is not None
        began = self.timed("after", name, "", what.after)
        if what.before is not None:
            began = self.timed("before", name, "", what.before)
        hit = [structure.components.index(part) for part in self._corrupted(what)]
        chance = what.chance.millionths
        return Outage(
            name=name,
            kind="corruption",
            targets=tuple(d for c in hit for d in structure.of_component[c]),
            heads=0,
            after=began[0],
            after_variable=began[1],
            lasts=NEVER,
            lasts_variable=-1,
            until_repaired=False,
            follows=what.follows or "",
            chance=chance,
            chance_variable=-1 if chance == ONE else self.variable("happens", name, "", None),
            before=what.before is not None,
            detected=-1 if what.detected.fixed is None else what.detected.fixed,
            detected_variable=self.timed("detected", name, "", what.detected)[1],
            spoils=tuple(pair for c in hit for pair in self._spoilt(what, c)),
        )

    def _outage(self, name: str, what: Disruption) -> Outage:
        if what.kind == "corruption":
            return self._corruption(name, what)
        structure = self.structure
        after = self.timed("after", name, "", what.after)
        endless = what.until_repaired or what.lasts is None
        lasts = (NEVER, -1) if endless or what.lasts is None else self.timed("lasts", name, "", what.lasts)
        heads = 0
        kind: Literal["site", "link", "component", "team", "power"]
        match what.kind:
            case "site" | "power":
                kind, targets = what.kind, [structure.sites.index(what.target)]
            case "link":
                kind = "link"
                targets = [index for index, link in enumerate(structure.links) if link[0] == what.target]
            case "links_of":
                site = structure.sites.index(what.target)
                kind, targets = "link", [index for index, link in enumerate(structure.links) if site in link[1:]]
            case "component" | "label":
                hit = [what.target] if what.kind == "component" else self.landscape.labels[what.target]
                kind = "component"
                targets = [
                    d
                    for c, part in enumerate(structure.components)
                    if part in hit
                    for d in structure.of_component[c]
                    if (
                        structure.sites[structure.deployments[d][1]] in what.sites
                        if what.sites
                        else d in self._active(c)
                    )
                ]
            case "team":
                kind, targets = "team", [self.team_of[what.target]]
                people = self.landscape.crews[what.target].most
                heads = people if what.people is None else what.people.number
        chance = what.chance.millionths
        variable = -1 if chance == ONE else self.variable("happens", name, "", None)
        return Outage(
            name, kind, tuple(targets), heads, *after, *lasts, what.until_repaired, what.follows or "", chance, variable
        )

    def _active(self, c: int) -> Iterator[int]:
        return (d for d in self.structure.of_component[c] if self.structure.roles[d] == ACTIVE)

    def _roots(self, steps: Iterable[StepPlan], outages: tuple[Outage, ...]) -> tuple[Root, ...]:
        """All sites, then the components that a disruption breaks or corrupts."""
        structure = self.structure
        steps = [step for step in steps if step.on_site]
        self._travel: dict[tuple[int, str], tuple[int, int]] = {}
        broken = sorted(
            {
                structure.deployments[d][0]
                for o in outages
                if o.kind in ("component", "corruption", "cut")
                for d in o.targets
            },
            key=lambda c: structure.components[c],
        )
        roots = [Root(name, True, s, self._destinations(steps, s, None)) for s, name in enumerate(structure.sites)]
        roots += [Root(structure.components[c], False, c, self._destinations(steps, None, c)) for c in broken]
        return tuple(roots)

    def _destinations(self, steps: list[StepPlan], site: int | None, component: int | None) -> tuple[str, ...]:
        structure = self.structure
        moving = {
            structure.standby[c]
            for c in range(len(structure.components))
            if structure.standby[c] >= 0
            and (c == component or any(structure.deployments[d][1] == site for d in self._active(c)))
        }
        staying = set(self._active(component)) if component is not None else set()
        found = []
        for team, name in enumerate(structure.teams):
            mine = [step for step in steps if any(team == t for t, _ in step.crew)]
            to = Counter(step.site for step in mine if step.deployment in moving)
            if not to and site is not None:
                to = Counter(step.site for step in mine if step.site == structure.sites[site])
            elif not to:
                to = Counter(step.site for step in mine if step.deployment in staying)
            goal = min(to, key=lambda place: (-to[place], place)) if to else ""
            based = structure.based[team]
            if based < 0 or goal == structure.sites[based]:
                goal = ""
            found.append(goal)
            if goal and (team, goal) not in self._travel:
                home = structure.sites[based]
                law = self.landscape.sites[home].travel.get(goal) or self.landscape.sites[goal].travel[home]
                self._travel[team, goal] = self.timed("travel", name, goal, law)
        return tuple(found)


def is_replicated(part: Component) -> bool:
    """Whether a replicated copy of a component is at its standby."""
    return any(
        copy.at == part.standby and copy.kind in ("synchronous", "asynchronous") for copy in part.copies.values()
    )


def _change_of(part: Component) -> Rate | Change | None:
    return None if part.data is None else part.data.change


def _rates(change: Rate | Change | None) -> tuple[int, int]:
    """How much changes in its hours and outside them, bytes/s."""
    if isinstance(change, Change):
        return change.rate.per_second, change.otherwise.per_second if change.otherwise else 0
    return (0, 0) if change is None else (change.per_second, change.per_second)


def _fixed(law: Law) -> int:
    return -1 if law.fixed is None else law.fixed


def headcount_edges(
    team_hours: tuple[int, ...],
    shifts: Mapping[int, tuple[tuple[int, int], ...]],
    calendars: tuple[Hours, ...],
    until: int,
) -> tuple[Event, ...]:
    """All changes of headcount by calendar from 0 on, in order."""
    changes: dict[int, list[tuple[int, int]]] = {}
    for team, calendar in enumerate(team_hours):
        parts = shifts.get(team)
        if parts is None:
            for time, is_open in calendars[calendar].edges(0, until):
                changes.setdefault(time, []).append((team, EVERYBODY if is_open else 0))
            continue
        for time in sorted({time for hours, _ in parts for time, _ in calendars[hours].edges(0, until)}):
            heads = sum(number for hours, number in parts if calendars[hours].is_open(time))
            changes.setdefault(time, []).append((team, heads))
    return tuple(Event(time, tuple(teams)) for time, teams in sorted(changes.items()))
