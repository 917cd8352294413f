"""What a plan says before anything runs."""

from __future__ import annotations

from cases import scenario

from drsim.planning.compile import compile_scenario
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command
from drsim.studies.outlook import Outlook

PLACES = """\
sites: {here: {}, there: {}}
links: {line: {between: [here, there], bandwidth: 10 MB/s}}
"""
DATA = (
    "data: {size: 36 GB, change: 1 MB/s}, copies: {replica: {at: there, kind: synchronous}, "
    "tape: {at: there, kind: backup, taken: daily 1:00, restores: 10 MB/s}}"
)
TWO = (
    PLACES
    + f"""\
components:
  db: {{at: {{here: active, there: hot}}, {DATA}}}
  app: {{at: {{here: active, there: warm}}, needs: [db]}}
services: {{s: {{targets: {{rto: 8 h}}, points: {{p: {{at: there, needs: [app]}}}}}}}}
"""
)


def page(landscape: str, **head: str) -> str:
    found = planned(Outlook(compile_scenario(scenario(landscape, **head))), command=Command("FILE"))
    return " ".join(str(found).split())


def test_a_step_of_the_plan_has_the_rto_of_what_comes_after_it() -> None:
    steps = (
        "steps: {one: {takes: 1 min, before: two}, two: {takes: 1 min, before: app}, three: {takes: 1 min, after: app}}"
    )
    told = page(TWO + steps)
    assert "task one 1 min 8 h" in told
    assert "task two 1 min 8 h" in told
    assert "task three 1 min –" in told


def test_what_is_corrupt_comes_back_cold_and_is_known_at_once() -> None:
    told = page(TWO, response="{detect: 5 min}", disruptions="{bad: {corruption: db, before: 2 d, detected: 3 d}}")
    assert "HOW IT COMES BACK cold at there, from a clean copy 1: db" in told
    assert "detect 0 s a corruption, once it is detected" in told
    assert "detect 5 min" not in told
    both = "{bad: {corruption: db, after: 1 h, detected: 3 d}, fire: {site: here, after: 2 h}}"
    told = page(TWO, response="{detect: 5 min}", disruptions=both, horizon="7 d")
    assert "hot, then cold at there (from a clean copy once its data is bad) 1: db" in told.replace("warm, then ", "")
    assert "detect 5 min 0 s a corruption, once it is detected" in told
    only = TWO.replace("there: hot}", "there: warm}, recover: [warm]")
    told = page(only, disruptions="{bad: {corruption: db, before: 2 d, detected: 3 d}}")
    assert "HOW IT COMES BACK where it was, from a clean copy 1: db" in told


def test_what_is_hit_while_it_is_down_counts_what_it_takes_anew() -> None:
    told = page(TWO, disruptions="{cut: {link: line}, bad: {corruption: db, before: 2 d, detected: 3 d}}")
    assert "WHAT IS LOST TO cut 0 of 2 components, 1 of 1 services below their minimum" in told
    assert "WHAT IS LOST TO bad newly 1 of 2 components, newly 0 of 1 services below their minimum" in told


def test_who_is_on_call_is_told_apart_with_how_they_are_called() -> None:
    team = (
        "teams: {infra: {people: 2, works: Mon-Fri 8:00-17:00, skills: {oracle: anna}, on_call: {people: 1, "
        "accepts: 60 %, every: 20 min, call_out: 30 min, skills: {oracle: carl, network: carl}}}}\n"
    )
    landscape = team + TWO.replace("needs: [db]}", "needs: [db], start: {takes: 1 h, by: infra}}")
    told = page(landscape)
    called = "accepts a call in 60 %, called every 20 min, able to work 30 min after it, network: carl, oracle: carl"
    assert f"1 on call always ({called}) · oracle: anna" in told
    assert "1 on call always ·" in page(
        landscape.replace(", on_call: {people: 1, ", ", on_call: {").replace(
            "accepts: 60 %, every: 20 min, call_out: 30 min, skills: {oracle: carl, network: carl}", "people: 1"
        )
    )
    outlook = Outlook(compile_scenario(scenario(landscape)))
    assert outlook.to_dict()["teams"]["infra"]["on_call"] == {
        "people": 1, "works": "always", "accepts": 0.6, "every_ms": 1_200_000, "call_out": "30 min"
    }  # fmt: skip


def test_what_starts_at_once_is_told_with_the_time_that_takes() -> None:
    # 100 of 1 min, 10 at once: 10 min; 4 at once: 25 min; 30 of 3 min at 10: 9 min
    def least(boots: str) -> str:
        land = TWO.replace("there: {}", "there: {pools: {io: 10}}").replace("here: {}", "here: {pools: {io: 10}}")
        return page(land.replace("needs: [db]}", f"needs: [db], boots: {boots}}}"))

    assert "starts 100 on io, each 1 min: 10 min at least" in least("{items: 100, each: 1 min, on: io}")
    assert "starts 100 on io, each 1 min, 4 at once: 25 min at least" in least(
        "{items: 100, each: 1 min, on: io, at_once: 4}"
    )
    assert "starts 3 on io, each 2 min: 2 min at least" in least("{items: 3, each: 2 min, on: io}")


def test_a_wait_beyond_the_drill_is_told() -> None:
    told = page(TWO, response="{wait: 20 d}", horizon="14 d")
    assert "declare after decide, not before the loss is 20 d old, which is never within the drill" in told
    assert "never within" not in page(TWO, response="{wait: 13 d}", horizon="14 d")


def test_what_follows_comes_after_what_it_follows() -> None:
    told = page(
        TWO,
        disruptions="{fire: {site: here}, smoke: {link: line, follows: fire}, ash: {site: there, follows: smoke}, "
        "zeal: {component: db}}",
    )
    names = ["fire: site here", "smoke: link line", "ash: site there", "zeal: component db"]
    assert sorted(names, key=told.index) == names


def test_what_a_component_does_that_is_cut_off() -> None:
    cut = TWO.replace("there: {}}", "there: {}, third: {}}").replace(
        "bandwidth: 10 MB/s}}",
        "bandwidth: 10 MB/s}, wire: {between: [there, third], bandwidth: 10 MB/s}}",
    )
    asked = cut.replace("db: {at", "db: {on_partition: takeover, witness: third, at")
    told = page(asked)
    assert (
        "db.fenced: whenever db at here reaches neither there nor third, which reach each other, it stops and there takes over"
        in told
    )
    told = page(cut.replace("db: {at", "db: {on_partition: 'takeover, alone', at"))
    assert "db.cut: whenever db at here does not reach there, there takes over beside it, alone" in told


def test_of_what_is_only_moved_nothing_is_restored_and_it_may_be_taken_back() -> None:
    cold = "copies: {tape: {at: there, kind: backup, taken: daily 1:00, restores: 10 MB/s}}"
    two = TWO.replace("there: hot", "there: cold").replace(
        DATA, f"data: {{size: 36 GB}}, {cold}, precheck: {{takes: 1 min}}"
    )
    back = "after another move has failed, what starts after it has gone back"
    told = page(two, moves="{site: here, rollback: all}", disruptions="{}")
    assert "stop db @ there 0 s 8 h " + back in told
    assert "stop app @ there 0 s 8 h " + back in told
    assert "its restore" not in told
    assert "its precheck" not in told
    assert back not in page(two, moves="{site: here}", disruptions="{}")
    lost = page(two, moves="{site: here, after: 1 h}", disruptions="{fire: {site: here}}")
    assert "after its restore, its precheck" in lost


def test_short_steps_leave_room_for_what_their_column_is() -> None:
    assert "what takes who RTO" in page(TWO.replace(DATA, ""))
