"""Data and its copies."""

from __future__ import annotations

from drsim.calendar import compile_calendar
from drsim.model.fields import Path
from drsim.model.landscape import Change, Component, Copy
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.units import WEEK, Rate


def copies(component: Component, _: Parts) -> Findings:
    """Check the copies of its data."""
    replicas: dict[str, str] = {}
    for name in sorted(component.copies):
        copy = component.copies[name]
        path = ("copies", name)
        yield from _copy_keys(path, copy)
        if copy.replicated and copy.immutable:
            rule = f"'immutable' says nothing for a copy of kind '{copy.kind}', which changes all the time"
            yield Finding((*path, "immutable"), rule, "leave it out", True)
        if copy.replicated and copy.at in replicas:
            rule = f"'{replicas[copy.at]}' and '{name}' are both replicated copies at '{copy.at}'"
            yield Finding(path, rule, "keep one of them", True)
        elif copy.replicated:
            replicas[copy.at] = name
    if component.copies and component.data is None:
        yield Finding(("copies",), "it has copies, but no data", "add 'data: {size: 2.1 TB}', or leave them out", True)


def shipped(component: Component, _: Parts) -> Findings:
    """What is shipped changes, is not more than can be shipped in a week, and is for a standby."""
    change = None if component.data is None else component.data.change
    if isinstance(change, Change) and not change.within.spans:
        yield Finding(("data", "change", "within"), "it never changes so", "write only what changes 'otherwise'")
    for name, copy in component.copies.items():
        path = ("copies", name, "ships")
        if copy.ships is None or copy.kind != "asynchronous":
            continue
        if copy.at != component.standby:
            yield Finding(path, "'ships' says nothing for a copy that no standby runs on", "leave it out", True)
        if component.on_partition == "takeover, alone":
            rule = "it takes over alone when it is cut off, which is not drilled with 'ships'"
            yield Finding(path, rule, "leave it out and give a 'lag', or give it a 'witness'", True)
        if component.data is not None and change is None:
            rule = "'ships' says nothing: nothing of the data changes"
            yield Finding(path, rule, "say how much with 'data: {change: 2 MB/s}', or leave it out")
        elif change is not None and (changed := _a_week(change)) > copy.ships.per_second * WEEK:
            average = -(-changed // WEEK)
            rule = f"'{copy.ships}' never catches up: {average:,} B/s change on average over a week"
            yield Finding(path, rule, "ship faster, or give a 'lag' in its place")


def _a_week(change: Rate | Change) -> int:
    """What changes in a standard week, milli-bytes."""
    if not isinstance(change, Change):
        return change.per_second * WEEK
    open_time = compile_calendar(change.within, None, WEEK).worked(0, WEEK)
    otherwise = change.otherwise.per_second if change.otherwise else 0
    return change.rate.per_second * open_time + otherwise * (WEEK - open_time)


def _copy_keys(path: Path, copy: Copy) -> Findings:
    due = {"asynchronous": ("lag",), "synchronous": ()}.get(copy.kind, ("taken", "restores"))
    examples = {"lag": "15 min", "taken": "daily 22:00", "restores": "60 MB/s"}
    if copy.ships is not None:
        if copy.kind != "asynchronous":
            rule = f"'ships' says nothing for a copy of kind '{copy.kind}'"
            yield Finding((*path, "ships"), rule, "leave it out", True)
        elif copy.lag is None:
            return
    for key, example in examples.items():
        given = getattr(copy, key) is not None
        if given and key not in due:
            yield Finding((*path, key), f"'{key}' says nothing for a copy of kind '{copy.kind}'", "leave it out", True)
        if not given and key in due:
            rule = f"'{key}' is missing, which a copy of kind '{copy.kind}' must say"
            yield Finding((*path, key), rule, f"add it, such as '{key}: {example}'")


def standby_data(component: Component, _: Parts) -> Findings:
    """Check that a standby has data to start with."""
    if component.data is None or component.standby is None:
        return
    site = component.standby
    role = component.at[site].role
    if role == "cold":
        if not restorable(component):
            rule = "a cold standby of a component with data needs a snapshot or backup, and has none"
            yield Finding(("at", site), rule, "add one under 'copies'")
    elif not any(copy.replicated and copy.at == site for copy in component.copies.values()):
        rule = f"a {role} standby of a component with data needs a synchronous or asynchronous copy at '{site}'"
        yield Finding(("at", site), rule, f"add one under 'copies', such as '{{at: {site}, kind: synchronous}}'")


def restorable(component: Component) -> bool:
    """Whether a copy of its data can be put back."""
    return any(not copy.replicated for copy in component.copies.values())
