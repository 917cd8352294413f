"""Small draws that everything else is made of; each shrinks towards the first, the fewest or nothing.

A number is drawn also where only one will do: then as many are drawn whatever else there is, and the shrinker can take
something out (a site, say) without moving what comes after it.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

_T = TypeVar("_T")

Document: TypeAlias = dict[str, Any]
"""A landscape or a scenario as plain mappings, lists, texts and counts."""

_BELOW: Final = tuple(st.integers(0, max(count - 1, 0)) for count in range(100))  # made once: drawing is much faster


def below(draw: DrawFn, count: int) -> int:
    """A number below the count, each as likely; shrinks to 0."""
    return draw(_BELOW[count] if count < len(_BELOW) else st.integers(0, count - 1))


def pick(draw: DrawFn, options: Sequence[_T]) -> _T:
    """One of the options; shrinks to the first."""
    return options[below(draw, len(options))]


def one_in(draw: DrawFn, count: int) -> bool:
    """True in one of `count` cases; shrinks to False."""
    return below(draw, count) == count - 1


def several(draw: DrawFn, part: SearchStrategy[None], least: int, most: int) -> None:
    """Draw a part that adds itself to what is being built, from `least` to `most` times.

    A list, since from a list Hypothesis can remove an element and leave the others as they are. It may be longer than
    `most`, which makes full ones more likely; what is too much draws nothing.
    """
    token = _PART.set((part, iter(range(most))))
    try:
        draw(_list(least, 2 * most))
    finally:
        _PART.reset(token)


_PART: Final[ContextVar[tuple[SearchStrategy[None], Iterator[int]]]] = ContextVar("part")


@st.composite
def _while(draw: DrawFn) -> None:
    part, room = _PART.get()
    if next(room, None) is not None:
        draw(part)


@functools.cache
def _list(least: int, most: int) -> SearchStrategy[list[None]]:
    """Made once for all parts: to make a strategy costs as much as to draw from it ten times."""
    return st.lists(_while(), min_size=least, max_size=most)


def some(draw: DrawFn, options: Sequence[_T], most: int) -> list[_T]:
    """Some of the options, each once, in their order of drawing; shrinks to none."""
    chosen: list[_T] = []
    left = list(options)
    while len(chosen) < most and (index := below(draw, len(left) + 1)):
        chosen.append(left.pop(index - 1))
    return chosen


def extras(draw: DrawFn, weights: Mapping[str, int], stops: int) -> Iterator[str]:
    """Some of the names, each once, one by one, as likely as their weight is to `stops`; shrinks to none.

    A name that is drawn again is passed over, so that a number means the same name whatever came before it.
    """
    names = [name for name, weight in weights.items() for _ in range(weight)]
    seen: set[str] = set()
    while (index := below(draw, len(names) + stops)) >= stops:
        name = names[index - stops]
        if name not in seen:
            seen.add(name)
            yield name


def fresh(value: _T) -> _T:
    """A copy, so that documents share nothing (which YAML would write as an alias)."""
    return value if isinstance(value, str) else copy.deepcopy(value)


def in_order(mapping: Document, keys: Sequence[str]) -> Document:
    """The mapping with its keys in this order."""
    return {key: mapping[key] for key in keys if key in mapping}
