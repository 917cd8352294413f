"""Work that is due: whether a stretch of time was left for it, against looking at every start there is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drsim.measures.due import KEPT, KEPT_BY_HAND, MISSED, fates
from drsim.planning.plan import DueWork

HORIZON = 60
Spans = list[tuple[int, int]]


@st.composite
def stretches(draw: st.DrawFn) -> Spans:
    """Spans apart from each other, in order."""
    ends = sorted(draw(st.sets(st.integers(0, HORIZON), max_size=8)))
    return list(zip(ends[::2], ends[1::2], strict=False))


def fate(takes: int, begins: int, due: int, below: Spans, met: Spans) -> str:
    work = DueWork(0, "payday", (due,), takes, begins)
    plan: Any = SimpleNamespace(horizon=HORIZON)
    drill: Any = SimpleNamespace(offset=0)
    ((_, how),) = fates(plan, work, drill, below, met)
    return how


def starts(takes: int, begins: int, due: int, below: Spans) -> list[int]:
    """Every millisecond at which it could begin and be done in time without a break."""
    return [
        t
        for t in range(due - begins, due - takes + 1)
        if not any(t < end and begin < t + takes for begin, end in below)
    ]


cases = st.tuples(st.integers(1, 20), st.integers(0, 20), st.integers(1, HORIZON), stretches(), stretches())


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(cases)
def test_it_is_kept_if_there_was_a_time_for_it(case: tuple[int, int, int, Spans, Spans]) -> None:
    takes, more, due, below, met = case
    begins = takes + more
    kept, by_hand = starts(takes, begins, due, below), starts(takes, begins, due, met)
    assert fate(takes, begins, due, below, met) == (KEPT if kept else KEPT_BY_HAND if by_hand else MISSED)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(cases)
def test_less_work_or_fewer_interruptions_miss_nothing_more(case: tuple[int, int, int, Spans, Spans]) -> None:
    takes, more, due, below, met = case
    order = [KEPT, KEPT_BY_HAND, MISSED]
    how = order.index(fate(takes, takes + more, due, below, met))
    assert order.index(fate(max(1, takes - 1), takes + more, due, below, met)) <= how
    assert order.index(fate(takes, takes + more + 1, due, below, met)) <= how
    assert order.index(fate(takes, takes + more, due, below[1:], met)) <= how


@pytest.mark.parametrize(("begin", "how"), [(10, MISSED), (11, KEPT)])
def test_to_the_millisecond(begin: int, how: str) -> None:
    """Due at 20, begun at 0 at the earliest, takes 11: what begins at 11 leaves just enough."""
    assert fate(11, 20, 20, [(begin, 15)], [(begin, 15)]) == how
