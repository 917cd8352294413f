"""Files and directories as drafts: read, merged, and laid over what they are based on."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final, Literal

from drsim.errors import did_you_mean
from drsim.model.fields import shown
from drsim.reading.build import Draft
from drsim.reading.nodes import BROKEN, Mark, Problems, Table, parse
from drsim.reading.paths import SECTIONS, written_changes

STDIN: Final = "<stdin>"
SUFFIXES: Final = (".yaml", ".yml")
"""Of the files in the directory of a landscape."""
_OVERLAY: Final = ("drsim", "based_on", "landscape", "steps", "add", "change", "remove")
_Kind = Literal["landscape", "scenario"]


class Reader:
    """Reads files and gathers the problems of all of them."""

    def __init__(self) -> None:
        self.problems = Problems()
        self.read: list[Path] = []
        """Files that were read, and directories of which all YAML files were."""

    def scenario(self, name: str) -> Draft | None:
        """Read a scenario file, or standard input for `-`; None when it cannot be read."""
        if name == "-":
            return self.scenario_text(sys.stdin.read(), STDIN, Path())
        if not name.strip():
            self.problems.add(f"'{name}' names no file", hint="give the path of a scenario file")
            return None
        if os.path.isdir(name):
            rule = f"'{name}' is a directory where a scenario is due"
            self.problems.add(rule, mark=Mark(name), hint=f"give a scenario file that says 'landscape: {name}'")
            return None
        return self._scenario_file(Path(name), Mark(name), "", ())

    def scenario_text(
        self, text: str, file: str | None, base: Path, chain: tuple[tuple[Path, Mark], ...] = ()
    ) -> Draft | None:
        """Read a scenario that is given as text; `base` is where its paths start from."""
        tree = self._document(text, file, "scenario")
        if tree is None:
            return None
        draft: Draft | None = Draft(Table(tree.mark))
        if "based_on" in tree:
            draft = self._basis(tree, base, chain)
            if draft is not None and draft.tree is not None:
                draft.tree.pop("expect", None)  # it was about another drill
        self._set_landscape(draft, tree, base)
        if draft is None or draft.tree is None:
            return None
        draft.file = file
        _lay_over(draft.tree, tree)
        self._put_steps(draft, tree)
        draft.change(written_changes(tree, self.problems), self.problems)
        return draft

    def landscape(self, name: str) -> Draft:
        """Read a landscape file or directory, or standard input for `-`."""
        if name == "-":
            return self.landscape_text(sys.stdin.read(), STDIN)
        tree, complete = self._landscape_at(Path(name), Mark(name), "")
        return Draft(landscape=tree, complete=complete)

    def landscape_text(self, text: str, file: str | None) -> Draft:
        """Read a landscape that is given as text."""
        tree = self._document(text, file, "landscape")
        return Draft(landscape=tree, complete=tree is not None)

    # Scenarios

    def _scenario_file(self, path: Path, mark: Mark, where: str, chain: tuple[tuple[Path, Mark], ...]) -> Draft | None:
        """Read a scenario file; `mark` and `where` say who asks for it."""
        text = self._text(path, mark, where)
        if text is None:
            return None
        return self.scenario_text(text, str(path), path.parent, (*chain, (path.resolve(), mark)))

    def _basis(self, tree: Table, base: Path, chain: tuple[tuple[Path, Mark], ...]) -> Draft | None:
        """Read what a scenario is based on."""
        name, mark = tree["based_on"], tree.at("based_on")[1]
        if not isinstance(name, str):
            if name is not BROKEN:
                rule = f"{shown(name)} is not a file"
                self.problems.add(rule, "based_on", mark, "give the path of a scenario file")
            return None
        path = base / name
        files = [file for file, _ in chain]
        if path.resolve() in files:
            circle = " -> ".join(file.name for file in (*files[files.index(path.resolve()) :], path))
            rule = f"'{name}' is based on itself: {circle}"
            self.problems.add(rule, "based_on", mark, "take 'based_on' out of one of them")
            return None
        return self._scenario_file(path, mark, "based_on", chain)

    def _set_landscape(self, draft: Draft | None, tree: Table, base: Path) -> None:
        """Give the draft the landscape that a scenario names or holds, which ends changes of an earlier one."""
        given, mark = tree.get("landscape"), tree.at("landscape")[1]
        found: Table | None = None
        complete = False
        match given:
            case None:
                if draft is not None and "based_on" not in tree:
                    hint = "add 'landscape: ...', the path of a file or directory, or the landscape itself"
                    self.problems.add("'landscape' is missing", "landscape", tree.mark, hint)
                    draft.complete = False
                return
            case Table():
                found, complete = given, True
                if "drsim" in found:
                    self._check_kind(found, "landscape", "landscape.drsim")
            case str() if given.strip():
                found, complete = self._landscape_at(base / given, mark, "landscape")
            case _ if given is not BROKEN:
                rule = f"{shown(given)} is not a landscape"
                self.problems.add(
                    rule, "landscape", mark, "give the path of a file or directory, or the landscape itself"
                )
        if draft is not None:
            draft.landscape, draft.complete, draft.later = found, complete, []

    def _put_steps(self, draft: Draft, tree: Table) -> None:
        """Put the steps of the plan that a scenario gives among those of its landscape."""
        steps = tree.get("steps")
        if draft.landscape is None or steps is None or steps is BROKEN:
            return
        theirs = draft.landscape.get("steps")
        if isinstance(steps, Table) and isinstance(theirs, Table):
            both = theirs.copy()
            for name in steps:
                both.take(steps, name)
            draft.landscape.put("steps", both)
        else:
            draft.landscape.take(tree, "steps")

    # Landscapes

    def _landscape_at(self, path: Path, mark: Mark, where: str) -> tuple[Table | None, bool]:
        """Read a file or a directory; the second says whether all of it could be read."""
        if not os.path.isdir(path):
            text = self._text(path, mark, where)
            tree = None if text is None else self._document(text, str(path), "landscape")
            return tree, tree is not None
        self.read.append(path)
        files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
        if not files:
            rule = f"the directory '{path}' holds no YAML files"
            self.problems.add(rule, where, mark, "put files ending in .yaml there, or give another directory")
            return None, False
        texts = [(file, self._text(file, Mark(str(file)), "")) for file in files]
        trees = [None if text is None else self._document(text, str(file), "landscape") for file, text in texts]
        whole = Table(Mark(str(path)))
        for tree in trees:
            if tree is not None:
                self._merge(whole, tree)
        return whole, None not in trees

    def _merge(self, whole: Table, tree: Table) -> None:
        """Add a file to a landscape; nothing may be in two files."""
        for key in tree:
            if key not in whole:
                whole.take(tree, key)
                if isinstance(tree[key], Table):
                    whole[key] = tree[key].copy()
            elif key in SECTIONS and isinstance(whole[key], Table) and isinstance(tree[key], Table):
                for name in tree[key]:
                    if name in whole[key]:
                        self._twice(f"{key}.{name}", whole[key].at(name)[0], tree[key].at(name)[0])
                    else:
                        whole[key].take(tree[key], name)
            else:
                self._twice(key, whole.at(key)[0], tree.at(key)[0])

    def _twice(self, path: str, first: Mark, second: Mark) -> None:
        self.problems.add(f"'{path}' is given twice, first at {first}", path, second, "keep one of them")

    # Files

    def _text(self, path: Path, mark: Mark, where: str) -> str | None:
        """Read a file; `mark` and `where` say who asks for it."""
        self.read.append(path)
        try:
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.problems.add(f"there is no file '{path}'", where, mark, _others(path))
        except UnicodeDecodeError as error:
            rule = f"'{path}' is not UTF-8 text: byte {error.start} is wrong"
            self.problems.add(rule, where, mark, "save it as UTF-8")
        except (OSError, ValueError) as error:  # ValueError: a path with a null in it
            why = getattr(error, "strerror", error)
            self.problems.add(f"'{path}' cannot be read: {why}", where, mark, "check the path and its rights")
        return None

    def _document(self, text: str, file: str | None, kind: _Kind) -> Table | None:
        """Read a document of a kind; None when it is something else."""
        tree = parse(text, file, self.problems)
        if tree is None or tree is BROKEN:
            return None
        if not isinstance(tree, Table):
            rule = f"a {kind} is a mapping, and this is {shown(tree)}"
            self.problems.add(rule, mark=Mark(file, 1, 1), hint=f"begin with 'drsim: {kind} 1'")
            return None
        if "drsim" not in tree:
            rule = "the file does not say what it is"
            self.problems.add(rule, "drsim", tree.mark, f"let it begin with 'drsim: {kind} 1'")
            return tree
        return tree if self._check_kind(tree, kind, "drsim") else None

    def _check_kind(self, tree: Table, kind: _Kind, path: str) -> bool:
        """Check the first key and take it out; False when this is a document of another kind."""
        says, (key, place) = tree["drsim"], tree.at("drsim")
        if next(iter(tree)) != "drsim":
            self.problems.add("'drsim' must come first", path, key, "move it to the top")
        del tree["drsim"]
        found = re.fullmatch(r"(landscape|scenario) +(\S+)", says) if isinstance(says, str) else None
        if found is None:
            if says is not BROKEN:
                rule = f"{shown(says)} is no kind of file"
                self.problems.add(rule, path, place, f"expected: {kind} 1", says)
            return True
        if found[1] != kind:
            other = (
                "use it in one: 'landscape: FILE'"
                if kind == "scenario"
                else "give a file that begins with 'drsim: landscape 1'"
            )
            self.problems.add(f"this is a {found[1]} where a {kind} is due", path, place, other, says)
            return False
        if found[2] != "1":
            rule = f"this is version '{found[2]}' of the notation, which this drsim cannot read"
            self.problems.add(rule, path, place, f"expected: {kind} 1", says)
            return False
        return True


def files_read(name: str, kind: _Kind) -> list[Path]:
    """Give the files that a scenario or landscape consists of, whatever is wrong with them, and directories of landscapes."""
    reader = Reader()
    if kind == "landscape":
        reader.landscape(name)
    else:
        reader.scenario(name)
    return reader.read


def _lay_over(below: Table, tree: Table) -> None:
    """Put what a scenario gives over what it is based on; of `response` key by key."""
    below.mark = tree.mark
    for key in tree:
        if key in _OVERLAY:
            continue
        if key == "response" and isinstance(tree[key], Table) and isinstance(below.get(key), Table):
            both = below[key].copy()
            for inner in tree[key]:
                both.take(tree[key], inner)
            below.put(key, both, tree.at(key))
        else:
            below.take(tree, key)


def _others(path: Path) -> str:
    """Say what there is in the place of a file that there is not."""
    parent = path.parent
    if not parent.is_dir():
        return f"there is no directory '{parent}' either: check the path"
    names = sorted(each.name for each in parent.iterdir() if each.is_dir() or each.suffix in SUFFIXES)
    names = [name for name in names if not name.startswith(".")]
    return did_you_mean(path.name, names) if names else f"there are no YAML files in '{parent}': check the path"
