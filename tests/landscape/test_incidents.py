"""What is known of real incidents, where it is arithmetic that drsim has to get right."""

from __future__ import annotations

from cases import drilled, tries


def test_the_copy_of_gitlab_takes_as_long_as_it_took() -> None:
    # 31 January 2017: 310 GB from 1:58 to 16:28 are 5.94 MB/s
    replay = drilled(
        "sites: {here: {}, there: {}}\n"
        "links: {line: {between: [here, there], bandwidth: 1 Gbit/s}}\n"
        "components:\n"
        "  database:\n"
        "    at: {here: active, there: cold}\n"
        "    data: {size: 310 GB}\n"
        "    copies: {staging: {at: there, kind: snapshot, taken: daily 4:00, restores: 5.94 MB/s}}\n"
        "services: {site: {points: {web: {at: there, needs: [database]}}}}\n"
    )
    ((_, _, begin, end, _),) = tries(replay, "database", "restore")
    assert abs(end - begin - (14 * 60 + 30)) < 1
    (lost,) = (r.lost_at - r.point for r in replay.trajectory.recoveries)
    assert lost == 6 * 3_600_000  # the copy was six hours old
