"""From a tree to a landscape or scenario: resolved, read part by part, checked as a whole, all problems gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar, get_args

from pydantic import AfterValidator, PlainValidator, TypeAdapter, ValidationInfo
from pydantic_core import PydanticCustomError

from drsim.calendar import Calendar, exists
from drsim.distributions import Law
from drsim.errors import did_you_mean, nearest
from drsim.model import fields
from drsim.model.fields import Part, Path
from drsim.model.landscape import (
    ALL,
    Component,
    Landscape,
    Link,
    Response,
    Service,
    Site,
    Supplier,
    Task,
    Team,
)
from drsim.model.needs import All, circles
from drsim.model.scenario import DEFAULT_HORIZON, Disruption, Expected, Moves, Scenario, Trial
from drsim.model.tree import ANY_MOMENT, UNTIL_REPAIRED, WHOLE_DRILL
from drsim.reading.consistent import consistency_findings, order_findings
from drsim.reading.nodes import BROKEN, NOWHERE, Mark, Problems, Table, cloned, is_broken, leaf_path, node_at, place_of
from drsim.reading.paths import LANDSCAPE_KEYS, SCENARIO_KEYS, SECTIONS, Change, apply, begins_well
from drsim.reading.resolve import apply_classes, expand_channels, fill, name_calendars, name_watches, name_window
from drsim.reading.rules import (
    Findings,
    Parts,
    apart_findings,
    by_hand_findings,
    due_findings,
    expect_findings,
    expected_test_findings,
    failure_findings,
    horizon_findings,
    landscape_findings,
    level_findings,
    move_findings,
    response_findings,
    scenario_findings,
    trial_findings,
)
from drsim.reading.validate import Checker, known_names, sections
from drsim.units import Duration

T = TypeVar("T")
_FEW: Final = 3
"""Problems of one cause that are each shown at their place."""
_SHOWN: Final = 20
"""Paths that one problem names."""
_KINDS: Final = get_args(Disruption.model_fields["kind"].annotation)
_ALL_KEYS: Final = (*SCENARIO_KEYS[:3], "landscape", "based_on", *SCENARIO_KEYS[3:], "steps", "add", "change", "remove")
_UNIQUE: Final = ("sites", "links", "teams", "suppliers", "components", "steps", "services")
_ENTRIES: Final[dict[str, TypeAdapter[Any]]] = {
    "sites": TypeAdapter(Site),
    "links": TypeAdapter(Link),
    "teams": TypeAdapter(Team),
    "suppliers": TypeAdapter(Supplier),
    "components": TypeAdapter(Component),
    "steps": TypeAdapter(Task),
    "services": TypeAdapter(Service),
}
_TEXT: Final[TypeAdapter[str]] = TypeAdapter(fields.Text)
_TITLE: Final[TypeAdapter[str]] = TypeAdapter(fields.Title)
_MEMBERS: Final[TypeAdapter[tuple[str, ...]]] = TypeAdapter(fields.Items[fields.ComponentName])
_CALENDAR: Final[TypeAdapter[Calendar]] = TypeAdapter(fields.Hours)
_RESPONSE: Final = TypeAdapter(Response)
_EXPECTED: Final = TypeAdapter(Expected)
_CLOCK_LAW: Final[TypeAdapter[Law]] = TypeAdapter(fields.ClockLaw)


FIRST_YEAR, LAST_YEAR = 1950, 2100
LONGEST = Duration.parse("3660 d")
"""how far a drill may look: ten years"""


def _near(horizon: Duration) -> Duration:
    if horizon.ms > LONGEST.ms:
        raise fields.refusal(f"'{horizon.text}' is further than a drill looks", f"write at most '{LONGEST.text}'")
    return horizon


def _moment(value: object) -> datetime | None:
    if value == ANY_MOMENT:
        return None
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2}) (\d{1,2}):(\d{2})", value) if isinstance(value, str) else None
    if found is None:
        hint = f"write 'YYYY-MM-DD HH:MM' such as '2015-05-12 10:00', or '{ANY_MOMENT}'"
        raise fields.refusal(f"{fields.shown(value)} is not a moment", hint)
    try:
        year, month, day, hour, minute = map(int, found.groups())
        moment = datetime(year, month, day, hour, minute)
    except ValueError:
        raise fields.refusal(f"'{value}' is on no calendar", "give a date and a time that exist") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        rule = f"'{value}' is too far away for calendars and their holidays"
        raise fields.refusal(rule, f"give a year from {FIRST_YEAR} to {LAST_YEAR}")
    if not exists(moment):
        rule = f"'{value}' does not exist: clocks skip that hour when summer time begins"
        raise fields.refusal(rule, "give an hour earlier or later")
    return moment


def _lasts(value: object, info: ValidationInfo) -> object:
    words = (WHOLE_DRILL, UNTIL_REPAIRED)
    if value in words:
        return value
    if isinstance(value, str) and (near := nearest(value, words)):
        raise fields.refusal(f"'{value}' is not how long something lasts", f"did you mean '{near}'?")
    return _CLOCK_LAW.validate_python(value, context=info.context)


class _Head(Part):
    """A scenario without what is read part by part."""

    title: fields.Headline
    question: fields.Text | None = None
    why: fields.Text | None = None
    moment: Annotated[datetime | None, PlainValidator(_moment)]
    horizon: Annotated[fields.Horizon, AfterValidator(_near)] = DEFAULT_HORIZON
    moves: Moves | None = None
    tests: Trial | None = None


class _Hit(Part):
    """A disruption as it is written."""

    site: fields.SiteName | None = None
    link: fields.LinkName | None = None
    component: fields.ComponentName | None = None
    team: fields.TeamName | None = None
    label: fields.Name | None = None
    links_of: fields.SiteName | None = None
    power: fields.SiteName | None = None
    corruption: fields.Name | None = None
    after: fields.ClockLaw | None = None
    lasts: Annotated[Any, PlainValidator(_lasts)] = None
    sites: fields.Items[fields.SiteName] | None = None
    people: fields.SomeCount | None = None
    follows: fields.Name | None = None
    chance: fields.SomeShare = ALL
    before: fields.ClockLaw | None = None
    detected: fields.ClockLaw | None = None
    reaches: fields.Items[fields.Text] | None = None


_HEAD: Final = TypeAdapter(_Head)
_HIT: Final = TypeAdapter(_Hit)


@dataclass(frozen=True, slots=True)
class Written:
    """Where the parts of a scenario were written, by their paths in resolved form."""

    trees: tuple[Table, ...] = ()

    def at(self, path: Path) -> Mark:
        """Give the place of the key at a path, or of the innermost part around it that was written down."""
        found = [place_of(tree, path, key=True) for tree in self.trees]
        return max(found, key=lambda place: len(place[1]), default=(NOWHERE, ()))[0]


@dataclass(slots=True)
class Draft:
    """A scenario, or a landscape alone, while its files are read: not resolved, not checked."""

    tree: Table | None = None
    """The keys of the scenario; None for a landscape alone."""
    landscape: Table | None = None
    later: list[Change] = field(default_factory=list)
    """What is to be changed once classes and channels are resolved."""
    file: str | None = None
    complete: bool = True
    """False when a file could not be read."""
    resolved: bool = False
    """True for a scenario that was read before: it has no classes and no channels any more."""

    def change(self, changes: Iterable[Change], problems: Problems) -> None:
        """Make changes; those of a component with classes, or of points of channels, are kept for later."""
        keys = (*SCENARIO_KEYS, *LANDSCAPE_KEYS) if self.tree is not None else LANDSCAPE_KEYS
        roots = [key for key in keys if not self.resolved or key not in ("classes", "channels")]
        for change in changes:
            if not begins_well(change, roots, problems):
                continue
            if self.tree is not None and change.parts[0] in SCENARIO_KEYS:
                self._inherit(self.tree, change)
                apply(self.tree, change, problems)
            elif self.landscape is not None and self.complete:
                self._change_landscape(self.landscape, change, problems)

    def _change_landscape(self, landscape: Table, change: Change, problems: Problems) -> None:
        if _is_resolved(landscape, change.parts):
            self.later.append(change)
        else:
            self.later = [later for later in self.later if not later.within(change.parts)]
            apply(landscape, change, problems)

    def _inherit(self, tree: Table, change: Change) -> None:
        """Let a change of the response begin from what the landscape says."""
        theirs = None if self.landscape is None else self.landscape.get("response")
        if change.parts[0] != "response" or len(change.parts) < 2 or not isinstance(theirs, Table):
            return
        if "response" not in tree:
            tree.put("response", Table())
        own, key = tree["response"], change.parts[1]
        if isinstance(own, Table) and key in theirs and key not in own and change.kind != "remove":
            own.put(key, cloned(theirs[key]), theirs.at(key))


def _is_resolved(landscape: Table, parts: tuple[str, ...]) -> bool:
    """Tell whether a path leads into what classes or channels give."""
    entry = node_at(landscape, parts[:2])
    if len(parts) < 3 or not isinstance(entry, Table):
        return False
    if parts[0] == "components":
        return "class" in entry and parts[2] != "class"
    return parts[0] == "services" and "channels" in entry and parts[2] == "points"


class _LandscapeBuilder:
    """Reads a landscape; what can be read stands in `parts` even if the rest is wrong."""

    def __init__(self, tree: Table, draft: Draft, problems: Problems) -> None:
        self.tree: Table = cloned(tree)
        self.problems = problems
        self._check_sections()
        self.checker = Checker(self.tree, known_names(self.tree, complete=draft.complete), problems)
        self._check_names()
        name_calendars(self.checker, "channels")
        name_watches(self.checker)
        apply_classes(self.checker)
        expand_channels(self.checker)
        for change in draft.later:
            apply(self.tree, change, problems)
        name_calendars(self.checker, "teams", "suppliers", "services")
        name_watches(self.checker)
        fill(self.tree)
        self.parts = Parts()
        self.calendars: dict[str, Calendar] = {}
        self.sources: dict[str, str] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.response: Response | None = None
        self.title: str | None = ""
        self._read()
        if draft.complete:
            findings(self.checker, landscape_findings(self.parts, self.response))
            findings(self.checker, consistency_findings(self.groups, self.parts))
            findings(self.checker, order_findings(self.groups, self.parts, self.response))
            if not problems.found:  # levels say something only where all else is well
                findings(self.checker, level_findings(self.parts))

    def landscape(self) -> Landscape:
        """Give the landscape, once there are no problems."""
        parts = {section: getattr(self.parts, section) for section in _ENTRIES}
        return Landscape(
            title=self.title or "",
            consistency_groups={name: tuple(sorted(members)) for name, members in self.groups.items()},
            sources=self.sources,
            calendars=self.calendars,
            response=self.response or Response(),
            **parts,
        )

    def _check_sections(self) -> None:
        for key in list(self.tree):
            if key not in LANDSCAPE_KEYS:
                hint = did_you_mean(key, LANDSCAPE_KEYS)
                self.problems.add(f"'{key}' is not a section of a landscape", key, self.tree.at(key)[0], hint, key)
            elif key in SECTIONS and not isinstance(self.tree[key], Table):
                if not is_broken(self.tree[key]):
                    rule = f"{fields.shown(self.tree[key])} stands where a mapping of names is due"
                    self.problems.add(rule, key, self.tree.at(key)[1], f"write entries such as '{key}: {{name: ...}}'")
                self.tree[key] = Table()

    def _check_names(self) -> None:
        owners: dict[str, str] = {}
        for section in SECTIONS:
            for name in sections(self.tree, section):
                path = (section, name)
                check_name(self.checker, path)
                if section in _UNIQUE and name in owners:
                    where = str(self.tree[owners[name]].at(name)[0])
                    rule = f"'{name}' is already one of the {owners[name]}" + (f", at {where}" if where else "")
                    self.checker.refuse(path, rule, "give one of them another name", key=True)
                elif section in _UNIQUE:
                    owners[name] = section
        for name in ("always", "never"):
            if name in sections(self.tree, "calendars"):
                rule = f"'{name}' is a calendar already, and cannot be the name of one"
                self.checker.refuse(("calendars", name), rule, "give it another name", key=True)

    def _read(self) -> None:
        read = self.checker.read
        self.sources = _present({name: read(_TEXT, ("sources", name)) for name in sections(self.tree, "sources")})
        self.calendars = _present(
            {name: read(_CALENDAR, ("calendars", name)) for name in sections(self.tree, "calendars")}
        )
        for section, kind in _ENTRIES.items():
            entries = {name: read(kind, (section, name)) for name in sections(self.tree, section)}
            setattr(self.parts, section, _present(entries))
        groups = sections(self.tree, "consistency_groups")
        self.groups = _present({name: read(_MEMBERS, ("consistency_groups", name)) for name in groups})
        if "title" in self.tree:
            self.title = read(_TITLE, ("title",))
        self.response = read(_RESPONSE, ("response",)) if "response" in self.tree else Response()


def check_name(checker: Checker, path: Path) -> None:
    """Refuse the key at a path if it breaks the rule for names."""
    if not fields.is_name(str(path[-1])):
        hint = "write a-z, 0-9 and -, starting with a letter or digit, such as 'town-hall'"
        checker.refuse(path, f"'{path[-1]}' is not a name", hint, key=True)


def _present(values: dict[str, T | None]) -> dict[str, T]:
    return {name: value for name, value in values.items() if value is not None}


def findings(checker: Checker, found: Findings) -> None:
    """Add what breaks rules to the problems, each at its place."""
    for finding in found:
        path = finding.path
        if finding.leaf is not None:
            path += leaf_path(node_at(checker.root, path), finding.leaf) or ()
        checker.refuse(path, finding.rule, finding.hint, key=finding.key)


def build_landscape(draft: Draft, problems: Problems) -> Landscape:
    """Build a landscape; InputError with all problems if there are any."""
    builder = _LandscapeBuilder(Table() if draft.landscape is None else draft.landscape, draft, problems)
    problems.refuse()
    return builder.landscape()


def build_scenario(draft: Draft, problems: Problems) -> Scenario:
    """Build a scenario with its landscape; InputError with all problems if there are any."""
    return build_placed(draft, problems)[0]


def build_placed(draft: Draft, problems: Problems) -> tuple[Scenario, Written]:
    """The same, and where all of it was written."""
    tree = Table() if draft.tree is None else draft.tree
    builder = _LandscapeBuilder(Table() if draft.landscape is None else draft.landscape, draft, problems)
    checker = Checker(tree, builder.checker.known, problems)
    head = _head(checker, builder.tree)
    horizon = None if head is None else head.horizon
    response = _response(checker, builder)
    disruptions = _disruptions(checker, builder.parts)
    expect = _expect(checker)
    if draft.complete:
        complete = len(builder.tree.get("components", {})) == len(builder.parts.components)
        findings(checker, expect_findings(expect, builder.parts, complete=complete))
        if draft.landscape is not None and not draft.landscape.get("components", Table()):
            rule = "the landscape has no components, so nothing can be lost or recovered"
            builder.checker.refuse(("components",), rule, "add one such as 'components: {oracle: {at: {...}}}'")
        findings(checker, scenario_findings(disruptions, horizon, builder.parts))
        findings(builder.checker, order_findings(builder.groups, builder.parts, response))
        if head is not None:
            findings(builder.checker, due_findings(builder.parts.services, dated=head.moment is not None))
            findings(checker, expected_test_findings(expect, head.tests, builder.parts, complete=complete))
            if head.moves is not None:
                findings(checker, move_findings(head.moves, head.horizon, response, builder.parts.components))
            if head.tests is not None:
                findings(checker, trial_findings(head.tests, head.horizon, response, builder.parts, complete=complete))
                apart = [
                    ("moves", head.moves is not None),
                    ("steps", bool(builder.parts.steps)),
                    ("consistency_groups", bool(builder.groups)),
                ]
                findings(checker, apart_findings([key for key, there in apart if there], disruptions))
        if horizon is not None:
            _check_horizon(checker, builder, horizon)
    problems.refuse()
    if head is None or response is None:
        raise AssertionError("what could not be read has no problem")
    scenario = Scenario(
        title=head.title,
        question=head.question,
        why=head.why,
        landscape=builder.landscape(),
        moment=head.moment,
        disruptions=disruptions,
        response=response,
        horizon=head.horizon,
        moves=head.moves,
        tests=head.tests,
        expect=expect,
        file=draft.file,
    )
    return scenario, Written((tree, builder.tree))


def _check_horizon(checker: Checker, builder: _LandscapeBuilder, horizon: Duration) -> None:
    """Refuse targets beyond the horizon: a few of them where they are, many once where the horizon is."""
    findings(builder.checker, by_hand_findings(builder.parts.services, horizon))
    findings(checker, failure_findings(builder.parts, horizon))
    found = list(horizon_findings(builder.parts.services, horizon))
    if len(found) <= _FEW:
        findings(builder.checker, iter(found))
        return
    rule = f"{len(found)} targets lie beyond the horizon of '{horizon.text}'"
    paths = [".".join(map(str, finding.path)) for finding in found]
    some = ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
    checker.refuse(("horizon",), rule, f"lengthen the horizon, or leave these out: {some}")


def _head(checker: Checker, landscape: Table) -> _Head | None:
    """Read what is not read part by part; whatever is no key of a scenario is refused here."""
    tree = checker.root
    head = Table(tree.mark)
    for key in tree:
        if key in _Head.key_names():
            head.take(tree, key)
        elif key not in SCENARIO_KEYS:
            checker.refuse((key,), f"'{key}' is not a key of a scenario", did_you_mean(key, _ALL_KEYS), key=True)
    if "moves" in head:
        named = Table(tree.mark)
        named.put("moves", cloned(tree["moves"]), tree.at("moves"))
        if "calendars" in landscape:
            named.take(landscape, "calendars")
        name_window(Checker(named, checker.known, checker.problems), "moves")
        head.take(named, "moves")
    return Checker(head, checker.known, checker.problems).read(_HEAD, ())


def _response(checker: Checker, builder: _LandscapeBuilder) -> Response | None:
    """Read the scenario's response over the landscape's, key by key."""
    tree = checker.root
    own, theirs = tree.get("response", Table()), builder.tree.get("response")
    root = Table(tree.mark)
    root.put("response", own, tree.at("response"))
    if isinstance(own, Table) and isinstance(theirs, Table):
        both = theirs.copy()
        for key in own:
            both.take(own, key)
        root.put("response", both)
    root = cloned(root)
    if "calendars" in builder.tree:
        root.put("calendars", builder.tree["calendars"])
    both_checker = Checker(root, checker.known, checker.problems)
    name_watches(both_checker)
    response = both_checker.read(_RESPONSE, ("response",))
    if response is not None and checker.known.complete:
        findings(both_checker, response_findings(response, builder.parts))
    return response


def _disruptions(checker: Checker, parts: Parts) -> dict[str, Disruption]:
    written = checker.root.get("disruptions", Table())
    if not isinstance(written, Table):
        if written is not BROKEN:
            rule = f"{fields.shown(written)} stands where a mapping of names is due"
            checker.refuse(("disruptions",), rule, "write entries such as '{town-hall: {site: ...}}'")
        return {}
    found: dict[str, Disruption | None] = {}
    for name in written:
        check_name(checker, ("disruptions", name))
        found[name] = _disruption(checker, ("disruptions", name), parts)
    disruptions = _present(found)
    _check_follows(checker, disruptions, list(written))
    return disruptions


def _expect(checker: Checker) -> dict[str, Expected]:
    """Read what is expected, service by service, so that one that is wrong hides no other."""
    written = checker.root.get("expect", Table())
    if not isinstance(written, Table):
        if written is not BROKEN:
            rule = f"{fields.shown(written)} stands where a mapping of names is due"
            checker.refuse(("expect",), rule, "write entries such as '{passport: {rto: met}}'")
        return {}
    for name in written:
        try:
            fields.check_reference("service", name, checker.known)
        except PydanticCustomError as error:
            context = error.context or {}
            checker.refuse(("expect", name), context["rule"], context["hint"], key=True)
    return _present({name: checker.read(_EXPECTED, ("expect", name)) for name in written})


def _check_follows(checker: Checker, disruptions: dict[str, Disruption], names: list[str]) -> None:
    """Refuse what follows a disruption that there is not, and what follows itself by way of others."""
    parents = {name: what.follows for name, what in disruptions.items() if what.follows is not None}
    for name, parent in parents.items():
        if parent not in names:
            rule = f"no disruption is named '{parent}'"
            checker.refuse(("disruptions", name, "follows"), rule, did_you_mean(parent, names))
        elif parent in disruptions and disruptions[parent].before is not None:
            rule = f"'{parent}' began before the moment of the drill, where nothing else can happen"
            checker.refuse(("disruptions", name, "follows"), rule, "let it begin by itself, with 'after'")
    for circle in circles({name: All((parent,)) for name, parent in parents.items() if parent in parents}):
        first, last = min(circle), max(circle)
        rule = f"these disruptions follow each other in a circle, so that none ever begins: {', '.join(sorted(circle))}"
        if first == last:
            rule = f"'{first}' follows itself, so that it never begins"
        checker.refuse(("disruptions", first, "follows"), rule, "leave one 'follows' out")


def _disruption(checker: Checker, path: Path, parts: Parts) -> Disruption | None:
    hit = checker.read(_HIT, path)
    if hit is None:
        return None
    given = [kind for kind in _KINDS if getattr(hit, kind) is not None]
    if len(given) != 1:
        rule = f"a disruption hits exactly one thing, this one {' and '.join(given) or 'none'}"
        checker.refuse(path, rule, f"give one of: {', '.join(_KINDS)}")
        return None
    kind = given[0]
    if not _fits(checker, path, hit, kind):
        return None
    broken = [parts.components[hit.component]] if hit.component in parts.components else parts.labelled(hit.label)
    mended = hit.lasts == UNTIL_REPAIRED or (
        hit.lasts is None and bool(broken) and all(component.repair is not None for component in broken)
    )
    return Disruption(
        kind=kind,
        target=getattr(hit, kind),
        after=hit.after or Law.constant(0),
        lasts=hit.lasts if isinstance(hit.lasts, Law) else None,
        until_repaired=mended,
        sites=tuple(sorted(hit.sites or ())),
        people=hit.people,
        follows=hit.follows,
        chance=hit.chance,
        before=hit.before,
        detected=hit.detected,
        reaches=tuple(sorted(hit.reaches or ())),
    )


def _fits_corruption(checker: Checker, path: Path, hit: _Hit, kind: str) -> bool:
    """Refuse what says nothing for a corruption, or only for one."""
    wrong = []
    if kind != "corruption":
        what = "site's links" if kind == "links_of" else kind
        for key in ("before", "detected", "reaches"):
            if getattr(hit, key) is not None:
                rule = f"'{key}' says nothing about a {what}"
                wrong.append(((*path, key), rule, "leave it out: it is for a corruption"))
    else:
        if hit.detected is None:
            rule = "'detected' is missing, which a corruption must say"
            checker.refuse(path, rule, "add how long after its beginning it is known, such as 'detected: 2 d'")
            return False
        if hit.lasts is not None and hit.lasts != UNTIL_REPAIRED:
            rule = "'lasts' says nothing about a corruption, which lasts until clean data is restored"
            wrong.append(((*path, "lasts"), rule, "leave it out"))
        for key in ("after", "follows"):
            if hit.before is not None and getattr(hit, key) is not None:
                rule = f"it begins '{hit.before.text}' before the moment, and by its '{key}' later"
                wrong.append(((*path, key), rule, "keep one of the two"))
        if hit.reaches == ():
            rule = "'reaches' names nothing"
            wrong.append(((*path, "reaches"), rule, "name a kind of copy or a site, or leave it out"))
    for where, rule, hint in wrong:
        checker.refuse(where, rule, hint, key=True)
    return not wrong


def _fits(checker: Checker, path: Path, hit: _Hit, kind: str) -> bool:
    """Refuse what says nothing for this kind of disruption."""
    wrong = False
    breaks = kind in ("component", "label")
    what = {"links_of": "site's links", "power": "site's power"}.get(kind, kind)
    if hit.sites is not None and not breaks:
        hint = "leave it out: it is for a component or a label"
        checker.refuse((*path, "sites"), f"'sites' says nothing about a {what}", hint, key=True)
        wrong = True
    if hit.people is not None and kind != "team":
        checker.refuse(
            (*path, "people"), f"'people' says nothing about a {what}", "leave it out: it is for a team", key=True
        )
        wrong = True
    if hit.lasts == UNTIL_REPAIRED and not breaks:
        rule = f"'{UNTIL_REPAIRED}' is impossible for a {what}: only components are repaired"
        checker.refuse((*path, "lasts"), rule, f"say how long, or '{WHOLE_DRILL}'")
        wrong = True
    wrong |= not _fits_corruption(checker, path, hit, kind)
    if hit.sites == ():
        checker.refuse(
            (*path, "sites"), "'sites' names no site", "name one, or leave it out for all where it is active"
        )
        wrong = True
    return not wrong
