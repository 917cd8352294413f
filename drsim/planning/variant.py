"""Variants of a compiled plan: other numbers and other outages, without reading or compiling the landscape again.

A variant gives exactly the drills that the changed scenario gives (`Scenario.with_`, then `compile_scenario`), in a
small part of the time: the graph is not walked again, and only what follows from a changed number is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from immutabledict import immutabledict

from drsim.distributions import Law
from drsim.errors import DrsimError, did_you_mean
from drsim.model.landscape import Step
from drsim.model.scenario import Disruption
from drsim.model.untouched import Untouched
from drsim.planning.compile.plan import PlanBuilder
from drsim.planning.plan import ACTIVE, Crew, Detect, Outage, Plan, Root, RootVariables

__all__ = ["LawName", "variant"]

LawName = tuple[str, str, str]
"""What a law is of: kind, object, site; see `variant`."""

K = TypeVar("K", bound=str | tuple[str, str])

_STEPS = ("precheck", "switch", "start", "stop", "restart", "repair", "verify", "task")
_WORK = ("precheck", "start", "switch", "stop", "restart", "repair", "restore", "verify")
_RESPONSE = ("detect", "assess", "decide", "evacuation")
_CREWS = ("mobilise", "travel")
_OF_COMPONENTS = ("component", "corruption", "cut")
_COPIES = ("restores", "lag")
_KINDS = (*_STEPS, *_CREWS, *_COPIES, *_RESPONSE)
_WORKING = (*_STEPS, "assess", "decide")


def variant(
    plan: Plan,
    *,
    people: Mapping[str, int] | None = None,
    capacity: Mapping[tuple[str, str], int] | None = None,
    laws: Mapping[LawName, Law] | None = None,
    outages: Mapping[str, Disruption] | None = None,
    bandwidth: Mapping[str, int] | None = None,
    wait: int | None = None,
) -> Plan:
    """The same plan with other numbers; what is not given stays. A variant may be varied again.

    `people`: heads of a team or supplier. `capacity`: room in a pool, by (site, pool). `bandwidth`: bytes per second of
    a link. `wait`: ms after the loss of a site before anybody fails over. `outages`: all disruptions, by name, in place
    of those that were there; an empty mapping leaves none.

    `laws`: durations (ms) and rates (bytes per second), by (kind, object, site):

    - ``precheck``, ``switch``, ``start``, ``stop``, ``restart``, ``repair``, ``verify``: a component and a site, or ``service.point``
      and its site; the site ``""`` stands for every site. A component without a ``restart`` of its own is restarted as it is
      started: to change both, give both.
    - ``task``: a step of the plan and ``""``.
    - ``mobilise``: a team and ``""``; ``travel``: a team and its destination, one of those to which it travels.
    - ``restores`` (a rate), ``lag``: a component and one of its copies.
    - ``detect``, ``assess``, ``decide``, ``evacuation``: ``""`` and ``""``, for all incidents.

    `Plan.scenario` still is the original one, from which measures read targets and titles: only its disruptions are
    replaced when `outages` is given, since they tell whether a team is away as a whole, however many it has. The
    numbers of a variant are in the plan alone.

    All else (moments, horizons, calendars, crews, probabilities, needs, what steps of the plan are before and after, targets,
    when a strategy is given up, who decides, how things fail of their own, when and how what has moved goes home,
    what standbys do when they are cut off, whose data goes back together)
    is in the landscape or the scenario: change those with `Scenario.with_`, and compile again.

    DrsimError names what does not exist, with the nearest spelling, and what the notation would refuse. A plan with a test in
    a bubble has no variants.
    """
    if plan.trial is not None:
        raise DrsimError(
            "a plan with a test in a bubble has no variants: change it with 'Scenario.with_', and compile again"
        )
    change = _Change(plan)
    if people is not None:
        change.set_people(people, stays=outages is None)
    if capacity is not None:
        change.set_capacity(capacity)
    if bandwidth is not None:
        change.set_bandwidth(bandwidth)
    if wait is not None:
        change.set_wait(wait)
    if outages is not None:
        change.set_outages(outages)
    if laws is not None:
        change.set_laws(laws)
    return change.varied()


class _Change(PlanBuilder):
    """A builder that starts from the variables and the travel of a plan, and gathers what becomes different."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan.scenario, plan.structure)
        self.before = plan
        self.calendars = dict(plan.calendar_of)
        self.variables = list(plan.variables)
        self.places: dict[tuple[str, str, str], int] = {}
        # Destinations that no root asks for any more stay: they do no harm, and keep the law that they were given.
        self._travel = dict(plan.travel)
        self.people = plan.people
        self.root_variables = plan.root_variables
        self.changes: dict[str, Any] = {}

    def variable(self, purpose: str, name: str, site: str, law: Law | None) -> int:
        """The variable of this name, with this law from now on; a new one if there is none."""
        if not self.places:
            self.places = {(v.purpose, v.object, v.site): index for index, v in enumerate(self.variables)}
        key = (purpose, name, site)
        if key in self.places:
            self.variables[self.places[key]] = self.variables[self.places[key]]._replace(law=law)
        else:
            self.places[key] = super().variable(purpose, name, site, law)
        return self.places[key]

    def varied(self) -> Plan:
        if new := list(self.calendars)[
            len(self.before.calendars) :
        ]:  # such as those of a detection that nothing asked for
            self.changes |= {
                "calendars": (*self.before.calendars, *self.compiled(new)),
                "calendar_of": self.calendars,
            }
        return self.before.but(**self.changes, variables=tuple(self.variables), travel=self._travel)

    # numbers

    def set_people(self, people: Mapping[str, int], *, stays: bool) -> None:
        """Other headcounts, and if the outages stay, how many these take away."""
        plan, teams = self.before, self.structure.teams
        for name in people:
            if name in teams and self.team_of[name] in plan.shifts:
                raise DrsimError(f"{name!r} works in shifts: change those with 'Scenario.with_', and compile again")
            if name in teams and self.team_of[name] in plan.on_call:
                raise DrsimError(f"{name!r} is on call: change its people with 'Scenario.with_', and compile again")
            if name in teams and self.team_of[name] in plan.heads:
                raise DrsimError(
                    f"{name!r} has people who are told apart: change them with 'Scenario.with_', and compile again"
                )
        self.people = _replaced(plan.people, teams, people, "team or supplier", "people", least=1)
        for name, heads in self._asked():
            if heads > people.get(name, heads):
                raise DrsimError(f"{heads} of {name!r} are asked for, who are {people[name]}")
        self.changes["people"] = self.people
        if stays:
            self.changes["outages"] = tuple(
                outage if what is None or outage.kind != "team" else outage._replace(heads=self._away(what))
                for outage in plan.outages
                for what in (plan.scenario.disruptions.get(outage.name),)
            )

    def _asked(self) -> Iterator[tuple[str, int]]:
        """How many of which teams are asked for, also by what no drill comes to."""
        response, landscape = self.before.scenario.response, self.landscape
        parts: list[Step | None] = [response.assess, response.decide, *landscape.steps.values()]
        parts += [service.verify for service in landscape.services.values()]
        for component in landscape.components.values():
            parts += [getattr(component, key) for key in _WORK]
        for part in parts:
            yield from part.by.items() if part is not None else ()

    def set_capacity(self, capacity: Mapping[tuple[str, str], int]) -> None:
        structure = self.structure
        names = [(structure.sites[site], pool) for site, pool in structure.pools]
        for site, own in capacity:
            _check_known(site, structure.sites, "site")
            _check_known(own, [name for place, name in names if place == site], f"pool at {site!r}")
        new = _replaced(self.before.capacity, names, capacity, "pool", "room", least=0)
        used = [0] * len(new)
        for d, uses in enumerate(structure.uses):
            if structure.roles[d] == ACTIVE or structure.hot[d]:
                for pool, room in uses:
                    used[pool] += room
        for (site, own), taken, room in zip(names, used, new, strict=True):
            if taken > room:
                raise DrsimError(f"what runs at {site!r} uses {taken} {own} of {room}")
        for storm in plan_storms(self.before):
            if not new[storm]:
                site, own = names[storm]
                raise DrsimError(f"nothing can ever start on {own!r} at {site!r}: it has no room")
        self._check_levels(names, new)
        strategies, never_fits = self._strategies(new)
        self.changes |= {"capacity": new, "strategies": strategies, "never_fits": never_fits}

    def _check_levels(self, names: Sequence[tuple[str, str]], capacity: Sequence[int]) -> None:
        """Refuse pools in which something active has so little room that a service is below its minimum at once."""
        plan, structure = self.before, self.structure
        shared = {pool for d, demands in enumerate(plan.demands) for pool, _ in demands if structure.roles[d] == ACTIVE}
        if all(capacity[pool] >= plan.capacity[pool] for pool in shared):
            return
        landscape = self.landscape
        rooms = dict(zip(names, capacity, strict=True))
        untouched = Untouched(landscape.sites, landscape.links.values(), landscape.components, rooms)
        below = [name for name, service in landscape.services.items() if untouched.below(service)]
        if below:
            raise DrsimError(f"{min(below)!r} is below its minimum while nothing is lost")

    def set_bandwidth(self, bandwidth: Mapping[str, int]) -> None:
        links = [name for name, *_ in self.structure.links]
        new = _replaced(self.before.bandwidth, links, bandwidth, "link", "bandwidth in bytes per second", least=0)
        self.changes["bandwidth"] = new

    def set_wait(self, wait: int) -> None:
        if wait < 0:
            raise DrsimError(f"wait {wait} ms: at least 0 is needed")
        self.changes["wait"] = wait

    # outages

    def set_outages(self, disruptions: Mapping[str, Disruption]) -> None:
        for name, what in disruptions.items():
            self._check(name, what)
        _check_follows(disruptions)
        before, after = (
            sorted({part for what in each.values() for part in self._corrupted(what)})
            for each in (self.scenario.disruptions, disruptions)
        )
        if before != after:  # the restores in place of these are steps of the plan, and who does them is called
            text = (
                f"other data is corrupted: {', '.join(after) or 'none'} in the place of {', '.join(before) or 'none'}"
            )
            raise DrsimError(f"{text}: change that with 'Scenario.with_', and compile again")
        power = self._power(disruptions)
        outages = self._outages(disruptions, power)
        outages = tuple(
            outage._replace(heads=self._away(disruptions[outage.name])) if outage.kind == "team" else outage
            for outage in outages
        )
        roots, root_variables, detects = self._roots_of(outages)
        self.root_variables = root_variables
        self.changes |= {
            "outages": outages,
            "power": power,
            "roots": roots,
            "root_variables": root_variables,
            "detect": detects,
            "scenario": self.scenario.model_copy(update={"disruptions": immutabledict(disruptions)}),
        }

    def _roots_of(
        self, outages: Sequence[Outage]
    ) -> tuple[tuple[Root, ...], tuple[RootVariables, ...], tuple[Detect, ...]]:
        """The sites as they were, and the components that break or are corrupted now."""
        plan, structure = self.before, self.structure
        sites = len(structure.sites)
        roots, variables, detects = (
            list(plan.roots[:sites]),
            list(plan.root_variables[:sites]),
            list(plan.detect[:sites]),
        )
        broken = {structure.deployments[d][0] for o in outages if o.kind in _OF_COMPONENTS for d in o.targets}
        on_site = [step for step in plan.steps if step.on_site] if broken else []
        for c in sorted(broken, key=lambda c: structure.components[c]):
            name = structure.components[c]
            root = Root(name, False, c, self._destinations(on_site, None, c))
            detect, takes, otherwise = self.detection(root, plan.watch or plan.scenario.response.detect)
            first = plan.root_variables[0]
            assess, decide, wrong, costs = (  # the laws that are in force for the sites
                -1 if site < 0 else self.variable(purpose, name, "", plan.variables[site].law)
                for purpose, site in (
                    ("assess", first.assess),
                    ("decide", first.decide),
                    ("assess wrong", first.wrong),
                    ("costs", first.costs),
                )
            )
            roots.append(root)
            detects.append(detect)
            variables.append(RootVariables(takes, assess, decide, otherwise, wrong, costs))
        return tuple(roots), tuple(variables), tuple(detects)

    def _away(self, what: Disruption) -> int:
        """How many heads a disruption of a team takes."""
        people = self.people[self.team_of[what.target]]
        if what.people is not None and what.people.number > people:
            raise DrsimError(f"{what.people.number} people are away, but {what.target!r} has {people}")
        return people if what.people is None else what.people.number

    def _check(self, name: str, what: Disruption) -> None:
        structure = self.structure
        known: dict[str, Sequence[str]] = {
            "site": structure.sites,
            "link": [link for link, *_ in structure.links],
            "component": structure.components,
            "team": structure.teams,
            "label": list(self.landscape.labels),
            "links_of": sorted({structure.sites[site] for _, *ends in structure.links for site in ends}),
            "power": structure.sites,
            "corruption": [*structure.components, *self.landscape.labels],
        }
        called = {
            "team": "team or supplier",
            "label": "label of a component",
            "links_of": "site with a link",
            "power": "site",
            "corruption": "component or label",
        }
        _check_known(what.target, known[what.kind], called.get(what.kind, what.kind))
        after = what.after.fixed
        if after is not None and after >= self.horizon:
            raise DrsimError(
                f"{name!r} begins after '{what.after}', when the drill is over: the horizon is {self.scenario.horizon}"
            )
        self._check_corruption(name, what)
        breaks = ("component", "label")
        for given, key, kinds in (
            (what.until_repaired, "until_repaired", breaks),
            (bool(what.sites), "sites", breaks),
            (what.people is not None, "people", ("team",)),
        ):
            if given and what.kind not in kinds:
                raise DrsimError(f"{name!r}: {key!r} says nothing about a {what.kind}, it is for a {kinds[0]}")
        if what.until_repaired and what.lasts is not None:
            raise DrsimError(f"{name!r} lasts '{what.lasts}' and until repaired: give one of the two")
        if what.kind in breaks:
            hit = (what.target,) if what.kind == "component" else self.landscape.labels[what.target]
            for each in hit:
                if what.until_repaired and self.landscape.components[each].repair is None:
                    raise DrsimError(f"{name!r} cannot last until repaired: {each!r} has no 'repair'")
            places = sorted({site for each in hit for site in self.landscape.components[each].at})
            for site in what.sites:
                _check_known(site, places, f"site of {what.target!r}")

    def _check_corruption(self, name: str, what: Disruption) -> None:
        if what.kind != "corruption":
            for key in ("before", "detected", "reaches"):
                if getattr(what, key):
                    raise DrsimError(f"{name!r}: {key!r} says nothing about a {what.kind}, it is for a corruption")
            return
        hit = self._corrupted(what)
        if not hit:
            raise DrsimError(f"{name!r}: {what.target!r} has no data that could be corrupted")
        if what.detected is None:
            raise DrsimError(f"{name!r} does not say when it is 'detected'")
        if what.before is not None and (what.follows is not None or what.after.fixed != 0):
            raise DrsimError(f"{name!r} begins '{what.before}' before the moment, and later: keep one of the two")
        if what.lasts is not None:
            raise DrsimError(f"{name!r} lasts until clean data is restored: leave 'lasts' out")
        kept = [copy for part in hit for copy in self.landscape.components[part].copies.values() if not copy.replicated]
        known = sorted({word for copy in kept for word in (copy.kind, copy.at)})
        for word in what.reaches:
            _check_known(word, known, f"kind or site of a copy of {what.target!r}")

    # laws

    def set_laws(self, laws: Mapping[LawName, Law]) -> None:
        steps, copies = list(self.before.steps), [list(group) for group in self.before.copies]
        calls, call_variables = list(self.before.call_out), list(self.before.call_out_variables)
        for (kind, name, site), law in laws.items():
            _check_known(kind, _KINDS, "kind of law")
            _check_law(kind, law)
            if kind in _STEPS:
                for index in self._steps_named(kind, name, site):
                    step = steps[index]
                    fixed, variable = self.timed(kind, name, step.site, law)
                    hours = self._hours_of(step.crew, law)
                    steps[index] = step._replace(fixed=fixed, variable=variable, hours=hours)
            elif kind in _COPIES:
                c, i = self._copy_named(kind, name, site)
                fixed, variable = self.timed(kind, name, site, law)
                copy = copies[c][i]
                copies[c][i] = (
                    copy._replace(lag=fixed, lag_variable=variable)
                    if kind == "lag"
                    else copy._replace(rate=fixed, rate_variable=variable)
                )
            elif kind == "mobilise":
                _check_known(name, self.structure.teams, "team or supplier")
                _check_known(site, ("",), "place of a call")
                team = self.team_of[name]
                calls[team], call_variables[team] = self.timed(kind, name, "", law)
            elif kind == "travel":
                _check_known(
                    name, sorted({self.structure.teams[team] for team, _ in self._travel}), "team that travels"
                )
                team = self.team_of[name]
                _check_known(site, sorted(to for t, to in self._travel if t == team), f"destination of {name!r}")
                self._travel[team, site] = self.timed(kind, name, site, law)
            else:
                _check_known(name, ("",), f"{kind} of its own")
                _check_known(site, ("",), f"{kind} of its own")
                self._respond(kind, law)
        self.changes |= {
            "steps": tuple(steps),
            "copies": tuple(map(tuple, copies)),
            "call_out": tuple(calls),
            "call_out_variables": tuple(call_variables),
        }

    def _steps_named(self, kind: str, name: str, site: str) -> list[int]:
        mine = [index for index, step in enumerate(self.before.steps) if step.kind == kind and step.object == name]
        if not mine:
            known = dict.fromkeys(step.object for step in self.before.steps if step.kind == kind)
            _check_known(name, sorted(known), f"object of a {kind}")
        sites = [self.before.steps[index].site for index in mine]
        if site:
            _check_known(site, sites, f"{kind} of {name!r} at a site")
        return [index for index, place in zip(mine, sites, strict=True) if site in ("", place)]

    def _copy_named(self, kind: str, name: str, label: str) -> tuple[int, int]:
        """The component and its copy; only those for which the notation has such a law."""
        mine = {
            c: {copy.name: i for i, copy in enumerate(group) if self._has(kind, c, copy.name)}
            for c, group in enumerate(self.before.copies)
        }
        known = {self.structure.components[c]: c for c, copies in mine.items() if copies}
        _check_known(name, sorted(known), f"component with {kind!r}")
        c = known[name]
        _check_known(label, sorted(mine[c]), f"copy of {name!r} with {kind!r}")
        return c, mine[c][label]

    def _has(self, kind: str, c: int, label: str) -> bool:
        copy = self.landscape.components[self.structure.components[c]].copies[label]
        return (copy.lag if kind == "lag" else copy.restores) is not None

    def _hours_of(self, crew: Crew, law: Law) -> int:
        """The calendar on which a law in working hours runs: that of the first team by name."""
        if not law.working:
            return -1
        if not crew:
            raise DrsimError(f"'{law}' is in working hours, but nobody is there to work them")
        return self.before.team_hours[crew[0][0]]

    def _respond(self, kind: str, law: Law) -> None:
        fixed = -1 if law.fixed is None else law.fixed
        if kind == "evacuation":
            self.changes["evacuation"] = fixed
            self.changes["evacuation_variables"] = tuple(
                self.timed(kind, site, "", law)[1] for site in self.structure.sites
            )
            return
        roots = self.changes.get("roots", self.before.roots)
        if kind == "detect":
            if self.before.watch is None:
                raise DrsimError("'detect' goes by the hour: change it with 'Scenario.with_', and compile again")
            own = [self.own_detection(root) is not None for root in roots]
            detects = self.changes.get("detect", self.before.detect)
            self.changes |= {
                "watch": law,
                "detect": tuple(old if has else Detect(fixed) for has, old in zip(own, detects, strict=True)),
            }
            self.root_variables = tuple(
                old if has else old._replace(detect=self.timed(kind, root.name, "", law)[1])
                for has, root, old in zip(own, roots, self.root_variables, strict=True)
            )
        else:
            costs = self.scenario.response.assess.costs
            if kind == "assess" and costs is not None and costs.working != law.working:
                raise DrsimError(f"'{costs.text}' of a wrong diagnosis and '{law}' are not both in working hours")
            crew = (self.before.assess if kind == "assess" else self.before.decide)[1]
            self.changes[kind] = (fixed, crew, self._hours_of(crew, law))
            self.root_variables = tuple(
                old._replace(**{kind: self.timed(kind, root.name, "", law)[1]})
                for root, old in zip(roots, self.root_variables, strict=True)
            )
        self.changes["root_variables"] = self.root_variables


