"""What fails of its own."""

from __future__ import annotations

from typing import Final

from drsim.model.fields import Path
from drsim.model.landscape import Component, Fails
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.units import HOUR, Duration

_LEAST_LIFE: Final = Duration(HOUR)
MOST_FAILURES: Final = 10_000
"""of all things together, to be expected in a drill"""


def own_failures(path: Path, fails: Fails | None, what: str) -> Findings:
    """What fails of its own does so now and then, and for a time; `what` is not repaired, if it says so."""
    if fails is None:
        return
    if fails.every.mean < _LEAST_LIFE.ms:
        rule = f"'{fails.every.text}' lets it fail more than once an hour"
        yield Finding((*path, "every"), rule, f"let it last at least '{_LEAST_LIFE.text}' on average")
    if fails.lasts is not None and fails.lasts.high == 0:
        rule = f"'{fails.lasts.text}' is no time, so that nothing would fail"
        yield Finding((*path, "lasts"), rule, "say how long, or leave 'fails' out")
    if fails.lasts is None and what:
        rule = f"'until repaired' is impossible for {what}: only components are repaired"
        yield Finding((*path, "lasts") if "lasts" in fails.model_fields_set else path, rule, "add such as 'lasts: 4 h'")


def component_failures(component: Component, _: Parts) -> Findings:
    """Check how a component fails of its own."""
    fails = component.fails
    yield from own_failures(("fails",), fails, "")
    if fails is not None and fails.lasts is None and component.repair is None:
        rule = "'until repaired' is impossible: it has no 'repair'"
        path = ("fails", "lasts") if "lasts" in fails.model_fields_set else ("fails",)
        yield Finding(path, rule, "give it a 'repair', or say how long with 'lasts'")


def failure_findings(parts: Parts, horizon: Duration) -> Findings:
    """Check that a drill can look so far at all that fails of its own."""
    failing = [(name, site.fails, 1) for name, site in parts.sites.items()]
    failing += [(name, link.fails, 1) for name, link in parts.links.items()]
    failing += [(name, component.fails, len(component.at)) for name, component in parts.components.items()]
    counts = {
        name: horizon.ms * places / fails.every.mean
        for name, fails, places in failing
        if fails is not None and fails.every.mean
    }
    total = sum(counts.values())
    if total > MOST_FAILURES:
        most = max(sorted(counts), key=counts.__getitem__)
        rule = f"{total:,.0f} failures of their own are to be expected within '{horizon.text}', more than a drill has"
        yield Finding(("horizon",), rule, f"shorten the horizon, or let '{most}' fail less often")
