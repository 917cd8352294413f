"""A whole scenario: what happens to a landscape, and when."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.distributions import Law
from drsim.testing.behind import behind
from drsim.testing.choices import Document, below, one_in, pick, several, some
from drsim.testing.components import active, classes
from drsim.testing.features import Features, ScenarioFeatures, complete
from drsim.testing.landscape import document_text
from drsim.testing.landscape import landscape as generated
from drsim.testing.moves import moves
from drsim.testing.people import response
from drsim.testing.quantities import HORIZONS, LASTS, any_fixed, law
from drsim.testing.trials import trials
from drsim.units import MINUTE, Duration, format_ms

if TYPE_CHECKING:
    from drsim.model import Scenario

_MOMENTS: Final = (
    "2015-05-12 10:00",  # a Tuesday morning
    "2015-05-12 9:00",
    "2015-05-15 16:55",  # Friday, just before the end of office hours
    "2015-04-27 10:00",  # King's Day, a Monday
    "2015-03-28 22:00",  # the night in which summer time begins
    "2015-10-24 22:00",  # and in which it ends
    "2015-12-31 23:59",
    "2016-02-29 0:00",
)
_ANY_MOMENT: Final = "any moment of the week"
_LATER: Final = ("90 min", "70 min", "2 h", "3 h", "6 h")  # while what was hit first is recovered, or after it
_WHOLE_DRILL: Final = "the whole drill"
_UNTIL_REPAIRED: Final = "until repaired"
_BEFORE: Final = ("1 d", "10 min", "10 min", "20 d")
_DETECTED: Final = ("1 d", "2 h", "4 d", "0 s")


class _Span(NamedTuple):
    """What a disruption hits, and the minutes of its beginning and end."""

    kind: str
    target: str
    begin: int
    end: int


@dataclass
class _Targets:
    """What disruptions may hit, and those that there are."""

    landscape: Document
    given: ScenarioFeatures
    disruptions: Document = field(default_factory=dict)

    def section(self, kind: str) -> Document:
        """What of this kind there is to hit."""
        if kind == "label":
            return {label: None for name in self.landscape["components"] for label in self.labels(name)}
        if kind == "corruption":
            return {word: None for name in self.with_data() for word in (name, *self.labels(name))}
        if kind == "links_of":
            return {site: None for link in self.landscape.get("links", {}).values() for site in link["between"]}
        if kind == "power":
            sites = self.landscape["sites"]
            return {name: None for name in sites if "power" in sites[name]} or dict.fromkeys(sites)
        suppliers = self.landscape.get("suppliers", {}) if kind == "team" else {}
        return {**self.landscape.get(f"{kind}s", {}), **suppliers}

    def kinds(self) -> list[str]:
        """The kinds of things that there are to hit."""
        on = {
            "site": self.given["site_outages"],
            "component": self.given["component_outages"],
            "team": self.given["team_outages"],
            "link": self.given["link_outages"],
            "label": self.given["common_causes"] and self.given["component_outages"],
            "links_of": self.given["common_causes"] and self.given["link_outages"],
            "power": self.given["power"] and self.given["site_outages"],
            "corruption": self.given["corruptions"],
        }
        return [kind for kind, allowed in on.items() if allowed and self.section(kind)]

    def with_data(self) -> list[str]:
        """The components with data."""
        return [name for name in self.landscape["components"] if any("data" in each for each in self.holders(name))]

    def reachable(self, target: str) -> list[str]:
        """What a corruption may reach: kinds and sites of the snapshots and backups of what it hits."""
        copies = [
            copy
            for name in self.with_data()
            if target in (name, *self.labels(name))
            for holder in self.holders(name)
            for copy in holder.get("copies", {}).values()
            if "taken" in copy
        ]
        return list(dict.fromkeys(word for copy in copies for word in (copy["kind"], copy["at"])))

    def options(self, kind: str) -> list[str]:
        """Each of these; sites once more for each component that fails over from there or, later, has gone there.

        Of what may be corrupted those that can move twice more, so that they are when they have moved.
        """
        if kind == "corruption":
            mobile = [name for name in self.with_data() if self._moves(self.landscape["components"][name])]
            together = [name for group in self.landscape.get("consistency_groups", {}).values() for name in group]
            shared = [word for name in together for word in (name, *self.labels(name))]
            return [*self.section(kind), *mobile, *mobile, *shared]
        if kind != "site":
            return list(self.section(kind))
        movable = [each for each in self.landscape["components"].values() if self._moves(each)]
        more = [site for each in movable for site in (each["at"] if self.disruptions else active(each))]
        return [*self.section(kind), *more]

    def _moves(self, component: Document) -> bool:
        """Whether a component has a standby."""
        return active(component) != list(component["at"])

    def holders(self, name: str) -> list[Document]:
        """A component and all its classes."""
        queue = [self.landscape["components"][name]]
        for holder in queue:
            queue += [self.landscape["classes"][each] for each in classes(holder)]
        return queue

    def labels(self, name: str) -> list[str]:
        """The labels of a component."""
        return [label for holder in self.holders(name) for label in holder.get("labels", ())]

    def broken(self, kind: str, target: str) -> list[str]:
        """The components that a disruption breaks."""
        if kind == "label":
            return [name for name in self.landscape["components"] if target in self.labels(name)]
        return [target] if kind == "component" else []

    def repairable(self, names: Sequence[str]) -> bool:
        """Whether components, or classes of theirs, have a `repair`."""
        return bool(names) and all(any("repair" in holder for holder in self.holders(name)) for name in names)

    def last(self) -> _Span | None:
        """The last disruption, if its beginning and end are fixed."""
        for disruption in list(self.disruptions.values())[-1:]:
            if "follows" in disruption or "chance" in disruption:
                return None
            after, lasts = _minutes(disruption.get("after", "0 s")), _minutes(disruption.get("lasts"))
            if after is not None and lasts is not None:
                kind, target = next(iter(disruption.items()))
                return _Span(kind, target, after, after + lasts)
        return None


def _minutes(value: Any) -> int | None:
    """The whole minutes of a fixed duration."""
    try:
        ms = Duration.parse(value).ms if isinstance(value, str) else -1
    except ValueError:
        return None
    return ms // MINUTE if ms >= 0 and not ms % MINUTE else None


@st.composite
def _disruption(draw: DrawFn, targets: _Targets) -> None:
    """A disruption: of anything, or of what the last one hit, touching or overlapping it."""
    given, kinds, last = targets.given, targets.kinds(), targets.last()
    kind = pick(draw, (*kinds, kinds[0], *(kind for kind in kinds if kind == "team")))
    target = pick(draw, targets.options(kind))
    after: Any = None
    if last is not None and given["later"] and one_in(draw, 2):
        kind, target, begin, end = last
        after = f"{pick(draw, (end, end, end, end, (begin + end) // 2, begin, end + 10))} min"
    elif given["later"] and one_in(draw, 4 if kind == "corruption" else 2):
        after = pick(draw, _LATER) if targets.disruptions and one_in(draw, 2) else law(draw, given)
    disruption: Document = {kind: target}
    if after is not None:
        disruption["after"] = after
    if kind == "corruption":
        _corruption(draw, targets, disruption, target)
        return
    broken = targets.broken(kind, target)
    lasts = _lasts(draw, given, repairable=targets.repairable(broken))
    if lasts is not None:
        disruption["lasts"] = lasts
    hit = targets.section(kind)[target]
    if kind == "team" and one_in(draw, 2):
        disruption["people"] = 1 + below(draw, int(hit.get("people", 1)))
    if broken and one_in(draw, 4):
        at = list(dict.fromkeys(site for name in broken for site in targets.landscape["components"][name]["at"]))
        disruption["sites"] = at if one_in(draw, 3) else [pick(draw, at)]
    _cascade(draw, targets, disruption)


def _cascade(draw: DrawFn, targets: _Targets, disruption: Document) -> None:
    """Let it happen by chance, or follow another; then it is there."""
    parents = [name for name, each in targets.disruptions.items() if "before" not in each]
    if targets.given["cascades"] and one_in(draw, 4):
        if parents and "before" not in disruption and below(draw, 3):
            disruption["follows"] = pick(draw, parents)
        if "follows" not in disruption or one_in(draw, 2):
            disruption["chance"] = pick(draw, ("50 %", "80 %", "30 %"))
    targets.disruptions[f"outage-{len(targets.disruptions) + 1}"] = disruption


def _corruption(draw: DrawFn, targets: _Targets, disruption: Document, target: str) -> None:
    """When it began, when it is known and what it reaches; what it hits is there already."""
    given = targets.given
    if "after" not in disruption and below(draw, 3):
        disruption["before"] = pick(draw, _BEFORE)
    soon = not targets.disruptions and one_in(draw, 2)
    disruption["detected"] = law(draw, given) if soon else pick(draw, _DETECTED)
    if (words := targets.reachable(target)) and (reached := some(draw, words, 2)):
        disruption["reaches"] = reached
    _cascade(draw, targets, disruption)


def _lasts(draw: DrawFn, given: ScenarioFeatures, *, repairable: bool) -> Any:
    """How long a disruption lasts; None where the default says it."""
    forms = ["fixed", "fixed"]
    if given["uncertain"]:
        forms.append("law")
    if given["whole_drill"] or repairable:
        forms.insert(0, "default")
    if repairable:
        forms += [_UNTIL_REPAIRED] * 3
    if given["whole_drill"]:
        forms.append(_WHOLE_DRILL)
    form = pick(draw, forms)
    if form == "default":
        return None
    if form == "fixed":
        return any_fixed(draw) if given["durations"] == "any" and one_in(draw, 2) else pick(draw, LASTS)
    if form == "law":
        if given["durations"] == "any":
            return f"{1 + below(draw, 60)} to 480 min" if one_in(draw, 2) else "1 h (0.5 to 8)"
        return {"observed": ["2 h", "8 h"]} if one_in(draw, 2) else {"mix": {"70 %": "10 min", "30 %": "6 h"}}
    return form


def _moment(draw: DrawFn, given: ScenarioFeatures) -> str:
    if given["any_moment"] and one_in(draw, 3):
        return _ANY_MOMENT
    if given["durations"] == "any" and one_in(draw, 2):
        days, minute = draw(st.integers(0, 1400)), draw(st.integers(0, 24 * 60 - 1))
        if minute // 60 == 2:
            minute += 60  # on one night in a year that hour does not exist
        return f"{datetime(2015, 1, 1) + timedelta(days=days, minutes=minute):%Y-%m-%d %H:%M}"
    return pick(draw, _MOMENTS)


def _horizon(draw: DrawFn, document: Document, given: Features) -> str | None:
    """How far to look: as far as the targets, and beyond the beginning of each disruption; None for the default."""
    ends = [0]
    for service in document["landscape"].get("services", {}).values():
        targets = service.get("targets", {})
        ends += [Duration.parse(targets[key]).ms for key in ("rto", "mtpd") if key in targets]
        begins = Law.parse(service.get("manual", {}).get("after", "0 s"), "duration").fixed
        ends.append(0 if begins is None else begins + 1)
    beside = [document.get(key, {}) for key in ("moves", "tests")]
    for disruption in [*document.get("disruptions", {}).values(), *beside]:
        after = Law.parse(disruption.get("after", "0 s"), "duration").fixed
        ends.append(0 if after is None else after + 1)
    least = max(ends)
    enough = [horizon for horizon in HORIZONS if Duration.parse(horizon).ms >= least]
    if enough and enough[0] == HORIZONS[0] and not one_in(draw, 2):
        return None
    if not enough or (given["durations"] == "any" and one_in(draw, 4)):
        return format_ms(least + draw(st.integers(1, 240)) * MINUTE)
    return pick(draw, enough)


@st.composite
def _scenario(
    draw: DrawFn, landscapes: SearchStrategy[Document], given: ScenarioFeatures, *, may_change: bool
) -> Document:
    fewest, most = given["min_disruptions"], given["max_disruptions"]
    least = max(fewest, min((0, 1, 1, 1, 1, 2, 2, 3)[below(draw, 8)], most))  # early, as in a landscape
    world = draw(landscapes)
    targets = _Targets(world, given)
    if targets.kinds():
        several(draw, _disruption(targets), least, most)
    if given["behind"] and given["later"]:
        behind(draw, world, targets.disruptions, given)
    teams = [*world.get("teams", ()), *world.get("suppliers", ())] if given["crews"] else []
    changed = draw(response(given, teams)) if one_in(draw, 3) else {}
    tried: Document = {}
    if given["tests"] and one_in(draw, 4):
        tried = trials(draw, world, changed, targets.disruptions, teams, may_change=may_change)
    document: Document = {"drsim": "scenario 1", "title": "A generated drill"}
    if given["labels"] and one_in(draw, 8):
        document |= {"question": "Does service simply go on?", "why": "no"}
    document["landscape"] = {key: value for key, value in world.items() if key != "drsim"}
    document["moment"] = _moment(draw, given)
    if targets.disruptions:
        document["disruptions"] = targets.disruptions
    if changed:
        document["response"] = changed
    document |= tried
    if given["moves"] and not tried and one_in(draw, 2):
        document |= moves(draw, world, calendars=given["calendars"])
    if horizon := _horizon(draw, document, given):
        document["horizon"] = horizon
    return document


def scenario_documents(
    landscape: Document | SearchStrategy[Document] | None = None, **features: Unpack[ScenarioFeatures]
) -> SearchStrategy[Document]:
    """Scenarios in the notation, as plain dicts with `drsim` first and the landscape in place.

    `landscape` is a document of your own, or a strategy for one; left out, it is `landscape_documents` with the same
    features. Shrinks to the smallest landscape without a disruption. See `ScenarioFeatures` for the keyword arguments.
    """
    given = complete(features)
    if landscape is None:
        return _scenario(generated(given), given, may_change=True)
    own = landscape if isinstance(landscape, SearchStrategy) else st.builds(copy.deepcopy, st.just(landscape))
    return _scenario(own, given, may_change=False)


def scenarios(
    landscape: Document | SearchStrategy[Document] | None = None, **features: Unpack[ScenarioFeatures]
) -> SearchStrategy[Scenario]:
    """Scenarios as the model; the arguments, and what they shrink to, are those of `scenario_documents`."""
    from drsim.reading import loads

    return scenario_documents(landscape, **features).map(lambda document: loads(document_text(document)))
