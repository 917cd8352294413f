"""YAML as a tree that knows where everything was written, without the traps of YAML 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

import yaml

from drsim.errors import InputError, Problem
from drsim.model.fields import Part, Path
from drsim.model.tree import moment_text, plain_leaf, written

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT: Final = re.compile(r"0|[1-9][0-9]*")
_FLOAT: Final = re.compile(r"[0-9]+\.[0-9]+")
_NULL: Final = re.compile(r"~|null|Null|NULL|")
_BOOL: Final = {"true": True, "false": False}
_DEPTH: Final = 60

Places: TypeAlias = "tuple[Mark, Mark]"
"""Where a key and its value were written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file."""

    file: str | None = None
    line: int | None = None
    """Counted from 1."""
    column: int | None = None
    """Counted from 1."""
    origin: str = ""
    """The path at which a value was set, when no file says it."""

    def __str__(self) -> str:
        """Give `file:line:column`."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


NOWHERE = Mark()
"""The place of what no file says."""


class Table(dict[str, Any]):
    """A mapping that knows where its keys and values were written."""

    __slots__ = ("mark", "places")

    def __init__(self, mark: Mark = NOWHERE) -> None:
        super().__init__()
        self.mark = mark
        self.places: dict[str, Places] = {}

    def put(self, key: str, value: Any, places: Places | None = None) -> None:
        """Set an entry; without the places of key and value those that it had stay."""
        self[key] = value
        if places is not None:
            self.places[key] = places

    def take(self, other: Table, key: str) -> None:
        """Set an entry to that of another table, with its places."""
        self.put(key, other[key], other.at(key))

    def at(self, key: str) -> Places:
        """Give the places of a key and its value."""
        return self.places.get(key, (self.mark, self.mark))

    def copy(self) -> Table:
        """Give a copy that shares the values."""
        new = Table(self.mark)
        new.update(self)
        new.places = dict(self.places)
        return new


class Items(list[Any]):
    """A list that knows where its items were written."""

    __slots__ = ("mark", "places")

    def __init__(self, mark: Mark = NOWHERE) -> None:
        super().__init__()
        self.mark = mark
        self.places: list[Mark] = []

    def add(self, value: Any, place: Mark) -> None:
        """Append an item."""
        self.append(value)
        self.places.append(place)


def cloned(value: Any) -> Any:
    """Give a copy of a tree, down to the scalars."""
    if isinstance(value, Table):
        table = value.copy()
        for key in table:
            table[key] = cloned(table[key])
        return table
    if isinstance(value, Items):
        items = Items(value.mark)
        for item, place in zip(value, value.places, strict=True):
            items.add(cloned(item), place)
        return items
    return value


def planted(value: Any, mark: Mark = NOWHERE) -> Any:
    """Give a plain value of Python as a tree, all of it written at one place; quantities become their text."""
    if isinstance(value, Part):
        value = written(value, plain_leaf)
    if isinstance(value, Mapping):
        table = Table(mark)
        for key, each in value.items():
            table.put(str(key), planted(each, mark), (mark, mark))
        return table
    if isinstance(value, list | tuple):
        items = Items(mark)
        for each in value:
            items.add(planted(each, mark), mark)
        return items
    if isinstance(value, datetime):
        whole = value.tzinfo is None and value == value.replace(second=0, microsecond=0)
        return moment_text(value) if whole else str(value)
    return value if isinstance(value, bool | int | float | None) else str(value)


def node_at(root: Any, path: Path) -> Any:
    """Give the node at a path; None when the tree does not have it."""
    for part in path:
        if isinstance(root, Table) and part in root:
            root = root[str(part)]
        elif isinstance(root, Items) and isinstance(part, int) and part < len(root):
            root = root[part]
        else:
            return None
    return root


def place_of(root: Any, path: Path, *, key: bool = False) -> tuple[Mark, Path]:
    """Find where a path was written: its place (that of the key if asked), and how far the tree has it."""
    mark, node = root.mark, root
    for depth, part in enumerate(path):
        if isinstance(node, Table) and isinstance(part, str) and part in node:
            mark = node.at(part)[0 if key and depth == len(path) - 1 else 1]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
            mark = node.places[part]
        else:
            return mark, path[:depth]
        node = node[part]
    return mark, path


def leaf_path(node: Any, text: str) -> Path | None:
    """Find the first scalar that is this text in a tree; None when there is none."""
    if node == text:
        return ()
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(node, Table):
        parts = node.items()
    elif isinstance(node, Items):
        parts = enumerate(node)
    for part, inner in parts:
        found = leaf_path(inner, text)
        if found is not None:
            return (part, *found)
    return None


class Broken:
    """Stands for a value that was refused already, so that nothing more is said about it."""

    def __repr__(self) -> str:
        """Give a text that no message shows."""
        return "(refused)"


BROKEN: Final = Broken()


def is_broken(value: Any) -> bool:
    """Tell whether a value, or something in it, was refused already."""
    if isinstance(value, Mapping):
        return any(map(is_broken, value.values()))
    return any(map(is_broken, value)) if isinstance(value, list | tuple) else value is BROKEN


