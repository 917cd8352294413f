"""What happens in a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from drsim.errors import did_you_mean
from drsim.model.fields import Path
from drsim.model.landscape import Component
from drsim.model.scenario import Disruption
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.units import Duration


def scenario_findings(disruptions: Mapping[str, Disruption], horizon: Duration | None, parts: Parts) -> Findings:
    """Check what happens in a scenario against its landscape and its horizon."""
    for name, disruption in disruptions.items():
        yield from _disruption(("disruptions", name), disruption, horizon, parts)


def _disruption(path: Path, disruption: Disruption, horizon: Duration | None, parts: Parts) -> Findings:
    after = disruption.after.fixed
    if after is not None and horizon is not None and after >= horizon.ms:
        rule = f"it begins after '{disruption.after.text}', when the drill is over: the horizon is '{horizon.text}'"
        yield Finding((*path, "after"), rule, "let it begin earlier, or lengthen the horizon")
    team = parts.crews.get(disruption.target) if disruption.kind == "team" else None
    if team is not None and disruption.people is not None and disruption.people.number > team.most:
        rule = f"'{disruption.people.text}' people are away, but '{disruption.target}' has {team.most}"
        yield Finding((*path, "people"), rule, "write at most as many, or leave 'people' out for all of them")
    component = parts.components.get(disruption.target) if disruption.kind == "component" else None
    if component is not None:
        yield from _broken(path, disruption, {disruption.target: component})
    if disruption.kind == "label":
        yield from _labelled(path, disruption, parts)
    if disruption.kind == "corruption":
        yield from _corrupted(path, disruption, parts)
    if disruption.kind == "links_of" and not any(disruption.target in link.between for link in parts.links.values()):
        yield Finding((*path, "links_of"), f"no link ends at '{disruption.target}'", "name another site")


def _labelled(path: Path, disruption: Disruption, parts: Parts) -> Findings:
    label = disruption.target
    components = {name: component for name, component in parts.components.items() if label in component.labels}
    if not components:
        known = sorted({each for component in parts.components.values() for each in component.labels})
        hint = did_you_mean(label, known) if known else f"write 'labels: [{label}]' at those that it hits"
        yield Finding((*path, "label"), f"no component has the label '{label}'", hint)
        return
    yield from _broken(path, disruption, components)


def _corrupted(path: Path, disruption: Disruption, parts: Parts) -> Findings:
    target, components = disruption.target, parts.components
    labels = {label for component in components.values() for label in component.labels}
    hit = [components[target]] if target in components else parts.labelled(target)
    if target in components and target in labels:
        rule = f"'{target}' is a component and a label"
        yield Finding((*path, "corruption"), rule, "give the label another name")
    elif not hit:
        hint = did_you_mean(target, sorted({*components, *labels}))
        yield Finding((*path, "corruption"), f"no component is named '{target}', and none has such a label", hint)
    elif not any(component.data is not None for component in hit):
        rule = f"'{target}' has no data that could be corrupted"
        yield Finding((*path, "corruption"), rule, "give it 'data', or let it break: 'component' or 'label'")
    else:
        for name in sorted(name for name, part in components.items() if part in hit and part.data is not None):
            if components[name].sheddable:
                rule = f"'{name}' may be stopped to make room, and how corrupt data and that go together is not drilled"
                yield Finding((*path, "corruption"), rule, f"leave 'sheddable' out of '{name}', or hit something else")
        kept = [copy for component in hit for copy in component.copies.values() if not copy.replicated]
        known = sorted({word for copy in kept for word in (copy.kind, copy.at)})
        for index, word in enumerate(disruption.reaches):
            if word not in known:
                rule = f"'{word}' is no kind of snapshot or backup of what it hits, nor a site where one is kept"
                yield Finding((*path, "reaches", index), rule, did_you_mean(word, known) if known else "leave it out")
        for word, count in Counter(disruption.reaches).items():
            if count > 1:
                yield Finding((*path, "reaches"), f"'{word}' is there twice", "leave one out")


def _broken(path: Path, disruption: Disruption, components: Mapping[str, Component]) -> Findings:
    """What breaks what it hits: one component, or all with a label."""
    for name, component in sorted(components.items()):
        if disruption.until_repaired and component.repair is None:
            rule = f"'until repaired' is impossible: '{name}' has no 'repair'"
            yield Finding((*path, "lasts"), rule, "give it a 'repair', or say how long it lasts")
    places = sorted({site for component in components.values() for site in component.at})
    for index, site in enumerate(disruption.sites):
        if site not in places:
            rule = f"'{disruption.target}' does not stand at '{site}'"
            if disruption.kind == "label":
                rule = f"nothing with the label '{disruption.target}' stands at '{site}'"
            yield Finding((*path, "sites", index), rule, did_you_mean(site, places))
    for site, count in Counter(disruption.sites).items():
        if count > 1:
            yield Finding((*path, "sites"), f"'{site}' is there twice", "leave one out")
