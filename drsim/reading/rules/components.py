"""What holds for each component."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from drsim.errors import did_you_mean
from drsim.model.fields import Path
from drsim.model.landscape import Component
from drsim.model.needs import Need, leaves
from drsim.reading.rules.copies import copies, restorable, shipped, standby_data
from drsim.reading.rules.failing import component_failures
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.steps import ENDLESS, STEPS, crew_findings, step_findings, tries, way_findings


def _cut_off(component: Component, parts: Parts) -> Findings:
    """What takes over although it is not lost."""
    way, witness, standby = component.on_partition, component.witness, component.standby
    if witness is not None and way != "takeover":
        rule = "'witness' says nothing without 'on_partition: takeover'"
        yield Finding(("witness",), rule, "leave it out, or say so", True)
    if way == "wait" or not component.active:
        return
    path = ("on_partition",)
    if standby is None:
        yield Finding(path, "nothing takes over: it has no standby", "add one under 'at', or leave it out")
    elif len(component.active) > 1:
        rule = "it is active at more than one site, which on_partition is not for"
        yield Finding(path, rule, "leave it out: the others go on")
    elif component.scope == "site":
        rule = "it serves only its own site, from where it is never cut off"
        yield Finding(path, rule, "leave it out, or give it 'scope: network'")
    elif way == "takeover, alone" and component.recover[:1] != ("hot",):
        rule = "only a hot standby takes over alone, and 'hot' is not its first strategy"
        yield Finding(path, rule, "make its standby hot, or write 'takeover' with a 'witness'")
    elif way == "takeover" and witness is None:
        rule = "nobody decides which side goes on: 'takeover' needs a witness"
        yield Finding(path, rule, "add a third site as 'witness', or write 'takeover, alone'")
    elif apart := sorted({*component.at, witness or standby} - _reached(standby, parts)):
        rule = f"'{apart[0]}' is out of reach of '{standby}' while nothing is lost"
        yield Finding(path, rule, "give the two a way to each other under 'links', or leave it out")
    if way == "takeover" and witness in component.at:
        rule = f"'{witness}' is no third site: the component stands there"
        yield Finding(("witness",), rule, "name another site")


def _reached(site: str, parts: Parts) -> set[str]:
    """The sites that one reaches while nothing is lost."""
    seen, todo = {site}, [site]
    while todo:
        here = todo.pop()
        ways = [link.between for link in parts.links.values() if here in link.between]
        more = {other for between in ways for other in between} - seen
        seen |= more
        todo += more
    return seen


def _roles(component: Component, _: Parts) -> Findings:
    if not component.active:
        yield Finding(("at",), "it is active nowhere", "give one site the role 'active'")
    standbys = [site for site, standing in component.at.items() if standing.role != "active"]
    for site in sorted(standbys)[1:]:
        rule = f"it has standbys at {' and '.join(sorted(standbys))}, but may have one"
        yield Finding(("at", site), rule, "keep one, or make the other active")


def _needs_beside(component: Component, parts: Parts) -> Findings:
    for key in ("needs", "starts_after"):
        need: Need | None = getattr(component, key)
        for name in dict.fromkeys(leaves(need)) if need is not None else ():
            yield from beside((key,), name, component.at, parts)


def beside(path: Path, name: str, places: Iterable[str], parts: Parts) -> Findings:
    """What serves only its own site must stand wherever it is needed."""
    other = parts.components.get(name)
    if other is None or other.scope == "network":
        return
    lacking = sorted({place for place in places if place not in other.at})
    if lacking:
        rule = f"'{name}' serves only its own site, and does not stand at {' and '.join(lacking)}, where it is needed"
        yield Finding(path, rule, f"place '{name}' there too, or give it 'scope: network'", leaf=name)


def _pools(component: Component, parts: Parts) -> Findings:
    for key in ("uses", "shares"):
        for pool in getattr(component, key):
            lacking = sorted(
                site for site in component.at if site in parts.sites and pool not in parts.sites[site].pools
            )
            if lacking:
                known = sorted(parts.sites[lacking[0]].pools)
                hint = did_you_mean(pool, known) if known else f"add 'pools: {{{pool}: 8}}' to '{lacking[0]}'"
                yield Finding((key, pool), f"there is no pool named '{pool}' at {' and '.join(lacking)}", hint, True)


def _boots(component: Component, parts: Parts) -> Findings:
    """What starts at once does so on pools that are there for nothing else."""
    boots = component.boots
    if boots is None:
        return
    for site in sorted(component.at):
        if site not in parts.sites:
            continue
        pools = parts.sites[site].pools
        if boots.on not in pools:
            hint = did_you_mean(boots.on, sorted(pools)) if pools else f"add 'pools: {{{boots.on}: 100}}' to '{site}'"
            yield Finding(("boots", "on"), f"there is no pool named '{boots.on}' at {site}", hint)
        elif not pools[boots.on].number:
            rule = f"nothing can ever start on '{boots.on}' at '{site}': it has no room"
            yield Finding(("boots", "on"), rule, "give the pool room")
        for name, other in sorted(parts.components.items()):
            if site in other.at and boots.on in (*other.uses, *other.shares):
                rule = f"'{boots.on}' at '{site}' is for starting, and cannot be reserved or shared by '{name}'"
                yield Finding(("boots", "on"), rule, "give it a pool of its own")


def _component_steps(component: Component, parts: Parts) -> Findings:
    for key in STEPS:
        step = getattr(component, key)
        if step is not None:
            yield from step_findings((key,), step, parts.crews)
            yield from way_findings((key,), step, component.at, parts)
            if key in ENDLESS:
                yield from tries((key,), step)
    if component.restart is not None and component.restart.automatic and component.restart.by:
        who = ", ".join(sorted(component.restart.by))
        rule = f"an automatic restart needs nobody, but is to be done by {who}"
        yield Finding(("restart", "by"), rule, "leave 'by' out, or 'automatic'", True)
    if component.precheck is not None and not {"warm", "cold"} & set(component.recover):
        rule = "nothing would ever be looked at: neither warm nor cold is one of its strategies"
        yield Finding(("precheck",), rule, "leave 'precheck' out", True)
    if component.stop is not None and component.standby is None and not component.sheddable:
        hint = "leave 'stop' out, or write 'sheddable: true'"
        yield Finding(("stop",), "it has no standby, so it never moves and is never stopped", hint, True)
    if component.restore is not None:
        yield from crew_findings(("restore",), component.restore, parts.crews)


def _sheddable(component: Component, parts: Parts) -> Findings:
    """What may be stopped to make room runs at one place, takes room there, and nothing else rests on it."""
    if not component.sheddable:
        return
    path: Path = ("sheddable",)
    rule = ""
    if component.standby is not None:
        rule = "it has a standby: what is recovered elsewhere is not stopped to make room"
    elif len(component.active) > 1:
        rule = f"it is active at {' and '.join(component.active)}, and only what stands at one site is stopped to make room"
    elif component.scope == "site":
        rule = "it serves only its own site: what needs it there would stop with it"
    elif not component.uses:
        rule = "it uses no room, so stopping it makes none"
    if rule:
        yield Finding(path, rule, "leave 'sheddable' out", True)


def _rests_on_sheddable(component: Component, parts: Parts) -> Findings:
    """Only what may be stopped itself rests on what may be stopped."""
    for key in ("needs", "starts_after"):
        need: Need | None = getattr(component, key)
        for name in dict.fromkeys(leaves(need)) if need is not None and not component.sheddable else ():
            if name in parts.components and parts.components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, and this component with it"
                hint = f"write 'sheddable: true' here too, or leave it out of '{name}'"
                yield Finding((key,), rule, hint, leaf=name)


def _recover(component: Component, _: Parts) -> Findings:
    role = None if component.standby is None else component.at[component.standby].role
    for index, strategy in enumerate(component.recover):
        path = ("recover", index)
        if component.recover.index(strategy) != index:
            yield Finding(path, f"'{strategy}' is there twice", "a strategy is tried once, in its place: leave one out")
        elif role is None:
            yield Finding(
                path,
                f"'{strategy}' is impossible: it has no standby",
                "add a standby under 'at', or leave 'recover' out",
            )
        elif strategy == "cold":
            if component.data is not None and role != "cold" and not restorable(component):
                rule = "'cold' is impossible: its data has no snapshot or backup to restore"
                yield Finding(path, rule, "add one under 'copies', or leave 'cold' out")
        elif role not in (("hot",) if strategy == "hot" else ("hot", "warm")):
            yield Finding(
                path, f"'{strategy}' is impossible: its standby is {role}", f"expected: {_ways(component, role)}"
            )


def _patience(component: Component, _: Parts) -> Findings:
    for strategy in component.give_up_after:
        if strategy not in component.recover:
            known = ", ".join(component.recover)
            hint = f"expected some of: {known}" if known else "leave 'give_up_after' out"
            rule = f"{strategy!r} is none of its strategies, so it is never given up"
            yield Finding(("give_up_after", strategy), rule, hint, True)


def _ways(component: Component, role: str) -> str:
    ways = {"hot": ("hot", "warm"), "warm": ("warm",)}.get(role, ())
    return ", ".join((*ways, "cold") if component.data is None or restorable(component) else ways)


COMPONENT: Final[tuple[Callable[[Component, Parts], Findings], ...]] = (
    *(_roles, _needs_beside, _pools, _component_steps, _boots),
    *(copies, shipped, standby_data, _recover, _patience, component_failures, _cut_off),
    *(_sheddable, _rests_on_sheddable),
)
