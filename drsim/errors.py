"""What is wrong with an input: where it is, the rule that it breaks and the next move."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN = 20  # names in a hint; more hide the nearest spelling


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule, with its place; the fields say what `str()` shows."""

    rule: str
    """What is wrong, with the value in it: `no site is named 'st-michielsgestel'`."""
    path: str = ""
    """Names joined by dots: `disruptions.town-hall.site`."""
    file: str | None = None
    """The file as the user named it."""
    line: int | None = None
    """Counted from 1."""
    column: int | None = None
    """Counted from 1."""
    value: str | None = None
    """The value as written."""
    hint: str | None = None
    """The next move: what was expected and the nearest spelling."""

    def __str__(self) -> str:
        """Give `file:line:column  path`, and the rule and the hint on lines of their own."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = "  ".join(part for part in (place, self.path) if part)
        if not head:
            return "\n  ".join(part for part in (self.rule, self.hint) if part)
        return "\n  ".join(part for part in (head, self.rule, self.hint) if part)


class DrsimError(Exception):
    """Any error that drsim raises on purpose; `exit_code` is what the command line exits with."""

    exit_code = 1


class InputError(DrsimError):
    """An input breaks rules: `problems` has all of them, by file, line and column."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort the problems by their place."""
        self.problems = tuple(sorted(problems, key=_place))
        super().__init__(self.problems)  # the only argument, so that the error pickles

    def __str__(self) -> str:
        """Show all problems, one below the other."""
        return "\n".join(str(problem) for problem in self.problems)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that is spelled most like `name`, in capitals or not; None when none is near."""
    spelled: dict[str, str] = {}
    for each in known:
        if each == name:
            return each
        spelled.setdefault(each.lower(), each)
    found = difflib.get_close_matches(name.lower(), spelled, n=1)
    return spelled[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give the hint for an unknown name: the names expected (a set is sorted first) and the nearest spelling."""
    names = sorted(known) if isinstance(known, set | frozenset) else list(known)
    if not names:
        return "expected nothing here"
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    expected = f"expected one of: {shown}" if len(names) > 1 else f"expected: {shown}"
    near = nearest(name, names)
    return expected if near is None else f"{expected}   did you mean '{near}'?"


def _place(problem: Problem) -> tuple[str, int, int, str, str]:
    return (problem.file or "", problem.line or 0, problem.column or 0, problem.path, problem.rule)
