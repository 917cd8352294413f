"""Drills told as few stories: what sets them apart is found again where it is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drsim.measures.drills import Interruption
from drsim.measures.segments import CAUSES, Segment
from drsim.measures.stories import MOST, Longest, stories


def drill(*parts: tuple[str, str, int]) -> Longest:
    """An interruption of (cause, detail, length) one after the other."""
    segments, time = [], 0
    for cause, detail, length in parts:
        segments.append(Segment(time, time + length, cause, detail))
        time += length
    return Interruption(0, time, True, (), False, None), segments


USUAL = drill(("not yet decided", "decide", 60), ("step under way", "oracle", 30))
COPY = drill(("not yet decided", "decide", 60), ("restoring data", "oracle", 400), ("step under way", "oracle", 30))


def test_two_ways_are_two_stories_and_the_commoner_comes_first():
    told = stories([7, 960, 3, 12], [COPY, COPY, USUAL, COPY])
    assert [story.drills for story in told] == [(7, 960, 12), (3,)]
    assert told[0].turns == (("restoring data", "oracle", 400.0),)
    assert told[0].example == 960
    assert (told[0].total, told[1].total) == (490, 90)
    assert told[1].turns == ()  # nothing took longer in it than in the others


def test_drills_that_go_alike_are_one_story_of_all_that_took_long():
    told = stories([1, 2], [USUAL, USUAL])
    assert len(told) == 1
    assert [turn[:2] for turn in told[0].turns] == [("not yet decided", "decide"), ("step under way", "oracle")]


def test_what_took_little_makes_no_story():
    odd = drill(("not yet decided", "decide", 60), ("team busy", "start cognos", 1), ("step under way", "oracle", 30))
    assert [story.drills for story in stories([1, 2], [USUAL, odd])] == [(1, 2)]


def test_many_small_differences_are_told_as_few_stories():
    drills = [
        drill(
            ("not yet decided", "decide", 600),
            ("step under way", f"part-{n}", 20 + n),
            ("team busy", "x", 300 * (n % 2)),
        )
        for n in range(20)
    ]
    told = stories(range(20), drills)
    assert [len(story.drills) for story in told] == [10, 10]
    assert {story.turns[0][:2] for story in told if story.turns} == {("team busy", "x")}


def test_a_drill_without_an_interruption_is_a_story_of_its_own():
    told = stories([1, 2, 3], [None, USUAL, None])
    assert [(story.drills, story.total) for story in told] == [((1, 3), 0), ((2,), 90)]


parts = st.lists(
    st.tuples(st.sampled_from(CAUSES), st.sampled_from(["", "a", "b"]), st.integers(1, 1000)), min_size=1, max_size=6
)


@given(st.lists(st.one_of(st.none(), parts), min_size=1, max_size=25))
def test_every_drill_is_in_one_story_and_nothing_is_made_up(found):
    longest = [None if each is None else drill(*each) for each in found]
    told = stories(range(len(longest)), longest)
    assert sorted(number for story in told for number in story.drills) == list(range(len(longest)))
    sizes = [len(story.drills) for story in told]
    assert sizes == sorted(sizes, reverse=True)
    for story in told:
        assert story.example in story.drills
        for turn in story.turns:
            lengths = [
                sum(s.length for s in (longest[n] or (0, []))[1] if (s.cause, s.detail) == turn[:2])
                for n in story.drills
            ]
            assert turn.mean == pytest.approx(sum(lengths) / len(lengths))
    total = sum(story.total * len(story.drills) for story in told)
    assert total == pytest.approx(sum(0 if each is None else each[0].end for each in longest))


def test_the_order_of_drills_changes_nothing_but_their_order():
    told, again = stories([1, 2, 3], [USUAL, COPY, COPY]), stories([3, 2, 1], [COPY, COPY, USUAL])
    assert [(set(s.drills), s.turns) for s in told] == [(set(s.drills), s.turns) for s in again]
    assert len(told) <= MOST
