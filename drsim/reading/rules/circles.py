"""What starts after what, which must have a beginning."""

from __future__ import annotations

import graphlib
import itertools
from collections.abc import Collection, Mapping

from drsim.model.landscape import Component
from drsim.model.needs import All, Need, circles, leaves, without
from drsim.reading.rules.finding import Finding, Findings, Parts


def starting_needs(components: Mapping[str, Component]) -> dict[str, Need]:
    """What each component starts after."""
    mates = {name: circle for circle in circles({n: c.needs for n, c in components.items()}) for name in circle}
    return {
        name: component.starts_after
        if component.starts_after is not None
        else without(component.needs, {*mates.get(name, ()), name})
        for name, component in components.items()
    }


def step_circles(parts: Parts) -> Findings:
    """No step of the plan may wait for itself, by way of components and other steps or not."""
    below: dict[str, list[Need]] = {name: [need] for name, need in starting_needs(parts.components).items()}
    below |= {name: list(task.after) for name, task in parts.steps.items()}
    for name, task in parts.steps.items():
        for other in task.ahead_of:
            if other in below:
                below[other].append(name)
    waits: dict[str, Need] = {name: All(tuple(needs)) for name, needs in below.items()}
    for circle in circles(waits):
        if steps := sorted(circle & parts.steps.keys()):
            if any(other in parts.steps[one].ahead_of for one in steps for other in parts.steps[one].after):
                continue  # told already
            order = _one_circle({name: sorted(circle & set(leaves(waits[name]))) for name in sorted(circle)})
            chain = " after ".join(f"'{name}'" for name in order)
            rule = f"nothing here can ever be done: {chain}"
            first = min(name for name in order if name in parts.steps)
            yield Finding(("steps", first), rule, "take one out of its 'before' or 'after'")


def start_circles(components: Mapping[str, Component]) -> Findings:
    """Nothing may start after itself, by way of others or not."""
    starts = starting_needs(components)
    for circle in circles(starts):
        edges = {name: sorted(circle & set(leaves(starts[name]))) for name in sorted(circle)}
        order = _one_circle(edges)
        explicit = [
            (one, other) for one, other in itertools.pairwise(order) if components[one].starts_after is not None
        ]
        one, other = min(explicit)
        chain = " after ".join(f"'{name}'" for name in order)
        rule = f"nothing here can ever start: {chain}"
        hint = f"take '{other}' out of 'components.{one}.starts_after'"
        yield Finding(("components", one, "starts_after"), rule, hint, leaf=other)


def _one_circle(edges: Mapping[str, Collection[str]]) -> list[str]:
    """Give a circle of names, each before what it starts after, the first again at the end."""
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    raise AssertionError(f"there is no circle in {dict(edges)}")
