"""Needs as the notation writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.testing.choices import Document, pick, some


def leaves(needs: Any) -> Iterator[str]:
    """The names in a need or in a list of needs, with repeats."""
    if isinstance(needs, str):
        yield needs
    elif isinstance(needs, dict):
        yield from leaves(needs["any"] if "any" in needs else needs["at_least"]["of"])
    else:
        for need in needs:
            yield from leaves(need)


def _any(*needs: Any) -> Document:
    return {"any": list(needs)}


def _at_least(count: int, *needs: Any) -> Document:
    return {"at_least": {"count": count, "of": list(needs)}}


def tree(draw: DrawFn, names: Sequence[str], nested: bool) -> list[Any]:
    """These names, each once, as needs."""
    forms: tuple[list[Any], ...]
    match names:
        case _ if not nested or len(names) < 2:
            forms = (list(names),)
        case [a, b]:
            forms = ([a, b], [_any(a, b)], [_at_least(1, a, b)], [_at_least(2, a, b)])
        case [a, b, c]:
            forms = (
                [a, b, c],
                [a, _any(b, c)],
                [_any(a, b, c)],
                [_at_least(2, a, b, c)],
                [_any(a, _at_least(2, b, c))],
                [_any([a, b], c)],
                [_at_least(1, _any(a, b), c)],
            )
        case [a, b, c, *rest]:
            forms = (
                [a, b, c, *rest],
                [a, _any(b, _at_least(1, c, *rest))],
                [_at_least(2, a, b, _any(c, *rest))],
                [_any(a, b), _at_least(1, c, *rest)],
            )
        case _:
            raise AssertionError(names)
    return pick(draw, forms)


def need_trees(names: Sequence[str], *, max_leaves: int = 4, nested: bool = True) -> SearchStrategy[list[Any]]:
    """Needs over these names, each at most once, up to `max_leaves`; `nested` adds `any` and `at_least`.

    Shrinks to fewer names, all of them needed, and at last to none.
    """
    return _some_tree(tuple(names), max_leaves, nested)


@st.composite
def _some_tree(draw: DrawFn, names: Sequence[str], most: int, nested: bool) -> list[Any]:
    return tree(draw, some(draw, names, most), nested)
