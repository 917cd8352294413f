"""Parts of a tree as objects of the model; what pydantic finds wrong, said in our words and with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from drsim.errors import did_you_mean
from drsim.model.fields import FORBIDDEN, REFUSED, Known, Path, shown
from drsim.reading.nodes import Mark, Problems, Table, is_broken, node_at, place_of

T = TypeVar("T")
_UNKNOWN: Final = ("extra_forbidden", FORBIDDEN)
_MAPPINGS: Final = ("model_type", "model_attributes_type", "dict_type")
_MUTE: Final = "default_factory_not_called"  # follows from another error


@dataclass(frozen=True, slots=True)
class Checker:
    """Reads parts of one tree and gathers what is wrong with them."""

    root: Table
    known: Known
    problems: Problems

    def read(self, kind: TypeAdapter[T], path: Path) -> T | None:
        """Read what is at a path; None, with its problems added, when it breaks rules."""
        try:
            return kind.validate_python(node_at(self.root, path), context=self.known)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                if details["type"] != _MUTE and not is_broken(details["input"]):
                    self._explain(details, path)
            return None

    def refuse(self, path: Path, rule: str, hint: str | None = None, *, key: bool = False) -> None:
        """Add a problem about what is at a path, or about its key."""
        mark, _ = place_of(self.root, path, key=key)
        self.problems.add(rule, path, mark, hint, node_at(self.root, path))

    def mark(self, path: Path) -> Mark:
        """Give the place of what is at a path."""
        return place_of(self.root, path)[0]

    def _explain(self, details: ErrorDetails, prefix: Path) -> None:
        kind, value = details["type"], details["input"]
        loc = prefix + tuple(part for part in details["loc"] if part != "[key]")
        is_key = kind in _UNKNOWN or "[key]" in details["loc"]
        mark, written = place_of(self.root, loc, key=is_key)
        rule, hint = self._words(details, loc)
        plain = str(loc[-1]) if is_key else value
        self.problems.add(rule, loc if kind == "missing" else written, mark, hint, None if kind == "missing" else plain)

    def _words(self, details: ErrorDetails, loc: Path) -> tuple[str, str | None]:
        kind, value = details["type"], details["input"]
        if kind == REFUSED:
            context = details["ctx"]
            return context["rule"], context["hint"]
        if kind == "missing":
            return f"'{loc[-1]}' is missing", f"add '{loc[-1]}: ...', which is required here"
        if kind in _UNKNOWN:
            expected = self.known.keys.get(id(node_at(self.root, loc[:-1])), ())
            return f"'{loc[-1]}' is not a key here", did_you_mean(str(loc[-1]), expected)
        if kind in _MAPPINGS:
            return f"{shown(value)} stands where a mapping is due", "write entries such as '{key: value}'"
        if kind == "bool_type":
            return f"{shown(value)} is not true or false", "expected one of: true, false"
        return f"{shown(value)} is refused: {details['msg']}", None


def sections(tree: Table, *names: str) -> list[str]:
    """Give the names of the entries of some sections."""
    return [name for section in names for name in (tree[section] if isinstance(tree.get(section), Table) else ())]


def known_names(landscape: Table, *, complete: bool) -> Known:
    """List what the values of a landscape may point at."""
    sites: Mapping[str, Any] = landscape.get("sites", {})
    halls = [name for name in sections(landscape, "sites") if is_municipality(sites[name])]
    names = {
        "site": sections(landscape, "sites"),
        "municipality": halls,
        "link": sections(landscape, "links"),
        "team or supplier": list(dict.fromkeys(sections(landscape, "teams", "suppliers"))),
        "component": sections(landscape, "components"),
        "step": sections(landscape, "steps"),
        "component or step": sections(landscape, "components", "steps"),
        "service": sections(landscape, "services"),
    }
    return Known(names, sections(landscape, "sources"), complete)


def is_municipality(site: object) -> bool:
    """Tell whether the tree of a site says that it stands for a municipality."""
    return isinstance(site, Table) and site.get("kind") == "town hall" and "inhabitants" in site