@dataclass(slots=True)
class Problems:
    """Gathers problems, each once, with their places."""

    found: list[Problem] = field(default_factory=list)
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def add(
        self, rule: str, path: Path | str = "", mark: Mark = NOWHERE, hint: str | None = None, value: Any = None
    ) -> None:
        """Add a problem unless its rule was already found broken at that place."""
        text = path if isinstance(path, str) else ".".join(map(str, path))
        same = (mark, rule) if mark.line is not None or mark.origin else (text, rule)
        if same in self._seen:
            return
        self._seen.add(same)
        scalar = str(value).lower() if isinstance(value, bool) else str(value)
        plain = scalar if isinstance(value, str | int | float) else None
        self.found.append(Problem(rule, text, mark.file, mark.line, mark.column, plain, hint))

    def forget(self, mark: Mark) -> None:
        """Take back what was found at one place."""
        self.found = [
            each for each in self.found if (each.file, each.line, each.column) != (mark.file, mark.line, mark.column)
        ]

    def refuse(self) -> None:
        """Raise InputError if there are any."""
        if self.found:
            raise InputError(self.found)


def parse(text: str, file: str | None, problems: Problems) -> Any:
    """Read one YAML document; None when it is empty or no YAML, for which a problem is added."""
    return _Reader(file, problems).read(text)


class _Reader:
    """Makes a tree of the events of the parser, which still show anchors, tags and several documents."""

    def __init__(self, file: str | None, problems: Problems) -> None:
        self.file = file
        self.problems = problems

    def read(self, text: str) -> Any:
        root: Any = None
        documents = 0
        try:
            events = iter(yaml.parse(text, Loader=_Loader))
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents == 2:
                        self.refuse(event, "there is a second document here", "make it a file of its own")
                elif isinstance(event, yaml.NodeEvent):
                    value = self.node(event, events, ())
                    root = value if documents == 1 else root
        except yaml.MarkedYAMLError as error:
            self.broken(error)
            return None
        except yaml.YAMLError as error:
            self.unreadable(text, error)
            return None
        if documents == 0:
            self.problems.add(
                "the file is empty", mark=Mark(self.file), hint="begin with 'drsim: landscape 1' or 'drsim: scenario 1'"
            )
        return root

    def broken(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        place = Mark(self.file) if mark is None else Mark(self.file, mark.line + 1, mark.column + 1)
        self.problems.forget(place)  # the parser gives nulls in the place of what it cannot read
        words = ", ".join(word for word in (error.context, error.problem) if word)
        hint = "look at indentation, brackets and quotes just before this place"
        self.problems.add(f"this is not YAML: {words}", mark=place, hint=hint)

    def unreadable(self, text: str, error: yaml.YAMLError) -> None:
        """Say which character it is: the error has the number of a byte or of a character, as the parser likes."""
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        if found is None:
            self.problems.add(f"this is not YAML: {' '.join(str(error).split())}", mark=Mark(self.file))
            return
        before = text[: found.start()]
        place = Mark(self.file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        rule = f"this is not YAML: the character U+{ord(found[0]):04X} is not allowed in it"
        self.problems.add(rule, mark=place, hint="leave it out, or write it as an escape in double quotes")

    def mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, event: Any, rule: str, hint: str, path: Path = (), value: Any = None) -> Broken:
        self.problems.add(rule, path, self.mark(event), hint, value)
        return BROKEN

    def node(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        """Read the node that begins with this event."""
        if isinstance(event, yaml.AliasEvent):
            return self.refuse(event, f"'*{event.anchor}' is an alias", "write it out, or use a class", path)
        if event.anchor is not None:
            self.problems.add(
                f"'&{event.anchor}' is an anchor", path, self.mark(event), "write things out, or use a class"
            )
        if event.tag is not None:
            self.problems.add(f"'{event.tag}' is a tag", path, self.mark(event), "leave it out")
        if len(path) > _DEPTH:
            self.skip(event, events)
            return self.refuse(event, f"this is nested deeper than {_DEPTH} levels", "make it flatter", path[:1])
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            items = Items(self.mark(event))
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.add(self.node(event, events, (*path, len(items))), self.mark(event))
            return items
        return self.scalar(event, path)

    def skip(self, event: Any, events: Iterator[Any]) -> None:
        """Read on to the end of the node that begins with this event."""
        depth = int(isinstance(event, yaml.CollectionStartEvent))
        while depth:
            event = next(events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)

    def mapping(self, start: Any, events: Iterator[Any], path: Path) -> Table:
        table = Table(self.mark(start))
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.key(event, events, path)
            following = next(events)
            value = self.node(following, events, (*path, key if isinstance(key, str) else "?"))
            places = (self.mark(event), self.mark(following))
            if not isinstance(key, str):
                continue
            if key in table:
                first = table.at(key)[0]
                rule = f"'{key}' is given twice, first at {first}"
                self.problems.add(rule, (*path, key), places[0], "keep one of them")
            else:
                table.put(key, value, places)
        return table

    def key(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        if not isinstance(event, yaml.ScalarEvent):
            self.node(event, events, path)
            return self.refuse(event, "a key must be text", "write a name, then a colon", path)
        if event.implicit[0] and event.value == "<<":
            return self.refuse(event, "'<<' is a merge key", "write things out, or use a class", path)
        if event.implicit[0] and not isinstance(_typed(event.value), str):
            return self.refuse(event, f"the key '{event.value}' is not text", f"write it as '\"{event.value}\":'", path)
        return self.node(event, events, path)

    def scalar(self, event: Any, path: Path) -> Any:
        if not event.implicit[0]:
            return event.value
        value = _typed(event.value)
        if value is None:
            what = f"'{event.value}' is nothing" if event.value else "there is no value here"
            return self.refuse(event, what, "give a value, or leave the key out", path, event.value)
        return value


def _typed(text: str) -> str | int | float | bool | None:
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 20 else text
    if _FLOAT.fullmatch(text):
        return float(text)
    return None if _NULL.fullmatch(text) else text
