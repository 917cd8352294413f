"""From the form for people to the resolved one: classes applied, channels expanded, calendars by name replaced."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal

from immutabledict import immutabledict
from pydantic import BeforeValidator, TypeAdapter, create_model

from drsim.errors import did_you_mean
from drsim.model import fields
from drsim.model.fields import Part, Path
from drsim.model.landscape import Component
from drsim.model.needs import All, circles
from drsim.reading.nodes import BROKEN, Items, Places, Table, cloned, is_broken, node_at
from drsim.reading.validate import Checker, is_municipality, sections
from drsim.units import ONE, Count, Share

_CALENDAR_WORDS: Final = ("always", "never")


class _Neighbour(Part):
    """The town hall whose counter citizens go to."""

    to: fields.SiteName
    share: fields.SomeShare = Share(ONE)


class Channel(Part):
    """A way in which citizens ask for services."""

    per: Annotated[Literal["town hall", "municipality"], fields.choice("town hall", "municipality")] | None = None
    at: fields.SiteName | None = None
    needs: fields.NeedTree | None = None
    open: fields.Hours | None = None
    fallback: fields.BySite[
        Annotated[_Neighbour, BeforeValidator(lambda value: {"to": value} if isinstance(value, str) else value)]
    ] = immutabledict()


def _class_names(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise fields.refusal(f"{fields.shown(value)} is not a class", "write its name, or a list of names")
    return tuple(value)


def _class_form() -> type[Part]:
    """Make the type of a class: a component of which everything may be left out, and which may have classes."""
    names = Annotated[tuple[fields.Text, ...], BeforeValidator(_class_names)] | None
    parts: dict[str, Any] = {"class": (names, None)}
    for name, info in Component.model_fields.items():
        parts[name] = (Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation, None)
    return create_model("Class", __base__=Part, **parts)


_CLASS: Final[TypeAdapter[Any]] = TypeAdapter(_class_form())
_CHANNEL: Final = TypeAdapter(Channel)
_SHARES: Final = TypeAdapter(fields.Named[fields.SomeShare])
_COUNT: Final = TypeAdapter(fields.SomeCount)


# Classes


def apply_classes(checker: Checker) -> None:
    """Give every component what its classes say, in place; what they say wrong is refused where it is written."""
    tree = checker.root
    classes: Table = tree.get("classes", Table())
    names: dict[str, list[str]] = {}
    for name in classes:
        checker.read(_CLASS, ("classes", name))
        names[name] = _classes_of(checker, classes, ("classes", name))
    for circle in circles({name: All(tuple(used)) for name, used in names.items()}):
        first = min(circle)
        rule = f"the classes {', '.join(sorted(circle))} name each other in a circle"
        checker.refuse(("classes", first, "class"), rule, f"take one out of '{first}'")
        names |= {each: [] for each in circle}
    done: dict[str, Table] = {}
    for name in sections(tree, "components"):
        component = tree["components"][name]
        used = _classes_of(checker, classes, ("components", name))
        if isinstance(component, Table) and "class" in component:
            tree["components"][name] = _merged([_flat(each, classes, names, done) for each in used], component)
    tree.pop("classes", None)


def _classes_of(checker: Checker, classes: Table, path: Path) -> list[str]:
    """Give the classes that a component or class names, refusing those that there are not."""
    holder = checker.root[str(path[0])][path[1]]
    given = holder.get("class", []) if isinstance(holder, Table) else []
    listed = [(given, (*path, "class"))] if isinstance(given, str) else []
    if isinstance(given, list):
        listed = [(each, (*path, "class", index)) for index, each in enumerate(given)]
    elif not isinstance(given, str) and given is not BROKEN and path[0] == "components":
        checker.refuse((*path, "class"), f"{fields.shown(given)} is not a class", "write its name, or a list of names")
    for each, at in listed:
        if checker.known.complete and not is_broken(each) and (not isinstance(each, str) or each not in classes):
            hint = did_you_mean(str(each), list(classes)) if classes else "there are no classes: give one first"
            checker.refuse(at, f"no class is named {fields.shown(each)}", hint)
    return [each for each, _ in listed if isinstance(each, str) and isinstance(classes.get(each), Table)]


def _flat(name: str, classes: Table, names: dict[str, list[str]], done: dict[str, Table]) -> Table:
    """Give a class with what its own classes say."""
    if name not in done:
        done[name] = _merged([_flat(each, classes, names, done) for each in names[name]], classes[name])
    return done[name]


def _merged(farther: list[Table], nearest: Table) -> Table:
    """Put the nearer over the farther; needs and labels add up."""
    merged = Table(nearest.mark)
    for table in (*farther, nearest):
        for key in table:
            if key in ("needs", "labels") and key in merged:
                merged.put(key, added_needs(merged, table, key), table.at(key))
            elif key != "class":
                merged.put(key, cloned(table[key]), table.at(key))
    return merged


def added_needs(first: Table, second: Table, key: str = "needs") -> Any:
    """Give the needs (or labels) of two holders together; one that is none is left as it is, to be refused."""
    together = Items(second.at(key)[1] if key in second else first.at(key)[1])
    for holder in (first, second):
        needs = holder.get(key, Items())
        if isinstance(needs, Items):
            for need, place in zip(needs, needs.places, strict=True):
                together.add(need, place)
        elif isinstance(needs, Table):
            together.add(needs, holder.at(key)[1])
        else:
            return needs
    return together


# Channels


def expand_channels(checker: Checker) -> None:
    """Give every service its points, in place."""
    tree = checker.root
    channels = {name: _channel(checker, name) for name in sections(tree, "channels")}
    for name in sections(tree, "services"):
        service = tree["services"][name]
        if isinstance(service, Table):
            _expand(checker, name, service, channels)
    tree.pop("channels", None)


def _channel(checker: Checker, name: str) -> Channel | None:
    """Read a channel; None when it is wrong."""
    channel: Channel | None = checker.read(_CHANNEL, ("channels", name))
    if channel is None:
        return None
    if channel.at is None and channel.per != "town hall":
        checker.refuse(("channels", name, "at"), "'at' is missing", "say at which site the channel is: 'at: ...'")
        return None
    if channel.at is not None and channel.per == "town hall":
        rule = "'at' says nothing for a channel with 'per: town hall', which is in each town hall"
        checker.refuse(("channels", name, "at"), rule, "leave 'at' out", key=True)
        return None
    if channel.fallback and channel.per != "town hall":
        rule = "'fallback' is from town hall to town hall, and this channel is not 'per: town hall'"
        hint = "leave it out, or list the points of the services themselves"
        checker.refuse(("channels", name, "fallback"), rule, hint, key=True)
        return None
    return channel if _check_neighbours(checker, name, channel) else None


def _check_neighbours(checker: Checker, name: str, channel: Channel) -> bool:
    """Refuse what is no town hall with a counter."""
    sites = checker.root.get("sites", Table())
    found = True
    for hall, neighbour in channel.fallback.items():
        for site, path, key in (
            (hall, ("channels", name, "fallback", hall), True),
            (neighbour.to, ("channels", name, "fallback", hall, "to"), False),
        ):
            if site in sites and not is_municipality(sites[site]):
                rule = f"'{site}' is no town hall with 'inhabitants', so this channel has no counter there"
                at = path if key or isinstance(checker.root["channels"][name]["fallback"][hall], Table) else path[:-1]
                checker.refuse(at, rule, "name another town hall, or leave it out", key=key)
                found = False
    return found


def _expand(checker: Checker, name: str, service: Table, channels: dict[str, Channel | None]) -> None:
    path: Path = ("services", name)
    if "channels" in service and "points" in service:
        rule = "a service has 'channels' or 'points', not both"
        checker.refuse((*path, "channels"), rule, "leave one of them out", key=True)
    elif "channels" not in service:
        if "points" not in service:
            rule = "a service needs 'channels' or 'points'"
            checker.refuse(path, rule, "add 'points: {counter: {at: ...}}' or 'channels: {counter: 100 %}'")
            service.put("points", BROKEN)
        return
    else:
        points = _points(checker, name, service, channels)
        service.put("points", BROKEN if points is None else points, service.at("channels"))
    service.pop("channels", None)


def _points(checker: Checker, name: str, service: Table, channels: dict[str, Channel | None]) -> Table | None:
    """Give the points of a service with channels; None when they cannot be made."""
    path: Path = ("services", name, "channels")
    shares = checker.read(_SHARES, path)
    if shares is None:
        return None
    unknown = [each for each in shares if each not in channels]
    for each in unknown if checker.known.complete else ():
        hint = did_you_mean(each, list(channels)) if channels else "there are no channels: give one first"
        checker.refuse((*path, each), f"no channel is named '{each}'", hint, key=True)
    total = sum(share.millionths for share in shares.values())
    if total != ONE:
        rule = (
            f"the channels of '{name}' have {Share(total) if total <= ONE else f'{total / 10_000:g} %'} of its demand"
        )
        checker.refuse(path, rule, "make their shares add up to 100 %")
    people = _inhabitants(checker, name, [channels[each] for each in shares if each in channels])
    if unknown or people is None or any(channels[each] is None for each in shares):
        return None
    points = Table(service.at("channels")[1])
    for each, share in shares.items():
        channel = channels[each]
        if channel is not None:
            _add_points(checker, points, (*path, each), channel, share.millionths, people)
    divisor = math.gcd(*(point["weight"] for point in points.values()))
    for point in points.values():
        point["weight"] //= divisor
    return points


def _inhabitants(checker: Checker, service: str, used: list[Channel | None]) -> dict[str, int] | None:
    """Give the inhabitants of each municipality, if a channel splits its demand by them; None when that cannot be."""
    if not any(channel is not None and channel.per for channel in used):
        return {}
    people: dict[str, int] = {}
    halls = 0
    for name in sections(checker.root, "sites"):
        site = checker.root["sites"][name]
        if is_municipality(site):
            halls += 1
            count: Count | None = checker.read(_COUNT, ("sites", name, "inhabitants"))
            people |= {name: count.number} if count else {}
        elif isinstance(site, Table) and site.get("kind") == "town hall":
            rule = f"the town hall '{name}' has no 'inhabitants', by which channels split their demand"
            checker.refuse(("sites", name), rule, "add 'inhabitants: 28000'")
            return None
    if not halls and checker.known.complete:
        rule = "a channel is per municipality, but there is none"
        hint = "give town halls their inhabitants: '{kind: town hall, inhabitants: 28000}'"
        checker.refuse(("services", service, "channels"), rule, hint)
    return people if halls and len(people) == halls else None


def _add_points(
    checker: Checker, points: Table, path: Path, channel: Channel, share: int, people: dict[str, int]
) -> None:
    """Add the points of one channel: as many of its share as there are inhabitants, or all of it."""
    name = str(path[-1])
    written = checker.root["channels"][name]
    heads: list[tuple[str | None, int]] = [*people.items()] if channel.per else [(None, sum(people.values()) or 1)]
    places = checker.root["services"][path[1]]["channels"].at(name)
    for hall, count in heads:
        point = Table(written.mark)
        point.put("channel", name, places)
        point.put("weight", share * count, places)
        if hall is not None:
            point.put("municipality", hall, places)
        if channel.per == "town hall":
            point.put("at", hall, places)
        for key in ("at", "needs", "open"):
            if key in written and key not in point:
                point.take(written, key)
        if hall is not None and hall in channel.fallback:
            neighbour = channel.fallback[hall]
            fallback = Table(written.mark)
            fallback.put("to", f"{name}-{neighbour.to}", written.at("fallback"))
            fallback.put("share", neighbour.share.text, written.at("fallback"))
            point.put("fallback", fallback, written.at("fallback"))
        _add_point(checker, points, name if hall is None else f"{name}-{hall}", point, path, places)


def _add_point(checker: Checker, points: Table, name: str, point: Table, path: Path, places: Places) -> None:
    if name in points:
        checker.refuse(path, f"the channels give two points the name '{name}'", "give a channel another name", key=True)
    else:
        points.put(name, point, places)


# Calendars, and what entries have from around them


def name_calendars(checker: Checker, *among: str) -> None:
    """Put the text of each calendar in the place of its name, in these sections."""
    tree = checker.root
    for section in among:
        key = "open" if section in ("channels", "services") else "works"
        for name in sections(tree, section):
            _name_calendar(checker, (section, name, key))
            entry = tree[section][name]
            points = entry.get("points") if section == "services" and isinstance(entry, Table) else None
            for point in points if isinstance(points, Table) else ():
                _name_calendar(checker, (section, name, "points", point, "open"))
            if section == "services" and isinstance(entry, Table) and isinstance(entry.get("manual"), Table):
                _name_calendar(checker, (section, name, "manual", "open"))
            if key == "works" and isinstance(entry, Table) and isinstance(entry.get("on_call"), Table):
                _name_calendar(checker, (section, name, "on_call", "works"))
            shifts = entry.get("shifts") if key == "works" and isinstance(entry, Table) else None
            for shift in shifts if isinstance(shifts, Table) else ():
                _name_calendar(checker, (section, name, "shifts", shift, "works"))


def name_watches(checker: Checker) -> None:
    """Put the text of each calendar in the place of its name, where it says when somebody watches."""
    tree = checker.root
    holders: list[tuple[str, ...]] = [("response",)]
    holders += [(section, name) for section in ("sites", "classes", "components") for name in sections(tree, section)]
    for path in holders:
        holder: Any = tree
        for part in path:
            holder = holder.get(part) if isinstance(holder, Table) else None
        if isinstance(holder, Table) and isinstance(holder.get("detect"), Table):
            _name_calendar(checker, (*path, "detect", "within"))
        if isinstance(node_at(tree, (*path, "data", "change")), Table):
            _name_calendar(checker, (*path, "data", "change", "within"))
        if isinstance(holder, Table) and isinstance(holder.get("failback"), Table):
            _name_calendar(checker, (*path, "failback", "window"))
    if isinstance(node_at(tree, ("response", "decide", "quorum", "arrives")), Table):
        _name_calendar(checker, ("response", "decide", "quorum", "arrives", "within"))


def name_window(checker: Checker, key: str) -> None:
    """The same for the window of what stands at a key, if it is a table."""
    if isinstance(checker.root.get(key), Table):
        _name_calendar(checker, (key, "window"))


def _name_calendar(checker: Checker, path: Path) -> None:
    holder: Any = checker.root
    for part in path[:-1]:
        holder = holder[part]
    key = str(path[-1])
    text = holder.get(key) if isinstance(holder, Table) else None
    calendars = checker.root.get("calendars", Table())
    if not isinstance(text, str) or not fields.is_name(text) or text in _CALENDAR_WORDS:
        return
    if isinstance(calendars, Table) and text in calendars:
        holder.put(key, calendars[text], (holder.at(key)[0], calendars.at(text)[1]))
    else:
        hint = did_you_mean(text, [*sections(checker.root, "calendars"), *_CALENDAR_WORDS])
        if checker.known.complete:
            checker.refuse(path, f"no calendar is named '{text}'", hint)
        holder.put(key, BROKEN)


def fill(tree: Table) -> None:
    """Give entries their titles, and points what they have from their service, in place."""
    for section in ("sites", "links", "teams", "suppliers", "components", "services"):
        for name in sections(tree, section):
            entry = tree[section][name]
            if isinstance(entry, Table) and entry.get("title", "") == "":
                entry.put("title", name)
    for name in sections(tree, "services"):
        service = tree["services"][name]
        points = service.get("points") if isinstance(service, Table) else None
        for point in points.values() if isinstance(points, Table) else ():
            if isinstance(point, Table):
                _fill_point(service, point)


def _fill_point(service: Table, point: Table) -> None:
    if isinstance(service.get("needs"), Items | Table):
        places = point.at("needs") if "needs" in point else service.at("needs")
        point.put("needs", cloned(added_needs(service, point)), places)
    if "open" in service and "open" not in point:
        point.take(service, "open")