def plan_storms(plan: Plan) -> list[int]:
    """The pools on which something starts."""
    return sorted({storm.pool for storm in plan.storms.values()})


def _check_follows(disruptions: Mapping[str, Disruption]) -> None:
    for name, what in disruptions.items():
        parent, seen = what.follows, {name}
        while parent is not None:
            _check_known(parent, sorted(disruptions), "disruption")
            if disruptions[parent].before is not None:
                raise DrsimError(f"{name!r} follows {parent!r}, which began before the moment of the drill")
            if parent in seen:
                raise DrsimError(f"{name!r} never begins: what it follows leads back to {parent!r}")
            seen.add(parent)
            parent = disruptions[parent].follows


def _check_law(kind: str, law: Law) -> None:
    dimension = "rate" if kind == "restores" else "duration"
    if law.dimension != dimension:
        raise DrsimError(f"'{law}' is a {law.dimension}, and {kind!r} takes a {dimension}")
    if law.working and kind not in _WORKING:
        raise DrsimError(f"'{law}' is in working hours, and {kind!r} runs on the clock")


def _check_known(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise DrsimError(f"no {what} is named {name!r}: {did_you_mean(name, known)}")


def _replaced(
    before: tuple[int, ...], names: Sequence[K], new: Mapping[K, int], what: str, of: str, *, least: int
) -> tuple[int, ...]:
    """The numbers with those of some names replaced."""
    numbers = list(before)
    for name, number in new.items():
        if isinstance(name, str):
            _check_known(name, [str(each) for each in names], what)
        if number < least:
            raise DrsimError(f"{what} {name!r}: {of} {number}, at least {least} is needed")
        numbers[names.index(name)] = number
    return tuple(numbers)
