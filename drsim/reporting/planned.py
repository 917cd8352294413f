"""What will happen before anything runs, as a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from drsim.distributions import Law
from drsim.model.bubble import is_twin
from drsim.model.landscape import ALL, ALWAYS, NO_POWER
from drsim.model.needs import leaves
from drsim.model.scenario import Disruption
from drsim.planning.graph import closure, needs_graph
from drsim.planning.plan import NEVER, Outage, Plan
from drsim.planning.shipping import highest
from drsim.reporting.page import MARGIN, Cell, Page, hours_minutes
from drsim.reporting.summary import Command, write_command
from drsim.reporting.timeline import FEW, due_title, outage_text, title_of
from drsim.reporting.wall import Wall, moment_text
from drsim.studies.outlook import Expected, Loss, Outlook, law_text
from drsim.units import HOUR, MINUTE, ONE, format_ms

if TYPE_CHECKING:
    from drsim.model.landscape import Component, OnCall, Power, Shift, Site, Step, Watch

__all__ = ["happenings", "planned", "step_rows"]


def planned(outlook: Outlook, *, command: Command, page: Page | None = None) -> Page:
    """Disruptions, what they take away, the incident, the steps in plan order and the people."""
    page = Page() if page is None else page
    scenario = outlook.plan.scenario
    page.two_sided(scenario.title, command.place)
    if scenario.question:
        page.say(scenario.question, indent=0, most=4)
    page.say(f"{moment_text(scenario.moment)} · {scenario.horizon.text} ahead", indent=0, style="dim")
    page.blank()
    _disruptions(outlook, page)
    _moves(outlook, page)
    _trial(outlook, page)
    _losses(outlook, page)
    _recovery(outlook, page)
    _groups(outlook, page)
    _consistency(outlook, page)
    _failback(outlook, page)
    _shipping(outlook, page)
    _incident(outlook, page)
    _steps(outlook, page)
    _people(outlook, page)
    _by_hand(outlook, page)
    _neighbours(outlook, page)
    _due(outlook, page)
    page.blank()
    write_command(page, " Closer: ", command.line("replay", "--drill", "0"), "(one drill as it goes)")
    write_command(page, " " * 9, command.line("run"), "(how often it goes well)")
    return page


def _disruptions(outlook: Outlook, page: Page) -> None:
    page.heading("WHAT HAPPENS")
    if not outlook.plan.outages:
        page.say("Nothing: this scenario has no disruptions.")
    fenced: dict[str, list[Outage]] = {}
    for outage in _in_order(outlook.plan):
        if _is_fenced(outlook.plan, outage):
            fenced.setdefault(_cut_off(outlook.plan, outage, "one"), []).append(outage)
        else:
            page.label(f"{outage.name}:", _happening(outlook.plan, outage), label_style="bold", hang=2)
    for text, several in fenced.items():
        if len(several) > FEW:
            names = " · ".join(outage.name.rpartition(".")[0] for outage in several)
            page.label(f"{len(several)} that may be cut off:", f"{text}: {names}", label_style="bold", hang=2)
            continue
        for outage in several:
            page.label(f"{outage.name}:", _cut_off(outlook.plan, outage), label_style="bold", hang=2)


def happenings(plan: Plan) -> list[tuple[str, str]]:
    """(name, what happens) of all that may happen, what follows something after that."""
    return [(outage.name, _happening(plan, outage)) for outage in _in_order(plan)]


def _is_fenced(plan: Plan, outage: Outage) -> bool:
    """Whether it only says that something may be cut off."""
    return not (outage.name in plan.power or outage.name in plan.failing or outage.name in plan.scenario.disruptions)


def _happening(plan: Plan, outage: Outage) -> str:
    if outage.name in plan.power:
        site = plan.structure.sites[outage.targets[0]]
        return f"{outage_text(plan, outage)} {_supply(plan.scenario.landscape.sites[site].power or NO_POWER)}"
    if outage.name in plan.failing:
        return _own_failure(plan, outage)
    if _is_fenced(plan, outage):
        return _cut_off(plan, outage)
    what = plan.scenario.disruptions[outage.name]
    text = f"{outage_text(plan, outage)} {_after(what)}, {_lasts(what)}"
    if what.reaches:
        text += f"; it reaches {', '.join(what.reaches)}"
    if outage.chance < ONE:
        text += f", with a chance of {what.chance.text}"
    return text


def _in_order(plan: Plan) -> list[Outage]:
    """All that may happen by name, what follows something after that."""
    found: list[Outage] = []
    todo = [outage for outage in reversed(plan.outages) if not outage.follows]
    while todo:
        found.append(todo.pop())
        todo += [outage for outage in reversed(plan.outages) if outage.follows == found[-1].name]
    return found


def _own_failure(plan: Plan, outage: Outage) -> str:
    failing = plan.failing[outage.name]
    life = plan.variables[failing.life].law
    assert life is not None
    lasts = f"for {law_text(plan.variables, failing.lasts, failing.lasts_variable)}"
    lasts = "until it is repaired" if outage.until_repaired else lasts
    return f"{outage_text(plan, outage)} of its own, {life.text} after it was last whole again, {lasts}"


def _cut_off(plan: Plan, outage: Outage, what: str = "") -> str:
    """`whenever db at hall reaches neither annex nor cloud, it stops and annex takes over`."""
    structure = plan.structure
    partition = next(each for each in plan.partitions if each.name == outage.name)
    home, there = (structure.sites[structure.deployments[d][1]] for d in (partition.home, partition.standby))
    name = f"{what or structure.components[partition.component]} at {home}"
    if partition.alone:
        return f"whenever {name} does not reach {there}, {there} takes over beside it, alone"
    witness = structure.sites[partition.witness]
    return f"whenever {name} reaches neither {there} nor {witness}, which reach each other, it stops and {there} takes over"


def _moves(outlook: Outlook, page: Page) -> None:
    """What is moved on purpose."""
    moves = outlook.plan.scenario.moves
    if moves is None:
        return
    page.blank()
    when = f"after {moves.after.text}" if moves.after.ms else "at once"
    if moves.window != ALWAYS:
        when = f"{when}, within {moves.window}"
    back = "all goes back" if moves.rollback == "all" else "that component goes back"
    together = {name for _, members in outlook.plan.structure.consistency for name in members}
    if moves.rollback != "all" and any(outlook.plan.structure.components[c] in outlook.moved for c in together):
        back += " with its consistency group"
    page.heading(f"WHAT IS MOVED FROM {moves.site} {len(outlook.moved)}", f"{when}; if a move fails, {back}")
    page.say(" · ".join(outlook.moved), hang=2)
    if outlook.plan.grouped or outlook.plan.structure.tasks:
        page.say("No group and no step of the plan holds a move up: these are for what is lost.", hang=2, style="dim")


def _trial(outlook: Outlook, page: Page) -> None:
    """What is tried in a bubble."""
    told, tests = outlook.trial, outlook.plan.scenario.tests
    if told is None or tests is None:
        return
    page.blank()
    when = f"after {tests.after.text}" if tests.after.ms else "at once"
    limit = "" if tests.lasts is None else f", for at most {tests.lasts.text}"
    page.heading(
        f"WHAT IS TESTED WITHOUT {tests.site} {len(told['components'])}",
        f"in a bubble, {when}{limit}; production goes on",
    )
    page.say(" · ".join(told["components"]), hang=2)
    if told["covers"]:
        page.label("covers:", " · ".join(told["covers"]), label_style="bold", hang=2)
    if told["frees"] is not None:
        freed = " · ".join(f"{heads} of {team}" for team, heads in told["frees"].items()) or "nobody"
        page.label("people freed:", f"{freed}; the others do the rest, and nothing of this", label_style="bold", hang=2)
    if told["never_crewed"]:
        text = f"{' · '.join(told['never_crewed'])}; never started"
        page.label("too few freed for:", text, label_style="bold", hang=2)
    if told["room"] is not None:
        room = [f"{size} {pool} at {site}" for site, pools in told["room"].items() for pool, size in pools.items()]
        page.label("room freed:", " · ".join(room) or "none", label_style="bold", hang=2)
    if told["stand_ins"]:
        page.label("stood in for:", " · ".join(told["stand_ins"]), label_style="bold", hang=2)
    if told["not_there"]:
        text = f"{' · '.join(told['not_there'])}; what cannot do without it never starts"
        page.label("looked for, but not there:", text, label_style="bold", hang=2)
    page.label("seen of it:", " · ".join(told["services"]) or "no service", label_style="bold", hang=2)
    trial = outlook.plan.trial
    crew = "" if trial is None or not trial.crew else f", by {outlook.plan.crew_text(trial.crew, trial.skills)}"
    page.label("teardown:", f"{told['teardown']}{crew}; a real response waits for it", label_style="bold", hang=2)


def _supply(power: Power) -> str:
    """What keeps a site going without its mains: `once the battery of 20 min is empty, unless the generator (...) supplies`."""
    empty = f"once the battery of {power.ups.text} is empty" if power.ups.ms else "at once"
    parts = [f"{empty}, till the mains are back"]
    if (generator := power.generator) is not None:
        works = "" if generator.works.millionths == ONE else f" in {generator.works.text}"
        told = [f"starts{works}, supplies after {generator.takes.text}"]
        if generator.runs is not None:
            told.append(f"fails after {generator.runs.text}")
        if generator.fuel is not None:
            told.append(f"has fuel for {generator.fuel.text}")
        if generator.refuel is not None:
            told.append(f"its tank is filled every {generator.refuel.text}")
        parts.append(f"the generator {', '.join(told)}")
    if (trip := power.trip) is not None:
        back = f"{trip.after.text} after they are back" if trip.after.fixed != 0 else "as soon as they are back"
        parts.append(f"in {trip.chance.text} the mains trip {back}, for {trip.lasts.text}")
    return "; ".join(parts)


def _after(what: Disruption) -> str:
    if what.before is not None:
        return f"since {what.before.text} before"
    if what.follows is not None:
        return f"{what.after.text} after {what.follows} began" if what.after.fixed != 0 else f"with {what.follows}"
    return f"after {what.after.text}" if what.after.fixed != 0 else "at once"


def _lasts(what: Disruption) -> str:
    if what.detected is not None:
        return f"which is detected {what.detected.text} later"
    if what.until_repaired:
        return "until it is repaired"
    return "for the whole drill" if what.lasts is None else f"for {what.lasts.text}"


def _losses(outlook: Outlook, page: Page) -> None:
    begun = {name for loss in outlook.losses for name in loss.outages}
    plan = outlook.plan
    named = [each.name for each in plan.outages if each.kind != "power" and each.name in plan.scenario.disruptions]
    late = [name for name in named if name not in begun]
    for loss in outlook.losses:
        page.blank()
        several = f" TO {' and '.join(loss.outages)}" if len(outlook.losses) > 1 else ""
        page.heading(
            f"WHAT IS LOST{several}",
            _counts(loss, outlook, newly="" if loss is outlook.losses[0] and not outlook.moved else "newly "),
        )
        for label, names in (
            ("below their minimum:", [title_of(outlook.plan, name) for name in loss.services]),
            ("nowhere any more:", loss.components),
            ("elsewhere still:", loss.weakened),
        ):
            if names:
                page.label(label, " · ".join(names), label_style="bold", hang=2)
    if late:
        page.blank()
        page.heading(f"WHAT IS LOST TO {' AND '.join(late)}" if begun else "WHAT IS LOST")
        how = f"This is read off drill 0 of seed {outlook.seed}, in which {' and '.join(late)}"
        verb = "does" if len(late) == 1 else "do"
        page.say(f"{how} {verb} not begin within the {outlook.plan.scenario.horizon.text}: another --seed may show it.")


def _counts(loss: Loss, outlook: Outlook, newly: str) -> str:
    """How much; `newly` where something may have been down before."""
    structure = outlook.plan.structure
    return (
        f"{newly}{len(loss.components)} of {sum(not is_twin(name) for name in structure.components)} components, "
        f"{newly}{len(loss.services)} of {len(structure.services)} services below their minimum"
    )


def _recovery(outlook: Outlook, page: Page) -> None:
    """By which strategies what is lost comes back, and what has none."""
    plan, found = outlook.plan, dict[str, list[str]]()
    gone = {name for loss in outlook.losses for name in loss.components} | outlook.fragile
    for c, name in enumerate(plan.structure.components):
        if name in gone:
            standby = plan.structure.standby[c]
            limits = plan.scenario.landscape.components[name].give_up_after
            ways = [
                f"{each} (given up after {limits[each].text})" if each in limits else each
                for each in plan.strategies[c]
                if each == "cold" or name in outlook.lost_otherwise
            ]
            site = plan.structure.sites[plan.structure.deployments[standby][1]] if standby >= 0 else ""
            place = "where it was" if name in outlook.corrupt else "only where it was"
            way = f"{', then '.join(ways)} at {site}" if ways else place
            if name in outlook.corrupt:
                otherwise = name in outlook.lost_otherwise
                way += " (from a clean copy once its data is bad)" if otherwise else ", from a clean copy"
            found.setdefault(way, []).append(name)
    if found:
        page.blank()
        page.heading("HOW IT COMES BACK")
        for way in sorted(found, key=lambda way: ("where it was" in way, way)):
            page.label(f"{way} {len(found[way])}:", " · ".join(found[way]), label_style="bold", hang=2)
    _sheddable(outlook, page)
    if plan.never_fits:
        page.blank()
        page.heading(f"NEVER FITS {len(plan.never_fits)}", style="bold red")
        for sentence in plan.never_fits:
            page.say(sentence, hang=2)


def _sheddable(outlook: Outlook, page: Page) -> None:
    """What is stopped when something does not fit, and for whom."""
    structure, found = outlook.plan.structure, outlook.sheddable
    if not found:
        return
    page.blank()
    page.heading(f"WHAT MAY BE STOPPED TO MAKE ROOM {len(found)}", "in this order, and only as many as are needed")
    for name, whom in found.items():
        d = structure.of_component[structure.components.index(name)][0]
        room = " and ".join(f"{size} {structure.pools[pool][1]}" for pool, size in structure.uses[d])
        site = structure.sites[structure.deployments[d][1]]
        text = f"{room} at {site}, for {' · '.join(whom) if whom else 'nothing that is lost here'}"
        page.label(f"{name}:", text, label_style="bold", hang=2)


_RULES: Final = {
    "dependencies": "each before the next where people or room are short",
    "groups": "each waits until all of the one before is back",
    "best-effort groups": "each waits for what may still come of the one before",
}


def _groups(outlook: Outlook, page: Page) -> None:
    response = outlook.plan.scenario.response
    if not response.groups:
        return
    page.blank()
    page.heading(f"GROUPS {len(response.groups)}", _RULES[response.order])
    for number, names in enumerate(response.groups, 1):
        page.label(f"{number}:", " · ".join(names), label_style="bold", hang=2)
    for name, other in outlook.against_groups:
        end = "neither comes back where a site takes both"
        if outlook.plan.best_effort:
            end = f"{name} begins without it, and again only when it is there"
        text = f"Mind: {name} starts after {other}, which is in a later group and waits for {name}: {end}."
        page.say(text, hang=2, style="bold red")
    for step, name, other in outlook.steps_against_groups:
        text = f"Mind: {name} waits for step {step}, that for {other}, which is in a later group and waits for {name}"
        page.say(f"{text}: neither comes back where a site takes both.", hang=2, style="bold red")


def _consistency(outlook: Outlook, page: Page) -> None:
    """Whose data goes back to one moment."""
    groups = {name: sorted(members) for name, members in outlook.consistency.items()}
    if not groups:
        return
    page.blank()
    page.heading(f"CONSISTENCY GROUPS {len(groups)}", "what is restored of one goes back to one moment")
    for name, members in sorted(groups.items()):
        page.label(f"{name}:", " · ".join(members), label_style="bold", hang=2)


def _failback(outlook: Outlook, page: Page) -> None:
    """What goes home, and when."""
    failback = outlook.plan.scenario.response.failback
    if failback is None or not outlook.going_home:
        return
    page.blank()
    page.heading(f"HOW IT GOES HOME {len(outlook.going_home)}", failback.text)
    page.say(" · ".join(outlook.going_home), hang=2)


def _incident(outlook: Outlook, page: Page) -> None:
    plan = outlook.plan
    response = plan.scenario.response
    if not outlook.losses and not plan.failing:
        return
    page.blank()
    if not _opens_incident(outlook):
        page.heading("NO INCIDENT", "only the loss of a site or a component opens one, so nobody is called")
        return
    page.heading("THE INCIDENT", "before anybody works on it")
    kinds = {outage.kind for outage in plan.outages if outage.kind not in ("link", "team", "power")}
    rows = _detection("detect", response.detect, "") if kinds != {"corruption"} else []
    if "corruption" in kinds:
        rows.append(("" if rows else "detect", "0 s", "", "a corruption, once it is detected"))
    for name, own in _own_detections(outlook):
        rows += _detection("", own, f"the loss of {name}")
    rows.append(("assess", response.assess.takes.text, _crew(response.assess), "after detect"))
    if response.assess.costs is not None:
        often = f"longer after a wrong diagnosis, {response.assess.wrong.text}"
        rows.append(("", response.assess.costs.text, "", often))
    if any(outage.kind == "site" for outage in plan.outages):
        quorum = response.decide.quorum
        if quorum is not None:
            first, *more = _detection("gather", quorum.arrives, "")
            told = f"after assess, until {quorum.people} of {quorum.of} have come"
            rows += [(*first[:3], f"{told}{', ' if first[3] else ''}{first[3]}"), *more]
        before = "assess" if quorum is None else "gather"
        rows.append(("decide", response.decide.takes.text, _crew(response.decide), f"after {before}"))
        wait = f"not before the loss is {response.wait.text} old" if plan.wait else "at once"
        never = ", which is never within the drill" if plan.wait >= plan.horizon else ""
        rows.append(("declare", "", "", f"after decide, {wait}{never}"))
        if plan.abandon:
            rows.append(("abandon", "", "", "what has not begun, when the site is back"))
        rows.append(("evacuate", response.evacuation.text, "", "the people at a lost site are out for so long"))
    left = page.width - MARGIN - 51
    for name, takes, crew, after in rows:
        lines = page.wrapped(after, left) or [""]
        page.row([Cell(name, 9), Cell(takes, 24), Cell(crew, 15), Cell(lines[0], left, style="dim")])
        for line in lines[1:]:
            page.row([Cell("", 9), Cell("", 24), Cell("", 15), Cell(line, left, style="dim")])


def _opens_incident(outlook: Outlook) -> bool:
    begun = {name for loss in outlook.losses for name in loss.outages}
    begun |= outlook.plan.failing.keys()
    kinds = ("site", "component", "corruption", "cut")
    return any(outage.kind in kinds for outage in outlook.plan.outages if outage.name in begun)


def _detection(name: str, detect: Law | Watch, of: str) -> list[tuple[str, str, str, str]]:
    if isinstance(detect, Law):
        return [(name, detect.text, "", of)]
    comma = ", " if of else ""
    return [
        (name, detect.takes.text, "", f"{of}{comma}within {detect.within}"),
        ("", detect.otherwise.text, "", f"{of}{comma}otherwise"),
    ]


def _shipping(outlook: Outlook, page: Page) -> None:
    """What is shipped to standbys, and how far that is behind at most."""
    plan = outlook.plan
    if not plan.shipping:
        return
    page.blank()
    page.heading(f"WHAT IS SHIPPED {len(plan.shipping)}", "what waits longest, with nothing in the way")
    week = Wall(None, 0)
    for c, shipping in sorted(plan.shipping.items()):
        name = plan.structure.components[c]
        part = plan.scenario.landscape.components[name]
        rate = next(copy.ships for copy in part.copies.values() if copy.ships is not None and copy.at == part.standby)
        left, when = highest(shipping)
        waits = hours_minutes(-(-left // (shipping.rate * MINUTE)))
        far = f"what changes at {week.text(when)} waits for {waits}" if left else "nothing waits"
        text = f"{rate.text} to {part.standby}; {far}"
        page.label(f"{name}:", text, label_style="bold", hang=2)


def _own_detections(outlook: Outlook) -> list[tuple[str, Law | Watch]]:
    """What is hit and has a detection of its own."""
    landscape = outlook.plan.scenario.landscape
    known: dict[str, Site | Component] = {**landscape.sites, **landscape.components}
    hit = {what.target for what in outlook.plan.scenario.disruptions.values() if what.kind in ("site", "component")}
    return [(name, own) for name in sorted(hit) if (own := known[name].detect) is not None]


def _crew(step: Step) -> str:
    return _crew_text(sorted(step.by.items()), step.skills)


def _steps(outlook: Outlook, page: Page) -> None:
    if not outlook.steps:
        return
    page.blank()
    page.heading(
        f"STEPS THAT MAY BE TAKEN {len(outlook.steps)}", "in plan order: who comes first when people are short"
    )
    rtos = _rtos(outlook)
    place = len(str(len(outlook.steps)))
    takes = min(26, max([5, *(len(step.takes) for step in outlook.steps)]))
    crew = min(22, max([3, *(len(_who(step)) for step in outlook.steps)]))
    rto = max([3, *(len(rtos[step.place]) for step in outlook.steps)])
    what = page.width - MARGIN - place - takes - crew - rto - 4
    head = [Cell("", place), Cell("what", what), Cell("takes", takes), Cell("who", crew), Cell("RTO", rto)]
    page.row([cell._replace(style="dim") for cell in head])
    for step in outlook.steps:
        lines = page.wrapped(_step_text(step, outlook.plan), what)
        first = Cell(str(step.place), place, "right", "dim")
        page.row(
            [first, Cell(lines[0], what), Cell(step.takes, takes), Cell(_who(step), crew), Cell(rtos[step.place], rto)]
        )
        for line in lines[1:]:
            page.raw(" " * (MARGIN + place + 1) + line)
        if detail := _detail(step, outlook.plan):
            page.say(detail, indent=MARGIN + place + 3, hang=2, style="dim")


def step_rows(outlook: Outlook) -> list[tuple[str, str, str, str, str]]:
    """(place, what, takes, who, RTO) of each step that may be taken, in plan order."""
    rtos = _rtos(outlook)
    return [
        (str(step.place), _step_text(step, outlook.plan), step.takes, _who(step), rtos[step.place])
        for step in outlook.steps
    ]


def _step_text(step: Expected, plan: Plan) -> str:
    """`start oracle @ sint-oedenrode`, of a step of the plan also what is done."""
    at = "" if "." in step.object or not step.site else f" @ {step.site}"
    task = plan.scenario.landscape.steps.get(step.object)
    told = f": {task.do}" if task is not None and task.do else ""
    return f"{step.kind} {step.object}{at}{told}"


def _who(step: Expected) -> str:
    return _crew_text(step.crew.items(), step.skills)


def _crew_text(crew: Iterable[tuple[str, int]], skills: Mapping[str, str]) -> str:
    return " + ".join(
        f"{'' if heads == 1 else f'{heads} '}{team}{f' ({skills[team]})' if team in skills else ''}"
        for team, heads in crew
    )


def _rtos(outlook: Outlook) -> dict[int, str]:
    """The tightest RTO that hangs on each step, by its place; `16 wh` in working hours."""
    landscape = outlook.plan.landscape
    graph = needs_graph(landscape)
    asked: dict[tuple[str, int], set[str]] = defaultdict(set)  # by (component or point, ms)
    for name, service in landscape.services.items():
        if (rto := service.targets.rto) is None:
            continue
        direct = {leaf for point in service.points.values() for leaf in leaves(point.needs)}
        text = format_ms(rto.ms) if rto.ms % HOUR else f"{rto.ms // HOUR} {'wh' if rto.working else 'h'}"
        for each in [*closure(graph, direct), *(f"{name}.{point}" for point in service.points)]:
            asked[each, rto.ms].add(rto.text if rto.working and rto.ms % HOUR else text)
    for step in outlook.steps:
        if step.kind == "task" and step.priority is not None:
            for each in _after_task(outlook.plan, step.object):
                asked[step.object, step.priority] |= asked[each, step.priority]
    none = "–"
    return {
        step.place: none if step.priority is None else " / ".join(sorted(asked[step.object, step.priority])) or none
        for step in outlook.steps
    }


def _after_task(plan: Plan, name: str) -> set[str]:
    """The components that come after a step of the plan, by way of others or not."""
    tasks, found = plan.structure.tasks, set[str]()
    todo = [task for task in tasks if task.name == name]
    for task in todo:
        found |= {plan.structure.components[c] for c in task.before}
        todo += [tasks[t] for t in task.before_tasks if tasks[t] not in todo]
    return found


def _detail(step: Expected, plan: Plan) -> str:
    parts = [f"after {step.after}"] if step.after else []
    if step.boots:
        parts.append(f"starts {step.boots}, {_boots(step, plan)}")
    if step.works < 1:
        parts.append(f"works {100 * step.works:g} %")
    if step.attempts > 1:
        parts.append(f"up to {step.attempts} attempts")
    return " · ".join(parts)


def _boots(step: Expected, plan: Plan) -> str:
    """How what starts at once goes, and how long that takes where nothing else starts there: `each 1 min: 10 min at least`."""
    boots = plan.scenario.landscape.components[step.object].boots
    assert boots is not None
    pool = plan.structure.pools.index((plan.structure.sites.index(step.site), boots.on))
    most = min(max(plan.capacity[pool], 1), boots.items.number)
    told = f"each {boots.each.text}"
    if boots.at_once is not None:
        most = min(most, boots.at_once.number)
        told += f", {boots.at_once} at once"
    return f"{told}: {format_ms(-(-boots.items.number * boots.each.ms // most))} at least"


def _people(outlook: Outlook, page: Page) -> None:
    plan, crews = outlook.plan, outlook.plan.scenario.landscape.crews
    used = {team for step in outlook.steps for team in step.crew}
    talk = {"assesses": plan.assess[1] if _opens_incident(outlook) else ()}
    talk["decides"] = plan.decide[1] if any(outage.kind == "site" for outage in plan.outages) else ()
    talk["empties the bubble"] = () if plan.trial is None else plan.trial.crew
    used |= {plan.structure.teams[team] for crew in talk.values() for team, _ in crew}
    called = {plan.structure.teams[team] for step in plan.steps for team, _ in step.crew} - used
    if not _opens_incident(outlook):
        called.clear()
    if not used | called:
        return
    page.blank()
    page.heading(f"PEOPLE {len(used)}", "teams and suppliers that take part")
    name_width = min(24, max([0, *map(len, used)]))
    for team, name in enumerate(plan.structure.teams):
        if name not in used:
            continue
        crew = crews[name]
        steps = sum(1 for step in outlook.steps if name in step.crew)
        heads = f"{plan.people[team]} people" if plan.people[team] > 1 else "1 person"
        parts = [f"{heads} at once" if crew.shifts else heads, crew.hours_text]
        if crew.on_call is not None:
            parts.append(_on_call(crew.on_call))
        parts += _skills(*crew.roster)
        if crew.works_at_most is not None:
            parts.append(f"at most {crew.works_at_most.text}, then {crew.rest.text} rest")
        if crew.based:
            parts.append(f"based at {crew.based}")
        if plan.structure.outside[team]:
            parts.append("from outside")
        if plan.call_out[team]:
            law = law_text(plan.variables, plan.call_out[team], plan.call_out_variables[team])
            parts.append(f"{law} after the call")
        parts += [f"travels to {text}" for text in _travel(outlook, team)]
        parts += [verb for verb, heads in talk.items() if any(team == member for member, _ in heads)]
        if steps:
            parts.append(f"{steps} steps" if steps > 1 else "1 step")
        for number, line in enumerate(page.wrapped(" · ".join(parts), page.width - MARGIN - name_width - 1)):
            page.row(
                [
                    Cell("" if number else name, name_width, style="bold"),
                    Cell(line, page.width - MARGIN - name_width - 1),
                ]
            )
    if called:
        text = "every incident calls all who have a step anywhere in the plan, so these too: "
        page.label("called as well:", text + " · ".join(sorted(called)), label_style="bold", hang=2)


def _on_call(called: OnCall) -> str:
    """`1 on call always (accepts a call in 60 %, called every 15 min, there 30 min later)`."""
    told = []
    if called.accepts != ALL:
        told += [f"accepts a call in {called.accepts.text}", f"called every {called.every.text}"]
    if called.call_out.fixed != 0:
        told.append(f"able to work {called.call_out.text} after it")
    told += _skills(called)
    return f"{called.people} on call {called.works}" + (f" ({', '.join(told)})" if told else "")


def _skills(*groups: Shift | OnCall) -> list[str]:
    """Who can do what: `oracle: anna`."""
    return [
        f"{skill}: {', '.join(sorted({name for group in groups for name in group.skills.get(skill, ())}))}"
        for skill in sorted({skill for group in groups for skill in group.skills})
    ]


def _by_hand(outlook: Outlook, page: Page) -> None:
    """How services that are lost are served meanwhile."""
    lost = {name for loss in outlook.losses for name in loss.services}
    services = outlook.plan.scenario.landscape.services
    manual = [(name, how) for name in sorted(lost) if (how := services[name].manual) is not None]
    if not manual:
        return
    page.blank()
    page.heading(f"BY HAND MEANWHILE {len(manual)}", "at points whose site is up")
    for name, how in manual:
        page.label(f"{title_of(outlook.plan, name)}:", how.text, label_style="bold", hang=2)


def _due(outlook: Outlook, page: Page) -> None:
    """What must be done by a date within the drill."""
    plan, services = outlook.plan, outlook.plan.scenario.landscape.services
    rows = []
    for work in plan.due:
        name = plan.structure.services[work.service]
        what = services[name].due[work.name]
        if work.instants:
            text = f"{what.on}, {what.takes.text} of work from {what.begins.text} before"
            rows.append((due_title(plan, name, work.name), text))
    if rows:
        page.blank()
        page.heading(f"DUE {len(rows)}", "by a date, with the service at its minimum meanwhile")
        for title, text in rows:
            page.label(f"{title}:", text, label_style="bold", hang=2)


def _neighbours(outlook: Outlook, page: Page) -> None:
    """Where citizens go instead, of the services of which a point may serve them less."""
    services = outlook.plan.scenario.landscape.services
    ways: dict[str, list[str]] = {}
    for name in sorted(outlook.touched):
        for point, content in sorted(services[name].points.items()):
            if content.fallback is not None:
                most = "" if content.fallback.share == ALL else f", at most {content.fallback.share.text}"
                ways.setdefault(name, []).append(f"{point} to {content.fallback.to}{most}")
    if not ways:
        return
    page.blank()
    page.heading(f"WHERE CITIZENS GO INSTEAD {len(ways)}", "from a point that does not serve them, to one that is open")
    for name, found in ways.items():
        page.label(f"{title_of(outlook.plan, name)}:", " · ".join(found), label_style="bold", hang=2)


def _travel(outlook: Outlook, team: int) -> list[str]:
    plan = outlook.plan
    hit = {
        (outage.kind == "site", target if outage.kind == "site" else plan.structure.deployments[target][0])
        for outage in plan.outages
        if outage.kind in ("site", "component", "corruption") and outage.after < NEVER
        for target in outage.targets
    }
    goals = {root.destinations[team] for root in plan.roots if (root.is_site, root.place) in hit}
    found = []
    for goal in sorted(goals - {""}):
        fixed, variable = plan.travel[team, goal]
        found.append(f"{goal}, {law_text(plan.variables, fixed, variable)}")
    return found
