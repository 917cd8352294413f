"""Room at the standby site, and what becomes of those that have none; minutes from 10:00."""

from __future__ import annotations

import pytest
from cases import drilled, segments, tries

ONE_HOST = """\
sites: {here: {pools: {hosts: 2}}, there: {pools: {hosts: 1}}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
components:
  a: {at: {here: active, there: warm}, uses: {hosts: 1}, start: {takes: 3 h}}
  b: {at: {here: active, there: ROLE}, uses: {hosts: 1}, start: {takes: 20 min}, restart: {takes: 10 min}}
services: {s: {points: {p: {at: there, needs: [b]}}}}
"""


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        # a has the only host; b waits for room until the hall is back at 11:00, and starts again there
        ("warm", [("restart", "here", 60, 70, "done")]),
        # a hot standby holds its room and takes over
        ("hot", [("switch", "there", 0, 0, "done")]),
    ],
)
def test_what_has_no_room_restarts_in_place_when_its_site_is_back(
    role: str, expected: list[tuple[object, ...]]
) -> None:
    text = ONE_HOST.replace("ROLE", role)
    if role == "hot":
        text = text.replace("there: {pools: {hosts: 1}}", "there: {pools: {hosts: 2}}")
    replay = drilled(text, disruptions="{fire: {site: here, lasts: 1 h}}")
    assert tries(replay, "b") == expected
    assert tries(replay, "a") == [("start", "there", 0, 180, "done")]
    if role == "warm":
        assert segments(replay, "s")[-1] == ("step under way", 60, 70)


def test_who_is_given_room_before_it_has_begun_to_restart_fails_over_after_all() -> None:
    # a is given up after 90 min, so b is admitted at 11:30; nobody is there to restart it at home before noon
    text = ONE_HOST.replace("ROLE", "warm").replace(
        "start: {takes: 3 h}}", "start: {takes: 3 h}, give_up_after: {warm: 90 min}}"
    )
    text = text.replace("restart: {takes: 10 min}", "restart: {takes: 10 min, by: desk}")
    text += 'teams: {desk: {works: "daily 12:00-17:00"}}\n'
    replay = drilled(text, disruptions="{fire: {site: here, lasts: 1 h}}")
    assert tries(replay, "b") == [
        ("restart", "here", -1, 90, "dropped"),
        ("start", "there", 90, 110, "done"),
    ]


def test_what_waits_for_room_at_the_end_is_named_with_what_it_asks() -> None:
    text = ONE_HOST.replace("ROLE", "warm")
    replay = drilled(text)
    assert replay.no_room == {"b": "there"}
    assert replay.to_dict()["no_room"] == {"b": "there"}
    told = " ".join(replay.timeline().split())
    assert "WITHOUT ROOM 1 they wait for it at the end at there: b (asks 1 hosts)" in told
    assert (
        "WITHOUT ROOM"
        not in drilled(text.replace("there: {pools: {hosts: 1}}", "there: {pools: {hosts: 2}}")).timeline()
    )
    # where the standby is lost as well, room is not what it lacks; nor is it once its own site is back
    assert drilled(text, disruptions="{fire: {site: here}, flood: {site: there, after: 2 h}}").no_room == {}
    assert drilled(text, disruptions="{fire: {site: here, lasts: 1 h}}").no_room == {}
